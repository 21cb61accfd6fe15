/* Trades of a venue's list, and the gap that says that some may be missing. */
#ifndef PG_VENUE_TRADES_H
#define PG_VENUE_TRADES_H

#include "market/event.h"

/* Sorts trades by the venue's time, and by their ids within it, and makes one message of them: all are PG_EVENT_LATE, the
 * last one carries PG_EVENT_LAST. */
void pg_trades_arrange(pg_event *trades, int count);

/* Before the first trade after a break of a stream that tells trades alone: some may be missing. The book stays as it
 * is. since_ns: when something was heard last; 0: never. */
pg_event pg_trades_gap(int64_t now_ns, int64_t since_ns);

#endif
