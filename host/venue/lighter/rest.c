#include "venue/lighter/rest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "net/backoff.h"
#include "net/bucket.h"
#include "venue/call.h"

enum { HEADER = 384, BLOCKED = 405, POST_MS = 5000 };

/* In a minute (section 8): requests or weight; and messages with transactions, which have a limit of their own but for
 * standard and builder accounts. */
static const struct {
    double weight, messages;
} limits[] = {
    [PG_LIGHTER_ALLOW_STANDARD] = { 60, 0 },
    [PG_LIGHTER_ALLOW_PREMIUM] = { 24000, 4000 },
    [PG_LIGHTER_ALLOW_PLUS] = { 120000, 8000 },
    [PG_LIGHTER_ALLOW_BUILDER] = { 240000, 60 },
};
static const double share = 0.8; /* of the limits that is used */

struct pg_lighter_rest {
    pg_requests *requests;
    pg_calls calls;
    pg_lighter_allowance tier;
    pg_bucket messages;
    pg_backoff pauses;
    int64_t paused_ns;
    char url[256];
};

/* A question or a post on its way. */
typedef struct {
    pg_call call;
    void *self;
    pg_lighter_asked asked;
    pg_lighter_posted posted;
} waiter;

static int64_t now(void)
{
    return pg_clock_now(pg_clock_real());
}

pg_status pg_lighter_rest_new(pg_lighter_rest **rest, pg_loop *loop, const char *url, const pg_log *log, pg_error *err)
{
    *rest = NULL;
    pg_lighter_rest *r = calloc(1, sizeof *r);
    if (!r)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for requests");
    snprintf(r->url, sizeof r->url, "%s", url);
    double capacity = share * limits[PG_LIGHTER_ALLOW_STANDARD].weight;
    pg_requests_config config = { .venue = "Lighter",
                                  .url = r->url,
                                  .capacity = capacity,
                                  .per_s = capacity / 60,
                                  .reserve = capacity / 4,
                                  .limited_code = BLOCKED,
                                  .log = log };
    pg_status status = pg_requests_new(&r->requests, loop, &config, err);
    if (status != PG_OK) {
        free(r);
        return status;
    }
    r->calls.owner = r;
    pg_backoff_init(&r->pauses, 2000, 60000, (uint64_t)now());
    pg_bucket_init(&r->messages, 1, 1, 0, now());
    *rest = r;
    return PG_OK;
}

void pg_lighter_rest_free(pg_lighter_rest *rest)
{
    if (!rest)
        return;
    pg_requests_free(rest->requests);
    pg_calls_free(&rest->calls);
    free(rest);
}

/* ---- limits ---- */

void pg_lighter_rest_allow(pg_lighter_rest *rest, pg_lighter_allowance tier)
{
    double weight = share * limits[tier].weight, messages = share * limits[tier].messages;
    if (tier == rest->tier)
        return;
    rest->tier = tier;
    pg_requests_limit(rest->requests, weight, weight / 60, weight / 4);
    if (messages > 0)
        pg_bucket_init(&rest->messages, messages, messages / 60, messages / 4, now());
}

pg_lighter_allowance pg_lighter_rest_allowance(const pg_lighter_rest *rest)
{
    return rest->tier;
}

static int weight_of(const pg_lighter_rest *rest, int weight)
{
    return rest->tier == PG_LIGHTER_ALLOW_STANDARD || weight < 1 ? 1 : weight;
}

bool pg_lighter_rest_take(pg_lighter_rest *rest, bool safety)
{
    if (now() < rest->paused_ns && !safety)
        return false;
    if (limits[rest->tier].messages > 0)
        return pg_bucket_take(&rest->messages, 1, safety, now());
    return pg_requests_take(rest->requests, 1, safety);
}

bool pg_lighter_rest_has(const pg_lighter_rest *rest, int messages, bool safety)
{
    pg_bucket copy = rest->messages;
    if (now() < rest->paused_ns && !safety)
        return false;
    if (limits[rest->tier].messages > 0)
        return pg_bucket_wait(&copy, messages, safety, now()) == 0;
    return pg_requests_has(rest->requests, messages, safety);
}

void pg_lighter_rest_limited(pg_lighter_rest *rest)
{
    int64_t at = now();
    if (at >= rest->paused_ns) /* otherwise it was sent before the first of them came back */
        rest->paused_ns = at + (pg_backoff_next(&rest->pauses) / 2 + rest->pauses.ceiling_ms / 4) * 1000000;
}

