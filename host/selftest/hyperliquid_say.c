/* Messages in one line of text, by the codec and by cJSON. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "selftest/hyperliquid_messages.h"

/* ---- as the codec reads it ---- */

static void say_levels(pg_text *out, const pg_hl_levels *levels)
{
    for (int side = 0; side < 2; side++) {
        pg_text_print(out, " |");
        for (int i = 0; i < levels->count[side]; i++)
            pg_text_print(out, " %" PRId64 ":%" PRId64, levels->side[side][i].price, levels->side[side][i].size);
    }
}

static void say_update(pg_text *out, const pg_told_order *u)
{
    pg_text_print(out, " | %d %" PRIu64 " %" PRIx64 "-%" PRIx64 " %s %" PRId64, u->market, u->oid, u->cloid.run,
                  u->cloid.id, u->words, u->time_ns);
    if (u->market >= 0)
        pg_text_print(out, " %d %" PRId64 " %" PRId64 " %" PRId64, u->side, u->price, u->remaining, u->size);
}

static void say_fill(pg_text *out, const pg_told_fill *f)
{
    pg_text_print(out, " | %d %" PRIu64 " %" PRIu64 " %" PRIx64 "-%" PRIx64 " %" PRId64 " %d %d", f->market, f->oid,
                  f->tid, f->cloid.run, f->cloid.id, f->time_ns, f->side, f->maker);
    if (f->market >= 0)
        pg_text_print(out, " %" PRId64 " %" PRId64 " %" PRId64, f->price, f->size, (int64_t)f->fee);
}

static void say_answer(pg_text *out, const pg_hl_answer *answer)
{
    char words[256];
    if (answer->refused)
        pg_text_print(out, " refused %s", pg_scan_plain(words, sizeof words, answer->words));
    for (int i = 0; i < answer->count; i++) {
        const pg_hl_result *r = &answer->result[i];
        pg_text_print(out, " | %s %" PRIu64 " %s", pg_hl_outcome_name(r->kind), r->oid,
                      pg_scan_plain(words, sizeof words, r->words));
    }
}

static void say_reply(pg_text *out, const pg_hl_frame *frame)
{
    char words[256];
    pg_text_print(out, "reply %" PRIu64, frame->id);
    if (frame->reply == PG_HL_REPLY_ACTION)
        say_answer(out, &frame->answer);
    else if (frame->reply == PG_HL_REPLY_ERROR)
        pg_text_print(out, " error %s", pg_scan_plain(words, sizeof words, frame->text));
    else
        pg_text_print(out, " info");
}

static void say_fundings(pg_text *out, const pg_hl_frame *frame)
{
    char usdc[256], rate[256];
    pg_text_print(out, "fundings %d", frame->snapshot);
    for (int i = 0; i < frame->count; i++) {
        const pg_hl_funding *f = &frame->funding[i];
        pg_text_print(out, " | %d %" PRId64 " %s %s", f->market, f->time_ns, pg_scan_plain(usdc, sizeof usdc, f->usdc),
                      pg_scan_plain(rate, sizeof rate, f->rate));
    }
}

