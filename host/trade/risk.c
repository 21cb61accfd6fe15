/* What the risk gate knows, and where a market stands. Judging requests: risk_check.c. Limits: risk_config.c. */
#include "trade/risk.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "trade/risk_internal.h"

static const int64_t day_ns = 86400 * (int64_t)1000000000;

/* ---- amounts ---- */

int64_t risk_abs(int64_t value)
{
    return value == INT64_MIN ? INT64_MAX : value < 0 ? -value : value;
}

static pg_money most(void)
{
    return (pg_money)1 << 118; /* the sum of PG_RISK_MARKETS of these still fits */
}

pg_money risk_product(pg_money a, pg_money b)
{
    pg_money product;
    if (!__builtin_mul_overflow(a, b, &product) && product < most() && product > -most())
        return product;
    return (a < 0) == (b < 0) ? most() : -most();
}

pg_money risk_e6(const risk_market *m, pg_money value_x2)
{
    if (m->per_e6 == 0)
        return (risk_product(value_x2, m->e6_per) + 1) / 2;
    if (value_x2 <= 0)
        return value_x2 / m->per_e6; /* towards zero: up */
    if (value_x2 <= INT64_MAX && m->per_e6 <= INT64_MAX) {
        int64_t value = (int64_t)value_x2, per = (int64_t)m->per_e6;
        return value / per + (value % per != 0);
    }
    return (value_x2 - 1) / m->per_e6 + 1;
}

risk_worst risk_worst_of(const risk_market *m, const int64_t open[2])
{
    pg_money up = (pg_money)m->quantity + open[0], down = (pg_money)open[1] - m->quantity;
    pg_money larger = up > down ? up : down, before = risk_abs(m->margin_quantity);
    risk_worst w = { .up = risk_e6(m, risk_product(up, m->mark_x2)),
                     .down = risk_e6(m, risk_product(down, m->mark_x2)) };
    w.gross = up > down ? w.up : w.down;
    if (m->bound.leverage_e6 > 0 && larger > before) {
        pg_money value = risk_e6(m, risk_product(larger - before, m->mark_x2));
        w.margin = (risk_product(value, 1000000) + m->bound.leverage_e6 - 1) / m->bound.leverage_e6;
    }
    return w;
}

static void add_worst(risk_worst *total, const risk_worst *w, int sign)
{
    total->up += sign * w->up;
    total->down += sign * w->down;
    total->gross += sign * w->gross;
    total->margin += sign * w->margin;
}

static void revalue(pg_risk *risk, risk_market *m)
{
    risk_worst now = risk_worst_of(m, m->open.size);
    risk_worst *total = &risk->account[m->account].total;
    add_worst(total, &m->worst, -1);
    add_worst(total, &now, 1);
    m->worst = now;
}

static risk_market *at(pg_risk *risk, int market)
{
    PG_ASSERT(market >= 0 && market < risk->market_count);
    return &risk->market[market];
}

/* ---- what is told ---- */

void pg_risk_look(pg_risk_open *open, const pg_orders *orders)
{
    *open = (pg_risk_open){ .size = { pg_orders_open_size(orders, PG_BUY), pg_orders_open_size(orders, PG_SELL) },
                            .count = orders->count };
    for (int i = 0; i < orders->count; i++) {
        const pg_order *order = &orders->order[i];
        const int64_t prices[2] = { order->price, order->state == PG_ORDER_PENDING_REPLACE ? order->next_price : 0 };
        int64_t *best = &open->best[order->side == PG_SELL];
        for (int k = 0; k < 2; k++) {
            bool better = order->side == PG_BUY ? prices[k] > *best : prices[k] < *best;
            if (prices[k] > 0 && (*best == 0 || better))
                *best = prices[k];
        }
    }
}

/* Whether what is open on a side can fill without the position going beyond its limits. */
static bool side_fits(const risk_market *m, int which)
{
    pg_money worst = (which == 0 ? m->quantity : -(pg_money)m->quantity) + m->open.size[which];
    if (m->open.size[which] == 0)
        return true;
    return (m->bound.position == 0 || worst <= m->bound.position) &&
           (m->bound.position_x2 == 0 || risk_product(worst, m->mark_x2) <= m->bound.position_x2);
}

static bool open_fits(const pg_risk *risk, const risk_market *m)
{
    const risk_worst *total = &risk->account[m->account].total;
    if (m->open.count == 0)
        return true;
    if (m->bound.open_orders > 0 && m->open.count > m->bound.open_orders)
        return false;
    return side_fits(m, 0) && side_fits(m, 1) && (risk->gross_e6 == 0 || total->gross <= risk->gross_e6) &&
           (risk->net_e6 == 0 || (total->up <= risk->net_e6 && total->down <= risk->net_e6));
}

