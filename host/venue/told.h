/* What a venue tells of orders and fills, in one form for all venues: codecs make it, the tracker (tracker.h) takes it
 * in. Prices and sizes are in units of the market. Knows no network. */
#ifndef PG_VENUE_TOLD_H
#define PG_VENUE_TOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "trade/order.h"
#include "venue/scan.h"

enum { PG_TOLD_WORDS = 48 };

/* A client order id as Perigee makes them: the run, then the order. Both 0: none. leg: where a replacement is an order
 * with a name of its own, which of them this is, from 1; 0 where all have the same. */
typedef struct {
    uint64_t run, id;
    uint32_t leg;
} pg_client_id;

typedef enum {
    PG_TOLD_OPEN,      /* live: on the book, or waiting for a trigger */
    PG_TOLD_FILLED,    /* ended */
    PG_TOLD_CANCELLED, /* ended */
    PG_TOLD_REJECTED,  /* ended */
    PG_TOLD_UNKNOWN    /* a new word: the venue has to be asked */
} pg_told_state;

/* The state of an order. */
typedef struct {
    int market;   /* -1: none that is traded here, and then without prices and sizes */
    uint64_t oid; /* the venue's id */
    pg_client_id cloid;
    int64_t price, remaining, size; /* size: as it was placed */
    int64_t time_ns;                /* of the state */
    uint8_t side;
    bool reduce_only;
    pg_told_state state;
    pg_reason reason;
    pg_span coin;              /* the venue's name of the market, in the message */
    char words[PG_TOLD_WORDS]; /* and of the state */
} pg_told_order;

typedef struct {
    int market;        /* -1: as above */
    uint64_t oid, tid; /* the trade's id: with the order's it is unique in its market */
    pg_client_id cloid;
    int64_t price, size;
    int64_t time_ns;
    pg_money fee; /* negative: a rebate */
    uint8_t side;
    bool maker;
    bool liquidation;
} pg_told_fill;

typedef struct {
    pg_reason reason;
    bool gone; /* the order to be cancelled or replaced is not there: its end is on the way, or to be asked for */
} pg_refusal;

/* The answer to one request. */
typedef enum {
    PG_ANSWER_TAKEN,   /* the order (or replacement) is open or waits for its trigger; the cancel was taken */
    PG_ANSWER_FILLED,  /* and is filled, wholly or in part */
    PG_ANSWER_REFUSED, /* why, and the venue's words */
    PG_ANSWER_UNCLEAR  /* of no use: the order's state tells */
} pg_answer_kind;

typedef struct {
    pg_answer_kind kind;
    uint64_t oid; /* of what was taken; 0: not told */
    pg_refusal refusal;
    const char *words; /* REFUSED */
} pg_answer;

#endif
