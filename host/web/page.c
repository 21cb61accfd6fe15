#include "web/page.h"

#include <stdlib.h>
#include <string.h>

#include "net/server.h"

enum { BODY = 4096 /* bytes of a request; none has one */ };

struct pg_web {
    pg_server *server;
    const pg_metrics *metrics;
    pg_web_handler handler;
};

static void answer_text(const pg_server_request *request, int code, const char *type, pg_text *text)
{
    if (pg_text_check(text, NULL) != PG_OK)
        pg_server_answer(request->peer, 500, "text/plain", "out of memory\n", 14);
    else
        pg_server_answer(request->peer, code, type, text->data ? text->data : "", text->length);
    pg_text_free(text);
}

static void answer_metrics(pg_web *web, const pg_server_request *request)
{
    pg_text text = { 0 };
    if (web->handler.refresh)
        web->handler.refresh(web->handler.self);
    pg_metrics_write(web->metrics, &text);
    answer_text(request, 200, "text/plain; version=0.0.4; charset=utf-8", &text);
}

static void answer_health(pg_web *web, const pg_server_request *request)
{
    pg_text text = { 0 };
    pg_json_open(&text, NULL, '{');
    pg_json_open(&text, "reasons", '[');
    size_t before = text.length;
    if (web->handler.health)
        web->handler.health(web->handler.self, &text);
    bool ready = text.length == before;
    pg_json_close(&text, ']');
    pg_json_bool(&text, "ready", ready);
    pg_json_close(&text, '}');
    pg_text_add(&text, "\n", 1);
    answer_text(request, ready ? 200 : 503, "application/json", &text);
}

static void answer(void *self, const pg_server_request *request)
{
    static const struct {
        const char *path;
        void (*fn)(pg_web *web, const pg_server_request *request);
    } pages[] = { { "/metrics", answer_metrics }, { "/health", answer_health } };
    bool reading = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        if (strcmp(request->path, pages[i].path) != 0)
            continue;
        if (reading)
            pages[i].fn(self, request);
        else
            pg_server_answer(request->peer, 405, "text/plain", "only GET\n", 9);
        return;
    }
    pg_server_answer(request->peer, 404, "text/plain", "there are /metrics and /health\n", 31);
}

pg_status pg_web_new(pg_web **web, pg_loop *loop, const pg_metrics *metrics, const pg_web_config *config,
                     pg_web_handler handler, pg_error *err)
{
    *web = NULL;
    pg_web *w = calloc(1, sizeof *w);
    if (!w)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    w->metrics = metrics;
    w->handler = handler;
    pg_server_config server = { .address = config->address, .port = config->port, .body_limit = BODY };
    pg_status status =
        pg_server_new(&w->server, loop, &server, (pg_server_handler){ .self = w, .request = answer }, err);
    if (status != PG_OK) {
        free(w);
        return status;
    }
    *web = w;
    return PG_OK;
}

void pg_web_free(pg_web *web)
{
    if (!web)
        return;
    pg_server_free(web->server);
    free(web);
}

int pg_web_port(const pg_web *web)
{
    return pg_server_port(web->server);
}
