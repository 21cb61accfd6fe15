--- Orders as they are asked for, made into the ten whole numbers that are signed (lighter.md 5).
--
-- A price or size that is a text is sent as it is, or refused. One that is a number is rounded: prices so that a
-- resting order pays no more (buy down, sell up) and an immediate one crosses no less (buy up, sell down), sizes down.
local ffi = require "ffi"
local arguments = require "perigee.arguments"
local endpoints = require "perigee.lighter.endpoints"
local host = require "perigee.host"
local markets = require "perigee.lighter.markets"
local sdk = require "perigee.sdk"

local C = host.C
local M = {}

local LIFETIME_MS = 28 * 86400 * 1000
local INDEX_BITS = 31

---@class perigee.lighter.OrderArguments
---@field market string|integer
---@field side "buy"|"sell"
---@field size number|string base units; may be left out of a child in a group, and "0" with reduce_only is all of it
---@field price? number|string of orders that take: the worst; may be left out of market orders when slippage is given
---@field type? "limit"|"market"|"stop_loss"|"stop_loss_limit"|"take_profit"|"take_profit_limit"|"twap" default: limit
---@field tif? "gtt"|"ioc"|"post_only" of limit orders; the other types have but one
---@field trigger_price? number|string
---@field slippage? number|string the worst price, as a share of the best one (market) or of the trigger's price
---@field reduce_only? boolean
---@field expiry? integer ms since 1970, of what can rest; default: in 28 days. Of a twap: its end
---@field client_order_index? integer 1 to 2^48 - 1; made when it is left out

local IOC, GTT, POST_ONLY = 0, 1, 2
local tifs = { ioc = IOC, gtt = GTT, post_only = POST_ONLY }

-- number; its time in force where there is only one; whether it takes, and has a trigger
local order_types = {
  limit = { number = 0 },
  market = { number = 1, tif = IOC, takes = true },
  stop_loss = { number = 2, tif = IOC, takes = true, trigger = true },
  stop_loss_limit = { number = 3, trigger = true },
  take_profit = { number = 4, tif = IOC, takes = true, trigger = true },
  take_profit_limit = { number = 5, trigger = true },
  twap = { number = 6, tif = GTT },
}

M.types = setmetatable({
  side = arguments.one_of("buy", "sell"),
  tif = arguments.one_of("gtt", "ioc", "post_only"),
  order_type = arguments.one_of("limit", "market", "stop_loss", "stop_loss_limit", "take_profit", "take_profit_limit",
    "twap"),
}, { __index = endpoints.types })

local fields = arguments.declare("market:market side:side size?:decimal price?:decimal type?:order_type tif?:tif " ..
  "triggerPrice?:decimal slippage?:decimal reduceOnly?:boolean expiry?:integer " ..
  "clientOrderIndex?:integer(1,281474976710655)")

------------------------------------------------------------------------------------------------- client order indexes

local counters = {} -- by account: numbers are unique among all its markets

--- A new client order index: a counter that begins at a random number, so that programs do not use the same.
---@param account integer
---@return integer
function M.new_index(account)
  local last = counters[account]
  if not last then
    local first = ffi.new "int64_t[1]"
    assert(sdk.call(C.pg_sdk_li_first_index, first, INDEX_BITS))
    last = tonumber(first[0])
  end
  counters[account] = last % (2 ^ INDEX_BITS - 1) + 1
  return counters[account]
end

------------------------------------------------------------------------------------------------------------ numbers

--- Whole units of a price: texts exactly, numbers rounded to the side's advantage, or against it when it takes.
local function price_units(market, value, is_buy, takes)
  local mode = type(value) == "string" and "exact" or (is_buy ~= takes and "down" or "up")
  local units, why = markets.scale(value, market.price_decimals, mode)
  if not units then return nil, ("%s: the price %s: %s"):format(market.symbol, tostring(value), why) end
  return units
end

local function size_units(market, value)
  local units, why = markets.scale(value, market.size_decimals, type(value) == "string" and "exact" or "down")
  if not units then return nil, ("%s: the size %s: %s"):format(market.symbol, tostring(value), why) end
  return units
end

--- The price of a market order: a share beyond the best price of the other side, or beyond its trigger.
local function worst_price(client, market, sent, trigger, is_buy)
  local from = trigger
  if trigger == 0 then
    local best, why = client:best_prices(market.id)
    local touch = best and (is_buy and best.ask or best.bid)
    if not touch then return nil, why or market.symbol .. ": there is nothing on the other side" end
    from, why = markets.scale(touch, market.price_decimals)
    if not from then return nil, why end
  end
  return markets.worst_price(from, sent.slippage, is_buy)
