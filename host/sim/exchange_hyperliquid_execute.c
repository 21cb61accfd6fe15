/* What each kind of action does, and the small ones: the dead-man's switch, leverage and margin (hyperliquid.md 12.3,
 * 12.5). */
#include <string.h>

#include "base/decimal.h"
#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_admin.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"
#include "sim/exchange_hyperliquid_money.h"
#include "sim/exchange_hyperliquid_multi_sig.h"
#include "sim/exchange_hyperliquid_staking.h"
#include "sim/exchange_hyperliquid_twap.h"
#include "sim/exchange_hyperliquid_vault.h"

enum { SCHEDULE_LEAST_MS = 5000, SCHEDULES_A_DAY = 10, SCHEDULE_VOLUME = 1000000 };

static void schedule_cancel(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    int64_t now_ms = hlx_ms(pg_exchange_now(e->core)), time_ms = action->schedule_cancel.time_ms;
    pg_money volume = pg_exchange_volume(e->core, account), unit = pg_pow10(PG_EXCHANGE_MONEY_DECIMALS);
    if (!e->config.waive_volume && volume < SCHEDULE_VOLUME * unit) {
        char traded[PG_DECIMAL_TEXT];
        pg_decimal_format(traded, sizeof traded, (int64_t)(volume * 100 / unit), 2);
        hlx_error(out, "Cannot set scheduled cancel time until enough volume traded. Required: $%d. Traded: $%s.",
                  SCHEDULE_VOLUME, traded);
    } else if (time_ms != 0 && time_ms < now_ms + SCHEDULE_LEAST_MS) {
        hlx_error(out, "Scheduled cancel time must be at least 5 seconds from now.");
    } else if (time_ms != 0 && pg_exchange_schedules_fired(e->core, account) >= SCHEDULES_A_DAY) {
        hlx_error(out, "Scheduled cancel has been triggered too many times today.");
    } else {
        pg_exchange_schedule_cancel(e->core, account, time_ms < INT64_MAX / 1000000 ? time_ms * 1000000 : INT64_MAX);
        hlx_ok(out);
    }
}

/* The market of a perpetual's asset; -1. */
static int find_perp(const pg_hl_exchange *e, int64_t asset)
{
    int market = hlx_find_asset(&e->list, asset);
    return market >= 0 && e->list.coins[market].dex == HLX_SPOT ? -1 : market;
}

static void set_leverage(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    int64_t asset = action->margin.asset, leverage = action->margin.leverage;
    int market = find_perp(e, asset);
    if (market < 0) {
        hlx_error(out, "Order has invalid asset.");
        return;
    }
    const char *wrong = pg_exchange_set_leverage(e->core, account, market, leverage < 1000 ? (int)leverage : 0,
                                                 !action->margin.is_cross);
    if (!wrong)
        hlx_ok(out);
    else if (strcmp(wrong, "leverage") == 0)
        hlx_error(out, "Invalid leverage value");
    else if (strcmp(wrong, "type") == 0)
        hlx_error(out, "Cannot switch leverage type with open position.");
    else
        hlx_error(out, "Insufficient margin to place order. asset=%lld", (long long)asset);
}

static void move_margin(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    int market = find_perp(e, action->margin.asset);
    if (market < 0) {
        hlx_error(out, "Order has invalid asset.");
        return;
    }
    const char *wrong = pg_exchange_move_margin(e->core, account, market, (pg_money)action->margin.usd * 1000000);
    if (!wrong)
        hlx_ok(out);
    else if (strcmp(wrong, "type") == 0)
        hlx_error(out, "Position does not use isolated margin.");
    else
        hlx_error(out, "Insufficient margin to place order. asset=%lld", (long long)action->margin.asset);
}

/* Puts margin into an isolated position until its leverage has come down to what is asked for. */
static void top_up_margin(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    enum { DECIMALS = 6 };
    const char *text = action->margin.target_leverage;
    int64_t target = 0;
    int market = find_perp(e, action->margin.asset);
    if (market < 0) {
        hlx_error(out, "Order has invalid asset.");
        return;
    }
    if (pg_decimal_parse(&target, text, strlen(text), DECIMALS) != PG_OK || target <= 0) {
        hlx_error(out, "Invalid leverage value");
        return;
    }
    pg_exchange_position p;
    pg_exchange_context context;
    pg_exchange_get_position(&p, e->core, account, market);
    pg_exchange_get_context(&context, e->core, market);
    const hlx_listing *coin = &e->list.coins[market];
    pg_money unit = pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - coin->price_decimals - coin->size_decimals);
    pg_money value = (pg_money)p.quantity * context.mark * unit, size = value < 0 ? -value : value;
    pg_money missing = size / target * pg_pow10(DECIMALS) - (p.isolated_e12 + value - p.cost * unit);
    const char *wrong = "type";
    if (p.isolated && p.quantity != 0)
        wrong = missing > 0 ? pg_exchange_move_margin(e->core, account, market, missing) : "leverage";
    if (!wrong)
        hlx_ok(out);
    else if (strcmp(wrong, "type") == 0)
        hlx_error(out, "Position does not use isolated margin.");
    else if (strcmp(wrong, "leverage") == 0)
        hlx_error(out, "Invalid leverage value");
    else
        hlx_error(out, "Insufficient margin to place order. asset=%lld", (long long)coin->asset);
}

