#include "venue/extended/rest.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "venue/call.h"

static const char user_agent[] = "perigee/1.0";

struct pg_extended_rest {
    pg_requests *requests;
    pg_calls calls;
    char url[512];
};

static pg_status check_key(const pg_secret *api_key, pg_error *err)
{
    const char *text = api_key ? pg_secret_text(api_key) : "";
    for (const char *p = text; *p; p++)
        if (*p < 0x21 || *p > 0x7e)
            return pg_fail(err, PG_ERR_INVALID, "the API key has characters that a header cannot carry");
    return api_key && !*text ? pg_fail(err, PG_ERR_INVALID, "the API key is empty") : PG_OK;
}

pg_status pg_extended_rest_new(pg_extended_rest **rest, pg_loop *loop, const char *url, const pg_secret *api_key,
                               int per_minute, const pg_log *log, pg_error *err)
{
    *rest = NULL;
    pg_status status = check_key(api_key, err);
    if (status != PG_OK)
        return status;
    pg_extended_rest *r = calloc(1, sizeof *r);
    if (!r)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for requests");
    if ((size_t)snprintf(r->url, sizeof r->url, "%s/api/v1", url) >= sizeof r->url)
        status = pg_fail(err, PG_ERR_INVALID, "the url is too long");
    pg_requests_config config = { .venue = "Extended",
                                  .url = r->url,
                                  .user_agent = user_agent,
                                  .secret_header = "X-Api-Key",
                                  .secret = api_key,
                                  .capacity = per_minute,
                                  .per_s = per_minute / 60.0,
                                  .reserve = per_minute / 10.0,
                                  .log = log };
    if (status == PG_OK)
        status = pg_requests_new(&r->requests, loop, &config, err);
    if (status != PG_OK) {
        free(r);
        return status;
    }
    r->calls.owner = r;
    *rest = r;
    return PG_OK;
}

void pg_extended_rest_free(pg_extended_rest *rest)
{
    if (!rest)
        return;
    pg_requests_free(rest->requests);
    pg_calls_free(&rest->calls);
    free(rest);
}

typedef struct {
    pg_call call;
    void *self;
    pg_extended_asked asked;
    pg_extended_acted acted;
} asking;

static bool is_private(const char *path)
{
    return strncmp(path, "/user", 5) == 0;
}

/* ---- reads ---- */

static void read_done(void *self, const pg_http_answer *answer, const pg_error *why)
{
    asking a = *(asking *)self;
    pg_extended_found found;
    pg_error err;
    pg_call_end(self);
    if (!answer) {
        a.asked(a.self, NULL, why);
        return;
    }
    found.code = answer->code;
    if (pg_extended_answer_read(&found.answer, answer->body, answer->size, &err) != PG_OK) {
        pg_error_where(&err, "Extended's answer (HTTP %d)", answer->code);
        a.asked(a.self, NULL, &err);
        return;
    }
    found.answer.ok = found.answer.ok && answer->code >= 200 && answer->code < 300;
    a.asked(a.self, &found, NULL);
}

static bool is_whole(const char *text, size_t size)
{
    pg_extended_answer answer;
    return pg_extended_answer_read(&answer, text, size, NULL) == PG_OK;
}

void pg_extended_rest_ask(pg_extended_rest *rest, const char *path, bool safety, int64_t patience_ms, void *self,
                          pg_extended_asked done)
{
    asking *a = pg_call_begin(&rest->calls, sizeof *a);
    a->self = self;
    a->asked = done;
    pg_question question = {
        .path = path, .secret = is_private(path), .safety = safety, .patience_ms = patience_ms, .is_whole = is_whole
    };
    pg_requests_read(rest->requests, &question, a, read_done);
}

/* ---- writes ---- */

static void write_done(void *self, pg_sent sent, const pg_http_answer *answer, const pg_error *why)
{
    asking a = *(asking *)self;
    pg_extended_found found = { .answer.code = PG_EXTENDED_NO_CODE };
    pg_error err;
    pg_call_end(self);
    if (sent != PG_SENT_ANSWERED) {
        a.acted(a.self, sent, NULL, why);
        return;
    }
    found.code = answer->code;
    bool success = answer->code >= 200 && answer->code < 300;
    if (pg_extended_answer_read(&found.answer, answer->body, answer->size, &err) != PG_OK) {
        if (success) {
            a.acted(a.self, PG_SENT_UNKNOWN, NULL, &err);
            return;
        }
        found.answer = (pg_extended_answer){ .code = PG_EXTENDED_NO_CODE };
    }
    found.answer.ok = found.answer.ok && success;
    a.acted(a.self, PG_SENT_ANSWERED, &found, NULL);
}

void pg_extended_rest_act(pg_extended_rest *rest, const char *method, const char *path, const char *body, void *self,
                          pg_extended_acted done)
{
    asking *a = pg_call_begin(&rest->calls, sizeof *a);
    a->self = self;
    a->acted = done;
    pg_question question = { .method = method, .path = path, .body = body, .secret = true };
    pg_requests_write(rest->requests, &question, a, write_done);
}

/* ---- limits, clock ---- */

bool pg_extended_rest_take(pg_extended_rest *rest, bool safety)
{
    return pg_requests_take(rest->requests, 1, safety);
}

bool pg_extended_rest_has(pg_extended_rest *rest, int requests, bool safety)
{
    return pg_requests_has(rest->requests, requests, safety);
}

bool pg_extended_rest_clock(const pg_extended_rest *rest, int64_t *ahead_ns)
{
    return pg_requests_clock(rest->requests, ahead_ns);
}

/* ---- texts ---- */

pg_status pg_extended_refused(pg_error *err, const pg_extended_found *found)
{
    char words[400];
    pg_extended_answer_words(words, sizeof words, &found->answer);
    return pg_fail(err, PG_ERR_STATE, "Extended refuses (HTTP %d)%s%s", found->code, words[0] ? ": " : "", words);
}

pg_status pg_extended_escape(char *out, size_t size, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = 0;
    for (; *text && n + 4 <= size; text++) {
        unsigned char c = (unsigned char)*text;
        if (isalnum(c) || strchr("-_.~", c)) {
            out[n++] = (char)c;
        } else {
            out[n++] = '%';
            out[n++] = digits[c >> 4];
            out[n++] = digits[c & 15];
        }
    }
    out[n] = '\0';
    return *text ? PG_ERR_RANGE : PG_OK;
}
