--- How much to quote: from a fixed size, a notional, or a share of the capital; never more than there is room for.
local M = {}

local floor, huge, max, min = math.floor, math.huge, math.max, math.min

M.params = {
  size = { 0, min = 0, unit = "base", doc = "size of a side; 0: from notional or capital_share" },
  notional = { 0, min = 0, unit = "quote", doc = "value of a side; 0: from capital_share" },
  capital_share = { 0, min = 0, max = 1, doc = "part of the capital, times leverage, that a side's value is" },
  leverage = { 1, min = 0.01, max = 100, doc = "value of the position that a unit of capital carries" },
}

--- size cut down to whole lots; the small addition absorbs representation error (quant.md 6.10).
---@param size number base units
---@param lot number
function M.whole_lots(size, lot) return floor(size / lot + 1e-9) * lot end

--- The size of a side by the first of size, notional and capital_share that is set, in whole lots; nil and the reason
-- when none is set or nothing is left of it.
---@param p {size: number, notional: number, capital_share: number, leverage: number}
---@param price number
---@param lot number
---@param capital number quote units
---@return number? size
---@return string? reason
function M.side(p, price, lot, capital)
  local size = p.size
  if size == 0 then
    local value = p.notional
    if value == 0 then value = p.capital_share * p.leverage * capital end
    if value == 0 then return nil, "no size: set size, notional or capital_share" end
    size = value / price
  end
  size = M.whole_lots(size, lot)
  if size < lot then return nil, "the size is below a lot" end
  return size
end

--- The largest position that the capital carries: capital leverage/price, base units.
function M.affordable(capital, leverage, price) return capital > 0 and capital * leverage / price or huge end

--- What may still be bought and sold up to a limit of the position, base units.
---@param position number
---@param limit number
---@return number buy
---@return number sell
function M.room(position, limit) return max(0, limit - position), max(0, limit + position) end

--- Sizes of both sides at an inventory (quant.md 6.8): the side that adds is scaled by 1 - |u| when `taper`, and
-- neither goes beyond the room.
---@param size number
---@param position number
---@param limit number
---@param u number
---@param taper boolean
---@return number bid
---@return number ask
function M.sides(size, position, limit, u, taper)
  local bid, ask = size, size
  if taper then bid, ask = size * (1 - max(0, u)), size * (1 + min(0, u)) end
  if limit == huge then return bid, ask end
  local buy, sell = M.room(position, limit)
  return min(bid, buy), min(ask, sell)
end

return M
