-- Binance spot order book, up to 1000 levels as lists in a Parquet file, one snapshot a row.
return {
    venue = "binance",
    format = "parquet",
    record = "book",
    header = { "depth_actual", "reconnect_flag" },
    columns = {
        local_time = "ts_ms",
        exchange_time = "exch_ts_ms",
        symbol = "symbol",
        sequence = "seq",
        bid_price = "bids_px",
        bid_size = "bids_qty",
        ask_price = "asks_px",
        ask_size = "asks_qty",
    },
    units = { local_time = "ms", exchange_time = "ms" },
    skip_repeats = true,
}
