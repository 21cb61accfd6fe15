#include "net/http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "net/loop_internal.h"

enum {
    TRANSFERS = 256, /* under way at once */
    CONNECT_MS = 3000,
    TIMEOUT_MS = 10000,
    KEPT = 64,     /* connections that are kept open */
    KEEP = 1 << 20 /* an answer's buffer that is larger than this is given back */
};

/* A request under way, or a place for one: its handle and buffers are used again. */
typedef struct {
    pg_http *http;
    CURL *easy;
    bool used;
    struct curl_slist *headers;
    char *body;
    size_t body_size, body_sent;
    char *answer;
    size_t answer_size, answer_room, answer_limit;
    bool too_long, no_memory;
    char error[CURL_ERROR_SIZE];
    int64_t sent_ns;
    void *self;
    pg_http_done done;
} transfer;

/* What libcurl wants to know of a descriptor. */
typedef struct {
    uv_poll_t poll;
    pg_http *http;
    curl_socket_t fd;
} watch;

struct pg_http {
    pg_loop *loop;
    CURLM *multi;
    uv_timer_t timer;  /* libcurl's */
    uv_timer_t finish; /* for what has come to its end outside of the loop */
    int handles;
    int depth; /* of callbacks */
    bool freed;
    int under_way;
    transfer transfers[TRANSFERS];
};

/* ---- results ---- */

static void empty(transfer *t)
{
    curl_slist_free_all(t->headers);
    t->headers = NULL;
    free(t->body);
    t->body = NULL;
    if (t->answer_room > KEEP) {
        free(t->answer);
        t->answer = NULL;
        t->answer_room = 0;
    }
    t->answer_size = 0;
    t->used = false;
}

static void explain(const transfer *t, CURLcode result, pg_error *error)
{
    if (t->too_long)
        pg_fail(error, PG_ERR_FULL, "the answer is longer than %zu bytes", t->answer_limit);
    else if (t->no_memory)
        pg_fail(error, PG_ERR_MEMORY, "no memory for the answer");
    else
        pg_fail(error, PG_ERR_IO, "no answer: %s", t->error[0] ? t->error : curl_easy_strerror(result));
}

/* Bytes of the request are counted when they are given to the connection; until then nothing can have reached the
 * server. */
static bool may_have_left(const transfer *t)
{
    long request = 0;
    curl_off_t uploaded = 0;
    (void)curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &request);
    (void)curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
    return request > 0 || uploaded > 0 || t->body_sent > 0;
}

/* What the headers say of the server's clock, and of its patience. */
static void take_times(transfer *t, pg_http_answer *answer)
{
    struct curl_header *date;
    curl_off_t retry = 0;
    if (curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &retry) == CURLE_OK && retry > 0)
        answer->retry_after_s = retry;
    if (curl_easy_header(t->easy, "Date", 0, CURLH_HEADER, -1, &date) == CURLHE_OK) {
        time_t seconds = curl_getdate(date->value, NULL);
        answer->date_s = seconds > 0 ? (int64_t)seconds : 0;
    }
}

static void complete(transfer *t, CURLcode result)
{
    long code = 0;
    pg_error error;
    pg_http_answer answer = { .sent_ns = t->sent_ns, .done_ns = pg_clock_now(pg_clock_real()) };
    if (result == CURLE_OK)
        (void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &code);
    if (result == CURLE_OK && code > 0) {
        answer.code = (int)code;
        answer.body = t->answer ? t->answer : "";
        answer.size = t->answer_size;
        take_times(t, &answer);
    } else {
        explain(t, result, &error);
        answer.body = "";
        answer.error = &error;
        answer.maybe_sent = may_have_left(t);
    }
    (void)curl_multi_remove_handle(t->http->multi, t->easy);
    t->http->under_way--;
    t->done(t->self, &answer);
    empty(t);
}

static void free_last(pg_http *http);

/* After libcurl has worked: what is complete is handed out. The client may be gone afterwards. */
static void hand_out(pg_http *http)
{
    int left;
    http->depth++;
    for (CURLMsg *message; !http->freed && (message = curl_multi_info_read(http->multi, &left));) {
        transfer *t;
        if (message->msg != CURLMSG_DONE)
            continue;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&t);
        complete(t, message->data.result);
    }
    http->depth--;
    if (http->freed && http->depth == 0)
        free_last(http);
}

/* ---- libcurl on libuv ---- */

static void act(pg_http *http, curl_socket_t fd, int events)
{
    int running;
    (void)curl_multi_socket_action(http->multi, fd, events, &running);
    hand_out(http);
}

