#include "study/fit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

typedef struct {
    const char *what;
    const pg_fit_entry *methods;
} kind;

static const kind kinds[] = {
    { "sigma", pg_fit_sigma_methods },
    { "kappa", pg_fit_kappa_methods },
    { "hawkes", pg_fit_hawkes_methods },
};

/* As lua/perigee/estimator_names.lua has them. */
static const char *const aliases[][3] = {
    { "sigma", "garch_studentt", "garch_t" },
    { "sigma", "studentt", "garch_t" },
    { "sigma", "garch_multistart", "garch_t_multistart" },
    { "sigma", "python_garch", "garch_t_multistart" },
    { "sigma", "python", "garch_t_multistart" },
    { "kappa", "virtual", "virtual_quoting" },
    { "kappa", "vq", "virtual_quoting" },
    { "kappa", "depth", "depth_intensity" },
    { "kappa", "book", "book_decay" },
    { "kappa", "sided", "mle" },
};

const char *pg_fit_method(const char *what, const char *name)
{
    size_t prefix = strlen(what);
    if (strncmp(name, what, prefix) == 0 && name[prefix] == '_')
        name += prefix + 1;
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(aliases[i][0], what) == 0 && strcmp(aliases[i][1], name) == 0)
            return aliases[i][2];
    return name;
}

static const kind *find_kind(const char *what)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].what, what) == 0)
            return &kinds[i];
    return NULL;
}

static pg_status unknown_method(const kind *k, const char *method, pg_error *err)
{
    char names[200] = "";
    size_t used = 0;
    for (const pg_fit_entry *e = k->methods; e->name && used < sizeof names; e++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", e->name);
    pg_fail(err, PG_ERR_NOT_FOUND, "there is no method '%s' for %s", method, k->what);
    pg_error_remedy(err, "there are: %s, all", names);
    return PG_ERR_NOT_FOUND;
}

/* Doubles that any method needs: a few arrays as long as the longest series. */
static size_t room(const pg_fit_data *d)
{
    size_t longest = d->returns.n > d->order_s.n ? d->returns.n : d->order_s.n;
    return 4 * longest + 4096;
}

static void timed(pg_fit_table *table, const pg_fit_entry *entry, const pg_fit_data *data, double horizon_s,
                  double *work)
{
    int first = table->count;
    double start = pg_clock_elapsed();
    entry->run(table, data, horizon_s, work);
    double taken = pg_clock_elapsed() - start;
    for (int i = first; i < table->count; i++) {
        pg_fit_row *row = &table->row[i];
        row->seconds = taken / (table->count - first);
        if (pg_kstatus_usable(row->status) && !isfinite(row->estimate.value))
            row->status = PG_K_BAD_INPUT;
        if (!pg_kstatus_usable(row->status))
            row->estimate.value = row->estimate.se = row->lo = row->hi = NAN;
    }
}

pg_status pg_fit_run(pg_fit_table *table, const pg_fit_data *data, const char *what, const char *method,
                     double horizon_s, pg_error *err)
{
    const kind *k = find_kind(what);
    if (!k)
        return pg_fail(err, PG_ERR_NOT_FOUND, "there is nothing to fit called '%s': sigma, kappa or hawkes", what);
    bool all = !method || strcmp(method, "all") == 0;
    double *work = malloc(room(data) * sizeof *work);
    if (!work)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a fit");
    *table = (pg_fit_table){ .what = k->what };
    bool found = false;
    for (const pg_fit_entry *e = k->methods; e->name; e++)
        if (all || strcmp(e->name, pg_fit_method(what, method)) == 0) {
            timed(table, e, data, horizon_s, work);
            found = true;
        }
    free(work);
    return found ? PG_OK : unknown_method(k, method, err);
}

const pg_fit_row *pg_fit_find(const pg_fit_table *table, const char *method, const char *side)
{
    for (int i = 0; i < table->count; i++)
        if (strcmp(table->row[i].method, method) == 0 && strcmp(table->row[i].side, side) == 0)
            return &table->row[i];
    return NULL;
}

int pg_fit_usable(const pg_fit_table *table)
{
    int n = 0;
    for (int i = 0; i < table->count; i++)
        n += pg_kstatus_usable(table->row[i].status);
    return n;
}

pg_fit_row *pg_fit_row_add(pg_fit_table *table, const char *method, const char *side, const char *name,
                           const char *unit)
{
    PG_ASSERT(table->count < PG_FIT_ROWS);
    pg_fit_row *row = &table->row[table->count++];
    *row = (pg_fit_row){ .method = method, .side = side, .estimate = { name, unit, NAN, NAN } };
    row->lo = row->hi = row->quality_value = NAN;
    return row;
}

void pg_fit_row_extra(pg_fit_row *row, const char *name, const char *unit, double value, double se)
{
    PG_ASSERT(row->extras < PG_FIT_EXTRAS);
    row->extra[row->extras++] = (pg_fit_value){ name, unit, value, se };
}
