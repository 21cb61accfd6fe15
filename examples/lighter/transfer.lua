-- USDC to an account of somebody else: the Ethereum key of the owner signs, too, and the venue takes a fee, which it
-- names (transfer_fee_info) and which is never assumed.
--
--     perigee lua examples/lighter/transfer.lua --account 123456 --key-index 5 --l1-key env:ETH_KEY --to 654321 \
--       --usdc 10 --fee 3
local lighter = require "perigee.lighter"

local client, options = lighter.program { doc = "Transfers USDC to another owner's account.", key = true,
  { name = "l1-key", value = "SOURCE", required = true, doc = "the owner's Ethereum key" },
  { name = "to", value = "INDEX", number = true, required = true, doc = "account" },
  { name = "usdc", required = true, doc = "that are sent" },
  { name = "fee", required = true, doc = "in USDC, as the venue names it" },
  { name = "memo", default = "", doc = "up to 32 bytes, for the receiver" },
}

local sent = assert(client.exchange.transfer { to_account = options.to, asset = "USDC", amount = options.usdc,
  usdc_fee = options.fee, memo = options.memo, l1_key = options.l1_key, wait = 5 })
print("sent", sent.hash)
print("collateral", assert(client:state()).collateral)
