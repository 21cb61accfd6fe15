#include "venue/hyperliquid/codec.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hex.h"
#include "venue/hyperliquid/codec_internal.h"
#include "venue/hyperliquid/number.h"
#include "base/decimal.h"

/* ---- coins ---- */

pg_status pg_hl_decoder_new(pg_hl_decoder **decoder, pg_error *err)
{
    *decoder = calloc(1, sizeof **decoder);
    return *decoder ? PG_OK : pg_fail(err, PG_ERR_MEMORY, "no memory for a decoder");
}

void pg_hl_decoder_free(pg_hl_decoder *decoder)
{
    free(decoder);
}

static unsigned slot_of(const char *name, size_t length)
{
    uint64_t hash = length;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * 0x100000001b3u;
    return (unsigned)(hash >> 16) & (SLOTS - 1);
}

int pg_hl_decoder_market(const pg_hl_decoder *decoder, const char *name, size_t length)
{
    for (unsigned i = slot_of(name, length); decoder->slots[i]; i = (i + 1) & (SLOTS - 1)) {
        const coin *c = &decoder->coins[decoder->slots[i] - 1];
        if (c->length == length && memcmp(c->name, name, length) == 0)
            return decoder->slots[i] - 1;
    }
    return -1;
}

int hl_market_of(const pg_hl_decoder *decoder, pg_span name)
{
    return pg_hl_decoder_market(decoder, name.data, name.size);
}

pg_status pg_hl_decoder_add(pg_hl_decoder *decoder, const char *name, const pg_instrument *instrument, const char *base,
                            pg_error *err)
{
    size_t length = strlen(name);
    if (decoder->coin_count == PG_HL_COINS)
        return pg_fail(err, PG_ERR_FULL, "more than %d coins", PG_HL_COINS);
    if (length == 0 || length >= PG_HL_NAME || (base && strlen(base) >= PG_HL_NAME))
        return pg_fail(err, PG_ERR_INVALID, "'%s' cannot be a coin", name);
    if (pg_hl_decoder_market(decoder, name, length) >= 0)
        return pg_fail(err, PG_ERR_INVALID, "coin %s is given twice", name);
    coin *c = &decoder->coins[decoder->coin_count];
    memcpy(c->name, name, length + 1);
    if (base)
        memcpy(c->base, base, strlen(base) + 1);
    c->length = length;
    c->price_decimals = instrument->price_decimals;
    c->size_decimals = instrument->size_decimals;
    unsigned i = slot_of(name, length);
    while (decoder->slots[i])
        i = (i + 1) & (SLOTS - 1);
    decoder->slots[i] = (uint8_t)++decoder->coin_count;
    return PG_OK;
}

/* ---- values ---- */

bool hl_read_time(pg_scan *reader, int64_t *time_ns)
{
    uint64_t ms;
    if (!pg_scan_whole(reader, &ms))
        return false;
    if (ms > INT64_MAX / 1000000)
        return pg_scan_wrong(reader, PG_ERR_RANGE, "a time that is too large");
    *time_ns = (int64_t)ms * 1000000;
    return true;
}

bool hl_read_side(pg_scan *reader, uint8_t *side)
{
    pg_span text;
    if (!pg_scan_string(reader, &text))
        return false;
    if (text.size != 1 || (*text.data != 'B' && *text.data != 'A'))
        return pg_scan_wrong(reader, PG_ERR_PARSE, "a side that is neither A nor B");
    *side = *text.data == 'B' ? PG_BUY : PG_SELL;
    return true;
}

bool hl_nearest(pg_scan *reader, pg_span text, int decimals, const char *name, int64_t *value)
{
    pg_hl_number number;
    char wire[PG_HL_NUMBER_TEXT];
    if (reader->failed)
        return false;
    if (pg_decimal_parse(value, text.data, text.size, decimals) == PG_OK)
        return true;
    pg_status status = pg_hl_number_parse(&number, text.data, text.size);
    if (status == PG_OK) {
        pg_hl_number_round(&number, decimals, PG_HL_NEAREST);
        pg_hl_number_format(wire, &number);
        status = pg_decimal_parse(value, wire, strlen(wire), decimals);
    }
    return status == PG_OK || pg_scan_wrong(reader, status, "%s is no decimal number", name);
}

