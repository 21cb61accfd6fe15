--- Hyperliquid from a Lua program: every question, subscription and action of the venue, signed by the host's own code.
--
--     local hl = require "perigee.hyperliquid"
--     local client = assert(hl.connect { network = "testnet", key = "env:HL_KEY" })
--     print(assert(client.info.all_mids()).BTC)
--     local order = assert(client.exchange.order {
--       coin = "ETH", side = "buy", price = "2500", size = "0.01", tif = "Gtc" })
--     local trades = assert(client.subscribe.trades { coin = "ETH" })
--     print(trades:next(10).data[1].px)
--
-- client.info.NAME, client.subscribe.NAME and client.exchange.NAME take arguments by name; names and arguments are the
-- venue's in snake_case (hyperliquid/info.lua, streams.lua, actions.lua list them). Every call takes `timeout`, in
-- seconds. They return nil, a text and a table of details when the network or the venue refuses, or when the venue
-- would (a price between two ticks, an order worth less than 10 USD): that is found out here. Misuse raises an error.
local ffi = require "ffi"
local acting = require "perigee.hyperliquid.acting"
local actions = require "perigee.hyperliquid.actions"
local arguments = require "perigee.arguments"
local assets = require "perigee.hyperliquid.assets"
local Client = require "perigee.hyperliquid.recipes"
local feed = require "perigee.feed"
local host = require "perigee.host"
local info = require "perigee.hyperliquid.info"
local json = require "perigee.json"
local orders = require "perigee.hyperliquid.orders"
local reading = require "perigee.hyperliquid.reading"
local sdk = require "perigee.sdk"
local streams = require "perigee.hyperliquid.streams"

local C = host.C
local M = { actions = actions.actions, questions = info.questions, subscriptions = streams.subscriptions,
  new_cloid = orders.new_cloid, null = json.null }

local WEIGHT, WEIGHT_A_SECOND = 1200, 20

local urls = { mainnet = "https://api.hyperliquid.xyz", testnet = "https://api.hyperliquid-testnet.xyz",
  ["local"] = "http://localhost:3001" }

-------------------------------------------------------------------------------------------------------- connecting

--- The next message of any subscription, with its feed.
---@param timeout number seconds
function Client:next(timeout) return self.hub:next(timeout) end

--- Waits; subscriptions go on meanwhile.
function Client:sleep(seconds) self.web:sleep(seconds) end

--- An asset by name or alias ("HYPE/USDC").
---@return perigee.hyperliquid.Asset? asset, string? error
function Client:asset(name) return self.find(name) end

--- Everything that is traded, of the first exchange and spot.
---@return perigee.hyperliquid.Asset[]? list, string? error
function Client:assets() return self.list:all() end

M.round_price, M.round_size, M.canonical = assets.round_price, assets.round_size, assets.canonical

function Client:close() self.web:close() end

local signers = setmetatable({}, { __mode = "k" }) -- one a key: nonces are a key's

local function signer_of(key)
  if not signers[key] then
    local handle, why = sdk.call(C.pg_sdk_hl_signer_new, key.handle)
    if not handle then return nil, why end
    signers[key] = ffi.gc(handle, C.pg_sdk_hl_signer_free)
  end
  return signers[key]
end

--- An agent acts for an account that has approved it.
local function check_agent(client, account)
  local role, why = client.info.user_role { user = client.signer_address }
  if not role then return nil, why end
  local data = type(role.data) == "table" and role.data or {}
  if role.role ~= "agent" or tostring(data.user):lower() ~= account then
    return nil, ("the key %s is no agent of the account %s (its role: %s)"):format(client.signer_address,
      account, tostring(role.role))
  end
  client.is_agent = true
  return true
end

local function load_key(client, options)
  local key, why = options.key, nil
  if type(key) == "string" then key, why = sdk.key(key, "hyperliquid", options.passphrase_file) end
  if not key then return nil, why end
  client.key = key
  client.signer, why = signer_of(key)
  if not client.signer then return nil, why end
  client.signer_address = ffi.string(C.pg_sdk_hl_signer_address(client.signer))
  return true
end

