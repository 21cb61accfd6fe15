/* Saving files in every way that editors do, while a watcher looks. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdbool.h>
#include <utime.h>

#include "base/clock.h"
#include "data/scratch.h"
#include "live/watch.h"

enum { PATIENCE_MS = 15000 };

typedef struct {
    pg_loop *loop;
    pg_watcher *watcher;
    int saves;
    char last[256];
    const char *forget; /* removed when something was saved */
    const char *wanted;
    bool heard; /* of `wanted` */
} view;

static void saved(void *self, const char *path)
{
    view *v = self;
    v->saves++;
    snprintf(v->last, sizeof v->last, "%s", path);
    v->heard |= v->wanted && strcmp(path, v->wanted) == 0;
    if (v->forget)
        pg_watcher_remove(v->watcher, v->forget);
}

static void open_view(view *v)
{
    pg_error err = { 0 };
    *v = (view){ 0 };
    assert_int_equal(pg_loop_new(&v->loop, &err), PG_OK);
    assert_int_equal(pg_watcher_new(&v->watcher, v->loop, v, saved, &err), PG_OK);
}

static void close_view(view *v)
{
    pg_watcher_free(v->watcher);
    pg_loop_free(v->loop);
}

static void put(const char *path, const char *text)
{
    scratch_write(path, text, strlen(text));
}

static void watch(view *v, const char *path)
{
    pg_error err = { 0 };
    assert_int_equal(pg_watcher_add(v->watcher, path, &err), PG_OK);
}

/* Until there were that many saves, and for a while longer: no more come. */
static void expect(view *v, int saves)
{
    double until = pg_clock_elapsed() + PATIENCE_MS * 1e-3;
    while (v->saves < saves && pg_clock_elapsed() < until)
        pg_loop_run_for(v->loop, 10);
    pg_loop_run_for(v->loop, 200);
    assert_int_equal(v->saves, saves);
}

static void write_in_place(void **state)
{
    (void)state;
    view v;
    const char *path = scratch_path("a.lua");
    put(path, "one");
    open_view(&v);
    watch(&v, path);
    expect(&v, 0);
    put(path, "two");
    expect(&v, 1);
    assert_string_equal(v.last, path);
    put(path, "two"); /* written, but the same */
    expect(&v, 1);
    put(path, "three");
    expect(&v, 2);
    close_view(&v);
}

static void rename_over(void **state)
{
    (void)state;
    view v;
    const char *path = scratch_path("b.lua"), *fresh = scratch_path("b.lua~tmp");
    put(path, "one");
    open_view(&v);
    watch(&v, path);
    for (int i = 1; i <= 3; i++) {
        char text[16];
        snprintf(text, sizeof text, "version %d", i);
        put(fresh, text);
        assert_int_equal(rename(fresh, path), 0);
        expect(&v, i);
    }
    close_view(&v);
}

static void removed_and_made_again(void **state)
{
    (void)state;
    view v;
    const char *path = scratch_path("c.lua");
    put(path, "one");
    open_view(&v);
    watch(&v, path);
    assert_int_equal(unlink(path), 0);
    expect(&v, 0); /* it is waited for */
    put(path, "one");
    expect(&v, 0);
    assert_int_equal(unlink(path), 0);
    expect(&v, 0);
    put(path, "two");
    expect(&v, 1);
    put(path, ""); /* emptied before it is written */
    expect(&v, 1);
    put(path, "three");
    expect(&v, 2);
    close_view(&v);
}

static void touch_says_nothing(void **state)
{
    (void)state;
    view v;
    const char *path = scratch_path("d.lua");
    put(path, "one");
    open_view(&v);
    watch(&v, path);
    assert_int_equal(utime(path, NULL), 0);
    expect(&v, 0);
    assert_int_equal(chmod(path, 0600), 0);
    expect(&v, 0);
    close_view(&v);
}

