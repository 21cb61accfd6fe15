/* The objects of Lighter's messages (specification, Appendix B), as far as something here uses them. */
#include <stddef.h>

#include "venue/lighter/codec_internal.h"

#define COUNT(list) (int)(sizeof(list) / sizeof(list)[0])
/* Members of RECORD, which is defined before each table. */
#define MEMBER(json, kind, field) .name = json, .type = PG_LIGHTER_##kind, .offset = offsetof(RECORD, field)
#define MUST(json, kind, field)                                                                                        \
    {                                                                                                                  \
        MEMBER(json, kind, field), .needed = true                                                                      \
    }
#define MAY(json, kind, field)                                                                                         \
    {                                                                                                                  \
        MEMBER(json, kind, field)                                                                                      \
    }
#define PART(json, field, table)                                                                                       \
    {                                                                                                                  \
        MEMBER(json, OBJECT, field), .of = &table                                                                      \
    }
#define LIST(json, field, table)                                                                                       \
    {                                                                                                                  \
        .name = json, .type = PG_LIGHTER_RECORDS, .offset = offsetof(pg_lighter_message, field), .of = &table          \
    }

/* ---- markets ---- */

#define RECORD pg_lighter_market
static const pg_lighter_member config_members[] = {
    MAY("force_reduce_only", BOOL, reduce_only),
    MAY("hidden", BOOL, hidden),
};
#undef RECORD
static const pg_lighter_table config = { "market_config", config_members, COUNT(config_members),
                                         sizeof(pg_lighter_market), 1 };

#define RECORD pg_lighter_market
static const pg_lighter_member market_members[] = {
    MUST("symbol", TEXT, symbol),
    MUST("market_id", INTEGER, id),
    MAY("market_type", TEXT, type),
    MUST("status", TEXT, status),
    MAY("taker_fee", TEXT, taker_fee),
    MAY("maker_fee", TEXT, maker_fee),
    MUST("min_base_amount", TEXT, min_base),
    MUST("min_quote_amount", TEXT, min_quote),
    MAY("order_quote_limit", TEXT, quote_limit),
    MUST("supported_size_decimals", INTEGER, size_decimals),
    MUST("supported_price_decimals", INTEGER, price_decimals),
    MAY("quote_multiplier", INTEGER, quote_multiplier),
    MAY("min_initial_margin_fraction", INTEGER, min_initial_margin),
    { .name = "market_config", .type = PG_LIGHTER_OBJECT, .of = &config },
};
#undef RECORD
static const pg_lighter_table market = { "markets", market_members, COUNT(market_members), sizeof(pg_lighter_market),
                                         4096 };

#define RECORD pg_lighter_stats
static const pg_lighter_member stats_members[] = {
    MAY("symbol", TEXT, symbol),
    MUST("market_id", INTEGER, market),
    MAY("index_price", TEXT, index_price),
    MAY("mark_price", TEXT, mark_price),
    MAY("mid_price", TEXT, mid_price),
    MAY("last_trade_price", TEXT, last_price),
    MAY("open_interest", TEXT, open_interest),
    MAY("current_funding_rate", TEXT, current_funding),
    MAY("funding_rate", TEXT, funding),
    MAY("funding_timestamp", INTEGER, funding_timestamp),
};
#undef RECORD
static const pg_lighter_table stats = { "market_stats", stats_members, COUNT(stats_members), sizeof(pg_lighter_stats),
                                        4096 };

#define RECORD pg_lighter_resting
static const pg_lighter_member resting_members[] = {
    MAY("order_index", INTEGER, order_index),
    MAY("owner_account_index", INTEGER, owner),
    MUST("price", TEXT, price),
    MAY("remaining_base_amount", TEXT, remaining),
    MAY("size", TEXT, size),
};
#undef RECORD
static const pg_lighter_table resting = { "resting orders", resting_members, COUNT(resting_members),
                                          sizeof(pg_lighter_resting), 10000 };

