/* Extended's exchange as a server: its life, its connections, its clock. */
#include "sim/exchange_extended.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_extended_internal.h"

enum { PLAY_MS = 5, PING_MS = 15000, PONG_MS = 10000 };

static const char streams[] = "/stream.extended.exchange";

/* ---- connections ---- */

void exx_enter(pg_extended_exchange *e)
{
    e->busy++;
}

static void free_socket(exx_socket *socket)
{
    *(socket->before ? &socket->before->next : &socket->exchange->sockets) = socket->next;
    if (socket->next)
        socket->next->before = socket->before;
    socket->exchange->socket_count--;
    pg_exchange_link_clear(&socket->link);
    free(socket->subscriptions);
    free(socket);
}

void exx_leave(pg_extended_exchange *e)
{
    if (--e->busy > 0)
        return;
    for (exx_socket *socket = e->sockets, *next; socket; socket = next) {
        next = socket->next;
        if (socket->gone)
            free_socket(socket);
    }
}

/* A connection that is being opened: its one subscription, unless it is of the multiplexed stream. */
static exx_socket *make_socket(pg_extended_exchange *e, pg_peer *peer, const exx_subscription *s, bool rpc)
{
    exx_socket *socket = calloc(1, sizeof *socket);
    exx_subscription *list = socket && !rpc ? calloc(1, sizeof *list) : NULL;
    if (!socket || (!rpc && !list)) {
        free(socket);
        return NULL;
    }
    *socket = (exx_socket){ .exchange = e,
                            .next = e->sockets,
                            .link = { .links = &e->links, .peer = peer, .sent_ns = pg_exchange_now(e->core) },
                            .rpc = rpc,
                            .seq = rpc ? 0 : 1,
                            .subscriptions = list };
    if (list)
        list[socket->capacity++] = *s; /* it counts from when the connection is open */
    return socket;
}

static bool on_connect(void *self, pg_peer *peer, const char *path, const pg_server_request *headers)
{
    pg_extended_exchange *e = self;
    exx_subscription s = { .scope = EXX_SCOPES };
    bool rpc;
    size_t prefix = sizeof streams - 1;
    if (!headers->user_agent[0]) {
        pg_peer_refuse(peer, 403);
        return false;
    }
    if (strncmp(path, streams, prefix) != 0 || e->socket_count == EXX_SOCKETS)
        return false;
    if (!exx_read_path(&s, &rpc, e, path + prefix, headers->query, headers->api_key)) {
        if (s.scope == EXX_ACCOUNT && s.account == PG_EXCHANGE_NOBODY)
            pg_peer_refuse(peer, 401);
        return false;
    }
    exx_socket *socket = make_socket(e, peer, &s, rpc);
    if (!socket)
        return false;
    if (e->sockets)
        e->sockets->before = socket;
    e->sockets = socket;
    e->socket_count++;
    pg_peer_set(peer, socket);
    return true;
}

static void on_opened(void *self, pg_peer *peer)
{
    pg_extended_exchange *e = self;
    exx_socket *socket = pg_peer_get(peer);
    exx_enter(e);
    if (!socket->rpc) {
        exx_tell_first(socket, socket->subscriptions);
        socket->count = socket->capacity;
    }
    exx_leave(e);
}

/* The single streams take nothing. */
static void on_text(void *self, pg_peer *peer, char *text, size_t size)
{
    pg_extended_exchange *e = self;
    exx_socket *socket = pg_peer_get(peer);
    if (!socket || socket->link.dead || !socket->rpc)
        return;
    e->requests++;
    exx_enter(e);
    exx_rpc(socket, text, size);
    exx_leave(e);
}

static void on_gone(void *self, pg_peer *peer)
{
    pg_extended_exchange *e = self;
    exx_socket *socket = pg_peer_get(peer);
    exx_enter(e);
    pg_exchange_links_forget(&e->links, peer);
    if (socket)
        socket->gone = socket->link.dead = true;
    exx_leave(e);
}

static void on_request(void *self, const pg_server_request *request)
{
    pg_extended_exchange *e = self;
    e->requests++;
    exx_enter(e);
    exx_request(e, request);
    exx_leave(e);
}

/* ---- steps ---- */

void pg_extended_exchange_step(pg_extended_exchange *e)
{
    pg_error err = { 0 };
    exx_enter(e);
    if (pg_exchange_play(e->core, &err) != PG_OK)
        pg_log_write(e->config.log, PG_LOG_ERROR, "exchange", err.what, NULL, 0);
    exx_publish(e);
    exx_leave(e);
}

static void on_timer(void *self)
{
    pg_extended_exchange_step(self);
}

void pg_extended_exchange_push(pg_extended_exchange *e, int market, const pg_event *events, size_t count)
{
    pg_exchange_push_events(e->core, market, events, count);
}

/* ---- life ---- */

static pg_status make_core(pg_extended_exchange *e, pg_error *err)
{
    pg_exchange_config core = { .seed = e->config.seed,
                                .clock = e->config.clock,
                                .maker_fee_e8 = EXX_MAKER_FEE_E8,
                                .taker_fee_e8 = EXX_TAKER_FEE_E8,
                                .queue = PG_QUEUE_POWER3,
                                .open_orders = EXX_OPEN_ORDERS * PG_EXCHANGE_MARKETS,
                                .funding_ns = e->config.funding_ns,
                                .trades_ascend = true };
    pg_status status = pg_exchange_new(&e->core, &core, exx_sink(e), err);
    e->links = (pg_exchange_links){ .loop = e->loop, .core = e->core, .faults = e->config.faults };
    return status;
}

