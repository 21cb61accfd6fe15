/* The STARK field: integers modulo p = 2^251 + 17*2^192 + 1 (spec/extended.md, section 11.1).
 *
 * An element is kept in Montgomery form, x*2^256 mod p, in four 64-bit limbs, least significant first, and lazily
 * reduced: the limbs hold any value of the right class below 2^256, which is just under 32p. "Below k" in the contracts
 * here means "the limbs are less than k*p". Only pg_felt_normalize makes the value unique. Montgomery's reduction costs
 * four multiplications, since p is 1 modulo 2^192 (Montgomery, Math. Comp. 44, 1985, with the sign of p^-1 swapped).
 *
 * Everything takes the same time whatever the values are, except names ending in _var and the conversions from text.
 * Cost: pg_felt_mul about 10 ns, pg_felt_add 1 ns, pg_felt_invert 3 us. */
#ifndef PG_CRYPTO_STARK_FIELD_H
#define PG_CRYPTO_STARK_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "crypto/stark_limbs.h"

typedef struct {
    uint64_t limb[4];
} pg_felt;

/* The top limb of p; the others are 0, 0, 1. */
#define PG_FELT_P3 0x0800000000000011ULL

/* "0x" with 63 digits at most; 76 decimal digits at most; both with a final zero. */
enum { PG_FELT_HEX = 68, PG_FELT_DECIMAL = 80 };

extern const pg_felt pg_felt_zero, pg_felt_one;

/* ---- arithmetic; any argument may be the result ---- */

/* r = a + b. Below the sum of the bounds, which must be at most 31. */
static inline void pg_felt_add(pg_felt *r, const pg_felt *a, const pg_felt *b)
{
    pg_limbs_add(r->limb, a->limb, b->limb);
}

/* r = a - b + k*p, for b below k. Below the bound of a plus k, which must be at most 31. */
static inline void pg_felt_sub(pg_felt *r, const pg_felt *a, const pg_felt *b, unsigned k)
{
    const pg_felt multiple = { { k, 0, 0, k * PG_FELT_P3 } };
    pg_felt t;
    pg_limbs_add(t.limb, a->limb, multiple.limb);
    pg_limbs_sub(r->limb, t.limb, b->limb);
}

/* r = a for a below 30, brought below p + 2^202 ("reduced" in the contracts of points). */
static inline void pg_felt_reduce(pg_felt *r, const pg_felt *a)
{
    /* The quotient of a + p by 2^251, less 2^10 units of the top limb, is that by p or one less, and never more: the
     * 17s of p3 add up to at most 31 * 17 < 2^10. The p added first keeps the subtraction of 2^10 from wrapping. */
    const pg_felt modulus = { { 1, 0, 0, PG_FELT_P3 } };
    pg_felt t;
    pg_limbs_add(t.limb, a->limb, modulus.limb);
    uint64_t q = (t.limb[3] - 1024) >> 59;
    const pg_felt multiple = { { q, 0, 0, q * PG_FELT_P3 } };
    pg_limbs_sub(r->limb, t.limb, multiple.limb);
}

/* r = t / 2^256 for t below k * 2^256 * p, k at most 30: below k + 1.
 * For m = t * p^-1 mod 2^256 the low halves of t and m*p agree, so t / 2^256 = high(t) - high(m*p) modulo p. */
static inline void pg_felt_montgomery(pg_felt *r, const uint64_t t[8])
{
    const uint64_t m[4] = { t[0], t[1], t[2], t[3] - t[0] * PG_FELT_P3 };
    const pg_felt high = { { t[4], t[5], t[6], t[7] } };
    pg_felt less;
    pg_limb_sum s = { m[3], 0, 0 };

    pg_limb_sum_add(&s, m[0], PG_FELT_P3);
    pg_limb_sum_shift(&s);
    for (int i = 1; i < 4; i++) {
        pg_limb_sum_add(&s, m[i], PG_FELT_P3);
        less.limb[i - 1] = pg_limb_sum_shift(&s);
    }
    less.limb[3] = s.c0;
    pg_felt_sub(r, &high, &less, 1);
}

