#include "sim/paper_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { FIRST_MAIL = 64, LONGEST_MS = 60000, MAKER_E8 = 15000, TAKER_E8 = 45000 };

pg_paper_options pg_paper_defaults(void)
{
    return (pg_paper_options){ .capital = 100000,
                               .maker_fee_e8 = PG_PAPER_OWN_FEE,
                               .taker_fee_e8 = PG_PAPER_OWN_FEE,
                               .request_ms = 50,
                               .reply_ms = 50 };
}

int64_t paper_now(const pg_paper *p)
{
    return p->opened_ns + (int64_t)((pg_clock_elapsed() - p->opened_s) * 1e9);
}

/* ---- letters ---- */

static void grow(paper_mail *mail)
{
    uint32_t capacity = mail->capacity ? 2 * mail->capacity : FIRST_MAIL;
    char *items = malloc(capacity * mail->item_size);
    int64_t *due_ns = malloc(capacity * sizeof *due_ns);
    PG_ASSERT(items && due_ns);
    for (uint32_t i = 0; i < mail->count; i++) {
        uint32_t from = (mail->head + i) & (mail->capacity - 1);
        memcpy(items + i * mail->item_size, mail->items + from * mail->item_size, mail->item_size);
        due_ns[i] = mail->due_ns[from];
    }
    free(mail->items);
    free(mail->due_ns);
    mail->items = items;
    mail->due_ns = due_ns;
    mail->head = 0;
    mail->capacity = capacity;
}

void *paper_mail_push(paper_mail *mail, int64_t due_ns)
{
    if (mail->count == mail->capacity)
        grow(mail);
    uint32_t at = (mail->head + mail->count++) & (mail->capacity - 1);
    mail->due_ns[at] = due_ns;
    return memset(mail->items + at * mail->item_size, 0, mail->item_size);
}

void *paper_mail_front(const paper_mail *mail)
{
    return mail->items + mail->head * mail->item_size;
}

int64_t paper_mail_due(const paper_mail *mail)
{
    return mail->count > 0 ? mail->due_ns[mail->head] : INT64_MAX;
}

void paper_mail_pop(paper_mail *mail)
{
    mail->head = (mail->head + 1) & (mail->capacity - 1);
    mail->count--;
}

static void mail_free(paper_mail *mail)
{
    free(mail->items);
    free(mail->due_ns);
}

/* ---- time ---- */

/* Does what has arrived at the venue by now, each at its own time. */
static void run_requests(pg_paper *p, int64_t now_ns)
{
    while (paper_mail_due(&p->requests) <= now_ns) {
        paper_question question = *(const paper_question *)paper_mail_front(&p->requests);
        PG_ASSERT(paper_mail_due(&p->requests) >= p->now_ns);
        p->now_ns = paper_mail_due(&p->requests);
        paper_mail_pop(&p->requests);
        paper_arrive(p, &question);
    }
}

static void deliver(pg_paper *p, const paper_answer *answer)
{
    const paper_question *q = &answer->question;
    pg_error err = { 0 };
    switch (q->kind) {
    case PAPER_REQUEST:
    case PAPER_REPORT: p->sink.report(p->sink.self, &answer->report); break;
    case PAPER_CANCELS: q->cancelled(q->self, answer->remaining, NULL); break;
    case PAPER_ACCOUNT:
        if (!answer->snapshot)
            pg_fail(&err, PG_ERR_MEMORY, "no memory to read the account on paper");
        q->account(q->self, answer->snapshot ? &answer->snapshot->state : NULL, answer->snapshot ? NULL : &err);
        paper_snapshot_free(answer->snapshot);
        break;
    case PAPER_FILLS: q->done(q->self, NULL); break;
    case PAPER_LEVERAGE:
        if (q->leverage == 0)
            pg_fail(&err, PG_ERR_INVALID, "no such market or leverage on paper");
        q->done(q->self, q->leverage == 0 ? &err : NULL);
        break;
    case PAPER_SWITCH:
        pg_fail(&err, PG_ERR_UNSUPPORTED, "%s", p->facts.switch_why);
        q->done(q->self, &err);
        break;
    }
}

static void arm(pg_paper *p);

