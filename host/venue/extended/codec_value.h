/* Values as Extended writes them (spec/extended.md, section 3): decimals and ids in strings or as numbers, times in ms.
 * Nothing goes through binary floating point. */
#ifndef PG_VENUE_EXTENDED_CODEC_VALUE_H
#define PG_VENUE_EXTENDED_CODEC_VALUE_H

#include "venue/extended/rules_exact.h"
#include "venue/scan.h"

/* A decimal of 38 digits at the most, optional "-", no exponent, in a string or as a number. */
bool pg_extended_scan_decimal(pg_scan *reader, const char *name, pg_span *text);

/* A whole number from 0 below 2^64, in a string or as a number: ids go up to 2^63 and more. */
bool pg_extended_scan_id(pg_scan *reader, const char *name, uint64_t *id);

/* ms of the epoch. */
bool pg_extended_scan_time(pg_scan *reader, const char *name, int64_t *ms);

/* Any value, as the text that it is. */
bool pg_extended_scan_json(pg_scan *reader, pg_span *text);

/* Whether a text is a decimal of section 3. */
bool pg_extended_is_decimal(const char *text, size_t size);

/* A decimal in units of 10^-decimals: exactly (PG_ERR_RANGE when it has more decimals), or to the nearest unit, halves
 * away from 0. PG_ERR_PARSE for what is none, or is not there; PG_ERR_RANGE for what does not fit. */
pg_status pg_extended_units(int64_t *value, pg_span text, int decimals);
pg_status pg_extended_units_near(int64_t *value, pg_span text, int decimals);

/* As an exact number; the errors of pg_exact_parse. */
pg_status pg_extended_exact(pg_exact *value, pg_span text, pg_error *err);

/* For display only: 0 for what is no decimal. */
double pg_extended_double(pg_span text);

/* A copy, cut off at size - 1 bytes; returns out. "" for what is not there. */
char *pg_extended_copy(char *out, size_t size, pg_span text);

/* Whether a text equals a word, in any case of letters (the venue writes "OK" and "ok"). */
bool pg_extended_is_word(pg_span text, const char *word);

#endif
