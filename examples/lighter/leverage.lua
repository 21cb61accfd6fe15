-- R4's leverage adjuster: leverage and margin mode of a market.
--
--     perigee lua examples/lighter/leverage.lua --account 123456 --key-index 5 --market PAXG --leverage 2
--     MARKET_SYMBOL=PAXG LEVERAGE=2 MARGIN_MODE=cross perigee lua examples/lighter/leverage.lua
local lighter = require "perigee.lighter"

local client, options = lighter.program { doc = "Sets leverage and margin mode of a market.", key = true,
  { name = "market", env = "MARKET_SYMBOL", default = "PAXG", doc = "what is traded (or MARKET_SYMBOL)" },
  { name = "leverage", number = true, env = "LEVERAGE", default = 2, doc = "at most (or LEVERAGE)" },
  { name = "margin-mode", env = "MARGIN_MODE", default = "cross", doc = "cross or isolated (or MARGIN_MODE)" },
}

-- The venue keeps a margin fraction: 10000 / leverage, rounded up, so that the leverage is never above the request. The
-- mode can only be changed without a position and without orders.
assert(client.exchange.update_leverage { market = options.market, leverage = options.leverage,
  margin_mode = options.margin_mode, wait = 5 })

local market = assert(client:market(options.market))
for _, held in ipairs(assert(client:state()).positions) do
  if held.market_id == market.id then
    local percent = tonumber(held.initial_margin_fraction)
    print(market.symbol, ("%.4gx"):format(100 / percent), held.margin_mode == 1 and "isolated" or "cross")
  end
end
