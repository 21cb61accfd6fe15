#define _GNU_SOURCE
#include "cli/console_client.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

enum { LINE_LIMIT = 60 << 10, ANSWER_LIMIT = 16 << 20, READ_SIZE = 64 << 10 };

struct pg_console_client {
    int fd;
    double id;     /* of the last request */
    pg_text input; /* what has come and is not a whole line yet */
    pg_console_said said;
    void *self;
    /* the answer that is waited for */
    bool answered, ok;
    char *text;
};

pg_status pg_console_client_open(pg_console_client **opened, const char *path, pg_error *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof address.sun_path)
        return pg_fail(err, PG_ERR_RANGE, "the path of a socket has at most %zu characters",
                       sizeof address.sun_path - 1);
    memcpy(address.sun_path, path, strlen(path));
    pg_console_client *client = calloc(1, sizeof *client);
    if (!client)
        return pg_fail(err, PG_ERR_MEMORY, "no memory");
    client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->fd >= 0 && connect(client->fd, (struct sockaddr *)&address, sizeof address) == 0) {
        *opened = client;
        return PG_OK;
    }
    int code = errno;
    bool nobody = code == ENOENT || code == ECONNREFUSED || code == ENOTDIR;
    pg_fail(err, nobody ? PG_ERR_NOT_FOUND : PG_ERR_IO, "%s%s",
            nobody ? "no host is running here" : "cannot connect: ", nobody ? "" : strerror(code));
    pg_error_where(err, "%s", path);
    if (nobody)
        pg_error_remedy(err, "start one with perigee run, go to its folder, or name its socket with --socket");
    else if (code == EACCES || code == EPERM)
        pg_error_remedy(err, "only the user who runs the host can attach to it");
    pg_console_client_close(client);
    return err ? err->status : nobody ? PG_ERR_NOT_FOUND : PG_ERR_IO;
}

void pg_console_client_close(pg_console_client *client)
{
    if (!client)
        return;
    if (client->fd >= 0)
        close(client->fd);
    pg_text_free(&client->input);
    free(client->text);
    free(client);
}

int pg_console_client_fd(const pg_console_client *client)
{
    return client->fd;
}

/* ---- receiving ---- */

static pg_status take_line(pg_console_client *client, const char *line, size_t length, pg_error *err)
{
    cJSON *message = cJSON_ParseWithLength(line, length);
    const cJSON *say = cJSON_GetObjectItemCaseSensitive(message, "say");
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(message, "id");
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(message, "text");
    const cJSON *ok = cJSON_GetObjectItemCaseSensitive(message, "ok");
    pg_status status = PG_OK;
    if (cJSON_IsString(say)) {
        if (client->said)
            client->said(client->self, say->valuestring);
    } else if (!cJSON_IsString(text) || !cJSON_IsBool(ok)) {
        status = pg_fail(err, PG_ERR_PARSE, "what answers here is no host of Perigee");
    } else if (cJSON_IsNull(id)) { /* the host drops us, and says why */
        status = pg_fail(err, PG_ERR_STATE, "%s", text->valuestring);
    } else if (cJSON_IsNumber(id) && id->valuedouble == client->id && !client->answered) {
        client->text = strdup(text->valuestring);
        client->ok = cJSON_IsTrue(ok);
        client->answered = true;
        if (!client->text)
            status = pg_fail(err, PG_ERR_MEMORY, "no memory for the answer");
    } /* else: the answer of a request that was given up */
    cJSON_Delete(message);
    return status;
}

