-- Hyperliquid trades with aggressor side (djienne's recorder: trades_BTC.csv). Ids are hashes, not in order.
return {
    venue = "hyperliquid",
    format = "csv",
    record = "trade",
    files = { "trades_{symbol}.csv" },
    columns = {
        local_time = "timestamp",
        exchange_time = "exchange_timestamp",
        price = "price",
        size = "size",
        side = "side",
        id = "trade_id",
    },
    sides = { buy = "buy", sell = "sell" },
    units = { local_time = "s", exchange_time = "ms" },
    max_gap_s = 10,
    tolerate = { "torn_end" },
    instrument = { significant = 5, min_notional = 10 },
}
