-- Extended order book of full depth, a row a level (R1's full_depth.csv): rows of one time and sequence number are a
-- snapshot.
return {
    venue = "extended",
    format = "csv",
    record = "level",
    files = { "full_depth.csv" },
    header = { "level" },
    columns = {
        exchange_time = "timestamp_ms",
        symbol = "market",
        sequence = "seq",
        side = "side",
        price = "price",
        size = "quantity",
    },
    sides = { buy = { "bid", "buy", "BID" }, sell = { "ask", "sell", "ASK" } },
    units = { exchange_time = "ms" },
    max_gap_s = 1800,
    tolerate = { "torn_end" },
}
