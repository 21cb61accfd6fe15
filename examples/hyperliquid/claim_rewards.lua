-- Claims what referrals have earned.
--
--     perigee lua examples/hyperliquid/claim_rewards.lua --key env:HL_KEY
local hl = require "perigee.hyperliquid"

local client = hl.program { doc = "Claims referral rewards.", key = true }

print("unclaimed", assert(client.info.referral()).unclaimedRewards)
local good, why = client.exchange.claim_rewards()
print("claim", good and "done" or why)
print("unclaimed", assert(client.info.referral()).unclaimedRewards)
