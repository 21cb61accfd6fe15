#include "data/parquet_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/parquet_bits.h"
#include "data/parquet_file.h"

static const char magic[] = "PAR1", magic_encrypted[] = "PARE";

static const pg_parquet_limits defaults = { .footer_bytes = 16 << 20, .page_bytes = 256 << 20 };

pg_status pg_parquet_read_at(const pg_parquet_file *file, void *data, size_t size, uint64_t offset, pg_error *err)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = pread(file->fd, (uint8_t *)data + done, size - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            const char *why = got < 0 ? strerror(errno) : "it became shorter while it was read";
            return pg_fail(err, PG_ERR_IO, "cannot read the file: %s", why);
        }
        done += (size_t)got;
    }
    return PG_OK;
}

static pg_status not_parquet(const char *what, pg_error *err)
{
    pg_fail(err, PG_ERR_CORRUPT, "%s", what);
    pg_error_remedy(err, "copy or write the file again");
    return PG_ERR_CORRUPT;
}

/* Reads the footer into memory. */
static pg_status read_footer(pg_parquet_file *file, size_t *length, pg_error *err)
{
    pg_file_info info;
    uint8_t head[PG_PARQUET_MAGIC_BYTES], tail[PG_PARQUET_TAIL];
    pg_status status = pg_file_stat(file->path, &info, err);
    if (status != PG_OK)
        return status;
    if (info.bytes < sizeof head + sizeof tail)
        return not_parquet("this is no Parquet file: it is too short", err);
    status = pg_parquet_read_at(file, head, sizeof head, 0, err);
    if (status == PG_OK)
        status = pg_parquet_read_at(file, tail, sizeof tail, info.bytes - sizeof tail, err);
    if (status != PG_OK)
        return status;
    const uint8_t *end = tail + sizeof tail - PG_PARQUET_MAGIC_BYTES;
    if (memcmp(end, magic_encrypted, PG_PARQUET_MAGIC_BYTES) == 0)
        return pg_fail(err, PG_ERR_UNSUPPORTED, "the Parquet file is encrypted");
    if (memcmp(head, magic, sizeof head) != 0)
        return not_parquet("this is no Parquet file: it does not begin with PAR1", err);
    if (memcmp(end, magic, PG_PARQUET_MAGIC_BYTES) != 0)
        return not_parquet("the Parquet file is cut off: it does not end with PAR1", err);
    *length = pg_load32(tail);
    if (*length > info.bytes - sizeof head - sizeof tail)
        return not_parquet("the Parquet file's description (its footer) is longer than the file", err);
    if (*length > file->limits.footer_bytes)
        return pg_fail(err, PG_ERR_RANGE,
                       "the Parquet file's description has %zu bytes, more than the %zu allowed here", *length,
                       file->limits.footer_bytes);
    file->pages_end = info.bytes - sizeof tail - *length;
    file->footer = malloc(*length + 1);
    if (!file->footer)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    return pg_parquet_read_at(file, file->footer, *length, file->pages_end, err);
}

/* The chunk must lie before the footer, and a flat column has an entry for each row. */
static pg_status check_chunk(const pg_parquet_file *file, const pg_parquet_group *group, size_t column, pg_error *err)
{
    const pg_parquet_chunk_meta *c = &group->chunks[column];
    int64_t begin =
        c->dictionary_offset > 0 && c->dictionary_offset < c->data_offset ? c->dictionary_offset : c->data_offset;
    if (begin < PG_PARQUET_MAGIC_BYTES || c->compressed < 0 || (uint64_t)begin > file->pages_end ||
        (uint64_t)c->compressed > file->pages_end - (uint64_t)begin)
        return pg_fail(err, PG_ERR_CORRUPT, "the pages of the column %s lie outside the file",
                       file->meta.schema.columns[column].path);
    bool flat = file->meta.schema.columns[column].max_repetition == 0;
    if (c->values < 0 || (flat && c->values != group->rows))
        return pg_fail(err, PG_ERR_CORRUPT, "the column %s has %lld values in a row group of %lld rows",
                       file->meta.schema.columns[column].path, (long long)c->values, (long long)group->rows);
    return PG_OK;
}

static pg_status check_groups(const pg_parquet_file *file, pg_error *err)
{
    int64_t rows = 0;
    for (size_t g = 0; g < file->meta.n_groups; g++) {
        const pg_parquet_group *group = &file->meta.groups[g];
        if (__builtin_add_overflow(rows, group->rows, &rows))
            return pg_fail(err, PG_ERR_CORRUPT, "the row groups have more rows than can be counted");
        for (size_t c = 0; c < file->meta.schema.n; c++) {
            pg_status status = check_chunk(file, group, c, err);
            if (status != PG_OK) {
                pg_error_where(err, "row group %zu", g);
                return status;
            }
        }
    }
    if (rows != file->meta.rows)
        return pg_fail(err, PG_ERR_CORRUPT, "the file says that it has %lld rows, but its row groups have %lld",
                       (long long)file->meta.rows, (long long)rows);
    return PG_OK;
}

