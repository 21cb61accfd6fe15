-- The strategies with a model of their own: distances by hand, and what they do with their inventory.
local function market(name, params, values, options)
  local o = { strategy = "strategies/" .. name .. ".lua", params = params, values = values, max_position = 10,
    lot = 0.1, tick = 0.01 }
  for key, value in pairs(options or {}) do o[key] = value end
  return testing.market(o)
end

local says = { fair = 100, sigma = 1e-4, kappa = { sides = { 2, 2 }, intensity = { 0.5, 0.5 } } }
local bare = { fee_in_spread = false, min_half_spread_bps = 0, max_half_spread_bps = 0, requote_bps = 0, size = 1 }
local function with(more)
  local all = {}
  for k, v in pairs(bare) do all[k] = v end
  for k, v in pairs(more) do all[k] = v end
  return all
end
local function at(position) return { bid = 99.99, ask = 100.01, position = position } end

test("Avellaneda-Stoikov: reservation price and half-spread of the paper", function()
  local q = market("avellaneda_stoikov", with { gamma_rel = 100, horizon_s = 1000 }, says):book(at(2))
  local variance = 0.01 ^ 2 * 1000 -- gamma_px is 1
  local half = math.log(1 + 1 / 2) + variance / 2
  expect(q.bid[1].price).near(100 - 2 * variance - half, 1e-9)
  expect(q.ask[1].price).near(100 - 2 * variance + half, 1e-9)
end)

test("Avellaneda-Stoikov: a session runs down", function()
  local params = with { gamma_rel = 100, horizon_s = 3600, session_end_h = 1 }
  local q = market("avellaneda_stoikov", params, says, { now = 1735689600 + 3000 }):book(at(0)) -- 600 s are left
  expect(q.ask[1].price - q.bid[1].price).near(2 * math.log(1.5) + 0.0001 * 600, 1e-9)
end)

test("Avellaneda-Stoikov: seed 001 warns", function()
  local m = market("avellaneda_stoikov", with { variant = "seed001" }, says)
  m:book(at(0))
  expect(m.log[1]).matches "comparison only"
end)

test("hjb: leans by diffusion, terminal penalty and funding", function()
  local params = with { gamma_rel = 1, session_end_h = 1, session_s = 7200, penalty = 0, min_half_spread_bps = 10 }
  local values = { fair = 100, sigma = 1e-4, kappa = says.kappa, funding = 1e-8 }
  local q = market("hjb", params, values):book(at(5)) -- u 1/2, 3600 s are left
  local shift = 1 * 1e-8 * 0.5 * 3600 + 1e-8 * 3600
  expect((q.bid[1].price + q.ask[1].price) / 2).near(100 * (1 - shift), 1e-6)
end)

test("hjb: funding makes some inventory the target", function()
  local params = with { gamma_rel = 100, funding_target = true }
  local values = { fair = 100, sigma = 1e-3, kappa = says.kappa, funding = 1e-5 }
  local q = market("hjb", params, values):book(at(0)) -- longs pay: it wants to be short
  expect(q.reasons.target).below(0)
  expect((q.bid[1].price + q.ask[1].price) / 2).below(100)
end)

test("cartea_jaimungal: leans against inventory and widens with impact", function()
  local params = with { gamma_rel = 100, impact_trades = 2, impact_s = 1, refresh_s = 0.1 }
  local m = market("cartea_jaimungal", params, says)
  local flat, long = m:book(at(0)), m:book(at(3))
  expect(long.ask[1].price).below(flat.ask[1].price)
  expect(long.bid[1].price).below(flat.bid[1].price)
  for _ = 1, 3 do
    m:trade { side = "buy", price = 100.01, size = 1 }
    m:advance(1)
    m:book { bid = 100.19, ask = 100.21, position = 0 } -- up by 0.2 after each buy
    m:advance(1)
    m:book(at(0))
  end
  m:advance(1)
  local after = m:book(at(0))
  expect(after.reasons.eps_buy).above(0)
  expect(after.ask[1].price - 100).above(flat.ask[1].price - 100)
end)

test("inventory_aware: shifts by the utilisation, or by the base unit", function()
  local params = { half_spread_bps = 10, skew_bps = 4, size = 1 }
  local q = market("inventory_aware", params, { fair = 100 }):book(at(5))
  expect(q.bid[1].price).near(100 - 0.02 - 0.1, 1e-9)
  params.skew_per = "base"
  q = market("inventory_aware", params, { fair = 100 }):book(at(5))
  expect(q.ask[1].price).near(100 - 0.2 + 0.1, 1e-9)
end)

