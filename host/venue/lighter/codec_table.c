#include "venue/lighter/codec_table.h"

#include <stdlib.h>

void pg_lighter_list_free(pg_lighter_list *list)
{
    free(list->data);
    *list = (pg_lighter_list){ 0 };
}

bool pg_lighter_read_integer(pg_scan *reader, int64_t *value)
{
    uint64_t whole = 0;
    bool negative = pg_scan_peek(reader) == '-';
    if (negative)
        reader->at++;
    if (!pg_scan_whole(reader, &whole))
        return false;
    *value = negative ? -(int64_t)whole : (int64_t)whole;
    return true;
}

/* ---- records ---- */

static void *add_record(pg_scan *reader, const pg_lighter_table *table, pg_lighter_list *list)
{
    if (list->count == table->most) {
        pg_scan_wrong(reader, PG_ERR_FULL, "more than %d of %s", table->most, table->name);
        return NULL;
    }
    if (list->count == list->room) {
        int room = list->room ? 2 * list->room : 16;
        void *data = realloc(list->data, (size_t)room * table->size);
        if (!data) {
            pg_scan_wrong(reader, PG_ERR_MEMORY, "no memory for %s", table->name);
            return NULL;
        }
        list->data = data;
        list->room = room;
    }
    void *record = (char *)list->data + (size_t)list->count++ * table->size;
    memset(record, 0, table->size);
    return record;
}

static bool read_record(pg_scan *reader, const pg_lighter_table *table, pg_lighter_list *list, void *root)
{
    void *record = add_record(reader, table, list);
    return record && pg_lighter_read(reader, table, record, root);
}

static bool read_array(pg_scan *reader, const pg_lighter_table *table, pg_lighter_list *list, void *root)
{
    int n = 0;
    pg_scan_open(reader, '[');
    while (pg_scan_element(reader, &n))
        if (!pg_scan_is_null(reader) && !read_record(reader, table, list, root))
            break;
    return !reader->failed;
}

/* Whether an object is a map, by numbers of markets or assets; an empty one is a map of none. */
static bool is_map(const pg_scan *reader)
{
    pg_scan ahead = *reader;
    pg_error unused;
    pg_span name;
    int n = 0;
    ahead.err = &unused;
    pg_scan_open(&ahead, '{');
    if (!pg_scan_member(&ahead, &n, &name))
        return true;
    return name.size > 0 && *name.data >= '0' && *name.data <= '9';
}

static bool read_map(pg_scan *reader, const pg_lighter_table *table, pg_lighter_list *list, void *root)
{
    pg_span name;
    int n = 0;
    pg_scan_open(reader, '{');
    while (pg_scan_member(reader, &n, &name)) {
        char first = pg_scan_peek(reader);
        bool read = first == '[' ? read_array(reader, table, list, root)
                                 : pg_scan_is_null(reader) || read_record(reader, table, list, root);
        if (!read)
            break;
    }
    return !reader->failed;
}

bool pg_lighter_read_records(pg_scan *reader, const pg_lighter_table *table, pg_lighter_list *list, void *root)
{
    if (pg_scan_peek(reader) == '[')
        return read_array(reader, table, list, root);
    return is_map(reader) ? read_map(reader, table, list, root) : read_record(reader, table, list, root);
}

/* ---- members ---- */

static const pg_lighter_member *find(pg_scan *reader, const pg_lighter_table *table, pg_span name, uint64_t *seen)
{
    for (int i = 0; i < table->count; i++) {
        const char *known = table->members[i].name;
        if (known[0] != *name.data || strncmp(known, name.data, name.size) != 0 || known[name.size])
            continue;
        if (*seen & (uint64_t)1 << i) {
            pg_scan_wrong(reader, PG_ERR_PARSE, "%s is given twice in %s", known, table->name);
            return NULL;
        }
        *seen |= (uint64_t)1 << i;
        return &table->members[i];
    }
    return NULL;
}

static bool read_raw(pg_scan *reader, pg_span *span)
{
    const char *from;
    if (!pg_scan_skip_from(reader, &from))
        return false;
    *span = (pg_span){ from, (size_t)(reader->at - from) };
    return true;
}

static bool read_value(pg_scan *reader, const pg_lighter_member *member, char *record, char *root)
{
    switch (member->type) {
    case PG_LIGHTER_INTEGER: return pg_lighter_read_integer(reader, (int64_t *)(void *)(record + member->offset));
    case PG_LIGHTER_BOOL: return pg_scan_bool(reader, (bool *)(record + member->offset));
    case PG_LIGHTER_TEXT: return pg_scan_string(reader, (pg_span *)(void *)(record + member->offset));
    case PG_LIGHTER_RAW: return read_raw(reader, (pg_span *)(void *)(record + member->offset));
    case PG_LIGHTER_OWN: return member->read(reader, root);
    case PG_LIGHTER_RECORDS:
        return pg_lighter_read_records(reader, member->of, (pg_lighter_list *)(void *)(root + member->offset), root);
    default:
        return pg_scan_peek(reader) == '{' ? pg_lighter_read(reader, member->of, record + member->offset, root)
                                           : pg_scan_skip(reader);
    }
}

bool pg_lighter_read(pg_scan *reader, const pg_lighter_table *table, void *record, void *root)
{
    uint64_t seen = 0;
    pg_span name;
    int n = 0;
    if (!pg_scan_open(reader, '{'))
        return false;
    while (pg_scan_member(reader, &n, &name)) {
        const pg_lighter_member *member = name.size > 0 ? find(reader, table, name, &seen) : NULL;
        if (reader->failed)
            return false;
        if (!member) {
            pg_scan_skip(reader);
        } else if (pg_scan_is_null(reader)) {
            seen &= ~((uint64_t)1 << (member - table->members));
        } else if (!read_value(reader, member, record, root)) {
            return false;
        }
    }
    for (int i = 0; i < table->count && !reader->failed; i++)
        if (table->members[i].needed && !(seen & (uint64_t)1 << i))
            pg_scan_wrong(reader, PG_ERR_PARSE, "%s of %s is missing", table->members[i].name, table->name);
    return !reader->failed;
}
