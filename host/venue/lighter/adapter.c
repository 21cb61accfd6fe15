#include "venue/lighter/adapter.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/hex.h"
#include "venue/lighter/adapter_internal.h"

static const char *const mainnet_url = "https://mainnet.zklighter.elliot.ai";
static const char *const testnet_url = "https://testnet.zklighter.elliot.ai";
static const int64_t largest_account = ((int64_t)1 << 48) - 2;
enum { MAINNET_CHAIN = 304, TESTNET_CHAIN = 300, KEY_INDEX_MAX = 254, ORDERS_EXPIRE_MS = 10000 };
enum { TOKEN_S = 7 * 3600, TOKEN_RENEW_S = 15 * 60 };

int64_t li_now(void)
{
    return pg_clock_now(pg_clock_real());
}

void li_log(const li_venue *venue, pg_log_level level, const char *message, const char *name, const char *text)
{
    pg_log_field fields[] = { { "venue", venue->name, 0 }, { name, text, 0 } };
    pg_log_write(venue->log, level, "lighter", message, fields, name ? 2 : 1);
}

void li_fail(li_venue *venue, const pg_error *err)
{
    if (venue->phase == LI_FAILED)
        return;
    venue->phase = LI_FAILED;
    venue->facts.can_trade = false;
    venue->sink.failed(venue->sink.self, err);
}

int li_market_of(const li_venue *venue, int64_t id)
{
    for (int i = 0; i < venue->market_count; i++)
        if (venue->market[i].id == id && venue->market[i].instrument.symbol[0])
            return i;
    return -1;
}

/* ---- the token ---- */

/* At most every second: a clock that goes wrong makes no flood of them. */
const char *li_token(li_venue *venue)
{
    int64_t now_s = (li_now() + venue->clock_ahead_ns) / 1000000000;
    pg_scalar5 key;
    pg_error err;
    if (venue->read_only)
        return pg_secret_text(venue->read_only);
    if (!venue->key || venue->account < 0)
        return NULL;
    if (venue->token[0] && venue->token_until_s - now_s >= TOKEN_RENEW_S &&
        venue->token_until_s - now_s <= TOKEN_S + 60)
        return venue->token;
    pg_status status = pg_schnorr_key_borrow(&key, venue->key, &err);
    if (status == PG_OK)
        status = pg_lighter_token(venue->token, now_s + TOKEN_S, venue->account, venue->key_index, &key, &err);
    pg_schnorr_key_wipe(&key);
    venue->token_until_s = now_s + TOKEN_S;
    if (status == PG_OK)
        return venue->token;
    venue->token[0] = '\0';
    li_log(venue, PG_LOG_ERROR, "cannot make a token", "why", err.what);
    return NULL;
}

/* ---- settings ---- */

static pg_status set_number(int64_t *out, const char *name, const char *text, int64_t least, int64_t most, char **rest,
                            pg_error *err)
{
    char *end;
    long long value = strtoll(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || value < least || value > most || (*end && !rest))
        return pg_fail(err, PG_ERR_INVALID, "%s is '%.40s', which is no whole number of %lld to %lld", name, text,
                       (long long)least, (long long)most);
    if (rest)
        *rest = end;
    *out = value;
    return PG_OK;
}

static pg_status set_leverage(li_venue *venue, const char *text, pg_error *err)
{
    int64_t leverage;
    char *rest;
    pg_status status = set_number(&leverage, "leverage", text, 1, 1000, &rest, err);
    if (status != PG_OK)
        return status;
    venue->isolated = strcmp(rest, " isolated") == 0;
    if (*rest && !venue->isolated)
        return pg_fail(err, PG_ERR_INVALID, "leverage is '%.40s': write \"5\" or \"5 isolated\"", text);
    venue->leverage = (int)leverage;
    return PG_OK;
}

