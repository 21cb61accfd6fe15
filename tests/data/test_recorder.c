/* Recording as a user meets it: stopped, killed, on a full disk, with a clock that is set back, twice into one folder. What
 * is on disk afterwards is read as a backtest reads it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "base/file.h"
#include "data/check.h"
#include "data/load.h"
#include "data/made_events.h"
#include "data/recorder.h"
#include "data/scratch.h"
#include "market/book.h"
#include "script/layout.h"

enum {
    ALL = 1 << PG_SINK_PACKED | 1 << PG_SINK_PARQUET | 1 << PG_SINK_CSV | 1 << PG_SINK_PARTS,
    STEP_NS = 1000000,
    SECOND = 1000000000
};

static pg_layout *layouts;
static int n_layouts;

static pg_record_options options_of(unsigned formats)
{
    return (pg_record_options){
        .formats = formats, .part_events = 1 << 30, .part_bytes = UINT64_MAX, .part_ns = INT64_MAX
    };
}

static void napped(int ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000L };
    nanosleep(&t, NULL);
}

/* ---- what is on disk ---- */

/* Opens a folder as one recording. */
static pg_tape *read_back(const char *folder)
{
    const char *paths[] = { folder };
    pg_data_options options = {
        .layouts = layouts, .n_layouts = n_layouts, .cache = scratch_path("cache"), .fresh = true
    };
    pg_tape *tape = NULL;
    bool imported;
    char warning[512] = "";
    pg_error err = { 0 };
    if (pg_data_open(&tape, paths, 1, &options, &imported, NULL, warning, sizeof warning, &err) != PG_OK)
        fail_msg("%s: %s", err.where, err.what);
    return tape;
}

static pg_tape *read_form(const char *folder, const char *form)
{
    char command[2 * PG_PATH_SIZE], only[PG_PATH_SIZE];
    snprintf(only, sizeof only, "%s", scratch_path("only"));
    snprintf(command, sizeof command, "rm -rf %s; mkdir %s; only=$PWD/%s; cd %s && cp -r %s $only", only, only, only,
             folder, form);
    assert_int_equal(system(command), 0);
    return read_back(only);
}

static uint64_t count_gaps(const pg_tape *tape, pg_gap_reason reason)
{
    uint64_t n = 0;
    for (size_t i = 0; i < pg_tape_count(tape); i++)
        n += pg_tape_events(tape)[i].kind == PG_EVENT_GAP && pg_tape_events(tape)[i].price2 == (int64_t)reason;
    return n;
}

/* Changes and trades come once each, in order, without a hole between the first and the last; returns the last number. */
static uint64_t expect_run(const pg_tape *tape, uint64_t first)
{
    uint64_t next = first;
    for (size_t i = 0; i < pg_tape_count(tape); i++) {
        const pg_event *e = &pg_tape_events(tape)[i];
        if ((e->kind != PG_EVENT_LEVEL && e->kind != PG_EVENT_TRADE) || !(e->flags & PG_EVENT_LAST) || e->id == 0)
            continue;
        pg_event made = made_change(e->id, 0);
        assert_int_equal(e->id, next);
        assert_int_equal(e->price, made.price);
        assert_int_equal(e->size, made.size);
        next++;
    }
    return next - 1;
}

static void expect_sound(const pg_tape *tape)
{
    static pg_check_report report;
    assert_int_equal(pg_check_tape(&report, tape, NULL), PG_OK);
    static const pg_defect never[] = { PG_DEFECT_RECORD,   PG_DEFECT_CHECKSUM, PG_DEFECT_DUPLICATE,
                                       PG_DEFECT_OFF_GRID, PG_DEFECT_CROSSED,  PG_DEFECT_LEVEL_ORDER };
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (report.defects.of[never[i]].count > 0)
            fail_msg("%s: %s", pg_defect_name(never[i]), report.defects.of[never[i]].first);
}

static uint64_t lines_of(const char *folder, const char *name)
{
    char path[PG_PATH_SIZE], *text;
    size_t size;
    uint64_t n = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(pg_file_read(&text, &size, path, 1 << 28, NULL), PG_OK);
    for (size_t i = 0; i < size; i++)
        n += text[i] == '\n';
    assert_true(size > 0 && text[size - 1] == '\n');
    free(text);
    return n;
}

/* ---- one market, without a thread ---- */

static pg_record_market *open_market(const char *folder, const pg_record_options *options)
{
    pg_record_market *market;
    pg_tape_info info = made_info();
    pg_error err = { 0 };
    if (pg_record_market_open(&market, folder, &info, options, NULL, &err) != PG_OK)
        fail_msg("%s: %s", err.where, err.what);
    return market;
}

