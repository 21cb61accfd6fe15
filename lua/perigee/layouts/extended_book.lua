-- Extended order book, 20 levels, one snapshot a row (R1's orderbook_depth.csv). Venue times only.
return {
    venue = "extended",
    format = "csv",
    record = "book",
    files = { "orderbook_depth.csv" },
    header = { "datetime" },
    columns = {
        exchange_time = "timestamp_ms",
        symbol = "market",
        sequence = "seq",
        bid_price = "bid_price%d",
        bid_size = "bid_qty%d",
        ask_price = "ask_price%d",
        ask_size = "ask_qty%d",
    },
    units = { exchange_time = "ms" },
    max_gap_s = 1800,
    tolerate = { "torn_end" },
}
