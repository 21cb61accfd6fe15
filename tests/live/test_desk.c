/* The desk on a venue that says nonsense: reports twice, in another order, with numbers that cannot be, of unknown orders
 * and runs, after the end; accounts that disagree; links that come and go. Nothing of it ends the host, and when the venue
 * has come to its senses both agree on positions and orders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/made_host.h"

enum { TURNS = 500, BURST = 200 };

static uint64_t rng, delivered;
static bool possible; /* only what a venue may well say, in whatever order */

static uint64_t below(uint64_t n)
{
    rng = rng * 6364136223846793005ull + 1442695040888963407ull;
    return (rng >> 33) % n;
}

static int64_t odd_number(void)
{
    static const int64_t numbers[] = { 0, -1, 1, INT64_MIN, INT64_MAX, INT64_MAX - 1, (int64_t)1 << 53, 1000, 10000 };
    return below(2) ? numbers[below(9)] : (int64_t)below(20000) - 1000;
}

/* An id of an order that was there, is there, will be there, or never was. */
static uint64_t odd_id(const made_venue *v)
{
    if (v->order_count > 0 && below(2))
        return v->order[below((uint64_t)v->order_count)].id;
    return below(4) ? pg_desk_first_id((int)below(5)) + below(500) : below(3) ? below(1000) : UINT64_MAX - below(9);
}

static void spoil(const made_venue *v, pg_report *r)
{
    switch (below(14)) {
    case 0: r->reply.id = odd_id(v); break;
    case 1: r->run = below(2) ? 0 : below(100); break;
    case 2: r->market = (int)odd_number(); break;
    case 3: r->reply.size = odd_number(); break;
    case 4: r->reply.price = odd_number(); break;
    case 5: r->reply.remaining = odd_number(); break;
    case 6: r->reply.kind = (uint8_t)below(10); break;
    case 7: r->reply.kind = (uint8_t)below(256); break;
    case 8: r->reply.side = (uint8_t)below(5); break;
    case 9: r->reply.reason = (uint8_t)below(256); break;
    case 10: r->reply.exch_ns = odd_number(); break;
    case 11: r->reply.fee = (pg_money)odd_number() * odd_number(); break;
    case 12: r->unknown = true; break;
    default: r->trade_id[0] = below(2) ? '\0' : 'x'; break;
    }
}

static void say(made_venue *v, const pg_report *r)
{
    delivered++;
    v->sink.report(v->sink.self, r);
}

static pg_report invented(made_venue *v)
{
    made_order order = { .market = (int)below(2), .id = odd_id(v), .side = below(2) ? PG_BUY : PG_SELL };
    order.price = 9990 + (int64_t)below(20);
    order.open = (int64_t)below(300);
    pg_report r = made_report(v, &order, 1 + (int)below(7), (int)below(PG_REASONS));
    r.reply.size = 1 + (int64_t)below(300);
    snprintf(r.trade_id, sizeof r.trade_id, "t%llu", (unsigned long long)below(5000));
    return r;
}

/* A true report: given as it is, twice, later, or with spoiled ones around it. */
static bool mangle(void *self, made_venue *v, const pg_report *report)
{
    made_host *h = self;
    if (h->phase > 0)
        return false;
    if (below(8) == 0) {
        made_say(v, report); /* later */
        return true;
    }
    for (uint64_t n = possible ? 0 : below(3); n > 0; n--) {
        pg_report wrong = *report;
        spoil(v, &wrong);
        say(v, &wrong);
    }
    if (below(5) == 0)
        say(v, report);
    delivered++;
    return false;
}

/* Positions and orders that nobody has. */
static void disagree(void *self, made_venue *v, pg_account_state *state)
{
    static pg_open_order orders[8];
    static pg_held held[4];
    made_host *h = self;
    if (h->phase > 0 || possible || below(2))
        return;
    for (int i = 0; i < 8; i++)
        orders[i] = (pg_open_order){ .market = (int)below(4) - 1,
                                     .run = below(2) ? v->run : below(5),
                                     .id = odd_id(v),
                                     .price = odd_number(),
                                     .remaining = odd_number(),
                                     .side = (uint8_t)below(4) };
    for (int i = 0; i < 4; i++)
        held[i] = (pg_held){ .market = (int)below(5) - 1, .quantity = odd_number(), .entry = below(2) ? NAN : 1e300 };
    state->orders = orders;
    state->order_count = (int)below(9);
    state->held = held;
    state->held_count = (int)below(5);
}

