/* A row: one record of a foreign file in neutral form, between the file formats (csv.c, documents.c) and what becomes
 * of it (reader.c). */
#ifndef PG_DATA_ROW_H
#define PG_DATA_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/defect.h"
#include "data/layout.h"
#include "market/book.h"

enum { PG_ROW_LEVELS_MAX = 1 << 17 };

/* The decimals that prices and sizes are read with. A number that needs more is remembered in `need`, and stands as 1
 * unit: the import then starts again with what is needed. */
typedef enum { PG_SCALE_PRICE, PG_SCALE_SIZE } pg_scale_of;
typedef struct {
    int decimals[2];
    int need[2];
    bool exceeded;
} pg_scale;

/* Which fields were there. */
enum {
    PG_ROW_LOCAL = 1,
    PG_ROW_EXCHANGE = 2,
    PG_ROW_SEQUENCE = 4,
    PG_ROW_FIRST = 8,
    PG_ROW_PREVIOUS = 16,
    PG_ROW_ID = 32,
    PG_ROW_SIZES = 64,
    PG_ROW_LIQUIDATION = 128
};

typedef struct {
    pg_record_kind kind;
    uint32_t has;
    uint8_t side;
    int64_t local_ns, exch_ns;
    uint64_t sequence, first_sequence, previous_sequence, id;
    pg_level quote[2];   /* of a trade or one-sided quote: [0]; of a best bid and offer: bid, ask; price 0: none */
    pg_level *levels[2]; /* bids, asks; owned */
    size_t n_levels[2], capacity[2];
    char symbol[PG_SYMBOL_SIZE];
    uint64_t number; /* line or document in its file, from 1 */
} pg_row;

void pg_row_free(pg_row *row);

/* Forgets the last record's fields (the levels' memory is kept). */
void pg_row_begin(pg_row *row, pg_record_kind kind, uint64_t number);

/* Makes room for n levels of a side (0 bids, 1 asks). PG_ERR_RANGE above PG_ROW_LEVELS_MAX. */
pg_status pg_row_reserve(pg_row *row, int side, size_t n, pg_error *err);

/* Reads a price or size: blanks around it are allowed, an empty text is 0. The defect and *err (without a place) tell
 * what is wrong: PG_DEFECT_NUMBER, PG_DEFECT_NEGATIVE. */
pg_defect pg_row_number(int64_t *value, pg_scale *scale, pg_scale_of of, const char *text, size_t length,
                        pg_error *err);

/* Sets any other field than a level from its text. */
pg_defect pg_row_set(pg_row *row, pg_scale *scale, const pg_layout *layout, const pg_layout_record *record,
                     pg_field field, const char *text, size_t length, pg_error *err);

/* Checks a complete row and leaves out levels without price and size. */
pg_defect pg_row_finish(pg_row *row, const pg_layout_record *record, pg_error *err);

#endif
