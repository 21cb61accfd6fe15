/* Orders of Extended: what is refused before anything is signed, what a signature covers, bodies, nonces, that no key
 * shows; and that the self-test's suite for Extended notices what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "selftest/selftest.h"
#include "venue/extended/sign_nonce.h"
#include "venue/extended/sign_onboarding.h"
#include "venue/extended/sign_order.h"

static const char key_text[] = "0x2951541e9375cc4b11e4840ecb75600d3b845ca08b10a59986529242c47a96e";

typedef struct {
    pg_secret *secret;
    pg_extended_account account;
    pg_extended_market market;
    pg_extended_order order;
} subject;

static int begin(void **state)
{
    subject *s = calloc(1, sizeof *s);
    pg_felt domain;

    *state = s;
    if (!s || pg_stark_key_from_hex(&s->secret, key_text, NULL) != PG_OK)
        return -1;
    pg_extended_domain_hash(&domain, "Perpetuals", "v0", "SN_SEPOLIA", 1, NULL);
    pg_extended_account_init(&s->account, 10002, &domain, s->secret, NULL, NULL);
    snprintf(s->market.name, sizeof s->market.name, "BTC-USD");
    pg_exact_parse(&s->market.size_step, "0.00001", NULL);
    pg_exact_parse(&s->market.price_tick, "0.1", NULL);
    pg_felt_from_hex(&s->market.synthetic_id, "0x4254432d3600000000000000000000", NULL);
    s->market.collateral_id = pg_felt_one;
    s->market.synthetic_resolution = s->market.collateral_resolution = 1000000;
    s->order = (pg_extended_order){
        .market = &s->market,
        .side = PG_EXTENDED_BUY,
        .quantity = "0.001",
        .price = "43445.1",
        .fee = "0.00025",
        .expiry_ms = 1705626536861,
        .nonce = 7,
    };
    return 0;
}

static int end(void **state)
{
    subject *s = *state;
    pg_secret_free(s->secret);
    free(s);
    return 0;
}

static void refuse(subject *s, const pg_extended_order *order, const char *word)
{
    pg_extended_signed_order r;
    pg_error err = { 0 };
    char text[1024];

    assert_int_not_equal(pg_extended_order_sign(&r, order, &s->account, false, &err), PG_OK);
    pg_error_text(&err, text, sizeof text);
    if (!strstr(text, word))
        fail_msg("\"%s\" says nothing of \"%s\"", text, word);
}

#define REFUSE(change, word)                                                                                           \
    do {                                                                                                               \
        pg_extended_order o = s->order;                                                                                \
        change;                                                                                                        \
        refuse(s, &o, word);                                                                                           \
    } while (0)

static void test_refusals(void **state)
{
    static const char long_id[] = "12345678901234567890123456789012345678901234567890123456789012345678901234567";
    const pg_extended_leg leg = { .trigger_price = "49000", .price = "50000.05" };
    subject *s = *state;

    REFUSE(o.quantity = "0.000015", "multiple");
    REFUSE(o.price = "43445.15", "multiple");
    REFUSE(o.quantity = "0", "zero");
    REFUSE(o.quantity = NULL, "quantity");
    REFUSE(o.price = "1e5", "price");
    REFUSE(o.price = "-1", "negative");
    REFUSE(o.fee = NULL, "fee");
    REFUSE(o.fee = "abc", "fee");
    REFUSE(o.fee = "-0.1", "negative");
    REFUSE(o.builder_fee = "x", "fee");
    REFUSE(o.expiry_ms = 0, "expiry");
    REFUSE(o.id = "", "id");
    REFUSE(o.id = "a b", "id");
    REFUSE(o.id = "a\"", "id");
    REFUSE(o.id = long_id, "id");
    REFUSE(o.cancel_id = "/", "cancelId");
    REFUSE((o.post_only = true, o.time_in_force = PG_EXTENDED_IOC), "post-only");
    REFUSE(o.type = PG_EXTENDED_MARKET, "IOC");
    REFUSE(o.type = PG_EXTENDED_CONDITIONAL, "trigger");
    REFUSE(o.type = PG_EXTENDED_TPSL, "TPSL");
    REFUSE(o.take_profit = &leg, "legs");
    REFUSE((o.legs = PG_EXTENDED_LEGS_ORDER, o.take_profit = &leg), "multiple");
}

static pg_felt hash_of(subject *s, const pg_extended_order *order)
{
    pg_extended_signed_order r;
    assert_int_equal(pg_extended_order_sign(&r, order, &s->account, true, NULL), PG_OK);
    return r.order.message_hash;
}

/* Each thing that the exchange settles on changes the hash; nothing else does. */
static void test_coverage(void **state)
{
    subject *s = *state;
    pg_felt plain = hash_of(s, &s->order), other;
    pg_extended_order o;

#define COVERED(change, covered)                                                                                       \
    do {                                                                                                               \
        o = s->order;                                                                                                  \
        change;                                                                                                        \
        other = hash_of(s, &o);                                                                                        \
        assert_int_equal(pg_felt_equal(&plain, &other), !(covered));                                                   \
    } while (0)

    COVERED(o.side = PG_EXTENDED_SELL, true);
    COVERED(o.quantity = "0.00101", true);
    COVERED(o.quantity = "0.00100000", false);
    COVERED(o.price = "43445.2", true);
    COVERED(o.fee = "0.0003", true);
    COVERED(o.builder_fee = "0.0001", true);
    COVERED((o.fee = "0.0002", o.builder_fee = "0.00005"), false);
    COVERED(o.nonce = 8, true);
    COVERED(o.expiry_ms += 139, false); /* the same second, rounded up */
    COVERED(o.expiry_ms += 140, true);
    COVERED(o.id = "my-id_1", false);
    COVERED(o.post_only = true, false);
    s->account.position++;
    COVERED((void)0, true);
    s->account.position--;
    s->market.synthetic_resolution *= 10;
    COVERED((void)0, true);
    s->market.synthetic_resolution /= 10;
    pg_extended_domain_hash(&s->account.domain, "Perpetuals", "v0", "SN_MAIN", 1, NULL);
    COVERED((void)0, true);
}

