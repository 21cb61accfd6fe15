/* Lighter's REST: parameters, answers, limits, transactions, and what belongs to no market or account. */
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_lighter_internal.h"

enum { ALL_MARKETS = 255, BATCH_TOKENS = 4096, STANDARD_REQUESTS = 60, STANDARD_WEIGHTS = 24000 };

/* ---- answers ---- */

pg_text *lix_reply(pg_lighter_exchange *e)
{
    lix_empty(&e->out);
    pg_json_open(&e->out, NULL, '{');
    pg_json_integer(&e->out, "code", LIX_OK);
    return &e->out;
}

void lix_answer(pg_lighter_exchange *e, const lix_request *request)
{
    pg_json_close(&e->out, '}');
    if (!request->peer)
        return;
    if (e->out.failed)
        pg_server_answer(request->peer, 500, "text/plain", "", 0);
    else
        pg_exchange_links_answer(&e->links, request->peer, 200, e->out.data, e->out.length, request->fault);
}

void lix_refuse(pg_lighter_exchange *e, const lix_request *request, int code, const char *words)
{
    lix_empty(&e->out);
    pg_json_open(&e->out, NULL, '{');
    pg_json_integer(&e->out, "code", code);
    pg_json_string(&e->out, "message", words ? words : lix_words(code));
    pg_json_close(&e->out, '}');
    if (!e->out.failed && request->peer)
        pg_exchange_links_answer(&e->links, request->peer, code / 1000 == 23 ? 429 : 400, e->out.data, e->out.length,
                                 request->fault);
}

/* ---- parameters ---- */

static bool read_whole(const char *text, int64_t *value)
{
    bool negative = *text == '-';
    const char *digits = text + negative;
    size_t length = strspn(digits, "0123456789");
    if (length == 0 || length > 18 || digits[length] != '\0')
        return false;
    *value = 0;
    for (size_t i = 0; i < length; i++)
        *value = 10 * *value + (digits[i] - '0');
    *value = negative ? -*value : *value;
    return true;
}

bool lix_number(pg_lighter_exchange *e, const lix_request *request, const char *name, bool needed, int64_t *value)
{
    const char *text = pg_form_get(&request->form, name);
    if ((!text || !text[0]) && !needed)
        return true;
    if (text && read_whole(text, value))
        return true;
    lix_refuse(e, request, LIX_INVALID_PARAM, NULL);
    return false;
}

int lix_find_market(const pg_lighter_exchange *e, int64_t id)
{
    for (int i = 0; i < pg_exchange_market_count(e->core); i++)
        if (e->markets[i].id == id)
            return i;
    return -1;
}

bool lix_market_of(pg_lighter_exchange *e, const lix_request *request, bool needed, int *market)
{
    int64_t id = ALL_MARKETS;
    *market = -1;
    if (!lix_number(e, request, "market_id", needed, &id))
        return false;
    if (id == ALL_MARKETS && !needed)
        return true;
    *market = lix_find_market(e, id);
    if (*market < 0)
        lix_refuse(e, request, LIX_INVALID_MARKET, NULL);
    return *market >= 0;
}

/* ---- limits ---- */

static double weight_of(const char *path)
{
    static const struct {
        const char *path;
        double weight;
    } weights[] = { { "sendTx", 6 },
                    { "sendTxBatch", 6 },
                    { "nextNonce", 6 },
                    { "publicPools", 50 },
                    { "accountInactiveOrders", 100 },
                    { "apikeys", 150 },
                    { "trades", 600 },
                    { "recentTrades", 600 },
                    { "changeAccountTier", 3000 },
                    { "transferFeeInfo", 500 } };
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        if (strcmp(weights[i].path, path) == 0)
            return weights[i].weight;
    return 300;
}

/* Who shows a token is counted by his account, others by their address of the network, as standard accounts are.
 * Transactions have their own limits. */
