/* The account's stream: states of orders, fills, what became of transactions, and the answers to those that were sent
 * on it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "venue/lighter/adapter_internal.h"

enum { MESSAGES = 60 /* a minute, transactions apart */ };

/* ---- orders and fills ---- */

/* The client id of an index: ours, or nobody's that is known. */
static pg_client_id id_of(const li_venue *venue, int64_t index)
{
    uint64_t id = pg_lighter_index_find(venue->indexes, index);
    return id ? (pg_client_id){ .run = venue->run, .id = id } : (pg_client_id){ 0 };
}

bool li_told(li_venue *venue, pg_told_order *out, const pg_lighter_order *order, pg_error *err)
{
    int place = li_market_of(venue, order->market);
    if (place < 0) {
        *out = (pg_told_order){ .market = -1, .oid = (uint64_t)order->order_index };
        return true;
    }
    if (pg_lighter_tell_order(out, order, place, &venue->market[place].instrument, err) != PG_OK)
        return false;
    const char *symbol = venue->market[place].symbol;
    out->coin = (pg_span){ symbol, strlen(symbol) };
    out->cloid = id_of(venue, order->client_index);
    const pg_tracked *known = out->cloid.id ? pg_tracker_find(venue->orders, out->cloid.id) : NULL;
    if (known && (known->market != place || known->side != out->side)) /* somebody else's, of the same index */
        out->cloid = (pg_client_id){ 0 };
    return true;
}

int li_fills_of(li_venue *venue, pg_told_fill out[2], const pg_lighter_trade *trade, pg_error *err)
{
    int place = li_market_of(venue, trade->market), n = 0;
    if (place < 0)
        return 0;
    const pg_instrument *instrument = &venue->market[place].instrument;
    if (trade->bid_account == venue->account) {
        if (pg_lighter_tell_fill(&out[n], trade, PG_BUY, place, instrument, err) != PG_OK)
            return -1;
        out[n++].cloid = id_of(venue, trade->bid_client);
    }
    if (trade->ask_account == venue->account) {
        if (pg_lighter_tell_fill(&out[n], trade, PG_SELL, place, instrument, err) != PG_OK)
            return -1;
        out[n++].cloid = id_of(venue, trade->ask_client);
    }
    return n;
}

static bool take_orders(li_venue *venue, const pg_lighter_message *message, int64_t received_ns, pg_error *err)
{
    pg_told_order told;
    for (int i = 0; i < message->orders.count; i++) {
        if (!li_told(venue, &told, PG_LIGHTER_AT(message->orders, pg_lighter_order, i), err))
            return false;
        pg_tracker_update(venue->orders, &told, received_ns);
    }
    return true;
}

/* The first message repeats the newest fills: what is from before this session is not news. */
static bool take_fills(li_venue *venue, const pg_lighter_message *message, int64_t received_ns, pg_error *err)
{
    pg_told_fill fills[2];
    int64_t news_ns = venue->opened_ns + venue->clock_ahead_ns;
    for (int i = 0; i < message->trades.count; i++) {
        const pg_lighter_trade *trade = PG_LIGHTER_AT(message->trades, pg_lighter_trade, i);
        int n = li_fills_of(venue, fills, trade, err);
        if (n < 0)
            return false;
        for (int k = 0; k < n; k++)
            if (message->snapshot && fills[k].time_ns < news_ns)
                pg_tracker_know_fill(venue->orders, &fills[k]);
            else
                pg_tracker_fill(venue->orders, &fills[k], venue->market[fills[k].market].symbol, received_ns);
    }
    return true;
}

/* ---- messages ---- */

static void check_up(li_venue *venue)
{
    if (venue->account_up || !pg_lighter_stream_is_subscribed(venue->account_stream))
        return;
    venue->account_up = true;
    venue->sink.link(venue->sink.self, PG_LINK_ACCOUNT, true, "");
    li_start_check(venue);
}

