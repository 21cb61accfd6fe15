/* The whole host against the built-in exchange, which is another process: the time from a market message on the socket
 * to the order message on the socket; the queue at 20,000 market messages a second; memory with ten markets; replays.
 *
 *     .build/release/tests/bench_live [seconds at 20,000 messages a second [seconds with ten markets]]
 *
 * Lines of `name value unit`. The strategy is strategies/avellaneda_stoikov.lua; ledger and flight recording are on, the
 * guard is not (it sends a beat four times a second and has no part in this). What libwebsockets and libuv do with their
 * sockets is watched by functions of the same names in front of the C library's:
 *     wake    epoll_wait has returned in the host with the market message
 *     order   send has been called with the signed order; sent: it has returned, the peer's kernel has the bytes
 * From the exchange's side, pushed is before it writes the market message, got is after it has read the order: that adds
 * two ways through loopback and the waking of two processes.
 *
 * In quiet runs nothing happens for 3 ms between two rounds: caches are cold and the core has slept. In busy runs
 * 10,000 other market messages a second arrive, evenly, and each tenth moves the quotes.
 *
 * Bare signatures are timed between the runs, too: one after the other, where libsecp256k1's tables stay in the caches,
 * and with the pause between them that orders of such a run have (paused). `beyond_bare` is the figure less the median
 * of the former, `beyond_paused` less that of the latter. Other work on the machine shows in the tails; `chrt -f 10` in
 * front of the command keeps it away. */
#include <glob.h>
#include <math.h>
#include <secp256k1_recovery.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "base/process.h"
#include "crypto/key_kind.h"
#include "live/live.h"
#include "live/replay.h"
#include "sim/exchange_hyperliquid.h"

enum {
    RUNS = 5,     /* of each kind; the venue's limits leave room for about 1,000 orders at once */
    ROUNDS = 400, /* a run */
    WARM_UP = 80,
    SIGNATURES = 2000,
    SLOW_SIGNATURES = 200,
    PAUSE_MS = 3,     /* between two orders of a quiet run */
    BUSY_NS = 100000, /* between two messages of a busy run */
    BUSY_ROUND = 10,  /* each of these moves the quotes */
    RATE = 20000,
    MARKETS = 10,
    ORDER_BYTES = 200, /* a signed order is longer, everything else that is sent is shorter */
    PATIENCE_MS = 200
};

typedef enum { QUIET, BUSY, FLOOD } run_kind;

typedef enum { IDLE, PUSHED, READ, SENT } round_state;

/* What both processes see. */
typedef struct {
    _Atomic int port, state;
    int64_t pushed, wake, order, sent, got; /* of the present round */
    _Atomic uint64_t to_host, at_host;      /* bytes of the sockets: written by the exchange, read by the host */
    /* Results. */
    int rounds, without;
    int64_t within[RUNS * ROUNDS], to_order[RUNS * ROUNDS], around[RUNS * ROUNDS];
    uint64_t messages;
    double cpu_s, wall_s, bytes_a_message;
    int64_t queue_most, queue_last;
    double queue_first_half, queue_second_half; /* mean bytes */
    long rss_early_kb, rss_late_kb;
} shared;

static shared *common;
static bool is_host;
static int64_t woke_ns;

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void check(pg_status status, const pg_error *err)
{
    char text[PG_ERROR_WHAT + PG_ERROR_WHERE + PG_ERROR_REMEDY + 8];
    if (status == PG_OK)
        return;
    fprintf(stderr, "bench_live: %s\n", pg_error_text(err, text, sizeof text));
    exit(1);
}

/* ---- in front of the C library ---- */

static ssize_t took(ssize_t n)
{
    if (n <= 0 || !common)
        return n;
    if (!is_host) {
        if (n > ORDER_BYTES && atomic_load(&common->state) == SENT && !common->got)
            common->got = now_ns();
        return n;
    }
    atomic_fetch_add(&common->at_host, (uint64_t)n);
    int pushed = PUSHED;
    if (atomic_compare_exchange_strong(&common->state, &pushed, READ))
        common->wake = woke_ns;
    return n;
}

ssize_t recv(int fd, void *data, size_t size, int flags)
{
    return took(syscall(SYS_recvfrom, fd, data, size, flags, NULL, NULL));
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
    bool is_order = common && is_host && size > ORDER_BYTES && atomic_load(&common->state) == READ;
    if (is_order) {
        common->order = now_ns();
        atomic_store(&common->state, SENT); /* before: the exchange may be faster than this call returns */
    }
    if (common && !is_host) /* before: the host may have read it when this call returns */
        atomic_fetch_add(&common->to_host, size);
    ssize_t n = syscall(SYS_sendto, fd, data, size, flags, NULL, 0);
    if (is_order)
        common->sent = now_ns();
    if (common && !is_host)
        atomic_fetch_sub(&common->to_host, size - (uint64_t)(n > 0 ? n : 0));
    return n;
}

