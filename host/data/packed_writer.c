#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <zstd.h>

#include "base/file.h"
#include "data/packed_block.h"
#include "data/packed_format.h"

enum { ZSTD_LEVEL = 3 };

struct pg_packed_writer {
    char path[PG_PATH_SIZE];
    int fd;
    uint64_t bytes, events;
    uint64_t synced; /* of them on the disk for certain */
    int64_t last_ns;
    pg_block_coder *coder;
    ZSTD_CCtx *zstd;
    pg_parquet_buffer raw;
    uint8_t *block; /* head and compressed bytes */
    pg_event *waiting;
    size_t n_waiting;
};

static pg_status io_error(const pg_packed_writer *w, pg_error *err)
{
    pg_fail(err, PG_ERR_IO, "cannot write the packed tape: %s", strerror(errno));
    pg_error_where(err, "%s", w->path);
    pg_error_remedy(err, "check the space left on the disk");
    return PG_ERR_IO;
}

/* Puts bytes at the end, or nothing: what was written in part is cut off again. */
static pg_status append(pg_packed_writer *w, const void *data, size_t size, pg_error *err)
{
    for (size_t done = 0; done < size;) {
        ssize_t put = pwrite(w->fd, (const uint8_t *)data + done, size - done, (off_t)(w->bytes + done));
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            pg_status status = io_error(w, err);
            (void)!ftruncate(w->fd, (off_t)w->bytes);
            return status;
        }
        done += (size_t)put;
    }
    w->bytes += size;
    return PG_OK;
}

static pg_status write_block(pg_packed_writer *w, pg_error *err)
{
    size_t n = w->n_waiting, room = ZSTD_compressBound(pg_packed_most(PG_PACKED_EVENTS));
    w->raw.size = 0;
    pg_block_pack(w->coder, &w->raw, w->waiting, n);
    pg_status status = pg_parquet_buffer_check(&w->raw, err);
    if (status != PG_OK)
        return status;
    size_t stored =
        ZSTD_compressCCtx(w->zstd, w->block + sizeof(pg_packed_head), room, w->raw.data, w->raw.size, ZSTD_LEVEL);
    if (ZSTD_isError(stored))
        return pg_fail(err, PG_ERR_MEMORY, "zstd: %s", ZSTD_getErrorName(stored));
    pg_packed_head head = { .mark = PG_PACKED_MARK,
                            .events = (uint32_t)n,
                            .raw = (uint32_t)w->raw.size,
                            .stored = (uint32_t)stored,
                            .first_ns = n > 0 ? w->waiting[0].local_ns : 0,
                            .last_ns = n > 0 ? w->waiting[n - 1].local_ns : 0,
                            .payload = (uint32_t)crc32_z(0, w->block + sizeof head, stored) };
    head.checksum = pg_packed_check(&head);
    memcpy(w->block, &head, sizeof head);
    status = append(w, w->block, sizeof head + stored, err);
    if (status == PG_OK)
        w->n_waiting = 0;
    return status;
}

