/* Extended: from the text of a message to the updated book, to trades and to the state of an order, against a mere
 * cJSON_Parse of the same text. (From an order to its signed body: bench_stark.)
 *
 *     .build/release/tests/bench_extended
 *
 * Lines of `name value unit`: p50 and p99 over SAMPLES means of REPEATS calls; the codec and the tree in turns. Wanted: a
 * change of the book in less than 1 us. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "venue/extended/codec_book.h"

enum { SAMPLES = 2000, WARM_UP = 100, REPEATS = 50, DEPTH = 200 };

typedef struct {
    const char *name;
    char text[4096];
    size_t size, seq_at; /* where the number stands, of 9 digits */
    void (*run)(void);
} part;

static pg_extended_book book;
static pg_instrument instrument;
static pg_extended_level levels[PG_EXTENDED_LEVELS];
static pg_event events[PG_EXTENDED_BOOK_EVENTS];
static uint64_t seq = 100000000;
static part *now;

static void count_one(void *self, const pg_extended_record *record)
{
    *(uint64_t *)self += record->print.id;
}

static void set_seq(void)
{
    uint64_t value = ++seq;
    for (int i = 8; i >= 0; i--, value /= 10)
        now->text[now->seq_at + (size_t)i] = (char)('0' + value % 10);
}

static void run_book(void)
{
    pg_extended_book_frame frame = { .level = levels };
    pg_error err;
    int count;
    set_seq();
    if (pg_extended_book_read(&frame, now->text, now->size, 1, 5, &err) != PG_OK ||
        pg_extended_book_take(&book, &frame, 1, events, &count, &err) != PG_EXTENDED_BOOK_APPLIED) {
        fprintf(stderr, "%s\n", err.what);
        exit(1);
    }
}

static void run_trades(void)
{
    pg_extended_frame frame;
    uint64_t sum = 0;
    if (pg_extended_frame_read(&frame, now->text, now->size, NULL) != PG_OK ||
        pg_extended_records_read(PG_EXTENDED_PRINT, frame.data, &sum, count_one, NULL) != 0 || sum == 0)
        exit(1);
}

static void ignore_order(void *self, const pg_extended_order_record *order)
{
    *(uint64_t *)self += order->id;
}

static void ignore_trade(void *self, const pg_extended_trade *trade)
{
    (void)self, (void)trade;
}

static void ignore_position(void *self, const pg_extended_position *position)
{
    (void)self, (void)position;
}

static void ignore_balance(void *self, const pg_extended_balance *balance)
{
    (void)self, (void)balance;
}

static void run_account(void)
{
    pg_extended_frame frame;
    uint64_t sum = 0;
    unsigned whole;
    const pg_extended_account_sink sink = { &sum, ignore_order, ignore_trade, ignore_position, ignore_balance };
    if (pg_extended_frame_read(&frame, now->text, now->size, NULL) != PG_OK ||
        pg_extended_account_read(&frame, &sink, &whole, NULL) != 0 || sum == 0)
        exit(1);
}

static void run_tree(void)
{
    cJSON_Delete(cJSON_ParseWithLength(now->text, now->size));
}

/* ---- messages ---- */

static void finish(part *p, const char *rest)
{
    size_t n = strlen(p->text);
    snprintf(p->text + n, sizeof p->text - n, "%s", rest);
    const char *at = strstr(p->text, "\"seq\":");
    p->size = strlen(p->text);
    p->seq_at = (size_t)(at - p->text) + 6;
}

static void write_changes(part *p, int a_side)
{
    size_t n = (size_t)snprintf(p->text, sizeof p->text,
                                "{\"type\":\"DELTA\",\"data\":{\"t\":\"DELTA\",\"m\":\"BTC-USD\",\"b\":[");
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < a_side; i++)
            n += (size_t)snprintf(p->text + n, sizeof p->text - n,
                                  "%s{\"q\":\"-0.0000%d\",\"p\":\"%d\",\"c\":\"0.85%d28\"}", i ? "," : "", i + 1,
                                  side ? 63721 + 3 * i : 63720 - 3 * i, i);
        n += (size_t)snprintf(p->text + n, sizeof p->text - n, side ? "]" : "],\"a\":[");
    }
    finish(p, ",\"d\":\"f\"},\"ts\":1785778403488,\"seq\":100000000}");
}

