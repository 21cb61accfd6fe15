#include "venue/hyperliquid/schema.h"

#define AT(member) offsetof(pg_hl_action, member)
/* Members and ends of tables that recur. */
#define END                                                                                                            \
    {                                                                                                                  \
        .type = PG_HL_F_END                                                                                            \
    }

static const char *const tifs[] = { "Alo", "Ioc", "Gtc", "FrontendMarket", NULL };
static const char *const tpsls[] = { "tp", "sl", NULL };

/* ---- orders ---- */

static const pg_hl_field limit_fields[] = {
    { .name = "tif", .type = PG_HL_F_CHOICE, .offset = offsetof(pg_hl_order, tif), .choices = tifs }, END
};
static const pg_hl_field trigger_fields[] = {
    { .name = "isMarket", .type = PG_HL_F_BOOL, .offset = offsetof(pg_hl_order, trigger.is_market) },
    { .name = "triggerPx", .type = PG_HL_F_DECIMAL, .offset = offsetof(pg_hl_order, trigger.price) },
    { .name = "tpsl", .type = PG_HL_F_CHOICE, .offset = offsetof(pg_hl_order, trigger.tpsl), .choices = tpsls },
    END
};
static const pg_hl_field order_type_fields[] = {
    { .name = "limit", .type = PG_HL_F_OBJECT, .flags = PG_HL_OPTIONAL, .members = limit_fields },
    { .name = "trigger", .type = PG_HL_F_OBJECT, .flags = PG_HL_OPTIONAL, .members = trigger_fields },
    END
};
static const pg_hl_field order_fields[] = {
    { .name = "a", .type = PG_HL_F_INT, .offset = offsetof(pg_hl_order, asset) },
    { .name = "b", .type = PG_HL_F_BOOL, .offset = offsetof(pg_hl_order, is_buy) },
    { .name = "p", .type = PG_HL_F_DECIMAL, .offset = offsetof(pg_hl_order, price) },
    { .name = "s", .type = PG_HL_F_DECIMAL, .offset = offsetof(pg_hl_order, size) },
    { .name = "r", .type = PG_HL_F_BOOL, .offset = offsetof(pg_hl_order, reduce_only) },
    { .name = "t", .type = PG_HL_F_OBJECT, .flags = PG_HL_ONE_OF, .members = order_type_fields },
    { .name = "c", .type = PG_HL_F_CLOID, .offset = offsetof(pg_hl_order, cloid), .flags = PG_HL_OPTIONAL },
    END
};
static const pg_hl_field builder_fields[] = { { .name = "b", .type = PG_HL_F_ADDRESS, .offset = AT(order.builder) },
                                              { .name = "f", .type = PG_HL_F_INT, .offset = AT(order.builder_fee) },
                                              END };
