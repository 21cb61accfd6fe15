/* Vaults: shares, deposits, withdrawals, and what is said of them. */
#include "sim/exchange_hyperliquid_vault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_info.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_money.h"

enum {
    VAULTS = 64,
    FOLLOWERS = 128,
    NAME_LEAST = 3,
    NAME_MOST = 50,
    TEXT_LEAST = 10,
    TEXT_MOST = 250,
    FIRST_LEAST = 100, /* USD */
    LEADER_PARTS = 20, /* of which the leader keeps one */
    COMMISSION_PARTS = 10
};

static const int64_t LOCK_MS = 86400000, DAY_MS = 86400000;

typedef struct {
    int account;
    pg_money shares, basis; /* basis: put in, less what was taken out of it */
    int64_t entered_ms, locked_ms;
} follower;

typedef struct {
    int account;
    char text[TEXT_MOST + 1];
    bool allow_deposits, close_on_withdraw;
    pg_money shares; /* of all */
    follower followers[FOLLOWERS];
    int count;
    int64_t made_ms;
} vault;

struct hlx_vaults {
    vault *list[VAULTS];
    int count;
};

hlx_vaults *hlx_vaults_new(void)
{
    return calloc(1, sizeof(hlx_vaults));
}

void hlx_vaults_free(hlx_vaults *vaults)
{
    for (int i = 0; vaults && i < vaults->count; i++)
        free(vaults->list[i]);
    free(vaults);
}

static int64_t now_ms(const pg_hl_exchange *e)
{
    return hlx_ms(pg_exchange_now(e->core));
}

static const char *name_of(const pg_hl_exchange *e, int account)
{
    return pg_exchange_account_name(e->core, account);
}

static vault *find_vault(const pg_hl_exchange *e, const char *text)
{
    pg_address address;
    char name[PG_ADDRESS_TEXT];
    if (!text || pg_address_parse(&address, text, NULL) != PG_OK)
        return NULL;
    pg_address_format(name, &address);
    for (int i = 0; i < e->vaults->count; i++)
        if (strcmp(name_of(e, e->vaults->list[i]->account), name) == 0)
            return e->vaults->list[i];
    return NULL;
}

static follower *find_follower(vault *v, int account)
{
    for (int i = 0; i < v->count; i++)
        if (v->followers[i].account == account)
            return &v->followers[i];
    return NULL;
}

/* ---- shares ---- */

/* amount * part / whole of amounts in 1e-12: to 1e-6, so that the product fits. */
static pg_money share_of(pg_money amount, pg_money part, pg_money whole)
{
    return whole > 0 ? amount / HLX_MICRO * part / whole * HLX_MICRO : 0;
}

static pg_money value_of(const pg_hl_exchange *e, const vault *v)
{
    pg_money worth = hlx_account_worth(e, v->account);
    return worth > 0 ? worth : 0;
}

static pg_money equity_of(const pg_hl_exchange *e, const vault *v, const follower *f)
{
    return share_of(value_of(e, v), f->shares, v->shares);
}

pg_money hlx_vault_equity(const pg_hl_exchange *e, int account)
{
    pg_money sum = 0;
    for (int i = 0; i < e->vaults->count; i++) {
        const follower *f = find_follower(e->vaults->list[i], account);
        sum += f ? equity_of(e, e->vaults->list[i], f) : 0;
    }
    return sum;
}

/* Moves dollars in, and gives shares at today's price. False: no more followers fit. */
static bool join(pg_hl_exchange *e, vault *v, int account, pg_money amount)
{
    follower *f = find_follower(v, account);
    if (!f && v->count == FOLLOWERS)
        return false;
    if (!f) {
        f = &v->followers[v->count++];
        *f = (follower){ .account = account, .entered_ms = now_ms(e) };
    }
    pg_money value = value_of(e, v), shares = amount;
    if (v->shares > 0 && value > 0)
        shares = share_of(amount, v->shares, value);
    hlx_purse_put(e, (hlx_purse){ account, 0, 0 }, -amount);
    hlx_purse_put(e, (hlx_purse){ v->account, 0, 0 }, amount);
    e->users[account].put_in_e12 += amount; /* it is still his */
    f->shares += shares;
    f->basis += amount;
    f->locked_ms = now_ms(e) + LOCK_MS;
    v->shares += shares;
    return true;
}

