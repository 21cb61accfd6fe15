/* Extended vectors: orders, from what a human writes to the body of the request. */
#include <stdlib.h>
#include <string.h>

#include "selftest/extended.h"
#include "venue/extended/sign_order.h"

/* Market, order and domain of a vector. The market's step and tick are left out: some vectors are off them, to test the
 * arithmetic. */
typedef struct {
    pg_extended_market market;
    pg_extended_order order;
    pg_felt domain;
    uint32_t position;
} inputs;

static const char *text_or_null(const cJSON *json, const char *name)
{
    const char *text = pg_vector_text(json, name);
    return *text ? text : NULL;
}

static void read_side(pg_vectors *v, inputs *in, const cJSON *json)
{
    const char *side = pg_vector_text(json, "side");

    if (strcmp(side, "BUY") != 0 && strcmp(side, "SELL") != 0)
        pg_vector_fail(v, "side", "is %s", side);
    in->order.market = &in->market;
    in->order.side = strcmp(side, "BUY") == 0 ? PG_EXTENDED_BUY : PG_EXTENDED_SELL;
    in->order.quantity = pg_vector_text(json, "qty");
    in->order.price = pg_vector_text(json, "price");
    in->order.fee = pg_vector_text(json, "fee_rate");
    in->order.builder_fee = text_or_null(json, "builder_fee");
    in->order.expiry_ms = pg_extended_u64(v, json, "expiry_epoch_millis");
    in->order.nonce = pg_extended_u64(v, json, "nonce");
    in->position = (uint32_t)pg_extended_u64(v, json, "position_id");
}

static void read_l2(pg_vectors *v, pg_extended_market *market, const cJSON *l2)
{
    pg_extended_felt(v, &market->synthetic_id, l2, "syntheticId");
    pg_extended_felt(v, &market->collateral_id, l2, "collateralId");
    market->synthetic_resolution = pg_extended_u64(v, l2, "syntheticResolution");
    market->collateral_resolution = pg_extended_u64(v, l2, "collateralResolution");
}

static void read_inputs(pg_vectors *v, inputs *in, const cJSON *json)
{
    const cJSON *market = pg_vector_get(json, "market"), *domain = pg_vector_get(json, "domain");

    *in = (inputs){ 0 };
    read_side(v, in, json);
    read_l2(v, &in->market, pg_vector_get(market, "l2Config"));
    snprintf(in->market.name, sizeof in->market.name, "%s", pg_vector_text(market, "name"));
    pg_extended_domain_hash(&in->domain, pg_vector_text(domain, "name"), pg_vector_text(domain, "version"),
                            pg_vector_text(domain, "chainId"), pg_extended_u64(v, domain, "revision"), NULL);
}

static void check_integer(pg_vectors *v, const cJSON *json, const char *name, int64_t got)
{
    int64_t expected = pg_extended_i64(v, json, name);
    if (expected != got)
        pg_vector_fail(v, name, "expected %lld, got %lld", (long long)expected, (long long)got);
}

static void check_scaled(pg_vectors *v, const cJSON *scaled, const pg_extended_amounts *got)
{
    pg_felt felt;

    check_integer(v, scaled, "base_amount", got->base);
    check_integer(v, scaled, "quote_amount", got->quote);
    check_integer(v, scaled, "fee_amount", (int64_t)got->fee);
    if (pg_vector_get(scaled, "expiration_seconds"))
        check_integer(v, scaled, "expiration_seconds", (int64_t)got->expiration_s);
    pg_felt_from_i64(&felt, got->base);
    if (pg_vector_get(scaled, "base_amount_felt"))
        pg_extended_check_felt(v, "base_amount_felt", pg_vector_get(scaled, "base_amount_felt"), &felt);
    pg_felt_from_i64(&felt, got->quote);
    if (pg_vector_get(scaled, "quote_amount_felt"))
        pg_extended_check_felt(v, "quote_amount_felt", pg_vector_get(scaled, "quote_amount_felt"), &felt);
}