/* r = a * b. For a below j and b below k, j*k at most 900: below j*k/31 + 1. */
static inline void pg_felt_mul(pg_felt *r, const pg_felt *a, const pg_felt *b)
{
    const uint64_t *x = a->limb, *y = b->limb;
    pg_limb_sum s = { 0, 0, 0 };
    uint64_t t[8];

    pg_limb_sum_add(&s, x[0], y[0]);
    t[0] = pg_limb_sum_shift(&s);
    pg_limb_sum_add(&s, x[0], y[1]);
    pg_limb_sum_add(&s, x[1], y[0]);
    t[1] = pg_limb_sum_shift(&s);
    pg_limb_sum_add(&s, x[0], y[2]);
    pg_limb_sum_add(&s, x[1], y[1]);
    pg_limb_sum_add(&s, x[2], y[0]);
    t[2] = pg_limb_sum_shift(&s);
    pg_limb_sum_add(&s, x[0], y[3]);
    pg_limb_sum_add(&s, x[1], y[2]);
    pg_limb_sum_add(&s, x[2], y[1]);
    pg_limb_sum_add(&s, x[3], y[0]);
    t[3] = pg_limb_sum_shift(&s);
    pg_limb_sum_add(&s, x[1], y[3]);
    pg_limb_sum_add(&s, x[2], y[2]);
    pg_limb_sum_add(&s, x[3], y[1]);
    t[4] = pg_limb_sum_shift(&s);
    pg_limb_sum_add(&s, x[2], y[3]);
    pg_limb_sum_add(&s, x[3], y[2]);
    t[5] = pg_limb_sum_shift(&s);
    pg_limb_sum_add(&s, x[3], y[3]);
    t[6] = s.c0;
    t[7] = s.c1;
    pg_felt_montgomery(r, t);
}

/* r = a * a, in ten multiplications of limbs instead of sixteen. The same bounds. */
static inline void pg_felt_sqr(pg_felt *r, const pg_felt *a)
{
    const uint64_t *x = a->limb;
    pg_limb_sum s = { 0, 0, 0 };
    uint64_t t[8];

    pg_limb_sum_add(&s, x[0], x[0]);
    t[0] = pg_limb_sum_shift(&s);
    pg_limb_sum_add_twice(&s, x[0], x[1]);
    t[1] = pg_limb_sum_shift(&s);
    pg_limb_sum_add_twice(&s, x[0], x[2]);
    pg_limb_sum_add(&s, x[1], x[1]);
    t[2] = pg_limb_sum_shift(&s);
    pg_limb_sum_add_twice(&s, x[0], x[3]);
    pg_limb_sum_add_twice(&s, x[1], x[2]);
    t[3] = pg_limb_sum_shift(&s);
    pg_limb_sum_add_twice(&s, x[1], x[3]);
    pg_limb_sum_add(&s, x[2], x[2]);
    t[4] = pg_limb_sum_shift(&s);
    pg_limb_sum_add_twice(&s, x[2], x[3]);
    t[5] = pg_limb_sum_shift(&s);
    pg_limb_sum_add(&s, x[3], x[3]);
    t[6] = s.c0;
    t[7] = s.c1;
    pg_felt_montgomery(r, t);
}

/* r = mask ? a : r, for a mask of all ones or all zeros. */
static inline void pg_felt_select(pg_felt *r, const pg_felt *a, uint64_t mask)
{
    for (int i = 0; i < 4; i++)
        r->limb[i] ^= (r->limb[i] ^ a->limb[i]) & mask;
}

/* r = a modulo p, the limbs below p: the unique form. a below 30. */
void pg_felt_normalize(pg_felt *r, const pg_felt *a);

/* r = 1/a, and 0 for 0, by Fermat: a^(p-2). Below 2. a below 5. */
void pg_felt_invert(pg_felt *r, const pg_felt *a);

/* Whether a is 0, or a and b are equal, modulo p. Arguments below 30. */
bool pg_felt_is_zero(const pg_felt *a);
bool pg_felt_equal(const pg_felt *a, const pg_felt *b);

/* Whether a has a square root (0 has), by Euler: a^((p-1)/2). a below 5. 3 us. */
bool pg_felt_is_square(const pg_felt *a);

/* ---- conversions. What comes out is below 1, what goes in below 30 ---- */

void pg_felt_from_u64(pg_felt *r, uint64_t value);

/* Negative values become p - |value|. */
void pg_felt_from_i64(pg_felt *r, int64_t value);

/* 32 bytes, big-endian. False, and *r is 0, for a value of p or more. */
bool pg_felt_from_bytes(pg_felt *r, const uint8_t bytes[32]);

/* The same reduced modulo p: for hashes. */
void pg_felt_from_bytes_mod(pg_felt *r, const uint8_t bytes[32]);
void pg_felt_to_bytes(uint8_t bytes[32], const pg_felt *a);

/* "0x" and 1 to 64 hexadecimal digits of any case; leading zeros allowed. PG_ERR_PARSE for other text, PG_ERR_RANGE for
 * a value of p or more; *r is then 0. */
pg_status pg_felt_from_hex(pg_felt *r, const char *text, pg_error *err);

/* Lower-case, "0x", no leading zeros: the form of the exchange. text[PG_FELT_HEX]; returns text. */
char *pg_felt_to_hex(char *text, const pg_felt *a);

/* Decimal digits, text[PG_FELT_DECIMAL]; returns text. */
char *pg_felt_to_decimal(char *text, const pg_felt *a);

/* A Cairo short string: up to 31 ASCII bytes as a big-endian integer. PG_ERR_RANGE for a longer text, PG_ERR_PARSE for
 * other bytes. */
pg_status pg_felt_from_short(pg_felt *r, const char *text, pg_error *err);

#endif
