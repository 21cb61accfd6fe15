/* Lighter's interface over HTTP (specification, sections 3 and 8): questions with their weights, transactions as forms,
 * the auth token as a header. An answer counts when both HTTP and its `code` say 200. */
#ifndef PG_VENUE_LIGHTER_REST_H
#define PG_VENUE_LIGHTER_REST_H

#include "venue/lighter/codec.h"
#include "venue/requests.h"

/* What the account may ask in a minute: 80 % of the venue's limits. */
typedef enum {
    PG_LIGHTER_ALLOW_STANDARD,
    PG_LIGHTER_ALLOW_PREMIUM,
    PG_LIGHTER_ALLOW_PLUS,
    PG_LIGHTER_ALLOW_BUILDER
} pg_lighter_allowance;

typedef struct pg_lighter_rest pg_lighter_rest;

/* url: the base, without a slash at its end; https:, or http: for tests. Begins with the limits of a standard account. */
pg_status pg_lighter_rest_new(pg_lighter_rest **rest, pg_loop *loop, const char *url, const pg_log *log, pg_error *err);

/* Requests under way are dropped: their callbacks are not called. NULL is allowed. */
void pg_lighter_rest_free(pg_lighter_rest *rest);

void pg_lighter_rest_allow(pg_lighter_rest *rest, pg_lighter_allowance tier);
pg_lighter_allowance pg_lighter_rest_allowance(const pg_lighter_rest *rest);

/* ---- questions ---- */

/* An answer as it came, terminated. */
typedef struct {
    const char *text;
    size_t size;
} pg_lighter_found;

/* found: NULL with *err when there is no good answer; code: the venue's own of a refusal, else 0. Called once, later. */
typedef void (*pg_lighter_asked)(void *self, const pg_lighter_found *found, int64_t code, const pg_error *err);

typedef struct {
    const char *path;    /* with its query: "/api/v1/nextNonce?account_index=1"; copied */
    const char *token;   /* NULL: none; copied and wiped */
    int weight;          /* of a premium account; a standard one counts requests */
    bool safety;         /* may use the reserve */
    int64_t patience_ms; /* tried again for so long; 0: 15 s */
} pg_lighter_question;

void pg_lighter_rest_ask(pg_lighter_rest *rest, const pg_lighter_question *question, void *self, pg_lighter_asked done);

/* ---- transactions ---- */

/* answer: of ANSWERED, with whatever `code`; terminated. Called once, later. */
typedef void (*pg_lighter_posted)(void *self, pg_sent sent, const char *answer, size_t size, const pg_error *err);

/* Posts a form's fields: name, value, ... NULL. The caller has taken the request. Values are percent-encoded here. */
void pg_lighter_rest_post(pg_lighter_rest *rest, const char *path, const char *const *fields, const char *token,
                          void *self, pg_lighter_posted done);

/* ---- limits ---- */

/* Takes the room of one message with transactions, over whatever connection. */
bool pg_lighter_rest_take(pg_lighter_rest *rest, bool safety);
bool pg_lighter_rest_has(const pg_lighter_rest *rest, int messages, bool safety);

/* The venue says that there were too many: only safety requests for a while. */
void pg_lighter_rest_limited(pg_lighter_rest *rest);

#endif
