#define _GNU_SOURCE /* F_OFD_SETLK, MAP_POPULATE */
#include "trade/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"

/* The file: a page of header, then the slots; record n lies in slot n % capacity. */
#define MAGIC "PGAHEAD1"
enum { HEADER_BYTES = 4096, MAGIC_BYTES = 8 };

typedef struct {
    char magic[MAGIC_BYTES];
    uint32_t record_bytes;
    uint32_t checksum; /* of the two that follow */
    uint64_t capacity;
    uint64_t identity;
    int32_t holder; /* process id of who opened it last; without a checksum, for messages only */
    uint32_t spare;
} file_header;

struct pg_journal {
    char path[PG_PATH_SIZE];
    int fd;
    uint8_t *map;
    size_t map_bytes;
    pg_record *slots;
    uint64_t capacity, identity;
    uint64_t found_last;
    _Atomic uint64_t last;     /* written by the appender */
    _Atomic uint64_t released; /* written by the reader */
};

static uint32_t sum_record(const pg_record *record)
{
    const uint8_t *bytes = (const uint8_t *)record;
    return (uint32_t)crc32_z(0, bytes + sizeof record->checksum, sizeof *record - sizeof record->checksum);
}

static uint32_t sum_header(const file_header *header)
{
    return (uint32_t)crc32_z(0, (const uint8_t *)&header->capacity, sizeof header->capacity + sizeof header->identity);
}

static pg_status fail(pg_error *err, pg_status status, const char *path, const char *what, const char *remedy)
{
    if (status == PG_ERR_IO)
        pg_fail(err, status, "%s: %s", what, strerror(errno));
    else
        pg_fail(err, status, "%s", what);
    pg_error_where(err, "%s", path);
    pg_error_remedy(err, "%s", remedy);
    return status;
}

/* ---- opening ---- */

/* The lock is of the open file, so that a second one in the same process is refused as well. Such a lock does not know
 * its holder: the header says who opened the file last. */
static pg_status lock(int fd, const char *path, pg_error *err)
{
    struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    if (fcntl(fd, F_OFD_SETLK, &range) == 0)
        return PG_OK;
    if (errno != EACCES && errno != EAGAIN)
        return fail(err, PG_ERR_IO, path, "cannot lock the journal", "");
    file_header header = { .holder = 0 };
    if (pread(fd, &header, sizeof header, 0) != (ssize_t)sizeof header)
        header.holder = 0;
    pg_fail(err, PG_ERR_STATE, "another process (%d) trades on this ledger", (int)header.holder);
    pg_error_where(err, "%s", path);
    pg_error_remedy(err, "stop it first, or give this one a ledger of its own");
    return PG_ERR_STATE;
}

/* Allocates the blocks of a new file and writes its header last, so that a file with a header is whole. */
static pg_status make(int fd, const char *path, uint64_t capacity, pg_error *err)
{
    off_t bytes = (off_t)(HEADER_BYTES + capacity * PG_RECORD_BYTES);
    int code = posix_fallocate(fd, 0, bytes);
    if (code != 0) {
        errno = code;
        return fail(err, PG_ERR_IO, path, "no room for the journal", "free some space on the disk");
    }
    file_header header = { .record_bytes = PG_RECORD_BYTES, .capacity = capacity };
    memcpy(header.magic, MAGIC, MAGIC_BYTES);
    if (RAND_bytes((unsigned char *)&header.identity, sizeof header.identity) != 1)
        return pg_fail(err, PG_ERR_IO, "the system gives no random numbers");
    header.checksum = sum_header(&header);
    if (fsync(fd) != 0 || pwrite(fd, &header, sizeof header, 0) != (ssize_t)sizeof header || fsync(fd) != 0)
        return fail(err, PG_ERR_IO, path, "cannot write the journal", "check the disk");
    pg_file_sync_folder(path);
    return PG_OK;
}

/* A file of nothing but zeros at its start was being made when its maker died: it is made again. */
static bool is_unmade(const file_header *header, ssize_t got)
{
    static const file_header zero;
    return got < (ssize_t)sizeof *header || memcmp(header, &zero, sizeof zero) == 0;
}

