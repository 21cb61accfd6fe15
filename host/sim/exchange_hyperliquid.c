/* Hyperliquid's exchange as a server: its life, connections, requests and blocks. */
#include "sim/exchange_hyperliquid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_admin.h"
#include "sim/exchange_hyperliquid_info.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"
#include "sim/exchange_hyperliquid_money.h"
#include "sim/exchange_hyperliquid_multi_sig.h"
#include "sim/exchange_hyperliquid_staking.h"
#include "sim/exchange_hyperliquid_streams.h"
#include "sim/exchange_hyperliquid_twap.h"
#include "sim/exchange_hyperliquid_vault.h"

enum { FAR_PERCENT = 80, PLAY_MS = 5 };

/* ---- connections ---- */

void hlx_enter(pg_hl_exchange *e)
{
    e->busy++;
}

static void free_socket(hlx_socket *socket)
{
    *(socket->before ? &socket->before->next : &socket->exchange->sockets) = socket->next;
    if (socket->next)
        socket->next->before = socket->before;
    socket->exchange->socket_count--;
    hlx_unsubscribe_all(socket);
    free(socket->subscriptions);
    pg_exchange_link_clear(&socket->link);
    free(socket);
}

void hlx_leave(pg_hl_exchange *e)
{
    if (--e->busy > 0)
        return;
    for (hlx_socket *socket = e->sockets, *next; socket; socket = next) {
        next = socket->next;
        if (socket->gone)
            free_socket(socket);
    }
}

static bool on_connect(void *self, pg_peer *peer, const char *path, const pg_server_request *headers)
{
    pg_hl_exchange *e = self;
    (void)peer;
    (void)headers;
    return strcmp(path, "/ws") == 0 && (!e->config.limits || e->socket_count < HLX_SOCKETS) &&
           hlx_is_paced(e, &e->opened, HLX_OPENED);
}

static void on_opened(void *self, pg_peer *peer)
{
    pg_hl_exchange *e = self;
    hlx_socket *socket = calloc(1, sizeof *socket);
    if (!socket) {
        pg_peer_close(peer, true);
        return;
    }
    *socket = (hlx_socket){ .exchange = e,
                            .next = e->sockets,
                            .link = { .links = &e->links, .peer = peer, .sent_ns = pg_exchange_now(e->core) } };
    if (e->sockets)
        e->sockets->before = socket;
    e->sockets = socket;
    e->socket_count++;
    pg_peer_set(peer, socket);
}

static void on_text(void *self, pg_peer *peer, char *text, size_t size)
{
    pg_hl_exchange *e = self;
    hlx_socket *socket = pg_peer_get(peer);
    if (!socket || socket->link.dead)
        return;
    e->requests++;
    hlx_enter(e);
    if (hlx_is_paced(e, &e->messages, HLX_MESSAGES))
        hlx_text(socket, text, size);
    else
        hlx_refuse_message(socket);
    hlx_leave(e);
}

static void on_gone(void *self, pg_peer *peer)
{
    pg_hl_exchange *e = self;
    hlx_socket *socket = pg_peer_get(peer);
    hlx_enter(e);
    pg_exchange_links_forget(&e->links, peer);
    if (socket)
        socket->gone = socket->link.dead = true;
    for (hlx_waiting *w = e->first_waiting; w; w = w->next) { /* they are done all the same */
        if (w->reply.peer == peer)
            w->reply.peer = NULL;
        if (socket && w->reply.socket == socket)
            w->reply.socket = NULL;
    }
    hlx_leave(e);
}

/* ---- HTTP ---- */

static void take_body(pg_hl_exchange *e, hlx_reply *reply, const pg_server_request *request)
{
    cJSON *body = cJSON_ParseWithLength(request->body, request->size);
    if (!cJSON_IsObject(body)) {
        cJSON_Delete(body);
        hlx_refuse(e, reply, 422, "Failed to deserialize the JSON body into the target type");
    } else if (strcmp(request->path, "/exchange") == 0) {
        hlx_action(e, reply, body);
    } else {
        if (e->config.block_ms == 0 && e->config.play_ms >= 0)
            pg_exchange_play(e->core, NULL);
        hlx_info(e, reply, body);
        cJSON_Delete(body);
    }
}

static void on_request(void *self, const pg_server_request *request)
{
    pg_hl_exchange *e = self;
    hlx_reply reply = { .peer = request->peer };
    bool known = strcmp(request->path, "/info") == 0 || strcmp(request->path, "/exchange") == 0;
    e->requests++;
    hlx_enter(e);
    if (known)
        reply.fault = pg_faults_next(e->config.faults, request->path);
    if (!known)
        hlx_refuse(e, &reply, 404, "Not Found");
    else if (strcmp(request->method, "POST") != 0)
        hlx_refuse(e, &reply, 405, "Method Not Allowed");
    else if (reply.fault && reply.fault->kind == PG_FAULT_STATUS)
        hlx_refuse(e, &reply, reply.fault->code, reply.fault->text[0] ? reply.fault->text : "null");
    else
        take_body(e, &reply, request);
    hlx_leave(e);
}

