/* Ethereum addresses: the last 20 bytes of the Keccak-256 of a public key. */
#ifndef PG_CRYPTO_ADDRESS_H
#define PG_CRYPTO_ADDRESS_H

#include <stdint.h>

#include "base/status.h"

enum { PG_ADDRESS_SIZE = 20, PG_ADDRESS_TEXT = 43 };

typedef struct {
    uint8_t bytes[PG_ADDRESS_SIZE];
} pg_address;

/* Of an uncompressed public key: x and y, 32 bytes each, big-endian, without the 0x04 before them. */
pg_address pg_address_of_key(const uint8_t public_key[64]);

/* Reads "0x" and 40 digits of either case; the checksum that the case may carry is not checked. PG_ERR_PARSE. */
pg_status pg_address_parse(pg_address *address, const char *text, pg_error *err);

/* "0x" and 40 lower-case digits into text[PG_ADDRESS_TEXT]; returns text. */
char *pg_address_format(char *text, const pg_address *address);

/* The same with the checksum of EIP-55 (2016) in the case of its letters: for display only. */
char *pg_address_format_checksum(char *text, const pg_address *address);

#endif
