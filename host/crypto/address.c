#include "crypto/address.h"

#include <string.h>

#include "crypto/hex.h"
#include "crypto/keccak.h"

pg_address pg_address_of_key(const uint8_t public_key[64])
{
    uint8_t digest[PG_KECCAK_SIZE];
    pg_address address;

    pg_keccak256(digest, public_key, 64);
    memcpy(address.bytes, digest + PG_KECCAK_SIZE - PG_ADDRESS_SIZE, PG_ADDRESS_SIZE);
    return address;
}

pg_status pg_address_parse(pg_address *address, const char *text, pg_error *err)
{
    if (!pg_hex_is_prefixed(text, 2 * PG_ADDRESS_SIZE))
        return pg_fail(err, PG_ERR_PARSE, "'%.64s' is no address: 0x and 40 hexadecimal digits", text);
    return pg_hex_decode(address->bytes, PG_ADDRESS_SIZE, text, strlen(text), err);
}

char *pg_address_format(char *text, const pg_address *address)
{
    memcpy(text, "0x", 2);
    pg_hex_encode(text + 2, address->bytes, PG_ADDRESS_SIZE);
    return text;
}

char *pg_address_format_checksum(char *text, const pg_address *address)
{
    uint8_t digest[PG_KECCAK_SIZE];

    pg_address_format(text, address);
    pg_keccak256(digest, text + 2, 2 * PG_ADDRESS_SIZE);
    for (size_t i = 0; i < 2 * PG_ADDRESS_SIZE; i++) {
        unsigned nibble = i % 2 ? digest[i / 2] & 15 : digest[i / 2] >> 4;
        if (nibble >= 8 && text[2 + i] >= 'a')
            text[2 + i] = (char)(text[2 + i] - 'a' + 'A');
    }
    return text;
}
