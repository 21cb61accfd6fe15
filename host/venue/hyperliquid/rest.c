#include "venue/hyperliquid/rest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "venue/call.h"
#include "venue/requests.h"
#include "venue/scan.h"

enum { ITEMS = 20, PAUSE_MS = 30000 };

struct pg_hl_rest {
    pg_requests *requests;
    pg_calls calls;
    char url[512];
};

pg_status pg_hl_rest_new(pg_hl_rest **rest, pg_loop *loop, const char *url, const pg_log *log, pg_error *err)
{
    *rest = NULL;
    size_t length = strlen(url);
    while (length > 0 && url[length - 1] == '/')
        length--;
    if (length == 0 || length >= sizeof((pg_hl_rest *)0)->url)
        return pg_fail(err, PG_ERR_INVALID, "'%.80s' cannot be the address of Hyperliquid's interface", url);
    pg_hl_rest *r = calloc(1, sizeof *r);
    if (!r)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for requests");
    snprintf(r->url, sizeof r->url, "%.*s", (int)length, url);
    pg_requests_config config = { .venue = "Hyperliquid",
                                  .url = r->url,
                                  .capacity = PG_HL_WEIGHT,
                                  .per_s = PG_HL_WEIGHT / 60.0,
                                  .reserve = PG_HL_WEIGHT_RESERVE,
                                  .pause_ms = PAUSE_MS,
                                  .log = log };
    pg_status status = pg_requests_new(&r->requests, loop, &config, err);
    if (status != PG_OK) {
        free(r);
        return status;
    }
    r->calls.owner = r;
    *rest = r;
    return PG_OK;
}

void pg_hl_rest_free(pg_hl_rest *rest)
{
    if (!rest)
        return;
    pg_requests_free(rest->requests);
    pg_calls_free(&rest->calls);
    free(rest);
}

/* ---- limits ---- */

bool pg_hl_rest_take(pg_hl_rest *rest, int parts, bool safety)
{
    return pg_requests_take(rest->requests, 1 + parts / PG_HL_BATCH, safety);
}

bool pg_hl_rest_has(pg_hl_rest *rest, int weight, bool safety)
{
    return pg_requests_has(rest->requests, weight, safety);
}

void pg_hl_rest_limited(pg_hl_rest *rest)
{
    pg_requests_limited(rest->requests);
}

/* ---- questions ---- */

typedef struct {
    pg_call call;
    bool by_items;
    void *self;
    pg_hl_asked done;
} asking;

/* What was cut off on its way is asked for again; plain words are a refusal's, which its code tells. */
static bool is_whole(const char *text, size_t size)
{
    pg_scan scan;
    pg_error err;
    pg_scan_init(&scan, text, size, &err);
    char first = pg_scan_peek(&scan);
    return (first && !strchr("{[\"", first)) || (pg_scan_skip(&scan) && pg_scan_finish(&scan));
}

static void asked(void *self, const pg_http_answer *answer, const pg_error *why)
{
    asking a = *(asking *)self;
    pg_hl_rest *rest = a.call.calls->owner;
    cJSON *json = NULL;
    pg_error err;
    pg_call_end(self);
    if (why)
        err = *why;
    else if (answer->code != 200)
        pg_requests_fail(rest->requests, &err, answer);
    else if (!(json = cJSON_ParseWithLengthOpts(answer->body, answer->size + 1, NULL, true)))
        pg_fail(&err, PG_ERR_PARSE, "Hyperliquid's answer is not JSON");
    if (!json) {
        a.done(a.self, NULL, &err);
        return;
    }
    if (a.by_items && cJSON_IsArray(json))
        pg_requests_charge(rest->requests, cJSON_GetArraySize(json) / ITEMS);
    pg_hl_found found = { json, answer->body, answer->size };
    a.done(a.self, &found, NULL);
    cJSON_Delete(json);
}

void pg_hl_rest_ask(pg_hl_rest *rest, const pg_hl_question *question, void *self, pg_hl_asked done)
{
    asking *a = pg_call_begin(&rest->calls, sizeof *a);
    a->by_items = question->by_items;
    a->self = self;
    a->done = done;
    pg_question sent = { .method = "POST",
                         .path = "/info",
                         .body = question->body,
                         .weight = question->weight,
                         .safety = question->safety,
                         .patience_ms = question->patience_ms,
                         .is_whole = is_whole };
    pg_requests_read(rest->requests, &sent, a, asked);
}

/* ---- actions ---- */

typedef struct {
    pg_call call;
    void *self;
    pg_hl_acted done;
} acting;

static pg_hl_sent judge(const pg_hl_rest *rest, pg_sent sent, const pg_http_answer *answer, pg_error *err)
{
    static const pg_hl_sent fates[] = { [PG_SENT_LIMITED] = PG_HL_SENT_LIMITED,
                                        [PG_SENT_NEVER] = PG_HL_SENT_NEVER,
                                        [PG_SENT_UNKNOWN] = PG_HL_SENT_UNKNOWN };
    if (sent != PG_SENT_ANSWERED)
        return fates[sent];
    if (answer->code == 200)
        return PG_HL_SENT_ANSWERED;
    pg_requests_fail(rest->requests, err, answer);
    return answer->code >= 400 ? PG_HL_SENT_REFUSED : PG_HL_SENT_UNKNOWN;
}

static void acted(void *self, pg_sent sent, const pg_http_answer *answer, const pg_error *why)
{
    acting a = *(acting *)self;
    pg_hl_rest *rest = a.call.calls->owner;
    pg_error err = why ? *why : (pg_error){ 0 };
    pg_call_end(self);
    pg_hl_sent fate = judge(rest, sent, answer, &err);
    if (fate == PG_HL_SENT_ANSWERED)
        a.done(a.self, fate, answer->body, answer->size, NULL);
    else
        a.done(a.self, fate, "", 0, &err);
}

void pg_hl_rest_act(pg_hl_rest *rest, const char *body, void *self, pg_hl_acted done)
{
    acting *a = pg_call_begin(&rest->calls, sizeof *a);
    a->self = self;
    a->done = done;
    pg_question sent = { .method = "POST", .path = "/exchange", .body = body };
    pg_requests_write(rest->requests, &sent, a, acted);
}
