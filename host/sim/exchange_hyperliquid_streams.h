/* What the files of the streams of Hyperliquid's exchange share. */
#ifndef PG_SIM_EXCHANGE_HYPERLIQUID_STREAMS_H
#define PG_SIM_EXCHANGE_HYPERLIQUID_STREAMS_H

#include "sim/exchange_hyperliquid_internal.h"

/* ---- exchange_hyperliquid_stream.c and _publish.c ---- */

void hlx_text(hlx_socket *socket, char *text, size_t size);

/* What a message beyond the limit is answered with. */
void hlx_refuse_message(hlx_socket *socket);

/* Takes away all subscriptions. */
void hlx_unsubscribe_all(hlx_socket *socket);

/* What a new subscription is told first. */
void hlx_tell_first(hlx_socket *socket, hlx_subscription *subscription);
void hlx_publish(pg_hl_exchange *e);
pg_exchange_sink hlx_sink(pg_hl_exchange *e);

/* ---- exchange_hyperliquid_publish.c ---- */

/* A frame of a channel, up to its data; then the data is written, and it is ended and sent. */
pg_text *hlx_frame_begin(pg_hl_exchange *e, const char *channel);
void hlx_frame_end(hlx_socket *socket, const char *channel, pg_text *frame);

/* ---- exchange_hyperliquid_states.c ---- */

/* The streams that repeat a whole state: says it, and when it is said again. */
void hlx_tell_state(hlx_socket *socket, hlx_subscription *s);

/* What has changed of marks and mids, to those who follow all of them. */
void hlx_tell_fast_contexts(pg_hl_exchange *e, int64_t now_ns);

/* ---- exchange_hyperliquid_stream.c ---- */

const char *hlx_type_name(hlx_type type);

#endif
