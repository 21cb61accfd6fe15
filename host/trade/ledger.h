/* The ledger: everything that was sent, answered, filled, held and decided, over all sessions.
 *
 * Two files: PATH, an SQLite database in WAL mode, and PATH.ahead, the journal (journal.h) of what is not in it yet.
 * The functions here append to the journal and return (below 1 us but for texts); a thread of the ledger's own follows
 * it and writes the database in transactions that also store the number of the last record they hold. After a crash
 * the next pg_ledger_open applies the rest: nothing is lost and nothing counted twice. Call them before what they
 * record goes on the wire.
 *
 * Everything here runs on one thread, the loop's; nothing waits for the disk but pg_ledger_open, _flush and _close.
 * Markets and accounts are numbered by the caller, per run. Times are ns since the epoch, UTC.
 *
 * Functions that return pg_status without a pg_error fail with PG_ERR_FULL, unless they say more: the journal has no
 * room left for that kind of record, because the database cannot be written (pg_ledger_get_health tells why). What was
 * not recorded must not be sent, but for cancels: those go in any case. */
#ifndef PG_TRADE_LEDGER_H
#define PG_TRADE_LEDGER_H

#include "base/log.h"
#include "trade/journal.h"
#include "trade/order.h"

typedef struct pg_ledger pg_ledger;

enum { PG_LEDGER_MARKETS = 256, PG_LEDGER_ACCOUNTS = 64, PG_LEDGER_NAME = 64, PG_LEDGER_NO_MARKET = 0xffff };

typedef struct {
    const char *path;          /* of the database */
    uint64_t journal_capacity; /* records; 0: PG_JOURNAL_DEFAULT */
    const pg_log *log;         /* may be NULL; borrowed until pg_ledger_close */
    bool no_wait; /* otherwise a ledger in use is tried for half a second: a reader of a dead host's holds it briefly */
} pg_ledger_config;

/* Opens or makes the ledger, applies what an earlier process left in the journal, starts the writer.
 * Errors: PG_ERR_STATE when another process trades on this ledger (naming it); PG_ERR_IO; PG_ERR_CORRUPT for a file that
 * is no ledger, a newer version of one, or a journal that belongs to another. */
pg_status pg_ledger_open(pg_ledger **ledger, const pg_ledger_config *config, pg_error *err);

/* In a child made by fork (the guard): lets go of the journal, so that it is free when the host dies. Nothing else of
 * the ledger may be called in the child. */
void pg_ledger_let_go(pg_ledger *ledger);

/* Waits until everything is in the database, and frees. PG_ERR_IO when some of it is not: it stays in the
 * journal for the next time. NULL is allowed. */
pg_status pg_ledger_close(pg_ledger *ledger, pg_error *err);

/* Waits at most timeout_ms until all that was appended is in the database. PG_ERR_STATE when the time was too short,
 * PG_ERR_IO when the database cannot be written. */
pg_status pg_ledger_flush(pg_ledger *ledger, int timeout_ms, pg_error *err);

typedef struct {
    pg_journal_room room;
    uint64_t waiting;        /* records that are not in the database yet */
    bool failing;            /* the database cannot be written at the moment */
    bool low;                /* failing for 2 s or more, or the journal is half full: pull quotes */
    uint64_t lost;           /* records that found no room */
    char why[PG_ERROR_WHAT]; /* of failing */
} pg_ledger_health;

/* Cheap enough for every turn of the loop as long as all is well (no system call). */
void pg_ledger_get_health(const pg_ledger *ledger, pg_ledger_health *health);

/* ---- who trades what: once at the start of a run, before the first order ---- */

typedef struct {
    uint64_t run;            /* first half of its client order ids; not 0, never used before (random) */
    const char *mode;        /* "live", "paper" */
    const char *config_hash; /* of config.lua */
    const char *program;     /* name and version */
} pg_ledger_run;

/* A run begins: what is recorded from here on belongs to it. PG_ERR_INVALID for run 0. */
pg_status pg_ledger_session(pg_ledger *ledger, const pg_ledger_run *run, int64_t now_ns, pg_error *err);

/* The run ends in order: nothing of it is open or in doubt. Without it, the next start knows that it did not. */
pg_status pg_ledger_end(pg_ledger *ledger, int64_t now_ns);

/* PG_ERR_INVALID for a number out of range or an over-long name, PG_ERR_STATE before pg_ledger_session. */
pg_status pg_ledger_account(pg_ledger *ledger, int account, const char *venue, const char *name, int64_t now_ns,
                            pg_error *err);
