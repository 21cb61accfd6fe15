--- Orders as they are asked for, made into orders as they are signed (extended.md 6, 10, 13).
--
-- A price or size that is a text is sent as it is, or refused. One that is a number is rounded: prices so that a
-- resting order pays no more (buy down, sell up) and an immediate one crosses no less (buy up, sell down), sizes down.
local ffi = require "ffi"
local arguments = require "perigee.arguments"
local host = require "perigee.host"
local markets = require "perigee.extended.markets"
local sdk = require "perigee.sdk"
local words = require "perigee.extended.words"

local C = host.C
local M = {}

local LIFETIME_S = 86400
local BAND = 1141 -- the code of a price too far from the mark price

---@class perigee.extended.LegArguments
---@field trigger_price number|string
---@field trigger_type "LAST"|"MARK"|"INDEX"
---@field price number|string of the order that is then sent
---@field price_type "LIMIT"|"MARKET"

---@class perigee.extended.OrderArguments
---@field market string
---@field side "buy"|"sell"
---@field size number|string "0" in a TPSL order for the whole position
---@field price? number|string of a TPSL order: left out
---@field tif? "GTT"|"IOC" of a TPSL order: left out
---@field type? "LIMIT"|"MARKET"|"CONDITIONAL"|"TPSL" default: LIMIT, with a trigger CONDITIONAL
---@field post_only? boolean
---@field reduce_only? boolean
---@field external_id? string default: the hash in decimal, which is unique
---@field cancel_id? string the external id of the order that this one replaces
---@field fee? number|string the highest rate; default: read from the venue, maker's of post-only orders, else taker's
---@field builder_fee? number|string a rate
---@field builder_id? integer
---@field self_trade? "ACCOUNT"|"CLIENT"|"DISABLED" whose orders it does not meet; default: the account's
---@field expiry? integer ms since 1970
---@field expires_in? number seconds from now; default: a day
---@field nonce? integer
---@field trigger? {price: number|string, type: string, direction: "UP"|"DOWN", execution: "LIMIT"|"MARKET"}
---@field legs? "ORDER"|"POSITION" for what take_profit and stop_loss are
---@field take_profit? perigee.extended.LegArguments
---@field stop_loss? perigee.extended.LegArguments

local fields = arguments.declare("market:market side:side size:decimal price?:decimal tif?:tif type?:sent_type " ..
  "postOnly?:boolean reduceOnly?:boolean externalId?:external_id cancelId?:external_id fee?:decimal " ..
  "builderFee?:decimal builderId?:integer(1,4294967295) selfTrade?:self_trade expiry?:time expiresIn?:decimal " ..
  "nonce?:integer(1,2147483647) trigger?:part legs?:legs takeProfit?:part stopLoss?:part")
local trigger_fields = arguments.declare "price:decimal type:price_type direction:direction execution:execution"
local leg_fields = arguments.declare("triggerPrice:decimal triggerType:price_type price:decimal priceType:execution")

local other_side = { BUY = "SELL", SELL = "BUY" }

--- What an order is made into.
---@class perigee.extended.Draft
---@field market perigee.extended.Market
---@field kind string
---@field side string
---@field size string
---@field price string

local function rounded_price(market, given, side, crosses)
  if type(given) == "string" then return words.canonical(given) end
  return markets.round_price(market, given, side, crosses)
end

local function rounded_size(market, given)
  if type(given) == "string" then return words.canonical(given) end
  return markets.round_size(market, given)
end

--------------------------------------------------------------------------------------------------------- the parts

local function wrong_words(sent)
  if (sent.builderFee == nil) ~= (sent.builderId == nil) then return "builder_fee and builder_id go together" end
  if (sent.legs == nil) ~= (sent.takeProfit == nil and sent.stopLoss == nil) then
    return "legs goes with take_profit or stop_loss"
  end
  if sent.expiry and sent.expiresIn then return "there is either expiry or expires_in" end
  if sent.type == "TPSL" then
    if sent.price or sent.tif then return "a TPSL order has neither price nor tif: its legs have prices" end
    if not sent.legs then return "a TPSL order has legs, and take_profit or stop_loss" end
    return nil
  end
  if not sent.price then return "price is missing" end
  if not sent.tif then return "tif is missing: GTT (good until its expiry) or IOC (immediate or cancel)" end
  if (sent.type == "CONDITIONAL") ~= (sent.trigger ~= nil) then
    return "a conditional order has a trigger, others have none"
  end
