#include "data/packed_block.h"

#include <stdlib.h>
#include <string.h>

/* The columns, one behind the other, each with its length before it. */
enum { HEAD, FLAGS, MARKET, LOCAL, EXCHANGE, PRICE, SIZE, PRICE2, SIZE2, ID, COLUMNS };

enum { SLOTS = 4096, KINDS = 256 };

/* What the next values are compared with: the same on both sides. */
typedef struct {
    int64_t local_ns, lag_ns;
    uint64_t id[KINDS];
    int64_t price[KINDS], price2[KINDS], size[KINDS], size2[KINDS]; /* by kind and side */
    struct {
        int64_t price, size;
        uint8_t side;
    } level[SLOTS]; /* sizes by price; a newer one takes the place of another that falls into its slot */
} likely;

struct pg_block_coder {
    likely likely;
    pg_parquet_buffer columns[COLUMNS];
};

typedef struct {
    const uint8_t *at, *end;
    bool failed;
} cursor;

pg_block_coder *pg_block_coder_new(void)
{
    return calloc(1, sizeof(pg_block_coder));
}

void pg_block_coder_free(pg_block_coder *coder)
{
    if (!coder)
        return;
    for (int i = 0; i < COLUMNS; i++)
        pg_parquet_buffer_free(&coder->columns[i]);
    free(coder);
}

static unsigned head_of(const pg_event *e)
{
    return (unsigned)(e->kind & 15) | (unsigned)(e->side & 3) << 4;
}

static size_t slot_of(int64_t price, int side)
{
    uint64_t hash = ((uint64_t)price * 2 + (uint64_t)side) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(hash >> 52) & (SLOTS - 1);
}

/* What size is likely: of a level the last one at its price, else the last of that kind. */
static int64_t *likely_size(likely *l, const pg_event *e)
{
    if (e->kind != PG_EVENT_LEVEL)
        return &l->size[head_of(e)];
    size_t i = slot_of(e->price, e->side);
    if (l->level[i].price != e->price || l->level[i].side != e->side) {
        l->level[i].price = e->price;
        l->level[i].side = e->side;
        l->level[i].size = 0;
    }
    return &l->level[i].size;
}

/* ---- packing ---- */

static void put(pg_parquet_buffer *column, int64_t value, int64_t *last)
{
    pg_parquet_buffer_add_varint(column, pg_zigzag((int64_t)((uint64_t)value - (uint64_t)*last)));
    *last = value;
}

static void pack_event(pg_block_coder *coder, const pg_event *e)
{
    likely *l = &coder->likely;
    pg_parquet_buffer *c = coder->columns;
    unsigned head = head_of(e);
    int64_t id = (int64_t)e->id, *last_id = (int64_t *)&l->id[e->kind & 15];
    pg_parquet_buffer_add_byte(&c[HEAD], (uint8_t)head);
    pg_parquet_buffer_add_varint(&c[FLAGS], e->flags);
    pg_parquet_buffer_add_varint(&c[MARKET], e->market);
    put(&c[LOCAL], e->local_ns, &l->local_ns);
    put(&c[EXCHANGE], (int64_t)((uint64_t)e->local_ns - (uint64_t)e->exch_ns), &l->lag_ns);
    put(&c[PRICE], e->price, &l->price[head]);
    put(&c[SIZE], e->size, likely_size(l, e));
    put(&c[PRICE2], e->price2, &l->price2[head]);
    put(&c[SIZE2], e->size2, &l->size2[head]);
    put(&c[ID], id, last_id);
}

void pg_block_pack(pg_block_coder *coder, pg_parquet_buffer *out, const pg_event *events, size_t n)
{
    memset(&coder->likely, 0, sizeof coder->likely);
    for (int i = 0; i < COLUMNS; i++)
        coder->columns[i].size = 0;
    for (size_t i = 0; i < n; i++)
        pack_event(coder, &events[i]);
    for (int i = 0; i < COLUMNS; i++) {
        pg_parquet_buffer_add_varint(out, coder->columns[i].size);
        pg_parquet_buffer_add(out, coder->columns[i].data, coder->columns[i].size);
        out->failed |= coder->columns[i].failed;
    }
}

/* ---- unpacking ---- */

static uint64_t take(cursor *c)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (c->at == c->end)
            break;
        uint8_t byte = *c->at++;
        value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return value;
    }
    c->failed = true;
    return 0;
}

static int64_t get(cursor *c, int64_t *last)
{
    *last = (int64_t)((uint64_t)*last + (uint64_t)pg_unzigzag(take(c)));
    return *last;
}

static void unpack_event(likely *l, cursor *c, pg_event *e)
{
    unsigned head = (unsigned)take(&c[HEAD]) & 63;
    memset(e, 0, sizeof *e);
    e->kind = head & 15;
    e->side = (uint8_t)(head >> 4);
    e->flags = (uint16_t)take(&c[FLAGS]);
    e->market = (uint32_t)take(&c[MARKET]);
    e->local_ns = get(&c[LOCAL], &l->local_ns);
    e->exch_ns = (int64_t)((uint64_t)e->local_ns - (uint64_t)get(&c[EXCHANGE], &l->lag_ns));
    e->price = get(&c[PRICE], &l->price[head]);
    e->size = get(&c[SIZE], likely_size(l, e));
    e->price2 = get(&c[PRICE2], &l->price2[head]);
    e->size2 = get(&c[SIZE2], &l->size2[head]);
    e->id = (uint64_t)get(&c[ID], (int64_t *)&l->id[e->kind]);
}

pg_status pg_block_unpack(pg_block_coder *coder, pg_event *events, size_t n, const uint8_t *data, size_t size)
{
    cursor whole = { data, data + size, false }, c[COLUMNS];
    memset(&coder->likely, 0, sizeof coder->likely);
    for (int i = 0; i < COLUMNS; i++) {
        uint64_t length = take(&whole);
        if (whole.failed || length > (uint64_t)(whole.end - whole.at))
            return PG_ERR_CORRUPT;
        c[i] = (cursor){ whole.at, whole.at + length, false };
        whole.at += length;
    }
    for (size_t i = 0; i < n; i++)
        unpack_event(&coder->likely, c, &events[i]);
    bool sound = whole.at == whole.end;
    for (int i = 0; i < COLUMNS; i++)
        sound = sound && !c[i].failed && c[i].at == c[i].end;
    return sound ? PG_OK : PG_ERR_CORRUPT;
}
