/* Extended's markets and what they allow, for Lua. */
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "sdk/extended_internal.h"
#include "venue/extended/codec_value.h"
#include "venue/extended/codec_words.h"

enum { MARKETS_MAX = 4096, POSITION_TIMES = 50 };

_Static_assert((int)PG_SDK_EXT_NUMBER >= (int)PG_EXACT_TEXT, "numbers fit");
_Static_assert(sizeof((pg_sdk_ext_market_facts *)0)->name == PG_EXTENDED_NAME, "names are copied");
_Static_assert(sizeof((pg_sdk_ext_market_facts *)0)->collateral_id >= PG_FELT_HEX, "ids fit");

struct pg_sdk_ext_markets {
    pg_sdk_ext_market *list;
    int count, room, refused;
    pg_error why; /* the first one was refused */
    bool no_memory;
};

/* ---- words ---- */

pg_status ext_word(int *value, const char *word, const char *const *words, int count, const char *name, pg_error *err)
{
    for (int i = 0; word && i < count; i++)
        if (strcmp(words[i], word) == 0) {
            *value = i;
            return PG_OK;
        }
    return pg_fail(err, PG_ERR_INVALID, "%s cannot be '%.32s'", name, word ? word : "");
}

pg_status ext_side(pg_extended_side *side, const char *word, pg_error *err)
{
    static const char *const words[] = { [PG_EXTENDED_BUY] = "BUY", [PG_EXTENDED_SELL] = "SELL" };
    int value = 0;
    pg_status status = ext_word(&value, word, words, 2, "the side", err);
    *side = (pg_extended_side)value;
    return status;
}

pg_status ext_type(pg_extended_type *type, const char *word, pg_error *err)
{
    static const char *const words[] = { [PG_EXTENDED_LIMIT] = "LIMIT",
                                         [PG_EXTENDED_MARKET] = "MARKET",
                                         [PG_EXTENDED_CONDITIONAL] = "CONDITIONAL",
                                         [PG_EXTENDED_TPSL] = "TPSL" };
    int value = 0;
    pg_status status = ext_word(&value, word, words, 4, "the type", err);
    *type = (pg_extended_type)value;
    return status;
}

pg_sdk_ext_refusal pg_sdk_ext_refusal_of(int32_t code, int32_t http)
{
    static const char *const classes[] = {
        [PG_EXTENDED_REFUSED] = "refused",
        [PG_EXTENDED_GONE] = "gone",
        [PG_EXTENDED_FATAL] = "fatal",
        [PG_EXTENDED_DUPLICATE] = "duplicate",
        [PG_EXTENDED_UNCLEAR] = "unclear",
        [PG_EXTENDED_SLOW] = "slow",
        [PG_EXTENDED_WRONG_FEE] = "wrong_fee",
        [PG_EXTENDED_TAKES_NONE] = "maintenance",
        [PG_EXTENDED_TAKES_POST_ONLY] = "post_only_mode",
        [PG_EXTENDED_TAKES_REDUCE_ONLY] = "reduce_only_mode",
    };
    pg_extended_refusal refusal = pg_extended_refusal_of(code, http);
    return (pg_sdk_ext_refusal){ pg_reason_name((int)refusal.reason), classes[refusal.class] };
}

/* ---- the list ---- */

static pg_status read_market(pg_sdk_ext_market *market, const pg_extended_market_record *record, pg_error *err)
{
    pg_extended_record trading;
    pg_status status = pg_extended_listing_read(&market->listing, record, err);
    if (status == PG_OK)
        status = pg_extended_listing_instrument(&market->instrument, &market->listing, err);
    if (status == PG_OK)
        status = pg_extended_record_read(&trading, PG_EXTENDED_TRADING_RULES, record->trading, err);
    if (status == PG_OK && trading.trading.max_position_value.data)
        status = pg_extended_exact(&market->max_position_value, trading.trading.max_position_value, err);
    return status;
}

static void take_market(void *self, const pg_extended_record *record)
{
    pg_sdk_ext_markets *markets = self;
    pg_sdk_ext_market market = { 0 };
    pg_error err = { 0 };
    pg_status status = read_market(&market, &record->market, &err);
    if (status == PG_ERR_UNSUPPORTED)
        return;
    if (status != PG_OK || markets->count == MARKETS_MAX) {
        if (markets->refused++ == 0)
            markets->why = err;
        return;
    }
    if (markets->count == markets->room) {
        int room = markets->room ? 2 * markets->room : 64;
        pg_sdk_ext_market *grown = realloc(markets->list, (size_t)room * sizeof *grown);
        markets->no_memory = markets->no_memory || !grown;
        if (!grown)
            return;
        markets->list = grown;
        markets->room = room;
    }
    markets->list[markets->count++] = market;
}

