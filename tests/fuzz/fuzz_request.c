/* HTTP requests out of bytes of any kind, in one piece and byte by byte: both must come to the same result, and nothing
 * of it may point outside of the bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/request.h"

enum { LIMIT = 64 };

static void check_slice(pg_slice slice, size_t head)
{
    if (slice.start + slice.size > head)
        abort();
}

/* Reads with `step` more bytes at a time; returns the result and puts the reader out. */
static pg_read_result read_in_steps(pg_request_reader *reader, char *copy, const uint8_t *data, size_t size,
                                    size_t step)
{
    pg_read_result result = PG_READ_MORE;
    size_t there = 0;
    *reader = (pg_request_reader){ 0 };
    for (size_t given = 0; given < size && result == PG_READ_MORE;) {
        size_t some = size - given < step ? size - given : step;
        memcpy(copy + there, data + given, some);
        given += some;
        there += some;
        result = pg_request_read(reader, copy, &there, LIMIT);
        if (reader->body > LIMIT || (result == PG_READ_DONE && reader->used > there))
            abort();
    }
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 4096)
        return 0;
    char *whole = malloc(size), *pieces = malloc(size);
    pg_request_reader a, b;
    pg_read_result first = read_in_steps(&a, whole, data, size, size);
    pg_read_result second = read_in_steps(&b, pieces, data, size, 1);
    if (first != second)
        abort();
    if (first == PG_READ_DONE) {
        const pg_slice slices[] = { a.method, a.path, a.query, a.authorization, a.api_key, a.cookie };
        for (size_t i = 0; i < sizeof slices / sizeof *slices; i++)
            check_slice(slices[i], a.head);
        if (a.head != b.head || a.body != b.body || memcmp(whole, pieces, a.head + a.body) != 0)
            abort();
    }
    free(whole);
    free(pieces);
    return 0;
}
