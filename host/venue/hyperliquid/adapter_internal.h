/* What the parts of the adapter share. adapter.c opens and closes, adapter_start.c makes ready, adapter_market.c has
 * the market stream, adapter_account.c the account's; adapter_submit.c takes orders, adapter_margin.c and
 * adapter_rights.c judge them, adapter_send.c sends them, adapter_doubt.c asks what became of them; adapter_read.c,
 * adapter_fills.c, adapter_sweep.c and adapter_calls.c have the other calls of venue.h. */
#ifndef PG_VENUE_HYPERLIQUID_ADAPTER_INTERNAL_H
#define PG_VENUE_HYPERLIQUID_ADAPTER_INTERNAL_H

#include "net/bucket.h"
#include "venue/call.h"
#include "venue/late.h"
#include "venue/hyperliquid/adapter.h"
#include "venue/hyperliquid/budget.h"
#include "venue/hyperliquid/codec_book.h"
#include "venue/hyperliquid/nonce.h"
#include "venue/hyperliquid/rest.h"
#include "venue/hyperliquid/sign.h"
#include "venue/hyperliquid/stream.h"
#include "venue/recent.h"

enum {
    HL_FLIGHTS = 160, /* requests without an answer yet */
    HL_POSTS = 80,    /* of them over the WebSocket; the venue takes 100 */
    HL_DEXES = 8,     /* perpetuals exchanges whose coins are traded */
    HL_VOIDS = 64,
    HL_TICK_MS = 20,
    HL_ANSWER_MS = 5000,
    HL_TRADES_SEEN = 1024,
    HL_SWITCH_LEAST_S = 5,
    HL_MESSAGES = 2000 /* in a minute over the WebSocket */
};

typedef struct {
    pg_hl_asset asset;
    pg_instrument instrument;
    pg_hl_book book;
    pg_recent *trades;
    int dex;              /* place in venue->dexes; -1: spot */
    bool has_book;        /* since the stream was last subscribed */
    bool asking;          /* for a book over HTTP */
    int64_t mid_x2;       /* twice the last mid price; 0: none was heard of */
    int64_t mark;         /* the last mark price; 0: none */
    int64_t position;     /* size units, as last read, with fills since */
    pg_hl_margin margin;  /* what can be traded */
    int64_t margin_ns;    /* and when that was said */
    int64_t heard_ns;     /* any message of the market's stream */
    int64_t gap_ns;       /* when data ended that have not come again; 0: they flow */
    int64_t funding;      /* last rate told */
    int64_t funding_hour; /* and when: hours since the epoch */
    bool has_funding;
} hl_market;

typedef struct hl_venue hl_venue;

/* A request on its way: the orders that it is about. */
typedef struct {
    bool used, posted; /* posted: over the WebSocket, with this id */
    bool again;        /* was sent before, and refused for its nonce */
    uint64_t id, nonce;
    int64_t sent_ns;
    uint8_t kind; /* pg_request_kind */
    int count;
    uint64_t order[PG_HL_BATCH]; /* our ids */
    hl_venue *venue;
} hl_flight;

/* What was heard of funding before the host could take it. */
typedef struct {
    pg_funding_paid list[PG_HL_FUNDINGS_MAX];
    int count;
} hl_fundings;

/* What became of a doubtful nonce. */
typedef enum { HL_NONCE_ASKED = 1, HL_NONCE_VOIDED, HL_NONCE_TAKEN } hl_nonce_fate;

typedef struct {
    uint64_t nonce;
    hl_nonce_fate fate;
} hl_void;

typedef enum { HL_STARTING, HL_OPENING, HL_READY, HL_FAILED } hl_phase;

