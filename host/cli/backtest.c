/* perigee backtest: a strategy over recorded data. */
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/commands.h"
#include "data/timestamp.h"
#include "report/report.h"
#include "study/dataset.h"

enum { MAX_SETTINGS = 64, MAX_ROWS = 1 << 20 };

static const char help[] =
    "perigee backtest STRATEGY.lua DATA... [options]\n"
    "\n"
    "DATA is a tape, or recordings of one market (CSV or JSON, plain, gzip or zstd) that are merged.\n"
    "\n"
    "  --set NAME=VALUE        a parameter of the strategy; SLOT.NAME=VALUE one of an estimator\n"
    "  --estimator SLOT=NAME   another estimator in a slot\n"
    "  --from TIME, --to TIME  part of the data: 2025-09-04T20:00:00 (UTC) or 20:00[:00]\n"
    "  --queue MODEL[:N]       risk_averse, power1..power3 (N: exponent), log1, log2; default power3:3\n"
    "  --fill queue|cross      fill model; cross knows no queue, for comparison only\n"
    "  --validity S, --cooldown S, --ignore-aggressor\n"
    "                          of the cross model: 60 s, 60 s, off\n"
    "  --latency MS[:MS]       order entry and response; default 30:30\n"
    "  --latency-sigma S       makes both lognormal with these medians\n"
    "  --latency-file FILE     recorded: CSV of sent_ns,exch_ns,reply_ns\n"
    "  --feed-latency MS[:S]   exchange time + MS instead of the recorded receive times (S: lognormal sigma)\n"
    "  --maker-fee BPS, --taker-fee BPS      default 1.5 and 4.5; negative: rebate\n"
    "  --capital QUOTE         default 10000\n"
    "  --max-position BASE     default: capital at the first price; none: no limit\n"
    "  --size-tolerance X      relative size difference that is left alone; default 0.1\n"
    "  --reprice-bps BPS       an order this close to its wanted price stays\n"
    "  --min-life-ms MS        a quote younger than this is left alone, unless it must be pulled\n"
    "  --refresh S             a quote of this age is placed anew\n"
    "  --order-timeout S       an order of this age is cancelled\n"
    "  --ping-pong             one side at a time: after a fill the other\n"
    "  --seed N                of random numbers; default 1\n"
    "  --memory-mb N, --budget-ms N          limits of the script; default 64 MB, 4 ms a callback\n"
    "  --trusted               the scripts may require \"ffi\", as with trusted = true in config.lua\n"
    "  --reference DATA        another market, which the strategy sees as ctx.reference\n"
    "  --layout NAME|FILE      how to read foreign files, when the look of them does not tell\n"
    "  --symbol S, --venue V   of foreign files\n"
    "  --report FILE.html      an HTML report\n"
    "  --json FILE             every figure as JSON (- for the standard output)\n"
    "  --csv-dir FOLDER        fills.csv and equity.csv\n"
    "  --quiet                 no headline, bar and summary\n"
    "  --log-json              what the script logs as JSON lines\n";

typedef struct {
    pg_backtest_config config;
    pg_setting params[MAX_SETTINGS], estimators[MAX_SETTINGS];
    pg_latency_row *latency_rows;
    const char *layout, *symbol, *venue, *reference;
    const char *report, *json, *csv;
    const char *from, *to;
    bool quiet, log_json;
    const char *const *data;
    int data_count;
    char command[2048];
} options;

/* ---- reading options ---- */

static pg_status number(double *value, const char *name, const char *text, pg_error *err)
{
    char *end;
    *value = strtod(text, &end);
    if (end == text || *end || !isfinite(*value))
        return pg_fail(err, PG_ERR_INVALID, "--%s takes a number, not '%s'", name, text);
    return PG_OK;
}

/* Splits NAME=VALUE in place into the next setting. */
static pg_status setting(pg_setting *settings, int *count, const char *option, char *text, pg_error *err)
{
    char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return pg_fail(err, PG_ERR_INVALID, "--%s takes NAME=VALUE, not '%s'", option, text);
    if (*count == MAX_SETTINGS)
        return pg_fail(err, PG_ERR_INVALID, "more than %d --%s", MAX_SETTINGS, option);
    *equals = '\0';
    settings[(*count)++] = (pg_setting){ text, equals + 1 };
    return PG_OK;
}

