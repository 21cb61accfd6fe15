/* Accounts on the built-in exchange: several keys, codes and rewards, bought requests, settings, staking. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange_markets.h"

/* ---- several keys ---- */

static void convert(int trader, const char *signers, const char *words)
{
    pg_hl_action action = { .kind = PG_HL_CONVERT_TO_MULTI_SIG };
    action.convert.signers = signers;
    act(trader, &action, words);
}

/* An action of trader 0's account, signed by some and sent by `outer`. */
static void act_together(const pg_hl_action *action, const int *signers, size_t count, int outer, const char *words)
{
    pg_hl_envelope envelope = exchange_envelope(&t);
    pg_hl_multi_sig who = { t.signer[0].address, t.signer[outer].address };
    pg_signature signatures[3];
    pg_hl_signed made = { 0 };
    pg_text body = { 0 };
    for (size_t i = 0; i < count; i++)
        assert_int_equal(pg_hl_multi_sig_inner(&signatures[i], &t.signer[signers[i]], action, &envelope, &who, NULL),
                         PG_OK);
    assert_int_equal(pg_hl_multi_sig_sign(&made, &t.signer[outer], action, &envelope, &who, signatures, count, NULL),
                     PG_OK);
    assert_int_equal(pg_hl_body(&body, &made, NULL), PG_OK);
    exchange_post(&t, "/exchange", body.data, body.length);
    cJSON *answer = cJSON_Parse(t.body);
    if (!answer || strcmp(refusal(answer), words) != 0)
        fail_msg("%s, not '%s'", t.body, words);
    cJSON_Delete(answer);
    pg_text_free(&body);
    pg_hl_signed_free(&made);
}

static void test_several_keys(void **state)
{
    (void)state;
    pg_text signers = { 0 };
    char words[128];
    static const int both[] = { 1, 2 }, twice[] = { 1, 1 }, stranger[] = { 1, 3 };
    pg_address users[] = { t.signer[1].address, t.signer[2].address };
    assert_int_equal(pg_hl_multi_sig_signers(&signers, users, 2, 2, NULL), PG_OK);
    convert(0, "{\"authorizedUsers\":[],\"threshold\":1}", "Invalid multi-sig signers.");
    convert(0, "nonsense", "Invalid multi-sig signers.");
    snprintf(words, sizeof words, "User is not a multi-sig user: %s", t.address[0]);
    convert(0, "null", words);
    expect_info(t.address[0], "userToMultiSigSigners", "", "");
    convert(0, signers.data, "");
    expect_info(t.address[0], "userToMultiSigSigners", "threshold", "2");
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "2990", "1", PG_HL_GTC);
    snprintf(words, sizeof words, "Multi-sig required for user: %s", t.address[0]);
    order_for(0, NULL, &order, words); /* its own key alone is no longer enough */
    pg_hl_action action = { .kind = PG_HL_ORDER, .order = { .list = &order, .count = 1 } };
    act_together(&action, both, 2, 1, "");
    assert_int_equal(pg_exchange_open_count(t.core, exchange_account(&t, 0)), 1);
    act_together(&action, both, 1, 1, "Multi-sig threshold is not reached.");
    act_together(&action, twice, 2, 1, "Multi-sig user has signed twice.");
    act_together(&action, stranger, 2, 1, "Multi-sig signature is not by an authorized user.");
    snprintf(words, sizeof words, "User or API Wallet %s does not exist.", t.address[0]);
    act_together(&action, both, 2, 0, words); /* who sends it must be one of them */
    pg_hl_action agent = { .kind = PG_HL_APPROVE_AGENT };
    agent.approval.address = t.address[3];
    agent.approval.name = "bot";
    act(2, &agent, "");
    act_together(&action, both, 2, 3, ""); /* or an agent of one */
    assert_int_equal(pg_exchange_open_count(t.core, exchange_account(&t, 0)), 2);
    /* What a user signs, too; and back to one key. */
    pg_hl_action send = { .kind = PG_HL_USD_SEND };
    send.send.destination = t.address[1];
    send.send.amount = "10.5";
    act_together(&send, both, 2, 2, "");
    expect_info(t.address[1], "clearinghouseState", "withdrawable", "100010.5");
    pg_hl_action back = { .kind = PG_HL_CONVERT_TO_MULTI_SIG };
    back.convert.signers = "null";
    act_together(&back, both, 2, 1, "");
    order_for(0, NULL, &order, "");
    pg_text_free(&signers);
}

