-- What is traded, what it costs, and what the account has: questions only.
--
--     perigee lua examples/extended/basic_usage.lua
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Asks about a market and the account.", account = true,
  { name = "market", default = "BTC-USD", doc = "a market" },
}

local markets = assert(client:markets())
print("markets", #markets)

local market = assert(client:market(options.market))
print("market", market.name, market.status, "tick", market.tick, "step", market.step, "least", market.min_size)

local bid, ask = client:best(options.market)
print("best bid", bid, "best ask", ask)
local book = assert(client.info.orderbook { market = options.market })
print("levels", #book.bid, #book.ask)

local funding = assert(client:funding(options.market))
print("funding", ("%.5f %% an hour, %.2f %% a year"):format(funding.percent, funding.annual_percent))

local account = assert(client.info.account())
print("account", account.accountId, "vault", account.l2Vault, account.status)
local balance = assert(client.info.balance())
print("equity", balance.equity, "available", balance.availableForTrade)
for _, position in ipairs(assert(client.info.positions())) do
  print("position", position.market, position.side, position.size, "entry", position.openPrice)
end
local fees = assert(client:fees_of(options.market))
print("maker rate", fees.makerFeeRate, "taker rate", fees.takerFeeRate)
