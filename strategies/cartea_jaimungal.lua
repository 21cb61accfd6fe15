-- strategies/cartea_jaimungal.lua: Cartea, Jaimungal & Penalva (2015), "Algorithmic and High-Frequency Trading",
-- ch. 10; quant.md 6.12.
--
-- Market orders arrive at lambda+ and lambda-, are filled at distance d with probability e^{-kappa d}, and move the mid
-- by eps; holding q lots costs phi q^2 a second and alpha q^2 at the horizon. The distances solve the control problem
-- exactly, from tables over the inventory that are made anew when a parameter has moved.
--
-- lambda is A of the kappa estimator; eps is the mean signed move of the mid some seconds after a public trade, and
-- phi = gamma sigma^2 lot^2/2, the running penalty that has the same risk aversion as the other models.
-- When to use: where trades move the price (adverse selection in the model instead of added to it).
local K = require "perigee.kernels"
local maker = require "perigee.maker"

local S = strategy {
  name = "cartea_jaimungal",
  doc = "Optimal quotes when market orders move the price and inventory costs.",
  params = maker.params({
    horizon_s = { 60, min = 1, max = 3600, unit = "s", doc = "horizon T, which rolls with the clock" },
    impact_s = { 5, min = 0.1, max = 60, unit = "s", doc = "time after a trade at which its move is measured" },
    impact_trades = { 30, min = 2, max = 10000, doc = "trades of each side before eps counts; until then it is 0" },
    impact_alpha = { 0.01, min = 1e-4, max = 1, doc = "weight of a trade in eps" },
    terminal = { 1, min = 0, max = 1000, doc = "alpha in units of phi times one second" },
    max_lots = { 20, min = 1, max = 50, doc = "inventory limit of the model in lots, unless the limit is nearer" },
    refresh_s = { 1, min = 0.1, max = 600, unit = "s", doc = "how often the tables may be solved anew" },
  }, { adverse_weight = 0, lean_bps = 3 }), -- adverse selection is in the model
  estimators = maker.estimators { adverse = "none" },
}

-- Moves after the trades of one side: a ring of those whose time has not come, and their average.
local function impact(sign)
  return { sign = sign, time = {}, mid = {}, head = 1, tail = 0, mean = 0, n = 0 }
end

function S:on_start(ctx)
  self.maker = maker.new(self, ctx)
  self.buys, self.sells = impact(1), impact(-1)
  self.values = {}
end

function S:on_trade(ctx, trade)
  if not ctx.mid or not trade.side then return end
  local side = trade.side == "buy" and self.buys or self.sells
  if side.tail - side.head >= 1000 then return end -- a bound; the next ones count again
  side.tail = side.tail + 1
  side.time[side.tail], side.mid[side.tail] = ctx.now, ctx.mid
end

-- Takes in the moves whose time has come.
function S:settle(ctx, side)
  local p = self.params
  while side.head <= side.tail and ctx.now - side.time[side.head] >= p.impact_s do
    local move = (ctx.mid - side.mid[side.head]) * side.sign
    side.n = side.n + 1
    side.mean = side.mean + (move - side.mean) * math.max(p.impact_alpha, 1 / side.n)
    side.time[side.head], side.mid[side.head] = nil, nil
    side.head = side.head + 1
  end
  if side.head > side.tail then side.head, side.tail = 1, 0 end
  return side.n >= p.impact_trades and math.max(0, side.mean) or 0
end

-- Solves the model when it is due. true, or nil and why not.
function S:solve(ctx, m)
  local p, v = self.params, self.values
  if self.solved_s and ctx.now - self.solved_s < p.refresh_s then return true end
  local limit = m.limit < math.huge and math.floor(m.limit / m.size + 1e-9) or p.max_lots
  local lots = math.min(p.max_lots, limit)
  if lots < 1 then return nil, "the inventory limit is below the size of a quote" end
  if not self.model or self.model.max_lots ~= lots then
    self.model = K.cartea_jaimungal { max_lots = lots, horizon_s = p.horizon_s, tolerance = 0.02 }
  end
  v.eps_buy, v.eps_sell = self:settle(ctx, self.buys), self:settle(ctx, self.sells)
  v.lambda_buy, v.lambda_sell, v.kappa_bid, v.kappa_ask = m.a_ask, m.a_bid, m.kappa_bid, m.kappa_ask
  v.phi = m.gamma_px * m.sigma_px ^ 2 * m.size / 2
  v.alpha = v.phi * p.terminal
  local solved, why = self.model:update(v)
  if not solved then return nil, why end
  self.solved_s = ctx.now
  return true
end

function S:on_book(ctx)
  local m = self.maker
  if m:unchanged(ctx) then return end
  local ready, why = m:inputs(ctx)
  if not ready then return m:none(ctx, why) end
  if not m.a_bid then return m:none(ctx, "A is not known: use a kappa with an intensity") end
  ready, why = self:solve(ctx, m)
  if not ready then return m:none(ctx, why) end
  local lots = self.model.max_lots
  local bid, ask = self.model:deltas(math.max(-lots, math.min(lots, ctx.position / m.size)))
  ctx:explain("eps_buy", self.values.eps_buy)
  ctx:explain("eps_sell", self.values.eps_sell)
  m:quote(ctx, m.fair, bid, ask)
end

return S
