/* Requests over HTTP, within the venue's limits of weight (hyperliquid.md 2 and 3.1), of which requests over the
 * WebSocket are a part. */
#ifndef PG_VENUE_HYPERLIQUID_REST_H
#define PG_VENUE_HYPERLIQUID_REST_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "base/text.h"
#include "net/loop.h"

enum {
    PG_HL_WEIGHT = 1200, /* in a rolling minute */
    PG_HL_WEIGHT_RESERVE = 200,
    PG_HL_BATCH = 40 /* parts of a request that weigh 1 */
};

typedef struct pg_hl_rest pg_hl_rest;

/* url: the base, without a slash at its end; https:, or http: for tests. */
pg_status pg_hl_rest_new(pg_hl_rest **rest, pg_loop *loop, const char *url, const pg_log *log, pg_error *err);

/* Requests that are under way are dropped: their callbacks are not called. NULL is allowed. */
void pg_hl_rest_free(pg_hl_rest *rest);

/* ---- questions ---- */

/* An answer: as a tree, and as it came (terminated), for what a tree of doubles cannot hold. */
typedef struct {
    const cJSON *json;
    const char *text;
    size_t size;
} pg_hl_found;

/* found: NULL with *err when there is no answer after some tries. Called once, later. */
typedef void (*pg_hl_asked)(void *self, const pg_hl_found *found, const pg_error *err);

typedef struct {
    const char *body; /* copied */
    int weight;
    bool safety;         /* may use the reserve */
    bool by_items;       /* weighs 1 more for every 20 items of the answer */
    int64_t patience_ms; /* tried again for so long; 0: 15 s */
} pg_hl_question;

void pg_hl_rest_ask(pg_hl_rest *rest, const pg_hl_question *question, void *self, pg_hl_asked done);

/* ---- actions ---- */

typedef enum {
    PG_HL_SENT_ANSWERED, /* body is the venue's answer (13.1) */
    PG_HL_SENT_REFUSED,  /* not executed: *err says why */
    PG_HL_SENT_LIMITED,  /* not executed: too many requests */
    PG_HL_SENT_NEVER,    /* nothing left this machine */
    PG_HL_SENT_UNKNOWN   /* may have been executed */
} pg_hl_sent;

/* body: terminated. Called once, later. */
typedef void (*pg_hl_acted)(void *self, pg_hl_sent sent, const char *body, size_t size, const pg_error *err);

/* Sends the body of an action once. The caller has taken its weight. */
void pg_hl_rest_act(pg_hl_rest *rest, const char *body, void *self, pg_hl_acted done);

/* ---- limits ---- */

/* Takes the weight of an action with so many parts (1 + parts / 40), if it is there. */
bool pg_hl_rest_take(pg_hl_rest *rest, int parts, bool safety);

/* Whether it is there. */
bool pg_hl_rest_has(pg_hl_rest *rest, int weight, bool safety);

/* The venue says that there were too many: nothing but safety requests for a while, longer each time. */
void pg_hl_rest_limited(pg_hl_rest *rest);

#endif
