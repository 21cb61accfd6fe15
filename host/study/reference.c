#include "study/reference.h"

#include <stdlib.h>

#include "market/book.h"

typedef struct {
    const pg_event *event;
    size_t left;
    const pg_instrument *instrument;
    pg_book *book;
    pg_event best; /* as last told */
} follower;

static int64_t in_nano(int64_t value, int decimals)
{
    for (; decimals < 9; decimals++)
        value *= 10;
    for (; decimals > 9; decimals--)
        value /= 10;
    return value;
}

/* The best prices as they are now; false when they are what was told last. */
static bool changed(follower *f, pg_event *out)
{
    const pg_instrument *in = f->instrument;
    int64_t bid = pg_book_best(f->book, PG_BUY), ask = pg_book_best(f->book, PG_SELL);
    *out = (pg_event){ .kind = PG_EVENT_REFERENCE, .flags = PG_EVENT_LAST };
    out->price = in_nano(bid, in->price_decimals);
    out->price2 = in_nano(ask, in->price_decimals);
    out->size = bid ? in_nano(pg_book_size(f->book, PG_BUY, bid), in->size_decimals) : 0;
    out->size2 = ask ? in_nano(pg_book_size(f->book, PG_SELL, ask), in->size_decimals) : 0;
    return out->price != f->best.price || out->price2 != f->best.price2 || out->size != f->best.size ||
           out->size2 != f->best.size2;
}

/* The next change of the best prices that is known by `until_ns`. */
static bool next(follower *f, int64_t until_ns, pg_event *out)
{
    while (f->left > 0 && f->event->local_ns <= until_ns) {
        const pg_event *event = f->event++;
        f->left--;
        if (!pg_book_apply(f->book, event) || !(event->flags & PG_EVENT_LAST) || !pg_book_is_consistent(f->book) ||
            !changed(f, out))
            continue;
        out->local_ns = event->local_ns;
        f->best = *out;
        return true;
    }
    return false;
}

pg_status pg_reference_merge(pg_event **merged, size_t *merged_count, const pg_event *events, size_t count,
                             const pg_tape *other, pg_error *err)
{
    const pg_instrument *in = &pg_tape_get_info(other)->instrument;
    size_t most = count + pg_tape_count(other), n = 0;
    follower f = { pg_tape_events(other), pg_tape_count(other), in, pg_book_new(in->tick), { .price = -1 } };
    pg_event *all = malloc((most ? most : 1) * sizeof *all), reference;
    if (!all || !f.book) {
        free(all);
        pg_book_free(f.book);
        return pg_fail(err, PG_ERR_MEMORY, "no memory for the events of two markets");
    }
    for (size_t i = 0; i < count; i++) {
        while (next(&f, events[i].local_ns, &reference)) {
            reference.exch_ns = i > 0 ? events[i - 1].exch_ns : events[i].exch_ns;
            if (reference.local_ns < (n > 0 ? all[n - 1].local_ns : events[0].local_ns))
                reference.local_ns = n > 0 ? all[n - 1].local_ns : events[0].local_ns;
            all[n++] = reference;
        }
        all[n++] = events[i];
    }
    pg_book_free(f.book);
    *merged = all;
    *merged_count = n;
    return PG_OK;
}
