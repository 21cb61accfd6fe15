-- Deposits, withdrawals, transfers, liquidations: first all that were, then each as it happens.
--
--     perigee lua examples/hyperliquid/ws_user_non_funding_ledger_updates.lua --user ...
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Shows deposits, withdrawals and transfers.",
  { name = "user", value = "ADDRESS", required = true, doc = "an account" },
  { name = "count", number = true, default = 3, doc = "messages" },
  { name = "timeout", number = true, default = 30, doc = "seconds to wait for each" },
}

local feed = assert(client.subscribe.user_non_funding_ledger_updates { user = options.user })
for _ = 1, options.count do
  local message = assert(feed:next(options.timeout))
  print(message.data.isSnapshot and "so far" or "new", #message.data.nonFundingLedgerUpdates)
  for _, update in ipairs(message.data.nonFundingLedgerUpdates) do
    print(update.delta.type, update.delta.usdc or update.delta.amount or "")
  end
end
