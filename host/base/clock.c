#include "base/clock.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

static int64_t read_clock(clockid_t which)
{
    struct timespec now;
    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* When the machine was started, as the wall clock says that at the first call. The one number that all of a process share,
 * and that is set once: two parts with two ideas of it would disagree about what is old. */
static int64_t started_ns(void)
{
    static _Atomic int64_t started;
    int64_t known = atomic_load_explicit(&started, memory_order_relaxed);
    if (known)
        return known;
    int64_t mine = read_clock(CLOCK_REALTIME) - read_clock(CLOCK_BOOTTIME);
    return atomic_compare_exchange_strong(&started, &known, mine) ? mine : known;
}

static int64_t real_now(void *self)
{
    (void)self;
    return started_ns() + read_clock(CLOCK_BOOTTIME);
}

int64_t pg_clock_set_by(void)
{
    return read_clock(CLOCK_REALTIME) - real_now(NULL);
}

static int64_t virtual_now(void *self)
{
    return *(const int64_t *)self;
}

pg_clock pg_clock_real(void)
{
    return (pg_clock){ real_now, NULL };
}

pg_clock pg_clock_virtual(const int64_t *time_ns)
{
    return (pg_clock){ virtual_now, (void *)time_ns };
}

double pg_clock_elapsed(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double pg_clock_thread(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

char *pg_clock_format(char *text, int64_t time_ns)
{
    int64_t ms = time_ns / 1000000 % 1000;
    time_t seconds = (time_t)(time_ns / 1000000000);
    struct tm utc;
    char whole[24];
    gmtime_r(&seconds, &utc);
    strftime(whole, sizeof whole, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text, 32, "%s.%03dZ", whole, (int)(ms < 0 ? 0 : ms));
    return text;
}
