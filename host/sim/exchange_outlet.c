/* What leaves a served exchange, and what the faults make of it. */
#include "sim/exchange_outlet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HUGE_BYTES = 10 * 1024 * 1024 };

/* Something that a fault has put off. */
typedef struct pg_outlet_later {
    struct pg_outlet_later *next;
    pg_outlet *outlet;
    pg_timer *timer;
    pg_peer *peer; /* of an HTTP request; code: of its answer */
    int code;
    pg_outlet_wire *wire;
    size_t size;
    char *text;
} later_message;

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
    later_message *later = self;
    pg_outlet *outlet = later->outlet;
    for (later_message **at = &outlet->later; *at; at = &(*at)->next)
        if (*at == later) {
            *at = later->next;
            break;
        }
    outlet->later_count--;
    if (later->peer)
        pg_server_answer(later->peer, later->code, "application/json", later->text, later->size);
    else if (later->wire && !later->wire->dead)
        pg_peer_send(later->wire->peer, later->text, later->size);
    pg_timer_stop(later->timer);
    free(later->text);
    free(later);
}

static void put_off(pg_outlet *outlet, const later_message *message, const char *text, int64_t ms)
{
    later_message *later = outlet->later_count < PG_OUTLET_LATER ? calloc(1, sizeof *later) : NULL;
    char *copy = later ? malloc(message->size + 1) : NULL;
    pg_timer *timer = copy ? pg_timer_start(outlet->loop, ms, 0, later, let_go) : NULL;
    if (!timer) { /* then it is lost */
        free(copy);
        free(later);
        return;
    }
    memcpy(copy, text, message->size);
    *later = *message;
    later->next = outlet->later;
    later->outlet = outlet;
    later->timer = timer;
    later->text = copy;
    outlet->later = later;
    outlet->later_count++;
}

void pg_outlet_forget(pg_outlet *outlet, const pg_peer *peer, pg_outlet_wire *wire)
{
    for (later_message **at = &outlet->later; *at;) {
        later_message *later = *at;
        if ((peer || wire) && !(peer && later->peer == peer) && !(wire && later->wire == wire)) {
            at = &later->next;
            continue;
        }
        *at = later->next;
        outlet->later_count--;
        pg_timer_stop(later->timer);
        free(later->text);
        free(later);
    }
    if (!wire)
        return;
    free(wire->held);
    wire->held = NULL;
}

/* ---- wires ---- */

void pg_outlet_close(pg_outlet_wire *wire, bool abrupt)
{
    wire->dead = true;
    pg_peer_close(wire->peer, abrupt);
}

static bool is_silent(const pg_outlet_wire *wire, const char *channel)
{
    for (int i = 0; i < wire->silent_count; i++)
        if (strcmp(wire->silent[i], channel) == 0)
            return true;
    return false;
}

static void hold(pg_outlet_wire *wire, const char *channel, const char *text, size_t size)
{
    wire->held = malloc(size + 1);
    if (!wire->held)
        return;
    memcpy(wire->held, text, size);
    wire->held_size = size;
    snprintf(wire->held_channel, sizeof wire->held_channel, "%s", channel);
}

/* Sends, and behind it what was held back of the same channel. */
static void send_whole(const pg_outlet *outlet, pg_outlet_wire *wire, const char *channel, const char *text,
                       size_t size)
{
    wire->sent_ns = pg_exchange_now(outlet->core);
    pg_peer_send(wire->peer, text, size);
    if (!wire->held || wire->dead || strcmp(channel, wire->held_channel) != 0)
        return;
    pg_peer_send(wire->peer, wire->held, wire->held_size);
    free(wire->held);
    wire->held = NULL;
}

static void send_spoilt(const pg_outlet *outlet, pg_outlet_wire *wire, const char *channel, const char *text,
                        size_t size, bool huge)
{
    size_t grown;
    char *made = spoil(&grown, text, size, huge);
    if (made)
        send_whole(outlet, wire, channel, made, grown);
    free(made);
}

void pg_outlet_transmit(pg_outlet *outlet, pg_outlet_wire *wire, const char *channel, const char *text, size_t size,
                        const pg_fault *fault)
{
    if (wire->dead || is_silent(wire, channel))
        return;
    switch (fault ? fault->kind : PG_FAULT_NONE) {
    case PG_FAULT_DROP: break;
    case PG_FAULT_DELAY: put_off(outlet, &(later_message){ .wire = wire, .size = size }, text, fault->ms); break;
    case PG_FAULT_REORDER:
        if (wire->held)
            send_whole(outlet, wire, channel, text, size);
        else
            hold(wire, channel, text, size);
        break;
    case PG_FAULT_CUT: pg_outlet_close(wire, true); break;
    case PG_FAULT_CUT_INSIDE:
        send_whole(outlet, wire, channel, text, size / 2);
        pg_outlet_close(wire, true);
        break;
    case PG_FAULT_HALF_OPEN: wire->dead = true; break;
    case PG_FAULT_SILENCE:
        if (wire->silent_count < PG_OUTLET_SILENT)
            snprintf(wire->silent[wire->silent_count++], PG_OUTLET_CHANNEL, "%s", channel);
        break;
    case PG_FAULT_HTML: send_whole(outlet, wire, channel, page, sizeof page - 1); break;
    case PG_FAULT_TRUNCATE: send_whole(outlet, wire, channel, text, size / 2); break;
    case PG_FAULT_UNKNOWN:
    case PG_FAULT_HUGE: send_spoilt(outlet, wire, channel, text, size, fault->kind == PG_FAULT_HUGE); break;
    case PG_FAULT_DUPLICATE:
        send_whole(outlet, wire, channel, text, size);
        if (!wire->dead)
            send_whole(outlet, wire, channel, text, size);
        break;
    default: send_whole(outlet, wire, channel, text, size);
    }
}

void pg_outlet_send(pg_outlet *outlet, pg_outlet_wire *wire, const char *channel, const char *text, size_t size)
{
    pg_outlet_transmit(outlet, wire, channel, text, size, pg_faults_next(outlet->faults, channel));
}

/* ---- answers ---- */

void pg_outlet_answer(pg_outlet *outlet, pg_peer *peer, int code, const char *json, size_t size, const pg_fault *fault)
{
    const char *type = "application/json";
    char *made = NULL;
    switch (fault ? fault->kind : PG_FAULT_NONE) {
    case PG_FAULT_DROP:
    case PG_FAULT_HALF_OPEN:
    case PG_FAULT_SILENCE: break;
    case PG_FAULT_DELAY:
        put_off(outlet, &(later_message){ .peer = peer, .code = code, .size = size }, json, fault->ms);
        break;
    case PG_FAULT_CUT:
    case PG_FAULT_CUT_INSIDE: pg_peer_close(peer, true); break;
    case PG_FAULT_HTML: pg_server_answer(peer, 200, "text/html", page, sizeof page - 1); break;
    case PG_FAULT_TRUNCATE: pg_server_answer(peer, code, type, json, size / 2); break;
    case PG_FAULT_UNKNOWN:
    case PG_FAULT_HUGE: made = spoil(&size, json, size, fault->kind == PG_FAULT_HUGE); /* fall through */
    default: pg_server_answer(peer, code, type, made ? made : json, size);
    }
    free(made);
}
