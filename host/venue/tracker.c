#include "venue/tracker.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "venue/tracker_internal.h"

/* ---- reports ---- */

static pg_report report_of(const pg_tracker *tracker, const pg_tracked *order, uint8_t kind, int64_t exch_ns)
{
    pg_report report = { .market = order->market,
                         .run = tracker->run,
                         .sent_ns = order->sent_ns,
                         .reply = { .id = order->id,
                                    .kind = kind,
                                    .side = order->side,
                                    .price = order->leg.price,
                                    .remaining = order->leg.size - order->leg.filled,
                                    .exch_ns = exch_ns } };
    if (order->leg.oid)
        snprintf(report.order_id, sizeof report.order_id, "%" PRIu64, order->leg.oid);
    return report;
}

static void say(pg_tracker *tracker, pg_report *report, pg_reason reason, const char *words)
{
    report->reply.reason = (uint8_t)reason;
    if (words)
        snprintf(report->words, sizeof report->words, "%s", words);
    tracker->sink.report(tracker->sink.self, report);
}

void tracker_accept(pg_tracker *tracker, pg_tracked *order, int64_t exch_ns)
{
    if (order->accepted || order->done)
        return;
    order->accepted = true;
    pg_report report = report_of(tracker, order, PG_REPLY_ACCEPTED, exch_ns);
    say(tracker, &report, PG_REASON_NONE, NULL);
}

static void finish(pg_tracker *tracker, pg_tracked *order)
{
    tracker_resolve(tracker, order);
    order->done = true;
    order->cancelling = false;
    tracker_retire(tracker, order);
}

/* The order's end, as a refusal of it when it was never accepted. */
static void end(pg_tracker *tracker, pg_tracked *order, const pg_leg *why)
{
    bool rejected = !order->accepted && why->state == PG_TOLD_REJECTED;
    pg_report report = report_of(tracker, order, rejected ? PG_REPLY_REJECTED : PG_REPLY_CANCELLED, why->end_ns);
    if (!rejected)
        tracker_accept(tracker, order, why->end_ns);
    report.reply.remaining = 0;
    pg_reason reason = why->reason;
    if (reason == PG_REASON_NONE && order->tif == PG_TIF_IOC)
        reason = PG_REASON_IOC;
    finish(tracker, order);
    say(tracker, &report, reason, why->words);
}

void pg_report_fill(pg_report *report, const pg_told_fill *fill, const char *symbol)
{
    *report = (pg_report){ .market = fill->market,
                           .run = fill->cloid.run,
                           .reply = { .id = fill->cloid.id,
                                      .kind = PG_REPLY_FILL,
                                      .side = fill->side,
                                      .price = fill->price,
                                      .size = fill->size,
                                      .fee = fill->fee,
                                      .maker = fill->maker,
                                      .reason = fill->liquidation ? PG_REASON_LIQUIDATION : PG_REASON_NONE,
                                      .exch_ns = fill->time_ns } };
    snprintf(report->order_id, sizeof report->order_id, "%" PRIu64, fill->oid);
    snprintf(report->trade_id, sizeof report->trade_id, "%s-%" PRIu64 "-%" PRIu64, symbol, fill->oid, fill->tid);
}

/* ---- ends and replacements ---- */

static void refuse(pg_tracker *tracker, pg_tracked *order, uint8_t reply, pg_reason reason, const char *words,
                   bool unsent)
{
    pg_report report = report_of(tracker, order, reply, 0);
    report.unsent = unsent;
    say(tracker, &report, reason, words);
}

/* A fill of the order as it is now. The last one ends it, and with it a replacement on its way: the venue refuses
 * that. */