static pg_status queue(pg_backtest_config *config, char *text, pg_error *err)
{
    char *colon = strchr(text, ':');
    if (colon)
        *colon = '\0';
    int model = strcmp(text, "risk_averse") == 0 ? PG_QUEUE_RISK_ADVERSE : pg_queue_model_parse(text);
    if (model < 0) {
        pg_fail(err, PG_ERR_INVALID, "there is no queue model '%s'", text);
        pg_error_remedy(err, "use risk_averse, power1, power2, power3, log1 or log2");
        return PG_ERR_INVALID;
    }
    config->queue = (pg_queue_model)model;
    return colon ? number(&config->queue_power, "queue", colon + 1, err) : PG_OK;
}

static pg_status latency(pg_backtest_config *config, char *text, pg_error *err)
{
    char *colon = strchr(text, ':');
    double entry, response;
    if (colon)
        *colon = '\0';
    pg_status status = number(&entry, "latency", text, err);
    response = entry;
    if (status == PG_OK && colon)
        status = number(&response, "latency", colon + 1, err);
    config->order_latency.entry_ns = (int64_t)(entry * 1e6);
    config->order_latency.response_ns = (int64_t)(response * 1e6);
    return status;
}

static pg_status feed_latency(pg_backtest_config *config, char *text, pg_error *err)
{
    char *colon = strchr(text, ':');
    if (colon)
        *colon = '\0';
    pg_status status = number(&config->feed_ms, "feed-latency", text, err);
    if (status == PG_OK && config->feed_ms < 0)
        status = pg_fail(err, PG_ERR_INVALID, "--feed-latency must not be negative");
    if (status == PG_OK && colon)
        status = number(&config->feed_sigma, "feed-latency", colon + 1, err);
    return status;
}

/* Recorded latency: lines of sent_ns,exch_ns,reply_ns after a header line. */
static pg_status latency_file(options *o, const char *path, pg_error *err)
{
    char *text;
    size_t size, count = 0;
    pg_status status = pg_file_read(&text, &size, path, 256ul << 20, err);
    if (status != PG_OK)
        return status;
    size_t capacity = 0;
    int line = 0;
    for (char *at = text; at && *at && status == PG_OK; at = strchr(at, '\n')) {
        at += *at == '\n';
        line++;
        long long sent, exch, reply;
        if (!*at || line == 1)
            continue;
        if (sscanf(at, "%lld,%lld,%lld", &sent, &exch, &reply) != 3) {
            status = pg_fail(err, PG_ERR_PARSE, "not sent_ns,exch_ns,reply_ns");
            pg_error_where(err, "%s:%d", path, line);
        } else if (count == capacity) {
            capacity = capacity ? 2 * capacity : 1024;
            pg_latency_row *grown = realloc(o->latency_rows, capacity * sizeof *grown);
            if (!grown)
                status = pg_fail(err, PG_ERR_MEMORY, "no memory for recorded latencies");
            else
                o->latency_rows = grown;
        }
        if (status == PG_OK)
            o->latency_rows[count++] = (pg_latency_row){ sent, exch, reply };
    }
    free(text);
    o->config.order_latency =
        (pg_latency_config){ .kind = PG_LATENCY_RECORDED, .rows = o->latency_rows, .row_count = count };
    return status;
}

static pg_status max_position(pg_backtest_config *config, const char *text, pg_error *err)
{
    if (strcmp(text, "none") == 0) {
        config->max_position = INFINITY;
        return PG_OK;
    }
    pg_status status = number(&config->max_position, "max-position", text, err);
    if (status == PG_OK && config->max_position <= 0)
        status = pg_fail(err, PG_ERR_INVALID, "--max-position must be positive, or none");
    return status;
}

static pg_status fill_model(pg_backtest_config *config, const char *text, pg_error *err)
{
    if (strcmp(text, "queue") != 0 && strcmp(text, "cross") != 0)
        return pg_fail(err, PG_ERR_INVALID, "--fill is queue or cross, not '%s'", text);
    config->fill = *text == 'q' ? PG_FILL_QUEUE : PG_FILL_CROSS;
    return PG_OK;
}

