/* What the parts of the adapter share: adapter.c opens and closes, adapter_start.c makes ready, adapter_market.c has
 * the market stream, adapter_account.c the account's, adapter_orders.c checks and queues what is submitted,
 * adapter_send.c signs and sends it, adapter_answer.c takes the answers, adapter_doubt.c asks what became of orders,
 * adapter_act.c sends other transactions, adapter_calls.c and adapter_fills.c have the other calls of venue.h. */
#ifndef PG_VENUE_LIGHTER_ADAPTER_INTERNAL_H
#define PG_VENUE_LIGHTER_ADAPTER_INTERNAL_H

#include "base/text.h"
#include "crypto/schnorr.h"
#include "net/bucket.h"
#include "venue/call.h"
#include "venue/late.h"
#include "venue/lighter/adapter.h"
#include "venue/lighter/client_index.h"
#include "venue/lighter/codec_book.h"
#include "venue/lighter/codec_told.h"
#include "venue/lighter/codec_words.h"
#include "venue/lighter/nonce.h"
#include "venue/lighter/rest.h"
#include "venue/lighter/sign.h"
#include "venue/lighter/stream.h"
#include "venue/recent.h"
#include "venue/tracker.h"

enum {
    LI_FLIGHTS = 64,  /* messages without an answer */
    LI_OUTBOX = 1024, /* requests that wait to be sent */
    LI_SENT = 4096,   /* transactions whose outcome may still be told */
    LI_DOUBTS = 512,  /* lost ones */
    LI_TICK_MS = 20,
    LI_ANSWER_MS = 5000,
    LI_TRADES_SEEN = 2048,
    LI_QUOTA_LOW = 1000,     /* of orders: the switch is set less often */
    LI_QUOTA_SLOW = 50,      /* orders are sent one by one */
    LI_SWITCH_LEAST_S = 300, /* that the dead-man's switch can be set ahead */
    LI_FAILED_TX = 0,        /* what became of a transaction */
    LI_EXECUTED_TX = 2,
    LI_URL = 256
};

typedef struct {
    char symbol[PG_SYMBOL_SIZE];
    int64_t id; /* the venue's */
    pg_instrument instrument;
    int64_t min_base, min_quote_e6, quote_multiplier;
    int64_t maker_fee_e8, taker_fee_e8; /* of the market, before the account's own */
    bool reduce_only, is_perp;
    pg_lighter_book book;
    pg_recent *trades;
    int64_t heard_ns;      /* any message about the market */
    int64_t gap_ns;        /* when data ended that have not come again; 0: they flow */
    int64_t trades_gap_ns; /* of trades */
    int64_t funded_ms;     /* when funding was last settled; 0: not told yet */
    int64_t mark;
    bool asking; /* for a book over HTTP */
} li_market;

typedef struct li_venue li_venue;

/* Something to be sent, in its turn. */
typedef struct {
    uint8_t kind; /* pg_request_kind; 0: an act */
    uint64_t id;  /* of the order */
    struct li_act *act;
    int64_t queued_ns;
    int tries;  /* of a cancel that has to be sent again */
    bool alone; /* not in a batch: it was in one that was refused */
} li_intent;

/* A transaction that was signed. */
typedef struct {
    li_intent intent;
    uint64_t hash; /* the first 16 digits of it */
} li_part;

/* A message on its way. */
typedef struct {
    bool used, posted; /* posted: over HTTP */
    uint64_t number;   /* in `id` of the message */
    int64_t nonce, sent_ns;
    int count;
    li_part part[PG_LIGHTER_BATCH];
    char hash[PG_LIGHTER_BATCH][PG_LIGHTER_HASH_TEXT];
    int64_t expires_ms;
    li_venue *venue;
} li_flight;

/* A lost transaction: it can be looked up by its hash, and is void after its time. */
typedef struct {
    int64_t nonce, expires_ms;
    char hash[PG_LIGHTER_HASH_TEXT];
} li_doubt;

/* A transaction that is no order's, until its outcome is known. */
typedef struct li_act {
    pg_call call;
    pg_lighter_tx tx;
    void *self;
    pg_venue_done done;
    char hash[PG_LIGHTER_HASH_TEXT];
    bool sent, taken, asking; /* on its way or behind it; the venue has it; its outcome is asked for */
    int64_t ask_ns, give_up_ns;
    pg_error early; /* why it was not sent */
    pg_timer *timer;
} li_act;

typedef enum { LI_STARTING, LI_OPENING, LI_READY, LI_FAILED } li_phase;

