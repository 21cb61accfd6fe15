/* EIP-712 (2017): hashing and signing of typed structured data.
 *
 *     digest = keccak256(0x19 0x01 || domain separator || hashStruct(message))
 *     hashStruct(s) = keccak256(keccak256(encodeType(s)) || encodeData(s))
 *
 * Types are described by name as in the standard: "string", "bytes", "bool", "address", "uint8".."uint256",
 * "int8".."int256", "bytes1".."bytes32", the name of a struct of the set, and arrays "T[]" and "T[n]" of these. */
#ifndef PG_CRYPTO_EIP712_H
#define PG_CRYPTO_EIP712_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"
#include "crypto/address.h"

typedef struct {
    const char *name, *type;
} pg_eip712_field;

typedef struct {
    const char *name;
    const pg_eip712_field *fields;
    size_t count;
} pg_eip712_struct;

/* Every struct that a message needs. */
typedef struct {
    const pg_eip712_struct *structs;
    size_t count;
} pg_eip712_types;

/* A value; its form follows from the type of its field:
 *   string, bytes            data, size
 *   bool, uintN, intN, address, bytesN   word: 32 bytes, as ABI-encoded (numbers right-aligned, bytesN left-aligned)
 *   array, struct            items, size: its elements, or its fields in the order of the type */
typedef struct pg_eip712_value {
    const void *data;
    const struct pg_eip712_value *items;
    size_t size;
    uint8_t word[32];
} pg_eip712_value;

pg_eip712_value pg_eip712_text(const char *text);
pg_eip712_value pg_eip712_bytes(const void *data, size_t size);
pg_eip712_value pg_eip712_uint(uint64_t value);
pg_eip712_value pg_eip712_address(const pg_address *address);
pg_eip712_value pg_eip712_word(const uint8_t word[32]);
pg_eip712_value pg_eip712_list(const pg_eip712_value *items, size_t count);

/* Appends encodeType: the struct with its fields, then the structs it refers to, sorted by name.
 * Errors: PG_ERR_NOT_FOUND for a struct outside the set, PG_ERR_RANGE for more than 32 referred ones, PG_ERR_MEMORY. */
pg_status pg_eip712_encode_type(pg_text *text, const pg_eip712_types *types, const char *name, pg_error *err);

pg_status pg_eip712_type_hash(uint8_t hash[32], const pg_eip712_types *types, const char *name, pg_error *err);

/* hashStruct of values[count] in the order of the type's fields. Errors: those of encodeType; PG_ERR_INVALID for a type
 * that is none, a value out of its type's range, another number of fields or elements; PG_ERR_RANGE for nesting deeper
 * than 16. */
pg_status pg_eip712_hash_struct(uint8_t hash[32], const pg_eip712_types *types, const char *name,
                                const pg_eip712_value *values, size_t count, pg_error *err);

/* The separator of a domain of name, version, chainId and verifyingContract. */
void pg_eip712_domain(uint8_t separator[32], const char *name, const char *version, uint64_t chain_id,
                      const pg_address *contract);

/* What is signed. */
void pg_eip712_digest(uint8_t digest[32], const uint8_t separator[32], const uint8_t struct_hash[32]);

#endif
