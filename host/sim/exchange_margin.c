/* Margin, funding and liquidation of the exchange (hyperliquid.md 18 and 19; other venues' rules are of the same kind). */
#include <string.h>

#include "sim/exchange_internal.h"

static pg_money magnitude(pg_money value)
{
    return value < 0 ? -value : value;
}

/* Value of a quantity at the mark, 1e-12. */
static pg_money value_of(const exchange_market *m, int64_t quantity)
{
    return (pg_money)quantity * exchange_market_mark(m) * m->money_scale;
}

/* What an isolated position holds: its margin and its unrealised profit. */
static pg_money isolated_value(const exchange_market *m, const exchange_holding *h)
{
    return h->isolated_e12 + value_of(m, h->booked.quantity) - h->booked.cost * m->money_scale;
}

static pg_money maintenance_of(const exchange_market *m, int64_t quantity)
{
    return magnitude(value_of(m, quantity)) / (2 * m->config.max_leverage);
}

/* Whether a market's positions need the money of a pool. */
static bool is_of(const exchange_market *m, int pool)
{
    return !m->config.is_spot && m->config.pool == pool;
}

void pg_exchange_get_margin_pool(pg_exchange_margin *margin, const pg_exchange *x, int account, int pool)
{
    const exchange_account *a = x->account[account];
    pg_money isolated = 0, isolated_raw = 0, isolated_notional = 0;
    *margin = (pg_exchange_margin){ .raw = a->deposited_e12[pool] + a->funding_e12[pool] };
    for (int i = 0; i < x->market_count; i++) {
        const exchange_market *m = x->market[i];
        const exchange_holding *h = &a->holding[i];
        if (!is_of(m, pool))
            continue;
        pg_money value = value_of(m, h->booked.quantity), size = magnitude(value);
        margin->raw += h->booked.cash * m->money_scale;
        margin->value += value;
        margin->notional += size;
        if (h->isolated) {
            isolated += isolated_value(m, h);
            isolated_raw += isolated_value(m, h) - value;
            isolated_notional += size;
        } else {
            margin->cross_used += exchange_initial(h, size);
            margin->maintenance += maintenance_of(m, h->booked.quantity);
        }
    }
    margin->value += margin->raw;
    margin->cross_value = margin->value - isolated;
    margin->cross_raw = margin->raw - isolated_raw;
    margin->cross_notional = margin->notional - isolated_notional;
    margin->used = margin->cross_used + isolated;
    margin->free = margin->cross_value > margin->cross_used ? margin->cross_value - margin->cross_used : 0;
}

void pg_exchange_get_margin(pg_exchange_margin *margin, const pg_exchange *x, int account)
{
    pg_exchange_get_margin_pool(margin, x, account, 0);
}

/* Open sizes of an account by market and side. */
static void open_sizes(int64_t size[PG_EXCHANGE_MARKETS][2], const exchange_account *a,
                       const pg_exchange_order *without)
{
    memset(size, 0, PG_EXCHANGE_MARKETS * sizeof *size);
    for (const pg_exchange_order *o = a->first_open; o; o = o->after)
        if (!o->reduce_only && o != without)
            size[o->market][o->side == PG_SELL] += o->remaining;
}

/* The most that a position can become when all orders of a side fill. */
static int64_t worst_case(int64_t quantity, const int64_t size[2])
{
    int64_t up = quantity + size[0], down = size[1] - quantity;
    return up > down ? up : down;
}

bool exchange_margin_allows(const pg_exchange *x, int account, const exchange_market *m, int side, int64_t size,
                            const pg_exchange_order *without)
{
    const exchange_account *a = x->account[account];
    int64_t held = a->holding[m->number].booked.quantity, before = 0, after = 0;
    int64_t open[PG_EXCHANGE_MARKETS][2];
    pg_exchange_margin margin;
    pg_exchange_get_margin_pool(&margin, x, account, m->config.pool);
    open_sizes(open, a, without);
    pg_money needed = 0;
    for (int i = 0; i < x->market_count; i++) {
        const exchange_holding *h = &a->holding[i];
        if (!is_of(x->market[i], m->config.pool))
            continue;
        if (i == m->number) {
            before = worst_case(h->booked.quantity, open[i]);
            open[i][side == PG_SELL] += size;
            after = worst_case(h->booked.quantity, open[i]);
        }
        int64_t worst = worst_case(h->booked.quantity, open[i]);
        /* Of an isolated position only what it would grow by comes from the shared margin. */
        int64_t has = h->booked.quantity < 0 ? -h->booked.quantity : h->booked.quantity;
        needed += exchange_initial(h, magnitude(value_of(x->market[i], h->isolated ? worst - has : worst)));
    }
    if (after <= before || after <= (held < 0 ? -held : held))
        return true;
    return needed <= margin.cross_value;
}

