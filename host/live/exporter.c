#include "live/exporter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "web/market_metrics.h"
#include "web/page.h"

enum { LABELS = 3 };

typedef struct {
    const pg_live_market *market;
    pg_market_metrics metrics;
    pg_metric *tick_to_order, *info, *uptime, *one_side;
    char version[16]; /* that info says */
} exported;

struct pg_exporter {
    pg_live *live;
    pg_metrics *metrics;
    pg_web *web;
    exported market[PG_LIVE_MARKETS];
    int count;
    pg_metric *sent, *refused, *unknown, *duplicates, *corrections;
    pg_metric *recorded, *record_gaps, *record_lost, *record_queue, *record_stuck; /* NULL: nothing is recorded */
};

/* ---- series ---- */

static const char *venue_of(const pg_live_market *market)
{
    return pg_desk_config_venue(pg_live_market_desk(market))->name;
}

static const char *strategy_of(const pg_live_market *market)
{
    return pg_session_name(pg_runner_pilot(pg_live_market_runner(market))->session);
}

/* The script's version is a label: a new one is a new series. */
static void tell_version(pg_exporter *e, exported *x)
{
    const char *version = pg_pilot_version(pg_runner_pilot(pg_live_market_runner(x->market)));
    if (strcmp(version, x->version) == 0)
        return;
    pg_metric_free(x->info);
    x->info = NULL;
    snprintf(x->version, sizeof x->version, "%s", version);
    pg_metric_label labels[] = { { "venue", venue_of(x->market) },
                                 { "market", pg_live_market_name(x->market) },
                                 { "strategy", strategy_of(x->market) },
                                 { "version", x->version } };
    pg_metric_new(&x->info, e->metrics, PG_METRIC_GAUGE, "perigee_script_info", "version of the script that decides",
                  labels, 4, NULL);
    pg_metric_set(x->info, 1);
}

static void add_market(pg_exporter *e, const pg_live_market *market)
{
    exported *x = &e->market[e->count++];
    pg_metric_label labels[LABELS] = { { "venue", venue_of(market) },
                                       { "market", pg_live_market_name(market) },
                                       { "strategy", strategy_of(market) } };
    *x = (exported){ .market = market };
    pg_market_metrics_init(&x->metrics, e->metrics, labels[0].value, labels[1].value, labels[2].value, NULL);
    pg_metric_new(&x->tick_to_order, e->metrics, PG_METRIC_HISTOGRAM, "perigee_tick_to_order_seconds",
                  "from the arrival of a market message to the hand-over of a request", labels, LABELS, NULL);
    pg_metric_new(&x->uptime, e->metrics, PG_METRIC_COUNTER, "perigee_both_sides_seconds",
                  "time with both sides resting", labels, LABELS, NULL);
    pg_metric_new(&x->one_side, e->metrics, PG_METRIC_COUNTER, "perigee_one_side_seconds",
                  "time with exactly one side resting", labels, LABELS, NULL);
}

static pg_status make_own(pg_exporter *e, pg_error *err)
{
    static const struct {
        const char *name, *help;
        size_t at;
    } counters[] = {
        { "perigee_requests_sent", "requests handed to the venues", offsetof(pg_exporter, sent) },
        { "perigee_requests_refused", "requests that a limit refused", offsetof(pg_exporter, refused) },
        { "perigee_outcomes_unknown", "requests of which nobody knew whether they arrived",
          offsetof(pg_exporter, unknown) },
        { "perigee_fills_duplicated", "fills that were told again", offsetof(pg_exporter, duplicates) },
        { "perigee_positions_corrected", "positions that the venue knew better", offsetof(pg_exporter, corrections) },
    };
    pg_status status = PG_OK;
    for (size_t i = 0; status == PG_OK && i < sizeof counters / sizeof *counters; i++)
        status = pg_metric_new((pg_metric **)((char *)e + counters[i].at), e->metrics, PG_METRIC_COUNTER,
                               counters[i].name, counters[i].help, NULL, 0, err);
    return status;
}

static pg_status make_recorder(pg_exporter *e, pg_error *err)
{
    static const struct {
        const char *name, *help;
        pg_metric_kind kind;
        size_t at;
    } series[] = {
        { "perigee_recorder_events", "rows that were recorded", PG_METRIC_COUNTER, offsetof(pg_exporter, recorded) },
        { "perigee_recorder_gaps", "gaps that were recorded, with their reasons", PG_METRIC_COUNTER,
          offsetof(pg_exporter, record_gaps) },
        { "perigee_recorder_lost_disk", "events that were lost while the disk could not be written", PG_METRIC_COUNTER,
          offsetof(pg_exporter, record_lost) },
        { "perigee_recorder_lost_queue", "events that were lost while the recorder's queue was full", PG_METRIC_COUNTER,
          offsetof(pg_exporter, record_queue) },
        { "perigee_recorder_stuck", "1 while the disk refuses the recording", PG_METRIC_GAUGE,
          offsetof(pg_exporter, record_stuck) },
    };
    pg_status status = PG_OK;
    for (size_t i = 0; status == PG_OK && i < sizeof series / sizeof *series; i++)
        status = pg_metric_new((pg_metric **)((char *)e + series[i].at), e->metrics, series[i].kind, series[i].name,
                               series[i].help, NULL, 0, err);
    return status;
}