static pg_status set_option(li_venue *venue, const pg_venue_option *option, pg_error *err)
{
    int64_t number = 0;
    pg_status status;
    if (strcmp(option->name, "leverage") == 0)
        return set_leverage(venue, option->value, err);
    if (strcmp(option->name, "api_key_index") == 0)
        return set_number(&venue->key_index, option->name, option->value, 0, KEY_INDEX_MAX, NULL, err);
    if (strcmp(option->name, "expires_after_ms") == 0)
        return set_number(&venue->expires_ms, option->name, option->value, 1000, 599000, NULL, err);
    if (strcmp(option->name, "chain_id") == 0) {
        status = set_number(&number, option->name, option->value, 1, UINT32_MAX, NULL, err);
        venue->chain_id = (uint32_t)number;
        return status;
    }
    if (strcmp(option->name, "client_index_bits") == 0) {
        status = set_number(&number, option->name, option->value, PG_LIGHTER_INDEX_BITS, PG_LIGHTER_INDEX_BITS_MAX,
                            NULL, err);
        venue->index_bits = (int)number;
        return status;
    }
    pg_fail(err, PG_ERR_INVALID, "Lighter has no setting '%.60s'", option->name);
    pg_error_remedy(err, "there are api_key_index, leverage, chain_id, expires_after_ms and client_index_bits");
    return PG_ERR_INVALID;
}

const char *pg_lighter_url(const char *network)
{
    return strcmp(network, "mainnet") == 0 ? mainnet_url : strcmp(network, "testnet") == 0 ? testnet_url : NULL;
}

static pg_status set_network(li_venue *venue, const pg_venue_config *config, pg_error *err)
{
    bool mainnet = strcmp(config->network, "mainnet") == 0, testnet = strcmp(config->network, "testnet") == 0;
    const char *url = config->url ? config->url : pg_lighter_url(config->network);
    if (!mainnet && !testnet && strcmp(config->network, "local") != 0)
        return pg_fail(err, PG_ERR_INVALID, "network '%.40s' is not mainnet, testnet or local", config->network);
    venue->chain_id = mainnet ? MAINNET_CHAIN : TESTNET_CHAIN; /* a local one signs as the test network does */
    if (!url)
        return pg_fail(err, PG_ERR_INVALID, "the local network needs a url");
    size_t length = strlen(url);
    while (length > 0 && url[length - 1] == '/')
        length--;
    if (length >= sizeof venue->url - 8 || strncmp(url, "http", 4) != 0)
        return pg_fail(err, PG_ERR_INVALID, "url '%.120s' is not of the form https://host", url);
    snprintf(venue->url, sizeof venue->url, "%.*s", (int)length, url);
    return PG_OK;
}

static pg_status set_symbols(li_venue *venue, const pg_venue_config *config, pg_error *err)
{
    if (config->symbol_count < 0 || config->symbol_count > PG_VENUE_MARKETS)
        return pg_fail(err, PG_ERR_INVALID, "%d symbols; there can be %d", config->symbol_count, PG_VENUE_MARKETS);
    venue->market = calloc((size_t)config->symbol_count + 1, sizeof *venue->market);
    if (!venue->market)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for %d markets", config->symbol_count);
    for (int i = 0; i < config->symbol_count; i++) {
        const char *symbol = config->symbols[i];
        if (!symbol[0] || strlen(symbol) >= PG_SYMBOL_SIZE)
            return pg_fail(err, PG_ERR_INVALID, "'%.60s' cannot be a symbol", symbol);
        for (int k = 0; k < i; k++)
            if (strcmp(venue->market[k].symbol, symbol) == 0)
                return pg_fail(err, PG_ERR_INVALID, "symbol %s is given twice", symbol);
        memcpy(venue->market[i].symbol, symbol, strlen(symbol) + 1);
    }
    venue->market_count = config->symbol_count;
    return PG_OK;
}

static pg_status set_account(li_venue *venue, const char *text, pg_error *err)
{
    if (text)
        return set_number(&venue->account, "account", text, 0, largest_account, NULL, err);
    pg_fail(err, PG_ERR_INVALID, "a key of Lighter needs the account's index");
    pg_error_remedy(err, "account = env \"ACCOUNT_INDEX\", or the number itself");
    return PG_ERR_INVALID;
}