static void note_move(pg_hl_exchange *e, int account, const char *type, const vault *v, pg_money amount)
{
    pg_text delta = { 0 };
    hlx_ledger_begin(&delta, type);
    pg_json_string(&delta, "vault", name_of(e, v->account));
    hlx_json_money(&delta, "usdc", amount);
    if (strcmp(type, "vaultCreate") == 0)
        hlx_json_money(&delta, "fee", 0);
    hlx_ledger_end(e, account, &delta);
}

/* ---- making ---- */

static bool fits(const char *text, size_t least, size_t most)
{
    return strlen(text) >= least && strlen(text) <= most;
}

void hlx_create_vault(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    pg_money first = (pg_money)action->account.usd * HLX_MICRO;
    vault *made = NULL;
    if (e->users[account].role != HLX_USER) {
        hlx_error(out, "Only master accounts can create vaults.");
    } else if (!fits(action->account.name, NAME_LEAST, NAME_MOST)) {
        hlx_error(out, "Vault name must be between %d and %d characters.", NAME_LEAST, NAME_MOST);
    } else if (!fits(action->account.description, TEXT_LEAST, TEXT_MOST)) {
        hlx_error(out, "Vault description must be between %d and %d characters.", TEXT_LEAST, TEXT_MOST);
    } else if (first < FIRST_LEAST * HLX_USD) {
        hlx_error(out, "Initial vault deposit must be at least $%d.", FIRST_LEAST);
    } else if (hlx_purse_free(e, (hlx_purse){ account, 0, 0 }) < first) {
        hlx_error(out, "Insufficient balance for withdrawal");
    } else if (e->vaults->count == VAULTS || !(made = calloc(1, sizeof *made))) {
        hlx_error(out, "Too many vaults");
    } else {
        made->account = hlx_open_owned(e, account, "vault");
        if (made->account == PG_EXCHANGE_NOBODY) {
            free(made);
            hlx_error(out, "Too many accounts");
            return;
        }
        hlx_user *user = &e->users[made->account];
        user->role = HLX_VAULT;
        snprintf(user->name, sizeof user->name, "%s", action->account.name);
        snprintf(made->text, sizeof made->text, "%s", action->account.description);
        made->allow_deposits = true;
        made->made_ms = now_ms(e);
        e->vaults->list[e->vaults->count++] = made;
        join(e, made, account, first);
        note_move(e, account, "vaultCreate", made, first);
        hlx_made(out, "createVault", name_of(e, made->account));
    }
}

/* The account's vault by its address; NULL with the answer written when it leads none of it. */
static vault *find_led(const pg_hl_exchange *e, pg_text *out, int account, const char *address)
{
    vault *v = find_vault(e, address);
    if (!v)
        hlx_error(out, "Vault not registered: %s", address);
    else if (e->users[v->account].owner != account)
        hlx_error(out, "Only the vault leader can perform this action.");
    else
        return v;
    return NULL;
}

void hlx_vault_modify(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    vault *v = find_led(e, out, account, action->account.address);
    if (!v)
        return;
    if (action->account.allow_deposits != PG_HL_KEEP)
        v->allow_deposits = action->account.allow_deposits == PG_HL_ON;
    if (action->account.close_on_withdraw != PG_HL_KEEP)
        v->close_on_withdraw = action->account.close_on_withdraw == PG_HL_ON;
    hlx_ok(out);
}

/* ---- deposits and withdrawals ---- */

static void deposit(pg_hl_exchange *e, pg_text *out, vault *v, int account, pg_money amount)
{
    if (!v->allow_deposits && account != e->users[v->account].owner)
        hlx_error(out, "Vault does not allow deposits.");
    else if (account == v->account || e->users[account].role == HLX_VAULT)
        hlx_error(out, "Vaults cannot deposit into vaults.");
    else if (hlx_purse_free(e, (hlx_purse){ account, 0, 0 }) < amount)
        hlx_error(out, "Insufficient balance for withdrawal");
    else if (!join(e, v, account, amount))
        hlx_error(out, "Too many vault followers");
    else {
        note_move(e, account, "vaultDeposit", v, amount);
        hlx_ok(out);
    }
}

/* Makes room for an amount: cancels the vault's orders, and closes of each position the part that is taken out, at what
 * the book gives within a twentieth of the mark. */
