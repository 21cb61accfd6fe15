/* Hostile strategies against each limit, through the whole host on a venue that counts by itself: whatever they try,
 * nothing beyond the limit reaches it, and what the limit is said to do happens. Each limit is also left out once, where
 * the count must find the scripts beyond it: they do try. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/made_host.h"

static const char *const scripts[] = { "ladder",     "singles",     "modify_up",     "small_orders", "races",
                                       "everywhere", "reduce_only", "wrong_numbers", "errors",       "loops" };

enum { SCRIPTS = sizeof scripts / sizeof *scripts, SEATS = 4 };

/* Four strategies, two a market, those from `first` on. */
static const char *four(int first, double unit)
{
    static char text[2048];
    size_t length = 0;
    for (int i = 0; i < SEATS; i++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "market { venue = \"v\", symbol = \"%s\", name = \"s%d\", params = { unit = %g },\n"
                                   "  strategy = \"tests/scripts/limits/%s.lua\" }\n",
                                   i % 2 ? "BBB" : "AAA", i, unit, scripts[(first + i) % SCRIPTS]);
    return text;
}

static const char *calm(double unit)
{
    static char text[512];
    snprintf(text, sizeof text,
             "market { venue = \"v\", symbol = \"AAA\", params = { unit = %g },\n"
             "  strategy = \"tests/scripts/limits/calm.lua\" }",
             unit);
    return text;
}

static void fine(const made_host *h, const char *name)
{
    if (h->wrong[0] || h->status != PG_OK || h->left != 0)
        fail_msg("%s, seed %llu: %s; %s; %d orders left\n%s", name, (unsigned long long)h->seed, h->wrong,
                 h->status == PG_OK ? "" : h->error.what, h->left, h->said);
}

/* ---- limits that refuse ---- */

typedef struct {
    const char *name, *risk;
    double unit; /* of the scripts' orders, base */
    pg_risk_limits limits;
} limit_case;

static const limit_case cases[] = {
    { "max_order_usd", "max_order_usd = 700", 0.5, { .max_order_usd = 700 } },
    { "max_order_size", "max_order_size = 0.7", 0.5, { .max_order_size = 0.7 } },
    { "max_orders_per_s", "max_orders_per_s = 50, burst = 5", 0.01, { .max_orders_per_s = 50, .burst = 5 } },
    { "max_distance_bps", "max_distance_bps = 20", 0.01, { .max_distance_bps = 20 } },
    { "max_open_orders", "max_open_orders = 7", 0.01, { .max_open_orders = 7 } },
    { "max_position", "max_position = 3", 1, { .max_position = 3 } },
    { "max_position_usd", "max_position_usd = 3000", 1, { .max_position_usd = 3000 } },
    { "max_gross_usd", "max_gross_usd = 9000", 1, { .max_gross_usd = 9000 } },
    { "max_net_usd", "max_net_usd = 5000", 1, { .max_net_usd = 5000 } },
    { "margin", "leverage = 2", 1, { .leverage = 2 } },
};

static void run_case(made_host *h, const limit_case *c, int first, const char *risk, int turns)
{
    *h = (made_host){ .markets = four(first, c->unit),
                      .risk = risk,
                      .limits = c->limits,
                      .free_usd = 3000,
                      .seed = (uint64_t)first + 1,
                      .turns = turns };
    made_host_run(h);
}

static void test_refusals(void **state)
{
    (void)state;
    static made_host h;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t refused = 0, sent = 0;
        for (int first = 0; first < SCRIPTS; first += SEATS) {
            run_case(&h, &cases[i], first, cases[i].risk, 60);
            fine(&h, cases[i].name);
            refused += h.desk.refused;
            sent += h.news;
        }
        if (sent < 20 || refused < 20)
            fail_msg("%s: %llu sent, %llu refused", cases[i].name, (unsigned long long)sent,
                     (unsigned long long)refused);
    }
}

