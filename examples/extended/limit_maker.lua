-- A small maker: one post-only order a side around the mid, moved when the mid has moved; the dead-man's switch is
-- armed all the while. A strategy of `perigee run` does this better (limits, fills, a guard); this shows the calls.
--
--     perigee lua examples/extended/limit_maker.lua --seconds 60
local extended = require "perigee.extended"

local client, options = extended.program { doc = "Quotes both sides for a while.", key = true,
  { name = "market", default = "BTC-USD", doc = "what is traded" },
  { name = "size", default = "0.001", doc = "of each order" },
  { name = "half-spread", number = true, default = 10, doc = "bps from the mid" },
  { name = "reprice", number = true, default = 3, doc = "bps of the mid's move after which orders follow" },
  { name = "seconds", number = true, default = 60, doc = "to quote for" },
}

local SWITCH_S = 60
local market = options.market
local quotes = {} -- BUY, SELL: the order that is there

--- Places a side's order, or moves it. One that is gone (filled, or refused as it would have taken) is placed anew.
local function quote(side, mid)
  local away = options.half_spread / 1e4 * (side == "BUY" and -1 or 1)
  local given = { market = market, side = side, size = options.size, price = mid * (1 + away), tif = "GTT",
    post_only = true, expires_in = 3600 }
  local call, old = client.exchange.order, quotes[side]
  if old then call, given.external_id = client.exchange.replace, old.external_id end
  local order, why, detail = call(given)
  if detail and detail.unknown then order = client:find_order(detail.external_id) end
  quotes[side] = order and { external_id = order.external_id or order.externalId } or nil
  if order then print("quote", side, given.price)
  else print("no quote", side, why) end
end

--- Leaves nothing behind, however it ends.
local function stop()
  print("cancelled", assert(client:cancel_all { market = market }))
  assert(client.exchange.dead_man_switch { seconds = 0 })
end

local function run()
  local prices = assert(client.subscribe.best_bid_ask { market = market })
  local until_s, armed_s, quoted = os.time() + options.seconds, -math.huge, nil
  while os.time() < until_s do
    if os.time() - armed_s >= SWITCH_S / 3 then
      assert(client.exchange.dead_man_switch { seconds = SWITCH_S })
      armed_s = os.time()
    end
    local message, why, detail = prices:next(1)
    local bid, ask = message and message.data.b[1], message and message.data.a[1]
    if bid and ask then
      local mid = (tonumber(bid.p) + tonumber(ask.p)) / 2
      if not quoted or math.abs(mid / quoted - 1) * 1e4 >= options.reprice then
        quoted = mid
        quote("BUY", mid)
        quote("SELL", mid)
      end
    elseif not message and not (detail and detail.timeout) then
      print("no prices", why)
      client:cancel_all { market = market }
      quoted, quotes = nil, {}
    end
  end
end

local good, why = pcall(run)
stop()
if not good then error(why, 0) end
