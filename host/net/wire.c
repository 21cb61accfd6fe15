#include "net/deflate.h"
#include "net/wire.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"

enum { KEEP = 1 << 20 /* a buffer that a long message has made larger than this is given back */ };

static void release(char **data, size_t *capacity, size_t above)
{
    if (*capacity <= above)
        return;
    free(*data);
    *data = NULL;
    *capacity = 0;
}

bool pg_wire_reserve(char **data, size_t *capacity, size_t size, size_t keep)
{
    if (size <= *capacity)
        return true;
    size_t larger = *capacity * 2 > 4096 ? *capacity * 2 : 4096;
    if (larger < size)
        larger = size;
    char *moved = keep ? realloc(*data, larger) : malloc(larger);
    if (!moved)
        return false;
    if (!keep)
        free(*data);
    *data = moved;
    *capacity = larger;
    return true;
}

void pg_wire_free(pg_wire *wire)
{
    free(wire->frame);
    free(wire->waiting);
    free(wire->message);
    wire->frame = wire->waiting = wire->message = NULL;
    wire->frame_size = wire->waiting_size = wire->message_size = 0;
}

void pg_wire_start(pg_wire *wire, struct lws *wsi, bool compressed)
{
    wire->wsi = wsi;
    wire->compressed = compressed;
    wire->waiting_start = wire->waiting_end = 0;
    wire->message_length = 0;
    wire->inside = false;
}

/* ---- out ---- */

/* A look at libwebsockets' own buffer is enough without compression: if the kernel is full, it keeps the rest and says so
 * here the next time. With compression, only the other call tells (at the price of a poll). */
static bool choked(const pg_wire *wire)
{
    return wire->compressed ? lws_send_pipe_choked(wire->wsi) : lws_partial_buffered(wire->wsi);
}

bool pg_wire_is_idle(const pg_wire *wire)
{
    return wire->waiting_start == wire->waiting_end && !choked(wire);
}

/* The text is copied: it is masked in place, and stays in use until it has been compressed. */
static pg_status write_frame(pg_wire *wire, const char *text, size_t size)
{
    if (LWS_PRE + size <= KEEP)
        release(&wire->frame, &wire->frame_size, KEEP);
    if (!pg_wire_reserve(&wire->frame, &wire->frame_size, LWS_PRE + size, 0))
        return PG_ERR_MEMORY;
    memcpy(wire->frame + LWS_PRE, text, size);
    unsigned char *payload = (unsigned char *)wire->frame + LWS_PRE;
    return lws_write(wire->wsi, payload, size, LWS_WRITE_TEXT) < 0 ? PG_ERR_IO : PG_OK;
}

static pg_status enqueue(pg_wire *wire, const char *text, size_t size, pg_error *err)
{
    size_t used = wire->waiting_end - wire->waiting_start, need = sizeof size + size;
    if (used + need > wire->queue_limit)
        return pg_fail(err, PG_ERR_FULL, "%zu bytes wait to be sent already", used);
    if (wire->waiting_end + need > wire->waiting_size && wire->waiting_start > 0) {
        memmove(wire->waiting, wire->waiting + wire->waiting_start, used);
        wire->waiting_start = 0;
        wire->waiting_end = used;
    }
    if (!pg_wire_reserve(&wire->waiting, &wire->waiting_size, wire->waiting_end + need, used))
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    memcpy(wire->waiting + wire->waiting_end, &size, sizeof size);
    memcpy(wire->waiting + wire->waiting_end + sizeof size, text, size);
    wire->waiting_end += need;
    lws_callback_on_writable(wire->wsi);
    return PG_OK;
}

pg_status pg_wire_send(pg_wire *wire, const char *text, size_t size, pg_error *err)
{
    if (wire->compressed && size > PG_DEFLATE_LIMIT)
        return pg_fail(err, PG_ERR_FULL, "a compressed message may have %d bytes at most", (int)PG_DEFLATE_LIMIT);
    if (!pg_wire_is_idle(wire))
        return enqueue(wire, text, size, err);
    pg_status status = write_frame(wire, text, size);
    if (status == PG_ERR_MEMORY)
        return pg_fail(err, status, "out of memory");
    if (status != PG_OK)
        return pg_fail(err, status, "the connection is broken");
    return PG_OK;
}

