#include "venue/extended/sign_order.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "crypto/stark_bytes.h"

enum { MAX_ID = 76 };

static pg_status off_grid(const char *what, const char *text, const pg_exact *step, pg_error *err)
{
    char unit[PG_EXACT_TEXT];
    pg_exact_format(unit, sizeof unit, step);
    return pg_fail(err, PG_ERR_INVALID, "the %s %.48s is not a multiple of %.48s", what, text, unit);
}

/* A decimal that must be a multiple of `step`, when that is not 0. */
static pg_status parse_on_grid(pg_exact *r, const char *what, const char *text, const pg_exact *step, pg_error *err)
{
    pg_exact rounded;
    int order = 0;
    pg_status status = pg_exact_parse(r, text ? text : "", err);

    if (status != PG_OK) {
        pg_error_where(err, "%s", what);
        return status;
    }
    if (pg_exact_is_zero(step))
        return PG_OK;
    if (pg_exact_round(&rounded, r, step, false) != PG_OK || pg_exact_compare(&order, &rounded, r) != PG_OK || order)
        return off_grid(what, text, step, err);
    return PG_OK;
}

static pg_status parse_fees(pg_exact *fee, pg_exact *builder_fee, const pg_extended_order *order, pg_error *err)
{
    pg_status status = pg_exact_parse(fee, order->fee ? order->fee : "", err);

    if (status == PG_OK)
        status = pg_exact_parse(builder_fee, order->builder_fee ? order->builder_fee : "0", err);
    if (status != PG_OK)
        pg_error_where(err, "fee rate");
    return status;
}

pg_status pg_extended_settle(pg_extended_settlement *r, const pg_extended_order *order,
                             const pg_extended_account *account, bool verify, pg_error *err)
{
    const pg_extended_market *market = order->market;
    pg_exact quantity, price, fee, builder_fee;
    pg_status status;

    if ((status = parse_on_grid(&quantity, "quantity", order->quantity, &market->size_step, err)) != PG_OK ||
        (status = parse_on_grid(&price, "price", order->price, &market->price_tick, err)) != PG_OK ||
        (status = parse_fees(&fee, &builder_fee, order, err)) != PG_OK ||
        (status = pg_extended_scale(&r->amounts, order->side, &quantity, &price, &fee, &builder_fee,
                                    market->synthetic_resolution, market->collateral_resolution, order->expiry_ms,
                                    err)) != PG_OK)
        return status;
    const pg_extended_order_args args = {
        .position = account->position,
        .base_asset = market->synthetic_id,
        .quote_asset = market->collateral_id,
        .fee_asset = market->collateral_id,
        .base_amount = r->amounts.base,
        .quote_amount = r->amounts.quote,
        .fee_amount = r->amounts.fee,
        .expiration_s = r->amounts.expiration_s,
        .salt = order->nonce,
    };
    pg_extended_order_hash(&r->struct_hash, &args);
    return pg_extended_sign(&r->message_hash, &r->signature, account, &r->struct_hash, verify, err);
}

/* A leg is the order itself with the leg's side, price and quantity. */
static pg_status settle_leg(pg_extended_settlement *r, const pg_extended_order *order, const pg_extended_leg *leg,
                            const pg_extended_account *account, bool verify, pg_error *err)
{
    pg_extended_order as_order = *order;

    if (!leg)
        return PG_OK;
    if (order->type != PG_EXTENDED_TPSL)
        as_order.side = order->side == PG_EXTENDED_BUY ? PG_EXTENDED_SELL : PG_EXTENDED_BUY;
    as_order.price = leg->price;
    if (leg->quantity)
        as_order.quantity = leg->quantity;
    return pg_extended_settle(r, &as_order, account, verify, err);
}

static pg_status check_id(const char *name, const char *id, pg_error *err)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t length;

    if (!id)
        return PG_OK;
    length = strlen(id);
    if (length == 0 || length > MAX_ID || strspn(id, allowed) != length)
        return pg_fail(err, PG_ERR_INVALID, "%s \"%.80s\" is not 1 to %d characters of A-Z, a-z, 0-9, _ and -", name,
                       id, MAX_ID);
    return PG_OK;
}

