/* Clocks: where time comes from. The engine's time is real or virtual; nothing else asks the operating system. */
#ifndef PG_BASE_CLOCK_H
#define PG_BASE_CLOCK_H

#include <stdint.h>

/* A source of time in nanoseconds since the Unix epoch (UTC). */
typedef struct {
    int64_t (*now)(void *self);
    void *self;
} pg_clock;

static inline int64_t pg_clock_now(pg_clock clock)
{
    return clock.now(clock.self);
}

/* The operating system's clock as it stood when this process first asked, and from there on as time passes: it never
 * steps, however that clock is set, so that ages, deadlines and timers stay what they are. A machine that sleeps does
 * not stop it. */
pg_clock pg_clock_real(void);

/* By how much the operating system's clock was set since, ns: 0 and a little while nobody does. */
int64_t pg_clock_set_by(void);

/* A clock that stands at *time_ns until somebody moves it. */
pg_clock pg_clock_virtual(const int64_t *time_ns);

/* Seconds on a clock that only runs forward, for measuring how long something takes. */
double pg_clock_elapsed(void);

/* Seconds of CPU time that the calling thread has used. */
double pg_clock_thread(void);

/* "2025-09-04T19:46:56.673Z" into text[32]; returns text. */
char *pg_clock_format(char *text, int64_t time_ns);

#endif
