/* Streams of the Lighter exchange over real sockets: books by their chain of nonces, accounts, transactions, faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "kernels/random.h"
#include "support/lighter_exchange.h"

enum { LEVELS = 512 };

static li_test t;
static li_client c;

static int open_one(void **state)
{
    (void)state;
    li_open(&t);
    li_fill_book(&t);
    li_client_open(&c, &t);
    return 0;
}

static int close_one(void **state)
{
    (void)state;
    li_client_close(&c);
    li_close(&t);
    return 0;
}

static int64_t integer(const cJSON *json, const char *name)
{
    const cJSON *item = li_member(json, name);
    return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : -1;
}

/* ---- books ---- */

/* A book as a client keeps it: prices and sizes as texts. */
typedef struct {
    char price[LEVELS][24], size[LEVELS][24];
    int count;
} side;

static void apply(side *s, const cJSON *levels)
{
    const cJSON *level;
    cJSON_ArrayForEach(level, levels)
    {
        const char *price = li_text(level, "price"), *size = li_text(level, "size");
        int at = 0;
        while (at < s->count && strcmp(s->price[at], price) != 0)
            at++;
        if (strtod(size, NULL) == 0) {
            assert_true(at < s->count); /* nothing is taken away that was not there */
            s->count--;
            memcpy(s->price[at], s->price[s->count], sizeof s->price[at]);
            memcpy(s->size[at], s->size[s->count], sizeof s->size[at]);
            continue;
        }
        snprintf(s->price[at], sizeof s->price[at], "%s", price);
        snprintf(s->size[at], sizeof s->size[at], "%s", size);
        s->count += at == s->count;
    }
}

static void expect_side(const side *s, int book_side)
{
    pg_exchange_level levels[LEVELS];
    int count = pg_exchange_book(t.core, LI_ETH, book_side, levels, LEVELS);
    assert_int_equal(count, s->count);
    for (int i = 0; i < count; i++) {
        bool found = false;
        for (int k = 0; k < s->count; k++)
            found |= (int64_t)(strtod(s->price[k], NULL) * 100 + 0.5) == levels[i].price &&
                     (int64_t)(strtod(s->size[k], NULL) * 10000 + 0.5) == levels[i].size;
        assert_true(found);
    }
}

/* Follows the book through random changes: the chain never breaks, and at its end the client has what is there. */
static void test_book(void **state)
{
    static side sides[2];
    pg_random random;
    (void)state;
    memset(sides, 0, sizeof sides);
    cJSON *first = li_client_subscribe(&c, "order_book/0");
    const cJSON *book = li_member(first, "order_book");
    assert_string_equal(li_text(first, "channel"), "order_book:0");
    assert_int_equal(integer(book, "begin_nonce"), 0);
    int64_t nonce = integer(book, "nonce");
    apply(&sides[0], li_member(book, "bids"));
    apply(&sides[1], li_member(book, "asks"));
    cJSON_Delete(first);
    pg_random_seed(&random, 5);
    for (int i = 0; i < 300; i++) {
        bool ask = pg_random_bits(&random) % 2;
        int64_t away = (int64_t)(pg_random_bits(&random) % 60);
        int64_t size = (int64_t)(pg_random_bits(&random) % 3 * 1234);
        t.now_ns += 1000000;
        li_level(&t, LI_ETH, ask ? PG_SELL : PG_BUY, ask ? 300020 + away : 300000 - away, size);
    }
    assert_int_equal(li_limit(&t, 0, false, 299955, 777, LI_GTT), 200);
    for (cJSON *frame; (frame = li_client_wait_for(&c, "update/order_book", 300));) {
        book = li_member(frame, "order_book");
        assert_int_equal(integer(book, "begin_nonce"), nonce);
        assert_true(integer(book, "nonce") > nonce);
        nonce = integer(book, "nonce");
        apply(&sides[0], li_member(book, "bids"));
        apply(&sides[1], li_member(book, "asks"));
        cJSON_Delete(frame);
    }
    expect_side(&sides[0], PG_BUY);
    expect_side(&sides[1], PG_SELL);
    /* Who comes later joins the same chain. */
    li_client late;
    li_client_open(&late, &t);
    first = li_client_subscribe(&late, "order_book/0");
    assert_int_equal(integer(li_member(first, "order_book"), "nonce"), nonce);
    cJSON_Delete(first);
    li_client_close(&late);
}

