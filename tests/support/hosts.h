/* Whole hosts as processes (`perigee run`), trading over real sockets on the built-in exchange, which runs on the test's
 * own loop: what is open there is seen from the inside while everything else is as it is for a user. */
#ifndef PG_TESTS_SUPPORT_HOSTS_H
#define PG_TESTS_SUPPORT_HOSTS_H

#ifndef _GNU_SOURCE
#error "define _GNU_SOURCE before everything else"
#endif

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/address.h"
#include "data/scratch.h"
#include "sim/exchange_hyperliquid.h"
#include "venue/hyperliquid/sign.h"

enum { HOSTS = 8, HOSTS_MARKETS = 2, HOSTS_PATIENCE_S = 60 };

typedef struct {
    char folder[128];
    char address[PG_ADDRESS_TEXT];
    pid_t pid; /* 0: not running */
    int code;  /* of its end: exit status, or 128 + signal */
    long from; /* where what it says begins in the file "out" */
} host_process;

typedef struct {
    pg_loop *loop;
    pg_hl_exchange *server;
    pg_exchange *core;
    pg_faults *faults;
    pg_synthetic_params params[HOSTS_MARKETS];
    pg_hl_exchange_coin coins[HOSTS_MARKETS];
    int port;
    uint64_t seed; /* of the exchange: another one each time */
    host_process host[HOSTS];
    char root[256];
} hosts_test;

static inline void hosts_check(pg_status status, const pg_error *err)
{
    if (status != PG_OK)
        fprintf(stderr, "%s: %s\n", err->where, err->what);
    PG_ASSERT(status == PG_OK);
}

/* ---- the exchange ---- */

/* The i-th account and what its host finds as the file "key". */
static inline void hosts_key(hosts_test *t, int i, pg_secp256k1 *curve)
{
    char key[65];
    pg_error err = { 0 };
    pg_secret *secret;
    pg_hl_signer signer;
    snprintf(key, sizeof key, "%063d%d", 0, i + 1);
    hosts_check(pg_secret_from_hex(&secret, 32, key, 64, &err), &err);
    hosts_check(pg_hl_signer_init(&signer, curve, secret, &err), &err);
    pg_address_format(t->host[i].address, &signer.address);
    pg_secret_free(secret);
    snprintf(t->host[i].folder, sizeof t->host[i].folder, "%s/host%d", scratch_folder, i);
    mkdir(t->host[i].folder, 0700);
    char path[256];
    snprintf(path, sizeof path, "%s/key", t->host[i].folder);
    scratch_write(path, key, 64);
    chmod(path, 0600);
}

/* On the same port as before when it was open once: a server that comes back. */
static inline void hosts_serve(hosts_test *t)
{
    pg_error err = { 0 };
    pg_hl_exchange_fund funds[HOSTS];
    static const char *const names[HOSTS_MARKETS] = { "ETH", "BTC" };
    for (int i = 0; i < HOSTS; i++)
        funds[i] = (pg_hl_exchange_fund){ t->host[i].address, 1000000 };
    for (int i = 0; i < HOSTS_MARKETS; i++)
        hosts_check(pg_hl_exchange_synthetic_coin(&t->coins[i], &t->params[i], names[i], 0, 7 + (uint64_t)i, &err),
                    &err);
    pg_hl_exchange_config config = { .port = t->port,
                                     .seed = ++t->seed, /* no id comes twice */
                                     .network = PG_HL_TESTNET,
                                     .coins = t->coins,
                                     .coin_count = HOSTS_MARKETS,
                                     .funds = funds,
                                     .fund_count = HOSTS,
                                     .block_ms = 20,
                                     .faults = t->faults };
    hosts_check(pg_hl_exchange_new(&t->server, t->loop, &config, &err), &err);
    t->core = pg_hl_exchange_core(t->server);
    t->port = pg_hl_exchange_port(t->server);
}

static inline hosts_test *hosts_open(void)
{
    hosts_test *t = calloc(1, sizeof *t);
    pg_error err = { 0 };
    pg_secp256k1 *curve;
    PG_ASSERT(t && getcwd(t->root, sizeof t->root));
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* guards whose host is gone are seen to their end */
    hosts_check(pg_loop_new(&t->loop, &err), &err);
    hosts_check(pg_faults_new(&t->faults, 1, &err), &err);
    hosts_check(pg_secp256k1_new(&curve, &err), &err);
    for (int i = 0; i < HOSTS; i++)
        hosts_key(t, i, curve);
    pg_secp256k1_free(curve);
    hosts_serve(t);
    return t;
}

static inline void hosts_turn(hosts_test *t, int64_t ms)
{
    pg_loop_run_for(t->loop, ms);
}

static inline int hosts_account(const hosts_test *t, int i)
{
    return pg_exchange_find_account(t->core, t->host[i].address);
}

static inline int hosts_orders(const hosts_test *t, int i)
{
    int account = hosts_account(t, i);
    return account < 0 ? 0 : pg_exchange_open_count(t->core, account);
}

/* ---- hosts ---- */

