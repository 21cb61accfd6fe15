/* libFuzzer target: any bytes as a tape. Opening, searching and verifying must neither crash nor read outside. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "data/tape.h"
#include "data/tape_format.h"

/* Makes the checksums right in some inputs, so that the fuzzer gets behind them. */
static void mend(uint8_t *bytes, size_t size)
{
    pg_tape_header *header = (pg_tape_header *)bytes;
    header->checksum = (uint32_t)crc32(0, bytes, offsetof(pg_tape_header, checksum));
    if (size < sizeof *header + sizeof(pg_tape_footer))
        return;
    pg_tape_footer footer;
    uint8_t *end = bytes + size - sizeof footer;
    memcpy(&footer, end, sizeof footer);
    size_t room = size - sizeof *header - sizeof footer;
    if (footer.blocks <= room / sizeof(pg_tape_block)) {
        size_t index = footer.blocks * sizeof(pg_tape_block);
        footer.index_checksum = (uint32_t)crc32(0, end - index, (uInt)index);
    }
    footer.checksum = (uint32_t)crc32(0, (const uint8_t *)&footer, offsetof(pg_tape_footer, checksum));
    memcpy(end, &footer, sizeof footer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("tape", MFD_CLOEXEC);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    uint8_t *copy = malloc(size + 1);
    memcpy(copy, data, size);
    if (size > sizeof(pg_tape_header) && data[size / 2] % 4)
        mend(copy, size);
    ssize_t put = write(fd, copy, size);
    free(copy);
    pg_tape *tape = NULL;
    pg_error err;
    char warning[64];
    if (put == (ssize_t)size && pg_tape_open(&tape, path, warning, sizeof warning, &err) == PG_OK) {
        pg_status verified = pg_tape_verify(tape, &err);
        size_t found = pg_tape_find(tape, (int64_t)size);
        if (found > pg_tape_count(tape) || (verified != PG_OK && !err.what[0]))
            abort();
        pg_tape_close(tape);
    }
    close(fd);
    return 0;
}
