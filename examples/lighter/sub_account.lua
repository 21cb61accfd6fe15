-- A sub-account: made, and money moved to it. Its index comes from the list of the address's accounts.
--
--     perigee lua examples/lighter/sub_account.lua --account 123456 --key-index 5
local lighter = require "perigee.lighter"

local client, options = lighter.program { doc = "Makes a sub-account and moves USDC to it.", key = true,
  { name = "usdc", default = "25", doc = "that are moved" },
}

local function accounts()
  local answer = assert(client.info.accounts_by_l1_address { l1_address = assert(client:state()).l1_address })
  local indexes = {}
  for _, one in ipairs(answer.sub_accounts) do indexes[one.index] = one end
  return indexes
end

local before = accounts()
assert(client.exchange.create_sub_account { wait = 5 })
local made
for index in pairs(accounts()) do made = not before[index] and index or made end
print("sub-account", ("%.0f"):format(made))

-- Between accounts of one owner the account's own key is enough, and there is no fee.
assert(client.exchange.transfer { to_account = made, asset = "USDC", amount = options.usdc, usdc_fee = 0, wait = 5 })
print("collateral", accounts()[made].collateral)
