/* Messages of Hyperliquid's WebSocket, to events and plain records (hyperliquid.md 13, 15 to 17). Knows no network.
 *
 * Tolerant of what is new: channels, members and states that it does not know are passed over. Strict about what is
 * used: a member that is missing, null, of another type, given twice or too large is an error, and then nothing of the
 * message counts. Nothing is allocated after pg_hl_decoder_new. Texts of a frame (spans) point into the message. */
#ifndef PG_VENUE_HYPERLIQUID_CODEC_H
#define PG_VENUE_HYPERLIQUID_CODEC_H

#include <stdbool.h>
#include <stdint.h>

#include "market/book.h"
#include "market/event.h"
#include "market/instrument.h"
#include "trade/order.h"
#include "venue/hyperliquid/assets.h"
#include "venue/hyperliquid/codec_words.h"
#include "venue/told.h"

enum {
    PG_HL_COINS = 64,
    PG_HL_LEVELS = 100,        /* of a side in one message; the venue sends 20 */
    PG_HL_TRADES_MAX = 2000,   /* of one message; seen: 64 */
    PG_HL_UPDATES_MAX = 6000,  /* as many as orders can be open, and then some */
    PG_HL_FILLS_MAX = 4000,    /* the venue's snapshots have 2000 */
    PG_HL_FUNDINGS_MAX = 512,  /* of one hour; what is more is not read */
    PG_HL_OUTCOMES_MAX = 1000, /* as many as a request can carry */
    PG_HL_FEE_DECIMALS = 8
};

/* ---- what a message says ---- */

typedef enum {
    PG_HL_FRAME_OTHER,       /* nothing that Perigee has use for */
    PG_HL_FRAME_BOOK,        /* a whole book: levels */
    PG_HL_FRAME_BEST,        /* best bid and offer: event[0] */
    PG_HL_FRAME_TRADES,      /* event[count] */
    PG_HL_FRAME_CONTEXT,     /* mark, index and funding: event[count]; of a spot pair the mark only */
    PG_HL_FRAME_UPDATES,     /* states of orders: update[count] */
    PG_HL_FRAME_FILLS,       /* fill[count]; snapshot: the newest of all times, not only new ones */
    PG_HL_FRAME_FUNDINGS,    /* paid or received: funding[count]; snapshot: old ones, which are not read */
    PG_HL_FRAME_LIQUIDATION, /* of an account: text is its address */
    PG_HL_FRAME_AGENT,       /* of the account, without a name: text is its address, time_ns when it expires */
    PG_HL_FRAME_MARGIN,      /* what an account can still trade of a coin: margin */
    PG_HL_FRAME_REPLY,       /* to a request: id, reply */
    PG_HL_FRAME_PONG,
    PG_HL_FRAME_SUBSCRIBED, /* or unsubscribed: text is the subscription, as JSON */
    PG_HL_FRAME_ERROR       /* text: the words */
} pg_hl_frame_kind;

typedef struct {
    pg_level side[2][PG_HL_LEVELS]; /* bids, asks; best first */
    int count[2];
} pg_hl_levels;

/* What an account can trade of a coin (activeAssetData). */
typedef struct {
    int leverage;
    bool isolated;
    int64_t most_buy, most_sell; /* size units, of one order, with all that is open counted */
    int64_t mark;                /* price units */
} pg_hl_margin;

/* A payment of funding. */
typedef struct {
    int market; /* -1: none of the decoder's */
    int64_t time_ns;
    pg_span usdc, rate; /* decimals as they stand; usdc > 0: received */
} pg_hl_funding;

/* What became of one order, cancel or other part of a request. */
typedef enum {
    PG_HL_OUT_OK, /* accepted, without data */
    PG_HL_OUT_RESTING,
    PG_HL_OUT_FILLED,
    PG_HL_OUT_WAITING_FILL,
    PG_HL_OUT_WAITING_TRIGGER,
    PG_HL_OUT_SUCCESS, /* of a cancel */
    PG_HL_OUT_RUNNING, /* a TWAP */
    PG_HL_OUT_ERROR,   /* refused; words say why */
    PG_HL_OUT_OTHER    /* not known here */
} pg_hl_outcome_kind;

typedef struct {
    pg_hl_outcome_kind kind;
    uint64_t oid;  /* RESTING, FILLED; of RUNNING the TWAP's id */
    pg_span words; /* ERROR */
} pg_hl_result;

