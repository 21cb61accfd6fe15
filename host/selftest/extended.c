/* The suite of the Extended vectors: which file is run by what, what the runners share, hashes and constants. */
#include "selftest/extended.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hex.h"
#include "crypto/keccak.h"
#include "crypto/stark_bytes.h"
#include "crypto/stark_pedersen.h"
#include "crypto/stark_point.h"
#include "crypto/stark_poseidon.h"
#include "crypto/stark_scalar.h"
#include "selftest/extended_messages.h"
#include "venue/extended/sign.h"

static const pg_vector_file files[] = {
    { "account_stream.json", NULL, pg_extended_vectors_accounts },
    { "constants.json", NULL, pg_extended_vectors_constants },
    { "ecdsa_sign.json", NULL, pg_extended_vectors_sign },
    { "ecdsa_verify.json", NULL, pg_extended_vectors_verify },
    { "key_grinding.json", NULL, pg_extended_vectors_grinding },
    { "onboarding.json", NULL, pg_extended_vectors_onboarding },
    { "orderbook_stream.json", NULL, pg_extended_vectors_books },
    { "orders.json", NULL, pg_extended_vectors_orders },
    { "orders_invalid.json", NULL, pg_extended_vectors_invalid },
    { "pedersen.json", NULL, pg_extended_vectors_pedersen },
    { "poseidon.json", NULL, pg_extended_vectors_poseidon },
    { "precision.json", NULL, pg_extended_vectors_precision },
    { "public_keys.json", NULL, pg_extended_vectors_public_keys },
    { "published_fixtures.json", NULL, pg_extended_vectors_published },
    { "rounding.json", NULL, pg_extended_vectors_rounding },
    { "transfers_withdrawals.json", NULL, pg_extended_vectors_transfers },
    { NULL, NULL, NULL },
};

const pg_vector_suite pg_suite_extended = { "extended", files };

void pg_extended_each(pg_vectors *v, const cJSON *root, const char *name, pg_vector_runner *each)
{
    const cJSON *array = pg_vector_get(root, name), *item;
    char id[160];
    int number = 0;

    if (!cJSON_IsArray(array) || cJSON_GetArraySize(array) == 0) {
        pg_vector_begin(v, "(file)");
        pg_vector_fail(v, name, "is no array with vectors");
        pg_vector_end(v);
        return;
    }
    cJSON_ArrayForEach(item, array)
    {
        const char *note = pg_vector_text(item, "note");
        snprintf(id, sizeof id, "%s %d%s%.100s", name, number++, *note ? ": " : "", note);
        pg_vector_begin(v, id);
        each(v, item);
        pg_vector_end(v);
    }
}

void pg_extended_bytes(pg_vectors *v, uint8_t bytes[32], const cJSON *object, const char *name)
{
    if (pg_stark_bytes_from_hex(bytes, pg_vector_text(object, name), NULL) != PG_OK)
        pg_vector_fail(v, name, "is no hexadecimal number");
}

static void read_felt(pg_vectors *v, pg_felt *r, const cJSON *item, const char *name)
{
    if (pg_felt_from_hex(r, cJSON_IsString(item) ? item->valuestring : "", NULL) != PG_OK)
        pg_vector_fail(v, name, "is no element of the field");
}

void pg_extended_felt(pg_vectors *v, pg_felt *r, const cJSON *object, const char *name)
{
    read_felt(v, r, pg_vector_get(object, name), name);
}

uint64_t pg_extended_u64(pg_vectors *v, const cJSON *object, const char *name)
{
    const cJSON *item = pg_vector_get(object, name);
    uint64_t value = 0;
    char *end = NULL;

    if (cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble < 18446744073709551616.0)
        return (uint64_t)item->valuedouble;
    errno = 0;
    if (cJSON_IsString(item) && item->valuestring[0] != '-')
        value = strtoull(item->valuestring, &end, 10);
    if (!end || *end || end == item->valuestring || errno)
        pg_vector_fail(v, name, "is no unsigned 64-bit integer");
    return value;
}

int64_t pg_extended_i64(pg_vectors *v, const cJSON *object, const char *name)
{
    const cJSON *item = pg_vector_get(object, name);
    int64_t value = 0;
    char *end = NULL;

    if (cJSON_IsNumber(item) && item->valuedouble > -9.2e18 && item->valuedouble < 9.2e18)
        return (int64_t)item->valuedouble;
    errno = 0;
    if (cJSON_IsString(item))
        value = strtoll(item->valuestring, &end, 10);
    if (!end || *end || end == item->valuestring || errno)
        pg_vector_fail(v, name, "is no 64-bit integer");
    return value;
}

