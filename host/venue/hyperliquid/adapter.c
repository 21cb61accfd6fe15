#include "venue/hyperliquid/adapter.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "venue/hyperliquid/adapter_internal.h"

static const char *const mainnet_url = "https://api.hyperliquid.xyz";
static const char *const testnet_url = "https://api.hyperliquid-testnet.xyz";

int64_t hl_now(void)
{
    return pg_clock_now(pg_clock_real());
}

void hl_log(const hl_venue *venue, pg_log_level level, const char *message, const char *name, const char *text)
{
    pg_log_field fields[] = { { "venue", venue->name, 0 }, { name, text, 0 } };
    pg_log_write(venue->log, level, "hyperliquid", message, fields, name ? 2 : 1);
}

void hl_fail(hl_venue *venue, const pg_error *err)
{
    if (venue->phase == HL_FAILED)
        return;
    venue->phase = HL_FAILED;
    venue->facts.can_trade = false;
    venue->sink.failed(venue->sink.self, err);
}

void hl_fail_with(hl_venue *venue, pg_status status, const char *remedy, const char *format, ...)
{
    char what[PG_ERROR_WHAT];
    pg_error err;
    va_list list;
    va_start(list, format);
    vsnprintf(what, sizeof what, format, list);
    va_end(list);
    pg_fail(&err, status, "%s", what);
    pg_error_where(&err, "venue %s", venue->name);
    pg_error_remedy(&err, "%s", remedy);
    hl_fail(venue, &err);
}

/* ---- settings ---- */

static pg_status set_address(char *out, const char *name, const char *text, pg_error *err)
{
    pg_address address;
    pg_status status = pg_address_parse(&address, text, err);
    if (status != PG_OK) {
        pg_error_where(err, "%s", name);
        return PG_ERR_INVALID;
    }
    pg_address_format(out, &address);
    return PG_OK;
}

static pg_status set_number(int64_t *out, const pg_venue_option *option, int64_t least, int64_t most, char **rest,
                            pg_error *err)
{
    char *end;
    long long value = strtoll(option->value, &end, 10);
    if (!isdigit((unsigned char)option->value[0]) || value < least || value > most || (*end && !rest))
        return pg_fail(err, PG_ERR_INVALID, "%s is '%.40s', which is no whole number of %lld to %lld", option->name,
                       option->value, (long long)least, (long long)most);
    if (rest)
        *rest = end;
    *out = value;
    return PG_OK;
}

static pg_status set_leverage(hl_venue *venue, const pg_venue_option *option, pg_error *err)
{
    int64_t leverage;
    char *rest;
    pg_status status = set_number(&leverage, option, 1, 1000, &rest, err);
    if (status != PG_OK)
        return status;
    venue->isolated = strcmp(rest, " isolated") == 0;
    if (*rest && !venue->isolated)
        return pg_fail(err, PG_ERR_INVALID, "leverage is '%.40s': write \"5\" or \"5 isolated\"", option->value);
    venue->leverage = (int)leverage;
    return PG_OK;
}

static pg_status set_builder_fee(hl_venue *venue, const pg_venue_option *option, pg_error *err)
{
    int64_t fee = 0;
    pg_status status = set_number(&fee, option, 1, 1000, NULL, err);
    venue->builder_fee = (int)fee;
    return status;
}

static pg_status set_option(hl_venue *venue, const pg_venue_option *option, pg_error *err)
{
    if (strcmp(option->name, "vault") == 0)
        return set_address(venue->vault, "vault", option->value, err);
    if (strcmp(option->name, "leverage") == 0)
        return set_leverage(venue, option, err);
    if (strcmp(option->name, "expires_after_ms") == 0)
        return set_number(&venue->expires_ms, option, 1000, 86400000, NULL, err);
    if (strcmp(option->name, "builder") == 0)
        return set_address(venue->builder, "builder", option->value, err);
    if (strcmp(option->name, "builder_fee_tenths_bps") == 0)
        return set_builder_fee(venue, option, err);
    pg_fail(err, PG_ERR_INVALID, "Hyperliquid has no setting '%.60s'", option->name);
    pg_error_remedy(err, "there are vault, leverage, expires_after_ms, builder and builder_fee_tenths_bps");
    return PG_ERR_INVALID;
}

const char *pg_hyperliquid_url(const char *network)
{
    return strcmp(network, "mainnet") == 0 ? mainnet_url : strcmp(network, "testnet") == 0 ? testnet_url : NULL;
}

