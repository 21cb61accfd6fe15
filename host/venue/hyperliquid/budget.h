/* The actions that an address may send: one for each USDC that it has traded, and 10000 to begin with (hyperliquid.md
 * 3.3). Read from the venue (`userRateLimit`) now and then, counted here in between. Cancels have a cap of their own,
 * further away. An address that has used up its actions is let send one in ten seconds. */
#ifndef PG_VENUE_HYPERLIQUID_BUDGET_H
#define PG_VENUE_HYPERLIQUID_BUDGET_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* How near the end is. */
typedef enum { PG_HL_BUDGET_ENOUGH, PG_HL_BUDGET_LOW, PG_HL_BUDGET_SPENT } pg_hl_budget_level;

/* Zero it to begin: nothing is known, and everything is let through. */
typedef struct {
    bool known;
    int64_t used, cap;
    int64_t volume_e6; /* traded since the start of the address, USDC in 1e-6 */
    int64_t earned_e6; /* of it, what was traded since it was last read */
    int64_t last_ns;   /* of an order that was sent */
} pg_hl_budget;

/* The answer to `userRateLimit`. PG_ERR_PARSE for another form. */
pg_status pg_hl_budget_read(pg_hl_budget *budget, const cJSON *json, pg_error *err);

/* Actions that are left; INT64_MAX when nothing is known. */
int64_t pg_hl_budget_left(const pg_hl_budget *budget, bool cancels);

/* Whether so many orders may be sent. Cancels always may: past their cap the venue decides. */
bool pg_hl_budget_has(const pg_hl_budget *budget, int count, int64_t now_ns);

/* So many actions were sent. */
void pg_hl_budget_charge(pg_hl_budget *budget, int count, bool cancels, int64_t now_ns);

/* So much was traded, USDC in 1e-6: it lets the cap grow. */
void pg_hl_budget_earn(pg_hl_budget *budget, int64_t volume_e6);

/* LOW below a tenth of the cap, or 1000. */
pg_hl_budget_level pg_hl_budget_judge(const pg_hl_budget *budget);

#endif
