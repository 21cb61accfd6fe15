local ffi = require "ffi"
local books = require "perigee.lighter.book"
local candles = require "perigee.lighter.candles"
local channels = require "perigee.lighter.channels"
local lighter = require "perigee.lighter"
local markets = require "perigee.lighter.markets"

local market = { id = 0, symbol = "ETH", size_decimals = 4, price_decimals = 2, quote_multiplier = 1,
  min_size = "0.0050", min_value = "10.000000", least_fraction = 200, active = true }

describe("Lighter's numbers", function()
  it("are exact, or rounded as asked", function()
    assert.equal(317, markets.scale("0.0317", 4))
    assert.equal(29, markets.scale(0.29, 2))
    assert.equal(236132, markets.scale("2361.329", 2, "down"))
    assert.equal(236133, markets.scale("2361.321", 2, "up"))
    assert.equal(1, markets.scale(1e-8, 8))
    local units, why = markets.scale("0.00001", 4)
    assert.is_nil(units)
    assert.matches("decimals", why)
    assert.equal("2361.32", markets.unscale(236132, 2))
    assert.equal(ffi.new("int64_t", 1152921504606846975LL), markets.amount("1152921504606.846975", 6))
  end)

  it("round leverage so that it is never more than was asked for", function()
    assert.equal(3334, markets.margin_fraction(market, 3))
    assert.equal(200, markets.margin_fraction(market, 50))
    assert.is_nil((markets.margin_fraction(market, 51)))
  end)

  it("put worst prices on the far side", function()
    assert.equal(100501, markets.worst_price(100000, "0.00501", true))
    assert.equal(99499, markets.worst_price(100000, "0.00501", false))
    assert.equal(2, markets.worst_price(1, "0.005", true))
    for _, share in ipairs { "1", "-0.1", "x" } do
      assert.is_false(pcall(function() assert(markets.worst_price(100000, share, true)) end))
    end
  end)

  it("refuse what the venue refuses", function()
    assert.is_true(markets.check(market, 100, 250000))
    assert.matches("at least 0.0050", select(2, markets.check(market, 49, 250000)))
    assert.matches("worth at least 10", select(2, markets.check(market, 50, 100000)))
    assert.is_true(markets.check(market, 1, 1, true))
  end)
end)

describe("Lighter's book", function()
  local function message(kind, nonce, begin, bids, asks)
    return { type = kind .. "/order_book",
      order_book = { nonce = nonce, begin_nonce = begin, bids = bids or {}, asks = asks or {} } }
  end
  local function new_book()
    local asked = { n = 0 }
    local feed = { hello = "x", change_hello = function() asked.n = asked.n + 1 end }
    return books.new(market, feed), asked
  end
  local function level(price, size) return { price = price, size = size } end

  it("applies updates behind one another only", function()
    local book, asked = new_book()
    assert.is_false(book:take(message("update", 5, 4, { level("10", "1") }))) -- before the snapshot
    assert.is_true(book:take(message("subscribed", 10, 0, { level("10.00", "1"), level("9", "2") },
      { level("11", "3") })))
    assert.is_true(book:take(message("update", 12, 10, { level("10", "0.0000"), level("9.5", "4") })))
    assert.same({ level("9.50", "4"), level("9.00", "2") }, book:levels("bids", 5))
    assert.is_false(book:take(message("update", 12, 11, { level("9", "0") }))) -- stale
    assert.is_nil((book:take(message("update", 20, 15)))) -- one is missing
    assert.same({ 1, {} }, { asked.n, book:levels("bids", 5) })
    assert.is_false(book:take(message("update", 21, 20, { level("9", "1") })))
    assert.is_true(book:take(message("subscribed", 30, 0, { level("9", "1") }, {})))
    assert.is_nil((book:take(message("update", 31, 30, {}, { level("8", "1") })))) -- crossed
    assert.equal(2, book.gaps)
  end)
end)

describe("Lighter's channels", function()
  it("find their feeds, also where the venue repeats only the first number", function()
    local feeds = { ["order_book:0"] = {}, ["account_orders:0:12345"] = {}, ["candle:0:1m"] = {} }
    assert.equal("order_book:0", channels.route(feeds, { channel = "order_book:0" }))
    assert.equal("account_orders:0:12345", channels.route(feeds, { channel = "account_orders:0" }))
    assert.equal("account_orders:0:12345", channels.route(feeds, { channel = "account_orders/0/12345" }))
    assert.is_nil(channels.route(feeds, { channel = "order_book:01" }))
    assert.is_nil(channels.route(feeds, {}))
  end)
end)

describe("Lighter's candles", function()
  it("are asked for in pages, and kept", function()
    local asked, path = {}, os.tmpname()
    os.remove(path)
    local client = { info = { candles = function(given)
      asked[#asked + 1] = given
      local list = {}
      for t = math.ceil(given.start_timestamp / 60000) * 60000, given.end_timestamp, 60000 do
        list[#list + 1] = { t = t, o = 1, h = 2, l = 0.5, c = 1.5, v = 3 }
      end
      return { c = list }
    end } }
    local list = assert(candles.load(client, { market = "ETH", resolution = "1m", count = 1200, file = path }))
    assert.equal(1200, #list)
    assert.equal(3, #asked)
    for i = 2, #list do assert.equal(60000, list[i].t - list[i - 1].t) end
    asked = {}
    list = assert(candles.load(client, { market = "ETH", resolution = "1m", count = 1200, file = path }))
    assert.equal(1200, #list)
    assert.equal(1, #asked) -- only what is newer
    os.remove(path)
    assert.same({}, candles.read(path))
  end)
end)

describe("Lighter's names", function()
  it("are all annotated", function()
    local file = assert(io.open("lua/perigee/lighter/meta.lua"))
    local text = file:read "*a"
    file:close()
    for _, list in ipairs { lighter.questions, lighter.channels, lighter.transactions } do
      for name in pairs(list) do assert.truthy(text:find("---@field " .. name .. " fun(", 1, true), name) end
    end
  end)
end)