static const pg_hl_field orders[] = {
    { .name = "orders",
      .type = PG_HL_F_LIST,
      .offset = AT(order.list),
      .size = sizeof(pg_hl_order),
      .members = order_fields },
    { .name = "grouping", .type = PG_HL_F_GROUPING, .offset = AT(order.grouping) },
    { .name = "builder", .type = PG_HL_F_OBJECT, .flags = PG_HL_OPTIONAL, .members = builder_fields },
    END
};
static const pg_hl_field cancel_fields[] = {
    { .name = "a", .type = PG_HL_F_INT, .offset = offsetof(pg_hl_cancel, asset) },
    { .name = "o", .type = PG_HL_F_UINT, .offset = offsetof(pg_hl_cancel, oid) },
    END
};
static const pg_hl_field cancels[] = {
    { .name = "cancels",
      .type = PG_HL_F_LIST,
      .offset = AT(cancel.list),
      .size = sizeof(pg_hl_cancel),
      .members = cancel_fields },
    { .name = "f", .type = PG_HL_F_FLAG, .offset = AT(cancel.fast), .flags = PG_HL_OPTIONAL },
    END
};
static const pg_hl_field cloid_fields[] = {
    { .name = "asset", .type = PG_HL_F_INT, .offset = offsetof(pg_hl_cancel, asset) },
    { .name = "cloid", .type = PG_HL_F_CLOID, .offset = offsetof(pg_hl_cancel, cloid) },
    END
};
static const pg_hl_field cloid_cancels[] = {
    { .name = "cancels",
      .type = PG_HL_F_LIST,
      .offset = AT(cancel.list),
      .size = sizeof(pg_hl_cancel),
      .members = cloid_fields },
    { .name = "f", .type = PG_HL_F_FLAG, .offset = AT(cancel.fast), .flags = PG_HL_OPTIONAL },
    END
};
static const pg_hl_field schedule_cancel[] = {
    { .name = "time", .type = PG_HL_F_INT, .offset = AT(schedule_cancel.time_ms), .flags = PG_HL_OPTIONAL }, END
};
static const pg_hl_field modify_fields[] = {
    { .name = "oid", .type = PG_HL_F_ORDER_NAME, .offset = offsetof(pg_hl_modify, name) },
    { .name = "order", .type = PG_HL_F_STRUCT, .offset = offsetof(pg_hl_modify, order), .members = order_fields },
    END
};
static const pg_hl_field modify[] = {
    { .type = PG_HL_F_FIRST, .offset = AT(modify.list), .size = sizeof(pg_hl_modify), .members = modify_fields },
    { .name = "a", .type = PG_HL_F_FLAG, .offset = AT(modify.always_place), .flags = PG_HL_OPTIONAL },
    END
};
static const pg_hl_field batch_modify[] = {
    { .name = "modifies",
      .type = PG_HL_F_LIST,
      .offset = AT(modify.list),
      .size = sizeof(pg_hl_modify),
      .members = modify_fields },
    { .name = "a", .type = PG_HL_F_FLAG, .offset = AT(modify.always_place), .flags = PG_HL_OPTIONAL },
    END
};

/* ---- margin, TWAP ---- */

static const pg_hl_field update_leverage[] = {
    { .name = "asset", .type = PG_HL_F_INT, .offset = AT(margin.asset) },
    { .name = "isCross", .type = PG_HL_F_BOOL, .offset = AT(margin.is_cross) },
    { .name = "leverage", .type = PG_HL_F_INT, .offset = AT(margin.leverage) },
    END
};
static const pg_hl_field update_isolated_margin[] = {
    { .name = "asset", .type = PG_HL_F_INT, .offset = AT(margin.asset) },
    { .name = "isBuy", .type = PG_HL_F_TRUE },
    { .name = "ntli", .type = PG_HL_F_SIGNED, .offset = AT(margin.usd) },
    END
};
static const pg_hl_field top_up_isolated_margin[] = {
    { .name = "asset", .type = PG_HL_F_INT, .offset = AT(margin.asset) },
    { .name = "leverage", .type = PG_HL_F_DECIMAL, .offset = AT(margin.target_leverage) },
    END
};
static const pg_hl_field twap_fields[] = { { .name = "a", .type = PG_HL_F_INT, .offset = AT(twap.asset) },
                                           { .name = "b", .type = PG_HL_F_BOOL, .offset = AT(twap.is_buy) },
                                           { .name = "s", .type = PG_HL_F_DECIMAL, .offset = AT(twap.size) },
                                           { .name = "r", .type = PG_HL_F_BOOL, .offset = AT(twap.reduce_only) },
                                           { .name = "m", .type = PG_HL_F_INT, .offset = AT(twap.minutes) },
                                           { .name = "t", .type = PG_HL_F_BOOL, .offset = AT(twap.randomize) },
                                           END };
