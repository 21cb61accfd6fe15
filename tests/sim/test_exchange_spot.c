/* Spot, builders' exchanges and transfers on the built-in exchange: what they do, what is said of them, and that money and
 * tokens are neither made nor lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange_markets.h"
#include "venue/hyperliquid/assets.h"

/* ---- what is listed ---- */

static void test_listing(void **state)
{
    (void)state;
    pg_hl_assets assets = { 0 };
    pg_hl_asset asset;
    cJSON *meta = exchange_info(&t, "{\"type\":\"meta\"}");
    assert_int_equal(pg_hl_assets_add_perps(&assets, 0, meta, NULL), PG_OK);
    cJSON *spot = exchange_info(&t, "{\"type\":\"spotMeta\"}");
    assert_int_equal(pg_hl_assets_add_spot(&assets, spot, NULL), PG_OK);
    cJSON *dexs = exchange_info(&t, "{\"type\":\"perpDexs\"}");
    assert_true(cJSON_IsNull(cJSON_GetArrayItem(dexs, 0)));
    expect_text(dexs, "1.name", "xyz");
    cJSON *other = exchange_info(&t, "{\"type\":\"meta\",\"dex\":\"xyz\"}");
    assert_int_equal(pg_hl_assets_add_perps(&assets, 1, other, NULL), PG_OK);
    assert_int_equal(assets.count, 5);
    assert_int_equal(pg_hl_assets_find(&asset, &assets, "HYPE/USDC", NULL), PG_OK);
    assert_string_equal(asset.name, "@107");
    assert_int_equal(asset.id, ASSET_HYPE);
    assert_int_equal(pg_hl_assets_find(&asset, &assets, "PURR/USDC", NULL), PG_OK);
    assert_int_equal(asset.id, 10000);
    assert_int_equal(pg_hl_assets_find(&asset, &assets, "xyz:SP500", NULL), PG_OK);
    assert_int_equal(asset.id, ASSET_SP);
    pg_instrument instrument;
    assert_int_equal(pg_hl_asset_instrument(&instrument, &asset, NULL), PG_OK);
    assert_memory_equal(&instrument, pg_exchange_instrument(t.core, MARKET_SP), sizeof instrument);
    pg_hl_assets_free(&assets);
    cJSON_Delete(meta);
    cJSON_Delete(spot);
    cJSON_Delete(dexs);
    cJSON_Delete(other);
    cJSON *metas = exchange_info(&t, "{\"type\":\"allPerpMetas\"}");
    expect_text(metas, "1.universe.0.name", "xyz:SP500");
    cJSON_Delete(metas);
    cJSON *mids = exchange_info(&t, "{\"type\":\"allMids\"}");
    expect_text(mids, "@107", "40.01");
    expect_text(mids, "xyz:SP500", "missing");
    cJSON_Delete(mids);
    mids = exchange_info(&t, "{\"type\":\"allMids\",\"dex\":\"xyz\"}");
    expect_text(mids, "xyz:SP500", "6500.1");
    expect_text(mids, "@107", "missing");
    cJSON_Delete(mids);
    cJSON *contexts = exchange_info(&t, "{\"type\":\"spotMetaAndAssetCtxs\"}");
    expect_text(contexts, "1.1.coin", "@107");
    expect_text(contexts, "1.1.midPx", "40.01");
    cJSON_Delete(contexts);
    assert_null(exchange_info(&t, "{\"type\":\"meta\",\"dex\":\"abc\"}"));
    assert_int_equal(t.code, 500);
}

/* ---- spot ---- */

