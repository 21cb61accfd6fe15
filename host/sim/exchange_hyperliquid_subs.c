/* Sub-accounts: accounts of their own address that another one trades for with vaultAddress (hyperliquid.md 12.7). */
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "crypto/hex.h"
#include "crypto/keccak.h"
#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_info.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"
#include "sim/exchange_hyperliquid_money.h"

enum { NAME_MOST = 16, SUBS_MOST = 10, SUBS_VOLUME = 100000 };

int hlx_open_owned(pg_hl_exchange *e, int owner, const char *word)
{
    uint8_t digest[PG_KECCAK_SIZE];
    char text[160], address[PG_ADDRESS_TEXT] = "0x";
    snprintf(text, sizeof text, "%s %s %d", pg_exchange_account_name(e->core, owner), word,
             pg_exchange_account_count(e->core));
    pg_keccak256(digest, text, strlen(text));
    pg_hex_encode(address + 2, digest, PG_ADDRESS_SIZE);
    int account = pg_exchange_open_account(e->core, address);
    if (account != PG_EXCHANGE_NOBODY)
        e->users[account].owner = owner;
    return account;
}

int hlx_count_subs(const pg_hl_exchange *e, int account)
{
    int count = 0;
    for (int k = 0; k < pg_exchange_account_count(e->core); k++)
        count += e->users[k].role == HLX_SUB_ACCOUNT && e->users[k].owner == account;
    return count;
}

static bool is_name(const char *name)
{
    size_t length = strlen(name);
    return length >= 1 && length <= NAME_MOST;
}

/* A sub-account of the account by its address; PG_EXCHANGE_NOBODY with the answer written when it is none. */
static int find_sub(const pg_hl_exchange *e, pg_text *out, int account, const char *text)
{
    pg_address address;
    char name[PG_ADDRESS_TEXT];
    int sub = pg_address_parse(&address, text, NULL) == PG_OK
                  ? pg_exchange_find_account(e->core, pg_address_format(name, &address))
                  : PG_EXCHANGE_NOBODY;
    if (sub != PG_EXCHANGE_NOBODY && e->users[sub].role == HLX_SUB_ACCOUNT && e->users[sub].owner == account)
        return sub;
    hlx_error(out, "Sub-account not registered: %s", text);
    return PG_EXCHANGE_NOBODY;
}

void hlx_create_sub_account(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    pg_money volume = pg_exchange_volume(e->core, account);
    if (!is_name(action->account.name)) {
        hlx_error(out, "Invalid sub-account name");
    } else if (e->users[account].role != HLX_USER) {
        hlx_error(out, "Only master accounts can create sub-accounts.");
    } else if (!e->config.waive_volume && volume < SUBS_VOLUME * HLX_USD) {
        char traded[PG_DECIMAL_TEXT];
        pg_decimal_format(traded, sizeof traded, (int64_t)(volume * 100 / HLX_USD), 2);
        hlx_error(out, "Cannot create sub-accounts until enough volume traded. Required: $%d. Traded: $%s.",
                  SUBS_VOLUME, traded);
    } else if (hlx_count_subs(e, account) >= SUBS_MOST) {
        hlx_error(out, "Too many sub-accounts");
    } else {
        int made = hlx_open_owned(e, account, "sub-account");
        if (made == PG_EXCHANGE_NOBODY) {
            hlx_error(out, "Too many accounts");
            return;
        }
        e->users[made].role = HLX_SUB_ACCOUNT;
        snprintf(e->users[made].name, sizeof e->users[made].name, "%s", action->account.name);
        hlx_made(out, "createSubAccount", pg_exchange_account_name(e->core, made));
    }
}

void hlx_modify_sub_account(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    int sub = find_sub(e, out, account, action->account.address);
    if (sub == PG_EXCHANGE_NOBODY)
        return;
    if (!is_name(action->account.name)) {
        hlx_error(out, "Invalid sub-account name");
        return;
    }
    snprintf(e->users[sub].name, sizeof e->users[sub].name, "%s", action->account.name);
    hlx_ok(out);
}

