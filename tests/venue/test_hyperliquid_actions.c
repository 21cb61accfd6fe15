/* Hyperliquid's actions: canonical forms, refusals, and reading from JSON whatever its order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "venue/hyperliquid/encode.h"

#define UPPER_ADDRESS "0xA83C334F814E39BDED4483C799E2EF4AB1555FEE"
#define LOWER_ADDRESS "0xa83c334f814e39bded4483c799e2ef4ab1555fee"

static const pg_hl_envelope mainnet = { .network = PG_HL_MAINNET, .nonce = 77 };

static void expect_json(const pg_hl_action *action, const pg_hl_envelope *envelope, const char *json)
{
    pg_hl_encoded encoded = { 0 };
    pg_error err = { 0 };

    assert_int_equal(pg_hl_encode(&encoded, action, envelope, &err), PG_OK);
    assert_string_equal(encoded.json.data, json);
    pg_hl_encoded_free(&encoded);
}

static void expect_refusal(const pg_hl_action *action, pg_status status, const char *what)
{
    pg_hl_encoded encoded = { 0 };
    pg_error err = { 0 };
    char text[1024];

    assert_int_equal(pg_hl_encode(&encoded, action, &mainnet, &err), status);
    assert_non_null(strstr(pg_error_text(&err, text, sizeof text), what));
    pg_hl_encoded_free(&encoded);
}

static void canonical_forms(void **state)
{
    pg_hl_order order = {
        .asset = 1, .price = "100.10", .size = "1e-2", .tif = PG_HL_ALO, .cloid = "0x00112233445566778899AABBCCDDEEFF"
    };
    pg_hl_action action = {
        .kind = PG_HL_ORDER,
        .order = { .list = &order, .count = 1, .builder = UPPER_ADDRESS, .builder_fee = 10 },
    };
    pg_hl_envelope verbatim = { .nonce = 77, .verbatim = true };

    (void)state;
    expect_json(&action, &mainnet,
                "{\"type\":\"order\",\"orders\":[{\"a\":1,\"b\":false,\"p\":\"100.1\",\"s\":\"0.01\",\"r\":false,"
                "\"t\":{\"limit\":{\"tif\":\"Alo\"}},\"c\":\"0x00112233445566778899aabbccddeeff\"}],"
                "\"grouping\":\"na\",\"builder\":{\"b\":\"" LOWER_ADDRESS "\",\"f\":10}}");
    expect_json(&action, &verbatim,
                "{\"type\":\"order\",\"orders\":[{\"a\":1,\"b\":false,\"p\":\"100.10\",\"s\":\"1e-2\",\"r\":false,"
                "\"t\":{\"limit\":{\"tif\":\"Alo\"}},\"c\":\"0x00112233445566778899AABBCCDDEEFF\"}],"
                "\"grouping\":\"na\",\"builder\":{\"b\":\"" UPPER_ADDRESS "\",\"f\":10}}");
    pg_hl_action transfer = { .kind = PG_HL_USD_CLASS_TRANSFER,
                              .send = { .amount = "5.50 subaccount:" UPPER_ADDRESS, .to_perp = true } };
    expect_json(&transfer, &mainnet,
                "{\"type\":\"usdClassTransfer\",\"signatureChainId\":\"0x66eee\",\"hyperliquidChain\":\"Mainnet\","
                "\"amount\":\"5.5 subaccount:" LOWER_ADDRESS "\",\"toPerp\":true,\"nonce\":77}");
}

static void refused_orders(void **state)
{
    const pg_hl_order good = { .asset = 1, .price = "1", .size = "1", .tif = PG_HL_IOC };
    pg_hl_order order[2] = { good, good };
    pg_hl_action action = { .kind = PG_HL_ORDER, .order = { .list = order, .count = 2 } };

    (void)state;
    order[1].price = NULL;
    expect_refusal(&action, PG_ERR_INVALID, "orders[1]: p is not given");
    order[1].price = "1,5";
    expect_refusal(&action, PG_ERR_PARSE, "decimal");
    order[1].price = "0.123456789";
    expect_refusal(&action, PG_ERR_RANGE, "decimals");
    order[1] = good;
    order[1].cloid = "0x12";
    expect_refusal(&action, PG_ERR_PARSE, "client id");
    order[1] = good;
    order[1].tif = PG_HL_TIF_NONE;
    expect_refusal(&action, PG_ERR_INVALID, "none");
    order[1].trigger.price = "2";
    expect_refusal(&action, PG_ERR_INVALID, "tpsl");
    order[1].trigger.tpsl = PG_HL_STOP_LOSS;
    order[1].tif = PG_HL_GTC;
    expect_refusal(&action, PG_ERR_INVALID, "both");
    order[1] = good;
    order[1].tif = (pg_hl_tif)9;
    expect_refusal(&action, PG_ERR_INVALID, "tif");
    order[1] = good;
    order[1].asset = -1;
    expect_refusal(&action, PG_ERR_RANGE, "-1");
    order[1] = good;
    action.order.count = 0;
    expect_refusal(&action, PG_ERR_INVALID, "empty");
    action.order.count = PG_HL_BATCH_MAX + 1;
    expect_refusal(&action, PG_ERR_RANGE, "elements");
    action.order.count = 1;
    action.order.grouping = (pg_hl_grouping)7;
    expect_refusal(&action, PG_ERR_INVALID, "grouping");
    action = (pg_hl_action){ .kind = PG_HL_KINDS };
    expect_refusal(&action, PG_ERR_INVALID, "kind");
}

/* An action of any kind with nothing in it is either complete as it is or refused with the name of what is missing. */
static void empty_actions(void **state)
{
    int complete = 0, refused = 0;

    (void)state;
    for (int kind = 0; kind < PG_HL_KINDS; kind++) {
        pg_hl_action action = { .kind = (pg_hl_kind)kind };
        pg_hl_encoded encoded = { 0 };
        pg_error err = { 0 };
        pg_status status = pg_hl_encode(&encoded, &action, &mainnet, &err);
        if (status == PG_OK)
            complete++;
        else
            refused += err.what[0] != '\0';
        pg_hl_encoded_free(&encoded);
    }
    assert_int_equal(complete + refused, PG_HL_KINDS);
    assert_true(complete >= 10 && refused >= 25);
}

