/* What happens at the paper venue: matching, positions, funding, and what is told of them. */
#include "sim/paper_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- answers ---- */

static paper_answer *answer(pg_paper *p, paper_kind kind)
{
    paper_answer *a = paper_mail_push(&p->answers, p->now_ns + p->options.reply_ms * 1000000);
    a->question.kind = kind;
    return a;
}

static void fill_report(pg_report *report, const pg_paper *p, int market, const pg_reply *reply, uint64_t trade)
{
    report->market = market;
    report->reply = *reply;
    report->run = p->config.run;
    snprintf(report->order_id, sizeof report->order_id, "%" PRIu64, reply->id);
    if (reply->kind == PG_REPLY_FILL)
        snprintf(report->trade_id, sizeof report->trade_id, "paper-%016" PRIx64 "-%" PRIu64, p->config.run, trade);
}

static void book_fill(paper_market *m, const pg_reply *reply)
{
    pg_paper *p = m->paper;
    if (m->mark_x2 == 0)
        m->mark_x2 = 2 * reply->price;
    pg_position_fill(&m->position, reply->side, reply->price, reply->size, reply->fee);
    p->fills[p->fill_count % PG_PAPER_FILLS] =
        (paper_fill){ .market = m->number, .reply = *reply, .number = p->fill_count };
    p->fill_count++;
}

/* While an order is moved to the end of its queue, its cancel and its placing are one replacement. False: say nothing. */
static bool translate(const paper_market *m, pg_reply *reply)
{
    if (m->moving == 0 || reply->id != m->moving)
        return true;
    if (reply->kind == PG_REPLY_ACCEPTED)
        reply->kind = PG_REPLY_REPLACED;
    else if (reply->kind == PG_REPLY_REJECTED) {
        reply->kind = PG_REPLY_CANCELLED;
        reply->remaining = 0;
    } else if (reply->kind == PG_REPLY_CANCELLED && reply->reason == PG_REASON_NONE)
        return false;
    return true;
}

static void take_reply(void *self, const pg_reply *said)
{
    paper_market *m = self;
    pg_paper *p = m->paper;
    pg_reply reply = *said;
    if (!translate(m, &reply))
        return;
    uint64_t trade = p->fill_count;
    if (reply.kind == PG_REPLY_FILL) {
        int64_t rate_e8 = reply.maker ? p->facts.maker_fee_e8 : p->facts.taker_fee_e8;
        reply.fee = pg_fee((pg_money)reply.price * reply.size, rate_e8);
        book_fill(m, &reply);
    }
    paper_answer *a = answer(p, PAPER_REPORT);
    fill_report(&a->report, p, m->number, &reply, trade);
    bool asked_for = p->asked && p->asked->kind == PAPER_REQUEST && p->asked->request.id == reply.id;
    if (asked_for && reply.kind != PG_REPLY_FILL)
        a->report.sent_ns = p->asked->sent_ns;
}

/* ---- the market ---- */

static void mark(paper_market *m)
{
    const pg_book *book = pg_matcher_book(m->matcher);
    int64_t bid = pg_book_best(book, PG_BUY), ask = pg_book_best(book, PG_SELL);
    if (bid > 0 && ask > bid && pg_book_is_consistent(book))
        m->mark_x2 = bid + ask;
}

/* Funding settles: longs pay shorts where the rate is positive. */
static void settle(paper_market *m, const pg_event *event)
{
    int64_t mark = event->price2 > 0 ? event->price2 : m->mark_x2 / 2;
    if (m->position.quantity != 0 && mark > 0)
        pg_position_fund(&m->position, pg_funding(m->position.quantity, mark, event->price));
}

void paper_market_event(paper_market *m, const pg_event *event)
{
    int64_t now_ns = m->paper->now_ns;
    if (event->kind == PG_EVENT_FUNDING) {
        settle(m, event);
        return;
    }
    /* It happens here when it is heard of: then it compares with the arrival of our orders. */
    pg_event here = *event;
    here.exch_ns = now_ns;
    pg_matcher_market(m->matcher, &here, now_ns);
    if (event->kind != PG_EVENT_TRADE)
        mark(m);
}