static void on_timer(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static void on_finish(uv_timer_t *timer)
{
    hand_out(timer->data);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    watch *w = poll->data;
    int flags = status < 0 ? CURL_CSELECT_ERR : 0;
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    act(w->http, w->fd, flags);
}

static int set_timer(CURLM *multi, long ms, void *self)
{
    (void)multi;
    pg_http *http = self;
    if (ms < 0) {
        uv_timer_stop(&http->timer);
        return 0;
    }
    uv_update_time(&http->loop->uv);
    uv_timer_start(&http->timer, on_timer, (uint64_t)ms, 0);
    return 0;
}

static void free_watch(uv_handle_t *handle)
{
    free(handle->data);
}

static int set_watch(CURL *easy, curl_socket_t fd, int what, void *self, void *of_fd)
{
    (void)easy;
    pg_http *http = self;
    watch *w = of_fd;
    if (what == CURL_POLL_REMOVE) {
        if (w) {
            uv_poll_stop(&w->poll);
            uv_close((uv_handle_t *)&w->poll, free_watch);
            (void)curl_multi_assign(http->multi, fd, NULL);
        }
        return 0;
    }
    if (!w) {
        w = calloc(1, sizeof *w);
        if (!w || uv_poll_init_socket(&http->loop->uv, &w->poll, fd) != 0) {
            free(w);
            return -1;
        }
        w->poll.data = w;
        w->http = http;
        w->fd = fd;
        (void)curl_multi_assign(http->multi, fd, w);
    }
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&w->poll, events, on_poll) == 0 ? 0 : -1;
}

/* ---- life ---- */

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void start_curl(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

pg_status pg_http_new(pg_http **http, pg_loop *loop, pg_error *err)
{
    *http = NULL;
    pthread_once(&curl_once, start_curl);
    pg_http *h = calloc(1, sizeof *h);
    if (!h)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    h->multi = curl_multi_init();
    if (!h->multi) {
        free(h);
        return pg_fail(err, PG_ERR_MEMORY, "libcurl cannot be started");
    }
    h->loop = loop;
    curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, set_watch);
    curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
    curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)KEPT);
    uv_timer_init(&loop->uv, &h->timer);
    uv_timer_init(&loop->uv, &h->finish);
    h->timer.data = h->finish.data = h;
    h->handles = 2;
    *http = h;
    return PG_OK;
}

static void closed_handle(uv_handle_t *handle)
{
    pg_http *http = handle->data;
    if (--http->handles == 0)
        free(http);
}

static void free_last(pg_http *http)
{
    for (int i = 0; i < TRANSFERS; i++) {
        transfer *t = &http->transfers[i];
        if (!t->easy)
            continue;
        (void)curl_multi_remove_handle(http->multi, t->easy);
        curl_easy_cleanup(t->easy);
        empty(t);
        free(t->answer);
    }
    (void)curl_multi_cleanup(http->multi);
    uv_close((uv_handle_t *)&http->timer, closed_handle);
    uv_close((uv_handle_t *)&http->finish, closed_handle);
}

void pg_http_free(pg_http *http)
{
    if (!http || http->freed)
        return;
    http->freed = true;
    if (http->depth == 0)
        free_last(http);
}

/* ---- requests ---- */

static size_t take_answer(char *data, size_t one, size_t size, void *self)
{
    transfer *t = self;
    (void)one;
    if (size > t->answer_limit - t->answer_size) {
        t->too_long = true;
        return 0;
    }
    size_t need = t->answer_size + size + 1;
    if (need > t->answer_room) {
        size_t larger = t->answer_room * 2 > 4096 ? t->answer_room * 2 : 4096;
        larger = larger > need ? larger : need;
        char *moved = realloc(t->answer, larger);
        if (!moved) {
            t->no_memory = true;
            return 0;
        }
        t->answer = moved;
        t->answer_room = larger;
    }
    memcpy(t->answer + t->answer_size, data, size);
    t->answer_size += size;
    t->answer[t->answer_size] = '\0';
    return size;
}

static size_t give_body(char *data, size_t one, size_t size, void *self)
{
    transfer *t = self;
    size_t left = t->body_size - t->body_sent, some = left < one * size ? left : one * size;
    memcpy(data, t->body + t->body_sent, some);
    t->body_sent += some;
    return some;
}

/* libcurl sends a request again by itself when a kept connection breaks before the answer. A body that has left may be an
 * order: it is not sent twice. */
