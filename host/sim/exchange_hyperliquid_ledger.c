/* What moves money but trades: deposits, transfers, funding (hyperliquid.md 12.7, 14.3). */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "sim/exchange_hyperliquid_internal.h"

enum { USD_DECIMALS = 6, RATES_A_REPLY = 500, PAYMENTS_A_REPLY = 500 };

static const pg_money MICRO = 1000000, USD = 1000000000000; /* in 1e-12 */

/* ---- keeping ---- */

static void keep(hlx_records *records, const hlx_record *record)
{
    if (records->count == HLX_RECORDS) {
        memmove(records->items, records->items + 1, (HLX_RECORDS - 1) * sizeof *records->items);
        records->count--;
    }
    if (records->count == records->capacity) {
        int capacity = records->capacity ? 2 * records->capacity : 16;
        hlx_record *grown = realloc(records->items, (size_t)capacity * sizeof *grown);
        if (!grown)
            return;
        records->items = grown;
        records->capacity = capacity;
    }
    records->items[records->count++] = *record;
}

void hlx_records_free(hlx_records *records)
{
    free(records->items);
    *records = (hlx_records){ 0 };
}

/* ---- as JSON ---- */

static void put_delta(pg_text *text, const hlx_record *r)
{
    static const char *const names[] = {
        [HLX_DEPOSIT] = "deposit", [HLX_WITHDRAWAL] = "withdraw", [HLX_TRANSFER] = "internalTransfer"
    };
    pg_json_open(text, "delta", '{');
    pg_json_string(text, "type", names[r->kind]);
    hlx_json_money(text, "usdc", r->amount_e12);
    if (r->kind == HLX_TRANSFER) {
        pg_json_string(text, "user", r->from);
        pg_json_string(text, "destination", r->to);
    }
    if (r->kind == HLX_WITHDRAWAL)
        pg_json_integer(text, "nonce", (int64_t)r->nonce);
    if (r->kind != HLX_DEPOSIT)
        hlx_json_money(text, "fee", r->fee_e12);
    pg_json_close(text, '}');
}

static void put_move(pg_text *text, const hlx_record *r)
{
    pg_json_open(text, NULL, '{');
    pg_json_integer(text, "time", r->time_ms);
    hlx_json_hash(text, "hash", (uint64_t)r->time_ms ^ (uint64_t)r->amount_e12);
    put_delta(text, r);
    pg_json_close(text, '}');
}

/* Members of a payment of funding, as streams have it. */
static void put_payment(pg_hl_exchange *e, pg_text *text, const hlx_record *r)
{
    pg_json_string(text, "coin", e->coins[r->market].name);
    hlx_json_money(text, "usdc", r->amount_e12);
    hlx_json_size(e, text, "szi", r->market, r->quantity);
    hlx_json_decimal(text, "fundingRate", r->rate_e12 / 100, 10);
    pg_json_null(text, "nSamples");
}

/* ---- what happens ---- */

void hlx_ledger_add(pg_hl_exchange *e, int account, const hlx_record *record)
{
    hlx_user *user = &e->users[account];
    hlx_record made = *record;
    made.time_ms = hlx_ms(pg_exchange_now(e->core));
    keep(&user->ledger, &made);
    if (!e->server)
        return; /* nobody can listen yet */
    put_move(&user->moves, &made);
    user->touched = true;
}

void hlx_ledger_funding(pg_hl_exchange *e, const pg_exchange_funding *funding)
{
    hlx_user *user = &e->users[funding->account];
    hlx_record made = { .kind = HLX_FUNDING,
                        .market = funding->market,
                        .time_ms = hlx_ms(funding->time_ns),
                        .quantity = funding->quantity,
                        .rate_e12 = funding->rate_e12,
                        .amount_e12 = funding->amount_e12 };
    keep(&user->payments, &made);
    pg_json_open(&user->funding, NULL, '{');
    pg_json_integer(&user->funding, "time", made.time_ms);
    put_payment(e, &user->funding, &made);
    pg_json_close(&user->funding, '}');
    user->touched = true;
}

void hlx_ledger_rate(pg_hl_exchange *e, int market, int64_t rate_e12, int64_t premium_e12)
{
    keep(&e->coins[market].rates, &(hlx_record){ .kind = HLX_RATE,
                                                 .market = market,
                                                 .time_ms = hlx_ms(pg_exchange_now(e->core)),
                                                 .rate_e12 = rate_e12,
                                                 .premium_e12 = premium_e12 });
}

/* ---- what is asked ---- */

static bool is_within(const hlx_record *r, double from_ms, double to_ms)
{
    return (double)r->time_ms >= from_ms && (double)r->time_ms <= to_ms;
}

int hlx_json_ledger(pg_hl_exchange *e, pg_text *text, const char *key, int account, double from_ms, double to_ms)
{
    const hlx_records *all = account != PG_EXCHANGE_NOBODY ? &e->users[account].ledger : NULL;
    int count = 0;
    pg_json_open(text, key, '[');
    for (int i = 0; all && i < all->count; i++) {
        if (!is_within(&all->items[i], from_ms, to_ms))
            continue;
        put_move(text, &all->items[i]);
        count++;
    }
    pg_json_close(text, ']');
    return count;
}

