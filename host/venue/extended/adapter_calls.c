/* Calls of venue.h that are no orders: the account, the dead-man's switch, leverage. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "venue/extended/adapter_internal.h"

/* ---- the account ---- */

/* What is asked for, one after the other: orders, positions, balance. */
typedef enum { READ_ORDERS, READ_POSITIONS, READ_BALANCE, READ_ALL } read_step;

typedef struct {
    pg_call call;
    void *self;
    pg_account_done done;
    int64_t asked_ns;
    int step;
    pg_error err; /* of a record; nothing of a list counts when one cannot be read */
    pg_account_state state;
    pg_open_order orders[EX_OPEN_MAX];
    pg_held held[EX_HELD_MAX];
} reading;

static void reading_done(reading *r, const pg_error *err)
{
    ex_venue *venue = ex_of(&r->call);
    r->state.orders = r->orders;
    r->state.held = r->held;
    if (!err)
        pg_tracker_list_end(venue->orders, r->asked_ns, ex_now());
    r->done(r->self, err ? NULL : &r->state, err);
    pg_call_end(&r->call);
}

static void take_order(void *self, const pg_extended_record *record)
{
    reading *r = self;
    ex_venue *venue = ex_of(&r->call);
    pg_told_order told;
    if (ex_told_order(&told, venue, &record->order, &r->err) != PG_OK)
        return;
    if (told.state != PG_TOLD_OPEN && told.state != PG_TOLD_UNKNOWN)
        return;
    if (r->state.order_count == EX_OPEN_MAX) {
        pg_fail(&r->err, PG_ERR_FULL, "more than %d open orders", EX_OPEN_MAX);
        return;
    }
    pg_open_order *order = &r->orders[r->state.order_count++];
    *order = (pg_open_order){ .market = told.market,
                              .run = told.cloid.run,
                              .id = told.cloid.id,
                              .price = told.price,
                              .remaining = told.remaining,
                              .filled = told.size - told.remaining,
                              .side = told.side,
                              .reduce_only = told.reduce_only };
    pg_extended_copy(order->symbol, sizeof order->symbol, record->order.market);
    snprintf(order->order_id, sizeof order->order_id, "%" PRIu64, told.oid);
    pg_extended_states_take(venue->states, &record->order);
    pg_tracker_list_add(venue->orders, &told, ex_now());
}

static void take_position(void *self, const pg_extended_record *record)
{
    reading *r = self;
    ex_venue *venue = ex_of(&r->call);
    const pg_extended_position *position = &record->position;
    uint8_t side = pg_extended_side_of(position->side);
    int64_t amount;
    if (!side || pg_extended_units_near(&amount, position->size, 12) != PG_OK) {
        pg_fail(&r->err, PG_ERR_PARSE, "a position without a side or a size");
        return;
    }
    if (amount == 0 || (position->status.data && pg_scan_equal(position->status, "CLOSED")))
        return;
    if (r->state.held_count == EX_HELD_MAX) {
        pg_fail(&r->err, PG_ERR_FULL, "more than %d positions", EX_HELD_MAX);
        return;
    }
    pg_held *held = &r->held[r->state.held_count++];
    *held = (pg_held){ .market = ex_market_of(venue, position->market), .entry = pg_extended_double(position->entry) };
    pg_extended_copy(held->symbol, sizeof held->symbol, position->market);
    snprintf(held->text, sizeof held->text, "%s%.*s", side == PG_SELL ? "-" : "", (int)position->size.size,
             position->size.data);
    if (held->market < 0)
        return;
    int decimals = venue->market[held->market].instrument.size_decimals;
    if (pg_extended_units_near(&held->quantity, position->size, decimals) != PG_OK)
        pg_fail(&r->err, PG_ERR_RANGE, "a position that does not fit");
    if (side == PG_SELL)
        held->quantity = -held->quantity;
}

/* HTTP 404 is a balance of zero (section 5.2). */
static pg_status take_balance(reading *r, const pg_extended_found *found, pg_error *err)
{
    pg_extended_record record;
    if (found->code == 404)
        return PG_OK;
    pg_status status = pg_extended_record_read(&record, PG_EXTENDED_BALANCE, found->answer.data, err);
    if (status != PG_OK)
        return status;
    if (pg_extended_units_near(&r->state.equity_e6, record.balance.equity, 6) != PG_OK ||
        pg_extended_units_near(&r->state.free_e6, record.balance.free, 6) != PG_OK)
        return pg_fail(err, PG_ERR_RANGE, "a balance that does not fit");
    if (r->state.free_e6 < 0)
        r->state.free_e6 = 0;
    ex_take_margin(ex_of(&r->call), record.balance.margin_ratio);
    r->state.time_ns = record.balance.updated_ms * 1000000;
    return PG_OK;
}