int epoll_wait(int fd, struct epoll_event *events, int most, int timeout)
{
    int n = (int)syscall(SYS_epoll_pwait, fd, events, most, timeout, NULL, 0);
    woke_ns = now_ns();
    return n;
}

int epoll_pwait(int fd, struct epoll_event *events, int most, int timeout, const sigset_t *mask)
{
    int n = (int)syscall(SYS_epoll_pwait, fd, events, most, timeout, mask, _NSIG / 8);
    woke_ns = now_ns();
    return n;
}

/* ---- the exchange's process ---- */

typedef struct {
    pg_hl_exchange *exchange;
    pg_loop *loop;
    uv_idle_t spin; /* of a busy run */
    int64_t due_ns;
    run_kind how;
    int markets;
    double seconds; /* of the flood */
    bool odd[MARKETS];
    uint64_t flipped;
    int64_t began_ns;
    uint64_t bytes_before;
    int64_t waiting_before;
    int warm_up;
    double cpu_before;
    uint64_t samples;
    double queue_sum[2];
    bool over;
} venue;

static void level(venue *v, int market, int side, int64_t price, int64_t size)
{
    pg_event event = {
        .kind = PG_EVENT_LEVEL, .side = (uint8_t)side, .price = price, .size = size, .flags = PG_EVENT_LAST
    };
    pg_hl_exchange_push(v->exchange, market, &event, 1);
}

/* Prices in cents, sizes in 1e-4: ten levels a side around 3000. */
static void fill_books(venue *v)
{
    for (int m = 0; m < v->markets; m++)
        for (int i = 0; i < 10; i++) {
            level(v, m, PG_BUY, 299900 - 100 * i, 100000);
            level(v, m, PG_SELL, 300100 + 100 * i, 100000);
        }
}

static double host_cpu_s(void)
{
    clockid_t clock;
    struct timespec used = { 0 };
    if (clock_getcpuclockid(getppid(), &clock) == 0)
        clock_gettime(clock, &used);
    return (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
}

static long host_rss_kb(void)
{
    char path[64], line[256];
    long kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)getppid());
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        sscanf(line, "VmRSS: %ld", &kb);
    if (file)
        fclose(file);
    return kb;
}

static void end(venue *v)
{
    v->over = true;
    kill(getppid(), SIGINT);
}

static void keep_round(venue *v)
{
    if (v->warm_up > 0) {
        v->warm_up--;
        return;
    }
    int i = common->rounds++;
    common->within[i] = common->sent - common->wake;
    common->to_order[i] = common->order - common->wake;
    common->around[i] = common->got - common->pushed;
    if (common->rounds % ROUNDS == 0)
        end(v);
}

/* A round: the best bid appears or goes, the mid moves by half a unit, both quotes follow in one message. False when the
 * last one is not over. */
static bool next_round(venue *v)
{
    int state = atomic_load(&common->state);
    if (state == SENT && common->got && common->sent) {
        keep_round(v);
    } else if (state != IDLE) {
        if (now_ns() - common->pushed < PATIENCE_MS * INT64_C(1000000))
            return false;
        common->without++;
        if (common->without > ROUNDS)
            end(v);
    }
    common->wake = common->order = common->sent = common->got = 0;
    v->odd[0] = !v->odd[0];
    common->pushed = now_ns();
    atomic_store(&common->state, PUSHED);
    level(v, 0, PG_BUY, 300000, v->odd[0] ? 100000 : 0);
    return true;
}

static int64_t waiting_bytes(void)
{
    return (int64_t)(atomic_load(&common->to_host) - atomic_load(&common->at_host));
}

static void sample(venue *v, double passed_s)
{
    int64_t queue = waiting_bytes() - v->waiting_before;
    int half = passed_s > v->seconds / 2;
    if (queue > common->queue_most)
        common->queue_most = queue;
    common->queue_last = queue;
    v->queue_sum[half] += (double)queue;
    v->samples++;
    common->queue_first_half = v->queue_sum[0] / (double)v->samples * (half ? 2 : 1);
    common->queue_second_half = v->queue_sum[1] / (double)v->samples * 2;
    if (!common->rss_early_kb && passed_s > v->seconds / 4)
        common->rss_early_kb = host_rss_kb();
}

