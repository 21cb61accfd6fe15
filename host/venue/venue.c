#include "venue/venue.h"

#include <string.h>

#include "venue/extended/adapter.h"
#include "venue/hyperliquid/adapter.h"
#include "venue/lighter/adapter.h"

static const pg_venue_type *const types[] = { &pg_hyperliquid_venue, &pg_extended_venue, &pg_lighter_venue };

pg_status pg_venue_open(pg_venue **venue, const pg_venue_config *config, pg_loop *loop, pg_venue_sink sink,
                        pg_error *err)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i]->kind, config->kind) == 0)
            return types[i]->open(venue, config, loop, sink, err);
    return pg_fail(err, PG_ERR_NOT_FOUND, "venue %s: there is no kind of venue '%s'", config->name, config->kind);
}

void pg_venue_close(pg_venue *venue)
{
    if (venue)
        venue->type->close(venue);
}

const pg_instrument *pg_venue_instrument(const pg_venue *venue, int market)
{
    return venue->type->instrument(venue, market);
}

const pg_venue_facts *pg_venue_get_facts(const pg_venue *venue)
{
    return venue->type->facts(venue);
}

bool pg_venue_has_room(const pg_venue *venue, int requests, bool cancels)
{
    return venue->type->has_room(venue, requests, cancels);
}

void pg_venue_submit(pg_venue *venue, const pg_submit *list, int count)
{
    venue->type->submit(venue, list, count);
}

bool pg_venue_adopts(const pg_venue *venue)
{
    return venue->type->adopt != NULL;
}

bool pg_venue_adopt(pg_venue *venue, uint64_t id, const pg_open_order *found, uint8_t tif)
{
    return venue->type->adopt && venue->type->adopt(venue, id, found, tif);
}

void pg_venue_cancel_all(pg_venue *venue, uint64_t run, void *self, pg_cancelled_done done)
{
    venue->type->cancel_all(venue, run, self, done);
}

void pg_venue_account(pg_venue *venue, void *self, pg_account_done done)
{
    venue->type->account(venue, self, done);
}

void pg_venue_fills_since(pg_venue *venue, int64_t time_ns, void *self, pg_venue_done done)
{
    venue->type->fills_since(venue, time_ns, self, done);
}

void pg_venue_trades(pg_venue *venue, int market, void *self, pg_trades_done done)
{
    venue->type->trades(venue, market, self, done);
}

void pg_venue_arm_switch(pg_venue *venue, int seconds, void *self, pg_venue_done done)
{
    venue->type->arm_switch(venue, seconds, self, done);
}

void pg_venue_set_leverage(pg_venue *venue, int market, int leverage, bool cross, void *self, pg_venue_done done)
{
    venue->type->set_leverage(venue, market, leverage, cross, self, done);
}
