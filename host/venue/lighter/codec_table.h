/* Objects of Lighter's messages as tables: which members are read, of which type, to where. One reader for all of them;
 * what a table does not name is passed over. */
#ifndef PG_VENUE_LIGHTER_CODEC_TABLE_H
#define PG_VENUE_LIGHTER_CODEC_TABLE_H

#include "venue/scan.h"

typedef enum {
    PG_LIGHTER_INTEGER, /* int64_t, of either sign */
    PG_LIGHTER_BOOL,    /* bool */
    PG_LIGHTER_TEXT,    /* pg_span of a string: what is between its quotes. Decimal numbers are such strings */
    PG_LIGHTER_RAW,     /* pg_span of any value, as it stands in the message */
    PG_LIGHTER_OBJECT,  /* an object by the table `of`, a part of the record; another value is passed over */
    PG_LIGHTER_OWN,     /* by the member's own function */
    PG_LIGHTER_RECORDS  /* pg_lighter_list of the root: records by the table `of`, from an array, or from an object of
                           them or of arrays of them (the venue's maps by market); a single object is one record */
} pg_lighter_type;

typedef struct pg_lighter_table pg_lighter_table;

typedef struct {
    const char *name;
    pg_lighter_type type;
    bool needed;
    size_t offset; /* in the record; of RECORDS in the root */
    const pg_lighter_table *of;
    bool (*read)(pg_scan *reader, void *root); /* of OWN */
} pg_lighter_member;

enum { PG_LIGHTER_MEMBERS = 64 };

struct pg_lighter_table {
    const char *name; /* for errors: "order" */
    const pg_lighter_member *members;
    int count;   /* PG_LIGHTER_MEMBERS at the most */
    size_t size; /* of a record */
    int most;    /* records of one list */
};

/* Records in memory that is kept for the next message. */
typedef struct {
    void *data;
    int count, room;
} pg_lighter_list;

void pg_lighter_list_free(pg_lighter_list *list);

/* Reads the object that the reader stands before into `record`, which the caller has zeroed; null counts as absent.
 * Returns false with the reader's error: a member of another type, given twice or needed and missing, more records than
 * a table allows, no memory. `root` is where lists are. */
bool pg_lighter_read(pg_scan *reader, const pg_lighter_table *table, void *record, void *root);

/* An integer, with or without a sign. */
bool pg_lighter_read_integer(pg_scan *reader, int64_t *value);

/* Records from any of the forms above. */
bool pg_lighter_read_records(pg_scan *reader, const pg_lighter_table *table, pg_lighter_list *list, void *root);

#endif
