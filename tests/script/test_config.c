/* config.lua: what a good file becomes, that every mistake is told with its line, and what a reload has to do. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "script/config_fields.h"

#define PAPER  "venue \"paper\" { kind = \"hyperliquid\", network = \"local\", data = \"synthetic\" }\n"
#define MARKET "market { venue = \"paper\", symbol = \"ETH\", strategy = \"strategies/symmetric.lua\" }\n"

static pg_config_problems problems;

static pg_config *read_good(const char *text)
{
    pg_config *config = NULL;
    pg_error err;
    if (pg_config_read_text(&config, "config.lua", text, strlen(text), &problems, &err) != PG_OK)
        fail_msg("%s: %s (of %d)", err.where, err.what, problems.count);
    assert_int_equal(problems.count, 0);
    return config;
}

static pg_status read_bad(const char *text)
{
    pg_config *config = NULL;
    pg_error err;
    pg_status status = pg_config_read_text(&config, "folder/config.lua", text, strlen(text), &problems, &err);
    assert_int_not_equal(status, PG_OK);
    assert_null(config);
    assert_true(problems.count > 0);
    assert_string_equal(err.what, problems.list[0].what);
    return status;
}

/* Whether a problem at that line (0: of the whole file) has all of `words` ("a|b") in it. */
static bool has_problem(int line, const char *words)
{
    char where[64], list[256], *rest = list, *word;
    snprintf(where, sizeof where, line ? "folder/config.lua:%d" : "folder/config.lua", line);
    for (int i = 0; i < problems.count; i++) {
        char text[2048];
        pg_error_text(&problems.list[i], text, sizeof text);
        bool all = strcmp(problems.list[i].where, where) == 0;
        snprintf(list, sizeof list, "%s", words);
        for (rest = list; all && (word = strtok_r(rest, "|", &rest));)
            all = strstr(text, word) != NULL;
        if (all)
            return true;
    }
    return false;
}

static void print_problems(void)
{
    char text[2048];
    for (int i = 0; i < problems.count; i++)
        printf("    %s\n", pg_error_text(&problems.list[i], text, sizeof text));
}

/* One problem and no other. */
static void expect_one(const char *text, int line, const char *words)
{
    read_bad(text);
    if (problems.count != 1 || !has_problem(line, words)) {
        print_problems();
        fail_msg("expected one problem at line %d with '%s' of:\n%s", line, words, text);
    }
}

static const char *param(const pg_config_market *market, const char *name)
{
    for (int i = 0; i < market->param_count; i++)
        if (strcmp(market->params[i].name, name) == 0)
            return market->params[i].value;
    return NULL;
}

/* ---- good files ---- */

static void test_shipped(void **state)
{
    (void)state;
    pg_config *config;
    pg_error err;
    assert_int_equal(pg_config_read(&config, "config.lua", &problems, &err), PG_OK);
    assert_int_equal(config->venue_count, 4);
    assert_int_equal(config->market_count, 2);
    assert_string_equal(config->venues[0].name, "paper");
    assert_int_equal(config->venues[0].network, PG_NETWORK_LOCAL);
    assert_string_equal(config->venues[0].data, "synthetic");
    assert_false(config->venues[1].enabled);
    assert_int_equal(config->venues[1].key.kind, PG_SECRET_ENV);
    assert_string_equal(config->venues[1].key.name, "HL_KEY");
    assert_string_equal(config->markets[0].symbol, "ETH");
    assert_true(config->markets[0].line > config->venues[1].line);
    assert_true(config->risk.limits.max_order_usd == 1000);
    assert_int_equal(strlen(config->version), 7);
    for (int i = 0; i < config->market_count; i++)
        assert_false(pg_config_is_live(config, &config->markets[i]));
    pg_config_free(config);
}

static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at += length) {
        char before = at == text ? ' ' : at[-1];
        if (strchr(" \n{(", before) && at[length] == ' ')
            return true;
    }
    return false;
}

/* The shipped file is the manual: no setting is missing. */
static void test_shipped_has_every_setting(void **state)
{
    (void)state;
    const pg_config_table *tables[] = { &pg_config_venue_table,  &pg_config_market_table, &pg_config_risk_table,
                                        &pg_config_record_table, &pg_config_web_table,    &pg_config_host_table };
    char *text;
    size_t length;
    pg_error err;
    assert_int_equal(pg_file_read(&text, &length, "config.lua", PG_CONFIG_BYTES, &err), PG_OK);
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (int i = 0; i < tables[t]->count; i++)
            if (!has_word(text, tables[t]->fields[i].name))
                fail_msg("config.lua does not show %s of %s", tables[t]->fields[i].name, tables[t]->word);
    for (int i = 0; i < pg_config_option_count; i++)
        assert_true(has_word(text, pg_config_options[i].name));
    free(text);
}

