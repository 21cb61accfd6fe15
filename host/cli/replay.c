/* perigee replay: a recorded session again. Every decision is compared with the one that was taken; another version can
 * fly along, and both be run through the simulator. */
#include <dirent.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/commands.h"
#include "live/replay.h"
#include "report/report.h"
#include "study/metrics.h"

enum { MARKETS = 64 };

static const char help[] =
    "perigee replay SESSION [options]\n"
    "\n"
    "Runs a recorded session again and compares every request with the recorded one. SESSION is the id of a session, "
    "the\n"
    "word last, a folder of flight recordings or one of them. The exit status is 1 when anything differs.\n"
    "\n"
    "  --strategy FILE   another strategy that flies along: how far apart the quotes are, and both through the "
    "simulator\n"
    "  --folder FOLDER   where the sessions are; default .perigee/sessions\n"
    "  --tape FILE       writes the market data as a tape (of a session with one market)\n"
    "  --trusted         scripts that had the raw FFI (trusted = true) get it again: they can do anything here\n"
    "  --json            for machines\n";

typedef struct {
    const char *session, *folder, *strategy, *tape;
    bool json, trusted;
    char path[MARKETS][PG_PATH_SIZE];
    int count;
} options;

/* A version in the simulator. */
typedef struct {
    bool ran;
    double pnl, fills, position_end, position_max, drawdown, requests;
    char failed[PG_REPLAY_TEXT];
} outcome;

typedef struct {
    pg_replay replay;
    outcome recorded, other;
    double latency_ms;
} result;

enum { STRATEGY, FOLDER, TAPE, TRUSTED, JSON, HELP };

static const struct option long_options[] = {
    { "strategy", required_argument, NULL, STRATEGY },
    { "folder", required_argument, NULL, FOLDER },
    { "tape", required_argument, NULL, TAPE },
    { "trusted", no_argument, NULL, TRUSTED },
    { "json", no_argument, NULL, JSON },
    { "help", no_argument, NULL, HELP },
    { NULL, 0, NULL, 0 },
};

/* ---- which recordings ---- */

