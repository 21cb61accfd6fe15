/* Liquidation cascades: a size-weighted excitation filter and the severity that quoting reacts to (spec 7.2).
 *
 * lambda = mu + sum alpha w_i e^{-beta (t - t_i)}, w_i = max(notional/size_scale, 0.01); ratio = lambda/mu;
 * severity = clamp((ratio - 1)/(pull_ratio - 1), 0, cap). O(1) an event, one exp. Times in seconds. */
#ifndef PG_KERNELS_CASCADE_H
#define PG_KERNELS_CASCADE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernel_status.h"

typedef struct {
    double mu;             /* 0.01/s */
    double alpha;          /* 0.05/s (the seed's 0.5 reaches the pull level with a single 800 USD event) */
    double beta;           /* ln2/half-life of 10 s */
    double size_scale;     /* 10,000 USD */
    double active_ratio;   /* 3 */
    double pull_ratio;     /* 5: severity 1 */
    double severity_cap;   /* 2 */
    double max_multiplier; /* 5 */
    double pull_severity, resume_severity; /* 0.8, 0.5 */
    double warmup_s;                       /* 60 */
} pg_cascade_options;

void pg_cascade_defaults(pg_cascade_options *options);

typedef enum {
    PG_CASCADE_NONE = 0,
    PG_CASCADE_LONG = 1, /* longs being liquidated: prices pushed down */
    PG_CASCADE_SHORT = 2,
    PG_CASCADE_BOTH = 3
} pg_cascade_direction;

/* Set options and start_s, zero the rest. */
typedef struct {
    pg_cascade_options options;
    double start_s;
    double longs, shorts; /* excitations at time_s, without alpha */
    double time_s;
    int64_t n;
    bool pulled; /* hysteresis of the pull flag */
} pg_cascade;

typedef struct {
    double intensity, ratio;
    double severity_raw, severity;
    double tail_multiplier; /* min(1 + (max-1) min(severity, 1), max) */
    double size_factor;     /* 1 up to active_ratio, linearly to 0 at pull_ratio */
    double long_share;      /* of the excitation; NaN without any */
    bool active, pull;
    int32_t direction; /* pg_cascade_direction */
} pg_cascade_state;

/* A liquidation (or proxy) of this notional in USD; is_long: a long position was closed by force. */
pg_kstatus pg_cascade_event(pg_cascade *cascade, double time_s, double notional, bool is_long);

/* The state at a time, moving the pull hysteresis. PG_K_WARMUP before warmup_s, with all fields computed. */
pg_kstatus pg_cascade_read(pg_cascade_state *out, pg_cascade *cascade, double time_s);

/* The name of a direction: none, long, short, both. */
const char *pg_cascade_direction_name(int32_t direction);

#endif
