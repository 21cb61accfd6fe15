-- strategies/glft.lua: the closed form by hand, the exact model, and each part around it.
local function market(params, values, options)
  local all = { size = 1, gamma_rel = 100, fee_in_spread = false, min_half_spread_bps = 0, max_half_spread_bps = 0,
    requote_bps = 0, lean_bps = 0 }
  for name, value in pairs(params or {}) do all[name] = value end
  local says = { fair = 100, sigma = 1e-4, kappa = { sides = { 2, 2 }, intensity = { 0.5, 0.5 } } }
  for slot, value in pairs(values or {}) do says[slot] = value end
  local o = { strategy = "strategies/glft.lua", params = all, values = says, max_position = 10, lot = 0.1, tick = 0.01 }
  for key, value in pairs(options or {}) do o[key] = value end
  return testing.market(o)
end

local book = { bid = 99.99, ask = 100.01, position = 0 }
local function at(position) return { bid = 99.99, ask = 100.01, position = position } end

-- Gueant, Lehalle & Fernandez-Tapia (2013), sec. 4, with lot 1, gamma_px 1, sigma_px 0.01, A 0.5, kappa 2
local x = 1 / 2
local c1 = math.log(1 + x) / 1
local c2 = math.sqrt(1 / (2 * 0.5 * 1 * 2) * math.exp((1 + 1 / x) * math.log(1 + x)))
local half = c1 + 0.01 * c2 / 2

test("gives the closed form", function()
  local q = market():book(book)
  expect(q.bid[1].price).near(100 - half, 1e-9)
  expect(q.ask[1].price).near(100 + half, 1e-9)
  expect(q.bid[1].size).equal(1)
end)

test("skews by sigma c2 a unit of inventory", function()
  local q = market():book(at(3))
  expect(q.bid[1].price).near(100 - half - 0.01 * c2 * 3, 1e-9)
  expect(q.ask[1].price).near(100 + half - 0.01 * c2 * 3, 1e-9)
end)

test("mirrors when the position does", function()
  local m = market()
  local long = m:book(at(4))
  local short = m:book(at(-4))
  expect(long.bid[1].price - 100).near(-(short.ask[1].price - 100), 1e-9)
end)

