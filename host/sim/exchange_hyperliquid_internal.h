/* What the files of Hyperliquid's exchange share. */
#ifndef PG_SIM_EXCHANGE_HYPERLIQUID_INTERNAL_H
#define PG_SIM_EXCHANGE_HYPERLIQUID_INTERNAL_H

#include <cjson/cJSON.h>

#include "base/text.h"
#include "net/server.h"
#include "sim/exchange_hyperliquid_list.h"
#include "venue/hyperliquid/sign.h"

enum {
    HLX_SUBSCRIPTIONS = 1000, /* of a connection */
    HLX_USERS = 14,           /* that one may follow */
    HLX_SOCKETS = 10,         /* with limits on */
    HLX_WAITING = 4096,       /* requests that wait for a block; more are answered with 429 */
    HLX_HELD = 4096,          /* messages that wait by a fault */
    HLX_NONCES = 100,         /* kept for a signer */
    HLX_SIGNERS = 256,
    HLX_USER_NAME = 52,  /* bytes of a sub-account's or vault's name */
    HLX_AGENTS = 256,    /* ever approved */
    HLX_AGENT_NAME = 17, /* bytes of a name */
    HLX_BUILDERS = 256,  /* approvals, of all accounts */
    HLX_RECORDS = 2000,  /* of a ledger: the oldest is forgotten */
    HLX_CANDLES = 5000,  /* minutes of a coin, likewise */
    HLX_SUBSCRIPTION_TEXT = 256,
    HLX_MAKER_FEE_E8 = 15000, /* the venue's base rates */
    HLX_TAKER_FEE_E8 = 45000,
    HLX_SILENT = 8, /* channels of a socket that faults can silence */
    HLX_BOOK = 20,
    HLX_FAST_BOOK = 5
};

/* Nobody has issued the tokens here: their supply is a number like any other. */
#define HLX_SUPPLY "1000000000.0"

/* A minute in which something traded. */
typedef struct {
    int64_t minute; /* since the epoch */
    int64_t open, high, low, close, size;
    int count;
} hlx_candle;

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
    hlx_candle *candles; /* oldest first */
    int candle_count, candle_capacity;
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
    pg_peer *peer;
    hlx_subscription *subscriptions;
    int count, capacity;
    int64_t sent_ns;
    bool dead;                         /* half open by a fault, or being closed: nothing is sent, nothing is heard */
    bool gone;                         /* freed when nobody looks at it */
    char silent[HLX_SILENT][HLX_NAME]; /* channels that a fault has silenced */
    int silent_count;
    char held_channel[HLX_NAME]; /* of the message that a fault holds back behind the next one */
    char *held;
    size_t held_size;
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

/* Something that a fault has put off. */
typedef struct hlx_later {
    struct hlx_later *next;
    pg_hl_exchange *exchange;
    pg_timer *timer;
    pg_peer *peer; /* of an HTTP request */
    hlx_socket *socket;
    size_t size;
    char *text;
} hlx_later;

typedef struct hlx_twaps hlx_twaps;
typedef struct hlx_vaults hlx_vaults;
typedef struct hlx_admin hlx_admin;
typedef struct hlx_stakes hlx_stakes;
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
    hlx_multi_sigs *multi_sigs;
    hlx_approval approvals[HLX_BUILDERS];
    int approval_count;
    hlx_socket *sockets;
    int socket_count;
    hlx_waiting *first_waiting, **last_waiting;
    int waiting_count;
    hlx_later *later;
    int later_count;
    pg_text out, frame; /* an answer, a frame: kept to be used again */
    int64_t mids_ns, fast_contexts_ns;
    int listeners[HLX_TYPES]; /* subscriptions, of all sockets */
    double weight;            /* left of the address of the network */
    int64_t weight_ns;
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

