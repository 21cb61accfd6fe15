/* What the parts of the adapter share: adapter.c opens and closes, adapter_options.c has the settings, adapter_start.c
 * makes ready and keeps markets and fees fresh, adapter_market.c has the market's streams, adapter_backup.c prices over
 * HTTP, adapter_account.c the account's stream, adapter_send.c sends requests, adapter_modes.c knows what may be sent at
 * present, adapter_doubt.c asks what became of them, adapter_fills.c looks fills up, adapter_calls.c and adapter_sweep.c
 * have the other calls of venue.h. */
#ifndef PG_VENUE_EXTENDED_ADAPTER_INTERNAL_H
#define PG_VENUE_EXTENDED_ADAPTER_INTERNAL_H

#include "venue/call.h"
#include "venue/extended/adapter.h"
#include "venue/extended/best.h"
#include "venue/extended/codec.h"
#include "venue/extended/codec_value.h"
#include "venue/extended/codec_words.h"
#include "venue/extended/markets.h"
#include "venue/extended/rest.h"
#include "venue/extended/sign_nonce.h"
#include "venue/extended/sign_order.h"
#include "venue/extended/states.h"
#include "venue/extended/stream.h"
#include "venue/late.h"
#include "venue/recent.h"
#include "venue/tracker.h"

enum {
    EX_FLIGHTS = 160, /* requests without an answer yet */
    EX_TICK_MS = 20,
    EX_TRADES_SEEN = 10000,
    EX_STATES = 8192,
    EX_OPEN_MAX = 6000, /* orders in a list: 200 a market */
    EX_HELD_MAX = 512,
    EX_CANCELS = 50, /* names in a mass cancel */
    EX_PATH = 256,
    EX_RATE_TEXT = 48
};

#define EX_SECOND_NS INT64_C(1000000000)

typedef enum { EX_BOOK, EX_BEST, EX_TRADES, EX_MARK, EX_INDEX, EX_FUNDING, EX_STREAMS } ex_stream_kind;

typedef struct ex_venue ex_venue;
typedef struct ex_market ex_market;

/* One stream of a market. */
typedef struct {
    ex_market *market;
    ex_stream_kind kind;
    pg_extended_stream *stream;
    pg_extended_sequence sequence; /* of the book: its own */
    int64_t heard_ns, before_ns;   /* the last message, and the one before */
} ex_feed;

struct ex_market {
    ex_venue *venue;
    char name[PG_EXTENDED_NAME], path[3 * PG_EXTENDED_NAME]; /* path: as a piece of one */
    pg_extended_listing listing;
    pg_instrument instrument;
    pg_extended_book book;
    pg_extended_bests bests;
    ex_feed feed[EX_STREAMS];
    pg_recent *trades;
    bool has_book;         /* a message of the present came on this connection */
    bool asking;           /* for a book over HTTP */
    int64_t book_ns;       /* the venue's time of the last message */
    int64_t gap_ns;        /* when data ended that have not come again; 0: they flow */
    int64_t trades_gap_ns; /* of trades: when their stream ended, or missed one */
    pg_exact mark;         /* 0: not known yet */
    int64_t mark_units, index_units;
    int64_t funding_ms;                            /* the last one told */
    char maker[EX_RATE_TEXT], taker[EX_RATE_TEXT]; /* fee rates; "" not known */
};

/* A request on its way, for one order; cancels of several are one each. */
typedef struct {
    bool used;
    uint8_t kind; /* pg_request_kind */
    uint64_t order;
    ex_venue *venue;
    /* what was signed, of orders: nothing of it is secret */
    pg_extended_amounts amounts;
    pg_felt hash;
    uint64_t nonce;
} ex_flight;

/* What the venue takes at present (spec/extended.md, section 15). */
typedef struct {
    bool maintenance, post_only, reduce_only;
    int64_t since_ns;
} ex_mode;

/* How near the account is to its liquidation: only what reduces is sent then, and farther on everything is cancelled. */
typedef enum { EX_MARGIN_FINE, EX_MARGIN_REDUCE, EX_MARGIN_CANCEL } ex_margin;

typedef enum { EX_STARTING, EX_OPENING, EX_READY, EX_FAILED } ex_phase;

struct ex_venue {
    pg_venue base;
    pg_loop *loop;
    pg_venue_sink sink;
    const pg_log *log;
    ex_phase phase;
    /* settings */
    char name[64], url[256], stream_url[288];
    const char *chain;
    bool mainnet, no_streams, always_taker, no_best;
    int64_t rest_backup_ms, lifetime_ms;
    int leverage, per_minute;
    int64_t reduce_ratio_e6, cancel_ratio_e6; /* margin ratios from which on these states begin */
    uint64_t run;
    bool has_vault;
    uint32_t vault;
    char symbols[PG_VENUE_MARKETS][PG_SYMBOL_SIZE];
    /* the key */
    bool can_sign, has_api_key;
    const pg_secret *key, *api_key;
    pg_extended_account account;
    pg_extended_nonces nonces;
    char body[PG_EXTENDED_BODY];
    /* what is traded */
    ex_market *market;
    int market_count;
    /* connections */
    pg_extended_rest *rest;
    pg_extended_stream *account_stream;
    pg_extended_sequence account_sequence;
    unsigned snapshots; /* PG_EXTENDED_HAS_* that came on this connection */
    pg_timer *tick;
    bool market_up, account_up;
    int64_t account_opened_ns, market_down_ns, backup_ns, opened_ns, clock_ahead_ns;
    int start_step, start_market;
    int64_t retry_ns;            /* of the start; 0: not waiting */
    int64_t markets_ns, fees_ns; /* when they are to be read again */
    bool reading_markets, reading_fees;
    int fees_market; /* whose turn it is */
    ex_mode mode;
    ex_margin margin;
    bool clock_checked;
    /* orders */
    pg_tracker *orders;
    pg_extended_states *states;
    ex_flight flight[EX_FLIGHTS];
    int flights;
    int questions; /* about orders, under way */
    pg_late *late;
    pg_calls calls;
    pg_extended_level *levels;
    pg_event *events;
    pg_venue_facts facts;
};

