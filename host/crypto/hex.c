#include "crypto/hex.h"

#include <string.h>

char *pg_hex_encode(char *text, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[2 * size] = '\0';
    return text;
}

int pg_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

pg_status pg_hex_decode(uint8_t *bytes, size_t size, const char *text, size_t length, pg_error *err)
{
    if (length >= 2 && text[0] == '0' && text[1] == 'x') {
        text += 2;
        length -= 2;
    }
    if (length != 2 * size)
        return pg_fail(err, PG_ERR_PARSE, "%zu hexadecimal digits where %zu are needed", length, 2 * size);
    for (size_t i = 0; i < size; i++) {
        int high = pg_hex_digit(text[2 * i]), low = pg_hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return pg_fail(err, PG_ERR_PARSE, "character %zu is no hexadecimal digit", 2 * i + (high < 0 ? 1 : 2));
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return PG_OK;
}

bool pg_hex_is_prefixed(const char *text, size_t digits)
{
    if (strnlen(text, digits + 3) != digits + 2 || text[0] != '0' || text[1] != 'x')
        return false;
    for (size_t i = 2; i < digits + 2; i++)
        if (pg_hex_digit(text[i]) < 0)
            return false;
    return true;
}
