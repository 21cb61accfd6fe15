-- Questions that need no key: what is traded, its prices, and an account's state.
--
--     perigee lua examples/hyperliquid/info.lua --user ...
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Asks about a market and an account.",
  { name = "coin", default = "ETH", doc = "a market" },
  { name = "user", value = "ADDRESS", required = true, doc = "an account" },
}

local mids = assert(client.info.all_mids())
print("mid", options.coin, mids[options.coin])

local book = assert(client.info.l2_book { coin = options.coin })
print("best bid", book.levels[1][1].px, "best ask", book.levels[2][1].px)

local hour_ms = 3600 * 1000
local now_ms = assert(client.info.exchange_status()).time
local candles = assert(client.info.candle_snapshot {
  coin = options.coin, interval = "1m", start_time = now_ms - hour_ms })
print("candles", #candles)

-- Questions about an account take `user`; it is the client's own account when it has one.
local state = assert(client.info.clearinghouse_state { user = options.user })
print("account value", state.marginSummary.accountValue, "withdrawable", state.withdrawable)
for _, held in ipairs(state.assetPositions) do
  print("position", held.position.coin, held.position.szi, "entry", held.position.entryPx)
end
for _, order in ipairs(assert(client.info.open_orders { user = options.user })) do
  print("order", order.coin, order.side, order.sz, order.limitPx, order.oid)
end
local fees = assert(client.info.user_fees { user = options.user })
print("taker rate", fees.userCrossRate, "maker rate", fees.userAddRate)
