/* The write-ahead journal: what happens to orders, in a file before it is on the wire.
 *
 * A ring of fixed-size records in a memory-mapped file whose blocks are allocated when it is made, so that an append
 * is a store to memory (about 0.2 us): it cannot fail for lack of disk space, and what was stored survives the death
 * of the process at any instant, kill -9 included. Each record has a sequence number and a checksum; one that was torn
 * is found by it. After a loss of power the last moments before it may be missing (whatever the kernel had not
 * written yet); the ledger's database, which follows the journal, is synced with every batch.
 *
 * One thread appends, one other reads and releases (the ledger's). A record is kept until it is released; when too
 * many wait, new orders are refused first (PG_JOURNAL_RESERVE), so that cancels, replies and fills still find room.
 *
 * The file is locked while it is open: nobody can open it twice. A child made by fork would keep that lock when its
 * parent dies: it calls pg_journal_let_go (exec closes the file by itself). */
#ifndef PG_TRADE_JOURNAL_H
#define PG_TRADE_JOURNAL_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "market/instrument.h"

typedef struct pg_journal pg_journal;

typedef enum {
    PG_RECORD_SESSION = 1, /* a run begins; text: mode, hash of config.lua, program */
    PG_RECORD_ACCOUNT,     /* market: number of the account in this run; text */
    PG_RECORD_MARKET,      /* market; id: its account; price: price decimals; size: size decimals; text: the symbol */
    PG_RECORD_ORDER,       /* about to be sent: price, size, side, tif, flags, version */
    PG_RECORD_CANCEL,
    PG_RECORD_REPLACE,   /* price, size; remaining: the open size it was made for */
    PG_RECORD_UNKNOWN,   /* sent, and nobody knows whether it arrived */
    PG_RECORD_REPORT,    /* detail: pg_reply_kind; price, size, remaining, reason, order_id, words */
    PG_RECORD_FILL,      /* price, size, remaining, amount: fee, flags: maker; order_id, trade_id */
    PG_RECORD_POSITION,  /* size: signed quantity; price: average price */
    PG_RECORD_EQUITY,    /* market: number of the account; price: equity, size: free margin, both in 1e-6 quote */
    PG_RECORD_PARAMETER, /* text: name, value, who */
    PG_RECORD_RISK,      /* detail: pg_risk_limit, reason: pg_risk_state; text */
    PG_RECORD_VERSION,   /* version; detail: pg_version_event; text: path */
    PG_RECORD_NOTE,      /* detail: pg_log_level; text */
    PG_RECORD_TEXT,      /* more text of the record before it */
    PG_RECORD_CUT,       /* the text before it has no end: its writer died */
    PG_RECORD_END,       /* the run ended in order */
    PG_RECORD_FUNDING,   /* exch_ns; price: rate in 1e-12, size: received in 1e-6 quote */
    PG_RECORD_KINDS
} pg_record_kind;

enum { PG_RECORD_MAKER = 1, PG_RECORD_REDUCE_ONLY = 2, PG_RECORD_QUOTED = 4, PG_RECORD_FRESH = 8 };
enum { PG_RECORD_TEXT_SIZE = 152, PG_RECORD_BYTES = 256 };

typedef struct {
    uint32_t checksum; /* of all that follows; by pg_journal_append */
    uint16_t kind;     /* pg_record_kind */
    uint16_t market;
    uint64_t sequence; /* 1, 2, 3 ... over all runs; by pg_journal_append */
    int64_t time_ns;   /* here */
    int64_t exch_ns;   /* at the venue; 0: not told */
    uint64_t run;
    uint64_t id; /* client order id within its run */
    int64_t price, size, remaining;
    uint64_t version; /* of the script that decided: first 8 bytes of its SHA-256 */
    pg_money amount;
    uint8_t side, tif, flags, detail, reason;
    uint8_t spare;
    uint16_t length; /* of text: its bytes in this record; more records of kind TEXT follow when it is full */
    union {
        struct {
            char order_id[32]; /* the venue's; not terminated when full */
            char trade_id[64];
            char words[56];
        };
        char text[PG_RECORD_TEXT_SIZE];
    };
} pg_record;

static_assert(sizeof(pg_record) == PG_RECORD_BYTES, "a record is 256 bytes on disk");

enum { PG_JOURNAL_DEFAULT = 32768, PG_JOURNAL_LEAST = 256, PG_JOURNAL_MOST = 1 << 24 }; /* records: 8 MB */

/* What a journal held when it was opened. */
typedef struct {
    uint64_t first, last; /* valid records, by sequence; 0, 0 when there are none */
    uint64_t torn;        /* slots that hold something that is no valid record */
} pg_journal_found;

/* Opens or makes the journal at `path`. `capacity` (records, PG_JOURNAL_LEAST..PG_JOURNAL_MOST) is for a new file; an
 * old one keeps its own. Errors: PG_ERR_STATE when another process has it open (naming it), PG_ERR_IO (no space:
 * nothing is left behind), PG_ERR_CORRUPT for a file that is no journal. */
pg_status pg_journal_open(pg_journal **journal, const char *path, uint64_t capacity, pg_journal_found *found,
                          pg_error *err);

/* In a child made by fork, which shall not hold the lock: closes and unmaps the file here. Nothing else may be called then. */
void pg_journal_let_go(pg_journal *journal);

/* Unmaps and unlocks; NULL is allowed. Records stay. */
void pg_journal_close(pg_journal *journal);

/* Says which records are dealt with already: those up to `applied`. To be called once before the first append; the
 * next record has a number above both that and all that are in the file. */
void pg_journal_begin(pg_journal *journal, uint64_t applied);

/* Appends a copy of *record with its sequence number and checksum. PG_ERR_FULL, and nothing is written, when there is
 * no room for its kind: ORDER and REPLACE leave the reserve, the last eighth, to the others. There is no pg_error: this is
 * the hot path. */
pg_status pg_journal_append(pg_journal *journal, const pg_record *record);

/* Whether `records` more would find room as orders do. */
bool pg_journal_fits(const pg_journal *journal, uint64_t records);

/* Number of the last record appended; 0: none yet. Any thread. */
uint64_t pg_journal_last(const pg_journal *journal);

/* Copies the record with that number. False when it is not there, was torn, or has been overwritten. Any thread, for
 * records that are not released. */
bool pg_journal_read(const pg_journal *journal, uint64_t sequence, pg_record *record);

/* Records up to `sequence` may be overwritten. The reader's thread. */
void pg_journal_release(pg_journal *journal, uint64_t sequence);

typedef struct {
    uint64_t capacity, used; /* records */
    bool low;                /* more than half is used: pull quotes */
    bool full;               /* orders are refused; cancels, replies and fills are not yet */
} pg_journal_room;

/* Appender's thread. */
pg_journal_room pg_journal_get_room(const pg_journal *journal);

/* A number that pairs the journal with its database; random when the file was made. */
uint64_t pg_journal_identity(const pg_journal *journal);

#endif
