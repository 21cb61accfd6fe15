/* The footer of a file that Perigee writes. */
#include "data/parquet_meta.h"

static void put_statistics(pg_thrift_writer *w, const pg_parquet_column *column, const pg_parquet_raw_statistics *s)
{
    bool has_range = s->min.data && s->max.data;
    /* The old fields are compared as signed values: they are right for numbers only. */
    bool has_old = has_range && column->type != PG_PARQUET_BYTE_ARRAY && !column->is_unsigned;
    pg_thrift_open(w, 12);
    if (has_old) {
        pg_thrift_put_binary(w, 1, s->max.data, s->max.size);
        pg_thrift_put_binary(w, 2, s->min.data, s->min.size);
    }
    pg_thrift_put_i64(w, 3, s->nulls);
    if (has_range) {
        pg_thrift_put_binary(w, 5, s->max.data, s->max.size);
        pg_thrift_put_binary(w, 6, s->min.data, s->min.size);
        pg_thrift_put_bool(w, 7, true);
        pg_thrift_put_bool(w, 8, true);
    }
    if (s->nans >= 0)
        pg_thrift_put_i64(w, 9, s->nans);
    pg_thrift_close(w);
}

static void put_encodings(pg_thrift_writer *w, uint32_t encodings)
{
    pg_thrift_put_list(w, 2, PG_THRIFT_I32, (size_t)__builtin_popcount(encodings));
    for (int i = 0; i < 32; i++)
        if (encodings & UINT32_C(1) << i)
            pg_thrift_element_i32(w, i);
}

static void put_page_count(pg_thrift_writer *w, int type, pg_parquet_encoding encoding, int count)
{
    if (count == 0)
        return;
    pg_thrift_open(w, 0);
    pg_thrift_put_i32(w, 1, type);
    pg_thrift_put_i32(w, 2, encoding);
    pg_thrift_put_i32(w, 3, count);
    pg_thrift_close(w);
}

/* How many pages there are of each kind: a reader sees at once whether the dictionary has all values. */
static void put_pages(pg_thrift_writer *w, const pg_parquet_chunk_meta *chunk, int data_page)
{
    size_t kinds =
        (size_t)(chunk->dictionary_pages > 0) + (chunk->dictionary_data_pages > 0) + (chunk->plain_pages > 0);
    pg_thrift_put_list(w, 13, PG_THRIFT_STRUCT, kinds);
    put_page_count(w, PG_PARQUET_PAGE_DICTIONARY, PG_PARQUET_PLAIN, chunk->dictionary_pages);
    put_page_count(w, data_page, PG_PARQUET_RLE_DICTIONARY, chunk->dictionary_data_pages);
    put_page_count(w, data_page, chunk->fallback, chunk->plain_pages);
}

static void put_chunk(pg_thrift_writer *w, const pg_parquet_column *column, const pg_parquet_chunk_meta *chunk,
                      int data_page)
{
    pg_thrift_open(w, 0);
    pg_thrift_put_i64(w, 2, 0);
    pg_thrift_open(w, 3);
    pg_thrift_put_i32(w, 1, chunk->type);
    put_encodings(w, chunk->encodings);
    pg_thrift_put_list(w, 3, PG_THRIFT_BINARY, 1);
    pg_thrift_element_text(w, column->path);
    pg_thrift_put_i32(w, 4, chunk->codec);
    pg_thrift_put_i64(w, 5, chunk->values);
    pg_thrift_put_i64(w, 6, chunk->uncompressed);
    pg_thrift_put_i64(w, 7, chunk->compressed);
    pg_thrift_put_i64(w, 9, chunk->data_offset);
    if (chunk->dictionary_offset > 0)
        pg_thrift_put_i64(w, 11, chunk->dictionary_offset);
    put_statistics(w, column, &chunk->statistics);
    put_pages(w, chunk, data_page);
    pg_thrift_close(w);
    pg_thrift_close(w);
}

void pg_parquet_group_write(const pg_parquet_schema *schema, const pg_parquet_group *group, size_t index, int data_page,
                            pg_parquet_buffer *out)
{
    pg_thrift_writer w;
    int64_t uncompressed = 0, compressed = 0, offset = 0;
    pg_thrift_begin(&w, out);
    pg_thrift_put_list(&w, 1, PG_THRIFT_STRUCT, schema->n);
    for (size_t i = 0; i < schema->n; i++) {
        const pg_parquet_chunk_meta *chunk = &group->chunks[i];
        put_chunk(&w, &schema->columns[i], chunk, data_page);
        uncompressed += chunk->uncompressed;
        compressed += chunk->compressed;
        if (i == 0)
            offset = chunk->dictionary_offset > 0 ? chunk->dictionary_offset : chunk->data_offset;
    }
    pg_thrift_put_i64(&w, 2, uncompressed);
    pg_thrift_put_i64(&w, 3, group->rows);
    pg_thrift_put_i64(&w, 5, offset);
    pg_thrift_put_i64(&w, 6, compressed);
    if (index <= INT16_MAX)
        pg_thrift_put_i16(&w, 7, (int16_t)index);
    pg_thrift_close(&w);
}

static void put_pairs(pg_thrift_writer *w, const pg_parquet_meta *meta)
{
    if (meta->n_pairs == 0)
        return;
    pg_thrift_put_list(w, 5, PG_THRIFT_STRUCT, meta->n_pairs);
    for (size_t i = 0; i < meta->n_pairs; i++) {
        pg_thrift_open(w, 0);
        pg_thrift_put_binary(w, 1, meta->pairs[i].key.data, meta->pairs[i].key.size);
        pg_thrift_put_binary(w, 2, meta->pairs[i].value.data, meta->pairs[i].value.size);
        pg_thrift_close(w);
    }
}

void pg_parquet_meta_write(const pg_parquet_meta *meta, const pg_parquet_buffer *groups, pg_parquet_buffer *out)
{
    pg_thrift_writer w;
    pg_thrift_begin(&w, out);
    pg_thrift_put_i32(&w, 1, 1); /* the version that every reader accepts */
    pg_parquet_schema_write(&meta->schema, &w, 2);
    pg_thrift_put_i64(&w, 3, meta->rows);
    pg_thrift_put_list(&w, 4, PG_THRIFT_STRUCT, meta->n_groups);
    pg_parquet_buffer_add(out, groups->data, groups->size);
    put_pairs(&w, meta);
    pg_thrift_put_binary(&w, 6, meta->created_by.data, meta->created_by.size);
    pg_thrift_put_list(&w, 7, PG_THRIFT_STRUCT, meta->schema.n);
    for (size_t i = 0; i < meta->schema.n; i++) {
        pg_thrift_open(&w, 0);
        pg_thrift_put_empty(&w, 1); /* the order of the type */
        pg_thrift_close(&w);
    }
    pg_thrift_close(&w);
}
