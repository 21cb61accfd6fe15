/* Accounts of the Lighter exchange: keys, sub-accounts, money, leverage, pools, types, what is remembered of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/lighter_exchange.h"

#define SUB_ACCOUNT 281474976710654

static li_test t;

static int open_one(void **state)
{
    (void)state;
    li_open(&t);
    li_fill_book(&t);
    return 0;
}

static int close_one(void **state)
{
    pg_exchange_balance balance;
    (void)state;
    pg_exchange_get_balance(&balance, t.core);
    assert_int_equal(balance.positions, 0);
    assert_true(balance.money_e12 == 0);
    li_close(&t);
    return 0;
}

static void expect_failure(int trader, pg_lighter_tx *tx, const char *words)
{
    assert_int_equal(li_do(&t, trader, tx), 0);
    assert_string_equal(t.body, words);
}

static pg_lighter_tx make(int type)
{
    return (pg_lighter_tx){ .type = type };
}

/* A member of the account's, as REST tells it. */
static void expect_account(int64_t index, const char *name, const char *value)
{
    char path[96];
    snprintf(path, sizeof path, "/api/v1/account?by=index&value=%lld", (long long)index);
    cJSON *answer = li_get(&t, path);
    assert_string_equal(li_text(cJSON_GetArrayItem(li_member(answer, "accounts"), 0), name), value);
    cJSON_Delete(answer);
}

/* ---- leverage and margin ---- */

static pg_lighter_tx leverage(int64_t fraction, int64_t mode)
{
    pg_lighter_tx tx = make(PG_LIGHTER_UPDATE_LEVERAGE);
    tx.value[PG_LIGHTER_INITIAL_MARGIN_FRACTION] = fraction;
    tx.value[PG_LIGHTER_MARGIN_MODE] = mode;
    return tx;
}

static void test_leverage(void **state)
{
    (void)state;
    pg_lighter_tx tx = leverage(3334, 0);
    assert_int_equal(li_do(&t, 0, &tx), 200);
    cJSON *answer = li_get(&t, "/api/v1/account?by=index&value=10");
    const cJSON *account = cJSON_GetArrayItem(li_member(answer, "accounts"), 0);
    assert_string_equal(li_text(cJSON_GetArrayItem(li_member(account, "positions"), 0), "initial_margin_fraction"),
                        "33.34");
    cJSON_Delete(answer);
    assert_int_equal(li_limit(&t, 0, false, 300020, 100000, LI_IOC), 200);
    /* A third and a little more of the value is bound: 3334 of 10000 of 10 at the mark. */
    pg_exchange_margin margin;
    pg_exchange_get_margin(&margin, t.core, li_account(&t, 0));
    assert_true(margin.used == margin.notional * 3334 / 10000);
    tx = leverage(399, 0); /* the market's least is 400 */
    expect_failure(0, &tx, "invalid initial margin fraction");
    tx = leverage(1000, 1);
    expect_failure(0, &tx, "margin mode change on a market with position or open order is not allowed");
    tx = leverage(10000, 0);
    assert_int_equal(li_do(&t, 0, &tx), 200);
}

static void test_isolated_margin(void **state)
{
    (void)state;
    pg_lighter_tx move = make(PG_LIGHTER_UPDATE_MARGIN);
    move.value[PG_LIGHTER_USDC_AMOUNT] = 100000000;
    move.value[PG_LIGHTER_DIRECTION] = 1;
    expect_failure(0, &move, "no position found");
    pg_lighter_tx tx = leverage(1000, 1);
    assert_int_equal(li_do(&t, 0, &tx), 200);
    assert_int_equal(li_limit(&t, 0, false, 300020, 10000, LI_IOC), 200);
    pg_exchange_position p;
    pg_exchange_get_position(&p, t.core, li_account(&t, 0), LI_ETH);
    assert_true(p.isolated && p.isolated_e12 == (pg_money)300020000000000); /* a tenth of 3000.20 */
    assert_int_equal(li_do(&t, 0, &move), 200);
    pg_exchange_get_position(&p, t.core, li_account(&t, 0), LI_ETH);
    assert_true(p.isolated_e12 == (pg_money)400020000000000);
    move.value[PG_LIGHTER_DIRECTION] = 0;
    move.value[PG_LIGHTER_USDC_AMOUNT] = 150000000;
    expect_failure(0, &move, "not enough collateral");
}

