#include "data/parquet_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "data/parquet_pages.h"

enum {
    PART = 4096, /* rows that all columns take before the row group's size is looked at */
    PAGE_LEAST = 1024,
    PAGE_MOST = 64 << 20
};

static const char magic[] = "PAR1", default_name[] = "perigee version 0.1";

struct pg_parquet_writer {
    char path[PG_PATH_SIZE];
    char temporary[PG_PATH_SIZE];
    char created_by[PG_PARQUET_NAME];
    int fd;
    bool failed; /* the file is incomplete: nothing but abort is allowed */
    uint64_t bytes;
    pg_parquet_options options;
    pg_parquet_codecs codecs;
    pg_parquet_pages *columns;
    pg_parquet_meta meta;     /* schema, rows, number of groups, pairs (owned texts) */
    pg_parquet_buffer groups; /* the descriptions of the row groups that were written */
    size_t group_rows;        /* in the row group being made */
};

void pg_parquet_options_init(pg_parquet_options *options)
{
    *options = (pg_parquet_options){ .codec = PG_PARQUET_ZSTD,
                                     .group_rows = 1 << 20,
                                     .group_bytes = 128 << 20,
                                     .page_bytes = 1 << 20,
                                     .dictionary_bytes = 1 << 20,
                                     .page_version = 1,
                                     .checksums = true,
                                     .created_by = default_name };
}

/* ---- opening ---- */

static pg_status check_options(const pg_parquet_options *o, pg_error *err)
{
    if (o->group_rows < 1 || o->group_rows > INT32_MAX || o->group_bytes < 1)
        return pg_fail(err, PG_ERR_INVALID, "a row group must have 1 to %d rows, and a byte or more", INT32_MAX);
    if (o->page_bytes < PAGE_LEAST || o->page_bytes > PAGE_MOST)
        return pg_fail(err, PG_ERR_INVALID, "a page must have %d to %d bytes", PAGE_LEAST, PAGE_MOST);
    if (o->dictionary_bytes > PG_PARQUET_INDEX_MAX)
        return pg_fail(err, PG_ERR_INVALID, "a dictionary must have at most %d bytes", PG_PARQUET_INDEX_MAX);
    if (o->page_version != 1 && o->page_version != 2)
        return pg_fail(err, PG_ERR_INVALID, "the version of pages must be 1 or 2");
    if (o->level < 0 || o->level > (o->codec == PG_PARQUET_GZIP ? 9 : 19))
        return pg_fail(err, PG_ERR_INVALID, "there is no compression level %d", o->level);
    return pg_parquet_codec_check(o->codec, true, err);
}

static bool is_integer(pg_parquet_type type)
{
    return type == PG_PARQUET_INT32 || type == PG_PARQUET_INT64;
}

/* Whether the logical type goes with the physical one. */
static bool is_typed(const pg_parquet_field *f)
{
    int digits = f->type == PG_PARQUET_INT32 ? 9 : 18;
    switch (f->logical) {
    case PG_PARQUET_NONE: return true;
    case PG_PARQUET_STRING:
    case PG_PARQUET_ENUM:
    case PG_PARQUET_JSON: return f->type == PG_PARQUET_BYTE_ARRAY;
    case PG_PARQUET_DATE: return f->type == PG_PARQUET_INT32;
    case PG_PARQUET_TIMESTAMP:
        return f->type == PG_PARQUET_INT64 && f->unit >= PG_PARQUET_MILLIS && f->unit <= PG_PARQUET_NANOS;
    case PG_PARQUET_INTEGER:
        return f->type == PG_PARQUET_INT64
                   ? f->bits == 64
                   : f->type == PG_PARQUET_INT32 && (f->bits == 8 || f->bits == 16 || f->bits == 32);
    case PG_PARQUET_DECIMAL:
        return is_integer(f->type) && f->precision >= 1 && f->precision <= digits && f->scale >= 0 &&
               f->scale <= f->precision;
    default: return false;
    }
}

