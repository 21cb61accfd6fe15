-- Extended trades as R2 keeps them: its older CSV, and its Parquet columns exported as CSV. They have no ids.
return {
    venue = "extended",
    format = "csv",
    record = "trade",
    files = { "trades.csv", "trades_*.csv", "part_*.csv", "part_*.parquet" },
    columns = {
        exchange_time = "timestamp_ms",
        price = "price",
        size = "quantity",
        side = "is_buyer_maker",
    },
    sides = { buy = { "false", "False", "0" }, sell = { "true", "True", "1" } },
    units = { exchange_time = "ms" },
    max_gap_s = 1800,
    tolerate = { "torn_end" },
}
