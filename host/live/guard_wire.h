/* What the host and its guard say to each other: packets on a socket pair that keeps them apart (SOCK_SEQPACKET), so
 * that none is ever seen in part. Nothing here waits. */
#ifndef PG_LIVE_GUARD_WIRE_H
#define PG_LIVE_GUARD_WIRE_H

#include "venue/venue.h"

enum {
    PG_GUARD_FD = 3, /* the guard's end of the pair */
    PG_GUARD_VENUES = 16,
    PG_GUARD_TEXT = 8192, /* longest text of a packet, with its '\0' */
    PG_GUARD_BEAT_MS = 250
};

typedef enum {
    /* of the host */
    PG_GUARD_VENUE = 1, /* text: pg_guard_place_write; number: packets that follow with a key each (secret_pass.h) */
    PG_GUARD_BEAT,      /* number: of the beat */
    PG_GUARD_ARM,       /* orders may be open from here on */
    PG_GUARD_SWEEP,     /* venue: the host cannot reach it */
    PG_GUARD_CALM,      /* venue: it can again */
    PG_GUARD_BYE,       /* a clean end: nothing is open */
    /* of the guard */
    PG_GUARD_ANSWER,   /* number: of the beat */
    PG_GUARD_SWEEPING, /* venue: orders are being cancelled there */
    PG_GUARD_SWEPT     /* venue: no more; number: orders that remain, -1 when that is not known */
} pg_guard_kind;

typedef struct {
    uint32_t kind;
    int32_t venue;
    int64_t number;
    char text[PG_GUARD_TEXT]; /* terminated; only what is used of it is sent */
} pg_guard_packet;

/* text NULL: none. PG_ERR_IO when the other side is gone or does not read, PG_ERR_RANGE for a text that is too long. */
pg_status pg_guard_send(int fd, pg_guard_kind kind, int venue, int64_t number, const char *text, pg_error *err);

/* Takes the next packet. PG_ERR_NOT_FOUND when none has come, PG_ERR_IO when the other side is gone, PG_ERR_PARSE for
 * what is no packet. */
pg_status pg_guard_receive(pg_guard_packet *packet, int fd, pg_error *err);

/* ---- a venue ---- */

/* How a guard reaches a venue. Without keys: they follow in packets of their own. */
typedef struct {
    pg_venue_config config; /* no_streams is set; what it points to is here */
    bool ends_with_host;    /* the built-in exchange: its orders go with it */
    void *texts;
    const char *symbol[PG_VENUE_MARKETS];
    pg_venue_option option[8];
} pg_guard_place;

/* Writes a venue into text[PG_GUARD_TEXT]. PG_ERR_RANGE when it does not fit, PG_ERR_MEMORY. */
pg_status pg_guard_place_write(char *text, const pg_venue_config *config, bool ends_with_host, pg_error *err);

/* Reads it; freed by pg_guard_place_free. *place must stay where it is. PG_ERR_PARSE, PG_ERR_MEMORY. */
pg_status pg_guard_place_read(pg_guard_place *place, const char *text, pg_error *err);
void pg_guard_place_free(pg_guard_place *place);

#endif
