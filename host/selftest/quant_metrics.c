/* Runner of metrics.json: accounting, attribution and equity statistics. */
#include <float.h>
#include <math.h>

#include "kernels/performance.h"
#include "kernels/pnl.h"
#include "selftest/quant.h"

typedef struct {
    size_t n_marks, n_fills, n_funding;
    const double *mark_ms, *mark;
    double *fill_ms, *side, *price, *size, *mid, *fee;
    const double *funding_ms, *funding;
} events;

static double *member(pg_vectors *v, const cJSON *array, const char *name)
{
    size_t i = 0;
    double *values = pg_vector_memory(v, ((size_t)cJSON_GetArraySize(array) + 1) * sizeof(double));
    const cJSON *item;
    cJSON_ArrayForEach(item, array) values[i++] = pg_vector_double(item, name, NAN);
    return values;
}

static events read_events(pg_vectors *v, const cJSON *c)
{
    const cJSON *fills = pg_vector_get(c, "fills");
    events e = { 0 };

    e.mark_ms = pg_vector_array(v, &e.n_marks, pg_vector_get(c, "marks"), 0);
    e.mark = pg_vector_array(v, &e.n_marks, pg_vector_get(c, "marks"), 1);
    e.n_fills = (size_t)cJSON_GetArraySize(fills);
    e.fill_ms = member(v, fills, "ts");
    e.side = member(v, fills, "side");
    e.price = member(v, fills, "px");
    e.size = member(v, fills, "qty");
    e.mid = member(v, fills, "mid");
    e.fee = member(v, fills, "fee");
    e.funding_ms = pg_vector_array(v, &e.n_funding, pg_vector_get(c, "funding"), 0);
    e.funding = pg_vector_array(v, &e.n_funding, pg_vector_get(c, "funding"), 1);
    return e;
}

/* Takes the events up to a time in order; at one time stamp market data, then fills, then funding. */
static void advance(pg_pnl *pnl, double *mark, const events *e, size_t at[3], double until_ms)
{
    for (;;) {
        double t0 = at[0] < e->n_marks ? e->mark_ms[at[0]] : INFINITY;
        double t1 = at[1] < e->n_fills ? e->fill_ms[at[1]] : INFINITY;
        double t2 = at[2] < e->n_funding ? e->funding_ms[at[2]] : INFINITY;
        if (fmin(t0, fmin(t1, t2)) > until_ms)
            return;
        if (t0 <= t1 && t0 <= t2) {
            *mark = e->mark[at[0]++];
            pg_pnl_mid(pnl, *mark);
        } else if (t1 <= t2) {
            size_t k = at[1]++;
            pg_pnl_fill(pnl, (int)e->side[k], e->price[k], e->size[k], e->fee[k], e->mid[k]);
        } else {
            pg_pnl_funding(pnl, e->funding[at[2]++]);
        }
    }
}

static pg_adverse adverse(pg_vectors *v, const events *e)
{
    int64_t *fill_ms = pg_vector_memory(v, (e->n_fills + 1) * sizeof(int64_t));
    int64_t *mark_ms = pg_vector_memory(v, (e->n_marks + 1) * sizeof(int64_t));
    int8_t *side = pg_vector_memory(v, e->n_fills + 1);
    pg_adverse out;

    for (size_t i = 0; i < e->n_fills; i++) {
        fill_ms[i] = (int64_t)e->fill_ms[i];
        side[i] = (int8_t)e->side[i];
    }
    for (size_t i = 0; i < e->n_marks; i++)
        mark_ms[i] = (int64_t)e->mark_ms[i];
    pg_kstatus status =
        pg_adverse_compute(&out, fill_ms, side, e->mid, e->size, e->n_fills, mark_ms, e->mark, e->n_marks, 1000);
    pg_vector_check_true(v, "adverse selection computed", status == PG_K_OK);
    return out;
}

static void check_attribution(pg_vectors *v, const cJSON *expect, const pg_pnl *pnl, const pg_adverse *as, double mark,
                              pg_tolerance tol, double identity_abs)
{
    double gap = pnl->realised + pg_pnl_unrealised(pnl, mark) - pnl->spread_capture - pnl->inventory;
    const pg_vector_value values[] = {
        { "spread_capture", pnl->spread_capture },
        { "inventory", pnl->inventory },
        { "fees", -pnl->fees },
        { "funding", pnl->funding },
        { "identity_gap", gap },
        { "adverse_selection_1s", as->cost },
        { "inventory_ex_as", pnl->inventory + as->cost },
        { "resolved_fills", (double)as->resolved },
    };
    pg_vector_check_fields(v, "attribution", pg_vector_get(expect, "attribution"), values, PG_COUNT(values), tol);
    pg_vector_check_true(v, "identity of attribution", fabs(gap) <= identity_abs);
    pg_vector_check_true(v, "identity of cash", fabs(pg_pnl_gap(pnl, mark)) <= identity_abs);
}

void pg_quant_metrics(pg_vectors *v, const cJSON *c)
{
    const cJSON *expect = pg_vector_get(c, "expect");
    pg_tolerance tol = pg_vector_tolerance(c, 1e-9);
    double interval_s = pg_vector_double(c, "sample_interval_sec", NAN), mark = 0.0;
    double start = pg_vector_double(c, "initial_equity", NAN), account = pg_vector_double(c, "account_value", NAN);
    events e = read_events(v, c);
    size_t at[3] = { 0 }, n = 0;
    pg_pnl pnl = { 0 };
    pg_killswitch kill = { 0 };

    if (e.n_marks == 0 || !(interval_s > 0.0)) {
        pg_vector_fail(v, "marks", "no marks or no sample interval");
        return;
    }
    double first = e.mark_ms[0], last = e.mark_ms[e.n_marks - 1], step = 1e3 * interval_s;
    double *equity = pg_vector_memory(v, ((size_t)((last - first) / step) + 2) * sizeof(double));
    for (double t = first; t <= last; t = first + step * (double)n) {
        advance(&pnl, &mark, &e, at, t);
        double net = pg_pnl_net(&pnl, mark);
        pg_killswitch_update(&kill, net, account);
        equity[n++] = start + net;
    }
    advance(&pnl, &mark, &e, at, DBL_MAX);
    pg_performance perf;
    pg_kstatus status = pg_performance_compute(&perf, equity, n, interval_s);
    pg_vector_check_true(v, "statistics computed", pg_kstatus_usable(status));

    double net = pg_pnl_net(&pnl, mark);
    const pg_vector_value values[] = {
        { "position", pnl.position },
        { "avg_cost", pnl.cost },
        { "realized", pnl.realised },
        { "unrealized", pg_pnl_unrealised(&pnl, mark) },
        { "fees", pnl.fees },
        { "funding", pnl.funding },
        { "net_pnl", net },
        { "turnover", pnl.turnover },
        { "n_fills", (double)pnl.n_fills },
        { "equity_last", equity[n - 1] },
        { "max_drawdown_fraction", perf.max_drawdown },
        { "max_killswitch_drawdown", kill.worst },
        { "sharpe_ann", perf.sharpe },
        { "sortino_ann", perf.sortino },
        { "calmar", perf.calmar },
    };
    pg_vector_check_fields(v, "", expect, values, PG_COUNT(values), tol);
    pg_adverse as = adverse(v, &e);
    double identity = pg_vector_double(pg_vector_get(c, "tol"), "identity_abs", 1e-9);
    check_attribution(v, expect, &pnl, &as, mark, tol, identity);
}
