/* Lighter's exchange as a server: its life, connections and requests. */
#include "sim/exchange_lighter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_lighter_internal.h"

enum {
    PLAY_MS = 5,
    BOOK_MS = 50,
    STATS_MS = 1000,
    BLOCK_MS = 100,
    OPEN_ORDERS = 1500,
    FAR_PERCENT = 95, /* beyond what the venue's own price checks refuse before */
    PRICE_DECIMALS = 6,
    LEAST_FRACTION = 200,
    FRACTION = 10000,
    FIRST_ID = 100,
    FIRST_HEIGHT = 227000000,
    FIRST_MASTER = 1000000
};

int64_t lix_now_ms(const pg_lighter_exchange *e)
{
    return pg_exchange_now(e->core) / 1000000;
}

int64_t lix_height(const pg_lighter_exchange *e)
{
    return FIRST_HEIGHT + (pg_exchange_now(e->core) - e->start_ns) / ((int64_t)BLOCK_MS * 1000000);
}

bool lix_take(const pg_lighter_exchange *e, lix_bucket *bucket, double limit, double cost)
{
    int64_t now_ns = pg_exchange_now(e->core);
    if (!e->config.limits)
        return true;
    bucket->left = bucket->begun ? bucket->left + (double)(now_ns - bucket->then_ns) * 1e-9 * (limit / 60) : limit;
    bucket->left = bucket->left > limit ? limit : bucket->left;
    bucket->then_ns = now_ns;
    bucket->begun = true;
    if (bucket->left < cost)
        return false;
    bucket->left -= cost;
    return true;
}

/* ---- connections ---- */

void lix_enter(pg_lighter_exchange *e)
{
    e->busy++;
}

static void free_socket(lix_socket *socket)
{
    *(socket->before ? &socket->before->next : &socket->exchange->sockets) = socket->next;
    if (socket->next)
        socket->next->before = socket->before;
    socket->exchange->socket_count--;
    pg_exchange_link_clear(&socket->link);
    free(socket);
}

void lix_leave(pg_lighter_exchange *e)
{
    if (--e->busy > 0)
        return;
    for (lix_socket *socket = e->sockets, *next; socket; socket = next) {
        next = socket->next;
        if (socket->gone)
            free_socket(socket);
    }
}

/* Marks a peer until it has its socket. */
static const char readonly;

static bool on_connect(void *self, pg_peer *peer, const char *path, const pg_server_request *headers)
{
    const pg_lighter_exchange *e = self;
    if (strstr(headers->query, "readonly=true"))
        pg_peer_set(peer, (void *)&readonly);
    return strcmp(path, "/stream") == 0 && (!e->config.limits || e->socket_count < LIX_SOCKETS);
}

static void on_opened(void *self, pg_peer *peer)
{
    static const char connected[] = "{\"type\":\"connected\"}";
    pg_lighter_exchange *e = self;
    lix_socket *socket = calloc(1, sizeof *socket);
    if (!socket) {
        pg_peer_set(peer, NULL);
        pg_peer_close(peer, true);
        return;
    }
    int64_t now_ns = pg_exchange_now(e->core);
    socket->exchange = e;
    socket->readonly = pg_peer_get(peer) == &readonly;
    socket->link = (pg_exchange_link){ .links = &e->links, .peer = peer, .sent_ns = now_ns };
    socket->heard_ns = socket->pinged_ns = now_ns;
    socket->next = e->sockets;
    if (e->sockets)
        e->sockets->before = socket;
    e->sockets = socket;
    e->socket_count++;
    pg_peer_set(peer, socket);
    lix_enter(e);
    pg_exchange_link_send(&socket->link, "connected", connected, sizeof connected - 1);
    lix_leave(e);
}

static void on_text(void *self, pg_peer *peer, char *text, size_t size)
{
    pg_lighter_exchange *e = self;
    lix_socket *socket = pg_peer_get(peer);
    if (!socket || socket->link.dead)
        return;
    e->requests++;
    lix_enter(e);
    lix_text(socket, text, size);
    lix_leave(e);
}

static void on_gone(void *self, pg_peer *peer)
{
    pg_lighter_exchange *e = self;
    lix_socket *socket = pg_peer_get(peer);
    lix_enter(e);
    pg_exchange_links_forget(&e->links, peer);
    if (socket && (const void *)socket != &readonly)
        socket->gone = socket->link.dead = true;
    lix_leave(e);
}

