--- Transactions: numbered, signed by the host, sent, and their outcome read (lighter.md 7).
--
-- One sequence of nonces a key, shared by all clients of the program. A transaction that the venue's interface refuses
-- has used none; after an answer that leaves it in doubt the next nonce is read from the venue again.
local ffi = require "ffi"
local arguments = require "perigee.arguments"
local Client = require "perigee.lighter.client"
local host = require "perigee.host"
local json = require "perigee.json"
local sdk = require "perigee.sdk"
local transactions = require "perigee.lighter.transactions"

local C = host.C
local M = {}

local ACT_S, SETTLE_S, PAUSE_S = 5, 0.5, 0.1
local BATCH, LIFETIME_MS = 15, 599000
local WEIGHT = 6
local INVALID_NONCE, INVALID_BATCH_NONCE = 21104, 21105
local FAILED, EXECUTED = 0, 2

------------------------------------------------------------------------------------------------------------ nonces

local sequences = {} -- next nonces, by venue, account and key

local function sequence_of(client, key_index)
  local id = ("%s %s %d"):format(client.url, tostring(client.account), key_index)
  sequences[id] = sequences[id] or {}
  return sequences[id]
end

local function next_nonce(client, sequence, key_index)
  if sequence.next then return sequence.next end
  if sequence.doubted then client.web:sleep(math.max(0, sequence.doubted + SETTLE_S - sdk.ticks())) end
  local answer, why, detail = client.info.next_nonce { account_index = client.account, api_key_index = key_index }
  if not answer then return nil, why, detail end
  sequence.next, sequence.doubted = answer.nonce, nil
  return sequence.next
end

local function doubt(sequence) sequence.next, sequence.doubted = nil, sdk.ticks() end

------------------------------------------------------------------------------------------------------------ signing

local signers = setmetatable({}, { __mode = "k" })

--- The signer of a key.
---@param key perigee.Key
function M.signer_of(key)
  if not signers[key] then
    local handle, why = sdk.call(C.pg_sdk_li_signer_new, key.handle)
    if not handle then return nil, why end
    signers[key] = ffi.gc(handle, C.pg_sdk_li_signer_free)
  end
  return signers[key]
end

local function need_key(client)
  if not client.signer then
    arguments.misuse "the client has no key: connect with key = 'env:NAME', account and api_key_index"
  end
end

--- Signs a draft with a nonce: { type, tx_info, hash, nonce, ... }; or nil and why the venue would refuse it.
local function sign(client, draft, nonce)
  local members = {}
  for name, value in pairs(draft.members) do members[name] = value end
  local account = (draft.type == 12 or draft.type == 13) and "FromAccountIndex" or "AccountIndex"
  members[account], members.ApiKeyIndex = client.account, draft.key_index or client.key_index
  members.Nonce = nonce
  members.ExpiredAt = math.floor(sdk.now_ms()) + (draft.options.expires_after_ms or LIFETIME_MS)
  members.L2TxAttributes = draft.attributes
  local signer, why = client.signer, nil
  if draft.new_key then signer, why = M.signer_of(draft.new_key) end
  if not signer then return nil, why end
  local made, text = ffi.new "pg_sdk_li_signed", json.encode(members)
  local good
  good, why = sdk.call(C.pg_sdk_li_sign, signer, made, client.chain_id, draft.type, text, #text,
    draft.l1_key and draft.l1_key.handle)
  if not good then return nil, why end
  return { type = draft.type, tx_info = ffi.string(made.tx_info), hash = ffi.string(made.hash), nonce = nonce,
    client_order_index = members.ClientOrderIndex }
end

--- A transaction from arguments, neither signed nor sent; or nil and why the venue would refuse it. For :batch.
---@param name string of transactions.lua
---@param given? table
---@return perigee.lighter.Draft? draft, string? error
function Client:draft(name, given)
  need_key(self)
  local entry = transactions.transactions[name] or arguments.misuse("there is no transaction '%s'", tostring(name))
  return entry.make(self, given)
end

--- Signs a draft without sending it: tx_info and its hash.
---@param draft perigee.lighter.Draft
---@param nonce integer
---@return {type: integer, tx_info: string, hash: string}? signed, string? error
function Client:sign(draft, nonce)
  need_key(self)
  return sign(self, draft, nonce)
end

------------------------------------------------------------------------------------------------------------ sending

local function batch_texts(list)
  local numbers, infos = json.array {}, json.array {}
  for i, one in ipairs(list) do numbers[i], infos[i] = one.type, one.tx_info end
  return json.encode(numbers), json.encode(infos)
end

--- Sends what was signed: the venue's answer; or nil, why, detail.
local function send(client, list, options, is_batch)
  local timeout = options.timeout or ACT_S
  if client.over_socket and options.price_protection ~= false then
    if is_batch then
      local numbers, infos = batch_texts(list)
      return client:over_stream("jsonapi/sendtxbatch", ('{"tx_types":%s,"tx_infos":%s'):format(json.encode(numbers),
        json.encode(infos)), timeout)
    end
    return client:over_stream("jsonapi/sendtx", ('{"tx_type":%d,"tx_info":%s'):format(list[1].type, list[1].tx_info),
      timeout)
  end
  local settings = { timeout = timeout, weight = WEIGHT }
  if is_batch then
    local numbers, infos = batch_texts(list)
    return client:post("/api/v1/sendTxBatch", { tx_types = numbers, tx_infos = infos }, settings)
  end
  return client:post("/api/v1/sendTx", { tx_type = list[1].type, tx_info = list[1].tx_info,
    price_protection = options.price_protection ~= false }, settings)