static void make_room(pg_hl_exchange *e, const vault *v, pg_money amount)
{
    pg_money value = value_of(e, v) + HLX_MICRO; /* never 0 */
    pg_exchange_cancel_all(e->core, v->account, -1, PG_EXCHANGE_BY_WITHDRAWAL);
    for (int i = 0; i < e->list.coin_count; i++) {
        pg_exchange_position p;
        pg_exchange_context c;
        pg_exchange_get_position(&p, e->core, v->account, i);
        pg_exchange_get_context(&c, e->core, i);
        if (p.quantity == 0 || c.mark == 0)
            continue;
        const pg_instrument *in = pg_exchange_instrument(e->core, i);
        int side = p.quantity > 0 ? PG_SELL : PG_BUY;
        int64_t held = p.quantity < 0 ? -p.quantity : p.quantity;
        int64_t part = (int64_t)((pg_money)held * (amount / HLX_MICRO) / (value / HLX_MICRO)) + 1;
        int64_t limit = side == PG_SELL ? c.mark - c.mark / 20 : c.mark + c.mark / 20;
        pg_exchange_place(e->core, v->account,
                          &(pg_exchange_request){ .market = i,
                                                  .side = (uint8_t)side,
                                                  .tif = PG_TIF_IOC,
                                                  .reduce_only = true,
                                                  .price = in->rule(in, limit, side),
                                                  .size = part < held ? part : held });
    }
}

/* Why a follower may not take an amount out; NULL: he may. */
static const char *refuse_withdrawal(const pg_hl_exchange *e, const vault *v, const follower *f, pg_money amount)
{
    bool leads = f && f->account == e->users[v->account].owner;
    pg_money equity = f ? equity_of(e, v, f) : 0, value = value_of(e, v);
    if (amount > equity)
        return "Insufficient vault equity for withdrawal.";
    if (!leads && f->locked_ms > now_ms(e))
        return "Cannot withdraw during lockup period after depositing.";
    /* He may go below his part when nobody else is in it. */
    if (leads && equity < value && (equity - amount) * LEADER_PARTS < value - amount)
        return "Vault leader must maintain at least 5% of the vault's equity.";
    return NULL;
}

/* Of a withdrawal. */
typedef struct {
    pg_money amount, commission, cost, basis; /* cost: of closing positions for it */
} withdrawal;

static void note_withdrawal(pg_hl_exchange *e, const vault *v, int account, const withdrawal *w)
{
    pg_text delta = { 0 };
    hlx_ledger_begin(&delta, "vaultWithdraw");
    pg_json_string(&delta, "vault", name_of(e, v->account));
    pg_json_string(&delta, "user", name_of(e, account));
    hlx_json_money(&delta, "requestedUsd", w->amount);
    hlx_json_money(&delta, "commission", w->commission);
    hlx_json_money(&delta, "closingCost", w->cost);
    hlx_json_money(&delta, "basis", w->basis);
    hlx_json_money(&delta, "netWithdrawnUsd", w->amount - w->cost - w->commission);
    hlx_ledger_end(e, account, &delta);
    if (w->commission == 0)
        return;
    int leader = e->users[v->account].owner;
    hlx_ledger_begin(&delta, "vaultLeaderCommission");
    pg_json_string(&delta, "user", name_of(e, leader));
    hlx_json_money(&delta, "usdc", w->commission);
    hlx_ledger_end(e, leader, &delta);
}

/* What closing positions for a withdrawal costs, which the follower bears; nothing when there is money enough. */
static pg_money close_for(pg_hl_exchange *e, const vault *v, pg_money amount)
{
    if (!v->close_on_withdraw && hlx_purse_free(e, (hlx_purse){ v->account, 0, 0 }) >= amount)
        return 0;
    pg_money before = value_of(e, v);
    make_room(e, v, amount);
    pg_money cost = before - value_of(e, v);
    cost += HLX_MICRO - 1;
    return cost > 0 ? cost - cost % HLX_MICRO : 0;
}