pg_status pg_wire_flush(pg_wire *wire)
{
    while (wire->waiting_start < wire->waiting_end && !choked(wire)) {
        size_t size;
        memcpy(&size, wire->waiting + wire->waiting_start, sizeof size);
        pg_status status = write_frame(wire, wire->waiting + wire->waiting_start + sizeof size, size);
        if (status != PG_OK)
            return status;
        wire->waiting_start += sizeof size + size;
    }
    if (wire->waiting_start < wire->waiting_end) {
        lws_callback_on_writable(wire->wsi);
    } else {
        wire->waiting_start = wire->waiting_end = 0;
        release(&wire->waiting, &wire->waiting_size, KEEP);
    }
    return PG_OK;
}

/* A server's has content: libwebsockets 4.1 does not tell it of answers without any. */
void pg_wire_ping(pg_wire *wire)
{
    unsigned char ping[LWS_PRE + 4] = { [LWS_PRE] = 'p', 'i', 'n', 'g' };
    if (!choked(wire))
        (void)lws_write(wire->wsi, ping + LWS_PRE, wire->client ? 0 : 4, LWS_WRITE_PING);
}

/* libwebsockets 4.1 as Debian builds it does not send its own close frame on libuv: a check for debugging closes each
 * connection a second time. The frame is always the same: the end, code 1000 ("normal"), a client's masked with zeros. */
static void say_goodbye(const pg_wire *wire)
{
    static const unsigned char client[] = { 0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8 }, server[] = { 0x88, 0x02, 0x03, 0xe8 };
    unsigned char frame[LWS_PRE + sizeof client];
    size_t size = wire->client ? sizeof client : sizeof server;
    memcpy(frame + LWS_PRE, wire->client ? client : server, size);
    (void)lws_write(wire->wsi, frame + LWS_PRE, size, LWS_WRITE_HTTP); /* bytes as they are */
}

void pg_wire_cut(pg_wire *wire, bool politely)
{
    if (!wire->wsi)
        return;
    if (politely && pg_wire_is_idle(wire))
        say_goodbye(wire);
    pg_wire_shut(wire->wsi);
}

void pg_wire_shut(struct lws *wsi)
{
    int fd = lws_get_socket_fd(wsi);
    if (fd >= 0)
        (void)shutdown(fd, SHUT_RDWR);
}

/* ---- in ---- */

static pg_wire_result add_piece(pg_wire *wire, const void *piece, size_t size)
{
    if (size > wire->message_limit - wire->message_length)
        return PG_WIRE_TOO_LONG;
    size_t need = wire->message_length + size + 1;
    if (!pg_wire_reserve(&wire->message, &wire->message_size, need, wire->message_length))
        return PG_WIRE_MEMORY;
    memcpy(wire->message + wire->message_length, piece, size);
    wire->message_length += size;
    return PG_WIRE_MORE;
}

pg_wire_result pg_wire_receive(pg_wire *wire, char **text, size_t *size, void *piece, size_t piece_size)
{
    bool first = !wire->inside, last = lws_is_final_fragment(wire->wsi);
    if (first)
        wire->received_ns = pg_clock_now(pg_clock_real());
    wire->inside = !last;
    if (lws_frame_is_binary(wire->wsi))
        return PG_WIRE_MORE;
    if (first && last && wire->client) {
        if (piece_size > wire->message_limit)
            return PG_WIRE_TOO_LONG;
        *text = piece;
        *size = piece_size;
        (*text)[piece_size] = '\0';
        return PG_WIRE_TEXT;
    }
    if (first) {
        wire->message_length = 0;
        release(&wire->message, &wire->message_size, KEEP);
    }
    pg_wire_result result = add_piece(wire, piece, piece_size);
    if (result != PG_WIRE_MORE || !last)
        return result;
    *text = wire->message;
    *size = wire->message_length;
    (*text)[*size] = '\0';
    return PG_WIRE_TEXT;
}