/* ---- codes and rewards ---- */

static pg_hl_action with_text(pg_hl_kind kind, const char *text)
{
    pg_hl_action action = { .kind = kind };
    action.setting.text = text;
    return action;
}

static void test_referral(void **state)
{
    (void)state;
    pg_hl_action make = with_text(PG_HL_REGISTER_REFERRER, "FRIEND"), use = with_text(PG_HL_SET_REFERRER, "FRIEND");
    pg_hl_action claim = { .kind = PG_HL_CLAIM_REWARDS };
    act(0, &use, "Referral code not registered");
    expect_info(t.address[0], "referral", "referrerState.stage", "needToCreateCode");
    act(0, &make, "");
    act(0, &make, "Referral code already registered");
    act(1, &make, "Referral code already taken");
    act(0, &use, "Cannot self-refer");
    act(1, &use, "");
    act(1, &use, "Referrer already set");
    expect_info(t.address[1], "referral", "referredBy.code", "FRIEND");
    expect_info(t.address[1], "userFees", "activeReferralDiscount", "0.04");
    act(0, &claim, "No rewards to claim");
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "3000.2", "1", PG_HL_IOC);
    order_for(1, NULL, &order, "");
    expect_info(t.address[1], "userFills", "0.fee", "1.296086"); /* 1.35009 less 4% */
    expect_info(t.address[0], "referral", "unclaimedRewards", "0.129609");
    expect_info(t.address[0], "referral", "referrerState.data.nReferrals", "1");
    act(0, &claim, "");
    expect_info(t.address[0], "referral", "claimedRewards", "0.129608");
    expect_info(t.address[0], "spotClearinghouseState", "balances.0.total", "0.129608");
}

static void test_builder_rewards(void **state)
{
    (void)state;
    pg_hl_action approve = { .kind = PG_HL_APPROVE_BUILDER_FEE };
    approve.approval.address = t.address[2];
    approve.approval.fee_rate = "0.01%";
    act(0, &approve, "");
    cJSON *answer = ask_of(t.address[0], "approvedBuilders", "");
    expect_text(answer, "0", t.address[2]);
    cJSON_Delete(answer);
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "3000.2", "1", PG_HL_IOC);
    pg_hl_action action = { .kind = PG_HL_ORDER, .order = { .list = &order, .count = 1 } };
    action.order.builder = t.address[2];
    action.order.builder_fee = 10;
    act(0, &action, "");
    expect_info(t.address[2], "referral", "builderRewards", "0.30002");
    expect_info(t.address[0], "userFills", "0.twapId", ""); /* null: of no TWAP */
}

/* ---- requests and settings ---- */

static void test_requests(void **state)
{
    (void)state;
    pg_hl_action buy = { .kind = PG_HL_RESERVE_REQUEST_WEIGHT };
    buy.setting.weight = 1000;
    act(0, &buy, "");
    expect_info(t.address[0], "userRateLimit", "nRequestsCap", "11000");
    expect_info(t.address[0], "clearinghouseState", "withdrawable", "99999.5");
    buy.setting.address = t.address[1];
    act(0, &buy, "");
    expect_info(t.address[1], "userRateLimit", "nRequestsCap", "11000");
    buy.setting.weight = 900000000;
    act(0, &buy, "Insufficient balance for withdrawal");
}