static void test_without_the_limit(void **state)
{
    (void)state;
    static made_host h;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool found = false;
        for (int first = 0; !found && first < SCRIPTS; first += SEATS) {
            run_case(&h, &cases[i], first, "", 200);
            found = h.wrong[0] != '\0';
        }
        if (!found)
            fail_msg("%s: the scripts stay within it by themselves", cases[i].name);
    }
}

/* Orders of two strategies on one market never meet: the count is in the venue, in each run above as well. */
static void test_self_cross(void **state)
{
    (void)state;
    static made_host h;
    for (int first = 0; first < SCRIPTS; first++) {
        h = (made_host){ .markets = four(first, 0.1), .risk = "", .seed = 50 + (uint64_t)first, .turns = 50 };
        made_host_run(&h);
        fine(&h, "self_cross");
    }
}

/* ---- all together ---- */

static uint64_t rng;

static uint64_t below(uint64_t n)
{
    rng = rng * 6364136223846793005ull + 1442695040888963407ull;
    return (rng >> 33) % n;
}

static double some(double least, double most)
{
    return least + (most - least) * (double)below(1000) / 1000;
}

static void test_mixtures(void **state)
{
    (void)state;
    static made_host h;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        char risk[1024];
        rng = seed * 0x9e3779b97f4a7c15ull;
        pg_risk_limits l = { .max_position_usd = some(500, 5000), .max_position = some(0.5, 5) };
        l.max_order_usd = some(100, l.max_position_usd);
        l.max_order_size = some(0.1, l.max_position);
        l.max_orders_per_s = floor(some(50, 400));
        l.burst = floor(some(1, 50));
        l.max_distance_bps = floor(some(5, 400));
        l.max_open_orders = floor(some(1, 40));
        l.max_gross_usd = some(l.max_position_usd, 12000);
        l.max_net_usd = some(1000, l.max_gross_usd);
        l.leverage = floor(some(1, 5));
        snprintf(risk, sizeof risk,
                 "max_order_usd = %.17g, max_order_size = %.17g, max_orders_per_s = %g, burst = %g, "
                 "max_distance_bps = %g, max_open_orders = %g, max_position_usd = %.17g, max_position = %.17g, "
                 "max_gross_usd = %.17g, max_net_usd = %.17g, leverage = %.17g",
                 l.max_order_usd, l.max_order_size, l.max_orders_per_s, l.burst, l.max_distance_bps, l.max_open_orders,
                 l.max_position_usd, l.max_position, l.max_gross_usd, l.max_net_usd, l.leverage);
        h = (made_host){
            .markets = four((int)below(SCRIPTS), some(0.05, 3)), .risk = risk, .limits = l, .seed = seed, .turns = 150
        };
        made_host_run(&h);
        fine(&h, "mixture");
    }
}

/* ---- limits that pull ---- */

static int pull_feed; /* a pg_feed; PG_FEEDS: the cascade */

static void set_bad(made_venue *v, bool bad)
{
    if (pull_feed == PG_FEEDS)
        v->best_size = bad ? 1 : 0.1;
    else
        v->silent[pull_feed] = bad;
}

static void pull_turn(made_host *h, made_venue *v)
{
    made_host_wait(h, v);
    switch (h->phase) {
    case 0: /* it quotes */
        if (made_open(v, 0) >= 2)
            set_bad(v, true), made_host_next(h);
        break;
    case 1: /* nothing is left, and nothing comes */
        h->mark = v->news + v->replaces;
        if (v->order_count == 0 && v->way_count == 0 &&
            pg_risk_get_state(pg_live_risk(h->live), 0, made_now(), NULL) == PG_RISK_PULL)
            made_host_next(h);
        break;
    case 2:
        if (v->news + v->replaces != h->mark)
            made_wrong(v, "an order while quotes are pulled");
        if (pull_feed == PG_FEEDS)
            v->best_size = 0.7; /* between the two: still */
        if (pg_clock_elapsed() - h->since_s > 0.6)
            set_bad(v, false), made_host_next(h);
        break;
    case 3:
        if (made_open(v, 0) >= 2)
            pg_live_stop(h->live, "quotes are back"), made_host_next(h);
        break;
    default: break;
    }
}

