/* 256-bit integers between their forms: 32 bytes big-endian, four 64-bit limbs (least significant first), hexadecimal
 * text. Conversions of text take time that depends on the text; those between bytes and limbs do not. */
#ifndef PG_CRYPTO_STARK_BYTES_H
#define PG_CRYPTO_STARK_BYTES_H

#include <stdint.h>

#include "base/status.h"

enum { PG_STARK_HEX = 68 };

void pg_stark_limbs_load(uint64_t limbs[4], const uint8_t bytes[32]);
void pg_stark_limbs_store(uint8_t bytes[32], const uint64_t limbs[4]);

/* "0x" and 1 to 64 hexadecimal digits of any case. PG_ERR_PARSE for other text, PG_ERR_RANGE for more digits; bytes are
 * then 0. The text is never part of the message: it may be a secret. */
pg_status pg_stark_bytes_from_hex(uint8_t bytes[32], const char *text, pg_error *err);

/* Lower-case, "0x", no leading zeros ("0x0" for 0). text[PG_STARK_HEX]; returns text. */
char *pg_stark_bytes_to_hex(char *text, const uint8_t bytes[32]);

#endif
