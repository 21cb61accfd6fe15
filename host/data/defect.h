/* What can be wrong with recorded data: one list for the layouts (what is tolerated), the import (what it met and did
 * about it) and the check of finished data. Every defect is counted, with the place of the first one. */
#ifndef PG_DATA_DEFECT_H
#define PG_DATA_DEFECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

typedef enum {
    /* A row that cannot be used: refused, or left out when its layout tolerates the defect. */
    PG_DEFECT_SHORT_ROW, /* fewer fields than the header has columns; kept when no needed one is missing */
    PG_DEFECT_LONG_ROW,  /* more fields than the header has columns */
    PG_DEFECT_EMPTY,     /* a needed field is empty */
    PG_DEFECT_NUMBER,    /* a field that should be a number is none ("nan", "abc") */
    PG_DEFECT_NEGATIVE,  /* a price, size or count below zero */
    PG_DEFECT_ZERO,      /* a trade or quote whose price or size is zero */
    PG_DEFECT_TIME,      /* a time that cannot be read */
    PG_DEFECT_SIDE,      /* a side that the layout does not know */
    PG_DEFECT_ROW,       /* a row or document with broken syntax */
    PG_DEFECT_TORN_END,  /* the last row is cut off */
    /* Dealt with, and counted. */
    PG_DEFECT_TIME_BACK,       /* a small step back in time: set to the time before */
    PG_DEFECT_CLOCK_JUMP,      /* a large step back: what follows is moved on by whole hours */
    PG_DEFECT_CLOCK_BEHIND,    /* received before it happened: all receive times are moved on by a constant */
    PG_DEFECT_DUPLICATE,       /* the same trade again: left out */
    PG_DEFECT_SAME_ID,         /* another trade with the id of an earlier one: kept */
    PG_DEFECT_HALF_QUOTE,      /* a bid without its ask, or an ask without its bid: completed by the last one */
    PG_DEFECT_REPEAT,          /* a quote equal to the one before it: left out */
    PG_DEFECT_NO_SIZE,         /* a quote without sizes: the layout's default size stands for them */
    PG_DEFECT_CROSSED,         /* a bid above the ask: kept */
    PG_DEFECT_LOCKED,          /* a bid equal to the ask: kept */
    PG_DEFECT_LEVEL_ORDER,     /* levels of a side that are not in order of price: sorted out by the book */
    PG_DEFECT_OLD_UPDATE,      /* a change that its snapshot holds already: left out */
    PG_DEFECT_SEQUENCE,        /* a break in the sequence numbers: marked as a gap */
    PG_DEFECT_NO_SNAPSHOT,     /* changes without a snapshot: the book begins empty */
    PG_DEFECT_UNKNOWN_MESSAGE, /* a document that the layout does not describe: left out */
    PG_DEFECT_GAP,             /* nothing was recorded for longer than the layout allows: marked as a gap */
    PG_DEFECT_OFF_GRID,        /* a book price that is no multiple of the tick */
    PG_DEFECT_RECORD,          /* an event that is not well formed */
    PG_DEFECT_CHECKSUM,        /* a damaged block */
    PG_DEFECT_NO_LEVEL,        /* a change removes a level that is not there */
    PG_DEFECT_KINDS,
    PG_DEFECT_NONE = -1
} pg_defect;

typedef struct {
    struct {
        uint64_t count;
        char first[PG_ERROR_WHERE]; /* "file:line", "event 17": the place of the first one */
    } of[PG_DEFECT_KINDS];
} pg_defects;

/* Counts a defect; the place is kept when it is the first of its kind. */
void pg_defects_add(pg_defects *defects, pg_defect kind, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The name in layouts and reports ("short_row"), and one sentence for people. */
const char *pg_defect_name(pg_defect kind);
const char *pg_defect_text(pg_defect kind);

/* PG_DEFECT_NONE for a name that is none. */
pg_defect pg_defect_find(const char *name);

/* True for the kinds that a layout may tolerate. */
bool pg_defect_is_row(pg_defect kind);

/* False for what happens at venues or is of no consequence once it is dealt with: locked, no_level, no_size, repeat,
 * old_update, unknown_message. */
bool pg_defect_is_wrong(pg_defect kind);

#endif
