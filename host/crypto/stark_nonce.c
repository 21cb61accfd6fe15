/* The one-shot and the EVP interfaces of OpenSSL allocate and look their algorithm up on each of the eight or more
 * HMACs of a signature: four times the cost of the hashing. The plain functions do neither. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/stark_nonce.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

#include "crypto/stark_declassify.h"

enum { BLOCK = 64, DIGEST = 32 };

/* HMAC-SHA-256 under one key: the states after the key's two blocks (RFC 2104). */
typedef struct {
    SHA256_CTX inner, outer, work;
} hmac;

static void hmac_key(hmac *h, const uint8_t key[DIGEST])
{
    uint8_t pad[BLOCK];

    memset(pad, 0x36, BLOCK);
    for (int i = 0; i < DIGEST; i++)
        pad[i] ^= key[i];
    SHA256_Init(&h->inner);
    SHA256_Update(&h->inner, pad, BLOCK);
    for (int i = 0; i < BLOCK; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    SHA256_Init(&h->outer);
    SHA256_Update(&h->outer, pad, BLOCK);
    OPENSSL_cleanse(pad, sizeof pad);
}

static void hmac_begin(hmac *h)
{
    h->work = h->inner;
}

static void hmac_add(hmac *h, const void *data, size_t size)
{
    SHA256_Update(&h->work, data, size);
}

static void hmac_end(hmac *h, uint8_t digest[DIGEST])
{
    SHA256_Final(digest, &h->work);
    h->work = h->outer;
    SHA256_Update(&h->work, digest, DIGEST);
    SHA256_Final(digest, &h->work);
}

/* The generator of section 3.2 of RFC 6979: its key and value. */
typedef struct {
    hmac mac;
    uint8_t key[DIGEST], value[DIGEST];
} drbg;

/* V = HMAC(K, V) */
static void next_value(drbg *d)
{
    hmac_begin(&d->mac);
    hmac_add(&d->mac, d->value, DIGEST);
    hmac_end(&d->mac, d->value);
}

/* K = HMAC(K, V || tag || data); V = HMAC(K, V) */
static void update(drbg *d, uint8_t tag, const uint8_t *data, size_t size)
{
    hmac_begin(&d->mac);
    hmac_add(&d->mac, d->value, DIGEST);
    hmac_add(&d->mac, &tag, 1);
    hmac_add(&d->mac, data, size);
    hmac_end(&d->mac, d->key);
    hmac_key(&d->mac, d->key);
    next_value(d);
}

/* The 252 most significant bits of the value; false when they are not in 1..n-1. */
static bool candidate(pg_stark_scalar *k, const drbg *d)
{
    uint8_t bytes[DIGEST];

    bytes[0] = d->value[0] >> 4;
    for (int i = 1; i < DIGEST; i++)
        bytes[i] = (uint8_t)(d->value[i - 1] << 4 | d->value[i] >> 4);
    bool below = pg_stark_scalar_from_bytes(k, bytes);
    bool usable = below & !pg_stark_scalar_is_zero(k);
    OPENSSL_cleanse(bytes, sizeof bytes);
    pg_stark_declassify(&usable, sizeof usable);
    return usable;
}

void pg_stark_nonce(pg_stark_scalar *k, const uint8_t hash[32], const uint8_t secret[32], uint64_t seed)
{
    uint8_t data[2 * DIGEST + sizeof seed];
    size_t size = 2 * DIGEST;
    drbg d;

    memcpy(data, secret, DIGEST);
    memcpy(data + DIGEST, hash, DIGEST);
    for (int shift = 56; shift >= 0; shift -= 8)
        if (seed >> shift)
            data[size++] = (uint8_t)(seed >> shift);

    memset(d.value, 1, sizeof d.value);
    memset(d.key, 0, sizeof d.key);
    hmac_key(&d.mac, d.key);
    update(&d, 0, data, size);
    update(&d, 1, data, size);
    for (next_value(&d); !candidate(k, &d); next_value(&d))
        update(&d, 0, NULL, 0);
    OPENSSL_cleanse(data, sizeof data);
    OPENSSL_cleanse(&d, sizeof d);
}