static pg_status fill(pg_extended_exchange *e, pg_error *err)
{
    if (e->config.market_count < 1 || e->config.market_count > PG_EXCHANGE_MARKETS)
        return pg_fail(err, PG_ERR_INVALID, "an exchange has 1 to %d markets", PG_EXCHANGE_MARKETS);
    pg_status status = make_core(e, err);
    if (status == PG_OK)
        status = pg_extended_domain_hash(&e->domain, "Perpetuals", "v0", e->config.mainnet ? "SN_MAIN" : "SN_SEPOLIA",
                                         1, err);
    if (status == PG_OK)
        status = pg_recent_new(&e->hashes, EXX_HASHES, err);
    for (int i = 0; i < e->config.market_count && status == PG_OK; i++)
        status = exx_add_market(e, &e->config.markets[i], err);
    for (int i = 0; i < e->config.fund_count && status == PG_OK; i++)
        status = exx_add_account(e, &e->config.funds[i], err);
    if (status == PG_OK)
        status = pg_exchange_play(e->core, err);
    if (status == PG_OK)
        pg_bucket_init(&e->bucket, EXX_REQUESTS_A_MINUTE, EXX_REQUESTS_A_MINUTE / 60.0, 0, pg_exchange_now(e->core));
    return status;
}

static pg_status serve(pg_extended_exchange *e, pg_error *err)
{
    pg_server_handler handler = {
        .self = e, .request = on_request, .connect = on_connect, .opened = on_opened, .text = on_text, .gone = on_gone
    };
    pg_server_config config = {
        .port = e->config.port, .clock = e->config.clock, .ping_ms = PING_MS, .pong_ms = PONG_MS
    };
    pg_status status = pg_server_new(&e->server, e->loop, &config, handler, err);
    if (status != PG_OK)
        return status;
    snprintf(e->url, sizeof e->url, "http://127.0.0.1:%d", pg_server_port(e->server));
    if (e->config.play_ms > 0)
        e->timer = pg_timer_start(e->loop, e->config.play_ms, e->config.play_ms, e, on_timer);
    return e->config.play_ms > 0 && !e->timer ? pg_fail(err, PG_ERR_MEMORY, "no memory for a timer") : PG_OK;
}

static void set_defaults(pg_extended_exchange_config *c)
{
    c->clock = c->clock.now ? c->clock : pg_clock_real();
    c->play_ms = c->play_ms ? c->play_ms : PLAY_MS;
    c->book_ms = c->book_ms ? c->book_ms : 100;
    c->best_ms = c->best_ms ? c->best_ms : 10;
    c->price_ms = c->price_ms ? c->price_ms : 1000;
    c->candle_ms = c->candle_ms ? c->candle_ms : 1000;
    c->state_ms = c->state_ms ? c->state_ms : 5000;
    c->funding_ns = c->funding_ns ? c->funding_ns : 3600000000000;
}

pg_status pg_extended_exchange_new(pg_extended_exchange **exchange, pg_loop *loop,
                                   const pg_extended_exchange_config *config, pg_error *err)
{
    pg_extended_exchange *e = calloc(1, sizeof *e);
    if (!e)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for an exchange");
    e->config = *config;
    set_defaults(&e->config);
    e->loop = loop;
    e->markets = calloc(PG_EXCHANGE_MARKETS, sizeof *e->markets);
    e->accounts = calloc(PG_EXCHANGE_ACCOUNTS, sizeof *e->accounts);
    pg_status status =
        e->markets && e->accounts ? fill(e, err) : pg_fail(err, PG_ERR_MEMORY, "no memory for an exchange");
    if (status == PG_OK)
        status = serve(e, err);
    if (status != PG_OK) {
        pg_extended_exchange_free(e);
        return status;
    }
    *exchange = e;
    return PG_OK;
}

static void free_markets(pg_extended_exchange *e)
{
    for (int i = 0; e->markets && i < PG_EXCHANGE_MARKETS; i++) {
        exx_market *m = &e->markets[i];
        pg_text_free(&m->trades);
        pg_text_free(&m->book.replay);
        for (int kind = 0; kind < EXX_PRICES; kind++)
            pg_exchange_candles_free(&m->candles[kind]);
    }
    free(e->markets);
}

void pg_extended_exchange_free(pg_extended_exchange *e)
{
    if (!e)
        return;
    pg_timer_stop(e->timer);
    pg_server_free(e->server);
    pg_exchange_links_forget(&e->links, NULL);
    while (e->sockets)
        free_socket(e->sockets);
    pg_exchange_free(e->core);
    pg_recent_free(e->hashes);
    for (int k = 0; e->accounts && k < PG_EXCHANGE_ACCOUNTS; k++)
        exx_free_account(&e->accounts[k]);
    free(e->accounts);
    free_markets(e);
    pg_text_free(&e->out);
    pg_text_free(&e->frame);
    pg_text_free(&e->data);
    free(e);
}

int pg_extended_exchange_port(const pg_extended_exchange *e)
{
    return pg_server_port(e->server);
}

const char *pg_extended_exchange_url(const pg_extended_exchange *e)
{
    return e->url;
}

pg_exchange *pg_extended_exchange_core(pg_extended_exchange *e)
{
    return e->core;
}

void pg_extended_exchange_set_mode(pg_extended_exchange *e, pg_extended_mode mode)
{
    e->mode = mode;
}

void pg_extended_exchange_cut(pg_extended_exchange *e)
{
    exx_enter(e);
    for (exx_socket *socket = e->sockets; socket; socket = socket->next)
        if (!socket->gone)
            pg_exchange_link_close(&socket->link, true);
    exx_leave(e);
}

int pg_extended_exchange_sockets(const pg_extended_exchange *e)
{
    return e->socket_count;
}

uint64_t pg_extended_exchange_requests(const pg_extended_exchange *e)
{
    return e->requests;
}
