/* Our orders as the venue knows them, and the reports about them. Knows no network.
 *
 * The venue tells one thing in up to three ways (the answer to a request, orderUpdates, userFills), in any order, twice
 * or not at all. Here they become reports of which each comes once and in an order that can happen: accepted before
 * filled, every fill before the end. An end is reported when as much was heard of in fills as the venue says was
 * filled.
 *
 * A replaced order has a new id at the venue: a leg. The old leg's end and fills are reported before the replacement,
 * whose size is set afresh, and the new leg's fills after it.
 *
 * What is not heard of in time is to be asked for: hl_orders_next_check says of which order, and what. */
#ifndef PG_VENUE_HYPERLIQUID_ADAPTER_ORDERS_H
#define PG_VENUE_HYPERLIQUID_ADAPTER_ORDERS_H

#include "venue/hyperliquid/codec.h"
#include "venue/venue.h"

enum {
    HL_ORDERS_MAX = 4096,   /* open or lately ended; the venue allows 5000 open ones at the most */
    HL_HELD_MAX = 256,      /* fills of legs whose replacement is not reported yet */
    HL_FILLS_SEEN = 1 << 15 /* more than the venue's snapshots and pages have */
};

typedef struct {
    uint64_t oid; /* 0: not known yet */
    int64_t price, size;
    int64_t filled;     /* heard of */
    bool ended;         /* and then: */
    int64_t end_filled; /* filled in all, as the venue says */
    int64_t end_ns;
    pg_hl_state state;
    pg_reason reason;
    char words[PG_VENUE_WORDS];
} hl_leg;

/* What the venue is to be asked about an order. */
typedef enum {
    HL_ASK_NOTHING,
    HL_ASK_STATUS, /* its state: by the leg's id or, when that is not known, by our own */
    HL_ASK_NEXT,   /* the state of the newest order of our id: is there a replacement? */
    HL_ASK_FILLS,  /* fills since it was sent */
    HL_ASK_VOID    /* to take no action of the doubtful nonce any more */
} hl_ask;

/* A replacement on its way. */
typedef enum { HL_REPLACE_NONE, HL_REPLACE_SENT, HL_REPLACE_TAKEN, HL_REPLACE_REFUSED } hl_replace;

typedef struct {
    uint64_t id;
    int market;
    uint8_t side, tif;
    bool reduce_only;
    bool used, accepted, done;
    bool cancelling; /* a cancel is on its way, or was taken and its end is to come */
    hl_replace replace;
    hl_leg leg, next;           /* next: what is to replace it; once that is refused, why */
    int64_t placed_ns, sent_ns; /* sent: the last request */

    /* What is to be asked and when; and of which request (pg_request_kind) the outcome is unknown. */
    hl_ask ask;
    bool asking; /* the question is on its way */
    int64_t ask_ns;
    uint8_t doubt; /* pg_request_kind; 0: none */
    bool taken;    /* the venue has taken the doubtful request */
    uint64_t doubt_nonce;
    int64_t doubt_ns;

    int by_id, by_oid[2]; /* next in the chains of the index */
    int after;            /* next in the list of free ones, or of ended ones */
    int watch_before, watch_after;
    unsigned listed; /* the last list of open orders that it was in */
} hl_order;

typedef struct hl_orders hl_orders;

typedef struct {
    void *self;
    void (*report)(void *self, const pg_report *report);
} hl_report_sink;

pg_status hl_orders_new(hl_orders **orders, uint64_t run, hl_report_sink sink, pg_error *err);
void hl_orders_free(hl_orders *orders);

/* ---- requests ---- */

/* A new order that is about to be sent; NULL when HL_ORDERS_MAX are open. */
hl_order *hl_orders_place(hl_orders *orders, int market, const pg_request *request, int64_t now_ns);

/* By our id, open or lately ended; NULL. */
hl_order *hl_orders_find(hl_orders *orders, uint64_t id);

void hl_order_cancel(hl_order *order, int64_t now_ns);
void hl_order_replace(hl_order *order, int64_t price, int64_t size, int64_t now_ns);

/* ---- what the venue says ---- */

/* The venue's answer to a request of a kind (pg_request_kind). */
void hl_orders_answer(hl_orders *orders, hl_order *order, uint8_t kind, const pg_hl_result *result, int64_t now_ns);

/* A request was refused, all of it or before it left (`unsent`). */
void hl_orders_refuse(hl_orders *orders, hl_order *order, uint8_t kind, pg_hl_refusal refusal, const char *words,
                      bool unsent, int64_t now_ns);

/* No answer: it is reported as unknown, and to be asked for. */
void hl_orders_lose(hl_orders *orders, hl_order *order, uint8_t kind, uint64_t nonce, int64_t now_ns);

/* States and fills, of anybody's orders. */
void hl_orders_update(hl_orders *orders, const pg_hl_update *update, int64_t now_ns);
/* Returns false for a fill that was heard of before. */
bool hl_orders_fill(hl_orders *orders, const pg_hl_fill *fill, const char *symbol, int64_t now_ns);

/* Remembers a fill without reporting it; false when it is known. */
bool hl_orders_know_fill(hl_orders *orders, const pg_hl_fill *fill);

/* ---- asking ---- */

/* The first order about which something is to be asked by now, NULL when there is none. It is marked as being asked. */
hl_order *hl_orders_next_check(hl_orders *orders, int64_t now_ns);

/* The answer to HL_ASK_STATUS or HL_ASK_NEXT: NULL for an order that the venue does not know. */
void hl_orders_told(hl_orders *orders, hl_order *order, hl_ask asked, const pg_hl_update *update, int64_t now_ns);

/* The answer to HL_ASK_FILLS: every fill of the order has been given to hl_orders_fill. */
void hl_orders_filled(hl_orders *orders, hl_order *order, int64_t now_ns);

/* The answer to HL_ASK_VOID: the doubtful request can no more arrive (voided), or has arrived. */
void hl_orders_voided(hl_orders *orders, hl_order *order, bool voided, int64_t now_ns);

/* The question could not be asked; it will be again. */
void hl_orders_ask_again(hl_order *order, int64_t now_ns);

/* A list of all open orders, asked for at asked_ns, for states that passed while a connection was gone are not told
 * again: begin, give each, end. What should be in it and is not is asked about. */
void hl_orders_list_begin(hl_orders *orders);
void hl_orders_list_add(hl_orders *orders, const pg_hl_update *update, int64_t now_ns);
void hl_orders_list_end(hl_orders *orders, int64_t asked_ns, int64_t now_ns);

/* ---- reports ---- */

/* A report of a fill as it is, for nobody's order, or once more. */
void hl_report_fill(pg_report *report, const pg_hl_fill *fill, const char *symbol);

int hl_orders_open(const hl_orders *orders);

#endif
