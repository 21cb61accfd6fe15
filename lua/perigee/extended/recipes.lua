--- What is done often, in terms of questions and actions (extended.md 6.2, 6.5, 6.6).
local arguments = require "perigee.arguments"
local Client = require "perigee.extended.client"
local markets = require "perigee.extended.markets"
local sdk = require "perigee.sdk"
local words = require "perigee.extended.words"

local FEES_S = 600
local PAUSE_S, ROUNDS_S, FIND_S = 0.05, 10, 10

local final = { FILLED = true, CANCELLED = true, REJECTED = true, EXPIRED = true }

--- The account's fee rates of a market, as the venue tells them; read again after ten minutes.
---@param market string
---@return {market: string, makerFeeRate: string, takerFeeRate: string}? fees, string? error
function Client:fees_of(market)
  local known = self.fees[market]
  if known and sdk.ticks() - known.at < FEES_S then return known.rates end
  local list, why = self.info.fees { market = market }
  if not list then return nil, why end
  for _, rates in ipairs(list) do
    if type(rates) == "table" and rates.market == market and rates.makerFeeRate and rates.takerFeeRate then
      self.fees[market] = { rates = rates, at = sdk.ticks() }
      return rates
    end
  end
  return nil, ("the venue tells no fees of %s: no order can be signed"):format(market)
end

--- The rate that an order is sent with.
---@return string? rate, string? error
function Client:fee(market, post_only)
  local rates, why = self:fees_of(market)
  if not rates then return nil, why end
  local maker = post_only and self.fee_policy ~= "taker"
  return words.canonical(maker and rates.makerFeeRate or rates.takerFeeRate)
end

--- The best bid and ask of a market, as texts; nil for a side that is empty, and why when the book cannot be had.
---@return string? bid, string? ask, string? error
function Client:best(market)
  local book, why = self.info.orderbook { market = market }
  if not book then return nil, nil, why end
  return book.bid[1] and book.bid[1].price, book.ask[1] and book.ask[1].price
end

--- The hourly funding rate of a market: percent an hour and a year, when it is next paid, and as the venue tells it.
---@return {percent: number, annual_percent: number, next_ms: integer, rate: string}? funding, string? error
function Client:funding(market)
  local stats, why = self.info.market_stats { market = market }
  if not stats then return nil, why end
  local rate = tonumber(stats.fundingRate)
  if not rate then return nil, market .. " has no funding rate" end
  return { percent = rate * 100, annual_percent = rate * 100 * 24 * 365, next_ms = stats.nextFundingRate,
    rate = stats.fundingRate }
end

--- The position in a market, or nil (and why, when it cannot be known). size has the sign: "-0.5" is a short one.
---@return table? position, string? error
function Client:position(market)
  local list, why = self.info.positions { market = market }
  if not list then return nil, why end
  for _, position in ipairs(list) do
    if position.market == market and position.status ~= "CLOSED" and tonumber(position.size) ~= 0 then
      position.signed_size = (position.side == "SHORT" and "-" or "") .. position.size
      return position
    end
  end
end

------------------------------------------------------------------------------------------------------------- orders

--- What became of an order whose answer is missing: asks for up to `timeout` (10) seconds until the venue knows it.
---@param external_id string
---@param timeout? number
---@return table? order, string? error
function Client:find_order(external_id, timeout)
  local limit = sdk.ticks() + (timeout or FIND_S)
  while true do
    local list, why, detail = self.info.orders_by_external_id { external_id = external_id }
    if not list and not (detail and detail.http == 404) then return nil, why end
    if list and list[1] then return list[1] end
    if sdk.ticks() >= limit then return nil, ("the venue knows no order %s"):format(external_id) end
    self.web:sleep(PAUSE_S * 4)
  end
end

--- Waits until an order has reached a status, or a final one; its record.
---@param id integer the venue's
---@param status? string "NEW", ...; nil: only final ones
---@param timeout? number
---@return table? order, string? error
function Client:await_order(id, status, timeout)
  local limit = sdk.ticks() + (timeout or ROUNDS_S)
  while true do
    local order, why = self.info.order { id = id }
    if order and (final[order.status] or order.status == status) then return order end
    if sdk.ticks() >= limit then return nil, order and "the order is still " .. order.status or why end
    self.web:sleep(PAUSE_S)
  end
end

local market_fields = arguments.declare("market:market side?:side size?:decimal slippage?:decimal " ..
  "reduceOnly?:boolean externalId?:external_id type?:sent_type")

local SLIPPAGE = "0.0075" -- the venue's own practice (extended.md 6.5)

local function market_order(self, given, side, size, reduce_only)
  local market, why = self.list:find(given.market)
  if not market then return nil, why, { unsent = true } end
  local bid, ask, problem = self:best(given.market)
  local best = side == "BUY" and ask or side == "SELL" and bid or nil
  if not best then return nil, problem or (given.market .. " has nobody on the other side"), { unsent = true } end
  local mark, price, slippage
  mark, why = self.list:mark(market, true)
  if mark then slippage, why = words.canonical(given.slippage or SLIPPAGE) end
  if slippage then price, why = markets.market_price(market, side, best, slippage, mark) end
  if not price then return nil, why, { unsent = true } end
  local placed, detail
  placed, why, detail = self.exchange.order { market = given.market, side = side, size = size, price = price,
    tif = "IOC", type = given.type, reduce_only = reduce_only, external_id = given.external_id,
    timeout = given.timeout }
  if not placed then return nil, why, detail end
  local order
  order, why = self:await_order(placed.id)
  if not order then return nil, why, { unknown = true, external_id = placed.external_id } end
  return order
end

--- An immediate order up to `slippage` (0.0075 of the price) beyond the best price. The order's record when it is
--- done: status FILLED, or CANCELLED with what was filled.
---@param given {market: string, side: "buy"|"sell", size: number|string, slippage?: number|string,
---  reduce_only?: boolean, external_id?: string, type?: "LIMIT"|"MARKET", timeout?: number}
---@return table? order, string? error, table? detail
function Client:market_order(given)
  local sent = arguments.check("market_order", market_fields, given, words.types, { timeout = true })
  if not sent.side or not sent.size then arguments.misuse "market_order: side and size are needed" end
  return market_order(self, given, sent.side, given.size, sent.reduceOnly or false)
end

--- Closes a position, or `size` of it, by an immediate reduce-only order of exactly that size.
---@param given {market: string, size?: number|string, slippage?: number|string, timeout?: number}
---@return table? order, string? error, table? detail
function Client:close_position(given)
  arguments.check("close_position", market_fields, given, words.types, { timeout = true })
  local held, why = self:position(given.market)
  if not held then return nil, why or (given.market .. ": there is no position to close"), { unsent = true } end
  return market_order(self, given, held.side == "LONG" and "SELL" or "BUY", given.size or held.size, true)
end

--- Cancels all open orders (of one market) and asks until there are none. How many there were.
---@param given? {market?: string, timeout?: number}
---@return integer? cancelled, string? error
function Client:cancel_all(given)
  given = given or {}
  local limit, first = sdk.ticks() + (given.timeout or ROUNDS_S), nil
  while true do
    local open, why = self.info.open_orders { market = given.market }
    if not open then return nil, why end
    first = first or #open
    if #open == 0 then return first end
    if sdk.ticks() >= limit then return nil, ("%d orders are still open"):format(#open) end
    local what = given.market and { markets = { given.market } } or { all = true }
    local done
    done, why = self.exchange.mass_cancel(what)
    if not done then return nil, why end
    self.web:sleep(PAUSE_S)
  end
end

return Client
