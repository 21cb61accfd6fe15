#include "sim/line.h"

#include <math.h>
#include <string.h>

void pg_line_init(pg_line *line, int side, int64_t lot, pg_queue_model model, double power)
{
    line->count = 0; /* the orders behind it are never read; the array is large */
    line->side = side;
    line->lot = lot;
    line->model = model;
    line->power = power;
}

bool pg_line_reaches(const pg_line *line, int64_t price, int64_t other)
{
    return line->side == PG_BUY ? price >= other : price <= other;
}

static bool is_visible(const pg_line *line, const pg_book *book, int64_t price)
{
    int64_t worst = pg_book_worst(book, line->side);
    return worst != 0 && pg_line_reaches(line, price, worst);
}

bool pg_line_add(pg_line *line, const pg_book *book, const pg_resting *order)
{
    if (line->count == PG_LINE_ORDERS)
        return false;
    int at = line->count;
    while (at > 0 && !pg_line_reaches(line, line->order[at - 1].price, order->price))
        at--;
    memmove(&line->order[at + 1], &line->order[at], (size_t)(line->count - at) * sizeof *line->order);
    pg_resting *added = &line->order[at];
    *added = *order;
    added->visible = is_visible(line, book, order->price);
    added->level_size = added->visible ? pg_book_size(book, line->side, order->price) : 0;
    /* Beyond the visible depth anything may stand in front, until the level is seen for the first time. */
    pg_queue_init(&added->queue, line->model, line->power, (double)added->level_size);
    if (!added->visible)
        added->queue.front = INFINITY;
    line->count++;
    return true;
}

void pg_line_remove(pg_line *line, int index)
{
    memmove(&line->order[index], &line->order[index + 1], (size_t)(line->count - index - 1) * sizeof *line->order);
    line->count--;
}

int pg_line_find(const pg_line *line, uint64_t id)
{
    for (int i = 0; i < line->count; i++)
        if (line->order[i].id == id)
            return i;
    return -1;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* At our price: what the queue in front does not absorb. `available` is what our own orders ahead have left of a print
 * of `size`; all of the print explains the fall of the displayed size that follows. */
static int64_t queue_fill(pg_line *line, pg_resting *order, int64_t available, int64_t size)
{
    pg_queue_trade(&order->queue, (double)available);
    order->queue.traded += (double)(size - available);
    return (int64_t)pg_queue_take(&order->queue, (double)order->remaining, (double)line->lot);
}

/* Through our price: nobody is left in front of us. */
static int64_t through_fill(pg_resting *order, int64_t available)
{
    order->queue.front = 0;
    return smaller(order->remaining, available);
}

int pg_line_trade(pg_line *line, int64_t price, int64_t size, int64_t exch_ns, bool strict, pg_line_fill *fills)
{
    int n = 0;
    int64_t available = size;
    for (int i = 0; i < line->count; i++) {
        pg_resting *order = &line->order[i];
        if (!pg_line_reaches(line, order->price, price) || (strict && order->price == price))
            break;
        if (exch_ns < order->arrival_ns)
            continue;
        int64_t filled =
            order->price == price ? queue_fill(line, order, available, size) : through_fill(order, available);
        if (filled > 0)
            fills[n++] = (pg_line_fill){ i, filled };
        available -= filled;
    }
    return n;
}

static void depth_of(pg_line *line, const pg_book *book, pg_resting *order)
{
    bool seen_before = order->visible;
    order->visible = is_visible(line, book, order->price);
    if (!order->visible)
        return;
    int64_t size = pg_book_size(book, line->side, order->price);
    if (!seen_before) {
        order->queue.front = fmin(order->queue.front, (double)size);
        order->queue.traded = 0;
    } else if (size != order->level_size || order->queue.traded > 0) {
        pg_queue_depth(&order->queue, (double)order->level_size, (double)size);
    }
    order->level_size = size;
}

void pg_line_depth(pg_line *line, const pg_book *book, int64_t price)
{
    for (int i = 0; i < line->count; i++)
        if (price == 0 || line->order[i].price == price || !line->order[i].visible)
            depth_of(line, book, &line->order[i]);
}

void pg_line_touch(pg_line *line, const pg_book *book)
{
    int64_t best = pg_book_best(book, line->side);
    for (int i = 0; i < line->count && (best == 0 || pg_line_reaches(line, line->order[i].price, best)); i++)
        depth_of(line, book, &line->order[i]);
}

void pg_line_taken(pg_line *line, const pg_book *book, int64_t price, int64_t size)
{
    for (int i = 0; i < line->count && pg_line_reaches(line, line->order[i].price, price); i++) {
        pg_resting *order = &line->order[i];
        if (order->price != price || !order->visible)
            continue;
        order->queue.front = fmax(0, order->queue.front - (double)size);
        order->level_size = pg_book_size(book, line->side, price);
    }
}

int pg_line_cross(const pg_line *line, const pg_book *book, int64_t exch_ns, pg_line_fill *fills)
{
    int opposite = line->side == PG_BUY ? PG_SELL : PG_BUY;
    int64_t best = pg_book_best(book, opposite);
    int n = 0;
    int64_t taken = 0;
    for (int i = 0; i < line->count && best != 0 && pg_line_reaches(line, line->order[i].price, best); i++) {
        const pg_resting *order = &line->order[i];
        if (exch_ns < order->arrival_ns)
            continue;
        int64_t available = pg_book_depth(book, opposite, order->price) - taken;
        int64_t filled = smaller(order->remaining, available);
        if (filled > 0)
            fills[n++] = (pg_line_fill){ i, filled };
        taken += filled;
    }
    return n;
}