static pg_status create(pg_packed_writer *w, pg_error *err)
{
    w->fd = open(w->path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (w->fd < 0)
        return io_error(w, err);
    if (flock(w->fd, LOCK_EX | LOCK_NB) != 0) {
        pg_fail(err, PG_ERR_STATE, "another process is writing this packed tape");
        pg_error_where(err, "%s", w->path);
        return PG_ERR_STATE;
    }
    return ftruncate(w->fd, 0) == 0 ? PG_OK : io_error(w, err);
}

static pg_status write_header(pg_packed_writer *w, const pg_tape_info *info, pg_error *err)
{
    pg_tape_header *header = malloc(sizeof *header);
    if (!header)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    pg_tape_header_fill(header, PG_PACKED_MAGIC, info);
    pg_status status = append(w, header, sizeof *header, err);
    free(header);
    return status;
}

pg_status pg_packed_writer_open(pg_packed_writer **writer, const char *path, const pg_tape_info *info, pg_error *err)
{
    const pg_instrument *i = &info->instrument;
    pg_instrument checked;
    *writer = NULL;
    pg_status status = pg_instrument_init(&checked, i->venue, i->symbol, i->price_decimals, i->size_decimals, i->tick,
                                          i->lot, i->significant, err);
    if (status != PG_OK)
        return status;
    pg_packed_writer *w = calloc(1, sizeof *w);
    if (!w)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    w->fd = -1;
    w->last_ns = INT64_MIN;
    w->coder = pg_block_coder_new();
    w->zstd = ZSTD_createCCtx();
    w->block = malloc(sizeof(pg_packed_head) + ZSTD_compressBound(pg_packed_most(PG_PACKED_EVENTS)));
    w->waiting = malloc(PG_PACKED_EVENTS * sizeof *w->waiting);
    if (!w->coder || !w->zstd || !w->block || !w->waiting)
        status = pg_fail(err, PG_ERR_MEMORY, "out of memory");
    if (status == PG_OK && (size_t)snprintf(w->path, sizeof w->path, "%s", path) >= sizeof w->path)
        status = pg_fail(err, PG_ERR_RANGE, "the path is longer than %d bytes", PG_PATH_SIZE - 1);
    if (status == PG_OK)
        status = create(w, err);
    if (status == PG_OK)
        status = write_header(w, info, err);
    if (status != PG_OK) {
        pg_packed_writer_abandon(w);
        return status;
    }
    *writer = w;
    return PG_OK;
}

pg_status pg_packed_writer_append(pg_packed_writer *w, const pg_event *events, size_t n, pg_error *err)
{
    pg_status status = PG_OK;
    for (size_t i = 0; i < n && status == PG_OK; i++) {
        if (w->n_waiting == PG_PACKED_EVENTS)
            status = write_block(w, err);
        if (status == PG_OK && events[i].local_ns < w->last_ns)
            status = pg_fail(err, PG_ERR_INVALID, "%s: an event's local time is before the last one's", w->path);
        if (status != PG_OK)
            break;
        w->last_ns = events[i].local_ns;
        w->waiting[w->n_waiting++] = events[i];
        w->events++;
    }
    return status;
}

pg_status pg_packed_writer_flush(pg_packed_writer *w, pg_error *err)
{
    return w->n_waiting > 0 ? write_block(w, err) : PG_OK;
}

pg_status pg_packed_writer_sync(pg_packed_writer *w, pg_error *err)
{
    pg_status status = pg_packed_writer_flush(w, err);
    if (status != PG_OK || w->synced == w->bytes)
        return status;
    if (fdatasync(w->fd) != 0)
        return io_error(w, err);
    if (w->synced == 0)
        pg_file_sync_folder(w->path); /* its name, too */
    w->synced = w->bytes;
    return PG_OK;
}

uint64_t pg_packed_writer_count(const pg_packed_writer *writer)
{
    return writer->events;
}

uint64_t pg_packed_writer_bytes(const pg_packed_writer *writer)
{
    return writer->bytes;
}

pg_status pg_packed_writer_close(pg_packed_writer *w, pg_error *err)
{
    pg_status status = pg_packed_writer_flush(w, err);
    if (status == PG_OK)
        status = write_block(w, err); /* the empty one: the end */
    if (status == PG_OK && fsync(w->fd) != 0)
        status = io_error(w, err);
    pg_packed_writer_abandon(w);
    return status;
}

void pg_packed_writer_abandon(pg_packed_writer *w)
{
    if (!w)
        return;
    if (w->fd >= 0)
        close(w->fd);
    pg_block_coder_free(w->coder);
    ZSTD_freeCCtx(w->zstd);
    pg_parquet_buffer_free(&w->raw);
    free(w->block);
    free(w->waiting);
    free(w);
}
