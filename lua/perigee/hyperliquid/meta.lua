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
---@field borrow_lend_user_state fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field candle_snapshot fun(arguments: hl.candle_snapshot): any, string?, table?
---@field clearinghouse_state fun(arguments?: {user?: string, dex?: string, timeout?: number}): any, string?, table?
---@field delegations fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field delegator_history fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field delegator_rewards fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field delegator_summary fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field exchange_status fun(arguments?: {timeout?: number}): any, string?, table?
---@field extra_agents fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field frontend_open_orders fun(arguments?: {user?: string, dex?: string, timeout?: number}): any, string?, table?
---@field funding_history fun(arguments: hl.funding_history): any, string?, table?
---@field gossip_priority_auction_status fun(arguments?: {timeout?: number}): any, string?, table?
---@field gossip_root_ips fun(arguments?: {timeout?: number}): any, string?, table?
---@field historical_orders fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field is_vip fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field l2_book fun(arguments: hl.l2_book): any, string?, table?
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
---@field user_fills fun(arguments?: hl.user_fills): any, string?, table?
---@field user_fills_by_time fun(arguments: hl.user_fills_by_time): any, string?, table?
---@field user_funding fun(arguments?: hl.user_funding): any, string?, table?
---@field user_non_funding_ledger_updates fun(arguments?: hl.user_non_funding_ledger_updates): any, string?, table?
---@field user_rate_limit fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field user_role fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field user_to_multi_sig_signers fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field user_twap_slice_fills fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field user_twap_slice_fills_by_time fun(arguments: hl.user_twap_slice_fills_by_time): any, string?, table?
---@field user_vault_equities fun(arguments?: {user?: string, timeout?: number}): any, string?, table?
---@field validator_summaries fun(arguments?: {timeout?: number}): any, string?, table?
---@field vault_details fun(arguments: {vault_address: string, user?: string, timeout?: number}): any, string?, table?
---@field vault_summaries fun(arguments?: {timeout?: number}): any, string?, table?
---@field web_data2 fun(arguments?: {user?: string, timeout?: number}): any, string?, table?

