-- The parts that strategies are made of, each alone, against numbers worked out by hand.
local adverse = require "perigee.adverse"
local bounds = require "perigee.bounds"
local carry = require "perigee.carry"
local params = require "perigee.params"
local reactions = require "perigee.reactions"
local refresh = require "perigee.refresh"
local regime = require "perigee.regime"
local risk_gamma = require "perigee.risk_gamma"
local schedule = require "perigee.schedule"
local sizing = require "perigee.sizing"
local skew = require "perigee.skew"
local trend_filter = require "perigee.trend_filter"

local huge = math.huge

describe("skew", function()
  it("measures inventory against the limit", function()
    assert.equal(0.25, skew.utilisation(0.5, 2))
    assert.equal(-1, skew.utilisation(-5, 2))
    assert.equal(0, skew.utilisation(5, huge))
    assert.equal(1, skew.utilisation(0.1, 0))
    assert.equal(0, skew.utilisation(0, 0))
  end)

  it("never takes a limit above the account's", function()
    assert.equal(2, skew.limit(5, 2))
    assert.equal(1, skew.limit(1, 2))
    assert.equal(2, skew.limit(0, 2))
    assert.equal(huge, skew.limit(0, huge))
  end)

  it("shifts against inventory", function()
    assert.near(-0.02, skew.linear(100, 0.5, 4), 1e-12)
    assert.near(-0.3 * 0.02 * 0.25 * 60, skew.avellaneda_stoikov(0.3, 0.02, 0.5, 60), 1e-12)
    assert.equal(-0.5, skew.hold(-3, 1, 0.5))
    assert.equal(-3, skew.hold(-3, 1, 0))
  end)
end)

describe("sizing", function()
  local p = { size = 0, notional = 0, capital_share = 0, leverage = 2 }

  it("takes the first that is set, in whole lots", function()
    assert.near(0.05, sizing.side({ size = 0.0555, notional = 100 }, 2000, 0.01, 1000), 1e-12)
    assert.near(0.3, sizing.side({ size = 0, notional = 34, capital_share = 0.5, leverage = 2 }, 100, 0.1, 1000), 1e-12)
    assert.near(9.9, sizing.side({ size = 0, notional = 0, capital_share = 0.99, leverage = 1 }, 100, 0.1, 1000), 1e-9)
  end)

  it("says why there is none", function()
    assert.same({ nil, "no size: set size, notional or capital_share" }, { sizing.side(p, 100, 0.1, 1000) })
    assert.same({ nil, "the size is below a lot" }, { sizing.side({ size = 0.05 }, 100, 0.1, 1000) })
  end)

  it("is not fooled by numbers without an exact form", function()
    assert.near(0.3, sizing.whole_lots(0.1 * 3, 0.1), 1e-12)
    assert.near(0.7, sizing.whole_lots(0.7, 0.1), 1e-12)
  end)

  it("keeps both sides within the limit", function()
    assert.same({ 1, 1 }, { sizing.sides(1, 0, huge, 0, false) })
    assert.same({ 0.5, 1 }, { sizing.sides(1, 1.5, 2, 0.75, false) })
    assert.same({ 0.25, 1 }, { sizing.sides(1, 1.5, 2, 0.75, true) })
    assert.same({ 1, 0 }, { sizing.sides(1, -2, 2, -1, true) })
    assert.same({ 0, 1 }, { sizing.sides(1, 3, 2, 1, false) })
  end)

  it("knows what the capital carries", function()
    assert.equal(20, sizing.affordable(1000, 2, 100))
    assert.equal(huge, sizing.affordable(0, 2, 100))
  end)
end)

describe("bounds", function()
  it("tells which one held", function()
    assert.same({ 0.2, "none" }, { bounds.limit(0.2, 0.1, 0.05, 1) })
    assert.same({ 0.1, "min_half_spread" }, { bounds.limit(0.02, 0.1, 0.05, 1) })
    assert.same({ 0.15, "floor" }, { bounds.limit(0.02, 0.1, 0.15, 1) })
    assert.same({ 1, "max_half_spread" }, { bounds.limit(2, 0.1, 0.05, 1) })
    assert.same({ 2, "none" }, { bounds.limit(2, 0.1, 0.05, 0) })
  end)

  it("floors at the fee, or at all costs", function()
    assert.equal(0.02, bounds.floor("fee", 0.02, 0.5, 0.1, 1))
    assert.equal(0, bounds.floor("fee", -0.02, 0, 0, 0))
    assert.near(1.1 * (0.02 + 0.5 + 0.1 * 2), bounds.floor("costs", 0.02, 0.5, 0.1, 4), 1e-12)
  end)
end)

