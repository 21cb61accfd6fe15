/* Trading on Extended through venue.h, against the local exchange over loopback sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/extended_venue.h"

static ext_test *t;

static int set_up(void **state)
{
    (void)state;
    t = calloc(1, sizeof *t);
    ext_open(t);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(t->misfits, 0);
    ext_close(t);
    free(t);
    return 0;
}

/* ---- ready ---- */

static void becomes_ready(void **state)
{
    (void)state;
    const pg_instrument *btc = pg_venue_instrument(t->venue, 0);
    const pg_venue_facts *facts = pg_venue_get_facts(t->venue);
    assert_string_equal(btc->symbol, "BTC-USD");
    assert_int_equal(btc->size_decimals, 5);
    assert_int_equal(btc->price_decimals + btc->size_decimals, 6); /* money in 1e-6, as the venue counts it */
    assert_int_equal(btc->min_size, 10);
    assert_true(facts->can_trade && facts->fees_known && facts->replace_is_fresh);
    assert_int_equal(facts->switch_least_s, 1);
    assert_true(t->up[PG_LINK_MARKET] && t->up[PG_LINK_ACCOUNT]);
    assert_null(pg_venue_instrument(t->venue, 2));
}

static bool book_is(int64_t bid, int64_t ask)
{
    int64_t tick = pg_venue_instrument(t->venue, 0)->tick;
    return pg_book_best(t->book[0], PG_BUY) == bid * tick && pg_book_best(t->book[0], PG_SELL) == ask * tick;
}

static void books_trades_and_marks(void **state)
{
    (void)state;
    const pg_instrument *there = pg_exchange_instrument(t->core, 0);
    assert_true(ext_until(t, book_is(60000, 60002)));
    assert_int_equal(pg_book_count(t->book[0], PG_BUY), 5);
    ext_level(t, 0, PG_BUY, 60001 * there->tick, 50 * there->lot);
    assert_true(ext_until(t, book_is(60001, 60002)));
    ext_level(t, 0, PG_BUY, 60001 * there->tick, 0);
    assert_true(ext_until(t, book_is(60000, 60002)));
    assert_int_equal(pg_book_count(t->book[0], PG_BUY), 5);
    assert_true(ext_until(t, t->marks > 0));
    assert_true(ext_until(t, t->bests > 0));
    int64_t before = t->trades;
    ext_place(t, PG_BUY, 60000, 200, PG_TIF_ALO);
    assert_true(ext_until(t, t->orders.count == 1 && ext_open_at_venue(t) == 1));
    ext_take(t, PG_SELL, 60000 * there->tick, 200200 * there->lot);
    assert_true(ext_until(t, t->trades > before));
}

/* ---- orders ---- */

static void place_and_cancel(void **state)
{
    (void)state;
    uint64_t bid = ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO);
    uint64_t ask = ext_place(t, PG_SELL, 60100, 1000, PG_TIF_GTC);
    assert_true(ext_until(t, ext_state(t, bid) == PG_ORDER_LIVE && ext_state(t, ask) == PG_ORDER_LIVE));
    assert_true(ext_until(t, ext_open_at_venue(t) == 2));
    assert_true(ext_said(t, bid, PG_REPLY_ACCEPTED)->order_id[0]);
    pg_orders_cancel_all(&t->orders);
    assert_true(ext_until(t, t->orders.count == 0));
    assert_int_equal(ext_open_at_venue(t), 0);
    assert_int_equal(ext_said(t, bid, PG_REPLY_CANCELLED)->reply.reason, PG_REASON_NONE);
    assert_int_equal(t->unknown, 0);
}

static void cancelled_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        ext_place(t, PG_BUY, 59900 - i, 1000, PG_TIF_ALO);
    pg_orders_cancel_all(&t->orders); /* before any answer: orders that are pending are not touched */
    assert_true(ext_until(t, ext_open_at_venue(t) == 20 || t->orders.count == 0));
    assert_true(ext_until(t, (pg_orders_cancel_all(&t->orders), t->orders.count == 0)));
    assert_int_equal(ext_open_at_venue(t), 0);
}

