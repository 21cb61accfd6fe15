/* perigee ledger: what was sent, filled, earned, decided, over all sessions. */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "cli/commands.h"
#include "cli/ledger_pnl.h"
#include "cli/options.h"
#include "cli/rows.h"
#include "data/timestamp.h"
#include "trade/ledger_query.h"

static const char help[] =
    "perigee ledger orders|fills|funding|reasons|pnl|versions|events [options]\n"
    "perigee ledger reset-pnl [options]\n"
    "\n"
    "Reads the ledger of all sessions; a host may be running on it.\n"
    "\n"
    "  orders      every order with its last state         fills     every fill, once\n"
    "  reasons     why each order was last asked for as it was: the terms that its strategy explained\n"
    "  funding     what positions paid (below 0) and received\n"
    "  pnl         profit since the first equity, or since the last reset, by account; by market from its fills and\n"
    "              its funding\n"
    "  versions    versions of scripts and what became of them\n"
    "  events      sessions, risk limits that were met, parameter changes, notes\n"
    "  reset-pnl   counts profit from the last equity on\n"
    "\n"
    "  --ledger FILE       default perigee.db\n"
    "  --since TIME        2025-11-20, 2025-11-20T08:00:00, or an age: 2h, 1d\n"
    "  --venue V, --account A, --market M   only these\n"
    "  --open              of orders: only those that are not known to be over\n"
    "  --newest N          only the last N\n"
    "  --text VERSION      of versions: prints the text of that one (its first digits are enough)\n"
    "  --csv, --json       for machines\n";

typedef struct {
    const char *path, *verb, *text;
    pg_ledger_filter filter;
    pg_rows_format format;
} options;

enum { LEDGER, SINCE, VENUE, ACCOUNT, MARKET, OPEN, NEWEST, TEXT, CSV, JSON, HELP };

static const struct option long_options[] = {
    { "ledger", required_argument, NULL, LEDGER },
    { "since", required_argument, NULL, SINCE },
    { "venue", required_argument, NULL, VENUE },
    { "account", required_argument, NULL, ACCOUNT },
    { "market", required_argument, NULL, MARKET },
    { "open", no_argument, NULL, OPEN },
    { "newest", required_argument, NULL, NEWEST },
    { "text", required_argument, NULL, TEXT },
    { "csv", no_argument, NULL, CSV },
    { "json", no_argument, NULL, JSON },
    { "help", no_argument, NULL, HELP },
    { NULL, 0, NULL, 0 },
};

/* ---- options ---- */

static pg_status set_since(options *o, const char *text, pg_error *err)
{
    double seconds;
    if (pg_option_duration(&seconds, "since", text, NULL) == PG_OK) {
        o->filter.since_ns = pg_clock_now(pg_clock_real()) - (int64_t)(seconds * 1e9);
        return PG_OK;
    }
    char whole[64];
    snprintf(whole, sizeof whole, "%s%s", text, strlen(text) == 10 ? "T00:00:00" : "");
    if (pg_time_parse(&o->filter.since_ns, whole, strlen(whole), PG_TIME_ISO) == PG_OK)
        return PG_OK;
    return pg_fail(err, PG_ERR_INVALID,
                   "--since: '%s' is no time such as 2025-11-20 or 2025-11-20T08:00:00, nor an"
                   " age such as 2h or 1d",
                   text);
}

static pg_status set_newest(options *o, const char *text, pg_error *err)
{
    char *end;
    long long n = strtoll(text, &end, 10);
    if (end == text || *end || n < 1)
        return pg_fail(err, PG_ERR_INVALID, "--newest takes a number of rows, not '%s'", text);
    o->filter.newest = n;
    return PG_OK;
}

static pg_status set(options *o, int option, const char *value, pg_error *err)
{
    switch (option) {
    case LEDGER: o->path = value; break;
    case SINCE: return set_since(o, value, err);
    case VENUE: o->filter.venue = value; break;
    case ACCOUNT: o->filter.account = value; break;
    case MARKET: o->filter.market = value; break;
    case OPEN: o->filter.open_only = true; break;
    case NEWEST: return set_newest(o, value, err);
    case TEXT: o->text = value; break;
    case CSV: o->format = PG_ROWS_CSV; break;
    default: o->format = PG_ROWS_JSON;
    }
    return PG_OK;
}

