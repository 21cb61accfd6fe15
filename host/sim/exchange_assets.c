/* Spot: balances of assets, what open orders hold of them, and what fills move. */
#include "sim/exchange_internal.h"

pg_status pg_exchange_add_asset(int *asset, pg_exchange *x, int decimals, pg_error *err)
{
    if (x->asset_count == PG_EXCHANGE_ASSETS)
        return pg_fail(err, PG_ERR_FULL, "an exchange has %d assets at most", PG_EXCHANGE_ASSETS);
    if (decimals < 0 || decimals > PG_EXCHANGE_MONEY_DECIMALS)
        return pg_fail(err, PG_ERR_INVALID, "an asset has 0 to %d decimals, not %d", PG_EXCHANGE_MONEY_DECIMALS,
                       decimals);
    x->asset_decimals[x->asset_count] = decimals;
    *asset = x->asset_count++;
    return PG_OK;
}

int pg_exchange_asset_count(const pg_exchange *x)
{
    return x->asset_count;
}

/* A size of a market's instrument in 1e-12. */
static pg_money amount_of(const exchange_market *m, int64_t size)
{
    return (pg_money)size * pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - m->instrument.size_decimals);
}

static pg_money value_of(const exchange_market *m, int64_t price, int64_t size)
{
    return (pg_money)price * size * m->money_scale;
}

/* What an order holds of an asset. */
static pg_money held_by(const exchange_market *m, const pg_exchange_order *o, int asset)
{
    if (m->config.is_spot && o->side == PG_BUY && m->config.quote == asset)
        return value_of(m, o->price, o->remaining);
    return m->config.is_spot && o->side == PG_SELL && m->config.base == asset ? amount_of(m, o->remaining) : 0;
}

static pg_money held(const pg_exchange *x, int account, int asset, const pg_exchange_order *without)
{
    pg_money sum = 0;
    for (const pg_exchange_order *o = x->account[account]->first_open; o; o = o->after)
        sum += o != without ? held_by(x->market[o->market], o, asset) : 0;
    return sum;
}

void pg_exchange_get_asset(pg_exchange_asset *balance, const pg_exchange *x, int account, int asset)
{
    const exchange_balance *b = &x->account[account]->assets[asset];
    *balance =
        (pg_exchange_asset){ .total = b->total_e12, .hold = held(x, account, asset, NULL), .entry = b->entry_e12 };
}

bool exchange_assets_allow(const pg_exchange *x, const exchange_market *m, const pg_exchange_order *order,
                           const pg_exchange_order *instead)
{
    int asset = order->side == PG_BUY ? m->config.quote : m->config.base;
    return held(x, order->account, asset, instead) + held_by(m, order, asset) <=
           x->account[order->account]->assets[asset].total_e12;
}

/* Takes an amount away with its share of what the whole cost; returns that share. */
static pg_money take_away(exchange_balance *b, pg_money amount)
{
    static const pg_money MOST = (pg_money)1 << 126;
    pg_money share = b->entry_e12, part = amount, whole = b->total_e12;
    while (part > 0 && share > MOST / part) { /* so that the product fits */
        part /= 2;
        whole /= 2;
    }
    if (amount < b->total_e12)
        share = share * part / whole;
    b->entry_e12 -= share;
    b->total_e12 -= amount;
    return share;
}

void pg_exchange_put_asset(pg_exchange *x, int account, int asset, pg_money amount_e12)
{
    exchange_balance *b = &x->account[account]->assets[asset];
    x->asset_put_e12[asset] += amount_e12;
    if (amount_e12 < 0)
        take_away(b, -amount_e12);
    else
        b->total_e12 += amount_e12;
}

/* Rounded half up to what the asset's decimals can say. */
static pg_money rounded(const pg_exchange *x, int asset, pg_money amount_e12)
{
    pg_money unit = pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - x->asset_decimals[asset]);
    return (amount_e12 + unit / 2) / unit * unit;
}

/* A buyer pays the fee from what he gets, a seller likewise: in base and in quote. */
void exchange_assets_book(pg_exchange *x, const exchange_market *m, const pg_exchange_order *order,
                          pg_exchange_fill *fill)
{
    exchange_account *a = x->account[order->account];
    exchange_balance *base = &a->assets[m->config.base], *quote = &a->assets[m->config.quote];
    pg_money amount = amount_of(m, fill->size), value = value_of(m, fill->price, fill->size);
    bool buys = fill->side == PG_BUY;
    fill->start_e12 = base->total_e12;
    fill->fee_asset = buys ? m->config.base : m->config.quote;
    if (buys) {
        pg_money price = fill->price * m->money_scale; /* of a unit of size */
        fill->fee_e12 = rounded(x, fill->fee_asset, fill->fee_e12 * (amount / fill->size) / price);
        base->total_e12 += amount - fill->fee_e12;
        base->entry_e12 += value;
        quote->total_e12 -= value;
    } else {
        fill->fee_e12 = rounded(x, fill->fee_asset, fill->fee_e12);
        pg_money cost = take_away(base, amount);
        fill->closed = (value - cost) / m->money_scale;
        quote->total_e12 += value - fill->fee_e12;
    }
    x->asset_fees_e12[fill->fee_asset] += fill->fee_e12;
    a->volume_e12 += value;
}