static void fills(void **state)
{
    (void)state;
    const pg_instrument *there = pg_exchange_instrument(t->core, 0);
    uint64_t bid = ext_place(t, PG_BUY, 60001, 2000, PG_TIF_ALO);
    assert_true(ext_until(t, ext_open_at_venue(t) == 1));
    ext_take(t, PG_SELL, 60001 * there->tick, 500 * there->lot);
    assert_true(ext_until(t, t->fills == 1));
    const pg_report *fill = ext_said(t, bid, PG_REPLY_FILL);
    assert_true(fill->reply.maker);
    assert_int_equal(fill->reply.price, 60001 * pg_venue_instrument(t->venue, 0)->tick);
    assert_int_equal(fill->reply.size, 500);
    assert_int_equal(fill->reply.remaining, 1500);
    assert_true(fill->trade_id[0] && fill->order_id[0]);
    ext_take(t, PG_SELL, 60001 * there->tick, 1500 * there->lot);
    assert_true(ext_until(t, t->orders.count == 0));
    assert_int_equal(t->position, 2000);
}

static void immediate(void **state)
{
    (void)state;
    uint64_t id = ext_place(t, PG_BUY, 60002, 150000, PG_TIF_IOC);
    assert_true(ext_until(t, t->orders.count == 0));
    assert_int_equal(t->position, 100000);
    assert_int_equal(ext_said(t, id, PG_REPLY_CANCELLED)->reply.kind, PG_REPLY_CANCELLED);
    assert_false(ext_said(t, id, PG_REPLY_FILL)->reply.maker);
    assert_true(ext_said(t, id, PG_REPLY_FILL)->reply.fee > 0);
}

static void post_only_that_crosses(void **state)
{
    (void)state;
    uint64_t id = ext_place(t, PG_BUY, 60002, 1000, PG_TIF_ALO);
    assert_true(ext_until(t, t->orders.count == 0));
    const pg_report *last = ext_said(t, id, 0);
    assert_true(last->reply.kind == PG_REPLY_CANCELLED || last->reply.kind == PG_REPLY_REJECTED);
    assert_int_equal(last->reply.reason, PG_REASON_POST_ONLY);
    assert_int_equal(t->fills, 0);
}

static void replace(void **state)
{
    (void)state;
    const pg_instrument *in = pg_venue_instrument(t->venue, 0), *there = pg_exchange_instrument(t->core, 0);
    uint64_t id = ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO);
    assert_true(ext_until(t, ext_state(t, id) == PG_ORDER_LIVE));
    for (int i = 1; i <= 3; i++) {
        pg_order *order = pg_orders_find(&t->orders, id);
        assert_true(pg_orders_replace(&t->orders, order, (59900 + i) * in->tick, 1000 + i, ext_now()));
        assert_true(ext_until(t, ext_state(t, id) == PG_ORDER_LIVE));
        assert_int_equal(pg_orders_find(&t->orders, id)->price, (59900 + i) * in->tick);
        assert_int_equal(pg_orders_find(&t->orders, id)->remaining, 1000 + i);
        assert_true(ext_until(t, ext_open_at_venue(t) == 1));
    }
    assert_true(pg_orders_replace(&t->orders, pg_orders_find(&t->orders, id), 60001 * in->tick, 1000, ext_now()));
    assert_true(ext_until(t, ext_state(t, id) == PG_ORDER_LIVE && ext_open_at_venue(t) == 1));
    ext_take(t, PG_SELL, 60001 * there->tick, 1000 * there->lot);
    assert_true(ext_until(t, t->orders.count == 0));
    assert_int_equal(t->position, 1000);
}

