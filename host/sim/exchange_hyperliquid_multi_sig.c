/* Several keys of one account: who they are, and whether enough have signed. */
#include "sim/exchange_hyperliquid_multi_sig.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hex.h"
#include "sim/exchange_hyperliquid_actions.h"

enum { ACCOUNTS = 64, SIGNERS_TEXT = 1024 };

typedef struct {
    int account, count, threshold;
    pg_address users[HLX_MULTI_SIGNERS];
} group;

struct hlx_multi_sigs {
    group list[ACCOUNTS];
    int count;
};

hlx_multi_sigs *hlx_multi_sigs_new(void)
{
    return calloc(1, sizeof(hlx_multi_sigs));
}

void hlx_multi_sigs_free(hlx_multi_sigs *multi_sigs)
{
    free(multi_sigs);
}

static group *find_group(const pg_hl_exchange *e, int account)
{
    for (int i = 0; i < e->multi_sigs->count; i++)
        if (e->multi_sigs->list[i].account == account)
            return &e->multi_sigs->list[i];
    return NULL;
}

bool hlx_is_multi_sig(const pg_hl_exchange *e, int account)
{
    return find_group(e, account) != NULL;
}

/* ---- reading ---- */

static bool read_word(uint8_t word[32], const cJSON *member)
{
    char digits[65];
    size_t length = cJSON_IsString(member) ? strlen(member->valuestring) : 0;
    if (length < 3 || length > 66 || strncmp(member->valuestring, "0x", 2) != 0)
        return false;
    memset(digits, '0', 64);
    memcpy(digits + 64 - (length - 2), member->valuestring + 2, length - 2);
    digits[64] = '\0';
    return pg_hex_decode(word, 32, digits, 64, NULL) == PG_OK;
}

bool hlx_read_signature(pg_signature *signature, const cJSON *json)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(json, "v");
    if (!read_word(signature->r, cJSON_GetObjectItemCaseSensitive(json, "r")) ||
        !read_word(signature->s, cJSON_GetObjectItemCaseSensitive(json, "s")) || !cJSON_IsNumber(v) ||
        !(v->valuedouble >= 0 && v->valuedouble <= 255))
        return false;
    signature->v = (uint8_t)v->valuedouble;
    return true;
}

static bool read_address(pg_address *address, const cJSON *member)
{
    return cJSON_IsString(member) && pg_address_parse(address, member->valuestring, NULL) == PG_OK;
}

static bool read_chain(uint64_t *chain, const cJSON *member)
{
    char *end = NULL;
    if (!cJSON_IsString(member) || strncmp(member->valuestring, "0x", 2) != 0 || strlen(member->valuestring) > 18)
        return false;
    *chain = strtoull(member->valuestring + 2, &end, 16);
    return *end == '\0' && *chain != 0;
}

bool hlx_read_wrapper(hlx_wrapper *w, const cJSON **inner, const cJSON *json)
{
    const cJSON *payload = cJSON_GetObjectItemCaseSensitive(json, "payload");
    const cJSON *signatures = cJSON_GetObjectItemCaseSensitive(json, "signatures"), *one;
    *w = (hlx_wrapper){ 0 };
    *inner = cJSON_GetObjectItemCaseSensitive(payload, "action");
    int count = cJSON_GetArraySize(signatures);
    if (!cJSON_IsObject(*inner) || !cJSON_IsArray(signatures) || count < 1 || count > HLX_MULTI_SIGNERS ||
        cJSON_GetArraySize(json) != 4 || cJSON_GetArraySize(payload) != 3 ||
        !read_chain(&w->outer.chain_id, cJSON_GetObjectItemCaseSensitive(json, "signatureChainId")) ||
        !read_address(&w->who.user, cJSON_GetObjectItemCaseSensitive(payload, "multiSigUser")) ||
        !read_address(&w->who.outer_signer, cJSON_GetObjectItemCaseSensitive(payload, "outerSigner")))
        return false;
    cJSON_ArrayForEach(one, signatures) if (!hlx_read_signature(&w->signatures[w->count++], one)) return false;
    return true;
}

/* ---- who has signed ---- */

static int index_of(const group *g, const pg_address *address)
{
    for (int i = 0; i < g->count; i++)
        if (memcmp(&g->users[i], address, sizeof *address) == 0)
            return i;
    return -1;
}

/* Whether an address is one of the keys, or an agent of one. */
static bool may_lead(const pg_hl_exchange *e, const group *g, const pg_address *address)
{
    char name[PG_ADDRESS_TEXT];
    pg_address master;
    if (index_of(g, address) >= 0)
        return true;
    int account = hlx_agent_account(e, pg_address_format(name, address));
    return account != PG_EXCHANGE_NOBODY &&
           pg_address_parse(&master, pg_exchange_account_name(e->core, account), NULL) == PG_OK &&
           index_of(g, &master) >= 0;
}

