/* Hyperliquid's exchange as a server: its life, connections, requests and blocks. */
#include "sim/exchange_hyperliquid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_hyperliquid_internal.h"
#include "venue/hyperliquid/assets.h"

enum { MAX_LEVERAGE = 50, FAR_PERCENT = 80, PLAY_MS = 5, MOST_DECIMALS = 6 };

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
    const pg_hl_exchange *e = self;
    (void)peer;
    (void)headers;
    return strcmp(path, "/ws") == 0 && (!e->config.limits || e->socket_count < HLX_SOCKETS);
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
    hlx_text(socket, text, size);
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

static pg_status add_coin(pg_hl_exchange *e, const pg_hl_exchange_coin *coin, pg_error *err)
{
    hlx_coin *made = &e->coins[pg_exchange_market_count(e->core)];
    pg_hl_asset asset = { .id = pg_exchange_market_count(e->core), .size_decimals = coin->size_decimals };
    if (!coin->name[0] || strlen(coin->name) >= HLX_NAME || coin->size_decimals < 0 ||
        coin->size_decimals > MOST_DECIMALS)
        return pg_fail(err, PG_ERR_INVALID, "the coin '%s' needs a name of 1 to %d bytes and 0 to %d decimals of size",
                       coin->name, HLX_NAME - 1, MOST_DECIMALS);
    if (hlx_find_coin(e, coin->name) >= 0)
        return pg_fail(err, PG_ERR_INVALID, "the coin '%s' is given twice", coin->name);
    snprintf(asset.name, sizeof asset.name, "%s", coin->name);
    snprintf(made->name, sizeof made->name, "%s", coin->name);
    pg_exchange_market_config config = { .max_leverage = coin->max_leverage ? coin->max_leverage : MAX_LEVERAGE,
                                         .impact_usd = strcmp(coin->name, "BTC") == 0 || strcmp(coin->name, "ETH") == 0
                                                           ? 20000
                                                           : 6000,
                                         .tape = coin->tape,
                                         .speed = coin->speed,
                                         .synthetic = coin->synthetic,
                                         .seed = coin->seed };
    pg_status status = pg_hl_asset_instrument(&config.instrument, &asset, err);
    int number;
    if (status == PG_OK)
        status = pg_exchange_add_market(&number, e->core, &config, err);
    if (status != PG_OK)
        return status;
    made->size_decimals = config.instrument.size_decimals;
    made->price_decimals = config.instrument.price_decimals;
    return PG_OK;
}

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
    pg_money amount = (pg_money)fund->usd * pg_pow10(PG_EXCHANGE_MONEY_DECIMALS);
    pg_exchange_deposit(e->core, account, amount);
    hlx_ledger_add(e, account, &(hlx_record){ .kind = HLX_DEPOSIT, .amount_e12 = amount });
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
    for (int i = 0; i < e->config.coin_count && status == PG_OK; i++)
        status = add_coin(e, &e->config.coins[i], err);
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
    hlx_signer *signers = calloc(HLX_SIGNERS, sizeof *signers);
    if (!e || !signers) {
        free(e);
        free(signers);
        return pg_fail(err, PG_ERR_MEMORY, "no memory for an exchange");
    }
    e->config = *config;
    set_defaults(&e->config);
    e->loop = loop;
    e->signers = signers;
    e->last_waiting = &e->first_waiting;
    e->weight = 1e9; /* brought down to its bound when it is looked at */
    pg_status status = fill(e, err);
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
    pg_exchange_free(e->core);
    pg_secp256k1_free(e->curve);
    for (int i = 0; i < PG_EXCHANGE_MARKETS; i++) {
        pg_text_free(&e->coins[i].trades);
        hlx_records_free(&e->coins[i].rates);
        pg_exchange_candles_free(&e->coins[i].candles);
    }
    for (int k = 0; k < PG_EXCHANGE_ACCOUNTS; k++) {
        pg_text_free(&e->users[k].updates);
        pg_text_free(&e->users[k].fills);
        pg_text_free(&e->users[k].cancels);
        pg_text_free(&e->users[k].funding);
        pg_text_free(&e->users[k].moves);
        hlx_records_free(&e->users[k].ledger);
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
