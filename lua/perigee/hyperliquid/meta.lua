---@meta
--- The functions of a Hyperliquid client (perigee.hyperliquid), for editors (LuaLS). Never run: the tables in info.lua,
--- streams.lua and actions.lua make them. A test compares the names.

--- Questions. `user` is the client's own account when it is left out. Answers are the venue's (hyperliquid.md 14).
---@class perigee.hyperliquid.Info
---@field active_asset_data fun(arguments: {user?: string, coin: string, timeout?: number}): any, string?, table?
---@field all_borrow_lend_reserve_states fun(arguments?: {timeout?: number}): any, string?, table?
---@field all_mids fun(arguments?: {dex?: string, timeout?: number}): any, string?, table?
---@field all_perp_metas fun(arguments?: {timeout?: number}): any, string?, table?
---@field approved_builders fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field batch_clearinghouse_states fun(arguments: perigee.hyperliquid.batch_clearinghouse_states): any, string?, table?
---@field borrow_lend_user_state fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field candle_snapshot fun(arguments: perigee.hyperliquid.candle_snapshot): any, string?, table?
---@field clearinghouse_state fun(arguments?: {user?: string, dex?: string, timeout?: number}): any, string?, table?
---@field delegations fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field delegator_history fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field delegator_rewards fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field delegator_summary fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field exchange_status fun(arguments?: {timeout?: number}): any, string?, table?
---@field extra_agents fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field frontend_open_orders fun(arguments?: {user?: string, dex?: string, timeout?: number}): any, string?, table?
---@field funding_history fun(arguments: perigee.hyperliquid.funding_history): any, string?, table?
---@field gossip_priority_auction_status fun(arguments?: {timeout?: number}): any, string?, table?
---@field gossip_root_ips fun(arguments?: {timeout?: number}): any, string?, table?
---@field historical_orders fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field is_vip fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field l2_book fun(arguments: perigee.hyperliquid.l2_book): any, string?, table?
---@field leading_vaults fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field legal_check fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field liquidatable fun(arguments?: {timeout?: number}): any, string?, table?
---@field margin_table fun(arguments: {id: integer, dex?: string, timeout?: number}): any, string?, table?
---@field max_builder_fee fun(arguments: {user?: string, builder: string, timeout?: number}): any, string?, table?
---@field max_market_order_ntls fun(arguments?: {timeout?: number}): any, string?, table?
---@field meta fun(arguments?: {dex?: string, timeout?: number}): any, string?, table?
---@field meta_and_asset_ctxs fun(arguments?: {dex?: string, timeout?: number}): any, string?, table?
---@field open_orders fun(arguments?: {user?: string, dex?: string, timeout?: number}): any, string?, table?
---@field order_status fun(arguments: {user?: string, oid: integer|string, timeout?: number}): any, string?, table?
---@field outcome_meta fun(arguments?: {timeout?: number}): any, string?, table?
---@field perp_deploy_auction_status fun(arguments?: {timeout?: number}): any, string?, table?
---@field perp_dex_limits fun(arguments: {dex: string, timeout?: number}): any, string?, table?
---@field perp_dex_status fun(arguments: {dex: string, timeout?: number}): any, string?, table?
---@field perp_dexs fun(arguments?: {timeout?: number}): any, string?, table?
---@field perps_at_open_interest_cap fun(arguments?: {dex?: string, timeout?: number}): any, string?, table?
---@field portfolio fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field pre_transfer_check fun(arguments: {user?: string, source: string, timeout?: number}): any, string?, table?
---@field predicted_fundings fun(arguments?: {timeout?: number}): any, string?, table?
---@field recent_trades fun(arguments: {coin: string, timeout?: number}): any, string?, table?
---@field referral fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field spot_clearinghouse_state fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field spot_deploy_state fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field spot_meta fun(arguments?: {timeout?: number}): any, string?, table?
---@field spot_meta_and_asset_ctxs fun(arguments?: {timeout?: number}): any, string?, table?
---@field sub_accounts fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field sub_accounts2 fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field token_details fun(arguments: {token_id: string, timeout?: number}): any, string?, table?
---@field twap_history fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field usdc_routing fun(arguments?: {timeout?: number}): any, string?, table?
---@field user_abstraction fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field user_dex_abstraction fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field user_fees fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field user_fills fun(arguments?: perigee.hyperliquid.user_fills): any, string?, table?
---@field user_fills_by_time fun(arguments: perigee.hyperliquid.user_fills_by_time): any, string?, table?
---@field user_funding fun(arguments?: perigee.hyperliquid.user_funding): any, string?, table?
---@field user_non_funding_ledger_updates fun(arguments?: perigee.hyperliquid.user_non_funding_ledger_updates): any, string?, table?
---@field user_rate_limit fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field user_role fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field user_to_multi_sig_signers fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field user_twap_slice_fills fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field user_twap_slice_fills_by_time fun(arguments: perigee.hyperliquid.user_twap_slice_fills_by_time): any, string?, table?
---@field user_vault_equities fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field validator_summaries fun(arguments?: {timeout?: number}): any, string?, table?
---@field vault_details fun(arguments: {vault_address: string, user?: string, timeout?: number}): any, string?, table?
---@field vault_summaries fun(arguments?: {timeout?: number}): any, string?, table?
---@field web_data2 fun(arguments?: {user?: string, timeout?: number}): any, string?, table?