enum {
    SET,
    ESTIMATOR,
    FROM,
    TO,
    QUEUE,
    FILL,
    VALIDITY,
    COOLDOWN,
    IGNORE,
    LATENCY,
    LATENCY_SIGMA,
    LATENCY_FILE,
    FEED,
    MAKER,
    TAKER,
    CAPITAL,
    MAX_POSITION,
    TOLERANCE,
    REPRICE,
    MIN_LIFE,
    REFRESH,
    TIMEOUT,
    PING_PONG,
    SEED,
    MEMORY,
    BUDGET,
    TRUSTED,
    REFERENCE,
    LAYOUT,
    SYMBOL,
    VENUE,
    REPORT,
    JSON,
    CSV,
    QUIET,
    LOG_JSON,
    HELP
};

static const struct option long_options[] = {
    { "set", required_argument, NULL, SET },
    { "estimator", required_argument, NULL, ESTIMATOR },
    { "from", required_argument, NULL, FROM },
    { "to", required_argument, NULL, TO },
    { "queue", required_argument, NULL, QUEUE },
    { "fill", required_argument, NULL, FILL },
    { "validity", required_argument, NULL, VALIDITY },
    { "cooldown", required_argument, NULL, COOLDOWN },
    { "ignore-aggressor", no_argument, NULL, IGNORE },
    { "latency", required_argument, NULL, LATENCY },
    { "latency-sigma", required_argument, NULL, LATENCY_SIGMA },
    { "latency-file", required_argument, NULL, LATENCY_FILE },
    { "feed-latency", required_argument, NULL, FEED },
    { "maker-fee", required_argument, NULL, MAKER },
    { "taker-fee", required_argument, NULL, TAKER },
    { "capital", required_argument, NULL, CAPITAL },
    { "max-position", required_argument, NULL, MAX_POSITION },
    { "size-tolerance", required_argument, NULL, TOLERANCE },
    { "reprice-bps", required_argument, NULL, REPRICE },
    { "min-life-ms", required_argument, NULL, MIN_LIFE },
    { "refresh", required_argument, NULL, REFRESH },
    { "order-timeout", required_argument, NULL, TIMEOUT },
    { "ping-pong", no_argument, NULL, PING_PONG },
    { "seed", required_argument, NULL, SEED },
    { "memory-mb", required_argument, NULL, MEMORY },
    { "budget-ms", required_argument, NULL, BUDGET },
    { "reference", required_argument, NULL, REFERENCE },
    { "layout", required_argument, NULL, LAYOUT },
    { "trusted", no_argument, NULL, TRUSTED },
    { "symbol", required_argument, NULL, SYMBOL },
    { "venue", required_argument, NULL, VENUE },
    { "report", required_argument, NULL, REPORT },
    { "json", required_argument, NULL, JSON },
    { "csv-dir", required_argument, NULL, CSV },
    { "quiet", no_argument, NULL, QUIET },
    { "log-json", no_argument, NULL, LOG_JSON },
    { "help", no_argument, NULL, HELP },
    { 0 },
};

static pg_status number_option(options *o, int option, const char *name, const char *text, pg_error *err)
{
    double value;
    pg_status status = number(&value, name, text, err);
    if (status != PG_OK)
        return status;
    pg_backtest_config *c = &o->config;
    switch (option) {
    case VALIDITY: c->quote_validity_s = value; break;
    case COOLDOWN: c->cooldown_s = value; break;
    case LATENCY_SIGMA:
        c->order_latency.kind = PG_LATENCY_LOGNORMAL;
        c->order_latency.log_sigma = value;
        break;
    case MAKER: c->maker_fee_bps = value; break;
    case TAKER: c->taker_fee_bps = value; break;
    case CAPITAL: c->capital = value; break;
    case TOLERANCE: c->size_tolerance = value; break;
    case REPRICE: c->reprice_bps = value; break;
    case MIN_LIFE: c->min_life_ms = value; break;
    case REFRESH: c->refresh_s = value; break;
    case TIMEOUT: c->order_timeout_s = value; break;
    case SEED: c->seed = (uint64_t)value; break;
    case MEMORY:
        if (!(value >= 1 && value <= 65536))
            return pg_fail(err, PG_ERR_INVALID, "--memory-mb must lie in 1 to 65536");
        c->limits.memory_bytes = (size_t)(value * 1048576);
        break;
    case BUDGET:
        if (!(value > 0 && value <= 3.6e6))
            return pg_fail(err, PG_ERR_INVALID, "--budget-ms must be positive");
        c->limits.callback_ns = (int64_t)(value * 1e6);
        break;
    }
    return PG_OK;
}

