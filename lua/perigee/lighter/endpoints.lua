--- Lighter's questions over HTTP, as a table: path, arguments (perigee.arguments), weight and whether the auth token is
--- sent (lighter.md 3 and 8). Answers are the venue's documents: decimals are texts, whole numbers beyond 2^53 int64.
local arguments = require "perigee.arguments"
local json = require "perigee.json"

local one_of = arguments.one_of

--- Types of arguments that only Lighter has.
local types = {
  market = function(value)
    if type(value) == "string" and value ~= "" then return value end
    if type(value) == "number" then return arguments.types.integer(value, { least = 0, most = 4094 }) end
    return nil, "a market: its symbol or its number"
  end,
  account = function(value) return arguments.types.integer(value, { least = 0, most = 2 ^ 48 - 2 }) end,
  index = function(value)
    if type(value) == "string" and value:find "^%d+$" and #value <= 19 then return value end
    if arguments.types.integer(value, {}) then return json.encode(value) end
    return nil, "a whole number, an int64 or its text"
  end,
  name = function(value)
    if type(value) == "string" and value ~= "" then return value end
    if arguments.types.integer(value, {}) then return json.encode(value) end
    return nil, "a text or a whole number"
  end,
  sort = one_of("block_height", "timestamp", "trade_id"),
  by_account = one_of("index", "l1_address"),
  by_tx = one_of("hash", "sequence_index"),
  filter = one_of("all", "spot", "perp"),
  role = one_of("all", "maker", "taker"),
  side = one_of("long", "short", "all"),
  resolution = one_of("1m", "5m", "15m", "30m", "1h", "4h", "12h", "1d", "1w"),
  funding_resolution = one_of("1h", "1d"),
  pnl_resolution = one_of("1m", "5m", "15m", "1h", "4h", "1d"),
  tier = one_of("standard", "premium", "plus"),
  key_indexes = function(value)
    if type(value) ~= "table" then return nil, "a list of key indexes" end
    for _, index in ipairs(value) do
      local good = arguments.types.integer(index, { least = 4, most = 254 })
      if not good then return nil, "a list of numbers of 4 to 254" end
    end
    return "[" .. table.concat(value, ",") .. "]"
  end,
}
setmetatable(types, { __index = arguments.types })

local CANDLES = "market_id:market=market resolution:resolution start_timestamp:time end_timestamp:time " ..
  "count_back:integer(1,500) set_timestamp_to_end?:boolean"

-- path, arguments; weight (300 unless it is given), auth ("needed", or "own" where it shows more of the own account)
local rows = {
  -- markets
  { "orderBooks", "market_id?:market=market filter?:filter" },
  { "orderBookDetails", "market_id?:market=market filter?:filter" },
  { "orderBookOrders", "market_id:market=market limit:integer(1,250)" },
  { "recentTrades", "market_id:market=market limit:integer(1,100)", 600 },
  { "trades", "sort_by:sort limit:integer(1,100) market_id?:market=market market_type?:filter " ..
    "account_index?:account order_index?:index sort_dir?:text cursor?:name from?:time ask_filter?:integer " ..
    "role?:role type?:text aggregate?:boolean", 600, auth = "own" },
  { "candles", CANDLES },
  { "markPriceCandles", CANDLES },
  { "fundings", "market_id:market=market resolution:funding_resolution start_timestamp:time end_timestamp:time " ..
    "count_back:integer(1,500)" },
  { "funding-rates", "", name = "funding_rates" },
  { "exchangeStats", "" },
  { "assetDetails", "asset_id?:integer(1,62)" },
  -- accounts
  { "account", "by:by_account value:name active_only?:boolean cursor?:name" },
  { "accountsByL1Address", "l1_address:address cursor?:name" },
  { "accountLimits", "account_index:account", auth = "needed" },
  { "apikeys", "account_index:account api_key_index?:integer(0,255)", 150 },
  { "nextNonce", "account_index:account api_key_index:integer(0,254)", 6 },
  { "accountActiveOrders", "account_index:account market_id?:market=market market_type?:filter", auth = "needed" },
  { "accountInactiveOrders", "account_index:account limit:integer(1,100) market_id?:market=market " ..
    "ask_filter?:integer between_timestamps?:text cursor?:name", 100, auth = "needed" },
  { "positionFunding", "account_index:account limit:integer(1,100) market_id?:market=market side?:side cursor?:name",
    auth = "needed" },
  { "pnl", "by:text value:name resolution:pnl_resolution start_timestamp:time end_timestamp:time " ..
    "count_back:integer(1,500) ignore_transfers?:boolean", auth = "needed" },
  { "liquidations", "account_index:account limit:integer(1,100) market_id?:market=market cursor?:name",
    auth = "needed" },
  { "getMakerOnlyApiKeys", "account_index:account", auth = "needed" },
  { "setMakerOnlyApiKeys", "account_index:account api_key_indexes:key_indexes", auth = "needed", post = true },
  { "changeAccountTier", "account_index:account new_tier:tier", 3000, auth = "needed", post = true },
  { "transferFeeInfo", "account_index:account to_account_index?:account", 500, auth = "needed" },
  { "tokens", "account_index:account", 3000, auth = "needed" },
  { "tokens/create", "name:text account_index:account expiry:integer sub_account_access:boolean scopes?:text", 23000,
    auth = "needed", post = true, name = "create_token" },
  { "tokens/revoke", "token_id:integer account_index:account", 3000, auth = "needed", post = true,
    name = "revoke_token" },
  { "notification/ack", "notif_id:name account_index:account", 3000, auth = "needed", post = true,
    name = "acknowledge_notification" },
  -- transactions, and the exchange itself
  { "tx", "by:by_tx value:name" },
  { "accountTxs", "by:text value:name limit:integer(1,100) index?:integer types?:text", auth = "needed" },
  { "txFromL1TxHash", "hash:text", 50 },
  { "deposit/latest", "l1_address:address", 100, name = "latest_deposit" },
  { "publicPools", "filter?:text limit:integer(1,100) index:integer account_index?:account", 50 },
  { "currentHeight", "" },
  { "/", "", name = "status" },
  { "/info", "", name = "info" },
}

---@class perigee.lighter.Question
---@field path string
---@field fields perigee.Field[]
---@field weight integer
---@field auth "needed"|"own"|nil
---@field post boolean?

local M = { types = types }

--- Questions by name in snake_case: order_book_details, account_active_orders.
---@type table<string, perigee.lighter.Question>
M.questions = {}

for _, row in ipairs(rows) do
  local path = row[1]
  M.questions[row.name or arguments.snake(path)] = { path = path:find "^/" and path or "/api/v1/" .. path,
    fields = arguments.declare(row[2]), weight = row[3] or 300, auth = row.auth, post = row.post }
end

return M