void pg_extended_check_felt(pg_vectors *v, const char *field, const cJSON *expected, const pg_felt *got)
{
    char text[PG_FELT_HEX];
    pg_vector_check_text(v, field, expected, pg_felt_to_hex(text, got));
}

void pg_extended_check_bytes(pg_vectors *v, const char *field, const cJSON *expected, const uint8_t got[32])
{
    char text[PG_STARK_HEX];
    pg_vector_check_text(v, field, expected, pg_stark_bytes_to_hex(text, got));
}

void pg_extended_check_signature(pg_vectors *v, const cJSON *expected, const pg_stark_signature *got)
{
    pg_extended_check_bytes(v, "r", pg_vector_get(expected, "r"), got->r);
    pg_extended_check_bytes(v, "s", pg_vector_get(expected, "s"), got->s);
}

void pg_extended_signature(pg_vectors *v, pg_stark_signature *r, const cJSON *object)
{
    pg_extended_bytes(v, r->r, object, "r");
    pg_extended_bytes(v, r->s, object, "s");
}

pg_secret *pg_extended_key(pg_vectors *v, const cJSON *object, const char *name)
{
    pg_secret *secret = NULL;
    pg_error err;

    if (pg_stark_key_from_hex(&secret, pg_vector_text(object, name), &err) != PG_OK)
        pg_vector_fail(v, name, "%s", err.what);
    return secret;
}

/* ---- Poseidon and Pedersen ---- */

/* The elements of an array of at most `room`; how many there are. */
static size_t read_felts(pg_vectors *v, pg_felt *values, size_t room, const cJSON *array, const char *name)
{
    const cJSON *item;
    size_t n = 0;

    cJSON_ArrayForEach(item, array)
    {
        if (n == room) {
            pg_vector_fail(v, name, "has more than %zu elements", room);
            break;
        }
        read_felt(v, &values[n++], item, name);
    }
    return n;
}

static void one_permutation(pg_vectors *v, const cJSON *json)
{
    pg_felt state[3] = { pg_felt_zero, pg_felt_zero, pg_felt_zero };
    const cJSON *out = pg_vector_get(json, "out");

    if (read_felts(v, state, 3, pg_vector_get(json, "in"), "in") != 3)
        pg_vector_fail(v, "in", "has not three elements");
    pg_poseidon_permute(state);
    for (int i = 0; i < 3; i++)
        pg_extended_check_felt(v, "out", cJSON_GetArrayItem(out, i), &state[i]);
}

static void one_hash2(pg_vectors *v, const cJSON *json)
{
    pg_felt x, y;

    pg_extended_felt(v, &x, json, "x");
    pg_extended_felt(v, &y, json, "y");
    pg_poseidon_hash2(&x, &x, &y);
    pg_extended_check_felt(v, "hash", pg_vector_get(json, "hash"), &x);
}

static void one_hash1(pg_vectors *v, const cJSON *json)
{
    pg_felt x;

    pg_extended_felt(v, &x, json, "x");
    pg_poseidon_hash1(&x, &x);
    pg_extended_check_felt(v, "hash", pg_vector_get(json, "hash"), &x);
}

static void one_hash_many(pg_vectors *v, const cJSON *json)
{
    const cJSON *in = pg_vector_get(json, "in");
    size_t room = (size_t)cJSON_GetArraySize(in);
    pg_felt *values = pg_vector_memory(v, (room + 1) * sizeof *values), hash;

    pg_poseidon_hash(&hash, values, read_felts(v, values, room, in, "in"));
    pg_extended_check_felt(v, "hash", pg_vector_get(json, "hash"), &hash);
}

void pg_extended_vectors_poseidon(pg_vectors *v, const cJSON *root)
{
    pg_extended_each(v, root, "permutation", one_permutation);
    pg_extended_each(v, root, "hash2", one_hash2);
    pg_extended_each(v, root, "hash1", one_hash1);
    pg_extended_each(v, root, "hash_many", one_hash_many);
}

static void one_pedersen(pg_vectors *v, const cJSON *json)
{
    pg_felt x, y;

    pg_extended_felt(v, &x, json, "x");
    pg_extended_felt(v, &y, json, "y");
    pg_pedersen_hash_var(&x, &x, &y);
    pg_extended_check_felt(v, "hash", pg_vector_get(json, "hash"), &x);
}

void pg_extended_vectors_pedersen(pg_vectors *v, const cJSON *root)
{
    pg_extended_each(v, root, "vectors", one_pedersen);
}

