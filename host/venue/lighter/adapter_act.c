/* Transactions that are no order's: sent in their turn, and looked up until it is known what became of them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "venue/lighter/adapter_internal.h"
#include "venue/lighter/rules.h"
#include "venue/lighter/rules_scale.h"

enum { IMMEDIATE, SCHEDULED, ABORTED }; /* of cancel-all */
enum { FIRST_LOOK_MS = 700, LOOK_MS = 1000, GIVE_UP_MS = 15000, LOST_MS = 605000, SWITCH_MARGIN_MS = 5000 };
enum { SWITCH_LOW_S = 540, SWITCH_MOST_S = 15 * 86400 };

static void act_release(pg_call *call)
{
    pg_timer_stop(((li_act *)call)->timer);
}

/* Forgets an act wherever it may still be named, and calls back. */
static void act_end(li_act *act, const pg_error *err)
{
    li_venue *venue = li_of(&act->call);
    void *self = act->self;
    pg_venue_done done = act->done;
    pg_error copy;
    if (err)
        copy = *err;
    for (int i = 0; i < LI_SENT; i++)
        if (venue->sent[i].intent.act == act)
            venue->sent[i] = (li_part){ 0 };
    for (int i = 0; i < venue->outbox_count; i++) {
        li_intent *intent = &venue->outbox[(venue->outbox_first + i) % LI_OUTBOX];
        if (intent->act == act)
            *intent = (li_intent){ .kind = PG_REQUEST_CANCEL }; /* of no order: not wanted any more */
    }
    for (int i = 0; i < LI_FLIGHTS; i++)
        for (int k = 0; venue->flight[i].used && k < venue->flight[i].count; k++)
            if (venue->flight[i].part[k].intent.act == act)
                venue->flight[i].part[k].intent = (li_intent){ .kind = PG_REQUEST_CANCEL };
    pg_call_end(&act->call);
    done(self, err ? &copy : NULL);
}

static void act_early(void *self)
{
    li_act *act = self;
    act_end(act, act->early.status == PG_OK ? NULL : &act->early);
}

static li_act *act_begin(li_venue *venue, const pg_lighter_tx *tx, void *self, pg_venue_done done)
{
    li_act *act = pg_call_begin(&venue->calls, sizeof *act);
    act->call.release = act_release;
    act->tx = *tx;
    act->self = self;
    act->done = done;
    act->give_up_ns = li_now() + (int64_t)GIVE_UP_MS * 1000000;
    act->ask_ns = INT64_MAX;
    return act;
}

static void send(li_venue *venue, const pg_lighter_tx *tx, void *self, pg_venue_done done)
{
    li_act *act = act_begin(venue, tx, self, done);
    pg_lighter_tx checked = *tx;
    checked.value[PG_LIGHTER_ACCOUNT_INDEX] = checked.value[PG_LIGHTER_FROM_ACCOUNT_INDEX] = venue->account;
    checked.value[PG_LIGHTER_API_KEY_INDEX] = venue->key_index < 0 ? 0 : venue->key_index;
    pg_status status = venue->key && venue->nonces
                           ? pg_lighter_tx_check(&checked, &act->early)
                           : pg_fail(&act->early, PG_ERR_STATE, "venue %s has no key", venue->name);
    li_intent intent = { .act = act, .queued_ns = li_now() };
    if (status == PG_OK && !li_queue(venue, &intent))
        status = pg_fail(&act->early, PG_ERR_FULL, "too many requests wait to be sent");
    if (status != PG_OK)
        act->timer = pg_timer_start(venue->loop, 0, 0, act, act_early);
    else
        li_pump(venue);
}

void pg_lighter_transact(pg_venue *base, const pg_lighter_tx *tx, void *self, pg_venue_done done)
{
    send((li_venue *)base, tx, self, done);
}

/* ---- what the venue says ---- */

void li_act_answer(li_act *act, bool lost, int64_t code, const char *words)
{
    int64_t now = li_now();
    pg_error err;
    if (lost) { /* it may be executed until it expires */
        act->taken = true;
        act->ask_ns = now;
        act->give_up_ns = now + (int64_t)LOST_MS * 1000000;
        return;
    }
    if (code == 200) {
        act->taken = true;
        act->ask_ns = now + (int64_t)FIRST_LOOK_MS * 1000000;
        act->give_up_ns = now + (int64_t)GIVE_UP_MS * 1000000;
        return;
    }
    pg_fail(&err, PG_ERR_STATE, "the venue refuses: %s (%" PRId64 ")", words, code);
    act_end(act, &err);
}

static void settle(li_act *act, const pg_lighter_receipt *receipt)
{
    char words[PG_VENUE_WORDS];
    pg_error err;
    if (receipt->status == LI_EXECUTED_TX) {
        act_end(act, NULL);
    } else if (receipt->status == LI_FAILED_TX) {
        li_event_words(words, sizeof words, receipt->event);
        pg_fail(&err, PG_ERR_STATE, "the venue has refused it: %s", words[0] ? words : "it does not say why");
        act_end(act, &err);
    }
}

static li_act *find(li_venue *venue, pg_span hash)
{
    for (pg_call *call = venue->calls.first; call; call = call->after)
        if (call->release == act_release && pg_scan_equal(hash, ((li_act *)call)->hash))
            return (li_act *)call;
    return NULL;
}

void li_act_outcome(li_venue *venue, const pg_lighter_receipt *receipt)
{
    li_act *act = find(venue, receipt->hash);
    if (act && act->sent)
        settle(act, receipt);
}