/* Takes the follower's shares for it, and pays. */
static void pay(pg_hl_exchange *e, vault *v, follower *f, withdrawal *w, pg_money equity)
{
    int account = f->account, leader = e->users[v->account].owner;
    bool whole = w->amount == equity;
    pg_money shares = whole ? f->shares : share_of(f->shares, w->amount, equity), left = w->amount - w->cost;
    w->basis = whole ? f->basis : share_of(f->basis, w->amount, equity);
    w->commission = account != leader && left > w->basis ? (left - w->basis) / COMMISSION_PARTS : 0;
    w->commission -= w->commission % HLX_MICRO;
    hlx_purse_put(e, (hlx_purse){ v->account, 0, 0 }, -left);
    hlx_purse_put(e, (hlx_purse){ account, 0, 0 }, left - w->commission);
    e->users[account].put_in_e12 -= left - w->commission;
    if (w->commission > 0)
        hlx_purse_put(e, (hlx_purse){ leader, 0, 0 }, w->commission);
    f->basis -= w->basis;
    f->shares -= shares;
    v->shares -= shares;
    if (f->shares == 0 && account != leader)
        *f = v->followers[--v->count];
}

static void withdraw(pg_hl_exchange *e, pg_text *out, vault *v, int account, pg_money amount)
{
    follower *f = find_follower(v, account);
    const char *wrong = refuse_withdrawal(e, v, f, amount);
    if (wrong) {
        hlx_error(out, "%s", wrong);
        return;
    }
    pg_money equity = equity_of(e, v, f);
    withdrawal w = { .amount = amount, .cost = close_for(e, v, amount) };
    if (w.cost >= amount || hlx_purse_free(e, (hlx_purse){ v->account, 0, 0 }) < amount - w.cost) {
        hlx_error(out, "Insufficient balance for withdrawal");
        return;
    }
    pay(e, v, f, &w, equity);
    note_withdrawal(e, v, account, &w);
    hlx_ok(out);
}

void hlx_vault_transfer(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    vault *v = find_vault(e, action->account.address);
    pg_money amount = (pg_money)action->account.usd * HLX_MICRO;
    if (!v)
        hlx_error(out, "Vault not registered: %s", action->account.address);
    else if (amount <= 0)
        hlx_error(out, "Invalid vault transfer");
    else if (action->account.is_deposit)
        deposit(e, out, v, account, amount);
    else
        withdraw(e, out, v, account, amount);
}

/* Everybody gets his part of an amount. */
void hlx_vault_distribute(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    vault *v = find_led(e, out, account, action->account.address);
    pg_money amount = (pg_money)action->account.usd * HLX_MICRO;
    if (!v)
        return;
    if (amount <= 0 || hlx_purse_free(e, (hlx_purse){ v->account, 0, 0 }) < amount) {
        hlx_error(out, "Insufficient balance for withdrawal");
        return;
    }
    for (int i = 0; i < v->count; i++) {
        follower *f = &v->followers[i];
        pg_money part = share_of(amount, f->shares, v->shares);
        if (part == 0)
            continue;
        hlx_purse_put(e, (hlx_purse){ v->account, 0, 0 }, -part);
        hlx_purse_put(e, (hlx_purse){ f->account, 0, 0 }, part);
        e->users[f->account].put_in_e12 -= part;
        f->basis = f->basis > part ? f->basis - part : 0;
        note_move(e, f->account, "vaultDistribution", v, part);
    }
    hlx_ok(out);
}

/* ---- as JSON ---- */

static void put_number(pg_text *text, const char *key, pg_money amount)
{
    pg_json_number(text, key, (double)(amount / HLX_MICRO) * 1e-6);
}

static void put_follower(pg_hl_exchange *e, pg_text *text, const char *key, const vault *v, const follower *f)
{
    pg_money equity = equity_of(e, v, f);
    pg_json_open(text, key, '{');
    pg_json_string(text, "user", f->account == e->users[v->account].owner ? "Leader" : name_of(e, f->account));
    hlx_json_money(text, "vaultEquity", equity);
    hlx_json_money(text, "pnl", equity - f->basis);
    hlx_json_money(text, "allTimePnl", equity - f->basis);
    pg_json_integer(text, "daysFollowing", (now_ms(e) - f->entered_ms) / DAY_MS);
    pg_json_integer(text, "vaultEntryTime", f->entered_ms);
    pg_json_integer(text, "lockupUntil", f->locked_ms);
    pg_json_close(text, '}');
}