/* ---- settings ---- */

/* fraction_e4: 0: 1 / leverage. */
static const char *set_margin(pg_exchange *x, int account, int market, int leverage, int fraction_e4, bool isolated)
{
    exchange_account *a = x->account[account];
    exchange_holding *h = &a->holding[market], before = *h;
    const exchange_market *m = x->market[market];
    if (leverage < 1 || leverage > m->config.max_leverage)
        return "leverage";
    if (h->booked.quantity != 0 && isolated != h->isolated)
        return "type";
    h->leverage = leverage;
    h->fraction_e4 = fraction_e4;
    h->isolated = isolated;
    if (h->isolated && h->booked.quantity != 0) {
        pg_money least = exchange_initial(h, magnitude(value_of(m, h->booked.quantity)));
        if (h->isolated_e12 < least)
            h->isolated_e12 = least;
    }
    pg_exchange_margin margin;
    pg_exchange_get_margin_pool(&margin, x, account, m->config.pool);
    if (margin.cross_used <= margin.cross_value || margin.cross_notional == 0)
        return NULL;
    *h = before;
    return "margin";
}

const char *pg_exchange_set_leverage(pg_exchange *x, int account, int market, int leverage, bool isolated)
{
    return set_margin(x, account, market, leverage, 0, isolated);
}

const char *pg_exchange_set_fraction(pg_exchange *x, int account, int market, int fraction_e4, bool isolated)
{
    if (fraction_e4 < 1 || fraction_e4 > 10000)
        return "leverage";
    return set_margin(x, account, market, 10000 / fraction_e4, fraction_e4, isolated);
}

const char *pg_exchange_move_margin(pg_exchange *x, int account, int market, pg_money amount_e12)
{
    exchange_holding *h = &x->account[account]->holding[market];
    pg_exchange_margin margin;
    pg_exchange_get_margin_pool(&margin, x, account, x->market[market]->config.pool);
    if (!h->isolated || h->booked.quantity == 0)
        return "type";
    pg_money least = exchange_initial(h, magnitude(value_of(x->market[market], h->booked.quantity)));
    if (amount_e12 > margin.free || (amount_e12 < 0 && isolated_value(x->market[market], h) + amount_e12 < least))
        return "margin";
    h->isolated_e12 += amount_e12;
    return NULL;
}

/* ---- funding ---- */

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* Impact prices against the oracle, 1e-12. */
static int64_t premium_of(const pg_exchange_context *c)
{
    int64_t above = c->impact[0] > c->oracle ? c->impact[0] - c->oracle : 0;
    int64_t below = c->impact[1] && c->impact[1] < c->oracle ? c->oracle - c->impact[1] : 0;
    return (int64_t)((pg_money)(above - below) * pg_pow10(12) / c->oracle);
}

int64_t exchange_funding_rate(int64_t premium)
{
    static const int64_t BASE = 100000000, MOST = 500000000, CAP = 40000000000; /* 0.0001, 0.0005, 0.04 */
    return clamp((premium + clamp(BASE - premium, -MOST, MOST)) / 8, -CAP, CAP);
}

