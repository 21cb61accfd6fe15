#include "trade/quotes.h"

/* One side while it is being looked at. */
typedef struct {
    pg_orders *orders;
    const pg_quotes *wanted;
    const pg_quote_policy *policy;
    const pg_quote_side *side; /* what is wanted there now */
    int which;
    int64_t now_ns;
    bool hurry;      /* the side is pulled or beyond its room: no order is too young */
    uint32_t served; /* wanted levels that have their order */
    int young;       /* orders that serve no level and are too young to be moved */
    int spare_count;
    pg_order *spare[PG_ORDERS_MAX]; /* live orders that serve no level */
} pass;

static const pg_quote_side nothing;

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* The price at which an order rests or will rest once its requests are through. */
static int64_t heading_for(const pg_order *order)
{
    return order->state == PG_ORDER_PENDING_REPLACE ? order->next_price : order->price;
}

static bool size_is_close(int64_t have, int64_t want, double tolerance)
{
    return (double)distance(have, want) <= tolerance * (double)want;
}

/* ---- limits ---- */

/* Whether `size` more on the side stays within the limit. */
static bool fits(const pass *p, int64_t size)
{
    return size <= 0 || size <= p->wanted->room[p->which == PG_SELL] - pg_orders_open_size(p->orders, p->which);
}

static bool meets(int which, int64_t price, int64_t opposite)
{
    return opposite != 0 && (which == PG_BUY ? price >= opposite : price <= opposite);
}

/* Whether an order of this side at `price` stands in the way of the other side: the market's, or what we want there. */
static bool crosses(const pass *p, int64_t price)
{
    int other = p->which == PG_BUY;
    if (meets(p->which, price, p->wanted->touch[other]))
        return true;
    const pg_quote_side *against = p->wanted->only ? &nothing : &p->wanted->side[other];
    for (int i = 0; i < against->count; i++)
        if (meets(p->which, price, against->level[i].price))
            return true;
    return false;
}

/* ---- ages ---- */

static void look_again(pg_orders *orders, int64_t at_ns)
{
    if (at_ns < orders->due_ns)
        orders->due_ns = at_ns;
}

/* Whether an order has to be left as it is for now. */
static bool is_young(const pass *p, const pg_order *order)
{
    int64_t until_ns = order->since_ns + p->policy->min_life_ns;
    if (p->policy->min_life_ns == 0 || p->now_ns >= until_ns || p->hurry || crosses(p, order->price))
        return false;
    look_again(p->orders, until_ns);
    return true;
}

/* Whether a kept order has to be placed anew. */
static bool is_stale(const pass *p, const pg_order *order)
{
    if (p->policy->refresh_ns == 0)
        return false;
    int64_t at_ns = order->since_ns + p->policy->refresh_ns;
    if (p->now_ns >= at_ns)
        return !is_young(p, order);
    look_again(p->orders, at_ns);
    return false;
}

static void forget_level(pg_quote_side *side, int64_t price)
{
    for (int i = side->count - 1; i >= 0; i--)
        if (side->level[i].price == price)
            side->level[i] = side->level[--side->count];
}

int pg_quotes_expire(pg_orders *orders, pg_quotes *wanted, const pg_quote_policy *policy, int64_t now_ns)
{
    int sent = 0;
    if (policy->timeout_ns == 0)
        return 0;
    for (int i = 0; i < orders->count; i++) {
        pg_order *order = &orders->order[i];
        if (order->state != PG_ORDER_LIVE || now_ns - order->since_ns < policy->timeout_ns)
            continue;
        if (order->quoted)
            forget_level(&wanted->side[order->side == PG_SELL], order->stands_for ? order->stands_for : order->price);
        sent += pg_orders_cancel(orders, order);
    }
    return sent;
}

/* ---- one side ---- */

/* Towards a wanted level, which may be served at another price. */
static int replace(pass *p, pg_order *order, int64_t price, const pg_quote_level *level)
{
    int64_t size = level->size;
    if (!fits(p, size - order->remaining))
        return 0;
    if (p->orders->fresh_replace && !fits(p, size))
        return pg_orders_cancel(p->orders, order);
    order->tif = p->wanted->tif;
    order->stands_for = price == level->price ? 0 : level->price;
    return pg_orders_replace(p->orders, order, price, size, p->now_ns);
}

static int64_t tolerance(const pg_quote_policy *policy, int64_t price)
{
    int64_t part = policy->reprice_bps > 0 ? (int64_t)(policy->reprice_bps * 1e-4 * (double)price) : 0;
    return part > policy->price_tolerance ? part : policy->price_tolerance;
}

/* The nearest free wanted level that an order already serves; -1 when there is none. */
static int level_at(const pass *p, int64_t price)
{
    int nearest = -1;
    int64_t least = INT64_MAX;
    for (int i = 0; i < p->side->count; i++) {
        int64_t away = distance(p->side->level[i].price, price);
        if (!(p->served & (1u << i)) && away < least && away <= tolerance(p->policy, p->side->level[i].price)) {
            nearest = i;
            least = away;
        }
    }
    return nearest;
}

