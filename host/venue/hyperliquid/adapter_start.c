/* Making ready (hyperliquid.md 22.1): one question after the other, each asked until it is answered, then the
 * streams. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "venue/hyperliquid/adapter_internal.h"
#include "venue/hyperliquid/json.h"

enum { WARN_MS = 1000, REFUSE_MS = 60000, RETRY_MS = 2000 };

typedef enum {
    STEP_CLOCK,
    STEP_DEXES,
    STEP_META,
    STEP_SPOT,
    STEP_MARKETS,
    STEP_ROLE,
    STEP_AGENT,
    STEP_BUILDER,
    STEP_BUDGET,
    STEP_ABSTRACTION,
    STEP_FEES,
    STEP_STREAMS
} step;

static void next_step(hl_venue *venue);

/* ---- the answers ---- */

static bool take_clock(hl_venue *venue, const cJSON *json)
{
    const cJSON *time = cJSON_GetObjectItemCaseSensitive(json, "time");
    if (!cJSON_IsNumber(time))
        return false;
    venue->clock_ahead_ns = ((int64_t)time->valuedouble - hl_now() / 1000000) * 1000000;
    int64_t off_ms = venue->clock_ahead_ns / 1000000;
    if (off_ms > REFUSE_MS || off_ms < -REFUSE_MS)
        hl_fail_with(venue, PG_ERR_STATE, "set the clock (timedatectl, chrony)",
                     "the clock here is %lld s off the venue's", (long long)(off_ms / 1000));
    else if (venue->expires_ms && 2 * llabs(off_ms) >= venue->expires_ms)
        hl_fail_with(venue, PG_ERR_STATE, "set the clock, or let orders live longer",
                     "expires_after_ms is %lld, and the clock here is %lld ms off the venue's",
                     (long long)venue->expires_ms, (long long)off_ms);
    else if (off_ms > WARN_MS || off_ms < -WARN_MS)
        hl_log(venue, PG_LOG_WARN, "the clock here is more than a second off the venue's", NULL, NULL);
    return true;
}

/* perpDexs: their places give the ids of their assets. */
static bool take_dexes(hl_venue *venue, const cJSON *json)
{
    if (!cJSON_IsArray(json))
        return false;
    for (int i = 0; i < venue->dex_count; i++) {
        int place = 0, found = -1;
        const cJSON *dex;
        cJSON_ArrayForEach(dex, json)
        {
            if (venue->dexes[i][0] ? strcmp(pg_hl_json_text(dex, "name"), venue->dexes[i]) == 0 : place == 0)
                found = place;
            place++;
        }
        if (found < 0) {
            hl_fail_with(venue, PG_ERR_NOT_FOUND, "see perpDexs for the names", "there is no perpetuals exchange '%s'",
                         venue->dexes[i]);
            return true;
        }
        venue->dex_index[i] = found;
    }
    return true;
}

/* The answer to userRole for the key's own address (6.2). */
static bool take_role(hl_venue *venue, const cJSON *json)
{
    const char *role = pg_hl_json_text(json, "role");
    bool own = strcmp(venue->signer_address, venue->master) == 0;
    char owner[PG_ADDRESS_TEXT] = "";
    pg_address address;
    if (!role[0])
        return false;
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(json, "data");
    if (pg_address_parse(&address, pg_hl_json_text(data, "user"), NULL) == PG_OK)
        pg_address_format(owner, &address);
    if (strcmp(role, "user") == 0 && own) {
        venue->facts.can_trade = true;
    } else if (strcmp(role, "agent") == 0 && strcmp(owner, venue->master) == 0) {
        venue->facts.can_trade = venue->is_agent = true;
    } else if (strcmp(role, "agent") == 0) {
        hl_fail_with(venue, PG_ERR_INVALID, "set `account` to the account that approved it",
                     "the key %s is an agent of %s, not of %s", venue->signer_address, owner, venue->master);
    } else if (strcmp(role, "missing") == 0) {
        hl_fail_with(venue, PG_ERR_NOT_FOUND, "fund the account, or approve the key as an agent; check the network",
                     "the venue does not know the key's address %s", venue->signer_address);
    } else {
        hl_fail_with(venue, PG_ERR_INVALID, "use a key of the account itself or of an agent",
                     "the key %s has the role '%.20s' at the venue and cannot trade for %s", venue->signer_address,
                     role, venue->master);
    }
    return true;
}

