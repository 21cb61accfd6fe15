/* What leaves the exchange, and what the faults make of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"

enum { HUGE_BYTES = 10 * 1024 * 1024, IP_WEIGHT = 1200 };

static const char page[] = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head>"
                           "<body><center><h1>502 Bad Gateway</h1></center></body></html>";

static const char unknown_members[] = "\"unknownMember\":{\"list\":[1,2.5,null,{\"deep\":[]}],\"text\":\"\\u00e4\"},";

/* ---- texts spoilt ---- */

/* JSON with something that nobody knows in front of its members; the caller frees it. NULL: no memory, or no object. */
static char *spoil(size_t *size, const char *text, size_t length, bool huge)
{
    static const char head[] = "\"unknownMember\":\"", tail[] = "\",";
    if (length == 0 || text[0] != '{')
        return NULL;
    size_t extra = huge ? sizeof head - 1 + HUGE_BYTES + sizeof tail - 1 : sizeof unknown_members - 1;
    char *made = malloc(length + extra + 1), *at = made;
    if (!made)
        return NULL;
    *at++ = '{';
    if (huge) {
        memcpy(at, head, sizeof head - 1);
        memset(at + sizeof head - 1, 'x', HUGE_BYTES);
        memcpy(at + sizeof head - 1 + HUGE_BYTES, tail, sizeof tail - 1);
    } else {
        memcpy(at, unknown_members, extra);
    }
    memcpy(at + extra, text + 1, length); /* and what ends it */
    *size = length + extra;
    if (length > 1 && text[1] == '}') /* no member follows the comma */
        made[extra] = ' ';
    return made;
}

/* ---- put off ---- */

static void let_go(void *self)
{
    hlx_later *later = self;
    pg_hl_exchange *e = later->exchange;
    for (hlx_later **at = &e->later; *at; at = &(*at)->next)
        if (*at == later) {
            *at = later->next;
            break;
        }
    e->later_count--;
    hlx_enter(e);
    if (later->peer)
        pg_server_answer(later->peer, 200, "application/json", later->text, later->size);
    else if (later->socket && !later->socket->dead)
        pg_peer_send(later->socket->peer, later->text, later->size);
    hlx_leave(e);
    pg_timer_stop(later->timer);
    free(later->text);
    free(later);
}

static void put_off(pg_hl_exchange *e, pg_peer *peer, hlx_socket *socket, const char *text, size_t size, int64_t ms)
{
    hlx_later *later = e->later_count < HLX_HELD ? calloc(1, sizeof *later) : NULL;
    char *copy = later ? malloc(size + 1) : NULL;
    pg_timer *timer = copy ? pg_timer_start(e->loop, ms, 0, later, let_go) : NULL;
    if (!timer) { /* then it is lost */
        free(copy);
        free(later);
        return;
    }
    memcpy(copy, text, size);
    *later = (hlx_later){
        .next = e->later, .exchange = e, .timer = timer, .peer = peer, .socket = socket, .size = size, .text = copy
    };
    e->later = later;
    e->later_count++;
}

void hlx_forget(pg_hl_exchange *e, const pg_peer *peer, const hlx_socket *socket)
{
    for (hlx_later **at = &e->later; *at;) {
        hlx_later *later = *at;
        if ((peer || socket) && !(peer && later->peer == peer) && !(socket && later->socket == socket)) {
            at = &later->next;
            continue;
        }
        *at = later->next;
        e->later_count--;
        pg_timer_stop(later->timer);
        free(later->text);
        free(later);
    }
}

/* ---- sockets ---- */

static void cut(hlx_socket *socket)
{
    socket->dead = true;
    pg_peer_close(socket->peer, true);
}

static bool is_silent(const hlx_socket *socket, const char *channel)
{
    for (int i = 0; i < socket->silent_count; i++)
        if (strcmp(socket->silent[i], channel) == 0)
            return true;
    return false;
}

static void hold(hlx_socket *socket, const char *channel, const char *text, size_t size)
{
    socket->held = malloc(size + 1);
    if (!socket->held)
        return;
    memcpy(socket->held, text, size);
    socket->held_size = size;
    snprintf(socket->held_channel, sizeof socket->held_channel, "%s", channel);
}

