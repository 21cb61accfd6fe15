-- The leverage of a market: what it is, and another one.
--
--     perigee lua examples/extended/leverage.lua --leverage 5
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Shows and sets the leverage of a market.", account = true,
  { name = "market", default = "BTC-USD", doc = "a market" },
  { name = "leverage", value = "NUMBER", doc = "to be set" },
}

local function leverage()
  return assert(client.info.leverage { market = options.market })[1].leverage
end

print("leverage", leverage(), "at most", assert(client:market(options.market)).max_leverage)
if options.leverage then
  assert(client.exchange.update_leverage { market = options.market, leverage = options.leverage })
  print("leverage", leverage())
end
