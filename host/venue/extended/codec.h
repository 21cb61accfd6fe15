/* Extended's envelopes: of answers over HTTP and of messages on streams (spec/extended.md, sections 2, 7), and what is in
 * the account's stream. Knows no network and allocates nothing; texts point into the message. The text must end with a
 * '\0' at text[size].
 *
 * The books have a reader of their own (codec_book.h), the records are in codec_record.h. */
#ifndef PG_VENUE_EXTENDED_CODEC_H
#define PG_VENUE_EXTENDED_CODEC_H

#include "venue/extended/codec_record.h"

/* ---- answers over HTTP ---- */

enum {
    PG_EXTENDED_NO_CODE = -1, /* an error whose code is a word, or that has none */
    PG_EXTENDED_BAD_SIGNATURE = 1101
};

typedef struct {
    bool ok;           /* status OK and no error */
    int code;          /* of an error; 0: none */
    pg_span code_text; /* the code as a word, when it is one */
    pg_span message, debug;
    pg_span data; /* any JSON; without data for none or null */
    bool paged;   /* there is a cursor: ask again with it for what follows */
    uint64_t cursor, count;
} pg_extended_answer;

/* An empty text is the answer OK. PG_ERR_PARSE for what is not JSON, or of another form. */
pg_status pg_extended_answer_read(pg_extended_answer *answer, const char *text, size_t size, pg_error *err);

/* "1140: New order cost exceeds available balance", for messages: escapes resolved, cut off; returns text. */
char *pg_extended_answer_words(char *text, size_t size, const pg_extended_answer *answer);

/* ---- messages of streams ---- */

typedef struct {
    pg_span type;  /* "" where the stream has none */
    pg_span data;  /* without data for null or none */
    pg_span error; /* something went wrong there; without data: nothing */
    int64_t ts_ms;
    uint64_t seq;
} pg_extended_frame;

/* PG_ERR_PARSE for what is not JSON, PG_ERR_PARSE also without ts or seq. */
pg_status pg_extended_frame_read(pg_extended_frame *frame, const char *text, size_t size, pg_error *err);

/* ---- the order of messages (section 7.2) ---- */

/* Zero it for each connection: the numbers mean nothing across them. */
typedef struct {
    uint64_t last;
    bool begun;
} pg_extended_sequence;

typedef enum {
    PG_EXTENDED_SEQ_NEXT,
    PG_EXTENDED_SEQ_OLD, /* came already */
    PG_EXTENDED_SEQ_GAP  /* something before it did not come; it is the last one now */
} pg_extended_seq;

/* The first message's number is taken as it is. */
pg_extended_seq pg_extended_sequence_take(pg_extended_sequence *sequence, uint64_t seq);

/* ---- the account's stream (section 7.5) ---- */

/* None may be NULL; records are valid during the call. */
typedef struct {
    void *self;
    void (*order)(void *self, const pg_extended_order_record *order);
    void (*trade)(void *self, const pg_extended_trade *trade);
    void (*position)(void *self, const pg_extended_position *position);
    void (*balance)(void *self, const pg_extended_balance *balance);
} pg_extended_account_sink;

enum { PG_EXTENDED_HAS_ORDERS = 1, PG_EXTENDED_HAS_BALANCE = 2, PG_EXTENDED_HAS_POSITIONS = 4 };

/* Gives every record of every member, whatever the message's type says; balances first, then orders, trades, positions.
 * snapshot: which lists (PG_EXTENDED_HAS_*) are whole. Returns how many records were refused, with the first one's error
 * in *err; -1 when the data are of another form. Data that are not there have no records. */
int pg_extended_account_read(const pg_extended_frame *frame, const pg_extended_account_sink *sink, unsigned *snapshot,
                             pg_error *err);

#endif
