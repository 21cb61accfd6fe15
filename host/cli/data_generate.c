/* perigee data generate */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "cli/data_commands.h"
#include "data/timestamp.h"
#include "sim/synthetic.h"
#include "sim/synthetic_stats.h"

enum { FIELDS_MAX = 64, NAME_MAX_BYTES = 32 };

typedef struct {
    pg_tape_writer *writer;
    uint64_t of_kind[PG_EVENT_KINDS];
} sink;

static pg_status take_events(void *context, const pg_event *events, size_t n, pg_error *err)
{
    sink *s = context;
    for (size_t i = 0; i < n; i++)
        s->of_kind[events[i].kind]++;
    return pg_tape_writer_append_all(s->writer, events, n, err);
}

/* "order_to_trade" as the option "--order-to-trade". */
static void option_name(char name[NAME_MAX_BYTES], const pg_synthetic_field *field)
{
    snprintf(name, NAME_MAX_BYTES, "--%s", field->name);
    for (char *c = name; *c; c++) {
        if (*c == '_')
            *c = '-';
    }
}

static void make_usage(char *text, size_t size)
{
    int n, length;
    const pg_synthetic_field *fields = pg_synthetic_fields(&n);
    length =
        snprintf(text, size,
                 "usage: perigee data generate OUT.tape [options]\n"
                 "\n"
                 "Makes a synthetic market: self-exciting order flow around a fat-tailed efficient price, in a real\n"
                 "order book. The same options and seed give the same bytes.\n"
                 "\n"
                 "  --seed N               random seed (default 1)\n"
                 "  --symbol S             market (default ETH)\n"
                 "  --venue V              venue (default synthetic)\n"
                 "  --start TIME           first exchange time (default 2025-01-01T00:00:00Z)\n"
                 "\n");
    for (int i = 0; i < n && (size_t)length < size; i++) {
        char name[NAME_MAX_BYTES];
        option_name(name, &fields[i]);
        length += snprintf(text + length, size - (size_t)length, "  %-22s %s%s%s (default %g)\n", name, fields[i].text,
                           fields[i].unit[0] ? ", " : "", fields[i].unit, fields[i].normal);
    }
}

static pg_status read_number(double *value, const char *name, const char *text, pg_error *err)
{
    char *end;
    *value = strtod(text, &end);
    if (end == text || *end || !isfinite(*value))
        return pg_fail(err, PG_ERR_INVALID, "%s '%s' is not a number", name, text);
    return PG_OK;
}

static pg_status read_name(char field[PG_SYMBOL_SIZE], const char *name, const char *text, pg_error *err)
{
    if (!text)
        return PG_OK;
    if (!text[0] || strlen(text) >= PG_SYMBOL_SIZE)
        return pg_fail(err, PG_ERR_INVALID, "%s must have 1 to %d characters", name, PG_SYMBOL_SIZE - 1);
    memset(field, 0, PG_SYMBOL_SIZE);
    memcpy(field, text, strlen(text));
    return PG_OK;
}

typedef struct {
    const char *seed, *symbol, *venue, *start;
    const char *numbers[FIELDS_MAX];
} texts;

static pg_status read_params(pg_synthetic_params *params, uint64_t *seed, const texts *given, pg_error *err)
{
    int n;
    const pg_synthetic_field *fields = pg_synthetic_fields(&n);
    pg_synthetic_init(params);
    pg_status status = PG_OK;
    for (int i = 0; i < n && status == PG_OK; i++) {
        char name[NAME_MAX_BYTES];
        option_name(name, &fields[i]);
        if (given->numbers[i])
            status = read_number((double *)((char *)params + fields[i].offset), name, given->numbers[i], err);
    }
    int64_t value = 1;
    if (status == PG_OK && given->seed &&
        (pg_decimal_parse(&value, given->seed, strlen(given->seed), 0) != PG_OK || value < 0))
        status = pg_fail(err, PG_ERR_INVALID, "--seed '%s' is no whole number", given->seed);
    *seed = (uint64_t)value;
    if (status == PG_OK && given->start &&
        pg_time_parse(&params->start_ns, given->start, strlen(given->start), PG_TIME_AUTO) != PG_OK)
        status = pg_fail(err, PG_ERR_INVALID, "--start '%s' is no time", given->start);
    if (status == PG_OK)
        status = read_name(params->symbol, "--symbol", given->symbol, err);
    if (status == PG_OK)
        status = read_name(params->venue, "--venue", given->venue, err);
    return status;
}

