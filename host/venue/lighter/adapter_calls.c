/* Reading the account, and cancelling everything. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "venue/lighter/adapter_internal.h"

enum { LOOK_AGAIN_MS = 200, LOOK_AGAIN_MAX_MS = 2000, ORDERS_MAX = 4096, HELD_MAX = 512, MONEY_DECIMALS = 6 };

static const int64_t cancel_all_ns = 10 * (int64_t)1000000000;
static const int64_t look_ns = 8000; /* ms: patience of a question */

static void ask_orders(li_venue *venue, void *self, pg_lighter_asked done)
{
    char path[128];
    snprintf(path, sizeof path, "/api/v1/accountActiveOrders?account_index=%" PRId64 "&market_id=255", venue->account);
    pg_lighter_question question = {
        .path = path, .token = li_token(venue), .weight = 300, .safety = true, .patience_ms = look_ns
    };
    pg_lighter_rest_ask(venue->rest, &question, self, done);
}

/* ---- the account ---- */

typedef struct {
    pg_call call;
    void *self;
    pg_account_done done;
    int64_t asked_ns;
    pg_account_state state;
    pg_open_order orders[ORDERS_MAX];
    pg_held held[HELD_MAX];
} reading;

static void reading_done(reading *r, const pg_error *err)
{
    li_venue *venue = li_of(&r->call);
    r->state.orders = r->orders;
    r->state.held = r->held;
    if (!err)
        pg_tracker_list_end(venue->orders, r->asked_ns, li_now());
    r->done(r->self, err ? NULL : &r->state, err);
    pg_call_end(&r->call);
}

/* The sign is told apart from the size: a short position's size is positive, too. */
static pg_status add_held(reading *r, const pg_lighter_position *position, pg_error *err)
{
    li_venue *venue = li_of(&r->call);
    int64_t amount;
    char entry[40];
    if (!pg_lighter_units(&amount, position->position, 8) || amount < 0 ||
        (position->sign != 1 && position->sign != -1))
        return pg_fail(err, PG_ERR_PARSE, "a position of %.*s cannot be read", (int)position->symbol.size,
                       position->symbol.data ? position->symbol.data : "");
    if (amount == 0)
        return PG_OK;
    if (r->state.held_count == HELD_MAX)
        return pg_fail(err, PG_ERR_FULL, "more than %d positions", HELD_MAX);
    pg_held *held = &r->held[r->state.held_count++];
    *held = (pg_held){ .market = li_market_of(venue, position->market) };
    snprintf(held->symbol, sizeof held->symbol, "%.*s", (int)position->symbol.size,
             position->symbol.data ? position->symbol.data : "");
    snprintf(held->text, sizeof held->text, "%s%.*s", position->sign < 0 ? "-" : "", (int)position->position.size,
             position->position.data);
    snprintf(entry, sizeof entry, "%.*s", (int)(position->entry.size < 32 ? position->entry.size : 32),
             position->entry.data ? position->entry.data : "");
    int64_t scaled = 0;
    if (pg_lighter_units(&scaled, (pg_span){ entry, strlen(entry) }, 8))
        held->entry = (double)scaled * 1e-8;
    if (held->market < 0)
        return PG_OK;
    const li_market *market = &venue->market[held->market];
    memcpy(held->symbol, market->symbol, sizeof held->symbol);
    if (!pg_lighter_units_exact(&held->quantity, position->position, market->instrument.size_decimals))
        return pg_fail(err, PG_ERR_PARSE, "the position of %s is no number of its decimals", market->symbol);
    held->quantity *= position->sign;
    return PG_OK;
}

/* A spot market's position is what there is of its base asset. */
static pg_status add_spot(reading *r, const pg_lighter_asset *asset, pg_error *err)
{
    li_venue *venue = li_of(&r->call);
    for (int i = 0; i < venue->market_count; i++) {
        const li_market *market = &venue->market[i];
        size_t length = strcspn(market->symbol, "/");
        if (market->is_perp || asset->symbol.size != length || memcmp(market->symbol, asset->symbol.data, length) != 0)
            continue;
        pg_lighter_position position = { .market = market->id,
                                         .sign = 1,
                                         .symbol = { market->symbol, strlen(market->symbol) },
                                         .position = asset->balance };
        pg_status status = add_held(r, &position, err);
        if (status != PG_OK)
            return status;
    }
    return PG_OK;
}

static int64_t money_of(pg_span text)
{
    int64_t e6 = 0;
    return pg_lighter_units(&e6, text, MONEY_DECIMALS) ? e6 : 0;
}