static void take_snapshot(pg_record_market *market, int64_t local_ns, uint64_t sequence)
{
    pg_event events[MADE_SNAPSHOT];
    made_snapshot(events, local_ns, sequence);
    for (int i = 0; i < MADE_SNAPSHOT; i++)
        pg_record_market_take(market, &events[i]);
}

static void take_changes(pg_record_market *market, uint64_t first, uint64_t last, int64_t start_ns)
{
    for (uint64_t k = first; k <= last; k++) {
        pg_event e = made_change(k, start_ns + (int64_t)k * STEP_NS);
        pg_record_market_take(market, &e);
        pg_record_market_tick(market, e.local_ns);
    }
}

static void test_all_formats_and_resume(void **state)
{
    (void)state;
    char folder[PG_PATH_SIZE];
    snprintf(folder, sizeof folder, "%s", scratch_path("resume"));
    pg_record_options options = options_of(ALL);
    options.part_events = 700; /* several parts a run */
    pg_record_market *market = open_market(folder, &options);
    take_snapshot(market, MADE_START, 0);
    take_changes(market, 1, 2000, MADE_START);
    assert_int_equal(pg_record_market_close(market, NULL), PG_OK);
    market = open_market(folder, &options);
    take_snapshot(market, MADE_START + 3 * (int64_t)SECOND, 2000);
    for (uint64_t k = 1995; k <= 2000; k += 5) { /* the venue tells its last trades again */
        pg_event again = made_change(k, MADE_START + (int64_t)k * STEP_NS);
        pg_record_market_take(market, &again);
    }
    take_changes(market, 2001, 3000, MADE_START + 2 * (int64_t)SECOND);
    assert_int_equal(pg_record_market_state(market)->duplicates, 2);
    assert_int_equal(pg_record_market_close(market, NULL), PG_OK);
    static const char *const forms[] = { "*.tape", "*.parquet" };
    for (int i = 0; i < 2; i++) {
        pg_tape *tape = read_form(folder, forms[i]);
        assert_int_equal(expect_run(tape, 1), 3000);
        assert_int_equal(count_gaps(tape, PG_GAP_STOPPED), 1);
        expect_sound(tape);
        pg_tape_close(tape);
    }
    assert_int_equal(lines_of(folder, "trades.csv"), 1 + 600);
    assert_int_equal(lines_of(folder, "orderbook_depth.csv"), 1 + 2400 + 2); /* repeated snapshots are no rows */
    pg_tape *parts = read_form(folder, "orderbook_parts trades_parts");
    uint64_t trades = 0, books = 0;
    for (size_t i = 0; i < pg_tape_count(parts); i++) {
        trades += pg_tape_events(parts)[i].kind == PG_EVENT_TRADE;
        books += pg_tape_events(parts)[i].kind == PG_EVENT_SNAPSHOT_END;
    }
    assert_int_equal(trades, 600);
    assert_int_equal(books, 2402);
    pg_tape_close(parts);
}

/* Every file of a recording can be used by itself: it begins with the book. */
static void test_parts_stand_alone(void **state)
{
    (void)state;
    char folder[PG_PATH_SIZE];
    snprintf(folder, sizeof folder, "%s", scratch_path("alone"));
    pg_record_options options = options_of(1 << PG_SINK_PACKED);
    options.part_ns = SECOND;
    pg_record_market *market = open_market(folder, &options);
    take_snapshot(market, MADE_START, 0);
    take_changes(market, 1, 2500, MADE_START);
    assert_int_equal(pg_record_market_close(market, NULL), PG_OK);
    pg_tape *tape = read_form(folder, "events_20260106T000002Z_000002.tape");
    const pg_event *events = pg_tape_events(tape);
    assert_int_equal(events[0].kind, PG_EVENT_SNAPSHOT_BEGIN);
    assert_int_equal(events[0].size2, 2 * MADE_LEVELS);
    assert_true(events[0].flags & PG_EVENT_REPEATED);
    assert_int_equal(events[MADE_SNAPSHOT - 1].kind, PG_EVENT_SNAPSHOT_END);
    pg_tape_close(tape);
}