/* Where spot and perpetuals share their margin, the sums of one exchange are not the whole account. */
static bool take_abstraction(hl_venue *venue, const cJSON *json)
{
    const char *mode = cJSON_GetStringValue(json);
    if (mode && (strcmp(mode, "unifiedAccount") == 0 || strcmp(mode, "portfolioMargin") == 0))
        hl_log(venue, PG_LOG_WARN,
               "the account shares its margin between spot and perpetuals: equity and free margin as read here are not "
               "the whole of it",
               "mode", mode);
    return true; /* of no consequence where the venue does not say */
}

static bool take_fee(const cJSON *json, const char *name, int64_t *fee_e8)
{
    const char *text = pg_hl_json_text(json, name);
    return pg_decimal_parse(fee_e8, text, strlen(text), 8) == PG_OK;
}

static bool take_fees(hl_venue *venue, const cJSON *json)
{
    bool spot = venue->market_count > 0 && venue->market[0].asset.market == PG_HL_SPOT;
    pg_venue_facts *facts = &venue->facts;
    facts->fees_known = take_fee(json, spot ? "userSpotAddRate" : "userAddRate", &facts->maker_fee_e8) &&
                        take_fee(json, spot ? "userSpotCrossRate" : "userCrossRate", &facts->taker_fee_e8);
    if (!facts->fees_known) { /* the base rates (20) */
        facts->maker_fee_e8 = spot ? 40000 : 15000;
        facts->taker_fee_e8 = spot ? 70000 : 45000;
        hl_log(venue, PG_LOG_WARN, "the account's fees cannot be read: base rates are assumed", NULL, NULL);
    }
    return cJSON_IsObject(json);
}

/* ---- markets ---- */

static int dex_of(hl_venue *venue, const char *symbol)
{
    const char *colon = strchr(symbol, ':');
    size_t length = colon ? (size_t)(colon - symbol) : 0;
    for (int i = 0; i < venue->dex_count; i++)
        if (strlen(venue->dexes[i]) == length && strncmp(venue->dexes[i], symbol, length) == 0)
            return i;
    if (venue->dex_count == HL_DEXES)
        return -1;
    memcpy(venue->dexes[venue->dex_count], symbol, length);
    return venue->dex_count++;
}

static bool is_spot(const char *symbol)
{
    return symbol[0] == '@' || strchr(symbol, '/');
}

static void find_dexes(hl_venue *venue)
{
    for (int i = 0; i < venue->market_count; i++)
        if (is_spot(venue->symbols[i])) {
            venue->has_spot = true;
        } else {
            venue->has_perps = true;
            if (dex_of(venue, venue->symbols[i]) < 0)
                hl_fail_with(venue, PG_ERR_FULL, "trade them as several venues", "more than %d perpetuals exchanges",
                             HL_DEXES);
        }
    if (venue->dex_count == 0 || venue->has_spot) /* orders of spot pairs are listed with the first exchange's */
        dex_of(venue, "");
}

