/* The settings of a venue of this kind. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "venue/extended/adapter_internal.h"

enum { LIFETIME_S = 86400, LIFETIME_LEAST_S = 60, LIFETIME_MOST_S = 28 * 86400, PERCENT_E6 = 10000 };

static const char *const mainnet_url = "https://api.starknet.extended.exchange";
static const char *const testnet_url = "https://api.starknet.sepolia.extended.exchange";

const char *pg_extended_url(const char *network)
{
    return strcmp(network, "mainnet") == 0 ? mainnet_url : strcmp(network, "testnet") == 0 ? testnet_url : NULL;
}

const char *pg_extended_chain(const char *network)
{
    if (strcmp(network, "mainnet") == 0)
        return "SN_MAIN";
    return strcmp(network, "testnet") == 0 || strcmp(network, "local") == 0 ? "SN_SEPOLIA" : NULL;
}

static pg_status set_number(int64_t *out, const pg_venue_option *option, int64_t least, int64_t most, pg_error *err)
{
    char *end;
    long long value = strtoll(option->value, &end, 10);
    if (!isdigit((unsigned char)option->value[0]) || value < least || value > most || *end)
        return pg_fail(err, PG_ERR_INVALID, "%s is '%.40s', which is no whole number of %lld to %lld", option->name,
                       option->value, (long long)least, (long long)most);
    *out = value;
    return PG_OK;
}

static pg_status set_choice(bool *second, const pg_venue_option *option, const char *a, const char *b, pg_error *err)
{
    *second = strcmp(option->value, b) == 0;
    if (*second || strcmp(option->value, a) == 0)
        return PG_OK;
    return pg_fail(err, PG_ERR_INVALID, "%s is '%.40s', which is neither \"%s\" nor \"%s\"", option->name,
                   option->value, a, b);
}

static pg_status set_option(ex_venue *venue, const pg_venue_option *option, pg_error *err)
{
    const char *name = option->name;
    int64_t number = 0;
    pg_status status;
    if (strcmp(name, "vault") == 0) {
        status = set_number(&number, option, 1, UINT32_MAX, err);
        venue->vault = (uint32_t)number;
        venue->has_vault = status == PG_OK;
    } else if (strcmp(name, "leverage") == 0) {
        status = set_number(&number, option, 1, 1000, err);
        venue->leverage = (int)number;
    } else if (strcmp(name, "order_lifetime_s") == 0) {
        status = set_number(&number, option, LIFETIME_LEAST_S, LIFETIME_MOST_S, err);
        venue->lifetime_ms = number * 1000;
    } else if (strcmp(name, "requests_per_minute") == 0) {
        status = set_number(&number, option, 60, 100000, err);
        venue->per_minute = (int)number;
    } else if (strcmp(name, "reduce_only_margin_pct") == 0) {
        status = set_number(&number, option, 1, 100, err);
        venue->reduce_ratio_e6 = number * PERCENT_E6;
    } else if (strcmp(name, "cancel_margin_pct") == 0) {
        status = set_number(&number, option, 1, 100, err);
        venue->cancel_ratio_e6 = number * PERCENT_E6;
    } else if (strcmp(name, "fee_policy") == 0) {
        status = set_choice(&venue->always_taker, option, "maker_taker", "taker", err);
    } else if (strcmp(name, "best_prices") == 0) {
        status = set_choice(&venue->no_best, option, "on", "off", err);
    } else {
        status = pg_fail(err, PG_ERR_INVALID, "Extended has no setting '%.60s'", name);
        pg_error_remedy(err, "there are vault, leverage, order_lifetime_s, requests_per_minute, fee_policy, "
                             "best_prices, reduce_only_margin_pct and cancel_margin_pct");
    }
    return status;
}

static pg_status set_network(ex_venue *venue, const pg_venue_config *config, pg_error *err)
{
    const char *url = config->url ? config->url : pg_extended_url(config->network);
    venue->chain = pg_extended_chain(config->network);
    venue->mainnet = strcmp(config->network, "mainnet") == 0;
    if (!venue->chain)
        return pg_fail(err, PG_ERR_INVALID, "network '%.40s' is not mainnet, testnet or local", config->network);
    if (!url)
        return pg_fail(err, PG_ERR_INVALID, "the local network needs a url");
    size_t length = strlen(url);
    while (length > 0 && url[length - 1] == '/')
        length--;
    if (length >= sizeof venue->url - 8 || strncmp(url, "http", 4) != 0)
        return pg_fail(err, PG_ERR_INVALID, "url '%.120s' is not of the form https://host", url);
    snprintf(venue->url, sizeof venue->url, "%.*s", (int)length, url);
    snprintf(venue->stream_url, sizeof venue->stream_url, "ws%s/stream.extended.exchange/v1",
             venue->url + strlen("http"));
    return PG_OK;
}

static pg_status set_symbols(ex_venue *venue, const pg_venue_config *config, pg_error *err)
{
    if (config->symbol_count < 0 || config->symbol_count > PG_VENUE_MARKETS)
        return pg_fail(err, PG_ERR_INVALID, "%d symbols; there can be %d", config->symbol_count, PG_VENUE_MARKETS);
    for (int i = 0; i < config->symbol_count; i++) {
        const char *symbol = config->symbols[i];
        if (!symbol[0] || strlen(symbol) >= PG_SYMBOL_SIZE)
            return pg_fail(err, PG_ERR_INVALID, "'%.60s' cannot be a symbol", symbol);
        for (int k = 0; k < i; k++)
            if (strcmp(venue->symbols[k], symbol) == 0)
                return pg_fail(err, PG_ERR_INVALID, "symbol %s is given twice", symbol);
        memcpy(venue->symbols[i], symbol, strlen(symbol) + 1);
    }
    venue->market_count = config->symbol_count;
    return PG_OK;
}

static pg_status set_key(ex_venue *venue, const pg_venue_config *config, pg_error *err)
{
    pg_felt domain, public_key;
    venue->key = config->key;
    venue->api_key = config->api_key;
    venue->has_api_key = config->api_key != NULL;
    if (!config->key)
        return PG_OK;
    if (!config->api_key || !venue->has_vault) {
        pg_fail(err, PG_ERR_INVALID, "a key without %s", config->api_key ? "a vault" : "an api_key");
        pg_error_remedy(err, "the page of API keys of Extended shows key, API key and vault of an account");
        return PG_ERR_INVALID;
    }
    pg_status status = pg_extended_domain_hash(&domain, "Perpetuals", "v0", venue->chain, 1, err);
    if (status == PG_OK && config->account)
        status = pg_felt_from_hex(&public_key, config->account, err);
    if (status != PG_OK) {
        pg_error_where(err, "account, a public STARK key");
        return status;
    }
    status = pg_extended_account_init(&venue->account, venue->vault, &domain, config->key,
                                      config->account ? &public_key : NULL, err);
    venue->can_sign = status == PG_OK;
    return status;
}

pg_status ex_configure(ex_venue *venue, const pg_venue_config *config, pg_error *err)
{
    snprintf(venue->name, sizeof venue->name, "%s", config->name);
    venue->log = config->log;
    venue->run = config->run;
    venue->no_streams = config->no_streams;
    venue->rest_backup_ms = config->rest_backup_ms;
    venue->lifetime_ms = LIFETIME_S * INT64_C(1000);
    venue->per_minute = PG_EXTENDED_PER_MINUTE;
    venue->reduce_ratio_e6 = 70 * PERCENT_E6;
    venue->cancel_ratio_e6 = 85 * PERCENT_E6;
    pg_status status = set_network(venue, config, err);
    if (status == PG_OK)
        status = set_symbols(venue, config, err);
    for (int i = 0; i < config->option_count && status == PG_OK; i++)
        status = set_option(venue, &config->options[i], err);
    if (status == PG_OK && venue->reduce_ratio_e6 > venue->cancel_ratio_e6)
        status = pg_fail(err, PG_ERR_INVALID, "reduce_only_margin_pct is above cancel_margin_pct");
    if (status == PG_OK)
        status = set_key(venue, config, err);
    if (status != PG_OK)
        pg_error_where(err, "venue %s", config->name);
    return status;
}
