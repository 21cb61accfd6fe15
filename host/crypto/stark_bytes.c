#include "crypto/stark_bytes.h"

#include <string.h>

void pg_stark_limbs_load(uint64_t limbs[4], const uint8_t bytes[32])
{
    for (int i = 0; i < 4; i++) {
        uint64_t limb = 0;
        for (int j = 0; j < 8; j++)
            limb = limb << 8 | bytes[(3 - i) * 8 + j];
        limbs[i] = limb;
    }
}

void pg_stark_limbs_store(uint8_t bytes[32], const uint64_t limbs[4])
{
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 8; j++)
            bytes[(3 - i) * 8 + j] = (uint8_t)(limbs[i] >> (56 - 8 * j));
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

pg_status pg_stark_bytes_from_hex(uint8_t bytes[32], const char *text, pg_error *err)
{
    memset(bytes, 0, 32);
    if (text[0] != '0' || text[1] != 'x' || text[2] == '\0')
        return pg_fail(err, PG_ERR_PARSE, "not a hexadecimal number with 0x before it");
    size_t length = strlen(text + 2);
    if (length > 64)
        return pg_fail(err, PG_ERR_RANGE, "a number of %zu hexadecimal digits; at most 64 fit", length);
    for (size_t i = 0; i < length; i++) {
        int value = digit_value(text[2 + i]);
        if (value < 0) {
            memset(bytes, 0, 32);
            return pg_fail(err, PG_ERR_PARSE, "character %zu of a hexadecimal number is not a digit", i + 3);
        }
        size_t place = length - 1 - i;
        bytes[31 - place / 2] |= (uint8_t)(value << (place % 2 * 4));
    }
    return PG_OK;
}

char *pg_stark_bytes_to_hex(char *text, const uint8_t bytes[32])
{
    static const char digits[] = "0123456789abcdef";
    int place = 63, length = 2;

    while (place > 0 && ((bytes[31 - place / 2] >> (place % 2 * 4)) & 15) == 0)
        place--;
    text[0] = '0';
    text[1] = 'x';
    for (; place >= 0; place--)
        text[length++] = digits[(bytes[31 - place / 2] >> (place % 2 * 4)) & 15];
    text[length] = '\0';
    return text;
}