end

local function find_price(client, market, given, sent, kind, trigger)
  local is_buy = sent.side == "buy"
  if sent.price then
    if sent.slippage then arguments.misuse "order: give price or slippage, not both" end
    return price_units(market, given.price, is_buy, kind.takes or sent.tif == "ioc")
  end
  if kind.takes and sent.slippage then return worst_price(client, market, sent, trigger, is_buy) end
  arguments.misuse("order: price is missing%s", kind.takes and " (or slippage)" or "")
end

------------------------------------------------------------------------------------------------------------ building

local function find_trigger(market, given, sent, kind)
  if not kind.trigger then
    if sent.triggerPrice then arguments.misuse("order: a %s order has no trigger_price", sent.type) end
    return 0
  end
  if not sent.triggerPrice then arguments.misuse("order: a %s order needs trigger_price", sent.type) end
  return price_units(market, given.trigger_price, sent.side == "buy", false)
end

local function find_tif(sent, kind)
  if kind.tif then
    if sent.tif and tifs[sent.tif] ~= kind.tif then
      arguments.misuse("order: tif of a %s order cannot be %s", sent.type, sent.tif)
    end
    return kind.tif
  end
  return tifs[sent.tif or arguments.misuse("order: tif is missing: gtt, ioc or post_only")]
end

--- 0 for what is over at once.
local function find_expiry(sent, kind, tif)
  local rests = tif ~= IOC or kind.trigger
  if not rests and sent.expiry then arguments.misuse "order: expiry is for orders that can rest" end
  if sent.type == "twap" and not sent.expiry then arguments.misuse "order: a twap needs expiry, its end" end
  return rests and (sent.expiry or math.floor(sdk.now_ms()) + LIFETIME_MS) or 0
end

--- Why the venue would refuse the order; nil when it would not.
local function wrong_order(market, order, child)
  if not market.active then return market.symbol .. ": this market is not active" end
  if market.reduce_only and order.ReduceOnly == 0 then
    return market.symbol .. ": positions of this market can only be made smaller (reduce_only)"
  end
  if order.BaseAmount == 0 and (child or order.ReduceOnly == 1) then return nil end
  if order.BaseAmount == 0 then return market.symbol .. ": the size is 0" end
  local small = order.TimeInForce == IOC or order.ReduceOnly == 1
  local good, why = markets.check(market, order.BaseAmount, order.Price, small)
  return not good and why or nil
end

--- An order's members as they are signed; or nil and why the venue would refuse it.
---@param client perigee.lighter.Client
---@param given perigee.lighter.OrderArguments
---@param also? table<string, boolean> names that are allowed beside
---@param child? boolean of a group: its size may be left out, and is then the parent's
---@return table? order, string? error
function M.build(client, given, also, child)
  local sent = arguments.check("order", fields, given, M.types, also)
  local market, why = client:market(sent.market)
  if not market then return nil, why end
  sent.type = sent.type or "limit"
  local kind = order_types[sent.type]
  local tif = find_tif(sent, kind)
  if not sent.size and not child then arguments.misuse "order: size is missing" end
  local size = 0
  if sent.size then size, why = size_units(market, given.size) end
  if not size then return nil, why end
  local trigger, price
  trigger, why = find_trigger(market, given, sent, kind)
  if not trigger then return nil, why end
  price, why = find_price(client, market, given, sent, kind, trigger)
  if not price then return nil, why end
  local order = { MarketIndex = market.id, ClientOrderIndex = sent.clientOrderIndex or M.new_index(client.account),
    BaseAmount = size, Price = price, IsAsk = sent.side == "sell" and 1 or 0, Type = kind.number, TimeInForce = tif,
    ReduceOnly = sent.reduceOnly and 1 or 0, TriggerPrice = trigger, OrderExpiry = find_expiry(sent, kind, tif) }
  local wrong = wrong_order(market, order, child)
  if wrong then return nil, wrong end
  return order
end

--- Size, price and trigger of an order that is changed: whole units, exactly.
---@return table? members, string? error
function M.build_change(market, sent)
  local members = { MarketIndex = market.id, Index = sent.index, BaseAmount = 0, Price = 0, TriggerPrice = 0 }
  local parts = { { "BaseAmount", sent.size, market.size_decimals }, { "Price", sent.price, market.price_decimals },
    { "TriggerPrice", sent.triggerPrice, market.price_decimals } }
  for _, part in ipairs(parts) do
    if part[2] then
      local units, why = markets.scale(part[2], part[3])
      if not units then return nil, ("%s: %s: %s"):format(market.symbol, part[2], why) end
      members[part[1]] = units
    end
  end
  return members
end

return M
