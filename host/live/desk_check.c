/* What a venue says is not believed when it cannot be: the numbers of a report are checked before anything is done with
 * them, and the account is read anew after one that is wrong. */
#include "live/desk_internal.h"

#include <inttypes.h>

enum { FAR = 16 }; /* times the mark, either way */

/* No order, fill or position is larger, and a sum of PG_ORDERS_MAX of these fits into 64 bits. */
static const int64_t most = (int64_t)1 << 53;

bool desk_is_possible(int64_t quantity)
{
    return quantity <= most && quantity >= -most;
}

static bool is_size(int64_t size)
{
    return size > 0 && size <= most;
}

const char *desk_wrong_report(const pg_report *report)
{
    const pg_reply *reply = &report->reply;
    if (report->unknown)
        return NULL; /* says nothing but the id */
    if (reply->kind < PG_REPLY_ACCEPTED || reply->kind > PG_REPLY_REPLACE_REFUSED)
        return "it is of no kind";
    if (reply->price < 0 || reply->price > most || reply->remaining < 0 || reply->remaining > most)
        return "its price or what remains is out of range";
    if (reply->kind == PG_REPLY_REPLACED && reply->price == 0)
        return "a replacement without a price";
    if (reply->kind != PG_REPLY_FILL)
        return NULL;
    if (reply->side != PG_BUY && reply->side != PG_SELL)
        return "a fill on no side";
    if (!is_size(reply->size) || reply->price == 0)
        return "a fill without a size or a price";
    pg_money value = (pg_money)reply->price * reply->size;
    if (reply->fee > value || reply->fee < -value)
        return "a fee larger than the fill";
    return NULL;
}

static const pg_order *find(const pg_orders *orders, uint64_t id)
{
    for (int i = orders->count - 1; i >= 0; i--)
        if (orders->order[i].id == id)
            return &orders->order[i];
    return NULL;
}

const char *desk_wrong_fill(const pg_seat *seat, const pg_reply *reply)
{
    const pg_engine *engine = seat->engine(seat->self);
    int64_t held = pg_engine_position(engine)->quantity;
    pg_money mark_x2 = pg_engine_account(engine)->mark_x2, price_x2 = 2 * (pg_money)reply->price;
    if (!desk_is_possible(held + (reply->side == PG_BUY ? reply->size : -reply->size)))
        return "a position out of range";
    if (mark_x2 > 0 && (price_x2 > FAR * mark_x2 || price_x2 < mark_x2 / FAR))
        return "a fill at a price far from any that there is";
    return NULL;
}

const char *desk_wrong_reply(const pg_seat *seat, const pg_reply *reply)
{
    const pg_engine *engine = seat->engine(seat->self);
    const char *wrong = reply->kind == PG_REPLY_FILL ? desk_wrong_fill(seat, reply) : NULL;
    if (wrong)
        return wrong;
    const pg_order *order = find(pg_engine_orders(engine), reply->id);
    if (!order || pg_engine_waiting(engine) > 0)
        return NULL; /* gone, or what is known of it is old */
    if (reply->kind == PG_REPLY_FILL && reply->side != order->side)
        return "a fill on the other side";
    if (reply->kind == PG_REPLY_FILL && !pg_order_can_take(order, reply))
        return "a fill of more than is open";
    if (reply->kind == PG_REPLY_REPLACED && order->state == PG_ORDER_PENDING_REPLACE &&
        reply->remaining > order->next_size)
        return "a replacement by more than was asked for";
    return NULL;
}

void desk_nonsense(pg_desk *desk, const pg_report *report, const char *why, int64_t now_ns)
{
    desk->state.nonsense++;
    desk->doubted_ns = now_ns;
    desk->state.reconciled = false;
    desk_hold(desk, PG_HOLD_RECONCILE, true);
    desk_read_soon(desk); /* not at once: a venue that goes on like this would be asked all the time */
    if (now_ns - desk->nonsense_logged_ns < DESK_REFUSALS_NS)
        return;
    desk->nonsense_logged_ns = now_ns;
    desk_say(desk, PG_LOG_ERROR,
             "a report that cannot be true: %s (order %" PRIu64 ", venue's %s, trade %s, side %d, price %" PRId64
             ", size %" PRId64 ", %" PRId64 " remaining); %" PRIu64 " so far. Quotes wait until the account was read",
             why, report->reply.id, report->order_id[0] ? report->order_id : "-",
             report->trade_id[0] ? report->trade_id : "-", report->reply.side, report->reply.price, report->reply.size,
             report->reply.remaining, desk->state.nonsense);
}
