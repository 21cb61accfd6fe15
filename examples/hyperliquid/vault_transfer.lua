-- Puts dollars into a vault, and takes them out again.
--
--     perigee lua examples/hyperliquid/vault_transfer.lua --key env:HL_KEY --vault ...
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Deposits into a vault or withdraws from it.", key = true,
  { name = "vault", value = "ADDRESS", required = true, doc = "the vault" },
  { name = "usd", default = "10", doc = "USD" },
  { name = "withdraw", flag = true, doc = "take out instead of putting in" },
}

assert(client.exchange.vault_transfer {
  vault_address = options.vault, is_deposit = not options.withdraw, usd = options.usd })
print(options.withdraw and "withdrawn" or "deposited", options.usd)
for _, held in ipairs(assert(client.info.user_vault_equities())) do
  print("equity", held.vaultAddress, held.equity)
end