static pg_status read_header(pg_journal *journal, uint64_t capacity, pg_error *err)
{
    file_header header;
    ssize_t got = pread(journal->fd, &header, sizeof header, 0);
    if (got < 0)
        return fail(err, PG_ERR_IO, journal->path, "cannot read the journal", "");
    if (is_unmade(&header, got)) {
        pg_status status = make(journal->fd, journal->path, capacity, err);
        if (status != PG_OK) {
            unlink(journal->path); /* it holds nothing */
            return status;
        }
        got = pread(journal->fd, &header, sizeof header, 0);
    }
    if (got != (ssize_t)sizeof header || memcmp(header.magic, MAGIC, MAGIC_BYTES) != 0 ||
        header.record_bytes != PG_RECORD_BYTES || header.checksum != sum_header(&header) ||
        header.capacity < PG_JOURNAL_LEAST || header.capacity > PG_JOURNAL_MOST)
        return fail(err, PG_ERR_CORRUPT, journal->path, "this is no journal of Perigee's",
                    "move the file away; what it held is then read from the venue again");
    journal->capacity = header.capacity;
    journal->identity = header.identity;
    header.holder = getpid();
    if (pwrite(journal->fd, &header, sizeof header, 0) != (ssize_t)sizeof header)
        return fail(err, PG_ERR_IO, journal->path, "cannot write the journal", "check the disk");
    return PG_OK;
}

static pg_status map(pg_journal *journal, pg_error *err)
{
    struct stat st;
    journal->map_bytes = HEADER_BYTES + journal->capacity * PG_RECORD_BYTES;
    if (fstat(journal->fd, &st) != 0 || (size_t)st.st_size != journal->map_bytes)
        return fail(err, PG_ERR_CORRUPT, journal->path, "the journal has not the size that it says",
                    "move the file away; what it held is then read from the venue again");
    /* A hole (a copy that left zeros out) would fault on a full disk: allocate it now. */
    int code = posix_fallocate(journal->fd, 0, (off_t)journal->map_bytes);
    if (code != 0) {
        errno = code;
        return fail(err, PG_ERR_IO, journal->path, "no room for the journal", "free some space on the disk");
    }
    journal->map = mmap(NULL, journal->map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, journal->fd, 0);
    if (journal->map == MAP_FAILED) {
        journal->map = NULL;
        return fail(err, PG_ERR_IO, journal->path, "cannot map the journal", "");
    }
    journal->slots = (pg_record *)(journal->map + HEADER_BYTES);
    return PG_OK;
}

static bool is_valid(const pg_journal *journal, const pg_record *record, uint64_t slot)
{
    return record->sequence != 0 && record->sequence % journal->capacity == slot &&
           record->checksum == sum_record(record);
}

static bool is_zero(const pg_record *record)
{
    static const pg_record zero;
    return memcmp(record, &zero, sizeof zero) == 0;
}

static void scan(pg_journal *journal, pg_journal_found *found)
{
    *found = (pg_journal_found){ 0 };
    for (uint64_t slot = 0; slot < journal->capacity; slot++) {
        const pg_record *record = &journal->slots[slot];
        if (!is_valid(journal, record, slot)) {
            found->torn += !is_zero(record);
            continue;
        }
        if (found->first == 0 || record->sequence < found->first)
            found->first = record->sequence;
        if (record->sequence > found->last)
            found->last = record->sequence;
    }
    journal->found_last = found->last;
}