static void begin_flood(venue *v)
{
    v->began_ns = now_ns();
    v->cpu_before = host_cpu_s();
    v->bytes_before = atomic_load(&common->to_host);
    v->waiting_before = waiting_bytes(); /* answers over HTTP are sent otherwise, and not counted there */
}

static void end_flood(venue *v, double passed_s)
{
    common->messages = v->flipped;
    common->bytes_a_message = (double)(atomic_load(&common->to_host) - v->bytes_before) / (double)v->flipped;
    common->cpu_s = host_cpu_s() - v->cpu_before;
    common->wall_s = passed_s;
    common->rss_late_kb = host_rss_kb();
    end(v);
}

/* So many messages as are due: the size of the best bid changes, in one market after the other. */
static void flood(venue *v)
{
    if (!v->began_ns)
        begin_flood(v);
    double passed_s = (double)(now_ns() - v->began_ns) * 1e-9;
    sample(v, passed_s);
    while ((double)v->flipped < passed_s * RATE) {
        int m = (int)(v->flipped++ % (uint64_t)v->markets);
        v->odd[m] = !v->odd[m];
        level(v, m, PG_BUY, 299900, v->odd[m] ? 200000 : 100000);
    }
    if (passed_s > v->seconds)
        end_flood(v, passed_s);
}

/* Once the host has quoted everywhere. */
static bool is_ready(venue *v)
{
    return pg_exchange_open_count(pg_hl_exchange_core(v->exchange), 0) >= 2 * v->markets;
}

/* A busy run has no timer but the clock. */
static void spin(uv_idle_t *idle)
{
    venue *v = idle->data;
    if (v->over || now_ns() < v->due_ns)
        return;
    v->due_ns = now_ns() + BUSY_NS;
    if (++v->flipped % BUSY_ROUND == 0 && next_round(v))
        return;
    level(v, 0, PG_SELL, 300100, v->flipped % 2 ? 200000 : 100000);
}

static void tick(void *self)
{
    venue *v = self;
    if (v->over || !is_ready(v))
        pg_hl_exchange_step(v->exchange);
    else if (v->how == FLOOD)
        flood(v);
    else if (v->how == QUIET)
        next_round(v);
    else if (!uv_is_active((uv_handle_t *)&v->spin))
        uv_idle_start(&v->spin, spin);
}

static void serve(run_kind how, int markets, double seconds, const char *address)
{
    static const char *const names[MARKETS] = {
        "ETH", "BTC", "SOL", "ARB", "OP", "AVAX", "LINK", "DOGE", "XRP", "ADA"
    };
    venue v = { .how = how, .markets = markets, .seconds = seconds, .warm_up = WARM_UP };
    pg_error err = { 0 };
    pg_hl_exchange_coin coins[MARKETS];
    for (int i = 0; i < markets; i++)
        coins[i] = (pg_hl_exchange_coin){ .name = names[i], .size_decimals = 4 };
    pg_hl_exchange_fund fund = { address, 1000000 };
    pg_hl_exchange_config config = { .seed = 1,
                                     .clock = pg_clock_real(),
                                     .network = PG_HL_TESTNET,
                                     .coins = coins,
                                     .coin_count = markets,
                                     .funds = &fund,
                                     .fund_count = 1,
                                     .play_ms = -1 };
    check(pg_loop_new(&v.loop, &err), &err);
    check(pg_hl_exchange_new(&v.exchange, v.loop, &config, &err), &err);
    fill_books(&v);
    uv_idle_init(pg_loop_uv(v.loop), &v.spin);
    v.spin.data = &v;
    pg_timer_start(v.loop, PAUSE_MS, how == QUIET ? PAUSE_MS : 1, &v, tick);
    atomic_store(&common->port, pg_hl_exchange_port(v.exchange));
    pg_loop_run(v.loop); /* until it is killed */
}

/* ---- the host's process ---- */

static void write_text(const char *path, const char *text)
{
    pg_error err = { 0 };
    check(pg_file_write(path, text, strlen(text), &err), &err);
}