static const char *member(const cJSON *json, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static void test_body_with_legs(void **state)
{
    const pg_extended_leg take = { "49000", PG_EXTENDED_MARK, "50000", false, NULL };
    const pg_extended_leg stop = { "40000", PG_EXTENDED_LAST, "39000", true, "0.002" };
    const pg_extended_trigger trigger = { "43000", PG_EXTENDED_INDEX, true, false };
    subject *s = *state;
    pg_extended_order o = s->order;
    pg_extended_signed_order r;
    char text[PG_EXTENDED_BODY];

    o.type = PG_EXTENDED_CONDITIONAL;
    o.trigger = &trigger;
    o.legs = PG_EXTENDED_LEGS_ORDER;
    o.take_profit = &take;
    o.stop_loss = &stop;
    o.cancel_id = "old-1";
    assert_int_equal(pg_extended_order_sign(&r, &o, &s->account, true, NULL), PG_OK);
    assert_int_equal(pg_extended_order_body(text, sizeof text, &o, &r, &s->account, NULL), PG_OK);
    cJSON *json = cJSON_Parse(text);
    assert_non_null(json);
    assert_string_equal(member(json, "type"), "CONDITIONAL");
    assert_string_equal(member(json, "cancelId"), "old-1");
    assert_string_equal(member(json, "tpSlType"), "ORDER");
    const cJSON *part = cJSON_GetObjectItem(json, "trigger");
    assert_string_equal(member(part, "direction"), "UP");
    assert_string_equal(member(part, "triggerPriceType"), "INDEX");
    part = cJSON_GetObjectItem(json, "stopLoss");
    assert_string_equal(member(part, "priceType"), "MARKET");
    part = cJSON_GetObjectItem(part, "debuggingAmounts");
    assert_string_equal(member(part, "syntheticAmount"), "-2000"); /* the other side, its own quantity */
    part = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "takeProfit"), "debuggingAmounts");
    assert_string_equal(member(part, "syntheticAmount"), "-1000");
    cJSON_Delete(json);

    o = s->order;
    o.type = PG_EXTENDED_TPSL;
    o.side = PG_EXTENDED_SELL;
    o.price = "0";
    o.reduce_only = true;
    o.legs = PG_EXTENDED_LEGS_POSITION;
    o.take_profit = &take;
    assert_int_equal(pg_extended_order_sign(&r, &o, &s->account, true, NULL), PG_OK);
    assert_int_equal(pg_extended_order_body(text, sizeof text, &o, &r, &s->account, NULL), PG_OK);
    json = cJSON_Parse(text);
    assert_non_null(json);
    assert_null(cJSON_GetObjectItem(json, "settlement"));
    part = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "takeProfit"), "debuggingAmounts");
    assert_string_equal(member(part, "syntheticAmount"), "-1000"); /* the order's own side */
    assert_null(cJSON_GetObjectItem(json, "stopLoss"));
    cJSON_Delete(json);
}

