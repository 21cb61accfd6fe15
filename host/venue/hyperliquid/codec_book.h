/* One market's book out of three streams (15.3): all levels every few seconds, the 5 best of a side twice a second, the
 * best price of a side at every block. A newer message of fewer levels corrects the older one of more and keeps its
 * depth. */
#ifndef PG_VENUE_HYPERLIQUID_CODEC_BOOK_H
#define PG_VENUE_HYPERLIQUID_CODEC_BOOK_H

#include "venue/hyperliquid/codec.h"

enum {
    PG_HL_FAST_LEVELS = 5,
    PG_HL_BOOK_LEVELS = 2 * PG_HL_LEVELS,
    PG_HL_BOOK_EVENTS = 2 * PG_HL_BOOK_LEVELS + 2 /* that one message can give */
};

/* Zero it to begin, and again when the connection is new. */
typedef struct {
    pg_level side[2][PG_HL_BOOK_LEVELS];
    int count[2];
    int64_t book_ns, best_ns; /* of the newest book and best prices */
    pg_event best;
} pg_hl_book;

/* Takes a BOOK frame in. Returns the number of events, a snapshot of the whole book into events[PG_HL_BOOK_EVENTS];
 * 0 for a book that is older than what is known. */
int pg_hl_book_take(pg_hl_book *book, const pg_hl_frame *frame, int64_t received_ns, pg_event *events);

/* Takes a BEST frame in; false for one that is older than what is known. Its event then says what changed. */
bool pg_hl_book_take_best(pg_hl_book *book, const pg_hl_frame *frame);

#endif