--- Subscriptions. Messages are the venue's: { channel, data } (hyperliquid.md 15.2), with received_ms.
---@class perigee.hyperliquid.Subscribe
---@field active_asset_ctx fun(arguments: {coin: string, timeout?: number}): perigee.Feed?, string?, table?
---@field active_asset_data fun(arguments: hl.active_asset_data): perigee.Feed?, string?, table?
---@field all_dexs_asset_ctxs fun(arguments?: {timeout?: number}): perigee.Feed?, string?, table?
---@field all_dexs_clearinghouse_state fun(arguments?: hl.all_dexs_clearinghouse_state): perigee.Feed?, string?, table?
---@field all_mids fun(arguments?: {dex?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field asset_ctxs fun(arguments?: {dex?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field bbo fun(arguments: {coin: string, timeout?: number}): perigee.Feed?, string?, table?
---@field candle fun(arguments: {coin: string, interval: string, timeout?: number}): perigee.Feed?, string?, table?
---@field clearinghouse_state fun(arguments?: hl.clearinghouse_state): perigee.Feed?, string?, table?
---@field fast_asset_ctxs fun(arguments?: {timeout?: number}): perigee.Feed?, string?, table?
---@field l2_book fun(arguments: hl.l2_book): perigee.Feed?, string?, table?
---@field notification fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field open_orders fun(arguments?: {user?: string, dex?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field order_updates fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field outcome_meta_updates fun(arguments?: {timeout?: number}): perigee.Feed?, string?, table?
---@field spot_asset_ctxs fun(arguments?: {timeout?: number}): perigee.Feed?, string?, table?
---@field spot_state fun(arguments?: hl.spot_state): perigee.Feed?, string?, table?
---@field trades fun(arguments: {coin: string, timeout?: number}): perigee.Feed?, string?, table?
---@field twap_states fun(arguments?: {user?: string, dex?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field user_events fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field user_fills fun(arguments?: hl.user_fills): perigee.Feed?, string?, table?
---@field user_fundings fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field user_historical_orders fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field user_non_funding_ledger_updates fun(arguments?: hl.user_non_funding_ledger_updates): perigee.Feed?, string?, table?
---@field user_twap_history fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field user_twap_slice_fills fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field web_data2 fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?
---@field web_data3 fun(arguments?: {user?: string, timeout?: number}): perigee.Feed?, string?, table?

---@alias hl.Done true|string true, or the address that was made
---@alias hl.Outcome perigee.hyperliquid.Result|perigee.hyperliquid.Result[]|nil of one, or of each
---@alias hl.orders hl.order|hl.order[]
---@alias hl.cancels hl.cancel|hl.cancel[]
---@alias hl.modifications hl.modify|hl.modify[]

---@class hl.order: perigee.hyperliquid.OrderArguments, perigee.hyperliquid.SendOptions
---@field builder? {address: string, fee: integer} fee: tenths of a basis point
---@field grouping? "na"|"normalTpsl"|"positionTpsl"|{p: integer} beside a list of orders

---@class hl.cancel: perigee.hyperliquid.SendOptions
---@field coin string
---@field oid? integer either this
---@field cloid? string or this
---@field fast? boolean asks for priority; not for trigger orders

---@class hl.modify: hl.order
---@field oid integer|string the order that is replaced, by id or client id
---@field always_place? boolean place the new one though the old one is gone
---@field single? boolean sends `modify`, whose answer does not tell the new id

---@class hl.twap_order: perigee.hyperliquid.SendOptions
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
---@field agent_enable_dex_abstraction fun(arguments?: {timeout?: number}): hl.Done?, string?, table?
---@field agent_send_asset fun(arguments: hl.agent_send_asset): hl.Done?, string?, table?
---@field agent_set_abstraction fun(arguments: {abstraction: string, timeout?: number}): hl.Done?, string?, table?
---@field approve_agent fun(arguments: hl.approve_agent): hl.Done?, string?, table?
---@field approve_builder_fee fun(arguments: hl.approve_builder_fee): hl.Done?, string?, table?
---@field borrow_lend fun(arguments: hl.borrow_lend): hl.Done?, string?, table?
---@field c_deposit fun(arguments: {amount: number|string, timeout?: number}): hl.Done?, string?, table?
---@field c_withdraw fun(arguments: {amount: number|string, timeout?: number}): hl.Done?, string?, table?
---@field cancel fun(arguments: hl.cancels): hl.Outcome, string?, table?
---@field claim_rewards fun(arguments?: {timeout?: number}): hl.Done?, string?, table?
---@field convert_to_multi_sig_user fun(arguments?: hl.convert_to_multi_sig_user): hl.Done?, string?, table?
---@field create_sub_account fun(arguments: {name: string, timeout?: number}): hl.Done?, string?, table?
---@field create_vault fun(arguments: hl.create_vault): hl.Done?, string?, table?
---@field evm_user_modify fun(arguments: {using_big_blocks: boolean, timeout?: number}): hl.Done?, string?, table?
---@field gossip_priority_bid fun(arguments: hl.gossip_priority_bid): hl.Done?, string?, table?
---@field hip3_liquidator_transfer fun(arguments: hl.hip3_liquidator_transfer): hl.Done?, string?, table?
---@field link_staking_user fun(arguments: hl.link_staking_user): hl.Done?, string?, table?
---@field merge_outcome fun(arguments: hl.merge_outcome): hl.Done?, string?, table?
---@field merge_question fun(arguments: hl.merge_question): hl.Done?, string?, table?
---@field modify fun(arguments: hl.modifications): hl.Outcome, string?, table?
---@field negate_outcome fun(arguments: hl.negate_outcome): hl.Done?, string?, table?
---@field noop fun(arguments?: {timeout?: number}): hl.Done?, string?, table?
---@field order fun(arguments: hl.orders): hl.Outcome, string?, table?
---@field register_referrer fun(arguments: {code: string, timeout?: number}): hl.Done?, string?, table?
---@field reserve_request_weight fun(arguments: hl.reserve_request_weight): hl.Done?, string?, table?
---@field schedule_cancel fun(arguments?: {time?: integer, timeout?: number}): hl.Done?, string?, table?
---@field send_asset fun(arguments: hl.send_asset): hl.Done?, string?, table?
---@field send_to_evm_with_data fun(arguments: hl.send_to_evm_with_data): hl.Done?, string?, table?
---@field set_display_name fun(arguments: {display_name: string, timeout?: number}): hl.Done?, string?, table?
---@field set_referrer fun(arguments: {code: string, timeout?: number}): hl.Done?, string?, table?
---@field split_outcome fun(arguments: hl.split_outcome): hl.Done?, string?, table?
---@field spot_class_transfer fun(arguments: hl.spot_class_transfer): hl.Done?, string?, table?
---@field spot_send fun(arguments: hl.spot_send): hl.Done?, string?, table?
---@field staking_link_disable_trading_user fun(arguments: hl.staking_link_disable_trading_user): hl.Done?, string?, table?
---@field sub_account_modify fun(arguments: hl.sub_account_modify): hl.Done?, string?, table?
---@field sub_account_spot_transfer fun(arguments: hl.sub_account_spot_transfer): hl.Done?, string?, table?
---@field sub_account_transfer fun(arguments: hl.sub_account_transfer): hl.Done?, string?, table?
---@field toggle_spot_dusting fun(arguments: {opt_out: boolean, timeout?: number}): hl.Done?, string?, table?
---@field token_delegate fun(arguments: hl.token_delegate): hl.Done?, string?, table?
---@field top_up_isolated_only_margin fun(arguments: hl.top_up_isolated_only_margin): hl.Done?, string?, table?
---@field twap_cancel fun(arguments: {coin: string, twap_id: integer, timeout?: number}): hl.Done?, string?, table?
---@field twap_order fun(arguments: hl.twap_order): hl.Outcome, string?, table?
---@field update_isolated_margin fun(arguments: hl.update_isolated_margin): hl.Done?, string?, table?
---@field update_leverage fun(arguments: hl.update_leverage): hl.Done?, string?, table?
---@field usd_class_transfer fun(arguments: hl.usd_class_transfer): hl.Done?, string?, table?
---@field usd_send fun(arguments: hl.usd_send): hl.Done?, string?, table?
---@field user_dex_abstraction fun(arguments: hl.user_dex_abstraction): hl.Done?, string?, table?
---@field user_portfolio_margin fun(arguments: hl.user_portfolio_margin): hl.Done?, string?, table?
---@field user_set_abstraction fun(arguments: hl.user_set_abstraction): hl.Done?, string?, table?
---@field vault_distribute fun(arguments: hl.vault_distribute): hl.Done?, string?, table?
---@field vault_modify fun(arguments: hl.vault_modify): hl.Done?, string?, table?
---@field vault_transfer fun(arguments: hl.vault_transfer): hl.Done?, string?, table?
---@field withdraw fun(arguments: hl.withdraw): hl.Done?, string?, table?

-- Arguments of the longer ones.

---@field users string[]
---@field dex? string
---@field timeout? number

---@class hl.candle_snapshot
---@field coin string
---@field interval string
---@field start_time integer
---@field end_time? integer
---@field timeout? number

---@class hl.funding_history
---@field coin string
---@field start_time integer
---@field end_time? integer
---@field timeout? number

---@class hl.l2_book
---@field coin string
---@field n_sig_figs? integer
---@field mantissa? integer
---@field timeout? number

---@class hl.user_fills
---@field user? string
---@field aggregate_by_time? boolean
---@field timeout? number

---@class hl.user_fills_by_time
---@field user? string
---@field start_time integer
---@field end_time? integer
---@field aggregate_by_time? boolean
---@field reversed? boolean
---@field timeout? number

---@class hl.user_funding
---@field user? string
---@field start_time? integer
---@field end_time? integer
---@field timeout? number

---@class hl.user_non_funding_ledger_updates
---@field user? string
---@field start_time? integer
---@field end_time? integer
---@field timeout? number

---@class hl.user_twap_slice_fills_by_time
---@field user? string
---@field start_time integer
---@field end_time? integer
---@field timeout? number

---@class hl.active_asset_data
---@field user? string
---@field coin string
---@field timeout? number

---@class hl.all_dexs_clearinghouse_state
---@field user? string
---@field timeout? number

---@class hl.clearinghouse_state
---@field user? string
---@field dex? string
---@field timeout? number

---@class hl.l2_book
---@field coin string
---@field n_sig_figs? integer
---@field mantissa? integer
---@field fast? boolean
---@field timeout? number

---@class hl.spot_state
---@field user? string
---@field ignore_portfolio_margin? boolean
---@field timeout? number

---@class hl.user_fills
---@field user? string
---@field aggregate_by_time? boolean
---@field timeout? number

---@class hl.user_non_funding_ledger_updates
---@field user? string
---@field timeout? number

---@class hl.agent_send_asset
---@field destination string
---@field source_dex string
---@field destination_dex string
---@field token string
---@field amount number|string
---@field from_sub_account string
---@field timeout? number

---@class hl.approve_agent
---@field agent_address string
---@field agent_name? string
---@field valid_until? integer
---@field timeout? number

---@class hl.approve_builder_fee
---@field max_fee_rate string
---@field builder string
---@field timeout? number

---@class hl.borrow_lend
---@field operation "supply"|"withdraw"|"repay"|"borrow"
---@field token integer
---@field amount? number|string
---@field timeout? number

---@class hl.convert_to_multi_sig_user
---@field authorized_users? string[]
---@field threshold? integer
---@field timeout? number

---@class hl.create_vault
---@field name string
---@field description string
---@field initial_usd number|string
---@field timeout? number

---@class hl.gossip_priority_bid
---@field slot_id integer
---@field ip string
---@field max_gas integer
---@field timeout? number

---@class hl.hip3_liquidator_transfer
---@field dex string
---@field ntl integer
---@field is_deposit boolean
---@field timeout? number

---@class hl.link_staking_user
---@field user string
---@field is_finalize boolean
---@field timeout? number

---@class hl.merge_outcome
---@field outcome integer
---@field amount? number|string
---@field timeout? number

---@class hl.merge_question
---@field question integer
---@field amount? number|string
---@field timeout? number

---@class hl.negate_outcome
---@field question integer
---@field outcome integer
---@field amount number|string
---@field timeout? number

---@class hl.reserve_request_weight
---@field weight integer
---@field destination? string
---@field timeout? number

---@class hl.send_asset
---@field destination string
---@field source_dex string
---@field destination_dex string
---@field token string
---@field amount number|string
---@field from_sub_account string
---@field timeout? number

---@class hl.send_to_evm_with_data
---@field token string
---@field amount number|string
---@field source_dex string
---@field destination_recipient string
---@field address_encoding string
---@field destination_chain_id integer
---@field gas_limit integer
---@field data string
---@field timeout? number

---@class hl.split_outcome
---@field outcome integer
---@field amount number|string
---@field timeout? number

---@class hl.spot_class_transfer
---@field usdc number|string
---@field to_perp boolean
---@field timeout? number

---@class hl.spot_send
---@field destination string
---@field token string
---@field amount number|string
---@field timeout? number

---@class hl.staking_link_disable_trading_user
---@field trading_user string
---@field timeout? number

---@class hl.sub_account_modify
---@field sub_account_user string
---@field name string
---@field timeout? number

---@class hl.sub_account_spot_transfer
---@field sub_account_user string
---@field is_deposit boolean
---@field token string
---@field amount number|string
---@field timeout? number

---@class hl.sub_account_transfer
---@field sub_account_user string
---@field is_deposit boolean
---@field usd number|string
---@field timeout? number

---@class hl.token_delegate
---@field validator string
---@field amount number|string
---@field is_undelegate boolean
---@field timeout? number

---@class hl.top_up_isolated_only_margin
---@field coin string
---@field leverage number|string
---@field timeout? number

---@class hl.update_isolated_margin
---@field coin string
---@field usd number|string
---@field timeout? number

---@class hl.update_leverage
---@field coin string
---@field is_cross boolean
---@field leverage integer
---@field timeout? number

---@class hl.usd_class_transfer
---@field amount number|string
---@field to_perp boolean
---@field sub_account? string
---@field timeout? number

---@class hl.usd_send
---@field destination string
---@field amount number|string
---@field timeout? number

---@class hl.user_dex_abstraction
---@field user string
---@field enabled boolean
---@field timeout? number

---@class hl.user_portfolio_margin
---@field user string
---@field enabled boolean
---@field timeout? number

---@class hl.user_set_abstraction
---@field user string
---@field abstraction string
---@field timeout? number

---@class hl.vault_distribute
---@field vault_address string
---@field usd number|string
---@field timeout? number

---@class hl.vault_modify
---@field vault_address string
---@field allow_deposits? boolean
---@field always_close_on_withdraw? boolean
---@field timeout? number

---@class hl.vault_transfer
---@field vault_address string
---@field is_deposit boolean
---@field usd number|string
---@field timeout? number

---@class hl.withdraw
---@field destination string
---@field amount number|string
---@field timeout? number
