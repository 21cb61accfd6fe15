/* perigee quote: a one-shot spread calculator, or one that keeps a parameter file up to date. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "report/quote_report.h"
#include "study/dataset.h"

static const char help[] =
    "perigee quote DATA... [options]\n"
    "\n"
    "Fits sigma and kappa on recorded data and shows the quotes of a model at the end of them, with every parameter.\n"
    "\n"
    "  --strategy as|glft      Avellaneda-Stoikov (default) or Gueant-Lehalle-Fernandez-Tapia\n"
    "  --gamma X               risk aversion gamma_px times mid, 1/base; default 5\n"
    "  --horizon DURATION      default 30m\n"
    "  --position BASE         held now; default 0\n"
    "  --size BASE             of a quote; default 0.05\n"
    "  --sigma METHOD          default garch_t      (perigee fit sigma DATA shows all)\n"
    "  --kappa METHOD          default mle          (perigee fit kappa DATA shows all)\n"
    "  --maker-fee BPS         the half-spread is never below it; default 1.5\n"
    "  --min-half-spread BPS, --max-half-spread BPS   limits of the half-spread; default none\n"
    "  --step DURATION         grid of the returns; default 5s. Longer where the price mostly stands still\n"
    "  --window DURATION       the last part of the data only: 4h\n"
    "  --from TIME, --to TIME  part of the data\n"
    "  --json [FILE]           every number as JSON; without a file to the standard output\n"
    "  --params-out FILE.json  the same, for strategies with params_file; written whole or not at all\n"
    "  --every DURATION        again and again on the growing data until interrupted\n"
    "  --times N               at most so many times\n"
    "  --layout NAME|FILE, --symbol S, --venue V   of foreign files\n";

typedef struct {
    pg_quote_request request;
    const char *from, *to, *json, *params_out;
    double window_s, step_s, every_s, times;
    pg_dataset_options dataset;
    const char *const *data;
    int data_count;
} options;

enum {
    STRATEGY,
    GAMMA,
    HORIZON,
    POSITION,
    SIZE,
    SIGMA,
    KAPPA,
    FEE,
    MIN_HALF,
    MAX_HALF,
    STEP,
    WINDOW,
    FROM,
    TO,
    JSON,
    PARAMS_OUT,
    EVERY,
    TIMES,
    LAYOUT,
    SYMBOL,
    VENUE,
    HELP
};

static const struct option long_options[] = {
    { "strategy", required_argument, NULL, STRATEGY },
    { "gamma", required_argument, NULL, GAMMA },
    { "horizon", required_argument, NULL, HORIZON },
    { "position", required_argument, NULL, POSITION },
    { "size", required_argument, NULL, SIZE },
    { "sigma", required_argument, NULL, SIGMA },
    { "kappa", required_argument, NULL, KAPPA },
    { "maker-fee", required_argument, NULL, FEE },
    { "min-half-spread", required_argument, NULL, MIN_HALF },
    { "max-half-spread", required_argument, NULL, MAX_HALF },
    { "step", required_argument, NULL, STEP },
    { "window", required_argument, NULL, WINDOW },
    { "from", required_argument, NULL, FROM },
    { "to", required_argument, NULL, TO },
    { "json", optional_argument, NULL, JSON },
    { "params-out", required_argument, NULL, PARAMS_OUT },
    { "every", required_argument, NULL, EVERY },
    { "times", required_argument, NULL, TIMES },
    { "layout", required_argument, NULL, LAYOUT },
    { "symbol", required_argument, NULL, SYMBOL },
    { "venue", required_argument, NULL, VENUE },
    { "help", no_argument, NULL, HELP },
    { 0 },
};

static pg_status model(pg_quote_model *model, const char *text, pg_error *err)
{
    if (strcmp(text, "as") == 0 || strcmp(text, "avellaneda_stoikov") == 0)
        *model = PG_QUOTE_AS;
    else if (strcmp(text, "glft") == 0)
        *model = PG_QUOTE_GLFT;
    else
        return pg_fail(err, PG_ERR_INVALID, "--strategy is as or glft, not '%s'", text);
    return PG_OK;
}

static pg_status one_option(options *o, int option, pg_error *err)
{
    pg_quote_request *r = &o->request;
    switch (option) {
    case STRATEGY: return model(&r->model, optarg, err);
    case GAMMA: return pg_option_number(&r->gamma_rel, "gamma", optarg, err);
    case HORIZON: return pg_option_duration(&r->horizon_s, "horizon", optarg, err);
    case POSITION: return pg_option_number(&r->position, "position", optarg, err);
    case SIZE: return pg_option_number(&r->size, "size", optarg, err);
    case SIGMA: r->sigma_method = optarg; break;
    case KAPPA: r->kappa_method = optarg; break;
    case FEE: return pg_option_number(&r->maker_fee_bps, "maker-fee", optarg, err);
    case MIN_HALF: return pg_option_number(&r->min_half_bps, "min-half-spread", optarg, err);
    case MAX_HALF: return pg_option_number(&r->max_half_bps, "max-half-spread", optarg, err);
    case STEP: return pg_option_duration(&o->step_s, "step", optarg, err);
    case WINDOW: return pg_option_duration(&o->window_s, "window", optarg, err);
    case FROM: o->from = optarg; break;
    case TO: o->to = optarg; break;
    case JSON: o->json = optarg ? optarg : "-"; break;
    case PARAMS_OUT: o->params_out = optarg; break;
    case EVERY: return pg_option_duration(&o->every_s, "every", optarg, err);
    case TIMES:
        if (pg_option_number(&o->times, "times", optarg, err) == PG_OK && o->times >= 1)
            return PG_OK;
        return pg_fail(err, PG_ERR_INVALID, "--times takes a whole number from 1, not '%s'", optarg);
    case LAYOUT: o->dataset.layout = optarg; break;
    case SYMBOL: o->dataset.symbol = optarg; break;
    case VENUE: o->dataset.venue = optarg; break;
    }
    return PG_OK;
}

/* Returns -1 to go on, else the exit status. */
static int parse(options *o, int argc, char **argv)
{
    pg_error err = { 0 };
    static char joined[PG_PATH_SIZE]; /* argv points into it */
    int option;
    pg_option_join(&argc, argv, "--json", ".json", joined);
    optind = 1;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (option == HELP) {
            fputs(help, stdout);
            return 0;
        }
        if (option == '?') {
            fprintf(stderr, "perigee quote --help lists the options\n");
            return 2;
        }
        if (one_option(o, option, &err) != PG_OK) {
            pg_cli_fail("quote", &err);
            return 2;
        }
    }
    if (argc - optind < 1) {
        fputs(help, stderr);
        return 2;
    }
    o->data = (const char *const *)argv + optind;
    o->data_count = argc - optind;
    return -1;
}

