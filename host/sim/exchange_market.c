/* A market of the exchange: where its flow comes from and how it is played, its trades, book and prices. */
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_internal.h"

enum { PLAY_LIMIT = 200000, BOOK_DEPTH = 256, MARK_FRESH_S = 30 };

/* ---- set-up ---- */

/* A value in units of 10^-from as one of 10^-to: times mul, divided by div. */
static void scale_between(exchange_scale *scale, int from, int to)
{
    *scale = (exchange_scale){ .mul = to > from ? pg_pow10(to - from) : 1, .div = from > to ? pg_pow10(from - to) : 1 };
}

static pg_status set_units(exchange_market *m, const pg_instrument *source, pg_error *err)
{
    const pg_instrument *in = &m->instrument;
    scale_between(&m->price_scale, source->price_decimals, in->price_decimals);
    scale_between(&m->size_scale, source->size_decimals, in->size_decimals);
    if (source->tick % m->price_scale.div != 0)
        return pg_fail(err, PG_ERR_INVALID, "the prices of %s have more decimals than the %d that its market takes",
                       source->symbol, in->price_decimals);
    return PG_OK;
}

static pg_status set_source(exchange_market *m, pg_error *err)
{
    const pg_exchange_market_config *config = &m->config;
    pg_tape_info info;
    pg_status status = PG_OK;
    m->speed = config->speed != 0 && config->tape ? config->speed : 1;
    if (!(m->speed > 0 && m->speed <= 1e6))
        return pg_fail(err, PG_ERR_INVALID, "a tape cannot be played at a speed of %g", m->speed);
    if (config->tape && pg_tape_count(config->tape) == 0)
        return pg_fail(err, PG_ERR_INVALID, "%s holds no events", pg_tape_path(config->tape));
    if (config->tape)
        return set_units(m, &pg_tape_get_info(config->tape)->instrument, err);
    if (!config->synthetic)
        return set_units(m, &m->instrument, err);
    status = pg_synthetic_describe(&info, config->synthetic, config->seed, err);
    if (status == PG_OK)
        status = set_units(m, &info.instrument, err);
    if (status == PG_OK)
        status = pg_synthetic_open(&m->synthetic, config->synthetic, config->seed, err);
    return status;
}

/* Whether the exchange has the pool or the assets that a market names. */
static bool is_placed(const exchange_market *m)
{
    const pg_exchange_market_config *c = &m->config;
    int count = m->exchange->asset_count;
    if (!c->is_spot)
        return c->pool >= 0 && c->pool < PG_EXCHANGE_POOLS;
    return c->base >= 0 && c->base < count && c->quote >= 0 && c->quote < count && c->base != c->quote;
}

static pg_status init(exchange_market *m, pg_error *err)
{
    const pg_instrument *in = &m->instrument;
    const pg_exchange_config *config = &m->exchange->config;
    int decimals = in->price_decimals + in->size_decimals;
    if (decimals > PG_EXCHANGE_MONEY_DECIMALS || m->config.max_leverage < 1)
        return pg_fail(err, PG_ERR_INVALID, "%s: prices and sizes have %d decimals together, %d at most; leverage %d",
                       in->symbol, decimals, PG_EXCHANGE_MONEY_DECIMALS, m->config.max_leverage);
    if (!is_placed(m))
        return pg_fail(err, PG_ERR_INVALID, "%s: the exchange has no such pool or assets", in->symbol);
    m->money_scale = pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - decimals);
    bool own = m->config.own_fees;
    pg_matcher_config matcher = { .fill = PG_FILL_QUEUE,
                                  .queue = config->queue,
                                  .queue_power = config->queue_power,
                                  .maker_fee_e8 = own ? m->config.maker_fee_e8 : config->maker_fee_e8,
                                  .taker_fee_e8 = own ? m->config.taker_fee_e8 : config->taker_fee_e8,
                                  .owners = PG_EXCHANGE_ACCOUNTS };
    pg_status status = set_source(m, err);
    if (status == PG_OK)
        status = pg_matcher_new(&m->matcher, &matcher, in, (pg_reply_sink){ m, exchange_take_reply }, err);
    return status;
}

