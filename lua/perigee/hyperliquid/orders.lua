--- Orders as they are asked for, made into orders as they are sent; and the venue's answers read.
--
-- A price or size that is a text is sent as it is, or refused. One that is a number is rounded: prices so that a
-- resting order pays no more (buy down, sell up) and an immediate one crosses no less (buy up, sell down), sizes down.
local ffi = require "ffi"
local arguments = require "perigee.arguments"
local assets = require "perigee.hyperliquid.assets"
local host = require "perigee.host"
local json = require "perigee.json"
local sdk = require "perigee.sdk"

local C = host.C
local M = {}

local BUILDER_FEE = { perp = 100, spot = 1000 } -- at most; tenths of a basis point

---@class perigee.hyperliquid.OrderArguments
---@field coin string
---@field side "buy"|"sell"
---@field price number|string of a market trigger: may be left out when slippage is given
---@field size number|string "0" is the whole position, in an order of the group positionTpsl
---@field tif? "Gtc"|"Alo"|"Ioc"|"FrontendMarket" of a limit order: Alo is post-only
---@field trigger? {price: number|string, kind: "tp"|"sl", is_market: boolean} instead of tif
---@field reduce_only? boolean
---@field cloid? string|false made when it is left out; false: none
---@field slippage? number|string of a market trigger: the worst price, as a share of the trigger's

local fields = arguments.declare("coin:coin side:side price?:decimal size:decimal tif?:tif trigger?:trigger " ..
  "reduceOnly?:boolean cloid?:cloid_or_false slippage?:decimal")
local trigger_fields = arguments.declare "price:decimal kind:tpsl is_market:boolean"

local one_of = arguments.one_of

local function cloid(value)
  if type(value) == "string" and value:find("^0x" .. ("%x"):rep(32) .. "$") then return value:lower() end
  return nil, "a client id: 0x and 32 hexadecimal digits"
end

