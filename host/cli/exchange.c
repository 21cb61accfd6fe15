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
#include "cli/exchange_venue.h"
#include "cli/options.h"

enum { FAULTS_BYTES = 1 << 20, ROOM = 64, OWN_MOST = 8, OWN_FIRST = 256 /* no character */ };

static const pg_exchange_venue *const venues[] = { &pg_exchange_venue_extended, &pg_exchange_venue_hyperliquid,
                                                   &pg_exchange_venue_lighter };

enum { VENUES = sizeof venues / sizeof *venues };

typedef struct {
    const pg_exchange_venue *venue;
    void *state; /* the venue's */
    pg_exchange_options options;
    const char *tape_paths[PG_EXCHANGE_MARKETS], *faults_path;
    int tape_path_count;
    bool with_host;
} setup;

/* ---- help ---- */

static void put_usage(FILE *out)
{
    fputs("perigee exchange VENUE [options]\n"
          "\n"
          "Serves the built-in exchange on 127.0.0.1, behind a venue's protocol:",
          out);
    for (int i = 0; i < VENUES; i++)
        fprintf(out, "%s %s", i ? "," : "", venues[i]->name);
    fputs(".\nperigee exchange VENUE --help tells more.\n", out);
}

static void put_help(FILE *out, const pg_exchange_venue *venue)
{
    fprintf(
        out,
        "perigee exchange %s [options]\n"
        "\n"
        "Serves the built-in exchange on 127.0.0.1. It speaks %s"
        "Says \"listening on http://127.0.0.1:PORT\" when it is ready, and ends on Ctrl-C.\n"
        "\n"
        "  --port N             port (default: any free one)\n"
        "  --synthetic          synthetic markets (the default)\n"
        "  --coin NAME[=PRICE]  a synthetic market; may be repeated (default ETH and BTC)\n"
        "  --data TAPE          plays a tape, from its start again when it ends; may be repeated\n"
        "  --speed X            of tapes (default 1)\n"
        "  --fund %s=USD\n"
        "                       an account with money; may be repeated\n"
        "%s"
        "  --seed N             of markets, ids and faults (default 1)\n"
        "  --network NAME       whose signatures are taken: testnet (default) or mainnet\n"
        "  --no-limits          no limits of requests\n"
        "%s"
        "  --faults FILE        what goes wrong, as JSON: [{\"channel\":\"trades\",\"fault\":\"drop\",\"count\":5},\n"
        "                       {\"channel\":\"*\",\"fault\":\"delay\",\"ms\":200,\"probability\":0.1}]\n"
        "%s"
        "                       fault: drop delay duplicate reorder cut cut_inside half_open silence status html\n"
        "                       truncate unknown huge reject; with after, count, probability, ms, code, text\n",
        venue->name, venue->does, venue->fund, venue->fund_is, venue->own_help, venue->channels);
}

/* ---- options ---- */

pg_status pg_exchange_whole(int64_t *value, const char *option, const char *text, int64_t most, pg_error *err)
{
    if (pg_decimal_parse(value, text, strlen(text), 0) == PG_OK && *value >= 0 && *value <= most)
        return PG_OK;
    return pg_fail(err, PG_ERR_INVALID, "--%s takes a whole number of 0 to %lld, not '%s'", option, (long long)most,
                   text);
}

/* The last "=" divides: an account's own text may have others. */
static pg_status read_fund(setup *s, char *text, pg_error *err)
{
    pg_exchange_options *o = &s->options;
    char *equals = strrchr(text, '=');
    if (!equals || o->fund_count == PG_EXCHANGE_FUNDS)
        return pg_fail(err, PG_ERR_INVALID, "--fund takes %s=USD, %d times at most", s->venue->fund, PG_EXCHANGE_FUNDS);
    *equals = '\0';
    o->funds[o->fund_count].account = text;
    pg_status status = pg_exchange_whole(&o->funds[o->fund_count].usd, "fund", equals + 1, 1000000000000, err);
    o->fund_count += status == PG_OK;
    return status;
}

static pg_status read_network(setup *s, const char *text, pg_error *err)
{
    if (strcmp(text, "mainnet") != 0 && strcmp(text, "testnet") != 0)
        return pg_fail(err, PG_ERR_INVALID, "--network is mainnet or testnet, not '%s'", text);
    s->options.mainnet = text[0] == 'm';
    return PG_OK;
}

