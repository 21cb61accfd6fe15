--- Actions: made, signed by the host, sent, and their answers read.
local ffi = require "ffi"
local actions = require "perigee.hyperliquid.actions"
local arguments = require "perigee.arguments"
local Client = require "perigee.hyperliquid.client"
local host = require "perigee.host"
local json = require "perigee.json"
local orders = require "perigee.hyperliquid.orders"
local sdk = require "perigee.sdk"

local C = host.C
local M = {}

local BATCH_A_WEIGHT = 40
local ACT_S = 5

local own_keys_only = {} -- types of actions that an agent cannot sign
do
  local user_signed, i = ffi.new "bool[1]", 0
  while true do
    local type_name = C.pg_sdk_hl_action_type(i, user_signed)
    if type_name == nil then break end
    own_keys_only[ffi.string(type_name)] = user_signed[0]
    i = i + 1
  end
end

--- The texts in it are borrowed: the client and the options keep them.
local function envelope_of(client, options)
  local envelope = ffi.new "pg_sdk_hl_envelope"
  envelope.mainnet, envelope.nonce = client.mainnet, options.nonce or 0
  envelope.vault, envelope.expires_after = options.vault or client.vault, options.expires_after or 0
  return envelope
end

local function need_key(client)
  if not client.signer then arguments.misuse "the client has no key: connect with key = 'env:NAME' or the like" end
end

local function check_signer(client, action)
  need_key(client)
  if own_keys_only[action.type] and client.is_agent then
    return nil, ("%s: only the account's own key can sign this, not an agent's"):format(action.type)
  end
  return true
end

