/* The engine over a tape: the simulated venue, its latencies, and the order in which things happen. */
#include "engine/engine_internal.h"

#include <math.h>

/* ---- times along the tape ---- */

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Events happen at the venue in tape order: a recording whose channels overtake each other keeps its order, and orders
 * still only meet events whose own exchange time is not before their arrival (sim/line.c). */
static void schedule_venue(pg_engine *e)
{
    e->venue_event_ns =
        e->venue_next < e->config.count ? larger(e->config.events[e->venue_next].exch_ns, e->venue_ns) : INT64_MAX;
}

/* Nothing is known here before it happened there, whatever a recorder's clock said. */
static void schedule_local(pg_engine *e)
{
    if (e->local_next >= e->config.count) {
        e->local_event_ns = INT64_MAX;
        return;
    }
    const pg_event *event = &e->config.events[e->local_next];
    e->local_exch_ns = larger(e->local_exch_ns, event->exch_ns);
    int64_t known = e->feed_latency ? pg_latency_feed(e->feed_latency, e->local_exch_ns) : event->local_ns;
    e->local_event_ns = larger(larger(known, e->local_exch_ns), e->now_ns);
}

/* ---- the venue's side ---- */

static void mark(pg_engine *e)
{
    int64_t bid = pg_book_best(e->venue_book, PG_BUY), ask = pg_book_best(e->venue_book, PG_SELL);
    if (bid == 0 || ask <= bid || bid + ask == e->account.mark_x2 || !pg_book_is_consistent(e->venue_book))
        return;
    pg_history_settle(e->history, e->venue_ns, e->account.mark_x2);
    pg_account_mark(&e->account, bid + ask, e->venue_ns);
}

static double equity(const pg_engine *e)
{
    return e->config.capital + pg_money_double(&e->config.instrument, e->account.net_x2) / 2;
}

/* How large our orders are beside what is displayed. */
static void sample_share(pg_engine *e)
{
    for (int side = PG_BUY; side <= PG_SELL; side++) {
        pg_level levels[PG_ENGINE_SHOWN];
        int64_t shown = 0, own = pg_orders_open_size(&e->orders, side);
        int n = own > 0 ? pg_book_top(e->venue_book, side, levels, PG_ENGINE_SHOWN) : 0;
        for (int i = 0; i < n; i++)
            shown += levels[i].size;
        if (shown <= 0)
            continue;
        double share = (double)own / (double)shown;
        e->stats.shown_sum += share;
        e->stats.shown_most = fmax(e->stats.shown_most, share);
        e->stats.shown_samples++;
        e->stats.shown_large += share > PG_ENGINE_LARGE;
    }
}

static void venue_event(pg_engine *e)
{
    const pg_event *event = &e->config.events[e->venue_next++];
    e->venue_ns = e->venue_event_ns;
    if (e->venue_ns >= pg_history_next_sample(e->history)) {
        sample_share(e);
        pg_explanation_sample(e->summary, &e->explanation);
        pg_history_sample(e->history, e->venue_ns, equity(e));
    }
    if (event->kind != PG_EVENT_REFERENCE)
        pg_matcher_market(e->matcher, event, e->venue_ns);
    if (event->kind == PG_EVENT_FUNDING)
        pg_account_fund(&e->account, event->price2 ? event->price2 : e->account.mark_x2 / 2, event->price);
    else if (event->kind != PG_EVENT_TRADE)
        mark(e);
    if (e->watch && e->venue_next % PG_ENGINE_WATCH == 0)
        e->watch(e->watcher, (double)e->venue_next / (double)e->config.count, e->venue_next);
    schedule_venue(e);
}

static void record_fill(pg_engine *e, const pg_reply *reply)
{
    pg_account_fill(&e->account, reply->side, reply->price, reply->size, reply->fee, reply->maker, reply->exch_ns);
    pg_fill_record fill = { .order = reply->id,
                            .time_ns = reply->exch_ns,
                            .price = reply->price,
                            .size = reply->size,
                            .fee = reply->fee,
                            .mark_x2 = e->account.mark_x2,
                            .position = e->account.position.quantity,
                            .side = reply->side,
                            .maker = reply->maker };
    pg_history_fill(e->history, &fill);
    PG_ASSERT(e->account.position.quantity == pg_matcher_position(e->matcher));
}

static void take_reply(void *self, const pg_reply *reply)
{
    pg_engine *e = self;
    if (reply->kind == PG_REPLY_FILL)
        record_fill(e, reply);
    pg_message *message = pg_ring_push(&e->replies);
    message->due_ns = pg_latency_reply(e->order_latency, e->venue_ns);
    message->reply = *reply;
}

static void send_later(void *self, const pg_request *request)
{
    pg_engine *e = self;
    engine_hash(e, request);
    pg_message *message = pg_ring_push(&e->requests);
    message->due_ns = pg_latency_arrival(e->order_latency, e->now_ns);
    message->request = *request;
}

static void request_arrives(pg_engine *e)
{
    pg_request request = pg_ring_front(&e->requests)->request;
    e->venue_ns = larger(e->venue_ns, pg_ring_due(&e->requests));
    pg_ring_pop(&e->requests);
    pg_matcher_request(e->matcher, &request, e->venue_ns);
}

/* ---- our side ---- */

