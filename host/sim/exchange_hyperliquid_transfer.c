/* Sends, withdrawals and moves between an account's own purses (hyperliquid.md 12.7). */
#include <string.h>

#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"
#include "sim/exchange_hyperliquid_money.h"

enum { USD_DECIMALS = 6 };

static const char no_money[] = "Insufficient balance for withdrawal",
                  no_tokens[] = "Insufficient balance for token transfer";

static const char *name_of(const pg_hl_exchange *e, int account)
{
    return pg_exchange_account_name(e->core, account);
}

/* "0x..." in lower case of a text that is an address; false: it is none. */
static bool read_text_address(char text[PG_ADDRESS_TEXT], const char *given)
{
    pg_address address;
    if (!given || pg_address_parse(&address, given, NULL) != PG_OK)
        return false;
    pg_address_format(text, &address);
    return true;
}

/* What is wrong with moving an amount to an address; NULL: nothing, and it has been moved. An address that is new here
 * costs a dollar of the same purse's kind. */
static const char *move_to(pg_money *fee, int *other, pg_hl_exchange *e, hlx_purse from, const char *to, int dex,
                           pg_money amount)
{
    bool is_new = pg_exchange_find_account(e->core, to) == PG_EXCHANGE_NOBODY;
    hlx_purse pays = { from.account, from.dex, 0 };
    bool same = pays.token == from.token;
    *fee = is_new ? HLX_USD : 0;
    if (hlx_purse_free(e, from) < amount + (same ? *fee : 0) || (!same && is_new && hlx_purse_free(e, pays) < *fee))
        return from.dex == HLX_SPOT ? no_tokens : no_money;
    *other = pg_exchange_open_account(e->core, to);
    if (*other == PG_EXCHANGE_NOBODY)
        return "Too many accounts";
    hlx_purse_put(e, from, -amount);
    hlx_purse_put(e, (hlx_purse){ *other, dex, from.token }, amount);
    if (is_new)
        hlx_purse_put(e, pays, -*fee);
    return NULL;
}

static void finish(pg_text *out, const char *wrong)
{
    if (wrong)
        hlx_error(out, "%s", wrong);
    else
        hlx_ok(out);
}

/* ---- dollars ---- */

void hlx_usd_send(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    char to[PG_ADDRESS_TEXT];
    pg_money amount, fee;
    int other;
    pg_text delta = { 0 };
    if (!read_text_address(to, action->send.destination) ||
        !hlx_read_amount(&amount, action->send.amount, USD_DECIMALS)) {
        hlx_error(out, "Invalid send");
        return;
    }
    const char *wrong = move_to(&fee, &other, e, (hlx_purse){ account, 0, 0 }, to, 0, amount);
    if (!wrong) {
        hlx_ledger_begin(&delta, "internalTransfer");
        hlx_json_money(&delta, "usdc", amount);
        pg_json_string(&delta, "user", name_of(e, account));
        pg_json_string(&delta, "destination", to);
        hlx_json_money(&delta, "fee", fee);
        hlx_ledger_end_both(e, account, other, &delta);
    }
    finish(out, wrong);
}

/* Money out of the exchange, of which the venue keeps a dollar. */
void hlx_withdraw(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action, uint64_t nonce)
{
    char to[PG_ADDRESS_TEXT];
    pg_money amount;
    hlx_purse purse = { account, 0, 0 };
    pg_text delta = { 0 };
    if (!read_text_address(to, action->send.destination) ||
        !hlx_read_amount(&amount, action->send.amount, USD_DECIMALS)) {
        hlx_error(out, "Invalid send");
        return;
    }
    if (amount <= HLX_USD || hlx_purse_free(e, purse) < amount) {
        hlx_error(out, "%s", no_money);
        return;
    }
    hlx_purse_put(e, purse, -amount);
    hlx_ledger_begin(&delta, "withdraw");
    hlx_json_money(&delta, "usdc", amount - HLX_USD);
    pg_json_integer(&delta, "nonce", (int64_t)nonce);
    hlx_json_money(&delta, "fee", HLX_USD);
    hlx_ledger_end(e, account, &delta);
    hlx_ok(out);
}