static pg_status check_room(const setup *s, pg_error *err)
{
    if (s->options.coin_count + s->tape_path_count == PG_EXCHANGE_MARKETS)
        return pg_fail(err, PG_ERR_INVALID, "an exchange has %d markets at most", PG_EXCHANGE_MARKETS);
    return PG_OK;
}

static pg_status read_coin(setup *s, const char *text, pg_error *err)
{
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : strlen(text);
    pg_status status = check_room(s, err);
    if (status != PG_OK)
        return status;
    if (length == 0 || length >= PG_SYMBOL_SIZE)
        return pg_fail(err, PG_ERR_INVALID, "--coin takes NAME[=PRICE] with a name of 1 to %d bytes",
                       PG_SYMBOL_SIZE - 1);
    int i = s->options.coin_count++;
    snprintf(s->options.coins[i].name, PG_SYMBOL_SIZE, "%.*s", (int)length, text);
    return equals ? pg_option_number(&s->options.coins[i].price, "coin", equals + 1, err) : PG_OK;
}

static pg_status read_tape(setup *s, const char *text, pg_error *err)
{
    pg_status status = check_room(s, err);
    if (status == PG_OK)
        s->tape_paths[s->tape_path_count++] = text;
    return status;
}

static pg_status read_option(setup *s, int option, char *text, pg_error *err)
{
    pg_exchange_options *o = &s->options;
    int64_t value = 0;
    pg_status status = PG_OK;
    if (option >= OWN_FIRST)
        return s->venue->take(s->state, option - OWN_FIRST, text, err);
    switch (option) {
    case 'p':
        status = pg_exchange_whole(&value, "port", text, 65535, err);
        o->port = (int)value;
        break;
    case 'r':
        status = pg_exchange_whole(&value, "seed", text, INT64_MAX, err);
        o->seed = (uint64_t)value;
        break;
    case 'c': status = read_coin(s, text, err); break;
    case 'd': status = read_tape(s, text, err); break;
    case 's': status = pg_option_number(&o->speed, "speed", text, err); break;
    case 'f': status = read_fund(s, text, err); break;
    case 'n': status = read_network(s, text, err); break;
    case 'u': o->limits = false; break;
    case 'x': s->faults_path = text; break;
    case 'w': s->with_host = true; break;
    default: break; /* --synthetic: it is so */
    }
    return status;
}

static const struct option common[] = {
    { "port", required_argument, NULL, 'p' },  { "synthetic", no_argument, NULL, 'y' },
    { "coin", required_argument, NULL, 'c' },  { "data", required_argument, NULL, 'd' },
    { "speed", required_argument, NULL, 's' }, { "fund", required_argument, NULL, 'f' },
    { "seed", required_argument, NULL, 'r' },  { "network", required_argument, NULL, 'n' },
    { "no-limits", no_argument, NULL, 'u' },   { "faults", required_argument, NULL, 'x' },
    { "with-host", no_argument, NULL, 'w' },   { "help", no_argument, NULL, 'h' },
};

enum { COMMON = sizeof common / sizeof *common };

/* The common options and the venue's own, as getopt wants them. */
static void list_options(struct option list[COMMON + OWN_MOST + 1], const pg_exchange_venue *venue)
{
    PG_ASSERT(venue->own_count <= OWN_MOST);
    memset(list, 0, (COMMON + OWN_MOST + 1) * sizeof *list);
    memcpy(list, common, sizeof common);
    for (int i = 0; i < venue->own_count; i++)
        list[COMMON + i] = (struct option){ .name = venue->own[i].name,
                                            .has_arg = venue->own[i].has_value ? required_argument : no_argument,
                                            .val = OWN_FIRST + i };
}

/* Exit status, or -1 to go on. */
static int parse(setup *s, int argc, char **argv)
{
    struct option list[COMMON + OWN_MOST + 1];
    pg_error err = { 0 };
    list_options(list, s->venue);
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "h", list, NULL)) != -1;) {
        if (option == 'h' || option == '?') {
            put_help(option == 'h' ? stdout : stderr, s->venue);
            return option == 'h' ? 0 : 2;
        }
        if (read_option(s, option, optarg, &err) != PG_OK) {
            pg_cli_fail("exchange", &err);
            return 2;
        }
    }
    if (optind == argc)
        return -1;
    fprintf(stderr, "perigee exchange: '%s' is one word too many\n\n", argv[optind]);
    put_help(stderr, s->venue);
    return 2;
}

