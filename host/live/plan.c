#include "live/plan.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pg_status set(pg_plan_setting *list, int *count, int limit, const char *name, const char *value, pg_error *err)
{
    if (strlen(name) >= PG_PLAN_NAME || strlen(value) >= PG_PLAN_VALUE)
        return pg_fail(err, PG_ERR_RANGE, "'%.40s': the name or the value is too long", name);
    int i = 0;
    while (i < *count && strcmp(list[i].name, name) != 0)
        i++;
    if (i == limit)
        return pg_fail(err, PG_ERR_FULL, "'%s': more than %d settings", name, limit);
    if (i == *count) {
        ++*count;
        snprintf(list[i].name, sizeof list[i].name, "%s", name);
    }
    snprintf(list[i].value, sizeof list[i].value, "%s", value);
    return PG_OK;
}

pg_status pg_plan_set_param(pg_plan *plan, const char *name, const char *value, pg_error *err)
{
    return set(plan->params, &plan->param_count, PG_PLAN_PARAMS, name, value, err);
}

pg_status pg_plan_set_estimator(pg_plan *plan, const char *slot, const char *name, pg_error *err)
{
    return set(plan->estimators, &plan->estimator_count, PG_PLAN_ESTIMATORS, slot, name, err);
}

/* ---- writing ---- */

/* Integers beyond 2^53 are texts: every reader of JSON keeps them whole then. */
static void write_integer(pg_text *out, const char *key, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, value);
    pg_json_string(out, key, text);
}

static void write_settings(pg_text *out, const char *key, const pg_plan_setting *list, int count)
{
    pg_json_open(out, key, '{');
    for (int i = 0; i < count; i++)
        pg_json_string(out, list[i].name, list[i].value);
    pg_json_close(out, '}');
}

static void write_instrument(pg_text *out, const pg_instrument *in)
{
    pg_json_open(out, "instrument", '{');
    pg_json_string(out, "venue", in->venue);
    pg_json_string(out, "symbol", in->symbol);
    write_integer(out, "price_decimals", in->price_decimals);
    write_integer(out, "size_decimals", in->size_decimals);
    write_integer(out, "tick", in->tick);
    write_integer(out, "lot", in->lot);
    write_integer(out, "min_size", in->min_size);
    write_integer(out, "min_notional", in->min_notional);
    write_integer(out, "significant", in->significant);
    pg_json_close(out, '}');
}

static void write_policy(pg_text *out, const pg_quote_policy *policy)
{
    pg_json_open(out, "policy", '{');
    pg_json_number(out, "size_tolerance", policy->size_tolerance);
    write_integer(out, "price_tolerance", policy->price_tolerance);
    pg_json_number(out, "reprice_bps", policy->reprice_bps);
    write_integer(out, "replace_loses_place", policy->replace_loses_place);
    write_integer(out, "min_life_ns", policy->min_life_ns);
    write_integer(out, "refresh_ns", policy->refresh_ns);
    write_integer(out, "timeout_ns", policy->timeout_ns);
    write_integer(out, "ping_pong", policy->ping_pong);
    pg_json_close(out, '}');
}

void pg_plan_write(const pg_plan *plan, pg_text *out, const char *key)
{
    pg_json_open(out, key, '{');
    pg_json_string(out, "name", plan->name);
    pg_json_string(out, "strategy", plan->strategy);
    write_settings(out, "params", plan->params, plan->param_count);
    write_settings(out, "estimators", plan->estimators, plan->estimator_count);
    write_instrument(out, &plan->instrument);
    pg_json_number(out, "capital", plan->capital);
    pg_json_number(out, "max_position", plan->max_position);
    pg_json_number(out, "maker_fee", plan->maker_fee);
    pg_json_number(out, "taker_fee", plan->taker_fee);
    write_policy(out, &plan->policy);
    write_integer(out, "seed", (int64_t)plan->seed);
    write_integer(out, "first_id", (int64_t)plan->first_id);
    write_integer(out, "fresh_replace", plan->fresh_replace);
    write_integer(out, "memory_bytes", (int64_t)plan->limits.memory_bytes);
    write_integer(out, "callback_ns", plan->limits.callback_ns);
    write_integer(out, "start_ns", plan->limits.start_ns);
    if (plan->trusted)
        write_integer(out, "trusted", 1);
    pg_json_close(out, '}');
}

/* ---- reading ---- */

typedef struct {
    const cJSON *object;
    const char *missing; /* first member that is not there or of another kind */
} source;

static const char *read_text(source *from, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(from->object, key);
    if (cJSON_IsString(item))
        return item->valuestring;
    if (!from->missing)
        from->missing = key;
    return "";
}

