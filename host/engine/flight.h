/* The flight recording: every input of one live engine and every request it made, with the versions of the script that
 * decided; enough to run the session again and compare each decision.
 *
 * A file of records, each a head (kind, size, checksum, time) and a body of a multiple of 16 bytes, written through a
 * shared mapping: what was appended survives kill -9, and a torn end is found by its checksum. One thread writes; any
 * other may read what was there when it began (pg_flight_length). */
#ifndef PG_ENGINE_FLIGHT_H
#define PG_ENGINE_FLIGHT_H

#include <stddef.h>

#include "engine/input.h"
#include "market/book.h"

typedef enum {
    PG_FLIGHT_META = 1,    /* text: the settings, JSON; the first record */
    PG_FLIGHT_INPUT = 2,   /* pg_input */
    PG_FLIGHT_REQUEST = 3, /* pg_request */
    PG_FLIGHT_SHADOW = 4,  /* text: a version began to fly along, and from where it was warmed up, JSON */
    PG_FLIGHT_VERSION = 5, /* text: it took over */
    PG_FLIGHT_PARAM = 6,   /* text: NAME=VALUE, set from the console */
    PG_FLIGHT_BACK = 7,    /* text: why the version before took over again */
    PG_FLIGHT_FAULT = 8,   /* text: the script failed and nothing decides any more */
    PG_FLIGHT_BOOK = 9,    /* levels of the book as it was here: where somebody may begin to read in the middle */
    PG_FLIGHT_CUT = 10,    /* text: the script was stopped in the middle of a callback, for time or memory; where */
    PG_FLIGHT_END = 11,    /* text: none; it was closed, and nothing is missing */
    PG_FLIGHT_EVAL = 12    /* text: a line that was evaluated with leave to change things */
} pg_flight_kind;

enum { PG_FLIGHT_TEXT = 60000, PG_FLIGHT_LEVELS = 3000, PG_FLIGHT_MARK_S = 5 };

/* One PG_FLIGHT_BOOK record: a part of a side. */
typedef struct {
    int64_t exch_ns; /* the book's time */
    uint16_t side;
    uint16_t count;
    uint16_t first, last; /* whether it begins, or ends, the whole */
    pg_level level[PG_FLIGHT_LEVELS];
} pg_flight_levels;

typedef struct pg_flight pg_flight;

/* Makes a new file. PG_ERR_IO when it exists or cannot be written. */
pg_status pg_flight_new(pg_flight **flight, const char *path, pg_error *err);

/* Writes that this is the end, cuts the file to its length and closes it. NULL is allowed. */
void pg_flight_close(pg_flight *flight);

/* All of these fail with PG_ERR_IO when the disk is full; nothing more is recorded then, and pg_flight_is_whole says so. */
pg_status pg_flight_input(pg_flight *flight, const pg_input *input);
pg_status pg_flight_request(pg_flight *flight, const pg_request *request, int64_t now_ns);
pg_status pg_flight_text(pg_flight *flight, pg_flight_kind kind, const char *text, size_t length, int64_t now_ns);

/* Writes the book down and remembers the place, when PG_FLIGHT_MARK_S have passed since the last time; to be called
 * between two inputs, when the book is as all that were recorded have made it. */
pg_status pg_flight_mark(pg_flight *flight, const pg_book *book, int64_t now_ns);

/* Where to begin reading to see what happened since time_ns, but not more than `most` inputs: a place that was marked,
 * the last one when none is that young; 0 for the beginning; pg_flight_length when nothing was marked. */
uint64_t pg_flight_since(const pg_flight *flight, int64_t time_ns, uint64_t most);

bool pg_flight_is_whole(const pg_flight *flight);

/* Bytes written: where the next record will be. */
uint64_t pg_flight_length(const pg_flight *flight);
const char *pg_flight_path(const pg_flight *flight);

/* ---- reading ---- */

typedef struct pg_flight_reader pg_flight_reader;

typedef struct {
    pg_flight_kind kind;
    uint64_t at; /* of the record in the file */
    int64_t time_ns;
    union {
        pg_input input;
        pg_request request;
        const pg_flight_levels *levels; /* `count` of its levels are there */
        struct {
            const char *text; /* not terminated */
            size_t length;
        };
    };
} pg_flight_record;

/* Reads from byte `from` (0: the first record) up to byte `to` (UINT64_MAX: the end). PG_ERR_IO, PG_ERR_CORRUPT. */
pg_status pg_flight_open(pg_flight_reader **reader, const char *path, uint64_t from, uint64_t to, pg_error *err);
void pg_flight_reader_free(pg_flight_reader *reader);

/* Time of the first record at or behind byte `from`; 0 when there is none. */
int64_t pg_flight_time(const char *path, uint64_t from);

/* False at the end, or where the file is torn (then *err, which may be NULL, is PG_ERR_CORRUPT). */
bool pg_flight_next(pg_flight_reader *reader, pg_flight_record *record, pg_error *err);

#endif
