/* What leaves the exchange: frames, and answers to whoever asked. */
#include <stdio.h>
#include <string.h>

#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"

enum { IP_WEIGHT = 1200 };

void hlx_send(hlx_socket *socket, const char *channel, const char *text, size_t size)
{
    pg_exchange_link_send(&socket->link, channel, text, size);
}

static void put_post_head(pg_text *frame, double id, const char *kind)
{
    hlx_empty(frame);
    hlx_put(frame, "{\"channel\":\"post\",\"data\":{\"id\":");
    pg_text_print(frame, "%.0f", id);
    hlx_put(frame, ",\"response\":{\"type\":\"");
    hlx_put(frame, kind);
    hlx_put(frame, "\",\"payload\":");
}

void hlx_answer(pg_hl_exchange *e, const hlx_reply *reply, const char *type, const char *json, size_t size)
{
    pg_text *frame = &e->frame;
    if (!reply->is_post && reply->peer)
        pg_exchange_links_answer(&e->links, reply->peer, 200, json, size, reply->fault);
    if (!reply->is_post || !reply->socket)
        return;
    put_post_head(frame, reply->id, type ? "info" : "action");
    if (type)
        pg_text_print(frame, "{\"type\":\"%s\",\"data\":", type);
    pg_text_add(frame, json, size);
    hlx_put(frame, type ? "}}}}" : "}}}");
    if (!frame->failed)
        pg_exchange_link_transmit(&reply->socket->link, "post", frame->data, frame->length, reply->fault);
}

static const char *status_text(int code)
{
    switch (code) {
    case 422: return "Unprocessable Entity";
    case 429: return "Too Many Requests";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    default: return "Error";
    }
}

void hlx_refuse(pg_hl_exchange *e, const hlx_reply *reply, int code, const char *text)
{
    pg_text *frame = &e->frame;
    if (!reply->is_post && reply->peer)
        pg_server_answer(reply->peer, code, "text/plain", text, strlen(text));
    if (!reply->is_post || !reply->socket)
        return;
    char whole[256];
    snprintf(whole, sizeof whole, "%d %s", code, status_text(code));
    put_post_head(frame, reply->id, "error");
    pg_json_string(frame, NULL, whole);
    hlx_put(frame, "}}}");
    if (!frame->failed)
        pg_exchange_link_transmit(&reply->socket->link, "post", frame->data, frame->length, reply->fault);
}

bool hlx_is_paced(pg_hl_exchange *e, hlx_pace *pace, int most)
{
    int64_t minute = pg_exchange_now(e->core) / 60000000000;
    if (minute != pace->minute)
        *pace = (hlx_pace){ .minute = minute };
    return !e->config.limits || pace->count++ < most;
}

bool hlx_weigh(pg_hl_exchange *e, double weight)
{
    int64_t now_ns = pg_exchange_now(e->core);
    if (!e->config.limits)
        return true;
    e->weight += (double)(now_ns - e->weight_ns) * 1e-9 * (IP_WEIGHT / 60.0);
    e->weight = e->weight > IP_WEIGHT ? IP_WEIGHT : e->weight;
    e->weight_ns = now_ns;
    if (e->weight < weight)
        return false;
    e->weight -= weight;
    return true;
}
