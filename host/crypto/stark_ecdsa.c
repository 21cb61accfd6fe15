#include "crypto/stark_ecdsa.h"

#include <openssl/crypto.h>
#include <string.h>

#include "crypto/secret_bytes.h"
#include "crypto/stark_declassify.h"
#include "crypto/stark_generator.h"
#include "crypto/stark_key_scalar.h"
#include "crypto/stark_nonce.h"
#include "crypto/stark_wnaf.h"

/* The seeds that a signature tries. One retry has a chance of 2^-54. */
enum { MAX_SEED = 16 };

/* Whether 32 bytes are below 2^251. */
static bool is_short(const uint8_t bytes[32])
{
    return bytes[0] < 0x08;
}

static bool is_zero(const uint8_t bytes[32])
{
    uint8_t any = 0;
    for (int i = 0; i < 32; i++)
        any |= bytes[i];
    return any == 0;
}

/* One attempt with the nonce of a seed: r = x(k*G), s = (m + r*d)/k. False when r, s or 1/s is not in 1..2^251-1. One
 * inversion serves both quotients: u = 1/(k*(m + r*d)) gives s = (m + r*d)^2 * u and 1/s = k^2 * u. */
static bool attempt(pg_stark_signature *signature, const uint8_t hash[32], const pg_secret *secret,
                    const pg_stark_scalar *key, uint64_t seed)
{
    pg_stark_scalar k, message, r, e, u, s, s_inverse;
    pg_stark_point point;
    pg_stark_affine affine;
    bool good;

    pg_stark_nonce(&k, hash, secret->bytes, seed);
    pg_stark_generator_mul(&point, &k);
    pg_stark_point_to_affine(&affine, &point);
    pg_felt_to_bytes(signature->r, &affine.x);
    pg_stark_declassify(signature->r, 32); /* part of the signature, or never seen again */
    good = is_short(signature->r) && !is_zero(signature->r);

    pg_stark_scalar_from_bytes_mod(&r, signature->r);
    pg_stark_scalar_from_bytes_mod(&message, hash);
    pg_stark_scalar_mul(&e, &r, key);
    pg_stark_scalar_add(&e, &e, &message);
    pg_stark_scalar_mul(&u, &e, &k);
    pg_stark_scalar_invert(&u, &u);
    pg_stark_scalar_mul(&s, &e, &e);
    pg_stark_scalar_mul(&s, &s, &u);
    pg_stark_scalar_mul(&s_inverse, &k, &k);
    pg_stark_scalar_mul(&s_inverse, &s_inverse, &u);
    pg_stark_scalar_to_bytes(signature->s, &s);
    pg_stark_declassify(signature->s, 32);
    pg_stark_declassify(&s_inverse, sizeof s_inverse); /* 1/s: public with s */
    good = good && is_short(signature->s) && !is_zero(signature->s) && pg_stark_scalar_is_short(&s_inverse);

    OPENSSL_cleanse(&k, sizeof k);
    OPENSSL_cleanse(&e, sizeof e);
    OPENSSL_cleanse(&u, sizeof u);
    OPENSSL_cleanse(&point, sizeof point);
    OPENSSL_cleanse(&affine, sizeof affine);
    return good;
}

pg_status pg_stark_sign(pg_stark_signature *signature, const uint8_t hash[32], const pg_secret *secret, pg_error *err)
{
    pg_stark_scalar key;
    pg_status status;
    bool good = false;

    memset(signature, 0, sizeof *signature);
    if (!is_short(hash)) {
        pg_fail(err, PG_ERR_RANGE, "a message hash of 2^251 or more cannot be signed");
        pg_error_remedy(err, "change the nonce of the message");
        return PG_ERR_RANGE;
    }
    status = pg_stark_key_scalar(&key, secret, err);
    if (status != PG_OK)
        return status;
    for (uint64_t seed = 0; !good && seed <= MAX_SEED; seed++)
        good = attempt(signature, hash, secret, &key, seed);
    OPENSSL_cleanse(&key, sizeof key);
    PG_ASSERT(good); /* 2^-900 */
    return PG_OK;
}

/* Whether r is the x coordinate of a + b or a - b, where a = (xa, ya) is on the curve and b is known by its image
 * (x', y') on the twist by c = y2: b = (x'/c, y'/c^2 * sqrt(c)).
 *
 * By the chord, x(a ± b) + xa + xb = ((ya ∓ yb)/(xa - xb))^2, that is
 *     L = (r + xa + xb)(xa - xb)^2 - ya^2 - yb^2 = ∓ 2*ya*yb   for one of the signs, so L^2 = 4*ya^2*yb^2,
 * where only yb^2 = (y'/c^2)^2 * c appears: no square root is taken (of 2^192 | p-1 the costly kind). */
