/* Making ready: one question after the other, each asked until it is answered, then the streams. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/decimal.h"
#include "venue/lighter/adapter_internal.h"
#include "venue/lighter/rules.h"

enum {
    WARN_MS = 2000,
    REFUSE_MS = 60000,
    RETRY_MS = 2000,
    STREAMS_MS = 30000,
    MARKETS_MS = 3600000,
    DECIMALS_MAX = 12,
    USDC_DECIMALS = 6
};

typedef enum { STEP_CLOCK, STEP_MARKETS, STEP_KEY, STEP_ACCOUNT, STEP_LIMITS, STEP_MAKER_ONLY, STEP_STREAMS } step;

static void next_step(li_venue *venue);

static void fail(li_venue *venue, pg_status status, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void fail(li_venue *venue, pg_status status, const char *remedy, const char *format, ...)
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
    li_fail(venue, &err);
}

/* ---- the clock ---- */

/* The venue tells whole seconds: the middle of that second is the best guess. */
static pg_status take_clock(li_venue *venue, const pg_lighter_found *found, pg_error *err)
{
    pg_lighter_status told = { 0 };
    pg_status status = pg_lighter_decode_record(&pg_lighter_status_table, &told, found->text, found->size, err);
    if (status != PG_OK)
        return status;
    int64_t off_ms = told.timestamp * 1000 + 500 - li_now() / 1000000;
    bool is_off = off_ms > WARN_MS || off_ms < -WARN_MS;
    venue->clock_ahead_ns = is_off ? off_ms * 1000000 : 0;
    if (off_ms > REFUSE_MS || off_ms < -REFUSE_MS)
        fail(venue, PG_ERR_STATE, "set the clock (timedatectl, chrony)",
             "the clock here is %" PRId64 " s off the venue's", off_ms / 1000);
    else if (is_off)
        li_log(venue, PG_LOG_WARN, "the clock here is more than two seconds off the venue's", NULL, NULL);
    return PG_OK;
}

/* ---- markets ---- */

static bool is_name(pg_span symbol, const char *wanted, bool exact)
{
    if (symbol.size != strlen(wanted))
        return false;
    return exact ? memcmp(symbol.data, wanted, symbol.size) == 0 : strncasecmp(symbol.data, wanted, symbol.size) == 0;
}

/* A market by its name: as it is written, or else in any case. */
static const pg_lighter_market *find_market(const pg_lighter_message *message, const char *symbol)
{
    const pg_lighter_list *lists[] = { &message->markets, &message->spot_markets };
    for (int exact = 1; exact >= 0; exact--)
        for (int l = 0; l < 2; l++)
            for (int i = 0; i < lists[l]->count; i++) {
                const pg_lighter_market *m = PG_LIGHTER_AT(*lists[l], pg_lighter_market, i);
                if (is_name(m->symbol, symbol, exact))
                    return m;
            }
    return NULL;
}

/* A fee in percent as a fraction in 1e-8. */
static int64_t fee_of(pg_span percent)
{
    int64_t e6 = 0;
    return percent.data && pg_lighter_units(&e6, percent, 6) ? e6 : 0;
}

/* The least that an order may have; of both, or of neither when they cannot be read. */
static bool take_minimums(li_market *market, const pg_lighter_market *told)
{
    int64_t base, quote;
    if (!pg_lighter_units_exact(&base, told->min_base, (int)told->size_decimals) ||
        !pg_lighter_units_exact(&quote, told->min_quote, USDC_DECIMALS))
        return false;
    market->min_base = base;
    market->min_quote_e6 = quote;
    return true;
}

static pg_status make_market(li_venue *venue, li_market *market, const pg_lighter_market *told, pg_error *err)
{
    if (!told)
        return pg_fail(err, PG_ERR_NOT_FOUND, "Lighter has no market %s", market->symbol);
    if (!pg_scan_equal(told->status, "active"))
        return pg_fail(err, PG_ERR_STATE, "%s is not active: %.*s", market->symbol, (int)told->status.size,
                       told->status.data);
    if (told->size_decimals < 0 || told->size_decimals > DECIMALS_MAX || told->price_decimals < 0 ||
        told->price_decimals > DECIMALS_MAX)
        return pg_fail(err, PG_ERR_RANGE, "%s has decimals that are not between 0 and %d", market->symbol,
                       DECIMALS_MAX);
    int pd = (int)told->price_decimals, sd = (int)told->size_decimals;
    if (!take_minimums(market, told))
        return pg_fail(err, PG_ERR_PARSE, "the smallest order of %s is no number of its decimals", market->symbol);
    pg_status status = pg_instrument_init(&market->instrument, "lighter", market->symbol, pd, sd, 1, 1, 0, err);
    if (status != PG_OK)
        return status;
    market->instrument.min_size = market->min_base;
    market->instrument.min_notional = (market->min_quote_e6 + 999999) / 1000000;
    market->id = told->id;
    market->quote_multiplier = told->quote_multiplier > 0 ? told->quote_multiplier : 1;
    market->reduce_only = told->reduce_only;
    market->is_perp = pg_lighter_market_is_perp(told->id);
    market->maker_fee_e8 = fee_of(told->maker_fee);
    market->taker_fee_e8 = fee_of(told->taker_fee);
    return pg_lighter_decoder_add(venue->decoder, told->id, pd, sd, err);
}