static void on_timer(void *self)
{
    pg_paper *p = self;
    pg_timer_stop(p->timer);
    p->timer = NULL;
    int64_t now_ns = paper_now(p);
    run_requests(p, now_ns);
    while (paper_mail_due(&p->answers) <= now_ns) {
        paper_answer answer = *(const paper_answer *)paper_mail_front(&p->answers);
        paper_mail_pop(&p->answers);
        deliver(p, &answer);
    }
    arm(p);
}

static void arm(pg_paper *p)
{
    int64_t due_ns = paper_mail_due(&p->requests), answer_ns = paper_mail_due(&p->answers);
    due_ns = answer_ns < due_ns ? answer_ns : due_ns;
    if (due_ns == INT64_MAX || (p->timer && p->armed_ns <= due_ns))
        return;
    int64_t wait_ns = due_ns - paper_now(p);
    pg_timer_stop(p->timer);
    p->timer = pg_timer_start(p->loop, wait_ns > 0 ? (wait_ns + 999999) / 1000000 : 0, 0, p, on_timer);
    PG_ASSERT(p->timer);
    p->armed_ns = due_ns;
}

/* ---- what the inner venue says ---- */

static void take_facts(pg_paper *p)
{
    const pg_venue_facts *inner = p->inner_type->facts(p->inner);
    bool known = inner->fees_known || inner->maker_fee_e8 || inner->taker_fee_e8;
    const pg_paper_options *o = &p->options;
    p->facts = (pg_venue_facts){ .can_trade = true,
                                 .fees_known = true,
                                 .maker_fee_e8 = known ? inner->maker_fee_e8 : MAKER_E8,
                                 .taker_fee_e8 = known ? inner->taker_fee_e8 : TAKER_E8,
                                 .replace_is_fresh = inner->replace_is_fresh,
                                 .replace_keeps_place = inner->replace_keeps_place,
                                 .batch = inner->batch };
    if (o->maker_fee_e8 != PG_PAPER_OWN_FEE)
        p->facts.maker_fee_e8 = o->maker_fee_e8;
    if (o->taker_fee_e8 != PG_PAPER_OWN_FEE)
        p->facts.taker_fee_e8 = o->taker_fee_e8;
    snprintf(p->facts.switch_why, sizeof p->facts.switch_why, "orders on paper end with this process");
}

static void on_ready(void *self)
{
    pg_paper *p = self;
    pg_error err = { 0 };
    take_facts(p);
    for (int i = 0; i < p->config.symbol_count; i++)
        if (paper_open_market(p, i, &err) != PG_OK) {
            p->sink.failed(p->sink.self, &err);
            return;
        }
    p->ready = true;
    p->sink.link(p->sink.self, PG_LINK_ACCOUNT, true, "");
    p->sink.ready(p->sink.self);
}

static void on_failed(void *self, const pg_error *err)
{
    pg_paper *p = self;
    p->sink.failed(p->sink.self, err);
}

static void on_events(void *self, int market, const pg_event *events, int count)
{
    pg_paper *p = self;
    if (market >= 0 && market < p->config.symbol_count && paper_open_market(p, market, NULL) == PG_OK) {
        int64_t now_ns = paper_now(p);
        run_requests(p, now_ns);
        p->now_ns = now_ns;
        for (int i = 0; i < count; i++)
            paper_market_event(&p->market[market], &events[i]);
        arm(p);
    }
    p->sink.events(p->sink.self, market, events, count);
}

/* Nobody trades there: what is told of orders or of an account is not ours. */
static void on_report(void *self, const pg_report *report)
{
    (void)self;
    (void)report;
}

static void on_link(void *self, pg_link link, bool up, const char *why)
{
    pg_paper *p = self;
    if (link == PG_LINK_MARKET)
        p->sink.link(p->sink.self, link, up, why);
}

/* ---- calls ---- */

static paper_question *ask(pg_paper *p, paper_kind kind)
{
    paper_question *question = paper_mail_push(&p->requests, paper_now(p) + p->options.request_ms * 1000000);
    question->kind = kind;
    question->sent_ns = pg_clock_now(pg_clock_real());
    return question;
}

