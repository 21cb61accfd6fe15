/* The console's socket, over real connections: requests and answers, now and later, several clients, bounds, leaving in
 * the middle, and who may have the path. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "base/clock.h"
#include "data/scratch.h"
#include "live/console.h"

enum { PATIENCE_MS = 10000, LINE = 4 << 20 };

typedef struct {
    pg_loop *loop;
    pg_console *console;
    char path[108];
    pg_console_reply *held[128];
    int held_count;
    int lines, writes;
} host;

static void on_line(void *self, pg_console_reply *reply, const char *line, bool write)
{
    host *h = self;
    h->lines++;
    h->writes += write;
    if (strcmp(line, "later") == 0) {
        h->held[h->held_count++] = reply;
    } else if (strcmp(line, "big") == 0) {
        char *text = malloc((3 << 20) + 1);
        memset(text, 'x', 3 << 20);
        text[3 << 20] = '\0';
        memcpy(text + (1 << 20) - 1, "\xc3\xa9", 2); /* a character over the cut */
        pg_console_answer(reply, true, text);
        free(text);
    } else if (strcmp(line, "end") == 0) {
        pg_console_free(h->console);
        h->console = NULL;
        pg_console_answer(reply, true, "nobody hears this");
    } else {
        char text[512];
        snprintf(text, sizeof text, "%s%s", write ? "wrote " : "", line);
        pg_console_answer(reply, strcmp(line, "bad") != 0, text);
    }
}

static void on_complete(void *self, pg_console_reply *reply, const char *prefix)
{
    (void)self;
    char text[256];
    snprintf(text, sizeof text, "%sA\n%sB", prefix, prefix);
    pg_console_answer(reply, true, text);
}

static host *host_start(void)
{
    static int number;
    host *h = calloc(1, sizeof *h);
    pg_error err;
    snprintf(h->path, sizeof h->path, "%s/made%d/console.sock", scratch_folder, number++);
    assert_int_equal(pg_loop_new(&h->loop, &err), PG_OK);
    pg_status status =
        pg_console_new(&h->console, h->loop, h->path, (pg_console_handler){ h, on_line, on_complete }, &err);
    if (status != PG_OK)
        fail_msg("%s: %s", err.where, err.what);
    return h;
}

static void host_stop(host *h)
{
    pg_console_free(h->console);
    pg_loop_free(h->loop);
    free(h);
}

/* ---- a client, which lets the host's loop run while it waits ---- */