static pg_status take_markets(li_venue *venue, const pg_lighter_found *found, pg_error *err)
{
    const pg_lighter_message *message;
    pg_error why;
    pg_status status = pg_lighter_decode(venue->decoder, &message, found->text, found->size, err);
    if (status == PG_OK && message->markets.count + message->spot_markets.count == 0)
        status = pg_fail(err, PG_ERR_PARSE, "the venue tells no markets");
    if (status != PG_OK)
        return status;
    for (int i = 0; i < venue->market_count; i++)
        if (make_market(venue, &venue->market[i], find_market(message, venue->market[i].symbol), &why) != PG_OK) {
            pg_error_where(&why, "venue %s", venue->name);
            pg_error_remedy(&why, "symbols are the venue's names: BTC, ETH, PAXG; spot ETH/USDC");
            li_fail(venue, &why);
            return PG_OK;
        }
    if (venue->market_count > 0) {
        venue->facts.maker_fee_e8 = venue->market[0].maker_fee_e8;
        venue->facts.taker_fee_e8 = venue->market[0].taker_fee_e8;
    }
    return PG_OK;
}

/* What may change of a market while it is traded: whether it is, and how, and how much at the least. Decimals may not:
 * every price would be another. */
static void renew_market(li_venue *venue, li_market *market, const pg_lighter_market *told)
{
    bool active = told && pg_scan_equal(told->status, "active"), was = !market->reduce_only;
    if (told && (told->price_decimals != market->instrument.price_decimals ||
                 told->size_decimals != market->instrument.size_decimals)) {
        fail(venue, PG_ERR_STATE, "cancel what is open by hand, and start again", "the decimals of %s have changed",
             market->symbol);
        return;
    }
    if (told && !take_minimums(market, told))
        li_log(venue, PG_LOG_ERROR, "the smallest order cannot be read: it stays as it was", "market", market->symbol);
    market->reduce_only = !active || told->reduce_only;
    if (was && market->reduce_only)
        li_log(venue, PG_LOG_ERROR, "the venue takes only orders that reduce a position", "market", market->symbol);
}

static void markets_came(void *self, const pg_lighter_found *found, int64_t code, const pg_error *why)
{
    li_venue *venue = self;
    const pg_lighter_message *message;
    (void)code, (void)why;
    if (!found || pg_lighter_decode(venue->decoder, &message, found->text, found->size, NULL) != PG_OK ||
        message->markets.count + message->spot_markets.count == 0)
        return;
    for (int i = 0; i < venue->market_count && venue->phase != LI_FAILED; i++)
        renew_market(venue, &venue->market[i], find_market(message, venue->market[i].symbol));
}

void li_markets_tick(li_venue *venue, int64_t now_ns)
{
    if (venue->phase != LI_READY || venue->no_streams || now_ns < venue->markets_ns)
        return;
    if (venue->markets_ns) {
        pg_lighter_question question = { .path = "/api/v1/orderBookDetails?filter=all", .weight = 300 };
        pg_lighter_rest_ask(venue->rest, &question, venue, markets_came);
    }
    venue->markets_ns = now_ns + (int64_t)MARKETS_MS * 1000000;
}

/* ---- the key and the account ---- */

/* The key at its index must be ours: otherwise every signature would be a stranger's. */
static pg_status take_key(li_venue *venue, const pg_lighter_found *found, pg_error *err)
{
    const pg_lighter_message *message;
    pg_status status = pg_lighter_decode(venue->decoder, &message, found->text, found->size, err);
    if (status != PG_OK)
        return status;
    for (int i = 0; i < message->api_keys.count; i++) {
        const pg_lighter_api_key *key = PG_LIGHTER_AT(message->api_keys, pg_lighter_api_key, i);
        pg_span text = key->public_key;
        if (key->index != venue->key_index)
            continue;
        if (text.size > 2 && strncmp(text.data, "0x", 2) == 0)
            text = (pg_span){ text.data + 2, text.size - 2 };
        if (is_name(text, venue->public_key, false)) {
            venue->facts.can_trade = true;
            return PG_OK;
        }
        fail(venue, PG_ERR_INVALID, "use the private key of that index, or the index of that key; check the network",
             "key %" PRId64 " of account %" PRId64 " is another: the venue has %.16s..., this key is %.16s...",
             venue->key_index, venue->account, text.data, venue->public_key);
        return PG_OK;
    }
    fail(venue, PG_ERR_NOT_FOUND, "register it at the venue, or set api_key_index; check account and network",
         "account %" PRId64 " has no API key %" PRId64, venue->account, venue->key_index);
    return PG_OK;
}

