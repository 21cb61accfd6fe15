/* What the files of Extended's part of the SDK share. */
#ifndef PG_SDK_EXTENDED_INTERNAL_H
#define PG_SDK_EXTENDED_INTERNAL_H

#include "sdk/extended.h"
#include "sdk/internal.h"
#include "venue/extended/markets.h"

struct pg_sdk_ext_market {
    pg_extended_listing listing;
    pg_instrument instrument;
    pg_exact max_position_value;
};

/* The place of a word in a list; PG_ERR_INVALID names what it is for. */
pg_status ext_word(int *value, const char *word, const char *const *words, int count, const char *name, pg_error *err);

pg_status ext_side(pg_extended_side *side, const char *word, pg_error *err);
pg_status ext_type(pg_extended_type *type, const char *word, pg_error *err);

#endif
