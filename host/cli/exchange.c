/* perigee exchange: the built-in exchange as a server of its own. */
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/decimal.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "sim/exchange_hyperliquid.h"

enum { FUNDS_MAX = 64, FAULTS_BYTES = 1 << 20, ROOM = 64 };

static const char help[] =
    "perigee exchange hyperliquid [options]\n"
    "\n"
    "Serves the built-in exchange on 127.0.0.1, speaking Hyperliquid's protocol: POST /info, POST /exchange and a\n"
    "WebSocket at /ws. Signatures and nonces are verified, and what the venue refuses is refused. Says\n"
    "\"listening on http://127.0.0.1:PORT\" when it is ready, and ends on Ctrl-C.\n"
    "\n"
    "  --port N             port (default: any free one)\n"
    "  --synthetic          synthetic markets (the default)\n"
    "  --coin NAME[=PRICE]  a synthetic market; may be repeated (default ETH and BTC)\n"
    "  --data TAPE          plays a tape, from its start again when it ends; may be repeated\n"
    "  --speed X            of tapes (default 1)\n"
    "  --fund ADDRESS=USD   an account with money; may be repeated\n"
    "  --seed N             of markets, ids and faults (default 1)\n"
    "  --block MS           blocks: cancels and post-only orders of one go first (default 50, 0: none)\n"
    "  --network NAME       whose signatures are taken: testnet (default) or mainnet\n"
    "  --no-limits          no limits of requests by time and by traded volume\n"
    "  --any-volume         scheduleCancel without 1,000,000 USD traded\n"
    "  --faults FILE        what goes wrong, as JSON: [{\"channel\":\"trades\",\"fault\":\"drop\",\"count\":5},\n"
    "                       {\"channel\":\"/exchange\",\"fault\":\"status\",\"code\":503,\"probability\":0.1}]\n"
    "                       channel: a stream, post, /info, /exchange, action, or * for all\n"
    "                       fault: drop delay duplicate reorder cut cut_inside half_open silence status html\n"
    "                       truncate unknown huge reject; with after, count, probability, ms, code, text\n";

typedef struct {
    pg_hl_exchange_config config;
    pg_hl_exchange_coin coins[PG_EXCHANGE_MARKETS];
    pg_synthetic_params params[PG_EXCHANGE_MARKETS];
    pg_tape *tapes[PG_EXCHANGE_MARKETS];
    pg_hl_exchange_fund funds[FUNDS_MAX];
    int coin_count, tape_count, fund_count;
    double speed;
    const char *tape_paths[PG_EXCHANGE_MARKETS], *coin_names[PG_EXCHANGE_MARKETS], *faults_path;
    int tape_path_count, coin_name_count;
    pg_faults *faults;
    bool with_host;
} setup;

/* ---- options ---- */

static pg_status read_whole(int64_t *value, const char *option, const char *text, int64_t most, pg_error *err)
{
    if (pg_decimal_parse(value, text, strlen(text), 0) == PG_OK && *value >= 0 && *value <= most)
        return PG_OK;
    return pg_fail(err, PG_ERR_INVALID, "--%s takes a whole number of 0 to %lld, not '%s'", option, (long long)most,
                   text);
}

static pg_status read_fund(setup *s, char *text, pg_error *err)
{
    char *equals = strchr(text, '=');
    if (!equals || s->fund_count == FUNDS_MAX)
        return pg_fail(err, PG_ERR_INVALID, "--fund takes ADDRESS=USD, %d times at most", FUNDS_MAX);
    pg_hl_exchange_fund *fund = &s->funds[s->fund_count];
    *equals = '\0';
    fund->address = text;
    pg_status status = read_whole(&fund->usd, "fund", equals + 1, 1000000000000, err);
    s->fund_count += status == PG_OK;
    return status;
}

static pg_status read_network(setup *s, const char *text, pg_error *err)
{
    if (strcmp(text, "mainnet") != 0 && strcmp(text, "testnet") != 0)
        return pg_fail(err, PG_ERR_INVALID, "--network is mainnet or testnet, not '%s'", text);
    s->config.network = text[0] == 'm' ? PG_HL_MAINNET : PG_HL_TESTNET;
    return PG_OK;
}

static pg_status read_path(const char **list, int *count, const char *text, pg_error *err)
{
    if (*count == PG_EXCHANGE_MARKETS)
        return pg_fail(err, PG_ERR_INVALID, "an exchange has %d markets at most", PG_EXCHANGE_MARKETS);
    list[(*count)++] = text;
    return PG_OK;
}

