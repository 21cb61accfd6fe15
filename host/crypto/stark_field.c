#include "crypto/stark_field.h"

#include <string.h>

#include "crypto/stark_bytes.h"

/* 2^256 and 2^512 modulo p. */
const pg_felt pg_felt_zero = { { 0, 0, 0, 0 } };
const pg_felt pg_felt_one = { { 0xffffffffffffffe1, 0xffffffffffffffff, 0xffffffffffffffff, 0x07fffffffffffdf0 } };
static const pg_felt r_squared = { { 0xfffffd737e000401, 0x00000001330fffff, 0xffffffffff6f8000, 0x07ffd4ab5e008810 } };

static const pg_felt modulus = { { 1, 0, 0, PG_FELT_P3 } };

/* All ones when the integer a is less than b, else 0. */
static uint64_t less_mask(const pg_felt *a, const pg_felt *b)
{
    uint64_t borrow = 0;
    for (int i = 0; i < 4; i++)
        borrow = (uint64_t)(((unsigned __int128)a->limb[i] - b->limb[i] - borrow) >> 64) & 1;
    return (uint64_t)0 - borrow;
}

void pg_felt_normalize(pg_felt *r, const pg_felt *a)
{
    pg_felt t, less;

    pg_felt_reduce(&t, a);
    pg_felt_sub(&less, &t, &modulus, 0);
    pg_felt_select(&t, &less, ~less_mask(&t, &modulus));
    *r = t;
}

static void square_times(pg_felt *r, int count)
{
    while (count-- > 0)
        pg_felt_sqr(r, r);
}

/* r = a^(2^count * e) * b for r = a^e. */
static void shift_mul(pg_felt *r, int count, const pg_felt *b)
{
    square_times(r, count);
    pg_felt_mul(r, r, b);
}

/* The exponent's 192 low bits are ones, below 2^59 + 16. */
void pg_felt_invert(pg_felt *r, const pg_felt *a)
{
    pg_felt ones3, ones6, ones12, t;

    pg_felt_sqr(&t, a);
    pg_felt_mul(&t, &t, a);
    shift_mul(&t, 1, a);
    ones3 = t;
    shift_mul(&t, 3, &ones3);
    ones6 = t;
    shift_mul(&t, 6, &ones6);
    ones12 = t;

    t = *a;
    shift_mul(&t, 55, a);
    square_times(&t, 4);
    for (int i = 0; i < 192 / 12; i++)
        shift_mul(&t, 12, &ones12);
    *r = t;
}

bool pg_felt_is_zero(const pg_felt *a)
{
    pg_felt t;
    pg_felt_normalize(&t, a);
    return (t.limb[0] | t.limb[1] | t.limb[2] | t.limb[3]) == 0;
}

bool pg_felt_equal(const pg_felt *a, const pg_felt *b)
{
    pg_felt x, y;
    uint64_t difference = 0;

    pg_felt_normalize(&x, a);
    pg_felt_normalize(&y, b);
    for (int i = 0; i < 4; i++)
        difference |= x.limb[i] ^ y.limb[i];
    return difference == 0;
}

/* (p-1)/2 = 2^250 + 17*2^191 = 2^191 * (2^59 + 2^4 + 1). */
bool pg_felt_is_square(const pg_felt *a)
{
    pg_felt t = *a;

    shift_mul(&t, 55, a);
    shift_mul(&t, 4, a);
    square_times(&t, 191);
    return pg_felt_is_zero(&t) || pg_felt_equal(&t, &pg_felt_one);
}

/* Into Montgomery form, from any integer below 2^256. */
static void enter(pg_felt *r, const uint64_t limbs[4])
{
    pg_felt t;
    memcpy(t.limb, limbs, sizeof t.limb);
    pg_felt_mul(&t, &t, &r_squared);
    pg_felt_normalize(r, &t);
}

