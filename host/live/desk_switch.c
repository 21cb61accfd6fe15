/* The venue's own dead-man's switch: set ahead and set again as long as the desk lives, so that even the loss of the
 * whole machine cancels the orders. */
#include "live/desk_internal.h"

/* Where it cannot be set the guard is the cover, and that is said once; it is set when it can be after all. */
static void cannot_be_set(pg_desk *desk, const char *why)
{
    if (desk->switch_off)
        return;
    desk->switch_off = true;
    desk_say(desk, PG_LOG_WARN, "no dead-man's switch: %s; the guard is what cancels when this host is lost", why);
}

enum { FAILURES = 2 };

/* A switch that was set goes off when it is not set again: quotes are pulled before, in good order. */
static void note_failure(pg_desk *desk)
{
    if (++desk->switch_failures >= FAILURES && desk->switch_set)
        desk_hold(desk, PG_HOLD_SWITCH, true);
}

static void was_set(void *self, const pg_error *err)
{
    pg_desk *desk = self;
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY];
    if (!err || err->status == PG_OK) {
        if (!desk->switch_set)
            desk_say(desk, PG_LOG_INFO, "the dead-man's switch is set %.0f s ahead", desk->config.venue->dead_man_s);
        desk->switch_set = true;
        desk->switch_failures = 0;
        desk_hold(desk, PG_HOLD_SWITCH, false);
        return;
    }
    if (err->status == PG_ERR_UNSUPPORTED)
        cannot_be_set(desk, pg_error_text(err, text, sizeof text));
    else
        desk_say(desk, PG_LOG_WARN, "the dead-man's switch could not be set: %s",
                 pg_error_text(err, text, sizeof text));
    if (err->status != PG_ERR_UNSUPPORTED)
        note_failure(desk);
}

void desk_switch_tick(pg_desk *desk, int64_t now_ns)
{
    double ahead_s = desk->config.venue->dead_man_s;
    if (!(ahead_s > 0) || !desk->config.key || !desk->config.trading || desk->stopping || now_ns < desk->switch_next_ns)
        return;
    const pg_venue_facts *facts = pg_venue_get_facts(desk->venue);
    if (facts->switch_least_s == 0) {
        cannot_be_set(desk, facts->switch_why[0] ? facts->switch_why : "this venue has none");
        return;
    }
    desk->switch_off = false;
    if (ahead_s < facts->switch_least_s)
        ahead_s = facts->switch_least_s;
    desk->switch_next_ns = now_ns + (int64_t)(ahead_s / 3 * 1e9);
    pg_venue_arm_switch(desk->venue, (int)ahead_s, desk, was_set);
}

void pg_desk_disarm(pg_desk *desk, void *self, pg_venue_done done)
{
    pg_error fine = { 0 };
    if (!desk->switch_set) {
        done(self, &fine);
        return;
    }
    desk->switch_set = false;
    pg_venue_arm_switch(desk->venue, 0, self, done);
}
