#include "data/tape.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "data/packed.h"
#include "data/tape_format.h"

enum { JOURNAL_LIMIT = 1 << 28 };

struct pg_tape {
    char path[PG_PATH_SIZE];
    pg_tape_info info;
    const uint8_t *bytes; /* the mapping */
    size_t size;
    const pg_event *events;
    size_t count;
    const pg_tape_block *blocks; /* in the mapping, or `journal` */
    size_t n_blocks;
    pg_tape_block *journal; /* owned; NULL when the index is the file's own */
    pg_event *unpacked;     /* owned; of a packed tape, else NULL */
};

pg_status pg_tape_journal_path(char *journal, size_t size, const char *path, pg_error *err)
{
    int length = (int)strlen(path) - (pg_text_ends_with(path, ".tmp") ? 4 : 0);
    if ((size_t)snprintf(journal, size, "%.*s.idx", length, path) >= size)
        return pg_fail(err, PG_ERR_RANGE, "the path is longer than %d bytes", PG_PATH_SIZE - 5);
    return PG_OK;
}

static pg_status map_file(pg_tape *tape, pg_error *err)
{
    pg_file_info info;
    pg_status status = pg_file_stat(tape->path, &info, err);
    if (status != PG_OK)
        return status;
    if (info.bytes < PG_TAPE_HEADER_BYTES)
        return pg_tape_corrupt(err, tape->path, "this is no tape: it is shorter than a tape's header");
    int fd = open(tape->path, O_RDONLY | O_CLOEXEC);
    void *bytes = fd < 0 ? MAP_FAILED : mmap(NULL, info.bytes, PROT_READ, MAP_SHARED, fd, 0);
    int code = errno;
    if (fd >= 0)
        close(fd);
    if (bytes == MAP_FAILED) {
        pg_fail(err, PG_ERR_IO, "cannot map the file: %s", strerror(code));
        pg_error_where(err, "%s", tape->path);
        return PG_ERR_IO;
    }
    tape->bytes = bytes;
    tape->size = info.bytes;
    tape->events = (const pg_event *)(tape->bytes + PG_TAPE_HEADER_BYTES);
    return PG_OK;
}

static bool block_is_whole(const pg_tape *tape, size_t block)
{
    const pg_tape_block *entry = &tape->blocks[block];
    const pg_event *first = tape->events + block * PG_TAPE_BLOCK_EVENTS;
    return crc32_z(0, (const uint8_t *)first, (size_t)entry->events * sizeof(pg_event)) == entry->checksum &&
           first->local_ns == entry->first_ns && first[entry->events - 1].local_ns == entry->last_ns;
}

bool pg_tape_block_is_sound(const pg_tape *tape, size_t block)
{
    return block_is_whole(tape, block);
}

/* Block entries that follow each other in time, full but for the last one; returns how many are so. */
static size_t count_sound_entries(const pg_tape_block *blocks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const pg_tape_block *b = &blocks[i];
        if (b->events == 0 || b->events > PG_TAPE_BLOCK_EVENTS || b->first_ns > b->last_ns ||
            (i > 0 && (b->first_ns < b[-1].last_ns || b[-1].events != PG_TAPE_BLOCK_EVENTS)))
            return i;
    }
    return n;
}

static bool has_footer(const pg_tape *tape)
{
    return tape->size >= PG_TAPE_HEADER_BYTES + sizeof(pg_tape_footer) &&
           memcmp(tape->bytes + tape->size - PG_TAPE_MAGIC_BYTES, PG_TAPE_FOOTER_MAGIC, PG_TAPE_MAGIC_BYTES) == 0;
}

static pg_status read_index(pg_tape *tape, char *warning, size_t size, pg_error *err)
{
    pg_tape_footer footer;
    memcpy(&footer, tape->bytes + tape->size - sizeof footer, sizeof footer);
    size_t room = tape->size - PG_TAPE_HEADER_BYTES - sizeof footer;
    if (crc32(0, (const uint8_t *)&footer, offsetof(pg_tape_footer, checksum)) != footer.checksum ||
        footer.events > room / sizeof(pg_event) || footer.blocks > room / sizeof(pg_tape_block) ||
        footer.events * sizeof(pg_event) + footer.blocks * sizeof(pg_tape_block) != room ||
        footer.blocks != (footer.events + PG_TAPE_BLOCK_EVENTS - 1) / PG_TAPE_BLOCK_EVENTS)
        return pg_tape_corrupt(err, tape->path, "the tape's footer is malformed");
    tape->blocks = (const pg_tape_block *)(tape->bytes + PG_TAPE_HEADER_BYTES + footer.events * sizeof(pg_event));
    tape->n_blocks = footer.blocks;
    tape->count = footer.events;
    size_t tail = footer.events % PG_TAPE_BLOCK_EVENTS;
    uint32_t checksum = (uint32_t)crc32_z(0, (const uint8_t *)tape->blocks, footer.blocks * sizeof(pg_tape_block));
    if (checksum != footer.index_checksum || count_sound_entries(tape->blocks, tape->n_blocks) != tape->n_blocks ||
        (footer.blocks > 0 && tape->blocks[footer.blocks - 1].events != (tail ? tail : (size_t)PG_TAPE_BLOCK_EVENTS)))
        return pg_tape_corrupt(err, tape->path, "the tape's index is damaged");
    if (footer.blocks > 0 && !block_is_whole(tape, footer.blocks - 1)) {
        uint32_t events = tape->blocks[--tape->n_blocks].events;
        tape->count -= events;
        snprintf(warning, size, "%s: the last block of %u events is damaged and was left out", tape->path, events);
    }
    return PG_OK;
}