/* The replacement would trade: the engine ends both. */
static void replacement_ends_both(void **state)
{
    (void)state;
    const pg_instrument *in = pg_venue_instrument(t->venue, 0);
    uint64_t id = ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO);
    assert_true(ext_until(t, ext_state(t, id) == PG_ORDER_LIVE && ext_open_at_venue(t) == 1));
    assert_true(pg_orders_replace(&t->orders, pg_orders_find(&t->orders, id), 60002 * in->tick, 1000, ext_now()));
    assert_true(ext_until(t, t->orders.count == 0 || (ext_state(t, id) == PG_ORDER_LIVE)));
    ext_run(t, 50);
    assert_int_equal(ext_open_at_venue(t), t->orders.count);
    assert_int_equal(t->fills, 0);
}

static void expect_refusal(uint64_t id, pg_reason reason, bool unsent)
{
    assert_true(ext_until(t, ext_said(t, id, PG_REPLY_REJECTED) != NULL));
    const pg_report *said = ext_said(t, id, PG_REPLY_REJECTED);
    if (said->reply.reason != reason)
        fail_msg("reason %s, not %s: %s", pg_reason_name(said->reply.reason), pg_reason_name(reason), said->words);
    assert_int_equal(said->unsent, unsent);
    assert_true(said->words[0]);
}

static void refusals(void **state)
{
    (void)state;
    const pg_instrument *in = pg_venue_instrument(t->venue, 0);
    expect_refusal(ext_place(t, PG_BUY, 59900, 5, PG_TIF_ALO), PG_REASON_SIZE, true);         /* below the minimum */
    expect_refusal(ext_place(t, PG_BUY, 90000, 1000, PG_TIF_GTC), PG_REASON_FAR_PRICE, true); /* 5% at the most */
    pg_request request = { .price = 59900 * in->tick + 1, .size = 1000, .side = PG_BUY, .tif = PG_TIF_ALO };
    expect_refusal(pg_orders_place(&t->orders, &request, false, ext_now()), PG_REASON_PRICE, true);
    expect_refusal(ext_place(t, PG_BUY, 59900, 50000000, PG_TIF_ALO), PG_REASON_CAPPED, true);
    expect_refusal(ext_place(t, PG_BUY, 59990, 20000000, PG_TIF_ALO), PG_REASON_MARGIN, false); /* 12 million USD */
    assert_int_equal(ext_open_at_venue(t), 0);
}

static void modes(void **state)
{
    (void)state;
    pg_extended_exchange_set_mode(t->server, PG_EXTENDED_POST_ONLY);
    expect_refusal(ext_place(t, PG_BUY, 59900, 1000, PG_TIF_GTC), PG_REASON_CLOSED, false);
    expect_refusal(ext_place(t, PG_BUY, 59900, 1000, PG_TIF_GTC), PG_REASON_CLOSED, true); /* it is known now */
    uint64_t id = ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO);
    assert_true(ext_until(t, ext_state(t, id) == PG_ORDER_LIVE));
}

/* The content network refuses: no orders go out until the venue answers again, and they go out then. */
static void blocked(void **state)
{
    (void)state;
    pg_error err = { 0 };
    pg_fault fault = { .kind = PG_FAULT_STATUS, .count = 1, .code = 403, .channel = "/user/order" };
    snprintf(fault.text, sizeof fault.text,
             "{\"status\":\"ERROR\",\"error\":{\"code\":403,\"message\":\"Forbidden\"}}");
    ext_check(pg_faults_add(t->faults, &fault, &err), &err);
    expect_refusal(ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO), PG_REASON_CLOSED, false);
    assert_false(pg_venue_has_room(t->venue, 1, false));
    expect_refusal(ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO), PG_REASON_CLOSED, true);
    assert_true(ext_until(t, pg_venue_has_room(t->venue, 1, false))); /* it is asked every ten seconds */
    uint64_t id = ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO);
    assert_true(ext_until(t, ext_state(t, id) == PG_ORDER_LIVE));
}

