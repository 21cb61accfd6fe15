#include "kernels/hawkes.h"

#include <math.h>

#include "kernels/series.h"

static pg_kstatus check(const double *time_s, size_t n, double horizon_s)
{
    if (!(horizon_s > 0.0) || !isfinite(horizon_s))
        return PG_K_INVALID_PARAMS;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(time_s[i]) || time_s[i] < 0.0 || time_s[i] > horizon_s || (i > 0 && time_s[i] < time_s[i - 1]))
            return PG_K_BAD_INPUT;
    return PG_K_OK;
}

pg_kstatus pg_hawkes_loglik(pg_hawkes_likelihood *out, const pg_hawkes *p, const double *t, size_t n, double horizon_s)
{
    *out = (pg_hawkes_likelihood){ NAN, { NAN, NAN, NAN }, NAN, NAN };
    pg_kstatus status = check(t, n, horizon_s);
    if (status != PG_K_OK)
        return status;
    if (!(p->mu > 0.0) || !(p->alpha >= 0.0) || !(p->beta > 0.0) || !isfinite(p->mu + p->alpha + p->beta))
        return PG_K_INVALID_PARAMS;

    double r = 0.0, dr = 0.0, logs = 0.0, g_mu = 0.0, g_alpha = 0.0, g_beta = 0.0;
    double gone = 0.0, tail = 0.0; /* sum (1 - E_i), sum (T - t_i) E_i */
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            double d = t[i] - t[i - 1], decay = exp(-p->beta * d);
            dr = decay * (dr - d * (1.0 + r));
            r = decay * (1.0 + r);
        }
        double lambda = p->mu + p->alpha * r, inverse = 1.0 / lambda;
        logs += log(lambda);
        g_mu += inverse;
        g_alpha += r * inverse;
        g_beta += dr * inverse;
        double left = horizon_s - t[i], e = exp(-p->beta * left);
        gone += 1.0 - e;
        tail += left * e;
    }
    double ratio = p->alpha / p->beta, last = n > 0 ? exp(-p->beta * (horizon_s - t[n - 1])) * (1.0 + r) : 0.0;
    out->compensator = p->mu * horizon_s + ratio * gone;
    out->loglik = logs - out->compensator;
    out->gradient[0] = g_mu - horizon_s;
    out->gradient[1] = g_alpha - gone / p->beta;
    out->gradient[2] = p->alpha * g_beta + ratio / p->beta * gone - ratio * tail;
    out->intensity = p->mu + p->alpha * last;
    return PG_K_OK;
}

pg_kstatus pg_hawkes_simulate(double *time_s, size_t *n, size_t room, const pg_hawkes *p, double horizon_s,
                              pg_random *random)
{
    double t = 0.0, excitation = 0.0;

    *n = 0;
    if (!(p->mu > 0.0) || !(p->alpha >= 0.0) || !(p->beta > p->alpha) || !(horizon_s > 0.0) || !isfinite(horizon_s))
        return PG_K_INVALID_PARAMS;
    while (*n < room) {
        double bound = p->mu + p->alpha * excitation, wait = pg_random_exponential(random, bound);
        t += wait;
        if (t > horizon_s)
            break;
        excitation *= exp(-p->beta * wait);
        if (pg_random_uniform(random) * bound <= p->mu + p->alpha * excitation) {
            time_s[(*n)++] = t;
            excitation += 1.0;
        }
    }
    return PG_K_OK;
}

