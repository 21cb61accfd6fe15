/* The files of an import: each open only while the merge is within its time, the one with the earliest message first. */
#include <string.h>
#include <strings.h>

#include "data/import_internal.h"

/* ---- the files ---- */

void import_close_file(importer *im, input *f)
{
    if (!f->reader)
        return;
    if (pg_reader_min_lag(f->reader) < im->min_lag_ns)
        im->min_lag_ns = pg_reader_min_lag(f->reader);
    im->summary->rows += pg_reader_rows(f->reader);
    im->done_bytes += f->bytes;
    pg_reader_close(f->reader);
    f->reader = NULL;
    f->head = NULL;
}

void import_close_files(importer *im)
{
    for (int i = 0; i < im->n; i++)
        import_close_file(im, &im->files[i]);
}

pg_status import_open_file(importer *im, input *f)
{
    return pg_reader_open(&f->reader, f->in.path, f->in.layout, &im->scale, &im->summary->defects, im->clock_offset_ns,
                          im->err);
}

static bool same_name(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}

static pg_status other_market(importer *im, const input *f, const char *what, const char *known, const char *told)
{
    pg_fail(im->err, PG_ERR_INVALID, "the files %s, '%s' and '%s'", what, known, told);
    pg_error_where(im->err, "%s and %s", im->files[im->named].in.path, f->in.path);
    pg_error_remedy(im->err, "%s",
                    *what == 'c' ? "import each venue to a tape of its own"
                                 : "import each market to a tape of its own, or name it with --symbol");
    return PG_ERR_INVALID;
}

/* All files must be of one market: their venues agree, and their symbols where they tell one. */
pg_status import_check_market(importer *im, const input *f)
{
    const char *symbol = pg_reader_symbol(f->reader);
    const char *venue = f->in.layout ? f->in.layout->venue : im->given.venue;
    if (!im->options->venue && im->venue[0] && !same_name(im->venue, venue))
        return other_market(im, f, "come from different venues", im->venue, venue);
    memcpy(im->venue, venue, sizeof im->venue);
    if (!symbol[0])
        return PG_OK;
    if (!im->options->symbol && im->symbol[0] && !same_name(im->symbol, symbol))
        return other_market(im, f, "belong to different markets", im->symbol, symbol);
    if (!im->symbol[0]) {
        memcpy(im->symbol, symbol, sizeof im->symbol);
        im->named = (int)(f - im->files);
    }
    return PG_OK;
}

/* ---- the import_earliest file ---- */

int64_t import_key(const input *f)
{
    return f->head ? f->head->local_ns : f->start_ns;
}

/* Of two at the same time the one that stands first in the list. */
static bool before(const importer *im, int a, int b)
{
    int64_t x = import_key(&im->files[a]), y = import_key(&im->files[b]);
    return x != y ? x < y : a < b;
}

static void sink_down(importer *im, int at)
{
    int *heap = im->heap;
    for (int child; (child = 2 * at + 1) < im->heap_size; at = child) {
        if (child + 1 < im->heap_size && before(im, heap[child + 1], heap[child]))
            child++;
        if (!before(im, heap[child], heap[at]))
            return;
        int swap = heap[at];
        heap[at] = heap[child];
        heap[child] = swap;
    }
}

void import_fill(importer *im)
{
    im->heap_size = im->n;
    for (int i = 0; i < im->n; i++)
        im->heap[i] = i;
    for (int i = im->n / 2; i-- > 0;)
        sink_down(im, i);
}

/* Moves the first file on to its next message. */
pg_status import_advance(importer *im)
{
    input *f = &im->files[im->heap[0]];
    pg_status status = f->reader ? PG_OK : import_open_file(im, f);
    if (status == PG_OK)
        status = pg_reader_next(f->reader, &f->head, im->err);
    if (status == PG_OK && !f->head) {
        status = import_check_market(im, f);
        import_close_file(im, f);
        im->heap[0] = im->heap[--im->heap_size];
    }
    sink_down(im, 0);
    return status;
}

/* The file whose message is the import_earliest; NULL at the end. */
pg_status import_earliest(importer *im, input **found)
{
    pg_status status = PG_OK;
    *found = NULL;
    while (status == PG_OK && im->heap_size > 0 && !im->files[im->heap[0]].head)
        status = import_advance(im);
    if (status == PG_OK && im->heap_size > 0)
        *found = &im->files[im->heap[0]];
    return status;
}