/* What was signed is told where the venue refuses it: all that is needed to find out why, and no key. */
static void signature_refused(void **state)
{
    (void)state;
    pg_error err = { 0 };
    char *said = NULL;
    size_t size;
    FILE *out = open_memstream(&said, &size);
    const pg_log log = { .out = out, .level = PG_LOG_DEBUG, .clock = pg_clock_real() };
    pg_fault fault = { .kind = PG_FAULT_STATUS, .count = 1, .code = 400, .channel = "/user/order" };
    snprintf(fault.text, sizeof fault.text, "%s",
             "{\"status\":\"ERROR\",\"error\":{\"code\":1101,\"message\":\"Invalid StarkEx signature\"}}");
    pg_venue_close(t->venue);
    pg_venue_config config = ext_config(t);
    config.log = &log;
    t->ready = 0;
    ext_check(ext_connect(t, &config, &err), &err);
    assert_true(ext_until(t, t->ready && book_is(60000, 60002)));
    ext_check(pg_faults_add(t->faults, &fault, &err), &err);
    expect_refusal(ext_place(t, PG_SELL, 60100, 1000, PG_TIF_ALO), PG_REASON_SIGNATURE, false);
    assert_int_equal(t->failures, 1);
    expect_refusal(ext_place(t, PG_SELL, 60100, 1000, PG_TIF_ALO), PG_REASON_CLOSED, true);
    pg_venue_close(t->venue);
    t->venue = NULL;
    fclose(out);
    static const char *const words[] = {
        "base=-10000 ", "quote=601000000 ", "fee=0 ", "nonce=", "SN_SEPOLIA", "hash=0x"
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (!strstr(said, words[i]))
            fail_msg("no %s in %s", words[i], said);
    assert_non_null(strstr(said, t->public_key));
    assert_null(strstr(said, ext_private_key + 2));
    assert_null(strstr(said, ext_api_key));
    free(said);
}

/* The balance comes after the fill: orders are taken until it has come. */
static bool margin_refuses(void)
{
    uint64_t id = ext_place(t, PG_BUY, 59800, 1000, PG_TIF_ALO);
    assert_true(ext_until(t, ext_state(t, id) == PG_ORDER_LIVE || ext_said(t, id, PG_REPLY_REJECTED)));
    const pg_report *said = ext_said(t, id, PG_REPLY_REJECTED);
    return said && said->reply.reason == PG_REASON_MARGIN && said->unsent;
}

/* Near its liquidation the account's orders may only reduce its position, and nearer still they are all cancelled. */
static void near_liquidation(void **state)
{
    (void)state;
    static const pg_venue_option options[] = { { "vault", "10001" },
                                               { "reduce_only_margin_pct", "1" },
                                               { "cancel_margin_pct", "2" } };
    const pg_instrument *there = pg_exchange_instrument(t->core, 0);
    pg_error err = { 0 };
    pg_venue_close(t->venue);
    pg_venue_config config = ext_config(t);
    config.options = options;
    config.option_count = 3;
    t->ready = 0;
    ext_check(ext_connect(t, &config, &err), &err);
    assert_true(ext_until(t, t->ready && book_is(60000, 60002)));
    uint64_t first = ext_place(t, PG_BUY, 60001, 200000, PG_TIF_ALO),
             last = ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO);
    assert_true(ext_until(t, ext_state(t, first) == PG_ORDER_LIVE && ext_state(t, last) == PG_ORDER_LIVE));
    uint64_t second = ext_place(t, PG_BUY, 60000, 200000, PG_TIF_ALO);
    assert_true(ext_until(t, ext_state(t, second) == PG_ORDER_LIVE && ext_open_at_venue(t) == 3));
    ext_take(t, PG_SELL, 60001 * there->tick, 200000 * there->lot); /* 120000 USD need 1200 of 100000 */
    assert_true(ext_until(t, t->position == 200000));
    assert_true(ext_until(t, margin_refuses()));
    expect_refusal(ext_place(t, PG_BUY, 59800, 1000, PG_TIF_ALO), PG_REASON_MARGIN, true);
    assert_int_equal(ext_state(t, last), PG_ORDER_LIVE);
    ext_take(t, PG_SELL, 60000 * there->tick, 400000 * there->lot);
    assert_true(ext_until(t, t->position == 400000));
    assert_true(ext_until(t, ext_state(t, last) == 0));
    assert_int_equal(ext_open_at_venue(t), 0);
    assert_int_equal(t->failures, 0);
    pg_request less = { .price = 60500 * pg_venue_instrument(t->venue, 0)->tick,
                        .size = 1000,
                        .side = PG_SELL,
                        .tif = PG_TIF_ALO,
                        .reduce_only = true };
    uint64_t id = pg_orders_place(&t->orders, &less, false, ext_now());
    assert_true(ext_until(t, ext_state(t, id) == PG_ORDER_LIVE && ext_open_at_venue(t) == 1));
}

