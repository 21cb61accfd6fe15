#include "crypto/keccak.h"

#include <string.h>

enum { ROUNDS = 24 };

static const uint64_t round_constants[ROUNDS] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008
};

static inline uint64_t rotate(uint64_t x, unsigned n)
{
    return x << n | x >> (64 - n);
}

/* rho and pi together: lane (x, y) of a goes to lane (y, 2x + 3y) of b, rotated. Lane (x, y) is at x + 5y. */
static inline void rotate_and_place(uint64_t b[25], const uint64_t a[25])
{
    b[0] = a[0];
    b[10] = rotate(a[1], 1);
    b[20] = rotate(a[2], 62);
    b[5] = rotate(a[3], 28);
    b[15] = rotate(a[4], 27);
    b[16] = rotate(a[5], 36);
    b[1] = rotate(a[6], 44);
    b[11] = rotate(a[7], 6);
    b[21] = rotate(a[8], 55);
    b[6] = rotate(a[9], 20);
    b[7] = rotate(a[10], 3);
    b[17] = rotate(a[11], 10);
    b[2] = rotate(a[12], 43);
    b[12] = rotate(a[13], 25);
    b[22] = rotate(a[14], 39);
    b[23] = rotate(a[15], 41);
    b[8] = rotate(a[16], 45);
    b[18] = rotate(a[17], 15);
    b[3] = rotate(a[18], 21);
    b[13] = rotate(a[19], 8);
    b[14] = rotate(a[20], 18);
    b[24] = rotate(a[21], 2);
    b[9] = rotate(a[22], 61);
    b[19] = rotate(a[23], 56);
    b[4] = rotate(a[24], 14);
}

static inline void theta_column(uint64_t a[25], int x, uint64_t left, uint64_t right)
{
    uint64_t d = left ^ rotate(right, 1);

    a[x] ^= d;
    a[x + 5] ^= d;
    a[x + 10] ^= d;
    a[x + 15] ^= d;
    a[x + 20] ^= d;
}

static inline uint64_t parity(const uint64_t a[25], int x)
{
    return a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
}

/* Columns and rows are written out: with constant indexes the compiler keeps lanes in registers. */
static inline void theta(uint64_t a[25])
{
    uint64_t c0 = parity(a, 0), c1 = parity(a, 1), c2 = parity(a, 2), c3 = parity(a, 3), c4 = parity(a, 4);

    theta_column(a, 0, c4, c1);
    theta_column(a, 1, c0, c2);
    theta_column(a, 2, c1, c3);
    theta_column(a, 3, c2, c4);
    theta_column(a, 4, c3, c0);
}

static inline void chi_row(uint64_t a[25], const uint64_t b[25], int y)
{
    a[y] = b[y] ^ (~b[y + 1] & b[y + 2]);
    a[y + 1] = b[y + 1] ^ (~b[y + 2] & b[y + 3]);
    a[y + 2] = b[y + 2] ^ (~b[y + 3] & b[y + 4]);
    a[y + 3] = b[y + 3] ^ (~b[y + 4] & b[y]);
    a[y + 4] = b[y + 4] ^ (~b[y] & b[y + 1]);
}

static inline void chi(uint64_t a[25], const uint64_t b[25])
{
    chi_row(a, b, 0);
    chi_row(a, b, 5);
    chi_row(a, b, 10);
    chi_row(a, b, 15);
    chi_row(a, b, 20);
}

static void permute(uint64_t lanes[25])
{
    uint64_t a[25], b[25];

    memcpy(a, lanes, sizeof a);
    for (int round = 0; round < ROUNDS; round++) {
        theta(a);
        rotate_and_place(b, a);
        chi(a, b);
        a[0] ^= round_constants[round];
    }
    memcpy(lanes, a, sizeof a);
}

/* Lanes are little-endian whatever the machine is. */
static void xor_bytes(uint64_t lanes[25], size_t offset, const uint8_t *data, size_t size)
{
    size_t i = 0;

    if (offset % 8 == 0) {
        for (; i + 8 <= size; i += 8) {
            const uint8_t *p = data + i;
            lanes[(offset + i) / 8] ^= (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
                                       (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 |
                                       (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
        }
    }
    for (; i < size; i++)
        lanes[(offset + i) / 8] ^= (uint64_t)data[i] << 8 * ((offset + i) % 8);
}

void pg_keccak_add(pg_keccak *hash, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    while (size > 0) {
        size_t room = PG_KECCAK_RATE - hash->filled, part = size < room ? size : room;
        xor_bytes(hash->lanes, hash->filled, bytes, part);
        hash->filled += part;
        bytes += part;
        size -= part;
        if (hash->filled == PG_KECCAK_RATE) {
            permute(hash->lanes);
            hash->filled = 0;
        }
    }
}

void pg_keccak_end(uint8_t digest[PG_KECCAK_SIZE], pg_keccak *hash)
{
    hash->lanes[hash->filled / 8] ^= (uint64_t)0x01 << 8 * (hash->filled % 8);
    hash->lanes[PG_KECCAK_RATE / 8 - 1] ^= (uint64_t)0x80 << 56;
    permute(hash->lanes);
    for (size_t i = 0; i < PG_KECCAK_SIZE; i++)
        digest[i] = (uint8_t)(hash->lanes[i / 8] >> 8 * (i % 8));
}

void pg_keccak256(uint8_t digest[PG_KECCAK_SIZE], const void *data, size_t size)
{
    pg_keccak hash = { 0 };

    pg_keccak_add(&hash, data, size);
    pg_keccak_end(digest, &hash);
}
