#include "live/desk_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/paper.h"

int64_t desk_now(void)
{
    return pg_clock_now(pg_clock_real());
}

void desk_say(const pg_desk *desk, pg_log_level level, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    pg_log_write(desk->config.log, level, desk->config.venue->name, text, NULL, 0);
    if (level >= PG_LOG_WARN)
        pg_ledger_note(desk->config.ledger, PG_LEDGER_NO_MARKET, level, text, desk_now());
}

void desk_hold(pg_desk *desk, pg_hold hold, bool on)
{
    for (int i = 0; i < desk->seat_count; i++)
        pg_risk_hold(desk->config.risk, desk->seat[i]->number, hold, on);
}

void desk_input(pg_desk *desk, int place, const pg_input *input)
{
    desk->seat[place]->input(desk->seat[place]->self, input);
}

double desk_net(const pg_desk *desk)
{
    double net = 0;
    for (int i = 0; i < desk->seat_count; i++) {
        const pg_engine *engine = desk->seat[i]->engine(desk->seat[i]->self);
        net += pg_money_double(pg_engine_instrument(engine), pg_engine_account(engine)->net_x2) / 2;
    }
    return net;
}

/* Place of the seat that an id belongs to; -1 when it is none of ours. */
static int place_of(const pg_desk *desk, uint64_t id)
{
    int place = (int)(id >> PG_DESK_SEAT_BITS) - 1;
    return place >= 0 && place < desk->seat_count ? place : -1;
}

uint64_t pg_desk_first_id(int place)
{
    return ((uint64_t)(place + 1) << PG_DESK_SEAT_BITS) + 1;
}

/* ---- requests ---- */

/* Refusals go back as the venue's would. */
static void refuse(pg_desk *desk, int place, const pg_request *request, int reason, const char *why, int64_t now_ns)
{
    pg_input input = { .kind = PG_INPUT_REPLY, .time_ns = now_ns };
    input.reply = (pg_reply){ .id = request->id,
                              .exch_ns = now_ns,
                              .price = request->price,
                              .kind = request->kind == PG_REQUEST_NEW ? PG_REPLY_REJECTED : PG_REPLY_REPLACE_REFUSED,
                              .side = request->side,
                              .reason = (uint8_t)reason };
    desk->state.refused++;
    desk_input(desk, place, &input);
    desk_note_refused(desk, place, request->id);
    if (now_ns - desk->refusal_logged_ns < DESK_REFUSALS_NS) { /* a strategy that insists would fill log and ledger */
        desk->refusals_unlogged++;
        return;
    }
    char more[48] = "";
    if (desk->refusals_unlogged > 0)
        snprintf(more, sizeof more, " (%" PRIu64 " more before)", desk->refusals_unlogged);
    desk->refusal_logged_ns = now_ns;
    desk->refusals_unlogged = 0;
    pg_ledger_reply(desk->config.ledger, desk->seat[place]->number, desk->config.run, &input.reply,
                    &(pg_ledger_names){ .words = why }, now_ns);
    desk_say(desk, PG_LOG_INFO, "%s: an order was not sent: %s%s", desk->seat[place]->name, why, more);
}

/* Tells the risk gate where a seat stands. */
static void watch_seat(pg_desk *desk, int place)
{
    pg_seat *seat = desk->seat[place];
    const pg_engine *engine = seat->engine(seat->self);
    const pg_account *account = pg_engine_account(engine);
    pg_risk_open open;
    if (account->mark_x2 > 0)
        pg_risk_mark(desk->config.risk, seat->number, account->mark_x2);
    pg_risk_position(desk->config.risk, seat->number, pg_engine_position(engine)->quantity);
    desk_look(&open, desk, place, NULL);
    pg_risk_set_open(desk->config.risk, seat->number, &open);
}

/* A limit of the account is judged by what every seat holds and has open now, and so is what would meet an order of
 * another seat: what the last tick knew could be too little by all that was sent since. */
static void watch_others(pg_desk *desk, int place)
{
    for (int i = 0; i < desk->seat_count; i++)
        if (i != place)
            watch_seat(desk, i);
}