static pg_status open_file(pg_journal *journal, uint64_t capacity, pg_journal_found *found, pg_error *err)
{
    journal->fd = open(journal->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (journal->fd < 0)
        return fail(err, PG_ERR_IO, journal->path, "cannot open the journal", "check the folder and its permissions");
    pg_status status = lock(journal->fd, journal->path, err);
    if (status == PG_OK)
        status = read_header(journal, capacity, err);
    if (status == PG_OK)
        status = map(journal, err);
    if (status != PG_OK)
        return status;
    scan(journal, found);
    pg_journal_begin(journal, found->last);
    return PG_OK;
}

pg_status pg_journal_open(pg_journal **journal, const char *path, uint64_t capacity, pg_journal_found *found,
                          pg_error *err)
{
    if (capacity < PG_JOURNAL_LEAST || capacity > PG_JOURNAL_MOST)
        return pg_fail(err, PG_ERR_INVALID, "a journal holds %d to %d records", PG_JOURNAL_LEAST, PG_JOURNAL_MOST);
    if (strlen(path) >= PG_PATH_SIZE)
        return pg_fail(err, PG_ERR_RANGE, "the path of the journal is too long");
    pg_journal *made = calloc(1, sizeof *made);
    if (!made)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    snprintf(made->path, sizeof made->path, "%s", path);
    made->fd = -1;
    pg_status status = open_file(made, capacity, found, err);
    if (status != PG_OK) {
        pg_journal_close(made);
        return status;
    }
    *journal = made;
    return PG_OK;
}

void pg_journal_close(pg_journal *journal)
{
    if (!journal)
        return;
    if (journal->map)
        munmap(journal->map, journal->map_bytes);
    if (journal->fd >= 0)
        close(journal->fd);
    free(journal);
}

/* The mapping, too, keeps the file open, and with it the lock. */
void pg_journal_let_go(pg_journal *journal)
{
    munmap(journal->map, journal->map_bytes);
    close(journal->fd);
    journal->map = NULL;
    journal->slots = NULL;
    journal->fd = -1;
}

void pg_journal_begin(pg_journal *journal, uint64_t applied)
{
    uint64_t last = journal->found_last > applied ? journal->found_last : applied;
    atomic_store(&journal->last, last);
    atomic_store(&journal->released, applied);
}

/* ---- appending ---- */

static uint64_t used(const pg_journal *journal)
{
    return atomic_load_explicit(&journal->last, memory_order_relaxed) -
           atomic_load_explicit(&journal->released, memory_order_acquire);
}

/* Orders must leave room for what ends them. */
static uint64_t room_for(const pg_journal *journal, int kind)
{
    bool begins = kind == PG_RECORD_ORDER || kind == PG_RECORD_REPLACE;
    return begins ? journal->capacity - journal->capacity / 8 : journal->capacity;
}

pg_status pg_journal_append(pg_journal *journal, const pg_record *record)
{
    if (used(journal) >= room_for(journal, record->kind))
        return PG_ERR_FULL;
    uint64_t sequence = atomic_load_explicit(&journal->last, memory_order_relaxed) + 1;
    pg_record copy = *record;
    copy.sequence = sequence;
    copy.checksum = sum_record(&copy);
    journal->slots[sequence % journal->capacity] = copy;
    atomic_store_explicit(&journal->last, sequence, memory_order_release);
    return PG_OK;
}

bool pg_journal_fits(const pg_journal *journal, uint64_t records)
{
    return used(journal) + records <= room_for(journal, PG_RECORD_ORDER);
}

/* ---- reading ---- */

uint64_t pg_journal_last(const pg_journal *journal)
{
    return atomic_load_explicit(&journal->last, memory_order_acquire);
}

bool pg_journal_read(const pg_journal *journal, uint64_t sequence, pg_record *record)
{
    if (sequence == 0 || sequence > pg_journal_last(journal))
        return false;
    uint64_t slot = sequence % journal->capacity;
    *record = journal->slots[slot];
    return record->sequence == sequence && is_valid(journal, record, slot);
}

void pg_journal_release(pg_journal *journal, uint64_t sequence)
{
    if (sequence > atomic_load_explicit(&journal->released, memory_order_relaxed))
        atomic_store_explicit(&journal->released, sequence, memory_order_release);
}

pg_journal_room pg_journal_get_room(const pg_journal *journal)
{
    pg_journal_room room = { .capacity = journal->capacity, .used = used(journal) };
    room.low = room.used > room.capacity / 2;
    room.full = room.used >= room_for(journal, PG_RECORD_ORDER);
    return room;
}

uint64_t pg_journal_identity(const pg_journal *journal)
{
    return journal->identity;
}
