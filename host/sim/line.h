/* Our resting orders of one side, in line with everybody else's.
 *
 * Only the total size at a price is known from market data, so each order carries an estimate of how much stands in
 * front of it: it starts as everything displayed at its price, trades there take from it, and a queue model decides
 * how much of a decrease without a trade happened in front (kernels/queue.h, quant.md 8.5).
 *
 * Our own orders are followed exactly: a trade or a crossing book is given out in priority order (price, then arrival)
 * and what one of our orders takes is not there for the next, so the same liquidity never fills two of them. */
#ifndef PG_SIM_LINE_H
#define PG_SIM_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/queue.h"
#include "market/book.h"

enum { PG_LINE_ORDERS = 2048 };

typedef struct {
    uint64_t id;
    int64_t price;
    int64_t remaining;
    int64_t arrival_ns; /* at the venue; nothing that happened before can fill it */
    pg_queue queue;     /* in size units; front is infinite while the level was never seen */
    int64_t level_size; /* displayed size at our price when last seen */
    bool visible;       /* the price lies within what the book shows */
    bool reduce_only;
    int owner; /* whose it is, where several accounts share a market */
} pg_resting;

typedef struct {
    pg_resting order[PG_LINE_ORDERS]; /* best price first, then by arrival */
    int count;
    int side;
    int64_t lot;
    pg_queue_model model;
    double power; /* n of the power models */
} pg_line;

/* A fill to be booked: the order's index in the line at the time of the call, and its size. */
typedef struct {
    int index;
    int64_t size;
} pg_line_fill;

void pg_line_init(pg_line *line, int side, int64_t lot, pg_queue_model model, double power);

/* Adds an order behind everything displayed at its price. False when the line is full. */
bool pg_line_add(pg_line *line, const pg_book *book, const pg_resting *order);

void pg_line_remove(pg_line *line, int index);
int pg_line_find(const pg_line *line, uint64_t id); /* -1 when it is not there */

/* Whether `price` of this side is at least as good as `other`. */
bool pg_line_reaches(const pg_line *line, int64_t price, int64_t other);

/* A trade that hits this side: takes from the queues and says what fills (fills[] holds line->count entries).
 * strict: it is not known to hit this side, and only meets orders that it went through. Orders are not changed but for
 * their queues; the caller books the fills. Returns the number of fills. */
int pg_line_trade(pg_line *line, int64_t price, int64_t size, int64_t exch_ns, bool strict, pg_line_fill *fills);

/* The displayed size at `price` may have changed (0: at any price). */
void pg_line_depth(pg_line *line, const pg_book *book, int64_t price);

/* Only the best price of the side was told anew: nothing is learned about orders behind it. */
void pg_line_touch(pg_line *line, const pg_book *book);

/* `size` of what is displayed at `price` was taken, and the book has it no more: it stood in front. */
void pg_line_taken(pg_line *line, const pg_book *book, int64_t price, int64_t size);

/* The opposite side of the book has come to our price: fills against its displayed size, in priority order. */
int pg_line_cross(const pg_line *line, const pg_book *book, int64_t exch_ns, pg_line_fill *fills);

#endif
