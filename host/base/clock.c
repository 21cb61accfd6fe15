#include "base/clock.h"

#include <stddef.h>
#include <stdio.h>
#include <time.h>

static int64_t real_now(void *self)
{
    (void)self;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
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
