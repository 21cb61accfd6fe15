/* perigee doctor: whether this machine can do what a configuration wants. */
#include "cli/doctor.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/timex.h>

#include "base/process.h"
#include "cli/commands.h"
#include "cli/secret_look.h"

static const char help[] =
    "perigee doctor [CONFIG.lua]\n"
    "\n"
    "Looks whether this machine can do what a configuration (config.lua) wants: clock, limits of the system, files\n"
    "and the room for them, keys, and the connection to each enabled venue. A built-in exchange is started and\n"
    "stopped again. Nothing is signed or ordered. The exit status is 1 when there is a problem.\n";

enum {
    FILES_LEAST = 128, /* descriptors: sockets, watched folders, ledger, recordings */
    FILES_GOOD = 1024,
    LOCKED_LEAST = 64 << 10, /* bytes: a page for each key and each signer */
    LINE = 512
};

/* ---- findings ---- */

static void print(const char *word, const char *about, const char *text, const char *remedy)
{
    printf("%-8s %-14s %s\n", word, about, text);
    if (remedy && remedy[0])
        printf("%-23s %s\n", "", remedy);
    fflush(stdout);
}

void pg_doctor_ok(pg_doctor *doctor, const char *about, const char *format, ...)
{
    char text[LINE];
    va_list arguments;
    (void)doctor;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    print("ok", about, text, NULL);
}

void pg_doctor_warn(pg_doctor *doctor, const char *about, const char *remedy, const char *format, ...)
{
    char text[LINE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    doctor->warnings++;
    print("warning", about, text, remedy);
}

void pg_doctor_problem(pg_doctor *doctor, const char *about, const pg_error *err)
{
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + 4];
    snprintf(text, sizeof text, "%s%s%s", err->where, err->where[0] ? ": " : "", err->what);
    doctor->problems++;
    print("PROBLEM", about, text, err->remedy);
}

/* ---- the machine ---- */

static void look_at_sync(pg_doctor *d)
{
    struct timex clock = { .modes = 0 };
    int state = adjtimex(&clock);
    if (state < 0)
        pg_doctor_warn(d, "clock", "", "the system does not say whether it is kept right: %s", strerror(errno));
    else if (state == TIME_ERROR || (clock.status & STA_UNSYNC))
        pg_doctor_warn(d, "clock", "run chrony or systemd-timesyncd (timedatectl shows it)",
                       "nobody keeps the system's clock right");
    else
        pg_doctor_ok(d, "clock", "kept right by the system, within %.1f ms", (double)clock.maxerror * 1e-3);
}

static void look_at_files_limit(pg_doctor *d)
{
    struct rlimit limit;
    pg_error err = { 0 };
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    unsigned long long files = (unsigned long long)limit.rlim_cur;
    if (files < FILES_LEAST) {
        pg_fail(&err, PG_ERR_INVALID, "only %llu files may be open", files);
        pg_error_remedy(&err, "ulimit -n %d, or LimitNOFILE= of its systemd unit", FILES_GOOD);
        pg_doctor_problem(d, "open files", &err);
    } else if (files < FILES_GOOD) {
        pg_doctor_warn(d, "open files", "ulimit -n 1024, or LimitNOFILE= of its systemd unit",
                       "%llu may be open: few for many markets", files);
    } else {
        pg_doctor_ok(d, "open files", "%llu may be open", files);
    }
}

static void look_at_memory_limit(pg_doctor *d)
{
    struct rlimit limit;
    pg_error err = { 0 };
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0)
        return;
    if (limit.rlim_cur < LOCKED_LEAST) {
        pg_fail(&err, PG_ERR_INVALID, "only %llu bytes may be locked in memory: keys could be swapped to disk",
                (unsigned long long)limit.rlim_cur);
        pg_error_remedy(&err, "ulimit -l 1024, or LimitMEMLOCK= of its systemd unit");
        pg_doctor_problem(d, "locked memory", &err);
    } else if (limit.rlim_cur == RLIM_INFINITY) {
        pg_doctor_ok(d, "locked memory", "no limit");
    } else {
        pg_doctor_ok(d, "locked memory", "%llu kB", (unsigned long long)limit.rlim_cur >> 10);
    }
}

