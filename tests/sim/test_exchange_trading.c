/* Accounts that trade with each other and with the market: nothing is made from nothing, funding, liquidation, blocks,
 * markets that play by themselves, and the same seed gives the same session. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/exchange.h"
#include "support/market.h"
#include "support/synthetic.h"

static exchange_test t;

static int set_up(void **state)
{
    (void)state;
    exchange_open(&t);
    exchange_fill_book(&t);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    exchange_close(&t);
    return 0;
}

static void expect_balance(const pg_exchange *core)
{
    pg_exchange_balance balance;
    pg_exchange_get_balance(&balance, core);
    assert_int_equal(balance.positions, 0);
    assert_true(balance.money_e12 == 0);
}

static pg_money value_of(int trader)
{
    pg_exchange_margin margin;
    pg_exchange_get_margin(&margin, t.core, exchange_account(&t, trader));
    return margin.value;
}

static const pg_exchange_fill *last_fill(int trader)
{
    const pg_exchange_fill *fill = pg_exchange_fill_at(t.core, exchange_account(&t, trader), 0);
    assert_non_null(fill);
    return fill;
}

/* ---- two accounts ---- */

static void test_two_accounts(void **state)
{
    (void)state;
    uint64_t ask = exchange_order(&t, 0, false, "3000.1", "2", PG_HL_ALO);
    uint64_t bid = exchange_order(&t, 1, true, "3000.2", "1.5", PG_HL_IOC);
    const pg_exchange_fill *maker = last_fill(0), *taker = last_fill(1);
    assert_int_equal(maker->oid, ask);
    assert_int_equal(taker->oid, bid);
    assert_int_equal(maker->tid, taker->tid); /* one trade, two sides */
    assert_int_equal(maker->price, 300010);   /* at the resting order's price */
    assert_int_equal(taker->price, 300010);
    assert_int_equal(maker->size, 15000);
    assert_true(maker->maker && !taker->maker);
    assert_true(maker->fee == 675023); /* 4500.15 * 0.00015 in 1e-6, rounded */
    assert_true(taker->fee == 2025068);
    assert_int_equal(exchange_position(&t, 0), -15000);
    assert_int_equal(exchange_position(&t, 1), 15000);
    assert_int_equal(pg_exchange_trade_at(t.core, EXCHANGE_ETH, 0)->tid, maker->tid);
    assert_null(pg_exchange_trade_at(t.core, EXCHANGE_ETH, 1)); /* told once */
    assert_true(value_of(0) + value_of(1) == (pg_money)200000 * 1000000000000 - (pg_money)(675023 + 2025068) * 1000000);
    expect_balance(t.core);
}

/* Both of them beat the market, the better one first, then the market, then the rest. */
static void test_priority(void **state)
{
    (void)state;
    exchange_order(&t, 0, false, "3000.2", "1", PG_HL_ALO); /* behind the market's 10 */
    exchange_order(&t, 1, false, "3000.1", "1", PG_HL_ALO);
    exchange_order(&t, 2, true, "3000.2", "5", PG_HL_IOC);
    assert_int_equal(exchange_position(&t, 1), -10000);
    assert_int_equal(exchange_position(&t, 0), 0);
    exchange_order(&t, 2, true, "3000.2", "7", PG_HL_IOC); /* 6 of the market's, then his */
    assert_int_equal(exchange_position(&t, 0), -10000);
    assert_int_equal(exchange_position(&t, 2), 120000);
    expect_balance(t.core);
}

static void test_self_trade(void **state)
{
    (void)state;
    uint64_t own = exchange_order(&t, 0, false, "3000.1", "1", PG_HL_ALO);
    exchange_order(&t, 0, true, "3000.2", "1", PG_HL_IOC);
    const pg_exchange_order *order = pg_exchange_find_order(t.core, exchange_account(&t, 0), own);
    assert_int_equal(order->status, PG_EXCHANGE_CANCELLED);
    assert_int_equal(order->reason, PG_EXCHANGE_SELF_TRADE);
    assert_int_equal(exchange_position(&t, 0), 10000); /* and the incoming one went on, to the market */
    assert_int_equal(last_fill(0)->price, 300020);
}