static void raw_actions(void **state)
{
    static const char text[] = " {\"type\" : \"x\", \"n\":[1, -2.5, \"\\u00fc\"]} ";
    pg_hl_action action = { .kind = PG_HL_RAW, .raw = { text, strlen(text) } };

    (void)state;
    expect_json(&action, &mainnet, "{\"type\":\"x\",\"n\":[1,-2.5,\"\xc3\xbc\"]}");
    action.raw = (typeof(action.raw)){ "[1]", 3 };
    expect_refusal(&action, PG_ERR_PARSE, "object");
    action.raw = (typeof(action.raw)){ "{\"a\":1,\"a\":2}", 13 };
    expect_refusal(&action, PG_ERR_PARSE, "twice");
    action.raw = (typeof(action.raw)){ NULL, 0 };
    expect_refusal(&action, PG_ERR_INVALID, "not given");
}

/* ---- reading ---- */

static pg_status read_text(const char *text, char *what, size_t size)
{
    cJSON *json = cJSON_Parse(text);
    pg_hl_envelope envelope = { 0 };
    pg_hl_action action;
    pg_error err = { 0 };
    pg_status status = pg_hl_action_read(&action, &envelope, json, &err);

    pg_error_text(&err, what, (int)size);
    pg_hl_action_free(&action);
    cJSON_Delete(json);
    return status;
}