static void test_pulls(void **state)
{
    (void)state;
    static made_host h;
    static const struct {
        const char *risk;
        pg_risk_limits limits;
    } pulls[] = { { "max_book_age_s = 0.3", { .max_book_age_s = 0.3 } },
                  { "max_trades_age_s = 0.3", { .max_trades_age_s = 0.3 } },
                  { "max_account_age_s = 0.3", { .max_account_age_s = 0.3 } },
                  { "cascade_pull = 0.8, cascade_resume = 0.6", { .cascade_pull = 0.8 } } };
    for (pull_feed = 0; pull_feed <= PG_FEEDS; pull_feed++) {
        h = (made_host){ .markets = calm(0.1),
                         .risk = pulls[pull_feed].risk,
                         .limits = pulls[pull_feed].limits,
                         .seed = 3,
                         .turn = pull_turn };
        made_host_run(&h);
        fine(&h, pulls[pull_feed].risk);
        assert_int_equal(h.phase, 4);
    }
}

/* ---- only what reduces ---- */

/* Somebody else makes the position three times what is allowed: what would make it larger goes, and comes back when it
 * has been brought down. */
static void excess_turn(made_host *h, made_venue *v)
{
    made_host_wait(h, v);
    int64_t most = 2000, held = v->position[0], bids = 0;
    for (int i = 0; i < v->order_count; i++)
        bids += v->order[i].side == PG_BUY;
    switch (h->phase) {
    case 0:
        if (bids > 0)
            made_foreign_fill(v, 0, 0, 3 * most - held), made_host_next(h);
        break;
    case 1:
        if (bids == 0 || held <= most)
            made_host_next(h);
        break;
    case 2: /* asks are taken by the market */
        if (bids > 0 && held > most)
            made_wrong(v, "a bid with a position of %g", (double)held * 1e-3);
        if (held <= most)
            made_host_next(h);
        break;
    case 3:
        if (bids > 0)
            pg_live_stop(h->live, "quotes are back"), made_host_next(h);
        break;
    default: break;
    }
}

static void test_only_reduces(void **state)
{
    (void)state;
    static made_host h;
    static const char *const risks[] = { "max_position = 2", "max_position_usd = 2000" };
    for (int i = 0; i < 2; i++) {
        h = (made_host){ .markets = calm(0.4), .risk = risks[i], .seed = 4, .turn = excess_turn };
        if (i == 0)
            h.limits.max_position = 2;
        made_host_run(&h);
        fine(&h, risks[i]);
        assert_int_equal(h.phase, 4);
    }
}

/* ---- what ends everything ---- */

static bool by_hand;

static void loss_turn(made_host *h, made_venue *v)
{
    made_host_wait(h, v);
    if (h->phase == 0 && v->order_count > 4 && pg_desk_get_state(pg_live_desk_at(h->live, 0))->reconciled) {
        made_host_next(h);
        if (by_hand)
            pg_risk_kill(pg_live_risk(h->live), "the test says so");
        else
            made_foreign_fill(v, 0, 0, 500000);
    } else if (h->phase == 1 && !by_hand) {
        v->mid[0] = 9900; /* 10 USD lower, with 500 held */
    }
}

static void test_shutdowns(void **state)
{
    (void)state;
    static made_host h;
    static const char *const risks[] = { "max_daily_loss_usd = 100", "max_drawdown = 0.001", "" };
    static const char *const words[] = { "stopping (max_daily_loss_usd: account 0 lost",
                                         "stopping (max_drawdown: equity", "stopping (the test says so)" };
    for (int i = 0; i < 3; i++)
        for (int first = 0; first < SCRIPTS; first += SEATS) {
            by_hand = i == 2;
            h = (made_host){ .markets = four(first, 0.1), .risk = risks[i], .seed = 5, .turn = loss_turn };
            made_host_run(&h);
            fine(&h, words[i]);
            if (!strstr(h.said, words[i]))
                fail_msg("not '%s' but\n%s", words[i], h.said);
        }
}

