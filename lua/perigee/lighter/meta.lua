---@meta
--- The functions of a Lighter client (perigee.lighter), for editors (LuaLS). Never run: the tables in endpoints.lua,
--- channels.lua and transactions.lua make them. A test compares the names.

---@class li.Result: perigee.lighter.Result
---@class li.Feed: perigee.Feed

---@class li.Call
---@field timeout? number seconds

--- Questions. `account_index` is the client's own when it is left out. Answers are the venue's (lighter.md, B).
---@class perigee.lighter.Info
---@field account fun(arguments: li.account): table?, string?, table?
---@field account_active_orders fun(arguments?: li.account_active_orders): table?, string?, table?
---@field account_inactive_orders fun(arguments: li.account_inactive_orders): table?, string?, table?
---@field account_limits fun(arguments?: li.account_limits): table?, string?, table?
---@field account_txs fun(arguments: li.account_txs): table?, string?, table?
---@field accounts_by_l1_address fun(arguments: li.accounts_by_l1_address): table?, string?, table?
---@field acknowledge_notification fun(arguments: li.acknowledge_notification): table?, string?, table?
---@field apikeys fun(arguments?: li.apikeys): table?, string?, table?
---@field asset_details fun(arguments?: li.asset_details): table?, string?, table?
---@field candles fun(arguments: li.candles): table?, string?, table?
---@field change_account_tier fun(arguments: li.change_account_tier): table?, string?, table?
---@field create_token fun(arguments: li.create_token): table?, string?, table?
---@field current_height fun(arguments?: li.Call): table?, string?, table?
---@field exchange_stats fun(arguments?: li.Call): table?, string?, table?
---@field funding_rates fun(arguments?: li.Call): table?, string?, table?
---@field fundings fun(arguments: li.fundings): table?, string?, table?
---@field get_maker_only_api_keys fun(arguments?: li.get_maker_only_api_keys): table?, string?, table?
---@field info fun(arguments?: li.Call): table?, string?, table?
---@field latest_deposit fun(arguments: li.latest_deposit): table?, string?, table?
---@field liquidations fun(arguments: li.liquidations): table?, string?, table?
---@field mark_price_candles fun(arguments: li.mark_price_candles): table?, string?, table?
---@field next_nonce fun(arguments: li.next_nonce): table?, string?, table?
---@field order_book_details fun(arguments?: li.order_book_details): table?, string?, table?
---@field order_book_orders fun(arguments: li.order_book_orders): table?, string?, table?
---@field order_books fun(arguments?: li.order_books): table?, string?, table?
---@field pnl fun(arguments: li.pnl): table?, string?, table?
---@field position_funding fun(arguments: li.position_funding): table?, string?, table?
---@field public_pools fun(arguments: li.public_pools): table?, string?, table?
---@field recent_trades fun(arguments: li.recent_trades): table?, string?, table?
---@field revoke_token fun(arguments: li.revoke_token): table?, string?, table?
---@field set_maker_only_api_keys fun(arguments: li.set_maker_only_api_keys): table?, string?, table?
---@field status fun(arguments?: li.Call): table?, string?, table?
---@field tokens fun(arguments?: li.tokens): table?, string?, table?
---@field trades fun(arguments: li.trades): table?, string?, table?
---@field transfer_fee_info fun(arguments?: li.transfer_fee_info): table?, string?, table?
---@field tx fun(arguments: li.tx): table?, string?, table?
---@field tx_from_l1_tx_hash fun(arguments: li.tx_from_l1_tx_hash): table?, string?, table?

