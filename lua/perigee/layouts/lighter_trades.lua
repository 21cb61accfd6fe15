-- Lighter trades with aggressor side (djienne's and R4's recorder: trades_BTC.csv).
return {
    venue = "lighter",
    format = "csv",
    record = "trade",
    files = { "trades_{symbol}.csv" },
    header = { "usd_amount" },
    columns = {
        local_time = "timestamp",
        price = "price",
        size = "size",
        side = "side",
        id = "trade_id",
    },
    sides = { buy = "buy", sell = "sell" },
    units = { local_time = "iso" },
    sessions = true,
    max_gap_s = 30,
    tolerate = { "torn_end" },
}
