/* What the files of the desk share. */
#ifndef PG_LIVE_DESK_INTERNAL_H
#define PG_LIVE_DESK_INTERNAL_H

#include "live/desk.h"

#define DESK_REFUSALS_NS INT64_C(10000000000)

enum {
    DESK_BATCH = 256,
    DESK_QUARTER = 250000000,
    DESK_RECONCILE_S = 60,
    DESK_SETTLE_S = 5,
    DESK_LOOK_S = 1,
    DESK_LEFT = 1024,
    DESK_REFUSED = 2 * PG_ORDERS_MAX /* a power of two */
};

/* An order of an earlier session whose end is not in the ledger. */
typedef struct {
    uint64_t run, id;
    int64_t price;
    char symbol[PG_SYMBOL_SIZE];
    char order_id[PG_VENUE_ORDER_ID]; /* the venue's; "" when not known */
    uint8_t side, tif;
} left_order;

/* Ids of requests that were refused here, and that the seat's engine has not heard of yet: it still holds them for open.
 * By hash; a seat has at most PG_ORDERS_MAX of them, for they are orders of its pool. */
typedef struct {
    uint64_t id[DESK_REFUSED]; /* 0: free */
    int count;
} refused_ids;

struct pg_desk {
    pg_desk_config config;
    pg_desk_hooks hooks;
    pg_venue *venue;
    pg_seat *seat[PG_DESK_SEATS];
    uint32_t bits[PG_DESK_SEATS];      /* pg_input_hold last given */
    pg_risk_state risk[PG_DESK_SEATS]; /* last written down */
    int seat_count;
    refused_ids refused[PG_DESK_SEATS];
    pg_seen *seen;
    pg_submit batch[DESK_BATCH];
    int batch_count;
    pg_desk_state state;
    int64_t started_ns;         /* fills before it are known from the first reading of the account */
    int64_t next_read_ns;       /* of the account */
    int64_t asked_ns;           /* when the present reading was asked for; 0: not even the first one */
    int64_t odd[PG_DESK_SEATS]; /* position at the venue less ours, as the last reading found it */
    uint64_t odd_fills;         /* state.fills then */
    left_order left[DESK_LEFT]; /* until the account has been read for the first time */
    int left_count;
    int64_t fills_from_ns; /* fills from here on may not be in the ledger; 0: there was no earlier session */
    uint64_t others;       /* orders that are not ours, as last told: a sum over them */
    int64_t read_ns;       /* when the last one was asked for that told everything; 0: none yet */
    bool fills_failed;     /* in the present one */
    bool reading;
    bool again; /* what is being read may be older than what it is wanted for: once more */
    bool begun;
    int64_t base_e6; /* equity as the venue said it, and what the seats' accounts were worth then */
    double base_net;
    int64_t refusal_logged_ns;   /* the last refusal that was logged */
    uint64_t refusals_unlogged;  /* since then */
    int64_t nonsense_logged_ns;  /* the last report that cannot be true */
    int64_t doubted_ns;          /* a reading that was asked for before this settles nothing; 0: no doubt */
    bool failed;                 /* the venue needs a person: its links do not matter any more */
    bool stopping;               /* holds are no news any more */
    int64_t switch_next_ns;      /* the dead-man's switch is to be set again */
    bool switch_set, switch_off; /* off: it cannot be set, and that was said */
    int switch_failures;         /* in a row */
};

/* Sets the venue's dead-man's switch again when it is time (desk_switch.c). */
void desk_switch_tick(pg_desk *desk, int64_t now_ns);

/* A request was refused here (desk_open.c). */
void desk_note_refused(pg_desk *desk, int place, uint64_t id);

/* A request goes out: a refusal of an earlier one for this order was taken in. */
void desk_note_sent(pg_desk *desk, int place, uint64_t id);

/* What a seat has open, without a request that is being judged (NULL: none) and without those that were refused. */
void desk_look(pg_risk_open *open, pg_desk *desk, int place, const pg_request *request);

/* Gives a seat an input. */
void desk_input(pg_desk *desk, int place, const pg_input *input);

/* Sets or clears a reason of the host's for all seats. */
void desk_hold(pg_desk *desk, pg_hold hold, bool on);

int64_t desk_now(void);

/* What the seats have made since the start, quote units. */
double desk_net(const pg_desk *desk);

/* Reads the account and settles differences (desk_account.c). */
void desk_reconcile(pg_desk *desk);

/* Has it read at the next tick, but not more often than once in DESK_LOOK_S. */
void desk_read_soon(pg_desk *desk);

/* Reads it as it is from now on, also when a reading is under way. */
void desk_reconcile_again(pg_desk *desk);

/* Whether a position is one that can be calculated with. */
bool desk_is_possible(int64_t quantity);

/* What is wrong with a report, by itself (desk_check.c). NULL: nothing; its numbers can be calculated with. */
const char *desk_wrong_report(const pg_report *report);

/* What is wrong with a fill on a seat's market, whoever's order it was. NULL: nothing. */
const char *desk_wrong_fill(const pg_seat *seat, const pg_reply *reply);

/* Whether an order of a seat cannot have had this reply: a fill of more than is open, a replacement by more than was
 * asked for. NULL: it can, or it is too late to matter. */
const char *desk_wrong_reply(const pg_seat *seat, const pg_reply *reply);

/* A report that cannot be true: it is told, and nothing is quoted until the account was read anew. */
void desk_nonsense(pg_desk *desk, const pg_report *report, const char *why, int64_t now_ns);

/* Reads what earlier sessions left in the ledger; and, when the account is known, writes down what has ended since
 * (desk_history.c). */
void desk_history_read(pg_desk *desk);
void desk_history_settle(pg_desk *desk, const pg_account_state *state, int64_t now_ns);

/* The order of an earlier session that this one is; NULL: none that the ledger knows. By its id, or by the venue's: one
 * that was taken over keeps the id of the session before at the venue. */
const left_order *desk_find_left(const pg_desk *desk, const pg_open_order *found);

/* Takes over what earlier sessions left, where that is wanted (desk_adopt.c), and says how many orders. Once, before what
 * they left is settled. */
int desk_adopt(pg_desk *desk, const pg_account_state *state, int64_t now_ns);

/* Whether orders can be placed: with a key, or on paper without one. */
static inline bool desk_has_account(const pg_desk *desk)
{
    return desk->config.key || desk->config.venue->paper;
}

void desk_say(const pg_desk *desk, pg_log_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
