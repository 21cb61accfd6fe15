/* Nonces: milliseconds of the Unix epoch, each used once by a signing key, inside a window around the chain's time
 * (hyperliquid.md 6.1). One sequence a key and network, whatever the connection. */
#ifndef PG_VENUE_HYPERLIQUID_NONCE_H
#define PG_VENUE_HYPERLIQUID_NONCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    PG_HL_NONCE_PAST_MS = 2 * 24 * 3600 * 1000, /* both ends of the window are open */
    PG_HL_NONCE_AHEAD_MS = 24 * 3600 * 1000
};

/* Set to the last nonce that was used (0: none). */
typedef struct {
    _Atomic uint64_t last;
} pg_hl_nonces;

/* The next nonce: the clock, or one more than the last when the clock has not gone beyond it. From any thread. */
uint64_t pg_hl_nonce_next(pg_hl_nonces *nonces, uint64_t now_ms);

/* Whether the chain would look at a nonce at its time server_ms. */
bool pg_hl_nonce_in_window(uint64_t nonce, uint64_t server_ms);

#endif
