#define _GNU_SOURCE
#include "live/console.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include "base/file.h"
#include "base/text.h"

enum {
    CLIENTS = 16,          /* another one is told and dropped */
    WAITING = 64,          /* requests of a client that are not answered: another one is refused */
    LINE_LIMIT = 64 << 10, /* bytes of a request */
    TEXT_LIMIT = 1 << 20,  /* bytes of an answer's text */
    QUEUE_LIMIT = 8 << 20, /* bytes that a client has not read */
    BACKLOG = 8
};

typedef struct client {
    uv_pipe_t pipe;
    pg_console *console; /* NULL when that is gone */
    struct client *next;
    pg_console_reply *replies; /* that wait */
    int waiting;
    bool follows;
    bool closing;
    size_t used; /* of a request that has not ended */
    char input[LINE_LIMIT];
} client;

struct pg_console_reply {
    client *client; /* NULL when it is gone */
    pg_console_reply *next;
    int64_t id;
};

struct pg_console {
    uv_pipe_t pipe;
    pg_console_handler handler;
    client *clients;
    int count;
    bool closing;
};

typedef struct {
    uv_write_t request;
    char *data;
} outgoing;

/* ---- a client goes ---- */

static void free_client(uv_handle_t *handle)
{
    free(handle->data);
}

static void drop(client *c)
{
    if (c->closing)
        return;
    c->closing = true;
    for (pg_console_reply *reply = c->replies; reply; reply = reply->next)
        reply->client = NULL;
    c->replies = NULL;
    for (client **at = c->console ? &c->console->clients : NULL; at && *at; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            c->console->count--;
            break;
        }
    uv_close((uv_handle_t *)&c->pipe, free_client);
}

/* ---- writing ---- */

static void written(uv_write_t *request, int status)
{
    outgoing *out = (outgoing *)request;
    client *c = request->handle->data;
    free(out->data);
    free(out);
    if (status != 0)
        drop(c);
}

/* Takes over the text. */
static void send_text(client *c, pg_text *text)
{
    pg_text_add(text, "\n", 1);
    if (c->closing) {
        pg_text_free(text);
        return;
    }
    outgoing *out = text->failed ? NULL : malloc(sizeof *out);
    if (!out || uv_stream_get_write_queue_size((uv_stream_t *)&c->pipe) + text->length > QUEUE_LIMIT) {
        free(out);
        pg_text_free(text);
        drop(c);
        return;
    }
    out->data = text->data;
    uv_buf_t buffer = uv_buf_init(text->data, (unsigned)text->length);
    if (uv_write(&out->request, (uv_stream_t *)&c->pipe, &buffer, 1, written) != 0) {
        free(out->data);
        free(out);
        drop(c);
    }
}

/* A text within the limit, and what is left of a character at the cut taken off. */
static void put_text(pg_text *json, const char *key, const char *value)
{
    size_t length = strlen(value);
    if (length <= TEXT_LIMIT) {
        pg_json_string(json, key, value);
        return;
    }
    char *cut = malloc(TEXT_LIMIT + 1);
    if (!cut) {
        json->failed = true;
        return;
    }
    length = TEXT_LIMIT;
    while (length > 0 && ((unsigned char)value[length] & 0xc0) == 0x80)
        length--;
    memcpy(cut, value, length);
    cut[length] = '\0';
    pg_json_string(json, key, cut);
    free(cut);
}

static void send_answer(client *c, int64_t id, bool ok, const char *text)
{
    pg_text json = { 0 };
    pg_json_open(&json, NULL, '{');
    if (id >= 0)
        pg_json_integer(&json, "id", id);
    else
        pg_json_null(&json, "id");
    pg_json_bool(&json, "ok", ok);
    put_text(&json, "text", text);
    pg_json_close(&json, '}');
    send_text(c, &json);
}

void pg_console_answer(pg_console_reply *reply, bool ok, const char *text)
{
    client *c = reply->client;
    if (c) {
        for (pg_console_reply **at = &c->replies; *at; at = &(*at)->next)
            if (*at == reply) {
                *at = reply->next;
                c->waiting--;
                break;
            }
        send_answer(c, reply->id, ok, text);
    }
    free(reply);
}

void pg_console_say(pg_console *console, const char *text)
{
    for (client *c = console->clients, *next; c; c = next) {
        next = c->next; /* sending may drop this one, and no other */
        if (!c->follows)
            continue;
        pg_text json = { 0 };
        pg_json_open(&json, NULL, '{');
        put_text(&json, "say", text);
        pg_json_close(&json, '}');
        send_text(c, &json);
    }
}

