#define _GNU_SOURCE /* O_DIRECT */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "data/tape_format.h"

enum {
    RING = 32,               /* blocks that are filled, waiting or being written */
    BATCH = 16,              /* blocks that are written at once */
    CACHED_BYTES = 16 << 20, /* a tape's part that stays in the page cache; what follows goes to the disk directly */
    DIRECT_ALIGNMENT = 4096
};

typedef struct {
    pg_event events[PG_TAPE_BLOCK_EVENTS];
} block;

/* A thread writes the blocks: neither the loop of a live session nor the parser of an import waits for the disk. */
struct pg_tape_writer {
    char path[PG_PATH_SIZE];
    char temporary[PG_PATH_SIZE];
    char journal_path[PG_PATH_SIZE + 8];
    int fd;
    int journal; /* file descriptor of the journal of block entries */
    uint64_t events;
    int64_t last_ns;
    block *ring;      /* RING blocks */
    size_t n_pending; /* events in the block that is being filled */

    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t changed;
    uint64_t filled;  /* blocks handed over */
    uint64_t written; /* blocks that the thread is done with */
    size_t last_size; /* events in the last one handed over */
    bool stop;
    pg_status status; /* of the thread, and *error; it writes nothing after a failure */
    pg_error error;
};

/* Whole blocks of a long tape go to the disk directly: filling the page cache with them would cost more time than the
 * disk does, and push out what others need. False for filesystems that cannot do it, and when nothing changes. */
static bool set_direct(int fd, bool direct)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || direct == !!(flags & O_DIRECT))
        return false;
    return fcntl(fd, F_SETFL, direct ? flags | O_DIRECT : flags & ~O_DIRECT) == 0;
}

