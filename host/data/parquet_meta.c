#include "data/parquet_meta.h"

#include <stdlib.h>
#include <string.h>

static const char no_memory[] = "out of memory";
static const char elsewhere[] = "its columns are in other files";
static const char encrypted[] = "it is encrypted";

static void free_groups(pg_parquet_meta *meta)
{
    for (size_t i = 0; i < meta->n_groups; i++)
        free(meta->groups[i].chunks);
    free(meta->groups);
    meta->groups = NULL;
    meta->n_groups = meta->groups_capacity = 0;
}

void pg_parquet_meta_free(pg_parquet_meta *meta)
{
    free_groups(meta);
    free(meta->pairs);
    free(meta->orders);
    pg_parquet_schema_free(&meta->schema);
    *meta = (pg_parquet_meta){ 0 };
}

pg_parquet_group *pg_parquet_meta_add_group(pg_parquet_meta *meta)
{
    if (meta->n_groups == meta->groups_capacity) {
        size_t capacity = meta->groups_capacity ? meta->groups_capacity * 2 : 8;
        pg_parquet_group *groups = realloc(meta->groups, capacity * sizeof *groups);
        if (!groups)
            return NULL;
        meta->groups = groups;
        meta->groups_capacity = capacity;
    }
    size_t n = meta->schema.n;
    pg_parquet_chunk_meta *chunks = n > 0 ? calloc(n, sizeof *chunks) : malloc(1);
    if (!chunks)
        return NULL;
    meta->groups[meta->n_groups] = (pg_parquet_group){ .chunks = chunks };
    return &meta->groups[meta->n_groups++];
}

static void read_statistics(pg_parquet_raw_statistics *s, pg_thrift_reader *reader)
{
    pg_parquet_bytes old_min = { 0 }, old_max = { 0 };
    *s = (pg_parquet_raw_statistics){ .nulls = -1, .nans = -1 };
    for (pg_thrift_field f = { 0 }; pg_thrift_next(reader, &f);) {
        switch (f.id) {
        case 1: old_max = pg_thrift_binary(reader, f.type); break;
        case 2: old_min = pg_thrift_binary(reader, f.type); break;
        case 3: s->nulls = pg_thrift_integer(reader, f.type); break;
        case 5: s->max = pg_thrift_binary(reader, f.type); break;
        case 6: s->min = pg_thrift_binary(reader, f.type); break;
        case 9: s->nans = pg_thrift_integer(reader, f.type); break;
        default: pg_thrift_skip(reader, f.type);
        }
    }
    if (!s->min.data && !s->max.data) {
        s->min = old_min;
        s->max = old_max;
        s->old = true;
    }
}

static void read_column_meta(pg_parquet_chunk_meta *chunk, pg_thrift_reader *reader)
{
    uint32_t seen = 0;
    for (pg_thrift_field f = { 0 }; pg_thrift_next(reader, &f);) {
        seen |= f.id > 0 && f.id < 32 ? UINT32_C(1) << f.id : 0;
        switch (f.id) {
        case 1: chunk->type = (pg_parquet_type)pg_thrift_i32(reader, f.type); break;
        case 4: chunk->codec = pg_thrift_i32(reader, f.type); break;
        case 5: chunk->values = pg_thrift_integer(reader, f.type); break;
        case 6: chunk->uncompressed = pg_thrift_integer(reader, f.type); break;
        case 7: chunk->compressed = pg_thrift_integer(reader, f.type); break;
        case 9: chunk->data_offset = pg_thrift_integer(reader, f.type); break;
        case 11: chunk->dictionary_offset = pg_thrift_integer(reader, f.type); break;
        case 12:
            if (pg_thrift_struct(reader, f.type))
                read_statistics(&chunk->statistics, reader);
            break;
        default: pg_thrift_skip(reader, f.type);
        }
    }
    const uint32_t needed = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 9;
    if ((seen & needed) != needed)
        pg_thrift_fail(reader, "a column of a row group is not described completely");
}

