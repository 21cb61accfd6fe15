#include "study/quote.h"

#include <math.h>
#include <string.h>

#include "kernels/quote_as.h"
#include "kernels/quote_glft.h"
#include "kernels/quote_rules.h"
#include "kernels/units.h"

pg_quote_request pg_quote_defaults(void)
{
    return (pg_quote_request){ .gamma_rel = 5,
                               .horizon_s = 1800,
                               .size = 0.05,
                               .sigma_method = "garch_t",
                               .kappa_method = "mle",
                               .maker_fee_bps = 1.5 };
}

const char *pg_quote_model_name(pg_quote_model model)
{
    return model == PG_QUOTE_GLFT ? "glft" : "avellaneda_stoikov";
}

static pg_status check(const pg_quote_request *r, pg_error *err)
{
    if (!(r->gamma_rel > 0 && r->gamma_rel <= 1e6))
        return pg_fail(err, PG_ERR_INVALID, "gamma must lie above 0 and at most at 1e6");
    if (!(r->horizon_s > 0 && isfinite(r->horizon_s)))
        return pg_fail(err, PG_ERR_INVALID, "the horizon must be positive");
    if (!(r->size > 0 && isfinite(r->size)) || !isfinite(r->position))
        return pg_fail(err, PG_ERR_INVALID, "the size must be positive and the position a number");
    if (strcmp(r->sigma_method, "all") == 0 || strcmp(r->kappa_method, "all") == 0)
        return pg_fail(err, PG_ERR_INVALID, "a quote takes one method of sigma and one of kappa, not all");
    if (!(fabs(r->maker_fee_bps) <= 1000) || !(r->min_half_bps >= 0) || !(r->max_half_bps >= 0))
        return pg_fail(err, PG_ERR_INVALID, "fees must lie within 1000 bps, limits must not be negative");
    return PG_OK;
}

static pg_quote_input input_of(const pg_fit_row *row, const char *source)
{
    return (pg_quote_input){ row->estimate.value, row->estimate.se, row->status, row->gates, row->method, source };
}

static double extra(const pg_fit_row *row, const char *name)
{
    for (int i = 0; i < row->extras; i++)
        if (strcmp(row->extra[i].name, name) == 0)
            return row->extra[i].value;
    return NAN;
}

static pg_status missing(const char *what, const pg_quote_input *in, pg_error *err)
{
    pg_fail(err, PG_ERR_INVALID, "no quote: %s by %s is %s", what, in->method, pg_kstatus_name(in->status));
    pg_error_remedy(err, "choose another method, a longer period or step; perigee fit %s shows all methods", what);
    return PG_ERR_INVALID;
}

static pg_status find_sigma(pg_quote_result *q, const pg_fit_data *data, pg_fit_table *table, pg_error *err)
{
    pg_status status = pg_fit_run(table, data, "sigma", q->request.sigma_method, q->request.horizon_s, err);
    if (status != PG_OK)
        return status;
    q->sigma = input_of(&table->row[0], "own");
    return pg_kstatus_usable(q->sigma.status) ? PG_OK : missing("sigma", &q->sigma, err);
}

/* Each side its own kappa where the sides differ (|z| > 2, quant.md 4.7), else the pooled one. */
static pg_status find_kappa(pg_quote_result *q, const pg_fit_data *data, pg_fit_table *table, pg_error *err)
{
    pg_status status = pg_fit_run(table, data, "kappa", q->request.kappa_method, q->request.horizon_s, err);
    if (status != PG_OK)
        return status;
    const char *method = table->row[0].method;
    if (strcmp(table->row[0].estimate.name, "kappa_px") != 0)
        return pg_fail(err, PG_ERR_INVALID, "%s gives a rate of trades (1/s), not a kappa (1/quote)", method);
    const pg_fit_row *both = pg_fit_find(table, method, "both");
    const pg_fit_row *side[2] = { pg_fit_find(table, method, "bid"), pg_fit_find(table, method, "ask") };
    bool own = side[0] && side[1] && pg_kstatus_usable(side[0]->status) && pg_kstatus_usable(side[1]->status);
    if (own && pg_kstatus_usable(both->status)) {
        double difference = side[1]->estimate.value - side[0]->estimate.value;
        own = fabs(difference) > 2 * hypot(side[0]->estimate.se, side[1]->estimate.se);
    }
    for (int i = 0; i < 2; i++) {
        const pg_fit_row *row = own ? side[i] : both;
        q->kappa[i] = input_of(row, own ? "own" : "pooled");
        q->a[i] = extra(row, "a");
        if (!pg_kstatus_usable(row->status))
            return missing("kappa", &q->kappa[i], err);
    }
    return PG_OK;
}

