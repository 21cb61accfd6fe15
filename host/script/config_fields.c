#include "script/config_fields.h"

#include <math.h>
#include <string.h>

#define COUNT(list) (int)(sizeof(list) / sizeof *(list))

static const char *const networks[] = { "mainnet", "testnet", "local", NULL };
static const char *const unknown_orders[] = { "none", "adopt", "cancel", "leave", NULL };
static const char *const margins[] = { "cross", "isolated", NULL };
static const char *const modes[] = { "quotes", "ping_pong", NULL };
static const char *const formats[] = { "tape", "parquet", "csv", "parts", NULL };
static const char *const log_levels[] = { "debug", "info", "warn", "error", NULL };
static const char *const log_formats[] = { "text", "json", NULL };

const char *const pg_config_kinds[] = { "hyperliquid", "extended", "lighter", NULL };

static const char *const fee_policies[] = { "maker_taker", "taker", NULL };
static const char *const on_off[] = { "on", "off", NULL };

const pg_config_option pg_config_options[] = {
    { "hyperliquid", "vault", .is_address = true },
    { "hyperliquid", "leverage", .min = 1, .max = 100 },
    { "hyperliquid", "expires_after_ms", .min = 1000, .max = 3600000 },
    { "hyperliquid", "builder", .is_address = true },
    { "hyperliquid", "builder_fee_tenths_bps", .min = 1, .max = 1000 },
    { "extended", "vault", .min = 1, .max = 4294967295.0 },
    { "extended", "leverage", .min = 1, .max = 100 },
    { "extended", "order_lifetime_s", .min = 60, .max = 2419200 },
    { "extended", "requests_per_minute", .min = 60, .max = 100000 },
    { "extended", "reduce_only_margin_pct", .min = 1, .max = 100 },
    { "extended", "cancel_margin_pct", .min = 1, .max = 100 },
    { "extended", "fee_policy", .choices = fee_policies },
    { "extended", "best_prices", .choices = on_off },
    { "lighter", "api_key_index", .min = 0, .max = 254 },
    { "lighter", "leverage", .min = 1, .max = 100 },
    { "lighter", "chain_id", .min = 1, .max = 4294967295.0 },
    { "lighter", "expires_after_ms", .min = 1000, .max = 599000 },
    { "lighter", "client_index_bits", .min = 31, .max = 48 },
};
const int pg_config_option_count = COUNT(pg_config_options);

/* A row: name, kind, what a change of it means, member; then bounds and unit. */
#define AT(type, field, sort, effect, member)                                                                          \
    .name = #field, .kind = PG_FIELD_KIND_##sort, .change = PG_FIELD_##effect, .offset = offsetof(type, member)

/* ---- venue ---- */

#define VENUE(name, kind) AT(pg_config_venue, name, kind, RESTART, name)
static const pg_config_field venue_fields[] = {
    { VENUE(kind, WORD) },
    { VENUE(network, CHOICE), .choices = networks, .is_public = true },
    { VENUE(url, TEXT) },
    { VENUE(account, TEXT), .is_public = true, .is_digits = true },
    { VENUE(key, SECRET) },
    { VENUE(api_key, SECRET) },
    { VENUE(enabled, BOOL) },
    { VENUE(paper, BOOL) },
    { VENUE(data, TEXT) },
    { VENUE(speed, NUMBER), 0.01, 1000, "times" },
    { VENUE(seed, SEED), 0, 9007199254740992.0 },
    { VENUE(rest_backup_s, NUMBER), 0, 3600, "s" },
    { VENUE(maker_fee_bps, NUMBER), -100, 100, "bps" },
    { VENUE(taker_fee_bps, NUMBER), -100, 100, "bps" },
    { VENUE(capital, NUMBER), 0.01, 1e12, "of quote currency" },
    { VENUE(latency_ms, NUMBER), 0, 60000, "ms" },
    { VENUE(unknown_orders, CHOICE), .choices = unknown_orders },
    { VENUE(dead_man_s, NUMBER), 0, 86400, "s" },
};

