--- What a fill costs beside the fee: adverse selection and latency, added to the distances (quant.md 6.9).
local K = require "perigee.kernels"

local M = {}

M.params = {
  adverse_weight = { 1, min = 0, max = 10, doc = "part of the measured adverse selection that distances grow by" },
  latency_ms = { 0, min = 0, max = 10000, unit = "ms", doc = "order latency paid for with sigma sqrt(latency)" },
  latency_weight = { 0.5, min = 0, max = 10, doc = "k of k sigma sqrt(latency)" },
  fee_in_spread = { true, doc = "add the maker fee to the model's distances" },
}

--- What distances of bid and ask grow by, quote units. `adverse_bid` and `adverse_ask` are the mean moves against our
-- buys and sells as fractions; nil counts as none.
---@param p {adverse_weight: number, latency_ms: number, latency_weight: number, fee_in_spread: boolean}
---@param price number
---@param sigma_px number
---@param maker_fee number fraction
---@param adverse_bid? number
---@param adverse_ask? number
---@return number bid
---@return number ask
function M.edges(p, price, sigma_px, maker_fee, adverse_bid, adverse_ask)
  local fee = p.fee_in_spread and maker_fee * price or 0
  local common = K.edge_terms(fee, 0, p.latency_weight, sigma_px, p.latency_ms * 1e-3)
  local weight = p.adverse_weight * price
  return common + weight * (adverse_bid or 0), common + weight * (adverse_ask or 0)
end

--- Adverse selection at a distance, as it falls with depth: AS0 e^{-d/d_char} (quant.md 7.7); bps.
function M.at_depth(as0_bps, d_char_bps, depth_bps) return as0_bps * math.exp(-depth_bps / d_char_bps) end

return M