/* ---- requests ---- */

/* The request's number; -1 for what is none. */
static int64_t id_of(const cJSON *request)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(request, "id");
    if (!cJSON_IsNumber(id) || !(id->valuedouble >= 0 && id->valuedouble <= 9007199254740992.0) ||
        id->valuedouble != floor(id->valuedouble))
        return -1;
    return (int64_t)id->valuedouble;
}

static pg_console_reply *new_reply(client *c, int64_t id)
{
    if (c->waiting == WAITING) {
        send_answer(c, id, false, "too many requests wait for their answers");
        return NULL;
    }
    pg_console_reply *reply = malloc(sizeof *reply);
    if (!reply) {
        send_answer(c, id, false, "no memory");
        return NULL;
    }
    *reply = (pg_console_reply){ c, c->replies, id };
    c->replies = reply;
    c->waiting++;
    return reply;
}

static void ask(client *c, int64_t id, const cJSON *line, const cJSON *complete, bool write)
{
    const pg_console_handler *handler = &c->console->handler;
    pg_console_reply *reply = new_reply(c, id);
    if (!reply)
        return;
    if (line)
        handler->line(handler->self, reply, line->valuestring, write);
    else if (handler->complete)
        handler->complete(handler->self, reply, complete->valuestring);
    else
        pg_console_answer(reply, true, "");
}

/* One line of input, terminated. */
static void take_request(client *c, const char *text, size_t length)
{
    cJSON *request = cJSON_ParseWithLength(text, length);
    const cJSON *line = cJSON_GetObjectItemCaseSensitive(request, "line");
    const cJSON *complete = cJSON_GetObjectItemCaseSensitive(request, "complete");
    const cJSON *follow = cJSON_GetObjectItemCaseSensitive(request, "follow");
    const cJSON *write = cJSON_GetObjectItemCaseSensitive(request, "write");
    int64_t id = id_of(request);
    bool good =
        cJSON_IsObject(request) && id >= 0 && (!write || cJSON_IsBool(write)) && !!line + !!complete + !!follow == 1;
    if (good && follow && cJSON_IsBool(follow)) {
        c->follows = cJSON_IsTrue(follow);
        send_answer(c, id, true, "");
    } else if (good && ((line && cJSON_IsString(line)) || (complete && cJSON_IsString(complete)))) {
        ask(c, id, line, complete, cJSON_IsTrue(write));
    } else {
        send_answer(c, id, false,
                    "not a request: {\"id\":1,\"line\":\"...\"}, with \"complete\" or \"follow\" for line");
    }
    cJSON_Delete(request);
}

/* Takes whole lines off the input, as long as nobody has dropped the client. */
static void take_lines(client *c)
{
    size_t start = 0;
    for (char *end; !c->closing && (end = memchr(c->input + start, '\n', c->used - start));) {
        size_t length = (size_t)(end - c->input) - start;
        *end = '\0';
        if (length > 0)
            take_request(c, c->input + start, length);
        start += length + 1;
    }
    memmove(c->input, c->input + start, c->used - start);
    c->used -= start;
}

static void room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    client *c = handle->data;
    *buffer = uv_buf_init(c->input + c->used, (unsigned)(sizeof c->input - c->used));
}

static void got(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
    (void)buffer;
    client *c = stream->data;
    if (n > 0) {
        c->used += (size_t)n;
        take_lines(c);
    }
    if (n < 0 && n != UV_ENOBUFS)
        drop(c);
    else if (!c->closing && c->used == sizeof c->input) {
        send_answer(c, -1, false, "the request is too long");
        drop(c);
    }
}

/* ---- connections ---- */

/* Whether the other end belongs to this user or to root. */
static bool is_own(uv_pipe_t *pipe)
{
    uv_os_fd_t fd;
    struct ucred peer;
    socklen_t size = sizeof peer;
    return uv_fileno((uv_handle_t *)pipe, &fd) == 0 && getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == geteuid() || peer.uid == 0);
}

