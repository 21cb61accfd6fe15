/* Subscriptions over a line that is cut, and of coins that the venue does not know: against a server that acknowledges,
 * and closes the connection where the test says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "net/server.h"
#include "venue/hyperliquid/stream.h"

static struct {
    pg_loop *loop;
    pg_server *server;
    pg_hl_stream *stream;
    pg_hl_decoder *decoder;
    int opened, subscribed, closed;
    int cuts;            /* so many connections are cut at the first message */
    const char *unknown; /* a coin at which the connection is closed */
    int acked[3];        /* by coin: A, B, C */
} t;

/* ---- the venue ---- */

static bool connect_any(void *self, pg_peer *peer, const char *path, const pg_server_request *headers)
{
    (void)self, (void)peer, (void)path, (void)headers;
    t.opened++;
    return true;
}

static void take(void *self, pg_peer *peer, char *text, size_t size)
{
    char answer[512], *coin = strstr(text, "\"coin\":\"");
    (void)self, (void)size;
    if (!strstr(text, "subscribe") || strstr(text, "webData3")) /* that one it knows nothing of */
        return;
    if (t.cuts > 0 || (t.unknown && coin && strncmp(coin + 8, t.unknown, strlen(t.unknown)) == 0)) {
        t.cuts -= t.cuts > 0;
        pg_peer_close(peer, true);
        return;
    }
    if (coin)
        t.acked[coin[8] - 'A']++;
    snprintf(answer, sizeof answer, "{\"channel\":\"subscriptionResponse\",\"data\":%s}", text);
    pg_peer_send(peer, answer, strlen(answer));
}

/* ---- the client ---- */

static void heard(void *self, char *text, size_t size, int64_t received_ns)
{
    pg_hl_frame frame;
    (void)self;
    if (pg_hl_decode(t.decoder, &frame, text, size, received_ns, NULL) == PG_OK)
        pg_hl_stream_frame(t.stream, &frame);
}

static void subscribed(void *self)
{
    (void)self;
    t.subscribed++;
}

static void closed(void *self, const char *why)
{
    (void)self, (void)why;
    t.closed++;
}

static int set_up(void **state)
{
    (void)state;
    char url[64];
    memset(&t, 0, sizeof t);
    pg_server_handler handler = { .connect = connect_any, .text = take };
    assert_int_equal(pg_loop_new(&t.loop, NULL), PG_OK);
    assert_int_equal(pg_server_new(&t.server, t.loop, &(pg_server_config){ 0 }, handler, NULL), PG_OK);
    assert_int_equal(pg_hl_decoder_new(&t.decoder, NULL), PG_OK);
    snprintf(url, sizeof url, "ws://127.0.0.1:%d/ws", pg_server_port(t.server));
    pg_hl_stream_config config = { .url = url, .name = "test", .seed = 1 };
    pg_hl_stream_handler stream = { NULL, heard, subscribed, closed };
    assert_int_equal(pg_hl_stream_new(&t.stream, t.loop, &config, stream, NULL), PG_OK);
    static const char *const coins[] = { "A", "B", "C" };
    for (int i = 0; i < 3; i++)
        assert_int_equal(pg_hl_stream_add(t.stream, "trades", coins[i], NULL, false, NULL), PG_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pg_hl_stream_free(t.stream);
    pg_server_free(t.server);
    pg_hl_decoder_free(t.decoder);
    pg_loop_free(t.loop);
    return 0;
}

static bool until_subscribed(void)
{
    double until = pg_clock_elapsed() + 60;
    assert_int_equal(pg_hl_stream_start(t.stream, NULL), PG_OK);
    while (t.subscribed == 0 && pg_clock_elapsed() < until)
        pg_loop_run_for(t.loop, 2);
    return t.subscribed == 1;
}

static void everything_is_acknowledged(void **state)
{
    (void)state;
    assert_true(until_subscribed());
    assert_int_equal(t.opened, 1);
    assert_true(t.acked[0] == 1 && t.acked[1] == 1 && t.acked[2] == 1);
}

static void cuts_drop_no_coin(void **state)
{
    (void)state;
    t.cuts = 4;
    assert_true(until_subscribed());
    assert_int_equal(t.opened, 5);
    assert_true(t.acked[0] > 0 && t.acked[1] > 0 && t.acked[2] > 0);
}

static void unknown_coin_is_left_out(void **state)
{
    (void)state;
    t.unknown = "B";
    assert_true(until_subscribed());
    assert_int_equal(t.acked[1], 0);
    assert_true(t.acked[0] > 0 && t.acked[2] > 0);
    assert_int_equal(t.closed, 3); /* all at once, alone, and alone again */
}

static void optional_ones_are_not_waited_for(void **state)
{
    (void)state;
    assert_int_equal(pg_hl_stream_add_optional(t.stream, "webData3", NULL, "0x1", NULL), PG_OK);
    assert_true(until_subscribed());
    assert_int_equal(t.closed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everything_is_acknowledged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cuts_drop_no_coin, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_coin_is_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(optional_ones_are_not_waited_for, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
