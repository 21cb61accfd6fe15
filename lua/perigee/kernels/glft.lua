--- Gueant-Lehalle-Fernandez-Tapia quotes for scripts: closed form, exact tables, and seed 003's simplification.
local ffi = require "ffi"
local host = require "perigee.host"
local common = require "perigee.kernels.common"
local inventory_table = require "perigee.kernels.inventory_table"

local C = host.C
local number, count, status_name = common.number, common.count, common.status

local K = {}

--- Stationary closed form (2013, sec. 4; quant.md 6.3). Options: xi, the risk aversion in execution (nil: that of
-- inventory); adj_spread and adj_skew, multipliers of half-spread and skew (1).
-- Returns a function of (ref, q, sigma_px, gamma_px, a_bid, a_ask, kappa_bid, kappa_ask, lot): prices in quote units,
-- q and lot in base units, A in 1/s, kappa and gamma in 1/quote. It gives half_bid, half_ask, skew_bid, skew_ask (quote
-- units a base unit of inventory), c1_bid, c1_ask, so that bid = ref - half_bid - skew_bid q and
-- ask = ref + half_ask - skew_ask q; nil and the status. Fees are the caller's.
---@param options? {xi?: number, adj_spread?: number, adj_skew?: number}
function K.glft(options)
  options = options or {}
  local input, output = ffi.new "pg_glft_input", ffi.new "pg_glft_quote"
  local xi = options.xi and number("glft", "xi", options.xi, 0)
  input.adj_spread = options.adj_spread and number("glft", "adj_spread", options.adj_spread, 0) or 1
  input.adj_skew = options.adj_skew and number("glft", "adj_skew", options.adj_skew, 0) or 1
  return function(ref, q, sigma_px, gamma_px, a_bid, a_ask, kappa_bid, kappa_ask, lot)
    input.ref, input.q, input.sigma_px, input.gamma_px, input.lot = ref, q, sigma_px, gamma_px, lot
    input.a_bid, input.a_ask, input.kappa_bid, input.kappa_ask = a_bid, a_ask, kappa_bid, kappa_ask
    input.xi = xi or gamma_px
    local status = C.pg_glft_quote_compute(output, input)
    if status ~= 0 then return nil, status_name(status) end
    return output.half_bid, output.half_ask, output.skew_bid, output.skew_ask, output.c1_bid, output.c1_ask
  end
end

local glft_fields = { "sigma_px", "gamma_px", "a", "kappa", "lot", "drift" }

--- Exact quotes (2013, sec. 3; quant.md 6.4), stationary or with horizon_s left.
-- update takes sigma_px, gamma_px, a, kappa, lot, drift (quote/s, 0).
---@param options {max_lots: integer, horizon_s?: number, tolerance?: number}
---@return perigee.InventoryTable
function K.glft_exact(options)
  local fn = "glft_exact"
  local lots = count(fn, "max_lots", options.max_lots, 1, options.horizon_s and 100 or 2000)
  local horizon = options.horizon_s and number(fn, "horizon_s", options.horizon_s, 0)
  local model, eigenvalue = ffi.new "pg_glft_model", ffi.new "double[1]"
  model.q_lots = lots
  local work = ffi.new("double[?]", horizon and tonumber(C.pg_inventory_work(lots)) or 2 * lots + 1)
  return inventory_table(lots, options.tolerance or 0.01, model, glft_fields, function(bids, asks)
    if horizon then return C.pg_glft_finite(bids, asks, model, horizon, work) end
    return C.pg_glft_stationary(bids, asks, eigenvalue, model, work)
  end)
end

--- Seed 003's simplification (quant.md 6.5), for comparison only: its skew is no inventory control. Returns a function
-- of (microprice, q, q_max, sigma_rel, gamma_rel, kappa_rel, arrival_rate) that gives bid, ask, half_rel, skew_rel.
---@param options? {max_holding_s?: number, min_half_rel?: number}
function K.glft_seed003(options)
  options = options or {}
  local input, output = ffi.new "pg_glft_seed_input", ffi.new "pg_glft_seed_quote"
  input.max_holding_s, input.min_half_rel = options.max_holding_s or 120, options.min_half_rel or 1e-4
  return function(microprice, q, q_max, sigma_rel, gamma_rel, kappa_rel, arrival_rate)
    input.microprice, input.q, input.q_max, input.sigma_rel = microprice, q, q_max, sigma_rel
    input.gamma_rel, input.kappa_rel, input.arrival_rate = gamma_rel, kappa_rel, arrival_rate
    local status = C.pg_glft_seed003(output, input)
    if status ~= 0 then return nil, status_name(status) end
    return output.bid, output.ask, output.half_rel, output.skew_rel
  end
end

return K
