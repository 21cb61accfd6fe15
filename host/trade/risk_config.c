/* The risk gate's life and its limits: converted to the integers of each market, reloaded, described. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "trade/risk_internal.h"

/* ---- conversion ---- */

static int64_t seconds_to_ns(double seconds)
{
    return (int64_t)(seconds * 1e9 + 0.5);
}

/* A size limit in whole lots; one below a lot would be no limit, and is refused. */
static pg_status convert_size(int64_t *size, double value, const pg_instrument *in, const char *name, pg_error *err)
{
    *size = 0;
    if (value == 0)
        return PG_OK;
    *size = pg_size_truncate(in, value);
    if (*size > 0)
        return PG_OK;
    return pg_fail(err, PG_ERR_RANGE, "the limit %s of %g is less than a lot of %s, or too large", name, value,
                   in->symbol);
}

static pg_status convert_money(pg_money *money_x2, double value, const pg_instrument *in, const char *name,
                               pg_error *err)
{
    pg_money money = 0;
    *money_x2 = 0;
    if (value == 0)
        return PG_OK;
    if (!pg_money_from_double(in, value, &money) || money <= 0)
        return pg_fail(err, PG_ERR_RANGE, "the limit %s of %g USD does not fit %s", name, value, in->symbol);
    *money_x2 = 2 * money;
    return PG_OK;
}

static pg_status convert(risk_bounds *b, const pg_risk_limits *l, const pg_instrument *in, pg_error *err)
{
    *b = (risk_bounds){ .distance_e6 = (int64_t)(l->max_distance_bps * 100 + 0.5),
                        .open_orders = (int64_t)l->max_open_orders,
                        .age_ns = { seconds_to_ns(l->max_book_age_s), seconds_to_ns(l->max_trades_age_s),
                                    seconds_to_ns(l->max_account_age_s) },
                        .cascade_pull = l->cascade_pull,
                        .cascade_resume = l->cascade_resume,
                        .leverage_e6 = (int64_t)(l->leverage * 1e6 + 0.5),
                        .buffer_e6 = (int64_t)ceil(l->margin_buffer * 1e6),
                        .fee_e8 = (int64_t)ceil(l->taker_fee * 1e8) };
    if (l->max_orders_per_s > 0) {
        b->interval_ns = (int64_t)ceil(1e9 / l->max_orders_per_s);
        b->tolerance_ns = ((int64_t)l->burst - 1) * b->interval_ns;
    }
    pg_status status = convert_size(&b->order_size, l->max_order_size, in, "max_order_size", err);
    if (status == PG_OK)
        status = convert_size(&b->position, l->max_position, in, "max_position", err);
    if (status == PG_OK)
        status = convert_money(&b->order_x2, l->max_order_usd, in, "max_order_usd", err);
    if (status == PG_OK)
        status = convert_money(&b->position_x2, l->max_position_usd, in, "max_position_usd", err);
    return status;
}

static void convert_account_limits(pg_risk *risk)
{
    risk->gross_e6 = (int64_t)(risk->general.max_gross_usd * 1e6 + 0.5);
    risk->net_e6 = (int64_t)(risk->general.max_net_usd * 1e6 + 0.5);
    risk->loss_e6 = (int64_t)(risk->general.max_daily_loss_usd * 1e6 + 0.5);
    risk->drawdown_e6 = (int64_t)(risk->general.max_drawdown * 1e6 + 0.5);
}

/* ---- life ---- */

pg_status pg_risk_new(pg_risk **risk, const pg_risk_limits *general, pg_error *err)
{
    pg_risk_limits limits = { 0 };
    if (general)
        limits = *general;
    pg_status status = pg_risk_limits_check(&limits, err);
    if (status != PG_OK)
        return status;
    pg_risk *made = calloc(1, sizeof *made);
    if (!made)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    made->general = limits;
    convert_account_limits(made);
    *risk = made;
    return PG_OK;
}

void pg_risk_free(pg_risk *risk)
{
    free(risk);
}

