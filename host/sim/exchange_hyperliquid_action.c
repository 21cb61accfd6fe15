/* POST /exchange and posts of actions: who signed, with which nonce, and when it is done (hyperliquid.md 2.2, 3.3, 6,
 * 9). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_info.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_multi_sig.h"
#include "sim/exchange_hyperliquid_streams.h"
#include "sim/exchange_hyperliquid_twap.h"
#include "venue/hyperliquid/nonce.h"

enum { BATCH_A_WEIGHT = 40, EXPIRED_COST = 5, CANCELS_MORE = 100000, SPARE_MS = 10000 };

static const char malformed[] = "Failed to deserialize the JSON body into the target type";

void hlx_ok(pg_text *out)
{
    hlx_put(out, "{\"status\":\"ok\",\"response\":{\"type\":\"default\"}}");
}

void hlx_made(pg_text *out, const char *type, const char *address)
{
    pg_text_print(out, "{\"status\":\"ok\",\"response\":{\"type\":\"%s\",\"data\":\"%s\"}}", type, address);
}

void hlx_error(pg_text *out, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    hlx_empty(out);
    pg_json_open(out, NULL, '{');
    pg_json_string(out, "status", "err");
    pg_json_string(out, "response", text);
    pg_json_close(out, '}');
}

/* ---- reading ---- */

typedef struct {
    pg_hl_action action;
    pg_hl_envelope envelope;
    pg_signature signature;
    char vault[PG_ADDRESS_TEXT];
    bool is_wrapped; /* several keys have signed it */
    hlx_wrapper wrapper;
} request;

static bool read_time(uint64_t *value, const cJSON *member)
{
    if (!cJSON_IsNumber(member) || !(member->valuedouble >= 0 && member->valuedouble < 9007199254740992.0))
        return false;
    *value = (uint64_t)member->valuedouble;
    return (double)*value == member->valuedouble;
}

static bool is_given(const cJSON *member)
{
    return member && !cJSON_IsNull(member);
}

/* False: no such request. What was read is freed by pg_hl_action_free. */
static bool read_request(request *r, const pg_hl_exchange *e, const cJSON *body)
{
    const cJSON *vault = cJSON_GetObjectItemCaseSensitive(body, "vaultAddress");
    const cJSON *expires = cJSON_GetObjectItemCaseSensitive(body, "expiresAfter");
    memset(r, 0, sizeof *r);
    r->envelope.network = e->config.network;
    if (!read_time(&r->envelope.nonce, cJSON_GetObjectItemCaseSensitive(body, "nonce")) ||
        !hlx_read_signature(&r->signature, cJSON_GetObjectItemCaseSensitive(body, "signature")))
        return false;
    if (is_given(expires) && !read_time(&r->envelope.expires_after, expires))
        return false;
    if (is_given(vault) && !hlx_read_address(r->vault, vault))
        return false;
    if (is_given(vault))
        r->envelope.vault = r->vault;
    const cJSON *action = cJSON_GetObjectItemCaseSensitive(body, "action");
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(action, "type");
    r->is_wrapped = cJSON_IsString(type) && strcmp(type->valuestring, "multiSig") == 0;
    if (r->is_wrapped && !hlx_read_wrapper(&r->wrapper, &action, action))
        return false;
    return pg_hl_action_read(&r->action, &r->envelope, action, NULL) == PG_OK;
}

/* ---- nonces ---- */

static hlx_signer *signer_of(pg_hl_exchange *e, const pg_address *address)
{
    for (int i = 0; i < e->signer_count; i++)
        if (memcmp(&e->signers[i].address, address, sizeof *address) == 0)
            return &e->signers[i];
    if (e->signer_count == HLX_SIGNERS)
        return NULL;
    e->signers[e->signer_count] = (hlx_signer){ .address = *address };
    return &e->signers[e->signer_count++];
}

/* Takes a nonce; false with the answer written when it may not be used. */
static bool take_nonce(pg_hl_exchange *e, pg_text *out, const pg_address *address, uint64_t nonce)
{
    hlx_signer *s = signer_of(e, address);
    uint64_t now_ms = (uint64_t)hlx_ms(pg_exchange_now(e->core));
    if (!s) {
        hlx_error(out, "Too many signers");
        return false;
    }
    if (!pg_hl_nonce_in_window(nonce, now_ms)) {
        uint64_t least = now_ms - PG_HL_NONCE_PAST_MS;
        if (nonce <= least)
            hlx_error(out, "Invalid nonce: nonce too low %llu < %llu", (unsigned long long)nonce,
                      (unsigned long long)least);
        else
            hlx_error(out, "Invalid nonce: nonce too high %llu > %llu", (unsigned long long)nonce,
                      (unsigned long long)(now_ms + PG_HL_NONCE_AHEAD_MS));
        return false;
    }
    int at = s->count;
    while (at > 0 && s->nonces[at - 1] > nonce)
        at--;
    if (at > 0 && s->nonces[at - 1] == nonce) {
        hlx_error(out, "Invalid nonce: duplicate nonce %llu", (unsigned long long)nonce);
        return false;
    }
    if (s->count == HLX_NONCES && at == 0) {
        hlx_error(out, "Invalid nonce: nonce too low %llu < %llu", (unsigned long long)nonce,
                  (unsigned long long)s->nonces[0]);
        return false;
    }
    if (s->count == HLX_NONCES) { /* the lowest is forgotten */
        memmove(s->nonces, s->nonces + 1, (size_t)--at * sizeof *s->nonces);
    } else {
        memmove(s->nonces + at + 1, s->nonces + at, (size_t)(s->count - at) * sizeof *s->nonces);
        s->count++;
    }
    s->nonces[at] = nonce;
    return true;
}