pg_sdk_ext_markets *pg_sdk_ext_markets_new(const char *data, uint64_t size, int32_t *refused, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_span json = { data, (size_t)size };
    pg_sdk_ext_markets *markets = calloc(1, sizeof *markets);
    int bad = markets ? pg_extended_records_read(PG_EXTENDED_MARKET_RECORD, json, markets, take_market, &err) : -1;
    *refused = 0;
    if (!markets || markets->no_memory)
        pg_fail(&err, PG_ERR_MEMORY, "no memory for the markets");
    if (bad < 0 || markets->no_memory) {
        pg_sdk_ext_markets_free(markets);
        sdk_fail(error, &err);
        return NULL;
    }
    *refused = bad + markets->refused;
    if (*refused > 0)
        sdk_fail(error, bad > 0 ? &err : &markets->why);
    return markets;
}

void pg_sdk_ext_markets_free(pg_sdk_ext_markets *markets)
{
    if (markets)
        free(markets->list);
    free(markets);
}

const pg_sdk_ext_market *pg_sdk_ext_markets_find(const pg_sdk_ext_markets *markets, const char *name)
{
    for (int i = 0; i < markets->count; i++)
        if (strcmp(markets->list[i].listing.rules.name, name) == 0)
            return &markets->list[i];
    return NULL;
}

const pg_sdk_ext_market *pg_sdk_ext_markets_at(const pg_sdk_ext_markets *markets, int32_t i)
{
    return i >= 0 && i < markets->count ? &markets->list[i] : NULL;
}

void pg_sdk_ext_market_tell(const pg_sdk_ext_market *market, pg_sdk_ext_market_facts *facts)
{
    static const char *const statuses[] = {
        [PG_EXTENDED_ACTIVE] = "active", [PG_EXTENDED_ONLY_REDUCE] = "reduce_only", [PG_EXTENDED_CLOSED] = "closed"
    };
    const pg_extended_market *rules = &market->listing.rules;
    *facts = (pg_sdk_ext_market_facts){ .max_orders = market->listing.max_orders,
                                        .max_leverage = market->listing.max_leverage,
                                        .collateral_resolution = rules->collateral_resolution,
                                        .synthetic_resolution = rules->synthetic_resolution };
    memcpy(facts->name, rules->name, sizeof facts->name);
    strncpy(facts->status, statuses[market->listing.status], sizeof facts->status - 1);
    /* Their instrument was made: they have few decimals. */
    pg_exact_format(facts->tick, sizeof facts->tick, &rules->price_tick);
    pg_exact_format(facts->step, sizeof facts->step, &rules->size_step);
    pg_exact_format(facts->min_size, sizeof facts->min_size, &rules->min_size);
    pg_felt_to_hex(facts->collateral_id, &rules->collateral_id);
    pg_felt_to_hex(facts->synthetic_id, &rules->synthetic_id);
}

/* ---- numbers ---- */

static bool finish(char *text, pg_status status, const pg_exact *value, pg_error *err, pg_sdk_error *error)
{
    if (status == PG_OK && pg_exact_format(text, PG_SDK_EXT_NUMBER, value) != PG_OK)
        status = pg_fail(err, PG_ERR_RANGE, "the number is too long");
    return status == PG_OK || sdk_fail(error, err);
}

bool pg_sdk_ext_price(char *text, const char *price, const pg_sdk_ext_market *market, const char *side, bool aggressive,
                      pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_extended_side way;
    pg_exact value;
    pg_status status = ext_side(&way, side, &err);
    if (status == PG_OK)
        status = pg_exact_parse(&value, price, &err);
    if (status == PG_OK)
        status = pg_extended_round_price(&value, &value, &market->listing.rules, way, aggressive);
    return finish(text, status, &value, &err, error);
}

bool pg_sdk_ext_size(char *text, const char *size, const pg_sdk_ext_market *market, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_exact value;
    pg_status status = pg_exact_parse(&value, size, &err);
    if (status == PG_OK)
        status = pg_extended_round_quantity(&value, &value, &market->listing.rules);
    return finish(text, status, &value, &err, error);
}

bool pg_sdk_ext_market_price(char *text, const char *best, const char *slippage, const char *mark,
                             const pg_sdk_ext_market *market, const char *side, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_extended_side way;
    pg_exact value, from, share, middle;
    pg_status status = ext_side(&way, side, &err);
    if (status == PG_OK)
        status = pg_exact_parse(&from, best, &err);
    if (status == PG_OK)
        status = pg_exact_parse(&share, slippage, &err);
    if (status == PG_OK)
        status = pg_exact_parse(&middle, mark, &err);
    if (status == PG_OK && share.negative)
        status = pg_fail(&err, PG_ERR_RANGE, "a slippage is a share of the price, such as 0.0075");
    if (status == PG_OK) {
        status = pg_extended_market_price(&value, &from, &share, &middle, &market->listing.rules, way);
        if (status != PG_OK)
            pg_fail(&err, status, "no price of the market is within 5%% of the mark price %.40s", mark);
    }
    return finish(text, status, &value, &err, error);
}

