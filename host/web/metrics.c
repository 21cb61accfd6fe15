#include "web/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 4096, HELP = 256 };

static const double bounds[PG_METRIC_BUCKETS] = { 1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3,
                                                  2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1,  0.2,  0.5,  1.0 };
static const char *const bound_names[PG_METRIC_BUCKETS] = { "1e-06", "2e-06",  "5e-06",  "1e-05",  "2e-05",
                                                            "5e-05", "0.0001", "0.0002", "0.0005", "0.001",
                                                            "0.002", "0.005",  "0.01",   "0.02",   "0.05",
                                                            "0.1",   "0.2",    "0.5",    "1" };

/* A metric: the series of one name. */
typedef struct family {
    struct family *next;
    pg_metrics *metrics;
    pg_metric_kind kind;
    char name[PG_METRIC_NAME];
    char *help;
    pg_metric *first;
} family;

struct pg_metric {
    pg_metric *next;
    family *family;
    char *labels;     /* a="b",c="d", escaped; "" when there are none */
    double value;     /* of a histogram: the sum */
    uint64_t *counts; /* of a histogram, each bucket for itself, the last one beyond all bounds */
};

struct pg_metrics {
    family *first;
    int count, limit;
};

/* ---- life ---- */

pg_status pg_metrics_new(pg_metrics **metrics, int limit, pg_error *err)
{
    *metrics = calloc(1, sizeof **metrics);
    if (!*metrics)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    (*metrics)->limit = limit > 0 ? limit : LIMIT;
    return PG_OK;
}

static void free_series(pg_metric *metric)
{
    free(metric->labels);
    free(metric->counts);
    free(metric);
}

void pg_metrics_free(pg_metrics *metrics)
{
    if (!metrics)
        return;
    for (family *f = metrics->first, *next; f; f = next) {
        next = f->next;
        for (pg_metric *m = f->first, *after; m; m = after) {
            after = m->next;
            free_series(m);
        }
        free(f->help);
        free(f);
    }
    free(metrics);
}

void pg_metric_free(pg_metric *metric)
{
    if (!metric)
        return;
    pg_metric **at = &metric->family->first;
    while (*at != metric)
        at = &(*at)->next;
    *at = metric->next;
    metric->family->metrics->count--;
    free_series(metric);
}

/* ---- names ---- */

static bool is_name(const char *name, bool colons)
{
    size_t n = name ? strlen(name) : 0;
    if (n == 0 || n >= PG_METRIC_NAME || (name[0] >= '0' && name[0] <= '9'))
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = name[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        if (!letter && !(colons && c == ':'))
            return false;
    }
    return true;
}

static pg_status check(pg_metric_kind kind, const char *name, const pg_metric_label *labels, int count, pg_error *err)
{
    if (!is_name(name, true))
        return pg_fail(err, PG_ERR_INVALID, "\"%s\" cannot be the name of a metric", name ? name : "");
    if (count < 0 || count > PG_METRIC_LABELS)
        return pg_fail(err, PG_ERR_INVALID, "metric %s has more than %d labels", name, (int)PG_METRIC_LABELS);
    for (int i = 0; i < count; i++) {
        const char *label = labels[i].name;
        bool reserved =
            label && (strncmp(label, "__", 2) == 0 || (kind == PG_METRIC_HISTOGRAM && !strcmp(label, "le")));
        if (!is_name(label, false) || reserved)
            return pg_fail(err, PG_ERR_INVALID, "\"%s\" cannot be a label of metric %s", label ? label : "", name);
        if (!labels[i].value || strlen(labels[i].value) >= PG_METRIC_VALUE)
            return pg_fail(err, PG_ERR_INVALID, "label %s of metric %s has no value, or one of more than %d bytes",
                           label, name, (int)PG_METRIC_VALUE - 1);
        for (int j = 0; j < i; j++)
            if (strcmp(labels[j].name, label) == 0)
                return pg_fail(err, PG_ERR_INVALID, "metric %s has label %s twice", name, label);
    }
    return PG_OK;
}

/* What Prometheus escapes: backslash and line break, in a label also the quote. */
static void add_escaped(pg_text *text, const char *value, bool quotes)
{
    for (const char *c = value; *c; c++) {
        if (*c == '\n')
            pg_text_add(text, "\\n", 2);
        else if (*c == '\\' || (quotes && *c == '"'))
            pg_text_print(text, "\\%c", *c);
        else
            pg_text_add(text, c, 1);
    }
}

static char *label_text(const pg_metric_label *labels, int count)
{
    pg_text text = { 0 };
    pg_text_add(&text, "", 0);
    for (int i = 0; i < count; i++) {
        pg_text_print(&text, "%s%s=\"", i ? "," : "", labels[i].name);
        add_escaped(&text, labels[i].value, true);
        pg_text_add(&text, "\"", 1);
    }
    if (text.failed) {
        pg_text_free(&text);
        return NULL;
    }
    return text.data ? text.data : strdup("");
}

/* ---- making ---- */

