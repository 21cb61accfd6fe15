#include "live/recording.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "live/backfill.h"
#include "live/built_in.h"
#include "live/desk.h"

enum { SAY_MS = 5000, CLOSE_MS = 50, MB = 1000000 };

typedef struct recording recording;

/* A venue that is recorded. */
typedef struct {
    recording *recording;
    const pg_config_venue *config;
    const char *symbols[PG_CONFIG_MARKETS];
    pg_backfill backfill[PG_CONFIG_MARKETS];
    bool ready; /* the recorder has its markets */
    int symbol_count;
    pg_venue *venue;
    pg_child *child;
    char url[64];
    bool up;
} source;

struct recording {
    pg_recording_options options;
    pg_loop *loop;
    pg_recorder *recorder;
    source sources[PG_CONFIG_VENUES];
    int count;
    pg_timer *status, *end;
    uv_signal_t signals[2];
    bool has_signals;
    uint64_t before; /* events at the last line */
    double before_s;
    pg_error error; /* why it ended */
};

static void say(const recording *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(const recording *r, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (r->options.say)
        r->options.say(r->options.self, text);
}

static void fail(recording *r, const pg_error *err)
{
    if (r->error.status == PG_OK)
        r->error = *err;
    pg_loop_stop(r->loop);
}

/* ---- the recorder ---- */

pg_status pg_recording_recorder(pg_recorder **recorder, const pg_config_record *record, const pg_log *log,
                                pg_error *err)
{
    unsigned formats = (record->formats & PG_CONFIG_TAPE ? 1u << PG_SINK_PACKED : 0) |
                       (record->formats & PG_CONFIG_PARQUET ? 1u << PG_SINK_PARQUET : 0) |
                       (record->formats & PG_CONFIG_CSV ? 1u << PG_SINK_CSV : 0) |
                       (record->formats & PG_CONFIG_PARTS ? 1u << PG_SINK_PARTS : 0);
    pg_recorder_config config = { .dir = record->dir,
                                  .options = { .formats = formats,
                                               .part_events = (uint64_t)record->rotate_rows,
                                               .part_bytes = (uint64_t)(record->rotate_mb * MB),
                                               .part_ns = (int64_t)(record->rotate_minutes * 60e9),
                                               .levels = record->levels,
                                               .log = log },
                                  .clock = pg_clock_real() };
    return pg_recorder_new(recorder, &config, err);
}

pg_status pg_recording_add(pg_recorder *recorder, int *number, const pg_config_venue *venue,
                           const pg_instrument *instrument, const pg_log *log, pg_error *err)
{
    uint64_t repaired = 0;
    pg_tape_info info = { .instrument = *instrument };
    snprintf(info.source, sizeof info.source, "recorded live from %s", venue->name);
    pg_status status = pg_recorder_add(recorder, number, venue->name, &info, &repaired, err);
    if (status == PG_OK && repaired > 0) {
        pg_log_field fields[] = { { .name = "market", .text = instrument->symbol },
                                  { .name = "events", .number = (double)repaired } };
        pg_log_write(log, PG_LOG_WARN, "record", "the recording had broken off; its files were made from the journal",
                     fields, 2);
    }
    return status;
}

/* ---- what a venue says ---- */

static void on_ready(void *self)
{
    source *s = self;
    pg_error err = { 0 };
    pg_recorder *recorder = s->recording->recorder;
    const pg_log *log = s->recording->options.log;
    for (int i = 0; i < s->symbol_count; i++) {
        int number;
        if (pg_recording_add(recorder, &number, s->config, pg_venue_instrument(s->venue, i), log, &err) != PG_OK) {
            fail(s->recording, &err);
            return;
        }
        pg_backfill_init(&s->backfill[i], recorder, number, s->venue, i, log);
    }
    for (int i = 0; i < s->symbol_count; i++)
        pg_backfill_begin(&s->backfill[i]);
    s->ready = true;
    say(s->recording, "%s: recording %d market%s", s->config->name, s->symbol_count, s->symbol_count == 1 ? "" : "s");
}

static void on_failed(void *self, const pg_error *why)
{
    source *s = self;
    pg_error err = *why;
    pg_error_where(&err, "venue %s", s->config->name);
    fail(s->recording, &err);
}

static void on_events(void *self, int market, const pg_event *events, int count)
{
    source *s = self;
    if (s->ready)
        pg_backfill_push(&s->backfill[market], events, (size_t)count);
}

static void on_report(void *self, const pg_report *report)
{
    (void)self;
    (void)report; /* there is no account */
}

static void on_link(void *self, pg_link link, bool up, const char *why)
{
    source *s = self;
    if (link != PG_LINK_MARKET || s->up == up)
        return;
    s->up = up;
    say(s->recording, "%s: %s%s%s", s->config->name, up ? "connected" : "connection lost", *why ? ": " : "", why);
}

/* ---- venues ---- */

static pg_status open_venue(source *s, pg_error *err)
{
    recording *r = s->recording;
    pg_venue_option options[PG_CONFIG_OPTIONS];
    pg_venue_config config = { .url = s->url[0] ? s->url : NULL,
                               .symbols = s->symbols,
                               .symbol_count = s->symbol_count,
                               .run = 1,
                               .log = r->options.log };
    pg_venue_sink sink = {
        .self = s, .ready = on_ready, .failed = on_failed, .events = on_events, .report = on_report, .link = on_link
    };
    pg_desk_venue_config(&config, options, s->config);
    config.account = NULL; /* market data only */
    const pg_venue_type *type = r->options.venue_type;
    return type ? type->open(&s->venue, &config, r->loop, sink, err)
                : pg_venue_open(&s->venue, &config, r->loop, sink, err);
}

static void exchange_ready(void *self, const char *line)
{
    source *s = self;
    pg_error err = { 0 };
    if (pg_built_in_url(s->url, sizeof s->url, line, &err) != PG_OK || open_venue(s, &err) != PG_OK)
        fail(s->recording, &err);
}

static void exchange_ended(void *self, int code)
{
    source *s = self;
    pg_error err = { 0 };
    pg_fail(&err, PG_ERR_STATE, "venue %s: the built-in exchange ended (code %d)", s->config->name, code);
    fail(s->recording, &err);
}

static pg_status connect_source(source *s, pg_error *err)
{
    if (s->config->network != PG_NETWORK_LOCAL || s->config->url)
        return open_venue(s, err);
    pg_child_handler handler = { .self = s, .line = exchange_ready, .ended = exchange_ended };
    return pg_built_in_start(&s->child, s->recording->loop, s->config, s->symbols, s->symbol_count, NULL, handler, err);
}

static source *source_of(recording *r, const pg_config_venue *venue)
{
    for (int i = 0; i < r->count; i++)
        if (r->sources[i].config == venue)
            return &r->sources[i];
    r->sources[r->count] = (source){ .recording = r, .config = venue };
    return &r->sources[r->count++];
}

static pg_status choose(recording *r, pg_error *err)
{
    const pg_config *config = r->options.config;
    for (int i = 0; i < config->market_count; i++) {
        const pg_config_market *market = &config->markets[i];
        const pg_config_venue *venue = &config->venues[market->venue];
        if (!market->enabled || !venue->enabled)
            continue;
        source *s = source_of(r, venue);
        bool known = false;
        for (int k = 0; k < s->symbol_count; k++)
            known = known || strcmp(s->symbols[k], market->symbol) == 0;
        if (known)
            continue;
        s->symbols[s->symbol_count++] = market->symbol;
    }
    if (r->count == 0)
        return pg_fail(err, PG_ERR_INVALID, "%s has no enabled market on an enabled venue: there is nothing to record",
                       config->path);
    return PG_OK;
}

/* ---- progress and the end ---- */

static void on_status(void *self)
{
    recording *r = self;
    pg_recorder_figures f;
    char clock[32], lag[32] = "-", lost[96] = "";
    double now_s = pg_clock_elapsed();
    pg_recorder_look(r->recorder, -1, &f);
    if (f.lag_ns != INT64_MAX)
        snprintf(lag, sizeof lag, "%+.0f ms", (double)f.lag_ns * 1e-6);
    if (f.lost + f.queue > 0)
        snprintf(lost, sizeof lost, "  LOST %" PRIu64 " (disk) %" PRIu64 " (queue)", f.lost, f.queue);
    say(r,
        "%.8s  %" PRIu64 " events (%.0f/s)  %" PRIu64 " trades  twice %" PRIu64 "  gaps %" PRIu64
        "  journal %.1f MB  venue>here %s%s%s",
        pg_clock_format(clock, pg_clock_now(pg_clock_real())) + 11, f.events,
        (double)(f.events - r->before) / (now_s - r->before_s), f.trades, f.duplicates, f.gaps, (double)f.bytes / MB,
        lag, lost, f.stuck ? "  THE DISK CANNOT BE WRITTEN" : "");
    r->before = f.events;
    r->before_s = now_s;
}

static void on_end(void *self)
{
    pg_loop_stop(((recording *)self)->loop);
}

static void on_signal(uv_signal_t *handle, int number)
{
    recording *r = handle->data;
    say(r, "stopping (%s)", number == SIGINT ? "interrupt" : "terminated");
    pg_loop_stop(r->loop);
}

static void catch_signals(recording *r)
{
    static const int numbers[2] = { SIGINT, SIGTERM };
    for (int i = 0; i < 2; i++) {
        uv_signal_init(pg_loop_uv(r->loop), &r->signals[i]);
        r->signals[i].data = r;
        uv_signal_start(&r->signals[i], on_signal, numbers[i]);
    }
    r->has_signals = true;
}

static pg_status begin(recording *r, pg_error *err)
{
    pg_status status = choose(r, err);
    if (status == PG_OK)
        status = pg_recording_recorder(&r->recorder, &r->options.config->record, r->options.log, err);
    if (status == PG_OK)
        status = pg_loop_new(&r->loop, err);
    if (status == PG_OK)
        catch_signals(r);
    for (int i = 0; i < r->count && status == PG_OK; i++)
        status = connect_source(&r->sources[i], err);
    if (status != PG_OK)
        return status;
    r->before_s = pg_clock_elapsed();
    r->status = pg_timer_start(r->loop, SAY_MS, SAY_MS, r, on_status);
    if (r->options.seconds > 0)
        r->end = pg_timer_start(r->loop, (int64_t)(r->options.seconds * 1000), 0, r, on_end);
    return PG_OK;
}

static pg_status end(recording *r, pg_error *err)
{
    pg_timer_stop(r->status);
    pg_timer_stop(r->end);
    for (int i = 0; i < r->count; i++) {
        pg_venue_close(r->sources[i].venue);
        pg_child_free(r->sources[i].child);
    }
    for (int i = 0; i < 2 && r->has_signals; i++)
        uv_close((uv_handle_t *)&r->signals[i], NULL);
    if (r->loop)
        pg_loop_run_for(r->loop, CLOSE_MS); /* what is being closed */
    pg_status status = pg_recorder_close(r->recorder, err);
    pg_loop_free(r->loop);
    return status;
}

pg_status pg_recording_run(const pg_recording_options *options, pg_error *err)
{
    recording *r = calloc(1, sizeof *r);
    if (!r)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a recording");
    r->options = *options;
    pg_error unheard = { 0 };
    pg_status status = begin(r, &r->error), closing;
    if (status == PG_OK) {
        say(r, "recording into %s", options->config->record.dir);
        pg_loop_run(r->loop);
        on_status(r);
    }
    closing = end(r, r->error.status == PG_OK ? &r->error : &unheard);
    status = r->error.status != PG_OK ? r->error.status : closing;
    if (status != PG_OK && err)
        *err = r->error;
    free(r);
    return status;
}