static void test_settings(void **state)
{
    (void)state;
    pg_hl_action action = with_text(PG_HL_SET_DISPLAY_NAME, "a trader");
    act(0, &action, "");
    action.setting.text = "longer than twenty bytes";
    act(0, &action, "Display name must be at most 20 characters");
    action = (pg_hl_action){ .kind = PG_HL_EVM_USER_MODIFY };
    action.setting.enabled = true;
    act(0, &action, "");
    action = with_text(PG_HL_AGENT_SET_ABSTRACTION, "u");
    act(0, &action, "Account abstraction is not available on this exchange: u");
    action = with_text(PG_HL_USER_SET_ABSTRACTION, "disabled");
    action.setting.address = t.address[0];
    act(0, &action, "");
    cJSON *answer = ask_of(t.address[0], "userAbstraction", "");
    assert_string_equal(answer->valuestring, "disabled");
    cJSON_Delete(answer);
    char words[128];
    snprintf(words, sizeof words, "User does not match the signer: %s", t.address[1]);
    action.setting.address = t.address[1];
    act(0, &action, words);
    action = (pg_hl_action){ .kind = PG_HL_SPLIT_OUTCOME };
    action.position.amount = "1";
    act(0, &action, "Outcome does not exist.");
}

static void test_top_up(void **state)
{
    (void)state;
    pg_hl_action lever = { .kind = PG_HL_UPDATE_LEVERAGE };
    lever.margin.asset = EXCHANGE_ETH;
    lever.margin.leverage = 10;
    act(0, &lever, "");
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "3000.2", "1", PG_HL_IOC);
    pg_hl_action top_up = { .kind = PG_HL_TOP_UP_ISOLATED_MARGIN };
    top_up.margin.asset = EXCHANGE_ETH;
    top_up.margin.target_leverage = "5";
    act(0, &top_up, "Position does not use isolated margin.");
    order_for(0, NULL, &order, "");
    act(0, &top_up, "");
    cJSON *answer = ask_of(t.address[0], "clearinghouseState", "");
    expect_text(answer, "assetPositions.0.position.marginUsed", "600.04"); /* a fifth of 3000.2 */
    cJSON_Delete(answer);
    top_up.margin.target_leverage = "8";
    act(0, &top_up, "Invalid leverage value");
}

/* ---- staking ---- */

static pg_hl_action stake(pg_hl_kind kind, int64_t hype)
{
    pg_hl_action action = { .kind = kind };
    action.stake.wei = hype * 100000000;
    return action;
}

static void test_staking(void **state)
{
    (void)state;
    class_transfer(0, "1000", false, "");
    order_hype(0, true, "40.02", "20", PG_HL_IOC, "");
    pg_hl_action action = stake(PG_HL_STAKING_DEPOSIT, 20);
    act(0, &action, "Insufficient balance for token transfer"); /* the fee was paid of them */
    action = stake(PG_HL_STAKING_DEPOSIT, 10);
    act(0, &action, "");
    expect_info(t.address[0], "spotClearinghouseState", "balances.1.total", "9.986");
    cJSON *validators = exchange_info(&t, "{\"type\":\"validatorSummaries\"}");
    char validator[PG_ADDRESS_TEXT], words[160];
    snprintf(validator, sizeof validator, "%s", text_of(validators, "0.validator"));
    cJSON_Delete(validators);
    action = stake(PG_HL_TOKEN_DELEGATE, 6);
    action.stake.address = t.address[1];
    snprintf(words, sizeof words, "Validator not registered: %s", t.address[1]);
    act(0, &action, words);
    action.stake.address = validator;
    act(0, &action, "");
    action.stake.flag = true;
    act(0, &action, "Cannot undelegate during lockup period after delegating.");
    expect_info(t.address[0], "delegations", "0.amount", "6.0");
    expect_info(t.address[0], "delegatorSummary", "undelegated", "4.0");
    action = stake(PG_HL_STAKING_WITHDRAW, 5);
    act(0, &action, "Insufficient staking balance.");
    action = stake(PG_HL_STAKING_WITHDRAW, 3);
    act(0, &action, "");
    expect_info(t.address[0], "delegatorSummary", "totalPendingWithdrawal", "3.0");
    t.now_ns += 7ll * 86400 * 1000000000;
    pg_hl_exchange_step(t.server);
    expect_info(t.address[0], "spotClearinghouseState", "balances.1.total", "12.986");
    expect_info(t.address[0], "delegatorSummary", "nPendingWithdrawals", "0");
    expect_info(t.address[0], "delegatorHistory", "0.delta.withdrawal.phase", "finalized");
    expect_info(t.address[0], "delegatorHistory", "3.delta.cDeposit.amount", "10.0");
    t.nonce = (uint64_t)(t.now_ns / 1000000);
    action = stake(PG_HL_TOKEN_DELEGATE, 6);
    action.stake.address = validator;
    action.stake.flag = true;
    act(0, &action, "");
    expect_info(t.address[0], "delegatorSummary", "undelegated", "7.0");
}