/* ---- requests ---- */

/* The size that a replacement leaves open, the price being the same; 0: it does not, or the price is another. */
static int64_t size_in_place(const paper_market *m, const pg_request *request)
{
    const pg_line *line = pg_matcher_line(m->matcher, request->side);
    int index = pg_line_find(line, request->id);
    if (index < 0 || line->order[index].price != request->price)
        return 0;
    int64_t remaining = line->order[index].remaining;
    int64_t size = request->open > remaining ? request->size - (request->open - remaining) : request->size;
    return size > 0 && size <= remaining ? size : 0;
}

static void replace(paper_market *m, pg_request request)
{
    pg_paper *p = m->paper;
    if (p->facts.replace_is_fresh)
        request.open = 0; /* nothing comes off its size */
    int64_t size = p->facts.replace_keeps_place ? 0 : size_in_place(m, &request);
    if (size == 0) {
        pg_matcher_request(m->matcher, &request, p->now_ns);
        return;
    }
    m->moving = request.id;
    request.kind = PG_REQUEST_CANCEL;
    pg_matcher_request(m->matcher, &request, p->now_ns);
    request.kind = PG_REQUEST_NEW;
    request.size = size;
    pg_matcher_request(m->matcher, &request, p->now_ns);
    m->moving = 0;
}

static void cancel_side(paper_market *m, int side)
{
    const pg_line *line = pg_matcher_line(m->matcher, side);
    while (line->count > 0) {
        pg_request cancel = { .kind = PG_REQUEST_CANCEL, .id = line->order[0].id, .side = (uint8_t)side };
        pg_matcher_request(m->matcher, &cancel, m->paper->now_ns);
    }
}

static void cancel_everything(pg_paper *p, uint64_t run)
{
    for (int i = 0; i < p->config.symbol_count && (run == 0 || run == p->config.run); i++) {
        if (!p->market[i].matcher)
            continue;
        cancel_side(&p->market[i], PG_BUY);
        cancel_side(&p->market[i], PG_SELL);
    }
}

static void tell_fills(pg_paper *p, int64_t since_ns)
{
    uint64_t first = p->fill_count > PG_PAPER_FILLS ? p->fill_count - PG_PAPER_FILLS : 0;
    for (uint64_t i = first; i < p->fill_count; i++) {
        const paper_fill *fill = &p->fills[i % PG_PAPER_FILLS];
        if (fill->reply.exch_ns >= since_ns)
            fill_report(&answer(p, PAPER_REPORT)->report, p, fill->market, &fill->reply, fill->number);
    }
}

void paper_arrive(pg_paper *p, const paper_question *question)
{
    paper_market *m = &p->market[question->market];
    p->asked = question;
    switch (question->kind) {
    case PAPER_REPORT: break;
    case PAPER_REQUEST:
        if (question->request.kind == PG_REQUEST_REPLACE)
            replace(m, question->request);
        else
            pg_matcher_request(m->matcher, &question->request, p->now_ns);
        break;
    case PAPER_CANCELS: cancel_everything(p, question->run); break;
    case PAPER_FILLS: tell_fills(p, question->time_ns); break;
    case PAPER_LEVERAGE: m->leverage = question->leverage > 0 ? question->leverage : m->leverage; break;
    case PAPER_ACCOUNT:
    case PAPER_SWITCH: break;
    }
    p->asked = NULL;
    if (question->kind == PAPER_REQUEST)
        return;
    paper_answer *a = answer(p, question->kind);
    a->question = *question;
    if (question->kind == PAPER_ACCOUNT)
        a->snapshot = paper_snapshot_new(p);
}

/* ---- the account ---- */

/* Doubled money in 1e-6 quote units, rounded down. */
static int64_t to_e6(const pg_instrument *in, pg_money money_x2)
{
    int decimals = in->price_decimals + in->size_decimals;
    pg_money e6_x2 = money_x2;
    for (; decimals > 6; decimals--)
        e6_x2 = e6_x2 / 10 - (e6_x2 % 10 < 0);
    for (; decimals < 6; decimals++)
        e6_x2 *= 10;
    return (int64_t)(e6_x2 / 2 - (e6_x2 % 2 < 0));
}

