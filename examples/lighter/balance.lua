-- What an account has: value, what is free, assets and positions. Needs no key: accounts are public.
--
--     perigee lua examples/lighter/balance.lua --account 123456
local lighter = require "perigee.lighter"

local client = lighter.program { doc = "Shows an account's balance and positions.", account = true }

local account = assert(client:state())
print("value", account.total_asset_value)
print("available", account.available_balance)
for _, asset in ipairs(account.assets or {}) do print("asset", asset.symbol, asset.balance, asset.margin_balance) end
for _, held in ipairs(account.positions or {}) do
  if tonumber(held.position) ~= 0 then
    print("position", held.symbol, (held.sign < 0 and "-" or "") .. held.position, held.avg_entry_price,
      held.unrealized_pnl)
  end
end
