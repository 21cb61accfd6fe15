/* perigee data info, perigee data head */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/file.h"
#include "cli/data_commands.h"
#include "data/check.h"
#include "data/timestamp.h"

static const char info_usage[] = "usage: perigee data info FILE... [--layout NAME|FILE.lua]\n"
                                 "\n"
                                 "Prints market, units, period, events and statistics of tapes or recorded files.\n";

static const char head_usage[] =
    "usage: perigee data head FILE [-n N] [--from TIME] [--layout NAME|FILE.lua]\n"
    "\n"
    "Prints N events (default 20), from the first one or the first at or after TIME: ISO 8601\n"
    "(2025-09-04T20:00:00) or a number of s, ms, us or ns since 1970.\n";

static void print_market(const char *path, const pg_tape *tape)
{
    const pg_tape_info *info = pg_tape_get_info(tape);
    const pg_instrument *i = &info->instrument;
    char tick[PG_DECIMAL_TEXT], lot[PG_DECIMAL_TEXT];
    printf("%s\n", path);
    printf("  market    %s %s, tick %s, lot %s", i->venue, i->symbol,
           pg_decimal_format_short(tick, sizeof tick, i->tick, i->price_decimals),
           pg_decimal_format_short(lot, sizeof lot, i->lot, i->size_decimals));
    if (i->significant)
        printf(", %d significant figures", i->significant);
    if (i->min_notional)
        printf(", at least %" PRId64 " a trade", i->min_notional);
    printf("\n  units     prices with %d decimals, sizes with %d\n", i->price_decimals, i->size_decimals);
    printf("  source    %s\n", info->source);
    if (info->clock_offset_ns)
        printf("  clock     receive times were moved on by %.3f ms\n", (double)info->clock_offset_ns * 1e-6);
}

static void print_report(const pg_check_report *r)
{
    char from[PG_TIME_TEXT], to[PG_TIME_TEXT];
    double seconds = (double)(r->last_ns - r->first_ns) * 1e-9;
    printf("  period    %s to %s (%.1f s)\n", pg_time_format(from, r->first_ns), pg_time_format(to, r->last_ns),
           seconds);
    printf("  events    %" PRIu64, r->events);
    for (int kind = 0; kind < PG_EVENT_KINDS; kind++) {
        if (r->of_kind[kind])
            printf(", %" PRIu64 " %s", r->of_kind[kind], pg_event_kind_name(kind));
    }
    printf("\n  trades    %" PRIu64 " buys, %" PRIu64 " sells, %.6g base units", r->buys, r->sells, r->base_volume);
    if (seconds > 0)
        printf(", %.3g a second", (double)r->of_kind[PG_EVENT_TRADE] / seconds);
    printf("\n  spread    %.3g ticks on average\n", r->mean_spread_ticks);
    printf("  silence   %.3f s at most, gaps %.1f s in all\n", (double)r->longest_quiet_ns * 1e-9,
           (double)r->gap_ns * 1e-9);
}

static int info_of(const char *path, const char *layout)
{
    pg_tape *tape = NULL;
    pg_data_input input = { .paths = &path, .n = 1, .layout = layout };
    pg_error err = { 0 };
    pg_check_report *report = malloc(sizeof *report);
    pg_status status = report ? PG_OK : pg_fail(&err, PG_ERR_MEMORY, "out of memory");
    if (status == PG_OK)
        status = pg_data_open_any(&tape, &input, NULL, NULL, &err);
    if (status == PG_OK)
        status = pg_check_tape(report, tape, &err);
    if (status == PG_OK) {
        print_market(path, tape);
        print_report(report);
    } else {
        pg_data_complain(&err);
    }
    pg_tape_close(tape);
    free(report);
    return status == PG_OK ? PG_EXIT_OK : PG_EXIT_FAILED;
}

int pg_data_info(int argc, char **argv)
{
    const char *layout = NULL;
    const pg_option known[] = { { "--layout", &layout, NULL } };
    pg_arguments arguments;
    int exit_status;
    if (!pg_arguments_read(&arguments, argc, argv, known, 1, info_usage, &exit_status))
        return exit_status;
    if (arguments.n < 1) {
        fputs(info_usage, stderr);
        return PG_EXIT_USAGE;
    }
    exit_status = PG_EXIT_OK;
    for (int i = 0; i < arguments.n; i++)
        exit_status |= info_of(arguments.paths[i], layout);
    return exit_status;
}