static void test_spot_trade(void **state)
{
    (void)state;
    order_hype(0, true, "40.02", "10", PG_HL_IOC, "Insufficient spot balance asset=10107");
    class_transfer(0, "1000", false, "");
    class_transfer(0, "1000000", false, "Insufficient balance for withdrawal");
    class_transfer(0, "1001", true, "Insufficient balance for token transfer");
    expect_info(t.address[0], "spotClearinghouseState", "balances.0.total", "1000.0");
    expect_info(t.address[0], "clearinghouseState", "withdrawable", "99000.0");
    order_hype(0, true, "40.02", "10", PG_HL_IOC, "");
    cJSON *answer = ask_of(t.address[0], "spotClearinghouseState", "");
    expect_text(answer, "balances.0.total", "599.8"); /* less 10 at 40.02 */
    expect_text(answer, "balances.1.coin", "HYPE");
    expect_text(answer, "balances.1.token", "2");
    expect_text(answer, "balances.1.total", "9.993"); /* a buyer pays 0.07% of what he gets */
    expect_text(answer, "balances.1.entryNtl", "400.2");
    cJSON_Delete(answer);
    answer = ask_of(t.address[0], "userFills", "");
    expect_text(answer, "0.coin", "@107");
    expect_text(answer, "0.dir", "Buy");
    expect_text(answer, "0.fee", "0.007");
    expect_text(answer, "0.feeToken", "HYPE");
    cJSON_Delete(answer);
    /* What an order needs is held. */
    order_hype(0, false, "41", "5", PG_HL_GTC, "");
    order_hype(0, true, "39", "10", PG_HL_GTC, "");
    order_hype(0, false, "41", "5", PG_HL_GTC, "Insufficient spot balance asset=10107");
    answer = ask_of(t.address[0], "spotClearinghouseState", "");
    expect_text(answer, "balances.0.hold", "390.0");
    expect_text(answer, "balances.1.hold", "5.0");
    cJSON_Delete(answer);
    class_transfer(0, "300", true, "Insufficient balance for token transfer");
    order_hype(0, false, "40", "4", PG_HL_IOC, "");
    answer = ask_of(t.address[0], "userFills", "");
    expect_text(answer, "0.dir", "Sell");
    expect_text(answer, "0.fee", "0.112"); /* of 160 */
    expect_text(answer, "0.feeToken", "USDC");
    expect_text(answer, "0.startPosition", "9.993");
    expect_text(answer, "0.closedPnl", "-0.192134"); /* 160 less 4 / 9.993 of 400.2 */
    cJSON_Delete(answer);
    answer = ask_of(t.address[0], "openOrders", "");
    assert_int_equal(cJSON_GetArraySize(answer), 2);
    cJSON_Delete(answer);
}

static void test_spot_between_accounts(void **state)
{
    (void)state;
    class_transfer(0, "1000", false, "");
    class_transfer(1, "1000", false, "");
    order_hype(0, true, "40.02", "10", PG_HL_IOC, "");
    order_hype(0, false, "40.01", "5", PG_HL_ALO, "");
    order_hype(1, true, "40.01", "5", PG_HL_IOC, "");
    cJSON *answer = ask_of(t.address[0], "userFills", "");
    assert_true(cJSON_IsFalse(cJSON_GetObjectItem(answer->child, "crossed")));
    expect_text(answer, "0.fee", "0.08002"); /* 0.04% of 200.05 */
    cJSON_Delete(answer);
    expect_info(t.address[1], "spotClearinghouseState", "balances.1.total", "4.9965");
    check_conserved();
}

static void test_spot_refusals(void **state)
{
    (void)state;
    class_transfer(0, "1000", false, "");
    order_hype(0, true, "40", "0.1", PG_HL_GTC, "Order must have minimum value of 10 USDC. asset=10107");
    order_hype(0, true, "40.0001", "1", PG_HL_GTC, "Price must be divisible by tick size. asset=10107");
    order_hype(0, true, "40", "1.001", PG_HL_GTC, "Order has invalid size.");
    order_hype(0, true, "40.02", "1", PG_HL_ALO,
               "Post only order would have immediately matched, bbo was 40@40.02. asset=10107");
    pg_hl_order reduce = exchange_limit(ASSET_HYPE, false, "41", "1", PG_HL_GTC);
    reduce.reduce_only = true;
    order_for(0, NULL, &reduce, "Reduce only order would increase position. asset=10107");
    pg_hl_action leverage = { .kind = PG_HL_UPDATE_LEVERAGE };
    leverage.margin.asset = ASSET_HYPE;
    leverage.margin.leverage = 2;
    act(0, &leverage, "Order has invalid asset.");
    pg_hl_order unknown = exchange_limit(10001, true, "1", "100", PG_HL_GTC);
    order_for(0, NULL, &unknown, "Order has invalid asset.");
}

