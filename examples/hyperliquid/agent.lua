-- An agent: a second key that may trade for the account, but neither send nor withdraw. A bot should have nothing else.
--
--     perigee lua examples/hyperliquid/agent.lua --key env:HL_KEY
local hl = require "perigee.hyperliquid"

local sdk = require "perigee.sdk"

local client, options = hl.program { doc = "Approves a new agent key and trades with it.", key = true,
  { name = "coin", default = "ETH", doc = "what is traded" },
  { name = "size", default = "0.05", doc = "in coins" },
  { name = "name", default = "example", doc = "of the agent; one of the same name is replaced" },
}

-- The key lives in the host's locked memory until the program ends. For one that stays: `perigee keys`.
local key = sdk.new_key "hyperliquid"
assert(client.exchange.approve_agent { agent_address = key.address, agent_name = options.name })
print("approved", key.address:lower())

-- The agent signs, the account is the one that trades: connect asks the venue whether they belong together.
local agent = assert(hl.connect {
  network = options.network, url = options.url, key = key, account = client.address })
local price = tonumber(assert(agent:mid(options.coin))) * 0.8
local order = assert(agent.exchange.order {
  coin = options.coin, side = "buy", price = price, size = options.size, tif = "Gtc" })
print("order", order.status, order.oid)
print("cancel", assert(agent.exchange.cancel { coin = options.coin, oid = order.oid }).status)

-- What needs the account's own key is refused before it is sent.
local _, why = agent.exchange.usd_send { destination = client.address, amount = "1" }
print("send", why)