/* Out of Montgomery form, below p. */
static void leave(uint64_t limbs[4], const pg_felt *a)
{
    uint64_t t[8] = { a->limb[0], a->limb[1], a->limb[2], a->limb[3] };
    pg_felt plain;

    pg_felt_montgomery(&plain, t);
    pg_felt_normalize(&plain, &plain);
    memcpy(limbs, plain.limb, sizeof plain.limb);
}

void pg_felt_from_u64(pg_felt *r, uint64_t value)
{
    const uint64_t limbs[4] = { value, 0, 0, 0 };
    enter(r, limbs);
}

void pg_felt_from_i64(pg_felt *r, int64_t value)
{
    pg_felt t;

    pg_felt_from_u64(&t, value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value);
    if (value < 0)
        pg_felt_sub(&t, &pg_felt_zero, &t, 1);
    pg_felt_normalize(r, &t);
}

bool pg_felt_from_bytes(pg_felt *r, const uint8_t bytes[32])
{
    pg_felt t;

    pg_stark_limbs_load(t.limb, bytes);
    if (!less_mask(&t, &modulus)) {
        *r = pg_felt_zero;
        return false;
    }
    enter(r, t.limb);
    return true;
}

void pg_felt_from_bytes_mod(pg_felt *r, const uint8_t bytes[32])
{
    uint64_t limbs[4];
    pg_stark_limbs_load(limbs, bytes);
    enter(r, limbs);
}

void pg_felt_to_bytes(uint8_t bytes[32], const pg_felt *a)
{
    uint64_t limbs[4];
    leave(limbs, a);
    pg_stark_limbs_store(bytes, limbs);
}

pg_status pg_felt_from_hex(pg_felt *r, const char *text, pg_error *err)
{
    uint8_t bytes[32];
    pg_status status = pg_stark_bytes_from_hex(bytes, text, err);

    *r = pg_felt_zero;
    if (status == PG_OK && !pg_felt_from_bytes(r, bytes))
        status = pg_fail(err, PG_ERR_RANGE, "%s is not below the prime of the STARK field", text);
    return status;
}

char *pg_felt_to_hex(char *text, const pg_felt *a)
{
    uint8_t bytes[32];
    pg_felt_to_bytes(bytes, a);
    return pg_stark_bytes_to_hex(text, bytes);
}

char *pg_felt_to_decimal(char *text, const pg_felt *a)
{
    const uint64_t chunk = 1000000000000000000; /* 10^18 */
    uint64_t limbs[4];
    char digits[5][20];
    int count = 0;

    leave(limbs, a);
    do {
        unsigned __int128 rest = 0;
        for (int i = 3; i >= 0; i--) {
            rest = rest << 64 | limbs[i];
            limbs[i] = (uint64_t)(rest / chunk);
            rest %= chunk;
        }
        for (int i = 17; i >= 0; i--, rest /= 10)
            digits[count][i] = (char)('0' + (int)(rest % 10));
        count++;
    } while (limbs[0] | limbs[1] | limbs[2] | limbs[3]);

    const char *first = digits[count - 1];
    int zeros = 0;
    size_t length = 0;
    while (zeros < 17 && first[zeros] == '0')
        zeros++;
    memcpy(text, first + zeros, (size_t)(18 - zeros));
    length = (size_t)(18 - zeros);
    for (int i = count - 2; i >= 0; i--, length += 18)
        memcpy(text + length, digits[i], 18);
    text[length] = '\0';
    return text;
}

pg_status pg_felt_from_short(pg_felt *r, const char *text, pg_error *err)
{
    uint8_t bytes[32] = { 0 };
    size_t length = strlen(text);

    *r = pg_felt_zero;
    if (length > 31)
        return pg_fail(err, PG_ERR_RANGE, "a short string has at most 31 characters, \"%.40s\" has %zu", text, length);
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] > 0x7f)
            return pg_fail(err, PG_ERR_PARSE, "a short string is ASCII, byte %zu is not", i + 1);
        bytes[32 - length + i] = (uint8_t)text[i];
    }
    pg_felt_from_bytes(r, bytes);
    return PG_OK;
}
