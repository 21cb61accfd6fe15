--- What is traded on Lighter, and its whole numbers: by the host's own rules (host/venue/lighter).
local ffi = require "ffi"
local arguments = require "perigee.arguments"
local host = require "perigee.host"
local sdk = require "perigee.sdk"

local C = host.C
local M = {}

local REFRESH_S, AGAIN_S = 3600, 10
local USDC_DECIMALS = 6

---@class perigee.lighter.Market
---@field id integer
---@field symbol string
---@field spot boolean
---@field active boolean
---@field reduce_only boolean positions can only be made smaller
---@field size_decimals integer
---@field price_decimals integer
---@field quote_multiplier integer
---@field min_size string of orders that rest
---@field min_value string
---@field least_fraction integer the least initial margin fraction, in 1e-4; 0: not known
---@field maker_fee string percent; what an account pays is told by account_limits
---@field taker_fee string

----------------------------------------------------------------------------------------------------------- numbers

--- A decimal number as a whole number of units of 10^-decimals, exactly, or rounded "down" or "up".
---@param value number|string
---@param decimals integer
---@param mode? "exact"|"down"|"up"
---@return integer? units, string? error
function M.scale(value, decimals, mode)
  local text = arguments.decimal(value) or error("scale: the value is no decimal number", 2)
  local made = ffi.new "int64_t[1]"
  if text:find "[eE]" then text = ("%." .. decimals .. "f"):format(tonumber(text)) end
  local good, why = sdk.call(C.pg_sdk_li_scale, made, text, decimals, mode or "exact")
  if not good then return nil, why end
  return tonumber(made[0]) -- at most 2^60, of which 2^53 are ever accepted below
end

--- And back, as text.
---@return string
function M.unscale(units, decimals)
  local text = ffi.new "char[32]"
  C.pg_sdk_li_unscale(text, units, decimals)
  return ffi.string(text)
end

--- An amount of an asset, exactly, as int64: amounts may be above 2^53 units.
---@return ffi.cdata*? units, string? error
function M.amount(value, decimals)
  local text = arguments.decimal(value) or error("amount: the value is no decimal number", 2)
  local made = ffi.new "int64_t[1]"
  local good, why = sdk.call(C.pg_sdk_li_scale, made, text, decimals, "exact")
  if not good then return nil, why end
  return made[0]
end

--- Dollars as whole millionths.
function M.usdc(value) return M.amount(value, USDC_DECIMALS) end

--- 10000 / leverage, rounded up; refused where the market does not allow so much leverage.
---@param market perigee.lighter.Market
---@return integer? fraction, string? error
function M.margin_fraction(market, leverage)
  local made = ffi.new "int64_t[1]"
  local good, why = sdk.call(C.pg_sdk_li_margin_fraction, made, leverage)
  if not good then return nil, why end
  local fraction = tonumber(made[0])
  if fraction < market.least_fraction then
    return nil, ("%s: the leverage is at most %g, not %g"):format(market.symbol, 10000 / market.least_fraction,
      leverage)
  end
  return fraction
end

--- The worst price of an order that takes: a share beyond `price` (units).
---@return integer? units, string? error
function M.worst_price(price, share, is_buy)
  local made = ffi.new "int64_t[1]"
  local text = arguments.decimal(share) or error("slippage is a share of the price, such as 0.005", 2)
  local good, why = sdk.call(C.pg_sdk_li_worst_price, made, price, text, is_buy)
  if not good then return nil, why end
  return tonumber(made[0])
end

--- Whether an order that rests may have this size and price (units); nil and why not.
---@param market perigee.lighter.Market
---@return boolean? good, string? error
function M.check(market, size, price, may_be_small)
  local micro = ffi.new "int64_t[1]"
  local good, why = sdk.call(C.pg_sdk_li_notional, micro, size, price, market.quote_multiplier, market.size_decimals,
    market.price_decimals)
  if not good then return nil, market.symbol .. ": " .. why end
  if may_be_small then return true end
  local least = M.scale(market.min_size, market.size_decimals, "up")
  if least and size < least then
    return nil, ("%s: the size is at least %s, not %s"):format(market.symbol, market.min_size,
      M.unscale(size, market.size_decimals))
  end
  local least_value = M.usdc(market.min_value)
  if least_value and micro[0] < least_value then
    return nil, ("%s: an order is worth at least %s, not %s"):format(market.symbol, market.min_value,
      M.unscale(micro[0], USDC_DECIMALS))
  end
  return true
end

----------------------------------------------------------------------------------------------------------- the list

local function describe(book, spot)
  local config = type(book.market_config) == "table" and book.market_config or {}
  return { id = book.market_id, symbol = book.symbol, spot = spot, active = book.status == "active",
    reduce_only = config.force_reduce_only == true, size_decimals = book.supported_size_decimals,
    price_decimals = book.supported_price_decimals, quote_multiplier = book.quote_multiplier or 1,
    min_size = book.min_base_amount, min_value = book.min_quote_amount,
    least_fraction = book.min_initial_margin_fraction or 0, maker_fee = book.maker_fee, taker_fee = book.taker_fee }
end

local function is_whole(value) return type(value) == "number" and value >= 0 and value == math.floor(value) end

local function is_market(market)
  return type(market.symbol) == "string" and is_whole(market.id) and is_whole(market.size_decimals) and
    is_whole(market.price_decimals) and is_whole(market.quote_multiplier) and arguments.decimal(market.min_size) and
    arguments.decimal(market.min_value) and is_whole(market.least_fraction)
end

--- Markets by number and by symbol, in capitals; nil and why, when the answer is none.
local function read(answer)
  local list = {}
  for _, name in ipairs { "order_book_details", "spot_order_book_details" } do
    for _, book in ipairs(type(answer[name]) == "table" and answer[name] or {}) do
      local market = describe(book, name == "spot_order_book_details")
      if not is_market(market) then return nil, "the venue's list of markets cannot be read" end
      list[#list + 1] = market
      list[market.symbol:upper()], list["#" .. market.id] = market, market
    end
  end
  return list
end

---@class perigee.lighter.Markets
local Markets = {}
Markets.__index = Markets

--- ask() gives the answer to orderBookDetails; or nil and why there is none.
function M.new(ask) return setmetatable({ ask = ask }, Markets) end

local function refresh(self)
  local answer, why, detail = self.ask()
  if not answer then return nil, why, detail end
  local list
  list, why = read(answer)
  if not list then return nil, why end
  self.list, self.read_at = list, sdk.ticks()
  return true
end

--- All markets.
---@return perigee.lighter.Market[]? list, string? error
function Markets:all()
  if not self.list or sdk.ticks() - self.read_at > REFRESH_S then
    local good, why = refresh(self)
    if not good then return nil, why end
  end
  return self.list
end

--- A market by its symbol, in whatever case, or its number.
---@param name string|integer
---@return perigee.lighter.Market? market, string? error
function Markets:find(name)
  local list, why = self:all()
  if not list then return nil, why end
  local key = type(name) == "number" and ("#%d"):format(name) or tostring(name):upper()
  if not list[key] and sdk.ticks() - self.read_at > AGAIN_S then
    local good
    good, why = refresh(self)
    if not good then return nil, why end
  end
  if self.list[key] then return self.list[key] end
  return nil, ("there is no market %s"):format(tostring(name))
end

return M
