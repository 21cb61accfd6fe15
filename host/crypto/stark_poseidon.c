#include "crypto/stark_poseidon.h"

enum { FULL = 4, PARTIAL = 83 };

/* Three constants a full round; one and 4p a partial round, and 4p after the last; see tables/stark_tables.c. */
static const pg_felt constants[3 * 2 * FULL + PARTIAL + 1] = {
#include "crypto/stark_poseidon.inc"
};

static inline void cube(pg_felt *r, const pg_felt *a)
{
    pg_felt square;
    pg_felt_sqr(&square, a);
    pg_felt_mul(r, &square, a);
}

/* Reduced state in, reduced state out: with the constants below 2.1, cubed below 1.1. */
static inline const pg_felt *full_rounds(pg_felt s[3], const pg_felt *constant)
{
    for (int round = 0; round < FULL; round++) {
        pg_felt sum, t;
        for (int i = 0; i < 3; i++) {
            pg_felt_add(&s[i], &s[i], constant++);
            cube(&s[i], &s[i]);
        }
        pg_felt_add(&sum, &s[0], &s[1]);
        pg_felt_add(&sum, &sum, &s[2]); /* 3.3 */
        pg_felt_add(&t, &s[0], &s[0]);
        pg_felt_add(&t, &t, &sum);
        pg_felt_reduce(&s[0], &t);
        pg_felt_add(&t, &s[1], &s[1]);
        pg_felt_sub(&t, &sum, &t, 3);
        pg_felt_reduce(&s[1], &t);
        pg_felt_add(&t, &s[2], &s[2]);
        pg_felt_add(&t, &t, &s[2]);
        pg_felt_sub(&t, &sum, &t, 4);
        pg_felt_reduce(&s[2], &t);
    }
    return constant;
}

/* The rounds in other coordinates: with u = a + b and w = 2a + c^3, the matrix maps (a, u, c) to (w + u, 2w, u - 2c^3).
 * So only w is reduced, and the way from one cube to the next, which nothing can overlap, is a doubling and a
 * subtraction: the round's constant comes with 4p on it and is added to u beforehand. */
static inline const pg_felt *partial_rounds(pg_felt s[3], const pg_felt *constant)
{
    pg_felt a = s[0], u, c, w, next;

    pg_felt_add(&u, &s[0], &s[1]);
    pg_felt_add(&c, &s[2], constant++);
    for (int round = 0; round < PARTIAL; round++) {
        cube(&c, &c); /* from 7.1: 1.6 */
        pg_felt_add(&w, &a, &a);
        pg_felt_add(&w, &w, &c); /* 7.9 */
        pg_felt_reduce(&w, &w);
        pg_felt_add(&a, &w, &u);            /* 3.1 */
        pg_felt_add(&next, &u, constant++); /* 7.1 */
        pg_felt_add(&u, &w, &w);            /* 2.1 */
        pg_felt_add(&c, &c, &c);            /* 3.2, less than the 4p of the constant */
        pg_felt_sub(&c, &next, &c, 0);
    }
    pg_felt_reduce(&s[0], &a);
    pg_felt_sub(&s[1], &u, &a, 4);
    pg_felt_reduce(&s[1], &s[1]);
    pg_felt_reduce(&s[2], &c);
    return constant;
}

void pg_poseidon_permute(pg_felt state[3])
{
    pg_felt s[3] = { state[0], state[1], state[2] };
    const pg_felt *constant = full_rounds(s, constants);
    full_rounds(s, partial_rounds(s, constant));
    for (int i = 0; i < 3; i++)
        pg_felt_normalize(&state[i], &s[i]);
}

void pg_poseidon_hash1(pg_felt *r, const pg_felt *x)
{
    pg_felt state[3] = { *x, pg_felt_zero, pg_felt_one };
    pg_poseidon_permute(state);
    *r = state[0];
}

void pg_poseidon_hash2(pg_felt *r, const pg_felt *x, const pg_felt *y)
{
    pg_felt state[3] = { *x, *y };
    pg_felt_add(&state[2], &pg_felt_one, &pg_felt_one);
    pg_felt_reduce(&state[2], &state[2]);
    pg_poseidon_permute(state);
    *r = state[0];
}

void pg_poseidon_hash(pg_felt *r, const pg_felt *values, size_t count)
{
    pg_felt state[3] = { pg_felt_zero, pg_felt_zero, pg_felt_zero };
    size_t blocks = count / 2 + 1;

    for (size_t i = 0; i < blocks; i++) {
        for (size_t j = 0; j < 2; j++) {
            size_t k = 2 * i + j;
            const pg_felt *value = k < count ? &values[k] : k == count ? &pg_felt_one : &pg_felt_zero;
            pg_felt_add(&state[j], &state[j], value);
            pg_felt_reduce(&state[j], &state[j]);
        }
        pg_poseidon_permute(state);
    }
    *r = state[0];
}
