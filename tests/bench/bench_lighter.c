/* Times of Lighter's cryptography and messages, each as a ratio to a bare libsecp256k1 signature in the same run.
 *
 *     bench_lighter [ROUNDS]      rounds of every stage, 2000 without it; prints median and 99th percentile */
#include <secp256k1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/poseidon2.h"
#include "venue/lighter/codec_book.h"
#include "venue/lighter/sign.h"

typedef struct {
    secp256k1_context *curve;
    pg_scalar5 key;
    uint8_t public_key[PG_SCHNORR_KEY_BYTES], signature[PG_SCHNORR_SIGNATURE_BYTES];
    pg_fp5 message;
    pg_lighter_tx tx;
    uint64_t state[PG_POSEIDON2_WIDTH];
    pg_lighter_decoder *decoder;
    pg_lighter_book book;
    pg_event *events;
    char update[2048];
    int64_t nonce;
} bench;

typedef void stage(bench *b);

static void reference(bench *b)
{
    static const unsigned char digest[32] = { 1, 2, 3 }, key[32] = { [31] = 7 };
    secp256k1_ecdsa_signature signature;
    if (!secp256k1_ecdsa_sign(b->curve, &signature, digest, key, NULL, NULL))
        exit(1);
}

/* A hundred, because one is near the resolution of the clock. */
static void permutations(bench *b)
{
    for (int i = 0; i < 100; i++)
        pg_poseidon2_permute(b->state);
}

static void sign(bench *b)
{
    if (pg_schnorr_sign(b->signature, &b->message, &b->key, NULL) != PG_OK)
        exit(1);
}

static void verify(bench *b)
{
    if (pg_schnorr_verify_var(b->public_key, &b->message, b->signature, NULL) != PG_OK)
        exit(1);
}

static void transaction(bench *b)
{
    pg_lighter_signed made;
    b->tx.value[PG_LIGHTER_NONCE]++;
    if (pg_lighter_sign(&made, 304, &b->tx, &b->key, NULL) != PG_OK)
        exit(1);
}

/* ---- messages: updates as they were recorded on 2026-07-28, of 6 asks and 10 bids, and of 1 and 2 ---- */

static const char large[] =
    "{\"channel\":\"order_book:0\",\"last_updated_at\":1785252530170379,\"offset\":2043113,\"order_book\":{\"code\":0,"
    "\"asks\":[{\"price\":\"1915.49\",\"size\":\"2.9243\"},{\"price\":\"1915.52\",\"size\":\"31.3043\"},"
    "{\"price\":\"1916.44\",\"size\":\"0.5223\"},{\"price\":\"1916.47\",\"size\":\"0.0000\"},"
    "{\"price\":\"1918.36\",\"size\":\"0.2085\"},{\"price\":\"1918.39\",\"size\":\"0.0000\"}],"
    "\"bids\":[{\"price\":\"1914.24\",\"size\":\"0.1900\"},{\"price\":\"1914.23\",\"size\":\"3.7732\"},"
    "{\"price\":\"1914.22\",\"size\":\"0.0000\"},{\"price\":\"1913.90\",\"size\":\"13.3579\"},"
    "{\"price\":\"1913.60\",\"size\":\"0.0000\"},{\"price\":\"1913.57\",\"size\":\"0.0522\"},"
    "{\"price\":\"1912.64\",\"size\":\"127.6970\"},{\"price\":\"1912.61\",\"size\":\"0.1045\"},"
    "{\"price\":\"1910.73\",\"size\":\"0.0000\"},{\"price\":\"1910.70\",\"size\":\"0.2093\"}],"
    "\"offset\":2043113,\"nonce\":%lld,\"last_updated_at\":1785252530170379,\"begin_nonce\":%lld},"
    "\"timestamp\":1785252530174,\"type\":\"%s/order_book\"}";