#define RECORD pg_lighter_trade
static const pg_lighter_member trade_members[] = {
    MUST("trade_id", INTEGER, trade_id),
    MUST("market_id", INTEGER, market),
    MUST("size", TEXT, size),
    MUST("price", TEXT, price),
    MAY("type", TEXT, type),
    MAY("ask_id", INTEGER, ask_id),
    MAY("bid_id", INTEGER, bid_id),
    MAY("ask_client_id", INTEGER, ask_client),
    MAY("bid_client_id", INTEGER, bid_client),
    MAY("ask_account_id", INTEGER, ask_account),
    MAY("bid_account_id", INTEGER, bid_account),
    MUST("is_maker_ask", BOOL, is_maker_ask),
    MAY("timestamp", INTEGER, timestamp),
    MAY("transaction_time", INTEGER, transaction_time),
    MAY("taker_fee", INTEGER, taker_fee),
    MAY("maker_fee", INTEGER, maker_fee),
};
#undef RECORD
static const pg_lighter_table trade = { "trades", trade_members, COUNT(trade_members), sizeof(pg_lighter_trade),
                                        10000 };

#define RECORD pg_lighter_candle
static const pg_lighter_member candle_members[] = {
    MUST("t", INTEGER, time), MAY("o", RAW, open), MAY("h", RAW, high),  MAY("l", RAW, low),
    MAY("c", RAW, close),     MAY("v", RAW, base), MAY("V", RAW, quote), MAY("i", INTEGER, last_trade),
};
#undef RECORD
static const pg_lighter_table candle = { "candles", candle_members, COUNT(candle_members), sizeof(pg_lighter_candle),
                                         10000 };

#define RECORD pg_lighter_funding
static const pg_lighter_member funding_members[] = {
    MUST("timestamp", INTEGER, time),
    MAY("value", TEXT, value),
    MAY("rate", TEXT, rate),
    MAY("direction", TEXT, direction),
};
#undef RECORD
static const pg_lighter_table funding = { "fundings", funding_members, COUNT(funding_members),
                                          sizeof(pg_lighter_funding), 10000 };

/* ---- accounts ---- */

#define RECORD pg_lighter_order
static const pg_lighter_member order_members[] = {
    MUST("order_index", INTEGER, order_index),
    MAY("client_order_index", INTEGER, client_index),
    MUST("market_index", INTEGER, market),
    MAY("owner_account_index", INTEGER, owner),
    MUST("initial_base_amount", TEXT, initial),
    MUST("price", TEXT, price),
    MAY("nonce", INTEGER, nonce),
    MUST("remaining_base_amount", TEXT, remaining),
    MUST("is_ask", BOOL, is_ask),
    MAY("filled_base_amount", TEXT, filled),
    MAY("type", TEXT, type),
    MAY("time_in_force", TEXT, time_in_force),
    MAY("reduce_only", BOOL, reduce_only),
    MAY("trigger_price", TEXT, trigger_price),
    MUST("status", TEXT, status),
    MAY("timestamp", INTEGER, timestamp),
    MAY("updated_at", INTEGER, updated_at),
    MAY("transaction_time", INTEGER, transaction_time),
};
#undef RECORD
static const pg_lighter_table order = { "orders", order_members, COUNT(order_members), sizeof(pg_lighter_order),
                                        10000 };

#define RECORD pg_lighter_position
static const pg_lighter_member position_members[] = {
    MUST("market_id", INTEGER, market),
    MAY("symbol", TEXT, symbol),
    MAY("initial_margin_fraction", TEXT, initial_margin),
    MAY("open_order_count", INTEGER, open_orders),
    MUST("sign", INTEGER, sign),
    MUST("position", TEXT, position),
    MAY("avg_entry_price", TEXT, entry),
    MAY("unrealized_pnl", TEXT, unrealized),
    MAY("margin_mode", INTEGER, margin_mode),
};
#undef RECORD
static const pg_lighter_table position = { "positions", position_members, COUNT(position_members),
                                           sizeof(pg_lighter_position), 4096 };

