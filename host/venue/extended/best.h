/* Best prices between two messages of the full book (spec/extended.md, section 7.1). They come ten times as often and on
 * a connection of their own, so the book that has taken one in may lack levels that the full book still has, and then
 * tells nothing about, since for it they have not changed: with the next message of the full book they are stated anew. */
#ifndef PG_VENUE_EXTENDED_BEST_H
#define PG_VENUE_EXTENDED_BEST_H

#include "venue/extended/codec_book.h"

enum { PG_EXTENDED_BESTS = 32, PG_EXTENDED_RESTORED = 4 * PG_EXTENDED_BESTS };

/* Zero it to begin, and again when the full book is stated anew. */
typedef struct {
    int count[2];
    int64_t price[2][PG_EXTENDED_BESTS]; /* of the best levels told since, by side */
} pg_extended_bests;

/* Takes a message of best prices in: *event is the news. False when it is none: a side is empty, it is older than the
 * full book, or too many came since its last message. */
bool pg_extended_best_take(pg_extended_bests *bests, pg_event *event, const pg_extended_book_frame *frame,
                           int64_t book_ns, int64_t received_ns);

/* With a message of the full book: what it says of the levels that best prices may have changed. Writes up to
 * PG_EXTENDED_RESTORED events and returns how many; `base` has their times. False in *whole when the levels that may be
 * lacking are more than that: then the whole book is to be stated. */
int pg_extended_best_restore(pg_extended_bests *bests, pg_event *events, const pg_event *base, const pg_book *book,
                             bool *whole);

#endif