/* What is asked of parts of the venue that are not here: outcomes, lending, auctions, the other chain. An account
 * without what they need would be refused there, too. */
static void refuse_kind(pg_text *out, const pg_hl_action *action)
{
    switch (action->kind) {
    case PG_HL_SPLIT_OUTCOME:
    case PG_HL_MERGE_OUTCOME:
    case PG_HL_NEGATE_OUTCOME: hlx_error(out, "Outcome does not exist."); break;
    case PG_HL_MERGE_QUESTION: hlx_error(out, "Question does not exist."); break;
    case PG_HL_BORROW_LEND: hlx_error(out, "Token is not enabled for borrow lend."); break;
    case PG_HL_GOSSIP_PRIORITY_BID: hlx_error(out, "Insufficient balance for gossip priority bid."); break;
    case PG_HL_HIP3_LIQUIDATOR_TRANSFER:
        hlx_error(out, "User is not a liquidator of dex %s", action->account.dex);
        break;
    case PG_HL_LINK_STAKING_USER:
    case PG_HL_DISABLE_STAKING_LINK: hlx_error(out, "Staking link does not exist."); break;
    case PG_HL_SEND_TO_EVM: hlx_error(out, "Token is not linked to an EVM contract: %s", action->send.token); break;
    default: hlx_error(out, "Action is not available on this exchange: %s", pg_hl_schema_of(action->kind)->type);
    }
}

void hlx_execute(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action, uint64_t nonce)
{
    switch (action->kind) {
    case PG_HL_ORDER: hlx_place_orders(e, out, account, action); break;
    case PG_HL_CANCEL:
    case PG_HL_CANCEL_BY_CLOID: hlx_cancel_orders(e, out, account, action); break;
    case PG_HL_MODIFY: hlx_modify_single(e, out, account, action); break;
    case PG_HL_BATCH_MODIFY: hlx_modify_orders(e, out, account, action); break;
    case PG_HL_SCHEDULE_CANCEL: schedule_cancel(e, out, account, action); break;
    case PG_HL_UPDATE_LEVERAGE: set_leverage(e, out, account, action); break;
    case PG_HL_TOP_UP_ISOLATED_MARGIN: top_up_margin(e, out, account, action); break;
    case PG_HL_UPDATE_ISOLATED_MARGIN: move_margin(e, out, account, action); break;
    case PG_HL_CREATE_VAULT: hlx_create_vault(e, out, account, action); break;
    case PG_HL_VAULT_TRANSFER: hlx_vault_transfer(e, out, account, action); break;
    case PG_HL_VAULT_MODIFY: hlx_vault_modify(e, out, account, action); break;
    case PG_HL_VAULT_DISTRIBUTE: hlx_vault_distribute(e, out, account, action); break;
    case PG_HL_TWAP_ORDER: hlx_twap_order(e, out, account, action); break;
    case PG_HL_TWAP_CANCEL: hlx_twap_cancel(e, out, account, action); break;
    case PG_HL_NOOP: hlx_ok(out); break;
    case PG_HL_APPROVE_AGENT: hlx_approve_agent(e, out, account, action); break;
    case PG_HL_APPROVE_BUILDER_FEE: hlx_approve_builder(e, out, account, action); break;
    case PG_HL_USD_SEND: hlx_usd_send(e, out, account, action); break;
    case PG_HL_WITHDRAW: hlx_withdraw(e, out, account, action, nonce); break;
    case PG_HL_SPOT_SEND: hlx_spot_send(e, out, account, action, nonce); break;
    case PG_HL_SPOT_CLASS_TRANSFER:
    case PG_HL_USD_CLASS_TRANSFER: hlx_class_transfer(e, out, account, action); break;
    case PG_HL_SEND_ASSET:
    case PG_HL_AGENT_SEND_ASSET: hlx_send_asset(e, out, account, action, nonce); break;
    case PG_HL_CREATE_SUB_ACCOUNT: hlx_create_sub_account(e, out, account, action); break;
    case PG_HL_SUB_ACCOUNT_MODIFY: hlx_modify_sub_account(e, out, account, action); break;
    case PG_HL_SUB_ACCOUNT_TRANSFER:
    case PG_HL_SUB_ACCOUNT_SPOT_TRANSFER: hlx_sub_account_transfer(e, out, account, action); break;
    case PG_HL_CONVERT_TO_MULTI_SIG: hlx_convert(e, out, account, action); break;
    default:
        if (!hlx_administer(e, out, account, action) && !hlx_stake(e, out, account, action))
            refuse_kind(out, action);
    }
}