static void refused_json(void **state)
{
    static const struct {
        const char *text;
        pg_status status;
        const char *what;
    } cases[] = {
        { "{\"type\":\"cancel\",\"cancels\":[{\"a\":1,\"o\":2}]}", PG_OK, "" },
        { "{\"type\":\"cancel\",\"cancels\":[{\"a\":1,\"o\":2}],\"f\":null}", PG_OK, "" },
        { "{\"type\":\"cancel\",\"cancels\":[{\"a\":1,\"o\":2}],\"f\":false}", PG_ERR_PARSE, "f is false" },
        { "{\"type\":\"cancel\",\"cancels\":[{\"a\":1,\"o\":2}],\"x\":1}", PG_ERR_PARSE, "'x' is not known" },
        { "{\"type\":\"cancel\",\"cancels\":[{\"a\":1,\"a\":1,\"o\":2}]}", PG_ERR_PARSE, "twice" },
        { "{\"type\":\"cancel\",\"cancels\":[{\"a\":1}]}", PG_ERR_PARSE, "o is missing" },
        { "{\"type\":\"cancel\",\"cancels\":[{\"a\":1,\"o\":1.5}]}", PG_ERR_PARSE, "whole" },
        { "{\"type\":\"cancel\",\"cancels\":[{\"a\":1,\"o\":1e300}]}", PG_ERR_PARSE, "whole" },
        { "{\"type\":\"cancel\",\"cancels\":[{\"a\":-1,\"o\":1}]}", PG_ERR_PARSE, "negative" },
        { "{\"type\":\"cancel\",\"cancels\":[{\"a\":\"1\",\"o\":1}]}", PG_ERR_PARSE, "whole" },
        { "{\"type\":\"cancel\",\"cancels\":[1]}", PG_ERR_PARSE, "no JSON object" },
        { "{\"type\":\"cancel\",\"cancels\":[]}", PG_ERR_RANGE, "0 elements" },
        { "{\"type\":\"cancel\",\"cancels\":{}}", PG_ERR_PARSE, "no array" },
        { "{\"type\":\"modify\",\"oid\":1}", PG_ERR_PARSE, "order is missing" },
        { "{\"type\":\"modify\",\"oid\":true,\"order\":{}}", PG_ERR_PARSE, "oid" },
        { "{\"type\":\"nobody\"}", PG_ERR_UNSUPPORTED, "nobody" },
        { "{\"type\":7}", PG_ERR_PARSE, "type" },
        { "[]", PG_ERR_PARSE, "type" },
        { "{\"type\":\"cDeposit\",\"signatureChainId\":\"0x1\",\"hyperliquidChain\":\"Main\",\"wei\":1,\"nonce\":1}",
          PG_ERR_PARSE, "hyperliquidChain" },
        { "{\"type\":\"cDeposit\",\"signatureChainId\":\"1\",\"hyperliquidChain\":\"Mainnet\",\"wei\":1,\"nonce\":1}",
          PG_ERR_PARSE, "signatureChainId" },
        { "{\"type\":\"updateIsolatedMargin\",\"asset\":1,\"isBuy\":false,\"ntli\":-1}", PG_ERR_PARSE, "only as true" },
    };
    char what[1024];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(read_text(cases[i].text, what, sizeof what), cases[i].status);
        assert_non_null(strstr(what, cases[i].what));
    }
}

/* The nonce inside an action is the one beside it. */
static void inner_nonces(void **state)
{
    cJSON *json = cJSON_Parse("{\"type\":\"cDeposit\",\"signatureChainId\":\"0xa4b1\",\"hyperliquidChain\":\"Testnet\","
                              "\"wei\":1,\"nonce\":5}");
    pg_hl_envelope envelope = { .nonce = 6 };
    pg_hl_action action;

    (void)state;
    assert_int_equal(pg_hl_action_read(&action, &envelope, json, NULL), PG_ERR_INVALID);
    envelope.nonce = 0;
    assert_int_equal(pg_hl_action_read(&action, &envelope, json, NULL), PG_OK);
    assert_int_equal(envelope.nonce, 5);
    assert_int_equal(envelope.chain_id, 42161);
    assert_int_equal(envelope.network, PG_HL_TESTNET);
    pg_hl_action_free(&action);
    cJSON_Delete(json);
}

