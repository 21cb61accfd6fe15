#include "kernels/intensity.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "kernels/ols.h"
#include "kernels/series.h"

enum { MIN_TRADES = 5, MAX_ITERATIONS = 200 };

static void clear(pg_intensity *out, int64_t n)
{
    *out = (pg_intensity){ n, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
}

pg_kstatus pg_trade_rate_estimate(pg_trade_rate *out, int64_t n, double exposure_s)
{
    *out = (pg_trade_rate){ n, NAN, NAN, NAN };
    if (!(exposure_s > 0.0) || !isfinite(exposure_s) || n < 0)
        return PG_K_INVALID_PARAMS;
    double count = (double)n;
    out->rate = count / exposure_s;
    out->lo = n > 0 ? 0.5 * gsl_cdf_chisq_Pinv(0.025, 2.0 * count) / exposure_s : 0.0;
    out->hi = 0.5 * gsl_cdf_chisq_Pinv(0.975, 2.0 * count + 2.0) / exposure_s;
    return PG_K_OK;
}

/* Interval of a positive parameter that is normal on the log scale. */
static void log_interval(pg_intensity *out)
{
    double width = exp(1.959963984540054 * out->se_kappa / out->kappa);
    out->kappa_lo = out->kappa / width;
    out->kappa_hi = out->kappa * width;
}

pg_kstatus pg_intensity_sums(pg_intensity *out, double n, double sum_excess, double lo, double exposure_s)
{
    clear(out, (int64_t)n);
    if (!isfinite(n) || !isfinite(sum_excess) || n < 0.0 || sum_excess < 0.0)
        return PG_K_BAD_INPUT;
    if (!(exposure_s > 0.0) || !isfinite(exposure_s) || !isfinite(lo))
        return PG_K_INVALID_PARAMS;
    if (n < MIN_TRADES)
        return PG_K_TOO_FEW_POINTS;
    if (!(sum_excess > 0.0))
        return PG_K_ZERO_VARIATION;
    out->kappa = n / sum_excess;
    out->se_kappa = out->kappa / sqrt(n);
    out->kappa_lo = out->kappa * gsl_cdf_chisq_Pinv(0.025, 2.0 * n) / (2.0 * n);
    out->kappa_hi = out->kappa * gsl_cdf_chisq_Pinv(0.975, 2.0 * n) / (2.0 * n);
    out->a = n / exposure_s * exp(out->kappa * lo);
    return PG_K_OK;
}

/* Mean of an exponential of rate k truncated to [0, L], less L/2, by the series near k L = 0. */
static double truncated_mean(double k, double length)
{
    double x = k * length;
    if (fabs(x) < 1e-3)
        return length * (0.5 - x / 12.0 + x * x * x / 720.0);
    return 1.0 / k - length / expm1(x);
}

static double truncated_information(double k, double length)
{
    double x = k * length;
    if (x > 700.0)
        return 1.0 / (k * k);
    if (fabs(x) < 1e-3)
        return length * length * (1.0 / 12.0 - x * x / 240.0);
    double e = expm1(x);
    return 1.0 / (k * k) - length * length * (e + 1.0) / (e * e);
}

/* Safeguarded Newton for the truncated mean, which falls in kappa. */
static double solve_truncated(double mean, double length)
{
    double k = 1.0 / mean, lo = 0.0, hi = 2.0 * k;
    while (truncated_mean(hi, length) > mean)
        hi *= 2.0;
    for (int i = 0; i < MAX_ITERATIONS; i++) {
        double miss = truncated_mean(k, length) - mean;
        if (miss > 0.0)
            lo = k;
        else
            hi = k;
        double next = k + miss / truncated_information(k, length);
        if (!(next > lo && next < hi))
            next = 0.5 * (lo + hi);
        if (fabs(next - k) <= 4e-16 * k)
            return next;
        k = next;
    }
    return k;
}

pg_kstatus pg_intensity_mle(pg_intensity *out, const double *depth, size_t n, double lo, double hi, double exposure_s)
{
    double used = 0.0, sum = 0.0;

    clear(out, 0);
    if (pg_series_first_bad(depth, n) < n)
        return PG_K_BAD_INPUT;
    if (!(exposure_s > 0.0) || !isfinite(exposure_s) || !isfinite(lo) || !(hi > lo))
        return PG_K_INVALID_PARAMS;
    for (size_t i = 0; i < n; i++)
        if (depth[i] >= lo && depth[i] <= hi) {
            used += 1.0;
            sum += depth[i] - lo;
        }
    if (isinf(hi) || used < MIN_TRADES)
        return pg_intensity_sums(out, used, sum, lo, exposure_s);

    clear(out, (int64_t)used);
    double mean = sum / used, length = hi - lo;
    if (!(mean > 0.0))
        return PG_K_ZERO_VARIATION;
    if (mean >= 0.5 * length)
        return PG_K_NONPOSITIVE_SLOPE;
    out->kappa = solve_truncated(mean, length);
    out->se_kappa = 1.0 / sqrt(used * truncated_information(out->kappa, length));
    out->a = used / (exposure_s * exp(-out->kappa * lo) * -expm1(-out->kappa * length));
    log_interval(out);
    return PG_K_OK;
}

pg_kstatus pg_intensity_stream_advance(pg_intensity_stream *s, double time_s)
{
    if (!isfinite(time_s) || (s->exposure_s > 0.0 && time_s < s->time_s))
        return PG_K_BAD_INPUT;
    double dt = s->time_s != 0.0 || s->exposure_s > 0.0 ? time_s - s->time_s : 0.0;
    s->time_s = time_s;
    if (!(dt > 0.0))
        return PG_K_OK;
    if (s->half_life_s > 0.0) {
        double rate = M_LN2 / s->half_life_s, keep = exp(-rate * dt);
        s->n *= keep;
        s->sum_excess *= keep;
        s->exposure_s = s->exposure_s * keep + (1.0 - keep) / rate;
    } else {
        s->exposure_s += dt;
    }
    return PG_K_OK;
}

pg_kstatus pg_intensity_stream_trade(pg_intensity_stream *s, double time_s, double depth)
{
    if (!isfinite(depth))
        return PG_K_BAD_INPUT;
    pg_kstatus status = pg_intensity_stream_advance(s, time_s);
    if (status == PG_K_OK && depth >= s->lo) {
        s->n += 1.0;
        s->sum_excess += depth - s->lo;
    }
    return status;
}

pg_kstatus pg_intensity_stream_read(pg_intensity *out, const pg_intensity_stream *s)
{
    if (!(s->exposure_s > 0.0)) {
        clear(out, (int64_t)s->n);
        return PG_K_TOO_FEW_POINTS;
    }
    return pg_intensity_sums(out, s->n, s->sum_excess, s->lo, s->exposure_s);
}

typedef struct {
    const double *lo, *hi, *weight;
    size_t n;
} ranges;

/* E(k) and its first two derivatives over sum w (e^{-k lo} - e^{-k hi}), scaled by exp(k * base). */
static void exposure(double e[3], const ranges *r, double k, double base)
{
    e[0] = e[1] = e[2] = 0.0;
    for (size_t i = 0; i < r->n; i++) {
        double a = r->weight[i] * exp(-k * (r->lo[i] - base));
        double b = isinf(r->hi[i]) ? 0.0 : r->weight[i] * exp(-k * (r->hi[i] - base));
        double la = r->lo[i], lb = isinf(r->hi[i]) ? 0.0 : r->hi[i];
        e[0] += a - b;
        e[1] -= la * a - lb * b;
        e[2] += la * la * a - lb * lb * b;
    }
}

/* Derivative of the log-likelihood over n by kappa; *curvature gets minus the second derivative. */
static double exposed_score(double *curvature, const ranges *r, double k, double mean, double base)
{
    double e[3];
    exposure(e, r, k, base);
    double d1 = e[1] / e[0], d2 = e[2] / e[0] - d1 * d1;
    *curvature = 1.0 / (k * k) + d2;
    return 1.0 / k - d1 - mean;
}

pg_kstatus pg_intensity_exposed(pg_intensity *out, const double *depth, size_t n, const double *lo, const double *hi,
                                const double *weight_s, size_t m, double kappa_min, double kappa_max)
{
    clear(out, (int64_t)n);
    if (pg_series_first_bad(depth, n) < n || pg_series_first_bad(lo, m) < m || pg_series_first_bad(weight_s, m) < m)
        return PG_K_BAD_INPUT;
    double base = INFINITY, total = 0.0;
    for (size_t i = 0; i < m; i++) {
        if (!(hi[i] > lo[i]) || weight_s[i] < 0.0)
            return PG_K_BAD_INPUT;
        base = fmin(base, lo[i]);
        total += weight_s[i];
    }
    if (n < MIN_TRADES || m == 0 || !(total > 0.0))
        return PG_K_TOO_FEW_POINTS;
    if (!(kappa_min > 0.0) || !(kappa_max > kappa_min) || !isfinite(kappa_max))
        return PG_K_INVALID_PARAMS;

    ranges r = { lo, hi, weight_s, m };
    double mean = pg_series_mean(depth, n), left = kappa_min, right = kappa_max, curvature, e[3];
    if (exposed_score(&curvature, &r, left, mean, base) <= 0.0)
        return PG_K_NONPOSITIVE_SLOPE;
    bool bounded = exposed_score(&curvature, &r, right, mean, base) < 0.0;
    double k = bounded ? pg_clamp(mean > base ? 1.0 / (mean - base) : right, left, right) : right;
    for (int i = 0; bounded && i < MAX_ITERATIONS; i++) {
        double score = exposed_score(&curvature, &r, k, mean, base);
        *(score > 0.0 ? &left : &right) = k;
        double next = curvature > 0.0 ? k + score / curvature : 0.5 * (left + right);
        if (!(next > left && next < right))
            next = 0.5 * (left + right);
        bool done = fabs(next - k) <= 4e-16 * k;
        k = next;
        if (done)
            break;
    }
    exposed_score(&curvature, &r, k, mean, base);
    exposure(e, &r, k, base);
    out->kappa = k;
    out->a = (double)n / (e[0] * exp(-k * base));
    if (!bounded)
        return PG_K_AT_BOUNDARY;
    if (!(curvature > 0.0))
        return PG_K_HESSIAN_NOT_PD;
    out->se_kappa = 1.0 / sqrt((double)n * curvature);
    log_interval(out);
    return PG_K_OK;
}

/* Score and observed information of the multinomial with p_i = e^{-k e_i} - e^{-k e_{i+1}}, distances from e_0. */
static double binned_score(double *information, double *loglik, const double *edges, const double *counts, size_t bins,
                           double k)
{
    double score = 0.0, info = 0.0, ll = 0.0, total = 0.0;

    for (size_t i = 0; i < bins; i++) {
        double width = edges[i + 1] - edges[i], start = edges[i] - edges[0], x = k * width;
        double share = isinf(width) ? 0.0 : width / expm1(x);
        double bend = isinf(width) || x > 700.0 ? 0.0 : width * share * exp(x) / expm1(x);
        double log_p = -k * start + (isinf(width) ? 0.0 : log(-expm1(-x)));
        score += counts[i] * (share - start);
        info += counts[i] * bend;
        ll += counts[i] * log_p;
        total += counts[i];
    }
    double length = edges[bins] - edges[0], x = k * length;
    if (!isinf(length)) {
        double share = length / expm1(x);
        score -= total * share;
        info -= total * (x > 700.0 ? 0.0 : length * share * exp(x) / expm1(x));
        ll -= total * log(-expm1(-x));
    }
    *information = info;
    *loglik = ll;
    return score;
}

static void binned_deviance(pg_intensity *out, const double *edges, const double *counts, size_t bins, double total)
{
    double length = edges[bins] - edges[0], p_all = isinf(length) ? 1.0 : -expm1(-out->kappa * length), sum = 0.0;

    for (size_t i = 0; i < bins; i++) {
        double width = edges[i + 1] - edges[i];
        double p = exp(-out->kappa * (edges[i] - edges[0])) * (isinf(width) ? 1.0 : -expm1(-out->kappa * width));
        if (counts[i] > 0.0)
            sum += counts[i] * log(counts[i] * p_all / (total * p));
    }
    out->deviance = 2.0 * sum;
    out->p_value = bins > 2 ? gsl_cdf_chisq_Q(fmax(out->deviance, 0.0), (double)bins - 2.0) : NAN;
}

static double solve_binned(const double *edges, const double *counts, size_t bins, double mean)
{
    double info, ll, k = 1.0 / mean, left = 0.0, right = k;

    while (binned_score(&info, &ll, edges, counts, bins, right) > 0.0 && right < 1e12 * k)
        right *= 2.0;
    k = 0.5 * right;
    for (int i = 0; i < MAX_ITERATIONS; i++) {
        double score = binned_score(&info, &ll, edges, counts, bins, k);
        *(score > 0.0 ? &left : &right) = k;
        double next = info > 0.0 ? k + score / info : 0.5 * (left + right);
        if (!(next > left && next < right))
            next = 0.5 * (left + right);
        if (fabs(next - k) <= 4e-16 * k)
            return next;
        k = next;
    }
    return k;
}

pg_kstatus pg_intensity_binned(pg_intensity *out, const double *edges, const double *counts, size_t bins,
                               double exposure_s)
{
    double total = 0.0, moment = 0.0, info, ll;
    size_t nonempty = 0;

    clear(out, 0);
    for (size_t i = 0; i < bins; i++) {
        if (!isfinite(counts[i]) || counts[i] < 0.0 || !isfinite(edges[i]) || !(edges[i + 1] > edges[i]))
            return PG_K_BAD_INPUT;
        nonempty += counts[i] > 0.0;
        total += counts[i];
        moment += counts[i] * (edges[i] - edges[0] + 0.5 * (isinf(edges[i + 1]) ? 0.0 : edges[i + 1] - edges[i]));
    }
    out->n = (int64_t)total;
    if (!(exposure_s > 0.0) || !isfinite(exposure_s))
        return PG_K_INVALID_PARAMS;
    if (nonempty < 2 || total < MIN_TRADES)
        return PG_K_TOO_FEW_POINTS;
    double length = edges[bins] - edges[0], mean = moment / total;
    double small = isinf(length) ? 1e-9 / mean : 1e-6 / length;
    if (binned_score(&info, &ll, edges, counts, bins, small) <= 0.0)
        return PG_K_NONPOSITIVE_SLOPE;

    out->kappa = solve_binned(edges, counts, bins, mean);
    binned_score(&info, &out->loglik, edges, counts, bins, out->kappa);
    if (info > 0.0) {
        out->se_kappa = 1.0 / sqrt(info);
        log_interval(out);
    }
    double p_all = exp(-out->kappa * edges[0]) * (isinf(length) ? 1.0 : -expm1(-out->kappa * length));
    out->a = total / (exposure_s * p_all);
    binned_deviance(out, edges, counts, bins, total);
    if (!(info > 0.0))
        return PG_K_HESSIAN_NOT_PD;
    return out->p_value < 0.001 ? PG_K_LOW_QUALITY : PG_K_OK;
}

void pg_intensity_count(double *counts, const double *depth, size_t n, const double *grid, size_t levels)
{
    for (size_t k = 0; k < levels; k++) {
        counts[k] = 0.0;
        for (size_t i = 0; i < n; i++)
            counts[k] += depth[i] >= grid[k];
    }
}

pg_kstatus pg_intensity_survival_fit(pg_intensity_survival *out, const double *grid, const double *counts,
                                     size_t levels, double min_count, double exposure_s, double *work)
{
    double *x = work, *y = work + levels;
    size_t used = 0;
    pg_ols t, z;

    *out = (pg_intensity_survival){ 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
    if (!(exposure_s > 0.0) || !isfinite(exposure_s))
        return PG_K_INVALID_PARAMS;
    for (size_t i = 0; i < levels; i++)
        if (counts[i] >= min_count && counts[i] > 0.0) {
            x[used] = grid[i];
            y[used++] = log(counts[i] / exposure_s);
        }
    out->levels_used = (int64_t)used;
    pg_kstatus status = pg_ols_fit(&t, x, y, NULL, used, PG_CI_STUDENT);
    if (status != PG_K_OK)
        return status;
    if (t.slope >= 0.0)
        return PG_K_NONPOSITIVE_SLOPE;
    pg_ols_fit(&z, x, y, NULL, used, PG_CI_NORMAL);
    *out = (pg_intensity_survival){ (int64_t)used, -t.slope,    exp(t.intercept), t.r2,       t.se_slope,
                                    -t.slope_hi,   -t.slope_lo, -z.slope_hi,      -z.slope_lo };
    return PG_K_OK;
}

double pg_intensity_compare(const pg_intensity *bid, const pg_intensity *ask)
{
    return (bid->kappa - ask->kappa) / hypot(bid->se_kappa, ask->se_kappa);
}

double pg_intensity_effective(double a, double own_fills, double expected_fills, double pseudo_fills)
{
    return a * (own_fills + pseudo_fills) / (expected_fills + pseudo_fills);
}

uint32_t pg_intensity_gates(const pg_intensity *fit, const pg_intensity_limits *limits, double kappa_rel, double r2,
                            int64_t levels, double age_s)
{
    uint32_t failed = 0;
    double width = (fit->kappa_hi - fit->kappa_lo) / fit->kappa;

    failed |= limits->min_n > 0 && fit->n < limits->min_n ? PG_GATE_N : 0;
    failed |= limits->max_rel_width > 0.0 && !(width <= limits->max_rel_width) ? PG_GATE_CI_WIDTH : 0;
    failed |= limits->max_kappa_rel > 0.0 && !(kappa_rel >= limits->min_kappa_rel && kappa_rel <= limits->max_kappa_rel)
                  ? PG_GATE_RANGE
                  : 0;
    failed |= !(fit->a > 0.0) ? PG_GATE_LEVEL : 0;
    failed |= limits->min_r2 > 0.0 && r2 < limits->min_r2 ? PG_GATE_R2 : 0;
    failed |= levels >= 0 && levels < limits->min_levels ? PG_GATE_LEVELS : 0;
    failed |= limits->min_p_value > 0.0 && fit->p_value < limits->min_p_value ? PG_GATE_FIT : 0;
    failed |= limits->max_age_s > 0.0 && age_s > limits->max_age_s ? PG_GATE_AGE : 0;
    return failed;
}