/* ---- answers that are lost ---- */

static void answer_lost(void **state)
{
    (void)state;
    ext_fault(t, "/user/order", PG_FAULT_CUT, 1, 0);
    uint64_t id = ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO);
    assert_true(ext_until(t, t->unknown == 1 || ext_state(t, id) == PG_ORDER_LIVE));
    assert_true(ext_until(t, ext_state(t, id) == PG_ORDER_LIVE || ext_state(t, id) == 0));
    assert_int_equal(ext_open_at_venue(t), ext_state(t, id) == PG_ORDER_LIVE);
}

static void server_error(void **state)
{
    (void)state;
    ext_fault(t, "/user/order", PG_FAULT_STATUS, 1, 503);
    uint64_t id = ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO);
    assert_true(ext_until(t, t->unknown == 1));
    assert_true(ext_until(t, ext_said(t, id, PG_REPLY_REJECTED) != NULL)); /* ten seconds later */
    assert_int_equal(ext_said(t, id, PG_REPLY_REJECTED)->reply.reason, PG_REASON_UNSENT);
    assert_int_equal(ext_open_at_venue(t), 0);
}

static void too_many_requests(void **state)
{
    (void)state;
    ext_fault(t, "/user/order", PG_FAULT_STATUS, 1, 429);
    uint64_t id = ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO);
    expect_refusal(id, PG_REASON_RATE, false);
    assert_false(pg_venue_has_room(t->venue, 1, false));
}

/* ---- connections ---- */

static void away_and_back(void **state)
{
    (void)state;
    const pg_instrument *there = pg_exchange_instrument(t->core, 0);
    uint64_t id = ext_place(t, PG_BUY, 60001, 1000, PG_TIF_ALO);
    assert_true(ext_until(t, ext_state(t, id) == PG_ORDER_LIVE && ext_open_at_venue(t) == 1));
    pg_extended_exchange_cut(t->server);
    ext_take(t, PG_SELL, 60001 * there->tick, 1000 * there->lot); /* nobody hears it */
    assert_true(ext_until(t, t->downs[PG_LINK_MARKET] == 1 && t->downs[PG_LINK_ACCOUNT] == 1));
    assert_true(ext_until(t, t->up[PG_LINK_MARKET] && t->up[PG_LINK_ACCOUNT]));
    t->called = false;
    pg_venue_fills_since(t->venue, 0, t, ext_done);
    assert_true(ext_until(t, t->called));
    assert_int_equal(t->call_error.status, PG_OK);
    assert_true(ext_until(t, t->orders.count == 0));
    assert_int_equal(t->position, 1000);
    assert_int_equal(t->fills, 1);
    assert_true(ext_until(t, book_is(60000, 60002)));
}