/* Others trade on the account, what is over is told again, and links come and go. */
static void mutter(made_venue *v)
{
    pg_report r = invented(v);
    r.reply.id = pg_desk_first_id(r.market) + below(20); /* gone by now, most of them */
    if (!made_find(v, r.reply.id) && r.reply.kind != PG_REPLY_FILL)
        say(v, &r);
    if (below(20) == 0)
        made_foreign_fill(v, 0, 0, (int64_t)below(200) + 1);
    if (below(400) == 0) {
        pg_link link = below(2) ? PG_LINK_MARKET : PG_LINK_ACCOUNT;
        v->sink.link(v->sink.self, link, false, "it comes and goes");
        v->sink.link(v->sink.self, link, true, NULL);
    }
}

static void rave(made_venue *v)
{
    for (int i = 0; i < BURST; i++) {
        pg_report r = invented(v);
        if (below(2))
            spoil(v, &r);
        say(v, &r);
    }
    if (below(4) == 0)
        v->sink.link(v->sink.self, below(2) ? PG_LINK_MARKET : PG_LINK_ACCOUNT, below(2), "it comes and goes");
    if (below(50) == 0)
        v->sink.ready(v->sink.self);
    v->sink.events(v->sink.self, (int)below(5) - 1, &(pg_event){ .kind = PG_EVENT_TRADE, .local_ns = made_now() }, 0);
}

/* Whether the host has the position and the orders of the venue. */
static bool agrees(const made_host *h, const made_venue *v)
{
    int orders = 0;
    int64_t held[2] = { 0 };
    for (int i = 0; i < pg_live_market_count(h->live); i++) {
        const pg_engine *engine = pg_runner_engine(pg_live_market_runner(pg_live_market_at(h->live, i)));
        const pg_orders *known = pg_engine_orders(engine);
        held[i] = pg_engine_position(engine)->quantity;
        orders += known->count;
        for (int k = 0; k < known->count; k++)
            if (!made_find((made_venue *)v, known->order[k].id))
                return false;
    }
    return orders == v->order_count && v->way_count == 0 && v->report_count == 0 && held[0] == made_held(v, 0) &&
           held[1] == made_held(v, 1);
}

static void turn(void *self, made_venue *v)
{
    made_host *h = self;
    made_host_wait(h, v);
    if (h->phase == 0) {
        for (int i = 0; i < 20; i++)
            made_step(v);
        possible ? mutter(v) : rave(v);
        if (++h->turned == (possible ? 3 * TURNS : TURNS)) {
            v->sink.link(v->sink.self, PG_LINK_MARKET, true, NULL);
            v->sink.link(v->sink.self, PG_LINK_ACCOUNT, false, "for a moment");
            v->sink.link(v->sink.self, PG_LINK_ACCOUNT, true, NULL);
            made_host_next(h);
        }
        return;
    }
    for (int i = 0; i < 20; i++) { /* nobody trades any more, and nobody quotes anew */
        made_arrive(v);
        made_deliver(v);
        made_answer_call(v);
    }
    if (pg_desk_get_state(pg_live_desk_at(h->live, 0))->reconciled && agrees(h, v))
        pg_live_stop(h->live, "both agree");
    else if (v->wrong[0])
        pg_live_stop(h->live, "it takes too long");
}

static void run(made_host *h, uint64_t seed)
{
    static const char markets[] = "local S = \"tests/scripts/limits/calm.lua\"\n"
                                  "market { venue = \"v\", symbol = \"AAA\", strategy = S, params = { unit = 0.2 } }\n"
                                  "market { venue = \"v\", symbol = \"BBB\", strategy = S, params = { unit = 0.2 } }\n";
    delivered = 0;
    rng = seed;
    *h = (made_host){
        .markets = markets, .risk = "", .seed = seed, .step = turn, .report = mangle, .account = disagree
    };
    made_host_run(h);
    if (h->wrong[0] || h->status != PG_OK || h->left > 0)
        fail_msg("seed %llu: %s; %s; %d left\n%s", (unsigned long long)seed, h->wrong, h->error.what, h->left, h->said);
}

static void test_nonsense(void **state)
{
    (void)state;
    static made_host h;
    possible = false;
    run(&h, 11);
    assert_true(delivered > 100000);
    assert_true(h.desk.nonsense > 1000);
    assert_true(h.desk.duplicates > 100);
}

static void test_any_order(void **state)
{
    (void)state;
    static made_host h;
    possible = true;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        run(&h, seed);
        assert_in_range(h.desk.nonsense, 0, 20); /* fills that were told before what made room for them */
        if (h.news < 10 || h.fills < 5 || h.desk.duplicates < 1)
            fail_msg("seed %llu: %llu orders, %llu fills, %llu duplicates", (unsigned long long)seed,
                     (unsigned long long)h.news, (unsigned long long)h.fills, (unsigned long long)h.desk.duplicates);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_any_order),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