static void read_chunk(pg_parquet_chunk_meta *chunk, pg_thrift_reader *reader)
{
    bool seen = false;
    chunk->statistics = (pg_parquet_raw_statistics){ .nulls = -1, .nans = -1 };
    for (pg_thrift_field f = { 0 }; pg_thrift_next(reader, &f);) {
        if (f.id == 1) {
            if (pg_thrift_binary(reader, f.type).size > 0)
                pg_thrift_fail(reader, elsewhere);
        } else if (f.id == 3 && pg_thrift_struct(reader, f.type)) {
            read_column_meta(chunk, reader);
            seen = true;
        } else if (f.id == 8 || f.id == 9) {
            pg_thrift_fail(reader, encrypted);
        } else {
            pg_thrift_skip(reader, f.type);
        }
    }
    if (!seen)
        pg_thrift_fail(reader, "a column of a row group is not described");
}

static void read_chunks(pg_parquet_meta *meta, pg_parquet_group *group, pg_thrift_reader *reader, int type)
{
    int element;
    size_t n = pg_thrift_list(reader, type, &element);
    if (n != meta->schema.n)
        pg_thrift_fail(reader, "a row group has not one part for each column");
    for (size_t i = 0; i < n && !reader->why; i++) {
        if (!pg_thrift_struct(reader, element))
            break;
        read_chunk(&group->chunks[i], reader);
        if (group->chunks[i].type != meta->schema.columns[i].type)
            pg_thrift_fail(reader, "a column of a row group has another type than in the schema");
    }
}

static void read_group(pg_parquet_meta *meta, pg_thrift_reader *reader)
{
    pg_parquet_group *group = pg_parquet_meta_add_group(meta);
    if (!group) {
        pg_thrift_fail(reader, no_memory);
        return;
    }
    bool columns = false, rows = false;
    for (pg_thrift_field f = { 0 }; pg_thrift_next(reader, &f);) {
        if (f.id == 1) {
            read_chunks(meta, group, reader, f.type);
            columns = true;
        } else if (f.id == 3) {
            group->rows = pg_thrift_integer(reader, f.type);
            rows = true;
        } else {
            pg_thrift_skip(reader, f.type);
        }
    }
    if (!columns || !rows || group->rows < 0)
        pg_thrift_fail(reader, "a row group is not described completely");
}

static void read_pairs(pg_parquet_meta *meta, pg_thrift_reader *reader, int type)
{
    int element;
    size_t n = pg_thrift_list(reader, type, &element);
    if (n == 0)
        return;
    if (n > PG_PARQUET_PAIRS)
        pg_thrift_fail(reader, "it has more keys than are read here");
    else if (!(meta->pairs = calloc(n, sizeof *meta->pairs)))
        pg_thrift_fail(reader, no_memory);
    for (size_t i = 0; i < n && pg_thrift_struct(reader, element); i++) {
        pg_parquet_pair *pair = &meta->pairs[meta->n_pairs++];
        for (pg_thrift_field f = { 0 }; pg_thrift_next(reader, &f);) {
            switch (f.id) {
            case 1: pair->key = pg_thrift_binary(reader, f.type); break;
            case 2: pair->value = pg_thrift_binary(reader, f.type); break;
            default: pg_thrift_skip(reader, f.type);
            }
        }
    }
}

static void read_orders(pg_parquet_meta *meta, pg_thrift_reader *reader, int type)
{
    int element;
    size_t n = pg_thrift_list(reader, type, &element);
    if (n != meta->schema.n)
        pg_thrift_fail(reader, "it has not one order for each column");
    else if (!(meta->orders = calloc(n ? n : 1, 1)))
        pg_thrift_fail(reader, no_memory);
    for (size_t i = 0; i < n && pg_thrift_struct(reader, element); i++) {
        for (pg_thrift_field f = { 0 }; pg_thrift_next(reader, &f);) {
            /* 2, the total order of IEEE 754, only tells more about NaN and the sign of zero */
            meta->orders[i] = f.id == 1 || f.id == 2;
            pg_thrift_skip(reader, f.type);
        }
    }
}

static void read_schema(pg_parquet_meta *meta, pg_thrift_reader *reader, int type)
{
    int element;
    size_t n = pg_thrift_list(reader, type, &element);
    if (pg_thrift_struct(reader, element))
        pg_parquet_schema_read(&meta->schema, reader, n);
}

