--- Lighter's twenty transactions, as a table: number, arguments (perigee.arguments) and how they become the members
--- that are signed (lighter.md 6.2). Bounds and combinations are checked by the host before it signs.
local arguments = require "perigee.arguments"
local json = require "perigee.json"
local markets = require "perigee.lighter.markets"
local orders = require "perigee.lighter.orders"
local sdk = require "perigee.sdk"

local M = {}

local MEMO = 32
local FRACTION_DECIMALS, RATE_DECIMALS = 6, 4 -- of shares such as an operator's fee

---@class perigee.lighter.SendOptions
---@field timeout? number seconds, for the answer
---@field wait? number seconds, until it has been executed: a failure is then an error
---@field expires_after_ms? integer void when it has not been executed by then; default 599000
---@field price_protection? boolean false: prices far from the mark are taken
---@field skip_nonce? boolean the nonce need only be greater than the last one
---@field nonce? integer default: the next
---@field integrator? integer its account, with integrator_taker_fee and integrator_maker_fee (1e-6)
---@field self_trade? "expire_maker"|"expire_taker"|"cancel_both"|"reduce"
---@field self_trade_of? "account"|"master"
local send_options = { timeout = true, wait = true, expires_after_ms = true, price_protection = true, skip_nonce = true,
  nonce = true, integrator = true, integrator_taker_fee = true, integrator_maker_fee = true, self_trade = true,
  self_trade_of = true }

local self_trades = { expire_maker = 0, expire_taker = 1, cancel_both = 2, reduce = 3 }
local self_trades_of = { account = 0, master = 1 }

local function named(list, name, value)
  local number = list[value]
  if value ~= nil and number == nil then arguments.misuse("%s cannot be %s", name, tostring(value)) end
  return number
end

--- L2TxAttributes of the options; nil when there are none.
---@param options perigee.lighter.SendOptions
---@param cancel_market? integer
function M.attributes(options, cancel_market)
  local made = { ["1"] = options.integrator, ["2"] = options.integrator_taker_fee, ["3"] = options.integrator_maker_fee,
    ["4"] = options.skip_nonce and 1 or nil, ["5"] = cancel_market,
    ["6"] = named(self_trades, "self_trade", options.self_trade),
    ["7"] = named(self_trades_of, "self_trade_of", options.self_trade_of) }
  return next(made) and made or nil
end

local one_of = arguments.one_of
local types = setmetatable({
  cancel_tif = one_of("immediate", "scheduled", "abort"),
  margin_mode = one_of("cross", "isolated"),
  direction = one_of("add", "remove"),
  route = one_of("perps", "spot"),
  grouping = one_of("oto", "oco", "otoco"),
  list = function(value)
    if type(value) == "table" and #value >= 2 then return value end
    return nil, "a list of two or three orders"
  end,
  key = function(value)
    if type(value) == "string" or type(value) == "table" then return value end
    return nil, "a key: env:NAME, file:PATH, keystore:NAME, or one of perigee.sdk"
  end,
}, { __index = orders.types })

------------------------------------------------------------------------------------------------------------- makers

local routes, margin_modes, directions = { perps = 0, spot = 1 }, { cross = 0, isolated = 1 }, { remove = 0, add = 1 }
local cancel_tifs, groupings = { immediate = 0, scheduled = 1, abort = 2 }, { oto = 1, oco = 2, otoco = 3 }

--- What does not look at markets or assets: members straight from arguments.
local function plain(members)
  return function(_, sent)
    local made = {}
    for name, value in pairs(sent) do made[members and members[name] or name] = value end
    return made
  end
end

local function make_group(client, sent)
  local list = json.array {}
  for i, given in ipairs(sent.orders) do
    if type(given) ~= "table" then arguments.misuse("create_grouped_orders: order %d is no table", i) end
    local child = sent.grouping ~= "oco" and i > 1
    local order, why = orders.build(client, given, nil, child)
    if not order then return nil, ("order %d: %s"):format(i, why) end
    list[i] = order
  end
  return { GroupingType = groupings[sent.grouping], Orders = list }
end

local function make_cancel(client, sent)
  local market, why = client:market(sent.market)
  if not market then return nil, why end
  return { MarketIndex = market.id, Index = sent.index }
end

