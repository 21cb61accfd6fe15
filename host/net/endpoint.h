/* The address of a WebSocket, taken apart. Private to this floor. */
#ifndef PG_NET_ENDPOINT_H
#define PG_NET_ENDPOINT_H

#include <stdbool.h>

#include "base/status.h"

enum { PG_ADDRESS_HOST = 256 };

typedef struct {
    char host[PG_ADDRESS_HOST];      /* without the brackets of an IPv6 address */
    char authority[PG_ADDRESS_HOST]; /* of the Host header: with brackets, and with the port when the URL has one */
    char *path;                      /* with the query */
    int port;
    bool tls;
} pg_endpoint;

/* Reads ws://host:port/path or wss://host/path. Errors: PG_ERR_INVALID, without the address itself, which may hold a
 * secret; PG_ERR_MEMORY. */
pg_status pg_endpoint_parse(pg_endpoint *address, const char *url, pg_error *err);

void pg_endpoint_free(pg_endpoint *address);

#endif
