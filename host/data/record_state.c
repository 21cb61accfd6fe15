#include "data/record_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/file.h"
#include "base/text.h"

enum { STATE_LIMIT = 1 << 20, VERSION = 1 };

/* Numbers stand as text: JSON readers have doubles, which do not hold times in nanoseconds. */
typedef struct {
    const char *name;
    size_t offset;
    bool counts; /* not below zero */
} field;

#define AT(name, counts)                                                                                               \
    {                                                                                                                  \
#name, offsetof(pg_record_state, name), counts                                                                 \
    }

static const field fields[] = {
    AT(part, true),           AT(last_local_ns, true), AT(last_exch_ns, true), AT(last_trade_id, false),
    AT(last_sequence, false), AT(events, true),        AT(trades, true),       AT(duplicates, true),
    AT(stale, true),          AT(gaps, true),          AT(lost, true),         AT(clock_steps, true),
    AT(part_events, true),    AT(lag_ns, false),
};
enum { FIELDS = sizeof fields / sizeof *fields };

static bool number_of(const cJSON *item, int64_t *value)
{
    return cJSON_IsString(item) && pg_decimal_parse(value, item->valuestring, strlen(item->valuestring), 0) == PG_OK;
}

static bool read_list(const cJSON *root, const char *name, uint64_t *values, int n)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, name);
    bool good = cJSON_IsArray(list) && cJSON_GetArraySize(list) == n;
    for (int i = 0; i < n && good; i++) {
        int64_t value;
        good = number_of(cJSON_GetArrayItem(list, i), &value) && value >= 0;
        values[i] = good ? (uint64_t)value : 0;
    }
    return good;
}

/* A trade is [id, exch_ns, price, size, side]. */
static bool read_trades(pg_record_state *state, const cJSON *root)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "recent_trades"), *item;
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > PG_RECORD_TRADES)
        return false;
    cJSON_ArrayForEach(item, list)
    {
        int64_t v[5];
        if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) != 5)
            return false;
        for (int i = 0; i < 5; i++)
            if (!number_of(cJSON_GetArrayItem(item, i), &v[i]))
                return false;
        pg_event trade = { .kind = PG_EVENT_TRADE,
                           .id = (uint64_t)v[0],
                           .exch_ns = v[1],
                           .price = v[2],
                           .size = v[3],
                           .side = (uint8_t)v[4] };
        pg_record_state_trade(state, &trade);
    }
    return true;
}

static bool take(pg_record_state *state, const cJSON *root)
{
    int64_t value;
    if (!number_of(cJSON_GetObjectItemCaseSensitive(root, "version"), &value) || value != VERSION)
        return false;
    for (int i = 0; i < FIELDS; i++) {
        if (!number_of(cJSON_GetObjectItemCaseSensitive(root, fields[i].name), &value) ||
            (fields[i].counts && value < 0))
            return false;
        memcpy((char *)state + fields[i].offset, &value, sizeof value);
    }
    return read_list(root, "csv_bytes", state->mark.csv_bytes, PG_SINK_CSV_FILES) &&
           read_list(root, "parts", state->mark.parts, 2) && read_trades(state, root);
}

pg_status pg_record_state_read(pg_record_state *state, bool *found, const char *path, pg_error *err)
{
    char *text = NULL;
    size_t size;
    pg_error why = { 0 };
    memset(state, 0, sizeof *state);
    state->lag_ns = INT64_MAX;
    *found = false;
    pg_status status = pg_file_read(&text, &size, path, STATE_LIMIT, &why);
    if (status == PG_ERR_NOT_FOUND)
        return PG_OK;
    if (status != PG_OK) {
        if (err)
            *err = why;
        return status;
    }
    cJSON *root = cJSON_ParseWithLength(text, size);
    *found = root && take(state, root);
    cJSON_Delete(root);
    free(text);
    if (*found)
        return PG_OK;
    pg_fail(err, PG_ERR_CORRUPT, "the state of a recording cannot be read");
    pg_error_where(err, "%s", path);
    pg_error_remedy(err, "move this market's folder away: recording begins anew in an empty one");
    return PG_ERR_CORRUPT;
}

static void put(pg_text *out, const char *key, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, value);
    pg_json_string(out, key, text);
}

static void put_list(pg_text *out, const char *key, const uint64_t *values, int n)
{
    pg_json_open(out, key, '[');
    for (int i = 0; i < n; i++)
        put(out, NULL, (int64_t)values[i]);
    pg_json_close(out, ']');
}

static void put_trades(pg_text *out, const pg_record_state *state)
{
    pg_json_open(out, "recent_trades", '[');
    for (int i = 0; i < state->recent_n; i++) {
        int at = state->recent_n < PG_RECORD_TRADES ? i : (state->recent_at + i) % PG_RECORD_TRADES;
        const pg_event *e = &state->recent[at];
        pg_json_open(out, NULL, '[');
        put(out, NULL, (int64_t)e->id);
        put(out, NULL, e->exch_ns);
        put(out, NULL, e->price);
        put(out, NULL, e->size);
        put(out, NULL, e->side);
        pg_json_close(out, ']');
    }
    pg_json_close(out, ']');
}

pg_status pg_record_state_write(const pg_record_state *state, const char *path, const pg_instrument *instrument,
                                pg_error *err)
{
    pg_text out = { 0 };
    char time[32];
    pg_json_open(&out, NULL, '{');
    put(&out, "version", VERSION);
    pg_json_string(&out, "venue", instrument->venue);
    pg_json_string(&out, "market", instrument->symbol);
    pg_json_string(&out, "last_time", state->last_local_ns ? pg_clock_format(time, state->last_local_ns) : "");
    for (int i = 0; i < FIELDS; i++) {
        int64_t value;
        memcpy(&value, (const char *)state + fields[i].offset, sizeof value);
        put(&out, fields[i].name, value);
    }
    put_list(&out, "csv_bytes", state->mark.csv_bytes, PG_SINK_CSV_FILES);
    put_list(&out, "parts", state->mark.parts, 2);
    put_trades(&out, state);
    pg_json_close(&out, '}');
    pg_text_add(&out, "\n", 1);
    pg_status status = pg_text_check(&out, err);
    if (status == PG_OK)
        status = pg_file_write(path, out.data, out.length, err);
    pg_text_free(&out);
    return status;
}

void pg_record_state_trade(pg_record_state *state, const pg_event *trade)
{
    state->recent[state->recent_at] = *trade;
    if (trade->exch_ns > state->last_trade_ns)
        state->last_trade_ns = trade->exch_ns;
    state->recent_at = (state->recent_at + 1) % PG_RECORD_TRADES;
    state->recent_n += state->recent_n < PG_RECORD_TRADES;
}