/* Sends, and behind it what was held back of the same channel. */
static void send_whole(hlx_socket *socket, const char *channel, const char *text, size_t size)
{
    socket->sent_ns = pg_exchange_now(socket->exchange->core);
    pg_peer_send(socket->peer, text, size);
    if (!socket->held || socket->dead || strcmp(channel, socket->held_channel) != 0)
        return;
    pg_peer_send(socket->peer, socket->held, socket->held_size);
    free(socket->held);
    socket->held = NULL;
}

static void send_spoilt(hlx_socket *socket, const char *channel, const char *text, size_t size, bool huge)
{
    size_t grown;
    char *made = spoil(&grown, text, size, huge);
    if (made)
        send_whole(socket, channel, made, grown);
    free(made);
}

static void transmit(hlx_socket *socket, const char *channel, const char *text, size_t size, const pg_fault *fault)
{
    if (socket->dead || is_silent(socket, channel))
        return;
    switch (fault ? fault->kind : PG_FAULT_NONE) {
    case PG_FAULT_DROP: break;
    case PG_FAULT_DELAY: put_off(socket->exchange, NULL, socket, text, size, fault->ms); break;
    case PG_FAULT_REORDER:
        if (socket->held)
            send_whole(socket, channel, text, size);
        else
            hold(socket, channel, text, size);
        break;
    case PG_FAULT_CUT: cut(socket); break;
    case PG_FAULT_CUT_INSIDE:
        send_whole(socket, channel, text, size / 2);
        cut(socket);
        break;
    case PG_FAULT_HALF_OPEN: socket->dead = true; break;
    case PG_FAULT_SILENCE:
        if (socket->silent_count < HLX_SILENT)
            snprintf(socket->silent[socket->silent_count++], HLX_NAME, "%s", channel);
        break;
    case PG_FAULT_HTML: send_whole(socket, channel, page, sizeof page - 1); break;
    case PG_FAULT_TRUNCATE: send_whole(socket, channel, text, size / 2); break;
    case PG_FAULT_UNKNOWN:
    case PG_FAULT_HUGE: send_spoilt(socket, channel, text, size, fault->kind == PG_FAULT_HUGE); break;
    case PG_FAULT_DUPLICATE:
        send_whole(socket, channel, text, size);
        if (!socket->dead)
            send_whole(socket, channel, text, size);
        break;
    default: send_whole(socket, channel, text, size);
    }
}

void hlx_send(hlx_socket *socket, const char *channel, const char *text, size_t size)
{
    transmit(socket, channel, text, size, pg_faults_next(socket->exchange->config.faults, channel));
}

/* ---- answers ---- */

static void answer_http(pg_hl_exchange *e, const hlx_reply *reply, const char *json, size_t size)
{
    const char *type = "application/json";
    char *made = NULL;
    switch (reply->fault ? reply->fault->kind : PG_FAULT_NONE) {
    case PG_FAULT_DROP:
    case PG_FAULT_HALF_OPEN:
    case PG_FAULT_SILENCE: break;
    case PG_FAULT_DELAY: put_off(e, reply->peer, NULL, json, size, reply->fault->ms); break;
    case PG_FAULT_CUT:
    case PG_FAULT_CUT_INSIDE: pg_peer_close(reply->peer, true); break;
    case PG_FAULT_HTML: pg_server_answer(reply->peer, 200, "text/html", page, sizeof page - 1); break;
    case PG_FAULT_TRUNCATE: pg_server_answer(reply->peer, 200, type, json, size / 2); break;
    case PG_FAULT_UNKNOWN:
    case PG_FAULT_HUGE: made = spoil(&size, json, size, reply->fault->kind == PG_FAULT_HUGE); /* fall through */
    default: pg_server_answer(reply->peer, 200, type, made ? made : json, size);
    }
    free(made);
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
        answer_http(e, reply, json, size);
    if (!reply->is_post || !reply->socket)
        return;
    put_post_head(frame, reply->id, type ? "info" : "action");
    if (type)
        pg_text_print(frame, "{\"type\":\"%s\",\"data\":", type);
    pg_text_add(frame, json, size);
    hlx_put(frame, type ? "}}}}" : "}}}");
    if (!frame->failed)
        transmit(reply->socket, "post", frame->data, frame->length, reply->fault);
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
        transmit(reply->socket, "post", frame->data, frame->length, reply->fault);
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
