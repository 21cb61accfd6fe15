-- Withdraws to a Starknet address.
--
--     perigee lua examples/extended/withdraw.lua --recipient 0x... --amount 10
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Withdraws to a Starknet address.", key = true, transfers = true,
  { name = "recipient", value = "ADDRESS", required = true, doc = "on Starknet" },
  { name = "amount", required = true, value = "USD", doc = "to be withdrawn" },
}

print("withdrawal", assert(client.exchange.withdraw { recipient = options.recipient, amount = options.amount }))
for _, one in ipairs(assert(client.info.asset_operations { limit = 5 })) do
  print(one.type, one.amount, one.status, one.id)
end
