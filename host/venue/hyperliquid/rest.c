#include "venue/hyperliquid/rest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/backoff.h"
#include "net/bucket.h"
#include "net/http.h"

enum { PATIENCE_MS = 15000, PUMP_MS = 20, INFO_MS = 10000, ACT_MS = 5000, ITEMS = 20 };

typedef struct job {
    pg_hl_rest *rest;
    struct job *before, *after;
    bool is_act, under_way, safety, by_items;
    int weight, tries;
    int64_t due_ns, give_up_ns;
    pg_backoff backoff;
    void *self;
    pg_hl_asked asked;
    pg_hl_acted acted;
    pg_error err; /* of the last try */
    size_t size;
    char body[];
} job;

struct pg_hl_rest {
    pg_loop *loop;
    pg_http *http;
    const pg_log *log;
    char info[512], exchange[512];
    pg_bucket bucket;
    pg_backoff limits;
    int64_t limited_ns;
    uint64_t seed;
    job *first, *last;
    int waiting;
    pg_timer *pump;
    bool pumping;
};

static int64_t now(void)
{
    return pg_clock_now(pg_clock_real());
}

pg_status pg_hl_rest_new(pg_hl_rest **rest, pg_loop *loop, const char *url, const pg_log *log, pg_error *err)
{
    *rest = NULL;
    size_t length = strlen(url);
    while (length > 0 && url[length - 1] == '/')
        length--;
    if (length == 0 || length > sizeof((pg_hl_rest *)0)->info - 16)
        return pg_fail(err, PG_ERR_INVALID, "'%.80s' cannot be the address of Hyperliquid's interface", url);
    pg_hl_rest *r = calloc(1, sizeof *r);
    if (!r)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for requests");
    pg_status status = pg_http_new(&r->http, loop, err);
    if (status != PG_OK) {
        free(r);
        return status;
    }
    r->loop = loop;
    r->log = log;
    snprintf(r->info, sizeof r->info, "%.*s/info", (int)length, url);
    snprintf(r->exchange, sizeof r->exchange, "%.*s/exchange", (int)length, url);
    r->seed = (uint64_t)now();
    pg_bucket_init(&r->bucket, PG_HL_WEIGHT, PG_HL_WEIGHT / 60.0, PG_HL_WEIGHT_RESERVE, now());
    pg_backoff_init(&r->limits, 1000, 30000, r->seed++);
    *rest = r;
    return PG_OK;
}

void pg_hl_rest_free(pg_hl_rest *rest)
{
    if (!rest)
        return;
    pg_timer_stop(rest->pump);
    pg_http_free(rest->http);
    while (rest->first) {
        job *next = rest->first->after;
        free(rest->first);
        rest->first = next;
    }
    free(rest);
}

/* ---- limits ---- */

bool pg_hl_rest_take(pg_hl_rest *rest, int parts, bool safety)
{
    return pg_bucket_take(&rest->bucket, 1 + parts / PG_HL_BATCH, safety, now());
}

bool pg_hl_rest_has(pg_hl_rest *rest, int weight, bool safety)
{
    return pg_bucket_wait(&rest->bucket, weight, safety, now()) == 0;
}

/* A wait between the whole of the step and the half of it: the venue gives none of its own. */
void pg_hl_rest_limited(pg_hl_rest *rest)
{
    int64_t at = now();
    if (at < rest->limited_ns) /* of requests that were sent before the first of them came back */
        return;
    int64_t wait_ms = pg_backoff_next(&rest->limits) / 2 + rest->limits.ceiling_ms / 4;
    rest->limited_ns = at + wait_ms * 1000000;
    pg_bucket_block(&rest->bucket, rest->limited_ns, at);
    pg_log_field fields[] = { { "wait_ms", NULL, (double)wait_ms } };
    pg_log_write(rest->log, PG_LOG_WARN, "hyperliquid", "too many requests: the venue wants a pause", fields, 1);
}