static pg_status open_file(pg_parquet_file *file, const char *path, const pg_parquet_limits *limits, pg_error *err)
{
    file->limits = defaults;
    if (limits && limits->footer_bytes > 0)
        file->limits.footer_bytes = limits->footer_bytes;
    if (limits && limits->page_bytes > 0)
        file->limits.page_bytes = limits->page_bytes;
    if ((size_t)snprintf(file->path, sizeof file->path, "%s", path) >= sizeof file->path)
        return pg_fail(err, PG_ERR_RANGE, "the path is longer than %d bytes", PG_PATH_SIZE - 1);
    pg_file_info info; /* tells what is wrong with a path better than open does */
    pg_status status = pg_file_stat(path, &info, err);
    if (status != PG_OK)
        return status;
    file->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (file->fd < 0)
        return pg_fail(err, PG_ERR_IO, "cannot open the file: %s", strerror(errno));
    size_t length = 0;
    status = read_footer(file, &length, err);
    if (status == PG_OK)
        status = pg_parquet_meta_read(&file->meta, file->footer, length, err);
    return status == PG_OK ? check_groups(file, err) : status;
}

pg_status pg_parquet_open(pg_parquet_file **out, const char *path, const pg_parquet_limits *limits, pg_error *err)
{
    *out = NULL;
    pg_parquet_file *file = calloc(1, sizeof *file);
    if (!file)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    file->fd = -1;
    pg_status status = open_file(file, path, limits, err);
    if (status != PG_OK) {
        if (err && !strstr(err->where, path))
            pg_error_where(err, "%s", path);
        pg_parquet_close(file);
        return status;
    }
    *out = file;
    return PG_OK;
}

void pg_parquet_close(pg_parquet_file *file)
{
    if (!file)
        return;
    if (file->fd >= 0)
        close(file->fd);
    pg_parquet_meta_free(&file->meta);
    free(file->footer);
    free(file);
}

bool pg_parquet_is(const char *path)
{
    char head[PG_PARQUET_MAGIC_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool is = pread(fd, head, sizeof head, 0) == sizeof head && memcmp(head, magic, sizeof head) == 0;
    close(fd);
    return is;
}

size_t pg_parquet_columns(const pg_parquet_file *file)
{
    return file->meta.schema.n;
}

const pg_parquet_column *pg_parquet_column_at(const pg_parquet_file *file, size_t column)
{
    return &file->meta.schema.columns[column];
}

int pg_parquet_find(const pg_parquet_file *file, const char *name)
{
    int found = -1;
    size_t length = strlen(name);
    for (size_t i = 0; i < file->meta.schema.n; i++) {
        const char *path = file->meta.schema.columns[i].path;
        if (strcmp(path, name) == 0)
            return (int)i;
        if (strncmp(path, name, length) == 0 && path[length] == '.')
            found = found == -1 ? (int)i : -2;
    }
    return found;
}

int64_t pg_parquet_row_count(const pg_parquet_file *file)
{
    return file->meta.rows;
}

size_t pg_parquet_groups(const pg_parquet_file *file)
{
    return file->meta.n_groups;
}

int64_t pg_parquet_group_rows(const pg_parquet_file *file, size_t group)
{
    return file->meta.groups[group].rows;
}

int pg_parquet_chunk_codec(const pg_parquet_file *file, size_t group, size_t column)
{
    return file->meta.groups[group].chunks[column].codec;
}

int64_t pg_parquet_chunk_bytes(const pg_parquet_file *file, size_t group, size_t column)
{
    return file->meta.groups[group].chunks[column].compressed;
}

pg_parquet_bytes pg_parquet_metadata(const pg_parquet_file *file, const char *key)
{
    size_t length = strlen(key);
    for (size_t i = 0; i < file->meta.n_pairs; i++) {
        const pg_parquet_pair *pair = &file->meta.pairs[i];
        if (pair->key.size == length && memcmp(pair->key.data, key, length) == 0)
            return pair->value;
    }
    return (pg_parquet_bytes){ 0 };
}

bool pg_parquet_metadata_at(const pg_parquet_file *file, size_t index, pg_parquet_bytes *key, pg_parquet_bytes *value)
{
    if (index >= file->meta.n_pairs)
        return false;
    *key = file->meta.pairs[index].key;
    *value = file->meta.pairs[index].value;
    return true;
}

pg_parquet_bytes pg_parquet_created_by(const pg_parquet_file *file)
{
    return file->meta.created_by;
}

const char *pg_parquet_path(const pg_parquet_file *file)
{
    return file->path;
}