static void test_priority(void **state)
{
    (void)state;
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "3000.2", "1", PG_HL_IOC);
    pg_hl_action action = { .kind = PG_HL_ORDER, .order = { .list = &order, .count = 1 } };
    action.order.grouping = PG_HL_PRIORITY;
    action.order.priority_rate = 10000; /* a basis point */
    act(0, &action, "Insufficient delegatable balance for priority order");
    class_transfer(0, "1000", false, "");
    order_hype(0, true, "40.02", "20", PG_HL_IOC, "");
    pg_hl_action deposit = stake(PG_HL_STAKING_DEPOSIT, 10);
    act(0, &deposit, "");
    act(0, &action, "");
    cJSON *answer = ask_of(t.address[0], "delegatorSummary", "");
    double left = strtod(text_of(answer, "undelegated"), NULL); /* 0.30002 dollars at 40.02 */
    cJSON_Delete(answer);
    assert_true(left > 9.9925 && left < 9.99251);
    order.tif = PG_HL_GTC;
    act(0, &action, "Invalid priority order");
}

/* ---- what is said of all this to anybody ---- */

static void test_questions(void **state)
{
    static const char *const types[] = { "meta",
                                         "metaAndAssetCtxs",
                                         "spotMeta",
                                         "spotMetaAndAssetCtxs",
                                         "perpDexs",
                                         "allPerpMetas",
                                         "perpDexLimits",
                                         "perpDexStatus",
                                         "perpsAtOpenInterestCap",
                                         "maxMarketOrderNtls",
                                         "exchangeStatus",
                                         "outcomeMeta",
                                         "allMids",
                                         "predictedFundings",
                                         "vaultSummaries",
                                         "validatorSummaries",
                                         "liquidatable",
                                         "gossipRootIps",
                                         "allBorrowLendReserveStates",
                                         "perpDeployAuctionStatus",
                                         "gossipPriorityAuctionStatus",
                                         "spotPairDeployAuctionStatus" };
    static const char *const users[] = { "clearinghouseState",
                                         "spotClearinghouseState",
                                         "openOrders",
                                         "frontendOpenOrders",
                                         "historicalOrders",
                                         "userFills",
                                         "userFunding",
                                         "userNonFundingLedgerUpdates",
                                         "userFees",
                                         "userRateLimit",
                                         "userRole",
                                         "extraAgents",
                                         "subAccounts",
                                         "subAccounts2",
                                         "userAbstraction",
                                         "userDexAbstraction",
                                         "approvedBuilders",
                                         "referral",
                                         "portfolio",
                                         "userVaultEquities",
                                         "leadingVaults",
                                         "delegations",
                                         "delegatorSummary",
                                         "delegatorHistory",
                                         "delegatorRewards",
                                         "twapHistory",
                                         "userTwapSliceFills",
                                         "userToMultiSigSigners",
                                         "isVip",
                                         "legalCheck",
                                         "webData2",
                                         "borrowLendUserState",
                                         "spotDeployState",
                                         "usdcRouting" };
    char request[160];
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        snprintf(request, sizeof request, "{\"type\":\"%s\"}", types[i]);
        cJSON *answer = exchange_info(&t, request);
        if (!answer)
            fail_msg("%s: %d %s", request, t.code, t.body);
        cJSON_Delete(answer);
    }
    for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
        cJSON_Delete(ask_of(t.address[0], users[i], ""));
        cJSON_Delete(ask_of(t.address[3], users[i], "")); /* nobody */
        snprintf(request, sizeof request, "{\"type\":\"%s\"}", users[i]);
        exchange_post(&t, "/info", request, strlen(request));
        assert_int_equal(t.code, 422);
    }
    expect_info(t.address[0], "webData2", "meta.universe.1.name", "ETH");
    cJSON *check =
        ask_of(t.address[3], "preTransferCheck", ",\"source\":\"0x00000000000000000000000000000000000000aa\"");
    expect_text(check, "fee", "1.0");
    cJSON_Delete(check);
    cJSON *token = exchange_info(&t, "{\"type\":\"tokenDetails\",\"tokenId\":\"0x0d01dc56dcaaca66ad901c959b4011ec\"}");
    expect_text(token, "name", "HYPE");
    cJSON_Delete(token);
    cJSON *table = exchange_info(&t, "{\"type\":\"marginTable\",\"id\":25}");
    expect_text(table, "marginTiers.0.maxLeverage", "25");
    cJSON_Delete(table);
    assert_null(exchange_info(&t, "{\"type\":\"marginTable\",\"id\":0.5}"));
}

