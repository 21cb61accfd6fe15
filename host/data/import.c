#include "data/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/decimal.h"
#include "base/file.h"
#include "data/event_source.h"
#include "data/import_internal.h"

enum {
    LOOK_MESSAGES = 2000, /* of a file, before the import begins: so many of all of them together ... */
    LOOK_FILES = 8,       /* ... as if there were no more files than this */
    LOOK_LEAST = 50,
    PASSES_MAX = 4,           /* a pass shows what the next one needs; two are enough unless files change meanwhile */
    PROGRESS_MESSAGES = 4096, /* between calls of the progress function */
    LEAST_LAG_NS = 1000000
};
#define CLOCK_OFFSET_MAX_NS 3600000000000

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

static const char *declared(const importer *im, const char *option, size_t offset)
{
    if (option)
        return option;
    for (int i = 0; i < im->n; i++) {
        const char *text = im->inputs[i].layout ? (const char *)im->inputs[i].layout + offset : "";
        if (text[0])
            return text;
    }
    return NULL;
}

static const char *declared_tick(const importer *im)
{
    return declared(im, im->options->tick, offsetof(pg_layout, tick));
}

static const char *declared_lot(const importer *im)
{
    return declared(im, im->options->lot, offsetof(pg_layout, lot));
}

static pg_status need_decimals(importer *im, const char *text, pg_scale_of of, const char *what)
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

static void raise_decimals(importer *im, int price_decimals, int size_decimals)
{
    int *decimals = im->scale.decimals;
    decimals[PG_SCALE_PRICE] = price_decimals > decimals[PG_SCALE_PRICE] ? price_decimals : decimals[PG_SCALE_PRICE];
    decimals[PG_SCALE_SIZE] = size_decimals > decimals[PG_SCALE_SIZE] ? size_decimals : decimals[PG_SCALE_SIZE];
}

/* An instrument's steps in the finest decimals so far. */
static void adopt_instrument(importer *im, const pg_tape_info *info)
{
    const pg_instrument *i = &info->instrument;
    if (im->given.tick == 0) {
        im->given = *i;
        im->given_offset_ns = info->clock_offset_ns;
        memcpy(im->given_source, info->source, sizeof im->given_source);
        return;
    }
    pg_instrument *g = &im->given;
    int price = i->price_decimals > g->price_decimals ? i->price_decimals : g->price_decimals;
    int size = i->size_decimals > g->size_decimals ? i->size_decimals : g->size_decimals;
    g->tick =
        greatest_divisor(g->tick * pg_pow10(price - g->price_decimals), i->tick * pg_pow10(price - i->price_decimals));
    g->lot = greatest_divisor(g->lot * pg_pow10(size - g->size_decimals), i->lot * pg_pow10(size - i->size_decimals));
    g->min_size *= pg_pow10(size - g->size_decimals);
    g->price_decimals = price;
    g->size_decimals = size;
}

/* What a file of events says of itself. */
static pg_status read_info(importer *im, const char *path)
{
    pg_event_source *source;
    pg_status status = pg_event_source_open(&source, path, im->err);
    if (status != PG_OK)
        return status;
    const pg_tape_info *info = pg_event_source_info(source);
    raise_decimals(im, info->instrument.price_decimals, info->instrument.size_decimals);
    adopt_instrument(im, info);
    pg_event_source_close(source);
    return PG_OK;
}

static pg_status start_scale(importer *im)
{
    pg_status status = PG_OK;
    for (int i = 0; i < im->n && status == PG_OK; i++) {
        const pg_layout *layout = im->inputs[i].layout;
        if (layout)
            raise_decimals(im, layout->price_decimals, layout->size_decimals);
        else
            status = read_info(im, im->inputs[i].path);
    }
    if (status == PG_OK)
        status = need_decimals(im, declared_tick(im), PG_SCALE_PRICE, "tick");
    if (status == PG_OK)
        status = need_decimals(im, declared_lot(im), PG_SCALE_SIZE, "lot");
    return status;
}

/* Takes over what a pass found to be needed. */
static void adopt_needs(importer *im)
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

static pg_status adopt_offset(importer *im)
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

/* ---- a first look ---- */

static pg_status look_at(importer *im, input *f, int most)
{
    pg_status status = import_open_file(im, f);
    pg_message *message = NULL;
    f->start_ns = INT64_MAX;
    for (int k = 0; k < most && status == PG_OK && (k == 0 || message); k++) {
        status = pg_reader_next(f->reader, &message, im->err);
        if (status != PG_OK || !message)
            break;
        if (k == 0)
            f->start_ns = message->local_ns;
        im->has_snapshot |= message->kind == PG_RECORD_BOOK;
    }
    if (status == PG_OK)
        status = import_check_market(im, f);
    import_close_file(im, f);
    return status;
}

