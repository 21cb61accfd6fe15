/* A second market beside the one that is traded: in order, in its own units, never before it is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "market/book.h"
#include "study/reference.h"
#include "support/synthetic.h"

static void test_merge(void **state)
{
    (void)state;
    char path[] = "/tmp/perigee_reference_XXXXXX.tape";
    int fd = mkstemps(path, 5);
    assert_true(fd >= 0);
    close(fd);
    synthetic_market own = synthetic_make(0.05, 3, "ETH"), other = synthetic_make(0.05, 4, "BTC");
    synthetic_write(&other, path);
    pg_error err = { 0 };
    pg_tape *tape = NULL;
    assert_int_equal(pg_tape_open(&tape, path, NULL, 0, &err), PG_OK);
    pg_event *merged = NULL;
    size_t count = 0, mine = 0, references = 0;
    assert_int_equal(pg_reference_merge(&merged, &count, own.events, own.count, tape, &err), PG_OK);

    const pg_instrument *in = &other.info.instrument;
    pg_book *book = pg_book_new(in->tick);
    size_t known = 0;
    for (size_t i = 0; i < count; i++) {
        const pg_event *e = &merged[i];
        assert_true(i == 0 || e->local_ns >= merged[i - 1].local_ns);
        assert_true(i == 0 || e->exch_ns >= merged[i - 1].exch_ns || e->kind != PG_EVENT_REFERENCE);
        if (e->kind != PG_EVENT_REFERENCE) {
            assert_memory_equal(e, &own.events[mine], sizeof *e); /* our own events, all and as they were */
            mine++;
            continue;
        }
        references++;
        bool found = false; /* a state of the other book that was known by then */
        while (!found && known < other.count && other.events[known].local_ns <= e->local_ns) {
            const pg_event *o = &other.events[known++];
            if (pg_book_apply(book, o) && o->flags & PG_EVENT_LAST)
                found = pg_price_double(in, pg_book_best(book, PG_BUY)) == (double)e->price / 1e9 &&
                        pg_price_double(in, pg_book_best(book, PG_SELL)) == (double)e->price2 / 1e9;
        }
        assert_true(found);
    }
    assert_int_equal(mine, own.count);
    assert_true(references > 100);
    pg_book_free(book);
    free(merged);
    pg_tape_close(tape);
    unlink(path);
    free(own.events);
    free(other.events);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_merge) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