void pg_hyperliquid_say_frame(pg_text *out, const pg_hl_frame *frame)
{
    char words[256];
    const pg_event *e = frame->event;
    switch (frame->kind) {
    case PG_HL_FRAME_BOOK:
        pg_text_print(out, "book %d %" PRId64 " %d", frame->market, frame->time_ns, frame->fast);
        if (frame->market >= 0)
            say_levels(out, frame->levels);
        break;
    case PG_HL_FRAME_BEST:
        pg_text_print(out, "best %d %" PRId64, frame->market, frame->time_ns);
        if (frame->market >= 0)
            pg_text_print(out, " %" PRId64 ":%" PRId64 " %" PRId64 ":%" PRId64, e->price, e->size, e->price2, e->size2);
        break;
    case PG_HL_FRAME_TRADES:
        pg_text_print(out, "trades");
        for (int i = 0; i < frame->count; i++)
            pg_text_print(out, " | %u %d %" PRId64 ":%" PRId64 " %" PRId64 " %" PRIu64, e[i].market, e[i].side,
                          e[i].price, e[i].size, e[i].exch_ns, e[i].id);
        break;
    case PG_HL_FRAME_CONTEXT:
        pg_text_print(out, "context %d", frame->market);
        if (frame->count == 2)
            pg_text_print(out, " %" PRId64 " %" PRId64 " %" PRId64, e[0].price, e[0].price2, e[1].price);
        else if (frame->count == 1)
            pg_text_print(out, " %" PRId64, e[0].price);
        break;
    case PG_HL_FRAME_UPDATES:
        pg_text_print(out, "updates");
        for (int i = 0; i < frame->count; i++)
            say_update(out, &frame->update[i]);
        break;
    case PG_HL_FRAME_FILLS:
        pg_text_print(out, "fills %d", frame->snapshot);
        for (int i = 0; i < frame->count; i++)
            say_fill(out, &frame->fill[i]);
        break;
    case PG_HL_FRAME_FUNDINGS: say_fundings(out, frame); break;
    case PG_HL_FRAME_MARGIN:
        pg_text_print(out, "margin %d %d %d", frame->market, frame->margin.leverage, frame->margin.isolated);
        if (frame->market >= 0)
            pg_text_print(out, " %" PRId64 " %" PRId64 " %" PRId64, frame->margin.most_buy, frame->margin.most_sell,
                          frame->margin.mark);
        break;
    case PG_HL_FRAME_LIQUIDATION:
        pg_text_print(out, "liquidation %s", pg_scan_plain(words, sizeof words, frame->text));
        break;
    case PG_HL_FRAME_AGENT:
        pg_text_print(out, "agent %s %" PRId64, pg_scan_plain(words, sizeof words, frame->text), frame->time_ns);
        break;
    case PG_HL_FRAME_REPLY: say_reply(out, frame); break;
    case PG_HL_FRAME_PONG: pg_text_print(out, "pong"); break;
    case PG_HL_FRAME_SUBSCRIBED: pg_text_print(out, "subscribed"); break;
    case PG_HL_FRAME_ERROR: pg_text_print(out, "error %s", pg_scan_plain(words, sizeof words, frame->text)); break;
    default: pg_text_print(out, "other");
    }
}

/* ---- as a tree has it ---- */

typedef struct {
    pg_text *out;
    const pg_hl_decoder *decoder;
    const pg_instrument *instruments;
    bool bad;
} reader;

/* The one member of a name; NULL when it is optional and not there. */
static const cJSON *get(reader *r, const cJSON *object, const char *name, bool optional)
{
    const cJSON *found = NULL, *item;
    if (!cJSON_IsObject(object)) {
        r->bad = true;
        return NULL;
    }
    cJSON_ArrayForEach(item, object) if (strcmp(item->string, name) == 0)
    {
        r->bad = r->bad || found;
        found = item;
    }
    r->bad = r->bad || (!found && !optional);
    return found;
}

static const char *text(reader *r, const cJSON *object, const char *name)
{
    const cJSON *item = get(r, object, name, false);
    if (cJSON_IsString(item))
        return item->valuestring;
    r->bad = true;
    return "";
}

static int64_t whole(reader *r, const cJSON *object, const char *name)
{
    const cJSON *item = get(r, object, name, false);
    if (cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble < 0x1p63 &&
        item->valuedouble == floor(item->valuedouble))
        return (int64_t)item->valuedouble;
    r->bad = true;
    return 0;
}

static int64_t time_of(reader *r, const cJSON *object, const char *name)
{
    int64_t ms = whole(r, object, name);
    r->bad = r->bad || ms > INT64_MAX / 1000000;
    return r->bad ? 0 : ms * 1000000;
}

static int64_t units(reader *r, const char *number, int decimals)
{
    int64_t value = 0;
    r->bad = r->bad || pg_decimal_parse(&value, number, strlen(number), decimals) != PG_OK || value < 0;
    return value;
}

