/* What the parts of the table of orders share: adapter_index.c keeps it, adapter_orders.c moves orders by what the
 * venue says, adapter_ask.c by what it answers when it is asked. */
#ifndef PG_VENUE_HYPERLIQUID_ADAPTER_ORDERS_INTERNAL_H
#define PG_VENUE_HYPERLIQUID_ADAPTER_ORDERS_INTERNAL_H

#include "venue/hyperliquid/adapter_orders.h"
#include "venue/recent.h"

enum { HL_CHAINS = 2 * HL_ORDERS_MAX, HL_NONE = -1 };

typedef struct {
    int slot;
    char symbol[PG_SYMBOL_SIZE];
    pg_hl_fill fill;
} hl_held;

struct hl_orders {
    uint64_t run;
    hl_report_sink sink;
    hl_order order[HL_ORDERS_MAX];
    int free, first_done, last_done, open;
    int id_chain[HL_CHAINS], oid_chain[HL_CHAINS];
    int watched; /* first of the list of orders about which something is to be asked */
    hl_held held[HL_HELD_MAX], released[HL_HELD_MAX];
    int held_count;
    unsigned list; /* number of the last list of open orders */
    pg_recent *fills;
};

int hl_slot_of(const hl_orders *orders, const hl_order *order);

/* The order and the leg of an id of the venue; NULL. */
hl_order *hl_find_oid(hl_orders *orders, uint64_t oid, hl_leg **leg);

/* Gives a leg its id; takes it out of the index again. */
void hl_learn_oid(hl_orders *orders, hl_order *order, hl_leg *leg, uint64_t oid);
void hl_chain_leg(hl_orders *orders, hl_order *order, int which);
void hl_unchain_leg(hl_orders *orders, hl_order *order, int which);

/* The order has ended: it is kept for what comes late, until its place is needed. */
void hl_retire(hl_orders *orders, hl_order *order);

/* ---- asking ---- */

void hl_watch(hl_orders *orders, hl_order *order, hl_ask ask, int64_t at_ns);

/* Asks for the state at a time, unless something is to be asked before. */
void hl_watch_end(hl_orders *orders, hl_order *order, int64_t at_ns);
void hl_unwatch(hl_orders *orders, hl_order *order);

/* The same, and no request is in doubt any more. */
void hl_resolve(hl_orders *orders, hl_order *order);

/* ---- moving an order ---- */

hl_order *hl_find_leg(hl_orders *orders, uint64_t oid, pg_hl_cloid cloid, hl_leg **leg);
void hl_accept(hl_orders *orders, hl_order *order, int64_t exch_ns);
void hl_settle(hl_orders *orders, hl_order *order, int64_t now_ns);
void hl_take_state(hl_orders *orders, hl_order *order, hl_leg *leg, const pg_hl_update *update, int64_t now_ns);
void hl_refuse_new(hl_orders *orders, hl_order *order, pg_reason reason, const char *words, bool unsent,
                   int64_t now_ns);
void hl_refuse_replace(hl_orders *orders, hl_order *order, pg_reason reason, const char *words, bool unsent);
void hl_refuse_cancel(hl_orders *orders, hl_order *order, pg_reason reason, const char *words, bool unsent);
void hl_drop_next(hl_orders *orders, hl_order *order);

/* How long what should have been heard is waited for before it is asked for, and how often it is asked again. */
#define HL_MS            ((int64_t)1000000)
#define HL_WAIT_END_NS   (1000 * HL_MS) /* the end of an order whose cancel or replacement was taken */
#define HL_WAIT_GONE_NS  (300 * HL_MS)  /* the end of an order that is said to be gone */
#define HL_WAIT_FILLS_NS (2000 * HL_MS) /* fills of an order that has ended */
#define HL_ASK_EVERY_NS  (300 * HL_MS)  /* while an answer is not final */
#define HL_IN_VAIN_NS    (3000 * HL_MS) /* for so long after it was sent a request may still arrive (22.3) */
#define HL_CANCEL_NS     (1000 * HL_MS) /* and a cancel, which may be sent again */

#endif
