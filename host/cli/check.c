/* perigee check: everything that can be known of a configuration without starting anything or using the network. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/secret_look.h"
#include "data/tape.h"
#include "trade/risk.h"
#include "venue/hyperliquid/rules.h"

static const char help[] =
    "perigee check [CONFIG.lua]\n"
    "\n"
    "Looks at a configuration (config.lua) and everything it names: settings, strategies and\n"
    "estimators with their parameters, keys, paths. Shows what would be in effect, with the limits in\n"
    "currency. Starts nothing and connects to nothing. The exit status is 1 when anything is wrong.\n";

enum { COLUMNS = 110 };

typedef struct {
    const pg_config *config;
    pg_config_problems problems;
} check;

/* Keeps a problem, with the place in the configuration before its own. */
static void complain(check *c, int line, const pg_error *err)
{
    if (c->problems.count == PG_CONFIG_PROBLEMS) {
        c->problems.more++;
        return;
    }
    pg_error *kept = &c->problems.list[c->problems.count++];
    *kept = *err;
    pg_error_where(kept, "%s:%d", c->config->path, line);
}

static int report(const pg_config_problems *problems)
{
    for (int i = 0; i < problems->count; i++)
        pg_cli_fail("check", &problems->list[i]);
    int all = problems->count + problems->more;
    if (problems->more)
        fprintf(stderr, "perigee check: and %d more\n", problems->more);
    if (all > 0)
        fprintf(stderr, "perigee check: %d problem%s\n", all, all == 1 ? "" : "s");
    return all > 0;
}

/* ---- venues ---- */

/* What is known of a kind of venue without asking it. */
static const struct {
    const char *kind;
    double maker_fee_bps, taker_fee_bps;
    int least_usd; /* 0: it differs by market */
    const char *dead_man;
} kinds[] = {
    { "hyperliquid", 1.5, 4.5, PG_HL_MIN_NOTIONAL,
      "5 s at least, 10 times a day, only for accounts that have traded 1,000,000 USD" },
    { "extended", 0, 2.5, 0, "1 s at least, for every account" },
    { "lighter", 0.4, 2.8, 10, "5 minutes at least, for every account; it costs quota each time it is set" },
};

static void show_allowed(const pg_config_venue *venue)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].kind, venue->kind) != 0)
            continue;
        bool simulated = venue->paper || venue->network == PG_NETWORK_LOCAL;
        double maker = isnan(venue->maker_fee_bps) ? kinds[i].maker_fee_bps : venue->maker_fee_bps;
        double taker = isnan(venue->taker_fee_bps) ? kinds[i].taker_fee_bps : venue->taker_fee_bps;
        printf("    fees                 maker %g bps, taker %g bps%s\n", maker, taker,
               simulated ? "" : " before discounts; the account's own are asked for at the start");
        if (kinds[i].least_usd)
            printf("    smallest order       %d USD\n", kinds[i].least_usd);
        else
            printf("    smallest order       a size of its own for each market\n");
        printf("    dead-man's switch    %s\n", kinds[i].dead_man);
        if (!simulated && venue->dead_man_s > 0)
            printf("                         set to %g s where it is allowed; the guard covers where it is not\n",
                   venue->dead_man_s);
    }
}

static void show_venue(const pg_config_venue *venue)
{
    static const char *const networks[] = { "mainnet", "testnet", "local" };
    static const char *const unknown[] = { "not said", "adopted", "cancelled", "left alone" };
    char text[PG_PATH_SIZE];
    printf("venue %s: %s, %s%s%s\n", venue->name, venue->kind, networks[venue->network],
           venue->paper ? ", on paper" : "", venue->enabled ? "" : ", disabled");
    if (!venue->enabled)
        return;
    if (venue->data)
        printf("    data                 %s\n", venue->data);
    if (venue->url)
        printf("    url                  %s\n", venue->url);
    if (venue->key.kind != PG_SECRET_NONE)
        printf("    key                  %s\n", pg_secret_source_text(&venue->key, text, sizeof text));
    if (venue->account)
        printf("    account              %s\n", venue->account);
    printf("    unknown orders       are %s\n", unknown[venue->unknown_orders]);
    show_allowed(venue);
}

