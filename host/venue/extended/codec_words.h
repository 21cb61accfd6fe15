/* Extended's words and codes, and what they mean here (spec/extended.md, sections 2.1, 14, 15). */
#ifndef PG_VENUE_EXTENDED_CODEC_WORDS_H
#define PG_VENUE_EXTENDED_CODEC_WORDS_H

#include "venue/extended/codec_record.h"
#include "venue/told.h"

/* ---- states of orders ---- */

/* The state of a status; words that are not known are PG_TOLD_UNKNOWN: the order counts as open. */
pg_told_state pg_extended_state_of(pg_span status);

/* The reason of a statusReason, and of the status when that says it (EXPIRED). */
pg_reason pg_extended_reason_of(pg_span status, pg_span reason);

/* How final a status is: of two records with the same time the one with more counts. */
int pg_extended_finality(pg_span status);

/* ---- sides ---- */

/* BUY and LONG are PG_BUY, SELL and SHORT PG_SELL; 0 for other words. */
uint8_t pg_extended_side_of(pg_span side);

/* ---- refusals ---- */

typedef enum {
    PG_EXTENDED_REFUSED,          /* nothing to be done: this order is not taken as it is */
    PG_EXTENDED_GONE,             /* the order to be cancelled or replaced is not there: look it up */
    PG_EXTENDED_FATAL,            /* no order of this key will be taken: stop */
    PG_EXTENDED_LIQUIDATES,       /* the account is being liquidated: stop */
    PG_EXTENDED_DUPLICATE,        /* the external id was used: the order may be there, look it up */
    PG_EXTENDED_UNCLEAR,          /* a fault of the venue: it may have been taken, look it up */
    PG_EXTENDED_SLOW,             /* too many requests */
    PG_EXTENDED_WRONG_FEE,        /* read the fees anew */
    PG_EXTENDED_TAKES_NONE,       /* no orders at all for a while */
    PG_EXTENDED_TAKES_POST_ONLY,  /* only orders that add liquidity for a while */
    PG_EXTENDED_TAKES_REDUCE_ONLY /* only orders that reduce for a while */
} pg_extended_class;

typedef struct {
    pg_reason reason;
    pg_extended_class class;
} pg_extended_refusal;

/* By the code of an error; without one (PG_EXTENDED_NO_CODE) by the status of HTTP. */
pg_extended_refusal pg_extended_refusal_of(int code, int http);

/* The modes that a statusReason tells of (section 15): PG_EXTENDED_REFUSED when it tells of none. TRADING_OFF_MODE is
 * MAINTENANCE. */
pg_extended_class pg_extended_mode_of(pg_span reason);

/* ---- our own ids ---- */

enum { PG_EXTENDED_EXTERNAL = 48 };

/* "pg" and run, id and leg, into text[PG_EXTENDED_EXTERNAL]: unique for ever, since the run is random and a replacement
 * is a leg of its own. Returns text. */
char *pg_extended_external_format(char *text, pg_client_id id);

/* False, and zeros, for ids of others. */
bool pg_extended_external_parse(pg_client_id *id, pg_span text);

#endif
