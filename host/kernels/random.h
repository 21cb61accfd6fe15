/* Deterministic random numbers: xoshiro256** (Blackman & Vigna 2018) seeded by splitmix64, with the transforms that
 * the kernels need. The same seed gives the same numbers on every machine. O(1), nothing allocated. */
#ifndef PG_KERNELS_RANDOM_H
#define PG_KERNELS_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint64_t s[4];
    double spare; /* second normal of a pair */
    bool has_spare;
} pg_random;

void pg_random_seed(pg_random *random, uint64_t seed);
uint64_t pg_random_bits(pg_random *random);

/* Uniform in (0, 1): 53 bits, never 0 or 1. */
double pg_random_uniform(pg_random *random);

/* Standard normal (Box & Muller 1958, both of a pair used). */
double pg_random_normal(pg_random *random);

/* Exponential with this rate. */
double pg_random_exponential(pg_random *random, double rate);

/* Student t scaled to unit variance, nu > 2: a normal over the root of a gamma variate (Marsaglia & Tsang 2000). */
double pg_random_student(pg_random *random, double nu);

#endif