static pg_status set_network(hl_venue *venue, const pg_venue_config *config, pg_error *err)
{
    const char *url = config->url;
    bool mainnet = strcmp(config->network, "mainnet") == 0, testnet = strcmp(config->network, "testnet") == 0;
    if (!mainnet && !testnet && strcmp(config->network, "local") != 0)
        return pg_fail(err, PG_ERR_INVALID, "network '%.40s' is not mainnet, testnet or local", config->network);
    venue->network = mainnet ? PG_HL_MAINNET : PG_HL_TESTNET; /* a local one signs as the test network does */
    venue->is_local = !mainnet && !testnet;
    if (!url)
        url = pg_hyperliquid_url(config->network);
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

static pg_status set_symbols(hl_venue *venue, const pg_venue_config *config, pg_error *err)
{
    if (config->symbol_count < 0 || config->symbol_count > PG_VENUE_MARKETS)
        return pg_fail(err, PG_ERR_INVALID, "%d symbols; there can be %d", config->symbol_count, PG_VENUE_MARKETS);
    for (int i = 0; i < config->symbol_count; i++) {
        const char *symbol = config->symbols[i];
        if (!symbol[0] || strlen(symbol) >= PG_SYMBOL_SIZE)
            return pg_fail(err, PG_ERR_INVALID, "'%.60s' cannot be a symbol", symbol);
        for (int k = 0; k < i; k++)
            if (strcmp(venue->symbols[k], symbol) == 0)
                return pg_fail(err, PG_ERR_INVALID, "symbol %s is given twice", symbol);
        memcpy(venue->symbols[i], symbol, strlen(symbol) + 1);
    }
    venue->market_count = config->symbol_count;
    return PG_OK;
}

static pg_status set_key(hl_venue *venue, const pg_venue_config *config, pg_error *err)
{
    if (!config->key) {
        if (venue->vault[0])
            return pg_fail(err, PG_ERR_INVALID, "a vault without a key");
        return config->account ? set_address(venue->account, "account", config->account, err) : PG_OK;
    }
    pg_status status = pg_secp256k1_new(&venue->curve, err);
    if (status == PG_OK)
        status = pg_hl_signer_init(&venue->signer, venue->curve, config->key, err);
    if (status != PG_OK)
        return status;
    venue->can_sign = true;
    pg_address_format(venue->signer_address, &venue->signer.address);
    status = pg_hl_nonces_open(&venue->nonces, config->state, config->network, venue->signer_address,
                               (uint64_t)(venue->opened_ns / 1000000), err);
    if (status != PG_OK)
        return status;
    if (config->account)
        status = set_address(venue->master, "account", config->account, err);
    else
        memcpy(venue->master, venue->signer_address, sizeof venue->master);
    memcpy(venue->account, venue->vault[0] ? venue->vault : venue->master, sizeof venue->account);
    return status;
}

static pg_status configure(hl_venue *venue, const pg_venue_config *config, pg_error *err)
{
    snprintf(venue->name, sizeof venue->name, "%s", config->name);
    venue->log = config->log;
    venue->run = config->run;
    venue->no_streams = config->no_streams;
    venue->rest_backup_ms = config->rest_backup_ms;
    pg_status status = set_network(venue, config, err);
    if (status == PG_OK)
        status = set_symbols(venue, config, err);
    for (int i = 0; i < config->option_count && status == PG_OK; i++)
        status = set_option(venue, &config->options[i], err);
    if (status == PG_OK && !venue->builder[0] != !venue->builder_fee)
        status = pg_fail(err, PG_ERR_INVALID, "builder and builder_fee_tenths_bps go together");
    if (status == PG_OK)
        status = set_key(venue, config, err);
    if (status != PG_OK)
        pg_error_where(err, "venue %s", config->name);
    return status;
}

/* ---- opening and closing ---- */

static void report(void *self, const pg_report *report)
{
    hl_venue *venue = self;
    venue->sink.report(venue->sink.self, report);
}

static void tick(void *self)
{
    hl_venue *venue = self;
    int64_t now = hl_now();
    if (venue->phase == HL_STARTING)
        hl_start_tick(venue, now);
    hl_flights_tick(venue, now);
    hl_doubt_tick(venue, now);
    hl_account_tick(venue, now);
    hl_market_tick(venue, now);
    hl_rights_tick(venue, now);
}

static pg_status make_parts(hl_venue *venue, pg_error *err)
{
    size_t count = venue->market_count ? (size_t)venue->market_count : 1;
    pg_status status = PG_OK;
    venue->market = calloc(count, sizeof *venue->market);
    if (!venue->market)
        status = pg_fail(err, PG_ERR_MEMORY, "no memory for %d markets", venue->market_count);
    for (int i = 0; i < venue->market_count && status == PG_OK; i++)
        status = pg_recent_new(&venue->market[i].trades, HL_TRADES_SEEN, err);
    if (status == PG_OK)
        status = pg_hl_decoder_new(&venue->decoder, err);
    if (status == PG_OK)
        status = pg_tracker_new(&venue->orders, venue->run, (pg_report_sink){ venue, report }, err);
    if (status == PG_OK)
        status =
            pg_late_new(&venue->late, venue->loop, venue->run, venue->orders, (pg_report_sink){ venue, report }, err);
    if (status == PG_OK)
        status = pg_hl_rest_new(&venue->rest, venue->loop, venue->url, venue->log, err);
    if (status == PG_OK && !(venue->tick = pg_timer_start(venue->loop, 0, HL_TICK_MS, venue, tick)))
        status = pg_fail(err, PG_ERR_MEMORY, "no memory for a timer");
    return status;
}

static void close_venue(pg_venue *base)
{
    hl_venue *venue = (hl_venue *)base;
    pg_timer_stop(venue->tick);
    pg_late_free(venue->late);
    pg_hl_stream_free(venue->market_stream);
    pg_hl_stream_free(venue->account_stream);
    pg_hl_rest_free(venue->rest);
    pg_calls_free(&venue->calls);
    pg_tracker_free(venue->orders);
    pg_hl_decoder_free(venue->decoder);
    for (int i = 0; venue->market && i < venue->market_count; i++)
        pg_recent_free(venue->market[i].trades);
    free(venue->market);
    pg_hl_assets_free(&venue->assets);
    pg_hl_signed_free(&venue->made);
    pg_text_free(&venue->frame);
    pg_hl_nonces_close(venue->nonces);
    pg_secp256k1_free(venue->curve);
    free(venue);
}

static pg_status open_venue(pg_venue **base, const pg_venue_config *config, pg_loop *loop, pg_venue_sink sink,
                            pg_error *err)
{
    *base = NULL;
    hl_venue *venue = calloc(1, sizeof *venue);
    if (!venue)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a venue");
    venue->base.type = &pg_hyperliquid_venue;
    venue->loop = loop;
    venue->sink = sink;
    venue->opened_ns = hl_now();
    venue->first_connection = true;
    venue->next_post = 1;
    pg_bucket_init(&venue->messages, HL_MESSAGES, HL_MESSAGES / 60.0, HL_MESSAGES / 10.0, venue->opened_ns);
    venue->calls.owner = venue;
    venue->facts = (pg_venue_facts){ .switch_least_s = HL_SWITCH_LEAST_S,
                                     .replace_is_fresh = true,
                                     .replace_keeps_place = false,
                                     .batch = PG_HL_BATCH,
                                     .actions_left = -1 };
    pg_status status = configure(venue, config, err);
    if (status == PG_OK)
        status = make_parts(venue, err);
    if (status != PG_OK) {
        close_venue(&venue->base);
        return status;
    }
    hl_start(venue);
    *base = &venue->base;
    return PG_OK;
}

static const pg_instrument *instrument(const pg_venue *base, int market)
{
    const hl_venue *venue = (const hl_venue *)base;
    return market >= 0 && market < venue->market_count ? &venue->market[market].instrument : NULL;
}

static const pg_venue_facts *facts(const pg_venue *base)
{
    return &((const hl_venue *)base)->facts;
}

const pg_venue_type pg_hyperliquid_venue = { .kind = "hyperliquid",
                                             .open = open_venue,
                                             .close = close_venue,
                                             .instrument = instrument,
                                             .facts = facts,
                                             .has_room = hl_has_room,
                                             .submit = hl_submit,
                                             .adopt = hl_adopt,
                                             .cancel_all = hl_cancel_all,
                                             .account = hl_account,
                                             .fills_since = hl_fills_since,
                                             .trades = hl_trades,
                                             .arm_switch = hl_arm_switch,
                                             .set_leverage = hl_set_leverage };
