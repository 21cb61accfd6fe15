/* TWAP orders and vaults on the built-in exchange. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange_markets.h"

static void wait_s(int64_t seconds)
{
    t.now_ns += seconds * 1000000000;
    pg_hl_exchange_step(t.server);
}

/* ---- TWAP ---- */

static pg_hl_action twap(int64_t asset, bool is_buy, const char *size, int minutes)
{
    pg_hl_action action = { .kind = PG_HL_TWAP_ORDER };
    action.twap.asset = asset;
    action.twap.is_buy = is_buy;
    action.twap.size = size;
    action.twap.minutes = minutes;
    return action;
}

static uint64_t start(int trader, const pg_hl_action *action)
{
    cJSON *answer = exchange_act(&t, trader, action);
    expect_text(answer, "response.type", "twapOrder");
    uint64_t id = strtoull(text_of(answer, "response.data.status.running.twapId"), NULL, 10);
    if (id == 0)
        fail_msg("no id: %s", t.body);
    cJSON_Delete(answer);
    return id;
}

static void test_twap(void **state)
{
    (void)state;
    exchange_client client;
    char members[160];
    exchange_client_open(&client, &t);
    snprintf(members, sizeof members, "\"type\":\"userTwapSliceFills\",\"user\":\"%s\"", t.address[0]);
    exchange_client_subscribe(&client, members);
    cJSON *frame = exchange_client_wait(&client, "userTwapSliceFills");
    expect_text(frame, "data.twapSliceFills.0.twapId", "missing");
    cJSON_Delete(frame);
    pg_hl_action action = twap(EXCHANGE_ETH, true, "1", 5);
    uint64_t id = start(0, &action);
    frame = exchange_client_wait(&client, "userTwapSliceFills");
    assert_true(strtoull(text_of(frame, "data.twapSliceFills.0.twapId"), NULL, 10) == id);
    expect_text(frame, "data.twapSliceFills.0.fill.sz", "0.1");
    cJSON_Delete(frame);
    assert_int_equal(exchange_position(&t, 0), 1000); /* the first of ten slices at once */
    wait_s(29);
    assert_int_equal(exchange_position(&t, 0), 1000);
    wait_s(1);
    assert_int_equal(exchange_position(&t, 0), 2000);
    exchange_level(&t, EXCHANGE_ETH, PG_SELL, 300020, 0); /* nobody sells within 3% */
    exchange_level(&t, EXCHANGE_ETH, PG_SELL, 300030, 0);
    exchange_level(&t, EXCHANGE_ETH, PG_SELL, 300040, 0);
    for (int i = 0; i < 4; i++)
        wait_s(30);
    assert_int_equal(exchange_position(&t, 0), 2000);
    exchange_fill_book(&t);
    wait_s(30); /* four slices were missed: three times a slice is the most */
    int64_t caught = exchange_position(&t, 0);
    assert_true(caught >= 5000 && caught <= 5010);
    for (int i = 0; i < 3; i++)
        wait_s(30);
    assert_int_equal(exchange_position(&t, 0), 10000);
    expect_info(t.address[0], "twapHistory", "0.status.status", "finished");
    expect_info(t.address[0], "twapHistory", "0.state.executedSz", "1.0");
    expect_info(t.address[0], "twapHistory", "1.status.status", "activated");
    cJSON *fills = ask_of(t.address[0], "userTwapSliceFills", "");
    int64_t sum = 0;
    for (const cJSON *f = fills->child; f; f = f->next) {
        sum += (int64_t)(strtod(text_of(f, "fill.sz"), NULL) * 10000 + 0.5);
        assert_true(strtoull(text_of(f, "fill.twapId"), NULL, 10) == id);
    }
    assert_int_equal(sum, 10000);
    cJSON_Delete(fills);
    pg_hl_action over = { .kind = PG_HL_TWAP_CANCEL };
    over.twap.asset = EXCHANGE_ETH;
    over.twap.id = id;
    act(0, &over, "TWAP was never placed, already canceled, or filled.");
    exchange_client_close(&client);
}

