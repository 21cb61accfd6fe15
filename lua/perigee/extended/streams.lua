--- Extended's streams, as a table: name, path, arguments (extended.md 7). A stream is a connection of its own, and the
--- path is the subscription. Its messages are numbered: what is missing is told, and where it cannot be done without
--- (books, candles, prices, the account) the connection is made again.
local arguments = require "perigee.arguments"
local feed = require "perigee.feed"
local sdk = require "perigee.sdk"
local words = require "perigee.extended.words"

local M = {}

local OPEN_S = 5
local APART_S = 0.1 -- between connections that are opened
local PING_S = 10
local SEEN = 10000 -- trades a market, whose ids are remembered: a new connection tells some again

-- name, path, arguments, whether the rest is of use when something is missing
local rows = {
  { "orderbook", "/orderbooks/{market}", "market?:market" },
  { "best_bid_ask", "/orderbooks/{market}?depth=1", "market?:market" },
  { "rfq_orderbook", "/orderbooks/rfq/{market}", "market?:market" },
  { "trades", "/publicTrades/{market}", "market?:market", goes_on = true, ids = true },
  { "funding", "/funding/{market}", "market?:market", goes_on = true },
  { "candles", "/candles/{market}/{candleType}?interval={interval}",
    "market:market candleType:candle_type interval:interval" },
  { "mark_price", "/prices/mark/{market}", "market?:market" },
  { "index_price", "/prices/index/{market}", "market?:market" },
  { "account", "/account", "", private = true },
}

---@class perigee.extended.Stream
---@field path string
---@field fields perigee.Field[]
---@field goes_on boolean?
---@field ids boolean?
---@field private boolean?

--- Streams by name.
---@type table<string, perigee.extended.Stream>
M.subscriptions = {}

for _, row in ipairs(rows) do
  M.subscriptions[row[1]] = { path = row[2], fields = arguments.declare(row[3]), goes_on = row.goes_on, ids = row.ids,
    private = row.private }
end

--- The path of a subscription; a market that is left out stands for all.
local function path_of(entry, sent)
  return (entry.path:gsub("(/?){(%w+)}", function(slash, name)
    return sent[name] and slash .. sdk.escape(sent[name]) or ""
  end))
end

--------------------------------------------------------------------------------------------------- order of messages

--- Ids of trades that came already, of a market each.
local function new_ids() return {} end

local function is_new(ids, market, id)
  local seen = ids[market]
  if not seen then
    seen = { set = {}, ring = {}, at = 0 }
    ids[market] = seen
  end
  local key = tostring(id)
  if seen.set[key] then return false end
  local place = seen.at % SEEN
  if seen.ring[place] then seen.set[seen.ring[place]] = nil end
  seen.ring[place], seen.set[key], seen.at = key, true, seen.at + 1
  return true
end

--- Leaves out trades that came already; false when none is left.
local function drop_known(ids, message)
  if type(message.data) ~= "table" then return true end
  local kept = {}
  for _, trade in ipairs(message.data) do
    if type(trade) ~= "table" or is_new(ids, tostring(trade.m), trade.i) then kept[#kept + 1] = trade end
  end
  if #kept == 0 then return false end
  for i = #message.data, 1, -1 do message.data[i] = kept[i] end
  return true
end

--- Sees every message of a stream's connection: the key of its feed, or nil for what is no news.
local function route_function(state, entry)
  return function(message, text)
    local hub, seq = state.hub, tonumber(message.seq)
    if message.error ~= nil and tostring(message.error) ~= "null" then
      hub:renew("the stream has an error: " .. sdk.excerpt(tostring(message.error)))
      return nil
    end
    if seq and state.last and seq <= state.last then return nil end
    local missing = seq and state.last and seq - state.last - 1 or 0
    state.last = seq or state.last
    if missing > 0 and entry.goes_on then
      hub:tell(("%d messages did not come"):format(missing), { gap = missing })
    elseif missing > 0 then
      hub:renew(("%d messages did not come"):format(missing))
      return nil
    end
    if entry.ids and not drop_known(state.ids, message) then return nil end
    if state.texts then message.text = text end
    return "all"
  end
end

-------------------------------------------------------------------------------------------------------- subscribing

--- Connections are opened one after the other, not all at once.
local function keep_apart(client)
  local left = (client.opened_at or -math.huge) + APART_S - sdk.ticks()
  if left > 0 then client.web:sleep(left) end
  client.opened_at = sdk.ticks()
end

--- Opens a stream. texts: its messages keep the text that they were read from, for books.
---@return perigee.Feed? feed, string? error, table? detail
function M.open(client, name, entry, sent, timeout, texts)
  local path = path_of(entry, sent)
  if client.hubs[path] then return nil, name .. ": it is subscribed already" end
  local state = { ids = new_ids(), texts = texts }
  keep_apart(client)
  state.hub = feed.hub(client.web, { url = client.stream_url .. path, headers = { client.agent }, ping_s = PING_S,
    key_header = entry.private and "X-Api-Key" or nil, key = entry.private and client.api_key or nil },
    route_function(state, entry), function() state.last = nil end)
  local made
  local good, why, detail = state.hub:open(timeout or OPEN_S)
  if good then made, why = state.hub:add { key = "all", name = name } end
  if not made then
    state.hub:close()
    return nil, ("%s: %s"):format(name, why), detail
  end
  client.hubs[path] = state.hub
  made.after_close = function() client.hubs[path] = nil end
  return made
end

function M.subscribe_function(client, name, entry)
  return function(given)
    local sent = arguments.check(name, entry.fields, given, words.types, { timeout = true })
    if entry.private and not client.api_key then
      arguments.misuse("%s: the client has no API key: connect with api_key = 'env:NAME' or the like", name)
    end
    if sent.market then
      local market, why = client.list:find(sent.market)
      if not market then return nil, ("%s: %s"):format(name, why) end
    end
    return M.open(client, name, entry, sent, given and given.timeout)
  end
end

return M
