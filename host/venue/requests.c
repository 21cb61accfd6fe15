#include "venue/requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/backoff.h"
#include "net/bucket.h"

enum {
    PATIENCE_MS = 15000,
    PUMP_MS = 20,
    READ_MS = 10000,
    WRITE_MS = 5000,
    PAUSE_MS = 60000,
    HEADERS = 5,
    URL_SIZE = 1024
};

typedef struct job {
    pg_requests *requests;
    struct job *before, *after;
    bool is_write, under_way, secret, safety;
    int weight;
    int64_t due_ns, give_up_ns, timeout_ms;
    pg_backoff backoff;
    void *self;
    pg_read_done read;
    pg_write_done write;
    bool (*is_whole)(const char *text, size_t size);
    pg_error err; /* of the last try */
    char method[8];
    size_t path_size, body_size, header_size;
    bool has_body, form;
    char text[]; /* path, body and header, each terminated */
} job;

struct pg_requests {
    pg_loop *loop;
    pg_http *http;
    pg_requests_config config;
    pg_bucket bucket;
    pg_backoff limits;
    int64_t limited_ns;
    uint64_t seed;
    job *first, *last;
    int waiting;
    pg_timer *pump;
    bool pumping, has_clock;
    int64_t ahead_ns;
};

static int64_t now(void)
{
    return pg_clock_now(pg_clock_real());
}

static void drop(job *j)
{
    pg_requests *requests = j->requests;
    *(j->before ? &j->before->after : &requests->first) = j->after;
    *(j->after ? &j->after->before : &requests->last) = j->before;
    explicit_bzero(j->text + j->path_size + j->body_size + 2, j->header_size);
    free(j);
}

pg_status pg_requests_new(pg_requests **requests, pg_loop *loop, const pg_requests_config *config, pg_error *err)
{
    *requests = NULL;
    if (strlen(config->url) > URL_SIZE / 2)
        return pg_fail(err, PG_ERR_INVALID, "'%.80s' is too long for the address of %s's interface", config->url,
                       config->venue);
    pg_requests *r = calloc(1, sizeof *r);
    if (!r)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for requests");
    pg_status status = pg_http_new(&r->http, loop, err);
    if (status != PG_OK) {
        free(r);
        return status;
    }
    r->loop = loop;
    r->config = *config;
    r->seed = (uint64_t)now();
    pg_bucket_init(&r->bucket, config->capacity, config->per_s, config->reserve, now());
    pg_backoff_init(&r->limits, 1000, config->pause_ms ? config->pause_ms : PAUSE_MS, r->seed++);
    *requests = r;
    return PG_OK;
}

void pg_requests_free(pg_requests *requests)
{
    if (!requests)
        return;
    pg_timer_stop(requests->pump);
    pg_http_free(requests->http);
    while (requests->first)
        drop(requests->first);
    free(requests);
}

/* ---- limits ---- */

void pg_requests_limit(pg_requests *requests, double capacity, double per_s, double reserve)
{
    int64_t blocked_ns = requests->bucket.blocked_until_ns;
    pg_bucket_init(&requests->bucket, capacity, per_s, reserve, now());
    if (blocked_ns > now())
        pg_bucket_block(&requests->bucket, blocked_ns, now());
}

bool pg_requests_take(pg_requests *requests, int weight, bool safety)
{
    return pg_bucket_take(&requests->bucket, weight, safety, now());
}

bool pg_requests_has(pg_requests *requests, int weight, bool safety)
{
    return pg_bucket_wait(&requests->bucket, weight, safety, now()) == 0;
}

void pg_requests_charge(pg_requests *requests, int weight)
{
    pg_bucket_charge(&requests->bucket, weight, now());
}

/* The wait that the venue asks for, or one between the whole of the step and the half of it. */
static void limited(pg_requests *requests, int64_t retry_after_s)
{
    int64_t at = now();
    if (at < requests->limited_ns && retry_after_s == 0) /* sent before the first of them came back */
        return;
    int64_t wait_ms = retry_after_s * 1000;
    if (wait_ms == 0 || wait_ms > 3600000)
        wait_ms = pg_backoff_next(&requests->limits) / 2 + requests->limits.ceiling_ms / 4;
    requests->limited_ns = at + wait_ms * 1000000;
    pg_bucket_block(&requests->bucket, requests->limited_ns, at);
    pg_log_field fields[] = { { "wait_ms", NULL, (double)wait_ms } };
    pg_log_write(requests->config.log, PG_LOG_WARN, requests->config.venue,
                 "too many requests: the venue wants a pause", fields, 1);
}

void pg_requests_limited(pg_requests *requests)
{
    limited(requests, 0);
}

/* ---- the clock ---- */

/* The header has whole seconds, of a moment between sending and answer: the best guess is half a second later. */
static void take_clock(pg_requests *requests, const pg_http_answer *answer)
{
    if (answer->date_s == 0)
        return;
    int64_t middle = answer->sent_ns + (answer->done_ns - answer->sent_ns) / 2;
    requests->ahead_ns = answer->date_s * 1000000000 + 500000000 - middle;
    requests->has_clock = true;
}