/* ---- between perpetuals and spot ---- */

static const char *switch_class(pg_hl_exchange *e, int account, pg_money amount, bool to_perp)
{
    hlx_purse perp = { account, 0, 0 }, spot = { account, HLX_SPOT, 0 };
    pg_text delta = { 0 };
    if (hlx_purse_free(e, to_perp ? spot : perp) < amount)
        return to_perp ? no_tokens : no_money;
    hlx_purse_put(e, perp, to_perp ? amount : -amount);
    hlx_purse_put(e, spot, to_perp ? -amount : amount);
    hlx_ledger_begin(&delta, "accountClassTransfer");
    hlx_json_money(&delta, "usdc", amount);
    pg_json_bool(&delta, "toPerp", to_perp);
    hlx_ledger_end(e, account, &delta);
    return NULL;
}

/* "5 subaccount:0x..." for a sub-account; in *text what is before it. False: none of ours. */
static bool read_whose(int *account, char text[64], const pg_hl_exchange *e, const char *amount)
{
    static const char mark[] = " subaccount:";
    const char *at = strstr(amount, mark);
    char address[PG_ADDRESS_TEXT];
    size_t length = at ? (size_t)(at - amount) : strlen(amount);
    if (length >= 64)
        return false;
    memcpy(text, amount, length);
    text[length] = '\0';
    if (!at)
        return true;
    int sub = read_text_address(address, at + sizeof mark - 1) ? pg_exchange_find_account(e->core, address)
                                                               : PG_EXCHANGE_NOBODY;
    bool own = sub != PG_EXCHANGE_NOBODY && e->users[sub].role == HLX_SUB_ACCOUNT && e->users[sub].owner == *account;
    *account = sub;
    return own;
}

void hlx_class_transfer(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    char text[64];
    pg_money amount = (pg_money)action->account.usd * HLX_MICRO;
    if (action->kind == PG_HL_SPOT_CLASS_TRANSFER) {
        if (amount <= 0)
            hlx_error(out, "Invalid send");
        else
            finish(out, switch_class(e, account, amount, action->account.to_perp));
    } else if (!read_whose(&account, text, e, action->send.amount)) {
        hlx_error(out, "Invalid sub-account transfer");
    } else if (!hlx_read_amount(&amount, text, USD_DECIMALS)) {
        hlx_error(out, "Invalid send");
    } else {
        finish(out, switch_class(e, account, amount, action->send.to_perp));
    }
}

/* ---- tokens ---- */

/* Members that records of moved tokens share. */
static void put_token_move(pg_hl_exchange *e, pg_text *delta, int token, pg_money amount, pg_money fee, uint64_t nonce)
{
    pg_json_string(delta, "token", e->list.tokens[token].name);
    hlx_json_token(e, delta, "amount", token, amount);
    hlx_json_money(delta, "usdcValue", hlx_token_value(e, token, amount));
    hlx_json_money(delta, "fee", fee);
    pg_json_string(delta, "nativeTokenFee", "0.0");
    pg_json_integer(delta, "nonce", (int64_t)nonce);
    pg_json_string(delta, "feeToken", fee ? "USDC" : "");
}

void hlx_spot_send(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action, uint64_t nonce)
{
    char to[PG_ADDRESS_TEXT];
    int token = action->send.token ? hlx_find_token(&e->list, action->send.token) : -1, other;
    pg_money amount, fee;
    pg_text delta = { 0 };
    if (token < 0 || !read_text_address(to, action->send.destination) ||
        !hlx_read_amount(&amount, action->send.amount, e->list.tokens[token].wei_decimals)) {
        hlx_error(out, "Invalid send");
        return;
    }
    const char *wrong = move_to(&fee, &other, e, (hlx_purse){ account, HLX_SPOT, token }, to, HLX_SPOT, amount);
    if (!wrong) {
        hlx_ledger_begin(&delta, "spotTransfer");
        pg_json_string(&delta, "user", name_of(e, account));
        pg_json_string(&delta, "destination", to);
        put_token_move(e, &delta, token, amount, fee, nonce);
        hlx_ledger_end_both(e, account, other, &delta);
    }
    finish(out, wrong);
}

