/* Tracks our orders at a venue, whichever it is: from what it tells (told.h), in whatever order, to reports (venue.h).
 * Knows no network.
 *
 * The venue tells one thing in up to three ways (the answer to a request, a state, a fill), in any order, twice
 * or not at all. Here they become reports of which each comes once and in an order that can happen: accepted before
 * filled, every fill before the end. An end is reported when as much was heard of in fills as the venue says was
 * filled.
 *
 * A replaced order has a new id at the venue: a leg. The old leg's end and fills are reported before the replacement,
 * whose size is set afresh, and the new leg's fills after it.
 *
 * Where a venue changes an order in place instead, it keeps its id and its fills, and its size is its total: then there
 * is one leg, and `next` is what it is to become.
 *
 * What is not heard of in time is to be asked for: pg_tracker_next_check says of which order, and what. */
#ifndef PG_VENUE_TRACKER_H
#define PG_VENUE_TRACKER_H

#include "venue/told.h"
#include "venue/venue.h"

enum {
    PG_TRACKER_ORDERS = 4096,  /* open or lately ended */
    PG_TRACKER_HELD = 256,     /* fills of legs whose replacement is not reported yet */
    PG_TRACKER_FILLS = 1 << 15 /* more than snapshots and pages of venues have */
};

typedef struct {
    uint64_t oid;    /* 0: not known yet */
    uint32_t number; /* of the legs that the order had so far, those that were refused among them; from 1 */
    int64_t price, size;
    int64_t filled;     /* heard of */
    bool ended;         /* and then: */
    int64_t end_filled; /* filled in all, as the venue says */
    int64_t end_ns;
    pg_told_state state;
    pg_reason reason;
    char words[PG_VENUE_WORDS];
} pg_leg;

/* What the venue is to be asked about an order. */
typedef enum {
    PG_ASK_NOTHING,
    PG_ASK_STATUS, /* its state: by the leg's id or, when that is not known, by our own */
    PG_ASK_NEXT,   /* the state of the newest order of our id: is there a replacement? */
    PG_ASK_FILLS,  /* fills since it was sent */
    PG_ASK_VOID /* nothing, but see to it that the doubtful request can no more arrive: by its nonce, or its expiry */
} pg_ask;

/* A replacement on its way. */
typedef enum { PG_REPLACE_NONE, PG_REPLACE_SENT, PG_REPLACE_TAKEN, PG_REPLACE_REFUSED } pg_replacing;

typedef struct {
    uint64_t id;
    pg_client_id name; /* its client id at the venue, also after a replacement: ours, or that of an adopted order */
    uint64_t alias;    /* the adapter's: a client id that is short enough for the venue */
    int market;
    uint8_t side, tif;
    bool reduce_only;
    bool used, accepted, done;
    bool cancelling; /* a cancel is on its way, or was taken and its end is to come */
    pg_replacing replace;
    bool in_place;              /* the replacement is the same order, changed */
    pg_leg leg, next;           /* next: what is to replace it; once that is refused, why */
    uint32_t legs;              /* how many there were so far */
    int64_t placed_ns, sent_ns; /* sent: the last request */

    /* What is to be asked and when; and of which request (pg_request_kind) the outcome is unknown. */
    pg_ask ask;
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
} pg_tracked;

typedef struct pg_tracker pg_tracker;

typedef struct {
    void *self;
    void (*report)(void *self, const pg_report *report);
} pg_report_sink;

pg_status pg_tracker_new(pg_tracker **tracker, uint64_t run, pg_report_sink sink, pg_error *err);
void pg_tracker_free(pg_tracker *tracker);

/* ---- requests ---- */

/* A new order that is about to be sent; NULL when PG_TRACKER_ORDERS are open. */
pg_tracked *pg_tracker_place(pg_tracker *tracker, int market, const pg_request *request, int64_t now_ns);

/* How long after it was sent a request may still arrive: an order that the venue does not know until then is not there.
 * 3 s unless it is set. */
void pg_tracker_set_patience(pg_tracker *tracker, int64_t patience_ns);

