#include "data/event_messages.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "data/event_source.h"

struct pg_event_messages {
    char path[PG_PATH_SIZE];
    pg_event_source *source;
    const pg_event *run; /* of the source, that is being read */
    size_t run_n, run_at;
    int64_t factor[2]; /* prices and sizes are multiplied by this */
    uint64_t rows;
    pg_event *events; /* of the message */
    size_t capacity;
    pg_message message;
};

pg_status pg_event_messages_open(pg_event_messages **messages, const char *path, const pg_scale *scale, pg_error *err)
{
    *messages = NULL;
    pg_event_messages *r = calloc(1, sizeof *r);
    if (!r)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    snprintf(r->path, sizeof r->path, "%s", path);
    pg_status status = pg_event_source_open(&r->source, path, err);
    if (status != PG_OK) {
        free(r);
        return status;
    }
    const pg_instrument *i = &pg_event_source_info(r->source)->instrument;
    int more[2] = { scale->decimals[PG_SCALE_PRICE] - i->price_decimals,
                    scale->decimals[PG_SCALE_SIZE] - i->size_decimals };
    if (more[0] < 0 || more[1] < 0) {
        pg_event_messages_close(r);
        return pg_fail(err, PG_ERR_STATE, "%s: the file was changed while it was imported", path);
    }
    for (int of = 0; of < 2; of++)
        r->factor[of] = pg_pow10(more[of]);
    *messages = r;
    return PG_OK;
}

void pg_event_messages_close(pg_event_messages *r)
{
    if (!r)
        return;
    pg_event_source_close(r->source);
    free(r->events);
    free(r);
}

const char *pg_event_messages_symbol(const pg_event_messages *r)
{
    return pg_event_source_info(r->source)->instrument.symbol;
}

/* To the import's units. False for what does not fit there. */
static bool rescale(const pg_event_messages *r, pg_event *e)
{
    int64_t p = r->factor[PG_SCALE_PRICE], s = r->factor[PG_SCALE_SIZE];
    bool over = false;
    if ((p == 1 && s == 1) || e->kind == PG_EVENT_REFERENCE)
        return true;
    if (e->kind != PG_EVENT_FUNDING)
        over |= __builtin_mul_overflow(e->price, p, &e->price);
    over |= __builtin_mul_overflow(e->size, s, &e->size);
    if (e->kind == PG_EVENT_BBO || e->kind == PG_EVENT_MARK || e->kind == PG_EVENT_FUNDING || e->kind == PG_EVENT_FILL)
        over |= __builtin_mul_overflow(e->price2, p, &e->price2);
    if (e->kind == PG_EVENT_FILL) /* a fee: money */
        over |= __builtin_mul_overflow(e->price2, s, &e->price2);
    if (e->kind == PG_EVENT_BBO)
        over |= __builtin_mul_overflow(e->size2, s, &e->size2);
    return !over;
}

static pg_status add_event(pg_event_messages *r, const pg_event *event, pg_error *err)
{
    pg_message *m = &r->message;
    if (m->n == r->capacity) {
        size_t capacity = r->capacity ? 2 * r->capacity : 256;
        pg_event *grown = realloc(r->events, capacity * sizeof *grown);
        if (!grown)
            return pg_fail(err, PG_ERR_MEMORY, "out of memory");
        r->events = grown;
        r->capacity = capacity;
    }
    pg_event *e = &r->events[m->n];
    *e = *event;
    if (e->kind == PG_EVENT_NONE || e->kind >= PG_EVENT_KINDS || e->side > PG_SELL || !rescale(r, e)) {
        pg_fail(err, PG_ERR_CORRUPT, "an event is not well formed");
        pg_error_where(err, "%s: event %llu", r->path, (unsigned long long)r->rows);
        pg_error_remedy(err, "perigee data verify --repair NEWFILE leaves such events out");
        return PG_ERR_CORRUPT;
    }
    e->market = 0;
    m->n++;
    r->rows++;
    return PG_OK;
}

/* A message of a file of events ends with the venue's, and at the latest after so many. */
pg_status pg_event_messages_next(pg_event_messages *r, pg_message **message, pg_error *err)
{
    enum { MOST = 4096 };
    pg_message *m = &r->message;
    pg_status status = PG_OK;
    *message = NULL;
    *m = (pg_message){ .kind = PG_MESSAGE_EVENTS, .skipped_ns = INT64_MIN, .number = r->rows + 1 };
    for (bool ended = false; status == PG_OK && !ended;) {
        if (r->run_at == r->run_n) {
            r->run_at = 0;
            status = pg_event_source_next(r->source, &r->run, &r->run_n, err);
        }
        if (status != PG_OK || r->run_n == 0)
            break;
        const pg_event *e = &r->run[r->run_at];
        if (m->n > 0 && e->local_ns != r->events[0].local_ns)
            break;
        status = add_event(r, e, err);
        r->run_at++;
        ended = e->flags & PG_EVENT_LAST || m->n >= MOST;
    }
    if (status != PG_OK || m->n == 0)
        return status;
    m->events = r->events;
    m->local_ns = r->events[0].local_ns;
    m->exch_ns = r->events[0].exch_ns;
    *message = m;
    return PG_OK;
}

uint64_t pg_event_messages_count(const pg_event_messages *r)
{
    return r->rows;
}

uint64_t pg_event_messages_done(const pg_event_messages *r)
{
    return pg_event_source_done(r->source);
}