/* The sums of both sides advance together over the merged times. */
pg_kstatus pg_hawkes2_loglik(pg_hawkes2_likelihood *out, const pg_hawkes2 *p, const double *buy_s, size_t n_buys,
                             const double *sell_s, size_t n_sells, double horizon_s)
{
    *out = (pg_hawkes2_likelihood){ NAN, NAN, NAN, NAN, NAN };
    pg_kstatus status = check(buy_s, n_buys, horizon_s);
    if (status == PG_K_OK)
        status = check(sell_s, n_sells, horizon_s);
    if (status != PG_K_OK)
        return status;
    if (!(p->mu_buy > 0.0) || !(p->mu_sell > 0.0) || !(p->alpha_self >= 0.0) || !(p->alpha_cross >= 0.0) ||
        !(p->beta > 0.0) || !isfinite(p->mu_buy + p->mu_sell + p->alpha_self + p->alpha_cross + p->beta))
        return PG_K_INVALID_PARAMS;

    double buys = 0.0, sells = 0.0, last = 0.0, logs = 0.0, gone = 0.0;
    size_t i = 0, j = 0;
    while (i < n_buys || j < n_sells) {
        bool is_buy = j == n_sells || (i < n_buys && buy_s[i] <= sell_s[j]);
        double t = is_buy ? buy_s[i] : sell_s[j], decay = exp(-p->beta * (t - last));
        buys *= decay;
        sells *= decay;
        last = t;
        logs += is_buy ? log(p->mu_buy + p->alpha_self * buys + p->alpha_cross * sells)
                       : log(p->mu_sell + p->alpha_self * sells + p->alpha_cross * buys);
        gone -= expm1(-p->beta * (horizon_s - t));
        if (is_buy) {
            buys += 1.0;
            i++;
        } else {
            sells += 1.0;
            j++;
        }
    }
    double decay = exp(-p->beta * (horizon_s - last));
    out->branching = (p->alpha_self + p->alpha_cross) / p->beta;
    out->compensator = (p->mu_buy + p->mu_sell) * horizon_s + out->branching * gone;
    out->loglik = logs - out->compensator;
    out->intensity_buy = p->mu_buy + (p->alpha_self * buys + p->alpha_cross * sells) * decay;
    out->intensity_sell = p->mu_sell + (p->alpha_self * sells + p->alpha_cross * buys) * decay;
    return PG_K_OK;
}

pg_kstatus pg_hawkes_filter_event(pg_hawkes_filter *f, double time_s, int side)
{
    if (!isfinite(time_s) || (side != 1 && side != -1) || (f->n > 0 && time_s < f->time_s))
        return PG_K_BAD_INPUT;
    if (!(f->params.beta > 0.0))
        return PG_K_INVALID_PARAMS;
    double decay = f->n > 0 ? exp(-f->params.beta * (time_s - f->time_s)) : 0.0;
    f->buys = f->buys * decay + (side > 0);
    f->sells = f->sells * decay + (side < 0);
    f->time_s = time_s;
    f->n++;
    return PG_K_OK;
}

pg_kstatus pg_hawkes_filter_read(pg_hawkes_intensity *out, const pg_hawkes_filter *f, double time_s)
{
    const pg_hawkes2 *p = &f->params;

    *out = (pg_hawkes_intensity){ NAN, NAN, NAN, NAN };
    if (!isfinite(time_s) || (f->n > 0 && time_s < f->time_s))
        return PG_K_BAD_INPUT;
    if (!(p->beta > 0.0) || !(p->mu_buy > 0.0) || !(p->mu_sell > 0.0))
        return PG_K_INVALID_PARAMS;
    double decay = f->n > 0 ? exp(-p->beta * (time_s - f->time_s)) : 0.0;
    double buy = p->mu_buy + (p->alpha_self * f->buys + p->alpha_cross * f->sells) * decay;
    double sell = p->mu_sell + (p->alpha_self * f->sells + p->alpha_cross * f->buys) * decay;
    *out = (pg_hawkes_intensity){ buy, sell, (buy - sell) / (buy + sell), (buy + sell) / (p->mu_buy + p->mu_sell) };
    return PG_K_OK;
}

double pg_hawkes_expected(double intensity, double mu, double branching, double beta, double horizon_s)
{
    double decay = beta * (1.0 - branching), x = decay * horizon_s;
    if (fabs(x) < 1e-8) /* critical: the intensity drifts by mu beta a second */
        return intensity * horizon_s + 0.5 * mu * beta * horizon_s * horizon_s;
    double mean = mu / (1.0 - branching);
    return mean * horizon_s + (intensity - mean) * -expm1(-x) / decay;
}
