#include "venue/late.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

typedef struct refusal {
    struct refusal *next;
    uint64_t id;
    int market;
    uint8_t kind, side; /* pg_request_kind */
    bool prepared;
    pg_reason reason;
    const char *words;
} refusal;

struct pg_late {
    pg_loop *loop;
    uint64_t run;
    pg_tracker *tracker;
    pg_report_sink sink;
    refusal *first, **last;
    pg_timer *timer; /* while some wait */
};

pg_status pg_late_new(pg_late **late, pg_loop *loop, uint64_t run, pg_tracker *tracker, pg_report_sink sink,
                      pg_error *err)
{
    pg_late *l = calloc(1, sizeof *l);
    *late = l;
    if (!l)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for refusals");
    *l = (pg_late){ .loop = loop, .run = run, .tracker = tracker, .sink = sink };
    l->last = &l->first;
    return PG_OK;
}

void pg_late_free(pg_late *late)
{
    if (!late)
        return;
    pg_timer_stop(late->timer);
    while (late->first) {
        refusal *next = late->first->next;
        free(late->first);
        late->first = next;
    }
    free(late);
}

static void report(pg_late *late, const refusal *r)
{
    static const uint8_t replies[] = { [PG_REQUEST_NEW] = PG_REPLY_REJECTED,
                                       [PG_REQUEST_CANCEL] = PG_REPLY_CANCEL_REFUSED,
                                       [PG_REQUEST_REPLACE] = PG_REPLY_REPLACE_REFUSED };
    pg_tracked *order = pg_tracker_find(late->tracker, r->id);
    if (r->prepared && order) {
        pg_tracker_refuse(late->tracker, order, r->kind, (pg_refusal){ .reason = r->reason }, r->words, true,
                          pg_clock_now(pg_clock_real()));
        return;
    }
    pg_report report = { .market = r->market,
                         .run = late->run,
                         .unsent = true,
                         .reply = {
                             .id = r->id, .kind = replies[r->kind], .side = r->side, .reason = (uint8_t)r->reason } };
    snprintf(report.words, sizeof report.words, "%s", r->words);
    late->sink.report(late->sink.self, &report);
}

static void due(void *self)
{
    pg_late *late = self;
    pg_timer_stop(late->timer);
    late->timer = NULL;
    refusal *list = late->first;
    late->first = NULL;
    late->last = &late->first;
    while (list) {
        refusal *next = list->next;
        report(late, list);
        free(list);
        list = next;
    }
}

void pg_late_refuse(pg_late *late, const pg_submit *submit, bool prepared, pg_reason reason, const char *words)
{
    refusal *r = calloc(1, sizeof *r);
    PG_ASSERT(r != NULL);
    *r = (refusal){ .id = submit->request.id,
                    .market = submit->market,
                    .kind = submit->request.kind,
                    .side = submit->request.side,
                    .prepared = prepared,
                    .reason = reason,
                    .words = words };
    *late->last = r;
    late->last = &r->next;
    if (!late->timer)
        late->timer = pg_timer_start(late->loop, 0, 0, late, due);
}
