--- What a person may ask of a running strategy: parameters, reasons, expressions. Called by host/script/session_live.c.
local declare = require "perigee.declare"
local sandbox = require "perigee.sandbox"

local M = {}

--- Methods that only look.
local looking = { value = true, age = true, level = true, imbalance = true, depth = true, open_orders = true,
  file_params = true }

--- What stands behind a glass table: for printing.
local behind = setmetatable({}, { __mode = "k" })

local view -- of a value, for eyes only

local function packed(...) return select("#", ...), { ... } end

local function views(...)
  local count, values = packed(...)
  for i = 1, count do values[i] = view(values[i]) end
  return unpack(values, 1, count)
end

local function view_function(name, fn, owner)
  if not looking[name] then
    return function() error(("%s acts or changes something: perigee attach --write"):format(tostring(name)), 2) end
  end
  return function(_, ...) return views(fn(owner, ...)) end
end

--- A table seen through glass: nothing can be set, and only methods that look can be called.
function view(value, seen)
  if type(value) ~= "table" then return value end
  seen = seen or {}
  if seen[value] then return seen[value] end
  local glass = {}
  seen[value] = glass
  behind[glass] = value
  return setmetatable(glass, {
    __index = function(_, key)
      local field = value[key]
      if type(field) == "function" then return view_function(key, field, value) end
      return view(field, seen)
    end,
    __newindex = function() error("this is read-only: perigee attach --write", 2) end,
    __call = function() error("this is read-only: perigee attach --write", 2) end,
    __metatable = false,
  })
end

local function text_of(value, depth)
  if type(value) == "number" then return ("%.10g"):format(value) end
  if type(value) ~= "table" then return tostring(value) end
  local source = behind[value] or value
  if depth <= 0 then return "{...}" end
  local names, parts = {}, {}
  for key in pairs(source) do names[#names + 1] = key end
  table.sort(names, function(a, b) return tostring(a) < tostring(b) end)
  for i, key in ipairs(names) do
    if i > 40 then
      parts[#parts + 1] = "..."
      break
    end
    local field = source[key]
    if type(field) ~= "function" then
      parts[#parts + 1] = ("%s = %s"):format(tostring(key), text_of(field, depth - 1))
    end
  end
  return "{ " .. table.concat(parts, ", ") .. " }"
end

--- Evaluates an expression or a statement with ctx, params, state and the estimators by their slots.
---@param session table
---@param text string
---@param write boolean
---@return string
function M.eval(session, text, write)
  local words = {}
  local function put(name, value) words[name] = write and value or view(value) end
  put("ctx", session.ctx)
  put("params", session.params)
  put("state", session.strategy.state)
  put("reasons", session.ctx and session.ctx.reasons or {})
  for _, entry in ipairs(session.estimators) do put(entry.slot, entry.object) end
  local lines = {}
  local env = sandbox.environment(words, function(line) lines[#lines + 1] = line end)
  local chunk, why = perigee_host.compile("return " .. text, "console") -- luacheck: globals perigee_host
  if not chunk then chunk, why = perigee_host.compile(text, "console") end -- luacheck: globals perigee_host
  if not chunk then error(why, 0) end
  setfenv(chunk, env)
  local count, results = packed(chunk(sandbox.probe))
  for i = 1, count do lines[#lines + 1] = text_of(results[i], 2) end
  return table.concat(lines, "\n")
end

--- The terms of the current quotes, as ctx:explain was told them, by name.
function M.why(session)
  local reasons = session.ctx and session.ctx.reasons or {}
  local parts = {}
  for _, name in ipairs(declare.sorted_names(reasons)) do
    parts[#parts + 1] = ("%s %s"):format(name, text_of(reasons[name], 1))
  end
  for _, entry in ipairs(session.estimators) do
    local fine, value, second = pcall(entry.object.value, entry.object)
    if fine and type(value) == "number" then
      parts[#parts + 1] = ("%s = %.6g"):format(entry.slot, value)
    elseif fine then
      parts[#parts + 1] = ("%s: %s"):format(entry.slot, tostring(second or "no value"))
    end
  end
  return table.concat(parts, "\n")
end

--- What the estimator in a slot says now, when it gives `what` ("sigma_rel"); nil without one, or without a value.
function M.estimate(session, slot, what)
  for _, entry in ipairs(session.estimators) do
    if entry.slot == slot and entry.class.declaration.definition.gives == what then
      local value = entry.object:value()
      return type(value) == "number" and value or nil
    end
  end
end

--- The owner's parameters and its class, by "gamma" or "sigma.half_life_s".
local function owner_of(session, name)
  local slot, rest = name:match "^([^.]+)%.(.+)$"
  if not slot then return session.class, session.params, name, session.settings.path end
  for _, entry in ipairs(session.estimators) do
    if entry.slot == slot then return entry.class, entry.params, rest, entry.path end
  end
  error(("there is no estimator slot '%s'"):format(slot), 0)
end

--- Sets a parameter after the same checks as at the start. Returns the old and the new value as texts.
function M.set(session, name, text)
  local class, params, own, path = owner_of(session, name)
  local checked = declare.parameters(class, { [own] = text }, path)
  local before = rawget(params, own)
  params[own] = checked[own]
  return tostring(before), tostring(checked[own])
end

--- Names that complete a prefix at the prompt.
function M.names(session)
  local names = {}
  for name in pairs(session.class.declaration.definition.params or {}) do names[#names + 1] = "params." .. name end
  for _, entry in ipairs(session.estimators) do names[#names + 1] = entry.slot end
  table.sort(names)
  return table.concat(names, "\n")
end

--- State that survives a reload.
function M.state(session) return session.strategy.state end

--- Takes over the state of the version before: on_reload(ctx, old_state, old_version) makes the new one, or it is taken
-- as it is.
function M.reloaded(session, old_state, old_version)
  local strategy = session.strategy
  if strategy.on_reload then
    strategy:on_reload(session.ctx, old_state, old_version)
  else
    strategy.state = old_state
  end
end

return M