static int try_attach(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static int attach(const host *h)
{
    int fd = try_attach(h->path);
    assert_true(fd >= 0);
    return fd;
}

static void send_bytes(host *h, int fd, const char *text, size_t length)
{
    double end = pg_clock_elapsed() + PATIENCE_MS / 1000.0;
    while (length > 0 && pg_clock_elapsed() < end) {
        ssize_t n = send(fd, text, length, MSG_NOSIGNAL);
        if (n > 0) {
            text += n;
            length -= (size_t)n;
        } else if (errno != EAGAIN) {
            return;
        }
        pg_loop_run_for(h->loop, 1);
    }
}

/* The next line without its end; "" at the end of the connection, NULL when nothing comes within `ms`. */
static const char *receive(host *h, int fd, int ms)
{
    static char line[LINE];
    size_t used = 0;
    double end = pg_clock_elapsed() + ms / 1000.0;
    while (used < sizeof line - 1) {
        char c;
        ssize_t n = recv(fd, &c, 1, 0);
        if (n == 1 && c == '\n')
            break;
        if (n == 1)
            line[used++] = c;
        else if (n == 0 || (n < 0 && errno != EAGAIN))
            break;
        else if (pg_clock_elapsed() > end)
            return NULL;
        else
            pg_loop_run_for(h->loop, 1);
    }
    line[used] = '\0';
    return line;
}

static void expect(host *h, int fd, const char *request, const char *answer)
{
    send_bytes(h, fd, request, strlen(request));
    const char *line = receive(h, fd, PATIENCE_MS);
    assert_non_null(line);
    assert_string_equal(line, answer);
}

static void expect_part(host *h, int fd, const char *request, const char *part)
{
    send_bytes(h, fd, request, strlen(request));
    const char *line = receive(h, fd, PATIENCE_MS);
    assert_non_null(line);
    if (!strstr(line, part))
        fail_msg("'%s' has no '%s'", line, part);
}

/* ---- tests ---- */

static void test_requests(void **state)
{
    (void)state;
    host *h = host_start();
    int fd = attach(h);
    expect(h, fd, "{\"id\":1,\"line\":\"why ETH\"}\n", "{\"id\":1,\"ok\":true,\"text\":\"why ETH\"}");
    expect(h, fd, "{\"id\":0,\"line\":\"x\",\"write\":true}\n", "{\"id\":0,\"ok\":true,\"text\":\"wrote x\"}");
    expect(h, fd, "{\"id\":9007199254740992,\"line\":\"bad\",\"write\":false}\n",
           "{\"id\":9007199254740992,\"ok\":false,\"text\":\"bad\"}");
    expect(h, fd, "\n{\"id\":3,\"line\":\"a\\n\\\"b\\\"\"}\r\n",
           "{\"id\":3,\"ok\":true,\"text\":\"a\\u000a\\\"b\\\"\"}");
    expect(h, fd, "{\"id\":4,\"complete\":\"ET\"}\n", "{\"id\":4,\"ok\":true,\"text\":\"ETA\\u000aETB\"}");
    /* two requests in one packet, one request in two */
    expect(h, fd, "{\"id\":5,\"line\":\"5\"}\n{\"id\":6,\"line\":\"6\"}\n{\"id\":7,",
           "{\"id\":5,\"ok\":true,\"text\":\"5\"}");
    expect(h, fd, "\"line\":\"7\"}\n", "{\"id\":6,\"ok\":true,\"text\":\"6\"}");
    expect(h, fd, "", "{\"id\":7,\"ok\":true,\"text\":\"7\"}");
    assert_int_equal(h->writes, 1);
    close(fd);
    host_stop(h);
}

static void test_bad_requests(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "hello",
        "{}",
        "[1]",
        "{\"id\":1}",
        "{\"id\":-1,\"line\":\"x\"}",
        "{\"id\":1.5,\"line\":\"x\"}",
        "{\"id\":1e300,\"line\":\"x\"}",
        "{\"id\":\"1\",\"line\":\"x\"}",
        "{\"line\":\"x\"}",
        "{\"id\":1,\"line\":5}",
        "{\"id\":1,\"line\":\"x\",\"write\":1}",
        "{\"id\":1,\"line\":\"x\",\"complete\":\"y\"}",
        "{\"id\":1,\"follow\":\"yes\"}",
        "{\"id\":1,\"line\":\"x\"",
        "\xff\xfe",
    };
    host *h = host_start();
    int fd = attach(h);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char line[128];
        snprintf(line, sizeof line, "%s\n", bad[i]);
        expect_part(h, fd, line, "\"ok\":false,\"text\":\"not a request");
    }
    assert_int_equal(h->lines, 0);
    expect(h, fd, "{\"id\":1,\"line\":\"still here\"}\n", "{\"id\":1,\"ok\":true,\"text\":\"still here\"}");
    close(fd);
    host_stop(h);
}

static void test_answers_later(void **state)
{
    (void)state;
    host *h = host_start();
    int one = attach(h), two = attach(h);
    expect(h, one, "{\"id\":1,\"line\":\"later\"}\n{\"id\":2,\"line\":\"now\"}\n",
           "{\"id\":2,\"ok\":true,\"text\":\"now\"}");
    expect(h, two, "{\"id\":1,\"line\":\"later\"}\n{\"id\":2,\"line\":\"now\"}\n",
           "{\"id\":2,\"ok\":true,\"text\":\"now\"}");
    assert_int_equal(h->held_count, 2);
    pg_console_answer(h->held[0], true, "to the first");
    pg_console_answer(h->held[1], true, "to the second");
    assert_string_equal(receive(h, one, PATIENCE_MS), "{\"id\":1,\"ok\":true,\"text\":\"to the first\"}");
    assert_string_equal(receive(h, two, PATIENCE_MS), "{\"id\":1,\"ok\":true,\"text\":\"to the second\"}");
    close(one);
    close(two);
    host_stop(h);
}

/* Clients leave while their requests wait, and the console goes while answers are owed. */
static void test_gone_before_the_answer(void **state)
{
    (void)state;
    host *h = host_start();
    int one = attach(h), two = attach(h);
    expect(h, one, "{\"id\":1,\"line\":\"later\"}\n{\"id\":2,\"line\":\"now\"}\n",
           "{\"id\":2,\"ok\":true,\"text\":\"now\"}");
    close(one);
    pg_loop_run_for(h->loop, 20);
    pg_console_answer(h->held[0], true, "to nobody");
    expect(h, two, "{\"id\":1,\"line\":\"later\"}\n{\"id\":2,\"line\":\"now\"}\n",
           "{\"id\":2,\"ok\":true,\"text\":\"now\"}");
    pg_console_free(h->console);
    h->console = NULL;
    pg_console_answer(h->held[1], true, "to nobody");
    assert_string_equal(receive(h, two, PATIENCE_MS), "");
    assert_int_equal(access(h->path, F_OK), -1);
    close(two);
    host_stop(h);
}

