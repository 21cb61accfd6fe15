/* What the files of the paper venue share. */
#ifndef PG_SIM_PAPER_INTERNAL_H
#define PG_SIM_PAPER_INTERNAL_H

#include "sim/matcher.h"
#include "sim/paper.h"
#include "trade/position.h"

/* ---- letters on their way ---- */

typedef enum {
    PAPER_REQUEST,  /* an order's */
    PAPER_REPORT,   /* the answer, or what became of an order */
    PAPER_CANCELS,  /* of everything */
    PAPER_ACCOUNT,  /* its state */
    PAPER_FILLS,    /* once more */
    PAPER_LEVERAGE, /* of a market */
    PAPER_SWITCH    /* which there is none of */
} paper_kind;

/* What was asked, and where the answer goes. */
typedef struct {
    paper_kind kind;
    int market;
    int64_t sent_ns; /* wall clock */
    pg_request request;
    uint64_t run;    /* CANCELS */
    int64_t time_ns; /* FILLS: since then */
    int leverage;
    void *self;
    union {
        pg_cancelled_done cancelled;
        pg_account_done account;
        pg_venue_done done;
    };
} paper_question;

typedef struct paper_snapshot paper_snapshot;

typedef struct {
    paper_question question; /* of a REPORT: the kind alone */
    pg_report report;
    int remaining;
    paper_snapshot *snapshot; /* NULL: there was no memory for it */
} paper_answer;

/* A first-in first-out ring of either; each item has its time of arrival. Grows, so that nothing is lost. */
typedef struct {
    char *items;
    int64_t *due_ns;
    size_t item_size;
    uint32_t head, count, capacity; /* a power of two */
} paper_mail;

void *paper_mail_push(paper_mail *mail, int64_t due_ns);
void *paper_mail_front(const paper_mail *mail);
int64_t paper_mail_due(const paper_mail *mail); /* INT64_MAX: nothing is on its way */
void paper_mail_pop(paper_mail *mail);

/* ---- the venue ---- */

typedef struct pg_paper pg_paper;

typedef struct {
    pg_paper *paper;
    int number;
    pg_instrument instrument;
    pg_matcher *matcher;
    pg_position position;
    int64_t mark_x2; /* 0: never seen */
    int leverage;
    uint64_t moving; /* order that is cancelled and placed again because a replacement loses its place; 0: none */
} paper_market;

/* A fill for pg_venue_fills_since. */
typedef struct {
    int market;
    pg_reply reply;
    uint64_t number;
} paper_fill;

struct pg_paper {
    pg_venue base;
    pg_venue *inner;
    const pg_venue_type *inner_type;
    pg_paper_options options;
    pg_venue_config config;
    pg_loop *loop;
    pg_venue_sink sink;
    pg_venue_facts facts;
    bool ready;
    paper_market market[PG_VENUE_MARKETS];
    paper_mail requests, answers;
    pg_timer *timer;
    int64_t armed_ns;
    int64_t opened_ns; /* wall clock; from there the time runs as the monotonic clock does, without steps */
    double opened_s;
    int64_t now_ns;              /* how far the matching engines are */
    const paper_question *asked; /* what is being done */
    paper_fill fills[PG_PAPER_FILLS];
    uint64_t fill_count;
};

/* The paper venue's time; it never goes back. */
int64_t paper_now(const pg_paper *paper);

/* ---- paper_match.c ---- */

/* Makes a market's matching engine as soon as its instrument is known: the first of its data may come before the venue
 * is ready. PG_ERR_STATE when it is not, PG_ERR_MEMORY. */
pg_status paper_open_market(pg_paper *paper, int market, pg_error *err);

/* The market moved. */
void paper_market_event(paper_market *market, const pg_event *event);

/* A question arrives at the venue, at its time. */
void paper_arrive(pg_paper *paper, const paper_question *question);

/* Reads the account. */
struct paper_snapshot {
    pg_account_state state;
    pg_open_order *orders;
    pg_held held[PG_VENUE_MARKETS];
};
paper_snapshot *paper_snapshot_new(const pg_paper *paper);
void paper_snapshot_free(paper_snapshot *snapshot);

#endif