static void test_twap_cancel_and_states(void **state)
{
    (void)state;
    exchange_client client;
    char members[160];
    pg_hl_action action = twap(EXCHANGE_ETH, true, "10", 60);
    action.twap.randomize = true;
    uint64_t id = start(0, &action);
    exchange_client_open(&client, &t);
    snprintf(members, sizeof members, "\"type\":\"twapStates\",\"user\":\"%s\",\"dex\":\"\"", t.address[0]);
    exchange_client_subscribe(&client, members);
    cJSON *frame = exchange_client_wait(&client, "twapStates");
    expect_text(frame, "data.states.0.1.sz", "10.0");
    expect_text(frame, "data.states.0.1.minutes", "60");
    cJSON_Delete(frame);
    snprintf(members, sizeof members, "\"type\":\"userTwapHistory\",\"user\":\"%s\"", t.address[0]);
    exchange_client_subscribe(&client, members);
    cJSON_Delete(exchange_client_wait(&client, "userTwapHistory"));
    pg_hl_action gone = { .kind = PG_HL_TWAP_CANCEL };
    gone.twap.asset = EXCHANGE_BTC;
    gone.twap.id = id;
    act(0, &gone, "TWAP was never placed, already canceled, or filled.");
    gone.twap.asset = EXCHANGE_ETH;
    act(1, &gone, "TWAP was never placed, already canceled, or filled.");
    act(0, &gone, "");
    frame = exchange_client_wait(&client, "userTwapHistory");
    expect_text(frame, "data.history.0.status.status", "terminated");
    cJSON_Delete(frame);
    int64_t held = exchange_position(&t, 0);
    wait_s(600);
    assert_int_equal(exchange_position(&t, 0), held);
    exchange_client_close(&client);
}

static void test_twap_refusals(void **state)
{
    (void)state;
    pg_hl_action action = twap(EXCHANGE_ETH, true, "1", 4);
    act(0, &action, "Invalid TWAP duration: 4 min(s)");
    action = twap(EXCHANGE_ETH, true, "1", 20000);
    act(0, &action, "Invalid TWAP duration: 20000 min(s)");
    action = twap(EXCHANGE_ETH, true, "0.03", 5);
    act(0, &action, "TWAP order value too small. Min is $100.");
    action = twap(EXCHANGE_ETH, true, "0.00001", 5);
    act(0, &action, "Order has invalid size.");
    action = twap(7, true, "1", 5);
    act(0, &action, "Order has invalid asset.");
    action = twap(EXCHANGE_ETH, false, "1", 5);
    action.twap.reduce_only = true;
    act(0, &action, "Reduce-only TWAP order would increase position.");
}

/* One that waits for a price, ends at another, and one that is short of margin. */
static void test_twap_details(void **state)
{
    (void)state;
    pg_hl_action action = twap(EXCHANGE_ETH, true, "1", 5);
    action.twap.trigger_price = "2995";
    action.twap.stop_price = "3050";
    start(0, &action);
    assert_int_equal(exchange_position(&t, 0), 0);
    expect_info(t.address[0], "twapHistory", "0.status.status", "waitingForTrigger");
    pg_event mark = { .kind = PG_EVENT_MARK, .price = 299400, .price2 = 299400, .flags = PG_EVENT_LAST };
    pg_hl_exchange_push(t.server, EXCHANGE_ETH, &mark, 1);
    wait_s(1);
    assert_int_equal(exchange_position(&t, 0), 1000);
    mark.price = mark.price2 = 305000;
    pg_hl_exchange_push(t.server, EXCHANGE_ETH, &mark, 1);
    wait_s(1);
    expect_info(t.address[0], "twapHistory", "0.status.status", "stopped");
    action = twap(EXCHANGE_ETH, true, "5000", 5);
    start(1, &action);
    wait_s(30);
    wait_s(30);
    wait_s(30);
    expect_info(t.address[1], "twapHistory", "0.status.status", "error");
    expect_info(t.address[1], "twapHistory", "0.status.description", "Insufficient margin to place order.");
}

