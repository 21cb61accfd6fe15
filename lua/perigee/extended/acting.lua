--- Actions: checked, signed by the host where they are signed, sent, and their answers read (extended.md 5.6, 5.7, 6).
local ffi = require "ffi"
local arguments = require "perigee.arguments"
local Client = require "perigee.extended.client"
local host = require "perigee.host"
local info = require "perigee.extended.info"
local json = require "perigee.json"
local markets = require "perigee.extended.markets"
local orders = require "perigee.extended.orders"
local sdk = require "perigee.sdk"
local words = require "perigee.extended.words"

local C = host.C
local M = {}

local DAY_S = 86400
local TRANSFER_S, WITHDRAWAL_S = 21 * DAY_S, 15 * DAY_S -- until a signed movement of money expires

local function need_signer(client)
  if not client.signer then arguments.misuse "the client has no key: connect with key = 'env:NAME' or the like" end
end

local function unsent(why, code) return nil, why, { unsent = true, code = code } end

------------------------------------------------------------------------------------------------------------- orders

---@class perigee.extended.Accepted an order that the venue has taken; the account's stream tells what became of it
---@field status "accepted"
---@field id integer the venue's
---@field external_id string
---@field nonce integer

--- The body of POST /user/order, checked and signed but not sent, and the external id in it.
---@param given perigee.extended.OrderArguments
---@return string? body, string external_id_or_error, integer? nonce_or_code
function Client:sign(given)
  need_signer(self)
  local draft, why, code = orders.build(self, given)
  if not draft then return nil, why, code end
  return orders.sign(self.signer, draft)
end

local function read_accepted(data, external_id, nonce)
  if type(data) ~= "table" or data.id == nil then
    return nil, "the answer to an order does not tell its id: it may have been taken",
      { unknown = true, external_id = external_id }
  end
  return { status = "accepted", id = data.id, external_id = external_id, nonce = nonce }
end

local function order(client, given)
  local body, external_id, nonce = client:sign(given)
  if not body then return unsent(external_id, nonce) end
  local data, why, detail = client:over_http { method = "POST", path = "/user/order", body = body, private = true,
    timeout = given.timeout }
  if data then return read_accepted(data, external_id, nonce) end
  detail = detail or {}
  detail.external_id = external_id
  if detail.class == "wrong_fee" then client.fees = {} end
  if detail.class == "duplicate" or detail.class == "unclear" then detail.unknown = true end
  if detail.unknown then why = why .. "; it may have been taken: look before you send it again" end
  return nil, why, detail
end

--- An order that replaces another in one request: external_id names the old one, new_external_id the new one.
local function replace(client, given)
  if type(given) ~= "table" or type(given.external_id) ~= "string" then
    arguments.misuse "replace: external_id should be that of the order to be replaced"
  end
  local made = {}
  for name, value in pairs(given) do made[name] = value end
  made.cancel_id, made.external_id, made.new_external_id = given.external_id, given.new_external_id, nil
  return order(client, made)
end

------------------------------------------------------------------------------------------------------- cancelling

local function cancel(client, given)
  local sent = arguments.check("cancel", arguments.declare "id?:id externalId?:external_id", given, words.types,
    { timeout = true })
  if (sent.id == nil) == (sent.externalId == nil) then arguments.misuse "cancel: give either id or external_id" end
  local path = sent.id and "/user/order/" .. sdk.escape(sent.id) or "/user/order"
  return client:over_http { method = "DELETE", path = path, query = sent.id and {} or sent, private = true,
    timeout = given.timeout }
end

--- Ids are written as integers, whatever they came as.
local function id_list(ids)
  local texts = {}
  for i, id in ipairs(ids) do texts[i] = type(id) == "string" and id or json.encode(id) end
  return "[" .. table.concat(texts, ",") .. "]"
end

local mass_fields = arguments.declare("orderIds?:ids=ids externalOrderIds?:external_ids=external_ids " ..
  "markets?:markets cancelAll?:boolean=all")

local function mass_cancel(client, given)
  local sent = arguments.check("mass_cancel", mass_fields, given, words.types, { timeout = true })
  if next(sent) == nil then arguments.misuse "mass_cancel: say what: ids, external_ids, markets, or all = true" end
  local ids = sent.orderIds and id_list(sent.orderIds)
  sent.orderIds = nil
  local body = json.encode(sent)
  if ids then body = '{"orderIds":' .. ids .. (body == "{}" and "}" or "," .. body:sub(2)) end
  return client:over_http { method = "POST", path = "/user/order/massCancel", body = body, private = true,
    timeout = given.timeout }
end

-------------------------------------------------------------------------------------------------------------- money

local function need_transfers(client, name)
  need_signer(client)
  if not client.transfers then
    return unsent(name .. ": money is moved only by a client that was connected with transfers = true")
  end
  return true
end

--- The collateral that all markets have: its id and its units.
local function collateral(client)
  local list, why = client.list:all()
  if not list then return nil, why end
  if not list[1] then return nil, "no market tells the collateral" end
  return list[1]
end

local function sign_movement(fn, client, recipient, market, units, expiration_s)
  local made = ffi.new "pg_sdk_ext_signature"
  local salt = C.pg_sdk_ext_signer_nonce(client.signer)
  local good, why = sdk.call(fn, client.signer, made, recipient, market.collateral_id, units, expiration_s, salt)
  if not good then return nil, why end
  return { r = ffi.string(made.r), s = ffi.string(made.s) }, tonumber(salt)
end

