/* Codes, referrers, rewards, names, bought requests, settings. */
#include "sim/exchange_hyperliquid_admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"
#include "sim/exchange_hyperliquid_money.h"

enum {
    TEXT_MOST = 20,
    CODE_VOLUME = 10000,
    REFERRAL_PARTS = 10, /* of a fee, one is the referrer's */
    WEIGHT_MICRO = 500   /* price of an action, in 1e-6 dollars */
};

static const int64_t DISCOUNT_E8 = 4000000;

typedef struct {
    char code[TEXT_MOST + 1], display[TEXT_MOST + 1];
    int referrer, referred; /* referrer: its account + 1; 0: none. referred: how many use the code */
    pg_money unclaimed, claimed, built;
    uint64_t reserved;
    bool big_blocks, no_dusting, set_abstraction;
} record;

struct hlx_admin {
    record list[PG_EXCHANGE_ACCOUNTS];
};

hlx_admin *hlx_admin_new(void)
{
    return calloc(1, sizeof(hlx_admin));
}

void hlx_admin_free(hlx_admin *admin)
{
    free(admin);
}

static record *record_of(const pg_hl_exchange *e, int account)
{
    return &e->admin->list[account];
}

/* ---- referrals ---- */

static int find_code(const pg_hl_exchange *e, const char *code)
{
    for (int k = 0; k < pg_exchange_account_count(e->core); k++)
        if (code[0] && strcmp(record_of(e, k)->code, code) == 0)
            return k;
    return PG_EXCHANGE_NOBODY;
}

static void set_referrer(pg_hl_exchange *e, pg_text *out, int account, const char *code)
{
    record *r = record_of(e, account);
    int referrer = find_code(e, code);
    if (referrer == PG_EXCHANGE_NOBODY)
        hlx_error(out, "Referral code not registered");
    else if (referrer == account)
        hlx_error(out, "Cannot self-refer");
    else if (r->referrer)
        hlx_error(out, "Referrer already set");
    else {
        r->referrer = referrer + 1;
        record_of(e, referrer)->referred++;
        pg_exchange_set_discount(e->core, account, DISCOUNT_E8);
        hlx_ok(out);
    }
}

static bool has_code_volume(const pg_hl_exchange *e, int account)
{
    return e->config.waive_volume || pg_exchange_volume(e->core, account) >= CODE_VOLUME * HLX_USD;
}

static void register_code(pg_hl_exchange *e, pg_text *out, int account, const char *code)
{
    record *r = record_of(e, account);
    size_t length = strlen(code);
    if (length == 0 || length > TEXT_MOST)
        hlx_error(out, "Referral code must be between 1 and %d characters", TEXT_MOST);
    else if (!has_code_volume(e, account))
        hlx_error(out, "Cannot register referral code until enough volume traded. Required: $%d.", CODE_VOLUME);
    else if (r->code[0])
        hlx_error(out, "Referral code already registered");
    else if (find_code(e, code) != PG_EXCHANGE_NOBODY)
        hlx_error(out, "Referral code already taken");
    else {
        snprintf(r->code, sizeof r->code, "%s", code);
        hlx_ok(out);
    }
}

static void claim(pg_hl_exchange *e, pg_text *out, int account)
{
    record *r = record_of(e, account);
    pg_money amount = r->unclaimed - r->unclaimed % HLX_MICRO;
    pg_text delta = { 0 };
    if (amount <= 0) {
        hlx_error(out, "No rewards to claim");
        return;
    }
    r->unclaimed -= amount;
    r->claimed += amount;
    hlx_purse_put(e, (hlx_purse){ account, HLX_SPOT, 0 }, amount);
    hlx_ledger_begin(&delta, "rewardsClaim");
    hlx_json_money(&delta, "amount", amount);
    pg_json_string(&delta, "token", "USDC");
    hlx_ledger_end(e, account, &delta);
    hlx_ok(out);
}

