/* The risk gate against a slow reference, which works everything out from its definition, market by market, in exact
 * money; and against scripts that send whatever they like. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>

#include "support/market.h"
#include "support/risk.h"
#include "trade/risk.h"

enum { MARKETS = 6 };

typedef struct {
    int64_t position, mark_x2;
    pg_risk_open open;
} ref_market;

static const pg_risk_limits ref_limits = { .max_order_usd = 330,
                                           .max_order_size = 3.5,
                                           .max_distance_bps = 300,
                                           .max_open_orders = 5,
                                           .max_position_usd = 600,
                                           .max_position = 6,
                                           .max_gross_usd = 1500,
                                           .max_net_usd = 900 };

/* 1e-6 USD: a size unit times a doubled price unit is half of one. */
static pg_money ref_value(pg_money size, int64_t mark_x2)
{
    pg_money x2 = size * mark_x2;
    return x2 > 0 ? (x2 + 1) / 2 : x2 / 2;
}

static pg_risk_limit ref_check(const ref_market *all, int which, const pg_request *r, bool fresh)
{
    const ref_market *m = &all[which];
    int64_t size[2] = { m->open.size[0], m->open.size[1] };
    int64_t added = r->kind == PG_REQUEST_NEW || fresh ? r->size : r->size > r->open ? r->size - r->open : 0;
    int side = r->side == PG_SELL;
    size[side] +=
        added; /* reduce-only or not: each has another strategy on its instrument, which may hold the opposite */
    int64_t held = m->position < 0 ? -m->position : m->position;
    pg_money dollar = 1000000;
    pg_risk_limit over = held > 60000                                  ? PG_LIMIT_POSITION
                         : (pg_money)held * m->mark_x2 > 1200 * dollar ? PG_LIMIT_POSITION_USD
                                                                       : PG_LIMIT_NONE;
    bool reduces = (side ? m->position > 0 : m->position < 0) && size[side] <= held;
    if (over && !reduces)
        return over;
    if (r->size > 35000)
        return PG_LIMIT_ORDER_SIZE;
    pg_money price_x2 = 2 * (pg_money)r->price > m->mark_x2 ? 2 * (pg_money)r->price : m->mark_x2;
    if (r->size * price_x2 > 660 * dollar)
        return PG_LIMIT_ORDER_USD;
    double away = fabs(2.0 * (double)r->price - (double)m->mark_x2) / (double)m->mark_x2;
    if (away > 0.03)
        return PG_LIMIT_DISTANCE;
    if (r->kind == PG_REQUEST_NEW && m->open.count >= 5)
        return PG_LIMIT_OPEN_ORDERS;
    for (int i = 0; i < MARKETS; i++) /* markets 0 and 3, 1 and 4, 2 and 5 are of one instrument */
        if (i != which && i % 3 == which % 3 && all[i].open.best[!side] > 0 &&
            (side ? r->price <= all[i].open.best[0] : r->price >= all[i].open.best[1]))
            return PG_LIMIT_SELF_CROSS;
    if (added == 0)
        return PG_LIMIT_NONE;
    pg_money worst = (side ? -m->position : m->position) + size[side];
    if (worst > 60000)
        return PG_LIMIT_POSITION;
    if (worst * m->mark_x2 > 1200 * dollar)
        return PG_LIMIT_POSITION_USD;
    pg_money gross = 0, before = 0, after = 0, net = 0;
    for (int i = 0; i < MARKETS; i++) {
        const int64_t *s = i == which ? size : all[i].open.size;
        pg_money up = all[i].position + s[0], down = s[1] - all[i].position, larger = up > down ? up : down;
        gross += ref_value(larger, all[i].mark_x2);
        net += ref_value(side ? down : up, all[i].mark_x2);
        if (i == which) {
            after = larger;
            up = m->position + m->open.size[0];
            down = m->open.size[1] - m->position;
            before = up > down ? up : down;
        }
    }
    if (after > before && gross > 1500 * dollar)
        return PG_LIMIT_GROSS;
    return net > 900 * dollar ? PG_LIMIT_NET : PG_LIMIT_NONE;
}