local connect_fields = arguments.declare("network:network url?:text key?:any passphraseFile?:text account?:address " ..
  "vault?:address caFile?:text overSocket?:boolean")
local connect_types = setmetatable({
  network = function(value)
    if urls[value] then return value end
    return nil, "mainnet, testnet or local"
  end,
}, { __index = arguments.types })

---@class perigee.hyperliquid.Options
---@field network "mainnet"|"testnet"|"local" decides what is signed; never taken from the URL
---@field url? string of the API; default: the network's own
---@field key? string|perigee.Key "env:NAME", "file:PATH" or "keystore:NAME", or a key of perigee.sdk
---@field passphrase_file? string
---@field account? string whose agent the key is; default: the key's own
---@field vault? string a vault or sub-account that is traded for
---@field ca_file? string certificates that are trusted instead of the system's
---@field over_socket? boolean questions and actions go over the WebSocket

--- A client. With a key of an agent the venue is asked whether it is one of the account.
---@param options perigee.hyperliquid.Options
---@return perigee.hyperliquid.Client? client, string? error
function M.connect(options)
  local sent = arguments.check("connect", connect_fields, options, connect_types)
  local client = setmetatable({ url = (sent.url or urls[sent.network]):gsub("/+$", ""), waiting = {}, posts = 0,
    mainnet = sent.network == "mainnet", vault = sent.vault, over_socket = sent.overSocket or false }, Client)
  if not client.url:find "^https?://" then arguments.misuse "connect: url should begin with https:// or http://" end
  client.web = sdk.client { ca_file = sent.caFile }
  client.web:budget(WEIGHT, WEIGHT_A_SECOND)
  client.hub = feed.hub(client.web, { url = client.url:gsub("^http", "ws") .. "/ws", ping = '{"method":"ping"}' },
    reading.route_function(client))
  client.list = assets.new(function(type_name, body) return client:ask_text(type_name, body) end)
  client.find = function(name) return client.list:find(name) end
  client.info = arguments.functions(M.questions, "question",
    function(entry, name) return reading.question_function(client, name, entry) end)
  client.exchange = arguments.functions(M.actions, "action",
    function(entry) return acting.action_function(client, entry) end)
  client.subscribe = arguments.functions(M.subscriptions, "subscription",
    function(entry, name) return reading.subscribe_function(client, name, entry) end)
  if options.key then
    local good, why = load_key(client, options)
    if not good then return nil, why end
  end
  client.address = sent.vault or sent.account or client.signer_address
  if client.signer and sent.account and sent.account ~= client.signer_address then
    local good, why = check_agent(client, sent.account)
    if not good then return nil, why end
  end
  return client
end

---------------------------------------------------------------------------------------------------------- programs

local common = {
  { name = "network", value = "NAME", default = "testnet", doc = "mainnet, testnet or local: what is signed" },
  { name = "url", value = "URL", doc = "of the API, when it is not the network's own" },
}
local with_key = {
  { name = "key", value = "SOURCE", required = true, doc = "env:NAME, file:PATH or keystore:NAME" },
  { name = "account", value = "ADDRESS", doc = "whose agent the key is" },
}

--- For example programs: reads the command line (--network, --url, with `key` also --key and --account, and `options`),
--- connects, and ends the program with a message when that fails.
---@param about {doc: string, key?: boolean, [integer]: perigee.Option}
---@return perigee.hyperliquid.Client client, table<string, any> options
function M.program(about)
  local given = rawget(_G, "arg") or {}
  local list = {}
  for _, option in ipairs(common) do list[#list + 1] = option end
  for _, option in ipairs(about.key and with_key or {}) do list[#list + 1] = option end
  for _, option in ipairs(about) do list[#list + 1] = option end
  io.stdout:setvbuf "line" -- who reads it through a pipe sees each line as it is printed
  local name = tostring(given[0] or "program")
  local options = arguments.program({ name = name, doc = about.doc, options = list }, given)
  local client, why = M.connect { network = options.network, url = options.url, key = options.key,
    account = options.account }
  if client then return client, options end
  io.stderr:write(name, ": ", why, "\n")
  os.exit(1, true)
end

--- What a program prints of an answer: JSON on one line.
M.text = json.encode

return M