static void test_sequence_numbers(void **state)
{
    (void)state;
    char folder[PG_PATH_SIZE];
    snprintf(folder, sizeof folder, "%s", scratch_path("sequence"));
    pg_record_options options = options_of(1 << PG_SINK_PACKED);
    pg_record_market *market = open_market(folder, &options);
    pg_event old = made_change(3, MADE_START + SECOND), gap = { .kind = PG_EVENT_GAP,
                                                                .local_ns = MADE_START + 2 * (int64_t)SECOND,
                                                                .exch_ns = MADE_START + 2 * (int64_t)SECOND,
                                                                .size2 = 500000000,
                                                                .flags = PG_EVENT_LAST };
    take_snapshot(market, MADE_START, 0);
    take_changes(market, 1, 9, MADE_START);
    pg_record_market_take(market, &old); /* not newer than what is there */
    pg_record_market_take(market, &gap);
    take_snapshot(market, MADE_START + 3 * (int64_t)SECOND, 1000); /* a new connection counts anew, from below */
    take_snapshot(market, MADE_START + 4 * (int64_t)SECOND, 9);
    take_changes(market, 11, 14, MADE_START + 5 * (int64_t)SECOND);
    assert_int_equal(pg_record_market_state(market)->stale, 1);
    assert_int_equal(pg_record_market_close(market, NULL), PG_OK);
    pg_tape *tape = read_back(folder);
    assert_int_equal(count_gaps(tape, PG_GAP_LINK), 1); /* a gap without a reason that has a length: the connection */
    expect_sound(tape);
    pg_tape_close(tape);
}

static void test_clock_is_set_back(void **state)
{
    (void)state;
    char folder[PG_PATH_SIZE];
    snprintf(folder, sizeof folder, "%s", scratch_path("clock"));
    pg_record_options options = options_of(1 << PG_SINK_PACKED);
    pg_record_market *market = open_market(folder, &options);
    take_snapshot(market, MADE_START, 0);
    take_changes(market, 1, 100, MADE_START);
    take_changes(market, 101, 200, MADE_START - 3600 * (int64_t)SECOND); /* an hour back */
    take_changes(market, 201, 300, MADE_START + SECOND);
    assert_true(pg_record_market_state(market)->clock_steps > 0);
    assert_int_equal(pg_record_market_state(market)->lag_ns, 5000000); /* the venue's clock against ours */
    assert_int_equal(pg_record_market_close(market, NULL), PG_OK);
    pg_tape *tape = read_back(folder);
    assert_int_equal(expect_run(tape, 1), 300);
    expect_sound(tape);
    pg_tape_close(tape);
}

/* ---- disks ---- */

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* No file can grow any more, as on a full disk; later it can again. */
static void test_full_disk(void **state)
{
    (void)state;
    char folder[PG_PATH_SIZE];
    snprintf(folder, sizeof folder, "%s", scratch_path("full"));
    signal(SIGXFSZ, SIG_IGN);
    pg_record_options options = options_of(ALL);
    pg_record_market *market = open_market(folder, &options);
    take_snapshot(market, MADE_START, 0);
    take_changes(market, 1, 1000, MADE_START);
    limit_files(PG_TAPE_HEADER_BYTES);
    take_changes(market, 1001, 30000, MADE_START);
    assert_true(pg_record_market_is_stuck(market));
    uint64_t lost = pg_record_market_state(market)->lost;
    assert_true(lost > 0 && lost < 29000); /* what memory could hold of it waited */
    limit_files(RLIM_INFINITY);
    take_changes(market, 30001, 32000, MADE_START);
    assert_false(pg_record_market_is_stuck(market));
    lost = pg_record_market_state(market)->lost;
    assert_int_equal(pg_record_market_close(market, NULL), PG_OK);
    static const char *const forms[] = { "*.tape", "*.parquet" };
    for (int i = 0; i < 2; i++) {
        pg_tape *tape = read_form(folder, forms[i]);
        assert_int_equal(count_gaps(tape, PG_GAP_DISK), 1);
        expect_sound(tape);
        uint64_t seen = 0, last = 0;
        for (size_t k = 0; k < pg_tape_count(tape); k++) {
            const pg_event *e = &pg_tape_events(tape)[k];
            bool change = (e->kind == PG_EVENT_LEVEL || e->kind == PG_EVENT_TRADE) && e->id != 0;
            if (!change || !(e->flags & PG_EVENT_LAST))
                continue;
            assert_true(e->id > last);
            last = e->id;
            seen++;
        }
        assert_int_equal(last, 32000);
        assert_int_equal(seen + lost, 32000);
        pg_tape_close(tape);
    }
    assert_true(lines_of(folder, "trades.csv") > 400);
}