/* ---- jobs ---- */

static job *add(pg_hl_rest *rest, const char *body)
{
    size_t size = strlen(body);
    job *j = calloc(1, sizeof *j + size + 1);
    PG_ASSERT(j != NULL); /* an action without a callback would be an order that nobody tracks */
    j->rest = rest;
    j->size = size;
    memcpy(j->body, body, size + 1);
    j->before = rest->last;
    *(rest->last ? &rest->last->after : &rest->first) = j;
    rest->last = j;
    return j;
}

static void drop(job *j)
{
    pg_hl_rest *rest = j->rest;
    *(j->before ? &j->before->after : &rest->first) = j->after;
    *(j->after ? &j->after->before : &rest->last) = j->before;
    free(j);
}

static void pump(void *self);

static void wait_for_pump(pg_hl_rest *rest)
{
    if (!rest->pump)
        rest->pump = pg_timer_start(rest->loop, PUMP_MS, PUMP_MS, rest, pump);
}

/* ---- questions ---- */

static void answer_question(job *j, const pg_hl_found *found, const pg_error *err)
{
    job copy = *j;
    drop(j);
    copy.asked(copy.self, found, err);
}

/* Tries again later, or gives up. `worth`: whether another try can help. */
static void failed(job *j, bool worth)
{
    int64_t at = now();
    j->under_way = false;
    if (!worth || at >= j->give_up_ns) {
        pg_error err = j->err;
        answer_question(j, NULL, &err);
        return;
    }
    j->rest->waiting++;
    j->due_ns = at + (pg_backoff_next(&j->backoff) + PUMP_MS) * 1000000;
    wait_for_pump(j->rest);
}

static void fail_code(pg_error *err, const pg_http_answer *answer)
{
    bool page = answer->size > 0 && answer->body[0] == '<';
    pg_fail(err, PG_ERR_IO, "Hyperliquid answers HTTP %d%s%.120s", answer->code,
            page           ? ", with a page instead of data"
            : answer->size ? ": "
                           : "",
            page ? "" : answer->body);
    for (char *p = err->what; *p; p++)
        if ((unsigned char)*p < 0x20)
            *p = ' ';
}

static void question_done(void *self, const pg_http_answer *answer)
{
    job *j = self;
    if (answer->error) {
        j->err = *answer->error;
        failed(j, true);
        return;
    }
    if (answer->code == 429)
        pg_hl_rest_limited(j->rest);
    if (answer->code != 200) {
        fail_code(&j->err, answer);
        failed(j, answer->code == 429 || answer->code >= 500);
        return;
    }
    pg_backoff_reset(&j->rest->limits);
    cJSON *json = cJSON_ParseWithLengthOpts(answer->body, answer->size + 1, NULL, true);
    if (!json) {
        pg_fail(&j->err, PG_ERR_PARSE, "Hyperliquid's answer is %s",
                answer->size > 0 && answer->body[0] == '<' ? "a page instead of data" : "not JSON");
        failed(j, true);
        return;
    }
    if (j->by_items && cJSON_IsArray(json))
        pg_bucket_charge(&j->rest->bucket, cJSON_GetArraySize(json) / ITEMS, now());
    pg_hl_found found = { json, answer->body, answer->size };
    answer_question(j, &found, NULL);
    cJSON_Delete(json);
}

static void send_question(job *j)
{
    static const char *const headers[] = { "Content-Type: application/json" };
    pg_http_request request = { .url = j->rest->info,
                                .method = "POST",
                                .body = j->body,
                                .size = j->size,
                                .headers = headers,
                                .header_count = 1,
                                .timeout_ms = INFO_MS };
    j->under_way = true;
    j->rest->waiting--;
    if (pg_http_send(j->rest->http, &request, j, question_done, &j->err) != PG_OK)
        failed(j, j->err.status == PG_ERR_FULL);
}

