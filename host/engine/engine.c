/* The engine's own side: the market as it is known here, timers, calls. What is behind it is in engine_tape.c (a
 * simulated venue) and engine_live.c (a real one). */
#include "engine/engine_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* No age that anyone means, and no sum with a time that overflows. */
static const int64_t longest_ns = 30ll * 86400 * 1000000000;

static void see_side(pg_engine *e, int side, double *price, double *size)
{
    int i = side == PG_SELL;
    int64_t best = pg_book_best(e->book, side);
    if (best != e->seen_best[i]) {
        e->seen_best[i] = best;
        *price = best ? pg_price_double(&e->config.instrument, best) : NAN;
    }
    int64_t there = best ? pg_book_size(e->book, side, best) : 0;
    if (there != e->seen_size[i]) {
        e->seen_size[i] = there;
        *size = pg_size_double(&e->config.instrument, there);
    }
}

static void see_book(pg_engine *e)
{
    see_side(e, PG_BUY, &e->view.bid, &e->view.bid_size);
    see_side(e, PG_SELL, &e->view.ask, &e->view.ask_size);
    e->view.mid = (e->view.bid + e->view.ask) / 2;
}

static int see_reference(pg_engine *e, const pg_event *event)
{
    e->view.reference_bid = event->price > 0 ? (double)event->price * 1e-9 : NAN;
    e->view.reference_ask = event->price2 > 0 ? (double)event->price2 * 1e-9 : NAN;
    e->view.reference_position = (double)(int64_t)event->id * 1e-9;
    e->view.reference_s = (double)event->local_ns * 1e-9;
    return PG_CALL_REFERENCE;
}

int engine_market(pg_engine *e, const pg_event *event)
{
    if (event->kind == PG_EVENT_REFERENCE)
        return see_reference(e, event);
    if (event->kind == PG_EVENT_TRADE) {
        if (!e->config.want_trades)
            return 0;
        e->view.price = pg_price_double(&e->config.instrument, event->price);
        e->view.size = pg_size_double(&e->config.instrument, event->size);
        e->view.side = event->side;
        return PG_CALL_TRADE;
    }
    if (event->kind == PG_EVENT_FUNDING) {
        e->view.rate = (double)event->price * 1e-12;
        e->view.price = event->price2 ? pg_price_double(&e->config.instrument, event->price2) : 0;
        e->view.size = (double)event->size2 * 1e-9;
        return PG_CALL_FUNDING;
    }
    if (!pg_book_apply(e->book, event))
        return 0;
    see_book(e);
    return PG_CALL_BOOK;
}

void engine_schedule(pg_engine *e)
{
    e->next_timer_ns = e->orders.due_ns < e->script_timer_ns ? e->orders.due_ns : e->script_timer_ns;
}

int engine_timer(pg_engine *e)
{
    if (e->next_timer_ns > e->now_ns)
        e->now_ns = e->next_timer_ns;
    if (e->orders.due_ns == e->next_timer_ns) {
        e->orders.due_ns = INT64_MAX;
        e->orders.changed = true;
        engine_schedule(e);
        return 0;
    }
    int fired = 0;
    int64_t next = INT64_MAX;
    for (int i = 0; i < e->timer_count; i++) {
        engine_timer_entry *timer = &e->timers[i];
        if (!fired && timer->due_ns == e->script_timer_ns) {
            fired = i + 1;
            timer->due_ns += timer->period_ns;
            if (e->live && timer->due_ns <= e->now_ns) /* nobody wants the ones that were slept through */
                timer->due_ns += (e->now_ns - timer->due_ns) / timer->period_ns * timer->period_ns + timer->period_ns;
        }
        if (timer->due_ns < next)
            next = timer->due_ns;
    }
    e->script_timer_ns = next;
    engine_schedule(e);
    e->view.timer = fired;
    return PG_CALL_TIMER;
}

/* FNV-1a over what was asked for and when. */
void engine_hash(pg_engine *e, const pg_request *request)
{
    uint64_t words[5] = { (uint64_t)e->now_ns, request->id, (uint64_t)request->price, (uint64_t)request->size,
                          (uint64_t)request->kind | (uint64_t)request->side << 8 | (uint64_t)request->tif << 16 |
                              (uint64_t)request->reduce_only << 24 };
    for (int i = 0; i < 5; i++)
        e->stats.decisions = (e->stats.decisions ^ words[i]) * 1099511628211ull;
}

int pg_engine_next(pg_engine *e)
{
    int call = PG_CALL_DONE;
    if (e->cut_calls && e->stats.calls >= e->cut_calls)
        return PG_CALL_IDLE;
    switch (e->phase) {
    case PHASE_START:
        e->phase = PHASE_RUN;
        call = PG_CALL_START;
        break;
    case PHASE_RUN: call = e->live ? engine_live_run(e) : engine_tape_run(e); break;
    case PHASE_STOP:
        if (!e->live)
            engine_tape_finish(e);
        e->phase = PHASE_DONE;
        break;
    case PHASE_DONE: break;
    }
    e->stats.calls += call != PG_CALL_IDLE;
    e->view.now_s = (double)e->now_ns * 1e-9;
    e->view.call = call;
    return call;
}

