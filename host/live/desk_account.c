/* The desk's reading of the account: at the start, after every reconnection, every minute. */
#include "live/desk_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- positions ---- */

static int64_t held_at_venue(const pg_account_state *state, int market)
{
    for (int i = 0; i < state->held_count; i++)
        if (state->held[i].market == market)
            return state->held[i].quantity;
    return 0;
}

static int64_t held_here(const pg_desk *desk, int market)
{
    int64_t sum = 0;
    for (int i = 0; i < desk->seat_count; i++)
        if (desk->seat[i]->market == market)
            sum += pg_engine_position(desk->seat[i]->engine(desk->seat[i]->self))->quantity;
    return sum;
}

static int64_t price_now(const pg_desk *desk, int place, const pg_account_state *state)
{
    pg_seat *seat = desk->seat[place];
    const pg_engine *engine = seat->engine(seat->self);
    int64_t mark_x2 = pg_engine_account(engine)->mark_x2;
    if (mark_x2 > 1)
        return mark_x2 / 2;
    for (int i = 0; i < state->held_count; i++)
        if (state->held[i].market == seat->market)
            return pg_price_round(pg_engine_instrument(engine), state->held[i].entry, PG_BUY);
    return 0;
}

/* The first seat on a market carries what the venue holds beyond the others' fills. A difference may be a fill that is
 * on its way here on another connection, which would be counted twice: it is corrected when the next reading finds the
 * same, and no fill came meanwhile. True when it has to be looked at again. */
static bool settle_position(pg_desk *desk, int place, const pg_account_state *state, int64_t now_ns)
{
    pg_seat *seat = desk->seat[place];
    for (int i = 0; i < place; i++)
        if (desk->seat[i]->market == seat->market)
            return false;
    int64_t there = held_at_venue(state, seat->market), here = held_here(desk, seat->market);
    if (!desk_is_possible(there)) {
        desk_say(desk, PG_LOG_ERROR, "%s: the venue says a position of %" PRId64 " units, which cannot be", seat->name,
                 there);
        return true;
    }
    bool seen = desk->odd[place] == there - here && desk->odd_fills == desk->state.fills;
    desk->odd[place] = there - here;
    if (there == here)
        return false;
    if (desk->begun && !seen)
        return true;
    desk->odd[place] = 0;
    const pg_position *own = pg_engine_position(seat->engine(seat->self));
    const pg_instrument *in = pg_venue_instrument(desk->venue, seat->market);
    pg_input input = { .kind = PG_INPUT_POSITION, .time_ns = now_ns };
    input.reply = (pg_reply){ .size = own->quantity + there - here, .price = price_now(desk, place, state) };
    if (input.reply.price <= 0) {
        desk_say(desk, PG_LOG_WARN, "%s: the venue holds %.10g, and no price is known yet to book it at", seat->name,
                 pg_size_double(in, there));
        return true;
    }
    if (desk->begun) {
        desk->state.corrections++;
        desk_say(desk, PG_LOG_WARN, "%s: the venue holds %.10g, here it was %.10g: corrected", seat->name,
                 pg_size_double(in, there), pg_size_double(in, here));
    } else {
        desk_say(desk, PG_LOG_INFO, "%s: the account holds %.10g from before", seat->name, pg_size_double(in, there));
    }
    pg_ledger_position(desk->config.ledger, seat->number, there, input.reply.price, now_ns);
    desk_input(desk, place, &input);
    return false;
}

/* ---- orders ---- */

static const pg_open_order *find_at_venue(const pg_account_state *state, uint64_t run, uint64_t id)
{
    for (int i = 0; i < state->order_count; i++)
        if (state->orders[i].run == run && state->orders[i].id == id)
            return &state->orders[i];
    return NULL;
}

/* Orders that we believe to rest and that the venue does not know: gone, and nobody told us. True when one is too young
 * to tell: it may have arrived after the venue looked. */
