--- What is done often, in terms of questions and transactions.
local arguments = require "perigee.arguments"
local books = require "perigee.lighter.book"
local Client = require "perigee.lighter.client"
local markets = require "perigee.lighter.markets"
local orders = require "perigee.lighter.orders"
local sdk = require "perigee.sdk"

local ORDERS, PAUSE_S = 100, 0.2

--- A market by its symbol or number.
---@return perigee.lighter.Market? market, string? error
function Client:market(name) return self.list:find(name) end

--- Everything that is traded.
---@return perigee.lighter.Market[]? list, string? error
function Client:markets() return self.list:all() end

--- An asset by its symbol or number: { id, symbol, decimals, min_transfer, min_withdrawal }.
---@return table? asset, string? error
function Client:asset(name)
  if not self.assets then
    local answer, why = self.info.asset_details()
    if not answer then return nil, why end
    self.assets = {}
    for _, one in ipairs(answer.asset_details or {}) do
      local asset = { id = one.asset_id, symbol = one.symbol, decimals = one.decimals,
        min_transfer = one.min_transfer_amount, min_withdrawal = one.min_withdrawal_amount }
      self.assets[tostring(one.symbol):upper()], self.assets[tostring(one.asset_id)] = asset, asset
    end
  end
  local asset = self.assets[tostring(name):upper()]
  if asset then return asset end
  return nil, ("there is no asset %s"):format(tostring(name))
end

--- Whether the client may show who it is: by its key, or by a token that only reads.
function Client:can_show() return self.signer ~= nil or self.read_key ~= nil end

--- Best bid and ask of a market, as texts.
---@return {bid: string?, ask: string?}? prices, string? error
function Client:best_prices(market)
  local answer, why = self.info.order_book_orders { market = market, limit = 1 }
  if not answer then return nil, why end
  local bid, ask = answer.bids and answer.bids[1], answer.asks and answer.asks[1]
  return { bid = bid and bid.price, ask = ask and ask.price }
end

--- The mid price of a market, as a number.
---@return number? price, string? error
function Client:mid(market)
  local best, why = self:best_prices(market)
  if not best then return nil, why end
  if not best.bid or not best.ask then return nil, ("%s has no mid price"):format(tostring(market)) end
  return (tonumber(best.bid) + tonumber(best.ask)) / 2
end

--- The account as the venue's `account` tells it.
---@return table? account, string? error
function Client:state()
  local answer, why = self.info.account { by = "index", value = self.account }
  if not answer then return nil, why end
  local account = answer.accounts and answer.accounts[1]
  if type(account) ~= "table" then return nil, "the venue tells nothing of the account" end
  return account
end

--- The position in a market: its size with its sign, as text ("0" when there is none), and the venue's own object.
---@return string? size, table|string|nil object_or_error
function Client:position(name)
  local market, why = self:market(name)
  if not market then return nil, why end
  local account
  account, why = self:state()
  if not account then return nil, why end
  for _, held in ipairs(account.positions or {}) do
    if held.market_id == market.id and tonumber(held.position) ~= 0 then
      return (held.sign < 0 and "-" or "") .. held.position, held
    end
  end
  return "0"
end

local market_fields = arguments.declare "market:market side:side size:decimal slippage:decimal"
local close_fields = arguments.declare "market:market slippage:decimal"
local also = { timeout = true, wait = true, reduce_only = true, client_order_index = true }

--- An order at the market, for at most `slippage` (a share: 0.005) beyond the best price.
function Client:market_order(given)
  arguments.check("market_order", market_fields, given, orders.types, also)
  local order = { type = "market" }
  for name, value in pairs(given) do order[name] = value end
  return self.exchange.create_order(order)
end

--- Closes the position of a market by a reduce-only market order of its exact size. nil and why when there is none.
function Client:market_close(given)
  arguments.check("market_close", close_fields, given, orders.types, also)
  local size, why = self:position(given.market)
  if not size then return nil, why end
  if size == "0" then return nil, ("%s: there is no position to close"):format(tostring(given.market)) end
  return self:market_order { market = given.market, side = size:find "^%-" and "buy" or "sell",
    size = size:gsub("^%-", ""), slippage = given.slippage, reduce_only = true, wait = given.wait,
    timeout = given.timeout }
end

--- Cancels all orders of the account, or of one market, at once, and waits until there are none.
---@param given? {market?: string|integer, timeout?: number}
---@return boolean? none, string? error
function Client:cancel_all(given)
  given = given or {}
  local done, why = self.exchange.cancel_all_orders { time_in_force = "immediate", market = given.market }
  if not done then return nil, why end
  local limit = sdk.ticks() + (given.timeout or 5)
  while true do
    local open
    open, why = self:open_orders(given.market)
    if not open then return nil, why end
    if #open == 0 then return true end
    if sdk.ticks() >= limit then return nil, ("%d orders are still open"):format(#open) end
    self:sleep(PAUSE_S)
  end
end

--- Open orders of the account, or of one market.
---@return table[]? orders, string? error
function Client:open_orders(market)
  local answer, why = self.info.account_active_orders { market = market }
  if not answer then return nil, why end
  return answer.orders or {}
end

local function is_order(order, index)
  return order.client_order_index == index or order.order_index == index or order.order_id == tostring(index)
end

--- An order by its client order index, its own index (beyond 2^53: int64) or the text of it: among the open ones and
--- the last 100 others; waits for up to `timeout` seconds (3) until the venue knows it.
---@return table? order, string? error
function Client:find_order(index, timeout)
  local limit = sdk.ticks() + (timeout or 3)
  while true do
    for _, question in ipairs { "account_active_orders", "account_inactive_orders" } do
      local answer, why = self.info[question] { limit = question == "account_inactive_orders" and ORDERS or nil }
      if not answer then return nil, why end
      for _, order in ipairs(answer.orders or {}) do
        if is_order(order, index) then return order end
      end
    end
    if sdk.ticks() >= limit then return nil, ("the venue knows no order %s"):format(tostring(index)) end
    self:sleep(PAUSE_S)
  end
end

--- The order book of a market, kept up to date by its :next (perigee.lighter.book).
---@return perigee.lighter.Book? book, string? error
function Client:book(name, timeout)
  local market, why = self:market(name)
  if not market then return nil, why end
  local feed
  feed, why = self.subscribe.order_book { market = market.id, timeout = timeout }
  if not feed then return nil, why end
  return books.new(market, feed)
end

Client.round_price = function(_, market, price, mode)
  local units, why = markets.scale(price, market.price_decimals, mode)
  return units and markets.unscale(units, market.price_decimals), why
end

Client.round_size = function(_, market, size)
  local units, why = markets.scale(size, market.size_decimals, "down")
  return units and markets.unscale(units, market.size_decimals), why
end

return Client