/* Frees what is held back or put off for a connection that is gone (both NULL: everything). */
void hlx_forget(pg_hl_exchange *e, const pg_peer *peer, const hlx_socket *socket);

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
void hlx_json_token(pg_hl_exchange *e, pg_text *text, const char *key, int token, pg_money amount_e12);
void hlx_json_price(pg_hl_exchange *e, pg_text *text, const char *key, int market, int64_t price);
void hlx_json_size(pg_hl_exchange *e, pg_text *text, const char *key, int market, int64_t size);
int64_t hlx_ms(int64_t time_ns);

const char *hlx_status(const pg_exchange_order *order);

/* Whether a market order was refused as nobody offers anything. */
bool hlx_is_without_market(const pg_exchange_order *order);
void hlx_json_hash(pg_text *text, const char *key, uint64_t number);
void hlx_json_order(pg_hl_exchange *e, pg_text *text, const pg_exchange_order *order, bool frontend);
void hlx_json_fill(pg_hl_exchange *e, pg_text *text, const pg_exchange_fill *fill);
void hlx_json_trade(pg_hl_exchange *e, pg_text *text, int market, const pg_exchange_trade *trade);
void hlx_json_context(pg_hl_exchange *e, pg_text *text, const char *key, int market);
void hlx_json_book(pg_hl_exchange *e, pg_text *text, const hlx_subscription *book, int depth);
void hlx_json_touch(pg_hl_exchange *e, pg_text *text, int market, const pg_exchange_level touch[2]);
void hlx_json_mids(pg_hl_exchange *e, pg_text *text, const char *key, int dex);

/* ---- exchange_hyperliquid_candles.c ---- */

/* The number of an interval ("1m"); -1: there is no such one. */
int hlx_find_interval(const char *name);
const char *hlx_interval_name(int interval);

/* Counts a trade. */
void hlx_candle_trade(hlx_coin *coin, const pg_exchange_trade *trade);

/* The candles that have to do with a span of time (ms), oldest first and at most HLX_CANDLES; returns how many. */
int hlx_json_candles(pg_hl_exchange *e, pg_text *text, int market, int interval, double from_ms, double to_ms);

/* The newest one; false: nothing has traded yet. */
bool hlx_json_candle(pg_hl_exchange *e, pg_text *text, int market, int interval);

/* ---- exchange_hyperliquid_ledger.c ---- */

/* Keeps what happened for questions and streams. A liquidation's fills of a block are one record. */
void hlx_note_liquidation(pg_hl_exchange *e, const pg_exchange_fill *fill);
void hlx_end_liquidation(pg_hl_exchange *e, int account);
void hlx_ledger_funding(pg_hl_exchange *e, const pg_exchange_funding *funding);
void hlx_ledger_rate(pg_hl_exchange *e, int market, int64_t rate_e12, int64_t premium_e12);
void hlx_records_free(hlx_records *records);
void hlx_moves_free(hlx_moves *moves);

/* Elements of arrays, of a span of time (ms); return how many. */
int hlx_json_ledger(pg_hl_exchange *e, pg_text *text, const char *key, int account, double from_ms, double to_ms);
int hlx_json_payments(pg_hl_exchange *e, pg_text *text, int account, double from_ms, double to_ms);
void hlx_json_fundings(pg_hl_exchange *e, pg_text *text, const char *key, int account);
int hlx_json_rates(pg_hl_exchange *e, pg_text *text, int market, double from_ms, double to_ms);

/* ---- exchange_hyperliquid_spot.c and _subs.c ---- */

/* What may be taken out of an account's money at an exchange. */
pg_money hlx_withdrawable(const pg_hl_exchange *e, int account, int dex);
void hlx_json_spot_state(pg_hl_exchange *e, pg_text *text, const char *key, int account);
void hlx_json_subs(pg_hl_exchange *e, pg_text *text, int account, bool by_dex);
int hlx_count_subs(const pg_hl_exchange *e, int account);

/* ---- exchange_hyperliquid_info.c and _state.c ---- */

void hlx_info(pg_hl_exchange *e, const hlx_reply *reply, const cJSON *request);
void hlx_json_clearinghouse(pg_hl_exchange *e, pg_text *text, const char *key, int account, int dex);
void hlx_json_open_orders(pg_hl_exchange *e, pg_text *text, const char *key, int account, int dex, bool frontend);

