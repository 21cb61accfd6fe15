#include "report/fit_report.h"

#include <math.h>
#include <string.h>

#include "report/page.h"
#include "report/report.h"

const char *pg_fit_number(char *text, double value)
{
    if (isfinite(value))
        snprintf(text, 32, "%.6g", value);
    else
        snprintf(text, 32, "-");
    return text;
}

const char *pg_fit_status(char *text, pg_kstatus status, uint32_t gates)
{
    const char *gate = pg_gate_name(gates);
    snprintf(text, 64, gate[0] ? "%s (%s)" : "%s", pg_kstatus_name(status), gate);
    return text;
}

static void headline(FILE *out, const pg_fit_table *table, const pg_fit_data *d)
{
    char from[32], to[32];
    fprintf(out, "%s of %s   %s .. %s UTC   mid %.10g   %s\n", d->instrument.symbol, d->instrument.venue,
            pg_report_time(from, d->first_ns), pg_report_time(to, d->last_ns), d->mid, table->what);
    fprintf(out, "  %zu returns of %g s (%zu missing)   %zu orders in %zu prints", d->returns.n, d->options.step_s,
            d->missing, d->order_s.n, d->print_s.n);
    if (d->without_side || d->liquidations || d->behind)
        fprintf(out, "   left out: %zu without a side, %zu liquidations; %zu better than the known touch",
                d->without_side, d->liquidations, d->behind);
    fprintf(out, "\n\n");
}

/* The extra numbers in one line, standard errors in brackets. */
static void print_extras(FILE *out, const pg_fit_row *row)
{
    char a[32], b[32];
    for (int i = 0; i < row->extras; i++) {
        const pg_fit_value *e = &row->extra[i];
        fprintf(out, "%s%s %s", i ? "  " : "", e->name, pg_fit_number(a, e->value));
        if (isfinite(e->se))
            fprintf(out, " (%s)", pg_fit_number(b, e->se));
    }
}

void pg_fit_print(FILE *out, const pg_fit_table *table, const pg_fit_data *d)
{
    headline(out, table, d);
    fprintf(out, "  %-18s %-5s %12s %11s %-9s %-22s %-24s %9s %9s  %s\n", "method", "side", "estimate", "std.err.",
            "unit", "fit quality", "status", "n", "time", "");
    for (int i = 0; i < table->count; i++) {
        const pg_fit_row *row = &table->row[i];
        char value[32], se[32], quality[64] = "-", number[32], status[64];
        if (row->quality)
            snprintf(quality, sizeof quality, "%s %s", row->quality, pg_fit_number(number, row->quality_value));
        fprintf(out, "  %-18s %-5s %12s %11s %-9s %-22s %-24s %9lld %6.2f ms  ", row->method, row->side,
                pg_fit_number(value, row->estimate.value), pg_fit_number(se, row->estimate.se), row->estimate.unit,
                quality, pg_fit_status(status, row->status, row->gates), (long long)row->n, row->seconds * 1e3);
        print_extras(out, row);
        fprintf(out, "\n");
    }
}

/* ---- JSON ---- */

static void value_json(pg_text *out, const char *key, const pg_fit_value *v)
{
    pg_json_open(out, key, '{');
    pg_json_string(out, "name", v->name);
    pg_json_string(out, "unit", v->unit);
    pg_json_number(out, "value", v->value);
    pg_json_number(out, "se", v->se);
    pg_json_close(out, '}');
}