/* ---- questions ---- */

/* Whether an answer is a refusal: its code and words, into *err. An answer without a code is none. */
static int64_t refusal_of(const pg_http_answer *answer, pg_error *err)
{
    struct {
        int64_t code;
        pg_span message;
    } head = { 0 };
    static const pg_lighter_member members[] = {
        { .name = "code", .type = PG_LIGHTER_INTEGER, .offset = 0 },
        { .name = "message", .type = PG_LIGHTER_TEXT, .offset = sizeof(int64_t) },
    };
    static const pg_lighter_table table = { "answer", members, 2, 0, 1 };
    char words[200];
    pg_status status = pg_lighter_decode_record(&table, &head, answer->body, answer->size, err);
    if (status != PG_OK)
        return -1;
    if (answer->code == 200 && (head.code == 200 || head.code == 0))
        return 0;
    pg_scan_plain(words, sizeof words, head.message);
    pg_fail(err, PG_ERR_STATE, "Lighter answers %lld: %s", (long long)(head.code ? head.code : answer->code), words);
    return head.code && head.code != 200 ? head.code : answer->code;
}

static void read_done(void *self, const pg_http_answer *answer, const pg_error *why)
{
    waiter *w = self;
    pg_error err = { 0 };
    void *to = w->self;
    pg_lighter_asked done = w->asked;
    pg_lighter_rest *rest = w->call.calls->owner;
    pg_call_end(&w->call);
    if (!answer) {
        done(to, NULL, 0, why);
        return;
    }
    int64_t code = refusal_of(answer, &err);
    if (code == 0)
        pg_backoff_reset(&rest->pauses);
    pg_lighter_found found = { answer->body, answer->size };
    done(to, code == 0 ? &found : NULL, code > 0 ? code : 0, code == 0 ? NULL : &err);
}

static void write_header(char header[HEADER], const char *token)
{
    snprintf(header, HEADER, "Authorization: %s", token);
}

void pg_lighter_rest_ask(pg_lighter_rest *rest, const pg_lighter_question *question, void *self, pg_lighter_asked done)
{
    char header[HEADER] = "";
    waiter *w = pg_call_begin(&rest->calls, sizeof *w);
    w->self = self;
    w->asked = done;
    if (question->token)
        write_header(header, question->token);
    pg_question q = { .path = question->path,
                      .header = header[0] ? header : NULL,
                      .weight = weight_of(rest, question->weight),
                      .safety = question->safety,
                      .patience_ms = question->patience_ms };
    pg_requests_read(rest->requests, &q, w, read_done);
    explicit_bzero(header, sizeof header);
}

/* ---- transactions ---- */

static void write_done(void *self, pg_sent sent, const pg_http_answer *answer, const pg_error *err)
{
    waiter *w = self;
    void *to = w->self;
    pg_lighter_posted done = w->posted;
    pg_lighter_rest *rest = w->call.calls->owner;
    pg_call_end(&w->call);
    if (sent == PG_SENT_LIMITED)
        pg_lighter_rest_limited(rest);
    done(to, sent, answer ? answer->body : "", answer ? answer->size : 0, err);
}

static void add_escaped(pg_text *text, const char *value)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    for (const char *p = value; *p;) {
        size_t run = strspn(p, plain);
        pg_text_add(text, p, run);
        p += run;
        if (*p)
            pg_text_print(text, "%%%02X", (unsigned char)*p++);
    }
}

void pg_lighter_rest_post(pg_lighter_rest *rest, const char *path, const char *const *fields, const char *token,
                          void *self, pg_lighter_posted done)
{
    char header[HEADER] = "";
    pg_text body = { 0 };
    waiter *w = pg_call_begin(&rest->calls, sizeof *w);
    w->self = self;
    w->posted = done;
    for (int i = 0; fields[i]; i += 2) {
        pg_text_print(&body, "%s%s=", i > 0 ? "&" : "", fields[i]);
        add_escaped(&body, fields[i + 1]);
    }
    PG_ASSERT(pg_text_check(&body, NULL) == PG_OK); /* a transaction cut off would be one that nobody tracks */
    if (token)
        write_header(header, token);
    pg_question q = { .method = "POST",
                      .path = path,
                      .body = body.data,
                      .header = header[0] ? header : NULL,
                      .form = true,
                      .timeout_ms = POST_MS };
    pg_requests_write(rest->requests, &q, w, write_done);
    explicit_bzero(header, sizeof header);
    pg_text_free(&body);
}
