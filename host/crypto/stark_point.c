#include "crypto/stark_point.h"

#include <openssl/crypto.h>

/* 1 in Montgomery form; see stark_field.c. */
#define ONE                                                                                                            \
    {                                                                                                                  \
        {                                                                                                              \
            0xffffffffffffffe1, 0xffffffffffffffff, 0xffffffffffffffff, 0x07fffffffffffdf0                             \
        }                                                                                                              \
    }

const pg_stark_point pg_stark_infinity = { { { 0 } }, ONE, { { 0 } } };

/* 0x6f21413efbe40de150e596d72f7a8c5609ad26c15c915c1f4cdfcb99cee9e89 and the generator of section 11.1, in Montgomery
 * form; their text is what the tests compare them with. */
const pg_felt pg_stark_curve_b = { { 0x359ddd67b59a21ca, 0x6725f2237aab9006, 0xab8a1e002a41f947, 0x013931651774247f } };
const pg_stark_affine pg_stark_generator = {
    { { 0xc9019623cf0273dd, 0x51a9bf65d4403dea, 0x0429bf5184041c7b, 0x033840300bf6cec1 } },
    { { 0x569d0da34235308a, 0x0939e3442869bbe7, 0xfbd89a97cf4b33ad, 0x05a0e71610f55329 } }
};
static const pg_felt stark_b3 = { { 0xa0d9983720ce655e, 0x3571d66a7002b012, 0x029e5a007ec5ebd6, 0x03ab942f465c6d7f } };

/* r = a*x; a NULL stands for 1. */
static inline void mul_a(pg_felt *r, const pg_felt *a, const pg_felt *x)
{
    if (a)
        pg_felt_mul(r, a, x);
    else
        *r = *x;
}

static inline void reduce_point(pg_stark_point *r, const pg_felt *x, const pg_felt *y, const pg_felt *z)
{
    pg_felt_reduce(&r->x, x);
    pg_felt_reduce(&r->y, y);
    pg_felt_reduce(&r->z, z);
}

/* The second half of algorithms 1 and 2, the same in both: t0 = X1X2, t1 = Y1Y2, t2 = Z1Z2, t3 = X1Y2 + X2Y1,
 * t4 = X1Z2 + X2Z1, t5 = Y1Z2 + Y2Z1. Bounds: t0, t1, t2 below 1.1; t3, t4, t5 below 5. */
static inline void finish_addition(pg_stark_point *r, const pg_felt *a, const pg_felt *b3, const pg_felt *t0,
                                   const pg_felt *t1, const pg_felt *t2, const pg_felt *t3, const pg_felt *t4,
                                   const pg_felt *t5)
{
    pg_felt x, y, z, at2, m, w, v;

    mul_a(&z, a, t4);
    pg_felt_mul(&x, b3, t2);
    pg_felt_add(&z, &x, &z);    /* 6.2 */
    pg_felt_sub(&x, t1, &z, 7); /* 8.1 */
    pg_felt_add(&z, t1, &z);    /* 7.3 */
    pg_felt_mul(&y, &x, &z);    /* 3 */
    mul_a(&at2, a, t2);         /* 1.1 */
    pg_felt_add(&m, t0, t0);    /* 2.2 */
    pg_felt_add(&m, &m, t0);    /* 3.3 */
    pg_felt_add(&m, &m, &at2);  /* 4.4 */
    pg_felt_sub(&v, t0, &at2, 2);
    mul_a(&v, a, &v);           /* 3.1 */
    pg_felt_mul(&w, b3, t4);    /* 1.2 */
    pg_felt_add(&w, &w, &v);    /* 4.3 */
    pg_felt_mul(&v, &m, &w);    /* 1.7 */
    pg_felt_add(&y, &y, &v);    /* 4.7 */
    pg_felt_mul(&v, t5, &w);    /* 1.7 */
    pg_felt_mul(&x, t3, &x);    /* 2.4 */
    pg_felt_sub(&x, &x, &v, 2); /* 4.4 */
    pg_felt_mul(&v, t3, &m);    /* 1.8 */
    pg_felt_mul(&z, t5, &z);    /* 2.2 */
    pg_felt_add(&z, &z, &v);    /* 4 */
    reduce_point(r, &x, &y, &z);
}

/* r = (a1 + b1)(a2 + b2) - aa - bb, the two mixed products. Arguments reduced, aa and bb below 1.1: below 4.2. */
static inline void mixed_products(pg_felt *r, const pg_felt *a1, const pg_felt *b1, const pg_felt *a2,
                                  const pg_felt *b2, const pg_felt *aa, const pg_felt *bb)
{
    pg_felt s, t;
    pg_felt_add(&s, a1, b1);
    pg_felt_add(&t, a2, b2);
    pg_felt_mul(&s, &s, &t);
    pg_felt_add(&t, aa, bb);
    pg_felt_sub(r, &s, &t, 3);
}

static inline void add_general(pg_stark_point *r, const pg_stark_point *p, const pg_stark_point *q, const pg_felt *a,
                               const pg_felt *b3)
{
    pg_felt t0, t1, t2, t3, t4, t5;
    pg_felt_mul(&t0, &p->x, &q->x);
    pg_felt_mul(&t1, &p->y, &q->y);
    pg_felt_mul(&t2, &p->z, &q->z);
    mixed_products(&t3, &p->x, &p->y, &q->x, &q->y, &t0, &t1);
    mixed_products(&t4, &p->x, &p->z, &q->x, &q->z, &t0, &t2);
    mixed_products(&t5, &p->y, &p->z, &q->y, &q->z, &t1, &t2);
    finish_addition(r, a, b3, &t0, &t1, &t2, &t3, &t4, &t5);
}

