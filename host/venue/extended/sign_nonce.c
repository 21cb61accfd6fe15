#include "venue/extended/sign_nonce.h"

#include <openssl/rand.h>

static const uint32_t prime = 0x7fffffff;

void pg_extended_nonces_seed(pg_extended_nonces *nonces, uint32_t start, uint32_t step)
{
    nonces->last = start % prime;
    nonces->step = 1 + step % (prime - 1);
    nonces->left = prime;
}

pg_status pg_extended_nonces_init(pg_extended_nonces *nonces, pg_error *err)
{
    uint32_t random[2];

    *nonces = (pg_extended_nonces){ 0 };
    if (RAND_bytes((unsigned char *)random, sizeof random) != 1)
        return pg_fail(err, PG_ERR_IO, "the system gives no random numbers for the nonces of orders");
    pg_extended_nonces_seed(nonces, random[0], random[1]);
    return PG_OK;
}

pg_status pg_extended_nonces_next(uint32_t *nonce, pg_extended_nonces *nonces, pg_error *err)
{
    if (nonces->left == 0)
        return pg_fail(err, PG_ERR_FULL, "the nonces of this session are used up or were never started");
    nonces->left--;
    nonces->last = (uint32_t)(((uint64_t)nonces->last + nonces->step) % prime);
    *nonce = nonces->last + 1;
    return PG_OK;
}