/* To the nearest unit: by a decimal more than is needed, cut off. */
static int64_t nearest(reader *r, const char *number, int decimals)
{
    long double scaled = strtold(number, NULL) * powl(10, decimals);
    r->bad = r->bad || pg_decimal_need(number, strlen(number)) < 0 || !(fabsl(scaled) < 9e18L);
    return r->bad ? 0 : (int64_t)roundl(scaled);
}

static int side_of(reader *r, const cJSON *object)
{
    const char *side = text(r, object, "side");
    r->bad = r->bad || (strcmp(side, "A") != 0 && strcmp(side, "B") != 0);
    return *side == 'B' ? PG_BUY : PG_SELL;
}

static int market_of(reader *r, const cJSON *object)
{
    const char *coin = text(r, object, "coin");
    return pg_hl_decoder_market(r->decoder, coin, strlen(coin));
}

static pg_level level_of(reader *r, const cJSON *object, int market)
{
    const char *price = text(r, object, "px"), *size = text(r, object, "sz");
    pg_level level = { 0 };
    if (r->bad)
        return level;
    level.price = units(r, price, r->instruments[market].price_decimals);
    level.size = units(r, size, r->instruments[market].size_decimals);
    r->bad = r->bad || level.price == 0 || level.size == 0;
    return level;
}

static void say_book(reader *r, const cJSON *data)
{
    int market = market_of(r, data);
    const cJSON *levels = get(r, data, "levels", false), *fast = get(r, data, "fast", true), *side, *item;
    r->bad = r->bad || (fast && !cJSON_IsBool(fast));
    pg_text_print(r->out, "book %d %" PRId64 " %d", market, time_of(r, data, "time"), cJSON_IsTrue(fast));
    if (market < 0)
        return;
    r->bad = r->bad || !cJSON_IsArray(levels) || cJSON_GetArraySize(levels) != 2;
    int s = 0;
    cJSON_ArrayForEach(side, levels)
    {
        int64_t last = 0;
        r->bad = r->bad || !cJSON_IsArray(side) || cJSON_GetArraySize(side) > PG_HL_LEVELS;
        pg_text_print(r->out, " |");
        cJSON_ArrayForEach(item, side)
        {
            pg_level level = level_of(r, item, market);
            r->bad = r->bad || (last && (s == 0 ? level.price >= last : level.price <= last));
            last = level.price;
            pg_text_print(r->out, " %" PRId64 ":%" PRId64, level.price, level.size);
        }
        s++;
    }
}

static void say_best(reader *r, const cJSON *data)
{
    int market = market_of(r, data);
    const cJSON *list = get(r, data, "bbo", false), *item;
    r->bad = r->bad || !cJSON_IsArray(list) || cJSON_GetArraySize(list) != 2;
    pg_text_print(r->out, "best %d %" PRId64, market, time_of(r, data, "time"));
    cJSON_ArrayForEach(item, list)
    {
        pg_level level = { 0 };
        if (market >= 0 && !cJSON_IsNull(item))
            level = level_of(r, item, market);
        if (market >= 0)
            pg_text_print(r->out, " %" PRId64 ":%" PRId64, level.price, level.size);
    }
}

static void say_trades(reader *r, const cJSON *data)
{
    const cJSON *item;
    int first = -1;
    r->bad = r->bad || !cJSON_IsArray(data) || cJSON_GetArraySize(data) > PG_HL_TRADES_MAX;
    pg_text_print(r->out, "trades");
    cJSON_ArrayForEach(item, data)
    {
        int market = market_of(r, item), side = side_of(r, item);
        const char *price = text(r, item, "px"), *size = text(r, item, "sz");
        int64_t time_ns = time_of(r, item, "time"), tid = whole(r, item, "tid");
        if (market < 0 || r->bad)
            continue;
        pg_level level = level_of(r, item, market);
        r->bad = r->bad || !*price || !*size || (first >= 0 && first != market);
        first = market;
        pg_text_print(r->out, " | %d %d %" PRId64 ":%" PRId64 " %" PRId64 " %" PRId64, market, side, level.price,
                      level.size, time_ns, tid);
    }
}