/* Fills of one order at one time as one. */
static void test_joined_fills(void **state)
{
    (void)state;
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "3000.4", "25", PG_HL_IOC);
    order_for(0, NULL, &order, "");
    cJSON *answer = ask_of(t.address[0], "userFills", "");
    assert_int_equal(cJSON_GetArraySize(answer), 3);
    cJSON_Delete(answer);
    answer = ask_of(t.address[0], "userFills", ",\"aggregateByTime\":true");
    assert_int_equal(cJSON_GetArraySize(answer), 1);
    expect_text(answer, "0.sz", "25.0");
    expect_text(answer, "0.px", "3000.28");
    expect_text(answer, "0.startPosition", "0.0");
    cJSON_Delete(answer);
}

/* Worth and profit as time goes on; what was moved is no profit. */
static void test_portfolio(void **state)
{
    (void)state;
    pg_hl_exchange_step(t.server);
    pg_hl_order order = exchange_limit(EXCHANGE_ETH, true, "3000.2", "1", PG_HL_IOC);
    order_for(0, NULL, &order, "");
    class_transfer(0, "1000", false, "");
    t.now_ns += 600000000000;
    pg_hl_exchange_step(t.server);
    pg_event mark = { .kind = PG_EVENT_MARK, .price = 310020, .price2 = 310020, .flags = PG_EVENT_LAST };
    pg_hl_exchange_push(t.server, EXCHANGE_ETH, &mark, 1);
    cJSON *answer = ask_of(t.address[0], "portfolio", "");
    expect_text(answer, "0.0", "day");
    expect_text(answer, "0.1.accountValueHistory.0.1", "100000.0");
    expect_text(answer, "0.1.accountValueHistory.2.1", "100098.64991"); /* 100 less the fee of 1.35009 */
    expect_text(answer, "0.1.pnlHistory.0.1", "0.0");
    expect_text(answer, "0.1.pnlHistory.2.1", "98.64991");
    expect_text(answer, "0.1.vlm", "3000.2");
    expect_text(answer, "4.0", "perpDay");
    expect_text(answer, "4.1.accountValueHistory.2.1", "99098.64991");
    expect_text(answer, "4.1.pnlHistory.2.1", "98.64991");
    cJSON_Delete(answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_exchange(test_several_keys), in_exchange(test_referral),  in_exchange(test_builder_rewards),
        in_exchange(test_requests),     in_exchange(test_settings),  in_exchange(test_top_up),
        in_exchange(test_staking),      in_exchange(test_priority),  in_exchange(test_questions),
        in_exchange(test_joined_fills), in_exchange(test_portfolio),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
