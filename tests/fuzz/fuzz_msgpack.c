/* libFuzzer target: bytes as MessagePack, as JSON text, and the way round between them. What is accepted must come out
 * the same after a round trip; what is refused must say why. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/msgpack.h"

static void check_error(const pg_error *err)
{
    if (!err->what[0])
        abort();
}

/* JSON that to_json wrote reads as MessagePack that writes the same JSON. Objects may repeat members in MessagePack;
 * those are refused as JSON. */
static void check_round_trip(const pg_text *json)
{
    pg_text packed = { 0 }, again = { 0 };
    pg_error err = { 0 };

    if (pg_msgpack_from_json(&packed, json->data, json->length, &err) != PG_OK) {
        if (!strstr(err.what, "twice") && !strstr(err.what, "members"))
            abort();
    } else if (pg_msgpack_to_json(&again, packed.data, packed.length, &err) != PG_OK || again.length != json->length ||
               memcmp(again.data, json->data, json->length) != 0) {
        abort();
    }
    pg_text_free(&packed);
    pg_text_free(&again);
}

static void read_packed(const void *data, size_t size)
{
    pg_text json = { 0 };
    pg_error err = { 0 };

    if (pg_msgpack_to_json(&json, data, size, &err) == PG_OK)
        check_round_trip(&json);
    else
        check_error(&err);
    pg_text_free(&json);
}

static void read_json(const char *text, size_t size)
{
    pg_text packed = { 0 };
    pg_error err = { 0 };

    if (pg_msgpack_from_json(&packed, text, size, &err) == PG_OK)
        read_packed(packed.data, packed.length);
    else
        check_error(&err);
    pg_text_free(&packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_packed(data, size);
    read_json((const char *)data, size);
    return 0;
}
