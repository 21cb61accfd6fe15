/* Running scripts and engines over the random market of support/market.h. */
#ifndef PG_TESTS_SUPPORT_RUN_H
#define PG_TESTS_SUPPORT_RUN_H

#include "engine/engine.h"
#include "script/session.h"
#include "support/market.h"

static inline pg_engine_config engine_config(const pg_event *events, size_t count)
{
    return (pg_engine_config){
        .instrument = market_instrument(),
        .events = events,
        .count = count,
        .matcher = { .fill = PG_FILL_QUEUE,
                     .queue = PG_QUEUE_POWER3,
                     .queue_power = 3,
                     .maker_fee_e8 = 15000,
                     .taker_fee_e8 = 45000 },
        .order_latency = { .kind = PG_LATENCY_CONSTANT, .entry_ns = 5000000, .response_ns = 5000000 },
        .feed_recorded = true,
        .policy = { .size_tolerance = 0.1 },
        .capital = 100000,
        .max_position = 5,
        .grid_ns = 1000000000,
        .seed = 1,
        .want_trades = true,
    };
}

static inline pg_engine *make_engine(const random_market *market, pg_error *err)
{
    pg_engine_config config = engine_config(market->events, market->count);
    pg_engine *engine = NULL;
    return pg_engine_new(&engine, &config, err) == PG_OK ? engine : NULL;
}

static inline pg_session_config session_for(const char *path)
{
    return (pg_session_config){ .path = path,
                                .symbol = "ETH",
                                .venue = "test",
                                .maker_fee = 0.00015,
                                .taker_fee = 0.00045,
                                .seed = 1,
                                .limits = pg_script_default_limits() };
}

/* Runs a script; with keep, the engine is handed out for a look (the caller frees it). */
static inline pg_status run_script(const char *path, const random_market *market, const pg_setting *params, int count,
                                   pg_engine **keep, pg_error *err)
{
    pg_session *session = NULL;
    pg_session_config config = session_for(path);
    config.params = params;
    config.param_count = count;
    pg_status status = pg_session_open(&session, &config, err);
    if (status != PG_OK)
        return status;
    pg_engine *engine = make_engine(market, err);
    status = pg_session_run(session, engine, err);
    if (keep)
        *keep = engine;
    else
        pg_engine_free(engine);
    pg_session_close(session);
    return status;
}

#endif
