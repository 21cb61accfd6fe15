--- Inventory as a number between -1 and 1, and the shifts of both quotes that follow from it.
local M = {}

local huge, max, min = math.huge, math.max, math.min

M.params = {
  inventory_limit = { 0, min = 0, unit = "base", doc = "position at which only the reducing side is quoted; 0: the "
    .. "account's limit" },
}

--- The limit that a strategy works with: its own, never above the account's; math.huge when there is none.
---@param own number 0: none of its own
---@param account number math.huge: none
---@return number base units
function M.limit(own, account)
  if own > 0 then return min(own, account) end
  return account
end

--- u = position/limit within [-1, 1]; 0 without a limit.
---@param position number base units
---@param limit number base units
---@return number
function M.utilisation(position, limit)
  if limit == huge then return 0 end
  if limit <= 0 then return position > 0 and 1 or position < 0 and -1 or 0 end
  return max(-1, min(1, position / limit))
end

--- Linear shift of the reference price (quant.md 6.6): quote units, to be added to it; against the inventory.
---@param ref number
---@param u number
---@param bps number at full inventory
function M.linear(ref, u, bps) return -ref * u * bps * 1e-4 end

--- Shift of Avellaneda & Stoikov (2008), eq. 29: -q gamma sigma^2 T, quote units.
function M.avellaneda_stoikov(q, gamma_px, sigma_px, horizon_s)
  return -q * gamma_px * sigma_px * sigma_px * horizon_s
end

--- A shift held within a part of the half-spread, so that the quote that adds still stands on its own side of the fair
-- price unless `most` is above 1.
---@param shift number quote units
---@param half number quote units
---@param most number fraction of the half-spread; 0: no limit
function M.hold(shift, half, most)
  if most <= 0 then return shift end
  local limit = half * most
  return max(-limit, min(limit, shift))
end

return M
