#include "live/command.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 96, LEVELS = 5 };

typedef struct {
    pg_live *live;
    pg_live_market *market; /* NULL: none was named */
    const char *rest;       /* of the line */
    bool write;
    pg_text *out;
} request;

typedef struct {
    const char *name, *help;
    bool (*run)(request *r);
    bool acts;   /* needs --write */
    bool market; /* needs a market */
} command;

static bool say(request *r, bool fine, const char *text)
{
    pg_text_add(r->out, text, strlen(text));
    return fine;
}

static bool say_error(request *r, const pg_error *err)
{
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY + 8];
    return say(r, false, pg_error_text(err, text, sizeof text));
}

static pg_engine *engine_of(const request *r)
{
    return pg_runner_engine(pg_live_market_runner(r->market));
}

static int64_t now_ns(void)
{
    return pg_clock_now(pg_clock_real());
}

/* ---- looking ---- */

static bool show_status(request *r)
{
    char text[256];
    for (int i = 0; i < pg_live_market_count(r->live); i++)
        pg_text_print(r->out, "%s%s", i ? "\n" : "", pg_live_status(r->live, i, text, sizeof text));
    return true;
}

static const char *bound_text(const request *r, int side)
{
    static const char *const names[] = { "none", "post-only: behind the touch", "position limit",
                                         "below the venue's smallest order" };
    return names[pg_engine_bound(engine_of(r), side)];
}

static void why_side(request *r, int side)
{
    const pg_engine *engine = engine_of(r);
    const pg_instrument *in = pg_engine_instrument(engine);
    const pg_orders *orders = pg_engine_orders(engine);
    bool any = false;
    for (int i = 0; i < orders->count; i++) {
        const pg_order *order = &orders->order[i];
        if (order->side != side)
            continue;
        any = true;
        pg_text_print(r->out, "%s %.10g x %.10g  %s\n", side == PG_BUY ? "bid" : "ask",
                      pg_price_double(in, order->price), pg_size_double(in, order->remaining),
                      pg_order_state_name(order->state));
    }
    if (!any)
        pg_text_print(r->out, "%s nothing\n", side == PG_BUY ? "bid" : "ask");
    pg_text_print(r->out, "    bound: %s\n", bound_text(r, side));
}

static bool show_why(request *r)
{
    pg_error err = { 0 };
    char held[PG_RISK_TEXT];
    pg_runner *runner = pg_live_market_runner(r->market);
    why_side(r, PG_BUY);
    why_side(r, PG_SELL);
    pg_risk_explain(pg_live_risk(r->live), pg_live_market_number(r->market), now_ns(), held);
    if (held[0])
        pg_text_print(r->out, "held: %s\n", held);
    if (pg_runner_has_failed(runner))
        return say(r, true, "the script has failed; save a mended version");
    return pg_session_why(pg_runner_pilot(runner)->session, r->out, &err) == PG_OK || say_error(r, &err);
}

static bool show_book(request *r)
{
    const pg_book *book = pg_engine_book(engine_of(r));
    const pg_instrument *in = pg_engine_instrument(engine_of(r));
    int wanted = atoi(r->rest) > 0 ? atoi(r->rest) : LEVELS;
    pg_level bids[PG_VIEW_LEVELS], asks[PG_VIEW_LEVELS];
    if (wanted > PG_VIEW_LEVELS)
        wanted = PG_VIEW_LEVELS;
    int bid_count = pg_book_top(book, PG_BUY, bids, wanted), ask_count = pg_book_top(book, PG_SELL, asks, wanted);
    for (int i = 0; i < bid_count || i < ask_count; i++) {
        char bid[64] = "", ask[64] = "";
        if (i < bid_count)
            snprintf(bid, sizeof bid, "%.10g x %.10g", pg_size_double(in, bids[i].size),
                     pg_price_double(in, bids[i].price));
        if (i < ask_count)
            snprintf(ask, sizeof ask, "%.10g x %.10g", pg_price_double(in, asks[i].price),
                     pg_size_double(in, asks[i].size));
        pg_text_print(r->out, "%28s | %s\n", bid, ask);
    }
    return true;
}

