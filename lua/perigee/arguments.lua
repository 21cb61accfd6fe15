--- Arguments by name, checked against a declaration: of SDK calls, and of example programs on the command line.
--
-- A declaration is a text: `coin:coin startTime:time endTime?:time name:text(1,16) asset:coin=coin`. Each word is the
-- name on the wire, "?" when it may be left out, the type with its bounds, and the name of the argument when that is
-- another; otherwise it is the wire's in snake_case (startTime: start_time).
local ffi = require "ffi"

local M = {}

--- startTime -> start_time, l2Book -> l2_book, nSigFigs -> n_sig_figs.
---@param name string
function M.snake(name) return (name:gsub("%u", function(c) return "_" .. c:lower() end)) end

------------------------------------------------------------------------------------------------------------- types

local int64, uint64 = ffi.typeof "int64_t", ffi.typeof "uint64_t"

local function is_whole(value)
  if type(value) == "number" then return value == math.floor(value) and math.abs(value) <= 2 ^ 53 end
  return ffi.istype(int64, value) or ffi.istype(uint64, value)
end

local function range_text(field, unit)
  if not field.least then return "" end
  return (" of %d to %d%s"):format(field.least, field.most, unit)
end

local function outside(field, value) return field.least and (value < field.least or value > field.most) end

--- The decimal text of a number or of a text that is one; nil for what is neither. Of a number 15 digits count, so that
--- 0.1 + 0.2 is 0.3.
---@return string?
function M.decimal(value)
  if type(value) == "number" then
    if value ~= value or math.abs(value) == math.huge then return nil end
    return ("%.15g"):format(value)
  end
  local is_text = type(value) == "string" and value:find "^[+-]?%d*%.?%d*[eE]?[+-]?%d*$" and tonumber(value)
  return is_text and value or nil
end

