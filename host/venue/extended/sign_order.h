/* From an order to the signed body of POST /user/order (spec/extended.md, sections 6.1, 10): checked, scaled, hashed,
 * signed, written. Prices and quantities are texts throughout, so that what is sent is to the digit what is signed. No
 * memory is allocated. Cost: 70 us an order, most of it Poseidon and the signature. */
#ifndef PG_VENUE_EXTENDED_SIGN_ORDER_H
#define PG_VENUE_EXTENDED_SIGN_ORDER_H

#include "venue/extended/rules.h"
#include "venue/extended/sign.h"

typedef enum { PG_EXTENDED_GTT, PG_EXTENDED_IOC } pg_extended_time_in_force;
typedef enum { PG_EXTENDED_STP_ACCOUNT, PG_EXTENDED_STP_CLIENT, PG_EXTENDED_STP_DISABLED } pg_extended_self_trade;
typedef enum { PG_EXTENDED_LAST, PG_EXTENDED_MARK, PG_EXTENDED_INDEX } pg_extended_price_source;
typedef enum { PG_EXTENDED_NO_LEGS, PG_EXTENDED_LEGS_ORDER, PG_EXTENDED_LEGS_POSITION } pg_extended_legs;

/* When a CONDITIONAL order becomes one. */
typedef struct {
    const char *price;
    pg_extended_price_source source;
    bool up;     /* the price rises to it */
    bool market; /* it then executes as a market order */
} pg_extended_trigger;

/* A take-profit or stop-loss leg: an order of its own signature. */
typedef struct {
    const char *trigger_price;
    pg_extended_price_source trigger_source;
    const char *price;
    bool market;
    const char *quantity; /* signed instead of the order's (POSITION legs); NULL: the order's */
} pg_extended_leg;

/* Texts are the caller's. NULL or 0 leaves an optional member out of the body. */
typedef struct {
    const pg_extended_market *market;
    const char *id;        /* the external id, unique for ever, [A-Za-z0-9_-], at most 76; NULL: the message hash */
    const char *cancel_id; /* the external id of the order that this one replaces */
    pg_extended_type type;
    pg_extended_side side;
    const char *quantity, *price; /* decimals; TPSL: the price is "0" */
    const char *fee;              /* the rate, without the builder's */
    const char *builder_fee;
    uint64_t builder_id;
    bool post_only, reduce_only;
    pg_extended_time_in_force time_in_force;
    pg_extended_self_trade self_trade;
    uint64_t expiry_ms;
    uint64_t nonce;
    const pg_extended_trigger *trigger;
    pg_extended_legs legs;
    const pg_extended_leg *take_profit, *stop_loss;
} pg_extended_order;

typedef struct {
    pg_extended_amounts amounts;
    pg_felt struct_hash, message_hash;
    pg_stark_signature signature;
} pg_extended_settlement;

enum { PG_EXTENDED_ID = 80, PG_EXTENDED_BODY = 8192 };

typedef struct {
    char id[PG_EXTENDED_ID]; /* the external id that was sent */
    pg_extended_settlement order, take_profit, stop_loss;
} pg_extended_signed_order;

/* Scales, hashes and signs one side of an order; `verify` as in pg_extended_sign. PG_ERR_INVALID and PG_ERR_RANGE as
 * pg_extended_scale and pg_extended_sign; also for a quantity or price that is not a multiple of the market's step or
 * tick (the exchange would hash its own rounding: 1101), where the market has one (0: any). */
pg_status pg_extended_settle(pg_extended_settlement *r, const pg_extended_order *order,
                             const pg_extended_account *account, bool verify, pg_error *err);

/* The whole order: its own settlement (not for TPSL), those of its legs on the other side (for TPSL on the order's), its
 * id. Refuses ids of other characters or lengths, post-only with IOC, a type without what it needs. */
pg_status pg_extended_order_sign(pg_extended_signed_order *r, const pg_extended_order *order,
                                 const pg_extended_account *account, bool verify, pg_error *err);

/* Writes the JSON body; text[PG_EXTENDED_BODY] holds any. PG_ERR_RANGE when it does not fit; text is then "". */
pg_status pg_extended_order_body(char *text, size_t size, const pg_extended_order *order,
                                 const pg_extended_signed_order *signed_order, const pg_extended_account *account,
                                 pg_error *err);

#endif
