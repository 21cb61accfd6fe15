--- Hyperliquid's actions (POST /exchange), as a table: type, arguments (perigee.arguments), and how the arguments
--- become the action where that is more than their names (hyperliquid.md 12). The order of members does not matter
--- here: the host writes them in the order in which they are hashed.
local ffi = require "ffi"
local arguments = require "perigee.arguments"
local assets = require "perigee.hyperliquid.assets"
local host = require "perigee.host"
local json = require "perigee.json"
local orders = require "perigee.hyperliquid.orders"
local sdk = require "perigee.sdk"

local C = host.C
local M = {}

local BATCH_MAX = 1000
local PRIORITY_MAX = 80000 -- hundred-millionths of the filled value
local SCHEDULE_AHEAD_MS = 5000
local TWAP_MINUTES = { least = 5, most = 10080 }

------------------------------------------------------------------------------------------------------------- types

local function amount_of(decimals, signed, what)
  return function(value)
    local text = arguments.decimal(value)
    local units = text and assets.units(text, decimals)
    if not units or units == 0 or (units < 0 and not signed) then return nil, what end
    return tonumber(units)
  end
end

local function texts(list)
  return function(value)
    if list[value] then return list[value] end
    local names = {}
    for name in pairs(list) do names[#names + 1] = name end
    table.sort(names)
    return nil, table.concat(names, " or ")
  end
end

--- Types that only actions have. Dollars become whole numbers of 6 decimals, HYPE of 8.
M.types = setmetatable({
  usd = amount_of(6, false, "an amount of dollars with at most 6 decimals"),
  signed_usd = amount_of(6, true, "an amount of dollars with at most 6 decimals"),
  hype = amount_of(8, false, "an amount of HYPE with at most 8 decimals"),
  amount = function(value)
    local text = arguments.decimal(value)
    local made = text and assets.canonical(text)
    if not made or assets.compare(made, "0") ~= 1 then return nil, "a positive amount with at most 8 decimals" end
    return made
  end,
  token = function(value)
    if type(value) == "string" and value:find("^[^:]+:0x" .. ("%x"):rep(32) .. "$") then return value end
    return nil, "a token as NAME:0x<32 digits> (see spot_meta)"
  end,
  address_or_none = function(value)
    if value == "" then return "" end
    return arguments.types.address(value)
  end,
  rate = function(value)
    if type(value) == "string" and value:find "^%d+%.?%d*%%$" then return value end
    return nil, "a share such as \"0.001%\""
  end,
  agent_abstraction = texts { disabled = "i", unifiedAccount = "u", portfolioMargin = "p" },
  abstraction = texts { disabled = "disabled", unifiedAccount = "unifiedAccount", portfolioMargin = "portfolioMargin" },
  lending = texts { supply = "supply", withdraw = "withdraw", ["repay"] = "repay", borrow = "borrow" },
  data = function(value)
    if type(value) == "string" and value:find "^0x%x*$" and #value % 2 == 0 then return value end
    return nil, "bytes as 0x and hexadecimal digits"
  end,
}, { __index = orders.types })

------------------------------------------------------------------------------------------------- orders and such

--- Members of a batch: the arguments themselves, or a list of them.
local function batch_of(where, given)
  if type(given) ~= "table" then arguments.misuse("%s takes arguments by name, or a list of such", where) end
  local list = given[1] ~= nil and given or { given }
  if #list > BATCH_MAX then arguments.misuse("%s: %d are too many, %d at most", where, #list, BATCH_MAX) end
  return list
end

local groupings = { na = true, normalTpsl = true, positionTpsl = true }
local priority_fields = arguments.declare(("p:integer(0,%d)"):format(PRIORITY_MAX))

--- Why the venue would refuse a priority for these orders; nil when it would not.
local function wrong_priority(client, list)
  local tif = list[1].t.limit and list[1].t.limit.tif
  for _, order in ipairs(list) do
    local same = order.t.limit and order.t.limit.tif == tif
    if not same or (tif ~= "Ioc" and (client.mainnet or tif ~= "Alo" or order.r)) then
      return "priority is for batches of Ioc orders (on the testnet also of Alo orders that are not reduce-only)"
    end
  end
end

--- Why the venue would refuse these orders together; nil when it would not.
local function wrong_grouping(client, grouping, list)
  if type(grouping) == "table" then
    arguments.check("grouping", priority_fields, grouping)
    return wrong_priority(client, list)
  end
  if grouping ~= nil and not groupings[grouping] then
    arguments.misuse "order: grouping is na, normalTpsl, positionTpsl or { p = rate }"
  end
  return orders.wrong_group(list, grouping)
end

--- Arguments that stand beside the orders, or in the only one.
local batch_options = orders.options_with { grouping = true, builder = true }

local function build_orders(client, given)
  local list, spot = json.array {}, false
  for i, one in ipairs(batch_of("order", given)) do
    local order, why, asset = orders.build(client.find, one, given.grouping, batch_options)
    if not order then return nil, given[1] and ("order %d: %s"):format(i, why) or why end
    list[i], spot = order, spot or asset.spot
  end
  local wrong = wrong_grouping(client, given.grouping, list)
  if wrong then return nil, wrong end
  local builder, why = orders.build_builder(given.builder, spot)
  if why then return nil, why end
  return { type = "order", orders = list, grouping = given.grouping or "na", builder = builder }
end

local cancel_fields = arguments.declare "coin:coin oid?:integer cloid?:cloid"

local cancel_options = orders.options_with { fast = true }

--- By id or by client id, all in one way.
local function build_cancels(client, given)
  local list, by_cloid = json.array {}, nil
  for i, one in ipairs(batch_of("cancel", given)) do
    local sent = arguments.check("cancel", cancel_fields, one, M.types, cancel_options)
    if (sent.oid == nil) == (sent.cloid == nil) then arguments.misuse "cancel: give either oid or cloid" end
    local has_cloid = sent.cloid ~= nil
    if by_cloid ~= nil and by_cloid ~= has_cloid then arguments.misuse "cancel: all by oid, or all by cloid" end
    by_cloid = has_cloid
    local asset, why = client.find(sent.coin)
    if not asset then return nil, why end
    list[i] = by_cloid and { asset = asset.id, cloid = sent.cloid } or { a = asset.id, o = sent.oid }
  end
  return { type = by_cloid and "cancelByCloid" or "cancel", cancels = list, f = given.fast and true or nil }
end

local modify_options = orders.options_with { oid = true, always_place = true, single = true }

local rests = { Alo = true, Gtc = true }

--- One modification: an order that replaces another. The client id goes on when that is how the old one is named.
local function build_one_modify(client, one, always_place)
  local oid, expected = M.types.order_name(one.oid)
  if oid == nil then arguments.misuse("modify: oid should be an order's id, or %s", expected) end
  local order, why = orders.build(client.find, one, nil, modify_options)
  if not order then return nil, why end
  if not always_place and not (order.t.limit and rests[order.t.limit.tif]) then
    return nil, "without always_place the new order of a modification is Alo or Gtc"
  end
  if type(oid) == "string" and one.cloid == nil then order.c = oid end
  return { oid = oid, order = order }
end

--- `oid` names the order to be replaced, by id or client id; the other arguments are of the new order. `single` sends
--- the action modify, whose answer does not tell the new order's id.
local function build_modify(client, given)
  local list = json.array {}
  for i, one in ipairs(batch_of("modify", given)) do
    local made, why = build_one_modify(client, one, given.always_place)
    list[i] = made
    if not made then return nil, given[1] and ("order %d: %s"):format(i, why) or why end
  end
  if given.single and #list > 1 then arguments.misuse "modify: single is for one order" end
  local always = given.always_place and true or nil
  if given.single then return { type = "modify", oid = list[1].oid, order = list[1].order, a = always } end
  return { type = "batchModify", modifies = list, a = always }
end

local twap_fields = arguments.declare("coin:coin side:side size:decimal minutes:integer reduceOnly?:boolean " ..
  "randomize?:boolean triggerPrice?:decimal triggerAbove?:boolean stopPrice?:decimal")

local function build_twap(client, given)
  local sent = arguments.check("twap_order", twap_fields, given, M.types, orders.options_with {})
  local asset, why = client.find(sent.coin)
  if not asset then return nil, why end
  if sent.minutes < TWAP_MINUTES.least or sent.minutes > TWAP_MINUTES.most then
    return nil, ("a TWAP takes %d to %d minutes"):format(TWAP_MINUTES.least, TWAP_MINUTES.most)
  end
  if (sent.triggerPrice == nil) ~= (sent.triggerAbove == nil) then
    arguments.misuse "twap_order: trigger_price and trigger_above go together"
  end
  local size
  size, why = assets.round_size(asset, sent.size)
  if not size then return nil, why end
  if type(given.size) == "string" and assets.compare(size, sent.size) ~= 0 then
    return nil, ("the size %s has more decimals than %d"):format(given.size, asset.size_decimals)
  end
  local details
  if sent.triggerPrice or sent.stopPrice then
    details = { t = sent.triggerPrice and { p = sent.triggerPrice, a = sent.triggerAbove } or json.null,
      s = sent.stopPrice or json.null }
  end
  return { type = "twapOrder", details = details, twap = { a = asset.id, b = sent.side == "buy", s = size,
    r = sent.reduceOnly or false, m = sent.minutes, t = sent.randomize or false } }
end

----------------------------------------------------------------------------------------------------- other builds

local function build_schedule(action)
  if action.time and action.time < sdk.now_ms() + SCHEDULE_AHEAD_MS then
    return nil, "a scheduled cancel is at least 5 s ahead"
  end
  return action
end

local function build_class_transfer(action)
  local sub_account = action.subAccount
  action.subAccount = nil
  if sub_account then action.amount = action.amount .. " subaccount:" .. sub_account end
  return action
end

local function build_agent(action)
  local until_ms = action.validUntil
  action.validUntil = nil
  if until_ms then action.agentName = ("%s valid_until %d"):format(action.agentName or "", until_ms) end
  return action
end

local function build_multi_sig_user(action)
  local users, threshold = action.authorizedUsers, action.threshold
  if (users == nil) ~= (threshold == nil) then
    arguments.misuse "convert_to_multi_sig_user: authorized_users and threshold go together; neither: back to one key"
  end
  local signers = "null"
  if users then
    local list, text = ffi.new("const char *[?]", #users), ffi.new "char[1024]"
    for i, user in ipairs(users) do list[i - 1] = user end
    local good, why = sdk.call(C.pg_sdk_hl_signers_text, text, list, #users, threshold)
    if not good then return nil, why end
    signers = ffi.string(text)
  end
  return { type = action.type, signers = signers }
end

local function build_leverage(action, asset)
  if asset.max_leverage > 0 and action.leverage > asset.max_leverage then
    return nil, ("%s has a leverage of at most %d"):format(asset.name, asset.max_leverage)
  end
  if asset.isolated_only and action.isCross then return nil, asset.name .. " takes isolated margin only" end
  return action
end

local function within(name)
  return function(action)
    local type_name = action.type
    action.type = nil
    return { type = type_name, [name] = action }
  end
end

---------------------------------------------------------------------------------------------------------- the table

-- name, type, arguments; build: turns the action of the arguments into the one that is sent
local rows = {
  -- trading
  { "schedule_cancel", "scheduleCancel", "time?:time", build = build_schedule },
  { "update_leverage", "updateLeverage", "asset:asset=coin isCross:boolean leverage:integer(1,1000)",
    build = build_leverage },
  { "update_isolated_margin", "updateIsolatedMargin", "asset:asset=coin ntli:signed_usd=usd",
    build = function(action)
      action.isBuy = true
      return action
    end },
  { "top_up_isolated_only_margin", "topUpIsolatedOnlyMargin", "asset:asset=coin leverage:amount" },
  { "twap_cancel", "twapCancel", "a:asset=coin t:integer=twap_id" },
  { "noop", "noop", "" },
  -- money
  { "usd_send", "usdSend", "destination:address amount:amount" },
  { "spot_send", "spotSend", "destination:address token:token amount:amount" },
  { "withdraw", "withdraw3", "destination:address amount:amount" },
  { "usd_class_transfer", "usdClassTransfer", "amount:amount toPerp:boolean subAccount?:address",
    build = build_class_transfer },
  { "send_asset", "sendAsset", "destination:address sourceDex:text destinationDex:text token:token amount:amount " ..
    "fromSubAccount:address_or_none" },
  { "agent_send_asset", "agentSendAsset", "destination:address sourceDex:text destinationDex:text token:token " ..
    "amount:amount fromSubAccount:address_or_none" },
  { "send_to_evm_with_data", "sendToEvmWithData", "token:token amount:amount sourceDex:text " ..
    "destinationRecipient:text addressEncoding:text destinationChainId:integer gasLimit:integer data:data" },
  { "vault_transfer", "vaultTransfer", "vaultAddress:address isDeposit:boolean usd:usd" },
  { "create_sub_account", "createSubAccount", "name:text(1,16)" },
  { "sub_account_modify", "subAccountModify", "subAccountUser:address name:text(1,16)" },
  { "sub_account_transfer", "subAccountTransfer", "subAccountUser:address isDeposit:boolean usd:usd" },
  { "sub_account_spot_transfer", "subAccountSpotTransfer", "subAccountUser:address isDeposit:boolean token:token " ..
    "amount:amount" },
  { "create_vault", "createVault", "name:text(3,50) description:text(10,250) initialUsd:usd",
    build = function(action)
      if action.initialUsd < 100000000 then return nil, "a vault begins with 100 USD at least" end
      return action
    end },
  { "vault_modify", "vaultModify", "vaultAddress:address allowDeposits?:boolean alwaysCloseOnWithdraw?:boolean" },
  { "vault_distribute", "vaultDistribute", "vaultAddress:address usd:usd" },
  { "toggle_spot_dusting", "spotUser", "optOut:boolean", build = within "toggleSpotDusting" },
  { "spot_class_transfer", "spotUser", "usdc:usd toPerp:boolean", build = within "classTransfer" },
  -- the account
  { "approve_agent", "approveAgent", "agentAddress:address agentName?:text(0,16) validUntil?:time",
    build = build_agent },
  { "approve_builder_fee", "approveBuilderFee", "maxFeeRate:rate builder:address" },
  { "set_referrer", "setReferrer", "code:text(1,20)" },
  { "register_referrer", "registerReferrer", "code:text(1,20)" },
  { "claim_rewards", "claimRewards", "" },
  { "set_display_name", "setDisplayName", "displayName:text(0,20)" },
  { "evm_user_modify", "evmUserModify", "usingBigBlocks:boolean" },
  { "reserve_request_weight", "reserveRequestWeight", "weight:integer destination?:address" },
  { "agent_enable_dex_abstraction", "agentEnableDexAbstraction", "" },
  { "agent_set_abstraction", "agentSetAbstraction", "abstraction:agent_abstraction" },
  { "user_set_abstraction", "userSetAbstraction", "user:address abstraction:abstraction" },
  { "user_dex_abstraction", "userDexAbstraction", "user:address enabled:boolean" },
  { "user_portfolio_margin", "userPortfolioMargin", "user:address enabled:boolean" },
  { "convert_to_multi_sig_user", "convertToMultiSigUser", "authorizedUsers?:addresses threshold?:integer(1,10)",
    build = build_multi_sig_user },
  -- staking
  { "c_deposit", "cDeposit", "wei:hype=amount" },
  { "c_withdraw", "cWithdraw", "wei:hype=amount" },
  { "token_delegate", "tokenDelegate", "validator:address wei:hype=amount isUndelegate:boolean" },
  { "link_staking_user", "linkStakingUser", "user:address isFinalize:boolean" },
  { "staking_link_disable_trading_user", "stakingLinkDisableTradingUser", "tradingUser:address" },
  -- lending, outcomes, the network
  { "borrow_lend", "borrowLend", "operation:lending token:integer amount?:amount" },
  { "split_outcome", "userOutcome", "outcome:integer amount:amount", build = within "splitOutcome" },
  { "merge_outcome", "userOutcome", "outcome:integer amount?:amount", build = within "mergeOutcome" },
  { "merge_question", "userOutcome", "question:integer amount?:amount", build = within "mergeQuestion" },
  { "negate_outcome", "userOutcome", "question:integer outcome:integer amount:amount", build = within "negateOutcome" },
  { "gossip_priority_bid", "gossipPriorityBid", "slotId:integer(0,1) ip:text(1,64) maxGas:integer" },
  { "hip3_liquidator_transfer", "hip3LiquidatorTransfer", "dex:text(1,64) ntl:integer isDeposit:boolean",
    build = function(action)
      if action.ntl % 1000000000 ~= 0 then return nil, "ntl is a multiple of 1000000000 (1000 USD)" end
      return action
    end },
}

---@class perigee.hyperliquid.Action
---@field types string[] types of what it sends
---@field fields perigee.Field[]?
---@field make fun(client: table, given: table?): table?, string?

--- Actions by name. make(client, given) gives the action, or nil and why the venue would refuse it.
---@type table<string, perigee.hyperliquid.Action>
M.actions = {
  order = { types = { "order" }, make = build_orders },
  cancel = { types = { "cancel", "cancelByCloid" }, make = build_cancels },
  modify = { types = { "batchModify", "modify" }, make = build_modify },
  twap_order = { types = { "twapOrder" }, make = build_twap },
}

for _, row in ipairs(rows) do
  local name, type_name, fields, build = row[1], row[2], arguments.declare(row[3]), row.build
  M.actions[name] = { types = { type_name }, fields = fields, make = function(client, given)
    local asset, why
    local types = setmetatable({ asset = arguments.types.text }, { __index = M.types })
    local action = arguments.check(name, fields, given, types, orders.options_with {})
    for _, field in ipairs(fields) do
      if field.type == "asset" then
        asset, why = client.find(action[field.wire])
        if not asset then return nil, why end
        action[field.wire] = asset.id
      end
    end
    action.type = type_name
    if build then return build(action, asset) end
    return action
  end }
end

return M