--- The second result is the market of the attribute.
local function make_cancel_all(client, sent)
  if (sent.timeInForce == "scheduled") ~= (sent.time ~= nil) then
    arguments.misuse "cancel_all_orders: time (ms) belongs to time_in_force = 'scheduled'"
  end
  local id
  if sent.market then
    if sent.timeInForce ~= "immediate" then
      arguments.misuse "cancel_all_orders: only an immediate one can be of one market"
    end
    local market, why = client:market(sent.market)
    if not market then return nil, why end
    id = market.id
  end
  return { TimeInForce = cancel_tifs[sent.timeInForce], Time = sent.time or 0 }, id
end

local function make_change(client, sent, given)
  local market, why = client:market(sent.market)
  if not market then return nil, why end
  if not given.price then arguments.misuse "modify_order: price is missing" end
  return orders.build_change(market, sent)
end

local function make_leverage(client, sent)
  local market, why = client:market(sent.market)
  if not market then return nil, why end
  local fraction
  fraction, why = markets.margin_fraction(market, tonumber(sent.leverage))
  if not fraction then return nil, why end
  return { MarketIndex = market.id, InitialMarginFraction = fraction, MarginMode = margin_modes[sent.marginMode] }
end

local function make_margin(client, sent)
  local market, why = client:market(sent.market)
  if not market then return nil, why end
  local amount
  amount, why = markets.usdc(sent.usdc)
  if not amount then return nil, why end
  if amount < 1 then return nil, "the amount of margin should be more than 0" end
  return { MarketIndex = market.id, USDCAmount = amount, Direction = directions[sent.direction] }
end

local function memo_of(text)
  local bytes = json.array {}
  if #text > MEMO then arguments.misuse("transfer: the memo has at most %d bytes", MEMO) end
  for i = 1, MEMO do bytes[i] = text:byte(i) or 0 end
  return bytes
end

local function make_transfer(client, sent)
  local asset, why = client:asset(sent.asset)
  if not asset then return nil, why end
  local amount, fee
  amount, why = markets.amount(sent.amount, asset.decimals)
  if not amount then return nil, why end
  fee, why = markets.usdc(sent.usdcFee)
  if not fee then return nil, why end
  return { ToAccountIndex = sent.toAccount, AssetIndex = asset.id, FromRouteType = routes[sent.fromRoute or "perps"],
    ToRouteType = routes[sent.toRoute or "perps"], Amount = amount, USDCFee = fee, Memo = memo_of(sent.memo or "") }
end

local function make_withdrawal(client, sent)
  local asset, why = client:asset(sent.asset)
  if not asset then return nil, why end
  local amount
  amount, why = markets.amount(sent.amount, asset.decimals)
  if not amount then return nil, why end
  return { AssetIndex = asset.id, RouteType = routes[sent.route or "perps"], Amount = amount }
end

local function fraction(value, decimals, name)
  local units, why = markets.scale(value, decimals)
  if not units then return nil, ("%s: %s"):format(name, why) end
  return units
end

local function make_pool(_, sent)
  local fee, why = fraction(sent.operatorFee, FRACTION_DECIMALS, "operator_fee")
  if not fee then return nil, why end
  local rate
  rate, why = fraction(sent.minOperatorShareRate, RATE_DECIMALS, "min_operator_share_rate")
  if not rate then return nil, why end
  return { OperatorFee = fee, MinOperatorShareRate = rate, InitialTotalShares = sent.initialTotalShares,
    PublicPoolIndex = sent.pool, Status = sent.status }
end

local function make_asset_config(client, sent)
  local asset, why = client:asset(sent.asset)
  if not asset then return nil, why end
  return { AssetIndex = asset.id, AssetMarginMode = sent.marginMode }
end

------------------------------------------------------------------------------------------------------------ the table

