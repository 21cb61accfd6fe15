/* Answers to POST /info (hyperliquid.md 14): markets here, accounts in exchange_hyperliquid_state.c. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "crypto/hex.h"
#include "sim/exchange_hyperliquid_info.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"
#include "sim/exchange_hyperliquid_money.h"
#include "sim/exchange_hyperliquid_vault.h"

enum { WEIGHT_LIGHT = 2, WEIGHT_NORMAL = 20, WEIGHT_ROLE = 60, ITEMS_A_WEIGHT = 20, CANDLES_A_WEIGHT = 60 };

/* How a request ends. */
typedef enum { ANSWERED, UNKNOWN_TYPE, BAD_REQUEST, BROKEN } verdict;

bool hlx_read_address(char text[PG_ADDRESS_TEXT], const cJSON *member)
{
    if (!cJSON_IsString(member) || strlen(member->valuestring) != PG_ADDRESS_TEXT - 1 ||
        !pg_hex_is_prefixed(member->valuestring, PG_ADDRESS_TEXT - 3))
        return false;
    for (int i = 0; i < PG_ADDRESS_TEXT; i++)
        text[i] = (char)tolower((unsigned char)member->valuestring[i]);
    return true;
}

bool hlx_read_cloid(char cloid[PG_EXCHANGE_CLIENT_ID], const char *text)
{
    enum { DIGITS = 32 };
    if (!pg_hex_is_prefixed(text, DIGITS))
        return false;
    for (int i = 0; i <= 2 + DIGITS; i++)
        cloid[i] = (char)tolower((unsigned char)text[i]);
    return true;
}

bool hlx_read_setting(int *value, const cJSON *member)
{
    bool is_number = cJSON_IsNumber(member), small = is_number && fabs(member->valuedouble) < 1000;
    *value = small ? (int)member->valuedouble : is_number ? 1000 : 0;
    return !member || cJSON_IsNull(member) || is_number;
}

/* ---- what is traded ---- */

static void put_contexts(pg_hl_exchange *e, pg_text *text, const char *key, int dex)
{
    pg_json_open(text, key, '[');
    for (int i = 0; i < e->list.coin_count; i++)
        if (e->list.coins[i].dex == dex)
            hlx_json_context(e, text, NULL, i);
    pg_json_close(text, ']');
}

static void put_meta_and_contexts(pg_hl_exchange *e, pg_text *text, int dex)
{
    pg_json_open(text, NULL, '[');
    if (dex == HLX_SPOT)
        hlx_json_spot_meta(&e->list, text, NULL);
    else
        hlx_json_meta(&e->list, e->core, text, dex);
    put_contexts(e, text, NULL, dex);
    pg_json_close(text, ']');
}

static void put_all_metas(pg_hl_exchange *e, pg_text *text)
{
    pg_json_open(text, NULL, '[');
    for (int dex = 0; dex < e->list.dex_count; dex++)
        hlx_json_meta(&e->list, e->core, text, dex);
    pg_json_close(text, ']');
}

/* ---- requests about markets ---- */

bool hlx_read_span(double *from_ms, double *to_ms, const cJSON *request, bool from_needed)
{
    const cJSON *from = cJSON_GetObjectItemCaseSensitive(request, "startTime");
    const cJSON *to = cJSON_GetObjectItemCaseSensitive(request, "endTime");
    *from_ms = cJSON_IsNumber(from) ? from->valuedouble : 0;
    *to_ms = cJSON_IsNumber(to) ? to->valuedouble : 9e15;
    bool no_from = !from || cJSON_IsNull(from);
    return (cJSON_IsNumber(from) || (no_from && !from_needed)) && (!to || cJSON_IsNull(to) || cJSON_IsNumber(to));
}

/* The market that a request names; -1 with *end when there is none. */
static int market_of(verdict *end, const pg_hl_exchange *e, const cJSON *request)
{
    const cJSON *coin = cJSON_GetObjectItemCaseSensitive(request, "coin");
    int market = cJSON_IsString(coin) ? hlx_find_coin(&e->list, coin->valuestring) : -1;
    *end = cJSON_IsString(coin) ? BROKEN : BAD_REQUEST;
    return market;
}