static void write_config(int markets, int port)
{
    static const char *const names[MARKETS] = {
        "ETH", "BTC", "SOL", "ARB", "OP", "AVAX", "LINK", "DOGE", "XRP", "ADA"
    };
    pg_text text = { 0 };
    pg_text_print(&text,
                  "venue \"local\" { kind = \"hyperliquid\", network = \"local\", url = \"http://127.0.0.1:%d\",\n"
                  "  key = file \"key\" }\n"
                  "host { ledger = \"perigee.db\", socket = \"console.sock\", guard = false, reload = false }\n"
                  "record { enabled = false, flight = \"sessions\" }\n"
                  "web { enabled = false }\n",
                  port);
    for (int i = 0; i < markets; i++)
        pg_text_print(&text,
                      "market { venue = \"local\", symbol = \"%s\", strategy = \"strategies/avellaneda_stoikov.lua\",\n"
                      "  capital = 100000, max_position = 10,\n"
                      "  params = { size = 0.1, gamma_rel = 1, horizon_s = 60, params_file = \"params.json\" } }\n",
                      names[i]);
    write_text("config.lua", text.data);
    pg_text_free(&text);
    char json[256];
    snprintf(json, sizeof json,
             "{\"time_s\":%lld,\"sigma_rel\":1e-5,\"kappa_bid_rel\":2000,\"kappa_ask_rel\":2000,\"gamma_rel\":1}",
             (long long)(pg_clock_now(pg_clock_real()) / 1000000000));
    write_text("params.json", json);
}

static void write_key(char address[PG_KEY_ADDRESS])
{
    static const char key[] = "0123456789012345678901234567890123456789012345678901234567890123";
    pg_secret *secret;
    pg_error err = { 0 };
    write_text("key", key);
    chmod("key", 0600);
    check(pg_key_parse(&secret, PG_KEY_SECP256K1, key, strlen(key), &err), &err);
    check(pg_key_address(address, PG_KEY_SECP256K1, secret, &err), &err);
    pg_secret_free(secret);
}

static void hush(void *self, const char *line)
{
    (void)self, (void)line;
}

/* The host on an exchange of its own, until that says that it is enough. */
static void run(run_kind how, int markets, double seconds)
{
    char address[PG_KEY_ADDRESS];
    pg_error err = { 0 };
    write_key(address);
    atomic_store(&common->to_host, 0);
    atomic_store(&common->at_host, 0);
    atomic_store(&common->port, 0);
    atomic_store(&common->state, IDLE);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        pg_process_set_name("bench_exchange");
        serve(how, markets, seconds, address);
        _exit(0);
    }
    while (atomic_load(&common->port) == 0)
        usleep(1000);
    write_config(markets, common->port);
    is_host = true;
    pg_log log = { .out = stderr, .level = PG_LOG_ERROR, .clock = pg_clock_real() };
    pg_config_problems problems = { 0 };
    pg_live_options options = { .config = "config.lua", .seconds = 600, .log = &log, .say = hush };
    pg_live *live;
    pg_status status = pg_live_new(&live, &options, &problems, &err);
    check(status, problems.count > 0 ? &problems.list[0] : &err);
    check(pg_live_run(live, &err), &err);
    pg_live_free(live);
    is_host = false;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

/* ---- figures ---- */

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double us(const int64_t *sorted, int count, double q)
{
    return (double)sorted[(int)(q * (count - 1))] * 1e-3;
}

static void print_times(const char *name, int64_t *times, int count)
{
    qsort(times, (size_t)count, sizeof *times, ascending);
    printf("%s_p50 %.1f us\n%s_p90 %.1f us\n%s_p99 %.1f us\n%s_p99.9 %.1f us\n", name, us(times, count, 0.5), name,
           us(times, count, 0.9), name, us(times, count, 0.99), name, us(times, count, 0.999));
}

/* Sorted times less a reference. */
static void print_beyond(const char *name, const char *what, const int64_t *times, int count, double reference)
{
    printf("%s_beyond_%s_p50 %.1f us\n%s_beyond_%s_p99 %.1f us\n", name, what, us(times, count, 0.5) - reference, name,
           what, us(times, count, 0.99) - reference);
}

/* pause_us: of sleep before each. */
static void time_signatures(int64_t *times, int count, unsigned pause_us)
{
    unsigned char key[32], digest[32] = { 1 }, bytes[64];
    memset(key, 7, sizeof key);
    secp256k1_context *context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN);
    if (!secp256k1_context_randomize(context, key))
        exit(1);
    for (int i = 0; i < count; i++) {
        secp256k1_ecdsa_recoverable_signature signature;
        int id;
        if (pause_us > 0)
            usleep(pause_us);
        int64_t start = now_ns();
        if (!secp256k1_ecdsa_sign_recoverable(context, &signature, digest, key, NULL, NULL))
            exit(1);
        times[i] = now_ns() - start;
        secp256k1_ecdsa_recoverable_signature_serialize_compact(context, bytes, &id, &signature);
        memcpy(digest, bytes, sizeof digest); /* another digest next time */
    }
    secp256k1_context_destroy(context);
}

