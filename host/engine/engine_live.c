/* The engine in real time: inputs, holds, and one version of a script taking over from another. */
#include "engine/engine_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_INBOX = 1024 };

/* ---- the inbox ---- */

static void grow(engine_inbox *inbox)
{
    uint32_t capacity = inbox->capacity ? 2 * inbox->capacity : FIRST_INBOX;
    pg_input *grown = malloc(capacity * sizeof *grown);
    PG_ASSERT(grown);
    for (uint32_t i = 0; i < inbox->count; i++)
        grown[i] = inbox->input[(inbox->head + i) & (inbox->capacity - 1)];
    free(inbox->input);
    *inbox = (engine_inbox){ .input = grown, .count = inbox->count, .capacity = capacity };
}

void pg_engine_push(pg_engine *e, const pg_input *input)
{
    engine_inbox *inbox = &e->inbox;
    if (inbox->count == inbox->capacity)
        grow(inbox);
    inbox->input[(inbox->head + inbox->count++) & (inbox->capacity - 1)] = *input;
}

/* ---- requests ---- */

static void send_now(void *self, const pg_request *request)
{
    pg_engine *e = self;
    PG_ASSERT(!e->with.shadow);
    engine_hash(e, request);
    e->with.gateway.send(e->with.gateway.self, request);
}

/* ---- reduce only ---- */

/* Declared quotes of a side, cut down to what may be open there. */
static void trim_wanted(pg_engine *e, pg_quote_side *side, int64_t left)
{
    const int64_t lot = e->config.instrument.lot;
    int kept = 0;
    for (int i = 0; i < side->count; i++) {
        pg_quote_level level = side->level[i];
        if (level.size > left)
            level.size = left - left % lot;
        left -= level.size;
        if (level.size >= lot)
            side->level[kept++] = level;
    }
    side->count = kept;
}

/* Single orders of a side beyond what may be open there are cancelled, the youngest first. Those that the venue itself
 * keeps from making the position larger may stay. */
static void cancel_beyond(pg_engine *e, int side, int64_t left)
{
    pg_orders *orders = &e->orders;
    for (int i = 0; i < orders->count; i++) {
        pg_order *order = &orders->order[i];
        if (order->side != side || order->quoted || order->reduce_only || order->state == PG_ORDER_PENDING_CANCEL)
            continue;
        if (order->remaining > left)
            pg_orders_cancel(orders, order);
        else
            left -= order->remaining;
    }
}

/* What would make the position larger goes, also after fills have made it smaller. */
static void keep_reducing(pg_engine *e)
{
    for (int side = PG_BUY; side <= PG_SELL; side++) {
        trim_wanted(e, &e->wanted.side[side == PG_SELL], pg_engine_room(e, side));
        cancel_beyond(e, side, pg_engine_room(e, side));
    }
}

/* ---- what follows from replies and holds ---- */

/* Orders of an earlier session were taken over, and the strategy has not said yet what it wants: it may have to warm up,
 * and the host may not have let it begin. They stay for a while as they are. */
static bool inherits(pg_engine *e)
{
    if (e->inherits_until_ns == 0 || e->halted)
        return false;
    if (e->now_ns >= e->inherits_until_ns) {
        e->inherits_until_ns = 0;
        return false;
    }
    e->orders.due_ns = e->inherits_until_ns;
    engine_schedule(e);
    return true;
}

/* What is held is cancelled as soon as it can be; otherwise quotes are brought to what is wanted. */
static void settle_orders(pg_engine *e)
{
    if (!e->orders.changed)
        return;
    if (engine_is_mute(e)) { /* what it has of orders only follows the replies */
        e->orders.changed = false;
        return;
    }
    if (e->holds & PG_INPUT_REDUCE)
        keep_reducing(e);
    if (inherits(e)) {
        e->orders.changed = false;
    } else if (e->halted || (e->holds & PG_INPUT_PULL)) {
        e->orders.changed = false;
        pg_orders_cancel_all(&e->orders);
    } else {
        engine_reconcile(e);
    }
}

