/* The safety parts on the path of an order: an append to the journal, the ledger's records, a risk check, the set of
 * fills heard; against a bare copy of 256 bytes with its CRC-32. And how fast the database follows.
 *
 *     .build/release/tests/bench_trade [FOLDER]       the ledger lies in FOLDER, default .run
 *
 * Lines of `name value unit`; p50, p99, p99.9 and max over blocks of REPEATS calls each (the clock itself takes a part of
 * what one call does); max over all shows what page faults and writeback of the mapped file cost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/clock.h"
#include "trade/ledger.h"
#include "trade/risk.h"
#include "trade/seen.h"

enum { BLOCKS = 20000, REPEATS = 8, MARKETS = 10, FLUSH_EVERY = 2000 };

static double spent[BLOCKS];

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double report(const char *name)
{
    qsort(spent, BLOCKS, sizeof *spent, by_value);
    const double scale = 1e9 / REPEATS;
    printf("%-22s p50 %7.0f  p99 %7.0f  p99.9 %7.0f  max %9.0f ns\n", name, spent[BLOCKS / 2] * scale,
           spent[BLOCKS / 100 * 99] * scale, spent[BLOCKS / 1000 * 999] * scale, spent[BLOCKS - 1] * scale);
    return spent[BLOCKS / 2] * scale;
}

/* Times `call` REPEATS times in each block, with `between` called now and then outside of the time. */
#define TIME(call, between)                                                                                            \
    do {                                                                                                               \
        for (int block = 0; block < BLOCKS; block++) {                                                                 \
            double started = pg_clock_elapsed();                                                                       \
            for (int repeat = 0; repeat < REPEATS; repeat++) {                                                         \
                call;                                                                                                  \
                n++;                                                                                                   \
            }                                                                                                          \
            spent[block] = pg_clock_elapsed() - started;                                                               \
            if (block % FLUSH_EVERY == FLUSH_EVERY - 1)                                                                \
                between;                                                                                               \
        }                                                                                                              \
    } while (0)

static void must(pg_status status, const pg_error *err)
{
    if (status == PG_OK)
        return;
    fprintf(stderr, "bench_trade: %s\n", err->what);
    exit(1);
}

static double bench_copy(void)
{
    static pg_record from;
    static pg_record slots[4096];
    uint64_t n = 0;
    TIME((from.sequence = n, from.checksum = (uint32_t)crc32_z(0, (const uint8_t *)&from + 4, sizeof from - 4),
          slots[n % 4096] = from),
         (void)0);
    if (slots[n % 4096].sequence == n) /* they are read: the copies are not left out */
        exit(1);
    return report("copy_and_crc");
}

static double bench_journal(const char *folder)
{
    char path[512];
    snprintf(path, sizeof path, "%s/bench.ahead", folder);
    unlink(path);
    pg_journal *journal = NULL;
    pg_journal_found found;
    pg_error err = { 0 };
    must(pg_journal_open(&journal, path, PG_JOURNAL_DEFAULT, &found, &err), &err);
    pg_record record = { .kind = PG_RECORD_ORDER };
    uint64_t n = 0;
    TIME((record.id = n, (void)pg_journal_append(journal, &record)), pg_journal_release(journal, n));
    double p50 = report("journal_append");
    pg_journal_close(journal);
    unlink(path);
    return p50;
}

static void bench_ledger(const char *folder)
{
    char path[512], journal[520];
    snprintf(path, sizeof path, "%s/bench.db", folder);
    snprintf(journal, sizeof journal, "%s.ahead", path);
    unlink(path);
    unlink(journal);
    pg_ledger *ledger = NULL;
    pg_error err = { 0 };
    pg_instrument eth;
    pg_instrument_init(&eth, "test", "ETH", 1, 4, 1, 1, 0, NULL);
    must(pg_ledger_open(&ledger, &(pg_ledger_config){ .path = path }, &err), &err);
    must(pg_ledger_session(ledger, &(pg_ledger_run){ 1, "bench", "", "" }, 1, &err), &err);
    must(pg_ledger_account(ledger, 0, "test", "a", 1, &err), &err);
    must(pg_ledger_market(ledger, 0, 0, &eth, 1, &err), &err);
    pg_request order = { .kind = PG_REQUEST_NEW, .side = PG_BUY, .price = 30000, .size = 10 };
    pg_reply fill = { .kind = PG_REPLY_FILL, .side = PG_BUY, .price = 30000, .size = 10, .fee = 5 };
    char trade_id[32];
    const pg_ledger_names names = { "123456", trade_id, NULL };
    uint64_t n = 1;
    double flushing = 0, begin;
#define FLUSH                                                                                                          \
    (begin = pg_clock_elapsed(), must(pg_ledger_flush(ledger, 60000, &err), &err),                                     \
     flushing += pg_clock_elapsed() - begin)
    TIME((order.id = n, must(pg_ledger_request(ledger, 0, &order, 1, 0, NULL, 1), &err)), FLUSH);
    report("ledger_request");
    n = 1;
    TIME((snprintf(trade_id, sizeof trade_id, "t%llu", (unsigned long long)n), fill.id = n,
          must(pg_ledger_reply(ledger, 0, 1, &fill, &names, 1), &err)),
         FLUSH);
    report("ledger_fill");
    printf("%-22s %.0f records/s behind the loop (orders and fills, synced)\n", "ledger_follows",
           2.0 * BLOCKS * REPEATS / flushing);
    must(pg_ledger_close(ledger, &err), &err);
    struct stat st;
    if (stat(path, &st) == 0)
        printf("%-22s %.0f bytes a record in the database\n", "ledger_size",
               (double)st.st_size / (2.0 * BLOCKS * REPEATS));
    unlink(path);
    unlink(journal);
}

