#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "data/tape_format.h"

struct pg_tape_writer {
    char path[PG_PATH_SIZE];
    char temporary[PG_PATH_SIZE];
    char journal_path[PG_PATH_SIZE + 8];
    int fd;
    int journal; /* file descriptor of the journal of block entries */
    uint64_t events;
    uint64_t blocks;
    int64_t last_ns;
    size_t n_pending;
    pg_event pending[PG_TAPE_BLOCK_EVENTS];
};

static pg_status write_all(int fd, const void *data, size_t size, const char *path, pg_error *err)
{
    const uint8_t *p = data;
    for (size_t done = 0; done < size;) {
        ssize_t put = write(fd, p + done, size - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            pg_fail(err, PG_ERR_IO, "cannot write the tape: %s", strerror(errno));
            pg_error_where(err, "%s", path);
            pg_error_remedy(err, "check the space left on the disk");
            return PG_ERR_IO;
        }
        done += (size_t)put;
    }
    return PG_OK;
}

static pg_status write_header(pg_tape_writer *writer, const pg_tape_info *info, pg_error *err)
{
    pg_tape_header *header = calloc(1, sizeof *header);
    if (!header)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    const pg_instrument *instrument = &info->instrument;
    memcpy(header->magic, PG_TAPE_MAGIC, PG_TAPE_MAGIC_BYTES);
    header->version = PG_TAPE_VERSION;
    header->event_bytes = sizeof(pg_event);
    header->block_events = PG_TAPE_BLOCK_EVENTS;
    header->price_decimals = instrument->price_decimals;
    header->size_decimals = instrument->size_decimals;
    header->significant = instrument->significant;
    header->tick = instrument->tick;
    header->lot = instrument->lot;
    header->min_size = instrument->min_size;
    header->min_notional = instrument->min_notional;
    header->clock_offset_ns = info->clock_offset_ns;
    memcpy(header->venue, instrument->venue, sizeof header->venue);
    memcpy(header->symbol, instrument->symbol, sizeof header->symbol);
    snprintf(header->source, sizeof header->source, "%s", info->source);
    header->checksum = (uint32_t)crc32(0, (const uint8_t *)header, offsetof(pg_tape_header, checksum));
    pg_status status = PG_OK;
    if (lseek(writer->fd, 0, SEEK_SET) < 0)
        status = pg_fail(err, PG_ERR_IO, "cannot go to the start of the tape: %s", strerror(errno));
    if (status == PG_OK)
        status = write_all(writer->fd, header, sizeof *header, writer->temporary, err);
    free(header);
    return status;
}

static pg_status check_instrument(const pg_tape_info *info, pg_error *err)
{
    const pg_instrument *i = &info->instrument;
    pg_instrument checked;
    return pg_instrument_init(&checked, i->venue, i->symbol, i->price_decimals, i->size_decimals, i->tick, i->lot,
                              i->significant, err);
}

