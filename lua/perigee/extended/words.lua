--- Types of arguments that only Extended has: its words, names and decimals.
local ffi = require "ffi"
local arguments = require "perigee.arguments"
local host = require "perigee.host"
local json = require "perigee.json"
local sdk = require "perigee.sdk"

local C = host.C
local M = {}

--- A word of a list, in any case; sent in capitals.
local function one_of(...)
  local names, known = { ... }, {}
  for _, name in ipairs(names) do known[name] = true end
  return function(value)
    local word = type(value) == "string" and value:upper()
    if known[word] then return word end
    return nil, table.concat(names, ", ")
  end
end

--- A list of values of a type, or a single one.
local function list_of(check, what)
  return function(value)
    local list = json.array {}
    for i, one in ipairs(type(value) == "table" and value or { value }) do
      list[i] = check(one, {})
      if list[i] == nil then return nil, "a list of " .. what end
    end
    if #list == 0 then return nil, "a list of " .. what end
    return list
  end
end

--- Up to 2^64: larger ones than a double holds are cdata, as json reads them, or texts.
local function id(value)
  if type(value) == "string" and value:find "^%d+$" and #value <= 20 then return value end
  return arguments.types.integer(value, {})
end

local function external_id(value)
  if type(value) == "string" and value:find "^[%w_-]+$" and #value <= 76 then return value end
  return nil, "an external id: 1 to 76 characters of A-Z, a-z, 0-9, _ and -"
end

M.types = setmetatable({
  market = function(value)
    if type(value) == "string" and value:find "^[%w._-]+$" and #value < 48 then return value end
    return nil, "the name of a market, such as BTC-USD"
  end,
  side = one_of("BUY", "SELL"),
  position_side = one_of("LONG", "SHORT"),
  order_type = one_of("LIMIT", "MARKET", "CONDITIONAL", "TPSL", "TWAP"),
  sent_type = one_of("LIMIT", "MARKET", "CONDITIONAL", "TPSL"),
  trade_type = one_of("TRADE", "LIQUIDATION", "DELEVERAGE"),
  tif = one_of("GTT", "IOC"),
  self_trade = one_of("ACCOUNT", "CLIENT", "DISABLED"),
  price_type = one_of("LAST", "MARK", "INDEX"),
  execution = one_of("LIMIT", "MARKET"),
  direction = one_of("UP", "DOWN"),
  legs = one_of("ORDER", "POSITION"),
  sort = one_of("ID", "UPDATED_AT"),
  candle_type = arguments.one_of("trades", "mark-prices", "index-prices"),
  interval = one_of("PT1M", "PT5M", "PT15M", "PT30M", "PT1H", "PT2H", "PT4H", "PT8H", "PT12H", "PT24H", "P1D", "P7D",
    "P30D"),
  open_interest_interval = one_of("P1H", "P1D"),
  id = id,
  ids = list_of(id, "ids"),
  external_id = external_id,
  external_ids = list_of(external_id, "external ids"),
  texts = list_of(arguments.types.text, "texts"),
  felt = function(value)
    if type(value) == "string" and value:find "^0x%x+$" and #value <= 66 then return value:lower() end
    return nil, "0x and at most 64 hexadecimal digits"
  end,
  part = function(value)
    if type(value) == "table" then return value end
    return nil, "a table"
  end,
}, { __index = arguments.types })
M.types.markets = list_of(M.types.market, "markets")

---------------------------------------------------------------------------------------------------------- numbers

--- Calls a function of C that writes a number. The text, or nil and why not.
function M.into_text(fn, ...)
  local text = ffi.new("char[?]", tonumber(C.PG_SDK_EXT_NUMBER))
  local good, why = sdk.call(fn, text, ...)
  if not good then return nil, why end
  return ffi.string(text)
end

--- The shortest text of a decimal, exactly; nil and why when it is none, such as "1e5".
---@return string? text, string? error
function M.canonical(number)
  local text = arguments.decimal(number)
  if not text then return nil, "it is no decimal number" end
  if type(number) == "number" and text:find "e" then text = ("%.15f"):format(number) end
  return M.into_text(C.pg_sdk_ext_decimal, text)
end

--- 1, 0, -1 as a is above, equal to or below b, exactly.
function M.compare(a, b) return C.pg_sdk_ext_compare(a, b) end

return M
