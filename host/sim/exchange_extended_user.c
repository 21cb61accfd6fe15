/* Extended's private endpoints that tell about an account (extended.md 5). Lists descend by id, a cursor is the last id
 * that was told. */
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "sim/exchange_extended_internal.h"

/* ---- pages ---- */

typedef struct {
    uint64_t cursor, last; /* below it; the last that was told */
    int limit, count;
} page;

static bool read_page(page *p, const exx_call *call)
{
    int64_t cursor, limit;
    if (!exx_query_number(&cursor, call, "cursor", INT64_MAX) || !exx_query_number(&limit, call, "limit", EXX_PAGE) ||
        limit < 1 || limit > EXX_PAGE)
        return false;
    *p = (page){ .cursor = (uint64_t)cursor, .limit = (int)limit };
    return true;
}

/* Whether an item is on the page; then it is counted. */
static bool on_page(page *p, uint64_t id)
{
    if (id >= p->cursor || p->count == p->limit)
        return false;
    p->last = id;
    p->count++;
    return true;
}

static bool takes_market(const exx_call *call, int market)
{
    return exx_query_takes(call, "market", call->e->markets[market].rules.name);
}

static const exx_account *account_of(const exx_call *call)
{
    return &call->e->accounts[call->account];
}

/* ---- who it is ---- */

int exx_get_client(exx_call *call)
{
    exx_begin(call);
    pg_json_open(call->out, "data", '{');
    pg_json_unsigned(call->out, "id", exx_account_id(call->account));
    pg_json_null(call->out, "evmWalletAddress");
    pg_json_null(call->out, "starknetWalletAddress");
    pg_json_null(call->out, "referralLinkCode");
    pg_json_close(call->out, '}');
    return exx_end(call);
}

static void put_account(exx_call *call, const char *key)
{
    const exx_account *a = account_of(call);
    char vault[PG_DECIMAL_TEXT];
    pg_json_open(call->out, key, '{');
    pg_json_string(call->out, "status", "ACTIVE");
    pg_json_string(call->out, "l2Key", a->key_text);
    pg_json_string(call->out, "l2Vault", pg_decimal_format(vault, sizeof vault, a->vault, 0));
    pg_json_unsigned(call->out, "accountId", exx_account_id(call->account));
    pg_json_integer(call->out, "accountIndex", 0);
    pg_json_string(call->out, "description", "local");
    pg_json_string(call->out, "bridgeStarknetAddress", a->key_text);
    pg_json_close(call->out, '}');
}

int exx_get_account(exx_call *call)
{
    exx_begin(call);
    put_account(call, "data");
    return exx_end(call);
}

int exx_get_accounts(exx_call *call)
{
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    put_account(call, NULL);
    pg_json_close(call->out, ']');
    return exx_end(call);
}

/* ---- balance and positions ---- */

int exx_get_balance(exx_call *call)
{
    pg_exchange_margin margin;
    pg_exchange_get_margin(&margin, call->e->core, call->account);
    if (margin.value == 0 && margin.notional == 0)
        return exx_refuse(call, 404, NULL); /* so the venue says that there is nothing */
    exx_begin(call);
    exx_json_balance(call->e, call->out, "data", call->account);
    return exx_end(call);
}

int exx_get_spot_balances(exx_call *call)
{
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    pg_json_close(call->out, ']');
    return exx_end(call);
}

int exx_get_positions(exx_call *call)
{
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    for (int i = 0; i < call->e->config.market_count; i++) {
        pg_exchange_position held;
        pg_exchange_get_position(&held, call->e->core, call->account, i);
        if (held.quantity != 0 && takes_market(call, i) &&
            exx_query_takes(call, "side", held.quantity > 0 ? "LONG" : "SHORT"))
            exx_json_position(call->e, call->out, call->account, i);
    }
    pg_json_close(call->out, ']');
    return exx_end(call);
}

