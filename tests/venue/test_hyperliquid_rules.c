/* Hyperliquid's numbers, prices, assets and margins: properties that hold for every input, and refusals. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "kernels/random.h"
#include "venue/hyperliquid/assets.h"
#include "venue/hyperliquid/margin.h"
#include "venue/hyperliquid/rules.h"

#define SHARED_MESSAGES "../shared/vectors/hyperliquid/messages/"

static void wire_is(const char *text, const char *expected)
{
    char wire[PG_HL_NUMBER_TEXT];
    assert_int_equal(pg_hl_wire(wire, text, NULL), PG_OK);
    assert_string_equal(wire, expected);
}

static void wire_refused(const char *text, pg_status status)
{
    char wire[PG_HL_NUMBER_TEXT];
    pg_error err = { 0 };
    assert_int_equal(pg_hl_wire(wire, text, &err), status);
    assert_int_not_equal(err.what[0], '\0');
}

static void wire_texts(void **state)
{
    char nines[200], expected[200];

    (void)state;
    wire_is("100.10", "100.1");
    wire_is("-0", "0");
    wire_is("1e5", "100000");
    wire_is("0e99999999999", "0");
    memset(nines, '9', 64);
    nines[64] = '\0';
    wire_is(nines, nines);
    snprintf(expected, sizeof expected, "000000%s", nines);
    wire_is(expected, nines);
    nines[64] = '9';
    nines[65] = '\0';
    wire_refused(nines, PG_ERR_RANGE);
    wire_refused("1e64", PG_ERR_RANGE);
    wire_refused("1e999999999999999999999", PG_ERR_RANGE);
    wire_refused("1e-9", PG_ERR_RANGE);
    wire_refused("1e-999999999999999999999", PG_ERR_RANGE);
    wire_refused("", PG_ERR_PARSE);
    wire_refused("1..2", PG_ERR_PARSE);
    wire_refused("0x10", PG_ERR_PARSE);
}

/* A rounded price is valid, next to the price on the right side, and rounds to itself. */
static void check_rounding(const char *price, pg_hl_market market, int size_decimals)
{
    char wire[PG_HL_NUMBER_TEXT], again[PG_HL_NUMBER_TEXT];
    double exact = strtod(price, NULL), rounded[3] = { 0 };

    for (int mode = PG_HL_DOWN; mode <= PG_HL_NEAREST; mode++) {
        if (pg_hl_price_round(wire, price, market, size_decimals, (pg_hl_rounding)mode, NULL) != PG_OK)
            continue; /* to zero */
        rounded[mode] = strtod(wire, NULL);
        assert_int_equal(pg_hl_price_check(again, wire, market, size_decimals), PG_HL_VALID);
        assert_string_equal(again, wire);
        assert_int_equal(pg_hl_price_round(again, wire, market, size_decimals, (pg_hl_rounding)mode, NULL), PG_OK);
        assert_string_equal(again, wire);
    }
    assert_true(rounded[PG_HL_DOWN] <= exact * (1 + 1e-15));
    assert_true(rounded[PG_HL_UP] >= exact * (1 - 1e-15));
    assert_true(rounded[PG_HL_NEAREST] == rounded[PG_HL_DOWN] || rounded[PG_HL_NEAREST] == rounded[PG_HL_UP]);
    if (rounded[PG_HL_DOWN] > 0)
        assert_true(rounded[PG_HL_UP] - rounded[PG_HL_DOWN] <=
                    1.0000001 * fmax(1e-4 * exact, pow(10, size_decimals - 6)));
}

static void random_prices(void **state)
{
    pg_random random;
    char price[64];

    (void)state;
    pg_random_seed(&random, 5);
    for (int i = 0; i < 20000; i++) {
        double value = exp(24 * pg_random_uniform(&random) - 12);
        snprintf(price, sizeof price, "%.*f", (int)(12 * pg_random_uniform(&random)), value);
        if (strtod(price, NULL) > 0)
            check_rounding(price, i % 2 ? PG_HL_SPOT : PG_HL_PERP, i % 7);
    }
}

static void order_checks(void **state)
{
    pg_error err = { 0 };

    (void)state;
    assert_int_equal(pg_hl_order_check("30000", "0.1", PG_HL_PERP, 5, false, false, &err), PG_OK);
    assert_int_equal(pg_hl_order_check("10", "1", PG_HL_PERP, 2, false, false, &err), PG_OK);
    assert_int_equal(pg_hl_order_check("9.99", "1", PG_HL_PERP, 2, false, false, &err), PG_ERR_RANGE);
    assert_non_null(strstr(err.what, "9.99"));
    assert_int_equal(pg_hl_order_check("9.99", "1", PG_HL_PERP, 2, true, false, &err), PG_OK);
    assert_int_equal(pg_hl_order_check("9.99", "0", PG_HL_PERP, 2, true, true, &err), PG_OK);
    assert_int_equal(pg_hl_order_check("9.99", "0", PG_HL_PERP, 2, true, false, &err), PG_ERR_RANGE);
    assert_int_equal(pg_hl_order_check("12345.6", "1", PG_HL_PERP, 2, false, false, &err), PG_ERR_RANGE);
    assert_non_null(strstr(err.what, "significant"));
    assert_int_equal(pg_hl_order_check("12345", "0.001", PG_HL_PERP, 2, false, false, &err), PG_ERR_RANGE);
    assert_int_equal(pg_hl_order_check("x", "1", PG_HL_PERP, 2, false, false, &err), PG_ERR_PARSE);
    assert_int_equal(pg_hl_order_check("1", "nan", PG_HL_PERP, 2, false, false, &err), PG_ERR_PARSE);
}

