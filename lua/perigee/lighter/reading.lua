--- Questions and subscriptions of a client, as functions; and what comes over the stream, told apart.
local arguments = require "perigee.arguments"
local channels = require "perigee.lighter.channels"
local endpoints = require "perigee.lighter.endpoints"
local json = require "perigee.json"
local sdk = require "perigee.sdk"

local M = {}

local ACK_S, SILENT_S, TURN_S = 10, 1, 30
local ALREADY, NOT_SUBSCRIBED, SUBSCRIPTIONS = 30003, 30002, 30000

M.types = setmetatable({
  market_or_all = function(value)
    if value == "all" then return value end
    return endpoints.types.market(value)
  end,
  candle_resolution = arguments.one_of("1m", "5m", "15m", "30m", "1h", "4h", "12h", "1d"),
}, { __index = endpoints.types })

--- The arguments with the client's own account where one is needed and none is given.
local function with_account(client, fields, given)
  if not client.account or (given ~= nil and type(given) ~= "table") then return given end
  for _, field in ipairs(fields) do
    if field.type == "account" and not field.optional and (given == nil or given[field.name] == nil) then
      local filled = { [field.name] = client.account }
      for name, value in pairs(given or {}) do filled[name] = value end
      return filled
    end
  end
  return given
end

--- A market's number for its symbol, wherever one is among the arguments.
local function resolve_market(client, sent, name)
  if sent[name] == nil or sent[name] == "all" then return true end
  local market, why = client:market(sent[name])
  if not market then return nil, why end
  sent[name] = market.id
  return true
end

---------------------------------------------------------------------------------------------------------- questions

---@param client perigee.lighter.Client
---@param question perigee.lighter.Question
function M.question_function(client, name, question)
  return function(given)
    given = with_account(client, question.fields, given)
    local sent = arguments.check(name, question.fields, given, M.types, { timeout = true })
    local good, why = resolve_market(client, sent, "market_id")
    if not good then return nil, why end
    local auth = question.auth == "needed" or (question.auth == "own" and client:can_show())
    local call = question.post and client.post or client.get
    local answer, detail
    answer, why, detail = call(client, question.path, sent,
      { auth = auth, timeout = given and given.timeout, weight = question.weight })
    if answer == nil then return nil, ("%s: %s"):format(name, why), detail end
    return answer
  end
end

-------------------------------------------------------------------------------------------------------- subscribing

local function hello_of(path, token)
  return json.encode { type = "subscribe", channel = path, auth = token }
end

--- Waits for the first message of a channel, which is the venue's confirmation, or for its refusal.
local function await_first(client, key, silent, timeout)
  client.first, client.refused = { key = key }, nil
  local limit = silent and math.min(SILENT_S, timeout) or timeout
  local good, why, detail = client.hub:await(function()
    return client.refused or (client.first.seen and { code = 0 }) or nil
  end, limit)
  client.first = nil
  if good and good.code == 0 then return true end
  if not good and silent and detail and detail.timeout then return true end
  if good then return nil, ("%s (%d)"):format(sdk.excerpt(tostring(good.message)), good.code), { code = good.code } end
  return nil, why, detail
end

local function token_for(client, channel)
  if channel.auth == "needed" or (channel.auth == "own" and client.signer) then return client:token() end
  return nil
end

function M.subscribe_function(client, name, channel)
  return function(given)
    given = with_account(client, channel.fields, given)
    local sent = arguments.check(name, channel.fields, given, M.types, { timeout = true })
    local good, why = resolve_market(client, sent, "market")
    if not good then return nil, ("%s: %s"):format(name, why) end
    local token, detail
    token, why = token_for(client, channel)
    if why then return nil, why end
    local timeout = given and given.timeout or ACK_S
    good, why, detail = client.hub:open(timeout)
    if not good then return nil, why, detail end
    local path = channels.path(channel, sent)
    local key = channels.key(path)
    local made
    made, why = client.hub:add { key = key, name = name, hello = hello_of(path, token),
      bye = json.encode { type = "unsubscribe", channel = path } }
    if not made then return nil, why end
    if token then made.path, made.token = path, token end
    good, why, detail = await_first(client, key, channel.silent, timeout)
    if good then return made end
    if detail and detail.code then made.bye = nil end -- what was refused need not be taken back
    made:close()
    return nil, ("%s: %s"):format(name, why), detail
  end
end

--- Subscribes private channels again when their token is about to end: with the new one, now and on every connection.
local function tend(client)
  for _, feed in pairs(client.hub.feeds) do
    if feed.token and feed.token ~= client:token() then
      feed.token = client:token()
      feed:change_hello(hello_of(feed.path, feed.token))
    end
  end
end

--- Lets a hub look after its tokens whenever it is used.
function M.tend(client)
  local pump = client.hub.pump
  function client.hub:pump(timeout)
    if self.stream then tend(client) end
    return pump(self, math.min(timeout, TURN_S))
  end
end

------------------------------------------------------------------------------------------------------ what comes in

local function take_fault(client, message)
  local fault = type(message.error) == "table" and message.error or message
  local code = tonumber(fault.code) or 0
  if code == ALREADY or code == NOT_SUBSCRIBED then return end
  if client.first and code >= SUBSCRIPTIONS or client.first and not client.waiting then
    client.refused = { code = code, message = fault.message }
  else
    client.hub:tell(("the venue says: %s (%d)"):format(sdk.excerpt(tostring(fault.message)), code), { refused = true })
  end
end

--- Sees every message of the stream: replies are taken here, data goes to its feed.
function M.route_function(client)
  return function(message)
    local kind = message.type
    if kind == "ping" then
      message.type = "pong"
      client.hub.stream:send(json.encode(message))
    elseif client:take_reply(message) then
      return nil
    elseif kind == "error" or type(message.error) == "table" then
      take_fault(client, message)
    elseif type(kind) == "string" and kind:find "^%a+/" then
      local key = channels.route(client.hub.feeds, message)
      if client.first and client.first.key == key then client.first.seen = true end
      return key
    end
  end
end

return M
