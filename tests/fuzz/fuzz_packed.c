/* libFuzzer target: any bytes as a packed tape, with right checksums around them so that the fuzzer gets behind those.
 * Reading, skipping and unpacking must neither crash nor read outside; sound events only come out. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include "data/packed_block.h"
#include "data/packed_format.h"

static size_t make_file(uint8_t *bytes, const uint8_t *data, size_t size)
{
    pg_tape_info info = { .source = "fuzz" };
    pg_instrument_init(&info.instrument, "v", "S", 1, 1, 1, 1, 0, NULL);
    pg_tape_header_fill((pg_tape_header *)bytes, PG_PACKED_MAGIC, &info);
    size_t at = PG_TAPE_HEADER_BYTES, events = size > 1 ? data[1] : 0;
    uint8_t *block = bytes + at + sizeof(pg_packed_head);
    size_t stored = ZSTD_compress(block, ZSTD_compressBound(size), data, size, 1);
    pg_packed_head head = { .mark = PG_PACKED_MARK,
                            .events = (uint32_t)events,
                            .raw = (uint32_t)size,
                            .stored = (uint32_t)stored,
                            .payload = (uint32_t)crc32_z(0, block, stored) };
    head.checksum = pg_packed_check(&head);
    memcpy(bytes + at, &head, sizeof head);
    at += sizeof head + stored;
    memcpy(bytes + at, data, size); /* what lies behind a block */
    return at + size;
}

static void read_all(const char *path)
{
    pg_packed *packed;
    const pg_event *events;
    size_t n = 1;
    uint64_t torn, lost;
    if (pg_packed_open(&packed, path, NULL) != PG_OK)
        return;
    while (n > 0) {
        if (pg_packed_next(packed, &events, &n, &torn, NULL) != PG_OK) {
            n = pg_packed_skip(packed, &lost);
            continue;
        }
        for (size_t i = 0; i < n; i++)
            if (events[i].kind == PG_EVENT_NONE || events[i].kind >= PG_EVENT_KINDS || events[i].side > PG_SELL)
                abort();
    }
    pg_packed_close(packed);
}

/* What is packed comes back. */
static void round_trip(const uint8_t *data, size_t size)
{
    size_t n = size / sizeof(pg_event);
    pg_event *in = malloc(size + 1), *out = malloc(size + 1);
    pg_block_coder *coder = pg_block_coder_new();
    pg_parquet_buffer bytes = { 0 };
    memcpy(in, data, n * sizeof *in);
    for (size_t i = 0; i < n; i++) {
        in[i].kind %= PG_EVENT_KINDS;
        in[i].side %= 3;
    }
    pg_block_pack(coder, &bytes, in, n);
    if (pg_block_unpack(coder, out, n, bytes.data, bytes.size) != PG_OK || memcmp(in, out, n * sizeof *in) != 0)
        abort();
    pg_parquet_buffer_free(&bytes);
    pg_block_coder_free(coder);
    free(in);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("packed", MFD_CLOEXEC);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    uint8_t *bytes = calloc(1, 2 * size + PG_TAPE_HEADER_BYTES + 1024 + ZSTD_compressBound(size));
    size_t length = make_file(bytes, data, size);
    if (write(fd, bytes, length) == (ssize_t)length)
        read_all(path);
    free(bytes);
    close(fd);
    round_trip(data, size);
    return 0;
}
