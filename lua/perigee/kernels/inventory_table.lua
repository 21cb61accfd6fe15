--- Quotes of an exact model by inventory: solved when its parameters move, read by interpolation.
local ffi = require "ffi"
local host = require "perigee.host"
local common = require "perigee.kernels.common"

local C = host.C
local number, class, status_name = common.number, common.class, common.status

---@class perigee.InventoryTable
local Table = class()

--- Sets the model's parameters; solves when one has moved. true, or nil and the status.
---@param values table<string, number>
function Table:update(values) return self.set(values) end

--- Distances of bid and ask from the reference price at an inventory in lots, quote units, positive outward; nil for a
-- side that is not quoted there (no bid at the upper limit, no ask at the lower).
---@param q_lots number
function Table:deltas(q_lots) return self.look(q_lots) end

--- What the exact models share: two tables of distances for q = -Q..Q lots, made anew by `solve(model)` when a
-- parameter has moved by more than `tolerance` (a fraction), and read by linear interpolation.
return function(max_lots, tolerance, model, fields, solve)
  local size = 2 * max_lots + 1
  local bids, asks = ffi.new("double[?]", size), ffi.new("double[?]", size)
  local last, solved = {}, false
  local self = setmetatable({ max_lots = max_lots, solved = 0 }, Table)

  local function moved(values)
    if not solved then return true end
    for i = 1, #fields do
      local a, b = last[i], values[fields[i]]
      if math.abs(a - b) > tolerance * math.max(math.abs(a), math.abs(b)) then return true end
    end
    return false
  end

  function self.set(values)
    if not moved(values) then return true end
    for i = 1, #fields do
      last[i] = number("update", fields[i], values[fields[i]])
      model[fields[i]] = last[i]
    end
    local status = solve(bids, asks, model)
    solved = C.pg_kstatus_usable(status)
    self.solved = self.solved + 1
    if not solved then return nil, status_name(status) end
    return true
  end

  function self.look(q_lots)
    if not solved then return nil, "warmup" end
    local bid = C.pg_inventory_lookup(bids, max_lots, q_lots)
    local ask = C.pg_inventory_lookup(asks, max_lots, q_lots)
    return bid == bid and bid or nil, ask == ask and ask or nil
  end

  return self
end
