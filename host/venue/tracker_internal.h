/* What the parts of the table of orders share: tracker_index.c keeps it, tracker.c moves orders by what the
 * venue says, tracker_ask.c by what it answers when it is asked. */
#ifndef PG_VENUE_TRACKER_INTERNAL_H
#define PG_VENUE_TRACKER_INTERNAL_H

#include "venue/tracker.h"
#include "venue/recent.h"

enum { TRACKER_CHAINS = 2 * PG_TRACKER_ORDERS, TRACKER_NONE = -1 };

typedef struct {
    int slot;
    char symbol[PG_SYMBOL_SIZE];
    pg_told_fill fill;
} tracker_held;

struct pg_tracker {
    uint64_t run;
    int64_t patience_ns;
    pg_report_sink sink;
    pg_tracked order[PG_TRACKER_ORDERS];
    int free, first_done, last_done, open;
    int adopted; /* orders of earlier sessions that were taken over */
    int open_in[PG_VENUE_MARKETS];
    int id_chain[TRACKER_CHAINS], oid_chain[TRACKER_CHAINS];
    int watched; /* first of the list of orders about which something is to be asked */
    tracker_held held[PG_TRACKER_HELD], released[PG_TRACKER_HELD];
    int held_count;
    unsigned list; /* number of the last list of open orders */
    pg_recent *fills;
};

int tracker_slot_of(const pg_tracker *tracker, const pg_tracked *order);

/* The order and the leg of an id of the venue; NULL. */
pg_tracked *tracker_find_oid(pg_tracker *tracker, uint64_t oid, pg_leg **leg);

/* Gives a leg its id; takes it out of the index again. */
void tracker_learn_oid(pg_tracker *tracker, pg_tracked *order, pg_leg *leg, uint64_t oid);
void tracker_chain_leg(pg_tracker *tracker, pg_tracked *order, int which);
void tracker_unchain_leg(pg_tracker *tracker, pg_tracked *order, int which);

/* The order has ended: it is kept for what comes late, until its place is needed. */
void tracker_retire(pg_tracker *tracker, pg_tracked *order);

/* ---- asking ---- */

void tracker_watch(pg_tracker *tracker, pg_tracked *order, pg_ask ask, int64_t at_ns);

/* Asks for the state at a time, unless something is to be asked before. */
void tracker_watch_end(pg_tracker *tracker, pg_tracked *order, int64_t at_ns);
void tracker_unwatch(pg_tracker *tracker, pg_tracked *order);

/* The same, and no request is in doubt any more. */
void tracker_resolve(pg_tracker *tracker, pg_tracked *order);

/* ---- moving an order ---- */

pg_tracked *tracker_find_leg(pg_tracker *tracker, uint64_t oid, pg_client_id cloid, pg_leg **leg);
void tracker_accept(pg_tracker *tracker, pg_tracked *order, int64_t exch_ns);
void tracker_settle(pg_tracker *tracker, pg_tracked *order, int64_t now_ns);
void tracker_take_state(pg_tracker *tracker, pg_tracked *order, pg_leg *leg, const pg_told_order *update,
                        int64_t now_ns);
void tracker_refuse_new(pg_tracker *tracker, pg_tracked *order, pg_reason reason, const char *words, bool unsent,
                        int64_t now_ns);
void tracker_refuse_replace(pg_tracker *tracker, pg_tracked *order, pg_reason reason, const char *words, bool unsent);
void tracker_refuse_cancel(pg_tracker *tracker, pg_tracked *order, pg_reason reason, const char *words, bool unsent);
void tracker_drop_next(pg_tracker *tracker, pg_tracked *order);

/* How long what should have been heard is waited for before it is asked for, and how often it is asked again. */
#define TRACKER_MS            ((int64_t)1000000)
#define TRACKER_WAIT_END_NS   (1000 * TRACKER_MS) /* the end of an order whose cancel or replacement was taken */
#define TRACKER_WAIT_GONE_NS  (300 * TRACKER_MS)  /* the end of an order that is said to be gone */
#define TRACKER_WAIT_FILLS_NS (2000 * TRACKER_MS) /* fills of an order that has ended */
#define TRACKER_ASK_EVERY_NS  (300 * TRACKER_MS)  /* while an answer is not final */
#define TRACKER_IN_VAIN_NS    (3000 * TRACKER_MS) /* the patience that a tracker begins with */
#define TRACKER_CANCEL_NS     (1000 * TRACKER_MS) /* and a cancel, which may be sent again */

#endif