/* ---- a random session ---- */

static void random_event(uint64_t *random)
{
    int side = market_random(random) & 1 ? PG_BUY : PG_SELL;
    int64_t away = (int64_t)(market_random(random) % 8) * 10, size = 1 + (int64_t)(market_random(random) % 60000);
    int64_t price = side == PG_BUY ? 300000 - away : 300020 + away;
    if (market_random(random) % 3 == 0)
        exchange_print(&t, EXCHANGE_ETH, side == PG_BUY ? PG_SELL : PG_BUY, price, size);
    else
        exchange_level(&t, EXCHANGE_ETH, side, price, market_random(random) % 4 ? size : 0);
}

static void random_order(uint64_t *random)
{
    int account = (int)(market_random(random) % 3);
    int64_t price = 299900 + 10 * (int64_t)(market_random(random) % 22);
    pg_exchange_request request = { .market = EXCHANGE_ETH,
                                    .side = market_random(random) & 1 ? PG_BUY : PG_SELL,
                                    .tif = (uint8_t)(market_random(random) % 3),
                                    .reduce_only = market_random(random) % 5 == 0,
                                    .price = price,
                                    .size = 100 + (int64_t)(market_random(random) % 20000) };
    const pg_exchange_order *order = pg_exchange_place(t.core, account, &request);
    assert_non_null(order);
    assert_true(order->remaining >= 0 && order->remaining <= order->size);
}

static void random_cancel(uint64_t *random)
{
    int account = (int)(market_random(random) % 3);
    const pg_exchange_order *order = pg_exchange_next_open(t.core, account, NULL);
    if (order)
        assert_true(pg_exchange_cancel(t.core, account, order->oid, PG_EXCHANGE_BY_USER));
}

/* Fills of an account, added up, are its position; each begins where the one before it ended. */
static void expect_fills_add_up(int account)
{
    int64_t position = 0;
    const pg_exchange_fill *fill;
    int count = 0;
    while (pg_exchange_fill_at(t.core, account, count))
        count++;
    for (int i = count - 1; i >= 0; i--) {
        fill = pg_exchange_fill_at(t.core, account, i);
        assert_int_equal(fill->start_position, position);
        position += fill->side == PG_BUY ? fill->size : -fill->size;
    }
    assert_int_equal(position, exchange_position(&t, account));
}

static void expect_book_in_order(void)
{
    pg_exchange_level levels[2][20];
    int count[2];
    for (int i = 0; i < 2; i++) {
        count[i] = pg_exchange_book(t.core, EXCHANGE_ETH, i ? PG_SELL : PG_BUY, levels[i], 20);
        for (int k = 1; k < count[i]; k++)
            assert_true(i ? levels[i][k].price > levels[i][k - 1].price : levels[i][k].price < levels[i][k - 1].price);
        for (int k = 0; k < count[i]; k++)
            assert_true(levels[i][k].size > 0);
    }
    if (count[0] > 0 && count[1] > 0)
        assert_true(levels[0][0].price < levels[1][0].price);
}

static void test_conservation(void **state)
{
    uint64_t random = 11;
    (void)state;
    for (int i = 0; i < 4000; i++) {
        t.now_ns += 1000000;
        switch (market_random(&random) % 4) {
        case 0: random_event(&random); break;
        case 1: random_cancel(&random); break;
        default: random_order(&random);
        }
        expect_balance(t.core);
        expect_book_in_order();
    }
    int met = 0;
    for (int account = 0; account < 3; account++) {
        expect_fills_add_up(account);
        for (int i = 0; pg_exchange_fill_at(t.core, account, i); i++)
            met++;
    }
    assert_true(met > 500);
}

/* ---- the same seed, the same session ---- */