static void pay_funding(exchange_market *m, int64_t oracle, int64_t rate, int64_t now_ns)
{
    pg_exchange *x = m->exchange;
    for (int k = 0; k < x->account_count; k++) {
        exchange_account *a = x->account[k];
        exchange_holding *h = &a->holding[m->number];
        if (h->booked.quantity == 0)
            continue;
        pg_money received = pg_funding(h->booked.quantity, oracle, rate) * m->money_scale;
        a->funding_e12[m->config.pool] += received;
        x->funding_e12 += received;
        h->funding_e12 -= received;
        h->funding_open_e12 -= received;
        h->funding_change_e12 -= received;
        h->isolated_e12 += h->isolated ? received : 0;
        if (x->sink.funding)
            x->sink.funding(x->sink.self, &(pg_exchange_funding){ .account = k,
                                                                  .market = m->number,
                                                                  .time_ns = now_ns,
                                                                  .quantity = h->booked.quantity,
                                                                  .rate_e12 = rate,
                                                                  .amount_e12 = received });
    }
}

static void end_period(exchange_market *m, int64_t oracle, int64_t now_ns)
{
    const pg_exchange_sink *sink = &m->exchange->sink;
    int64_t premium = (int64_t)(m->premium_sum_e12 / m->premium_count), rate = exchange_funding_rate(premium);
    if (sink->rate)
        sink->rate(sink->self, m->number, rate, premium);
    pay_funding(m, oracle, rate, now_ns);
}

/* The premium is sampled every 5 s; its average over the period makes the rate, paid at the period's end. */
void exchange_settle_funding(exchange_market *m, int64_t now_ns)
{
    static const int64_t SAMPLE_NS = 5000000000;
    int64_t period = m->exchange->config.funding_ns;
    if (m->config.is_spot || (now_ns < m->premium_ns && (period == 0 || now_ns / period == m->period)))
        return;
    pg_exchange_context context;
    pg_exchange_get_context(&context, m->exchange, m->number);
    if (context.oracle <= 0)
        return;
    if (now_ns >= m->premium_ns) {
        m->premium_ns = now_ns - now_ns % SAMPLE_NS + SAMPLE_NS;
        m->premium_sum_e12 += premium_of(&context);
        m->premium_count++;
    }
    if (period == 0 || now_ns / period == m->period)
        return;
    if (m->period != 0 && m->premium_count > 0)
        end_period(m, context.oracle, now_ns);
    m->period = now_ns / period;
    m->premium_sum_e12 = 0;
    m->premium_count = 0;
    m->premium_ns = now_ns;
}

/* ---- liquidation ---- */

/* Sells (buys back) a position at whatever the book gives within a third of the mark; the rest waits for the next turn. */
static void close_position(pg_exchange *x, int account, exchange_market *m)
{
    int64_t quantity = x->account[account]->holding[m->number].booked.quantity;
    int64_t mark = exchange_market_mark(m);
    if (quantity == 0 || mark == 0)
        return;
    int side = quantity > 0 ? PG_SELL : PG_BUY;
    int64_t limit = side == PG_SELL ? mark - mark / 3 : mark + mark / 3;
    pg_exchange_request order = { .market = m->number,
                                  .side = (uint8_t)side,
                                  .tif = PG_TIF_IOC,
                                  .reduce_only = true,
                                  .price = m->instrument.rule(&m->instrument, limit, side),
                                  .size = quantity < 0 ? -quantity : quantity };
    pg_exchange_place(x, account, &order);
}

static void liquidate_pool(pg_exchange *x, int account, int pool)
{
    exchange_account *a = x->account[account];
    pg_exchange_margin margin;
    pg_exchange_get_margin_pool(&margin, x, account, pool);
    bool cross = margin.maintenance > 0 && margin.cross_value < margin.maintenance;
    for (int i = 0; i < x->market_count; i++) {
        exchange_market *m = x->market[i];
        exchange_holding *h = &a->holding[i];
        if (!is_of(m, pool))
            continue;
        bool alone =
            h->isolated && h->booked.quantity != 0 && isolated_value(m, h) < maintenance_of(m, h->booked.quantity);
        if (!alone && !(cross && !h->isolated))
            continue;
        pg_exchange_cancel_all(x, account, i, PG_EXCHANGE_BY_LIQUIDATION);
        close_position(x, account, m);
    }
}

void exchange_liquidate(pg_exchange *x)
{
    x->liquidating = true;
    for (int k = 0; k < x->account_count; k++)
        for (int pool = 0; pool < x->pool_count; pool++)
            liquidate_pool(x, k, pool);
    x->liquidating = false;
}
