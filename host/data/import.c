#include "data/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/decimal.h"
#include "base/file.h"
#include "data/dedup.h"
#include "data/import_sync.h"
#include "data/reader.h"

enum {
    LOOK_MESSAGES = 2000,     /* of each file, before the import begins */
    PASSES_MAX = 4,           /* a pass shows what the next one needs; two are enough unless files change meanwhile */
    PROGRESS_MESSAGES = 4096, /* between calls of the progress function */
    LEAST_LAG_NS = 1000000
};
#define CLOCK_OFFSET_MAX_NS 3600000000000

typedef struct {
    const char *path;
    const pg_import_input *inputs;
    int n;
    const pg_import_options *options;
    pg_import_summary *summary;
    pg_error *err;

    pg_scale scale;
    int64_t clock_offset_ns;
    bool has_snapshot;
    int64_t min_lag_ns;
    uint64_t total_bytes;

    pg_reader *readers[PG_IMPORT_INPUTS];
    pg_message *heads[PG_IMPORT_INPUTS]; /* next message of each, NULL at its end */
    pg_import_input sorted[PG_IMPORT_INPUTS];
    pg_tape_writer *writer;
    pg_dedup *dedup;
    pg_import_sync sync;
    int64_t max_gap_ns;
    int64_t last_ns;
    int64_t book_tick, trade_tick, lot; /* greatest common divisors so far, 0: none yet */
} import;

static int64_t greatest_divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Most values are multiples already, and 1 cannot get smaller. */
static void narrow(int64_t *divisor, int64_t value)
{
    if (*divisor != 1 && value != 0)
        *divisor = *divisor ? greatest_divisor(*divisor, value) : value;
}

/* ---- what is declared: by options, else by the layouts ---- */

static const char *declared(const import *im, const char *option, size_t offset)
{
    if (option)
        return option;
    for (int i = 0; i < im->n; i++) {
        const char *text = (const char *)im->inputs[i].layout + offset;
        if (text[0])
            return text;
    }
    return NULL;
}

static const char *declared_tick(const import *im)
{
    return declared(im, im->options->tick, offsetof(pg_layout, tick));
}

static const char *declared_lot(const import *im)
{
    return declared(im, im->options->lot, offsetof(pg_layout, lot));
}

static pg_status need_decimals(import *im, const char *text, pg_scale_of of, const char *what)
{
    if (!text)
        return PG_OK;
    int need = pg_decimal_need(text, strlen(text));
    int64_t value = 0;
    if (need < 0 || need > PG_MAX_DECIMALS || pg_decimal_parse(&value, text, strlen(text), need) != PG_OK || value <= 0)
        return pg_fail(im->err, PG_ERR_INVALID, "the %s '%s' is not a positive decimal number", what, text);
    if (need > im->scale.decimals[of])
        im->scale.decimals[of] = need;
    return PG_OK;
}

static pg_status start_scale(import *im)
{
    for (int i = 0; i < im->n; i++) {
        const pg_layout *layout = im->inputs[i].layout;
        if (layout->price_decimals > im->scale.decimals[PG_SCALE_PRICE])
            im->scale.decimals[PG_SCALE_PRICE] = layout->price_decimals;
        if (layout->size_decimals > im->scale.decimals[PG_SCALE_SIZE])
            im->scale.decimals[PG_SCALE_SIZE] = layout->size_decimals;
    }
    pg_status status = need_decimals(im, declared_tick(im), PG_SCALE_PRICE, "tick");
    if (status == PG_OK)
        status = need_decimals(im, declared_lot(im), PG_SCALE_SIZE, "lot");
    return status;
}

/* Takes over what a pass found to be needed. */
static void adopt_needs(import *im)
{
    for (int of = 0; of < 2; of++) {
        if (im->scale.need[of] > im->scale.decimals[of])
            im->scale.decimals[of] = im->scale.need[of];
    }
    im->scale.exceeded = false;
}

static int64_t needed_offset(int64_t min_lag_ns)
{
    return min_lag_ns < 0 ? LEAST_LAG_NS - min_lag_ns : 0;
}