static void row_json(pg_text *out, const pg_fit_row *row)
{
    pg_json_open(out, NULL, '{');
    pg_json_string(out, "method", row->method);
    pg_json_string(out, "side", row->side);
    pg_json_string(out, "status", pg_kstatus_name(row->status));
    pg_json_string(out, "name", row->estimate.name);
    pg_json_string(out, "unit", row->estimate.unit);
    pg_json_number(out, "value", row->estimate.value);
    pg_json_number(out, "se", row->estimate.se);
    pg_json_number(out, "lo", row->lo);
    pg_json_number(out, "hi", row->hi);
    pg_json_integer(out, "n", row->n);
    pg_json_open(out, "failed_gates", '[');
    for (uint32_t gate = 1; gate <= PG_GATE_COLLINEAR; gate <<= 1)
        if (row->gates & gate)
            pg_json_string(out, NULL, pg_gate_name(gate));
    pg_json_close(out, ']');
    if (row->quality) {
        pg_json_string(out, "quality", row->quality);
        pg_json_number(out, "quality_value", row->quality_value);
    }
    pg_json_open(out, "extra", '[');
    for (int i = 0; i < row->extras; i++)
        value_json(out, NULL, &row->extra[i]);
    pg_json_close(out, ']');
    pg_json_number(out, "seconds", row->seconds);
    pg_json_close(out, '}');
}

static void document(pg_text *out, const pg_fit_table *table, const pg_fit_data *d)
{
    char time[32];
    pg_json_string(out, "what", table->what);
    pg_json_string(out, "symbol", d->instrument.symbol);
    pg_json_string(out, "venue", d->instrument.venue);
    pg_json_string(out, "from", pg_report_time(time, d->first_ns));
    pg_json_string(out, "to", pg_report_time(time, d->last_ns));
    pg_json_number(out, "mid", d->mid);
    pg_json_number(out, "tick", d->tick);
    pg_json_number(out, "step_s", d->options.step_s);
    pg_json_integer(out, "returns", (int64_t)d->returns.n);
    pg_json_integer(out, "missing_returns", (int64_t)d->missing);
    pg_json_integer(out, "prints", (int64_t)d->print_s.n);
    pg_json_integer(out, "orders", (int64_t)d->order_s.n);
    pg_json_integer(out, "orders_behind_touch", (int64_t)d->behind);
    pg_json_integer(out, "prints_without_side", (int64_t)d->without_side);
    pg_json_integer(out, "liquidations", (int64_t)d->liquidations);
    pg_json_open(out, "rows", '[');
    for (int i = 0; i < table->count; i++)
        row_json(out, &table->row[i]);
    pg_json_close(out, ']');
}

void pg_fit_json(pg_text *out, const pg_fit_table *table, const pg_fit_data *d)
{
    pg_json_open(out, NULL, '{');
    document(out, table, d);
    pg_json_close(out, '}');
    pg_text_add(out, "\n", 1);
}

/* ---- the page ---- */

enum { POINTS = 4000 };

static const char fit_js[] =
#include "report/fit.js.inc"
    ;

typedef struct {
    const pg_fit_table *table;
    const pg_fit_data *data;
} drawn;

static double milliseconds(const pg_fit_data *d, double seconds)
{
    return (double)(d->first_ns / 1000000) + seconds * 1e3;
}

static double bps(double fraction)
{
    return fraction * 1e4;
}

static const pg_fit_row *garch_row(const pg_fit_table *table)
{
    static const char *const methods[] = { "garch_t", "garch_t_multistart", "garch" };
    for (int i = 0; i < 3; i++) {
        const pg_fit_row *row = pg_fit_find(table, methods[i], "both");
        if (row && pg_kstatus_usable(row->status))
            return row;
    }
    return NULL;
}

/* Rows of time, return (the largest of its bucket) and one-step volatility of the GARCH fit, bps a step. */
static void sigma_series(pg_text *out, const pg_fit_table *table, const pg_fit_data *d)
{
    const pg_fit_row *row = garch_row(table);
    size_t n = d->returns.n, bucket = n / POINTS + 1;
    pg_garch_state state = { 0 };
    if (row)
        state.sigma2 = row->garch.omega / fmax(1 - row->garch.alpha - row->garch.beta, 1e-6);
    pg_json_string(out, "garch_method", row ? row->method : "");
    pg_json_open(out, "series", '[');
    for (size_t i = 0; i < n;) {
        double largest = 0, sigma2 = 0;
        size_t end = i + bucket < n ? i + bucket : n;
        for (; i < end; i++) {
            if (fabs(d->returns.v[i]) > fabs(largest))
                largest = d->returns.v[i];
            if (row && pg_garch_update(&state, &row->garch, d->returns.v[i]) == PG_K_OK && state.sigma2 > sigma2)
                sigma2 = state.sigma2;
        }
        pg_json_open(out, NULL, '[');
        pg_json_number(out, NULL, milliseconds(d, d->return_s.v[end - 1]));
        pg_json_number(out, NULL, bps(largest));
        pg_json_number(out, NULL, row ? bps(sqrt(sigma2)) : NAN);
        pg_json_close(out, ']');
    }
    pg_json_close(out, ']');
}