static void test_folders_that_cannot_be(void **state)
{
    (void)state;
    pg_recorder *first, *second;
    pg_error err = { 0 };
    pg_recorder_config config = { .dir = scratch_path("two"), .options = options_of(ALL), .clock = pg_clock_real() };
    assert_int_equal(pg_recorder_new(&first, &config, &err), PG_OK);
    assert_int_equal(pg_recorder_new(&second, &config, &err), PG_ERR_STATE);
    assert_non_null(strstr(err.what, "another recorder"));
    int number;
    pg_tape_info info = made_info();
    assert_int_equal(pg_recorder_add(first, &number, "made", &info, NULL, &err), PG_OK);
    assert_int_equal(pg_recorder_add(first, &number, "made", &info, NULL, &err), PG_ERR_STATE);
    assert_int_equal(pg_recorder_close(first, NULL), PG_OK);
    config.dir = "/proc/perigee"; /* read-only, for root too */
    pg_status status = pg_recorder_new(&first, &config, &err);
    assert_true(status == PG_ERR_IO || status == PG_ERR_NOT_FOUND);
    config.dir = scratch_path("two");
    config.options.formats = 0;
    assert_int_equal(pg_recorder_new(&first, &config, &err), PG_ERR_INVALID);
    scratch_write(scratch_path("state.json"), "{\"version\":\"1\"", 14);
    pg_record_market *market;
    pg_record_options options = options_of(ALL);
    char folder[PG_PATH_SIZE];
    snprintf(folder, sizeof folder, "%s", scratch_folder);
    assert_int_equal(pg_record_market_open(&market, folder, &info, &options, NULL, &err), PG_ERR_CORRUPT);
    unlink(scratch_path("state.json"));
}

/* ---- a ring that is full ---- */

static void test_full_ring(void **state)
{
    (void)state;
    enum { RING = 256, BURST = 2 * RING };
    pg_recorder *recorder;
    pg_error err = { 0 };
    pg_recorder_config config = {
        .dir = scratch_path("ring"), .options = options_of(1 << PG_SINK_PACKED), .clock = pg_clock_real(), .ring = RING
    };
    int number;
    pg_tape_info info = made_info();
    pg_event burst[BURST], snapshot[MADE_SNAPSHOT];
    pg_book *book = pg_book_new(1);
    assert_int_equal(pg_recorder_new(&recorder, &config, &err), PG_OK);
    assert_int_equal(pg_recorder_add(recorder, &number, "made", &info, NULL, &err), PG_OK);
    made_snapshot(snapshot, MADE_START, 0);
    pg_recorder_push(recorder, number, snapshot, MADE_SNAPSHOT);
    for (int i = 0; i < BURST; i++) { /* one message that can never fit */
        burst[i] = made_change(5 * (uint64_t)i + 1, MADE_START + STEP_NS);
        burst[i].id = 0;
        burst[i].flags = i + 1 == BURST ? PG_EVENT_LAST : 0;
    }
    pg_recorder_push(recorder, number, burst, BURST);
    pg_recorder_figures figures;
    pg_event trade = made_change(5, MADE_START + SECOND);
    for (int i = 0; i < 200; i++) { /* until there is room again */
        trade.id++;
        trade.local_ns += STEP_NS;
        pg_recorder_push(recorder, number, &trade, 1);
        napped(5);
    }
    pg_recorder_look(recorder, number, &figures);
    assert_true(figures.queue >= BURST);
    assert_int_equal(pg_recorder_close(recorder, &err), PG_OK);
    pg_tape *tape = read_back(scratch_path("ring/made"));
    assert_int_equal(count_gaps(tape, PG_GAP_QUEUE), 1);
    for (int i = 0; i < MADE_SNAPSHOT; i++)
        pg_book_apply(book, &snapshot[i]);
    for (int i = 0; i < BURST; i++)
        pg_book_apply(book, &burst[i]);
    pg_book *recorded = pg_book_new(1);
    for (size_t i = 0; i < pg_tape_count(tape); i++)
        pg_book_apply(recorded, &pg_tape_events(tape)[i]);
    for (int side = PG_BUY; side <= PG_SELL; side++) {
        pg_level a[2 * MADE_LEVELS], b[2 * MADE_LEVELS];
        int n = pg_book_top(book, side, a, 2 * MADE_LEVELS);
        assert_int_equal(pg_book_top(recorded, side, b, 2 * MADE_LEVELS), n);
        assert_memory_equal(a, b, (size_t)n * sizeof *a);
    }
    pg_book_free(book);
    pg_book_free(recorded);
    pg_tape_close(tape);
}

