#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "script/config_fields.h"

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_settings(const pg_setting *a, int a_count, const pg_setting *b, int b_count)
{
    bool same = a_count == b_count;
    for (int i = 0; same && i < a_count; i++)
        same = same_text(a[i].name, b[i].name) && same_text(a[i].value, b[i].value);
    return same;
}

static bool same_secret(const pg_secret_source *a, const pg_secret_source *b)
{
    return a->kind == b->kind && same_text(a->name, b->name);
}

/* Whether two entries of a table have the same value in a field. */
static bool same_field(const pg_config_field *field, const void *before, const void *after)
{
    const void *a = (const char *)before + field->offset, *b = (const char *)after + field->offset;
    const pg_config_market *m = before, *n = after;
    switch (field->kind) {
    case PG_FIELD_KIND_WORD:
    case PG_FIELD_KIND_TEXT: return same_text(*(const char *const *)a, *(const char *const *)b);
    case PG_FIELD_KIND_NUMBER: return same_number(*(const double *)a, *(const double *)b);
    case PG_FIELD_KIND_BOOL: return *(const bool *)a == *(const bool *)b;
    case PG_FIELD_KIND_SEED: return *(const uint64_t *)a == *(const uint64_t *)b;
    case PG_FIELD_KIND_INTEGER:
    case PG_FIELD_KIND_CHOICE:
    case PG_FIELD_KIND_FORMATS: return memcmp(a, b, sizeof(int)) == 0;
    case PG_FIELD_KIND_SECRET: return same_secret(a, b);
    case PG_FIELD_KIND_PARAMS: return same_settings(m->params, m->param_count, n->params, n->param_count);
    case PG_FIELD_KIND_ESTIMATORS:
        return same_settings(m->estimators, m->estimator_count, n->estimators, n->estimator_count);
    }
    return false;
}

static void restart(pg_config_diff *diff, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void restart(pg_config_diff *diff, const char *format, ...)
{
    if (diff->restart_count++ >= PG_CONFIG_RESTARTS)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(diff->restart[diff->restart_count - 1], PG_CONFIG_RESTART_TEXT, format, arguments);
    va_end(arguments);
}

/* Notes fields that differ and need a restart; returns whether any differs that does not. `name`: of a venue, or "". */
static bool compare(pg_config_diff *diff, const pg_config_table *table, const char *name, const void *before,
                    const void *after)
{
    bool live = false;
    for (int i = 0; i < table->count; i++) {
        const pg_config_field *field = &table->fields[i];
        if (same_field(field, before, after))
            continue;
        if (field->change == PG_FIELD_RESTART)
            restart(diff, "%s%s%s: %s", table->word, *name ? " " : "", name, field->name);
        else
            live = true;
    }
    return live;
}

/* ---- markets ---- */

static unsigned market_changes(const pg_config_market *before, const pg_config_market *after)
{
    static const unsigned meaning[] = {
        [PG_FIELD_LIVE] = PG_CHANGE_SETTINGS, [PG_FIELD_SCRIPT] = PG_CHANGE_SCRIPT, [PG_FIELD_PARAMS] = PG_CHANGE_PARAMS
    };
    unsigned what = 0;
    for (int i = 0; i < pg_config_market_table.count; i++) {
        const pg_config_field *field = &pg_config_market_table.fields[i];
        if (!same_field(field, before, after))
            what |= meaning[field->change];
    }
    return what;
}

static void note_market(pg_config_diff *diff, int before, int after, unsigned what)
{
    if (what)
        diff->markets[diff->market_count++] = (pg_market_change){ before, after, what };
}

/* The enabled market of another configuration that is the same one; -1 when there is none. */
static int counterpart(const pg_config *config, const pg_config_market *market)
{
    int index = pg_config_find_market(config, market->venue_name, market->symbol, market->name);
    return index >= 0 && config->markets[index].enabled ? index : -1;
}

static void compare_markets(pg_config_diff *diff, const pg_config *before, const pg_config *after)
{
    for (int i = 0; i < before->market_count; i++) {
        if (!before->markets[i].enabled)
            continue;
        int j = counterpart(after, &before->markets[i]);
        note_market(diff, i, j, j < 0 ? PG_CHANGE_REMOVED : market_changes(&before->markets[i], &after->markets[j]));
    }
    for (int j = 0; j < after->market_count; j++)
        if (after->markets[j].enabled && counterpart(before, &after->markets[j]) < 0)
            note_market(diff, -1, j, PG_CHANGE_ADDED);
}

/* ---- venues ---- */

static bool same_options(const pg_config_venue *a, const pg_config_venue *b)
{
    bool same = a->option_count == b->option_count;
    for (int i = 0; same && i < a->option_count; i++) {
        bool found = false;
        for (int j = 0; !found && j < b->option_count; j++)
            found = same_text(a->options[i].name, b->options[j].name) &&
                    same_text(a->options[i].value, b->options[j].value);
        same = found;
    }
    return same;
}

/* A venue that is disabled in both is of no interest; one that is new has no connection yet. */
static void compare_venues(pg_config_diff *diff, const pg_config *before, const pg_config *after)
{
    for (int i = 0; i < before->venue_count; i++) {
        const pg_config_venue *old = &before->venues[i];
        int j = pg_config_find_venue(after, old->name);
        const pg_config_venue *new = j < 0 ? NULL : &after->venues[j];
        if (!old->enabled)
            continue;
        if (!new || !new->enabled) {
            restart(diff, "venue %s: it is gone", old->name);
            continue;
        }
        compare(diff, &pg_config_venue_table, old->name, old, new);
        if (!same_options(old, new))
            restart(diff, "venue %s: options", old->name);
    }
    for (int j = 0; j < after->venue_count; j++) {
        int i = pg_config_find_venue(before, after->venues[j].name);
        if (after->venues[j].enabled && (i < 0 || !before->venues[i].enabled))
            restart(diff, "venue %s: it is new", after->venues[j].name);
    }
}

void pg_config_compare(pg_config_diff *diff, const pg_config *before, const pg_config *after)
{
    memset(diff, 0, sizeof *diff);
    compare_markets(diff, before, after);
    compare_venues(diff, before, after);
    diff->risk = compare(diff, &pg_config_risk_table, "", &before->risk, &after->risk);
    compare(diff, &pg_config_record_table, "", &before->record, &after->record);
    compare(diff, &pg_config_web_table, "", &before->web, &after->web);
    diff->host = compare(diff, &pg_config_host_table, "", &before->host, &after->host);
}
