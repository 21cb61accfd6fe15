#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sdk/internal.h"

_Static_assert(PG_SDK_ERROR >= PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY + 8, "an error fits");

bool sdk_fail(pg_sdk_error *error, const pg_error *err)
{
    error->status = err->status;
    pg_error_text(err, error->text, sizeof error->text);
    return false;
}

int64_t pg_sdk_ticks_ms(void)
{
    return (int64_t)(pg_clock_elapsed() * 1e3);
}

int64_t pg_sdk_now_ms(void)
{
    return pg_clock_now(pg_clock_real()) / 1000000;
}

/* ---- life ---- */

pg_sdk_client *pg_sdk_client_new(const char *ca_file, pg_sdk_error *error)
{
    pg_error err = { 0 };
    pg_sdk_client *client = calloc(1, sizeof *client);
    pg_status status = client ? PG_OK : pg_fail(&err, PG_ERR_MEMORY, "no memory for a client");
    if (status == PG_OK)
        status = pg_loop_new(&client->loop, &err);
    if (status == PG_OK && ca_file)
        status = pg_loop_trust(client->loop, ca_file, &err);
    if (status == PG_OK)
        status = pg_http_new(&client->http, client->loop, &err);
    if (status == PG_OK)
        return client;
    pg_sdk_client_free(client);
    sdk_fail(error, &err);
    return NULL;
}

void pg_sdk_client_free(pg_sdk_client *client)
{
    if (!client)
        return;
    for (int i = 0; i < PG_SDK_STREAMS; i++)
        pg_sdk_stream_free(client->streams[i]);
    pg_http_free(client->http);
    pg_loop_free(client->loop);
    free(client->body);
    free(client);
}

void pg_sdk_wait(pg_sdk_client *client, int64_t ms)
{
    int64_t end = pg_sdk_ticks_ms() + ms;
    for (int64_t left = ms; left > 0; left = end - pg_sdk_ticks_ms())
        pg_loop_run_for(client->loop, left); /* a stream may wake it before */
}

/* ---- the budget ---- */

static int64_t now_ns(void)
{
    return (int64_t)(pg_clock_elapsed() * 1e9);
}

void pg_sdk_budget(pg_sdk_client *client, double capacity, double per_s)
{
    client->has_budget = capacity > 0;
    pg_bucket_init(&client->budget, capacity, per_s, 0, now_ns());
}

void pg_sdk_charge(pg_sdk_client *client, double weight)
{
    if (client->has_budget && weight > 0)
        pg_bucket_charge(&client->budget, weight, now_ns());
}

/* Waits until there is room for a request, if that is before end_ms. */
static pg_status take_budget(pg_sdk_client *client, double weight, int64_t end_ms, pg_error *err)
{
    if (!client->has_budget || !(weight > 0))
        return PG_OK;
    int64_t wait_ns = pg_bucket_wait(&client->budget, weight, true, now_ns());
    if (wait_ns == INT64_MAX || pg_sdk_ticks_ms() + wait_ns / 1000000 >= end_ms) {
        pg_fail(err, PG_ERR_FULL, "the venue's limit of requests is used up: nothing was sent");
        pg_error_remedy(err, "ask less often, or allow the call more time");
        return PG_ERR_FULL;
    }
    pg_sdk_wait(client, wait_ns / 1000000 + (wait_ns > 0));
    pg_bucket_charge(&client->budget, weight, now_ns());
    return PG_OK;
}

/* ---- requests ---- */

typedef struct {
    pg_sdk_client *client;
    pg_sdk_answer *answer;
    pg_error *err;
    pg_status status;
    bool done;
} waiting;

static void answered(void *self, const pg_http_answer *answer)
{
    waiting *w = self;
    w->done = true;
    pg_loop_stop(w->client->loop);
    w->answer->maybe_sent = answer->maybe_sent;
    w->answer->date_s = answer->date_s;
    w->answer->retry_after_s = answer->retry_after_s;
    if (answer->error) {
        *w->err = *answer->error;
        w->status = answer->error->status;
        return;
    }
    char *body = realloc(w->client->body, answer->size + 1);
    if (!body) {
        w->answer->maybe_sent = true;
        w->status = pg_fail(w->err, PG_ERR_MEMORY, "no memory for the answer");
        return;
    }
    memcpy(body, answer->body, answer->size);
    body[answer->size] = '\0';
    w->client->body = body;
    w->answer->code = answer->code;
    w->answer->body = body;
    w->answer->size = answer->size;
}

static pg_status send_with(waiting *w, const pg_sdk_request *request, const char *key_header, int64_t end_ms)
{
    const char *headers[SDK_HEADERS];
    pg_http_request sent = { .url = request->url,
                             .method = request->method,
                             .body = request->body,
                             .size = (size_t)request->size,
                             .headers = headers };
    pg_status status =
        sdk_headers(headers, &sent.header_count, request->headers, request->header_count, key_header, w->err);
    if (status == PG_OK)
        status = take_budget(w->client, request->weight, end_ms, w->err);
    sent.timeout_ms = end_ms - pg_sdk_ticks_ms();
    if (status == PG_OK && sent.timeout_ms <= 0)
        status = pg_fail(w->err, PG_ERR_IO, "no time is left for the request: nothing was sent");
    if (status == PG_OK)
        status = pg_http_send(w->client->http, &sent, w, answered, w->err);
    while (status == PG_OK && !w->done)
        pg_loop_run(w->client->loop);
    return status == PG_OK ? w->status : status;
}

bool pg_sdk_send(pg_sdk_client *client, pg_sdk_answer *answer, const pg_sdk_request *request, pg_sdk_error *error)
{
    pg_error err = { 0 };
    char *key_header = NULL;
    waiting w = { .client = client, .answer = answer, .err = &err };
    *answer = (pg_sdk_answer){ 0 };
    pg_status status = sdk_header_new(&key_header, request->key_header, request->api_key, &err);
    if (status == PG_OK)
        status = send_with(&w, request, key_header, pg_sdk_ticks_ms() + request->timeout_ms);
    sdk_header_free(key_header);
    return status == PG_OK || sdk_fail(error, &err);
}
