#include "trade/quotes.h"

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

/* Whether `size` more on a side stays within the limit. */
static bool fits(const pg_orders *orders, const pg_quotes *wanted, int which, int64_t size)
{
    return size <= 0 || size <= wanted->room[which == PG_SELL] - pg_orders_open_size(orders, which);
}

static int replace(pg_orders *orders, const pg_quotes *wanted, pg_order *order, int64_t price, int64_t size)
{
    if (!fits(orders, wanted, order->side, size - order->remaining))
        return 0;
    if (orders->fresh_replace && !fits(orders, wanted, order->side, size))
        return pg_orders_cancel(orders, order);
    order->tif = wanted->tif;
    return pg_orders_replace(orders, order, price, size);
}

/* Finds the free wanted level that an order already serves; -1 when there is none. */
static int level_at(const pg_quote_side *side, uint32_t served, int64_t price, int64_t tolerance)
{
    for (int i = 0; i < side->count; i++)
        if (!(served & (1u << i)) && distance(side->level[i].price, price) <= tolerance)
            return i;
    return -1;
}

typedef struct {
    pg_order *order[PG_ORDERS_MAX]; /* live orders that serve no wanted level */
    int count;
} spare_orders;

/* First pass: keeps what is where it should be, shrinks in place, collects the rest. */
static int keep_or_collect(pg_orders *orders, const pg_quotes *wanted, int which, const pg_quote_policy *policy,
                           uint32_t *served, spare_orders *spare)
{
    const pg_quote_side *side = &wanted->side[which == PG_SELL];
    int sent = 0;
    for (int i = 0; i < orders->count; i++) {
        pg_order *order = &orders->order[i];
        if (order->side != which || !order->quoted || order->state == PG_ORDER_PENDING_CANCEL)
            continue;
        if (order->reduce_only != wanted->reduce_only && order->state == PG_ORDER_LIVE) {
            sent += pg_orders_cancel(orders, order); /* cannot be changed: placed anew when it is gone */
            continue;
        }
        int level = level_at(side, *served, heading_for(order), policy->price_tolerance);
        if (level < 0) {
            if (order->state == PG_ORDER_LIVE)
                spare->order[spare->count++] = order;
            continue;
        }
        *served |= 1u << level;
        int64_t want = side->level[level].size;
        if (order->state == PG_ORDER_LIVE && !size_is_close(order->remaining, want, policy->size_tolerance)) {
            bool keeps_place = order->remaining > want && !policy->replace_loses_place;
            int64_t price = keeps_place ? order->price : side->level[level].price;
            sent += replace(orders, wanted, order, price, want);
        }
    }
    return sent;
}

/* Orders of this side that are on their way: placing more now could double the exposure. */
static int in_flight(const pg_orders *orders, int which)
{
    int n = 0;
    for (int i = 0; i < orders->count; i++) {
        const pg_order *order = &orders->order[i];
        n += order->side == which && order->quoted && order->state != PG_ORDER_LIVE;
    }
    return n;
}

static int reconcile_side(pg_orders *orders, const pg_quotes *wanted, int which, const pg_quote_policy *policy,
                          int64_t now_ns)
{
    const pg_quote_side *side = &wanted->side[which == PG_SELL];
    uint32_t served = 0;
    spare_orders spare;
    spare.count = 0;
    int open = 0;
    int sent = keep_or_collect(orders, wanted, which, policy, &served, &spare);
    for (int i = 0; i < orders->count; i++)
        open += orders->order[i].side == which && orders->order[i].quoted;
    int used = 0;
    for (int i = 0; i < side->count; i++) {
        if (served & (1u << i))
            continue;
        const pg_quote_level *level = &side->level[i];
        if (used < spare.count) {
            sent += replace(orders, wanted, spare.order[used++], level->price, level->size);
        } else if ((open < side->count || in_flight(orders, which) == 0) && fits(orders, wanted, which, level->size)) {
            sent += pg_orders_place(orders,
                                    &(pg_request){ .side = (uint8_t)which,
                                                   .price = level->price,
                                                   .size = level->size,
                                                   .tif = wanted->tif,
                                                   .reduce_only = wanted->reduce_only },
                                    true, now_ns) != 0;
            open++;
        }
    }
    while (used < spare.count)
        sent += pg_orders_cancel(orders, spare.order[used++]);
    return sent;
}

int pg_quotes_reconcile(pg_orders *orders, const pg_quotes *wanted, const pg_quote_policy *policy, int64_t now_ns)
{
    orders->changed = false;
    return reconcile_side(orders, wanted, PG_BUY, policy, now_ns) +
           reconcile_side(orders, wanted, PG_SELL, policy, now_ns);
}
