/* The prime field of p = 2^64 - 2^32 + 1 ("Goldilocks"), the base of Lighter's cryptography.
 *
 * An element is a uint64_t. Every operation takes any 64-bit value and gives one that is congruent mod p but need not
 * be below p; pg_gl_canonical gives the one representative below p, to compare, encode or test. With e = 2^32 - 1:
 * 2^64 = e and 2^96 = -1 (mod p), so a product is reduced by shifts and additions (Hamburg, "Ed448-Goldilocks", 2015,
 * gave this shape of prime its name; the reduction for this p is in Plonky2's field notes, 2022).
 *
 * Constant time in the values, except where a name ends in _var. */
#ifndef PG_CRYPTO_GOLDILOCKS_H
#define PG_CRYPTO_GOLDILOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

#define PG_GL_P       0xffffffff00000001u
#define PG_GL_EPSILON 0xffffffffu

__extension__ typedef unsigned __int128 pg_u128;

/* a + b with a carry made good by e, once: enough while a + b + e does not carry twice. The compiler's own code for the
 * carry is longer; sbb of a 32-bit register with itself is the mask e. */
static inline uint64_t pg_gl_add_carry(uint64_t a, uint64_t b)
{
#ifdef __x86_64__
    uint64_t mask;
    __asm__("add %2, %0\n\tsbb %k1, %k1\n\tadd %1, %0" : "+&r"(a), "=&r"(mask) : "r"(b) : "cc");
    return a;
#else
    uint64_t s = a + b;
    return s + (PG_GL_EPSILON & (0 - (uint64_t)(s < a)));
#endif
}

/* a - b, and e off for a borrow. */
static inline uint64_t pg_gl_sub_borrow(uint64_t a, uint64_t b)
{
#ifdef __x86_64__
    uint64_t mask;
    __asm__("sub %2, %0\n\tsbb %k1, %k1\n\tsub %1, %0" : "+&r"(a), "=&r"(mask) : "r"(b) : "cc");
    return a;
#else
    uint64_t d = a - b;
    return d - (PG_GL_EPSILON & (0 - (uint64_t)(a < b)));
#endif
}

static inline uint64_t pg_gl_add(uint64_t a, uint64_t b)
{
    uint64_t s = a + b, mask = PG_GL_EPSILON & (0 - (uint64_t)(s < a));
    return pg_gl_add_carry(s, mask);
}

static inline uint64_t pg_gl_sub(uint64_t a, uint64_t b)
{
    uint64_t d = a - b, mask = PG_GL_EPSILON & (0 - (uint64_t)(a < b));
    return pg_gl_sub_borrow(d, mask);
}

/* A 128-bit number mod p. */
static inline uint64_t pg_gl_reduce(pg_u128 x)
{
    uint64_t lo = (uint64_t)x, hi = (uint64_t)(x >> 64), top = hi >> 32, mid = hi & PG_GL_EPSILON;
    return pg_gl_add_carry(pg_gl_sub_borrow(lo, top), (mid << 32) - mid);
}

/* lo + 2^64 hi mod p for hi < 2^32. */
static inline uint64_t pg_gl_reduce96(uint64_t lo, uint64_t hi)
{
    return pg_gl_add_carry(lo, (hi << 32) - hi);
}

static inline uint64_t pg_gl_mul(uint64_t a, uint64_t b)
{
    return pg_gl_reduce((pg_u128)a * b);
}

static inline uint64_t pg_gl_square(uint64_t a)
{
    return pg_gl_mul(a, a);
}

/* The representative below p. */
static inline uint64_t pg_gl_canonical(uint64_t a)
{
    uint64_t d = a - PG_GL_P, below = 0 - (uint64_t)(a < PG_GL_P);
    return (a & below) | (d & ~below);
}

static inline uint64_t pg_gl_neg(uint64_t a)
{
    return pg_gl_sub(0, a);
}

/* A signed number as transactions pack it: two's complement read as unsigned, mod p. -1 is 2^32 - 2. */
static inline uint64_t pg_gl_from_int64(int64_t value)
{
    return pg_gl_canonical((uint64_t)value);
}

/* Eight bytes, least significant first. */
static inline uint64_t pg_le64_load(const uint8_t *bytes)
{
    uint64_t v = 0;
    for (int i = 7; i >= 0; i--)
        v = v << 8 | bytes[i];
    return v;
}

static inline void pg_le64_store(uint8_t *bytes, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(v >> (8 * i));
}

/* a^exponent; constant time in a, variable in the exponent. */
uint64_t pg_gl_power(uint64_t a, uint64_t exponent);

/* 1/a; 0 for 0. 72 multiplications. */
uint64_t pg_gl_invert(uint64_t a);

/* a^((p-1)/2), canonical: 1 for a square, p-1 for a non-square, 0 for 0. */
uint64_t pg_gl_legendre(uint64_t a);

/* A square root of a, canonical, either of the two; false when there is none (Tonelli-Shanks). */
bool pg_gl_sqrt_var(uint64_t *root, uint64_t a);

/* Reads eight bytes; PG_ERR_RANGE when they are not below p. */
pg_status pg_gl_decode(uint64_t *a, const uint8_t bytes[8], pg_error *err);
void pg_gl_encode(uint8_t bytes[8], uint64_t a);

#endif