static const pg_hl_field twap_trigger_fields[] = {
    { .name = "p", .type = PG_HL_F_DECIMAL, .offset = AT(twap.trigger_price) },
    { .name = "a", .type = PG_HL_F_BOOL, .offset = AT(twap.trigger_above) },
    END
};
static const pg_hl_field twap_detail_fields[] = {
    { .name = "t", .type = PG_HL_F_OBJECT, .flags = PG_HL_NULLABLE, .members = twap_trigger_fields },
    { .name = "s", .type = PG_HL_F_DECIMAL, .offset = AT(twap.stop_price), .flags = PG_HL_NULLABLE },
    END
};
static const pg_hl_field twap_order[] = {
    { .name = "twap", .type = PG_HL_F_OBJECT, .members = twap_fields },
    { .name = "details", .type = PG_HL_F_OBJECT, .flags = PG_HL_OPTIONAL, .members = twap_detail_fields },
    END
};
static const pg_hl_field twap_cancel[] = { { .name = "a", .type = PG_HL_F_INT, .offset = AT(twap.asset) },
                                           { .name = "t", .type = PG_HL_F_UINT, .offset = AT(twap.id) },
                                           END };
static const pg_hl_field nothing[] = { END };

/* ---- accounts, sub-accounts, vaults ---- */

#define SEND_DESTINATION                                                                                               \
    {                                                                                                                  \
        .name = "destination", .type = PG_HL_F_ADDRESS_TEXT, .offset = AT(send.destination)                            \
    }
#define SEND_TOKEN                                                                                                     \
    {                                                                                                                  \
        .name = "token", .type = PG_HL_F_TEXT, .offset = AT(send.token)                                                \
    }
#define SEND_AMOUNT                                                                                                    \
    {                                                                                                                  \
        .name = "amount", .type = PG_HL_F_AMOUNT, .offset = AT(send.amount)                                            \
    }
#define SEND_SOURCE_DEX                                                                                                \
    {                                                                                                                  \
        .name = "sourceDex", .type = PG_HL_F_TEXT, .offset = AT(send.source_dex)                                       \
    }
#define TIME                                                                                                           \
    {                                                                                                                  \
        .name = "time", .type = PG_HL_F_NONCE                                                                          \
    }
#define NONCE                                                                                                          \
    {                                                                                                                  \
        .name = "nonce", .type = PG_HL_F_NONCE                                                                         \
    }

/* agentSendAsset and sendAsset have the same members. */
static const pg_hl_field send_asset[] = {
    SEND_DESTINATION,
    SEND_SOURCE_DEX,
    { .name = "destinationDex", .type = PG_HL_F_TEXT, .offset = AT(send.destination_dex) },
    SEND_TOKEN,
    SEND_AMOUNT,
    { .name = "fromSubAccount", .type = PG_HL_F_ADDRESS_TEXT, .offset = AT(send.from_sub_account) },
    NONCE,
    END
};
static const pg_hl_field vault_transfer[] = {
    { .name = "vaultAddress", .type = PG_HL_F_ADDRESS, .offset = AT(account.address) },
    { .name = "isDeposit", .type = PG_HL_F_BOOL, .offset = AT(account.is_deposit) },
    { .name = "usd", .type = PG_HL_F_INT, .offset = AT(account.usd) },
    END
};
static const pg_hl_field create_sub_account[] = { { .name = "name", .type = PG_HL_F_TEXT, .offset = AT(account.name) },
                                                  END };
