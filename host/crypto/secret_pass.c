#include "crypto/secret_pass.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "crypto/secret_bytes.h"

pg_status pg_secret_write(const pg_secret *secret, int fd, pg_error *err)
{
    ssize_t sent;
    do
        sent = send(fd, secret->bytes, secret->size, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent != (ssize_t)secret->size)
        return pg_fail(err, PG_ERR_IO, "a key cannot be handed over: %s", strerror(sent < 0 ? errno : EMSGSIZE));
    return PG_OK;
}

pg_status pg_secret_read(pg_secret **secret, int fd, pg_error *err)
{
    pg_secret *made = NULL;
    pg_status status = pg_secret_new(&made, err);
    if (status != PG_OK)
        return status;
    ssize_t size;
    do
        size = recv(fd, made->bytes, PG_SECRET_MAX, MSG_DONTWAIT | MSG_TRUNC);
    while (size < 0 && errno == EINTR);
    if (size > 0 && size <= PG_SECRET_MAX) {
        made->size = (size_t)size;
        *secret = made;
        return PG_OK;
    }
    int code = errno;
    pg_secret_free(made);
    if (size < 0 && (code == EAGAIN || code == EWOULDBLOCK))
        return pg_fail(err, PG_ERR_NOT_FOUND, "no key has come yet");
    if (size > 0)
        return pg_fail(err, PG_ERR_RANGE, "a packet of %zd bytes is no key", size);
    return pg_fail(err, PG_ERR_IO, "no key came: %s", size == 0 ? "the other side is gone" : strerror(code));
}
