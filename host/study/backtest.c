#include "study/backtest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study/reference.h"

struct pg_backtest {
    pg_backtest_config config;
    const pg_tape *tape;
    pg_session *session;
    pg_engine *engine;
    pg_event *merged; /* events of two markets; NULL: those of the tape */
    double max_position;
};

pg_backtest_config pg_backtest_defaults(void)
{
    return (pg_backtest_config){
        .fill = PG_FILL_QUEUE,
        .queue = PG_QUEUE_POWER3,
        .queue_power = 3,
        .maker_fee_bps = 1.5,
        .taker_fee_bps = 4.5,
        .order_latency = { .kind = PG_LATENCY_CONSTANT, .entry_ns = 30000000, .response_ns = 30000000 },
        .feed_ms = -1,
        .capital = 10000,
        .to_ns = INT64_MAX,
        .size_tolerance = 0.1,
        .quote_validity_s = 60,
        .cooldown_s = 60,
        .gap_s = 1800,
        .warmup_s = 900,
        .seed = 1,
        .limits = pg_script_default_limits(),
    };
}

/* First mid of the events, from the book as it builds up; NAN when there never is one. */
static double first_mid(const pg_instrument *instrument, const pg_event *events, size_t count)
{
    pg_book *book = pg_book_new(instrument->tick);
    double mid = NAN;
    for (size_t i = 0; book && i < count && isnan(mid); i++)
        if (pg_book_apply(book, &events[i]) && pg_book_is_two_sided(book))
            mid = pg_price_double(instrument, pg_book_best(book, PG_BUY) + pg_book_best(book, PG_SELL)) / 2;
    pg_book_free(book);
    return mid;
}

static int64_t seconds_to_ns(double seconds)
{
    return (int64_t)(seconds * 1e9);
}

/* The grid of equity samples: a minute, or a second when there is less than an hour of data. */
static int64_t grid_for(int64_t span_ns)
{
    return span_ns < 3600ll * 1000000000 ? 1000000000 : 60ll * 1000000000;
}

static pg_quote_policy policy_of(const pg_backtest_config *c)
{
    return (pg_quote_policy){ .size_tolerance = c->size_tolerance,
                              .reprice_bps = c->reprice_bps,
                              .min_life_ns = seconds_to_ns(c->min_life_ms * 1e-3),
                              .refresh_ns = seconds_to_ns(c->refresh_s),
                              .timeout_ns = seconds_to_ns(c->order_timeout_s),
                              .ping_pong = c->ping_pong };
}

static pg_status make_engine(pg_backtest *b, pg_error *err)
{
    const pg_backtest_config *c = &b->config;
    const pg_instrument *instrument = &pg_tape_get_info(b->tape)->instrument;
    const pg_event *events = pg_tape_events(b->tape);
    size_t first = pg_tape_find(b->tape, c->from_ns);
    size_t last = c->to_ns == INT64_MAX ? pg_tape_count(b->tape) : pg_tape_find(b->tape, c->to_ns);
    if (first >= last)
        return pg_fail(err, PG_ERR_INVALID, "%s has no events between --from and --to", pg_tape_path(b->tape));
    double mid = first_mid(instrument, events + first, last - first);
    if (isnan(mid))
        return pg_fail(err, PG_ERR_INVALID, "%s has no two-sided book, so that nothing could be quoted",
                       pg_tape_path(b->tape));
    b->max_position = c->max_position > 0 ? c->max_position : c->capital / mid;
    double limit = isinf(b->max_position) ? 0 : b->max_position;
    size_t count = last - first;
    if (c->reference && pg_reference_merge(&b->merged, &count, events + first, count, c->reference, err) != PG_OK)
        return err->status;
    bool feed_recorded = c->feed_ms < 0;
    pg_engine_config config = {
        .instrument = *instrument,
        .events = b->merged ? b->merged : events + first,
        .count = count,
        .matcher = { .fill = c->fill,
                     .queue = c->queue,
                     .queue_power = c->queue_power,
                     .maker_fee_e8 = llround(c->maker_fee_bps * 1e4),
                     .taker_fee_e8 = llround(c->taker_fee_bps * 1e4),
                     .validity_ns = seconds_to_ns(c->quote_validity_s),
                     .cooldown_ns = seconds_to_ns(c->cooldown_s),
                     .max_position = pg_size_truncate(instrument, limit),
                     .gap_ns = seconds_to_ns(c->gap_s),
                     .warmup_ns = seconds_to_ns(c->warmup_s),
                     .ignore_aggressor = c->ignore_aggressor },
        .order_latency = c->order_latency,
        .feed_recorded = feed_recorded,
        .feed_latency = { .kind = PG_LATENCY_LOGNORMAL,
                          .response_ns = (int64_t)(c->feed_ms * 1e6),
                          .log_sigma = c->feed_sigma },
        .policy = policy_of(c),
        .capital = c->capital,
        .max_position = limit,
        .grid_ns = grid_for(events[last - 1].local_ns - events[first].local_ns),
        .seed = c->seed,
        .want_trades = pg_session_wants_trades(b->session),
    };
    return pg_engine_new(&b->engine, &config, err);
}

