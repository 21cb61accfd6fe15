/* What the parts of the decoder share. */
#ifndef PG_VENUE_HYPERLIQUID_CODEC_INTERNAL_H
#define PG_VENUE_HYPERLIQUID_CODEC_INTERNAL_H

#include "venue/hyperliquid/codec.h"

enum { SLOTS = 256 }; /* of the table of coins; a power of two, four times as many as there can be */

typedef struct {
    char name[PG_HL_NAME], base[PG_HL_NAME];
    size_t length;
    int price_decimals, size_decimals;
} coin;

struct pg_hl_decoder {
    coin coins[PG_HL_COINS];
    int coin_count;
    uint8_t slots[SLOTS]; /* place of a coin + 1; 0: free */
    pg_hl_levels levels;
    pg_event event[PG_HL_TRADES_MAX];
    pg_told_order update[PG_HL_UPDATES_MAX];
    pg_told_fill fill[PG_HL_FILLS_MAX];
    pg_hl_funding funding[PG_HL_FUNDINGS_MAX];
    pg_hl_result result[PG_HL_OUTCOMES_MAX];
};

/* Readers of a channel's data; the reader stands before it. */
bool hl_read_book(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame);
bool hl_read_best(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame);
bool hl_read_trades(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame);
bool hl_read_context(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame);
bool hl_read_spot_context(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame);
bool hl_read_user(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame);
bool hl_read_fundings(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame);
bool hl_read_margin(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame);
bool hl_read_agent(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame);
bool hl_read_updates(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame);
bool hl_read_fills(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame);
bool hl_read_reply(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame);

bool hl_read_status(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame);
bool hl_read_open(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame);
bool hl_read_fill_list(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame);

/* The items of a list of fills, with trade ids. */
bool hl_read_fill_items(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_frame *frame);

bool hl_read_answer(pg_hl_decoder *decoder, pg_scan *reader, pg_hl_answer *answer);

/* Milliseconds of the Unix epoch, as ns. */
bool hl_read_time(pg_scan *reader, int64_t *time_ns);

/* "B" or "A". */
bool hl_read_side(pg_scan *reader, uint8_t *side);

/* A number of either sign in a string, rounded to the nearest unit of 10^-decimals. */
bool hl_nearest(pg_scan *reader, pg_span text, int decimals, const char *name, int64_t *value);

/* The market of a coin's name; -1. */
int hl_market_of(const pg_hl_decoder *decoder, pg_span name);

/* A client id, or null; one that is none of ours in form is an error, since the venue has no others. */
bool hl_read_cloid(pg_scan *reader, pg_client_id *cloid);

#endif