--- Each takes a value and its field, and gives the value as it is sent; or nil and what it should have been.
M.types = {
  any = function(value) return value end,
  text = function(value, field)
    if type(value) == "string" and not outside(field, #value) then return value end
    return nil, "a text" .. range_text(field, " bytes")
  end,
  integer = function(value, field)
    if is_whole(value) and not outside(field, value) then return value end
    return nil, "a whole number" .. range_text(field, "")
  end,
  boolean = function(value)
    if type(value) == "boolean" then return value end
    return nil, "true or false"
  end,
  decimal = function(value)
    local text = M.decimal(value)
    if text then return text end
    return nil, "a number, or a decimal text such as \"0.25\""
  end,
  time = function(value)
    if is_whole(value) and value > 100000000000 then return value end
    return nil, "a time in milliseconds since 1970"
  end,
  address = function(value)
    if type(value) == "string" and value:find("^0x" .. ("%x"):rep(40) .. "$") then return value:lower() end
    return nil, "an address: 0x and 40 hexadecimal digits"
  end,
}

--- Raises an error about misuse, at the place in the program where Perigee's own files were called.
function M.misuse(text, ...)
  local level = 2
  while true do
    local where = debug.getinfo(level, "S")
    if not where or not where.source:find("lua/perigee/", 1, true) then break end
    level = level + 1
  end
  error(text:format(...), level)
end

local misuse = M.misuse

--- A type whose values are the given texts.
---@param ... string
function M.one_of(...)
  local names, known = { ... }, {}
  for _, name in ipairs(names) do known[name] = true end
  return function(value)
    if known[value] then return value end
    return nil, table.concat(names, " or ")
  end
end

--- Functions by name, made of the entries of a list when they are first used: `client.info` and the like.
---@param list table<string, any>
---@param what string what an entry is, for the error about a name that is none
---@param make fun(entry: any, name: string): function
function M.functions(list, what, make)
  return setmetatable({}, { __index = function(self, name)
    local entry = list[name] or misuse("there is no %s '%s'", what, tostring(name))
    self[name] = make(entry, name)
    return self[name]
  end })
end

----------------------------------------------------------------------------------------------------- declarations

---@class perigee.Field
---@field wire string
---@field name string
---@field type string
---@field optional boolean
---@field least number?
---@field most number?

--- Reads a declaration.
---@param text string
---@return perigee.Field[]
function M.declare(text)
  local fields = {}
  for word in text:gmatch "%S+" do
    local wire, optional, kind, rest = word:match "^([%w_]+)(%??):([%w_]+)(.*)$"
    local least, most = (rest or ""):match "%((%d+),(%d+)%)"
    local name = (rest or ""):match "=([%w_]+)$"
    if not wire then error("no declaration of an argument: " .. word, 2) end
    fields[#fields + 1] = { wire = wire, name = name or M.snake(wire), type = kind, optional = optional == "?",
      least = tonumber(least), most = tonumber(most) }
  end
  return fields
end

local function names_of(fields)
  local names = {}
  for i, field in ipairs(fields) do names[i] = field.name end
  if #names == 0 then return "it takes none" end
  return "there are " .. table.concat(names, ", ")
end

local function shown(value)
  if type(value) == "string" then return ("%q"):format(value:sub(1, 64)) end
  return tostring(value)
end

--- Checks arguments: unknown names, missing ones and wrong types raise an error that names the argument. `types`: more
--- types, by name; `also`: names that are allowed beside the fields.
---@param where string what is called
---@param fields perigee.Field[]
---@param given table?
---@return table sent wire name -> value
function M.check(where, fields, given, types, also)
  local sent, known = {}, {}
  if given ~= nil and type(given) ~= "table" then
    misuse("%s takes arguments by name, as a table, not %s", where, shown(given))
  end
  given = given or {}
  for _, field in ipairs(fields) do
    known[field.name] = true
    local value = given[field.name]
    if value == nil and not field.optional then misuse("%s: %s is missing", where, field.name) end
    if value ~= nil then
      local check = types and types[field.type] or M.types[field.type] or error("no type " .. field.type)
      local made, expected = check(value, field)
      if made == nil then
        misuse("%s: %s should be %s, not %s", where, field.name, expected, shown(value))
      end
      sent[field.wire] = made
    end
  end
  for name in pairs(given) do
    if not known[name] and not (also and also[name]) then
      misuse("%s: there is no argument '%s' (%s)", where, tostring(name), names_of(fields))
    end
  end
  return sent
end

------------------------------------------------------------------------------------------------------- programs

local function usage(program)
  local lines = { "perigee lua " .. program.name .. " [options]", "", program.doc, "" }
  for _, option in ipairs(program.options) do
    local left = "--" .. option.name .. (option.flag and "" or " " .. (option.value or "VALUE"))
    local more = option.required and " (needed)" or option.default ~= nil and
      (" (default %s)"):format(tostring(option.default)) or ""
    lines[#lines + 1] = ("  %-22s %s%s"):format(left, option.doc, more)
  end
  return table.concat(lines, "\n") .. "\n"
end

local function end_with_usage(program, text, ...)
  io.stderr:write(program.name, ": ", text:format(...), "\n\n", usage(program))
  os.exit(2, true)
end

local function find_option(program, name)
  for _, option in ipairs(program.options) do
    if option.name == name then return option end
  end
end

local function take(program, options, list, i)
  local name, value = list[i]:match "^%-%-([%w-]+)=(.*)$"
  name = name or list[i]:match "^%-%-([%w-]+)$"
  local option = name and find_option(program, name)
  if not option then end_with_usage(program, "there is no option %s", list[i]) end
  local key = name:gsub("-", "_")
  if option.flag then
    options[key] = true
    return i
  end
  if value == nil then
    i = i + 1
    value = list[i]
  end
  if value == nil then end_with_usage(program, "--%s needs a value", name) end
  if option.number and not tonumber(value) then
    end_with_usage(program, "--%s takes a number, not '%s'", name, value)
  end
  options[key] = option.number and tonumber(value) or value
  return i
end

---@class perigee.Option
---@field name string as it is typed, without "--"; in the result "-" is "_"
---@field doc string
---@field default any
---@field required boolean?
---@field flag boolean? takes no value
---@field number boolean?
---@field value string? what stands for the value in the usage

--- Reads a program's options: `--name value`, `--name=value`, `--flag`. `--help` prints the usage and ends the program;
--- misuse ends it with status 2.
---@param program {name: string, doc: string, options: perigee.Option[]}
---@param list string[] the global `arg`
---@return table<string, any>
function M.program(program, list)
  local options, i = {}, 1
  for _, option in ipairs(program.options) do options[(option.name:gsub("-", "_"))] = option.default end
  while i <= #list do
    if list[i] == "--help" then
      io.stdout:write(usage(program))
      os.exit(0, true)
    end
    i = take(program, options, list, i) + 1
  end
  for _, option in ipairs(program.options) do
    if option.required and options[(option.name:gsub("-", "_"))] == nil then
      end_with_usage(program, "--%s is needed", option.name)
    end
  end
  return options
end

return M