static pg_status take_account(li_venue *venue, const pg_lighter_found *found, pg_error *err)
{
    const pg_lighter_message *message;
    pg_status status = pg_lighter_decode(venue->decoder, &message, found->text, found->size, err);
    if (status != PG_OK)
        return status;
    if (message->accounts.count == 0) {
        fail(venue, PG_ERR_NOT_FOUND, "check account and network", "the venue knows no account %" PRId64,
             venue->account);
        return PG_OK;
    }
    const pg_lighter_account *account = PG_LIGHTER_AT(message->accounts, pg_lighter_account, 0);
    bool known = account->type >= PG_LIGHTER_ALLOW_STANDARD && account->type <= PG_LIGHTER_ALLOW_BUILDER;
    pg_lighter_rest_allow(venue->rest, known ? (pg_lighter_allowance)account->type : PG_LIGHTER_ALLOW_STANDARD);
    venue->switch_ms = account->cancel_all_time;
    return PG_OK;
}

static pg_status take_limits(li_venue *venue, const pg_lighter_found *found, pg_error *err)
{
    pg_lighter_limits limits = { .maker_fee = -1, .taker_fee = -1 };
    pg_venue_facts *facts = &venue->facts;
    pg_status status = pg_lighter_decode_record(&pg_lighter_limits_table, &limits, found->text, found->size, err);
    if (status != PG_OK)
        return status;
    facts->fees_known = limits.maker_fee >= 0 && limits.taker_fee >= 0;
    if (facts->fees_known) {
        facts->maker_fee_e8 = limits.maker_fee * 100;
        facts->taker_fee_e8 = limits.taker_fee * 100;
    }
    return PG_OK;
}

/* {"code":200,"api_key_indexes":[4,5]} */
static pg_status take_maker_only(li_venue *venue, const pg_lighter_found *found, pg_error *err)
{
    struct {
        pg_span indexes;
    } told = { { 0 } };
    static const pg_lighter_member members[] = { { .name = "api_key_indexes", .type = PG_LIGHTER_RAW, .offset = 0 } };
    static const pg_lighter_table table = { "maker-only keys", members, 1, 0, 1 };
    int n = 0;
    int64_t index;
    pg_scan list;
    pg_status status = pg_lighter_decode_record(&table, &told, found->text, found->size, err);
    if (status != PG_OK || !told.indexes.data)
        return status;
    pg_error bad;
    pg_scan_init(&list, told.indexes.data, told.indexes.size, &bad);
    pg_scan_open(&list, '[');
    while (pg_scan_element(&list, &n) && pg_lighter_read_integer(&list, &index))
        venue->maker_only = venue->maker_only || index == venue->key_index;
    if (!venue->maker_only)
        return PG_OK;
    venue->facts.switch_least_s = 0;
    snprintf(venue->facts.switch_why, sizeof venue->facts.switch_why, "a maker-only key cannot set it");
    li_log(venue, PG_LOG_WARN,
           "the key is maker-only: it sends post-only orders and cancels, and can neither take nor set leverage", NULL,
           NULL);
    return PG_OK;
}

/* ---- the steps ---- */

static pg_status take(li_venue *venue, const pg_lighter_found *found, pg_error *err)
{
    switch (venue->start_step) {
    case STEP_CLOCK: return take_clock(venue, found, err);
    case STEP_MARKETS: return take_markets(venue, found, err);
    case STEP_KEY: return take_key(venue, found, err);
    case STEP_ACCOUNT: return take_account(venue, found, err);
    case STEP_LIMITS: return take_limits(venue, found, err);
    default: return take_maker_only(venue, found, err);
    }
}

/* What may be left out when the venue refuses to tell it. */
static bool is_optional(int which)
{
    return which == STEP_LIMITS || which == STEP_MAKER_ONLY;
}