static void put_closed(exx_call *call, const exx_closed *closed)
{
    const exx_position *p = &closed->position;
    pg_money scale = call->e->markets[closed->market].money_scale;
    pg_text *out = call->out;
    pg_json_open(out, NULL, '{');
    pg_json_unsigned(out, "id", p->id);
    pg_json_unsigned(out, "accountId", exx_account_id(call->account));
    pg_json_string(out, "market", call->e->markets[closed->market].rules.name);
    pg_json_string(out, "side", p->is_long ? "LONG" : "SHORT");
    pg_json_string(out, "exitType", p->liquidated ? "LIQUIDATION" : "TRADE");
    exx_json_decimal(out, "leverage", closed->leverage, 0);
    exx_json_size(call->e, out, "size", closed->market, p->closed_size);
    exx_json_size(call->e, out, "maxPositionSize", closed->market, p->most);
    exx_json_average(call->e, out, "openPrice", closed->market, p->opened_value, p->opened_size);
    exx_json_average(call->e, out, "exitPrice", closed->market, p->closed_value, p->closed_size);
    exx_json_money(out, "realisedPnl", (p->trade_pnl - p->open_fees - p->close_fees) * scale + p->funding_e12, 6);
    pg_json_open(out, "realisedPnlBreakdown", '{');
    exx_json_money(out, "tradePnl", p->trade_pnl * scale, 6);
    exx_json_money(out, "fundingFees", p->funding_e12, 6);
    exx_json_money(out, "openFees", -p->open_fees * scale, 6);
    exx_json_money(out, "closeFees", -p->close_fees * scale, 6);
    pg_json_close(out, '}');
    pg_json_integer(out, "createdTime", exx_ms(p->opened_ns));
    pg_json_integer(out, "closedTime", exx_ms(closed->closed_ns));
    pg_json_close(out, '}');
}

int exx_get_positions_history(exx_call *call)
{
    const exx_closed *closed;
    page p;
    if (!read_page(&p, call))
        return exx_refuse(call, 400, "cursor and limit");
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    for (uint64_t i = 0; (closed = exx_closed_at(account_of(call), i)); i++)
        if (takes_market(call, closed->market) &&
            exx_query_takes(call, "side", closed->position.is_long ? "LONG" : "SHORT") &&
            on_page(&p, closed->position.id))
            put_closed(call, closed);
    pg_json_close(call->out, ']');
    return exx_end_page(call, p.last, p.count);
}

/* ---- orders ---- */

static bool takes_order(const exx_call *call, const pg_exchange_order *order)
{
    return takes_market(call, order->market) && exx_query_takes(call, "side", order->side == PG_BUY ? "BUY" : "SELL") &&
           exx_query_takes(call, "type", exx_type_name((int)(order->tag & EXX_TAG_TYPE)));
}

int exx_get_orders(exx_call *call)
{
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(call->e->core, call->account, o));)
        if (takes_order(call, o))
            exx_json_order(call->e, call->out, NULL, o);
    pg_json_close(call->out, ']');
    return exx_end(call);
}

static int later_id(const void *a, const void *b)
{
    const pg_exchange_order *x = *(const pg_exchange_order *const *)a, *y = *(const pg_exchange_order *const *)b;
    return x->oid < y->oid ? 1 : x->oid > y->oid ? -1 : 0;
}

static int later_update(const void *a, const void *b)
{
    const pg_exchange_order *x = *(const pg_exchange_order *const *)a, *y = *(const pg_exchange_order *const *)b;
    return x->status_ns < y->status_ns ? 1 : x->status_ns > y->status_ns ? -1 : later_id(a, b);
}

/* The ended orders of an account that a request asks for; returns how many. */
static int collect_ended(const pg_exchange_order *list[PG_EXCHANGE_ENDED], const exx_call *call)
{
    const pg_exchange_order *order;
    const char *external = exx_query(call, "externalId");
    int64_t id = 0;
    int count = 0;
    if (!exx_query_number(&id, call, "id", 0))
        return -1;
    for (int i = 0; (order = pg_exchange_ended_at(call->e->core, call->account, i)); i++)
        if (takes_order(call, order) && (!external || strcmp(order->client_id, external) == 0) &&
            (id == 0 || (uint64_t)id == EXX_ID + order->oid))
            list[count++] = order;
    return count;
}

int exx_get_orders_history(exx_call *call)
{
    const char *sort = exx_query(call, "sort");
    bool by_update = sort && strcmp(sort, "UPDATED_AT") == 0;
    page p;
    if (!read_page(&p, call) || (sort && !by_update && strcmp(sort, "ID") != 0))
        return exx_refuse(call, 400, "cursor, limit and sort");
    const pg_exchange_order **list = calloc(PG_EXCHANGE_ENDED, sizeof *list);
    int count = list ? collect_ended(list, call) : -1;
    if (count < 0) {
        free(list);
        return exx_refuse(call, list ? 400 : 500, "id");
    }
    qsort(list, (size_t)count, sizeof *list, by_update ? later_update : later_id);
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    for (int i = 0; i < count; i++)
        if (on_page(&p, EXX_ID + list[i]->oid))
            exx_json_order(call->e, call->out, NULL, list[i]);
    pg_json_close(call->out, ']');
    free(list);
    return exx_end_page(call, p.last, p.count);
}

