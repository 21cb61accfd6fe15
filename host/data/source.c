#include "data/source.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/file.h"

typedef enum { CODEC_PLAIN, CODEC_GZIP, CODEC_ZSTD } codec;

typedef struct {
    size_t size;
    char bytes[PG_SOURCE_CHUNK];
} chunk;

struct pg_source {
    char path[PG_PATH_SIZE];
    int fd;
    codec codec;
    z_stream gzip;
    ZSTD_DStream *zstd;
    bool inside; /* within a compressed frame: the file must not end here */
    size_t raw_used, raw_size;
    char *raw; /* compressed bytes */
    atomic_uint_fast64_t done;

    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    chunk *chunks;   /* ring of PG_SOURCE_CHUNKS */
    unsigned filled; /* chunks ever filled by the thread, and taken from it */
    unsigned taken;
    bool finished, stop;
    pg_status status; /* why the thread finished */
    pg_error error;

    char *window;
    size_t begin, end, capacity;
};

static pg_status fail(pg_source *source, pg_status status, const char *what, const char *detail)
{
    pg_fail(&source->error, status, "%s%s%s", what, detail[0] ? ": " : "", detail);
    pg_error_where(&source->error, "%s", source->path);
    if (status == PG_ERR_CORRUPT)
        pg_error_remedy(&source->error, "the compressed file is damaged or incomplete: copy or record it again");
    return status;
}

/* Fills raw when it is used up; false at the end of the file or on an error (source->status). */
static bool refill(pg_source *source)
{
    if (source->raw_used < source->raw_size)
        return true;
    ssize_t got;
    do
        got = read(source->fd, source->raw, PG_SOURCE_CHUNK);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        source->status = fail(source, PG_ERR_IO, "cannot read the file", strerror(errno));
    source->raw_used = 0;
    source->raw_size = got > 0 ? (size_t)got : 0;
    atomic_fetch_add(&source->done, source->raw_size);
    return got > 0;
}

static void inflate_gzip(pg_source *source, chunk *out)
{
    z_stream *z = &source->gzip;
    z->next_in = (Bytef *)source->raw + source->raw_used;
    z->avail_in = (uInt)(source->raw_size - source->raw_used);
    z->next_out = (Bytef *)out->bytes + out->size;
    z->avail_out = (uInt)(PG_SOURCE_CHUNK - out->size);
    source->inside = true;
    int result = inflate(z, Z_NO_FLUSH);
    source->raw_used = source->raw_size - z->avail_in;
    out->size = PG_SOURCE_CHUNK - z->avail_out;
    if (result == Z_STREAM_END) { /* another member may follow */
        source->inside = false;
        inflateReset(z);
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
        source->status = fail(source, PG_ERR_CORRUPT, "the gzip data are damaged", z->msg ? z->msg : "");
    }
}

static void inflate_zstd(pg_source *source, chunk *out)
{
    ZSTD_inBuffer in = { source->raw, source->raw_size, source->raw_used };
    ZSTD_outBuffer to = { out->bytes, PG_SOURCE_CHUNK, out->size };
    size_t result = ZSTD_decompressStream(source->zstd, &to, &in);
    if (ZSTD_isError(result)) {
        source->status = fail(source, PG_ERR_CORRUPT, "the zstd data are damaged", ZSTD_getErrorName(result));
        return;
    }
    source->inside = result != 0;
    source->raw_used = in.pos;
    out->size = to.pos;
}

