/* The web server of a running host: GET /metrics for Prometheus, GET /health for whoever watches over it. It only tells;
 * nothing here acts. */
#ifndef PG_WEB_PAGE_H
#define PG_WEB_PAGE_H

#include "net/loop.h"
#include "web/metrics.h"

typedef struct pg_web pg_web;

typedef struct {
    const char *address; /* NULL: 127.0.0.1 */
    int port;            /* 0: any free one */
} pg_web_config;

typedef struct {
    void *self;
    /* Brings gauges up to date before they are read; may be NULL. */
    void (*refresh)(void *self);
    /* Adds a text per reason for which the host is not ready, by pg_json_string(reasons, NULL, text); none: it is. May be
     * NULL: it always is. */
    void (*health)(void *self, pg_text *reasons);
} pg_web_handler;

/* The registry must live longer. Errors: of pg_server_new. */
pg_status pg_web_new(pg_web **web, pg_loop *loop, const pg_metrics *metrics, const pg_web_config *config,
                     pg_web_handler handler, pg_error *err);

/* NULL is allowed. */
void pg_web_free(pg_web *web);

int pg_web_port(const pg_web *web);

#endif
