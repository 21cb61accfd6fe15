#define _GNU_SOURCE /* explicit_bzero */
#include "crypto/key_kind.h"

#include <ctype.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "crypto/address.h"
#include "crypto/hex.h"
#include "crypto/schnorr.h"
#include "crypto/secp256k1.h"
#include "crypto/secret_bytes.h"
#include "crypto/stark_key.h"

enum { RAW_MAX = 64, STARK_TRIES = 256 };

const char *pg_key_kind_name(int kind)
{
    static const char *const names[PG_KEY_KINDS] = { "hyperliquid", "stark", "lighter", "raw", "text" };
    return kind >= 0 && kind < PG_KEY_KINDS ? names[kind] : "unknown";
}

int pg_key_kind_parse(const char *name)
{
    for (int kind = 0; kind < PG_KEY_KINDS; kind++)
        if (strcmp(name, pg_key_kind_name(kind)) == 0)
            return kind;
    if (strcmp(name, "secp256k1") == 0 || strcmp(name, "ethereum") == 0)
        return PG_KEY_SECP256K1;
    return strcmp(name, "extended") == 0 ? PG_KEY_STARK : -1;
}

/* ---- what may be shown ---- */

static pg_status secp256k1_address(char *address, const pg_secret *secret, pg_error *err)
{
    pg_secp256k1 *curve = NULL;
    uint8_t public_key[64];
    pg_status status = pg_secp256k1_new(&curve, err);
    if (status == PG_OK)
        status = pg_secp256k1_public_key(public_key, curve, secret, err);
    pg_secp256k1_free(curve);
    if (status != PG_OK)
        return status;
    pg_address made = pg_address_of_key(public_key);
    pg_address_format_checksum(address, &made);
    return PG_OK;
}

static pg_status stark_address(char *address, const pg_secret *secret, pg_error *err)
{
    uint8_t public_key[32];
    pg_status status = pg_stark_public_key(public_key, secret, err);
    if (status != PG_OK)
        return status;
    memcpy(address, "0x", 2);
    pg_hex_encode(address + 2, public_key, sizeof public_key);
    return PG_OK;
}

static pg_status lighter_address(char *address, const pg_secret *secret, pg_error *err)
{
    uint8_t public_key[PG_SCHNORR_KEY_BYTES];
    pg_scalar5 key;
    pg_status status = pg_schnorr_key_borrow(&key, secret, err);
    if (status != PG_OK)
        return status;
    pg_schnorr_public_key(public_key, &key);
    pg_schnorr_key_wipe(&key);
    pg_hex_encode(address, public_key, sizeof public_key);
    return PG_OK;
}

pg_status pg_key_address(char address[PG_KEY_ADDRESS], pg_key_kind kind, const pg_secret *secret, pg_error *err)
{
    address[0] = '\0';
    switch (kind) {
    case PG_KEY_SECP256K1: return secp256k1_address(address, secret, err);
    case PG_KEY_STARK: return stark_address(address, secret, err);
    case PG_KEY_LIGHTER: return lighter_address(address, secret, err);
    default: return PG_OK;
    }
}

/* ---- reading ---- */

static pg_status parse_text(pg_secret **secret, const char *text, size_t length, pg_error *err)
{
    if (length < 1 || length > PG_SECRET_MAX)
        return pg_fail(err, PG_ERR_RANGE, "an API key has 1 to %d characters", PG_SECRET_MAX);
    for (size_t i = 0; i < length; i++)
        if (!isgraph((unsigned char)text[i]))
            return pg_fail(err, PG_ERR_PARSE, "character %zu of the API key is a blank or cannot be printed", i + 1);
    return pg_secret_from_bytes(secret, text, length, err);
}

static pg_status parse_raw(pg_secret **secret, const char *text, size_t length, pg_error *err)
{
    size_t digits = length >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? length - 2 : length;
    if (digits < 2 || digits % 2 || digits > 2 * RAW_MAX)
        return pg_fail(err, PG_ERR_PARSE, "a raw key has an even number of hexadecimal digits, 2 to %d", 2 * RAW_MAX);
    return pg_secret_from_hex(secret, digits / 2, text, length, err);
}

