/* Staking: balances, delegations, the queue of what is taken out. */
#include "sim/exchange_hyperliquid_staking.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hex.h"
#include "crypto/keccak.h"
#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"
#include "sim/exchange_hyperliquid_money.h"

enum { VALIDATORS = 3, PENDING = 5 };

static const int64_t DAY_MS = 86400000;
static const pg_money WEI = 10000; /* 1e-8 in 1e-12 */

typedef struct {
    pg_money amount;
    int64_t due_ms;
} withdrawal;

typedef struct {
    pg_money undelegated, delegated[VALIDATORS];
    int64_t locked_ms[VALIDATORS];
    withdrawal pending[PENDING];
    int count;
    hlx_moves history;
} stake;

struct hlx_stakes {
    stake list[PG_EXCHANGE_ACCOUNTS];
};

hlx_stakes *hlx_stakes_new(void)
{
    return calloc(1, sizeof(hlx_stakes));
}

void hlx_stakes_free(hlx_stakes *stakes)
{
    for (int k = 0; stakes && k < PG_EXCHANGE_ACCOUNTS; k++)
        hlx_moves_free(&stakes->list[k].history);
    free(stakes);
}

static stake *stake_of(const pg_hl_exchange *e, int account)
{
    return &e->stakes->list[account];
}

static int64_t now_ms(const pg_hl_exchange *e)
{
    return hlx_ms(pg_exchange_now(e->core));
}

pg_money hlx_undelegated(const pg_hl_exchange *e, int account)
{
    return stake_of(e, account)->undelegated;
}

/* ---- validators ---- */

static char *validator_name(char address[PG_ADDRESS_TEXT], int number)
{
    uint8_t digest[PG_KECCAK_SIZE];
    char word[24];
    snprintf(word, sizeof word, "validator %d", number + 1);
    pg_keccak256(digest, word, strlen(word));
    memcpy(address, "0x", 2);
    pg_hex_encode(address + 2, digest, PG_ADDRESS_SIZE);
    return address;
}

static int find_validator(const char *text)
{
    pg_address address;
    char name[PG_ADDRESS_TEXT], other[PG_ADDRESS_TEXT];
    if (pg_address_parse(&address, text, NULL) != PG_OK)
        return -1;
    pg_address_format(name, &address);
    for (int i = 0; i < VALIDATORS; i++)
        if (strcmp(name, validator_name(other, i)) == 0)
            return i;
    return -1;
}

