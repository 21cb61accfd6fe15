#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "crypto/address.h"
#include "crypto/stark_field.h"
#include "market/instrument.h"
#include "script/config_fields.h"

enum { NAMES_SIZE = 256 };

/* What local markets trade with unless they say otherwise: no money of anybody. */
static const double local_capital = 10000;

typedef struct {
    pg_config *config;
    pg_config_problems *problems;
} checker;

#define WRONG(c, line, ...) pg_config_problem((c)->problems, (c)->config->path, line, __VA_ARGS__)

static bool venue_has(const pg_config_venue *venue, const char *field)
{
    return pg_config_given(&pg_config_venue_table, venue, field);
}

static bool market_has(const pg_config_market *market, const char *field)
{
    return pg_config_given(&pg_config_market_table, market, field);
}

/* Says that fields are missing; nothing when names is empty. */
static void missing(checker *c, int line, const char *word, const char *names, const char *remedy)
{
    if (!*names)
        return;
    pg_error *err = WRONG(c, line, "%s lacks %s", word, names);
    if (remedy)
        pg_error_remedy(err, "%s", remedy);
}

static void add_name(char *names, const char *name)
{
    size_t used = strlen(names);
    snprintf(names + used, NAMES_SIZE - used, "%s%s", used ? ", " : "", name);
}

/* ---- venues ---- */

/* Fields that mean something only for a venue that is local, or only for one that is not. */
static void check_venue_place(checker *c, const pg_config_venue *venue)
{
    static const char *const local_only[] = { "data", "speed" };
    static const char *const simulated_only[] = { "maker_fee_bps", "taker_fee_bps", "seed" };
    static const char *const paper_only[] = { "capital", "latency_ms" };
    bool local = venue->network == PG_NETWORK_LOCAL;
    for (size_t i = 0; i < sizeof paper_only / sizeof *paper_only; i++)
        if (!venue->paper && venue_has(venue, paper_only[i]))
            WRONG(c, venue->line, "%s is for paper = true only", paper_only[i]);
    for (size_t i = 0; i < sizeof local_only / sizeof *local_only; i++)
        if (!local && venue_has(venue, local_only[i]))
            WRONG(c, venue->line, "%s is for network = \"local\" only", local_only[i]);
    for (size_t i = 0; i < sizeof simulated_only / sizeof *simulated_only; i++)
        if (!local && !venue->paper && venue_has(venue, simulated_only[i]))
            WRONG(c, venue->line, "%s is for network = \"local\" and paper = true only", simulated_only[i]);
    if (!local && venue->url && strncmp(venue->url, "https://", 8) != 0)
        WRONG(c, venue->line, "url must begin with https://, for orders must not travel in the clear");
    if (local && venue->url && strncmp(venue->url, "http://", 7) != 0 && strncmp(venue->url, "https://", 8) != 0)
        WRONG(c, venue->line, "url must begin with http:// or https://");
}

/* The built-in exchange plays something, unless a url names one that runs already. */
static void check_venue_data(checker *c, const pg_config_venue *venue)
{
    if (venue->network != PG_NETWORK_LOCAL)
        return;
    if (venue->url) {
        if (venue_has(venue, "data"))
            pg_error_remedy(WRONG(c, venue->line, "venue has both url and data"),
                            "data is what the built-in exchange plays, url an exchange that runs already: choose one");
        return;
    }
    pg_file_info info;
    pg_error failure;
    if (!venue->data && !venue_has(venue, "data"))
        pg_error_remedy(WRONG(c, venue->line, "venue lacks data"),
                        "write data = \"synthetic\" or data = \"FILE.tape\"");
    else if (venue->data && venue->enabled && strcmp(venue->data, "synthetic") != 0 &&
             pg_file_stat(venue->data, &info, &failure) != PG_OK)
        pg_error_remedy(WRONG(c, venue->line, "data %.200s: %s", venue->data, failure.what),
                        "data is \"synthetic\" or the path of a tape");
}

static void check_venue_trading(checker *c, pg_config_venue *venue)
{
    if (venue->network == PG_NETWORK_LOCAL || venue->paper) {
        if (venue->unknown_orders == PG_UNKNOWN_NONE)
            venue->unknown_orders = PG_UNKNOWN_CANCEL;
        return;
    }
    if (!venue->enabled || !c->config->host.trading_enabled)
        return;
    if (!venue_has(venue, "key"))
        pg_error_remedy(
            WRONG(c, venue->line, "venue lacks key"),
            "write key = env \"VARIABLE\", file \"PATH\" or keystore \"ENTRY\"; or paper = true to trade on "
            "paper with its market data");
    if (!venue_has(venue, "unknown_orders") || venue->unknown_orders == PG_UNKNOWN_NONE)
        pg_error_remedy(
            WRONG(c, venue->line, "venue lacks unknown_orders: what becomes of open orders found at the start"),
            "write unknown_orders = \"adopt\", \"cancel\" or \"leave\"");
}

