--- Lighter's channels, as a table: what is behind the name, and whether the auth token is sent (lighter.md 4.3).
local arguments = require "perigee.arguments"

-- name, the parts of its path, auth: "needed", or "own" where it is sent when there is one;
-- silent: nothing comes before something happens
local rows = {
  { "order_book", "market" },
  { "ticker", "market" },
  { "trade", "market" },
  { "market_stats", "market_or_all" },
  { "spot_market_stats", "market_or_all" },
  { "candle", "market resolution" },
  { "mark_price_candle", "market resolution" },
  { "height", "", silent = true },
  { "transaction", "", silent = true },
  { "executed_transaction", "", silent = true },
  { "user_stats", "account", auth = "own" },
  { "account_all", "account", auth = "own" },
  { "account_market", "market account", auth = "needed" },
  { "account_orders", "market account", auth = "needed" },
  { "account_all_orders", "account", auth = "needed" },
  { "account_all_trades", "account", auth = "needed" },
  { "account_all_positions", "account", auth = "needed" },
  { "account_all_assets", "account", auth = "needed" },
  { "account_spot_avg_entry_prices", "account", auth = "needed" },
  { "account_tx", "account", auth = "needed", silent = true },
  { "pool_data", "account", auth = "needed" },
  { "pool_info", "account", auth = "needed" },
  { "notification", "account", auth = "needed", silent = true },
  { "rfq", "", auth = "needed", silent = true },
}

local declarations = { market = "market:market", market_or_all = "market:market_or_all", account = "account:account",
  resolution = "resolution:candle_resolution" }

---@class perigee.lighter.Channel
---@field name string
---@field parts string[] names of arguments, in the order of the path
---@field fields perigee.Field[]
---@field auth "needed"|"own"|nil
---@field silent boolean?

local M = {}

---@type table<string, perigee.lighter.Channel>
M.channels = {}

for _, row in ipairs(rows) do
  local parts, fields = {}, {}
  for part in row[2]:gmatch "%S+" do
    parts[#parts + 1] = part == "market_or_all" and "market" or part
    fields[#fields + 1] = declarations[part]
  end
  M.channels[row[1]] = { name = row[1], parts = parts, fields = arguments.declare(table.concat(fields, " ")),
    auth = row.auth, silent = row.silent }
end

--- "order_book/0" of a channel and the values of its parts.
---@param channel perigee.lighter.Channel
---@param values table
---@return string
function M.path(channel, values)
  local parts = { channel.name }
  for _, name in ipairs(channel.parts) do parts[#parts + 1] = tostring(values[name]) end
  return table.concat(parts, "/")
end

--- The key of a channel's feed: its path as the venue repeats it.
function M.key(path) return (path:gsub("/", ":")) end

--- The feed that a message is for. Of a channel with two numbers the venue has been seen to repeat only the first.
---@param feeds table<string, perigee.Feed>
---@param message table
---@return string? key
function M.route(feeds, message)
  local key = message.channel
  if type(key) ~= "string" then return nil end
  key = M.key(key)
  if feeds[key] then return key end
  for known in pairs(feeds) do
    if known:sub(1, #key + 1) == key .. ":" then return known end
  end
end

return M
