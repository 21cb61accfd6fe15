/* config.lua: what the host shall do, as one plain structure.
 *
 * The file is Lua, run in a restricted state without files, processes, network or environment. It calls venue "name" {},
 * market {}, risk {}, record {}, web {} and host {}; what they are given is checked against the tables of fields in
 * config_fields.c (names, types, bounds) and then as a whole (config_check.c). Nothing is started or opened here.
 *
 * Keys never enter Lua: env "NAME", file "PATH" and keystore "NAME" are references that the host follows later.
 * Relative paths start from the working directory; a strategy that is not there is looked for in Perigee's own folder. */
#ifndef PG_SCRIPT_CONFIG_H
#define PG_SCRIPT_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/file.h"
#include "base/log.h"
#include "base/status.h"
#include "script/session.h"
#include "trade/risk_limits.h"
#include "venue/venue.h"

enum {
    PG_CONFIG_VENUES = 16,
    PG_CONFIG_MARKETS = 64,
    PG_CONFIG_PARAMS = 64,     /* a market */
    PG_CONFIG_ESTIMATORS = 16, /* a market */
    PG_CONFIG_OPTIONS = 8,     /* a venue */
    PG_CONFIG_PROBLEMS = 20,   /* that are told of */
    PG_CONFIG_NAME = 32,       /* longest name of a venue or market, with its '\0' */
    PG_CONFIG_BYTES = 1 << 20, /* largest file */
    PG_CONFIG_VERSION = 8
};

/* UNKNOWN only while a file is being read. */
typedef enum { PG_NETWORK_UNKNOWN = -1, PG_NETWORK_MAINNET, PG_NETWORK_TESTNET, PG_NETWORK_LOCAL } pg_network;

/* Where a secret comes from. ENV: an environment variable; when it is not set, the same name in ./.env. */
typedef enum { PG_SECRET_NONE, PG_SECRET_ENV, PG_SECRET_FILE, PG_SECRET_KEYSTORE } pg_secret_kind;

typedef struct {
    pg_secret_kind kind;
    const char *name; /* of the variable or entry, or the path; NULL with PG_SECRET_NONE */
} pg_secret_source;

/* Orders that are found open at the start and belong to no strategy of this session. NONE: not said. */
typedef enum { PG_UNKNOWN_NONE, PG_UNKNOWN_ADOPT, PG_UNKNOWN_CANCEL, PG_UNKNOWN_LEAVE } pg_unknown_orders;

/* Texts are NULL when they were not given and have no default. */
typedef struct {
    int line;
    uint64_t given;   /* bit i: the i-th field of its table was given */
    const char *name; /* a word */
    const char *kind; /* "hyperliquid" */
    pg_network network;
    const char *url;
    const char *account;
    pg_secret_source key, api_key;
    bool enabled;
    bool paper;                          /* orders are matched in the simulator, on this venue's market data */
    const char *data;                    /* local: "synthetic", or the path of a tape */
    double speed;                        /* local: of a tape, 1 is as it was recorded */
    uint64_t seed;                       /* local and paper */
    double rest_backup_s;                /* reads prices over REST this often while the stream is down; 0: never */
    double maker_fee_bps, taker_fee_bps; /* local and paper; NAN: the venue's base fees */
    double capital;                      /* paper: equity at the start, quote units */
    double latency_ms;                   /* paper: of requests, and of answers */
    pg_unknown_orders unknown_orders;
    double dead_man_s; /* the venue's own dead-man's switch is set this far ahead; 0: not used */
    pg_venue_option options[PG_CONFIG_OPTIONS]; /* of this kind of venue only */
    int option_count;
} pg_config_venue;

typedef enum { PG_MODE_QUOTES, PG_MODE_PING_PONG } pg_quote_mode;

typedef enum { PG_MARGIN_CROSS, PG_MARGIN_ISOLATED } pg_config_margin;

/* One strategy on one market. Several on one market differ by name. */
typedef struct {
    int line;
    uint64_t given;
    const char *name; /* "" unless given */
    const char *venue_name;
    int venue; /* its place in pg_config.venues */
    const char *symbol;
    const char *strategy;                /* path */
    const char *reference;               /* "VENUE SYMBOL" or "VENUE SYMBOL.NAME" of another market here; NULL: none */
    pg_setting params[PG_CONFIG_PARAMS]; /* of the strategy ("gamma") and of its estimators ("sigma.half_life_s") */
    int param_count;
    pg_setting estimators[PG_CONFIG_ESTIMATORS]; /* slot and estimator */
    int estimator_count;
    double capital;          /* quote units */
    double max_position;     /* base units; 0: only the limits of risk */
    double max_order_size;   /* base units; 0: only the limits of risk */
    int leverage;            /* 0: as it is at the venue */
    pg_config_margin margin; /* that is set with the leverage */
    double size_tolerance;   /* relative size difference that is left as it is */
    double reprice_bps;      /* an order this close to its wanted price stays; 0: every tick counts */
    double min_life_ms;      /* a quote is not touched before this age, unless it must be pulled; 0: no such time */
    double refresh_s;        /* a quote is placed anew at this age; 0: never */
    double order_timeout_s;  /* an order of that age is cancelled; 0: never */
    pg_quote_mode mode;
    bool close_on_stop; /* the position is closed when the host stops */
    bool trusted;       /* the scripts get the raw FFI */
    bool enabled;       /* it and its venue */
} pg_config_market;

