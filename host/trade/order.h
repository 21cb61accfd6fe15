/* The life of an order: requests to a gateway, replies from it, and the state machine between them. */
#ifndef PG_TRADE_ORDER_H
#define PG_TRADE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "market/instrument.h"

typedef enum {
    PG_ORDER_PENDING_NEW = 1, /* sent, not acknowledged */
    PG_ORDER_LIVE = 2,        /* resting at the venue */
    PG_ORDER_PENDING_REPLACE = 3,
    PG_ORDER_PENDING_CANCEL = 4,
    PG_ORDER_FILLED = 5, /* from here on: final */
    PG_ORDER_CANCELLED = 6,
    PG_ORDER_REJECTED = 7,
    PG_ORDER_STATES = 8
} pg_order_state;

/* Time in force. ALO: add liquidity only, refused when it would trade. */
typedef enum { PG_TIF_GTC = 0, PG_TIF_IOC = 1, PG_TIF_ALO = 2 } pg_tif;

typedef enum { PG_REQUEST_NEW = 1, PG_REQUEST_CANCEL = 2, PG_REQUEST_REPLACE = 3 } pg_request_kind;

/* What we ask of a venue. A replacement names the order by id and gives its new price and open size; at the same
 * price and a size that is not larger the order keeps its place in the queue. Fills that the replacement crosses on its
 * way count against its size, as where an order's quantity is its total: what can fill in all stays what it was. */
typedef struct {
    uint64_t id; /* client order id, made before sending, never reused */
    int64_t price;
    int64_t size;
    int64_t open; /* of a replacement: the open size it was made for; what has filled since comes off `size` */
    uint8_t kind; /* pg_request_kind */
    uint8_t side;
    uint8_t tif;
    bool reduce_only;
} pg_request;

typedef enum {
    PG_REPLY_ACCEPTED = 1, /* the order rests (or, fully taken at once, is about to be reported filled) */
    PG_REPLY_REJECTED = 2, /* a new order was refused */
    PG_REPLY_FILL = 3,
    PG_REPLY_CANCELLED = 4, /* by request, or by the venue: an IOC's rest, reduce-only, self-trade prevention */
    PG_REPLY_REPLACED = 5,
    PG_REPLY_CANCEL_REFUSED = 6, /* the order is not there any more */
    PG_REPLY_REPLACE_REFUSED = 7 /* the old order stands as it was, if it is still there */
} pg_reply_kind;

typedef enum {
    PG_REASON_NONE = 0,
    PG_REASON_POST_ONLY,   /* would have traded */
    PG_REASON_REDUCE_ONLY, /* would not reduce the position */
    PG_REASON_PRICE,       /* not a valid price */
    PG_REASON_SIZE,        /* not a valid size */
    PG_REASON_NOTIONAL,    /* below the minimum value */
    PG_REASON_UNKNOWN,     /* no such order */
    PG_REASON_IOC,         /* rest of an immediate order */
    PG_REASON_SELF_TRADE,  /* would have met our own order */
    PG_REASON_FULL,        /* too many open orders */
    PG_REASON_EXPIRED,     /* quote validity over */
    PG_REASON_LIMIT,       /* position or cash limit */
    PG_REASON_MARGIN,      /* not enough margin or balance */
    PG_REASON_FAR_PRICE,   /* too far from the venue's reference price */
    PG_REASON_NO_MATCH,    /* an immediate order met nothing */
    PG_REASON_CAPPED,      /* the venue's cap on open interest, position or order value */
    PG_REASON_RATE,        /* a rate limit, the venue's or ours */
    PG_REASON_CLOSED,      /* the venue takes no such orders now: upgrade, delisting, settlement */
    PG_REASON_SIGNATURE,   /* key, account, network or nonce is not accepted */
    PG_REASON_LIQUIDATION, /* the venue liquidates the account */
    PG_REASON_SWITCH,      /* the dead-man's switch went off */
    PG_REASON_UNSENT,      /* the request did not get to the venue */
    PG_REASON_OTHER,       /* the venue's words say */
    PG_REASONS
} pg_reason;

/* What a venue answers. */
typedef struct {
    uint64_t id;
    int64_t exch_ns;   /* time at the venue */
    int64_t price;     /* of a fill: its price; otherwise the order's */
    int64_t size;      /* of a fill: its size */
    int64_t remaining; /* open size after this */
    pg_money fee;      /* of a fill */
    uint8_t kind;      /* pg_reply_kind */
    uint8_t side;
    uint8_t reason; /* pg_reason */
    bool maker;
} pg_reply;

/* The gateway that requests go to: a venue, the simulator, a recording. */
typedef struct {
    void *self;
    void (*send)(void *self, const pg_request *request);
} pg_gateway;

typedef struct {
    uint64_t id;
    int64_t price;     /* as the venue last confirmed it, or as sent */
    int64_t remaining; /* open size */
    int64_t filled;
    int64_t next_price; /* of a replacement in flight */
    int64_t next_size;
    int64_t next_ns; /* when it was sent */
    int64_t sent_ns;
    int64_t
        since_ns; /* when it was sent as it stands: at first, or by its last replacement. Its age counts from here */
    int64_t stands_for; /* of a quote that is kept beside its wanted price: that price; 0: its own */
    uint8_t state;      /* pg_order_state */
    uint8_t side;
    uint8_t tif;
    bool reduce_only;
    bool quoted; /* placed by the reconciliation of desired quotes, not by name */
    bool fresh;  /* its replacement's size is set afresh: fills of the old order do not come off it */
} pg_order;

bool pg_order_is_final(const pg_order *order);

/* Moves an order by a reply. Returns false (and changes nothing) when the reply is not possible in this state:
 * a late or duplicated message, or a fill of more than is open. Other fills are possible in every state that is not
 * final.
 * A fresh order with a replacement in flight may fill beyond what remained: that is the replacement's, heard of before
 * its acknowledgement. With nothing left it is not over until the replacement was answered. */
bool pg_order_apply(pg_order *order, const pg_reply *reply);

/* Whether pg_order_apply would. */
bool pg_order_can_take(const pg_order *order, const pg_reply *reply);

const char *pg_order_state_name(int state);
const char *pg_reason_name(int reason);

#endif
