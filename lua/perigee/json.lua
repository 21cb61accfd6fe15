--- JSON (RFC 8259) for Lua programs: strict, exact, the same text for the same value.
--
-- null is json.null in both directions. Integers up to 2^53 are numbers, larger ones int64 or uint64 cdata: ids are
-- never rounded. Decimals are numbers, which round: the venues send prices and sizes as texts, keep them so. A decoded
-- array is marked (json.is_array), so that an empty one stays one; `json.array {}` marks one of your own. Objects are
-- written in the order of their names.
local ffi = require "ffi"

local M = {}

local byte, find, sub, format = string.byte, string.find, string.sub, string.format
local int64, uint64 = ffi.typeof "int64_t", ffi.typeof "uint64_t"

--- The value null. It is true in conditions: compare with it.
M.null = setmetatable({}, { __tostring = function() return "null" end, __metatable = "json.null",
  __newindex = function() error("json.null cannot be changed", 2) end })
local null = M.null

local Array = { __jsontype = "array" }

--- Marks a table as an array (an empty one is written as [] then). Returns it.
---@param t any[]
---@return any[]
function M.array(t) return setmetatable(t, Array) end

--- Whether a table is marked as an array.
---@return boolean
function M.is_array(t) return getmetatable(t) == Array end

local DEPTH = 200 -- arrays and objects within each other

---------------------------------------------------------------------------------------------------------- reading

local function refuse(at, text, ...) error({ json = format("byte %d: " .. text, at, ...) }, 0) end

