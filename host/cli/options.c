#include "cli/options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "data/timestamp.h"

pg_status pg_option_number(double *value, const char *option, const char *text, pg_error *err)
{
    char *end;
    *value = strtod(text, &end);
    if (end == text || *end || !isfinite(*value))
        return pg_fail(err, PG_ERR_INVALID, "--%s takes a number, not '%s'", option, text);
    return PG_OK;
}

pg_status pg_option_duration(double *seconds, const char *option, const char *text, pg_error *err)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = { { "", 1 }, { "ms", 0.001 }, { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 } };
    char *end;
    double number = strtod(text, &end);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (end != text && strcmp(end, units[i].unit) == 0 && number > 0 && number < 1e9) {
            *seconds = number * units[i].seconds;
            return PG_OK;
        }
    return pg_fail(err, PG_ERR_INVALID, "--%s takes a duration such as 90s, 30m, 24h or 2d, not '%s'", option, text);
}

void pg_option_join(int *argc, char **argv, const char *option, const char *suffix, char *joined)
{
    for (int i = 1; i + 1 < *argc; i++) {
        const char *next = argv[i + 1];
        if (strcmp(argv[i], option) != 0 || !(strcmp(next, "-") == 0 || pg_text_ends_with(next, suffix)))
            continue;
        if ((size_t)snprintf(joined, PG_PATH_SIZE, "%s=%s", option, next) >= PG_PATH_SIZE)
            return;
        argv[i] = joined;
        memmove(&argv[i + 1], &argv[i + 2], (size_t)(*argc - i - 1) * sizeof *argv);
        --*argc;
        return;
    }
}

pg_status pg_option_time(int64_t *time_ns, const char *option, const char *text, const pg_tape *tape, pg_error *err)
{
    char full[64], day[32];
    if (!text)
        return PG_OK;
    if (strlen(text) <= 8 && pg_tape_count(tape) > 0) {
        pg_clock_format(day, pg_tape_events(tape)[0].local_ns);
        snprintf(full, sizeof full, "%.10sT%s%s", day, text, strlen(text) == 5 ? ":00" : "");
        text = full;
    }
    if (pg_time_parse(time_ns, text, strlen(text), PG_TIME_ISO) != PG_OK)
        return pg_fail(err, PG_ERR_INVALID, "--%s: '%s' is no time such as 2025-09-04T20:00:00 or 20:00", option, text);
    return PG_OK;
}

pg_status pg_option_period(int64_t *from_ns, int64_t *to_ns, const char *from, const char *to, double window_s,
                           const pg_tape *tape, pg_error *err)
{
    *from_ns = 0;
    *to_ns = INT64_MAX;
    if (pg_tape_count(tape) == 0)
        return pg_fail(err, PG_ERR_INVALID, "%s holds no events", pg_tape_path(tape));
    pg_status status = pg_option_time(from_ns, "from", from, tape, err);
    if (status == PG_OK)
        status = pg_option_time(to_ns, "to", to, tape, err);
    if (status != PG_OK || window_s <= 0)
        return status;
    int64_t end = pg_tape_events(tape)[pg_tape_count(tape) - 1].local_ns;
    if (*to_ns < end)
        end = *to_ns;
    int64_t start = end - (int64_t)(window_s * 1e9);
    if (start > *from_ns)
        *from_ns = start;
    return PG_OK;
}
