/* Keccak-256 as Ethereum uses it: Keccak-f[1600], rate 136 bytes, padding byte 0x01 (FIPS 202's SHA3-256 pads with 0x06
 * and gives other digests).
 *
 * Source: Bertoni, Daemen, Peeters, Van Assche, The Keccak reference 3.0 (2011), sections 1.2 and 2.3. */
#ifndef PG_CRYPTO_KECCAK_H
#define PG_CRYPTO_KECCAK_H

#include <stddef.h>
#include <stdint.h>

enum { PG_KECCAK_RATE = 136, PG_KECCAK_SIZE = 32 };

/* A hash under way; zero it to begin. Holds what was hashed: not for secrets. */
typedef struct {
    uint64_t lanes[25];
    size_t filled; /* bytes taken into the present block */
} pg_keccak;

void pg_keccak_add(pg_keccak *hash, const void *data, size_t size);

/* The digest of everything added. The hash is then used up. */
void pg_keccak_end(uint8_t digest[PG_KECCAK_SIZE], pg_keccak *hash);

/* The whole at once. About 0.4 us a block of 136 bytes. */
void pg_keccak256(uint8_t digest[PG_KECCAK_SIZE], const void *data, size_t size);

#endif
