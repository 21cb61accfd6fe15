#include "crypto/goldilocks.h"

/* A generator of the 2^32-th roots of unity. */
static const uint64_t root_2_32 = 7277203076849721926u;
enum { TWO_ADICITY = 32 };

static uint64_t square_times(uint64_t a, int n)
{
    while (n-- > 0)
        a = pg_gl_square(a);
    return a;
}

uint64_t pg_gl_power(uint64_t a, uint64_t exponent)
{
    uint64_t result = 1;
    for (int bit = 63; bit >= 0; bit--) {
        result = pg_gl_square(result);
        if (exponent >> bit & 1)
            result = pg_gl_mul(result, a);
    }
    return result;
}

/* a^(2^31 - 1), by doubling the run of ones: 1, 2, 3, 6, 12, 24, 30, 31. */
static uint64_t power_31_ones(uint64_t a)
{
    uint64_t e2 = pg_gl_mul(pg_gl_square(a), a);
    uint64_t e3 = pg_gl_mul(pg_gl_square(e2), a);
    uint64_t e6 = pg_gl_mul(square_times(e3, 3), e3);
    uint64_t e12 = pg_gl_mul(square_times(e6, 6), e6);
    uint64_t e24 = pg_gl_mul(square_times(e12, 12), e12);
    uint64_t e30 = pg_gl_mul(square_times(e24, 6), e6);
    return pg_gl_mul(pg_gl_square(e30), a);
}

/* p - 2 in binary: 31 ones, a zero, 32 ones. */
uint64_t pg_gl_invert(uint64_t a)
{
    uint64_t e31 = power_31_ones(a);
    uint64_t e63 = pg_gl_mul(square_times(e31, 32), e31);
    return pg_gl_mul(pg_gl_square(e63), a);
}

/* (p - 1) / 2 = 2^31 (2^32 - 1). */
uint64_t pg_gl_legendre(uint64_t a)
{
    uint64_t e32 = pg_gl_mul(pg_gl_square(power_31_ones(a)), a);
    return pg_gl_canonical(square_times(e32, 31));
}

bool pg_gl_sqrt_var(uint64_t *root, uint64_t a)
{
    uint64_t half = power_31_ones(a); /* the odd part of p - 1 is 2^32 - 1; this is a^((2^32 - 2) / 2) */
    uint64_t x = pg_gl_mul(half, a), b = pg_gl_canonical(pg_gl_mul(x, half)), c = root_2_32;
    int order = TWO_ADICITY;

    *root = 0;
    if (pg_gl_canonical(a) == 0)
        return true;
    while (b != 1) {
        int m = 0;
        for (uint64_t t = b; t != 1; t = pg_gl_canonical(pg_gl_square(t)))
            if (++m == order)
                return false;
        uint64_t step = square_times(c, order - m - 1);
        x = pg_gl_mul(x, step);
        c = pg_gl_square(step);
        b = pg_gl_canonical(pg_gl_mul(b, c));
        order = m;
    }
    *root = pg_gl_canonical(x);
    return true;
}

pg_status pg_gl_decode(uint64_t *a, const uint8_t bytes[8], pg_error *err)
{
    uint64_t v = pg_le64_load(bytes);
    if (v >= PG_GL_P) {
        pg_fail(err, PG_ERR_RANGE, "field element %016llx is not below the prime", (unsigned long long)v);
        pg_error_remedy(err, "send the remainder mod ffffffff00000001");
        return PG_ERR_RANGE;
    }
    *a = v;
    return PG_OK;
}

void pg_gl_encode(uint8_t bytes[8], uint64_t a)
{
    pg_le64_store(bytes, pg_gl_canonical(a));
}