/* ---- anything to anywhere ---- */

/* "" the first exchange, "spot", or a builder's; false: none. */
static bool read_place(int *dex, const pg_hl_exchange *e, const char *text)
{
    *dex = strcmp(text, "spot") == 0 ? HLX_SPOT : hlx_find_dex(&e->list, text);
    return *dex >= 0 || strcmp(text, "spot") == 0;
}

static const char *place_name(const pg_hl_exchange *e, int dex)
{
    return dex == HLX_SPOT ? "spot" : e->list.dexs[dex].name;
}

/* Whether an address is the account's own or one of its sub-accounts. */
static bool is_family(const pg_hl_exchange *e, int account, const char *address)
{
    int other = pg_exchange_find_account(e->core, address);
    int head = e->users[account].role == HLX_SUB_ACCOUNT ? e->users[account].owner : account;
    return other != PG_EXCHANGE_NOBODY &&
           (other == head || (e->users[other].role == HLX_SUB_ACCOUNT && e->users[other].owner == head));
}

/* Whose purse it is taken from; false: a sub-account of somebody else. */
static bool read_sender(int *account, const pg_hl_exchange *e, const char *sub)
{
    char address[PG_ADDRESS_TEXT];
    if (!sub || !*sub)
        return true;
    int found = read_text_address(address, sub) ? pg_exchange_find_account(e->core, address) : PG_EXCHANGE_NOBODY;
    bool own =
        found != PG_EXCHANGE_NOBODY && e->users[found].role == HLX_SUB_ACCOUNT && e->users[found].owner == *account;
    *account = found;
    return own;
}

void hlx_send_asset(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action, uint64_t nonce)
{
    char to[PG_ADDRESS_TEXT];
    int from_dex, to_dex, other, token = hlx_find_token(&e->list, action->send.token);
    pg_money amount, fee;
    pg_text delta = { 0 };
    if (!read_place(&from_dex, e, action->send.source_dex) || !read_place(&to_dex, e, action->send.destination_dex) ||
        token < 0 || (token != 0 && (from_dex != HLX_SPOT || to_dex != HLX_SPOT)) ||
        !read_text_address(to, action->send.destination)) {
        hlx_error(out, "Invalid send");
        return;
    }
    bool perp = from_dex != HLX_SPOT || to_dex != HLX_SPOT;
    int decimals = perp ? USD_DECIMALS : e->list.tokens[token].wei_decimals;
    if (!hlx_read_amount(&amount, action->send.amount, decimals) ||
        !read_sender(&account, e, action->send.from_sub_account)) {
        hlx_error(out, "Invalid send");
        return;
    }
    if (action->kind == PG_HL_AGENT_SEND_ASSET && !is_family(e, account, to)) {
        hlx_error(out, "Agent can only send asset to same user or their sub-accounts.");
        return;
    }
    const char *wrong = move_to(&fee, &other, e, (hlx_purse){ account, from_dex, token }, to, to_dex, amount);
    if (!wrong) {
        hlx_ledger_begin(&delta, "send");
        pg_json_string(&delta, "user", name_of(e, account));
        pg_json_string(&delta, "destination", to);
        pg_json_string(&delta, "sourceDex", place_name(e, from_dex));
        pg_json_string(&delta, "destinationDex", place_name(e, to_dex));
        put_token_move(e, &delta, token, amount, fee, nonce);
        hlx_ledger_end_both(e, account, other, &delta);
    }
    finish(out, wrong);
}
