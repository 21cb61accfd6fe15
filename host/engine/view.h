/* What a script sees of the engine between two events, as one plain struct in doubles.
 *
 * This header is also handed to LuaJIT's ffi.cdef (preprocessor lines stripped): plain declarations only. */
#ifndef PG_ENGINE_VIEW_H
#define PG_ENGINE_VIEW_H

#include <stdbool.h>
#include <stdint.h>

/* Why pg_engine_next returned. */
typedef enum {
    PG_CALL_START = 1, /* before the first event */
    PG_CALL_BOOK = 2,  /* the book changed */
    PG_CALL_TRADE = 3, /* a public trade: price, size, side (aggressor) */
    PG_CALL_FILL = 4,  /* a fill of ours: id, price, size, side, fee, maker */
    PG_CALL_ORDER = 5, /* an order of ours changed: id, price, size (open), side, state, reason */
    PG_CALL_TIMER = 6, /* timer */
    PG_CALL_STOP = 7,  /* after the last event; what is sent now still arrives nowhere */
    PG_CALL_DONE = 8
} pg_call;

typedef struct {
    double now_s; /* engine time, seconds since the Unix epoch */
    double bid;   /* best prices, quote units; NaN when the side is empty */
    double ask;
    double bid_size; /* base units */
    double ask_size;
    double mid;          /* NaN unless both sides are there */
    double position;     /* base units, signed, by the fills we have heard of */
    double max_position; /* base units; 0: no limit */
    double capital;      /* quote units at the start */
    double realised;     /* quote units, by the fills we have heard of */
    double price;
    double size;
    double fee;
    double id;      /* client order id */
    double tick;    /* quote units */
    double lot;     /* base units */
    int32_t side;   /* 1 buy, 2 sell */
    int32_t state;  /* pg_order_state */
    int32_t reason; /* pg_reason */
    int32_t timer;
    int32_t maker;
    int32_t call; /* pg_call */
} pg_view;

typedef struct pg_engine pg_engine;

enum { PG_VIEW_LEVELS = 32 };

/* Desired quotes in quote and base units, best first or in any order; sides 0 bids, 1 asks. */
typedef struct {
    double price[2][32];
    double size[2][32];
    int32_t count[2];
    bool post_only;
    bool reduce_only;
} pg_desired;

#endif