int hlx_json_payments(pg_hl_exchange *e, pg_text *text, int account, double from_ms, double to_ms)
{
    const hlx_records *all = account != PG_EXCHANGE_NOBODY ? &e->users[account].payments : NULL;
    int count = 0;
    pg_json_open(text, NULL, '[');
    for (int i = 0; all && i < all->count && count < PAYMENTS_A_REPLY; i++) {
        const hlx_record *r = &all->items[i];
        if (!is_within(r, from_ms, to_ms))
            continue;
        pg_json_open(text, NULL, '{');
        pg_json_integer(text, "time", r->time_ms);
        hlx_json_hash(text, "hash", (uint64_t)r->time_ms + (uint64_t)r->market);
        pg_json_open(text, "delta", '{');
        pg_json_string(text, "type", "funding");
        put_payment(e, text, r);
        pg_json_close(text, '}');
        pg_json_close(text, '}');
        count++;
    }
    pg_json_close(text, ']');
    return count;
}

void hlx_json_fundings(pg_hl_exchange *e, pg_text *text, const char *key, int account)
{
    const hlx_records *all = account != PG_EXCHANGE_NOBODY ? &e->users[account].payments : NULL;
    pg_json_open(text, key, '[');
    for (int i = 0; all && i < all->count; i++) {
        pg_json_open(text, NULL, '{');
        pg_json_integer(text, "time", all->items[i].time_ms);
        put_payment(e, text, &all->items[i]);
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
}

int hlx_json_rates(pg_hl_exchange *e, pg_text *text, int market, double from_ms, double to_ms)
{
    const hlx_records *all = &e->coins[market].rates;
    int count = 0;
    pg_json_open(text, NULL, '[');
    for (int i = 0; i < all->count && count < RATES_A_REPLY; i++) {
        const hlx_record *r = &all->items[i];
        if (!is_within(r, from_ms, to_ms))
            continue;
        pg_json_open(text, NULL, '{');
        pg_json_string(text, "coin", e->coins[market].name);
        hlx_json_decimal(text, "fundingRate", r->rate_e12 / 100, 10);
        hlx_json_decimal(text, "premium", r->premium_e12 / 100, 10);
        pg_json_integer(text, "time", r->time_ms);
        pg_json_close(text, '}');
        count++;
    }
    pg_json_close(text, ']');
    return count;
}

/* ---- transfers ---- */

pg_money hlx_withdrawable(const pg_hl_exchange *e, int account)
{
    pg_exchange_margin m;
    pg_exchange_get_margin(&m, e->core, account);
    pg_money tenth = m.cross_notional / 10, bound = m.cross_used > tenth ? m.cross_used : tenth;
    return m.cross_value > bound ? m.cross_value - bound : 0;
}

/* Money to another account of the exchange; an address that is new here pays for its account. */
static void send(pg_hl_exchange *e, pg_text *out, int account, const hlx_record *move)
{
    bool is_new = pg_exchange_find_account(e->core, move->to) == PG_EXCHANGE_NOBODY;
    hlx_record made = *move;
    made.fee_e12 = is_new ? USD : 0;
    if (hlx_withdrawable(e, account) < made.amount_e12 + made.fee_e12) {
        hlx_error(out, "Insufficient balance for withdrawal");
        return;
    }
    int other = pg_exchange_open_account(e->core, made.to);
    if (other == PG_EXCHANGE_NOBODY) {
        hlx_error(out, "Too many accounts");
        return;
    }
    pg_exchange_deposit(e->core, account, -made.amount_e12 - made.fee_e12);
    pg_exchange_deposit(e->core, other, made.amount_e12);
    hlx_ledger_add(e, account, &made);
    if (other != account)
        hlx_ledger_add(e, other, &made);
    hlx_ok(out);
}

/* Money out of the exchange, of which the venue keeps a dollar. */
static void withdraw(pg_hl_exchange *e, pg_text *out, int account, const hlx_record *move)
{
    hlx_record made = *move;
    if (made.amount_e12 <= USD || hlx_withdrawable(e, account) < made.amount_e12) {
        hlx_error(out, "Insufficient balance for withdrawal");
        return;
    }
    pg_exchange_deposit(e->core, account, -made.amount_e12);
    made.fee_e12 = USD;
    made.amount_e12 -= USD;
    hlx_ledger_add(e, account, &made);
    hlx_ok(out);
}

void hlx_transfer(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action, uint64_t nonce)
{
    const char *amount = action->send.amount;
    int64_t micro = 0;
    pg_address to;
    hlx_record move = { .kind = action->kind == PG_HL_WITHDRAW ? HLX_WITHDRAWAL : HLX_TRANSFER, .nonce = nonce };
    if (pg_address_parse(&to, action->send.destination, NULL) != PG_OK ||
        pg_decimal_parse(&micro, amount, strlen(amount), USD_DECIMALS) != PG_OK || micro <= 0) {
        hlx_error(out, "Invalid send");
        return;
    }
    pg_address_format(move.to, &to);
    snprintf(move.from, sizeof move.from, "%s", pg_exchange_account_name(e->core, account));
    move.amount_e12 = (pg_money)micro * MICRO;
    if (move.kind == HLX_WITHDRAWAL)
        withdraw(e, out, account, &move);
    else
        send(e, out, account, &move);
}