end

--- Why a market takes no such order at present; nil when it does.
local function wrong_status(market, reduces)
  if market.status == "closed" then return ("1002: %s is not traded at present"):format(market.name) end
  if market.status == "reduce_only" and not reduces then
    return ("1014: %s takes only orders that reduce a position"):format(market.name)
  end
end

--- The venue's checks of price and size. The mark price may be a minute old: before an order is refused for it, it is
--- asked for again.
local function check_against_mark(client, draft)
  local mark, why, code = client.list:mark(draft.market)
  local good
  if mark then
    good, why, code = markets.check_order(draft.market, draft.kind, draft.side, draft.price, draft.size, mark)
  end
  if not mark or good or code ~= BAND then return good, why, code end
  mark, why = client.list:mark(draft.market, true)
  if not mark then return nil, why end
  return markets.check_order(draft.market, draft.kind, draft.side, draft.price, draft.size, mark)
end

local function read_trigger(draft, given, crosses)
  local sent = arguments.check("trigger", trigger_fields, given, words.types)
  local price, why = rounded_price(draft.market, given.price, draft.side, crosses)
  if not price then return nil, why end
  draft.trigger = { price = price, type = sent.type, direction = sent.direction, execution = sent.execution }
  return true
end

local function read_leg(draft, name, given, side)
  local sent = arguments.check(name, leg_fields, given, words.types)
  local is_market = sent.priceType == "MARKET"
  local trigger_price, why = rounded_price(draft.market, given.trigger_price, side, is_market)
  local price
  if trigger_price then price, why = rounded_price(draft.market, given.price, side, is_market) end
  if not price then return nil, why end
  local size = tonumber(draft.size) > 0 and draft.size or draft.market.min_size
  local good, code
  good, why, code = markets.check_order(draft.market, "TPSL", side, price, size, trigger_price)
  if not good then return nil, name .. ": " .. why, code end
  draft[name] = { trigger_price = trigger_price, trigger_type = sent.triggerType, price = price,
    price_type = sent.priceType }
  return true
end

--- The stop loss of a bought position is below its price and the take profit above; of a sold one the other way.
local function wrong_triggers(draft)
  local entry = draft.price
  for name, way in pairs { take_profit = 1, stop_loss = -1 } do
    local leg = draft[name]
    local sign = draft.side == "BUY" and way or -way
    if leg and words.compare(leg.trigger_price, entry) ~= sign then
      return ("%s: its trigger %s should be %s the price %s"):format(name, leg.trigger_price,
        sign > 0 and "above" or "below", entry)
    end
  end
end

local function read_legs(draft, given)
  local side = draft.kind == "TPSL" and draft.side or other_side[draft.side]
  for _, name in ipairs { "take_profit", "stop_loss" } do
    if given[name] then
      local good, why, code = read_leg(draft, name, given[name], side)
      if not good then return nil, why, code end
    end
  end
  local wrong = draft.kind ~= "TPSL" and wrong_triggers(draft)
  if wrong then return nil, wrong end
  return true
end

----------------------------------------------------------------------------------------------------------- building

local function read_price(client, draft, sent, given)
  local crosses = sent.tif == "IOC"
  if draft.kind == "TPSL" then
    draft.price = "0"
    return true
  end
  local why
  draft.price, why = rounded_price(draft.market, given.price, draft.side, crosses)
  if not draft.price then return nil, why end
  if given.trigger then
    local good
    good, why = read_trigger(draft, given.trigger, crosses)
    if not good then return nil, why end
    return markets.check_order(draft.market, draft.kind, draft.side, draft.price, draft.size, draft.trigger.price)
  end
  return check_against_mark(client, draft)
end

local function read_expiry(client, draft, sent)
  local seconds = tonumber(sent.expiresIn or LIFETIME_S)
  draft.expiry_ms = tonumber(sent.expiry) or sdk.now_ms() + math.floor(seconds * 1000)
  local wrong = draft.expiry_ms <= sdk.now_ms() and "1135: it has expired already" or
    markets.wrong_expiry(draft.expiry_ms, client.network == "mainnet")
  if wrong then return nil, wrong end
  return true