static const pg_hl_field sub_account_modify[] = {
    { .name = "subAccountUser", .type = PG_HL_F_ADDRESS, .offset = AT(account.address) },
    { .name = "name", .type = PG_HL_F_TEXT, .offset = AT(account.name) },
    END
};
static const pg_hl_field sub_account_transfer[] = {
    { .name = "subAccountUser", .type = PG_HL_F_ADDRESS, .offset = AT(account.address) },
    { .name = "isDeposit", .type = PG_HL_F_BOOL, .offset = AT(account.is_deposit) },
    { .name = "usd", .type = PG_HL_F_INT, .offset = AT(account.usd) },
    END
};
static const pg_hl_field sub_account_spot_transfer[] = {
    { .name = "subAccountUser", .type = PG_HL_F_ADDRESS, .offset = AT(account.address) },
    { .name = "isDeposit", .type = PG_HL_F_BOOL, .offset = AT(account.is_deposit) },
    { .name = "token", .type = PG_HL_F_TEXT, .offset = AT(account.token) },
    { .name = "amount", .type = PG_HL_F_DECIMAL, .offset = AT(account.amount) },
    END
};
static const pg_hl_field create_vault[] = {
    { .name = "name", .type = PG_HL_F_TEXT, .offset = AT(account.name) },
    { .name = "description", .type = PG_HL_F_TEXT, .offset = AT(account.description) },
    { .name = "initialUsd", .type = PG_HL_F_INT, .offset = AT(account.usd) },
    NONCE,
    END
};
static const pg_hl_field vault_modify[] = {
    { .name = "vaultAddress", .type = PG_HL_F_ADDRESS, .offset = AT(account.address) },
    { .name = "allowDeposits", .type = PG_HL_F_SWITCH, .offset = AT(account.allow_deposits), .flags = PG_HL_NULLABLE },
    { .name = "alwaysCloseOnWithdraw",
      .type = PG_HL_F_SWITCH,
      .offset = AT(account.close_on_withdraw),
      .flags = PG_HL_NULLABLE },
    END
};
static const pg_hl_field vault_distribute[] = {
    { .name = "vaultAddress", .type = PG_HL_F_ADDRESS, .offset = AT(account.address) },
    { .name = "usd", .type = PG_HL_F_INT, .offset = AT(account.usd) },
    END
};
static const pg_hl_field dusting_fields[] = { { .name = "optOut", .type = PG_HL_F_BOOL, .offset = AT(account.opt_out) },
                                              END };
static const pg_hl_field spot_dusting[] = {
    { .name = "toggleSpotDusting", .type = PG_HL_F_OBJECT, .members = dusting_fields }, END
};
static const pg_hl_field class_transfer_fields[] = {
    { .name = "usdc", .type = PG_HL_F_INT, .offset = AT(account.usd) },
    { .name = "toPerp", .type = PG_HL_F_BOOL, .offset = AT(account.to_perp) },
    END
};
static const pg_hl_field spot_class_transfer[] = {
    { .name = "classTransfer", .type = PG_HL_F_OBJECT, .members = class_transfer_fields }, END
};
static const pg_hl_field liquidator_transfer[] = {
    { .name = "dex", .type = PG_HL_F_TEXT, .offset = AT(account.dex) },
    { .name = "ntl", .type = PG_HL_F_INT, .offset = AT(account.usd) },
    { .name = "isDeposit", .type = PG_HL_F_BOOL, .offset = AT(account.is_deposit) },
    END
};

/* ---- settings ---- */

static const pg_hl_field referrer[] = { { .name = "code", .type = PG_HL_F_TEXT, .offset = AT(setting.text) }, END };
static const pg_hl_field display_name[] = { { .name = "displayName", .type = PG_HL_F_TEXT, .offset = AT(setting.text) },
                                            END };
static const pg_hl_field evm_user_modify[] = {
    { .name = "usingBigBlocks", .type = PG_HL_F_BOOL, .offset = AT(setting.enabled) }, END
};
static const pg_hl_field reserve_request_weight[] = {
    { .name = "weight", .type = PG_HL_F_INT, .offset = AT(setting.weight) },
    { .name = "destination", .type = PG_HL_F_ADDRESS, .offset = AT(setting.address), .flags = PG_HL_OPTIONAL },
    END
};
static const pg_hl_field agent_abstraction[] = {
    { .name = "abstraction", .type = PG_HL_F_TEXT, .offset = AT(setting.text) }, END
};
static const pg_hl_field gossip_priority_bid[] = {
    { .name = "slotId", .type = PG_HL_F_INT, .offset = AT(setting.slot) },
    { .name = "ip", .type = PG_HL_F_TEXT, .offset = AT(setting.ip) },
    { .name = "maxGas", .type = PG_HL_F_INT, .offset = AT(setting.max_gas) },
    END
};