static inline void double_general(pg_stark_point *r, const pg_stark_point *p, const pg_felt *a, const pg_felt *b3)
{
    pg_felt t0, t1, t2, t3, x, y, z;

    pg_felt_sqr(&t0, &p->x);
    pg_felt_sqr(&t1, &p->y);
    pg_felt_sqr(&t2, &p->z);
    pg_felt_mul(&t3, &p->x, &p->y);
    pg_felt_add(&t3, &t3, &t3); /* 2.2 */
    pg_felt_mul(&z, &p->x, &p->z);
    pg_felt_add(&z, &z, &z); /* 2.2 */
    mul_a(&x, a, &z);
    pg_felt_mul(&y, b3, &t2);
    pg_felt_add(&y, &x, &y);     /* 3.3 */
    pg_felt_sub(&x, &t1, &y, 4); /* 5.1 */
    pg_felt_add(&y, &t1, &y);    /* 4.4 */
    pg_felt_mul(&y, &x, &y);     /* 1.8 */
    pg_felt_mul(&x, &t3, &x);    /* 1.4 */
    pg_felt_mul(&z, b3, &z);     /* 1.1 */
    mul_a(&t2, a, &t2);
    pg_felt_sub(&t3, &t0, &t2, 2);
    mul_a(&t3, a, &t3);        /* 3.1 */
    pg_felt_add(&t3, &t3, &z); /* 4.2 */
    pg_felt_add(&z, &t0, &t0);
    pg_felt_add(&t0, &z, &t0);
    pg_felt_add(&t0, &t0, &t2); /* 4.4 */
    pg_felt_mul(&t0, &t0, &t3); /* 1.6 */
    pg_felt_add(&y, &y, &t0);   /* 3.4 */
    pg_felt_mul(&t2, &p->y, &p->z);
    pg_felt_add(&t2, &t2, &t2);  /* 2.2 */
    pg_felt_mul(&t0, &t2, &t3);  /* 1.3 */
    pg_felt_sub(&x, &x, &t0, 2); /* 3.4 */
    pg_felt_mul(&z, &t2, &t1);
    pg_felt_add(&z, &z, &z);
    pg_felt_add(&z, &z, &z); /* 4.4 */
    reduce_point(r, &x, &y, &z);
}

void pg_stark_point_add(pg_stark_point *r, const pg_stark_point *p, const pg_stark_point *q)
{
    add_general(r, p, q, NULL, &stark_b3);
}

void pg_stark_point_add_affine(pg_stark_point *r, const pg_stark_point *p, const pg_stark_affine *q)
{
    pg_felt t0, t1, t3, t4, t5;

    pg_felt_mul(&t0, &p->x, &q->x);
    pg_felt_mul(&t1, &p->y, &q->y);
    mixed_products(&t3, &p->x, &p->y, &q->x, &q->y, &t0, &t1);
    pg_felt_mul(&t4, &q->x, &p->z);
    pg_felt_add(&t4, &t4, &p->x);
    pg_felt_mul(&t5, &q->y, &p->z);
    pg_felt_add(&t5, &t5, &p->y);
    finish_addition(r, NULL, &stark_b3, &t0, &t1, &p->z, &t3, &t4, &t5);
}

void pg_stark_point_double(pg_stark_point *r, const pg_stark_point *p)
{
    double_general(r, p, NULL, &stark_b3);
}

void pg_stark_point_add_on(pg_stark_point *r, const pg_stark_point *p, const pg_stark_point *q,
                           const pg_stark_curve *curve)
{
    add_general(r, p, q, &curve->a, &curve->b3);
}

void pg_stark_point_double_on(pg_stark_point *r, const pg_stark_point *p, const pg_stark_curve *curve)
{
    double_general(r, p, &curve->a, &curve->b3);
}

void pg_stark_point_from_affine(pg_stark_point *r, const pg_stark_affine *p)
{
    r->x = p->x;
    r->y = p->y;
    r->z = pg_felt_one;
}

void pg_stark_point_to_affine(pg_stark_affine *r, const pg_stark_point *p)
{
    pg_felt inverse;

    pg_felt_invert(&inverse, &p->z);
    pg_felt_mul(&r->x, &p->x, &inverse);
    pg_felt_mul(&r->y, &p->y, &inverse);
    pg_felt_normalize(&r->x, &r->x);
    pg_felt_normalize(&r->y, &r->y);
    OPENSSL_cleanse(&inverse, sizeof inverse);
}

void pg_stark_curve_square_y(pg_felt *r, const pg_felt *x)
{
    pg_felt t;

    pg_felt_sqr(&t, x);
    pg_felt_add(&t, &t, &pg_felt_one);
    pg_felt_mul(&t, &t, x);
    pg_felt_add(&t, &t, &pg_stark_curve_b);
    pg_felt_normalize(r, &t);
}

bool pg_stark_affine_on_curve(const pg_stark_affine *p)
{
    pg_felt left, right;

    pg_felt_sqr(&left, &p->y);
    pg_stark_curve_square_y(&right, &p->x);
    return pg_felt_equal(&left, &right);
}