#define RECORD pg_lighter_asset
static const pg_lighter_member asset_members[] = {
    MAY("symbol", TEXT, symbol),
    MUST("asset_id", INTEGER, id),
    MAY("balance", TEXT, balance),
    MAY("locked_balance", TEXT, locked),
};
#undef RECORD
static const pg_lighter_table asset = { "assets", asset_members, COUNT(asset_members), sizeof(pg_lighter_asset), 64 };

#define RECORD pg_lighter_account
static const pg_lighter_member account_members[] = {
    MUST("index", INTEGER, index),
    MAY("account_type", INTEGER, type),
    MAY("status", INTEGER, status),
    MAY("cancel_all_time", INTEGER, cancel_all_time),
    MAY("l1_address", TEXT, address),
    MAY("collateral", TEXT, collateral),
    MAY("available_balance", TEXT, available),
    MAY("total_asset_value", TEXT, total),
    MAY("cross_asset_value", TEXT, cross),
    LIST("positions", positions, position),
    LIST("assets", assets, asset),
};
#undef RECORD
static const pg_lighter_table account = { "accounts", account_members, COUNT(account_members),
                                          sizeof(pg_lighter_account), 256 };

#define RECORD pg_lighter_user_stats
static const pg_lighter_member user_stats_members[] = {
    MAY("collateral", TEXT, collateral),       MAY("portfolio_value", TEXT, portfolio),
    MAY("available_balance", TEXT, available), MAY("leverage", TEXT, leverage),
    MAY("margin_usage", TEXT, margin_usage),
};
#undef RECORD
static const pg_lighter_table user_stats = { "stats", user_stats_members, COUNT(user_stats_members),
                                             sizeof(pg_lighter_user_stats), 1 };

#define RECORD pg_lighter_api_key
static const pg_lighter_member api_key_members[] = {
    MUST("account_index", INTEGER, account),
    MUST("api_key_index", INTEGER, index),
    MAY("nonce", INTEGER, nonce),
    MUST("public_key", TEXT, public_key),
};
#undef RECORD
static const pg_lighter_table api_key = { "api_keys", api_key_members, COUNT(api_key_members),
                                          sizeof(pg_lighter_api_key), 512 };

#define RECORD pg_lighter_receipt
static const pg_lighter_member receipt_table_members[] = {
    MUST("hash", TEXT, hash),
    MAY("type", INTEGER, type),
    MAY("event_info", TEXT, event),
    MUST("status", INTEGER, status),
    MAY("account_index", INTEGER, account),
    MAY("nonce", INTEGER, nonce),
    MAY("expire_at", INTEGER, expires_at),
    MAY("executed_at", INTEGER, executed_at),
};
#undef RECORD
const pg_lighter_table pg_lighter_receipt_table = { "txs", receipt_table_members, COUNT(receipt_table_members),
                                                    sizeof(pg_lighter_receipt), 10000 };

#define RECORD pg_lighter_limits
static const pg_lighter_member limits_table_members[] = {
    MUST("code", INTEGER, code),
    MAY("message", TEXT, message),
    MAY("user_tier", TEXT, tier),
    MAY("current_maker_fee_tick", INTEGER, maker_fee),
    MAY("current_taker_fee_tick", INTEGER, taker_fee),
};
#undef RECORD
const pg_lighter_table pg_lighter_limits_table = { "limits", limits_table_members, COUNT(limits_table_members),
                                                   sizeof(pg_lighter_limits), 1 };

