#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/doctor.h"
#include "live/child.h"
#include "net/http.h"
#include "net/socket.h"
#include "venue/extended/adapter.h"
#include "venue/hyperliquid/adapter.h"
#include "venue/lighter/adapter.h"

enum { QUESTIONS = 3, PATIENCE_MS = 8000, CLOCK_WARN_MS = 1000, URL = 512, ARGUMENTS = 16 };

/* What is asked of a kind of venue: public, and answered without a key. */
typedef struct {
    const char *kind;
    const char *path, *body; /* of the question; body NULL: it is a GET */
    const char *time;        /* member of its answer: since 1970; NULL: it is the header Date that tells */
    int time_ms;             /* its unit */
    int most_ms;             /* that its clock and ours may be apart */
    const char *ws_path;
    const char *ping; /* NULL: it says something unasked */
    const char *(*url)(const char *network);
} manners;

static const manners kinds[] = {
    { "hyperliquid", "/info", "{\"type\":\"exchangeStatus\"}", "time", 1, 30000, "/ws", "{\"method\":\"ping\"}",
      pg_hyperliquid_url },
    { "extended", "/api/v1/info/starknet", NULL, NULL, 1000, 5000, "/stream.extended.exchange/v1/prices/mark", NULL,
      pg_extended_url },
    { "lighter", "/", NULL, "timestamp", 1000, 30000, "/stream?readonly=true", "{\"type\":\"ping\"}", pg_lighter_url },
};

typedef struct {
    pg_doctor *doctor;
    const pg_config_venue *venue;
    const manners *manners;
    char about[PG_CONFIG_NAME + 8];
    char url[URL];
    pg_loop *loop;
    pg_child *child;
    char said[160]; /* why the WebSocket was not opened, or how the child ended */
    int64_t asked_ns, opened_ns, answered_ns;
} patient;

static int64_t now_ns(void)
{
    return (int64_t)(pg_clock_elapsed() * 1e9);
}

static double ms(int64_t ns)
{
    return (double)ns * 1e-6;
}

static void fail(patient *p, const char *what, const pg_error *err)
{
    pg_error own = *err;
    if (!own.where[0])
        pg_error_where(&own, "%s", what);
    if (!own.remedy[0])
        pg_error_remedy(&own, "look at the network, the address, and whether a firewall lets it through");
    pg_doctor_problem(p->doctor, p->about, &own);
}

/* ---- HTTP and the clock ---- */

typedef struct {
    int64_t round_ns;
    double ahead_ms; /* the venue's clock, against the middle of the question */
    bool has_time;
} answer;

static pg_status ask(const patient *p, answer *a, pg_error *err)
{
    static const char *const headers[] = { "Content-Type: application/json", "User-Agent: perigee/1.0" };
    char url[2 * URL];
    snprintf(url, sizeof url, "%s%s", p->url, p->manners->path);
    pg_http_request request = { .url = url,
                                .body = p->manners->body,
                                .size = p->manners->body ? strlen(p->manners->body) : 0,
                                .headers = headers,
                                .header_count = 2,
                                .timeout_ms = PATIENCE_MS,
                                .limit = 1 << 20 };
    int code = 0;
    char *body = NULL;
    size_t size = 0;
    int64_t date_s = 0;
    int64_t before_ns = pg_clock_now(pg_clock_real()), start_ns = now_ns();
    pg_status status = pg_http_wait(&request, &code, &body, &size, &date_s, err);
    a->round_ns = now_ns() - start_ns;
    if (status == PG_OK && code != 200)
        status = pg_fail(err, PG_ERR_STATE, "it answers with HTTP code %d", code);
    cJSON *json = status == PG_OK ? cJSON_ParseWithLength(body, size) : NULL;
    const cJSON *time = p->manners->time ? cJSON_GetObjectItemCaseSensitive(json, p->manners->time) : NULL;
    a->has_time = p->manners->time ? cJSON_IsNumber(time) : date_s > 0;
    if (a->has_time)
        a->ahead_ms = (p->manners->time ? time->valuedouble : (double)date_s) * p->manners->time_ms +
                      p->manners->time_ms / 2 - ms(before_ns + a->round_ns / 2);
    cJSON_Delete(json);
    free(body);
    return status;
}

