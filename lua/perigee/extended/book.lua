--- A market's book, kept out of its stream by the host's code (extended.md 7.1): snapshots replace it, changes are
--- applied, and what makes it invalid makes the connection anew.
local ffi = require "ffi"
local arguments = require "perigee.arguments"
local Client = require "perigee.extended.client"
local host = require "perigee.host"
local sdk = require "perigee.sdk"
local streams = require "perigee.extended.streams"
local words = require "perigee.extended.words"

local C = host.C

local FRESH_MS = 2000

---@class perigee.extended.Book
---@field market perigee.extended.Market
---@field time_ms integer? the venue's time of the last message
---@field seq integer? its number on this connection
---@field valid boolean it is whole
---@field fresh boolean it has been up to date since its snapshot: before that it is up to a minute old
local Book = {}
Book.__index = Book

local fields = arguments.declare "market:market"

--- Opens a book; it is empty until :next has read its first message.
---@param given {market: string, timeout?: number}
---@return perigee.extended.Book? book, string? error, table? detail
function Client:book(given)
  local sent = arguments.check("book", fields, given, words.types, { timeout = true })
  local market, why = self.list:find(sent.market)
  if not market then return nil, "book: " .. why end
  local raw
  raw, why = sdk.call(C.pg_sdk_ext_book_new, market.raw)
  if not raw then return nil, why end
  local feed, detail
  feed, why, detail = streams.open(self, "book", streams.subscriptions.orderbook, sent, given.timeout, true)
  if not feed then return nil, why, detail end
  return setmetatable({ market = market, raw = ffi.gc(raw, C.pg_sdk_ext_book_free), feed = feed, valid = false,
    fresh = false }, Book)
end

local function reset(self)
  C.pg_sdk_ext_book_reset(self.raw)
  self.valid, self.fresh = false, false
end

--- Reads the next message into the book: "snapshot", "change" or "heartbeat"; or nil, why not, and detail as
--- Feed:next. After a loss the book is empty until the next snapshot.
---@param timeout number seconds
---@return "snapshot"|"change"|"heartbeat"|nil what, string? error, table? detail
function Book:next(timeout)
  local message, why, detail = self.feed:next(timeout)
  if not message then
    if not (detail and detail.timeout) then reset(self) end
    return nil, why, detail
  end
  local problem = ffi.new "pg_sdk_error"
  local action = C.pg_sdk_ext_book_take(self.raw, message.text, #message.text, problem)
  if action == C.PG_SDK_EXT_BROKEN then
    reset(self)
    why = "the book is invalid: " .. ffi.string(problem.text)
    self.feed.hub:renew(why)
    return nil, why, { broken = true }
  end
  self.time_ms, self.seq, self.valid = message.ts, message.seq, true
  self.fresh = self.fresh or message.received_ms - message.ts < FRESH_MS
  if action ~= C.PG_SDK_EXT_APPLIED then return "heartbeat" end
  return message.type == "SNAPSHOT" and "snapshot" or "change"
end

local function top(self, side, n)
  local levels = ffi.new("pg_sdk_ext_level[?]", math.max(n, 1))
  local list = {}
  for i = 1, C.pg_sdk_ext_book_top(self.raw, levels, side, n) do
    list[i] = { price = ffi.string(levels[i - 1].price), size = ffi.string(levels[i - 1].size) }
  end
  return list
end

--- The best `n` (10) levels of a side, { price, size } as texts; none while the book is not whole.
---@param n? integer
---@return {price: string, size: string}[]
function Book:bids(n) return top(self, "BUY", n or 10) end

---@param n? integer
---@return {price: string, size: string}[]
function Book:asks(n) return top(self, "SELL", n or 10) end

--- The best prices as texts; nil for a side that is empty.
---@return string? bid, string? ask
function Book:best()
  local bid, ask = top(self, "BUY", 1)[1], top(self, "SELL", 1)[1]
  return bid and bid.price, ask and ask.price
end

function Book:close() self.feed:close() end

return Book
