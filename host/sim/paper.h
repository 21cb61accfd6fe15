/* Paper trading on a live venue: its market data, orders matched here. A venue (venue.h) around another one.
 *
 * The inner venue is opened without a key, an account or settings of its kind: it can only listen, and nothing that
 * changes anything is ever sent to it. What it says of its markets is passed on as it is, and goes into a matching engine
 * a market (matcher.h, queue model power3): a decision meets no more than happened after its request arrived.
 *
 * Requests take `request_ms` to the matching engine and answers `reply_ms` back, in order, by the loop's timers (whole
 * milliseconds, rounded up). The simulated venue stands where the data arrive: what the feed took on its way comes on top
 * where the venue's own matching is to be imitated, so give latencies that include it. A gap in the data ends all orders
 * (PG_REASON_EXPIRED): nobody can know whether they would have filled.
 *
 * Replacements are what the inner venue says of its own: fresh or not, with or without the place in the queue.
 * Positions are valued at the mid, funding settles at the end of each interval at the last rate heard, and free margin is
 * what equity leaves beside positions at their market's leverage (1 until it is set). There is no liquidation and no
 * dead-man's switch. Trade ids are made here and differ between runs. */
#ifndef PG_SIM_PAPER_H
#define PG_SIM_PAPER_H

#include "venue/venue.h"

enum {
    PG_PAPER_REQUESTS = 4096, /* on their way: more are refused (PG_REASON_RATE); cancels have as many places again */
    PG_PAPER_FILLS = 2048,    /* kept for pg_venue_fills_since: the oldest is forgotten */
    PG_PAPER_OWN_FEE = INT32_MIN
};

typedef struct {
    double capital;       /* equity at the start, quote units, > 0 */
    int64_t maker_fee_e8; /* fraction of the notional in 1e-8, PG_PAPER_OWN_FEE: what the venue asks, or 1.5 bps */
    int64_t taker_fee_e8; /* the same, or 4.5 bps */
    int64_t request_ms, reply_ms; /* 0 to 60000 */
} pg_paper_options;

/* Capital 100,000, the venue's fees, 50 ms each way. */
pg_paper_options pg_paper_defaults(void);

/* As pg_venue_open; `inner` is the kind of venue to listen to, NULL: config->kind. Options are copied. */
pg_status pg_paper_open(pg_venue **venue, const pg_venue_config *config, const pg_venue_type *inner,
                        const pg_paper_options *options, pg_loop *loop, pg_venue_sink sink, pg_error *err);

#endif
