#include "cli/ledger_pnl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "trade/position.h"

enum { MARKETS = 1024, ACCOUNTS = 256 };

typedef struct {
    char venue[PG_LEDGER_NAME], account[PG_LEDGER_NAME], market[PG_SYMBOL_SIZE];
    int price_decimals, size_decimals;
    pg_position position; /* of the fills counted: flat at their beginning */
    int64_t fills, bought, sold;
    __int128 funding_e6; /* received */
} market_total;

typedef struct {
    char venue[PG_LEDGER_NAME], account[PG_LEDGER_NAME];
    pg_ledger_equity_row row;
} account_total;

typedef struct {
    int64_t since_ns; /* 0: since the beginning of each account */
    account_total account[ACCOUNTS];
    int accounts;
    market_total market[MARKETS];
    int markets;
    bool full;
} totals;

const char *pg_money_format(char *text, pg_money amount, int decimals)
{
    char *at = text + PG_MONEY_TEXT - 1;
    pg_money rest = amount < 0 ? -amount : amount;
    bool shown = false; /* a digit other than a trailing zero */
    *at = '\0';
    for (int i = 0; i < decimals; i++, rest /= 10) {
        int digit = (int)(rest % 10);
        shown |= digit != 0;
        if (shown)
            *--at = (char)('0' + digit);
    }
    if (shown)
        *--at = '.';
    do
        *--at = (char)('0' + (int)(rest % 10));
    while ((rest /= 10) > 0);
    if (amount < 0)
        *--at = '-';
    return at;
}

/* ---- gathering ---- */

static bool take_equity(void *self, const pg_ledger_equity_row *row)
{
    totals *t = self;
    if (t->accounts == ACCOUNTS) {
        t->full = true;
        return false;
    }
    account_total *a = &t->account[t->accounts++];
    snprintf(a->venue, sizeof a->venue, "%s", row->venue);
    snprintf(a->account, sizeof a->account, "%s", row->account);
    a->row = *row;
    return true;
}

static market_total *find_market(totals *t, const pg_ledger_place *place)
{
    for (int i = 0; i < t->markets; i++) {
        market_total *m = &t->market[i];
        if (strcmp(m->market, place->market) == 0 && strcmp(m->venue, place->venue) == 0 &&
            strcmp(m->account, place->account) == 0 && m->price_decimals == place->price_decimals &&
            m->size_decimals == place->size_decimals)
            return m;
    }
    if (t->markets == MARKETS)
        return NULL;
    market_total *m = &t->market[t->markets++];
    snprintf(m->venue, sizeof m->venue, "%s", place->venue);
    snprintf(m->account, sizeof m->account, "%s", place->account);
    snprintf(m->market, sizeof m->market, "%s", place->market);
    m->price_decimals = place->price_decimals;
    m->size_decimals = place->size_decimals;
    return m;
}

/* From when on fills of an account count: --since, or the last reset. */
static int64_t counted_since(const totals *t, const pg_ledger_place *place)
{
    if (t->since_ns != 0)
        return t->since_ns;
    for (int i = 0; i < t->accounts; i++)
        if (strcmp(t->account[i].venue, place->venue) == 0 && strcmp(t->account[i].account, place->account) == 0)
            return t->account[i].row.initial_ns;
    return 0;
}

static bool take_fill(void *self, const pg_ledger_fill_row *row)
{
    totals *t = self;
    if (row->time_ns < counted_since(t, &row->place) || row->size <= 0 || row->price <= 0)
        return true;
    market_total *m = find_market(t, &row->place);
    if (!m) {
        t->full = true;
        return false;
    }
    pg_position_fill(&m->position, row->side, row->price, row->size, row->fee);
    m->fills++;
    *(row->side == PG_BUY ? &m->bought : &m->sold) += row->size;
    return true;
}

static bool take_funding(void *self, const pg_ledger_funding_row *row)
{
    totals *t = self;
    if (row->exch_ns < counted_since(t, &row->place))
        return true;
    market_total *m = find_market(t, &row->place);
    t->full = t->full || !m;
    if (m)
        m->funding_e6 += row->amount_e6;
    return m != NULL;
}

