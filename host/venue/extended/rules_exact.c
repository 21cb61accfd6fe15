#include "venue/extended/rules_exact.h"

#include <string.h>

typedef unsigned __int128 u128;

static void trim(pg_exact *a)
{
    while (a->count > 0 && a->limb[a->count - 1] == 0)
        a->count--;
    if (a->count == 0)
        a->negative = false;
}

/* a = a * factor + add; false when it does not fit. */
static bool scale_up(pg_exact *a, uint64_t factor, uint64_t add)
{
    u128 t = (u128)add << 64;
    for (int i = 0; i < a->count; i++) {
        t = (t >> 64) + (u128)a->limb[i] * factor;
        a->limb[i] = (uint64_t)t;
    }
    if (t >> 64 == 0)
        return true;
    if (a->count == PG_EXACT_LIMBS)
        return false;
    a->limb[a->count++] = (uint64_t)(t >> 64);
    return true;
}

/* a = a / divisor; returns the remainder. */
static uint64_t scale_down(pg_exact *a, uint64_t divisor)
{
    uint64_t rest = 0;
    for (int i = a->count - 1; i >= 0; i--) {
        u128 t = (u128)rest << 64 | a->limb[i];
        if (rest == 0) { /* a division of 64 bits, several times cheaper */
            a->limb[i] = (uint64_t)t / divisor;
            rest = (uint64_t)t % divisor;
        } else {
            a->limb[i] = (uint64_t)(t / divisor);
            rest = (uint64_t)(t % divisor);
        }
    }
    trim(a);
    return rest;
}

static uint64_t power_of_ten(int exponent)
{
    uint64_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

enum { CHUNK = 19 }; /* 10^19 < 2^64 */

/* The same value with more decimals. */
static bool rescale(pg_exact *a, int scale)
{
    for (int missing = scale - a->scale; missing > 0; missing -= CHUNK)
        if (!scale_up(a, power_of_ten(missing < CHUNK ? missing : CHUNK), 0))
            return false;
    a->scale = (uint16_t)scale;
    return true;
}

static int compare_magnitudes(const pg_exact *a, const pg_exact *b)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (int i = a->count - 1; i >= 0; i--)
        if (a->limb[i] != b->limb[i])
            return a->limb[i] < b->limb[i] ? -1 : 1;
    return 0;
}

static pg_status too_large(void)
{
    return PG_ERR_RANGE;
}

/* Copies of a and b with one scale. */
static pg_status align(pg_exact *x, pg_exact *y, const pg_exact *a, const pg_exact *b)
{
    int scale = a->scale > b->scale ? a->scale : b->scale;
    *x = *a;
    *y = *b;
    return rescale(x, scale) && rescale(y, scale) ? PG_OK : too_large();
}

void pg_exact_from_u64(pg_exact *r, uint64_t value)
{
    *r = (pg_exact){ .count = value != 0 };
    r->limb[0] = value;
}

static pg_status no_decimal(const char *text, pg_error *err)
{
    return pg_fail(err, PG_ERR_PARSE, *text ? "\"%.48s\" is not a plain decimal number" : "an empty decimal number",
                   text);
}

pg_status pg_exact_parse(pg_exact *r, const char *text, pg_error *err)
{
    const char *p = text + (*text == '-');
    int digits = 0, decimals = 0, zeros = 0;
    u128 value = 0;

    *r = (pg_exact){ 0 };
    bool point = false;
    for (; *p; p++) {
        if (*p == '.' && !point && digits > 0 && p[1] != '\0') {
            point = true;
            continue;
        }
        if (*p < '0' || *p > '9')
            return no_decimal(text, err);
        if (++digits > PG_EXACT_DIGITS)
            return pg_fail(err, PG_ERR_RANGE, "a decimal number of more than %d digits", PG_EXACT_DIGITS);
        decimals += point;
        zeros = point && *p == '0' ? zeros + 1 : 0;
        value = value * 10 + (u128)(*p - '0');
    }
    if (digits == 0)
        return no_decimal(text, err);
    r->negative = *text == '-';
    r->scale = (uint16_t)(decimals - zeros);
    for (; zeros > 0; zeros--)
        value /= 10;
    r->limb[0] = (uint64_t)value;
    r->limb[1] = (uint64_t)(value >> 64);
    r->count = 2;
    trim(r);
    return PG_OK;
}

pg_status pg_exact_format(char *text, size_t size, const pg_exact *a)
{
    char digits[PG_EXACT_TEXT]; /* least significant first */
    pg_exact rest = *a;
    int count = 0, scale = a->scale, skip = 0;
    size_t length = 0;

    text[0] = '\0';
    while (rest.count > 0 || count <= scale) {
        uint64_t chunk = scale_down(&rest, power_of_ten(CHUNK - 1));
        for (int i = 0; i < CHUNK - 1; i++, chunk /= 10) {
            if (count == PG_EXACT_TEXT)
                return too_large();
            digits[count++] = (char)('0' + chunk % 10);
        }
    }
    while (count > scale + 1 && digits[count - 1] == '0')
        count--;
    while (skip < scale && digits[skip] == '0')
        skip++;
    if ((size_t)(count - skip) + 3 > size)
        return too_large();
    if (a->negative)
        text[length++] = '-';
    for (int i = count - 1; i >= skip; i--) {
        if (i == scale - 1)
            text[length++] = '.';
        text[length++] = digits[i];
    }
    text[length] = '\0';
    return PG_OK;
}