static void test_market_streams(void **state)
{
    (void)state;
    cJSON_Delete(li_client_subscribe(&c, "ticker/0"));
    cJSON_Delete(li_client_subscribe(&c, "trade/0"));
    cJSON_Delete(li_client_subscribe(&c, "market_stats/all"));
    cJSON_Delete(li_client_subscribe(&c, "candle/0/1m"));
    li_level(&t, LI_ETH, PG_BUY, 300010, 5000);
    cJSON *frame = li_client_wait(&c, "update/ticker");
    const cJSON *ticker = li_member(frame, "ticker");
    assert_string_equal(li_text(ticker, "s"), "ETH");
    assert_string_equal(li_text(li_member(ticker, "b"), "price"), "3000.10");
    assert_string_equal(li_text(li_member(ticker, "b"), "size"), "0.5000");
    assert_string_equal(li_text(li_member(ticker, "a"), "price"), "3000.20");
    cJSON_Delete(frame);
    li_print(&t, LI_ETH, PG_BUY, 300020, 700);
    frame = li_client_wait(&c, "update/trade");
    const cJSON *trade = cJSON_GetArrayItem(li_member(frame, "trades"), 0);
    assert_string_equal(li_text(trade, "size"), "0.0700");
    assert_true(cJSON_IsTrue(li_member(trade, "is_maker_ask")));
    cJSON_Delete(frame);
    li_step(&t, 1000);
    frame = li_client_wait(&c, "update/market_stats");
    const cJSON *stats = li_member(li_member(frame, "market_stats"), "0");
    stats = stats ? stats : li_member(li_member(frame, "market_stats"), "1");
    assert_true(cJSON_IsObject(stats));
    cJSON_Delete(frame);
    c.next = 0;
    frame = li_client_wait(&c, "update/candle");
    const cJSON *candle = cJSON_GetArrayItem(li_member(frame, "candles"), 0);
    assert_int_equal(integer(candle, "t"), LI_START_NS / 60000000000 * 60000);
    assert_true(li_member(candle, "h")->valuedouble == 3000.2);
    cJSON_Delete(frame);
}

/* ---- accounts ---- */

static void test_account_streams(void **state)
{
    static const char *const channels[] = {
        "account_all_orders/10", "account_all_trades/10", "account_all_positions/10",
        "account_all_assets/10", "user_stats/10",         "account_tx/10",
        "account_all/10",        "account_orders/0/10",   "account_market/0/10"
    };
    char order_id[32];
    (void)state;
    cJSON *refused = li_client_subscribe(&c, "account_tx/10");
    assert_string_equal(li_text(refused, "type"), "error");
    cJSON_Delete(refused);
    li_log_in(&t, 0);
    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
        cJSON *first = li_client_subscribe(&c, channels[i]);
        assert_string_not_equal(li_text(first, "type"), "error");
        cJSON_Delete(first);
    }
    t.token[0] = '\0';
    assert_int_equal(li_limit(&t, 0, false, 300020, 10000, LI_IOC), 200);
    cJSON *frame = li_client_wait(&c, "update/account_tx");
    const cJSON *tx = cJSON_GetArrayItem(li_member(frame, "txs"), 0);
    assert_int_equal(integer(tx, "status"), 2);
    assert_int_equal(integer(tx, "nonce"), 0);
    cJSON_Delete(frame);
    c.next = 0;
    frame = li_client_wait(&c, "update/account_all_orders");
    const cJSON *order = cJSON_GetArrayItem(li_member(li_member(frame, "orders"), "0"), 0);
    assert_string_equal(li_text(order, "status"), "filled");
    snprintf(order_id, sizeof order_id, "%s", li_text(order, "order_id"));
    cJSON_Delete(frame);
    c.next = 0;
    frame = li_client_wait(&c, "update/account_all_trades");
    const cJSON *trade = cJSON_GetArrayItem(li_member(li_member(frame, "trades"), "0"), 0);
    assert_int_equal(integer(trade, "bid_account_id"), 10);
    assert_string_equal(li_text(trade, "bid_id_str"), order_id);
    cJSON_Delete(frame);
    c.next = 0;
    frame = li_client_wait(&c, "update/account_all_positions");
    assert_string_equal(li_text(li_member(li_member(frame, "positions"), "0"), "position"), "1.0000");
    cJSON_Delete(frame);
    c.next = 0;
    frame = li_client_wait(&c, "update/user_stats");
    assert_string_not_equal(li_text(li_member(frame, "stats"), "margin_usage"), "0.00");
    cJSON_Delete(frame);
    c.next = 0;
    frame = li_client_wait(&c, "update/account_orders");
    assert_string_equal(li_text(frame, "channel"), "account_orders:0:10");
    cJSON_Delete(frame);
}

