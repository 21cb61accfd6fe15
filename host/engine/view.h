/* The engine's face towards scripts: what they see between two events, in doubles, and what they may call.
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
    PG_CALL_DONE = 8,
    PG_CALL_FUNDING = 9,   /* funding settles: rate, price (mark, 0: unknown), size (interval, s; 0: unknown) */
    PG_CALL_IDLE = 10,     /* live: nothing more is known now; ask again when there is more */
    PG_CALL_WORK = 11,     /* live: the fit with number id is done */
    PG_CALL_REFERENCE = 12 /* the market that is referred to has changed: reference_* */
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
    double rate;          /* funding, fraction of the position's value an interval; > 0: longs pay */
    double id;            /* client order id */
    double reference_bid; /* best prices of the market that is referred to; NaN: none */
    double reference_ask;
    double reference_position; /* base units that this session holds there */
    double reference_s;        /* when that was known, seconds since the Unix epoch; 0: there is none */
    double tick;               /* quote units */
    double lot;                /* base units */
    int32_t side;              /* 1 buy, 2 sell */
    int32_t state;             /* pg_order_state */
    int32_t reason;            /* pg_reason */
    int32_t timer;
    int32_t maker;
    int32_t call;  /* pg_call */
    int32_t holds; /* pg_input_hold of engine/input.h; 0 in a backtest */
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

/* Why the quotes are as they are: named terms that the script writes here itself (ctx:explain) and counts up the version
 * when it declares with new ones. A term is a number, or one of the words (word >= 0); NaN: it is not there now. */
enum { PG_EXPLAIN_TERMS = 24, PG_EXPLAIN_WORDS = 32, PG_EXPLAIN_NAME = 24 };
typedef struct {
    int32_t count, word_count;
    double version; /* a whole number */
    double value[24];
    int32_t word[24];
    char name[24][24];
    char words[32][24];
} pg_explanation;

pg_explanation *pg_engine_explanation(pg_engine *engine);

/* ---- calls ---- */

/* Starts a fit (script/work.h) beside the decisions: live engines hand it to their workers and return its number, by
 * which PG_CALL_WORK names it. 0: this engine has no workers; the caller runs it. */
uint64_t pg_engine_work(pg_engine *engine, void *call);

/* Runs until a script is to be called; returns a pg_call. The view holds what there is to know.
 * After PG_CALL_DONE it returns PG_CALL_DONE for ever. */
int pg_engine_next(pg_engine *engine);

const pg_view *pg_engine_view(const pg_engine *engine);

/* Desired quotes: rounded by the venue's rules, trimmed to the position limit, reconciled with the open orders.
 * Levels that cannot be sent (price not positive or not a number, size below a lot) are left out and counted. */
void pg_engine_quote(pg_engine *engine, const pg_desired *desired);

/* A single order. Returns its id; 0 when it cannot be sent (price, size, position limit, too many orders). */
uint64_t pg_engine_order(pg_engine *engine, int side, double price, double size, int tif, bool reduce_only);
bool pg_engine_cancel(pg_engine *engine, uint64_t id);
bool pg_engine_modify(pg_engine *engine, uint64_t id, double price, double size);
void pg_engine_cancel_all(pg_engine *engine);

/* A repeating timer, first due one period from now (aligned: at the next multiple of the period).
 * Returns its number from 1; 0 when there are too many or the period is below 1 ms. */
int pg_engine_timer(pg_engine *engine, double period_s, bool aligned);

/* Price and size of the level-th best (from 1, at most PG_VIEW_LEVELS) of the book as it is known here; false when there
 * is no such level. */
bool pg_engine_level(const pg_engine *engine, int side, int level, double *price, double *size);

#endif
