/* One action and its answer: the dead-man's switch, leverage. */
#include <stdio.h>

#include "venue/hyperliquid/adapter_internal.h"

typedef struct {
    pg_call call;
    void *self;
    pg_venue_done done;
    pg_error early; /* why it was not sent */
    bool is_switch;
    pg_timer *timer;
} acting;

static void acting_release(pg_call *call)
{
    pg_timer_stop(((acting *)call)->timer);
}

static void acting_done(acting *a, const pg_error *err)
{
    void *self = a->self;
    pg_venue_done done = a->done;
    pg_error copy;
    if (err)
        copy = *err;
    pg_call_end(&a->call);
    done(self, err ? &copy : NULL);
}

static void acting_early(void *self)
{
    acting *a = self;
    acting_done(a, &a->early);
}

/* The venue's words, and what they mean for the switch. */
static void refused(acting *a, pg_span span)
{
    hl_venue *venue = hl_of(&a->call);
    char words[PG_VENUE_WORDS];
    pg_error err;
    pg_hl_refusal refusal = pg_hl_refusal_of(span.data, span.size);
    pg_scan_plain(words, sizeof words, span);
    hl_heed(venue, refusal, words);
    bool none = a->is_switch && refusal.class == PG_HL_NOT_TRADED;
    if (none) {
        venue->switch_refused = true;
        venue->facts.switch_least_s = 0;
        snprintf(venue->facts.switch_why, sizeof venue->facts.switch_why, "%s", words);
    }
    pg_fail(&err, none ? PG_ERR_UNSUPPORTED : PG_ERR_STATE, "the venue refuses: %s", words);
    acting_done(a, &err);
}

static void acted(void *self, pg_hl_sent sent, const char *body, size_t size, const pg_error *why)
{
    acting *a = self;
    pg_hl_answer answer;
    pg_error err;
    if (sent != PG_HL_SENT_ANSWERED) {
        acting_done(a, why);
        return;
    }
    if (pg_hl_decode_answer(hl_of(&a->call)->decoder, &answer, body, size, &err) != PG_OK)
        acting_done(a, &err);
    else if (answer.refused)
        refused(a, answer.words);
    else if (answer.count > 0 && answer.result[0].kind == PG_HL_OUT_ERROR)
        refused(a, answer.result[0].words);
    else
        acting_done(a, NULL);
}

static acting *begin(hl_venue *venue, void *self, pg_venue_done done)
{
    acting *a = pg_call_begin(&venue->calls, sizeof *a);
    a->call.release = acting_release;
    a->self = self;
    a->done = done;
    return a;
}

static void act(hl_venue *venue, const pg_hl_action *action, bool is_switch, void *self, pg_venue_done done)
{
    acting *a = begin(venue, self, done);
    a->is_switch = is_switch;
    const char *body = NULL;
    pg_status status = is_switch && venue->facts.switch_least_s == 0
                           ? pg_fail(&a->early, PG_ERR_UNSUPPORTED, "%s", venue->facts.switch_why)
                           : PG_OK;
    if (status == PG_OK && !pg_hl_rest_take(venue->rest, 1, true))
        status = pg_fail(&a->early, PG_ERR_FULL, "no room within the venue's limit of requests");
    if (status == PG_OK)
        status = hl_sign(venue, action, 0, false, &a->early);
    if (status == PG_OK && !(body = hl_body(venue)))
        pg_fail(&a->early, PG_ERR_MEMORY, "no memory for a request");
    if (body) {
        hl_rights_charge(venue, 1, true);
        pg_hl_rest_act(venue->rest, body, a, acted);
    } else {
        a->timer = pg_timer_start(venue->loop, 0, 0, a, acting_early);
    }
}

void hl_arm_switch(pg_venue *base, int seconds, void *self, pg_venue_done done)
{
    hl_venue *venue = (hl_venue *)base;
    int64_t at_ms = (hl_now() + venue->clock_ahead_ns) / 1000000 + (int64_t)seconds * 1000;
    pg_hl_action action = { .kind = PG_HL_SCHEDULE_CANCEL, .schedule_cancel.time_ms = seconds > 0 ? at_ms : 0 };
    act(venue, &action, true, self, done);
}

void hl_set_leverage(pg_venue *base, int market, int leverage, bool cross, void *self, pg_venue_done done)
{
    hl_venue *venue = (hl_venue *)base;
    if (market < 0 || market >= venue->market_count) {
        acting *a = begin(venue, self, done);
        pg_fail(&a->early, PG_ERR_NOT_FOUND, "there is no market %d", market);
        a->timer = pg_timer_start(venue->loop, 0, 0, a, acting_early);
        return;
    }
    pg_hl_action action = { .kind = PG_HL_UPDATE_LEVERAGE,
                            .margin = {
                                .asset = venue->market[market].asset.id, .is_cross = cross, .leverage = leverage } };
    act(venue, &action, false, self, done);
}