static bool take_message(li_venue *venue, const pg_lighter_message *message, int64_t received_ns, pg_error *err)
{
    switch (message->kind) {
    case PG_LIGHTER_MSG_SENT: li_answer(venue, message); return true;
    case PG_LIGHTER_MSG_ERROR:
        if (message->code < 30000 || message->code >= 31000) /* of a transaction: those of channels are 30xxx */
            li_answer(venue, message);
        return true;
    case PG_LIGHTER_MSG_ORDERS: return take_orders(venue, message, received_ns, err);
    case PG_LIGHTER_MSG_FILLS: return take_fills(venue, message, received_ns, err);
    case PG_LIGHTER_MSG_OUTCOMES:
        for (int i = 0; i < message->receipts.count && !message->snapshot; i++)
            li_outcome(venue, PG_LIGHTER_AT(message->receipts, pg_lighter_receipt, i));
        return true;
    default: return true;
    }
}

/* A message about the account that cannot be read may have been a fill: the connection is made anew, whereupon fills
 * come again and the host reads the account. */
static void text(void *self, char *data, size_t size, int64_t received_ns)
{
    li_venue *venue = self;
    const pg_lighter_message *message;
    pg_error err;
    char words[1024];
    if (pg_lighter_decode(venue->decoder, &message, data, size, &err) == PG_OK) {
        pg_lighter_stream_look(venue->account_stream, message, data, size);
        if (take_message(venue, message, received_ns, &err)) {
            li_pump(venue);
            return;
        }
    }
    li_log(venue, PG_LOG_ERROR, "a message about the account cannot be read", "why",
           pg_error_text(&err, words, sizeof words));
    pg_lighter_stream_drop(venue->account_stream, "a message about the account could not be read");
}

static void subscribed(void *self)
{
    li_venue *venue = self;
    venue->subscribed_ns[PG_LINK_ACCOUNT] = li_now();
    check_up(venue);
}

static void closed(void *self, const char *why)
{
    li_venue *venue = self;
    bool was_up = venue->account_up;
    venue->account_up = false;
    li_flights_lost(venue);
    if (venue->nonces)
        pg_lighter_nonces_doubt(venue->nonces, li_now());
    if (was_up)
        venue->sink.link(venue->sink.self, PG_LINK_ACCOUNT, false, why);
}

static const char *token(void *self)
{
    return li_token(self);
}

pg_status li_account_open(li_venue *venue, pg_error *err)
{
    static const struct {
        const char *name;
        bool awaited; /* without its first message nothing is known */
    } wanted[] = {
        { "account_all_orders", true },  { "account_all_trades", false }, { "account_all_positions", true },
        { "account_all_assets", false }, { "user_stats", true },          { "account_tx", false },
    };
    char url[LI_URL + 16];
    if (venue->account < 0 || (!venue->key && !venue->read_only))
        return PG_OK;
    snprintf(url, sizeof url, "ws%s/stream", venue->url + strlen("http"));
    pg_lighter_stream_config config = { .url = url, .name = "account", .log = venue->log, .messages = MESSAGES };
    pg_lighter_stream_handler handler = { venue, text, subscribed, closed, token };
    pg_status status = pg_lighter_stream_new(&venue->account_stream, venue->loop, &config, handler, err);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && status == PG_OK; i++) {
        char channel[PG_LIGHTER_CHANNEL];
        snprintf(channel, sizeof channel, "%s/%" PRId64, wanted[i].name, venue->account);
        status = pg_lighter_stream_add(venue->account_stream, channel, true, wanted[i].awaited, err);
    }
    return status == PG_OK ? pg_lighter_stream_start(venue->account_stream, err) : status;
}

/* The token that the channels were subscribed with ends: another is made in time, and they are subscribed anew. */
void li_account_tick(li_venue *venue, int64_t now_ns)
{
    int64_t until_s = venue->token_until_s;
    (void)now_ns;
    if (!venue->account_stream || venue->read_only || !until_s)
        return;
    if (li_token(venue) && venue->token_until_s != until_s)
        pg_lighter_stream_renew(venue->account_stream);
}