static bool sum_has_x(const pg_felt *r, const pg_stark_affine *a, const pg_felt *xb, const pg_felt *yb2)
{
    pg_felt ya2, d, left, right;

    pg_felt_sqr(&ya2, &a->y);
    pg_felt_sub(&d, &a->x, xb, 1);
    pg_felt_sqr(&d, &d);
    pg_felt_add(&left, r, &a->x);
    pg_felt_add(&left, &left, xb);
    pg_felt_mul(&left, &left, &d);
    pg_felt_sub(&left, &left, &ya2, 2);
    pg_felt_sub(&left, &left, yb2, 2); /* 5.2 */
    pg_felt_sqr(&left, &left);
    pg_felt_mul(&right, &ya2, yb2);
    pg_felt_add(&right, &right, &right);
    pg_felt_add(&right, &right, &right);
    return pg_felt_equal(&left, &right);
}

/* Whether r is the x coordinate of u1*G + u2*Q or of u1*G - u2*Q, for Q = (x, ±sqrt(c)). The multiple of Q is taken on
 * the twist y^2 = x^3 + c^2*x + b*c^3, where Q's image (c*x, c^2) has no root in it. */
static bool combination_has_x(const pg_felt *r, const pg_stark_scalar *u1, const pg_stark_scalar *u2, const pg_felt *x,
                              const pg_felt *c)
{
    pg_stark_curve twist;
    pg_stark_affine q, a, b;
    pg_stark_point image, first, second;
    pg_felt c2, scale, xb, yb2;

    pg_felt_sqr(&c2, c);
    pg_felt_normalize(&c2, &c2);
    twist.a = c2;
    pg_felt_mul(&twist.b3, &c2, c);
    pg_felt_mul(&twist.b3, &twist.b3, &pg_stark_curve_b);
    pg_felt_add(&scale, &twist.b3, &twist.b3);
    pg_felt_add(&scale, &scale, &twist.b3);
    pg_felt_normalize(&twist.b3, &scale);
    pg_felt_mul(&q.x, c, x);
    pg_felt_normalize(&q.x, &q.x);
    q.y = c2;
    pg_stark_point_from_affine(&image, &q);

    pg_stark_wnaf_mul_var(&second, u2, &image, &twist);
    pg_stark_point_to_affine(&b, &second);
    pg_felt_invert(&scale, c);
    pg_felt_mul(&xb, &b.x, &scale);
    pg_felt_normalize(&xb, &xb);
    pg_felt_sqr(&yb2, &b.y);
    for (int i = 0; i < 3; i++)
        pg_felt_mul(&yb2, &yb2, &scale);

    pg_stark_generator_mul(&first, u1);
    if (pg_felt_is_zero(&first.z))
        return pg_felt_equal(&xb, r);
    pg_stark_point_to_affine(&a, &first);
    if (pg_felt_equal(&a.x, &xb)) { /* one sum is infinity, the other is twice the point */
        pg_stark_point_double(&first, &first);
        pg_stark_point_to_affine(&a, &first);
        return pg_felt_equal(&a.x, r);
    }
    return sum_has_x(r, &a, &xb, &yb2);
}

pg_status pg_stark_verify_var(const pg_stark_signature *signature, const uint8_t hash[32], const uint8_t public_key[32],
                              pg_error *err)
{
    pg_stark_scalar message, r, w, u1, u2;
    pg_felt x, y2, r_felt;

    if (!is_short(hash))
        return pg_fail(err, PG_ERR_RANGE, "the message hash is 2^251 or more");
    if (!is_short(signature->r) || is_zero(signature->r))
        return pg_fail(err, PG_ERR_RANGE, "the signature's r is not in 1..2^251-1");
    if (!is_short(signature->s) || is_zero(signature->s))
        return pg_fail(err, PG_ERR_RANGE, "the signature's s is not in 1..2^251-1");
    bool on_curve = pg_felt_from_bytes(&x, public_key);
    pg_stark_curve_square_y(&y2, &x);
    if (!on_curve || !pg_felt_is_square(&y2))
        return pg_fail(err, PG_ERR_INVALID, "the public key is not the x coordinate of a point on the curve");
    pg_stark_scalar_from_bytes_mod(&w, signature->s);
    pg_stark_scalar_invert(&w, &w);
    if (!pg_stark_scalar_is_short(&w))
        return pg_fail(err, PG_ERR_RANGE, "the inverse of the signature's s is 2^251 or more");
    pg_stark_scalar_from_bytes_mod(&message, hash);
    pg_stark_scalar_from_bytes_mod(&r, signature->r);
    pg_stark_scalar_mul(&u1, &message, &w);
    pg_stark_scalar_mul(&u2, &r, &w);
    pg_felt_from_bytes(&r_felt, signature->r);
    if (!combination_has_x(&r_felt, &u1, &u2, &x, &y2))
        return pg_fail(err, PG_ERR_INVALID, "the signature does not belong to this key and message");
    return PG_OK;
}