/* ---- HTTP ---- */

static void on_request(void *self, const pg_server_request *request)
{
    static const char prefix[] = "/api/v1/";
    pg_lighter_exchange *e = self;
    lix_request r = { .peer = request->peer, .path = request->path, .authorization = request->authorization };
    e->requests++;
    lix_enter(e);
    r.fault = pg_faults_next(e->config.faults, request->path);
    r.post = strcmp(request->method, "POST") == 0;
    pg_status status = pg_form_add_query(&r.form, request->query, strlen(request->query), NULL);
    if (status == PG_OK && r.post)
        status = pg_form_add_body(&r.form, request->body, request->size, NULL);
    if (strncmp(r.path, prefix, sizeof prefix - 1) == 0)
        r.path += sizeof prefix - 1;
    if (!r.post && strcmp(request->method, "GET") != 0)
        pg_server_answer(r.peer, 405, "text/html", "405", 3);
    else if (r.fault && r.fault->kind == PG_FAULT_STATUS)
        pg_server_answer(r.peer, r.fault->code, "text/plain", r.fault->text, strlen(r.fault->text));
    else if (status != PG_OK)
        lix_refuse(e, &r, LIX_INVALID_PARAM, NULL);
    else
        lix_rest(e, &r);
    pg_form_free(&r.form);
    lix_leave(e);
}

/* ---- steps ---- */

void pg_lighter_exchange_step(pg_lighter_exchange *e)
{
    pg_error err = { 0 };
    lix_enter(e);
    if (pg_exchange_play(e->core, &err) != PG_OK)
        pg_log_write(e->config.log, PG_LOG_ERROR, "exchange", err.what, NULL, 0);
    lix_run_pending(e);
    lix_twap_run(e);
    lix_publish(e);
    lix_leave(e);
}

static void on_timer(void *self)
{
    pg_lighter_exchange_step(self);
}

void pg_lighter_exchange_push(pg_lighter_exchange *e, int market, const pg_event *events, size_t count)
{
    lix_enter(e);
    pg_exchange_push_events(e->core, market, events, count);
    lix_publish(e);
    lix_leave(e);
}

/* ---- life ---- */

/* The venue's ids of names that it has long had; the next free number for others. */
static int usual_id(const pg_lighter_exchange *e, const char *name)
{
    static const struct {
        const char *name;
        int id;
    } known[] = { { "ETH", 0 }, { "BTC", 1 }, { "SOL", 2 }, { "DOGE", 3 }, { "HYPE", 24 }, { "PAXG", 48 } };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].id;
    int id = FIRST_ID;
    while (lix_find_market(e, id) >= 0)
        id++;
    return id;
}

static pg_status check_market(const pg_lighter_exchange *e, const lix_market *made,
                              const pg_lighter_exchange_market *market, pg_error *err)
{
    if (!market->name[0] || strlen(market->name) >= LIX_NAME || market->price_decimals < 0 ||
        market->price_decimals > PRICE_DECIMALS)
        return pg_fail(err, PG_ERR_INVALID, "the market '%s' needs a name of 1 to %d bytes and 0 to %d decimals",
                       market->name, LIX_NAME - 1, PRICE_DECIMALS);
    if (made->id > 254 || lix_find_market(e, made->id) >= 0)
        return pg_fail(err, PG_ERR_INVALID, "the market id %d of %s is above 254 or taken", made->id, market->name);
    for (int i = 0; i < pg_exchange_market_count(e->core); i++)
        if (strcmp(e->markets[i].name, market->name) == 0)
            return pg_fail(err, PG_ERR_INVALID, "the market '%s' is given twice", market->name);
    if (made->min_fraction < 1 || made->min_fraction > FRACTION || market->min_size < 0)
        return pg_fail(err, PG_ERR_INVALID, "%s: the least margin fraction is 1 to %d, the least size not negative",
                       market->name, FRACTION);
    return PG_OK;
}

