/* TWAP orders: their life, their slices, and what is said of them. */
#include "sim/exchange_hyperliquid_twap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_json.h"
#include "sim/exchange_hyperliquid_list.h"

enum {
    MOST = 256,     /* running, of all accounts */
    HISTORY = 2000, /* events kept: the oldest is forgotten */
    SLICES = 2000,  /* fills in an answer */
    MINUTES_LEAST = 5,
    MINUTES_MOST = 10080,
    VALUE_LEAST = 100,
    SLIPPAGE_PERCENT = 3,
    CATCH_UP = 3
};

static const int64_t SLICE_NS = 30000000000, MINUTE_NS = 60000000000;

typedef enum { WAITING, ACTIVATED, FINISHED, TERMINATED, STOPPED, FAILED } status;

typedef struct {
    uint64_t id;
    int account, market, minutes, slice; /* slice: number of the next one */
    uint8_t side;
    bool reduce_only, randomize, above;
    int64_t size, executed, trigger, stop; /* prices; 0: none */
    pg_money value;                        /* money units of the instrument */
    int64_t time_ns, start_ns;
    status status;
    char why[80];
} twap;

typedef struct {
    twap twap;
    int64_t time_ns;
} event;

struct hlx_twaps {
    twap running[MOST];
    int count;
    event history[HISTORY];
    uint64_t events, made;
};

hlx_twaps *hlx_twaps_new(void)
{
    return calloc(1, sizeof(hlx_twaps));
}

void hlx_twaps_free(hlx_twaps *twaps)
{
    free(twaps);
}

/* ---- as JSON ---- */

static void put_price_or_null(pg_hl_exchange *e, pg_text *text, const char *key, int market, int64_t price)
{
    if (price)
        hlx_json_price(e, text, key, market, price);
    else
        pg_json_null(text, key);
}

static void put_state(pg_hl_exchange *e, pg_text *text, const char *key, const twap *w)
{
    const hlx_listing *coin = &e->list.coins[w->market];
    pg_money unit = pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - coin->price_decimals - coin->size_decimals);
    pg_json_open(text, key, '{');
    pg_json_string(text, "coin", coin->name);
    pg_json_string(text, "user", pg_exchange_account_name(e->core, w->account));
    pg_json_string(text, "side", w->side == PG_BUY ? "B" : "A");
    hlx_json_size(e, text, "sz", w->market, w->size);
    hlx_json_size(e, text, "executedSz", w->market, w->executed);
    hlx_json_money(text, "executedNtl", w->value * unit);
    pg_json_integer(text, "minutes", w->minutes);
    pg_json_bool(text, "reduceOnly", w->reduce_only);
    pg_json_bool(text, "randomize", w->randomize);
    pg_json_integer(text, "timestamp", hlx_ms(w->time_ns));
    if (w->trigger) {
        pg_json_open(text, "trigger", '{');
        hlx_json_price(e, text, "p", w->market, w->trigger);
        pg_json_bool(text, "a", w->above);
        pg_json_close(text, '}');
    } else {
        pg_json_null(text, "trigger");
    }
    put_price_or_null(e, text, "stopPx", w->market, w->stop);
    pg_json_close(text, '}');
}

static void put_event(pg_hl_exchange *e, pg_text *text, const event *ev)
{
    static const char *const names[] = {
        [WAITING] = "waitingForTrigger", [ACTIVATED] = "activated", [FINISHED] = "finished",
        [TERMINATED] = "terminated",     [STOPPED] = "stopped",     [FAILED] = "error"
    };
    pg_json_open(text, NULL, '{');
    pg_json_integer(text, "time", hlx_ms(ev->time_ns) / 1000);
    put_state(e, text, "state", &ev->twap);
    pg_json_open(text, "status", '{');
    pg_json_string(text, "status", names[ev->twap.status]);
    if (ev->twap.why[0])
        pg_json_string(text, "description", ev->twap.why);
    pg_json_close(text, '}');
    pg_json_integer(text, "twapId", (int64_t)ev->twap.id);
    pg_json_close(text, '}');
}

