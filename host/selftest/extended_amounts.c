/* Extended vectors: scaled integers, precision, transfers. */
#include <string.h>

#include "selftest/extended.h"
#include "venue/extended/rules.h"
#include "venue/extended/sign.h"

static pg_extended_side side_of(const cJSON *json)
{
    return strcmp(pg_vector_text(json, "side"), "SELL") == 0 ? PG_EXTENDED_SELL : PG_EXTENDED_BUY;
}

/* The amounts of a rounding vector, or why there are none. */
static pg_status scale(pg_vectors *v, pg_extended_amounts *amounts, const cJSON *json, uint64_t expiry_ms,
                       pg_error *err)
{
    static const char *const names[] = { "qty", "price", "fee_rate", "builder_fee" };
    pg_exact number[4];

    for (size_t i = 0; i < PG_COUNT(names); i++) {
        const cJSON *item = pg_vector_get(json, names[i]);
        pg_status status = pg_exact_parse(&number[i], item ? pg_vector_text(json, names[i]) : "0", err);
        if (status != PG_OK)
            return status;
    }
    return pg_extended_scale(amounts, side_of(json), &number[0], &number[1], &number[2], &number[3],
                             pg_extended_u64(v, json, "synthetic_resolution"),
                             pg_extended_u64(v, json, "collateral_resolution"), expiry_ms, err);
}

static void check_integer(pg_vectors *v, const cJSON *json, const char *name, int64_t got)
{
    int64_t expected = pg_extended_i64(v, json, name);
    if (expected != got)
        pg_vector_fail(v, name, "expected %lld, got %lld", (long long)expected, (long long)got);
}

static void one_rounding(pg_vectors *v, const cJSON *json)
{
    pg_extended_amounts amounts = { 0 };
    pg_error err;

    if (scale(v, &amounts, json, pg_extended_u64(v, json, "expiry_epoch_millis"), &err) != PG_OK) {
        pg_vector_fail(v, "scale", "%s", err.what);
        return;
    }
    check_integer(v, json, "base_amount", amounts.base);
    check_integer(v, json, "quote_amount", amounts.quote);
    check_integer(v, json, "fee_amount", (int64_t)amounts.fee);
    check_integer(v, json, "expiration_seconds", (int64_t)amounts.expiration_s);
}

static void one_refusal(pg_vectors *v, const cJSON *json)
{
    pg_extended_amounts amounts;
    if (scale(v, &amounts, json, 1, NULL) == PG_OK)
        pg_vector_fail(v, "scale", "was not refused (%s)", pg_vector_text(json, "error"));
}

void pg_extended_vectors_rounding(pg_vectors *v, const cJSON *root)
{
    pg_extended_each(v, root, "vectors", one_rounding);
    pg_extended_each(v, root, "errors", one_refusal);
}

/* ---- precision ---- */

static void read_number(pg_vectors *v, pg_exact *r, const cJSON *json, const char *name)
{
    pg_error err;
    if (pg_exact_parse(r, pg_vector_text(json, name), &err) != PG_OK)
        pg_vector_fail(v, name, "%s", err.what);
}

static void check_number(pg_vectors *v, const cJSON *json, const char *name, pg_status status, const pg_exact *got)
{
    char text[PG_EXACT_TEXT] = "nothing";
    if (status == PG_OK)
        pg_exact_format(text, sizeof text, got);
    pg_vector_check_text(v, name, pg_vector_get(json, name), text);
}

static void one_precision(pg_vectors *v, const cJSON *json)
{
    const cJSON *market_json = pg_vector_get(json, "market");
    bool market_order = strcmp(pg_vector_text(json, "kind"), "MARKET") == 0;
    pg_extended_market market = { 0 };
    pg_exact price, quantity, mark, rounded;

    read_number(v, &market.min_size, market_json, "minOrderSize");
    read_number(v, &market.size_step, market_json, "minOrderSizeChange");
    read_number(v, &market.price_tick, market_json, "minPriceChange");
    read_number(v, &market.price_cap, market_json, "limitPriceCap");
    read_number(v, &market.price_floor, market_json, "limitPriceFloor");
    read_number(v, &market.max_limit_value, market_json, "maxLimitOrderValue");
    read_number(v, &market.max_market_value, market_json, "maxMarketOrderValue");
    read_number(v, &price, json, "price");
    read_number(v, &quantity, json, "qty");
    read_number(v, &mark, json, "mark_price");

    int code = (int)pg_extended_check(&market, market_order ? PG_EXTENDED_MARKET : PG_EXTENDED_LIMIT, side_of(json),
                                      &price, &quantity, &mark);
    if (code != (int)pg_vector_double(json, "local_code", -1.0))
        pg_vector_fail(v, "local_code", "expected %g, got %d", pg_vector_double(json, "local_code", -1.0), code);
    pg_status status = pg_extended_round_price(&rounded, &price, &market, PG_EXTENDED_BUY, false);
    check_number(v, json, "price_floor", status, &rounded);
    status = pg_extended_round_price(&rounded, &price, &market, PG_EXTENDED_SELL, false);
    check_number(v, json, "price_ceil", status, &rounded);
    status = pg_extended_round_quantity(&rounded, &quantity, &market);
    check_number(v, json, "qty_floor", status, &rounded);
}

