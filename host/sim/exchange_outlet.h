/* What leaves a served exchange, and what the faults (exchange_faults.h) make of it. Any venue's server has one outlet,
 * and embeds a wire in what it keeps of a WebSocket. */
#ifndef PG_SIM_EXCHANGE_OUTLET_H
#define PG_SIM_EXCHANGE_OUTLET_H

#include "net/server.h"
#include "sim/exchange.h"
#include "sim/exchange_faults.h"

enum {
    PG_OUTLET_CHANNEL = 32,
    PG_OUTLET_SILENT = 8,  /* channels of a wire that faults can silence */
    PG_OUTLET_LATER = 4096 /* messages that wait by a fault; more are lost */
};

struct pg_outlet_later;

/* Zero it but for the first three; all are borrowed. */
typedef struct {
    pg_loop *loop;
    const pg_exchange *core; /* its clock */
    pg_faults *faults;       /* NULL: none */
    struct pg_outlet_later *later;
    int later_count;
} pg_outlet;

/* One WebSocket. Zero it but for the peer. */
typedef struct {
    pg_peer *peer;
    bool dead;       /* half open by a fault, or being closed: nothing is sent, nothing is heard */
    int64_t sent_ns; /* when something was last sent */
    char silent[PG_OUTLET_SILENT][PG_OUTLET_CHANNEL];
    int silent_count;
    char held_channel[PG_OUTLET_CHANNEL]; /* of the message that a fault holds back behind the next one */
    char *held;
    size_t held_size;
} pg_outlet_wire;

/* Sends a frame on a channel, as the faults have it. */
void pg_outlet_send(pg_outlet *outlet, pg_outlet_wire *wire, const char *channel, const char *text, size_t size);

/* The same where the fault (NULL: none) is known already. */
void pg_outlet_transmit(pg_outlet *outlet, pg_outlet_wire *wire, const char *channel, const char *text, size_t size,
                        const pg_fault *fault);

/* Answers an HTTP request with JSON, as the fault (NULL: none) has it. A fault of status is the caller's. */
void pg_outlet_answer(pg_outlet *outlet, pg_peer *peer, int code, const char *json, size_t size, const pg_fault *fault);

/* Closes at once (abrupt: without a close frame). */
void pg_outlet_close(pg_outlet_wire *wire, bool abrupt);

/* Frees what is held back or put off for a connection that is gone (both NULL: everything that is put off). */
void pg_outlet_forget(pg_outlet *outlet, const pg_peer *peer, pg_outlet_wire *wire);

#endif
