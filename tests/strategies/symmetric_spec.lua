-- strategies/symmetric.lua: distances, skew, and nothing without a price.
local market = testing.market { strategy = "strategies/symmetric.lua", params = { size = 0.1, half_spread_bps = 10,
  skew_bps = 4 }, values = { fair = 100 }, max_position = 2 }

test("quotes half a spread around the fair price", function()
  local q = market:book { bid = 99.9, ask = 100.1, position = 0 }
  expect(q.bid[1].price).near(99.9, 1e-9)
  expect(q.ask[1].price).near(100.1, 1e-9)
  expect(q.bid[1].size).equal(0.1)
end)

test("leans against the position", function()
  local q = market:book { bid = 99.9, ask = 100.1, position = 1 } -- u = 1/2
  expect((q.bid[1].price + q.ask[1].price) / 2).near(100 * (1 - 2e-4), 1e-9)
end)

test("quotes nothing without a fair price", function()
  market:says { fair = { value = false } }
  local q = market:book { bid = 99.9, ask = 100.1 }
  expect(q.none).matches "not known"
  expect(#q.bid).equal(0)
end)