static char *transcript(uint64_t seed)
{
    static const pg_hl_exchange_coin none = { 0 };
    pg_hl_exchange_coin coins[2] = { none, none };
    pg_synthetic_params params[2];
    pg_hl_exchange_config config = exchange_config(&t);
    exchange_client client;
    pg_text text = { 0 };
    assert_int_equal(pg_hl_exchange_synthetic_coin(&coins[0], &params[0], "BTC", 0, seed, NULL), PG_OK);
    assert_int_equal(pg_hl_exchange_synthetic_coin(&coins[1], &params[1], "ETH", 0, seed + 1, NULL), PG_OK);
    config.coins = coins;
    config.seed = seed;
    exchange_open_with(&t, &config);
    exchange_client_open(&client, &t);
    exchange_client_subscribe(&client, "\"type\":\"trades\",\"coin\":\"ETH\"");
    exchange_client_subscribe(&client, "\"type\":\"bbo\",\"coin\":\"BTC\"");
    exchange_client_subscribe(&client,
                              "\"type\":\"userFills\",\"user\":\"0x7e5f4552091a69125d5dfcb7b8c2659029395bdf\"");
    for (int i = 0; i < 60; i++) {
        t.now_ns += 250000000;
        pg_hl_exchange_step(t.server);
        exchange_order(&t, i % 2, i % 3 == 0, i % 3 == 0 ? "4010" : "3990", "0.1", PG_HL_IOC);
    }
    exchange_client_send(&client, "{\"method\":\"ping\"}");
    cJSON_Delete(exchange_client_wait(&client, "pong"));
    for (int i = 0; i < client.count; i++)
        pg_text_print(&text, "%s\n", client.frames[i]);
    exchange_client_close(&client);
    exchange_close(&t);
    return text.data;
}

static void test_determinism(void **state)
{
    (void)state;
    char *first = transcript(5), *again = transcript(5), *other = transcript(6);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
    assert_true(strlen(first) > 20000);
    free(first);
    free(again);
    free(other);
}

/* ---- funding and liquidation ---- */

/* Longs pay shorts each full hour when the impact prices lie above the oracle, at the formula's rate. */
static void test_funding(void **state)
{
    (void)state;
    pg_event mark = { .kind = PG_EVENT_MARK, .price = 300000, .price2 = 299000, .flags = PG_EVENT_LAST };
    exchange_order(&t, 0, false, "3000.1", "2", PG_HL_ALO);
    exchange_order(&t, 1, true, "3000.1", "2", PG_HL_IOC);
    pg_money before[2] = { value_of(0), value_of(1) };
    int64_t hour_ns = 3600000000000, start = t.now_ns - t.now_ns % hour_ns;
    for (int64_t now = t.now_ns; now <= start + 2 * hour_ns; now += 5000000000) {
        t.now_ns = now;
        pg_hl_exchange_push(t.server, EXCHANGE_ETH, &mark, 1);
        pg_hl_exchange_step(t.server);
    }
    pg_exchange_position position;
    pg_exchange_get_position(&position, t.core, exchange_account(&t, 1), EXCHANGE_ETH);
    /* premium (3000 - 2990) / 2990 = 0.00334448; less 0.0005, an eighth of it: 0.00035556 an hour of 2 * 2990 */
    pg_money paid = position.funding_e12;
    double hours = (double)(t.now_ns / hour_ns - EXCHANGE_START_NS / hour_ns);
    assert_true(hours >= 1 && paid > 0);
    double expected = ((10.0 / 2990 - 0.0005) / 8) * 2 * 2990 * hours * 1e12;
    assert_true((double)paid > 0.999 * expected && (double)paid < 1.001 * expected);
    exchange_level(&t, EXCHANGE_ETH, PG_BUY, 299000, 10000);
    pg_money change[2] = { value_of(0) - before[0], value_of(1) - before[1] };
    assert_true(change[0] + change[1] == 0); /* one's loss is the other's gain */
    expect_balance(t.core);
}

