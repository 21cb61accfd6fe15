/* What users of a loop share by name. */
#include <stdlib.h>
#include <string.h>

#include "net/loop_internal.h"

enum { NAME = 256 };

typedef struct pg_shared {
    struct pg_shared *next;
    char name[NAME];
    int users;
    max_align_t data[];
} pg_shared;

void *pg_loop_share(pg_loop *loop, const char *name, size_t size)
{
    pg_shared *s = loop->shared;
    while (s && strncmp(s->name, name, NAME - 1) != 0)
        s = s->next;
    if (!s) {
        s = calloc(1, sizeof *s + size);
        if (!s)
            return NULL;
        memcpy(s->name, name, strnlen(name, NAME - 1));
        s->next = loop->shared;
        loop->shared = s;
    }
    s->users++;
    return s->data;
}

void pg_loop_unshare(pg_loop *loop, void *shared)
{
    pg_shared **at = &loop->shared;
    while (*at && (void *)(*at)->data != shared)
        at = &(*at)->next;
    pg_shared *s = *at;
    if (!s || --s->users > 0)
        return;
    *at = s->next;
    free(s);
}
