/* Starting: the ledger and the limits, the keys, the built-in exchanges, the desks, and the markets once their venue is
 * known. */
#include "live/live_internal.h"

#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/key_source.h"
#include "live/built_in.h"
#include "live/command.h"
#include "live/recording.h"
#include "live/sessions.h"
#include "script/config_key.h"
#include "trade/ledger_query.h"

/* ---- before anything is connected ---- */

static pg_status choose_run(pg_live *live, pg_error *err)
{
    if (RAND_bytes((unsigned char *)&live->run, sizeof live->run) != 1 || live->run == 0)
        return pg_fail(err, PG_ERR_IO, "the system gives no random numbers");
    time_t seconds = (time_t)(pg_clock_now(pg_clock_real()) / 1000000000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    char date[24];
    strftime(date, sizeof date, "%Y%m%d-%H%M%S", &utc);
    snprintf(live->session_id, sizeof live->session_id, "%s-%04x", date, (unsigned)(live->run & 0xffff));
    return PG_OK;
}

static pg_status make_session_folder(pg_live *live, pg_error *err)
{
    if (live->config->record.keep == 0)
        return PG_OK;
    char scripts[PG_PATH_SIZE];
    pg_sessions_prune(live->config->record.flight, live->config->record.keep - 1);
    pg_status status = pg_file_join(live->session, live->config->record.flight, live->session_id, err);
    if (status == PG_OK)
        status = pg_file_join(scripts, live->session, "scripts", err);
    return status == PG_OK ? pg_file_make_folder(scripts, err) : status;
}

static pg_status open_ledger(pg_live *live, pg_error *err)
{
    const char *path = live->config->host.ledger;
    if ((size_t)snprintf(live->state, sizeof live->state, "%s.state", path) >= sizeof live->state)
        return pg_fail(err, PG_ERR_RANGE, "the path of the ledger is too long");
    pg_status status =
        pg_ledger_open(&live->ledger, &(pg_ledger_config){ .path = live->config->host.ledger, .log = &live->log }, err);
    pg_ledger_run run = { .run = live->run,
                          .mode = live->config->host.trading_enabled ? "live" : "watching",
                          .config_hash = live->config->version,
                          .program = "perigee 0.1" };
    if (status == PG_OK)
        status = pg_ledger_session(live->ledger, &run, pg_clock_now(pg_clock_real()), err);
    return status;
}

static pg_status load_key(pg_secret **secret, const pg_secret_source *from, const pg_live_options *options,
                          const char *keystore, pg_key_kind kind, pg_error *err)
{
    pg_key_source source = { .name = from->name, .path = ".env" };
    pg_status status;
    switch (from->kind) {
    case PG_SECRET_NONE: return PG_OK;
    case PG_SECRET_ENV:
        source.from = PG_KEY_FROM_ENVIRONMENT;
        status = pg_key_load(secret, &source, kind, err);
        if (status != PG_ERR_NOT_FOUND)
            return status;
        source.from = PG_KEY_FROM_DOTENV;
        return pg_key_load(secret, &source, kind, err);
    case PG_SECRET_FILE:
        source.from = PG_KEY_FROM_FILE;
        source.path = from->name;
        return pg_key_load(secret, &source, kind, err);
    case PG_SECRET_KEYSTORE:
        source.from = PG_KEY_FROM_KEYSTORE;
        source.path = keystore;
        source.passphrase = options->passphrase;
        source.self = options->passphrase_self;
        return pg_key_load(secret, &source, kind, err);
    }
    return PG_OK;
}

/* A local venue without a key gets one for this session; where one needs an API key beside it, also that. */
static pg_status make_keys(live_venue *v, uint64_t run, pg_error *err)
{
    char text[24];
    pg_key_kind kind = pg_config_key_kind(v->venue);
    pg_status status = v->key ? PG_OK : pg_key_generate(&v->key, kind, err);
    if (status != PG_OK || v->api_key || kind != PG_KEY_STARK)
        return status;
    snprintf(text, sizeof text, "%016" PRIx64, run);
    return pg_secret_from_bytes(&v->api_key, text, strlen(text), err);
}

static pg_status load_keys(pg_live *live, live_venue *v, pg_error *err)
{
    const pg_config_venue *venue = v->venue;
    const char *keystore = live->config->host.keystore;
    pg_status status = load_key(&v->key, &venue->key, &live->options, keystore, pg_config_key_kind(venue), err);
    if (status == PG_OK)
        status = load_key(&v->api_key, &venue->api_key, &live->options, keystore, PG_KEY_TEXT, err);
    bool made = venue->network == PG_NETWORK_LOCAL && (!venue->url || pg_config_key_kind(venue) != PG_KEY_STARK);
    if (status == PG_OK && made)
        status = make_keys(v, live->run, err);
    if (status != PG_OK)
        pg_error_where(err, "venue %s", venue->name);
    return status;
}

/* The venues that an enabled market trades on, with their symbols. */
static pg_status choose_venues(pg_live *live, pg_error *err)
{
    for (int i = 0; i < live->config->market_count; i++) {
        const pg_config_market *entry = &live->config->markets[i];
        const pg_config_venue *venue = &live->config->venues[entry->venue];
        if (!entry->enabled || !venue->enabled)
            continue;
        live_venue *v = NULL;
        for (int k = 0; k < live->venue_count; k++)
            if (live->venue[k].venue == venue)
                v = &live->venue[k];
        if (!v) {
            v = &live->venue[live->venue_count];
            *v = (live_venue){ .live = live, .venue = venue, .number = live->venue_count++ };
        }
        bool known = false;
        for (int k = 0; k < v->symbol_count; k++)
            known = known || strcmp(v->symbols[k], entry->symbol) == 0;
        if (!known)
            v->symbols[v->symbol_count++] = entry->symbol;
    }
    if (live->venue_count == 0)
        return pg_fail(err, PG_ERR_INVALID, "%s has no enabled market on an enabled venue: there is nothing to run",
                       live->config->path);
    return PG_OK;
}

pg_status live_open(pg_live *live, pg_error *err)
{
    pg_status status = choose_venues(live, err);
    if (status == PG_OK)
        status = choose_run(live, err);
    for (int i = 0; status == PG_OK && i < live->venue_count; i++)
        status = load_keys(live, &live->venue[i], err);
    if (status == PG_OK)
        status = pg_risk_new(&live->risk, &live->config->risk.limits, err);
    if (status == PG_OK)
        status = open_ledger(live, err);
    if (status == PG_OK)
        status = make_session_folder(live, err);
    if (status == PG_OK && live->config->record.enabled)
        status = pg_recording_recorder(&live->recorder, &live->config->record, &live->log, err);
    return status;
}

/* ---- markets, once their venue is ready ---- */

static void fail_start(pg_live *live, const pg_error *err)
{
    if (live->error.status == PG_OK)
        live->error = *err;
    pg_live_stop(live, "it could not start");
}

static void act(void *self)
{
    pg_live_act(self);
}

static void say(void *self, pg_live_market *market, pg_log_level level, const char *text)
{
    pg_live *live = self;
    char clock[32];
    live_say(live, "%.8s %s %s  %s%s", pg_clock_format(clock, pg_clock_now(pg_clock_real())) + 11,
             pg_desk_config_venue(pg_live_market_desk(market))->name, pg_live_market_name(market),
             level >= PG_LOG_ERROR ? "! " : "", text);
}

static pg_status record_market(live_venue *v, int number, pg_market_config *config, pg_error *err)
{
    pg_live *live = v->live;
    int *recorded = &v->recorded[number];
    if (!live->recorder)
        return PG_OK;
    config->records_market = *recorded == 0;
    if (config->records_market) {
        int at;
        pg_status status = pg_recording_add(live->recorder, &at, v->venue,
                                            pg_venue_instrument(pg_desk_venue(v->desk), number), &live->log, err);
        if (status != PG_OK)
            return status;
        *recorded = at + 1;
    }
    config->recorder = live->recorder;
    config->record_number = *recorded - 1;
    return PG_OK;
}

static pg_status add_market(pg_live *live, live_venue *v, const pg_config_market *entry, pg_error *err)
{
    int number = 0;
    while (strcmp(v->symbols[number], entry->symbol) != 0)
        number++;
    pg_market_config config = { .config = live->config,
                                .entry = entry,
                                .desk = v->desk,
                                .loop = live->loop,
                                .ledger = live->ledger,
                                .risk = live->risk,
                                .account = v->number,
                                .venue_market = number,
                                .hangar = live->hangar,
                                .session = live->session[0] ? live->session : NULL,
                                .log = &live->log };
    pg_market_hooks hooks = { .self = live, .act = act, .say = say };
    pg_status status = record_market(v, number, &config, err);
    if (status == PG_OK)
        status = pg_live_market_new(&live->market[live->market_count], &config, hooks, err);
    if (status != PG_OK)
        return status;
    live_watch_scripts(live, live->market[live->market_count++]);
    return PG_OK;
}

static void begin(live_venue *v)
{
    pg_live *live = v->live;
    live->phase = LIVE_RUNNING;
    live_guard_arm(live);
    pg_desk_begin(v->desk);
    pg_live_act(live);
}

static void set_next_leverage(live_venue *v);

static void leverage_set(void *self, const pg_error *err)
{
    live_venue *v = self;
    const pg_config_market *entry = &v->live->config->markets[v->leverage_at++];
    if (v->live->phase >= LIVE_STOPPING)
        return;
    if (!err || err->status == PG_OK) {
        set_next_leverage(v);
        return;
    }
    pg_error failure = { 0 };
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    pg_fail(&failure, err->status, "the leverage of %s of %s cannot be set to %d: %.300s", entry->symbol,
            entry->venue_name, entry->leverage, pg_error_text(err, text, sizeof text));
    pg_error_where(&failure, "%s:%d", v->live->config->path, entry->line);
    pg_error_remedy(&failure, "leave `leverage` out to keep what is set at the venue");
    fail_start(v->live, &failure);
}

/* One market after the other; then quoting may begin. */
static void set_next_leverage(live_venue *v)
{
    const pg_config *config = v->live->config;
    for (; v->leverage_at < config->market_count; v->leverage_at++) {
        const pg_config_market *entry = &config->markets[v->leverage_at];
        if (!entry->enabled || entry->leverage == 0 || &config->venues[entry->venue] != v->venue)
            continue;
        if (!config->host.trading_enabled || !(v->key || v->venue->paper))
            break;
        int number = 0;
        while (strcmp(v->symbols[number], entry->symbol) != 0)
            number++;
        pg_venue_set_leverage(pg_desk_venue(v->desk), number, entry->leverage, entry->margin == PG_MARGIN_CROSS, v,
                              leverage_set);
        return;
    }
    begin(v);
}

static void desk_ready(void *self)
{
    live_venue *v = self;
    pg_live *live = v->live;
    pg_error err = { 0 };
    if (v->begun || live->phase >= LIVE_STOPPING)
        return;
    v->begun = true;
    for (int i = 0; i < live->config->market_count; i++) {
        const pg_config_market *entry = &live->config->markets[i];
        if (!entry->enabled || &live->config->venues[entry->venue] != v->venue)
            continue;
        if (add_market(live, v, entry, &err) != PG_OK) {
            pg_error_where(&err, "%s:%d", live->config->path, entry->line);
            fail_start(live, &err);
            return;
        }
    }
    pg_desk_tick(v->desk, pg_clock_now(pg_clock_real())); /* they are held until the account is read */
    set_next_leverage(v);
}

static void desk_failed(void *self, const pg_error *err)
{
    live_venue *v = self;
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    live_say(v->live, "%s: %s", v->venue->name, pg_error_text(err, text, sizeof text));
    if (!v->begun)
        fail_start(v->live, err);
}

static void desk_act(void *self)
{
    pg_live_act(((live_venue *)self)->live);
}

static bool restore_equity(void *self, const pg_ledger_equity_row *row)
{
    live_venue *v = self;
    pg_risk_restore(v->live->risk, v->number, row->since_e6, row->peak_e6, pg_clock_now(pg_clock_real()));
    return false;
}

/* What earlier sessions of this account knew: its equity at the day's start and its peak. */
static void remember_equity(live_venue *v)
{
    pg_ledger_reader *reader;
    pg_error err = { 0 };
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    const int64_t day_ns = INT64_C(86400) * 1000000000;
    int64_t now_ns = pg_clock_now(pg_clock_real());
    pg_ledger_filter filter = { .since_ns = now_ns - now_ns % day_ns,
                                .venue = v->venue->name,
                                .account = pg_desk_account_name(v->venue) };
    if (v->child) /* an account of this session alone */
        return;
    pg_status status = pg_ledger_reader_open(&reader, v->live->config->host.ledger, &err);
    if (status == PG_OK) {
        status = pg_ledger_equities(reader, &filter, v, restore_equity, &err);
        pg_ledger_reader_close(reader);
    }
    if (status != PG_OK)
        live_say(v->live, "%s: the day's equity so far is not known: %s", v->venue->name,
                 pg_error_text(&err, text, sizeof text));
}

static pg_status check_adoption(const live_venue *v, pg_error *err)
{
    if (v->venue->unknown_orders != PG_UNKNOWN_ADOPT || v->venue->paper || pg_venue_adopts(pg_desk_venue(v->desk)))
        return PG_OK; /* on paper nothing outlasts a session */
    pg_fail(err, PG_ERR_UNSUPPORTED, "venue %s: orders of earlier sessions cannot be taken over at this kind of venue",
            v->venue->name);
    pg_error_remedy(err, "unknown_orders = \"cancel\", or \"leave\"");
    return PG_ERR_UNSUPPORTED;
}

static pg_status open_desk(live_venue *v, pg_error *err)
{
    pg_live *live = v->live;
    pg_desk_config config = { .venue = v->venue,
                              .account = v->number,
                              .loop = live->loop,
                              .ledger = live->ledger,
                              .ledger_path = live->config->host.ledger,
                              .state = live->state,
                              .risk = live->risk,
                              .log = &live->log,
                              .run = live->run,
                              .type = live->options.venue_type,
                              .url = v->url[0] ? v->url : NULL,
                              .key = v->key,
                              .api_key = v->api_key,
                              .symbols = v->symbols,
                              .symbol_count = v->symbol_count,
                              .trading = live->config->host.trading_enabled };
    pg_status status = pg_ledger_account(live->ledger, v->number, v->venue->name, pg_desk_account_name(v->venue),
                                         pg_clock_now(pg_clock_real()), err);
    pg_desk_hooks hooks = { .self = v, .ready = desk_ready, .failed = desk_failed, .act = desk_act };
    if (status == PG_OK)
        status = live_guard_watch(live, v->number, err);
    if (status == PG_OK)
        status = pg_desk_new(&v->desk, &config, hooks, err);
    if (status == PG_OK)
        status = check_adoption(v, err);
    if (status == PG_OK)
        remember_equity(v);
    return status;
}

/* ---- the built-in exchange ---- */

static void exchange_ready(void *self, const char *line)
{
    live_venue *v = self;
    pg_error err = { 0 };
    if (pg_built_in_url(v->url, sizeof v->url, line, &err) != PG_OK) {
        fail_start(v->live, &err);
        return;
    }
    live_say(v->live, "%s: built-in exchange at %s, %s", v->venue->name, v->url, v->venue->data);
    if (open_desk(v, &err) != PG_OK)
        fail_start(v->live, &err);
}

static void exchange_ended(void *self, int code)
{
    live_venue *v = self;
    pg_error err = { 0 };
    pg_fail(&err, PG_ERR_STATE, "venue %s: the built-in exchange ended (code %d)", v->venue->name, code);
    if (v->live->phase < LIVE_STOPPING)
        fail_start(v->live, &err);
}

static const char *option_of(const pg_config_venue *venue, const char *name)
{
    for (int i = 0; i < venue->option_count; i++)
        if (strcmp(venue->options[i].name, name) == 0)
            return venue->options[i].value;
    return "";
}

/* What --fund takes: the account as the venue's exchange names it, and its money. */
static pg_status fund_of(char *text, size_t size, const live_venue *v, pg_error *err)
{
    char address[PG_KEY_ADDRESS];
    const pg_config_venue *venue = v->venue;
    pg_key_kind kind = pg_config_key_kind(venue);
    pg_status status = pg_key_address(address, kind, v->key, err);
    if (status != PG_OK)
        return status;
    if (kind == PG_KEY_STARK)
        snprintf(text, size, "%s:%s:%s=100000", option_of(venue, "vault"), address, pg_secret_text(v->api_key));
    else if (kind == PG_KEY_LIGHTER)
        snprintf(text, size, "%s,%s:%s,premium=100000", venue->account, option_of(venue, "api_key_index"), address);
    else
        snprintf(text, size, "%s=100000", address);
    return PG_OK;
}

static pg_status start_exchange(live_venue *v, pg_error *err)
{
    char fund[PG_PATH_SIZE] = "";
    pg_status status = fund_of(fund, sizeof fund, v, err);
    pg_child_handler handler = { .self = v, .line = exchange_ready, .ended = exchange_ended };
    return status == PG_OK
               ? pg_built_in_start(&v->child, v->live->loop, v->venue, v->symbols, v->symbol_count, fund, handler, err)
               : status;
}

/* ---- the console ---- */

static void console_line(void *self, pg_console_reply *reply, const char *line, bool write)
{
    pg_text out = { 0 };
    bool fine = pg_command_run(self, line, write, &out);
    pg_console_answer(reply, fine, out.data ? out.data : "");
    pg_text_free(&out);
}

static void console_complete(void *self, pg_console_reply *reply, const char *prefix)
{
    pg_text out = { 0 };
    pg_command_complete(self, prefix, &out);
    pg_console_answer(reply, true, out.data ? out.data : "");
    pg_text_free(&out);
}

pg_status live_open_console(pg_live *live, pg_error *err)
{
    if (!live->config->host.socket || live->config->host.socket[0] == '\0')
        return PG_OK;
    pg_console_handler handler = { .self = live, .line = console_line, .complete = console_complete };
    return pg_console_new(&live->console, live->loop, live->config->host.socket, handler, err);
}

/* A port that is taken is no reason not to trade. */
pg_status live_open_web(pg_live *live, pg_error *err)
{
    const pg_config_web *web = &live->config->web;
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    if (!web->enabled)
        return PG_OK;
    if (pg_exporter_new(&live->exporter, live, live->loop, web->address, web->port, err) != PG_OK)
        live_say(live, "metrics: %s; going on without", pg_error_text(err, text, sizeof text));
    return PG_OK;
}

pg_status live_connect(pg_live *live, pg_error *err)
{
    pg_status status = PG_OK;
    for (int i = 0; status == PG_OK && i < live->venue_count; i++) {
        live_venue *v = &live->venue[i];
        bool built_in = v->venue->network == PG_NETWORK_LOCAL && !v->venue->url;
        status = built_in ? start_exchange(v, err) : open_desk(v, err);
    }
    return status;
}
