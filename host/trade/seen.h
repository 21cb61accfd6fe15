/* Which fills of an account were heard already, by the venue's trade id: bounded, with the ledger behind it.
 *
 * Holds the last fills exactly. What it had to forget is older than a time that it remembers, so that only a fill from
 * before that time has to be looked up in the ledger (pg_ledger_has_fill). One of these an account. */
#ifndef PG_TRADE_SEEN_H
#define PG_TRADE_SEEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct pg_seen pg_seen;

enum { PG_SEEN_ID = 64, PG_SEEN_DEFAULT = 8192 };

typedef enum {
    PG_SEEN_NEW,       /* never heard before; it is remembered now */
    PG_SEEN_DUPLICATE, /* heard before */
    PG_SEEN_OLD        /* from before what is remembered: ask the ledger, then pg_seen_add it when it is new */
} pg_seen_answer;

/* Room for `capacity` ids (16..1048576). PG_ERR_RANGE, PG_ERR_MEMORY. */
pg_status pg_seen_new(pg_seen **seen, size_t capacity, pg_error *err);
void pg_seen_free(pg_seen *seen);

/* Judges a fill by its id (1..PG_SEEN_ID bytes; a longer one counts by its first PG_SEEN_ID) and the venue's time, and
 * remembers it unless it is OLD. exch_ns 0, not told: OLD as soon as anything was forgotten. About 0.1 us. */
pg_seen_answer pg_seen_check(pg_seen *seen, const char *trade_id, int64_t exch_ns);

/* Remembers a fill without judging it. */
void pg_seen_add(pg_seen *seen, const char *trade_id, int64_t exch_ns);

/* There are fills up to that time that it was never told; and what it can hold: for pg_ledger_load_seen. */
void pg_seen_forget(pg_seen *seen, int64_t exch_ns);
size_t pg_seen_capacity(const pg_seen *seen);

#endif