static void check_kind(checker *c, const pg_config_venue *venue)
{
    char kinds[NAMES_SIZE] = "";
    for (int i = 0; pg_config_kinds[i]; i++) {
        if (venue->kind && strcmp(venue->kind, pg_config_kinds[i]) == 0)
            return;
        add_name(kinds, pg_config_kinds[i]);
    }
    if (venue->kind)
        WRONG(c, venue->line, "this build has no venue of kind '%s'; it has: %s", venue->kind, kinds);
    else if (!venue_has(venue, "kind"))
        pg_error_remedy(WRONG(c, venue->line, "venue lacks kind"), "kinds are: %s", kinds);
}

static bool has_option(const pg_config_venue *venue, const char *name)
{
    for (int i = 0; i < venue->option_count; i++)
        if (strcmp(venue->options[i].name, name) == 0)
            return true;
    return false;
}

static const double extended_dead_man_s = 60;

/* Extended knows an account by three things that belong together. */
static void check_extended(checker *c, pg_config_venue *venue)
{
    pg_felt key;
    char names[NAMES_SIZE] = "";
    if (venue->account && pg_felt_from_hex(&key, venue->account, NULL) != PG_OK)
        WRONG(c, venue->line, "account is not a public STARK key: \"0x\" and up to 63 hexadecimal digits");
    bool own = venue->network == PG_NETWORK_LOCAL && !venue->url; /* the built-in exchange's account is made for it */
    if (own && !has_option(venue, "vault") && venue->option_count < PG_CONFIG_OPTIONS)
        venue->options[venue->option_count++] = (pg_venue_option){ "vault", "1000" };
    if (!venue_has(venue, "dead_man_s")) /* it costs nothing there, and every account may */
        venue->dead_man_s = extended_dead_man_s;
    if (own || !venue_has(venue, "key") || !venue->enabled)
        return;
    if (!venue_has(venue, "api_key"))
        add_name(names, "api_key");
    if (!has_option(venue, "vault"))
        add_name(names, "vault");
    missing(c, venue->line, "venue", names,
            "key, api_key and vault of an account stand together on Extended's page of API keys");
}

/* Lighter knows an account by its index, and each of its keys by another. */
static void check_lighter(checker *c, pg_config_venue *venue)
{
    char names[NAMES_SIZE] = "";
    bool own = venue->network == PG_NETWORK_LOCAL && !venue->url; /* the built-in exchange's account is made for it */
    if (venue->account && (!venue->account[0] || strspn(venue->account, "0123456789") != strlen(venue->account)))
        WRONG(c, venue->line, "account is not an account index, which is a whole number");
    if (own && !venue->account)
        venue->account = "1000";
    if (own && !has_option(venue, "api_key_index") && venue->option_count < PG_CONFIG_OPTIONS)
        venue->options[venue->option_count++] = (pg_venue_option){ "api_key_index", "4" };
    if (own && (venue_has(venue, "maker_fee_bps") || venue_has(venue, "taker_fee_bps")) && !venue->paper)
        WRONG(c, venue->line, "the built-in exchange of Lighter takes the fees of a premium account: none can be set");
    if (own || !venue_has(venue, "key") || !venue->enabled)
        return;
    if (!venue_has(venue, "account"))
        add_name(names, "account");
    if (!has_option(venue, "api_key_index"))
        add_name(names, "api_key_index");
    missing(c, venue->line, "venue", names,
            "account = env \"ACCOUNT_INDEX\", api_key_index = env \"API_KEY_INDEX\", or the numbers themselves");
}