void risk_pull_open(pg_risk *risk, risk_market *m, bool any)
{
    if (open_fits(risk, m) && !(any && m->open.count > 0))
        return;
    m->holds |= PG_HOLD_OPEN;
    m->until_empty = m->until_empty || any;
}

void risk_let_go(pg_risk *risk, risk_market *m)
{
    if (!(m->holds & PG_HOLD_OPEN) || (m->until_empty && m->open.count > 0) || !open_fits(risk, m))
        return;
    m->holds &= (uint8_t)~PG_HOLD_OPEN;
    m->until_empty = false;
}

void pg_risk_mark(pg_risk *risk, int market, int64_t mark_x2)
{
    risk_market *m = at(risk, market);
    if (mark_x2 <= 0 || mark_x2 == m->mark_x2)
        return;
    m->mark_x2 = mark_x2;
    revalue(risk, m);
}

void pg_risk_position(pg_risk *risk, int market, int64_t quantity)
{
    risk_market *m = at(risk, market);
    m->quantity = quantity;
    revalue(risk, m);
}

void pg_risk_set_open(pg_risk *risk, int market, const pg_risk_open *open)
{
    risk_market *m = at(risk, market);
    bool same = open->size[0] == m->open.size[0] && open->size[1] == m->open.size[1];
    m->open = *open;
    if (!same)
        revalue(risk, m);
    risk_let_go(risk, m);
}

void pg_risk_heard(pg_risk *risk, int market, pg_feed feed, int64_t now_ns)
{
    risk_market *m = at(risk, market);
    if (feed == PG_FEED_ACCOUNT)
        risk->account[m->account].heard_ns = now_ns;
    else
        m->heard_ns[feed] = now_ns;
}

void pg_risk_cascade(pg_risk *risk, int market, double severity)
{
    risk_market *m = at(risk, market);
    m->severity = severity;
    if (!isfinite(severity) || severity >= m->bound.cascade_pull)
        m->pulled_by_cascade = true;
    else if (severity < m->bound.cascade_resume)
        m->pulled_by_cascade = false;
}

void pg_risk_hold(pg_risk *risk, int market, pg_hold hold, bool on)
{
    uint8_t *holds = market < 0 ? &risk->holds : &at(risk, market)->holds;
    *holds = (uint8_t)(on ? *holds | hold : *holds & ~hold);
}

void pg_risk_margin(pg_risk *risk, int account, int64_t free_e6)
{
    PG_ASSERT(account >= 0 && account < PG_RISK_ACCOUNTS);
    risk->account[account].free_e6 = free_e6;
    risk->account[account].has_margin = true;
    for (int i = 0; i < risk->market_count; i++) {
        risk_market *m = &risk->market[i];
        if (m->account != account)
            continue;
        m->margin_quantity = m->quantity;
        revalue(risk, m);
    }
}

/* ---- equity ---- */

static void kill_by(pg_risk *risk, pg_risk_limit limit, const char *text)
{
    if (risk->killed_by != PG_LIMIT_NONE)
        return;
    risk->killed_by = limit;
    snprintf(risk->killed, sizeof risk->killed, "%s", text);
}

void risk_judge_equity(pg_risk *risk, int account)
{
    const risk_account *a = &risk->account[account];
    char text[PG_RISK_TEXT];
    if (!a->has_equity)
        return;
    pg_money loss = (pg_money)a->day_start_e6 - a->equity_e6, fall = (pg_money)a->peak_e6 - a->equity_e6;
    if (risk->loss_e6 > 0 && loss > risk->loss_e6) {
        snprintf(text, sizeof text,
                 "max_daily_loss_usd: account %d lost %.2f USD since 00:00 UTC (%.2f to %.2f), the limit is %.2f",
                 account, (double)loss * 1e-6, (double)a->day_start_e6 * 1e-6, (double)a->equity_e6 * 1e-6,
                 (double)risk->loss_e6 * 1e-6);
        kill_by(risk, PG_LIMIT_DAILY_LOSS, text);
    }
    bool fell = a->peak_e6 > 0 ? fall * 1000000 > (pg_money)risk->drawdown_e6 * a->peak_e6 : fall > 0;
    if (risk->drawdown_e6 > 0 && fell) {
        snprintf(text, sizeof text,
                 "max_drawdown: equity of account %d fell from %.2f to %.2f USD (%.3f%%), the limit is %.3f%%", account,
                 (double)a->peak_e6 * 1e-6, (double)a->equity_e6 * 1e-6,
                 a->peak_e6 > 0 ? 100.0 * (double)fall / (double)a->peak_e6 : 100.0, (double)risk->drawdown_e6 * 1e-4);
        kill_by(risk, PG_LIMIT_DRAWDOWN, text);
    }
}

