/* A tape as text, a line an event, for tests that say what they expect as text. */
#ifndef PG_TESTS_DATA_DUMP_H
#define PG_TESTS_DATA_DUMP_H

#include <stdio.h>

#include "base/decimal.h"
#include "data/tape.h"

/* "trade sell 100.0 x 0.001 @216.600 +400 #108 last": kind, side, prices and sizes, exchange time modulo 1000 s, local
 * minus exchange time in ms, id, flags. */
static inline void dump_event(char *text, size_t size, const pg_instrument *i, const pg_event *e)
{
    char p[4][PG_DECIMAL_TEXT];
    int64_t ms = e->exch_ns / 1000000 % 1000000;
    int n = snprintf(text, size, "%s", pg_event_kind_name(e->kind));
    if (e->side)
        n += snprintf(text + n, size - (size_t)n, " %s", pg_side_name(e->side));
    if (e->price || e->size)
        n += snprintf(text + n, size - (size_t)n, " %s x %s",
                      pg_decimal_format_short(p[0], sizeof p[0], e->price, i->price_decimals),
                      pg_decimal_format_short(p[1], sizeof p[1], e->size, i->size_decimals));
    if (e->price2 && e->kind != PG_EVENT_GAP)
        n += snprintf(text + n, size - (size_t)n, " / %s x %s",
                      pg_decimal_format_short(p[2], sizeof p[2], e->price2, i->price_decimals),
                      pg_decimal_format_short(p[3], sizeof p[3], e->size2, i->size_decimals));
    n += snprintf(text + n, size - (size_t)n, " @%03d.%03d %+lld", (int)(ms / 1000), (int)(ms % 1000),
                  (long long)((e->local_ns - e->exch_ns) / 1000000));
    if (e->id)
        n += snprintf(text + n, size - (size_t)n, " #%llu", (unsigned long long)e->id);
    snprintf(text + n, size - (size_t)n, "%s%s%s%s", e->flags & PG_EVENT_LAST ? " last" : "",
             e->flags & PG_EVENT_NO_EXCHANGE ? " no_exchange" : "", e->flags & PG_EVENT_NO_LOCAL ? " no_local" : "",
             e->flags & PG_EVENT_LIQUIDATION ? " liquidation" : "");
}

/* Compares all events of a tape with lines of text; fails with both. */
static inline void expect_events(const pg_tape *tape, const char *const *lines, size_t n)
{
    const pg_instrument *instrument = &pg_tape_get_info(tape)->instrument;
    for (size_t i = 0; i < pg_tape_count(tape) || i < n; i++) {
        char text[256] = "(nothing)";
        if (i < pg_tape_count(tape))
            dump_event(text, sizeof text, instrument, &pg_tape_events(tape)[i]);
        assert_string_equal(text, i < n ? lines[i] : "(nothing)");
    }
}

#endif
