-- The order book, kept by its nonces: an update counts only behind the one before it, else the book is asked for again.
--
--     perigee lua examples/lighter/ws_book.lua --market ETH
local lighter = require "perigee.lighter"

local client, options = lighter.program { doc = "Shows the best prices of a book as it changes.",
  { name = "market", env = "MARKET_SYMBOL", default = "ETH", doc = "what is traded (or MARKET_SYMBOL)" },
  { name = "count", number = true, default = 3, doc = "changes" },
  { name = "timeout", number = true, default = 60, doc = "seconds to wait for each" },
}

local book = assert(client:book(options.market))
for _ = 1, options.count do
  assert(book:next(options.timeout))
  local bid, ask = book:levels("bids", 1)[1], book:levels("asks", 1)[1]
  if bid and ask then print(bid.size, bid.price, ask.price, ask.size, book.nonce) end
end
