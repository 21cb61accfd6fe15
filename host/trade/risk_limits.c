#include "trade/risk_limits.h"

#include <math.h>

typedef struct {
    const char *name;
    pg_risk_consequence consequence;
} rule;

static const rule rules[PG_LIMITS] = {
    [PG_LIMIT_NONE] = { "none", PG_RISK_REJECT },
    [PG_LIMIT_INPUT] = { "input", PG_RISK_REJECT },
    [PG_LIMIT_ORDER_USD] = { "max_order_usd", PG_RISK_REJECT },
    [PG_LIMIT_ORDER_SIZE] = { "max_order_size", PG_RISK_REJECT },
    [PG_LIMIT_RATE] = { "max_orders_per_s", PG_RISK_REJECT },
    [PG_LIMIT_DISTANCE] = { "max_distance_bps", PG_RISK_REJECT },
    [PG_LIMIT_OPEN_ORDERS] = { "max_open_orders", PG_RISK_REJECT },
    [PG_LIMIT_POSITION_USD] = { "max_position_usd", PG_RISK_REDUCES },
    [PG_LIMIT_POSITION] = { "max_position", PG_RISK_REDUCES },
    [PG_LIMIT_GROSS] = { "max_gross_usd", PG_RISK_REJECT },
    [PG_LIMIT_NET] = { "max_net_usd", PG_RISK_REJECT },
    [PG_LIMIT_MARGIN] = { "margin", PG_RISK_REJECT },
    [PG_LIMIT_SELF_CROSS] = { "self_cross", PG_RISK_REJECT },
    [PG_LIMIT_DAILY_LOSS] = { "max_daily_loss_usd", PG_RISK_SHUTS_DOWN },
    [PG_LIMIT_DRAWDOWN] = { "max_drawdown", PG_RISK_SHUTS_DOWN },
    [PG_LIMIT_BOOK_AGE] = { "max_book_age_s", PG_RISK_PULLS },
    [PG_LIMIT_TRADES_AGE] = { "max_trades_age_s", PG_RISK_PULLS },
    [PG_LIMIT_ACCOUNT_AGE] = { "max_account_age_s", PG_RISK_PULLS },
    [PG_LIMIT_CASCADE] = { "cascade_pull", PG_RISK_PULLS },
    [PG_LIMIT_HOLD] = { "hold", PG_RISK_PULLS },
    [PG_LIMIT_KILL] = { "kill", PG_RISK_SHUTS_DOWN },
};

#define AT(member) offsetof(pg_risk_limits, member)

static const pg_risk_field fields[] = {
    { "max_order_usd", "usd", AT(max_order_usd), 1e-6, 1e15, false, PG_LIMIT_ORDER_USD,
      "value of one order, at its price or the mark, whichever is higher" },
    { "max_order_size", "base", AT(max_order_size), 1e-12, 1e15, false, PG_LIMIT_ORDER_SIZE, "size of one order" },
    { "max_orders_per_s", "1/s", AT(max_orders_per_s), 1e-3, 1e6, false, PG_LIMIT_RATE,
      "new orders and replacements of a market" },
    { "burst", "", AT(burst), 1, 1e6, false, PG_LIMIT_RATE, "so many of them at once" },
    { "max_distance_bps", "bps", AT(max_distance_bps), 0.01, 1e5, false, PG_LIMIT_DISTANCE,
      "price of an order from the mark, either way" },
    { "max_open_orders", "", AT(max_open_orders), 1, 1e4, false, PG_LIMIT_OPEN_ORDERS, "open orders of a market" },
    { "max_position_usd", "usd", AT(max_position_usd), 1e-6, 1e15, false, PG_LIMIT_POSITION_USD,
      "value of a position at the mark, with everything open filled" },
    { "max_position", "base", AT(max_position), 1e-12, 1e15, false, PG_LIMIT_POSITION,
      "size of a position, with everything open filled" },
    { "max_gross_usd", "usd", AT(max_gross_usd), 1e-6, 1e12, true, PG_LIMIT_GROSS,
      "values of all positions of an account together, at their worst" },
    { "max_net_usd", "usd", AT(max_net_usd), 1e-6, 1e12, true, PG_LIMIT_NET,
      "signed sum of them, at its worst on either side" },
    { "max_daily_loss_usd", "usd", AT(max_daily_loss_usd), 1e-6, 1e12, true, PG_LIMIT_DAILY_LOSS,
      "loss of an account since 00:00 UTC" },
    { "max_drawdown", "fraction", AT(max_drawdown), 1e-6, 1, true, PG_LIMIT_DRAWDOWN,
      "fall of an account's equity from its peak" },
    { "max_book_age_s", "s", AT(max_book_age_s), 1e-3, 1e6, false, PG_LIMIT_BOOK_AGE,
      "since the last message of the book" },
    { "max_trades_age_s", "s", AT(max_trades_age_s), 1e-3, 1e6, false, PG_LIMIT_TRADES_AGE,
      "since the last message of the trades" },
    { "max_account_age_s", "s", AT(max_account_age_s), 1e-3, 1e6, false, PG_LIMIT_ACCOUNT_AGE,
      "since the last message of the account" },
    { "cascade_pull", "", AT(cascade_pull), 1e-3, 1e3, false, PG_LIMIT_CASCADE,
      "severity of a liquidation cascade that pulls quotes" },
    { "cascade_resume", "", AT(cascade_resume), 1e-3, 1e3, false, PG_LIMIT_CASCADE, "below it they come back" },
    { "leverage", "", AT(leverage), 1e-2, 1e3, false, PG_LIMIT_MARGIN, "for the check of margin before an order" },
    { "margin_buffer", "fraction", AT(margin_buffer), 1e-6, 10, false, PG_LIMIT_MARGIN,
      "of margin that is kept beside what is needed" },
    { "taker_fee", "fraction", AT(taker_fee), 1e-8, 0.1, false, PG_LIMIT_MARGIN, "added to the margin of an order" },
};

