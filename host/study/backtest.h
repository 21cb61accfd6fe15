/* One backtest: a strategy over a tape, with everything that decides its outcome in one struct. */
#ifndef PG_STUDY_BACKTEST_H
#define PG_STUDY_BACKTEST_H

#include "data/tape.h"
#include "engine/engine.h"
#include "script/session.h"

typedef struct {
    const char *strategy; /* path */
    const pg_setting *params;
    int param_count;
    const pg_setting *estimators;
    int estimator_count;
    pg_fill_model fill;
    pg_queue_model queue;
    double queue_power;
    double maker_fee_bps;
    double taker_fee_bps;
    pg_latency_config order_latency;
    double feed_ms;           /* < 0: as recorded; otherwise exchange time + this, or the median of a lognormal */
    double feed_sigma;        /* of its logarithm; 0: constant */
    const pg_tape *reference; /* another market, told to the script as ctx.reference; NULL: none */
    double capital;           /* quote units */
    double max_position;      /* base units; 0: capital at the first price; INFINITY: no limit */
    int64_t from_ns, to_ns;   /* local time, [from, to); 0 and INT64_MAX: everything */
    double size_tolerance;
    double reprice_bps, min_life_ms, refresh_s, order_timeout_s; /* of quotes (trade/quotes.h); 0: off */
    bool ping_pong;                                              /* one side at a time */
    double quote_validity_s, cooldown_s, gap_s, warmup_s;        /* the cross model */
    bool ignore_aggressor;
    uint64_t seed;
    pg_script_limits limits;
    bool trusted;      /* the scripts may use the raw FFI */
    const pg_log *log; /* what the script prints; NULL: nowhere */
} pg_backtest_config;

/* Queue model power3 with n = 3, maker 1.5 bps, taker 4.5 bps (features.md, R2), 30 ms each way, feed as recorded,
 * capital 10,000, seed 1. Nothing of it is silent: the report states all of it. */
pg_backtest_config pg_backtest_defaults(void);

/* Called now and then with the part done, 0 to 1. */
typedef struct {
    void *self;
    void (*show)(void *self, double part, size_t events);
} pg_watch;

typedef struct pg_backtest pg_backtest;

/* Opens the scripts and sizes the engine; nothing runs. The tape must outlive the backtest. */
pg_status pg_backtest_new(pg_backtest **backtest, const pg_backtest_config *config, const pg_tape *tape, pg_error *err);
void pg_backtest_free(pg_backtest *backtest);

/* Runs to the end. After an error the backtest holds what happened until then, for the message only. */
pg_status pg_backtest_run(pg_backtest *backtest, pg_watch watch, pg_error *err);

const pg_backtest_config *pg_backtest_get_config(const pg_backtest *backtest);
const pg_engine *pg_backtest_engine(const pg_backtest *backtest);
const pg_session *pg_backtest_session(const pg_backtest *backtest);
const pg_tape *pg_backtest_tape(const pg_backtest *backtest);

/* The position limit in force, base units; INFINITY: none. */
double pg_backtest_max_position(const pg_backtest *backtest);

#endif
