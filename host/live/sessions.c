#define _GNU_SOURCE /* nftw */
#include "live/sessions.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Only what looks like a session of ours is ever removed: 20260102-030405-0a1b. */
static int is_session(const struct dirent *entry)
{
    const char *form = "dddddddd-dddddd-xxxx", *name = entry->d_name;
    if (strlen(name) != strlen(form))
        return 0;
    for (; *form; form++, name++) {
        bool digit = *name >= '0' && *name <= '9', letter = *name >= 'a' && *name <= 'f';
        if (*form == 'd' ? !digit : *form == 'x' ? !digit && !letter : *name != *form)
            return 0;
    }
    return 1;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

void pg_sessions_prune(const char *folder, int keep)
{
    struct dirent **list;
    char path[PG_PATH_SIZE];
    int count = scandir(folder, &list, is_session, alphasort);
    for (int i = 0; i < count; i++) {
        if (i < count - keep && pg_file_join(path, folder, list[i]->d_name, NULL) == PG_OK)
            nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
        free(list[i]);
    }
    if (count >= 0)
        free(list);
}
