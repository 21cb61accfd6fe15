-- StandX trades in Parquet. The file says SELL of every one: the aggressor's side is inferred from the book.
return {
    venue = "standx",
    format = "parquet",
    record = "trade",
    files = { "trades_{symbol}_*.parquet" },
    header = { "is_buyer_taker" },
    columns = {
        local_time = "received_at",
        exchange_time = "timestamp",
        symbol = "symbol",
        price = "price",
        size = "quantity",
    },
    infer_side = true,
    max_back_s = 60,
    max_gap_s = 5,
}