/* What the body says beyond the inputs. */
static void read_body(pg_extended_order *order, const cJSON *body)
{
    const char *protection = pg_vector_text(body, "selfTradeProtectionLevel");

    order->post_only = cJSON_IsTrue(pg_vector_get(body, "postOnly"));
    order->reduce_only = cJSON_IsTrue(pg_vector_get(body, "reduceOnly"));
    order->type = strcmp(pg_vector_text(body, "type"), "MARKET") == 0 ? PG_EXTENDED_MARKET : PG_EXTENDED_LIMIT;
    order->time_in_force = strcmp(pg_vector_text(body, "timeInForce"), "IOC") == 0 ? PG_EXTENDED_IOC : PG_EXTENDED_GTT;
    order->self_trade = strcmp(protection, "CLIENT") == 0     ? PG_EXTENDED_STP_CLIENT
                        : strcmp(protection, "DISABLED") == 0 ? PG_EXTENDED_STP_DISABLED
                                                              : PG_EXTENDED_STP_ACCOUNT;
    order->cancel_id = text_or_null(body, "cancelId");
    order->builder_id = (uint64_t)pg_vector_double(body, "builderId", 0.0);
}

static void check_body(pg_vectors *v, const cJSON *expected, const char *text)
{
    cJSON *got = cJSON_Parse(text);
    char *want = cJSON_PrintUnformatted(expected);

    if (!got || !cJSON_Compare(got, expected, true))
        pg_vector_fail(v, "request_body", "expected %s, got %s", want, text);
    cJSON_Delete(got);
    cJSON_free(want);
}

static void sign_and_check(pg_vectors *v, const cJSON *json, inputs *in, const pg_extended_account *account)
{
    const cJSON *hashes = pg_vector_get(json, "hashes"), *body = pg_vector_get(json, "request_body");
    pg_extended_signed_order result;
    char text[PG_EXTENDED_BODY];
    pg_error err;

    read_body(&in->order, body);
    if (pg_extended_order_sign(&result, &in->order, account, true, &err) != PG_OK) {
        pg_vector_fail(v, "sign", "%s", err.what);
        return;
    }
    check_scaled(v, pg_vector_get(json, "scaled"), &result.order.amounts);
    pg_extended_check_felt(v, "domain_hash", pg_vector_get(hashes, "domain_hash"), &account->domain);
    pg_extended_check_felt(v, "order_struct_hash", pg_vector_get(hashes, "order_struct_hash"),
                           &result.order.struct_hash);
    pg_extended_check_felt(v, "message_hash", pg_vector_get(hashes, "message_hash"), &result.order.message_hash);
    pg_vector_check_text(v, "order_id_decimal", pg_vector_get(hashes, "order_id_decimal"), result.id);
    pg_extended_check_signature(v, pg_vector_get(json, "signature"), &result.order.signature);
    if (pg_extended_order_body(text, sizeof text, &in->order, &result, account, &err) != PG_OK)
        pg_vector_fail(v, "request_body", "%s", err.what);
    check_body(v, body, text);
}

static void one_order(pg_vectors *v, const cJSON *json)
{
    const cJSON *human = pg_vector_get(json, "inputs");
    pg_secret *secret = pg_extended_key(v, human, "private_key");
    pg_extended_account account;
    pg_felt public_key;
    inputs in;
    pg_error err;

    read_inputs(v, &in, human);
    pg_extended_felt(v, &public_key, human, "public_key");
    if (secret) {
        if (pg_extended_account_init(&account, in.position, &in.domain, secret, &public_key, &err) != PG_OK)
            pg_vector_fail(v, "account", "%s", err.what);
        else
            sign_and_check(v, json, &in, &account);
    }
    pg_secret_free(secret);
}

void pg_extended_vectors_orders(pg_vectors *v, const cJSON *root)
{
    pg_extended_each(v, root, "vectors", one_order);
}

static void one_invalid(pg_vectors *v, const cJSON *json)
{
    pg_stark_signature signature;
    uint8_t hash[32], public_key[32];

    pg_extended_signature(v, &signature, json);
    pg_extended_bytes(v, hash, json, "message_hash");
    pg_extended_bytes(v, public_key, json, "public_key");
    bool valid = pg_stark_verify_var(&signature, hash, public_key, NULL) == PG_OK;
    pg_vector_check_true(v, "valid", valid == cJSON_IsTrue(pg_vector_get(json, "valid")));
}

void pg_extended_vectors_invalid(pg_vectors *v, const cJSON *root)
{
    pg_extended_each(v, root, "vectors", one_invalid);
}

/* ---- what the exchange published: no private keys, so hashes and verification ---- */