static void random_market_state(ref_market *m, int which, uint64_t *random)
{
    uint64_t bits = market_random(random);
    switch (bits % 4) {
    case 0:
        m->mark_x2 = 18000 + (int64_t)((bits >> 8) % 4000);
        pg_risk_mark(risk, which, m->mark_x2);
        break;
    case 1:
        m->position = (int64_t)((bits >> 8) % 150000) - 75000;
        pg_risk_position(risk, which, m->position);
        break;
    default:
        m->open = (pg_risk_open){ .size = { (int64_t)((bits >> 8) % 30000), (int64_t)((bits >> 24) % 30000) },
                                  .count = (int)((bits >> 40) % 7) };
        if (bits >> 43 & 1)
            m->open.best[0] = 9600 + (int64_t)((bits >> 44) % 350);
        if (bits >> 53 & 1)
            m->open.best[1] = 10050 + (int64_t)((bits >> 54) % 350);
        pg_risk_set_open(risk, which, &m->open);
    }
}

static void test_reference(void **state)
{
    (void)state;
    ref_market all[MARKETS] = { 0 };
    static const char *const symbols[] = { "ETH", "BTC", "SOL" };
    uint64_t random = 424242, counts[PG_LIMITS] = { 0 };
    pg_error err = { 0 };
    assert_int_equal(pg_risk_new(&risk, &ref_limits, &err), PG_OK);
    for (int i = 0; i < MARKETS; i++) {
        assert_int_equal(add_market(0, symbols[i % 3], i >= 3, NULL), i);
        all[i].mark_x2 = MARK_X2;
    }
    for (int n = 0; n < 400000; n++) {
        int which = (int)(market_random(&random) % MARKETS);
        random_market_state(&all[which], which, &random);
        uint64_t bits = market_random(&random);
        pg_request r = request(bits & 1 ? PG_REQUEST_NEW : PG_REQUEST_REPLACE, bits & 2 ? PG_BUY : PG_SELL,
                               9600 + (int64_t)((bits >> 2) % 800), 1 + (int64_t)((bits >> 12) % 40000));
        r.open = (int64_t)((bits >> 30) % 30000);
        r.reduce_only = (bits >> 50) % 8 == 0;
        which = (int)((bits >> 54) % MARKETS);
        pg_risk_limit expected = ref_check(all, which, &r, which >= 3);
        bool is = pg_risk_check(risk, which, &r, &all[which].open, now, &verdict);
        if (is != (expected == PG_LIMIT_NONE) || verdict.limit != expected)
            fail_msg("request %d: %s, the reference says %s: %s", n, pg_risk_limit_name(verdict.limit),
                     pg_risk_limit_name((int)expected), verdict.text);
        counts[expected]++;
    }
    for (int limit = PG_LIMIT_ORDER_USD; limit <= PG_LIMIT_SELF_CROSS; limit++)
        if (limit != PG_LIMIT_RATE && limit != PG_LIMIT_MARGIN && counts[limit] < 300)
            fail_msg("%s was met only %d times", pg_risk_limit_name(limit), (int)counts[limit]);
    assert_true(counts[PG_LIMIT_NONE] > 10000);
}

/* A hostile script sends whatever it likes; whatever fills of it, in whatever order, the limits hold. */
static void test_hostile(void **state)
{
    (void)state;
    enum { ORDERS = 8 };
    uint64_t random = 7;
    for (int round = 0; round < 3000; round++) {
        make(&(pg_risk_limits){ .max_position = 5, .max_position_usd = 450, .max_open_orders = ORDERS });
        int64_t position = 0, rest[2][ORDERS] = { { 0 } };
        for (int n = 0; n < 60; n++) {
            uint64_t bits = market_random(&random);
            int side = bits & 1, slot = (int)((bits >> 1) % ORDERS);
            if (bits >> 5 & 1) { /* a fill, of all or a part */
                int64_t size = rest[side][slot] ? 1 + (int64_t)((bits >> 8) % (uint64_t)rest[side][slot]) : 0;
                rest[side][slot] -= size;
                position += side ? -size : size;
                pg_risk_position(risk, market, position);
                assert_true(position <= 45000 && position >= -45000);
                continue;
            }
            pg_risk_open open = { .count = 0 };
            for (int i = 0; i < 2 * ORDERS; i++) {
                open.size[i / ORDERS] += rest[i / ORDERS][i % ORDERS];
                open.count += rest[i / ORDERS][i % ORDERS] > 0;
            }
            int64_t size = (int64_t)((bits >> 8) % 60000) - 100;
            if ((bits >> 40) % 16 == 0)
                size = (int64_t)(market_random(&random) >> 1);
            const pg_request r =
                request(PG_REQUEST_NEW, side ? PG_SELL : PG_BUY, 1 + (int64_t)((bits >> 30) % 20000), size);
            if (rest[side][slot] == 0 && pg_risk_check(risk, market, &r, &open, now, &verdict))
                rest[side][slot] = size;
        }
        teardown(NULL);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = { TEST(test_reference), TEST(test_hostile) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