void hlx_json_validators(pg_text *text)
{
    char address[PG_ADDRESS_TEXT], name[24];
    pg_json_open(text, NULL, '[');
    for (int i = 0; i < VALIDATORS; i++) {
        snprintf(name, sizeof name, "Validator %d", i + 1);
        pg_json_open(text, NULL, '{');
        pg_json_string(text, "validator", validator_name(address, i));
        pg_json_string(text, "signer", address);
        pg_json_string(text, "name", name);
        pg_json_string(text, "description", "");
        pg_json_integer(text, "nRecentBlocks", 0);
        pg_json_integer(text, "stake", 0);
        pg_json_bool(text, "isJailed", false);
        pg_json_null(text, "unjailableAfter");
        pg_json_bool(text, "isActive", true);
        pg_json_string(text, "commission", "0.0");
        pg_json_open(text, "stats", '[');
        pg_json_close(text, ']');
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
}

/* ---- amounts ---- */

/* HYPE, as the lists write it: "12.5". */
static void put_amount(pg_text *text, const char *key, pg_money amount)
{
    hlx_json_decimal(text, key, (int64_t)(amount / WEI), 8);
}

static void end_history(pg_hl_exchange *e, int account, pg_text *delta)
{
    pg_json_close(delta, '}');
    pg_json_close(delta, '}');
    hlx_moves_keep(e, &stake_of(e, account)->history, delta);
    pg_text_free(delta);
}

static void note_transfer(pg_hl_exchange *e, int account, pg_money amount, bool is_deposit)
{
    pg_text delta = { 0 };
    hlx_ledger_begin(&delta, "cStakingTransfer");
    pg_json_string(&delta, "token", "HYPE");
    put_amount(&delta, "amount", amount);
    pg_json_bool(&delta, "isDeposit", is_deposit);
    hlx_ledger_end(e, account, &delta);
}

/* ---- actions ---- */

static void deposit(pg_hl_exchange *e, pg_text *out, int account, pg_money amount)
{
    int token = hlx_find_token(&e->list, "HYPE");
    hlx_purse purse = { account, HLX_SPOT, token };
    pg_text delta = { 0 };
    if (token < 0 || hlx_purse_free(e, purse) < amount) {
        hlx_error(out, "Insufficient balance for token transfer");
        return;
    }
    hlx_purse_put(e, purse, -amount);
    stake_of(e, account)->undelegated += amount;
    note_transfer(e, account, amount, true);
    pg_json_open(&delta, NULL, '{');
    pg_json_open(&delta, "cDeposit", '{');
    put_amount(&delta, "amount", amount);
    end_history(e, account, &delta);
    hlx_ok(out);
}

static void put_withdrawal(pg_text *delta, pg_money amount, const char *phase)
{
    pg_json_open(delta, NULL, '{');
    pg_json_open(delta, "withdrawal", '{');
    put_amount(delta, "amount", amount);
    pg_json_string(delta, "phase", phase);
}

static void withdraw(pg_hl_exchange *e, pg_text *out, int account, pg_money amount)
{
    stake *s = stake_of(e, account);
    pg_text delta = { 0 };
    if (s->undelegated < amount) {
        hlx_error(out, "Insufficient staking balance.");
    } else if (s->count == PENDING) {
        hlx_error(out, "Too many pending withdrawals.");
    } else {
        s->undelegated -= amount;
        s->pending[s->count++] = (withdrawal){ amount, now_ms(e) + 7 * DAY_MS };
        put_withdrawal(&delta, amount, "initiated");
        end_history(e, account, &delta);
        hlx_ok(out);
    }
}

static void delegate(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action, pg_money amount)
{
    stake *s = stake_of(e, account);
    int validator = find_validator(action->stake.address);
    bool back = action->stake.flag;
    char address[PG_ADDRESS_TEXT];
    pg_text delta = { 0 };
    if (validator < 0) {
        hlx_error(out, "Validator not registered: %s", action->stake.address);
        return;
    }
    if ((back ? s->delegated[validator] : s->undelegated) < amount) {
        hlx_error(out, "Insufficient staking balance.");
        return;
    }
    if (back && s->locked_ms[validator] > now_ms(e)) {
        hlx_error(out, "Cannot undelegate during lockup period after delegating.");
        return;
    }
    s->delegated[validator] += back ? -amount : amount;
    s->undelegated += back ? amount : -amount;
    if (!back)
        s->locked_ms[validator] = now_ms(e) + DAY_MS;
    pg_json_open(&delta, NULL, '{');
    pg_json_open(&delta, "delegate", '{');
    pg_json_string(&delta, "validator", validator_name(address, validator));
    put_amount(&delta, "amount", amount);
    pg_json_bool(&delta, "isUndelegate", back);
    end_history(e, account, &delta);
    hlx_ok(out);
}

bool hlx_stake(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    bool ours = action->kind == PG_HL_STAKING_DEPOSIT || action->kind == PG_HL_STAKING_WITHDRAW ||
                action->kind == PG_HL_TOKEN_DELEGATE;
    pg_money amount = ours ? (pg_money)action->stake.wei * WEI : 0;
    if (ours && amount <= 0)
        hlx_error(out, "Invalid staking amount.");
    else if (action->kind == PG_HL_STAKING_DEPOSIT)
        deposit(e, out, account, amount);
    else if (action->kind == PG_HL_STAKING_WITHDRAW)
        withdraw(e, out, account, amount);
    else if (action->kind == PG_HL_TOKEN_DELEGATE)
        delegate(e, out, account, action, amount);
    return ours;
}

static void pay_out(pg_hl_exchange *e, int account, pg_money amount)
{
    pg_text delta = { 0 };
    hlx_purse_put(e, (hlx_purse){ account, HLX_SPOT, hlx_find_token(&e->list, "HYPE") }, amount);
    note_transfer(e, account, amount, false);
    put_withdrawal(&delta, amount, "finalized");
    end_history(e, account, &delta);
}

void hlx_stakes_run(pg_hl_exchange *e)
{
    for (int k = 0; k < pg_exchange_account_count(e->core); k++) {
        stake *s = stake_of(e, k);
        while (s->count > 0 && s->pending[0].due_ms <= now_ms(e)) {
            pay_out(e, k, s->pending[0].amount);
            memmove(s->pending, s->pending + 1, (size_t)--s->count * sizeof *s->pending);
        }
    }
}

void hlx_charge_priority(pg_hl_exchange *e, const pg_exchange_order *order, int64_t rate_e8)
{
    stake *s = stake_of(e, order->account);
    const hlx_listing *coin = &e->list.coins[order->market];
    pg_money unit = pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - coin->price_decimals - coin->size_decimals);
    pg_money worth = hlx_token_value(e, hlx_find_token(&e->list, "HYPE"), HLX_USD); /* of one */
    if (worth <= 0)
        return;
    pg_money dollars = order->value * unit / 100000000 * rate_e8;
    pg_money cost = dollars / HLX_MICRO * HLX_USD / worth * HLX_MICRO;
    s->undelegated -= cost < s->undelegated ? cost : s->undelegated;
}

/* ---- as JSON ---- */

static void put_delegations(pg_text *text, const stake *s)
{
    char address[PG_ADDRESS_TEXT];
    pg_json_open(text, NULL, '[');
    for (int i = 0; s && i < VALIDATORS; i++) {
        if (s->delegated[i] == 0)
            continue;
        pg_json_open(text, NULL, '{');
        pg_json_string(text, "validator", validator_name(address, i));
        put_amount(text, "amount", s->delegated[i]);
        pg_json_integer(text, "lockedUntilTimestamp", s->locked_ms[i]);
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
}

static void put_summary(pg_text *text, const stake *s)
{
    pg_money delegated = 0, pending = 0;
    for (int i = 0; s && i < VALIDATORS; i++)
        delegated += s->delegated[i];
    for (int i = 0; s && i < s->count; i++)
        pending += s->pending[i].amount;
    pg_json_open(text, NULL, '{');
    put_amount(text, "delegated", delegated);
    put_amount(text, "undelegated", s ? s->undelegated : 0);
    put_amount(text, "totalPendingWithdrawal", pending);
    pg_json_integer(text, "nPendingWithdrawals", s ? s->count : 0);
    pg_json_close(text, '}');
}

bool hlx_json_staking(pg_hl_exchange *e, pg_text *text, const char *type, int account)
{
    static const hlx_moves none;
    const stake *s = account == PG_EXCHANGE_NOBODY ? NULL : stake_of(e, account);
    if (strcmp(type, "delegations") == 0)
        put_delegations(text, s);
    else if (strcmp(type, "delegatorSummary") == 0)
        put_summary(text, s);
    else if (strcmp(type, "delegatorHistory") == 0)
        hlx_json_moves(text, NULL, s ? &s->history : &none, true);
    else if (strcmp(type, "delegatorRewards") == 0)
        hlx_put(text, "[]");
    else
        return false;
    return true;
}