static void book_fill(pg_tracker *tracker, pg_tracked *order, const pg_told_fill *fill, const char *symbol)
{
    pg_report report;
    int64_t left = order->leg.size - order->leg.filled - fill->size;
    bool fits = !order->done && left >= 0, last = fits && left == 0;
    bool replacing = last && order->replace != PG_REPLACE_NONE;
    pg_report_fill(&report, fill, symbol);
    report.run = tracker->run;
    report.reply.id = fits || order->done ? order->id : 0; /* more than was asked for counts, but not as this order's */
    if (fits) {
        tracker_accept(tracker, order, fill->time_ns);
        order->leg.filled += fill->size;
        report.reply.remaining = left;
    }
    if (last)
        finish(tracker, order);
    tracker->sink.report(tracker->sink.self, &report);
    if (replacing)
        refuse(tracker, order, PG_REPLY_REPLACE_REFUSED, PG_REASON_UNKNOWN, "the order was filled first", false);
}

/* Gives out the fills of what was the next leg. */
static void release_held(pg_tracker *tracker, pg_tracked *order)
{
    int slot = tracker_slot_of(tracker, order), kept = 0, mine = 0;
    tracker_held *released = tracker->released;
    for (int i = 0; i < tracker->held_count; i++)
        if (tracker->held[i].slot == slot)
            released[mine++] = tracker->held[i];
        else
            tracker->held[kept++] = tracker->held[i];
    tracker->held_count = kept;
    for (int i = 0; i < mine; i++)
        book_fill(tracker, order, &released[i].fill, released[i].symbol);
}

void tracker_drop_next(pg_tracker *tracker, pg_tracked *order)
{
    tracker_unchain_leg(tracker, order, 1);
    order->next = (pg_leg){ 0 };
    order->replace = PG_REPLACE_NONE;
    release_held(tracker, order);
}

/* The old leg is done with, the new one is the order now. */
static void promote(pg_tracker *tracker, pg_tracked *order, int64_t now_ns)
{
    tracker_unchain_leg(tracker, order, 0);
    tracker_unchain_leg(tracker, order, 1);
    order->leg = order->next;
    order->next = (pg_leg){ 0 };
    order->replace = PG_REPLACE_NONE;
    if (order->leg.oid)
        tracker_chain_leg(tracker, order, 0);
    tracker_resolve(tracker, order);
    pg_report report = report_of(tracker, order, PG_REPLY_REPLACED, now_ns);
    say(tracker, &report, PG_REASON_NONE, NULL);
    release_held(tracker, order);
    tracker_settle(tracker, order, now_ns);
}

/* The leg's own reason, or that of the replacement which took it away and was then refused. */
static void end_leg(pg_tracker *tracker, pg_tracked *order)
{
    pg_leg why = order->leg;
    if (order->replace == PG_REPLACE_REFUSED && why.reason == PG_REASON_NONE &&
        order->next.reason != PG_REASON_UNKNOWN) {
        why.reason = order->next.reason;
        snprintf(why.words, sizeof why.words, "%s", order->next.words);
    }
    end(tracker, order, &why);
    tracker_drop_next(tracker, order);
}

/* The order is what it was to become, its id and fills as they were. */
static void change(pg_tracker *tracker, pg_tracked *order, int64_t now_ns)
{
    order->leg.price = order->next.price;
    order->leg.size = order->next.size;
    order->next = (pg_leg){ 0 };
    order->replace = PG_REPLACE_NONE;
    tracker_resolve(tracker, order);
    pg_report report = report_of(tracker, order, PG_REPLY_REPLACED, now_ns);
    say(tracker, &report, PG_REASON_NONE, NULL);
    release_held(tracker, order);
}

/* Whether a state shows that an order was changed in place. */
static bool shows_change(const pg_tracked *order, const pg_told_order *update)
{
    return order->in_place && (order->replace == PG_REPLACE_SENT || order->replace == PG_REPLACE_TAKEN) &&
           update->price == order->next.price && update->size == order->next.size;
}

