/* Hyperliquid: from an order to the bytes of its request, against the bare recoverable signature of libsecp256k1; and
 * from the text of a book or trades message to the updated book and the events, against a mere cJSON_Parse of the text.
 *
 *     .build/release/tests/bench_hyperliquid
 *
 * Lines of `name value unit`. They are timed in turns within one run, so that their ratios (the last lines) do not
 * depend on what else the machine does; p50 and p99 are over single calls, of the codec's parts over REPEATS calls. */
#include <cjson/cJSON.h>
#include <secp256k1_recovery.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "crypto/hex.h"
#include "crypto/keccak.h"
#include "market/book.h"
#include "venue/hyperliquid/codec_book.h"
#include "venue/hyperliquid/sign.h"

enum { CALLS = 5000, WARM_UP = 200, BATCH = 40, REPEATS = 20, LEVELS = 20 };

typedef enum {
    BARE,
    ENCODE,
    HASH,
    SIGN,
    BODY,
    BODY_OF_40,
    BOOK,
    BOOK_APPLIED,
    BOOK_CJSON,
    TRADES,
    TRADES_CJSON,
    PARTS,
    SIGNING_PARTS = BOOK
} part;

static const char *const names[PARTS] = { "bare_signature", "encode_order",     "keccak_136",
                                          "sign_order",     "order_to_body",    "batch_of_40_to_body",
                                          "decode_book_20", "book_20_to_book",  "cjson_parse_book_20",
                                          "decode_trade",   "cjson_parse_trade" };
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
    pg_text book_text, trade_text;
    pg_hl_decoder *decoder;
    pg_hl_book merged;
    pg_book *book;
    pg_event events[PG_HL_BOOK_EVENTS];
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

/* A book message as the venue writes it, at prices around 105055 with sizes of five decimals. */
static void write_book(pg_text *text)
{
    pg_text_print(text, "{\"channel\":\"l2Book\",\"data\":{\"coin\":\"BTC\",\"time\":1737918843503,\"levels\":[");
    for (int side = 0; side < 2; side++) {
        pg_text_print(text, side ? ",[" : "[");
        for (int i = 0; i < LEVELS; i++)
            pg_text_print(text, "%s{\"px\":\"%d.0\",\"sz\":\"%d.%05d\",\"n\":%d}", i ? "," : "",
                          side ? 105056 + i * 2 : 105055 - i * 2, i * 7 % 4, (i * 7919 + side * 13) % 99999 + 1,
                          i * 5 % 53 + 1);
        pg_text_print(text, "]");
    }
    pg_text_print(text, "]}}");
}

static void set_up_codec(bench *b)
{
    pg_error err = { 0 };
    pg_instrument btc;

    write_book(&b->book_text);
    pg_text_print(
        &b->trade_text,
        "{\"channel\":\"trades\",\"data\":[{\"coin\":\"BTC\",\"side\":\"A\",\"px\":\"105055.0\",\"sz\":\"0.00036\","
        "\"time\":1737918844193,\"hash\":\"0x7ab608dad75f7ce37c2f044516391f02023a00c072529bb51e7eb42d965356ce\","
        "\"tid\":1045359869404765,\"users\":[\"0x9aa589355bf745db9784c8ef3c646360f11b58af\","
        "\"0x8269c0a4f5f1a14582e0aa46856a234893c41970\"]}]}");
    check(pg_hl_decoder_new(&b->decoder, &err), &err);
    check(pg_instrument_init(&btc, "hyperliquid", "BTC", 1, 5, 1, 1, 5, &err), &err);
    check(pg_hl_decoder_add(b->decoder, "BTC", &btc, NULL, &err), &err);
    b->book = pg_book_new(1);
}

static void decode(bench *b, const pg_text *text, pg_hl_frame *frame)
{
    pg_error err;
    check(pg_hl_decode(b->decoder, frame, text->data, text->length, 1, &err), &err);
}

static void run_codec(bench *b, part which)
{
    pg_hl_frame frame;
    const pg_text *text = which == TRADES || which == TRADES_CJSON ? &b->trade_text : &b->book_text;

    for (int i = 0; i < REPEATS; i++)
        switch (which) {
        case BOOK_CJSON:
        case TRADES_CJSON: cJSON_Delete(cJSON_ParseWithLength(text->data, text->length)); break;
        case BOOK_APPLIED:
            decode(b, text, &frame);
            for (int n = pg_hl_book_take(&b->merged, &frame, 1, b->events), k = 0; k < n; k++)
                pg_book_apply(b->book, &b->events[k]);
            if (pg_book_count(b->book, PG_BUY) != LEVELS || pg_book_count(b->book, PG_SELL) != LEVELS)
                exit(1);
            break;
        default: decode(b, text, &frame);
        }
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

    if (which >= SIGNING_PARTS) {
        run_codec(b, which);
        return;
    }
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
    set_up_codec(&b);
    for (int i = -WARM_UP; i < CALLS; i++)
        for (int p = 0; p < PARTS; p++) {
            double start = pg_clock_elapsed();
            run(&b, (part)p, 1735689600000u + (uint64_t)(i + WARM_UP));
            if (i >= 0)
                seconds[p][i] = (pg_clock_elapsed() - start) / (p >= SIGNING_PARTS ? REPEATS : 1);
        }
    for (int p = 0; p < PARTS; p++) {
        qsort(seconds[p], CALLS, sizeof(double), ascending);
        printf("%s_p50 %.3f us\n", names[p], 1e6 * seconds[p][CALLS / 2]);
        printf("%s_p99 %.3f us\n", names[p], 1e6 * seconds[p][CALLS * 99 / 100]);
    }
    double bare = seconds[BARE][CALLS / 2];
    printf("sign_order_to_bare_signature %.3f ratio\n", seconds[SIGN][CALLS / 2] / bare);
    printf("book_20_to_book_to_cjson_parse %.3f ratio\n",
           seconds[BOOK_APPLIED][CALLS / 2] / seconds[BOOK_CJSON][CALLS / 2]);
    printf("decode_trade_to_cjson_parse %.3f ratio\n", seconds[TRADES][CALLS / 2] / seconds[TRADES_CJSON][CALLS / 2]);
    printf("order_to_body_to_bare_signature %.3f ratio\n", seconds[BODY][CALLS / 2] / bare);
    return 0;
}