/* ---- budget of an account ---- */

static size_t batch_of(const pg_hl_action *action)
{
    switch (action->kind) {
    case PG_HL_ORDER: return action->order.count;
    case PG_HL_CANCEL:
    case PG_HL_CANCEL_BY_CLOID: return action->cancel.count;
    case PG_HL_MODIFY:
    case PG_HL_BATCH_MODIFY: return action->modify.count;
    default: return 1;
    }
}

static bool is_cancel(const pg_hl_action *action)
{
    return action->kind == PG_HL_CANCEL || action->kind == PG_HL_CANCEL_BY_CLOID ||
           action->kind == PG_HL_SCHEDULE_CANCEL || action->kind == PG_HL_NOOP;
}

static bool has_budget(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    hlx_user *user = &e->users[account];
    uint64_t cap = hlx_request_cap(e, account), bound = cap;
    if (is_cancel(action))
        bound = cap + CANCELS_MORE < 2 * cap ? cap + CANCELS_MORE : 2 * cap;
    int64_t now_ms = hlx_ms(pg_exchange_now(e->core));
    /* Who has used all may still act once in a while. */
    if (!e->config.limits || user->used + batch_of(action) <= bound ||
        (batch_of(action) == 1 && now_ms - user->acted_ms >= SPARE_MS)) {
        user->used += batch_of(action);
        user->acted_ms = now_ms;
        return true;
    }
    pg_text volume = { 0 };
    hlx_put_short(&volume, (int64_t)(pg_exchange_volume(e->core, account) / 10000000000), 2);
    hlx_error(out,
              "Too many cumulative requests sent (%llu > %llu) for cumulative volume traded $%s. Place taker orders to "
              "free up 1 request per USDC traded.",
              (unsigned long long)user->used, (unsigned long long)cap, volume.data ? volume.data : "0");
    pg_text_free(&volume);
    return false;
}

/* ---- doing ---- */

/* The account that `owner` trades for by vaultAddress: a sub-account or vault of his; PG_EXCHANGE_NOBODY with the
 * answer written for any other. */
static int account_for(pg_hl_exchange *e, pg_text *out, const request *r, int owner)
{
    int account = pg_exchange_find_account(e->core, r->vault);
    if (account == owner ||
        (account != PG_EXCHANGE_NOBODY && e->users[account].role != HLX_USER && e->users[account].owner == owner))
        return account;
    hlx_error(out, "Vault not registered: %s", r->vault);
    return PG_EXCHANGE_NOBODY;
}

/* The account whose key, or whose agent's, has signed; PG_EXCHANGE_NOBODY with the answer written when there is
 * none. */
static int account_of_key(pg_hl_exchange *e, pg_text *out, const request *r, bool by_user, pg_address *signer)
{
    char name[PG_ADDRESS_TEXT];
    pg_hl_envelope signed_as = r->envelope;
    signed_as.verbatim = by_user; /* their texts are hashed as they are sent, others in the venue's own form */
    if (pg_hl_recover(signer, e->curve, &r->action, &signed_as, &r->signature, NULL) != PG_OK) {
        hlx_error(out, "Unable to recover signer.");
        return PG_EXCHANGE_NOBODY;
    }
    int account = pg_exchange_find_account(e->core, pg_address_format(name, signer));
    if (account == PG_EXCHANGE_NOBODY && !by_user)
        account = hlx_agent_account(e, name);
    if (account == PG_EXCHANGE_NOBODY && by_user)
        hlx_error(out, "Must deposit before performing actions. User: %s", name);
    else if (account == PG_EXCHANGE_NOBODY)
        hlx_error(out, "User or API Wallet %s does not exist.", name);
    else if (hlx_is_multi_sig(e, account)) {
        hlx_error(out, "Multi-sig required for user: %s", pg_exchange_account_name(e->core, account));
        return PG_EXCHANGE_NOBODY;
    }
    return account;
}