static bool is_allowed(pg_desk *desk, int place, const pg_request *request, int64_t now_ns)
{
    pg_seat *seat = desk->seat[place];
    pg_risk_open open;
    pg_risk_verdict verdict;
    if (request->kind == PG_REQUEST_CANCEL)
        return true;
    if (!desk->config.trading) {
        refuse(desk, place, request, PG_REASON_LIMIT, "trading_enabled is false", now_ns);
        return false;
    }
    const pg_engine *engine = seat->engine(seat->self);
    desk_look(&open, desk, place, request);
    watch_others(desk, place);
    if (pg_engine_account(engine)->mark_x2 > 0)
        pg_risk_mark(desk->config.risk, seat->number, pg_engine_account(engine)->mark_x2);
    pg_risk_position(desk->config.risk, seat->number, pg_engine_position(engine)->quantity);
    if (pg_risk_check(desk->config.risk, seat->number, request, &open, now_ns, &verdict))
        return true;
    refuse(desk, place, request, verdict.reason, verdict.text, now_ns);
    return false;
}

void pg_desk_send(pg_desk *desk, int place, const pg_request *request, int64_t now_ns)
{
    pg_seat *seat = desk->seat[place];
    if (!is_allowed(desk, place, request, now_ns))
        return;
    bool fresh = pg_venue_get_facts(desk->venue)->replace_is_fresh;
    pg_status written = pg_ledger_request(desk->config.ledger, seat->number, request, seat->version,
                                          PG_LEDGER_QUOTED | (fresh ? PG_LEDGER_FRESH : 0),
                                          pg_engine_explanation_text(seat->engine(seat->self)), now_ns);
    if (written != PG_OK && request->kind != PG_REQUEST_CANCEL) {
        pg_risk_hold(desk->config.risk, seat->number, PG_HOLD_LEDGER, true);
        refuse(desk, place, request, PG_REASON_LIMIT, "the ledger has no room: nothing is sent that is not recorded",
               now_ns);
        return;
    }
    if (desk->batch_count == DESK_BATCH)
        pg_desk_flush(desk);
    desk_note_sent(desk, place, request->id);
    desk->batch[desk->batch_count++] = (pg_submit){ .market = seat->market, .request = *request };
    desk->state.sent++;
}

void pg_desk_flush(pg_desk *desk)
{
    int count = desk->batch_count;
    if (count == 0)
        return;
    desk->batch_count = 0;
    pg_venue_submit(desk->venue, desk->batch, count);
}

/* ---- what the venue says ---- */

static void on_ready(void *self)
{
    pg_desk *desk = self;
    desk->state.ready = true;
    desk->hooks.ready(desk->hooks.self);
}

static void on_failed(void *self, const pg_error *err)
{
    pg_desk *desk = self;
    desk->failed = true;
    desk_hold(desk, PG_HOLD_LINK, true);
    pg_desk_tick(desk, desk_now());
    desk->hooks.failed(desk->hooks.self, err);
}

/* Marks and funding come on their own: they do not make a book fresh. */
static void hear(pg_desk *desk, int place, const pg_event *events, int count)
{
    bool heard[PG_FEEDS] = { false };
    for (int i = 0; i < count; i++)
        switch (events[i].kind) {
        case PG_EVENT_LEVEL:
        case PG_EVENT_SNAPSHOT_BEGIN:
        case PG_EVENT_SNAPSHOT_END:
        case PG_EVENT_BBO: heard[PG_FEED_BOOK] = true; break;
        case PG_EVENT_TRADE: heard[PG_FEED_TRADES] = true; break;
        default: break;
        }
    for (int feed = 0; feed < PG_FEEDS; feed++)
        if (heard[feed])
            pg_risk_heard(desk->config.risk, desk->seat[place]->number, (pg_feed)feed, events[count - 1].local_ns);
}

static void on_events(void *self, int market, const pg_event *events, int count)
{
    pg_desk *desk = self;
    bool given = false;
    for (int i = 0; count > 0 && i < desk->seat_count; i++) {
        if (desk->seat[i]->market != market)
            continue;
        for (int k = 0; k < count; k++) {
            pg_input input = { .kind = PG_INPUT_EVENT, .time_ns = events[k].local_ns, .event = events[k] };
            desk_input(desk, i, &input);
        }
        hear(desk, i, events, count);
        given = true;
    }
    if (given)
        desk->hooks.act(desk->hooks.self);
}

