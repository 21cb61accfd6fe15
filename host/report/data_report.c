#include "report/data_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "report/page.h"
#include "report/report.h"

static const char data_js[] =
#include "report/data.js.inc"
    ;

typedef struct {
    const pg_statistics *statistics;
    const pg_tape *tape;
} subject;

void pg_data_report_print(FILE *out, const pg_statistics *s, const pg_tape *tape)
{
    const pg_instrument *in = &pg_tape_get_info(tape)->instrument;
    char from[32], to[32];
    double seconds = (double)(s->last_ns - s->first_ns) * 1e-9, per = seconds > 0 ? seconds : NAN;
    fprintf(out, "%s %s   %s to %s UTC (%.1f h)\n", in->venue, in->symbol, pg_report_time(from, s->first_ns),
            pg_report_time(to, s->last_ns), seconds / 3600);
    fprintf(out, "  events      %" PRIu64 ", %.4g a second; books measured over %.0f s\n", s->events,
            (double)s->events / per, s->covered_s);
    fprintf(out,
            "  trades      %" PRIu64 ", %.4g a second; %" PRIu64 " buys, %" PRIu64 " sells (%" PRIu64
            " sides inferred)\n",
            s->of_kind[PG_EVENT_TRADE], (double)s->of_kind[PG_EVENT_TRADE] / per, s->buys, s->sells, s->inferred);
    fprintf(out, "  volume      %.6g base, %.6g quote\n", s->volume, s->turnover);
    fprintf(out, "  spread      mean %.4g, median %.4g, 90%% %.4g, 99%% %.4g bps\n", s->spread_bps[0], s->spread_bps[1],
            s->spread_bps[2], s->spread_bps[3]);
    fprintf(out,
            "  latency     1%% %.4g, median %.4g, 90%% %.4g, 99%% %.4g, largest %.4g ms; %" PRIu64
            " received before they happened\n",
            s->latency_ms[0], s->latency_ms[1], s->latency_ms[2], s->latency_ms[3], s->latency_ms[4], s->negative);
    fprintf(out, "  volatility ");
    for (int i = 0; i < PG_STATISTICS_SCALES; i++)
        if (isfinite(s->volatility[i])) /* a recording too short for a step has none */
            fprintf(out, " %.3g%% (%g s)", s->volatility[i], s->scale_s[i]);
    fprintf(out, " a day, by step of returns\n");
    fprintf(out, "  gaps        %" PRIu64 ", %.1f s in all\n", s->gaps, s->gap_s);
}

/* ---- JSON ---- */

static void put_slot(pg_text *out, const pg_statistics_slot *slot, double start, double length_s)
{
    pg_json_open(out, NULL, '[');
    const double values[] = { start,
                              slot->mid,
                              slot->spread_bps,
                              slot->depth[0],
                              slot->depth[1],
                              slot->events / length_s,
                              slot->trades / length_s,
                              slot->volume,
                              slot->volume > 0 ? slot->bought / slot->volume : NAN,
                              slot->latency_ms,
                              slot->latency_most_ms,
                              slot->volatility,
                              slot->gap_s };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        pg_json_number(out, NULL, values[i]);
    pg_json_close(out, ']');
}

/* How long an hour of the day was recorded in all. */
static double hour_length(const pg_statistics *s, int hour)
{
    const int64_t hour_ns = INT64_C(3600000000000);
    double length = 0;
    for (int64_t at = s->first_ns / hour_ns * hour_ns; at < s->last_ns; at += hour_ns) {
        int64_t from = at > s->first_ns ? at : s->first_ns, to = at + hour_ns < s->last_ns ? at + hour_ns : s->last_ns;
        if (at / hour_ns % 24 == hour)
            length += (double)(to - from) * 1e-9;
    }
    return length > 0 ? length : NAN;
}

static void put_list(pg_text *out, const char *key, const double *values, int n)
{
    pg_json_open(out, key, '[');
    for (int i = 0; i < n; i++)
        pg_json_number(out, NULL, values[i]);
    pg_json_close(out, ']');
}

static void put_counts(pg_text *out, const pg_statistics *s)
{
    pg_json_integer(out, "events", (int64_t)s->events);
    pg_json_open(out, "kinds", '{');
    for (int kind = 1; kind < PG_EVENT_KINDS; kind++)
        if (s->of_kind[kind] > 0)
            pg_json_integer(out, pg_event_kind_name(kind), (int64_t)s->of_kind[kind]);
    pg_json_close(out, '}');
    pg_json_integer(out, "buys", (int64_t)s->buys);
    pg_json_integer(out, "sells", (int64_t)s->sells);
    pg_json_integer(out, "inferred", (int64_t)s->inferred);
    pg_json_integer(out, "gaps", (int64_t)s->gaps);
    pg_json_integer(out, "negative", (int64_t)s->negative);
    pg_json_number(out, "volume", s->volume);
    pg_json_number(out, "turnover", s->turnover);
    pg_json_number(out, "gap_s", s->gap_s);
    pg_json_number(out, "covered_s", s->covered_s);
}

void pg_data_report_json(pg_text *out, const pg_statistics *s, const pg_tape *tape)
{
    const pg_instrument *in = &pg_tape_get_info(tape)->instrument;
    char from[32], to[32];
    pg_json_open(out, NULL, '{');
    pg_json_string(out, "venue", in->venue);
    pg_json_string(out, "symbol", in->symbol);
    pg_json_string(out, "from", pg_report_time(from, s->first_ns));
    pg_json_string(out, "to", pg_report_time(to, s->last_ns));
    put_counts(out, s);
    put_list(out, "spread_bps", s->spread_bps, 4);
    put_list(out, "latency_ms", s->latency_ms, 5);
    put_list(out, "scale_s", s->scale_s, PG_STATISTICS_SCALES);
    put_list(out, "volatility", s->volatility, PG_STATISTICS_SCALES);
    pg_json_number(out, "slot_s", (double)s->slot_ns * 1e-9);
    pg_json_open(out, "slots", '[');
    for (int i = 0; i < s->slots; i++)
        put_slot(out, &s->slot[i], (double)(s->first_ns + i * s->slot_ns) * 1e-6, (double)s->slot_ns * 1e-9);
    pg_json_close(out, ']');
    pg_json_open(out, "hours", '[');
    for (int i = 0; i < PG_STATISTICS_HOURS; i++)
        put_slot(out, &s->hour[i], i, hour_length(s, i));
    pg_json_close(out, ']');
    pg_json_close(out, '}');
}

static void put_page_data(pg_text *out, void *context)
{
    const subject *of = context;
    pg_data_report_json(out, of->statistics, of->tape);
}

pg_status pg_data_report_html(pg_text *out, const pg_statistics *statistics, const pg_tape *tape, pg_error *err)
{
    const pg_instrument *in = &pg_tape_get_info(tape)->instrument;
    char title[2 * PG_SYMBOL_SIZE + 16];
    snprintf(title, sizeof title, "%s %s, recorded", in->venue, in->symbol);
    subject of = { statistics, tape };
    pg_page page = {
        .title = title, .data = put_page_data, .context = &of, .script = data_js, .script_size = sizeof data_js - 1
    };
    return pg_page_write(out, &page, err);
}