/* Rate at which orders of a side reach a distance, 1/s. */
static double reach(const pg_fit_data *d, double taker, double distance)
{
    size_t n = 0;
    for (size_t i = 0; i < d->order_s.n; i++)
        n += d->order_side.v[i] == taker && d->order_distance.v[i] >= distance - d->tick / 1e3;
    return (double)n / d->seconds;
}

/* Rows of distance and ln of the rates, bids and asks; null where nothing got that far. */
static void kappa_series(pg_text *out, const pg_fit_data *d)
{
    enum { STEPS = 60 };
    double farthest = 0;
    for (size_t i = 0; i < d->order_s.n; i++)
        farthest = fmax(farthest, d->order_distance.v[i]);
    pg_json_open(out, "series", '[');
    for (int i = 0; i <= STEPS && farthest > 0; i++) {
        double distance = farthest * i / STEPS;
        pg_json_open(out, NULL, '[');
        pg_json_number(out, NULL, distance);
        pg_json_number(out, NULL, log(reach(d, -1, distance)));
        pg_json_number(out, NULL, log(reach(d, 1, distance)));
        pg_json_close(out, ']');
    }
    pg_json_close(out, ']');
}

/* Rows of time, orders a second in the bin, and the fitted intensity's mean over the bin. */
static void hawkes_series(pg_text *out, const pg_fit_table *table, const pg_fit_data *d)
{
    const pg_fit_row *row = pg_fit_find(table, "hawkes", "both");
    bool fitted = row && pg_kstatus_usable(row->status);
    double width = fmax(1, d->seconds / POINTS), excited = 0, last = 0;
    size_t next = 0;
    pg_json_open(out, "series", '[');
    for (double start = 0; start < d->seconds; start += width) {
        double end = start + width, integral = 0;
        size_t first = next;
        /* the integral of alpha * excited over each stretch between orders */
        while (fitted && next <= d->order_s.n) {
            bool more = next < d->order_s.n && d->order_s.v[next] <= end;
            double to = more ? d->order_s.v[next] : end, faded = excited * exp(-row->hawkes.beta * (to - last));
            integral += row->hawkes.alpha * (excited - faded) / row->hawkes.beta;
            excited = faded;
            last = to;
            if (!more)
                break;
            excited += 1;
            next++;
        }
        while (!fitted && next < d->order_s.n && d->order_s.v[next] <= end)
            next++;
        pg_json_open(out, NULL, '[');
        pg_json_number(out, NULL, milliseconds(d, end));
        pg_json_number(out, NULL, (double)(next - first) / width);
        pg_json_number(out, NULL, fitted ? row->hawkes.mu + integral / width : NAN);
        pg_json_close(out, ']');
    }
    pg_json_close(out, ']');
}

static void page_data(pg_text *out, void *context)
{
    const drawn *p = context;
    pg_json_open(out, NULL, '{');
    document(out, p->table, p->data);
    if (strcmp(p->table->what, "sigma") == 0)
        sigma_series(out, p->table, p->data);
    else if (strcmp(p->table->what, "kappa") == 0)
        kappa_series(out, p->data);
    else
        hawkes_series(out, p->table, p->data);
    pg_json_close(out, '}');
}

pg_status pg_fit_html(pg_text *out, const pg_fit_table *table, const pg_fit_data *data, pg_error *err)
{
    char title[96];
    drawn p = { table, data };
    snprintf(title, sizeof title, "%s of %s", table->what, data->instrument.symbol);
    pg_page page = { title, page_data, &p, fit_js, sizeof fit_js - 1 };
    return pg_page_write(out, &page, err);
}
