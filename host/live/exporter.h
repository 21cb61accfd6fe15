/* What a running host shows to the outside: metrics of each market at /metrics, its state at /health. */
#ifndef PG_LIVE_EXPORTER_H
#define PG_LIVE_EXPORTER_H

#include "live/live.h"

typedef struct pg_exporter pg_exporter;

/* Serves at address:port; the markets may come later. */
pg_status pg_exporter_new(pg_exporter **exporter, pg_live *live, pg_loop *loop, const char *address, int port,
                          pg_error *err);
void pg_exporter_free(pg_exporter *exporter);

int pg_exporter_port(const pg_exporter *exporter);

/* A request went out this long after the market message that it answers. */
void pg_exporter_observe(pg_exporter *exporter, const pg_live_market *market, int64_t tick_to_order_ns);

#endif
