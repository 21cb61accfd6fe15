#include "crypto/ecgfp5_scalar.h"

#include <string.h>

enum { LIMBS = PG_SCALAR5_LIMBS };

static const pg_scalar5 order = { { 0xe80fd996948bffe1u, 0xe8885c39d724a09cu, 0x7fffffe6cfb80639u, 0x7ffffff100000016u,
                                    0x7ffffffd80000007u } };

/* 2^640 mod n, and -1/n mod 2^64. */
static const pg_scalar5 r_squared = { { 0xa01001dce33dc739u, 0x6c3228d33f62accfu, 0xd1d796cc91cf8525u,
                                        0xaadfff5d1574c1d8u, 0x4aca13b28ca251f5u } };
#define N_INVERSE 0xd78bef72057b7bdfu

/* out = a - b - borrow in; returns the borrow out. */
static uint64_t subtract(pg_scalar5 *out, const pg_scalar5 *a, const pg_scalar5 *b)
{
    uint64_t borrow = 0;
    for (int i = 0; i < LIMBS; i++) {
        pg_u128 d = (pg_u128)a->limb[i] - b->limb[i] - borrow;
        out->limb[i] = (uint64_t)d;
        borrow = (uint64_t)(d >> 64) & 1;
    }
    return borrow;
}

static uint64_t add_masked(pg_scalar5 *out, const pg_scalar5 *a, const pg_scalar5 *b, uint64_t mask)
{
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        pg_u128 s = (pg_u128)a->limb[i] + (b->limb[i] & mask) + carry;
        out->limb[i] = (uint64_t)s;
        carry = (uint64_t)(s >> 64);
    }
    return carry;
}

/* Takes n off once when the value (below 2^320) is not below it. */
static void subtract_order(pg_scalar5 *a)
{
    pg_scalar5 less;
    uint64_t borrow = subtract(&less, a, &order), keep = 0 - borrow;
    for (int i = 0; i < LIMBS; i++)
        a->limb[i] = (a->limb[i] & keep) | (less.limb[i] & ~keep);
}

void pg_scalar5_add(pg_scalar5 *out, const pg_scalar5 *a, const pg_scalar5 *b)
{
    add_masked(out, a, b, ~(uint64_t)0); /* both below 2^319: no carry */
    subtract_order(out);
}

void pg_scalar5_sub(pg_scalar5 *out, const pg_scalar5 *a, const pg_scalar5 *b)
{
    uint64_t borrow = subtract(out, a, b);
    add_masked(out, out, &order, 0 - borrow);
}

void pg_scalar5_montgomery(pg_scalar5 *out, const pg_scalar5 *a, const pg_scalar5 *b)
{
    uint64_t t[LIMBS + 1] = { 0 };

    for (int i = 0; i < LIMBS; i++) {
        uint64_t carry = 0, carry_n = 0, factor = 0;
        for (int j = 0; j < LIMBS; j++) {
            pg_u128 x = (pg_u128)a->limb[i] * b->limb[j] + t[j] + carry;
            carry = (uint64_t)(x >> 64);
            if (j == 0)
                factor = (uint64_t)x * N_INVERSE;
            pg_u128 y = (pg_u128)factor * order.limb[j] + (uint64_t)x + carry_n;
            carry_n = (uint64_t)(y >> 64);
            if (j > 0)
                t[j - 1] = (uint64_t)y;
        }
        pg_u128 top = (pg_u128)t[LIMBS] + carry + carry_n;
        t[LIMBS - 1] = (uint64_t)top;
        t[LIMBS] = (uint64_t)(top >> 64);
    }
    memcpy(out->limb, t, sizeof out->limb); /* below 2 n < 2^320 */
    subtract_order(out);
}

void pg_scalar5_mul(pg_scalar5 *out, const pg_scalar5 *a, const pg_scalar5 *b)
{
    pg_scalar5 product;
    pg_scalar5_montgomery(&product, a, b);
    pg_scalar5_montgomery(out, &product, &r_squared);
}

bool pg_scalar5_is_zero(const pg_scalar5 *a)
{
    uint64_t any = 0;
    for (int i = 0; i < LIMBS; i++)
        any |= a->limb[i];
    return any == 0;
}

bool pg_scalar5_equal(const pg_scalar5 *a, const pg_scalar5 *b)
{
    uint64_t any = 0;
    for (int i = 0; i < LIMBS; i++)
        any |= a->limb[i] ^ b->limb[i];
    return any == 0;
}

static void load(pg_scalar5 *out, const uint8_t bytes[PG_SCALAR5_BYTES])
{
    for (int i = 0; i < LIMBS; i++)
        out->limb[i] = pg_le64_load(bytes + 8 * i);
}

void pg_scalar5_reduce(pg_scalar5 *out, const uint8_t bytes[PG_SCALAR5_BYTES])
{
    load(out, bytes);
    subtract_order(out); /* 2^320 is less than 3 n */
    subtract_order(out);
}

void pg_scalar5_reduce_wide(pg_scalar5 *out, const uint8_t bytes[64])
{
    pg_scalar5 high = { { pg_le64_load(bytes + 40), pg_le64_load(bytes + 48), pg_le64_load(bytes + 56), 0, 0 } };

    pg_scalar5_reduce(out, bytes);
    pg_scalar5_montgomery(&high, &high, &r_squared); /* times 2^320 */
    pg_scalar5_add(out, out, &high);
    explicit_bzero(&high, sizeof high);
}

pg_status pg_scalar5_decode(pg_scalar5 *out, const uint8_t bytes[PG_SCALAR5_BYTES], pg_error *err)
{
    pg_scalar5 less;
    load(out, bytes);
    if (subtract(&less, out, &order) == 0)
        return pg_fail(err, PG_ERR_RANGE, "scalar is not below the order of the curve");
    return PG_OK;
}

void pg_scalar5_encode(uint8_t bytes[PG_SCALAR5_BYTES], const pg_scalar5 *a)
{
    for (int i = 0; i < LIMBS; i++)
        pg_le64_store(bytes + 8 * i, a->limb[i]);
}

void pg_scalar5_from_fp5(pg_scalar5 *out, const pg_fp5 *a)
{
    uint8_t bytes[PG_FP5_BYTES];
    pg_fp5_encode(bytes, a);
    pg_scalar5_reduce(out, bytes);
}

void pg_scalar5_recode(int8_t digit[PG_SCALAR5_DIGITS], const pg_scalar5 *a)
{
    uint32_t carry = 0;

    for (int i = 0; i < PG_SCALAR5_DIGITS; i++) {
        int limb = 5 * i / 64, shift = 5 * i % 64;
        uint64_t bits = a->limb[limb] >> shift;
        if (shift > 59 && limb + 1 < LIMBS)
            bits |= a->limb[limb + 1] << (64 - shift);
        uint32_t value = ((uint32_t)bits & 31) + carry;
        carry = (16 - value) >> 31;
        digit[i] = (int8_t)((int32_t)value - (int32_t)(carry << 5));
    }
}
