-- Moves money to another account of ours. Money leaves an account only by a client that says transfers = true.
--
--     perigee lua examples/extended/transfer.lua --to-vault 10002 --to-key 0x... --amount 10
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Moves money to another account.", key = true, transfers = true,
  { name = "to-vault", number = true, required = true, value = "NUMBER", doc = "of the other account" },
  { name = "to-key", value = "KEY", required = true, doc = "its public key" },
  { name = "amount", required = true, value = "USD", doc = "to be moved" },
}

print("before", assert(client.info.balance()).balance)
local done = assert(client.exchange.transfer { to_vault = options.to_vault, to_public_key = options.to_key,
  amount = options.amount })
print("transfer", extended.text(done.id), done.validSignature)
print("after", assert(client.info.balance()).balance)