char *pg_hl_cloid_format(char *text, pg_client_id cloid)
{
    static const char digits[] = "0123456789abcdef";
    text[0] = '0';
    text[1] = 'x';
    for (int i = 0; i < 16; i++) {
        text[2 + i] = digits[cloid.run >> (60 - 4 * i) & 15];
        text[18 + i] = digits[cloid.id >> (60 - 4 * i) & 15];
    }
    text[34] = '\0';
    return text;
}

bool pg_hl_cloid_parse(pg_client_id *cloid, const char *text, size_t size)
{
    uint64_t half[2] = { 0, 0 };
    if (size != PG_HL_CLOID_TEXT - 1 || text[0] != '0' || text[1] != 'x')
        return false;
    for (int i = 0; i < 32; i++) {
        int digit = pg_hex_digit(text[2 + i]);
        if (digit < 0)
            return false;
        half[i / 16] = half[i / 16] << 4 | (unsigned)digit;
    }
    *cloid = (pg_client_id){ .run = half[0], .id = half[1] };
    return true;
}

bool hl_read_cloid(pg_scan *reader, pg_client_id *cloid)
{
    pg_span text;
    if (pg_scan_is_null(reader))
        return true;
    if (!pg_scan_string(reader, &text))
        return false;
    return pg_hl_cloid_parse(cloid, text.data, text.size) ||
           pg_scan_wrong(reader, PG_ERR_PARSE, "a client order id that is none");
}

/* ---- channels ---- */

static bool read_pong(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame)
{
    (void)decoder, (void)frame;
    return pg_scan_skip(reader);
}

static bool read_words(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame)
{
    (void)decoder;
    return pg_scan_string(reader, &frame->text);
}

static bool read_subscribed(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame)
{
    static const char *const names[] = { "subscription" };
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    (void)decoder;
    pg_scan_open(reader, '{');
    while (pg_scan_member(reader, &n, &name)) {
        const char *place;
        bool wanted = pg_scan_which(reader, name, names, 1, &seen) == 0;
        pg_scan_skip_from(reader, &place);
        if (wanted)
            frame->text = (pg_span){ place, (size_t)(reader->at - place) };
    }
    return pg_scan_need(reader, seen, 1, names);
}

typedef struct {
    const char *name;
    pg_hl_frame_kind kind;
    bool (*read)(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame);
} channel;

static const channel channels[] = {
    { "l2Book", PG_HL_FRAME_BOOK, hl_read_book },
    { "bbo", PG_HL_FRAME_BEST, hl_read_best },
    { "trades", PG_HL_FRAME_TRADES, hl_read_trades },
    { "post", PG_HL_FRAME_REPLY, hl_read_reply },
    { "orderUpdates", PG_HL_FRAME_UPDATES, hl_read_updates },
    { "userFills", PG_HL_FRAME_FILLS, hl_read_fills },
    { "activeAssetCtx", PG_HL_FRAME_CONTEXT, hl_read_context },
    { "activeSpotAssetCtx", PG_HL_FRAME_CONTEXT, hl_read_spot_context },
    { "user", PG_HL_FRAME_OTHER, hl_read_user },
    { "userFundings", PG_HL_FRAME_FUNDINGS, hl_read_fundings },
    { "activeAssetData", PG_HL_FRAME_MARGIN, hl_read_margin },
    { "webData3", PG_HL_FRAME_AGENT, hl_read_agent },
    { "pong", PG_HL_FRAME_PONG, read_pong },
    { "subscriptionResponse", PG_HL_FRAME_SUBSCRIBED, read_subscribed },
    { "error", PG_HL_FRAME_ERROR, read_words },
};

static const channel *find_channel(pg_span name)
{
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++)
        if (pg_scan_equal(name, channels[i].name))
            return &channels[i];
    return NULL;
}

static bool read_data(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame, const channel *c)
{
    if (!c)
        return pg_scan_skip(reader);
    frame->kind = c->kind;
    return c->read(decoder, reader, frame);
}

