#define _GNU_SOURCE /* explicit_bzero */
#include "crypto/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/private_file.h"

enum { CTRL_C = 3, CTRL_D = 4, BACKSPACE = 8, CTRL_U = 21, DELETE = 127, FILE_MAX = 4096 };

static pg_status read_byte(int fd, char *c, bool *end, pg_error *err)
{
    ssize_t got;
    while ((got = read(fd, c, 1)) < 0 && errno == EINTR)
        continue;
    *end = got == 0;
    return got >= 0 ? PG_OK : pg_fail(err, PG_ERR_IO, "cannot read: %s", strerror(errno));
}

/* A line with the least of editing; the terminal shows nothing and sends no signals meanwhile. */
static pg_status read_line(int fd, char *text, size_t size, pg_error *err)
{
    size_t length = 0;
    for (;;) {
        char c;
        bool end;
        pg_status status = read_byte(fd, &c, &end, err);
        if (status != PG_OK)
            return status;
        if (end || c == '\n' || c == '\r' || (c == CTRL_D && length > 0))
            break;
        if (c == CTRL_C || c == CTRL_D)
            return pg_fail(err, PG_ERR_INVALID, "broken off");
        if (c == CTRL_U)
            length = 0;
        else if (c == BACKSPACE || c == DELETE)
            length -= length > 0;
        else if (length + 1 < size)
            text[length++] = c;
        else
            return pg_fail(err, PG_ERR_INVALID, "this is longer than %zu characters", size - 1);
    }
    text[length] = '\0';
    return PG_OK;
}

pg_status pg_secret_ask(const char *question, char *text, size_t size, pg_error *err)
{
    struct termios before, quiet;
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || tcgetattr(fd, &before) != 0) {
        if (fd >= 0)
            close(fd);
        pg_fail(err, PG_ERR_INVALID, "there is no terminal to ask on");
        pg_error_remedy(err, "give the passphrase by --passphrase-file FILE or --passphrase-fd N");
        return PG_ERR_INVALID;
    }
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    tcsetattr(fd, TCSAFLUSH, &quiet);
    dprintf(fd, "%s: ", question);
    pg_status status = read_line(fd, text, size, err);
    dprintf(fd, "\n");
    tcsetattr(fd, TCSAFLUSH, &before);
    close(fd);
    if (status != PG_OK)
        explicit_bzero(text, size);
    return status;
}

/* The first line of a file. */
static pg_status from_file(const char *path, char *text, size_t size, pg_error *err)
{
    char *file = NULL;
    size_t length = 0;
    pg_status status = pg_private_file_read(&file, &length, path, FILE_MAX, err);
    if (status != PG_OK)
        return status;
    size_t line = strcspn(file, "\r\n");
    if (line == 0 || line >= size) {
        status = pg_fail(err, PG_ERR_INVALID, "the first line should be a passphrase of 1 to %zu characters", size - 1);
        pg_error_where(err, "%s", path);
    } else {
        memcpy(text, file, line);
        text[line] = '\0';
    }
    pg_private_file_free(file, length);
    return status;
}

static pg_status get(const pg_passphrase_source *source, const char *question, char *text, size_t size, pg_error *err)
{
    if (source->file)
        return from_file(source->file, text, size, err);
    if (source->fd >= 0)
        return read_line(source->fd, text, size, err);
    return pg_secret_ask(question, text, size, err);
}

pg_status pg_passphrase_get(void *self, const char *name, char *text, size_t size, pg_error *err)
{
    char question[128];
    snprintf(question, sizeof question, "Passphrase of the key %s", name);
    return get(self, question, text, size, err);
}

pg_status pg_passphrase_get_new(const pg_passphrase_source *source, const char *name, char *text, size_t size,
                                pg_error *err)
{
    char question[128], again[512];
    snprintf(question, sizeof question, "New passphrase for the key %s", name);
    pg_status status = get(source, question, text, size, err);
    if (status != PG_OK || source->file || source->fd >= 0)
        return status;
    status = pg_secret_ask("The same again", again, sizeof again, err);
    if (status == PG_OK && strcmp(text, again) != 0)
        status = pg_fail(err, PG_ERR_INVALID, "the two differ");
    explicit_bzero(again, sizeof again);
    return status;
}
