/* The state of Hyperliquid's exchange, and its connections. What its parts do is in the headers of the parts. */
#ifndef PG_SIM_EXCHANGE_HYPERLIQUID_INTERNAL_H
#define PG_SIM_EXCHANGE_HYPERLIQUID_INTERNAL_H

#include <cjson/cJSON.h>

#include "base/text.h"
#include "net/server.h"
#include "sim/exchange_candles.h"
#include "sim/exchange_hyperliquid_list.h"
#include "sim/exchange_link.h"
#include "venue/hyperliquid/sign.h"

enum {
    HLX_SUBSCRIPTIONS = 1000, /* of a connection */
    HLX_USERS = 14,           /* that one may follow */
    HLX_SOCKETS = 10,         /* with limits on; as the following ones */
    HLX_OPENED = 30,          /* sockets opened in a minute */
    HLX_MESSAGES = 2000,      /* of all sockets in a minute */
    HLX_POSTS = 100,          /* actions posted that wait for a block */
    HLX_WAITING = 4096,       /* requests that wait for a block; more are answered with 429 */
    HLX_NONCES = 100,         /* kept for a signer */
    HLX_SIGNERS = 256,
    HLX_USER_NAME = 52,  /* bytes of a sub-account's or vault's name */
    HLX_AGENTS = 256,    /* ever approved */
    HLX_AGENT_NAME = 17, /* bytes of a name */
    HLX_BUILDERS = 256,  /* approvals, of all accounts */
    HLX_RECORDS = 2000,  /* of a ledger: the oldest is forgotten */
    HLX_SUBSCRIPTION_TEXT = 256,
    HLX_MAKER_FEE_E8 = 15000, /* the venue's base rates */
    HLX_TAKER_FEE_E8 = 45000,
    HLX_BOOK = 20,
    HLX_FAST_BOOK = 5
};

/* Nobody has issued the tokens here: their supply is a number like any other. */
#define HLX_SUPPLY "1000000000.0"

/* A payment of funding; of a coin: a rate. */
typedef struct {
    int market;
    int64_t time_ms, quantity, rate_e12, premium_e12;
    pg_money amount_e12;
} hlx_record;

typedef struct {
    hlx_record *items; /* oldest first */
    int count, capacity;
} hlx_records;

/* What moved money of an account, as the venue writes it. */
typedef struct {
    int64_t time_ms;
    uint64_t number;
    char *delta;
} hlx_move;

typedef struct {
    hlx_move *items; /* oldest first */
    int count, capacity;
} hlx_moves;

/* What happens in a coin, beside what the core knows. */
typedef struct {
    pg_exchange_candles candles;
    bool candle_changed; /* since it was told */
    int64_t candle_ns;   /* next push */
    hlx_records rates;
    pg_exchange_level told[2]; /* best bid and ask as last told by bbo */
    uint64_t told_version;
    int64_t told_mark, told_mid_x2;       /* as last told by fastAssetCtxs */
    int64_t book_ns, fast_ns, context_ns; /* next pushes */
    pg_text trades;                       /* elements of the frame of this block */
    int trade_listeners;
} hlx_coin;

/* What an address is. Sub-accounts and vaults have an owner, who trades for them. */
typedef enum { HLX_USER, HLX_SUB_ACCOUNT, HLX_VAULT } hlx_role;

/* Of an account: what it is, and what happened to it in this block, as elements of arrays. */
typedef struct {
    hlx_role role;
    int owner;
    char name[HLX_USER_NAME];
    pg_money put_in_e12;                      /* worth of what was put in, less what was taken out */
    pg_text losses;                           /* liquidations, as userEvents has them */
    pg_text history, notices;                 /* orders as historicalOrders has them; texts to be read */
    pg_text slices, twaps;                    /* fills of TWAPs; what became of them */
    pg_text updates, fills, cancels, funding; /* funding: whole frames' data, one at a time */
    pg_text moves;                            /* of the ledger */
    hlx_moves ledger;
    hlx_records payments; /* of funding */
    uint64_t used;        /* actions that count against its budget */
    int64_t agent_removed_ms, acted_ms;
    int64_t liquidated[PG_EXCHANGE_MARKETS]; /* closed by liquidation in this block, size units */
    pg_money liquidated_value_e12;           /* of the account as it began */
    bool is_liquidated, touched;
} hlx_user;

typedef struct {
    char address[PG_ADDRESS_TEXT], name[HLX_AGENT_NAME]; /* name "": the unnamed one */
    int account;
    int64_t valid_until_ms;
    bool active;
} hlx_agent;

/* An account lets a builder charge for the orders that go through it. */
typedef struct {
    int account;
    char builder[PG_ADDRESS_TEXT];
    int64_t most; /* tenths of a basis point */
} hlx_approval;

typedef struct {
    pg_address address;
    uint64_t nonces[HLX_NONCES]; /* ascending, the highest ones */
    int count;
} hlx_signer;