static void say_context(reader *r, const cJSON *data)
{
    int market = market_of(r, data);
    const cJSON *ctx = get(r, data, "ctx", false);
    const char *mark = text(r, ctx, "markPx"), *oracle = text(r, ctx, "oraclePx"), *funding = text(r, ctx, "funding");
    pg_text_print(r->out, "context %d", market);
    if (market < 0 || r->bad)
        return;
    int decimals = r->instruments[market].price_decimals;
    int64_t mark_units = nearest(r, mark, decimals), oracle_units = nearest(r, oracle, decimals);
    pg_text_print(r->out, " %" PRId64 " %" PRId64 " %" PRId64, mark_units, oracle_units, nearest(r, funding, 12));
    r->bad = r->bad || mark_units < 0;
}

static void say_spot_context(reader *r, const cJSON *data)
{
    int market = market_of(r, data);
    const cJSON *ctx = get(r, data, "ctx", false);
    const char *mark = text(r, ctx, "markPx");
    pg_text_print(r->out, "context %d", market);
    if (market < 0 || r->bad)
        return;
    for (int i = 0; i < 2; i++) { /* what a spot pair does not have must still be of its form */
        const cJSON *other = get(r, ctx, i ? "oraclePx" : "funding", true);
        r->bad = r->bad || (other && !cJSON_IsString(other));
    }
    int64_t units = nearest(r, mark, r->instruments[market].price_decimals);
    pg_text_print(r->out, " %" PRId64, units);
    r->bad = r->bad || units < 0;
}

static pg_client_id cloid_of(reader *r, const cJSON *object)
{
    const cJSON *item = get(r, object, "cloid", true);
    pg_client_id cloid = { 0 };
    if (item && !cJSON_IsNull(item))
        r->bad =
            r->bad || !cJSON_IsString(item) || !pg_hl_cloid_parse(&cloid, item->valuestring, strlen(item->valuestring));
    return cloid;
}

static void say_json_update(reader *r, const cJSON *item)
{
    const cJSON *order = get(r, item, "order", false);
    const char *status = text(r, item, "status");
    int market = market_of(r, order), side = side_of(r, order);
    const char *price = text(r, order, "limitPx"), *left = text(r, order, "sz"), *size = text(r, order, "origSz");
    int64_t oid = whole(r, order, "oid"), time_ns = time_of(r, item, "statusTimestamp");
    pg_client_id cloid = cloid_of(r, order);
    const cJSON *reduce = get(r, order, "reduceOnly", true), *placed = get(r, order, "timestamp", true);
    r->bad = r->bad || (reduce && !cJSON_IsBool(reduce) && !cJSON_IsNull(reduce));
    if (placed)
        time_of(r, order, "timestamp");
    pg_text_print(r->out, " | %d %" PRId64 " %" PRIx64 "-%" PRIx64 " %.47s %" PRId64, market, oid, cloid.run, cloid.id,
                  status, time_ns);
    if (market < 0 || r->bad)
        return;
    const pg_instrument *i = &r->instruments[market];
    int64_t p = units(r, price, i->price_decimals), l = units(r, left, i->size_decimals);
    pg_text_print(r->out, " %d %" PRId64 " %" PRId64 " %" PRId64, side, p, l, units(r, size, i->size_decimals));
}

static void say_json_fill(reader *r, const cJSON *item)
{
    int market = market_of(r, item), side = side_of(r, item);
    const char *price = text(r, item, "px"), *size = text(r, item, "sz"), *fee = text(r, item, "fee");
    const cJSON *crossed = get(r, item, "crossed", false), *token = get(r, item, "feeToken", true);
    int64_t oid = whole(r, item, "oid"), tid = whole(r, item, "tid"), time_ns = time_of(r, item, "time");
    pg_client_id cloid = cloid_of(r, item);
    get(r, item, "liquidation", true);
    r->bad = r->bad || !cJSON_IsBool(crossed) || (token && !cJSON_IsString(token));
    if (market >= 0 && nearest(r, size, r->instruments[market].size_decimals) == 0)
        market = -1;
    pg_text_print(r->out, " | %d %" PRId64 " %" PRId64 " %" PRIx64 "-%" PRIx64 " %" PRId64 " %d %d", market, oid, tid,
                  cloid.run, cloid.id, time_ns, side, !cJSON_IsTrue(crossed));
    if (market < 0 || r->bad)
        return;
    const pg_instrument *i = &r->instruments[market];
    int64_t p = nearest(r, price, i->price_decimals), s = nearest(r, size, i->size_decimals);
    r->bad = r->bad || s < 0 || p < 0;
    int64_t paid = nearest(r, fee, i->price_decimals + i->size_decimals);
    pg_text_print(r->out, " %" PRId64 " %" PRId64 " %" PRId64, p, s, paid);
}

