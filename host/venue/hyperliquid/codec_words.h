/* The venue's words for why an order was refused or ended, and what they mean here (hyperliquid.md 13.3 and 16.1). */
#ifndef PG_VENUE_HYPERLIQUID_CODEC_WORDS_H
#define PG_VENUE_HYPERLIQUID_CODEC_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "venue/told.h"

/* The state of a status, by name or else by its ending, with the reason. */
pg_told_state pg_hl_state_of(const char *status, size_t size, pg_reason *reason);

/* What to do about a refusal. */
typedef enum {
    PG_HL_REFUSED,   /* nothing: this order, at this price or in this state, is not taken */
    PG_HL_GONE,      /* the order to be cancelled or modified is not there any more: look it up */
    PG_HL_FATAL,     /* no order of this key will be taken: stop */
    PG_HL_DUPLICATE, /* the nonce was used: the earlier action with it was taken */
    PG_HL_STALE,     /* the nonce is too old */
    PG_HL_SLOW,      /* the address has used up its actions: one in 10 s */
    PG_HL_POST_ONLY, /* after an upgrade: only orders that add liquidity */
    PG_HL_NOT_TRADED /* not enough volume traded for this feature */
} pg_hl_class;

typedef struct {
    pg_reason reason;
    pg_hl_class class;
} pg_hl_refusal;

/* By the beginning of the words, without " asset=<n>" behind and "L1 error: " before them; PG_REASON_OTHER and
 * PG_HL_REFUSED for what is not known. */
pg_hl_refusal pg_hl_refusal_of(const char *words, size_t size);

#endif
