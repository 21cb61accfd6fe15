#include "data/files.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "data/event_parquet.h"

enum { DEPTH = 8 };

/* The fuller form first. */
typedef enum { FORM_TAPE, FORM_EVENTS, FORM_PARQUET, FORM_TEXT, FORM_NONE } form;

static form form_of(const char *path)
{
    static const char *const texts[] = { ".csv",      ".csv.gz", ".csv.zst",  ".json",     ".json.gz",
                                         ".json.zst", ".jsonl",  ".jsonl.gz", ".jsonl.zst" };
    if (pg_text_ends_with(path, ".tape"))
        return FORM_TAPE;
    if (pg_text_ends_with(path, ".parquet"))
        return pg_event_parquet_is(path) ? FORM_EVENTS : FORM_PARQUET;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (pg_text_ends_with(path, texts[i]))
            return strcmp(pg_file_name(path), "state.json") == 0 ? FORM_NONE : FORM_TEXT;
    return FORM_NONE;
}

static pg_status add(pg_files *files, const char *path, pg_error *err)
{
    if (files->n == PG_FILES_MAX)
        return pg_fail(err, PG_ERR_FULL, "more than %d files can not be read together", PG_FILES_MAX);
    char *copy = strdup(path);
    if (!copy)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    files->paths[files->n++] = copy;
    return PG_OK;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static pg_status walk(pg_files *files, const char *folder, int depth, pg_error *err)
{
    struct dirent **list;
    int count = scandir(folder, &list, is_visible, alphasort);
    pg_status status = PG_OK;
    for (int i = 0; i < count; i++) {
        char path[PG_PATH_SIZE];
        struct stat info;
        if (status == PG_OK)
            status = pg_file_join(path, folder, list[i]->d_name, err);
        free(list[i]);
        if (status != PG_OK || stat(path, &info) != 0)
            continue;
        if (S_ISDIR(info.st_mode))
            status = depth < DEPTH ? walk(files, path, depth + 1, err) : PG_OK;
        else if (S_ISREG(info.st_mode) && form_of(path) != FORM_NONE)
            status = add(files, path, err);
    }
    if (count >= 0)
        free(list);
    return status;
}

/* full_depth.csv says what orderbook_depth.csv beside it says, too. */
static bool is_said_twice(const pg_files *files, int from, const char *path)
{
    const char *name = pg_file_name(path);
    size_t folder = (size_t)(name - path);
    if (strcmp(name, "full_depth.csv") != 0)
        return false;
    for (int i = from; i < files->n; i++)
        if (strncmp(files->paths[i], path, folder) == 0 && strcmp(files->paths[i] + folder, "orderbook_depth.csv") == 0)
            return true;
    return false;
}

/* Of what was found from `from` on only the fullest form stays. */
static void keep_fullest(pg_files *files, int from)
{
    form best = FORM_NONE;
    int kept = from;
    for (int i = from; i < files->n; i++) {
        form f = form_of(files->paths[i]);
        best = f < best ? f : best;
    }
    bool *keep = calloc((size_t)files->n + 1, sizeof *keep);
    for (int i = from; keep && i < files->n; i++)
        keep[i] = form_of(files->paths[i]) == best && !is_said_twice(files, from, files->paths[i]);
    for (int i = from; keep && i < files->n; i++) {
        if (keep[i])
            files->paths[kept++] = files->paths[i];
        else
            free(files->paths[i]);
    }
    files->n = keep ? kept : files->n;
    free(keep);
}

pg_status pg_files_expand(pg_files *files, const char *const *paths, int n, pg_error *err)
{
    pg_status status = PG_OK;
    *files = (pg_files){ .paths = calloc(PG_FILES_MAX, sizeof *files->paths) };
    if (!files->paths)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    for (int i = 0; i < n && status == PG_OK; i++) {
        struct stat info;
        int from = files->n;
        if (stat(paths[i], &info) != 0 || !S_ISDIR(info.st_mode)) {
            status = add(files, paths[i], err);
            continue;
        }
        status = walk(files, paths[i], 0, err);
        if (status == PG_OK)
            keep_fullest(files, from);
        if (status == PG_OK && files->n == from) {
            status = pg_fail(err, PG_ERR_NOT_FOUND, "there are no data files in the folder");
            pg_error_where(err, "%s", paths[i]);
        }
    }
    if (status != PG_OK)
        pg_files_free(files);
    return status;
}

void pg_files_free(pg_files *files)
{
    for (int i = 0; i < files->n; i++)
        free(files->paths[i]);
    free(files->paths);
    *files = (pg_files){ 0 };
}
