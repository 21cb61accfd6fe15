-- A limit order on a spot pair, found by the names of its tokens.
--
--     perigee lua examples/hyperliquid/spot_order.lua --key env:HL_KEY
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Places a spot order and cancels it.", key = true,
  { name = "pair", default = "PURR/USDC", doc = "BASE/QUOTE, or a name such as @107" },
  { name = "size", number = true, default = 200, doc = "of the base token" },
}

local asset = assert(client:asset(options.pair))
print("pair", asset.name, asset.alias, "id", asset.id, "decimals of sizes", asset.size_decimals)

local price = assert(hl.round_price(asset, tonumber(assert(client:mid(options.pair))) * 0.8, "down"))
local order = assert(client.exchange.order {
  coin = options.pair, side = "buy", price = price, size = options.size, tif = "Gtc" })
print("order", order.status, order.oid, price)

for _, balance in ipairs(assert(client.info.spot_clearinghouse_state()).balances) do
  print("balance", balance.coin, balance.total, "held", balance.hold)
end
print("cancel", assert(client.exchange.cancel { coin = options.pair, oid = order.oid }).status)
