/* Runs the tests of a program several at a time, each in a process of its own: for tests that mostly wait. With a name as
 * argument the tests of that name run in this process. */
#ifndef PG_TESTS_SUPPORT_SIDE_BY_SIDE_H
#define PG_TESTS_SUPPORT_SIDE_BY_SIDE_H

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/status.h"

typedef struct {
    const struct CMUnitTest *tests;
    int count, at_once;
    FILE **output;
    pid_t *pid;
} side_by_side;

static inline void side_start(side_by_side *s, int i)
{
    extern char **environ;
    char *arguments[] = { (char *)"test", (char *)s->tests[i].name, NULL };
    posix_spawn_file_actions_t files;
    s->output[i] = tmpfile();
    PG_ASSERT(s->output[i]);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, fileno(s->output[i]), 1);
    posix_spawn_file_actions_adddup2(&files, fileno(s->output[i]), 2);
    PG_ASSERT(posix_spawn(&s->pid[i], "/proc/self/exe", &files, NULL, arguments, environ) == 0);
    posix_spawn_file_actions_destroy(&files);
}

/* Waits for any of them, and prints what it said. */
static inline bool side_reap(side_by_side *s)
{
    int status, i = 0;
    pid_t pid = waitpid(-1, &status, 0);
    while (i < s->count && s->pid[i] != pid)
        i++;
    PG_ASSERT(i < s->count);
    bool passed = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    printf("---- %s: %s\n", s->tests[i].name, passed ? "ok" : "FAILED");
    char line[1024];
    rewind(s->output[i]);
    while (fgets(line, sizeof line, s->output[i]))
        fputs(line, stdout);
    fflush(stdout);
    fclose(s->output[i]);
    return passed;
}

/* The exit code of the program. */
static inline int side_by_side_run(const struct CMUnitTest *tests, int count, int at_once)
{
    side_by_side s = { .tests = tests, .count = count, .at_once = at_once };
    int failed = 0, running = 0;
    s.output = calloc((size_t)count, sizeof *s.output);
    s.pid = calloc((size_t)count, sizeof *s.pid);
    PG_ASSERT(s.output && s.pid);
    for (int i = 0; i < count; i++) {
        if (running == at_once) {
            failed += !side_reap(&s);
            running--;
        }
        side_start(&s, i);
        running++;
    }
    for (; running > 0; running--)
        failed += !side_reap(&s);
    free(s.output);
    free(s.pid);
    printf("%d tests, %d failed\n", count, failed);
    return failed > 0;
}

#endif