static void message_missing(void **state)
{
    (void)state;
    ext_fault(t, "account", PG_FAULT_DROP, 1, 0);
    uint64_t id = ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO);
    assert_true(ext_until(t, ext_state(t, id) == PG_ORDER_LIVE));
    pg_orders_cancel_all(&t->orders);
    assert_true(ext_until(t, t->downs[PG_LINK_ACCOUNT] == 1));
    assert_true(ext_until(t, t->up[PG_LINK_ACCOUNT]));
    assert_true(ext_until(t, t->orders.count == 0));
    ext_fault(t, "orderbooks", PG_FAULT_DROP, 6, 0); /* of the books and of the best prices */
    for (int i = 1; i <= 10; i++) {
        ext_level(t, 0, PG_BUY, 60001 * pg_exchange_instrument(t->core, 0)->tick, 100 * i);
        ext_run(t, 25);
    }
    assert_true(ext_until(t, t->downs[PG_LINK_MARKET] >= 1));
    assert_true(ext_until(t, t->up[PG_LINK_MARKET] && book_is(60001, 60002)));
}

/* Nothing comes on the book's stream any more: its prices come over HTTP. */
static void backup_prices(void **state)
{
    (void)state;
    pg_error err = { 0 };
    pg_venue_close(t->venue);
    pg_venue_config config = ext_config(t);
    config.rest_backup_ms = 50;
    t->ready = 0;
    ext_check(ext_connect(t, &config, &err), &err);
    assert_true(ext_until(t, t->ready && book_is(60000, 60002)));
    ext_fault(t, "orderbooks", PG_FAULT_DROP, 0, 0);
    pg_extended_exchange_cut(t->server);
    ext_level(t, 0, PG_BUY, 60001 * pg_exchange_instrument(t->core, 0)->tick, 1000);
    assert_true(ext_until(t, book_is(60001, 60002)));
    assert_false(t->up[PG_LINK_MARKET]);
    pg_faults_clear(t->faults);
    ext_level(t, 0, PG_BUY, 60001 * pg_exchange_instrument(t->core, 0)->tick, 2000);
    assert_true(ext_until(t, t->up[PG_LINK_MARKET]));
    assert_true(t->gaps > 0);
}

/* Bytes that are none of the protocol's, in the place of answers and messages: nothing is lost for good. */
static void nonsense(void **state)
{
    (void)state;
    static const pg_fault_kind kinds[] = { PG_FAULT_TRUNCATE, PG_FAULT_HTML, PG_FAULT_UNKNOWN, PG_FAULT_CUT_INSIDE,
                                           PG_FAULT_DUPLICATE };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        ext_fault(t, "/user/orders", kinds[i], 1, 0);
        ext_fault(t, "/user/positions", kinds[i], 1, 0);
        ext_read_account(t);
        if (t->call_error.status != PG_OK) {
            assert_true(t->call_error.what[0]);
            ext_read_account(t);
        }
        assert_int_equal(t->call_error.status, PG_OK);
        ext_fault(t, "orderbooks", kinds[i], 2, 0);
        ext_fault(t, "account", kinds[i], 1, 0);
        uint64_t id = ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO);
        assert_true(ext_until(t, ext_state(t, id) == PG_ORDER_LIVE));
        pg_orders_cancel_all(&t->orders);
        assert_true(ext_until(t, t->orders.count == 0));
        assert_true(ext_until(t, t->up[PG_LINK_ACCOUNT] && t->up[PG_LINK_MARKET]));
        pg_faults_clear(t->faults);
    }
    assert_int_equal(t->failures, 0);
}

/* ---- calls ---- */

static void account_and_fills(void **state)
{
    (void)state;
    uint64_t bid = ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO);
    ext_place(t, PG_SELL, 60000, 500, PG_TIF_IOC);
    assert_true(ext_until(t, ext_state(t, bid) == PG_ORDER_LIVE && t->orders.count == 1 && ext_open_at_venue(t) == 1));
    ext_read_account(t);
    assert_int_equal(t->call_error.status, PG_OK);
    assert_int_equal(t->account.order_count, 1);
    assert_int_equal(t->account_orders[0].run, EXT_RUN);
    assert_int_equal(t->account_orders[0].id, bid);
    assert_int_equal(t->account_orders[0].remaining, 1000);
    assert_int_equal(t->account.held_count, 1);
    assert_int_equal(t->account_held[0].quantity, -500);
    assert_true(t->account.equity_e6 > 99000 * INT64_C(1000000) && t->account.equity_e6 < 101000 * INT64_C(1000000));
    int before = t->report_count;
    t->called = false;
    pg_venue_fills_since(t->venue, 0, t, ext_done);
    assert_true(ext_until(t, t->called));
    assert_int_equal(t->report_count, before + 1); /* told once more, with the same trade id */
    assert_int_equal(t->fills, 1);
}