static pg_status set_key(li_venue *venue, const pg_venue_config *config, pg_error *err)
{
    uint8_t public_key[PG_SCHNORR_KEY_BYTES];
    pg_scalar5 key;
    if (!config->key) {
        const char *token = config->api_key ? pg_secret_text(config->api_key) : "";
        venue->read_only = strncmp(token, "ro:", 3) == 0 ? config->api_key : NULL;
        if (config->api_key && !venue->read_only)
            return pg_fail(err, PG_ERR_INVALID, "api_key is no read-only token, which begins with \"ro:\"");
        return venue->read_only || config->account ? set_account(venue, config->account, err) : PG_OK;
    }
    pg_status status = set_account(venue, config->account, err);
    if (status == PG_OK && venue->key_index < 0) {
        status = pg_fail(err, PG_ERR_INVALID, "a key of Lighter needs api_key_index");
        pg_error_remedy(err, "api_key_index = env \"API_KEY_INDEX\", or the number itself");
    }
    if (status == PG_OK)
        status = pg_schnorr_key_borrow(&key, config->key, err);
    if (status != PG_OK)
        return status;
    pg_schnorr_public_key(public_key, &key);
    pg_schnorr_key_wipe(&key);
    pg_hex_encode(venue->public_key, public_key, sizeof public_key);
    venue->key = config->key;
    return PG_OK;
}

static pg_status configure(li_venue *venue, const pg_venue_config *config, pg_error *err)
{
    snprintf(venue->name, sizeof venue->name, "%s", config->name);
    venue->log = config->log;
    venue->run = config->run;
    venue->no_streams = config->no_streams;
    venue->rest_backup_ms = config->rest_backup_ms;
    venue->account = venue->key_index = -1;
    venue->expires_ms = ORDERS_EXPIRE_MS;
    venue->index_bits = PG_LIGHTER_INDEX_BITS;
    pg_status status = set_network(venue, config, err);
    if (status == PG_OK)
        status = set_symbols(venue, config, err);
    for (int i = 0; i < config->option_count && status == PG_OK; i++)
        status = set_option(venue, &config->options[i], err);
    if (status == PG_OK)
        status = set_key(venue, config, err);
    if (status != PG_OK)
        pg_error_where(err, "venue %s", config->name);
    return status;
}

/* ---- opening and closing ---- */

static void report(void *self, const pg_report *report)
{
    li_venue *venue = self;
    venue->sink.report(venue->sink.self, report);
}

static void tick(void *self)
{
    li_venue *venue = self;
    int64_t now = li_now();
    if (venue->phase == LI_STARTING || venue->phase == LI_OPENING)
        li_start_tick(venue, now);
    li_markets_tick(venue, now);
    li_flights_tick(venue, now);
    li_send_tick(venue, now);
    li_doubt_tick(venue, now);
    li_act_tick(venue, now);
    li_account_tick(venue, now);
    li_market_tick(venue, now);
}

static pg_status make_parts(li_venue *venue, pg_error *err)
{
    pg_status status = PG_OK;
    for (int i = 0; i < venue->market_count && status == PG_OK; i++) {
        status = pg_recent_new(&venue->market[i].trades, LI_TRADES_SEEN, err);
        if (status == PG_OK)
            status = pg_lighter_book_init(&venue->market[i].book, err);
    }
    pg_report_sink sink = { venue, report };
    if (status == PG_OK)
        status = pg_lighter_decoder_new(&venue->decoder, err);
    if (status == PG_OK)
        status = pg_tracker_new(&venue->orders, venue->run, sink, err);
    if (status == PG_OK)
        status = pg_late_new(&venue->late, venue->loop, venue->run, venue->orders, sink, err);
    if (status == PG_OK)
        status = pg_lighter_rest_new(&venue->rest, venue->loop, venue->url, venue->log, err);
    if (status == PG_OK && venue->key)
        status = pg_lighter_nonces_open(&venue->nonces, venue->loop, venue->url, venue->account, venue->key_index, err);
    if (status == PG_OK)
        status = pg_lighter_indexes_new(&venue->indexes, venue->loop, venue->url, venue->account, venue->index_bits,
                                        venue->run, venue->opened_ns, err);
    if (status == PG_OK && !(venue->events = malloc(PG_LIGHTER_BOOK_EVENTS * sizeof *venue->events)))
        status = pg_fail(err, PG_ERR_MEMORY, "no memory for events");
    if (status == PG_OK && !(venue->tick = pg_timer_start(venue->loop, 0, LI_TICK_MS, venue, tick)))
        status = pg_fail(err, PG_ERR_MEMORY, "no memory for a timer");
    return status;
}

