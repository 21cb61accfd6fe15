/* Judging one request. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "trade/risk_internal.h"

/* A request with what it would make of its market. */
typedef struct {
    pg_risk *risk;
    risk_market *m;
    const pg_request *request;
    int which;       /* 0 bids, 1 asks */
    int64_t size[2]; /* open after it, on each side */
    pg_risk_verdict *verdict;
} judgement;

static bool refuse(const judgement *j, pg_risk_limit limit, pg_reason reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool refuse(const judgement *j, pg_risk_limit limit, pg_reason reason, const char *format, ...)
{
    pg_risk_verdict *v = j->verdict;
    v->allowed = false;
    v->reason = (uint8_t)reason;
    v->limit = (uint8_t)limit;
    int length = snprintf(v->text, sizeof v->text, "%s: ", pg_risk_limit_name(limit));
    va_list args;
    va_start(args, format);
    vsnprintf(v->text + length, sizeof v->text - (size_t)length, format, args);
    va_end(args);
    return false;
}

static double size_of(const judgement *j, int64_t size)
{
    return pg_size_double(&j->m->instrument, size);
}

static double price_of(const judgement *j, int64_t price)
{
    return pg_price_double(&j->m->instrument, price);
}

static double half(const judgement *j, pg_money value_x2)
{
    return pg_money_double(&j->m->instrument, value_x2) / 2;
}

/* ---- the request by itself ---- */

static bool check_input(const judgement *j)
{
    const pg_request *r = j->request;
    if ((r->kind != PG_REQUEST_NEW && r->kind != PG_REQUEST_REPLACE) || (r->side != PG_BUY && r->side != PG_SELL))
        return refuse(j, PG_LIMIT_INPUT, PG_REASON_UNKNOWN, "this is no order");
    if (r->price <= 0)
        return refuse(j, PG_LIMIT_INPUT, PG_REASON_PRICE, "an order needs a price above 0");
    if (r->size <= 0)
        return refuse(j, PG_LIMIT_INPUT, PG_REASON_SIZE, "an order needs a size above 0");
    if (j->m->mark_x2 <= 0)
        return refuse(j, PG_LIMIT_INPUT, PG_REASON_LIMIT, "no mark price is known yet");
    return true;
}

static bool check_order(const judgement *j)
{
    const risk_bounds *b = &j->m->bound;
    const pg_request *r = j->request;
    int64_t mark_x2 = j->m->mark_x2;
    if (b->order_size > 0 && r->size > b->order_size)
        return refuse(j, PG_LIMIT_ORDER_SIZE, PG_REASON_LIMIT, "an order of %g, the limit is %g", size_of(j, r->size),
                      size_of(j, b->order_size));
    pg_money price_x2 = 2 * (pg_money)r->price;
    pg_money value_x2 = risk_product(r->size, price_x2 > mark_x2 ? price_x2 : mark_x2);
    if (b->order_x2 > 0 && value_x2 > b->order_x2)
        return refuse(j, PG_LIMIT_ORDER_USD, PG_REASON_LIMIT, "an order worth %.2f USD, the limit is %.2f",
                      half(j, value_x2), half(j, b->order_x2));
    pg_money away = price_x2 > mark_x2 ? price_x2 - mark_x2 : mark_x2 - price_x2;
    if (b->distance_e6 > 0 && away * 1000000 > (pg_money)b->distance_e6 * mark_x2)
        return refuse(j, PG_LIMIT_DISTANCE, PG_REASON_PRICE, "price %g is %.1f bps from the mark %g, the limit is %.1f",
                      price_of(j, r->price), 1e4 * (double)away / (double)mark_x2, price_of(j, mark_x2) / 2,
                      (double)b->distance_e6 / 100);
    if (b->open_orders > 0 && r->kind == PG_REQUEST_NEW && j->m->open.count >= b->open_orders)
        return refuse(j, PG_LIMIT_OPEN_ORDERS, PG_REASON_FULL, "%d orders are open, the limit is %d", j->m->open.count,
                      (int)b->open_orders);
    return true;
}

/* Two strategies of one account on one instrument: the later order gives way. */
static bool check_self_cross(const judgement *j)
{
    const pg_request *r = j->request;
    for (int i = j->m->sibling; &j->risk->market[i] != j->m; i = j->risk->market[i].sibling) {
        int64_t other = j->risk->market[i].open.best[!j->which];
        if (other == 0 || (r->side == PG_BUY ? r->price < other : r->price > other))
            continue;
        return refuse(j, PG_LIMIT_SELF_CROSS, PG_REASON_SELF_TRADE,
                      "price %g would meet an order at %g of another strategy of this account", price_of(j, r->price),
                      price_of(j, other));
    }
    return true;
}

/* ---- what it would make of positions ---- */

/* Whether the venue keeps an order from making this market's position larger. Where other strategies trade the same
 * instrument it reduces what all of them hold together, which may be more than is held here. */
static bool is_kept_small(const pg_risk *risk, const risk_market *m, const pg_request *r)
{
    return r->reduce_only && m == &risk->market[m->sibling];
}

/* Whether an order can do no more than reduce what is held, whatever else fills. */
static bool only_reduces(const judgement *j)
{
    int64_t held = j->m->quantity;
    bool opposite = j->request->side == PG_BUY ? held < 0 : held > 0;
    return opposite && (is_kept_small(j->risk, j->m, j->request) || j->size[j->which] <= risk_abs(held));
}

static bool check_state(const judgement *j, int64_t now_ns)
{
    pg_risk_limit limit;
    int market = (int)(j->m - j->risk->market);
    pg_risk_state state = pg_risk_get_state(j->risk, market, now_ns, &limit);
    if (state == PG_RISK_NORMAL || (state == PG_RISK_REDUCE_ONLY && only_reduces(j)))
        return true;
    j->verdict->allowed = false;
    j->verdict->reason = PG_REASON_LIMIT;
    j->verdict->limit = (uint8_t)limit;
    pg_risk_explain(j->risk, market, now_ns, j->verdict->text);
    return false;
}

static bool check_position(const judgement *j)
{
    const risk_market *m = j->m;
    pg_money held = j->which == 0 ? m->quantity : -(pg_money)m->quantity;
    pg_money worst = held + j->size[j->which];
    if (m->bound.position > 0 && worst > m->bound.position)
        return refuse(j, PG_LIMIT_POSITION, PG_REASON_LIMIT,
                      "%g more could make a position of %g with what is open, the limit is %g",
                      size_of(j, j->request->size), pg_size_double(&m->instrument, 1) * (double)worst,
                      size_of(j, m->bound.position));
    pg_money value_x2 = risk_product(worst, m->mark_x2);
    if (m->bound.position_x2 > 0 && value_x2 > m->bound.position_x2)
        return refuse(j, PG_LIMIT_POSITION_USD, PG_REASON_LIMIT,
                      "%g more could make a position worth %.2f USD with what is open, the limit is %.2f",
                      size_of(j, j->request->size), half(j, value_x2), half(j, m->bound.position_x2));
    return true;
}

static bool check_account(const judgement *j, const risk_worst *after)
{
    const pg_risk *risk = j->risk;
    const risk_worst *total = &risk->account[j->m->account].total, *before = &j->m->worst;
    pg_money gross = total->gross - before->gross + after->gross;
    if (risk->gross_e6 > 0 && after->gross > before->gross && gross > risk->gross_e6)
        return refuse(j, PG_LIMIT_GROSS, PG_REASON_LIMIT,
                      "the positions of the account could be worth %.2f USD together, the limit is %.2f",
                      (double)gross * 1e-6, (double)risk->gross_e6 * 1e-6);
    pg_money net = j->which == 0 ? total->up - before->up + after->up : total->down - before->down + after->down;
    if (risk->net_e6 > 0 && net > risk->net_e6)
        return refuse(j, PG_LIMIT_NET, PG_REASON_LIMIT, "the account could be %s by %.2f USD net, the limit is %.2f",
                      j->which == 0 ? "long" : "short", (double)net * 1e-6, (double)risk->net_e6 * 1e-6);
    return true;
}

/* Needed margin with its buffer and the fee against what is free (spec hyperliquid.md, 19.4). */
static bool check_margin(const judgement *j, const risk_worst *after)
{
    const risk_bounds *b = &j->m->bound;
    const risk_account *a = &j->risk->account[j->m->account];
    if (b->leverage_e6 == 0 || after->margin <= j->m->worst.margin)
        return true;
    if (!a->has_margin)
        return refuse(j, PG_LIMIT_MARGIN, PG_REASON_LIMIT, "the free margin of the account is not known yet");
    pg_money needed = a->total.margin - j->m->worst.margin + after->margin;
    pg_money value = risk_e6(j->m, risk_product(j->request->size, 2 * (pg_money)j->request->price));
    pg_money with_buffer = needed + (risk_product(needed, b->buffer_e6) + 999999) / 1000000 +
                           (risk_product(value, b->fee_e8) + 99999999) / 100000000;
    if (with_buffer <= a->free_e6)
        return true;
    return refuse(j, PG_LIMIT_MARGIN, PG_REASON_LIMIT, "%.2f USD of margin could be needed, %.2f are free",
                  (double)with_buffer * 1e-6, (double)a->free_e6 * 1e-6);
}

/* ---- how many ---- */

/* The generic cell rate algorithm: exact, without a timer. A clock that was set back costs one interval at most. */
static bool check_rate(const judgement *j, int64_t now_ns)
{
    risk_market *m = j->m;
    const risk_bounds *b = &m->bound;
    if (b->interval_ns == 0)
        return true;
    if (m->next_ns > now_ns + b->tolerance_ns + b->interval_ns)
        m->next_ns = now_ns + b->tolerance_ns + b->interval_ns;
    if (m->next_ns > now_ns + b->tolerance_ns)
        return refuse(j, PG_LIMIT_RATE, PG_REASON_FULL, "%.4g orders a second, in bursts of %.4g, were sent",
                      m->limits.max_orders_per_s, m->limits.burst);
    m->next_ns = (m->next_ns > now_ns ? m->next_ns : now_ns) + b->interval_ns;
    return true;
}

/* ---- all of it ---- */

/* What is open beside it grows by the whole size where a replacement is set afresh: old and new may both fill. What
 * only reduces never fills beyond what is held, but what else rests may then fill, too. */
static int64_t added_size(const pg_risk *risk, const risk_market *m, const pg_request *r)
{
    bool whole = r->kind == PG_REQUEST_NEW || m->fresh_replace;
    int64_t added = whole ? r->size : r->size > r->open ? r->size - r->open : 0;
    bool opposite = r->side == PG_BUY ? m->quantity < 0 : m->quantity > 0;
    int64_t held = opposite ? risk_abs(m->quantity) : 0;
    return is_kept_small(risk, m, r) && added > held ? held : added;
}

static bool check_positions(judgement *j, int64_t added)
{
    if (added == 0)
        return true;
    if (!check_position(j))
        return false;
    risk_worst after = risk_worst_of(j->m, j->size);
    return check_account(j, &after) && check_margin(j, &after);
}

bool pg_risk_check(pg_risk *risk, int market, const pg_request *request, const pg_risk_open *open, int64_t now_ns,
                   pg_risk_verdict *verdict)
{
    pg_risk_set_open(risk, market, open);
    *verdict = (pg_risk_verdict){ .allowed = true };
    if (request->kind == PG_REQUEST_CANCEL)
        return true;
    judgement j = { .risk = risk,
                    .m = &risk->market[market],
                    .request = request,
                    .which = request->side == PG_SELL,
                    .size = { open->size[0], open->size[1] },
                    .verdict = verdict };
    if (!check_input(&j))
        return false;
    int64_t added = added_size(risk, j.m, request);
    if (__builtin_add_overflow(j.size[j.which], added, &j.size[j.which]))
        j.size[j.which] = INT64_MAX;
    return check_state(&j, now_ns) && check_order(&j) && check_self_cross(&j) && check_positions(&j, added) &&
           check_rate(&j, now_ns);
}