static bool within_limits(pg_lighter_exchange *e, const lix_request *request)
{
    static const double most[PG_LIGHTER_TIERS] = { STANDARD_REQUESTS, STANDARD_WEIGHTS, 120000, 240000 };
    lix_account *a = NULL;
    bool sends = strncmp(request->path, "sendTx", 6) == 0;
    if (!e->config.limits || sends)
        return true;
    if (request->authorization[0])
        lix_check_token(e, request->authorization, &a);
    pg_lighter_tier tier = a ? a->tier : PG_LIGHTER_STANDARD;
    return lix_take(e, a ? &a->requests : &e->network, most[tier],
                    tier == PG_LIGHTER_STANDARD ? 1 : weight_of(request->path));
}

/* ---- transactions ---- */

static void answer_outcome(pg_lighter_exchange *e, const lix_request *request, const lix_outcome *outcome, bool batch)
{
    if (outcome->code != LIX_OK) {
        lix_refuse(e, request, outcome->code, outcome->words);
        return;
    }
    pg_text *text = lix_reply(e);
    pg_json_string(text, "message", outcome->quota < 0 ? "{\"ratelimit\": \"didn't use volume quota\"}" : "");
    if (batch) {
        pg_json_open(text, "tx_hash", '[');
        for (int i = 0; i < outcome->count; i++)
            pg_json_string(text, NULL, outcome->hash[i]);
        pg_json_close(text, ']');
    } else {
        pg_json_string(text, "tx_hash", outcome->hash[0]);
    }
    pg_json_integer(text, "predicted_execution_time_ms", outcome->execution_ms);
    if (outcome->quota >= 0)
        pg_json_integer(text, "volume_quota_remaining", outcome->quota);
    lix_answer(e, request);
}

static void send_one(pg_lighter_exchange *e, const lix_request *request)
{
    const char *info = pg_form_get(&request->form, "tx_info");
    const char *protection = pg_form_get(&request->form, "price_protection");
    lix_sent sent = { .type = -1, .info = info, .size = info ? strlen(info) : 0 };
    lix_outcome outcome;
    if (!lix_number(e, request, "tx_type", true, &sent.type))
        return;
    if (!info) {
        lix_refuse(e, request, LIX_INVALID_TX_INFO, NULL);
        return;
    }
    lix_submit(e, &outcome, &sent, 1, false, !protection || strcmp(protection, "false") != 0);
    answer_outcome(e, request, &outcome, false);
}

int lix_submit_batch(pg_lighter_exchange *e, lix_outcome *outcome, const char *types, const char *infos)
{
    pg_tokens type_list = { 0 }, info_list = { 0 };
    lix_sent sent[LIX_BATCH];
    char *room = NULL;
    size_t size = strlen(infos) + 1, used = 0;
    int code = LIX_INVALID_TX_INFO;
    if (pg_tokens_read(&type_list, types, strlen(types), BATCH_TOKENS, NULL) == PG_OK &&
        pg_tokens_read(&info_list, infos, strlen(infos), BATCH_TOKENS, NULL) == PG_OK &&
        pg_tokens_is_array(&type_list, 0) && pg_tokens_is_array(&info_list, 0))
        code = pg_tokens_size(&type_list, 0) != pg_tokens_size(&info_list, 0) ? LIX_BATCH_LENGTHS
               : pg_tokens_size(&type_list, 0) > LIX_BATCH                    ? LIX_BATCH_TOO_LONG
               : pg_tokens_size(&type_list, 0) == 0                           ? LIX_INVALID_TX_INFO
                                                                              : 0;
    int count = pg_tokens_size(&type_list, 0);
    if (code == 0)
        room = malloc(size); /* what they are without their escapes: shorter than the text */
    for (int i = 0; i < count && code == 0 && room; i++) {
        bool read = pg_tokens_whole(&type_list, pg_tokens_at(&type_list, 0, i), &sent[i].type) &&
                    pg_tokens_string(&info_list, pg_tokens_at(&info_list, 0, i), room + used, size - used);
        code = read ? 0 : LIX_INVALID_TX_INFO;
        sent[i].info = room + used;
        sent[i].size = read ? strlen(sent[i].info) : 0;
        used += sent[i].size + 1;
    }
    if (code == 0 && room)
        lix_submit(e, outcome, sent, count, true, true);
    else
        *outcome = (lix_outcome){ .code = code ? code : LIX_INVALID_TX_INFO, .words = lix_words(code), .quota = -1 };
    free(room);
    pg_tokens_free(&type_list);
    pg_tokens_free(&info_list);
    return outcome->code;
}

