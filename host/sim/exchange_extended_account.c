/* What Extended's accounts hold and did: the core's news as positions, history and what streams have to tell. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_extended_internal.h"

/* ---- adding ---- */

pg_status pg_extended_exchange_read_fund(pg_extended_exchange_fund *fund, char *text, pg_error *err)
{
    char *end, *key = strchr(text, ':'), *api_key = key ? strchr(key + 1, ':') : NULL;
    unsigned long long vault = strtoull(text, &end, 10);
    if (!api_key || end != key || end == text || text[0] == '-' || text[0] == '+' || vault > UINT32_MAX)
        return pg_fail(err, PG_ERR_PARSE, "an account is VAULT:PUBLIC_KEY:API_KEY");
    *key++ = *api_key++ = '\0';
    fund->vault = (uint32_t)vault;
    fund->public_key = key;
    fund->api_key = api_key;
    return PG_OK;
}

static pg_status check_fund(const pg_extended_exchange *e, const pg_extended_exchange_fund *fund, pg_error *err)
{
    size_t length = strlen(fund->api_key);
    if (fund->vault == 0)
        return pg_fail(err, PG_ERR_INVALID, "the vault of an account is 1 to %u", UINT32_MAX);
    if (length == 0 || length >= PG_EXTENDED_API_KEY)
        return pg_fail(err, PG_ERR_INVALID, "the API key of vault %u has not 1 to %d bytes", fund->vault,
                       PG_EXTENDED_API_KEY - 1);
    for (size_t i = 0; i < length; i++)
        if (fund->api_key[i] < 0x21 || fund->api_key[i] > 0x7e)
            return pg_fail(err, PG_ERR_INVALID, "the API key of vault %u has bytes that no header can have",
                           fund->vault);
    for (int k = 0; k < pg_exchange_account_count(e->core); k++)
        if (e->accounts[k].vault == fund->vault || strcmp(e->accounts[k].api_key, fund->api_key) == 0)
            return pg_fail(err, PG_ERR_INVALID, "vault %u has the vault or the API key of another account",
                           fund->vault);
    return PG_OK;
}

pg_status exx_add_account(pg_extended_exchange *e, const pg_extended_exchange_fund *fund, pg_error *err)
{
    char name[16];
    pg_felt key;
    uint8_t bytes[32];
    pg_status status = check_fund(e, fund, err);
    if (status == PG_OK)
        status = pg_felt_from_hex(&key, fund->public_key, err);
    if (status != PG_OK) {
        pg_error_where(err, "vault %u", fund->vault);
        return status;
    }
    pg_felt_to_bytes(bytes, &key);
    if (!pg_stark_public_key_valid_var(bytes))
        return pg_fail(err, PG_ERR_INVALID, "the public key of vault %u is not on the curve", fund->vault);
    snprintf(name, sizeof name, "%u", fund->vault);
    int number = pg_exchange_open_account(e->core, name);
    if (number == PG_EXCHANGE_NOBODY)
        return pg_fail(err, PG_ERR_FULL, "an exchange has %d accounts at most", PG_EXCHANGE_ACCOUNTS);
    exx_account *a = &e->accounts[number];
    *a = (exx_account){ .vault = fund->vault,
                        .public_key = key,
                        .closed = calloc(EXX_CLOSED, sizeof *a->closed),
                        .payments = calloc(EXX_PAYMENTS, sizeof *a->payments),
                        .moves = calloc(EXX_MOVES, sizeof *a->moves),
                        .updated_ns = pg_exchange_now(e->core) };
    memcpy(a->key_bytes, bytes, sizeof bytes);
    pg_felt_to_hex(a->key_text, &key);
    snprintf(a->api_key, sizeof a->api_key, "%s", fund->api_key);
    if (!a->closed || !a->payments || !a->moves)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for an account");
    exx_move_money(e, number, EXX_DEPOSIT, (pg_money)fund->usd * pg_pow10(PG_EXCHANGE_MONEY_DECIMALS), -1);
    return PG_OK;
}

void exx_free_account(exx_account *a)
{
    free(a->closed);
    free(a->payments);
    free(a->moves);
    pg_text_free(&a->orders);
    pg_text_free(&a->trades);
}