/* A body fits or is refused whole, at every size; a market's name cannot break out of its text. */
static void test_body_sizes(void **state)
{
    subject *s = *state;
    pg_extended_signed_order r;
    char text[PG_EXTENDED_BODY];

    snprintf(s->market.name, sizeof s->market.name, "A\",\"x\":\"\\\n");
    assert_int_equal(pg_extended_order_sign(&r, &s->order, &s->account, false, NULL), PG_OK);
    assert_int_equal(pg_extended_order_body(text, sizeof text, &s->order, &r, &s->account, NULL), PG_OK);
    cJSON *json = cJSON_Parse(text);
    assert_non_null(json);
    assert_null(cJSON_GetObjectItem(json, "x"));
    cJSON_Delete(json);
    size_t length = strlen(text);
    for (size_t size = 1; size <= length; size++) {
        assert_int_equal(pg_extended_order_body(text, size, &s->order, &r, &s->account, NULL), PG_ERR_RANGE);
        assert_int_equal(text[0], '\0');
    }
    assert_int_equal(pg_extended_order_body(text, length + 1, &s->order, &r, &s->account, NULL), PG_OK);
}

/* Neither a body nor an error shows the private key. */
static void test_key_stays_inside(void **state)
{
    subject *s = *state;
    pg_extended_account account;
    pg_extended_signed_order r;
    pg_error err = { 0 };
    char text[PG_EXTENDED_BODY];

    assert_int_equal(pg_extended_account_init(&account, 1, &s->account.domain, s->secret, &pg_felt_one, &err),
                     PG_ERR_INVALID);
    pg_error_text(&err, text, sizeof text);
    assert_non_null(strstr(text, "0x1 "));
    assert_null(strstr(text, key_text + 2));
    assert_null(account.secret);
    assert_int_equal(pg_extended_order_sign(&r, &s->order, &s->account, false, NULL), PG_OK);
    pg_extended_order_body(text, sizeof text, &s->order, &r, &s->account, NULL);
    assert_null(strstr(text, key_text + 2));
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void test_nonces(void **state)
{
    enum { COUNT = 200000 };
    static uint32_t seen[COUNT];
    pg_extended_nonces nonces, others;
    uint32_t nonce, first, other;

    (void)state;
    pg_extended_nonces_seed(&nonces, 123456789, 987654321);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(pg_extended_nonces_next(&nonce, &nonces, NULL), PG_OK);
        assert_in_range(nonce, 1, 0x7fffffff);
        seen[i] = nonce;
    }
    qsort(seen, COUNT, sizeof *seen, ascending);
    for (int i = 1; i < COUNT; i++)
        assert_true(seen[i - 1] < seen[i]);
    /* The extreme seeds. */
    for (uint64_t seed = 0; seed <= UINT32_MAX; seed += 0x7fffffff) {
        pg_extended_nonces_seed(&nonces, (uint32_t)seed, (uint32_t)seed);
        pg_extended_nonces_next(&first, &nonces, NULL);
        pg_extended_nonces_next(&nonce, &nonces, NULL);
        assert_in_range(first, 1, 0x7fffffff);
        assert_true(nonce != first);
    }
    assert_int_equal(pg_extended_nonces_init(&nonces, NULL), PG_OK);
    assert_int_equal(pg_extended_nonces_init(&others, NULL), PG_OK);
    pg_extended_nonces_next(&nonce, &nonces, NULL);
    pg_extended_nonces_next(&other, &others, NULL);
    assert_true(nonces.step != others.step || nonce != other);
    nonces.left = 0;
    assert_int_equal(pg_extended_nonces_next(&nonce, &nonces, NULL), PG_ERR_FULL);
}

