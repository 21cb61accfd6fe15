#include "report/quote_report.h"

#include <math.h>

#include "kernels/units.h"
#include "report/fit_report.h"
#include "report/report.h"

static void parameter(FILE *out, const char *name, double value, const char *unit, const pg_quote_input *in)
{
    char number[32], se[32], status[64];
    fprintf(out, "  %-18s %14s %-10s", name, pg_fit_number(number, value), unit);
    if (in)
        fprintf(out, " %s, %s, %s%s%s", in->method, in->source, pg_fit_status(status, in->status, in->gates),
                isfinite(in->se) ? ", standard error " : "", isfinite(in->se) ? pg_fit_number(se, in->se) : "");
    else
        fprintf(out, " given");
    fprintf(out, "\n");
}

void pg_quote_print(FILE *out, const pg_quote_result *q, const pg_fit_data *d)
{
    char from[32], to[32];
    const pg_quote_request *r = &q->request;
    fprintf(out, "%s of %s   %s .. %s UTC   %s   market %.10g / %.10g\n\n", d->instrument.symbol, d->instrument.venue,
            pg_report_time(from, d->first_ns), pg_report_time(to, d->last_ns), pg_quote_model_name(r->model),
            q->best_bid, q->best_ask);
    fprintf(out, "  bid                %14.10g   %.4g bps below the mid   half-spread %.6g (%.4g bps)\n", q->bid,
            q->from_mid_bps[0], q->half[0], q->half[0] / q->mid * 1e4);
    fprintf(out, "  ask                %14.10g   %.4g bps above the mid   half-spread %.6g (%.4g bps)\n", q->ask,
            q->from_mid_bps[1], q->half[1], q->half[1] / q->mid * 1e4);
    fprintf(out, "  reservation price  %14.10g   mid %.10g   status %s\n", q->reservation, q->mid,
            pg_kstatus_name(q->status));
    if (q->half[0] != q->model_half[0] || q->half[1] != q->model_half[1])
        fprintf(out, "  the model's half-spreads were %.6g and %.6g: limited by the fee, or the limits given\n",
                q->model_half[0], q->model_half[1]);
    fprintf(out, "\n");
    parameter(out, "sigma", q->sigma.value, "1/sqrt(s)", &q->sigma);
    parameter(out, "kappa of bids", q->kappa[0].value, "1/quote", &q->kappa[0]);
    parameter(out, "kappa of asks", q->kappa[1].value, "1/quote", &q->kappa[1]);
    if (isfinite(q->a[0]) && isfinite(q->a[1])) {
        fprintf(out, "  %-18s %14.6g 1/s\n", "A of bids", q->a[0]);
        fprintf(out, "  %-18s %14.6g 1/s\n", "A of asks", q->a[1]);
    }
    parameter(out, "gamma", r->gamma_rel, "1/base", NULL);
    parameter(out, "horizon", r->horizon_s, "s", NULL);
    parameter(out, "position", r->position, "base", NULL);
    parameter(out, "size", r->size, "base", NULL);
    parameter(out, "maker fee", r->maker_fee_bps, "bps", NULL);
}

static void input_json(pg_text *out, const char *name, const pg_quote_input *in)
{
    char key[64];
    snprintf(key, sizeof key, "%s_method", name);
    pg_json_string(out, key, in->method);
    snprintf(key, sizeof key, "%s_source", name);
    pg_json_string(out, key, in->source);
    snprintf(key, sizeof key, "%s_status", name);
    pg_json_string(out, key, pg_kstatus_name(in->status));
    snprintf(key, sizeof key, "%s_failed_gate", name);
    pg_json_string(out, key, pg_gate_name(in->gates));
    snprintf(key, sizeof key, "%s_se", name);
    pg_json_number(out, key, in->se);
}

static void request_json(pg_text *out, const pg_quote_result *q)
{
    const pg_quote_request *r = &q->request;
    pg_json_number(out, "gamma_rel", r->gamma_rel);
    pg_json_number(out, "gamma_px", q->gamma_px);
    pg_json_number(out, "horizon_s", r->horizon_s);
    pg_json_number(out, "position", r->position);
    pg_json_number(out, "size", r->size);
    pg_json_number(out, "maker_fee_bps", r->maker_fee_bps);
    pg_json_number(out, "min_half_spread_bps", r->min_half_bps);
    pg_json_number(out, "max_half_spread_bps", r->max_half_bps);
}

void pg_quote_json(pg_text *out, const pg_quote_result *q, const pg_fit_data *d)
{
    char time[32];
    pg_json_open(out, NULL, '{');
    pg_json_string(out, "symbol", d->instrument.symbol);
    pg_json_string(out, "venue", d->instrument.venue);
    pg_json_string(out, "strategy", pg_quote_model_name(q->request.model));
    pg_json_string(out, "from", pg_report_time(time, d->first_ns));
    pg_json_string(out, "to", pg_report_time(time, d->last_ns));
    pg_json_number(out, "time_s", (double)(q->time_ns / 1000000) / 1e3);
    pg_json_string(out, "status", pg_kstatus_name(q->status));
    pg_json_number(out, "bid", q->bid);
    pg_json_number(out, "ask", q->ask);
    pg_json_number(out, "reservation", q->reservation);
    pg_json_number(out, "mid", q->mid);
    pg_json_number(out, "best_bid", q->best_bid);
    pg_json_number(out, "best_ask", q->best_ask);
    pg_json_number(out, "half_spread_bid", q->half[0]);
    pg_json_number(out, "half_spread_ask", q->half[1]);
    pg_json_number(out, "half_spread_bid_bps", q->half[0] / q->mid * 1e4);
    pg_json_number(out, "half_spread_ask_bps", q->half[1] / q->mid * 1e4);
    pg_json_number(out, "model_half_spread_bid", q->model_half[0]);
    pg_json_number(out, "model_half_spread_ask", q->model_half[1]);
    pg_json_number(out, "sigma_rel", q->sigma.value);
    pg_json_number(out, "sigma_px", pg_sigma_px(q->sigma.value, q->mid));
    input_json(out, "sigma", &q->sigma);
    pg_json_number(out, "kappa_bid_px", q->kappa[0].value);
    pg_json_number(out, "kappa_bid_rel", q->kappa[0].value * q->mid);
    input_json(out, "kappa_bid", &q->kappa[0]);
    pg_json_number(out, "kappa_ask_px", q->kappa[1].value);
    pg_json_number(out, "kappa_ask_rel", q->kappa[1].value * q->mid);
    input_json(out, "kappa_ask", &q->kappa[1]);
    pg_json_number(out, "a_bid", q->a[0]);
    pg_json_number(out, "a_ask", q->a[1]);
    request_json(out, q);
    pg_json_close(out, '}');
    pg_text_add(out, "\n", 1);
}