/* The exit status when there is nothing to do, -1 otherwise. */
static int parse(options *o, int argc, char **argv)
{
    pg_error err = { 0 };
    int option;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (option == HELP) {
            fputs(help, stdout);
            return 0;
        }
        if (option == '?')
            return 2;
        if (set(o, option, optarg, &err) != PG_OK) {
            pg_cli_fail("ledger", &err);
            return 2;
        }
    }
    if (argc - optind != 1) {
        fputs(help, stderr);
        return 2;
    }
    o->verb = argv[optind];
    return -1;
}

/* ---- cells ---- */

static void cell_time(pg_rows *rows, int64_t time_ns)
{
    char text[32];
    pg_rows_cell(rows, pg_clock_format(text, time_ns));
}

static void cell_decimal(pg_rows *rows, int64_t value, int decimals)
{
    char text[PG_DECIMAL_TEXT];
    pg_rows_cell(rows, pg_decimal_format_short(text, sizeof text, value, decimals));
}

static void cell_hex(pg_rows *rows, uint64_t value)
{
    char text[20];
    snprintf(text, sizeof text, "%016" PRIx64, value);
    pg_rows_cell(rows, text);
}

static void cell_integer(pg_rows *rows, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    pg_rows_cell(rows, text);
}

static void cell_place(pg_rows *rows, const char *venue, const char *account, const char *market)
{
    pg_rows_cell(rows, venue);
    pg_rows_cell(rows, account);
    pg_rows_cell(rows, market);
}

#define PLACE                                                                                                          \
    { "venue", -10, false }, { "account", 0, false },                                                                  \
    {                                                                                                                  \
        "market", -10, false                                                                                           \
    }

/* ---- orders and fills ---- */

static const pg_column order_columns[] = { { "time", -24, false },   PLACE,
                                           { "side", -4, false },    { "price", 12, true },
                                           { "size", 12, true },     { "filled", 12, true },
                                           { "state", -15, false },  { "unknown", 0, true },
                                           { "reason", -12, false }, { "reduce_only", 0, true },
                                           { "run", 0, false },      { "id", 8, true },
                                           { "order_id", 0, false }, { "version", 0, false },
                                           { "updated", 0, false },  { "words", -1, false },
                                           { "reasons", 0, false } };

static bool print_order(void *self, const pg_ledger_order_row *row)
{
    pg_rows *rows = self;
    cell_time(rows, row->sent_ns);
    cell_place(rows, row->place.venue, row->place.account, row->place.market);
    pg_rows_cell(rows, pg_side_name(row->side));
    cell_decimal(rows, row->price, row->place.price_decimals);
    cell_decimal(rows, row->size, row->place.size_decimals);
    cell_decimal(rows, row->filled, row->place.size_decimals);
    pg_rows_cell(rows, pg_order_state_name(row->state));
    pg_rows_cell(rows, row->unknown ? "1" : "0");
    pg_rows_cell(rows, row->unknown ? "maybe sent" : row->reason ? pg_reason_name(row->reason) : "");
    pg_rows_cell(rows, row->reduce_only ? "1" : "0");
    cell_hex(rows, row->run);
    cell_integer(rows, row->id);
    pg_rows_cell(rows, row->order_id);
    cell_hex(rows, row->version);
    cell_time(rows, row->updated_ns);
    pg_rows_cell(rows, row->words);
    pg_rows_cell(rows, row->reasons);
    return true;
}

static const pg_column reason_columns[] = { { "time", -24, false },  PLACE,
                                            { "side", -4, false },   { "price", 12, true },
                                            { "size", 12, true },    { "run", 0, false },
                                            { "id", 8, true },       { "version", 0, false },
                                            { "reasons", -1, false } };