static pg_status write_all(int fd, const void *data, size_t size, const char *path, pg_error *err)
{
    const uint8_t *p = data;
    for (size_t done = 0; done < size;) {
        ssize_t put = write(fd, p + done, size - done);
        if (put < 0 && (errno == EINTR || (errno == EINVAL && set_direct(fd, false))))
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
    pg_tape_header_fill(header, PG_TAPE_MAGIC, info);
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

/* The records first, then their entries in the journal: an entry vouches for what is there already. All blocks are full
 * but for the last one, which has `tail` events. */
static pg_status write_blocks(pg_tape_writer *writer, const block *blocks, size_t n, size_t tail, pg_error *err)
{
    pg_tape_block entries[BATCH];
    for (size_t i = 0; i < n; i++) {
        const pg_event *events = blocks[i].events;
        size_t count = i + 1 < n ? (size_t)PG_TAPE_BLOCK_EVENTS : tail;
        entries[i] =
            (pg_tape_block){ .first_ns = events[0].local_ns,
                             .last_ns = events[count - 1].local_ns,
                             .events = (uint32_t)count,
                             .checksum = (uint32_t)crc32_z(0, (const uint8_t *)events, count * sizeof(pg_event)) };
    }
    size_t bytes = (n - 1) * sizeof(block) + tail * sizeof(pg_event);
    if (tail < PG_TAPE_BLOCK_EVENTS)
        (void)set_direct(writer->fd, false);
    pg_status status = write_all(writer->fd, blocks, bytes, writer->temporary, err);
    if (status == PG_OK)
        status = write_all(writer->journal, entries, n * sizeof *entries, writer->journal_path, err);
    return status;
}

/* How many of the blocks that wait lie behind each other in the ring. Called with the lock held. */
static size_t next_batch(const pg_tape_writer *w, size_t *tail)
{
    size_t n = w->filled - w->written, slot = w->written % RING;
    n = n < BATCH ? n : (size_t)BATCH;
    n = n < RING - slot ? n : RING - slot;
    *tail = w->written + n == w->filled ? w->last_size : (size_t)PG_TAPE_BLOCK_EVENTS;
    return n;
}

static void *run(void *argument)
{
    pg_tape_writer *w = argument;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (!w->stop && w->written == w->filled)
            pthread_cond_wait(&w->changed, &w->lock);
        if (w->written == w->filled)
            break;
        size_t tail, n = next_batch(w, &tail);
        const block *blocks = &w->ring[w->written % RING];
        bool failed = w->status != PG_OK, uncached = w->written >= CACHED_BYTES / sizeof(block);
        pthread_mutex_unlock(&w->lock);
        pg_error error = { 0 };
        pg_status status = PG_OK;
        if (uncached)
            (void)set_direct(w->fd, true);
        if (!failed)
            status = write_blocks(w, blocks, n, tail, &error);
        pthread_mutex_lock(&w->lock);
        if (status != PG_OK) {
            w->status = status;
            w->error = error;
        }
        w->written += n;
        pthread_cond_broadcast(&w->changed);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static pg_status start_thread(pg_tape_writer *writer, pg_error *err)
{
    writer->ring = aligned_alloc(DIRECT_ALIGNMENT, RING * sizeof(block));
    if (!writer->ring || pthread_create(&writer->thread, NULL, run, writer) != 0)
        return pg_fail(err, PG_ERR_MEMORY, "no memory or thread for writing a tape");
    writer->has_thread = true;
    return PG_OK;
}

/* Hands the block that is being filled to the thread, and waits until there is another one to fill. */
static pg_status hand_over(pg_tape_writer *writer, pg_error *err)
{
    pthread_mutex_lock(&writer->lock);
    if (writer->n_pending > 0) {
        writer->last_size = writer->n_pending;
        writer->filled++;
        writer->n_pending = 0;
        pthread_cond_broadcast(&writer->changed);
    }
    while (writer->filled - writer->written >= RING)
        pthread_cond_wait(&writer->changed, &writer->lock);
    pg_status status = writer->status;
    if (status != PG_OK && err)
        *err = writer->error;
    pthread_mutex_unlock(&writer->lock);
    return status;
}

static void stop_thread(pg_tape_writer *writer)
{
    if (!writer->has_thread)
        return;
    pthread_mutex_lock(&writer->lock);
    writer->stop = true;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    writer->has_thread = false;
}

pg_status pg_tape_writer_open(pg_tape_writer **writer, const char *path, const pg_tape_info *info, pg_error *err)
{
    *writer = NULL;
    pg_status status = check_instrument(info, err);
    if (status != PG_OK)
        return status;
    pg_tape_writer *w = calloc(1, sizeof *w);
    if (!w)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
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
    if (status == PG_OK)
        status = start_thread(w, err);
    if (status != PG_OK) {
        pg_tape_writer_abort(w);
        return status;
    }
    *writer = w;
    return PG_OK;
}

pg_status pg_tape_writer_append(pg_tape_writer *writer, const pg_event *event, pg_error *err)
{
    return pg_tape_writer_append_all(writer, event, 1, err);
}

static pg_status too_old(const pg_tape_writer *writer, const pg_event *event, pg_error *err)
{
    pg_fail(err, PG_ERR_INVALID, "the event's local time %lld is before the last one's, %lld",
            (long long)event->local_ns, (long long)writer->last_ns);
    pg_error_where(err, "%s: event %llu", writer->path, (unsigned long long)writer->events);
    return PG_ERR_INVALID;
}

pg_status pg_tape_writer_append_all(pg_tape_writer *writer, const pg_event *events, size_t n, pg_error *err)
{
    for (size_t done = 0; done < n;) {
        if (writer->n_pending == PG_TAPE_BLOCK_EVENTS) {
            pg_status status = hand_over(writer, err);
            if (status != PG_OK)
                return status;
        }
        size_t room = PG_TAPE_BLOCK_EVENTS - writer->n_pending, some = n - done < room ? n - done : room;
        pg_event *out = &writer->ring[writer->filled % RING].events[writer->n_pending];
        for (size_t i = 0; i < some; i++) {
            const pg_event *event = &events[done + i];
            if (event->local_ns < writer->last_ns)
                return too_old(writer, event, err);
            out[i] = *event;
            writer->last_ns = event->local_ns;
            writer->n_pending++;
            writer->events++;
        }
        done += some;
    }
    return PG_OK;
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
                              .blocks = writer->filled,
                              .index_checksum = (uint32_t)crc32_z(0, (const uint8_t *)index, size) };
    footer.checksum = (uint32_t)crc32(0, (const uint8_t *)&footer, offsetof(pg_tape_footer, checksum));
    memcpy(footer.magic, PG_TAPE_FOOTER_MAGIC, PG_TAPE_MAGIC_BYTES);
    if (size != writer->filled * sizeof(pg_tape_block))
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
        status = hand_over(writer, err);
    stop_thread(writer);
    if (status == PG_OK)
        status = hand_over(writer, err); /* what became of the blocks that were still being written */
    (void)set_direct(writer->fd, false);
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
    stop_thread(writer);
    if (writer->fd >= 0) {
        close(writer->fd);
        unlink(writer->temporary);
    }
    if (writer->journal >= 0) {
        close(writer->journal);
        unlink(writer->journal_path);
    }
    pthread_mutex_destroy(&writer->lock);
    pthread_cond_destroy(&writer->changed);
    free(writer->ring);
    free(writer);
}