static const pg_config_venue venue_defaults = { .network = PG_NETWORK_UNKNOWN,
                                                .enabled = true,
                                                .speed = 1,
                                                .seed = 1,
                                                .maker_fee_bps = NAN,
                                                .taker_fee_bps = NAN,
                                                .capital = 100000,
                                                .latency_ms = 50 };

/* ---- market ---- */

#define MARKET(name, kind, change) AT(pg_config_market, name, kind, change, name)
static const pg_config_field market_fields[] = {
    { MARKET(name, WORD, RESTART) },
    { AT(pg_config_market, venue, WORD, RESTART, venue_name) },
    { MARKET(symbol, TEXT, RESTART) },
    { MARKET(strategy, TEXT, SCRIPT) },
    { MARKET(reference, TEXT, RESTART) },
    { MARKET(params, PARAMS, PARAMS) },
    { MARKET(estimators, ESTIMATORS, SCRIPT) },
    { MARKET(capital, NUMBER, LIVE), 0.01, 1e12, "of quote currency" },
    { MARKET(max_position, NUMBER, LIVE), 1e-9, 1e12, "of base currency" },
    { MARKET(max_order_size, NUMBER, LIVE), 1e-9, 1e12, "of base currency" },
    { MARKET(leverage, INTEGER, LIVE), 1, 100 },
    { MARKET(margin, CHOICE, RESTART), .choices = margins },
    { MARKET(size_tolerance, NUMBER, LIVE), 0, 1, "(a fraction: 0.1 is 10%)" },
    { MARKET(reprice_bps, NUMBER, LIVE), 0, 1000, "bps" },
    { MARKET(min_life_ms, NUMBER, LIVE), 0, 3600000, "ms" },
    { MARKET(refresh_s, NUMBER, LIVE), 0, 86400, "s" },
    { MARKET(order_timeout_s, NUMBER, LIVE), 0, 864000, "s" },
    { MARKET(mode, CHOICE, LIVE), .choices = modes },
    { MARKET(close_on_stop, BOOL, LIVE) },
    { MARKET(trusted, BOOL, SCRIPT) },
    { MARKET(enabled, BOOL, LIVE) },
};

static const pg_config_market market_defaults = { .name = "", .size_tolerance = 0.1, .enabled = true };

/* ---- risk: a limit of 0 could mean none or nothing at all, so that there is no 0 ---- */

#define LIMIT(name) AT(pg_config_risk, name, NUMBER, LIVE, limits.name)
static const pg_config_field risk_fields[] = {
    { LIMIT(max_order_usd), 0.01, 1e12, "USD" },
    { LIMIT(max_order_size), 1e-9, 1e12, "of base currency" },
    { LIMIT(max_orders_per_s), 0.01, 10000, "orders/s" },
    { LIMIT(burst), 1, 10000, "orders" },
    { LIMIT(max_distance_bps), 0.1, 10000, "bps" },
    { LIMIT(max_open_orders), 1, 5000, "orders" },
    { LIMIT(max_position_usd), 0.01, 1e12, "USD" },
    { LIMIT(max_position), 1e-9, 1e12, "of base currency" },
    { LIMIT(max_gross_usd), 0.01, 1e12, "USD" },
    { LIMIT(max_net_usd), 0.01, 1e12, "USD" },
    { LIMIT(max_daily_loss_usd), 0.01, 1e12, "USD" },
    { LIMIT(max_drawdown), 0.0001, 1, "(a fraction of the highest equity: 0.05 is 5%)" },
    { LIMIT(max_book_age_s), 0.1, 3600, "s" },
    { LIMIT(max_trades_age_s), 0.1, 86400, "s" },
    { LIMIT(max_account_age_s), 0.1, 3600, "s" },
    { LIMIT(cascade_pull), 0.01, 1, "(0 to 1)" },
    { LIMIT(cascade_resume), 0.01, 1, "(0 to 1)" },
    { LIMIT(leverage), 1, 100, "times" },
    { LIMIT(margin_buffer), 0, 1, "(a fraction)" },
    { LIMIT(taker_fee), 0, 0.1, "(a fraction)" },
    { AT(pg_config_risk, max_data_age_s, NUMBER, LIVE, max_data_age_s), 0.1, 3600, "s" },
    { AT(pg_config_risk, allow_loosen, BOOL, LIVE, allow_loosen) },
};