static family *find_family(pg_metrics *metrics, const char *name)
{
    for (family *f = metrics->first; f; f = f->next)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

static family *make_family(pg_metrics *metrics, pg_metric_kind kind, const char *name, const char *help)
{
    family *f = calloc(1, sizeof *f);
    char *copy = strndup(help ? help : "", HELP);
    if (!f || !copy) {
        free(f);
        free(copy);
        return NULL;
    }
    f->metrics = metrics;
    f->kind = kind;
    memcpy(f->name, name, strlen(name) + 1);
    f->help = copy;
    family **last = &metrics->first;
    while (*last)
        last = &(*last)->next;
    *last = f;
    return f;
}

/* Takes the labels over. */
static pg_metric *make_series(family *f, char *labels)
{
    pg_metric *m = calloc(1, sizeof *m);
    uint64_t *counts = f->kind == PG_METRIC_HISTOGRAM ? calloc(PG_METRIC_BUCKETS + 1, sizeof *counts) : NULL;
    if (!m || (f->kind == PG_METRIC_HISTOGRAM && !counts)) {
        free(m);
        free(counts);
        return NULL;
    }
    m->family = f;
    m->labels = labels;
    m->counts = counts;
    m->value = f->kind == PG_METRIC_GAUGE ? NAN : 0;
    pg_metric **last = &f->first;
    while (*last)
        last = &(*last)->next;
    *last = m;
    f->metrics->count++;
    return m;
}

pg_status pg_metric_new(pg_metric **metric, pg_metrics *metrics, pg_metric_kind kind, const char *name,
                        const char *help, const pg_metric_label *labels, int label_count, pg_error *err)
{
    *metric = NULL;
    pg_status status = check(kind, name, labels, label_count, err);
    if (status != PG_OK)
        return status;
    family *f = find_family(metrics, name);
    if (f && f->kind != kind)
        return pg_fail(err, PG_ERR_INVALID, "metric %s is of another kind already", name);
    char *text = label_text(labels, label_count);
    if (!text)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    for (pg_metric *m = f ? f->first : NULL; m; m = m->next)
        if (strcmp(m->labels, text) == 0) {
            free(text);
            *metric = m;
            return PG_OK;
        }
    if (metrics->count >= metrics->limit)
        status = pg_fail(err, PG_ERR_FULL, "there are %d series of metrics already", metrics->count);
    if (status == PG_OK && !f)
        f = make_family(metrics, kind, name, help);
    if (status == PG_OK && f)
        *metric = make_series(f, text);
    if (!*metric) {
        free(text);
        return status != PG_OK ? status : pg_fail(err, PG_ERR_MEMORY, "out of memory");
    }
    return PG_OK;
}

/* ---- updating ---- */

void pg_metric_set(pg_metric *metric, double value)
{
    if (metric && !metric->counts)
        metric->value = value;
}

void pg_metric_add(pg_metric *metric, double by)
{
    if (!metric || metric->counts || isnan(by) || (metric->family->kind == PG_METRIC_COUNTER && by < 0))
        return;
    metric->value = isnan(metric->value) ? by : metric->value + by;
}

void pg_metric_observe(pg_metric *metric, double seconds)
{
    if (!metric || !metric->counts || isnan(seconds))
        return;
    int bucket = 0;
    while (bucket < PG_METRIC_BUCKETS && seconds > bounds[bucket])
        bucket++;
    metric->counts[bucket]++;
    metric->value += seconds;
}

/* ---- writing ---- */

static void write_number(pg_text *text, double value)
{
    char number[40];
    if (isinf(value))
        pg_text_print(text, "%s\n", value > 0 ? "+Inf" : "-Inf");
    else
        pg_text_print(text, "%s\n", pg_double_format(number, sizeof number, value));
}

static void write_histogram(const pg_metric *m, pg_text *text)
{
    const char *name = m->family->name, *comma = m->labels[0] ? "," : "";
    uint64_t total = 0;
    for (int i = 0; i <= PG_METRIC_BUCKETS; i++) {
        total += m->counts[i];
        pg_text_print(text, "%s_bucket{%s%sle=\"%s\"} %llu\n", name, m->labels, comma,
                      i < PG_METRIC_BUCKETS ? bound_names[i] : "+Inf", (unsigned long long)total);
    }
    const char *open = m->labels[0] ? "{" : "", *close = m->labels[0] ? "}" : "";
    pg_text_print(text, "%s_sum%s%s%s ", name, open, m->labels, close);
    write_number(text, m->value);
    pg_text_print(text, "%s_count%s%s%s %llu\n", name, open, m->labels, close, (unsigned long long)total);
}

static void write_family(const family *f, pg_text *text)
{
    static const char *const kinds[] = { "gauge", "counter", "histogram" };
    pg_text_print(text, "# HELP %s ", f->name);
    add_escaped(text, f->help, false);
    pg_text_print(text, "\n# TYPE %s %s\n", f->name, kinds[f->kind]);
    for (const pg_metric *m = f->first; m; m = m->next) {
        if (m->counts) {
            write_histogram(m, text);
        } else if (!isnan(m->value)) {
            pg_text_print(text, m->labels[0] ? "%s{%s} " : "%s%s ", f->name, m->labels);
            write_number(text, m->value);
        }
    }
}

void pg_metrics_write(const pg_metrics *metrics, pg_text *text)
{
    for (const family *f = metrics->first; f; f = f->next)
        if (f->first)
            write_family(f, text);
}
