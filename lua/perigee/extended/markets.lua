--- What is traded on Extended, and its numbers: by the host's own rules (host/venue/extended).
local ffi = require "ffi"
local host = require "perigee.host"
local json = require "perigee.json"
local sdk = require "perigee.sdk"
local words = require "perigee.extended.words"

local C = host.C
local M = {}

local REFRESH_S, AGAIN_S, FRESH_S = 60, 10, 2

---@class perigee.extended.Market
---@field name string
---@field status "active"|"reduce_only"|"closed"
---@field tick string minPriceChange
---@field step string minOrderSizeChange
---@field min_size string
---@field max_leverage integer 0: not told
---@field max_orders integer 0: not told
---@field collateral_id string
---@field synthetic_id string
---@field collateral_resolution integer
---@field synthetic_resolution integer
---@field document table as the venue tells it
---@field raw userdata

local function describe(raw, list)
  local facts = ffi.new "pg_sdk_ext_market_facts"
  C.pg_sdk_ext_market_tell(raw, facts)
  return { name = ffi.string(facts.name), status = ffi.string(facts.status), tick = ffi.string(facts.tick),
    step = ffi.string(facts.step), min_size = ffi.string(facts.min_size), max_leverage = facts.max_leverage,
    max_orders = facts.max_orders, collateral_id = ffi.string(facts.collateral_id),
    synthetic_id = ffi.string(facts.synthetic_id), collateral_resolution = tonumber(facts.collateral_resolution),
    synthetic_resolution = tonumber(facts.synthetic_resolution), raw = raw, list = list }
end

---------------------------------------------------------------------------------------------------------- numbers

--- The nearest price that the venue takes: of a resting order away from the other side (a buy down), of an immediate
--- one (`crosses`) towards it.
---@param market perigee.extended.Market
---@param price number|string
---@param side "BUY"|"SELL"
---@param crosses? boolean
---@return string? price, string? error
function M.round_price(market, price, side, crosses)
  local text, why = words.canonical(price)
  if not text then return nil, why end
  return words.into_text(C.pg_sdk_ext_price, text, market.raw, side, crosses or false)
end

--- The size down to the market's step.
---@return string? size, string? error
function M.round_size(market, size)
  local text, why = words.canonical(size)
  if not text then return nil, why end
  return words.into_text(C.pg_sdk_ext_size, text, market.raw)
end

--- The price of an immediate order: best * (1 +- slippage), to the tick, within 5 % of the mark price.
---@return string? price, string? error
function M.market_price(market, side, best, slippage, mark)
  return words.into_text(C.pg_sdk_ext_market_price, best, slippage, mark, market.raw, side)
end

--- Whether an order with these may be sent; mark is the mark price, of conditional orders and legs the trigger's.
---@return boolean? good, string? error, integer? code
function M.check_order(market, kind, side, price, size, mark)
  local code = ffi.new "int32_t[1]"
  local good, why = sdk.call(C.pg_sdk_ext_check, code, market.raw, kind, side, price, size, mark)
  if good then return true end
  return nil, ("%s: %s"):format(market.name, why), tonumber(code[0])
end

--- Why an expiry would be refused; nil when it would not.
---@param expiry_ms number
---@return string? error
function M.wrong_expiry(expiry_ms, mainnet)
  local good, why = sdk.call(C.pg_sdk_ext_check_expiry, expiry_ms, sdk.now_ms(), mainnet)
  return not good and why or nil
end

--- An amount of a market's collateral in whole units of 1 / resolution.
---@return userdata? units, string? error
function M.units(amount, resolution)
  local units = ffi.new "uint64_t[1]"
  local text, why = words.canonical(amount)
  local good
  if text then good, why = sdk.call(C.pg_sdk_ext_units, units, text, resolution) end
  if not good then return nil, why end
  return units[0]
end

----------------------------------------------------------------------------------------------------------- the list

---@class perigee.extended.Markets
local Markets = {}
Markets.__index = Markets

--- ask() gives the data of GET /info/markets, and stats(name) those of a market; or nil and why not.
function M.new(ask, stats)
  return setmetatable({ ask = ask, stats = stats, missed = {}, marks = {}, loaded_at = -math.huge }, Markets)
end

--- Reads the markets anew. Those that cannot be read are not traded: `refused` counts them, `problem` says why.
---@return boolean? good, string? error
function Markets:load()
  local data, why = self.ask()
  if type(data) ~= "table" then return nil, why or "the list of markets is empty" end
  local text, refused, problem = json.encode(data), ffi.new "int32_t[1]", ffi.new "pg_sdk_error"
  local raw = C.pg_sdk_ext_markets_new(text, #text, refused, problem)
  if raw == nil then return nil, ffi.string(problem.text) end
  local list, by_name = ffi.gc(raw, C.pg_sdk_ext_markets_free), {}
  for _, document in ipairs(data) do
    if type(document) == "table" and type(document.name) == "string" then by_name[document.name] = document end
  end
  self.names, self.by_name, self.marks = {}, {}, {}
  while true do
    local one = C.pg_sdk_ext_markets_at(list, #self.names)
    if one == nil then break end
    local market = describe(one, list)
    market.document = by_name[market.name]
    self.names[#self.names + 1] = market.name
    self.by_name[market.name] = market
  end
  self.loaded_at, self.refused = sdk.ticks(), tonumber(refused[0])
  self.problem = self.refused > 0 and ffi.string(problem.text) or nil
  return true
end

--- A market by name; the list is loaded when it is needed, when it is old, and for names that it lacks.
---@param name string
---@return perigee.extended.Market? market, string? error
function Markets:find(name)
  local now = sdk.ticks()
  local age = now - self.loaded_at
  local misses = not (self.by_name and self.by_name[name]) and age > 1 and
    now - (self.missed[name] or -math.huge) > AGAIN_S
  if age > REFRESH_S or misses then
    local good, why = self:load()
    if not good then return nil, why end
  end
  local market = self.by_name[name]
  if market then return market end
  self.missed[name] = now
  local problem = self.problem and (" (%d markets cannot be read: %s)"):format(self.refused, self.problem) or ""
  return nil, ("Extended has no market '%s'%s"):format(name, problem)
end

--- Everything that is traded, in the venue's order.
---@return perigee.extended.Market[]? list, string? error
function Markets:all()
  if not self.by_name then
    local good, why = self:load()
    if not good then return nil, why end
  end
  local list = {}
  for i, name in ipairs(self.names) do list[i] = self.by_name[name] end
  return list
end

--- The mark price of a market, as text; `fresh`: not older than two seconds.
---@return string? price, string? error
function Markets:mark(market, fresh)
  local known = self.marks[market.name]
  if known and (not fresh or sdk.ticks() - known.at < FRESH_S) then return known.price end
  local stats, why = not fresh and market.document and market.document.marketStats, nil
  if type(stats) ~= "table" then stats, why = self.stats(market.name) end
  if type(stats) ~= "table" then return nil, why or (market.name .. " has no statistics") end
  if type(stats.markPrice) ~= "string" then return nil, market.name .. " has no mark price" end
  self.marks[market.name] = { price = stats.markPrice, at = fresh and sdk.ticks() or self.loaded_at }
  return stats.markPrice
end

return M
