/* One market's book, kept by the chain of nonces (specification, section 4.4): a snapshot begins it, an update follows
 * the one before it or the book is worth nothing. The best prices of the ticker, which are faster, refine it until the
 * next update. */
#ifndef PG_VENUE_LIGHTER_CODEC_BOOK_H
#define PG_VENUE_LIGHTER_CODEC_BOOK_H

#include "venue/lighter/codec.h"

enum {
    PG_LIGHTER_TOLD = 32, /* best prices between two updates, and levels of a side that they hide; with more of them
                               the whole book is stated again */
    PG_LIGHTER_BOOK_EVENTS = 1 << 17 /* a book of so many levels, twice what a message can hold, and more */
};

typedef enum {
    PG_LIGHTER_BOOK_SNAPSHOT,
    PG_LIGHTER_BOOK_APPLIED,
    PG_LIGHTER_BOOK_EARLY, /* an update before any snapshot: passed over */
    PG_LIGHTER_BOOK_STALE, /* an update that is in the book already: passed over */
    PG_LIGHTER_BOOK_GAP    /* an update is missing, or the book would be crossed: a new snapshot is needed */
} pg_lighter_book_result;

typedef struct {
    pg_book *book;
    bool synced;
    bool unverified; /* an update did not say what it follows: an older server */
    int64_t nonce;
    int64_t ticker_nonce;
    int64_t told[PG_LIGHTER_TOLD][2]; /* best prices of the ticker since the last update */
    int told_count;
} pg_lighter_book;

pg_status pg_lighter_book_init(pg_lighter_book *book, pg_error *err);
void pg_lighter_book_free(pg_lighter_book *book);

/* The connection is new: nothing is known. */
void pg_lighter_book_reset(pg_lighter_book *book);

/* Takes a book's message in. *count gets the number of events written to events[PG_LIGHTER_BOOK_EVENTS], 0 unless it is
 * a snapshot or was applied; the last one has PG_EVENT_LAST. Under 1 us with the decoding of a usual update. */
pg_lighter_book_result pg_lighter_book_take(pg_lighter_book *book, const pg_lighter_message *message,
                                            int64_t received_ns, pg_event *events, int *count);

/* Takes best prices in; false for what is not to be told: older than the book, crossed, of one side only, or before a
 * snapshot. */
bool pg_lighter_book_take_best(pg_lighter_book *book, const pg_event *best, int64_t nonce);

#endif
