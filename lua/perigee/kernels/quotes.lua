--- Quoting models for scripts, and the limits of a half-spread.
local ffi = require "ffi"
local host = require "perigee.host"
local common = require "perigee.kernels.common"

local C = host.C
local status_name = common.status

local K = {}

--- Avellaneda-Stoikov quotes (2008, eqs. 29-30; quant.md 6.1). Returns a function of (ref, q, sigma_px, gamma_px,
-- kappa_bid, kappa_ask, horizon_s, lot) that gives bid, ask, reservation, half_bid, half_ask; nil and the status.
function K.avellaneda_stoikov()
  local input, output = ffi.new "pg_as_input", ffi.new "pg_as_quote"
  return function(ref, q, sigma_px, gamma_px, kappa_bid, kappa_ask, horizon_s, lot)
    input.ref, input.q, input.sigma_px, input.gamma_px = ref, q, sigma_px, gamma_px
    input.kappa_bid, input.kappa_ask, input.horizon_s, input.lot = kappa_bid, kappa_ask, horizon_s, lot
    local status = C.pg_as_quote_compute(output, input)
    if status ~= 0 then return nil, status_name(status) end
    return output.bid, output.ask, output.reservation, output.half_bid, output.half_ask
  end
end

local gamma_modes = { constant = 0, inventory_scaled = 1, max_shift = 2 }

--- Avellaneda-Stoikov in return space with gamma modes (quant.md 6.2, seed 002). `fixed` holds gamma_mode, gamma,
-- gamma_min, gamma_max, max_shift_ticks, tick, horizon_s, min_total_spread_bps, max_total_spread_bps, maker_fee_bps.
-- Returns a function of (mid, q, q_max, sigma_rel, kappa_bid_rel, kappa_ask_rel) that gives bid, ask, reservation,
-- gamma; nil and the status.
function K.avellaneda_stoikov_return_space(fixed)
  local input, output = ffi.new "pg_as_return_input", ffi.new "pg_as_return_quote"
  for name, value in pairs(fixed) do
    if name ~= "gamma_mode" then input[name] = value end
  end
  input.gamma_mode = gamma_modes[fixed.gamma_mode] or
    error("gamma_mode must be constant, inventory_scaled or max_shift", 2)
  return function(mid, q, q_max, sigma_rel, kappa_bid_rel, kappa_ask_rel)
    input.mid, input.q, input.q_max, input.sigma_rel = mid, q, q_max, sigma_rel
    input.kappa_bid_rel, input.kappa_ask_rel = kappa_bid_rel, kappa_ask_rel
    local status = C.pg_as_return_compute(output, input)
    if status ~= 0 then return nil, status_name(status) end
    return output.bid, output.ask, output.reservation, output.gamma
  end
end

--- Seed 001 as documented: for comparison only, it makes inventory grow (quant.md register 2, 4, 5).
function K.avellaneda_stoikov_seed001()
  local input, output = ffi.new "pg_as_input", ffi.new "pg_as_quote"
  return function(ref, q, sigma, gamma, kappa, horizon_s)
    input.ref, input.q, input.sigma_px, input.gamma_px = ref, q, sigma, gamma
    input.kappa_bid, input.kappa_ask, input.horizon_s, input.lot = kappa, kappa, horizon_s, 1
    local status = C.pg_as_quote_seed001(output, input)
    if status ~= 0 then return nil, status_name(status) end
    return output.bid, output.ask, output.reservation, output.half_bid, output.half_ask
  end
end

--- Keeps a half-spread in [max(min_half, fee_floor), max_half] (quant.md 6.10, step 1); max 0: none.
function K.half_spread_limit(half, min_half, fee_floor, max_half)
  return C.pg_half_spread_limit(half, min_half, fee_floor, max_half)
end

--- Final prices from raw ones (quant.md 6.10, steps 2 to 5): bid down, ask up to the tick, not crossing the other side
-- when post-only, and not each other. Returns a function of (bid, ask, best_bid, best_ask) that gives bid, ask and the
-- status ("ok", "crossed_repaired", "nonpositive_bid": the bid is not to be sent); nil and the status.
---@param options {tick: number, post_only?: boolean, join_ticks?: integer}
function K.quote_finish(options)
  local rules, out = ffi.new "pg_quote_rules", ffi.new "pg_final_quote"
  rules.tick, rules.post_only = options.tick, options.post_only ~= false
  rules.join_ticks = options.join_ticks or 0
  return function(bid, ask, best_bid, best_ask)
    rules.best_bid, rules.best_ask = best_bid or 0, best_ask or 0
    local status = status_name(C.pg_quote_finish(out, bid, ask, rules))
    if status == "bad_input" or status == "invalid_params" then return nil, status end
    return out.bid, out.ask, status
  end
end

return K
