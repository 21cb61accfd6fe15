-- Aster order book, 10 levels a side, all bids first (djienne's recorder: orderbook_BTCUSDT.csv).
return {
    venue = "aster",
    format = "csv",
    record = "book",
    files = { "orderbook_{symbol}.csv", "*_orderbook_{symbol}.csv" },
    columns = {
        local_time = "unix_timestamp",
        sequence = "lastUpdateId",
        bid_price = "bid_price_%d",
        bid_size = "bid_qty_%d",
        ask_price = "ask_price_%d",
        ask_size = "ask_qty_%d",
    },
    units = { local_time = "s" },
    max_gap_s = 10,
    tolerate = { "torn_end" },
}
