#include "crypto/fp5.h"

enum { W = 3 };

/* 3^((p-1)/5): z^p = frobenius * z. Its powers multiply the coefficients under the Frobenius map. */
static const uint64_t frobenius_1[PG_FP5_LIMBS] = { 1, 1041288259238279555u, 15820824984080659046u, 211587555138949697u,
                                                    1373043270956696022u };
static const uint64_t frobenius_2[PG_FP5_LIMBS] = { 1, 15820824984080659046u, 1373043270956696022u,
                                                    1041288259238279555u, 211587555138949697u };

/* Sums of up to 16 products: the halves apart, so that no carry is lost. */
typedef struct {
    pg_u128 lo, hi;
} sum;

static inline void add_product(sum *s, uint64_t a, uint64_t b)
{
    pg_u128 product = (pg_u128)a * b;
    s->lo += (uint64_t)product;
    s->hi += (uint64_t)(product >> 64);
}

/* lo + 2^64 hi mod p. The third word is below 2^8 and 2^128 = -2^32 (mod p). */
static inline uint64_t sum_reduce(sum s)
{
    pg_u128 middle = s.hi + (uint64_t)(s.lo >> 64);
    uint64_t top = (uint64_t)(middle >> 64);
    return pg_gl_sub(pg_gl_reduce((pg_u128)(uint64_t)middle << 64 | (uint64_t)s.lo), top << 32);
}

static inline uint64_t times_small(uint64_t a, uint64_t small)
{
    pg_u128 product = (pg_u128)a * small;
    return pg_gl_reduce96((uint64_t)product, (uint64_t)(product >> 64));
}

void pg_fp5_mul(pg_fp5 *out, const pg_fp5 *a, const pg_fp5 *b)
{
    uint64_t wrapped[PG_FP5_LIMBS];
    pg_fp5 r;

    for (int i = 1; i < PG_FP5_LIMBS; i++)
        wrapped[i] = times_small(b->c[i], W);
#pragma GCC unroll 5
    for (int k = 0; k < PG_FP5_LIMBS; k++) {
        sum s = { 0, 0 };
#pragma GCC unroll 5
        for (int i = 0; i < PG_FP5_LIMBS; i++)
            add_product(&s, a->c[i], i <= k ? b->c[k - i] : wrapped[k - i + PG_FP5_LIMBS]);
        r.c[k] = sum_reduce(s);
    }
    *out = r;
}

void pg_fp5_square(pg_fp5 *out, const pg_fp5 *in)
{
    const uint64_t *a = in->c;
    uint64_t d0 = pg_gl_add(a[0], a[0]), d1 = pg_gl_add(a[1], a[1]);
    uint64_t w3 = times_small(a[3], W), w4 = times_small(a[4], W), v4 = pg_gl_add(w4, w4), v3 = pg_gl_add(w3, w3);
    sum s[PG_FP5_LIMBS] = { { 0, 0 } };
    pg_fp5 r;

    add_product(&s[0], a[0], a[0]);
    add_product(&s[0], a[1], v4);
    add_product(&s[0], a[2], v3);
    add_product(&s[1], d0, a[1]);
    add_product(&s[1], a[2], v4);
    add_product(&s[1], a[3], w3);
    add_product(&s[2], d0, a[2]);
    add_product(&s[2], a[1], a[1]);
    add_product(&s[2], a[3], v4);
    add_product(&s[3], d0, a[3]);
    add_product(&s[3], d1, a[2]);
    add_product(&s[3], a[4], w4);
    add_product(&s[4], d0, a[4]);
    add_product(&s[4], d1, a[3]);
    add_product(&s[4], a[2], a[2]);
#pragma GCC unroll 5
    for (int k = 0; k < PG_FP5_LIMBS; k++)
        r.c[k] = sum_reduce(s[k]);
    *out = r;
}

void pg_fp5_mul_small_z(pg_fp5 *out, const pg_fp5 *a, uint64_t small)
{
    *out = (pg_fp5){ { times_small(a->c[4], W * small), times_small(a->c[0], small), times_small(a->c[1], small),
                       times_small(a->c[2], small), times_small(a->c[3], small) } };
}

void pg_fp5_frobenius(pg_fp5 *out, const pg_fp5 *a, int times)
{
    const uint64_t *factor = times == 1 ? frobenius_1 : frobenius_2;
    for (int i = 0; i < PG_FP5_LIMBS; i++)
        out->c[i] = pg_gl_mul(a->c[i], factor[i]);
}