/* What is wrong with the inner signatures; NULL: each is of another key, and they are enough. */
static const char *check_inner(const pg_hl_exchange *e, const group *g, const hlx_wrapper *w,
                               const pg_hl_action *action, const pg_hl_envelope *envelope)
{
    bool seen[HLX_MULTI_SIGNERS] = { 0 };
    for (size_t i = 0; i < w->count; i++) {
        pg_address address;
        if (pg_hl_multi_sig_recover_inner(&address, e->curve, action, envelope, &w->who, &w->signatures[i], NULL) !=
            PG_OK)
            return "Unable to recover signer.";
        int at = index_of(g, &address);
        if (at < 0)
            return "Multi-sig signature is not by an authorized user.";
        if (seen[at])
            return "Multi-sig user has signed twice.";
        seen[at] = true;
    }
    return (int)w->count < g->threshold ? "Multi-sig threshold is not reached." : NULL;
}

int hlx_multi_sig_account(pg_hl_exchange *e, pg_text *out, pg_address *signer, const hlx_wrapper *w,
                          const pg_hl_action *action, const pg_hl_envelope *envelope, const pg_signature *signature)
{
    char name[PG_ADDRESS_TEXT];
    pg_hl_envelope outer = pg_hl_envelope_for(action->kind, envelope);
    outer.chain_id = w->outer.chain_id;
    if (pg_hl_multi_sig_recover(signer, e->curve, action, &outer, &w->who, w->signatures, w->count, signature, NULL) !=
        PG_OK) {
        hlx_error(out, "Unable to recover signer.");
        return PG_EXCHANGE_NOBODY;
    }
    int account = pg_exchange_find_account(e->core, pg_address_format(name, &w->who.user));
    const group *g = account == PG_EXCHANGE_NOBODY ? NULL : find_group(e, account);
    const char *wrong = NULL;
    if (!g)
        hlx_error(out, "User is not a multi-sig user: %s", name);
    else if (memcmp(signer, &w->who.outer_signer, sizeof *signer) != 0 || !may_lead(e, g, signer))
        hlx_error(out, "User or API Wallet %s does not exist.", pg_address_format(name, signer));
    else if ((wrong = check_inner(e, g, w, action, envelope)))
        hlx_error(out, "%s", wrong);
    else
        return account;
    return PG_EXCHANGE_NOBODY;
}

/* ---- becoming one, and no longer being one ---- */

/* What is wrong with a list of keys; NULL: nothing. */
static const char *read_group(group *g, const cJSON *json)
{
    const cJSON *users = cJSON_GetObjectItemCaseSensitive(json, "authorizedUsers"), *one;
    const cJSON *threshold = cJSON_GetObjectItemCaseSensitive(json, "threshold");
    int count = cJSON_GetArraySize(users);
    if (!cJSON_IsArray(users) || count < 1 || count > HLX_MULTI_SIGNERS || !cJSON_IsNumber(threshold) ||
        !(threshold->valuedouble >= 1 && threshold->valuedouble <= count))
        return "Invalid multi-sig signers.";
    cJSON_ArrayForEach(one, users)
    {
        pg_address address;
        if (!read_address(&address, one) || index_of(g, &address) >= 0)
            return "Invalid multi-sig signers.";
        g->users[g->count++] = address;
    }
    g->threshold = (int)threshold->valuedouble;
    return (double)g->threshold == threshold->valuedouble ? NULL : "Invalid multi-sig signers.";
}

static void set_group(pg_hl_exchange *e, pg_text *out, int account, const cJSON *json)
{
    hlx_multi_sigs *all = e->multi_sigs;
    group made = { .account = account }, *own = find_group(e, account);
    const char *wrong = read_group(&made, json);
    if (wrong)
        hlx_error(out, "%s", wrong);
    else if (!own && all->count == ACCOUNTS)
        hlx_error(out, "Too many multi-sig users.");
    else {
        *(own ? own : &all->list[all->count++]) = made;
        hlx_ok(out);
    }
}

void hlx_convert(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    const char *text = action->convert.signers;
    group *own = find_group(e, account);
    cJSON *json = strlen(text) <= SIGNERS_TEXT ? cJSON_Parse(text) : NULL;
    if (cJSON_IsNull(json) && own) {
        *own = e->multi_sigs->list[--e->multi_sigs->count];
        hlx_ok(out);
    } else if (cJSON_IsNull(json)) {
        hlx_error(out, "User is not a multi-sig user: %s", pg_exchange_account_name(e->core, account));
    } else {
        set_group(e, out, account, json);
    }
    cJSON_Delete(json);
}

void hlx_json_signers(pg_hl_exchange *e, pg_text *text, int account)
{
    const group *g = account == PG_EXCHANGE_NOBODY ? NULL : find_group(e, account);
    char name[PG_ADDRESS_TEXT];
    if (!g) {
        pg_json_null(text, NULL);
        return;
    }
    pg_json_open(text, NULL, '{');
    pg_json_open(text, "authorizedUsers", '[');
    for (int i = 0; i < g->count; i++)
        pg_json_string(text, NULL, pg_address_format(name, &g->users[i]));
    pg_json_close(text, ']');
    pg_json_integer(text, "threshold", g->threshold);
    pg_json_close(text, '}');
}