static void say_json_fill_list(reader *r, const cJSON *list, bool snapshot)
{
    const cJSON *item;
    r->bad = r->bad || !cJSON_IsArray(list);
    pg_text_print(r->out, "fills %d", snapshot);
    cJSON_ArrayForEach(item, list) say_json_fill(r, item);
}

static void say_json_fills(reader *r, const cJSON *data)
{
    const cJSON *list = get(r, data, "fills", false), *snapshot = get(r, data, "isSnapshot", true);
    r->bad = r->bad || (snapshot && !cJSON_IsBool(snapshot));
    say_json_fill_list(r, list, cJSON_IsTrue(snapshot));
}

static void say_json_user(reader *r, const cJSON *data)
{
    const cJSON *list = get(r, data, "fills", true), *liquidation = get(r, data, "liquidation", true);
    r->bad = r->bad || (list && liquidation);
    if (list)
        say_json_fill_list(r, list, false);
    else if (liquidation)
        pg_text_print(r->out, "liquidation %.255s", text(r, liquidation, "liquidated_user"));
    else
        pg_text_print(r->out, "other");
}

static void say_json_fundings(reader *r, const cJSON *data)
{
    const cJSON *list = get(r, data, "fundings", false), *snapshot = get(r, data, "isSnapshot", true), *item;
    int n = 0;
    r->bad = r->bad || (snapshot && !cJSON_IsBool(snapshot));
    pg_text_print(r->out, "fundings %d", cJSON_IsTrue(snapshot));
    r->bad = r->bad || !cJSON_IsArray(list);
    cJSON_ArrayForEach(item, list)
    {
        if (n++ >= PG_HL_FUNDINGS_MAX)
            break;
        int market = market_of(r, item);
        int64_t time_ns = time_of(r, item, "time");
        const char *usdc = text(r, item, "usdc");
        pg_text_print(r->out, " | %d %" PRId64 " %.255s %.255s", market, time_ns, usdc, text(r, item, "fundingRate"));
    }
}

static void say_json_margin(reader *r, const cJSON *data)
{
    int market = market_of(r, data);
    const cJSON *leverage = get(r, data, "leverage", false), *sizes = get(r, data, "maxTradeSzs", false);
    const cJSON *buy = cJSON_GetArrayItem(sizes, 0), *sell = cJSON_GetArrayItem(sizes, 1);
    const char *mark = text(r, data, "markPx"), *type = text(r, leverage, "type");
    int64_t value = whole(r, leverage, "value");
    r->bad = r->bad || value < 1 || value > 1000 || !cJSON_IsArray(sizes) || cJSON_GetArraySize(sizes) != 2 ||
             !cJSON_IsString(buy) || !cJSON_IsString(sell);
    pg_text_print(r->out, "margin %d %" PRId64 " %d", market, value, strcmp(type, "isolated") == 0);
    if (market < 0 || r->bad)
        return;
    int64_t most_buy = nearest(r, buy->valuestring, r->instruments[market].size_decimals);
    int64_t most_sell = nearest(r, sell->valuestring, r->instruments[market].size_decimals);
    pg_text_print(r->out, " %" PRId64 " %" PRId64 " %" PRId64, most_buy, most_sell,
                  nearest(r, mark, r->instruments[market].price_decimals));
}

