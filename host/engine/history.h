/* What a run leaves behind for its report: equity on a grid, a chart of prices and quotes, fills, markouts.
 *
 * Bounded: a series that is full drops every second point and doubles its spacing; fills beyond the bound are counted,
 * not kept. */
#ifndef PG_ENGINE_HISTORY_H
#define PG_ENGINE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "market/instrument.h"

enum {
    PG_HISTORY_CHART = 32768,  /* points of the chart */
    PG_HISTORY_EQUITY = 65536, /* samples of equity */
    PG_HISTORY_FILLS = 131072,
    PG_HISTORY_HORIZONS = 4,   /* markouts after 0.1, 1, 5 and 30 s */
    PG_HISTORY_PENDING = 16384 /* fills whose markout is not yet known, by horizon */
};

/* One point of the chart; prices in quote units, NAN where there is none. */
typedef struct {
    int64_t time_ns;
    double bid, ask;             /* the market */
    double quote_bid, quote_ask; /* our best open orders */
    double position;             /* base units */
    double equity;               /* quote units */
} pg_chart_point;

typedef struct {
    int64_t time_ns;
    double equity;
} pg_equity_point;

typedef struct {
    uint64_t order;
    int64_t time_ns; /* at the venue */
    int64_t price;
    int64_t size;
    pg_money fee;
    int64_t mark_x2;  /* bid + ask at the fill */
    int64_t position; /* after the fill */
    uint8_t side;
    bool maker;
} pg_fill_record;

/* Sums of markouts -side (mid(t+h) - mid(t)): positive is a cost (quant.md 7.6). */
typedef struct {
    double horizon_s;
    uint64_t count;
    double sum_bps;    /* of mid, unweighted */
    double cost_quote; /* weighted by size, quote units */
    uint64_t dropped;  /* no update near t + h, or too many pending */
} pg_markout_sum;

typedef struct pg_history pg_history;

/* grid_ns: spacing of the equity samples. */
pg_status pg_history_new(pg_history **history, const pg_instrument *instrument, int64_t grid_ns, pg_error *err);
void pg_history_free(pg_history *history);

/* When the next equity sample is due. */
int64_t pg_history_next_sample(const pg_history *history);

/* Appends equity samples for every grid time up to now_ns, with the equity that held until then. */
void pg_history_sample(pg_history *history, int64_t now_ns, double equity);

/* Offers a chart point; it is kept when the spacing allows. */
void pg_history_chart(pg_history *history, const pg_chart_point *point);

/* Whether a chart point at this time would be kept: spares the caller computing it. */
bool pg_history_wants_chart(const pg_history *history, int64_t now_ns);

void pg_history_fill(pg_history *history, const pg_fill_record *fill);

/* The mid is about to change at now_ns from mark_x2 to something else: settles markouts that fell due. */
void pg_history_settle(pg_history *history, int64_t now_ns, int64_t mark_x2);

const pg_chart_point *pg_history_chart_points(const pg_history *history, size_t *count);
/* Least distance of the chart's points, 0 while every one is kept. */
int64_t pg_history_chart_spacing(const pg_history *history);
const pg_equity_point *pg_history_equity(const pg_history *history, size_t *count, int64_t *grid_ns);
const pg_fill_record *pg_history_fills(const pg_history *history, size_t *count, uint64_t *total);
const pg_markout_sum *pg_history_markouts(const pg_history *history);

#endif
