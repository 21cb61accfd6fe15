#include "data/defect.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *text;
} kinds[PG_DEFECT_KINDS] = {
    [PG_DEFECT_SHORT_ROW] = { "short_row", "rows with fewer fields than the header" },
    [PG_DEFECT_LONG_ROW] = { "long_row", "rows with more fields than the header" },
    [PG_DEFECT_EMPTY] = { "empty", "rows with an empty field, left out" },
    [PG_DEFECT_NUMBER] = { "number", "rows with a field that is no number, left out" },
    [PG_DEFECT_NEGATIVE] = { "negative", "rows with a negative price or size, left out" },
    [PG_DEFECT_ZERO] = { "zero", "rows with a price or size of zero, left out" },
    [PG_DEFECT_TIME] = { "time", "rows with a time that cannot be read, left out" },
    [PG_DEFECT_SIDE] = { "side", "rows with an unknown side, left out" },
    [PG_DEFECT_ROW] = { "row", "broken rows, left out" },
    [PG_DEFECT_TORN_END] = { "torn_end", "last row cut off, left out" },
    [PG_DEFECT_TIME_BACK] = { "time_back", "steps back in time" },
    [PG_DEFECT_CLOCK_JUMP] = { "clock_jump", "sessions with another clock, moved on by whole hours" },
    [PG_DEFECT_CLOCK_BEHIND] = { "clock_behind", "received before they happened, receive clock corrected" },
    [PG_DEFECT_DUPLICATE] = { "duplicate", "trades repeated exactly, left out" },
    [PG_DEFECT_SAME_ID] = { "same_id", "different trades with the same id, kept" },
    [PG_DEFECT_HALF_QUOTE] = { "half_quote", "quotes with one side only, completed by the last one" },
    [PG_DEFECT_REPEAT] = { "repeat", "quotes equal to the one before, left out" },
    [PG_DEFECT_NO_SIZE] = { "no_size", "quotes without sizes, given the layout's default size" },
    [PG_DEFECT_CROSSED] = { "crossed", "crossed books or quotes" },
    [PG_DEFECT_LOCKED] = { "locked", "locked books or quotes" },
    [PG_DEFECT_LEVEL_ORDER] = { "level_order", "snapshots with levels out of order" },
    [PG_DEFECT_OLD_UPDATE] = { "old_update", "changes older than their snapshot, left out" },
    [PG_DEFECT_SEQUENCE] = { "sequence", "breaks in the sequence numbers" },
    [PG_DEFECT_NO_SNAPSHOT] = { "no_snapshot", "changes without a snapshot before them, book begins empty" },
    [PG_DEFECT_UNKNOWN_MESSAGE] = { "unknown_message", "documents that the layout does not describe, left out" },
    [PG_DEFECT_GAP] = { "gap", "gaps in the recording" },
    [PG_DEFECT_OFF_GRID] = { "off_grid", "book prices that are no multiple of the tick" },
    [PG_DEFECT_RECORD] = { "record", "malformed events" },
    [PG_DEFECT_CHECKSUM] = { "checksum", "damaged blocks" },
    [PG_DEFECT_NO_LEVEL] = { "no_level", "changes that remove a level which is not there" },
};

void pg_defects_add(pg_defects *defects, pg_defect kind, const char *format, ...)
{
    if (defects->of[kind].count++ > 0)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(defects->of[kind].first, sizeof defects->of[kind].first, format, args);
    va_end(args);
}

const char *pg_defect_name(pg_defect kind)
{
    return kinds[kind].name;
}

const char *pg_defect_text(pg_defect kind)
{
    return kinds[kind].text;
}

pg_defect pg_defect_find(const char *name)
{
    for (int kind = 0; kind < PG_DEFECT_KINDS; kind++) {
        if (strcmp(kinds[kind].name, name) == 0)
            return (pg_defect)kind;
    }
    return PG_DEFECT_NONE;
}

bool pg_defect_is_row(pg_defect kind)
{
    return kind >= PG_DEFECT_SHORT_ROW && kind <= PG_DEFECT_TORN_END;
}

bool pg_defect_is_wrong(pg_defect kind)
{
    return kind != PG_DEFECT_LOCKED && kind != PG_DEFECT_NO_LEVEL && kind != PG_DEFECT_NO_SIZE &&
           kind != PG_DEFECT_REPEAT && kind != PG_DEFECT_OLD_UPDATE && kind != PG_DEFECT_UNKNOWN_MESSAGE;
}