/* ---- keys ---- */

static void sign_by_owner(pg_lighter_tx *tx)
{
    char text[PG_LIGHTER_L1_TEXT_MAX];
    pg_error err = { 0 };
    li_check(pg_lighter_l1_text(text, t.chain_id, tx, &err), &err);
    li_check(pg_lighter_l1_sign(tx->l1_signature, text, t.curve, t.owner, &err), &err);
}

static void test_change_key(void **state)
{
    pg_lighter_signed made;
    (void)state;
    pg_lighter_tx tx = make(PG_LIGHTER_CHANGE_PUB_KEY);
    li_address(&t, 0, &tx);
    tx.value[PG_LIGHTER_API_KEY_INDEX] = 9;
    tx.value[PG_LIGHTER_NONCE] = 0;
    pg_schnorr_public_key(tx.public_key, &t.key[3]);
    li_sign(&t, 3, &made, &tx);
    assert_int_equal(li_send_text(&t, tx.type, made.text), 21504); /* the owner has not signed */
    sign_by_owner(&tx);
    li_sign(&t, 0, &made, &tx); /* the key has not */
    assert_int_equal(li_send_text(&t, tx.type, made.text), 21120);
    tx.value[PG_LIGHTER_ACCOUNT_INDEX] = 11; /* another's account */
    li_sign(&t, 3, &made, &tx);
    assert_int_equal(li_send_text(&t, tx.type, made.text), 21504);
    tx.value[PG_LIGHTER_ACCOUNT_INDEX] = 10;
    li_sign(&t, 3, &made, &tx);
    assert_int_equal(li_send_text(&t, tx.type, made.text), 200);
    li_step(&t, 1);
    cJSON *answer = li_get(&t, "/api/v1/apikeys?account_index=10&api_key_index=9");
    assert_string_equal(li_text(cJSON_GetArrayItem(li_member(answer, "api_keys"), 0), "public_key"), t.public_key[3]);
    cJSON_Delete(answer);
    pg_lighter_tx order = li_order(&t, false, 299900, 10000, 0, LI_GTT);
    li_address(&t, 0, &order);
    order.value[PG_LIGHTER_API_KEY_INDEX] = 9;
    order.value[PG_LIGHTER_NONCE] = 1;
    li_sign(&t, 3, &made, &order);
    assert_int_equal(li_send_text(&t, order.type, made.text), 200);
    /* Keys that were tried take no room: 254 more fail as before, and the registered ones stay. */
    for (int i = 10; i < 60; i++) {
        tx.value[PG_LIGHTER_API_KEY_INDEX] = i;
        li_sign(&t, 3, &made, &tx);
        assert_int_equal(li_send_text(&t, tx.type, made.text), 21504);
    }
    answer = li_get(&t, "/api/v1/apikeys?account_index=10&api_key_index=255");
    assert_int_equal(cJSON_GetArraySize(li_member(answer, "api_keys")), 2);
    cJSON_Delete(answer);
}

static void test_maker_only(void **state)
{
    (void)state;
    li_log_in(&t, 0);
    cJSON *answer = li_request(&t, "/api/v1/setMakerOnlyApiKeys", "account_index=10&api_key_indexes=%5B5%5D");
    assert_int_equal(li_code(answer), 200);
    cJSON_Delete(answer);
    assert_int_equal(li_limit(&t, 0, false, 299900, 10000, LI_GTT), 21515);
    assert_int_equal(li_limit(&t, 0, false, 299900, 10000, LI_POST_ONLY), 200);
    pg_lighter_tx tx = leverage(1000, 0), all = make(PG_LIGHTER_CANCEL_ALL_ORDERS);
    assert_int_equal(li_do(&t, 0, &tx), 21515);
    assert_int_equal(li_do(&t, 0, &all), 200);
    answer = li_request(&t, "/api/v1/setMakerOnlyApiKeys", "account_index=10&api_key_indexes=%5B3%5D");
    assert_int_equal(li_code(answer), 21110);
    cJSON_Delete(answer);
    answer = li_get(&t, "/api/v1/getMakerOnlyApiKeys?account_index=10");
    assert_int_equal(cJSON_GetArrayItem(li_member(answer, "api_key_indexes"), 0)->valueint, 5);
    cJSON_Delete(answer);
}