/* By our id, open or lately ended; NULL. */
pg_tracked *pg_tracker_find(pg_tracker *tracker, uint64_t id);

/* By its client id as the venue tells it; NULL. */
pg_tracked *pg_tracker_named(pg_tracker *tracker, pg_client_id name);

/* An open order of an earlier session is this one's from here on, under a new id: reports of it carry this run and that
 * id. tif: as it was placed. NULL when PG_TRACKER_ORDERS are open, or it is here already, or has no id at the venue. */
pg_tracked *pg_tracker_adopt(pg_tracker *tracker, uint64_t id, const pg_open_order *found, uint8_t tif, int64_t now_ns);

void pg_tracked_cancel(pg_tracked *order, int64_t now_ns);
void pg_tracked_replace(pg_tracked *order, int64_t price, int64_t size, int64_t now_ns);

/* The same, in place; size: the order's total, what has filled included. */
void pg_tracked_amend(pg_tracked *order, int64_t price, int64_t size, int64_t now_ns);

/* ---- what the venue says ---- */

/* The venue's answer to a request of a kind (pg_request_kind). */
void pg_tracker_answer(pg_tracker *tracker, pg_tracked *order, uint8_t kind, const pg_answer *answer, int64_t now_ns);

/* A request was refused, all of it or before it left (`unsent`). */
void pg_tracker_refuse(pg_tracker *tracker, pg_tracked *order, uint8_t kind, pg_refusal refusal, const char *words,
                       bool unsent, int64_t now_ns);

/* No answer: it is reported as unknown, and to be asked for. */
void pg_tracker_lose(pg_tracker *tracker, pg_tracked *order, uint8_t kind, uint64_t nonce, int64_t now_ns);

/* A request was taken, of which the effect is told by a state: if none is heard until at_ns, it is asked for. */
void pg_tracker_expect(pg_tracker *tracker, pg_tracked *order, int64_t at_ns);

/* States and fills, of anybody's orders. */
void pg_tracker_update(pg_tracker *tracker, const pg_told_order *update, int64_t now_ns);
/* Returns false for a fill that was heard of before. */
bool pg_tracker_fill(pg_tracker *tracker, const pg_told_fill *fill, const char *symbol, int64_t now_ns);

/* Remembers a fill without reporting it; false when it is known. */
bool pg_tracker_know_fill(pg_tracker *tracker, const pg_told_fill *fill);

/* ---- asking ---- */

/* The first order about which something is to be asked by now, NULL when there is none. It is marked as being asked. */
pg_tracked *pg_tracker_next_check(pg_tracker *tracker, int64_t now_ns);

/* The answer to PG_ASK_STATUS or PG_ASK_NEXT: NULL for an order that the venue does not know. */
void pg_tracker_told(pg_tracker *tracker, pg_tracked *order, pg_ask asked, const pg_told_order *update, int64_t now_ns);

/* The answer to PG_ASK_FILLS: every fill of the order has been given to pg_tracker_fill. */
void pg_tracker_filled(pg_tracker *tracker, pg_tracked *order, int64_t now_ns);

/* The answer to PG_ASK_VOID: the doubtful request can no more arrive (voided), or has arrived. */
void pg_tracker_voided(pg_tracker *tracker, pg_tracked *order, bool voided, int64_t now_ns);

/* The question could not be asked; it will be again. */
void pg_tracked_ask_again(pg_tracked *order, int64_t now_ns);

/* A list of all open orders, asked for at asked_ns, for states that passed while a connection was gone are not told
 * again: begin, give each, end. What should be in it and is not is asked about. */
void pg_tracker_list_begin(pg_tracker *tracker);
void pg_tracker_list_add(pg_tracker *tracker, const pg_told_order *update, int64_t now_ns);
void pg_tracker_list_end(pg_tracker *tracker, int64_t asked_ns, int64_t now_ns);

/* ---- reports ---- */

/* A report of a fill as it is, for nobody's order, or once more. */
void pg_report_fill(pg_report *report, const pg_told_fill *fill, const char *symbol);

int pg_tracker_open(const pg_tracker *tracker);
int pg_tracker_open_in(const pg_tracker *tracker, int market);

#endif
