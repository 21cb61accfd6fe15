/* A Hyperliquid that says what a test wants, over real sockets, with a venue (venue.h) that talks to it: for what the
 * built-in exchange never does. Questions get the answers of an account that is in order unless the test sets another
 * for their type; every action gets the answer that was set last. Markets: BTC (asset 0) and ETH (asset 1). */
#ifndef PG_TESTS_SUPPORT_HYPERLIQUID_SCRIPT_H
#define PG_TESTS_SUPPORT_HYPERLIQUID_SCRIPT_H

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/server.h"
#include "venue/hyperliquid/sign.h"
#include "venue/venue.h"

enum { SCRIPT_ANSWERS = 16, SCRIPT_REPORTS = 256, SCRIPT_RUN = 0x7e57, SCRIPT_ACTIONS = 256 };

typedef struct {
    char type[32];
    int code, times; /* times: 0 always, else so often and then the usual one again */
    const char *body;
} script_answer;

typedef struct {
    pg_loop *loop;
    pg_server *server;
    pg_secp256k1 *curve;
    pg_secret *secret;
    char url[64], signer[PG_ADDRESS_TEXT];
    const char *network; /* that the venue believes to be on */
    script_answer answer[SCRIPT_ANSWERS];
    int answers;
    /* the answer to every action; another code than 200 is an error of the server, no body a cut */
    int action_code;
    const char *action_body;
    const char *action_first;          /* but to the next action alone; NULL: the same */
    char action[SCRIPT_ACTIONS][1024]; /* that came, whole bodies */
    int actions, questions, asked_rate;
    pg_peer *account_peer;
    const char *fundings; /* the snapshot of userFundings, a list; NULL: none */
    pg_funding_paid paid[8];
    int payments;
    FILE *log_file;
    char *log_text;
    size_t log_size;
    pg_log log;
    pg_venue *venue;
    int ready, failures;
    pg_error failure;
    pg_report report[SCRIPT_REPORTS];
    int reports, unknown;
    int ups, downs; /* of links */
} script_test;

#define script_until(s, what)                                                                                          \
    ({                                                                                                                 \
        double until_ = pg_clock_elapsed() + 20;                                                                       \
        while (!(what) && pg_clock_elapsed() < until_)                                                                 \
            pg_loop_run_for((s)->loop, 2);                                                                             \
        (what);                                                                                                        \
    })

/* ---- the server ---- */

static inline void script_set(script_test *s, const char *type, int code, const char *body, int times)
{
    int i = 0;
    while (i < s->answers && strcmp(s->answer[i].type, type) != 0)
        i++;
    PG_ASSERT(i < SCRIPT_ANSWERS);
    s->answers = i == s->answers ? i + 1 : s->answers;
    s->answer[i] = (script_answer){ .code = code, .times = times ? times : -1, .body = body };
    snprintf(s->answer[i].type, sizeof s->answer[i].type, "%s", type);
}

static inline const char *script_usual(const char *type)
{
    static char time[64];
    static const char *const usual[][2] = {
        { "meta", "{\"universe\":[{\"name\":\"BTC\",\"szDecimals\":5,\"maxLeverage\":40},{\"name\":\"ETH\","
                  "\"szDecimals\":4,\"maxLeverage\":25}],\"marginTables\":[],\"collateralToken\":0}" },
        { "userRole", "{\"role\":\"user\"}" },
        { "extraAgents", "[]" },
        { "maxBuilderFee", "0" },
        { "userRateLimit", "{\"cumVlm\":\"0.0\",\"nRequestsUsed\":0,\"nRequestsCap\":10000}" },
        { "userFees", "{\"userCrossRate\":\"0.00045\",\"userAddRate\":\"0.00015\"}" },
        { "orderStatus", "{\"status\":\"unknownOid\"}" },
        { "frontendOpenOrders", "[]" },
        { "userFillsByTime", "[]" },
        { "clearinghouseState",
          "{\"assetPositions\":[],\"crossMarginSummary\":{\"accountValue\":\"1000.0\",\"totalMarginUsed\":\"0.0\"},"
          "\"marginSummary\":{\"accountValue\":\"1000.0\"},\"time\":1}" },
    };
    snprintf(time, sizeof time, "{\"time\":%lld,\"specialStatuses\":null}",
             (long long)(pg_clock_now(pg_clock_real()) / 1000000));
    if (strcmp(type, "exchangeStatus") == 0)
        return time;
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        if (strcmp(usual[i][0], type) == 0)
            return usual[i][1];
    return "null";
}