static void test_freed_within_a_request(void **state)
{
    (void)state;
    host *h = host_start();
    int fd = attach(h);
    const char *request = "{\"id\":1,\"line\":\"end\"}\n{\"id\":2,\"line\":\"x\"}\n";
    send_bytes(h, fd, request, strlen(request));
    assert_string_equal(receive(h, fd, PATIENCE_MS), "");
    assert_int_equal(h->lines, 1);
    close(fd);
    host_stop(h);
}

static void test_followers(void **state)
{
    (void)state;
    host *h = host_start();
    int one = attach(h), two = attach(h);
    expect(h, one, "{\"id\":1,\"follow\":true}\n", "{\"id\":1,\"ok\":true,\"text\":\"\"}");
    expect(h, two, "{\"id\":1,\"line\":\"x\"}\n", "{\"id\":1,\"ok\":true,\"text\":\"x\"}");
    pg_console_say(h->console, "swapped");
    assert_string_equal(receive(h, one, PATIENCE_MS), "{\"say\":\"swapped\"}");
    assert_null(receive(h, two, 20));
    expect(h, one, "{\"id\":2,\"follow\":false}\n", "{\"id\":2,\"ok\":true,\"text\":\"\"}");
    pg_console_say(h->console, "again");
    assert_null(receive(h, one, 20));
    close(one);
    close(two);
    host_stop(h);
}

static void test_bounds(void **state)
{
    (void)state;
    host *h = host_start();
    int fd = attach(h), spare[15];
    /* an answer */
    send_bytes(h, fd, "{\"id\":1,\"line\":\"big\"}\n", 22);
    const char *line = receive(h, fd, PATIENCE_MS);
    assert_non_null(line);
    assert_int_equal(strlen(line), strlen("{\"id\":1,\"ok\":true,\"text\":\"\"}") + (1 << 20) - 1);
    /* requests that wait */
    for (int i = 0; i < 64; i++)
        send_bytes(h, fd, "{\"id\":2,\"line\":\"later\"}\n", 24);
    expect_part(h, fd, "{\"id\":3,\"line\":\"later\"}\n", "{\"id\":3,\"ok\":false,\"text\":\"too many requests");
    assert_int_equal(h->held_count, 64);
    pg_console_answer(h->held[--h->held_count], true, "x");
    expect_part(h, fd, "{\"id\":4,\"line\":\"now\"}\n", "\"id\":2,\"ok\":true");
    expect_part(h, fd, "", "\"id\":4,\"ok\":true");
    while (h->held_count)
        pg_console_answer(h->held[--h->held_count], true, "x");
    /* clients */
    for (int i = 0; i < 15; i++) {
        spare[i] = attach(h);
        expect_part(h, spare[i], "{\"id\":1,\"line\":\"x\"}\n", "true");
    }
    int extra = attach(h);
    assert_non_null(strstr(receive(h, extra, PATIENCE_MS), "too many consoles"));
    assert_string_equal(receive(h, extra, PATIENCE_MS), "");
    close(extra);
    close(spare[0]);
    pg_loop_run_for(h->loop, 20);
    spare[0] = attach(h);
    expect_part(h, spare[0], "{\"id\":1,\"line\":\"x\"}\n", "true");
    for (int i = 0; i < 15; i++)
        close(spare[i]);
    close(fd);
    host_stop(h);
}

static void test_long_request(void **state)
{
    (void)state;
    host *h = host_start();
    int fd = attach(h);
    char *text = malloc(1 << 18);
    memset(text, 'x', 1 << 18);
    send_bytes(h, fd, text, 1 << 18);
    const char *line = receive(h, fd, PATIENCE_MS);
    assert_non_null(line);
    /* dropped with the rest of the request unread, the socket may lose the reason: the client sees its end then */
    assert_true(line[0] == '\0' || strstr(line, "too long") != NULL);
    if (line[0])
        assert_string_equal(receive(h, fd, PATIENCE_MS), "");
    assert_int_equal(h->lines, 0);
    free(text);
    close(fd);
    host_stop(h);
}