int exx_get_order(exx_call *call)
{
    const char *text = call->params[0];
    size_t length = strlen(text);
    uint64_t id = length <= 20 && strspn(text, "0123456789") == length ? strtoull(text, NULL, 10) : 0;
    const pg_exchange_order *order =
        id > EXX_ID ? pg_exchange_find_order(call->e->core, call->account, id - EXX_ID) : NULL;
    if (!order)
        return exx_refuse(call, 404, NULL);
    exx_begin(call);
    exx_json_order(call->e, call->out, "data", order);
    return exx_end(call);
}

int exx_get_external_orders(exx_call *call)
{
    const char *external = call->params[0];
    const pg_exchange_order *order;
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(call->e->core, call->account, o));)
        if (strcmp(o->client_id, external) == 0)
            exx_json_order(call->e, call->out, NULL, o);
    for (int i = 0; (order = pg_exchange_ended_at(call->e->core, call->account, i)); i++)
        if (strcmp(order->client_id, external) == 0)
            exx_json_order(call->e, call->out, NULL, order);
    pg_json_close(call->out, ']');
    return exx_end(call);
}

/* ---- trades and funding ---- */

int exx_get_user_trades(exx_call *call)
{
    const pg_exchange_fill *fill;
    page p;
    if (!read_page(&p, call))
        return exx_refuse(call, 400, "cursor and limit");
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    for (int i = 0; (fill = pg_exchange_fill_at(call->e->core, call->account, i)); i++)
        if (takes_market(call, fill->market) && exx_query_takes(call, "side", fill->side == PG_BUY ? "BUY" : "SELL") &&
            exx_query_takes(call, "type", fill->liquidation ? "LIQUIDATION" : "TRADE") &&
            on_page(&p, EXX_ID + fill->tid))
            exx_json_fill(call->e, call->out, fill);
    pg_json_close(call->out, ']');
    return exx_end_page(call, p.last, p.count);
}

static void put_payment(exx_call *call, const exx_payment *payment)
{
    const pg_exchange_funding *paid = &payment->paid;
    pg_money scale = call->e->markets[paid->market].money_scale;
    int64_t size = paid->quantity < 0 ? -paid->quantity : paid->quantity;
    pg_text *out = call->out;
    pg_json_open(out, NULL, '{');
    pg_json_unsigned(out, "id", payment->id);
    pg_json_unsigned(out, "accountId", exx_account_id(call->account));
    pg_json_string(out, "market", call->e->markets[paid->market].rules.name);
    pg_json_unsigned(out, "positionId", payment->position);
    pg_json_string(out, "side", paid->quantity > 0 ? "LONG" : "SHORT");
    exx_json_size(call->e, out, "size", paid->market, size);
    exx_json_money(out, "value", (pg_money)size * payment->mark * scale, 6);
    exx_json_price(call->e, out, "markPrice", paid->market, payment->mark);
    exx_json_money(out, "fundingFee", paid->amount_e12, 6);
    exx_json_decimal(out, "fundingRate", paid->rate_e12, 12);
    pg_json_integer(out, "paidTime", exx_ms(paid->time_ns));
    pg_json_close(out, '}');
}

int exx_get_funding_history(exx_call *call)
{
    const exx_payment *payment;
    int64_t from_ms, start_ms;
    page p;
    if (!read_page(&p, call) || !exx_query_number(&from_ms, call, "fromTime", -1) ||
        !exx_query_number(&start_ms, call, "startTime", from_ms) || start_ms < 0)
        return exx_refuse(call, 400, "startTime, cursor and limit");
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    for (uint64_t i = 0; (payment = exx_payment_at(account_of(call), i)); i++)
        if (exx_ms(payment->paid.time_ns) >= start_ms && takes_market(call, payment->paid.market) &&
            exx_query_takes(call, "side", payment->paid.quantity > 0 ? "LONG" : "SHORT") && on_page(&p, payment->id))
            put_payment(call, payment);
    pg_json_close(call->out, ']');
    return exx_end_page(call, p.last, p.count);
}

/* ---- fees and leverage ---- */

int exx_get_fees(exx_call *call)
{
    int64_t builder;
    if (!exx_query_number(&builder, call, "builderId", 0))
        return exx_refuse(call, 400, "builderId");
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    for (int i = 0; i < call->e->config.market_count; i++) {
        if (!takes_market(call, i))
            continue;
        pg_json_open(call->out, NULL, '{');
        pg_json_string(call->out, "market", call->e->markets[i].rules.name);
        exx_json_decimal(call->out, "makerFeeRate", EXX_MAKER_FEE_E8, 8);
        exx_json_decimal(call->out, "takerFeeRate", EXX_TAKER_FEE_E8, 8);
        exx_json_decimal(call->out, "builderFeeRate", builder ? EXX_BUILDER_FEE_E8 : 0, 8);
        pg_json_close(call->out, '}');
    }
    pg_json_close(call->out, ']');
    return exx_end(call);
}

