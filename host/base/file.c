#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pg_status fail_io(pg_error *err, const char *what, const char *path)
{
    int code = errno;
    pg_status status =
        pg_fail(err, code == ENOENT ? PG_ERR_NOT_FOUND : PG_ERR_IO, "cannot %s: %s", what, strerror(code));
    pg_error_where(err, "%s", path);
    if (code == ENOENT)
        pg_error_remedy(err, "check the path");
    return status;
}

pg_status pg_file_stat(const char *path, pg_file_info *info, pg_error *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return fail_io(err, "open the file", path);
    if (!S_ISREG(st.st_mode)) {
        pg_fail(err, PG_ERR_INVALID, "this is a %s, not a file", S_ISDIR(st.st_mode) ? "folder" : "special file");
        pg_error_where(err, "%s", path);
        return PG_ERR_INVALID;
    }
    info->bytes = (uint64_t)st.st_size;
    info->modified_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    return PG_OK;
}

static pg_status read_all(int fd, char *buffer, size_t size, const char *path, pg_error *err)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = read(fd, buffer + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_io(err, "read the file", path);
        if (got == 0) {
            pg_fail(err, PG_ERR_IO, "the file became shorter while it was read");
            pg_error_where(err, "%s", path);
            return PG_ERR_IO;
        }
        done += (size_t)got;
    }
    return PG_OK;
}

pg_status pg_file_read(char **text, size_t *size, const char *path, size_t limit, pg_error *err)
{
    pg_file_info info;
    pg_status status = pg_file_stat(path, &info, err);
    if (status != PG_OK)
        return status;
    if (info.bytes > limit) {
        pg_fail(err, PG_ERR_RANGE, "the file has %llu bytes, more than the %llu allowed here",
                (unsigned long long)info.bytes, (unsigned long long)limit);
        pg_error_where(err, "%s", path);
        return PG_ERR_RANGE;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_io(err, "open the file", path);
    char *buffer = malloc(info.bytes + 1);
    status = buffer ? read_all(fd, buffer, info.bytes, path, err) : pg_fail(err, PG_ERR_MEMORY, "out of memory");
    close(fd);
    if (status != PG_OK) {
        free(buffer);
        return status;
    }
    buffer[info.bytes] = '\0';
    *text = buffer;
    *size = info.bytes;
    return PG_OK;
}

static pg_status write_all(int fd, const char *data, size_t size, const char *path, pg_error *err)
{
    for (size_t done = 0; done < size;) {
        ssize_t put = write(fd, data + done, size - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return fail_io(err, "write the file", path);
        done += (size_t)put;
    }
    return fsync(fd) == 0 ? PG_OK : fail_io(err, "write the file to disk", path);
}

pg_status pg_file_write(const char *path, const void *data, size_t size, pg_error *err)
{
    char temporary[PG_PATH_SIZE];
    if ((size_t)snprintf(temporary, sizeof temporary, "%s.tmp", path) >= sizeof temporary)
        return pg_fail(err, PG_ERR_RANGE, "the path is longer than %d bytes", PG_PATH_SIZE - 5);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return fail_io(err, "create the file", temporary);
    pg_status status = write_all(fd, data, size, temporary, err);
    if (close(fd) != 0 && status == PG_OK)
        status = fail_io(err, "write the file", temporary);
    if (status == PG_OK && rename(temporary, path) != 0)
        status = fail_io(err, "put the file in place", path);
    if (status != PG_OK)
        unlink(temporary);
    else
        pg_file_sync_folder(path);
    return status;
}

pg_status pg_file_make_folder(const char *path, pg_error *err)
{
    char part[PG_PATH_SIZE];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part)
        return pg_fail(err, PG_ERR_RANGE, "a path must have 1 to %d bytes", PG_PATH_SIZE - 1);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0755) != 0 && errno != EEXIST)
            return fail_io(err, "make the folder", part);
    }
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return PG_OK;
    pg_fail(err, PG_ERR_INVALID, "this is not a folder");
    pg_error_where(err, "%s", path);
    return PG_ERR_INVALID;
}

pg_status pg_file_join(char *path, const char *folder, const char *name, pg_error *err)
{
    size_t length = strlen(folder);
    const char *slash = length > 0 && folder[length - 1] == '/' ? "" : "/";
    if ((size_t)snprintf(path, PG_PATH_SIZE, "%s%s%s", folder, slash, name) >= PG_PATH_SIZE)
        return pg_fail(err, PG_ERR_RANGE, "the path is longer than %d bytes", PG_PATH_SIZE - 1);
    return PG_OK;
}

const char *pg_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool pg_text_ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);
    return length >= tail && memcmp(text + length - tail, suffix, tail) == 0;
}

void pg_file_sync_folder(const char *path)
{
    char folder[PG_PATH_SIZE] = ".";
    size_t length = (size_t)(pg_file_name(path) - path);
    if (length > 0 && length < sizeof folder) {
        memcpy(folder, path, length);
        folder[length] = '\0';
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd);
    close(fd);
}