/* Who does not read is dropped, and nobody else. */
static void test_slow_follower(void **state)
{
    (void)state;
    host *h = host_start();
    int slow = attach(h), good = attach(h);
    expect_part(h, slow, "{\"id\":1,\"follow\":true}\n", "true");
    char *text = malloc((1 << 20) + 1);
    memset(text, 'y', 1 << 20);
    text[1 << 20] = '\0';
    for (int i = 0; i < 20; i++)
        pg_console_say(h->console, text);
    pg_loop_run_for(h->loop, 20);
    int lines = 0;
    for (const char *line; (line = receive(h, slow, PATIENCE_MS)) && line[0];)
        lines++;
    assert_true(lines < 20);
    expect_part(h, good, "{\"id\":1,\"line\":\"x\"}\n", "true");
    free(text);
    close(slow);
    close(good);
    host_stop(h);
}

/* ---- the path ---- */

static int mode_of(const char *path)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    return (int)(info.st_mode & 0777);
}

static void test_modes(void **state)
{
    (void)state;
    mode_t before = umask(0);
    host *h = host_start();
    umask(before);
    char folder[108];
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(h->path, '/') - h->path), h->path);
    assert_int_equal(mode_of(h->path), 0600);
    assert_int_equal(mode_of(folder), 0700);
    host_stop(h);
}

static void test_living_host_is_refused(void **state)
{
    (void)state;
    host *h = host_start();
    pg_console *second = NULL;
    pg_error err;
    pg_status status = pg_console_new(&second, h->loop, h->path, (pg_console_handler){ h, on_line, NULL }, &err);
    assert_int_equal(status, PG_ERR_STATE);
    assert_non_null(strstr(err.what, "another host is running"));
    int fd = attach(h); /* the first one is as it was */
    expect_part(h, fd, "{\"id\":1,\"line\":\"x\"}\n", "true");
    close(fd);
    host_stop(h);
}

static void test_dead_host_is_replaced(void **state)
{
    (void)state;
    char path[108];
    snprintf(path, sizeof path, "%s/stale.sock", scratch_folder);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(dead, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(dead, 1), 0);
    close(dead); /* as kill -9 does: the file stays */
    host h = { 0 };
    pg_error err;
    assert_int_equal(pg_loop_new(&h.loop, &err), PG_OK);
    assert_int_equal(pg_console_new(&h.console, h.loop, path, (pg_console_handler){ &h, on_line, NULL }, &err), PG_OK);
    int fd = try_attach(path);
    assert_true(fd >= 0);
    expect(&h, fd, "{\"id\":1,\"line\":\"x\"}\n", "{\"id\":1,\"ok\":true,\"text\":\"x\"}");
    expect(&h, fd, "{\"id\":1,\"complete\":\"x\"}\n", "{\"id\":1,\"ok\":true,\"text\":\"\"}");
    close(fd);
    pg_console_free(h.console);
    pg_loop_free(h.loop);
}

static void test_bad_paths(void **state)
{
    (void)state;
    pg_loop *loop;
    pg_console *console = NULL;
    pg_error err;
    pg_console_handler handler = { NULL, on_line, NULL };
    char path[256];
    assert_int_equal(pg_loop_new(&loop, &err), PG_OK);
    snprintf(path, sizeof path, "%s/file", scratch_folder);
    FILE *file = fopen(path, "w");
    fputs("precious", file);
    fclose(file);
    assert_int_equal(pg_console_new(&console, loop, path, handler, &err), PG_ERR_INVALID);
    assert_int_equal(access(path, F_OK), 0);
    assert_non_null(strstr(err.remedy, "socket = "));
    snprintf(path, sizeof path, "%s/file/console.sock", scratch_folder);
    assert_int_not_equal(pg_console_new(&console, loop, path, handler, &err), PG_OK);
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_int_equal(pg_console_new(&console, loop, path, handler, &err), PG_ERR_RANGE);
    assert_int_equal(pg_console_new(&console, loop, "", handler, &err), PG_ERR_RANGE);
    assert_null(console);
    pg_console_free(NULL);
    pg_loop_free(loop);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_bad_requests),
        cmocka_unit_test(test_answers_later),
        cmocka_unit_test(test_gone_before_the_answer),
        cmocka_unit_test(test_freed_within_a_request),
        cmocka_unit_test(test_followers),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_long_request),
        cmocka_unit_test(test_slow_follower),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_living_host_is_refused),
        cmocka_unit_test(test_dead_host_is_replaced),
        cmocka_unit_test(test_bad_paths),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