/* Writes config.lua: two markets, `more` after them. */
static inline void hosts_configure(hosts_test *t, int i, const char *more)
{
    char text[4096], path[256];
    int length =
        snprintf(text, sizeof text,
                 "venue \"x\" { kind = \"hyperliquid\", network = \"local\", url = \"http://127.0.0.1:%d\",\n"
                 "  key = file \"key\", unknown_orders = \"cancel\" }\n"
                 "local S = \"%s/strategies/symmetric.lua\"\n"
                 "market { venue = \"x\", symbol = \"ETH\", strategy = S, capital = 10000, max_position = 2,\n"
                 "  params = { half_spread_bps = 0.1, size = 0.05, skew_bps = 1 } }\n"
                 "market { venue = \"x\", symbol = \"BTC\", strategy = S, capital = 10000, max_position = 0.1,\n"
                 "  params = { half_spread_bps = 0.1, size = 0.002, skew_bps = 1 } }\n%s",
                 t->port, t->root, more);
    snprintf(path, sizeof path, "%s/config.lua", t->host[i].folder);
    scratch_write(path, text, (size_t)length);
}

/* The program that was built with this test. */
static inline const char *hosts_program(void)
{
    static char path[512];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 16);
    PG_ASSERT(length > 0);
    path[length] = '\0';
    *strrchr(path, '/') = '\0';
    snprintf(strrchr(path, '/'), 16, "/perigee");
    return path;
}

/* Starts it in its folder; what it says goes to the file "out" there. */
static inline void hosts_start(hosts_test *t, int i)
{
    host_process *h = &t->host[i];
    const char *program = hosts_program();
    char *arguments[] = { (char *)"perigee", (char *)"run", NULL };
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, h->folder);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "out", O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    extern char **environ;
    char path[256];
    struct stat said;
    snprintf(path, sizeof path, "%s/out", h->folder);
    h->from = stat(path, &said) == 0 ? said.st_size : 0;
    PG_ASSERT(h->pid == 0);
    PG_ASSERT(posix_spawn(&h->pid, program, &actions, NULL, arguments, environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
}

/* Whether it has ended; its code is kept. */
static inline bool hosts_ended(hosts_test *t, int i)
{
    host_process *h = &t->host[i];
    int status;
    if (h->pid && waitpid(h->pid, &status, WNOHANG) == h->pid) {
        h->pid = 0;
        h->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return h->pid == 0;
}

/* The first child of a process; 0: none. */
static inline pid_t hosts_child_of(pid_t parent)
{
    pid_t found = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc && !found && (entry = readdir(proc));) {
        char path[64], text[512] = "";
        int pid = atoi(entry->d_name), of = 0;
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        FILE *f = pid > 0 ? fopen(path, "r") : NULL;
        if (!f)
            continue;
        if (fgets(text, sizeof text, f) && strrchr(text, ')') && sscanf(strrchr(text, ')'), ") %*c %d", &of) == 1 &&
            of == parent)
            found = pid;
        fclose(f);
    }
    if (proc)
        closedir(proc);
    return found;
}

static inline pid_t hosts_guard(const hosts_test *t, int i)
{
    return hosts_child_of(t->host[i].pid);
}

/* Reaps what has ended and is no host. Returns how many children there are that are no hosts. */
static inline int hosts_orphans(hosts_test *t)
{
    int count = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc && (entry = readdir(proc));) {
        char path[64], text[512] = "";
        int pid = atoi(entry->d_name), of = 0;
        bool host = false;
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        FILE *f = pid > 0 ? fopen(path, "r") : NULL;
        if (!f)
            continue;
        if (fgets(text, sizeof text, f) && strrchr(text, ')'))
            sscanf(strrchr(text, ')'), ") %*c %d", &of);
        fclose(f);
        for (int i = 0; i < HOSTS; i++)
            host = host || t->host[i].pid == pid;
        if (of == getpid() && !host && waitpid(pid, NULL, WNOHANG) == 0)
            count++;
    }
    if (proc)
        closedir(proc);
    return count;
}

/* Turns the loop until a condition holds: an expression over t. False when it did not within `seconds`. */
#define HOSTS_UNTIL(t, seconds, condition)                                                                             \
    ({                                                                                                                 \
        double until_end = pg_clock_elapsed() + (seconds);                                                             \
        while (!(condition) && pg_clock_elapsed() < until_end)                                                         \
            hosts_turn(t, 2);                                                                                          \
        (condition);                                                                                                   \
    })

/* Prints what a host said: when a test is about to fail. */
static inline void hosts_print(const hosts_test *t, int i)
{
    char path[256], line[1024];
    snprintf(path, sizeof path, "%s/out", t->host[i].folder);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        fprintf(stderr, "host%d| %s", i, line);
    if (f)
        fclose(f);
}

/* Whether a host has said something since it was started. */
static inline bool hosts_said(const hosts_test *t, int i, const char *words)
{
    char path[256], line[1024];
    bool said = false;
    snprintf(path, sizeof path, "%s/out", t->host[i].folder);
    FILE *f = fopen(path, "r");
    if (f)
        fseek(f, t->host[i].from, SEEK_SET);
    while (f && !said && fgets(line, sizeof line, f))
        said = strstr(line, words) != NULL;
    if (f)
        fclose(f);
    return said;
}

/* Ends whatever still runs. */
static inline void hosts_close(hosts_test *t)
{
    for (int i = 0; i < HOSTS; i++)
        if (t->host[i].pid) {
            kill(t->host[i].pid, SIGKILL);
            waitpid(t->host[i].pid, NULL, 0);
            t->host[i].pid = 0;
        }
    (void)HOSTS_UNTIL(t, 20, hosts_orphans(t) == 0);
    pg_hl_exchange_free(t->server);
    pg_loop_free(t->loop);
    pg_faults_free(t->faults);
    free(t);
}

#endif
