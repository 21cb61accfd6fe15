/* Times of Lighter's cryptography, each as a ratio to a bare libsecp256k1 signature in the same run.
 *
 *     bench_lighter [ROUNDS]      rounds of every stage, 2000 without it; prints median and 99th percentile */
#include <secp256k1.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "crypto/poseidon2.h"
#include "venue/lighter/sign.h"

typedef struct {
    secp256k1_context *curve;
    pg_scalar5 key;
    uint8_t public_key[PG_SCHNORR_KEY_BYTES], signature[PG_SCHNORR_SIGNATURE_BYTES];
    pg_fp5 message;
    pg_lighter_tx tx;
    uint64_t state[PG_POSEIDON2_WIDTH];
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
    secp256k1_context_destroy(b.curve);
    free(times);
    return 0;
}