test("quotes only what reduces at the limit", function()
  local q = market():book(at(10))
  expect(#q.bid).equal(0)
  expect(q.ask[1].size).equal(1)
end)

test("says what is missing instead of quoting", function()
  expect(market({}, { fair = { value = false } }):book(book).none).equal("warmup")
  expect(market({}, { sigma = { value = false } }):book(book).none).equal("warmup")
  expect(market({}, { kappa = { sides = { 2, 2 } } }):book(book).none).matches "A is not known"
end)

test("has an exact model with the same half-spread at zero", function()
  local q = market({ model = "exact" }):book(book)
  expect(q.ask[1].price - q.bid[1].price).near(2 * half, 0.01)
  expect(#market({ model = "exact" }):book(at(10)).bid).equal(0)
end)

test("adds fees and adverse selection", function()
  local q = market({ fee_in_spread = true }, { adverse = { adjustments = { 2e-4, 3e-4 } } }, { maker_fee = 1e-4 })
    :book(book)
  expect(q.bid[1].price).near(100 - half - 0.01 - 0.02, 1e-9)
  expect(q.ask[1].price).near(100 + half + 0.01 + 0.03, 1e-9)
  expect(q.reasons.edge_bid).near(0.03, 1e-12)
end)

test("stays above the fee and below the bound, and says which", function()
  local q = market({ min_half_spread_bps = 80 }):book(book)
  expect(q.ask[1].price).near(100.8, 1e-9)
  expect(q.reasons.bound_ask).equal("min_half_spread")
  q = market({ max_half_spread_bps = 10 }):book(book)
  expect(q.bid[1].price).near(99.9, 1e-9)
  expect(q.reasons.bound_bid).equal("max_half_spread")
end)

test("pulls, leaves a side or widens in a cascade", function()
  local state = { active = true, pull = true, tail_multiplier = 5, direction = "long" }
  local says = { cascade = { value = 1.5, read = function() return state end } }
  local q = market({ cascade_action = "pull" }, says):book(book)
  expect(#q.bid + #q.ask).equal(0)
  q = market({ cascade_action = "one_side" }, says):book(book)
  expect(#q.bid).equal(0)
  expect(q.ask[1].price).near(100 + 5 * half, 1e-9)
  q = market({ cascade_action = "widen" }, says):book(book)
  expect(q.bid[1].price).near(100 - 5 * half, 1e-9)
end)

test("widens while flow is toxic, and the side that a knife falls on", function()
  local q = market({}, { jumps = { jump_ratio = 4 } }):book(book)
  expect(q.ask[1].price).near(100 + 1.5 * half, 1e-9)
  q = market({}, { momentum = { scores = { 2, 0 } } }):book(book)
  expect(q.bid[1].price).near(100 - 2 * half, 1e-9)
  expect(q.ask[1].price).near(100 + half, 1e-9)
end)

test("follows the market's spread", function()
  expect(market({}, { spread = 0.9 }):book(book).ask[1].price).near(100 + 1.5 * half, 1e-9)
  expect(market({ spread_regime = false }, { spread = 0.9 }):book(book).ask[1].price).near(100 + half, 1e-9)
end)

test("leans by funding", function()
  local q = market({ funding_horizon_s = 3600 }, { funding = 1e-8 }):book(book)
  expect((q.bid[1].price + q.ask[1].price) / 2).near(100 - 100 * 3.6e-5, 1e-9)
end)

test("raises gamma in a volatile market when asked", function()
  local q = market({ gamma_dynamic = true, gamma_max = 1000, sigma_baseline = 5e-5 }):book(book)
  expect(q.reasons.gamma).near(150, 1e-9) -- ratio 2, weight 0.5
end)

test("leans more when told to", function()
  local q = market({ lean_bps = 10 }):book(at(5))
  expect(q.bid[1].price).near(100 - half - 0.01 * c2 * 5 - 0.05, 1e-9)
end)

test("keeps quiet when told to", function()
  local q = market({ quiet = "00:00-01:00" }, {}, { now = 1735948800 + 60 }):book(book)
  expect(q.none).equal("quiet time")
end)

test("buys only in a rise when told to", function()
  local q = market({ trend_filter = "long" }, { trend = { buys = false } }):book(book)
  expect(#q.bid).equal(0)
  expect(#q.ask).equal(1)
end)

test("builds a ladder with falling sizes", function()
  local q = market({ levels = 3, size = 3, depth_bps = 200, min_notional = 0 }):book(book)
  expect(#q.bid).equal(3)
  expect(q.bid[1].price).above(q.bid[2].price)
  expect(q.bid[1].size).above(q.bid[2].size)
  local total = q.bid[1].size + q.bid[2].size + q.bid[3].size
  expect(total).below(3 + 1e-9)
  expect(total).above(3 - 3 * 0.1)
  expect(q.ask[3].price).near(102, 0.011) -- the outermost level, on a tick
end)

test("leaves quotes alone for moves that do not pay", function()
  local m = market { requote_bps = 1 }
  local first = m:book(book).bid[1].price
  m:says { fair = 100.005 }
  m:advance(0.1)
  expect(m:book(book).bid[1].price).equal(first)
  m:says { fair = 100.02 }
  m:advance(0.1)
  expect(m:book(book).bid[1].price).near(first + 0.02, 1e-4)
end)

test("declares again after a second, for quotes that were refused", function()
  local m = market()
  m:book(book)
  m.quotes = nil
  m:book(book)
  expect(m.quotes).none()
  m:advance(1)
  expect(m:book(book).bid[1].size).equal(1)
end)

test("reads its parameters from a file, and quotes nothing without it when told so", function()
  local file = { time_s = 1735689600, sigma_rel = 1e-4, kappa_bid_rel = 200, kappa_ask_rel = 200, a_bid = 0.5,
    a_ask = 0.5, gamma_rel = 100 }
  local q = market({ params_file = "p.json", require_params = true }, { sigma = { value = false } }, { file = file })
    :book(book)
  expect(q.bid[1].price).near(100 - half, 1e-9)
  q = market({ params_file = "p.json", require_params = true }):book(book)
  expect(q.none).matches "params_file"
end)
