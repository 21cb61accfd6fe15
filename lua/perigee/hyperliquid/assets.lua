--- What is traded on Hyperliquid, and its numbers: by the host's own rules (host/venue/hyperliquid).
local ffi = require "ffi"
local arguments = require "perigee.arguments"
local host = require "perigee.host"
local json = require "perigee.json"
local sdk = require "perigee.sdk"

local C = host.C
local M = {}

local REFRESH_S, AGAIN_S = 600, 10

---@class perigee.hyperliquid.Asset
---@field name string `coin` of requests: "BTC", "xyz:SP500", "@107"
---@field alias string "HYPE/USDC" of a spot pair
---@field id integer
---@field size_decimals integer
---@field max_leverage integer 0: none
---@field spot boolean
---@field delisted boolean
---@field isolated_only boolean
---@field raw userdata

local function describe(raw)
  return { name = ffi.string(raw.name), alias = ffi.string(raw.alias), id = tonumber(raw.id),
    size_decimals = raw.size_decimals, max_leverage = raw.max_leverage, spot = raw.spot, delisted = raw.delisted,
    isolated_only = raw.isolated_only, raw = raw }
end

----------------------------------------------------------------------------------------------------------- numbers

local function into_text(fn, ...)
  local text = ffi.new "char[160]"
  local good, why = sdk.call(fn, text, ...)
  if not good then return nil, why end
  return ffi.string(text)
end

--- The nearest price that the venue takes, in one rounding: "down", "up" or "nearest".
---@param asset perigee.hyperliquid.Asset
---@param price number|string
---@param mode "down"|"up"|"nearest"
---@return string? price, string? error
function M.round_price(asset, price, mode)
  if mode ~= "down" and mode ~= "up" and mode ~= "nearest" then
    error("round_price: the mode is down, up or nearest", 2)
  end
  local text = arguments.decimal(price) or error("round_price: the price is no decimal number", 2)
  return into_text(C.pg_sdk_hl_price, text, asset.raw, mode)
end

--- The size cut off behind the asset's decimals: sizes only ever go down.
---@return string? size, string? error
function M.round_size(asset, size)
  local text = arguments.decimal(size) or error("round_size: the size is no decimal number", 2)
  return into_text(C.pg_sdk_hl_size, text, asset.raw)
end

--- Canonical text of a decimal, at most 8 decimals.
---@return string? text, string? error
function M.canonical(number)
  local text = arguments.decimal(number) or error("canonical: it is no decimal number", 2)
  return into_text(C.pg_sdk_hl_decimal, text)
end

--- price * (1 + share), exactly.
---@return string? price, string? error
function M.slip(price, share) return into_text(C.pg_sdk_hl_slip, price, arguments.decimal(share)) end

--- 1, 0, -1 as a is above, equal to or below b, exactly.
function M.compare(a, b) return C.pg_sdk_hl_compare(a, b) end

--- A decimal amount as a whole number of units of 10^-decimals; nil and why when it is none.
---@return integer? units, string? error
function M.units(amount, decimals)
  local units = ffi.new "int64_t[1]"
  local good, why = sdk.call(C.pg_sdk_hl_units, units, amount, decimals)
  if not good then return nil, why end
  return units[0]
end

--- Whether an order with these may be sent.
---@return boolean? good, string? error
function M.check_order(asset, price, size, reduce_only, whole_position)
  return sdk.call(C.pg_sdk_hl_check, asset.raw, price, size, reduce_only, whole_position)
end

------------------------------------------------------------------------------------------------------- the list

---@class perigee.hyperliquid.Assets
local Assets = {}
Assets.__index = Assets

--- ask(type, body) gives the text of an answer to /info, or nil and why not.
function M.new(ask)
  return setmetatable({ ask = ask, dexes = {}, missed = {}, loaded_at = -math.huge }, Assets)
end

local function add(list, dex, text)
  return sdk.call(C.pg_sdk_hl_assets_add, list, dex, text, #text)
end

--- Loads the first exchange's perpetuals and the spot pairs.
function Assets:load()
  local list = ffi.gc(C.pg_sdk_hl_assets_new(), C.pg_sdk_hl_assets_free)
  local perps, why = self.ask("meta", {})
  local spot = perps and nil
  if perps then spot, why = self.ask("spotMeta", {}) end
  local good
  if spot then good, why = add(list, 0, perps) end
  if good then good, why = add(list, -1, spot) end
  if not good then return nil, why end
  self.list, self.dexes, self.loaded_at = list, {}, sdk.ticks()
  return true
end

--- Loads the perpetuals of a builder's exchange.
local function load_dex(self, name)
  local text, why = self.ask("perpDexs", {})
  local dexes = text and json.decode(text)
  if type(dexes) ~= "table" then return nil, why or "perpDexs: the answer is no list" end
  for i, dex in ipairs(dexes) do
    if type(dex) == "table" and dex.name == name then
      local meta
      meta, why = self.ask("meta", { dex = name })
      if not meta then return nil, why end
      self.dexes[name] = true
      return add(self.list, i - 1, meta)
    end
  end
  return nil, ("Hyperliquid has no perpetuals exchange '%s'"):format(name)
end

local function look_up(self, name)
  local raw = ffi.new "pg_sdk_hl_asset"
  local good, why = sdk.call(C.pg_sdk_hl_assets_find, self.list, raw, name)
  if not good then return nil, why end
  return describe(raw)
end

--- An asset by name or alias; the list is loaded when it is needed, when it is old, and for names that it lacks.
---@param name string
---@return perigee.hyperliquid.Asset? asset, string? error
function Assets:find(name)
  local now = sdk.ticks()
  if now - self.loaded_at > REFRESH_S then
    local good, why = self:load()
    if not good then return nil, why end
  end
  local dex = name:match "^([^:#@/]+):"
  if dex and not self.dexes[dex] then
    local good, why = load_dex(self, dex)
    if not good then return nil, why end
  end
  local asset, why = look_up(self, name)
  if asset or (self.missed[name] and now - self.missed[name] < AGAIN_S) then return asset, why end
  if now - self.loaded_at < 1 then return nil, why end
  self.missed[name] = now
  local good
  good, why = self:load()
  if good and dex then good, why = load_dex(self, dex) end
  if not good then return nil, why end
  return look_up(self, name)
end

--- Everything that is loaded, in the venue's order.
---@return perigee.hyperliquid.Asset[]? list, string? error
function Assets:all()
  if not self.list then
    local good, why = self:load()
    if not good then return nil, why end
  end
  local list = {}
  while true do
    local raw = ffi.new "pg_sdk_hl_asset"
    if not C.pg_sdk_hl_assets_at(self.list, raw, #list) then return list end
    list[#list + 1] = describe(raw)
  end
end

return M