/* ---- history ---- */

const exx_closed *exx_closed_at(const exx_account *a, uint64_t i)
{
    return i < a->closed_count && i < EXX_CLOSED ? &a->closed[(a->closed_count - 1 - i) % EXX_CLOSED] : NULL;
}

const exx_payment *exx_payment_at(const exx_account *a, uint64_t i)
{
    return i < a->payment_count && i < EXX_PAYMENTS ? &a->payments[(a->payment_count - 1 - i) % EXX_PAYMENTS] : NULL;
}

const exx_move *exx_move_at(const exx_account *a, uint64_t i)
{
    return i < a->move_count && i < EXX_MOVES ? &a->moves[(a->move_count - 1 - i) % EXX_MOVES] : NULL;
}

uint64_t exx_move_money(pg_extended_exchange *e, int account, exx_move_kind kind, pg_money amount_e12, int64_t other)
{
    exx_account *a = &e->accounts[account];
    uint64_t id = EXX_ID + e->next_id++;
    a->moves[a->move_count++ % EXX_MOVES] = (exx_move){
        .kind = kind, .id = id, .time_ms = exx_ms(pg_exchange_now(e->core)), .other = other, .amount_e12 = amount_e12
    };
    a->touched = true;
    pg_exchange_deposit(e->core, account, amount_e12);
    return id;
}

/* ---- positions ---- */

static void close_position(exx_account *a, int market, int leverage, int64_t now_ns)
{
    exx_position *p = &a->position[market];
    a->closed[a->closed_count++ % EXX_CLOSED] =
        (exx_closed){ .position = *p, .market = market, .leverage = leverage, .closed_ns = now_ns };
}

static void open_position(pg_extended_exchange *e, exx_position *p, bool is_long, int64_t now_ns)
{
    *p = (exx_position){ .id = EXX_ID + e->next_id++, .is_long = is_long, .opened_ns = now_ns };
}

/* A part of a fill, with its part of the fee. */
static void book_close(exx_position *p, const pg_exchange_fill *fill, int64_t size, pg_money fee)
{
    p->closed_size += size;
    p->closed_value += (pg_money)fill->price * size;
    p->trade_pnl += fill->closed;
    p->close_fees += fee;
    p->liquidated |= fill->liquidation;
}

static void book_open(exx_position *p, const pg_exchange_fill *fill, int64_t size, pg_money fee)
{
    p->opened_size += size;
    p->opened_value += (pg_money)fill->price * size;
    p->open_fees += fee;
}

static void book_fill(pg_extended_exchange *e, const pg_exchange_fill *fill)
{
    exx_account *a = &e->accounts[fill->account];
    exx_position *p = &a->position[fill->market];
    int64_t start = fill->start_position, held = start < 0 ? -start : start;
    int64_t after = start + (fill->side == PG_BUY ? fill->size : -fill->size);
    bool reduces = start != 0 && (start > 0) == (fill->side == PG_SELL);
    int64_t closed = !reduces ? 0 : fill->size < held ? fill->size : held;
    pg_money close_fee = fill->fee * closed / fill->size;
    pg_exchange_position now;
    pg_exchange_get_position(&now, e->core, fill->account, fill->market);
    if (closed > 0)
        book_close(p, fill, closed, close_fee);
    p->updated_ns = fill->time_ns;
    if (closed > 0 && closed == held)
        close_position(a, fill->market, now.leverage, fill->time_ns);
    if (closed < fill->size) {
        if (closed == held) /* flat, or turned */
            open_position(e, p, after > 0, fill->time_ns);
        book_open(p, fill, fill->size - closed, fill->fee - close_fee);
    }
    int64_t size = after < 0 ? -after : after;
    p->most = size > p->most ? size : p->most;
    p->updated_ns = fill->time_ns;
    a->moved[fill->market] = true;
}

/* ---- the core's news ---- */

static void on_order(void *self, const pg_exchange_order *order)
{
    pg_extended_exchange *e = self;
    exx_account *a = &e->accounts[order->account];
    if (order->status == PG_EXCHANGE_TRIGGERED)
        return; /* what it becomes is told next */
    a->touched = true;
    a->updated_ns = order->status_ns;
    exx_json_order(e, &a->orders, NULL, order);
}

