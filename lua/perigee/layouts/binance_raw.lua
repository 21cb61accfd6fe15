-- Binance streams as received: a line a message, "<receive time> <JSON>", with REST snapshots in between (hftbacktest's
-- recorder). Receive times count ns, in older files us.
return {
    venue = "binance",
    format = "json",
    files = { "*_{symbol}_*.gz", "{symbol}_*.dat" },
    units = { local_time = "auto", exchange_time = "ms" },
    max_gap_s = 5,
    tolerate = { "torn_end" },
    records = {
        {
            record = "book",
            match = { path = "lastUpdateId" },
            columns = { local_time = "@prefix", exchange_time = "E", sequence = "lastUpdateId", bids = "bids", asks = "asks" },
        },
        {
            record = "update",
            match = { path = "data.e", value = "depthUpdate" },
            columns = {
                local_time = "@prefix",
                exchange_time = "data.E",
                symbol = "data.s",
                first_sequence = "data.U",
                sequence = "data.u",
                previous_sequence = "data.pu",
                bids = "data.b",
                asks = "data.a",
            },
        },
        {
            record = "trade",
            match = { path = "data.e", value = "trade" },
            columns = {
                local_time = "@prefix",
                exchange_time = "data.E",
                symbol = "data.s",
                price = "data.p",
                size = "data.q",
                side = "data.m",
                id = "data.t",
            },
            sides = { buy = "false", sell = "true" },
        },
        {
            record = "bbo",
            match = { path = "data.B" },
            columns = {
                local_time = "@prefix",
                exchange_time = "data.E",
                symbol = "data.s",
                sequence = "data.u",
                bid_price = "data.b",
                bid_size = "data.B",
                ask_price = "data.a",
                ask_size = "data.A",
            },
        },
    },
}
