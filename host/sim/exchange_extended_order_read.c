/* Reading orders of Extended (extended.md 6.1): every member has its type and range, or the order is refused. */
#include <string.h>

#include "base/decimal.h"
#include "sim/exchange_extended_order.h"

enum { MOST_ID = 76 /* the longest hash in decimal */ };

#define MOST_NONCE UINT32_MAX

static const cJSON *member(exx_order *o, const cJSON *json, const char *name)
{
    o->wrong = name;
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(json, name);
    return cJSON_IsNull(found) ? NULL : found;
}

/* ---- values ---- */

static bool read_id(const char **id, exx_order *o, const cJSON *body, const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    *id = cJSON_GetStringValue(member(o, body, name));
    size_t length = *id ? strlen(*id) : 0;
    return length > 0 && length <= MOST_ID && strspn(*id, allowed) == length;
}

static bool read_word(int *value, exx_order *o, const cJSON *json, const char *name, const char *const *words,
                      int count)
{
    *value = exx_find_word(words, count, cJSON_GetStringValue(member(o, json, name)));
    return *value >= 0;
}

static bool read_bool(bool *value, exx_order *o, const cJSON *body, const char *name)
{
    const cJSON *json = member(o, body, name);
    *value = cJSON_IsTrue(json);
    return !json || cJSON_IsBool(json);
}

static bool read_exact(pg_exact *exact, exx_order *o, const cJSON *json, const char *name)
{
    const char *text = cJSON_GetStringValue(member(o, json, name));
    return text && pg_exact_parse(exact, text, NULL) == PG_OK;
}

static bool read_whole(uint64_t *value, exx_order *o, const cJSON *json, const char *name, uint64_t most)
{
    pg_exact exact;
    return read_exact(&exact, o, json, name) && exact.scale == 0 && !exact.negative &&
           pg_exact_to_u64(value, &exact, false) == PG_OK && *value <= most;
}

/* A price or size in the market's units; 0 for what has too many decimals or does not fit: the checks say why. */
static int64_t units_of(const pg_exact *exact, int decimals)
{
    char text[PG_EXACT_TEXT];
    int64_t units;
    if (pg_exact_format(text, sizeof text, exact) != PG_OK ||
        pg_decimal_parse(&units, text, strlen(text), decimals) != PG_OK)
        return 0;
    return units;
}

/* ---- triggers and legs ---- */

static bool read_trigger_price(exx_trigger *t, exx_order *o, const exx_market *m, const cJSON *json)
{
    static const char *const sources[] = {
        [PG_EXCHANGE_AT_MARK] = "MARK", [PG_EXCHANGE_AT_LAST] = "LAST", [PG_EXCHANGE_AT_ORACLE] = "INDEX"
    };
    if (!read_exact(&t->price, o, json, "triggerPrice") || !pg_exact_is_positive(&t->price) ||
        !read_word(&t->source, o, json, "triggerPriceType", sources, 3))
        return false;
    t->units = units_of(&t->price, m->price_decimals);
    t->there = true;
    return true;
}

static const char *const executions[] = { "LIMIT", "MARKET" };

static int read_trigger(exx_order *o, const exx_market *m, const cJSON *body)
{
    static const char *const directions[] = { "DOWN", "UP" };
    const cJSON *json = member(o, body, "trigger");
    int direction, execution;
    if (!json)
        return o->type == EXX_CONDITIONAL ? 1143 : 0;
    if (o->type != EXX_CONDITIONAL)
        return 1133;
    if (!read_trigger_price(&o->trigger, o, m, json) || !read_word(&direction, o, json, "direction", directions, 2) ||
        !read_word(&execution, o, json, "executionPriceType", executions, 2))
        return 400;
    o->trigger.up = direction == 1;
    o->trigger.market = execution == 1;
    return 0;
}

static int read_leg(exx_leg *leg, exx_order *o, const exx_market *m, const cJSON *body, const char *name)
{
    const cJSON *json = member(o, body, name);
    int execution;
    if (!json)
        return 0;
    if (!read_trigger_price(&leg->trigger, o, m, json) || !read_word(&execution, o, json, "priceType", executions, 2) ||
        !read_exact(&leg->price, o, json, "price") ||
        !exx_read_settlement(&leg->settlement, member(o, json, "settlement")))
        return 400;
    leg->trigger.market = execution == 1;
    leg->units = units_of(&leg->price, m->price_decimals);
    return 0;
}

