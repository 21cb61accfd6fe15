/* HTTP/1.1 client: libcurl's multi interface on the loop, connections kept alive, certificates always checked, no proxies.
 * A body is sent once: when a kept connection breaks under it, the request fails with maybe_sent, it is not repeated. */
#ifndef PG_NET_HTTP_H
#define PG_NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "net/loop.h"

typedef struct pg_http pg_http;

typedef struct {
    const char *url;    /* http: or https: */
    const char *method; /* NULL: GET without, POST with a body */
    const char *body;   /* copied; NULL: none */
    size_t size;
    const char *const *headers; /* "Name: value", copied; secrets allowed, they are never logged */
    int header_count;
    int64_t timeout_ms; /* of all of it; 0: 10 s */
    size_t limit;       /* bytes of an answer; 0: 64 MiB */
} pg_http_request;

typedef struct {
    int code;         /* of HTTP; 0: no answer, then *error says why */
    const char *body; /* terminated; valid during the callback */
    size_t size;
    bool maybe_sent;          /* no answer, but the request may have reached the server: its outcome is unknown */
    const pg_error *error;    /* NULL when there is an answer of whatever code */
    int64_t sent_ns, done_ns; /* wall clock */
    int64_t date_s;           /* the server's clock, by its header Date; 0: not told */
    int64_t retry_after_s;    /* how long the server wants to be left alone; 0: not told */
} pg_http_answer;

typedef void (*pg_http_done)(void *self, const pg_http_answer *answer);

pg_status pg_http_new(pg_http **http, pg_loop *loop, pg_error *err);

/* Requests that are under way are dropped: their callbacks are not called. */
void pg_http_free(pg_http *http);

/* `done` is called exactly once, later, on the loop. Redirects are not followed. Errors: PG_ERR_INVALID for a URL that
 * cannot be used, PG_ERR_FULL when 256 requests are under way. */
pg_status pg_http_send(pg_http *http, const pg_http_request *request, void *self, pg_http_done done, pg_error *err);

/* The same, waiting for it on a loop of its own: for commands and tests, never on a running loop. *body is the caller's
 * to free. Returns PG_OK for any HTTP code, which is put into *code. *date_s: the server's clock; 0: not told. */
pg_status pg_http_wait(const pg_http_request *request, int *code, char **body, size_t *size, int64_t *date_s,
                       pg_error *err);

#endif