static void print_event(const pg_instrument *instrument, size_t index, const pg_event *e)
{
    static const struct {
        uint16_t bit;
        const char *name;
    } flags[] = { { PG_EVENT_LAST, "last" },
                  { PG_EVENT_NO_EXCHANGE, "no_exchange" },
                  { PG_EVENT_NO_LOCAL, "no_local" },
                  { PG_EVENT_LIQUIDATION, "liquidation" },
                  { PG_EVENT_INFERRED_SIDE, "inferred_side" },
                  { PG_EVENT_REPEATED, "repeated" },
                  { PG_EVENT_LATE, "late" } };
    char local[PG_TIME_TEXT], texts[4][PG_DECIMAL_TEXT];
    int price = instrument->price_decimals, size = instrument->size_decimals;
    printf("%8zu  %s  %+9.3f ms  %-14s", index, pg_time_format(local, e->local_ns),
           (double)(e->exch_ns - e->local_ns) * 1e-6, pg_event_kind_name(e->kind));
    switch (e->kind) {
    case PG_EVENT_LEVEL:
    case PG_EVENT_TRADE:
        printf(" %-4s %s x %s", pg_side_name(e->side), pg_decimal_format(texts[0], PG_DECIMAL_TEXT, e->price, price),
               pg_decimal_format_short(texts[1], PG_DECIMAL_TEXT, e->size, size));
        break;
    case PG_EVENT_BBO:
        printf(" %s x %s / %s x %s", pg_decimal_format(texts[0], PG_DECIMAL_TEXT, e->price, price),
               pg_decimal_format_short(texts[1], PG_DECIMAL_TEXT, e->size, size),
               pg_decimal_format(texts[2], PG_DECIMAL_TEXT, e->price2, price),
               pg_decimal_format_short(texts[3], PG_DECIMAL_TEXT, e->size2, size));
        break;
    case PG_EVENT_SNAPSHOT_BEGIN: printf(" %" PRId64 " levels", e->size2); break;
    case PG_EVENT_FUNDING: printf(" rate %.3g", (double)e->price * 1e-12); break;
    case PG_EVENT_MARK:
        printf(" %s, index %s", pg_decimal_format(texts[0], PG_DECIMAL_TEXT, e->price, price),
               pg_decimal_format(texts[1], PG_DECIMAL_TEXT, e->price2, price));
        break;
    case PG_EVENT_GAP: printf(" of %.3f s, %s", (double)e->size2 * 1e-9, pg_gap_reason_name(e->price2)); break;
    default: break;
    }
    if (e->id)
        printf("  #%" PRIu64, e->id);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (e->flags & flags[i].bit)
            printf(" %s", flags[i].name);
    }
    putchar('\n');
}

static int print_events(const pg_tape *tape, size_t n, const char *from)
{
    int64_t time_ns = INT64_MIN;
    if (from && pg_time_parse(&time_ns, from, strlen(from), PG_TIME_AUTO) != PG_OK) {
        fprintf(stderr, "perigee data head: --from '%s' is no time\n\n%s", from, head_usage);
        return PG_EXIT_USAGE;
    }
    size_t first = pg_tape_find(tape, time_ns);
    for (size_t i = first; i < pg_tape_count(tape) && i - first < n; i++)
        print_event(&pg_tape_get_info(tape)->instrument, i, &pg_tape_events(tape)[i]);
    return PG_EXIT_OK;
}

int pg_data_head(int argc, char **argv)
{
    const char *layout = NULL, *count = "20", *from = NULL;
    const pg_option known[] = { { "--layout", &layout, NULL }, { "-n", &count, NULL }, { "--from", &from, NULL } };
    pg_arguments arguments;
    int exit_status;
    if (!pg_arguments_read(&arguments, argc, argv, known, 3, head_usage, &exit_status))
        return exit_status;
    int64_t n = 0;
    if (arguments.n < 1 || pg_decimal_parse(&n, count, strlen(count), 0) != PG_OK || n < 0) {
        fprintf(stderr, "perigee data head: %s\n\n%s", arguments.n < 1 ? "no file is given" : "-n needs a whole number",
                head_usage);
        return PG_EXIT_USAGE;
    }
    pg_tape *tape;
    pg_error err = { 0 };
    pg_data_input input = { .paths = arguments.paths, .n = arguments.n, .layout = layout };
    if (pg_data_open_any(&tape, &input, NULL, NULL, &err) != PG_OK)
        return pg_data_complain(&err);
    exit_status = print_events(tape, (size_t)n, from);
    pg_tape_close(tape);
    return exit_status;
}
