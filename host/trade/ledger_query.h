/* Reading the ledger: for a host that starts, and for `perigee ledger`. Works while a host writes (WAL) and when none
 * does. Rows come to a callback; their texts are valid during the call. A callback that returns false ends the query. */
#ifndef PG_TRADE_LEDGER_QUERY_H
#define PG_TRADE_LEDGER_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "trade/ledger.h"
#include "trade/seen.h"

typedef struct pg_ledger_reader pg_ledger_reader;

/* Opens a ledger to read. What a host that died left in the journal is applied first, unless another has it open or
 * there is no permission: then it is not seen. PG_ERR_NOT_FOUND, PG_ERR_IO, PG_ERR_CORRUPT. */
pg_status pg_ledger_reader_open(pg_ledger_reader **reader, const char *path, pg_error *err);
void pg_ledger_reader_close(pg_ledger_reader *reader);

/* NULL and 0 choose everything. */
typedef struct {
    int64_t since_ns;
    const char *venue, *account, *market; /* market: the symbol */
    uint64_t run;
    bool open_only; /* orders that are not known to be at their end */
    int64_t newest; /* only so many, the newest; they still come oldest first */
} pg_ledger_filter;

/* Where a row belongs. market is "" for rows of no market. */
typedef struct {
    const char *venue, *account, *market;
    int price_decimals, size_decimals;
} pg_ledger_place;

typedef struct {
    pg_ledger_place place;
    uint64_t run, id, version;
    int64_t sent_ns, updated_ns;
    int64_t price, size, filled, remaining; /* remaining: as last known */
    const char *order_id;                   /* "" when not known */
    const char *words;                      /* the venue's last */
    const char *reasons;                    /* why it was last asked for as it was; "" when not told */
    int side, tif, state, reason;           /* pg_side, pg_tif, pg_order_state, pg_reason */
    bool reduce_only, unknown;              /* unknown: its last request may or may not have arrived */
} pg_ledger_order_row;

typedef struct {
    pg_ledger_place place;
    uint64_t run, id;
    int64_t time_ns, exch_ns, price, size;
    pg_money fee; /* money units of the market */
    int side;
    bool maker;
    const char *order_id, *trade_id;
    const char *reasons; /* of the order as it stood */
} pg_ledger_fill_row;

/* Last known position of a market. */
typedef struct {
    pg_ledger_place place;
    uint64_t run;
    int64_t time_ns, quantity, price;
} pg_ledger_position_row;

/* Funding as it was settled. */
typedef struct {
    pg_ledger_place place;
    uint64_t run;               /* that heard of it */
    int64_t exch_ns, amount_e6; /* > 0: received; 1e-6 quote units */
    int64_t rate_e12;
} pg_ledger_funding_row;

/* Equity of an account, 1e-6 quote units. */
typedef struct {
    const char *venue, *account;
    int64_t initial_ns, initial_e6; /* what profit is counted from: the first, or that of the last reset */
    int64_t since_e6;               /* the last before since_ns, or the first after it */
    int64_t last_ns, last_e6;
    int64_t peak_e6; /* highest since initial_ns */
} pg_ledger_equity_row;

typedef struct {
    uint64_t version, run;
    int64_t time_ns;
    const char *venue, *account, *market, *event, *path, *hash, *text; /* text: of the script, when with_text */
} pg_ledger_version_row;

typedef struct {
    uint64_t run;
    int64_t time_ns;
    const char *venue, *account, *market; /* "" when of none */
    const char *kind;                     /* "session", "end", "risk", "parameter", "note" */
    const char *name;                     /* limit, parameter, level, mode */
    const char *text;
} pg_ledger_event_row;

typedef bool (*pg_ledger_order_fn)(void *self, const pg_ledger_order_row *row);
typedef bool (*pg_ledger_fill_fn)(void *self, const pg_ledger_fill_row *row);
typedef bool (*pg_ledger_position_fn)(void *self, const pg_ledger_position_row *row);
typedef bool (*pg_ledger_funding_fn)(void *self, const pg_ledger_funding_row *row);
typedef bool (*pg_ledger_equity_fn)(void *self, const pg_ledger_equity_row *row);
typedef bool (*pg_ledger_version_fn)(void *self, const pg_ledger_version_row *row);
typedef bool (*pg_ledger_event_fn)(void *self, const pg_ledger_event_row *row);

/* since_ns is compared with: orders, their last change; funding, the venue's time; all others, their time. Errors: PG_ERR_IO. */
pg_status pg_ledger_orders(pg_ledger_reader *reader, const pg_ledger_filter *filter, void *self, pg_ledger_order_fn fn,
                           pg_error *err);
pg_status pg_ledger_fills(pg_ledger_reader *reader, const pg_ledger_filter *filter, void *self, pg_ledger_fill_fn fn,
                          pg_error *err);
pg_status pg_ledger_positions(pg_ledger_reader *reader, const pg_ledger_filter *filter, void *self,
                              pg_ledger_position_fn fn, pg_error *err);
pg_status pg_ledger_fundings(pg_ledger_reader *reader, const pg_ledger_filter *filter, void *self,
                             pg_ledger_funding_fn fn, pg_error *err);
pg_status pg_ledger_equities(pg_ledger_reader *reader, const pg_ledger_filter *filter, void *self,
                             pg_ledger_equity_fn fn, pg_error *err);
pg_status pg_ledger_versions(pg_ledger_reader *reader, const pg_ledger_filter *filter, bool with_text, void *self,
                             pg_ledger_version_fn fn, pg_error *err);
pg_status pg_ledger_events(pg_ledger_reader *reader, const pg_ledger_filter *filter, void *self, pg_ledger_event_fn fn,
                           pg_error *err);

/* Tells a set (new, empty) the fills of an account that are in the ledger: at the start of a host. PG_ERR_IO. */
pg_status pg_ledger_load_seen(pg_ledger_reader *reader, const char *venue, const char *account, pg_seen *seen,
                              pg_error *err);

/* Counts profit anew from the last equity of every account that the filter chooses (venue, account). Allowed while a
 * host runs. *accounts: how many. PG_ERR_IO. */
pg_status pg_ledger_reset_pnl(const char *path, const pg_ledger_filter *filter, int64_t now_ns, int *accounts,
                              pg_error *err);

#endif
