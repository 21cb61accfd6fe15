--- `strategy { ... }` and `estimator { ... }`: what a script declares, checked, and the values its parameters get.
local M = {}

local callbacks = {
  strategy = { "on_start", "on_book", "on_trade", "on_fill", "on_order", "on_funding", "on_reference", "on_timer",
    "on_reload", "on_stop" },
  estimator = { "on_start", "on_book", "on_trade", "on_fill", "on_funding", "on_reference", "on_sample", "on_gap",
    "value" },
}

local known_keys = {
  strategy = { name = "string", doc = "string", params = "table", estimators = "table" },
  estimator = { name = "string", doc = "string", params = "table", gives = "string", unit = "string" },
}

local parameter_keys = { min = "number", max = "number", unit = "string", doc = "string", options = "table" }

local function fail(text, ...) error(text:format(...), 0) end

local function sorted_names(t)
  local names = {}
  for name in pairs(t) do names[#names + 1] = name end
  table.sort(names)
  return names
end
M.sorted_names = sorted_names

--- Number of single-character edits between two names: to guess what was meant.
local function edits(a, b)
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      diagonal, row[j] = row[j], math.min(row[j] + 1, row[j - 1] + 1, diagonal + cost)
    end
  end
  return row[#b]
end

--- " (did you mean 'x'?)" or "".
function M.guess(name, names)
  local best, best_edits = nil, 3
  for _, candidate in ipairs(names) do
    local n = edits(name, candidate)
    if n < best_edits then best, best_edits = candidate, n end
  end
  return best and (" (did you mean '%s'?)"):format(best) or ""
end

local function check_value(spec, value, what)
  local default = spec[1]
  if type(value) ~= type(default) then
    return ("%s must be a %s, not %s"):format(what, type(default), tostring(value))
  end
  if spec.options then
    for _, option in ipairs(spec.options) do
      if option == value then return nil end
    end
    return ("%s is '%s'; it must be one of: %s"):format(what, tostring(value), table.concat(spec.options, ", "))
  end
  if type(value) ~= "number" then return nil end
  if value ~= value or value == math.huge or value == -math.huge then
    return ("%s must be a finite number"):format(what)
  end
  local unit = spec.unit and " " .. spec.unit or ""
  if spec.min and value < spec.min then
    return ("%s is %g%s, below its minimum %g"):format(what, value, unit, spec.min)
  end
  if spec.max and value > spec.max then
    return ("%s is %g%s, above its maximum %g"):format(what, value, unit, spec.max)
  end
  return nil
end

local function check_parameter(name, spec)
  if type(name) ~= "string" or not name:find "^[%a_][%w_]*$" then
    fail("a parameter's name must be a word, not '%s'", tostring(name))
  end
  if type(spec) ~= "table" or spec[1] == nil then
    fail("parameter '%s' must be a table that begins with its default: { 5, min = 0, doc = \"...\" }", name)
  end
  for key, value in pairs(spec) do
    local kind = parameter_keys[key]
    if key ~= 1 and not kind then
      fail("parameter '%s' has an unknown key '%s'%s", name, tostring(key),
        M.guess(tostring(key), sorted_names(parameter_keys)))
    elseif kind and type(value) ~= kind then
      fail("parameter '%s': %s must be a %s", name, key, kind)
    end
  end
  local kind = type(spec[1])
  if kind ~= "number" and kind ~= "string" and kind ~= "boolean" then
    fail("parameter '%s' has a default of type %s; numbers, strings and booleans are possible", name, kind)
  end
  local wrong = check_value(spec, spec[1], "the default of parameter '" .. name .. "'")
  if wrong then fail("%s", wrong) end
end

local function declare(kind, definition)
  if type(definition) ~= "table" then fail("%s { ... } takes a table", kind) end
  for key, value in pairs(definition) do
    local wanted = known_keys[kind][key]
    if not wanted then
      fail("%s has an unknown key '%s'%s", kind, tostring(key),
        M.guess(tostring(key), sorted_names(known_keys[kind])))
    elseif type(value) ~= wanted then
      fail("%s: %s must be a %s, not a %s", kind, key, wanted, type(value))
    end
  end
  if not definition.name then fail("%s { ... } needs a name", kind) end
  for name, spec in pairs(definition.params or {}) do check_parameter(name, spec) end
  local class = { name = definition.name, declaration = { kind = kind, definition = definition } }
  class.__index = class
  return class
end

--- What a strategy file calls. Returns the table that its callbacks are put into.
---@param definition {name: string, doc?: string, params?: table, estimators?: table}
function M.strategy(definition) return declare("strategy", definition) end

--- What an estimator file calls.
---@param definition {name: string, gives?: string, unit?: string, doc?: string, params?: table}
function M.estimator(definition)
  local class = declare("estimator", definition)

  --- Seconds of engine time since the value was computed (the estimator notes it as self.time); nil before the first.
  function class:age() return self.time and self.ctx and self.ctx.now - self.time or nil end

  return class
end

--- Checks that `class`, returned by the file `path`, was declared as `kind` and has callbacks of known names.
function M.check_class(class, kind, path)
  local declaration = type(class) == "table" and rawget(class, "declaration")
  if not declaration or declaration.kind ~= kind then
    error(("%s: the file must return what %s { ... } gave it"):format(path, kind), 0)
  end
  local has_any = false
  for name, value in pairs(class) do
    if type(name) == "string" and name:find "^on_" and type(value) == "function" then
      has_any = true
      local known = false
      for _, callback in ipairs(callbacks[kind]) do known = known or callback == name end
      if not known then
        error(("%s: there is no callback '%s'%s"):format(path, name, M.guess(name, callbacks[kind])), 0)
      end
    end
  end
  if kind == "strategy" and not has_any then
    error(("%s: the strategy has no callback; it could never act. There are: %s"):format(path,
      table.concat(callbacks.strategy, ", ")), 0)
  end
  if kind == "estimator" and type(class.value) ~= "function" then
    error(("%s: an estimator needs a function value()"):format(path), 0)
  end
end

--- A text from the command line as a value of the parameter's type; nil when it is none.
local function convert(spec, text)
  if type(text) ~= "string" or type(spec[1]) == "string" then return text end
  if type(spec[1]) == "number" then return tonumber(text) end
  if text == "true" then return true elseif text == "false" then return false end
  return nil
end

--- The values of a class's parameters: defaults, overridden by `settings` (values or texts), all checked.
---@param class table
---@param settings table<string, any>
---@param path string for messages
---@return table<string, any>
function M.parameters(class, settings, path)
  local specs = class.declaration.definition.params or {}
  local values = {}
  for name, spec in pairs(specs) do values[name] = spec[1] end
  for name, setting in pairs(settings) do
    local spec = specs[name]
    if not spec then
      local names = sorted_names(specs)
      error(("%s has no parameter '%s'%s; declared are: %s"):format(path, name, M.guess(name, names),
        #names > 0 and table.concat(names, ", ") or "none"), 0)
    end
    local value = convert(spec, setting)
    if value == nil then
      error(("%s: parameter '%s' must be a %s, not '%s'"):format(path, name, type(spec[1]), tostring(setting)), 0)
    end
    local wrong = check_value(spec, value, "parameter '" .. name .. "'")
    if wrong then error(path .. ": " .. wrong, 0) end
    values[name] = value
  end
  return values
end

--- Makes reading an undeclared parameter an error that names the declared ones, instead of a nil that travels.
function M.guard_parameters(values)
  return setmetatable(values, {
    __index = function(_, name)
      error(("attempt to read an undeclared parameter '%s'; declared are: %s"):format(tostring(name),
        table.concat(sorted_names(values), ", ")), 2)
    end,
    __newindex = function(_, name) error(("parameter '%s' cannot be added"):format(tostring(name)), 2) end,
    __metatable = false,
  })
end

return M