local transfer_fields = arguments.declare("toVault:integer(1,4294967295) toPublicKey:felt toAccount?:id amount:decimal")

--- A transfer to another account, by its vault and public key; with to_account by the older path, which names accounts.
local function transfer(client, given)
  local sent = arguments.check("transfer", transfer_fields, given, words.types, { timeout = true })
  local allowed, refused, how = need_transfers(client, "transfer")
  if not allowed then return nil, refused, how end
  local market, why = collateral(client)
  local units, signature, salt
  if market then units, why = markets.units(given.amount, market.collateral_resolution) end
  local expiration_s = math.ceil(sdk.now_ms() / 1000) + TRANSFER_S
  if units then
    signature, salt = sign_movement(C.pg_sdk_ext_sign_transfer, client, sent.toVault, market, units, expiration_s)
    why = salt
  end
  if not signature then return unsent(why) end
  local body = { amount = sent.amount, transferredAsset = market.document.collateralAssetName,
    settlement = { amount = units, assetId = market.collateral_id, expirationTimestamp = expiration_s, nonce = salt,
      receiverPositionId = sent.toVault, receiverPublicKey = sent.toPublicKey, senderPositionId = client.vault,
      senderPublicKey = client.public_key, signature = signature } }
  if sent.toAccount then
    body.fromAccount, body.toAccount = client.account.accountId, sent.toAccount
  else
    body.fromVault, body.toVault = client.vault, sent.toVault
  end
  return client:over_http { method = "POST", path = sent.toAccount and "/user/transfer" or "/user/transfer/onchain",
    body = json.encode(body), private = true, timeout = given.timeout }
end

local withdrawal_fields = arguments.declare("recipient:felt amount:decimal chain?:text(1,16) " ..
  "description?:text(1,100) quoteId?:text(1,100)")

--- A withdrawal to a Starknet address, or over the bridge with the id of a quote.
local function withdraw(client, given)
  local sent = arguments.check("withdraw", withdrawal_fields, given, words.types, { timeout = true })
  local allowed, refused, how = need_transfers(client, "withdraw")
  if not allowed then return nil, refused, how end
  local market, why = collateral(client)
  local units, signature, salt
  if market then units, why = markets.units(given.amount, market.collateral_resolution) end
  local expiration_s = math.ceil(sdk.now_ms() / 1000) + WITHDRAWAL_S
  if units then
    signature, salt = sign_movement(C.pg_sdk_ext_sign_withdrawal, client, sent.recipient, market, units, expiration_s)
    why = salt
  end
  if not signature then return unsent(why) end
  local body = json.encode { accountId = client.account.accountId, amount = sent.amount, chainId = sent.chain or "STRK",
    asset = market.document.collateralAssetName, description = sent.description or json.null,
    quoteId = sent.quoteId or json.null,
    settlement = { recipient = sent.recipient, positionId = client.vault, collateralId = market.collateral_id,
      amount = json.encode(units), expiration = { seconds = expiration_s }, salt = salt, signature = signature } }
  return client:over_http { method = "POST", path = "/user/withdrawal", body = body, private = true,
    timeout = given.timeout }
end

---------------------------------------------------------------------------------------------------------- the table

local leverage_fields = arguments.declare "market:market leverage:decimal"

local function update_leverage(client, given)
  local sent = arguments.check("update_leverage", leverage_fields, given, words.types, { timeout = true })
  local market, why = client.list:find(sent.market)
  if not market then return unsent(why) end
  local leverage
  leverage, why = words.canonical(given.leverage)
  if not leverage then return unsent("leverage: " .. why) end
  if tonumber(leverage) < 1 then return unsent("1049: a leverage is 1 at least", 1049) end
  if market.max_leverage > 0 and tonumber(leverage) > market.max_leverage then
    return unsent(("1050: %s has a leverage of at most %d"):format(market.name, market.max_leverage), 1050)
  end
  return client:over_http { method = "PATCH", path = "/user/leverage", private = true, timeout = given.timeout,
    body = json.encode { market = market.name, leverage = leverage } }
end

-- name, method, path, arguments of the query
local plain = {
  { "dead_man_switch", "POST", "/user/deadmanswitch", "countdownTime:integer(0,86400)=seconds" },
  { "commit_bridge_quote", "POST", "/user/bridge/quote", "id:text(1,100)" },
  { "claim", "POST", "/user/claim", "", body = "{}" },
}

--- Actions by name: run(client, given).
---@type table<string, {run: fun(client: table, given: table): any, string?, table?}>
M.actions = { order = { run = order }, replace = { run = replace }, cancel = { run = cancel },
  mass_cancel = { run = mass_cancel }, update_leverage = { run = update_leverage }, transfer = { run = transfer },
  withdraw = { run = withdraw } }

for _, row in ipairs(plain) do
  local name, method, path, fields = row[1], row[2], row[3], arguments.declare(row[4])
  M.actions[name] = { run = function(client, given)
    local sent = arguments.check(name, fields, given, words.types, { timeout = true })
    return client:over_http { method = method, path = info.fill(path, sent), query = sent, body = row.body,
      private = true, timeout = given and given.timeout }
  end }
end

function M.action_function(client, entry, name)
  return function(given)
    if not client.api_key then
      arguments.misuse("%s: the client has no API key: connect with api_key = 'env:NAME' or the like", name)
    end
    local data, why, detail = entry.run(client, given or {})
    if data == nil then return nil, ("%s: %s"):format(name, why), detail end
    return data
  end
end

return M