static void check_data(check *c, const pg_config_venue *venue)
{
    pg_tape *tape;
    pg_error err = { 0 };
    if (!venue->data || strcmp(venue->data, "synthetic") == 0)
        return;
    char warning[512] = "";
    if (pg_tape_open(&tape, venue->data, warning, sizeof warning, &err) != PG_OK) {
        complain(c, venue->line, &err);
        return;
    }
    if (warning[0])
        printf("    data                 %s\n", warning);
    pg_tape_close(tape);
}

/* ---- keys ---- */

static void check_secret(check *c, int index, const pg_secret_source *secret, pg_key_kind kind)
{
    pg_error err = { 0 };
    pg_secret *loaded = NULL;
    if (secret->kind == PG_SECRET_NONE || pg_cli_secret_is_shared(c->config, index, secret))
        return;
    if (pg_cli_secret_look(&loaded, c->config, secret, kind, &err) != PG_OK)
        complain(c, c->config->venues[index].line, &err);
    pg_secret_free(loaded);
}

static void check_keys(check *c, int index)
{
    const pg_config_venue *venue = &c->config->venues[index];
    check_secret(c, index, &venue->key, pg_config_key_kind(venue));
    check_secret(c, index, &venue->api_key, PG_KEY_TEXT);
}

static void check_venues(check *c)
{
    for (int i = 0; i < c->config->venue_count; i++) {
        show_venue(&c->config->venues[i]);
        if (!c->config->venues[i].enabled)
            continue;
        check_data(c, &c->config->venues[i]);
        check_keys(c, i);
    }
}

/* ---- markets ---- */

/* "owner   name value unit, name value unit, ...", broken into lines. */
static void show_parameters(const pg_session *session)
{
    int count, column = 0;
    const pg_parameter_row *rows = pg_session_parameters(session, &count);
    const char *owner = "";
    for (int i = 0; i < count; i++) {
        char text[160];
        int length = snprintf(text, sizeof text, "%s %s%s%s", rows[i].name, *rows[i].value ? rows[i].value : "\"\"",
                              *rows[i].unit ? " " : "", rows[i].unit);
        if (strcmp(rows[i].owner, owner) != 0)
            column = printf("%s    %-20s ", i ? "\n" : "", rows[i].owner) - !!i;
        else if (column + length + 2 > COLUMNS)
            column = printf(",\n%25s", "") - 2;
        else
            column += printf(", ");
        column += printf("%s", text);
        owner = rows[i].owner;
    }
    if (count)
        printf("\n");
}

/* A limit of the market itself; the general ones are shown once. */
static void show_own_limit(void *self, const char *name, const char *value, const char *consequence, const char *doc)
{
    (void)doc;
    if (strcmp(self, name) == 0)
        printf("    %-20s %s: beyond it, %s\n", name, value, consequence);
}

static void show_own_limits(const pg_config *config, const pg_config_market *market)
{
    pg_risk_limits limits = pg_config_market_limits(config, market);
    if (market->max_position > 0)
        pg_risk_describe(&limits, "max_position", show_own_limit);
    if (market->max_order_size > 0)
        pg_risk_describe(&limits, "max_order_size", show_own_limit);
}

static void check_market(check *c, const pg_config_market *market)
{
    const pg_config_venue *venue = &c->config->venues[market->venue];
    char name[128], capital[40];
    printf("market %s%s\n", pg_config_market_text(market, name, sizeof name),
           !market->enabled                       ? ": disabled"
           : pg_config_is_live(c->config, market) ? ": REAL ORDERS"
                                                  : "");
    if (!market->enabled)
        return;
    pg_log log = { stderr, PG_LOG_WARN, PG_LOG_TEXT, pg_clock_real() };
    pg_session_config config = { .path = market->strategy,
                                 .params = market->params,
                                 .param_count = market->param_count,
                                 .estimators = market->estimators,
                                 .estimator_count = market->estimator_count,
                                 .symbol = market->symbol,
                                 .venue = venue->kind,
                                 .seed = 1,
                                 .limits = pg_script_default_limits(),
                                 .trusted = market->trusted,
                                 .log = &log };
    pg_session *session;
    pg_error err = { 0 };
    if (pg_session_open(&session, &config, &err) != PG_OK) {
        complain(c, market->line, &err);
        printf("    strategy             %s: cannot be used\n", market->strategy);
        return;
    }
    printf("    strategy             %s, version %s\n", market->strategy, pg_session_version(session));
    show_parameters(session);
    pg_session_close(session);
    printf("    capital              %s\n", pg_grouped_format(capital, sizeof capital, llround(market->capital)));
    show_own_limits(c->config, market);
    if (market->reference)
        printf("    reference            %s\n", market->reference);
    if (market->close_on_stop)
        printf("    at the end           the position is closed\n");
    if (market->trusted)
        printf("    ! trusted            its scripts have the raw FFI: no key, limit or file is out of their reach\n");
}

