--- The client of Lighter: how it asks, over HTTP and over the WebSocket, and its auth token. What it says is in
--- reading.lua, acting.lua and recipes.lua, which add to it.
local ffi = require "ffi"
local arguments = require "perigee.arguments"
local host = require "perigee.host"
local json = require "perigee.json"
local sdk = require "perigee.sdk"

local C = host.C

local ASK_S = 10
local TOKEN_S, TOKEN_LEFT_S = 7 * 3600, 15 * 60
local FORM = "Content-Type: application/x-www-form-urlencoded"

---@class perigee.lighter.Client
---@field account integer? whose state is asked for, and who trades
---@field key_index integer?
---@field info perigee.lighter.Info
---@field exchange perigee.lighter.Exchange
---@field subscribe perigee.lighter.Subscribe
local Client = {}
Client.__index = Client

---------------------------------------------------------------------------------------------------------- the token

--- The auth token of the client's key, for private questions and channels; made anew when it is about to end.
---@return string? token, string? error
function Client:token()
  if not self.signer then
    arguments.misuse "this needs a key: connect with key = 'env:NAME', account and api_key_index"
  end
  local now = math.floor(sdk.now_ms() / 1000)
  if not self.token_text or self.token_end - now < TOKEN_LEFT_S then
    local text, why = sdk.call(C.pg_sdk_li_token, self.signer, now + TOKEN_S, self.account, self.key_index)
    if not text then return nil, why end
    self.token_text, self.token_end = ffi.string(text), now + TOKEN_S
  end
  return self.token_text
end

-------------------------------------------------------------------------------------------------------- over HTTP

--- What the venue says in an answer that is no success: its own words and code, where it has any.
local function refusal(code, body, detail)
  local said = body:find "^%s*{" and json.decode(body)
  detail = detail or {}
  detail.http, detail.body, detail.unknown = code, body, code >= 500
  if type(said) == "table" and type(said.code) == "number" then
    detail.code = said.code
    return ("%s (%d)"):format(sdk.excerpt(tostring(said.message or "no reason is given")), said.code), detail
  end
  local _, why = sdk.read(code, body)
  if code == 405 then why = "HTTP 405, the venue's firewall: nothing will be answered for a minute" end
  return why, detail
end

--- The document of an answer that is a success, by HTTP and by its own `code`.
local function read(code, body, detail)
  if code ~= 200 then return nil, refusal(code, body, detail) end
  local value, why, more = sdk.read(code, body)
  if value == nil then return nil, why, more end
  if type(value) ~= "table" then return nil, "the answer is no object", { http = code, unknown = true } end
  if value.code ~= nil and value.code ~= 200 then return nil, refusal(code, body, detail) end
  return value
end

local function send(self, options, with_token)
  local headers = options.headers or {}
  if with_token and self.read_key then
    options.key_header, options.key = "Authorization", self.read_key
  elseif with_token then
    local token, why = self:token()
    if not token then return nil, why, { unsent = true } end
    headers[#headers + 1] = "Authorization: " .. token
  end
  options.headers = headers
  local code, body, detail = self.web:request(options)
  if not code then return nil, body, detail end
  return read(code, body, detail)
end

--- Asks by GET: the venue's document, or nil, why, detail. For what endpoints.lua does not have, too.
---@param path string "/api/v1/..."
---@param given? table
---@param options? {auth?: boolean, timeout?: number, weight?: integer}
function Client:get(path, given, options)
  options = options or {}
  return send(self, { url = self.url .. path .. sdk.query(given or {}), timeout = options.timeout or ASK_S,
    weight = self:weigh(options.weight or 300) }, options.auth)
end

--- Posts a form: the venue's document, or nil, why, detail.
function Client:post(path, given, options)
  options = options or {}
  local body = sdk.query(given or {}):gsub("^%?", "")
  return send(self, { url = self.url .. path, body = body, headers = { FORM }, timeout = options.timeout or ASK_S,
    weight = self:weigh(options.weight or 300) }, options.auth)
end

--- What a request takes of the budget: standard accounts count requests, others weights.
function Client:weigh(weight) return self.counts_requests and 1 or weight end

------------------------------------------------------------------------------------------------- over the WebSocket

--- Sends transactions over the WebSocket: the venue's reply, or nil, why, detail. `unknown` when there is none.
---@param kind "jsonapi/sendtx"|"jsonapi/sendtxbatch"
---@param data string JSON without its closing brace
function Client:over_stream(kind, data, timeout)
  local good, why = self.hub:open(timeout)
  if not good then return nil, why, { unknown = false } end
  self.sent = self.sent + 1
  local wait = { kind = kind, id = ("pg-%d"):format(self.sent) }
  self.waiting = wait
  good, why = self.hub.stream:send(('{"type":"%s","data":%s,"id":"%s"}}'):format(kind, data, wait.id))
  local reply
  if good then reply, why = self.hub:await(function() return wait.reply end, timeout) end
  self.waiting = nil
  if not reply then return nil, why, { unknown = good and true or false } end
  if reply.code == 200 then return reply end
  return nil, ("%s (%s)"):format(sdk.excerpt(tostring(reply.message)), tostring(reply.code)),
    { code = reply.code, unknown = false }
end

--- Takes a reply that is for the transaction on its way; whether it was one.
---@param message table
---@return boolean
function Client:take_reply(message)
  local wait, data = self.waiting, type(message.data) == "table" and message.data or {}
  local fault = type(message.error) == "table" and message.error or message
  if not wait or (message.type ~= wait.kind and message.type ~= "error" and fault == message) then return false end
  local id = message.id or data.id
  if id ~= nil and id ~= wait.id then return false end
  local code = fault.code or data.code
  if type(code) ~= "number" then return false end
  if message.type ~= wait.kind and code >= 30000 then return false end -- of a subscription
  wait.reply = { code = code, message = fault.message or data.message, tx_hash = message.tx_hash or data.tx_hash,
    volume_quota_remaining = message.volume_quota_remaining or data.volume_quota_remaining,
    predicted_execution_time_ms = message.predicted_execution_time_ms or data.predicted_execution_time_ms }
  return true
end

return Client