pg_status pg_exchange_add_market(int *market, pg_exchange *x, const pg_exchange_market_config *config, pg_error *err)
{
    if (x->market_count == PG_EXCHANGE_MARKETS)
        return pg_fail(err, PG_ERR_FULL, "an exchange has %d markets at most", PG_EXCHANGE_MARKETS);
    exchange_market *m = calloc(1, sizeof *m);
    if (!m)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a market");
    m->exchange = x;
    m->number = x->market_count;
    m->instrument = config->instrument;
    m->config = *config;
    m->config.impact_usd = config->impact_usd > 0 ? config->impact_usd : 6000;
    pg_status status = init(m, err);
    if (status != PG_OK) {
        exchange_market_free(m);
        return status;
    }
    m->config.synthetic = NULL; /* the caller's; the market has its copy */
    for (int k = 0; k < x->account_count; k++)
        x->account[k]->holding[m->number].leverage = exchange_first_leverage(m);
    if (m->config.pool >= x->pool_count)
        x->pool_count = m->config.pool + 1;
    *market = m->number;
    x->market[x->market_count++] = m;
    return PG_OK;
}

void exchange_market_free(exchange_market *m)
{
    if (!m)
        return;
    pg_matcher_free(m->matcher);
    pg_synthetic_close(m->synthetic);
    free(m->moment);
    free(m);
}

int exchange_first_leverage(const exchange_market *m)
{
    return m->config.max_leverage < 20 ? m->config.max_leverage : 20;
}

/* ---- trades ---- */

static void count_trade(exchange_market *m, int64_t price, int64_t size, int64_t now_ns)
{
    int64_t hour = now_ns / EXCHANGE_HOUR_NS;
    for (int64_t h = m->hour + 1; h <= hour && h <= m->hour + EXCHANGE_HOURS; h++) {
        m->hour_value[h % EXCHANGE_HOURS] = 0;
        m->hour_size[h % EXCHANGE_HOURS] = 0;
    }
    m->hour = hour;
    m->hour_value[hour % EXCHANGE_HOURS] += (pg_money)price * size;
    m->hour_size[hour % EXCHANGE_HOURS] += size;
    m->last = price;
    if (m->day_first == 0)
        m->day_first = price;
}

uint64_t exchange_market_trade(exchange_market *m, int aggressor, int64_t price, int64_t size, int buyer, int seller)
{
    pg_exchange *x = m->exchange;
    int64_t now_ns = pg_exchange_now(x);
    pg_exchange_trade trade = { .tid = pg_random_bits(&x->random) >> 14, /* 50 bits */
                                .price = price,
                                .size = size,
                                .time_ns = now_ns,
                                .side = (uint8_t)aggressor,
                                .buyer = buyer,
                                .seller = seller };
    trade.tid += trade.tid == 0;
    if (x->config.trades_ascend)
        trade.tid = ++x->last_tid;
    m->trades[m->trade_count++ % PG_EXCHANGE_TRADES] = trade;
    count_trade(m, price, size, now_ns);
    if (x->sink.trade)
        x->sink.trade(x->sink.self, m->number, &trade);
    return trade.tid;
}

const pg_exchange_trade *pg_exchange_trade_at(const pg_exchange *x, int market, int i)
{
    const exchange_market *m = x->market[market];
    if (i < 0 || i >= PG_EXCHANGE_TRADES || (uint64_t)i >= m->trade_count)
        return NULL;
    return &m->trades[(m->trade_count - 1 - (uint64_t)i) % PG_EXCHANGE_TRADES];
}

/* ---- events ---- */

/* An event of the flow, in our units, happens now. */
static void happen(exchange_market *m, const pg_event *event)
{
    if (event->kind == PG_EVENT_GAP)
        return; /* orders stay: an exchange that runs has no gaps, only its recording had */
    if (event->kind == PG_EVENT_MARK) {
        m->mark = event->price;
        m->oracle = event->price2 > 0 ? event->price2 : event->price;
        m->mark_ns = event->exch_ns;
        return;
    }
    bool print = event->kind == PG_EVENT_TRADE && event->price > 0 && event->size > 0;
    m->event_left = print ? event->size : 0;
    pg_matcher_market(m->matcher, event, event->exch_ns);
    if (print && m->event_left > 0)
        exchange_market_trade(m, event->side == PG_SELL ? PG_SELL : PG_BUY, event->price, m->event_left,
                              PG_EXCHANGE_NOBODY, PG_EXCHANGE_NOBODY);
    m->version++;
}

void pg_exchange_push_events(pg_exchange *x, int market, const pg_event *events, size_t count)
{
    exchange_tick(x);
    for (size_t i = 0; i < count; i++) {
        pg_event event = events[i];
        event.exch_ns = event.local_ns = pg_exchange_now(x);
        happen(x->market[market], &event);
    }
    exchange_settle_groups(x);
}

static int64_t scaled_price(const exchange_market *m, int64_t price)
{
    return price * m->price_scale.mul / m->price_scale.div;
}

/* A lot of the source may be finer than ours: what is there stays there, so it is rounded up. */
static int64_t scaled_size(const exchange_market *m, int64_t size)
{
    return (size * m->size_scale.mul + m->size_scale.div - 1) / m->size_scale.div;
}

