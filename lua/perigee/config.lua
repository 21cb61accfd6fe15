--- The words of config.lua: they note what they are called with and where; host/script/config.c checks it.
local sandbox = require "perigee.sandbox"
local declare = require "perigee.declare"

local M = {}

--- What a word takes: a name in front of its table, and whether there may be several.
local words = {
  venue = { named = true, many = true },
  market = { many = true },
  risk = {}, record = {}, web = {}, host = {},
}
local sources = { "env", "file", "keystore" }

local function unknown_word(name, known)
  if name == "print" then error("a configuration prints nothing; `perigee check` shows what is in effect", 3) end
  error(("there is no '%s' here%s"):format(tostring(name), declare.guess(tostring(name), known)), 3)
end

--- Runs a compiled configuration. Returns its calls in order, each { word = , line = , name = , fields = }, or with
-- `problem` and `remedy` in place of fields; and the references to secrets: secrets[reference] = { source, name }.
---@param chunk function of (probe)
---@param line_of fun(): integer the line of config.lua that is running
function M.run(chunk, line_of)
  local calls, secrets, known = {}, {}, {}

  local function note(word, name, fields)
    local call = { word = word, line = line_of(), name = name }
    if type(fields) == "table" and not secrets[fields] then
      call.fields = fields
    else
      call.problem = ("%s takes a table"):format(word)
      call.remedy = ("write %s%s { ... }"):format(word, words[word].named and ' "NAME"' or "")
    end
    calls[#calls + 1] = call
  end

  --- venue "name" { ... }: two calls. One without its table is noticed at the end.
  local function named(word)
    return function(name)
      if type(name) ~= "string" then
        note(word)
        return function() end
      end
      local call = {
        word = word, line = line_of(), name = name,
        problem = ("%s '%s' has no table behind its name"):format(word, name:sub(1, 40)),
        remedy = ('write %s "NAME" { ... }'):format(word),
      }
      calls[#calls + 1] = call
      return function(fields)
        if call.fields or type(fields) ~= "table" or secrets[fields] then return end
        call.fields, call.problem = fields, nil
      end
    end
  end

  local function secret(source)
    return function(name)
      if type(name) ~= "string" then error(('%s takes a name: %s "NAME"'):format(source, source), 2) end
      local reference = {}
      secrets[reference] = { source, name }
      return reference
    end
  end

  local vocabulary = {}
  for word, rule in pairs(words) do
    vocabulary[word] = rule.named and named(word) or function(fields) note(word, nil, fields) end
  end
  for _, source in ipairs(sources) do vocabulary[source] = secret(source) end

  local env = sandbox.environment(vocabulary, function() end)
  env.print, env.require = nil, nil
  for name in pairs(env) do known[#known + 1] = name end
  table.sort(known)
  setmetatable(env, {
    __index = function(_, name) unknown_word(name, known) end,
    __newindex = function(_, name)
      error(("'%s' is set for the whole file; write: local %s = ..."):format(tostring(name), tostring(name)), 2)
    end,
    __metatable = false,
  })
  setfenv(chunk, env)
  chunk(sandbox.probe)
  return calls, secrets
end

return M
