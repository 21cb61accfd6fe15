/* Streams that repeat a whole state: of an account, of all contexts (hyperliquid.md 15.2). */
#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_admin.h"
#include "sim/exchange_hyperliquid_info.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"
#include "sim/exchange_hyperliquid_streams.h"
#include "sim/exchange_hyperliquid_twap.h"
#include "sim/exchange_hyperliquid_vault.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum { FAST_MS = 1000, ALL_CONTEXTS_MS = 14000, STORED_MOST = 65535 };

/* ---- accounts ---- */

/* The whole state of an account. */
static void send_state(hlx_socket *socket, hlx_subscription *s)
{
    pg_hl_exchange *e = socket->exchange;
    const char *channel = s->type == HLX_OPEN_ORDERS ? "openOrders" : "clearinghouseState";
    int account = pg_exchange_find_account(e->core, s->user);
    pg_text *frame = hlx_frame_begin(e, channel);
    pg_json_open(frame, NULL, '{');
    pg_json_string(frame, "dex", e->list.dexs[s->dex].name);
    pg_json_string(frame, "user", s->user);
    if (s->type == HLX_OPEN_ORDERS)
        hlx_json_open_orders(e, frame, "orders", account, s->dex, true);
    else
        hlx_json_clearinghouse(e, frame, "clearinghouseState", account, s->dex);
    pg_json_close(frame, '}');
    s->next_ns = pg_exchange_now(e->core) + e->config.state_ms * 1000000;
    hlx_frame_end(socket, channel, frame);
}

static void send_spot_state(hlx_socket *socket, hlx_subscription *s)
{
    pg_hl_exchange *e = socket->exchange;
    pg_text *frame = hlx_frame_begin(e, "spotState");
    pg_json_open(frame, NULL, '{');
    pg_json_string(frame, "user", s->user);
    hlx_json_spot_state(e, frame, "spotState", pg_exchange_find_account(e->core, s->user));
    pg_json_close(frame, '}');
    s->next_ns = pg_exchange_now(socket->exchange->core) + socket->exchange->config.state_ms * 1000000;
    hlx_frame_end(socket, "spotState", frame);
}

static void send_web_data(hlx_socket *socket, hlx_subscription *s)
{
    pg_hl_exchange *e = socket->exchange;
    int account = pg_exchange_find_account(e->core, s->user);
    pg_text *frame = hlx_frame_begin(e, "webData3");
    pg_json_open(frame, NULL, '{');
    pg_json_open(frame, "userState", '{');
    hlx_json_unnamed_agent(e, frame, account);
    hlx_json_money(frame, "cumLedger", account == PG_EXCHANGE_NOBODY ? 0 : pg_exchange_deposited(e->core, account));
    pg_json_integer(frame, "serverTime", hlx_ms(pg_exchange_now(e->core)));
    pg_json_bool(frame, "isVault", account != PG_EXCHANGE_NOBODY && e->users[account].role == HLX_VAULT);
    pg_json_string(frame, "user", s->user);
    hlx_json_abstraction(e, frame, "abstraction", account);
    pg_json_close(frame, '}');
    pg_json_open(frame, "perpDexStates", '[');
    for (int dex = 0; dex < e->list.dex_count; dex++) {
        pg_money equity = account == PG_EXCHANGE_NOBODY || dex > 0 ? 0 : hlx_vault_equity(e, account);
        pg_json_open(frame, NULL, '{');
        hlx_json_money(frame, "totalVaultEquity", equity);
        pg_json_open(frame, "perpsAtOpenInterestCap", '[');
        pg_json_close(frame, ']');
        if (dex == 0)
            hlx_json_leading_vaults(e, frame, "leadingVaults", account);
        pg_json_close(frame, '}');
    }
    pg_json_close(frame, ']');
    pg_json_close(frame, '}');
    s->next_ns = pg_exchange_now(e->core) + e->config.state_ms * 1000000;
    hlx_frame_end(socket, "webData3", frame);
}

