#include "trade/position.h"

static pg_money magnitude(pg_money value)
{
    return value < 0 ? -value : value;
}

static pg_money divide_half_away(pg_money value, int64_t divisor)
{
    pg_money half = divisor / 2;
    return (value < 0 ? value - half : value + half) / divisor;
}

/* cost * part / whole without overflow: the product is only formed for the remainder, which is below whole. */
static pg_money share(pg_money cost, int64_t part, int64_t whole)
{
    return cost / whole * part + cost % whole * part / whole;
}

void pg_position_fill(pg_position *position, int side, int64_t price, int64_t size, pg_money fee)
{
    PG_ASSERT(size > 0 && price > 0 && (side == PG_BUY || side == PG_SELL));
    int sign = side == PG_BUY ? 1 : -1;
    pg_money paid = (pg_money)price * size * sign;
    int64_t held = position->quantity < 0 ? -position->quantity : position->quantity;
    position->cash -= paid + fee;
    position->fees += fee;
    position->turnover += magnitude(paid);
    if (held == 0 || (position->quantity > 0) == (sign > 0)) {
        position->cost += paid;
        position->quantity += sign * size;
        return;
    }
    int64_t closed = size < held ? size : held;
    pg_money closed_cost = share(position->cost, closed, held);
    position->realised -= (pg_money)price * closed * sign + closed_cost;
    position->cost -= closed_cost;
    position->quantity += sign * closed;
    if (size > closed) {
        position->cost = (pg_money)price * (size - closed) * sign;
        position->quantity = sign * (size - closed);
    }
    PG_ASSERT(position->quantity != 0 || position->cost == 0);
}

void pg_position_fund(pg_position *position, pg_money amount)
{
    position->cash += amount;
    position->funding += amount;
}

pg_money pg_position_unrealised_x2(const pg_position *position, int64_t mark_x2)
{
    return (pg_money)position->quantity * mark_x2 - 2 * position->cost;
}

pg_money pg_position_net_x2(const pg_position *position, int64_t mark_x2)
{
    pg_money net =
        2 * (position->realised - position->fees + position->funding) + pg_position_unrealised_x2(position, mark_x2);
    PG_ASSERT(net == 2 * position->cash + (pg_money)position->quantity * mark_x2);
    return net;
}

pg_money pg_fee(pg_money notional, int64_t rate_e8)
{
    return divide_half_away(notional * rate_e8, 100000000);
}

pg_money pg_funding(int64_t quantity, int64_t mark, int64_t rate_e12)
{
    return divide_half_away(-(pg_money)quantity * mark * rate_e12, 1000000000000);
}