/* Opens a file of this writer alone: the lock keeps a second process from writing the same tape. */
static int create(const char *path, int flags, pg_error *err)
{
    int fd = open(path, flags | O_CREAT | O_CLOEXEC, 0644);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        pg_fail(err, PG_ERR_STATE, "another process is writing this tape");
        pg_error_where(err, "%s", path);
        pg_error_remedy(err, "wait until it is done");
        return -1;
    }
    if (fd < 0 || ftruncate(fd, 0) != 0) {
        pg_fail(err, PG_ERR_IO, "cannot create the file: %s", strerror(errno));
        pg_error_where(err, "%s", path);
        pg_error_remedy(err, "check that the folder exists and can be written to");
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

pg_status pg_tape_writer_open(pg_tape_writer **writer, const char *path, const pg_tape_info *info, pg_error *err)
{
    *writer = NULL;
    pg_status status = check_instrument(info, err);
    if (status != PG_OK)
        return status;
    pg_tape_writer *w = malloc(sizeof *w);
    if (!w)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    memset(w, 0, offsetof(pg_tape_writer, pending));
    w->fd = w->journal = -1;
    w->last_ns = INT64_MIN;
    if ((size_t)snprintf(w->path, sizeof w->path, "%s", path) >= sizeof w->path - 4)
        status = pg_fail(err, PG_ERR_RANGE, "the path is longer than %d bytes", PG_PATH_SIZE - 5);
    else
        snprintf(w->temporary, sizeof w->temporary, "%s.tmp", path);
    if (status == PG_OK)
        status = pg_tape_journal_path(w->journal_path, sizeof w->journal_path, path, err);
    if (status == PG_OK && (w->fd = create(w->temporary, O_RDWR, err)) < 0)
        status = err ? err->status : PG_ERR_IO;
    if (status == PG_OK && (w->journal = create(w->journal_path, O_WRONLY, err)) < 0)
        status = err ? err->status : PG_ERR_IO;
    if (status == PG_OK)
        status = write_header(w, info, err);
    if (status != PG_OK) {
        pg_tape_writer_abort(w);
        return status;
    }
    *writer = w;
    return PG_OK;
}

/* The records first, then their entry in the journal: an entry vouches for what is there already. */
static pg_status flush_block(pg_tape_writer *writer, pg_error *err)
{
    if (writer->n_pending == 0)
        return PG_OK;
    size_t bytes = writer->n_pending * sizeof(pg_event);
    pg_tape_block entry = { .first_ns = writer->pending[0].local_ns,
                            .last_ns = writer->last_ns,
                            .events = (uint32_t)writer->n_pending,
                            .checksum = (uint32_t)crc32_z(0, (const uint8_t *)writer->pending, bytes) };
    pg_status status = write_all(writer->fd, writer->pending, bytes, writer->temporary, err);
    if (status == PG_OK)
        status = write_all(writer->journal, &entry, sizeof entry, writer->journal_path, err);
    if (status == PG_OK) {
        writer->blocks++;
        writer->n_pending = 0;
    }
    return status;
}

pg_status pg_tape_writer_append(pg_tape_writer *writer, const pg_event *event, pg_error *err)
{
    if (event->local_ns < writer->last_ns) {
        pg_fail(err, PG_ERR_INVALID, "the event's local time %lld is before the last one's, %lld",
                (long long)event->local_ns, (long long)writer->last_ns);
        pg_error_where(err, "%s: event %llu", writer->path, (unsigned long long)writer->events);
        return PG_ERR_INVALID;
    }
    if (writer->n_pending == PG_TAPE_BLOCK_EVENTS) {
        pg_status status = flush_block(writer, err);
        if (status != PG_OK)
            return status;
    }
    writer->pending[writer->n_pending++] = *event;
    writer->last_ns = event->local_ns;
    writer->events++;
    return PG_OK;
}

pg_status pg_tape_writer_append_all(pg_tape_writer *writer, const pg_event *events, size_t n, pg_error *err)
{
    pg_status status = PG_OK;
    for (size_t i = 0; i < n && status == PG_OK; i++)
        status = pg_tape_writer_append(writer, &events[i], err);
    return status;
}

uint64_t pg_tape_writer_count(const pg_tape_writer *writer)
{
    return writer->events;
}

/* Copies the journal behind the records, which makes it the index, and adds the footer. */
static pg_status write_index(pg_tape_writer *writer, pg_error *err)
{
    char *index = NULL;
    size_t size = 0;
    pg_status status = pg_file_read(&index, &size, writer->journal_path, SIZE_MAX - 1, err);
    if (status != PG_OK)
        return status;
    pg_tape_footer footer = { .events = writer->events,
                              .blocks = writer->blocks,
                              .index_checksum = (uint32_t)crc32_z(0, (const uint8_t *)index, size) };
    footer.checksum = (uint32_t)crc32(0, (const uint8_t *)&footer, offsetof(pg_tape_footer, checksum));
    memcpy(footer.magic, PG_TAPE_FOOTER_MAGIC, PG_TAPE_MAGIC_BYTES);
    if (size != writer->blocks * sizeof(pg_tape_block))
        status = pg_fail(err, PG_ERR_IO, "the journal %s was changed by someone else", writer->journal_path);
    if (status == PG_OK)
        status = write_all(writer->fd, index, size, writer->temporary, err);
    if (status == PG_OK)
        status = write_all(writer->fd, &footer, sizeof footer, writer->temporary, err);
    free(index);
    return status;
}

static pg_status put_in_place(pg_tape_writer *writer, pg_error *err)
{
    int failed = fsync(writer->fd);
    failed |= close(writer->fd);
    writer->fd = -1;
    if (failed || rename(writer->temporary, writer->path) != 0) {
        pg_fail(err, PG_ERR_IO, "cannot put the tape in place: %s", strerror(errno));
        pg_error_where(err, "%s", writer->path);
        return PG_ERR_IO;
    }
    pg_file_sync_folder(writer->path);
    return PG_OK;
}

pg_status pg_tape_writer_close(pg_tape_writer *writer, const pg_tape_info *info, pg_error *err)
{
    pg_status status = check_instrument(info, err);
    if (status == PG_OK)
        status = flush_block(writer, err);
    if (status == PG_OK)
        status = write_index(writer, err);
    if (status == PG_OK)
        status = write_header(writer, info, err);
    if (status == PG_OK)
        status = put_in_place(writer, err);
    pg_tape_writer_abort(writer);
    return status;
}

void pg_tape_writer_abort(pg_tape_writer *writer)
{
    if (!writer)
        return;
    if (writer->fd >= 0) {
        close(writer->fd);
        unlink(writer->temporary);
    }
    if (writer->journal >= 0) {
        close(writer->journal);
        unlink(writer->journal_path);
    }
    free(writer);
}
