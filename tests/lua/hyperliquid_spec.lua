-- Hyperliquid's tables: complete, and every action of them can be made and signed. Nothing is sent.
local ffi = require "ffi"
local hl = require "perigee.hyperliquid"
local host = require "perigee.host"
local json = require "perigee.json"
local sdk = require "perigee.sdk"

local C = host.C
local who = "0x" .. ("1"):rep(40)
local token = "PURR:0xc1fb593aeffbeb02f85e0308e9956a90"
local soon = sdk.now_ms() + 60000

local perps = [[{"universe":[{"name":"BTC","szDecimals":5,"maxLeverage":40},{"name":"ETH","szDecimals":4,
  "maxLeverage":25},{"name":"OLD","szDecimals":1,"maxLeverage":3,"isDelisted":true},{"name":"ISO","szDecimals":1,
  "maxLeverage":3,"onlyIsolated":true}]}]]
local spot = [[{"tokens":[{"name":"USDC","szDecimals":8,"index":0},{"name":"PURR","szDecimals":0,"index":1}],
  "universe":[{"tokens":[1,0],"name":"PURR/USDC","index":0},{"tokens":[1,0],"name":"@7","index":7}]}]]
local dexes = '[null,{"name":"xyz"}]'
local dex = '{"universe":[{"name":"xyz:GOLD","szDecimals":2,"maxLeverage":10}]}'