/* Fills a chunk as far as the file goes; false when nothing follows. */
static bool fill(pg_source *source, chunk *out)
{
    out->size = 0;
    while (out->size < PG_SOURCE_CHUNK && source->status == PG_OK) {
        size_t before = out->size;
        bool more = refill(source);
        if (!more && source->codec == CODEC_PLAIN)
            return false;
        if (source->codec == CODEC_PLAIN) {
            size_t room = PG_SOURCE_CHUNK - out->size, n = source->raw_size - source->raw_used;
            n = n < room ? n : room;
            memcpy(out->bytes + out->size, source->raw + source->raw_used, n);
            source->raw_used += n;
            out->size += n;
            continue;
        }
        if (!more && !source->inside)
            return false;
        if (source->codec == CODEC_GZIP)
            inflate_gzip(source, out);
        else
            inflate_zstd(source, out);
        if (!more && out->size == before && source->status == PG_OK) {
            if (source->inside)
                source->status = fail(source, PG_ERR_CORRUPT, "the compressed data are cut off", "");
            return false;
        }
    }
    return source->status == PG_OK;
}

static void *run(void *argument)
{
    pg_source *source = argument;
    for (bool more = true; more;) {
        pthread_mutex_lock(&source->lock);
        while (!source->stop && source->filled - source->taken == PG_SOURCE_CHUNKS)
            pthread_cond_wait(&source->changed, &source->lock);
        bool stop = source->stop;
        pthread_mutex_unlock(&source->lock);
        if (stop)
            break;
        chunk *out = &source->chunks[source->filled % PG_SOURCE_CHUNKS];
        more = fill(source, out);
        pthread_mutex_lock(&source->lock);
        source->filled += out->size > 0;
        source->finished = !more;
        pthread_cond_broadcast(&source->changed);
        pthread_mutex_unlock(&source->lock);
    }
    return NULL;
}

static pg_status detect_codec(pg_source *source)
{
    refill(source);
    const unsigned char *b = (const unsigned char *)source->raw;
    if (source->status != PG_OK)
        return source->status;
    if (source->raw_size >= 2 && b[0] == 0x1f && b[1] == 0x8b) {
        source->codec = CODEC_GZIP;
        if (inflateInit2(&source->gzip, 15 + 16) != Z_OK)
            return fail(source, PG_ERR_MEMORY, "cannot start the gzip decoder", "");
    } else if (source->raw_size >= 4 && b[0] == 0x28 && b[1] == 0xb5 && b[2] == 0x2f && b[3] == 0xfd) {
        source->codec = CODEC_ZSTD;
        source->zstd = ZSTD_createDStream();
        if (!source->zstd)
            return fail(source, PG_ERR_MEMORY, "cannot start the zstd decoder", "");
    }
    return PG_OK;
}

static pg_status start(pg_source *source)
{
    pg_file_info info;
    pg_status status = pg_file_stat(source->path, &info, &source->error);
    if (status != PG_OK)
        return status;
    source->fd = open(source->path, O_RDONLY | O_CLOEXEC);
    if (source->fd < 0)
        return fail(source, PG_ERR_IO, "cannot open the file", strerror(errno));
    source->raw = malloc(PG_SOURCE_CHUNK);
    source->chunks = malloc(PG_SOURCE_CHUNKS * sizeof *source->chunks);
    source->capacity = 2 * PG_SOURCE_CHUNK;
    source->window = malloc(source->capacity);
    if (!source->raw || !source->chunks || !source->window)
        return fail(source, PG_ERR_MEMORY, "out of memory", "");
    status = detect_codec(source);
    if (status != PG_OK)
        return status;
    if (pthread_create(&source->thread, NULL, run, source) != 0)
        return fail(source, PG_ERR_MEMORY, "cannot start a thread", "");
    source->has_thread = true;
    return PG_OK;
}

pg_status pg_source_open(pg_source **source, const char *path, pg_error *err)
{
    *source = NULL;
    pg_source *s = calloc(1, sizeof *s);
    if (!s)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    s->fd = -1;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    pg_status status = PG_OK;
    if ((size_t)snprintf(s->path, sizeof s->path, "%s", path) >= sizeof s->path)
        status = fail(s, PG_ERR_RANGE, "the path is too long", "");
    if (status == PG_OK)
        status = start(s);
    if (status != PG_OK) {
        if (err)
            *err = s->error;
        pg_source_close(s);
        return status;
    }
    *source = s;
    return PG_OK;
}

