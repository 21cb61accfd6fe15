/* Carry chains on 64-bit limbs, least significant first: what the field and the scalars are made of.
 *
 * GCC 12 makes two to five times the instructions needed of such chains in C, so on x86-64 they are written in assembly:
 * a Poseidon permutation takes 3.5 us instead of 5.4 us in the best form found in C, and 12 us in this one. Elsewhere,
 * and with PG_STARK_PORTABLE defined, they are C. Both take the same time whatever the values are. */
#ifndef PG_CRYPTO_STARK_LIMBS_H
#define PG_CRYPTO_STARK_LIMBS_H

#include <stdint.h>

/* An accumulator of products: c0 + c1*2^64 + c2*2^128. */
typedef struct {
    uint64_t c0, c1, c2;
} pg_limb_sum;

#if defined(__x86_64__) && !defined(PG_STARK_PORTABLE)

/* r = a + b modulo 2^256. */
static inline void pg_limbs_add(uint64_t r[4], const uint64_t a[4], const uint64_t b[4])
{
    uint64_t r0 = a[0], r1 = a[1], r2 = a[2], r3 = a[3];
    __asm__("addq %4, %0\n\tadcq %5, %1\n\tadcq %6, %2\n\tadcq %7, %3"
            : "+&r"(r0), "+&r"(r1), "+&r"(r2), "+&r"(r3)
            : "rme"(b[0]), "rme"(b[1]), "rme"(b[2]), "rme"(b[3])
            : "cc");
    r[0] = r0;
    r[1] = r1;
    r[2] = r2;
    r[3] = r3;
}

/* r = a - b modulo 2^256. */
static inline void pg_limbs_sub(uint64_t r[4], const uint64_t a[4], const uint64_t b[4])
{
    uint64_t r0 = a[0], r1 = a[1], r2 = a[2], r3 = a[3];
    __asm__("subq %4, %0\n\tsbbq %5, %1\n\tsbbq %6, %2\n\tsbbq %7, %3"
            : "+&r"(r0), "+&r"(r1), "+&r"(r2), "+&r"(r3)
            : "rme"(b[0]), "rme"(b[1]), "rme"(b[2]), "rme"(b[3])
            : "cc");
    r[0] = r0;
    r[1] = r1;
    r[2] = r2;
    r[3] = r3;
}

/* s += a * b. */
static inline void pg_limb_sum_add(pg_limb_sum *s, uint64_t a, uint64_t b)
{
    __asm__("mulq %4\n\taddq %%rax, %0\n\tadcq %%rdx, %1\n\tadcq $0, %2"
            : "+&r"(s->c0), "+&r"(s->c1), "+&r"(s->c2), "+&a"(a)
            : "rm"(b)
            : "rdx", "cc");
}

/* s += 2 * a * b. */
static inline void pg_limb_sum_add_twice(pg_limb_sum *s, uint64_t a, uint64_t b)
{
    __asm__("mulq %4\n\taddq %%rax, %0\n\tadcq %%rdx, %1\n\tadcq $0, %2\n\t"
            "addq %%rax, %0\n\tadcq %%rdx, %1\n\tadcq $0, %2"
            : "+&r"(s->c0), "+&r"(s->c1), "+&r"(s->c2), "+&a"(a)
            : "rm"(b)
            : "rdx", "cc");
}

#else

static inline void pg_limbs_add(uint64_t r[4], const uint64_t a[4], const uint64_t b[4])
{
    unsigned __int128 t = 0;
    for (int i = 0; i < 4; i++) {
        t = (t >> 64) + a[i] + b[i];
        r[i] = (uint64_t)t;
    }
}

static inline void pg_limbs_sub(uint64_t r[4], const uint64_t a[4], const uint64_t b[4])
{
    uint64_t borrow = 0;
    for (int i = 0; i < 4; i++) {
        unsigned __int128 t = (unsigned __int128)a[i] - b[i] - borrow;
        r[i] = (uint64_t)t;
        borrow = (uint64_t)(t >> 64) & 1;
    }
}

static inline void pg_limb_sum_add(pg_limb_sum *s, uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    unsigned __int128 t = (unsigned __int128)s->c0 + (uint64_t)product;
    s->c0 = (uint64_t)t;
    t = (t >> 64) + s->c1 + (uint64_t)(product >> 64);
    s->c1 = (uint64_t)t;
    s->c2 += (uint64_t)(t >> 64);
}

static inline void pg_limb_sum_add_twice(pg_limb_sum *s, uint64_t a, uint64_t b)
{
    pg_limb_sum_add(s, a, b);
    pg_limb_sum_add(s, a, b);
}

#endif

/* The lowest limb of the sum, which is shifted down by one limb. */
static inline uint64_t pg_limb_sum_shift(pg_limb_sum *s)
{
    uint64_t low = s->c0;
    s->c0 = s->c1;
    s->c1 = s->c2;
    s->c2 = 0;
    return low;
}

#endif