static inline void script_question(script_test *s, const pg_server_request *request)
{
    cJSON *json = cJSON_Parse(request->body);
    const char *type = cJSON_GetStringValue(cJSON_GetObjectItem(json, "type"));
    const char *body = script_usual(type ? type : "");
    int code = 200;
    s->questions++;
    s->asked_rate += type && strcmp(type, "userRateLimit") == 0;
    for (int i = 0; i < s->answers; i++)
        if (type && strcmp(s->answer[i].type, type) == 0 && s->answer[i].times != 0) {
            body = s->answer[i].body;
            code = s->answer[i].code;
            s->answer[i].times -= s->answer[i].times > 0;
        }
    cJSON_Delete(json);
    pg_server_answer(request->peer, code, "application/json", body, strlen(body));
}

static inline void script_keep(script_test *s, const char *body)
{
    PG_ASSERT(s->actions < SCRIPT_ACTIONS);
    snprintf(s->action[s->actions++], sizeof s->action[0], "%s", body);
}

/* The answer to the action that came; NULL: a cut. */
static inline const char *script_action_body(script_test *s)
{
    const char *body = s->action_first ? s->action_first : s->action_body;
    s->action_first = NULL;
    return body;
}

static inline void script_request(void *self, const pg_server_request *request)
{
    script_test *s = self;
    if (strcmp(request->path, "/exchange") != 0) {
        script_question(s, request);
        return;
    }
    script_keep(s, request->body);
    const char *body = script_action_body(s);
    if (body)
        pg_server_answer(request->peer, s->action_code, "application/json", body, strlen(body));
    else
        pg_peer_close(request->peer, true);
}

static inline bool script_connect(void *self, pg_peer *peer, const char *path, const pg_server_request *headers)
{
    (void)self, (void)peer, (void)path, (void)headers;
    return true;
}

static inline void script_say(pg_peer *peer, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline void script_say(pg_peer *peer, const char *format, ...)
{
    char text[4096];
    va_list list;
    va_start(list, format);
    int n = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    PG_ASSERT(n > 0 && n < (int)sizeof text);
    pg_peer_send(peer, text, (size_t)n);
}

static inline void script_subscribe(script_test *s, pg_peer *peer, const cJSON *subscription)
{
    const char *type = cJSON_GetStringValue(cJSON_GetObjectItem(subscription, "type"));
    const char *coin = cJSON_GetStringValue(cJSON_GetObjectItem(subscription, "coin"));
    char *text = cJSON_PrintUnformatted(subscription);
    long long now_ms = (long long)(pg_clock_now(pg_clock_real()) / 1000000);
    script_say(peer, "{\"channel\":\"subscriptionResponse\",\"data\":{\"method\":\"subscribe\",\"subscription\":%s}}",
               text);
    free(text);
    if (strcmp(type, "l2Book") == 0)
        script_say(peer,
                   "{\"channel\":\"l2Book\",\"data\":{\"coin\":\"%s\",\"time\":%lld,\"levels\":[[{\"px\":\"3000.0\","
                   "\"sz\":\"1.0\",\"n\":1}],[{\"px\":\"3001.0\",\"sz\":\"1.0\",\"n\":1}]]}}",
                   coin, now_ms);
    if (strcmp(type, "userFundings") == 0 && s->fundings)
        script_say(peer, "{\"channel\":\"userFundings\",\"data\":{\"isSnapshot\":true,\"fundings\":%s}}", s->fundings);
    if (strcmp(type, "userFills") == 0) {
        s->account_peer = peer;
        script_say(peer, "{\"channel\":\"userFills\",\"data\":{\"isSnapshot\":true,\"fills\":[]}}");
    }
}

static inline void script_text(void *self, pg_peer *peer, char *text, size_t size)
{
    script_test *s = self;
    cJSON *json = cJSON_ParseWithLength(text, size);
    const char *method = cJSON_GetStringValue(cJSON_GetObjectItem(json, "method"));
    if (method && strcmp(method, "subscribe") == 0) {
        script_subscribe(s, peer, cJSON_GetObjectItem(json, "subscription"));
    } else if (method && strcmp(method, "post") == 0) {
        char *body = cJSON_PrintUnformatted(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "request"), "payload"));
        double id = cJSON_GetObjectItem(json, "id")->valuedouble;
        script_keep(s, body);
        free(body);
        const char *answer = script_action_body(s);
        if (!answer)
            pg_peer_close(peer, true);
        else if (s->action_code == 200)
            script_say(
                peer, "{\"channel\":\"post\",\"data\":{\"id\":%.0f,\"response\":{\"type\":\"action\",\"payload\":%s}}}",
                id, answer);
        else
            script_say(peer,
                       "{\"channel\":\"post\",\"data\":{\"id\":%.0f,\"response\":{\"type\":\"error\",\"payload\":"
                       "\"%d said\"}}}",
                       id, s->action_code);
    }
    cJSON_Delete(json);
}

/* ---- the host ---- */

static inline void script_ready(void *self)
{
    ((script_test *)self)->ready++;
}