static pg_status check_field(const pg_parquet_field *fields, size_t i, pg_error *err)
{
    const pg_parquet_field *f = &fields[i];
    size_t length = f->name ? strlen(f->name) : 0;
    if (length == 0 || length >= PG_PARQUET_NAME)
        return pg_fail(err, PG_ERR_INVALID, "the name of column %zu must have 1 to %d bytes", i, PG_PARQUET_NAME - 1);
    for (size_t k = 0; k < i; k++)
        if (strcmp(fields[k].name, f->name) == 0)
            return pg_fail(err, PG_ERR_INVALID, "two columns have the name %s", f->name);
    if (!is_integer(f->type) && f->type != PG_PARQUET_BOOLEAN && f->type != PG_PARQUET_DOUBLE &&
        f->type != PG_PARQUET_BYTE_ARRAY)
        return pg_fail(err, PG_ERR_UNSUPPORTED, "columns of the type %s are not written",
                       pg_parquet_type_name(f->type));
    if (!is_typed(f))
        return pg_fail(err, PG_ERR_INVALID, "the column %s has a logical type that does not go with %s", f->name,
                       pg_parquet_type_name(f->type));
    if (f->choice == PG_PARQUET_AS_DELTA && !is_integer(f->type))
        return pg_fail(err, PG_ERR_INVALID, "the column %s has no differences: it has no integers", f->name);
    return PG_OK;
}

static pg_status add_column(pg_parquet_writer *w, const pg_parquet_field *f, pg_error *err)
{
    pg_parquet_column *column = &w->meta.schema.columns[w->meta.schema.n];
    *column = (pg_parquet_column){ .path = strdup(f->name),
                                   .type = f->type,
                                   .logical = f->logical,
                                   .unit = f->unit,
                                   .utc = !f->local,
                                   .is_unsigned = f->logical == PG_PARQUET_INTEGER && f->is_unsigned,
                                   .bits = f->bits,
                                   .precision = f->precision,
                                   .scale = f->scale,
                                   .max_definition = f->optional };
    if (!column->path)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    pg_parquet_pages_init(&w->columns[w->meta.schema.n], column, f->choice, &w->options, &w->codecs);
    w->meta.schema.n++;
    return PG_OK;
}

static pg_status make_columns(pg_parquet_writer *w, const pg_parquet_field *fields, size_t n, pg_error *err)
{
    if (n < 1 || n > PG_PARQUET_COLUMNS)
        return pg_fail(err, PG_ERR_INVALID, "a file must have 1 to %d columns", PG_PARQUET_COLUMNS);
    w->meta.schema.columns = calloc(n, sizeof *w->meta.schema.columns);
    w->columns = calloc(n, sizeof *w->columns);
    if (!w->meta.schema.columns || !w->columns)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    pg_status status = PG_OK;
    for (size_t i = 0; status == PG_OK && i < n; i++) {
        status = check_field(fields, i, err);
        if (status == PG_OK)
            status = add_column(w, &fields[i], err);
    }
    return status;
}

static pg_status fail_io(pg_parquet_writer *w, const char *what, pg_error *err)
{
    pg_fail(err, PG_ERR_IO, "cannot %s: %s", what, strerror(errno));
    pg_error_where(err, "%s", w->temporary);
    pg_error_remedy(err, "check that the folder exists and can be written to, and the space left on the disk");
    w->failed = true;
    return PG_ERR_IO;
}

static pg_status write_all(pg_parquet_writer *w, const void *data, size_t size, pg_error *err)
{
    for (size_t done = 0; done < size;) {
        ssize_t put = write(w->fd, (const uint8_t *)data + done, size - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return fail_io(w, "write the Parquet file", err);
        done += (size_t)put;
    }
    w->bytes += size;
    return PG_OK;
}

/* True when the file is this writer's alone. Another that was just done may have put it in place before the lock was
 * given: then it is no longer the one of that name, and must not be touched. */
static bool lock(int fd, const char *path)
{
    struct stat mine, named;
    return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &mine) == 0 && stat(path, &named) == 0 &&
           mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
}