/* What all is worth: the venue's total when it tells one, else the collateral and what positions have gained. */
static int64_t equity_of(const pg_lighter_account *account, const pg_lighter_message *message)
{
    int64_t total = money_of(account->total), e6 = money_of(account->collateral);
    if (total > 0)
        return total;
    for (int i = 0; i < message->positions.count; i++)
        e6 += money_of(PG_LIGHTER_AT(message->positions, pg_lighter_position, i)->unrealized);
    return e6;
}

static void account_came(void *self, const pg_lighter_found *found, int64_t code, const pg_error *why)
{
    reading *r = self;
    li_venue *venue = li_of(&r->call);
    const pg_lighter_message *message;
    pg_error err;
    (void)code;
    if (!found) {
        reading_done(r, why);
        return;
    }
    pg_status status = pg_lighter_decode(venue->decoder, &message, found->text, found->size, &err);
    if (status == PG_OK && message->accounts.count == 0)
        status = pg_fail(&err, PG_ERR_NOT_FOUND, "the venue tells nothing about account %" PRId64, venue->account);
    for (int i = 0; status == PG_OK && i < message->positions.count; i++)
        status = add_held(r, PG_LIGHTER_AT(message->positions, pg_lighter_position, i), &err);
    for (int i = 0; status == PG_OK && i < message->assets.count; i++)
        status = add_spot(r, PG_LIGHTER_AT(message->assets, pg_lighter_asset, i), &err);
    if (status != PG_OK) {
        reading_done(r, &err);
        return;
    }
    const pg_lighter_account *account = PG_LIGHTER_AT(message->accounts, pg_lighter_account, 0);
    r->state.equity_e6 = equity_of(account, message);
    r->state.free_e6 = money_of(account->available);
    venue->switch_ms = account->cancel_all_time;
    reading_done(r, NULL);
}

static pg_status add_order(reading *r, const pg_lighter_order *order, int64_t now_ns, pg_error *err)
{
    li_venue *venue = li_of(&r->call);
    pg_told_order told;
    if (!li_told(venue, &told, order, err))
        return PG_ERR_PARSE;
    if (r->state.order_count == ORDERS_MAX)
        return pg_fail(err, PG_ERR_FULL, "more than %d open orders", ORDERS_MAX);
    pg_open_order *open = &r->orders[r->state.order_count++];
    *open = (pg_open_order){ .market = told.market,
                             .run = told.cloid.run,
                             .id = told.cloid.id,
                             .price = told.price,
                             .remaining = told.remaining,
                             .filled = told.size - told.remaining,
                             .side = order->is_ask ? PG_SELL : PG_BUY,
                             .reduce_only = order->reduce_only };
    if (told.market >= 0)
        memcpy(open->symbol, venue->market[told.market].symbol, sizeof open->symbol);
    else
        snprintf(open->symbol, sizeof open->symbol, "market %" PRId64, order->market);
    snprintf(open->order_id, sizeof open->order_id, "%" PRId64, order->order_index);
    pg_tracker_list_add(venue->orders, &told, now_ns);
    return PG_OK;
}

static void orders_came(void *self, const pg_lighter_found *found, int64_t code, const pg_error *why)
{
    reading *r = self;
    li_venue *venue = li_of(&r->call);
    const pg_lighter_message *message;
    pg_error err;
    char path[96];
    (void)code;
    if (!found) {
        reading_done(r, why);
        return;
    }
    pg_status status = pg_lighter_decode(venue->decoder, &message, found->text, found->size, &err);
    pg_tracker_list_begin(venue->orders);
    for (int i = 0; status == PG_OK && i < message->orders.count; i++)
        status = add_order(r, PG_LIGHTER_AT(message->orders, pg_lighter_order, i), li_now(), &err);
    if (status != PG_OK) {
        reading_done(r, &err);
        return;
    }
    snprintf(path, sizeof path, "/api/v1/account?by=index&value=%" PRId64, venue->account);
    pg_lighter_question question = { .path = path, .weight = 300, .safety = true, .patience_ms = look_ns };
    pg_lighter_rest_ask(venue->rest, &question, r, account_came);
}

void li_account(pg_venue *base, void *self, pg_account_done done)
{
    li_venue *venue = (li_venue *)base;
    reading *r = pg_call_begin(&venue->calls, sizeof *r);
    r->self = self;
    r->done = done;
    r->asked_ns = li_now();
    ask_orders(venue, r, orders_came);
}

/* ---- cancelling everything ---- */

/* All orders of an account go with one transaction, which is repeated when it did not help; those of one run, and what
 * is still there then, are cancelled one by one. */
