/* perigee fit: every method of estimating a parameter, side by side, on recorded data. */
#include <getopt.h>
#include <string.h>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "report/fit_report.h"
#include "study/dataset.h"

static const char help[] =
    "perigee fit sigma|kappa|hawkes DATA... [options]\n"
    "\n"
    "Estimates volatility (sigma, 1/sqrt(s)), the decay of the fill intensity (kappa, 1/quote) or the self-excitation\n"
    "of the order flow (hawkes) by every method. DATA is a tape, or recordings of one market.\n"
    "\n"
    "  --method NAME|all       one method; default all. The names of the estimators and of the reference systems\n"
    "                          (garch_studentt, python_garch, vq, depth, ...) are known\n"
    "  --window DURATION       the last part of the data only: 24h, 90m, 600s\n"
    "  --from TIME, --to TIME  part of the data: 2025-09-04T20:00:00 (UTC) or 20:00[:00]\n"
    "  --step DURATION         grid of the returns; default 1s\n"
    "  --horizon DURATION      over which GARCH forecasts; default 60s\n"
    "  --lifetime DURATION     of virtual orders; default 10s\n"
    "  --max-distance BPS      of virtual orders; default 15\n"
    "  --json [FILE]           every number as JSON; without a file to the standard output\n"
    "  --plot FILE.html        the data with the fitted curves\n"
    "  --layout NAME|FILE, --symbol S, --venue V   of foreign files\n";

typedef struct {
    const char *what, *method;
    const char *from, *to;
    const char *json, *plot;
    double window_s, horizon_s;
    pg_fit_options fit;
    pg_dataset_options dataset;
    const char *const *data;
    int data_count;
} options;

enum { METHOD, WINDOW, FROM, TO, STEP, HORIZON, LIFETIME, DISTANCE, JSON, PLOT, LAYOUT, SYMBOL, VENUE, HELP };

static const struct option long_options[] = {
    { "method", required_argument, NULL, METHOD },
    { "window", required_argument, NULL, WINDOW },
    { "from", required_argument, NULL, FROM },
    { "to", required_argument, NULL, TO },
    { "step", required_argument, NULL, STEP },
    { "horizon", required_argument, NULL, HORIZON },
    { "lifetime", required_argument, NULL, LIFETIME },
    { "max-distance", required_argument, NULL, DISTANCE },
    { "json", optional_argument, NULL, JSON },
    { "plot", required_argument, NULL, PLOT },
    { "layout", required_argument, NULL, LAYOUT },
    { "symbol", required_argument, NULL, SYMBOL },
    { "venue", required_argument, NULL, VENUE },
    { "help", no_argument, NULL, HELP },
    { 0 },
};

static pg_status max_distance(options *o, const char *text, pg_error *err)
{
    double bps;
    pg_status status = pg_option_number(&bps, "max-distance", text, err);
    if (status == PG_OK && !(bps > 0 && bps <= 1000))
        status = pg_fail(err, PG_ERR_INVALID, "--max-distance must lie in 0 to 1000 bps");
    o->fit.hi_fraction = bps * 1e-4;
    return status;
}

static pg_status one_option(options *o, int option, pg_error *err)
{
    switch (option) {
    case METHOD: o->method = optarg; break;
    case WINDOW: return pg_option_duration(&o->window_s, "window", optarg, err);
    case FROM: o->from = optarg; break;
    case TO: o->to = optarg; break;
    case STEP: return pg_option_duration(&o->fit.step_s, "step", optarg, err);
    case HORIZON: return pg_option_duration(&o->horizon_s, "horizon", optarg, err);
    case LIFETIME: return pg_option_duration(&o->fit.lifetime_s, "lifetime", optarg, err);
    case DISTANCE: return max_distance(o, optarg, err);
    case JSON: o->json = optarg ? optarg : "-"; break;
    case PLOT: o->plot = optarg; break;
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
            fprintf(stderr, "perigee fit --help lists the options\n");
            return 2;
        }
        if (one_option(o, option, &err) != PG_OK) {
            pg_cli_fail("fit", &err);
            return 2;
        }
    }
    if (argc - optind < 2) {
        fputs(help, stderr);
        return 2;
    }
    o->what = argv[optind];
    o->data = (const char *const *)argv + optind + 1;
    o->data_count = argc - optind - 1;
    return -1;
}

static pg_status gather(pg_fit_data *data, const options *o, pg_error *err)
{
    pg_tape *tape = NULL;
    char warning[512] = "";
    pg_fit_options fit = o->fit;
    pg_status status = pg_dataset_open(&tape, o->data, o->data_count, &o->dataset, warning, sizeof warning, err);
    if (status != PG_OK)
        return status;
    if (warning[0])
        fprintf(stderr, "perigee fit: %s\n", warning);
    status = pg_option_period(&fit.from_ns, &fit.to_ns, o->from, o->to, o->window_s, tape, err);
    if (status == PG_OK)
        status = pg_fit_data_gather(data, tape, &fit, err);
    pg_tape_close(tape);
    return status;
}

static pg_status write_json(const options *o, const pg_fit_table *table, const pg_fit_data *data, pg_error *err)
{
    pg_text text = { 0 };
    pg_fit_json(&text, table, data);
    pg_status status = pg_text_check(&text, err);
    if (status == PG_OK && strcmp(o->json, "-") == 0)
        fwrite(text.data, 1, text.length, stdout);
    else if (status == PG_OK)
        status = pg_file_write(o->json, text.data, text.length, err);
    pg_text_free(&text);
    return status;
}

static pg_status write_plot(const options *o, const pg_fit_table *table, const pg_fit_data *data, pg_error *err)
{
    pg_text text = { 0 };
    pg_status status = pg_fit_html(&text, table, data, err);
    if (status == PG_OK)
        status = pg_file_write(o->plot, text.data, text.length, err);
    pg_text_free(&text);
    return status;
}

/* The kind and the method are checked before the data are read: an empty set of data does for it. */
static pg_status check_names(const options *o, pg_error *err)
{
    static pg_fit_table table;
    pg_fit_data nothing = { .options = o->fit, .mid = 1, .tick = 1, .lot = 1 };
    return pg_fit_run(&table, &nothing, o->what, o->method, o->horizon_s, err);
}

int pg_cli_fit(int argc, char **argv)
{
    static pg_fit_table table;
    options o = { .fit = pg_fit_defaults(), .horizon_s = 60 };
    pg_error err = { 0 };
    pg_fit_data data;
    int done = parse(&o, argc, argv);
    if (done >= 0)
        return done;
    if (check_names(&o, &err) != PG_OK) {
        pg_cli_fail("fit", &err);
        return 2;
    }
    pg_status status = gather(&data, &o, &err);
    if (status != PG_OK)
        return pg_cli_fail("fit", &err);
    status = pg_fit_run(&table, &data, o.what, o.method, o.horizon_s, &err);
    if (status == PG_OK && !(o.json && strcmp(o.json, "-") == 0))
        pg_fit_print(stdout, &table, &data);
    if (status == PG_OK && o.json)
        status = write_json(&o, &table, &data, &err);
    if (status == PG_OK && o.plot)
        status = write_plot(&o, &table, &data, &err);
    if (status == PG_OK && pg_fit_usable(&table) == 0) {
        status = pg_fail(&err, PG_ERR_INVALID, "no method gave an estimate; the status of each says why");
        pg_error_remedy(&err, "choose a longer period, or data with books and trades");
    }
    pg_fit_data_free(&data);
    return status == PG_OK ? 0 : pg_cli_fail("fit", &err);
}