/* ---- constants ---- */

static void check_curve(pg_vectors *v, const cJSON *curve)
{
    uint8_t order[32];
    pg_felt minus_one, text;

    pg_felt_from_i64(&minus_one, -1);
    pg_felt_from_hex(&text, pg_vector_text(curve, "p"), NULL);
    pg_vector_check_true(v, "p is no element", pg_felt_is_zero(&text));
    pg_extended_bytes(v, order, curve, "p");
    order[31]--;
    pg_vector_check_true(v, "p - 1 is -1", pg_felt_from_bytes(&text, order) && pg_felt_equal(&text, &minus_one));
    pg_stark_scalar_to_bytes(order, &pg_stark_order);
    pg_extended_check_bytes(v, "n", pg_vector_get(curve, "n"), order);
    pg_extended_check_felt(v, "a", pg_vector_get(curve, "a"), &pg_felt_one);
    pg_extended_check_felt(v, "b", pg_vector_get(curve, "b"), &pg_stark_curve_b);
    pg_extended_check_felt(v, "gx", pg_vector_get(curve, "gx"), &pg_stark_generator.x);
    pg_extended_check_felt(v, "gy", pg_vector_get(curve, "gy"), &pg_stark_generator.y);
}

static void cube(pg_felt *a)
{
    pg_felt square;
    pg_felt_sqr(&square, a);
    pg_felt_mul(a, &square, a);
    pg_felt_normalize(a, a);
}

/* (a, b, c) becomes (3a + b + c, a - b + c, a + b - 2c), as the specification writes it. */
static void mix(pg_felt s[3])
{
    pg_felt sum, t[3];

    pg_felt_add(&sum, &s[0], &s[1]);
    pg_felt_add(&sum, &sum, &s[2]);
    pg_felt_add(&t[0], &s[0], &s[0]);
    pg_felt_add(&t[0], &sum, &t[0]);
    pg_felt_add(&t[1], &s[1], &s[1]);
    pg_felt_sub(&t[1], &sum, &t[1], 2);
    pg_felt_add(&t[2], &s[2], &s[2]);
    pg_felt_add(&t[2], &t[2], &s[2]);
    pg_felt_sub(&t[2], &sum, &t[2], 3);
    for (int i = 0; i < 3; i++)
        pg_felt_normalize(&s[i], &t[i]);
}

/* The permutation with the file's constants, plainly: it must be the one that is built in. */
static void check_round_constants(pg_vectors *v, const cJSON *poseidon)
{
    const cJSON *rounds = pg_vector_get(poseidon, "round_constants"), *row;
    pg_felt s[3] = { pg_felt_zero, pg_felt_zero, pg_felt_zero }, built_in[3] = { s[0], s[1], s[2] };
    int count = cJSON_GetArraySize(rounds), round = 0;

    cJSON_ArrayForEach(row, rounds)
    {
        pg_felt k[3] = { pg_felt_zero, pg_felt_zero, pg_felt_zero };
        read_felts(v, k, 3, row, "round_constants");
        for (int i = 0; i < 3; i++) {
            pg_felt_add(&s[i], &s[i], &k[i]);
            if (round < 4 || round >= count - 4 || i == 2)
                cube(&s[i]);
        }
        pg_felt_reduce(&s[0], &s[0]);
        pg_felt_reduce(&s[1], &s[1]);
        mix(s);
        round++;
    }
    pg_vector_check_true(v, "91 rounds", count == 91);
    pg_poseidon_permute(built_in);
    for (int i = 0; i < 3; i++)
        pg_vector_check_true(v, "round constants", pg_felt_equal(&s[i], &built_in[i]));
}

