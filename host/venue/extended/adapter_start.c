/* Making ready (spec/extended.md, sections 1, 4.1, 5.1, 5.6): one question after the other, each asked until it is
 * answered, then the streams. Whatever could make the venue refuse every order, or sign for another one, ends it here. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "venue/extended/adapter_internal.h"

enum { RETRY_MS = 2000, CLOCK_OFF_S = 5 };

typedef enum { STEP_DOMAIN, STEP_MARKETS, STEP_ACCOUNT, STEP_FEES, STEP_STREAMS } step;

static void fail(ex_venue *venue, pg_status status, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void fail(ex_venue *venue, pg_status status, const char *remedy, const char *format, ...)
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
    ex_fail(venue, &err);
}

/* ---- the clock ---- */

static void check_clock(ex_venue *venue)
{
    if (venue->clock_checked || !pg_extended_rest_clock(venue->rest, &venue->clock_ahead_ns))
        return;
    venue->clock_checked = true;
    int64_t off_s = venue->clock_ahead_ns / EX_SECOND_NS;
    if (off_s > CLOCK_OFF_S || off_s < -CLOCK_OFF_S)
        fail(venue, PG_ERR_STATE, "set the clock (timedatectl, chrony)", "the clock here is %lld s off the venue's",
             (long long)off_s);
}

/* ---- the answers ---- */

static pg_status take_domain(ex_venue *venue, const pg_extended_found *found, pg_error *err)
{
    pg_extended_record record;
    char chain[32];
    pg_status status = pg_extended_record_read(&record, PG_EXTENDED_DOMAIN_RECORD, found->answer.data, err);
    if (status != PG_OK)
        return status;
    const pg_extended_domain *domain = &record.domain;
    bool same = pg_scan_equal(domain->name, "Perpetuals") && pg_scan_equal(domain->version, "v0") &&
                pg_scan_equal(domain->chain, venue->chain) && domain->revision == 1;
    if (!same)
        fail(venue, PG_ERR_STATE, "check network and url", "the venue signs for chain '%s', this network for '%s'",
             pg_extended_copy(chain, sizeof chain, domain->chain), venue->chain);
    return PG_OK;
}

static void take_market(void *self, const pg_extended_record *record)
{
    ex_venue *venue = self;
    pg_error err;
    int i = ex_market_of(venue, record->market.name);
    if (i < 0 || venue->phase == EX_FAILED || ex_take_listing(&venue->market[i], &record->market, &err) == PG_OK)
        return;
    pg_error_where(&err, "venue %s", venue->name);
    ex_fail(venue, &err);
}

static pg_status take_markets(ex_venue *venue, const pg_extended_found *found, pg_error *err)
{
    int refused = pg_extended_records_read(PG_EXTENDED_MARKET_RECORD, found->answer.data, venue, take_market, err);
    if (refused < 0)
        return err->status;
    for (int i = 0; i < venue->market_count && venue->phase == EX_STARTING; i++) {
        ex_market *market = &venue->market[i];
        if (!market->listing.rules.name[0] && refused > 0)
            return err->status;
        if (!market->listing.rules.name[0])
            fail(venue, PG_ERR_NOT_FOUND, "symbols are the venue's names, in its case: BTC-USD",
                 "there is no market %s", market->name);
        else if (market->listing.status == PG_EXTENDED_CLOSED)
            fail(venue, PG_ERR_NOT_FOUND, "choose another market", "%s is not traded at present", market->name);
    }
    return PG_OK;
}

static void check_account(ex_venue *venue, const pg_extended_account_info *info)
{
    char text[PG_FELT_HEX + 1], mine[PG_FELT_HEX] = "", status[32]; /* a text that is cut off is too long for a key */
    pg_felt key;
    pg_error err;
    bool good = pg_felt_from_hex(&key, pg_extended_copy(text, sizeof text, info->key), &err) == PG_OK &&
                pg_felt_equal(&key, &venue->account.public_key);
    if (!good)
        fail(venue, PG_ERR_INVALID, "take key, API key and vault of one account",
             "the key (public %s) does not belong to the account of the API key (public %.70s)",
             pg_felt_to_hex(mine, &venue->account.public_key), text);
    else if (info->vault != venue->vault)
        fail(venue, PG_ERR_INVALID, "take key, API key and vault of one account",
             "the vault is %u, that of the API key's account is %llu", venue->vault, (unsigned long long)info->vault);
    else if (!pg_scan_equal(info->status, "ACTIVE"))
        fail(venue, PG_ERR_STATE, "look at the account on the venue's page", "the account's status is '%s'",
             pg_extended_copy(status, sizeof status, info->status));
    else
        venue->facts.can_trade = true;
}