/* The account that a signed request is for; PG_EXCHANGE_NOBODY with the answer written when there is none. */
static int account_of(pg_hl_exchange *e, pg_text *out, const request *r, pg_address *signer)
{
    const pg_hl_schema *schema = pg_hl_schema_of(r->action.kind);
    bool by_user = schema && schema->primary; /* agents cannot sign these */
    int account = r->is_wrapped
                      ? hlx_multi_sig_account(e, out, signer, &r->wrapper, &r->action, &r->envelope, &r->signature)
                      : account_of_key(e, out, r, by_user, signer);
    if (account != PG_EXCHANGE_NOBODY && by_user && r->envelope.network != e->config.network) {
        hlx_error(out, "Invalid hyperliquidChain");
        return PG_EXCHANGE_NOBODY;
    }
    bool for_another = account != PG_EXCHANGE_NOBODY && r->envelope.vault && schema && !schema->no_vault;
    return for_another ? account_for(e, out, r, account) : account;
}

/* Does a request and writes its answer. */
static void do_request(pg_hl_exchange *e, pg_text *out, const request *r)
{
    pg_address signer;
    int account = account_of(e, out, r, &signer);
    if (account == PG_EXCHANGE_NOBODY)
        return;
    if (r->envelope.expires_after && r->envelope.expires_after < (uint64_t)hlx_ms(pg_exchange_now(e->core))) {
        e->users[account].used += EXPIRED_COST;
        hlx_error(out, "Action already expired");
        return;
    }
    if (!take_nonce(e, out, &signer, r->envelope.nonce) || !has_budget(e, out, account, &r->action))
        return;
    const pg_fault *fault = pg_faults_next(e->config.faults, "action");
    if (fault && fault->kind == PG_FAULT_REJECT)
        hlx_error(out, "%s", fault->text[0] ? fault->text : "Internal error");
    else
        hlx_execute(e, out, account, &r->action, r->envelope.nonce);
}

static void perform(pg_hl_exchange *e, const hlx_reply *reply, const request *r)
{
    pg_text *out = &e->out;
    hlx_empty(out);
    do_request(e, out, r);
    if (out->failed)
        hlx_refuse(e, reply, 500, "null");
    else
        hlx_answer(e, reply, NULL, out->data, out->length);
}

/* ---- blocks ---- */

/* Cancels and orders that cannot take go before what can. */
static bool goes_first(const pg_hl_action *action)
{
    if (is_cancel(action))
        return true;
    bool all = action->kind == PG_HL_ORDER;
    for (size_t i = 0; all && i < action->order.count; i++)
        all = action->order.list[i].tif == PG_HL_ALO;
    if (action->kind != PG_HL_MODIFY && action->kind != PG_HL_BATCH_MODIFY)
        return all;
    return !action->modify.always_place; /* its orders are post-only */
}

static void take_now(pg_hl_exchange *e, const hlx_reply *reply, cJSON *body)
{
    request r;
    if (read_request(&r, e, body)) {
        perform(e, reply, &r);
        pg_hl_action_free(&r.action);
    } else {
        hlx_refuse(e, reply, 422, malformed);
    }
    cJSON_Delete(body);
}

void hlx_action(pg_hl_exchange *e, const hlx_reply *reply, cJSON *body)
{
    request r;
    if (!read_request(&r, e, body)) {
        hlx_refuse(e, reply, 422, malformed);
        cJSON_Delete(body);
        return;
    }
    bool first = goes_first(&r.action);
    double weight = 1 + (double)(batch_of(&r.action) / BATCH_A_WEIGHT);
    hlx_waiting *waiting = NULL;
    bool crowded = e->waiting_count == HLX_WAITING || (e->config.limits && reply->is_post && e->posts >= HLX_POSTS);
    if (!hlx_weigh(e, weight) || crowded) {
        hlx_refuse(e, reply, 429, "null");
        cJSON_Delete(body);
    } else if (e->config.block_ms == 0) {
        pg_exchange_play(e->core, NULL);
        perform(e, reply, &r);
        cJSON_Delete(body);
        hlx_twaps_run(e);
        hlx_publish(e);
    } else if (!(waiting = calloc(1, sizeof *waiting))) {
        hlx_refuse(e, reply, 500, "null");
        cJSON_Delete(body);
    } else {
        *waiting = (hlx_waiting){ .reply = *reply, .body = body, .first = first };
        *e->last_waiting = waiting;
        e->last_waiting = &waiting->next;
        e->waiting_count++;
        e->posts += reply->is_post;
    }
    pg_hl_action_free(&r.action);
}

void hlx_run_waiting(pg_hl_exchange *e)
{
    for (int turn = 0; turn < 2; turn++) {
        hlx_waiting **at = &e->first_waiting;
        while (*at) {
            hlx_waiting *waiting = *at;
            if (turn == 0 && !waiting->first) {
                at = &waiting->next;
                continue;
            }
            *at = waiting->next;
            e->waiting_count--;
            e->posts -= waiting->reply.is_post;
            take_now(e, &waiting->reply, waiting->body);
            free(waiting);
        }
        e->last_waiting = at;
    }
}