describe("adverse selection", function()
  local p = { adverse_weight = 0.5, latency_ms = 40, latency_weight = 0.5, fee_in_spread = true }

  it("adds fee, latency and what fills cost", function()
    local bid, ask = adverse.edges(p, 1000, 2, 1e-4, 3e-4, nil)
    local common = 0.1 + 0.5 * 2 * math.sqrt(0.04)
    assert.near(common + 0.5 * 0.3, bid, 1e-12)
    assert.near(common, ask, 1e-12)
  end)

  it("falls with depth", function()
    assert.near(3 * math.exp(-2), adverse.at_depth(3, 5, 10), 1e-12)
  end)
end)

describe("reactions", function()
  local long = { active = true, pull = true, tail_multiplier = 5, direction = "long" }

  it("do nothing without a cascade", function()
    assert.same({ 1, 1 }, { reactions.cascade("pull", nil) })
    assert.same({ 1, 1 }, { reactions.cascade("pull", { active = false, pull = false, tail_multiplier = 1.2 }) })
    assert.same({ 1, 1 }, { reactions.cascade("none", long) })
  end)

  it("widen first, then do what was asked for", function()
    assert.same({ 2, 2 }, { reactions.cascade("pull", { active = true, pull = false, tail_multiplier = 2 }) })
    assert.same({ 5, 5 }, { reactions.cascade("widen", long) })
    assert.same({ nil, nil }, { reactions.cascade("pull", long) })
    assert.same({ nil, 5 }, { reactions.cascade("one_side", long) })
    local short = { active = true, pull = true, tail_multiplier = 5, direction = "short" }
    assert.same({ 5, nil }, { reactions.cascade("one_side", short) })
  end)

  it("answer toxic flow", function()
    local p = { toxic_action = "widen", toxic_ratio = 3, toxic_factor = 1.5 }
    assert.same({ 1, 1 }, { reactions.toxic(p, 3) })
    assert.same({ 1, 1 }, { reactions.toxic(p, nil) })
    assert.same({ 1.5, 1.5 }, { reactions.toxic(p, 3.1) })
    p.toxic_action = "pull"
    assert.same({ nil, nil }, { reactions.toxic(p, 3.1) })
  end)

  it("move the side that a knife falls on", function()
    local bid, ask = reactions.knife(2, 0, 0.5)
    assert.near(1 + 0.5 * 2 * 1.5, bid, 1e-12)
    assert.equal(1, ask)
  end)
end)

describe("regimes", function()
  it("widen in a wide market, and need to know it", function()
    assert.equal(0.8, regime.spread(0.1))
    assert.equal(1, regime.spread(0.5))
    assert.equal(1.5, regime.spread(0.9))
    assert.equal(1, regime.spread(nil))
  end)

  it("of volatility rise after two updates and fall after eight", function()
    local update = regime.volatility()
    assert.equal("normal", update(4e-4, 2e-4, 1))
    assert.equal("high", update(4e-4, 2e-4, 1))
    for _ = 1, 7 do assert.equal("high", (update(2e-4, 2e-4, 1))) end
    assert.equal("normal", (update(2e-4, 2e-4, 1)))
  end)
end)

describe("funding", function()
  it("shifts quotes down while longs pay", function()
    assert.near(-100 * 1e-8 * 3600, carry.shift(100, 1e-8, 1, 3600), 1e-12)
    assert.equal(0, carry.shift(100, nil, 1, 3600))
  end)

  it("makes some inventory worth holding", function()
    assert.near(-1e-9 * 100 / (0.01 * 0.04), carry.target(1e-9, 100, 0.01, 0.2, 10), 1e-12)
    assert.equal(-5, carry.target(1, 100, 0.01, 0.2, 10))
    assert.equal(0, carry.target(1, 100, 0.01, 0.2, huge))
  end)
end)

describe("the trend filter", function()
  it("never blocks what reduces", function()
    assert.same({ true, true }, { trend_filter.sides("none", false, 0) })
    assert.same({ true, true }, { trend_filter.sides("long", true, 0) })
    assert.same({ false, true }, { trend_filter.sides("long", false, 1) })
    assert.same({ true, true }, { trend_filter.sides("long", false, -1) })
    assert.same({ false, true }, { trend_filter.sides("both", false, 0) })
    assert.same({ true, false }, { trend_filter.sides("both", true, 0) })
    assert.same({ true, true }, { trend_filter.sides("both", true, 1) })
    assert.same({ false, false }, { trend_filter.sides("both", nil, 0) })
  end)
end)

