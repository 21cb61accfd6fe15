/* A folder of its own for a test program: .run/test_XXXXXX below the repository, removed at the end. */
#ifndef PG_TESTS_DATA_SCRATCH_H
#define PG_TESTS_DATA_SCRATCH_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch_folder[64];

static inline int scratch_make(void **state)
{
    (void)state;
    mkdir(".run", 0755);
    snprintf(scratch_folder, sizeof scratch_folder, ".run/test_XXXXXX");
    return mkdtemp(scratch_folder) ? 0 : -1;
}

static inline void scratch_empty(const char *folder)
{
    DIR *d = opendir(folder);
    for (struct dirent *entry; d && (entry = readdir(d));) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlink(path) != 0) {
            scratch_empty(path);
            rmdir(path);
        }
    }
    if (d)
        closedir(d);
}

static inline int scratch_remove(void **state)
{
    (void)state;
    scratch_empty(scratch_folder);
    return rmdir(scratch_folder);
}

/* A path in the folder; valid until the fourth call after it. */
static inline const char *scratch_path(const char *name)
{
    static char paths[4][256];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", scratch_folder, name);
    return path;
}

static inline void scratch_write(const char *path, const void *bytes, size_t size)
{
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes, 1, size, f) != size || fclose(f) != 0)
        abort();
}

#endif