static int read_legs(exx_order *o, const exx_market *m, const cJSON *body)
{
    static const char *const kinds[] = { "ORDER", "POSITION" };
    int kind = 0, code = read_leg(&o->legs[EXX_PROFIT], o, m, body, "takeProfit");
    if (code == 0)
        code = read_leg(&o->legs[EXX_LOSS], o, m, body, "stopLoss");
    if (code != 0)
        return code;
    bool any = o->legs[EXX_PROFIT].trigger.there || o->legs[EXX_LOSS].trigger.there;
    if (!any)
        return o->type == EXX_TPSL ? 1131 : 0;
    if (!read_word(&kind, o, body, "tpSlType", kinds, 2))
        return 400;
    o->whole = kind == 1;
    return 0;
}

/* ---- the whole ---- */

static int read_names(exx_order *o, const pg_extended_exchange *e, const cJSON *body)
{
    static const char *const types[] = {
        [EXX_LIMIT] = "LIMIT", [EXX_MARKET_ORDER] = "MARKET", [EXX_CONDITIONAL] = "CONDITIONAL", [EXX_TPSL] = "TPSL"
    };
    static const char *const sides[] = { [PG_EXTENDED_BUY] = "BUY", [PG_EXTENDED_SELL] = "SELL" };
    static const char *const tifs[] = { "GTT", "IOC" };
    static const char *const protections[] = { "DISABLED", "ACCOUNT", "CLIENT" };
    int type, side, tif, protection;
    if (!read_id(&o->id, o, body, "id") ||
        (member(o, body, "cancelId") && !read_id(&o->cancel_id, o, body, "cancelId")))
        return 400;
    o->market = exx_find_market(e, cJSON_GetStringValue(member(o, body, "market")));
    if (o->market < 0)
        return 1001;
    if (!read_word(&type, o, body, "type", types, 4))
        return 1132;
    if (!read_word(&side, o, body, "side", sides, 2) || !read_word(&tif, o, body, "timeInForce", tifs, 2) ||
        !read_word(&protection, o, body, "selfTradeProtectionLevel", protections, 3) ||
        !read_bool(&o->post_only, o, body, "postOnly") || !read_bool(&o->reduce_only, o, body, "reduceOnly"))
        return 400;
    o->type = (exx_order_type)type;
    o->side = (pg_extended_side)side;
    o->ioc = tif == 1;
    return 0;
}

/* The builder's fee and who the builder is come together. */
static int read_builder(exx_order *o, const cJSON *body)
{
    const cJSON *fee = member(o, body, "builderFee"), *id = member(o, body, "builderId");
    char text[PG_EXACT_TEXT];
    pg_exact_from_u64(&o->builder_fee, 0);
    if (!fee && !id)
        return 0;
    if (!fee || !cJSON_IsNumber(id) || !read_exact(&o->builder_fee, o, body, "builderFee") || o->builder_fee.negative)
        return 400;
    if (pg_exact_format(text, sizeof text, &o->builder_fee) != PG_OK ||
        pg_decimal_parse(&o->builder_fee_e8, text, strlen(text), 8) != PG_OK || o->builder_fee_e8 > 1000000)
        return 1128;
    return 0;
}

static int read_numbers(exx_order *o, const exx_market *m, const cJSON *body)
{
    if (!read_exact(&o->quantity, o, body, "qty"))
        return 400;
    if (!member(o, body, "price"))
        return 1130;
    const cJSON *expiry;
    if (!read_exact(&o->price, o, body, "price") || !read_exact(&o->fee, o, body, "fee") || o->fee.negative ||
        !read_whole(&o->nonce, o, body, "nonce", MOST_NONCE) ||
        !cJSON_IsNumber(expiry = member(o, body, "expiryEpochMillis")) || !(expiry->valuedouble >= 0) ||
        expiry->valuedouble > 9e15 || expiry->valuedouble != (double)(uint64_t)expiry->valuedouble)
        return 400;
    o->expiry_ms = (uint64_t)expiry->valuedouble;
    o->size = units_of(&o->quantity, m->size_decimals);
    o->limit = units_of(&o->price, m->price_decimals);
    return read_builder(o, body);
}

int exx_read_order(exx_order *o, const pg_extended_exchange *e, const cJSON *body)
{
    *o = (exx_order){ 0 };
    int code = body ? read_names(o, e, body) : 400;
    if (code != 0)
        return code;
    const exx_market *m = &e->markets[o->market];
    code = read_numbers(o, m, body);
    if (code == 0)
        code = read_trigger(o, m, body);
    if (code == 0)
        code = read_legs(o, m, body);
    if (code == 0 && o->type != EXX_TPSL && !exx_read_settlement(&o->settlement, member(o, body, "settlement")))
        code = 400;
    return code;
}
