/* Events a second through the pipeline: replay without a script, and with a Lua strategy called on every book change.
 *
 *     .build/release/tests/bench_engine [events [strategy]] */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "engine/engine.h"
#include "script/session.h"
#include "support/run.h"

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static pg_engine_config configure(const random_market *m)
{
    pg_engine_config config = engine_config(m->events, m->count);
    config.grid_ns = 60000000000;
    return config;
}

/* The venue's side only: book and queue model with two resting orders that are kept near the touch. */
static double bench_replay(const random_market *m)
{
    pg_engine_config config = configure(m);
    pg_instrument instrument = config.instrument;
    static uint64_t replies;
    pg_matcher *matcher;
    extern void count_reply(void *, const pg_reply *);
    pg_matcher_new(&matcher, &config.matcher, &instrument, (pg_reply_sink){ &replies, count_reply }, NULL);
    uint64_t id = 1, bid_id = 0, ask_id = 0;
    double start = seconds();
    for (size_t i = 0; i < m->count; i++) {
        pg_matcher_market(matcher, &m->events[i], m->events[i].exch_ns);
        if (i % 1000 == 999) {
            const pg_book *book = pg_matcher_book(matcher);
            int64_t bid = pg_book_best(book, PG_BUY), ask = pg_book_best(book, PG_SELL);
            pg_request cancel = { .kind = PG_REQUEST_CANCEL, .id = bid_id, .side = PG_BUY };
            pg_matcher_request(matcher, &cancel, m->events[i].exch_ns);
            cancel.id = ask_id;
            cancel.side = PG_SELL;
            pg_matcher_request(matcher, &cancel, m->events[i].exch_ns);
            bid_id = id++;
            ask_id = id++;
            pg_matcher_request(
                matcher,
                &(pg_request){ .kind = PG_REQUEST_NEW, .id = bid_id, .side = PG_BUY, .price = bid, .size = 100 },
                m->events[i].exch_ns);
            pg_matcher_request(
                matcher,
                &(pg_request){ .kind = PG_REQUEST_NEW, .id = ask_id, .side = PG_SELL, .price = ask, .size = 100 },
                m->events[i].exch_ns);
        }
    }
    double taken = seconds() - start;
    pg_matcher_free(matcher);
    return (double)m->count / taken;
}

void count_reply(void *self, const pg_reply *reply);
void count_reply(void *self, const pg_reply *reply)
{
    *(uint64_t *)self += reply->kind == PG_REPLY_FILL;
}

static double bench_strategy(const random_market *m, const char *path)
{
    pg_error err = { 0 };
    char text[1024];
    pg_session_config session_config = {
        .path = path, .symbol = "ETH", .venue = "test", .seed = 1, .limits = pg_script_default_limits()
    };
    pg_session *session;
    if (pg_session_open(&session, &session_config, &err) != PG_OK) {
        fprintf(stderr, "%s\n", pg_error_text(&err, text, sizeof text));
        return 0;
    }
    pg_engine_config config = configure(m);
    config.want_trades = pg_session_wants_trades(session);
    pg_engine *engine;
    pg_engine_new(&engine, &config, &err);
    double start = seconds();
    if (pg_session_run(session, engine, &err) != PG_OK)
        fprintf(stderr, "%s\n%s", pg_error_text(&err, text, sizeof text), pg_session_details(session));
    double taken = seconds() - start;
    const pg_engine_stats *stats = pg_engine_get_stats(engine);
    const pg_orders *orders = pg_engine_orders(engine);
    fprintf(stderr, "%s: %llu calls, %llu fills, %llu requests, net %.2f, heap %zu kB\n", path,
            (unsigned long long)stats->calls, (unsigned long long)pg_engine_account(engine)->fills,
            (unsigned long long)orders->counts.requests,
            pg_money_double(&config.instrument, pg_engine_account(engine)->net_x2) / 2,
            pg_session_peak_memory(session) >> 10);
    double rate = (double)stats->events / taken;
    pg_engine_free(engine);
    pg_session_close(session);
    return rate;
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 4000000;
    random_market m = market_make(n, 7, 500000, 1000000);
    double replay = 0, scripted = 0;
    for (int i = 0; i < 3; i++) {
        double rate = bench_replay(&m);
        replay = rate > replay ? rate : replay;
    }
    for (int i = 0; i < 3; i++) {
        double rate = bench_strategy(&m, argc > 2 ? argv[2] : "strategies/symmetric.lua");
        scripted = rate > scripted ? rate : scripted;
    }
    printf("replay_events_per_s %.3g 1/s\n", replay);
    printf("scripted_events_per_s %.3g 1/s\n", scripted);
    free(m.events);
    return 0;
}