/* ---- bringing up to date ---- */

static double age_s(const pg_live_market *market)
{
    int64_t heard_ns = pg_live_market_figures(market)->heard_ns;
    return heard_ns ? (double)(pg_clock_now(pg_clock_real()) - heard_ns) * 1e-9 : NAN;
}

static void show_money(exported *x, const pg_engine *engine)
{
    const pg_instrument *in = pg_engine_instrument(engine);
    const pg_account *a = pg_engine_account(engine);
    double net = pg_money_double(in, a->net_x2) / 2, realised = pg_money_double(in, a->position.realised);
    pg_market_metrics_set(&x->metrics, PG_MM_REALIZED_PNL, realised);
    pg_market_metrics_set(&x->metrics, PG_MM_UNREALIZED_PNL,
                          pg_money_double(in, pg_position_unrealised_x2(&a->position, a->mark_x2)) / 2);
    pg_market_metrics_set(&x->metrics, PG_MM_DAILY_PNL, net);
    pg_market_metrics_set(&x->metrics, PG_MM_PEAK_PNL, pg_money_double(in, a->peak_x2) / 2);
    pg_market_metrics_set(&x->metrics, PG_MM_DRAWDOWN_PCT, 100 * a->drawdown_equity);
    pg_market_metrics_set(&x->metrics, PG_MM_FILL_VOLUME_BUY, pg_size_double(in, a->bought));
    pg_market_metrics_set(&x->metrics, PG_MM_FILL_VOLUME_SELL, pg_size_double(in, a->sold));
}

static void show_quotes(pg_exporter *e, exported *x, const pg_engine *engine)
{
    const pg_view *view = pg_engine_view(engine);
    const pg_order_counts *counts = &pg_engine_orders(engine)->counts;
    const pg_engine_stats *stats = pg_engine_get_stats(engine);
    const pg_market_figures *figures = pg_live_market_figures(x->market);
    pg_market_metrics_set(&x->metrics, PG_MM_POSITION, view->position);
    pg_market_metrics_set(&x->metrics, PG_MM_MAX_POSITION, view->max_position > 0 ? view->max_position : NAN);
    pg_market_metrics_set(&x->metrics, PG_MM_INVENTORY_UTILIZATION,
                          view->max_position > 0 ? fabs(view->position) / view->max_position : NAN);
    pg_market_metrics_set(&x->metrics, PG_MM_MID_PRICE, view->mid);
    pg_market_metrics_set(&x->metrics, PG_MM_SPREAD_BPS, (view->ask - view->bid) / view->mid * 1e4);
    pg_market_metrics_set(&x->metrics, PG_MM_BOOK_IMBALANCE, pg_book_imbalance(pg_engine_book(engine), 5));
    pg_market_metrics_set(&x->metrics, PG_MM_ORDERS_PLACED, (double)counts->placed);
    pg_market_metrics_set(&x->metrics, PG_MM_ORDERS_FILLED, (double)counts->filled);
    pg_market_metrics_set(&x->metrics, PG_MM_ORDERS_CANCELLED, (double)counts->cancelled);
    pg_market_metrics_set(&x->metrics, PG_MM_DATA_STALENESS_SECS, age_s(x->market));
    pg_market_metrics_set(&x->metrics, PG_MM_QUOTE_CYCLE_LATENCY_MS, (double)figures->tick_to_order_ns * 1e-6);
    pg_market_metrics_set(&x->metrics, PG_MM_KILL_SWITCH_TRIGGERED, pg_risk_killed(pg_live_risk(e->live)) ? 1 : 0);
    pg_metric_set(x->uptime, stats->both_sides_s);
    pg_metric_set(x->one_side, stats->one_side_s);
}

/* What the estimators say, where the strategy has them. */
static void show_estimates(exported *x)
{
    static const struct {
        const char *slot, *gives;
        pg_market_metric metric;
        double scale;
    } estimates[] = {
        { "sigma", "sigma_rel", PG_MM_SIGMA, 1 },
        { "kappa", "kappa_px", PG_MM_KAPPA, 1 },
        { "cascade", "severity", PG_MM_CASCADE_SEVERITY, 1 },
        { "adverse", "markout_cost", PG_MM_ADVERSE_SELECTION_BPS, 1e4 },
    };
    pg_pilot *pilot = pg_runner_pilot(pg_live_market_runner(x->market));
    for (size_t i = 0; i < sizeof estimates / sizeof *estimates; i++)
        pg_market_metrics_set(
            &x->metrics, estimates[i].metric,
            pilot->failed ? NAN : pg_session_estimate(pilot->session, estimates[i].slot, estimates[i].gives));
}

