/* JSON text read as tokens (jsmn): small messages whose numbers must be exact, of which any part can be handed on as the
 * text that it is. A token is a number from 0 (the whole text); -1 stands for what is not there, and every function
 * takes it and says so. */
#ifndef PG_BASE_TOKENS_H
#define PG_BASE_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct {
    const char *text; /* borrowed */
    struct pg_token *list;
    int count;
} pg_tokens;

/* text[size] needs no end. PG_ERR_PARSE for what is no object or array of JSON or has more than `most` tokens, PG_ERR_MEMORY. */
pg_status pg_tokens_read(pg_tokens *tokens, const char *text, size_t size, int most, pg_error *err);
void pg_tokens_free(pg_tokens *tokens);

bool pg_tokens_is_object(const pg_tokens *tokens, int token);
bool pg_tokens_is_array(const pg_tokens *tokens, int token);
bool pg_tokens_is_string(const pg_tokens *tokens, int token);
bool pg_tokens_is_null(const pg_tokens *tokens, int token);

/* Members of an object, elements of an array. */
int pg_tokens_size(const pg_tokens *tokens, int token);

/* The value of a member; the last one when a name comes twice. */
int pg_tokens_member(const pg_tokens *tokens, int object, const char *name);

/* The i-th element of an array, or the i-th name of an object (its value is the token behind it). */
int pg_tokens_at(const pg_tokens *tokens, int token, int i);

/* A plain whole number (no point, no exponent) that fits. */
bool pg_tokens_whole(const pg_tokens *tokens, int token, int64_t *value);

/* A string with its escapes resolved, terminated. False for another type, one that does not fit, and one that holds
 * '\0'. */
bool pg_tokens_string(const pg_tokens *tokens, int token, char *out, size_t size);

/* The text of a value as it stands; of a string what is between the quotes. */
const char *pg_tokens_text(const pg_tokens *tokens, int token, size_t *size);

#endif
