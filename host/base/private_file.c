#define _GNU_SOURCE /* explicit_bzero */
#include "base/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pg_status fail(pg_error *err, pg_status status, const char *path, const char *what, int code)
{
    pg_fail(err, status, "%s%s%s", what, code ? ": " : "", code ? strerror(code) : "");
    pg_error_where(err, "%s", path);
    return status;
}

static pg_status check(int fd, size_t *size, const char *path, size_t limit, pg_error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return fail(err, PG_ERR_IO, path, "cannot look at the file", errno);
    if (!S_ISREG(st.st_mode))
        return fail(err, PG_ERR_INVALID, path, "this is not a file", 0);
    if (st.st_mode & (S_IRWXG | S_IRWXO)) {
        pg_fail(err, PG_ERR_INVALID, "others than its owner may use this file, which holds a secret (mode %04o)",
                (unsigned)(st.st_mode & 07777));
        pg_error_where(err, "%s", path);
        pg_error_remedy(err, "chmod 600 %s, and replace the key if somebody may have read it", path);
        return PG_ERR_INVALID;
    }
    if ((uint64_t)st.st_size > limit)
        return fail(err, PG_ERR_RANGE, path, "the file is too long for what it should hold", 0);
    *size = (size_t)st.st_size;
    return PG_OK;
}

static pg_status read_all(int fd, char *text, size_t size, const char *path, pg_error *err)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = read(fd, text + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return fail(err, PG_ERR_IO, path, "cannot read the file", got < 0 ? errno : 0);
        done += (size_t)got;
    }
    return PG_OK;
}

pg_status pg_private_file_read(char **text, size_t *size, const char *path, size_t limit, pg_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    *size = 0;
    if (fd < 0)
        return fail(err, errno == ENOENT ? PG_ERR_NOT_FOUND : PG_ERR_IO, path, "cannot open the file", errno);
    char *buffer = NULL;
    pg_status status = check(fd, size, path, limit, err);
    if (status == PG_OK && !(buffer = malloc(*size + 1)))
        status = pg_fail(err, PG_ERR_MEMORY, "out of memory");
    if (status == PG_OK)
        status = read_all(fd, buffer, *size, path, err);
    close(fd);
    if (status != PG_OK) {
        pg_private_file_free(buffer, *size);
        return status;
    }
    buffer[*size] = '\0';
    *text = buffer;
    return PG_OK;
}

void pg_private_file_free(char *text, size_t size)
{
    if (!text)
        return;
    explicit_bzero(text, size);
    free(text);
}

pg_status pg_private_file_begin(pg_private_file *file, const char *path, pg_error *err)
{
    file->fd = -1;
    if ((size_t)snprintf(file->path, sizeof file->path, "%s", path) >= sizeof file->path)
        return pg_fail(err, PG_ERR_RANGE, "the path is longer than %zu bytes", sizeof file->path - 1);
    snprintf(file->temporary, sizeof file->temporary, "%s.tmp", path);
    file->fd = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file->fd >= 0)
        return PG_OK;
    if (errno != EEXIST)
        return fail(err, PG_ERR_IO, file->temporary, "cannot create the file", errno);
    fail(err, PG_ERR_STATE, file->temporary, "another process is writing this file, or was killed while it did", 0);
    pg_error_remedy(err, "wait; if none is running, remove %s", file->temporary);
    return PG_ERR_STATE;
}

pg_status pg_private_file_commit(pg_private_file *file, const void *data, size_t size, pg_error *err)
{
    const char *bytes = data;
    pg_status status = PG_OK;
    for (size_t done = 0; done < size && status == PG_OK;) {
        ssize_t put = write(file->fd, bytes + done, size - done);
        if (put >= 0)
            done += (size_t)put;
        else if (errno != EINTR)
            status = fail(err, PG_ERR_IO, file->temporary, "cannot write the file", errno);
    }
    if (status == PG_OK && (fchmod(file->fd, 0600) != 0 || fsync(file->fd) != 0))
        status = fail(err, PG_ERR_IO, file->temporary, "cannot write the file", errno);
    if (status == PG_OK && rename(file->temporary, file->path) != 0)
        status = fail(err, PG_ERR_IO, file->path, "cannot put the file in place", errno);
    if (status != PG_OK) {
        pg_private_file_abort(file);
        return status;
    }
    close(file->fd);
    file->fd = -1;
    pg_file_sync_folder(file->path);
    return PG_OK;
}

void pg_private_file_abort(pg_private_file *file)
{
    if (file->fd < 0)
        return;
    close(file->fd);
    unlink(file->temporary);
    file->fd = -1;
}