--- The body of POST /exchange, signed but not sent: JSON text and the nonce in it.
---@param action table as on the wire; see actions.lua and Client:action
---@param options? perigee.hyperliquid.SendOptions
---@return string? body, string|integer error_or_nonce
function Client:sign(action, options)
  local good, why = check_signer(self, action)
  if not good then return nil, why end
  local made = ffi.new "pg_sdk_hl_signed"
  local text = type(action) == "string" and action or json.encode(action)
  local envelope = envelope_of(self, options or {})
  good, why = sdk.call(C.pg_sdk_hl_sign, self.signer, made, text, #text, envelope)
  if not good then return nil, why end
  return ffi.string(made.body, made.size), tonumber(made.nonce)
end

--- Sends a body that was signed: the venue's `response`; or nil, why not, and details: `unknown` when it may have been
--- done all the same, else what the refusal means (perigee.hyperliquid.Result).
---@param body string
---@param parts? integer orders in it
---@param timeout? number
function Client:send(body, parts, timeout)
  local answer, why, detail
  local weight = 1 + math.floor((parts or 1) / BATCH_A_WEIGHT)
  if self.over_socket then
    self.web:charge(weight)
    answer, why, detail = self:post("action", body, timeout or ACT_S)
  else
    answer, why, detail = self:over_http("/exchange", body, timeout or ACT_S, weight)
  end
  if answer == nil and detail and detail.unknown then
    why = why .. "; it may have been done: look before you send it again"
  end
  if answer == nil then return nil, why, detail end
  if type(answer) ~= "table" or (answer.status ~= "ok" and answer.status ~= "err") then
    return nil, "the answer to an action has no status; it may have been done", { unknown = true }
  end
  if answer.status == "err" then
    local refusal = orders.refusal(tostring(answer.response))
    return nil, refusal.error, refusal
  end
  if answer.response == nil then return nil, "the answer to an action says nothing of it", { unknown = true } end
  return answer.response
end

--- An action from arguments, as `client.exchange` makes it, neither signed nor sent; or nil and why the venue would
--- refuse it.
---@param name string of actions.lua
---@return table? action, string? error
function Client:action(name, given)
  local entry = actions.actions[name] or error("there is no action '" .. tostring(name) .. "'", 2)
  return entry.make(self, given or {})
end

local function parts_of(action)
  local list = action.orders or action.cancels or action.modifies
  return list and #list or 1
end

--- The cloid that an order was sent with is told where the venue does not.
local function add_cloids(results, list)
  for i, order in ipairs(list or {}) do
    if results[i] and not results[i].cloid then results[i].cloid = order.c or (order.order and order.order.c) end
  end
end

--- What the venue's response to an action says.
local function read_response(action, response, alone)
  local data = type(response) == "table" and response.data or nil
  local has_parts = action.orders or action.cancels or action.modifies or action.twap
  if not has_parts and (data == nil or data == json.null) then return true end
  if not has_parts and type(data) ~= "table" then return data end
  if type(data) ~= "table" then data = {} end
  if data.status ~= nil then data = { statuses = { data.status } } end
  local results, why = orders.read_statuses(data.statuses, parts_of(action))
  if not results then return nil, why, { unknown = true } end
  add_cloids(results, action.orders or action.modifies)
  if not alone then return results end
  local first = results[1]
  if first.status == "error" then return nil, first.error, first end
  return first
end

--- The client ids by which to look for orders whose answer is missing: the first, and all of them.
local function unknown_cloids(action)
  local cloids = {}
  for _, part in ipairs(action.orders or action.modifies or {}) do
    cloids[#cloids + 1] = part.c or (part.order and part.order.c)
  end
  return cloids[1], cloids
end

--- Signs and sends an action as it is on the wire.
---@param action table
---@param options? perigee.hyperliquid.SendOptions
---@param alone? boolean one order: its result or its error, not a list
function Client:act(action, options, alone)
  options = options or {}
  local body, why = self:sign(action, options)
  if not body then return nil, why, { unsent = true } end
  local response, detail
  response, why, detail = self:send(body, parts_of(action), options.timeout)
  if response == nil then
    if detail and detail.unknown then detail.cloid, detail.cloids = unknown_cloids(action) end
    return nil, why, detail
  end
  return read_response(action, response, alone)
end

function M.action_function(client, entry)
  return function(given)
    given = given or {}
    local action, why = entry.make(client, given)
    if not action then return nil, why, { unsent = true } end
    return client:act(action, given, type(given) ~= "table" or given[1] == nil)
  end
end

------------------------------------------------------------------------------------------------------ several keys

--- The part of one of several keys of `user` in an action that `outer_signer` will send, with the nonce that all share.
---@return {r: string, s: string, v: integer}? signature, string? error
function Client:sign_part(action, user, outer_signer, options)
  need_key(self)
  local made, text = ffi.new "pg_sdk_hl_signature", json.encode(action)
  local envelope = envelope_of(self, options)
  local good, why = sdk.call(C.pg_sdk_hl_sign_part, self.signer, made, text, #text, envelope, user, outer_signer)
  if not good then return nil, why end
  return { r = ffi.string(made.r), s = ffi.string(made.s), v = made.v }
end

--- Sends an action of `user` with the parts that its keys have signed; this client's key is the outer signer.
function Client:act_for(action, user, parts, options)
  need_key(self)
  local made, text = ffi.new "pg_sdk_hl_signed", json.encode(action)
  local list = ffi.new("pg_sdk_hl_signature[?]", math.max(#parts, 1))
  for i, part in ipairs(parts) do list[i - 1].r, list[i - 1].s, list[i - 1].v = part.r, part.s, part.v end
  local envelope = envelope_of(self, options)
  local good, why = sdk.call(C.pg_sdk_hl_sign_multi, self.signer, made, text, #text, envelope, user, list, #parts)
  if not good then return nil, why end
  local response, detail
  response, why, detail = self:send(ffi.string(made.body, made.size), parts_of(action), options.timeout)
  if response == nil then return nil, why, detail end
  return read_response(action, response, parts_of(action) == 1)
end

--- A nonce for what several keys sign.
---@return integer
function Client:next_nonce() return tonumber(C.pg_sdk_hl_signer_nonce(self.signer)) end

return M