describe("the schedule", function()
  local saturday = 1735948800 -- 2025-01-04 00:00 UTC

  it("knows days and midnight", function()
    local windows = schedule.parse "23:55-00:10, Sat 20:00-22:00"
    assert.equal(2, #windows)
    local function at(h, m, day) return schedule.within(windows, saturday + (day or 0) * 86400 + h * 3600 + m * 60) end
    assert.is_true(at(0, 5))
    assert.is_false(at(0, 10))
    assert.is_true(at(23, 55))
    assert.is_true(at(21, 59))
    assert.is_false(at(22, 0))
    assert.is_false(at(21, 0, 1))
    assert.is_false(schedule.within(schedule.parse "", saturday))
  end)

  it("counts a window that passes midnight to the day it began on", function()
    local windows = schedule.parse "Fri 22:00-02:00"
    assert.is_true(schedule.within(windows, saturday + 3600))
    assert.is_false(schedule.within(windows, saturday + 86400 + 3600))
  end)

  for text, part in pairs { ["8:00"] = "8:00", ["25:00-26:00"] = "25:00", ["Xyz 1:00-2:00"] = "Xyz",
    ["10:00-10:00"] = "empty", ["10:61-11:00"] = "10:61" } do
    it("refuses " .. text, function()
      local ok, why = pcall(schedule.parse, text)
      assert.is_false(ok)
      assert.truthy(why:find(part, 1, true), why)
    end)
  end
end)

describe("refreshing", function()
  it("leaves a quote where small moves do not pay", function()
    assert.equal(100, refresh.price(100, nil, 0.1, 1, nil, 0))
    assert.equal(100, refresh.price(100.05, 100, 0.1, 1, nil, 0))
    assert.equal(100.2, refresh.price(100.2, 100, 0.1, 1, nil, 0))
  end)

  it("keeps a good place in the queue, up to a distance", function()
    assert.equal(100, refresh.price(100.5, 100, 0.1, 1, 0.8, 0.6))
    assert.equal(100.5, refresh.price(100.5, 100, 0.1, 1, 0.5, 0.6))
    assert.equal(101.5, refresh.price(101.5, 100, 0.1, 1, 0.9, 0.6))
    assert.equal(100.5, refresh.price(100.5, 100, 0.1, 1, nil, 0.6))
  end)
end)

describe("dynamic gamma", function()
  local p = { gamma_rel = 0.3, gamma_min = 0.05, gamma_max = 5, sigma_baseline = 2e-4, gamma_volatility_weight = 0.5,
    gamma_toxicity = 0.3, gamma_inventory = 2, gamma_tail = 4, gamma_hawkes = 0 }

  it("multiplies what is known and names what is missing", function()
    local gamma = risk_gamma.new(p)
    local value = gamma:gamma(6e-4, 2.5, 0.9, nil, nil, 0.8)
    local expected = 0.3 * (1 + 0.5 * 2) * (1 + 0.3 * 1) * (1 + 2 * 0.16) * 1.5
    assert.near(expected, value, 1e-12)
    assert.same({ "severity", "hawkes" }, gamma:missing())
    assert.near(2, gamma:of "m_vol", 1e-12)
    local told = {}
    risk_gamma.explain({ explain = function(_, name, factor) told[name] = factor end }, gamma)
    assert.near(1.5, told.m_spread, 1e-12)
  end)

  it("stays within its limits", function()
    assert.equal(5, (risk_gamma.new(p):gamma(1, 100, 1, 2, nil, 0.9)))
  end)
end)

describe("parameters of several parts", function()
  it("are one table, some with another default", function()
    local all = params.join({ a = { 1 } }, { b = { 2, min = 0, doc = "b" } })
    assert.same({ 3, min = 0, doc = "b" }, params.default(all, { b = 3 }).b)
  end)

  it("do not hide one another", function()
    assert.has_error(function() params.join({ a = { 1 } }, { a = { 2 } }) end, "parameter 'a' is declared twice")
    assert.has_error(function() params.default({ a = { 1 } }, { b = 2 }) end, "there is no parameter 'b'")
  end)
end)