/* The part of an answer about an account. False: no such request. *items: records in the answer, for its weight. */
bool hlx_state(pg_hl_exchange *e, pg_text *text, const char *type, const cJSON *request, int account, int *items);
int hlx_json_history(pg_hl_exchange *e, pg_text *text, const char *key, int account);
void hlx_json_order_status(pg_hl_exchange *e, pg_text *text, const char *key, const pg_exchange_order *order);
void hlx_json_portfolio(pg_hl_exchange *e, pg_text *text, const char *key, int account);
void hlx_json_active_data(pg_hl_exchange *e, pg_text *text, const char *user, int account, int market);

/* The rest of the questions; exchange_hyperliquid_other.c. HLX_BAD, false: what it asks for is not there. */
typedef enum { HLX_FOUND, HLX_UNKNOWN, HLX_BAD } hlx_found;
hlx_found hlx_other_market(pg_hl_exchange *e, pg_text *text, const char *type, const cJSON *request);
bool hlx_other_user(pg_hl_exchange *e, pg_text *text, const char *type, const cJSON *request, int account);

/* startTime (0 when it may be missing and is) and endTime of a request, ms. False: one is no number. */
bool hlx_read_span(double *from_ms, double *to_ms, const cJSON *request, bool from_needed);

/* The exchange that a request's dex names, the first when none is; false: there is no such one. */
bool hlx_read_dex(int *dex, const pg_hl_exchange *e, const cJSON *request);

/* "0x..." in lower case of a member that is an address; false: it is none. */
bool hlx_read_address(char text[PG_ADDRESS_TEXT], const cJSON *member);

/* A client id in lower case; false: it is none. */
bool hlx_read_cloid(char cloid[PG_EXCHANGE_CLIENT_ID], const char *text);

/* A small whole number that may be missing or null (then 0); one that is not small is 1000. False: something else. */
bool hlx_read_setting(int *value, const cJSON *member);

/* What an address has left of its budget of actions. */
uint64_t hlx_request_cap(const pg_hl_exchange *e, int account);

/* ---- exchange_hyperliquid_action.c, _execute.c and _order.c ---- */

/* Takes the body of an /exchange request, now or with the next block; the body is given away. */
void hlx_action(pg_hl_exchange *e, const hlx_reply *reply, cJSON *body);
void hlx_run_waiting(pg_hl_exchange *e);

/* Does what an action asks for an account and writes the answer. */
void hlx_execute(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action, uint64_t nonce);
/* Actions of exchange_hyperliquid_order.c. */
void hlx_place_orders(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_cancel_orders(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_modify_single(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_modify_orders(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_ok(pg_text *out);

/* The answer of an action that has made an address. */
void hlx_made(pg_text *out, const char *type, const char *address);
void hlx_error(pg_text *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- exchange_hyperliquid_agents.c ---- */

/* The account that an address is an agent of; PG_EXCHANGE_NOBODY. */
int hlx_agent_account(const pg_hl_exchange *e, const char *address);
void hlx_approve_agent(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);
void hlx_json_agents(pg_hl_exchange *e, pg_text *text, int account);
void hlx_approve_builder(pg_hl_exchange *e, pg_text *out, int account, const pg_hl_action *action);

/* The agent without a name as members agentAddress and agentValidUntil; null when there is none. */
void hlx_json_unnamed_agent(pg_hl_exchange *e, pg_text *text, int account);

/* The builders that an account has approved. */
void hlx_json_builders(pg_hl_exchange *e, pg_text *text, int account);

/* What goes with an order of a builder: the number of the approval. Beside it the tag holds the id of a TWAP. */
uint64_t hlx_builder_tag(const pg_hl_exchange *e, int account, const char *builder);
int hlx_approval_of(uint64_t tag);
#define HLX_MARKET_TAG ((uint64_t)1 << 63) /* tif FrontendMarket */
uint64_t hlx_twap_of(uint64_t tag);

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