void hlx_json_twap_states(pg_hl_exchange *e, pg_text *text, const char *key, int account, int dex)
{
    pg_json_open(text, key, '[');
    for (int i = 0; i < e->twaps->count; i++) {
        const twap *w = &e->twaps->running[i];
        if (w->account != account || !hlx_is_with(&e->list.coins[w->market], dex))
            continue;
        pg_json_open(text, NULL, '[');
        pg_json_integer(text, NULL, (int64_t)w->id);
        put_state(e, text, NULL, w);
        pg_json_close(text, ']');
    }
    pg_json_close(text, ']');
}

int hlx_json_twap_history(pg_hl_exchange *e, pg_text *text, const char *key, int account)
{
    const hlx_twaps *all = e->twaps;
    int count = 0;
    pg_json_open(text, key, '[');
    for (uint64_t i = 0; i < all->events && i < HISTORY; i++) {
        const event *ev = &all->history[(all->events - 1 - i) % HISTORY];
        if (ev->twap.account != account)
            continue;
        put_event(e, text, ev);
        count++;
    }
    pg_json_close(text, ']');
    return count;
}

static void put_slice(pg_hl_exchange *e, pg_text *text, const pg_exchange_fill *fill)
{
    pg_json_open(text, NULL, '{');
    hlx_put(text, "\"fill\":");
    hlx_json_fill(e, text, fill);
    pg_json_integer(text, "twapId", (int64_t)hlx_twap_of(fill->tag));
    pg_json_close(text, '}');
}

int hlx_json_slice_fills(pg_hl_exchange *e, pg_text *text, const char *key, int account, double from_ms, double to_ms)
{
    const pg_exchange_fill *fill;
    int count = 0;
    pg_json_open(text, key, '[');
    for (int i = 0; account != PG_EXCHANGE_NOBODY && (fill = pg_exchange_fill_at(e->core, account, i)); i++) {
        double time_ms = (double)hlx_ms(fill->time_ns);
        if (hlx_twap_of(fill->tag) == 0 || time_ms < from_ms || time_ms > to_ms || count == SLICES)
            continue;
        put_slice(e, text, fill);
        count++;
    }
    pg_json_close(text, ']');
    return count;
}

/* ---- life ---- */

/* Notes that one has another status, and tells the account. */
static void note(pg_hl_exchange *e, twap *w, status now, const char *why)
{
    hlx_user *user = &e->users[w->account];
    event ev = { .time_ns = pg_exchange_now(e->core) };
    w->status = now;
    snprintf(w->why, sizeof w->why, "%s", why);
    ev.twap = *w;
    e->twaps->history[e->twaps->events++ % HISTORY] = ev;
    put_event(e, &user->twaps, &ev);
    user->touched = true;
}

static int64_t mark_of(const pg_hl_exchange *e, int market)
{
    pg_exchange_context context;
    pg_exchange_get_context(&context, e->core, market);
    return context.mark;
}

static int64_t reducible(const pg_hl_exchange *e, const twap *w)
{
    pg_exchange_position p;
    pg_exchange_get_position(&p, e->core, w->account, w->market);
    int64_t held = w->side == PG_BUY ? -p.quantity : p.quantity;
    return held > 0 ? held : 0;
}

void hlx_twap_fill(pg_hl_exchange *e, const pg_exchange_fill *fill)
{
    for (int i = 0; i < e->twaps->count; i++) {
        twap *w = &e->twaps->running[i];
        if (w->id != hlx_twap_of(fill->tag))
            continue;
        w->executed += fill->size;
        w->value += (pg_money)fill->price * fill->size;
    }
    put_slice(e, &e->users[fill->account].slices, fill);
}

/* ---- actions ---- */

static void answer(pg_text *out, const char *type, const char *error)
{
    pg_text_print(out, "{\"status\":\"ok\",\"response\":{\"type\":\"%s\",\"data\":{\"status\":", type);
    out->comma = false;
    if (error) {
        pg_json_open(out, NULL, '{');
        pg_json_string(out, "error", error);
        pg_json_close(out, '}');
    } else {
        pg_json_string(out, NULL, "success");
    }
    hlx_put(out, "}}}");
}