static inline void script_failed(void *self, const pg_error *err)
{
    script_test *s = self;
    s->failures++;
    s->failure = *err;
}

static inline void script_events(void *self, int market, const pg_event *events, int count)
{
    (void)self, (void)market, (void)events, (void)count;
}

static inline void script_report(void *self, const pg_report *report)
{
    script_test *s = self;
    PG_ASSERT(s->reports < SCRIPT_REPORTS);
    s->report[s->reports++] = *report;
    s->unknown += report->unknown;
}

static inline void script_link(void *self, pg_link link, bool up, const char *why)
{
    script_test *s = self;
    (void)link, (void)why;
    s->ups += up;
    s->downs += !up;
}

static inline void script_funding(void *self, const pg_funding_paid *paid)
{
    script_test *s = self;
    PG_ASSERT(s->ready && s->payments < 8);
    s->paid[s->payments++] = *paid;
}

static inline void script_open(script_test *s)
{
    static const char key[] = "0000000000000000000000000000000000000000000000000000000000000001";
    pg_hl_signer signer;
    memset(s, 0, sizeof *s);
    PG_ASSERT(pg_loop_new(&s->loop, NULL) == PG_OK);
    pg_server_handler handler = { s, script_request, script_connect, NULL, script_text, NULL };
    PG_ASSERT(pg_server_new(&s->server, s->loop, &(pg_server_config){ 0 }, handler, NULL) == PG_OK);
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d", pg_server_port(s->server));
    PG_ASSERT(pg_secp256k1_new(&s->curve, NULL) == PG_OK);
    PG_ASSERT(pg_secret_from_hex(&s->secret, 32, key, 64, NULL) == PG_OK);
    PG_ASSERT(pg_hl_signer_init(&signer, s->curve, s->secret, NULL) == PG_OK);
    pg_address_format(s->signer, &signer.address);
    s->log_file = open_memstream(&s->log_text, &s->log_size);
    s->log = (pg_log){ .out = s->log_file, .level = PG_LOG_INFO, .clock = pg_clock_real() };
    s->network = "local";
    s->action_code = 200;
    s->action_body = "{\"status\":\"ok\",\"response\":{\"type\":\"default\"}}";
}

/* Opens the venue with these settings; account NULL: the key's own. */
static inline pg_status script_connect_venue(script_test *s, const char *account, const pg_venue_option *options,
                                             int count, pg_error *err)
{
    static const char *const symbols[] = { "ETH", "BTC" };
    pg_venue_config config = { .name = "hl",
                               .kind = "hyperliquid",
                               .network = s->network,
                               .url = s->url,
                               .key = s->secret,
                               .account = account,
                               .symbols = symbols,
                               .symbol_count = 2,
                               .run = SCRIPT_RUN,
                               .options = options,
                               .option_count = count,
                               .log = &s->log };
    pg_venue_sink sink = { s, script_ready, script_failed, script_events, script_report, script_link, script_funding };
    return pg_venue_open(&s->venue, &config, s->loop, sink, err);
}

/* The same, and waits until it is ready or fails. */
static inline bool script_start(script_test *s, const char *account, const pg_venue_option *options, int count)
{
    pg_error err;
    PG_ASSERT(script_connect_venue(s, account, options, count, &err) == PG_OK);
    return script_until(s, s->ready || s->failures) && s->ready && !s->failures;
}

static inline void script_close(script_test *s)
{
    pg_venue_close(s->venue);
    pg_server_free(s->server);
    pg_loop_free(s->loop);
    pg_secret_free(s->secret);
    pg_secp256k1_free(s->curve);
    fclose(s->log_file);
    free(s->log_text);
}

/* Whether the log has these words. */
static inline bool script_logged(script_test *s, const char *words)
{
    fflush(s->log_file);
    return s->log_text && strstr(s->log_text, words);
}

/* Sends one order of ETH: id, price in cents, sizes in 1e-4. */
static inline void script_place(script_test *s, uint64_t id, int tif)
{
    pg_submit submit = { .market = 0,
                         .request = { .kind = PG_REQUEST_NEW,
                                      .id = id,
                                      .price = 299900,
                                      .size = 10000,
                                      .side = PG_BUY,
                                      .tif = (uint8_t)tif } };
    pg_venue_submit(s->venue, &submit, 1);
}

static inline void script_cancel(script_test *s, uint64_t id)
{
    pg_submit submit = { .market = 0, .request = { .kind = PG_REQUEST_CANCEL, .id = id, .side = PG_BUY } };
    pg_venue_submit(s->venue, &submit, 1);
}

/* The last report of an order that is not "unknown"; NULL. */
static inline const pg_report *script_said(const script_test *s, uint64_t id)
{
    for (int i = s->reports - 1; i >= 0; i--)
        if (s->report[i].reply.id == id && !s->report[i].unknown)
            return &s->report[i];
    return NULL;
}

#endif
