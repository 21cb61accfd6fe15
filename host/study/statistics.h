/* What a recording looks like: spread, depth, rates, latency, volatility, over time and by the hour of the day. */
#ifndef PG_STUDY_STATISTICS_H
#define PG_STUDY_STATISTICS_H

#include "data/tape.h"

enum {
    PG_STATISTICS_SLOTS = 720, /* of time, along the charts */
    PG_STATISTICS_HOURS = 24,  /* of the day, UTC */
    PG_STATISTICS_SCALES = 6,  /* steps of returns */
    PG_STATISTICS_DEPTH_BPS = 10
};

/* Sums over a slot or an hour; NAN where nothing was to be measured. */
typedef struct {
    double seconds;                        /* with a book of two sides that is not in a gap, on the grid */
    double mid;                            /* the last one */
    double spread_bps;                     /* mean over time */
    double depth[2];                       /* bids, asks: mean base units within PG_STATISTICS_DEPTH_BPS of the mid */
    double events, trades, volume, bought; /* counts; base units; of it by buyers */
    double latency_ms, latency_most_ms;    /* venue to receipt: mean and largest */
    double volatility;                     /* of returns of one grid step, % a day */
    double gap_s;
} pg_statistics_slot;

typedef struct {
    int64_t first_ns, last_ns, slot_ns, grid_ns;
    uint64_t events, of_kind[PG_EVENT_KINDS], buys, sells, inferred;
    double volume, turnover; /* base units; quote units */
    double gap_s, covered_s;
    uint64_t gaps;
    double spread_bps[4]; /* mean, median, 90%, 99% over time */
    double latency_ms[5]; /* 1%, median, 90%, 99%, largest; NAN when no event has both times */
    uint64_t negative;    /* events received before they happened */
    double scale_s[PG_STATISTICS_SCALES], volatility[PG_STATISTICS_SCALES]; /* % a day, by step of returns */
    int slots;
    pg_statistics_slot slot[PG_STATISTICS_SLOTS], hour[PG_STATISTICS_HOURS];
} pg_statistics;

/* One pass over the tape: about 50 ns an event. PG_ERR_INVALID for an empty tape, PG_ERR_MEMORY. */
pg_status pg_statistics_compute(pg_statistics *statistics, const pg_tape *tape, pg_error *err);

#endif
