#include "live/watch.h"

#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uv.h>

#include "base/clock.h"
#include "base/file.h"

enum { QUIET_MS = 100, SWEEP_MS = 1000, CONTENTS_LIMIT = 16 << 20, HASH = 32 };

/* What tells cheaply that a file may have changed. */
typedef struct {
    dev_t device;
    ino_t inode;
    off_t size;
    int64_t modified_ns, changed_ns;
} looks;

typedef struct folder {
    uv_fs_event_t event; /* first: freed as it is closed */
    pg_watcher *watcher;
    char path[PG_PATH_SIZE];
    dev_t device;
    ino_t inode;
    bool armed, needed;
    struct folder *next;
} folder;

typedef struct {
    char path[PG_PATH_SIZE];
    char target[PG_PATH_SIZE]; /* what it is without links; "" while it is not there */
    looks seen;
    unsigned char hash[HASH];
    bool known; /* hash is of contents that were there */
    bool suspect;
    int users;
} file;

struct pg_watcher {
    pg_loop *loop;
    void *self;
    void (*saved)(void *self, const char *path);
    file **files; /* PG_WATCH_FILES of them at most */
    int count;
    folder *folders;
    pg_timer *soon, *sweep;
    double burst_s; /* when the first event of a burst came */
};

/* ---- contents ---- */

