--- Subscriptions on one stream: messages are handed to the feeds that asked for them, and wait there to be read.
--
-- A feed keeps LIMIT messages; when it is full the oldest makes room and the loss is told at the next read. So is every
-- break of the connection: what came in between is missing, and everything is subscribed again.
local json = require "perigee.json"
local sdk = require "perigee.sdk"

local M = {}

local LIMIT = 10000
local PAUSE_S, PAUSE_MOST_S, CALM_S = 0.5, 30, 30

------------------------------------------------------------------------------------------------------------- feeds

---@class perigee.Feed
---@field name string
---@field dropped integer messages that were never read, so far
---@field user string? whom it is about, where the venue counts users
---@field after_close fun()? called when it has been closed
local Feed = {}
Feed.__index = Feed

local function put(feed, item)
  local client = feed.hub.client
  client.items = (client.items or 0) + 1
  item.number, item.at = client.items, item.message and item.message.received_ms or sdk.now_ms()
  if feed.last - feed.first >= LIMIT then
    feed.items[feed.first] = nil
    feed.first, feed.lost, feed.dropped = feed.first + 1, feed.lost + 1, feed.dropped + 1
  end
  feed.items[feed.last] = item
  feed.last = feed.last + 1
end

--- The next item that is there; nil when there is none.
local function take(feed)
  if feed.lost > 0 then
    local lost = feed.lost
    feed.lost = 0
    return { notice = ("%s: %d messages were lost because they were not read in time"):format(feed.name, lost),
      detail = { lost = lost } }
  end
  local item = feed.items[feed.first]
  if not item then return nil end
  feed.items[feed.first] = nil
  feed.first = feed.first + 1
  return item
end

local function hand_out(item)
  if item.notice then return nil, item.notice, item.detail end
  return item.message
end

--- The next message; or nil, why there is none, and { timeout = true }, { closed = true } (the connection was lost: it
--- comes back by itself) or { lost = n }.
---@param timeout number seconds; 0: what has come already
---@return table? message, string? error, table? detail
function Feed:next(timeout)
  local limit, looked = sdk.ticks() + timeout, false
  while true do
    local item = take(self)
    if item then return hand_out(item) end
    if self.closed then return nil, self.name .. ": it is closed", { closed = true } end
    local left = limit - sdk.ticks()
    if left <= 0 and looked then
      return nil, ("%s: no message in %g s"):format(self.name, timeout), { timeout = true }
    end
    looked = not self.hub:pump(math.max(left, 0)) or timeout > 0
  end
end

--- Subscribes anew with another text, now and on every connection: an old one's token ends, say.
---@param hello string
function Feed:change_hello(hello)
  local stream = self.hub.stream
  stream:forget(self.hello)
  self.hello = hello
  stream:keep(hello)
  if not stream:is_open() then return end
  if self.bye then stream:send(self.bye) end
  stream:send(hello)
end

--- Ends the subscription; what was not read is gone.
function Feed:close()
  if self.closed then return end
  self.closed, self.items, self.first, self.last, self.lost = true, {}, 1, 1, 0
  self.hub.feeds[self.key] = nil
  if self.hello then self.hub.stream:forget(self.hello) end
  if self.bye then self.hub.stream:send(self.bye) end
  if not self.hello then self.hub:close() end
  if self.after_close then self.after_close() end
end

-------------------------------------------------------------------------------------------------------------- hubs

---@class perigee.Hub
local Hub = {}
Hub.__index = Hub

--- route(message, text) gives the key of the feed that a message is for, or nil; it sees every message. opened() is
--- called whenever there is a new connection.
---@param client perigee.sdk.Client
---@param stream_options table of Client:stream
---@param route fun(message: table, text: string): string|nil
---@param opened? fun()
---@return perigee.Hub
function M.hub(client, stream_options, route, opened)
  return setmetatable({ client = client, stream_options = stream_options, route = route, opened = opened, feeds = {},
    breaks = 0 }, Hub)
end

local function tell_all(hub, notice, detail)
  for _, feed in pairs(hub.feeds) do put(feed, { notice = feed.name .. ": " .. notice, detail = detail }) end
end

local function take_text(hub, text, received_ms)
  local message, why = json.decode(text)
  if type(message) ~= "table" then
    if not text:find "^%s*[{%[]" then return end -- a greeting
    tell_all(hub, "a message cannot be read: " .. (why or "it is no object"), { bad = true })
    return
  end
  local key = hub.route(message, text)
  local feed = key and hub.feeds[key]
  if feed then
    message.received_ms = received_ms
    put(feed, { message = message })
  end
end

--- Tells all feeds of something that concerns them all.
function Hub:tell(notice, detail) tell_all(self, notice, detail) end

--- Ends the connection.
function Hub:close()
  if self.stream then self.stream:close() end
  self.stream = nil
end

--- Ends the connection and begins another one after a pause, which grows while that happens often. For a stream that
--- cannot be gone on with; the feeds are told why.
function Hub:renew(why)
  local now = sdk.ticks()
  self.pause = self.renewed_at and now - self.renewed_at < CALM_S and math.min(2 * self.pause, PAUSE_MOST_S) or PAUSE_S
  self.renewed_at, self.breaks, self.why = now, self.breaks + 1, why
  self:close()
  tell_all(self, why .. ": the connection is made again", { closed = true })