static bool drop_stale(pg_desk *desk, int place, const pg_account_state *state, int64_t now_ns)
{
    pg_seat *seat = desk->seat[place];
    const pg_orders *orders = pg_engine_orders(seat->engine(seat->self));
    bool young = false;
    for (int i = 0; i < orders->count; i++) {
        const pg_order *order = &orders->order[i];
        if (order->state == PG_ORDER_PENDING_NEW || find_at_venue(state, desk->config.run, order->id))
            continue;
        if (desk->asked_ns - order->sent_ns < DESK_SETTLE_S * INT64_C(1000000000)) {
            young = true;
            continue;
        }
        pg_input input = { .kind = PG_INPUT_REPLY, .time_ns = now_ns };
        input.reply = (pg_reply){ .id = order->id,
                                  .exch_ns = now_ns,
                                  .price = order->price,
                                  .kind = PG_REPLY_CANCELLED,
                                  .side = order->side,
                                  .reason = PG_REASON_UNKNOWN };
        desk->state.orphans++;
        desk_say(desk, PG_LOG_WARN, "%s: order %" PRIu64 " is not at the venue any more", seat->name, order->id);
        pg_ledger_reply(desk->config.ledger, seat->number, desk->config.run, &input.reply,
                        &(pg_ledger_names){ .words = "not at the venue any more" }, now_ns);
        desk_input(desk, place, &input);
    }
    return young;
}

/* Orders of this run that rest at the venue and that nobody here knows: cancelled. */
static void cancel_orphans(pg_desk *desk, const pg_account_state *state)
{
    for (int i = 0; i < state->order_count; i++) {
        const pg_open_order *order = &state->orders[i];
        int place = (int)(order->id >> PG_DESK_SEAT_BITS) - 1;
        if (order->run != desk->config.run || order->market < 0 || place < 0 || place >= desk->seat_count)
            continue;
        pg_seat *seat = desk->seat[place];
        const pg_orders *orders = pg_engine_orders(seat->engine(seat->self));
        bool known = false;
        for (int k = 0; k < orders->count; k++)
            known = known || orders->order[k].id == order->id;
        if (known)
            continue;
        desk->state.orphans++;
        desk_say(desk, PG_LOG_WARN, "%s: order %" PRIu64 " rests at the venue unknown here: cancelled", seat->name,
                 order->id);
        pg_venue_submit(desk->venue,
                        &(pg_submit){ .market = order->market,
                                      .request = { .kind = PG_REQUEST_CANCEL, .id = order->id, .side = order->side } },
                        1);
    }
}

/* Orders of other runs or of nobody's: another instance on this account, or a person. Said whenever they change. */
static void tell_others(pg_desk *desk, const pg_account_state *state)
{
    uint64_t sum = 0, run = 0;
    int count = 0;
    const pg_open_order *first = NULL;
    for (int i = 0; i < state->order_count; i++) {
        const pg_open_order *order = &state->orders[i];
        if (order->run == desk->config.run)
            continue;
        first = first ? first : order;
        run = run ? run : order->run;
        if (count == 0 || order->run != first->run)
            sum = sum * 31 + order->run + 1; /* who, not which: their quotes move all the time */
        count++;
    }
    if (sum == desk->others)
        return;
    desk->others = sum;
    if (count == 0)
        desk_say(desk, PG_LOG_WARN, "orders that are not this session's are gone");
    else if (run)
        desk_say(desk, PG_LOG_WARN,
                 "%d open orders are not this session's: of run %016" PRIx64 ", %s, order %s: is "
                 "another instance trading on this account?",
                 count, run, first->symbol, first->order_id);
    else
        desk_say(desk, PG_LOG_WARN, "%d open orders were not placed by Perigee: %s, order %s", count, first->symbol,
                 first->order_id);
}

/* ---- reading ---- */

static void release(pg_desk *desk, const pg_account_state *state, int64_t now_ns)
{
    desk->base_e6 = desk->state.equity_e6 = state->equity_e6;
    desk->base_net = desk_net(desk);
    pg_risk_margin(desk->config.risk, desk->config.account, state->free_e6);
    pg_risk_equity(desk->config.risk, desk->config.account, state->equity_e6, now_ns);
    pg_ledger_equity(desk->config.ledger, desk->config.account, state->equity_e6, state->free_e6, now_ns);
    desk->state.reconciled = true;
    desk->begun = true;
    desk_hold(desk, PG_HOLD_RECONCILE, false);
}