static risk_account *account_at(pg_risk *risk, int account)
{
    PG_ASSERT(account >= 0 && account < PG_RISK_ACCOUNTS);
    return &risk->account[account];
}

/* A day begins with the last equity of the one before, when that is known. */
void pg_risk_equity(pg_risk *risk, int account, int64_t equity_e6, int64_t now_ns)
{
    risk_account *a = account_at(risk, account);
    int64_t day = now_ns / day_ns;
    if (day > a->day) {
        a->day_start_e6 = a->has_equity ? a->equity_e6 : equity_e6;
        a->day = day;
    }
    if (!a->has_equity && a->peak_e6 == 0)
        a->peak_e6 = equity_e6;
    if (equity_e6 > a->peak_e6)
        a->peak_e6 = equity_e6;
    a->equity_e6 = equity_e6;
    a->has_equity = true;
    risk_judge_equity(risk, account);
}

void pg_risk_restore(pg_risk *risk, int account, int64_t day_start_e6, int64_t peak_e6, int64_t now_ns)
{
    risk_account *a = account_at(risk, account);
    a->day = now_ns / day_ns;
    a->day_start_e6 = day_start_e6;
    a->peak_e6 = peak_e6;
}

void pg_risk_transfer(pg_risk *risk, int account, int64_t amount_e6)
{
    risk_account *a = account_at(risk, account);
    a->day_start_e6 += amount_e6;
    a->peak_e6 += amount_e6;
    a->equity_e6 += amount_e6;
}

void pg_risk_kill(pg_risk *risk, const char *reason)
{
    kill_by(risk, PG_LIMIT_KILL, reason);
}

const char *pg_risk_killed(const pg_risk *risk)
{
    return risk->killed_by == PG_LIMIT_NONE ? NULL : risk->killed;
}

void pg_risk_reset(pg_risk *risk)
{
    risk->killed_by = PG_LIMIT_NONE;
    risk->killed[0] = '\0';
    for (int i = 0; i < PG_RISK_ACCOUNTS; i++) {
        risk_account *a = &risk->account[i];
        if (a->has_equity)
            a->peak_e6 = a->day_start_e6 = a->equity_e6;
    }
}

/* ---- where a market stands ---- */

/* Never heard is stale. A clock that was set back makes nothing young: the age counts from then on. */
static bool is_stale(int64_t *heard_ns, int64_t limit_ns, int64_t now_ns)
{
    if (limit_ns == 0)
        return false;
    if (*heard_ns > now_ns)
        *heard_ns = now_ns;
    return *heard_ns == 0 || now_ns - *heard_ns > limit_ns;
}

static int64_t *heard(pg_risk *risk, risk_market *m, int feed)
{
    return feed == PG_FEED_ACCOUNT ? &risk->account[m->account].heard_ns : &m->heard_ns[feed];
}

static pg_risk_limit find_pull(pg_risk *risk, risk_market *m, int64_t now_ns)
{
    static const pg_risk_limit ages[PG_FEEDS] = { PG_LIMIT_BOOK_AGE, PG_LIMIT_TRADES_AGE, PG_LIMIT_ACCOUNT_AGE };
    if (risk->holds | m->holds)
        return PG_LIMIT_HOLD;
    for (int feed = 0; feed < PG_FEEDS; feed++)
        if (is_stale(heard(risk, m, feed), m->bound.age_ns[feed], now_ns))
            return ages[feed];
    if (m->bound.cascade_pull > 0 && m->pulled_by_cascade)
        return PG_LIMIT_CASCADE;
    return PG_LIMIT_NONE;
}

static pg_risk_limit find_excess(const risk_market *m)
{
    int64_t size = risk_abs(m->quantity);
    if (m->bound.position > 0 && size > m->bound.position)
        return PG_LIMIT_POSITION;
    if (m->bound.position_x2 > 0 && risk_product(size, m->mark_x2) > m->bound.position_x2)
        return PG_LIMIT_POSITION_USD;
    return PG_LIMIT_NONE;
}

pg_risk_state pg_risk_get_state(pg_risk *risk, int market, int64_t now_ns, pg_risk_limit *limit)
{
    risk_market *m = at(risk, market);
    pg_risk_limit unused;
    limit = limit ? limit : &unused;
    *limit = risk->killed_by;
    if (*limit != PG_LIMIT_NONE)
        return PG_RISK_SHUTDOWN;
    *limit = find_pull(risk, m, now_ns);
    if (*limit != PG_LIMIT_NONE)
        return PG_RISK_PULL;
    *limit = find_excess(m);
    return *limit != PG_LIMIT_NONE ? PG_RISK_REDUCE_ONLY : PG_RISK_NORMAL;
}