static void through_a_link(void **state)
{
    (void)state;
    view v;
    char link[256];
    snprintf(link, sizeof link, "%s", scratch_path("e.lua"));
    assert_int_equal(mkdir(scratch_path("far"), 0755), 0);
    put(scratch_path("far/e1.lua"), "one");
    put(scratch_path("far/e2.lua"), "other");
    assert_int_equal(symlink("far/e1.lua", link), 0);
    open_view(&v);
    watch(&v, link);
    put(scratch_path("far/e1.lua"), "two");
    expect(&v, 1);
    assert_string_equal(v.last, link);
    const char *fresh = scratch_path("e.new");
    assert_int_equal(symlink("far/e2.lua", fresh), 0);
    assert_int_equal(rename(fresh, link), 0); /* the link leads elsewhere */
    expect(&v, 2);
    put(scratch_path("far/e2.lua"), "more");
    expect(&v, 3);
    close_view(&v);
}

static void burst_is_one_save(void **state)
{
    (void)state;
    view v;
    const char *path = scratch_path("f.lua");
    put(path, "0");
    open_view(&v);
    watch(&v, path);
    for (int i = 1; i <= 30; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        put(path, text);
        pg_loop_run_for(v.loop, 5);
    }
    expect(&v, 1);
    close_view(&v);
}

/* Something else in the folder is written all the time: saves are told all the same. */
static void noise_does_not_hide_a_save(void **state)
{
    (void)state;
    view v;
    const char *path = scratch_path("g.lua"), *noise = scratch_path("g.log");
    put(path, "0");
    open_view(&v);
    watch(&v, path);
    watch(&v, noise);
    v.wanted = path;
    put(path, "1");
    double until = pg_clock_elapsed() + PATIENCE_MS * 1e-3;
    for (int i = 0; !v.heard && pg_clock_elapsed() < until; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        put(noise, text);
        pg_loop_run_for(v.loop, 20);
    }
    assert_true(v.heard && v.saves < 40);
    close_view(&v);
}

static void folder_removed_and_made_again(void **state)
{
    (void)state;
    view v;
    const char *folder = scratch_path("h"), *path = scratch_path("h/h.lua");
    assert_int_equal(mkdir(folder, 0755), 0);
    put(path, "one");
    open_view(&v);
    watch(&v, path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    pg_loop_run_for(v.loop, 300);
    assert_int_equal(mkdir(folder, 0755), 0);
    put(path, "two");
    expect(&v, 1);
    pg_loop_run_for(v.loop, 1200); /* the new folder is watched */
    put(path, "three");
    expect(&v, 2);
    close_view(&v);
}

static void not_there_yet(void **state)
{
    (void)state;
    view v;
    const char *path = scratch_path("later/i.lua");
    open_view(&v);
    watch(&v, path);
    pg_loop_run_for(v.loop, 50);
    assert_int_equal(mkdir(scratch_path("later"), 0755), 0);
    put(path, "one");
    expect(&v, 1);
    close_view(&v);
}

static void added_and_removed(void **state)
{
    (void)state;
    view v;
    const char *one = scratch_path("j.lua"), *two = scratch_path("k.lua");
    put(one, "one");
    put(two, "one");
    open_view(&v);
    watch(&v, one);
    watch(&v, two);
    watch(&v, two);
    pg_watcher_remove(v.watcher, two);
    assert_int_equal(pg_watcher_count(v.watcher), 2); /* added twice */
    v.forget = one;                                   /* within the callback */
    put(one, "two");
    expect(&v, 1);
    v.forget = NULL;
    assert_int_equal(pg_watcher_count(v.watcher), 1);
    put(one, "three");
    expect(&v, 1);
    put(two, "two");
    expect(&v, 2);
    pg_watcher_remove(v.watcher, two);
    pg_watcher_remove(v.watcher, two);
    assert_int_equal(pg_watcher_count(v.watcher), 0);
    put(two, "three");
    expect(&v, 2);
    close_view(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(write_in_place),
        cmocka_unit_test(rename_over),
        cmocka_unit_test(removed_and_made_again),
        cmocka_unit_test(touch_says_nothing),
        cmocka_unit_test(through_a_link),
        cmocka_unit_test(burst_is_one_save),
        cmocka_unit_test(noise_does_not_hide_a_save),
        cmocka_unit_test(folder_removed_and_made_again),
        cmocka_unit_test(not_there_yet),
        cmocka_unit_test(added_and_removed),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