/* ---- money ---- */

static pg_lighter_tx transfer(int64_t to, int64_t micro)
{
    pg_lighter_tx tx = make(PG_LIGHTER_TRANSFER);
    tx.value[PG_LIGHTER_TO_ACCOUNT_INDEX] = to;
    tx.value[PG_LIGHTER_ASSET_INDEX] = 3;
    tx.value[PG_LIGHTER_TRANSFER_AMOUNT] = micro;
    return tx;
}

static void test_sub_account(void **state)
{
    char address[PG_ADDRESS_TEXT], path[128];
    uint8_t point[64];
    (void)state;
    pg_lighter_tx tx = make(PG_LIGHTER_CREATE_SUB_ACCOUNT);
    assert_int_equal(li_do(&t, 0, &tx), 200);
    tx = transfer(SUB_ACCOUNT, 1234567890);
    assert_int_equal(li_do(&t, 0, &tx), 200); /* the same owner: no Ethereum signature */
    expect_account(SUB_ACCOUNT, "collateral", "1234.567890");
    expect_account(10, "collateral", "98765.432110");
    tx = transfer(SUB_ACCOUNT, 98765432111);
    expect_failure(0, &tx, "transfer amount is too high");
    tx = transfer(77, 1);
    expect_failure(0, &tx, "invalid ToAccount");
    assert_int_equal(pg_secp256k1_public_key(point, t.curve, t.owner, NULL), PG_OK);
    pg_address owner = pg_address_of_key(point);
    snprintf(path, sizeof path, "/api/v1/accountsByL1Address?l1_address=%s", pg_address_format(address, &owner));
    cJSON *answer = li_get(&t, path);
    assert_int_equal(cJSON_GetArraySize(li_member(answer, "sub_accounts")), 2);
    cJSON_Delete(answer);
    li_log_in(&t, 0); /* the master's token opens the sub-account's papers, another's does not */
    answer = li_get(&t, "/api/v1/accountActiveOrders?account_index=281474976710654");
    assert_int_equal(li_code(answer), 200);
    cJSON_Delete(answer);
    li_log_in(&t, 1);
    answer = li_get(&t, "/api/v1/accountActiveOrders?account_index=281474976710654");
    assert_int_equal(li_code(answer), 21107);
    cJSON_Delete(answer);
}

static void test_transfer_to_another(void **state)
{
    (void)state;
    pg_lighter_tx tx = transfer(11, 5000000);
    assert_int_equal(li_do(&t, 0, &tx), 21504);
    li_address(&t, 0, &tx);
    sign_by_owner(&tx);
    assert_int_equal(li_do(&t, 0, &tx), 200);
    expect_account(11, "collateral", "100005.000000");
    tx.value[PG_LIGHTER_TRANSFER_AMOUNT] = 6000000; /* what the owner signed was another amount */
    assert_int_equal(li_do(&t, 0, &tx), 21504);
}

static void test_withdraw(void **state)
{
    (void)state;
    pg_lighter_tx tx = make(PG_LIGHTER_WITHDRAW);
    tx.value[PG_LIGHTER_ASSET_INDEX] = 3;
    tx.value[PG_LIGHTER_WITHDRAWAL_AMOUNT] = 999999;
    expect_failure(0, &tx, "withdrawal amount is too small");
    tx.value[PG_LIGHTER_WITHDRAWAL_AMOUNT] = 100000000001;
    expect_failure(0, &tx, "withdrawal amount is too high");
    tx.value[PG_LIGHTER_WITHDRAWAL_AMOUNT] = 1000000;
    assert_int_equal(li_do(&t, 0, &tx), 200);
    expect_account(10, "collateral", "99999.000000");
    tx.value[PG_LIGHTER_ASSET_INDEX] = 1;
    expect_failure(0, &tx, "asset not found");
}