end

local function read_fee(client, draft, sent)
  local why
  if sent.fee then draft.fee, why = words.canonical(sent.fee)
  else draft.fee, why = client:fee(draft.market.name, sent.postOnly or false) end
  if draft.fee and sent.builderFee then draft.builder_fee, why = words.canonical(sent.builderFee) end
  if not draft.fee or (sent.builderFee and not draft.builder_fee) then return nil, why end
  return true
end

--- One order, neither signed nor sent; or nil, why the venue would refuse it, and the venue's code of that.
---@param client perigee.extended.Client
---@param given perigee.extended.OrderArguments
---@return perigee.extended.Draft? draft, string? error, integer? code
function M.build(client, given)
  local sent = arguments.check("order", fields, given, words.types, { timeout = true })
  local kind = sent.type or (sent.trigger and "CONDITIONAL") or "LIMIT"
  sent.type = sent.type or (sent.trigger and "CONDITIONAL")
  local wrong = wrong_words(sent)
  if wrong then arguments.misuse("order: %s", wrong) end
  local market, why, code = client.list:find(sent.market)
  if not market then return nil, why end
  local draft = { market = market, kind = kind, side = sent.side, external_id = sent.externalId,
    cancel_id = sent.cancelId, post_only = sent.postOnly or false, builder_id = sent.builderId, legs = sent.legs,
    reduce_only = kind == "TPSL" or sent.reduceOnly or false, tif = sent.tif or "GTT", nonce = sent.nonce,
    self_trade = sent.selfTrade or "ACCOUNT" }
  wrong = wrong_status(market, draft.reduce_only)
  if wrong then return nil, wrong, tonumber(wrong:match "^%d+") end
  draft.size, why = rounded_size(market, given.size)
  local good = draft.size
  if good then good, why, code = read_price(client, draft, sent, given) end
  if good then good, why, code = read_legs(draft, given) end
  if good then good, why = read_expiry(client, draft, sent) end
  if good then good, why = read_fee(client, draft, sent) end
  if not good then return nil, why, code or tonumber(why:match "(%d%d%d%d): ") end
  return draft
end

------------------------------------------------------------------------------------------------------------ signing

local function leg_struct(leg)
  if not leg then return nil end
  local made = ffi.new "pg_sdk_ext_leg"
  made.trigger_price, made.trigger_type, made.price, made.price_type = leg.trigger_price, leg.trigger_type, leg.price,
    leg.price_type
  return made
end

--- The body of POST /user/order, its external id and its nonce; or nil and why it cannot be signed.
---@param signer userdata
---@param draft perigee.extended.Draft
---@return string? body, string external_id_or_error, integer? nonce
function M.sign(signer, draft)
  local order, made = ffi.new "pg_sdk_ext_order", ffi.new "pg_sdk_ext_signed"
  -- The texts are borrowed: the draft keeps them.
  order.market, order.id, order.cancel_id = draft.market.raw, draft.external_id, draft.cancel_id
  order.type, order.side, order.quantity, order.price = draft.kind, draft.side, draft.size, draft.price
  order.fee, order.builder_fee, order.builder_id = draft.fee, draft.builder_fee, draft.builder_id or 0
  order.post_only, order.reduce_only = draft.post_only, draft.reduce_only
  order.time_in_force, order.self_trade = draft.tif, draft.self_trade
  order.expiry_ms, order.nonce, order.legs = draft.expiry_ms, draft.nonce or 0, draft.legs
  if draft.trigger then
    order.trigger_price, order.trigger_type = draft.trigger.price, draft.trigger.type
    order.trigger_direction, order.trigger_execution = draft.trigger.direction, draft.trigger.execution
  end
  local profit, loss = leg_struct(draft.take_profit), leg_struct(draft.stop_loss)
  order.take_profit, order.stop_loss = profit, loss
  local good, why = sdk.call(C.pg_sdk_ext_sign_order, signer, made, order)
  if not good then return nil, why end
  return ffi.string(made.body, made.size), ffi.string(made.id), tonumber(made.nonce)
end

return M