#define RECORD pg_lighter_status
static const pg_lighter_member status_table_members[] = {
    MAY("status", INTEGER, status),
    MAY("network_id", INTEGER, network_id),
    MUST("timestamp", INTEGER, timestamp),
};
#undef RECORD
const pg_lighter_table pg_lighter_status_table = { "status", status_table_members, COUNT(status_table_members),
                                                   sizeof(pg_lighter_status), 1 };

/* ---- messages ---- */

#define RECORD pg_lighter_ticker
static const pg_lighter_member best_ask_members[] = {
    MUST("price", TEXT, ask_price),
    MUST("size", TEXT, ask_size),
};
static const pg_lighter_member best_bid_members[] = {
    MUST("price", TEXT, bid_price),
    MUST("size", TEXT, bid_size),
};
static const pg_lighter_table best_ask = { "a", best_ask_members, COUNT(best_ask_members), 0, 1 };
static const pg_lighter_table best_bid = { "b", best_bid_members, COUNT(best_bid_members), 0, 1 };
static const pg_lighter_member ticker_members[] = {
    MAY("s", TEXT, symbol),
    { .name = "a", .type = PG_LIGHTER_OBJECT, .needed = true, .of = &best_ask },
    { .name = "b", .type = PG_LIGHTER_OBJECT, .needed = true, .of = &best_bid },
};
static const pg_lighter_table ticker = { "ticker", ticker_members, COUNT(ticker_members), 0, 1 };
#undef RECORD

/* What answers to transactions may have inside `data` or `error`. */
#define RECORD pg_lighter_message
static const pg_lighter_member answer_members[] = {
    MAY("code", INTEGER, code),
    MAY("message", TEXT, message),
    MAY("id", RAW, id),
    MAY("tx_hash", RAW, hashes),
    MAY("volume_quota_remaining", RAW, raw_quota),
};
#undef RECORD
static const pg_lighter_table answer = { "answer", answer_members, COUNT(answer_members), sizeof(pg_lighter_message),
                                         1 };

#define RECORD pg_lighter_message
static const pg_lighter_member message_table_members[] = {
    MAY("channel", TEXT, channel),
    MAY("timestamp", INTEGER, timestamp),
    MAY("last_updated_at", INTEGER, updated_us),
    { .name = "order_book", .type = PG_LIGHTER_OWN, .read = lighter_read_book },
    MAY("type", TEXT, type),
    MAY("nonce", INTEGER, nonce),
    MAY("code", INTEGER, code),
    MAY("message", TEXT, message),
    MAY("id", RAW, id),
    MAY("tx_hash", RAW, hashes),
    MAY("volume_quota_remaining", RAW, raw_quota),
    { .name = "data", .type = PG_LIGHTER_OBJECT, .of = &answer },
    { .name = "error", .type = PG_LIGHTER_OBJECT, .of = &answer },
    MAY("next_cursor", TEXT, cursor),
    MAY("height", INTEGER, height),
    PART("ticker", ticker, ticker),
    PART("stats", stats, user_stats),
    LIST("trades", trades, trade),
    LIST("liquidation_trades", liquidations, trade),
    LIST("market_stats", market_stats, stats),
    LIST("spot_market_stats", market_stats, stats),
    LIST("orders", orders, order),
    LIST("positions", positions, position),
    LIST("position", positions, position),
    LIST("assets", assets, asset),
    LIST("txs", receipts, pg_lighter_receipt_table),
    LIST("candles", candles, candle),
    LIST("c", candles, candle),
    LIST("fundings", fundings, funding),
    LIST("order_books", markets, market),
    LIST("order_book_details", markets, market),
    LIST("spot_order_book_details", spot_markets, market),
    LIST("accounts", accounts, account),
    LIST("sub_accounts", accounts, account),
    LIST("api_keys", api_keys, api_key),
    LIST("asks", asks, resting),
    LIST("bids", bids, resting),
};
#undef RECORD
const pg_lighter_table pg_lighter_message_table = { "message", message_table_members, COUNT(message_table_members),
                                                    sizeof(pg_lighter_message), 1 };
