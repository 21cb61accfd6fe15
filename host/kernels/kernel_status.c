#include "kernels/kernel_status.h"

#include <string.h>

static const char *const names[PG_K_STATUS_COUNT] = {
    "ok",
    "warmup",
    "too_few_points",
    "degenerate_x",
    "zero_variation",
    "nonpositive_slope",
    "nonnegative_autocov",
    "weak_signal",
    "low_quality",
    "at_boundary",
    "hessian_not_pd",
    "not_converged",
    "invalid_params",
    "too_few_jumps",
    "stale",
    "crossed_repaired",
    "nonpositive_bid",
    "bad_input",
};

static const char *const gate_names[] = { "n",      "ci_width", "range", "level", "r2",
                                          "levels", "fit",      "age",   "tail",  "collinear" };

const char *pg_kstatus_name(pg_kstatus status)
{
    return (int)status >= 0 && status < PG_K_STATUS_COUNT ? names[status] : "unknown";
}

pg_kstatus pg_kstatus_parse(const char *name)
{
    for (int i = 0; i < PG_K_STATUS_COUNT; i++)
        if (strcmp(names[i], name) == 0)
            return (pg_kstatus)i;
    return PG_K_STATUS_COUNT;
}

bool pg_kstatus_usable(pg_kstatus status)
{
    switch (status) {
    case PG_K_OK:
    case PG_K_LOW_QUALITY:
    case PG_K_AT_BOUNDARY:
    case PG_K_HESSIAN_NOT_PD:
    case PG_K_NOT_CONVERGED:
    case PG_K_CROSSED_REPAIRED: return true;
    default: return false;
    }
}

const char *pg_gate_name(uint32_t gates)
{
    for (unsigned bit = 0; bit < sizeof gate_names / sizeof gate_names[0]; bit++)
        if (gates & (1u << bit))
            return gate_names[bit];
    return "";
}