static pg_status make_market(hl_venue *venue, int i, pg_error *err)
{
    hl_market *market = &venue->market[i];
    char base[PG_HL_NAME] = "";
    pg_status status = pg_hl_assets_find(&market->asset, &venue->assets, venue->symbols[i], err);
    if (status == PG_OK && market->asset.delisted)
        status = pg_fail(err, PG_ERR_NOT_FOUND, "%s is delisted", venue->symbols[i]);
    if (status == PG_OK)
        status = pg_hl_asset_instrument(&market->instrument, &market->asset, err);
    if (status != PG_OK)
        return status;
    bool spot = market->asset.market == PG_HL_SPOT;
    const char *pair = market->asset.alias[0] ? market->asset.alias : market->asset.name;
    if (spot && strchr(pair, '/'))
        snprintf(base, sizeof base, "%.*s", (int)(strchr(pair, '/') - pair), pair);
    market->dex = spot ? -1 : dex_of(venue, market->asset.name);
    return pg_hl_decoder_add(venue->decoder, market->asset.name, &market->instrument, base[0] ? base : NULL, err);
}

static void make_markets(hl_venue *venue)
{
    pg_error err;
    for (int i = 0; i < venue->market_count; i++)
        if (make_market(venue, i, &err) != PG_OK) {
            pg_error_where(&err, "venue %s", venue->name);
            pg_error_remedy(&err, "symbols are the venue's names, in its case: BTC, kPEPE, PURR/USDC");
            hl_fail(venue, &err);
            return;
        }
}

/* ---- the steps ---- */

static bool take(hl_venue *venue, const cJSON *json, pg_error *err)
{
    switch (venue->start_step) {
    case STEP_CLOCK: return take_clock(venue, json);
    case STEP_DEXES: return take_dexes(venue, json);
    case STEP_META:
        return pg_hl_assets_add_perps(&venue->assets, venue->dex_index[venue->start_dex], json, err) == PG_OK;
    case STEP_SPOT: return pg_hl_assets_add_spot(&venue->assets, json, err) == PG_OK;
    case STEP_ROLE: return take_role(venue, json);
    case STEP_AGENT: return hl_rights_agents(venue, json);
    case STEP_BUILDER: return hl_rights_builder(venue, json);
    case STEP_BUDGET: return hl_rights_budget(venue, json, err);
    case STEP_ABSTRACTION: return take_abstraction(venue, json);
    default: return take_fees(venue, json);
    }
}

static void answered(void *self, const pg_hl_found *found, const pg_error *why)
{
    hl_venue *venue = self;
    pg_error err = { 0 };
    char text[1024];
    if (venue->phase != HL_STARTING)
        return;
    if (!found || !take(venue, found->json, &err)) {
        if (found && !err.what[0])
            pg_fail(&err, PG_ERR_PARSE, "the venue's answer is not of the form that is expected");
        hl_log(venue, PG_LOG_WARN, "cannot start yet, trying again", "why",
               pg_error_text(found ? &err : why, text, sizeof text));
        venue->retry_ns = hl_now() + (int64_t)RETRY_MS * 1000000;
        return;
    }
    if (venue->phase != HL_STARTING) /* it was bad news */
        return;
    if (venue->start_step == STEP_META && ++venue->start_dex < venue->dex_count)
        venue->start_step--;
    venue->start_step++;
    next_step(venue);
}

static void ask_body(hl_venue *venue, const char *body, int weight)
{
    pg_hl_rest_ask(venue->rest, &(pg_hl_question){ .body = body, .weight = weight, .safety = true }, venue, answered);
}

static void ask(hl_venue *venue, const char *type, const char *member, const char *value, int weight)
{
    char body[256];
    snprintf(body, sizeof body, "{\"type\":\"%s\"%s%s%s%s%s}", type, member ? ",\"" : "", member ? member : "",
             member ? "\":\"" : "", member ? value : "", member ? "\"" : "");
    ask_body(venue, body, weight);
}

static void ask_builder(hl_venue *venue)
{
    char body[256];
    snprintf(body, sizeof body, "{\"type\":\"maxBuilderFee\",\"user\":\"%s\",\"builder\":\"%s\"}", venue->master,
             venue->builder);
    ask_body(venue, body, 20);
}

