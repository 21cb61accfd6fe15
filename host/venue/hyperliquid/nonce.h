/* Nonces: milliseconds of the Unix epoch, each used once by a signing key, inside a window around the chain's time
 * (hyperliquid.md 6.1). One sequence a key and network: whatever signs with the key, over whatever connection, from
 * whatever process of this machine, takes its nonces from the same file. */
#ifndef PG_VENUE_HYPERLIQUID_NONCE_H
#define PG_VENUE_HYPERLIQUID_NONCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum {
    PG_HL_NONCE_PAST_MS = 2 * 24 * 3600 * 1000, /* both ends of the window are open */
    PG_HL_NONCE_AHEAD_MS = 24 * 3600 * 1000,
    PG_HL_NONCE_ALARM_MS = 10000 /* so far ahead of the clock the sequence is worth a warning */
};

/* Set to the last nonce that was used (0: none). */
typedef struct {
    _Atomic uint64_t last;
} pg_hl_nonces;

/* Opens the sequence of a key (its address) at a network: a file of `folder`, made when there is none and mapped into
 * memory, so that it is shared with all who have it open and outlasts the process, however that ends. folder NULL: a
 * sequence of its own, which nothing keeps. Errors: PG_ERR_IO, PG_ERR_RANGE for a path that is too long, PG_ERR_CORRUPT
 * for a file that is none, PG_ERR_STATE when its last nonce is a day or more ahead of now_ms, PG_ERR_MEMORY. */
pg_status pg_hl_nonces_open(pg_hl_nonces **nonces, const char *folder, const char *network, const char *address,
                            uint64_t now_ms, pg_error *err);

/* The file stays. NULL is allowed. */
void pg_hl_nonces_close(pg_hl_nonces *nonces);

/* The next nonce: the clock, or one more than the last when the clock has not gone beyond it. From any thread or
 * process. */
uint64_t pg_hl_nonce_next(pg_hl_nonces *nonces, uint64_t now_ms);

/* Whether the chain would look at a nonce at its time server_ms. */
bool pg_hl_nonce_in_window(uint64_t nonce, uint64_t server_ms);

#endif