/* Shares cost what the pool is worth, and are worth it again. */
static void test_pool(void **state)
{
    (void)state;
    pg_lighter_tx tx = make(PG_LIGHTER_CREATE_PUBLIC_POOL);
    tx.value[PG_LIGHTER_INITIAL_TOTAL_SHARES] = 1000000; /* 1000 USDC */
    tx.value[PG_LIGHTER_MIN_OPERATOR_SHARE_RATE] = 5000;
    tx.value[PG_LIGHTER_OPERATOR_FEE] = 100000;
    assert_int_equal(li_do(&t, 0, &tx), 200);
    expect_account(SUB_ACCOUNT, "collateral", "1000.000000");
    expect_account(10, "collateral", "99000.000000");
    pg_lighter_tx mint = make(PG_LIGHTER_MINT_SHARES), burn = make(PG_LIGHTER_BURN_SHARES);
    mint.value[PG_LIGHTER_PUBLIC_POOL_INDEX] = burn.value[PG_LIGHTER_PUBLIC_POOL_INDEX] = SUB_ACCOUNT;
    mint.value[PG_LIGHTER_SHARE_AMOUNT] = 1000001;
    expect_failure(1, &mint, "owner drops below minimum ownership");
    mint.value[PG_LIGHTER_SHARE_AMOUNT] = 500000;
    assert_int_equal(li_do(&t, 1, &mint), 200);
    expect_account(11, "collateral", "99500.000000");
    pg_exchange_deposit(t.core, pg_lighter_exchange_account(t.server, SUB_ACCOUNT), 300 * (pg_money)pg_pow10(12));
    burn.value[PG_LIGHTER_SHARE_AMOUNT] = 500001;
    expect_failure(1, &burn, "insufficient available shares");
    burn.value[PG_LIGHTER_SHARE_AMOUNT] = 500000;
    assert_int_equal(li_do(&t, 1, &burn), 200);
    expect_account(11, "collateral", "100100.000000"); /* a third of 1800 */
    pg_lighter_tx freeze = make(PG_LIGHTER_UPDATE_PUBLIC_POOL);
    freeze.value[PG_LIGHTER_PUBLIC_POOL_INDEX] = SUB_ACCOUNT;
    freeze.value[PG_LIGHTER_POOL_STATUS] = 1;
    expect_failure(1, &freeze, "only master account can update public pool");
    assert_int_equal(li_do(&t, 0, &freeze), 200);
    expect_failure(1, &mint, "public pool is frozen, only burning is allowed");
}

/* ---- settings ---- */

static void test_integrator(void **state)
{
    (void)state;
    pg_lighter_tx order = li_order(&t, false, 299900, 10000, 0, LI_GTT);
    assert_int_equal(pg_lighter_tx_attribute(&order, PG_LIGHTER_INTEGRATOR, 12, NULL), PG_OK);
    assert_int_equal(pg_lighter_tx_attribute(&order, PG_LIGHTER_INTEGRATOR_TAKER_FEE, 100, NULL), PG_OK);
    assert_int_equal(li_do(&t, 0, &order), 21149);
    pg_lighter_tx approve = make(PG_LIGHTER_APPROVE_INTEGRATOR);
    approve.value[PG_LIGHTER_INTEGRATOR_ACCOUNT_INDEX] = 12;
    approve.value[PG_LIGHTER_MAX_PERPS_TAKER_FEE] = 50;
    approve.value[PG_LIGHTER_APPROVAL_EXPIRY] = li_now_ms(&t) + 86400000;
    assert_int_equal(li_do(&t, 0, &approve), 21504);
    li_address(&t, 0, &approve);
    sign_by_owner(&approve);
    assert_int_equal(li_do(&t, 0, &approve), 200);
    assert_int_equal(li_do(&t, 0, &order), 21134); /* more than was approved */
    approve.value[PG_LIGHTER_MAX_PERPS_TAKER_FEE] = 100;
    li_address(&t, 0, &approve);
    sign_by_owner(&approve);
    assert_int_equal(li_do(&t, 0, &approve), 200);
    assert_int_equal(li_do(&t, 0, &order), 200);
}