static pg_status parse_stark(pg_secret **secret, const char *text, size_t length, pg_error *err)
{
    char copy[80] = "0x";
    size_t prefix = length >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 2 : 0;
    length -= prefix;
    if (length > 64)
        return pg_fail(err, PG_ERR_PARSE, "a Stark key has at most 64 hexadecimal digits");
    memcpy(copy + 2, text + prefix, length);
    pg_status status = pg_stark_key_from_hex(secret, copy, err);
    explicit_bzero(copy, sizeof copy);
    return status;
}

pg_status pg_key_parse(pg_secret **secret, pg_key_kind kind, const char *text, size_t length, pg_error *err)
{
    pg_secret *made = NULL;
    pg_status status;
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    for (; length > 0 && isspace((unsigned char)*text); length--)
        text++;
    switch (kind) {
    case PG_KEY_SECP256K1: status = pg_secret_from_hex(&made, 32, text, length, err); break;
    case PG_KEY_STARK: status = parse_stark(&made, text, length, err); break;
    case PG_KEY_LIGHTER: status = pg_secret_from_hex(&made, PG_SCHNORR_KEY_BYTES, text, length, err); break;
    case PG_KEY_RAW: status = parse_raw(&made, text, length, err); break;
    case PG_KEY_TEXT: status = parse_text(&made, text, length, err); break;
    default: return pg_fail(err, PG_ERR_INVALID, "there is no such kind of key");
    }
    char address[PG_KEY_ADDRESS];
    if (status == PG_OK)
        status = pg_key_address(address, kind, made, err);
    if (status != PG_OK) {
        pg_secret_free(made);
        return status;
    }
    *secret = made;
    return PG_OK;
}

/* ---- making ---- */

/* Below 2^251 random numbers are uniform, and all but a few of them are below the order of the curve. */
static pg_status generate_stark(pg_secret **secret, uint8_t bytes[32], pg_error *err)
{
    char text[67] = "0x";
    pg_status status = PG_ERR_IO;
    for (int i = 0; i < STARK_TRIES && status != PG_OK; i++) {
        if (RAND_priv_bytes(bytes, 32) != 1)
            return pg_fail(err, PG_ERR_IO, "the system gives no random numbers");
        bytes[0] &= 7;
        pg_hex_encode(text + 2, bytes, 32);
        status = pg_stark_key_from_hex(secret, text, err);
    }
    explicit_bzero(text, sizeof text);
    return status;
}

static pg_status generate_lighter(pg_secret **secret, uint8_t bytes[PG_SCHNORR_KEY_BYTES], pg_error *err)
{
    pg_scalar5 key;
    pg_status status = pg_schnorr_key_generate(&key, err);
    if (status == PG_OK) {
        pg_scalar5_encode(bytes, &key);
        status = pg_secret_from_bytes(secret, bytes, PG_SCHNORR_KEY_BYTES, err);
    }
    explicit_bzero(&key, sizeof key);
    return status;
}

static pg_status generate_bytes(pg_secret **secret, uint8_t bytes[32], pg_error *err)
{
    if (RAND_priv_bytes(bytes, 32) != 1)
        return pg_fail(err, PG_ERR_IO, "the system gives no random numbers");
    return pg_secret_from_bytes(secret, bytes, 32, err);
}

pg_status pg_key_generate(pg_secret **secret, pg_key_kind kind, pg_error *err)
{
    uint8_t bytes[PG_SECRET_MAX];
    char address[PG_KEY_ADDRESS];
    pg_secret *made = NULL;
    pg_status status;
    switch (kind) {
    case PG_KEY_SECP256K1:
    case PG_KEY_RAW: status = generate_bytes(&made, bytes, err); break;
    case PG_KEY_STARK: status = generate_stark(&made, bytes, err); break;
    case PG_KEY_LIGHTER: status = generate_lighter(&made, bytes, err); break;
    default:
        return pg_fail(err, PG_ERR_UNSUPPORTED, "a key of kind %s is given by the venue: import it",
                       pg_key_kind_name(kind));
    }
    explicit_bzero(bytes, sizeof bytes);
    if (status == PG_OK) /* 0 or above the order: one in 2^127; said, not drawn again */
        status = pg_key_address(address, kind, made, err);
    if (status != PG_OK) {
        pg_secret_free(made);
        return status;
    }
    *secret = made;
    return PG_OK;
}
