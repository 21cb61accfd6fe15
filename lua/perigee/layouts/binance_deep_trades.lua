-- Binance spot trades beside binance_deep_book.lua, in Parquet.
return {
    venue = "binance",
    format = "parquet",
    record = "trade",
    header = { "reconnect_flag" },
    columns = {
        local_time = "ts_ms",
        exchange_time = "exch_ts_ms",
        symbol = "symbol",
        id = "trade_id",
        price = "price",
        size = "qty",
        side = "side",
    },
    sides = { buy = "buy", sell = "sell" },
    units = { local_time = "ms", exchange_time = "ms" },
}
