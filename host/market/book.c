#include "market/book.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = PG_BOOK_WINDOW / 64, ROOM = PG_BOOK_WINDOW / 4 };

/* One side. Levels are found by key: the tick index for bids, its negative for asks, so that a larger key is always
 * the better price. The window covers keys [base, base + PG_BOOK_WINDOW); every far key is below base, so the best
 * level is in the window whenever the side is not empty. */
typedef struct {
    int64_t base;
    int best; /* offset of the best level in the window; -1: the side is empty */
    int count;
    uint64_t bits[WORDS];
    int64_t size[PG_BOOK_WINDOW];
    pg_level *far; /* sorted by key ascending; price holds the key */
    int far_count;
    int far_capacity;
} side_book;

struct pg_book {
    int64_t tick;
    double per_tick;
    int64_t time_ns;
    bool in_snapshot;
    side_book side[2];
};

/* ---- a side ---- */

static inline const side_book *side_of(const pg_book *book, int side)
{
    return &book->side[side == PG_SELL];
}

static int highest_bit(const side_book *s, int from)
{
    int word = from >> 6;
    uint64_t masked = s->bits[word] & (~0ull >> (63 - (from & 63)));
    while (!masked) {
        if (--word < 0)
            return -1;
        masked = s->bits[word];
    }
    return (word << 6) + 63 - __builtin_clzll(masked);
}

