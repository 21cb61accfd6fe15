/* The journal: kill -9 at any append, torn records, a full disk, locks, the reserve for cancels. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/market.h"
#include "trade/journal.h"

enum { HEADER = 4096 };

static char folder[64], path[96];

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/perigee_journal_XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/test.ahead", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static pg_journal *open_journal(uint64_t capacity, pg_journal_found *found)
{
    pg_journal *journal = NULL;
    pg_error err = { 0 };
    pg_journal_found unused;
    if (pg_journal_open(&journal, path, capacity, found ? found : &unused, &err) != PG_OK)
        fail_msg("%s", err.what);
    return journal;
}

/* A record that a reader can check: everything follows from n. */
static pg_record record_for(uint64_t n, int kind)
{
    pg_record r = { .kind = (uint16_t)kind, .id = n * 7, .price = (int64_t)(n * n), .amount = -(pg_money)n };
    memset(r.text, (int)(n % 251), sizeof r.text);
    return r;
}

static void check_record(const pg_record *r, uint64_t n)
{
    pg_record expected = record_for(n, r->kind);
    assert_int_equal(r->id, expected.id);
    assert_int_equal(r->price, expected.price);
    assert_true(r->amount == expected.amount);
    assert_memory_equal(r->text, expected.text, sizeof r->text);
}

static void append(pg_journal *journal, uint64_t n)
{
    pg_record r = record_for(n, PG_RECORD_FILL);
    assert_int_equal(pg_journal_append(journal, &r), PG_OK);
}

static void test_append_and_read(void **state)
{
    (void)state;
    pg_journal_found found;
    pg_journal *journal = open_journal(256, &found);
    assert_int_equal(found.last, 0);
    pg_journal_begin(journal, 0);
    pg_record r;
    for (uint64_t n = 1; n <= 1000; n++) {
        append(journal, n);
        assert_int_equal(pg_journal_last(journal), n);
        if (n % 100 == 0) {
            for (uint64_t back = n - 99; back <= n; back++) {
                assert_true(pg_journal_read(journal, back, &r));
                assert_int_equal(r.sequence, back);
                check_record(&r, back);
            }
            pg_journal_release(journal, n);
        }
    }
    assert_false(pg_journal_read(journal, 0, &r));
    assert_false(pg_journal_read(journal, 1001, &r));
    assert_false(pg_journal_read(journal, 1000 - 256, &r)); /* overwritten */
    uint64_t identity = pg_journal_identity(journal);
    pg_journal_close(journal);

    journal = open_journal(4096, &found); /* an old file keeps its capacity and its identity */
    assert_int_equal(pg_journal_get_room(journal).capacity, 256);
    assert_int_equal(pg_journal_identity(journal), identity);
    assert_int_equal(found.last, 1000);
    assert_int_equal(found.first, 1000 - 255);
    assert_int_equal(found.torn, 0);
    pg_journal_begin(journal, 1000);
    append(journal, 1001);
    assert_int_equal(pg_journal_last(journal), 1001);
    pg_journal_close(journal);

    journal = open_journal(256, &found); /* the database is ahead of the file: numbers go on above both */
    pg_journal_begin(journal, 5000);
    append(journal, 5001);
    assert_int_equal(pg_journal_last(journal), 5001);
    pg_journal_close(journal);
}

/* Orders stop at seven eighths; what ends them goes on to the last record; nothing is overwritten before its release. */
static void test_reserve(void **state)
{
    (void)state;
    pg_journal *journal = open_journal(256, NULL);
    pg_journal_begin(journal, 0);
    pg_record order = record_for(1, PG_RECORD_ORDER), replace = record_for(1, PG_RECORD_REPLACE),
              cancel = record_for(1, PG_RECORD_CANCEL);
    for (int i = 0; i < 128; i++)
        assert_int_equal(pg_journal_append(journal, &order), PG_OK);
    assert_false(pg_journal_get_room(journal).low);
    assert_int_equal(pg_journal_append(journal, &order), PG_OK);
    assert_true(pg_journal_get_room(journal).low);
    for (int i = 129; i < 224; i++) {
        assert_false(pg_journal_get_room(journal).full);
        assert_true(pg_journal_fits(journal, 1));
        assert_int_equal(pg_journal_append(journal, &order), PG_OK);
    }
    assert_true(pg_journal_get_room(journal).full);
    assert_false(pg_journal_fits(journal, 1));
    assert_int_equal(pg_journal_append(journal, &order), PG_ERR_FULL);
    assert_int_equal(pg_journal_append(journal, &replace), PG_ERR_FULL);
    for (int i = 224; i < 256; i++)
        assert_int_equal(pg_journal_append(journal, &cancel), PG_OK);
    assert_int_equal(pg_journal_append(journal, &cancel), PG_ERR_FULL);
    pg_record r;
    assert_true(pg_journal_read(journal, 1, &r));
    pg_journal_release(journal, 100);
    assert_int_equal(pg_journal_get_room(journal).used, 156);
    assert_int_equal(pg_journal_append(journal, &order), PG_OK);
    pg_journal_close(journal);
}

