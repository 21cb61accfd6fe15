/* Orders, cancels and modifications (hyperliquid.md 12.1 to 12.4, answers and errors 13). */
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_info.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"
#include "sim/exchange_hyperliquid_staking.h"

/* ---- answers ---- */

static void open_statuses(pg_text *out, const char *type)
{
    hlx_put(out, "{\"status\":\"ok\",\"response\":{\"type\":\"");
    hlx_put(out, type);
    hlx_put(out, "\",\"data\":{\"statuses\":[");
    out->comma = false;
}

static void close_statuses(pg_text *out)
{
    hlx_put(out, "]}}}");
}

/* One element; asset -1: an error that is not about one. */
static void put_error(pg_text *out, const char *text, int64_t asset)
{
    char whole[256];
    snprintf(whole, sizeof whole, "%s", text);
    if (asset >= 0)
        snprintf(whole, sizeof whole, "%s asset=%lld", text, (long long)asset);
    pg_json_open(out, NULL, '{');
    pg_json_string(out, "error", whole);
    pg_json_close(out, '}');
}

/* Average price of what filled, with one decimal more than prices have. */
static void put_average(pg_hl_exchange *e, pg_text *out, const pg_exchange_order *order)
{
    int64_t filled = order->size - order->remaining;
    hlx_json_decimal(out, "avgPx", (int64_t)((order->value * 10 + filled / 2) / filled),
                     e->list.coins[order->market].price_decimals + 1);
}

static void put_placed(pg_hl_exchange *e, pg_text *out, const pg_exchange_order *order)
{
    bool resting = order->status == PG_EXCHANGE_OPEN;
    if (order->waiting) {
        pg_json_string(out, NULL, order->dormant ? "waitingForFill" : "waitingForTrigger");
        return;
    }
    pg_json_open(out, NULL, '{');
    pg_json_open(out, resting ? "resting" : "filled", '{');
    if (!resting) {
        hlx_json_size(e, out, "totalSz", order->market, order->size - order->remaining);
        put_average(e, out, order);
    }
    pg_json_integer(out, "oid", (int64_t)order->oid);
    if (order->client_id[0])
        pg_json_string(out, "cloid", order->client_id);
    pg_json_close(out, '}');
    pg_json_close(out, '}');
}

static void put_refusal(pg_hl_exchange *e, pg_text *out, const pg_exchange_order *order)
{
    static const char *const texts[PG_EXCHANGE_REASONS] = {
        [PG_EXCHANGE_PRICE] = "Price must be divisible by tick size.",
        [PG_EXCHANGE_SIZE] = "Order has invalid size.",
        [PG_EXCHANGE_NOTIONAL] = "Order must have minimum value of $10.",
        [PG_EXCHANGE_FAR] = "Order price cannot be more than 80% away from the reference price",
        [PG_EXCHANGE_MARGIN] = "Insufficient margin to place order.",
        [PG_EXCHANGE_REDUCE_ONLY] = "Reduce only order would increase position.",
        [PG_EXCHANGE_NO_MATCH] = "Order could not immediately match against any resting orders.",
        [PG_EXCHANGE_TOO_MANY] = "Too many open orders.",
        [PG_EXCHANGE_BAD_TRIGGER] = "Invalid TP/SL price.",
        [PG_EXCHANGE_NO_BALANCE] = "Insufficient spot balance",
    };
    char text[160], bid[PG_DECIMAL_TEXT], ask[PG_DECIMAL_TEXT];
    int decimals = e->list.coins[order->market].price_decimals;
    const hlx_listing *coin = &e->list.coins[order->market];
    const char *known = texts[order->reason] ? texts[order->reason] : "Order was rejected.";
    snprintf(text, sizeof text, "%s", known);
    if (hlx_is_without_market(order))
        snprintf(text, sizeof text, "No liquidity available for market order.");
    if (order->reason == PG_EXCHANGE_POST_ONLY)
        snprintf(text, sizeof text, "Post only order would have immediately matched, bbo was %s@%s.",
                 pg_decimal_format_short(bid, sizeof bid, order->touch[0], decimals),
                 pg_decimal_format_short(ask, sizeof ask, order->touch[1], decimals));
    if (order->reason == PG_EXCHANGE_NOTIONAL && coin->dex == HLX_SPOT)
        snprintf(text, sizeof text, "Order must have minimum value of 10 %s.", e->list.tokens[coin->quote].name);
    put_error(out, text, coin->asset);
}

static bool is_refused(const pg_exchange_order *order)
{
    return order->status == PG_EXCHANGE_REJECTED ||
           (order->status == PG_EXCHANGE_CANCELLED && order->remaining == order->size);
}

