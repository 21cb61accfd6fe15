--- Limits of a half-spread, and which of them held (quant.md 6.10, step 1).
local K = require "perigee.kernels"

local M = {}

M.params = {
  min_half_spread_bps = { 0.5, min = 0, max = 500, unit = "bps", doc = "half-spread, at least" },
  max_half_spread_bps = { 50, min = 0, max = 1000, unit = "bps", doc = "half-spread, at most; 0: no limit" },
  spread_floor = { "fee", options = { "fee", "costs" },
    doc = "no half-spread below the maker fee, or below 1.1 (fee + adverse selection + sigma sqrt(latency))" },
}

--- A half-spread within [max(least, floor), most], and the bound that held: "none", "min_half_spread", "floor",
-- "max_half_spread". A `most` of 0, or below the least, is none.
---@param half number quote units
---@param least number quote units
---@param floor number quote units: fee or costs
---@param most number quote units
---@return number half
---@return string bound
function M.limit(half, least, floor, most)
  local held = K.half_spread_limit(half, least, floor, most)
  if held > half then return held, floor > least and "floor" or "min_half_spread" end
  if held < half then return held, "max_half_spread" end
  return half, "none"
end

--- The floor of spread_floor, quote units. Rebates (negative fees) give no floor below 0.
---@param kind "fee"|"costs"
---@param fee_px number
---@param adverse_px number
---@param sigma_px number
---@param latency_s number
function M.floor(kind, fee_px, adverse_px, sigma_px, latency_s)
  if kind == "costs" then return math.max(0, K.half_spread_floor(fee_px, adverse_px, sigma_px, latency_s)) end
  return math.max(0, fee_px)
end

return M