/* The same object with the members of every object in reverse order. */
static cJSON *reversed(const cJSON *json)
{
    if (!cJSON_IsObject(json) && !cJSON_IsArray(json))
        return cJSON_Duplicate(json, true);
    cJSON *out = cJSON_IsObject(json) ? cJSON_CreateObject() : cJSON_CreateArray();
    const cJSON *item;
    cJSON_ArrayForEach(item, json)
    {
        cJSON *copy = reversed(item);
        if (cJSON_IsArray(json)) {
            cJSON_AddItemToArray(out, copy);
        } else {
            cJSON_InsertItemInArray(out, 0, copy);
            if (!copy->string) /* a duplicate brings its name, a new object or array has none */
                copy->string = strdup(item->string);
        }
    }
    return out;
}

static pg_status encode_json(pg_hl_encoded *encoded, const cJSON *json)
{
    pg_hl_envelope envelope = { 0 };
    pg_hl_action action;
    pg_error err = { 0 };
    pg_status status = pg_hl_action_read(&action, &envelope, json, &err);

    if (status == PG_OK)
        status = pg_hl_encode(encoded, &action, &envelope, &err);
    if (status != PG_OK)
        assert_int_not_equal(err.what[0], '\0');
    pg_hl_action_free(&action);
    return status;
}

static cJSON *own_vectors(const char *file)
{
    char path[256], *text;
    size_t size;

    snprintf(path, sizeof path, "tests/vectors/hyperliquid/%s", file);
    assert_int_equal(pg_file_read(&text, &size, path, 1 << 20, NULL), PG_OK);
    cJSON *document = cJSON_Parse(text);
    assert_non_null(document);
    free(text);
    return document;
}

/* One action: backwards it gives the same bytes; with a member gone or of another type nothing breaks. */
static void check_mutations(const cJSON *action, int *refused)
{
    pg_hl_encoded straight = { 0 }, other = { 0 };
    cJSON *backwards = reversed(action);

    if (encode_json(&straight, action) == PG_OK) {
        assert_int_equal(encode_json(&other, backwards), PG_OK);
        assert_int_equal(other.pack.length, straight.pack.length);
        assert_memory_equal(other.pack.data, straight.pack.data, straight.pack.length);
        assert_string_equal(other.json.data, straight.json.data);
    }
    for (int i = 0; i < cJSON_GetArraySize(action); i++)
        for (int change = 0; change < 5; change++) {
            cJSON *changed = cJSON_Duplicate(action, true);
            static const char *const values[] = { "null", "\"\"", "-1", "[{}]", "" };
            char *name = strdup(cJSON_GetArrayItem(changed, i)->string);
            if (*values[change])
                cJSON_ReplaceItemInObjectCaseSensitive(changed, name, cJSON_Parse(values[change]));
            else
                cJSON_DeleteItemFromArray(changed, i);
            *refused += encode_json(&other, changed) != PG_OK;
            free(name);
            cJSON_Delete(changed);
        }
    cJSON_Delete(backwards);
    pg_hl_encoded_free(&straight);
    pg_hl_encoded_free(&other);
}

static void mutations(void **state)
{
    cJSON *l1 = own_vectors("l1_actions.json"), *user = own_vectors("user_signed_actions.json");
    const cJSON *vector;
    int refused = 0;

    (void)state;
    cJSON_ArrayForEach(vector, cJSON_GetObjectItem(l1, "vectors"))
        check_mutations(cJSON_GetObjectItem(vector, "action"), &refused);
    cJSON_ArrayForEach(vector, cJSON_GetObjectItem(user, "vectors"))
        check_mutations(cJSON_GetObjectItem(vector, "posted_action"), &refused);
    assert_true(refused > 400);
    cJSON_Delete(l1);
    cJSON_Delete(user);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_forms), cmocka_unit_test(refused_orders), cmocka_unit_test(empty_actions),
        cmocka_unit_test(raw_actions),     cmocka_unit_test(refused_json),   cmocka_unit_test(inner_nonces),
        cmocka_unit_test(mutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
