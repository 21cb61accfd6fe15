/* What the files of Hyperliquid's exchange share. */
#ifndef PG_SIM_EXCHANGE_HYPERLIQUID_INTERNAL_H
#define PG_SIM_EXCHANGE_HYPERLIQUID_INTERNAL_H

#include <cjson/cJSON.h>

#include "base/text.h"
#include "net/server.h"
#include "sim/exchange_candles.h"
#include "sim/exchange_hyperliquid.h"
#include "sim/exchange_link.h"
#include "venue/hyperliquid/sign.h"

enum {
    HLX_NAME = 24,
    HLX_SUBSCRIPTIONS = 1000, /* of a connection */
    HLX_USERS = 14,           /* that one may follow */
    HLX_SOCKETS = 10,         /* with limits on */
    HLX_WAITING = 4096,       /* requests that wait for a block; more are answered with 429 */
    HLX_NONCES = 100,         /* kept for a signer */
    HLX_SIGNERS = 256,
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

typedef enum { HLX_DEPOSIT, HLX_WITHDRAWAL, HLX_TRANSFER, HLX_FUNDING, HLX_RATE } hlx_record_kind;

/* What moved money of an account but trades; of a coin: a rate of funding. */
typedef struct {
    hlx_record_kind kind;
    int market; /* of funding */
    int64_t time_ms, quantity, rate_e12, premium_e12;
    pg_money amount_e12, fee_e12;
    uint64_t nonce; /* of a withdrawal */
    char from[PG_ADDRESS_TEXT], to[PG_ADDRESS_TEXT];
} hlx_record;

typedef struct {
    hlx_record *items; /* oldest first */
    int count, capacity;
} hlx_records;

typedef struct {
    char name[HLX_NAME];
    int size_decimals, price_decimals;
    pg_exchange_candles candles;
    bool candle_changed; /* since it was told */
    int64_t candle_ns;   /* next push */
    hlx_records rates;
    pg_exchange_level told[2]; /* best bid and ask as last told by bbo */
    uint64_t told_version;
    int64_t book_ns, fast_ns, context_ns; /* next pushes */
    pg_text trades;                       /* elements of the frame of this block */
    int trade_listeners;
} hlx_coin;

/* What happened to an account in this block, as elements of arrays. */
typedef struct {
    pg_text updates, fills, cancels, funding; /* funding: whole frames' data, one at a time */
    pg_text moves;                            /* of the ledger */
    hlx_records ledger, payments;             /* payments: of funding */
    uint64_t used;                            /* actions that count against its budget */
    int64_t agent_removed_ms;
    bool touched;
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
    HLX_TYPES
} hlx_type;

typedef struct {
    hlx_type type;
    int market;
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

struct pg_hl_exchange {
    pg_hl_exchange_config config;
    pg_loop *loop;
    pg_server *server;
    pg_timer *timer;
    pg_exchange *core;
    pg_secp256k1 *curve;
    char url[64];
    hlx_coin coins[PG_EXCHANGE_MARKETS];
    hlx_user users[PG_EXCHANGE_ACCOUNTS];
    hlx_signer *signers;
    int signer_count;
    hlx_agent agents[HLX_AGENTS];
    int agent_count;
    hlx_approval approvals[HLX_BUILDERS];
    int approval_count;
    hlx_socket *sockets;
    int socket_count;
    hlx_waiting *first_waiting, **last_waiting;
    int waiting_count;
    pg_exchange_links links;
    pg_text out, frame; /* an answer, a frame: kept to be used again */
    int64_t mids_ns;
    double weight; /* left of the address of the network */
    int64_t weight_ns;
    bool post_only;
    int busy; /* within calls that walk over sockets: none is freed meanwhile */
    uint64_t requests;
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

/* Takes weight from the address of the network; false: 429. */
bool hlx_weigh(pg_hl_exchange *e, double weight);

/* ---- exchange_hyperliquid_json.c: texts as the venue writes them ---- */

/* Empties a text that is used again. */
void hlx_empty(pg_text *text);

/* Numbers as texts: at least one decimal ("10.0"), or none that is not needed ("10"). */
void hlx_put(pg_text *text, const char *literal);
void hlx_put_decimal(pg_text *text, int64_t value, int decimals);
void hlx_put_short(pg_text *text, int64_t value, int decimals);

/* Money of 1e-12 rounded to 1e-6. */
void hlx_put_money(pg_text *text, pg_money amount_e12);

/* Members: comma, "key":"decimal". */
void hlx_json_decimal(pg_text *text, const char *key, int64_t value, int decimals);
void hlx_json_money(pg_text *text, const char *key, pg_money amount_e12);
void hlx_json_price(pg_hl_exchange *e, pg_text *text, const char *key, int market, int64_t price);
void hlx_json_size(pg_hl_exchange *e, pg_text *text, const char *key, int market, int64_t size);
int64_t hlx_ms(int64_t time_ns);

const char *hlx_status(const pg_exchange_order *order);
void hlx_json_hash(pg_text *text, const char *key, uint64_t number);
void hlx_json_order(pg_hl_exchange *e, pg_text *text, const pg_exchange_order *order, bool frontend);
void hlx_json_fill(pg_hl_exchange *e, pg_text *text, const pg_exchange_fill *fill);
void hlx_json_trade(pg_hl_exchange *e, pg_text *text, int market, const pg_exchange_trade *trade);
void hlx_json_context(pg_hl_exchange *e, pg_text *text, const char *key, int market);
void hlx_json_book(pg_hl_exchange *e, pg_text *text, const hlx_subscription *book, int depth);
void hlx_json_touch(pg_hl_exchange *e, pg_text *text, int market, const pg_exchange_level touch[2]);
void hlx_json_mids(pg_hl_exchange *e, pg_text *text, const char *key);

/* ---- exchange_hyperliquid_candles.c ---- */

/* The number of an interval ("1m"); -1: there is no such one. */
int hlx_find_interval(const char *name);
const char *hlx_interval_name(int interval);

/* Counts a trade. */
void hlx_candle_trade(hlx_coin *coin, const pg_exchange_trade *trade);

/* The candles that have to do with a span of time (ms), oldest first and at most PG_EXCHANGE_CANDLES; returns how many. */
int hlx_json_candles(pg_hl_exchange *e, pg_text *text, int market, int interval, double from_ms, double to_ms);

/* The newest one; false: nothing has traded yet. */
bool hlx_json_candle(pg_hl_exchange *e, pg_text *text, int market, int interval);

/* ---- exchange_hyperliquid_ledger.c ---- */

/* Notes what happened to an account or (HLX_RATE) a coin, and keeps it for the streams. */
void hlx_ledger_add(pg_hl_exchange *e, int account, const hlx_record *record);
void hlx_ledger_funding(pg_hl_exchange *e, const pg_exchange_funding *funding);
void hlx_ledger_rate(pg_hl_exchange *e, int market, int64_t rate_e12, int64_t premium_e12);
void hlx_records_free(hlx_records *records);

/* Elements of arrays, of a span of time (ms); return how many. */
int hlx_json_ledger(pg_hl_exchange *e, pg_text *text, const char *key, int account, double from_ms, double to_ms);
int hlx_json_payments(pg_hl_exchange *e, pg_text *text, int account, double from_ms, double to_ms);
void hlx_json_fundings(pg_hl_exchange *e, pg_text *text, const char *key, int account);
int hlx_json_rates(pg_hl_exchange *e, pg_text *text, int market, double from_ms, double to_ms);

/* usdSend and withdraw3. */
void hlx_transfer(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action, uint64_t nonce);

/* What may be taken out of an account. */
pg_money hlx_withdrawable(const pg_hl_exchange *e, int account);

/* ---- exchange_hyperliquid_info.c and _state.c ---- */

void hlx_info(pg_hl_exchange *e, const hlx_reply *reply, const cJSON *request);
void hlx_json_clearinghouse(pg_hl_exchange *e, pg_text *text, const char *key, int account);
void hlx_json_open_orders(pg_hl_exchange *e, pg_text *text, const char *key, int account, bool frontend);

/* The part of an answer about an account. False: no such request. *items: records in the answer, for its weight. */
bool hlx_state(pg_hl_exchange *e, pg_text *text, const char *type, const cJSON *request, int account, int *items);
void hlx_json_active_data(pg_hl_exchange *e, pg_text *text, const char *user, int account, int market);

/* Answers to requests about what this exchange does not have; exchange_hyperliquid_absent.c. False: no such request. */
bool hlx_absent(pg_text *text, const char *type);

/* startTime (0 when it may be missing and is) and endTime of a request, ms. False: one is no number. */
bool hlx_read_span(double *from_ms, double *to_ms, const cJSON *request, bool from_needed);

/* The market of a name; -1. */
int hlx_find_coin(const pg_hl_exchange *e, const char *name);

/* "0x..." in lower case of a member that is an address; false: it is none. */
bool hlx_read_address(char text[PG_ADDRESS_TEXT], const cJSON *member);

/* A client id in lower case; false: it is none. */
bool hlx_read_cloid(char cloid[PG_EXCHANGE_CLIENT_ID], const char *text);

/* A small whole number that may be missing or null (then 0); one that is not small is 1000. False: something else. */
bool hlx_read_setting(int *value, const cJSON *member);

/* What an address has left of its budget of actions. */
uint64_t hlx_request_cap(const pg_hl_exchange *e, int account);

/* ---- exchange_hyperliquid_action.c and _order.c ---- */

/* Takes the body of an /exchange request, now or with the next block; the body is given away. */
void hlx_action(pg_hl_exchange *e, const hlx_reply *reply, cJSON *body);
void hlx_run_waiting(pg_hl_exchange *e);

/* Does what an action asks for an account and writes the answer. */
void hlx_execute(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action, uint64_t nonce);
void hlx_ok(pg_text *out);
void hlx_error(pg_text *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- exchange_hyperliquid_agents.c ---- */

/* The account that an address is an agent of; PG_EXCHANGE_NOBODY. */
int hlx_agent_account(const pg_hl_exchange *e, const char *address);
void hlx_approve_agent(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_json_agents(pg_hl_exchange *e, pg_text *text, int account);
void hlx_approve_builder(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);

/* The most that a builder may charge an account, tenths of a basis point; 0: nothing is approved. */
int64_t hlx_builder_most(const pg_hl_exchange *e, int account, const char *builder);

/* ---- exchange_hyperliquid_stream.c and _publish.c ---- */

void hlx_text(hlx_socket *socket, char *text, size_t size);

/* Takes away all subscriptions. */
void hlx_unsubscribe_all(hlx_socket *socket);

/* What a new subscription is told first. */
void hlx_tell_first(hlx_socket *socket, hlx_subscription *subscription);
void hlx_publish(pg_hl_exchange *e);
pg_exchange_sink hlx_sink(pg_hl_exchange *e);

#endif