static void test_rest_of_the_kinds(void **state)
{
    (void)state;
    pg_lighter_tx tx = make(PG_LIGHTER_UPDATE_ACCOUNT_CONFIG);
    tx.value[PG_LIGHTER_ACCOUNT_TRADING_MODE] = 1;
    assert_int_equal(li_do(&t, 0, &tx), 200);
    tx = make(PG_LIGHTER_UPDATE_ACCOUNT_ASSET_CONFIG);
    tx.value[PG_LIGHTER_ASSET_INDEX] = 3;
    tx.value[PG_LIGHTER_ASSET_MARGIN_MODE] = 1;
    assert_int_equal(li_do(&t, 0, &tx), 200);
    tx.value[PG_LIGHTER_ASSET_INDEX] = 40;
    expect_failure(0, &tx, "asset not found");
    tx = make(PG_LIGHTER_STAKE_ASSETS);
    tx.value[PG_LIGHTER_STAKING_POOL_INDEX] = SUB_ACCOUNT;
    tx.value[PG_LIGHTER_SHARE_AMOUNT] = 1;
    expect_failure(0, &tx, "not enough asset balance");
    tx.type = PG_LIGHTER_UNSTAKE_ASSETS;
    expect_failure(0, &tx, "insufficient available staking shares");
}

static void test_tier(void **state)
{
    (void)state;
    li_log_in(&t, 1);
    cJSON *answer = li_request(&t, "/api/v1/changeAccountTier", "account_index=11&new_tier=premium");
    assert_int_equal(li_code(answer), 200);
    cJSON_Delete(answer);
    answer = li_get(&t, "/api/v1/accountLimits?account_index=11");
    assert_string_equal(li_text(answer, "user_tier"), "premium");
    cJSON_Delete(answer);
    answer = li_request(&t, "/api/v1/changeAccountTier", "account_index=11&new_tier=standard");
    assert_int_equal(li_code(answer), 62006);
    cJSON_Delete(answer);
    li_log_in(&t, 0);
    assert_int_equal(li_limit(&t, 0, false, 299900, 10000, LI_GTT), 200);
    answer = li_request(&t, "/api/v1/changeAccountTier", "account_index=10&new_tier=standard");
    assert_int_equal(li_code(answer), 62005);
    cJSON_Delete(answer);
}

/* ---- what is remembered ---- */

static void test_pages(void **state)
{
    char path[160], seen[2048] = "";
    int count = 0;
    (void)state;
    for (int i = 0; i < 25; i++)
        assert_int_equal(li_limit(&t, 0, i % 2, i % 2 ? 300000 : 300020, 100, LI_IOC), 200);
    li_log_in(&t, 0);
    for (char cursor[64] = ""; count < 100;) {
        snprintf(path, sizeof path, "/api/v1/accountInactiveOrders?account_index=10&limit=10&cursor=%s", cursor);
        cJSON *answer = li_get(&t, path);
        const cJSON *order;
        cJSON_ArrayForEach(order, li_member(answer, "orders"))
        {
            assert_null(strstr(seen, li_text(order, "order_id")));
            snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s ", li_text(order, "order_id"));
            count++;
        }
        snprintf(cursor, sizeof cursor, "%s", li_text(answer, "next_cursor"));
        cJSON_Delete(answer);
        if (!cursor[0])
            break;
    }
    assert_int_equal(count, 25);
    count = 0;
    for (char cursor[64] = ""; count < 100;) {
        snprintf(path, sizeof path, "/api/v1/trades?sort_by=trade_id&account_index=10&limit=10&cursor=%s", cursor);
        cJSON *answer = li_get(&t, path);
        count += cJSON_GetArraySize(li_member(answer, "trades"));
        snprintf(cursor, sizeof cursor, "%s", li_text(answer, "next_cursor"));
        cJSON_Delete(answer);
        if (!cursor[0])
            break;
    }
    assert_int_equal(count, 25);
    cJSON *answer = li_get(&t, "/api/v1/accountTxs?by=account_index&value=10&limit=100");
    assert_int_equal(cJSON_GetArraySize(li_member(answer, "txs")), 25);
    cJSON_Delete(answer);
}