/* ---- blocks ---- */

void pg_hl_exchange_step(pg_hl_exchange *e)
{
    pg_error err = { 0 };
    hlx_enter(e);
    if (pg_exchange_play(e->core, &err) != PG_OK)
        pg_log_write(e->config.log, PG_LOG_ERROR, "exchange", err.what, NULL, 0);
    hlx_run_waiting(e);
    hlx_twaps_run(e);
    hlx_stakes_run(e);
    hlx_portfolios_run(e);
    hlx_publish(e);
    hlx_leave(e);
}

static void on_timer(void *self)
{
    pg_hl_exchange_step(self);
}

void pg_hl_exchange_push(pg_hl_exchange *e, int market, const pg_event *events, size_t count)
{
    hlx_enter(e);
    pg_exchange_push_events(e->core, market, events, count);
    hlx_publish(e);
    hlx_leave(e);
}

/* ---- life ---- */

static pg_status add_fund(pg_hl_exchange *e, const pg_hl_exchange_fund *fund, pg_error *err)
{
    pg_address address;
    char name[PG_ADDRESS_TEXT];
    pg_status status = pg_address_parse(&address, fund->address, err);
    if (status != PG_OK)
        return status;
    int account = pg_exchange_open_account(e->core, pg_address_format(name, &address));
    if (account == PG_EXCHANGE_NOBODY)
        return pg_fail(err, PG_ERR_FULL, "an exchange has %d accounts at most", PG_EXCHANGE_ACCOUNTS);
    pg_money amount = (pg_money)fund->usd * HLX_USD;
    pg_text delta = { 0 };
    hlx_purse_put(e, (hlx_purse){ account, 0, 0 }, amount);
    hlx_ledger_begin(&delta, "deposit");
    hlx_json_money(&delta, "usdc", amount);
    hlx_ledger_end(e, account, &delta);
    return PG_OK;
}

static pg_status fill(pg_hl_exchange *e, pg_error *err)
{
    pg_exchange_config core = { .seed = e->config.seed,
                                .clock = e->config.clock,
                                .maker_fee_e8 = HLX_MAKER_FEE_E8,
                                .taker_fee_e8 = HLX_TAKER_FEE_E8,
                                .queue = PG_QUEUE_POWER3,
                                .far_percent = FAR_PERCENT,
                                .funding_ns = e->config.funding_ns };
    if (e->config.coin_count < 1 || e->config.coin_count > PG_EXCHANGE_MARKETS)
        return pg_fail(err, PG_ERR_INVALID, "an exchange has 1 to %d coins", PG_EXCHANGE_MARKETS);
    pg_status status = pg_exchange_new(&e->core, &core, hlx_sink(e), err);
    e->links = (pg_exchange_links){ .loop = e->loop, .core = e->core, .faults = e->config.faults };
    if (status == PG_OK)
        e->start_ns = pg_exchange_now(e->core);
    if (status == PG_OK)
        status = hlx_list_init(&e->list, e->core, err);
    for (int i = 0; i < e->config.coin_count && status == PG_OK; i++)
        status = hlx_list_add(&e->list, e->core, &e->config.coins[i], err);
    for (int i = 0; i < e->config.fund_count && status == PG_OK; i++)
        status = add_fund(e, &e->config.funds[i], err);
    if (status == PG_OK)
        status = pg_exchange_play(e->core, err);
    return status;
}

static pg_status serve(pg_hl_exchange *e, pg_error *err)
{
    pg_server_handler handler = {
        .self = e, .request = on_request, .connect = on_connect, .opened = on_opened, .text = on_text, .gone = on_gone
    };
    pg_status status = pg_secp256k1_new(&e->curve, err);
    if (status == PG_OK)
        status = pg_server_new(&e->server, e->loop, &(pg_server_config){ .port = e->config.port }, handler, err);
    if (status != PG_OK)
        return status;
    snprintf(e->url, sizeof e->url, "http://127.0.0.1:%d", pg_server_port(e->server));
    int64_t period = e->config.block_ms > 0 ? e->config.block_ms : e->config.play_ms;
    if (period > 0)
        e->timer = pg_timer_start(e->loop, period, period, e, on_timer);
    return period > 0 && !e->timer ? pg_fail(err, PG_ERR_MEMORY, "no memory for a timer") : PG_OK;
}