/* The channel stands first and its data are read at once; where it does not, they are read in a second look. */
static void read_message(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    enum { CHANNEL, DATA };
    static const char *const names[] = { "channel", "data" };
    const channel *c = NULL;
    const char *later = NULL;
    pg_span name, text;
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name)) {
        int which = pg_scan_which(r, name, names, 2, &seen);
        if (which == CHANNEL && pg_scan_string(r, &text))
            c = find_channel(text);
        else if (which == DATA && seen & 1u << CHANNEL)
            read_data(decoder, r, frame, c);
        else if (which == DATA)
            pg_scan_skip_from(r, &later);
        else if (which < 0)
            pg_scan_skip(r);
    }
    pg_scan_need(r, seen, 1u << CHANNEL, names);
    if (c && c->kind != PG_HL_FRAME_PONG)
        pg_scan_need(r, seen, 1u << DATA, names);
    else if (c)
        frame->kind = c->kind;
    pg_scan_finish(r);
    if (later && !r->failed) {
        r->at = later;
        read_data(decoder, r, frame, c);
    }
}

pg_status pg_hl_decode(pg_hl_decoder *decoder, pg_hl_frame *frame, const char *text, size_t size, int64_t received_ns,
                       pg_error *err)
{
    pg_scan reader;
    pg_error unused;
    memset(frame, 0, sizeof *frame);
    frame->market = -1;
    if (size == 0 || text[0] != '{') { /* a greeting */
        frame->kind = PG_HL_FRAME_OTHER;
        return PG_OK;
    }
    if (!err)
        err = &unused;
    pg_scan_init(&reader, text, size, err);
    read_message(decoder, &reader, frame);
    if (reader.failed) {
        frame->count = 0;
        return err->status;
    }
    for (int i = 0; frame->event && i < frame->count; i++)
        decoder->event[i].local_ns = received_ns;
    if (frame->kind == PG_HL_FRAME_CONTEXT)
        for (int i = 0; i < frame->count; i++)
            decoder->event[i].exch_ns = received_ns;
    return PG_OK;
}

/* ---- answers over HTTP ---- */

static pg_status decode_bare(pg_hl_decoder *decoder, pg_hl_frame *frame, const char *text, size_t size,
                             const channel *c, pg_error *err)
{
    pg_scan reader;
    pg_error unused;
    memset(frame, 0, sizeof *frame);
    frame->market = -1;
    frame->kind = c->kind;
    if (!err)
        err = &unused;
    pg_scan_init(&reader, text, size, err);
    c->read(decoder, &reader, frame);
    pg_scan_finish(&reader);
    if (!reader.failed)
        return PG_OK;
    frame->count = 0;
    return err->status;
}

static bool read_book_or_null(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame)
{
    return pg_scan_is_null(reader) || hl_read_book(decoder, reader, frame);
}

pg_status pg_hl_decode_book(pg_hl_decoder *decoder, pg_hl_frame *frame, const char *text, size_t size, pg_error *err)
{
    static const channel c = { "l2Book", PG_HL_FRAME_BOOK, read_book_or_null };
    return decode_bare(decoder, frame, text, size, &c, err);
}

pg_status pg_hl_decode_status(pg_hl_decoder *decoder, pg_hl_frame *frame, const char *text, size_t size, pg_error *err)
{
    static const channel c = { "orderStatus", PG_HL_FRAME_UPDATES, hl_read_status };
    return decode_bare(decoder, frame, text, size, &c, err);
}

pg_status pg_hl_decode_open(pg_hl_decoder *decoder, pg_hl_frame *frame, const char *text, size_t size, pg_error *err)
{
    static const channel c = { "openOrders", PG_HL_FRAME_UPDATES, hl_read_open };
    return decode_bare(decoder, frame, text, size, &c, err);
}

pg_status pg_hl_decode_fills(pg_hl_decoder *decoder, pg_hl_frame *frame, const char *text, size_t size, pg_error *err)
{
    static const channel c = { "userFills", PG_HL_FRAME_FILLS, hl_read_fill_list };
    return decode_bare(decoder, frame, text, size, &c, err);
}

pg_status pg_hl_decode_trades(pg_hl_decoder *decoder, pg_hl_frame *frame, const char *text, size_t size, pg_error *err)
{
    static const channel c = { "recentTrades", PG_HL_FRAME_TRADES, hl_read_trades };
    pg_status status = decode_bare(decoder, frame, text, size, &c, err);
    for (int i = 0; status == PG_OK && i < frame->count; i++)
        decoder->event[i].local_ns = 0;
    return status;
}