static void check_venue(checker *c, int index)
{
    pg_config_venue *venue = &c->config->venues[index];
    int first = venue->name ? pg_config_find_venue(c->config, venue->name) : index;
    if (first != index)
        WRONG(c, venue->line, "there is a venue '%s' already, at line %d", venue->name, c->config->venues[first].line);
    check_kind(c, venue);
    if (!venue_has(venue, "network"))
        pg_error_remedy(WRONG(c, venue->line, "venue lacks network"),
                        "write network = \"mainnet\", \"testnet\" or \"local\"");
    pg_address address;
    if (venue->account && venue->kind && strcmp(venue->kind, "hyperliquid") == 0 &&
        pg_address_parse(&address, venue->account, NULL) != PG_OK)
        WRONG(c, venue->line, "account is not an address: \"0x\" and 40 hexadecimal digits");
    if (venue->kind && strcmp(venue->kind, "extended") == 0)
        check_extended(c, venue);
    if (venue->kind && strcmp(venue->kind, "lighter") == 0)
        check_lighter(c, venue);
    if (venue->network == PG_NETWORK_UNKNOWN)
        return;
    check_venue_place(c, venue);
    check_venue_data(c, venue);
    check_venue_trading(c, venue);
}

/* ---- markets ---- */

static void check_strategy(checker *c, const pg_config_market *market)
{
    pg_file_info info;
    if (market->strategy && pg_file_stat(market->strategy, &info, NULL) != PG_OK)
        pg_error_remedy(WRONG(c, market->line, "there is no strategy %.200s", market->strategy),
                        "paths start from the working directory; Perigee's own are strategies/*.lua");
}

static void check_required(checker *c, const pg_config_market *market)
{
    char names[NAMES_SIZE] = "";
    static const char *const required[] = { "venue", "symbol", "strategy" };
    for (size_t i = 0; i < sizeof required / sizeof *required; i++)
        if (!market_has(market, required[i]))
            add_name(names, required[i]);
    missing(c, market->line, "market", names, NULL);
}

static void check_market_venue(checker *c, pg_config_market *market)
{
    market->venue = pg_config_find_venue(c->config, market->venue_name);
    if (market->venue < 0) {
        char names[NAMES_SIZE] = "";
        for (int i = 0; i < c->config->venue_count; i++)
            if (c->config->venues[i].name)
                add_name(names, c->config->venues[i].name);
        WRONG(c, market->line, "there is no venue '%s'; there is: %s", market->venue_name, *names ? names : "none");
        return;
    }
    const pg_config_venue *venue = &c->config->venues[market->venue];
    market->enabled = market->enabled && venue->enabled;
    if (market_has(market, "capital"))
        return;
    if (venue->network == PG_NETWORK_LOCAL)
        market->capital = local_capital;
    else if (venue->network != PG_NETWORK_UNKNOWN)
        pg_error_remedy(WRONG(c, market->line, "market lacks capital"),
                        "write capital = AMOUNT, what this strategy works with, in quote currency");
}

/* Two entries of one market: they need names, and agree on what the venue knows once. */
static void check_pair(checker *c, const pg_config_market *first, const pg_config_market *second)
{
    if (strcmp(first->venue_name, second->venue_name) != 0 || strcmp(first->symbol, second->symbol) != 0)
        return;
    if (strcmp(first->name, second->name) == 0)
        pg_error_remedy(WRONG(c, second->line, "there is a market %s of %s%s%s already, at line %d", second->symbol,
                              second->venue_name, *second->name ? " with the name " : "", second->name, first->line),
                        "give one of them a name of its own: name = \"second\"");
    if (first->leverage && second->leverage && first->margin != second->margin)
        WRONG(c, second->line, "margin is another than at line %d for the same market", first->line);
    if (first->leverage && second->leverage && first->leverage != second->leverage)
        WRONG(c, second->line, "leverage is %d, but %d at line %d for the same market", second->leverage,
              first->leverage, first->line);
}

/* Returns whether it can be compared with others. */
static bool check_market(checker *c, pg_config_market *market)
{
    check_required(c, market);
    check_strategy(c, market);
    if (market->symbol && strlen(market->symbol) >= PG_SYMBOL_SIZE) {
        WRONG(c, market->line, "symbol is longer than %d characters", PG_SYMBOL_SIZE - 1);
        return false;
    }
    if (market->margin != PG_MARGIN_CROSS && market->leverage == 0)
        WRONG(c, market->line, "margin is set together with leverage: give that, too");
    if (market->venue_name)
        check_market_venue(c, market);
    return market->venue_name && market->symbol && market->name;
}

static void check_reference(checker *c, const pg_config_market *market)
{
    char names[NAMES_SIZE] = "";
    for (int i = 0; i < c->config->market_count; i++) {
        char name[3 * PG_CONFIG_NAME];
        const pg_config_market *other = &c->config->markets[i];
        if (other == market || !other->venue_name || !other->symbol || !other->name)
            continue;
        pg_config_market_name(name, sizeof name, other);
        if (strcmp(name, market->reference) == 0)
            return;
        add_name(names, name);
    }
    pg_error_remedy(WRONG(c, market->line, "reference: there is no other market '%.100s'", market->reference),
                    "write \"VENUE SYMBOL\" of another market { }; there is: %s", *names ? names : "none");
}

