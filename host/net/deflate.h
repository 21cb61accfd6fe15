/* permessage-deflate (RFC 7692) by libwebsockets 4.1, kept away from what does not work there. Private to this floor.
 *
 * - What does not fit its buffers in one go is lost, or ends the program by an assertion. Here they are larger than any
 *   message that is let through; the memory is only touched as far as it is used.
 * - On a client, a message that the server left uncompressed, or a pong with content, is delivered for ever. */
#ifndef PG_NET_DEFLATE_H
#define PG_NET_DEFLATE_H

#include <libwebsockets.h>
#include <stdbool.h>

enum {
    PG_DEFLATE_LIMIT = 16 << 20, /* bytes of a message on a compressed connection */
    PG_DEFLATE_BUFFER = 32 << 20
};

/* The extensions of a virtual host. */
const struct lws_extension *pg_deflate_extensions(bool client);

/* Sets the buffers of a connection before anything goes over it. True when compression was agreed on it. */
bool pg_deflate_start(struct lws *wsi);

#endif