static verdict answer_book(pg_hl_exchange *e, pg_text *text, const cJSON *request)
{
    const cJSON *coin = cJSON_GetObjectItemCaseSensitive(request, "coin");
    hlx_subscription book = { 0 };
    if (!cJSON_IsString(coin) ||
        !hlx_read_setting(&book.figures, cJSON_GetObjectItemCaseSensitive(request, "nSigFigs")) ||
        !hlx_read_setting(&book.mantissa, cJSON_GetObjectItemCaseSensitive(request, "mantissa")))
        return BAD_REQUEST;
    bool odd = book.figures != 0 && (book.figures < 2 || book.figures > 5);
    bool odd_mantissa = book.mantissa != 0 && ((book.mantissa != 2 && book.mantissa != 5) || book.figures != 5);
    if (odd || odd_mantissa)
        return BROKEN;
    book.market = hlx_find_coin(&e->list, coin->valuestring);
    if (book.market < 0)
        pg_json_null(text, NULL);
    else
        hlx_json_book(e, text, &book, HLX_BOOK);
    return ANSWERED;
}

static verdict answer_trades(pg_hl_exchange *e, pg_text *text, const cJSON *request, int *items)
{
    verdict end;
    int market = market_of(&end, e, request);
    if (market < 0)
        return end;
    pg_json_open(text, NULL, '[');
    const pg_exchange_trade *trade;
    for (int i = 0; (trade = pg_exchange_trade_at(e->core, market, i)); i++, ++*items)
        hlx_json_trade(e, text, market, trade);
    pg_json_close(text, ']');
    return ANSWERED;
}

static verdict answer_candles(pg_hl_exchange *e, pg_text *text, const cJSON *request, int *items)
{
    const cJSON *asked = cJSON_GetObjectItemCaseSensitive(request, "req");
    const cJSON *interval = cJSON_GetObjectItemCaseSensitive(asked, "interval");
    int number = cJSON_IsString(interval) ? hlx_find_interval(interval->valuestring) : -1;
    double from_ms, to_ms;
    verdict end;
    int market = market_of(&end, e, asked);
    if (number < 0 || !hlx_read_span(&from_ms, &to_ms, asked, true))
        return BAD_REQUEST;
    if (market < 0)
        return end;
    *items += hlx_json_candles(e, text, market, number, from_ms, to_ms) * ITEMS_A_WEIGHT / CANDLES_A_WEIGHT;
    return ANSWERED;
}

static verdict answer_rates(pg_hl_exchange *e, pg_text *text, const cJSON *request, int *items)
{
    double from_ms, to_ms;
    verdict end;
    int market = market_of(&end, e, request);
    if (!hlx_read_span(&from_ms, &to_ms, request, true))
        return BAD_REQUEST;
    if (market < 0)
        return end;
    *items += hlx_json_rates(e, text, market, from_ms, to_ms);
    return ANSWERED;
}

static void put_status(pg_hl_exchange *e, pg_text *text)
{
    pg_json_open(text, NULL, '{');
    pg_json_integer(text, "time", hlx_ms(pg_exchange_now(e->core)));
    pg_json_null(text, "specialStatuses");
    pg_json_close(text, '}');
}

bool hlx_read_dex(int *dex, const pg_hl_exchange *e, const cJSON *request)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(request, "dex");
    *dex = cJSON_IsString(member) ? hlx_find_dex(&e->list, member->valuestring) : 0;
    return *dex >= 0;
}

/* Requests that may name an exchange. */
static verdict answer_dex(pg_hl_exchange *e, pg_text *text, const char *type, const cJSON *request)
{
    int dex;
    bool known = hlx_read_dex(&dex, e, request);
    if (strcmp(type, "meta") == 0 && known)
        hlx_json_meta(&e->list, e->core, text, dex);
    else if (strcmp(type, "metaAndAssetCtxs") == 0 && known)
        put_meta_and_contexts(e, text, dex);
    else if (strcmp(type, "allMids") == 0 && known)
        hlx_json_mids(e, text, NULL, dex);
    else if (strcmp(type, "perpsAtOpenInterestCap") == 0 && known)
        hlx_put(text, "[]");
    else
        return known ? UNKNOWN_TYPE : BROKEN;
    return ANSWERED;
}

