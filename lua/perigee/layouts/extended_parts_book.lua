-- Extended order book as R2 keeps it: its older CSV, and its Parquet columns exported as CSV.
return {
    venue = "extended",
    format = "csv",
    record = "book",
    files = { "orderbook.csv", "orderbook_*.csv", "part_*.csv", "part_*.parquet" },
    columns = {
        exchange_time = "timestamp_ms",
        symbol = "market",
        sequence = "seq",
        bid_price = "bid_price_%d",
        bid_size = "bid_qty_%d",
        ask_price = "ask_price_%d",
        ask_size = "ask_qty_%d",
    },
    units = { exchange_time = "ms" },
    max_gap_s = 1800,
    tolerate = { "torn_end" },
}
