---@meta
--- The functions of a client of Extended (perigee.extended), for editors (LuaLS). Never run: the tables in info.lua,
--- streams.lua and acting.lua make them. A test compares the names.

---@alias ext.candle_type "trades"|"mark-prices"|"index-prices"
---@alias ext.interval "PT1M"|"PT5M"|"PT15M"|"PT30M"|"PT1H"|"PT2H"|"PT4H"|"PT8H"|"PT12H"|"PT24H"|"P1D"|"P7D"|"P30D"

--- Questions. Answers are the venue's data (extended.md 4, 5). The third value of one that comes in pages is its
--- pagination, { cursor, count }.
---@class perigee.extended.Info
---@field account fun(arguments?: {timeout?: number}): any, string?, table?
---@field accounts fun(arguments?: {timeout?: number}): any, string?, table?
---@field asset_operations fun(arguments?: ext.asset_operations): any, string?, table?
---@field asset_price fun(arguments: {asset: string, timeout?: number}): any, string?, table?
---@field assets fun(arguments?: ext.assets): any, string?, table?
---@field balance fun(arguments?: {timeout?: number}): any, string?, table?
---@field bridge_config fun(arguments?: {timeout?: number}): any, string?, table?
---@field bridge_quote fun(arguments: ext.bridge_quote): any, string?, table?
---@field candles fun(arguments: ext.candles): any, string?, table?
---@field client fun(arguments?: {timeout?: number}): any, string?, table?
---@field fees fun(arguments?: {market?: string|string[], builder_id?: integer, timeout?: number}): any, string?, table?
---@field funding_history fun(arguments: ext.funding_history): any, string?, table?
---@field funding_rates fun(arguments: ext.funding_rates): any, string?, table?
---@field leverage fun(arguments?: {market?: string|string[], timeout?: number}): any, string?, table?
---@field market_stats fun(arguments: {market: string, timeout?: number}): any, string?, table?
---@field markets fun(arguments?: {market?: string|string[], timeout?: number}): any, string?, table?
---@field open_interests fun(arguments: ext.open_interests): any, string?, table?
---@field open_orders fun(arguments?: ext.open_orders): any, string?, table?
---@field order fun(arguments: {id: integer|string, timeout?: number}): any, string?, table?
---@field orderbook fun(arguments: {market: string, timeout?: number}): any, string?, table?
---@field orders_by_external_id fun(arguments: {external_id: string, timeout?: number}): any, string?, table?
---@field orders_history fun(arguments?: ext.orders_history): any, string?, table?
---@field positions fun(arguments?: ext.positions): any, string?, table?
---@field positions_history fun(arguments?: ext.positions_history): any, string?, table?
---@field rebates fun(arguments?: {timeout?: number}): any, string?, table?
---@field settings fun(arguments?: {timeout?: number}): any, string?, table?
---@field spot_balances fun(arguments?: {timeout?: number}): any, string?, table?
---@field starknet fun(arguments?: {timeout?: number}): any, string?, table?
---@field trades fun(arguments: {market: string, timeout?: number}): any, string?, table?
---@field user_trades fun(arguments?: ext.user_trades): any, string?, table?
---@field vault_performance fun(arguments: {interval: string, timeout?: number}): any, string?, table?
---@field vault_summary fun(arguments?: {timeout?: number}): any, string?, table?

