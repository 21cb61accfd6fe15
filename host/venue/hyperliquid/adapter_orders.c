#include "venue/hyperliquid/adapter_orders.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "venue/hyperliquid/adapter_orders_internal.h"

/* ---- reports ---- */

static pg_report report_of(const hl_orders *orders, const hl_order *order, uint8_t kind, int64_t exch_ns)
{
    pg_report report = { .market = order->market,
                         .run = orders->run,
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

static void say(hl_orders *orders, pg_report *report, pg_reason reason, const char *words)
{
    report->reply.reason = (uint8_t)reason;
    if (words)
        snprintf(report->words, sizeof report->words, "%s", words);
    orders->sink.report(orders->sink.self, report);
}

void hl_accept(hl_orders *orders, hl_order *order, int64_t exch_ns)
{
    if (order->accepted || order->done)
        return;
    order->accepted = true;
    pg_report report = report_of(orders, order, PG_REPLY_ACCEPTED, exch_ns);
    say(orders, &report, PG_REASON_NONE, NULL);
}

static void finish(hl_orders *orders, hl_order *order)
{
    hl_resolve(orders, order);
    order->done = true;
    order->cancelling = false;
    hl_retire(orders, order);
}

/* The order's end, as a refusal of it when it was never accepted. */
static void end(hl_orders *orders, hl_order *order, const hl_leg *why)
{
    bool rejected = !order->accepted && why->state == PG_HL_STATE_REJECTED;
    pg_report report = report_of(orders, order, rejected ? PG_REPLY_REJECTED : PG_REPLY_CANCELLED, why->end_ns);
    if (!rejected)
        hl_accept(orders, order, why->end_ns);
    report.reply.remaining = 0;
    pg_reason reason = why->reason;
    if (reason == PG_REASON_NONE && order->tif == PG_TIF_IOC)
        reason = PG_REASON_IOC;
    finish(orders, order);
    say(orders, &report, reason, why->words);
}

void hl_report_fill(pg_report *report, const pg_hl_fill *fill, const char *symbol)
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

static void book_fill(hl_orders *orders, hl_order *order, const pg_hl_fill *fill, const char *symbol)
{
    pg_report report;
    bool replacing = false;
    hl_report_fill(&report, fill, symbol);
    report.run = orders->run;
    report.reply.id = order->id;
    if (!order->done && fill->size <= order->leg.size - order->leg.filled) {
        hl_accept(orders, order, fill->time_ns);
        order->leg.filled += fill->size;
        report.reply.remaining = order->leg.size - order->leg.filled;
        if (report.reply.remaining == 0) { /* nothing is left to be replaced, either: the venue refuses that */
            replacing = order->replace != HL_REPLACE_NONE;
            finish(orders, order);
        }
    } else if (!order->done) {
        report.reply.id = 0; /* more than was asked for: it counts, but not as this order's */
    }
    orders->sink.report(orders->sink.self, &report);
    if (replacing) {
        pg_report refused = report_of(orders, order, PG_REPLY_REPLACE_REFUSED, 0);
        say(orders, &refused, PG_REASON_UNKNOWN, "the order was filled first");
    }
}

/* Gives out the fills of what was the next leg. */
static void release_held(hl_orders *orders, hl_order *order)
{
    int slot = hl_slot_of(orders, order), kept = 0, mine = 0;
    hl_held *released = orders->released;
    for (int i = 0; i < orders->held_count; i++)
        if (orders->held[i].slot == slot)
            released[mine++] = orders->held[i];
        else
            orders->held[kept++] = orders->held[i];
    orders->held_count = kept;
    for (int i = 0; i < mine; i++)
        book_fill(orders, order, &released[i].fill, released[i].symbol);
}

void hl_drop_next(hl_orders *orders, hl_order *order)
{
    hl_unchain_leg(orders, order, 1);
    order->next = (hl_leg){ 0 };
    order->replace = HL_REPLACE_NONE;
    release_held(orders, order);
}

/* The old leg is done with, the new one is the order now. */
static void promote(hl_orders *orders, hl_order *order, int64_t now_ns)
{
    hl_unchain_leg(orders, order, 0);
    hl_unchain_leg(orders, order, 1);
    order->leg = order->next;
    order->next = (hl_leg){ 0 };
    order->replace = HL_REPLACE_NONE;
    if (order->leg.oid)
        hl_chain_leg(orders, order, 0);
    hl_resolve(orders, order);
    pg_report report = report_of(orders, order, PG_REPLY_REPLACED, now_ns);
    say(orders, &report, PG_REASON_NONE, NULL);
    release_held(orders, order);
    hl_settle(orders, order, now_ns);
}

/* The leg's own reason, or that of the replacement which took it away and was then refused. */
static void end_leg(hl_orders *orders, hl_order *order)
{
    hl_leg why = order->leg;
    if (order->replace == HL_REPLACE_REFUSED && why.reason == PG_REASON_NONE &&
        order->next.reason != PG_REASON_UNKNOWN) {
        why.reason = order->next.reason;
        snprintf(why.words, sizeof why.words, "%s", order->next.words);
    }
    end(orders, order, &why);
    hl_drop_next(orders, order);
}

/* Looks whether the order's leg has come to its end, with all its fills. */
void hl_settle(hl_orders *orders, hl_order *order, int64_t now_ns)
{
    const hl_leg *leg = &order->leg;
    if (order->done || !leg->ended)
        return;
    if (leg->filled < leg->end_filled) {
        if (order->ask != HL_ASK_FILLS)
            hl_watch(orders, order, HL_ASK_FILLS, now_ns + HL_WAIT_FILLS_NS);
        return;
    }
    if (order->replace == HL_REPLACE_TAKEN)
        promote(orders, order, now_ns);
    else if (order->replace == HL_REPLACE_SENT && leg->state == PG_HL_STATE_CANCELLED && leg->filled < leg->size) {
        if (order->doubt == PG_REQUEST_REPLACE) /* otherwise its answer is still to come */
            hl_watch(orders, order, HL_ASK_NEXT, now_ns);
    } else
        end_leg(orders, order);
}

/* ---- requests ---- */

void hl_order_cancel(hl_order *order, int64_t now_ns)
{
    order->cancelling = true;
    order->sent_ns = now_ns;
}

void hl_order_replace(hl_order *order, int64_t price, int64_t size, int64_t now_ns)
{
    order->replace = HL_REPLACE_SENT;
    order->next = (hl_leg){ .price = price, .size = size };
    order->sent_ns = now_ns;
}

static void refuse(hl_orders *orders, hl_order *order, uint8_t reply, pg_reason reason, const char *words, bool unsent)
{
    pg_report report = report_of(orders, order, reply, 0);
    report.unsent = unsent;
    say(orders, &report, reason, words);
}

void hl_refuse_new(hl_orders *orders, hl_order *order, pg_reason reason, const char *words, bool unsent, int64_t now_ns)
{
    if (order->accepted) { /* two stories: the venue has to say which */
        hl_watch_end(orders, order, now_ns);
        return;
    }
    finish(orders, order);
    refuse(orders, order, PG_REPLY_REJECTED, reason, words, unsent);
}

void hl_refuse_replace(hl_orders *orders, hl_order *order, pg_reason reason, const char *words, bool unsent)
{
    hl_resolve(orders, order);
    hl_drop_next(orders, order);
    refuse(orders, order, PG_REPLY_REPLACE_REFUSED, reason, words, unsent);
}

void hl_refuse_cancel(hl_orders *orders, hl_order *order, pg_reason reason, const char *words, bool unsent)
{
    hl_resolve(orders, order);
    order->cancelling = false;
    refuse(orders, order, PG_REPLY_CANCEL_REFUSED, reason, words, unsent);
}

/* A replacement that the venue refused may have cost the old order its life: that is asked before anything is said. */
static void doubt_old(hl_orders *orders, hl_order *order, pg_hl_refusal refusal, const char *words, int64_t now_ns)
{
    order->replace = HL_REPLACE_REFUSED;
    order->next.reason = refusal.reason;
    snprintf(order->next.words, sizeof order->next.words, "%s", words);
    hl_watch_end(orders, order, refusal.class == PG_HL_GONE ? now_ns + HL_WAIT_GONE_NS : now_ns);
    hl_settle(orders, order, now_ns);
}

void hl_orders_refuse(hl_orders *orders, hl_order *order, uint8_t kind, pg_hl_refusal refusal, const char *words,
                      bool unsent, int64_t now_ns)
{
    bool late = kind == PG_REQUEST_REPLACE && order->replace != HL_REPLACE_SENT && order->replace != HL_REPLACE_REFUSED;
    if (order->done || late)
        return;
    if (kind == PG_REQUEST_NEW)
        hl_refuse_new(orders, order, refusal.reason, words, unsent, now_ns);
    else if (kind == PG_REQUEST_REPLACE && unsent)
        hl_refuse_replace(orders, order, refusal.reason, words, true);
    else if (kind == PG_REQUEST_REPLACE)
        doubt_old(orders, order, refusal, words, now_ns);
    else if (refusal.class == PG_HL_GONE) /* filled or cancelled: its end is on the way, or has to be asked for */
        hl_watch_end(orders, order, now_ns + HL_WAIT_GONE_NS);
    else
        hl_refuse_cancel(orders, order, refusal.reason, words, unsent);
}

static void taken(hl_orders *orders, hl_order *order, uint8_t kind, const pg_hl_result *result, int64_t now_ns)
{
    if (kind == PG_REQUEST_NEW) {
        hl_learn_oid(orders, order, &order->leg, result->oid);
        hl_accept(orders, order, now_ns);
        if (result->kind == PG_HL_OUT_FILLED)
            hl_watch_end(orders, order, now_ns + HL_WAIT_FILLS_NS);
    } else if (order->replace == HL_REPLACE_SENT || order->replace == HL_REPLACE_TAKEN) {
        order->replace = HL_REPLACE_TAKEN;
        hl_learn_oid(orders, order, &order->next, result->oid);
        if (!order->leg.ended)
            hl_watch_end(orders, order, now_ns + HL_WAIT_END_NS);
        hl_settle(orders, order, now_ns);
    }
}

void hl_orders_answer(hl_orders *orders, hl_order *order, uint8_t kind, const pg_hl_result *result, int64_t now_ns)
{
    char words[PG_VENUE_WORDS];
    if (order->done)
        return;
    switch (result->kind) {
    case PG_HL_OUT_ERROR:
        pg_scan_plain(words, sizeof words, result->words);
        hl_orders_refuse(orders, order, kind, pg_hl_refusal_of(result->words.data, result->words.size), words, false,
                         now_ns);
        return;
    case PG_HL_OUT_SUCCESS:
        if (kind == PG_REQUEST_CANCEL)
            hl_watch_end(orders, order, now_ns + HL_WAIT_END_NS);
        return;
    case PG_HL_OUT_RESTING:
    case PG_HL_OUT_FILLED:
    case PG_HL_OUT_WAITING_FILL:
    case PG_HL_OUT_WAITING_TRIGGER: taken(orders, order, kind, result, now_ns); return;
    default: /* an answer of no use: the state tells */ hl_watch_end(orders, order, now_ns);
    }
}

void hl_orders_lose(hl_orders *orders, hl_order *order, uint8_t kind, uint64_t nonce, int64_t now_ns)
{
    bool known = order->done || (kind == PG_REQUEST_NEW && order->accepted) ||
                 (kind == PG_REQUEST_REPLACE && order->replace != HL_REPLACE_SENT);
    if (known)
        return;
    order->doubt = kind;
    order->doubt_nonce = nonce;
    order->doubt_ns = now_ns;
    order->taken = false;
    hl_watch(orders, order, HL_ASK_STATUS, now_ns);
    pg_report report = {
        .market = order->market, .run = orders->run, .unknown = true, .reply.id = order->id, .sent_ns = order->sent_ns
    };
    orders->sink.report(orders->sink.self, &report);
    hl_settle(orders, order, now_ns);
}

/* ---- states ---- */

/* The order and leg that a state or fill is about: by the venue's id, or by ours, whereby the venue's is learnt. NULL
 * when there is none, or it is a leg that was replaced. */
hl_order *hl_find_leg(hl_orders *orders, uint64_t oid, pg_hl_cloid cloid, hl_leg **leg)
{
    hl_order *order = hl_find_oid(orders, oid, leg);
    if (order)
        return order;
    order = cloid.run == orders->run ? hl_orders_find(orders, cloid.id) : NULL;
    if (!order)
        return NULL;
    if (!order->leg.oid)
        *leg = &order->leg;
    else if ((order->replace == HL_REPLACE_SENT || order->replace == HL_REPLACE_TAKEN) && !order->next.oid &&
             oid > order->leg.oid)
        *leg = &order->next;
    else
        return NULL;
    hl_learn_oid(orders, order, *leg, oid);
    return order;
}

static void end_of(hl_leg *leg, const pg_hl_update *update)
{
    leg->ended = true;
    leg->state = update->state;
    leg->reason = update->reason;
    leg->end_ns = update->time_ns;
    int64_t filled = update->state == PG_HL_STATE_REJECTED ? 0 : update->size - update->remaining;
    leg->end_filled = filled > leg->size ? leg->size : filled;
    if (update->state != PG_HL_STATE_FILLED && update->reason != PG_REASON_NONE)
        snprintf(leg->words, sizeof leg->words, "%s", update->words);
}

void hl_take_state(hl_orders *orders, hl_order *order, hl_leg *leg, const pg_hl_update *update, int64_t now_ns)
{
    bool is_next = leg == &order->next;
    if (update->state == PG_HL_STATE_UNKNOWN) {
        hl_watch_end(orders, order, now_ns + HL_ASK_EVERY_NS);
        return;
    }
    if (is_next && update->state == PG_HL_STATE_REJECTED) {
        doubt_old(orders, order, (pg_hl_refusal){ update->reason, PG_HL_REFUSED }, update->words, now_ns);
        return;
    }
    if (is_next)
        order->replace = HL_REPLACE_TAKEN;
    if (update->state != PG_HL_STATE_OPEN) {
        if (!leg->ended)
            end_of(leg, update);
    } else if (!is_next) {
        hl_accept(orders, order, update->time_ns);
    }
    if (is_next && !order->leg.ended)
        hl_watch_end(orders, order, now_ns + HL_WAIT_END_NS);
    hl_settle(orders, order, now_ns);
}

/* An order of another session or another hand: its states as they are. */
static void report_other(hl_orders *orders, const pg_hl_update *update)
{
    bool ended = update->state == PG_HL_STATE_CANCELLED;
    pg_report report = { .market = update->market,
                         .run = update->cloid.run,
                         .reply = { .id = update->cloid.id,
                                    .kind = ended ? PG_REPLY_CANCELLED : PG_REPLY_ACCEPTED,
                                    .side = update->side,
                                    .price = update->price,
                                    .remaining = ended ? 0 : update->remaining,
                                    .exch_ns = update->time_ns } };
    if (!ended && update->state != PG_HL_STATE_OPEN)
        return;
    snprintf(report.order_id, sizeof report.order_id, "%" PRIu64, update->oid);
    say(orders, &report, update->reason, ended && update->reason ? update->words : NULL);
}

void hl_orders_update(hl_orders *orders, const pg_hl_update *update, int64_t now_ns)
{
    hl_leg *leg = NULL;
    if (update->market < 0)
        return;
    hl_order *order = hl_find_leg(orders, update->oid, update->cloid, &leg);
    if (order && !order->done)
        hl_take_state(orders, order, leg, update, now_ns);
    else if (!order && update->cloid.run != orders->run)
        report_other(orders, update);
}

/* ---- fills ---- */

bool hl_orders_know_fill(hl_orders *orders, const pg_hl_fill *fill)
{
    return pg_recent_add(orders->fills, fill->oid ^ (uint64_t)(fill->market + 1) << 56, fill->tid);
}

/* A fill of nobody's order, of another session's, or of a leg that was given up: it counts, but takes nothing off an
 * order that is open. */
static void report_stray(hl_orders *orders, const pg_hl_fill *fill, const char *symbol)
{
    pg_report report;
    const hl_order *ours = fill->cloid.run == orders->run ? hl_orders_find(orders, fill->cloid.id) : NULL;
    hl_report_fill(&report, fill, symbol);
    if (ours && !ours->done)
        report.reply.id = 0;
    orders->sink.report(orders->sink.self, &report);
}

/* A fill of what replaces an order, before that is reported: it is kept until then. */
static void fill_next(hl_orders *orders, hl_order *order, const pg_hl_fill *fill, const char *symbol, int64_t now_ns)
{
    order->replace = HL_REPLACE_TAKEN; /* it has traded: it was taken */
    if (!order->leg.ended)
        hl_watch_end(orders, order, now_ns + HL_WAIT_END_NS);
    if (orders->held_count == HL_HELD_MAX) {
        promote(orders, order, now_ns);
        book_fill(orders, order, fill, symbol);
        return;
    }
    hl_held *h = &orders->held[orders->held_count++];
    *h = (hl_held){ .slot = hl_slot_of(orders, order), .fill = *fill };
    snprintf(h->symbol, sizeof h->symbol, "%s", symbol);
}

bool hl_orders_fill(hl_orders *orders, const pg_hl_fill *fill, const char *symbol, int64_t now_ns)
{
    hl_leg *leg = NULL;
    if (fill->market < 0 || !hl_orders_know_fill(orders, fill))
        return false;
    hl_order *order = hl_find_leg(orders, fill->oid, fill->cloid, &leg);
    if (!order) {
        report_stray(orders, fill, symbol);
        return true;
    }
    if (leg == &order->next && !order->done)
        fill_next(orders, order, fill, symbol, now_ns);
    else
        book_fill(orders, order, fill, symbol);
    hl_settle(orders, order, now_ns);
    return true;
}
