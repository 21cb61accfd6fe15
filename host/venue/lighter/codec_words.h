/* Lighter's words: statuses of orders, and codes of errors (specification, section 3 and Appendix A). */
#ifndef PG_VENUE_LIGHTER_CODEC_WORDS_H
#define PG_VENUE_LIGHTER_CODEC_WORDS_H

#include "venue/told.h"

/* The state that a status is, and why. filled: something of the order has traded, so that it was no refusal. A new word
 * that begins with "canceled" is an end; another is PG_TOLD_UNKNOWN. */
pg_told_state pg_lighter_state_of(pg_span status, bool filled, pg_reason *reason);

/* What follows from an error. */
typedef enum {
    PG_LIGHTER_FAULT_REFUSED, /* this request was not executed and will not be */
    PG_LIGHTER_FAULT_NONCE,   /* nor any other, until the nonce is read anew */
    PG_LIGHTER_FAULT_LIMITED, /* too many requests, or no quota: later */
    PG_LIGHTER_FAULT_FATAL,   /* nothing of this key will ever be taken */
    PG_LIGHTER_FAULT_SIGNATURE,
    PG_LIGHTER_FAULT_DOUBT /* it may have been executed */
} pg_lighter_class;

typedef struct {
    pg_lighter_class class;
    pg_refusal refusal;
} pg_lighter_fault;

pg_lighter_fault pg_lighter_fault_of(int64_t code);

/* The code of the words that the venue has for it, as they stand in what became of a transaction; 0 for other words. */
int64_t pg_lighter_code_of(pg_span words);

#endif