static pg_status adopt_offset(import *im)
{
    im->clock_offset_ns = needed_offset(im->min_lag_ns);
    if (im->clock_offset_ns <= CLOCK_OFFSET_MAX_NS)
        return PG_OK;
    pg_fail(im->err, PG_ERR_INVALID, "events are received %.3f s before they happen",
            (double)im->clock_offset_ns * 1e-9);
    pg_error_where(im->err, "%s", im->inputs[0].path);
    pg_error_remedy(im->err, "check the units and zones of local_time and exchange_time in the layout");
    return PG_ERR_INVALID;
}

/* ---- the files ---- */

static void close_readers(import *im)
{
    for (int i = 0; i < im->n; i++) {
        pg_reader_close(im->readers[i]);
        im->readers[i] = NULL;
        im->heads[i] = NULL;
    }
}

static pg_status open_readers(import *im)
{
    pg_status status = PG_OK;
    for (int i = 0; i < im->n && status == PG_OK; i++)
        status = pg_reader_open(&im->readers[i], im->sorted[i].path, im->sorted[i].layout, &im->scale,
                                &im->summary->defects, im->clock_offset_ns, im->err);
    return status;
}

static bool same_name(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}

/* All inputs must be of one market: their venues agree, and their symbols where they tell one. */
static pg_status check_market(import *im)
{
    const pg_reader *named = NULL;
    for (int i = 0; i < im->n; i++) {
        const pg_reader *r = im->readers[i];
        const pg_layout *first = im->sorted[0].layout, *layout = im->sorted[i].layout;
        if (!im->options->venue && !same_name(first->venue, layout->venue)) {
            pg_fail(im->err, PG_ERR_INVALID, "the files come from different venues, '%s' and '%s'", first->venue,
                    layout->venue);
            pg_error_where(im->err, "%s and %s", im->sorted[0].path, im->sorted[i].path);
            pg_error_remedy(im->err, "import each venue to a tape of its own");
            return PG_ERR_INVALID;
        }
        if (im->options->symbol || !pg_reader_symbol(r)[0])
            continue;
        if (named && !same_name(pg_reader_symbol(named), pg_reader_symbol(r))) {
            pg_fail(im->err, PG_ERR_INVALID, "the files belong to different markets, '%s' and '%s'",
                    pg_reader_symbol(named), pg_reader_symbol(r));
            pg_error_where(im->err, "%s and %s", pg_reader_path(named), pg_reader_path(r));
            pg_error_remedy(im->err, "import each market to a tape of its own, or name it with --symbol");
            return PG_ERR_INVALID;
        }
        named = named ? named : r;
    }
    return PG_OK;
}

static void gather_lag(import *im)
{
    for (int i = 0; i < im->n; i++) {
        if (im->readers[i] && pg_reader_min_lag(im->readers[i]) < im->min_lag_ns)
            im->min_lag_ns = pg_reader_min_lag(im->readers[i]);
    }
}

/* A first look: decimals, clock, snapshots, market. */
static pg_status look(import *im)
{
    pg_status status = open_readers(im);
    for (int i = 0; i < im->n && status == PG_OK; i++) {
        pg_message *message = NULL;
        for (int k = 0; k < LOOK_MESSAGES && status == PG_OK && (k == 0 || message); k++) {
            status = pg_reader_next(im->readers[i], &message, im->err);
            if (status == PG_OK && message && message->kind == PG_RECORD_BOOK)
                im->has_snapshot = true;
        }
    }
    if (status == PG_OK)
        status = check_market(im);
    gather_lag(im);
    close_readers(im);
    adopt_needs(im);
    return status == PG_OK ? adopt_offset(im) : status;
}

/* ---- events to the tape ---- */

static void learn_units(import *im, const pg_event *e)
{
    switch (e->kind) {
    case PG_EVENT_LEVEL:
        narrow(&im->book_tick, e->price);
        narrow(&im->lot, e->size);
        break;
    case PG_EVENT_BBO:
        narrow(&im->book_tick, e->price);
        narrow(&im->book_tick, e->price2);
        narrow(&im->lot, e->size);
        narrow(&im->lot, e->size2);
        break;
    case PG_EVENT_TRADE:
        narrow(&im->trade_tick, e->price);
        narrow(&im->lot, e->size);
        break;
    default: break;
    }
}

