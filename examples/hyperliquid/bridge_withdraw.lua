-- Withdraws dollars to an address on Arbitrum. The venue takes 1 USD for it; it takes about five minutes.
--
--     perigee lua examples/hyperliquid/bridge_withdraw.lua --key env:HL_KEY
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Withdraws USDC over the bridge.", key = true,
  { name = "destination", value = "ADDRESS", doc = "on Arbitrum (default: the account's own)" },
  { name = "amount", default = "5", doc = "USD" },
}

print("withdrawable", assert(client.info.clearinghouse_state()).withdrawable)
assert(client.exchange.withdraw { destination = options.destination or client.address, amount = options.amount })
print("withdrawable", assert(client.info.clearinghouse_state()).withdrawable)

for _, update in ipairs(assert(client.info.user_non_funding_ledger_updates())) do
  if update.delta.type == "withdraw" then print("withdrawn", update.delta.usdc, "fee", update.delta.fee) end
end