/* ---- printing ---- */

static const pg_column columns[] = { { "venue", -10, false },  { "account", -14, false }, { "market", -10, false },
                                     { "since", -24, false },  { "initial", 14, true },   { "equity", 14, true },
                                     { "pnl", 14, true },      { "fills", 8, true },      { "bought", 12, true },
                                     { "sold", 12, true },     { "net_size", 12, true },  { "turnover", 14, true },
                                     { "realised", 14, true }, { "fees", 12, true },      { "funding", 12, true } };

static void cell_cents(pg_rows *rows, int64_t e6)
{
    char text[PG_DECIMAL_TEXT];
    pg_rows_cell(rows, pg_decimal_format_short(text, sizeof text, e6, 6));
}

static void print_account(pg_rows *rows, const account_total *a, int64_t since_ns)
{
    char time[32];
    int64_t from_e6 = since_ns ? a->row.since_e6 : a->row.initial_e6;
    pg_rows_cell(rows, a->venue);
    pg_rows_cell(rows, a->account);
    pg_rows_cell(rows, "");
    pg_rows_cell(rows, pg_clock_format(time, since_ns ? since_ns : a->row.initial_ns));
    cell_cents(rows, from_e6);
    cell_cents(rows, a->row.last_e6);
    cell_cents(rows, a->row.last_e6 - from_e6);
    for (int i = 0; i < 8; i++)
        pg_rows_cell(rows, "");
}

static void cell_size(pg_rows *rows, int64_t size, const market_total *m)
{
    char text[PG_DECIMAL_TEXT];
    pg_rows_cell(rows, pg_decimal_format_short(text, sizeof text, size, m->size_decimals));
}

static void cell_money(pg_rows *rows, pg_money amount, const market_total *m)
{
    char text[PG_MONEY_TEXT];
    pg_rows_cell(rows, pg_money_format(text, amount, m->price_decimals + m->size_decimals));
}

static void print_market(pg_rows *rows, const market_total *m)
{
    char count[24];
    pg_rows_cell(rows, m->venue);
    pg_rows_cell(rows, m->account);
    pg_rows_cell(rows, m->market);
    for (int i = 0; i < 4; i++)
        pg_rows_cell(rows, "");
    snprintf(count, sizeof count, "%" PRId64, m->fills);
    pg_rows_cell(rows, count);
    cell_size(rows, m->bought, m);
    cell_size(rows, m->sold, m);
    cell_size(rows, m->position.quantity, m);
    cell_money(rows, m->position.turnover, m);
    cell_money(rows, m->position.realised, m);
    cell_money(rows, m->position.fees, m);
    char funding[PG_MONEY_TEXT];
    pg_rows_cell(rows, pg_money_format(funding, m->funding_e6, 6));
}

static void print(const totals *t, pg_rows_format format, FILE *out)
{
    pg_rows rows;
    pg_rows_begin(&rows, out, format, columns, sizeof columns / sizeof *columns);
    for (int i = 0; i < t->accounts; i++)
        print_account(&rows, &t->account[i], t->since_ns);
    for (int i = 0; i < t->markets; i++)
        print_market(&rows, &t->market[i]);
    pg_rows_end(&rows);
}

pg_status pg_ledger_print_pnl(pg_ledger_reader *reader, const pg_ledger_filter *filter, pg_rows_format format,
                              FILE *out, pg_error *err)
{
    totals *t = calloc(1, sizeof *t);
    if (!t)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    t->since_ns = filter->since_ns;
    pg_ledger_filter fills = *filter;
    fills.newest = 0;
    pg_status status = pg_ledger_equities(reader, filter, t, take_equity, err);
    if (status == PG_OK)
        status = pg_ledger_fills(reader, &fills, t, take_fill, err);
    if (status == PG_OK)
        status = pg_ledger_fundings(reader, &fills, t, take_funding, err);
    if (status == PG_OK && t->full)
        status = pg_fail(err, PG_ERR_FULL,
                         "the ledger has more accounts or markets than are shown at once:"
                         " choose by --venue, --account or --market");
    if (status == PG_OK)
        print(t, format, out);
    free(t);
    return status;
}
