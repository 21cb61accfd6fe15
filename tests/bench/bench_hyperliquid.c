/* Hyperliquid: from an order to the bytes of its request, against the bare recoverable signature of libsecp256k1.
 *
 *     .build/release/tests/bench_hyperliquid
 *
 * Lines of `name value unit`. The two are timed in turns within one run, so that their ratio (the last lines) does not
 * depend on what else the machine does; p50 and p99 are over single calls. */
#include <secp256k1_recovery.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/hex.h"
#include "crypto/keccak.h"
#include "venue/hyperliquid/sign.h"

enum { CALLS = 5000, WARM_UP = 200, BATCH = 40 };

typedef enum { BARE, ENCODE, HASH, SIGN, BODY, BODY_OF_40, PARTS } part;

static const char *const names[PARTS] = { "bare_signature", "encode_order",  "keccak_136",
                                          "sign_order",     "order_to_body", "batch_of_40_to_body" };
static double seconds[PARTS][CALLS];

static const char private_key[] = "0123456789012345678901234567890123456789012345678901234567890123";

typedef struct {
    secp256k1_context *context;
    uint8_t key[32], digest[32];
    pg_hl_signer signer;
    pg_hl_order orders[BATCH];
    pg_hl_action one, many;
    pg_hl_signed made;
    pg_text body;
} bench;

static void check(pg_status status, const pg_error *err)
{
    char text[1024];
    if (status == PG_OK)
        return;
    fprintf(stderr, "%s\n", pg_error_text(err, text, sizeof text));
    exit(1);
}

static void set_up(bench *b)
{
    pg_secp256k1 *curve;
    pg_secret *secret;
    pg_error err = { 0 };

    check(pg_secp256k1_new(&curve, &err), &err);
    check(pg_secret_from_hex(&secret, 32, private_key, strlen(private_key), &err), &err);
    check(pg_hl_signer_init(&b->signer, curve, secret, &err), &err);
    pg_hex_decode(b->key, sizeof b->key, private_key, strlen(private_key), NULL);
    b->context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN);
    if (!secp256k1_context_randomize(b->context, b->key))
        exit(1);
    for (int i = 0; i < BATCH; i++)
        b->orders[i] = (pg_hl_order){ .asset = i,
                                      .is_buy = i % 2 == 0,
                                      .price = "43250.5",
                                      .size = "0.00123",
                                      .tif = PG_HL_ALO,
                                      .cloid = "0xfdb3d73790f4c685e7931fb75bf533f6" };
    b->one = (pg_hl_action){ .kind = PG_HL_ORDER, .order = { .list = b->orders, .count = 1 } };
    b->many = (pg_hl_action){ .kind = PG_HL_ORDER, .order = { .list = b->orders, .count = BATCH } };
}

static void bare_signature(bench *b)
{
    secp256k1_ecdsa_recoverable_signature signature;
    unsigned char bytes[64];
    int id;
    if (!secp256k1_ecdsa_sign_recoverable(b->context, &signature, b->digest, b->key, NULL, NULL))
        exit(1);
    secp256k1_ecdsa_recoverable_signature_serialize_compact(b->context, bytes, &id, &signature);
    memcpy(b->digest, bytes, 32); /* another digest next time */
}

static void run(bench *b, part which, uint64_t nonce)
{
    pg_hl_envelope envelope = { .network = PG_HL_MAINNET, .nonce = nonce };
    pg_error err = { 0 };
    uint8_t block[PG_KECCAK_RATE - 1] = { (uint8_t)nonce };

    b->body.length = 0;
    switch (which) {
    case BARE: bare_signature(b); break;
    case ENCODE: check(pg_hl_encode(&b->made.encoded, &b->one, &envelope, &err), &err); break;
    case HASH: pg_keccak256(b->digest, block, sizeof block); break;
    case SIGN: check(pg_hl_sign(&b->made, &b->signer, &b->one, &envelope, &err), &err); break;
    default:
        check(pg_hl_sign(&b->made, &b->signer, which == BODY ? &b->one : &b->many, &envelope, &err), &err);
        check(pg_hl_body(&b->body, &b->made, &err), &err);
    }
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void)
{
    static bench b;

    set_up(&b);
    for (int i = -WARM_UP; i < CALLS; i++)
        for (int p = 0; p < PARTS; p++) {
            double start = pg_clock_elapsed();
            run(&b, (part)p, 1735689600000u + (uint64_t)(i + WARM_UP));
            if (i >= 0)
                seconds[p][i] = pg_clock_elapsed() - start;
        }
    for (int p = 0; p < PARTS; p++) {
        qsort(seconds[p], CALLS, sizeof(double), ascending);
        printf("%s_p50 %.2f us\n", names[p], 1e6 * seconds[p][CALLS / 2]);
        printf("%s_p99 %.2f us\n", names[p], 1e6 * seconds[p][CALLS * 99 / 100]);
    }
    double bare = seconds[BARE][CALLS / 2];
    printf("sign_order_to_bare_signature %.3f ratio\n", seconds[SIGN][CALLS / 2] / bare);
    printf("order_to_body_to_bare_signature %.3f ratio\n", seconds[BODY][CALLS / 2] / bare);
    return 0;
}