static void test_liquidation(void **state)
{
    (void)state;
    exchange_order(&t, 0, true, "3000.4", "30", PG_HL_IOC);
    exchange_level(&t, EXCHANGE_ETH, PG_SELL, 300020, 10000000);
    exchange_order(&t, 0, true, "3000.2", "570", PG_HL_IOC); /* 600 ETH on 100,000 USD */
    uint64_t resting = exchange_order(&t, 0, true, "2700", "1", PG_HL_ALO);
    assert_int_equal(exchange_position(&t, 0), 6000000);
    for (int i = 0; i < 3; i++)
        exchange_level(&t, EXCHANGE_ETH, PG_BUY, 300000 - 10 * i, 0);
    exchange_level(&t, EXCHANGE_ETH, PG_BUY, 286000, 50000000);
    exchange_level(&t, EXCHANGE_ETH, PG_SELL, 286020, 10000);
    t.now_ns += 1000000000;
    exchange_print(&t, EXCHANGE_ETH, PG_SELL, 286000, 10000); /* 84,000 lost, 16,000 left; 34,320 are needed */
    pg_hl_exchange_step(t.server);
    assert_int_equal(exchange_position(&t, 0), 0);
    assert_true(last_fill(0)->liquidation);
    assert_int_equal(pg_exchange_find_order(t.core, exchange_account(&t, 0), resting)->reason,
                     PG_EXCHANGE_BY_LIQUIDATION);
    assert_int_equal(pg_exchange_open_count(t.core, exchange_account(&t, 0)), 0);
    expect_balance(t.core);
}

/* ---- blocks ---- */

static void post_order(exchange_client *client, int trader, uint64_t id, bool is_buy, const char *price, pg_hl_tif tif)
{
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, is_buy, price, "1", tif);
    pg_hl_action action = { .kind = PG_HL_ORDER, .order = { .list = &order, .count = 1 } };
    pg_hl_envelope envelope = exchange_envelope(&t);
    pg_hl_signed made = { 0 };
    pg_text text = { 0 };
    assert_int_equal(pg_hl_sign(&made, &t.signer[trader], &action, &envelope, NULL), PG_OK);
    assert_int_equal(pg_hl_post_frame(&text, id, &made, NULL), PG_OK);
    exchange_client_send(client, text.data);
    pg_text_free(&text);
    pg_hl_signed_free(&made);
}

/* Within a block a post-only order gets in before a taker that came first. */
static void test_blocks(void **state)
{
    (void)state;
    pg_hl_exchange_config config;
    exchange_client client;
    exchange_close(&t);
    config = exchange_config(&t);
    config.block_ms = 300;
    exchange_open_with(&t, &config);
    exchange_fill_book(&t);
    exchange_client_open(&client, &t);
    pg_hl_exchange_step(t.server);
    post_order(&client, 0, 1, true, "3000.2", PG_HL_IOC);
    post_order(&client, 1, 2, false, "3000.1", PG_HL_ALO);
    cJSON *first = exchange_client_wait(&client, "post"), *second = exchange_client_wait(&client, "post");
    assert_non_null(first);
    assert_non_null(second);
    assert_int_equal(cJSON_GetObjectItem(cJSON_GetObjectItem(first, "data"), "id")->valuedouble, 2);
    assert_int_equal(exchange_position(&t, 1), -10000);
    assert_int_equal(last_fill(0)->price, 300010);
    cJSON_Delete(first);
    cJSON_Delete(second);
    exchange_client_close(&client);
}

/* ---- markets that play ---- */