pg_status pg_console_client_hear(pg_console_client *client, pg_error *err)
{
    static const char gone[] = "the host has ended";
    char data[READ_SIZE];
    ssize_t n = recv(client->fd, data, sizeof data, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return PG_OK;
    if (n <= 0)
        return pg_fail(err, PG_ERR_STATE, "%s", gone);
    pg_text *input = &client->input;
    pg_text_add(input, data, (size_t)n);
    pg_status status = pg_text_check(input, err);
    size_t start = 0;
    for (char *end; status == PG_OK && (end = memchr(input->data + start, '\n', input->length - start));) {
        size_t length = (size_t)(end - input->data) - start;
        status = take_line(client, input->data + start, length, err);
        start += length + 1;
    }
    if (status != PG_OK)
        return status;
    memmove(input->data, input->data + start, input->length - start);
    input->length -= start;
    if (input->length > ANSWER_LIMIT)
        return pg_fail(err, PG_ERR_PARSE, "what answers here is no host of Perigee");
    return PG_OK;
}

/* ---- asking ---- */

static pg_status send_all(pg_console_client *client, const pg_text *text, pg_error *err)
{
    for (size_t sent = 0; sent < text->length;) {
        ssize_t n = send(client->fd, text->data + sent, text->length - sent, MSG_NOSIGNAL);
        if (n > 0)
            sent += (size_t)n;
        else if (errno != EINTR)
            return pg_fail(err, PG_ERR_STATE, "the host has ended");
    }
    return PG_OK;
}

static pg_status wait_for_answer(pg_console_client *client, double timeout_s, pg_error *err)
{
    double end = pg_clock_elapsed() + timeout_s;
    while (!client->answered) {
        double left = end - pg_clock_elapsed();
        struct pollfd ready = { client->fd, POLLIN, 0 };
        if (left <= 0) {
            pg_fail(err, PG_ERR_STATE, "the host has not answered within %g s", timeout_s);
            pg_error_remedy(err, "it may hang; --timeout waits longer");
            return PG_ERR_STATE;
        }
        int n = poll(&ready, 1, left > 1 ? 1000 : (int)(left * 1000) + 1);
        if (n < 0 && errno != EINTR)
            return pg_fail(err, PG_ERR_IO, "cannot wait for the host: %s", strerror(errno));
        pg_status status = n > 0 ? pg_console_client_hear(client, err) : PG_OK;
        if (status != PG_OK)
            return status;
    }
    return PG_OK;
}

/* Sends the request that `text` (an object that lacks its closing bracket) makes, and waits. Frees text. */
static pg_status request(pg_console_client *client, pg_text *text, double timeout_s, pg_error *err)
{
    free(client->text);
    client->text = NULL;
    client->answered = false;
    pg_json_integer(text, "id", (int64_t)++client->id);
    pg_json_close(text, '}');
    pg_text_add(text, "\n", 1);
    pg_status status = pg_text_check(text, err);
    if (status == PG_OK)
        status = send_all(client, text, err);
    pg_text_free(text);
    return status == PG_OK ? wait_for_answer(client, timeout_s, err) : status;
}

static char *take_text(pg_console_client *client)
{
    char *text = client->text;
    client->text = NULL;
    return text;
}

pg_status pg_console_client_ask(pg_console_client *client, const char *line, bool write, double timeout_s, bool *ok,
                                char **text, pg_error *err)
{
    if (strlen(line) > LINE_LIMIT)
        return pg_fail(err, PG_ERR_RANGE, "the line has more than %d characters", LINE_LIMIT);
    pg_text json = { 0 };
    pg_json_open(&json, NULL, '{');
    pg_json_string(&json, "line", line);
    if (write)
        pg_json_bool(&json, "write", true);
    pg_status status = request(client, &json, timeout_s, err);
    if (status != PG_OK)
        return status;
    *ok = client->ok;
    *text = take_text(client);
    return PG_OK;
}

pg_status pg_console_client_complete(pg_console_client *client, const char *before, double timeout_s, char **text,
                                     pg_error *err)
{
    if (strlen(before) > LINE_LIMIT)
        return pg_fail(err, PG_ERR_RANGE, "the line has more than %d characters", LINE_LIMIT);
    pg_text json = { 0 };
    pg_json_open(&json, NULL, '{');
    pg_json_string(&json, "complete", before);
    pg_status status = request(client, &json, timeout_s, err);
    if (status == PG_OK)
        *text = take_text(client);
    return status;
}

pg_status pg_console_client_follow(pg_console_client *client, void *self, pg_console_said said, double timeout_s,
                                   pg_error *err)
{
    pg_text json = { 0 };
    client->self = self;
    client->said = said;
    pg_json_open(&json, NULL, '{');
    pg_json_bool(&json, "follow", true);
    return request(client, &json, timeout_s, err);
}