/* ---- looking ---- */

typedef struct {
    pg_call call;
    char hash[PG_LIGHTER_HASH_TEXT];
} look;

static void looked(void *self, const pg_lighter_found *found, int64_t code, const pg_error *why)
{
    look *l = self;
    li_venue *venue = li_of(&l->call);
    li_act *act = find(venue, (pg_span){ l->hash, strlen(l->hash) });
    pg_lighter_receipt receipt = { .status = -1 };
    (void)code, (void)why;
    pg_call_end(&l->call);
    if (!act)
        return;
    act->asking = false;
    act->ask_ns = li_now() + (int64_t)LOOK_MS * 1000000;
    if (found && pg_lighter_decode_record(&pg_lighter_receipt_table, &receipt, found->text, found->size, NULL) == PG_OK)
        settle(act, &receipt);
}

static void ask(li_venue *venue, li_act *act)
{
    char path[160];
    look *l = pg_call_begin(&venue->calls, sizeof *l);
    memcpy(l->hash, act->hash, sizeof l->hash);
    act->asking = true;
    snprintf(path, sizeof path, "/api/v1/tx?by=hash&value=%s", act->hash);
    pg_lighter_question question = { .path = path, .weight = 300, .safety = true, .patience_ms = 2000 };
    pg_lighter_rest_ask(venue->rest, &question, l, looked);
}

void li_act_tick(li_venue *venue, int64_t now_ns)
{
    pg_error err;
    for (pg_call *call = venue->calls.first, *next; call; call = next) {
        li_act *act = (li_act *)call;
        next = call->after;
        if (call->release != act_release || act->timer || act->asking)
            continue;
        if (act->taken && now_ns >= act->ask_ns && now_ns < act->give_up_ns) {
            ask(venue, act);
        } else if (now_ns >= act->give_up_ns) {
            if (act->early.status == PG_OK)
                pg_fail(&act->early, PG_ERR_STATE,
                        act->sent ? "the outcome is unknown: the venue does not tell what became of it"
                                  : "it could not be sent in time");
            err = act->early;
            act_end(act, &err);
            return; /* the list may be another now */
        }
    }
}

/* ---- the switch and the leverage ---- */

static void done_later(li_venue *venue, void *self, pg_venue_done done, const pg_error *err)
{
    li_act *act = act_begin(venue, &(pg_lighter_tx){ 0 }, self, done);
    if (err)
        act->early = *err;
    act->timer = pg_timer_start(venue->loop, 0, 0, act, act_early);
}

/* The switch costs quota each time: when that runs low, it is set further ahead and less often. */
void li_arm_switch(pg_venue *base, int seconds, void *self, pg_venue_done done)
{
    li_venue *venue = (li_venue *)base;
    int64_t now_ms = (li_now() + venue->clock_ahead_ns) / 1000000;
    bool low = venue->quota >= 0 && venue->quota < LI_QUOTA_LOW;
    pg_lighter_tx tx = { .type = PG_LIGHTER_CANCEL_ALL_ORDERS };
    pg_error err;
    if (venue->maker_only) {
        pg_fail(&err, PG_ERR_UNSUPPORTED, "a maker-only key cannot set the dead-man's switch");
        done_later(venue, self, done, &err);
        return;
    }
    if (seconds > 0 && low && venue->switch_ms - now_ms > LI_SWITCH_LEAST_S * 1000) {
        done_later(venue, self, done, NULL);
        return;
    }
    if (seconds > 0) {
        seconds = seconds < LI_SWITCH_LEAST_S ? LI_SWITCH_LEAST_S : seconds > SWITCH_MOST_S ? SWITCH_MOST_S : seconds;
        seconds = low && seconds < SWITCH_LOW_S ? SWITCH_LOW_S : seconds;
    }
    venue->switch_ms = seconds > 0 ? now_ms + (int64_t)seconds * 1000 + SWITCH_MARGIN_MS : 0;
    tx.value[PG_LIGHTER_CANCEL_TIME_IN_FORCE] = seconds > 0 ? SCHEDULED : ABORTED;
    tx.value[PG_LIGHTER_CANCEL_TIME] = venue->switch_ms;
    send(venue, &tx, self, done);
}

void li_set_leverage(pg_venue *base, int market, int leverage, bool cross, void *self, pg_venue_done done)
{
    li_venue *venue = (li_venue *)base;
    pg_lighter_tx tx = { .type = PG_LIGHTER_UPDATE_LEVERAGE };
    int64_t fraction = 0;
    pg_error err = { 0 };
    bool known = market >= 0 && market < venue->market_count;
    if (!known || !venue->market[market].is_perp)
        pg_fail(&err, PG_ERR_INVALID, "leverage is of perpetuals");
    else if (venue->maker_only)
        pg_fail(&err, PG_ERR_UNSUPPORTED, "a maker-only key cannot set the leverage");
    else
        pg_lighter_margin_fraction(&fraction, leverage, &err);
    if (err.status != PG_OK) {
        done_later(venue, self, done, &err);
        return;
    }
    tx.value[PG_LIGHTER_MARKET_INDEX] = venue->market[market].id;
    tx.value[PG_LIGHTER_INITIAL_MARGIN_FRACTION] = fraction;
    tx.value[PG_LIGHTER_MARGIN_MODE] = cross ? 0 : 1;
    send(venue, &tx, self, done);
}