/* ---- lending, outcomes ---- */

#define POSITION_AMOUNT                                                                                                \
    {                                                                                                                  \
        .name = "amount", .type = PG_HL_F_DECIMAL, .offset = AT(position.amount)                                       \
    }
#define POSITION_AMOUNT_OR_ALL                                                                                         \
    {                                                                                                                  \
        .name = "amount", .type = PG_HL_F_DECIMAL, .offset = AT(position.amount), .flags = PG_HL_NULLABLE              \
    }
#define POSITION_OUTCOME                                                                                               \
    {                                                                                                                  \
        .name = "outcome", .type = PG_HL_F_INT, .offset = AT(position.outcome)                                         \
    }
#define POSITION_QUESTION                                                                                              \
    {                                                                                                                  \
        .name = "question", .type = PG_HL_F_INT, .offset = AT(position.question)                                       \
    }

static const pg_hl_field borrow_lend[] = {
    { .name = "operation", .type = PG_HL_F_TEXT, .offset = AT(position.operation) },
    { .name = "token", .type = PG_HL_F_INT, .offset = AT(position.token) },
    POSITION_AMOUNT_OR_ALL,
    END
};
static const pg_hl_field split_fields[] = { POSITION_OUTCOME, POSITION_AMOUNT, END };
static const pg_hl_field split_outcome[] = {
    { .name = "splitOutcome", .type = PG_HL_F_OBJECT, .members = split_fields }, END
};
static const pg_hl_field merge_fields[] = { POSITION_OUTCOME, POSITION_AMOUNT_OR_ALL, END };
static const pg_hl_field merge_outcome[] = {
    { .name = "mergeOutcome", .type = PG_HL_F_OBJECT, .members = merge_fields }, END
};
static const pg_hl_field merge_question_fields[] = { POSITION_QUESTION, POSITION_AMOUNT_OR_ALL, END };
static const pg_hl_field merge_question[] = {
    { .name = "mergeQuestion", .type = PG_HL_F_OBJECT, .members = merge_question_fields }, END
};
static const pg_hl_field negate_fields[] = { POSITION_QUESTION, POSITION_OUTCOME, POSITION_AMOUNT, END };
static const pg_hl_field negate_outcome[] = {
    { .name = "negateOutcome", .type = PG_HL_F_OBJECT, .members = negate_fields }, END
};

/* ---- user-signed ---- */

