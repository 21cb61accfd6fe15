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
    PG_INPUT_HOLD = 4,     /* quoting is held, or let go: pg_input_hold in `bits` */
    PG_INPUT_POSITION = 5, /* what the venue says is held: reply.size (signed) at reply.price */
    PG_INPUT_ADOPT = 6,    /* an open order of an earlier session: id, side, price, remaining */
    PG_INPUT_WORK = 7,     /* a fit is done: its number in `bits`, with PG_INPUT_SHADOW or PG_INPUT_BEFORE */
    PG_INPUT_STOP = 8,     /* the end: on_stop is called */
    PG_INPUT_KINDS = 9
} pg_input_kind;

/* How quoting is held (trade/risk.h says why): PULL cancels everything and sends nothing, REDUCE leaves what makes the
 * position smaller. */
typedef enum { PG_INPUT_PULL = 1, PG_INPUT_REDUCE = 2 } pg_input_hold;

/* Adopted orders stay for so long, whatever holds quoting meanwhile from the start, until the strategy declares quotes:
 * those that fit serve as quotes then, the others go. */
enum { PG_INHERIT_S = 60 };

/* Whose fit it is, when not that of the one at the controls. */
#define PG_INPUT_SHADOW (UINT64_C(1) << 63)
#define PG_INPUT_BEFORE (UINT64_C(1) << 62)

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
