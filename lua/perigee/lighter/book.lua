--- A market's order book, kept from the channel order_book (lighter.md 4.4): updates are applied while their
--- begin_nonce is the nonce of what is there; at a gap the book is thrown away and asked for again.
local markets = require "perigee.lighter.markets"

local M = {}

---@class perigee.lighter.Book
---@field market perigee.lighter.Market
---@field feed perigee.Feed
---@field nonce integer? of the last update; nil: there is no book
---@field gaps integer so far
---@field received_ms number? of the last message
---@field offset any of the last message: not for detecting gaps
local Book = {}
Book.__index = Book

---@param market perigee.lighter.Market
---@param feed perigee.Feed of order_book
---@return perigee.lighter.Book
function M.new(market, feed)
  return setmetatable({ market = market, feed = feed, bids = {}, asks = {}, gaps = 0 }, Book)
end

--- Puts changed levels in: sizes are totals, 0 takes a level away.
local function put(self, side, levels)
  for _, level in ipairs(type(levels) == "table" and levels or {}) do
    local price = markets.scale(level.price, self.market.price_decimals, "down")
    if not price then return false end
    side[price] = (tonumber(level.size) or 0) > 0 and level.size or nil
  end
  return true
end

local function best(side, better)
  local found
  for price in pairs(side) do
    if not found or better(price, found) then found = price end
  end
  return found
end

local function higher(a, b) return a > b end

local function lower(a, b) return a < b end

local function crossed(self)
  local bid, ask = best(self.bids, higher), best(self.asks, lower)
  return bid and ask and bid >= ask
end

--- Throws the book away and asks for it again.
local function resync(self)
  self.gaps, self.nonce, self.bids, self.asks = self.gaps + 1, nil, {}, {}
  self.feed:change_hello(self.feed.hello)
end

--- Takes a message of the feed. Whether the book changed; nil and why when it has to be asked for again.
---@return boolean? changed, string? why
function Book:take(message)
  local data = message.order_book
  if type(data) ~= "table" then return false end
  self.received_ms, self.offset = message.received_ms, data.offset
  if message.type == "subscribed/order_book" then
    self.bids, self.asks, self.nonce = {}, {}, data.nonce
  elseif self.nonce == nil or data.nonce <= self.nonce then
    return false -- before its snapshot, or stale
  elseif data.begin_nonce ~= nil and data.begin_nonce ~= self.nonce then
    resync(self)
    return nil, "an update is missing"
  end
  self.nonce = data.nonce
  if not put(self, self.bids, data.bids) or not put(self, self.asks, data.asks) or crossed(self) then
    resync(self)
    return nil, "the book cannot be right"
  end
  return true
end

--- Waits until the book has changed. nil, why, detail as a feed's :next; also at a gap ({ gap = true }): the book comes
--- back by itself.
---@param timeout number seconds
---@return boolean? changed, string? error, table? detail
function Book:next(timeout)
  while true do
    local message, why, detail = self.feed:next(timeout)
    if not message then
      if detail and (detail.closed or detail.lost) then self.nonce, self.bids, self.asks = nil, {}, {} end
      return nil, why, detail
    end
    local changed
    changed, why = self:take(message)
    if changed == nil then return nil, self.market.symbol .. ": " .. why, { gap = true } end
    if changed then return true end
  end
end

--- The best levels of a side: { price =, size = } as texts, best first.
---@param side "bids"|"asks"
---@param count integer
---@return {price: string, size: string}[]
function Book:levels(side, count)
  local prices, list = {}, {}
  for price in pairs(self[side]) do prices[#prices + 1] = price end
  table.sort(prices, side == "bids" and higher or lower)
  for i = 1, math.min(count, #prices) do
    list[i] = { price = markets.unscale(prices[i], self.market.price_decimals), size = self[side][prices[i]] }
  end
  return list
end

function Book:close() self.feed:close() end

return M