static void test_defaults(void **state)
{
    (void)state;
    pg_config *config = read_good(PAPER MARKET);
    const pg_config_market *market = &config->markets[0];
    assert_true(market->capital == 10000);
    assert_true(market->size_tolerance == 0.1);
    assert_true(market->enabled);
    assert_string_equal(market->name, "");
    assert_int_equal(market->mode, PG_MODE_QUOTES);
    assert_int_equal(config->venues[0].unknown_orders, PG_UNKNOWN_CANCEL);
    assert_true(isnan(config->venues[0].maker_fee_bps));
    assert_true(config->risk.limits.max_book_age_s == 5);
    assert_true(config->risk.limits.max_order_usd == 0);
    assert_false(config->record.enabled);
    assert_false(config->web.enabled);
    assert_string_equal(config->host.ledger, "perigee.db");
    assert_string_equal(config->host.socket, ".perigee/console.sock");
    assert_true(config->host.trading_enabled && config->host.guard && config->host.reload);
    assert_true(config->host.probation_s == 60);
    assert_int_equal(config->host.shadow_events, 200);
    pg_config_free(config);
}

static void test_everything(void **state)
{
    (void)state;
    pg_config *config = read_good(
        "local size = 0.1\n"
        "venue 'hl' { kind = 'hyperliquid', network = 'mainnet', key = keystore 'main', api_key = file '/k/a',\n"
        "  account = '0x1111111111111111111111111111111111111111', unknown_orders = 'adopt', dead_man_s = 30,\n"
        "  url = 'https://example.org', rest_backup_s = 2, expires_after_ms = 5000,\n"
        "  vault = '0x2222222222222222222222222222222222222222' }\n"
        "for _, symbol in ipairs { 'BTC', 'ETH' } do\n"
        "  market { venue = 'hl', symbol = symbol, strategy = 'strategies/avellaneda_stoikov.lua', capital = 500,\n"
        "    params = { size = size, variant = 'price_space', require_params = false, ['kappa.window'] = 7 },\n"
        "    estimators = { sigma = { 'sigma_ewma', half_life_s = 1 / 3 }, fair = 'fair_mid' },\n"
        "    max_position = 2, max_order_size = 0.5, leverage = 3, reprice_bps = 1, min_life_ms = 10,\n"
        "    refresh_s = 60, order_timeout_s = 5, mode = 'ping_pong', close_on_stop = true, trusted = true }\n"
        "end\n"
        "market { venue = 'hl', symbol = 'ETH', name = 'grid', strategy = 'strategies/grid.lua', capital = 1 }\n"
        "risk { max_position_usd = 1000, max_order_usd = 100, max_daily_loss_usd = 50, max_drawdown = 0.1,\n"
        "  max_data_age_s = 3, max_trades_age_s = 60, allow_loosen = true, leverage = 2 }\n"
        "record { dir = '/data', formats = { 'tape' }, keep = 3, flight = '/flights' }\n"
        "web { port = 0, address = '::1' }\n"
        "host { log_level = 'debug', log_format = 'json', guard = false, reload = false, keystore = 'k.json' }\n");
    const pg_config_venue *venue = &config->venues[0];
    assert_int_equal(venue->key.kind, PG_SECRET_KEYSTORE);
    assert_int_equal(venue->api_key.kind, PG_SECRET_FILE);
    assert_string_equal(venue->api_key.name, "/k/a");
    assert_int_equal(venue->unknown_orders, PG_UNKNOWN_ADOPT);
    assert_int_equal(venue->option_count, 2);
    assert_int_equal(config->market_count, 3);
    const pg_config_market *market = &config->markets[0];
    assert_int_equal(market->line, 7);
    assert_int_equal(config->markets[1].line, 7);
    assert_string_equal(param(market, "size"), "0.1");
    assert_string_equal(param(market, "variant"), "price_space");
    assert_string_equal(param(market, "require_params"), "false");
    assert_string_equal(param(market, "kappa.window"), "7");
    assert_true(strtod(param(market, "sigma.half_life_s"), NULL) == 1.0 / 3);
    assert_int_equal(market->estimator_count, 2);
    assert_string_equal(market->estimators[0].name, "fair");
    assert_string_equal(market->estimators[1].value, "sigma_ewma");
    assert_int_equal(market->mode, PG_MODE_PING_PONG);
    assert_true(market->close_on_stop && market->trusted);
    assert_true(pg_config_is_live(config, market));
    assert_int_equal(pg_config_find_market(config, "hl", "ETH", "grid"), 2);
    assert_int_equal(pg_config_find_market(config, "hl", "ETH", ""), 1);
    assert_int_equal(pg_config_find_market(config, "hl", "SOL", ""), -1);
    pg_risk_limits limits = pg_config_market_limits(config, market);
    assert_true(limits.max_position == 2 && limits.max_order_size == 0.5 && limits.leverage == 3);
    assert_true(limits.max_book_age_s == 3 && limits.max_trades_age_s == 60 && limits.max_order_usd == 100);
    limits = pg_config_market_limits(config, &config->markets[2]);
    assert_true(limits.max_position == 0 && limits.leverage == 2);
    assert_int_equal(config->host.log_level, PG_LOG_DEBUG);
    assert_int_equal(config->host.log_format, PG_LOG_JSON);
    assert_true(config->web.enabled && config->record.enabled);
    char text[64];
    assert_string_equal(pg_config_market_text(&config->markets[2], text, sizeof text), "ETH of hl (grid)");
    pg_config_free(config);
}

