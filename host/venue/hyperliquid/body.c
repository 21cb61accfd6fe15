/* Bodies of requests, from actions that are signed. */
#include <string.h>

#include "crypto/hex.h"
#include "venue/hyperliquid/sign.h"

char *pg_hl_word_text(char *text, const uint8_t word[32], bool trimmed)
{
    char digits[65];
    const char *start = pg_hex_encode(digits, word, 32);

    while (trimmed && *start == '0' && start[1])
        start++;
    memcpy(text, "0x", 2);
    memcpy(text + 2, start, strlen(start) + 1);
    return text;
}

pg_status pg_hl_body(pg_text *out, const pg_hl_signed *made, pg_error *err)
{
    char r[67], s[67], vault[PG_ADDRESS_TEXT];
    pg_address address;

    pg_text_add(out, "{\"action\":", 10);
    pg_text_add(out, made->encoded.json.data, made->encoded.json.length);
    pg_text_print(out, ",\"nonce\":%llu,\"signature\":{\"r\":\"%s\",\"s\":\"%s\",\"v\":%u}",
                  (unsigned long long)made->envelope.nonce, pg_hl_word_text(r, made->signature.r, false),
                  pg_hl_word_text(s, made->signature.s, false), made->signature.v);
    if (made->envelope.vault) {
        pg_status status = pg_address_parse(&address, made->envelope.vault, err);
        if (status != PG_OK)
            return status;
        pg_text_print(out, ",\"vaultAddress\":\"%s\"", pg_address_format(vault, &address));
    }
    if (made->envelope.expires_after)
        pg_text_print(out, ",\"expiresAfter\":%llu", (unsigned long long)made->envelope.expires_after);
    pg_text_add(out, "}", 1);
    return pg_text_check(out, err);
}

pg_status pg_hl_post_frame(pg_text *out, uint64_t id, const pg_hl_signed *made, pg_error *err)
{
    pg_text_print(
        out, "{\"method\":\"post\",\"id\":%llu,\"request\":{\"type\":\"action\",\"payload\":", (unsigned long long)id);
    pg_status status = pg_hl_body(out, made, err);
    pg_text_add(out, "}}", 2);
    return status == PG_OK ? pg_text_check(out, err) : status;
}