static void know_markets(pg_exporter *e)
{
    while (e->count < pg_live_market_count(e->live))
        add_market(e, pg_live_market_at(e->live, e->count));
}

static void show_recorder(pg_exporter *e)
{
    pg_recorder_figures f;
    if (!e->recorded)
        return;
    pg_recorder_look(pg_live_recorder(e->live), -1, &f);
    pg_metric_set(e->recorded, (double)f.events);
    pg_metric_set(e->record_gaps, (double)f.gaps);
    pg_metric_set(e->record_lost, (double)f.lost);
    pg_metric_set(e->record_queue, (double)f.queue);
    pg_metric_set(e->record_stuck, f.stuck);
}

static void refresh(void *self)
{
    pg_exporter *e = self;
    know_markets(e);
    for (int i = 0; i < e->count; i++) {
        const pg_engine *engine = pg_runner_engine(pg_live_market_runner(e->market[i].market));
        show_money(&e->market[i], engine);
        show_quotes(e, &e->market[i], engine);
        show_estimates(&e->market[i]);
        tell_version(e, &e->market[i]);
    }
    uint64_t sent = 0, refused = 0, unknown = 0, duplicates = 0, corrections = 0;
    for (int i = 0; i < pg_live_desk_count(e->live); i++) {
        const pg_desk *desk = pg_live_desk_at(e->live, i);
        if (!desk)
            continue;
        const pg_desk_state *state = pg_desk_get_state(desk);
        sent += state->sent;
        refused += state->refused;
        unknown += state->unknown;
        duplicates += state->duplicates;
        corrections += state->corrections;
    }
    pg_metric_set(e->sent, (double)sent);
    pg_metric_set(e->refused, (double)refused);
    pg_metric_set(e->unknown, (double)unknown);
    pg_metric_set(e->duplicates, (double)duplicates);
    pg_metric_set(e->corrections, (double)corrections);
    show_recorder(e);
}

void pg_exporter_observe(pg_exporter *e, const pg_live_market *market, int64_t tick_to_order_ns)
{
    know_markets(e);
    for (int i = 0; i < e->count; i++)
        if (e->market[i].market == market)
            pg_metric_observe(e->market[i].tick_to_order, (double)tick_to_order_ns * 1e-9);
}

static void health(void *self, pg_text *reasons)
{
    pg_exporter *e = self;
    char text[PG_RISK_TEXT + 128], why[PG_RISK_TEXT];
    if (pg_live_market_count(e->live) == 0)
        pg_json_string(reasons, NULL, "starting: no market is ready yet");
    for (int i = 0; i < pg_live_market_count(e->live); i++) {
        const pg_live_market *market = pg_live_market_at(e->live, i);
        pg_risk_explain(pg_live_risk(e->live), pg_live_market_number(market), pg_clock_now(pg_clock_real()), why);
        bool failed = pg_runner_has_failed(pg_live_market_runner(market));
        if (!failed && !why[0])
            continue;
        snprintf(text, sizeof text, "%s of %s: %s", pg_live_market_name(market), venue_of(market),
                 failed ? "the script has failed" : why);
        pg_json_string(reasons, NULL, text);
    }
}

/* ---- life ---- */

pg_status pg_exporter_new(pg_exporter **made, pg_live *live, pg_loop *loop, const char *address, int port,
                          pg_error *err)
{
    pg_exporter *e = calloc(1, sizeof *e);
    if (!e)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for metrics");
    e->live = live;
    pg_status status = pg_metrics_new(&e->metrics, 0, err);
    if (status == PG_OK)
        status = make_own(e, err);
    if (status == PG_OK && pg_live_recorder(live))
        status = make_recorder(e, err);
    if (status == PG_OK)
        status = pg_web_new(&e->web, loop, e->metrics, &(pg_web_config){ .address = address, .port = port },
                            (pg_web_handler){ .self = e, .refresh = refresh, .health = health }, err);
    if (status != PG_OK) {
        pg_exporter_free(e);
        return status;
    }
    *made = e;
    return PG_OK;
}

void pg_exporter_free(pg_exporter *e)
{
    if (!e)
        return;
    pg_web_free(e->web);
    pg_metrics_free(e->metrics);
    free(e);
}

int pg_exporter_port(const pg_exporter *e)
{
    return pg_web_port(e->web);
}