/* ---- life ---- */

static pg_status check_policy(const pg_quote_policy *policy, pg_error *err)
{
    if (!(policy->reprice_bps >= 0 && policy->reprice_bps <= 1000))
        return pg_fail(err, PG_ERR_INVALID, "reprice_bps must lie in 0 to 1000");
    const int64_t times[] = { policy->min_life_ns, policy->refresh_ns, policy->timeout_ns };
    for (int i = 0; i < 3; i++)
        if (times[i] < 0 || times[i] > longest_ns)
            return pg_fail(err, PG_ERR_INVALID, "min_life, refresh and order_timeout must lie in 0 (off) to 30 days");
    return PG_OK;
}

static pg_status check(const pg_engine_config *config, pg_error *err)
{
    if (!(config->capital > 0 && isfinite(config->capital)))
        return pg_fail(err, PG_ERR_INVALID, "capital must be a positive amount");
    if (!(config->max_position >= 0 && isfinite(config->max_position)))
        return pg_fail(err, PG_ERR_INVALID, "max_position must not be negative");
    if (!(config->policy.size_tolerance >= 0 && config->policy.size_tolerance < 1))
        return pg_fail(err, PG_ERR_INVALID, "size_tolerance must lie in 0 to 1");
    return check_policy(&config->policy, err);
}

static void fill_view(pg_engine *e)
{
    const pg_instrument *in = &e->config.instrument;
    e->view.bid = e->view.ask = e->view.mid = NAN;
    e->view.capital = e->config.capital;
    e->view.max_position = e->config.max_position;
    e->view.tick = pg_price_double(in, in->tick);
    e->view.lot = pg_size_double(in, in->lot);
}

/* What both kinds of engine begin with. */
static pg_status make(pg_engine **engine, const pg_engine_config *config, pg_error *err)
{
    pg_status status = check(config, err);
    if (status != PG_OK)
        return status;
    pg_engine *e = calloc(1, sizeof *e);
    if (!e)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for an engine");
    e->config = *config;
    e->book = pg_book_new(config->instrument.tick);
    if (!e->book) {
        free(e);
        return pg_fail(err, PG_ERR_MEMORY, "no memory for an order book");
    }
    pg_money capital = 0;
    pg_money_from_double(&config->instrument, config->capital, &capital);
    pg_account_init(&e->account, capital);
    e->max_position = pg_size_truncate(&config->instrument, config->max_position);
    e->next_timer_ns = e->script_timer_ns = INT64_MAX;
    e->stats.decisions = 14695981039346656037ull;
    fill_view(e);
    *engine = e;
    return PG_OK;
}

pg_status pg_engine_new(pg_engine **engine, const pg_engine_config *config, pg_error *err)
{
    pg_engine *e;
    pg_status status = make(&e, config, err);
    if (status != PG_OK)
        return status;
    status = engine_tape_init(e, err);
    if (status != PG_OK) {
        pg_engine_free(e);
        return status;
    }
    e->resting_since_ns = e->now_ns;
    *engine = e;
    return PG_OK;
}

pg_status pg_engine_new_live(pg_engine **engine, const pg_engine_config *config, const pg_live_config *live,
                             pg_error *err)
{
    pg_engine *e;
    pg_status status = make(&e, config, err);
    if (status != PG_OK)
        return status;
    engine_live_init(e, live);
    e->resting_since_ns = e->now_ns;
    *engine = e;
    return PG_OK;
}

void pg_engine_free(pg_engine *e)
{
    if (!e)
        return;
    if (e->live)
        engine_live_free(e);
    else
        engine_tape_free(e);
    pg_book_free(e->book);
    free(e);
}

void pg_engine_watch(pg_engine *e, void *self, void (*show)(void *self, double part, size_t events))
{
    e->watcher = self;
    e->watch = show;
}

const pg_view *pg_engine_view(const pg_engine *e)
{
    return &e->view;
}

pg_explanation *pg_engine_explanation(pg_engine *e)
{
    return &e->explanation;
}

const char *pg_engine_explanation_text(pg_engine *e)
{
    if (e->explanation_told != e->explanation.version) {
        pg_explanation_text(e->explanation_text, &e->explanation);
        e->explanation_told = e->explanation.version;
    }
    return e->explanation_text;
}

const pg_explanation *pg_engine_get_explanation(const pg_engine *e)
{
    return &e->explanation;
}

const pg_term_summary *pg_engine_term_summary(const pg_engine *e)
{
    return e->summary;
}

const pg_book *pg_engine_book(const pg_engine *e)
{
    return e->book;
}

const pg_orders *pg_engine_orders(const pg_engine *e)
{
    return &e->orders;
}

const pg_account *pg_engine_account(const pg_engine *e)
{
    return &e->account;
}

const pg_history *pg_engine_history(const pg_engine *e)
{
    return e->history;
}

const pg_engine_stats *pg_engine_get_stats(const pg_engine *e)
{
    return &e->stats;
}

pg_clock pg_engine_clock(const pg_engine *e)
{
    return pg_clock_virtual(&e->now_ns);
}

const pg_instrument *pg_engine_instrument(const pg_engine *e)
{
    return &e->config.instrument;
}
