#include "kernels/random.h"

#include <math.h>

static uint64_t rotate(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

void pg_random_seed(pg_random *random, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        uint64_t z = (seed += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        random->s[i] = z ^ (z >> 31);
    }
    random->spare = 0.0;
    random->has_spare = false;
}

uint64_t pg_random_bits(pg_random *random)
{
    uint64_t *s = random->s, result = rotate(s[1] * 5, 7) * 9, shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 45);
    return result;
}

double pg_random_uniform(pg_random *random)
{
    return ((double)(pg_random_bits(random) >> 11) + 0.5) * 0x1p-53;
}

double pg_random_normal(pg_random *random)
{
    if (random->has_spare) {
        random->has_spare = false;
        return random->spare;
    }
    double radius = sqrt(-2.0 * log(pg_random_uniform(random)));
    double angle = 2.0 * M_PI * pg_random_uniform(random);
    random->spare = radius * sin(angle);
    random->has_spare = true;
    return radius * cos(angle);
}

double pg_random_exponential(pg_random *random, double rate)
{
    return -log(pg_random_uniform(random)) / rate;
}

/* Gamma of shape a >= 1 and scale 1. */
static double gamma_variate(pg_random *random, double a)
{
    double d = a - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        double x = pg_random_normal(random), v = 1.0 + c * x;
        if (v <= 0.0)
            continue;
        v = v * v * v;
        if (log(pg_random_uniform(random)) < 0.5 * x * x + d - d * v + d * log(v))
            return d * v;
    }
}

double pg_random_student(pg_random *random, double nu)
{
    double z = pg_random_normal(random), chi2 = 2.0 * gamma_variate(random, 0.5 * nu);
    return z * sqrt((nu - 2.0) / chi2);
}
