/* Whom an account lets do something: agents, keys that trade for it (hyperliquid.md 6.2), and builders, who charge for
 * orders that go through them (12.1). */
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_info.h"
#include "sim/exchange_hyperliquid_json.h"

enum { NAMED_MOST = 3, NAMED_A_SUB = 2, REMOVAL_WAIT_S = 5 };

static const int64_t DAY_MS = 86400000;
static const int64_t NORMAL_DAYS = 90, MOST_DAYS = 180;

static int64_t now_ms(const pg_hl_exchange *e)
{
    return hlx_ms(pg_exchange_now(e->core));
}

int hlx_agent_account(const pg_hl_exchange *e, const char *address)
{
    for (int i = 0; i < e->agent_count; i++)
        if (strcmp(e->agents[i].address, address) == 0 && e->agents[i].active)
            return e->agents[i].valid_until_ms > now_ms(e) ? e->agents[i].account : PG_EXCHANGE_NOBODY;
    return PG_EXCHANGE_NOBODY;
}

static hlx_agent *find_name(pg_hl_exchange *e, int account, const char *name)
{
    for (int i = 0; i < e->agent_count; i++)
        if (e->agents[i].active && e->agents[i].account == account && strcmp(e->agents[i].name, name) == 0)
            return &e->agents[i];
    return NULL;
}

/* Two more for each sub-account. */
static int named_most(const pg_hl_exchange *e, int account)
{
    return NAMED_MOST + NAMED_A_SUB * hlx_count_subs(e, account);
}

static int count_named(const pg_hl_exchange *e, int account)
{
    int count = 0;
    for (int i = 0; i < e->agent_count; i++)
        count += e->agents[i].active && e->agents[i].account == account && e->agents[i].name[0];
    return count;
}

/* Once an agent, never again: its nonces are forgotten, so that old actions could be sent anew. */
static bool was_used(const pg_hl_exchange *e, const char *address)
{
    for (int i = 0; i < e->agent_count; i++)
        if (strcmp(e->agents[i].address, address) == 0)
            return true;
    return pg_exchange_find_account(e->core, address) != PG_EXCHANGE_NOBODY;
}

/* "bot valid_until 1790000000000": name and time apart. False: no such name. */
static bool read_name(char name[HLX_AGENT_NAME], int64_t *valid_until_ms, const pg_hl_exchange *e, const char *text)
{
    static const char mark[] = " valid_until ";
    const char *at = text ? strstr(text, mark) : NULL;
    size_t length = at ? (size_t)(at - text) : text ? strlen(text) : 0;
    char *end = NULL;
    *valid_until_ms = now_ms(e) + NORMAL_DAYS * DAY_MS;
    if (at)
        *valid_until_ms = strtoll(at + sizeof mark - 1, &end, 10);
    if (length >= HLX_AGENT_NAME || (at && (*end || end == at + sizeof mark - 1)))
        return false;
    memcpy(name, text ? text : "", length);
    name[length] = '\0';
    return true;
}

/* Takes an agent away; no other is taken for some seconds. */
static void remove_agent(pg_hl_exchange *e, pg_text *out, int account, hlx_agent *agent)
{
    if (agent) {
        agent->active = false;
        e->users[account].agent_removed_ms = now_ms(e);
    }
    hlx_ok(out);
}

static void add_agent(pg_hl_exchange *e, pg_text *out, const hlx_agent *made, hlx_agent *same)
{
    if (was_used(e, made->address))
        hlx_error(out, "Extra agent already used.");
    else if (made->valid_until_ms <= now_ms(e) || made->valid_until_ms > now_ms(e) + MOST_DAYS * DAY_MS)
        hlx_error(out, "Agent valid_until already expired.");
    else if (!same && made->name[0] && count_named(e, made->account) >= named_most(e, made->account))
        hlx_error(out, "Too many extra agents for cumulative volume traded. Current limit is %d",
                  named_most(e, made->account));
    else {
        if (same)
            same->active = false;
        e->agents[e->agent_count++] = *made;
        hlx_ok(out);
    }
}

