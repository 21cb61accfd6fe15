#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "data/tape_format.h"

pg_status pg_tape_corrupt(pg_error *err, const char *path, const char *what)
{
    pg_fail(err, PG_ERR_CORRUPT, "%s", what);
    pg_error_where(err, "%s", path);
    pg_error_remedy(err, "the file is damaged: import, record or copy it again");
    return PG_ERR_CORRUPT;
}

void pg_tape_header_fill(pg_tape_header *header, const char magic[PG_TAPE_MAGIC_BYTES], const pg_tape_info *info)
{
    memset(header, 0, sizeof *header);
    const pg_instrument *instrument = &info->instrument;
    memcpy(header->magic, magic, PG_TAPE_MAGIC_BYTES);
    header->version = PG_TAPE_VERSION;
    header->event_bytes = sizeof(pg_event);
    header->block_events = PG_TAPE_BLOCK_EVENTS;
    header->price_decimals = instrument->price_decimals;
    header->size_decimals = instrument->size_decimals;
    header->significant = instrument->significant;
    header->tick = instrument->tick;
    header->lot = instrument->lot;
    header->min_size = instrument->min_size;
    header->min_notional = instrument->min_notional;
    header->clock_offset_ns = info->clock_offset_ns;
    memcpy(header->venue, instrument->venue, sizeof header->venue);
    memcpy(header->symbol, instrument->symbol, sizeof header->symbol);
    snprintf(header->source, sizeof header->source, "%s", info->source);
    header->checksum = (uint32_t)crc32(0, (const uint8_t *)header, offsetof(pg_tape_header, checksum));
}

pg_status pg_tape_header_read(pg_tape_info *info, const uint8_t *bytes, const char magic[PG_TAPE_MAGIC_BYTES],
                              const char *path, pg_error *err)
{
    const pg_tape_header *header = (const pg_tape_header *)bytes;
    if (memcmp(header->magic, magic, PG_TAPE_MAGIC_BYTES) != 0)
        return pg_tape_corrupt(err, path, "this is no tape: it does not begin with a tape's mark");
    if (header->version != PG_TAPE_VERSION) {
        pg_fail(err, PG_ERR_UNSUPPORTED, "the tape has format version %u, this program reads version %d",
                header->version, PG_TAPE_VERSION);
        pg_error_where(err, "%s", path);
        pg_error_remedy(err, "import it again with this program");
        return PG_ERR_UNSUPPORTED;
    }
    if (crc32(0, bytes, offsetof(pg_tape_header, checksum)) != header->checksum)
        return pg_tape_corrupt(err, path, "the checksum of the tape's header is wrong");
    if (header->event_bytes != sizeof(pg_event) || header->block_events != PG_TAPE_BLOCK_EVENTS ||
        header->venue[PG_SYMBOL_SIZE - 1] || header->symbol[PG_SYMBOL_SIZE - 1] || header->source[127])
        return pg_tape_corrupt(err, path, "the tape's header is malformed");
    pg_instrument *instrument = &info->instrument;
    if (pg_instrument_init(instrument, header->venue, header->symbol, header->price_decimals, header->size_decimals,
                           header->tick, header->lot, header->significant, NULL) != PG_OK)
        return pg_tape_corrupt(err, path, "the tape's header describes an impossible instrument");
    instrument->min_size = header->min_size;
    instrument->min_notional = header->min_notional;
    info->clock_offset_ns = header->clock_offset_ns;
    memcpy(info->source, header->source, sizeof info->source);
    return PG_OK;
}