void pg_source_close(pg_source *source)
{
    if (!source)
        return;
    if (source->has_thread) {
        pthread_mutex_lock(&source->lock);
        source->stop = true;
        pthread_cond_broadcast(&source->changed);
        pthread_mutex_unlock(&source->lock);
        pthread_join(source->thread, NULL);
    }
    if (source->codec == CODEC_GZIP)
        inflateEnd(&source->gzip);
    ZSTD_freeDStream(source->zstd);
    if (source->fd >= 0)
        close(source->fd);
    pthread_mutex_destroy(&source->lock);
    pthread_cond_destroy(&source->changed);
    free(source->raw);
    free(source->chunks);
    free(source->window);
    free(source);
}

const char *pg_source_text(const pg_source *source, size_t *size)
{
    *size = source->end - source->begin;
    return source->window + source->begin;
}

void pg_source_skip(pg_source *source, size_t n)
{
    source->begin += n;
}

/* Room for one more chunk at the end of the window. */
static pg_status make_room(pg_source *source, pg_error *err)
{
    memmove(source->window, source->window + source->begin, source->end - source->begin);
    source->end -= source->begin;
    source->begin = 0;
    if (source->end + PG_SOURCE_CHUNK <= source->capacity)
        return PG_OK;
    if (source->capacity >= PG_SOURCE_WINDOW_MAX) {
        pg_fail(err, PG_ERR_RANGE, "a line or document is longer than %d MiB", PG_SOURCE_WINDOW_MAX >> 20);
        pg_error_where(err, "%s", source->path);
        pg_error_remedy(err, "check that this is the right kind of file");
        return PG_ERR_RANGE;
    }
    char *larger = realloc(source->window, source->capacity * 2);
    if (!larger)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    source->window = larger;
    source->capacity *= 2;
    return PG_OK;
}

pg_status pg_source_more(pg_source *source, bool *ended, pg_error *err)
{
    *ended = false;
    pg_status status = make_room(source, err);
    if (status != PG_OK)
        return status;
    pthread_mutex_lock(&source->lock);
    while (source->filled == source->taken && !source->finished)
        pthread_cond_wait(&source->changed, &source->lock);
    bool empty = source->filled == source->taken;
    pthread_mutex_unlock(&source->lock);
    if (empty) { /* finished: the thread writes nothing any more */
        *ended = true;
        if (source->status != PG_OK && err)
            *err = source->error;
        return source->status;
    }
    const chunk *in = &source->chunks[source->taken % PG_SOURCE_CHUNKS];
    memcpy(source->window + source->end, in->bytes, in->size);
    source->end += in->size;
    pthread_mutex_lock(&source->lock);
    source->taken++;
    pthread_cond_broadcast(&source->changed);
    pthread_mutex_unlock(&source->lock);
    return PG_OK;
}

pg_status pg_source_line(pg_source *source, const char **line, size_t *length, bool *torn, pg_error *err)
{
    size_t searched = 0;
    for (;;) {
        const char *text = source->window + source->begin;
        size_t size = source->end - source->begin;
        const char *newline = memchr(text + searched, '\n', size - searched);
        bool ended = false;
        if (!newline) {
            searched = size;
            pg_status status = pg_source_more(source, &ended, err);
            if (status != PG_OK)
                return status;
            if (!ended)
                continue;
            text = source->window + source->begin;
        }
        *torn = ended;
        *line = ended && size == 0 ? NULL : text;
        *length = ended ? size : (size_t)(newline - text);
        source->begin += *length + !ended;
        if (*length > 0 && text[*length - 1] == '\r')
            --*length;
        return PG_OK;
    }
}

uint64_t pg_source_done(const pg_source *source)
{
    return atomic_load(&((pg_source *)source)->done);
}