struct hl_venue {
    pg_venue base;
    pg_loop *loop;
    pg_venue_sink sink;
    const pg_log *log;
    hl_phase phase;
    /* settings */
    char name[64], url[256];
    pg_hl_network network;
    bool is_local;                 /* an exchange on this machine */
    char account[PG_ADDRESS_TEXT]; /* whose state it is: the vault, the account, or the key's own */
    char master[PG_ADDRESS_TEXT];  /* who the key must belong to */
    char vault[PG_ADDRESS_TEXT];   /* "" none */
    char signer_address[PG_ADDRESS_TEXT];
    bool no_streams;
    int64_t rest_backup_ms;
    int leverage;
    bool isolated;
    int64_t expires_ms;
    char builder[PG_ADDRESS_TEXT]; /* "" none */
    int builder_fee;               /* tenths of a basis point */
    uint64_t run;
    char symbols[PG_VENUE_MARKETS][PG_HL_NAME];
    /* the key */
    bool can_sign, is_agent;
    pg_secp256k1 *curve;
    pg_hl_signer signer;
    pg_hl_nonces *nonces;
    bool nonces_ahead; /* told */
    pg_hl_signed made;
    pg_text frame;
    /* what is traded */
    pg_hl_assets assets;
    hl_market *market;
    int market_count;
    char dexes[HL_DEXES][PG_HL_NAME]; /* "" the first */
    int dex_index[HL_DEXES];
    int dex_count;
    bool has_perps, has_spot;
    /* connections */
    pg_hl_rest *rest;
    pg_hl_stream *market_stream, *account_stream;
    pg_hl_decoder *decoder;
    pg_timer *tick;
    bool market_up, account_up;
    hl_fundings fundings;
    bool fills_heard; /* the snapshot of fills, since the account's stream was last subscribed */
    int64_t subscribed_ns[2];
    int64_t market_down_ns, backup_ns, opened_ns;
    bool first_connection;
    int64_t clock_ahead_ns; /* the venue's, of ours */
    int start_step, start_dex;
    int64_t retry_ns; /* of the start; 0: not waiting */
    /* orders */
    pg_tracker *orders;
    hl_flight flight[HL_FLIGHTS];
    int flights, posts;
    uint64_t next_post;
    hl_void voids[HL_VOIDS];
    int next_void;
    int questions; /* about orders, under way */
    pg_late *late;
    /* what the key may do */
    int64_t slow_until_ns;      /* the venue says that the address has used up its actions */
    int64_t post_only_until_ns; /* after an upgrade; 0: every kind of order is taken */
    pg_hl_budget budget;
    pg_hl_budget_level budget_told;
    int64_t budget_ns;      /* when it was last read */
    bool switch_refused;    /* the venue has said that it does not let this account set the dead-man's switch */
    int64_t agent_until_ns; /* the approval of the key; 0: the account's own, or not told */
    int agent_told_days;    /* left when it was last told of, and 2 more; 0: never */
    pg_calls calls;
    pg_bucket messages; /* sent over the WebSocket */
    pg_event book_events[PG_HL_BOOK_EVENTS];
    pg_venue_facts facts;
};

/* ---- adapter.c ---- */

int64_t hl_now(void);
void hl_log(const hl_venue *venue, pg_log_level level, const char *message, const char *name, const char *text);