static bool refuse(int32_t *code, pg_extended_code found, pg_sdk_error *error)
{
    pg_error err = { 0 };
    *code = (int32_t)found;
    pg_fail(&err, PG_ERR_INVALID, "%d: %s", (int)found, pg_extended_code_name(found));
    return sdk_fail(error, &err);
}

bool pg_sdk_ext_check(int32_t *code, const pg_sdk_ext_market *market, const char *type, const char *side,
                      const char *price, const char *size, const char *mark, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_extended_type kind;
    pg_extended_side way;
    pg_exact at, quantity, middle;
    *code = 0;
    pg_status status = ext_type(&kind, type, &err);
    if (status == PG_OK)
        status = ext_side(&way, side, &err);
    if (status == PG_OK)
        status = pg_exact_parse(&at, price, &err);
    if (status == PG_OK)
        status = pg_exact_parse(&quantity, size, &err);
    if (status == PG_OK)
        status = pg_exact_parse(&middle, mark, &err);
    if (status != PG_OK)
        return sdk_fail(error, &err);
    pg_extended_code found = pg_extended_check(&market->listing.rules, kind, way, &at, &quantity, &middle);
    return found == PG_EXTENDED_OK || refuse(code, found, error);
}

bool pg_sdk_ext_check_expiry(uint64_t expiry_ms, uint64_t now_ms, bool mainnet, pg_sdk_error *error)
{
    int32_t code;
    pg_extended_code found = pg_extended_check_expiry(expiry_ms, now_ms, mainnet);
    return found == PG_EXTENDED_OK || refuse(&code, found, error);
}

bool pg_sdk_ext_position_size(char *text, const pg_sdk_ext_market *market, const char *price, pg_sdk_error *error)
{
    pg_error err = { 0 };
    const pg_instrument *in = &market->instrument;
    char most[PG_EXACT_TEXT];
    int64_t value = 0, at = 0;
    pg_status status = pg_exact_format(most, sizeof most, &market->max_position_value);
    if (status == PG_OK)
        status = pg_decimal_parse(&value, most, strlen(most), 0);
    if (status == PG_OK)
        status = pg_decimal_parse(&at, price, strlen(price), in->price_decimals);
    if (status != PG_OK || value <= 0 || at <= 0) {
        pg_fail(&err, PG_ERR_RANGE, "no size for a whole position at the price %.40s: the market's is %.40s at most",
                price, most);
        return sdk_fail(error, &err);
    }
    pg_money units = (pg_money)value * POSITION_TIMES * pg_pow10(in->price_decimals) * pg_pow10(in->size_decimals) / at;
    if (units > INT64_MAX) {
        pg_fail(&err, PG_ERR_RANGE, "the size of a whole position at the price %.40s does not fit", price);
        return sdk_fail(error, &err);
    }
    pg_decimal_format_short(text, PG_SDK_EXT_NUMBER, (int64_t)units, in->size_decimals);
    return true;
}

bool pg_sdk_ext_decimal(char *text, const char *number, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_exact value;
    pg_status status = pg_exact_parse(&value, number, &err);
    return finish(text, status, &value, &err, error);
}

int32_t pg_sdk_ext_compare(const char *a, const char *b)
{
    pg_exact x, y;
    int order;
    if (pg_exact_parse(&x, a, NULL) != PG_OK || pg_exact_parse(&y, b, NULL) != PG_OK ||
        pg_exact_compare(&order, &x, &y) != PG_OK)
        return -2;
    return order;
}

bool pg_sdk_ext_units(uint64_t *units, const char *amount, uint64_t resolution, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_exact value, scale;
    uint64_t above = 0;
    pg_status status = pg_exact_parse(&value, amount, &err);
    pg_exact_from_u64(&scale, resolution);
    if (status == PG_OK)
        status = pg_exact_mul(&value, &value, &scale);
    if (status == PG_OK)
        status = pg_exact_to_u64(units, &value, false);
    if (status == PG_OK)
        status = pg_exact_to_u64(&above, &value, true);
    if (status == PG_OK && *units == above && *units > 0)
        return true;
    pg_fail(&err, PG_ERR_RANGE, "%.40s is no positive amount in whole units of 1/%llu", amount,
            (unsigned long long)resolution);
    return sdk_fail(error, &err);
}