static bool read_price(int64_t *price, const pg_hl_exchange *e, int market, const char *text)
{
    *price = 0;
    return !text ||
           (pg_decimal_parse(price, text, strlen(text), e->list.coins[market].price_decimals) == PG_OK && *price > 0);
}

/* What is wrong with one, in text[]; NULL: nothing. */
static const char *read_twap(twap *w, char text[128], const pg_hl_exchange *e, const pg_hl_action *action)
{
    const char *size = action->twap.size;
    w->market = hlx_find_asset(&e->list, action->twap.asset);
    if (w->market < 0)
        return "Order has invalid asset.";
    const hlx_listing *coin = &e->list.coins[w->market];
    if (pg_decimal_parse(&w->size, size, strlen(size), coin->size_decimals) != PG_OK || w->size <= 0)
        return "Order has invalid size.";
    if (!read_price(&w->trigger, e, w->market, action->twap.trigger_price) ||
        !read_price(&w->stop, e, w->market, action->twap.stop_price))
        return "Order has invalid price.";
    if (action->twap.minutes < MINUTES_LEAST || action->twap.minutes > MINUTES_MOST) {
        snprintf(text, 128, "Invalid TWAP duration: %lld min(s)", (long long)action->twap.minutes);
        return text;
    }
    w->minutes = (int)action->twap.minutes;
    pg_money least = (pg_money)VALUE_LEAST * pg_pow10(coin->price_decimals) * pg_pow10(coin->size_decimals);
    if ((pg_money)w->size * mark_of(e, w->market) < least)
        return "TWAP order value too small. Min is $100.";
    if (w->reduce_only && reducible(e, w) == 0)
        return "Reduce-only TWAP order would increase position.";
    return e->twaps->count == MOST ? "Too many TWAP orders." : NULL;
}

void hlx_twap_order(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    char text[128];
    twap made = { .account = account,
                  .side = action->twap.is_buy ? PG_BUY : PG_SELL,
                  .reduce_only = action->twap.reduce_only,
                  .randomize = action->twap.randomize,
                  .above = action->twap.trigger_above,
                  .time_ns = pg_exchange_now(e->core) };
    const char *wrong = read_twap(&made, text, e, action);
    if (wrong) {
        answer(out, "twapOrder", wrong);
        return;
    }
    made.id = 100000 + ++e->twaps->made;
    made.start_ns = made.time_ns;
    twap *w = &e->twaps->running[e->twaps->count++];
    *w = made;
    note(e, w, w->trigger ? WAITING : ACTIVATED, "");
    pg_text_print(out,
                  "{\"status\":\"ok\",\"response\":{\"type\":\"twapOrder\",\"data\":{\"status\":{\"running\":{"
                  "\"twapId\":%llu}}}}}",
                  (unsigned long long)made.id);
}

/* Takes the i-th away. */
static void end(pg_hl_exchange *e, int i, status how, const char *why)
{
    hlx_twaps *all = e->twaps;
    note(e, &all->running[i], how, why);
    memmove(&all->running[i], &all->running[i + 1], (size_t)(--all->count - i) * sizeof *all->running);
}

void hlx_twap_cancel(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action)
{
    for (int i = 0; i < e->twaps->count; i++) {
        const twap *w = &e->twaps->running[i];
        if (w->id != action->twap.id || w->account != account || e->list.coins[w->market].asset != action->twap.asset)
            continue;
        end(e, i, TERMINATED, "");
        answer(out, "twapCancel", NULL);
        return;
    }
    answer(out, "twapCancel", "TWAP was never placed, already canceled, or filled.");
}

/* ---- slices ---- */

