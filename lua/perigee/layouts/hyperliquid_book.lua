-- Hyperliquid order book, 20 levels a side, one snapshot a row (djienne's recorder: orderbooks_BTC.csv).
return {
    venue = "hyperliquid",
    format = "csv",
    record = "book",
    files = { "orderbooks_{symbol}.csv" },
    columns = {
        local_time = "timestamp",
        exchange_time = "exchange_timestamp",
        sequence = "sequence",
        bid_price = "bid_price_%d",
        bid_size = "bid_size_%d",
        ask_price = "ask_price_%d",
        ask_size = "ask_size_%d",
    },
    units = { local_time = "s", exchange_time = "ms" },
    max_gap_s = 10,
    tolerate = { "torn_end" },
    instrument = { significant = 5, min_notional = 10 },
}
