/* A venue's requests over HTTP, within its limits: reads wait for room and are tried again, writes are sent once. For
 * venues whose interface is REST; what an answer means is for the venue to say.
 *
 * A secret that some requests carry as a header is put together when it is sent, and wiped. */
#ifndef PG_VENUE_REQUESTS_H
#define PG_VENUE_REQUESTS_H

#include "base/log.h"
#include "crypto/secret.h"
#include "net/http.h"

enum { PG_REQUESTS_WAITING = 256 /* reads that wait for room */ };

typedef struct pg_requests pg_requests;

/* Everything is borrowed. */
typedef struct {
    const char *venue;         /* for messages: "Extended" */
    const char *url;           /* the base, without a slash at its end */
    const char *user_agent;    /* NULL: none */
    const char *secret_header; /* "X-Api-Key" */
    const pg_secret *secret;   /* NULL: none */
    double capacity, per_s;    /* of the limit: a bucket of so many requests, filled at this rate */
    double reserve;            /* of it, for safety requests */
    int limited_code;          /* of HTTP that says the same as 429; 0: none */
    int64_t pause_ms;          /* the longest pause after it where the venue names none; 0: 60 s */
    const pg_log *log;
} pg_requests_config;

typedef struct {
    const char *method; /* NULL: GET */
    const char *path;   /* behind the base, with the query; copied */
    const char *body;   /* copied; NULL: none. JSON, unless `form` says that it is an HTML form */
    const char *header; /* one more, "Name: value", copied and wiped: a token; NULL: none */
    bool form;
    int weight;          /* 0: 1 */
    bool secret;         /* carries the secret */
    bool safety;         /* may use the reserve */
    int64_t timeout_ms;  /* of one try; 0: 10 s of a read, 5 s of a write */
    int64_t patience_ms; /* of a read: tried again for so long; 0: 15 s */
    /* Of a read: whether an answer can be read at all; one that cannot is tried again. NULL: it is not looked at. */
    bool (*is_whole)(const char *text, size_t size);
} pg_question;

pg_status pg_requests_new(pg_requests **requests, pg_loop *loop, const pg_requests_config *config, pg_error *err);

/* Requests under way are dropped: their callbacks are not called. NULL is allowed. */
void pg_requests_free(pg_requests *requests);

/* ---- reads ---- */

/* answer: NULL with *err when there is none after some tries. It has any code but 429 and those from 500; a page
 * instead of data is tried again, too. Called once, later. */
typedef void (*pg_read_done)(void *self, const pg_http_answer *answer, const pg_error *err);
void pg_requests_read(pg_requests *requests, const pg_question *question, void *self, pg_read_done done);

/* ---- writes ---- */

typedef enum {
    PG_SENT_ANSWERED, /* the venue's own answer, of whatever code: it says what became of the request */
    PG_SENT_LIMITED,  /* not executed: too many requests */
    PG_SENT_NEVER,    /* nothing left this machine */
    PG_SENT_UNKNOWN   /* may have been executed */
} pg_sent;

/* answer: NULL unless ANSWERED. Codes from 500, and pages of a middleman, are UNKNOWN. Called once, later. */
typedef void (*pg_write_done)(void *self, pg_sent sent, const pg_http_answer *answer, const pg_error *err);

/* The caller has taken its weight. */
void pg_requests_write(pg_requests *requests, const pg_question *question, void *self, pg_write_done done);

/* An answer that is of no use, as an error: its code and words. */
void pg_requests_fail(const pg_requests *requests, pg_error *err, const pg_http_answer *answer);

/* ---- limits ---- */

/* Another limit than that of the beginning: the account has told its own. The bucket is full. */
void pg_requests_limit(pg_requests *requests, double capacity, double per_s, double reserve);

bool pg_requests_take(pg_requests *requests, int weight, bool safety);
bool pg_requests_has(pg_requests *requests, int weight, bool safety);

/* What the venue counts once it has answered. */
void pg_requests_charge(pg_requests *requests, int weight);

/* The venue has said elsewhere, on a WebSocket, that there were too many: a pause. */
void pg_requests_limited(pg_requests *requests);

/* ---- the venue's clock ---- */

/* By how much it is ahead of ours, as its last answer said (to a second); false: no answer said. */
bool pg_requests_clock(const pg_requests *requests, int64_t *ahead_ns);

#endif