--- Channels. Messages are the venue's (lighter.md 4.3), with received_ms; the first is the present state.
---@class perigee.lighter.Subscribe
---@field account_all fun(arguments?: li.account_all): li.Feed?, string?, table?
---@field account_all_assets fun(arguments?: li.account_all_assets): li.Feed?, string?, table?
---@field account_all_orders fun(arguments?: li.account_all_orders): li.Feed?, string?, table?
---@field account_all_positions fun(arguments?: li.account_all_positions): li.Feed?, string?, table?
---@field account_all_trades fun(arguments?: li.account_all_trades): li.Feed?, string?, table?
---@field account_market fun(arguments: li.account_market): li.Feed?, string?, table?
---@field account_orders fun(arguments: li.account_orders): li.Feed?, string?, table?
---@field account_spot_avg_entry_prices fun(arguments?: li.account_spot_avg_entry_prices): li.Feed?, string?, table?
---@field account_tx fun(arguments?: li.account_tx): li.Feed?, string?, table?
---@field candle fun(arguments: li.candle): li.Feed?, string?, table?
---@field executed_transaction fun(arguments?: li.Call): li.Feed?, string?, table?
---@field height fun(arguments?: li.Call): li.Feed?, string?, table?
---@field mark_price_candle fun(arguments: li.mark_price_candle): li.Feed?, string?, table?
---@field market_stats fun(arguments: li.market_stats): li.Feed?, string?, table?
---@field notification fun(arguments?: li.notification): li.Feed?, string?, table?
---@field order_book fun(arguments: li.order_book): li.Feed?, string?, table?
---@field pool_data fun(arguments?: li.pool_data): li.Feed?, string?, table?
---@field pool_info fun(arguments?: li.pool_info): li.Feed?, string?, table?
---@field rfq fun(arguments?: li.Call): li.Feed?, string?, table?
---@field spot_market_stats fun(arguments: li.spot_market_stats): li.Feed?, string?, table?
---@field ticker fun(arguments: li.ticker): li.Feed?, string?, table?
---@field trade fun(arguments: li.trade): li.Feed?, string?, table?
---@field transaction fun(arguments?: li.Call): li.Feed?, string?, table?
---@field user_stats fun(arguments?: li.user_stats): li.Feed?, string?, table?

--- Transactions (lighter.md 6.2); all take the options of perigee.lighter.SendOptions, too.
---@class perigee.lighter.Exchange
---@field approve_integrator fun(arguments: li.approve_integrator): li.Result?, string?, table?
---@field burn_shares fun(arguments: li.burn_shares): li.Result?, string?, table?
---@field cancel_all_orders fun(arguments: li.cancel_all_orders): li.Result?, string?, table?
---@field cancel_order fun(arguments: li.cancel_order): li.Result?, string?, table?
---@field change_pub_key fun(arguments: li.change_pub_key): li.Result?, string?, table?
---@field create_grouped_orders fun(arguments: li.create_grouped_orders): li.Result?, string?, table?
---@field create_order fun(arguments: li.create_order): li.Result?, string?, table?
---@field create_public_pool fun(arguments: li.create_public_pool): li.Result?, string?, table?
---@field create_sub_account fun(arguments?: perigee.lighter.SendOptions): li.Result?, string?, table?
---@field mint_shares fun(arguments: li.mint_shares): li.Result?, string?, table?
---@field modify_order fun(arguments: li.modify_order): li.Result?, string?, table?
---@field stake_assets fun(arguments: li.stake_assets): li.Result?, string?, table?
---@field transfer fun(arguments: li.transfer): li.Result?, string?, table?
---@field unstake_assets fun(arguments: li.unstake_assets): li.Result?, string?, table?
---@field update_account_asset_config fun(arguments: li.update_account_asset_config): li.Result?, string?, table?
---@field update_account_config fun(arguments: li.update_account_config): li.Result?, string?, table?
---@field update_leverage fun(arguments: li.update_leverage): li.Result?, string?, table?
---@field update_margin fun(arguments: li.update_margin): li.Result?, string?, table?
---@field update_public_pool fun(arguments: li.update_public_pool): li.Result?, string?, table?
---@field withdraw fun(arguments: li.withdraw): li.Result?, string?, table?

---@class li.create_order: perigee.lighter.OrderArguments, perigee.lighter.SendOptions

---@class li.account: li.Call
---@field by "index"|"l1_address"
---@field value string|integer
---@field active_only? boolean
---@field cursor? string|integer

---@class li.account_active_orders: li.Call
---@field account_index? integer
---@field market? string|integer
---@field market_type? "all"|"spot"|"perp"

