/* A plan: everything that one strategy on one market runs with, but for its inputs. Owns all of it, so that it can be
 * written into a flight recording and read back. */
#ifndef PG_LIVE_PLAN_H
#define PG_LIVE_PLAN_H

#include "base/file.h"
#include "base/text.h"
#include "engine/live.h"
#include "script/session.h"

enum { PG_PLAN_PARAMS = 96, PG_PLAN_ESTIMATORS = 16, PG_PLAN_NAME = 64, PG_PLAN_VALUE = 320 };

typedef struct {
    char name[PG_PLAN_NAME], value[PG_PLAN_VALUE];
} pg_plan_setting;

typedef struct {
    char name[PG_PLAN_NAME]; /* of the market entry; "" when there is one alone */
    char strategy[PG_PATH_SIZE];
    pg_plan_setting params[PG_PLAN_PARAMS];
    int param_count;
    pg_plan_setting estimators[PG_PLAN_ESTIMATORS];
    int estimator_count;
    pg_instrument instrument;
    double capital;              /* quote units */
    double max_position;         /* base units; 0: no limit */
    double maker_fee, taker_fee; /* fractions */
    pg_quote_policy policy;
    uint64_t seed;
    uint64_t first_id; /* of its orders */
    bool fresh_replace;
    pg_script_limits limits;
    bool trusted; /* the scripts get the raw FFI */
} pg_plan;

/* Sets or adds. PG_ERR_RANGE for a text that is too long, PG_ERR_FULL. */
pg_status pg_plan_set_param(pg_plan *plan, const char *name, const char *value, pg_error *err);
pg_status pg_plan_set_estimator(pg_plan *plan, const char *slot, const char *name, pg_error *err);

/* As JSON into *out (an element of an object), and back. PG_ERR_PARSE, PG_ERR_RANGE. */
void pg_plan_write(const pg_plan *plan, pg_text *out, const char *key);
pg_status pg_plan_read(pg_plan *plan, const char *json, size_t length, pg_error *err);

#endif