bool pg_requests_clock(const pg_requests *requests, int64_t *ahead_ns)
{
    *ahead_ns = requests->ahead_ns;
    return requests->has_clock;
}

/* ---- jobs ---- */

static job *add(pg_requests *requests, const pg_question *question)
{
    size_t path = strlen(question->path), body = question->body ? strlen(question->body) : 0;
    size_t header = question->header ? strlen(question->header) : 0;
    job *j = calloc(1, sizeof *j + path + body + header + 3);
    PG_ASSERT(j != NULL); /* a write without a callback would be an order that nobody tracks */
    j->requests = requests;
    j->path_size = path;
    j->body_size = body;
    j->header_size = header;
    j->form = question->form;
    j->has_body = question->body != NULL;
    memcpy(j->text, question->path, path);
    if (body)
        memcpy(j->text + path + 1, question->body, body);
    if (header)
        memcpy(j->text + path + body + 2, question->header, header);
    snprintf(j->method, sizeof j->method, "%s", question->method ? question->method : "GET");
    j->weight = question->weight ? question->weight : 1;
    j->secret = question->secret;
    j->safety = question->safety;
    j->timeout_ms = question->timeout_ms;
    j->is_whole = question->is_whole;
    j->before = requests->last;
    *(requests->last ? &requests->last->after : &requests->first) = j;
    requests->last = j;
    return j;
}

static void pump(void *self);

static void wait_for_pump(pg_requests *requests)
{
    if (!requests->pump)
        requests->pump = pg_timer_start(requests->loop, PUMP_MS, PUMP_MS, requests, pump);
}

static pg_status send_job(job *j, int64_t timeout_ms, pg_http_done done)
{
    const pg_requests_config *config = &j->requests->config;
    char url[URL_SIZE], agent[128], secret[PG_SECRET_MAX + 64];
    const char *headers[HEADERS];
    int count = 0;
    if ((size_t)snprintf(url, sizeof url, "%s%s", config->url, j->text) >= sizeof url)
        return pg_fail(&j->err, PG_ERR_RANGE, "the address of a request is too long");
    headers[count++] = "Accept: application/json";
    if (j->has_body)
        headers[count++] =
            j->form ? "Content-Type: application/x-www-form-urlencoded" : "Content-Type: application/json";
    if (j->header_size > 0)
        headers[count++] = j->text + j->path_size + j->body_size + 2;
    if (config->user_agent) {
        snprintf(agent, sizeof agent, "User-Agent: %s", config->user_agent);
        headers[count++] = agent;
    }
    if (j->secret && config->secret) {
        snprintf(secret, sizeof secret, "%s: %s", config->secret_header, pg_secret_text(config->secret));
        headers[count++] = secret;
    }
    pg_http_request request = { .url = url,
                                .method = j->method,
                                .body = j->has_body ? j->text + j->path_size + 1 : NULL,
                                .size = j->body_size,
                                .headers = headers,
                                .header_count = count,
                                .timeout_ms = timeout_ms };
    pg_status status = pg_http_send(j->requests->http, &request, j, done, &j->err);
    explicit_bzero(secret, sizeof secret);
    j->under_way = status == PG_OK;
    return status;
}

static bool is_limit(const job *j, const pg_http_answer *answer)
{
    return answer->code == 429 ||
           (j->requests->config.limited_code && answer->code == j->requests->config.limited_code);
}

static bool is_page(const pg_http_answer *answer)
{
    return answer->size > 0 && answer->body[0] == '<';
}

void pg_requests_fail(const pg_requests *requests, pg_error *err, const pg_http_answer *answer)
{
    bool page = is_page(answer);
    pg_fail(err, PG_ERR_IO, "%s answers HTTP %d%s%.120s", requests->config.venue, answer->code,
            page           ? ", with a page instead of data"
            : answer->size ? ": "
                           : "",
            page ? "" : answer->body);
    for (char *p = err->what; *p; p++)
        if ((unsigned char)*p < 0x20)
            *p = ' ';
}

/* ---- reads ---- */

static void answer_read(job *j, const pg_http_answer *answer, const pg_error *err)
{
    pg_read_done done = j->read;
    void *self = j->self;
    pg_error copy;
    if (err)
        copy = *err;
    drop(j);
    done(self, answer, err ? &copy : NULL);
}

/* Tries again later, or gives up. `worth`: whether another try can help. */
static void failed(job *j, bool worth)
{
    int64_t at = now();
    j->under_way = false;
    if (!worth || at >= j->give_up_ns) {
        answer_read(j, NULL, &j->err);
        return;
    }
    j->requests->waiting++;
    j->due_ns = at + (pg_backoff_next(&j->backoff) + PUMP_MS) * 1000000;
    wait_for_pump(j->requests);
}

