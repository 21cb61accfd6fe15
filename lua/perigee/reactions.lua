--- What quotes do when flow turns against them: widen, leave one side, or pull (quant.md 6.9, 7.2, 7.5).
--
-- Each function gives factors for the distances of bid and ask; nil for a side means that it is pulled.
local K = require "perigee.kernels"

local M = {}

M.params = {
  cascade_action = { "pull", options = { "none", "widen", "one_side", "pull" },
    doc = "in a liquidation cascade: nothing, wider quotes, only the side that leans into it, or none" },
  toxic_action = { "widen", options = { "none", "widen", "pull" }, doc = "while the jump ratio is toxic" },
  toxic_ratio = { 3, min = 1, max = 100, doc = "jump ratio (total over continuous variation) that is toxic" },
  toxic_factor = { 1.5, min = 1, max = 100, doc = "by which distances grow while flow is toxic" },
  knife = { true, doc = "widen the side that a fast move runs over" },
}

--- In a cascade: widen while it is active, and what was asked for once it is to pull. State is what the estimator
-- `cascade` reads: active, pull, tail_multiplier, direction ("long": longs are being closed, the price is pushed down).
-- one_side keeps asks while longs and bids while shorts are liquidated.
---@param action "none"|"widen"|"one_side"|"pull"
---@param state {active: boolean, pull: boolean, tail_multiplier: number, direction: string}?
---@return number? bid
---@return number? ask
function M.cascade(action, state)
  if action == "none" or not state or not (state.active or state.pull) then return 1, 1 end
  local widen = state.tail_multiplier or 1
  if action == "widen" or not state.pull then return widen, widen end
  if action == "pull" then return nil, nil end
  if state.direction == "long" then return nil, widen end
  if state.direction == "short" then return widen, nil end
  return nil, nil
end

--- While the jump ratio is above its limit.
---@param p {toxic_action: string, toxic_ratio: number, toxic_factor: number}
---@param jump_ratio number?
---@return number? bid
---@return number? ask
function M.toxic(p, jump_ratio)
  if p.toxic_action == "none" or not jump_ratio or jump_ratio <= p.toxic_ratio then return 1, 1 end
  if p.toxic_action == "pull" then return nil, nil end
  return p.toxic_factor, p.toxic_factor
end

--- Against a falling (rising) knife: the bid (ask) goes further away, the more so with inventory on that side.
---@param falling number score, 0 to 3
---@param rising number
---@param u number inventory utilisation
---@return number bid
---@return number ask
function M.knife(falling, rising, u) return K.knife_factor(falling, u), K.knife_factor(rising, -u) end

return M
