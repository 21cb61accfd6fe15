--- Whether an order is worth moving: its place in the queue against the price that the model wants now (quant.md 7.8).
local M = {}

M.params = {
  requote_bps = { 0.5, min = 0, max = 100, unit = "bps", doc = "quotes stay while the wanted prices move less" },
  keep_probability = { 0, min = 0, max = 1, doc = "an order as likely as this to be filled where it stands is kept, up "
    .. "to keep_bps; 0: off. Needs an estimator in slot queue" },
  keep_bps = { 2, min = 0, max = 100, unit = "bps", doc = "furthest from the wanted price that an order is kept for "
    .. "its queue" },
}

--- The price to declare: the one declared last while it is near enough to the wanted one, or stands well in its queue
-- and has not become the more aggressive one by `keep` or more.
---@param wanted number quote units
---@param declared number? what is declared now; nil: nothing
---@param near number quote units: moves below it are not worth a message
---@param keep number quote units: furthest that a place in the queue is worth
---@param chance number? of a fill where it stands; nil: not known
---@param enough number chance from which it is kept; 0: never for its queue
---@return number
function M.price(wanted, declared, near, keep, chance, enough)
  if not declared then return wanted end
  local moved = math.abs(wanted - declared)
  if moved < near then return declared end
  if enough > 0 and chance and chance >= enough and moved <= keep then return declared end
  return wanted
end

return M