struct li_venue {
    pg_venue base;
    pg_loop *loop;
    pg_venue_sink sink;
    const pg_log *log;
    li_phase phase;
    /* settings */
    char name[64], url[LI_URL];
    uint32_t chain_id;
    int64_t account; /* -1: none */
    int64_t key_index;
    bool no_streams;
    int64_t rest_backup_ms;
    int leverage;
    bool isolated;
    int64_t expires_ms;
    int index_bits;
    uint64_t run;
    /* the key */
    const pg_secret *key, *read_only; /* NULL: none */
    bool maker_only;
    int bad_signatures; /* that the venue has refused, one after the other */
    bool unsound;       /* one that was made here does not verify */
    uint64_t signed_count;
    char public_key[2 * PG_SCHNORR_KEY_BYTES + 1];
    char token[PG_LIGHTER_TOKEN_MAX];
    int64_t token_until_s;
    pg_lighter_nonces *nonces;
    pg_lighter_indexes *indexes;
    /* what is traded */
    li_market *market;
    int market_count;
    /* connections */
    pg_lighter_rest *rest;
    pg_lighter_stream *market_stream, *account_stream;
    pg_lighter_decoder *decoder;
    pg_timer *tick;
    bool market_up, account_up;
    int64_t subscribed_ns[2];
    int64_t market_down_ns, backup_ns, opened_ns, opening_ns;
    int64_t clock_ahead_ns; /* the venue's, of ours */
    int start_step;
    int64_t retry_ns;   /* of the start; 0: not waiting */
    int64_t markets_ns; /* when the markets are read again */
    /* orders */
    pg_tracker *orders;
    pg_late *late;
    li_intent outbox[LI_OUTBOX]; /* a ring */
    int outbox_first, outbox_count;
    bool pumping;
    li_flight flight[LI_FLIGHTS];
    int flights, posts;
    uint64_t next_number;
    li_part sent[LI_SENT]; /* by hash */
    li_doubt doubts[LI_DOUBTS];
    int next_doubt;
    int questions;     /* about orders, under way */
    int64_t quota;     /* -1: not told */
    int64_t slow_ns;   /* no order is sent before: the quota is used up, or nearly */
    int64_t switch_ms; /* what the dead-man's switch is set to; 0: not set */
    pg_text frame;
    pg_lighter_signed made;
    pg_calls calls;
    pg_event *events; /* PG_LIGHTER_BOOK_EVENTS */
    pg_venue_facts facts;
};

/* ---- adapter.c ---- */

int64_t li_now(void);
void li_log(const li_venue *venue, pg_log_level level, const char *message, const char *name, const char *text);

/* Nothing more can be done: tells the sink, once. */
void li_fail(li_venue *venue, const pg_error *err);

static inline li_venue *li_of(const pg_call *call)
{
    return call->calls->owner;
}

/* The place of a market by the venue's id; -1. */
int li_market_of(const li_venue *venue, int64_t id);

/* The token for private data, made anew in time; NULL: none can be had. */
const char *li_token(li_venue *venue);

/* ---- adapter_start.c ---- */

void li_start_tick(li_venue *venue, int64_t now_ns);

/* Reads the markets again, every hour. */
void li_markets_tick(li_venue *venue, int64_t now_ns);

/* Something that the start waits for has come. */
void li_start_check(li_venue *venue);

/* ---- adapter_market.c ---- */

pg_status li_market_open(li_venue *venue, pg_error *err);
void li_market_tick(li_venue *venue, int64_t now_ns);

/* ---- adapter_account.c ---- */

pg_status li_account_open(li_venue *venue, pg_error *err);
void li_account_tick(li_venue *venue, int64_t now_ns);

/* An order as the venue tells it, with our id if it is ours. False for one that cannot be read (*err). */
bool li_told(li_venue *venue, pg_told_order *out, const pg_lighter_order *order, pg_error *err);

/* Our sides of a trade: 0 to 2 fills. -1 for one that cannot be read (*err). */
int li_fills_of(li_venue *venue, pg_told_fill out[2], const pg_lighter_trade *trade, pg_error *err);

/* ---- adapter_orders.c ---- */

void li_submit(pg_venue *base, const pg_submit *list, int count);
bool li_adopt(pg_venue *base, uint64_t id, const pg_open_order *found, uint8_t tif);
bool li_has_room(const pg_venue *base, int requests, bool cancels);

/* ---- adapter_send.c ---- */

/* Puts something at the end of the outbox; false when that is full. */
bool li_queue(li_venue *venue, const li_intent *intent);

/* Sends what can be sent. Never calls the sink. */
void li_pump(li_venue *venue);
void li_send_tick(li_venue *venue, int64_t now_ns);

/* The flight's place is free again. */
void li_land(li_flight *flight, pg_lighter_nonces_fate fate);

/* ---- adapter_answer.c ---- */

void li_answer(li_venue *venue, const pg_lighter_message *message);
void li_posted(void *self, pg_sent sent, const char *answer, size_t size, const pg_error *err);
void li_flights_lost(li_venue *venue);
void li_flights_tick(li_venue *venue, int64_t now_ns);

/* What became of a transaction of the account. */
void li_outcome(li_venue *venue, const pg_lighter_receipt *receipt);

/* The words of a failed transaction's event, "" when it has none. */
void li_event_words(char *words, size_t size, pg_span event);

/* ---- adapter_act.c ---- */

/* The answer to an act's transaction; lost: none came. */
void li_act_answer(li_act *act, bool lost, int64_t code, const char *words);
void li_act_outcome(li_venue *venue, const pg_lighter_receipt *receipt);
void li_act_tick(li_venue *venue, int64_t now_ns);
void li_arm_switch(pg_venue *base, int seconds, void *self, pg_venue_done done);
void li_set_leverage(pg_venue *base, int market, int leverage, bool cross, void *self, pg_venue_done done);

/* ---- adapter_doubt.c ---- */

void li_doubt_tick(li_venue *venue, int64_t now_ns);

/* ---- adapter_fills.c ---- */

/* Reads the fills since a time. Each is given to the tracker, which reports what is new of them; or, `all`, reported
 * whether it is new or not. */
void li_fetch_fills(li_venue *venue, int64_t from_ns, bool all, void *self, pg_venue_done done);
void li_fills_since(pg_venue *base, int64_t time_ns, void *self, pg_venue_done done);

/* ---- adapter_trades.c ---- */

void li_trades(pg_venue *base, int market, void *self, pg_trades_done done);

/* ---- adapter_calls.c ---- */

void li_cancel_all(pg_venue *base, uint64_t run, void *self, pg_cancelled_done done);
void li_account(pg_venue *base, void *self, pg_account_done done);

#endif
