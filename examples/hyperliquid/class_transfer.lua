-- Moves dollars between the perpetuals' account and the spot account, and back.
--
--     perigee lua examples/hyperliquid/class_transfer.lua --key env:HL_KEY
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Moves USDC between perpetuals and spot.", key = true,
  { name = "amount", default = "10", doc = "USD" },
}

local function show(when)
  local spot = "0.0"
  for _, balance in ipairs(assert(client.info.spot_clearinghouse_state()).balances) do
    if balance.coin == "USDC" then spot = balance.total end
  end
  print(when, "perpetuals", assert(client.info.clearinghouse_state()).withdrawable, "spot", spot)
end

show "before"
assert(client.exchange.usd_class_transfer { amount = options.amount, to_perp = false })
show "to spot"
assert(client.exchange.usd_class_transfer { amount = options.amount, to_perp = true })
show "and back"
