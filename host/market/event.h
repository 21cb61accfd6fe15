/* The event record: everything that changes a decision, on disk and in memory alike.
 *
 * Fixed size, no pointers, little-endian; a tape is an array of these. Times are int64 nanoseconds since the Unix
 * epoch (UTC). Prices and sizes are integers in units of the instrument's finest decimal (instrument.h).
 *
 * Fields by kind (unused fields are 0):
 *
 *   kind            price        size         price2       size2        id
 *   LEVEL           level price  new size     -            -            sequence number of the message
 *   SNAPSHOT_BEGIN  -            -            -            levels       sequence number
 *   SNAPSHOT_END    -            -            -            -            sequence number
 *   BBO             best bid     bid size     best ask     ask size     sequence number (price 0: side is empty)
 *   TRADE           trade price  trade size   -            -            trade id
 *   FUNDING         rate, 1e-12  -            mark price   interval, ns -
 *   MARK            mark price   -            index price  -            -
 *   TIMER           -            -            -            -            timer id
 *   ORDER           order price  remaining    request left what became  client order id
 *   FILL            fill price   fill size    fee (money)  1: maker     client order id
 *   GAP             -            -            reason       length, ns   sequence number after the gap
 *   REFERENCE       best bid     bid size     best ask     ask size     our position there (signed)
 *
 * LEVEL sets the total size resting at a price (0 removes it). Between SNAPSHOT_BEGIN and SNAPSHOT_END, LEVEL events
 * state the whole book anew: what is not in the snapshot is gone. The last event of a venue's message carries
 * PG_EVENT_LAST: the book is consistent only there. ORDER: what the venue answered to an order of ours (pg_reply_kind,
 * trade/order.h), and when the request had left here, ns (0: not known): the latency is measured from there. REFERENCE
 * tells of another market, whose units are other ones: all of its numbers are in 1e-9 quote or base units. It is made
 * here, for scripts, and never comes from a venue. */
#ifndef PG_MARKET_EVENT_H
#define PG_MARKET_EVENT_H

#include <stdint.h>

typedef enum {
    PG_EVENT_NONE = 0,
    PG_EVENT_LEVEL = 1,
    PG_EVENT_SNAPSHOT_BEGIN = 2,
    PG_EVENT_SNAPSHOT_END = 3,
    PG_EVENT_BBO = 4,
    PG_EVENT_TRADE = 5,
    PG_EVENT_FUNDING = 6,
    PG_EVENT_MARK = 7,
    PG_EVENT_TIMER = 8,
    PG_EVENT_ORDER = 9,
    PG_EVENT_FILL = 10,
    PG_EVENT_GAP = 11,
    PG_EVENT_REFERENCE = 12,
    PG_EVENT_KINDS = 13
} pg_event_kind;

/* Sides. Of a LEVEL: the side of the book. Of a TRADE: the aggressor. Of an ORDER or FILL: our own side. */
typedef enum { PG_SIDE_NONE = 0, PG_BUY = 1, PG_SELL = 2 } pg_side;

enum {
    PG_EVENT_LAST = 1,           /* last event of the venue's message */
    PG_EVENT_NO_EXCHANGE = 2,    /* exch_ns is not the venue's: it was set to local_ns */
    PG_EVENT_NO_LOCAL = 4,       /* local_ns is not a receive time: it was set to exch_ns */
    PG_EVENT_LIQUIDATION = 8,    /* a trade that the venue marked as a liquidation or block print */
    PG_EVENT_INFERRED_SIDE = 16, /* the aggressor side was inferred, not recorded */
    PG_EVENT_REPEATED = 32,      /* of a snapshot: the book as it was known already, where a recorded file begins */
    PG_EVENT_LATE = 64           /* what was asked for afterwards: by its exch_ns it belongs before others */
};

/* Why something is missing before a GAP event (its price2). */
typedef enum {
    PG_GAP_UNKNOWN = 0,
    PG_GAP_SILENCE = 1,  /* nothing was recorded for longer than is usual */
    PG_GAP_LINK = 2,     /* the connection to the venue was down */
    PG_GAP_SEQUENCE = 3, /* the venue's numbers do not follow each other */
    PG_GAP_QUEUE = 4,    /* the recorder could not keep up */
    PG_GAP_STOPPED = 5,  /* the recorder did not run */
    PG_GAP_DISK = 6,     /* the disk could not be written */
    PG_GAP_DAMAGE = 7,   /* what was recorded was damaged, and left out by a repair */
    PG_GAP_TRADES = 8,   /* trades alone: they were not told, and the venue does not list them any more */
    PG_GAP_REASONS = 9
} pg_gap_reason;

typedef struct {
    int64_t exch_ns;  /* the venue's time */
    int64_t local_ns; /* time of receipt here; never decreases along a tape */
    int64_t price;
    int64_t size;
    int64_t price2;
    int64_t size2;
    uint64_t id;
    uint8_t kind;    /* pg_event_kind */
    uint8_t side;    /* pg_side */
    uint16_t flags;  /* PG_EVENT_* bits */
    uint32_t market; /* index of the market within a session; 0 on a tape */
} pg_event;

/* A short constant name ("level", "trade", ...); "unknown" for a value that is no kind. */
const char *pg_event_kind_name(int kind);

/* A few words for a reason ("connection lost", ...). */
const char *pg_gap_reason_name(int64_t reason);

/* "buy", "sell" or "none". */
const char *pg_side_name(int side);

#endif