---@class li.account_all: li.Call
---@field account? integer

---@class li.account_all_assets: li.Call
---@field account? integer

---@class li.account_all_orders: li.Call
---@field account? integer

---@class li.account_all_positions: li.Call
---@field account? integer

---@class li.account_all_trades: li.Call
---@field account? integer

---@class li.account_inactive_orders: li.Call
---@field account_index? integer
---@field limit integer
---@field market? string|integer
---@field ask_filter? integer
---@field between_timestamps? string
---@field cursor? string|integer

---@class li.account_limits: li.Call
---@field account_index? integer

---@class li.account_market: li.Call
---@field market string|integer
---@field account? integer

---@class li.account_orders: li.Call
---@field market string|integer
---@field account? integer

---@class li.account_spot_avg_entry_prices: li.Call
---@field account? integer

---@class li.account_tx: li.Call
---@field account? integer

---@class li.account_txs: li.Call
---@field by string
---@field value string|integer
---@field limit integer
---@field index? integer
---@field types? string

---@class li.accounts_by_l1_address: li.Call
---@field l1_address string
---@field cursor? string|integer

---@class li.acknowledge_notification: li.Call
---@field notif_id string|integer
---@field account_index? integer

---@class li.apikeys: li.Call
---@field account_index? integer
---@field api_key_index? integer

---@class li.approve_integrator: perigee.lighter.SendOptions
---@field integrator integer
---@field max_perps_taker_fee integer
---@field max_perps_maker_fee integer
---@field max_spot_taker_fee integer
---@field max_spot_maker_fee integer
---@field approval_expiry integer
---@field l1_key? string|perigee.Key

---@class li.asset_details: li.Call
---@field asset_id? integer

---@class li.burn_shares: perigee.lighter.SendOptions
---@field pool integer
---@field shares integer

---@class li.cancel_all_orders: perigee.lighter.SendOptions
---@field time_in_force "immediate"|"scheduled"|"abort"
---@field time? integer
---@field market? string|integer

---@class li.cancel_order: perigee.lighter.SendOptions
---@field market string|integer
---@field index integer|string|ffi.cdata*

---@class li.candle: li.Call
---@field market string|integer
---@field resolution string

---@class li.candles: li.Call
---@field market string|integer
---@field resolution string
---@field start_timestamp integer
---@field end_timestamp integer
---@field count_back integer
---@field set_timestamp_to_end? boolean

---@class li.change_account_tier: li.Call
---@field account_index? integer
---@field new_tier "standard"|"premium"|"plus"

---@class li.change_pub_key: perigee.lighter.SendOptions
---@field new_key string|perigee.Key
---@field l1_key? string|perigee.Key
---@field api_key_index integer

---@class li.create_grouped_orders: perigee.lighter.SendOptions
---@field grouping "oto"|"oco"|"otoco"
---@field orders perigee.lighter.OrderArguments[]

---@class li.create_public_pool: perigee.lighter.SendOptions
---@field operator_fee number|string
---@field initial_total_shares integer
---@field min_operator_share_rate number|string

---@class li.create_token: li.Call
---@field name string
---@field account_index? integer
---@field expiry integer
---@field sub_account_access boolean
---@field scopes? string

---@class li.fundings: li.Call
---@field market string|integer
---@field resolution "1h"|"1d"
---@field start_timestamp integer
---@field end_timestamp integer
---@field count_back integer

---@class li.get_maker_only_api_keys: li.Call
---@field account_index? integer

---@class li.latest_deposit: li.Call
---@field l1_address string

---@class li.liquidations: li.Call
---@field account_index? integer
---@field limit integer
---@field market? string|integer
---@field cursor? string|integer

---@class li.mark_price_candle: li.Call
---@field market string|integer
---@field resolution string

---@class li.mark_price_candles: li.Call
---@field market string|integer
---@field resolution string
---@field start_timestamp integer
---@field end_timestamp integer
---@field count_back integer
---@field set_timestamp_to_end? boolean

---@class li.market_stats: li.Call
---@field market string|integer

---@class li.mint_shares: perigee.lighter.SendOptions
---@field pool integer
---@field shares integer

