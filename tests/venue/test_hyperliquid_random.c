/* Random sessions on the built-in exchange, with messages that are lost, doubled, late or out of order and connections
 * that break: in the end the order manager has exactly the orders that are open at the exchange, and the fills that
 * were reported make the position that it has there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernels/random.h"
#include "support/hyperliquid_venue.h"

enum { STEPS = 1200, ORDERS = 24 };

static host_test *h;
static pg_random dice;

static int64_t roll(int64_t n)
{
    return (int64_t)(pg_random_uniform(&dice) * (double)n);
}

static void random_fault(void)
{
    static const char *const channels[] = { "post", "orderUpdates", "userFills" };
    static const pg_fault_kind kinds[] = { PG_FAULT_DROP,   PG_FAULT_DELAY,      PG_FAULT_DUPLICATE, PG_FAULT_REORDER,
                                           PG_FAULT_CUT,    PG_FAULT_CUT_INSIDE, PG_FAULT_TRUNCATE,  PG_FAULT_UNKNOWN,
                                           PG_FAULT_STATUS, PG_FAULT_HUGE };
    pg_fault f = { .kind = kinds[roll(10)], .count = 1 + roll(3), .ms = 1 + roll(150), .code = 500 };
    const char *channel = f.kind == PG_FAULT_STATUS ? "post" : channels[roll(3)];
    if (f.kind == PG_FAULT_DROP && strcmp(channel, "post") == 0)
        channel = "orderUpdates"; /* a lost answer is 5 s of waiting */
    snprintf(f.channel, sizeof f.channel, "%s", channel);
    pg_faults_clear(h->exchange.faults);
    exchange_check(pg_faults_add(h->exchange.faults, &f, NULL), &(pg_error){ .what = "fault" });
}

static int64_t random_price(int side)
{
    int64_t away = roll(2) ? 0 : 10 * roll(12);
    return side == PG_BUY ? 300010 - away : 300010 + away;
}

static void random_step(void)
{
    int side = roll(2) ? PG_BUY : PG_SELL;
    pg_order *order = h->orders.count > 0 ? &h->orders.order[roll(h->orders.count)] : NULL;
    char size[16];
    switch (roll(8)) {
    case 0:
    case 1:
        if (h->orders.count < ORDERS)
            host_place(h, side, random_price(side), 1000 + 1000 * roll(20), roll(6) ? PG_TIF_ALO : (int)roll(2));
        break;
    case 2:
        if (order)
            pg_orders_cancel(&h->orders, order);
        break;
    case 3:
    case 4:
        if (order)
            pg_orders_replace(&h->orders, order, random_price(order->side), 1000 + 1000 * roll(20), host_now());
        break;
    case 5:
        snprintf(size, sizeof size, "0.%02d", (int)(1 + roll(99)));
        exchange_order(&h->exchange, 1, roll(2), roll(2) ? "3000.6" : "2999.5", size, PG_HL_IOC);
        break;
    case 6: exchange_print(&h->exchange, EXCHANGE_ETH, side, side == PG_BUY ? 300020 : 300000, 500 * roll(20)); break;
    default: host_run(h, roll(4));
    }
}

static bool settled(void)
{
    for (int i = 0; i < h->orders.count; i++)
        if (h->orders.order[i].state != PG_ORDER_LIVE)
            return false;
    return true;
}

static void compare(void)
{
    int account = exchange_account(&h->exchange, 0), open = 0;
    for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(h->exchange.core, account, o));) {
        bool found = false;
        for (int i = 0; i < h->orders.count; i++) {
            const pg_order *mine = &h->orders.order[i];
            found = found || (mine->price == o->price && mine->remaining == o->remaining && mine->side == o->side);
        }
        assert_true(found);
        open++;
    }
    assert_int_equal(open, h->orders.count);
    assert_int_equal(h->position, exchange_position(&h->exchange, 0));
}

static void session(uint64_t seed)
{
    h = calloc(1, sizeof *h);
    pg_random_seed(&dice, seed);
    host_open(h);
    for (int i = 0; i < STEPS; i++) {
        if (i % 40 == 39)
            random_fault();
        random_step();
        host_run(h, 1);
    }
    pg_faults_clear(h->exchange.faults);
    assert_true(host_until(h, h->up[PG_LINK_ACCOUNT]));
    host_run(h, 100);
    host_read_account(h);
    assert_true(host_until(h, settled()));
    host_run(h, 50);
    host_read_account(h); /* what was cancelled unseen has been asked for by now */
    host_run(h, 1200);
    assert_true(host_until(h, settled()));
    compare();
    assert_int_equal(h->misfits, 0);
    assert_int_equal(h->failures, 0);
    print_message("seed %d: %d placed, %d replaced, %d fills, %d unknown, %d reconnections\n", (int)seed,
                  (int)h->orders.counts.placed, (int)h->orders.counts.replaced, (int)h->fills, h->unknown,
                  h->downs[PG_LINK_ACCOUNT]);
    assert_true(h->fills > 0 && h->orders.counts.replaced > 0);
    pg_orders_cancel_all(&h->orders);
    assert_true(host_until(h, h->orders.count == 0));
    assert_int_equal(host_open_at_venue(h), 0);
    host_close(h);
    free(h);
}

static void first(void **state)
{
    (void)state;
    session(1);
}

static void second(void **state)
{
    (void)state;
    session(2);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(first), cmocka_unit_test(second) };
    for (int i = 1; i < argc; i++) { /* other seeds, from the command line */
        fprintf(stderr, "seed %s\n", argv[i]);
        session(strtoull(argv[i], NULL, 10));
    }
    return argc > 1 ? 0 : cmocka_run_group_tests(tests, NULL, NULL);
}
