/* What the files of this floor share. */
#ifndef PG_SDK_INTERNAL_H
#define PG_SDK_INTERNAL_H

#include "base/status.h"
#include "crypto/key_kind.h"
#include "net/bucket.h"
#include "net/http.h"
#include "sdk/api.h"

struct pg_sdk_key {
    pg_secret *secret;
    pg_key_kind kind;
    char address[PG_KEY_ADDRESS];
};

struct pg_sdk_client {
    pg_loop *loop;
    pg_http *http;
    pg_bucket budget;
    bool has_budget;
    char *body; /* of the last answer */
    pg_sdk_stream *streams[PG_SDK_STREAMS];
};

/* Fills *error; returns false. */
bool sdk_fail(pg_sdk_error *error, const pg_error *err);

/* "Name: secret" of a header with an API key, to be given back to sdk_header_free; *header is NULL without a name. */
pg_status sdk_header_new(char **header, const char *name, const pg_sdk_key *key, pg_error *err);
void sdk_header_free(char *header);

/* The headers of a request with the one of its key behind them; header[count + 1]. */
enum { SDK_HEADERS = 32 };
pg_status sdk_headers(const char *all[SDK_HEADERS], int *count, const char *const *headers, int header_count,
                      const char *key_header, pg_error *err);

#endif