static void bench_risk(void)
{
    const pg_risk_limits limits = { .max_order_usd = 1e6,
                                    .max_order_size = 1e3,
                                    .max_orders_per_s = 1e6,
                                    .max_distance_bps = 100,
                                    .max_open_orders = 100,
                                    .max_position_usd = 1e7,
                                    .max_position = 1e4,
                                    .max_gross_usd = 1e8,
                                    .max_net_usd = 1e8,
                                    .max_daily_loss_usd = 1e5,
                                    .max_drawdown = 0.5,
                                    .max_book_age_s = 5,
                                    .max_account_age_s = 5,
                                    .cascade_pull = 0.8,
                                    .leverage = 10 };
    pg_risk *risk = NULL;
    pg_error err = { 0 };
    int market[MARKETS];
    must(pg_risk_new(&risk, &limits, &err), &err);
    for (int i = 0; i < MARKETS; i++) {
        pg_instrument in;
        pg_instrument_init(&in, "test", i % 2 ? "BTC" : "ETH", 2, 4, 1, 1, 0, NULL);
        must(pg_risk_add_market(risk, &market[i], 0, &in, false, NULL, &err), &err);
        pg_risk_mark(risk, market[i], 2 * 300000);
        pg_risk_heard(risk, market[i], PG_FEED_BOOK, 1000);
        pg_risk_heard(risk, market[i], PG_FEED_ACCOUNT, 1000);
    }
    pg_risk_equity(risk, 0, 1000000000000, 1000);
    pg_risk_margin(risk, 0, 1000000000000);
    pg_request request = { .kind = PG_REQUEST_NEW, .side = PG_BUY, .price = 300000, .size = 1000 };
    pg_risk_open open = { .size = { 1000, 1000 }, .count = 2 };
    pg_risk_verdict verdict;
    uint64_t n = 0, refused = 0;
    TIME((open.size[0] = (int64_t)(1000 + n % 2), /* changes: valued anew each time */
          refused += !pg_risk_check(risk, market[n % MARKETS], &request, &open, (int64_t)(1000 + n * 10000), &verdict)),
         (pg_risk_heard(risk, market[0], PG_FEED_ACCOUNT, (int64_t)(1000 + n * 10000))));
    report("risk_check_allowed");
    TIME(pg_risk_mark(risk, market[n % MARKETS], (int64_t)(600000 + n % 64)), (void)0);
    report("risk_mark");
    request.size = 1000000000;
    TIME((void)pg_risk_check(risk, market[0], &request, &open, (int64_t)(1000 + n), &verdict), (void)0);
    report("risk_check_refused");
    if (refused)
        printf("(%llu of the first were refused: %s)\n", (unsigned long long)refused, verdict.text);
    pg_risk_free(risk);
}

static void bench_seen(void)
{
    pg_seen *seen = NULL;
    pg_error err = { 0 };
    char id[32];
    uint64_t n = 1;
    must(pg_seen_new(&seen, PG_SEEN_DEFAULT, &err), &err);
    TIME((snprintf(id, sizeof id, "7452104347%llu", (unsigned long long)n), (void)pg_seen_check(seen, id, (int64_t)n)),
         (void)0);
    report("seen_check");
    pg_seen_free(seen);
}

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : ".run";
    mkdir(folder, 0755);
    double copy = bench_copy(), append = bench_journal(folder);
    bench_ledger(folder);
    bench_risk();
    bench_seen();
    printf("%-22s %.2f times copy_and_crc\n", "journal_append_ratio", append / copy);
    return 0;
}
