-- Registers a new API key: it signs for itself, and the Ethereum key of the account's owner signs that it may. The new
-- key is made before with `perigee keys new NAME --kind lighter`; here it is only named.
--
--     perigee lua examples/lighter/change_key.lua --account 123456 --key-index 5 --new-key keystore:bot --new-index 7 \
--       --l1-key env:ETH_KEY
local lighter = require "perigee.lighter"

local client, options = lighter.program { doc = "Registers an API key.", key = true,
  { name = "new-key", value = "SOURCE", required = true, doc = "the new key" },
  { name = "new-index", value = "INDEX", number = true, required = true, doc = "that it gets, 4 to 254" },
  { name = "l1-key", value = "SOURCE", required = true, doc = "the owner's Ethereum key" },
}

if options.new_index < 4 then error("keys below 4 belong to the venue's own programs", 0) end
assert(client.exchange.change_pub_key { new_key = options.new_key, api_key_index = options.new_index,
  l1_key = options.l1_key, wait = 60 })
for _, key in ipairs(assert(client.info.apikeys { api_key_index = options.new_index }).api_keys) do
  print("key", key.api_key_index, key.public_key)
end
