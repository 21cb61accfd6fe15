/* A layout: the description of one kind of recorded file, written as a small Lua table (lua/perigee/layouts/NAME.lua,
 * see its README.md) and read by script/layout.c into this plain structure, which the importers follow. */
#ifndef PG_DATA_LAYOUT_H
#define PG_DATA_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "data/defect.h"
#include "data/timestamp.h"
#include "market/instrument.h"

enum {
    PG_LAYOUT_NAME = 48,    /* bytes of a layout's, column's or path's name */
    PG_LAYOUT_RECORDS = 8,  /* kinds of document in a JSON file */
    PG_LAYOUT_TEXTS = 4,    /* texts that mean the same, patterns of file names */
    PG_LAYOUT_VALUE = 24,   /* bytes of a value to compare with */
    PG_LAYOUT_NUMBER = 24,  /* bytes of a number given as text */
    PG_LAYOUT_LEVELS = 1000 /* levels a side in a CSV row */
};

/* TABLE: rows with named columns, as a CSV or a Parquet file has them; which one, the file itself tells. */
typedef enum { PG_FORMAT_TABLE, PG_FORMAT_JSON } pg_layout_format;

typedef enum {
    PG_RECORD_TRADE,    /* one trade */
    PG_RECORD_BBO,      /* best bid and offer in one row */
    PG_RECORD_BBO_SIDE, /* best bid and offer as two rows */
    PG_RECORD_BOOK,     /* the whole visible book in one row or document */
    PG_RECORD_LEVEL,    /* the whole visible book, a row a level: rows of the same time and sequence number */
    PG_RECORD_UPDATE,   /* changes of the book (JSON) */
    PG_RECORD_KINDS
} pg_record_kind;

typedef enum {
    PG_FIELD_LOCAL_TIME,
    PG_FIELD_EXCHANGE_TIME,
    PG_FIELD_SYMBOL,
    PG_FIELD_SEQUENCE,
    PG_FIELD_FIRST_SEQUENCE,    /* of an update: the first number in it */
    PG_FIELD_PREVIOUS_SEQUENCE, /* of an update: the last number of the update before */
    PG_FIELD_PRICE,
    PG_FIELD_SIZE,
    PG_FIELD_SIDE,
    PG_FIELD_ID,
    PG_FIELD_BID_PRICE, /* of a book in a table: a pattern with %d for the level, or a list column (Parquet) */
    PG_FIELD_BID_SIZE,
    PG_FIELD_ASK_PRICE,
    PG_FIELD_ASK_SIZE,
    PG_FIELD_BIDS, /* JSON: an array of [price, size] */
    PG_FIELD_ASKS,
    PG_FIELD_KIND, /* text that marks liquidations */
    PG_FIELDS
} pg_field;

typedef struct {
    pg_record_kind kind;
    char columns[PG_FIELDS][PG_LAYOUT_NAME]; /* column name, or path of a JSON value ("data.E"); "" when absent */
    char match_path[PG_LAYOUT_NAME];         /* JSON: which documents are of this kind: those with this path, ... */
    char match_value[PG_LAYOUT_VALUE];       /* ... and, if not "", with this value there */
    char sides[2][PG_LAYOUT_TEXTS][PG_LAYOUT_VALUE]; /* what stands for buy (bid) and for sell (ask) */
    char liquidations[PG_LAYOUT_TEXTS][PG_LAYOUT_VALUE];
} pg_layout_record;

typedef struct {
    char name[PG_LAYOUT_NAME];
    char venue[PG_SYMBOL_SIZE];
    char symbol[PG_SYMBOL_SIZE]; /* "" when the file or its name tells it */
    pg_layout_format format;
    char delimiter;
    int first_level; /* the number of the best level in column patterns */
    pg_time_unit local_unit, exchange_unit;
    int n_records; /* 1 for a table */
    pg_layout_record records[PG_LAYOUT_RECORDS];
    char files[PG_LAYOUT_TEXTS][PG_LAYOUT_NAME];  /* names of such files: "*" any text, "{symbol}" the market */
    char header[PG_LAYOUT_TEXTS][PG_LAYOUT_NAME]; /* further columns that tell such a file from others */
    int64_t max_gap_ns;                           /* a longer silence is a gap in the recording */
    int64_t max_back_ns;                          /* a longer step back in time is an error, or another session */
    bool sessions;                                /* a longer step back in time starts a session with another clock */
    bool skip_repeats;                   /* quotes equal to the one before, and books stored twice, are left out */
    bool infer_side;                     /* trades without a side get the one that the book before them tells */
    uint32_t tolerate;                   /* bit 1 << pg_defect: such rows are left out and counted */
    char default_size[PG_LAYOUT_NUMBER]; /* of quotes without sizes */
    char tick[PG_LAYOUT_NUMBER], lot[PG_LAYOUT_NUMBER], min_size[PG_LAYOUT_NUMBER]; /* "" to infer (0 for min_size) */
    int price_decimals, size_decimals;                                              /* -1 to infer */
    int significant;      /* significant figures of a price, 0: no rule */
    int64_t min_notional; /* whole quote units */
    uint64_t hash;        /* of the layout's text: imports made with another text are made again */
} pg_layout;

/* Sets the defaults: a table with commas, levels from 0, times detected, gaps over 60 s, steps back up to 1 s. */
void pg_layout_init(pg_layout *layout, const char *name);

/* Names as in layouts. Finding returns -1 for an unknown name. */
const char *pg_record_kind_name(pg_record_kind kind);
int pg_record_kind_find(const char *name);
const char *pg_field_name(pg_field field);
int pg_field_find(const char *name);

/* The field whose column (pattern) a table's column of that name is, -1 for none; *level is the number in a pattern,
 * counted from the best one, else 0. */
int pg_layout_find_column(const pg_layout *layout, const char *name, size_t length, int *level);

/* Checks that a layout is complete: each kind of record has the columns that it needs. PG_ERR_INVALID otherwise. */
pg_status pg_layout_check(const pg_layout *layout, pg_error *err);

/* True when the name of the file (its compression suffix left off) follows one of the layout's patterns; *symbol then
 * has the market's name, in capitals, or "". */
bool pg_layout_match_name(const pg_layout *layout, const char *path, char symbol[PG_SYMBOL_SIZE]);

/* Finds the layout that fits the beginning of a file best: the one that explains most of its columns (the most
 * documents of a JSON file). Errors: those of reading; PG_ERR_NOT_FOUND when none fits; PG_ERR_INVALID when several fit
 * equally well. */
pg_status pg_layout_detect(const pg_layout **found, const pg_layout *layouts, int n, const char *path, pg_error *err);

#endif
