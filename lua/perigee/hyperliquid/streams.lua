--- Hyperliquid's subscriptions, as a table: type, arguments, the channel where it has another name, and how a message
--- tells whose it is (hyperliquid.md 15.2).
local ffi = require "ffi"
local arguments = require "perigee.arguments"
local host = require "perigee.host"
local json = require "perigee.json"
local sdk = require "perigee.sdk"

local C = host.C

-- type, arguments, then: channel(s), and which arguments a message repeats
local rows = {
  { "allMids", "dex?:text", by = "dex" },
  { "l2Book", "coin:coin nSigFigs?:integer(2,5) mantissa?:integer(2,5) fast?:boolean", by = "coin fast" },
  { "bbo", "coin:coin", by = "coin" },
  { "trades", "coin:coin", by = "coin" },
  { "candle", "coin:coin interval:interval", by = "coin interval" },
  { "activeAssetCtx", "coin:coin", by = "coin" },
  { "activeAssetData", "user:user coin:coin", by = "user coin" },
  { "fastAssetCtxs", "", packed = true },
  { "allDexsAssetCtxs", "" },
  { "assetCtxs", "dex?:text", by = "dex" },
  { "spotAssetCtxs", "" },
  { "orderUpdates", "user:user" }, -- these three do not tell the user: one a connection
  { "userEvents", "user:user", channel = "user" },
  { "notification", "user:user" },
  { "userFills", "user:user aggregateByTime?:boolean", by = "user" },
  { "userFundings", "user:user", by = "user" },
  { "userNonFundingLedgerUpdates", "user:user", by = "user" },
  { "clearinghouseState", "user:user dex?:text", by = "user dex" },
  { "openOrders", "user:user dex?:text", by = "user dex" },
  { "spotState", "user:user ignorePortfolioMargin?:boolean", by = "user" },
  { "allDexsClearinghouseState", "user:user", by = "user" },
  { "twapStates", "user:user dex?:text", by = "user dex" },
  { "userTwapSliceFills", "user:user", by = "user" },
  { "userTwapHistory", "user:user", by = "user" },
  { "userHistoricalOrders", "user:user", by = "user" },
  { "webData3", "user:user", by = "user" },
  { "outcomeMetaUpdates", "" },
  -- The venue refuses webData2 by now: what it had is asked for as webData3.
  { "webData2", "user:user", by = "user", sent = "webData3", channel = "webData3" },
}

---@class perigee.hyperliquid.Subscription
---@field type string as it is sent
---@field channel string
---@field fields perigee.Field[]
---@field by string[]
---@field packed boolean? the data come as base64 of DEFLATE

local M = {}

--- Subscriptions by name in snake_case: all_mids, l2_book.
---@type table<string, perigee.hyperliquid.Subscription>
M.subscriptions = {}

local by_channel = {}

for _, row in ipairs(rows) do
  local by = {}
  for name in (row.by or ""):gmatch "%S+" do by[#by + 1] = name end
  local entry = { type = row.sent or row[1], channel = row.channel or row[1], fields = arguments.declare(row[2]),
    by = by, packed = row.packed }
  M.subscriptions[arguments.snake(row[1])] = entry
  by_channel[entry.channel] = entry
end
by_channel.activeSpotAssetCtx = by_channel.activeAssetCtx

local function key_of(entry, values)
  local parts = { entry.channel }
  for _, name in ipairs(entry.by) do
    local value = values[name]
    if value == json.null then value = nil end
    parts[#parts + 1] = value and tostring(value) or ""
  end
  return table.concat(parts, " ")
end

--- The key of the feed of a subscription.
---@param entry perigee.hyperliquid.Subscription
---@param sent table
function M.key(entry, sent) return key_of(entry, sent) end

--- Unpacks the data of a message in place; what cannot be unpacked stays as it is, with `packing_error`.
local function unpack_data(message)
  local size, data = ffi.new "uint64_t[1]", message.data
  if type(data) ~= "string" then return end
  local text, why = sdk.call(C.pg_sdk_hl_unpack, size, data, #data)
  local value
  if text then
    value, why = json.decode(ffi.string(text, size[0]))
    C.pg_sdk_hl_free(text)
  end
  if value == nil then message.packing_error = why else message.data = value end
end

--- The key of the feed that a message is for; nil for what is no data.
---@param message table
---@return string?
function M.route(message)
  local entry = by_channel[message.channel]
  local data = message.data
  if not entry then return nil end
  if entry.packed then unpack_data(message) end
  if #entry.by == 0 or type(data) ~= "table" then return entry.channel end
  local first = data[1]
  local user = data.user or (type(data.userState) == "table" and data.userState.user) or nil
  return key_of(entry, { coin = data.coin or data.s or (type(first) == "table" and first.coin) or nil,
    interval = data.i, dex = data.dex, fast = data.fast, user = type(user) == "string" and user:lower() or nil })
end

--- Whether the venue's echo of a subscription is that of `sent`: it repeats what was said and adds its defaults.
function M.is_echo(sent, echo)
  if type(echo) ~= "table" then return false end
  for name, value in pairs(sent) do
    local said = echo[name]
    if said == nil or said == json.null then said = type(value) == "string" and "" or false end
    if type(said) == "string" and type(value) == "string" and name == "user" then said = said:lower() end
    if said ~= value then return false end
  end
  return true
end

return M