/* A child appends as fast as it can and is killed; what it said to have appended (in shared memory, after each) is
 * there, in order and whole, and at most one more. */
static void test_kill(void **state)
{
    (void)state;
    enum { ROUNDS = 1000, CAPACITY = 512 };
    _Atomic uint64_t *said = mmap(NULL, sizeof *said, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint64_t random = 20261121, before = 0;
    pg_journal_close(open_journal(CAPACITY, NULL));
    for (int round = 0; round < ROUNDS; round++) {
        *said = before;
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            pg_journal *journal = NULL;
            pg_journal_found found;
            if (pg_journal_open(&journal, path, CAPACITY, &found, NULL) != PG_OK)
                _exit(1);
            pg_journal_begin(journal, found.last);
            for (uint64_t n = found.last + 1;; n++) {
                pg_record r = record_for(n, PG_RECORD_FILL);
                if (pg_journal_append(journal, &r) != PG_OK)
                    _exit(2);
                *said = n;
                pg_journal_release(journal, n);
            }
        }
        uint64_t until = before + 1 + market_random(&random) % 400;
        while (*said < until && waitpid(child, NULL, WNOHANG) == 0)
            continue;
        kill(child, SIGKILL);
        int how = 0;
        if (waitpid(child, &how, 0) != child || !WIFSIGNALED(how))
            fail_msg("the child ended by itself (%d)", how);
        pg_journal_found found;
        pg_journal *journal = open_journal(CAPACITY, &found);
        uint64_t promised = *said;
        assert_true(promised >= until);
        assert_true(found.last == promised || found.last == promised + 1);
        assert_true(found.torn <= 1);
        pg_record r;
        for (uint64_t n = found.last > CAPACITY - 2 ? found.last - (CAPACITY - 2) : 1; n <= found.last; n++) {
            if (!pg_journal_read(journal, n, &r))
                fail_msg("record %d of %d is not there", (int)n, (int)found.last);
            check_record(&r, n);
        }
        pg_journal_close(journal);
        before = found.last;
    }
    munmap(said, sizeof *said);
}

/* Any byte of a record changed or missing: that record is gone, its neighbours stay. */
static void test_torn(void **state)
{
    (void)state;
    pg_journal *journal = open_journal(256, NULL);
    pg_journal_begin(journal, 0);
    for (uint64_t n = 1; n <= 3; n++)
        append(journal, n);
    pg_journal_close(journal);
    for (int byte = 0; byte < PG_RECORD_BYTES; byte++) {
        int fd = open(path, O_RDWR);
        uint8_t old, torn;
        off_t at = HEADER + 2 * PG_RECORD_BYTES + byte; /* record 2 */
        assert_int_equal(pread(fd, &old, 1, at), 1);
        torn = (uint8_t)(old ^ 0x40);
        assert_int_equal(pwrite(fd, &torn, 1, at), 1);
        pg_journal_found found;
        journal = open_journal(256, &found);
        pg_record r;
        assert_int_equal(found.torn, 1);
        assert_int_equal(found.first, 1);
        assert_int_equal(found.last, 3);
        assert_true(pg_journal_read(journal, 1, &r));
        assert_false(pg_journal_read(journal, 2, &r));
        assert_true(pg_journal_read(journal, 3, &r));
        pg_journal_close(journal);
        assert_int_equal(pwrite(fd, &old, 1, at), 1);
        close(fd);
    }
}

/* The last record torn: its number is given again. */
static void test_torn_end(void **state)
{
    (void)state;
    pg_journal *journal = open_journal(256, NULL);
    pg_journal_begin(journal, 0);
    append(journal, 1);
    append(journal, 2);
    pg_journal_close(journal);
    int fd = open(path, O_RDWR);
    assert_int_equal(pwrite(fd, "torn", 4, HEADER + 2 * PG_RECORD_BYTES + 100), 4);
    close(fd);
    pg_journal_found found;
    journal = open_journal(256, &found);
    assert_int_equal(found.last, 1);
    pg_journal_begin(journal, 1);
    append(journal, 2);
    pg_record r;
    assert_true(pg_journal_read(journal, 2, &r));
    check_record(&r, 2);
    pg_journal_close(journal);
}