void pg_extended_vectors_precision(pg_vectors *v, const cJSON *root)
{
    pg_extended_each(v, root, "vectors", one_precision);
}

/* ---- transfers, withdrawals, orders for vault shares ---- */

static void check_signed(pg_vectors *v, const cJSON *json, const pg_felt *struct_hash)
{
    pg_secret *secret = pg_extended_key(v, json, "private_key");
    pg_extended_account account;
    pg_stark_signature signature = { 0 };
    pg_felt domain, public_key, message = pg_felt_zero;
    pg_error err;

    pg_extended_check_felt(v, "struct_hash", pg_vector_get(json, "struct_hash"), struct_hash);
    pg_extended_felt(v, &public_key, json, "public_key");
    pg_extended_domain_hash(&domain, "Perpetuals", "v0", pg_vector_text(json, "chainId"), 1, NULL);
    if (!secret)
        return;
    if (pg_extended_account_init(&account, 0, &domain, secret, &public_key, &err) != PG_OK ||
        pg_extended_sign(&message, &signature, &account, struct_hash, true, &err) != PG_OK)
        pg_vector_fail(v, "sign", "%s", err.what);
    pg_extended_check_felt(v, "message_hash", pg_vector_get(json, "message_hash"), &message);
    pg_extended_check_signature(v, json, &signature);
    pg_secret_free(secret);
}

static void one_transfer(pg_vectors *v, const cJSON *json)
{
    const cJSON *in = pg_vector_get(json, "inputs");
    pg_extended_transfer_args args = {
        .recipient = (uint32_t)pg_extended_u64(v, in, "recipient_position_id"),
        .sender = (uint32_t)pg_extended_u64(v, in, "sender_position_id"),
        .amount = pg_extended_u64(v, in, "amount"),
        .expiration_s = pg_extended_u64(v, in, "expiration"),
        .salt = pg_extended_u64(v, in, "salt"),
    };
    pg_felt hash;

    pg_extended_felt(v, &args.collateral, in, "collateral_id");
    pg_extended_transfer_hash(&hash, &args);
    check_signed(v, json, &hash);
}

static void one_withdrawal(pg_vectors *v, const cJSON *json)
{
    const cJSON *in = pg_vector_get(json, "inputs");
    pg_extended_withdrawal_args args = {
        .position = (uint32_t)pg_extended_u64(v, in, "position_id"),
        .amount = pg_extended_u64(v, in, "amount"),
        .expiration_s = pg_extended_u64(v, in, "expiration"),
        .salt = pg_extended_u64(v, in, "salt"),
    };
    pg_felt hash;

    pg_extended_felt(v, &args.recipient, in, "recipient");
    pg_extended_felt(v, &args.collateral, in, "collateral_id");
    pg_extended_withdrawal_hash(&hash, &args);
    check_signed(v, json, &hash);
}

static void one_limit_order(pg_vectors *v, const cJSON *json)
{
    const cJSON *in = pg_vector_get(json, "inputs");
    pg_extended_limit_order_args args = {
        .source = (uint32_t)pg_extended_u64(v, in, "source_position"),
        .receiver = (uint32_t)pg_extended_u64(v, in, "receive_position"),
        .order.base_amount = pg_extended_i64(v, in, "base_amount"),
        .order.quote_amount = pg_extended_i64(v, in, "quote_amount"),
        .order.fee_amount = pg_extended_u64(v, in, "fee_amount"),
        .order.expiration_s = pg_extended_u64(v, in, "expiration"),
        .order.salt = pg_extended_u64(v, in, "salt"),
    };
    pg_felt hash;

    pg_extended_felt(v, &args.order.base_asset, in, "base_asset_id");
    pg_extended_felt(v, &args.order.quote_asset, in, "quote_asset_id");
    pg_extended_felt(v, &args.order.fee_asset, in, "fee_asset_id");
    pg_extended_limit_order_hash(&hash, &args);
    check_signed(v, json, &hash);
}

void pg_extended_vectors_transfers(pg_vectors *v, const cJSON *root)
{
    pg_extended_each(v, root, "transfers", one_transfer);
    pg_extended_each(v, root, "withdrawals", one_withdrawal);
    pg_extended_each(v, root, "limit_orders", one_limit_order);
}
