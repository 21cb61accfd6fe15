#include "crypto/stark_generator.h"

#include <openssl/crypto.h>

enum { WINDOWS = 63, MULTIPLES = 8 };

/* table[i][j] = (2j+1) * 16^i * G */
static const pg_stark_affine table[WINDOWS][MULTIPLES] = {
#include "crypto/stark_generator.inc"
};

/* All ones when a equals b, else 0, for small a and b. */
static uint64_t equal_mask(uint64_t a, uint64_t b)
{
    return (uint64_t)0 - (((a ^ b) - 1) >> 63);
}

/* The odd digit 2*nibble - 15 times 16^i * G. */
static void pick(pg_stark_affine *r, int i, uint64_t nibble)
{
    uint64_t positive = nibble >> 3;
    uint64_t index = (nibble ^ (positive - 1)) & 7;
    pg_felt negative_y;

    *r = (pg_stark_affine){ 0 };
    for (uint64_t j = 0; j < MULTIPLES; j++) {
        uint64_t mask = equal_mask(index, j);
        for (int l = 0; l < 4; l++) {
            r->x.limb[l] |= table[i][j].x.limb[l] & mask;
            r->y.limb[l] |= table[i][j].y.limb[l] & mask;
        }
    }
    pg_felt_sub(&negative_y, &pg_felt_zero, &r->y, 1);
    pg_felt_select(&r->y, &negative_y, positive - 1);
}

/* (k + 2^252 - 1)/2 for an odd k: its 252 bits, 0 read as -1, are k in signed binary (Joye and Tunstall, AFRICACRYPT
 * 2009), whose nibbles are odd digits: no digit is 0. */
static void recode(uint64_t bits[4], const pg_stark_scalar *k)
{
    for (int i = 0; i < 4; i++)
        bits[i] = k->limb[i] >> 1 | (i < 3 ? k->limb[i + 1] << 63 : 0);
    bits[3] += (uint64_t)1 << 59;
}

/* Of k and n - k one is odd (0 counts as n, which is): that one is multiplied, the result negated when it was n - k. */
void pg_stark_generator_mul(pg_stark_point *r, const pg_stark_scalar *k)
{
    pg_stark_scalar odd = *k, negated;
    pg_stark_affine point;
    pg_felt negative_y;
    uint64_t bits[4], borrow = 0, even = (k->limb[0] & 1) - 1;

    for (int i = 0; i < 4; i++) {
        unsigned __int128 t = (unsigned __int128)pg_stark_order.limb[i] - k->limb[i] - borrow;
        negated.limb[i] = (uint64_t)t;
        borrow = (uint64_t)(t >> 64) & 1;
    }
    pg_stark_scalar_select(&odd, &negated, even);
    recode(bits, &odd);

    *r = pg_stark_infinity;
    for (int i = 0; i < WINDOWS; i++) {
        pick(&point, i, bits[i / 16] >> (i % 16 * 4) & 15);
        pg_stark_point_add_affine(r, r, &point);
    }
    pg_felt_sub(&negative_y, &pg_felt_zero, &r->y, 2);
    pg_felt_reduce(&negative_y, &negative_y);
    pg_felt_select(&r->y, &negative_y, even);
    OPENSSL_cleanse(&odd, sizeof odd);
    OPENSSL_cleanse(&negated, sizeof negated);
    OPENSSL_cleanse(&point, sizeof point);
    OPENSSL_cleanse(bits, sizeof bits);
}