static void put_outcome(pg_hl_exchange *e, pg_text *out, const pg_exchange_order *order)
{
    if (is_refused(order))
        put_refusal(e, out, order);
    else
        put_placed(e, out, order);
}

/* ---- reading orders ---- */

/* Orders with a trigger are reduce-only, or their whole batch is refused. */
static bool read_trigger(pg_exchange_trigger *trigger, const pg_hl_order *order, int decimals)
{
    const char *price = order->trigger.price;
    *trigger = (pg_exchange_trigger){ .take_profit = order->trigger.tpsl == PG_HL_TAKE_PROFIT,
                                      .market = order->trigger.is_market };
    return order->reduce_only && price && pg_decimal_parse(&trigger->price, price, strlen(price), decimals) == PG_OK &&
           trigger->price > 0;
}

/* What is wrong with an order before it is looked at in its market: the whole batch is refused. NULL: nothing. */
static const char *read_order(pg_exchange_request *made, char cloid[PG_EXCHANGE_CLIENT_ID], const pg_hl_exchange *e,
                              const pg_hl_order *order, pg_hl_grouping group)
{
    static const uint8_t tifs[] = { [PG_HL_ALO] = PG_TIF_ALO,
                                    [PG_HL_IOC] = PG_TIF_IOC,
                                    [PG_HL_GTC] = PG_TIF_GTC,
                                    [PG_HL_FRONTEND_MARKET] = PG_TIF_IOC };
    memset(made, 0, sizeof *made);
    int market = hlx_find_asset(&e->list, order->asset);
    if (market < 0)
        return "Order has invalid asset.";
    const hlx_listing *coin = &e->list.coins[market];
    *made = (pg_exchange_request){ .market = market,
                                   .side = order->is_buy ? PG_BUY : PG_SELL,
                                   .tif = tifs[order->tif],
                                   .reduce_only = order->reduce_only };
    if (pg_decimal_parse(&made->price, order->price, strlen(order->price), coin->price_decimals) != PG_OK ||
        made->price <= 0)
        return "Order has invalid price.";
    if (pg_decimal_parse(&made->size, order->size, strlen(order->size), coin->size_decimals) != PG_OK || made->size < 0)
        return "Order has invalid size.";
    made->tag = order->tif == PG_HL_FRONTEND_MARKET ? HLX_MARKET_TAG : 0;
    made->whole = group == PG_HL_POSITION_TPSL && made->size == 0;
    if (made->size == 0 && !made->whole)
        return "Order has zero size.";
    if (order->tif == PG_HL_TIF_NONE && !read_trigger(&made->trigger, order, coin->price_decimals))
        return "Invalid TP/SL price.";
    if (!order->cloid)
        return NULL;
    if (!hlx_read_cloid(cloid, order->cloid))
        return "Order has invalid cloid.";
    made->client_id = cloid;
    return NULL;
}

/* Why an order cannot be placed whatever its market says; NULL: it can. */
static const char *refused_here(const pg_hl_exchange *e, int account, const pg_exchange_request *made)
{
    const pg_exchange_order *same = made->client_id ? pg_exchange_find_client(e->core, account, made->client_id) : NULL;
    if (same && same->status == PG_EXCHANGE_OPEN)
        return "Order has a cloid that is already in use.";
    bool window = pg_exchange_now(e->core) - e->start_ns < e->config.post_only_ms * 1000000;
    if ((e->post_only || window) && made->tif != PG_TIF_ALO)
        return "Only post-only orders allowed immediately after network upgrade";
    return NULL;
}

/* ---- orders ---- */

/* Places one order, as a child of `parent` (0: none). NULL: not even that, *wrong tells why. */
static const pg_exchange_order *place_one(const char **wrong, pg_hl_exchange *e, int account,
                                          const pg_hl_action *action, size_t i, uint64_t parent)
{
    enum { TENTH_BP_E8 = 1000 };
    char cloid[PG_EXCHANGE_CLIENT_ID] = "", builder[PG_ADDRESS_TEXT] = "";
    pg_exchange_request made;
    pg_address address;
    if (action->order.builder && pg_address_parse(&address, action->order.builder, NULL) == PG_OK)
        pg_address_format(builder, &address);
    *wrong = read_order(&made, cloid, e, &action->order.list[i], action->order.grouping);
    if (!*wrong)
        *wrong = refused_here(e, account, &made);
    if (*wrong)
        return NULL;
    made.parent = parent;
    if (action->order.builder) {
        made.builder_fee_e8 = action->order.builder_fee * TENTH_BP_E8;
        made.tag |= hlx_builder_tag(e, account, builder);
    }
    const pg_exchange_order *placed = pg_exchange_place(e->core, account, &made);
    *wrong = placed ? NULL : "Internal error";
    return placed;
}