/* At all exchanges. */
static void send_all_states(hlx_socket *socket, hlx_subscription *s)
{
    pg_hl_exchange *e = socket->exchange;
    int account = pg_exchange_find_account(e->core, s->user);
    pg_text *frame = hlx_frame_begin(e, "allDexsClearinghouseState");
    pg_json_open(frame, NULL, '{');
    pg_json_string(frame, "user", s->user);
    pg_json_open(frame, "clearinghouseStates", '[');
    for (int dex = 0; dex < e->list.dex_count; dex++) {
        pg_json_open(frame, NULL, '[');
        pg_json_string(frame, NULL, e->list.dexs[dex].name);
        hlx_json_clearinghouse(e, frame, NULL, account, dex);
        pg_json_close(frame, ']');
    }
    pg_json_close(frame, ']');
    pg_json_close(frame, '}');
    s->next_ns = pg_exchange_now(e->core) + e->config.state_ms * 1000000;
    hlx_frame_end(socket, "allDexsClearinghouseState", frame);
}

static void send_twap_states(hlx_socket *socket, hlx_subscription *s)
{
    pg_hl_exchange *e = socket->exchange;
    pg_text *frame = hlx_frame_begin(e, "twapStates");
    pg_json_open(frame, NULL, '{');
    pg_json_string(frame, "dex", e->list.dexs[s->dex].name);
    pg_json_string(frame, "user", s->user);
    hlx_json_twap_states(e, frame, "states", pg_exchange_find_account(e->core, s->user), s->dex);
    pg_json_close(frame, '}');
    s->next_ns = pg_exchange_now(e->core) + e->config.state_ms * 1000000;
    hlx_frame_end(socket, "twapStates", frame);
}

/* ---- contexts ---- */

/* Those of one exchange or of the pairs. */
static void put_contexts(pg_hl_exchange *e, pg_text *frame, const char *key, int dex)
{
    pg_json_open(frame, key, '[');
    for (int i = 0; i < e->list.coin_count; i++)
        if (e->list.coins[i].dex == dex)
            hlx_json_context(e, frame, NULL, i);
    pg_json_close(frame, ']');
}

static void send_all_contexts(hlx_socket *socket, hlx_subscription *s)
{
    pg_hl_exchange *e = socket->exchange;
    pg_text *frame = hlx_frame_begin(e, "allDexsAssetCtxs");
    pg_json_open(frame, NULL, '{');
    pg_json_open(frame, "ctxs", '[');
    for (int dex = 0; dex < e->list.dex_count; dex++) {
        pg_json_open(frame, NULL, '[');
        pg_json_string(frame, NULL, e->list.dexs[dex].name);
        put_contexts(e, frame, NULL, dex);
        pg_json_close(frame, ']');
    }
    pg_json_close(frame, ']');
    pg_json_close(frame, '}');
    s->next_ns = pg_exchange_now(e->core) + (int64_t)ALL_CONTEXTS_MS * 1000000;
    hlx_frame_end(socket, "allDexsAssetCtxs", frame);
}

/* Of an exchange, or of the pairs, which are an array alone. */
static void send_contexts(hlx_socket *socket, hlx_subscription *s)
{
    pg_hl_exchange *e = socket->exchange;
    const char *channel = hlx_type_name(s->type);
    pg_text *frame = hlx_frame_begin(e, channel);
    if (s->type == HLX_SPOT_CTXS) {
        put_contexts(e, frame, NULL, HLX_SPOT);
    } else {
        pg_json_open(frame, NULL, '{');
        pg_json_string(frame, "dex", e->list.dexs[s->dex].name);
        put_contexts(e, frame, "ctxs", s->dex);
        pg_json_close(frame, '}');
    }
    s->next_ns = pg_exchange_now(e->core) + e->config.state_ms * 1000000;
    hlx_frame_end(socket, channel, frame);
}

/* ---- contexts that are compressed ---- */

