#include "venue/hyperliquid/codec_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "venue/hyperliquid/json.h"
#include "venue/hyperliquid/number.h"

pg_status pg_hl_units_near(int64_t *value, const char *text, int decimals)
{
    pg_hl_number number;
    char wire[PG_HL_NUMBER_TEXT];
    pg_status status = pg_hl_number_parse(&number, text, strlen(text));
    if (status != PG_OK)
        return status;
    pg_hl_number_round(&number, decimals, PG_HL_NEAREST);
    pg_hl_number_format(wire, &number);
    return pg_decimal_parse(value, wire, strlen(wire), decimals);
}

static pg_status bad(pg_error *err, const char *what)
{
    return pg_fail(err, PG_ERR_PARSE, "the state of the account has no %s that can be read", what);
}

static pg_status read_summaries(pg_hl_account *account, const cJSON *json, pg_error *err)
{
    const cJSON *whole = cJSON_GetObjectItemCaseSensitive(json, "marginSummary");
    const cJSON *cross = cJSON_GetObjectItemCaseSensitive(json, "crossMarginSummary");
    const cJSON *time = cJSON_GetObjectItemCaseSensitive(json, "time");
    int64_t value, used;
    if (!whole) /* without isolated positions it is the same */
        whole = cross;
    if (pg_hl_units_near(&account->equity_e6, pg_hl_json_text(whole, "accountValue"), 6) != PG_OK)
        return bad(err, "marginSummary");
    if (pg_hl_units_near(&value, pg_hl_json_text(cross, "accountValue"), 6) != PG_OK ||
        pg_hl_units_near(&used, pg_hl_json_text(cross, "totalMarginUsed"), 6) != PG_OK)
        return bad(err, "crossMarginSummary");
    account->free_e6 = value > used ? value - used : 0;
    if (cJSON_IsNumber(time) && time->valuedouble > 0 && time->valuedouble < 9e12)
        account->time_ns = (int64_t)time->valuedouble * 1000000;
    return PG_OK;
}

static pg_status read_position(pg_hl_account *account, const cJSON *json, pg_error *err)
{
    const char *coin = pg_hl_json_text(json, "coin"), *quantity = pg_hl_json_text(json, "szi");
    int64_t units;
    if (!coin[0] || strlen(coin) >= PG_HL_NAME || strlen(quantity) >= PG_HL_QUANTITY_TEXT ||
        pg_hl_units_near(&units, quantity, 8) != PG_OK)
        return bad(err, "position");
    if (units == 0)
        return PG_OK;
    if (account->count == PG_HL_POSITIONS_MAX)
        return pg_fail(err, PG_ERR_FULL, "more than %d positions", PG_HL_POSITIONS_MAX);
    pg_hl_position *position = &account->position[account->count++];
    snprintf(position->coin, sizeof position->coin, "%s", coin);
    snprintf(position->quantity, sizeof position->quantity, "%s", quantity);
    position->entry = strtod(pg_hl_json_text(json, "entryPx"), NULL);
    position->liquidation = strtod(pg_hl_json_text(json, "liquidationPx"), NULL);
    return PG_OK;
}

pg_status pg_hl_account_read(pg_hl_account *account, const cJSON *json, pg_error *err)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "assetPositions"), *item;
    account->time_ns = 0;
    account->count = 0;
    if (!cJSON_IsArray(list))
        return bad(err, "assetPositions");
    pg_status status = read_summaries(account, json, err);
    if (status != PG_OK)
        return status;
    cJSON_ArrayForEach(item, list)
    {
        status = read_position(account, cJSON_GetObjectItemCaseSensitive(item, "position"), err);
        if (status != PG_OK)
            return status;
    }
    return PG_OK;
}