static void explain_hold(char *text, unsigned holds)
{
    static const struct {
        unsigned hold;
        const char *why;
    } reasons[] = { { PG_HOLD_OPERATOR, "paused by hand" },
                    { PG_HOLD_LEDGER, "the ledger has no room" },
                    { PG_HOLD_GUARD, "the guard is gone" },
                    { PG_HOLD_LINK, "a connection is down" },
                    { PG_HOLD_SCRIPT, "the script failed" },
                    { PG_HOLD_RECONCILE, "the account has not been read yet, or does not agree" },
                    { PG_HOLD_OPEN, "what is open is beyond the new limits" },
                    { PG_HOLD_SWITCH, "the dead-man's switch cannot be set again" } };
    int length = snprintf(text, PG_RISK_TEXT, "hold:");
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (holds & reasons[i].hold && length > 0 && length < PG_RISK_TEXT)
            length += snprintf(text + length, (size_t)(PG_RISK_TEXT - length), "%s %s", length > 5 ? "," : "",
                               reasons[i].why);
}

static void explain_age(char *text, const char *name, int64_t heard_ns, int64_t limit_ns, int64_t now_ns)
{
    if (heard_ns == 0)
        snprintf(text, PG_RISK_TEXT, "%s: nothing was heard yet", name);
    else
        snprintf(text, PG_RISK_TEXT, "%s: nothing was heard for %.1f s, the limit is %.1f", name,
                 (double)(now_ns - heard_ns) * 1e-9, (double)limit_ns * 1e-9);
}

static void explain_position(char *text, const risk_market *m, pg_risk_limit limit)
{
    const pg_instrument *in = &m->instrument;
    double size = pg_size_double(in, m->quantity);
    if (limit == PG_LIMIT_POSITION)
        snprintf(text, PG_RISK_TEXT, "max_position: the position is %g, the limit is %g: it may only be reduced", size,
                 pg_size_double(in, m->bound.position));
    else
        snprintf(text, PG_RISK_TEXT,
                 "max_position_usd: the position of %g is worth %.2f USD, the limit is %.2f: it may only be reduced",
                 size, pg_money_double(in, risk_product(risk_abs(m->quantity), m->mark_x2)) / 2,
                 pg_money_double(in, m->bound.position_x2) / 2);
}

char *pg_risk_explain(pg_risk *risk, int market, int64_t now_ns, char *text)
{
    pg_risk_limit limit;
    risk_market *m = at(risk, market);
    text[0] = '\0';
    pg_risk_get_state(risk, market, now_ns, &limit);
    switch (limit) {
    case PG_LIMIT_NONE: break;
    case PG_LIMIT_HOLD: explain_hold(text, risk->holds | m->holds); break;
    case PG_LIMIT_BOOK_AGE:
    case PG_LIMIT_TRADES_AGE:
    case PG_LIMIT_ACCOUNT_AGE: {
        int feed = (int)limit - PG_LIMIT_BOOK_AGE;
        explain_age(text, pg_risk_limit_name(limit), *heard(risk, m, feed), m->bound.age_ns[feed], now_ns);
        break;
    }
    case PG_LIMIT_CASCADE:
        snprintf(text, PG_RISK_TEXT, "cascade_pull: severity %.2f, quotes are pulled at %.2f and come back below %.2f",
                 m->severity, m->bound.cascade_pull, m->bound.cascade_resume);
        break;
    case PG_LIMIT_POSITION:
    case PG_LIMIT_POSITION_USD: explain_position(text, m, limit); break;
    default: snprintf(text, PG_RISK_TEXT, "%s", risk->killed);
    }
    return text;
}

const char *pg_risk_state_name(int state)
{
    static const char *const names[] = { "normal", "reduce_only", "pull", "shutdown" };
    return state >= 0 && state <= PG_RISK_SHUTDOWN ? names[state] : "unknown";
}

/* ---- room ---- */

void pg_risk_room(pg_risk *risk, int market, int64_t now_ns, int64_t room[2])
{
    const risk_market *m = at(risk, market);
    room[0] = room[1] = 0;
    pg_risk_state state = pg_risk_get_state(risk, market, now_ns, NULL);
    if (state == PG_RISK_REDUCE_ONLY)
        room[m->quantity > 0] = risk_abs(m->quantity);
    if (state != PG_RISK_NORMAL)
        return;
    pg_money limit = m->bound.position > 0 ? m->bound.position : INT64_MAX;
    if (m->bound.position_x2 > 0) {
        pg_money by_value = m->mark_x2 > 0 ? m->bound.position_x2 / m->mark_x2 : 0;
        limit = by_value < limit ? by_value : limit;
    }
    for (int side = 0; side < 2; side++) {
        pg_money left = side == 0 ? limit - m->quantity : limit + m->quantity;
        room[side] = limit == INT64_MAX || left > INT64_MAX ? INT64_MAX : left < 0 ? 0 : (int64_t)left;
    }
}