/* ---- builders' exchanges ---- */

static void send_asset(int trader, const char *to, const char *from_dex, const char *to_dex, const char *amount,
                       const char *words)
{
    pg_hl_action action = { .kind = PG_HL_SEND_ASSET };
    action.send.destination = to;
    action.send.source_dex = from_dex;
    action.send.destination_dex = to_dex;
    action.send.token = USDC_ID;
    action.send.amount = amount;
    action.send.from_sub_account = "";
    act(trader, &action, words);
}

static void test_dex(void **state)
{
    (void)state;
    pg_hl_order order = exchange_limit(ASSET_SP, true, "6500.2", "1", PG_HL_IOC);
    order_for(0, NULL, &order, "Insufficient margin to place order. asset=110000"); /* each has its own money */
    send_asset(0, t.address[0], "", "xyz", "1000", "");
    send_asset(0, t.address[0], "", "abc", "1000", "Invalid send");
    send_asset(0, t.address[0], "", "xyz", "1.0000001", "Invalid send");
    order_for(0, NULL, &order, "");
    cJSON *answer = ask_of(t.address[0], "clearinghouseState", ",\"dex\":\"xyz\"");
    expect_text(answer, "assetPositions.0.position.coin", "xyz:SP500");
    expect_text(answer, "marginSummary.totalNtlPos", "6500.2");
    expect_text(answer, "marginSummary.accountValue", "994.14982"); /* twice the fee: 0.09% */
    cJSON_Delete(answer);
    answer = ask_of(t.address[0], "clearinghouseState", "");
    expect_text(answer, "marginSummary.accountValue", "99000.0");
    expect_text(answer, "assetPositions.0.type", "missing");
    cJSON_Delete(answer);
    send_asset(0, t.address[0], "xyz", "spot", "900", "Insufficient balance for withdrawal");
    send_asset(0, t.address[1], "xyz", "spot", "100", "");
    expect_info(t.address[1], "spotClearinghouseState", "balances.0.total", "100.0");
    order.is_buy = false;
    order.price = "6700";
    order.tif = PG_HL_GTC;
    order_for(0, NULL, &order, "");
    expect_info(t.address[0], "openOrders", "0.coin", "missing");
    answer = ask_of(t.address[0], "openOrders", ",\"dex\":\"xyz\"");
    expect_text(answer, "0.coin", "xyz:SP500");
    cJSON_Delete(answer);
    expect_info(t.address[0], "userFills", "0.coin", "xyz:SP500");
}

/* A fall takes the position of one exchange and leaves the others alone. */
static void test_dex_liquidation(void **state)
{
    (void)state;
    send_asset(0, t.address[0], "", "xyz", "400", "");
    pg_hl_order order = exchange_limit(ASSET_SP, true, "6500.2", "1", PG_HL_IOC);
    order_for(0, NULL, &order, "");
    order = exchange_limit(EXCHANGE_ETH, true, "3000.2", "1", PG_HL_IOC);
    order_for(0, NULL, &order, "");
    for (int i = 0; i < 3; i++)
        exchange_level(&t, MARKET_SP, PG_BUY, 6500000 - 100 * i, 0);
    exchange_level(&t, MARKET_SP, PG_BUY, 6200000, 10000);
    exchange_print(&t, MARKET_SP, PG_SELL, 6200000, 10);
    pg_event mark = { .kind = PG_EVENT_MARK, .price = 6200000, .price2 = 6200000, .flags = PG_EVENT_LAST };
    pg_hl_exchange_push(t.server, MARKET_SP, &mark, 1);
    t.now_ns += 1000000000;
    pg_hl_exchange_step(t.server);
    cJSON *answer = ask_of(t.address[0], "clearinghouseState", ",\"dex\":\"xyz\"");
    expect_text(answer, "assetPositions.0.type", "missing");
    cJSON_Delete(answer);
    expect_info(t.address[0], "clearinghouseState", "assetPositions.0.position.szi", "1.0");
}