/* Whether a fill was counted already. */
static bool is_duplicate(pg_desk *desk, const pg_report *report)
{
    if (report->trade_id[0] == '\0')
        return false;
    switch (pg_seen_check(desk->seen, report->trade_id, report->reply.exch_ns)) {
    case PG_SEEN_NEW: return false;
    case PG_SEEN_DUPLICATE: return true;
    case PG_SEEN_OLD: break;
    }
    bool has = false;
    if (pg_ledger_has_fill(desk->config.ledger, &has, desk->config.account, report->trade_id, NULL) != PG_OK)
        return true; /* it cannot be told: the reconciliation of positions finds out */
    if (!has)
        pg_seen_add(desk->seen, report->trade_id, report->reply.exch_ns);
    return has;
}

static void write_down(pg_desk *desk, int number, const pg_report *report, int64_t now_ns)
{
    pg_ledger_names names = { .order_id = report->order_id[0] ? report->order_id : NULL,
                              .trade_id = report->trade_id[0] ? report->trade_id : NULL,
                              .words = report->words[0] ? report->words : NULL };
    if (report->unknown)
        pg_ledger_unknown(desk->config.ledger, number, report->reply.id, now_ns);
    else
        pg_ledger_reply(desk->config.ledger, number, report->run, &report->reply, &names, now_ns);
}

/* The first seat on a market of the venue: what belongs to nobody is counted there. -1: none. */
static int first_seat(const pg_desk *desk, int market)
{
    for (int i = 0; i < desk->seat_count; i++)
        if (desk->seat[i]->market == market)
            return i;
    return -1;
}

/* An order of an earlier session, or placed by somebody else. A fill of it moves the account's position. */
static void foreign(pg_desk *desk, const pg_report *report, int64_t now_ns)
{
    int place = first_seat(desk, report->market);
    if (place < 0)
        return;
    write_down(desk, desk->seat[place]->number, report, now_ns);
    const pg_reply *reply = &report->reply;
    if (report->unknown || reply->kind != PG_REPLY_FILL || reply->exch_ns < desk->started_ns || !desk->begun)
        return;
    pg_seat *seat = desk->seat[place];
    const char *wrong = desk_wrong_fill(seat, reply);
    if (wrong) {
        desk_nonsense(desk, report, wrong, now_ns);
        return;
    }
    int64_t held = pg_engine_position(seat->engine(seat->self))->quantity;
    pg_input input = { .kind = PG_INPUT_POSITION, .time_ns = now_ns };
    input.reply =
        (pg_reply){ .price = reply->price, .size = held + (reply->side == PG_BUY ? reply->size : -reply->size) };
    desk_say(desk, PG_LOG_WARN, "%s: an order that is not this session's was filled (order %s)", seat->name,
             report->order_id);
    desk_input(desk, place, &input);
    desk->hooks.act(desk->hooks.self);
}

/* Where a report belongs; -1: to none of this session's orders. One that its order cannot have had counts, if it is a
 * fill, as one of somebody else's. */
static int place_of_report(pg_desk *desk, const pg_report *report, int64_t now_ns)
{
    int place = report->run == desk->config.run ? place_of(desk, report->reply.id) : -1;
    if (place < 0 || report->unknown)
        return place;
    const char *wrong = desk_wrong_reply(desk->seat[place], &report->reply);
    if (!wrong && report->market != desk->seat[place]->market)
        wrong = "an order of another market";
    if (!wrong)
        return place;
    desk_nonsense(desk, report, wrong, now_ns);
    return -1;
}