static void tell_clock(patient *p, const answer *a)
{
    pg_error err = { 0 };
    double off = a->ahead_ms < 0 ? -a->ahead_ms : a->ahead_ms, unsure = ms(a->round_ns) / 2 + p->manners->time_ms / 2;
    const char *side = a->ahead_ms > 0 ? "behind" : "ahead of";
    if (off - unsure > p->manners->most_ms) {
        pg_fail(&err, PG_ERR_STATE, "the clock here is %.1f s %s the venue's: orders would be refused", off * 1e-3,
                side);
        pg_error_remedy(&err, "set it (timedatectl, chrony)");
        pg_doctor_problem(p->doctor, p->about, &err);
    } else if (off - unsure > CLOCK_WARN_MS) {
        pg_doctor_warn(p->doctor, p->about, "set it (timedatectl, chrony)", "the clock here is %.1f s %s the venue's",
                       off * 1e-3, side);
    } else {
        pg_doctor_ok(p->doctor, p->about, "the clock here is %.0f ms %s the venue's, give or take %.0f ms", off, side,
                     unsure + 1);
    }
}

/* The first question makes the connection, too; each is one of its own. */
static bool look_at_http(patient *p)
{
    pg_error err = { 0 };
    answer best = { .round_ns = INT64_MAX };
    for (int i = 0; i < QUESTIONS; i++) {
        answer a = { 0 };
        if (ask(p, &a, &err) != PG_OK) {
            fail(p, p->url, &err);
            return false;
        }
        if (a.round_ns < best.round_ns)
            best = a;
    }
    pg_doctor_ok(p->doctor, p->about, "%s answers in %.1f ms, connecting included%s", p->url, ms(best.round_ns),
                 strncmp(p->url, "https:", 6) == 0 ? "; its certificate is good" : "");
    if (best.has_time)
        tell_clock(p, &best);
    else
        pg_doctor_warn(p->doctor, p->about, "", "it does not tell its time");
    return true;
}

/* ---- WebSocket ---- */

typedef struct {
    patient *patient;
    pg_socket *socket;
} line;

static void opened(void *self)
{
    line *l = self;
    l->patient->opened_ns = now_ns();
    if (l->patient->manners->ping)
        pg_socket_send(l->socket, l->patient->manners->ping, strlen(l->patient->manners->ping), NULL);
}

static void heard(void *self, char *text, size_t size, int64_t received_ns)
{
    line *l = self;
    (void)text, (void)size, (void)received_ns;
    if (!l->patient->answered_ns)
        l->patient->answered_ns = now_ns();
    pg_loop_stop(l->patient->loop);
}

static void closed(void *self, const char *why, int64_t retry_ms)
{
    line *l = self;
    (void)retry_ms;
    snprintf(l->patient->said, sizeof l->patient->said, "%s", why);
    pg_loop_stop(l->patient->loop);
}

static void no_ping(void *self)
{
    (void)self;
}

static void look_at_stream(patient *p)
{
    char url[2 * URL];
    pg_error err = { 0 };
    line l = { .patient = p };
    snprintf(url, sizeof url, "ws%s%s", p->url + strlen("http"), p->manners->ws_path);
    static const char *const headers[] = { "User-Agent: perigee/1.0" };
    pg_socket_config config = { .url = url, .headers = headers, .header_count = 1, .connect_ms = PATIENCE_MS };
    pg_socket_handler handler = { &l, opened, heard, closed, no_ping };
    p->asked_ns = now_ns();
    p->said[0] = '\0';
    pg_status status = pg_socket_new(&l.socket, p->loop, &config, handler, &err);
    if (status == PG_OK)
        pg_loop_run_for(p->loop, PATIENCE_MS);
    pg_socket_free(l.socket);
    if (status == PG_OK && !p->answered_ns) {
        status = pg_fail(&err, PG_ERR_IO, "%s", p->said[0] ? p->said : "no answer in time");
        pg_error_where(&err, "%s", url);
    }
    if (status != PG_OK)
        fail(p, url, &err);
    else
        pg_doctor_ok(p->doctor, p->about,
                     p->manners->ping ? "%s opens in %.1f ms, a ping takes %.1f ms"
                                      : "%s opens in %.1f ms, the first message takes %.1f ms",
                     url, ms(p->opened_ns - p->asked_ns), ms(p->answered_ns - p->opened_ns));
}