static void refuse(pg_status expected, const char *words)
{
    pg_journal *journal = NULL;
    pg_journal_found found;
    pg_error err = { 0 };
    assert_int_equal(pg_journal_open(&journal, path, 256, &found, &err), expected);
    if (!strstr(err.what, words))
        fail_msg("'%s' says nothing of '%s'", err.what, words);
    assert_string_equal(err.where, path);
    assert_true(err.remedy[0]);
}

static void put(off_t at, const void *bytes, size_t size)
{
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    assert_int_equal(pwrite(fd, bytes, size, at), (ssize_t)size);
    close(fd);
}

static void test_not_a_journal(void **state)
{
    (void)state;
    char junk[64];
    memset(junk, 'x', sizeof junk);
    put(0, junk, sizeof junk);
    refuse(PG_ERR_CORRUPT, "no journal");
    unlink(path);
    pg_journal_close(open_journal(256, NULL));
    assert_int_equal(truncate(path, HEADER + 100), 0);
    refuse(PG_ERR_CORRUPT, "not the size");
    unlink(path);
    pg_journal_close(open_journal(256, NULL));
    put(16, &(uint64_t){ 512 }, 8); /* the capacity, without its checksum */
    refuse(PG_ERR_CORRUPT, "no journal");
    unlink(path);
    /* Killed while it was made: zeros of any length are made anew. */
    put(0, (char[100]){ 0 }, 100);
    pg_journal_close(open_journal(256, NULL));
}

static void test_two_processes(void **state)
{
    (void)state;
    pg_journal *journal = open_journal(256, NULL);
    pid_t child = fork();
    if (child == 0) {
        pg_journal *second = NULL;
        pg_journal_found found;
        pg_error err = { 0 };
        pg_status status = pg_journal_open(&second, path, 256, &found, &err);
        char holder[32];
        snprintf(holder, sizeof holder, "(%d)", (int)getppid());
        _exit(status == PG_ERR_STATE && strstr(err.what, holder) ? 0 : 1);
    }
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    pg_journal *again = NULL; /* nor twice in one process; and trying does not give up the lock */
    pg_journal_found found;
    assert_int_equal(pg_journal_open(&again, path, 256, &found, NULL), PG_ERR_STATE);
    assert_int_equal(pg_journal_open(&again, path, 256, &found, NULL), PG_ERR_STATE);
    /* A child that lets go does not keep the file locked when its parent is done. */
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    child = fork();
    if (child == 0) {
        char byte;
        pg_journal_let_go(journal);
        close(pipes[1]);
        _exit(read(pipes[0], &byte, 1) == 0 ? 0 : 1);
    }
    pg_journal_close(journal);
    int tries = 0; /* until the child has come to it */
    while (pg_journal_open(&again, path, 256, &found, NULL) != PG_OK && tries++ < 5000)
        usleep(1000);
    assert_true(tries < 5000);
    assert_int_equal(waitpid(child, &how, WNOHANG), 0); /* it lives */
    pg_journal_close(again);
    close(pipes[1]);
    close(pipes[0]);
    assert_int_equal(waitpid(child, &how, 0), child);
}

/* A file larger than the process may make stands for a full disk: nothing is left behind, and it works later. */
static void test_no_space(void **state)
{
    (void)state;
    struct rlimit old, small = { 64 * 1024, 0 };
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    small.rlim_max = old.rlim_max;
    setrlimit(RLIMIT_FSIZE, &small);
    pg_journal *journal = NULL;
    pg_journal_found found;
    pg_error err = { 0 };
    pg_status status = pg_journal_open(&journal, path, 1024, &found, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(status, PG_ERR_IO);
    assert_non_null(strstr(err.what, "no room for the journal"));
    assert_int_equal(access(path, F_OK), -1);
    pg_journal_close(open_journal(1024, NULL));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_blocks * 512 >= 1024 * PG_RECORD_BYTES); /* allocated, not a hole */
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_capacity(void **state)
{
    (void)state;
    pg_journal *journal = NULL;
    pg_journal_found found;
    assert_int_equal(pg_journal_open(&journal, path, PG_JOURNAL_LEAST - 1, &found, NULL), PG_ERR_INVALID);
    assert_int_equal(pg_journal_open(&journal, path, (uint64_t)PG_JOURNAL_MOST + 1, &found, NULL), PG_ERR_INVALID);
    assert_int_equal(pg_journal_open(&journal, "/no/such/folder/j", 256, &found, NULL), PG_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_append_and_read, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reserve, setup, teardown),
        cmocka_unit_test_setup_teardown(test_kill, setup, teardown),
        cmocka_unit_test_setup_teardown(test_torn, setup, teardown),
        cmocka_unit_test_setup_teardown(test_torn_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_a_journal, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_processes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_space, setup, teardown),
        cmocka_unit_test_setup_teardown(test_capacity, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
