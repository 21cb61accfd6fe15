/* A synthetic market of some minutes in memory, or written to a tape. */
#ifndef PG_TESTS_SUPPORT_SYNTHETIC_H
#define PG_TESTS_SUPPORT_SYNTHETIC_H

#include <stdlib.h>
#include <string.h>

#include "data/tape.h"
#include "sim/synthetic.h"

typedef struct {
    pg_tape_info info;
    pg_event *events;
    size_t count, capacity;
} synthetic_market;

static inline pg_status synthetic_collect(void *context, const pg_event *events, size_t n, pg_error *err)
{
    synthetic_market *m = context;
    (void)err;
    if (m->count + n > m->capacity) {
        m->capacity = 2 * (m->count + n);
        m->events = realloc(m->events, m->capacity * sizeof *events);
        PG_ASSERT(m->events);
    }
    memcpy(m->events + m->count, events, n * sizeof *events);
    m->count += n;
    return PG_OK;
}

static inline synthetic_market synthetic_make(double hours, uint64_t seed, const char *symbol)
{
    synthetic_market m = { 0 };
    pg_synthetic_params params;
    pg_synthetic_init(&params);
    params.hours = hours;
    params.funding_hours = hours / 8;
    params.funding_bps = 2;
    memset(params.symbol, 0, sizeof params.symbol);
    memcpy(params.symbol, symbol, strlen(symbol));
    PG_ASSERT(pg_synthetic_describe(&m.info, &params, seed, NULL) == PG_OK);
    PG_ASSERT(pg_synthetic_generate(&params, seed, synthetic_collect, &m, NULL, NULL, NULL) == PG_OK);
    return m;
}

static inline void synthetic_write(const synthetic_market *m, const char *path)
{
    pg_tape_writer *writer = NULL;
    PG_ASSERT(pg_tape_writer_open(&writer, path, &m->info, NULL) == PG_OK);
    PG_ASSERT(pg_tape_writer_append_all(writer, m->events, m->count, NULL) == PG_OK);
    PG_ASSERT(pg_tape_writer_close(writer, &m->info, NULL) == PG_OK);
}

#endif