/* ---- kill -9 ---- */

typedef struct {
    uint64_t first, pushed;
    int64_t at_ns[1 << 16]; /* when each was pushed */
} shared;

/* Pushes until it is killed, going on where the last one was found to have ended. */
static void record_until_killed(shared *s, const char *dir, uint64_t part_events)
{
    pg_recorder *recorder;
    pg_recorder_config config = { .dir = dir, .options = options_of(ALL), .clock = pg_clock_real() };
    int number;
    pg_tape_info info = made_info();
    pg_event snapshot[MADE_SNAPSHOT];
    config.options.part_events = part_events;
    if (pg_recorder_new(&recorder, &config, NULL) != PG_OK ||
        pg_recorder_add(recorder, &number, "made", &info, NULL, NULL) != PG_OK)
        _exit(1);
    int64_t now_ns = pg_clock_now(pg_clock_real());
    made_snapshot(snapshot, now_ns, s->first - 1);
    pg_recorder_push(recorder, number, snapshot, MADE_SNAPSHOT);
    for (uint64_t k = s->first;; k++) {
        pg_event e = made_change(k, pg_clock_now(pg_clock_real()));
        pg_recorder_push(recorder, number, &e, 1);
        s->at_ns[k % (1 << 16)] = e.local_ns;
        s->pushed = k;
        if (k % 16 == 0)
            napped(1);
    }
}

static void test_killed(void **state)
{
    (void)state;
    enum { KILLS = 8 };
    char dir[PG_PATH_SIZE], folder[2 * PG_PATH_SIZE];
    snprintf(dir, sizeof dir, "%s", scratch_path("killed"));
    snprintf(folder, sizeof folder, "%s/made/eth_usd", dir);
    shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(s != MAP_FAILED);
    s->first = 1;
    unsigned seed = 4711;
    for (int i = 0; i < KILLS; i++) {
        s->pushed = s->first - 1;
        pid_t pid = fork();
        if (pid == 0)
            record_until_killed(s, dir, i % 3 == 0 ? 500 : 1 << 20);
        seed = seed * 1103515245 + 12345;
        napped(i == 5 ? 1800 : 20 + (int)(seed >> 16) % 600);
        kill(pid, SIGKILL);
        int64_t killed_ns = pg_clock_now(pg_clock_real());
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        pg_recorder *recorder; /* the next start repairs, whatever the point was */
        pg_recorder_config config = { .dir = dir, .options = options_of(ALL), .clock = pg_clock_real() };
        int number;
        pg_tape_info info = made_info();
        pg_error err = { 0 };
        assert_int_equal(pg_recorder_new(&recorder, &config, &err), PG_OK);
        if (pg_recorder_add(recorder, &number, "made", &info, NULL, &err) != PG_OK)
            fail_msg("%s: %s", err.where, err.what);
        assert_int_equal(pg_recorder_close(recorder, &err), PG_OK);
        char tape_path[PG_PATH_SIZE];
        snprintf(tape_path, sizeof tape_path, "%s/trades.csv", folder);
        pg_file_info found;
        if (i == 0 && pg_file_stat(tape_path, &found, NULL) != PG_OK)
            continue; /* killed before the first flush */
        pg_tape *tape = read_back(folder);
        uint64_t last = expect_run(tape, 1);
        expect_sound(tape);
        if (last < s->pushed) /* at most the last second; the rest of the bound is for a machine under load */
            assert_true(killed_ns - s->at_ns[(last + 1) % (1 << 16)] < 2 * (int64_t)SECOND);
        assert_int_equal(lines_of(folder, "trades.csv"), 1 + last / 5);
        s->first = last + 1;
        pg_tape_close(tape);
    }
    assert_true(s->first > 1000);
    munmap(s, sizeof *s);
}

static int set_up(void **state)
{
    return pg_layout_load_all(&layouts, &n_layouts, "lua/perigee/layouts", NULL) == PG_OK ? scratch_make(state) : -1;
}

static int tear_down(void **state)
{
    char command[PG_PATH_SIZE + 16];
    free(layouts);
    snprintf(command, sizeof command, "rm -rf %s/*", scratch_folder);
    return system(command) == 0 ? scratch_remove(state) : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_formats_and_resume),
        cmocka_unit_test(test_parts_stand_alone),
        cmocka_unit_test(test_sequence_numbers),
        cmocka_unit_test(test_clock_is_set_back),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_folders_that_cannot_be),
        cmocka_unit_test(test_full_ring),
        cmocka_unit_test(test_killed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