static pg_status put(void *context, const pg_event *events, size_t n, pg_error *err)
{
    import *im = context;
    if (im->scale.exceeded || n == 0) /* this pass only gathers what the next one needs */
        return PG_OK;
    pg_import_summary *s = im->summary;
    /* Books of an instrument whose units cannot get smaller: the common case, and the only hot one. */
    bool learned = im->book_tick == 1 && im->lot == 1 && n > 1;
    for (size_t i = 0; i < n; i++) {
        if (!learned)
            learn_units(im, &events[i]);
        s->of_kind[events[i].kind]++;
    }
    if (s->events == 0)
        s->first_ns = events[0].local_ns;
    s->events += n;
    s->last_ns = events[n - 1].local_ns;
    return pg_tape_writer_append_all(im->writer, events, n, err);
}

static pg_status put_gap(import *im, const pg_message *m, const char *path)
{
    int64_t last = im->last_ns > m->skipped_ns ? im->last_ns : m->skipped_ns;
    int64_t length = last == INT64_MIN ? 0 : m->local_ns - last;
    if (im->max_gap_ns == 0 || length <= im->max_gap_ns)
        return PG_OK;
    pg_defects_add(&im->summary->defects, PG_DEFECT_GAP, "%s, row %llu: %.1f s", path, (unsigned long long)m->number,
                   (double)length * 1e-9);
    pg_event gap = { .exch_ns = m->local_ns,
                     .local_ns = m->local_ns,
                     .size2 = length,
                     .kind = PG_EVENT_GAP,
                     .flags = PG_EVENT_LAST | PG_EVENT_NO_EXCHANGE };
    return put(im, &gap, 1, im->err);
}

static pg_status put_trade(import *im, const pg_message *m, const char *path)
{
    if (m->has & PG_ROW_ID && !im->scale.exceeded) {
        pg_dedup_result result = pg_dedup_add(im->dedup, m->events);
        if (result != PG_DEDUP_NEW)
            pg_defects_add(&im->summary->defects, result == PG_DEDUP_AGAIN ? PG_DEFECT_DUPLICATE : PG_DEFECT_SAME_ID,
                           "%s: row %llu", path, (unsigned long long)m->number);
        if (result == PG_DEDUP_AGAIN)
            return PG_OK;
    }
    return put(im, m->events, m->n, im->err);
}

static pg_status put_message(import *im, const pg_message *m, const char *path)
{
    pg_status status = put_gap(im, m, path);
    im->last_ns = m->local_ns;
    if (status != PG_OK)
        return status;
    if (m->kind == PG_RECORD_TRADE)
        return put_trade(im, m, path);
    if (m->kind == PG_RECORD_UPDATE || m->kind == PG_RECORD_BOOK)
        return pg_import_sync_take(&im->sync, m, path, im->err);
    return put(im, m->events, m->n, im->err);
}

/* ---- the merge ---- */

static int earliest(const import *im)
{
    int first = -1;
    for (int i = 0; i < im->n; i++) {
        if (im->heads[i] && (first < 0 || im->heads[i]->local_ns < im->heads[first]->local_ns))
            first = i;
    }
    return first;
}

/* A snapshot without a time happens just before the first event that has one. */
static pg_status give_time(import *im, pg_message *m)
{
    int64_t first = INT64_MAX;
    for (int i = 0; i < im->n; i++) {
        if (im->heads[i] && im->heads[i]->local_ns != PG_TIMELESS && im->heads[i]->local_ns < first)
            first = im->heads[i]->local_ns;
    }
    if (im->last_ns != INT64_MIN)
        first = im->last_ns;
    if (first == INT64_MAX)
        return pg_fail(im->err, PG_ERR_INVALID, "a snapshot without a time needs a file with times beside it");
    m->local_ns = m->exch_ns = first;
    for (size_t i = 0; i < m->n; i++)
        m->events[i].local_ns = m->events[i].exch_ns = first;
    return PG_OK;
}