static void print_line(const char *what, double intended, double measured)
{
    printf("  %-38s %10.4g", what, measured);
    if (isnan(intended))
        printf("\n");
    else
        printf("  (intended %.4g)\n", intended);
}

static pg_status print_result(const char *path, const pg_synthetic_params *p, const sink *s, pg_error *err)
{
    pg_tape *tape;
    pg_synthetic_stats stats;
    pg_status status = pg_tape_open(&tape, path, NULL, 0, err);
    if (status != PG_OK)
        return status;
    status = pg_synthetic_measure(&stats, pg_tape_events(tape), pg_tape_count(tape),
                                  &pg_tape_get_info(tape)->instrument, err);
    if (status == PG_OK) {
        printf("%s: %s %s, %zu events:", path, p->venue, p->symbol, pg_tape_count(tape));
        for (int kind = 0; kind < PG_EVENT_KINDS; kind++) {
            if (s->of_kind[kind])
                printf(" %" PRIu64 " %s", s->of_kind[kind], pg_event_kind_name(kind));
        }
        printf("\n");
        print_line("volatility, annualised (60 s returns)", p->volatility, stats.volatility);
        print_line("kurtosis of 10 s returns", NAN, stats.kurtosis);
        print_line("mean spread, ticks", p->spread, stats.mean_spread_ticks);
        print_line("mean size at the touch, base units", NAN, stats.touch_size);
        print_line("market orders a second", p->orders_per_s, stats.orders_per_s);
        print_line("Hawkes branching ratio", p->n_self + p->n_cross, stats.branching);
        print_line("tail index of order sizes", p->size_tail, stats.size_tail);
        print_line("changes of levels for each order", p->order_to_trade, stats.order_to_trade);
    }
    pg_tape_close(tape);
    return status;
}

static pg_status generate(const char *path, const texts *given, pg_error *err)
{
    pg_synthetic_params params;
    pg_tape_info info;
    sink s = { 0 };
    pg_bar bar = { .what = "generating" };
    uint64_t seed;
    pg_status status = read_params(&params, &seed, given, err);
    if (status == PG_OK)
        status = pg_synthetic_describe(&info, &params, seed, err);
    if (status == PG_OK)
        status = pg_tape_writer_open(&s.writer, path, &info, err);
    if (status != PG_OK)
        return status;
    status = pg_synthetic_generate(&params, seed, take_events, &s, pg_bar_update, &bar, err);
    pg_bar_clear(&bar);
    if (status != PG_OK) {
        pg_tape_writer_abort(s.writer);
        return status;
    }
    status = pg_tape_writer_close(s.writer, &info, err);
    return status == PG_OK ? print_result(path, &params, &s, err) : status;
}

int pg_data_generate(int argc, char **argv)
{
    texts given = { 0 };
    pg_option options[FIELDS_MAX + 4] = { { "--seed", &given.seed, NULL },
                                          { "--symbol", &given.symbol, NULL },
                                          { "--venue", &given.venue, NULL },
                                          { "--start", &given.start, NULL } };
    char names[FIELDS_MAX][NAME_MAX_BYTES], usage[8192];
    int n, exit_status;
    const pg_synthetic_field *fields = pg_synthetic_fields(&n);
    for (int i = 0; i < n && i < FIELDS_MAX; i++) {
        option_name(names[i], &fields[i]);
        options[4 + i] = (pg_option){ names[i], &given.numbers[i], NULL };
    }
    make_usage(usage, sizeof usage);
    pg_arguments arguments;
    if (!pg_arguments_read(&arguments, argc, argv, options, n + 4, usage, &exit_status))
        return exit_status;
    if (arguments.n != 1) {
        fprintf(stderr, "perigee data generate: one OUT.tape is needed\n\n%s", usage);
        return PG_EXIT_USAGE;
    }
    pg_error err = { 0 };
    return generate(arguments.paths[0], &given, &err) == PG_OK ? PG_EXIT_OK : pg_data_complain(&err);
}
