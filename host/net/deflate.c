#include "net/deflate.h"

#include <assert.h>

/* What libwebsockets hands to an extension with a payload; the declaration is not among its headers. */
typedef struct {
    struct lws_tokens in, out;
} payload;

/* Where the extension has left a payload as it is, libwebsockets' client never counts it as used up: it does so here. */
static int inflate_or_pass(struct lws_context *context, const struct lws_extension *extension, struct lws *wsi,
                           enum lws_extension_callback_reasons reason, void *user, void *in, size_t size)
{
    int result = lws_extension_callback_pm_deflate(context, extension, wsi, reason, user, in, size);
    payload *p = in;
    if (reason == LWS_EXT_CB_PAYLOAD_RX && result >= 0 && p->in.token && p->out.token == p->in.token)
        p->in.len = 0;
    return result;
}

const struct lws_extension *pg_deflate_extensions(bool client)
{
    static const struct lws_extension for_client[] = { { "permessage-deflate", inflate_or_pass, "permessage-deflate" },
                                                       { NULL, NULL, NULL } };
    static const struct lws_extension for_server[] = {
        { "permessage-deflate", lws_extension_callback_pm_deflate, "permessage-deflate" }, { NULL, NULL, NULL }
    };
    return client ? for_client : for_server;
}

bool pg_deflate_start(struct lws *wsi)
{
    static const char power[] = "25"; /* of two */
    static_assert(PG_DEFLATE_BUFFER == 1 << 25, "the power is that of the buffer");
    return lws_set_extension_option(wsi, "permessage-deflate", "rx_buf_size", power) == 0 &&
           lws_set_extension_option(wsi, "permessage-deflate", "tx_buf_size", power) == 0;
}