static void one_published_order(pg_vectors *v, const cJSON *json)
{
    const cJSON *expected = pg_vector_get(json, "expected"), *id = pg_vector_get(expected, "order_id_decimal");
    pg_extended_settlement settlement = { 0 };
    pg_exact quantity, price, fee, builder_fee;
    pg_felt public_key, message;
    uint8_t hash[32], key[32];
    char decimal[PG_FELT_DECIMAL];
    pg_error err = { 0 };
    inputs in = { 0 };

    read_side(v, &in, json);
    read_l2(v, &in.market, json);
    pg_extended_domain_hash(&in.domain, "Perpetuals", "v0", pg_vector_text(json, "chainId"), 1, NULL);
    pg_exact_parse(&quantity, in.order.quantity, &err);
    pg_exact_parse(&price, in.order.price, &err);
    pg_exact_parse(&fee, in.order.fee, &err);
    pg_exact_parse(&builder_fee, in.order.builder_fee ? in.order.builder_fee : "0", &err);
    if (pg_extended_scale(&settlement.amounts, in.order.side, &quantity, &price, &fee, &builder_fee,
                          in.market.synthetic_resolution, in.market.collateral_resolution, in.order.expiry_ms,
                          &err) != PG_OK)
        pg_vector_fail(v, "scale", "%s", err.what);
    check_scaled(v, expected, &settlement.amounts);

    const pg_extended_order_args args = {
        in.position,
        in.market.synthetic_id,
        in.market.collateral_id,
        in.market.collateral_id,
        settlement.amounts.base,
        settlement.amounts.quote,
        settlement.amounts.fee,
        settlement.amounts.expiration_s,
        in.order.nonce,
    };
    pg_extended_felt(v, &public_key, json, "public_key");
    pg_extended_order_hash(&settlement.struct_hash, &args);
    pg_extended_message_hash(&message, &in.domain, &public_key, &settlement.struct_hash);
    if (id)
        pg_vector_check_text(v, "order_id_decimal", id, pg_felt_to_decimal(decimal, &message));
    pg_felt_to_bytes(hash, &message);
    pg_felt_to_bytes(key, &public_key);
    pg_extended_signature(v, &settlement.signature, expected);
    pg_vector_check_true(v, "signature", pg_stark_verify_var(&settlement.signature, hash, key, NULL) == PG_OK);
}

/* The number that follows `name` in a text, decimal or hexadecimal with 0x; an element. */
static pg_felt number_after(pg_vectors *v, const char *text, const char *name)
{
    const char *found = strstr(text, name);
    char number[80] = "";
    pg_felt r = pg_felt_zero;

    if (found) {
        found += strlen(name);
        size_t length = strspn(found, "+-0123456789abcdefx");
        snprintf(number, sizeof number, "%.*s", (int)length, found);
    }
    if (number[0] == '0' && number[1] == 'x')
        pg_felt_from_hex(&r, number, NULL);
    else if (number[0])
        pg_felt_from_i64(&r, strtoll(number, NULL, 10));
    else
        pg_vector_fail(v, "type", "has no %s", name);
    return r;
}

static int64_t integer_after(const char *text, const char *name)
{
    const char *found = strstr(text, name);
    return found ? strtoll(found + strlen(name), NULL, 10) : 0;
}

/* "Order message hash: position 100, base 0x2 +100, quote 0x1 -156, fee 0x1 74, expiration 100, salt 123, ..." */
static void described_order(pg_vectors *v, const char *text, pg_felt *r)
{
    pg_extended_order_args args = {
        .position = (uint32_t)integer_after(text, "position "),
        .base_asset = number_after(v, text, "base "),
        .quote_asset = number_after(v, text, "quote "),
        .fee_asset = number_after(v, text, "fee "),
        .expiration_s = (uint64_t)integer_after(text, "expiration "),
        .salt = (uint64_t)integer_after(text, "salt "),
    };
    const char *names[] = { "base ", "quote ", "fee " };
    int64_t amounts[3] = { 0 };

    for (int i = 0; i < 3; i++) {
        const char *asset = strstr(text, names[i]), *space = asset ? strchr(asset + strlen(names[i]), ' ') : NULL;
        amounts[i] = space ? strtoll(space, NULL, 10) : 0;
    }
    args.base_amount = amounts[0];
    args.quote_amount = amounts[1];
    args.fee_amount = (uint64_t)amounts[2];
    pg_extended_order_hash(r, &args);
}