static void show_orders_of(request *r)
{
    const pg_instrument *in = pg_engine_instrument(engine_of(r));
    const pg_orders *orders = pg_engine_orders(engine_of(r));
    for (int i = 0; i < orders->count; i++) {
        const pg_order *order = &orders->order[i];
        pg_text_print(r->out, "%s  %llu  %s %.10g x %.10g  filled %.10g  %s  age %.1f s\n",
                      pg_live_market_name(r->market), (unsigned long long)order->id, pg_side_name(order->side),
                      pg_price_double(in, order->price), pg_size_double(in, order->remaining),
                      pg_size_double(in, order->filled), pg_order_state_name(order->state),
                      (double)(now_ns() - order->sent_ns) * 1e-9);
    }
}

/* Calls fn for the market that was named, or for all. */
static void for_markets(request *r, void (*fn)(request *r))
{
    pg_live_market *named = r->market;
    for (int i = 0; i < pg_live_market_count(r->live); i++) {
        r->market = pg_live_market_at(r->live, i);
        if (!named || named == r->market)
            fn(r);
    }
    r->market = named;
}

static bool show_orders(request *r)
{
    size_t before = r->out->length;
    for_markets(r, show_orders_of);
    return r->out->length > before || say(r, true, "no open orders");
}

static void show_position_of(request *r)
{
    const pg_instrument *in = pg_engine_instrument(engine_of(r));
    const pg_account *a = pg_engine_account(engine_of(r));
    pg_text_print(r->out, "%s  %+.10g  PnL %+.4f (realised %+.4f, fees %.4f, funding %+.4f)  %llu fills\n",
                  pg_live_market_name(r->market), pg_size_double(in, a->position.quantity),
                  pg_money_double(in, a->net_x2) / 2, pg_money_double(in, a->position.realised),
                  pg_money_double(in, a->position.fees), pg_money_double(in, a->position.funding),
                  (unsigned long long)a->fills);
}

static bool show_positions(request *r)
{
    for_markets(r, show_position_of);
    return true;
}

static bool show_params(request *r)
{
    int count;
    const pg_parameter_row *rows =
        pg_session_parameters(pg_runner_pilot(pg_live_market_runner(r->market))->session, &count);
    pg_error err = { 0 };
    for (int i = 0; i < count; i++)
        pg_text_print(r->out, "%-24s %-24s %-12s %s  %s\n", rows[i].owner, rows[i].name, rows[i].value, rows[i].unit,
                      rows[i].doc);
    pg_text_print(r->out, "now: ");
    return pg_session_eval(pg_runner_pilot(pg_live_market_runner(r->market))->session, "params", false, r->out, &err) ==
               PG_OK ||
           say_error(r, &err);
}

static void show_risk_of(request *r)
{
    char text[PG_RISK_TEXT];
    int number = pg_live_market_number(r->market);
    pg_risk_state state = pg_risk_get_state(pg_live_risk(r->live), number, now_ns(), NULL);
    pg_risk_explain(pg_live_risk(r->live), number, now_ns(), text);
    pg_text_print(r->out, "%s  %s%s%s\n", pg_live_market_name(r->market), pg_risk_state_name((int)state),
                  text[0] ? ": " : "", text);
}

static bool show_risk(request *r)
{
    for_markets(r, show_risk_of);
    return true;
}

static void show_version_of(request *r)
{
    const pg_runner *runner = pg_live_market_runner(r->market);
    const pg_pilot *shadow = pg_runner_shadow_pilot(runner);
    pg_text_print(r->out, "%s  %s  %s%s%s\n", pg_live_market_name(r->market), pg_pilot_version(pg_runner_pilot(runner)),
                  pg_runner_pilot(runner)->plan.strategy, shadow ? "  beside it: " : "",
                  shadow ? pg_pilot_version(shadow) : "");
}

static bool show_versions(request *r)
{
    for_markets(r, show_version_of);
    return true;
}

/* ---- acting ---- */

static void hold_of(request *r, bool on)
{
    pg_risk_hold(pg_live_risk(r->live), pg_live_market_number(r->market), PG_HOLD_OPERATOR, on);
    pg_text_print(r->out, "%s %s\n", pg_live_market_name(r->market),
                  on ? "paused: its orders are cancelled" : "goes on");
    pg_desk_tick(pg_live_market_desk(r->market), now_ns());
}

static void pause_of(request *r)
{
    hold_of(r, true);
}