static const pg_hl_field usd_send[] = { SEND_DESTINATION, SEND_AMOUNT, TIME, END };
static const pg_hl_field spot_send[] = { SEND_DESTINATION, SEND_TOKEN, SEND_AMOUNT, TIME, END };
static const pg_hl_field usd_class_transfer[] = {
    SEND_AMOUNT, { .name = "toPerp", .type = PG_HL_F_BOOL, .offset = AT(send.to_perp) }, NONCE, END
};
static const pg_hl_field approve_agent[] = {
    { .name = "agentAddress", .type = PG_HL_F_ADDRESS, .offset = AT(approval.address) },
    { .name = "agentName", .type = PG_HL_F_TEXT, .offset = AT(approval.name), .flags = PG_HL_UNNAMED },
    NONCE,
    END
};
static const pg_hl_field approve_builder_fee[] = {
    { .name = "maxFeeRate", .type = PG_HL_F_TEXT, .offset = AT(approval.fee_rate) },
    { .name = "builder", .type = PG_HL_F_ADDRESS, .offset = AT(approval.address) },
    NONCE,
    END
};
static const pg_hl_field staking[] = { { .name = "wei", .type = PG_HL_F_INT, .offset = AT(stake.wei) }, NONCE, END };
static const pg_hl_field token_delegate[] = {
    { .name = "validator", .type = PG_HL_F_ADDRESS, .offset = AT(stake.address) },
    { .name = "wei", .type = PG_HL_F_INT, .offset = AT(stake.wei) },
    { .name = "isUndelegate", .type = PG_HL_F_BOOL, .offset = AT(stake.flag) },
    NONCE,
    END
};
static const pg_hl_field convert_to_multi_sig[] = {
    { .name = "signers", .type = PG_HL_F_TEXT, .offset = AT(convert.signers) }, NONCE, END
};
static const pg_hl_field user_dex_abstraction[] = {
    { .name = "user", .type = PG_HL_F_ADDRESS, .offset = AT(setting.address) },
    { .name = "enabled", .type = PG_HL_F_BOOL, .offset = AT(setting.enabled) },
    NONCE,
    END
};
static const pg_hl_field user_set_abstraction[] = {
    { .name = "user", .type = PG_HL_F_ADDRESS, .offset = AT(setting.address) },
    { .name = "abstraction", .type = PG_HL_F_TEXT, .offset = AT(setting.text) },
    NONCE,
    END
};
static const pg_hl_field user_portfolio_margin[] = {
    { .name = "user", .type = PG_HL_F_ADDRESS, .offset = AT(stake.address) },
    { .name = "enabled", .type = PG_HL_F_BOOL, .offset = AT(stake.flag) },
    NONCE,
    END
};
static const pg_hl_field link_staking_user[] = {
    { .name = "user", .type = PG_HL_F_ADDRESS, .offset = AT(stake.address) },
    { .name = "isFinalize", .type = PG_HL_F_BOOL, .offset = AT(stake.flag) },
    NONCE,
    END
};
static const pg_hl_field disable_staking_link[] = {
    { .name = "tradingUser", .type = PG_HL_F_ADDRESS, .offset = AT(stake.address) }, NONCE, END
};
static const pg_hl_field send_to_evm[] = {
    SEND_TOKEN,
    SEND_AMOUNT,
    SEND_SOURCE_DEX,
    { .name = "destinationRecipient", .type = PG_HL_F_TEXT, .offset = AT(send.destination) },
    { .name = "addressEncoding", .type = PG_HL_F_TEXT, .offset = AT(send.address_encoding) },
    { .name = "destinationChainId", .type = PG_HL_F_INT32, .offset = AT(send.chain_id) },
    { .name = "gasLimit", .type = PG_HL_F_INT, .offset = AT(send.gas_limit) },
    { .name = "data", .type = PG_HL_F_BYTES, .offset = AT(send.data) },
    NONCE,
    END
};