-- name, number, arguments, make(client, sent, given) -> members, market of the attribute
local shares = { pool = "PublicPoolIndex", stakingPool = "StakingPoolIndex", shares = "ShareAmount" }
local rows = {
  { "change_pub_key", 8, "newKey:key l1Key?:key apiKeyIndex:integer(0,254)", function() return {} end },
  { "create_sub_account", 9, "", plain() },
  { "create_public_pool", 10, "operatorFee:decimal initialTotalShares:integer minOperatorShareRate:decimal",
    make_pool },
  { "update_public_pool", 11, "pool:integer status:integer(0,1) operatorFee:decimal minOperatorShareRate:decimal",
    make_pool },
  { "transfer", 12, "toAccount:account asset:name amount:decimal usdcFee:decimal fromRoute?:route toRoute?:route " ..
    "memo?:text l1Key?:key", make_transfer },
  { "withdraw", 13, "asset:name amount:decimal route?:route", make_withdrawal },
  { "create_order", 14 },
  { "cancel_order", 15, "market:market index:order_index", make_cancel },
  { "cancel_all_orders", 16, "timeInForce:cancel_tif time?:time market?:market", make_cancel_all },
  { "modify_order", 17, "market:market index:order_index price:decimal size?:decimal triggerPrice?:decimal",
    make_change },
  { "mint_shares", 18, "pool:integer shares:integer", plain(shares) },
  { "burn_shares", 19, "pool:integer shares:integer", plain(shares) },
  { "update_leverage", 20, "market:market leverage:decimal marginMode:margin_mode", make_leverage },
  { "create_grouped_orders", 28, "grouping:grouping orders:list", make_group },
  { "update_margin", 29, "market:market usdc:decimal direction:direction", make_margin },
  { "stake_assets", 35, "stakingPool:integer shares:integer", plain(shares) },
  { "unstake_assets", 36, "stakingPool:integer shares:integer", plain(shares) },
  { "update_account_config", 41, "tradingMode:integer(0,1)", plain { tradingMode = "AccountTradingMode" } },
  { "update_account_asset_config", 42, "asset:name marginMode:integer(0,1)", make_asset_config },
  { "approve_integrator", 45, "integrator:account maxPerpsTakerFee:integer maxPerpsMakerFee:integer " ..
    "maxSpotTakerFee:integer maxSpotMakerFee:integer approvalExpiry:integer l1Key?:key",
    plain { integrator = "IntegratorAccountIndex", maxPerpsTakerFee = "MaxPerpsTakerFee",
      maxPerpsMakerFee = "MaxPerpsMakerFee", maxSpotTakerFee = "MaxSpotTakerFee", maxSpotMakerFee = "MaxSpotMakerFee",
      approvalExpiry = "ApprovalExpiry" } },
}

--- An order's index at the venue (beyond 2^53: an int64 or its text) or its client order index.
function types.order_index(value)
  if type(value) == "string" and value:find "^%d+$" and #value <= 19 then return json.decode(value) end
  return arguments.types.integer(value, {})
end

---@class perigee.lighter.Transaction
---@field name string
---@field type integer
---@field fields perigee.Field[]?
---@field make fun(client: perigee.lighter.Client, given: table): perigee.lighter.Draft?, string?

---@class perigee.lighter.Draft
---@field type integer
---@field members table
---@field options perigee.lighter.SendOptions
---@field attributes table?
---@field l1_key perigee.Key? the Ethereum key that signs, too
---@field new_key perigee.Key? of change_pub_key
---@field key_index integer? of change_pub_key

local function load_key(value, kind)
  if type(value) == "string" then return sdk.key(value, kind) end
  return value
end

--- Keys among the arguments, loaded.
local function add_keys(draft, sent)
  local why
  if sent.l1Key then
    draft.l1_key, why = load_key(sent.l1Key, "hyperliquid")
    if not draft.l1_key then return nil, why end
  end
  if sent.newKey then
    draft.new_key, why = load_key(sent.newKey, "lighter")
    if not draft.new_key then return nil, why end
    draft.key_index = sent.apiKeyIndex
  end
  return draft
end

local order_options = setmetatable({}, { __index = send_options })

local function order_maker(number)
  return function(client, given)
    local members, why = orders.build(client, given, order_options)
    if not members then return nil, why end
    return { type = number, members = members, options = given, attributes = M.attributes(given) }
  end
end

local function maker(name, number, fields, make)
  local also = setmetatable({}, { __index = function(_, key)
    for _, field in ipairs(fields) do
      if field.name == key then return nil end
    end
    return send_options[key]
  end })
  return function(client, given)
    local sent = arguments.check(name, fields, given, types, also)
    local keys = { l1Key = sent.l1Key, newKey = sent.newKey, apiKeyIndex = sent.newKey and sent.apiKeyIndex }
    sent.l1Key = nil
    local members, market = make(client, sent, given or {})
    if not members then return nil, market end
    local options = given or {}
    local attributes = M.attributes(name == "approve_integrator" and {} or options,
      name == "cancel_all_orders" and market or nil)
    return add_keys({ type = number, members = members, options = options, attributes = attributes }, keys)
  end
end

--- Transactions by name.
---@type table<string, perigee.lighter.Transaction>
M.transactions = {}

for _, row in ipairs(rows) do
  local fields = row[3] and arguments.declare(row[3])
  M.transactions[row[1]] = { name = row[1], type = row[2], fields = fields,
    make = fields and maker(row[1], row[2], fields, row[4]) or order_maker(row[2]) }
end

return M