static void put_leverage(exx_call *call, const char *key, int market)
{
    pg_exchange_position held;
    pg_exchange_get_position(&held, call->e->core, call->account, market);
    pg_json_open(call->out, key, '{');
    pg_json_string(call->out, "market", call->e->markets[market].rules.name);
    exx_json_decimal(call->out, "leverage", held.leverage, 0);
    pg_json_close(call->out, '}');
}

int exx_get_leverage(exx_call *call)
{
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    for (int i = 0; i < call->e->config.market_count; i++)
        if (takes_market(call, i))
            put_leverage(call, NULL, i);
    pg_json_close(call->out, ']');
    return exx_end(call);
}

int exx_set_leverage(exx_call *call)
{
    const cJSON *market = cJSON_GetObjectItemCaseSensitive(call->body, "market");
    const cJSON *json = cJSON_GetObjectItemCaseSensitive(call->body, "leverage");
    int number = exx_find_market(call->e, cJSON_GetStringValue(market));
    char text[PG_DECIMAL_TEXT];
    int64_t leverage;
    if (number < 0)
        return exx_refuse(call, 1001, NULL);
    if (cJSON_IsNumber(json))
        pg_double_format(text, sizeof text, json->valuedouble);
    const char *given = cJSON_IsNumber(json) ? text : cJSON_GetStringValue(json);
    if (!given || pg_decimal_need(given, strlen(given)) < 0)
        return exx_refuse(call, 400, "leverage");
    if (pg_decimal_parse(&leverage, given, strlen(given), 0) != PG_OK)
        return exx_refuse(call, 1053, NULL);
    int most = pg_exchange_max_leverage(call->e->core, number);
    if (leverage < 1 || leverage > most)
        return exx_refuse(call, leverage < 1 ? 1049 : 1050, NULL);
    if (pg_exchange_set_leverage(call->e->core, call->account, number, (int)leverage, false))
        return exx_refuse(call, 1052, NULL);
    call->e->accounts[call->account].touched = true;
    exx_begin(call);
    put_leverage(call, "data", number);
    return exx_end(call);
}

/* ---- the rest ---- */

int exx_get_rebates(exx_call *call)
{
    static const char none[] = "[{\"totalPaid\":\"0\",\"rebatesRate\":\"0\",\"marketShare\":\"0\","
                               "\"nextTierMakerShare\":\"0.005\",\"nextTierRebateRate\":\"0.00002\"}]";
    exx_begin(call);
    pg_json_raw(call->out, "data", none, sizeof none - 1);
    return exx_end(call);
}

int exx_get_operations(exx_call *call)
{
    static const char *const kinds[] = {
        [EXX_DEPOSIT] = "DEPOSIT", [EXX_WITHDRAWAL] = "WITHDRAWAL", [EXX_TRANSFER] = "TRANSFER"
    };
    const exx_move *move;
    char id[PG_DECIMAL_TEXT];
    page p;
    if (!read_page(&p, call))
        return exx_refuse(call, 400, "cursor and limit");
    exx_begin(call);
    pg_json_open(call->out, "data", '[');
    for (uint64_t i = 0; (move = exx_move_at(account_of(call), i)); i++) {
        if (!exx_query_takes(call, "type", kinds[move->kind]) || !exx_query_takes(call, "status", "COMPLETED") ||
            !on_page(&p, move->id))
            continue;
        pg_json_open(call->out, NULL, '{');
        pg_json_string(call->out, "id", pg_decimal_format(id, sizeof id, (int64_t)move->id, 0));
        pg_json_string(call->out, "type", kinds[move->kind]);
        pg_json_string(call->out, "status", "COMPLETED");
        exx_json_money(call->out, "amount", move->amount_e12, 6);
        pg_json_string(call->out, "fee", "0");
        pg_json_integer(call->out, "asset", 1);
        pg_json_integer(call->out, "time", move->time_ms);
        pg_json_unsigned(call->out, "accountId", exx_account_id(call->account));
        if (move->kind == EXX_TRANSFER)
            pg_json_unsigned(call->out, "counterpartyAccountId", exx_account_id((int)move->other));
        pg_json_close(call->out, '}');
    }
    pg_json_close(call->out, ']');
    return exx_end_page(call, p.last, p.count);
}