static pg_status model_failed(pg_quote_result *q, pg_kstatus status, pg_error *err)
{
    q->status = status;
    return pg_fail(err, PG_ERR_INVALID, "the quotes could not be computed: %s", pg_kstatus_name(status));
}

static pg_status run_as(pg_quote_result *q, pg_error *err)
{
    pg_as_quote out;
    pg_as_input in = { .ref = q->mid,
                       .q = q->request.position,
                       .sigma_px = pg_sigma_px(q->sigma.value, q->mid),
                       .gamma_px = q->gamma_px,
                       .kappa_bid = q->kappa[0].value,
                       .kappa_ask = q->kappa[1].value,
                       .horizon_s = q->request.horizon_s,
                       .lot = q->request.size };
    pg_kstatus status = pg_as_quote_compute(&out, &in);
    if (status != PG_K_OK)
        return model_failed(q, status, err);
    q->reservation = out.reservation;
    q->model_half[0] = out.half_bid;
    q->model_half[1] = out.half_ask;
    return PG_OK;
}

/* The closed form. Its reservation price is the mid moved by the skew, of both sides the mean. */
static pg_status run_glft(pg_quote_result *q, pg_error *err)
{
    if (!(q->a[0] > 0 && q->a[1] > 0))
        return pg_fail(err, PG_ERR_INVALID, "glft needs the intensity A, which kappa by %s does not give",
                       q->kappa[0].method);
    pg_glft_quote out;
    pg_glft_input in = { .ref = q->mid,
                         .q = q->request.position,
                         .sigma_px = pg_sigma_px(q->sigma.value, q->mid),
                         .gamma_px = q->gamma_px,
                         .a_bid = q->a[0],
                         .a_ask = q->a[1],
                         .kappa_bid = q->kappa[0].value,
                         .kappa_ask = q->kappa[1].value,
                         .lot = q->request.size,
                         .xi = q->gamma_px,
                         .adj_spread = 1,
                         .adj_skew = 1 };
    pg_kstatus status = pg_glft_quote_compute(&out, &in);
    if (status != PG_K_OK)
        return model_failed(q, status, err);
    q->reservation = q->mid - (out.skew_bid + out.skew_ask) / 2 * q->request.position;
    q->model_half[0] = q->reservation - out.bid;
    q->model_half[1] = out.ask - q->reservation;
    return PG_OK;
}

/* quant.md 6.10: limits, rounding by the tick, behind the opposite touch. */
static pg_status finish(pg_quote_result *q, pg_error *err)
{
    const pg_quote_request *r = &q->request;
    pg_final_quote final;
    pg_quote_rules rules = { .tick = q->tick, .best_bid = q->best_bid, .best_ask = q->best_ask, .post_only = true };
    for (int i = 0; i < 2; i++)
        q->half[i] = pg_half_spread_limit(q->model_half[i], r->min_half_bps * 1e-4 * q->mid,
                                          r->maker_fee_bps * 1e-4 * q->mid, r->max_half_bps * 1e-4 * q->mid);
    q->bid_raw = q->reservation - q->half[0];
    q->ask_raw = q->reservation + q->half[1];
    q->status = pg_quote_finish(&final, q->bid_raw, q->ask_raw, &rules);
    if (!pg_kstatus_usable(q->status))
        return model_failed(q, q->status, err);
    q->bid = final.bid;
    q->ask = final.ask;
    q->from_mid_bps[0] = (q->mid - q->bid) / q->mid * 1e4;
    q->from_mid_bps[1] = (q->ask - q->mid) / q->mid * 1e4;
    return PG_OK;
}

pg_status pg_quote_run(pg_quote_result *q, const pg_fit_data *data, const pg_quote_request *request, pg_error *err)
{
    pg_fit_table table;
    pg_status status = check(request, err);
    *q = (pg_quote_result){ .request = *request,
                            .best_bid = data->bid,
                            .best_ask = data->ask,
                            .mid = data->mid,
                            .tick = data->tick,
                            .time_ns = data->last_ns,
                            .gamma_px = pg_gamma_px(request->gamma_rel, data->mid) };
    if (status == PG_OK)
        status = find_sigma(q, data, &table, err);
    if (status == PG_OK)
        status = find_kappa(q, data, &table, err);
    if (status == PG_OK)
        status = request->model == PG_QUOTE_GLFT ? run_glft(q, err) : run_as(q, err);
    return status == PG_OK ? finish(q, err) : status;
}