static int64_t nanoseconds(struct timespec time)
{
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static looks look(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return (looks){ 0 };
    return (looks){ .device = info.st_dev,
                    .inode = info.st_ino,
                    .size = info.st_size,
                    .modified_ns = nanoseconds(info.st_mtim),
                    .changed_ns = nanoseconds(info.st_ctim) };
}

static bool look_alike(const looks *a, const looks *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size && a->modified_ns == b->modified_ns &&
           a->changed_ns == b->changed_ns;
}

/* False when there is nothing to read: not there for a moment, or emptied before it is written anew. */
static bool read_hash(const char *path, unsigned char *hash)
{
    char *text = NULL;
    size_t size = 0;
    bool fine = pg_file_read(&text, &size, path, CONTENTS_LIMIT, NULL) == PG_OK && size > 0 &&
                EVP_Digest(text, size, hash, NULL, EVP_sha256(), NULL) == 1;
    free(text);
    return fine;
}

/* Whether the contents are others than before. */
static bool has_changed(file *f)
{
    unsigned char hash[HASH];
    f->seen = look(f->path);
    if (!read_hash(f->path, hash) || (f->known && memcmp(hash, f->hash, HASH) == 0))
        return false;
    memcpy(f->hash, hash, HASH);
    f->known = true;
    return true;
}

/* ---- telling ---- */

static file *first_suspect(const pg_watcher *w)
{
    for (int i = 0; i < w->count; i++)
        if (w->files[i]->suspect)
            return w->files[i];
    return NULL;
}

static void arm_folders(pg_watcher *w);

/* The callback may change the list of files: it is looked through anew after each. */
static void tell(void *self)
{
    pg_watcher *w = self;
    pg_timer_stop(w->soon);
    w->soon = NULL;
    for (file *f; (f = first_suspect(w));) {
        char path[PG_PATH_SIZE];
        f->suspect = false;
        if (!has_changed(f))
            continue;
        snprintf(path, sizeof path, "%s", f->path);
        w->saved(w->self, path);
    }
    arm_folders(w); /* a link may lead elsewhere now */
}

/* Waits for the burst of events to end. */
static void wait_for_quiet(pg_watcher *w)
{
    double now_s = pg_clock_elapsed();
    if (!w->soon)
        w->burst_s = now_s;
    else if (now_s - w->burst_s > (SWEEP_MS - QUIET_MS) * 1e-3)
        return;
    pg_timer_stop(w->soon);
    w->soon = pg_timer_start(w->loop, QUIET_MS, 0, w, tell);
}

/* ---- folders ---- */

static void folder_of(char *out, const char *path)
{
    snprintf(out, PG_PATH_SIZE, "%s", path);
    char *slash = strrchr(out, '/');
    if (!slash)
        snprintf(out, PG_PATH_SIZE, ".");
    else if (slash == out)
        slash[1] = '\0';
    else
        *slash = '\0';
}

/* name: of what happened there, NULL when that is not known. */
static void on_event(uv_fs_event_t *event, const char *name, int events, int status)
{
    folder *where = event->data;
    pg_watcher *w = where->watcher;
    (void)events;
    bool any = false;
    for (int i = 0; i < w->count; i++) {
        file *f = w->files[i];
        if (name && status == 0 && strcmp(name, pg_file_name(f->path)) != 0 &&
            strcmp(name, pg_file_name(f->target)) != 0)
            continue;
        f->suspect = any = true;
    }
    if (any)
        wait_for_quiet(w);
}

static void free_folder(uv_handle_t *handle)
{
    free(handle->data);
}

/* Begins to watch it, or begins anew when there is another folder of that name now. */
static void arm(folder *where)
{
    struct stat info;
    bool there = stat(where->path, &info) == 0;
    if (where->armed && there && info.st_dev == where->device && info.st_ino == where->inode)
        return;
    if (where->armed)
        uv_fs_event_stop(&where->event);
    where->armed = there && uv_fs_event_start(&where->event, on_event, where->path, 0) == 0;
    if (there) {
        where->device = info.st_dev;
        where->inode = info.st_ino;
    }
}

static void need_folder(pg_watcher *w, const char *path)
{
    char name[PG_PATH_SIZE];
    folder_of(name, path);
    folder *where = w->folders;
    while (where && strcmp(where->path, name) != 0)
        where = where->next;
    if (!where) {
        where = calloc(1, sizeof *where);
        if (!where)
            return; /* the sweep sees the file all the same */
        uv_fs_event_init(pg_loop_uv(w->loop), &where->event);
        where->event.data = where;
        where->watcher = w;
        snprintf(where->path, sizeof where->path, "%s", name);
        where->next = w->folders;
        w->folders = where;
    }
    where->needed = true;
    arm(where);
}

static void drop_folders(pg_watcher *w)
{
    for (folder **link = &w->folders; *link;) {
        folder *where = *link;
        if (where->needed) {
            link = &where->next;
            continue;
        }
        *link = where->next;
        uv_close((uv_handle_t *)&where->event, free_folder);
    }
}

/* The folders of all files, and of what links lead to; those that nobody needs any more go. */
static void arm_folders(pg_watcher *w)
{
    for (folder *where = w->folders; where; where = where->next)
        where->needed = false;
    for (int i = 0; i < w->count; i++) {
        file *f = w->files[i];
        char *target = realpath(f->path, NULL);
        bool fits = target && strlen(target) < sizeof f->target;
        snprintf(f->target, sizeof f->target, "%s", fits ? target : "");
        free(target);
        need_folder(w, f->path);
        if (f->target[0])
            need_folder(w, f->target);
    }
    drop_folders(w);
}

static void sweep(void *self)
{
    pg_watcher *w = self;
    bool any = false;
    for (int i = 0; i < w->count; i++) {
        file *f = w->files[i];
        looks now = look(f->path);
        if (look_alike(&now, &f->seen))
            continue;
        f->seen = now;
        f->suspect = any = true;
    }
    arm_folders(w);
    if (any)
        wait_for_quiet(w);
}

/* ---- life ---- */

pg_status pg_watcher_new(pg_watcher **watcher, pg_loop *loop, void *self, void (*saved)(void *self, const char *path),
                         pg_error *err)
{
    pg_watcher *w = calloc(1, sizeof *w);
    if (w) {
        *w = (pg_watcher){ .loop = loop, .self = self, .saved = saved };
        w->files = calloc(PG_WATCH_FILES, sizeof(file *));
        w->sweep = pg_timer_start(loop, SWEEP_MS, SWEEP_MS, w, sweep);
    }
    if (!w || !w->files || !w->sweep) {
        pg_watcher_free(w);
        return pg_fail(err, PG_ERR_MEMORY, "no memory to watch files");
    }
    *watcher = w;
    return PG_OK;
}

void pg_watcher_free(pg_watcher *w)
{
    if (!w)
        return;
    pg_timer_stop(w->soon);
    pg_timer_stop(w->sweep);
    for (int i = 0; i < w->count; i++)
        free(w->files[i]);
    free(w->files);
    w->count = 0;
    for (folder *where = w->folders; where; where = where->next)
        where->needed = false;
    drop_folders(w);
    free(w);
}

static int find(const pg_watcher *w, const char *path)
{
    int i = 0;
    while (i < w->count && strcmp(w->files[i]->path, path) != 0)
        i++;
    return i;
}

pg_status pg_watcher_add(pg_watcher *w, const char *path, pg_error *err)
{
    int at = find(w, path);
    if (at < w->count) {
        w->files[at]->users++;
        return PG_OK;
    }
    if (strlen(path) >= PG_PATH_SIZE)
        return pg_fail(err, PG_ERR_RANGE, "the path of a file to watch is longer than %d characters", PG_PATH_SIZE - 1);
    if (w->count == PG_WATCH_FILES)
        return pg_fail(err, PG_ERR_FULL, "more than %d files are to be watched", PG_WATCH_FILES);
    file *f = calloc(1, sizeof *f);
    if (!f)
        return pg_fail(err, PG_ERR_MEMORY, "no memory to watch a file");
    snprintf(f->path, sizeof f->path, "%s", path);
    f->users = 1;
    w->files[w->count++] = f;
    arm_folders(w); /* before it is read: what happens between is heard */
    has_changed(f);
    return PG_OK;
}

void pg_watcher_remove(pg_watcher *w, const char *path)
{
    int at = find(w, path);
    if (at == w->count || --w->files[at]->users > 0)
        return;
    free(w->files[at]);
    w->files[at] = w->files[--w->count];
    arm_folders(w);
}

int pg_watcher_count(const pg_watcher *w)
{
    return w->count;
}
