#include "venue/hyperliquid/nonce.h"

uint64_t pg_hl_nonce_next(pg_hl_nonces *nonces, uint64_t now_ms)
{
    uint64_t last = atomic_load(&nonces->last), next;

    do {
        next = now_ms > last ? now_ms : last + 1;
    } while (!atomic_compare_exchange_weak(&nonces->last, &last, next));
    return next;
}

bool pg_hl_nonce_in_window(uint64_t nonce, uint64_t server_ms)
{
    if (nonce <= server_ms)
        return server_ms - nonce < PG_HL_NONCE_PAST_MS;
    return nonce - server_ms < PG_HL_NONCE_AHEAD_MS;
}