/* A tape that was never closed: the blocks that the journal names, as long as their checksums are right. */
static pg_status recover(pg_tape *tape, char *warning, size_t size, pg_error *err)
{
    char path[PG_PATH_SIZE + 8];
    pg_status status = pg_tape_journal_path(path, sizeof path, tape->path, err);
    if (status != PG_OK)
        return status;
    char *text = NULL;
    size_t length = 0;
    status = pg_file_read(&text, &length, path, JOURNAL_LIMIT, NULL);
    if (status != PG_OK)
        return pg_tape_corrupt(err, tape->path,
                               "the tape is cut off: its index is missing, and there is no journal beside it");
    tape->journal = (pg_tape_block *)text;
    tape->blocks = tape->journal;
    size_t room = (tape->size - PG_TAPE_HEADER_BYTES) / sizeof(pg_event);
    size_t n = count_sound_entries(tape->blocks, length / sizeof(pg_tape_block));
    for (size_t i = 0; i < n; i++) {
        if (tape->count + tape->blocks[i].events > room || !block_is_whole(tape, i))
            break;
        tape->count += tape->blocks[i].events;
        tape->n_blocks = i + 1;
    }
    size_t lost = tape->size - PG_TAPE_HEADER_BYTES - tape->count * sizeof(pg_event);
    if (tape->count == 0)
        return pg_tape_corrupt(err, tape->path, "the tape was broken off before its first block was complete");
    snprintf(warning, size, "%s: the tape was broken off; %zu events were recovered, %zu bytes behind them left out",
             tape->path, tape->count, lost);
    return PG_OK;
}

/* ---- packed tapes ---- */

static pg_status add_unpacked(pg_tape *tape, size_t *capacity, const pg_event *events, size_t n, pg_error *err)
{
    if (tape->count + n > *capacity) {
        size_t more = *capacity ? 2 * *capacity : (size_t)1 << 16;
        pg_event *grown = realloc(tape->unpacked, more * sizeof *grown);
        if (!grown)
            return pg_fail(err, PG_ERR_MEMORY, "%s: no memory to unpack the tape into", tape->path);
        tape->unpacked = grown;
        *capacity = more;
    }
    if (n > 0)
        memcpy(tape->unpacked + tape->count, events, n * sizeof *events);
    tape->count += n;
    return PG_OK;
}

/* The index that a mapped tape of the same events has. */
static pg_status make_index(pg_tape *tape, pg_error *err)
{
    size_t n = (tape->count + PG_TAPE_BLOCK_EVENTS - 1) / PG_TAPE_BLOCK_EVENTS;
    tape->journal = calloc(n + 1, sizeof *tape->journal);
    if (!tape->journal)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    for (size_t i = 0; i < n; i++) {
        const pg_event *first = tape->unpacked + i * PG_TAPE_BLOCK_EVENTS;
        size_t left = tape->count - i * PG_TAPE_BLOCK_EVENTS;
        uint32_t events = (uint32_t)(left < PG_TAPE_BLOCK_EVENTS ? left : (size_t)PG_TAPE_BLOCK_EVENTS);
        tape->journal[i] =
            (pg_tape_block){ .first_ns = first->local_ns,
                             .last_ns = first[events - 1].local_ns,
                             .events = events,
                             .checksum = (uint32_t)crc32_z(0, (const uint8_t *)first, events * sizeof *first) };
    }
    tape->blocks = tape->journal;
    tape->n_blocks = n;
    tape->events = tape->unpacked;
    return PG_OK;
}

static pg_status unpack(pg_tape *tape, char *warning, size_t size, pg_error *err)
{
    pg_packed *packed;
    const pg_event *events;
    size_t n = 1, capacity = 0;
    uint64_t torn = 0;
    pg_status status = pg_packed_open(&packed, tape->path, err);
    if (status != PG_OK)
        return status;
    tape->info = *pg_packed_info(packed);
    while (status == PG_OK && n > 0) {
        status = pg_packed_next(packed, &events, &n, &torn, err);
        if (status == PG_OK)
            status = add_unpacked(tape, &capacity, events, n, err);
    }
    if (status == PG_OK && torn > 0)
        snprintf(warning, size, "%s: the packed tape was broken off; the last %llu bytes were left out", tape->path,
                 (unsigned long long)torn);
    pg_packed_close(packed);
    return status == PG_OK ? make_index(tape, err) : status;
}