static void take_report(pg_desk *desk, int place, const pg_report *report, int64_t now_ns)
{
    const pg_reply *reply = &report->reply;
    if (report->sent_ns)
        desk->state.order_ns = now_ns - report->sent_ns;
    write_down(desk, desk->seat[place]->number, report, now_ns);
    if (report->unknown) {
        desk->state.unknown++;
        desk_say(desk, PG_LOG_WARN, "%s: order %" PRIu64 " may or may not have arrived; asking the venue",
                 desk->seat[place]->name, reply->id);
        return;
    }
    desk->state.fills += reply->kind == PG_REPLY_FILL;
    if (reply->kind == PG_REPLY_CANCEL_REFUSED && reply->reason == PG_REASON_UNKNOWN)
        desk_read_soon(desk); /* if its end was missed, it is held for open here, and cancelled again and again */
    pg_input input = { .kind = PG_INPUT_REPLY, .time_ns = now_ns, .reply = *reply };
    desk_input(desk, place, &input);
    desk->hooks.act(desk->hooks.self);
}

static void on_report(void *self, const pg_report *report)
{
    pg_desk *desk = self;
    int64_t now_ns = desk_now();
    desk->state.reports++;
    if (desk->seat_count > 0)
        pg_risk_heard(desk->config.risk, desk->seat[0]->number, PG_FEED_ACCOUNT, now_ns);
    const char *wrong = desk_wrong_report(report);
    if (wrong) {
        desk_nonsense(desk, report, wrong, now_ns);
        pg_desk_tick(desk, now_ns);
        return;
    }
    if (!report->unknown && report->reply.kind == PG_REPLY_FILL && is_duplicate(desk, report)) {
        desk->state.duplicates++;
        return;
    }
    int place = place_of_report(desk, report, now_ns);
    if (place >= 0)
        take_report(desk, place, report, now_ns);
    else
        foreign(desk, report, now_ns);
}

static void on_link(void *self, pg_link link, bool up, const char *why)
{
    pg_desk *desk = self;
    bool before = desk->state.link[link];
    desk->state.link[link] = up;
    if (before != up)
        desk_say(desk, up ? PG_LOG_INFO : PG_LOG_WARN, "%s %s%s%s", link == PG_LINK_MARKET ? "market data" : "account",
                 up ? "connected" : "lost", up ? "" : ": ", up ? "" : why);
    desk_hold(desk, PG_HOLD_LINK, desk->failed || !(desk->state.link[0] && desk->state.link[1]));
    if (!up && link == PG_LINK_ACCOUNT) {
        desk->state.reconciled = false;
        desk_hold(desk, PG_HOLD_RECONCILE, true);
    } else if (up && link == PG_LINK_ACCOUNT && desk->asked_ns > 0) {
        desk_reconcile_again(desk);
    }
    pg_desk_tick(desk, desk_now());
}

/* The scripts' accounts book funding from the market's rates; this is what was settled, for the ledger. */
static void on_funding(void *self, const pg_funding_paid *paid)
{
    pg_desk *desk = self;
    int place = first_seat(desk, paid->market);
    if (place < 0)
        return;
    (void)pg_ledger_funding(desk->config.ledger, desk->seat[place]->number, paid->amount_e6, paid->rate_e12,
                            paid->time_ns, desk_now());
}

/* ---- holds ---- */

static uint32_t bits_of(pg_risk_state state)
{
    return state == PG_RISK_NORMAL ? 0 : state == PG_RISK_REDUCE_ONLY ? PG_INPUT_REDUCE : PG_INPUT_PULL;
}

/* Tells a seat's engine how it is held now, and writes down why. */
static bool update_hold(pg_desk *desk, int place, int64_t now_ns)
{
    pg_seat *seat = desk->seat[place];
    pg_risk_limit limit;
    char text[PG_RISK_TEXT];
    pg_risk_state state = pg_risk_get_state(desk->config.risk, seat->number, now_ns, &limit);
    if (limit == PG_LIMIT_ACCOUNT_AGE) /* nothing is said where nothing happens: it is asked */
        desk_read_soon(desk);
    if (state != desk->risk[place]) {
        desk->risk[place] = state;
        pg_risk_explain(desk->config.risk, seat->number, now_ns, text);
        pg_ledger_risk(desk->config.ledger, seat->number, pg_risk_limit_name((int)limit),
                       pg_risk_state_name((int)state), text, now_ns);
        if (!desk->stopping)
            desk_say(desk, state == PG_RISK_NORMAL ? PG_LOG_INFO : PG_LOG_WARN, "%s: %s%s%s", seat->name,
                     state == PG_RISK_NORMAL ? "quoting" : pg_risk_state_name((int)state), text[0] ? ": " : "", text);
    }
    uint32_t bits = bits_of(state);
    if (bits == desk->bits[place])
        return false;
    desk->bits[place] = bits;
    desk_input(desk, place, &(pg_input){ .kind = PG_INPUT_HOLD, .time_ns = now_ns, .bits = bits });
    return true;
}