static void cancel_everything(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        ext_place(t, PG_BUY, 59900 - i, 1000, PG_TIF_ALO);
    assert_true(ext_until(t, ext_open_at_venue(t) == 5));
    t->called = false;
    pg_venue_cancel_all(t->venue, EXT_RUN + 1, t, ext_cancelled); /* nobody's */
    assert_true(ext_until(t, t->called));
    assert_int_equal(ext_open_at_venue(t), 5);
    t->called = false;
    pg_venue_cancel_all(t->venue, EXT_RUN, t, ext_cancelled);
    assert_true(ext_until(t, t->called));
    assert_int_equal(t->remaining, 0);
    assert_int_equal(ext_open_at_venue(t), 0);
    assert_true(ext_until(t, t->orders.count == 0));
    ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO);
    assert_true(ext_until(t, ext_open_at_venue(t) == 1));
    t->called = false;
    pg_venue_cancel_all(t->venue, 0, t, ext_cancelled);
    assert_true(ext_until(t, t->called && t->remaining == 0));
    assert_int_equal(ext_open_at_venue(t), 0);
}

static void switch_and_leverage(void **state)
{
    (void)state;
    ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO);
    assert_true(ext_until(t, ext_open_at_venue(t) == 1));
    t->called = false;
    pg_venue_arm_switch(t->venue, 1, t, ext_done);
    assert_true(ext_until(t, t->called));
    assert_int_equal(t->call_error.status, PG_OK);
    assert_true(ext_until(t, ext_open_at_venue(t) == 0)); /* it went off */
    assert_true(ext_until(t, t->orders.count == 0));
    t->called = false;
    pg_venue_set_leverage(t->venue, 0, 7, true, t, ext_done);
    assert_true(ext_until(t, t->called));
    assert_int_equal(t->call_error.status, PG_OK);
    t->called = false;
    pg_venue_set_leverage(t->venue, 0, 7, false, t, ext_done);
    assert_true(ext_until(t, t->called));
    assert_int_equal(t->call_error.status, PG_ERR_UNSUPPORTED);
    t->called = false;
    pg_venue_set_leverage(t->venue, 0, 5000, true, t, ext_done);
    assert_true(ext_until(t, t->called));
    assert_int_equal(t->call_error.status, PG_ERR_RANGE);
}

/* ---- what it will not start with ---- */

static void expect_failure(const pg_venue_config *config, const char *words)
{
    pg_error err = { 0 };
    pg_venue_close(t->venue);
    t->venue = NULL;
    t->ready = t->failures = 0;
    if (ext_connect(t, config, &err) == PG_OK) {
        assert_true(ext_until(t, t->failures || t->ready));
        assert_int_equal(t->ready, 0);
        err = t->failure;
    }
    if (!strstr(err.what, words))
        fail_msg("'%s' does not say '%s'", err.what, words);
    assert_null(strstr(err.what, ext_api_key));
    assert_null(strstr(err.what, ext_private_key + 2));
}