/* What the next slice is to trade: what is behind the plan, at most so much more than a slice. */
static int64_t slice_size(pg_hl_exchange *e, const twap *w, int64_t mark)
{
    const pg_instrument *in = pg_exchange_instrument(e->core, w->market);
    int slices = (int)(w->minutes * MINUTE_NS / SLICE_NS);
    int64_t each = w->size / slices + 1, least = 0;
    int64_t planned = (int64_t)((pg_money)w->size * (w->slice + 1) / slices);
    if (w->randomize && w->slice + 1 < slices) /* a fifth more or less */
        planned += (int64_t)((pg_money)each * (int64_t)(pg_exchange_random(e->core) % 401 - 200) / 1000);
    int64_t due = planned - w->executed, left = w->size - w->executed;
    /* The least order that the venue takes is never beyond what a slice may be. */
    pg_money value = (pg_money)in->min_notional * pg_pow10(in->price_decimals) * pg_pow10(in->size_decimals);
    if (mark > 0)
        least = (int64_t)(value * 11 / 10 / mark) + 1;
    int64_t most = CATCH_UP * each > least ? CATCH_UP * each : least;
    due = due < most ? due : most;
    due = due < left ? due : left;
    if (w->reduce_only && due > reducible(e, w))
        due = reducible(e, w);
    return due > 0 && (w->reduce_only || (pg_money)due * mark >= value) ? due : 0;
}

/* A price that the slice may pay at most. */
static int64_t slice_price(const pg_hl_exchange *e, const twap *w, int64_t mark)
{
    const pg_instrument *in = pg_exchange_instrument(e->core, w->market);
    int percent = w->side == PG_BUY ? 100 + SLIPPAGE_PERCENT : 100 - SLIPPAGE_PERCENT;
    return in->rule(in, (int64_t)((pg_money)mark * percent / 100), w->side);
}

/* Places a slice; a text when the TWAP cannot go on. */
static const char *place_slice(pg_hl_exchange *e, const twap *w, int64_t mark)
{
    pg_exchange_request slice = { .market = w->market,
                                  .side = w->side,
                                  .tif = PG_TIF_IOC,
                                  .reduce_only = w->reduce_only,
                                  .price = slice_price(e, w, mark),
                                  .size = slice_size(e, w, mark),
                                  .tag = w->id };
    if (slice.size == 0 || slice.price <= 0)
        return NULL;
    const pg_exchange_order *placed = pg_exchange_place(e->core, w->account, &slice);
    if (!placed || placed->status != PG_EXCHANGE_REJECTED)
        return NULL;
    switch (placed->reason) {
    case PG_EXCHANGE_MARGIN: return "Insufficient margin to place order.";
    case PG_EXCHANGE_NO_BALANCE: return "Insufficient spot balance";
    default: return NULL; /* nothing to meet within the slippage: the next slice catches up */
    }
}

/* Whether the mark has come to where the TWAP is to end. */
static bool is_stopped(const twap *w, int64_t mark)
{
    return w->stop != 0 && mark > 0 && (w->side == PG_BUY ? mark >= w->stop : mark <= w->stop);
}

/* One TWAP's turn; false: it has ended and its place is another's. */
static bool run(pg_hl_exchange *e, int i)
{
    twap *w = &e->twaps->running[i];
    int64_t now_ns = pg_exchange_now(e->core), mark = mark_of(e, w->market);
    if (w->status == WAITING && mark > 0 && (w->above ? mark >= w->trigger : mark <= w->trigger)) {
        w->start_ns = now_ns;
        note(e, w, ACTIVATED, "");
    }
    if (w->status != ACTIVATED)
        return true;
    if (is_stopped(w, mark)) {
        end(e, i, STOPPED, "");
        return false;
    }
    int slices = (int)(w->minutes * MINUTE_NS / SLICE_NS);
    const char *wrong = NULL;
    if (w->slice < slices && now_ns >= w->start_ns + w->slice * SLICE_NS) {
        /* The clock may have jumped: slices that were missed are one. */
        int64_t due = (now_ns - w->start_ns) / SLICE_NS;
        w->slice = due < slices ? (int)due : slices - 1;
        wrong = place_slice(e, w, mark);
        w->slice++;
    }
    bool over = w->executed == w->size || now_ns >= w->start_ns + w->minutes * MINUTE_NS ||
                (w->reduce_only && reducible(e, w) == 0);
    if (wrong || over)
        end(e, i, wrong ? FAILED : FINISHED, wrong ? wrong : "");
    return !wrong && !over;
}

void hlx_twaps_run(pg_hl_exchange *e)
{
    for (int i = 0; i < e->twaps->count;)
        i += run(e, i);
}
