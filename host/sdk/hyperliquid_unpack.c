/* What comes packed on Hyperliquid's stream fastAssetCtxs (hyperliquid.md 15.2). */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "sdk/hyperliquid.h"
#include "sdk/internal.h"

enum { UNPACKED_MAX = 16 << 20, FIRST_ROOM = 1 << 16, RAW_WINDOW = -15 };

/* The bytes of a base64 text; the caller frees them. */
static pg_status decode(unsigned char **bytes, size_t *count, const char *text, size_t length, pg_error *err)
{
    if (length == 0 || length % 4 != 0 || length > UNPACKED_MAX)
        return pg_fail(err, PG_ERR_PARSE, "%zu characters are no base64", length);
    *bytes = malloc(length / 4 * 3);
    if (!*bytes)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for what is packed");
    int size = EVP_DecodeBlock(*bytes, (const unsigned char *)text, (int)length);
    if (size < 0)
        return pg_fail(err, PG_ERR_PARSE, "there is a character that base64 does not have");
    *count = (size_t)size - (text[length - 1] == '=') - (text[length - 2] == '=');
    return PG_OK;
}

/* Inflates all of the stream's input into *text, which grows. */
static pg_status inflate_all(char **text, z_stream *stream, pg_error *err)
{
    size_t room = 0;
    int result = Z_OK;
    while (result == Z_OK) {
        if (stream->total_out + 1 >= room) {
            room = room ? 2 * room : FIRST_ROOM;
            char *grown = room <= UNPACKED_MAX ? realloc(*text, room) : NULL;
            if (!grown)
                return pg_fail(err, PG_ERR_RANGE, "more than %d bytes are packed", UNPACKED_MAX);
            *text = grown;
        }
        stream->next_out = (Bytef *)*text + stream->total_out;
        stream->avail_out = (uInt)(room - 1 - stream->total_out);
        result = inflate(stream, Z_NO_FLUSH);
    }
    if (result != Z_STREAM_END)
        return pg_fail(err, PG_ERR_PARSE, "what is packed is damaged");
    (*text)[stream->total_out] = '\0';
    return PG_OK;
}

char *pg_sdk_hl_unpack(uint64_t *size, const char *base64, uint64_t length, pg_sdk_error *error)
{
    pg_error err = { 0 };
    unsigned char *bytes = NULL;
    char *text = NULL;
    size_t count = 0;
    z_stream stream = { 0 };
    pg_status status = decode(&bytes, &count, base64, (size_t)length, &err);
    if (status == PG_OK && inflateInit2(&stream, RAW_WINDOW) != Z_OK)
        status = pg_fail(&err, PG_ERR_MEMORY, "zlib cannot be started");
    if (status == PG_OK) {
        stream.next_in = bytes;
        stream.avail_in = (uInt)count;
        status = inflate_all(&text, &stream, &err);
        *size = stream.total_out;
        inflateEnd(&stream);
    }
    free(bytes);
    if (status == PG_OK)
        return text;
    free(text);
    sdk_fail(error, &err);
    return NULL;
}

void pg_sdk_hl_free(char *text)
{
    free(text);
}