static pg_status create(pg_parquet_writer *w, const char *path, pg_error *err)
{
    if ((size_t)snprintf(w->temporary, sizeof w->temporary, "%s.tmp", path) >= sizeof w->temporary)
        return pg_fail(err, PG_ERR_RANGE, "the path is longer than %d bytes", PG_PATH_SIZE - 5);
    snprintf(w->path, sizeof w->path, "%s", path);
    int fd = open(w->temporary, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return fail_io(w, "create the Parquet file", err);
    if (!lock(fd, w->temporary)) {
        close(fd); /* and leave it: it belongs to the other writer */
        pg_fail(err, PG_ERR_STATE, "another process is writing this file");
        pg_error_where(err, "%s", w->temporary);
        pg_error_remedy(err, "wait until it is done, or write elsewhere");
        return PG_ERR_STATE;
    }
    w->fd = fd;
    if (ftruncate(fd, 0) != 0)
        return fail_io(w, "empty the Parquet file", err);
    return write_all(w, magic, PG_PARQUET_MAGIC_BYTES, err);
}

pg_status pg_parquet_writer_open(pg_parquet_writer **writer, const char *path, const pg_parquet_field *fields, size_t n,
                                 const pg_parquet_options *options, pg_error *err)
{
    *writer = NULL;
    pg_parquet_writer *w = calloc(1, sizeof *w);
    if (!w)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    w->fd = -1;
    pg_parquet_options_init(&w->options);
    if (options)
        w->options = *options;
    snprintf(w->created_by, sizeof w->created_by, "%s", w->options.created_by ? w->options.created_by : default_name);
    w->meta.created_by = (pg_parquet_bytes){ (const uint8_t *)w->created_by, strlen(w->created_by) };
    pg_status status = check_options(&w->options, err);
    if (status == PG_OK)
        status = make_columns(w, fields, n, err);
    if (status == PG_OK)
        status = create(w, path, err);
    if (status != PG_OK) {
        pg_parquet_writer_abort(w);
        return status;
    }
    *writer = w;
    return PG_OK;
}

/* ---- row groups ---- */

/* Writes a column's pages, and adds where they are to its description. */
static pg_status write_chunk(pg_parquet_writer *w, pg_parquet_pages *pages, pg_parquet_chunk_meta *meta, pg_error *err)
{
    pg_status status = pg_parquet_pages_finish(pages, err);
    if (status != PG_OK)
        return status;
    *meta = pages->meta;
    meta->dictionary_offset = pages->dictionary.size > 0 ? (int64_t)w->bytes : 0;
    meta->data_offset = (int64_t)(w->bytes + pages->dictionary.size);
    status = write_all(w, pages->dictionary.data, pages->dictionary.size, err);
    if (status == PG_OK)
        status = write_all(w, pages->pages.data, pages->pages.size, err);
    return status;
}

static pg_status write_group(pg_parquet_writer *w, pg_parquet_group *group, pg_error *err)
{
    pg_status status = PG_OK;
    for (size_t i = 0; status == PG_OK && i < w->meta.schema.n; i++)
        status = write_chunk(w, &w->columns[i], &group->chunks[i], err);
    if (status != PG_OK)
        return status;
    pg_parquet_group_write(&w->meta.schema, group, w->meta.n_groups,
                           w->options.page_version == 1 ? PG_PARQUET_PAGE_DATA : PG_PARQUET_PAGE_DATA_V2, &w->groups);
    for (size_t i = 0; i < w->meta.schema.n; i++) /* the description points into them until here */
        pg_parquet_pages_clear(&w->columns[i]);
    return pg_parquet_buffer_check(&w->groups, err);
}

static pg_status not_usable(pg_error *err)
{
    return pg_fail(err, PG_ERR_STATE, "the Parquet file could not be written before: it can only be given up");
}

pg_status pg_parquet_writer_end_group(pg_parquet_writer *w, pg_error *err)
{
    if (w->failed)
        return not_usable(err);
    if (w->group_rows == 0)
        return PG_OK;
    pg_status status = PG_OK;
    pg_parquet_group group = { .rows = (int64_t)w->group_rows };
    if (w->meta.n_groups >= PG_PARQUET_GROUPS_MAX) {
        status = pg_fail(err, PG_ERR_FULL, "a Parquet file has at most %d row groups", PG_PARQUET_GROUPS_MAX);
        pg_error_remedy(err, "start another file, or make the row groups larger");
    } else if (!(group.chunks = calloc(w->meta.schema.n, sizeof *group.chunks))) {
        status = pg_fail(err, PG_ERR_MEMORY, "out of memory");
    } else {
        status = write_group(w, &group, err);
    }
    free(group.chunks);
    w->meta.n_groups++;
    w->group_rows = 0;
    w->failed |= status != PG_OK;
    return status;
}

/* ---- rows ---- */

static pg_status check_slice(const pg_parquet_column *column, const pg_parquet_slice *slice, size_t rows, pg_error *err)
{
    const uint8_t *present = slice->present;
    if (rows > 0 && !slice->values)
        return pg_fail(err, PG_ERR_INVALID, "the column %s has no values", column->path);
    if (present && column->max_definition == 0 && memchr(present, 0, rows))
        return pg_fail(err, PG_ERR_INVALID, "the column %s has a null, and is not optional", column->path);
    if (column->type != PG_PARQUET_BYTE_ARRAY)
        return PG_OK;
    const pg_parquet_bytes *values = slice->values;
    for (size_t i = 0; i < rows; i++)
        if ((!present || present[i]) && values[i].size > PG_PARQUET_VALUE_MAX)
            return pg_fail(err, PG_ERR_RANGE, "a value of the column %s has %zu bytes, more than the %d allowed here",
                           column->path, values[i].size, PG_PARQUET_VALUE_MAX);
    return PG_OK;
}

/* Appends rows to the row group; ends it when it is full. */
static pg_status append_part(pg_parquet_writer *w, const pg_parquet_slice *columns, size_t first, size_t n,
                             pg_error *err)
{
    int64_t raw = 0;
    for (size_t i = 0; i < w->meta.schema.n; i++) {
        pg_status status = pg_parquet_pages_append(&w->columns[i], &columns[i], first, n, err);
        if (status != PG_OK)
            return status;
        raw += w->columns[i].raw;
    }
    w->group_rows += n;
    w->meta.rows += (int64_t)n;
    if (w->group_rows >= w->options.group_rows || (uint64_t)raw >= w->options.group_bytes)
        return pg_parquet_writer_end_group(w, err);
    return PG_OK;
}

pg_status pg_parquet_writer_append(pg_parquet_writer *w, const pg_parquet_slice *columns, size_t rows, pg_error *err)
{
    if (w->failed)
        return not_usable(err);
    for (size_t i = 0; i < w->meta.schema.n; i++) {
        pg_status status = check_slice(&w->meta.schema.columns[i], &columns[i], rows, err);
        if (status != PG_OK) {
            pg_error_where(err, "%s", w->path);
            return status;
        }
    }
    pg_status status = PG_OK;
    for (size_t done = 0; status == PG_OK && done < rows;) {
        size_t n = rows - done < PART ? rows - done : (size_t)PART, room = w->options.group_rows - w->group_rows;
        n = n < room ? n : room;
        status = append_part(w, columns, done, n, err);
        done += n;
    }
    w->failed |= status != PG_OK;
    return status;
}

uint64_t pg_parquet_writer_rows(const pg_parquet_writer *w)
{
    return (uint64_t)w->meta.rows;
}

uint64_t pg_parquet_writer_bytes(const pg_parquet_writer *w)
{
    return w->bytes;
}

/* ---- metadata ---- */

static void free_pair(pg_parquet_pair *pair)
{
    free((void *)(uintptr_t)pair->key.data);
    free((void *)(uintptr_t)pair->value.data);
}

static pg_parquet_pair *find_pair(pg_parquet_writer *w, const char *key)
{
    for (size_t i = 0; i < w->meta.n_pairs; i++)
        if (strcmp((const char *)w->meta.pairs[i].key.data, key) == 0)
            return &w->meta.pairs[i];
    return NULL;
}

pg_status pg_parquet_writer_set(pg_parquet_writer *w, const char *key, const char *value, pg_error *err)
{
    pg_parquet_pair *place = find_pair(w, key);
    if (!place && w->meta.n_pairs >= PG_PARQUET_PAIRS)
        return pg_fail(err, PG_ERR_FULL, "a file has at most %d keys", PG_PARQUET_PAIRS);
    if (!place) {
        pg_parquet_pair *pairs = realloc(w->meta.pairs, (w->meta.n_pairs + 1) * sizeof *pairs);
        if (!pairs)
            return pg_fail(err, PG_ERR_MEMORY, "out of memory");
        w->meta.pairs = pairs;
    }
    char *new_key = strdup(key), *new_value = strdup(value);
    pg_parquet_pair pair = { { (uint8_t *)new_key, strlen(key) }, { (uint8_t *)new_value, strlen(value) } };
    if (!new_key || !new_value) {
        free_pair(&pair);
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    }
    if (place)
        free_pair(place);
    else
        place = &w->meta.pairs[w->meta.n_pairs++];
    *place = pair;
    return PG_OK;
}

/* ---- the end ---- */

static pg_status write_footer(pg_parquet_writer *w, pg_error *err)
{
    pg_parquet_buffer footer = { 0 };
    pg_parquet_meta_write(&w->meta, &w->groups, &footer);
    uint32_t length = (uint32_t)footer.size;
    pg_parquet_buffer_add(&footer, &length, sizeof length);
    pg_parquet_buffer_add(&footer, magic, PG_PARQUET_MAGIC_BYTES);
    pg_status status = pg_parquet_buffer_check(&footer, err);
    if (status == PG_OK && footer.size > INT32_MAX)
        status = pg_fail(err, PG_ERR_RANGE, "the Parquet file's description has more than 2^31 bytes");
    if (status == PG_OK)
        status = write_all(w, footer.data, footer.size, err);
    pg_parquet_buffer_free(&footer);
    return status;
}

static pg_status put_in_place(pg_parquet_writer *w, pg_error *err)
{
    if (fsync(w->fd) != 0)
        return fail_io(w, "write the Parquet file to disk", err);
    if (rename(w->temporary, w->path) != 0)
        return fail_io(w, "put the Parquet file in place", err);
    close(w->fd);
    w->fd = -1;
    pg_file_sync_folder(w->path);
    return PG_OK;
}

pg_status pg_parquet_writer_close(pg_parquet_writer *w, pg_error *err)
{
    pg_status status = pg_parquet_writer_end_group(w, err);
    if (status == PG_OK)
        status = write_footer(w, err);
    if (status == PG_OK)
        status = put_in_place(w, err);
    pg_parquet_writer_abort(w);
    return status;
}

void pg_parquet_writer_abort(pg_parquet_writer *w)
{
    if (!w)
        return;
    if (w->fd >= 0) {
        unlink(w->temporary);
        close(w->fd);
    }
    for (size_t i = 0; w->columns && i < w->meta.schema.n; i++)
        pg_parquet_pages_free(&w->columns[i]);
    free(w->columns);
    for (size_t i = 0; i < w->meta.n_pairs; i++)
        free_pair(&w->meta.pairs[i]);
    w->meta.n_groups = 0; /* only counted here */
    pg_parquet_meta_free(&w->meta);
    pg_parquet_buffer_free(&w->groups);
    pg_parquet_codecs_free(&w->codecs);
    free(w);
}
