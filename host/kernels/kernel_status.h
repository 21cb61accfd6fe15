/* Status values and quality gates of the numerical kernels.
 *
 * Every estimator returns a pg_kstatus. A value is meaningful only when the status says so (pg_kstatus_usable);
 * when it does not, outputs are NaN. No kernel ever puts a default in the place of a value it could not compute.
 *
 * The headers of host/kernels are also given to LuaJIT's ffi.cdef, so they hold plain declarations only. */
#ifndef PG_KERNELS_KERNEL_STATUS_H
#define PG_KERNELS_KERNEL_STATUS_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    PG_K_OK = 0,              /* computed, all checks passed */
    PG_K_WARMUP,              /* fewer observations than the configured minimum */
    PG_K_TOO_FEW_POINTS,      /* fewer points than the method can work with */
    PG_K_DEGENERATE_X,        /* the regressor has no variance */
    PG_K_ZERO_VARIATION,      /* all returns zero, or bipower variation zero */
    PG_K_NONPOSITIVE_SLOPE,   /* the fitted decay is not positive, so no kappa exists */
    PG_K_NONNEGATIVE_AUTOCOV, /* Roll noise not identified; noise is 0 */
    PG_K_WEAK_SIGNAL,         /* fit done but explains less than the threshold */
    PG_K_LOW_QUALITY,         /* fitted, but a quality gate failed; the policy decides */
    PG_K_AT_BOUNDARY,         /* optimum on a constraint; no standard errors */
    PG_K_HESSIAN_NOT_PD,      /* stationary point without the curvature of a maximum; no standard errors */
    PG_K_NOT_CONVERGED,       /* iteration limit reached; best value returned */
    PG_K_INVALID_PARAMS,      /* an argument outside its domain */
    PG_K_TOO_FEW_JUMPS,       /* jump parameters not estimated */
    PG_K_STALE,               /* the last observation is older than the limit */
    PG_K_CROSSED_REPAIRED,    /* quotes crossed after rounding, repaired */
    PG_K_NONPOSITIVE_BID,     /* bid at or below zero: not to be sent */
    PG_K_BAD_INPUT,           /* NaN, infinity, nonpositive price, negative size, unsorted times */
    PG_K_STATUS_COUNT
} pg_kstatus;

/* Quality gates, a bit each; a set of failed gates travels beside PG_K_LOW_QUALITY. */
typedef enum {
    PG_GATE_N = 1,          /* too few observations for the asymptotics */
    PG_GATE_CI_WIDTH = 2,   /* relative width of the confidence interval */
    PG_GATE_RANGE = 4,      /* value outside its plausible range */
    PG_GATE_LEVEL = 8,      /* intensity at zero distance not positive */
    PG_GATE_R2 = 16,        /* regression explains too little */
    PG_GATE_LEVELS = 32,    /* too few depth levels used */
    PG_GATE_FIT = 64,       /* deviance test rejects the model */
    PG_GATE_AGE = 128,      /* newest observation too old */
    PG_GATE_TAIL = 256,     /* tail heavier than the model's */
    PG_GATE_COLLINEAR = 512 /* regressors nearly the same; their sum was used */
} pg_gate;

/* The specification's name of a status ("ok", "too_few_points", ...); "unknown" outside the enum. */
const char *pg_kstatus_name(pg_kstatus status);

/* The status of a name; PG_K_STATUS_COUNT when there is none. */
pg_kstatus pg_kstatus_parse(const char *name);

/* Whether a value computed under this status may be used at all (possibly flagged). */
bool pg_kstatus_usable(pg_kstatus status);

/* The name of the lowest gate in a set ("n", "ci_width", ...); "" for an empty set. */
const char *pg_gate_name(uint32_t gates);

#endif
