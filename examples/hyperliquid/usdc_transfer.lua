-- Sends dollars from the perpetuals' account to another account on Hyperliquid.
--
--     perigee lua examples/hyperliquid/usdc_transfer.lua --key env:HL_KEY --destination ...
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Sends USDC.", key = true,
  { name = "destination", value = "ADDRESS", required = true, doc = "who gets them" },
  { name = "amount", default = "5", doc = "USD" },
}

print("withdrawable", assert(client.info.clearinghouse_state()).withdrawable)
assert(client.exchange.usd_send { destination = options.destination, amount = options.amount })
print("withdrawable", assert(client.info.clearinghouse_state()).withdrawable)
local theirs = assert(client.info.clearinghouse_state { user = options.destination })
print("theirs", theirs.withdrawable)
