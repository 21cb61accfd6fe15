--- Questions and subscriptions as functions of arguments by name.
local arguments = require "perigee.arguments"
local info = require "perigee.hyperliquid.info"
local json = require "perigee.json"
local orders = require "perigee.hyperliquid.orders"
local sdk = require "perigee.sdk"
local streams = require "perigee.hyperliquid.streams"

local M = {}

local ACK_S = 5
local USERS = 10 -- that the venue tells a connection about

--------------------------------------------------------------------------------------------------------- questions

local function own_user(client, name, question, given)
  local filled
  for _, field in ipairs(question.fields) do
    if field.type == "user" and (not given or given.user == nil) then
      if not client.address then arguments.misuse("%s: user is missing, and the client has no account", name) end
      filled = { user = client.address }
      for key, value in pairs(given or {}) do filled[key] = value end
    end
  end
  return filled or given
end

--- The venue's name of a coin, which may be given by an alias; nil and why when there is none.
local function resolve_coin(client, sent)
  if not sent.coin then return true end
  local asset, why = client.find(sent.coin)
  if not asset then return nil, why end
  sent.coin = asset.name
  return true, nil, asset
end

function M.question_function(client, name, question)
  return function(given)
    given = own_user(client, name, question, given)
    local sent = arguments.check(name, question.fields, given, orders.types, { timeout = true })
    local good, why = resolve_coin(client, sent)
    if not good then return nil, why end
    local wrong = info.wrong_book(sent)
    if wrong then return nil, name .. ": " .. wrong end
    return client:ask(question, question.nested and { [question.nested] = sent } or sent, given and given.timeout)
  end
end

-------------------------------------------------------------------------------------------------------- subscribing

--- Waits for the venue to confirm a subscription. Its refusal comes on the channel `error`, without a name.
local function await_ack(client, sent, timeout)
  client.acks, client.refused = {}, nil
  local good, why, detail = client.hub:await(function()
    if client.refused then return { error = client.refused } end
    for _, echo in ipairs(client.acks) do
      if streams.is_echo(sent, echo) then return {} end
    end
  end, timeout)
  client.acks = nil
  if good and not good.error then return true end
  return nil, good and good.error or why, detail
end

--- Whether a subscription for a user would be one for too many.
local function too_many_users(client, user)
  local seen, n = { [user] = true }, 1
  for _, one in pairs(client.hub.feeds) do
    if one.user and not seen[one.user] then
      seen[one.user] = true
      n = n + 1
    end
  end
  return n > USERS
end

--- Why a subscription would be refused; nil when it would not.
local function wrong_subscription(client, entry, sent)
  local good, why, asset = resolve_coin(client, sent)
  if not good then return why end
  if entry.type == "activeAssetData" and asset.spot then return "it is for perpetuals only" end
  if sent.user and too_many_users(client, sent.user) then
    return ("a connection can follow %d users at most"):format(USERS)
  end
  return info.wrong_book(sent)
end

function M.subscribe_function(client, name, entry)
  return function(given)
    given = own_user(client, name, entry, given)
    local sent = arguments.check(name, entry.fields, given, orders.types, { timeout = true })
    local wrong = wrong_subscription(client, entry, sent)
    if wrong then return nil, name .. ": " .. wrong end
    local timeout = given and given.timeout or ACK_S
    local good, why, detail = client.hub:open(timeout)
    if not good then return nil, why, detail end
    sent.type = entry.type
    local text = json.encode(sent)
    local made
    made, why = client.hub:add { key = streams.key(entry, sent), name = name,
      hello = '{"method":"subscribe","subscription":' .. text .. "}",
      bye = '{"method":"unsubscribe","subscription":' .. text .. "}" }
    if not made then return nil, why end
    made.user = sent.user
    good, why, detail = await_ack(client, sent, timeout)
    if good then return made end
    made:close()
    return nil, ("%s: %s"):format(name, why), detail
  end
end

--- Sees every message of the stream: replies and confirmations are taken here, data goes to its feed.
function M.route_function(client)
  return function(message)
    local data = message.data
    if message.channel == "post" and type(data) == "table" then
      if client.waiting[data.id] then client.waiting[data.id] = data.response or json.null end
    elseif message.channel == "subscriptionResponse" and type(data) == "table" then
      if client.acks and data.method == "subscribe" then client.acks[#client.acks + 1] = data.subscription end
    elseif message.channel == "error" then
      local words = sdk.excerpt(tostring(data))
      if client.acks then
        client.refused = words
      else
        client.hub:tell("the venue says: " .. words, { refused = true })
      end
    else
      return streams.route(message)
    end
  end
end

return M
