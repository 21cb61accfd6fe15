--- The reasons of quotes: what ctx:explain is told, kept where the host can read it (pg_explanation, engine/view.h).
local ffi = require "ffi"

local M = {}

local TERMS, WORDS, LENGTH = 24, 32, 23
local nan = 0 / 0

--- Terms by name, which a script may read and set, and a function that hands them to the host with a declaration.
-- Terms beyond 24 and texts beyond 32 stay with the script. Nothing is allocated once each has been seen.
---@param shared ffi.cdata* pg_explanation *
---@return table<string, number|string> told
---@return fun() publish
function M.new(shared)
  local names, known, words = {}, { none = true }, {} -- "none" is why nothing is quoted: no quote carries it

  local function put(target, text) ffi.copy(target, text, math.min(#text, LENGTH)) end

  local told = setmetatable({}, {
    __newindex = function(t, name, value)
      name = tostring(name)
      if not known[name] and #names < TERMS then
        put(shared.name[#names], name)
        names[#names + 1], known[name] = name, true
        shared.count = #names
      end
      rawset(t, name, value)
    end,
  })

  local function word(text)
    local count = shared.word_count
    if count == WORDS then return count - 1 end
    local last = count == WORDS - 1 and "(others)" or text
    put(shared.words[count], last)
    shared.word_count, words[text] = count + 1, count
    return count
  end

  local function publish()
    for i = 1, #names do
      local value = told[names[i]]
      if type(value) == "string" then
        shared.word[i - 1] = words[value] or word(value)
      else
        shared.word[i - 1], shared.value[i - 1] = -1, type(value) == "number" and value or nan
      end
    end
    shared.version = shared.version + 1
  end

  return told, publish
end

return M