/* ---- mistakes ---- */

static void test_each_mistake(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line;
        const char *words;
    } cases[] = {
        { PAPER MARKET "risk { max_ordr_usd = 1 }", 3, "no setting 'max_ordr_usd'|did you mean 'max_order_usd'?" },
        { PAPER MARKET "risk { max_drawdown = 5 }", 3, "max_drawdown is 5|from 0.0001 to 1|0.05 is 5%" },
        { PAPER MARKET "risk { max_order_usd = 0 }", 3, "max_order_usd is 0" },
        { PAPER MARKET "risk { max_order_usd = '10' }", 3, "max_order_usd must be a number, not '10'" },
        { PAPER MARKET "risk { max_order_usd = 1/0 }", 3, "not a finite number" },
        { PAPER MARKET "risk { max_order_usd = 0/0 }", 3, "not a finite number" },
        { PAPER MARKET "risk { max_order_usd = 10, max_position_usd = 5 }", 3, "is more than max_position_usd" },
        { PAPER MARKET "risk { cascade_resume = 0.9 }", 3, "cascade_resume" },
        { PAPER MARKET "risk { burst = 9 }", 3, "max_orders_per_s is not" },
        { PAPER MARKET "risk { 10 }", 3, "a value without a name" },
        { PAPER MARKET "risk { max_data_age_s = {} }", 3, "max_data_age_s must be a number, not a table" },
        { PAPER MARKET "risk {}\n\nrisk {}", 5, "there is a risk already, at line 3" },
        { PAPER MARKET "host { guard = 1 }", 3, "guard must be true or false, not 1" },
        { PAPER MARKET "host { shadow_events = 1.5 }", 3, "must be a whole number" },
        { PAPER MARKET "host { log_level = 'inof' }", 3, "log_level is 'inof'|did you mean 'info'?|debug, info, warn" },
        { PAPER MARKET "host { ledger = '' }", 3, "ledger is an empty text" },
        { PAPER MARKET "host { ledger = 'a\\nb' }", 3, "control character" },
        { PAPER MARKET "host { ledger = ('x'):rep(5000) }", 3, "more than" },
        { PAPER MARKET "host(nil)", 3, "host takes a table" },
        { PAPER MARKET "venue 'x'", 3, "venue 'x' has no table behind its name" },
        { PAPER MARKET "venue { kind = 'x' }", 3, "venue takes a table|venue \"NAME\"" },
        { PAPER MARKET "hots {}", 3, "no 'hots'|did you mean 'host'?" },
        { PAPER MARKET "capital = 5", 3, "'capital' is set for the whole file|local capital" },
        { PAPER MARKET "print 'x'", 3, "prints nothing" },
        { PAPER MARKET "local f = io.open", 3, "no 'io'" },
        { PAPER MARKET "local f = {", 3, "expected|near" },
        { PAPER MARKET "local f = 'abc\n", 3, "is not finished" },
        { PAPER MARKET "local x = nil + 1", 3, "arithmetic on a nil value" },
        { PAPER MARKET "record { formats = { 'feather' } }", 3, "formats is 'feather'|must be one of: tape" },
        { PAPER MARKET "record { formats = 'tape' }", 3, "formats must be a list" },
        { PAPER MARKET "record { formats = {} }", 3, "empty list" },
        { PAPER MARKET "web { address = '0.0.0.0' }", 3, "other machines|allow_remote = true" },
        { PAPER MARKET "web { address = 'localhost' }", 3, "must be an IP address" },
        { PAPER MARKET "web { port = 70000 }", 3, "port is 70000" },
        { PAPER PAPER MARKET, 2, "there is a venue 'paper' already, at line 1" },
        { PAPER MARKET MARKET, 3, "there is a market ETH of paper already, at line 2|name = " },
        { PAPER MARKET "market { venue = 'hl', symbol = 'E', strategy = 'strategies/grid.lua' }", 3,
          "no venue 'hl'; there is: paper" },
        { PAPER "market { symbol = 'ETH' }", 2, "market lacks venue, strategy" },
        { PAPER "market { venue = 'paper', symbol = 'E', strategy = 'strategies/none.lua' }", 2,
          "no strategy strategies/none.lua" },
        { PAPER "market { venue = 'paper', symbol = 'E', strategy = 'strategies/grid.lua', leverage = 0 }", 2,
          "leverage is 0" },
        { PAPER "market { venue = 'paper', symbol = 'E', strategy = 'strategies/grid.lua', params = 5 }", 2,
          "params must be a table" },
        { PAPER "market { venue = 'paper', symbol = 'E', strategy = 'strategies/grid.lua', params = { a = {} } }", 2,
          "parameter a must be a number, a text, true or false" },
        { PAPER "market { venue = 'paper', symbol = 'E', strategy = 'strategies/grid.lua', params = { 1 } }", 2,
          "params has a value without a name" },
        { PAPER "market { venue = 'paper', symbol = 'E', strategy = 'strategies/grid.lua', estimators = { s = 5 } }", 2,
          "estimator s must be a text, not 5" },
        { PAPER "market { venue = 'paper', symbol = 'E', strategy = 'strategies/grid.lua',\n"
                "params = { ['s.x'] = 1 }, estimators = { s = { 'a', x = 5 } } }",
          2, "parameter s.x is given twice" },
        { PAPER, 0, "no market" },
        { "venue 'p' { kind = 'hyperliquid', network = 'local' }\n"
          "market { venue = 'p', symbol = 'E', strategy = 'strategies/grid.lua' }",
          1, "venue lacks data" },
        { "venue 'p' { kind = 'hyperliquid', network = 'local', data = 'synthetic', url = 'http://[::1]:5' }\n"
          "market { venue = 'p', symbol = 'E', strategy = 'strategies/grid.lua' }",
          1, "both url and data" },
        { "venue 'p' { kind = 'hyperliquid', network = 'local', data = 'none.tape' }\n"
          "market { venue = 'p', symbol = 'E', strategy = 'strategies/grid.lua' }",
          1, "none.tape" },
        { "venue 'p' { kind = 'nasdaq', network = 'local', data = 'synthetic' }\n"
          "market { venue = 'p', symbol = 'E', strategy = 'strategies/grid.lua' }",
          1, "no venue of kind 'nasdaq'" },
        { "venue 'p q' { kind = 'hyperliquid', network = 'local', data = 'synthetic' }\n" PAPER MARKET, 1,
          "must be a word" },
        { "venue 'p' { kind = 'hyperliquid', network = 'testnet', paper = true }\n"
          "market { venue = 'p', symbol = 'E', strategy = 'strategies/grid.lua' }",
          2, "market lacks capital" },
        { "venue 'p' { kind = 'hyperliquid', network = 'testnet', unknown_orders = 'leave' }\n"
          "market { venue = 'p', symbol = 'E', strategy = 'strategies/grid.lua', capital = 5 }",
          1, "venue lacks key|paper = true" },
        { "venue 'p' { kind = 'hyperliquid', network = 'testnet', key = env 'K' }\n"
          "market { venue = 'p', symbol = 'E', strategy = 'strategies/grid.lua', capital = 5 }",
          1, "venue lacks unknown_orders" },
        { PAPER "venue 'p' { kind = 'hyperliquid', network = 'local', data = 'synthetic', latency_ms = 1 "
                "}\n" MARKET,
          2, "latency_ms is for paper = true only" },
        { "venue 'p' { kind = 'hyperliquid', network = 'testnet', paper = true, url = 'http://a' }\n"
          "market { venue = 'p', symbol = 'E', strategy = 'strategies/grid.lua', capital = 5 }",
          1, "https://" },
        { "venue 'p' { kind = 'hyperliquid', network = 'testnet', paper = true, data = 'synthetic' }\n"
          "market { venue = 'p', symbol = 'E', strategy = 'strategies/grid.lua', capital = 5 }",
          1, "data is for network = \"local\" only" },
        { "venue 'p' { kind = 'hyperliquid', network = 'testnet', enabled = false, vaullt = '0x' }\n" PAPER MARKET, 1,
          "no setting 'vaullt'|did you mean 'vault'?" },
        { "venue 'p' { kind = 'hyperliquid', network = 'testnet', enabled = false, vault = '0x' }\n" PAPER MARKET, 1,
          "vault is not an address" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_one(cases[i].text, cases[i].line, cases[i].words);
}

/* Every limit that there is can be set here, under the same name, to values that the risk gate takes. */
static void test_limits_are_the_gate_s(void **state)
{
    (void)state;
    int count;
    const pg_risk_field *fields = pg_risk_fields(&count);
    for (int i = 0; i < count; i++) {
        const pg_config_field *own = NULL;
        for (int j = 0; j < pg_config_risk_table.count && !own; j++)
            if (strcmp(pg_config_risk_table.fields[j].name, fields[i].name) == 0)
                own = &pg_config_risk_table.fields[j];
        if (!own)
            fail_msg("config.lua has no limit %s", fields[i].name);
        assert_int_equal(own->offset, offsetof(pg_config_risk, limits) + fields[i].offset);
        assert_true(own->max <= fields[i].most && (own->min == 0 || own->min >= fields[i].least));
    }
}

static void test_real_money_needs_limits(void **state)
{
    (void)state;
#define LIVE                                                                                                           \
    "venue 'hl' { kind = 'hyperliquid', network = 'mainnet', key = env 'K', unknown_orders = 'leave' }\n"              \
    "market { venue = 'hl', symbol = 'E', strategy = 'strategies/grid.lua', capital = 5 }\n"
    expect_one(LIVE, 0, "lacks max_position_usd, max_order_usd, max_daily_loss_usd, max_drawdown|real money");
    expect_one(LIVE "risk { max_order_usd = 1, max_drawdown = 0.1, max_position_usd = 9 }", 3,
               "lacks max_daily_loss_usd");
    pg_config_free(read_good(LIVE "host { trading_enabled = false }"));
    pg_config_free(
        read_good(LIVE "risk { max_order_usd = 1, max_drawdown = 0.1, max_position_usd = 9, max_daily_loss_usd = 5 }"));
}

/* All of them, not only the first, in the order of lines; and a bound on how many. */
static void test_all_mistakes(void **state)
{
    (void)state;
    read_bad("venue 'p' { kind = 'x', network = 'moon', speeed = 2 }\n"
             "market { venue = 'q', symbol = 'E', strategy = 'strategies/grid.lua', capital = -1 }\n"
             "risk { max_orders_per_s = 'many', max_net_usd = 0 }\n");
    assert_true(has_problem(1, "kind 'x'") && has_problem(1, "network is 'moon'") && has_problem(1, "'speeed'"));
    assert_true(has_problem(2, "no venue 'q'") && has_problem(2, "capital is -1"));
    assert_true(has_problem(3, "max_orders_per_s") && has_problem(3, "max_net_usd"));
    assert_int_equal(problems.count, 7);
    read_bad(PAPER "for i = 1, 100 do market { oops = i } end");
    assert_int_equal(problems.count, PG_CONFIG_PROBLEMS);
    assert_true(problems.more > 0);
}

static void test_bounds(void **state)
{
    (void)state;
    read_bad(
        "for i = 1, 17 do venue('v' .. i) { kind = 'hyperliquid', network = 'local', data = 'synthetic' } end\n" PAPER
        "market { venue = 'v1', symbol = 'E', strategy = 'strategies/grid.lua' }");
    assert_true(has_problem(1, "more than 16 venues"));
    read_bad(PAPER "for i = 1, 65 do market { venue = 'paper', symbol = 'E' .. i,\n"
                   "strategy = 'strategies/grid.lua' } end");
    assert_true(has_problem(2, "more than 64 markets"));
    pg_config_free(read_good(PAPER "for i = 1, 64 do market { venue = 'paper', symbol = 'E' .. i,\n"
                                   "strategy = 'strategies/grid.lua' } end"));
    expect_one(PAPER "local p = {} for i = 1, 65 do p['x' .. i] = i end\n"
                     "market { venue = 'paper', symbol = 'E', strategy = 'strategies/grid.lua', params = p }",
               3, "more than 64 parameters");
    expect_one(PAPER "local p = {} for i = 1, 17 do p['x' .. i] = 'a' end\n"
                     "market { venue = 'paper', symbol = 'E', strategy = 'strategies/grid.lua', estimators = p }",
               3, "more than 16 estimators");
}

/* A file cannot hang the host or eat its memory. */
static void test_hostile(void **state)
{
    (void)state;
    assert_int_equal(read_bad("while true do end"), PG_ERR_BUDGET);
    assert_int_equal(read_bad("local t = {} for i = 1, 1e9 do t[i] = { i } end"), PG_ERR_MEMORY);
    assert_int_equal(read_bad("local function f() return f() + 1 end f()"), PG_ERR_SCRIPT);
    assert_int_equal(read_bad("pcall(function() while true do end end) while true do end"), PG_ERR_BUDGET);
    assert_int_equal(read_bad("error(nil)"), PG_ERR_SCRIPT);
    assert_int_equal(read_bad("error({})"), PG_ERR_SCRIPT);
    read_bad("\x1bLJ\x02");
    read_bad("setmetatable(_G, {}) ");
    expect_one(PAPER MARKET
               "risk(setmetatable({}, { __index = function() error 'no' end, oops = 1 }) )\nhost { x = 1 }",
               4, "no setting 'x'");
}

/* ---- secrets ---- */

/* A key that was put into the file is not repeated, in whatever way it was put there. */
static void test_keys_are_not_repeated(void **state)
{
    (void)state;
#define KEY "4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1d"
    static const char *const ways[] = {
        "key = '0x" KEY "'",   "key = \"" KEY "\"",     "key = 0x" KEY,         "key = " KEY,
        "key = env '" KEY "'", "key = env '0x" KEY "'", "key = file '" KEY "'", "key = keystore '" KEY "'",
        "key = a" KEY,         "network = '" KEY "'",   "kind = '0x" KEY "'",   "account = '" KEY "'",
        "['" KEY "'] = 1",
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char text[512];
        snprintf(text, sizeof text, "venue 'p' { enabled = false, %s }\n" PAPER MARKET, ways[i]);
        read_bad(text);
        for (int p = 0; p < problems.count; p++) {
            char all[2048];
            pg_error_text(&problems.list[p], all, sizeof all);
            for (size_t at = 0; at + 24 <= strlen(KEY); at++) {
                char part[25];
                snprintf(part, sizeof part, "%.24s", &KEY[at]);
                if (strstr(all, part))
                    fail_msg("%s: %s", ways[i], all);
            }
        }
    }
}

/* ---- files and hashes ---- */

static void test_missing_file(void **state)
{
    (void)state;
    pg_config *config;
    pg_error err;
    assert_int_equal(pg_config_read(&config, "none/config.lua", &problems, &err), PG_ERR_NOT_FOUND);
    assert_int_equal(problems.count, 1);
    assert_non_null(strstr(err.remedy, "config.lua"));
    assert_int_equal(pg_config_read(&config, "none/config.lua", NULL, NULL), PG_ERR_NOT_FOUND);
}

static void test_hash(void **state)
{
    (void)state;
    char version[PG_CONFIG_VERSION];
    pg_config_hash(version, "abc", 3); /* FIPS 180-2, B.1 */
    assert_string_equal(version, "ba7816b");
    pg_config *a = read_good(PAPER MARKET), *b = read_good(PAPER MARKET "\n");
    assert_string_not_equal(a->version, b->version);
    pg_config_free(a);
    pg_config_free(b);
}

/* ---- differences ---- */

static pg_config_diff compare(const char *before, const char *after)
{
    static pg_config_diff diff;
    pg_config *a = read_good(before), *b = read_good(after);
    pg_config_compare(&diff, a, b);
    pg_config_free(a);
    pg_config_free(b);
    return diff;
}

static unsigned change_of_market(const char *before, const char *after)
{
    char a[512], b[512];
    const char *head = "market { venue = 'paper', symbol = 'ETH', strategy = 'strategies/symmetric.lua',";
    snprintf(a, sizeof a, "%s%s %s }", PAPER, head, before);
    snprintf(b, sizeof b, "%s%s %s }", PAPER, head, after);
    pg_config_diff diff = compare(a, b);
    assert_int_equal(diff.restart_count, 0);
    assert_false(diff.risk || diff.host);
    assert_true(diff.market_count <= 1);
    return diff.market_count ? diff.markets[0].what : 0;
}

static void test_market_changes(void **state)
{
    (void)state;
    assert_int_equal(change_of_market("params = { size = 1 }", "params = { size = 1.0 } -- a comment\n"), 0);
    assert_int_equal(change_of_market("params = { size = 1 }", "params = { size = 2 }"), PG_CHANGE_PARAMS);
    assert_int_equal(change_of_market("params = { size = 1 }", ""), PG_CHANGE_PARAMS);
    assert_int_equal(change_of_market("", "strategy = 'strategies/grid.lua'"), PG_CHANGE_SCRIPT);
    assert_int_equal(change_of_market("", "estimators = { fair = 'fair_microprice' }"), PG_CHANGE_SCRIPT);
    assert_int_equal(change_of_market("estimators = { fair = { 'fair_mid', x = 1 } }",
                                      "estimators = { fair = { 'fair_mid', x = 2 } }"),
                     PG_CHANGE_PARAMS);
    assert_int_equal(change_of_market("", "capital = 500, params = { size = 2 }"),
                     PG_CHANGE_SETTINGS | PG_CHANGE_PARAMS);
    assert_int_equal(change_of_market("", "reprice_bps = 2"), PG_CHANGE_SETTINGS);
    assert_int_equal(change_of_market("", "enabled = false"), PG_CHANGE_REMOVED);
    assert_int_equal(change_of_market("enabled = false", ""), PG_CHANGE_ADDED);
    pg_config_diff diff = compare(PAPER MARKET, PAPER "market { venue = 'paper', symbol = 'BTC', "
                                                      "strategy = 'strategies/symmetric.lua' }");
    assert_int_equal(diff.market_count, 2);
    assert_int_equal(diff.markets[0].what, PG_CHANGE_REMOVED);
    assert_int_equal(diff.markets[0].after, -1);
    assert_int_equal(diff.markets[1].what, PG_CHANGE_ADDED);
    assert_int_equal(diff.markets[1].before, -1);
}

static void test_other_changes(void **state)
{
    (void)state;
    pg_config_diff diff = compare(PAPER MARKET, PAPER MARKET "risk { max_order_usd = 5 }");
    assert_true(diff.risk && !diff.host && diff.restart_count == 0 && diff.market_count == 0);
    diff = compare(PAPER MARKET "host { probation_s = 5 }", PAPER MARKET);
    assert_true(!diff.risk && diff.host && diff.restart_count == 0);
    diff = compare(PAPER MARKET, PAPER MARKET "host { ledger = 'other.db' } web {}");
    assert_int_equal(diff.restart_count, 2);
    assert_string_equal(diff.restart[0], "web: enabled");
    assert_string_equal(diff.restart[1], "host: ledger");
    diff = compare(PAPER MARKET,
                   "venue 'paper' { kind = 'hyperliquid', network = 'local', data = 'synthetic', seed = 2 }" MARKET);
    assert_int_equal(diff.restart_count, 1);
    assert_string_equal(diff.restart[0], "venue paper: seed");
    diff =
        compare(PAPER MARKET, PAPER MARKET "venue 'x' { kind = 'hyperliquid', network = 'local', data = 'synthetic' }");
    assert_int_equal(diff.restart_count, 1);
    diff =
        compare(PAPER MARKET, PAPER MARKET "venue 'x' { kind = 'hyperliquid', network = 'mainnet', enabled = false }");
    assert_int_equal(diff.restart_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped),
        cmocka_unit_test(test_shipped_has_every_setting),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_everything),
        cmocka_unit_test(test_each_mistake),
        cmocka_unit_test(test_limits_are_the_gate_s),
        cmocka_unit_test(test_real_money_needs_limits),
        cmocka_unit_test(test_all_mistakes),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_keys_are_not_repeated),
        cmocka_unit_test(test_missing_file),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_market_changes),
        cmocka_unit_test(test_other_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
