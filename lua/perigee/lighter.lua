--- Lighter from a Lua program: every question, channel and transaction of the venue, signed by the host's own code.
--
--     local lighter = require "perigee.lighter"
--     local client = assert(lighter.connect { network = "testnet", key = "env:API_KEY_PRIVATE_KEY",
--       account = 123456, api_key_index = 5 })
--     print(assert(client.info.recent_trades { market = "ETH", limit = 1 }).trades[1].price)
--     local order = assert(client.exchange.create_order {
--       market = "ETH", side = "buy", price = "2500", size = "0.05", tif = "post_only", wait = 5 })
--     local trades = assert(client.subscribe.trade { market = "ETH" })
--     print(trades:next(10).trades[1].price)
--
-- client.info.NAME, client.subscribe.NAME and client.exchange.NAME take arguments by name (lighter/endpoints.lua,
-- channels.lua and transactions.lua list them, meta.lua for editors). Every call takes `timeout`, in seconds. They
-- return nil, a text and a table of details when the network or the venue refuses, or when the venue would (a price
-- between two ticks, an order worth less than 10 USD): that is found out here. Misuse raises an error.
--
-- A transaction that the venue has taken is not executed yet: the option `wait` waits for it, client:outcome tells what
-- became of it. Decimals of answers are texts; order indexes beyond 2^53 are int64 and are taken as such.
local acting = require "perigee.lighter.acting"
local arguments = require "perigee.arguments"
local channels = require "perigee.lighter.channels"
local candles = require "perigee.lighter.candles"
local Client = require "perigee.lighter.recipes"
local endpoints = require "perigee.lighter.endpoints"
local feed = require "perigee.feed"
local json = require "perigee.json"
local markets = require "perigee.lighter.markets"
local reading = require "perigee.lighter.reading"
local sdk = require "perigee.sdk"
local transactions = require "perigee.lighter.transactions"

local M = { questions = endpoints.questions, channels = channels.channels, transactions = transactions.transactions,
  scale = markets.scale, unscale = markets.unscale, null = json.null }

local SAFE = 0.8 -- of what the venue allows

-- base URL and chain id: the id is hashed into every transaction, and never taken from the URL
local networks = {
  mainnet = { "https://mainnet.zklighter.elliot.ai", 304 },
  testnet = { "https://testnet.zklighter.elliot.ai", 300 },
  robinhood = { "https://api.rh.lighter.xyz", 466324 },
  ["local"] = { "http://localhost:3001", 300 },
}

local STANDARD = { requests = 60 }
local tiers = { [0] = STANDARD, { weight = 24000 }, { weight = 120000 }, { weight = 240000 } } -- a minute

-------------------------------------------------------------------------------------------------------- connecting

--- The next message of any subscription, with its feed.
---@param timeout number seconds
function Client:next(timeout) return self.hub:next(timeout) end

--- Waits; subscriptions go on meanwhile.
function Client:sleep(seconds) self.web:sleep(seconds) end

Client.candles = candles.load

function Client:close() self.web:close() end

local connect_fields = arguments.declare("network:network url?:text chainId?:integer(1,4294967295) key?:any " ..
  "passphraseFile?:text account?:integer(0,281474976710654) apiKeyIndex?:integer(0,254) readToken?:text " ..
  "caFile?:text overSocket?:boolean")
local connect_types = setmetatable({ network = arguments.one_of("mainnet", "testnet", "robinhood", "local") },
  { __index = arguments.types })

---@class perigee.lighter.Options
---@field network "mainnet"|"testnet"|"robinhood"|"local" decides what is signed; never taken from the URL
---@field url? string of the API; default: the network's own
---@field chain_id? integer when it is not the network's
---@field key? string|perigee.Key "env:NAME", "file:PATH" or "keystore:NAME", or a key of perigee.sdk
---@field passphrase_file? string
---@field account? integer whose state is asked for; needed with a key
---@field api_key_index? integer of the key; needed with it
---@field read_token? string where a token that only reads comes from, as a key is named: for private questions
---@field ca_file? string certificates that are trusted instead of the system's
---@field over_socket? boolean transactions go over the WebSocket

--- The budget of requests of the account's type; the venue of this machine has none.
local function set_budget(client, network, account_type)
  local tier = tiers[account_type] or STANDARD
  client.counts_requests = tier.requests ~= nil
  local a_minute = SAFE * (tier.requests or tier.weight)
  if network == "local" then client.web:budget(0, 0) else client.web:budget(a_minute, a_minute / 60) end
end

--- Whether the venue knows the key as the one of the account with that index.
local function check_key(client)
  local answer, why = client.info.apikeys { api_key_index = client.key_index }
  if not answer then return nil, why end
  for _, known in ipairs(answer.api_keys or {}) do
    if known.api_key_index == client.key_index and tostring(known.public_key):lower():gsub("^0x", "") ==
      client.key.address:lower() then
      return true
    end
  end
  return nil, ("key %d of account %d is another one at the venue"):format(client.key_index, client.account)
end

local function load_key(client, sent, options)
  if not sent.account or not sent.apiKeyIndex then arguments.misuse "connect: a key needs account and api_key_index" end
  local key, why = options.key, nil
  if type(key) == "string" then key, why = sdk.key(key, "lighter", options.passphrase_file) end
  if not key then return nil, why end
  client.key, client.key_index = key, sent.apiKeyIndex
  client.signer, why = acting.signer_of(key)
  if not client.signer then return nil, why end
  return check_key(client)