end

--- The connection that :renew has ended comes back when its pause is over. False: not yet.
local function come_back(hub, timeout)
  local left = hub.renewed_at + hub.pause - sdk.ticks()
  if left > 0 then hub.client:sleep(math.min(left, timeout)) end
  if left > timeout then return false end
  hub.stream = assert(hub.client:stream(hub.stream_options))
  return true
end

--- Takes what comes next from the stream. Returns false when nothing came in time.
function Hub:pump(timeout)
  if not self.stream then return come_back(self, timeout) end
  local kind, value, received_ms = self.stream:next(timeout)
  if kind == "text" then
    take_text(self, value, received_ms)
  elseif kind == "opened" then
    if self.opened then self.opened() end
  elseif kind == "closed" then
    self.breaks, self.why = self.breaks + 1, value
    tell_all(self, ("the connection was lost (%s): what comes meanwhile is missing"):format(value), { closed = true })
  elseif kind == "lost" then
    tell_all(self, ("%d messages were lost because they were not read in time"):format(value), { lost = value })
  end
  return kind ~= nil
end

--- Takes messages until check() gives something; nil when it does not in time, or the connection breaks (why).
function Hub:await(check, timeout)
  local limit, breaks = sdk.ticks() + timeout, self.breaks
  while true do
    local value = check()
    if value ~= nil then return value end
    if self.breaks > breaks then return nil, "the connection was lost: " .. tostring(self.why), { closed = true } end
    local left = limit - sdk.ticks()
    if left <= 0 then return nil, ("no answer in %g s"):format(timeout), { timeout = true } end
    self:pump(left)
  end
end

--- Takes what has come already, so that what is waited for next is not answered by what was before.
local function drain(hub)
  for _ = 1, LIMIT do
    if not hub:pump(0) then return end
  end
end

--- Connects, if there is no connection.
---@return boolean? open, string? error, table? detail
function Hub:open(timeout)
  local why
  if not self.stream then
    self.stream, why = self.client:stream(self.stream_options)
    if not self.stream then return nil, why end
  end
  drain(self)
  if self.stream:is_open() then return true end
  local limit = sdk.ticks() + timeout
  while not self.stream:is_open() do
    local left = limit - sdk.ticks()
    if left <= 0 then
      local reason = self.why and (" (%s)"):format(self.why) or ""
      return nil, ("no connection in %g s%s"):format(timeout, reason), { timeout = true }
    end
    self:pump(left)
  end
  return true
end

--- Adds a feed: `hello` is said at once and on every connection, `bye` when it is closed. Without `hello` the
--- connection is the subscription, and ends with the feed.
---@param options {key: string, name: string, hello?: string, bye?: string}
---@return perigee.Feed? feed, string? error
function Hub:add(options)
  if self.feeds[options.key] then return nil, options.name .. ": it is subscribed already" end
  local kept, why = true, nil
  if options.hello then kept, why = self.stream:keep(options.hello) end
  if not kept then return nil, why end
  local feed = setmetatable({ hub = self, key = options.key, name = options.name, hello = options.hello,
    bye = options.bye, items = {}, first = 1, last = 1, lost = 0, dropped = 0 }, Feed)
  self.feeds[options.key] = feed
  if not options.hello then return feed end
  local sent
  sent, why = self.stream:send(options.hello)
  if sent then return feed end
  feed:close()
  return nil, why
end

local function before(a, b) return a.at < b.at or (a.at == b.at and a.number < b.number) end

--- The feed whose next item came first, or that has lost some.
local function earliest(hubs)
  local best
  for _, hub in pairs(hubs) do
    for _, feed in pairs(hub.feeds) do
      local item = feed.items[feed.first]
      if feed.lost > 0 then return feed end
      if item and (not best or before(item, best.items[best.first])) then best = feed end
    end
  end
  return best
end

--- Takes what has come on any of several streams, or waits until something does.
local function pump_all(client, hubs, timeout)
  local some, soonest = false, timeout
  for _, hub in pairs(hubs) do
    for _ = 1, LIMIT do
      if not hub:pump(0) then break end
      some = true
    end
    if not hub.stream then soonest = math.min(soonest, hub.pause) end
  end
  if not some then client:wait_streams(soonest) end
end

--- The next message of any feed of several hubs of a client, with the feed, in the order in which they came.
---@param client perigee.sdk.Client
---@param hubs table<any, perigee.Hub>
---@param timeout number seconds
---@return table? message, perigee.Feed|string|nil feed_or_error, table? detail
function M.next(client, hubs, timeout)
  local limit, looked = sdk.ticks() + timeout, false
  while true do
    local feed = earliest(hubs)
    local item = feed and take(feed)
    if item and item.notice then return hand_out(item) end
    if item then return item.message, feed end
    local left = limit - sdk.ticks()
    if left <= 0 and looked then return nil, ("no message in %g s"):format(timeout), { timeout = true } end
    pump_all(client, hubs, math.max(left, 0))
    looked = true
  end
end

--- The next message of any feed, with the feed, in the order in which they came.
---@param timeout number seconds
---@return table? message, perigee.Feed|string|nil feed_or_error, table? detail
function Hub:next(timeout)
  if not self.stream then error("nothing is subscribed", 3) end
  return M.next(self.client, { self }, timeout)
end

return M
