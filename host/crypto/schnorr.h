/* Lighter's signatures: Schnorr over ECgFp5 with Poseidon2 (specification of Lighter, sections 2.3 and 9.7).
 *
 * A private key is a scalar from 1 to n-1, a public key the encoding of its multiple of the generator, a message one
 * element of GF(p^5), a signature s || e, 80 bytes. Texts are hexadecimal, 80 digits a key.
 * Signing is constant time in the key and the nonce and wipes what it derived from them. */
#ifndef PG_CRYPTO_SCHNORR_H
#define PG_CRYPTO_SCHNORR_H

#include <stddef.h>

#include "crypto/ecgfp5.h"
#include "crypto/secret.h"

enum { PG_SCHNORR_KEY_BYTES = 40, PG_SCHNORR_SIGNATURE_BYTES = 80, PG_SCHNORR_SEED_MIN = 32 };

/* Public key of a private key: about 35 us. */
void pg_schnorr_public_key(uint8_t public_key[PG_SCHNORR_KEY_BYTES], const pg_scalar5 *key);

/* Reads 80 hexadecimal digits, with or without 0x, and takes the number mod n as the venue's own signer does.
 * Another length or character, or zero: PG_ERR_INVALID. The text is never repeated in the error. */
pg_status pg_schnorr_key_parse(pg_scalar5 *key, const char *text, pg_error *err);

/* The key that a secret of 40 bytes holds, for as long as it takes to sign: pg_schnorr_key_wipe follows. PG_ERR_INVALID
 * for another length and for 0. */
pg_status pg_schnorr_key_borrow(pg_scalar5 *key, const pg_secret *secret, pg_error *err);
void pg_schnorr_key_wipe(pg_scalar5 *key);

/* A fresh uniform key from the operating system's random source; PG_ERR_IO when that fails. */
pg_status pg_schnorr_key_generate(pg_scalar5 *key, pg_error *err);

/* The key of a seed of at least 32 bytes: SHA-256(1 || seed) || SHA-256(2 || seed)[0..8) as a big-endian number mod n.
 */
pg_status pg_schnorr_key_from_seed(pg_scalar5 *key, const uint8_t *seed, size_t size, pg_error *err);

/* Signs with a fresh nonce: SHA-512 over a tag, the key, the message and 32 random bytes, mod n, so that neither a weak
 * random source nor a repeated draw repeats a nonce. PG_ERR_IO when there are no random bytes. About 40 us. */
pg_status pg_schnorr_sign(uint8_t signature[PG_SCHNORR_SIGNATURE_BYTES], const pg_fp5 *message, const pg_scalar5 *key,
                          pg_error *err);

/* The same with a nonce that is given: for vectors only. Two messages with one nonce give the key away. */
void pg_schnorr_sign_with_nonce(uint8_t signature[PG_SCHNORR_SIGNATURE_BYTES], const pg_fp5 *message,
                                const pg_scalar5 *key, const pg_scalar5 *nonce);

/* PG_OK when the signature is right; otherwise what is wrong: scalars beyond n and public keys that are no point or
 * the neutral element are refused (PG_ERR_RANGE, PG_ERR_INVALID). About 200 us. */
pg_status pg_schnorr_verify_var(const uint8_t public_key[PG_SCHNORR_KEY_BYTES], const pg_fp5 *message,
                                const uint8_t signature[PG_SCHNORR_SIGNATURE_BYTES], pg_error *err);

#endif
