/* The exchange as a whole: its life, its clock, and what is due. */
#include "sim/exchange.h"

#include <stdlib.h>

#include "sim/exchange_internal.h"

enum { OPEN_ORDERS = 1000 };

static const int64_t SETTLE_NS = 100000000;

pg_status pg_exchange_new(pg_exchange **exchange, const pg_exchange_config *config, pg_exchange_sink sink,
                          pg_error *err)
{
    if (config->open_orders < 0 || config->far_percent < 0 || config->funding_ns < 0)
        return pg_fail(err, PG_ERR_INVALID, "a limit of the exchange is negative");
    pg_exchange *x = calloc(1, sizeof *x);
    if (!x)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for an exchange");
    x->config = *config;
    x->sink = sink;
    if (!x->config.clock.now)
        x->config.clock = pg_clock_real();
    if (x->config.open_orders == 0)
        x->config.open_orders = OPEN_ORDERS;
    if (x->config.queue_power == 0)
        x->config.queue_power = 3;
    x->expiry_ns = INT64_MAX;
    pg_random_seed(&x->random, config->seed);
    x->next_oid = 77000000000 + pg_random_bits(&x->random) % 1000000000; /* beyond 32 bits, as the venues' are */
    exchange_tick(x);
    *exchange = x;
    return PG_OK;
}

void pg_exchange_free(pg_exchange *x)
{
    if (!x)
        return;
    for (int i = 0; i < x->account_count; i++)
        exchange_account_free(x, x->account[i]);
    for (int i = 0; i < x->market_count; i++)
        exchange_market_free(x->market[i]);
    free(x);
}

int64_t pg_exchange_now(const pg_exchange *x)
{
    return x->now_ns;
}

void exchange_set_now(pg_exchange *x, int64_t now_ns)
{
    x->now_ns = now_ns > x->now_ns ? now_ns : x->now_ns;
}

void exchange_tick(pg_exchange *x)
{
    exchange_set_now(x, pg_clock_now(x->config.clock));
}

uint64_t pg_exchange_random(pg_exchange *x)
{
    return pg_random_bits(&x->random);
}

static void fire_schedules(pg_exchange *x)
{
    int64_t today = x->now_ns / EXCHANGE_DAY_NS;
    for (int k = 0; k < x->account_count; k++) {
        exchange_account *a = x->account[k];
        if (a->schedule_ns == 0 || a->schedule_ns > x->now_ns)
            continue;
        a->schedule_ns = 0;
        a->fired_count = a->fired_day == today ? a->fired_count + 1 : 1;
        a->fired_day = today;
        pg_exchange_cancel_all(x, k, -1, PG_EXCHANGE_BY_SCHEDULE);
    }
}

static const pg_exchange_order *next_expired(const pg_exchange *x, const exchange_account *a)
{
    for (const pg_exchange_order *o = a->first_open; o; o = o->after)
        if (o->expiry_ns != 0 && o->expiry_ns <= x->now_ns)
            return o;
    return NULL;
}

/* Cancels what has expired, and finds out when the next order does. */
static void expire_orders(pg_exchange *x)
{
    if (x->now_ns < x->expiry_ns)
        return;
    x->expiry_ns = INT64_MAX;
    for (int k = 0; k < x->account_count; k++) {
        /* The end of one may be that of others: so each is looked for anew. */
        for (const pg_exchange_order *o; (o = next_expired(x, x->account[k]));)
            pg_exchange_cancel(x, k, o->oid, PG_EXCHANGE_BY_EXPIRY);
        for (const pg_exchange_order *o = x->account[k]->first_open; o; o = o->after)
            if (o->expiry_ns != 0 && o->expiry_ns < x->expiry_ns)
                x->expiry_ns = o->expiry_ns;
    }
}

pg_status pg_exchange_play(pg_exchange *x, pg_error *err)
{
    int64_t now_ns = pg_clock_now(x->config.clock);
    pg_status status = PG_OK;
    for (int i = 0; i < x->market_count && status == PG_OK; i++)
        status = exchange_market_play(x->market[i], now_ns, err);
    exchange_set_now(x, now_ns);
    fire_schedules(x);
    expire_orders(x);
    exchange_fire_triggers(x);
    if (x->now_ns < x->settle_ns)
        return status;
    x->settle_ns = x->now_ns + SETTLE_NS;
    for (int i = 0; i < x->market_count; i++)
        exchange_settle_funding(x->market[i], x->now_ns);
    exchange_liquidate(x);
    return status;
}