static void replay_last(const char *name)
{
    glob_t found;
    pg_error err = { 0 };
    static pg_replay replay;
    if (glob("sessions/*/*.flight", 0, NULL, &found) != 0)
        return;
    check(pg_replay_run(&replay, found.gl_pathv[found.gl_pathc - 1], NULL, false, &err), &err);
    globfree(&found);
    double recorded_s = (double)(replay.last_ns - replay.first_ns) * 1e-9;
    printf("%s_inputs %llu\n%s_requests_same %llu of %llu\n", name, (unsigned long long)replay.inputs, name,
           (unsigned long long)replay.same, (unsigned long long)replay.requests);
    printf("%s_inputs_a_second %.0f\n%s_times_real_time %.0f\n", name, (double)replay.inputs / replay.seconds, name,
           recorded_s / replay.seconds);
    if (replay.different > 0) {
        fprintf(stderr, "bench_live: the replay differs: %s\n", replay.first);
        exit(1);
    }
}

static void print_rounds(const char *kind, const char *what, int64_t *times, double bare, double paused)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%s", kind, what);
    print_times(name, times, common->rounds);
    print_beyond(name, "bare", times, common->rounds, bare);
    print_beyond(name, "paused", times, common->rounds, paused);
}

static void bench_latency(const char *kind, run_kind how)
{
    static int64_t fast[RUNS * SIGNATURES], slow[RUNS * SLOW_SIGNATURES];
    char name[64];
    unsigned pause_us = how == QUIET ? PAUSE_MS * 1000 : BUSY_ROUND * BUSY_NS / 1000;
    common->rounds = common->without = 0;
    for (int i = 0; i < RUNS; i++) {
        time_signatures(fast + i * SIGNATURES, SIGNATURES, 0);
        time_signatures(slow + i * SLOW_SIGNATURES, SLOW_SIGNATURES, pause_us);
        run(how, 1, 0);
    }
    snprintf(name, sizeof name, "%s_bare_signature", kind);
    print_times(name, fast, RUNS * SIGNATURES);
    snprintf(name, sizeof name, "%s_paused_signature", kind);
    print_times(name, slow, RUNS * SLOW_SIGNATURES);
    double bare = us(fast, RUNS * SIGNATURES, 0.5), paused = us(slow, RUNS * SLOW_SIGNATURES, 0.5);
    printf("%s_rounds %d\n%s_rounds_without_order %d\n", kind, common->rounds, kind, common->without);
    print_rounds(kind, "wake_to_order", common->to_order, bare, paused);
    print_rounds(kind, "wake_to_sent", common->within, bare, paused);
    print_rounds(kind, "exchange_to_exchange", common->around, bare, paused);
    snprintf(name, sizeof name, "%s_replay", kind);
    replay_last(name);
}

static void bench_flood(const char *name, int markets, double seconds)
{
    if (seconds <= 0)
        return;
    common->queue_most = common->rss_early_kb = 0;
    run(FLOOD, markets, seconds);
    double bytes = common->bytes_a_message;
    printf("%s_messages %llu\n%s_messages_a_second %.0f\n", name, (unsigned long long)common->messages, name,
           (double)common->messages / common->wall_s);
    printf("%s_host_cpu %.1f %%\n", name, 100 * common->cpu_s / common->wall_s);
    printf("%s_queue_mean_first_half %.1f messages\n%s_queue_mean_second_half %.1f messages\n", name,
           common->queue_first_half / bytes, name, common->queue_second_half / bytes);
    printf("%s_queue_most %.0f messages\n%s_queue_at_the_end %.0f messages\n", name, (double)common->queue_most / bytes,
           name, (double)common->queue_last / bytes);
    printf("%s_resident_after_a_quarter %.1f MB\n%s_resident_at_the_end %.1f MB\n", name,
           (double)common->rss_early_kb / 1024, name, (double)common->rss_late_kb / 1024);
    replay_last(name);
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/bench_live.XXXXXX";
    double seconds = argc > 1 ? atof(argv[1]) : 10, many = argc > 2 ? atof(argv[2]) : 20;
    common = mmap(NULL, sizeof *common, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (common == MAP_FAILED || !mkdtemp(folder) || chdir(folder) != 0)
        return 1;
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    bench_latency("quiet", QUIET);
    bench_latency("busy", BUSY);
    bench_flood("one_market", 1, seconds);
    bench_flood("ten_markets", MARKETS, many);
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) == 0 ? 0 : 1;
}