/* Whether a step is to be taken with these settings. A guard only needs to know what there is. */
static bool wanted(const hl_venue *venue, int which)
{
    switch (which) {
    case STEP_DEXES: return venue->dex_count > 1 || venue->dexes[0][0];
    case STEP_SPOT: return venue->has_spot || venue->no_streams;
    case STEP_ROLE:
    case STEP_BUDGET:
    case STEP_ABSTRACTION:
    case STEP_FEES: return venue->can_sign && !venue->no_streams;
    case STEP_AGENT: return venue->is_agent;
    case STEP_BUILDER: return venue->builder[0] && venue->can_sign && !venue->no_streams;
    default: return true;
    }
}

static void open_streams(hl_venue *venue)
{
    pg_error err = { 0 };
    venue->phase = HL_OPENING;
    if (venue->no_streams) {
        venue->facts.can_trade = venue->can_sign;
        hl_start_check(venue);
        return;
    }
    if (hl_market_open(venue, &err) != PG_OK || hl_account_open(venue, &err) != PG_OK)
        hl_fail(venue, &err);
}

static void next_step(hl_venue *venue)
{
    while (!wanted(venue, venue->start_step))
        venue->start_step++;
    switch (venue->start_step) {
    case STEP_CLOCK: ask(venue, "exchangeStatus", NULL, NULL, 2); break;
    case STEP_DEXES: ask(venue, "perpDexs", NULL, NULL, 20); break;
    case STEP_META:
        if (venue->dexes[venue->start_dex][0])
            ask(venue, "meta", "dex", venue->dexes[venue->start_dex], 20);
        else
            ask(venue, "meta", NULL, NULL, 20);
        break;
    case STEP_SPOT: ask(venue, "spotMeta", NULL, NULL, 20); break;
    case STEP_MARKETS:
        make_markets(venue);
        if (venue->phase == HL_FAILED)
            return;
        venue->start_step++;
        next_step(venue);
        break;
    case STEP_ROLE: ask(venue, "userRole", "user", venue->signer_address, 60); break;
    case STEP_AGENT: ask(venue, "extraAgents", "user", venue->master, 20); break;
    case STEP_BUILDER: ask_builder(venue); break;
    case STEP_BUDGET: ask(venue, "userRateLimit", "user", venue->account, 20); break;
    case STEP_ABSTRACTION: ask(venue, "userAbstraction", "user", venue->account, 20); break;
    case STEP_FEES: ask(venue, "userFees", "user", venue->account, 20); break;
    default: open_streams(venue);
    }
}

void hl_start(hl_venue *venue)
{
    venue->retry_ns = 1; /* begins at the first tick: nothing is called back before open returns */
}

void hl_start_tick(hl_venue *venue, int64_t now_ns)
{
    if (!venue->retry_ns || now_ns < venue->retry_ns)
        return;
    venue->retry_ns = 0;
    if (venue->dex_count == 0)
        find_dexes(venue);
    if (venue->phase == HL_STARTING)
        next_step(venue);
}

/* ---- ready ---- */

static void leverage_set(void *self, const pg_error *err)
{
    hl_venue *venue = self;
    char text[1024];
    if (err)
        hl_log(venue, PG_LOG_ERROR, "cannot set the leverage", "why", pg_error_text(err, text, sizeof text));
}

void hl_start_check(hl_venue *venue)
{
    if (venue->phase != HL_OPENING)
        return;
    if (!venue->no_streams && (!venue->market_up || (venue->account_stream && !venue->account_up)))
        return;
    venue->phase = HL_READY;
    for (int i = 0; venue->leverage && venue->facts.can_trade && i < venue->market_count; i++)
        if (venue->market[i].asset.market == PG_HL_PERP)
            hl_set_leverage(&venue->base, i, venue->leverage, !venue->isolated, venue, leverage_set);
    venue->sink.ready(venue->sink.self);
    hl_account_ready(venue);
}
