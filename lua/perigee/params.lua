--- Declared parameters of several parts in one table.
local M = {}

--- One table of all; a name that two of them declare is an error.
---@param own table<string, perigee.Parameter>
---@param ... table<string, perigee.Parameter>
---@return table<string, perigee.Parameter>
function M.join(own, ...)
  local all = {}
  for _, part in ipairs { own, ... } do
    for name, spec in pairs(part) do
      if all[name] then error(("parameter '%s' is declared twice"):format(name), 2) end
      all[name] = spec
    end
  end
  return all
end

--- The same parameters, some with another default.
---@param all table<string, perigee.Parameter>
---@param defaults table<string, number|string|boolean>
---@return table<string, perigee.Parameter>
function M.default(all, defaults)
  for name, value in pairs(defaults) do
    local changed = {}
    local spec = all[name] or error(("there is no parameter '%s'"):format(name), 2)
    for key, field in pairs(spec) do changed[key] = field end
    changed[1] = value
    all[name] = changed
  end
  return all
end

return M