typedef struct {
    pg_call call;
    uint64_t run;
    void *self;
    pg_cancelled_done done;
    int64_t until_ns, wait_ms;
    int found, pending; /* found: in this look; pending: answers to transactions on their way */
    int rounds;
    pg_error err;
    pg_timer *timer;
} sweep;

static void sweep_release(pg_call *call)
{
    pg_timer_stop(((sweep *)call)->timer);
}

static void sweep_done(sweep *s)
{
    void *self = s->self;
    pg_cancelled_done done = s->done;
    int found = s->found;
    bool failed = s->err.status != PG_OK;
    pg_error err = s->err;
    pg_call_end(&s->call);
    done(self, found, failed ? &err : NULL);
}

static void orders_seen(void *self, const pg_lighter_found *found, int64_t code, const pg_error *why);

static void look(void *self)
{
    sweep *s = self;
    pg_timer_stop(s->timer);
    s->timer = NULL;
    s->found = 0;
    s->err = (pg_error){ 0 };
    ask_orders(li_of(&s->call), s, orders_seen);
}

/* After a look, or after what was found was cancelled. */
static void sweep_next(sweep *s)
{
    if ((s->err.status == PG_OK && s->found == 0) || li_now() >= s->until_ns) {
        sweep_done(s);
        return;
    }
    s->timer = pg_timer_start(li_of(&s->call)->loop, s->wait_ms, 0, s, look);
    s->wait_ms = 2 * s->wait_ms < LOOK_AGAIN_MAX_MS ? 2 * s->wait_ms : LOOK_AGAIN_MAX_MS;
}

static void swept(void *self, const pg_error *err)
{
    sweep *s = self;
    if (err)
        s->err = *err;
    if (--s->pending == 0)
        sweep_next(s);
}

static void cancel_one(sweep *s, const pg_lighter_order *order)
{
    pg_lighter_tx tx = { .type = PG_LIGHTER_CANCEL_ORDER };
    tx.value[PG_LIGHTER_MARKET_INDEX] = order->market;
    tx.value[PG_LIGHTER_INDEX] = order->order_index;
    s->pending++;
    pg_lighter_transact(&li_of(&s->call)->base, &tx, s, swept);
}

static void cancel_all(sweep *s)
{
    pg_lighter_tx tx = { .type = PG_LIGHTER_CANCEL_ALL_ORDERS };
    s->pending++;
    pg_lighter_transact(&li_of(&s->call)->base, &tx, s, swept);
}

/* Only orders of the run, unless it is 0: those of others carry nothing of ours. */
static bool is_meant(const sweep *s, const pg_lighter_order *order)
{
    const li_venue *venue = li_of(&s->call);
    return s->run == 0 || (s->run == venue->run && pg_lighter_index_find(venue->indexes, order->client_index) != 0);
}

static void orders_seen(void *self, const pg_lighter_found *found, int64_t code, const pg_error *why)
{
    sweep *s = self;
    li_venue *venue = li_of(&s->call);
    const pg_lighter_message *message = NULL;
    (void)code;
    if (!found)
        s->err = *why;
    else if (pg_lighter_decode(venue->decoder, &message, found->text, found->size, &s->err) != PG_OK)
        message = NULL;
    for (int i = 0; message && i < message->orders.count; i++)
        s->found += is_meant(s, PG_LIGHTER_AT(message->orders, pg_lighter_order, i));
    if (s->found == 0 || li_now() >= s->until_ns) {
        sweep_next(s);
        return;
    }
    bool all = s->run == 0 && s->rounds++ % 2 == 0 && !venue->maker_only;
    s->pending = 1;
    if (all)
        cancel_all(s);
    for (int i = 0; !all && message && i < message->orders.count; i++)
        if (is_meant(s, PG_LIGHTER_AT(message->orders, pg_lighter_order, i)))
            cancel_one(s, PG_LIGHTER_AT(message->orders, pg_lighter_order, i));
    swept(s, NULL);
}

void li_cancel_all(pg_venue *base, uint64_t run, void *self, pg_cancelled_done done)
{
    li_venue *venue = (li_venue *)base;
    sweep *s = pg_call_begin(&venue->calls, sizeof *s);
    s->call.release = sweep_release;
    s->run = run;
    s->self = self;
    s->done = done;
    s->until_ns = li_now() + cancel_all_ns;
    s->wait_ms = LOOK_AGAIN_MS;
    if (venue->no_streams && venue->nonces) /* another process signs with the key: what was read is old */
        pg_lighter_nonces_doubt(venue->nonces, li_now());
    ask_orders(venue, s, orders_seen);
}