/* ---- assets ---- */

static pg_status add(pg_hl_assets *assets, const char *json, int dex, bool spot)
{
    cJSON *document = cJSON_Parse(json);
    pg_error err = { 0 };
    pg_status status =
        spot ? pg_hl_assets_add_spot(assets, document, &err) : pg_hl_assets_add_perps(assets, dex, document, &err);
    if (status != PG_OK)
        assert_int_not_equal(err.what[0], '\0');
    cJSON_Delete(document);
    return status;
}

static void bad_metadata(void **state)
{
    static const char *const perps[] = {
        "{}",
        "[]",
        "{\"universe\":{}}",
        "{\"universe\":[{}]}",
        "{\"universe\":[{\"name\":\"A\"}]}",
        "{\"universe\":[{\"name\":\"\",\"szDecimals\":1}]}",
        "{\"universe\":[{\"name\":\"A\",\"szDecimals\":-1}]}",
        "{\"universe\":[{\"name\":\"A\",\"szDecimals\":1.5}]}",
        "{\"universe\":[{\"name\":\"A\",\"szDecimals\":1e300}]}",
        "{\"universe\":[{\"name\":\"A\",\"szDecimals\":\"1\"}]}",
        "{\"universe\":[{\"name\":\"A\",\"szDecimals\":1},{\"name\":7,\"szDecimals\":1}]}"
    };
    static const char *const pairs[] = {
        "{}", "{\"tokens\":[]}",
        "{\"tokens\":[{\"name\":\"A\",\"index\":0}],\"universe\":[{\"name\":\"@1\",\"index\":1,\"tokens\":[0,0]}]}",
        "{\"tokens\":[],\"universe\":[{\"name\":\"@1\",\"index\":-1,\"tokens\":[0,0]}]}"
    };
    pg_hl_assets assets = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof perps / sizeof perps[0]; i++)
        assert_int_equal(add(&assets, perps[i], 0, false), PG_ERR_PARSE);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        assert_int_equal(add(&assets, pairs[i], 0, true), PG_ERR_PARSE);
    assert_int_equal(add(&assets, "{\"universe\":[]}", -1, false), PG_ERR_RANGE);
    assert_int_equal(assets.count, 0);
    assert_int_equal(
        add(&assets, "{\"tokens\":[],\"universe\":[{\"name\":\"@1\",\"index\":1,\"tokens\":[8,9]}]}", 0, true), PG_OK);
    assert_int_equal(assets.count, 0); /* a pair of unknown tokens is left out */
    pg_hl_assets_free(&assets);
}

/* An asset named like another's alias is the one that is found; id 0 is an asset. */
static void names_and_aliases(void **state)
{
    pg_hl_assets assets = { 0 };
    pg_hl_asset asset;
    pg_instrument instrument;

    (void)state;
    assert_int_equal(add(&assets,
                         "{\"tokens\":[{\"name\":\"A\",\"index\":3,\"szDecimals\":2},{\"name\":\"Q\",\"index\":0,"
                         "\"szDecimals\":8}],\"universe\":[{\"name\":\"@1\",\"index\":1,\"tokens\":[3,0]},"
                         "{\"name\":\"A/Q\",\"index\":2,\"tokens\":[3,0]}]}",
                         0, true),
                     PG_OK);
    assert_int_equal(add(&assets, "{\"universe\":[{\"name\":\"A\",\"szDecimals\":4,\"maxLeverage\":9}]}", 0, false),
                     PG_OK);
    assert_int_equal(pg_hl_assets_find(&asset, &assets, "A/Q", NULL), PG_OK);
    assert_int_equal(asset.id, 10002);
    assert_int_equal(pg_hl_assets_find(&asset, &assets, "A", NULL), PG_OK);
    assert_int_equal(asset.id, 0);
    assert_int_equal(pg_hl_asset_instrument(&instrument, &asset, NULL), PG_OK);
    assert_int_equal(instrument.price_decimals, 2);
    assert_int_equal(instrument.size_decimals, 4);
    assert_int_equal(instrument.min_notional, 10);
    pg_hl_assets_free(&assets);
}