/* Looks whether the order's leg has come to its end, with all its fills. */
void tracker_settle(pg_tracker *tracker, pg_tracked *order, int64_t now_ns)
{
    const pg_leg *leg = &order->leg;
    if (order->done || !leg->ended)
        return;
    if (leg->filled < leg->end_filled) {
        if (order->ask != PG_ASK_FILLS)
            tracker_watch(tracker, order, PG_ASK_FILLS, now_ns + TRACKER_WAIT_FILLS_NS);
        return;
    }
    if (order->in_place)
        end_leg(tracker, order);
    else if (order->replace == PG_REPLACE_TAKEN)
        promote(tracker, order, now_ns);
    else if (order->replace == PG_REPLACE_SENT && leg->state == PG_TOLD_CANCELLED && leg->filled < leg->size) {
        if (order->doubt == PG_REQUEST_REPLACE) /* otherwise its answer is still to come */
            tracker_watch(tracker, order, PG_ASK_NEXT, now_ns);
    } else
        end_leg(tracker, order);
}

/* ---- requests ---- */

void pg_tracked_cancel(pg_tracked *order, int64_t now_ns)
{
    order->cancelling = true;
    order->sent_ns = now_ns;
}

void pg_tracked_replace(pg_tracked *order, int64_t price, int64_t size, int64_t now_ns)
{
    order->replace = PG_REPLACE_SENT;
    order->in_place = false;
    order->next = (pg_leg){ .number = ++order->legs, .price = price, .size = size };
    order->sent_ns = now_ns;
}

void pg_tracked_amend(pg_tracked *order, int64_t price, int64_t size, int64_t now_ns)
{
    pg_tracked_replace(order, price, size, now_ns);
    order->in_place = true;
}

void tracker_refuse_new(pg_tracker *tracker, pg_tracked *order, pg_reason reason, const char *words, bool unsent,
                        int64_t now_ns)
{
    if (order->accepted) { /* two stories: the venue has to say which */
        tracker_watch_end(tracker, order, now_ns);
        return;
    }
    finish(tracker, order);
    refuse(tracker, order, PG_REPLY_REJECTED, reason, words, unsent);
}

void tracker_refuse_replace(pg_tracker *tracker, pg_tracked *order, pg_reason reason, const char *words, bool unsent)
{
    tracker_resolve(tracker, order);
    tracker_drop_next(tracker, order);
    refuse(tracker, order, PG_REPLY_REPLACE_REFUSED, reason, words, unsent);
}

void tracker_refuse_cancel(pg_tracker *tracker, pg_tracked *order, pg_reason reason, const char *words, bool unsent)
{
    tracker_resolve(tracker, order);
    order->cancelling = false;
    refuse(tracker, order, PG_REPLY_CANCEL_REFUSED, reason, words, unsent);
}

/* A replacement that the venue refused may have cost the old order its life: that is asked before anything is said. */
static void doubt_old(pg_tracker *tracker, pg_tracked *order, pg_refusal refusal, const char *words, int64_t now_ns)
{
    order->replace = PG_REPLACE_REFUSED;
    order->next.reason = refusal.reason;
    snprintf(order->next.words, sizeof order->next.words, "%s", words);
    tracker_watch_end(tracker, order, refusal.gone ? now_ns + TRACKER_WAIT_GONE_NS : now_ns);
    tracker_settle(tracker, order, now_ns);
}

void pg_tracker_refuse(pg_tracker *tracker, pg_tracked *order, uint8_t kind, pg_refusal refusal, const char *words,
                       bool unsent, int64_t now_ns)
{
    bool late = kind == PG_REQUEST_REPLACE && order->replace != PG_REPLACE_SENT && order->replace != PG_REPLACE_REFUSED;
    if (order->done || late)
        return;
    if (kind == PG_REQUEST_NEW)
        tracker_refuse_new(tracker, order, refusal.reason, words, unsent, now_ns);
    else if (kind == PG_REQUEST_REPLACE && unsent)
        tracker_refuse_replace(tracker, order, refusal.reason, words, true);
    else if (kind == PG_REQUEST_REPLACE)
        doubt_old(tracker, order, refusal, words, now_ns);
    else if (refusal.gone) /* filled or cancelled: its end is on the way, or has to be asked for */
        tracker_watch_end(tracker, order, now_ns + TRACKER_WAIT_GONE_NS);
    else
        tracker_refuse_cancel(tracker, order, refusal.reason, words, unsent);
}

