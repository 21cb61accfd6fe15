-- Extended trades (R1's trades.csv). Liquidations and other special trades carry their own trade_type.
return {
    venue = "extended",
    format = "csv",
    record = "trade",
    files = { "trades.csv", "trades_*.csv" },
    header = { "datetime" },
    columns = {
        exchange_time = "timestamp_ms",
        symbol = "market",
        side = "side",
        price = "price",
        size = "quantity",
        id = "trade_id",
        kind = "trade_type",
    },
    sides = { buy = { "buy", "BUY" }, sell = { "sell", "SELL" } },
    liquidations = { "LIQUIDATION", "DELEVERAGE" },
    units = { exchange_time = "ms" },
    max_gap_s = 1800,
    tolerate = { "torn_end" },
}
