/* What the key may do: how long the agent is approved, what builder's fee is, how many actions the address has left,
 * whether it may set the dead-man's switch, and which orders the venue takes right now. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "venue/hyperliquid/adapter_internal.h"

static const int64_t second_ns = 1000000000;
static const int64_t budget_every_ns = 300 * (int64_t)1000000000;
static const int64_t post_only_ns = 3 * (int64_t)1000000000;
static const int64_t day_ns = 86400 * (int64_t)1000000000;

enum { WARN_DAYS = 7 };

/* ---- the agent ---- */

static int64_t venue_now(const hl_venue *venue)
{
    return hl_now() + venue->clock_ahead_ns;
}

void hl_rights_agent_until(hl_venue *venue, int64_t until_ms)
{
    if (until_ms <= 0 || until_ms > INT64_MAX / 1000000)
        return;
    venue->agent_until_ns = until_ms * 1000000;
    if (venue->agent_until_ns <= venue_now(venue))
        hl_fail_with(venue, PG_ERR_STATE, "approve a new agent key with the account's own",
                     "the approval of the key %s as an agent has expired", venue->signer_address);
}

bool hl_rights_agents(hl_venue *venue, const cJSON *json)
{
    const cJSON *agent;
    if (!cJSON_IsArray(json))
        return false;
    cJSON_ArrayForEach(agent, json)
    {
        const cJSON *address = cJSON_GetObjectItemCaseSensitive(agent, "address");
        const cJSON *until = cJSON_GetObjectItemCaseSensitive(agent, "validUntil");
        pg_address parsed;
        char text[PG_ADDRESS_TEXT];
        if (!cJSON_IsString(address) || pg_address_parse(&parsed, address->valuestring, NULL) != PG_OK)
            continue;
        pg_address_format(text, &parsed);
        if (strcmp(text, venue->signer_address) == 0 && cJSON_IsNumber(until) && until->valuedouble < 9e15)
            hl_rights_agent_until(venue, (int64_t)until->valuedouble);
    }
    return true; /* one without a name is not listed: webData3 tells of it */
}

/* Every day of the last week, and when it is over. */
static void watch_agent(hl_venue *venue)
{
    char text[64];
    int64_t left_ns = venue->agent_until_ns - venue_now(venue);
    int days = left_ns > 0 ? (int)(left_ns / day_ns) : -1;
    if (!venue->agent_until_ns || days >= WARN_DAYS || venue->agent_told_days == days + 2)
        return;
    venue->agent_told_days = days + 2;
    if (days < 0) {
        hl_rights_agent_until(venue, venue->agent_until_ns / 1000000);
        return;
    }
    snprintf(text, sizeof text, "%d days and %d hours", days, (int)(left_ns % day_ns / (3600 * second_ns)));
    hl_log(venue, PG_LOG_WARN, "the agent's approval runs out soon: approve a new key", "left", text);
}

/* ---- the builder ---- */

bool hl_rights_builder(hl_venue *venue, const cJSON *json)
{
    if (!cJSON_IsNumber(json))
        return false;
    if (json->valuedouble < (double)venue->builder_fee)
        hl_fail_with(venue, PG_ERR_STATE, "approve it with the account's own key (approveBuilderFee)",
                     "the builder %s may charge %.0f tenths of a basis point, not %d", venue->builder,
                     json->valuedouble, venue->builder_fee);
    return true;
}

/* ---- actions of the address ---- */

static void tell_budget(hl_venue *venue)
{
    static const char *const words[] = { "the address has actions enough again",
                                         "the address has few actions left: what it trades earns more",
                                         "the address has used up its actions: one order every 10 s from now on" };
    static const pg_log_level levels[] = { PG_LOG_INFO, PG_LOG_WARN, PG_LOG_ERROR };
    pg_hl_budget_level level = pg_hl_budget_judge(&venue->budget);
    char left[32];
    venue->facts.actions_left = venue->budget.known ? pg_hl_budget_left(&venue->budget, false) : -1;
    if (level == venue->budget_told)
        return;
    venue->budget_told = level;
    snprintf(left, sizeof left, "%" PRId64, pg_hl_budget_left(&venue->budget, false));
    hl_log(venue, levels[level], words[level], "left", left);
}

/* ---- the dead-man's switch ---- */