static bool print_reasons(void *self, const pg_ledger_order_row *row)
{
    pg_rows *rows = self;
    cell_time(rows, row->sent_ns);
    cell_place(rows, row->place.venue, row->place.account, row->place.market);
    pg_rows_cell(rows, pg_side_name(row->side));
    cell_decimal(rows, row->price, row->place.price_decimals);
    cell_decimal(rows, row->size, row->place.size_decimals);
    cell_hex(rows, row->run);
    cell_integer(rows, row->id);
    cell_hex(rows, row->version);
    pg_rows_cell(rows, row->reasons);
    return true;
}

static const pg_column fill_columns[] = { { "time", -24, false },    PLACE,
                                          { "side", -4, false },     { "price", 12, true },
                                          { "size", 12, true },      { "fee", 14, true },
                                          { "maker", 5, true },      { "run", 0, false },
                                          { "id", 8, true },         { "order_id", 0, false },
                                          { "trade_id", -1, false }, { "reasons", 0, false } };

static bool print_fill(void *self, const pg_ledger_fill_row *row)
{
    pg_rows *rows = self;
    char fee[PG_MONEY_TEXT];
    cell_time(rows, row->time_ns);
    cell_place(rows, row->place.venue, row->place.account, row->place.market);
    pg_rows_cell(rows, pg_side_name(row->side));
    cell_decimal(rows, row->price, row->place.price_decimals);
    cell_decimal(rows, row->size, row->place.size_decimals);
    pg_rows_cell(rows, pg_money_format(fee, row->fee, row->place.price_decimals + row->place.size_decimals));
    pg_rows_cell(rows, row->maker ? "1" : "0");
    cell_hex(rows, row->run);
    cell_integer(rows, row->id);
    pg_rows_cell(rows, row->order_id);
    pg_rows_cell(rows, row->trade_id);
    pg_rows_cell(rows, row->reasons);
    return true;
}

static const pg_column funding_columns[] = {
    { "time", -24, false }, PLACE, { "amount", 14, true }, { "rate", 14, true }, { "run", 0, false }
};

static bool print_funding(void *self, const pg_ledger_funding_row *row)
{
    pg_rows *rows = self;
    cell_time(rows, row->exch_ns);
    cell_place(rows, row->place.venue, row->place.account, row->place.market);
    cell_decimal(rows, row->amount_e6, 6);
    cell_decimal(rows, row->rate_e12, 12);
    cell_hex(rows, row->run);
    return true;
}

/* ---- versions and events ---- */

static const pg_column version_columns[] = { { "time", -24, false },  PLACE,
                                             { "event", -12, false }, { "version", -16, false },
                                             { "hash", 0, false },    { "run", 0, false },
                                             { "path", -1, false } };

static bool print_version(void *self, const pg_ledger_version_row *row)
{
    pg_rows *rows = self;
    cell_time(rows, row->time_ns);
    cell_place(rows, row->venue, row->account, row->market);
    pg_rows_cell(rows, row->event);
    cell_hex(rows, row->version);
    pg_rows_cell(rows, row->hash);
    cell_hex(rows, row->run);
    pg_rows_cell(rows, row->path);
    return true;
}

typedef struct {
    const char *wanted;
    bool found;
} text_search;

static bool print_text(void *self, const pg_ledger_version_row *row)
{
    text_search *search = self;
    if (strncmp(row->hash, search->wanted, strlen(search->wanted)) != 0)
        return true;
    fputs(row->text, stdout);
    search->found = true;
    return false;
}

static pg_status show_text(pg_ledger_reader *reader, const options *o, pg_error *err)
{
    text_search search = { o->text, false };
    pg_status status = pg_ledger_versions(reader, &o->filter, true, &search, print_text, err);
    if (status == PG_OK && !search.found)
        status = pg_fail(err, PG_ERR_NOT_FOUND, "the ledger holds no version %s", o->text);
    return status;
}

static const pg_column event_columns[] = { { "time", -24, false }, PLACE,
                                           { "kind", -10, false }, { "name", -20, false },
                                           { "run", 0, false },    { "text", -1, false } };