/* Marks and mids as an object; all, or those that have changed since they were last told. False: none has. */
static bool put_fast(pg_hl_exchange *e, pg_text *text, bool all)
{
    bool any = false;
    pg_json_open(text, NULL, '{');
    for (int i = 0; i < e->list.coin_count; i++) {
        hlx_coin *coin = &e->coins[i];
        int decimals = e->list.coins[i].price_decimals;
        pg_exchange_context c;
        pg_exchange_get_context(&c, e->core, i);
        bool mark = c.mark != coin->told_mark, mid = c.mid_x2 != coin->told_mid_x2;
        if (!all && !mark && !mid)
            continue;
        pg_json_open(text, e->list.coins[i].name, '{');
        if (all || mark)
            hlx_json_decimal(text, "markPx", c.mark, decimals);
        if ((all || mid) && c.mid_x2 > 0)
            hlx_json_decimal(text, "midPx", 5 * c.mid_x2, decimals + 1);
        pg_json_close(text, '}');
        any = true;
        if (all)
            continue; /* the others have still to be told */
        coin->told_mark = c.mark;
        coin->told_mid_x2 = c.mid_x2;
    }
    pg_json_close(text, '}');
    return any;
}

/* Raw DEFLATE that stores what it is given: a block has a header of five bytes (RFC 1951, 3.2.4). */
static void store(pg_text *out, const char *data, size_t size)
{
    while (true) {
        size_t part = size < STORED_MOST ? size : STORED_MOST;
        char head[5] = { size == part, (char)part, (char)(part >> 8), (char)~part, (char)(~part >> 8) };
        pg_text_add(out, head, sizeof head);
        pg_text_add(out, data, part);
        data += part;
        size -= part;
        if (size == 0)
            return;
    }
}

/* The data of a fastAssetCtxs frame in base64; the caller frees it. NULL: no memory. */
static char *pack(const pg_text *json)
{
    pg_text raw = { 0 };
    store(&raw, json->data, json->length);
    char *text = raw.failed || json->failed ? NULL : malloc(raw.length / 3 * 4 + 5);
    if (text)
        EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)raw.data, (int)raw.length);
    pg_text_free(&raw);
    return text;
}

static void send_fast(hlx_socket *socket, const char *data)
{
    pg_text *frame = hlx_frame_begin(socket->exchange, "fastAssetCtxs");
    frame->comma = false;
    pg_json_string(frame, NULL, data);
    hlx_frame_end(socket, "fastAssetCtxs", frame);
}

static void send_first_fast(hlx_socket *socket)
{
    pg_text json = { 0 };
    put_fast(socket->exchange, &json, true);
    char *data = pack(&json);
    if (data)
        send_fast(socket, data);
    free(data);
    pg_text_free(&json);
}

void hlx_tell_fast_contexts(pg_hl_exchange *e, int64_t now_ns)
{
    if (e->listeners[HLX_FAST_CTXS] == 0 || now_ns < e->fast_contexts_ns)
        return;
    e->fast_contexts_ns = now_ns + (int64_t)FAST_MS * 1000000;
    pg_text json = { 0 };
    char *data = put_fast(e, &json, false) ? pack(&json) : NULL;
    for (hlx_socket *socket = e->sockets; socket && data; socket = socket->next)
        for (int i = 0; i < socket->count && !socket->link.dead; i++)
            if (socket->subscriptions[i].type == HLX_FAST_CTXS)
                send_fast(socket, data);
    free(data);
    pg_text_free(&json);
}

/* ---- by type ---- */

void hlx_tell_state(hlx_socket *socket, hlx_subscription *s)
{
    switch (s->type) {
    case HLX_CLEARINGHOUSE:
    case HLX_OPEN_ORDERS: send_state(socket, s); break;
    case HLX_SPOT_STATE: send_spot_state(socket, s); break;
    case HLX_WEB_DATA: send_web_data(socket, s); break;
    case HLX_ALL_STATES: send_all_states(socket, s); break;
    case HLX_TWAP_STATES: send_twap_states(socket, s); break;
    case HLX_ALL_CTXS: send_all_contexts(socket, s); break;
    case HLX_ASSET_CTXS:
    case HLX_SPOT_CTXS: send_contexts(socket, s); break;
    case HLX_FAST_CTXS: send_first_fast(socket); break;
    default: break;
    }
}
