/* Bytes as hexadecimal text, and back. Text may be a key: errors never quote it. */
#ifndef PG_CRYPTO_HEX_H
#define PG_CRYPTO_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Writes 2 * size lower-case digits and a '\0' (no prefix); returns text. */
char *pg_hex_encode(char *text, const uint8_t *bytes, size_t size);

/* Reads exactly `size` bytes from 2 * size digits of either case, with or without "0x" before them.
 * Errors: PG_ERR_PARSE for another length or a character that is no digit; bytes[] is then unspecified. */
pg_status pg_hex_decode(uint8_t *bytes, size_t size, const char *text, size_t length, pg_error *err);

/* True for exactly `digits` hexadecimal digits after "0x". */
bool pg_hex_is_prefixed(const char *text, size_t digits);

/* Value of one digit, -1 for what is none. */
int pg_hex_digit(char c);

#endif