static const pg_hl_schema schemas[] = {
    { PG_HL_ORDER, "order", NULL, false, orders },
    { PG_HL_CANCEL, "cancel", NULL, false, cancels },
    { PG_HL_CANCEL_BY_CLOID, "cancelByCloid", NULL, false, cloid_cancels },
    { PG_HL_SCHEDULE_CANCEL, "scheduleCancel", NULL, false, schedule_cancel },
    { PG_HL_MODIFY, "modify", NULL, false, modify },
    { PG_HL_BATCH_MODIFY, "batchModify", NULL, false, batch_modify },
    { PG_HL_UPDATE_LEVERAGE, "updateLeverage", NULL, false, update_leverage },
    { PG_HL_UPDATE_ISOLATED_MARGIN, "updateIsolatedMargin", NULL, false, update_isolated_margin },
    { PG_HL_TOP_UP_ISOLATED_MARGIN, "topUpIsolatedOnlyMargin", NULL, false, top_up_isolated_margin },
    { PG_HL_TWAP_ORDER, "twapOrder", NULL, false, twap_order },
    { PG_HL_TWAP_CANCEL, "twapCancel", NULL, false, twap_cancel },
    { PG_HL_NOOP, "noop", NULL, false, nothing },
    { PG_HL_AGENT_SEND_ASSET, "agentSendAsset", NULL, false, send_asset },
    { PG_HL_VAULT_TRANSFER, "vaultTransfer", NULL, true, vault_transfer },
    { PG_HL_CREATE_SUB_ACCOUNT, "createSubAccount", NULL, true, create_sub_account },
    { PG_HL_SUB_ACCOUNT_MODIFY, "subAccountModify", NULL, false, sub_account_modify },
    { PG_HL_SUB_ACCOUNT_TRANSFER, "subAccountTransfer", NULL, true, sub_account_transfer },
    { PG_HL_SUB_ACCOUNT_SPOT_TRANSFER, "subAccountSpotTransfer", NULL, true, sub_account_spot_transfer },
    { PG_HL_CREATE_VAULT, "createVault", NULL, false, create_vault },
    { PG_HL_VAULT_MODIFY, "vaultModify", NULL, false, vault_modify },
    { PG_HL_VAULT_DISTRIBUTE, "vaultDistribute", NULL, false, vault_distribute },
    { PG_HL_SPOT_DUSTING, "spotUser", NULL, false, spot_dusting },
    { PG_HL_SPOT_CLASS_TRANSFER, "spotUser", NULL, false, spot_class_transfer },
    { PG_HL_SET_REFERRER, "setReferrer", NULL, true, referrer },
    { PG_HL_REGISTER_REFERRER, "registerReferrer", NULL, false, referrer },
    { PG_HL_CLAIM_REWARDS, "claimRewards", NULL, false, nothing },
    { PG_HL_SET_DISPLAY_NAME, "setDisplayName", NULL, false, display_name },
    { PG_HL_EVM_USER_MODIFY, "evmUserModify", NULL, true, evm_user_modify },
    { PG_HL_RESERVE_REQUEST_WEIGHT, "reserveRequestWeight", NULL, true, reserve_request_weight },
    { PG_HL_AGENT_ENABLE_DEX_ABSTRACTION, "agentEnableDexAbstraction", NULL, false, nothing },
    { PG_HL_AGENT_SET_ABSTRACTION, "agentSetAbstraction", NULL, false, agent_abstraction },
    { PG_HL_BORROW_LEND, "borrowLend", NULL, false, borrow_lend },
    { PG_HL_SPLIT_OUTCOME, "userOutcome", NULL, false, split_outcome },
    { PG_HL_MERGE_OUTCOME, "userOutcome", NULL, false, merge_outcome },
    { PG_HL_MERGE_QUESTION, "userOutcome", NULL, false, merge_question },
    { PG_HL_NEGATE_OUTCOME, "userOutcome", NULL, false, negate_outcome },
    { PG_HL_GOSSIP_PRIORITY_BID, "gossipPriorityBid", NULL, false, gossip_priority_bid },
    { PG_HL_HIP3_LIQUIDATOR_TRANSFER, "hip3LiquidatorTransfer", NULL, false, liquidator_transfer },
    { PG_HL_USD_SEND, "usdSend", "UsdSend", true, usd_send },
    { PG_HL_SPOT_SEND, "spotSend", "SpotSend", true, spot_send },
    { PG_HL_WITHDRAW, "withdraw3", "Withdraw", true, usd_send },
    { PG_HL_USD_CLASS_TRANSFER, "usdClassTransfer", "UsdClassTransfer", true, usd_class_transfer },
    { PG_HL_SEND_ASSET, "sendAsset", "SendAsset", true, send_asset },
    { PG_HL_APPROVE_AGENT, "approveAgent", "ApproveAgent", true, approve_agent },
    { PG_HL_APPROVE_BUILDER_FEE, "approveBuilderFee", "ApproveBuilderFee", true, approve_builder_fee },
    { PG_HL_STAKING_DEPOSIT, "cDeposit", "CDeposit", true, staking },
    { PG_HL_STAKING_WITHDRAW, "cWithdraw", "CWithdraw", true, staking },
    { PG_HL_TOKEN_DELEGATE, "tokenDelegate", "TokenDelegate", true, token_delegate },
    { PG_HL_CONVERT_TO_MULTI_SIG, "convertToMultiSigUser", "ConvertToMultiSigUser", true, convert_to_multi_sig },
    { PG_HL_USER_DEX_ABSTRACTION, "userDexAbstraction", "UserDexAbstraction", true, user_dex_abstraction },
    { PG_HL_USER_SET_ABSTRACTION, "userSetAbstraction", "UserSetAbstraction", true, user_set_abstraction },
    { PG_HL_USER_PORTFOLIO_MARGIN, "userPortfolioMargin", "UserPortfolioMargin", true, user_portfolio_margin },
    { PG_HL_LINK_STAKING_USER, "linkStakingUser", "LinkStakingUser", true, link_staking_user },
    { PG_HL_DISABLE_STAKING_LINK, "stakingLinkDisableTradingUser", "StakingLinkDisableTradingUser", true,
      disable_staking_link },
    { PG_HL_SEND_TO_EVM, "sendToEvmWithData", "SendToEvmWithData", true, send_to_evm },
};