static void check_markets(checker *c)
{
    pg_config *config = c->config;
    bool whole[PG_CONFIG_MARKETS];
    for (int i = 0; i < config->market_count; i++) {
        whole[i] = check_market(c, &config->markets[i]);
        if (config->markets[i].reference)
            check_reference(c, &config->markets[i]);
        for (int j = 0; whole[i] && j < i; j++)
            if (whole[j])
                check_pair(c, &config->markets[j], &config->markets[i]);
    }
    if (config->market_count == 0)
        WRONG(c, 0, "there is no market { ... }: nothing to do");
}

/* ---- risk, web ---- */

/* Real money is never traded without limits. */
static void check_risk(checker *c)
{
    static const char *const required[] = { "max_position_usd", "max_order_usd", "max_daily_loss_usd", "max_drawdown" };
    const pg_config *config = c->config;
    const pg_config_venue *live = NULL;
    for (int i = 0; i < config->venue_count && !live; i++) {
        const pg_config_venue *venue = &config->venues[i];
        if (venue->enabled && !venue->paper && venue->network == PG_NETWORK_MAINNET && config->host.trading_enabled)
            live = venue;
    }
    if (!live)
        return;
    char names[NAMES_SIZE] = "", remedy[PG_ERROR_REMEDY];
    for (size_t i = 0; i < sizeof required / sizeof *required; i++)
        if (!pg_config_given(&pg_config_risk_table, &config->risk, required[i]))
            add_name(names, required[i]);
    snprintf(remedy, sizeof remedy, "venue %s trades real money: it needs these limits", live->name ? live->name : "");
    missing(c, config->risk.line, "risk", names, remedy);
}

static void check_contradictions(checker *c)
{
    const pg_config_risk *risk = &c->config->risk;
    const pg_risk_limits *limits = &risk->limits;
    if (limits->max_position_usd > 0 && limits->max_order_usd > limits->max_position_usd)
        WRONG(c, risk->line, "max_order_usd (%.10g) is more than max_position_usd (%.10g)", limits->max_order_usd,
              limits->max_position_usd);
    if (limits->max_gross_usd > 0 && limits->max_net_usd > limits->max_gross_usd)
        WRONG(c, risk->line, "max_net_usd (%.10g) is more than max_gross_usd (%.10g)", limits->max_net_usd,
              limits->max_gross_usd);
    pg_risk_limits whole = *limits;
    pg_error failure = { 0 };
    if (pg_risk_limits_check(&whole, &failure) != PG_OK)
        WRONG(c, risk->line, "%s", failure.what);
}

static void check_web(checker *c)
{
    pg_config_web *web = &c->config->web;
    if (!web->address)
        return;
    struct in_addr four;
    struct in6_addr six;
    bool is_four = inet_pton(AF_INET, web->address, &four) == 1;
    bool is_six = !is_four && inet_pton(AF_INET6, web->address, &six) == 1;
    bool loopback = (is_four && ntohl(four.s_addr) >> 24 == 127) || (is_six && IN6_IS_ADDR_LOOPBACK(&six));
    if (!is_four && !is_six)
        WRONG(c, web->line, "address must be an IP address, as \"127.0.0.1\"");
    else if (!loopback && !web->allow_remote)
        pg_error_remedy(WRONG(c, web->line, "address %s can be reached from other machines", web->address),
                        "write allow_remote = true if that is meant");
}

void pg_config_check(pg_config *config, pg_config_problems *problems)
{
    checker c = { config, problems };
    config->record.enabled =
        config->record.line &&
        (config->record.enabled || !pg_config_given(&pg_config_record_table, &config->record, "enabled"));
    config->web.enabled =
        config->web.line && (config->web.enabled || !pg_config_given(&pg_config_web_table, &config->web, "enabled"));
    if (!pg_config_given(&pg_config_risk_table, &config->risk, "max_book_age_s"))
        config->risk.limits.max_book_age_s = config->risk.max_data_age_s;
    for (int i = 0; i < config->venue_count; i++)
        check_venue(&c, i);
    check_markets(&c);
    check_risk(&c);
    check_contradictions(&c);
    check_web(&c);
}