/* ---- sends ---- */

static void test_spot_send(void **state)
{
    (void)state;
    pg_hl_action action = { .kind = PG_HL_SPOT_SEND };
    class_transfer(0, "1000", false, "");
    order_hype(0, true, "40.02", "10", PG_HL_IOC, "");
    action.send.destination = t.address[1];
    action.send.token = HYPE_ID;
    action.send.amount = "2.5";
    act(0, &action, "");
    action.send.amount = "7.4931";
    act(0, &action, "Insufficient balance for token transfer");
    action.send.token = "PURR:0xc1fb593aeffbeb02f85e0308e9956a90"; /* of five decimals */
    action.send.amount = "1.123456";
    act(0, &action, "Invalid send");
    action.send.token = "HYPE:0x00000000000000000000000000000000";
    action.send.amount = "1";
    act(0, &action, "Invalid send");
    action.send.token = HYPE_ID;
    action.send.destination = "0x00000000000000000000000000000000000000d1"; /* new: a dollar for its account */
    act(0, &action, "");
    expect_info(t.address[0], "spotClearinghouseState", "balances.0.total", "598.8");
    expect_info("0x00000000000000000000000000000000000000d1", "spotClearinghouseState", "balances.0.total", "1.0");
    cJSON *answer = ask_of(t.address[1], "userNonFundingLedgerUpdates", ",\"startTime\":0");
    expect_text(answer, "1.delta.type", "spotTransfer");
    expect_text(answer, "1.delta.token", "HYPE");
    expect_text(answer, "1.delta.amount", "2.5");
    expect_text(answer, "1.delta.usdcValue", "100.05"); /* at the mark, the last trade */
    cJSON_Delete(answer);
}

/* ---- sub-accounts ---- */

static void make_sub(char address[PG_ADDRESS_TEXT], int trader, const char *name)
{
    pg_hl_action action = { .kind = PG_HL_CREATE_SUB_ACCOUNT };
    action.account.name = name;
    cJSON *answer = exchange_act(&t, trader, &action);
    expect_text(answer, "response.type", "createSubAccount");
    snprintf(address, PG_ADDRESS_TEXT, "%s", text_of(answer, "response.data"));
    cJSON_Delete(answer);
}

