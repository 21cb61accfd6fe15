-- Signs the actions of a file of vectors and prints what differs: perigee lua vectors.lua FILE FOLDER_OF_KEYS.
-- A key is a file that has its address as name.
local hl = require "perigee.hyperliquid"
local json = require "perigee.json"

local path, keys = ...
local file = assert(io.open(path, "rb"))
local vectors = assert(json.decode(file:read "*a")).vectors
file:close()

local known = {}
for _, entry in pairs(hl.actions) do
  for _, name in ipairs(entry.types) do known[name] = true end
end

local clients = {}

local function client_of(address, network)
  local id = address .. network
  clients[id] = clients[id] or assert(hl.connect { network = network, url = "http://127.0.0.1:1",
    key = "file:" .. keys .. "/" .. address })
  return clients[id]
end

local function given(value)
  if value ~= json.null then return value end
end

local function padded(text) return "0x" .. ("0"):rep(66 - #text) .. text:sub(3) end

local function sign_multi(vector, options)
  local payload = vector.action.payload
  local parts, outer = {}, nil
  for i, address in ipairs(vector.signers) do
    local client = client_of(address, vector.network)
    parts[i] = assert(client:sign_part(payload.action, vector.multi_sig_user, vector.outer_signer, options))
    local expected = vector.action.signatures[i]
    if parts[i].r ~= expected.r or parts[i].s ~= expected.s or parts[i].v ~= expected.v then
      print(vector.name, "part", i)
    end
    if address == vector.outer_signer then outer = client end
  end
  if not outer then return nil end
  local sent
  outer.send = function(_, body)
    sent = body
    return { type = "default" }
  end
  outer:act_for(payload.action, vector.multi_sig_user, parts, options)
  outer.send = nil
  return sent
end

local function sign_one(vector, options)
  local client = client_of(vector.signer, vector.network)
  -- A user-signed action gets its chain and nonce from the client; what has no form here is signed as it stands.
  local action = vector.posted_action or vector.action
  if vector.posted_action and vector.chain_id == 421614 then
    local own = {}
    for name, value in pairs(action) do own[name] = value end
    own.signatureChainId, own.hyperliquidChain, own.nonce, own.time = nil, nil, nil, nil
    action = own
  end
  if not known[action.type] then action = vector.action_json end
  return client:sign(action, options)
end

--- The SDK takes the next nonce for 0, and sends addresses in lower case and numbers in canonical form ("1.0" is "1"):
--- vectors of other forms are no case of it; `perigee selftest` has them.
local function is_case(vector)
  local to = vector.posted_action and vector.posted_action.destination
  local other_form = (vector.action_json or ""):find '"%d+%.%d-0"'
  return vector.nonce ~= 0 and not other_form and not (type(to) == "string" and to ~= to:lower())
end

local checked, cases = 0, 0
for _, vector in ipairs(vectors) do
  cases = cases + (is_case(vector) and 1 or 0)
  local options = { nonce = vector.nonce, vault = given(vector.vault_address),
    expires_after = given(vector.expires_after) }
  local body, why
  if is_case(vector) then
    if vector.multi_sig_user then body = sign_multi(vector, options) else body, why = sign_one(vector, options) end
    if not body then print(vector.name, why or "there is no key of the outer signer") end
  end
  if body then
    local signature = assert(json.decode(body)).signature
    local same = signature.r == padded(vector.r) and signature.s == padded(vector.s) and signature.v == vector.v
    if not same then print(vector.name, "differs") end
    checked = checked + 1
  end
end
print("checked", checked, cases)