/* Sends what waits and is due, and gives out what could not be sent. */
static void pump(void *self)
{
    pg_hl_rest *rest = self;
    int64_t at = now();
    if (rest->pumping)
        return;
    rest->pumping = true;
    for (job *j = rest->first, *next; j && rest->waiting > 0; j = next) {
        next = j->after;
        if (j->under_way || j->due_ns > at)
            continue;
        if (j->is_act) {
            job *copy = j;
            pg_error err = copy->err;
            pg_hl_acted done = j->acted;
            void *to = j->self;
            rest->waiting--;
            drop(j);
            done(to, PG_HL_SENT_NEVER, "", 0, &err);
            break; /* the list may be another now */
        }
        if (at < j->give_up_ns && pg_bucket_take(&rest->bucket, j->weight, j->safety, at)) {
            send_question(j);
        } else if (at >= j->give_up_ns) {
            if (j->err.status == PG_OK)
                pg_fail(&j->err, PG_ERR_FULL, "no room within the venue's limit of requests");
            rest->waiting--;
            failed(j, false);
            break;
        }
    }
    rest->pumping = false;
    if (rest->waiting == 0) {
        pg_timer_stop(rest->pump);
        rest->pump = NULL;
    }
}

void pg_hl_rest_ask(pg_hl_rest *rest, const pg_hl_question *question, void *self, pg_hl_asked done)
{
    int64_t at = now();
    job *j = add(rest, question->body);
    j->self = self;
    j->asked = done;
    j->weight = question->weight;
    j->safety = question->safety;
    j->by_items = question->by_items;
    j->give_up_ns = at + (question->patience_ms ? question->patience_ms : PATIENCE_MS) * 1000000;
    pg_backoff_init(&j->backoff, 250, 4000, rest->seed++);
    rest->waiting++;
    if (rest->waiting > PG_HL_REST_WAITING)
        j->give_up_ns = at; /* refused, by the pump */
    else if (rest->waiting == 1 && pg_bucket_take(&rest->bucket, j->weight, j->safety, at))
        send_question(j);
    if (rest->waiting > 0)
        wait_for_pump(rest);
}

/* ---- actions ---- */

static pg_hl_sent judge(const pg_http_answer *answer, pg_error *err)
{
    if (answer->error) {
        *err = *answer->error;
        return answer->maybe_sent ? PG_HL_SENT_UNKNOWN : PG_HL_SENT_NEVER;
    }
    if (answer->code == 200)
        return PG_HL_SENT_ANSWERED;
    fail_code(err, answer);
    if (answer->code == 429)
        return PG_HL_SENT_LIMITED;
    return answer->code >= 400 && answer->code < 500 ? PG_HL_SENT_REFUSED : PG_HL_SENT_UNKNOWN;
}

static void act_done(void *self, const pg_http_answer *answer)
{
    job *j = self;
    pg_error err = { 0 };
    pg_hl_sent sent = judge(answer, &err);
    pg_hl_acted done = j->acted;
    void *to = j->self;
    if (sent == PG_HL_SENT_LIMITED)
        pg_hl_rest_limited(j->rest);
    drop(j);
    done(to, sent, answer->body ? answer->body : "", answer->size, sent == PG_HL_SENT_ANSWERED ? NULL : &err);
}

void pg_hl_rest_act(pg_hl_rest *rest, const char *body, void *self, pg_hl_acted done)
{
    static const char *const headers[] = { "Content-Type: application/json" };
    job *j = add(rest, body);
    j->is_act = true;
    j->self = self;
    j->acted = done;
    pg_http_request request = { .url = rest->exchange,
                                .method = "POST",
                                .body = j->body,
                                .size = j->size,
                                .headers = headers,
                                .header_count = 1,
                                .timeout_ms = ACT_MS };
    if (pg_http_send(rest->http, &request, j, act_done, &j->err) == PG_OK) {
        j->under_way = true;
        return;
    }
    rest->waiting++;
    wait_for_pump(rest);
}