/* Money has 10^-(price_decimals + size_decimals) quote units; how that relates to 1e-6, doubled. */
static void set_scale(risk_market *m)
{
    int decimals = m->instrument.price_decimals + m->instrument.size_decimals;
    if (decimals >= 6)
        m->per_e6 = 2 * (pg_money)pg_pow10(decimals - 6);
    else
        m->e6_per = pg_pow10(6 - decimals);
}

static bool same_instrument(const risk_market *a, const risk_market *b)
{
    return a->account == b->account && strcmp(a->instrument.venue, b->instrument.venue) == 0 &&
           strcmp(a->instrument.symbol, b->instrument.symbol) == 0 &&
           a->instrument.price_decimals == b->instrument.price_decimals;
}

/* Puts a new market into the ring of those on its instrument. */
static void join_siblings(pg_risk *risk, int added)
{
    risk_market *m = &risk->market[added];
    m->sibling = added;
    for (int i = 0; i < added; i++)
        if (same_instrument(&risk->market[i], m)) {
            m->sibling = risk->market[i].sibling;
            risk->market[i].sibling = added;
            return;
        }
}

pg_status pg_risk_add_market(pg_risk *risk, int *market, int account, const pg_instrument *instrument,
                             bool fresh_replace, const pg_risk_limits *limits, pg_error *err)
{
    if (risk->market_count == PG_RISK_MARKETS)
        return pg_fail(err, PG_ERR_FULL, "risk limits are kept for at most %d markets", PG_RISK_MARKETS);
    if (account < 0 || account >= PG_RISK_ACCOUNTS)
        return pg_fail(err, PG_ERR_RANGE, "accounts are numbered 0 to %d", PG_RISK_ACCOUNTS - 1);
    risk_market made = { .instrument = *instrument,
                         .account = account,
                         .fresh_replace = fresh_replace,
                         .own_limits = limits != NULL,
                         .limits = limits ? *limits : risk->general };
    pg_status status = pg_risk_limits_check(&made.limits, err);
    if (status == PG_OK)
        status = convert(&made.bound, &made.limits, instrument, err);
    if (status != PG_OK)
        return status;
    set_scale(&made);
    risk->account[account].used = true;
    *market = risk->market_count;
    risk->market[*market] = made;
    join_siblings(risk, *market);
    risk->market_count++;
    return PG_OK;
}

/* ---- reloading ---- */

static pg_status refuse_looser(const pg_risk_limits *from, const pg_risk_limits *to, pg_error *err)
{
    const pg_risk_field *field = pg_risk_limits_looser(from, to);
    if (!field)
        return PG_OK;
    double old = pg_risk_field_value(from, field), new = pg_risk_field_value(to, field);
    char words[2][48];
    snprintf(words[0], sizeof words[0], old == 0 ? "none" : "%g", old);
    snprintf(words[1], sizeof words[1], new == 0 ? "none" : "%g", new);
    pg_fail(err, PG_ERR_INVALID, "the limit %s would be loosened from %s to %s while the host runs", field->name,
            words[0], words[1]);
    pg_error_remedy(err, "set allow_loosen = true in config.lua, or restart the host");
    return PG_ERR_INVALID;
}

/* Whether a market takes part in a change of the limits of `market` (-1: the general ones). */
static bool is_meant(const risk_market *m, int i, int market)
{
    return market < 0 ? !m->own_limits : i == market;
}

static pg_status check_reload(const pg_risk *risk, int market, const pg_risk_limits *to, bool allow_loosen,
                              pg_error *err)
{
    pg_status status = PG_OK;
    if (market < 0 && !allow_loosen)
        status = refuse_looser(&risk->general, to, err);
    for (int i = 0; i < risk->market_count && status == PG_OK; i++) {
        const risk_market *m = &risk->market[i];
        risk_bounds unused;
        if (!is_meant(m, i, market))
            continue;
        if (!allow_loosen)
            status = refuse_looser(&m->limits, to, err);
        if (status == PG_OK)
            status = convert(&unused, to, &m->instrument, err);
    }
    return status;
}