/* ---- markets and faults ---- */

static pg_status open_tapes(setup *s, pg_error *err)
{
    pg_exchange_options *o = &s->options;
    char warning[512];
    pg_status status = PG_OK;
    for (int i = 0; i < s->tape_path_count && status == PG_OK; i++) {
        status = pg_tape_open(&o->tapes[o->tape_count], s->tape_paths[i], warning, sizeof warning, err);
        o->tape_count += status == PG_OK;
        if (status == PG_OK && warning[0])
            fprintf(stderr, "perigee exchange: %s\n", warning);
    }
    return status;
}

static void name_usual_coins(pg_exchange_options *o, const pg_exchange_venue *venue)
{
    static const char *const usual[] = { "ETH", "BTC" };
    for (int i = 0; i < 2; i++)
        snprintf(o->coins[o->coin_count++].name, PG_SYMBOL_SIZE, "%s", usual[i]);
    for (int i = 0; venue->also && venue->also[i]; i++)
        snprintf(o->coins[o->coin_count++].name, PG_SYMBOL_SIZE, "%s", venue->also[i]);
}

static pg_status add_faults(setup *s, pg_error *err)
{
    char *text = NULL;
    size_t size;
    if (!s->faults_path)
        return PG_OK;
    pg_status status = pg_faults_new(&s->options.faults, s->options.seed, err);
    if (status == PG_OK)
        status = pg_file_read(&text, &size, s->faults_path, FAULTS_BYTES, err);
    if (status == PG_OK)
        status = pg_faults_read(s->options.faults, text, size, err);
    if (status != PG_OK)
        pg_error_where(err, "%s", s->faults_path);
    free(text);
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
    const char *url;
    s->options.log = &log;
    pg_status status = pg_loop_new(&loop, err);
    if (status == PG_OK)
        status = s->venue->open(s->state, &url, loop, &s->options, err);
    if (status == PG_OK) {
        printf("listening on %s\n", url);
        fflush(stdout);
        run_until_signal(loop, s->with_host);
    }
    s->venue->close(s->state);
    pg_loop_free(loop);
    return status;
}

static int run(setup *s, int argc, char **argv)
{
    pg_error err = { 0 };
    int result = parse(s, argc, argv);
    if (result >= 0)
        return result;
    if (s->tape_path_count == 0 && s->options.coin_count == 0)
        name_usual_coins(&s->options, s->venue);
    pg_status status = add_faults(s, &err);
    if (status == PG_OK)
        status = open_tapes(s, &err);
    if (status == PG_OK)
        status = serve(s, &err);
    return status == PG_OK ? 0 : pg_cli_fail("exchange", &err);
}

static const pg_exchange_venue *find_venue(const char *name)
{
    for (int i = 0; i < VENUES; i++)
        if (strcmp(venues[i]->name, name) == 0)
            return venues[i];
    return NULL;
}

int pg_cli_exchange(int argc, char **argv)
{
    const pg_exchange_venue *venue = argc > 1 ? find_venue(argv[1]) : NULL;
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        put_usage(stdout);
        return 0;
    }
    if (!venue) {
        if (argc > 1)
            fprintf(stderr, "perigee exchange: there is no venue '%s'\n\n", argv[1]);
        else
            fputs("perigee exchange: say whose protocol it speaks\n\n", stderr);
        put_usage(stderr);
        return 2;
    }
    setup *s = calloc(1, sizeof *s);
    void *state = calloc(1, venue->size);
    int result;
    if (s && state) {
        s->venue = venue;
        s->state = state;
        s->options = (pg_exchange_options){ .seed = 1, .limits = true, .speed = 1 };
        if (venue->init)
            venue->init(state);
        argv[1] = argv[0]; /* the messages of getopt begin with it */
        result = run(s, argc - 1, argv + 1);
        for (int i = 0; i < s->options.tape_count; i++)
            pg_tape_close(s->options.tapes[i]);
        pg_faults_free(s->options.faults);
    } else {
        result = pg_cli_fail("exchange", &(pg_error){ .what = "no memory" });
    }
    free(state);
    free(s);
    return result;
}