static void put_result(pg_hl_exchange *e, pg_text *out, const pg_exchange_order *placed, const char *wrong,
                       int64_t asset)
{
    if (placed)
        put_outcome(e, out, placed);
    else
        put_error(out, wrong, asset);
}

/* Of a parent with its stop loss and take profit: the parent first; when it is refused, none is placed, and each is
 * answered with the reason. */
static void place_each(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    bool group = action->order.grouping == PG_HL_NORMAL_TPSL;
    const char *wrong;
    uint64_t parent = 0;
    for (size_t i = 0; i < action->order.count; i++) {
        const pg_exchange_order *placed = place_one(&wrong, e, account, action, i, parent);
        int64_t asset = action->order.list[i].asset;
        put_result(e, out, placed, wrong, asset);
        if (placed && action->order.grouping == PG_HL_PRIORITY)
            hlx_charge_priority(e, placed, action->order.priority_rate);
        if (group && i == 0 && placed && !is_refused(placed)) {
            parent = placed->oid;
        } else if (group && i == 0) {
            while (++i < action->order.count)
                put_result(e, out, placed, wrong, asset);
        }
    }
}

/* Whether the orders of an action are a group of its kind. */
static bool is_group(const pg_hl_action *action)
{
    const pg_hl_order *list = action->order.list;
    bool normal = action->order.grouping == PG_HL_NORMAL_TPSL;
    if (action->order.grouping == PG_HL_GROUP_NONE || action->order.grouping == PG_HL_PRIORITY)
        return true;
    if (action->order.count == 0 || (normal && (action->order.count > 3 || list[0].tif == PG_HL_TIF_NONE)))
        return false;
    for (size_t i = normal ? 1 : 0; i < action->order.count; i++)
        if (list[i].tif != PG_HL_TIF_NONE || list[i].asset != list[0].asset ||
            (normal && list[i].is_buy == list[0].is_buy))
            return false;
    return true;
}

/* Whether all orders are of pairs. */
static bool is_spot_only(const pg_hl_exchange *e, const pg_hl_action *action)
{
    for (size_t i = 0; i < action->order.count; i++) {
        int market = hlx_find_asset(&e->list, action->order.list[i].asset);
        if (market < 0 || e->list.coins[market].dex != HLX_SPOT)
            return false;
    }
    return true;
}

/* Priority is for orders that take, and for those that only make; NULL: it may be asked for. */
static const char *check_priority(const pg_hl_action *action)
{
    enum { RATE_MOST = 80000 };
    bool take = true, make = true;
    for (size_t i = 0; i < action->order.count; i++) {
        const pg_hl_order *order = &action->order.list[i];
        take = take && order->tif == PG_HL_IOC;
        make = make && order->tif == PG_HL_ALO && !order->reduce_only;
    }
    return (take || make) && action->order.priority_rate <= RATE_MOST ? NULL : "Invalid priority order";
}

/* What is wrong with an action as a whole; NULL: nothing. */
static const char *check_orders(const pg_hl_exchange *e, int account, const pg_hl_action *action)
{
    enum { MOST_BUILDER_FEE = 100, MOST_SPOT_BUILDER_FEE = 1000 };
    char cloid[PG_EXCHANGE_CLIENT_ID], builder[PG_ADDRESS_TEXT];
    pg_exchange_request made;
    pg_address address;
    if (action->order.grouping == PG_HL_PRIORITY && hlx_undelegated(e, account) <= 0)
        return "Insufficient delegatable balance for priority order";
    if (action->order.builder) {
        int64_t fee = action->order.builder_fee;
        if (pg_address_parse(&address, action->order.builder, NULL) != PG_OK || fee < 0 ||
            fee > (is_spot_only(e, action) ? MOST_SPOT_BUILDER_FEE : MOST_BUILDER_FEE))
            return "Invalid builder or fee rate";
        if (fee > hlx_builder_most(e, account, pg_address_format(builder, &address)))
            return "Builder fee has not been approved.";
    }
    if (!is_group(action))
        return "Invalid TP/SL grouping.";
    if (action->order.grouping == PG_HL_PRIORITY && check_priority(action))
        return check_priority(action);
    for (size_t i = 0; i < action->order.count; i++) {
        const char *wrong = read_order(&made, cloid, e, &action->order.list[i], action->order.grouping);
        if (wrong)
            return wrong;
    }
    return NULL;
}

void hlx_place_orders(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    const char *wrong = check_orders(e, account, action);
    open_statuses(out, "order");
    if (wrong)
        put_error(out, wrong, -1);
    else
        place_each(e, out, account, action);
    close_statuses(out);
}

/* ---- cancels ---- */

static void put_cancelled(pg_text *out, bool done, int64_t asset)
{
    if (done)
        pg_json_string(out, NULL, "success");
    else
        put_error(out, "Order was never placed, already canceled, or filled.", asset);
}

