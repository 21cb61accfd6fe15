/* The whole host (live/live.h) on a made-up venue: one configuration, run to its end. */
#ifndef PG_TESTS_SUPPORT_MADE_HOST_H
#define PG_TESTS_SUPPORT_MADE_HOST_H

#include "data/scratch.h"
#include "live/live.h"
#include "support/made_venue.h"

typedef struct made_host made_host;

struct made_host {
    /* what the test sets */
    const char *markets, *risk;
    pg_risk_limits limits; /* that the venue holds the orders against */
    double free_usd;       /* margin; 0: 100,000 */
    uint64_t seed;
    int turns; /* of the venue, each of 20 steps; then the host is stopped */
    bool reload;
    const char *host;                                 /* more of host {} */
    void (*turn)(made_host *host, made_venue *venue); /* after each turn; NULL: nothing more is done */
    void (*step)(void *self, made_venue *venue);      /* instead of the usual turn */
    bool (*report)(void *self, made_venue *venue, const pg_report *report);
    void (*account)(void *self, made_venue *venue, pg_account_state *state);
    /* what it finds */
    pg_live *live;
    int turned, phase;
    double since_s; /* when the phase began */
    uint64_t mark;
    char said[1 << 16];
    pg_status status;
    pg_error error;
    char wrong[512];
    uint64_t news, replaces, cancels, fills;
    int left; /* orders at the venue at the end */
    pg_desk_state desk;
};

enum { MADE_PATIENCE_S = 30 };

static inline void made_host_say(void *self, const char *line)
{
    made_host *h = self;
    size_t length = strlen(h->said);
    if (length + strlen(line) + 2 < sizeof h->said)
        snprintf(h->said + length, sizeof h->said - length, "%s\n", line);
}

static inline void made_host_turn(void *self, made_venue *v)
{
    made_host *h = self;
    for (int i = 0; i < 20; i++)
        made_step(v);
    h->turned++;
    if (h->turn)
        h->turn(h, v);
    if (pg_risk_killed(pg_live_risk(h->live)))
        v->no_orders = true;
    if (v->wrong[0] || (h->turns > 0 && h->turned == h->turns))
        pg_live_stop(h->live, "the test is over");
}

/* Goes on to the next phase. */
static inline void made_host_next(made_host *h)
{
    h->phase++;
    h->since_s = pg_clock_elapsed();
}

/* Ends the run when a phase lasts too long: it is wrong then. */
static inline void made_host_wait(made_host *h, made_venue *v)
{
    if (h->since_s == 0)
        h->since_s = pg_clock_elapsed();
    if (pg_clock_elapsed() - h->since_s > MADE_PATIENCE_S)
        made_wrong(v, "nothing came of phase %d", h->phase);
}

static inline const char *made_host_config(const made_host *h, const char *risk)
{
    static char text[8192];
    snprintf(text, sizeof text,
             "venue \"v\" { kind = \"hyperliquid\", network = \"local\", url = \"http://127.0.0.1:9\" }\n"
             "%s\nrisk { %s }\nrecord { enabled = false, flight = \"%s\", keep = %d }\nweb { enabled = false }\n"
             "host { ledger = \"%s/perigee.db\", socket = \"%s\", guard = false, reload = %s%s%s }\n",
             h->markets, risk, scratch_path("sessions"), h->host != NULL, scratch_folder, scratch_path("sock"),
             h->reload ? "true" : "false", h->host ? ", " : "", h->host ? h->host : "");
    return text;
}

static inline void made_host_take(made_host *h)
{
    const made_venue *v = made_venues[0];
    if (!v)
        return;
    made_check_rate(made_venues[0]);
    snprintf(h->wrong, sizeof h->wrong, "%s", v->wrong);
    h->news = v->news;
    h->replaces = v->replaces;
    h->cancels = v->cancels;
    h->fills = v->fills;
    h->left = v->order_count;
    h->desk = *pg_desk_get_state(pg_live_desk_at(h->live, 0));
}

/* Runs it. What it found is in the fields, and at the venue until made_host_free. */
static inline void made_host_open(made_host *h)
{
    char config[256];
    snprintf(config, sizeof config, "%s", scratch_path("config.lua"));
    const char *text = made_host_config(h, h->risk);
    scratch_write(config, text, strlen(text));
    made_next_seed = h->seed;
    made_next_limits = h->limits;
    made_next_free_usd = h->free_usd;
    for (int i = 0; i < 2; i++)
        made_next_hooks[i] = (made_hooks){
            .self = h, .step = h->step ? h->step : made_host_turn, .report = h->report, .account = h->account
        };
    pg_live_options options = { .config = config, .venue_type = &made_type, .self = h, .say = made_host_say };
    h->status = pg_live_new(&h->live, &options, NULL, &h->error);
    if (h->status != PG_OK)
        fprintf(stderr, "%s: %s\n", h->error.where, h->error.what);
    PG_ASSERT(h->status == PG_OK);
}

static inline void made_host_free(made_host *h)
{
    pg_live_free(h->live);
    h->live = NULL;
    char name[4][64] = { "perigee.db", "perigee.db.ahead", "perigee.db-wal", "perigee.db-shm" };
    for (int i = 0; i < 4; i++)
        unlink(scratch_path(name[i]));
}

static inline void made_host_run(made_host *h)
{
    made_host_open(h);
    h->status = pg_live_run(h->live, &h->error);
    made_host_take(h);
    made_host_free(h);
}

#endif
