#include <math.h>
#include <string.h>

#include "kernels/bayes_kappa.h"
#include "kernels/intensity.h"
#include "kernels/series.h"
#include "kernels/virtual_quoting.h"
#include "study/fit.h"

enum { BINS_MAX = 64, MIN_FILLS = 5, PRIOR_MEAN = 500, PRIOR_STRENGTH = 10 };

/* Our side: bids are filled by taker sells. 0 stands for both. */
typedef struct {
    const char *name;
    double taker;
    int exposures; /* how many sides' worth of time */
} side;

static const side sides[] = { { "both", 0, 2 }, { "bid", -1, 1 }, { "ask", 1, 1 } };
enum { SIDES = sizeof sides / sizeof *sides };

static pg_fit_row *add(pg_fit_table *t, const char *method, const side *s)
{
    return pg_fit_row_add(t, method, s->name, "kappa_px", "1/quote");
}

static double exposure(const pg_fit_data *d, const side *s)
{
    return s->exposures * d->seconds;
}

/* Excess of the orders of a side over the touch (quote units, not negative) into x; the sum of the half-spreads. Orders
 * better than the touch we knew of are left out. */
static size_t excesses(double *x, double *half_sum, const pg_fit_data *d, const side *s)
{
    size_t n = 0;
    *half_sum = 0;
    for (size_t i = 0; i < d->order_s.n; i++) {
        double excess = d->order_distance.v[i] - d->order_half.v[i];
        if ((s->taker != 0 && d->order_side.v[i] != s->taker) || excess < -d->tick / 2)
            continue;
        x[n++] = fmax(excess, 0);
        *half_sum += d->order_half.v[i];
    }
    return n;
}

/* Judges a finished row: the quality gates of quant.md 4.8. */
static void judge(pg_fit_row *row, const pg_fit_data *d, double se, double lo, double hi, double a, double r2,
                  int64_t levels, double p_value)
{
    pg_intensity_limits limits = { .min_n = 50,
                                   .max_rel_width = 0.2,
                                   .min_kappa_rel = 50,
                                   .max_kappa_rel = 50000,
                                   .min_r2 = 0.7,
                                   .min_levels = 5,
                                   .min_p_value = 0.001,
                                   .max_age_s = 60 };
    pg_intensity fit = { .n = row->n,
                         .kappa = row->estimate.value,
                         .se_kappa = se,
                         .kappa_lo = lo,
                         .kappa_hi = hi,
                         .a = a,
                         .p_value = p_value };
    double age = d->order_s.n ? d->seconds - d->order_s.v[d->order_s.n - 1] : INFINITY;
    row->estimate.se = se;
    row->lo = lo;
    row->hi = hi;
    row->gates = pg_intensity_gates(&fit, &limits, fit.kappa * d->mid, r2, levels, age);
    if (row->status == PG_K_OK && row->gates)
        row->status = PG_K_LOW_QUALITY;
    pg_fit_row_extra(row, "kappa_rel", "1", row->estimate.value * d->mid, se * d->mid);
}

/* Bins of whole ticks beyond the touch, ever wider: as kernels/intensity.lua has them. */
static size_t tick_bins(double *edges)
{
    size_t n = 0;
    double at = 0, width = 1;
    edges[n++] = 0;
    while (at < 4e6) {
        at += width;
        edges[n++] = at;
        if (at >= 4 * width)
            width *= 2;
    }
    PG_ASSERT(n < BINS_MAX);
    return n;
}

/* Grouped by ticks, because prices are: see estimators/kappa_mle.lua. */
static void mle_side(pg_fit_table *t, const pg_fit_data *d, const side *s, double *work)
{
    double edges[BINS_MAX + 1], counts[BINS_MAX] = { 0 }, half_sum;
    size_t bins = tick_bins(edges), n = excesses(work, &half_sum, d, s);
    for (size_t i = 0; i < n; i++) {
        double ticks = floor(work[i] / d->tick + 0.5);
        size_t low = 0, high = bins - 1;
        while (low < high) {
            size_t middle = (low + high + 1) / 2;
            if (edges[middle] <= ticks)
                low = middle;
            else
                high = middle - 1;
        }
        counts[low]++;
    }
    for (size_t i = 0; i < bins; i++)
        edges[i] *= d->tick;
    edges[bins] = INFINITY;
    pg_intensity fit;
    pg_fit_row *row = add(t, "mle", s);
    row->n = (int64_t)n;
    row->status = pg_intensity_binned(&fit, edges, counts, bins, exposure(d, s));
    if (!pg_kstatus_usable(row->status))
        return;
    double half = half_sum / (double)n, a = fit.a * exp(fit.kappa * half);
    row->estimate.value = fit.kappa;
    row->quality = "deviance_p";
    row->quality_value = fit.p_value;
    judge(row, d, fit.se_kappa, fit.kappa_lo, fit.kappa_hi, a, NAN, -1, fit.p_value);
    pg_fit_row_extra(row, "a", "1/s", a, NAN);
    pg_fit_row_extra(row, "half_spread", "quote", half, NAN);
}

