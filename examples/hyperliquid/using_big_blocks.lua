-- Big blocks of the EVM: slower, with room for contracts. The account is told to use them, or not any more.
--
--     perigee lua examples/hyperliquid/using_big_blocks.lua --key env:HL_KEY
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Switches big blocks of the EVM on or off.", key = true,
  { name = "off", flag = true, doc = "small blocks again" },
}

assert(client.exchange.evm_user_modify { using_big_blocks = not options.off })
print("big blocks", options.off and "off" or "on")