static void report_progress(const import *im)
{
    uint64_t done = 0;
    for (int i = 0; i < im->n; i++)
        done += pg_reader_done(im->readers[i]);
    im->options->progress(im->options->context, done, im->total_bytes);
}

static pg_status merge(import *im)
{
    pg_status status = PG_OK;
    for (int i = 0; i < im->n && status == PG_OK; i++)
        status = pg_reader_next(im->readers[i], &im->heads[i], im->err);
    const char *path = im->sorted[0].path;
    for (uint64_t count = 1; status == PG_OK; count++) {
        int i = earliest(im);
        if (i < 0)
            break;
        path = im->sorted[i].path;
        if (im->heads[i]->local_ns == PG_TIMELESS)
            status = give_time(im, im->heads[i]);
        if (status == PG_OK)
            status = put_message(im, im->heads[i], path);
        if (status == PG_OK)
            status = pg_reader_next(im->readers[i], &im->heads[i], im->err);
        if (im->options->progress && count % PROGRESS_MESSAGES == 0)
            report_progress(im);
    }
    return status == PG_OK ? pg_import_sync_finish(&im->sync, path, im->last_ns, im->err) : status;
}

/* ---- a pass ---- */

static pg_status make_instrument(import *im, pg_instrument *instrument)
{
    const pg_layout *layout = im->sorted[0].layout;
    const char *symbol = im->options->symbol ? im->options->symbol : "";
    for (int i = 0; i < im->n && !symbol[0]; i++)
        symbol = im->readers[i] ? pg_reader_symbol(im->readers[i]) : "";
    int decimals[2] = { im->scale.decimals[PG_SCALE_PRICE], im->scale.decimals[PG_SCALE_SIZE] };
    int64_t tick = im->book_tick ? im->book_tick : im->trade_tick ? im->trade_tick : 1, lot = im->lot ? im->lot : 1;
    const char *given[2] = { declared_tick(im), declared_lot(im) };
    int64_t *steps[2] = { &tick, &lot };
    pg_status status = PG_OK;
    for (int of = 0; of < 2 && status == PG_OK; of++) {
        if (given[of] && pg_decimal_parse(steps[of], given[of], strlen(given[of]), decimals[of]) != PG_OK)
            status = pg_fail(im->err, PG_ERR_INVALID, "the %s '%s' does not fit", of ? "lot" : "tick", given[of]);
    }
    if (status == PG_OK)
        status = pg_instrument_init(instrument, im->options->venue ? im->options->venue : layout->venue,
                                    symbol[0] ? symbol : "unknown", decimals[0], decimals[1], tick, lot,
                                    layout->significant, im->err);
    if (status == PG_OK && layout->min_size[0])
        (void)pg_decimal_parse(&instrument->min_size, layout->min_size, strlen(layout->min_size), decimals[1]);
    instrument->min_notional = layout->min_notional;
    return status;
}

static void make_source(const import *im, char *text, size_t size)
{
    int length = snprintf(text, size, "import");
    for (int i = 0; i < im->n && length > 0 && (size_t)length < size; i++)
        length += snprintf(text + length, size - (size_t)length, " %s", pg_file_name(im->sorted[i].path));
}

static void reset_pass(import *im)
{
    pg_import_summary *s = im->summary;
    int passes = s->passes + 1;
    memset(s, 0, sizeof *s);
    s->passes = passes;
    im->last_ns = INT64_MIN;
    im->book_tick = im->trade_tick = im->lot = 0;
    im->min_lag_ns = INT64_MAX;
}

static pg_status start_pass(import *im)
{
    reset_pass(im);
    pg_status status = open_readers(im);
    pg_tape_info info = { .clock_offset_ns = im->clock_offset_ns };
    if (status == PG_OK)
        status = make_instrument(im, &info.instrument);
    if (status == PG_OK)
        status = pg_tape_writer_open(&im->writer, im->path, &info, im->err);
    im->dedup = pg_dedup_new();
    if (status == PG_OK && !im->dedup)
        status = pg_fail(im->err, PG_ERR_MEMORY, "out of memory");
    pg_import_sync_init(&im->sync, im->has_snapshot, &im->summary->defects, put, im);
    return status;
}