/* ---- inputs ---- */

static void hold(pg_engine *e, uint32_t holds)
{
    if (holds == e->holds)
        return;
    e->holds = holds;
    e->view.holds = (int32_t)holds;
    e->declared.valid = false;
    if (holds & PG_INPUT_PULL)
        pg_engine_cancel_all(e);
    e->orders.changed = true; /* reduce only: when orders are settled */
}

/* The venue knows best what is held: the difference is booked at the price given, without a fee. */
static void correct_position(pg_engine *e, int64_t quantity, int64_t price)
{
    int64_t difference = quantity - e->position.quantity;
    if (difference == 0 || price <= 0)
        return;
    int side = difference > 0 ? PG_BUY : PG_SELL;
    int64_t size = difference > 0 ? difference : -difference;
    pg_position_fill(&e->position, side, price, size, 0);
    pg_account_fill(&e->account, side, price, size, 0, true, e->now_ns);
    e->view.position = pg_size_double(&e->config.instrument, e->position.quantity);
    e->declared.valid = false;
    e->orders.changed = true;
}

static void adopt(pg_engine *e, const pg_reply *found)
{
    if (e->with.shadow)
        return;
    pg_orders_adopt(&e->orders, &(pg_order){ .id = found->id,
                                             .price = found->price,
                                             .remaining = found->remaining,
                                             .sent_ns = e->now_ns,
                                             .state = PG_ORDER_LIVE,
                                             .side = found->side,
                                             .tif = PG_TIF_GTC,
                                             .quoted = true });
    e->inherits_until_ns = e->now_ns + (int64_t)PG_INHERIT_S * 1000000000;
    e->orders.changed = true;
}

static int market_event(pg_engine *e, const pg_event *event)
{
    e->stats.events++;
    int call = engine_market(e, event);
    if (call == PG_CALL_FUNDING && e->account.mark_x2 > 0)
        pg_account_fund(&e->account, event->price2 ? event->price2 : e->account.mark_x2 / 2, event->price);
    if (call != PG_CALL_BOOK)
        return call;
    int64_t bid = pg_book_best(e->book, PG_BUY), ask = pg_book_best(e->book, PG_SELL);
    if (bid > 0 && ask > bid)
        pg_account_mark(&e->account, bid + ask, e->now_ns);
    return call;
}

/* Returns the pg_call to make, 0 for none. */
static int act(pg_engine *e, const pg_input *input)
{
    switch ((pg_input_kind)input->kind) {
    case PG_INPUT_EVENT: return market_event(e, &input->event);
    case PG_INPUT_REPLY: return engine_reply(e, &input->reply);
    case PG_INPUT_HOLD: hold(e, (uint32_t)input->bits); return 0;
    case PG_INPUT_POSITION: correct_position(e, input->reply.size, input->reply.price); return 0;
    case PG_INPUT_ADOPT: adopt(e, &input->reply); return 0;
    case PG_INPUT_WORK: e->view.id = (double)input->bits; return PG_CALL_WORK;
    case PG_INPUT_STOP: e->phase = PHASE_STOP; return PG_CALL_STOP;
    case PG_INPUT_TIME:
    case PG_INPUT_KINDS: break;
    }
    return 0;
}

static void take_first(pg_engine *e, pg_input *input)
{
    engine_inbox *inbox = &e->inbox;
    *input = inbox->input[inbox->head];
    inbox->head = (inbox->head + 1) & (inbox->capacity - 1);
    inbox->count--;
    if (input->time_ns > e->now_ns)
        e->now_ns = input->time_ns;
}

int engine_live_run(pg_engine *e)
{
    engine_inbox *inbox = &e->inbox;
    settle_orders(e);
    while (inbox->count > 0) {
        const pg_input *next = &inbox->input[inbox->head];
        if (next->time_ns > e->now_ns)
            e->now_ns = next->time_ns;
        if (e->next_timer_ns <= e->now_ns && !e->halted) {
            int due = engine_timer(e);
            if (due)
                return due;
            settle_orders(e);
            continue;
        }
        pg_input input;
        take_first(e, &input);
        int call = act(e, &input);
        if (call && (!e->halted || call == PG_CALL_STOP))
            return call;
        settle_orders(e);
    }
    return PG_CALL_IDLE;
}