static verdict answer_market(pg_hl_exchange *e, pg_text *text, const char *type, const cJSON *request, int *items)
{
    static const verdict verdicts[] = { [HLX_FOUND] = ANSWERED, [HLX_UNKNOWN] = UNKNOWN_TYPE, [HLX_BAD] = BAD_REQUEST };
    if (strcmp(type, "l2Book") == 0)
        return answer_book(e, text, request);
    if (strcmp(type, "recentTrades") == 0)
        return answer_trades(e, text, request, items);
    if (strcmp(type, "candleSnapshot") == 0)
        return answer_candles(e, text, request, items);
    if (strcmp(type, "fundingHistory") == 0)
        return answer_rates(e, text, request, items);
    if (strcmp(type, "meta") == 0 || strcmp(type, "metaAndAssetCtxs") == 0 || strcmp(type, "allMids") == 0 ||
        strcmp(type, "perpsAtOpenInterestCap") == 0)
        return answer_dex(e, text, type, request);
    if (strcmp(type, "exchangeStatus") == 0)
        put_status(e, text);
    else if (strcmp(type, "spotMeta") == 0)
        hlx_json_spot_meta(&e->list, text, NULL);
    else if (strcmp(type, "spotMetaAndAssetCtxs") == 0)
        put_meta_and_contexts(e, text, HLX_SPOT);
    else if (strcmp(type, "vaultDetails") == 0)
        return hlx_json_vault(e, text, request) ? ANSWERED : BAD_REQUEST;
    else if (strcmp(type, "vaultSummaries") == 0)
        hlx_json_vault_summaries(e, text);
    else if (strcmp(type, "perpDexs") == 0)
        hlx_json_dexs(&e->list, text);
    else if (strcmp(type, "allPerpMetas") == 0)
        put_all_metas(e, text);
    else
        return verdicts[hlx_other_market(e, text, type, request)];
    return ANSWERED;
}

static verdict answer_user(pg_hl_exchange *e, pg_text *text, const char *type, const cJSON *request, int *items)
{
    char user[PG_ADDRESS_TEXT];
    if (!hlx_read_address(user, cJSON_GetObjectItemCaseSensitive(request, "user")))
        return BAD_REQUEST;
    int account = pg_exchange_find_account(e->core, user), dex;
    if (!hlx_read_dex(&dex, e, request))
        return BROKEN;
    return hlx_state(e, text, type, request, account, items) ? ANSWERED : BAD_REQUEST;
}

/* ---- the request ---- */

static double weight_of(const char *type)
{
    static const char *const light[] = {
        "l2Book", "allMids", "clearinghouseState", "orderStatus", "spotClearinghouseState", "exchangeStatus"
    };
    for (size_t i = 0; i < sizeof light / sizeof *light; i++)
        if (strcmp(type, light[i]) == 0)
            return WEIGHT_LIGHT;
    return strcmp(type, "userRole") == 0 ? WEIGHT_ROLE : WEIGHT_NORMAL;
}

void hlx_info(pg_hl_exchange *e, const hlx_reply *reply, const cJSON *request)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(request, "type");
    pg_text *text = &e->out;
    int items = 0;
    hlx_empty(text);
    if (!cJSON_IsString(type)) {
        hlx_refuse(e, reply, 422, "Failed to deserialize the JSON body into the target type");
        return;
    }
    if (!hlx_weigh(e, weight_of(type->valuestring))) {
        hlx_refuse(e, reply, 429, "null");
        return;
    }
    verdict end = answer_market(e, text, type->valuestring, request, &items);
    if (end == UNKNOWN_TYPE)
        end = answer_user(e, text, type->valuestring, request, &items);
    hlx_weigh(e, items / ITEMS_A_WEIGHT);
    if (end == ANSWERED && !text->failed)
        hlx_answer(e, reply, type->valuestring, text->data, text->length);
    else if (end == BROKEN || text->failed)
        hlx_refuse(e, reply, 500, "null");
    else
        hlx_refuse(e, reply, 422, "Failed to deserialize the JSON body into the target type");
}