--- Subscriptions. Messages are the venue's: { channel, data } (hyperliquid.md 15.2), with received_ms.
---@class perigee.hyperliquid.Subscribe
---@field active_asset_ctx fun(arguments: {coin: string, timeout?: number}): perigee.Feed?, string?, table?
---@field active_asset_data fun(arguments: perigee.hyperliquid.active_asset_data): perigee.Feed?, string?, table?
---@field all_dexs_asset_ctxs fun(arguments?: {timeout?: number}): perigee.Feed?, string?, table?
---@field all_dexs_clearinghouse_state fun(arguments?: perigee.hyperliquid.all_dexs_clearinghouse_state): perigee.Feed?, string?, table?
---@field all_mids fun(arguments?: {dex?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field asset_ctxs fun(arguments?: {dex?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field bbo fun(arguments: {coin: string, timeout?: number}): perigee.Feed?, string?, table?
---@field candle fun(arguments: {coin: string, interval: string, timeout?: number}): perigee.Feed?, string?, table?
---@field clearinghouse_state fun(arguments?: perigee.hyperliquid.clearinghouse_state): perigee.Feed?, string?, table?
---@field fast_asset_ctxs fun(arguments?: {timeout?: number}): perigee.Feed?, string?, table?
---@field l2_book fun(arguments: perigee.hyperliquid.l2_book): perigee.Feed?, string?, table?
---@field notification fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field open_orders fun(arguments?: {user?: string, dex?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field order_updates fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field outcome_meta_updates fun(arguments?: {timeout?: number}): perigee.Feed?, string?, table?
---@field spot_asset_ctxs fun(arguments?: {timeout?: number}): perigee.Feed?, string?, table?
---@field spot_state fun(arguments?: perigee.hyperliquid.spot_state): perigee.Feed?, string?, table?
---@field trades fun(arguments: {coin: string, timeout?: number}): perigee.Feed?, string?, table?
---@field twap_states fun(arguments?: {user?: string, dex?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field user_events fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field user_fills fun(arguments?: perigee.hyperliquid.user_fills): perigee.Feed?, string?, table?
---@field user_fundings fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field user_historical_orders fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field user_non_funding_ledger_updates fun(arguments?: perigee.hyperliquid.user_non_funding_ledger_updates): perigee.Feed?, string?, table?
---@field user_twap_history fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field user_twap_slice_fills fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field web_data2 fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field web_data3 fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?

---@alias perigee.hyperliquid.Done true|string true, or the address that was made
---@alias perigee.hyperliquid.Outcome perigee.hyperliquid.Result|perigee.hyperliquid.Result[]|nil of one, or of each
---@alias perigee.hyperliquid.orders perigee.hyperliquid.order|perigee.hyperliquid.order[]
---@alias perigee.hyperliquid.cancels perigee.hyperliquid.cancel|perigee.hyperliquid.cancel[]
---@alias perigee.hyperliquid.modifications perigee.hyperliquid.modify|perigee.hyperliquid.modify[]

---@class perigee.hyperliquid.order: perigee.hyperliquid.OrderArguments, perigee.hyperliquid.SendOptions
---@field builder? {address: string, fee: integer} fee: tenths of a basis point
---@field grouping? "na"|"normalTpsl"|"positionTpsl"|{p: integer} beside a list of orders

---@class perigee.hyperliquid.cancel: perigee.hyperliquid.SendOptions
---@field coin string
---@field oid? integer either this
---@field cloid? string or this
---@field fast? boolean asks for priority; not for trigger orders

---@class perigee.hyperliquid.modify: perigee.hyperliquid.order
---@field oid integer|string the order that is replaced, by id or client id
---@field always_place? boolean place the new one though the old one is gone
---@field single? boolean sends `modify`, whose answer does not tell the new id

---@class perigee.hyperliquid.twap_order: perigee.hyperliquid.SendOptions
---@field coin string
---@field side "buy"|"sell"
---@field size number|string
---@field minutes integer
---@field reduce_only? boolean
---@field randomize? boolean
---@field trigger_price? number|string begins when the mark price is there
---@field trigger_above? boolean from below; false: from above
---@field stop_price? number|string

--- Actions. Beside their arguments all take those of perigee.hyperliquid.SendOptions.
---@class perigee.hyperliquid.Exchange
---@field agent_enable_dex_abstraction fun(arguments?: {timeout?: number}): perigee.hyperliquid.Done?, string?, table?
---@field agent_send_asset fun(arguments: perigee.hyperliquid.agent_send_asset): perigee.hyperliquid.Done?, string?, table?
---@field agent_set_abstraction fun(arguments: perigee.hyperliquid.agent_set_abstraction): perigee.hyperliquid.Done?, string?, table?
---@field approve_agent fun(arguments: perigee.hyperliquid.approve_agent): perigee.hyperliquid.Done?, string?, table?
---@field approve_builder_fee fun(arguments: perigee.hyperliquid.approve_builder_fee): perigee.hyperliquid.Done?, string?, table?
---@field borrow_lend fun(arguments: perigee.hyperliquid.borrow_lend): perigee.hyperliquid.Done?, string?, table?
---@field c_deposit fun(arguments: perigee.hyperliquid.c_deposit): perigee.hyperliquid.Done?, string?, table?
---@field c_withdraw fun(arguments: perigee.hyperliquid.c_withdraw): perigee.hyperliquid.Done?, string?, table?
---@field cancel fun(arguments: perigee.hyperliquid.cancels): perigee.hyperliquid.Outcome, string?, table?
---@field claim_rewards fun(arguments?: {timeout?: number}): perigee.hyperliquid.Done?, string?, table?
---@field convert_to_multi_sig_user fun(arguments?: perigee.hyperliquid.convert_to_multi_sig_user): perigee.hyperliquid.Done?, string?, table?
---@field create_sub_account fun(arguments: perigee.hyperliquid.create_sub_account): perigee.hyperliquid.Done?, string?, table?
---@field create_vault fun(arguments: perigee.hyperliquid.create_vault): perigee.hyperliquid.Done?, string?, table?
---@field evm_user_modify fun(arguments: perigee.hyperliquid.evm_user_modify): perigee.hyperliquid.Done?, string?, table?
---@field gossip_priority_bid fun(arguments: perigee.hyperliquid.gossip_priority_bid): perigee.hyperliquid.Done?, string?, table?
---@field hip3_liquidator_transfer fun(arguments: perigee.hyperliquid.hip3_liquidator_transfer): perigee.hyperliquid.Done?, string?, table?
---@field link_staking_user fun(arguments: perigee.hyperliquid.link_staking_user): perigee.hyperliquid.Done?, string?, table?
---@field merge_outcome fun(arguments: perigee.hyperliquid.merge_outcome): perigee.hyperliquid.Done?, string?, table?
---@field merge_question fun(arguments: perigee.hyperliquid.merge_question): perigee.hyperliquid.Done?, string?, table?
---@field modify fun(arguments: perigee.hyperliquid.modifications): perigee.hyperliquid.Outcome, string?, table?
---@field negate_outcome fun(arguments: perigee.hyperliquid.negate_outcome): perigee.hyperliquid.Done?, string?, table?
---@field noop fun(arguments?: {timeout?: number}): perigee.hyperliquid.Done?, string?, table?
---@field order fun(arguments: perigee.hyperliquid.orders): perigee.hyperliquid.Outcome, string?, table?
---@field register_referrer fun(arguments: {code: string, timeout?: number}): perigee.hyperliquid.Done?, string?, table?
---@field reserve_request_weight fun(arguments: perigee.hyperliquid.reserve_request_weight): perigee.hyperliquid.Done?, string?, table?
---@field schedule_cancel fun(arguments?: perigee.hyperliquid.schedule_cancel): perigee.hyperliquid.Done?, string?, table?
---@field send_asset fun(arguments: perigee.hyperliquid.send_asset): perigee.hyperliquid.Done?, string?, table?
---@field send_to_evm_with_data fun(arguments: perigee.hyperliquid.send_to_evm_with_data): perigee.hyperliquid.Done?, string?, table?
---@field set_display_name fun(arguments: perigee.hyperliquid.set_display_name): perigee.hyperliquid.Done?, string?, table?
---@field set_referrer fun(arguments: {code: string, timeout?: number}): perigee.hyperliquid.Done?, string?, table?
---@field split_outcome fun(arguments: perigee.hyperliquid.split_outcome): perigee.hyperliquid.Done?, string?, table?
---@field spot_class_transfer fun(arguments: perigee.hyperliquid.spot_class_transfer): perigee.hyperliquid.Done?, string?, table?
---@field spot_send fun(arguments: perigee.hyperliquid.spot_send): perigee.hyperliquid.Done?, string?, table?
---@field staking_link_disable_trading_user fun(arguments: perigee.hyperliquid.staking_link_disable_trading_user): perigee.hyperliquid.Done?, string?, table?
---@field sub_account_modify fun(arguments: perigee.hyperliquid.sub_account_modify): perigee.hyperliquid.Done?, string?, table?
---@field sub_account_spot_transfer fun(arguments: perigee.hyperliquid.sub_account_spot_transfer): perigee.hyperliquid.Done?, string?, table?
---@field sub_account_transfer fun(arguments: perigee.hyperliquid.sub_account_transfer): perigee.hyperliquid.Done?, string?, table?
---@field toggle_spot_dusting fun(arguments: perigee.hyperliquid.toggle_spot_dusting): perigee.hyperliquid.Done?, string?, table?
---@field token_delegate fun(arguments: perigee.hyperliquid.token_delegate): perigee.hyperliquid.Done?, string?, table?
---@field top_up_isolated_only_margin fun(arguments: perigee.hyperliquid.top_up_isolated_only_margin): perigee.hyperliquid.Done?, string?, table?
---@field twap_cancel fun(arguments: perigee.hyperliquid.twap_cancel): perigee.hyperliquid.Done?, string?, table?
---@field twap_order fun(arguments: perigee.hyperliquid.twap_order): perigee.hyperliquid.Outcome, string?, table?
---@field update_isolated_margin fun(arguments: perigee.hyperliquid.update_isolated_margin): perigee.hyperliquid.Done?, string?, table?
---@field update_leverage fun(arguments: perigee.hyperliquid.update_leverage): perigee.hyperliquid.Done?, string?, table?
---@field usd_class_transfer fun(arguments: perigee.hyperliquid.usd_class_transfer): perigee.hyperliquid.Done?, string?, table?
---@field usd_send fun(arguments: perigee.hyperliquid.usd_send): perigee.hyperliquid.Done?, string?, table?
---@field user_dex_abstraction fun(arguments: perigee.hyperliquid.user_dex_abstraction): perigee.hyperliquid.Done?, string?, table?
---@field user_portfolio_margin fun(arguments: perigee.hyperliquid.user_portfolio_margin): perigee.hyperliquid.Done?, string?, table?
---@field user_set_abstraction fun(arguments: perigee.hyperliquid.user_set_abstraction): perigee.hyperliquid.Done?, string?, table?
---@field vault_distribute fun(arguments: perigee.hyperliquid.vault_distribute): perigee.hyperliquid.Done?, string?, table?
---@field vault_modify fun(arguments: perigee.hyperliquid.vault_modify): perigee.hyperliquid.Done?, string?, table?
---@field vault_transfer fun(arguments: perigee.hyperliquid.vault_transfer): perigee.hyperliquid.Done?, string?, table?
---@field withdraw fun(arguments: perigee.hyperliquid.withdraw): perigee.hyperliquid.Done?, string?, table?

-- Arguments of the longer ones.

---@class perigee.hyperliquid.batch_clearinghouse_states
---@field users string[]
---@field dex? string
---@field timeout? number

---@class perigee.hyperliquid.candle_snapshot
---@field coin string
---@field interval string
---@field start_time integer
---@field end_time? integer
---@field timeout? number

---@class perigee.hyperliquid.funding_history
---@field coin string
---@field start_time integer
---@field end_time? integer
---@field timeout? number

---@class perigee.hyperliquid.l2_book
---@field coin string
---@field n_sig_figs? integer
---@field mantissa? integer
---@field timeout? number

---@class perigee.hyperliquid.user_fills
---@field user? string
---@field aggregate_by_time? boolean
---@field timeout? number

---@class perigee.hyperliquid.user_fills_by_time
---@field user? string
---@field start_time integer
---@field end_time? integer
---@field aggregate_by_time? boolean
---@field reversed? boolean
---@field timeout? number

---@class perigee.hyperliquid.user_funding
---@field user? string
---@field start_time? integer
---@field end_time? integer
---@field timeout? number

---@class perigee.hyperliquid.user_non_funding_ledger_updates
---@field user? string
---@field start_time? integer
---@field end_time? integer
---@field timeout? number

---@class perigee.hyperliquid.user_twap_slice_fills_by_time
---@field user? string
---@field start_time integer
---@field end_time? integer
---@field timeout? number

---@class perigee.hyperliquid.active_asset_data
---@field user? string
---@field coin string
---@field timeout? number

---@class perigee.hyperliquid.all_dexs_clearinghouse_state
---@field user? string
---@field timeout? number

---@class perigee.hyperliquid.clearinghouse_state
---@field user? string
---@field dex? string
---@field timeout? number

---@class perigee.hyperliquid.l2_book
---@field coin string
---@field n_sig_figs? integer
---@field mantissa? integer
---@field fast? boolean
---@field timeout? number

---@class perigee.hyperliquid.spot_state
---@field user? string
---@field ignore_portfolio_margin? boolean
---@field timeout? number

---@class perigee.hyperliquid.user_fills
---@field user? string
---@field aggregate_by_time? boolean
---@field timeout? number

---@class perigee.hyperliquid.user_non_funding_ledger_updates
---@field user? string
---@field timeout? number

---@class perigee.hyperliquid.agent_send_asset
---@field destination string
---@field source_dex string
---@field destination_dex string
---@field token string
---@field amount number|string
---@field from_sub_account string
---@field timeout? number

---@class perigee.hyperliquid.agent_set_abstraction
---@field abstraction string
---@field timeout? number

---@class perigee.hyperliquid.approve_agent
---@field agent_address string
---@field agent_name? string
---@field valid_until? integer
---@field timeout? number

---@class perigee.hyperliquid.approve_builder_fee
---@field max_fee_rate string
---@field builder string
---@field timeout? number

---@class perigee.hyperliquid.borrow_lend
---@field operation "supply"|"withdraw"|"repay"|"borrow"
---@field token integer
---@field amount? number|string
---@field timeout? number

---@class perigee.hyperliquid.c_deposit
---@field amount number|string
---@field timeout? number

---@class perigee.hyperliquid.c_withdraw
---@field amount number|string
---@field timeout? number

---@class perigee.hyperliquid.convert_to_multi_sig_user
---@field authorized_users? string[]
---@field threshold? integer
---@field timeout? number

---@class perigee.hyperliquid.create_sub_account
---@field name string
---@field timeout? number

---@class perigee.hyperliquid.create_vault
---@field name string
---@field description string
---@field initial_usd number|string
---@field timeout? number

---@class perigee.hyperliquid.evm_user_modify
---@field using_big_blocks boolean
---@field timeout? number

---@class perigee.hyperliquid.gossip_priority_bid
---@field slot_id integer
---@field ip string
---@field max_gas integer
---@field timeout? number

---@class perigee.hyperliquid.hip3_liquidator_transfer
---@field dex string
---@field ntl integer
---@field is_deposit boolean
---@field timeout? number

---@class perigee.hyperliquid.link_staking_user
---@field user string
---@field is_finalize boolean
---@field timeout? number

---@class perigee.hyperliquid.merge_outcome
---@field outcome integer
---@field amount? number|string
---@field timeout? number

---@class perigee.hyperliquid.merge_question
---@field question integer
---@field amount? number|string
---@field timeout? number

---@class perigee.hyperliquid.negate_outcome
---@field question integer
---@field outcome integer
---@field amount number|string
---@field timeout? number

---@class perigee.hyperliquid.reserve_request_weight
---@field weight integer
---@field destination? string
---@field timeout? number

---@class perigee.hyperliquid.schedule_cancel
---@field time? integer
---@field timeout? number

---@class perigee.hyperliquid.send_asset
---@field destination string
---@field source_dex string
---@field destination_dex string
---@field token string
---@field amount number|string
---@field from_sub_account string
---@field timeout? number

---@class perigee.hyperliquid.send_to_evm_with_data
---@field token string
---@field amount number|string
---@field source_dex string
---@field destination_recipient string
---@field address_encoding string
---@field destination_chain_id integer
---@field gas_limit integer
---@field data string
---@field timeout? number

---@class perigee.hyperliquid.set_display_name
---@field display_name string
---@field timeout? number

---@class perigee.hyperliquid.split_outcome
---@field outcome integer
---@field amount number|string
---@field timeout? number

---@class perigee.hyperliquid.spot_class_transfer
---@field usdc number|string
---@field to_perp boolean
---@field timeout? number

---@class perigee.hyperliquid.spot_send
---@field destination string
---@field token string
---@field amount number|string
---@field timeout? number

---@class perigee.hyperliquid.staking_link_disable_trading_user
---@field trading_user string
---@field timeout? number

---@class perigee.hyperliquid.sub_account_modify
---@field sub_account_user string
---@field name string
---@field timeout? number

---@class perigee.hyperliquid.sub_account_spot_transfer
---@field sub_account_user string
---@field is_deposit boolean
---@field token string
---@field amount number|string
---@field timeout? number

---@class perigee.hyperliquid.sub_account_transfer
---@field sub_account_user string
---@field is_deposit boolean
---@field usd number|string
---@field timeout? number

---@class perigee.hyperliquid.toggle_spot_dusting
---@field opt_out boolean
---@field timeout? number

---@class perigee.hyperliquid.token_delegate
---@field validator string
---@field amount number|string
---@field is_undelegate boolean
---@field timeout? number

---@class perigee.hyperliquid.top_up_isolated_only_margin
---@field coin string
---@field leverage number|string
---@field timeout? number

---@class perigee.hyperliquid.twap_cancel
---@field coin string
---@field twap_id integer
---@field timeout? number

---@class perigee.hyperliquid.update_isolated_margin
---@field coin string
---@field usd number|string
---@field timeout? number

---@class perigee.hyperliquid.update_leverage
---@field coin string
---@field is_cross boolean
---@field leverage integer
---@field timeout? number

---@class perigee.hyperliquid.usd_class_transfer
---@field amount number|string
---@field to_perp boolean
---@field sub_account? string
---@field timeout? number

---@class perigee.hyperliquid.usd_send
---@field destination string
---@field amount number|string
---@field timeout? number

---@class perigee.hyperliquid.user_dex_abstraction
---@field user string
---@field enabled boolean
---@field timeout? number

---@class perigee.hyperliquid.user_portfolio_margin
---@field user string
---@field enabled boolean
---@field timeout? number

---@class perigee.hyperliquid.user_set_abstraction
---@field user string
---@field abstraction string
---@field timeout? number

---@class perigee.hyperliquid.vault_distribute
---@field vault_address string
---@field usd number|string
---@field timeout? number

---@class perigee.hyperliquid.vault_modify
---@field vault_address string
---@field allow_deposits? boolean
---@field always_close_on_withdraw? boolean
---@field timeout? number

---@class perigee.hyperliquid.vault_transfer
---@field vault_address string
---@field is_deposit boolean
---@field usd number|string
---@field timeout? number

---@class perigee.hyperliquid.withdraw
---@field destination string
---@field amount number|string
---@field timeout? number