/* The answer to an action. */
typedef struct {
    bool refused;  /* all of it: words say why, there are no results */
    pg_span words; /* refused */
    pg_span type;  /* "order", "cancel", "default", ... */
    pg_hl_result *result;
    int count;
} pg_hl_answer;

typedef enum { PG_HL_REPLY_ACTION, PG_HL_REPLY_INFO, PG_HL_REPLY_ERROR } pg_hl_reply_kind;

typedef struct {
    pg_hl_frame_kind kind;
    int market;      /* BOOK, BEST, CONTEXT, TRADES of one coin; -1: not one of the decoder's */
    int64_t time_ns; /* BOOK, BEST: the block's */
    bool fast;       /* BOOK: only the 5 best levels of a side */
    bool snapshot;   /* FILLS */
    int count;
    const pg_hl_levels *levels;
    const pg_event *event; /* complete but for `market`, which is set, and with PG_EVENT_LAST on the last */
    const pg_told_order *update;
    const pg_told_fill *fill;
    const pg_hl_funding *funding;
    pg_hl_margin margin; /* MARGIN */
    uint64_t id;         /* REPLY */
    pg_hl_reply_kind reply;
    pg_hl_answer answer; /* REPLY of an action */
    pg_span text;        /* REPLY: the information as JSON, or the words of an error; SUBSCRIBED, ERROR */
} pg_hl_frame;

/* ---- the decoder ---- */

typedef struct pg_hl_decoder pg_hl_decoder;

pg_status pg_hl_decoder_new(pg_hl_decoder **decoder, pg_error *err);
void pg_hl_decoder_free(pg_hl_decoder *decoder);

/* Adds a coin; its market is its place, from 0. `base`: the token whose fees are charged in the base, NULL for none (a
 * perpetual). Errors: PG_ERR_FULL, PG_ERR_INVALID for one that is there already. */
pg_status pg_hl_decoder_add(pg_hl_decoder *decoder, const char *name, const pg_instrument *instrument, const char *base,
                            pg_error *err);

/* The market of a coin; -1. */
int pg_hl_decoder_market(const pg_hl_decoder *decoder, const char *name, size_t length);

/* Reads one message; text[size] is '\0'. The frame's lists are valid until the next call. Errors: PG_ERR_PARSE,
 * PG_ERR_RANGE. About 1 us for a book of 20 levels a side. */
pg_status pg_hl_decode(pg_hl_decoder *decoder, pg_hl_frame *frame, const char *text, size_t size, int64_t received_ns,
                       pg_error *err);

/* ---- answers over HTTP ---- */

/* Reads the body of an answer to an action into *answer, with results in the decoder's list. */
pg_status pg_hl_decode_answer(pg_hl_decoder *decoder, pg_hl_answer *answer, const char *text, size_t size,
                              pg_error *err);

/* Reads other answers over HTTP into a frame of the same kind as a message: `l2Book` (BOOK; market -1 for null),
 * `orderStatus` (UPDATES; none for an order that the venue does not know), lists of open orders (UPDATES, all open) and
 * of fills (FILLS), and `recentTrades` (TRADES, their local_ns 0; market -1 when there are none). */
pg_status pg_hl_decode_book(pg_hl_decoder *decoder, pg_hl_frame *frame, const char *text, size_t size, pg_error *err);
pg_status pg_hl_decode_status(pg_hl_decoder *decoder, pg_hl_frame *frame, const char *text, size_t size, pg_error *err);
pg_status pg_hl_decode_open(pg_hl_decoder *decoder, pg_hl_frame *frame, const char *text, size_t size, pg_error *err);
pg_status pg_hl_decode_fills(pg_hl_decoder *decoder, pg_hl_frame *frame, const char *text, size_t size, pg_error *err);
pg_status pg_hl_decode_trades(pg_hl_decoder *decoder, pg_hl_frame *frame, const char *text, size_t size, pg_error *err);

/* Makes one result for each of the `parts` of the request (13.1): one error for all of them is repeated. False when the
 * numbers do not agree: then nothing is known of any. */
bool pg_hl_answer_spread(pg_hl_answer *answer, int parts);

/* "resting", "error", ...: as the venue has them. */
const char *pg_hl_outcome_name(pg_hl_outcome_kind kind);

/* ---- texts ---- */

/* "0x" and 32 digits into text[PG_HL_CLOID_TEXT]; returns text. */
enum { PG_HL_CLOID_TEXT = 35 };
char *pg_hl_cloid_format(char *text, pg_client_id cloid);

/* False for what is no client order id. */
bool pg_hl_cloid_parse(pg_client_id *cloid, const char *text, size_t size);

#endif
