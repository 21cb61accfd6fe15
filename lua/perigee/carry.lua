--- Funding: the shift of quotes that it is worth, and the inventory that it makes worth holding (quant.md 6.11, 7.3).
local K = require "perigee.kernels"

local M = {}

M.params = {
  funding_weight = { 1, min = 0, max = 10, doc = "part of the expected funding that shifts the quotes" },
  funding_horizon_s = { 3600, min = 0, max = 86400, unit = "s", doc = "how far ahead funding is counted" },
}

--- Shift of both quotes for funding, quote units, to be added to the reference price: down when longs pay.
---@param price number
---@param rate_s number? fraction a second, positive: longs pay; nil: 0
---@param weight number
---@param horizon_s number
function M.shift(price, rate_s, weight, horizon_s)
  if not rate_s then return 0 end
  return -price * rate_s * horizon_s * weight
end

--- The inventory that funding pays for, base units, within half of the limit; 0 when it cannot be said.
---@param rate_s number?
---@param price number
---@param gamma_px number
---@param sigma_px number
---@param limit number base units; math.huge: no target
function M.target(rate_s, price, gamma_px, sigma_px, limit)
  if not rate_s or limit == math.huge then return 0 end
  return K.hjb_target(rate_s, price, gamma_px, sigma_px, limit) or 0
end

return M