static void test_tape(void **state)
{
    (void)state;
    char path[] = "/tmp/perigee_exchange_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    synthetic_market market = synthetic_make(0.02, 3, "ETH");
    synthetic_write(&market, path);
    pg_tape *tape = NULL;
    assert_int_equal(pg_tape_open(&tape, path, NULL, 0, NULL), PG_OK);
    pg_hl_exchange_config config;
    pg_hl_exchange_coin coin;
    exchange_close(&t);
    config = exchange_config(&t);
    assert_int_equal(pg_hl_exchange_tape_coin(&coin, tape, 10, NULL), PG_OK);
    config.coins = &coin;
    config.coin_count = 1;
    exchange_open_with(&t, &config);
    pg_book *book = pg_book_new(1);
    size_t next = 0;
    int64_t first_ns = market.events[0].exch_ns;
    for (int i = 0; i < 60; i++) { /* 6 s at tenfold speed: 60 s of the tape, whose book is the one that is seen */
        t.now_ns += 100000000;
        pg_hl_exchange_step(t.server);
        int64_t until = first_ns + (t.now_ns - EXCHANGE_START_NS) * 10;
        for (; next < market.count && market.events[next].exch_ns <= until; next++)
            pg_book_apply(book, &market.events[next]);
        int64_t unit =
            pg_pow10(pg_exchange_instrument(t.core, 0)->price_decimals - market.info.instrument.price_decimals);
        assert_int_equal(pg_exchange_touch(t.core, 0, PG_BUY).price, pg_book_best(book, PG_BUY) * unit);
        assert_int_equal(pg_exchange_touch(t.core, 0, PG_SELL).price, pg_book_best(book, PG_SELL) * unit);
    }
    assert_non_null(pg_exchange_trade_at(t.core, 0, 20));
    t.now_ns += 60000000000; /* beyond its end: it has begun anew */
    pg_hl_exchange_step(t.server);
    assert_true(pg_exchange_touch(t.core, 0, PG_BUY).price > 0);
    pg_book_free(book);
    free(market.events);
    exchange_close(&t);
    pg_tape_close(tape);
    remove(path);
    exchange_open(&t);
}

static void test_coins(void **state)
{
    static const struct {
        const char *name;
        double price;
        int size_decimals;
    } coins[] = {
        { "BTC", 0, 5 }, { "ETH", 0, 4 }, { "SOL", 0, 3 }, { "DOGE", 0, 0 }, { "X", 4e-3, 0 }, { "Y", 5e5, 5 }
    };
    (void)state;
    for (size_t i = 0; i < sizeof coins / sizeof *coins; i++) {
        pg_hl_exchange_coin coin;
        pg_synthetic_params params;
        pg_hl_exchange_config config;
        exchange_close(&t);
        config = exchange_config(&t);
        pg_error err = { 0 };
        if (pg_hl_exchange_synthetic_coin(&coin, &params, coins[i].name, coins[i].price, 1, &err) != PG_OK)
            fail_msg("%s: %s", coins[i].name, err.what);
        assert_int_equal(coin.size_decimals, coins[i].size_decimals);
        config.coins = &coin;
        config.coin_count = 1;
        exchange_open_with(&t, &config);
        for (int k = 0; k < 20; k++) {
            t.now_ns += 1000000000;
            pg_hl_exchange_step(t.server);
            /* Every price that is told is one that an order could have. */
            pg_exchange_level levels[20];
            const pg_instrument *in = pg_exchange_instrument(t.core, 0);
            for (int side = PG_BUY; side <= PG_SELL; side++) {
                int count = pg_exchange_book(t.core, 0, side, levels, 20);
                assert_true(count > 0);
                for (int j = 0; j < count; j++)
                    assert_int_equal(in->rule(in, levels[j].price, PG_BUY), levels[j].price);
            }
        }
    }
    pg_hl_exchange_coin coin;
    pg_synthetic_params params;
    assert_int_equal(pg_hl_exchange_synthetic_coin(&coin, &params, "Z", 1e-9, 1, NULL), PG_ERR_INVALID);
}

#define in_exchange(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_exchange(test_two_accounts), in_exchange(test_priority),         in_exchange(test_self_trade),
        in_exchange(test_conservation), cmocka_unit_test(test_determinism), in_exchange(test_funding),
        in_exchange(test_liquidation),  in_exchange(test_blocks),           in_exchange(test_tape),
        in_exchange(test_coins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