typedef struct {
    int line; /* 0: the file has no risk {} */
    uint64_t given;
    pg_risk_limits limits;
    double max_data_age_s; /* short for max_book_age_s, where that is not given; 5 */
    bool allow_loosen;     /* a reload may raise limits */
} pg_config_risk;

/* Formats of recordings, bits. */
enum { PG_CONFIG_TAPE = 1, PG_CONFIG_PARQUET = 2, PG_CONFIG_CSV = 4, PG_CONFIG_PARTS = 8 };

typedef struct {
    int line;
    uint64_t given;
    bool enabled; /* market data are recorded: true when the file has a record {} */
    const char *dir;
    unsigned formats;                              /* PG_CONFIG_TAPE | ... */
    int levels;                                    /* a side, of csv and parts */
    double rotate_rows, rotate_mb, rotate_minutes; /* a file ends at the first of them */
    const char *flight;                            /* folder of the sessions' flight recordings */
    int keep;                                      /* so many flight recordings are kept; 0: none are made */
} pg_config_record;

typedef struct {
    int line;
    uint64_t given;
    bool enabled; /* true when the file has a web {} */
    const char *address;
    int port; /* 0: any free one */
    bool allow_remote;
} pg_config_web;

typedef struct {
    int line;
    uint64_t given;
    const char *ledger;
    const char *socket;   /* of the console */
    const char *keystore; /* NULL: the default one */
    pg_log_level log_level;
    pg_log_format log_format;
    bool trading_enabled; /* false: connects, records and computes, sends no order */
    bool reload;          /* saved scripts and this file are taken over while running */
    double probation_s;   /* an error this soon after a swap brings the old version back */
    int shadow_events;    /* a new version is compared over so many events before it is swapped in */
    bool guard;
    double guard_timeout_s;
} pg_config_host;

typedef struct {
    char path[PG_PATH_SIZE];         /* as given */
    char version[PG_CONFIG_VERSION]; /* first 7 hex digits of the SHA-256 of the file's text */
    pg_config_venue venues[PG_CONFIG_VENUES];
    int venue_count;
    pg_config_market markets[PG_CONFIG_MARKETS];
    int market_count;
    pg_config_risk risk;
    pg_config_record record;
    pg_config_web web;
    pg_config_host host;
} pg_config;

/* What is wrong with a file, in the order of its lines: `where` is "config.lua:12". */
typedef struct {
    pg_error list[PG_CONFIG_PROBLEMS];
    int count;
    int more;         /* that did not fit */
    pg_error unheard; /* the latest of them */
} pg_config_problems;

/* Reads and checks a file. On an error there is no configuration; *err is the first problem and problems (may be NULL)
 * has all of them. Errors: those of reading a file; PG_ERR_SCRIPT, PG_ERR_BUDGET, PG_ERR_MEMORY of running it;
 * PG_ERR_INVALID. */
pg_status pg_config_read(pg_config **config, const char *path, pg_config_problems *problems, pg_error *err);

/* The same for a text that would be the file `path`. */
pg_status pg_config_read_text(pg_config **config, const char *path, const char *text, size_t length,
                              pg_config_problems *problems, pg_error *err);

/* With all its texts. NULL is allowed. */
void pg_config_free(pg_config *config);

/* First 7 hex digits of the SHA-256 of a text, as config->version: tells whether a saved file is another one. */
void pg_config_hash(char version[PG_CONFIG_VERSION], const char *text, size_t length);

/* The market of these names; -1 when there is none. */
int pg_config_find_market(const pg_config *config, const char *venue, const char *symbol, const char *name);
int pg_config_find_venue(const pg_config *config, const char *name);

/* "VENUE SYMBOL", or "VENUE SYMBOL.NAME" of a market with a name: what `reference` says. */
char *pg_config_market_name(char *text, size_t size, const pg_config_market *market);

/* Orders of this market go to a real account: trading is enabled, the market and its venue too, and it is neither paper
 * nor local. */
bool pg_config_is_live(const pg_config *config, const pg_config_market *market);

/* The limits of one market: the general ones, with the market's own position, order size and leverage. */
pg_risk_limits pg_config_market_limits(const pg_config *config, const pg_config_market *market);

/* "ETH of paper", or "ETH of paper (name)", into text; returns text. */
char *pg_config_market_text(const pg_config_market *market, char *text, int size);

/* ---- what a reload has to do ---- */

enum {
    PG_CHANGE_ADDED = 1,   /* or enabled */
    PG_CHANGE_REMOVED = 2, /* or disabled */
    PG_CHANGE_PARAMS = 4,
    PG_CHANGE_SCRIPT = 8,   /* strategy, estimators or trust: a new state */
    PG_CHANGE_SETTINGS = 16 /* capital, limits and quote policy */
};

typedef struct {
    int before, after; /* places in the two configurations; -1: not there */
    unsigned what;     /* PG_CHANGE_* */
} pg_market_change;

enum { PG_CONFIG_RESTARTS = 16, PG_CONFIG_RESTART_TEXT = 128 };

typedef struct {
    pg_market_change markets[2 * PG_CONFIG_MARKETS]; /* those that differ; a disabled one counts as not there */
    int market_count;
    bool risk; /* some limit differs */
    bool host; /* something in host {} that can change while running */
    /* What cannot: "venue hl: network", "host: ledger". restart_count may exceed what is listed. */
    char restart[PG_CONFIG_RESTARTS][PG_CONFIG_RESTART_TEXT];
    int restart_count;
} pg_config_diff;

void pg_config_compare(pg_config_diff *diff, const pg_config *before, const pg_config *after);

#endif