--- Types of arguments that only Hyperliquid has.
M.types = {
  coin = arguments.types.text,
  side = one_of("buy", "sell"),
  tif = one_of("Gtc", "Alo", "Ioc", "FrontendMarket"),
  tpsl = one_of("tp", "sl"),
  interval = one_of("1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "8h", "12h", "1d", "3d", "1w", "1M"),
  trigger = function(value)
    if type(value) == "table" then return value end
    return nil, "a table { price =, kind = \"tp\" or \"sl\", is_market = }"
  end,
  cloid = cloid,
  cloid_or_false = function(value)
    if value == false then return "none" end
    return cloid(value)
  end,
  order_name = function(value)
    if type(value) == "string" then return cloid(value) end
    return arguments.types.integer(value, {})
  end,
  user = arguments.types.address,
  addresses = function(value)
    local list = json.array {}
    for i, one in ipairs(type(value) == "table" and value or {}) do
      list[i] = arguments.types.address(one)
      if not list[i] then return nil, "a list of addresses" end
    end
    if #list == 0 then return nil, "a list of addresses" end
    return list
  end,
}
for name, check in pairs(arguments.types) do M.types[name] = M.types[name] or check end

--- A new client order id, random.
---@return string
function M.new_cloid()
  local text = ffi.new "char[35]"
  assert(sdk.call(C.pg_sdk_hl_cloid, text))
  return ffi.string(text)
end

---@class perigee.hyperliquid.SendOptions
---@field timeout? number seconds
---@field vault? string for whom it is: a vault or sub-account; default: the client's
---@field expires_after? integer ms since 1970; the venue refuses it later
---@field nonce? integer default: the next
local send_options = { timeout = true, vault = true, expires_after = true, nonce = true }

--- The names of those, and of others that a call takes beside its arguments.
function M.options_with(also) return setmetatable(also, { __index = send_options }) end

---------------------------------------------------------------------------------------------------------- building

local function rounded_price(asset, given, price, is_buy, crosses)
  if type(given) == "string" then return assets.canonical(price) end
  return assets.round_price(asset, price, (is_buy == crosses) and "up" or "down")
end

local function rounded_size(asset, given, size, whole)
  if type(given) == "string" or (whole and tonumber(size) == 0) then return assets.canonical(size) end
  return assets.round_size(asset, size)
end

--- The worst price of a market trigger: from the trigger's price, not from the market's.
local function worst_price(asset, sent, trigger_price, is_buy)
  local share = is_buy and sent.slippage or "-" .. sent.slippage
  local price, why = assets.slip(trigger_price, share)
  if not price then return nil, why end
  return assets.round_price(asset, price, is_buy and "up" or "down")
end

--- `t` and `p` of a trigger order.
local function build_trigger(asset, given, sent, is_buy)
  local t = arguments.check("trigger", trigger_fields, given.trigger, M.types)
  if not sent.reduceOnly then return nil, "a tp or sl order must be reduce_only: the venue refuses others" end
  local trigger_price, why = rounded_price(asset, given.trigger.price, t.price, is_buy, false)
  if not trigger_price then return nil, why end
  local price
  if sent.price then
    price, why = rounded_price(asset, given.price, sent.price, is_buy, t.is_market)
  elseif sent.slippage and t.is_market then
    price, why = worst_price(asset, sent, trigger_price, is_buy)
  else
    return nil, "a trigger order needs its price, or slippage when it is a market order"
  end
  if not price then return nil, why end
  local order = assets.compare(price, trigger_price)
  if t.is_market and ((is_buy and order < 0) or (not is_buy and order > 0)) then
    return nil, ("Invalid TP/SL price: a %s order of the market at %s cannot have the price %s"):format(
      is_buy and "buy" or "sell", trigger_price, price)
  end
  return { trigger = { isMarket = t.is_market, triggerPx = trigger_price, tpsl = t.kind } }, price
end

local function build_limit(asset, given, sent, is_buy)
  local crosses = sent.tif == "Ioc" or sent.tif == "FrontendMarket"
  local price, why = rounded_price(asset, given.price, sent.price, is_buy, crosses)
  if not price then return nil, why end
  return { limit = { tif = sent.tif } }, price
end

--- One order as it is sent, with the id that it got; or nil and why the venue would refuse it.
---@param find fun(name: string): perigee.hyperliquid.Asset?, string?
---@param given perigee.hyperliquid.OrderArguments
---@param grouping? string
---@param also? table arguments that are the caller's
---@return table? order, string? error
function M.build(find, given, grouping, also)
  local sent = arguments.check("order", fields, given, M.types, also)
  if sent.trigger and sent.tif then arguments.misuse "order: there is either tif or trigger" end
  if not sent.trigger and not sent.tif then arguments.misuse "order: tif is missing (Gtc, Alo, Ioc), or a trigger" end
  if not sent.trigger and not sent.price then arguments.misuse "order: price is missing" end
  local asset, why = find(sent.coin)
  if not asset then return nil, why end
  if asset.delisted then return nil, sent.coin .. " is delisted" end
  local is_buy, whole = sent.side == "buy", grouping == "positionTpsl" and sent.trigger ~= nil
  local build = sent.trigger and build_trigger or build_limit
  local kind, price = build(asset, given, sent, is_buy)
  if not kind then return nil, price end
  local size
  size, why = rounded_size(asset, given.size, sent.size, whole)
  if not size then return nil, ("%s: %s"):format(sent.coin, why) end
  local good
  good, why = assets.check_order(asset, price, size, sent.reduceOnly or false, whole)
  if not good then return nil, why end
  local id = sent.cloid or M.new_cloid()
  return { a = asset.id, b = is_buy, p = price, s = size, r = sent.reduceOnly or false, t = kind,
    c = id ~= "none" and id or nil }, nil, asset
end

--- `builder` of an action; nil and why when the venue would refuse it.
function M.build_builder(builder, spot)
  if builder == nil then return nil end
  local sent = arguments.check("builder", arguments.declare "address:address fee:integer", builder)
  local most = spot and BUILDER_FEE.spot or BUILDER_FEE.perp
  if sent.fee < 0 or sent.fee > most then
    return nil, ("a builder's fee is 0 to %d tenths of a basis point, not %d"):format(most, tonumber(sent.fee))
  end
  return { b = sent.address, f = sent.fee }
end

--- Why a group of orders would be refused; nil when it would not.
function M.wrong_group(orders, grouping)
  local seen = {}
  for i, order in ipairs(orders) do
    if order.c and seen[order.c] then return ("orders %d and %d have the same cloid"):format(seen[order.c], i) end
    if order.c then seen[order.c] = i end
  end
  if grouping == "normalTpsl" then
    local parent = orders[1]
    if #orders < 2 or #orders > 3 then return "normalTpsl is a parent order and one or two children" end
    for i = 2, #orders do
      if orders[i].b == parent.b or not orders[i].t.trigger then
        return ("order %d is no child: a reduce-only trigger order of the other side"):format(i)
      end
    end
  elseif grouping == "positionTpsl" then
    for i, order in ipairs(orders) do
      if not order.t.trigger then return ("order %d of positionTpsl is no trigger order"):format(i) end
    end
  end
end



----------------------------------------------------------------------------------------------------------- answers

---@class perigee.hyperliquid.Result what became of one order or cancel
---@field status "resting"|"filled"|"waiting_for_fill"|"waiting_for_trigger"|"success"|"running"|"error"
---@field oid integer?
---@field cloid string?
---@field total_size string? filled
---@field average_price string? filled
---@field twap_id integer?
---@field error string? the venue's words
---@field reason string? what they mean: one of Perigee's reasons, or "other"
---@field class string? what to do: "refused", "gone", "fatal", "duplicate", "stale", "slow", "post_only", "not_traded"

--- What the venue's words of refusal mean.
---@return {error: string, reason: string, class: string}
function M.refusal(words)
  local meaning = C.pg_sdk_hl_refusal_of(words)
  return { error = words, reason = ffi.string(meaning.reason), class = ffi.string(meaning.class) }
end

local plain = { waitingForFill = "waiting_for_fill", waitingForTrigger = "waiting_for_trigger", success = "success" }

--- Reads one element of an answer.
---@return perigee.hyperliquid.Result
function M.read_status(element)
  if type(element) == "string" then return { status = plain[element] or element } end
  if type(element) ~= "table" then return { status = "unknown" } end
  if element.error then
    local result = M.refusal(tostring(element.error))
    result.status = "error"
    return result
  end
  local resting, filled, running = element.resting, element.filled, element.running
  if type(resting) == "table" then return { status = "resting", oid = resting.oid, cloid = resting.cloid } end
  if type(filled) == "table" then
    return { status = "filled", oid = filled.oid, cloid = filled.cloid, total_size = filled.totalSz,
      average_price = filled.avgPx }
  end
  if type(running) == "table" then return { status = "running", twap_id = running.twapId } end
  return { status = "unknown" }
end

--- Reads the statuses of a batch of n: one error may stand for all. nil and why when their number is another: then
--- nothing is known of any.
---@return perigee.hyperliquid.Result[]? results, string? error
function M.read_statuses(statuses, n)
  if type(statuses) ~= "table" then return nil, "the answer has no statuses: what became of the orders is unknown" end
  local results = {}
  for i, element in ipairs(statuses) do results[i] = M.read_status(element) end
  if #results == 1 and n > 1 and results[1].status == "error" then
    for i = 2, n do results[i] = M.read_status(statuses[1]) end
  end
  if #results ~= n then
    return nil, ("the answer has %d statuses for %d parts: what became of them is unknown"):format(#results, n)
  end
  return results
end

return M
