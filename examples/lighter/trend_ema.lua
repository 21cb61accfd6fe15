-- R4's trend by moving averages: EMA 9 over EMA 26 of closes a minute. New longs wait while the fast one is below.
--
--     perigee lua examples/lighter/trend_ema.lua --market PAXG --out ema_state_PAXG.json
local lighter = require "perigee.lighter"

local K = require "perigee.kernels"
local sdk = require "perigee.sdk"

local client, options = lighter.program { doc = "Says whether the fast average is above the slow one.",
  { name = "market", env = "MARKET_SYMBOL", default = "PAXG", doc = "what is traded (or MARKET_SYMBOL)" },
  { name = "fast", number = true, default = 9, doc = "candles" },
  { name = "slow", number = true, default = 26, doc = "candles" },
  { name = "count", number = true, default = 200, doc = "candles of a minute" },
  { name = "candles", value = "FILE", doc = "where candles are kept" },
  { name = "follow", number = true, default = 0, doc = "minutes that are followed by the trades" },
  { name = "out", value = "FILE", doc = "JSON, written anew with every candle" },
}

local trend = K.trend { fast = options.fast, slow = options.slow, period = 10, multiplier = 3 }

local function tell(time_ms)
  local fast, slow = trend:read()
  if not fast then error(("there are not yet %d candles"):format(options.slow), 0) end
  local word = fast < slow and "down" or "up"
  print(word, ("%.8g"):format(fast), ("%.8g"):format(slow))
  if options.out then
    assert(sdk.write_file(options.out, lighter.text { symbol = options.market, ema_fast = fast, ema_slow = slow,
      trend = word == "up" and 1 or -1, time_s = time_ms / 1000 } .. "\n"))
  end
end

local candles = assert(client:candles { market = options.market, resolution = "1m", count = options.count,
  file = options.candles })
for i = 1, #candles - 1 do trend:candle(candles[i].h, candles[i].l, candles[i].c) end -- the last one is open
tell(sdk.now_ms())

-- Then candles are built from the trades. A minute without a trade has none, as at the venue.
local feed = options.follow > 0 and assert(client.subscribe.trade { market = options.market })
local open, last, done = nil, 0, 0
while done < options.follow do
  local message = assert(feed:next(120))
  for _, trade in ipairs(message.type == "update/trade" and message.trades or {}) do
    local minute, price = math.floor(trade.timestamp / 60000), tonumber(trade.price)
    if trade.trade_id > last then
      if open and minute > open.minute then
        trend:candle(open.high, open.low, open.close)
        tell(trade.timestamp)
        open, done = nil, done + 1
      end
      open = open or { minute = minute, high = price, low = price }
      open.high, open.low, open.close = math.max(open.high, price), math.min(open.low, price), price
      last = trade.trade_id
    end
  end
end