static void begin_book(void)
{
    static char text[1 << 16];
    pg_extended_book_frame frame = { .level = levels };
    pg_error err;
    int count;
    size_t n = (size_t)snprintf(text, sizeof text, "{\"type\":\"SNAPSHOT\",\"data\":{\"m\":\"BTC-USD\",\"b\":[");
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < DEPTH; i++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s{\"q\":\"1.5\",\"p\":\"%d\"}", i ? "," : "",
                                  side ? 63721 + i : 63720 - i);
        n += (size_t)snprintf(text + n, sizeof text - n, side ? "]" : "],\"a\":[");
    }
    n += (size_t)snprintf(text + n, sizeof text - n, "},\"ts\":1,\"seq\":%llu}", (unsigned long long)seq);
    if (pg_instrument_init(&instrument, "extended", "BTC-USD", 1, 5, 10, 1, 0, &err) != PG_OK ||
        pg_extended_book_init(&book, "BTC-USD", &instrument, &err) != PG_OK ||
        pg_extended_book_read(&frame, text, n, 1, 5, &err) != PG_OK ||
        pg_extended_book_take(&book, &frame, 1, events, &count, &err) != PG_EXTENDED_BOOK_APPLIED) {
        fprintf(stderr, "%s\n", err.what);
        exit(1);
    }
}

/* ---- measuring ---- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double sample_of(void (*run)(void))
{
    double start = pg_clock_elapsed();
    for (int k = 0; k < REPEATS; k++)
        run();
    return (pg_clock_elapsed() - start) / REPEATS * 1e6;
}

static void measure(part *p)
{
    static double codec[SAMPLES], tree[SAMPLES];
    now = p;
    for (int i = -WARM_UP; i < SAMPLES; i++) {
        double a = sample_of(p->run), b = sample_of(run_tree);
        if (i >= 0) {
            codec[i] = a;
            tree[i] = b;
        }
    }
    qsort(codec, SAMPLES, sizeof *codec, ascending);
    qsort(tree, SAMPLES, sizeof *tree, ascending);
    printf("%s_p50 %.3f us\n%s_p99 %.3f us\n", p->name, codec[SAMPLES / 2], p->name, codec[SAMPLES * 99 / 100]);
    printf("%s_over_cjson_parse %.2f\n", p->name, codec[SAMPLES / 2] / tree[SAMPLES / 2]);
}

int main(void)
{
    static part parts[] = { { .name = "change_of_2_levels_to_book", .run = run_book },
                            { .name = "change_of_6_levels_to_book", .run = run_book },
                            { .name = "trade", .run = run_trades },
                            { .name = "order_state", .run = run_account } };
    begin_book();
    write_changes(&parts[0], 1);
    write_changes(&parts[1], 3);
    finish(&parts[2], "{\"data\":[{\"i\":2104498657029001217,\"m\":\"BTC-USD\",\"S\":\"BUY\",\"tT\":\"TRADE\","
                      "\"T\":1790586554187,\"p\":\"82589\",\"q\":\"0.30270\"}],\"ts\":1790586554191,\"seq\":2}");
    finish(&parts[3],
           "{\"type\":\"ORDER\",\"data\":{\"orders\":[{\"id\":1791181340771614723,\"accountId\":1791181340771614721,"
           "\"externalId\":\"pg0123456789abcdef-0000100000000001-1\",\"market\":\"BTC-USD\",\"type\":\"LIMIT\","
           "\"side\":\"BUY\",\"status\":\"NEW\",\"price\":\"12400.000000\",\"qty\":\"10.000000\","
           "\"filledQty\":\"3.513000\",\"payedFee\":\"0.513000\",\"reduceOnly\":true,\"postOnly\":false,"
           "\"createdTime\":1715885888571,\"updatedTime\":1715885888571,\"expireTime\":1715885888571}]},"
           "\"ts\":1715885884837,\"seq\":1}");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        measure(&parts[i]);
    pg_extended_book_free(&book);
    return 0;
}