/* The instrument's rule for integers and the rule for texts agree, for random prices of every precision. */
static void instruments_agree(void **state)
{
    pg_random random;
    char price[64], wire[PG_HL_NUMBER_TEXT], text[PG_HL_NUMBER_TEXT];

    (void)state;
    pg_random_seed(&random, 9);
    for (int i = 0; i < 20000; i++) {
        pg_hl_asset asset = { .name = "X", .market = i % 2 ? PG_HL_SPOT : PG_HL_PERP, .size_decimals = i % 6 };
        pg_instrument instrument;
        assert_int_equal(pg_hl_asset_instrument(&instrument, &asset, NULL), PG_OK);
        int64_t units = 1 + (int64_t)exp(25 * pg_random_uniform(&random));
        pg_hl_number number;
        snprintf(price, sizeof price, "%llde-%d", (long long)units, instrument.price_decimals);
        for (int side = 0; side < 2; side++) {
            int64_t ruled = instrument.rule(&instrument, units, side ? PG_SELL : PG_BUY);
            pg_status status =
                pg_hl_price_round(wire, price, asset.market, asset.size_decimals, side ? PG_HL_UP : PG_HL_DOWN, NULL);
            assert_int_equal(status, PG_OK);
            snprintf(text, sizeof text, "%llde-%d", (long long)ruled, instrument.price_decimals);
            assert_int_equal(pg_hl_number_parse(&number, text, strlen(text)), PG_OK);
            assert_string_equal(pg_hl_number_format(text, &number), wire);
        }
    }
}

/* Prices around every asset of the published answers round to valid ones. */
static void recorded_metadata(void **state)
{
    static const char *const files[] = { "rest_meta.json", "rest_allPerpMetas.json", "rest_spotMeta.json" };
    pg_random random;
    int checked = 0;

    (void)state;
    pg_random_seed(&random, 3);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[256], price[64], *text;
        size_t size;
        pg_hl_assets assets = { 0 };
        snprintf(path, sizeof path, SHARED_MESSAGES "%s", files[i]);
        if (pg_file_read(&text, &size, path, 1 << 20, NULL) != PG_OK)
            skip();
        cJSON *document = cJSON_Parse(text);
        const cJSON *response = cJSON_GetObjectItemCaseSensitive(document, "response");
        bool list = cJSON_IsArray(response);
        for (int dex = 0; dex < (list ? cJSON_GetArraySize(response) : 1); dex++) {
            const cJSON *meta = list ? cJSON_GetArrayItem(response, dex) : response;
            assert_int_equal(
                i == 2 ? pg_hl_assets_add_spot(&assets, meta, NULL) : pg_hl_assets_add_perps(&assets, dex, meta, NULL),
                PG_OK);
        }
        for (size_t k = 0; k < assets.count; k++)
            for (int n = 0; n < 500; n++, checked++) {
                snprintf(price, sizeof price, "%.9f", exp(30 * pg_random_uniform(&random) - 15));
                check_rounding(price, assets.items[k].market, assets.items[k].size_decimals);
            }
        pg_hl_assets_free(&assets);
        cJSON_Delete(document);
        free(text);
    }
    assert_true(checked > 0);
}

/* ---- margin ---- */

/* At the liquidation price the margin is the maintenance margin, whatever the tier. */
static void liquidation_prices(void **state)
{
    static const pg_hl_tier tiers[] = { { 0, 50 }, { 10000, 20 }, { 100000, 5 } };
    int found = 0;

    (void)state;
    for (double size = -5000; size <= 5000; size += 333)
        for (double margin = 10; margin < 1e6; margin *= 3) {
            double price = pg_hl_liquidation_price(size, 100, margin, tiers, 3);
            if (isnan(price))
                continue;
            double equity = margin + size * (price - 100);
            assert_float_equal(equity, pg_hl_maintenance_margin(fabs(size) * price, tiers, 3),
                               1e-6 * (1 + fabs(equity)));
            found++;
        }
    assert_true(found > 100);
    assert_true(isnan(pg_hl_liquidation_price(0, 100, 10, tiers, 3)));
    assert_true(isnan(pg_hl_liquidation_price(1, 100, 1000, tiers, 3)));
    assert_true(isnan(pg_hl_maintenance_margin(1, tiers, 0)));
    static const pg_hl_tier bad[] = { { 0, 50 }, { 0, 20 } };
    assert_true(isnan(pg_hl_maintenance_margin(1, bad, 2)));
    assert_float_equal(pg_hl_initial_margin(-2, 100, 20), 10, 1e-12);
    assert_float_equal(pg_hl_transfer_margin(10, 200), 20, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wire_texts),        cmocka_unit_test(random_prices),      cmocka_unit_test(order_checks),
        cmocka_unit_test(bad_metadata),      cmocka_unit_test(names_and_aliases),  cmocka_unit_test(instruments_agree),
        cmocka_unit_test(recorded_metadata), cmocka_unit_test(liquidation_prices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