pg_status pg_ledger_market(pg_ledger *ledger, int market, int account, const pg_instrument *instrument, int64_t now_ns,
                           pg_error *err);

/* ---- orders ---- */

enum { PG_LEDGER_QUOTED = PG_RECORD_QUOTED, PG_LEDGER_FRESH = PG_RECORD_FRESH };

/* A request (new, cancel, replace) that is about to be sent. version: of the script that decided (pg_ledger_version);
 * flags: PG_LEDGER_QUOTED, PG_LEDGER_FRESH (a replacement's size is set afresh by this venue); reasons: why it was
 * decided so, at most PG_RECORD_TEXT_SIZE bytes of it are kept, NULL: not told. */
pg_status pg_ledger_request(pg_ledger *ledger, int market, const pg_request *request, uint64_t version, int flags,
                            const char *reasons, int64_t now_ns);

/* Nobody knows whether the last request of this order arrived. */
pg_status pg_ledger_unknown(pg_ledger *ledger, int market, uint64_t id, int64_t now_ns);

/* The venue's names for things; NULL where there are none. Longer ones are refused for ids (PG_ERR_RANGE), cut for
 * words: an order id has at most 32 bytes, a trade id 64. */
typedef struct {
    const char *order_id, *trade_id, *words;
} pg_ledger_names;

/* What a venue said about an order: kind FILL is a fill, which the database holds once by account and trade id.
 * run: whose order it is (this one, an earlier one, 0: none of Perigee's). */
pg_status pg_ledger_reply(pg_ledger *ledger, int market, uint64_t run, const pg_reply *reply,
                          const pg_ledger_names *names, int64_t now_ns);

/* ---- the rest ---- */

/* price: average price in price units, 0 when not known. */
pg_status pg_ledger_position(pg_ledger *ledger, int market, int64_t quantity, int64_t price, int64_t now_ns);

/* Funding of a market's position, as the venue settled it: amount_e6 > 0 was received, 1e-6 quote units; rate_e12: in
 * 1e-12. It is in the database once by account, market and time, however often it is told. */
pg_status pg_ledger_funding(pg_ledger *ledger, int market, int64_t amount_e6, int64_t rate_e12, int64_t exch_ns,
                            int64_t now_ns);

/* In 1e-6 quote units. The first equity of an account is the one that profit is counted from, until reset. */
pg_status pg_ledger_equity(pg_ledger *ledger, int account, int64_t equity_e6, int64_t free_e6, int64_t now_ns);

/* market: PG_LEDGER_NO_MARKET when it is of none. Texts may have any length up to 16 kB; longer ones are cut. */
pg_status pg_ledger_parameter(pg_ledger *ledger, int market, const char *name, const char *value, const char *who,
                              int64_t now_ns);
pg_status pg_ledger_risk(pg_ledger *ledger, int market, const char *limit, const char *consequence, const char *text,
                         int64_t now_ns);
pg_status pg_ledger_note(pg_ledger *ledger, int market, pg_log_level level, const char *text, int64_t now_ns);

typedef enum {
    PG_VERSION_LOADED = 1,
    PG_VERSION_SHADOW,
    PG_VERSION_LIVE,
    PG_VERSION_REFUSED,
    PG_VERSION_ROLLED_BACK,
    PG_VERSION_EVENTS
} pg_version_event;

enum { PG_VERSION_HASH = 65, PG_VERSION_TEXT_MAX = 1 << 20 };

/* The number of a script's text: the first 8 bytes of its SHA-256, big-endian; hash gets all of it as 64 digits. */
uint64_t pg_version_of(char hash[PG_VERSION_HASH], const char *text, size_t length);

/* A version of a script was loaded, went live, ... : its text is kept once, whatever comes of it. Returns its number in
 * *version, also when it fails. PG_ERR_RANGE for a text above 1 MB, PG_ERR_FULL. About 1 us, and 0.1 us for each 150
 * bytes of a text that is new. */
pg_status pg_ledger_version(pg_ledger *ledger, uint64_t *version, int market, pg_version_event event, const char *path,
                            const char *text, size_t length, int64_t now_ns);

/* Whether a fill of this account is recorded, in the database or on its way there. For what pg_seen does not know any
 * more (seen.h); a read of the database, about 20 us. Call it before the fill in question is recorded. */
pg_status pg_ledger_has_fill(pg_ledger *ledger, bool *has, int account, const char *trade_id, pg_error *err);

#endif
