-- Names the referrer of the account, which can be done once.
--
--     perigee lua examples/hyperliquid/set_referrer.lua --key env:HL_KEY --code ...
local hl = require "perigee.hyperliquid"

local client, options = hl.program { doc = "Sets the referrer.", key = true,
  { name = "code", required = true, doc = "of the referrer" },
}

local good, why = client.exchange.set_referrer { code = options.code }
print("referrer", good and "set" or why)
local by = assert(client.info.referral()).referredBy
print("referred by", by ~= hl.null and by.code or "nobody")
