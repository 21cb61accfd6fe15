-- Binance messages without receive times: a REST snapshot, and arrays of depthUpdate and aggTrade messages, each in a
-- file of its own. The snapshot has no time: it is taken to be older than everything else.
return {
    venue = "binance",
    format = "json",
    files = { "{symbol}_*_snapshot.json", "{symbol}_*_update.json", "{symbol}_*_trades.json" },
    units = { exchange_time = "ms" },
    max_gap_s = 60,
    max_back_s = 5,
    tolerate = { "torn_end" },
    records = {
        {
            record = "book",
            match = { path = "lastUpdateId" },
            columns = { sequence = "lastUpdateId", bids = "bids", asks = "asks" },
        },
        {
            record = "update",
            match = { path = "e", value = "depthUpdate" },
            columns = {
                exchange_time = "E",
                symbol = "s",
                first_sequence = "U",
                sequence = "u",
                previous_sequence = "pu",
                bids = "b",
                asks = "a",
            },
        },
        {
            record = "trade",
            match = { path = "e", value = "aggTrade" },
            columns = { exchange_time = "T", symbol = "s", price = "p", size = "q", side = "m", id = "a" },
            sides = { buy = "false", sell = "true" },
        },
    },
}
