/* Numbers of 0 to 64 bits, packed from the lowest bit of the first byte on. Both directions work 8 bytes at a time: the
 * memory must go on for PG_PARQUET_SLACK bytes behind the packed ones (any contents). */
#ifndef PG_DATA_PARQUET_BITS_H
#define PG_DATA_PARQUET_BITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Parquet's numbers are little-endian, and this code reads them as they stand"
#endif

static inline uint32_t pg_load32(const uint8_t *p)
{
    uint32_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

static inline uint64_t pg_load64(const uint8_t *p)
{
    uint64_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

/* How many bits a number needs. */
static inline int pg_bit_width(uint64_t value)
{
    return value ? 64 - __builtin_clzll(value) : 0;
}

static inline uint64_t pg_bit_mask(int width)
{
    return width >= 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
}

/* The index-th number of a packed row of up to 32 bits each. */
static inline uint32_t pg_unpack32(const uint8_t *p, size_t index, int width)
{
    size_t bit = index * (size_t)width;
    return (uint32_t)((pg_load64(p + (bit >> 3)) >> (bit & 7)) & pg_bit_mask(width));
}

/* The index-th number of a packed row of up to 64 bits each. */
static inline uint64_t pg_unpack64(const uint8_t *p, size_t index, int width)
{
    size_t bit = index * (size_t)width;
    int shift = (int)(bit & 7);
    const uint8_t *at = p + (bit >> 3);
    uint64_t value = pg_load64(at) >> shift;
    if (shift + width > 64)
        value |= (uint64_t)at[8] << (64 - shift);
    return value & pg_bit_mask(width);
}

/* Packs numbers one behind the other: 8 bytes are written whenever they are full. */
typedef struct {
    uint8_t *p;
    uint64_t word;
    int used; /* bits of the word */
} pg_bit_packer;

static inline void pg_pack(pg_bit_packer *packer, uint64_t value, int width)
{
    packer->word |= packer->used < 64 ? value << packer->used : 0;
    int bits = packer->used + width;
    if (bits < 64) {
        packer->used = bits;
        return;
    }
    memcpy(packer->p, &packer->word, sizeof packer->word);
    packer->p += sizeof packer->word;
    packer->used = bits - 64;
    packer->word = packer->used ? value >> (width - packer->used) : 0;
}

/* Writes what is left, in whole bytes (and zeros behind them). */
static inline void pg_pack_end(pg_bit_packer *packer)
{
    memcpy(packer->p, &packer->word, sizeof packer->word);
}

#endif
