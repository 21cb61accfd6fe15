/* Cancelling everything, and looking until it is gone (spec/extended.md, section 6.6). */
#include <stdio.h>
#include <string.h>

#include "venue/extended/adapter_internal.h"

static const int64_t patience_ns = 10 * EX_SECOND_NS;
enum { LOOK_AGAIN_MS = 200, LOOK_AGAIN_MAX_MS = 2000 };

typedef struct {
    pg_call call;
    uint64_t run; /* 0: orders of everybody */
    void *self;
    pg_cancelled_done done;
    int64_t until_ns, wait_ms;
    int found;
    pg_error err;
    pg_timer *timer;
    int count;
    char name[EX_CANCELS][PG_EXTENDED_EXTERNAL]; /* of this run's */
} sweep;

pg_status ex_cancel_body(char *text, size_t size, const char (*names)[PG_EXTENDED_EXTERNAL], int count)
{
    size_t n = (size_t)snprintf(text, size, "{\"externalOrderIds\":[");
    for (int i = 0; i < count && n < size; i++)
        n += (size_t)snprintf(text + n, size - n, "%s\"%s\"", i ? "," : "", names[i]);
    if (n < size)
        n += (size_t)snprintf(text + n, size - n, "]}");
    return n < size ? PG_OK : PG_ERR_RANGE;
}

static void look(sweep *s);

static void sweep_release(pg_call *call)
{
    pg_timer_stop(((sweep *)call)->timer);
}

static void sweep_done(sweep *s)
{
    void *self = s->self;
    pg_cancelled_done done = s->done;
    int found = s->found;
    pg_error err = s->err;
    pg_call_end(&s->call);
    done(self, found, err.status != PG_OK ? &err : NULL);
}

static void look_again(void *self)
{
    sweep *s = self;
    pg_timer_stop(s->timer);
    s->timer = NULL;
    look(s);
}

/* After a look that found something, or failed: when its cancel was answered, look again. */
static void look_later(sweep *s)
{
    if (ex_now() >= s->until_ns) {
        sweep_done(s);
        return;
    }
    s->timer = pg_timer_start(ex_of(&s->call)->loop, s->wait_ms, 0, s, look_again);
    s->wait_ms = 2 * s->wait_ms < LOOK_AGAIN_MAX_MS ? 2 * s->wait_ms : LOOK_AGAIN_MAX_MS;
}

static void swept(void *self, pg_sent sent, const pg_extended_found *found, const pg_error *err)
{
    sweep *s = self; /* whatever the answer: the next look shows */
    if (sent != PG_SENT_ANSWERED)
        s->err = *err;
    else if (!found->answer.ok)
        pg_extended_refused(&s->err, found);
    look_later(s);
}

static void cancel(sweep *s)
{
    ex_venue *venue = ex_of(&s->call);
    char body[EX_CANCELS * (PG_EXTENDED_EXTERNAL + 3) + 64];
    if (s->run)
        ex_cancel_body(body, sizeof body, (const char(*)[PG_EXTENDED_EXTERNAL])s->name, s->count);
    else
        snprintf(body, sizeof body, "{\"cancelAll\":true}");
    if (!pg_extended_rest_take(venue->rest, true)) {
        pg_fail(&s->err, PG_ERR_FULL, "no room within the venue's limit of requests");
        look_later(s);
        return;
    }
    pg_extended_rest_act(venue->rest, "POST", "/user/order/massCancel", body, s, swept);
}

static void note(void *self, const pg_extended_record *record)
{
    sweep *s = self;
    pg_client_id id = { 0 };
    bool ours = pg_extended_external_parse(&id, record->order.external) && id.run == s->run;
    if (s->run && !ours)
        return;
    s->found++;
    if (s->run && s->count < EX_CANCELS)
        pg_extended_external_format(s->name[s->count++], id);
}

static void looked(void *self, const pg_extended_found *found, const pg_error *why)
{
    sweep *s = self;
    s->found = s->count = 0;
    s->err = (pg_error){ 0 };
    if (!found)
        s->err = *why;
    else if (!found->answer.ok)
        pg_extended_refused(&s->err, found);
    else
        pg_extended_records_read(PG_EXTENDED_ORDER_RECORD, found->answer.data, s, note, &s->err);
    if (s->err.status == PG_OK && s->found == 0)
        sweep_done(s);
    else if (ex_now() >= s->until_ns)
        sweep_done(s);
    else if (s->run && s->count == 0)
        look_later(s);
    else
        cancel(s);
}

static void look(sweep *s)
{
    pg_extended_rest_ask(ex_of(&s->call)->rest, "/user/orders", true, 3000, s, looked);
}

/* The cancel goes out before the first look where everything is to go: nothing has to be known for that. */
void ex_cancel_all(pg_venue *base, uint64_t run, void *self, pg_cancelled_done done)
{
    ex_venue *venue = (ex_venue *)base;
    sweep *s = pg_call_begin(&venue->calls, sizeof *s);
    s->call.release = sweep_release;
    s->run = run;
    s->self = self;
    s->done = done;
    s->until_ns = ex_now() + patience_ns;
    s->wait_ms = LOOK_AGAIN_MS;
    if (run)
        look(s);
    else
        cancel(s);
}