static int64_t read_integer(source *from, const char *key)
{
    return strtoll(read_text(from, key), NULL, 10);
}

static double read_number(source *from, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(from->object, key);
    if (cJSON_IsNumber(item))
        return item->valuedouble;
    if (!from->missing)
        from->missing = key;
    return 0;
}

static pg_status read_settings(source *from, const char *key, pg_plan_setting *list, int *count, int limit,
                               pg_error *err)
{
    const cJSON *item;
    pg_status status = PG_OK;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(from->object, key))
    {
        if (status == PG_OK && cJSON_IsString(item))
            status = set(list, count, limit, item->string, item->valuestring, err);
    }
    return status;
}

static pg_status read_instrument(source *from, pg_instrument *in, pg_error *err)
{
    source inner = { .object = cJSON_GetObjectItemCaseSensitive(from->object, "instrument") };
    const char *venue = read_text(&inner, "venue"), *symbol = read_text(&inner, "symbol");
    pg_status status = pg_instrument_init(in, venue, symbol, (int)read_integer(&inner, "price_decimals"),
                                          (int)read_integer(&inner, "size_decimals"), read_integer(&inner, "tick"),
                                          read_integer(&inner, "lot"), (int)read_integer(&inner, "significant"), err);
    in->min_size = read_integer(&inner, "min_size");
    in->min_notional = read_integer(&inner, "min_notional");
    if (inner.missing)
        from->missing = inner.missing;
    return status;
}

static void read_policy(source *from, pg_quote_policy *policy)
{
    source inner = { .object = cJSON_GetObjectItemCaseSensitive(from->object, "policy") };
    policy->size_tolerance = read_number(&inner, "size_tolerance");
    policy->price_tolerance = read_integer(&inner, "price_tolerance");
    policy->reprice_bps = read_number(&inner, "reprice_bps");
    policy->replace_loses_place = read_integer(&inner, "replace_loses_place") != 0;
    policy->min_life_ns = read_integer(&inner, "min_life_ns");
    policy->refresh_ns = read_integer(&inner, "refresh_ns");
    policy->timeout_ns = read_integer(&inner, "timeout_ns");
    policy->ping_pong = read_integer(&inner, "ping_pong") != 0;
    if (inner.missing)
        from->missing = inner.missing;
}

static pg_status read_plan(pg_plan *plan, source *from, pg_error *err)
{
    memset(plan, 0, sizeof *plan);
    snprintf(plan->name, sizeof plan->name, "%s", read_text(from, "name"));
    snprintf(plan->strategy, sizeof plan->strategy, "%s", read_text(from, "strategy"));
    pg_status status = read_settings(from, "params", plan->params, &plan->param_count, PG_PLAN_PARAMS, err);
    if (status == PG_OK)
        status = read_settings(from, "estimators", plan->estimators, &plan->estimator_count, PG_PLAN_ESTIMATORS, err);
    if (status == PG_OK)
        status = read_instrument(from, &plan->instrument, err);
    if (status != PG_OK)
        return status;
    plan->capital = read_number(from, "capital");
    plan->max_position = read_number(from, "max_position");
    plan->maker_fee = read_number(from, "maker_fee");
    plan->taker_fee = read_number(from, "taker_fee");
    read_policy(from, &plan->policy);
    plan->seed = (uint64_t)read_integer(from, "seed");
    plan->first_id = (uint64_t)read_integer(from, "first_id");
    plan->fresh_replace = read_integer(from, "fresh_replace") != 0;
    plan->limits.memory_bytes = (size_t)read_integer(from, "memory_bytes");
    plan->limits.callback_ns = read_integer(from, "callback_ns");
    plan->limits.start_ns = read_integer(from, "start_ns");
    if (cJSON_HasObjectItem(from->object, "trusted")) /* recordings of sandboxed scripts alone have none */
        plan->trusted = read_integer(from, "trusted") != 0;
    if (from->missing)
        return pg_fail(err, PG_ERR_PARSE, "the plan in the flight recording has no '%s'", from->missing);
    return PG_OK;
}

pg_status pg_plan_read(pg_plan *plan, const char *json, size_t length, pg_error *err)
{
    cJSON *document = cJSON_ParseWithLength(json, length);
    if (!cJSON_IsObject(document)) {
        cJSON_Delete(document);
        return pg_fail(err, PG_ERR_PARSE, "the plan in the flight recording is no JSON object");
    }
    const cJSON *plan_part = cJSON_GetObjectItemCaseSensitive(document, "plan");
    source from = { .object = plan_part ? plan_part : document };
    pg_status status = read_plan(plan, &from, err);
    cJSON_Delete(document);
    return status;
}