static void read_meta(pg_parquet_meta *meta, pg_thrift_reader *reader)
{
    uint32_t seen = 0;
    for (pg_thrift_field f = { 0 }; pg_thrift_next(reader, &f);) {
        uint32_t bit = f.id > 0 && f.id < 32 ? UINT32_C(1) << f.id : 0;
        if (seen & bit) {
            pg_thrift_fail(reader, "a part of it is there twice");
            break;
        }
        seen |= bit;
        if ((f.id == 4 || f.id == 7) && !(seen & 1 << 2)) {
            pg_thrift_fail(reader, "a part of it comes before its schema");
        } else if (f.id == 2) {
            read_schema(meta, reader, f.type);
        } else if (f.id == 3) {
            meta->rows = pg_thrift_integer(reader, f.type);
        } else if (f.id == 4) {
            int element;
            size_t n = pg_thrift_list(reader, f.type, &element);
            for (size_t i = 0; i < n && pg_thrift_struct(reader, element); i++)
                read_group(meta, reader);
        } else if (f.id == 5) {
            read_pairs(meta, reader, f.type);
        } else if (f.id == 6) {
            meta->created_by = pg_thrift_binary(reader, f.type);
        } else if (f.id == 7) {
            read_orders(meta, reader, f.type);
        } else if (f.id == 8) {
            pg_thrift_fail(reader, encrypted);
        } else {
            pg_thrift_skip(reader, f.type);
        }
    }
    const uint32_t needed = 1 << 2 | 1 << 3 | 1 << 4;
    if ((seen & needed) != needed)
        pg_thrift_fail(reader, "its schema, its row groups or the number of its rows is missing");
}

pg_status pg_parquet_meta_read(pg_parquet_meta *meta, const void *data, size_t size, pg_error *err)
{
    pg_thrift_reader reader;
    *meta = (pg_parquet_meta){ 0 };
    pg_thrift_start(&reader, data, size);
    read_meta(meta, &reader);
    if (!reader.why)
        return PG_OK;
    pg_parquet_meta_free(meta);
    pg_status status = PG_ERR_CORRUPT;
    if (reader.why == no_memory)
        status = PG_ERR_MEMORY;
    else if (reader.why == elsewhere || reader.why == encrypted)
        status = PG_ERR_UNSUPPORTED;
    return pg_fail(err, status, "the description of the Parquet file (its footer) cannot be used: %s", reader.why);
}

/* ---- pages ---- */

static void read_data_page(pg_parquet_page *page, pg_thrift_reader *reader)
{
    for (pg_thrift_field f = { 0 }; pg_thrift_next(reader, &f);) {
        switch (f.id) {
        case 1: page->values = pg_thrift_i32(reader, f.type); break;
        case 2: page->encoding = pg_thrift_i32(reader, f.type); break;
        case 3: page->definition_encoding = pg_thrift_i32(reader, f.type); break;
        case 4: page->repetition_encoding = pg_thrift_i32(reader, f.type); break;
        default: pg_thrift_skip(reader, f.type);
        }
    }
}

static void read_data_page_v2(pg_parquet_page *page, pg_thrift_reader *reader)
{
    for (pg_thrift_field f = { 0 }; pg_thrift_next(reader, &f);) {
        switch (f.id) {
        case 1: page->values = pg_thrift_i32(reader, f.type); break;
        case 2: page->nulls = pg_thrift_i32(reader, f.type); break;
        case 3: page->rows = pg_thrift_i32(reader, f.type); break;
        case 4: page->encoding = pg_thrift_i32(reader, f.type); break;
        case 5: page->definition_bytes = pg_thrift_i32(reader, f.type); break;
        case 6: page->repetition_bytes = pg_thrift_i32(reader, f.type); break;
        case 7: page->is_compressed = pg_thrift_bool(reader, f.type); break;
        default: pg_thrift_skip(reader, f.type);
        }
    }
}

static void read_dictionary_page(pg_parquet_page *page, pg_thrift_reader *reader)
{
    for (pg_thrift_field f = { 0 }; pg_thrift_next(reader, &f);) {
        switch (f.id) {
        case 1: page->values = pg_thrift_i32(reader, f.type); break;
        case 2: page->encoding = pg_thrift_i32(reader, f.type); break;
        default: pg_thrift_skip(reader, f.type);
        }
    }
}

