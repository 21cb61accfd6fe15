-- Lighter best bid and offer in one row (djienne's and R4's recorder: prices_BTC.csv). Sessions of recorders in
-- different time zones may lie in one file, later rows leave market_id off, most rows repeat the one before.
return {
    venue = "lighter",
    format = "csv",
    record = "bbo",
    files = { "prices_{symbol}.csv" },
    columns = {
        local_time = "timestamp",
        bid_price = "bid_price",
        bid_size = "bid_size",
        ask_price = "ask_price",
        ask_size = "ask_size",
    },
    units = { local_time = "iso" },
    sessions = true,
    skip_repeats = true,
    max_gap_s = 30,
    tolerate = { "short_row", "torn_end" },
}
