/* A host with nothing but a console, for tests/cli/test_attach.py: console_host SOCKET. Prints "ready", ends on `end`.
 *
 *     echo TEXT   fail TEXT   say TEXT   write      answers at once; write tells whether it was allowed
 *     later MS    hang   end   raw                  answers after a time, never, by leaving, with control characters */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "live/console.h"

typedef struct {
    pg_loop *loop;
    pg_console *console;
    pg_timer *timer;
    pg_console_reply *waiting;
} host;

static void answer_now(void *self)
{
    host *h = self;
    pg_console_answer(h->waiting, true, "waited");
    h->waiting = NULL;
    pg_timer_stop(h->timer);
    h->timer = NULL;
}

static void on_line(void *self, pg_console_reply *reply, const char *line, bool write)
{
    host *h = self;
    if (strncmp(line, "echo ", 5) == 0) {
        pg_console_answer(reply, true, line + 5);
    } else if (strncmp(line, "fail ", 5) == 0) {
        pg_console_answer(reply, false, line + 5);
    } else if (strncmp(line, "say ", 4) == 0) {
        pg_console_say(h->console, line + 4);
        pg_console_answer(reply, true, "");
    } else if (strcmp(line, "write") == 0) {
        pg_console_answer(reply, write, write ? "written" : "read-only");
    } else if (strcmp(line, "raw") == 0) {
        pg_console_answer(reply, true, "a\033[31mb\rc\td");
    } else if (strncmp(line, "later ", 6) == 0 && !h->waiting) {
        h->waiting = reply;
        h->timer = pg_timer_start(h->loop, atoi(line + 6), 0, h, answer_now);
    } else if (strcmp(line, "hang") == 0) {
        h->waiting = reply;
    } else if (strcmp(line, "end") == 0) {
        pg_console_answer(reply, true, "bye");
        pg_loop_stop(h->loop);
    } else {
        pg_console_answer(reply, false, "unknown");
    }
}

static void on_complete(void *self, pg_console_reply *reply, const char *before)
{
    (void)self;
    (void)before;
    pg_console_answer(reply, true, "echo\nETH.params.gamma\nETH.params.size\nwrite");
}

int main(int argc, char **argv)
{
    host h = { 0 };
    pg_error err = { 0 };
    signal(SIGPIPE, SIG_IGN);
    if (argc != 2 || pg_loop_new(&h.loop, &err) != PG_OK ||
        pg_console_new(&h.console, h.loop, argv[1], (pg_console_handler){ &h, on_line, on_complete }, &err) != PG_OK) {
        fprintf(stderr, "console_host: %s\n", err.what);
        return 1;
    }
    printf("ready\n");
    fflush(stdout);
    pg_loop_run(h.loop);
    if (h.waiting)
        pg_console_answer(h.waiting, false, "ended");
    pg_timer_stop(h.timer);
    pg_console_free(h.console);
    pg_loop_free(h.loop);
    return 0;
}