/* What the seats have made since the account was read, 1e-6 quote units, kept where sums of it fit. */
static int64_t change_e6(const pg_desk *desk)
{
    const double most = 4e18;
    double change = (desk_net(desk) - desk->base_net) * 1e6;
    return change > most ? (int64_t)most : change < -most ? -(int64_t)most : (int64_t)change;
}

void pg_desk_tick(pg_desk *desk, int64_t now_ns)
{
    pg_ledger_health health;
    pg_ledger_get_health(desk->config.ledger, &health);
    desk_hold(desk, PG_HOLD_LEDGER, health.low || health.room.full);
    if (desk->begun && desk->state.reconciled) {
        desk->state.equity_e6 = desk->base_e6 + change_e6(desk);
        pg_risk_equity(desk->config.risk, desk->config.account, desk->state.equity_e6, now_ns);
    }
    bool given = false;
    for (int i = 0; i < desk->seat_count; i++) {
        watch_seat(desk, i);
        given = update_hold(desk, i, now_ns) || given;
    }
    if (desk->asked_ns > 0 && now_ns >= desk->next_read_ns && !desk->reading && desk->state.link[PG_LINK_ACCOUNT])
        desk_reconcile(desk);
    if (desk->begun)
        desk_switch_tick(desk, now_ns);
    if (given)
        desk->hooks.act(desk->hooks.self);
}

void pg_desk_doubt(pg_desk *desk)
{
    if (!desk->begun || !desk_has_account(desk))
        return;
    desk->state.reconciled = false;
    desk_hold(desk, PG_HOLD_RECONCILE, true);
    desk_reconcile_again(desk);
    pg_desk_tick(desk, desk_now());
}

/* ---- life ---- */

static const char *network_name(pg_network network)
{
    static const char *const names[] = { "mainnet", "testnet", "local" };
    return names[network];
}

/* On Extended an account is a vault; `account` is the key that it must have. */
const char *pg_desk_account_name(const pg_config_venue *venue)
{
    bool by_vault = strcmp(venue->kind, "extended") == 0;
    for (int i = 0; by_vault && i < venue->option_count; i++)
        if (strcmp(venue->options[i].name, "vault") == 0)
            return venue->options[i].value;
    return venue->account && !by_vault ? venue->account : "own";
}

void pg_desk_venue_config(pg_venue_config *config, pg_venue_option options[PG_CONFIG_OPTIONS],
                          const pg_config_venue *venue)
{
    for (int i = 0; i < venue->option_count; i++)
        options[i] = (pg_venue_option){ venue->options[i].name, venue->options[i].value };
    config->name = venue->name;
    config->kind = venue->kind;
    config->network = network_name(venue->network);
    config->url = config->url ? config->url : venue->url;
    config->account = venue->account;
    config->rest_backup_ms = (int64_t)(venue->rest_backup_s * 1000);
    config->options = options;
    config->option_count = venue->option_count;
}

static int64_t fee_e8(double bps)
{
    return isnan(bps) ? PG_PAPER_OWN_FEE : llround(bps * 1e4);
}

static pg_paper_options paper_options(const pg_config_venue *venue)
{
    int64_t latency_ms = llround(venue->latency_ms);
    return (pg_paper_options){ .capital = venue->capital,
                               .maker_fee_e8 = fee_e8(venue->maker_fee_bps),
                               .taker_fee_e8 = fee_e8(venue->taker_fee_bps),
                               .request_ms = latency_ms,
                               .reply_ms = latency_ms };
}