static void put_followers(pg_hl_exchange *e, pg_text *text, vault *v, int user)
{
    const follower *own = user == PG_EXCHANGE_NOBODY ? NULL : find_follower(v, user);
    const follower *leader = find_follower(v, e->users[v->account].owner);
    pg_money value = value_of(e, v), free = hlx_purse_free(e, (hlx_purse){ v->account, 0, 0 });
    pg_money equity = own ? equity_of(e, v, own) : 0;
    pg_json_number(text, "apr", 0);
    if (own)
        put_follower(e, text, "followerState", v, own);
    else
        pg_json_null(text, "followerState");
    pg_json_number(text, "leaderFraction", value > 0 ? (double)equity_of(e, v, leader) / (double)value : 0);
    pg_json_number(text, "leaderCommission", 1.0 / COMMISSION_PARTS);
    pg_json_open(text, "followers", '[');
    for (int i = 0; i < v->count; i++)
        put_follower(e, text, NULL, v, &v->followers[i]);
    pg_json_close(text, ']');
    put_number(text, "maxDistributable", free);
    put_number(text, "maxWithdrawable", equity < free ? equity : free);
}

static void put_relationship(pg_text *text)
{
    pg_json_open(text, "relationship", '{');
    pg_json_string(text, "type", "normal");
    pg_json_close(text, '}');
}

bool hlx_json_vault(pg_hl_exchange *e, pg_text *text, const cJSON *request)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(request, "vaultAddress");
    const cJSON *user = cJSON_GetObjectItemCaseSensitive(request, "user");
    char address[PG_ADDRESS_TEXT], whose[PG_ADDRESS_TEXT] = "";
    if (!hlx_read_address(address, member) || (user && !cJSON_IsNull(user) && !hlx_read_address(whose, user)))
        return false;
    vault *v = find_vault(e, address);
    if (!v) {
        pg_json_null(text, NULL);
        return true;
    }
    pg_json_open(text, NULL, '{');
    pg_json_string(text, "name", e->users[v->account].name);
    pg_json_string(text, "vaultAddress", address);
    pg_json_string(text, "leader", name_of(e, e->users[v->account].owner));
    pg_json_string(text, "description", v->text);
    hlx_json_portfolio(e, text, "portfolio", v->account);
    put_followers(e, text, v, pg_exchange_find_account(e->core, whose));
    pg_json_bool(text, "isClosed", false);
    put_relationship(text);
    pg_json_bool(text, "allowDeposits", v->allow_deposits);
    pg_json_bool(text, "alwaysCloseOnWithdraw", v->close_on_withdraw);
    pg_json_close(text, '}');
    return true;
}

void hlx_json_vault_equities(pg_hl_exchange *e, pg_text *text, int account)
{
    pg_json_open(text, NULL, '[');
    for (int i = 0; i < e->vaults->count; i++) {
        vault *v = e->vaults->list[i];
        const follower *f = find_follower(v, account);
        if (!f)
            continue;
        pg_json_open(text, NULL, '{');
        pg_json_string(text, "vaultAddress", name_of(e, v->account));
        hlx_json_money(text, "equity", equity_of(e, v, f));
        pg_json_integer(text, "lockedUntilTimestamp", f->locked_ms);
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
}

void hlx_json_leading_vaults(pg_hl_exchange *e, pg_text *text, const char *key, int account)
{
    pg_json_open(text, key, '[');
    for (int i = 0; i < e->vaults->count; i++) {
        int v = e->vaults->list[i]->account;
        if (e->users[v].owner != account)
            continue;
        pg_json_open(text, NULL, '{');
        pg_json_string(text, "address", name_of(e, v));
        pg_json_string(text, "name", e->users[v].name);
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
}

void hlx_json_vault_summaries(pg_hl_exchange *e, pg_text *text)
{
    pg_json_open(text, NULL, '[');
    for (int i = 0; i < e->vaults->count; i++) {
        const vault *v = e->vaults->list[i];
        pg_json_open(text, NULL, '{');
        pg_json_string(text, "name", e->users[v->account].name);
        pg_json_string(text, "vaultAddress", name_of(e, v->account));
        pg_json_string(text, "leader", name_of(e, e->users[v->account].owner));
        hlx_json_money(text, "tvl", value_of(e, v));
        pg_json_bool(text, "isClosed", false);
        put_relationship(text);
        pg_json_integer(text, "createTimeMillis", v->made_ms);
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
}