static double best_quote(const pg_engine *e, int side)
{
    int64_t best = 0;
    for (int i = 0; i < e->orders.count; i++) {
        const pg_order *order = &e->orders.order[i];
        if (order->side == side && order->state != PG_ORDER_PENDING_NEW &&
            (best == 0 || (side == PG_BUY ? order->price > best : order->price < best)))
            best = order->price;
    }
    return best ? pg_price_double(&e->config.instrument, best) : NAN;
}

static void chart(pg_engine *e)
{
    if (!pg_history_wants_chart(e->history, e->now_ns))
        return;
    pg_chart_point point = { .time_ns = e->now_ns,
                             .bid = e->view.bid,
                             .ask = e->view.ask,
                             .quote_bid = best_quote(e, PG_BUY),
                             .quote_ask = best_quote(e, PG_SELL),
                             .position = e->view.position,
                             .equity = equity(e) };
    pg_history_chart(e->history, &point);
}

static int local_event(pg_engine *e)
{
    const pg_event *event = &e->config.events[e->local_next++];
    e->now_ns = e->local_event_ns;
    schedule_local(e);
    int call = engine_market(e, event);
    if (call == PG_CALL_BOOK)
        chart(e);
    return call;
}

static int reply_arrives(pg_engine *e)
{
    pg_reply reply = pg_ring_front(&e->replies)->reply;
    e->now_ns = larger(e->now_ns, pg_ring_due(&e->replies));
    pg_ring_pop(&e->replies);
    return engine_reply(e, &reply);
}

/* Runs whatever is next in time; returns a pg_call or 0. */
static int step(pg_engine *e)
{
    int64_t request_ns = pg_ring_due(&e->requests), reply_ns = pg_ring_due(&e->replies);
    int64_t here_ns = e->local_event_ns;
    if (reply_ns < here_ns)
        here_ns = reply_ns;
    if (e->next_timer_ns < here_ns)
        here_ns = e->next_timer_ns;
    if (e->venue_event_ns <= request_ns && e->venue_event_ns <= here_ns && e->venue_event_ns != INT64_MAX) {
        venue_event(e);
        return 0;
    }
    if (request_ns <= here_ns && request_ns != INT64_MAX) {
        request_arrives(e);
        return 0;
    }
    if (e->local_event_ns == here_ns)
        return local_event(e);
    return reply_ns == here_ns ? reply_arrives(e) : engine_timer(e);
}

/* The tape is over when its last event is known here and nothing is on its way. */
static bool is_over(const pg_engine *e)
{
    return e->local_event_ns == INT64_MAX && e->venue_event_ns == INT64_MAX && e->requests.count == 0 &&
           e->replies.count == 0;
}

void engine_tape_finish(pg_engine *e)
{
    pg_history_settle(e->history, e->venue_ns, e->account.mark_x2);
    pg_history_sample(e->history, e->venue_ns + e->config.grid_ns, equity(e));
    if (e->account.mark_x2 != 0)
        pg_account_mark(&e->account, e->account.mark_x2, e->venue_ns);
    e->stats.events = e->venue_next;
    if (e->config.count > 0) {
        e->stats.first_ns = e->config.events[0].local_ns;
        e->stats.last_ns = e->config.events[e->config.count - 1].local_ns;
        e->stats.seconds = (double)(e->stats.last_ns - e->stats.first_ns) * 1e-9;
    }
}

int engine_tape_run(pg_engine *e)
{
    engine_reconcile(e);
    while (!is_over(e)) {
        int call = step(e);
        if (call && !e->halted) {
            e->stats.events = e->venue_next;
            return call;
        }
        if (e->orders.changed)
            engine_reconcile(e);
        if (call && e->halted) /* what was on its way when the script stopped */
            pg_orders_cancel_all(&e->orders);
    }
    e->stats.events = e->venue_next;
    e->phase = PHASE_STOP;
    return PG_CALL_STOP;
}

/* ---- life ---- */

pg_status engine_tape_init(pg_engine *e, pg_error *err)
{
    const pg_engine_config *config = &e->config;
    pg_status status =
        pg_matcher_new(&e->matcher, &config->matcher, &config->instrument, (pg_reply_sink){ e, take_reply }, err);
    if (status == PG_OK)
        status = pg_latency_new(&e->order_latency, &config->order_latency, config->seed, err);
    if (status == PG_OK && !config->feed_recorded)
        status = pg_latency_new(&e->feed_latency, &config->feed_latency, config->seed + 1, err);
    if (status == PG_OK)
        status = pg_history_new(&e->history, &config->instrument, config->grid_ns, err);
    if (status == PG_OK)
        status = pg_ring_init(&e->requests, err);
    if (status == PG_OK)
        status = pg_ring_init(&e->replies, err);
    if (status != PG_OK)
        return status;
    e->venue_book = pg_matcher_book(e->matcher);
    e->venue_ns = e->local_exch_ns = INT64_MIN;
    e->now_ns = config->count > 0 ? config->events[0].local_ns : 0;
    pg_orders_init(&e->orders, (pg_gateway){ e, send_later }, 1);
    schedule_venue(e);
    schedule_local(e);
    return PG_OK;
}

void engine_tape_free(pg_engine *e)
{
    pg_matcher_free(e->matcher);
    pg_latency_free(e->order_latency);
    pg_latency_free(e->feed_latency);
    pg_history_free(e->history);
    pg_ring_free(&e->requests);
    pg_ring_free(&e->replies);
}
