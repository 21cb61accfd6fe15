#include "crypto/ecgfp5.h"

#include <string.h>

enum { A = 2, B = 263, WINDOW = 5, MULTIPLES = PG_ECGFP5_MULTIPLES };

const pg_ecgfp5 pg_ecgfp5_neutral = { .z = { { 1 } }, .t = { { 1 } } };

/* The part that both additions share: t1 = X1X2, t2 = Z1Z2, t3 = U1U2, t4 = T1T2, t5 = X1Z2 + X2Z1, t6 = U1T2 + U2T1. */
static void finish_add(pg_ecgfp5 *out, const pg_fp5 *t1, const pg_fp5 *t2, const pg_fp5 *t3, const pg_fp5 *t4,
                       const pg_fp5 *t5, const pg_fp5 *t6)
{
    pg_fp5 bt2, bt5, t7, t8, t9, t10, left, right;

    pg_fp5_mul_small_z(&bt2, t2, B);
    pg_fp5_mul_small_z(&bt5, t5, B);
    t7 = pg_fp5_add(*t1, bt2);
    pg_fp5_mul(&t8, t4, &t7);
    right = pg_fp5_double(pg_fp5_add(bt5, t7));
    pg_fp5_mul(&t9, t3, &right);
    left = pg_fp5_add(*t4, pg_fp5_double(*t3));
    right = pg_fp5_add(*t5, t7);
    pg_fp5_mul(&t10, &left, &right);
    left = pg_fp5_sub(t10, t8);
    pg_fp5_mul_small_z(&out->x, &left, B);
    out->z = pg_fp5_sub(t8, t9);
    right = pg_fp5_sub(bt2, *t1);
    pg_fp5_mul(&out->u, t6, &right);
    out->t = pg_fp5_add(t8, t9);
}

void pg_ecgfp5_add(pg_ecgfp5 *out, const pg_ecgfp5 *a, const pg_ecgfp5 *b)
{
    pg_fp5 t1, t2, t3, t4, t5, t6, left, right;

    pg_fp5_mul(&t1, &a->x, &b->x);
    pg_fp5_mul(&t2, &a->z, &b->z);
    pg_fp5_mul(&t3, &a->u, &b->u);
    pg_fp5_mul(&t4, &a->t, &b->t);
    left = pg_fp5_add(a->x, a->z);
    right = pg_fp5_add(b->x, b->z);
    pg_fp5_mul(&t5, &left, &right);
    t5 = pg_fp5_sub(t5, pg_fp5_add(t1, t2));
    left = pg_fp5_add(a->u, a->t);
    right = pg_fp5_add(b->u, b->t);
    pg_fp5_mul(&t6, &left, &right);
    t6 = pg_fp5_sub(t6, pg_fp5_add(t3, t4));
    finish_add(out, &t1, &t2, &t3, &t4, &t5, &t6);
}

static void add_affine(pg_ecgfp5 *out, const pg_ecgfp5 *a, const pg_ecgfp5_affine *b)
{
    pg_fp5 t1, t3, t5, t6, z = a->z, t = a->t;

    pg_fp5_mul(&t1, &a->x, &b->x);
    pg_fp5_mul(&t3, &a->u, &b->u);
    pg_fp5_mul(&t5, &z, &b->x);
    t5 = pg_fp5_add(t5, a->x);
    pg_fp5_mul(&t6, &t, &b->u);
    t6 = pg_fp5_add(t6, a->u);
    finish_add(out, &t1, &z, &t3, &t, &t5, &t6);
}

void pg_ecgfp5_double(pg_ecgfp5 *out, const pg_ecgfp5 *a, int times)
{
    pg_ecgfp5 p = *a;

    while (times-- > 0) {
        pg_fp5 t1, t2, t3, t4, x1, z1, w1, sum;
        pg_fp5_mul(&t1, &p.z, &p.t);
        pg_fp5_mul(&t2, &t1, &p.t);
        pg_fp5_square(&x1, &t2);
        pg_fp5_mul(&z1, &t1, &p.u);
        pg_fp5_square(&t3, &p.u);
        sum = pg_fp5_double(pg_fp5_add(p.x, p.z));
        pg_fp5_mul(&w1, &t3, &sum);
        w1 = pg_fp5_sub(t2, w1);
        pg_fp5_square(&t4, &z1);
        pg_fp5_mul_small_z(&p.x, &t4, 4 * B);
        pg_fp5_square(&p.z, &w1);
        sum = pg_fp5_add(w1, z1);
        pg_fp5_square(&p.u, &sum);
        p.u = pg_fp5_sub(p.u, pg_fp5_add(t4, p.z));
        t4 = pg_fp5_double(t4);
        p.t = pg_fp5_sub(pg_fp5_double(pg_fp5_sub(x1, t4)), p.z);
    }
    *out = p;
}

bool pg_ecgfp5_equal(const pg_ecgfp5 *a, const pg_ecgfp5 *b)
{
    pg_fp5 left, right;
    pg_fp5_mul(&left, &a->u, &b->t);
    pg_fp5_mul(&right, &b->u, &a->t);
    return pg_fp5_equal(&left, &right);
}

bool pg_ecgfp5_is_neutral(const pg_ecgfp5 *a)
{
    return pg_fp5_is_zero(&a->u);
}

/* All ones when a == b (both small). */
static inline uint64_t mask_equal(uint32_t a, uint32_t b)
{
    return 0 - (uint64_t)(((a ^ b) - 1) >> 31);
}

/* -a where the mask is set. */
static void negate_masked(pg_fp5 *a, uint64_t mask)
{
    pg_fp5 negative = pg_fp5_neg(*a);
    for (int i = 0; i < PG_FP5_LIMBS; i++)
        a->c[i] = (a->c[i] & ~mask) | (negative.c[i] & mask);
}