static const pg_exchange_order *find_open(const pg_hl_exchange *e, int account, int64_t asset, uint64_t oid,
                                          const char *cloid)
{
    const pg_exchange_order *order =
        cloid ? pg_exchange_find_client(e->core, account, cloid) : pg_exchange_find_order(e->core, account, oid);
    bool here = order && (asset < 0 || e->list.coins[order->market].asset == asset);
    return here && order->status == PG_EXCHANGE_OPEN ? order : NULL;
}

void hlx_cancel_orders(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    open_statuses(out, "cancel");
    for (size_t i = 0; i < action->cancel.count; i++) {
        const pg_hl_cancel *c = &action->cancel.list[i];
        const pg_exchange_order *order = find_open(e, account, c->asset, c->oid, c->cloid);
        put_cancelled(out, order && pg_exchange_cancel(e->core, account, order->oid, PG_EXCHANGE_BY_USER), c->asset);
    }
    close_statuses(out);
}

/* ---- modifications ---- */

/* Why a new order may not replace an old one; NULL: it may. Without always_place it must not take. */
static const char *check_modify(pg_exchange_request *made, char cloid[PG_EXCHANGE_CLIENT_ID], pg_hl_exchange *e,
                                int account, const pg_hl_modify *modify, const pg_exchange_order *old, bool always)
{
    const char *wrong = read_order(made, cloid, e, &modify->order, PG_HL_GROUP_NONE);
    if (wrong)
        return wrong;
    if (!old && !always)
        return "Cannot modify canceled or filled order";
    if (old && old->market != made->market)
        return "Cannot modify canceled or filled order";
    const pg_instrument *in = pg_exchange_instrument(e->core, made->market);
    pg_money least = (pg_money)in->min_notional * pg_pow10(in->price_decimals + in->size_decimals);
    if (in->rule(in, made->price, made->side) != made->price)
        return "Price must be divisible by tick size.";
    if (!made->reduce_only && (pg_money)made->price * made->size < least)
        return e->list.coins[made->market].dex == HLX_SPOT ? "Order must have minimum value of 10 USDC."
                                                           : "Order must have minimum value of $10.";
    const pg_exchange_order *same = made->client_id ? pg_exchange_find_client(e->core, account, made->client_id) : NULL;
    if (same && same != old && same->status == PG_EXCHANGE_OPEN)
        return "Order has a cloid that is already in use.";
    if (!always && (made->tif == PG_TIF_IOC || made->trigger.price != 0))
        return "Modified order must be post only.";
    if (!always)
        made->tif = PG_TIF_ALO;
    return NULL;
}

/* Replaces one order; returns the new one, or NULL with *wrong. */
static const pg_exchange_order *modify_one(const char **wrong, pg_hl_exchange *e, int account,
                                           const pg_hl_modify *modify, bool always)
{
    char cloid[PG_EXCHANGE_CLIENT_ID] = "";
    pg_exchange_request made;
    const pg_exchange_order *old = find_open(e, account, -1, modify->name.oid, modify->name.cloid);
    *wrong = check_modify(&made, cloid, e, account, modify, old, always);
    if (*wrong)
        return NULL;
    if (old)
        pg_exchange_cancel(e->core, account, old->oid, PG_EXCHANGE_BY_USER);
    const pg_exchange_order *placed = pg_exchange_place(e->core, account, &made);
    *wrong = placed ? NULL : "Internal error";
    return placed;
}

void hlx_modify_orders(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    const char *wrong;
    open_statuses(out, "order");
    for (size_t i = 0; i < action->modify.count; i++) {
        const pg_hl_modify *m = &action->modify.list[i];
        const pg_exchange_order *placed = modify_one(&wrong, e, account, m, action->modify.always_place);
        if (placed)
            put_outcome(e, out, placed);
        else
            put_error(out, wrong, m->order.asset);
    }
    close_statuses(out);
}

/* `modify` answers without statuses: a refusal is the answer as a whole. */
void hlx_modify_single(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    const char *wrong;
    const pg_exchange_order *placed =
        modify_one(&wrong, e, account, &action->modify.list[0], action->modify.always_place);
    if (!placed) {
        hlx_error(out, "%s", wrong);
    } else if (placed->status == PG_EXCHANGE_REJECTED) {
        pg_text refusal = { 0 };
        put_refusal(e, &refusal, placed);
        cJSON *element = cJSON_ParseWithLength(refusal.data, refusal.length);
        const cJSON *text = cJSON_GetObjectItemCaseSensitive(element, "error");
        hlx_error(out, "%s", cJSON_IsString(text) ? text->valuestring : "Internal error");
        cJSON_Delete(element);
        pg_text_free(&refusal);
    } else {
        hlx_ok(out);
    }
}