/* Nothing more can be done: tells the sink, once. */
void hl_fail(hl_venue *venue, const pg_error *err);
void hl_fail_with(hl_venue *venue, pg_status status, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The venue of a call that lasts. */
static inline hl_venue *hl_of(const pg_call *call)
{
    return call->calls->owner;
}

/* ---- adapter_start.c ---- */

void hl_start(hl_venue *venue);
void hl_start_tick(hl_venue *venue, int64_t now_ns);

/* Something that the start waits for has come. */
void hl_start_check(hl_venue *venue);

/* ---- adapter_market.c ---- */

pg_status hl_market_open(hl_venue *venue, pg_error *err);
void hl_market_tick(hl_venue *venue, int64_t now_ns);

/* ---- adapter_account.c ---- */

pg_status hl_account_open(hl_venue *venue, pg_error *err);
/* A fill that is new: it changes what can be done next. */
void hl_traded(hl_venue *venue, const pg_told_fill *fill);
/* The host can take what was heard of funding. */
void hl_account_ready(hl_venue *venue);
void hl_account_tick(hl_venue *venue, int64_t now_ns);

/* ---- adapter_submit.c ---- */

void hl_submit(pg_venue *base, const pg_submit *list, int count);
bool hl_has_room(const pg_venue *base, int requests, bool cancels);
bool hl_adopt(pg_venue *base, uint64_t id, const pg_open_order *found, uint8_t tif);

/* A request that the venue refused for its nonce, with these words: what may be of it is sent once more, the rest is
 * refused. */
void hl_submit_again(hl_venue *venue, const hl_flight *stale, const char *words, int64_t now_ns);

/* ---- adapter_rights.c ---- */

void hl_rights_tick(hl_venue *venue, int64_t now_ns);

/* Answers at the start: to extraAgents, maxBuilderFee and userRateLimit. False for what cannot be read. */
bool hl_rights_agents(hl_venue *venue, const cJSON *json);
bool hl_rights_builder(hl_venue *venue, const cJSON *json);
bool hl_rights_budget(hl_venue *venue, const cJSON *json, pg_error *err);

/* The approval of the key as an agent ends then. */
void hl_rights_agent_until(hl_venue *venue, int64_t until_ms);

/* So many actions are sent (cancels: or others that no order waits for); so much was traded. */
void hl_rights_charge(hl_venue *venue, int count, bool cancels);
void hl_rights_traded(hl_venue *venue, const pg_told_fill *fill);

/* The venue refuses what is not post-only; it has taken an order that is not. */
void hl_rights_post_only(hl_venue *venue);
void hl_rights_took(hl_venue *venue);

/* Why no order can be sent now, the count-th of a batch; NULL: it can. */
const char *hl_rights_not_now(const hl_venue *venue, uint8_t tif, int count, pg_reason *reason);

/* ---- adapter_margin.c ---- */

void hl_margin_take(hl_venue *venue, const pg_hl_frame *frame, int64_t received_ns);
void hl_margin_held(hl_market *market, int64_t quantity);
void hl_margin_filled(hl_market *market, const pg_told_fill *fill);

/* Why the venue would refuse a new order; NULL: as far as is known, it would not. */
const char *hl_margin_fault(const hl_market *market, const pg_request *request, int64_t now_ns, pg_reason *reason);

/* ---- adapter_send.c ---- */

/* Signs and sends an action of one kind (pg_request_kind) about orders of ours; `again`: it was refused for its nonce
 * once. NULL, or why nothing was sent. */
const char *hl_send(hl_venue *venue, uint8_t kind, const pg_hl_action *action, const uint64_t *ids, int count,
                    bool again, pg_reason *reason);

/* The answer to a post, or the end of the connection that it was sent on. */
void hl_flight_reply(hl_venue *venue, const pg_hl_frame *frame);
void hl_flights_lost(hl_venue *venue);
void hl_flights_tick(hl_venue *venue, int64_t now_ns);

/* Signs an action, now, with the next nonce (or `nonce` when that is not 0), into venue->made. */
pg_status hl_sign(hl_venue *venue, const pg_hl_action *action, uint64_t nonce, bool expires, pg_error *err);

/* The body for HTTP of what was signed last. NULL when there is no memory. */
const char *hl_body(hl_venue *venue);

/* The venue's words about a whole action: stops trading when no order of this key will be taken. */
void hl_heed(hl_venue *venue, pg_hl_refusal refusal, const char *words);

/* ---- adapter_doubt.c ---- */

void hl_doubt_tick(hl_venue *venue, int64_t now_ns);

/* ---- adapter_fills.c ---- */

/* Reads the fills since a time, page by page. Each is given to the orders, which report what is new of them; or, `all`,
 * reported whether it is new or not. */
void hl_fetch_fills(hl_venue *venue, int64_t from_ns, bool all, void *self, pg_venue_done done);
void hl_fills_since(pg_venue *base, int64_t time_ns, void *self, pg_venue_done done);

/* ---- adapter_trades.c ---- */

void hl_trades(pg_venue *base, int market, void *self, pg_trades_done done);

/* ---- adapter_read.c ---- */

void hl_account(pg_venue *base, void *self, pg_account_done done);

/* Asks a question about the account at a perpetuals exchange (its place in venue->dexes; -1: of none). */
void hl_ask_dex(hl_venue *venue, const char *type, int dex, int weight, void *self, pg_hl_asked done);

/* ---- adapter_sweep.c ---- */

void hl_cancel_all(pg_venue *base, uint64_t run, void *self, pg_cancelled_done done);

/* ---- adapter_calls.c ---- */

void hl_arm_switch(pg_venue *base, int seconds, void *self, pg_venue_done done);
void hl_set_leverage(pg_venue *base, int market, int leverage, bool cross, void *self, pg_venue_done done);

#endif