static bool print_event(void *self, const pg_ledger_event_row *row)
{
    pg_rows *rows = self;
    cell_time(rows, row->time_ns);
    cell_place(rows, row->venue, row->account, row->market);
    pg_rows_cell(rows, row->kind);
    pg_rows_cell(rows, row->name);
    cell_hex(rows, row->run);
    pg_rows_cell(rows, row->text);
    return true;
}

/* ---- the commands ---- */

#define BEGIN(columns) pg_rows_begin(&rows, stdout, o->format, columns, sizeof columns / sizeof *(columns))

static pg_status show_orders(pg_ledger_reader *reader, const options *o, pg_error *err)
{
    pg_rows rows;
    BEGIN(order_columns);
    pg_status status = pg_ledger_orders(reader, &o->filter, &rows, print_order, err);
    pg_rows_end(&rows);
    return status;
}

static pg_status show_reasons(pg_ledger_reader *reader, const options *o, pg_error *err)
{
    pg_rows rows;
    BEGIN(reason_columns);
    pg_status status = pg_ledger_orders(reader, &o->filter, &rows, print_reasons, err);
    pg_rows_end(&rows);
    return status;
}

static pg_status show_fills(pg_ledger_reader *reader, const options *o, pg_error *err)
{
    pg_rows rows;
    BEGIN(fill_columns);
    pg_status status = pg_ledger_fills(reader, &o->filter, &rows, print_fill, err);
    pg_rows_end(&rows);
    return status;
}

static pg_status show_funding(pg_ledger_reader *reader, const options *o, pg_error *err)
{
    pg_rows rows;
    BEGIN(funding_columns);
    pg_status status = pg_ledger_fundings(reader, &o->filter, &rows, print_funding, err);
    pg_rows_end(&rows);
    return status;
}

static pg_status show_versions(pg_ledger_reader *reader, const options *o, pg_error *err)
{
    pg_rows rows;
    if (o->text)
        return show_text(reader, o, err);
    BEGIN(version_columns);
    pg_status status = pg_ledger_versions(reader, &o->filter, false, &rows, print_version, err);
    pg_rows_end(&rows);
    return status;
}

static pg_status show_events(pg_ledger_reader *reader, const options *o, pg_error *err)
{
    pg_rows rows;
    BEGIN(event_columns);
    pg_status status = pg_ledger_events(reader, &o->filter, &rows, print_event, err);
    pg_rows_end(&rows);
    return status;
}

static pg_status show_pnl(pg_ledger_reader *reader, const options *o, pg_error *err)
{
    return pg_ledger_print_pnl(reader, &o->filter, o->format, stdout, err);
}

static const struct {
    const char *verb;
    pg_status (*show)(pg_ledger_reader *reader, const options *o, pg_error *err);
} verbs[] = { { "orders", show_orders },   { "fills", show_fills }, { "funding", show_funding },
              { "reasons", show_reasons }, { "pnl", show_pnl },     { "versions", show_versions },
              { "events", show_events } };

static int reset_pnl(const options *o)
{
    pg_error err = { 0 };
    int accounts = 0;
    if (pg_ledger_reset_pnl(o->path, &o->filter, pg_clock_now(pg_clock_real()), &accounts, &err) != PG_OK)
        return pg_cli_fail("ledger", &err);
    printf("Profit of %d account%s is counted from now on.\n", accounts, accounts == 1 ? "" : "s");
    return accounts > 0 ? 0 : 1;
}

int pg_cli_ledger(int argc, char **argv)
{
    options o = { .path = "perigee.db" };
    int done = parse(&o, argc, argv);
    if (done >= 0)
        return done;
    if (strcmp(o.verb, "reset-pnl") == 0)
        return reset_pnl(&o);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(o.verb, verbs[i].verb) != 0)
            continue;
        pg_error err = { 0 };
        pg_ledger_reader *reader = NULL;
        pg_status status = pg_ledger_reader_open(&reader, o.path, &err);
        if (status == PG_OK)
            status = verbs[i].show(reader, &o, &err);
        pg_ledger_reader_close(reader);
        return status == PG_OK ? 0 : pg_cli_fail("ledger", &err);
    }
    fprintf(stderr, "perigee ledger: there is no '%s'\n\n%s", o.verb, help);
    return 2;
}
