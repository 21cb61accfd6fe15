/* The state of an account, from the answer to `clearinghouseState` (hyperliquid.md 14.3). */
#ifndef PG_VENUE_HYPERLIQUID_CODEC_STATE_H
#define PG_VENUE_HYPERLIQUID_CODEC_STATE_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "base/status.h"
#include "venue/hyperliquid/assets.h"

enum { PG_HL_POSITIONS_MAX = 512, PG_HL_QUANTITY_TEXT = 32 };

typedef struct {
    char coin[PG_HL_NAME];
    char quantity[PG_HL_QUANTITY_TEXT]; /* signed, as the venue writes it */
    double entry;                       /* average price; 0: not told */
    double liquidation;                 /* mark price at which the venue liquidates; 0: none */
} pg_hl_position;

typedef struct {
    int64_t time_ns;   /* 0: not told */
    int64_t equity_e6; /* quote units in 1e-6 */
    int64_t free_e6;   /* of the cross margin, not below 0 */
    int count;
    pg_hl_position position[PG_HL_POSITIONS_MAX];
} pg_hl_account;

/* Errors: PG_ERR_PARSE for an answer of another form, PG_ERR_FULL for more positions. */
pg_status pg_hl_account_read(pg_hl_account *account, const cJSON *json, pg_error *err);

/* A decimal number of either sign to units of 10^-decimals, rounded to nearest. PG_ERR_PARSE, PG_ERR_RANGE. */
pg_status pg_hl_units_near(int64_t *value, const char *text, int decimals);

#endif
