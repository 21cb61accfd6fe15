/* A prompt on a terminal (libedit): editing, history kept between sessions, completion, and room for what the host says
 * while somebody types. */
#ifndef PG_CLI_PROMPT_H
#define PG_CLI_PROMPT_H

#include <stdbool.h>

#include "base/status.h"

typedef struct pg_prompt pg_prompt;

typedef struct {
    void *self;
    /* Candidates for the last word of `before`, one a line, malloc'ed; NULL: none. */
    char *(*complete)(void *self, const char *before);
    int fd; /* watched while a line is typed */
    /* fd is readable: print what there is, each line ended. False: the prompt ends. */
    bool (*ready)(void *self);
} pg_prompt_handler;

/* Takes over SIGINT (which drops the line) and SIGWINCH until it is freed. PG_ERR_IO, PG_ERR_MEMORY. */
pg_status pg_prompt_new(pg_prompt **prompt, const char *text, pg_prompt_handler handler, pg_error *err);

/* Keeps the history, with mode 0600 in $XDG_STATE_HOME/perigee or ~/.local/state/perigee. */
void pg_prompt_free(pg_prompt *prompt);

/* The next line without its end, valid until the next call; NULL at the end of input. */
const char *pg_prompt_read(pg_prompt *prompt);

#endif
