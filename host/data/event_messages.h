/* The events of a file of our own as messages, in the units of an import: what the reader of foreign files makes of theirs.
 */
#ifndef PG_DATA_EVENT_MESSAGES_H
#define PG_DATA_EVENT_MESSAGES_H

#include "data/reader.h"

typedef struct pg_event_messages pg_event_messages;

/* scale must reach the file's decimals. Errors: those of pg_event_source_open. */
pg_status pg_event_messages_open(pg_event_messages **messages, const char *path, const pg_scale *scale, pg_error *err);
void pg_event_messages_close(pg_event_messages *messages);

const char *pg_event_messages_symbol(const pg_event_messages *messages); /* PG_SYMBOL_SIZE bytes */

/* The next message, valid until the next call; NULL at the end. PG_ERR_IO, PG_ERR_CORRUPT, PG_ERR_MEMORY. */
pg_status pg_event_messages_next(pg_event_messages *messages, pg_message **message, pg_error *err);

uint64_t pg_event_messages_count(const pg_event_messages *messages); /* events read so far */
uint64_t pg_event_messages_done(const pg_event_messages *messages);  /* bytes of the file */

#endif