/* A first look: decimals, clock, snapshots, market, and when each file begins. */
static pg_status look(importer *im)
{
    int most = im->n <= LOOK_FILES ? LOOK_MESSAGES : LOOK_MESSAGES * LOOK_FILES / im->n;
    pg_status status = PG_OK;
    for (int i = 0; i < im->n && status == PG_OK; i++)
        status = look_at(im, &im->files[i], most > LOOK_LEAST ? most : LOOK_LEAST);
    adopt_needs(im);
    return status == PG_OK ? adopt_offset(im) : status;
}

/* ---- events to the tape ---- */

static void learn_units(importer *im, const pg_event *e)
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
    importer *im = context;
    if (im->scale.exceeded || n == 0) /* this pass only gathers what the next one needs */
        return PG_OK;
    pg_import_summary *s = im->summary;
    /* Books of an instrument whose units cannot get smaller: the common case, and the only hot one. */
    bool learned = im->events_only || (im->book_tick == 1 && im->lot == 1 && n > 1);
    for (size_t i = 0; i < n; i++) {
        if (!learned)
            learn_units(im, &events[i]);
        s->of_kind[events[i].kind]++;
        if (im->aggressor && events[i].kind != PG_EVENT_TRADE) {
            pg_event copy = events[i];
            pg_aggressor_take(im->aggressor, &copy);
        }
    }
    if (s->events == 0)
        s->first_ns = events[0].local_ns;
    s->events += n;
    s->last_ns = events[n - 1].local_ns;
    return pg_tape_writer_append_all(im->writer, events, n, err);
}

static pg_status put_gap(importer *im, const pg_message *m, const char *path)
{
    int64_t last = im->last_ns > m->skipped_ns ? im->last_ns : m->skipped_ns;
    int64_t length = last == INT64_MIN ? 0 : m->local_ns - last;
    if (im->max_gap_ns == 0 || length <= im->max_gap_ns)
        return PG_OK;
    pg_defects_add(&im->summary->defects, PG_DEFECT_GAP, "%s, row %llu: %.1f s", path, (unsigned long long)m->number,
                   (double)length * 1e-9);
    pg_event gap = { .exch_ns = m->local_ns,
                     .local_ns = m->local_ns,
                     .price2 = PG_GAP_SILENCE,
                     .size2 = length,
                     .kind = PG_EVENT_GAP,
                     .flags = PG_EVENT_LAST | PG_EVENT_NO_EXCHANGE };
    return put(im, &gap, 1, im->err);
}

static pg_status put_trade(importer *im, const pg_message *m, const char *path)
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

/* The same trade in two recordings that overlap. */
static pg_status put_events(importer *im, const pg_message *m, const char *path)
{
    for (size_t i = 0; i < m->n && im->n > 1; i++) {
        const pg_event *e = &m->events[i];
        if (e->kind != PG_EVENT_TRADE || e->id == 0 || pg_dedup_add(im->dedup, e) != PG_DEDUP_AGAIN)
            continue;
        pg_defects_add(&im->summary->defects, PG_DEFECT_DUPLICATE, "%s: event %llu", path,
                       (unsigned long long)(m->number + i));
        pg_status status = put(im, m->events, i, im->err);
        pg_message rest = *m;
        rest.events += i + 1;
        rest.n -= i + 1;
        rest.number += i + 1;
        return status == PG_OK && rest.n > 0 ? put_events(im, &rest, path) : status;
    }
    return put(im, m->events, m->n, im->err);
}

static pg_status put_message(importer *im, const input *f, const pg_message *m)
{
    const char *path = f->in.path;
    if (m->kind == PG_MESSAGE_EVENTS) {
        im->last_ns = m->events[m->n - 1].local_ns;
        return put_events(im, m, path);
    }
    pg_status status = put_gap(im, m, path);
    im->last_ns = m->local_ns;
    if (status != PG_OK)
        return status;
    if (m->kind == PG_RECORD_TRADE) {
        if (f->in.layout->infer_side)
            pg_aggressor_take(im->aggressor, m->events);
        return put_trade(im, m, path);
    }
    if (m->kind == PG_RECORD_UPDATE || m->kind == PG_RECORD_BOOK)
        return pg_import_sync_take(&im->sync, m, path, im->err);
    return put(im, m->events, m->n, im->err);
}

/* ---- the merge ---- */