static void taken(pg_tracker *tracker, pg_tracked *order, uint8_t kind, const pg_answer *answer, int64_t now_ns)
{
    if (kind == PG_REQUEST_NEW) {
        tracker_learn_oid(tracker, order, &order->leg, answer->oid);
        tracker_accept(tracker, order, now_ns);
        if (answer->kind == PG_ANSWER_FILLED)
            tracker_watch_end(tracker, order, now_ns + TRACKER_WAIT_FILLS_NS);
    } else if (order->replace == PG_REPLACE_SENT || order->replace == PG_REPLACE_TAKEN) {
        order->replace = PG_REPLACE_TAKEN;
        tracker_learn_oid(tracker, order, &order->next, answer->oid);
        if (!order->leg.ended)
            tracker_watch_end(tracker, order, now_ns + TRACKER_WAIT_END_NS);
        tracker_settle(tracker, order, now_ns);
    }
}

void pg_tracker_answer(pg_tracker *tracker, pg_tracked *order, uint8_t kind, const pg_answer *answer, int64_t now_ns)
{
    if (order->done)
        return;
    if (answer->kind == PG_ANSWER_REFUSED)
        pg_tracker_refuse(tracker, order, kind, answer->refusal, answer->words, false, now_ns);
    else if (answer->kind == PG_ANSWER_UNCLEAR)
        tracker_watch_end(tracker, order, now_ns);
    else if (kind == PG_REQUEST_CANCEL)
        tracker_watch_end(tracker, order, now_ns + TRACKER_WAIT_END_NS);
    else
        taken(tracker, order, kind, answer, now_ns);
}

void pg_tracker_lose(pg_tracker *tracker, pg_tracked *order, uint8_t kind, uint64_t nonce, int64_t now_ns)
{
    bool known = order->done || (kind == PG_REQUEST_NEW && order->accepted) ||
                 (kind == PG_REQUEST_REPLACE && order->replace != PG_REPLACE_SENT);
    if (known)
        return;
    order->doubt = kind;
    order->doubt_nonce = nonce;
    order->doubt_ns = now_ns;
    order->taken = false;
    tracker_watch(tracker, order, PG_ASK_STATUS, now_ns);
    pg_report report = {
        .market = order->market, .run = tracker->run, .unknown = true, .reply.id = order->id, .sent_ns = order->sent_ns
    };
    tracker->sink.report(tracker->sink.self, &report);
    tracker_settle(tracker, order, now_ns);
}

void pg_tracker_expect(pg_tracker *tracker, pg_tracked *order, int64_t at_ns)
{
    if (!order->done)
        tracker_watch_end(tracker, order, at_ns);
}

/* ---- states ---- */

/* The leg that goes by a number of its own; NULL when it was replaced, or refused. */
static pg_leg *leg_of_number(pg_tracked *order, uint32_t number)
{
    bool replacing = order->replace == PG_REPLACE_SENT || order->replace == PG_REPLACE_TAKEN;
    if (order->leg.number == number)
        return &order->leg;
    return replacing && order->next.number == number ? &order->next : NULL;
}

/* The leg of an id of the venue that is new, where all legs have one name: a replacement's id is the larger one. */
static pg_leg *leg_of_unknown(pg_tracked *order, uint64_t oid)
{
    if (!order->leg.oid)
        return &order->leg;
    if (order->in_place)
        return NULL;
    bool replacing = order->replace == PG_REPLACE_SENT || order->replace == PG_REPLACE_TAKEN;
    return replacing && !order->next.oid && oid > order->leg.oid ? &order->next : NULL;
}

/* The order and leg that a state or fill is about: by the venue's id, or by ours, whereby the venue's is learnt. NULL
 * when there is none, or it is a leg that was replaced. */