static void test_onboarding_refuses(void **state)
{
    static char path[600];
    pg_address wallet = { { 0 } };
    uint8_t digest[32], public_key[32];

    (void)state;
    memset(path, 'a', sizeof path - 1);
    assert_int_equal(pg_extended_header_digest(digest, path, "t", NULL), PG_ERR_RANGE);
    assert_int_equal(pg_extended_creation_digest(digest, "d", 128, &wallet, NULL), PG_ERR_RANGE);
    assert_int_equal(pg_extended_creation_digest(digest, "d", -1, &wallet, NULL), PG_ERR_RANGE);
    assert_int_equal(pg_extended_creation_digest(digest, "d", 127, &wallet, NULL), PG_OK);
    memset(public_key, 0xff, 32);
    assert_int_equal(pg_extended_registration_message(digest, &wallet, public_key, NULL), PG_ERR_RANGE);
}

/* ---- the suite ---- */

static void test_shared_vectors(void **state)
{
    struct stat info;
    int failed = -1;

    (void)state;
    if (stat("../shared/vectors/extended", &info) != 0)
        skip();
    assert_int_equal(pg_selftest_run("../shared/vectors/extended", NULL, stdout, &failed), PG_OK);
    assert_int_equal(failed, 0);
}

/* Copies one of our own files with a text in it replaced, runs it, and returns how many vectors failed. */
static int failures_after(const char *name, const char *from, const char *to)
{
    char folder[] = "/tmp/perigee_extended_XXXXXX", path[256];
    char *text = calloc(1, 1 << 20);
    int failed = -1;

    snprintf(path, sizeof path, "tests/vectors/extended/%s", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(text);
    size_t length = fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    char *found = strstr(text, from);
    assert_non_null(found);
    assert_int_equal(strlen(from), strlen(to));
    memcpy(found, to, strlen(to));

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    fclose(file);
    FILE *out = tmpfile();
    assert_int_equal(pg_selftest_run(folder, NULL, out, &failed), PG_OK);
    fclose(out);
    remove(path);
    remove(folder);
    free(text);
    return failed;
}

static void test_suite_notices(void **state)
{
    (void)state;
    assert_int_equal(failures_after("orders.json", "\"orders\"", "\"orders\""), 0);
    assert_int_equal(failures_after("orders.json", "\"qty\": \"0.012\"", "\"qty\": \"0.013\""), 1);
    assert_int_equal(failures_after("orders.json", "\"side\": \"SELL\"", "\"side\": \"BUY\" "), 1);
    assert_int_equal(failures_after("ecdsa_sign.json", "\"message_hash\": \"0x1", "\"message_hash\": \"0x2"), 1);
    assert_int_equal(failures_after("ecdsa_verify.json", "\"valid\": true ", "\"valid\": false"), 1);
    assert_int_equal(failures_after("poseidon.json", "\"x\": \"0x5\"", "\"x\": \"0x6\""), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_refusals, begin, end),
        cmocka_unit_test_setup_teardown(test_coverage, begin, end),
        cmocka_unit_test_setup_teardown(test_body_with_legs, begin, end),
        cmocka_unit_test_setup_teardown(test_body_sizes, begin, end),
        cmocka_unit_test_setup_teardown(test_key_stays_inside, begin, end),
        cmocka_unit_test(test_nonces),
        cmocka_unit_test(test_onboarding_refuses),
        cmocka_unit_test(test_shared_vectors),
        cmocka_unit_test(test_suite_notices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
