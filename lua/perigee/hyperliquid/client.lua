--- The client of Hyperliquid: how it sends, over HTTP and over the WebSocket. What it says is in reading.lua,
--- acting.lua and recipes.lua, which add to it.
local json = require "perigee.json"
local sdk = require "perigee.sdk"

local ASK_S = 10
local HEADERS = { "Content-Type: application/json" }

---@class perigee.hyperliquid.Client
---@field address string? the account whose state is asked for
---@field signer_address string? of the key
---@field is_agent boolean? the key is an agent's
---@field info perigee.hyperliquid.Info
---@field exchange perigee.hyperliquid.Exchange
---@field subscribe perigee.hyperliquid.Subscribe
local Client = {}
Client.__index = Client

--- Sends an action's body or a question over the WebSocket (15.4): the payload of its reply, or nil, why, detail.
function Client:post(kind, payload, timeout)
  local good, why = self.hub:open(timeout)
  if not good then return nil, why, { unknown = false } end
  self.posts = self.posts + 1
  local id = self.posts
  self.waiting[id] = true
  local text = ('{"method":"post","id":%d,"request":{"type":"%s","payload":%s}}'):format(id, kind, payload)
  good, why = self.hub.stream:send(text)
  local reply
  if good then
    reply, why = self.hub:await(function() return self.waiting[id] ~= true and self.waiting[id] or nil end, timeout)
  end
  self.waiting[id] = nil
  if not reply then return nil, why, { unknown = true } end
  if type(reply) ~= "table" or reply.payload == nil then
    return nil, "the venue's reply has no payload", { unknown = true }
  end
  if reply.type == "error" then
    local words = tostring(reply.payload)
    local code = tonumber(words:match "^%d+")
    return nil, "the venue answered: " .. sdk.excerpt(words), { http = code, unknown = (code or 500) >= 500 }
  end
  return reply.payload
end

--- Sends a document over HTTP: the document of its answer; or nil, why, detail.
function Client:over_http(path, body, timeout, weight)
  local code, answer, detail = self.web:request { url = self.url .. path, body = body, headers = HEADERS,
    timeout = timeout, weight = weight }
  if not code then return nil, answer, detail end
  return sdk.read(code, answer)
end

--- What an answer weighs beyond its question.
local function charge_items(client, items, answer)
  if items and type(answer) == "table" then client.web:charge(math.floor(#answer / items)) end
end

--- Asks a question; its answer, or nil, why, detail.
---@param question perigee.hyperliquid.Question
---@param body table its arguments as they are sent
function Client:ask(question, body, timeout)
  body.type = question.type
  local text = json.encode(body)
  local answer, why, detail
  if self.over_socket then
    self.web:charge(question.weight)
    local payload
    payload, why, detail = self:post("info", text, timeout or ASK_S)
    if payload then answer = payload.data end
    if payload and answer == nil then answer = json.null end
  else
    answer, why, detail = self:over_http("/info", text, timeout or ASK_S, question.weight)
  end
  charge_items(self, question.items, answer)
  if answer == nil then
    return nil, ("%s: %s"):format(question.type, why), detail
  end
  return answer
end

--- The text of an answer, for what the host reads itself.
function Client:ask_text(type_name, body)
  body.type = type_name
  local code, answer, detail = self.web:request { url = self.url .. "/info", body = json.encode(body),
    headers = HEADERS, timeout = ASK_S, weight = 20 }
  if not code then return nil, type_name .. ": " .. answer, detail end
  local value, why = sdk.read(code, answer)
  if value == nil then return nil, type_name .. ": " .. why end
  return answer
end

return Client
