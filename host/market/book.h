/* Order book of one market by integer price.
 *
 * Each side keeps a window of PG_BOOK_WINDOW ticks around the touch as a dense array with an occupancy bitmap: setting
 * a level, the best price and the next level are O(1) there. Levels outside the window lie in a sorted array ("far"),
 * and the window moves when the touch leaves it. Prices must be multiples of the instrument's tick. */
#ifndef PG_MARKET_BOOK_H
#define PG_MARKET_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "market/event.h"

enum { PG_BOOK_WINDOW = 1024 };

typedef struct {
    int64_t price;
    int64_t size;
} pg_level;

typedef struct pg_book pg_book;

/* A book for prices that are multiples of tick (price units). NULL when there is no memory. */
pg_book *pg_book_new(int64_t tick);
void pg_book_free(pg_book *book);

/* Empties both sides. */
void pg_book_clear(pg_book *book);

/* Sets the size resting at a price; 0 removes the level. Amortised O(1) near the touch.
 * Returns false, changing nothing, for a price that is not a positive multiple of tick or a negative size. */
bool pg_book_set(pg_book *book, int side, int64_t price, int64_t size);

/* Sets both bests: everything better than them is removed, opposite levels that they cross too. A price of 0 empties
 * its side. Used to refine a book of snapshots by a best-bid/offer feed. */
void pg_book_set_best(pg_book *book, int64_t bid, int64_t bid_size, int64_t ask, int64_t ask_size);

/* Applies a LEVEL, SNAPSHOT_* or BBO event; others are ignored. A BBO older (exch_ns) than the book is ignored.
 * Inside a snapshot the book is inconsistent until SNAPSHOT_END. Returns true when the book is now consistent and may
 * have changed: at an event with PG_EVENT_LAST, at SNAPSHOT_END and at an applied BBO. */
bool pg_book_apply(pg_book *book, const pg_event *event);

/* False between SNAPSHOT_BEGIN and SNAPSHOT_END. */
bool pg_book_is_consistent(const pg_book *book);

/* Best price of a side, 0 when it is empty. O(1). */
int64_t pg_book_best(const pg_book *book, int side);

/* Worst price that the book knows of a side, 0 when it is empty. Beyond it a venue's depth-limited feed says nothing.
 * O(1) when far levels exist, otherwise O(window / 64). */
int64_t pg_book_worst(const pg_book *book, int side);

/* Size at a price, 0 when there is none. */
int64_t pg_book_size(const pg_book *book, int side, int64_t price);

/* Copies the best n levels of a side, best first; returns how many there were (at most n). */
int pg_book_top(const pg_book *book, int side, pg_level *levels, int n);

/* Total size of a side from the best down (up) to and including a price. */
int64_t pg_book_depth(const pg_book *book, int side, int64_t price);

/* Number of levels of a side. */
int pg_book_count(const pg_book *book, int side);

/* (sum of bid sizes - sum of ask sizes) / (their total) over the best n levels, quant.md 5.1; 0 for an empty book. */
double pg_book_imbalance(const pg_book *book, int n);

bool pg_book_is_crossed(const pg_book *book); /* best bid > best ask */
bool pg_book_is_locked(const pg_book *book);  /* best bid == best ask */
bool pg_book_is_two_sided(const pg_book *book);

/* Exchange time of the newest event applied, 0 before the first. */
int64_t pg_book_time(const pg_book *book);

#endif
