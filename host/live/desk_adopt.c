/* Orders of an earlier session that is known from the ledger, taken over: each becomes an order of a seat on its market,
 * under a new id, and stays where it is in the venue's queue. Orders of others are left alone. */
#include "live/desk_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Ids of adopted orders lie above those that a seat's own orders will ever reach. */
static const uint64_t first_adopted = UINT64_C(1) << (PG_DESK_SEAT_BITS - 1);

/* The seat that placed it, when the strategies stand as they did then; else the first on its market. -1: none. */
static int heir_of(const pg_desk *desk, const pg_open_order *found)
{
    int place = (int)(found->id >> PG_DESK_SEAT_BITS) - 1;
    if (place >= 0 && place < desk->seat_count && desk->seat[place]->market == found->market)
        return place;
    for (int i = 0; i < desk->seat_count; i++)
        if (desk->seat[i]->market == found->market)
            return i;
    return -1;
}

static bool has_room(const pg_desk *desk, int place, int given)
{
    return pg_engine_orders(desk->seat[place]->engine(desk->seat[place]->self))->count + given < PG_ORDERS_MAX;
}

/* In the ledger it is an order of this session from here on, and the earlier one's has ended. Both stand there for a
 * moment: what a crash leaves of that is found again by the venue's id. */
static bool write_down(pg_desk *desk, int place, const left_order *left, const pg_open_order *found, uint64_t id,
                       int64_t now_ns)
{
    const pg_seat *seat = desk->seat[place];
    pg_ledger *ledger = desk->config.ledger;
    char reasons[96];
    pg_request request = { .kind = PG_REQUEST_NEW,
                           .id = id,
                           .side = found->side,
                           .tif = left->tif,
                           .reduce_only = found->reduce_only,
                           .price = found->price,
                           .size = found->remaining };
    pg_reply reply = { .kind = PG_REPLY_ACCEPTED,
                       .id = id,
                       .side = found->side,
                       .price = found->price,
                       .remaining = found->remaining,
                       .exch_ns = now_ns };
    snprintf(reasons, sizeof reasons, "taken over from run %016" PRIx64 ", order %" PRIu64, left->run, left->id);
    if (pg_ledger_request(ledger, seat->number, &request, seat->version, PG_LEDGER_QUOTED, reasons, now_ns) != PG_OK)
        return false;
    pg_ledger_reply(ledger, seat->number, desk->config.run, &reply, &(pg_ledger_names){ .order_id = found->order_id },
                    now_ns);
    reply.kind = PG_REPLY_CANCELLED;
    reply.id = left->id;
    reply.remaining = 0;
    pg_ledger_reply(ledger, seat->number, left->run, &reply,
                    &(pg_ledger_names){ .words = "taken over by a later session" }, now_ns);
    return true;
}

static bool adopt(pg_desk *desk, int place, const left_order *left, const pg_open_order *found, uint64_t id,
                  int64_t now_ns)
{
    if (!pg_venue_adopt(desk->venue, id, found, left->tif))
        return false;
    if (!write_down(desk, place, left, found, id, now_ns)) { /* the venue cannot give it back, but it can go */
        pg_submit cancel = { .market = found->market,
                             .request = { .kind = PG_REQUEST_CANCEL, .id = id, .side = found->side } };
        pg_venue_submit(desk->venue, &cancel, 1);
        return false;
    }
    pg_input input = { .kind = PG_INPUT_ADOPT, .time_ns = now_ns };
    input.reply = (pg_reply){ .id = id, .side = found->side, .price = found->price, .remaining = found->remaining };
    desk_input(desk, place, &input);
    return true;
}

int desk_adopt(pg_desk *desk, const pg_account_state *state, int64_t now_ns)
{
    int given[PG_DESK_SEATS] = { 0 }, adopted = 0;
    if (desk->config.venue->unknown_orders != PG_UNKNOWN_ADOPT || !desk->config.trading)
        return 0;
    for (int i = 0; i < state->order_count; i++) {
        const pg_open_order *found = &state->orders[i];
        const left_order *left = found->run != desk->config.run ? desk_find_left(desk, found) : NULL;
        int place = left && found->market >= 0 ? heir_of(desk, found) : -1;
        if (place < 0)
            continue;
        uint64_t id = pg_desk_first_id(place) + first_adopted + (uint64_t)given[place];
        if (!has_room(desk, place, given[place]) || !adopt(desk, place, left, found, id, now_ns)) {
            desk_say(desk, PG_LOG_ERROR, "%s: order %s of an earlier session could not be taken over: look after it",
                     desk->seat[place]->name, found->order_id);
            continue;
        }
        given[place]++;
        adopted++;
    }
    for (int i = 0; i < desk->seat_count; i++)
        if (given[i] > 0)
            desk_say(desk, PG_LOG_INFO, "%s: %d orders of an earlier session are taken over", desk->seat[i]->name,
                     given[i]);
    return adopted;
}
