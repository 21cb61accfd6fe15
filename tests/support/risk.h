/* A risk gate with one market or several, for tests of what it lets through. */
#ifndef PG_TESTS_SUPPORT_RISK_H
#define PG_TESTS_SUPPORT_RISK_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "trade/risk.h"

static const int64_t second = 1000000000, start_ns = 1762905600000000000; /* 2025-11-12T00:00:00 UTC */

/* Prices with 2 decimals, sizes with 4: a money unit is 1e-6 USD. The mark is 100.00; a size of 10000 is worth 100. */
enum { MARK_X2 = 20000, ONE = 10000 };

static pg_risk *risk;
static int market;

static inline pg_instrument instrument(const char *symbol)
{
    pg_instrument in;
    pg_instrument_init(&in, "test", symbol, 2, 4, 1, 1, 0, NULL);
    return in;
}

static inline int add_market(int account, const char *symbol, bool fresh, const pg_risk_limits *limits)
{
    int added = -1;
    pg_instrument in = instrument(symbol);
    pg_error err = { 0 };
    if (pg_risk_add_market(risk, &added, account, &in, fresh, limits, &err) != PG_OK)
        fail_msg("%s", err.what);
    pg_risk_mark(risk, added, MARK_X2);
    return added;
}

static inline void make(const pg_risk_limits *limits)
{
    pg_error err = { 0 };
    if (pg_risk_new(&risk, limits, &err) != PG_OK)
        fail_msg("%s", err.what);
    market = add_market(0, "ETH", false, NULL);
}

static inline int teardown(void **state)
{
    (void)state;
    pg_risk_free(risk);
    risk = NULL;
    return 0;
}

static pg_risk_verdict verdict;
static pg_risk_open open_orders;
static int64_t now = 1762905600000000000;

static inline pg_request request(int kind, int side, int64_t price, int64_t size)
{
    return (pg_request){ .id = 1, .kind = (uint8_t)kind, .side = (uint8_t)side, .price = price, .size = size };
}

static inline bool check(int side, int64_t price, int64_t size)
{
    const pg_request r = request(PG_REQUEST_NEW, side, price, size);
    return pg_risk_check(risk, market, &r, &open_orders, now, &verdict);
}

/* The last request was refused by this limit, with a text that names it. */
static inline void refused(bool allowed, pg_risk_limit limit, const char *words)
{
    if (allowed || verdict.limit != limit)
        fail_msg("limit %s, not %s: %s", allowed ? "allowed" : pg_risk_limit_name(verdict.limit),
                 pg_risk_limit_name(limit), verdict.text);
    assert_false(verdict.allowed);
    assert_int_not_equal(verdict.reason, PG_REASON_NONE);
    if (!strstr(verdict.text, words))
        fail_msg("'%s' says nothing of '%s'", verdict.text, words);
}

static inline void allowed(bool is)
{
    if (!is)
        fail_msg("refused: %s", verdict.text);
    assert_string_equal(verdict.text, "");
}

static inline int setup(void **state)
{
    (void)state;
    memset(&open_orders, 0, sizeof open_orders);
    now = start_ns;
    return 0;
}

#endif
