/* Messages of Lighter read a second time, from a tree made by cJSON, by the same tables, and compared with what the codec
 * reads. For the self-test, the tests of the codec and its fuzz target. */
#ifndef PG_SELFTEST_LIGHTER_MESSAGES_H
#define PG_SELFTEST_LIGHTER_MESSAGES_H

#include <cjson/cJSON.h>

#include "venue/lighter/codec.h"

enum { PG_LIGHTER_SAME_DECIMALS = 8 /* of the prices and sizes of books that are compared */ };

/* Decodes text and compares it with a tree of the same text. The market of its channel becomes known to the decoder.
 * PG_OK when both say the same; *refused: the codec does not take the message (that is no difference). PG_ERR_CORRUPT
 * with the member that differs. Texts with escapes are not compared. */
pg_status pg_lighter_same(pg_lighter_decoder *decoder, const char *text, size_t size, bool *refused, pg_error *err);

#endif