/* ---- reloading ---- */

static const char *reload_text[3]; /* what is saved one after the other */
static pg_risk_limits reload_limits;

static void save(made_host *h, const char *risk)
{
    char path[256], part[256];
    const char *text = made_host_config(h, risk);
    snprintf(path, sizeof path, "%s", scratch_path("config.lua"));
    snprintf(part, sizeof part, "%s", scratch_path("config.new"));
    scratch_write(part, text, strlen(text));
    rename(part, path);
}

/* Whether a seat's open orders on a side could make its position larger than it is. */
static bool adds(const made_venue *v, int seat, int side)
{
    return made_worst(v, seat, side) > made_size(v->position[seat]);
}

static bool within(const made_venue *v)
{
    const pg_risk_limits *l = &v->limits;
    for (int s = 0; s < v->seats; s++)
        for (int side = PG_BUY; side <= PG_SELL; side++)
            if (adds(v, s, side) && (double)made_worst(v, s, side) * 1e-3 > l->max_position + 1e-9)
                return false;
    for (int i = 0; i < v->order_count; i++)
        if ((double)v->order[i].open * 1e-3 > l->max_order_size + 1e-9)
            return false;
    return true;
}

static void reload_turn(made_host *h, made_venue *v)
{
    made_host_wait(h, v);
    switch (h->phase) {
    case 0: /* looser: refused */
        if (v->order_count > 8)
            save(h, reload_text[0]), made_host_next(h);
        break;
    case 1:
        if (strstr(h->said, "would be loosened"))
            save(h, reload_text[1]), made_host_next(h);
        break;
    case 2: /* tighter: taken with orders open; from here on the venue counts by it, and what is beyond it goes */
        if (strstr(h->said, "limits changed"))
            v->limits = reload_limits, v->fills_may_exceed = true, made_host_next(h);
        break;
    case 3:
        if (within(v))
            made_host_next(h);
        break;
    case 4:
        if (!within(v))
            made_wrong(v, "beyond the new limits again");
        if (pg_clock_elapsed() - h->since_s > 0.5 && v->order_count > 0)
            save(h, reload_text[2]), v->limits = (pg_risk_limits){ 0 }, made_host_next(h);
        break;
    case 5: /* looser, and allowed */
        if (strstr(strstr(h->said, "limits changed") + 1, "limits changed")) {
            pg_live_stop(h->live, "done");
            made_host_next(h);
        }
        break;
    default: break;
    }
}

static void test_reload(void **state)
{
    (void)state;
    static made_host h;
    reload_text[0] = "max_position = 5, max_order_size = 2";
    reload_text[1] = "max_position = 1, max_order_size = 0.5";
    reload_text[2] = "max_position = 9, max_order_size = 4, allow_loosen = true";
    reload_limits = (pg_risk_limits){ .max_position = 1, .max_order_size = 0.5 };
    for (int first = 0; first < SCRIPTS; first += SEATS) {
        h = (made_host){ .markets = four(first, 0.8),
                         .risk = "max_position = 4, max_order_size = 2",
                         .limits = { .max_position = 4, .max_order_size = 2 },
                         .seed = 6,
                         .reload = true,
                         .turn = reload_turn };
        made_host_run(&h);
        fine(&h, "reload");
        assert_int_equal(h.phase, 6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),   cmocka_unit_test(test_without_the_limit),
        cmocka_unit_test(test_self_cross), cmocka_unit_test(test_mixtures),
        cmocka_unit_test(test_pulls),      cmocka_unit_test(test_only_reduces),
        cmocka_unit_test(test_shutdowns),  cmocka_unit_test(test_reload),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