static void mle(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    (void)horizon_s;
    for (int i = 0; i < SIDES; i++)
        mle_side(t, d, &sides[i], work);
}

/* The continuous formula on the same depths: too large where most orders stop at the touch. */
static void exponential(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    (void)horizon_s;
    for (int i = 0; i < SIDES; i++) {
        double half_sum;
        size_t n = excesses(work, &half_sum, d, &sides[i]);
        double half = n ? half_sum / (double)n : 0;
        pg_intensity fit;
        pg_fit_row *row = add(t, "exponential", &sides[i]);
        row->n = (int64_t)n;
        row->status = pg_intensity_sums(&fit, (double)n, pg_series_sum(work, n), half, exposure(d, &sides[i]));
        if (!pg_kstatus_usable(row->status))
            continue;
        row->estimate.value = fit.kappa;
        judge(row, d, fit.se_kappa, fit.kappa_lo, fit.kappa_hi, fit.a, NAN, -1, NAN);
        pg_fit_row_extra(row, "a", "1/s", fit.a, NAN);
        pg_fit_row_extra(row, "half_spread", "quote", half, NAN);
    }
}

/* The regression of the seeds: its interval and R2 mean little (quant.md 4.3). */
static void survival(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    (void)horizon_s;
    for (int i = 0; i < SIDES; i++) {
        double counts[PG_FIT_LEVELS], scratch[2 * PG_FIT_LEVELS];
        size_t n = 0;
        for (size_t k = 0; k < d->order_s.n; k++)
            if (sides[i].taker == 0 || d->order_side.v[k] == sides[i].taker)
                work[n++] = d->order_distance.v[k];
        pg_fit_row *row = add(t, "survival", &sides[i]);
        row->n = (int64_t)n;
        if (d->start_s.n == 0) {
            row->status = PG_K_TOO_FEW_POINTS;
            continue;
        }
        pg_intensity_count(counts, work, n, d->grid, PG_FIT_LEVELS);
        pg_intensity_survival fit;
        row->status =
            pg_intensity_survival_fit(&fit, d->grid, counts, PG_FIT_LEVELS, MIN_FILLS, exposure(d, &sides[i]), scratch);
        if (!pg_kstatus_usable(row->status))
            continue;
        row->estimate.value = fit.kappa;
        row->quality = "r2";
        row->quality_value = fit.r2;
        judge(row, d, fit.se_kappa, fit.kappa_lo, fit.kappa_hi, fit.a, fit.r2, fit.levels_used, NAN);
        pg_fit_row_extra(row, "a", "1/s", fit.a, NAN);
    }
}

static pg_kstatus virtual_levels(pg_virtual_level *level, const pg_fit_data *d, int which, bool queued)
{
    double work[2 * PG_FIT_LEVELS];
    pg_virtual_trades trades = { d->print_s.v, d->print_price.v, d->print_size.v, d->print_side, d->print_s.n };
    pg_virtual_options options = { .lifetime_s = d->options.lifetime_s,
                                   .own_size = queued ? d->lot : 0,
                                   .tick = d->tick };
    size_t whole = d->start_s.n; /* only orders whose lifetime is over */
    while (whole > 0 && d->start_s.v[whole - 1] + d->options.lifetime_s > d->seconds)
        whole--;
    if (whole < 2 || d->print_s.n == 0)
        return PG_K_TOO_FEW_POINTS;
    for (int i = 0; i < PG_FIT_LEVELS; i++)
        level[i] = (pg_virtual_level){ .distance = d->grid[i] };
    return pg_virtual_run(level, PG_FIT_LEVELS, &trades, which ? 1 : -1, d->start_s.v, d->start_mid.v, whole,
                          queued ? d->queue[which].v : NULL, &options, work);
}

static void virtual_row(pg_fit_table *t, const pg_fit_data *d, const char *method, const side *s,
                        const pg_virtual_level *level, pg_kstatus status)
{
    double work[3 * PG_FIT_LEVELS];
    pg_virtual_fit fit;
    pg_fit_row *row = add(t, method, s);
    row->status = status;
    if (status != PG_K_OK)
        return;
    for (int i = 0; i < PG_FIT_LEVELS; i++)
        row->n += level[i].fills;
    row->status =
        pg_virtual_estimate(&fit, level, PG_FIT_LEVELS, PG_RATE_CENSORED, true, MIN_FILLS, d->options.lifetime_s, work);
    if (!pg_kstatus_usable(row->status))
        return;
    row->estimate.value = fit.kappa;
    row->quality = "r2";
    row->quality_value = fit.r2;
    judge(row, d, fit.se_kappa, fit.kappa_lo, fit.kappa_hi, fit.a, fit.r2, fit.levels_used, NAN);
    pg_fit_row_extra(row, "a", "1/s", fit.a, NAN);
    pg_fit_row_extra(row, "levels", "1", (double)fit.levels_used, NAN);
}