void hlx_credit_fill(pg_hl_exchange *e, const pg_exchange_fill *fill)
{
    int approval = hlx_approval_of(fill->tag), referrer = record_of(e, fill->account)->referrer - 1;
    const hlx_listing *coin = &e->list.coins[fill->market];
    pg_money unit = pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - coin->price_decimals - coin->size_decimals);
    int builder = approval < 0 ? PG_EXCHANGE_NOBODY : pg_exchange_find_account(e->core, e->approvals[approval].builder);
    if (builder != PG_EXCHANGE_NOBODY) {
        record_of(e, builder)->unclaimed += fill->builder_fee * unit;
        record_of(e, builder)->built += fill->builder_fee * unit;
    }
    if (referrer >= 0 && fill->fee > fill->builder_fee)
        record_of(e, referrer)->unclaimed += (fill->fee - fill->builder_fee) * unit / REFERRAL_PARTS;
}

const char *hlx_discount(const pg_hl_exchange *e, int account)
{
    return account != PG_EXCHANGE_NOBODY && record_of(e, account)->referrer ? "0.04" : "0.0";
}

/* ---- requests ---- */

uint64_t hlx_reserved(const pg_hl_exchange *e, int account)
{
    return record_of(e, account)->reserved;
}

/* For oneself, or for another address. */
static void reserve(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    pg_address address;
    char name[PG_ADDRESS_TEXT];
    const char *to = action->setting.address;
    int64_t weight = action->setting.weight;
    int other = account;
    if (to)
        other = pg_address_parse(&address, to, NULL) == PG_OK
                    ? pg_exchange_find_account(e->core, pg_address_format(name, &address))
                    : PG_EXCHANGE_NOBODY;
    hlx_purse purse = { account, 0, 0 };
    pg_money price = (pg_money)weight * WEIGHT_MICRO * HLX_MICRO;
    if (weight <= 0 || weight > 1000000000)
        hlx_error(out, "Invalid request weight");
    else if (other == PG_EXCHANGE_NOBODY)
        hlx_error(out, "User does not exist: %s", to);
    else if (hlx_purse_free(e, purse) < price)
        hlx_error(out, "Insufficient balance for withdrawal");
    else {
        hlx_purse_put(e, purse, -price);
        record_of(e, other)->reserved += (uint64_t)weight;
        hlx_ok(out);
    }
}

/* ---- names and settings ---- */

static void set_display_name(pg_hl_exchange *e, pg_text *out, int account, const char *name)
{
    record *r = record_of(e, account);
    if (strlen(name) > TEXT_MOST) {
        hlx_error(out, "Display name must be at most %d characters", TEXT_MOST);
        return;
    }
    snprintf(r->display, sizeof r->display, "%s", name);
    hlx_ok(out);
}

/* Collateral that several exchanges and spot share is not what this exchange has: only `disabled` can be had. */
static void set_abstraction(pg_hl_exchange *e, pg_text *out, int account, const char *text)
{
    if (strcmp(text, "disabled") != 0 && strcmp(text, "i") != 0) {
        hlx_error(out, "Account abstraction is not available on this exchange: %s", text);
        return;
    }
    record_of(e, account)->set_abstraction = true;
    hlx_ok(out);
}

/* Of the account itself: settings that name another user are not his. */
static bool names_itself(const pg_hl_exchange *e, pg_text *out, int account, const char *text)
{
    pg_address address;
    char name[PG_ADDRESS_TEXT];
    if (text && pg_address_parse(&address, text, NULL) == PG_OK &&
        strcmp(pg_address_format(name, &address), pg_exchange_account_name(e->core, account)) == 0)
        return true;
    hlx_error(out, "User does not match the signer: %s", text ? text : "");
    return false;
}

static void switch_setting(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    bool portfolio = action->kind == PG_HL_USER_PORTFOLIO_MARGIN;
    const char *user = portfolio ? action->stake.address : action->setting.address;
    bool enabled = portfolio ? action->stake.flag : action->setting.enabled;
    if (names_itself(e, out, account, user))
        set_abstraction(e, out, account, !enabled ? "disabled" : portfolio ? "portfolioMargin" : "dexAbstraction");
}

