/* What Hyperliquid's exchange says, as the venue writes it: numbers, orders, fills, books, candles. */
#ifndef PG_SIM_EXCHANGE_HYPERLIQUID_JSON_H
#define PG_SIM_EXCHANGE_HYPERLIQUID_JSON_H

#include "sim/exchange_hyperliquid_internal.h"

/* ---- exchange_hyperliquid_json.c: texts as the venue writes them ---- */

/* Empties a text that is used again. */
void hlx_empty(pg_text *text);

/* Numbers as texts: at least one decimal ("10.0"), or none that is not needed ("10"). */
void hlx_put(pg_text *text, const char *literal);
void hlx_put_decimal(pg_text *text, int64_t value, int decimals);
void hlx_put_short(pg_text *text, int64_t value, int decimals);

/* Money of 1e-12 rounded to 1e-6. */
void hlx_put_money(pg_text *text, pg_money amount_e12);

/* Members: comma, "key":"decimal". */
void hlx_json_decimal(pg_text *text, const char *key, int64_t value, int decimals);
void hlx_json_money(pg_text *text, const char *key, pg_money amount_e12);
void hlx_json_token(pg_hl_exchange *e, pg_text *text, const char *key, int token, pg_money amount_e12);
void hlx_json_price(pg_hl_exchange *e, pg_text *text, const char *key, int market, int64_t price);
void hlx_json_size(pg_hl_exchange *e, pg_text *text, const char *key, int market, int64_t size);
int64_t hlx_ms(int64_t time_ns);

const char *hlx_status(const pg_exchange_order *order);

/* Whether a market order was refused as nobody offers anything. */
bool hlx_is_without_market(const pg_exchange_order *order);
void hlx_json_hash(pg_text *text, const char *key, uint64_t number);
void hlx_json_order(pg_hl_exchange *e, pg_text *text, const pg_exchange_order *order, bool frontend);
void hlx_json_fill(pg_hl_exchange *e, pg_text *text, const pg_exchange_fill *fill);
void hlx_json_trade(pg_hl_exchange *e, pg_text *text, int market, const pg_exchange_trade *trade);
void hlx_json_context(pg_hl_exchange *e, pg_text *text, const char *key, int market);
void hlx_json_book(pg_hl_exchange *e, pg_text *text, const hlx_subscription *book, int depth);
void hlx_json_touch(pg_hl_exchange *e, pg_text *text, int market, const pg_exchange_level touch[2]);
void hlx_json_mids(pg_hl_exchange *e, pg_text *text, const char *key, int dex);

/* ---- exchange_hyperliquid_candles.c ---- */

/* The number of an interval ("1m"); -1: there is no such one. */
int hlx_find_interval(const char *name);
const char *hlx_interval_name(int interval);

/* Counts a trade. */
void hlx_candle_trade(hlx_coin *coin, const pg_exchange_trade *trade);

/* The candles that have to do with a span of time (ms), oldest first and at most PG_EXCHANGE_CANDLES; returns how
 * many. */
int hlx_json_candles(pg_hl_exchange *e, pg_text *text, int market, int interval, double from_ms, double to_ms);

/* The newest one; false: nothing has traded yet. */
bool hlx_json_candle(pg_hl_exchange *e, pg_text *text, int market, int interval);

#endif
