-- strategies/cross_venue.lua and strategies/hedge.lua: the two halves of a pair.
local function maker(params)
  params.size = params.size or 1
  return testing.market { strategy = "strategies/cross_venue.lua", params = params, values = { fair = 100 },
    max_position = 10, lot = 0.1, maker_fee = 1e-4 }
end

local book = { bid = 99.9, ask = 100.1, position = 0 }

test("cross_venue: a fill pays for its hedge", function()
  local m = maker { edge_bps = 1, hedge_fee_bps = 4, skew_bps = 0 }
  m:reference { bid = 99.99, ask = 100.01 }
  local q = m:book(book)
  expect(q.ask[1].price).near(100 + 0.01 + 0.01 + 0.04 + 0.01, 1e-9)
  expect(q.bid[1].price).near(100 - 0.07, 1e-9)
end)

test("cross_venue: what is not hedged leans and bounds the quotes", function()
  local m = maker { skew_bps = 10 }
  m:book { bid = 99.9, ask = 100.1, position = 10 }
  local q = m:reference { bid = 99.99, ask = 100.01, position = -5 }
  expect((q.bid[1].price + q.ask[1].price) / 2).near(100 - 0.05, 1e-9) -- 5 of 10 are not hedged
  expect(#q.bid).equal(1)
  q = m:reference { bid = 99.99, ask = 100.01, position = 0 }
  expect(#q.bid).equal(0)
end)

test("cross_venue: nothing without a fair price", function()
  local m = maker {}
  m:says { fair = { value = false } }
  m:reference { bid = 99.99, ask = 100.01 }
  expect(m:book(book).none).equal("warmup")
end)

local function hedger(params)
  return testing.market { strategy = "strategies/hedge.lua", params = params or {}, max_position = 10, lot = 0.1 }
end

test("hedge: takes the opposite, within its cost", function()
  local m = hedger { max_cost_bps = 10 }
  m:book(book)
  m:advance(1)
  m:reference { bid = 100, ask = 100.2, position = 2 }
  expect(m.orders[1].side).equal("sell")
  expect(m.orders[1].size).near(2, 1e-9)
  expect(m.orders[1].price).near(99.9 * (1 - 1e-3), 1e-9)
  expect(m.orders[1].tif).equal("ioc")
end)

test("hedge: one order at a time, and only while the reference is fresh", function()
  local m = hedger()
  m:book(book)
  m:advance(1)
  m:reference { bid = 100, ask = 100.2, position = 2 }
  m:advance(2)
  expect(#m.orders).equal(1) -- it is still open
  m.orders[1].open = false
  m:fill { side = "sell", price = 99.9, size = 0.5 }
  m:advance(0.5)
  expect(#m.orders).equal(2)
  expect(m.orders[2].size).near(1.5, 1e-9)
  m.orders[2].open = false
  m:advance(60)
  expect(#m.orders).below(12) -- nothing after five seconds
end)

test("hedge: leaves what lies within the band", function()
  local m = hedger { band = 0.5, ratio = 0.5 }
  m:book(book)
  m:advance(1)
  m:reference { bid = 100, ask = 100.2, position = 0.9 }
  expect(#m.orders).equal(0)
  m:reference { bid = 100, ask = 100.2, position = 2 }
  expect(m.orders[1].size).near(1, 1e-9)
end)