local escapes = { ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

--- The UTF-8 text of a code point.
local function utf8(code)
  if code < 0x80 then return string.char(code) end
  local tail = string.char(0x80 + code % 0x40)
  if code < 0x800 then return string.char(0xC0 + math.floor(code / 0x40)) .. tail end
  tail = string.char(0x80 + math.floor(code / 0x40) % 0x40) .. tail
  if code < 0x10000 then return string.char(0xE0 + math.floor(code / 0x1000)) .. tail end
  return string.char(0xF0 + math.floor(code / 0x40000), 0x80 + math.floor(code / 0x1000) % 0x40) .. tail
end

--- The escape that begins at `at` (a backslash): its text, and where it ends.
local function read_escape(text, at)
  local letter = sub(text, at + 1, at + 1)
  if escapes[letter] then return escapes[letter], at + 2 end
  local code = tonumber(letter == "u" and text:match("^%x%x%x%x", at + 2) or "", 16)
  if not code then refuse(at, "no escape that JSON has") end
  if code < 0xD800 or code > 0xDFFF then return utf8(code), at + 6 end
  local low = tonumber(text:match("^\\u(%x%x%x%x)", at + 6) or "", 16)
  if code > 0xDBFF or not low or low < 0xDC00 or low > 0xDFFF then refuse(at, "half of a surrogate pair") end
  return utf8(0x10000 + (code - 0xD800) * 0x400 + low - 0xDC00), at + 12
end

--- The string whose opening quote is at `at`, and the place behind it.
local function read_string(text, at)
  local start, parts = at + 1, nil
  while true do
    local stop = find(text, '["\\%c]', start)
    local c = stop and byte(text, stop)
    if not stop then refuse(at, "a string has no end") end
    if c == 34 then
      local last = sub(text, start, stop - 1)
      if parts then
        parts[#parts + 1] = last
        last = table.concat(parts)
      end
      return last, stop + 1
    elseif c == 127 then -- %c has it, JSON allows it
      parts = parts or {}
      parts[#parts + 1] = sub(text, start, stop)
      start = stop + 1
    elseif c ~= 92 then
      refuse(stop, "a control character in a string")
    else
      parts = parts or {}
      parts[#parts + 1] = sub(text, start, stop - 1)
      parts[#parts + 1], start = read_escape(text, stop)
    end
  end
end

--- An integer of more than 15 digits, exactly.
local function read_large(digits, negative, at)
  local value = 0ULL
  local limit = negative and 9223372036854775808ULL or 18446744073709551615ULL
  for i = 1, #digits do
    local digit = byte(digits, i) - 48
    if value > (limit - digit) / 10 then refuse(at, "an integer that 64 bits do not hold") end
    value = value * 10 + digit
  end
  if value <= 9007199254740992ULL then return negative and -tonumber(value) or tonumber(value) end
  if negative then return -int64(value) end
  return value <= 9223372036854775807ULL and int64(value) or value
end

local function read_number(text, at)
  local _, stop, sign, whole = find(text, "^(%-?)(%d+)", at)
  if not stop or (#whole > 1 and byte(whole) == 48) then refuse(at, "no value that JSON has") end
  local _, fraction = find(text, "^%.%d+", stop + 1)
  local _, exponent = find(text, "^[eE][+-]?%d+", (fraction or stop) + 1)
  local last = exponent or fraction or stop
  if find(text, "^[%w.+-]", last + 1) then refuse(at, "no value that JSON has") end
  if last == stop and #whole > 15 then return read_large(whole, sign == "-", at), last + 1 end
  local value = tonumber(sub(text, at, last))
  if value == math.huge or value == -math.huge then refuse(at, "a number too large for a double") end
  return value, last + 1
end

local words = { t = { "true", true }, f = { "false", false }, n = { "null", null } }

local read_value

local function skip(text, at) return find(text, "[^ \t\r\n]", at) or #text + 1 end

local function read_array(text, at, depth)
  local list, n = setmetatable({}, Array), 0
  at = skip(text, at + 1)
  if byte(text, at) == 93 then return list, at + 1 end
  while true do
    n = n + 1
    list[n], at = read_value(text, at, depth)
    at = skip(text, at)
    local c = byte(text, at)
    if c == 93 then return list, at + 1 end
    if c ~= 44 then refuse(at, c and "',' or ']' should be here" or "an array has no end") end
    at = skip(text, at + 1)
  end
end

local function read_object(text, at, depth)
  local object = {}
  at = skip(text, at + 1)
  if byte(text, at) == 125 then return object, at + 1 end
  while true do
    if byte(text, at) ~= 34 then refuse(at, "a name in quotes should be here") end
    local name, behind = read_string(text, at)
    if object[name] ~= nil then refuse(at, "the member '%s' is given twice", name:sub(1, 64)) end
    at = skip(text, behind)
    if byte(text, at) ~= 58 then refuse(at, "':' should be here") end
    object[name], at = read_value(text, skip(text, at + 1), depth)
    at = skip(text, at)
    local c = byte(text, at)
    if c == 125 then return object, at + 1 end
    if c ~= 44 then refuse(at, c and "',' or '}' should be here" or "an object has no end") end
    at = skip(text, at + 1)
  end
end

function read_value(text, at, depth)
  local c = byte(text, at)
  if c == 34 then return read_string(text, at) end
  if c == 123 or c == 91 then
    if depth == DEPTH then refuse(at, "more than %d levels", DEPTH) end
    if c == 123 then return read_object(text, at, depth + 1) end
    return read_array(text, at, depth + 1)
  end
  if not c then refuse(at, "a value should be here") end
  local word = words[string.char(c)]
  if not word then return read_number(text, at) end
  local stop = at + #word[1]
  if sub(text, at, stop - 1) ~= word[1] or find(text, "^[%w_]", stop) then refuse(at, "no value that JSON has") end
  return word[2], stop
end

local function read_document(text)
  local value, at = read_value(text, skip(text, 1), 0)
  at = skip(text, at)
  if at <= #text then refuse(at, "something behind the end") end
  return value
end

--- Reads one document. On text that is no JSON: nil and what is wrong where ("byte 12: ...").
---@param text string
---@return any value, string? error
function M.decode(text)
  if type(text) ~= "string" then error("json.decode takes a text, not " .. type(text), 2) end
  local good, value = pcall(read_document, text)
  if good then return value end
  if type(value) == "table" and value.json then return nil, value.json end
  error(value, 0)
end

---------------------------------------------------------------------------------------------------------- writing

local short = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r",
  ["\t"] = "\\t" }

local function quote(text)
  return '"' .. text:gsub('[%c"\\]', function(c)
    if c == "\127" then return c end
    return short[c] or format("\\u%04x", byte(c))
  end) .. '"'
end

local function number_text(value)
  if value ~= value or value == math.huge or value == -math.huge then
    error({ json = "JSON has no number for " .. tostring(value) }, 0)
  end
  if value == math.floor(value) and math.abs(value) < 1e15 then return format("%d", value) end
  local text = format("%.15g", value)
  if tonumber(text) ~= value then text = format("%.17g", value) end
  return text
end

local function cdata_text(value)
  if not ffi.istype(int64, value) and not ffi.istype(uint64, value) then
    error({ json = "JSON has no value for " .. tostring(value) }, 0)
  end
  return (tostring(value):gsub("U?LL$", ""))
end

local write_value

local function write_array(out, list, depth)
  local n = 0
  for key in pairs(list) do
    if type(key) ~= "number" then error({ json = "an array has the member " .. tostring(key) }, 0) end
    n = math.max(n, key)
  end
  if n ~= #list then error({ json = "an array has a hole" }, 0) end
  out[#out + 1] = "["
  for i = 1, n do
    if i > 1 then out[#out + 1] = "," end
    write_value(out, list[i], depth)
  end
  out[#out + 1] = "]"
end

local function write_object(out, object, depth)
  local names = {}
  for name in pairs(object) do
    if type(name) ~= "string" then error({ json = "an object has the key " .. tostring(name) }, 0) end
    names[#names + 1] = name
  end
  table.sort(names)
  out[#out + 1] = "{"
  for i, name in ipairs(names) do
    if i > 1 then out[#out + 1] = "," end
    out[#out + 1] = quote(name)
    out[#out + 1] = ":"
    write_value(out, object[name], depth)
  end
  out[#out + 1] = "}"
end

function write_value(out, value, depth)
  local kind = type(value)
  if value == null or kind == "nil" then
    out[#out + 1] = "null"
  elseif kind == "table" then
    if depth == DEPTH then error({ json = format("more than %d levels", DEPTH) }, 0) end
    if M.is_array(value) or value[1] ~= nil then return write_array(out, value, depth + 1) end
    write_object(out, value, depth + 1)
  elseif kind == "string" then
    out[#out + 1] = quote(value)
  elseif kind == "number" then
    out[#out + 1] = number_text(value)
  elseif kind == "boolean" then
    out[#out + 1] = tostring(value)
  elseif kind == "cdata" then
    out[#out + 1] = cdata_text(value)
  else
    error({ json = "JSON has no value for a " .. kind }, 0)
  end
end

--- Writes a value, without blanks. Raises an error for what JSON cannot hold: functions, NaN, keys that are no names.
---@param value any
---@return string
function M.encode(value)
  local out = {}
  local good, why = pcall(write_value, out, value, 0)
  if good then return table.concat(out) end
  error("json.encode: " .. (type(why) == "table" and why.json or tostring(why)), 2)
end

return M