static pg_status open_venue(pg_desk *desk, pg_error *err)
{
    const pg_desk_config *config = &desk->config;
    pg_venue_option options[PG_CONFIG_OPTIONS];
    pg_venue_config venue = { .url = config->url,
                              .key = config->key,
                              .api_key = config->api_key,
                              .symbols = config->symbols,
                              .symbol_count = config->symbol_count,
                              .run = config->run,
                              .state = config->state,
                              .log = config->log };
    pg_desk_venue_config(&venue, options, config->venue);
    pg_venue_sink sink = { .self = desk,
                           .ready = on_ready,
                           .failed = on_failed,
                           .events = on_events,
                           .report = on_report,
                           .link = on_link,
                           .funding = on_funding };
    if (config->venue->paper) {
        pg_paper_options paper = paper_options(config->venue);
        return pg_paper_open(&desk->venue, &venue, NULL, &paper, config->loop, sink, err);
    }
    return config->type ? config->type->open(&desk->venue, &venue, config->loop, sink, err)
                        : pg_venue_open(&desk->venue, &venue, config->loop, sink, err);
}

pg_status pg_desk_new(pg_desk **made, const pg_desk_config *config, pg_desk_hooks hooks, pg_error *err)
{
    pg_desk *desk = calloc(1, sizeof *desk);
    if (!desk)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a venue's desk");
    desk->config = *config;
    desk->hooks = hooks;
    desk->started_ns = desk_now();
    pg_status status = pg_seen_new(&desk->seen, PG_SEEN_DEFAULT, err);
    if (status == PG_OK)
        status = open_venue(desk, err);
    if (status != PG_OK) {
        pg_desk_free(desk);
        return status;
    }
    *made = desk;
    return PG_OK;
}

void pg_desk_free(pg_desk *desk)
{
    if (!desk)
        return;
    pg_venue_close(desk->venue);
    pg_seen_free(desk->seen);
    free(desk);
}

int pg_desk_next_place(const pg_desk *desk)
{
    return desk->seat_count;
}

pg_status pg_desk_seat(pg_desk *desk, pg_seat *seat, int *place, pg_error *err)
{
    if (desk->seat_count == PG_DESK_SEATS)
        return pg_fail(err, PG_ERR_FULL, "more than %d strategies on one account", PG_DESK_SEATS);
    *place = desk->seat_count++;
    desk->seat[*place] = seat;
    pg_risk_hold(desk->config.risk, seat->number, PG_HOLD_RECONCILE, true);
    return PG_OK;
}

void pg_desk_stop(pg_desk *desk, int64_t now_ns)
{
    desk->stopping = true;
    desk_hold(desk, PG_HOLD_OPERATOR, true);
    pg_desk_tick(desk, now_ns);
}

pg_status pg_desk_send_closing(pg_desk *desk, int market_number, const pg_request *request, int64_t now_ns,
                               pg_error *err)
{
    PG_ASSERT(request->reduce_only && request->tif == PG_TIF_IOC && request->kind == PG_REQUEST_NEW);
    int place = place_of(desk, request->id);
    if (place < 0 || desk->seat[place]->number != market_number)
        return pg_fail(err, PG_ERR_INVALID, "order %" PRIu64 " is none of that market's", request->id);
    pg_seat *seat = desk->seat[place];
    pg_status written = pg_ledger_request(desk->config.ledger, seat->number, request, seat->version, 0,
                                          "closing the position at the stop", now_ns);
    if (written != PG_OK)
        return pg_fail(err, written, "the ledger has no room: nothing is sent that is not recorded");
    desk->state.sent++;
    pg_venue_submit(desk->venue, &(pg_submit){ .market = seat->market, .request = *request }, 1);
    return PG_OK;
}

void pg_desk_cancel_all(pg_desk *desk, void *self, pg_cancelled_done done)
{
    bool ours_alone = desk->config.venue->unknown_orders == PG_UNKNOWN_LEAVE;
    pg_venue_cancel_all(desk->venue, ours_alone ? desk->config.run : 0, self, done);
}

const pg_desk_state *pg_desk_get_state(const pg_desk *desk)
{
    return &desk->state;
}

pg_venue *pg_desk_venue(const pg_desk *desk)
{
    return desk->venue;
}

const pg_config_venue *pg_desk_config_venue(const pg_desk *desk)
{
    return desk->config.venue;
}
