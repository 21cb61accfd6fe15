#include "crypto/stark_wnaf.h"

#include <string.h>

enum { WIDTH = 5, MULTIPLES = 1 << (WIDTH - 2), DIGITS = 256 + 1 };

/* Writes k as the sum of digits[i] * 2^i with digits 0 or odd, between -15 and 15, at least four zeros after each odd
 * one. Returns one more than the highest place used. */
static int recode(int8_t digits[DIGITS], const pg_stark_scalar *k)
{
    int carry = 0, length = 0;

    memset(digits, 0, DIGITS);
    for (int i = 0; i < 256;) {
        int bit = (int)(k->limb[i / 64] >> (i % 64) & 1);
        if (bit == carry) {
            i++;
            continue;
        }
        uint64_t window = k->limb[i / 64] >> (i % 64);
        if (i % 64 > 64 - WIDTH && i / 64 < 3)
            window |= k->limb[i / 64 + 1] << (64 - i % 64);
        int digit = (int)(window & ((1 << WIDTH) - 1)) + carry;
        carry = digit >> (WIDTH - 1);
        digits[i] = (int8_t)(digit - carry * (1 << WIDTH));
        length = i + 1;
        i += WIDTH;
    }
    return length; /* k is below 2^252: the last carry is taken up before place 256 */
}

void pg_stark_wnaf_mul_var(pg_stark_point *r, const pg_stark_scalar *k, const pg_stark_point *p,
                           const pg_stark_curve *curve)
{
    pg_stark_point multiple[MULTIPLES], twice, negative;
    int8_t digits[DIGITS];
    int length = recode(digits, k);

    multiple[0] = *p;
    pg_stark_point_double_on(&twice, p, curve);
    for (int i = 1; i < MULTIPLES; i++)
        pg_stark_point_add_on(&multiple[i], &multiple[i - 1], &twice, curve);

    *r = pg_stark_infinity;
    for (int i = length - 1; i >= 0; i--) {
        pg_stark_point_double_on(r, r, curve);
        if (digits[i] > 0) {
            pg_stark_point_add_on(r, r, &multiple[digits[i] / 2], curve);
        } else if (digits[i] < 0) {
            negative = multiple[-digits[i] / 2];
            pg_felt_sub(&negative.y, &pg_felt_zero, &negative.y, 2);
            pg_felt_reduce(&negative.y, &negative.y);
            pg_stark_point_add_on(r, r, &negative, curve);
        }
    }
}