static void happen_scaled(exchange_market *m, const pg_event *source, int64_t time_ns)
{
    pg_event event = *source;
    event.exch_ns = event.local_ns = time_ns;
    if (event.kind != PG_EVENT_FUNDING) {
        event.price = scaled_price(m, source->price);
        event.price2 = scaled_price(m, source->price2);
        event.size = scaled_size(m, source->size);
    }
    if (event.kind == PG_EVENT_BBO)
        event.size2 = scaled_size(m, source->size2);
    happen(m, &event);
}

/* ---- playing ---- */

static pg_status keep_moment(void *self, const pg_event *events, size_t n, pg_error *err)
{
    exchange_market *m = self;
    pg_event *grown = realloc(m->moment, (m->moment_count + n) * sizeof *grown);
    if (!grown)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a moment of the synthetic market");
    memcpy(grown + m->moment_count, events, n * sizeof *events);
    m->moment = grown;
    m->moment_count += n;
    return PG_OK;
}

/* The tape is at its end: it begins anew, with an empty book. */
static void begin_anew(exchange_market *m)
{
    static const uint8_t kinds[] = { PG_EVENT_SNAPSHOT_BEGIN, PG_EVENT_SNAPSHOT_END };
    for (int i = 0; i < 2; i++) {
        pg_event event = { .kind = kinds[i], .exch_ns = pg_exchange_now(m->exchange) };
        event.local_ns = event.exch_ns;
        event.flags = i ? PG_EVENT_LAST : 0;
        happen(m, &event);
    }
    m->tape_next = 0;
    m->is_started = false;
}

/* The next event of the source; NULL when it has none. */
static pg_status next_event(const pg_event **event, exchange_market *m, pg_error *err)
{
    *event = NULL;
    if (m->config.tape) {
        if (m->tape_next == pg_tape_count(m->config.tape))
            begin_anew(m);
        *event = &pg_tape_events(m->config.tape)[m->tape_next];
        return PG_OK;
    }
    pg_status status = PG_OK;
    if (m->moment_next == m->moment_count)
        m->moment_next = m->moment_count = 0;
    while (m->synthetic && status == PG_OK && m->moment_count == 0)
        status = pg_synthetic_next(m->synthetic, keep_moment, m, err);
    if (status == PG_OK && m->moment_count > 0)
        *event = &m->moment[m->moment_next];
    return status;
}

pg_status exchange_market_play(exchange_market *m, int64_t now_ns, pg_error *err)
{
    for (int played = 0;; played++) {
        const pg_event *event;
        pg_status status = next_event(&event, m, err);
        if (status != PG_OK || !event)
            return status;
        if (!m->is_started) {
            m->is_started = true;
            m->start_ns = now_ns;
            m->first_ns = event->exch_ns;
        }
        int64_t due = m->start_ns + (int64_t)((double)(event->exch_ns - m->first_ns) / m->speed);
        if (due > now_ns)
            return PG_OK;
        if (played == PLAY_LIMIT) { /* we were asleep: what was missed is passed over */
            m->start_ns += now_ns - due;
            return PG_OK;
        }
        /* What a source tells out of order happens when it is told. */
        m->played_ns = due > m->played_ns ? due : m->played_ns;
        exchange_set_now(m->exchange, m->played_ns);
        happen_scaled(m, event, pg_exchange_now(m->exchange));
        *(m->config.tape ? &m->tape_next : &m->moment_next) += 1;
    }
}

/* ---- what can be seen ---- */

int pg_exchange_market_count(const pg_exchange *x)
{
    return x->market_count;
}

int pg_exchange_max_leverage(const pg_exchange *x, int market)
{
    return x->market[market]->config.max_leverage;
}

const pg_instrument *pg_exchange_instrument(const pg_exchange *x, int market)
{
    return &x->market[market]->instrument;
}

uint64_t pg_exchange_book_version(const pg_exchange *x, int market)
{
    return x->market[market]->version;
}

/* The levels of the flow that meet an order of an account on the other side: they are not there for anybody to see. The
 * flow comes to trade with the order by its own trades, and a published book is never crossed. */
static int hidden(const exchange_market *m, int side, const pg_level *flow, int count)
{
    const pg_line *other = pg_matcher_line(m->matcher, side == PG_BUY ? PG_SELL : PG_BUY);
    int n = 0;
    if (other->count == 0)
        return 0;
    int64_t price = other->order[0].price;
    while (n < count && (side == PG_BUY ? flow[n].price >= price : flow[n].price <= price))
        n++;
    return n;
}