static pg_status read_option(setup *s, int option, char *text, pg_error *err)
{
    int64_t value = 0;
    pg_status status = PG_OK;
    switch (option) {
    case 'p':
        status = read_whole(&value, "port", text, 65535, err);
        s->config.port = (int)value;
        break;
    case 'b': status = read_whole(&s->config.block_ms, "block", text, 10000, err); break;
    case 'r':
        status = read_whole(&value, "seed", text, INT64_MAX, err);
        s->config.seed = (uint64_t)value;
        break;
    case 'c': status = read_path(s->coin_names, &s->coin_name_count, text, err); break;
    case 'd': status = read_path(s->tape_paths, &s->tape_path_count, text, err); break;
    case 's': status = pg_option_number(&s->speed, "speed", text, err); break;
    case 'f': status = read_fund(s, text, err); break;
    case 'n': status = read_network(s, text, err); break;
    case 'u': s->config.limits = false; break;
    case 'v': s->config.waive_volume = true; break;
    case 'x': s->faults_path = text; break;
    case 'w': s->with_host = true; break;
    default: break; /* --synthetic: it is so */
    }
    return status;
}

/* Exit status, or -1 to go on. */
static int parse(setup *s, int argc, char **argv)
{
    static const struct option options[] = {
        { "port", required_argument, NULL, 'p' },
        { "synthetic", no_argument, NULL, 'y' },
        { "coin", required_argument, NULL, 'c' },
        { "data", required_argument, NULL, 'd' },
        { "speed", required_argument, NULL, 's' },
        { "fund", required_argument, NULL, 'f' },
        { "seed", required_argument, NULL, 'r' },
        { "block", required_argument, NULL, 'b' },
        { "network", required_argument, NULL, 'n' },
        { "no-limits", no_argument, NULL, 'u' },
        { "any-volume", no_argument, NULL, 'v' },
        { "faults", required_argument, NULL, 'x' },
        { "with-host", no_argument, NULL, 'w' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    pg_error err = { 0 };
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        if (option == 'h') {
            fputs(help, stdout);
            return 0;
        }
        if (option == '?') {
            fputs(help, stderr);
            return 2;
        }
        if (read_option(s, option, optarg, &err) != PG_OK) {
            pg_cli_fail("exchange", &err);
            return 2;
        }
    }
    if (optind + 1 == argc && strcmp(argv[optind], "hyperliquid") == 0)
        return -1;
    fprintf(stderr, "perigee exchange: say whose protocol it speaks: hyperliquid\n\n%s", help);
    return 2;
}

/* ---- markets ---- */

static pg_status add_synthetic(setup *s, const char *text, pg_error *err)
{
    char name[PG_SYMBOL_SIZE];
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : strlen(text);
    double price = 0;
    if (length == 0 || length >= sizeof name)
        return pg_fail(err, PG_ERR_INVALID, "--coin takes NAME[=PRICE] with a name of 1 to %d bytes",
                       PG_SYMBOL_SIZE - 1);
    snprintf(name, sizeof name, "%.*s", (int)length, text);
    pg_status status = equals ? pg_option_number(&price, "coin", equals + 1, err) : PG_OK;
    int i = s->coin_count;
    if (status == PG_OK)
        status =
            pg_hl_exchange_synthetic_coin(&s->coins[i], &s->params[i], name, price, s->config.seed + (uint64_t)i, err);
    s->coin_count += status == PG_OK;
    return status;
}

static pg_status add_tape(setup *s, const char *path, pg_error *err)
{
    char warning[512];
    pg_status status = pg_tape_open(&s->tapes[s->tape_count], path, warning, sizeof warning, err);
    if (status != PG_OK)
        return status;
    if (warning[0])
        fprintf(stderr, "perigee exchange: %s\n", warning);
    status = pg_hl_exchange_tape_coin(&s->coins[s->coin_count], s->tapes[s->tape_count++], s->speed, err);
    s->coin_count += status == PG_OK;
    return status;
}

static pg_status add_markets(setup *s, pg_error *err)
{
    pg_status status = PG_OK;
    if (s->coin_name_count + s->tape_path_count > PG_EXCHANGE_MARKETS)
        return pg_fail(err, PG_ERR_INVALID, "an exchange has %d markets at most", PG_EXCHANGE_MARKETS);
    for (int i = 0; i < s->tape_path_count && status == PG_OK; i++)
        status = add_tape(s, s->tape_paths[i], err);
    if (s->tape_path_count == 0 && s->coin_name_count == 0) {
        s->coin_names[s->coin_name_count++] = "ETH";
        s->coin_names[s->coin_name_count++] = "BTC";
    }
    for (int i = 0; i < s->coin_name_count && status == PG_OK; i++)
        status = add_synthetic(s, s->coin_names[i], err);
    s->config.coins = s->coins;
    s->config.coin_count = s->coin_count;
    s->config.funds = s->funds;
    s->config.fund_count = s->fund_count;
    return status;
}

static pg_status add_faults(setup *s, pg_error *err)
{
    char *text = NULL;
    size_t size;
    if (!s->faults_path)
        return PG_OK;
    pg_status status = pg_faults_new(&s->faults, s->config.seed, err);
    if (status == PG_OK)
        status = pg_file_read(&text, &size, s->faults_path, FAULTS_BYTES, err);
    if (status == PG_OK)
        status = pg_faults_read(s->faults, text, size, err);
    if (status != PG_OK)
        pg_error_where(err, "%s", s->faults_path);
    free(text);
    s->config.faults = s->faults;
    return status;
}

/* ---- running ---- */

static void on_signal(uv_signal_t *signal, int number)
{
    (void)number;
    pg_loop_stop(signal->data);
}

/* Standard input, when a host is at its other end. */
typedef struct {
    uv_pipe_t pipe;
    char room[ROOM];
} lifeline;

/* What it is told is nobody's business; the end of it is the end. */
static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    *buffer = uv_buf_init(((lifeline *)handle)->room, ROOM);
}

