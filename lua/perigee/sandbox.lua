--- The environment that scripts run in: no io, os, ffi, debug, package, no loading of code, deterministic. Scripts that
-- config.lua trusts get the ffi on top of it, and with it whatever the host can do.
local host = require "perigee.host"

local M = {}

local C, budget = host.C, host.budget
local budget_message = host.budget_message

--- Called by every probe in a script (host/script/probe.h).
local function probe()
  if C.pg_budget_probe(budget) ~= 0 then error(budget_message, 2) end
end
M.probe = probe

--- Functions that can be handed over as they are.
local plain = {
  "assert", "error", "ipairs", "next", "pairs", "pcall", "rawequal", "rawget", "rawset", "select", "setmetatable",
  "tonumber", "type", "unpack", "xpcall",
}

--- Addresses would differ from run to run, and a decision that depends on one could not be repeated.
local function tostring_without_address(value)
  local kind = type(value)
  if kind == "table" or kind == "function" or kind == "thread" or kind == "userdata" then
    local meta = kind == "table" and getmetatable(value)
    if type(meta) == "table" and meta.__tostring then return tostring(value) end
    return kind
  end
  return tostring(value)
end

--- Pattern functions run in C, where no probe is: bound what they can cost. A pattern with k repetitions may take
-- (length of the subject)^k steps.
local max_pattern_steps = 1e7
local format, gsub = string.format, string.gsub -- the originals: "text":format() will be the bounded ones

local function check_pattern(name, subject, pattern)
  if type(subject) ~= "string" and type(subject) ~= "number" then
    error(format("string.%s: the subject is a %s, not a string", name, type(subject)), 3)
  end
  if type(pattern) ~= "string" then
    error(format("string.%s: the pattern is a %s, not a string", name, type(pattern)), 3)
  end
  local repetitions = select(2, gsub(pattern, "[%*%+%-%?]", ""))
  local length = #tostring(subject)
  if length ^ math.max(repetitions, 1) > max_pattern_steps then
    error(format("string.%s: %d repetitions over %d characters could take too long", name, repetitions, length), 3)
  end
end

local function bounded_string()
  local s = {}
  for name, fn in pairs(string) do s[name] = fn end
  s.dump = nil
  for _, name in ipairs { "find", "match", "gmatch", "gsub" } do
    local original = string[name]
    s[name] = function(subject, pattern, ...)
      check_pattern(name, subject, pattern)
      return original(subject, pattern, ...)
    end
  end
  local rep = string.rep
  s.rep = function(text, n, ...)
    if type(text) == "string" and type(n) == "number" and #text * n > 2 ^ 20 then
      error("string.rep: the result would be longer than 1 MiB", 2)
    end
    return rep(text, n, ...)
  end
  return s
end

local function copy(library, without)
  local t = {}
  for name, fn in pairs(library) do
    if not (without and without[name]) then t[name] = fn end
  end
  return t
end

local function safe_getmetatable(value)
  if type(value) == "table" then return getmetatable(value) end
  return nil
end

--- Modules that a script may `require`.
local allowed = {}
for _, name in ipairs { "kernels", "estimators", "maker", "params", "skew", "sizing", "bounds", "risk_gamma", "adverse",
  "reactions", "regime", "carry", "trend_filter", "schedule", "refresh" } do
  allowed["perigee." .. name] = true
end

local function script_require(name)
  if name == "ffi" then
    error("module 'ffi' is not for scripts, unless they are trusted: trusted = true in their market { } of config.lua,"
      .. " --trusted elsewhere", 2)
  end
  if not allowed[name] then
    local names = {}
    for module in pairs(allowed) do names[#names + 1] = module end
    table.sort(names)
    error(("module '%s' is not for scripts; there is: %s"):format(tostring(name), table.concat(names, ", ")), 2)
  end
  return require(name)
end

local function trusted_require(name)
  if name == "ffi" then return require "ffi" end
  return script_require(name)
end

--- Makes an environment for one script. `words` are added to it (strategy, estimator, ...).
---@param words table<string, any>
---@param say fun(text: string) receives what the script prints
---@param trusted? boolean it may `require "ffi"`
---@return table
function M.environment(words, say, trusted)
  local env = {}
  for _, name in ipairs(plain) do env[name] = _G[name] end
  env.tostring = tostring_without_address
  env.getmetatable = safe_getmetatable
  env.string = bounded_string()
  env.table = copy(table)
  env.math = copy(math, { randomseed = true })
  env.bit = copy(bit)
  env.coroutine = copy(coroutine)
  env.require = trusted and trusted_require or script_require
  env.print = function(...)
    local parts = {}
    for i = 1, select("#", ...) do parts[i] = tostring_without_address((select(i, ...))) end
    say(table.concat(parts, "\t"))
  end
  env._G = env
  env._VERSION = _VERSION
  for name, word in pairs(words) do env[name] = word end
  return env
end

--- Loads a script file and runs it in an environment; returns what it returns.
---@param path string
---@param name string what messages call it
---@param env table
function M.run(path, name, env)
  local chunk = host.load(path, name)
  setfenv(chunk, env)
  return chunk(probe)
end

-- ("text"):rep() goes through the string metatable: it gets the bounded functions too, and cannot be changed.
local string_meta = getmetatable ""
string_meta.__index = bounded_string()
string_meta.__metatable = false

return M