static void resume_of(request *r)
{
    hold_of(r, false);
}

static bool pause_quotes(request *r)
{
    for_markets(r, pause_of);
    return true;
}

static bool resume_quotes(request *r)
{
    for_markets(r, resume_of);
    return true;
}

static bool roll_back(request *r)
{
    pg_error err = { 0 };
    if (pg_runner_back(pg_live_market_runner(r->market), "by hand", now_ns(), &err) != PG_OK)
        return say_error(r, &err);
    pg_text_print(r->out, "%s is back at %s", pg_live_market_name(r->market),
                  pg_pilot_version(pg_runner_pilot(pg_live_market_runner(r->market))));
    return true;
}

static bool reload(request *r)
{
    pg_error err = { 0 };
    return pg_live_reload(r->live, r->market, &err) == PG_OK ? say(r, true, "loading; the news will tell")
                                                             : say_error(r, &err);
}

static void cancel_of(request *r)
{
    int before = pg_engine_orders(engine_of(r))->count;
    pg_live_market_cancel(r->market, now_ns());
    pg_text_print(r->out, "%s: %d orders are being cancelled; the strategy may quote again (pause keeps it from it)\n",
                  pg_live_market_name(r->market), before);
}

static bool cancel(request *r)
{
    for_markets(r, cancel_of);
    return true;
}

static bool kill_all(request *r)
{
    pg_risk_kill(pg_live_risk(r->live), r->rest[0] ? r->rest : "killed from the console");
    return say(r, true, "kill switch pulled: everything is cancelled and the host ends");
}

static bool set_parameter(request *r)
{
    char name[PG_PLAN_NAME], value[PG_PLAN_VALUE], before[32], after[32];
    pg_error err = { 0 };
    if (sscanf(r->rest, "%63s = %159[^\n]", name, value) != 2 && sscanf(r->rest, "%63s %159[^\n]", name, value) != 2)
        return say(r, false, "set MARKET NAME VALUE");
    if (pg_live_market_set(r->market, name, value, before, after, &err) != PG_OK)
        return say_error(r, &err);
    pg_live_rebuild(r->live, r->market);
    pg_text_print(r->out, "%s %s: %s -> %s", pg_live_market_name(r->market), name, before, after);
    return true;
}

static bool evaluate(request *r)
{
    pg_error err = { 0 };
    pg_runner *runner = pg_live_market_runner(r->market);
    return pg_runner_eval(runner, r->rest, r->write, r->out, now_ns(), &err) == PG_OK || say_error(r, &err);
}

/* ---- the table ---- */

static bool help(request *r);