static pg_status one_option(options *o, int option, const char *name, pg_error *err)
{
    pg_backtest_config *c = &o->config;
    switch (option) {
    case SET: return setting(o->params, &c->param_count, "set", optarg, err);
    case ESTIMATOR: return setting(o->estimators, &c->estimator_count, "estimator", optarg, err);
    case FROM: o->from = optarg; return PG_OK;
    case TO: o->to = optarg; return PG_OK;
    case QUEUE: return queue(c, optarg, err);
    case FILL: return fill_model(c, optarg, err);
    case FEED: return feed_latency(c, optarg, err);
    case IGNORE: c->ignore_aggressor = true; return PG_OK;
    case PING_PONG: c->ping_pong = true; return PG_OK;
    case LATENCY: return latency(c, optarg, err);
    case LATENCY_FILE: return latency_file(o, optarg, err);
    case MAX_POSITION: return max_position(c, optarg, err);
    case TRUSTED: c->trusted = true; return PG_OK;
    case REFERENCE: o->reference = optarg; return PG_OK;
    case LAYOUT: o->layout = optarg; return PG_OK;
    case SYMBOL: o->symbol = optarg; return PG_OK;
    case VENUE: o->venue = optarg; return PG_OK;
    case REPORT: o->report = optarg; return PG_OK;
    case JSON: o->json = optarg; return PG_OK;
    case CSV: o->csv = optarg; return PG_OK;
    case QUIET: o->quiet = true; return PG_OK;
    case LOG_JSON: o->log_json = true; return PG_OK;
    default: return number_option(o, option, name, optarg, err);
    }
}

/* The command line again, quoted where a shell needs it. */
static void remember_command(options *o, int argc, char **argv)
{
    size_t used = (size_t)snprintf(o->command, sizeof o->command, "perigee");
    for (int i = 0; i < argc && used < sizeof o->command; i++) {
        bool quote = argv[i][strcspn(argv[i], " '\"\\$&|;<>()*?[]#~`!")] != '\0';
        used += (size_t)snprintf(o->command + used, sizeof o->command - used, quote ? " '%s'" : " %s", argv[i]);
    }
}

/* Returns -1 to go on, else the exit status. */
static int parse(options *o, int argc, char **argv)
{
    pg_error err = { 0 };
    remember_command(o, argc, argv);
    optind = 1;
    int option, index = 0;
    while ((option = getopt_long(argc, argv, "", long_options, &index)) != -1) {
        if (option == HELP) {
            fputs(help, stdout);
            return 0;
        }
        if (option == '?') {
            fprintf(stderr, "perigee backtest --help lists the options\n");
            return 2;
        }
        if (one_option(o, option, long_options[index].name, &err) != PG_OK) {
            pg_cli_fail("backtest", &err);
            return 2;
        }
    }
    if (argc - optind < 2) {
        fputs(help, stderr);
        return 2;
    }
    o->config.strategy = argv[optind];
    o->config.params = o->params;
    o->config.estimators = o->estimators;
    o->data = (const char *const *)argv + optind + 1;
    o->data_count = argc - optind - 1;
    return -1;
}

/* ---- running ---- */

static pg_status open_data(const char *const *paths, int count, const pg_dataset_options *dataset, pg_tape **tape,
                           pg_error *err)
{
    char warning[512] = "";
    pg_status status = pg_dataset_open(tape, paths, count, dataset, warning, sizeof warning, err);
    if (status == PG_OK && warning[0])
        fprintf(stderr, "perigee backtest: %s\n", warning);
    return status;
}

/* --from and --to: a full time, or a time of the first event's day. */
static pg_status read_time(int64_t *time_ns, const char *option, const char *text, const pg_tape *tape, pg_error *err)
{
    char full[64];
    if (!text)
        return PG_OK;
    if (strlen(text) <= 8) {
        char day[32];
        pg_report_time(day, pg_tape_events(tape)[0].local_ns);
        snprintf(full, sizeof full, "%.10sT%s%s", day, text, strlen(text) == 5 ? ":00" : "");
        text = full;
    }
    if (pg_time_parse(time_ns, text, strlen(text), PG_TIME_ISO) != PG_OK)
        return pg_fail(err, PG_ERR_INVALID, "--%s: '%s' is no time such as 2025-09-04T20:00:00 or 20:00", option, text);
    return PG_OK;
}

typedef struct {
    double start;
} bar;

