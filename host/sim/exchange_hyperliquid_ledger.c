/* What moved money but trades: deposits, transfers, funding (hyperliquid.md 14.3). */
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_money.h"

enum { RATES_A_REPLY = 500, PAYMENTS_A_REPLY = 500 };

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

static bool keep_move(hlx_moves *moves, const hlx_move *move)
{
    if (moves->count == HLX_RECORDS) {
        free(moves->items[0].delta);
        memmove(moves->items, moves->items + 1, (HLX_RECORDS - 1) * sizeof *moves->items);
        moves->count--;
    }
    if (moves->count == moves->capacity) {
        int capacity = moves->capacity ? 2 * moves->capacity : 16;
        hlx_move *grown = realloc(moves->items, (size_t)capacity * sizeof *grown);
        if (!grown)
            return false;
        moves->items = grown;
        moves->capacity = capacity;
    }
    moves->items[moves->count++] = *move;
    return true;
}

void hlx_moves_free(hlx_moves *moves)
{
    for (int i = 0; i < moves->count; i++)
        free(moves->items[i].delta);
    free(moves->items);
    *moves = (hlx_moves){ 0 };
}

/* ---- as JSON ---- */

static void put_move(pg_text *text, const hlx_move *move)
{
    pg_json_open(text, NULL, '{');
    pg_json_integer(text, "time", move->time_ms);
    hlx_json_hash(text, "hash", move->number);
    hlx_put(text, ",\"delta\":");
    hlx_put(text, move->delta);
    pg_json_close(text, '}');
}

/* Members of a payment of funding, as streams have it. */
static void put_payment(pg_hl_exchange *e, pg_text *text, const hlx_record *r)
{
    pg_json_string(text, "coin", e->list.coins[r->market].name);
    hlx_json_money(text, "usdc", r->amount_e12);
    hlx_json_size(e, text, "szi", r->market, r->quantity);
    hlx_json_decimal(text, "fundingRate", r->rate_e12 / 100, 10);
    pg_json_null(text, "nSamples");
}

/* ---- what happens ---- */

void hlx_ledger_begin(pg_text *delta, const char *type)
{
    pg_json_open(delta, NULL, '{');
    pg_json_string(delta, "type", type);
}

const hlx_move *hlx_moves_keep(pg_hl_exchange *e, hlx_moves *moves, const pg_text *delta)
{
    char *copy = delta->failed || delta->length == 0 ? NULL : malloc(delta->length + 1);
    if (!copy)
        return NULL;
    memcpy(copy, delta->data, delta->length + 1);
    hlx_move move = { .time_ms = hlx_ms(pg_exchange_now(e->core)), .number = ++e->moves, .delta = copy };
    if (keep_move(moves, &move))
        return &moves->items[moves->count - 1];
    free(copy);
    return NULL;
}

static void give(pg_hl_exchange *e, int account, const pg_text *delta)
{
    hlx_user *user = &e->users[account];
    const hlx_move *kept = hlx_moves_keep(e, &user->ledger, delta);
    if (!kept || !e->server)
        return; /* nobody can listen yet */
    put_move(&user->moves, kept);
    user->touched = true;
}

void hlx_ledger_end_both(pg_hl_exchange *e, int account, int other, pg_text *delta)
{
    pg_json_close(delta, '}');
    give(e, account, delta);
    if (other != account)
        give(e, other, delta);
    pg_text_free(delta);
}

void hlx_ledger_end(pg_hl_exchange *e, int account, pg_text *delta)
{
    hlx_ledger_end_both(e, account, account, delta);
}