local function connected(asked)
  local client = assert(hl.connect { network = "local", url = "http://127.0.0.1:1", key = sdk.new_key "hyperliquid" })
  client.ask_text = function(_, kind, body)
    if asked then asked[#asked + 1] = kind end
    if kind == "meta" then return body.dex == "xyz" and dex or perps end
    return kind == "spotMeta" and spot or dexes
  end
  return client
end

local order = { coin = "BTC", side = "buy", price = "50000", size = "0.01", tif = "Gtc", cloid = "0x" .. ("A"):rep(32) }

-- An example of the arguments of every action, and what it sends beside its type.
local examples = {
  order = { order, { orders = { { a = 0, b = true, p = "50000", s = "0.01", r = false, t = { limit = { tif = "Gtc" } },
    c = "0x" .. ("a"):rep(32) } }, grouping = "na" } },
  cancel = { { coin = "ETH", oid = 7 }, { cancels = { { a = 1, o = 7 } } } },
  modify = { { oid = 9, coin = "BTC", side = "sell", price = "60000", size = 0.5, tif = "Alo", cloid = false },
    { modifies = { { oid = 9, order = { a = 0, b = false, p = "60000", s = "0.5", r = false,
      t = { limit = { tif = "Alo" } } } } } } },
  twap_order = { { coin = "ETH", side = "sell", size = 2, minutes = 30, randomize = true, stop_price = "1900" },
    { twap = { a = 1, b = false, s = "2", r = false, m = 30, t = true }, details = { t = json.null, s = "1900" } } },
  schedule_cancel = { { time = soon }, { time = soon } },
  update_leverage = { { coin = "ETH", leverage = 3, is_cross = true }, { asset = 1, leverage = 3, isCross = true } },
  update_isolated_margin = { { coin = "ETH", usd = -2.5 }, { asset = 1, isBuy = true, ntli = -2500000 } },
  top_up_isolated_only_margin = { { coin = "ISO", leverage = "2.50" }, { asset = 3, leverage = "2.5" } },
  twap_cancel = { { coin = "ETH", twap_id = 5 }, { a = 1, t = 5 } },
  noop = { {}, {} },
  usd_send = { { destination = who, amount = 1.5 }, { destination = who, amount = "1.5" } },
  spot_send = { { destination = who, token = token, amount = "0.10" },
    { destination = who, token = token, amount = "0.1" } },
  withdraw = { { destination = who, amount = "5" }, { destination = who, amount = "5" } },
  usd_class_transfer = { { amount = 5, to_perp = true, sub_account = who },
    { amount = "5 subaccount:" .. who, toPerp = true } },
  send_asset = { { destination = who, source_dex = "", destination_dex = "spot", token = token, amount = 1,
    from_sub_account = "" }, { destination = who, sourceDex = "", destinationDex = "spot", token = token, amount = "1",
    fromSubAccount = "" } },
  agent_send_asset = { { destination = who, source_dex = "xyz", destination_dex = "", token = token, amount = 1,
    from_sub_account = who }, { destination = who, sourceDex = "xyz", destinationDex = "", token = token, amount = "1",
    fromSubAccount = who } },
  send_to_evm_with_data = { { token = token, amount = 1, source_dex = "spot", destination_recipient = who,
    address_encoding = "hex", destination_chain_id = 42161, gas_limit = 200000, data = "0x" },
    { token = token, amount = "1", sourceDex = "spot", destinationRecipient = who, addressEncoding = "hex",
      destinationChainId = 42161, gasLimit = 200000, data = "0x" } },
  vault_transfer = { { vault_address = who, is_deposit = true, usd = "12.000001" },
    { vaultAddress = who, isDeposit = true, usd = 12000001 } },
  create_sub_account = { { name = "sub" }, { name = "sub" } },
  sub_account_modify = { { sub_account_user = who, name = "sub" }, { subAccountUser = who, name = "sub" } },
  sub_account_transfer = { { sub_account_user = who, is_deposit = false, usd = 3 },
    { subAccountUser = who, isDeposit = false, usd = 3000000 } },
  sub_account_spot_transfer = { { sub_account_user = who, is_deposit = false, token = token, amount = 3 },
    { subAccountUser = who, isDeposit = false, token = token, amount = "3" } },
  create_vault = { { name = "vault", description = "ten letters", initial_usd = 100 },
    { name = "vault", description = "ten letters", initialUsd = 100000000 } },
  vault_modify = { { vault_address = who, allow_deposits = false }, { vaultAddress = who, allowDeposits = false } },
  vault_distribute = { { vault_address = who, usd = 1 }, { vaultAddress = who, usd = 1000000 } },
  toggle_spot_dusting = { { opt_out = true }, { toggleSpotDusting = { optOut = true } } },
  spot_class_transfer = { { usdc = 1, to_perp = true }, { classTransfer = { usdc = 1000000, toPerp = true } } },
  approve_agent = { { agent_address = who, agent_name = "bot", valid_until = 1800000000000 },
    { agentAddress = who, agentName = "bot valid_until 1800000000000" } },
  approve_builder_fee = { { max_fee_rate = "0.001%", builder = who }, { maxFeeRate = "0.001%", builder = who } },
  set_referrer = { { code = "CODE" }, { code = "CODE" } },
  register_referrer = { { code = "CODE" }, { code = "CODE" } },
  claim_rewards = { {}, {} },
  set_display_name = { { display_name = "" }, { displayName = "" } },
  evm_user_modify = { { using_big_blocks = true }, { usingBigBlocks = true } },
  reserve_request_weight = { { weight = 100 }, { weight = 100 } },
  agent_enable_dex_abstraction = { {}, {} },
  agent_set_abstraction = { { abstraction = "unifiedAccount" }, { abstraction = "u" } },
  user_set_abstraction = { { user = who, abstraction = "disabled" }, { user = who, abstraction = "disabled" } },
  user_dex_abstraction = { { user = who, enabled = true }, { user = who, enabled = true } },
  user_portfolio_margin = { { user = who, enabled = true }, { user = who, enabled = true } },
  convert_to_multi_sig_user = { { authorized_users = { who }, threshold = 1 },
    { signers = ('{"authorizedUsers":["%s"],"threshold":1}'):format(who) } },
  c_deposit = { { amount = "1.00000001" }, { wei = 100000001 } },
  c_withdraw = { { amount = 2 }, { wei = 200000000 } },
  token_delegate = { { validator = who, amount = 1, is_undelegate = false },
    { validator = who, wei = 100000000, isUndelegate = false } },
  link_staking_user = { { user = who, is_finalize = false }, { user = who, isFinalize = false } },
  staking_link_disable_trading_user = { { trading_user = who }, { tradingUser = who } },
  borrow_lend = { { operation = "supply", token = 0 }, { operation = "supply", token = 0 } },
  split_outcome = { { outcome = 3, amount = 5 }, { splitOutcome = { outcome = 3, amount = "5" } } },
  merge_outcome = { { outcome = 3 }, { mergeOutcome = { outcome = 3 } } },
  merge_question = { { question = 3, amount = 5 }, { mergeQuestion = { question = 3, amount = "5" } } },
  negate_outcome = { { question = 1, outcome = 3, amount = 5 },
    { negateOutcome = { question = 1, outcome = 3, amount = "5" } } },
  gossip_priority_bid = { { slot_id = 1, ip = "1.2.3.4", max_gas = 10 }, { slotId = 1, ip = "1.2.3.4", maxGas = 10 } },
  hip3_liquidator_transfer = { { dex = "xyz", ntl = 1000000000, is_deposit = true },
    { dex = "xyz", ntl = 1000000000, isDeposit = true } },
}

local function plain(value)
  return json.encode(value)
end

describe("Hyperliquid's actions", function()
  local client = connected()

  it("have all forms that the host signs", function()
    local known, user_signed, i = {}, ffi.new "bool[1]", 0
    for _, entry in pairs(hl.actions) do
      for _, name in ipairs(entry.types) do known[name] = true end
    end
    while true do
      local name = C.pg_sdk_hl_action_type(i, user_signed)
      if name == nil then break end
      assert.is_true(known[ffi.string(name)], ffi.string(name))
      i = i + 1
    end
    assert.is_true(i > 40)
  end)

  it("are made of arguments by name, and signed", function()
    for name in pairs(hl.actions) do
      local example = assert(examples[name], name)
      local action = assert(client:action(name, example[1]))
      local sent = {}
      for key, value in pairs(example[2]) do sent[key] = value end
      sent.type = action.type
      assert.equal(plain(sent), plain(action), name)
      local body, nonce = client:sign(action)
      assert.is_truthy(body, tostring(nonce))
      local read = assert(json.decode(body))
      assert.equal(action.type, read.action.type)
      assert.equal(nonce, read.nonce)
      assert.matches("^0x%x+$", read.signature.r)
    end
  end)

  it("cancel by client id, modify alone, and go back to one key", function()
    local cloid = "0x" .. ("b"):rep(32)
    assert.equal("cancelByCloid", client:action("cancel", { { coin = "ETH", cloid = cloid } }).type)
    assert.equal("modify", client:action("modify", { oid = cloid, coin = "BTC", side = "buy", price = "50000",
      size = "0.01", tif = "Alo", single = true }).type)
    assert.equal("null", client:action("convert_to_multi_sig_user", {}).signers)
  end)

  it("keep the client id of what they modify by it", function()
    local cloid = "0x" .. ("b"):rep(32)
    local new = { oid = cloid, coin = "BTC", side = "buy", price = "50000", size = "0.01", tif = "Alo" }
    assert.equal(cloid, client:action("modify", new).modifies[1].order.c)
    new.cloid = false
    assert.is_nil(client:action("modify", new).modifies[1].order.c)
    new.tif = "Ioc"
    assert.is_nil((client:action("modify", new)))
    new.always_place = true
    assert.is_true(client:action("modify", new).a)
  end)

  it("pay for priority only where the venue takes it", function()
    local function batch(tif, more)
      return { grouping = { p = 100 }, { coin = "BTC", side = "buy", price = "50000", size = "0.01", tif = "Ioc" },
        { coin = "BTC", side = "buy", price = "50000", size = "0.01", tif = tif, reduce_only = more } }
    end
    assert.equal(100, client:action("order", batch "Ioc").grouping.p)
    assert.is_nil((client:action("order", batch "Gtc")))
    assert.is_nil((client:action("order", batch "Alo")))
    local alone = { grouping = { p = 1 }, { coin = "BTC", side = "buy", price = "50000", size = "0.01", tif = "Alo" } }
    assert.is_truthy((client:action("order", alone)))
    client.mainnet = true
    assert.is_nil((client:action("order", alone)))
    client.mainnet = false
    alone.grouping = { p = 80001 }
    assert.has_error(function() client:action("order", alone) end)
  end)

  it("get increasing nonces", function()
    local last = 0
    for _ = 1, 50 do
      local _, nonce = client:sign { type = "noop" }
      assert.is_true(nonce > last)
      last = nonce
    end
  end)

  it("are refused with the reason", function()
    for _, case in ipairs {
      { "order", { coin = "OLD", side = "buy", price = "5", size = "10", tif = "Gtc" }, "delisted" },
      { "order", { coin = "BTC", side = "buy", price = "50000.5", size = "0.01", tif = "Gtc" }, "too_many_sig" },
      { "order", { coin = "PURR/USDC", side = "buy", price = "0.1", size = "10.5", tif = "Gtc" }, "too_many_decimals" },
      { "order", { coin = "xyz:NONE", side = "buy", price = "1", size = "10", tif = "Gtc" }, "no asset" },
      { "order", { coin = "abc:NONE", side = "buy", price = "1", size = "10", tif = "Gtc" }, "no perpetuals exchange" },
      { "update_leverage", { coin = "ISO", leverage = 2, is_cross = true }, "isolated margin only" },
      { "twap_order", { coin = "ETH", side = "buy", size = "0.00001", minutes = 10 }, "rounds to zero" },
      { "hip3_liquidator_transfer", { dex = "xyz", ntl = 5, is_deposit = true }, "multiple" },
      { "convert_to_multi_sig_user", { authorized_users = { who }, threshold = 2 }, "no more needed than there are" },
    } do
      local action, why = client:action(case[1], case[2])
      assert.is_nil(action)
      assert.truthy(why:find(case[3], 1, true), why)
    end
  end)
end)

describe("Hyperliquid's assets", function()
  it("are found by name and alias, loaded once", function()
    local asked = {}
    local client = connected(asked)
    assert.equal(0, assert(client:asset "BTC").id)
    assert.equal(10000, assert(client:asset "PURR/USDC").id)
    assert.equal(10007, assert(client:asset "@7").id)
    assert.equal(110000, assert(client:asset "xyz:GOLD").id)
    assert.equal(100005161, assert(client:asset "#5161").id)
    assert.same({ "meta", "spotMeta", "perpDexs", "meta" }, asked)
  end)

  it("round as the venue does", function()
    local client = connected()
    local btc, purr = assert(client:asset "BTC"), assert(client:asset "PURR/USDC")
    assert.equal("50000", hl.round_price(btc, 50000.4, "nearest"))
    assert.equal("50001", hl.round_price(btc, 50000.4, "up"))
    assert.equal("0.12345", hl.round_price(purr, "0.123456789", "down"))
    assert.equal("0.3", hl.round_size(btc, 0.1 + 0.2))
    assert.is_nil((hl.round_size(purr, 0.5)))
    assert.has_error(function() hl.round_price(btc, 1, "off") end)
  end)
end)

describe("Hyperliquid's packed data", function()
  local function unpacked(text)
    local size = ffi.new "uint64_t[1]"
    local made, why = sdk.call(C.pg_sdk_hl_unpack, size, text, #text)
    if not made then return nil, why end
    local copy = ffi.string(made, size[0])
    C.pg_sdk_hl_free(made)
    return copy
  end

  it("are unpacked, or refused with the reason", function()
    assert.equal('{"a":1}', unpacked "q1ZKVLIyrAUA") -- raw DEFLATE
    for text, reason in pairs { [""] = "no base64", abc = "no base64", ["!!!!"] = "does not have", AAAA = "damaged",
      ["q1ZKVLIy"] = "damaged", ["/////w=="] = "damaged" } do
      local made, why = unpacked(text)
      assert.is_nil(made)
      assert.truthy(why:find(reason, 1, true), why)
    end
  end)
end)

describe("Hyperliquid's names", function()
  it("are all annotated", function()
    local file = assert(io.open("lua/perigee/hyperliquid/meta.lua"))
    local text = file:read "*a"
    file:close()
    for _, list in ipairs { hl.actions, hl.questions, hl.subscriptions } do
      for name in pairs(list) do assert.truthy(text:find("---@field " .. name .. " fun(", 1, true), name) end
    end
  end)
end)