typedef enum {
    HLX_ALL_MIDS,
    HLX_L2_BOOK,
    HLX_BBO,
    HLX_TRADES,
    HLX_ASSET_CTX,
    HLX_ORDER_UPDATES,
    HLX_USER_FILLS,
    HLX_USER_EVENTS,
    HLX_CLEARINGHOUSE,
    HLX_OPEN_ORDERS,
    HLX_CANDLE,
    HLX_ACTIVE_DATA,
    HLX_USER_FUNDINGS,
    HLX_LEDGER,
    HLX_SPOT_STATE,
    HLX_WEB_DATA,
    HLX_ALL_STATES,
    HLX_TWAP_STATES,
    HLX_SLICE_FILLS,
    HLX_TWAP_HISTORY,
    HLX_ORDER_HISTORY,
    HLX_NOTIFICATION,
    HLX_FAST_CTXS,
    HLX_ALL_CTXS,
    HLX_ASSET_CTXS,
    HLX_SPOT_CTXS,
    HLX_OUTCOMES,
    HLX_TYPES
} hlx_type;

typedef struct {
    hlx_type type;
    int market, dex;
    char user[PG_ADDRESS_TEXT];
    bool fast;
    int figures, mantissa;            /* of an aggregated book; 0: none */
    int interval;                     /* of candles */
    int64_t next_ns;                  /* of states */
    char text[HLX_SUBSCRIPTION_TEXT]; /* as the acknowledgement has it */
} hlx_subscription;

typedef struct hlx_socket {
    struct hlx_socket *next, *before;
    pg_hl_exchange *exchange;
    pg_exchange_link link;
    hlx_subscription *subscriptions;
    int count, capacity;
    bool gone; /* freed when nobody looks at it */
} hlx_socket;

/* Where an answer goes: an HTTP request, or a post of a socket. */
typedef struct {
    pg_peer *peer;      /* of HTTP; NULL: gone */
    hlx_socket *socket; /* NULL: HTTP, or gone */
    double id;          /* of a post */
    bool is_post;
    const pg_fault *fault; /* that happens to the answer; NULL: none */
} hlx_reply;

/* An action that waits for its block. */
typedef struct hlx_waiting {
    struct hlx_waiting *next;
    hlx_reply reply;
    cJSON *body;
    bool first; /* cancels and post-only orders */
} hlx_waiting;

/* How often something has happened in this minute. */
typedef struct {
    int64_t minute;
    int count;
} hlx_pace;

typedef struct hlx_twaps hlx_twaps;
typedef struct hlx_vaults hlx_vaults;
typedef struct hlx_admin hlx_admin;
typedef struct hlx_stakes hlx_stakes;
typedef struct hlx_volumes hlx_volumes;
typedef struct hlx_portfolios hlx_portfolios;
typedef struct hlx_multi_sigs hlx_multi_sigs;

struct pg_hl_exchange {
    pg_hl_exchange_config config;
    pg_loop *loop;
    pg_server *server;
    pg_timer *timer;
    pg_exchange *core;
    pg_secp256k1 *curve;
    char url[64];
    hlx_list list;
    hlx_coin coins[PG_EXCHANGE_MARKETS];
    hlx_user users[PG_EXCHANGE_ACCOUNTS];
    hlx_signer *signers;
    int signer_count;
    hlx_agent agents[HLX_AGENTS];
    int agent_count;
    hlx_twaps *twaps;
    hlx_vaults *vaults;
    hlx_admin *admin;
    hlx_stakes *stakes;
    hlx_volumes *volumes;
    hlx_portfolios *portfolios;
    hlx_multi_sigs *multi_sigs;
    hlx_approval approvals[HLX_BUILDERS];
    int approval_count;
    hlx_socket *sockets;
    int socket_count;
    hlx_waiting *first_waiting, **last_waiting;
    int waiting_count;
    pg_exchange_links links;
    pg_text out, frame; /* an answer, a frame: kept to be used again */
    int64_t mids_ns, fast_contexts_ns;
    int listeners[HLX_TYPES]; /* subscriptions, of all sockets */
    double weight;            /* left of the address of the network */
    int64_t weight_ns;
    hlx_pace opened, messages;
    int posts; /* that wait for a block */
    bool post_only;
    int64_t start_ns;
    int busy;                 /* within calls that walk over sockets: none is freed meanwhile */
    uint64_t requests, moves; /* so far */
};

/* ---- exchange_hyperliquid.c ---- */

void hlx_enter(pg_hl_exchange *e);
void hlx_leave(pg_hl_exchange *e);

/* ---- exchange_hyperliquid_send.c ---- */

/* Sends a frame on a channel, as the faults have it. */
void hlx_send(hlx_socket *socket, const char *channel, const char *text, size_t size);

/* Answers a request with JSON; type: of an info request, NULL: an action. */
void hlx_answer(pg_hl_exchange *e, const hlx_reply *reply, const char *type, const char *json, size_t size);

/* Answers it with an HTTP status and plain text. */
void hlx_refuse(pg_hl_exchange *e, const hlx_reply *reply, int code, const char *text);

/* Counts something that may happen so often in a minute; false: it has happened too often. */
bool hlx_is_paced(pg_hl_exchange *e, hlx_pace *pace, int most);

/* Takes weight from the address of the network; false: 429. */
bool hlx_weigh(pg_hl_exchange *e, double weight);

#endif