const pg_hl_schema *pg_hl_schema_at(int i)
{
    return i >= 0 && (size_t)i < sizeof schemas / sizeof schemas[0] ? &schemas[i] : NULL;
}

const pg_hl_schema *pg_hl_schema_of(pg_hl_kind kind)
{
    for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++)
        if (schemas[i].kind == kind)
            return &schemas[i];
    return NULL;
}

const void *pg_hl_field_at(const void *base, const pg_hl_field *field)
{
    return (const char *)base + field->offset;
}

/* An object is given when one of its texts or choices is. */
static bool any_member_given(const void *base, const pg_hl_field *members)
{
    for (const pg_hl_field *m = members; m->type != PG_HL_F_END; m++)
        if ((m->type <= PG_HL_F_BYTES || m->type == PG_HL_F_CHOICE || m->type == PG_HL_F_OBJECT) &&
            pg_hl_field_is_given(base, m))
            return true;
    return false;
}

bool pg_hl_field_is_given(const void *base, const pg_hl_field *field)
{
    const void *at = pg_hl_field_at(base, field);

    switch (field->type) {
    case PG_HL_F_TEXT:
    case PG_HL_F_DECIMAL:
    case PG_HL_F_AMOUNT:
    case PG_HL_F_ADDRESS:
    case PG_HL_F_ADDRESS_TEXT:
    case PG_HL_F_CLOID:
    case PG_HL_F_BYTES: {
        const char *text = *(const char *const *)at;
        return text && !(field->flags & PG_HL_UNNAMED && !*text);
    }
    case PG_HL_F_INT: return !(field->flags & PG_HL_OPTIONAL) || *(const int64_t *)at != 0;
    case PG_HL_F_FLAG: return *(const bool *)at;
    case PG_HL_F_SWITCH: return *(const pg_hl_switch *)at != PG_HL_KEEP;
    case PG_HL_F_CHOICE: return *(const int *)at != 0;
    case PG_HL_F_OBJECT:
        return !(field->flags & (PG_HL_OPTIONAL | PG_HL_NULLABLE)) || any_member_given(base, field->members);
    default: return true;
    }
}

const char *pg_hl_field_solidity(pg_hl_field_type type)
{
    switch (type) {
    case PG_HL_F_ADDRESS: return "address";
    case PG_HL_F_BYTES: return "bytes";
    case PG_HL_F_BOOL: return "bool";
    case PG_HL_F_INT32: return "uint32";
    case PG_HL_F_INT:
    case PG_HL_F_UINT:
    case PG_HL_F_NONCE: return "uint64";
    default: return "string";
    }
}