/* ---- limits ---- */

static void show_limit(void *self, const char *name, const char *value, const char *consequence, const char *doc)
{
    (void)self;
    printf("    %-20s %-14s %-12s %s\n", name, value, consequence, doc);
}

static void check_limits(check *c)
{
    pg_risk_limits limits = c->config->risk.limits;
    pg_error err = { 0 };
    printf("limits, and what happens beyond them\n");
    if (pg_risk_limits_check(&limits, &err) != PG_OK) /* puts in what is left to a default */
        complain(c, c->config->risk.line, &err);
    pg_risk_describe(&limits, NULL, show_limit);
}

/* ---- paths ---- */

/* Whether a file or folder can be written, or be made in the first folder above it that exists. */
static pg_status check_writable(const char *path, pg_error *err)
{
    char folder[PG_PATH_SIZE];
    if (access(path, F_OK) == 0) {
        if (access(path, W_OK) == 0)
            return PG_OK;
        pg_fail(err, PG_ERR_IO, "cannot be written by this user");
        pg_error_where(err, "%s", path);
        return PG_ERR_IO;
    }
    snprintf(folder, sizeof folder, "%s", path);
    do {
        char *slash = strrchr(folder, '/');
        if (!slash)
            snprintf(folder, sizeof folder, ".");
        else
            slash[slash == folder] = '\0';
    } while (access(folder, F_OK) != 0 && strcmp(folder, ".") != 0 && strcmp(folder, "/") != 0);
    if (access(folder, W_OK | X_OK) == 0)
        return PG_OK;
    pg_fail(err, PG_ERR_IO, "cannot be made: %s cannot be written by this user", folder);
    pg_error_where(err, "%s", path);
    return PG_ERR_IO;
}

static void check_path(check *c, int line, const char *what, const char *path)
{
    pg_error err = { 0 };
    printf("    %-20s %s\n", what, path);
    if (check_writable(path, &err) != PG_OK)
        complain(c, line ? line : 1, &err);
}

static void check_paths(check *c)
{
    const pg_config *config = c->config;
    printf("files\n");
    check_path(c, config->host.line, "ledger", config->host.ledger);
    check_path(c, config->host.line, "console", config->host.socket);
    if (config->record.enabled)
        check_path(c, config->record.line, "recordings", config->record.dir);
    if (config->record.keep > 0)
        check_path(c, config->record.line, "sessions", config->record.flight);
}

static void show_host(const pg_config *config)
{
    printf("%s %s: %s\n", config->path, config->version,
           config->host.trading_enabled ? "trading" : "trading_enabled = false, no order is sent");
    printf("    web                  ");
    if (config->web.enabled)
        printf("http://%s:%d\n", config->web.address, config->web.port);
    else
        printf("none\n");
    if (config->host.guard)
        printf("    guard                cancels when the host has not been heard for %g s\n",
               config->host.guard_timeout_s);
    else
        printf("    guard                none: nobody cancels when the host dies\n");
}

int pg_cli_check(int argc, char **argv)
{
    if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
        bool asked = argc == 2 && strcmp(argv[1], "--help") == 0;
        fputs(help, asked ? stdout : stderr);
        return asked ? 0 : 2;
    }
    pg_config *config;
    check c = { 0 };
    pg_error err = { 0 };
    if (pg_config_read(&config, argc == 2 ? argv[1] : "config.lua", &c.problems, NULL) != PG_OK)
        return report(&c.problems);
    if (pg_process_forbid_dumps(&err) != PG_OK) {
        pg_config_free(config);
        return pg_cli_fail("check", &err);
    }
    c.config = config;
    show_host(config);
    check_venues(&c);
    for (int i = 0; i < config->market_count; i++)
        check_market(&c, &config->markets[i]);
    check_limits(&c);
    check_paths(&c);
    fflush(stdout);
    int result = report(&c.problems);
    if (result == 0)
        printf("all is well\n");
    pg_config_free(config);
    return result;
}