static pg_status finish_tape(import *im)
{
    pg_tape_info *info = &im->summary->info;
    if (im->summary->events == 0) {
        pg_fail(im->err, PG_ERR_INVALID, "there is not a single event in the data");
        pg_error_where(im->err, "%s", im->inputs[0].path);
        return PG_ERR_INVALID;
    }
    pg_status status = make_instrument(im, &info->instrument);
    info->clock_offset_ns = im->clock_offset_ns;
    make_source(im, info->source, sizeof info->source);
    if (status == PG_OK) {
        status = pg_tape_writer_close(im->writer, info, im->err);
        im->writer = NULL;
    }
    return status;
}

/* *again: another pass is needed, with what this one found. */
static pg_status run_pass(import *im, bool *again)
{
    *again = false;
    pg_status status = start_pass(im);
    if (status == PG_OK)
        status = merge(im);
    if (status == PG_OK)
        status = check_market(im);
    gather_lag(im);
    for (int i = 0; i < im->n; i++)
        im->summary->rows += im->readers[i] ? pg_reader_rows(im->readers[i]) : 0;
    if (status == PG_OK)
        *again = im->scale.exceeded || needed_offset(im->min_lag_ns) > im->clock_offset_ns;
    if (status == PG_OK && !*again)
        status = finish_tape(im);
    pg_tape_writer_abort(im->writer);
    im->writer = NULL;
    pg_dedup_free(im->dedup);
    im->dedup = NULL;
    pg_import_sync_free(&im->sync);
    close_readers(im);
    if (status != PG_OK || !*again)
        return status;
    adopt_needs(im);
    return adopt_offset(im);
}

/* Books before quotes before trades, so that the order of the arguments makes no difference. */
static int compare_inputs(const void *a, const void *b)
{
    static const int ranks[PG_RECORD_KINDS] = {
        [PG_RECORD_BOOK] = 0,     [PG_RECORD_LEVEL] = 1, [PG_RECORD_UPDATE] = 2,
        [PG_RECORD_BBO_SIDE] = 3, [PG_RECORD_BBO] = 4,   [PG_RECORD_TRADE] = 5
    };
    const pg_import_input *x = a, *y = b;
    int difference = ranks[x->layout->records[0].kind] - ranks[y->layout->records[0].kind];
    return difference ? difference : strcmp(x->path, y->path);
}

pg_status pg_import(const char *path, const pg_import_input *inputs, int n, const pg_import_options *options,
                    pg_import_summary *summary, pg_error *err)
{
    static const pg_import_options none = { 0 };
    if (n < 1 || n > PG_IMPORT_INPUTS)
        return pg_fail(err, PG_ERR_INVALID, "an import takes 1 to %d files, not %d", PG_IMPORT_INPUTS, n);
    pg_error own;
import im = {.path = path, .inputs = inputs, .n = n, .options = options ? options: & none, .summary = summary, .err = err ? err: & own, .min_lag_ns = INT64_MAX };
    memcpy(im.sorted, inputs, (size_t)n * sizeof *inputs);
    qsort(im.sorted, (size_t)n, sizeof *im.sorted, compare_inputs);
    memset(summary, 0, sizeof *summary);
    pg_status status = start_scale(&im);
    for (int i = 0; i < n && status == PG_OK; i++) {
        pg_file_info info = { 0 };
        status = pg_file_stat(inputs[i].path, &info, err);
        im.total_bytes += info.bytes;
        if (inputs[i].layout->max_gap_ns > im.max_gap_ns)
            im.max_gap_ns = inputs[i].layout->max_gap_ns;
    }
    if (status == PG_OK)
        status = look(&im);
    bool again = status == PG_OK;
    while (again && summary->passes < PASSES_MAX) {
        status = run_pass(&im, &again);
        if (status != PG_OK)
            return status;
    }
    if (again)
        return pg_fail(err, PG_ERR_STATE, "the files were changed while they were imported");
    return status;
}
