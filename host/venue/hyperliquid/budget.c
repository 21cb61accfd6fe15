#include "venue/hyperliquid/budget.h"

#include <string.h>

#include "base/decimal.h"
#include "venue/hyperliquid/codec_state.h"

static const int64_t pause_ns = 10 * (int64_t)1000000000;
static const int64_t low_most = 1000, cancels_more = 100000;

static bool read_count(int64_t *value, const cJSON *json, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble < 9e15))
        return false;
    *value = (int64_t)item->valuedouble;
    return true;
}

pg_status pg_hl_budget_read(pg_hl_budget *budget, const cJSON *json, pg_error *err)
{
    int64_t used, cap, surplus = 0, volume_e6;
    const cJSON *volume = cJSON_GetObjectItemCaseSensitive(json, "cumVlm");
    if (!read_count(&used, json, "nRequestsUsed") || !read_count(&cap, json, "nRequestsCap") ||
        !cJSON_IsString(volume) || pg_hl_units_near(&volume_e6, volume->valuestring, 6) != PG_OK)
        return pg_fail(err, PG_ERR_PARSE, "the address's limit of actions cannot be read");
    read_count(&surplus, json, "nRequestsSurplus"); /* bought ones */
    budget->known = true;
    budget->used = used;
    budget->cap = cap + surplus;
    budget->volume_e6 = volume_e6;
    budget->earned_e6 = 0;
    return PG_OK;
}

int64_t pg_hl_budget_left(const pg_hl_budget *budget, bool cancels)
{
    if (!budget->known)
        return INT64_MAX;
    int64_t cap = budget->cap + budget->earned_e6 / 1000000;
    if (cancels)
        cap = cap < cancels_more ? 2 * cap : cap + cancels_more;
    return cap > budget->used ? cap - budget->used : 0;
}

bool pg_hl_budget_has(const pg_hl_budget *budget, int count, int64_t now_ns)
{
    int64_t left = pg_hl_budget_left(budget, false);
    return left >= count || (left == 0 && count == 1 && now_ns - budget->last_ns >= pause_ns);
}

void pg_hl_budget_charge(pg_hl_budget *budget, int count, bool cancels, int64_t now_ns)
{
    budget->used += count;
    if (!cancels)
        budget->last_ns = now_ns;
}

void pg_hl_budget_earn(pg_hl_budget *budget, int64_t volume_e6)
{
    budget->earned_e6 += volume_e6;
}

pg_hl_budget_level pg_hl_budget_judge(const pg_hl_budget *budget)
{
    int64_t left = pg_hl_budget_left(budget, false), low = budget->cap / 10 < low_most ? budget->cap / 10 : low_most;
    if (!budget->known)
        return PG_HL_BUDGET_ENOUGH;
    return left == 0 ? PG_HL_BUDGET_SPENT : left < low ? PG_HL_BUDGET_LOW : PG_HL_BUDGET_ENOUGH;
}