static void on_input(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    (void)buffer;
    if (size < 0)
        pg_loop_stop(stream->data);
}

/* Ends with the process at the other end of standard input. */
static void watch_input(lifeline *line, pg_loop *loop)
{
    uv_pipe_init(pg_loop_uv(loop), &line->pipe, 0);
    line->pipe.data = loop;
    if (uv_pipe_open(&line->pipe, STDIN_FILENO) == 0)
        uv_read_start((uv_stream_t *)&line->pipe, give_room, on_input);
}

static void run_until_signal(pg_loop *loop, bool with_host)
{
    lifeline line;
    if (with_host)
        watch_input(&line, loop);
    static const int numbers[] = { SIGINT, SIGTERM };
    uv_signal_t signals[2];
    for (int i = 0; i < 2; i++) {
        uv_signal_init(pg_loop_uv(loop), &signals[i]);
        signals[i].data = loop;
        uv_signal_start(&signals[i], on_signal, numbers[i]);
    }
    pg_loop_run(loop);
    for (int i = 0; i < 2; i++)
        uv_close((uv_handle_t *)&signals[i], NULL);
    if (with_host)
        uv_close((uv_handle_t *)&line.pipe, NULL);
    pg_loop_run_for(loop, 0);
}

static pg_status serve(setup *s, pg_error *err)
{
    pg_log log = { .out = stderr, .level = PG_LOG_WARN, .clock = pg_clock_real() };
    pg_loop *loop = NULL;
    pg_hl_exchange *exchange = NULL;
    s->config.log = &log;
    pg_status status = pg_loop_new(&loop, err);
    if (status == PG_OK)
        status = pg_hl_exchange_new(&exchange, loop, &s->config, err);
    if (status == PG_OK) {
        printf("listening on %s\n", pg_hl_exchange_url(exchange));
        fflush(stdout);
        run_until_signal(loop, s->with_host);
    }
    pg_hl_exchange_free(exchange);
    pg_loop_free(loop);
    return status;
}

int pg_cli_exchange(int argc, char **argv)
{
    setup *s = calloc(1, sizeof *s);
    pg_error err = { 0 };
    if (!s)
        return pg_cli_fail("exchange", &(pg_error){ .what = "no memory" });
    s->speed = 1;
    s->config = (pg_hl_exchange_config){ .seed = 1, .network = PG_HL_TESTNET, .block_ms = 50, .limits = true };
    int result = parse(s, argc, argv);
    if (result < 0) {
        pg_status status = add_faults(s, &err);
        if (status == PG_OK)
            status = add_markets(s, &err);
        if (status == PG_OK)
            status = serve(s, &err);
        result = status == PG_OK ? 0 : pg_cli_fail("exchange", &err);
    }
    for (int i = 0; i < s->tape_count; i++)
        pg_tape_close(s->tapes[i]);
    pg_faults_free(s->faults);
    free(s);
    return result;
}
