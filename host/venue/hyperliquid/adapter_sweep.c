/* Cancelling everything, and looking until it is gone. */
#include <stdio.h>

#include "venue/hyperliquid/adapter_internal.h"

static const int64_t cancel_all_ns = 10 * (int64_t)1000000000;
enum { LOOK_AGAIN_MS = 200, LOOK_AGAIN_MAX_MS = 2000 };

typedef struct {
    pg_call call;
    uint64_t run;
    void *self;
    pg_cancelled_done done;
    int64_t until_ns, wait_ms;
    int dex, found, pending; /* found: in this look; pending: answers to cancels on their way */
    pg_error err;
    pg_timer *timer;
    int count;
    pg_hl_cancel list[PG_HL_UPDATES_MAX];
} sweep;

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
    bool failed = s->err.status != PG_OK;
    pg_error err = s->err;
    pg_call_end(&s->call);
    done(self, found, failed ? &err : NULL);
}

static void look_again(void *self)
{
    sweep *s = self;
    pg_timer_stop(s->timer);
    s->timer = NULL;
    s->dex = s->found = s->count = 0;
    s->err = (pg_error){ 0 };
    look(s);
}

/* After a look, or after what was found was cancelled. */
static void sweep_next(sweep *s)
{
    bool clean = s->err.status == PG_OK && s->found == 0;
    if (clean || hl_now() >= s->until_ns) {
        sweep_done(s);
    } else {
        s->timer = pg_timer_start(hl_of(&s->call)->loop, s->wait_ms, 0, s, look_again);
        s->wait_ms = 2 * s->wait_ms < LOOK_AGAIN_MAX_MS ? 2 * s->wait_ms : LOOK_AGAIN_MAX_MS;
    }
}

static void swept(void *self, pg_hl_sent sent, const char *body, size_t size, const pg_error *err)
{
    sweep *s = self; /* whatever the answer: the next look shows */
    (void)sent, (void)body, (void)size, (void)err;
    if (--s->pending == 0)
        sweep_next(s);
}

static void cancel_found(sweep *s)
{
    hl_venue *venue = hl_of(&s->call);
    pg_error err;
    s->pending = 1;
    for (int i = 0; i < s->count; i += PG_HL_BATCH) {
        int n = s->count - i < PG_HL_BATCH ? s->count - i : PG_HL_BATCH;
        pg_hl_action action = { .kind = PG_HL_CANCEL, .cancel = { .list = s->list + i, .count = (size_t)n } };
        const char *body = NULL;
        if (!pg_hl_rest_take(venue->rest, n, true))
            break;
        if (hl_sign(venue, &action, 0, false, &err) == PG_OK)
            body = hl_body(venue);
        else
            s->err = err;
        if (!body)
            break;
        s->pending++;
        hl_rights_charge(venue, n, true);
        pg_hl_rest_act(venue->rest, body, s, swept);
    }
    if (--s->pending == 0)
        sweep_next(s);
}

static void note(sweep *s, const pg_told_order *update)
{
    pg_hl_asset asset;
    char coin[PG_HL_NAME];
    if (s->run && update->cloid.run != s->run)
        return;
    s->found++;
    snprintf(coin, sizeof coin, "%.*s", (int)(update->coin.size < sizeof coin ? update->coin.size : 0),
             update->coin.data);
    if (s->count < PG_HL_UPDATES_MAX && pg_hl_assets_find(&asset, &hl_of(&s->call)->assets, coin, &s->err) == PG_OK)
        s->list[s->count++] = (pg_hl_cancel){ .asset = asset.id, .oid = update->oid };
}

static void looked(void *self, const pg_hl_found *found, const pg_error *why)
{
    sweep *s = self;
    hl_venue *venue = hl_of(&s->call);
    pg_hl_frame frame = { 0 };
    if (!found)
        s->err = *why;
    else
        pg_hl_decode_open(venue->decoder, &frame, found->text, found->size, &s->err);
    for (int i = 0; i < frame.count; i++)
        note(s, &frame.update[i]);
    if (++s->dex < venue->dex_count)
        look(s);
    else if (s->count > 0)
        cancel_found(s);
    else
        sweep_next(s);
}

static void look(sweep *s)
{
    hl_ask_dex(hl_of(&s->call), "frontendOpenOrders", s->dex, 20, s, looked);
}

void hl_cancel_all(pg_venue *base, uint64_t run, void *self, pg_cancelled_done done)
{
    hl_venue *venue = (hl_venue *)base;
    sweep *s = pg_call_begin(&venue->calls, sizeof *s);
    s->call.release = sweep_release;
    s->run = run;
    s->self = self;
    s->done = done;
    s->until_ns = hl_now() + cancel_all_ns;
    s->wait_ms = LOOK_AGAIN_MS;
    look(s);
}
