/* What a protocol server of the exchange sends, and what its faults (exchange_faults.h) make of it: WebSocket messages
 * and answers to HTTP requests, put off, doubled, spoilt, cut. Knows no protocol. */
#ifndef PG_SIM_EXCHANGE_LINK_H
#define PG_SIM_EXCHANGE_LINK_H

#include "net/loop.h"
#include "net/server.h"
#include "sim/exchange.h"
#include "sim/exchange_faults.h"

enum {
    PG_EXCHANGE_CHANNEL = 32,
    PG_EXCHANGE_SILENT = 8, /* channels of a connection that faults can silence */
    PG_EXCHANGE_HELD = 4096 /* messages that wait by a fault; what is beyond is lost */
};

struct pg_exchange_later;

/* Of a server; zero it and fill the first three. */
typedef struct {
    pg_loop *loop;
    pg_exchange *core; /* whose clock counts */
    pg_faults *faults; /* NULL: none */
    struct pg_exchange_later *later;
    int later_count;
} pg_exchange_links;

/* Of one WebSocket; zero it and fill the first two. A dead one may be without a peer: what it would be told is lost. */
typedef struct {
    pg_exchange_links *links;
    pg_peer *peer;
    int64_t sent_ns;                                      /* of the last message */
    bool dead;                                            /* half open by a fault, or being closed: nothing is sent,
                                                              nothing is heard */
    char silent[PG_EXCHANGE_SILENT][PG_EXCHANGE_CHANNEL]; /* channels that a fault has silenced */
    int silent_count;
    char held_channel[PG_EXCHANGE_CHANNEL]; /* of the message that a fault holds back behind the next one */
    char *held;
    size_t held_size;
} pg_exchange_link;

/* Sends a message on a channel, as the faults have it. */
void pg_exchange_link_send(pg_exchange_link *link, const char *channel, const char *text, size_t size);

/* The same with a fault that is known already (NULL: none). */
void pg_exchange_link_transmit(pg_exchange_link *link, const char *channel, const char *text, size_t size,
                               const pg_fault *fault);

/* Breaks the connection (abrupt) or closes it; nothing is sent any more. */
void pg_exchange_link_close(pg_exchange_link *link, bool abrupt);

/* Frees what is held back. What is put off goes by pg_exchange_links_forget, as soon as the peer is gone. */
void pg_exchange_link_clear(pg_exchange_link *link);

/* Answers an HTTP request with JSON, as the fault has it (NULL: none). */
void pg_exchange_links_answer(pg_exchange_links *links, pg_peer *peer, int code, const char *json, size_t size,
                              const pg_fault *fault);

/* Frees what is put off for a peer that is gone (NULL: for all). */
void pg_exchange_links_forget(pg_exchange_links *links, const pg_peer *peer);

#endif