static void show_bar(void *self, double part, size_t events)
{
    pg_report_bar(stderr, part, events, pg_clock_elapsed() - ((bar *)self)->start);
}

static pg_status write_json(const options *o, const pg_report *report, pg_error *err)
{
    pg_text text = { 0 };
    pg_report_json(&text, report);
    pg_status status = pg_text_check(&text, err);
    if (status == PG_OK && strcmp(o->json, "-") == 0)
        fwrite(text.data, 1, text.length, stdout);
    else if (status == PG_OK)
        status = pg_file_write(o->json, text.data, text.length, err);
    pg_text_free(&text);
    return status;
}

static pg_status write_html(const options *o, const pg_report *report, pg_error *err)
{
    pg_text text = { 0 };
    pg_status status = pg_report_html(&text, report, err);
    if (status == PG_OK)
        status = pg_file_write(o->report, text.data, text.length, err);
    pg_text_free(&text);
    return status;
}

static pg_status write_reports(const options *o, const pg_backtest *backtest, double seconds, pg_error *err)
{
    static pg_metrics metrics;
    pg_metrics_compute(&metrics, backtest);
    pg_report report = { backtest, &metrics, o->command };
    pg_status status = PG_OK;
    if (o->report)
        status = write_html(o, &report, err);
    if (status == PG_OK && o->json)
        status = write_json(o, &report, err);
    if (status == PG_OK && o->csv)
        status = pg_report_csv(o->csv, &report, err);
    if (status == PG_OK && !o->quiet)
        pg_report_summary(o->json && strcmp(o->json, "-") == 0 ? stderr : stdout, &report, seconds, o->report);
    return status;
}

static pg_status run(const options *o, pg_tape *tape, pg_error *err)
{
    pg_backtest *backtest = NULL;
    pg_backtest_config config = o->config;
    pg_status status = read_time(&config.from_ns, "from", o->from, tape, err);
    if (status == PG_OK)
        status = read_time(&config.to_ns, "to", o->to, tape, err);
    if (status == PG_OK)
        status = pg_backtest_new(&backtest, &config, tape, err);
    if (status != PG_OK)
        return status;
    bool to_stderr = o->json && strcmp(o->json, "-") == 0;
    if (!o->quiet)
        pg_report_headline(to_stderr ? stderr : stdout, backtest);
    fflush(stdout);
    bar timing = { pg_clock_elapsed() };
    bool interactive = pg_cli_is_interactive() && !o->quiet;
    status = pg_backtest_run(backtest, (pg_watch){ &timing, interactive ? show_bar : NULL }, err);
    double seconds = pg_clock_elapsed() - timing.start;
    if (status != PG_OK) {
        pg_cli_fail("backtest", err);
        fputs(pg_session_details(pg_backtest_session(backtest)), stderr);
        fprintf(stderr, "  no report is written: the run did not reach the end of the data\n");
        err->what[0] = '\0';
    } else {
        if (interactive)
            show_bar(&timing, 1, pg_engine_get_stats(pg_backtest_engine(backtest))->events);
        status = write_reports(o, backtest, seconds, err);
    }
    pg_backtest_free(backtest);
    return status;
}

int pg_cli_backtest(int argc, char **argv)
{
    static options o;
    o = (options){ .config = pg_backtest_defaults() };
    pg_log log = { stderr, PG_LOG_INFO, PG_LOG_TEXT, pg_clock_real() };
    o.config.log = &log;
    int done = parse(&o, argc, argv);
    if (done >= 0)
        return done;
    log.format = o.log_json ? PG_LOG_JSON : PG_LOG_TEXT;
    pg_error err = { 0 };
    pg_tape *tape = NULL, *reference = NULL;
    const pg_dataset_options dataset = { .layout = o.layout, .symbol = o.symbol, .venue = o.venue };
    pg_status status = open_data(o.data, o.data_count, &dataset, &tape, &err);
    if (status == PG_OK && o.reference)
        status = open_data(&o.reference, 1, &(pg_dataset_options){ 0 }, &reference, &err);
    o.config.reference = reference;
    if (status == PG_OK)
        status = run(&o, tape, &err);
    if (status != PG_OK && err.what[0])
        pg_cli_fail("backtest", &err);
    pg_tape_close(tape);
    pg_tape_close(reference);
    free(o.latency_rows);
    return status == PG_OK ? 0 : 1;
}
