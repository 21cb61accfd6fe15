/* What accounts were worth as time went on (hyperliquid.md 14.3, portfolio): a point each ten minutes, and now. */
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_hyperliquid_info.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_money.h"
#include "sim/exchange_hyperliquid_vault.h"

enum { POINTS = 256 };

static const int64_t STEP_MS = 600000, DAY_MS = 86400000;

typedef struct {
    int64_t time_ms;
    pg_money worth[2], profit[2]; /* of all that the account has; of its money at perpetuals exchanges */
    pg_money volume;
} point;

typedef struct {
    point points[POINTS]; /* oldest first; the oldest is forgotten */
    int count;
} history;

struct hlx_portfolios {
    history list[PG_EXCHANGE_ACCOUNTS];
    int64_t next_ms;
};

hlx_portfolios *hlx_portfolios_new(void)
{
    return calloc(1, sizeof(hlx_portfolios));
}

void hlx_portfolios_free(hlx_portfolios *portfolios)
{
    free(portfolios);
}

/* ---- worth ---- */

pg_money hlx_account_worth(const pg_hl_exchange *e, int account)
{
    pg_money sum = 0;
    for (int dex = 0; dex < e->list.dex_count; dex++) {
        pg_exchange_margin m;
        pg_exchange_get_margin_pool(&m, e->core, account, dex);
        sum += m.value;
    }
    for (int token = 0; token < e->list.token_count; token++) {
        pg_exchange_asset balance;
        pg_exchange_get_asset(&balance, e->core, account, token);
        sum += hlx_token_value(e, token, balance.total);
    }
    return sum;
}

static point point_now(const pg_hl_exchange *e, int account)
{
    point p = { .time_ms = hlx_ms(pg_exchange_now(e->core)) };
    if (account == PG_EXCHANGE_NOBODY)
        return p;
    pg_money put_in = 0;
    for (int dex = 0; dex < e->list.dex_count; dex++) {
        pg_exchange_margin m;
        pg_exchange_get_margin_pool(&m, e->core, account, dex);
        p.worth[1] += m.value;
        put_in += pg_exchange_deposited_pool(e->core, account, dex);
    }
    p.worth[0] = hlx_account_worth(e, account) + hlx_vault_equity(e, account);
    p.profit[0] = p.worth[0] - e->users[account].put_in_e12;
    p.profit[1] = p.worth[1] - put_in;
    p.volume = pg_exchange_volume(e->core, account);
    return p;
}

void hlx_portfolios_run(pg_hl_exchange *e)
{
    int64_t now_ms = hlx_ms(pg_exchange_now(e->core));
    if (now_ms < e->portfolios->next_ms)
        return;
    e->portfolios->next_ms = now_ms - now_ms % STEP_MS + STEP_MS;
    for (int k = 0; k < pg_exchange_account_count(e->core); k++) {
        history *h = &e->portfolios->list[k];
        if (h->count == POINTS)
            memmove(h->points, h->points + 1, (size_t)--h->count * sizeof *h->points);
        h->points[h->count++] = point_now(e, k);
    }
}

/* ---- as JSON ---- */

static void put_points(pg_text *text, const history *h, int first, const point *now, int perps, bool profit)
{
    const point *start = first < h->count ? &h->points[first] : now;
    pg_json_open(text, profit ? "pnlHistory" : "accountValueHistory", '[');
    for (int i = first; i <= h->count; i++) {
        const point *p = i < h->count ? &h->points[i] : now;
        pg_json_open(text, NULL, '[');
        pg_json_integer(text, NULL, p->time_ms);
        hlx_json_money(text, NULL, profit ? p->profit[perps] - start->profit[perps] : p->worth[perps]);
        pg_json_close(text, ']');
    }
    pg_json_close(text, ']');
}

void hlx_json_portfolio(pg_hl_exchange *e, pg_text *text, const char *key, int account)
{
    static const char *const names[2][4] = { { "day", "week", "month", "allTime" },
                                             { "perpDay", "perpWeek", "perpMonth", "perpAllTime" } };
    static const int days[4] = { 1, 7, 30, 100000 };
    static const history none;
    const history *h = account == PG_EXCHANGE_NOBODY ? &none : &e->portfolios->list[account];
    point now = point_now(e, account);
    pg_json_open(text, key, '[');
    for (int i = 0; i < 8; i++) {
        int perps = i / 4, first = 0;
        while (first < h->count && h->points[first].time_ms < now.time_ms - days[i % 4] * DAY_MS)
            first++;
        pg_json_open(text, NULL, '[');
        pg_json_string(text, NULL, names[perps][i % 4]);
        pg_json_open(text, NULL, '{');
        put_points(text, h, first, &now, perps, false);
        put_points(text, h, first, &now, perps, true);
        /* What was traded before the first point that is kept is of all times. */
        hlx_json_money(text, "vlm", now.volume - (first > 0 && first < h->count ? h->points[first].volume : 0));
        pg_json_close(text, '}');
        pg_json_close(text, ']');
    }
    pg_json_close(text, ']');
}
