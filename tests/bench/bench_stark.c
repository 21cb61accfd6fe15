/* Speed of the STARK cryptography and of Extended's orders: lines of `name value unit`, p50 and p99 over samples.
 *
 *     .build/release/tests/bench_stark
 *
 * Reference in the same run: the bare libsecp256k1 signature (secp256k1_ecdsa_sign_recoverable), to which the others
 * are also given as ratios. Wanted: a signature in 60 us, a verification in 200, Poseidon of two in 4, an order to its
 * signed body in 80.
 *
 * Tried without success: rows of products in C instead of columns in assembly (Poseidon 5.4 us with GCC), no
 * vectorization, -O3 and BMI2 (no difference); reducing two of three elements in Poseidon's partial rounds (10% slower).
 *
 * Each sample takes the mean of a few calls, so that the clock's own cost does not count. */
#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/stark_ecdsa.h"
#include "crypto/stark_key.h"
#include "crypto/stark_pedersen.h"
#include "crypto/stark_poseidon.h"
#include "venue/extended/sign_order.h"

enum { SAMPLES = 400, WARM_UP = 20 };

typedef struct {
    secp256k1_context *secp256k1;
    uint8_t secret[32], hash[32], public_key[32];
    pg_secret *key;
    pg_stark_signature signature;
    pg_felt a, b;
    pg_extended_market market;
    pg_extended_account account;
    pg_extended_order order;
    pg_extended_signed_order signed_order;
    char body[PG_EXTENDED_BODY];
} subject;

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e6 * (double)t.tv_sec + 1e-3 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median of SAMPLES means of `calls` calls. */
static double measure(const char *name, subject *s, void (*run)(subject *), int calls)
{
    static double sample[SAMPLES];

    for (int i = -WARM_UP; i < SAMPLES; i++) {
        double start = now_us();
        for (int j = 0; j < calls; j++)
            run(s);
        if (i >= 0)
            sample[i] = (now_us() - start) / calls;
    }
    qsort(sample, SAMPLES, sizeof *sample, ascending);
    printf("%s_p50 %.4g us\n%s_p99 %.4g us\n", name, sample[SAMPLES / 2], name, sample[SAMPLES * 99 / 100]);
    return sample[SAMPLES / 2];
}

static void reference(subject *s)
{
    secp256k1_ecdsa_recoverable_signature signature;
    s->hash[31]++;
    if (!secp256k1_ecdsa_sign_recoverable(s->secp256k1, &signature, s->hash, s->secret, NULL, NULL))
        exit(1);
}

static void sign(subject *s)
{
    s->hash[31]++;
    if (pg_stark_sign(&s->signature, s->hash, s->key, NULL) != PG_OK)
        exit(1);
}

static void verify(subject *s)
{
    if (pg_stark_verify_var(&s->signature, s->hash, s->public_key, NULL) != PG_OK)
        exit(1);
}

static void public_key(subject *s)
{
    if (pg_stark_public_key(s->public_key, s->key, NULL) != PG_OK)
        exit(1);
}

static void poseidon(subject *s)
{
    pg_poseidon_hash2(&s->a, &s->a, &s->b);
}

static void pedersen(subject *s)
{
    pg_pedersen_hash_var(&s->a, &s->a, &s->b);
}

static void field_mul(subject *s)
{
    pg_felt_mul(&s->a, &s->a, &s->b);
}

static void order(subject *s)
{
    s->order.nonce++;
    if (pg_extended_order_sign(&s->signed_order, &s->order, &s->account, false, NULL) != PG_OK ||
        pg_extended_order_body(s->body, sizeof s->body, &s->order, &s->signed_order, &s->account, NULL) != PG_OK)
        exit(1);
}

static void prepare(subject *s)
{
    pg_felt domain;

    memset(s->secret, 0x11, 32);
    s->hash[0] = 0x03;
    s->hash[5] = 0x77;
    s->secp256k1 = secp256k1_context_create(SECP256K1_CONTEXT_SIGN);
    if (!s->secp256k1 ||
        pg_stark_key_from_hex(&s->key, "0x2951541e9375cc4b11e4840ecb75600d3b845ca08b10a59986529242c47a96e", NULL) !=
            PG_OK)
        exit(1);
    pg_felt_from_u64(&s->a, 3);
    pg_felt_from_u64(&s->b, 5);
    pg_extended_domain_hash(&domain, "Perpetuals", "v0", "SN_SEPOLIA", 1, NULL);
    pg_extended_account_init(&s->account, 10002, &domain, s->key, NULL, NULL);

    snprintf(s->market.name, sizeof s->market.name, "BTC-USD");
    pg_exact_parse(&s->market.size_step, "0.00001", NULL);
    pg_exact_parse(&s->market.price_tick, "0.1", NULL);
    pg_felt_from_hex(&s->market.synthetic_id, "0x4254432d3600000000000000000000", NULL);
    s->market.collateral_id = pg_felt_one;
    s->market.synthetic_resolution = s->market.collateral_resolution = 1000000;
    s->order = (pg_extended_order){
        .market = &s->market,
        .side = PG_EXTENDED_BUY,
        .quantity = "0.00123",
        .price = "43445.1",
        .fee = "0.00025",
        .post_only = true,
        .expiry_ms = 1705626536861,
        .nonce = 1,
    };
}

int main(void)
{
    static const struct {
        const char *name;
        void (*run)(subject *);
        int calls;
    } cases[] = {
        { "stark_sign", sign, 4 },
        { "stark_verify", verify, 2 },
        { "stark_public_key", public_key, 4 },
        { "poseidon_hash2", poseidon, 50 },
        { "pedersen_hash", pedersen, 2 },
        { "stark_field_mul", field_mul, 1000 },
        { "extended_order_to_body", order, 2 },
    };
    static subject s;

    prepare(&s);
    public_key(&s);
    double unit = measure("secp256k1_sign", &s, reference, 4);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double median = measure(cases[i].name, &s, cases[i].run, cases[i].calls);
        printf("%s_ratio %.3g secp256k1_sign\n", cases[i].name, median / unit);
    }
    pg_secret_free(s.key);
    secp256k1_context_destroy(s.secp256k1);
    return 0;
}
