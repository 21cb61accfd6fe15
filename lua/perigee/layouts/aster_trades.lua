-- Aster trades with aggressor side, venue times only (djienne's recorder: trades_BTCUSDT.csv).
return {
    venue = "aster",
    format = "csv",
    record = "trade",
    files = { "trades_{symbol}.csv", "*_trades_{symbol}.csv" },
    columns = {
        exchange_time = "unix_timestamp_ms",
        id = "id",
        side = "side",
        price = "price",
        size = "quantity",
    },
    sides = { buy = "buy", sell = "sell" },
    units = { exchange_time = "ms" },
    max_gap_s = 10,
    tolerate = { "torn_end" },
}
