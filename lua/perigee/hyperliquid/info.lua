--- Hyperliquid's questions (POST /info), as a table: type, arguments (perigee.arguments), weight, and what weighs more
--- by the items of the answer (hyperliquid.md 3.1 and 14). Answers are the venue's documents, decimals as texts.
local arguments = require "perigee.arguments"

local ITEMS, CANDLES = 20, 60 -- of an answer weigh 1

-- type, arguments, weight (20 unless it is given), items that weigh 1 more
local rows = {
  -- what is traded
  { "meta", "dex?:text" },
  { "metaAndAssetCtxs", "dex?:text" },
  { "spotMeta", "" },
  { "spotMetaAndAssetCtxs", "" },
  { "perpDexs", "" },
  { "allPerpMetas", "" },
  { "perpDexLimits", "dex:text" },
  { "perpDexStatus", "dex:text" },
  { "perpsAtOpenInterestCap", "dex?:text" },
  { "marginTable", "id:integer dex?:text" },
  { "maxMarketOrderNtls", "" },
  { "exchangeStatus", "", 2 },
  { "tokenDetails", "tokenId:text" },
  { "outcomeMeta", "" },
  -- markets
  { "allMids", "dex?:text", 2 },
  { "l2Book", "coin:coin nSigFigs?:integer(2,5) mantissa?:integer(2,5)", 2 },
  { "recentTrades", "coin:coin", 20, ITEMS },
  { "candleSnapshot", "coin:coin interval:interval startTime:time endTime?:time", 20, CANDLES, nested = "req" },
  { "fundingHistory", "coin:coin startTime:time endTime?:time", 20, ITEMS },
  { "predictedFundings", "" },
  -- accounts
  { "clearinghouseState", "user:user dex?:text", 2 },
  { "spotClearinghouseState", "user:user", 2 },
  { "activeAssetData", "user:user coin:coin" },
  { "openOrders", "user:user dex?:text" },
  { "frontendOpenOrders", "user:user dex?:text" },
  { "orderStatus", "user:user oid:order_name", 2 },
  { "historicalOrders", "user:user", 20, ITEMS },
  { "userFills", "user:user aggregateByTime?:boolean", 20, ITEMS },
  { "userFillsByTime", "user:user startTime:time endTime?:time aggregateByTime?:boolean reversed?:boolean", 20, ITEMS },
  { "userFunding", "user:user startTime?:time endTime?:time", 20, ITEMS },
  { "userNonFundingLedgerUpdates", "user:user startTime?:time endTime?:time", 20, ITEMS },
  { "userFees", "user:user" },
  { "userRateLimit", "user:user" },
  { "userRole", "user:user", 60 },
  { "extraAgents", "user:user" },
  { "subAccounts", "user:user" },
  { "subAccounts2", "user:user" },
  { "userAbstraction", "user:user" },
  { "userDexAbstraction", "user:user" },
  { "maxBuilderFee", "user:user builder:address" },
  { "approvedBuilders", "user:user" },
  { "referral", "user:user" },
  { "portfolio", "user:user" },
  { "isVip", "user:user" },
  { "legalCheck", "user:user" },
  { "preTransferCheck", "user:user source:address" },
  { "userToMultiSigSigners", "user:user" },
  { "webData2", "user:user" },
  -- vaults and staking
  { "vaultDetails", "vaultAddress:address user?:address" },
  { "userVaultEquities", "user:user" },
  { "vaultSummaries", "" },
  { "leadingVaults", "user:user" },
  { "delegations", "user:user" },
  { "delegatorSummary", "user:user" },
  { "delegatorHistory", "user:user", 20, ITEMS },
  { "delegatorRewards", "user:user", 20, ITEMS },
  { "validatorSummaries", "", 20, ITEMS },
  -- TWAP
  { "twapHistory", "user:user", 20, ITEMS },
  { "userTwapSliceFills", "user:user", 20, ITEMS },
  { "userTwapSliceFillsByTime", "user:user startTime:time endTime?:time", 20, ITEMS },
  -- the rest
  { "liquidatable", "" },
  { "perpDeployAuctionStatus", "" },
  { "spotDeployState", "user:user" },
  { "gossipRootIps", "" },
  { "gossipPriorityAuctionStatus", "" },
  { "borrowLendUserState", "user:user" },
  { "allBorrowLendReserveStates", "" },
  { "usdcRouting", "" },
}

---@class perigee.hyperliquid.Question
---@field type string
---@field fields perigee.Field[]
---@field weight integer
---@field items integer?
---@field nested string? member that holds the arguments

local M = {}

--- Questions by name in snake_case: user_fills_by_time.
---@type table<string, perigee.hyperliquid.Question>
M.questions = {}

for _, row in ipairs(rows) do
  M.questions[arguments.snake(row[1])] = { type = row[1], fields = arguments.declare(row[2]), weight = row[3] or 20,
    items = row[4], nested = row.nested }
end

--- What the venue closes the connection or answers 500 for: a reason, or nil.
function M.wrong_book(sent)
  if sent.mantissa and sent.nSigFigs ~= 5 then return "mantissa goes only with n_sig_figs = 5" end
  if sent.mantissa and sent.mantissa ~= 2 and sent.mantissa ~= 5 then return "mantissa is 2 or 5" end
end

return M