int pg_exchange_book(const pg_exchange *x, int market, int side, pg_exchange_level *levels, int n)
{
    const exchange_market *m = x->market[market];
    const pg_line *line = pg_matcher_line(m->matcher, side);
    pg_level flow[BOOK_DEPTH];
    int wanted = n < BOOK_DEPTH ? n : BOOK_DEPTH, k = 0, count = 0;
    int flow_count = pg_book_top(pg_matcher_book(m->matcher), side, flow, wanted);
    int i = hidden(m, side, flow, flow_count);
    if (i > 0 && wanted < BOOK_DEPTH) {
        flow_count = pg_book_top(pg_matcher_book(m->matcher), side, flow, BOOK_DEPTH);
        i = hidden(m, side, flow, flow_count);
    }
    while (count < n && (i < flow_count || k < line->count)) {
        bool order_first =
            i == flow_count || (k < line->count && pg_line_reaches(line, line->order[k].price, flow[i].price));
        pg_exchange_level *level = &levels[count++];
        *level = (pg_exchange_level){ .price = order_first ? line->order[k].price : flow[i].price };
        if (i < flow_count && flow[i].price == level->price) {
            level->size += flow[i++].size;
            level->orders++;
        }
        for (; k < line->count && line->order[k].price == level->price; k++) {
            level->size += line->order[k].remaining;
            level->orders++;
        }
    }
    return count;
}

pg_exchange_level pg_exchange_touch(const pg_exchange *x, int market, int side)
{
    pg_exchange_level level = { 0 };
    pg_exchange_book(x, market, side, &level, 1);
    return level;
}

static int64_t median(int64_t a, int64_t b, int64_t c)
{
    int64_t low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

int64_t exchange_market_mark(const exchange_market *m)
{
    if (m->mark > 0 && pg_exchange_now(m->exchange) - m->mark_ns < (int64_t)MARK_FRESH_S * 1000000000)
        return m->mark;
    int64_t bid = pg_exchange_touch(m->exchange, m->number, PG_BUY).price;
    int64_t ask = pg_exchange_touch(m->exchange, m->number, PG_SELL).price;
    if (bid > 0 && ask > 0)
        return m->last > 0 ? median(bid, ask, m->last) : (bid + ask) / 2;
    return m->last > 0 ? m->last : m->mark;
}

/* Average price of trading impact_usd against a side, 0 when it holds less. */
static int64_t impact_price(const exchange_market *m, int side)
{
    pg_exchange_level levels[BOOK_DEPTH];
    int count = pg_exchange_book(m->exchange, m->number, side, levels, BOOK_DEPTH);
    pg_money wanted =
        (pg_money)m->config.impact_usd * pg_pow10(m->instrument.price_decimals + m->instrument.size_decimals);
    pg_money value = 0, size = 0;
    for (int i = 0; i < count; i++) {
        pg_money there = (pg_money)levels[i].price * levels[i].size;
        if (value + there >= wanted) {
            pg_money part = (wanted - value) / levels[i].price;
            value += part * levels[i].price;
            size += part;
            return size > 0 ? (int64_t)(value / size) : levels[i].price;
        }
        value += there;
        size += levels[i].size;
    }
    return 0;
}

void pg_exchange_get_context(pg_exchange_context *c, const pg_exchange *x, int market)
{
    const exchange_market *m = x->market[market];
    int64_t bid = pg_exchange_touch(x, market, PG_BUY).price, ask = pg_exchange_touch(x, market, PG_SELL).price;
    *c = (pg_exchange_context){ .mark = exchange_market_mark(m),
                                .oracle = m->oracle > 0 ? m->oracle : exchange_market_mark(m),
                                .last = m->last,
                                .day_first = m->day_first,
                                .mid_x2 = bid > 0 && ask > 0 ? bid + ask : 0,
                                .impact = { impact_price(m, PG_BUY), impact_price(m, PG_SELL) },
                                .has_premium = m->premium_count > 0 };
    for (int k = 0; k < x->account_count; k++) {
        int64_t quantity = x->account[k]->holding[market].booked.quantity;
        c->open_interest += quantity > 0 ? quantity : 0;
    }
    /* The flow is the counterpart: when accounts are short on balance, it holds the longs. */
    c->open_interest += m->flow_quantity > 0 ? m->flow_quantity : 0;
    for (int h = 0; h < EXCHANGE_HOURS; h++) {
        c->day_value += m->hour_value[h];
        c->day_size += m->hour_size[h];
    }
    if (c->has_premium)
        c->premium_e12 = (int64_t)(m->premium_sum_e12 / m->premium_count);
    c->funding_e12 = exchange_funding_rate(c->premium_e12);
}