static pg_status check(const pg_backtest_config *c, pg_error *err)
{
    if (!(fabs(c->maker_fee_bps) <= 1000) || !(fabs(c->taker_fee_bps) <= 1000))
        return pg_fail(err, PG_ERR_INVALID, "fees must lie within 1000 bps");
    if (!(c->capital > 0 && isfinite(c->capital)))
        return pg_fail(err, PG_ERR_INVALID, "capital must be positive");
    if (!(c->max_position >= 0))
        return pg_fail(err, PG_ERR_INVALID, "max_position must not be negative");
    if (!(c->quote_validity_s > 0 && c->cooldown_s >= 0 && c->gap_s > 0 && c->warmup_s >= 0))
        return pg_fail(err, PG_ERR_INVALID, "the times of the cross model must be positive");
    if (!(c->reprice_bps >= 0 && c->reprice_bps <= 1000))
        return pg_fail(err, PG_ERR_INVALID, "the repricing threshold must lie in 0 (off) to 1000 bps");
    if (!(c->min_life_ms >= 0 && c->min_life_ms <= 3600000))
        return pg_fail(err, PG_ERR_INVALID, "the least life of a quote must lie in 0 (off) to 3600000 ms");
    if (!(c->refresh_s >= 0 && c->refresh_s <= 86400))
        return pg_fail(err, PG_ERR_INVALID, "the age of a refresh must lie in 0 (off) to 86400 s");
    if (!(c->order_timeout_s >= 0 && c->order_timeout_s <= 864000))
        return pg_fail(err, PG_ERR_INVALID, "the time-out of orders must lie in 0 (off) to 864000 s");
    return PG_OK;
}

pg_status pg_backtest_new(pg_backtest **backtest, const pg_backtest_config *config, const pg_tape *tape, pg_error *err)
{
    pg_status status = check(config, err);
    if (status != PG_OK)
        return status;
    pg_backtest *b = calloc(1, sizeof *b);
    if (!b)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a backtest");
    b->config = *config;
    b->tape = tape;
    const pg_instrument *instrument = &pg_tape_get_info(tape)->instrument;
    pg_session_config session = { .path = config->strategy,
                                  .params = config->params,
                                  .param_count = config->param_count,
                                  .estimators = config->estimators,
                                  .estimator_count = config->estimator_count,
                                  .symbol = instrument->symbol,
                                  .venue = instrument->venue,
                                  .maker_fee = config->maker_fee_bps * 1e-4,
                                  .taker_fee = config->taker_fee_bps * 1e-4,
                                  .seed = config->seed,
                                  .limits = config->limits,
                                  .trusted = config->trusted,
                                  .log = config->log };
    status = pg_session_open(&b->session, &session, err);
    if (status == PG_OK)
        status = make_engine(b, err);
    if (status != PG_OK) {
        pg_backtest_free(b);
        return status;
    }
    *backtest = b;
    return PG_OK;
}

void pg_backtest_free(pg_backtest *b)
{
    if (!b)
        return;
    pg_session_close(b->session);
    pg_engine_free(b->engine);
    free(b->merged);
    free(b);
}

pg_status pg_backtest_run(pg_backtest *b, pg_watch watch, pg_error *err)
{
    pg_engine_watch(b->engine, watch.self, watch.show);
    return pg_session_run(b->session, b->engine, err);
}

const pg_backtest_config *pg_backtest_get_config(const pg_backtest *b)
{
    return &b->config;
}

const pg_engine *pg_backtest_engine(const pg_backtest *b)
{
    return b->engine;
}

const pg_session *pg_backtest_session(const pg_backtest *b)
{
    return b->session;
}

const pg_tape *pg_backtest_tape(const pg_backtest *b)
{
    return b->tape;
}

double pg_backtest_max_position(const pg_backtest *b)
{
    return b->max_position;
}
