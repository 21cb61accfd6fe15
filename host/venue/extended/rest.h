/* Extended's REST interface (spec/extended.md, sections 1, 2): paths, the API key, limits, and answers out of their
 * envelopes. */
#ifndef PG_VENUE_EXTENDED_REST_H
#define PG_VENUE_EXTENDED_REST_H

#include "venue/extended/codec.h"
#include "venue/requests.h"

enum { PG_EXTENDED_PER_MINUTE = 1000 /* requests, unless the account has a higher tier */ };

typedef struct pg_extended_rest pg_extended_rest;

/* url: the host, without a slash at its end; https:, or http: for tests. api_key: borrowed; NULL for public data only,
 * PG_ERR_INVALID when it has characters that a header cannot carry. per_minute: the limit. */
pg_status pg_extended_rest_new(pg_extended_rest **rest, pg_loop *loop, const char *url, const pg_secret *api_key,
                               int per_minute, const pg_log *log, pg_error *err);
void pg_extended_rest_free(pg_extended_rest *rest);

/* What was answered; code: HTTP's. The answer may be a refusal (answer.ok). Spans are valid during the call. */
typedef struct {
    pg_extended_answer answer;
    int code;
} pg_extended_found;

/* ---- reads ---- */

/* found: NULL with *err when there is no answer. */
typedef void (*pg_extended_asked)(void *self, const pg_extended_found *found, const pg_error *err);

/* path: behind /api/v1, with its query. "/user" paths carry the API key. */
void pg_extended_rest_ask(pg_extended_rest *rest, const char *path, bool safety, int64_t patience_ms, void *self,
                          pg_extended_asked done);

/* ---- writes ---- */

/* found: NULL unless ANSWERED. An answer that cannot be read is UNKNOWN when it is one of success. */
typedef void (*pg_extended_acted)(void *self, pg_sent sent, const pg_extended_found *found, const pg_error *err);

/* The caller has taken the request. body: NULL for none. */
void pg_extended_rest_act(pg_extended_rest *rest, const char *method, const char *path, const char *body, void *self,
                          pg_extended_acted done);

/* ---- limits, clock ---- */

bool pg_extended_rest_take(pg_extended_rest *rest, bool safety);
bool pg_extended_rest_has(pg_extended_rest *rest, int requests, bool safety);
bool pg_extended_rest_clock(const pg_extended_rest *rest, int64_t *ahead_ns);

/* The error of an answer that is a refusal: "Extended refuses: 1140: ...". Returns err->status, PG_ERR_STATE. */
pg_status pg_extended_refused(pg_error *err, const pg_extended_found *found);

/* Percent-encodes a value of a query or a piece of a path; PG_ERR_RANGE when it does not fit. */
pg_status pg_extended_escape(char *out, size_t size, const char *text);

#endif