static void test_subscriptions(void **state)
{
    static const char *const wrong[] = { "order_book/7", "order_book", "order_book/0/1", "nothing/0",   "candle/0/1w",
                                         "candle/0/2m",  "",           "account_all/99", "user_stats/x" };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cJSON *frame = li_client_subscribe(&c, wrong[i]);
        assert_int_equal(li_code(frame), 30005);
        cJSON_Delete(frame);
    }
    cJSON_Delete(li_client_subscribe(&c, "ticker/0"));
    cJSON *frame = li_client_subscribe(&c, "ticker/0");
    assert_int_equal(li_code(frame), 30003);
    assert_string_equal(li_text(frame, "message"), "Already Subscribed to : ticker:0");
    cJSON_Delete(frame);
    li_client_send(&c, "{\"type\":\"unsubscribe\",\"channel\":\"ticker/0\"}");
    frame = li_client_wait(&c, "unsubscribed");
    assert_string_equal(li_text(frame, "channel"), "ticker:0");
    cJSON_Delete(frame);
    li_client_send(&c, "{\"type\":\"unsubscribe\",\"channel\":\"ticker/0\"}");
    frame = li_client_wait(&c, "error");
    assert_int_equal(li_code(frame), 30002);
    cJSON_Delete(frame);
    li_client_send(&c, "no json");
    frame = li_client_wait(&c, "error");
    assert_int_equal(li_code(frame), 30000);
    cJSON_Delete(frame);
    li_client_send(&c, "{\"type\":\"ping\"}");
    frame = li_client_wait(&c, "pong");
    assert_non_null(frame);
    cJSON_Delete(frame);
}

/* ---- transactions ---- */

static void send_over_socket(pg_lighter_tx *tx, int64_t nonce, const char *id)
{
    char text[PG_LIGHTER_TX_INFO_MAX + 256];
    pg_lighter_signed made;
    li_address(&t, 0, tx);
    tx->value[PG_LIGHTER_NONCE] = nonce;
    li_sign(&t, 0, &made, tx);
    snprintf(text, sizeof text, "{\"type\":\"jsonapi/sendtx\",\"data\":{\"id\":\"%s\",\"tx_type\":%d,\"tx_info\":%s}}",
             id, tx->type, made.text);
    li_client_send(&c, text);
}

static void expect_reply(const char *id, int code)
{
    cJSON *frame = li_client_wait(&c, "jsonapi/sendtx");
    assert_string_equal(li_text(frame, "id"), id);
    assert_int_equal(li_code(frame), code);
    assert_int_equal(strlen(li_text(frame, "tx_hash")), code == 200 ? 80 : 0);
    cJSON_Delete(frame);
}

static void test_send(void **state)
{
    (void)state;
    pg_lighter_tx tx = li_order(&t, false, 299900, 10000, 0, LI_GTT);
    send_over_socket(&tx, 0, "one");
    expect_reply("one", 200);
    send_over_socket(&tx, 0, "two");
    expect_reply("two", 21104);
    pg_lighter_signed made[2];
    char text[4 * PG_LIGHTER_TX_INFO_MAX], list[3 * PG_LIGHTER_TX_INFO_MAX];
    pg_text infos = { 0 }, whole = { 0 };
    pg_json_open(&infos, NULL, '[');
    for (int i = 0; i < 2; i++) {
        pg_lighter_tx more = li_order(&t, false, 299800, 10000, 0, LI_GTT);
        li_address(&t, 0, &more);
        more.value[PG_LIGHTER_NONCE] = 1 + i;
        li_sign(&t, 0, &made[i], &more);
        pg_json_string(&infos, NULL, made[i].text);
    }
    pg_json_close(&infos, ']');
    snprintf(list, sizeof list, "%s", infos.data);
    pg_json_string(&whole, NULL, list);
    snprintf(text, sizeof text,
             "{\"type\":\"jsonapi/sendtxbatch\",\"data\":{\"id\":\"b\",\"tx_types\":\"[14,14]\",\"tx_infos\":%s}}",
             whole.data);
    pg_text_free(&infos);
    pg_text_free(&whole);
    li_client_send(&c, text);
    cJSON *frame = li_client_wait(&c, "jsonapi/sendtxbatch");
    assert_int_equal(li_code(frame), 200);
    assert_string_equal(cJSON_GetArrayItem(li_member(frame, "tx_hash"), 1)->valuestring, made[1].hash);
    cJSON_Delete(frame);
    li_step(&t, 1);
    assert_int_equal(pg_exchange_open_count(t.core, li_account(&t, 0)), 3);
}