static void answered(void *self, const pg_lighter_found *found, int64_t code, const pg_error *why)
{
    li_venue *venue = self;
    pg_error err = { 0 };
    char text[1024];
    if (venue->phase != LI_STARTING)
        return;
    if (!found && pg_lighter_fault_of(code).class == PG_LIGHTER_FAULT_FATAL) { /* asked again it says the same */
        fail(venue, PG_ERR_NOT_FOUND, "check account, api_key_index and network",
             "account %" PRId64 ", key %" PRId64 ": %s", venue->account, venue->key_index, why->what);
        return;
    }
    if (found ? take(venue, found, &err) != PG_OK : !(code && is_optional(venue->start_step))) {
        li_log(venue, PG_LOG_WARN, "cannot start yet, trying again", "why",
               pg_error_text(found ? &err : why, text, sizeof text));
        venue->retry_ns = li_now() + (int64_t)RETRY_MS * 1000000;
        return;
    }
    if (venue->phase != LI_STARTING) /* it was bad news */
        return;
    if (venue->start_step == STEP_LIMITS && !venue->facts.fees_known)
        li_log(venue, PG_LOG_WARN, "the account's fees cannot be read: the market's are assumed", NULL, NULL);
    venue->start_step++;
    next_step(venue);
}

/* Whether a step is to be taken with these settings. A guard only needs to know what there is. */
static bool wanted(const li_venue *venue, int which)
{
    bool reads = li_token((li_venue *)venue) != NULL;
    switch (which) {
    case STEP_KEY: return venue->key != NULL;
    case STEP_ACCOUNT: return venue->account >= 0;
    case STEP_LIMITS: return reads && !venue->no_streams;
    case STEP_MAKER_ONLY:
        return venue->key && !venue->no_streams && pg_lighter_rest_allowance(venue->rest) != PG_LIGHTER_ALLOW_STANDARD;
    default: return true;
    }
}

static void ask(li_venue *venue, int weight, bool with_token, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void ask(li_venue *venue, int weight, bool with_token, const char *format, ...)
{
    char path[256];
    va_list list;
    va_start(list, format);
    vsnprintf(path, sizeof path, format, list);
    va_end(list);
    pg_lighter_question question = {
        .path = path, .token = with_token ? li_token(venue) : NULL, .weight = weight, .safety = true
    };
    pg_lighter_rest_ask(venue->rest, &question, venue, answered);
}

static void open_streams(li_venue *venue)
{
    pg_error err = { 0 };
    venue->phase = LI_OPENING;
    venue->opening_ns = li_now();
    if (!venue->no_streams && (li_market_open(venue, &err) != PG_OK || li_account_open(venue, &err) != PG_OK))
        li_fail(venue, &err);
}

static void next_step(li_venue *venue)
{
    while (!wanted(venue, venue->start_step))
        venue->start_step++;
    switch (venue->start_step) {
    case STEP_CLOCK: ask(venue, 300, false, "/"); break;
    case STEP_MARKETS: ask(venue, 300, false, "/api/v1/orderBookDetails?filter=all"); break;
    case STEP_KEY:
        ask(venue, 150, false, "/api/v1/apikeys?account_index=%" PRId64 "&api_key_index=%" PRId64, venue->account,
            venue->key_index);
        break;
    case STEP_ACCOUNT: ask(venue, 300, false, "/api/v1/account?by=index&value=%" PRId64, venue->account); break;
    case STEP_LIMITS: ask(venue, 300, true, "/api/v1/accountLimits?account_index=%" PRId64, venue->account); break;
    case STEP_MAKER_ONLY:
        ask(venue, 300, true, "/api/v1/getMakerOnlyApiKeys?account_index=%" PRId64, venue->account);
        break;
    default: open_streams(venue);
    }
}

void li_start_tick(li_venue *venue, int64_t now_ns)
{
    if (venue->phase == LI_OPENING) {
        if (now_ns - venue->opening_ns > (int64_t)STREAMS_MS * 1000000) {
            venue->opening_ns = now_ns;
            li_log(venue, PG_LOG_ERROR, "the streams have not told everything that is needed for 30 s", NULL, NULL);
        }
        li_start_check(venue);
    } else if (venue->retry_ns && now_ns >= venue->retry_ns) {
        venue->retry_ns = 0;
        next_step(venue);
    }
}

/* ---- ready ---- */

static void leverage_set(void *self, const pg_error *err)
{
    li_venue *venue = self;
    char text[1024];
    if (err)
        li_log(venue, PG_LOG_ERROR, "cannot set the leverage", "why", pg_error_text(err, text, sizeof text));
}

void li_start_check(li_venue *venue)
{
    if (venue->phase != LI_OPENING)
        return;
    if (!venue->no_streams && (!venue->market_up || (venue->account_stream && !venue->account_up)))
        return;
    if (venue->key && !pg_lighter_nonces_ready(venue->nonces, venue))
        return; /* being read, or another venue is sending */
    venue->phase = LI_READY;
    for (int i = 0; venue->leverage && venue->facts.can_trade && !venue->no_streams && i < venue->market_count; i++)
        if (venue->market[i].is_perp)
            li_set_leverage(&venue->base, i, venue->leverage, !venue->isolated, venue, leverage_set);
    venue->sink.ready(venue->sink.self);
}
