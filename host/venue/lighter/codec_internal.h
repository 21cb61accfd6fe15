/* What the parts of the decoder share: codec.c reads messages, codec_records.c has the tables of what is in them. */
#ifndef PG_VENUE_LIGHTER_CODEC_INTERNAL_H
#define PG_VENUE_LIGHTER_CODEC_INTERNAL_H

#include "venue/lighter/codec.h"

/* Reads the book of a message; root is its decoder. */
bool lighter_read_book(pg_scan *reader, void *root);

#endif
