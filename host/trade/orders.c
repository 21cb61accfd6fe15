#include "trade/orders.h"

#include <string.h>

void pg_orders_init(pg_orders *orders, pg_gateway gateway, uint64_t first_id)
{
    memset(orders, 0, sizeof *orders);
    orders->gateway = gateway;
    orders->next_id = first_id;
    orders->due_ns = INT64_MAX;
}

static void send(pg_orders *orders, const pg_request *request)
{
    orders->counts.requests++;
    orders->gateway.send(orders->gateway.self, request);
}

uint64_t pg_orders_place(pg_orders *orders, const pg_request *request, bool quoted, int64_t now_ns)
{
    if (orders->count == PG_ORDERS_MAX)
        return 0;
    pg_request sent = *request;
    sent.kind = PG_REQUEST_NEW;
    sent.id = orders->next_id++;
    orders->order[orders->count++] = (pg_order){
        .id = sent.id,
        .price = sent.price,
        .remaining = sent.size,
        .sent_ns = now_ns,
        .since_ns = now_ns,
        .state = PG_ORDER_PENDING_NEW,
        .side = sent.side,
        .tif = sent.tif,
        .reduce_only = sent.reduce_only,
        .quoted = quoted,
    };
    orders->counts.placed++;
    send(orders, &sent);
    return sent.id;
}

bool pg_orders_adopt(pg_orders *orders, const pg_order *order)
{
    if (orders->count == PG_ORDERS_MAX || pg_orders_find(orders, order->id))
        return false;
    orders->order[orders->count] = *order;
    orders->order[orders->count++].since_ns = order->sent_ns;
    return true;
}

bool pg_orders_cancel(pg_orders *orders, pg_order *order)
{
    if (order->state != PG_ORDER_LIVE)
        return false;
    order->state = PG_ORDER_PENDING_CANCEL;
    send(orders, &(pg_request){ .kind = PG_REQUEST_CANCEL, .id = order->id, .side = order->side });
    return true;
}

bool pg_orders_replace(pg_orders *orders, pg_order *order, int64_t price, int64_t size, int64_t now_ns)
{
    if (order->state != PG_ORDER_LIVE)
        return false;
    order->state = PG_ORDER_PENDING_REPLACE;
    order->next_price = price;
    order->next_size = size;
    order->next_ns = now_ns;
    order->fresh = orders->fresh_replace;
    orders->counts.replaced++;
    send(orders, &(pg_request){ .kind = PG_REQUEST_REPLACE,
                                .id = order->id,
                                .side = order->side,
                                .price = price,
                                .size = size,
                                .open = order->remaining,
                                .tif = order->tif,
                                .reduce_only = order->reduce_only });
    return true;
}

pg_order *pg_orders_find(pg_orders *orders, uint64_t id)
{
    for (int i = orders->count - 1; i >= 0; i--)
        if (orders->order[i].id == id)
            return &orders->order[i];
    return NULL;
}

int pg_orders_cancel_all(pg_orders *orders)
{
    for (int i = 0; i < orders->count; i++)
        pg_orders_cancel(orders, &orders->order[i]);
    return orders->count;
}

static void count_reply(pg_order_counts *counts, const pg_order *order, const pg_reply *reply)
{
    if (reply->kind == PG_REPLY_FILL && order->filled == 0)
        counts->filled++;
    counts->cancelled += reply->kind == PG_REPLY_CANCELLED;
    counts->rejected += reply->kind == PG_REPLY_REJECTED;
}

bool pg_orders_reply(pg_orders *orders, const pg_reply *reply, pg_order *after)
{
    pg_order *order = pg_orders_find(orders, reply->id);
    if (order)
        count_reply(&orders->counts, order, reply);
    if (!order || !pg_order_apply(order, reply)) {
        /* A refusal of a request that crossed the order's end on its way says nothing new. */
        bool late = reply->kind == PG_REPLY_CANCEL_REFUSED || reply->kind == PG_REPLY_REPLACE_REFUSED;
        orders->counts.unmatched += !(late && !order);
        return false;
    }
    orders->changed = true;
    *after = *order;
    if (pg_order_is_final(order)) {
        int at = (int)(order - orders->order);
        memmove(order, order + 1, (size_t)(orders->count - at - 1) * sizeof *order);
        orders->count--;
    }
    return true;
}

int64_t pg_orders_open_size(const pg_orders *orders, int side)
{
    int64_t total = 0;
    for (int i = 0; i < orders->count; i++) {
        const pg_order *order = &orders->order[i];
        if (order->side != side)
            continue;
        bool replacing = order->state == PG_ORDER_PENDING_REPLACE;
        if (replacing && order->fresh)
            total += order->remaining + order->next_size;
        else
            total += replacing && order->next_size > order->remaining ? order->next_size : order->remaining;
    }
    return total;
}
