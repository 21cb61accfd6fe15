--- Extended from a Lua program: every question, stream and action of the venue, signed by the host's own code.
--
--     local extended = require "perigee.extended"
--     local client = assert(extended.connect { network = "testnet", key = "env:STARK_PRIVATE", api_key = "env:API_KEY",
--       vault = 10001 })
--     print(assert(client.info.market_stats { market = "BTC-USD" }).lastPrice)
--     local order = assert(client.exchange.order {
--       market = "BTC-USD", side = "buy", price = "60000", size = "0.001", tif = "GTT", post_only = true })
--     local trades = assert(client.subscribe.trades { market = "BTC-USD" })
--     print(trades:next(10).data[1].p)
--
-- client.info.NAME, client.subscribe.NAME and client.exchange.NAME take arguments by name; extended/info.lua,
-- streams.lua and acting.lua list them. Every call takes `timeout`, in seconds. They return nil, a text and a table of
-- details when the network or the venue refuses, or when the venue would (a price between two ticks, a size below the
-- least): that is found out here. Misuse raises an error.
local ffi = require "ffi"
local acting = require "perigee.extended.acting"
local arguments = require "perigee.arguments"
local Client = require "perigee.extended.recipes"
local feed = require "perigee.feed"
local host = require "perigee.host"
local info = require "perigee.extended.info"
local json = require "perigee.json"
local markets = require "perigee.extended.markets"
local sdk = require "perigee.sdk"
local streams = require "perigee.extended.streams"
local words = require "perigee.extended.words"
require "perigee.extended.book"

local C = host.C
local M = { actions = acting.actions, questions = info.questions, subscriptions = streams.subscriptions,
  null = json.null, canonical = words.canonical, compare = words.compare, round_price = markets.round_price,
  round_size = markets.round_size, check_order = markets.check_order }

local A_MINUTE = 1000 -- requests, unless the account has a higher tier
local CLOCK_OFF_S = 5

-------------------------------------------------------------------------------------------------------- connecting

--- The next message of any stream, with its feed.
---@param timeout number seconds
---@return table? message, perigee.Feed|string|nil feed_or_error, table? detail
function Client:next(timeout) return feed.next(self.web, self.hubs, timeout) end

--- Waits; streams go on meanwhile.
function Client:sleep(seconds) self.web:sleep(seconds) end

--- A market with its rules.
---@return perigee.extended.Market? market, string? error
function Client:market(name) return self.list:find(name) end

--- Everything that is traded.
---@return perigee.extended.Market[]? list, string? error
function Client:markets() return self.list:all() end

function Client:close() self.web:close() end

--- A key that is named, or one that was loaded already.
local function load_key(key, kind, options)
  if type(key) == "string" then return sdk.key(key, kind, options.passphrase_file) end
  return key
end

--- What is signed must be what the venue verifies.
local function check_domain(client)
  local domain, why = client.info.starknet()
  if not domain then return nil, why end
  local chain = ffi.string(C.pg_sdk_ext_chain(client.network))
  if domain.name == "Perpetuals" and domain.version == "v0" and domain.chainId == chain and
    tonumber(domain.revision) == 1 then
    return true
  end
  return nil, ("the venue signs for %s, chain '%s'; the network %s is for chain '%s': check network and url"):format(
    tostring(domain.name), tostring(domain.chainId), client.network, chain)
end

local function check_clock(client)
  if not client.date_s then return true end
  local off = sdk.now_ms() / 1000 - client.date_s
  if math.abs(off) <= CLOCK_OFF_S then return true end
  return nil, ("the clock here is %.0f s off the venue's: set it (timedatectl, chrony)"):format(off)
end

--- The account of the API key; with a signing key it must be the key's.
local function check_account(client)
  local account, why = client.info.account()
  if not account then return nil, why end
  client.account = account
  if not client.signer then return true end
  if tostring(account.l2Vault) ~= tostring(client.vault) then
    return nil, ("the vault is %d, that of the API key's account is %s"):format(client.vault, tostring(account.l2Vault))
  end
  if not C.pg_sdk_ext_same_key(tostring(account.l2Key), client.public_key) then
    return nil, ("the key (public %s) does not belong to the account of the API key (public %s)"):format(
      client.public_key, tostring(account.l2Key))
  end
  if account.status ~= "ACTIVE" then return nil, ("the account's status is '%s'"):format(tostring(account.status)) end
  return check_clock(client)
end

local function load_signer(client, options, sent)
  if not sent.vault then arguments.misuse "connect: vault is missing: the number of the key's vault" end
  if not options.api_key then arguments.misuse "connect: api_key is missing: orders are sent with key and API key" end
  local key, why = load_key(options.key, "stark", options)
  local handle
  if key then
    handle, why = sdk.call(C.pg_sdk_ext_signer_new, key.handle, client.network, sent.vault, sent.publicKey)
  end
  if not handle then return nil, why end
  client.key, client.vault, client.signer = key, sent.vault, ffi.gc(handle, C.pg_sdk_ext_signer_free)
  client.public_key = ffi.string(C.pg_sdk_ext_signer_public_key(handle))
  return true
end

local networks = { mainnet = true, testnet = true, ["local"] = true }
local connect_fields = arguments.declare("network:network url?:text key?:any apiKey?:any vault?:vault " ..
  "publicKey?:felt passphraseFile?:text caFile?:text feePolicy?:fee_policy " ..
  "requestsPerMinute?:integer(1,100000) transfers?:boolean")