static void test_twap_spot(void **state)
{
    (void)state;
    class_transfer(0, "1000", false, "");
    pg_hl_action action = twap(ASSET_HYPE, true, "20", 5);
    start(0, &action);
    for (int i = 0; i < 10; i++)
        wait_s(30);
    expect_info(t.address[0], "spotClearinghouseState", "balances.1.total", "19.986");
    expect_info(t.address[0], "twapHistory", "0.status.status", "finished");
}

/* ---- vaults ---- */

static void make_vault(char address[PG_ADDRESS_TEXT], int trader)
{
    pg_hl_action action = { .kind = PG_HL_CREATE_VAULT };
    action.account.name = "the vault";
    action.account.description = "bought and held";
    action.account.usd = 1000000000;
    cJSON *answer = exchange_act(&t, trader, &action);
    expect_text(answer, "response.type", "createVault");
    snprintf(address, PG_ADDRESS_TEXT, "%s", text_of(answer, "response.data"));
    cJSON_Delete(answer);
}

static void move(int trader, const char *vault, bool is_deposit, int64_t usd, const char *words)
{
    pg_hl_action action = { .kind = PG_HL_VAULT_TRANSFER };
    action.account.address = vault;
    action.account.is_deposit = is_deposit;
    action.account.usd = usd * 1000000;
    act(trader, &action, words);
}

static cJSON *details_of(const char *vault, const char *user)
{
    char request[256];
    snprintf(request, sizeof request, "{\"type\":\"vaultDetails\",\"vaultAddress\":\"%s\",\"user\":\"%s\"}", vault,
             user);
    return exchange_info(&t, request);
}

static void test_vault(void **state)
{
    (void)state;
    char vault[PG_ADDRESS_TEXT], words[128];
    make_vault(vault, 0);
    move(1, vault, true, 1000, "");
    move(1, vault, true, 1000000, "Insufficient balance for withdrawal");
    expect_info(vault, "userRole", "role", "vault");
    /* The leader trades for it, a follower does not. */
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "3000.2", "1", PG_HL_IOC);
    order_for(0, vault, &order, "");
    snprintf(words, sizeof words, "Vault not registered: %s", vault);
    order_for(1, vault, &order, words);
    expect_info(vault, "clearinghouseState", "assetPositions.0.position.szi", "1.0");
    /* The mark rises by 100 for its one ETH; the follower owns half. */
    pg_event mark = { .kind = PG_EVENT_MARK, .price = 310155, .price2 = 310155, .flags = PG_EVENT_LAST };
    pg_hl_exchange_push(t.server, EXCHANGE_ETH, &mark, 1);
    cJSON *answer = details_of(vault, t.address[1]);
    expect_text(answer, "leader", t.address[0]);
    expect_text(answer, "leaderFraction", "0.5");
    expect_text(answer, "followerState.vaultEquity", "1049.999955"); /* less the fee of 1.35009 */
    expect_text(answer, "followers.1.user", t.address[1]);
    cJSON_Delete(answer);
    expect_info(t.address[1], "userVaultEquities", "0.equity", "1049.999955");
    move(1, vault, false, 500, "Cannot withdraw during lockup period after depositing.");
    t.now_ns += 86400000000000;
    pg_hl_exchange_push(t.server, EXCHANGE_ETH, &mark, 1);
    move(1, vault, false, 1050, "Insufficient vault equity for withdrawal.");
    expect_info(t.address[1], "clearinghouseState", "withdrawable", "99000.0");
    move(1, vault, false, 525, "");
    /* Half of it: 25 of profit, of which the leader has a tenth. */
    answer = ask_of(t.address[1], "clearinghouseState", "");
    double got = strtod(text_of(answer, "withdrawable"), NULL) - 99000;
    cJSON_Delete(answer);
    assert_true(got > 522.499 && got < 522.501);
    answer = ask_of(t.address[1], "userNonFundingLedgerUpdates", ",\"startTime\":0");
    expect_text(answer, "2.delta.type", "vaultWithdraw");
    expect_text(answer, "2.delta.requestedUsd", "525.0");
    cJSON_Delete(answer);
    answer = ask_of(t.address[0], "userNonFundingLedgerUpdates", ",\"startTime\":0");
    expect_text(answer, "1.delta.type", "vaultCreate");
    expect_text(answer, "2.delta.type", "vaultLeaderCommission");
    cJSON_Delete(answer);
}