static pg_status take_list(reading *r, const pg_extended_found *found, pg_error *err)
{
    bool orders = r->step == READ_ORDERS;
    int refused = pg_extended_records_read(orders ? PG_EXTENDED_ORDER_RECORD : PG_EXTENDED_POSITION, found->answer.data,
                                           r, orders ? take_order : take_position, err);
    if (refused != 0)
        return err->status;
    if (r->err.status != PG_OK)
        *err = r->err;
    return r->err.status;
}

static void read_next(reading *r);

static void read_came(void *self, const pg_extended_found *found, const pg_error *why)
{
    reading *r = self;
    pg_error err;
    if (!found) {
        reading_done(r, why);
        return;
    }
    bool balance = r->step == READ_BALANCE;
    pg_status status = found->answer.ok || (balance && found->code == 404)
                           ? balance ? take_balance(r, found, &err) : take_list(r, found, &err)
                           : pg_extended_refused(&err, found);
    if (status != PG_OK) {
        reading_done(r, &err);
        return;
    }
    r->step++;
    read_next(r);
}

static void read_next(reading *r)
{
    static const char *const paths[READ_ALL] = { "/user/orders", "/user/positions", "/user/balance" };
    if (r->step == READ_ALL)
        reading_done(r, NULL);
    else
        pg_extended_rest_ask(ex_of(&r->call)->rest, paths[r->step], true, 8000, r, read_came);
}

void ex_account(pg_venue *base, void *self, pg_account_done done)
{
    ex_venue *venue = (ex_venue *)base;
    reading *r = pg_call_begin(&venue->calls, sizeof *r);
    r->self = self;
    r->done = done;
    r->asked_ns = ex_now();
    pg_tracker_list_begin(venue->orders);
    read_next(r);
}

/* ---- one request, and its answer ---- */

typedef struct {
    pg_call call;
    void *self;
    pg_venue_done done;
    pg_error early; /* why it was not sent */
    pg_timer *timer;
} acting;

static void acting_release(pg_call *call)
{
    pg_timer_stop(((acting *)call)->timer);
}

static void acting_done(acting *a, const pg_error *err)
{
    void *self = a->self;
    pg_venue_done done = a->done;
    pg_error copy;
    if (err)
        copy = *err;
    pg_call_end(&a->call);
    done(self, err ? &copy : NULL);
}

static void acting_early(void *self)
{
    acting *a = self;
    acting_done(a, &a->early);
}

static void acted(void *self, pg_sent sent, const pg_extended_found *found, const pg_error *why)
{
    acting *a = self;
    pg_error err;
    if (sent != PG_SENT_ANSWERED) {
        acting_done(a, why);
    } else if (found->answer.ok) {
        acting_done(a, NULL);
    } else {
        pg_extended_refused(&err, found);
        acting_done(a, &err);
    }
}

/* early: an error that is known already; PG_OK in its status: none. */
static void act(ex_venue *venue, const char *method, const char *path, const char *body, const pg_error *early,
                void *self, pg_venue_done done)
{
    acting *a = pg_call_begin(&venue->calls, sizeof *a);
    a->call.release = acting_release;
    a->self = self;
    a->done = done;
    a->early = *early;
    if (early->status == PG_OK && !pg_extended_rest_take(venue->rest, true))
        pg_fail(&a->early, PG_ERR_FULL, "no room within the venue's limit of requests");
    if (a->early.status == PG_OK)
        pg_extended_rest_act(venue->rest, method, path, body, a, acted);
    else
        a->timer = pg_timer_start(venue->loop, 0, 0, a, acting_early);
}

void ex_arm_switch(pg_venue *base, int seconds, void *self, pg_venue_done done)
{
    char path[EX_PATH];
    pg_error early = { 0 };
    snprintf(path, sizeof path, "/user/deadmanswitch?countdownTime=%d", seconds > 0 ? seconds : 0);
    act((ex_venue *)base, "POST", path, NULL, &early, self, done);
}

void ex_set_leverage(pg_venue *base, int market, int leverage, bool cross, void *self, pg_venue_done done)
{
    ex_venue *venue = (ex_venue *)base;
    char body[192];
    pg_error early = { 0 };
    if (market < 0 || market >= venue->market_count)
        pg_fail(&early, PG_ERR_INVALID, "there is no market %d", market);
    else if (!cross)
        pg_fail(&early, PG_ERR_UNSUPPORTED, "Extended has no isolated margin");
    else if (leverage < 1 ||
             (venue->market[market].listing.max_leverage > 0 && leverage > venue->market[market].listing.max_leverage))
        pg_fail(&early, PG_ERR_RANGE, "a leverage of %d; the venue allows 1 to %d in %s", leverage,
                venue->market[market].listing.max_leverage, venue->market[market].name);
    else
        snprintf(body, sizeof body, "{\"market\":\"%s\",\"leverage\":\"%d\"}", venue->market[market].name, leverage);
    act(venue, "PATCH", "/user/leverage", early.status == PG_OK ? body : NULL, &early, self, done);
}