enum { FIELDS = sizeof fields / sizeof *fields };

const char *pg_risk_limit_name(int limit)
{
    return limit >= 0 && limit < PG_LIMITS ? rules[limit].name : "unknown";
}

pg_risk_consequence pg_risk_limit_consequence(int limit)
{
    return limit >= 0 && limit < PG_LIMITS ? rules[limit].consequence : PG_RISK_REJECT;
}

const char *pg_risk_consequence_name(int consequence)
{
    static const char *const names[] = { "reject", "reduce_only", "pull", "shutdown" };
    return consequence >= 0 && consequence <= PG_RISK_SHUTS_DOWN ? names[consequence] : "unknown";
}

const pg_risk_field *pg_risk_fields(int *count)
{
    *count = FIELDS;
    return fields;
}

static double *member(pg_risk_limits *limits, const pg_risk_field *field)
{
    return (double *)((char *)limits + field->offset);
}

double pg_risk_field_value(const pg_risk_limits *limits, const pg_risk_field *field)
{
    return *(const double *)((const char *)limits + field->offset);
}

static void put_defaults(pg_risk_limits *limits)
{
    if (limits->max_orders_per_s > 0 && limits->burst == 0)
        limits->burst = limits->max_orders_per_s < 1 ? 1 : floor(limits->max_orders_per_s);
    if (limits->cascade_pull > 0 && limits->cascade_resume == 0)
        limits->cascade_resume = 0.75 * limits->cascade_pull;
    if (limits->margin_buffer == 0)
        limits->margin_buffer = 0.05;
}

pg_status pg_risk_limits_check(pg_risk_limits *limits, pg_error *err)
{
    for (int i = 0; i < FIELDS; i++) {
        double value = *member(limits, &fields[i]);
        if (value == 0 || (value >= fields[i].least && value <= fields[i].most))
            continue;
        pg_fail(err, PG_ERR_RANGE, "the limit %s is %g: it must be from %g to %g, or 0 for none", fields[i].name, value,
                fields[i].least, fields[i].most);
        return PG_ERR_RANGE;
    }
    if (limits->cascade_resume > limits->cascade_pull)
        return pg_fail(err, PG_ERR_RANGE, "cascade_resume is above cascade_pull: quotes would come back at once");
    if (limits->burst > 0 && limits->max_orders_per_s == 0)
        return pg_fail(err, PG_ERR_RANGE, "burst is set, but max_orders_per_s is not");
    put_defaults(limits);
    return PG_OK;
}

/* Most limits are looser when larger, and loosest when there is none (0); a buffer and a fee the other way round. */
static bool is_looser(const pg_risk_field *field, double from, double to)
{
    if (field->offset == AT(margin_buffer) || field->offset == AT(taker_fee))
        return to < from;
    if (from == 0 || to == 0)
        return to == 0 && from != 0;
    return to > from;
}

const pg_risk_field *pg_risk_limits_looser(const pg_risk_limits *from, const pg_risk_limits *to)
{
    for (int i = 0; i < FIELDS; i++)
        if (is_looser(&fields[i], pg_risk_field_value(from, &fields[i]), pg_risk_field_value(to, &fields[i])))
            return &fields[i];
    return NULL;
}