/* |digit| and a mask of its sign, without a branch. */
static uint32_t digit_magnitude(uint64_t *negative, int8_t digit)
{
    int32_t wide = digit, sign = wide >> 31;
    *negative = (uint64_t)(int64_t)sign;
    return (uint32_t)((wide ^ sign) - sign);
}

/* digit times the base of a table row; every entry is read. Words are copied as one array: a point has no padding. */
static void select_words(uint64_t *out, const uint64_t *table, int words, uint32_t magnitude)
{
    for (int w = 0; w < words; w++)
        out[w] = 0;
    for (uint32_t m = 1; m <= MULTIPLES; m++, table += words) {
        uint64_t mask = mask_equal(m, magnitude);
        for (int w = 0; w < words; w++)
            out[w] |= table[w] & mask;
    }
}

void pg_ecgfp5_mul_generator(pg_ecgfp5 *out, const pg_scalar5 *k)
{
    int8_t digit[PG_SCALAR5_DIGITS];
    pg_ecgfp5_affine entry;
    pg_ecgfp5 sum = pg_ecgfp5_neutral;
    uint64_t negative;

    pg_scalar5_recode(digit, k);
    for (int row = 3; row >= 0; row--) {
        if (row < 3)
            pg_ecgfp5_double(&sum, &sum, WINDOW);
        for (int i = 0; i < PG_ECGFP5_BLOCKS; i++) {
            uint32_t magnitude = digit_magnitude(&negative, digit[4 * i + row]);
            select_words(entry.x.c, pg_ecgfp5_table[i][0].x.c, sizeof entry / sizeof(uint64_t), magnitude);
            negate_masked(&entry.u, negative);
            add_affine(&sum, &sum, &entry);
        }
    }
    *out = sum;
    explicit_bzero(digit, sizeof digit);
    explicit_bzero(&entry, sizeof entry);
    explicit_bzero(&sum, sizeof sum);
}

void pg_ecgfp5_mul(pg_ecgfp5 *out, const pg_ecgfp5 *a, const pg_scalar5 *k)
{
    int8_t digit[PG_SCALAR5_DIGITS];
    pg_ecgfp5 table[MULTIPLES], entry, sum = pg_ecgfp5_neutral;
    uint64_t negative;

    table[0] = *a;
    for (int m = 1; m < MULTIPLES; m++)
        pg_ecgfp5_add(&table[m], &table[m - 1], a);
    pg_scalar5_recode(digit, k);
    for (int i = PG_SCALAR5_DIGITS - 1; i >= 0; i--) {
        pg_ecgfp5_double(&sum, &sum, WINDOW);
        uint32_t magnitude = digit_magnitude(&negative, digit[i]);
        select_words(entry.x.c, table[0].x.c, sizeof entry / sizeof(uint64_t), magnitude);
        uint64_t zero = mask_equal(magnitude, 0) & 1; /* the neutral element has Z = T = 1 */
        entry.z.c[0] |= zero;
        entry.t.c[0] |= zero;
        negate_masked(&entry.u, negative);
        pg_ecgfp5_add(&sum, &sum, &entry);
    }
    *out = sum;
    explicit_bzero(digit, sizeof digit);
    explicit_bzero(table, sizeof table);
    explicit_bzero(&entry, sizeof entry);
    explicit_bzero(&sum, sizeof sum);
}

void pg_ecgfp5_mul_add_var(pg_ecgfp5 *out, const pg_scalar5 *s, const pg_scalar5 *e, const pg_ecgfp5 *p)
{
    pg_ecgfp5 left, right;
    pg_ecgfp5_mul_generator(&left, s);
    pg_ecgfp5_mul(&right, p, e);
    pg_ecgfp5_add(out, &left, &right);
}

void pg_ecgfp5_encode(pg_fp5 *w, const pg_ecgfp5 *a)
{
    pg_fp5 inverse;
    pg_fp5_invert(&inverse, &a->u);
    pg_fp5_mul(w, &a->t, &inverse);
    pg_fp5_canonical(w);
}

static pg_fp5 half(pg_fp5 a)
{
    for (int i = 0; i < PG_FP5_LIMBS; i++)
        a.c[i] = pg_gl_mul(a.c[i], (PG_GL_P + 1) / 2);
    return a;
}

/* x is the root of x^2 - (w^2 - a) x + b that is not a square. */
pg_status pg_ecgfp5_decode_var(pg_ecgfp5 *out, const uint8_t bytes[PG_FP5_BYTES], pg_error *err)
{
    pg_fp5 w, e, d, root, x;
    pg_status status = pg_fp5_decode(&w, bytes, err);

    if (status != PG_OK)
        return status;
    if (pg_fp5_is_zero(&w)) {
        *out = pg_ecgfp5_neutral;
        return PG_OK;
    }
    pg_fp5_square(&e, &w);
    e.c[0] = pg_gl_sub(e.c[0], A);
    pg_fp5_square(&d, &e);
    d.c[1] = pg_gl_sub(d.c[1], 4 * B);
    if (!pg_fp5_sqrt_var(&root, &d)) {
        pg_fail(err, PG_ERR_INVALID, "the 40 bytes encode no point of the curve");
        pg_error_remedy(err, "check that a public key was copied whole and unchanged");
        return PG_ERR_INVALID;
    }
    x = half(pg_fp5_add(e, root));
    if (pg_fp5_legendre(&x) == 1)
        x = half(pg_fp5_sub(e, root));
    *out = (pg_ecgfp5){ .x = x, .z = { { 1 } }, .u = { { 1 } }, .t = w };
    return PG_OK;
}