static pg_status add_market(pg_lighter_exchange *e, const pg_lighter_exchange_market *market, pg_error *err)
{
    lix_market made = { .price_decimals = market->price_decimals,
                        .size_decimals = PRICE_DECIMALS - market->price_decimals,
                        .min_size = market->min_size,
                        .min_fraction = market->min_fraction ? market->min_fraction : LEAST_FRACTION };
    made.id = market->id >= 0 ? market->id : usual_id(e, market->name);
    pg_status status = check_market(e, &made, market, err);
    if (status != PG_OK)
        return status;
    snprintf(made.name, sizeof made.name, "%s", market->name);
    pg_exchange_market_config config = { .max_leverage = FRACTION / made.min_fraction,
                                         .tape = market->tape,
                                         .speed = market->speed,
                                         .synthetic = market->synthetic,
                                         .seed = market->seed };
    status = pg_instrument_init(&config.instrument, "lighter", made.name, made.price_decimals, made.size_decimals, 1, 1,
                                0, err);
    int number;
    if (status == PG_OK)
        status = pg_exchange_add_market(&number, e->core, &config, err);
    if (status == PG_OK)
        e->markets[number] = made;
    return status;
}

static pg_status add_fund(pg_lighter_exchange *e, const pg_lighter_exchange_fund *fund, pg_error *err)
{
    if (fund->index < 0 || fund->index >= LIX_FIRST_SUB / 2 || fund->index == LIX_FLOW ||
        lix_find_account(e, fund->index))
        return pg_fail(err, PG_ERR_INVALID, "%lld is no index of a master account, or given twice",
                       (long long)fund->index);
    lix_account *a = lix_open_account(e, fund->index, fund->index, fund->l1_address, fund->tier);
    if (!a)
        return pg_fail(err, PG_ERR_FULL, "an exchange has %d accounts at most", PG_EXCHANGE_ACCOUNTS);
    for (int i = 0; i < fund->key_count; i++) {
        lix_key *key = lix_make_key(a, fund->keys[i].index);
        const char *text = fund->keys[i].public_key;
        if (!key)
            return pg_fail(err, PG_ERR_INVALID, "account %lld: no room for its keys", (long long)fund->index);
        pg_status status = pg_hex_decode(key->public_key, sizeof key->public_key, text, strlen(text), err);
        if (status != PG_OK)
            return status;
        key->registered = true;
    }
    if (fund->quota > 0)
        a->quota = fund->quota;
    pg_exchange_deposit(e->core, a->number, (pg_money)fund->usd * pg_pow10(PG_EXCHANGE_MONEY_DECIMALS));
    return PG_OK;
}

static pg_status fill(pg_lighter_exchange *e, pg_error *err)
{
    pg_exchange_config core = { .seed = e->config.seed,
                                .clock = e->config.clock,
                                .queue = PG_QUEUE_POWER3,
                                .open_orders = OPEN_ORDERS + 500, /* this many and those that wait for a trigger */
                                .far_percent = FAR_PERCENT,
                                .funding_ns = e->config.funding_ns,
                                .trades_ascend = true };
    if (e->config.market_count < 1 || e->config.market_count > PG_EXCHANGE_MARKETS)
        return pg_fail(err, PG_ERR_INVALID, "an exchange has 1 to %d markets", PG_EXCHANGE_MARKETS);
    pg_status status = pg_exchange_new(&e->core, &core, lix_sink(e), err);
    if (status == PG_OK)
        e->start_ns = pg_exchange_now(e->core);
    for (int i = 0; i < e->config.market_count && status == PG_OK; i++)
        status = add_market(e, &e->config.markets[i], err);
    for (int i = 0; i < e->config.fund_count && status == PG_OK; i++)
        status = add_fund(e, &e->config.funds[i], err);
    e->links = (pg_exchange_links){ .loop = e->loop, .core = e->core, .faults = e->config.faults };
    return status == PG_OK ? pg_exchange_play(e->core, err) : status;
}

static pg_status serve(pg_lighter_exchange *e, pg_error *err)
{
    pg_server_handler handler = {
        .self = e, .request = on_request, .connect = on_connect, .opened = on_opened, .text = on_text, .gone = on_gone
    };
    pg_status status = pg_secp256k1_new(&e->curve, err);
    if (status == PG_OK)
        status = pg_server_new(&e->server, e->loop, &(pg_server_config){ .port = e->config.port, .compress = true },
                               handler, err);
    if (status != PG_OK)
        return status;
    snprintf(e->url, sizeof e->url, "http://127.0.0.1:%d", pg_server_port(e->server));
    int64_t period = e->config.play_ms;
    if (period > 0)
        e->timer = pg_timer_start(e->loop, period, period, e, on_timer);
    return period > 0 && !e->timer ? pg_fail(err, PG_ERR_MEMORY, "no memory for a timer") : PG_OK;
}

