/* The venues' requests and streams for Lua programs (lua/perigee/sdk.lua and the venues' files), through the FFI. Plain
 * declarations only. Not for strategies: their sandbox has no way here.
 *
 * A call that waits runs the client's loop until it has what it waits for or its time is up. Between calls nothing
 * happens: a program that computes for long does not answer pings, and what comes waits in the system's buffers.
 *
 * Texts that are handed in are copied; texts that are handed out are valid until the next call on the same object.
 * A function that can fail takes an error, which may not be NULL, and tells by its result whether it is filled. */
#ifndef PG_SDK_API_H
#define PG_SDK_API_H

#include <stdbool.h>
#include <stdint.h>

enum { PG_SDK_ERROR = 1100, PG_SDK_SETTING = 1024 };

typedef struct {
    int32_t status;  /* pg_status */
    char text[1100]; /* where, what, and what to do */
} pg_sdk_error;

/* ---- keys ---- */

typedef struct pg_sdk_key pg_sdk_key;

/* Loads a key of a kind ("hyperliquid", "stark", "lighter", "raw", "text"). from: "env" (the variable `name`, which is
 * removed, or else the line of ./.env), "file" (name: its path) or "keystore" (name: of the entry; passphrase_file
 * NULL: the terminal is asked). NULL on failure. Lua holds the handle; the key never leaves this side. */
pg_sdk_key *pg_sdk_key_load(const char *kind, const char *from, const char *name, const char *passphrase_file,
                            pg_sdk_error *error);

/* A new random key that nothing keeps: it is gone with the program. */
pg_sdk_key *pg_sdk_key_new(const char *kind, pg_sdk_error *error);
void pg_sdk_key_free(pg_sdk_key *key);

/* Its address or public key, as it may be shown. */
const char *pg_sdk_key_address(const pg_sdk_key *key);

/* A setting that is no secret, of the environment or of ./.env, into text[PG_SDK_SETTING]. */
bool pg_sdk_setting(char *text, const char *name, pg_sdk_error *error);

/* ---- clients ---- */

typedef struct pg_sdk_client pg_sdk_client;

/* ca_file: certificates that are trusted instead of the system's; NULL: the system's. NULL on failure. */
pg_sdk_client *pg_sdk_client_new(const char *ca_file, pg_sdk_error *error);

/* Frees its streams, too. NULL is allowed. */
void pg_sdk_client_free(pg_sdk_client *client);

/* Lets its streams run for so long. */
void pg_sdk_wait(pg_sdk_client *client, int64_t ms);

/* A venue's budget of requests: so much at once, and so much a second from then on. 0: none. */
void pg_sdk_budget(pg_sdk_client *client, double capacity, double per_s);

/* Takes off the budget what an answer has cost more than its request was thought to. */
void pg_sdk_charge(pg_sdk_client *client, double weight);

/* ms since the Unix epoch, and ms on a clock that only runs forward. */
int64_t pg_sdk_now_ms(void);
int64_t pg_sdk_ticks_ms(void);

typedef struct {
    const char *url;
    const char *method; /* NULL: GET without, POST with a body */
    const char *body;   /* NULL: none */
    uint64_t size;
    const char *const *headers; /* "Name: value" */
    int32_t header_count;
    const char *key_header; /* name of the header that carries api_key, which is of kind "text"; NULL: none */
    const pg_sdk_key *api_key;
    int64_t timeout_ms; /* of all of it, waiting for the budget included */
    double weight;      /* on the budget */
} pg_sdk_request;

typedef struct {
    int32_t code;     /* of HTTP */
    bool maybe_sent;  /* there is no answer, but the request may have been received: its outcome is unknown */
    const char *body; /* terminated */
    uint64_t size;
    int64_t date_s;        /* the venue's clock; 0: not told */
    int64_t retry_after_s; /* how long it wants to be left alone; 0: not told */
} pg_sdk_answer;

/* Sends a request once and waits for its answer, whatever its code. False: there is none. */
bool pg_sdk_send(pg_sdk_client *client, pg_sdk_answer *answer, const pg_sdk_request *request, pg_sdk_error *error);

/* ---- streams: a WebSocket that comes back by itself ---- */

typedef struct pg_sdk_stream pg_sdk_stream;

enum {
    PG_SDK_STREAMS = 32,   /* of a client */
    PG_SDK_KEPT = 1000,    /* texts that are said again */
    PG_SDK_QUEUE = 10000,  /* messages that wait for the program; the oldest make room for new ones */
    PG_SDK_QUEUE_MIB = 64, /* and their size */
};

typedef struct {
    const char *url; /* ws: or wss: */
    const char *const *headers;
    int32_t header_count;
    const char *key_header;
    const pg_sdk_key *api_key;
    const char *ping; /* a text that the venue answers; NULL: a WebSocket ping */
    int64_t ping_ms;  /* 0: 20 s */
} pg_sdk_stream_config;

enum {
    PG_SDK_NOTHING, /* the time is up */
    PG_SDK_TEXT,
    PG_SDK_OPENED, /* connected; what is kept has been said again */
    PG_SDK_CLOSED, /* text: why. It will come back */
    PG_SDK_LOST    /* count messages were thrown away, because the program did not take them */
};

typedef struct {
    int32_t kind;
    uint32_t count;
    const char *text; /* terminated */
    uint64_t size;
    int64_t received_ns;
} pg_sdk_message;

/* Begins to connect. NULL on failure. */
pg_sdk_stream *pg_sdk_stream_new(pg_sdk_client *client, const pg_sdk_stream_config *config, pg_sdk_error *error);
void pg_sdk_stream_free(pg_sdk_stream *stream);

bool pg_sdk_stream_is_open(const pg_sdk_stream *stream);

/* Sends a text. False when there is no connection, or too much waits to be sent. */
bool pg_sdk_stream_send(pg_sdk_stream *stream, const char *text, uint64_t size, pg_sdk_error *error);

/* Keeps a text that is said on every connection from now on (not on this one), and forgets it again. */
bool pg_sdk_stream_keep(pg_sdk_stream *stream, const char *text, pg_sdk_error *error);
void pg_sdk_stream_forget(pg_sdk_stream *stream, const char *text);

/* The next thing that happened on it; waits for at most timeout_ms. */
void pg_sdk_stream_next(pg_sdk_stream *stream, pg_sdk_message *message, int64_t timeout_ms);

/* Waits until something has happened on any stream of a client, for at most so long. False: nothing has. */
bool pg_sdk_streams_wait(pg_sdk_client *client, int64_t timeout_ms);

#endif