/* What does not leave this machine. */
static void refuse(pg_paper *p, const pg_submit *submit, int reason, const char *words)
{
    static const uint8_t kinds[] = { 0, PG_REPLY_REJECTED, PG_REPLY_CANCEL_REFUSED, PG_REPLY_REPLACE_REFUSED };
    const pg_request *request = &submit->request;
    paper_answer *answer = paper_mail_push(&p->answers, paper_now(p));
    answer->question.kind = PAPER_REPORT;
    answer->report = (pg_report){ .market = submit->market, .run = p->config.run, .unsent = true };
    answer->report.reply = (pg_reply){ .id = request->id,
                                       .exch_ns = paper_now(p),
                                       .price = request->price,
                                       .remaining = request->size,
                                       .kind = kinds[request->kind],
                                       .side = request->side,
                                       .reason = (uint8_t)reason };
    snprintf(answer->report.words, sizeof answer->report.words, "%s", words);
}

static bool has_place(const pg_paper *p, uint32_t requests, bool cancels)
{
    return p->requests.count + requests <= (cancels ? 2 * PG_PAPER_REQUESTS : PG_PAPER_REQUESTS);
}

static bool has_room(const pg_venue *base, int requests, bool cancels)
{
    return has_place((const pg_paper *)base, (uint32_t)requests, cancels);
}

static void submit_kind(pg_paper *p, const pg_submit *list, int count, int kind)
{
    for (int i = 0; i < count; i++) {
        if (list[i].request.kind != kind)
            continue;
        if (!p->ready || list[i].market < 0 || list[i].market >= p->config.symbol_count) {
            refuse(p, &list[i], PG_REASON_OTHER, "the market is not open on paper");
        } else if (!has_place(p, 1, kind == PG_REQUEST_CANCEL)) {
            refuse(p, &list[i], PG_REASON_RATE, "too many requests are on their way");
        } else {
            paper_question *question = ask(p, PAPER_REQUEST);
            question->market = list[i].market;
            question->request = list[i].request;
        }
    }
}

/* Cancels before replacements before new orders, as every venue. */
static void submit(pg_venue *base, const pg_submit *list, int count)
{
    pg_paper *p = (pg_paper *)base;
    submit_kind(p, list, count, PG_REQUEST_CANCEL);
    submit_kind(p, list, count, PG_REQUEST_REPLACE);
    submit_kind(p, list, count, PG_REQUEST_NEW);
    arm(p);
}

static void cancel_all(pg_venue *base, uint64_t run, void *self, pg_cancelled_done done)
{
    pg_paper *p = (pg_paper *)base;
    paper_question *question = ask(p, PAPER_CANCELS);
    question->run = run;
    question->self = self;
    question->cancelled = done;
    arm(p);
}

static void account(pg_venue *base, void *self, pg_account_done done)
{
    pg_paper *p = (pg_paper *)base;
    paper_question *question = ask(p, PAPER_ACCOUNT);
    question->self = self;
    question->account = done;
    arm(p);
}

static void fills_since(pg_venue *base, int64_t time_ns, void *self, pg_venue_done done)
{
    pg_paper *p = (pg_paper *)base;
    paper_question *question = ask(p, PAPER_FILLS);
    question->time_ns = time_ns;
    question->self = self;
    question->done = done;
    arm(p);
}

/* The market is the inner venue's. */
static void trades(pg_venue *base, int market, void *self, pg_trades_done done)
{
    pg_venue_trades(((pg_paper *)base)->inner, market, self, done);
}

static void arm_switch(pg_venue *base, int seconds, void *self, pg_venue_done done)
{
    pg_paper *p = (pg_paper *)base;
    (void)seconds;
    paper_question *question = ask(p, PAPER_SWITCH);
    question->self = self;
    question->done = done;
    arm(p);
}

static void set_leverage(pg_venue *base, int market, int leverage, bool cross, void *self, pg_venue_done done)
{
    pg_paper *p = (pg_paper *)base;
    (void)cross;
    paper_question *question = ask(p, PAPER_LEVERAGE);
    if (market >= 0 && market < p->config.symbol_count && leverage > 0) {
        question->market = market;
        question->leverage = leverage;
    }
    question->self = self;
    question->done = done;
    arm(p);
}