static void read_done(void *self, const pg_http_answer *answer)
{
    job *j = self;
    if (answer->error) {
        j->err = *answer->error;
        failed(j, true);
        return;
    }
    take_clock(j->requests, answer);
    if (is_limit(j, answer))
        limited(j->requests, answer->retry_after_s);
    if (is_limit(j, answer) || answer->code >= 500 || is_page(answer)) {
        pg_requests_fail(j->requests, &j->err, answer);
        failed(j, true);
        return;
    }
    if (j->is_whole && !j->is_whole(answer->body, answer->size)) {
        pg_fail(&j->err, PG_ERR_PARSE, "%s's answer (HTTP %d) cannot be read", j->requests->config.venue, answer->code);
        failed(j, true);
        return;
    }
    pg_backoff_reset(&j->requests->limits);
    answer_read(j, answer, NULL);
}

/* What cannot be sent is tried again, or given out, by the pump: never within the call. */
static void send_read(job *j)
{
    pg_requests *requests = j->requests;
    if (send_job(j, j->timeout_ms ? j->timeout_ms : READ_MS, read_done) == PG_OK) {
        requests->waiting--;
        return;
    }
    if (j->err.status != PG_ERR_FULL)
        j->give_up_ns = 0;
    j->due_ns = now() + pg_backoff_next(&j->backoff) * 1000000;
}

static void give_up(job *j)
{
    pg_requests *requests = j->requests;
    requests->waiting--;
    if (j->is_write) {
        pg_write_done done = j->write;
        void *self = j->self;
        pg_error err = j->err;
        drop(j);
        done(self, PG_SENT_NEVER, NULL, &err);
        return;
    }
    if (j->err.status == PG_OK)
        pg_fail(&j->err, PG_ERR_FULL, "no room within the venue's limit of requests");
    failed(j, false);
}

/* Sends what waits and is due, and gives out what could not be sent. */
static void pump(void *self)
{
    pg_requests *requests = self;
    int64_t at = now();
    if (requests->pumping)
        return;
    requests->pumping = true;
    for (job *j = requests->first, *next; j && requests->waiting > 0; j = next) {
        next = j->after;
        if (j->under_way || j->due_ns > at)
            continue;
        if (j->is_write || at >= j->give_up_ns) {
            give_up(j);
            break; /* the list may be another now */
        }
        if (pg_bucket_take(&requests->bucket, j->weight, j->safety, at))
            send_read(j);
    }
    requests->pumping = false;
    if (requests->waiting == 0) {
        pg_timer_stop(requests->pump);
        requests->pump = NULL;
    }
}

void pg_requests_read(pg_requests *requests, const pg_question *question, void *self, pg_read_done done)
{
    int64_t at = now();
    job *j = add(requests, question);
    j->self = self;
    j->read = done;
    j->give_up_ns = at + (question->patience_ms ? question->patience_ms : PATIENCE_MS) * 1000000;
    pg_backoff_init(&j->backoff, 250, 4000, requests->seed++);
    requests->waiting++;
    if (requests->waiting > PG_REQUESTS_WAITING)
        j->give_up_ns = at; /* refused, by the pump */
    else if (requests->waiting == 1 && pg_bucket_take(&requests->bucket, j->weight, j->safety, at))
        send_read(j);
    if (requests->waiting > 0)
        wait_for_pump(requests);
}

/* ---- writes ---- */

static pg_sent judge(const job *j, const pg_http_answer *answer, pg_error *err)
{
    if (answer->error) {
        *err = *answer->error;
        return answer->maybe_sent ? PG_SENT_UNKNOWN : PG_SENT_NEVER;
    }
    if (!is_limit(j, answer) && answer->code < 500 && !is_page(answer))
        return PG_SENT_ANSWERED;
    pg_requests_fail(j->requests, err, answer);
    return is_limit(j, answer) ? PG_SENT_LIMITED : PG_SENT_UNKNOWN;
}

static void write_done(void *self, const pg_http_answer *answer)
{
    job *j = self;
    pg_error err = { 0 };
    pg_sent sent = judge(j, answer, &err);
    pg_write_done done = j->write;
    void *to = j->self;
    if (!answer->error)
        take_clock(j->requests, answer);
    if (sent == PG_SENT_LIMITED)
        limited(j->requests, answer->retry_after_s);
    drop(j);
    done(to, sent, sent == PG_SENT_ANSWERED ? answer : NULL, sent == PG_SENT_ANSWERED ? NULL : &err);
}

void pg_requests_write(pg_requests *requests, const pg_question *question, void *self, pg_write_done done)
{
    job *j = add(requests, question);
    j->is_write = true;
    j->self = self;
    j->write = done;
    if (send_job(j, question->timeout_ms ? question->timeout_ms : WRITE_MS, write_done) == PG_OK)
        return;
    requests->waiting++;
    wait_for_pump(requests);
}
