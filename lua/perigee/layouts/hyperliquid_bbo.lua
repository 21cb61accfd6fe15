-- Hyperliquid best bid and offer, two rows an update, bid then ask (djienne's recorder: prices_BTC.csv).
return {
    venue = "hyperliquid",
    format = "csv",
    record = "bbo_side",
    files = { "prices_{symbol}.csv" },
    columns = {
        local_time = "timestamp",
        exchange_time = "exchange_timestamp",
        price = "price",
        size = "size",
        side = "side",
    },
    sides = { buy = "bid", sell = "ask" },
    units = { local_time = "s", exchange_time = "ms" },
    max_gap_s = 10,
    tolerate = { "torn_end" },
    instrument = { significant = 5, min_notional = 10 },
}