/* The limits with their defaults. */
static pg_status look_at_reload(const pg_risk *risk, int market, pg_risk_limits *to, bool allow_loosen, pg_error *err)
{
    if (market >= risk->market_count)
        return pg_fail(err, PG_ERR_INVALID, "there is no market %d", market);
    pg_status status = pg_risk_limits_check(to, err);
    return status == PG_OK ? check_reload(risk, market, to, allow_loosen, err) : status;
}

pg_status pg_risk_may_reload(const pg_risk *risk, int market, const pg_risk_limits *limits, bool allow_loosen,
                             pg_error *err)
{
    pg_risk_limits to = *limits;
    return look_at_reload(risk, market, &to, allow_loosen, err);
}

static bool is_tighter(int64_t from, int64_t to)
{
    return to != 0 && (from == 0 || to < from);
}

/* Whether a single order that rests may be beyond the new limits. */
static bool orders_may_exceed(const risk_bounds *from, const risk_bounds *to)
{
    bool value = to->order_x2 != 0 && (from->order_x2 == 0 || to->order_x2 < from->order_x2);
    return value || is_tighter(from->order_size, to->order_size) || is_tighter(from->distance_e6, to->distance_e6);
}

static void change_limits(pg_risk *risk, int i, const pg_risk_limits *to, bool own)
{
    risk_market *m = &risk->market[i];
    risk_bounds before = m->bound;
    m->limits = *to;
    m->own_limits = own;
    (void)convert(&m->bound, to, &m->instrument, NULL); /* was checked */
    pg_risk_cascade(risk, i, m->severity);
    pg_risk_position(risk, i, m->quantity);
    risk_pull_open(risk, m, orders_may_exceed(&before, &m->bound));
}

pg_status pg_risk_reload(pg_risk *risk, int market, const pg_risk_limits *limits, bool allow_loosen, pg_error *err)
{
    pg_risk_limits to = *limits;
    pg_status status = look_at_reload(risk, market, &to, allow_loosen, err);
    if (status != PG_OK)
        return status;
    for (int i = 0; i < risk->market_count; i++) {
        if (is_meant(&risk->market[i], i, market))
            change_limits(risk, i, &to, market >= 0);
    }
    if (market >= 0)
        return PG_OK;
    risk->general = to;
    convert_account_limits(risk);
    for (int i = 0; i < risk->market_count; i++)
        risk_pull_open(risk, &risk->market[i], false); /* the account's limits are for all */
    for (int i = 0; i < PG_RISK_ACCOUNTS; i++)
        risk_judge_equity(risk, i);
    return PG_OK;
}

/* ---- describing ---- */

static void format_value(char *text, size_t size, const pg_risk_field *field, double value)
{
    char number[48];
    if (value == 0) {
        snprintf(text, size, "none");
    } else if (strcmp(field->unit, "usd") == 0) {
        int64_t cents = (int64_t)(value * 100 + 0.5);
        pg_grouped_format(number, sizeof number, cents / 100);
        snprintf(text, size, "%s.%02d USD", number, (int)(cents % 100));
    } else if (strcmp(field->unit, "fraction") == 0) {
        snprintf(text, size, "%.6g%%", 100 * value);
    } else {
        snprintf(text, size, "%.10g%s%s", value, field->unit[0] ? " " : "", field->unit);
    }
}

void pg_risk_describe(const pg_risk_limits *limits, void *self, pg_risk_line_fn fn)
{
    int count;
    const pg_risk_field *fields = pg_risk_fields(&count);
    for (int i = 0; i < count; i++) {
        char value[80];
        format_value(value, sizeof value, &fields[i], pg_risk_field_value(limits, &fields[i]));
        fn(self, fields[i].name, value, pg_risk_consequence_name(pg_risk_limit_consequence(fields[i].limit)),
           fields[i].doc);
    }
}