---@class li.modify_order: perigee.lighter.SendOptions
---@field market string|integer
---@field index integer|string|ffi.cdata*
---@field price number|string
---@field size? number|string
---@field trigger_price? number|string

---@class li.next_nonce: li.Call
---@field account_index? integer
---@field api_key_index integer

---@class li.notification: li.Call
---@field account? integer

---@class li.order_book: li.Call
---@field market string|integer

---@class li.order_book_details: li.Call
---@field market? string|integer
---@field filter? "all"|"spot"|"perp"

---@class li.order_book_orders: li.Call
---@field market string|integer
---@field limit integer

---@class li.order_books: li.Call
---@field market? string|integer
---@field filter? "all"|"spot"|"perp"

---@class li.pnl: li.Call
---@field by string
---@field value string|integer
---@field resolution string
---@field start_timestamp integer
---@field end_timestamp integer
---@field count_back integer
---@field ignore_transfers? boolean

---@class li.pool_data: li.Call
---@field account? integer

---@class li.pool_info: li.Call
---@field account? integer

---@class li.position_funding: li.Call
---@field account_index? integer
---@field limit integer
---@field market? string|integer
---@field side? "long"|"short"|"all"
---@field cursor? string|integer

---@class li.public_pools: li.Call
---@field filter? string
---@field limit integer
---@field index integer
---@field account_index? integer

---@class li.recent_trades: li.Call
---@field market string|integer
---@field limit integer

---@class li.revoke_token: li.Call
---@field token_id integer
---@field account_index? integer

---@class li.set_maker_only_api_keys: li.Call
---@field account_index? integer
---@field api_key_indexes integer[]

---@class li.spot_market_stats: li.Call
---@field market string|integer

---@class li.stake_assets: perigee.lighter.SendOptions
---@field staking_pool integer
---@field shares integer

---@class li.ticker: li.Call
---@field market string|integer

---@class li.tokens: li.Call
---@field account_index? integer

---@class li.trade: li.Call
---@field market string|integer

---@class li.trades: li.Call
---@field sort_by "block_height"|"timestamp"|"trade_id"
---@field limit integer
---@field market? string|integer
---@field market_type? "all"|"spot"|"perp"
---@field account_index? integer
---@field order_index? integer|string|ffi.cdata*
---@field sort_dir? string
---@field cursor? string|integer
---@field from? integer
---@field ask_filter? integer
---@field role? "all"|"maker"|"taker"
---@field type? string
---@field aggregate? boolean

---@class li.transfer: perigee.lighter.SendOptions
---@field to_account integer
---@field asset string|integer
---@field amount number|string
---@field usdc_fee number|string
---@field from_route? "perps"|"spot"
---@field to_route? "perps"|"spot"
---@field memo? string
---@field l1_key? string|perigee.Key

---@class li.transfer_fee_info: li.Call
---@field account_index? integer
---@field to_account_index? integer

---@class li.tx: li.Call
---@field by "hash"|"sequence_index"
---@field value string|integer

---@class li.tx_from_l1_tx_hash: li.Call
---@field hash string

---@class li.unstake_assets: perigee.lighter.SendOptions
---@field staking_pool integer
---@field shares integer

---@class li.update_account_asset_config: perigee.lighter.SendOptions
---@field asset string|integer
---@field margin_mode integer

---@class li.update_account_config: perigee.lighter.SendOptions
---@field trading_mode integer

---@class li.update_leverage: perigee.lighter.SendOptions
---@field market string|integer
---@field leverage number|string
---@field margin_mode "cross"|"isolated"

---@class li.update_margin: perigee.lighter.SendOptions
---@field market string|integer
---@field usdc number|string
---@field direction "add"|"remove"

---@class li.update_public_pool: perigee.lighter.SendOptions
---@field pool integer
---@field status integer
---@field operator_fee number|string
---@field min_operator_share_rate number|string

---@class li.user_stats: li.Call
---@field account? integer

---@class li.withdraw: perigee.lighter.SendOptions
---@field asset string|integer
---@field amount number|string
---@field route? "perps"|"spot"