static void read_market(const paper_market *m, paper_snapshot *s)
{
    const pg_position *held = &m->position;
    const pg_instrument *in = &m->instrument;
    s->state.equity_e6 += to_e6(in, pg_position_net_x2(held, m->mark_x2));
    if (held->quantity == 0)
        return;
    int64_t size = held->quantity > 0 ? held->quantity : -held->quantity;
    s->state.free_e6 -= to_e6(in, (pg_money)size * m->mark_x2) / m->leverage;
    pg_held *h = &s->held[s->state.held_count++];
    h->market = m->number;
    h->quantity = held->quantity;
    h->entry = pg_money_double(in, held->cost) / pg_size_double(in, held->quantity);
    snprintf(h->symbol, sizeof h->symbol, "%s", in->symbol);
    snprintf(h->text, sizeof h->text, "%.*f", in->size_decimals, pg_size_double(in, held->quantity));
}

static void read_orders(const pg_paper *p, const paper_market *m, paper_snapshot *s)
{
    for (int side = PG_BUY; side <= PG_SELL; side++) {
        const pg_line *line = pg_matcher_line(m->matcher, side);
        for (int i = 0; i < line->count; i++) {
            const pg_resting *order = &line->order[i];
            pg_open_order *open = &s->orders[s->state.order_count++];
            *open = (pg_open_order){ .market = m->number,
                                     .run = p->config.run,
                                     .id = order->id,
                                     .price = order->price,
                                     .remaining = order->remaining,
                                     .side = (uint8_t)side,
                                     .reduce_only = order->reduce_only };
            snprintf(open->symbol, sizeof open->symbol, "%s", m->instrument.symbol);
            snprintf(open->order_id, sizeof open->order_id, "%" PRIu64, order->id);
        }
    }
}

paper_snapshot *paper_snapshot_new(const pg_paper *p)
{
    size_t count = 0;
    for (int i = 0; i < p->config.symbol_count; i++)
        count += p->market[i].matcher ? (size_t)pg_matcher_open_orders(p->market[i].matcher) : 0;
    paper_snapshot *s = calloc(1, sizeof *s);
    pg_open_order *orders = calloc(count ? count : 1, sizeof *orders);
    if (!s || !orders) {
        free(s);
        free(orders);
        return NULL;
    }
    s->orders = orders;
    s->state.orders = orders;
    s->state.held = s->held;
    s->state.time_ns = p->now_ns;
    s->state.equity_e6 = llround(p->options.capital * 1e6);
    for (int i = 0; i < p->config.symbol_count; i++) {
        if (!p->market[i].matcher)
            continue;
        read_market(&p->market[i], s);
        read_orders(p, &p->market[i], s);
    }
    s->state.free_e6 += s->state.equity_e6;
    if (s->state.free_e6 < 0)
        s->state.free_e6 = 0;
    return s;
}

void paper_snapshot_free(paper_snapshot *snapshot)
{
    if (!snapshot)
        return;
    free(snapshot->orders);
    free(snapshot);
}

/* ---- life ---- */

pg_status paper_open_market(pg_paper *p, int number, pg_error *err)
{
    paper_market *m = &p->market[number];
    if (m->matcher)
        return PG_OK;
    const pg_instrument *in = p->inner_type->instrument(p->inner, number);
    if (!in)
        return pg_fail(err, PG_ERR_STATE, "venue %s does not know the market %s", p->config.name,
                       p->config.symbols[number]);
    /* Fees are added to the fills: they are known when the venue is ready. */
    pg_matcher_config config = { .fill = PG_FILL_QUEUE, .queue = PG_QUEUE_POWER3, .queue_power = 3 };
    *m = (paper_market){ .paper = p, .number = number, .instrument = *in, .leverage = 1 };
    return pg_matcher_new(&m->matcher, &config, &m->instrument, (pg_reply_sink){ m, take_reply }, err);
}
