--- Extended's questions (GET), as a table: name, path, arguments (perigee.arguments), whose, and whether the answer
--- comes in pages (extended.md 4, 5). What is in braces in a path is an argument; the others are of the query. Answers
--- are the venue's data, decimals as texts.
local arguments = require "perigee.arguments"
local Client = require "perigee.extended.client"
local json = require "perigee.json"
local sdk = require "perigee.sdk"
local words = require "perigee.extended.words"

local PUBLIC, PRIVATE, PAGED = false, true, true

local rows = {
  -- what is traded
  { "markets", "/info/markets", "market?:markets", PUBLIC },
  { "market_stats", "/info/markets/{market}/stats", "market:market", PUBLIC },
  { "orderbook", "/info/markets/{market}/orderbook", "market:market", PUBLIC },
  { "trades", "/info/markets/{market}/trades", "market:market", PUBLIC },
  { "candles", "/info/candles/{market}/{candleType}", "market:market candleType:candle_type interval:interval " ..
    "limit:integer(1,10000) endTime?:time", PUBLIC },
  { "funding_rates", "/info/{market}/funding", "market:market startTime:time endTime:time cursor?:id " ..
    "limit?:integer(1,10000)", PUBLIC, PAGED },
  { "open_interests", "/info/{market}/open-interests", "market:market interval:open_interest_interval " ..
    "startTime:time endTime:time limit?:integer(1,300)", PUBLIC },
  { "assets", "/info/assets", "asset?:texts collateral?:boolean", PUBLIC },
  { "asset_price", "/info/assets/{asset}/price", "asset:text(1,32)", PUBLIC },
  { "starknet", "/info/starknet", "", PUBLIC },
  { "settings", "/info/settings", "", PUBLIC },
  { "vault_summary", "/vault/public/summary", "", PUBLIC },
  { "vault_performance", "/vault/public/performance", "interval:text(1,16)", PUBLIC },
  -- the account
  { "account", "/user/account/info", "", PRIVATE },
  { "accounts", "/user/accounts", "", PRIVATE },
  { "client", "/user/client/info", "", PRIVATE },
  { "balance", "/user/balance", "", PRIVATE, zero = true },
  { "spot_balances", "/user/spot/balances", "", PRIVATE },
  { "positions", "/user/positions", "market?:markets side?:position_side", PRIVATE },
  { "positions_history", "/user/positions/history", "market?:markets side?:position_side cursor?:id " ..
    "limit?:integer(1,10000)", PRIVATE, PAGED },
  { "open_orders", "/user/orders", "market?:markets type?:order_type side?:side", PRIVATE },
  { "orders_history", "/user/orders/history", "id?:ids externalId?:external_ids market?:markets type?:order_type " ..
    "side?:side cursor?:id limit?:integer(1,10000) sort?:sort", PRIVATE, PAGED },
  { "order", "/user/orders/{id}", "id:id", PRIVATE },
  { "orders_by_external_id", "/user/orders/external/{externalId}", "externalId:external_id", PRIVATE },
  { "user_trades", "/user/trades", "market?:markets type?:trade_type side?:side cursor?:id limit?:integer(1,10000)",
    PRIVATE, PAGED },
  { "funding_history", "/user/funding/history", "market?:markets side?:position_side startTime:time cursor?:id " ..
    "limit?:integer(1,10000)", PRIVATE, PAGED, build = function(sent) -- the venue's two documents name it differently
      sent.fromTime = sent.startTime
    end },
  { "fees", "/user/fees", "market?:markets builderId?:integer", PRIVATE },
  { "leverage", "/user/leverage", "market?:markets", PRIVATE },
  { "rebates", "/user/rebates/stats", "", PRIVATE },
  { "asset_operations", "/user/assetOperations", "type?:text(1,32) status?:text(1,32) cursor?:id limit?:integer(1,50)",
    PRIVATE, PAGED },
  { "bridge_config", "/user/bridge/config", "", PRIVATE },
  { "bridge_quote", "/user/bridge/quote", "chainIn:text(1,16) chainOut:text(1,16) amount:decimal", PRIVATE },
}

---@class perigee.extended.Question
---@field path string
---@field fields perigee.Field[]
---@field private boolean
---@field paged boolean?

local M = {}

--- Questions by name: user_trades.
---@type table<string, perigee.extended.Question>
M.questions = {}

for _, row in ipairs(rows) do
  M.questions[row[1]] = { path = row[2], fields = arguments.declare(row[3]), private = row[4], paged = row[5] or false,
    build = row.build, zero = row.zero }
end

--- Puts arguments into the braces of a path; they are then no longer in `sent`.
---@return string
function M.fill(path, sent)
  return (path:gsub("{(%w+)}", function(name)
    local value = sent[name]
    sent[name] = nil
    return sdk.escape(value)
  end))
end

--- What the venue leaves out (404) when there is nothing: an account that never had money.
local function zero_balance()
  local balance = { collateralName = "USD" }
  for _, name in ipairs { "balance", "equity", "availableForTrade", "availableForWithdrawal", "unrealisedPnl",
    "initialMargin", "marginRatio", "exposure", "leverage" } do
    balance[name] = "0"
  end
  return balance
end

function M.question_function(client, name, question)
  return function(given)
    local sent = arguments.check(name, question.fields, given, words.types, { timeout = true })
    if question.private and not client.api_key then
      arguments.misuse("%s: the client has no API key: connect with api_key = 'env:NAME' or the like", name)
    end
    if question.build then question.build(sent) end
    local path = M.fill(question.path, sent)
    local data, why, detail = client:over_http { method = "GET", path = path, query = sent,
      private = question.private, timeout = given and given.timeout }
    if data == nil and question.zero and detail and detail.http == 404 then return zero_balance() end
    if data == nil then return nil, ("%s: %s"):format(name, why), detail end
    if data == true then data = question.paged and json.array {} or json.null end
    return data, nil, detail
  end
end

--- All pages of a question, `most` records (10,000) at the most: each page is asked for with the cursor of the one
--- before.
---@param name string of info.lua, one whose answer comes in pages
---@param given? table its arguments
---@param most? integer
---@return table[]? records, string? error, table? detail
function Client:pages(name, given, most)
  local question = M.questions[name]
  if not question or not question.paged then arguments.misuse("pages: '%s' has none", tostring(name)) end
  local asked, list = {}, json.array {}
  for key, value in pairs(given or {}) do asked[key] = value end
  most = most or 10000
  while #list < most do
    local records, why, page = self.info[name](asked)
    if not records then return nil, why, page end
    for _, record in ipairs(records) do
      if #list < most then list[#list + 1] = record end
    end
    local cursor = page and page.cursor
    if #records == 0 or not cursor or cursor == json.null or page.count == 0 or
      tostring(cursor) == tostring(asked.cursor) then
      break
    end
    asked.cursor = cursor
  end
  return list
end

return M