static pg_status gather(pg_fit_data *data, const options *o, pg_error *err)
{
    pg_tape *tape = NULL;
    char warning[512] = "";
    pg_fit_options fit = pg_fit_defaults();
    fit.step_s = o->step_s;
    pg_status status = pg_dataset_open(&tape, o->data, o->data_count, &o->dataset, warning, sizeof warning, err);
    if (status != PG_OK)
        return status;
    if (warning[0])
        fprintf(stderr, "perigee quote: %s\n", warning);
    status = pg_option_period(&fit.from_ns, &fit.to_ns, o->from, o->to, o->window_s, tape, err);
    if (status == PG_OK)
        status = pg_fit_data_gather(data, tape, &fit, err);
    pg_tape_close(tape);
    return status;
}

/* The folder of a file that is about to be written: "params/ETH.json" makes params. */
static pg_status make_folder(const char *path, pg_error *err)
{
    char folder[PG_PATH_SIZE];
    size_t length = (size_t)(pg_file_name(path) - path);
    if (length == 0 || length >= sizeof folder)
        return PG_OK;
    memcpy(folder, path, length);
    folder[length] = '\0';
    return pg_file_make_folder(folder, err);
}

static pg_status write_out(const options *o, const pg_quote_result *quote, const pg_fit_data *data, pg_error *err)
{
    pg_text text = { 0 };
    bool only_json = o->json && strcmp(o->json, "-") == 0;
    pg_quote_json(&text, quote, data);
    pg_status status = pg_text_check(&text, err);
    if (status == PG_OK && only_json)
        fwrite(text.data, 1, text.length, stdout);
    else if (status == PG_OK)
        pg_quote_print(stdout, quote, data);
    if (status == PG_OK && o->json && !only_json)
        status = pg_file_write(o->json, text.data, text.length, err);
    if (status == PG_OK && o->params_out) {
        status = make_folder(o->params_out, err);
        if (status == PG_OK)
            status = pg_file_write(o->params_out, text.data, text.length, err);
    }
    pg_text_free(&text);
    fflush(stdout);
    return status;
}

/* One round. Nothing is written unless there is a quote: a parameter file that is not renewed becomes stale. */
static int quote_once(const options *o)
{
    pg_error err = { 0 };
    pg_fit_data data;
    pg_quote_result quote;
    pg_status status = gather(&data, o, &err);
    if (status != PG_OK)
        return pg_cli_fail("quote", &err);
    status = pg_quote_run(&quote, &data, &o->request, &err);
    if (status == PG_OK)
        status = write_out(o, &quote, &data, &err);
    pg_fit_data_free(&data);
    return status == PG_OK ? 0 : pg_cli_fail("quote", &err);
}

/* Sleeps; true when it was interrupted. The signals are blocked, so that a round is always finished. */
static bool wait_for_signal(double seconds)
{
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    struct timespec span = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };
    sigprocmask(SIG_BLOCK, &stop, NULL);
    return sigtimedwait(&stop, NULL, &span) > 0 || errno != EAGAIN;
}

int pg_cli_quote(int argc, char **argv)
{
    options o = { .request = pg_quote_defaults(), .step_s = 5 };
    int done = parse(&o, argc, argv);
    if (done >= 0)
        return done;
    int result = quote_once(&o);
    double rounds = o.times > 0 ? o.times : o.every_s > 0 ? 1e18 : 1;
    for (double round = 1; round < rounds; round++) {
        if (wait_for_signal(o.every_s > 0 ? o.every_s : 0.001))
            break;
        result = quote_once(&o);
    }
    return result;
}
