-- Sends spot tokens to another account.
--
--     perigee lua examples/hyperliquid/spot_transfer.lua --key env:HL_KEY --destination ...
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Sends spot tokens.", key = true,
  { name = "destination", value = "ADDRESS", required = true, doc = "who gets them" },
  { name = "token", default = "USDC", doc = "name of the token" },
  { name = "amount", default = "5", doc = "tokens" },
}

-- A token is named with its id, which is another one on each network: it is looked up.
local token
for _, one in ipairs(assert(client.info.spot_meta()).tokens) do
  if one.name == options.token then token = one.name .. ":" .. one.tokenId end
end
if not token then error("there is no token " .. options.token) end
print("token", token)

assert(client.exchange.spot_send { destination = options.destination, token = token, amount = options.amount })
for _, balance in ipairs(assert(client.info.spot_clearinghouse_state { user = options.destination }).balances) do
  print("theirs", balance.coin, balance.total)
end