static void set_defaults(pg_lighter_exchange_config *c)
{
    c->chain_id = c->chain_id ? c->chain_id : PG_LIGHTER_TESTNET;
    c->play_ms = c->play_ms ? c->play_ms : PLAY_MS;
    c->book_ms = c->book_ms ? c->book_ms : BOOK_MS;
    c->stats_ms = c->stats_ms ? c->stats_ms : STATS_MS;
    c->funding_ns = c->funding_ns ? c->funding_ns : 3600000000000;
}

pg_status pg_lighter_exchange_new(pg_lighter_exchange **exchange, pg_loop *loop,
                                  const pg_lighter_exchange_config *config, pg_error *err)
{
    pg_lighter_exchange *e = calloc(1, sizeof *e);
    lix_tx *txs = calloc(LIX_TXS, sizeof *txs);
    if (!e || !txs) {
        free(e);
        free(txs);
        return pg_fail(err, PG_ERR_MEMORY, "no memory for an exchange");
    }
    e->config = *config;
    set_defaults(&e->config);
    e->loop = loop;
    e->txs = txs;
    e->next_sub = LIX_FIRST_SUB;
    e->next_master = FIRST_MASTER;
    e->nonce = 9000000000 + (int64_t)(config->seed % 1000) * 1000000;
    pg_status status = fill(e, err);
    if (status == PG_OK)
        status = serve(e, err);
    if (status != PG_OK) {
        pg_lighter_exchange_free(e);
        return status;
    }
    *exchange = e;
    return PG_OK;
}

static void free_market(lix_market *m)
{
    free(m->trades.items);
    free(m->rates.items);
    pg_exchange_candles_free(&m->candles);
    pg_exchange_candles_free(&m->marks);
}

void pg_lighter_exchange_free(pg_lighter_exchange *e)
{
    if (!e)
        return;
    pg_timer_stop(e->timer);
    pg_server_free(e->server);
    pg_exchange_links_forget(&e->links, NULL);
    while (e->sockets)
        free_socket(e->sockets);
    for (lix_pending *p = e->pending, *next; p; p = next) {
        next = p->next;
        free(p);
    }
    lix_twap_free(e);
    pg_exchange_free(e->core);
    pg_secp256k1_free(e->curve);
    for (int i = 0; i < PG_EXCHANGE_MARKETS; i++)
        free_market(&e->markets[i]);
    for (int k = 0; k < PG_EXCHANGE_ACCOUNTS; k++)
        lix_account_free(e->accounts[k]);
    for (int i = 0; i < LIX_TXS; i++)
        free(e->txs[i].info);
    free(e->txs);
    pg_text_free(&e->out);
    pg_text_free(&e->frame);
    pg_text_free(&e->executed);
    free(e);
}

int pg_lighter_exchange_port(const pg_lighter_exchange *e)
{
    return pg_server_port(e->server);
}

const char *pg_lighter_exchange_url(const pg_lighter_exchange *e)
{
    return e->url;
}

pg_exchange *pg_lighter_exchange_core(pg_lighter_exchange *e)
{
    return e->core;
}

int pg_lighter_exchange_account(const pg_lighter_exchange *e, int64_t index)
{
    const lix_account *a = lix_find_account(e, index);
    return a ? a->number : PG_EXCHANGE_NOBODY;
}

void pg_lighter_exchange_cut(pg_lighter_exchange *e)
{
    lix_enter(e);
    for (lix_socket *socket = e->sockets; socket; socket = socket->next)
        if (!socket->gone)
            pg_exchange_link_close(&socket->link, true);
    lix_leave(e);
}

int pg_lighter_exchange_sockets(const pg_lighter_exchange *e)
{
    return e->socket_count;
}

uint64_t pg_lighter_exchange_requests(const pg_lighter_exchange *e)
{
    return e->requests;
}