static const command commands[] = {
    { "help", "this list", help, false, false },
    { "status", "a line a market", show_status, false, false },
    { "why", "MARKET  what the quotes are made of, and what bound them", show_why, false, true },
    { "book", "MARKET [levels]", show_book, false, true },
    { "orders", "[MARKET]  open orders", show_orders, false, false },
    { "positions", "[MARKET]  positions and profit", show_positions, false, false },
    { "params", "MARKET  parameters with units", show_params, false, true },
    { "risk", "[MARKET]  what holds, and why", show_risk, false, false },
    { "versions", "[MARKET]  which script decides", show_versions, false, false },
    { "eval", "MARKET EXPRESSION  Lua in the strategy's sandbox; or MARKET.EXPRESSION", evaluate, false, true },
    { "set", "MARKET NAME VALUE  a parameter; or MARKET.params.NAME = VALUE", set_parameter, true, true },
    { "pause", "[MARKET]  cancels and quotes no more", pause_quotes, true, false },
    { "resume", "[MARKET]", resume_quotes, true, false },
    { "reload", "MARKET  loads the script from its file again", reload, true, true },
    { "rollback", "MARKET  the version before takes over", roll_back, true, true },
    { "cancel", "[MARKET]  cancels its open orders", cancel, true, false },
    { "kill", "[REASON]  cancels everything and ends the host", kill_all, true, false },
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static bool help(request *r)
{
    for (int i = 0; i < COMMANDS; i++)
        pg_text_print(r->out, "%-10s %s%s\n", commands[i].name, commands[i].help,
                      commands[i].acts ? "  (--write)" : "");
    return true;
}

static const char *skip_blanks(const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

/* Takes a word off the front: everything up to a blank. */
static const char *take_word(const char *line, char word[WORD])
{
    size_t n = 0;
    line = skip_blanks(line);
    while (*line && !isspace((unsigned char)*line) && n < WORD - 1)
        word[n++] = *line++;
    word[n] = '\0';
    return skip_blanks(line);
}

/* "ETH.params.gamma = 2" and "ETH.ctx.mid": a market, a point, and the rest. */
static bool run_pointed(request *r, const char *line)
{
    for (const char *point = strchr(line, '.'); point; point = strchr(point + 1, '.')) {
        char name[WORD];
        snprintf(name, sizeof name, "%.*s", (int)(point - line), line);
        r->market = pg_live_find(r->live, name);
        if (!r->market)
            continue;
        r->rest = point + 1;
        const char *equals = strchr(r->rest, '=');
        if (strncmp(r->rest, "params.", 7) == 0 && equals && equals[1] != '=') {
            r->rest += 7;
            return r->write ? set_parameter(r) : say(r, false, "this changes something: perigee attach --write");
        }
        return evaluate(r);
    }
    return say(r, false, "there is no such command or market; help lists them");
}

static bool run(request *r, const command *c, const char *rest)
{
    char name[WORD];
    if (c->acts && !r->write)
        return say(r, false, "this changes something: perigee attach --write");
    r->rest = rest;
    const char *after = take_word(rest, name);
    r->market = name[0] ? pg_live_find(r->live, name) : NULL;
    if (r->market)
        r->rest = after;
    else if (c->market || (name[0] && c->run != kill_all && c->run != help)) {
        pg_text_print(
            r->out,
            name[0] ? "there is no market '%s', or there are several of that name (NAME@VENUE)" : "%s: which market?",
            name[0] ? name : c->name);
        return false;
    }
    return c->run(r);
}

bool pg_command_run(pg_live *live, const char *line, bool write, pg_text *out)
{
    request r = { .live = live, .write = write, .out = out };
    char word[WORD];
    const char *rest = take_word(line, word);
    if (word[0] == '\0')
        return true;
    bool fine = false, found = false;
    for (int i = 0; i < COMMANDS && !found; i++)
        if (strcmp(commands[i].name, word) == 0) {
            found = true;
            fine = run(&r, &commands[i], rest);
        }
    if (!found)
        fine = run_pointed(&r, skip_blanks(line));
    pg_live_act(live);
    while (out->length > 0 && out->data[out->length - 1] == '\n')
        out->data[--out->length] = '\0';
    return fine;
}

/* ---- completion ---- */

static void offer(pg_text *out, const char *prefix, const char *head, const char *word)
{
    char whole[2 * WORD];
    snprintf(whole, sizeof whole, "%s%s", head, word);
    if (strncmp(whole, prefix, strlen(prefix)) == 0)
        pg_text_print(out, "%s\n", whole);
}

static void offer_names(pg_live_market *market, const char *prefix, pg_text *out)
{
    pg_text names = { 0 };
    char head[WORD];
    snprintf(head, sizeof head, "%s.", pg_live_market_name(market));
    if (pg_session_names(pg_runner_pilot(pg_live_market_runner(market))->session, &names, NULL) == PG_OK && names.data)
        for (char *rest = names.data, *word = strsep(&rest, "\n"); word; word = strsep(&rest, "\n"))
            offer(out, prefix, head, word);
    offer(out, prefix, head, "ctx");
    offer(out, prefix, head, "state");
    pg_text_free(&names);
}

void pg_command_complete(pg_live *live, const char *prefix, pg_text *out)
{
    char word[WORD], head[WORD + 1];
    const char *rest = take_word(prefix, word);
    bool second = rest > prefix + strlen(word);
    snprintf(head, sizeof head, "%s ", word);
    for (int i = 0; !second && i < COMMANDS; i++)
        offer(out, prefix, "", commands[i].name);
    for (int i = 0; i < pg_live_market_count(live); i++) {
        pg_live_market *market = pg_live_market_at(live, i);
        offer(out, prefix, second ? head : "", pg_live_market_name(market));
        if (!second && strncmp(prefix, pg_live_market_name(market), strlen(pg_live_market_name(market))) == 0)
            offer_names(market, prefix, out);
    }
}
