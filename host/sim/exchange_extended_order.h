/* An order as it was sent to Extended's exchange: read, then checked, then placed. Private to the exchange. */
#ifndef PG_SIM_EXCHANGE_EXTENDED_ORDER_H
#define PG_SIM_EXCHANGE_EXTENDED_ORDER_H

#include "sim/exchange_extended_internal.h"

enum { EXX_PROFIT, EXX_LOSS, EXX_LEGS };

/* A trigger, of a conditional order or a leg. */
typedef struct {
    bool there, up, market; /* up: of conditional orders */
    pg_exact price;
    int64_t units;
    int source; /* pg_exchange_source */
} exx_trigger;

typedef struct {
    exx_trigger trigger;
    pg_exact price;
    int64_t units;
    exx_settlement settlement;
} exx_leg;

typedef struct {
    const char *id, *cancel_id; /* cancel_id NULL: it replaces nothing */
    int market;
    exx_order_type type;
    pg_extended_side side;
    bool ioc, post_only, reduce_only, whole; /* whole: tpSlType POSITION */
    pg_exact quantity, price, fee, builder_fee;
    int64_t size, limit; /* units of the market */
    uint64_t expiry_ms, nonce;
    int64_t builder_fee_e8;
    exx_settlement settlement;
    exx_trigger trigger;
    exx_leg legs[EXX_LEGS];
    const char *wrong; /* the member that an error is about */
} exx_order;

/* The messages that an order was signed with. */
typedef struct {
    uint64_t key[1 + EXX_LEGS][2];
    int count;
    char detail[320]; /* what was hashed, where a signature is wrong */
} exx_messages;

/* Reads the body of a request: 0, or the error. Texts are the body's. */
int exx_read_order(exx_order *order, const pg_extended_exchange *e, const cJSON *body);

/* Checks everything but signatures and the account: 0, or the error. */
int exx_check_order(const pg_extended_exchange *e, const exx_order *order);

/* Takes an order whose messages are verified: the account is checked, and it is placed. Returns the status of HTTP. */
int exx_take_order(exx_call *call, const exx_order *order, const exx_messages *messages);

#endif