static bool is_consistent(const pg_parquet_page *p, uint32_t seen)
{
    const uint32_t needed = 1 << 1 | 1 << 2 | 1 << 3;
    if ((seen & needed) != needed || p->uncompressed < 0 || p->compressed < 0 || p->values < 0)
        return false;
    switch (p->type) {
    case PG_PARQUET_PAGE_DATA: return seen & 1 << 5;
    case PG_PARQUET_PAGE_DICTIONARY: return seen & 1 << 7;
    case PG_PARQUET_PAGE_DATA_V2:
        return seen & 1 << 8 && p->definition_bytes >= 0 && p->repetition_bytes >= 0 && p->nulls >= 0 &&
               p->nulls <= p->values && (int64_t)p->definition_bytes + p->repetition_bytes <= p->compressed &&
               (int64_t)p->definition_bytes + p->repetition_bytes <= p->uncompressed;
    default: return true;
    }
}

pg_status pg_parquet_page_read(pg_parquet_page *page, size_t *used, bool *more, const void *data, size_t size,
                               pg_error *err)
{
    pg_thrift_reader reader;
    pg_thrift_start(&reader, data, size);
    *page = (pg_parquet_page){ .is_compressed = true };
    uint32_t seen = 0;
    for (pg_thrift_field f = { 0 }; pg_thrift_next(&reader, &f);) {
        seen |= f.id > 0 && f.id < 32 ? UINT32_C(1) << f.id : 0;
        switch (f.id) {
        case 1: page->type = pg_thrift_i32(&reader, f.type); continue;
        case 2: page->uncompressed = pg_thrift_i32(&reader, f.type); continue;
        case 3: page->compressed = pg_thrift_i32(&reader, f.type); continue;
        case 4:
            page->has_checksum = true;
            page->checksum = (uint32_t)pg_thrift_integer(&reader, f.type);
            continue;
        default: break;
        }
        if (f.id == 5 && pg_thrift_struct(&reader, f.type))
            read_data_page(page, &reader);
        else if (f.id == 7 && pg_thrift_struct(&reader, f.type))
            read_dictionary_page(page, &reader);
        else if (f.id == 8 && pg_thrift_struct(&reader, f.type))
            read_data_page_v2(page, &reader);
        else
            pg_thrift_skip(&reader, f.type);
    }
    *more = reader.short_;
    *used = size - (size_t)(reader.end - reader.p);
    if (reader.why)
        return pg_fail(err, PG_ERR_CORRUPT, "the header of a page cannot be read: %s", reader.why);
    if (!is_consistent(page, seen))
        return pg_fail(err, PG_ERR_CORRUPT, "the header of a page contradicts itself");
    return PG_OK;
}

void pg_parquet_page_write(const pg_parquet_page *page, pg_parquet_buffer *out)
{
    pg_thrift_writer w;
    pg_thrift_begin(&w, out);
    pg_thrift_put_i32(&w, 1, page->type);
    pg_thrift_put_i32(&w, 2, page->uncompressed);
    pg_thrift_put_i32(&w, 3, page->compressed);
    if (page->has_checksum)
        pg_thrift_put_i32(&w, 4, (int32_t)page->checksum);
    switch (page->type) {
    case PG_PARQUET_PAGE_DATA:
        pg_thrift_open(&w, 5);
        pg_thrift_put_i32(&w, 1, page->values);
        pg_thrift_put_i32(&w, 2, page->encoding);
        pg_thrift_put_i32(&w, 3, PG_PARQUET_RLE);
        pg_thrift_put_i32(&w, 4, PG_PARQUET_RLE);
        pg_thrift_close(&w);
        break;
    case PG_PARQUET_PAGE_DICTIONARY:
        pg_thrift_open(&w, 7);
        pg_thrift_put_i32(&w, 1, page->values);
        pg_thrift_put_i32(&w, 2, page->encoding);
        pg_thrift_close(&w);
        break;
    default:
        pg_thrift_open(&w, 8);
        pg_thrift_put_i32(&w, 1, page->values);
        pg_thrift_put_i32(&w, 2, page->nulls);
        pg_thrift_put_i32(&w, 3, page->rows);
        pg_thrift_put_i32(&w, 4, page->encoding);
        pg_thrift_put_i32(&w, 5, page->definition_bytes);
        pg_thrift_put_i32(&w, 6, page->repetition_bytes);
        pg_thrift_put_bool(&w, 7, page->is_compressed);
        pg_thrift_close(&w);
    }
    pg_thrift_close(&w);
}