static void described_transfer(pg_vectors *v, const char *text, pg_felt *r)
{
    const pg_extended_transfer_args args = {
        .recipient = (uint32_t)integer_after(text, "recipient "),
        .sender = (uint32_t)integer_after(text, "sender "),
        .collateral = number_after(v, text, "collateral "),
        .amount = (uint64_t)integer_after(text, "amount "),
        .expiration_s = (uint64_t)integer_after(text, "expiration "),
        .salt = (uint64_t)integer_after(text, "salt "),
    };
    pg_extended_transfer_hash(r, &args);
}

/* "Order struct hash, fields in order 1,2,3,4,5,6,7,8,9" */
static void listed_order(const char *text, pg_felt *r)
{
    uint64_t field[9] = { 0 };
    const char *p = strstr(text, "in order ");
    pg_extended_order_args args;

    p = p ? p + strlen("in order ") : text;
    for (int i = 0; i < 9 && *p; i++) {
        char *end;
        field[i] = strtoull(p, &end, 10);
        p = *end == ',' ? end + 1 : end;
    }
    args = (pg_extended_order_args){
        .position = (uint32_t)field[0],
        .base_amount = (int64_t)field[2],
        .quote_amount = (int64_t)field[4],
        .fee_amount = field[6],
        .expiration_s = field[7],
        .salt = field[8],
    };
    pg_felt_from_u64(&args.base_asset, field[1]);
    pg_felt_from_u64(&args.quote_asset, field[3]);
    pg_felt_from_u64(&args.fee_asset, field[5]);
    pg_extended_order_hash(r, &args);
}

/* What earlier descriptions said, for those that refer to it. */
typedef struct {
    pg_felt domain, public_key, struct_hash;
} described;

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void message_of(pg_vectors *v, pg_felt *r, described *known, const char *text)
{
    const char *chain = strstr(text, "SN_");

    if (strstr(text, "public key 0x"))
        known->public_key = number_after(v, text, "public key ");
    if (chain) {
        char name[32];
        snprintf(name, sizeof name, "%.*s", (int)strspn(chain, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), chain);
        pg_extended_domain_hash(&known->domain, "Perpetuals", "v0", name, 1, NULL);
    }
    pg_extended_message_hash(r, &known->domain, &known->public_key, &known->struct_hash);
}

/* The hash that a description in words asks for; false when its words are not known. */
static bool described_hash(pg_vectors *v, pg_felt *r, described *known, const char *text)
{
    static const char *const selectors[PG_EXTENDED_STRUCTS] = {
        [PG_EXTENDED_DOMAIN] = "StarknetDomain selector",   [PG_EXTENDED_ORDER] = "Order selector",
        [PG_EXTENDED_LIMIT_ORDER] = "LimitOrder selector",  [PG_EXTENDED_TRANSFER] = "TransferArgs selector",
        [PG_EXTENDED_WITHDRAWAL] = "WithdrawArgs selector",
    };

    for (int i = 0; i < PG_EXTENDED_STRUCTS; i++)
        if (begins(text, selectors[i])) {
            pg_extended_type_hash(r, i);
            return true;
        }
    if (begins(text, "domain hash ")) {
        return pg_extended_domain_hash(r, "Perpetuals", "v0", text + strlen("domain hash "), 1, NULL) == PG_OK;
    } else if (begins(text, "Order struct hash, fields in order ")) {
        listed_order(text, &known->struct_hash);
        *r = known->struct_hash;
        return true;
    } else if (begins(text, "Order message hash: ")) {
        described_order(v, text, &known->struct_hash);
    } else if (begins(text, "TransferArgs message hash: ")) {
        described_transfer(v, text, &known->struct_hash);
    } else if (!begins(text, "Order message hash of the above")) {
        return false;
    }
    message_of(v, r, known, text);
    return true;
}

void pg_extended_vectors_published(pg_vectors *v, const cJSON *root)
{
    const cJSON *item;
    described known = { 0 };
    int number = 0;

    pg_extended_each(v, root, "orders", one_published_order);
    cJSON_ArrayForEach(item, pg_vector_get(root, "hashes"))
    {
        const char *text = pg_vector_text(item, "type");
        char id[160];
        pg_felt hash;

        snprintf(id, sizeof id, "hashes %d: %.120s", number++, text);
        pg_vector_begin(v, id);
        if (described_hash(v, &hash, &known, text))
            pg_extended_check_felt(v, "value", pg_vector_get(item, "value"), &hash);
        else
            pg_vector_fail(v, "type", "asks for a hash that is not known");
        pg_vector_end(v);
    }
}