static void connected(uv_stream_t *server, int status)
{
    pg_console *console = server->data;
    client *c = status == 0 ? calloc(1, sizeof *c) : NULL;
    if (!c)
        return;
    uv_pipe_init(server->loop, &c->pipe, 0);
    c->pipe.data = c;
    c->closing = true; /* until it is in the list */
    bool accepted = uv_accept(server, (uv_stream_t *)&c->pipe) == 0;
    if (!accepted || !is_own(&c->pipe) || uv_read_start((uv_stream_t *)&c->pipe, room, got) != 0) {
        uv_close((uv_handle_t *)&c->pipe, free_client);
        return;
    }
    c->closing = false;
    c->console = console;
    c->next = console->clients;
    console->clients = c;
    if (console->count++ == CLIENTS) {
        send_answer(c, -1, false, "too many consoles are attached");
        drop(c);
    }
}

/* ---- the socket ---- */

static pg_status address_of(struct sockaddr_un *address, const char *path, pg_error *err)
{
    *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof address->sun_path) {
        pg_fail(err, PG_ERR_RANGE, "the path of a socket has at most %zu characters", sizeof address->sun_path - 1);
        pg_error_where(err, "%s", path);
        return PG_ERR_RANGE;
    }
    memcpy(address->sun_path, path, length);
    return PG_OK;
}

static pg_status path_error(pg_status status, const char *path, const char *what, int code, pg_error *err)
{
    pg_fail(err, status, "%s%s%s", what, code ? ": " : "", code ? strerror(code) : "");
    pg_error_where(err, "%s", path);
    return status;
}

/* Removes the socket of a host that is no more. PG_ERR_STATE when somebody answers there. */
static pg_status clear_path(const char *path, pg_error *err)
{
    struct stat info;
    struct sockaddr_un address;
    pg_status status = address_of(&address, path, err);
    if (status != PG_OK || (lstat(path, &info) != 0 && errno == ENOENT))
        return status;
    if (!S_ISSOCK(info.st_mode)) {
        path_error(PG_ERR_INVALID, path, "the console's socket should be here, but this is something else", 0, err);
        pg_error_remedy(err, "name another path: host { socket = \"...\" }");
        return PG_ERR_INVALID;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return path_error(PG_ERR_IO, path, "cannot make a socket", errno, err);
    int code = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
    close(fd);
    if (code == ECONNREFUSED && unlink(path) == 0)
        return PG_OK;
    if (code == ENOENT)
        return PG_OK;
    if (code == 0 || code == EAGAIN) { /* EAGAIN: its backlog is full */
        path_error(PG_ERR_STATE, path, "another host is running with this console", 0, err);
        pg_error_remedy(err, "stop it, or give this one another socket: host { socket = \"...\" }");
        return PG_ERR_STATE;
    }
    return path_error(PG_ERR_IO, path, "cannot replace the old socket", code == ECONNREFUSED ? errno : code, err);
}

/* The folder of the socket, only for its owner when it has to be made. */
static pg_status make_folder(const char *path, pg_error *err)
{
    char folder[PG_PATH_SIZE];
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return PG_OK;
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    struct stat info;
    if (stat(folder, &info) == 0)
        return PG_OK;
    mode_t before = umask(0077);
    pg_status status = pg_file_make_folder(folder, err);
    umask(before);
    return status;
}

static pg_status listen_at(pg_console *console, const char *path, pg_error *err)
{
    mode_t before = umask(0177);
    int failed = uv_pipe_bind(&console->pipe, path);
    umask(before);
    if (failed == 0)
        failed = uv_listen((uv_stream_t *)&console->pipe, BACKLOG, connected);
    if (failed == 0)
        return PG_OK;
    pg_fail(err, PG_ERR_IO, "cannot listen for consoles: %s", uv_strerror(failed));
    pg_error_where(err, "%s", path);
    return PG_ERR_IO;
}

static void free_console(uv_handle_t *handle)
{
    free(handle->data);
}

pg_status pg_console_new(pg_console **made, pg_loop *loop, const char *path, pg_console_handler handler, pg_error *err)
{
    pg_status status = clear_path(path, err);
    if (status == PG_OK)
        status = make_folder(path, err);
    if (status != PG_OK)
        return status;
    pg_console *console = calloc(1, sizeof *console);
    if (!console)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a console");
    console->handler = handler;
    uv_pipe_init(pg_loop_uv(loop), &console->pipe, 0);
    console->pipe.data = console;
    status = listen_at(console, path, err);
    if (status == PG_OK)
        *made = console;
    else
        uv_close((uv_handle_t *)&console->pipe, free_console);
    return status;
}

void pg_console_free(pg_console *console)
{
    if (!console)
        return;
    while (console->clients)
        drop(console->clients);
    uv_close((uv_handle_t *)&console->pipe, free_console); /* removes the socket */
}
