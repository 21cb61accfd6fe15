-- Aster best bid and offer, prices only (djienne's recorder: prices_BTCUSDT.csv): sizes are not recorded, 1 base unit
-- stands for them.
return {
    venue = "aster",
    format = "csv",
    record = "bbo",
    files = { "prices_{symbol}.csv", "*_prices_{symbol}.csv" },
    header = { "mid" },
    columns = {
        local_time = "unix_timestamp",
        bid_price = "bid",
        ask_price = "ask",
    },
    units = { local_time = "s" },
    default_size = "1",
    max_gap_s = 10,
    tolerate = { "torn_end" },
}
