-- StandX order book, 20 levels, one snapshot a row of a Parquet file; every row is stored twice, and the recorder paused
-- for 6 to 9 s every 36 s.
return {
    venue = "standx",
    format = "parquet",
    record = "book",
    files = { "orderbook_{symbol}_*.parquet" },
    header = { "is_valid", "mid_price" },
    columns = {
        local_time = "received_at",
        exchange_time = "timestamp",
        symbol = "symbol",
        bid_price = "bid_prices",
        bid_size = "bid_quantities",
        ask_price = "ask_prices",
        ask_size = "ask_quantities",
    },
    skip_repeats = true,
    max_gap_s = 5,
}