static pg_status open_mapped(pg_tape *tape, char *warning, size_t size, pg_error *err)
{
    pg_status status = map_file(tape, err);
    if (status == PG_OK)
        status = pg_tape_header_read(&tape->info, tape->bytes, PG_TAPE_MAGIC, tape->path, err);
    if (status != PG_OK)
        return status;
    return has_footer(tape) ? read_index(tape, warning, size, err) : recover(tape, warning, size, err);
}

pg_status pg_tape_open(pg_tape **tape, const char *path, char *warning, size_t size, pg_error *err)
{
    *tape = NULL;
    if (size > 0)
        warning[0] = '\0';
    pg_tape *t = calloc(1, sizeof *t);
    if (!t)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    pg_status status = PG_OK;
    if ((size_t)snprintf(t->path, sizeof t->path, "%s", path) >= sizeof t->path)
        status = pg_fail(err, PG_ERR_RANGE, "the path is longer than %d bytes", PG_PATH_SIZE - 1);
    if (status == PG_OK)
        status = pg_packed_is(path) ? unpack(t, warning, size, err) : open_mapped(t, warning, size, err);
    if (status != PG_OK) {
        pg_tape_close(t);
        return status;
    }
    *tape = t;
    return PG_OK;
}

void pg_tape_close(pg_tape *tape)
{
    if (!tape)
        return;
    if (tape->bytes)
        munmap((void *)tape->bytes, tape->size);
    free(tape->journal);
    free(tape->unpacked);
    free(tape);
}

bool pg_tape_is(const char *path)
{
    char magic[PG_TAPE_MAGIC_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, magic, sizeof magic);
    close(fd);
    return got == (ssize_t)sizeof magic && memcmp(magic, PG_TAPE_MAGIC, sizeof magic) == 0;
}

const pg_tape_info *pg_tape_get_info(const pg_tape *tape)
{
    return &tape->info;
}

const char *pg_tape_path(const pg_tape *tape)
{
    return tape->path;
}

const pg_event *pg_tape_events(const pg_tape *tape)
{
    return tape->events;
}

size_t pg_tape_count(const pg_tape *tape)
{
    return tape->count;
}

size_t pg_tape_find(const pg_tape *tape, int64_t time_ns)
{
    size_t low = 0, high = tape->n_blocks;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tape->blocks[middle].last_ns < time_ns)
            low = middle + 1;
        else
            high = middle;
    }
    size_t first = low * PG_TAPE_BLOCK_EVENTS, last = first + PG_TAPE_BLOCK_EVENTS;
    if (first >= tape->count)
        return tape->count;
    if (last > tape->count)
        last = tape->count;
    while (first < last) {
        size_t middle = first + (last - first) / 2;
        if (tape->events[middle].local_ns < time_ns)
            first = middle + 1;
        else
            last = middle;
    }
    return first;
}

static const char *event_defect(const pg_event *e, int64_t previous_ns)
{
    enum {
        KNOWN_FLAGS = PG_EVENT_LAST | PG_EVENT_NO_EXCHANGE | PG_EVENT_NO_LOCAL | PG_EVENT_LIQUIDATION |
                      PG_EVENT_INFERRED_SIDE | PG_EVENT_REPEATED | PG_EVENT_LATE
    };
    if (e->kind == PG_EVENT_NONE || e->kind >= PG_EVENT_KINDS)
        return "has an unknown kind";
    if (e->side > PG_SELL)
        return "has an unknown side";
    if (e->flags & ~KNOWN_FLAGS)
        return "has unknown flags";
    if (e->local_ns < previous_ns)
        return "is older than the one before";
    if (e->kind == PG_EVENT_LEVEL && (e->side == PG_SIDE_NONE || e->price <= 0 || e->size < 0))
        return "is no valid level";
    if (e->kind == PG_EVENT_TRADE && (e->price <= 0 || e->size <= 0))
        return "is no valid trade";
    if (e->kind == PG_EVENT_BBO && (e->price < 0 || e->size < 0 || e->price2 < 0 || e->size2 < 0))
        return "is no valid best bid and offer";
    return NULL;
}

pg_status pg_tape_verify(const pg_tape *tape, pg_error *err)
{
    int64_t previous = INT64_MIN;
    for (size_t block = 0; block < tape->n_blocks; block++) {
        size_t first = block * PG_TAPE_BLOCK_EVENTS;
        if (!block_is_whole(tape, block)) {
            pg_tape_corrupt(err, tape->path, "the block's checksum is wrong");
            pg_error_where(err, "block %zu (from event %zu)", block, first);
            return PG_ERR_CORRUPT;
        }
        for (size_t i = first; i < first + tape->blocks[block].events; i++) {
            const char *defect = event_defect(&tape->events[i], previous);
            if (defect) {
                pg_fail(err, PG_ERR_CORRUPT, "the event %s", defect);
                pg_error_where(err, "%s: block %zu, event %zu", tape->path, block, i);
                pg_error_remedy(err, "the program that wrote the tape has an error: make the tape again");
                return PG_ERR_CORRUPT;
            }
            previous = tape->events[i].local_ns;
        }
    }
    return PG_OK;
}
