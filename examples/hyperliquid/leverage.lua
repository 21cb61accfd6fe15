-- Leverage of a market, and margin of an isolated position.
--
--     perigee lua examples/hyperliquid/leverage.lua --key env:HL_KEY
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Sets leverage and adds margin to an isolated position.", key = true,
  { name = "coin", default = "ETH", doc = "what is traded" },
  { name = "size", default = "0.05", doc = "in coins" },
  { name = "slippage", default = "0.01", doc = "the worst price, as a share of the mid" },
  { name = "leverage", number = true, default = 5, doc = "of the market" },
  { name = "usd", number = true, default = 1, doc = "that is added to the position" },
}

local function leverage()
  return assert(client.info.active_asset_data { coin = options.coin }).leverage
end

-- Not above the market's own most (client:asset(coin).max_leverage): that is refused here.
assert(client.exchange.update_leverage { coin = options.coin, leverage = options.leverage, is_cross = true })
print("leverage", leverage().type, leverage().value)
assert(client.exchange.update_leverage { coin = options.coin, leverage = options.leverage, is_cross = false })
print("leverage", leverage().type, leverage().value)

local function margin()
  for _, held in ipairs(assert(client.info.clearinghouse_state()).assetPositions) do
    if held.position.coin == options.coin then return held.position.marginUsed end
  end
end

assert(client:market_open { coin = options.coin, side = "buy", size = options.size, slippage = options.slippage })
print("margin", margin())
assert(client.exchange.update_isolated_margin { coin = options.coin, usd = options.usd })
print("margin", margin())
assert(client:market_close { coin = options.coin, slippage = options.slippage })
