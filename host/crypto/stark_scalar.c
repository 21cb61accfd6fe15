#include "crypto/stark_scalar.h"

#include <openssl/crypto.h>
#include <string.h>

#include "crypto/stark_bytes.h"
#include "crypto/stark_limbs.h"

const pg_stark_scalar pg_stark_order = { { 0x1e66a241adc64d2f, 0xb781126dcae7b232, 0xffffffffffffffff,
                                           0x0800000000000010 } };
/* -1/n modulo 2^64, 2^256 and 2^512 modulo n. */
static const uint64_t negative_inverse = 0xbb6b3c4ce8bde631;
static const pg_stark_scalar r_one = { { 0x51925a0bf4fca74f, 0xc75ec4b46df16bee, 0x0000000000000008,
                                         0x07fffffffffffdf1 } };
static const pg_stark_scalar r_squared = { { 0x6021b3f1ea1c688d, 0x509cf64d14ce60b9, 0xbaf0ab4cf78bbabb,
                                             0x07d9e57c2333766e } };

/* r = a - b modulo 2^256; returns all ones when that borrowed, else 0. */
static uint64_t subtract(pg_stark_scalar *r, const pg_stark_scalar *a, const pg_stark_scalar *b)
{
    uint64_t borrow = 0;
    for (int i = 0; i < 4; i++) {
        unsigned __int128 t = (unsigned __int128)a->limb[i] - b->limb[i] - borrow;
        r->limb[i] = (uint64_t)t;
        borrow = (uint64_t)(t >> 64) & 1;
    }
    return (uint64_t)0 - borrow;
}

void pg_stark_scalar_select(pg_stark_scalar *r, const pg_stark_scalar *a, uint64_t mask)
{
    for (int i = 0; i < 4; i++)
        r->limb[i] ^= (r->limb[i] ^ a->limb[i]) & mask;
}

/* r = a modulo n, for a below 2n. */
static void subtract_order(pg_stark_scalar *r, const pg_stark_scalar *a)
{
    pg_stark_scalar less, t = *a;
    uint64_t borrowed = subtract(&less, &t, &pg_stark_order);
    pg_stark_scalar_select(&t, &less, ~borrowed);
    *r = t;
}

bool pg_stark_scalar_from_bytes(pg_stark_scalar *r, const uint8_t bytes[32])
{
    pg_stark_scalar ignored;

    pg_stark_limbs_load(r->limb, bytes);
    uint64_t below = subtract(&ignored, r, &pg_stark_order);
    for (int i = 0; i < 4; i++)
        r->limb[i] &= below;
    OPENSSL_cleanse(&ignored, sizeof ignored);
    return below & 1;
}

void pg_stark_scalar_to_bytes(uint8_t bytes[32], const pg_stark_scalar *a)
{
    pg_stark_limbs_store(bytes, a->limb);
}

bool pg_stark_scalar_is_zero(const pg_stark_scalar *a)
{
    return (a->limb[0] | a->limb[1] | a->limb[2] | a->limb[3]) == 0;
}

bool pg_stark_scalar_is_short(const pg_stark_scalar *a)
{
    return a->limb[3] >> 59 == 0;
}

/* Both are below n < 2^252, so that the sum does not leave 256 bits. */
void pg_stark_scalar_add(pg_stark_scalar *r, const pg_stark_scalar *a, const pg_stark_scalar *b)
{
    unsigned __int128 t = 0;
    pg_stark_scalar sum;

    for (int i = 0; i < 4; i++) {
        t = (t >> 64) + a->limb[i] + b->limb[i];
        sum.limb[i] = (uint64_t)t;
    }
    subtract_order(r, &sum);
}

void pg_stark_scalar_negate(pg_stark_scalar *r, const pg_stark_scalar *a)
{
    pg_stark_scalar t;
    uint64_t any = a->limb[0] | a->limb[1] | a->limb[2] | a->limb[3];
    uint64_t nonzero = (uint64_t)0 - ((any | ((uint64_t)0 - any)) >> 63);

    subtract(&t, &pg_stark_order, a);
    for (int i = 0; i < 4; i++)
        r->limb[i] = t.limb[i] & nonzero;
}

/* r = a * b / 2^256 modulo n, for a*b below 2^256 * n (Montgomery, Math. Comp. 44, 1985): a*b + m*n, column by column,
 * for the m that makes its low half 0. */
static void montgomery_mul(pg_stark_scalar *r, const pg_stark_scalar *a, const pg_stark_scalar *b)
{
    const uint64_t *x = a->limb, *y = b->limb, *n = pg_stark_order.limb;
    pg_limb_sum s = { 0, 0, 0 };
    uint64_t m[4];
    pg_stark_scalar result;

#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
#pragma GCC unroll 4
        for (int j = 0; j < i; j++) {
            pg_limb_sum_add(&s, x[j], y[i - j]);
            pg_limb_sum_add(&s, m[j], n[i - j]);
        }
        pg_limb_sum_add(&s, x[i], y[0]);
        m[i] = s.c0 * negative_inverse;
        pg_limb_sum_add(&s, m[i], n[0]);
        pg_limb_sum_shift(&s);
    }
#pragma GCC unroll 4
    for (int i = 4; i < 8; i++) {
#pragma GCC unroll 4
        for (int j = i - 3; j < 4; j++) {
            pg_limb_sum_add(&s, x[j], y[i - j]);
            pg_limb_sum_add(&s, m[j], n[i - j]);
        }
        result.limb[i - 4] = pg_limb_sum_shift(&s);
    }
    subtract_order(r, &result);
}

void pg_stark_scalar_from_bytes_mod(pg_stark_scalar *r, const uint8_t bytes[32])
{
    static const pg_stark_scalar one = { { 1, 0, 0, 0 } };
    pg_stark_limbs_load(r->limb, bytes);
    montgomery_mul(r, r, &r_squared);
    montgomery_mul(r, r, &one);
}

void pg_stark_scalar_mul(pg_stark_scalar *r, const pg_stark_scalar *a, const pg_stark_scalar *b)
{
    pg_stark_scalar t;
    montgomery_mul(&t, a, &r_squared);
    montgomery_mul(r, &t, b);
    OPENSSL_cleanse(&t, sizeof t);
}

/* Windows of four bits of the public exponent n - 2, so that the steps never depend on a. */
void pg_stark_scalar_invert(pg_stark_scalar *r, const pg_stark_scalar *a)
{
    static const pg_stark_scalar two = { { 2, 0, 0, 0 } }, one = { { 1, 0, 0, 0 } };
    pg_stark_scalar power[16], exponent, t = r_one;

    power[0] = r_one;
    montgomery_mul(&power[1], a, &r_squared);
    for (int i = 2; i < 16; i++)
        montgomery_mul(&power[i], &power[i - 1], &power[1]);
    subtract(&exponent, &pg_stark_order, &two);
    for (int i = 62; i >= 0; i--) {
        unsigned window = (unsigned)(exponent.limb[i / 16] >> (i % 16 * 4)) & 15;
        for (int j = 0; j < 4; j++)
            montgomery_mul(&t, &t, &t);
        montgomery_mul(&t, &t, &power[window]);
    }
    montgomery_mul(r, &t, &one);
    OPENSSL_cleanse(power, sizeof power);
    OPENSSL_cleanse(&t, sizeof t);
}
