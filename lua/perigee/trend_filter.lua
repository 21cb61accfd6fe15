--- Which sides a trend allows (seed 004; quant.md 6.6). What reduces the position is never blocked.
local M = {}

M.params = {
  trend_filter = { "none", options = { "none", "long", "both" },
    doc = "long: buys only while the trend is up; both: sells only while it is down, too" },
}

--- Sides that may be quoted. While the trend is not known nothing is added.
---@param mode "none"|"long"|"both"
---@param up boolean? whether the trend is up; nil: not known
---@param position number base units
---@return boolean bid
---@return boolean ask
function M.sides(mode, up, position)
  if mode == "none" then return true, true end
  local bid = up == true or position < 0
  local ask = mode == "long" or up == false or position > 0
  return bid, ask
end

return M