/* Pedersen's points are hidden in the module: its hash of (1, 0) is x(S + P1), and so on. */
static void check_pedersen_points(pg_vectors *v, const cJSON *pedersen)
{
    static const struct {
        const char *name, *a, *b;
    } uses[] = {
        { "p1", "0x1", "0x0" },
        { "p2", "0x100000000000000000000000000000000000000000000000000000000000000", "0x0" },
        { "p3", "0x0", "0x1" },
        { "p4", "0x0", "0x100000000000000000000000000000000000000000000000000000000000000" },
    };
    pg_felt shift[2], point[2], a, b, hash;
    pg_stark_affine affine;
    pg_stark_point sum, other;

    if (read_felts(v, shift, 2, pg_vector_get(pedersen, "shift"), "shift") != 2)
        return;
    for (size_t i = 0; i < PG_COUNT(uses); i++) {
        if (read_felts(v, point, 2, pg_vector_get(pedersen, uses[i].name), uses[i].name) != 2)
            continue;
        affine = (pg_stark_affine){ shift[0], shift[1] };
        pg_stark_point_from_affine(&sum, &affine);
        affine = (pg_stark_affine){ point[0], point[1] };
        pg_vector_check_true(v, uses[i].name, pg_stark_affine_on_curve(&affine));
        pg_stark_point_from_affine(&other, &affine);
        pg_stark_point_add(&sum, &sum, &other);
        pg_stark_point_to_affine(&affine, &sum);
        pg_felt_from_hex(&a, uses[i].a, NULL);
        pg_felt_from_hex(&b, uses[i].b, NULL);
        pg_pedersen_hash_var(&hash, &a, &b);
        pg_vector_check_true(v, uses[i].name, pg_felt_equal(&hash, &affine.x));
    }
}

/* Keccak-256 of a text, whole and cut to its low 250 bits. */
static void keccak_text(uint8_t whole[32], uint8_t cut[32], const char *text)
{
    pg_keccak256(whole, text, strlen(text));
    memcpy(cut, whole, 32);
    cut[0] &= 0x03;
}

static void check_types(pg_vectors *v, const cJSON *types)
{
    static const char *const names[PG_EXTENDED_STRUCTS] = {
        [PG_EXTENDED_DOMAIN] = "domain",     [PG_EXTENDED_ORDER] = "order",         [PG_EXTENDED_LIMIT_ORDER] = "limit",
        [PG_EXTENDED_TRANSFER] = "transfer", [PG_EXTENDED_WITHDRAWAL] = "withdraw",
    };
    uint8_t whole[32], cut[32];
    pg_felt hash;

    for (int i = 0; i < PG_EXTENDED_STRUCTS; i++) {
        const cJSON *type = pg_vector_get(types, names[i]);
        pg_vector_check_text(v, names[i], pg_vector_get(type, "string"), pg_extended_type_string(i));
        pg_extended_type_hash(&hash, i);
        pg_extended_check_felt(v, names[i], pg_vector_get(type, "selector"), &hash);
        keccak_text(whole, cut, pg_extended_type_string(i));
        pg_extended_check_bytes(v, names[i], pg_vector_get(type, "selector"), cut);
    }
}

static void check_snip12(pg_vectors *v, const cJSON *snip12)
{
    const cJSON *item;
    pg_felt value;

    pg_felt_from_short(&value, pg_vector_text(snip12, "prefix_short_string"), NULL);
    pg_extended_check_felt(v, "prefix", pg_vector_get(snip12, "prefix_felt"), &value);
    check_types(v, pg_vector_get(snip12, "types"));
    cJSON_ArrayForEach(item, pg_vector_get(snip12, "short_strings"))
    {
        pg_felt_from_short(&value, item->string, NULL);
        pg_extended_check_felt(v, item->string, item, &value);
    }
    cJSON_ArrayForEach(item, pg_vector_get(snip12, "domain_hash"))
    {
        pg_extended_domain_hash(&value, "Perpetuals", "v0", item->string, 1, NULL);
        pg_extended_check_felt(v, item->string, item, &value);
    }
}

static void one_keccak(pg_vectors *v, const cJSON *json)
{
    char text[2 + 2 * 32 + 1] = "0x";
    uint8_t whole[32], cut[32];

    keccak_text(whole, cut, pg_vector_text(json, "ascii"));
    pg_hex_encode(text + 2, whole, 32);
    pg_vector_check_text(v, "keccak256", pg_vector_get(json, "keccak256"), text);
    pg_extended_check_bytes(v, "starknet_keccak", pg_vector_get(json, "starknet_keccak"), cut);
}

void pg_extended_vectors_constants(pg_vectors *v, const cJSON *root)
{
    static const struct {
        const char *name;
        pg_vector_runner *check;
    } parts[] = {
        { "curve", check_curve },
        { "poseidon", check_round_constants },
        { "pedersen", check_pedersen_points },
        { "snip12", check_snip12 },
    };

    for (size_t i = 0; i < PG_COUNT(parts); i++) {
        const cJSON *part = pg_vector_get(root, parts[i].name);
        pg_vector_begin(v, parts[i].name);
        if (part)
            parts[i].check(v, part);
        else
            pg_vector_fail(v, parts[i].name, "is not in the file");
        pg_vector_end(v);
    }
    pg_extended_each(v, root, "keccak", one_keccak);
}
