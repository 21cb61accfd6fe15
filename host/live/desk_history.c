/* What earlier sessions left behind: fills that happened when nobody listened any more, and orders whose end nobody
 * wrote down because somebody else brought it about (the guard, the venue, a person). */
#include "live/desk_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trade/ledger_query.h"

enum { OVERLAP_S = 60 }; /* fills are asked for from so long before the newest known one */

static bool take_fill(void *self, const pg_ledger_fill_row *row)
{
    pg_desk *desk = self;
    desk->fills_from_ns = row->exch_ns - OVERLAP_S * INT64_C(1000000000);
    return false;
}

static bool take_order(void *self, const pg_ledger_order_row *row)
{
    pg_desk *desk = self;
    if (row->run == desk->config.run || desk->left_count == DESK_LEFT)
        return true;
    left_order *left = &desk->left[desk->left_count++];
    *left = (left_order){
        .run = row->run, .id = row->id, .price = row->price, .side = (uint8_t)row->side, .tif = (uint8_t)row->tif
    };
    snprintf(left->symbol, sizeof left->symbol, "%s", row->place.market);
    snprintf(left->order_id, sizeof left->order_id, "%s", row->order_id);
    int64_t from_ns = row->sent_ns - OVERLAP_S * INT64_C(1000000000);
    if (desk->fills_from_ns == 0 || from_ns < desk->fills_from_ns)
        desk->fills_from_ns = from_ns; /* its fills may be missing although later ones are there */
    return true;
}

void desk_history_read(pg_desk *desk)
{
    const pg_config_venue *venue = desk->config.venue;
    pg_ledger_reader *reader = NULL;
    pg_error err = { 0 };
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    const char *account = pg_desk_account_name(venue);
    pg_ledger_filter newest = { .venue = venue->name, .account = account, .newest = 1 };
    pg_ledger_filter open = { .venue = venue->name, .account = account, .open_only = true, .newest = DESK_LEFT };
    pg_status status =
        desk->config.ledger_path ? pg_ledger_reader_open(&reader, desk->config.ledger_path, &err) : PG_ERR_NOT_FOUND;
    if (status == PG_OK)
        status = pg_ledger_load_seen(reader, venue->name, account, desk->seen, &err);
    if (status == PG_OK)
        status = pg_ledger_fills(reader, &newest, desk, take_fill, &err);
    if (status == PG_OK)
        status = pg_ledger_orders(reader, &open, desk, take_order, &err);
    if (status != PG_OK && status != PG_ERR_NOT_FOUND)
        desk_say(desk, PG_LOG_WARN, "what earlier sessions left cannot be read: %s",
                 pg_error_text(&err, text, sizeof text));
    pg_ledger_reader_close(reader);
}

static bool is_same(const left_order *left, const pg_open_order *found)
{
    bool by_venue = left->order_id[0] && strcmp(left->order_id, found->order_id) == 0;
    return by_venue || (left->run == found->run && left->id == found->id);
}

const left_order *desk_find_left(const pg_desk *desk, const pg_open_order *found)
{
    for (int i = 0; i < desk->left_count; i++)
        if (is_same(&desk->left[i], found))
            return &desk->left[i];
    return NULL;
}

static bool is_open(const pg_account_state *state, const left_order *left)
{
    for (int i = 0; i < state->order_count; i++)
        if (is_same(left, &state->orders[i]))
            return true;
    return false;
}

static int number_of(const pg_desk *desk, const char *symbol)
{
    for (int i = 0; i < desk->seat_count; i++)
        if (strcmp(pg_venue_instrument(desk->venue, desk->seat[i]->market)->symbol, symbol) == 0)
            return desk->seat[i]->number;
    return -1;
}

void desk_history_settle(pg_desk *desk, const pg_account_state *state, int64_t now_ns)
{
    int ended = 0;
    for (int i = 0; i < desk->left_count; i++) {
        const left_order *left = &desk->left[i];
        int number = number_of(desk, left->symbol);
        if (number < 0 || is_open(state, left))
            continue;
        pg_reply reply = { .id = left->id,
                           .exch_ns = now_ns,
                           .price = left->price,
                           .kind = PG_REPLY_CANCELLED,
                           .side = left->side,
                           .reason = PG_REASON_UNKNOWN };
        pg_ledger_reply(desk->config.ledger, number, left->run, &reply,
                        &(pg_ledger_names){ .words = "not at the venue any more" }, now_ns);
        ended++;
    }
    if (ended > 0)
        desk_say(desk, PG_LOG_INFO, "%d orders of earlier sessions have ended meanwhile", ended);
    desk->left_count = 0;
}
