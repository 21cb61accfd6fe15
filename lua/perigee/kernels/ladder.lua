--- Ladders for scripts: depths, sizes and the allocation of a total over levels (quant.md 6.8).
local ffi = require "ffi"
local host = require "perigee.host"
local common = require "perigee.kernels.common"

local C = host.C
local number, count, class, status_name = common.number, common.count, common.class, common.status

local K = {}

---@class perigee.Ladder
local Ladder = class()

--- A ladder of one side: geometric (or linear) depths, geometric sizes, levels on one tick merged.
---@param options {levels: integer, decay: number, linear?: boolean, redistribute?: boolean, min_notional?: number,
---  tick: number, lot: number}
---@return perigee.Ladder
function K.ladder(options)
  local fn = "ladder"
  local n = count(fn, "levels", options.levels, 1, 32)
  local levels, o = ffi.new("pg_ladder_level[?]", n), ffi.new "pg_ladder_options"
  local price, size = ffi.new("double[?]", n), ffi.new("double[?]", n)
  o.tick, o.size_step = number(fn, "tick", options.tick, 0), number(fn, "lot", options.lot, 0)
  o.decay, o.min_notional = number(fn, "decay", options.decay, 1e-6), options.min_notional or 0
  o.linear, o.redistribute = options.linear == true, options.redistribute == true
  local tick = o.tick
  local self = setmetatable({ levels = n }, Ladder)

  function self.make(side, rungs, ref, total, nearest_bps, farthest_bps)
    o.mid, o.total_size = ref, total
    o.min_depth_bps, o.max_depth_bps = nearest_bps, math.max(nearest_bps, farthest_bps)
    local status = C.pg_ladder_build(levels, n, o)
    if not C.pg_kstatus_usable(status) then return nil, status_name(status) end
    C.pg_ladder_merge(levels, n)
    C.pg_ladder_side(price, size, levels, n, tick, side == "bid")
    for i = 1, n do rungs[i][1], rungs[i][2] = price[i - 1], size[i - 1] end
    return true
  end

  return self
end

--- Writes a side's rungs into `rungs`, which the caller made once: `levels` pairs { price, size }; a size of 0 is a
-- level below the least notional. Depths in bps of ref. true, or nil and the status.
---@param side "bid"|"ask"
---@param rungs number[][]
---@param ref number
---@param total number base units of the side
---@param nearest_bps number
---@param farthest_bps number
function Ladder:build(side, rungs, ref, total, nearest_bps, farthest_bps)
  return self.make(side, rungs, ref, total, nearest_bps, farthest_bps)
end

--- Spreads a total over levels where it earns most (quant.md 6.8): maximise sum mv_i c_i (1 - e^{-s_i/c_i}) subject to
-- sum s_i <= cap. Returns a function of (marginal, saturation, cap, sizes): lists of n; sizes is written. It gives the
-- shadow price, or nil and the status. `greedy`: seed 003's rule, saturation being the cap of a level.
---@param n integer
---@param options? {greedy?: boolean, min_size?: number}
function K.allocator(n, options)
  n = count("allocator", "n", n, 1, 1000)
  options = options or {}
  local mv, c, s = ffi.new("double[?]", n), ffi.new("double[?]", n), ffi.new("double[?]", n)
  local order, out = ffi.new("int32_t[?]", n), ffi.new "pg_allocation"
  local min_size = options.min_size or 0
  return function(marginal, saturation, cap, sizes)
    for i = 1, n do mv[i - 1], c[i - 1] = marginal[i], saturation[i] end
    out.cap = cap
    local status
    if options.greedy then
      status = C.pg_allocation_greedy(s, out, mv, c, min_size, n, order)
    else
      status = C.pg_allocation_waterfill(s, out, mv, c, n, order)
    end
    if not C.pg_kstatus_usable(status) then return nil, status_name(status) end
    for i = 1, n do sizes[i] = s[i - 1] end
    return out.multiplier
  end
end

return K
