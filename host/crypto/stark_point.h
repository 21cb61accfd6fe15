/* The group of the STARK curve y^2 = x^3 + x + b over the STARK field (spec/extended.md, section 11.1).
 *
 * Points are projective (X : Y : Z), x = X/Z, y = Y/Z; Z = 0 is the point at infinity. The formulas are complete: they
 * hold for equal, opposite and infinite arguments alike, so that nothing branches on a coordinate (Renes, Costello,
 * Batina, "Complete addition formulas for prime order elliptic curves", EUROCRYPT 2016, algorithms 1 to 3).
 * Coordinates of points are reduced (pg_felt_reduce), those of affine points normal (pg_felt_normalize).
 * Cost: addition 0.2 us, doubling 0.2 us, pg_stark_point_to_affine 3 us. */
#ifndef PG_CRYPTO_STARK_POINT_H
#define PG_CRYPTO_STARK_POINT_H

#include <stdbool.h>

#include "crypto/stark_field.h"

typedef struct {
    pg_felt x, y, z;
} pg_stark_point;

typedef struct {
    pg_felt x, y;
} pg_stark_affine;

/* A curve y^2 = x^3 + a*x + b of odd order: verification works on a twist. Both coefficients normal. */
typedef struct {
    pg_felt a, b3; /* b3 = 3*b */
} pg_stark_curve;

extern const pg_stark_point pg_stark_infinity;
extern const pg_felt pg_stark_curve_b;
extern const pg_stark_affine pg_stark_generator;

/* On the STARK curve. Any argument may be the result. */
void pg_stark_point_add(pg_stark_point *r, const pg_stark_point *p, const pg_stark_point *q);
void pg_stark_point_add_affine(pg_stark_point *r, const pg_stark_point *p, const pg_stark_affine *q);
void pg_stark_point_double(pg_stark_point *r, const pg_stark_point *p);

/* The same on any curve of odd order. */
void pg_stark_point_add_on(pg_stark_point *r, const pg_stark_point *p, const pg_stark_point *q,
                           const pg_stark_curve *curve);
void pg_stark_point_double_on(pg_stark_point *r, const pg_stark_point *p, const pg_stark_curve *curve);

void pg_stark_point_from_affine(pg_stark_point *r, const pg_stark_affine *p);

/* (0, 0), which is not on the curve, for the point at infinity. */
void pg_stark_point_to_affine(pg_stark_affine *r, const pg_stark_point *p);

/* x^3 + x + b: what y^2 must be. Normal. */
void pg_stark_curve_square_y(pg_felt *r, const pg_felt *x);
bool pg_stark_affine_on_curve(const pg_stark_affine *p);

#endif