void pg_engine_follow(pg_engine *e)
{
    pg_input input;
    while (e->inbox.count > 0) {
        take_first(e, &input);
        if (input.kind == PG_INPUT_STOP)
            e->phase = PHASE_STOP;
        else
            act(e, &input);
    }
}

uint32_t pg_engine_waiting(const pg_engine *e)
{
    return e->inbox.count;
}

/* ---- life ---- */

void engine_live_init(pg_engine *e, const pg_live_config *live)
{
    e->live = true;
    e->with = *live;
    e->now_ns = live->start_ns;
    e->refused_ns = INT64_MIN;
    pg_orders_init(&e->orders, (pg_gateway){ e, send_now }, live->first_id);
    e->orders.fresh_replace = live->fresh_replace;
}

void engine_live_free(pg_engine *e)
{
    free(e->inbox.input);
}

int64_t pg_engine_next_timer(const pg_engine *e)
{
    return e->next_timer_ns;
}

uint32_t pg_engine_holds(const pg_engine *e)
{
    return e->holds;
}

const pg_position *pg_engine_position(const pg_engine *e)
{
    return &e->position;
}

void pg_engine_resume(pg_engine *e)
{
    e->halted = false;
    e->declared.valid = false;
    e->orders.changed = true;
}

bool pg_engine_declared(const pg_engine *e, pg_desired *desired)
{
    if (e->declared.valid)
        *desired = e->declared.desired;
    return e->declared.valid;
}

void pg_engine_undeclare(pg_engine *e)
{
    e->declared.valid = false;
}

void pg_engine_take_over(pg_engine *e, pg_engine *from)
{
    PG_ASSERT(e->live && from->live && e->with.shadow && !from->with.shadow);
    e->orders = from->orders;
    from->orders.count = 0; /* a shadow follows no orders: it would not know what is asked for them */
    e->orders.gateway = (pg_gateway){ e, send_now };
    e->orders.changed = true;
    e->with.shadow = false;
    from->with.shadow = true;
    e->position = from->position;
    e->account = from->account;
    e->wanted = from->wanted;
    e->wanted.touch[0] = e->wanted.touch[1] = 0;
    e->turn = from->turn;
    e->holds = from->holds;
    e->inherits_until_ns = from->inherits_until_ns;
    e->refused_ns = from->refused_ns;
    e->stats.decisions = from->stats.decisions;
    e->stats.refused_quotes = from->stats.refused_quotes;
    e->view.position = from->view.position;
    e->view.realised = from->view.realised;
    e->view.holds = from->view.holds;
    e->declared.valid = false;
    from->orders.due_ns = INT64_MAX;
    engine_schedule(from);
    engine_schedule(e);
}

void pg_engine_set_gateway(pg_engine *e, pg_gateway gateway)
{
    e->with.gateway = gateway;
}

void pg_engine_cut(pg_engine *e, uint64_t calls, uint64_t requests)
{
    e->cut_calls = calls;
    e->cut_requests = requests;
}

void pg_engine_set_workers(pg_engine *e, void *worker, void (*start)(void *worker, uint64_t number, void *call))
{
    e->worker = worker;
    e->start = start;
}

uint64_t pg_engine_work(pg_engine *e, void *call)
{
    if (!e->start)
        return 0;
    uint64_t number = ++e->works;
    e->start(e->worker, number, call);
    return number;
}

double pg_desired_best(const pg_desired *desired, int side)
{
    double best = NAN;
    for (int i = 0; i < desired->count[side]; i++)
        if (isnan(best) || (side == 0 ? desired->price[side][i] > best : desired->price[side][i] < best))
            best = desired->price[side][i];
    return best;
}