static void wrong_settings(void **state)
{
    (void)state;
    static const pg_venue_option other_vault[] = { { "vault", "10002" } }, zero[] = { { "vault", "0" } },
                                 unknown[] = { { "vault", "10001" }, { "valut", "1" } },
                                 above[] = { { "vault", "10001" }, { "reduce_only_margin_pct", "90" } };
    static const char *const nowhere[] = { "DOGE-USD" };
    pg_error err = { 0 };
    pg_venue_config config = ext_config(t);
    config.options = other_vault;
    expect_failure(&config, "the vault is 10002, that of the API key's account is 10001");
    config = ext_config(t);
    config.options = zero;
    expect_failure(&config, "vault is '0'");
    config = ext_config(t);
    config.options = unknown;
    config.option_count = 2;
    expect_failure(&config, "no setting 'valut'");
    config = ext_config(t);
    config.options = above;
    config.option_count = 2;
    expect_failure(&config, "reduce_only_margin_pct is above cancel_margin_pct");
    config = ext_config(t);
    config.option_count = 0;
    expect_failure(&config, "a key without a vault");
    config = ext_config(t);
    config.account = "0x1234";
    expect_failure(&config, "key");
    config = ext_config(t);
    config.symbols = nowhere;
    config.symbol_count = 1;
    expect_failure(&config, "DOGE-USD");
    config = ext_config(t);
    config.network = "mainnet"; /* with the url of an exchange that signs for another chain */
    expect_failure(&config, "the venue signs for chain 'SN_SEPOLIA', this network for 'SN_MAIN'");
    pg_secret *other;
    assert_int_equal(pg_stark_key_from_hex(&other, "0x5", &err), PG_OK);
    config = ext_config(t);
    config.key = other;
    expect_failure(&config, "does not belong to the account of the API key");
    pg_venue_close(t->venue);
    t->venue = NULL;
    pg_secret_free(other);
    assert_int_equal(pg_secret_from_bytes(&other, "nobody's", 8, &err), PG_OK);
    config = ext_config(t);
    config.api_key = other;
    expect_failure(&config, "does not take the API key");
    pg_venue_close(t->venue);
    t->venue = NULL;
    pg_secret_free(other);
}

/* Market data without a key, and a guard that only cancels. */
static void less_of_it(void **state)
{
    (void)state;
    pg_error err = { 0 };
    ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO);
    assert_true(ext_until(t, ext_open_at_venue(t) == 1));
    pg_venue_close(t->venue);
    t->orders.count = 0;
    pg_venue_config config = ext_config(t);
    config.no_streams = true;
    config.symbol_count = 0;
    t->ready = 0;
    ext_check(ext_connect(t, &config, &err), &err);
    assert_true(ext_until(t, t->ready));
    t->called = false;
    pg_venue_cancel_all(t->venue, 0, t, ext_cancelled);
    assert_true(ext_until(t, t->called));
    assert_int_equal(ext_open_at_venue(t), 0);
    pg_venue_close(t->venue);
    config = ext_config(t);
    config.key = config.api_key = NULL;
    config.option_count = 0;
    t->ready = 0;
    ext_check(ext_connect(t, &config, &err), &err);
    assert_true(ext_until(t, t->ready && book_is(60000, 60002)));
    assert_false(pg_venue_get_facts(t->venue)->can_trade);
    expect_refusal(ext_place(t, PG_BUY, 59900, 1000, PG_TIF_ALO), PG_REASON_CLOSED, true);
}

#define on_exchange(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_exchange(becomes_ready),
        on_exchange(books_trades_and_marks),
        on_exchange(place_and_cancel),
        on_exchange(cancelled_at_once),
        on_exchange(fills),
        on_exchange(immediate),
        on_exchange(post_only_that_crosses),
        on_exchange(replace),
        on_exchange(replacement_ends_both),
        on_exchange(refusals),
        on_exchange(modes),
        on_exchange(blocked),
        on_exchange(signature_refused),
        on_exchange(near_liquidation),
        on_exchange(answer_lost),
        on_exchange(server_error),
        on_exchange(too_many_requests),
        on_exchange(away_and_back),
        on_exchange(message_missing),
        on_exchange(backup_prices),
        on_exchange(nonsense),
        on_exchange(account_and_fills),
        on_exchange(cancel_everything),
        on_exchange(switch_and_leverage),
        on_exchange(wrong_settings),
        on_exchange(less_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
