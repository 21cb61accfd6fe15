/* libFuzzer target: bytes as a message or an answer of Hyperliquid. What the codec accepts must say what a tree made by
 * cJSON says, what it refuses must come with a reason, and a book must stay one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "selftest/hyperliquid_messages.h"
#include "venue/hyperliquid/codec_book.h"

enum { COINS = 4 };

static pg_hl_decoder *decoder;
static pg_instrument instruments[COINS];
static pg_hl_book book;
static pg_event events[PG_HL_BOOK_EVENTS];

static void set_up(void)
{
    static const struct {
        const char *name, *base;
        int price_decimals, size_decimals;
    } coins[COINS] = { { "BTC", NULL, 1, 5 }, { "ETH", NULL, 2, 4 }, { "kPEPE", NULL, 6, 0 }, { "MATIC", NULL, 5, 1 } };
    if (decoder)
        return;
    if (pg_hl_decoder_new(&decoder, NULL) != PG_OK)
        abort();
    for (int i = 0; i < COINS; i++)
        if (pg_instrument_init(&instruments[i], "hyperliquid", coins[i].name, coins[i].price_decimals,
                               coins[i].size_decimals, 1, 1, 5, NULL) != PG_OK ||
            pg_hl_decoder_add(decoder, coins[i].name, &instruments[i], coins[i].base, NULL) != PG_OK)
            abort();
}

/* Whether the text has what a tree of doubles and resolved escapes shows otherwise. */
static bool is_comparable(const char *text, size_t size)
{
    int digits = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        digits = c >= '0' && c <= '9' ? digits + 1 : 0;
        if (c == '\\' || c >= 0x7f || digits >= 15)
            return false;
    }
    return true;
}

static void compare(const pg_hl_frame *frame, const char *text, size_t size)
{
    pg_text said = { 0 }, wanted = { 0 };
    cJSON *json = cJSON_ParseWithLengthOpts(text, size + 1, NULL, true);
    pg_hyperliquid_say_frame(&said, frame);
    if (!json || !pg_hyperliquid_say_json(&wanted, json, decoder, instruments) || said.length != wanted.length ||
        (said.length && memcmp(said.data, wanted.data, said.length) != 0)) {
        fprintf(stderr, "codec: %s\ncJSON: %s\n", said.data ? said.data : "", wanted.data ? wanted.data : "");
        abort();
    }
    pg_text_free(&said);
    pg_text_free(&wanted);
    cJSON_Delete(json);
}

/* What the codec refuses for its form, the tree must have refused as well: of texts as cJSON itself writes them, for it
 * reads much that is no JSON. */
static void compare_refusal(const char *text, size_t size, const pg_error *err)
{
    pg_text wanted = { 0 };
    cJSON *json = cJSON_ParseWithLengthOpts(text, size + 1, NULL, true);
    char *again = json ? cJSON_PrintUnformatted(json) : NULL;
    if (again && strlen(again) == size && memcmp(again, text, size) == 0 &&
        pg_hyperliquid_say_json(&wanted, json, decoder, instruments)) {
        fprintf(stderr, "refused: %s\ncJSON: %s\n", err->what, wanted.data ? wanted.data : "");
        abort();
    }
    pg_text_free(&wanted);
    cJSON_free(again);
    cJSON_Delete(json);
}

static void keep_book(const pg_hl_frame *frame)
{
    if (frame->kind == PG_HL_FRAME_BEST && frame->market == 0)
        pg_hl_book_take_best(&book, frame);
    if (frame->kind == PG_HL_FRAME_BOOK && frame->market == 0)
        pg_hl_book_take(&book, frame, 1, events);
    for (int side = 0; side < 2; side++)
        for (int i = 1; i < book.count[side]; i++) {
            int64_t a = book.side[side][i - 1].price, b = book.side[side][i].price;
            if (side == 0 ? b >= a : b <= a)
                abort();
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pg_hl_frame frame;
    pg_hl_answer answer;
    pg_error err = { 0 };
    char *text = malloc(size + 1); /* no byte more: what reads past the end is caught */
    if (!text)
        return 0;
    set_up();
    memcpy(text, data, size);
    text[size] = '\0';
    if (pg_hl_decode(decoder, &frame, text, size, 1, &err) == PG_OK) {
        keep_book(&frame);
        if (size > 0 && text[0] == '{' && is_comparable(text, size))
            compare(&frame, text, size);
    } else if (!err.what[0]) {
        abort();
    } else if (err.status == PG_ERR_PARSE && is_comparable(text, size)) {
        compare_refusal(text, size, &err);
    }
    if (pg_hl_decode_answer(decoder, &answer, text, size, &err) == PG_OK && !answer.refused)
        pg_hl_answer_spread(&answer, 3);
    pg_hl_decode_book(decoder, &frame, text, size, &err);
    pg_hl_decode_status(decoder, &frame, text, size, &err);
    pg_hl_decode_open(decoder, &frame, text, size, &err);
    pg_hl_decode_fills(decoder, &frame, text, size, &err);
    free(text);
    return 0;
}