bool hlx_administer(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    switch (action->kind) {
    case PG_HL_SET_REFERRER: set_referrer(e, out, account, action->setting.text); break;
    case PG_HL_REGISTER_REFERRER: register_code(e, out, account, action->setting.text); break;
    case PG_HL_CLAIM_REWARDS: claim(e, out, account); break;
    case PG_HL_RESERVE_REQUEST_WEIGHT: reserve(e, out, account, action); break;
    case PG_HL_SET_DISPLAY_NAME: set_display_name(e, out, account, action->setting.text); break;
    case PG_HL_EVM_USER_MODIFY:
        record_of(e, account)->big_blocks = action->setting.enabled;
        hlx_ok(out);
        break;
    case PG_HL_SPOT_DUSTING:
        record_of(e, account)->no_dusting = action->account.opt_out;
        hlx_ok(out);
        break;
    case PG_HL_AGENT_SET_ABSTRACTION: set_abstraction(e, out, account, action->setting.text); break;
    case PG_HL_AGENT_ENABLE_DEX_ABSTRACTION: set_abstraction(e, out, account, "dexAbstraction"); break;
    case PG_HL_USER_SET_ABSTRACTION:
        if (names_itself(e, out, account, action->setting.address))
            set_abstraction(e, out, account, action->setting.text);
        break;
    case PG_HL_USER_DEX_ABSTRACTION:
    case PG_HL_USER_PORTFOLIO_MARGIN: switch_setting(e, out, account, action); break;
    default: return false;
    }
    return true;
}

/* ---- as JSON ---- */

static void put_referrer(pg_hl_exchange *e, pg_text *text, const record *r)
{
    if (!r || !r->referrer) {
        pg_json_null(text, "referredBy");
        return;
    }
    pg_json_open(text, "referredBy", '{');
    pg_json_string(text, "referrer", pg_exchange_account_name(e->core, r->referrer - 1));
    pg_json_string(text, "code", record_of(e, r->referrer - 1)->code);
    pg_json_close(text, '}');
}

static void put_referred(pg_hl_exchange *e, pg_text *text, int account)
{
    pg_json_open(text, "referralStates", '[');
    for (int k = 0; k < pg_exchange_account_count(e->core); k++) {
        if (record_of(e, k)->referrer != account + 1)
            continue;
        pg_json_open(text, NULL, '{');
        pg_json_string(text, "user", pg_exchange_account_name(e->core, k));
        hlx_json_money(text, "cumVlm", pg_exchange_volume(e->core, k));
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
}

static void put_referrer_state(pg_hl_exchange *e, pg_text *text, int account, const record *r)
{
    bool ready = r && r->code[0], can = r && has_code_volume(e, account);
    pg_json_open(text, "referrerState", '{');
    pg_json_string(text, "stage", ready ? "ready" : can ? "needToCreateCode" : "needToTrade");
    if (ready || !can)
        pg_json_open(text, "data", '{');
    if (ready) {
        pg_json_string(text, "code", r->code);
        pg_json_integer(text, "nReferrals", r->referred);
        put_referred(e, text, account);
    } else if (!can) {
        hlx_json_money(text, "required", CODE_VOLUME * HLX_USD);
    }
    if (ready || !can)
        pg_json_close(text, '}');
    pg_json_close(text, '}');
}

void hlx_json_referral(pg_hl_exchange *e, pg_text *text, int account)
{
    const record *r = account == PG_EXCHANGE_NOBODY ? NULL : record_of(e, account);
    pg_json_open(text, NULL, '{');
    put_referrer(e, text, r);
    hlx_json_money(text, "cumVlm", r ? pg_exchange_volume(e->core, account) : 0);
    hlx_json_money(text, "unclaimedRewards", r ? r->unclaimed : 0);
    hlx_json_money(text, "claimedRewards", r ? r->claimed : 0);
    hlx_json_money(text, "builderRewards", r ? r->built : 0);
    put_referrer_state(e, text, account, r);
    pg_json_open(text, "rewardHistory", '[');
    pg_json_close(text, ']');
    pg_json_open(text, "tokenToState", '[');
    pg_json_close(text, ']');
    pg_json_close(text, '}');
}

void hlx_json_abstraction(pg_hl_exchange *e, pg_text *text, const char *key, int account)
{
    bool set = account != PG_EXCHANGE_NOBODY && record_of(e, account)->set_abstraction;
    pg_json_string(text, key, set ? "disabled" : "default");
}