pg_tracked *tracker_find_leg(pg_tracker *tracker, uint64_t oid, pg_client_id cloid, pg_leg **leg)
{
    pg_tracked *order = tracker_find_oid(tracker, oid, leg);
    if (order)
        return order;
    order = pg_tracker_named(tracker, cloid);
    if (!order)
        return NULL;
    *leg = cloid.leg ? leg_of_number(order, cloid.leg) : leg_of_unknown(order, oid);
    if (!*leg || ((*leg)->oid && (*leg)->oid != oid))
        return NULL;
    tracker_learn_oid(tracker, order, *leg, oid);
    return order;
}

static void end_of(pg_leg *leg, const pg_told_order *update)
{
    leg->ended = true;
    leg->state = update->state;
    leg->reason = update->reason;
    leg->end_ns = update->time_ns;
    int64_t filled = update->state == PG_TOLD_REJECTED ? 0 : update->size - update->remaining;
    leg->end_filled = filled > leg->size ? leg->size : filled;
    if (update->state != PG_TOLD_FILLED && update->reason != PG_REASON_NONE)
        snprintf(leg->words, sizeof leg->words, "%s", update->words);
}

/* The order has ended before it could be changed. */
static void end_unchanged(pg_tracker *tracker, pg_tracked *order)
{
    bool told = order->replace == PG_REPLACE_REFUSED;
    pg_reason reason = told ? order->next.reason : PG_REASON_UNKNOWN;
    char words[PG_VENUE_WORDS];
    snprintf(words, sizeof words, "%s", told ? order->next.words : "the order ended first");
    tracker_refuse_replace(tracker, order, reason, words, false);
}

void tracker_take_state(pg_tracker *tracker, pg_tracked *order, pg_leg *leg, const pg_told_order *update,
                        int64_t now_ns)
{
    bool is_next = leg == &order->next;
    if (update->state == PG_TOLD_UNKNOWN) {
        tracker_watch_end(tracker, order, now_ns + TRACKER_ASK_EVERY_NS);
        return;
    }
    if (is_next && update->state == PG_TOLD_REJECTED) {
        doubt_old(tracker, order, (pg_refusal){ .reason = update->reason }, update->words, now_ns);
        return;
    }
    if (is_next)
        order->replace = PG_REPLACE_TAKEN;
    if (shows_change(order, update))
        change(tracker, order, now_ns);
    else if (order->in_place && order->replace != PG_REPLACE_NONE && update->state != PG_TOLD_OPEN)
        end_unchanged(tracker, order);
    if (order->done)
        return;
    if (update->state != PG_TOLD_OPEN) {
        if (!leg->ended)
            end_of(leg, update);
    } else if (!is_next) {
        tracker_accept(tracker, order, update->time_ns);
    }
    if (is_next && !order->leg.ended)
        tracker_watch_end(tracker, order, now_ns + TRACKER_WAIT_END_NS);
    tracker_settle(tracker, order, now_ns);
}

/* An order of another session or another hand: its states as they are. */
static void report_other(pg_tracker *tracker, const pg_told_order *update)
{
    bool ended = update->state == PG_TOLD_CANCELLED;
    pg_report report = { .market = update->market,
                         .run = update->cloid.run,
                         .reply = { .id = update->cloid.id,
                                    .kind = ended ? PG_REPLY_CANCELLED : PG_REPLY_ACCEPTED,
                                    .side = update->side,
                                    .price = update->price,
                                    .remaining = ended ? 0 : update->remaining,
                                    .exch_ns = update->time_ns } };
    if (!ended && update->state != PG_TOLD_OPEN)
        return;
    snprintf(report.order_id, sizeof report.order_id, "%" PRIu64, update->oid);
    say(tracker, &report, update->reason, ended && update->reason ? update->words : NULL);
}