static void test_sub_account(void **state)
{
    (void)state;
    char sub[PG_ADDRESS_TEXT], words[128];
    make_sub(sub, 0, "first");
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "3000.2", "1", PG_HL_IOC);
    order_for(0, sub, &order, "Insufficient margin to place order. asset=1");
    pg_hl_action action = { .kind = PG_HL_SUB_ACCOUNT_TRANSFER };
    action.account.address = sub;
    action.account.is_deposit = true;
    action.account.usd = 1000000000;
    act(0, &action, "");
    snprintf(words, sizeof words, "Sub-account not registered: %s", sub);
    act(1, &action, words);
    order_for(0, sub, &order, "");
    snprintf(words, sizeof words, "Vault not registered: %s", sub);
    order_for(1, sub, &order, words);
    expect_info(sub, "clearinghouseState", "assetPositions.0.position.szi", "1.0");
    expect_info(t.address[0], "clearinghouseState", "assetPositions.0.type", "missing");
    expect_info(sub, "userRole", "role", "subAccount");
    expect_info(sub, "userRole", "data.master", t.address[0]);
    cJSON *answer = ask_of(t.address[0], "subAccounts", "");
    expect_text(answer, "0.name", "first");
    expect_text(answer, "0.subAccountUser", sub);
    expect_text(answer, "0.clearinghouseState.assetPositions.0.position.coin", "ETH");
    cJSON_Delete(answer);
    expect_info(t.address[0], "subAccounts2", "0.dexToClearinghouseState.1.0", "xyz");
    action.account.is_deposit = false;
    action.account.usd = 999000000;
    act(0, &action, "Insufficient balance for withdrawal");
    action.account.usd = 500000000;
    act(0, &action, "");
    expect_info(t.address[0], "clearinghouseState", "withdrawable", "99500.0");
    pg_hl_action rename = { .kind = PG_HL_SUB_ACCOUNT_MODIFY };
    rename.account.address = sub;
    rename.account.name = "second";
    act(0, &rename, "");
    expect_info(t.address[0], "subAccounts", "0.name", "second");
    /* Tokens, too. */
    class_transfer(0, "100", false, "");
    pg_hl_action tokens = { .kind = PG_HL_SUB_ACCOUNT_SPOT_TRANSFER };
    tokens.account.address = sub;
    tokens.account.is_deposit = true;
    tokens.account.token = USDC_ID;
    tokens.account.amount = "60.5";
    act(0, &tokens, "");
    expect_info(sub, "spotClearinghouseState", "balances.0.total", "60.5");
    class_transfer(0, "60 subaccount:0x00000000000000000000000000000000000000ff", true, "Invalid sub-account transfer");
    char amount[64];
    snprintf(amount, sizeof amount, "60 subaccount:%s", sub);
    class_transfer(0, amount, true, "");
    expect_info(sub, "spotClearinghouseState", "balances.0.total", "0.5");
}

static void test_sub_account_limits(void **state)
{
    (void)state;
    char sub[PG_ADDRESS_TEXT], name[24];
    pg_hl_action action = { .kind = PG_HL_CREATE_SUB_ACCOUNT };
    action.account.name = "";
    act(0, &action, "Invalid sub-account name");
    action.account.name = "seventeen letters";
    act(0, &action, "Invalid sub-account name");
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof name, "sub %d", i);
        make_sub(sub, 0, name);
    }
    action.account.name = "one more";
    act(0, &action, "Too many sub-accounts");
}

/* ---- the sum of everything ---- */

/* Transfers of any kind leave the sum as it was, but for a fee. */
static void test_transfers_conserve(void **state)
{
    (void)state;
    pg_exchange_balance before, after;
    char sub[PG_ADDRESS_TEXT];
    make_sub(sub, 0, "sub");
    pg_exchange_get_balance(&before, t.core);
    class_transfer(0, "1234.567891", false, "");
    send_asset(0, sub, "spot", "xyz", "234.5", "");
    send_asset(0, t.address[2], "", "spot", "17", "");
    class_transfer(2, "16.5", true, "");
    pg_exchange_get_balance(&after, t.core);
    assert_true(before.deposited_e12 + before.put_e12[0] == after.deposited_e12 + after.put_e12[0]);
    send_asset(0, "0x00000000000000000000000000000000000000d1", "spot", "", "100", "");
    pg_exchange_get_balance(&after, t.core);
    assert_true(before.deposited_e12 + before.put_e12[0] - 1000000000000 == after.deposited_e12 + after.put_e12[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_exchange(test_listing),
        in_exchange(test_spot_trade),
        in_exchange(test_spot_between_accounts),
        in_exchange(test_spot_refusals),
        in_exchange(test_dex),
        in_exchange(test_dex_liquidation),
        in_exchange(test_spot_send),
        in_exchange(test_sub_account),
        in_exchange(test_sub_account_limits),
        in_exchange(test_transfers_conserve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