void hlx_approve_agent(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    static const pg_address nobody;
    pg_address address;
    hlx_agent made = { .account = account, .active = true };
    if (pg_address_parse(&address, action->approval.address, NULL) != PG_OK ||
        !read_name(made.name, &made.valid_until_ms, e, action->approval.name)) {
        hlx_error(out, "Invalid agent name or address");
        return;
    }
    pg_address_format(made.address, &address);
    hlx_agent *same = find_name(e, account, made.name);
    int64_t removed_ms = e->users[account].agent_removed_ms;
    if (memcmp(&address, &nobody, sizeof address) == 0)
        remove_agent(e, out, account, same);
    else if (removed_ms != 0 && now_ms(e) - removed_ms < REMOVAL_WAIT_S * 1000)
        hlx_error(out, "User has pending agent removal");
    else if (e->agent_count == HLX_AGENTS)
        hlx_error(out, "Too many extra agents for cumulative volume traded. Current limit is %d",
                  named_most(e, account));
    else
        add_agent(e, out, &made, same);
}

void hlx_json_agents(pg_hl_exchange *e, pg_text *text, int account)
{
    pg_json_open(text, NULL, '[');
    for (int i = 0; i < e->agent_count; i++) {
        const hlx_agent *agent = &e->agents[i];
        if (!agent->active || agent->account != account || !agent->name[0])
            continue;
        pg_json_open(text, NULL, '{');
        pg_json_string(text, "name", agent->name);
        pg_json_string(text, "address", agent->address);
        pg_json_integer(text, "validUntil", agent->valid_until_ms);
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
}

void hlx_json_unnamed_agent(pg_hl_exchange *e, pg_text *text, int account)
{
    const hlx_agent *agent = account == PG_EXCHANGE_NOBODY ? NULL : find_name(e, account, "");
    if (agent && agent->valid_until_ms > now_ms(e)) {
        pg_json_string(text, "agentAddress", agent->address);
        pg_json_integer(text, "agentValidUntil", agent->valid_until_ms);
    } else {
        pg_json_null(text, "agentAddress");
        pg_json_null(text, "agentValidUntil");
    }
}

/* ---- builders ---- */

enum { RATE_DECIMALS = 3, RATE_MOST = 1000 }; /* "0.001%" is a tenth of a basis point; spot allows 1% */

static int find_approval(const pg_hl_exchange *e, int account, const char *builder)
{
    for (int i = 0; i < e->approval_count; i++)
        if (e->approvals[i].account == account && strcmp(e->approvals[i].builder, builder) == 0)
            return i;
    return -1;
}

/* "0.01%" as 10; false: no such rate. */
static bool read_rate(int64_t *rate, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    return length > 1 && text[length - 1] == '%' && pg_decimal_parse(rate, text, length - 1, RATE_DECIMALS) == PG_OK &&
           *rate >= 0 && *rate <= RATE_MOST;
}

void hlx_approve_builder(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    pg_address address;
    hlx_approval made = { .account = account };
    if (pg_address_parse(&address, action->approval.address, NULL) != PG_OK ||
        !read_rate(&made.most, action->approval.fee_rate)) {
        hlx_error(out, "Invalid builder or fee rate");
        return;
    }
    pg_address_format(made.builder, &address);
    int at = find_approval(e, account, made.builder);
    if (at < 0 && e->approval_count == HLX_BUILDERS) {
        hlx_error(out, "Too many builders");
        return;
    }
    e->approvals[at < 0 ? e->approval_count++ : at] = made;
    hlx_ok(out);
}

int64_t hlx_builder_most(const pg_hl_exchange *e, int account, const char *builder)
{
    int at = find_approval(e, account, builder);
    return at < 0 ? 0 : e->approvals[at].most;
}

void hlx_json_builders(pg_hl_exchange *e, pg_text *text, int account)
{
    pg_json_open(text, NULL, '[');
    for (int i = 0; i < e->approval_count; i++)
        if (e->approvals[i].account == account && e->approvals[i].most > 0)
            pg_json_string(text, NULL, e->approvals[i].builder);
    pg_json_close(text, ']');
}

/* ---- tags ---- */

uint64_t hlx_builder_tag(const pg_hl_exchange *e, int account, const char *builder)
{
    return (uint64_t)(find_approval(e, account, builder) + 1) << 32;
}

int hlx_approval_of(uint64_t tag)
{
    return (int)((tag & ~HLX_MARKET_TAG) >> 32) - 1;
}

uint64_t hlx_twap_of(uint64_t tag)
{
    return tag & UINT32_MAX;
}