/* A withdrawal that the free money does not pay closes its part of the positions, and its taker bears what that costs. */
static void test_vault_closes(void **state)
{
    (void)state;
    char vault[PG_ADDRESS_TEXT];
    make_vault(vault, 0);
    move(1, vault, true, 1000, "");
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "3000.2", "6", PG_HL_IOC); /* a tenth is kept: 1800 */
    order_for(0, vault, &order, "");
    order = exchange_limit(EXCHANGE_ETH, true, "2900", "1", PG_HL_ALO);
    order_for(0, vault, &order, "");
    t.now_ns += 86400000000000;
    move(1, vault, false, 900, "");
    int account = pg_exchange_find_account(t.core, vault);
    assert_int_equal(pg_exchange_open_count(t.core, account), 0);
    expect_info(vault, "historicalOrders", "1.status", "vaultWithdrawalCanceled");
    pg_exchange_position p;
    pg_exchange_get_position(&p, t.core, account, EXCHANGE_ETH);
    assert_true(p.quantity > 32000 && p.quantity < 34000); /* of 6: 900 of 1991 went */
    cJSON *answer = ask_of(t.address[1], "userNonFundingLedgerUpdates", ",\"startTime\":0");
    double cost = strtod(text_of(answer, "2.delta.closingCost"), NULL);
    double net = strtod(text_of(answer, "2.delta.netWithdrawnUsd"), NULL);
    assert_true(cost > 3.5 && cost < 5); /* fees of 2.7 of 3000.2 and a spread */
    assert_true(net > 900 - cost - 1e-6 && net < 900 - cost + 1e-6);
    cJSON_Delete(answer);
}

static void test_vault_rules(void **state)
{
    (void)state;
    char vault[PG_ADDRESS_TEXT];
    pg_exchange_balance before, after;
    pg_exchange_get_balance(&before, t.core);
    make_vault(vault, 0);
    pg_hl_action modify = { .kind = PG_HL_VAULT_MODIFY };
    modify.account.address = vault;
    modify.account.allow_deposits = PG_HL_OFF;
    act(1, &modify, "Only the vault leader can perform this action.");
    act(0, &modify, "");
    move(1, vault, true, 1000, "Vault does not allow deposits.");
    modify.account.allow_deposits = PG_HL_ON;
    act(0, &modify, "");
    move(1, vault, true, 9000, "");
    move(0, vault, false, 600, "Vault leader must maintain at least 5% of the vault's equity.");
    move(0, vault, false, 500, "");
    pg_hl_action share = { .kind = PG_HL_VAULT_DISTRIBUTE };
    share.account.address = vault;
    share.account.usd = 950000000;
    act(0, &share, "");
    expect_info(t.address[1], "clearinghouseState", "withdrawable", "91900.0");
    expect_info(t.address[0], "clearinghouseState", "withdrawable", "99550.0");
    expect_info(t.address[0], "leadingVaults", "0.address", vault);
    pg_exchange_get_balance(&after, t.core);
    assert_true(before.deposited_e12 == after.deposited_e12);
    pg_hl_action small = { .kind = PG_HL_CREATE_VAULT };
    small.account.name = "ab";
    small.account.description = "long enough";
    small.account.usd = 1000000000;
    act(0, &small, "Vault name must be between 3 and 50 characters.");
    move(0, "0x00000000000000000000000000000000000000aa", true, 1,
         "Vault not registered: 0x00000000000000000000000000000000000000aa");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_exchange(test_twap),          in_exchange(test_twap_cancel_and_states),
        in_exchange(test_twap_refusals), in_exchange(test_twap_details),
        in_exchange(test_twap_spot),     in_exchange(test_vault),
        in_exchange(test_vault_closes),  in_exchange(test_vault_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
