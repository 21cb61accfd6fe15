/* Faults of a server, by plan: what a network or a venue does wrong, when, and how often. Deterministic by seed.
 *
 * A rule names a channel and what happens to the messages on it. Channels are those of the protocol ("trades",
 * "orderUpdates", "post", ...), the paths of HTTP ("/info", "/exchange"), "action" for what is asked of the exchange
 * before it is done, and "*" for every outgoing message. As JSON:
 *
 *     [{"channel":"trades","fault":"drop","after":10,"count":5},
 *      {"channel":"/exchange","fault":"status","code":503,"probability":0.1},
 *      {"channel":"post","fault":"delay","ms":6000,"count":1}]
 *
 * after: messages of the channel that pass before (0); count: how often it happens (0: always); probability: of each
 * (1). */
#ifndef PG_SIM_EXCHANGE_FAULTS_H
#define PG_SIM_EXCHANGE_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef enum {
    PG_FAULT_NONE,
    PG_FAULT_DROP,      /* the message is not sent; an HTTP request is never answered, an action is done all the same */
    PG_FAULT_DELAY,     /* sent `ms` later; what comes meanwhile overtakes it */
    PG_FAULT_DUPLICATE, /* sent twice */
    PG_FAULT_REORDER,   /* sent behind the next message of its channel */
    PG_FAULT_CUT,       /* the connection breaks instead */
    PG_FAULT_CUT_INSIDE, /* half of it is sent, then the connection breaks */
    PG_FAULT_HALF_OPEN,  /* from here on nothing is sent on the connection, nor read, and it stays open */
    PG_FAULT_SILENCE,    /* from here on nothing of the channel is sent on the connection */
    PG_FAULT_STATUS,     /* HTTP: answered with `code` and no JSON; a post: with an error of that code. Not done */
    PG_FAULT_HTML,       /* a page of HTML in its place */
    PG_FAULT_TRUNCATE,   /* only the first half of the text */
    PG_FAULT_UNKNOWN,    /* with members that nobody knows */
    PG_FAULT_HUGE,       /* grown to 10 MB by such a member */
    PG_FAULT_REJECT,     /* an action is refused: `text` */
    PG_FAULT_KINDS
} pg_fault_kind;

typedef struct {
    char channel[32];
    pg_fault_kind kind;
    int64_t after, count; /* count 0: always */
    double probability;   /* 0: always */
    int64_t ms;
    int code;
    char text[128];
} pg_fault;

enum { PG_FAULTS_MAX = 64 };

typedef struct pg_faults pg_faults;

pg_status pg_faults_new(pg_faults **faults, uint64_t seed, pg_error *err);
void pg_faults_free(pg_faults *faults);

/* Errors: PG_ERR_INVALID for a kind or numbers that make no sense, PG_ERR_FULL. */
pg_status pg_faults_add(pg_faults *faults, const pg_fault *fault, pg_error *err);

/* Adds the rules of JSON text. PG_ERR_PARSE names the rule and member. */
pg_status pg_faults_read(pg_faults *faults, const char *json, size_t size, pg_error *err);
void pg_faults_clear(pg_faults *faults);

/* What happens to the next message of a channel; NULL: nothing. faults may be NULL. */
const pg_fault *pg_faults_next(pg_faults *faults, const char *channel);

/* How often a kind has happened. */
int64_t pg_faults_count(const pg_faults *faults, pg_fault_kind kind);

#endif
