/* Kinds of keys: how each is written, checked, made, and what may be shown of it. */
#ifndef PG_CRYPTO_KEY_KIND_H
#define PG_CRYPTO_KEY_KIND_H

#include <stddef.h>

#include "base/status.h"
#include "crypto/secret.h"

typedef enum {
    PG_KEY_SECP256K1, /* "hyperliquid": 32 bytes; shown as an address of EIP-55 */
    PG_KEY_STARK,     /* "stark": 32 bytes below the order of the curve; shown as its public key */
    PG_KEY_LIGHTER,   /* "lighter": 40 bytes; shown as its public key */
    PG_KEY_RAW,       /* "raw": 1 to 64 bytes in hexadecimal */
    PG_KEY_TEXT,      /* "text": an API key as it is, 1 to 256 printable characters */
    PG_KEY_KINDS
} pg_key_kind;

enum { PG_KEY_ADDRESS = 96 };

const char *pg_key_kind_name(int kind);

/* The kind of a name; -1 when there is none. "secp256k1" and "ethereum" are hyperliquid's. */
int pg_key_kind_parse(const char *name);

/* Reads a secret of a kind from text (blanks around it are ignored), and checks that it is a key. The caller wipes the
 * text. Errors never quote it: PG_ERR_PARSE, PG_ERR_RANGE, PG_ERR_INVALID, PG_ERR_IO when memory cannot be locked. */
pg_status pg_key_parse(pg_secret **secret, pg_key_kind kind, const char *text, size_t length, pg_error *err);

/* A new random key. PG_ERR_UNSUPPORTED for PG_KEY_TEXT. */
pg_status pg_key_generate(pg_secret **secret, pg_key_kind kind, pg_error *err);

/* What may be shown: address or public key, "" for kinds without one. */
pg_status pg_key_address(char address[PG_KEY_ADDRESS], pg_key_kind kind, const pg_secret *secret, pg_error *err);

#endif