static const char small[] =
    "{\"channel\":\"order_book:0\",\"last_updated_at\":1785252530221157,\"offset\":2043118,\"order_book\":{\"code\":0,"
    "\"asks\":[{\"price\":\"1914.46\",\"size\":\"0.0000\"}],\"bids\":[{\"price\":\"1914.11\",\"size\":\"10.2437\"},"
    "{\"price\":\"1914.07\",\"size\":\"88.0308\"}],"
    "\"offset\":2043118,\"nonce\":%lld,\"last_updated_at\":1785252530221157,\"begin_nonce\":%lld},"
    "\"timestamp\":1785252530230,\"type\":\"%s/order_book\"}";

static void take_book(bench *b)
{
    const pg_lighter_message *message;
    int count;
    if (pg_lighter_decode(b->decoder, &message, b->update, strlen(b->update), NULL) != PG_OK)
        exit(1);
    if (pg_lighter_book_take(&b->book, message, 1, b->events, &count) != PG_LIGHTER_BOOK_APPLIED || count == 0)
        exit(1);
    b->book.nonce = b->nonce; /* the same one follows again */
}

static void prepare_book(bench *b, const char *form)
{
    const pg_lighter_message *message;
    int count;
    snprintf(b->update, sizeof b->update, large, 17926042877LL, 0LL, "subscribed");
    pg_lighter_decode(b->decoder, &message, b->update, strlen(b->update), NULL);
    if (pg_lighter_book_take(&b->book, message, 1, b->events, &count) != PG_LIGHTER_BOOK_SNAPSHOT)
        exit(1);
    b->nonce = b->book.nonce;
    snprintf(b->update, sizeof b->update, form, 17926042944LL, 17926042877LL, "update");
}

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double measure(const char *name, bench *b, stage *run, double divide, double against, double *times, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        double from = now_us();
        run(b);
        times[i] = (now_us() - from) / divide;
    }
    qsort(times, (size_t)rounds, sizeof *times, by_value);
    double median = times[rounds / 2];
    printf("%-28s median %8.2f us  p99 %8.2f us  ratio %6.3f\n", name, median, times[rounds * 99 / 100],
           against > 0 ? median / against : 1.0);
    return median;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 2000;
    bench b = { .key = { { 1, 2, 3, 4, 5 } },
                .message = { { 1, 2, 3, 4, 5 } },
                .tx = { .type = PG_LIGHTER_CREATE_ORDER } };
    double *times = rounds > 0 ? malloc((size_t)rounds * sizeof *times) : NULL;

    if (!times) {
        fprintf(stderr, "bench_lighter: ROUNDS is a number above 0\n");
        return 2;
    }
    b.curve = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    pg_schnorr_public_key(b.public_key, &b.key);
    b.tx.value[PG_LIGHTER_BASE_AMOUNT] = 317;
    b.tx.value[PG_LIGHTER_PRICE] = 236132;
    b.tx.value[PG_LIGHTER_TIME_IN_FORCE] = 2;
    b.tx.value[PG_LIGHTER_ORDER_EXPIRY] = 1790000900000;
    double base = measure("secp256k1 signature", &b, reference, 1, 0, times, rounds);
    measure("Poseidon2 permutation", &b, permutations, 100, base, times, rounds);
    measure("Schnorr signature", &b, sign, 1, base, times, rounds);
    measure("Schnorr verification", &b, verify, 1, base, times, rounds);
    measure("transaction to signed text", &b, transaction, 1, base, times, rounds);
    b.events = malloc(PG_LIGHTER_BOOK_EVENTS * sizeof *b.events);
    if (!b.events || pg_lighter_decoder_new(&b.decoder, NULL) != PG_OK ||
        pg_lighter_decoder_add(b.decoder, 0, 2, 4, NULL) != PG_OK || pg_lighter_book_init(&b.book, NULL) != PG_OK)
        return 1;
    prepare_book(&b, small);
    measure("update of 3 levels to book", &b, take_book, 1, base, times, rounds);
    prepare_book(&b, large);
    measure("update of 16 levels to book", &b, take_book, 1, base, times, rounds);
    pg_lighter_book_free(&b.book);
    pg_lighter_decoder_free(b.decoder);
    free(b.events);
    secp256k1_context_destroy(b.curve);
    free(times);
    return 0;
}
