/* Reading the account: open orders, positions, balances, equity. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "venue/hyperliquid/adapter_internal.h"
#include "venue/hyperliquid/codec_state.h"
#include "venue/hyperliquid/json.h"

void hl_ask_dex(hl_venue *venue, const char *type, int dex, int weight, void *self, pg_hl_asked done)
{
    char body[256];
    const char *name = dex >= 0 ? venue->dexes[dex] : "";
    snprintf(body, sizeof body, "{\"type\":\"%s\",\"user\":\"%s\"%s%s%s}", type, venue->account,
             name[0] ? ",\"dex\":\"" : "", name, name[0] ? "\"" : "");
    pg_hl_rest_ask(venue->rest,
                   &(pg_hl_question){ .body = body, .weight = weight, .safety = true, .patience_ms = 8000 }, self,
                   done);
}

enum { HELD_MAX = 512 };

/* Lists that are asked for: the positions and the open orders of each perpetuals exchange, spot balances. */
typedef struct {
    pg_call call;
    void *self;
    pg_account_done done;
    int64_t asked_ns;
    int step, dex;
    pg_account_state state;
    pg_hl_account account;
    pg_open_order orders[PG_HL_UPDATES_MAX];
    pg_held held[HELD_MAX];
} reading;

enum { READ_POSITIONS, READ_ORDERS, READ_SPOT };

static void read_next(reading *r);

/* All was read: what the lists do not have is asked about, and positions that they do not have are none. */
static void take_read(reading *r)
{
    hl_venue *venue = hl_of(&r->call);
    for (int i = 0; i < venue->market_count; i++)
        hl_margin_held(&venue->market[i], 0);
    for (int i = 0; i < r->state.held_count; i++)
        if (r->held[i].market >= 0)
            hl_margin_held(&venue->market[r->held[i].market], r->held[i].quantity);
    pg_tracker_list_end(venue->orders, r->asked_ns, hl_now());
}

static void reading_done(reading *r, const pg_error *err)
{
    void *self = r->self;
    pg_account_done done = r->done;
    r->state.orders = r->orders;
    r->state.held = r->held;
    if (!err)
        take_read(r);
    done(self, err ? NULL : &r->state, err);
    pg_call_end(&r->call);
}

static pg_status bad_answer(pg_error *err, const char *what)
{
    return pg_fail(err, PG_ERR_PARSE, "the venue's answer about %s is not of the form that is expected", what);
}

static pg_status add_held(reading *r, const char *coin, const char *quantity, double entry, double liquidation,
                          pg_error *err)
{
    hl_venue *venue = hl_of(&r->call);
    int64_t amount;
    if (!coin[0] || pg_hl_units_near(&amount, quantity, 8) != PG_OK)
        return bad_answer(err, "positions");
    if (amount == 0)
        return PG_OK;
    if (r->state.held_count == HELD_MAX)
        return pg_fail(err, PG_ERR_FULL, "more than %d positions", HELD_MAX);
    pg_held *held = &r->held[r->state.held_count++];
    *held = (pg_held){ .market = pg_hl_decoder_market(venue->decoder, coin, strlen(coin)) };
    snprintf(held->symbol, sizeof held->symbol, "%s", coin);
    snprintf(held->text, sizeof held->text, "%s", quantity);
    held->entry = entry;
    held->liquidation = liquidation;
    if (held->market >= 0 &&
        pg_hl_units_near(&held->quantity, quantity, venue->market[held->market].instrument.size_decimals) != PG_OK)
        return bad_answer(err, "positions");
    return PG_OK;
}

static pg_status take_positions(reading *r, const cJSON *json, pg_error *err)
{
    pg_hl_account *account = &r->account;
    pg_status status = pg_hl_account_read(account, json, err);
    if (status != PG_OK)
        return status;
    r->state.equity_e6 += account->equity_e6;
    r->state.free_e6 += account->free_e6;
    r->state.time_ns = account->time_ns;
    for (int i = 0; i < account->count && status == PG_OK; i++)
        status = add_held(r, account->position[i].coin, account->position[i].quantity, account->position[i].entry,
                          account->position[i].liquidation, err);
    return status;
}

/* The pair of a spot market, "HYPE/USDC"; the length of its base. */
static const char *pair_of(const pg_hl_asset *asset, size_t *base)
{
    const char *pair = asset->alias[0] ? asset->alias : asset->name;
    *base = strcspn(pair, "/");
    return pair;
}

/* What so much of a market's base is worth, quote units in 1e-6. */
static int64_t worth_e6(const hl_market *market, int64_t quantity)
{
    const pg_instrument *in = &market->instrument;
    __int128 value = (__int128)quantity * market->mid_x2 * 500000;
    return (int64_t)(value / pg_pow10(in->price_decimals + in->size_decimals));
}

/* A token that is the base of a pair that is traded counts at the pair's price, one that is a quote as it is. Where no
 * perpetuals are traded, quote tokens that no order holds are what new positions may use. */