end

local function new_client(sent, network)
  local client = setmetatable({ url = (sent.url or network[1]):gsub("/+$", ""), chain_id = sent.chainId or network[2],
    account = sent.account, over_socket = sent.overSocket or false, sent = 0 }, Client)
  if not client.url:find "^https?://" then arguments.misuse "connect: url should begin with https:// or http://" end
  client.web = sdk.client { ca_file = sent.caFile }
  client.hub = feed.hub(client.web, { url = client.url:gsub("^http", "ws") .. "/stream", ping = '{"type":"ping"}',
    ping_s = 30 }, reading.route_function(client))
  reading.tend(client)
  client.list = markets.new(function() return client.info.order_book_details() end)
  client.info = arguments.functions(M.questions, "question",
    function(entry, name) return reading.question_function(client, name, entry) end)
  client.exchange = arguments.functions(M.transactions, "transaction",
    function(entry) return acting.action_function(client, entry) end)
  client.subscribe = arguments.functions(M.channels, "channel",
    function(entry, name) return reading.subscribe_function(client, name, entry) end)
  return client
end

--- A client. With a key the venue is asked whether it knows it; a key that it does not know signs nothing.
---@param options perigee.lighter.Options
---@return perigee.lighter.Client? client, string? error
function M.connect(options)
  local sent = arguments.check("connect", connect_fields, options, connect_types)
  local client = new_client(sent, networks[sent.network])
  local good, why
  set_budget(client, sent.network, 0)
  if sent.readToken then
    client.read_key, why = sdk.key(sent.readToken, "text", options.passphrase_file)
    if not client.read_key then return nil, why end
  end
  if options.key then
    good, why = load_key(client, sent, options)
    if not good then return nil, why end
  end
  if client.account then
    local state
    state, why = client:state()
    if not state then return nil, why end
    set_budget(client, sent.network, state.account_type)
  end
  return client
end

---------------------------------------------------------------------------------------------------------- programs

--- A setting of the environment, or of ./.env, as an option's default.
local function from_environment(options, name, variable, is_number)
  if options[name] ~= nil then return end
  local value = sdk.setting(variable)
  if value == nil or value == "" then return end
  if is_number and not tonumber(value) then
    io.stderr:write(("%s should be a number, not '%s'\n"):format(variable, value))
    os.exit(2, true)
  end
  options[name] = is_number and tonumber(value) or value
end

local common = {
  { name = "network", value = "NAME", default = "testnet",
    doc = "mainnet, testnet, robinhood or local: what is signed" },
  { name = "url", value = "URL", doc = "of the API, when it is not the network's own" },
}
local with_account = {
  { name = "account", value = "INDEX", number = true, doc = "of the account (or ACCOUNT_INDEX)" },
}
local with_key = {
  { name = "key", value = "SOURCE", doc = "env:NAME, file:PATH or keystore:NAME (default env:API_KEY_PRIVATE_KEY)" },
  { name = "key-index", value = "INDEX", number = true, doc = "of the key (or API_KEY_INDEX)" },
}

local function end_program(name, why)
  io.stderr:write(name, ": ", why, "\n")
  os.exit(1, true)
end

--- For example programs: reads the command line (--network, --url; with `account` also --account, with `key` --key and
--- --key-index as well; and `options`, of which one with `env` may come from the environment), connects, and ends the
--- program with a message when that fails. API_KEY_PRIVATE_KEY, ACCOUNT_INDEX and API_KEY_INDEX may be set instead.
---@param about {doc: string, key?: boolean, account?: boolean, [integer]: perigee.Option}
---@return perigee.lighter.Client client, table<string, any> options
function M.program(about)
  local given, list = rawget(_G, "arg") or {}, {}
  for _, option in ipairs(common) do list[#list + 1] = option end
  for _, option in ipairs((about.key or about.account) and with_account or {}) do list[#list + 1] = option end
  for _, option in ipairs(about.key and with_key or {}) do list[#list + 1] = option end
  local defaults = {}
  for _, option in ipairs(about) do
    local copy = {}
    for name, value in pairs(option) do copy[name] = value end
    if option.env then defaults[(option.name:gsub("-", "_"))], copy.default = option.default, nil end
    list[#list + 1] = copy
  end
  io.stdout:setvbuf "line" -- who reads it through a pipe sees each line as it is printed
  local name = tostring(given[0] or "program")
  local options = arguments.program({ name = name, doc = about.doc, options = list }, given)
  for _, option in ipairs(about) do
    local key = option.name:gsub("-", "_")
    if option.env then from_environment(options, key, option.env, option.number) end
    if options[key] == nil then options[key] = defaults[key] end
  end
  if about.key or about.account then from_environment(options, "account", "ACCOUNT_INDEX", true) end
  if about.key then from_environment(options, "key_index", "API_KEY_INDEX", true) end
  if (about.key or about.account) and not options.account then
    end_program(name, "--account or ACCOUNT_INDEX is needed")
  end
  if about.key and not options.key_index then end_program(name, "--key-index or API_KEY_INDEX is needed") end
  local client, why = M.connect { network = options.network, url = options.url, account = options.account,
    key = about.key and (options.key or "env:API_KEY_PRIVATE_KEY") or nil, api_key_index = options.key_index }
  if client then return client, options end
  end_program(name, why)
end

--- What a program prints of an answer: JSON on one line.
M.text = json.encode

return M
