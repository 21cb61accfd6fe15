#define _GNU_SOURCE /* memmem */
#include "data/packed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include "base/file.h"
#include "data/packed_block.h"
#include "data/packed_format.h"

struct pg_packed {
    char path[PG_PATH_SIZE];
    pg_tape_info info;
    const uint8_t *bytes; /* the mapping */
    uint64_t size, at;
    uint64_t damaged; /* events of the block that PG_ERR_CORRUPT was about */
    int64_t last_ns;
    bool whole;
    pg_block_coder *coder;
    uint8_t *raw;
    pg_event *events;
};

bool pg_packed_is(const char *path)
{
    char magic[PG_TAPE_MAGIC_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, magic, sizeof magic);
    close(fd);
    return got == (ssize_t)sizeof magic && memcmp(magic, PG_PACKED_MAGIC, sizeof magic) == 0;
}

static pg_status map_file(pg_packed *p, pg_error *err)
{
    pg_file_info info;
    pg_status status = pg_file_stat(p->path, &info, err);
    if (status != PG_OK)
        return status;
    if (info.bytes < PG_TAPE_HEADER_BYTES)
        return pg_tape_corrupt(err, p->path, "this is no packed tape: it is shorter than its header");
    int fd = open(p->path, O_RDONLY | O_CLOEXEC);
    void *bytes = fd < 0 ? MAP_FAILED : mmap(NULL, info.bytes, PROT_READ, MAP_SHARED, fd, 0);
    int code = errno;
    if (fd >= 0)
        close(fd);
    if (bytes == MAP_FAILED) {
        pg_fail(err, PG_ERR_IO, "cannot map the file: %s", strerror(code));
        pg_error_where(err, "%s", p->path);
        return PG_ERR_IO;
    }
    p->bytes = bytes;
    p->size = info.bytes;
    p->at = PG_TAPE_HEADER_BYTES;
    return PG_OK;
}

pg_status pg_packed_open(pg_packed **packed, const char *path, pg_error *err)
{
    *packed = NULL;
    pg_packed *p = calloc(1, sizeof *p);
    if (!p)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    p->last_ns = INT64_MIN;
    p->coder = pg_block_coder_new();
    p->raw = malloc(pg_packed_most(PG_PACKED_EVENTS));
    p->events = malloc(PG_PACKED_EVENTS * sizeof *p->events);
    pg_status status = p->coder && p->raw && p->events ? PG_OK : pg_fail(err, PG_ERR_MEMORY, "out of memory");
    if (status == PG_OK && (size_t)snprintf(p->path, sizeof p->path, "%s", path) >= sizeof p->path)
        status = pg_fail(err, PG_ERR_RANGE, "the path is longer than %d bytes", PG_PATH_SIZE - 1);
    if (status == PG_OK)
        status = map_file(p, err);
    if (status == PG_OK)
        status = pg_tape_header_read(&p->info, p->bytes, PG_PACKED_MAGIC, p->path, err);
    if (status != PG_OK) {
        pg_packed_close(p);
        return status;
    }
    *packed = p;
    return PG_OK;
}

void pg_packed_close(pg_packed *p)
{
    if (!p)
        return;
    if (p->bytes)
        munmap((void *)p->bytes, p->size);
    pg_block_coder_free(p->coder);
    free(p->raw);
    free(p->events);
    free(p);
}

const pg_tape_info *pg_packed_info(const pg_packed *packed)
{
    return &packed->info;
}

/* A head whose numbers can be true; the block may still reach beyond the file. */
static bool read_head(const pg_packed *p, uint64_t at, pg_packed_head *head)
{
    if (p->size - at < sizeof *head)
        return false;
    memcpy(head, p->bytes + at, sizeof *head);
    return head->mark == PG_PACKED_MARK && head->checksum == pg_packed_check(head) &&
           head->events <= PG_PACKED_EVENTS && head->raw <= pg_packed_most(head->events) &&
           head->stored <= ZSTD_compressBound(head->raw);
}

static bool fits(const pg_packed *p, const pg_packed_head *head)
{
    return p->size - p->at - sizeof *head >= head->stored;
}

/* Where the next head stands from `at` on; the file's size when there is none. */
static uint64_t find_head(const pg_packed *p, uint64_t at)
{
    static const uint32_t mark = PG_PACKED_MARK;
    pg_packed_head head;
    while (at < p->size) {
        const uint8_t *found = memmem(p->bytes + at, p->size - at, &mark, sizeof mark);
        if (!found)
            return p->size;
        at = (uint64_t)(found - p->bytes);
        if (read_head(p, at, &head))
            return at;
        at++;
    }
    return p->size;
}

static bool is_sound(const pg_packed *p, size_t n)
{
    int64_t last = p->last_ns;
    for (size_t i = 0; i < n; i++) {
        const pg_event *e = &p->events[i];
        if (e->kind == PG_EVENT_NONE || e->kind >= PG_EVENT_KINDS || e->side > PG_SELL || e->local_ns < last)
            return false;
        last = e->local_ns;
    }
    return true;
}

static bool unpack(pg_packed *p, const pg_packed_head *head)
{
    const uint8_t *stored = p->bytes + p->at + sizeof *head;
    if (crc32_z(0, stored, head->stored) != head->payload)
        return false;
    size_t raw = ZSTD_decompress(p->raw, pg_packed_most(PG_PACKED_EVENTS), stored, head->stored);
    return !ZSTD_isError(raw) && raw == head->raw &&
           pg_block_unpack(p->coder, p->events, head->events, p->raw, raw) == PG_OK && is_sound(p, head->events);
}

static pg_status damaged(pg_packed *p, uint64_t events, pg_error *err)
{
    p->damaged = events;
    pg_tape_corrupt(err, p->path, "a block of the packed tape is damaged");
    pg_error_where(err, "byte %llu", (unsigned long long)p->at);
    pg_error_remedy(err, "perigee data verify --repair NEWFILE keeps what is sound");
    return PG_ERR_CORRUPT;
}

pg_status pg_packed_next(pg_packed *p, const pg_event **events, size_t *n, uint64_t *torn, pg_error *err)
{
    pg_packed_head head;
    *events = p->events;
    *n = 0;
    *torn = 0;
    if (p->at == p->size)
        return PG_OK;
    bool good = read_head(p, p->at, &head);
    if (!good || !fits(p, &head)) {
        if (find_head(p, p->at + 1) != p->size)
            return damaged(p, good ? head.events : 0, err);
        *torn = p->size - p->at;
        return PG_OK;
    }
    if (!unpack(p, &head))
        return damaged(p, head.events, err);
    p->at += sizeof head + head.stored;
    p->whole = head.events == 0 && p->at == p->size;
    *n = head.events;
    if (head.events > 0)
        p->last_ns = p->events[head.events - 1].local_ns;
    else if (!p->whole) /* closed, and gone on with: the next block */
        return pg_packed_next(p, events, n, torn, err);
    return PG_OK;
}

bool pg_packed_skip(pg_packed *p, uint64_t *lost)
{
    *lost = p->damaged;
    p->damaged = 0;
    p->at = find_head(p, p->at + 1);
    return p->at != p->size;
}

bool pg_packed_is_whole(const pg_packed *packed)
{
    return packed->whole;
}

uint64_t pg_packed_at(const pg_packed *packed)
{
    return packed->at;
}