static void say_json_agent(reader *r, const cJSON *data)
{
    const cJSON *state = get(r, data, "userState", false), *address = get(r, state, "agentAddress", true);
    const cJSON *until = get(r, state, "agentValidUntil", true);
    bool none = !until || cJSON_IsNull(until);
    r->bad = r->bad || (address && !cJSON_IsNull(address) && !cJSON_IsString(address));
    int64_t until_ns = none ? 0 : time_of(r, state, "agentValidUntil");
    pg_text_print(r->out, "agent %.255s %" PRId64, cJSON_IsString(address) ? address->valuestring : "", until_ns);
}

static void say_plain(reader *r, const char *words)
{
    pg_text_print(r->out, "%.255s", words);
}

static const char *known_result(const char *name)
{
    static const char *const names[] = { "ok",      "resting", "filled", "waitingForFill", "waitingForTrigger",
                                         "success", "running", "error" };
    for (size_t i = 0; i < PG_COUNT(names); i++)
        if (strcmp(names[i], name) == 0)
            return names[i];
    return "unknown";
}

static void say_result(reader *r, const cJSON *item)
{
    const char *kind = cJSON_IsString(item) ? known_result(item->valuestring) : "unknown", *words = "";
    const cJSON *member;
    int64_t id = 0;
    r->bad = r->bad || (!cJSON_IsString(item) && !cJSON_IsObject(item));
    if (cJSON_IsObject(item))
        cJSON_ArrayForEach(member, item)
        {
            const char *name = known_result(member->string);
            if (strcmp(name, "unknown") == 0)
                continue;
            r->bad = r->bad || strcmp(kind, "unknown") != 0;
            kind = name;
            if (strcmp(name, "resting") == 0 || strcmp(name, "filled") == 0)
                id = whole(r, member, "oid");
            else if (strcmp(name, "running") == 0)
                id = whole(r, member, "twapId");
            else if (strcmp(name, "error") == 0) {
                r->bad = r->bad || !cJSON_IsString(member);
                words = cJSON_IsString(member) ? member->valuestring : "";
            }
        }
    pg_text_print(r->out, " | %s %" PRId64 " %.255s", kind, id, words);
}

static void say_json_answer(reader *r, const cJSON *payload)
{
    const char *status = text(r, payload, "status");
    const cJSON *response = get(r, payload, "response", false), *item;
    if (strcmp(status, "err") == 0) {
        r->bad = r->bad || !cJSON_IsString(response);
        pg_text_print(r->out, " refused ");
        say_plain(r, cJSON_IsString(response) ? response->valuestring : "");
        return;
    }
    r->bad = r->bad || strcmp(status, "ok") != 0;
    text(r, response, "type");
    const cJSON *data = cJSON_IsObject(response) ? get(r, response, "data", true) : NULL;
    const cJSON *statuses = cJSON_IsObject(data) ? get(r, data, "statuses", true) : NULL;
    const cJSON *single = cJSON_IsObject(data) ? get(r, data, "status", true) : NULL;
    r->bad = r->bad || (statuses && !cJSON_IsArray(statuses));
    cJSON_ArrayForEach(item, statuses) say_result(r, item);
    if (single)
        say_result(r, single);
    if (!statuses && !single)
        pg_text_print(r->out, " | ok 0 ");
}

static void say_json_reply(reader *r, const cJSON *data)
{
    pg_text_print(r->out, "reply %" PRId64, whole(r, data, "id"));
    const cJSON *response = get(r, data, "response", false);
    const char *type = text(r, response, "type");
    const cJSON *payload = cJSON_IsObject(response) ? get(r, response, "payload", false) : NULL;
    if (strcmp(type, "action") == 0) {
        say_json_answer(r, payload);
    } else if (strcmp(type, "error") == 0) {
        r->bad = r->bad || !cJSON_IsString(payload);
        pg_text_print(r->out, " error ");
        say_plain(r, cJSON_IsString(payload) ? payload->valuestring : "");
    } else {
        get(r, payload, "data", false);
        r->bad = r->bad || strcmp(type, "info") != 0;
        pg_text_print(r->out, " info");
    }
}

static void say_json_error(reader *r, const cJSON *data)
{
    r->bad = r->bad || !cJSON_IsString(data);
    pg_text_print(r->out, "error ");
    say_plain(r, cJSON_IsString(data) ? data->valuestring : "");
}