static void account_read(void *self, const pg_account_state *state, const pg_error *err)
{
    pg_desk *desk = self;
    int64_t now_ns = desk_now();
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    desk->reading = false;
    if (desk->again) {
        desk_reconcile(desk);
        return;
    }
    if (err && err->status != PG_OK) {
        desk->next_read_ns = now_ns + DESK_SETTLE_S * INT64_C(1000000000);
        desk_say(desk, PG_LOG_WARN, "the account cannot be read: %s", pg_error_text(err, text, sizeof text));
        return;
    }
    desk->next_read_ns = now_ns + DESK_RECONCILE_S * INT64_C(1000000000);
    if (!desk->fills_failed)
        desk->read_ns = desk->asked_ns;
    if (desk->seat_count > 0)
        pg_risk_heard(desk->config.risk, desk->seat[0]->number, PG_FEED_ACCOUNT, now_ns);
    bool young = false, odd = false;
    for (int i = 0; i < desk->seat_count; i++) {
        young = drop_stale(desk, i, state, now_ns) || young;
        odd = settle_position(desk, i, state, now_ns) || odd;
    }
    desk->odd_fills = desk->state.fills;
    if (desk->begun)
        cancel_orphans(desk, state);
    int adopted = desk->begun ? 0 : desk_adopt(desk, state, now_ns);
    desk_history_settle(desk, state, now_ns);
    if (adopted > 0)
        desk_read_soon(desk); /* which then tells them apart from others' */
    else
        tell_others(desk, state);
    desk->hooks.act(desk->hooks.self);
    bool old = desk->doubted_ns >= desk->asked_ns;
    if (young || odd || old)
        desk->next_read_ns = now_ns + (odd || old ? DESK_LOOK_S : DESK_SETTLE_S) * INT64_C(1000000000);
    if (desk->state.link[PG_LINK_ACCOUNT] && (desk->state.reconciled || !odd) && !old)
        release(desk, state, now_ns);
    pg_desk_tick(desk, now_ns);
}

static void fills_read(void *self, const pg_error *err)
{
    pg_desk *desk = self;
    desk->fills_failed = err && err->status != PG_OK; /* the positions tell, and the next time asks for the same */
    pg_venue_account(desk->venue, desk, account_read);
}

void desk_reconcile(pg_desk *desk)
{
    if (desk->reading)
        return;
    desk->reading = true;
    desk->again = false;
    desk->asked_ns = desk_now();
    int64_t from_ns = desk->read_ns ? desk->read_ns - 2 * DESK_SETTLE_S * INT64_C(1000000000) : desk->fills_from_ns;
    if (desk_has_account(desk) && from_ns > 0)
        pg_venue_fills_since(desk->venue, from_ns, desk, fills_read);
    else
        pg_venue_account(desk->venue, desk, account_read);
}

void desk_read_soon(pg_desk *desk)
{
    int64_t soonest_ns = desk->asked_ns + DESK_LOOK_S * INT64_C(1000000000);
    if (soonest_ns < desk->next_read_ns)
        desk->next_read_ns = soonest_ns;
}

void desk_reconcile_again(pg_desk *desk)
{
    desk->again = desk->reading;
    desk_reconcile(desk);
}

/* ---- the beginning ---- */

static void found_cancelled(void *self, int remaining, const pg_error *err)
{
    pg_desk *desk = self;
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY] = "";
    if (remaining > 0 || (err && err->status != PG_OK))
        desk_say(desk, PG_LOG_ERROR, "%d orders from before could not be cancelled: %s", remaining,
                 err ? pg_error_text(err, text, sizeof text) : "");
    desk_reconcile(desk);
}

void pg_desk_begin(pg_desk *desk)
{
    if (!desk_has_account(desk)) { /* market data only */
        desk->begun = desk->state.reconciled = true;
        desk_hold(desk, PG_HOLD_RECONCILE, false);
        return;
    }
    desk_history_read(desk);
    if (desk->config.venue->unknown_orders == PG_UNKNOWN_CANCEL)
        pg_venue_cancel_all(desk->venue, 0, desk, found_cancelled);
    else
        desk_reconcile(desk);
}