static const pg_instrument *instrument(const pg_venue *base, int market)
{
    const pg_paper *p = (const pg_paper *)base;
    return p->inner_type->instrument(p->inner, market);
}

static const pg_venue_facts *facts(const pg_venue *base)
{
    return &((const pg_paper *)base)->facts;
}

/* ---- life ---- */

static void close_venue(pg_venue *base)
{
    pg_paper *p = (pg_paper *)base;
    pg_timer_stop(p->timer);
    if (p->inner)
        p->inner_type->close(p->inner);
    while (p->answers.count > 0) {
        paper_snapshot_free(((paper_answer *)paper_mail_front(&p->answers))->snapshot);
        paper_mail_pop(&p->answers);
    }
    for (int i = 0; i < p->config.symbol_count; i++)
        pg_matcher_free(p->market[i].matcher);
    mail_free(&p->requests);
    mail_free(&p->answers);
    free(p);
}

static const pg_venue_type paper_type = { .kind = "paper",
                                          .close = close_venue,
                                          .instrument = instrument,
                                          .facts = facts,
                                          .has_room = has_room,
                                          .submit = submit,
                                          .cancel_all = cancel_all,
                                          .account = account,
                                          .fills_since = fills_since,
                                          .trades = trades,
                                          .arm_switch = arm_switch,
                                          .set_leverage = set_leverage };

static bool is_fee(int64_t fee_e8)
{
    return fee_e8 == PG_PAPER_OWN_FEE || (fee_e8 >= -1000000 && fee_e8 <= 1000000);
}

static pg_status check(const pg_venue_config *config, const pg_paper_options *o, pg_error *err)
{
    if (!(o->capital > 0 && o->capital <= 1e12))
        return pg_fail(err, PG_ERR_INVALID, "venue %s: the capital on paper must lie in 0 to 1e12", config->name);
    if (o->request_ms < 0 || o->request_ms > LONGEST_MS || o->reply_ms < 0 || o->reply_ms > LONGEST_MS)
        return pg_fail(err, PG_ERR_INVALID, "venue %s: latencies on paper must lie in 0 to %d ms", config->name,
                       LONGEST_MS);
    if (!is_fee(o->maker_fee_e8) || !is_fee(o->taker_fee_e8))
        return pg_fail(err, PG_ERR_INVALID, "venue %s: fees on paper must lie within 100 bps", config->name);
    if (config->symbol_count < 1 || config->symbol_count > PG_VENUE_MARKETS)
        return pg_fail(err, PG_ERR_INVALID, "venue %s: 1 to %d markets can be traded on paper", config->name,
                       PG_VENUE_MARKETS);
    return PG_OK;
}

/* The inner venue can listen and no more. */
static pg_status open_inner(pg_paper *p, const pg_venue_type *inner, pg_error *err)
{
    pg_venue_config config = p->config;
    config.key = config.api_key = NULL;
    config.account = NULL;
    config.options = NULL;
    config.option_count = 0;
    pg_venue_sink sink = { p, on_ready, on_failed, on_events, on_report, on_link, NULL };
    pg_status status = inner ? inner->open(&p->inner, &config, p->loop, sink, err)
                             : pg_venue_open(&p->inner, &config, p->loop, sink, err);
    if (status == PG_OK)
        p->inner_type = p->inner->type;
    else
        p->inner = NULL;
    return status;
}

pg_status pg_paper_open(pg_venue **venue, const pg_venue_config *config, const pg_venue_type *inner,
                        const pg_paper_options *options, pg_loop *loop, pg_venue_sink sink, pg_error *err)
{
    pg_status status = check(config, options, err);
    if (status != PG_OK)
        return status;
    pg_paper *p = calloc(1, sizeof *p);
    if (!p)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a venue on paper");
    p->base.type = &paper_type;
    p->options = *options;
    p->config = *config;
    p->loop = loop;
    p->sink = sink;
    p->requests.item_size = sizeof(paper_question);
    p->answers.item_size = sizeof(paper_answer);
    p->opened_ns = p->now_ns = pg_clock_now(pg_clock_real());
    p->opened_s = pg_clock_elapsed();
    status = open_inner(p, inner, err);
    if (status != PG_OK) {
        close_venue(&p->base);
        return status;
    }
    *venue = &p->base;
    return PG_OK;
}