static const pg_config_risk risk_defaults = { .limits = { .cascade_pull = 0.8 }, .max_data_age_s = 5 };

/* ---- record, web, host ---- */

#define RECORD(name, kind) AT(pg_config_record, name, kind, RESTART, name)
static const pg_config_field record_fields[] = {
    { RECORD(enabled, BOOL) },
    { RECORD(dir, TEXT) },
    { RECORD(formats, FORMATS), .choices = formats },
    { RECORD(levels, INTEGER), 1, 1000, "levels" },
    { RECORD(rotate_rows, NUMBER), 1000, 1e9, "events" },
    { RECORD(rotate_mb, NUMBER), 1, 100000, "MB" },
    { RECORD(rotate_minutes, NUMBER), 1, 10080, "minutes" },
    { RECORD(flight, TEXT) },
    { RECORD(keep, INTEGER), 0, 10000, "sessions" },
};

static const pg_config_record record_defaults = { .dir = "data",
                                                  .formats = PG_CONFIG_TAPE,
                                                  .levels = 20,
                                                  .rotate_rows = 2e6,
                                                  .rotate_mb = 64,
                                                  .rotate_minutes = 60,
                                                  .flight = ".perigee/sessions",
                                                  .keep = 20 };

#define WEB(name, kind) AT(pg_config_web, name, kind, RESTART, name)
static const pg_config_field web_fields[] = {
    { WEB(enabled, BOOL) },
    { WEB(address, TEXT) },
    { WEB(port, INTEGER), 0, 65535 },
    { WEB(allow_remote, BOOL) },
};

static const pg_config_web web_defaults = { .address = "127.0.0.1", .port = 8640 };

#define HOST(name, kind, change) AT(pg_config_host, name, kind, change, name)
static const pg_config_field host_fields[] = {
    { HOST(ledger, TEXT, RESTART) },
    { HOST(socket, TEXT, RESTART) },
    { HOST(keystore, TEXT, RESTART) },
    { HOST(log_level, CHOICE, LIVE), .choices = log_levels },
    { HOST(log_format, CHOICE, RESTART), .choices = log_formats },
    { HOST(trading_enabled, BOOL, RESTART) },
    { HOST(reload, BOOL, LIVE) },
    { HOST(probation_s, NUMBER, LIVE), 0, 86400, "s" },
    { HOST(shadow_events, INTEGER, LIVE), 0, 1000000, "events" },
    { HOST(guard, BOOL, RESTART) },
    { HOST(guard_timeout_s, NUMBER, RESTART), 1, 60, "s" },
};

static const pg_config_host host_defaults = {
    .ledger = "perigee.db",
    .socket = ".perigee/console.sock",
    .log_level = PG_LOG_INFO,
    .trading_enabled = true,
    .reload = true,
    .probation_s = 60,
    .shadow_events = 200,
    .guard = true,
    .guard_timeout_s = 5,
};

#define TABLE(noun)                                                                                                    \
    const pg_config_table pg_config_##noun##_table = {                                                                 \
        #noun,                                                                                                         \
        noun##_fields,                                                                                                 \
        COUNT(noun##_fields),                                                                                          \
        &noun##_defaults,                                                                                              \
        sizeof(pg_config_##noun),                                                                                      \
        offsetof(pg_config_##noun, line),                                                                              \
        offsetof(pg_config_##noun, given),                                                                             \
    }

TABLE(venue);
TABLE(market);
TABLE(risk);
TABLE(record);
TABLE(web);
TABLE(host);

bool pg_config_given(const pg_config_table *table, const void *entry, const char *field)
{
    uint64_t given;
    memcpy(&given, (const char *)entry + table->given_offset, sizeof given);
    for (int i = 0; i < table->count; i++)
        if (strcmp(table->fields[i].name, field) == 0)
            return given >> i & 1;
    return false;
}