static void test_readonly(void **state)
{
    li_client reader;
    (void)state;
    li_client_open_at(&reader, &t, "/stream?readonly=true");
    li_client_send(&reader, "{\"type\":\"jsonapi/sendtx\",\"data\":{\"tx_type\":14,\"tx_info\":{}}}");
    cJSON *frame = li_client_wait(&reader, "error");
    assert_int_equal(li_code(frame), 30006);
    cJSON_Delete(frame);
    frame = li_client_subscribe(&reader, "order_book/0");
    assert_string_equal(li_text(frame, "type"), "subscribed/order_book");
    cJSON_Delete(frame);
    li_client_close(&reader);
}

/* ---- what goes wrong ---- */

static void plan(const char *json)
{
    pg_error err = { 0 };
    li_check(pg_faults_read(t.faults, json, strlen(json), &err), &err);
}

static void test_faults(void **state)
{
    (void)state;
    cJSON *first = li_client_subscribe(&c, "order_book/0");
    int64_t nonce = integer(li_member(first, "order_book"), "nonce");
    cJSON_Delete(first);
    plan("[{\"channel\":\"order_book\",\"fault\":\"drop\",\"count\":1}]");
    li_level(&t, LI_ETH, PG_BUY, 299950, 5000);
    li_level(&t, LI_ETH, PG_BUY, 299940, 5000);
    cJSON *frame = li_client_wait(&c, "update/order_book");
    assert_true(integer(li_member(frame, "order_book"), "begin_nonce") > nonce); /* the chain is broken */
    cJSON_Delete(frame);
    plan("[{\"channel\":\"/api/v1/sendTx\",\"fault\":\"status\",\"code\":503,\"count\":1},"
         "{\"channel\":\"action\",\"fault\":\"reject\",\"text\":\"not today\",\"count\":1}]");
    pg_lighter_tx tx = li_order(&t, false, 299900, 10000, 0, LI_GTT);
    assert_int_equal(li_send(&t, 0, &tx), -1);
    assert_int_equal(t.code, 503);
    assert_int_equal(li_send(&t, 0, &tx), 21501);
    assert_non_null(strstr(t.body, "not today"));
    assert_int_equal(li_send(&t, 0, &tx), 200);
    plan("[{\"channel\":\"jsonapi/sendtx\",\"fault\":\"drop\",\"count\":1}]");
    pg_lighter_tx lost = li_order(&t, false, 299900, 10000, 0, LI_GTT);
    send_over_socket(&lost, 1, "lost");
    assert_null(li_client_wait_for(&c, "jsonapi/sendtx", 200));
    li_step(&t, 1);
    assert_int_equal(pg_exchange_open_count(t.core, li_account(&t, 0)), 2); /* done all the same */
    pg_lighter_exchange_cut(t.server);
    for (int i = 0; i < 100 && c.closes == 0; i++)
        pg_loop_run_for(t.loop, 100);
    assert_int_equal(c.closes, 1);
}

static void test_silence(void **state)
{
    (void)state;
    li_step(&t, 61000);
    cJSON *frame = li_client_wait(&c, "ping");
    assert_non_null(frame);
    cJSON_Delete(frame);
    li_client_send(&c, "{\"type\":\"pong\"}");
    li_client_send(&c, "{\"type\":\"ping\"}");
    cJSON_Delete(li_client_wait(&c, "pong"));
    li_step(&t, 119000);
    assert_int_equal(c.closes, 0);
    li_step(&t, 2000);
    for (int i = 0; i < 100 && c.closes == 0; i++)
        pg_loop_run_for(t.loop, 100);
    assert_int_equal(c.closes, 1);
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, open_one, close_one)
    const struct CMUnitTest tests[] = {
        ONE(test_book), ONE(test_market_streams), ONE(test_account_streams), ONE(test_subscriptions),
        ONE(test_send), ONE(test_readonly),       ONE(test_faults),          ONE(test_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
