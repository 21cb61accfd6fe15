--- Optimal control for scripts: Cartea-Jaimungal quotes, and seed 003's inventory controller.
local ffi = require "ffi"
local host = require "perigee.host"
local common = require "perigee.kernels.common"
local inventory_table = require "perigee.kernels.inventory_table"

local C = host.C
local number, count, status_name = common.number, common.count, common.status

local K = {}

local cartea_fields = { "lambda_buy", "lambda_sell", "kappa_bid", "kappa_ask", "eps_buy", "eps_sell", "phi", "alpha" }

--- Quotes when market orders move the mid and inventory costs (Cartea, Jaimungal & Penalva 2015, ch. 10; quant.md
-- 6.12). update takes lambda_buy, lambda_sell (1/s), kappa_bid, kappa_ask (1/quote), eps_buy, eps_sell (quote), phi
-- (quote/s a lot squared), alpha (quote a lot squared). Equal kappas are solved exactly, others by backward Euler.
---@param options {max_lots: integer, horizon_s: number, steps?: integer, tolerance?: number}
---@return perigee.InventoryTable
function K.cartea_jaimungal(options)
  local fn = "cartea_jaimungal"
  local lots = count(fn, "max_lots", options.max_lots, 1, 100)
  local steps = count(fn, "steps", options.steps or 40, 1, 10000)
  local model = ffi.new "pg_cartea_model"
  model.q_lots, model.horizon_s = lots, number(fn, "horizon_s", options.horizon_s, 0)
  local h = ffi.new("double[?]", 2 * lots + 1)
  local work = ffi.new("double[?]", math.max(tonumber(C.pg_inventory_work(lots)), 6 * (2 * lots + 1)))
  return inventory_table(lots, options.tolerance or 0.01, model, cartea_fields, function(bids, asks)
    if model.kappa_bid == model.kappa_ask then return C.pg_cartea_exact(h, bids, asks, model, work) end
    return C.pg_cartea_implicit(h, bids, asks, model, steps, work)
  end)
end

--- Skew of both quotes as a fraction of the reference price (seed 003, corrected; quant.md 6.11). Returns a function of
-- (u, gamma_rel, sigma_rel, remaining_s, funding_s) that gives the skew and its parts: diffusion, terminal, funding;
-- nil and the status. Both quotes move by -ref skew.
---@param options? {session_s?: number, penalty?: number, max_terminal_multiplier?: number}
function K.hjb_skew(options)
  options = options or {}
  local input, output = ffi.new "pg_hjb_input", ffi.new "pg_hjb_skew"
  input.session_s = number("hjb_skew", "session_s", options.session_s or 86400, 60)
  input.penalty = number("hjb_skew", "penalty", options.penalty or 5e-4, 0)
  input.max_terminal_multiplier = number("hjb_skew", "max_terminal_multiplier",
    options.max_terminal_multiplier or 5, 0)
  return function(u, gamma_rel, sigma_rel, remaining_s, funding_s)
    input.u, input.gamma_rel, input.sigma_rel = u, gamma_rel, sigma_rel
    input.remaining_s, input.funding_s = remaining_s, funding_s
    local status = C.pg_hjb_skew_compute(output, input)
    if status ~= 0 then return nil, status_name(status) end
    return output.skew_rel, output.diffusion, output.terminal_capped, output.funding
  end
end

--- Drift extension of the skew (quant.md 6.11), a fraction: 0 unless momentum runs against the inventory.
function K.hjb_drift(u, momentum_bps, continuation, remaining_s, diffusion)
  return C.pg_hjb_drift(u, momentum_bps, continuation, remaining_s, diffusion)
end

--- Inventory that funding makes worth holding, base units, within half of q_max; nil for gamma or sigma 0.
function K.hjb_target(funding_s, price, gamma_px, sigma_px, q_max)
  return common.finite(C.pg_hjb_target(funding_s, price, gamma_px, sigma_px, q_max))
end

return K
