/* Whether a host's ledger and the exchange tell the same story. */
#ifndef PG_TESTS_SUPPORT_HOSTS_BOOKS_H
#define PG_TESTS_SUPPORT_HOSTS_BOOKS_H

#include "support/hosts.h"
#include "trade/ledger_query.h"

typedef struct {
    int64_t fills[HOSTS_MARKETS], bought[HOSTS_MARKETS]; /* signed size */
    int64_t position[HOSTS_MARKETS];
    int64_t open;
} hosts_books;

static inline int books_market(const char *symbol)
{
    return strcmp(symbol, "BTC") == 0;
}

static inline bool books_fill(void *self, const pg_ledger_fill_row *row)
{
    hosts_books *books = self;
    int m = books_market(row->place.market);
    books->fills[m]++;
    books->bought[m] += row->side == PG_BUY ? row->size : -row->size;
    return true;
}

static inline bool books_position(void *self, const pg_ledger_position_row *row)
{
    hosts_books *books = self;
    books->position[books_market(row->place.market)] = row->quantity;
    return true;
}

static inline bool books_order(void *self, const pg_ledger_order_row *row)
{
    hosts_books *books = self;
    (void)row;
    books->open++;
    return true;
}

static inline hosts_books books_of_ledger(const hosts_test *t, int i)
{
    hosts_books books = { 0 };
    pg_ledger_reader *reader;
    pg_ledger_filter open = { .open_only = true };
    pg_error err = { 0 };
    char path[256];
    snprintf(path, sizeof path, "%s/perigee.db", t->host[i].folder);
    hosts_check(pg_ledger_reader_open(&reader, path, &err), &err);
    hosts_check(pg_ledger_fills(reader, NULL, &books, books_fill, &err), &err);
    hosts_check(pg_ledger_positions(reader, NULL, &books, books_position, &err), &err);
    hosts_check(pg_ledger_orders(reader, &open, &books, books_order, &err), &err);
    pg_ledger_reader_close(reader);
    return books;
}

static inline hosts_books books_of_exchange(const hosts_test *t, int i)
{
    hosts_books books = { 0 };
    int account = hosts_account(t, i);
    const pg_exchange_fill *fill;
    for (int k = 0; (fill = pg_exchange_fill_at(t->core, account, k)); k++) {
        books.fills[fill->market]++;
        books.bought[fill->market] += fill->side == PG_BUY ? fill->size : -fill->size;
    }
    for (int m = 0; m < HOSTS_MARKETS; m++) {
        pg_exchange_position position;
        pg_exchange_get_position(&position, t->core, account, m);
        books.position[m] = position.quantity;
    }
    books.open = hosts_orders(t, i);
    return books;
}

/* False, and prints both, when they differ. with_fills: fills, too, not only positions and open orders. */
static inline bool books_agree(const hosts_test *t, int i, bool with_fills)
{
    hosts_books here = books_of_ledger(t, i), there = books_of_exchange(t, i);
    bool same = here.open == 0 && there.open == 0;
    for (int m = 0; m < HOSTS_MARKETS; m++) {
        same = same && here.position[m] == there.position[m];
        if (with_fills)
            same = same && here.fills[m] == there.fills[m] && here.bought[m] == there.bought[m];
    }
    for (int m = 0; m < HOSTS_MARKETS && !same; m++)
        fprintf(stderr, "%s: ledger %lld fills, sum %lld, position %lld, %lld open; exchange %lld, %lld, %lld, %lld\n",
                m ? "BTC" : "ETH", (long long)here.fills[m], (long long)here.bought[m], (long long)here.position[m],
                (long long)here.open, (long long)there.fills[m], (long long)there.bought[m],
                (long long)there.position[m], (long long)there.open);
    return same;
}

#endif