static int rewind_body(void *self, curl_off_t offset, int origin)
{
    transfer *t = self;
    return t->body_sent == 0 && offset == 0 && origin == SEEK_SET ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

static pg_status check_url(const char *text, pg_error *err)
{
    CURLU *url = curl_url();
    char *scheme = NULL;
    if (!url)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    bool good = text && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
    curl_free(scheme);
    curl_url_cleanup(url);
    if (good)
        return PG_OK;
    pg_fail(err, PG_ERR_INVALID, "the address of an HTTP request cannot be used");
    pg_error_remedy(err, "write http://host:port/path or https://host/path");
    return PG_ERR_INVALID;
}

static pg_status take_header(transfer *t, const char *header, pg_error *err)
{
    if (strpbrk(header, "\r\n"))
        return pg_fail(err, PG_ERR_INVALID, "a header of an HTTP request has a line break in it");
    struct curl_slist *longer = curl_slist_append(t->headers, header);
    if (!longer)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    t->headers = longer;
    return PG_OK;
}

static pg_status take_request(transfer *t, const pg_http_request *request, pg_error *err)
{
    /* "Expect: 100-continue" would cost a round trip, a second with servers that do not know it. */
    pg_status status = take_header(t, "Expect:", err);
    for (int i = 0; status == PG_OK && i < request->header_count; i++)
        status = take_header(t, request->headers[i], err);
    if (status != PG_OK || !request->body)
        return status;
    t->body = malloc(request->size + 1);
    if (!t->body)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    memcpy(t->body, request->body, request->size);
    t->body_size = request->size;
    return PG_OK;
}

/* A method that means a body has one, if an empty one: it is told with a length of 0. */
static bool has_body(const pg_http_request *request)
{
    const char *method = request->method;
    return request->body ||
           (method && (strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0));
}

static void set_method(transfer *t, const pg_http_request *request)
{
    if (has_body(request)) {
        curl_easy_setopt(t->easy, CURLOPT_POST, 1L);
        curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body_size);
        curl_easy_setopt(t->easy, CURLOPT_READFUNCTION, give_body);
        curl_easy_setopt(t->easy, CURLOPT_READDATA, t);
        curl_easy_setopt(t->easy, CURLOPT_SEEKFUNCTION, rewind_body);
        curl_easy_setopt(t->easy, CURLOPT_SEEKDATA, t);
    } else if (request->method && strcasecmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
    }
    if (request->method)
        curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static void set_options(transfer *t, const pg_http_request *request)
{
    CURL *easy = t->easy;
    long timeout = request->timeout_ms > 0 ? (long)request->timeout_ms : (long)TIMEOUT_MS;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, timeout < CONNECT_MS ? timeout : (long)CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (t->http->loop->ca_file) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, t->http->loop->ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    set_method(t, request);
}

static transfer *find_place(pg_http *http)
{
    for (int i = 0; i < TRANSFERS; i++)
        if (!http->transfers[i].used)
            return &http->transfers[i];
    return NULL;
}

pg_status pg_http_send(pg_http *http, const pg_http_request *request, void *self, pg_http_done done, pg_error *err)
{
    pg_status status = check_url(request->url, err);
    if (status != PG_OK)
        return status;
    transfer *t = http->freed ? NULL : find_place(http);
    if (!t)
        return pg_fail(err, PG_ERR_FULL, "%d HTTP requests are under way already", (int)TRANSFERS);
    if (t->easy)
        curl_easy_reset(t->easy);
    else
        t->easy = curl_easy_init();
    if (!t->easy)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    t->http = http;
    t->self = self;
    t->done = done;
    t->used = true;
    t->too_long = t->no_memory = false;
    t->body_sent = t->body_size = 0;
    t->error[0] = '\0';
    t->answer_limit = request->limit ? request->limit : 64 << 20;
    status = take_request(t, request, err);
    if (status == PG_OK) {
        set_options(t, request);
        t->sent_ns = pg_clock_now(pg_clock_real());
        if (curl_multi_add_handle(http->multi, t->easy) != CURLM_OK)
            status = pg_fail(err, PG_ERR_MEMORY, "libcurl does not take the request");
    }
    if (status != PG_OK) {
        empty(t);
        return status;
    }
    /* On its way without waiting for the loop's next round; should it end in this moment, that is told there. */
    int running;
    http->under_way++;
    (void)curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    if (running < http->under_way)
        uv_timer_start(&http->finish, on_finish, 0, 0);
    return PG_OK;
}

/* ---- waiting ---- */

typedef struct {
    pg_loop *loop;
    pg_status status;
    pg_error *err;
    int code;
    char *body;
    size_t size;
    int64_t date_s;
} waiting;

static void waited(void *self, const pg_http_answer *answer)
{
    waiting *w = self;
    pg_loop_stop(w->loop);
    if (answer->error) {
        w->status = answer->error->status;
        if (w->err)
            *w->err = *answer->error;
        return;
    }
    w->code = answer->code;
    w->size = answer->size;
    w->date_s = answer->date_s;
    w->body = malloc(answer->size + 1);
    if (!w->body) {
        w->status = pg_fail(w->err, PG_ERR_MEMORY, "out of memory");
        return;
    }
    memcpy(w->body, answer->body, answer->size);
    w->body[answer->size] = '\0';
}

pg_status pg_http_wait(const pg_http_request *request, int *code, char **body, size_t *size, int64_t *date_s,
                       pg_error *err)
{
    waiting w = { .err = err };
    pg_http *http = NULL;
    *code = 0;
    *body = NULL;
    *size = 0;
    *date_s = 0;
    pg_status status = pg_loop_new(&w.loop, err);
    if (status != PG_OK)
        return status;
    status = pg_http_new(&http, w.loop, err);
    if (status == PG_OK)
        status = pg_http_send(http, request, &w, waited, err);
    if (status == PG_OK) {
        pg_loop_run(w.loop);
        status = w.status;
    }
    pg_http_free(http);
    pg_loop_free(w.loop);
    *code = w.code;
    *body = w.body;
    *size = w.size;
    *date_s = w.date_s;
    return status;
}
