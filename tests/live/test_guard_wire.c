/* Packets between host and guard: venues as they were, and what is no packet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "live/guard_wire.h"

static int pair[2];

static int open_pair(void **state)
{
    (void)state;
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair);
}

static int close_pair(void **state)
{
    (void)state;
    close(pair[0]);
    close(pair[1]);
    return 0;
}

static void a_venue_is_read_as_it_was_written(void **state)
{
    (void)state;
    const char *symbols[] = { "ETH", "xyz:SP500" };
    pg_venue_option options[] = { { "vault", "0x\"\\\n" }, { "expires_after_ms", "5000" } };
    pg_venue_config config = { .name = "hl",
                               .kind = "hyperliquid",
                               .network = "mainnet",
                               .account = "0xabc",
                               .state = "perigee.db.state",
                               .symbols = symbols,
                               .symbol_count = 2,
                               .options = options,
                               .option_count = 2 };
    char text[PG_GUARD_TEXT];
    pg_guard_place place;
    pg_guard_packet packet;
    assert_int_equal(pg_guard_place_write(text, &config, true, NULL), PG_OK);
    assert_int_equal(pg_guard_send(pair[0], PG_GUARD_VENUE, 3, 1, text, NULL), PG_OK);
    assert_int_equal(pg_guard_receive(&packet, pair[1], NULL), PG_OK);
    assert_int_equal(packet.kind, PG_GUARD_VENUE);
    assert_int_equal(packet.venue, 3);
    assert_int_equal(packet.number, 1);
    assert_int_equal(pg_guard_place_read(&place, packet.text, NULL), PG_OK);
    assert_string_equal(place.config.name, "hl");
    assert_string_equal(place.config.kind, "hyperliquid");
    assert_string_equal(place.config.network, "mainnet");
    assert_string_equal(place.config.account, "0xabc");
    assert_string_equal(place.config.state, "perigee.db.state");
    assert_null(place.config.url);
    assert_true(place.config.no_streams && place.ends_with_host);
    assert_int_equal(place.config.symbol_count, 2);
    assert_string_equal(place.config.symbols[1], "xyz:SP500");
    assert_int_equal(place.config.option_count, 2);
    assert_string_equal(place.config.options[0].value, options[0].value);
    pg_guard_place_free(&place);
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    char *url = malloc(PG_GUARD_TEXT + 1), text[PG_GUARD_TEXT];
    memset(url, 'u', PG_GUARD_TEXT);
    url[PG_GUARD_TEXT] = '\0';
    pg_venue_config config = { .name = "hl", .kind = "hyperliquid", .network = "local", .url = url };
    pg_error err;
    assert_int_equal(pg_guard_place_write(text, &config, false, &err), PG_ERR_RANGE);
    assert_int_equal(pg_guard_send(pair[0], PG_GUARD_VENUE, 0, 0, url, &err), PG_ERR_RANGE);
    free(url);
}

static void what_is_no_packet_is_refused(void **state)
{
    (void)state;
    static char bytes[sizeof(pg_guard_packet) + 1];
    static const size_t sizes[] = { 1, 15, 16, sizeof bytes };
    pg_guard_packet packet;
    pg_error err;
    memset(bytes, 'x', sizeof bytes);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_int_equal(send(pair[0], bytes, sizes[i], 0), sizes[i]);
        assert_int_equal(pg_guard_receive(&packet, pair[1], &err), PG_ERR_PARSE);
    }
    assert_int_equal(send(pair[0], bytes, 40, 0), 40); /* a text without an end */
    assert_int_equal(pg_guard_receive(&packet, pair[1], &err), PG_ERR_PARSE);
    assert_int_equal(pg_guard_receive(&packet, pair[1], &err), PG_ERR_NOT_FOUND);
    close(pair[0]);
    pair[0] = -1;
    assert_int_equal(pg_guard_receive(&packet, pair[1], &err), PG_ERR_IO);
}

static void bad_venues_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = { "",
                                         "{",
                                         "[]",
                                         "{\"name\":\"a\",\"kind\":\"b\"}",
                                         "{\"name\":1,\"kind\":\"b\",\"network\":\"c\"}",
                                         "{\"name\":\"a\",\"kind\":\"b\",\"network\":\"c\",\"symbols\":[1]}",
                                         "{\"name\":\"a\",\"kind\":\"b\",\"network\":\"c\",\"options\":{\"x\":2}}" };
    pg_guard_place place;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(pg_guard_place_read(&place, texts[i], NULL), PG_ERR_PARSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_venue_is_read_as_it_was_written, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(what_is_too_long_is_refused, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(what_is_no_packet_is_refused, open_pair, close_pair),
        cmocka_unit_test(bad_venues_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