static pg_status take_account(ex_venue *venue, const pg_extended_found *found, pg_error *err)
{
    pg_extended_record record;
    pg_status status = pg_extended_record_read(&record, PG_EXTENDED_ACCOUNT_INFO, found->answer.data, err);
    if (status == PG_OK && venue->can_sign)
        check_account(venue, &record.account);
    return status;
}

static pg_status take(ex_venue *venue, const pg_extended_found *found, pg_error *err)
{
    if (!found->answer.ok && found->code == 401) {
        fail(venue, PG_ERR_INVALID, "check the API key and the network", "the venue does not take the API key");
        return PG_OK;
    }
    if (!found->answer.ok && venue->start_step == STEP_MARKETS && (found->code == 404 || found->answer.code == 1001)) {
        char words[200];
        fail(venue, PG_ERR_NOT_FOUND, "symbols are the venue's names, in its case: BTC-USD",
             "the venue does not know all of the markets: %s",
             pg_extended_answer_words(words, sizeof words, &found->answer));
        return PG_OK;
    }
    if (!found->answer.ok)
        return pg_extended_refused(err, found);
    switch (venue->start_step) {
    case STEP_DOMAIN: return take_domain(venue, found, err);
    case STEP_MARKETS: return take_markets(venue, found, err);
    case STEP_ACCOUNT: return take_account(venue, found, err);
    default: return ex_take_fees(&venue->market[venue->start_market], found->answer.data, err);
    }
}

/* ---- the steps ---- */

static void next_step(ex_venue *venue);

static void answered(void *self, const pg_extended_found *found, const pg_error *why)
{
    ex_venue *venue = self;
    pg_error err;
    if (venue->phase != EX_STARTING)
        return;
    if (found)
        check_clock(venue);
    pg_status status = venue->phase != EX_STARTING ? PG_OK : found ? take(venue, found, &err) : PG_ERR_IO;
    if (venue->phase != EX_STARTING) /* it was bad news */
        return;
    if (status != PG_OK) {
        ex_log_error(venue, PG_LOG_WARN, "cannot start yet, trying again", found ? &err : why);
        venue->retry_ns = ex_now() + (int64_t)RETRY_MS * 1000000;
        return;
    }
    if (venue->start_step == STEP_FEES && ++venue->start_market < venue->market_count)
        venue->start_step--;
    venue->start_step++;
    next_step(venue);
}

/* Whether a step is to be taken with these settings. A guard only needs to know whom it serves. */
static bool wanted(const ex_venue *venue, int which)
{
    switch (which) {
    case STEP_MARKETS: return venue->market_count > 0;
    case STEP_ACCOUNT: return venue->has_api_key;
    case STEP_FEES: return venue->can_sign && venue->market_count > 0 && !venue->no_streams;
    default: return true;
    }
}

static void open_streams(ex_venue *venue)
{
    pg_error err = { 0 };
    venue->phase = EX_OPENING;
    if (venue->no_streams) {
        venue->facts.can_trade = venue->can_sign;
        ex_start_check(venue);
        return;
    }
    if (ex_market_open(venue, &err) != PG_OK || ex_account_open(venue, &err) != PG_OK)
        ex_fail(venue, &err);
}

static void next_step(ex_venue *venue)
{
    char path[8192] = "";
    while (!wanted(venue, venue->start_step))
        venue->start_step++;
    switch (venue->start_step) {
    case STEP_DOMAIN: snprintf(path, sizeof path, "/info/starknet"); break;
    case STEP_MARKETS: ex_markets_path(venue, path, sizeof path); break;
    case STEP_ACCOUNT: snprintf(path, sizeof path, "/user/account/info"); break;
    case STEP_FEES: snprintf(path, sizeof path, "/user/fees?market=%s", venue->market[venue->start_market].path); break;
    default: open_streams(venue); return;
    }
    pg_extended_rest_ask(venue->rest, path, true, 0, venue, answered);
}

void ex_start(ex_venue *venue)
{
    venue->retry_ns = 1; /* begins at the first tick: nothing is called back before open returns */
}

void ex_start_tick(ex_venue *venue, int64_t now_ns)
{
    if (!venue->retry_ns || now_ns < venue->retry_ns)
        return;
    venue->retry_ns = 0;
    next_step(venue);
}

/* ---- ready ---- */

static void leverage_set(void *self, const pg_error *err)
{
    ex_venue *venue = self;
    if (err)
        ex_log_error(venue, PG_LOG_ERROR, "cannot set the leverage", err);
}

void ex_start_check(ex_venue *venue)
{
    if (venue->phase != EX_OPENING)
        return;
    if (!venue->no_streams && (!venue->market_up || (venue->account_stream && !venue->account_up)))
        return;
    venue->phase = EX_READY;
    for (int i = 0; venue->leverage && venue->facts.can_trade && i < venue->market_count; i++)
        ex_set_leverage(&venue->base, i, venue->leverage, true, venue, leverage_set);
    venue->sink.ready(venue->sink.self);
}