/* ---- the built-in exchange ---- */

static void child_says(void *self, const char *text)
{
    patient *p = self;
    const char *url = strstr(text, "http://");
    if (url)
        snprintf(p->url, sizeof p->url, "%s", url);
    snprintf(p->said, sizeof p->said, "it said: %.120s", text);
    pg_loop_stop(p->loop);
}

static void child_ended(void *self, int code)
{
    patient *p = self;
    snprintf(p->said, sizeof p->said, "it ended with code %d", code);
    pg_loop_stop(p->loop);
}

static bool start_exchange(patient *p)
{
    pg_error err = { 0 };
    const char *data = p->venue->data ? p->venue->data : "synthetic";
    bool synthetic = strcmp(data, "synthetic") == 0;
    const char *arguments[ARGUMENTS] = { "perigee",
                                         "exchange",
                                         p->venue->kind,
                                         "--with-host",
                                         "--port",
                                         "0",
                                         synthetic ? "--synthetic" : "--data",
                                         synthetic ? NULL : data,
                                         NULL };
    pg_child_handler handler = { p, child_says, child_ended };
    if (pg_child_new(&p->child, p->loop, (char **)arguments, handler, &err) == PG_OK)
        pg_loop_run_for(p->loop, PATIENCE_MS);
    if (p->url[0])
        return true;
    if (err.status == PG_OK)
        pg_fail(&err, PG_ERR_IO, "the built-in exchange does not start: %s", p->said[0] ? p->said : "no sign of life");
    fail(p, "perigee exchange", &err);
    return false;
}

/* ---- all of it ---- */

static const char *network_name(pg_network network)
{
    return network == PG_NETWORK_MAINNET ? "mainnet" : network == PG_NETWORK_TESTNET ? "testnet" : "local";
}

static bool find_url(patient *p)
{
    const char *url = p->venue->url ? p->venue->url : p->manners->url(network_name(p->venue->network));
    if (!url)
        return start_exchange(p);
    snprintf(p->url, sizeof p->url, "%s", url);
    for (size_t n = strlen(p->url); n > 0 && p->url[n - 1] == '/'; n--)
        p->url[n - 1] = '\0';
    return true;
}

static void look_at_venue(pg_doctor *d, const pg_config_venue *venue)
{
    patient p = { .doctor = d, .venue = venue };
    pg_error err = { 0 };
    snprintf(p.about, sizeof p.about, "venue %s", venue->name);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].kind, venue->kind) == 0)
            p.manners = &kinds[i];
    if (!p.manners) {
        pg_doctor_warn(d, p.about, "", "how a venue of kind %s is asked is not known here", venue->kind);
        return;
    }
    if (pg_loop_new(&p.loop, &err) != PG_OK) {
        pg_doctor_problem(d, p.about, &err);
        return;
    }
    if (find_url(&p) && look_at_http(&p))
        look_at_stream(&p);
    pg_child_free(p.child);
    pg_loop_run_for(p.loop, 50); /* what is being closed */
    pg_loop_free(p.loop);
}

void pg_doctor_venues(pg_doctor *doctor)
{
    for (int i = 0; i < doctor->config->venue_count; i++)
        if (doctor->config->venues[i].enabled)
            look_at_venue(doctor, &doctor->config->venues[i]);
}