void hlx_ledger_funding(pg_hl_exchange *e, const pg_exchange_funding *funding)
{
    hlx_user *user = &e->users[funding->account];
    hlx_record made = { .market = funding->market,
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

/* ---- liquidations ---- */

void hlx_note_liquidation(pg_hl_exchange *e, const pg_exchange_fill *fill)
{
    hlx_user *user = &e->users[fill->account];
    if (!user->is_liquidated) {
        pg_exchange_margin m;
        pg_exchange_get_margin_pool(&m, e->core, fill->account, e->list.coins[fill->market].dex);
        user->liquidated_value_e12 = m.value;
        user->is_liquidated = true;
    }
    user->liquidated[fill->market] += fill->side == PG_SELL ? fill->size : -fill->size;
}

/* What was closed, at its mark. */
static pg_money liquidated_worth(const pg_hl_exchange *e, const hlx_user *user)
{
    pg_money sum = 0;
    for (int i = 0; i < e->list.coin_count; i++) {
        const hlx_listing *coin = &e->list.coins[i];
        int64_t size = user->liquidated[i] < 0 ? -user->liquidated[i] : user->liquidated[i];
        pg_exchange_context c;
        if (size == 0)
            continue;
        pg_exchange_get_context(&c, e->core, i);
        sum +=
            (pg_money)size * c.mark * pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - coin->price_decimals - coin->size_decimals);
    }
    return sum;
}

static void put_liquidated(pg_hl_exchange *e, pg_text *delta, hlx_user *user, int account)
{
    bool isolated = false;
    pg_json_open(delta, "liquidatedPositions", '[');
    for (int i = 0; i < e->list.coin_count; i++) {
        if (user->liquidated[i] == 0)
            continue;
        pg_exchange_position p;
        pg_exchange_get_position(&p, e->core, account, i);
        isolated = isolated || p.isolated;
        pg_json_open(delta, NULL, '{');
        pg_json_string(delta, "coin", e->list.coins[i].name);
        hlx_json_size(e, delta, "szi", i, user->liquidated[i]);
        pg_json_close(delta, '}');
        user->liquidated[i] = 0;
    }
    pg_json_close(delta, ']');
    pg_json_string(delta, "leverageType", isolated ? "Isolated" : "Cross");
}

void hlx_end_liquidation(pg_hl_exchange *e, int account)
{
    hlx_user *user = &e->users[account];
    pg_text delta = { 0 };
    if (!user->is_liquidated)
        return;
    pg_money worth = liquidated_worth(e, user);
    pg_json_open(&user->losses, NULL, '{');
    pg_json_integer(&user->losses, "lid", (int64_t)(pg_exchange_random(e->core) >> 40));
    pg_json_string(&user->losses, "liquidator", "0x0000000000000000000000000000000000000000");
    pg_json_string(&user->losses, "liquidated_user", pg_exchange_account_name(e->core, account));
    hlx_json_money(&user->losses, "liquidated_ntl_pos", worth);
    hlx_json_money(&user->losses, "liquidated_account_value", user->liquidated_value_e12);
    pg_json_close(&user->losses, '}');
    hlx_ledger_begin(&delta, "liquidation");
    hlx_json_money(&delta, "liquidatedNtlPos", worth);
    hlx_json_money(&delta, "accountValue", user->liquidated_value_e12);
    put_liquidated(e, &delta, user, account);
    hlx_ledger_end(e, account, &delta);
    user->is_liquidated = false;
}

void hlx_ledger_rate(pg_hl_exchange *e, int market, int64_t rate_e12, int64_t premium_e12)
{
    keep(&e->coins[market].rates, &(hlx_record){ .market = market,
                                                 .time_ms = hlx_ms(pg_exchange_now(e->core)),
                                                 .rate_e12 = rate_e12,
                                                 .premium_e12 = premium_e12 });
}

/* ---- what is asked ---- */

static bool is_within(int64_t time_ms, double from_ms, double to_ms)
{
    return (double)time_ms >= from_ms && (double)time_ms <= to_ms;
}

void hlx_json_moves(pg_text *text, const char *key, const hlx_moves *moves, bool newest_first)
{
    pg_json_open(text, key, '[');
    for (int i = 0; i < moves->count; i++)
        put_move(text, &moves->items[newest_first ? moves->count - 1 - i : i]);
    pg_json_close(text, ']');
}

int hlx_json_ledger(pg_hl_exchange *e, pg_text *text, const char *key, int account, double from_ms, double to_ms)
{
    const hlx_moves *all = account != PG_EXCHANGE_NOBODY ? &e->users[account].ledger : NULL;
    int count = 0;
    pg_json_open(text, key, '[');
    for (int i = 0; all && i < all->count; i++) {
        if (!is_within(all->items[i].time_ms, from_ms, to_ms))
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
        if (!is_within(r->time_ms, from_ms, to_ms))
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
        if (!is_within(r->time_ms, from_ms, to_ms))
            continue;
        pg_json_open(text, NULL, '{');
        pg_json_string(text, "coin", e->list.coins[market].name);
        hlx_json_decimal(text, "fundingRate", r->rate_e12 / 100, 10);
        hlx_json_decimal(text, "premium", r->premium_e12 / 100, 10);
        pg_json_integer(text, "time", r->time_ms);
        pg_json_close(text, '}');
        count++;
    }
    pg_json_close(text, ']');
    return count;
}
