/* One market's book out of the stream of full books (spec/extended.md, section 7.1): a snapshot at the start and every
 * minute, changes in between, each message numbered. What does not fit makes the book invalid: then a new connection is
 * the only way to a good one.
 *
 * Cost: 0.4 us for a change of three levels, from the text to the book (tests/bench/bench_extended.c). */
#ifndef PG_VENUE_EXTENDED_CODEC_BOOK_H
#define PG_VENUE_EXTENDED_CODEC_BOOK_H

#include "market/book.h"
#include "market/instrument.h"
#include "venue/extended/codec.h"

enum {
    PG_EXTENDED_LEVELS = 1 << 16, /* in one message */
    PG_EXTENDED_BOOK_EVENTS = PG_EXTENDED_LEVELS + 2
};

typedef struct {
    int64_t price, size; /* units; size: of a change it may be negative */
    uint8_t side;        /* PG_BUY, PG_SELL */
    bool absolute;       /* the size is what there is now, not what changes */
} pg_extended_level;

/* A message of a book. */
typedef struct {
    pg_span market;
    bool snapshot;
    bool best;     /* of the stream of best prices only */
    int64_t ts_ms; /* the venue's */
    uint64_t seq;
    int count;
    pg_extended_level *level; /* [PG_EXTENDED_LEVELS], the caller's */
} pg_extended_book_frame;

/* Reads a message into frame->level. Decimals: the instrument's. Errors: PG_ERR_PARSE, PG_ERR_RANGE; PG_ERR_STATE when
 * the message is an error of the stream. */
pg_status pg_extended_book_read(pg_extended_book_frame *frame, const char *text, size_t size, int price_decimals,
                                int size_decimals, pg_error *err);

typedef enum {
    PG_EXTENDED_BOOK_APPLIED,
    PG_EXTENDED_BOOK_HEARTBEAT, /* nothing changed */
    PG_EXTENDED_BOOK_OTHER,     /* it is of another market, and counts for nothing but its number */
    PG_EXTENDED_BOOK_BROKEN     /* the book is invalid: connect anew. The error says why */
} pg_extended_book_action;

typedef struct {
    const char *market;
    pg_book *book; /* prices are multiples of the tick */
    pg_extended_sequence sequence;
    bool valid; /* a snapshot came on this connection, and nothing has broken it */
} pg_extended_book;

/* market is borrowed. PG_ERR_MEMORY. */
pg_status pg_extended_book_init(pg_extended_book *book, const char *market, const pg_instrument *instrument,
                                pg_error *err);
void pg_extended_book_free(pg_extended_book *book);

/* A new connection: nothing is known. */
void pg_extended_book_reset(pg_extended_book *book);

/* Takes a message in. events[PG_EXTENDED_BOOK_EVENTS] and *count (0 unless APPLIED) say what changed, with `market` left
 * at 0: a whole snapshot, or levels with their sizes, the last one marked. NULL events: nobody wants to know. */
pg_extended_book_action pg_extended_book_take(pg_extended_book *book, const pg_extended_book_frame *frame,
                                              int64_t received_ns, pg_event *events, int *count, pg_error *err);

#endif
