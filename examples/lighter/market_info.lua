-- What a market is: decimals, least sizes, fees, leverage, funding.
--
--     perigee lua examples/lighter/market_info.lua --market ETH
local lighter = require "perigee.lighter"

local client, options = lighter.program { doc = "Shows what a market is.",
  { name = "market", env = "MARKET_SYMBOL", default = "ETH", doc = "what is traded (or MARKET_SYMBOL)" },
}

local market = assert(client:market(options.market))
print("market", market.symbol, market.id, market.active and "active" or "not active")
print("decimals", market.price_decimals, market.size_decimals)
print("least", market.min_size, market.min_value)
print("fees, percent", market.maker_fee, market.taker_fee)
print("leverage", market.least_fraction > 0 and 10000 / market.least_fraction or "none")
local best = assert(client:best_prices(market.id))
print("best", best.bid, best.ask)
for _, rate in ipairs(assert(client.info.funding_rates()).funding_rates) do
  if rate.market_id == market.id then print("funding", rate.exchange, rate.rate) end
end
