#include "sim/exchange_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HUGE_BYTES = 10 * 1024 * 1024 };

static const char page[] = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head>"
                           "<body><center><h1>502 Bad Gateway</h1></center></body></html>";

static const char unknown_members[] = "\"unknownMember\":{\"list\":[1,2.5,null,{\"deep\":[]}],\"text\":\"\\u00e4\"},";

/* Something that a fault has put off. */
typedef struct pg_exchange_later {
    struct pg_exchange_later *next;
    pg_exchange_links *links;
    pg_timer *timer;
    pg_peer *peer;
    pg_exchange_link *link; /* NULL: an answer to an HTTP request */
    int code;
    size_t size;
    char *text;
} later;

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
    memcpy(at + extra, text + 1, length - 1);
    *size = length + extra;
    made[*size] = '\0';
    if (length > 1 && text[1] == '}') /* no member follows the comma */
        made[extra] = ' ';
    return made;
}

/* ---- put off ---- */

static void discard(later *l)
{
    pg_timer_stop(l->timer);
    free(l->text);
    free(l);
}

static void let_go(void *self)
{
    later *l = self;
    for (later **at = &l->links->later; *at; at = &(*at)->next)
        if (*at == l) {
            *at = l->next;
            break;
        }
    l->links->later_count--;
    if (!l->link)
        pg_server_answer(l->peer, l->code, "application/json", l->text, l->size);
    else if (!l->link->dead)
        pg_peer_send(l->peer, l->text, l->size);
    discard(l);
}

/* When there is no room for it, it is lost. */
static void put_off(pg_exchange_links *links, const later *what, int64_t ms)
{
    later *l = links->later_count < PG_EXCHANGE_HELD ? malloc(sizeof *l) : NULL;
    char *copy = l ? malloc(what->size + 1) : NULL;
    pg_timer *timer = copy ? pg_timer_start(links->loop, ms, 0, l, let_go) : NULL;
    if (!timer) {
        free(copy);
        free(l);
        return;
    }
    memcpy(copy, what->text, what->size);
    *l = *what;
    l->text = copy;
    l->links = links;
    l->timer = timer;
    l->next = links->later;
    links->later = l;
    links->later_count++;
}

void pg_exchange_links_forget(pg_exchange_links *links, const pg_peer *peer)
{
    for (later **at = &links->later; *at;) {
        later *l = *at;
        if (peer && l->peer != peer) {
            at = &l->next;
            continue;
        }
        *at = l->next;
        links->later_count--;
        discard(l);
    }
}

/* ---- WebSockets ---- */

void pg_exchange_link_close(pg_exchange_link *link, bool abrupt)
{
    link->dead = true;
    if (link->peer)
        pg_peer_close(link->peer, abrupt); /* one that is half open, too */
}

void pg_exchange_link_clear(pg_exchange_link *link)
{
    free(link->held);
    link->held = NULL;
}

static bool is_silent(const pg_exchange_link *link, const char *channel)
{
    for (int i = 0; i < link->silent_count; i++)
        if (strcmp(link->silent[i], channel) == 0)
            return true;
    return false;
}

static void hold(pg_exchange_link *link, const char *channel, const char *text, size_t size)
{
    link->held = malloc(size + 1);
    if (!link->held)
        return;
    memcpy(link->held, text, size);
    link->held_size = size;
    snprintf(link->held_channel, sizeof link->held_channel, "%s", channel);
}

/* Sends, and behind it what was held back of the same channel. */
static void send_whole(pg_exchange_link *link, const char *channel, const char *text, size_t size)
{
    link->sent_ns = pg_exchange_now(link->links->core);
    pg_peer_send(link->peer, text, size);
    if (!link->held || link->dead || strcmp(channel, link->held_channel) != 0)
        return;
    pg_peer_send(link->peer, link->held, link->held_size);
    free(link->held);
    link->held = NULL;
}

static void send_spoilt(pg_exchange_link *link, const char *channel, const char *text, size_t size, bool huge)
{
    size_t grown;
    char *made = spoil(&grown, text, size, huge);
    if (made)
        send_whole(link, channel, made, grown);
    free(made);
}

void pg_exchange_link_transmit(pg_exchange_link *link, const char *channel, const char *text, size_t size,
                               const pg_fault *fault)
{
    if (link->dead || is_silent(link, channel))
        return;
    switch (fault ? fault->kind : PG_FAULT_NONE) {
    case PG_FAULT_DROP: break;
    case PG_FAULT_DELAY:
        put_off(link->links, &(later){ .peer = link->peer, .link = link, .text = (char *)text, .size = size },
                fault->ms);
        break;
    case PG_FAULT_REORDER:
        if (link->held)
            send_whole(link, channel, text, size);
        else
            hold(link, channel, text, size);
        break;
    case PG_FAULT_CUT: pg_exchange_link_close(link, true); break;
    case PG_FAULT_CUT_INSIDE:
        send_whole(link, channel, text, size / 2);
        pg_exchange_link_close(link, true);
        break;
    case PG_FAULT_HALF_OPEN: link->dead = true; break;
    case PG_FAULT_SILENCE:
        if (link->silent_count < PG_EXCHANGE_SILENT)
            snprintf(link->silent[link->silent_count++], PG_EXCHANGE_CHANNEL, "%s", channel);
        break;
    case PG_FAULT_HTML: send_whole(link, channel, page, sizeof page - 1); break;
    case PG_FAULT_TRUNCATE: send_whole(link, channel, text, size / 2); break;
    case PG_FAULT_UNKNOWN:
    case PG_FAULT_HUGE: send_spoilt(link, channel, text, size, fault->kind == PG_FAULT_HUGE); break;
    case PG_FAULT_DUPLICATE:
        send_whole(link, channel, text, size);
        if (!link->dead)
            send_whole(link, channel, text, size);
        break;
    default: send_whole(link, channel, text, size);
    }
}

void pg_exchange_link_send(pg_exchange_link *link, const char *channel, const char *text, size_t size)
{
    pg_exchange_link_transmit(link, channel, text, size, pg_faults_next(link->links->faults, channel));
}

/* ---- HTTP ---- */

void pg_exchange_links_answer(pg_exchange_links *links, pg_peer *peer, int code, const char *json, size_t size,
                              const pg_fault *fault)
{
    const char *type = "application/json";
    char *made = NULL;
    switch (fault ? fault->kind : PG_FAULT_NONE) {
    case PG_FAULT_DROP:
    case PG_FAULT_HALF_OPEN:
    case PG_FAULT_SILENCE: break;
    case PG_FAULT_DELAY:
        put_off(links, &(later){ .peer = peer, .code = code, .text = (char *)json, .size = size }, fault->ms);
        break;
    case PG_FAULT_CUT:
    case PG_FAULT_CUT_INSIDE: pg_peer_close(peer, true); break;
    case PG_FAULT_HTML: pg_server_answer(peer, code, "text/html", page, sizeof page - 1); break;
    case PG_FAULT_TRUNCATE: pg_server_answer(peer, code, type, json, size / 2); break;
    case PG_FAULT_UNKNOWN:
    case PG_FAULT_HUGE: made = spoil(&size, json, size, fault->kind == PG_FAULT_HUGE); /* fall through */
    default: pg_server_answer(peer, code, type, made ? made : json, size);
    }
    free(made);
}