void pg_tracker_update(pg_tracker *tracker, const pg_told_order *update, int64_t now_ns)
{
    pg_leg *leg = NULL;
    if (update->market < 0)
        return;
    pg_tracked *order = tracker_find_leg(tracker, update->oid, update->cloid, &leg);
    if (order && !order->done)
        tracker_take_state(tracker, order, leg, update, now_ns);
    else if (!order && update->cloid.run != tracker->run && !pg_tracker_named(tracker, update->cloid))
        report_other(tracker, update);
}

/* ---- fills ---- */

bool pg_tracker_know_fill(pg_tracker *tracker, const pg_told_fill *fill)
{
    return pg_recent_add(tracker->fills, fill->oid ^ (uint64_t)(fill->market + 1) << 56, fill->tid);
}

/* A fill of nobody's order, of another session's, or of a leg that was given up: it counts, but takes nothing off an
 * order that is open. */
static void report_stray(pg_tracker *tracker, const pg_told_fill *fill, const char *symbol)
{
    pg_report report;
    const pg_tracked *ours = pg_tracker_named(tracker, fill->cloid);
    pg_report_fill(&report, fill, symbol);
    if (ours && !ours->done)
        report.reply.id = 0;
    tracker->sink.report(tracker->sink.self, &report);
}

/* Keeps a fill until it is known what the order has become; false when too many are kept. */
static bool hold(pg_tracker *tracker, const pg_tracked *order, const pg_told_fill *fill, const char *symbol)
{
    if (tracker->held_count == PG_TRACKER_HELD)
        return false;
    tracker_held *h = &tracker->held[tracker->held_count++];
    *h = (tracker_held){ .slot = tracker_slot_of(tracker, order), .fill = *fill };
    snprintf(h->symbol, sizeof h->symbol, "%s", symbol);
    return true;
}

/* A fill of what replaces an order, before that is reported: it is kept until then. */
static void fill_next(pg_tracker *tracker, pg_tracked *order, const pg_told_fill *fill, const char *symbol,
                      int64_t now_ns)
{
    order->replace = PG_REPLACE_TAKEN; /* it has traded: it was taken */
    if (!order->leg.ended)
        tracker_watch_end(tracker, order, now_ns + TRACKER_WAIT_END_NS);
    if (!hold(tracker, order, fill, symbol)) {
        promote(tracker, order, now_ns);
        book_fill(tracker, order, fill, symbol);
    }
}

/* A fill that uses the order up, unless it was made larger before: a state tells which came first. */
static bool depends_on_change(const pg_tracked *order, const pg_told_fill *fill)
{
    return order->in_place && (order->replace == PG_REPLACE_SENT || order->replace == PG_REPLACE_TAKEN) &&
           order->next.size > order->leg.size && order->leg.filled + fill->size >= order->leg.size;
}

static void fill_changing(pg_tracker *tracker, pg_tracked *order, const pg_told_fill *fill, const char *symbol,
                          int64_t now_ns)
{
    tracker_watch_end(tracker, order, now_ns + TRACKER_WAIT_END_NS);
    if (!hold(tracker, order, fill, symbol)) {
        change(tracker, order, now_ns);
        book_fill(tracker, order, fill, symbol);
    }
}

bool pg_tracker_fill(pg_tracker *tracker, const pg_told_fill *fill, const char *symbol, int64_t now_ns)
{
    pg_leg *leg = NULL;
    if (fill->market < 0 || !pg_tracker_know_fill(tracker, fill))
        return false;
    pg_tracked *order = tracker_find_leg(tracker, fill->oid, fill->cloid, &leg);
    if (!order) {
        report_stray(tracker, fill, symbol);
        return true;
    }
    if (!order->done && depends_on_change(order, fill))
        fill_changing(tracker, order, fill, symbol, now_ns);
    else if (leg == &order->next && !order->done)
        fill_next(tracker, order, fill, symbol, now_ns);
    else
        book_fill(tracker, order, fill, symbol);
    tracker_settle(tracker, order, now_ns);
    return true;
}