local connect_types = setmetatable({
  network = function(value)
    if networks[value] then return value end
    return nil, "mainnet, testnet or local"
  end,
  vault = function(value)
    local number = tonumber(value)
    if number and number == math.floor(number) and number >= 1 and number < 2 ^ 32 then return number end
    return nil, "the number of a vault"
  end,
  fee_policy = function(value)
    if value == "maker_taker" or value == "taker" then return value end
    return nil, "maker_taker or taker"
  end,
}, { __index = words.types })

---@class perigee.extended.Options
---@field network "mainnet"|"testnet"|"local" decides what is signed; never taken from the URL
---@field url? string of the host; default: the network's own; needed for "local"
---@field key? string|perigee.Key the Stark key: "env:NAME", "file:PATH" or "keystore:NAME", or a key of perigee.sdk
---@field api_key? string|perigee.Key the same for the API key; without it only what is public can be asked
---@field vault? integer|string the number of the key's vault
---@field public_key? string what the key's public key should be
---@field passphrase_file? string
---@field ca_file? string certificates that are trusted instead of the system's
---@field fee_policy? "maker_taker"|"taker" the highest fee that orders allow: of post-only ones the maker's (default),
---  or always the taker's
---@field requests_per_minute? integer of a higher tier; default: 1000
---@field transfers? boolean allows to move money out of the account

--- A client. With keys, the venue is asked whether it signs for this network, and whether key, API key and vault are of
--- one account that may trade.
---@param options perigee.extended.Options
---@return perigee.extended.Client? client, string? error
function M.connect(options)
  local sent = arguments.check("connect", connect_fields, options, connect_types)
  local own_url = C.pg_sdk_ext_url(sent.network)
  local url = sent.url or (own_url ~= nil and ffi.string(own_url)) or arguments.misuse "connect: url is missing"
  if not url:find "^https?://[^/]" then arguments.misuse "connect: url should begin with https:// or http://" end
  local client = setmetatable({ url = url:gsub("/+$", ""), network = sent.network, hubs = {}, fees = {},
    fee_policy = sent.feePolicy, transfers = sent.transfers or false }, Client)
  client.stream_url = client.url:gsub("^http", "ws") .. "/stream.extended.exchange/v1"
  client.web = sdk.client { ca_file = sent.caFile }
  local a_minute = sent.requestsPerMinute or A_MINUTE
  client.web:budget(a_minute, a_minute / 60)
  client.info = arguments.functions(M.questions, "question",
    function(entry, name) return info.question_function(client, name, entry) end)
  client.exchange = arguments.functions(M.actions, "action",
    function(entry, name) return acting.action_function(client, entry, name) end)
  client.subscribe = arguments.functions(M.subscriptions, "stream",
    function(entry, name) return streams.subscribe_function(client, name, entry) end)
  client.list = markets.new(function() return client.info.markets() end,
    function(name) return client.info.market_stats { market = name } end)
  local good, why = true, nil
  if options.key then good, why = load_signer(client, options, sent) end
  if good and options.api_key then
    client.api_key, why = load_key(options.api_key, "text", options)
    good = client.api_key
  end
  if good and client.signer then good, why = check_domain(client) end
  if good and client.api_key then good, why = check_account(client) end
  if not good then return nil, why end
  return client
end

---------------------------------------------------------------------------------------------------------- programs

local function common(needs)
  local list = {
    { name = "network", value = "NAME", default = sdk.setting "EXTENDED_ENV" or "testnet",
      doc = "mainnet, testnet or local: what is signed" },
    { name = "url", value = "URL", doc = "of the host, when it is not the network's own" },
  }
  if needs then
    list[3] = { name = "api-key", value = "SOURCE", default = "env:API_KEY",
      doc = "env:NAME, file:PATH or keystore:NAME" }
  end
  if needs == "key" then
    list[4] = { name = "key", value = "SOURCE", default = "env:STARK_PRIVATE", doc = "the same, of the Stark key" }
    list[5] = { name = "vault", value = "NUMBER", default = sdk.setting "VAULT_NUMBER", required = true,
      doc = "of the account" }
    list[6] = { name = "public-key", value = "KEY", default = sdk.setting "STARK_PUBLIC",
      doc = "what the key's should be" }
  end
  return list
end

--- For example programs: reads the command line (--network, --url; with `account` --api-key; with `key` also --key,
--- --vault and --public-key, and `options`), connects, and ends the program with a message when that fails. Settings
--- that are not given come from API_KEY, STARK_PRIVATE, STARK_PUBLIC, VAULT_NUMBER and EXTENDED_ENV, of the environment
--- or of ./.env.
---@param about {doc: string, account?: boolean, key?: boolean, transfers?: boolean, [integer]: perigee.Option}
---@return perigee.extended.Client client, table<string, any> options
function M.program(about)
  local given = rawget(_G, "arg") or {}
  local list = common(about.key and "key" or about.account and "account")
  for _, option in ipairs(about) do list[#list + 1] = option end
  io.stdout:setvbuf "line" -- who reads it through a pipe sees each line as it is printed
  local name = tostring(given[0] or "program")
  local options = arguments.program({ name = name, doc = about.doc, options = list }, given)
  local client, why = M.connect { network = options.network, url = options.url, key = options.key,
    api_key = options.api_key, vault = options.vault, public_key = options.public_key, transfers = about.transfers }
  if client then return client, options end
  io.stderr:write(name, ": ", why, "\n")
  os.exit(1, true)
end

--- What a program prints of an answer: JSON on one line.
M.text = json.encode

return M