static void look_at_dumps(pg_doctor *d)
{
    pg_error err = { 0 };
    if (pg_process_forbid_dumps(&err) != PG_OK)
        pg_doctor_problem(d, "core dumps", &err);
    else
        pg_doctor_ok(d, "core dumps", "forbidden by the host itself");
}

/* ---- keys ---- */

static void look_at_secret(pg_doctor *d, int index, const pg_secret_source *source, pg_key_kind kind)
{
    const pg_config_venue *venue = &d->config->venues[index];
    char about[PG_CONFIG_NAME + 8], from[PG_PATH_SIZE], address[PG_KEY_ADDRESS] = "";
    pg_error err = { 0 };
    pg_secret *secret;
    if (source->kind == PG_SECRET_NONE || pg_cli_secret_is_shared(d->config, index, source))
        return;
    snprintf(about, sizeof about, "key of %s", venue->name);
    pg_secret_source_text(source, from, sizeof from);
    if (pg_cli_secret_look(&secret, d->config, source, kind, &err) != PG_OK) {
        pg_doctor_problem(d, about, &err);
        return;
    }
    if (secret && kind != PG_KEY_TEXT && pg_key_address(address, kind, secret, &err) != PG_OK)
        pg_doctor_problem(d, about, &err);
    else
        pg_doctor_ok(d, about, "%s%s%s", from,
                     address[0] ? ", address "
                     : secret   ? ""
                                : ", its passphrase is not asked for",
                     address);
    pg_secret_free(secret);
}

static void look_at_keys(pg_doctor *d)
{
    for (int i = 0; i < d->config->venue_count; i++) {
        const pg_config_venue *venue = &d->config->venues[i];
        if (!venue->enabled)
            continue;
        look_at_secret(d, i, &venue->key, pg_config_key_kind(venue));
        look_at_secret(d, i, &venue->api_key, PG_KEY_TEXT);
    }
}

/* ---- the command ---- */

static pg_config *read_config(pg_doctor *d, const char *path)
{
    pg_config *config = NULL;
    pg_error err = { 0 };
    pg_config_problems *problems = calloc(1, sizeof *problems);
    if (!problems)
        return NULL;
    if (pg_config_read(&config, path, problems, &err) == PG_OK)
        pg_doctor_ok(d, "configuration", "%s %s", path, config->version);
    for (int i = 0; !config && i < problems->count; i++)
        pg_doctor_problem(d, "configuration", &problems->list[i]);
    if (!config && problems->count == 0)
        pg_doctor_problem(d, "configuration", &err);
    free(problems);
    return config;
}

static int finish(const pg_doctor *d)
{
    if (d->problems == 0 && d->warnings == 0)
        printf("all is well\n");
    else
        printf("%d problem%s, %d warning%s\n", d->problems, d->problems == 1 ? "" : "s", d->warnings,
               d->warnings == 1 ? "" : "s");
    return d->problems > 0;
}

int pg_cli_doctor(int argc, char **argv)
{
    if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
        bool asked = argc == 2 && strcmp(argv[1], "--help") == 0;
        fputs(help, asked ? stdout : stderr);
        return asked ? 0 : 2;
    }
    pg_doctor d = { 0 };
    signal(SIGPIPE, SIG_IGN);
    look_at_sync(&d);
    look_at_files_limit(&d);
    look_at_memory_limit(&d);
    look_at_dumps(&d);
    pg_config *config = read_config(&d, argc == 2 ? argv[1] : "config.lua");
    if (config) {
        d.config = config;
        pg_doctor_files(&d);
        look_at_keys(&d);
        pg_doctor_venues(&d);
    }
    pg_config_free(config);
    return finish(&d);
}