end

local function sign_all(client, drafts, first)
  local list = {}
  for i, draft in ipairs(drafts) do
    local made, why = sign(client, draft, draft.options.nonce or first + i - 1)
    if not made then return nil, #drafts > 1 and ("transaction %d: %s"):format(i, why) or why end
    list[i] = made
  end
  return list
end

--- What is told of transactions that the venue has taken.
local function results_of(list, answer)
  for _, one in ipairs(list) do
    one.tx_info = nil
    one.volume_quota_remaining = answer.volume_quota_remaining
    one.predicted_execution_time_ms = answer.predicted_execution_time_ms
  end
  return list
end

--- Numbers, signs and sends once. The third result's `again`: the nonce was wrong, and nothing was done.
local function attempt(client, drafts, options, is_batch)
  local key_index = drafts[1].key_index or client.key_index
  local sequence = sequence_of(client, key_index)
  local first, why, detail = options.nonce, nil, nil
  if not first then first, why, detail = next_nonce(client, sequence, key_index) end
  if not first then return nil, why, detail end
  local list
  list, why = sign_all(client, drafts, first)
  if not list then return nil, why, { unsent = true } end
  local answer
  answer, why, detail = send(client, list, options, is_batch)
  if answer then
    sequence.next = first + #list
    return results_of(list, answer)
  end
  detail = detail or {}
  local bad_nonce = detail.code == INVALID_NONCE or detail.code == INVALID_BATCH_NONCE
  if bad_nonce or detail.unknown or detail.http == 429 then doubt(sequence) end
  detail.again = bad_nonce and not options.nonce
  if detail.unknown then
    why = why .. "; it may have been done: look before you send it again"
    detail.hash, detail.client_order_index = list[1].hash, list[1].client_order_index
  end
  return nil, why, detail
end

--- Sends drafts as one message. A wrong nonce, with which nothing was done, is read again and tried once more.
local function act(client, drafts, options, is_batch)
  local list, why, detail = attempt(client, drafts, options, is_batch)
  if not list and detail and detail.again then list, why, detail = attempt(client, drafts, options, is_batch) end
  if not list then return nil, why, detail end
  for _, one in ipairs(list) do
    if options.wait then
      one.outcome, why, detail = client:outcome(one.hash, options.wait)
      if not one.outcome then return nil, why, detail end
    end
  end
  return list
end

--- Sends up to 15 transactions of the account's key as one message: all are taken or none; each is then executed by
--- itself. Their results, or nil, why, detail.
---@param drafts perigee.lighter.Draft[] of :draft
---@param options? perigee.lighter.SendOptions
---@return perigee.lighter.Result[]? results, string? error, table? detail
function Client:batch(drafts, options)
  need_key(self)
  if #drafts < 1 or #drafts > BATCH then arguments.misuse("batch: 1 to %d transactions, not %d", BATCH, #drafts) end
  for _, draft in ipairs(drafts) do
    if draft.new_key then arguments.misuse "batch: change_pub_key is signed by another key: send it alone" end
  end
  return act(self, drafts, options or {}, true)
end

---@class perigee.lighter.Result
---@field hash string by which the venue knows it
---@field nonce integer
---@field type integer
---@field client_order_index? integer of an order
---@field volume_quota_remaining? integer
---@field predicted_execution_time_ms? integer
---@field outcome? table the executed transaction, with the option wait

function M.action_function(client, entry)
  return function(given)
    need_key(client)
    local draft, why = entry.make(client, given)
    if not draft then return nil, why, { unsent = true } end
    local list, detail
    list, why, detail = act(client, { draft }, draft.options, false)
    if not list then return nil, ("%s: %s"):format(entry.name, why), detail end
    return list[1]
  end
end

----------------------------------------------------------------------------------------------------------- outcomes

--- What the venue says that became of a transaction it has taken: waits until it was executed. nil, why, detail when it
--- failed (detail.failed), or nothing is known in time (detail.unknown).
---@param hash string
---@param timeout? number seconds (5)
---@return table? tx, string? error, table? detail
function Client:outcome(hash, timeout)
  local limit = sdk.ticks() + (timeout or ACT_S)
  while true do
    local tx, why, detail = self.info.tx { by = "hash", value = hash }
    if not tx and not (detail and detail.code) then return nil, why, detail end
    if tx and tx.status == EXECUTED then return tx end
    if tx and tx.status == FAILED then
      local event = json.decode(tostring(tx.event_info))
      local words = type(event) == "table" and event.ae or nil
      words = sdk.excerpt(tostring(words or "no reason is given"))
      return nil, "it was not executed: " .. words, { failed = true, tx = tx }
    end
    if sdk.ticks() >= limit then return nil, "it has not been executed yet", { unknown = true, hash = hash } end
    self.web:sleep(PAUSE_S)
  end
end

return M