/* A snapshot without a time happens just before the first event that has one. */
static pg_status give_time(importer *im, pg_message *m)
{
    int64_t first = INT64_MAX;
    for (int i = 0; i < im->heap_size; i++) {
        int64_t key = import_key(&im->files[im->heap[i]]);
        if (key != PG_TIMELESS && key < first)
            first = key;
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

static void report_progress(const importer *im)
{
    uint64_t done = im->done_bytes;
    for (int i = 0; i < im->n; i++)
        done += im->files[i].reader ? pg_reader_done(im->files[i].reader) : 0;
    im->options->progress(im->options->context, done, im->total_bytes);
}

static pg_status merge(importer *im)
{
    pg_status status = PG_OK;
    const char *path = im->files[0].in.path;
    import_fill(im);
    for (uint64_t count = 1; status == PG_OK; count++) {
        input *f;
        status = import_earliest(im, &f);
        if (status != PG_OK || !f)
            break;
        path = f->in.path;
        if (f->head->local_ns == PG_TIMELESS)
            status = give_time(im, f->head);
        if (status == PG_OK)
            status = put_message(im, f, f->head);
        if (status == PG_OK)
            status = import_advance(im);
        if (im->options->progress && count % PROGRESS_MESSAGES == 0)
            report_progress(im);
    }
    return status == PG_OK ? pg_import_sync_finish(&im->sync, path, im->last_ns, im->err) : status;
}

/* ---- a pass ---- */

/* The steps of the files of events in the tape's decimals. */
static void given_steps(const importer *im, int64_t *tick, int64_t *lot)
{
    *tick = im->given.tick * pg_pow10(im->scale.decimals[PG_SCALE_PRICE] - im->given.price_decimals);
    *lot = im->given.lot * pg_pow10(im->scale.decimals[PG_SCALE_SIZE] - im->given.size_decimals);
}

static void set_minima(const importer *im, pg_instrument *instrument)
{
    for (int i = 0; i < im->n; i++) {
        const pg_layout *layout = im->files[i].in.layout;
        if (layout && layout->min_size[0])
            (void)pg_decimal_parse(&instrument->min_size, layout->min_size, strlen(layout->min_size),
                                   im->scale.decimals[PG_SCALE_SIZE]);
        if (layout && layout->min_notional)
            instrument->min_notional = layout->min_notional;
    }
    if (im->given.tick != 0) {
        instrument->min_size =
            im->given.min_size * pg_pow10(im->scale.decimals[PG_SCALE_SIZE] - im->given.size_decimals);
        instrument->min_notional = im->given.min_notional;
    }
}

static pg_status make_instrument(importer *im, pg_instrument *instrument)
{
    const pg_layout *layout = im->files[0].in.layout;
    const char *symbol = im->options->symbol ? im->options->symbol : im->symbol;
    int decimals[2] = { im->scale.decimals[PG_SCALE_PRICE], im->scale.decimals[PG_SCALE_SIZE] };
    int64_t tick = im->book_tick ? im->book_tick : im->trade_tick ? im->trade_tick : 1, lot = im->lot ? im->lot : 1;
    const char *given[2] = { declared_tick(im), declared_lot(im) };
    int64_t *steps[2] = { &tick, &lot };
    pg_status status = PG_OK;
    if (im->events_only)
        given_steps(im, &tick, &lot);
    for (int of = 0; of < 2 && status == PG_OK; of++) {
        if (given[of] && pg_decimal_parse(steps[of], given[of], strlen(given[of]), decimals[of]) != PG_OK)
            status = pg_fail(im->err, PG_ERR_INVALID, "the %s '%s' does not fit", of ? "lot" : "tick", given[of]);
    }
    if (status == PG_OK)
        status = pg_instrument_init(instrument, im->options->venue ? im->options->venue : im->venue,
                                    symbol[0] ? symbol : "unknown", decimals[0], decimals[1], tick, lot,
                                    layout ? layout->significant : im->given.significant, im->err);
    if (status == PG_OK)
        set_minima(im, instrument);
    return status;
}

static void make_source(const importer *im, char *text, size_t size)
{
    if (im->events_only && im->n == 1) { /* the same events: where they came from stays */
        snprintf(text, size, "%s", im->given_source);
        return;
    }
    int length = snprintf(text, size, "import");
    for (int i = 0; i < im->n && length > 0 && (size_t)length < size; i++)
        length += snprintf(text + length, size - (size_t)length, " %s", pg_file_name(im->files[i].in.path));
}

static void reset_pass(importer *im)
{
    pg_import_summary *s = im->summary;
    int passes = s->passes + 1;
    memset(s, 0, sizeof *s);
    s->passes = passes;
    im->last_ns = INT64_MIN;
    im->book_tick = im->trade_tick = im->lot = 0;
    im->done_bytes = 0;
    if (im->given.tick != 0) /* what the files of events say holds for what is merged with them, too */
        given_steps(im, &im->book_tick, &im->lot);
    im->min_lag_ns = INT64_MAX;
}

static pg_status start_pass(importer *im)
{
    reset_pass(im);
    pg_tape_info info = { .clock_offset_ns = im->clock_offset_ns };
    pg_status status = make_instrument(im, &info.instrument);
    if (status == PG_OK)
        status = pg_tape_writer_open(&im->writer, im->path, &info, im->err);
    im->dedup = pg_dedup_new(PG_DEDUP_WINDOW);
    bool infers = false;
    for (int i = 0; i < im->n; i++)
        infers |= im->files[i].in.layout && im->files[i].in.layout->infer_side;
    im->aggressor = infers ? pg_aggressor_new() : NULL;
    if (status == PG_OK && (!im->dedup || (infers && !im->aggressor)))
        status = pg_fail(im->err, PG_ERR_MEMORY, "out of memory");
    pg_import_sync_init(&im->sync, im->has_snapshot, &im->summary->defects, put, im);
    return status;
}

static pg_status finish_tape(importer *im)
{
    pg_tape_info *info = &im->summary->info;
    if (im->summary->events == 0) {
        pg_fail(im->err, PG_ERR_INVALID, "there is not a single event in the data");
        pg_error_where(im->err, "%s", im->inputs[0].path);
        return PG_ERR_INVALID;
    }
    pg_status status = make_instrument(im, &info->instrument);
    info->clock_offset_ns = im->events_only ? im->given_offset_ns : im->clock_offset_ns;
    make_source(im, info->source, sizeof info->source);
    if (status == PG_OK) {
        status = pg_tape_writer_close(im->writer, info, im->err);
        im->writer = NULL;
    }
    return status;
}

/* *again: another pass is needed, with what this one found. */
static pg_status run_pass(importer *im, bool *again)
{
    *again = false;
    pg_status status = start_pass(im);
    if (status == PG_OK)
        status = merge(im);
    import_close_files(im);
    if (status == PG_OK)
        *again = im->scale.exceeded || needed_offset(im->min_lag_ns) > im->clock_offset_ns;
    if (status == PG_OK && !*again)
        status = finish_tape(im);
    pg_tape_writer_abort(im->writer);
    im->writer = NULL;
    pg_dedup_free(im->dedup);
    im->dedup = NULL;
    pg_import_sync_free(&im->sync);
    pg_aggressor_free(im->aggressor);
    im->aggressor = NULL;
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
    const input *x = a, *y = b;
    int first = x->in.layout ? ranks[x->in.layout->records[0].kind] : -1;
    int second = y->in.layout ? ranks[y->in.layout->records[0].kind] : -1;
    return first != second ? first - second : strcmp(x->in.path, y->in.path);
}

static pg_status prepare(importer *im)
{
    im->files = calloc((size_t)im->n, sizeof *im->files);
    im->heap = calloc((size_t)im->n, sizeof *im->heap);
    if (!im->files || !im->heap)
        return pg_fail(im->err, PG_ERR_MEMORY, "out of memory");
    pg_status status = PG_OK;
    im->events_only = true;
    for (int i = 0; i < im->n && status == PG_OK; i++) {
        pg_file_info info = { 0 };
        const pg_layout *layout = im->inputs[i].layout;
        status = pg_file_stat(im->inputs[i].path, &info, im->err);
        im->files[i] = (input){ .in = im->inputs[i], .bytes = info.bytes };
        im->total_bytes += info.bytes;
        im->events_only = im->events_only && !layout;
        if (layout && layout->max_gap_ns > im->max_gap_ns)
            im->max_gap_ns = layout->max_gap_ns;
    }
    qsort(im->files, (size_t)im->n, sizeof *im->files, compare_inputs);
    return status;
}

pg_status pg_import(const char *path, const pg_import_input *inputs, int n, const pg_import_options *options,
                    pg_import_summary *summary, pg_error *err)
{
    static const pg_import_options none = { 0 };
    if (n < 1 || n > PG_IMPORT_INPUTS)
        return pg_fail(err, PG_ERR_INVALID, "an import takes 1 to %d files, not %d", PG_IMPORT_INPUTS, n);
    pg_error own;
    importer im = { .path = path,
                    .inputs = inputs,
                    .n = n,
                    .options = options ? options : &none,
                    .summary = summary,
                    .err = err ? err : &own,
                    .min_lag_ns = INT64_MAX };
    memset(summary, 0, sizeof *summary);
    pg_status status = prepare(&im);
    if (status == PG_OK)
        status = start_scale(&im);
    if (status == PG_OK)
        status = look(&im);
    bool again = status == PG_OK;
    while (status == PG_OK && again && summary->passes < PASSES_MAX)
        status = run_pass(&im, &again);
    if (status == PG_OK && again)
        status = pg_fail(err, PG_ERR_STATE, "the files were changed while they were imported");
    free(im.files);
    free(im.heap);
    return status;
}