/* The coefficient of 1 in a*b. */
static uint64_t product_base(const pg_fp5 *a, const pg_fp5 *b)
{
    sum wrapped = { 0, 0 };
    for (int i = 1; i < PG_FP5_LIMBS; i++)
        add_product(&wrapped, a->c[i], b->c[PG_FP5_LIMBS - i]);
    return pg_gl_add(pg_gl_mul(a->c[0], b->c[0]), times_small(sum_reduce(wrapped), W));
}

/* a^(p + p^2 + p^3 + p^4): times a it is the norm, which lies in the base field. */
static void conjugates(pg_fp5 *out, const pg_fp5 *a)
{
    pg_fp5 d, e;
    pg_fp5_frobenius(&d, a, 1);
    pg_fp5_frobenius(&e, &d, 1);
    pg_fp5_mul(&e, &d, &e);
    pg_fp5_frobenius(&d, &e, 2);
    pg_fp5_mul(out, &e, &d);
}

void pg_fp5_invert(pg_fp5 *out, const pg_fp5 *a)
{
    pg_fp5 f;
    conjugates(&f, a);
    uint64_t inverse = pg_gl_invert(product_base(a, &f));
    for (int i = 0; i < PG_FP5_LIMBS; i++)
        out->c[i] = pg_gl_mul(f.c[i], inverse);
}

uint64_t pg_fp5_legendre(const pg_fp5 *a)
{
    pg_fp5 f;
    conjugates(&f, a);
    return pg_gl_legendre(product_base(a, &f));
}

static void square_times(pg_fp5 *a, int n)
{
    while (n-- > 0)
        pg_fp5_square(a, a);
}

bool pg_fp5_sqrt_var(pg_fp5 *root, const pg_fp5 *a)
{
    pg_fp5 v = *a, d, e, square;
    uint64_t base;

    square_times(&v, 31);
    pg_fp5_invert(&d, &v);
    square_times(&v, 32);
    pg_fp5_mul(&d, &d, &v);
    pg_fp5_mul(&d, &d, a); /* a^((p+1)/2) */
    pg_fp5_frobenius(&e, &d, 2);
    pg_fp5_mul(&e, &d, &e);
    pg_fp5_frobenius(&e, &e, 1); /* a^((p+1)/2 * (p + p^3)) */
    pg_fp5_square(&square, &e);
    if (!pg_gl_sqrt_var(&base, product_base(a, &square)))
        return false;
    pg_fp5_invert(&e, &e);
    for (int i = 0; i < PG_FP5_LIMBS; i++)
        root->c[i] = pg_gl_canonical(pg_gl_mul(e.c[i], base));
    int lowest = 0;
    while (lowest < PG_FP5_LIMBS - 1 && root->c[lowest] == 0)
        lowest++;
    if (root->c[lowest] != 0 && root->c[lowest] % 2 == 0) {
        *root = pg_fp5_neg(*root);
        pg_fp5_canonical(root);
    }
    return true;
}

void pg_fp5_canonical(pg_fp5 *a)
{
    for (int i = 0; i < PG_FP5_LIMBS; i++)
        a->c[i] = pg_gl_canonical(a->c[i]);
}

bool pg_fp5_is_zero(const pg_fp5 *a)
{
    uint64_t any = 0;
    for (int i = 0; i < PG_FP5_LIMBS; i++)
        any |= pg_gl_canonical(a->c[i]);
    return any == 0;
}

bool pg_fp5_equal(const pg_fp5 *a, const pg_fp5 *b)
{
    pg_fp5 difference = pg_fp5_sub(*a, *b);
    return pg_fp5_is_zero(&difference);
}

pg_status pg_fp5_decode(pg_fp5 *a, const uint8_t bytes[PG_FP5_BYTES], pg_error *err)
{
    pg_fp5 read;
    for (int i = 0; i < PG_FP5_LIMBS; i++) {
        pg_status status = pg_gl_decode(&read.c[i], bytes + 8 * i, err);
        if (status != PG_OK) {
            pg_error_where(err, "coefficient %d", i);
            return status;
        }
    }
    *a = read;
    return PG_OK;
}

void pg_fp5_encode(uint8_t bytes[PG_FP5_BYTES], const pg_fp5 *a)
{
    for (int i = 0; i < PG_FP5_LIMBS; i++)
        pg_gl_encode(bytes + 8 * i, a->c[i]);
}