--- Streams. Messages are the venue's: { type, data, ts, seq } (extended.md 7), with received_ms.
---@class perigee.extended.Subscribe
---@field account fun(arguments?: {timeout?: number}): perigee.Feed?, string?, table?
---@field best_bid_ask fun(arguments?: {market?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field candles fun(arguments: ext.candle_stream): perigee.Feed?, string?, table?
---@field funding fun(arguments?: {market?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field index_price fun(arguments?: {market?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field mark_price fun(arguments?: {market?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field orderbook fun(arguments?: {market?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field rfq_orderbook fun(arguments?: {market?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field trades fun(arguments?: {market?: string, timeout?: number}): perigee.Feed?, string?, table?

--- Actions.
---@class perigee.extended.Exchange
---@field cancel fun(arguments?: {id?: integer|string, external_id?: string, timeout?: number}): true?, string?, table?
---@field claim fun(arguments?: {timeout?: number}): any, string?, table?
---@field commit_bridge_quote fun(arguments: {id: string, timeout?: number}): any, string?, table?
---@field dead_man_switch fun(arguments: {seconds: integer, timeout?: number}): true?, string?, table?
---@field mass_cancel fun(arguments?: ext.mass_cancel): true?, string?, table?
---@field order fun(arguments: perigee.extended.OrderArguments): perigee.extended.Accepted?, string?, table?
---@field replace fun(arguments: ext.replace): perigee.extended.Accepted?, string?, table?
---@field transfer fun(arguments: ext.transfer): any, string?, table?
---@field update_leverage fun(arguments: ext.update_leverage): any, string?, table?
---@field withdraw fun(arguments: ext.withdraw): any, string?, table?

---@class ext.replace: perigee.extended.OrderArguments
---@field external_id string of the order that is replaced
---@field new_external_id? string of the new one

---@class ext.candles
---@field market string
---@field candle_type ext.candle_type
---@field interval ext.interval
---@field limit integer
---@field end_time? integer
---@field timeout? number

---@class ext.funding_rates
---@field market string
---@field start_time integer
---@field end_time integer
---@field cursor? integer|string
---@field limit? integer
---@field timeout? number

---@class ext.open_interests
---@field market string
---@field interval "P1H"|"P1D"
---@field start_time integer
---@field end_time integer
---@field limit? integer
---@field timeout? number

---@class ext.assets
---@field asset? string|string[]
---@field collateral? boolean
---@field timeout? number

---@class ext.positions
---@field market? string|string[]
---@field side? "long"|"short"
---@field timeout? number

---@class ext.positions_history
---@field market? string|string[]
---@field side? "long"|"short"
---@field cursor? integer|string
---@field limit? integer
---@field timeout? number

---@class ext.open_orders
---@field market? string|string[]
---@field type? "LIMIT"|"MARKET"|"CONDITIONAL"|"TPSL"|"TWAP"
---@field side? "buy"|"sell"
---@field timeout? number

---@class ext.orders_history
---@field id? integer|string|(integer|string)[]
---@field external_id? string|string[]
---@field market? string|string[]
---@field type? "LIMIT"|"MARKET"|"CONDITIONAL"|"TPSL"|"TWAP"
---@field side? "buy"|"sell"
---@field cursor? integer|string
---@field limit? integer
---@field sort? "ID"|"UPDATED_AT"
---@field timeout? number

---@class ext.user_trades
---@field market? string|string[]
---@field type? "TRADE"|"LIQUIDATION"|"DELEVERAGE"
---@field side? "buy"|"sell"
---@field cursor? integer|string
---@field limit? integer
---@field timeout? number

---@class ext.funding_history
---@field market? string|string[]
---@field side? "long"|"short"
---@field start_time integer
---@field cursor? integer|string
---@field limit? integer
---@field timeout? number

---@class ext.asset_operations
---@field type? string
---@field status? string
---@field cursor? integer|string
---@field limit? integer
---@field timeout? number

---@class ext.bridge_quote
---@field chain_in string
---@field chain_out string
---@field amount number|string
---@field timeout? number

---@class ext.candle_stream
---@field market string
---@field candle_type ext.candle_type
---@field interval ext.interval
---@field timeout? number

---@class ext.mass_cancel
---@field ids? integer|string|(integer|string)[]
---@field external_ids? string|string[]
---@field markets? string|string[]
---@field all? boolean
---@field timeout? number

---@class ext.update_leverage
---@field market string
---@field leverage number|string
---@field timeout? number

---@class ext.transfer
---@field to_vault integer
---@field to_public_key string
---@field to_account? integer|string
---@field amount number|string
---@field timeout? number

---@class ext.withdraw
---@field recipient string
---@field amount number|string
---@field chain? string
---@field description? string
---@field quote_id? string
---@field timeout? number
