/* What `perigee exchange VENUE` shares with its venues: the options that all take, and what a venue adds. A venue is one
 * file and one row of the table in exchange.c. */
#ifndef PG_CLI_EXCHANGE_VENUE_H
#define PG_CLI_EXCHANGE_VENUE_H

#include <stdbool.h>

#include "base/log.h"
#include "net/loop.h"
#include "sim/exchange.h"
#include "sim/exchange_faults.h"

enum { PG_EXCHANGE_FUNDS = 64 };

/* What the common options say. Texts and tapes live until the exchange is closed. */
typedef struct {
    int port;
    uint64_t seed;
    bool mainnet; /* whose signatures are taken; testnet otherwise */
    bool limits;
    double speed; /* of tapes */
    struct {
        char name[PG_SYMBOL_SIZE];
        double price; /* 0: what suits the name */
    } coins[PG_EXCHANGE_MARKETS];
    int coin_count;
    pg_tape *tapes[PG_EXCHANGE_MARKETS];
    int tape_count;
    struct {
        const char *account; /* in the venue's form */
        int64_t usd;         /* whole */
    } funds[PG_EXCHANGE_FUNDS];
    int fund_count;
    pg_faults *faults; /* NULL: none */
    const pg_log *log;
} pg_exchange_options;

/* An option of a venue alone. */
typedef struct {
    const char *name;
    bool has_value;
} pg_exchange_own_option;

typedef struct {
    const char *name;        /* the word on the command line */
    const char *does;        /* lines of help: goes on from "It speaks " */
    const char *fund;        /* what --fund takes before "=USD" */
    const char *fund_is;     /* lines of help about it; "" when one word says it */
    const char *channels;    /* lines of help: the channels that faults know */
    const char *own_help;    /* lines of help: its own options */
    const char *const *also; /* markets beside ETH and BTC when none are named, up to NULL; NULL: none */
    const pg_exchange_own_option *own;
    int own_count;
    size_t size;               /* of its state, which is zeroed */
    void (*init)(void *state); /* NULL: zeros are right */
    /* Takes own[i]; text is NULL when it has no value. NULL: it has none of its own. */
    pg_status (*take)(void *state, int i, const char *text, pg_error *err);
    /* Serves; *url is good until it is closed. `close` is called after a failure, too. */
    pg_status (*open)(void *state, const char **url, pg_loop *loop, const pg_exchange_options *options, pg_error *err);
    void (*close)(void *state);
} pg_exchange_venue;

extern const pg_exchange_venue pg_exchange_venue_extended, pg_exchange_venue_hyperliquid, pg_exchange_venue_lighter;

/* A whole number of 0 to `most`. PG_ERR_INVALID names the option. */
pg_status pg_exchange_whole(int64_t *value, const char *option, const char *text, int64_t most, pg_error *err);

#endif