static pg_status take_balance(reading *r, const char *coin, const char *total, const char *hold, pg_error *err)
{
    const hl_venue *venue = hl_of(&r->call);
    bool counted = false;
    for (int i = 0; i < venue->market_count; i++) {
        const hl_market *market = &venue->market[i];
        size_t base;
        const char *pair = pair_of(&market->asset, &base);
        int64_t total_e6, hold_e6;
        if (market->asset.market != PG_HL_SPOT || !pair[base])
            continue;
        if (strlen(coin) == base && strncmp(pair, coin, base) == 0) {
            int before = r->state.held_count;
            pg_status status = add_held(r, market->asset.name, total, 0, 0, err);
            if (status != PG_OK)
                return status;
            if (!counted && r->state.held_count > before)
                r->state.equity_e6 += worth_e6(market, r->held[before].quantity);
            counted = true;
        } else if (strcmp(pair + base + 1, coin) == 0 && !counted) {
            if (pg_hl_units_near(&total_e6, total, 6) != PG_OK || pg_hl_units_near(&hold_e6, hold, 6) != PG_OK)
                return bad_answer(err, "balances");
            r->state.equity_e6 += total_e6;
            if (!venue->has_perps && total_e6 > hold_e6)
                r->state.free_e6 += total_e6 - hold_e6;
            counted = true;
        }
    }
    return PG_OK;
}

static pg_status take_balances(reading *r, const cJSON *json, pg_error *err)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "balances"), *item;
    pg_status status = PG_OK;
    if (!cJSON_IsArray(list))
        return bad_answer(err, "balances");
    cJSON_ArrayForEach(item, list) if (status == PG_OK) status = take_balance(
        r, pg_hl_json_text(item, "coin"), pg_hl_json_text(item, "total"), pg_hl_json_text(item, "hold"), err);
    return status;
}

static pg_status take_orders(reading *r, const pg_hl_found *found, pg_error *err)
{
    hl_venue *venue = hl_of(&r->call);
    pg_hl_frame frame;
    int64_t now = hl_now();
    pg_status status = pg_hl_decode_open(venue->decoder, &frame, found->text, found->size, err);
    for (int i = 0; i < frame.count && status == PG_OK; i++) {
        const pg_told_order *update = &frame.update[i];
        if (r->state.order_count == PG_HL_UPDATES_MAX)
            return pg_fail(err, PG_ERR_FULL, "more than %d open orders", PG_HL_UPDATES_MAX);
        const pg_tracked *ours = pg_tracker_named(venue->orders, update->cloid);
        pg_open_order *order = &r->orders[r->state.order_count++];
        *order = (pg_open_order){ .market = update->market,
                                  .run = ours ? venue->run : update->cloid.run,
                                  .id = ours ? ours->id : update->cloid.id,
                                  .price = update->price,
                                  .remaining = update->remaining,
                                  .filled = update->size - update->remaining,
                                  .side = update->side,
                                  .reduce_only = update->reduce_only };
        snprintf(order->symbol, sizeof order->symbol, "%.*s", (int)update->coin.size, update->coin.data);
        snprintf(order->order_id, sizeof order->order_id, "%" PRIu64, update->oid);
        pg_tracker_list_add(venue->orders, update, now);
    }
    return status;
}

static void read_came(void *self, const pg_hl_found *found, const pg_error *why)
{
    reading *r = self;
    hl_venue *venue = hl_of(&r->call);
    pg_error err;
    pg_status status;
    if (!found) {
        reading_done(r, why);
        return;
    }
    if (r->step == READ_POSITIONS)
        status = take_positions(r, found->json, &err);
    else if (r->step == READ_ORDERS)
        status = take_orders(r, found, &err);
    else
        status = take_balances(r, found->json, &err);
    if (status != PG_OK) {
        reading_done(r, &err);
        return;
    }
    if (r->step == READ_ORDERS && ++r->dex < venue->dex_count)
        r->step = READ_POSITIONS;
    else
        r->step++;
    read_next(r);
}

static void read_next(reading *r)
{
    hl_venue *venue = hl_of(&r->call);
    if (r->step == READ_POSITIONS)
        hl_ask_dex(venue, "clearinghouseState", r->dex, 2, r, read_came);
    else if (r->step == READ_ORDERS)
        hl_ask_dex(venue, "frontendOpenOrders", r->dex, 20, r, read_came);
    else if (r->step == READ_SPOT && venue->has_spot)
        hl_ask_dex(venue, "spotClearinghouseState", -1, 2, r, read_came);
    else
        reading_done(r, NULL);
}

void hl_account(pg_venue *base, void *self, pg_account_done done)
{
    hl_venue *venue = (hl_venue *)base;
    reading *r = pg_call_begin(&venue->calls, sizeof *r);
    r->self = self;
    r->done = done;
    r->asked_ns = hl_now();
    pg_tracker_list_begin(venue->orders);
    read_next(r);
}