static int far_find(const side_book *s, int64_t key)
{
    int low = 0, high = s->far_count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (s->far[middle].price < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool far_grow(side_book *s)
{
    if (s->far_count < s->far_capacity)
        return true;
    int capacity = s->far_capacity ? 2 * s->far_capacity : 64;
    pg_level *grown = realloc(s->far, (size_t)capacity * sizeof *grown);
    if (!grown)
        return false;
    s->far = grown;
    s->far_capacity = capacity;
    return true;
}

static bool far_set(side_book *s, int64_t key, int64_t size)
{
    int at = far_find(s, key);
    bool present = at < s->far_count && s->far[at].price == key;
    if (present && size > 0) {
        s->far[at].size = size;
    } else if (present) {
        memmove(s->far + at, s->far + at + 1, (size_t)(s->far_count - at - 1) * sizeof *s->far);
        s->far_count--;
        s->count--;
    } else if (size > 0) {
        if (!far_grow(s))
            return false;
        memmove(s->far + at + 1, s->far + at, (size_t)(s->far_count - at) * sizeof *s->far);
        s->far[at] = (pg_level){ key, size };
        s->far_count++;
        s->count++;
    }
    return true;
}

/* Moves the window so that `key` lies ROOM below its upper end; carries levels to and from the far array. */
static bool recentre(side_book *s, int64_t key)
{
    int64_t base = key - (PG_BOOK_WINDOW - ROOM);
    pg_level kept[PG_BOOK_WINDOW];
    int n = 0;
    for (int i = s->best; i >= 0; i = i > 0 ? highest_bit(s, i - 1) : -1) {
        kept[n++] = (pg_level){ s->base + i, s->size[i] };
        s->size[i] = 0;
    }
    memset(s->bits, 0, sizeof s->bits);
    s->count -= n;
    s->base = base;
    s->best = -1;
    bool ok = true;
    for (int i = n - 1; i >= 0; i--) {
        int64_t offset = kept[i].price - base;
        if (offset < 0) {
            ok = far_set(s, kept[i].price, kept[i].size) && ok;
            continue;
        }
        s->bits[offset >> 6] |= 1ull << (offset & 63);
        s->size[offset] = kept[i].size;
        s->best = (int)offset;
        s->count++;
    }
    while (s->far_count > 0 && s->far[s->far_count - 1].price >= base) {
        pg_level level = s->far[--s->far_count];
        int64_t offset = level.price - base;
        s->bits[offset >> 6] |= 1ull << (offset & 63);
        s->size[offset] = level.size;
        if (offset > s->best)
            s->best = (int)offset;
    }
    return ok;
}

static void best_removed(side_book *s)
{
    s->best = s->best > 0 ? highest_bit(s, s->best - 1) : -1;
    if (s->best < 0 && s->far_count > 0)
        recentre(s, s->far[s->far_count - 1].price);
}

static bool side_set(side_book *s, int64_t key, int64_t size)
{
    int64_t offset = key - s->base;
    if (offset >= PG_BOOK_WINDOW || (s->count == 0 && offset < 0)) {
        if (size == 0)
            return true;
        if (!recentre(s, key))
            return false;
        offset = key - s->base;
    }
    if (offset < 0)
        return far_set(s, key, size);
    uint64_t bit = 1ull << (offset & 63);
    uint64_t *word = &s->bits[offset >> 6];
    if (size > 0) {
        s->count += !(*word & bit);
        *word |= bit;
        s->size[offset] = size;
        if (offset > s->best)
            s->best = (int)offset;
    } else if (*word & bit) {
        *word &= ~bit;
        s->size[offset] = 0;
        s->count--;
        if (offset == s->best)
            best_removed(s);
    }
    return true;
}

static void side_clear(side_book *s)
{
    for (int w = 0; w < WORDS; w++)
        while (s->bits[w]) {
            s->size[(w << 6) + __builtin_ctzll(s->bits[w])] = 0;
            s->bits[w] &= s->bits[w] - 1;
        }
    s->best = -1;
    s->count = 0;
    s->far_count = 0;
}

static int64_t side_size(const side_book *s, int64_t key)
{
    int64_t offset = key - s->base;
    if (offset >= PG_BOOK_WINDOW)
        return 0;
    if (offset >= 0)
        return s->size[offset];
    int at = far_find(s, key);
    return at < s->far_count && s->far[at].price == key ? s->far[at].size : 0;
}

static inline int64_t best_key(const side_book *s)
{
    return s->base + s->best;
}

/* Removes every level better than key. */
static void trim_better(side_book *s, int64_t key)
{
    while (s->best >= 0 && best_key(s) > key)
        side_set(s, best_key(s), 0);
}

/* ---- the book ---- */

pg_book *pg_book_new(int64_t tick)
{
    pg_book *book = tick > 0 ? calloc(1, sizeof *book) : NULL;
    if (!book)
        return NULL;
    book->tick = tick;
    book->per_tick = 1.0 / (double)tick;
    book->time_ns = INT64_MIN;
    book->side[0].best = book->side[1].best = -1;
    return book;
}

void pg_book_free(pg_book *book)
{
    if (!book)
        return;
    free(book->side[0].far);
    free(book->side[1].far);
    free(book);
}

void pg_book_clear(pg_book *book)
{
    side_clear(&book->side[0]);
    side_clear(&book->side[1]);
}

/* Tick index of a price; -1 when it is not a positive multiple of the tick. Exact: checked by multiplication. */
static inline int64_t tick_index(const pg_book *book, int64_t price)
{
    if (price <= 0)
        return -1;
    int64_t index = (int64_t)((double)price * book->per_tick + 0.5);
    if (__builtin_expect(index * book->tick != price, 0))
        return price % book->tick == 0 ? price / book->tick : -1;
    return index;
}

bool pg_book_set(pg_book *book, int side, int64_t price, int64_t size)
{
    int64_t index = tick_index(book, price);
    if (index < 0 || size < 0)
        return false;
    return side_set(&book->side[side == PG_SELL], side == PG_SELL ? -index : index, size);
}

void pg_book_set_best(pg_book *book, int64_t bid, int64_t bid_size, int64_t ask, int64_t ask_size)
{
    side_book *bids = &book->side[0], *asks = &book->side[1];
    int64_t bid_index = tick_index(book, bid), ask_index = tick_index(book, ask);
    if (bid == 0)
        side_clear(bids);
    if (ask == 0)
        side_clear(asks);
    if (bid_index > 0 && bid_size > 0) {
        trim_better(bids, bid_index);
        trim_better(asks, -bid_index - 1); /* asks at or below the bid are gone */
        side_set(bids, bid_index, bid_size);
    }
    if (ask_index > 0 && ask_size > 0) {
        trim_better(asks, -ask_index);
        trim_better(bids, ask_index - 1);
        side_set(asks, -ask_index, ask_size);
    }
}

bool pg_book_apply(pg_book *book, const pg_event *event)
{
    switch (event->kind) {
    case PG_EVENT_LEVEL:
        pg_book_set(book, event->side, event->price, event->size);
        book->time_ns = event->exch_ns;
        return (event->flags & PG_EVENT_LAST) && !book->in_snapshot;
    case PG_EVENT_SNAPSHOT_BEGIN:
        pg_book_clear(book);
        book->in_snapshot = true;
        return false;
    case PG_EVENT_SNAPSHOT_END:
        book->in_snapshot = false;
        book->time_ns = event->exch_ns;
        return true;
    case PG_EVENT_BBO:
        if (event->exch_ns < book->time_ns || book->in_snapshot)
            return false;
        pg_book_set_best(book, event->price, event->size, event->price2, event->size2);
        book->time_ns = event->exch_ns;
        return true;
    default: return false;
    }
}

bool pg_book_is_consistent(const pg_book *book)
{
    return !book->in_snapshot;
}

int64_t pg_book_best(const pg_book *book, int side)
{
    const side_book *s = side_of(book, side);
    if (s->best < 0)
        return 0;
    return (side == PG_SELL ? -best_key(s) : best_key(s)) * book->tick;
}

int64_t pg_book_worst(const pg_book *book, int side)
{
    const side_book *s = side_of(book, side);
    if (s->best < 0)
        return 0;
    int64_t key = s->base;
    if (s->far_count > 0) {
        key = s->far[0].price;
    } else {
        int word = 0;
        while (!s->bits[word])
            word++;
        key += (word << 6) + __builtin_ctzll(s->bits[word]);
    }
    return (side == PG_SELL ? -key : key) * book->tick;
}

int64_t pg_book_size(const pg_book *book, int side, int64_t price)
{
    int64_t index = tick_index(book, price);
    return index < 0 ? 0 : side_size(side_of(book, side), side == PG_SELL ? -index : index);
}

int pg_book_top(const pg_book *book, int side, pg_level *levels, int n)
{
    const side_book *s = side_of(book, side);
    int64_t unit = side == PG_SELL ? -book->tick : book->tick;
    int found = 0;
    for (int i = s->best; i >= 0 && found<n; i = i> 0 ? highest_bit(s, i - 1) : -1)
        levels[found++] = (pg_level){ (s->base + i) * unit, s->size[i] };
    for (int i = s->far_count - 1; i >= 0 && found < n; i--)
        levels[found++] = (pg_level){ s->far[i].price * unit, s->far[i].size };
    return found;
}

int64_t pg_book_depth(const pg_book *book, int side, int64_t price)
{
    const side_book *s = side_of(book, side);
    int64_t index = side == PG_SELL ? price / book->tick : (price + book->tick - 1) / book->tick;
    int64_t limit = side == PG_SELL ? -index : index;
    int64_t total = 0;
    for (int i = s->best; i >= 0 && s->base + i >= limit; i = i > 0 ? highest_bit(s, i - 1) : -1)
        total += s->size[i];
    for (int i = s->far_count - 1; i >= 0 && s->far[i].price >= limit; i--)
        total += s->far[i].size;
    return total;
}

int pg_book_count(const pg_book *book, int side)
{
    return side_of(book, side)->count;
}

double pg_book_imbalance(const pg_book *book, int n)
{
    double sums[2] = { 0, 0 };
    for (int side = 0; side < 2; side++) {
        const side_book *s = &book->side[side];
        int left = n;
        for (int i = s->best; i >= 0 && left > 0; i = i > 0 ? highest_bit(s, i - 1) : -1, left--)
            sums[side] += (double)s->size[i];
        for (int i = s->far_count - 1; i >= 0 && left > 0; i--, left--)
            sums[side] += (double)s->far[i].size;
    }
    double total = sums[0] + sums[1];
    return total > 0 ? (sums[0] - sums[1]) / total : 0;
}

bool pg_book_is_two_sided(const pg_book *book)
{
    return book->side[0].best >= 0 && book->side[1].best >= 0;
}

bool pg_book_is_crossed(const pg_book *book)
{
    return pg_book_is_two_sided(book) && best_key(&book->side[0]) > -best_key(&book->side[1]);
}

bool pg_book_is_locked(const pg_book *book)
{
    return pg_book_is_two_sided(book) && best_key(&book->side[0]) == -best_key(&book->side[1]);
}

int64_t pg_book_time(const pg_book *book)
{
    return book->time_ns == INT64_MIN ? 0 : book->time_ns;
}