static pg_status check_order(const pg_extended_order *order, pg_error *err)
{
    pg_status status;

    if ((status = check_id("id", order->id, err)) != PG_OK ||
        (status = check_id("cancelId", order->cancel_id, err)) != PG_OK)
        return status;
    if (order->post_only && order->time_in_force == PG_EXTENDED_IOC)
        return pg_fail(err, PG_ERR_INVALID, "an order cannot be post-only and IOC");
    if (order->type == PG_EXTENDED_MARKET && order->time_in_force != PG_EXTENDED_IOC)
        return pg_fail(err, PG_ERR_INVALID, "a market order must be IOC");
    if (order->type == PG_EXTENDED_CONDITIONAL && !order->trigger)
        return pg_fail(err, PG_ERR_INVALID, "a conditional order needs a trigger");
    if (order->type == PG_EXTENDED_TPSL &&
        (order->legs == PG_EXTENDED_NO_LEGS || !order->reduce_only || order->post_only))
        return pg_fail(err, PG_ERR_INVALID, "a TPSL order has legs, is reduce-only and not post-only");
    if ((order->legs == PG_EXTENDED_NO_LEGS) != (!order->take_profit && !order->stop_loss))
        return pg_fail(err, PG_ERR_INVALID, "the kind of legs and the legs of an order do not agree");
    return PG_OK;
}

pg_status pg_extended_order_sign(pg_extended_signed_order *r, const pg_extended_order *order,
                                 const pg_extended_account *account, bool verify, pg_error *err)
{
    pg_status status = check_order(order, err);
    const pg_felt *id_hash = &r->order.message_hash;

    if (status == PG_OK && order->type != PG_EXTENDED_TPSL)
        status = pg_extended_settle(&r->order, order, account, verify, err);
    if (status == PG_OK)
        status = settle_leg(&r->take_profit, order, order->take_profit, account, verify, err);
    if (status == PG_OK)
        status = settle_leg(&r->stop_loss, order, order->stop_loss, account, verify, err);
    if (status != PG_OK)
        return status;
    if (order->type == PG_EXTENDED_TPSL)
        id_hash = order->take_profit ? &r->take_profit.message_hash : &r->stop_loss.message_hash;
    if (order->id)
        snprintf(r->id, sizeof r->id, "%s", order->id);
    else
        pg_felt_to_decimal(r->id, id_hash);
    return PG_OK;
}

/* ---- the body ---- */

typedef struct {
    char *text;
    size_t size, length;
    bool full;
} buffer;

static void put(buffer *b, const char *text)
{
    size_t length = strlen(text);

    if (b->length + length >= b->size) {
        b->full = true;
        return;
    }
    memcpy(b->text + b->length, text, length + 1);
    b->length += length;
}

/* "key": "value", with a comma before it unless it is the first of its object. Values are decimals, hex, enum names and
 * checked ids; a market's name is the only text from outside. */
static void put_text(buffer *b, const char *key, const char *value)
{
    char last = b->length ? b->text[b->length - 1] : '{';
    put(b, last == '{' ? "\"" : ",\"");
    put(b, key);
    put(b, "\":\"");
    for (const char *p = value; *p; p++) {
        char c[3] = { *p, '\0' };
        if (*p == '"' || *p == '\\')
            memcpy(c, (char[]){ '\\', *p, '\0' }, 3);
        put(b, (unsigned char)*p < 0x20 ? "?" : c);
    }
    put(b, "\"");
}

static void put_raw(buffer *b, const char *key, const char *value)
{
    put(b, b->text[b->length - 1] == '{' ? "\"" : ",\"");
    put(b, key);
    put(b, "\":");
    put(b, value);
}

static void put_u64(buffer *b, const char *key, uint64_t value, bool quoted)
{
    char number[24];
    snprintf(number, sizeof number, "%" PRIu64, value);
    if (quoted)
        put_text(b, key, number);
    else
        put_raw(b, key, number);
}

static void put_i64(buffer *b, const char *key, int64_t value)
{
    char number[24];
    snprintf(number, sizeof number, "%" PRId64, value);
    put_text(b, key, number);
}

static void put_settlement(buffer *b, const pg_extended_settlement *s, const pg_extended_account *account)
{
    char hex[PG_STARK_HEX], key[PG_FELT_HEX];

    put_raw(b, "settlement", "{");
    put_raw(b, "signature", "{");
    put_text(b, "r", pg_stark_bytes_to_hex(hex, s->signature.r));
    put_text(b, "s", pg_stark_bytes_to_hex(hex, s->signature.s));
    put(b, "}");
    put_text(b, "starkKey", pg_felt_to_hex(key, &account->public_key));
    put_u64(b, "collateralPosition", account->position, true);
    put(b, "}");
}

