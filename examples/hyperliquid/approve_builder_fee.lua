-- Allows a builder a fee of at most this rate.
--
--     perigee lua examples/hyperliquid/approve_builder_fee.lua --key env:HL_KEY --builder ...
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Approves a builder's fee.", key = true,
  { name = "builder", value = "ADDRESS", required = true, doc = "who may take a fee" },
  { name = "rate", default = "0.01%", doc = "at most; 0% takes the approval back" },
}

assert(client.exchange.approve_builder_fee { builder = options.builder, max_fee_rate = options.rate })
-- In tenths of a basis point.
print("approved", assert(client.info.max_builder_fee { builder = options.builder }))