static void say_json_subscribed(reader *r, const cJSON *data)
{
    get(r, data, "subscription", false);
    pg_text_print(r->out, "subscribed");
}

static void say_json_updates(reader *r, const cJSON *data)
{
    const cJSON *item;
    r->bad = r->bad || !cJSON_IsArray(data);
    pg_text_print(r->out, "updates");
    cJSON_ArrayForEach(item, data) say_json_update(r, item);
}

bool pg_hyperliquid_say_json(pg_text *out, const cJSON *message, const pg_hl_decoder *decoder,
                             const pg_instrument *instruments)
{
    static const struct {
        const char *channel;
        void (*say)(reader *r, const cJSON *data);
    } channels[] = {
        { "l2Book", say_book },
        { "bbo", say_best },
        { "trades", say_trades },
        { "post", say_json_reply },
        { "userFills", say_json_fills },
        { "user", say_json_user },
        { "activeSpotAssetCtx", say_spot_context },
        { "userFundings", say_json_fundings },
        { "activeAssetData", say_json_margin },
        { "webData3", say_json_agent },
        { "error", say_json_error },
        { "subscriptionResponse", say_json_subscribed },
        { "activeAssetCtx", say_context },
        { "orderUpdates", say_json_updates },
    };
    reader r = { .out = out, .decoder = decoder, .instruments = instruments };
    const char *channel = text(&r, message, "channel");
    if (r.bad)
        return false;
    if (strcmp(channel, "pong") == 0) {
        pg_text_print(out, "pong");
        return true;
    }
    for (size_t i = 0; i < PG_COUNT(channels); i++)
        if (strcmp(channel, channels[i].channel) == 0) {
            channels[i].say(&r, get(&r, message, "data", false));
            return !r.bad;
        }
    get(&r, message, "data", true);
    pg_text_print(out, "other");
    return !r.bad;
}

/* ---- a decoder for a document ---- */

typedef struct {
    pg_hl_decoder *decoder;
    pg_instrument *instruments;
    int count, price_decimals, size_decimals;
    bool full;
} gathering;

static void most(int *decimals, const cJSON *item)
{
    int need = cJSON_IsString(item) ? pg_decimal_need(item->valuestring, strlen(item->valuestring)) : 0;
    if (need > *decimals && need <= 9)
        *decimals = need;
}

static void measure(gathering *g, const cJSON *item)
{
    for (; item; item = item->next) {
        const char *name = item->string ? item->string : "";
        if (strcmp(name, "px") == 0 || strcmp(name, "limitPx") == 0)
            most(&g->price_decimals, item);
        else if (strcmp(name, "sz") == 0 || strcmp(name, "origSz") == 0)
            most(&g->size_decimals, item);
        measure(g, item->child);
    }
}

static void gather(gathering *g, const cJSON *item)
{
    for (; item; item = item->next) {
        gather(g, item->child);
        if (!item->string || strcmp(item->string, "coin") != 0 || !cJSON_IsString(item) || !item->valuestring[0] ||
            pg_hl_decoder_market(g->decoder, item->valuestring, strlen(item->valuestring)) >= 0)
            continue;
        if (g->count == PG_HL_COINS ||
            pg_instrument_init(&g->instruments[g->count], "hyperliquid", "", g->price_decimals, g->size_decimals, 1, 1,
                               5, NULL) != PG_OK ||
            pg_hl_decoder_add(g->decoder, item->valuestring, &g->instruments[g->count], NULL, NULL) != PG_OK)
            g->full = true;
        else
            g->count++;
    }
}

pg_hl_decoder *pg_hyperliquid_decoder_for(pg_instrument *instruments, const cJSON *document)
{
    gathering g = { .instruments = instruments };
    if (pg_hl_decoder_new(&g.decoder, NULL) != PG_OK)
        return NULL;
    measure(&g, document);
    gather(&g, document);
    if (!g.full)
        return g.decoder;
    pg_hl_decoder_free(g.decoder);
    return NULL;
}