static void put_amounts(buffer *b, const pg_extended_amounts *amounts)
{
    put_raw(b, "debuggingAmounts", "{");
    put_i64(b, "collateralAmount", amounts->quote);
    put_u64(b, "feeAmount", amounts->fee, true);
    put_i64(b, "syntheticAmount", amounts->base);
    put(b, "}");
}

static const char *source_name(pg_extended_price_source source)
{
    static const char *const names[] = { "LAST", "MARK", "INDEX" };
    return names[source];
}

static void put_leg(buffer *b, const char *key, const pg_extended_leg *leg, const pg_extended_settlement *settlement,
                    const pg_extended_account *account)
{
    if (!leg)
        return;
    put_raw(b, key, "{");
    put_text(b, "triggerPrice", leg->trigger_price);
    put_text(b, "triggerPriceType", source_name(leg->trigger_source));
    put_text(b, "price", leg->price);
    put_text(b, "priceType", leg->market ? "MARKET" : "LIMIT");
    put_settlement(b, settlement, account);
    put_amounts(b, &settlement->amounts);
    put(b, "}");
}

static void put_trigger(buffer *b, const pg_extended_trigger *trigger)
{
    put_raw(b, "trigger", "{");
    put_text(b, "triggerPrice", trigger->price);
    put_text(b, "triggerPriceType", source_name(trigger->source));
    put_text(b, "direction", trigger->up ? "UP" : "DOWN");
    put_text(b, "executionPriceType", trigger->market ? "MARKET" : "LIMIT");
    put(b, "}");
}

static void put_order(buffer *b, const pg_extended_order *order, const char *id)
{
    static const char *const types[] = { "LIMIT", "MARKET", "CONDITIONAL", "TPSL" };
    static const char *const protections[] = { "ACCOUNT", "CLIENT", "DISABLED" };

    put_text(b, "id", id);
    put_text(b, "market", order->market->name);
    put_text(b, "type", types[order->type]);
    put_text(b, "side", order->side == PG_EXTENDED_BUY ? "BUY" : "SELL");
    put_text(b, "qty", order->quantity);
    put_text(b, "price", order->price);
    put_raw(b, "reduceOnly", order->reduce_only ? "true" : "false");
    put_raw(b, "postOnly", order->post_only ? "true" : "false");
    put_text(b, "timeInForce", order->time_in_force == PG_EXTENDED_GTT ? "GTT" : "IOC");
    put_u64(b, "expiryEpochMillis", order->expiry_ms, false);
    put_text(b, "fee", order->fee);
    put_u64(b, "nonce", order->nonce, true);
    put_text(b, "selfTradeProtectionLevel", protections[order->self_trade]);
    if (order->cancel_id)
        put_text(b, "cancelId", order->cancel_id);
    if (order->builder_fee)
        put_text(b, "builderFee", order->builder_fee);
    if (order->builder_id)
        put_u64(b, "builderId", order->builder_id, false);
}

pg_status pg_extended_order_body(char *text, size_t size, const pg_extended_order *order,
                                 const pg_extended_signed_order *signed_order, const pg_extended_account *account,
                                 pg_error *err)
{
    buffer b = { .text = text, .size = size };

    text[0] = '\0';
    put(&b, "{");
    if (!b.full) {
        put_order(&b, order, signed_order->id);
        if (order->trigger)
            put_trigger(&b, order->trigger);
        if (order->legs != PG_EXTENDED_NO_LEGS)
            put_text(&b, "tpSlType", order->legs == PG_EXTENDED_LEGS_ORDER ? "ORDER" : "POSITION");
        put_leg(&b, "takeProfit", order->take_profit, &signed_order->take_profit, account);
        put_leg(&b, "stopLoss", order->stop_loss, &signed_order->stop_loss, account);
        if (order->type != PG_EXTENDED_TPSL) {
            put_settlement(&b, &signed_order->order, account);
            put_amounts(&b, &signed_order->order.amounts);
        }
        put(&b, "}");
    }
    if (!b.full)
        return PG_OK;
    text[0] = '\0';
    return pg_fail(err, PG_ERR_RANGE, "the body of an order does not fit %zu bytes", size);
}
