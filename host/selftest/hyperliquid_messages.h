/* What a message says, in one line of text: once as the codec reads it, once from a tree made by cJSON. The two must
 * agree; the self-test, the tests of the codec and its fuzz target compare them. */
#ifndef PG_SELFTEST_HYPERLIQUID_MESSAGES_H
#define PG_SELFTEST_HYPERLIQUID_MESSAGES_H

#include <cjson/cJSON.h>

#include "base/text.h"
#include "selftest/vector.h"
#include "venue/hyperliquid/codec.h"

void pg_hyperliquid_say_frame(pg_text *out, const pg_hl_frame *frame);

/* False for a message that the codec must refuse: a member that is used is missing, given twice or of another type.
 * Instruments by the decoder's markets. */
bool pg_hyperliquid_say_json(pg_text *out, const cJSON *message, const pg_hl_decoder *decoder,
                             const pg_instrument *instruments);

/* A decoder that knows every coin that is named in a document, with as many decimals as its numbers need.
 * instruments[PG_HL_COINS]. NULL when there are too many. */
pg_hl_decoder *pg_hyperliquid_decoder_for(pg_instrument *instruments, const cJSON *document);

/* Runs one file of the folder messages. */
pg_vector_runner pg_hyperliquid_message_file;

#endif