static void virtual_rows(pg_fit_table *t, const pg_fit_data *d, const char *method, bool queued)
{
    pg_virtual_level level[3][PG_FIT_LEVELS];
    pg_kstatus bid = virtual_levels(level[1], d, 0, queued), ask = virtual_levels(level[2], d, 1, queued);
    memcpy(level[0], level[1], sizeof level[0]);
    if (bid == PG_K_OK && ask == PG_K_OK)
        for (int i = 0; i < PG_FIT_LEVELS; i++) {
            level[0][i].fills += level[2][i].fills;
            level[0][i].censored += level[2][i].censored;
            level[0][i].fill_time_s += level[2][i].fill_time_s;
            level[0][i].exposure_s += level[2][i].exposure_s;
        }
    virtual_row(t, d, method, &sides[0], level[0], bid == PG_K_OK ? ask : bid);
    virtual_row(t, d, method, &sides[1], level[1], bid);
    virtual_row(t, d, method, &sides[2], level[2], ask);
}

static void virtual_quoting(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    (void)horizon_s, (void)work;
    virtual_rows(t, d, "virtual_quoting", false);
}

static void depth_intensity(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    (void)horizon_s, (void)work;
    virtual_rows(t, d, "depth_intensity", true);
}

static void bayes(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    (void)horizon_s;
    for (int i = 0; i < SIDES; i++) {
        double half_sum;
        size_t n = excesses(work, &half_sum, d, &sides[i]);
        pg_bayes_kappa state;
        pg_bayes_kappa_estimate out;
        pg_fit_row *row = add(t, "bayes", &sides[i]);
        row->n = (int64_t)n;
        row->status = pg_bayes_kappa_init(&state, PRIOR_MEAN, PRIOR_STRENGTH);
        for (size_t k = 0; k < n && row->status == PG_K_OK; k++)
            row->status = pg_bayes_kappa_trade(&state, work[k] / d->mid);
        if (row->status == PG_K_OK)
            row->status = n ? pg_bayes_kappa_read(&out, &state) : PG_K_TOO_FEW_POINTS;
        if (!pg_kstatus_usable(row->status))
            continue;
        row->estimate.value = out.kappa / d->mid;
        if (row->status == PG_K_LOW_QUALITY)
            row->gates = PG_GATE_TAIL;
        row->estimate.se = out.sd / d->mid;
        row->lo = out.lo / d->mid;
        row->hi = out.hi / d->mid;
        pg_fit_row_extra(row, "kappa_rel", "1", out.kappa, out.sd);
    }
}

/* The book's shape at the starts of the virtual orders: mean and its error, snapshots taken as independent. */
static void book_decay(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    (void)horizon_s, (void)work;
    size_t n = d->book_kappa.n;
    pg_fit_row *row = add(t, "book_decay", &sides[0]);
    row->n = (int64_t)n;
    row->status = n >= 3 ? PG_K_OK : d->start_s.n >= 3 ? PG_K_NONPOSITIVE_SLOPE : PG_K_TOO_FEW_POINTS;
    if (row->status != PG_K_OK)
        return;
    double mean = pg_series_mean(d->book_kappa.v, n), se = sqrt(pg_series_variance(d->book_kappa.v, n) / (double)n);
    row->estimate.value = mean / d->mid;
    row->estimate.se = se / d->mid;
    row->lo = (mean - 1.96 * se) / d->mid;
    row->hi = (mean + 1.96 * se) / d->mid;
    pg_fit_row_extra(row, "kappa_rel", "1", mean, se);
}

static void simple(pg_fit_table *t, const pg_fit_data *d, double horizon_s, double *work)
{
    (void)horizon_s, (void)work;
    for (int i = 0; i < SIDES; i++) {
        int64_t n = 0;
        for (size_t k = 0; k < d->order_s.n; k++)
            n += sides[i].taker == 0 || d->order_side.v[k] == sides[i].taker;
        pg_trade_rate rate;
        pg_fit_row *row = pg_fit_row_add(t, "simple", sides[i].name, "trade_rate", "1/s");
        row->n = n;
        row->status = pg_trade_rate_estimate(&rate, n, d->seconds);
        if (!pg_kstatus_usable(row->status))
            continue;
        row->estimate.value = rate.rate;
        row->estimate.se = sqrt((double)n) / d->seconds;
        row->lo = rate.lo;
        row->hi = rate.hi;
    }
}

const pg_fit_entry pg_fit_kappa_methods[] = {
    { "mle", mle },
    { "exponential", exponential },
    { "survival", survival },
    { "virtual_quoting", virtual_quoting },
    { "depth_intensity", depth_intensity },
    { "bayes", bayes },
    { "book_decay", book_decay },
    { "simple", simple },
    { NULL, NULL },
};
