/* Latency models: of the feed (venue to us) and of orders (us to the matching engine, and the reply back).
 *
 * Deterministic for a seed. quant.md 8.6. */
#ifndef PG_SIM_LATENCY_H
#define PG_SIM_LATENCY_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef enum {
    PG_LATENCY_CONSTANT,
    PG_LATENCY_LOGNORMAL, /* median and sigma of the logarithm */
    PG_LATENCY_RECORDED   /* rows of a live session, interpolated in time */
} pg_latency_kind;

/* One recorded request: when it left, when the venue matched it (0: rejected before matching), when the reply came. */
typedef struct {
    int64_t sent_ns;
    int64_t exch_ns;
    int64_t reply_ns;
} pg_latency_row;

typedef struct {
    pg_latency_kind kind;
    int64_t entry_ns; /* constant, or median of the lognormal */
    int64_t response_ns;
    double log_sigma;           /* of the lognormal; 0 makes it constant */
    const pg_latency_row *rows; /* sorted by sent_ns, borrowed */
    size_t row_count;
} pg_latency_config;

typedef struct pg_latency pg_latency;

/* Errors: PG_ERR_INVALID for latencies that are negative or longer than a day, log_sigma outside 0 to 10, no rows, rows
 * out of order. */
pg_status pg_latency_new(pg_latency **latency, const pg_latency_config *config, uint64_t seed, pg_error *err);
void pg_latency_free(pg_latency *latency);

/* When a request sent now reaches the matching engine. Never before an earlier request. */
int64_t pg_latency_arrival(pg_latency *latency, int64_t now_ns);

/* When a reply made now reaches us. Never before an earlier reply. */
int64_t pg_latency_reply(pg_latency *latency, int64_t now_ns);

/* When market data of the venue's time exch_ns reaches us: like a reply, on a line of its own. */
int64_t pg_latency_feed(pg_latency *latency, int64_t exch_ns);

#endif