static void set_defaults(pg_hl_exchange_config *c)
{
    c->play_ms = c->play_ms ? c->play_ms : PLAY_MS;
    c->book_ms = c->book_ms ? c->book_ms : 5000;
    c->fast_ms = c->fast_ms ? c->fast_ms : 500;
    c->mids_ms = c->mids_ms ? c->mids_ms : 5000;
    c->context_ms = c->context_ms ? c->context_ms : 1000;
    c->state_ms = c->state_ms ? c->state_ms : 4000;
    c->funding_ns = c->funding_ns ? c->funding_ns : 3600000000000;
}

pg_status pg_hl_exchange_new(pg_hl_exchange **exchange, pg_loop *loop, const pg_hl_exchange_config *config,
                             pg_error *err)
{
    pg_hl_exchange *e = calloc(1, sizeof *e);
    if (!e)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for an exchange");
    e->config = *config;
    set_defaults(&e->config);
    e->loop = loop;
    e->last_waiting = &e->first_waiting;
    e->weight = 1e9; /* brought down to its bound when it is looked at */
    e->signers = calloc(HLX_SIGNERS, sizeof *e->signers);
    e->twaps = hlx_twaps_new();
    e->vaults = hlx_vaults_new();
    e->admin = hlx_admin_new();
    e->stakes = hlx_stakes_new();
    e->portfolios = hlx_portfolios_new();
    e->volumes = hlx_volumes_new();
    e->multi_sigs = hlx_multi_sigs_new();
    bool made =
        e->signers && e->twaps && e->vaults && e->admin && e->stakes && e->volumes && e->portfolios && e->multi_sigs;
    pg_status status = made ? fill(e, err) : pg_fail(err, PG_ERR_MEMORY, "no memory for an exchange");
    if (status == PG_OK)
        status = serve(e, err);
    if (status != PG_OK) {
        pg_hl_exchange_free(e);
        return status;
    }
    *exchange = e;
    return PG_OK;
}

void pg_hl_exchange_free(pg_hl_exchange *e)
{
    if (!e)
        return;
    pg_timer_stop(e->timer);
    pg_server_free(e->server);
    pg_exchange_links_forget(&e->links, NULL);
    while (e->sockets)
        free_socket(e->sockets);
    while (e->first_waiting) {
        hlx_waiting *next = e->first_waiting->next;
        cJSON_Delete(e->first_waiting->body);
        free(e->first_waiting);
        e->first_waiting = next;
    }
    hlx_twaps_free(e->twaps);
    hlx_vaults_free(e->vaults);
    hlx_admin_free(e->admin);
    hlx_stakes_free(e->stakes);
    hlx_portfolios_free(e->portfolios);
    hlx_volumes_free(e->volumes);
    hlx_multi_sigs_free(e->multi_sigs);
    pg_exchange_free(e->core);
    pg_secp256k1_free(e->curve);
    for (int i = 0; i < PG_EXCHANGE_MARKETS; i++) {
        pg_text_free(&e->coins[i].trades);
        hlx_records_free(&e->coins[i].rates);
        pg_exchange_candles_free(&e->coins[i].candles);
    }
    for (int k = 0; k < PG_EXCHANGE_ACCOUNTS; k++) {
        pg_text_free(&e->users[k].losses);
        pg_text_free(&e->users[k].history);
        pg_text_free(&e->users[k].notices);
        pg_text_free(&e->users[k].slices);
        pg_text_free(&e->users[k].twaps);
        pg_text_free(&e->users[k].updates);
        pg_text_free(&e->users[k].fills);
        pg_text_free(&e->users[k].cancels);
        pg_text_free(&e->users[k].funding);
        pg_text_free(&e->users[k].moves);
        hlx_moves_free(&e->users[k].ledger);
        hlx_records_free(&e->users[k].payments);
    }
    pg_text_free(&e->out);
    pg_text_free(&e->frame);
    free(e->signers);
    free(e);
}

int pg_hl_exchange_port(const pg_hl_exchange *e)
{
    return pg_server_port(e->server);
}

const char *pg_hl_exchange_url(const pg_hl_exchange *e)
{
    return e->url;
}

pg_exchange *pg_hl_exchange_core(pg_hl_exchange *e)
{
    return e->core;
}

void pg_hl_exchange_set_post_only(pg_hl_exchange *e, bool post_only)
{
    e->post_only = post_only;
}

void pg_hl_exchange_cut(pg_hl_exchange *e)
{
    hlx_enter(e);
    for (hlx_socket *socket = e->sockets; socket; socket = socket->next)
        if (!socket->gone) {
            pg_exchange_link_close(&socket->link, true);
        }
    hlx_leave(e);
}

int pg_hl_exchange_sockets(const pg_hl_exchange *e)
{
    return e->socket_count;
}

uint64_t pg_hl_exchange_requests(const pg_hl_exchange *e)
{
    return e->requests;
}