static void test_funding(void **state)
{
    (void)state;
    assert_int_equal(li_limit(&t, 0, false, 300020, 10000, LI_IOC), 200);
    for (int64_t left = 3600000 - li_now_ms(&t) % 3600000 + 1000; left > 0; left -= 5000)
        li_step(&t, 5000);
    li_log_in(&t, 0);
    cJSON *answer = li_get(&t, "/api/v1/positionFunding?account_index=10&limit=10");
    const cJSON *payment = cJSON_GetArrayItem(li_member(answer, "position_fundings"), 0);
    assert_string_equal(li_text(payment, "position_side"), "long");
    assert_int_equal(li_text(payment, "change")[0], '-'); /* the base rate: longs pay */
    cJSON_Delete(answer);
    char path[160];
    snprintf(path, sizeof path,
             "/api/v1/fundings?market_id=0&resolution=1h&start_timestamp=%lld&end_timestamp=%lld&count_back=10",
             (long long)LI_START_NS / 1000000, (long long)li_now_ms(&t));
    answer = li_get(&t, path);
    const cJSON *rate = cJSON_GetArrayItem(li_member(answer, "fundings"), 0);
    assert_string_equal(li_text(rate, "direction"), "long");
    assert_string_equal(li_text(rate, "rate"), "0.0013"); /* percent an hour: 0.01 in eight */
    cJSON_Delete(answer);
}

static int open_wide(void **state)
{
    (void)state;
    pg_lighter_exchange_config config = li_config(&t);
    config.wide_indexes = true;
    li_open_with(&t, &config);
    li_fill_book(&t);
    return 0;
}

/* Order indexes that no double holds. */
static void test_wide_indexes(void **state)
{
    (void)state;
    assert_int_equal(li_limit(&t, 0, false, 299900, 10000, LI_GTT), 200);
    int64_t index = li_newest_open(&t, 0)->note[0];
    assert_true(index > (int64_t)1 << 53 && index < (int64_t)1 << 60);
    pg_lighter_tx cancel = make(PG_LIGHTER_CANCEL_ORDER);
    cancel.value[PG_LIGHTER_INDEX] = index + 1;
    expect_failure(0, &cancel, "given order is not an active order");
    cancel.value[PG_LIGHTER_INDEX] = index;
    assert_int_equal(li_do(&t, 0, &cancel), 200);
}

static void test_fund_texts(void **state)
{
    pg_lighter_exchange_fund fund;
    char text[256];
    (void)state;
    snprintf(text, sizeof text, "12,5:%s,0x%s,plus,6:0x%s", t.public_key[0], "00000000000000000000000000000000000000Aa",
             t.public_key[1]);
    assert_int_equal(pg_lighter_exchange_read_fund(&fund, text, NULL), PG_OK);
    assert_int_equal(fund.index, 12);
    assert_int_equal(fund.tier, PG_LIGHTER_PLUS);
    assert_int_equal(fund.key_count, 2);
    assert_int_equal(fund.keys[1].index, 6);
    assert_string_equal(fund.keys[1].public_key, t.public_key[1]);
    assert_string_equal(fund.l1_address, "0x00000000000000000000000000000000000000aa");
    static const char *const wrong[] = { "", "x", "12;", "12,gold", "12,5:00", "12,255:00", "12,0x12", "-1" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(pg_lighter_exchange_read_fund(&fund, wrong[i], NULL), PG_ERR_PARSE);
}

int main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, open_one, close_one)
    const struct CMUnitTest tests[] = {
        ONE(test_leverage),    ONE(test_isolated_margin),
        ONE(test_change_key),  ONE(test_maker_only),
        ONE(test_sub_account), ONE(test_transfer_to_another),
        ONE(test_withdraw),    ONE(test_pool),
        ONE(test_integrator),  ONE(test_rest_of_the_kinds),
        ONE(test_tier),        ONE(test_pages),
        ONE(test_funding),     cmocka_unit_test_setup_teardown(test_wide_indexes, open_wide, close_one),
        ONE(test_fund_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