static int is_flight(const struct dirent *entry)
{
    return pg_text_ends_with(entry->d_name, ".flight");
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Sessions are named by their time: the last by name is the last. */
static pg_status last_session(char *path, const char *folder, pg_error *err)
{
    struct dirent **list;
    int count = scandir(folder, &list, is_visible, alphasort);
    pg_status status = PG_OK;
    if (count <= 0) {
        pg_fail(err, PG_ERR_NOT_FOUND, "there is no recorded session");
        pg_error_where(err, "%s", folder);
        pg_error_remedy(err, "perigee run records sessions there, unless record.flight in config.lua says otherwise");
        status = PG_ERR_NOT_FOUND;
    } else {
        status = pg_file_join(path, folder, list[count - 1]->d_name, err);
    }
    for (int i = 0; i < count; i++)
        free(list[i]);
    if (count >= 0)
        free(list);
    return status;
}

static pg_status list_folder(options *o, const char *folder, pg_error *err)
{
    struct dirent **list;
    int count = scandir(folder, &list, is_flight, alphasort);
    pg_status status = PG_OK;
    if (count <= 0)
        status = pg_fail(err, PG_ERR_NOT_FOUND, "%s: there is no flight recording in this folder", folder);
    else if (count > MARKETS)
        status = pg_fail(err, PG_ERR_FULL, "%s: more than %d flight recordings; name one of them", folder, MARKETS);
    for (int i = 0; i < count; i++) {
        if (status == PG_OK)
            status = pg_file_join(o->path[o->count++], folder, list[i]->d_name, err);
        free(list[i]);
    }
    if (count >= 0)
        free(list);
    return status;
}

static pg_status find_recordings(options *o, pg_error *err)
{
    char path[PG_PATH_SIZE];
    pg_file_info info;
    if (is_folder(o->session))
        return list_folder(o, o->session, err);
    if (pg_file_stat(o->session, &info, NULL) == PG_OK) {
        snprintf(o->path[o->count++], PG_PATH_SIZE, "%s", o->session);
        return PG_OK;
    }
    pg_status status = strcmp(o->session, "last") == 0 ? last_session(path, o->folder, err)
                                                       : pg_file_join(path, o->folder, o->session, err);
    if (status != PG_OK)
        return status;
    if (!is_folder(path)) {
        pg_fail(err, PG_ERR_NOT_FOUND, "there is no session '%s'", o->session);
        pg_error_where(err, "%s", o->folder);
        return PG_ERR_NOT_FOUND;
    }
    return list_folder(o, path, err);
}

/* ---- both versions in the simulator ---- */

static pg_backtest_config config_of(const pg_plan *plan, pg_setting *params, pg_setting *estimators)
{
    for (int i = 0; i < plan->param_count; i++)
        params[i] = (pg_setting){ plan->params[i].name, plan->params[i].value };
    for (int i = 0; i < plan->estimator_count; i++)
        estimators[i] = (pg_setting){ plan->estimators[i].name, plan->estimators[i].value };
    pg_backtest_config config = pg_backtest_defaults();
    config.strategy = plan->strategy;
    config.params = params;
    config.param_count = plan->param_count;
    config.estimators = estimators;
    config.estimator_count = plan->estimator_count;
    config.maker_fee_bps = plan->maker_fee * 1e4;
    config.taker_fee_bps = plan->taker_fee * 1e4;
    config.capital = plan->capital;
    config.max_position = plan->max_position > 0 ? plan->max_position : INFINITY;
    config.size_tolerance = plan->policy.size_tolerance;
    config.seed = plan->seed;
    config.limits = plan->limits;
    config.trusted = plan->trusted;
    return config;
}

static pg_status simulate(outcome *out, const pg_plan *plan, const pg_tape *tape, double *latency_ms, pg_error *err)
{
    static pg_metrics metrics;
    pg_setting params[PG_PLAN_PARAMS], estimators[PG_PLAN_ESTIMATORS];
    pg_backtest_config config = config_of(plan, params, estimators);
    pg_backtest *backtest = NULL;
    *latency_ms = (double)config.order_latency.entry_ns * 1e-6;
    pg_status status = pg_backtest_new(&backtest, &config, tape, err);
    if (status == PG_OK)
        status = pg_backtest_run(backtest, (pg_watch){ 0 }, err);
    if (status == PG_OK) {
        pg_metrics_compute(&metrics, backtest);
        *out = (outcome){ .ran = true,
                          .pnl = pg_metrics_get(&metrics, "pnl"),
                          .fills = pg_metrics_get(&metrics, "fills"),
                          .position_end = pg_metrics_get(&metrics, "position_end"),
                          .position_max = pg_metrics_get(&metrics, "position_max"),
                          .drawdown = pg_metrics_get(&metrics, "max_drawdown_quote"),
                          .requests = pg_metrics_get(&metrics, "requests") };
    }
    pg_backtest_free(backtest);
    return status;
}

/* A version that fails there is told of; the other one's figures stand. */
static void simulate_or_say(outcome *out, const pg_plan *plan, const pg_tape *tape, double *latency_ms)
{
    pg_error err = { 0 };
    if (simulate(out, plan, tape, latency_ms, &err) != PG_OK)
        pg_error_text(&err, out->failed, sizeof out->failed);
}

static pg_status simulate_both(result *r, const options *o, const char *flight, const char *tape_path, pg_error *err)
{
    pg_plan *plan = malloc(sizeof *plan);
    pg_tape *tape = NULL;
    pg_status status = plan ? pg_replay_plan(plan, flight, err) : pg_fail(err, PG_ERR_MEMORY, "no memory for a plan");
    if (status == PG_OK)
        status = pg_tape_open(&tape, tape_path, NULL, 0, err);
    if (status == PG_OK) {
        simulate_or_say(&r->recorded, plan, tape, &r->latency_ms);
        status = pg_replay_other_plan(plan, o->strategy, r->replay.first_ns, err);
    }
    if (status == PG_OK)
        simulate_or_say(&r->other, plan, tape, &r->latency_ms);
    pg_tape_close(tape);
    free(plan);
    return status;
}

static pg_status with_tape(result *r, const options *o, const char *flight, pg_error *err)
{
    char folder[] = "/tmp/perigee-replay-XXXXXX", path[PG_PATH_SIZE];
    uint64_t events;
    if (!mkdtemp(folder))
        return pg_fail(err, PG_ERR_IO, "no temporary folder can be made in /tmp");
    snprintf(path, sizeof path, "%s/market.tape", folder);
    pg_status status = pg_replay_tape(flight, path, &events, err);
    if (status == PG_OK && events > 0)
        status = simulate_both(r, o, flight, path, err);
    unlink(path);
    rmdir(folder);
    return status;
}

/* ---- for people ---- */

static void print_replay(const pg_replay *p)
{
    char from[32], to[32];
    double seconds = (double)(p->last_ns - p->first_ns) * 1e-9;
    printf("%s %s   %s to %s   %llu inputs, version %s", p->venue, p->symbol, pg_report_time(from, p->first_ns),
           pg_report_time(to, p->last_ns), (unsigned long long)p->inputs, p->version);
    if (p->versions > 0)
        printf(" (%d took over on the way)", p->versions);
    printf("\n  %llu of %llu requests the same, %.0f times real time (%.2f s)\n", (unsigned long long)p->same,
           (unsigned long long)p->requests, p->seconds > 0 ? seconds / p->seconds : 0, p->seconds);
    if (p->different > 0)
        printf("  %llu DIFFERENT, the first at %s\n", (unsigned long long)p->different, p->first);
    if (p->torn)
        printf("  the recording has no end (the host was killed, or still runs); what is there was compared\n");
}

static void print_row(const char *name, double a, double b, const char *unit)
{
    printf("    %-18s %14.6g %14.6g  %s\n", name, a, b, unit);
}

static void print_failure(const char *which, const outcome *out)
{
    if (out->failed[0])
        printf("    the %s version failed there: %s\n", which, out->failed);
}

static void print_other(const result *r, const char *path)
{
    const pg_replay *p = &r->replay;
    printf("  beside it %s (%s): quotes %.3g bps apart on average over %llu pairs; %llu times only one quoted\n", path,
           p->other, p->apart_bps, (unsigned long long)p->compared, (unsigned long long)p->only_one);
    if (p->failed[0])
        printf("  it failed: %s\n", p->failed);
    printf("  both through the simulator, orders and replies %.3g ms on their way:\n", r->latency_ms);
    printf("    %-18s %14s %14s\n", "", "recorded", "other");
    print_failure("recorded", &r->recorded);
    print_failure("other", &r->other);
    const outcome *a = &r->recorded, *b = &r->other;
    if (!a->ran || !b->ran)
        return;
    print_row("PnL", a->pnl, b->pnl, "quote");
    print_row("fills", a->fills, b->fills, "");
    print_row("requests", a->requests, b->requests, "");
    print_row("position at the end", a->position_end, b->position_end, "base");
    print_row("largest position", a->position_max, b->position_max, "base");
    print_row("largest drawdown", a->drawdown, b->drawdown, "quote");
}

/* ---- for machines ---- */

static void json_outcome(pg_text *out, const char *key, const outcome *o)
{
    pg_json_open(out, key, '{');
    if (o->ran) {
        pg_json_number(out, "pnl", o->pnl);
        pg_json_number(out, "fills", o->fills);
        pg_json_number(out, "requests", o->requests);
        pg_json_number(out, "position_end", o->position_end);
        pg_json_number(out, "position_max", o->position_max);
        pg_json_number(out, "max_drawdown_quote", o->drawdown);
    } else {
        pg_json_string(out, "failed", o->failed);
    }
    pg_json_close(out, '}');
}

static void json_other(pg_text *out, const result *r)
{
    pg_json_open(out, "other", '{');
    pg_json_string(out, "version", r->replay.other);
    pg_json_integer(out, "compared", (int64_t)r->replay.compared);
    pg_json_number(out, "apart_bps", r->replay.apart_bps);
    pg_json_integer(out, "only_one", (int64_t)r->replay.only_one);
    pg_json_string(out, "failed", r->replay.failed);
    pg_json_number(out, "latency_ms", r->latency_ms);
    json_outcome(out, "simulated_recorded", &r->recorded);
    json_outcome(out, "simulated_other", &r->other);
    pg_json_close(out, '}');
}

static void json_market(pg_text *out, const result *r, const options *o, const char *path)
{
    const pg_replay *p = &r->replay;
    pg_json_open(out, NULL, '{');
    pg_json_string(out, "recording", path);
    pg_json_string(out, "venue", p->venue);
    pg_json_string(out, "symbol", p->symbol);
    pg_json_string(out, "version", p->version);
    pg_json_integer(out, "first_ns", p->first_ns);
    pg_json_integer(out, "last_ns", p->last_ns);
    pg_json_integer(out, "inputs", (int64_t)p->inputs);
    pg_json_integer(out, "versions", p->versions);
    pg_json_integer(out, "requests", (int64_t)p->requests);
    pg_json_integer(out, "same", (int64_t)p->same);
    pg_json_integer(out, "different", (int64_t)p->different);
    pg_json_string(out, "first_difference", p->first);
    pg_json_bool(out, "torn", p->torn);
    pg_json_number(out, "seconds", p->seconds);
    if (o->strategy)
        json_other(out, r);
    pg_json_close(out, '}');
}

/* ---- the command ---- */

static pg_status one_market(result *r, const options *o, const char *path, pg_error *err)
{
    uint64_t events;
    memset(r, 0, sizeof *r);
    pg_status status = pg_replay_run(&r->replay, path, o->strategy, o->trusted, err);
    if (status == PG_OK && o->tape)
        status = pg_replay_tape(path, o->tape, &events, err);
    if (status == PG_OK && o->strategy)
        status = with_tape(r, o, path, err);
    return status;
}

static pg_status all_markets(const options *o, bool *different, pg_error *err)
{
    pg_text out = { 0 };
    pg_status status = PG_OK;
    result *r = malloc(sizeof *r);
    if (!r)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a replay");
    pg_json_open(&out, NULL, '[');
    for (int i = 0; status == PG_OK && i < o->count; i++) {
        status = one_market(r, o, o->path[i], err);
        if (status != PG_OK)
            break;
        *different |= r->replay.different > 0;
        json_market(&out, r, o, o->path[i]);
        if (o->json)
            continue;
        print_replay(&r->replay);
        if (o->strategy)
            print_other(r, o->strategy);
    }
    pg_json_close(&out, ']');
    if (status == PG_OK)
        status = pg_text_check(&out, err);
    if (status == PG_OK && o->json)
        printf("%s\n", out.data);
    pg_text_free(&out);
    free(r);
    return status;
}

/* Returns -1 to go on, else the exit status. */
static int parse(options *o, int argc, char **argv)
{
    optind = 1;
    for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;)
        switch (option) {
        case STRATEGY: o->strategy = optarg; break;
        case FOLDER: o->folder = optarg; break;
        case TAPE: o->tape = optarg; break;
        case TRUSTED: o->trusted = true; break;
        case JSON: o->json = true; break;
        case HELP: fputs(help, stdout); return 0;
        default: fprintf(stderr, "perigee replay --help lists the options\n"); return 2;
        }
    if (argc - optind != 1) {
        fputs(help, stderr);
        return 2;
    }
    o->session = argv[optind];
    return -1;
}

int pg_cli_replay(int argc, char **argv)
{
    static options o;
    o = (options){ .folder = ".perigee/sessions" };
    int done = parse(&o, argc, argv);
    if (done >= 0)
        return done;
    pg_error err = { 0 };
    bool different = false;
    pg_status status = find_recordings(&o, &err);
    if (status == PG_OK && o.tape && o.count != 1)
        status = pg_fail(&err, PG_ERR_INVALID, "--tape is for one market; this session has %d: name one of its files",
                         o.count);
    if (status == PG_OK)
        status = all_markets(&o, &different, &err);
    if (status != PG_OK)
        return pg_cli_fail("replay", &err);
    return different ? 1 : 0;
}