/* Only accounts that have traded enough may set it (12.3). The venue's own refusal says the same later on; known at the
 * start, it is told before anything rests on the switch. An exchange on this machine may waive it: there only the refusal
 * counts. */
static void judge_switch(hl_venue *venue)
{
    const int64_t volume_usd = 1000000;
    pg_venue_facts *facts = &venue->facts;
    if (venue->switch_refused || venue->is_local)
        return;
    bool enough = venue->budget.volume_e6 / 1000000 >= volume_usd;
    facts->switch_least_s = enough ? HL_SWITCH_LEAST_S : 0;
    if (!enough)
        snprintf(facts->switch_why, sizeof facts->switch_why,
                 "the venue wants an account to have traded %" PRId64 " USD first, and it has traded %" PRId64,
                 volume_usd, venue->budget.volume_e6 / 1000000);
}

bool hl_rights_budget(hl_venue *venue, const cJSON *json, pg_error *err)
{
    venue->budget_ns = hl_now();
    if (pg_hl_budget_read(&venue->budget, json, err) != PG_OK)
        return false;
    tell_budget(venue);
    judge_switch(venue);
    return true;
}

void hl_rights_charge(hl_venue *venue, int count, bool cancels)
{
    pg_hl_budget_charge(&venue->budget, count, cancels, hl_now());
    tell_budget(venue);
}

void hl_rights_traded(hl_venue *venue, const pg_told_fill *fill)
{
    const pg_instrument *in = &venue->market[fill->market].instrument;
    __int128 value = (__int128)fill->price * fill->size * 1000000;
    pg_hl_budget_earn(&venue->budget, (int64_t)(value / pg_pow10(in->price_decimals + in->size_decimals)));
}

typedef struct {
    pg_call call;
} asking;

static void budget_came(void *self, const pg_hl_found *found, const pg_error *why)
{
    asking *a = self;
    hl_venue *venue = hl_of(&a->call);
    pg_error err;
    (void)why;
    pg_call_end(&a->call);
    if (found && !hl_rights_budget(venue, found->json, &err))
        hl_log(venue, PG_LOG_WARN, "the address's limit of actions cannot be read", NULL, NULL);
}

static void read_budget(hl_venue *venue, int64_t now_ns)
{
    char body[128];
    if (now_ns - venue->budget_ns < budget_every_ns)
        return;
    venue->budget_ns = now_ns;
    asking *a = pg_call_begin(&venue->calls, sizeof *a);
    snprintf(body, sizeof body, "{\"type\":\"userRateLimit\",\"user\":\"%s\"}", venue->account);
    pg_hl_rest_ask(venue->rest, &(pg_hl_question){ .body = body, .weight = 20 }, a, budget_came);
}

/* ---- orders that add liquidity only, after an upgrade ---- */

void hl_rights_post_only(hl_venue *venue)
{
    if (!venue->post_only_until_ns)
        hl_log(venue, PG_LOG_WARN, "after an upgrade the venue takes post-only orders alone for a while", NULL, NULL);
    venue->post_only_until_ns = hl_now() + post_only_ns;
}

void hl_rights_took(hl_venue *venue)
{
    if (venue->post_only_until_ns)
        hl_log(venue, PG_LOG_INFO, "the venue takes every kind of order again", NULL, NULL);
    venue->post_only_until_ns = 0;
}

const char *hl_rights_not_now(const hl_venue *venue, uint8_t tif, int count, pg_reason *reason)
{
    int64_t now = hl_now();
    *reason = PG_REASON_CLOSED;
    if (venue->phase != HL_READY)
        return venue->phase == HL_FAILED ? "the venue does not take orders of this key" : "the venue is not ready yet";
    if (tif != PG_TIF_ALO && now < venue->post_only_until_ns)
        return "after an upgrade the venue takes post-only orders alone for a while";
    *reason = PG_REASON_RATE;
    return now < venue->slow_until_ns || !pg_hl_budget_has(&venue->budget, count, now)
               ? "the address has used up its actions: one every 10 s"
               : NULL;
}

/* ---- */

void hl_rights_tick(hl_venue *venue, int64_t now_ns)
{
    if (venue->phase != HL_READY || !venue->can_sign || venue->no_streams)
        return;
    watch_agent(venue);
    read_budget(venue, now_ns);
}