bool pg_exact_is_zero(const pg_exact *a)
{
    return a->count == 0;
}

bool pg_exact_is_positive(const pg_exact *a)
{
    return a->count > 0 && !a->negative;
}

/* x = x + y or x - y (then |x| >= |y|), magnitudes of one scale. */
static bool combine(pg_exact *x, const pg_exact *y, bool subtract)
{
    u128 t;
    uint64_t carry = 0;
    int count = x->count > y->count ? x->count : y->count;

    for (int i = x->count; i < count; i++)
        x->limb[i] = 0;
    for (int i = 0; i < count; i++) {
        uint64_t other = i < y->count ? y->limb[i] : 0;
        t = subtract ? (u128)x->limb[i] - other - carry : (u128)x->limb[i] + other + carry;
        x->limb[i] = (uint64_t)t;
        carry = (uint64_t)(t >> 64) & 1;
    }
    x->count = (uint8_t)count;
    if (carry && !subtract) {
        if (count == PG_EXACT_LIMBS)
            return false;
        x->limb[x->count++] = carry;
    }
    trim(x);
    return true;
}

pg_status pg_exact_add(pg_exact *r, const pg_exact *a, const pg_exact *b)
{
    pg_exact x, y;

    if (align(&x, &y, a, b) != PG_OK)
        return too_large();
    bool fits = true;
    if (x.negative == y.negative) {
        fits = combine(&x, &y, false);
    } else if (compare_magnitudes(&x, &y) >= 0) {
        combine(&x, &y, true);
    } else {
        combine(&y, &x, true);
        x = y;
    }
    *r = x;
    return fits ? PG_OK : too_large();
}

pg_status pg_exact_mul(pg_exact *r, const pg_exact *a, const pg_exact *b)
{
    pg_exact product = { 0 };

    if (a->count + b->count > PG_EXACT_LIMBS)
        return too_large();
    for (int i = 0; i < a->count; i++) {
        u128 t = 0;
        for (int j = 0; j < b->count; j++) {
            t = (t >> 64) + product.limb[i + j] + (u128)a->limb[i] * b->limb[j];
            product.limb[i + j] = (uint64_t)t;
        }
        product.limb[i + b->count] = (uint64_t)(t >> 64);
    }
    product.count = (uint8_t)(a->count + b->count);
    product.scale = (uint16_t)(a->scale + b->scale);
    product.negative = a->negative != b->negative;
    trim(&product);
    *r = product;
    return PG_OK;
}

pg_status pg_exact_compare(int *order, const pg_exact *a, const pg_exact *b)
{
    pg_exact x, y;

    if (align(&x, &y, a, b) != PG_OK)
        return too_large();
    if (x.negative != y.negative)
        *order = x.negative ? -1 : 1;
    else
        *order = x.negative ? compare_magnitudes(&y, &x) : compare_magnitudes(&x, &y);
    return PG_OK;
}

/* x = x modulo y, magnitudes, y not 0: by the machine where both fit, else bit by bit. */
static void remainder_of(pg_exact *x, const pg_exact *y)
{
    if (x->count <= 2 && y->count <= 2) {
        u128 n = (u128)(x->count > 1 ? x->limb[1] : 0) << 64 | (x->count ? x->limb[0] : 0);
        u128 d = (u128)(y->count > 1 ? y->limb[1] : 0) << 64 | y->limb[0];
        n %= d;
        x->limb[0] = (uint64_t)n;
        x->limb[1] = (uint64_t)(n >> 64);
        x->count = 2;
        trim(x);
        return;
    }
    pg_exact rest = { 0 };
    for (int i = 64 * x->count - 1; i >= 0; i--) {
        scale_up(&rest, 2, x->limb[i / 64] >> (i % 64) & 1);
        if (compare_magnitudes(&rest, y) >= 0)
            combine(&rest, y, true);
    }
    rest.scale = x->scale;
    rest.negative = x->negative;
    *x = rest;
    trim(x);
}

pg_status pg_exact_round(pg_exact *r, const pg_exact *a, const pg_exact *step, bool up)
{
    pg_exact x, rest, unit;

    if (!pg_exact_is_positive(step))
        return PG_ERR_INVALID;
    if (align(&x, &unit, a, step) != PG_OK)
        return too_large();
    rest = x;
    remainder_of(&rest, &unit);
    if (rest.count > 0) {
        combine(&x, &rest, true); /* towards 0 */
        if (up != a->negative) {
            if (!combine(&x, &unit, false))
                return too_large();
            x.negative = a->negative;
        }
    }
    *r = x;
    return PG_OK;
}

pg_status pg_exact_to_u64(uint64_t *r, const pg_exact *a, bool up)
{
    pg_exact x = *a;
    bool exact = true;

    if (a->negative)
        return PG_ERR_RANGE;
    for (int left = a->scale; left > 0 && x.count > 0; left -= CHUNK)
        if (scale_down(&x, power_of_ten(left < CHUNK ? left : CHUNK)) != 0)
            exact = false;
    uint64_t value = x.count ? x.limb[0] : 0;
    if (x.count > 1 || (up && !exact && value == UINT64_MAX))
        return PG_ERR_RANGE;
    *r = value + (up && !exact);
    return PG_OK;
}