/* ---- money ---- */

static void note(pg_hl_exchange *e, hlx_purse from, hlx_purse to, pg_money amount)
{
    pg_text delta = { 0 };
    bool spot = from.dex == HLX_SPOT;
    hlx_ledger_begin(&delta, spot ? "spotTransfer" : "subAccountTransfer");
    if (spot) {
        pg_json_string(&delta, "token", e->list.tokens[from.token].name);
        hlx_json_token(e, &delta, "amount", from.token, amount);
        hlx_json_money(&delta, "usdcValue", hlx_token_value(e, from.token, amount));
    } else {
        hlx_json_money(&delta, "usdc", amount);
    }
    pg_json_string(&delta, "user", pg_exchange_account_name(e->core, from.account));
    pg_json_string(&delta, "destination", pg_exchange_account_name(e->core, to.account));
    if (spot) {
        pg_json_string(&delta, "fee", "0.0");
        pg_json_string(&delta, "nativeTokenFee", "0.0");
        pg_json_null(&delta, "nonce");
        pg_json_string(&delta, "feeToken", "");
    }
    hlx_ledger_end_both(e, from.account, to.account, &delta);
}

void hlx_sub_account_transfer(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    bool spot = action->kind == PG_HL_SUB_ACCOUNT_SPOT_TRANSFER;
    int token = spot ? hlx_find_token(&e->list, action->account.token) : 0;
    int sub = find_sub(e, out, account, action->account.address);
    pg_money amount = (pg_money)action->account.usd * HLX_MICRO;
    if (sub == PG_EXCHANGE_NOBODY)
        return;
    if (token < 0 || (!spot && amount <= 0) ||
        (spot && !hlx_read_amount(&amount, action->account.amount, e->list.tokens[token].wei_decimals))) {
        hlx_error(out, "Invalid sub-account transfer");
        return;
    }
    hlx_purse master = { account, spot ? HLX_SPOT : 0, token }, own = { sub, master.dex, token };
    hlx_purse from = action->account.is_deposit ? master : own, to = action->account.is_deposit ? own : master;
    if (hlx_purse_free(e, from) < amount) {
        hlx_error(out, spot ? "Insufficient balance for token transfer" : "Insufficient balance for withdrawal");
        return;
    }
    hlx_purse_put(e, from, -amount);
    hlx_purse_put(e, to, amount);
    note(e, from, to, amount);
    hlx_ok(out);
}

/* ---- as JSON ---- */

static void put_states(pg_hl_exchange *e, pg_text *text, int account)
{
    pg_json_open(text, "dexToClearinghouseState", '[');
    for (int dex = 0; dex < e->list.dex_count; dex++) {
        pg_json_open(text, NULL, '[');
        pg_json_string(text, NULL, e->list.dexs[dex].name);
        hlx_json_clearinghouse(e, text, NULL, account, dex);
        pg_json_close(text, ']');
    }
    pg_json_close(text, ']');
}

void hlx_json_subs(pg_hl_exchange *e, pg_text *text, int account, bool by_dex)
{
    if (account == PG_EXCHANGE_NOBODY || hlx_count_subs(e, account) == 0) {
        pg_json_null(text, NULL);
        return;
    }
    pg_json_open(text, NULL, '[');
    for (int k = 0; k < pg_exchange_account_count(e->core); k++) {
        const hlx_user *user = &e->users[k];
        if (user->role != HLX_SUB_ACCOUNT || user->owner != account)
            continue;
        pg_json_open(text, NULL, '{');
        pg_json_string(text, "name", user->name);
        pg_json_string(text, "subAccountUser", pg_exchange_account_name(e->core, k));
        pg_json_string(text, "master", pg_exchange_account_name(e->core, account));
        if (by_dex)
            put_states(e, text, k);
        else
            hlx_json_clearinghouse(e, text, "clearinghouseState", k, 0);
        hlx_json_spot_state(e, text, "spotState", k);
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
}