test("ladder: five levels, the adding side scaled down", function()
  local params = with { size = 10, first_bps = 5, depth_bps = 50, skew_bps = 0, min_notional = 0 }
  local q = market("ladder", params, says):book(at(5))
  expect(#q.ask).equal(5)
  local bids, asks = 0, 0
  for _, level in ipairs(q.bid) do bids = bids + level.size end
  for _, level in ipairs(q.ask) do asks = asks + level.size end
  expect(asks).near(10, 0.5)
  expect(bids).near(5, 0.5) -- u is 1/2
  expect(q.ask[1].price).near(100.05, 0.011)
  expect(q.ask[5].price).near(100.5, 0.011)
end)

test("ladder: the optimal allocation gives nothing to levels that lose", function()
  local params = with { size = 10, first_bps = 5, depth_bps = 50, min_notional = 0, allocation = "optimal",
    min_half_spread_bps = 5 }
  local q = market("ladder", params, says, { maker_fee = 10e-4 }):book(at(0)) -- levels within 10 bps lose
  for _, level in ipairs(q.ask) do expect(level.price).above(100.1) end
end)

test("grid: equal distances around a centre that moves in steps", function()
  local params = { levels = 2, spacing_bps = 10, first_bps = 5, size = 1, recentre_bps = 20 }
  local m = market("grid", params, { fair = 100 })
  local q = m:book(at(0))
  expect(q.bid[1].price).near(99.95, 1e-9)
  expect(q.ask[2].price).near(100.15, 1e-9)
  m:says { fair = 100.1 }
  expect(m:book(at(0)).bid[1].price).near(99.95, 1e-9)
  m:says { fair = 100.3 }
  expect(m:book(at(0)).bid[1].price).near(100.3 * (1 - 5e-4), 1e-9)
end)

test("ping_pong: one side at a time, changed by a whole fill", function()
  local m = market("ping_pong", { half_spread_bps = 10, size = 1 }, { fair = 100 })
  local q = m:book(at(0))
  expect(#q.bid).equal(1)
  expect(#q.ask).equal(0)
  m:fill { side = "buy", price = 99.9, size = 0.4 }
  q = m:book(at(0.4))
  expect(#q.ask).equal(0) -- still buying what is left
  m:fill { side = "buy", price = 99.9, size = 0.6 }
  q = m:book(at(1))
  expect(#q.bid).equal(0)
  expect(q.ask[1].size).near(1, 1e-9)
  m:fill { side = "sell", price = 100.1, size = 1 }
  expect(#m:book(at(0)).bid).equal(1)
end)

test("ping_pong: any fill changes the side when told to", function()
  local m = market("ping_pong", { size = 1, switch_on_partial = true }, { fair = 100 })
  m:book(at(0))
  m:fill { side = "buy", price = 99.9, size = 0.4 }
  expect(#m:book(at(0.4)).ask).equal(1)
end)

test("obi: leans to the heavier side of the book", function()
  local m = market("obi", { size = 1, skew_bps = 0, alpha_bps = 10, step_ms = 100, window_s = 60 }, { fair = 100 })
  for i = 1, 100 do
    m:book { bid = { { 99.99, 5 + i % 2 } }, ask = { { 100.01, 5 } }, position = 0 }
    m:advance(0.1)
  end
  local heavy = m:book { bid = { { 99.99, 50 } }, ask = { { 100.01, 5 } }, position = 0 }
  expect((heavy.bid[1].price + heavy.ask[1].price) / 2).above(100)
  local light = m:book { bid = { { 99.99, 5 } }, ask = { { 100.01, 50 } }, position = 0 }
  expect((light.bid[1].price + light.ask[1].price) / 2).below(100)
end)

test("lighter_maker: all funds at the static spread, one side at a time", function()
  local m = market("lighter_maker", { params_file = "" }, { fair = 100, trend = { buys = true } },
    { capital = 100, max_position = math.huge })
  local q = m:book(at(0))
  expect(q.bid[1].price).near(100 * (1 - 0.00035), 1e-9)
  expect(q.bid[1].size).near(1.9, 1e-9) -- 99 % of 100 at leverage 2
  expect(#q.ask).equal(0)
  q = m:book(at(1.9))
  expect(#q.bid).equal(0)
  expect(q.ask[1].size).near(1.9, 1e-9)
end)

test("lighter_maker: no buys in a fall, nothing without parameters when told so", function()
  local m = market("lighter_maker", { params_file = "" }, { fair = 100, trend = { buys = false } }, { capital = 100 })
  expect(#m:book(at(0)).bid).equal(0)
  m = market("lighter_maker", { require_params = true }, { fair = 100, trend = { buys = true } }, { capital = 100 })
  expect(m:book(at(0)).none).matches "params_file"
end)

test("lighter_maker: a long position of before the start is sold at the best ask first", function()
  local m = market("lighter_maker", { params_file = "", both_sides = true }, { fair = 100, trend = { buys = true } },
    { capital = 1000 })
  local q = m:book(at(0.5))
  expect(#q.bid).equal(0)
  expect(q.ask[1].price).equal(100.01)
  q = m:book(at(0))
  expect(#q.bid).equal(1)
  q = m:book(at(0.5)) -- bought by ourselves: both sides
  expect(#q.bid).equal(1)
end)