static void close_venue(pg_venue *base)
{
    li_venue *venue = (li_venue *)base;
    pg_timer_stop(venue->tick);
    pg_late_free(venue->late);
    pg_lighter_stream_free(venue->market_stream);
    pg_lighter_stream_free(venue->account_stream);
    pg_lighter_rest_free(venue->rest);
    for (int i = 0; i < LI_FLIGHTS; i++) /* others may go on with the key */
        if (venue->flight[i].used)
            li_land(&venue->flight[i], PG_LIGHTER_NONCES_IN_DOUBT);
    pg_calls_free(&venue->calls);
    pg_lighter_nonces_close(venue->nonces, venue->loop, venue);
    pg_lighter_indexes_free(venue->indexes);
    pg_tracker_free(venue->orders);
    pg_lighter_decoder_free(venue->decoder);
    for (int i = 0; venue->market && i < venue->market_count; i++) {
        pg_recent_free(venue->market[i].trades);
        pg_lighter_book_free(&venue->market[i].book);
    }
    free(venue->market);
    free(venue->events);
    pg_text_free(&venue->frame);
    explicit_bzero(venue->token, sizeof venue->token);
    free(venue);
}

static pg_status open_venue(pg_venue **base, const pg_venue_config *config, pg_loop *loop, pg_venue_sink sink,
                            pg_error *err)
{
    *base = NULL;
    li_venue *venue = calloc(1, sizeof *venue);
    if (!venue)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a venue");
    venue->base.type = &pg_lighter_venue;
    venue->loop = loop;
    venue->sink = sink;
    venue->opened_ns = li_now();
    venue->calls.owner = venue;
    venue->next_number = 1;
    venue->quota = -1;
    venue->retry_ns = 1; /* begins at the first tick: nothing is called back before this returns */
    venue->facts = (pg_venue_facts){ .switch_least_s = LI_SWITCH_LEAST_S,
                                     .replace_is_fresh = false,
                                     .replace_keeps_place = false,
                                     .batch = PG_LIGHTER_BATCH };
    pg_status status = configure(venue, config, err);
    if (status == PG_OK)
        status = make_parts(venue, err);
    if (status != PG_OK) {
        close_venue(&venue->base);
        return status;
    }
    *base = &venue->base;
    return PG_OK;
}

static const pg_instrument *instrument(const pg_venue *base, int market)
{
    const li_venue *venue = (const li_venue *)base;
    return market >= 0 && market < venue->market_count ? &venue->market[market].instrument : NULL;
}

static const pg_venue_facts *facts(const pg_venue *base)
{
    return &((const li_venue *)base)->facts;
}

int64_t pg_lighter_quota(const pg_venue *base)
{
    return ((const li_venue *)base)->quota;
}

const pg_venue_type pg_lighter_venue = { .kind = "lighter",
                                         .open = open_venue,
                                         .close = close_venue,
                                         .instrument = instrument,
                                         .facts = facts,
                                         .has_room = li_has_room,
                                         .submit = li_submit,
                                         .adopt = li_adopt,
                                         .cancel_all = li_cancel_all,
                                         .account = li_account,
                                         .fills_since = li_fills_since,
                                         .trades = li_trades,
                                         .arm_switch = li_arm_switch,
                                         .set_leverage = li_set_leverage };
