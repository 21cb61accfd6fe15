#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "crypto/keystore.h"
#include "net/server.h"

enum { ROOM_LEAST_MB = 100, ROOM_GOOD_MB = 1000 };

/* ---- folders ---- */

/* The folder that a path is in, or the first one above it that exists. */
static void find_folder(char folder[PG_PATH_SIZE], const char *path, bool is_folder)
{
    struct stat info;
    snprintf(folder, PG_PATH_SIZE, "%s", path);
    if (is_folder && stat(folder, &info) == 0 && S_ISDIR(info.st_mode))
        return;
    do {
        char *slash = strrchr(folder, '/');
        if (!slash)
            snprintf(folder, PG_PATH_SIZE, ".");
        else
            slash[slash == folder] = '\0';
    } while (access(folder, F_OK) != 0 && strcmp(folder, ".") != 0 && strcmp(folder, "/") != 0);
}

/* Whether something can be written there, and how much. */
static bool look_at_room(pg_doctor *d, const char *about, const char *path, bool is_folder)
{
    char folder[PG_PATH_SIZE];
    struct statvfs disk;
    pg_error err = { 0 };
    find_folder(folder, path, is_folder);
    if (access(folder, W_OK | X_OK) != 0 || statvfs(folder, &disk) != 0) {
        pg_fail(&err, PG_ERR_IO, "%s cannot be used: %s", folder, strerror(errno));
        pg_error_where(&err, "%s", path);
        pg_error_remedy(&err, "let this user write there, or name another place in %s", d->config->path);
        pg_doctor_problem(d, about, &err);
        return false;
    }
    unsigned long long free_mb = (unsigned long long)disk.f_bavail * disk.f_frsize >> 20;
    if (free_mb < ROOM_LEAST_MB) {
        pg_fail(&err, PG_ERR_FULL, "%llu MB are free: quotes are pulled when the ledger cannot be written", free_mb);
        pg_error_where(&err, "%s", path);
        pg_error_remedy(&err, "make room");
        pg_doctor_problem(d, about, &err);
        return false;
    }
    if (free_mb < ROOM_GOOD_MB)
        pg_doctor_warn(d, about, "make room", "%s: only %llu MB are free", path, free_mb);
    else
        pg_doctor_ok(d, about, "%s, %llu MB are free", path, free_mb);
    return true;
}

/* Others must not be able to change what is run. */
static void look_at_config(pg_doctor *d)
{
    struct stat info;
    if (stat(d->config->path, &info) == 0 && (info.st_mode & (S_IWGRP | S_IWOTH)))
        pg_doctor_warn(d, "configuration", "chmod go-w", "%s can be changed by other users", d->config->path);
}

/* ---- the ledger ---- */

static void look_at_file(pg_doctor *d, const char *about, const char *path)
{
    pg_error err = { 0 };
    if (access(path, F_OK) != 0 || access(path, R_OK | W_OK) == 0)
        return;
    pg_fail(&err, PG_ERR_IO, "%s", strerror(errno));
    pg_error_where(&err, "%s", path);
    pg_error_remedy(&err, "give it to the user that runs the host");
    pg_doctor_problem(d, about, &err);
}

/* A host holds a lock on the journal of its ledger (trade/journal.c). */
static bool is_in_use(const char *journal)
{
    struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd = open(journal, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool used = fcntl(fd, F_GETLK, &range) == 0 && range.l_type != F_UNLCK;
    close(fd);
    return used;
}

static bool look_at_ledger(pg_doctor *d)
{
    char journal[PG_PATH_SIZE + 8];
    const char *path = d->config->host.ledger;
    snprintf(journal, sizeof journal, "%s.ahead", path);
    if (look_at_room(d, "ledger", path, false)) {
        look_at_file(d, "ledger", path);
        look_at_file(d, "ledger", journal);
    }
    bool running = is_in_use(journal);
    if (running)
        pg_doctor_ok(d, "ledger", "a host is running on it");
    return running;
}

/* ---- keystore ---- */

static bool is_wanted(const pg_config *config)
{
    for (int i = 0; i < config->venue_count; i++) {
        const pg_config_venue *venue = &config->venues[i];
        if (venue->enabled && (venue->key.kind == PG_SECRET_KEYSTORE || venue->api_key.kind == PG_SECRET_KEYSTORE))
            return true;
    }
    return false;
}

static void look_at_keystore(pg_doctor *d)
{
    char path[PG_PATH_SIZE] = "";
    pg_keystore *store;
    pg_error err = { 0 };
    if (!is_wanted(d->config))
        return;
    pg_status status = PG_OK;
    if (d->config->host.keystore)
        snprintf(path, sizeof path, "%s", d->config->host.keystore);
    else
        status = pg_keystore_default_path(path, &err);
    if (status == PG_OK)
        status = pg_keystore_open(&store, path, false, &err);
    if (status != PG_OK) {
        pg_doctor_problem(d, "keystore", &err);
        return;
    }
    pg_doctor_ok(d, "keystore", "%s, %d entries, for its owner only", path, pg_keystore_count(store));
    pg_keystore_close(store);
}

/* ---- where it listens ---- */

static void look_at_console(pg_doctor *d)
{
    const char *path = d->config->host.socket;
    struct sockaddr_un address;
    pg_error err = { 0 };
    if (!path || !path[0])
        return;
    if (strlen(path) >= sizeof address.sun_path) {
        pg_fail(&err, PG_ERR_RANGE, "the path is too long for a socket (%zu bytes at most)",
                sizeof address.sun_path - 1);
        pg_error_where(&err, "%s", path);
        pg_error_remedy(&err, "host { socket = } with a shorter one");
        pg_doctor_problem(d, "console", &err);
        return;
    }
    struct stat info;
    if (lstat(path, &info) == 0 && !S_ISSOCK(info.st_mode)) {
        pg_fail(&err, PG_ERR_INVALID, "something that is no socket stands there");
        pg_error_where(&err, "%s", path);
        pg_error_remedy(&err, "move it, or name another path in host { socket = }");
        pg_doctor_problem(d, "console", &err);
        return;
    }
    look_at_room(d, "console", path, false);
}

/* running: a host of this ledger listens there, perhaps. */
static void look_at_web(pg_doctor *d, bool running)
{
    const pg_config_web *web = &d->config->web;
    pg_loop *loop = NULL;
    pg_server *server = NULL;
    pg_error err = { 0 };
    if (!web->enabled || web->port == 0 || running)
        return;
    pg_server_config config = { .address = web->address, .port = web->port };
    pg_status status = pg_loop_new(&loop, &err);
    if (status == PG_OK)
        status = pg_server_new(&server, loop, &config, (pg_server_handler){ 0 }, &err);
    if (status == PG_OK) {
        pg_doctor_ok(d, "web", "http://%s:%d is free", web->address, web->port);
    } else {
        if (!err.remedy[0])
            pg_error_remedy(&err, "web { port = } with another one, or 0 for any that is free");
        pg_doctor_problem(d, "web", &err);
    }
    pg_server_free(server);
    pg_loop_free(loop);
}

void pg_doctor_files(pg_doctor *doctor)
{
    look_at_config(doctor);
    bool running = look_at_ledger(doctor);
    if (doctor->config->record.keep > 0 && doctor->config->record.flight)
        look_at_room(doctor, "sessions", doctor->config->record.flight, true);
    if (doctor->config->record.enabled)
        look_at_room(doctor, "recordings", doctor->config->record.dir, true);
    look_at_keystore(doctor);
    look_at_console(doctor);
    look_at_web(doctor, running);
}