/* A live order that serves a level: stays as it is if it can. */
static int keep(pass *p, pg_order *order, const pg_quote_level *level)
{
    bool apart = order->price != level->price, in_the_way = apart && crosses(p, order->price);
    order->stands_for = apart ? level->price : 0;
    if (!in_the_way && size_is_close(order->remaining, level->size, p->policy->size_tolerance))
        return is_stale(p, order) ? pg_orders_cancel(p->orders, order) : 0;
    if (is_young(p, order))
        return 0;
    bool keeps_place = order->remaining > level->size && !p->policy->replace_loses_place && !in_the_way;
    return replace(p, order, keeps_place ? order->price : level->price, level);
}

/* First pass: keeps what is where it should be, shrinks in place, collects the rest. */
static int keep_or_collect(pass *p)
{
    int sent = 0;
    for (int i = 0; i < p->orders->count; i++) {
        pg_order *order = &p->orders->order[i];
        if (order->side != p->which || !order->quoted || order->state == PG_ORDER_PENDING_CANCEL)
            continue;
        if (order->reduce_only != p->wanted->reduce_only && order->state == PG_ORDER_LIVE) {
            sent += pg_orders_cancel(p->orders, order); /* cannot be changed: placed anew when it is gone */
            continue;
        }
        int level = level_at(p, heading_for(order));
        if (level >= 0)
            p->served |= 1u << level;
        if (order->state != PG_ORDER_LIVE)
            continue;
        if (level >= 0)
            sent += keep(p, order, &p->side->level[level]);
        else if (is_young(p, order))
            p->young++;
        else
            p->spare[p->spare_count++] = order;
    }
    return sent;
}

/* Quoted orders of a side; `moving`: those with a request in flight alone. */
static int count_quoted(const pg_orders *orders, int which, bool moving)
{
    int n = 0;
    for (int i = 0; i < orders->count; i++) {
        const pg_order *order = &orders->order[i];
        n += order->side == which && order->quoted && (!moving || order->state != PG_ORDER_LIVE);
    }
    return n;
}

static int place(pass *p, const pg_quote_level *level)
{
    pg_request request = { .side = (uint8_t)p->which,
                           .price = level->price,
                           .size = level->size,
                           .tif = p->wanted->tif,
                           .reduce_only = p->wanted->reduce_only };
    return pg_orders_place(p->orders, &request, true, p->now_ns) != 0;
}

/* Whether one more may be placed beside `open`: while some are on their way that could double the exposure. */
static bool has_place(const pass *p, int open)
{
    if (p->wanted->only && count_quoted(p->orders, p->which == PG_BUY ? PG_SELL : PG_BUY, false) > 0)
        return false;
    return open < p->side->count || count_quoted(p->orders, p->which, true) == 0;
}

/* Second pass: what is spare goes to the levels that have no order; a young one will take the first of them when it
 * may move; the rest is placed. */
static int fill_levels(pass *p)
{
    int sent = 0, used = 0, waiting = p->young, open = count_quoted(p->orders, p->which, false);
    for (int i = 0; i < p->side->count; i++) {
        const pg_quote_level *level = &p->side->level[i];
        if (p->served & (1u << i))
            continue;
        if (used < p->spare_count) {
            sent += replace(p, p->spare[used++], level->price, level);
        } else if (waiting > 0) {
            waiting--;
        } else if (has_place(p, open) && fits(p, level->size)) {
            sent += place(p, level);
            open++;
        }
    }
    while (used < p->spare_count)
        sent += pg_orders_cancel(p->orders, p->spare[used++]);
    return sent;
}

static int reconcile_side(pg_orders *orders, const pg_quotes *wanted, int which, const pg_quote_policy *policy,
                          int64_t now_ns)
{
    pass p;
    p.orders = orders;
    p.wanted = wanted;
    p.policy = policy;
    p.side = wanted->only && wanted->only != which ? &nothing : &wanted->side[which == PG_SELL];
    p.which = which;
    p.now_ns = now_ns;
    p.hurry = p.side->count == 0 ||
              (policy->min_life_ns > 0 && pg_orders_open_size(orders, which) > wanted->room[which == PG_SELL]);
    p.served = 0;
    p.young = p.spare_count = 0;
    int sent = keep_or_collect(&p);
    return sent + fill_levels(&p);
}

bool pg_quotes_watch_touch(const pg_quote_policy *policy)
{
    return policy->reprice_bps > 0 || policy->min_life_ns > 0;
}

int pg_quotes_reconcile(pg_orders *orders, const pg_quotes *wanted, const pg_quote_policy *policy, int64_t now_ns)
{
    orders->changed = false;
    orders->due_ns = INT64_MAX;
    int sent = reconcile_side(orders, wanted, PG_BUY, policy, now_ns) +
               reconcile_side(orders, wanted, PG_SELL, policy, now_ns);
    for (int i = 0; policy->timeout_ns > 0 && i < orders->count; i++)
        if (orders->order[i].state == PG_ORDER_LIVE)
            look_again(orders, orders->order[i].since_ns + policy->timeout_ns);
    return sent;
}