static inline ex_venue *ex_of(const pg_call *call)
{
    return call->calls->owner;
}

/* When it was opened by the venue's clock, which is known to a second: what is older is no news. What is told twice
 * because of that second counts once, by its id. */
static inline int64_t ex_opened_ns(const ex_venue *venue)
{
    return venue->opened_ns + venue->clock_ahead_ns - EX_SECOND_NS;
}

/* ---- adapter.c ---- */

int64_t ex_now(void);
void ex_log(const ex_venue *venue, pg_log_level level, const char *message, const char *name, const char *text);
void ex_log_error(const ex_venue *venue, pg_log_level level, const char *message, const pg_error *err);

/* Nothing more can be done: tells the sink, once. */
void ex_fail(ex_venue *venue, const pg_error *err);

/* The market of a name; -1. */
int ex_market_of(const ex_venue *venue, pg_span name);

/* ---- adapter_options.c ---- */

pg_status ex_configure(ex_venue *venue, const pg_venue_config *config, pg_error *err);

/* ---- adapter_start.c ---- */

void ex_start(ex_venue *venue);
void ex_start_tick(ex_venue *venue, int64_t now_ns);

/* Something that the start waits for has come. */
void ex_start_check(ex_venue *venue);

/* ---- adapter_refresh.c ---- */

/* Reads a market out of a list: its rules the first time, and what has changed of them later. */
pg_status ex_take_listing(ex_market *market, const pg_extended_market_record *record, pg_error *err);

/* The fees of a market out of the venue's answer; PG_ERR_NOT_FOUND when it has none of this market. */
pg_status ex_take_fees(ex_market *market, pg_span data, pg_error *err);

/* "/info/markets?market=..." of all symbols; PG_ERR_RANGE. */
pg_status ex_markets_path(const ex_venue *venue, char *path, size_t size);

/* The fees of a market are not what was sent: reads them again. */
void ex_fees_again(ex_venue *venue, int market);

/* Reads markets and fees again when it is time. */
void ex_refresh_tick(ex_venue *venue, int64_t now_ns);

/* ---- adapter_market.c ---- */

pg_status ex_market_open(ex_venue *venue, pg_error *err);
void ex_market_tick(ex_venue *venue, int64_t now_ns);

/* Gives events about a market to the sink. */
void ex_give(ex_market *market, pg_event *events, int count);

/* A public trade as an event. False for one of another market, or that cannot be. */
bool ex_print_event(pg_event *event, const ex_market *market, const pg_extended_print *print, int64_t received_ns);

/* ---- adapter_backup.c ---- */

void ex_backup_tick(ex_venue *venue, int64_t now_ns);

/* ---- adapter_account.c ---- */

pg_status ex_account_open(ex_venue *venue, pg_error *err);
void ex_account_tick(ex_venue *venue, int64_t now_ns);

/* A record of an order or a fill in the words of all venues. Errors: PG_ERR_PARSE, PG_ERR_RANGE for numbers that a market
 * of ours cannot have. */
pg_status ex_told_order(pg_told_order *told, const ex_venue *venue, const pg_extended_order_record *record,
                        pg_error *err);
pg_status ex_told_fill(pg_told_fill *told, const ex_venue *venue, const pg_extended_trade *record, pg_error *err);

/* ---- adapter_send.c ---- */

void ex_submit(pg_venue *base, const pg_submit *list, int count);
bool ex_has_room(const pg_venue *base, int requests, bool cancels);

/* Cancels an order again whose cancel may have overtaken it. */
void ex_cancel_again(ex_venue *venue, pg_tracked *order);

/* ---- adapter_modes.c ---- */

/* What a refusal means beyond the order that it is about: stops trading, or waits. */
void ex_heed(ex_venue *venue, pg_extended_class class, const char *words);

/* The account's margin ratio (maintenance margin by equity) as a balance tells it; it need not be there. */
void ex_take_margin(ex_venue *venue, pg_span ratio);

/* ---- adapter_doubt.c ---- */

void ex_doubt_tick(ex_venue *venue, int64_t now_ns);

/* ---- adapter_fills.c ---- */

/* Reads the fills since a time, page by page. Each is given to the tracker, which reports what is new of them; or, `all`,
 * reported whether it is new or not. */
void ex_fetch_fills(ex_venue *venue, int64_t from_ns, bool all, void *self, pg_venue_done done);
void ex_fills_since(pg_venue *base, int64_t time_ns, void *self, pg_venue_done done);

/* ---- adapter_trades.c ---- */

void ex_trades(pg_venue *base, int market, void *self, pg_trades_done done);

/* ---- adapter_calls.c ---- */

void ex_account(pg_venue *base, void *self, pg_account_done done);
void ex_arm_switch(pg_venue *base, int seconds, void *self, pg_venue_done done);
void ex_set_leverage(pg_venue *base, int market, int leverage, bool cross, void *self, pg_venue_done done);

/* ---- adapter_sweep.c ---- */

void ex_cancel_all(pg_venue *base, uint64_t run, void *self, pg_cancelled_done done);

/* The body of a mass cancel by external ids into text; PG_ERR_RANGE when it does not fit. */
pg_status ex_cancel_body(char *text, size_t size, const char (*names)[PG_EXTENDED_EXTERNAL], int count);

#endif