static void on_fill(void *self, const pg_exchange_fill *fill)
{
    pg_extended_exchange *e = self;
    exx_account *a = &e->accounts[fill->account];
    a->touched = true;
    a->updated_ns = fill->time_ns;
    book_fill(e, fill);
    exx_json_fill(e, &a->trades, fill);
}

static void on_trade(void *self, int market, const pg_exchange_trade *trade)
{
    exx_market *m = &((pg_extended_exchange *)self)->markets[market];
    pg_exchange_candles_add(&m->candles[EXX_TRADES], trade->time_ns, trade->price, trade->size);
    m->candle_changed[EXX_TRADES] = true;
    exx_json_trade(self, &m->trades, market, trade);
}

static void on_funding(void *self, const pg_exchange_funding *funding)
{
    pg_extended_exchange *e = self;
    exx_account *a = &e->accounts[funding->account];
    exx_position *p = &a->position[funding->market];
    p->funding_e12 += funding->amount_e12;
    p->updated_ns = a->updated_ns = funding->time_ns;
    a->payments[a->payment_count++ % EXX_PAYMENTS] = (exx_payment){ .id = EXX_ID + e->next_id++,
                                                                    .paid = *funding,
                                                                    .position = p->id,
                                                                    .mark = exx_price(e, funding->market, EXX_MARK) };
    a->touched = a->moved[funding->market] = true;
}

static void on_rate(void *self, int market, int64_t rate_e12, int64_t premium_e12)
{
    pg_extended_exchange *e = self;
    exx_market *m = &e->markets[market];
    (void)premium_e12;
    m->rates[m->rate_count++ % EXX_RATES] =
        (exx_rate){ .time_ms = exx_ms(pg_exchange_now(e->core)), .rate_e12 = rate_e12 };
    m->rate_changed = true;
}

pg_exchange_sink exx_sink(pg_extended_exchange *e)
{
    return (pg_exchange_sink){
        .self = e, .order = on_order, .fill = on_fill, .trade = on_trade, .funding = on_funding, .rate = on_rate
    };
}

/* ---- money ---- */

pg_money exx_unrealised_e12(const pg_extended_exchange *e, int account, int market)
{
    pg_exchange_position held;
    pg_exchange_get_position(&held, e->core, account, market);
    pg_money value = (pg_money)held.quantity * exx_price(e, market, EXX_MARK);
    return held.quantity != 0 ? (value - held.cost) * e->markets[market].money_scale : 0;
}

pg_money exx_initial_margin_e12(const pg_extended_exchange *e, int account)
{
    pg_money value[PG_EXCHANGE_MARKETS][2] = { 0 }, sum = 0; /* of open orders by side */
    for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(e->core, account, o));)
        if (!o->reduce_only)
            value[o->market][o->side == PG_SELL] += (pg_money)o->price * o->remaining;
    for (int i = 0; i < e->config.market_count; i++) {
        pg_exchange_position held;
        pg_exchange_get_position(&held, e->core, account, i);
        if (held.quantity == 0 && value[i][0] == 0 && value[i][1] == 0)
            continue;
        pg_money position = (pg_money)held.quantity * exx_price(e, i, EXX_MARK);
        pg_money up = position + value[i][0], down = position - value[i][1];
        up = up < 0 ? -up : up;
        down = down < 0 ? -down : down;
        sum += (up > down ? up : down) * e->markets[i].money_scale / held.leverage;
    }
    return sum;
}

void exx_get_balance_of(exx_balance *balance, const pg_extended_exchange *e, int account)
{
    pg_exchange_margin margin;
    pg_exchange_get_margin(&margin, e->core, account);
    *balance = (exx_balance){ .equity = margin.value, .initial = exx_initial_margin_e12(e, account) };
    for (int i = 0; i < e->config.market_count; i++)
        balance->unrealised += exx_unrealised_e12(e, account, i);
    balance->settled = balance->equity - balance->unrealised;
    balance->trade = balance->equity > balance->initial ? balance->equity - balance->initial : 0;
    balance->withdrawal = balance->trade < balance->settled ? balance->trade : balance->settled;
    balance->withdrawal = balance->withdrawal > 0 ? balance->withdrawal : 0;
}
