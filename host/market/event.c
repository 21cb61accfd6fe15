#include "market/event.h"

_Static_assert(sizeof(pg_event) == 64, "the event record is 64 bytes, one cache line");

const char *pg_event_kind_name(int kind)
{
    static const char *const names[PG_EVENT_KINDS] = { "none",  "level",   "snapshot_begin", "snapshot_end", "bbo",
                                                       "trade", "funding", "mark",           "timer",        "order",
                                                       "fill",  "gap",     "reference" };
    return kind >= 0 && kind < PG_EVENT_KINDS ? names[kind] : "unknown";
}

const char *pg_side_name(int side)
{
    return side == PG_BUY ? "buy" : side == PG_SELL ? "sell" : "none";
}

const char *pg_gap_reason_name(int64_t reason)
{
    static const char *const names[PG_GAP_REASONS] = { "unknown",          "silence",
                                                       "connection lost",  "sequence",
                                                       "queue was full",   "recorder did not run",
                                                       "disk not written", "damaged data left out",
                                                       "trades not told" };
    return names[reason >= 0 && reason < PG_GAP_REASONS ? reason : 0];
}
