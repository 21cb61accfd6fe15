#include "live/child.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { LINE = 512 };

struct pg_child {
    uv_process_t process;
    uv_pipe_t in; /* says nothing: its end is the end of this process, however that comes */
    uv_pipe_t out;
    pg_child_handler handler;
    char line[LINE];
    size_t length;
    bool told, ended;
    int handles; /* that libuv still holds */
    bool freed;
};

static void closed(uv_handle_t *handle)
{
    pg_child *child = handle->data;
    if (--child->handles == 0 && child->freed)
        free(child);
}

static void on_exit_(uv_process_t *process, int64_t code, int signal_number)
{
    pg_child *child = process->data;
    child->ended = true;
    if (!child->freed && child->handler.ended)
        child->handler.ended(child->handler.self, signal_number ? 128 + signal_number : (int)code);
    uv_close((uv_handle_t *)process, closed);
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    pg_child *child = handle->data;
    (void)suggested;
    if (child->length >= LINE - 1)
        child->length = 0; /* what follows the first line is nobody's business */
    *buffer = uv_buf_init(child->line + child->length, (unsigned)(LINE - 1 - child->length));
}

static void read_some(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    pg_child *child = stream->data;
    (void)buffer;
    if (size < 0) {
        uv_read_stop(stream);
        return;
    }
    child->length += (size_t)size;
    child->line[child->length] = '\0';
    char *end = strchr(child->line, '\n');
    if (!end)
        return;
    *end = '\0';
    child->length = 0;
    if (!child->told && !child->freed) {
        child->told = true;
        child->handler.line(child->handler.self, child->line);
    }
}

pg_status pg_child_new(pg_child **made, pg_loop *loop, char **arguments, pg_child_handler handler, pg_error *err)
{
    pg_child *child = calloc(1, sizeof *child);
    if (!child)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a process");
    child->handler = handler;
    child->process.data = child->in.data = child->out.data = child;
    uv_pipe_init(pg_loop_uv(loop), &child->in, 0);
    uv_pipe_init(pg_loop_uv(loop), &child->out, 0);
    child->handles = 2;
    char name[] = "perigee";
    arguments[0] = name;
    uv_stdio_container_t streams[3] = {
        { .flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&child->in },
        { .flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&child->out },
        { .flags = UV_INHERIT_FD, .data.fd = 2 }
    };
    uv_process_options_t options = {
        .exit_cb = on_exit_,
        .file = "/proc/self/exe",
        .args = arguments,
        .stdio_count = 3,
        .stdio = streams,
        .flags = UV_PROCESS_DETACHED /* a Ctrl-C is for the host, which has orders to cancel there */
    };
    int failed = uv_spawn(pg_loop_uv(loop), &child->process, &options);
    child->handles++;
    if (failed) {
        child->freed = true;
        uv_close((uv_handle_t *)&child->in, closed);
        uv_close((uv_handle_t *)&child->out, closed);
        uv_close((uv_handle_t *)&child->process, closed);
        return pg_fail(err, PG_ERR_IO, "the built-in exchange cannot be started: %s", uv_strerror(failed));
    }
    uv_read_start((uv_stream_t *)&child->out, give_room, read_some);
    *made = child;
    return PG_OK;
}

void pg_child_free(pg_child *child)
{
    if (!child)
        return;
    child->freed = true;
    if (!child->ended)
        uv_process_kill(&child->process, SIGTERM); /* its handle is closed when it has ended */
    uv_close((uv_handle_t *)&child->in, closed);
    uv_close((uv_handle_t *)&child->out, closed);
}