static void send_batch(pg_lighter_exchange *e, const lix_request *request)
{
    const char *types = pg_form_get(&request->form, "tx_types"), *infos = pg_form_get(&request->form, "tx_infos");
    lix_outcome outcome;
    if (!types || !infos) {
        lix_refuse(e, request, LIX_INVALID_PARAM, NULL);
        return;
    }
    lix_submit_batch(e, &outcome, types, infos);
    answer_outcome(e, request, &outcome, true);
}

static void find_tx(pg_lighter_exchange *e, const lix_request *request)
{
    const char *by = pg_form_get(&request->form, "by"), *value = pg_form_get(&request->form, "value");
    int64_t sequence = 0;
    const lix_tx *tx = NULL;
    if (!by || !value || (strcmp(by, "hash") != 0 && strcmp(by, "sequence_index") != 0)) {
        lix_refuse(e, request, LIX_INVALID_PARAM, NULL);
        return;
    }
    if (strcmp(by, "hash") == 0)
        tx = lix_find_tx(e, value);
    else if (read_whole(value, &sequence))
        tx = lix_tx_at(e, sequence);
    if (!tx) {
        lix_refuse(e, request, LIX_TX_NOT_FOUND, NULL);
        return;
    }
    pg_text *text = lix_reply(e);
    lix_json_tx(e, text, tx);
    pg_json_integer(text, "committed_at", 0);
    pg_json_integer(text, "verified_at", 0);
    lix_answer(e, request);
}

/* ---- the rest ---- */

static void tell_status(pg_lighter_exchange *e, const lix_request *request)
{
    lix_empty(&e->out);
    pg_json_open(&e->out, NULL, '{');
    pg_json_integer(&e->out, "status", 200);
    pg_json_integer(&e->out, "network_id", 1);
    pg_json_integer(&e->out, "timestamp", lix_now_ms(e) / 1000);
    lix_answer(e, request);
}

static void tell_info(pg_lighter_exchange *e, const lix_request *request)
{
    lix_empty(&e->out);
    pg_json_open(&e->out, NULL, '{');
    pg_json_string(&e->out, "contract_address", "0x0000000000000000000000000000000000000000");
    lix_answer(e, request);
}

static void tell_height(pg_lighter_exchange *e, const lix_request *request)
{
    pg_json_integer(lix_reply(e), "height", lix_height(e));
    lix_answer(e, request);
}

/* Transfers cost what their sender offers. */
static void tell_transfer_fee(pg_lighter_exchange *e, const lix_request *request)
{
    pg_json_integer(lix_reply(e), "transfer_fee_usdc", 0);
    lix_answer(e, request);
}

void lix_rest(pg_lighter_exchange *e, const lix_request *request)
{
    static const struct {
        const char *path;
        bool post;
        void (*serve)(pg_lighter_exchange *e, const lix_request *request);
    } table[] = { { "sendTx", true, send_one },
                  { "sendTxBatch", true, send_batch },
                  { "tx", false, find_tx },
                  { "currentHeight", false, tell_height },
                  { "transferFeeInfo", false, tell_transfer_fee },
                  { "/info", false, tell_info },
                  { "/", false, tell_status } };
    if (!within_limits(e, request)) {
        lix_refuse(e, request, LIX_TOO_MANY_REQUESTS, NULL);
        return;
    }
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(request->path, table[i].path) == 0 && request->post == table[i].post) {
            table[i].serve(e, request);
            return;
        }
    if (!lix_public(e, request) && !lix_private(e, request) && request->peer)
        pg_server_answer(request->peer, 404, "text/plain", "404 page not found", 18);
}
