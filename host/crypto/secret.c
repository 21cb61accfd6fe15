#define _GNU_SOURCE
#include "crypto/secret.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "crypto/hex.h"
#include "crypto/secret_bytes.h"

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

pg_status pg_secret_new(pg_secret **secret, pg_error *err)
{
    void *page = mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (page == MAP_FAILED)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a key: %s", strerror(errno));
    if (mlock(page, page_size()) != 0 || madvise(page, page_size(), MADV_DONTDUMP) != 0) {
        pg_fail(err, PG_ERR_IO, "the memory of a key cannot be locked: %s", strerror(errno));
        pg_error_remedy(err, "raise the limit on locked memory (ulimit -l, LimitMEMLOCK)");
        munmap(page, page_size());
        return PG_ERR_IO;
    }
    *secret = page;
    return PG_OK;
}

pg_status pg_secret_from_hex(pg_secret **secret, size_t size, const char *text, size_t length, pg_error *err)
{
    pg_secret *made = NULL;

    if (size < 1 || size > PG_SECRET_MAX)
        return pg_fail(err, PG_ERR_RANGE, "a key has 1 to %d bytes", PG_SECRET_MAX);
    pg_status status = pg_secret_new(&made, err);
    if (status != PG_OK)
        return status;
    made->size = size;
    status = pg_hex_decode(made->bytes, size, text, length, err);
    if (status != PG_OK) {
        pg_error_where(err, "private key");
        pg_error_remedy(err, "give %zu bytes as %zu hexadecimal digits", size, 2 * size);
        pg_secret_free(made);
        return status;
    }
    *secret = made;
    return PG_OK;
}

pg_status pg_secret_from_bytes(pg_secret **secret, const void *bytes, size_t size, pg_error *err)
{
    if (size < 1 || size > PG_SECRET_MAX)
        return pg_fail(err, PG_ERR_RANGE, "a key has 1 to %d bytes", PG_SECRET_MAX);
    pg_secret *made = NULL;
    pg_status status = pg_secret_new(&made, err);
    if (status != PG_OK)
        return status;
    made->size = size;
    memcpy(made->bytes, bytes, size);
    *secret = made;
    return PG_OK;
}

const char *pg_secret_text(const pg_secret *secret)
{
    return (const char *)secret->bytes; /* the page was zero */
}

void pg_secret_free(pg_secret *secret)
{
    if (!secret)
        return;
    explicit_bzero(secret, page_size());
    munlock(secret, page_size());
    munmap(secret, page_size());
}
