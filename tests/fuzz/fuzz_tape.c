/* libFuzzer target: any bytes as a tape. Opening, searching and verifying must neither crash nor read outside. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "data/check.h"
#include "data/tape.h"
#include "data/tape_format.h"

enum { FIELDS = 240 /* bytes of the header behind magic, version and sizes */ };

static size_t put(uint8_t *bytes, size_t at, const void *data, size_t size)
{
    memcpy(bytes + at, data, size);
    return at + size;
}

/* A tape around the input, with right checksums, so that the fuzzer gets behind them: header fields, records and index
 * entries come from it. Returns its size. */
static size_t make_tape(uint8_t *bytes, const uint8_t *data, size_t size)
{
    pg_tape_header *header = (pg_tape_header *)bytes;
    memset(bytes, 0, sizeof *header);
    memcpy(header->magic, PG_TAPE_MAGIC, PG_TAPE_MAGIC_BYTES);
    header->version = PG_TAPE_VERSION;
    header->event_bytes = sizeof(pg_event);
    header->block_events = PG_TAPE_BLOCK_EVENTS;
    header->tick = header->lot = 1;
    bool odd_header = size > 0 && data[0] & 1, odd_index = size > 0 && data[0] & 2;
    if (odd_header && size > FIELDS)
        memcpy(&header->price_decimals, data, FIELDS);
    header->checksum = (uint32_t)crc32(0, bytes, offsetof(pg_tape_header, checksum));
    size_t n = size / sizeof(pg_event), at = put(bytes, sizeof *header, data, n * sizeof(pg_event)), index = at;
    const pg_event *events = (const pg_event *)(bytes + sizeof *header);
    for (size_t first = 0; first < n; first += PG_TAPE_BLOCK_EVENTS) {
        size_t count = n - first < PG_TAPE_BLOCK_EVENTS ? n - first : (size_t)PG_TAPE_BLOCK_EVENTS;
        pg_tape_block entry = { events[first].local_ns, events[first + count - 1].local_ns, (uint32_t)count,
                                (uint32_t)crc32(0, (const uint8_t *)&events[first], (uInt)(count * sizeof *events)) };
        if (odd_index)
            memcpy(&entry, data, sizeof entry);
        at = put(bytes, at, &entry, sizeof entry);
    }
    pg_tape_footer footer = { .events = n,
                              .blocks = (at - index) / sizeof(pg_tape_block),
                              .index_checksum = (uint32_t)crc32(0, bytes + index, (uInt)(at - index)) };
    footer.checksum = (uint32_t)crc32(0, (const uint8_t *)&footer, offsetof(pg_tape_footer, checksum));
    memcpy(footer.magic, PG_TAPE_FOOTER_MAGIC, PG_TAPE_MAGIC_BYTES);
    return put(bytes, at, &footer, sizeof footer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("tape", MFD_CLOEXEC);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    uint8_t *bytes = malloc(2 * size + 2 * PG_TAPE_HEADER_BYTES);
    bool raw = size > 0 && data[0] & 4;
    size_t length = raw ? put(bytes, 0, data, size) : make_tape(bytes, data, size);
    ssize_t written = write(fd, bytes, length);
    free(bytes);
    pg_tape *tape = NULL;
    pg_error err;
    char warning[64];
    if (written == (ssize_t)length && pg_tape_open(&tape, path, warning, sizeof warning, &err) == PG_OK) {
        pg_status verified = pg_tape_verify(tape, &err);
        size_t found = pg_tape_find(tape, (int64_t)size);
        if (found > pg_tape_count(tape) || (verified != PG_OK && !err.what[0]))
            abort();
        static pg_check_report report;
        if (pg_check_tape(&report, tape, &err) != PG_OK)
            abort();
        pg_tape_close(tape);
    }
    close(fd);
    return 0;
}
