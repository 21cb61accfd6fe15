/* What reaches a live engine: everything that can change a decision, in the order in which it is acted upon. The same
 * inputs, fed again, give the same decisions: that is what a flight recording keeps (flight.h). */
#ifndef PG_ENGINE_INPUT_H
#define PG_ENGINE_INPUT_H

#include "market/event.h"
#include "trade/order.h"

typedef enum {
    PG_INPUT_EVENT = 1,    /* market data */
    PG_INPUT_REPLY = 2,    /* of the venue, or of a limit */
    PG_INPUT_TIME = 3,     /* time has passed: timers that are due fire */
    PG_INPUT_HOLD = 4,     /* quoting is held, or let go: pg_hold bits in `bits` */
    PG_INPUT_POSITION = 5, /* what the venue says is held: reply.size (signed) at reply.price */
    PG_INPUT_ADOPT = 6,    /* an open order of an earlier session: id, side, price, remaining */
    PG_INPUT_WORK = 7,     /* a fit is done: its number in `bits` */
    PG_INPUT_STOP = 8,     /* the end: on_stop is called */
    PG_INPUT_KINDS = 9
} pg_input_kind;

/* Why quotes are held. Any bit but REDUCE pulls them; REDUCE leaves what makes the position smaller. */
typedef enum {
    PG_HOLD_USER = 1,    /* paused by a person */
    PG_HOLD_RISK = 2,    /* a limit, the kill switch */
    PG_HOLD_DATA = 4,    /* data too old, a link down */
    PG_HOLD_ACCOUNT = 8, /* not reconciled with the venue */
    PG_HOLD_LEDGER = 16, /* no room to write down what would be sent */
    PG_HOLD_STOP = 32,   /* shutting down */
    PG_HOLD_REDUCE = 64
} pg_hold;

typedef struct {
    int64_t time_ns; /* when it was acted upon, never going back */
    uint64_t bits;
    uint32_t kind; /* pg_input_kind */
    uint32_t pad;
    union {
        pg_event event;
        pg_reply reply;
    };
} pg_input;

#endif
