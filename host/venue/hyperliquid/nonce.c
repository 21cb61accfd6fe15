#include "venue/hyperliquid/nonce.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* What is in the file, and in the page of memory where there is none. */
typedef struct {
    char form[8];
    pg_hl_nonces nonces;
} record;

static const char form[8] = "PGNONCE1";

_Static_assert(sizeof(record) == 16 && ATOMIC_LLONG_LOCK_FREE == 2, "the file is 16 bytes, shared without a lock");

static pg_status check(const record *r, const char *path, uint64_t now_ms, pg_error *err)
{
    uint64_t last = atomic_load(&r->nonces.last);
    if (memcmp(r->form, form, sizeof form) != 0) {
        pg_fail(err, PG_ERR_CORRUPT, "'%s' is no file of nonces", path);
        pg_error_remedy(err, "if nothing trades with this key now, remove the file");
        return PG_ERR_CORRUPT;
    }
    if (last < now_ms + PG_HL_NONCE_AHEAD_MS)
        return PG_OK;
    pg_fail(err, PG_ERR_STATE,
            "the last nonce in '%s' is more than a day ahead of the clock: the venue takes no later one", path);
    pg_error_remedy(err, "set the clock; if it is right now, use a new key, or remove the file when nothing trades "
                         "with the key");
    return PG_ERR_STATE;
}

/* A new file gets its form under the lock, so that whoever else opens it sees it whole. */
static pg_status prepare(int fd, const char *path, pg_error *err)
{
    struct stat info;
    record fresh = { 0 };
    memcpy(fresh.form, form, sizeof form);
    if (flock(fd, LOCK_EX) != 0 || fstat(fd, &info) != 0)
        return pg_fail(err, PG_ERR_IO, "cannot read '%s': %s", path, strerror(errno));
    if (info.st_size == 0 && (pwrite(fd, &fresh, sizeof fresh, 0) != sizeof fresh || fsync(fd) != 0))
        return pg_fail(err, PG_ERR_IO, "cannot write '%s': %s", path, strerror(errno));
    if (info.st_size != 0 && info.st_size != sizeof fresh)
        return pg_fail(err, PG_ERR_CORRUPT, "'%s' is no file of nonces: it has %lld bytes", path,
                       (long long)info.st_size);
    return PG_OK;
}

static pg_status map(record **made, int fd, const char *path, pg_error *err)
{
    int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
    record *r = mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, flags, fd, 0);
    if (r == MAP_FAILED)
        return pg_fail(err, PG_ERR_MEMORY, "cannot map %s: %s", path, strerror(errno));
    *made = r;
    return PG_OK;
}

static pg_status open_file(record **made, const char *path, uint64_t now_ms, pg_error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return pg_fail(err, PG_ERR_IO, "cannot open '%s': %s", path, strerror(errno));
    pg_status status = prepare(fd, path, err);
    if (status == PG_OK)
        status = map(made, fd, path, err);
    flock(fd, LOCK_UN); /* closing does not: the mapping keeps the file open */
    close(fd);
    if (status == PG_OK && (status = check(*made, path, now_ms, err)) != PG_OK)
        munmap(*made, sizeof **made);
    return status;
}

pg_status pg_hl_nonces_open(pg_hl_nonces **nonces, const char *folder, const char *network, const char *address,
                            uint64_t now_ms, pg_error *err)
{
    char path[PG_PATH_SIZE], name[128];
    record *r = NULL;
    *nonces = NULL;
    pg_status status;
    if (folder) {
        snprintf(name, sizeof name, "hyperliquid-%s-%s.nonce", network, address);
        status = pg_file_make_folder(folder, err);
        if (status == PG_OK)
            status = pg_file_join(path, folder, name, err);
        if (status == PG_OK)
            status = open_file(&r, path, now_ms, err);
    } else {
        status = map(&r, -1, "a sequence of nonces", err);
    }
    if (status == PG_OK)
        *nonces = &r->nonces;
    return status;
}

void pg_hl_nonces_close(pg_hl_nonces *nonces)
{
    if (nonces)
        munmap((char *)nonces - offsetof(record, nonces), sizeof(record));
}

uint64_t pg_hl_nonce_next(pg_hl_nonces *nonces, uint64_t now_ms)
{
    uint64_t last = atomic_load(&nonces->last), next;

    do {
        next = now_ms > last ? now_ms : last + 1;
    } while (!atomic_compare_exchange_weak(&nonces->last, &last, next));
    return next;
}

bool pg_hl_nonce_in_window(uint64_t nonce, uint64_t server_ms)
{
    if (nonce <= server_ms)
        return server_ms - nonce < PG_HL_NONCE_PAST_MS;
    return nonce - server_ms < PG_HL_NONCE_AHEAD_MS;
}
