--- What is done often, in terms of questions and actions (hyperliquid.md 21 and 22.3).
local arguments = require "perigee.arguments"
local assets = require "perigee.hyperliquid.assets"
local Client = require "perigee.hyperliquid.client"
local orders = require "perigee.hyperliquid.orders"
local sdk = require "perigee.sdk"

local BATCH, ROUNDS, PAUSE_S = 40, 5, 0.2

--- The mid price of a coin, as text.
---@return string? price, string? error
function Client:mid(coin)
  local asset, why = self.find(coin)
  if not asset then return nil, why end
  local mids
  mids, why = self.info.all_mids { dex = asset.name:match "^([^:#@/]+):" }
  if not mids then return nil, why end
  if type(mids[asset.name]) ~= "string" then return nil, coin .. " has no mid price" end
  return mids[asset.name]
end

local market_fields = arguments.declare("coin:coin side?:side size?:decimal slippage:decimal cloid?:cloid_or_false " ..
  "builder?:any")

local function market_order(self, given, side, size, reduce_only)
  local asset, why = self.find(given.coin)
  if not asset then return nil, why end
  local mid
  mid, why = self:mid(given.coin)
  if not mid then return nil, why end
  local share = arguments.decimal(given.slippage)
  if share:find "^%-" then arguments.misuse "slippage is a share of the price, such as 0.01" end
  local price
  price, why = assets.slip(mid, side == "buy" and share or "-" .. share)
  if price then price, why = assets.round_price(asset, price, side == "buy" and "up" or "down") end
  if not price then return nil, why end
  return self.exchange.order { coin = given.coin, side = side, size = size, price = price, tif = "Ioc",
    reduce_only = reduce_only, cloid = given.cloid, builder = given.builder, timeout = given.timeout }
end

--- An immediate order up to `slippage` (a share: 0.01) away from the mid.
---@param given {coin: string, side: "buy"|"sell", size: number|string, slippage: number|string, cloid?: string,
---  builder?: table, timeout?: number}
function Client:market_open(given)
  local sent = arguments.check("market_open", market_fields, given, orders.types, { timeout = true })
  if not sent.side or not sent.size then arguments.misuse "market_open: side and size are needed" end
  return market_order(self, given, sent.side, given.size, false)
end

--- Closes a perpetual position, or `size` of it, by an immediate reduce-only order.
---@param given {coin: string, slippage: number|string, size?: number|string, cloid?: string, builder?: table}
function Client:market_close(given)
  arguments.check("market_close", market_fields, given, orders.types, { timeout = true })
  local held, why = self:position(given.coin)
  if not held then return nil, why or (given.coin .. ": there is no position to close") end
  local side = held:find "^%-" and "buy" or "sell"
  return market_order(self, given, side, given.size or held:gsub("^%-", ""), true)
end

--- The size of a perpetual position with its sign, as text; nil when there is none (and why, when it cannot be known).
---@return string? size, string? error
function Client:position(coin)
  local asset, why = self.find(coin)
  if not asset then return nil, why end
  local state
  state, why = self.info.clearinghouse_state { dex = asset.name:match "^([^:#@/]+):" }
  if not state then return nil, why end
  for _, held in ipairs(state.assetPositions) do
    if held.position.coin == asset.name and tonumber(held.position.szi) ~= 0 then return held.position.szi end
  end
end

--- What became of an order whose answer is missing: asks for up to `timeout` seconds (3) until the venue knows it.
---@param cloid string
---@return table? order, string? error
function Client:find_order(cloid, timeout)
  local limit = sdk.ticks() + (timeout or 3)
  while true do
    local answer, why = self.info.order_status { oid = cloid }
    if not answer then return nil, why end
    if answer.status == "order" then return answer.order end
    if sdk.ticks() >= limit then return nil, ("the venue knows no order %s"):format(cloid) end
    self.web:sleep(PAUSE_S)
  end
end

--- Open orders (of one coin) as `cancel` takes them.
local function open_orders(self, dex, coin)
  local open, why = self.info.frontend_open_orders { dex = dex }
  if not open then return nil, why end
  local list = {}
  for _, order in ipairs(open) do
    if not coin or order.coin == coin then list[#list + 1] = { coin = order.coin, oid = order.oid } end
  end
  return list
end

local function cancel_list(self, list)
  local cancelled = 0
  for first = 1, #list, BATCH do
    local results, why = self.exchange.cancel { unpack(list, first, math.min(first + BATCH - 1, #list)) }
    if not results then return nil, why end
    for _, result in ipairs(results) do cancelled = cancelled + (result.status == "success" and 1 or 0) end
  end
  return cancelled
end

--- Cancels all open orders (of one coin, or of one builder's exchange): asks and cancels until there are none. How many
--- were cancelled.
---@param given? {coin?: string, dex?: string}
---@return integer? cancelled, string? error
function Client:cancel_all(given)
  given = given or {}
  local dex, coin, cancelled = given.dex, nil, 0
  if given.coin then
    local asset, why = self.find(given.coin)
    if not asset then return nil, why end
    coin, dex = asset.name, asset.name:match "^([^:#@/]+):"
  end
  for _ = 1, ROUNDS do
    local list, why = open_orders(self, dex, coin)
    if not list then return nil, why end
    if #list == 0 then return cancelled end
    local now
    now, why = cancel_list(self, list)
    if not now then return nil, why end
    cancelled = cancelled + now
    self.web:sleep(PAUSE_S)
  end
  return nil, ("orders are still open after %d rounds of cancelling"):format(ROUNDS)
end

return Client
