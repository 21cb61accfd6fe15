#include "data/row.h"

#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"

enum { SHOWN = 40 }; /* characters of a bad field that a message shows */

void pg_row_free(pg_row *row)
{
    free(row->levels[0]);
    free(row->levels[1]);
    memset(row, 0, sizeof *row);
}

void pg_row_begin(pg_row *row, pg_record_kind kind, uint64_t number)
{
    row->kind = kind;
    row->number = number;
    row->has = 0;
    row->side = PG_SIDE_NONE;
    row->sequence = row->id = 0;
    row->quote[0] = row->quote[1] = (pg_level){ 0, 0 };
    row->n_levels[0] = row->n_levels[1] = 0;
}

pg_status pg_row_reserve(pg_row *row, int side, size_t n, pg_error *err)
{
    if (n <= row->capacity[side])
        return PG_OK;
    if (n > PG_ROW_LEVELS_MAX)
        return pg_fail(err, PG_ERR_RANGE, "a book has more than %d levels a side", PG_ROW_LEVELS_MAX);
    size_t capacity = n < 64 ? 64 : n * 2;
    pg_level *levels = realloc(row->levels[side], capacity * sizeof *levels);
    if (!levels)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    row->levels[side] = levels;
    row->capacity[side] = capacity;
    return PG_OK;
}

static void trim(const char **text, size_t *length)
{
    while (*length > 0 && (**text == ' ' || **text == '\t')) {
        ++*text;
        --*length;
    }
    while (*length > 0 && ((*text)[*length - 1] == ' ' || (*text)[*length - 1] == '\t'))
        --*length;
}

static pg_defect complain(pg_error *err, pg_defect defect, const char *text, size_t length, const char *what)
{
    pg_fail(err, defect == PG_DEFECT_NEGATIVE || defect == PG_DEFECT_ZERO ? PG_ERR_RANGE : PG_ERR_PARSE, "'%.*s%s' %s",
            (int)(length < SHOWN ? length : SHOWN), text, length > SHOWN ? "..." : "", what);
    return defect;
}

pg_defect pg_row_number(int64_t *value, pg_scale *scale, pg_scale_of of, const char *text, size_t length, pg_error *err)
{
    *value = 0;
    trim(&text, &length);
    if (length == 0)
        return PG_DEFECT_NONE;
    pg_status status = pg_decimal_parse(value, text, length, scale->decimals[of]);
    if (status == PG_OK && *value >= 0)
        return PG_DEFECT_NONE;
    if (status == PG_OK)
        return complain(err, PG_DEFECT_NEGATIVE, text, length, "is below zero");
    if (status == PG_ERR_PARSE)
        return complain(err, PG_DEFECT_NUMBER, text, length, "is not a number");
    int need = pg_decimal_need(text, length);
    if (need <= scale->decimals[of])
        return complain(err, PG_DEFECT_NUMBER, text, length, "is too large a number");
    if (need > PG_MAX_DECIMALS)
        return complain(err, PG_DEFECT_NUMBER, text, length, "has more than 12 decimals");
    scale->exceeded = true;
    if (need > scale->need[of])
        scale->need[of] = need;
    *value = 1;
    return *text == '-' ? complain(err, PG_DEFECT_NEGATIVE, text, length, "is below zero") : PG_DEFECT_NONE;
}

static bool matches(const char texts[PG_LAYOUT_TEXTS][PG_LAYOUT_VALUE], const char *text, size_t length)
{
    for (int i = 0; i < PG_LAYOUT_TEXTS && texts[i][0]; i++) {
        if (strlen(texts[i]) == length && memcmp(texts[i], text, length) == 0)
            return true;
    }
    return false;
}

static pg_defect set_time(int64_t *time_ns, pg_row *row, uint32_t bit, pg_time_unit unit, const char *text,
                          size_t length, pg_error *err)
{
    if (length == 0)
        return complain(err, PG_DEFECT_EMPTY, text, length, "is empty: a time is needed here");
    pg_status status = pg_time_parse(time_ns, text, length, unit);
    if (status != PG_OK)
        return complain(err, PG_DEFECT_TIME, text, length, "cannot be read as a time");
    row->has |= bit;
    return PG_DEFECT_NONE;
}

static pg_defect set_count(uint64_t *count, pg_row *row, uint32_t bit, const char *text, size_t length, pg_error *err)
{
    int64_t value;
    if (length == 0)
        return PG_DEFECT_NONE;
    if (pg_decimal_parse(&value, text, length, 0) != PG_OK)
        return complain(err, PG_DEFECT_NUMBER, text, length, "is no whole number");
    if (value < 0)
        return complain(err, PG_DEFECT_NEGATIVE, text, length, "is below zero");
    *count = (uint64_t)value;
    row->has |= bit;
    return PG_DEFECT_NONE;
}

/* Ids are numbers at most venues; one that is not becomes the FNV-1a hash of its text. */
static pg_defect set_id(pg_row *row, const char *text, size_t length)
{
    if (length == 0)
        return PG_DEFECT_NONE;
    uint64_t id = 0;
    bool number = length <= 19;
    for (size_t i = 0; i < length && number; i++) {
        number = (unsigned)(text[i] - '0') <= 9;
        id = id * 10 + (uint64_t)(text[i] - '0');
    }
    if (!number) {
        id = 14695981039346656037u;
        for (size_t i = 0; i < length; i++)
            id = (id ^ (unsigned char)text[i]) * 1099511628211u;
    }
    row->id = id;
    row->has |= PG_ROW_ID;
    return PG_DEFECT_NONE;
}

static pg_defect set_side(pg_row *row, const pg_layout_record *record, const char *text, size_t length, pg_error *err)
{
    row->side = matches(record->sides[0], text, length)   ? PG_BUY
                : matches(record->sides[1], text, length) ? PG_SELL
                                                          : PG_SIDE_NONE;
    if (row->side == PG_SIDE_NONE)
        return complain(err, length ? PG_DEFECT_SIDE : PG_DEFECT_EMPTY, text, length, "is no side that is known");
    return PG_DEFECT_NONE;
}

static pg_defect set_symbol(pg_row *row, const char *text, size_t length, pg_error *err)
{
    if (length == 0)
        return PG_DEFECT_NONE;
    if (length >= sizeof row->symbol)
        return complain(err, PG_DEFECT_ROW, text, length, "is too long for the name of a market");
    memcpy(row->symbol, text, length);
    row->symbol[length] = '\0';
    return PG_DEFECT_NONE;
}

pg_defect pg_row_set(pg_row *row, pg_scale *scale, const pg_layout *layout, const pg_layout_record *record,
                     pg_field field, const char *text, size_t length, pg_error *err)
{
    trim(&text, &length);
    switch (field) {
    case PG_FIELD_LOCAL_TIME: return set_time(&row->local_ns, row, PG_ROW_LOCAL, layout->local_unit, text, length, err);
    case PG_FIELD_EXCHANGE_TIME:
        return set_time(&row->exch_ns, row, PG_ROW_EXCHANGE, layout->exchange_unit, text, length, err);
    case PG_FIELD_SYMBOL: return set_symbol(row, text, length, err);
    case PG_FIELD_SEQUENCE: return set_count(&row->sequence, row, PG_ROW_SEQUENCE, text, length, err);
    case PG_FIELD_FIRST_SEQUENCE: return set_count(&row->first_sequence, row, PG_ROW_FIRST, text, length, err);
    case PG_FIELD_PREVIOUS_SEQUENCE: return set_count(&row->previous_sequence, row, PG_ROW_PREVIOUS, text, length, err);
    case PG_FIELD_ID: return set_id(row, text, length);
    case PG_FIELD_SIDE: return set_side(row, record, text, length, err);
    case PG_FIELD_KIND:
        if (matches(record->liquidations, text, length))
            row->has |= PG_ROW_LIQUIDATION;
        return PG_DEFECT_NONE;
    case PG_FIELD_PRICE:
    case PG_FIELD_BID_PRICE: return pg_row_number(&row->quote[0].price, scale, PG_SCALE_PRICE, text, length, err);
    case PG_FIELD_ASK_PRICE: return pg_row_number(&row->quote[1].price, scale, PG_SCALE_PRICE, text, length, err);
    case PG_FIELD_SIZE:
    case PG_FIELD_BID_SIZE:
        row->has |= PG_ROW_SIZES;
        return pg_row_number(&row->quote[0].size, scale, PG_SCALE_SIZE, text, length, err);
    case PG_FIELD_ASK_SIZE:
        row->has |= PG_ROW_SIZES;
        return pg_row_number(&row->quote[1].size, scale, PG_SCALE_SIZE, text, length, err);
    case PG_FIELD_BIDS:
    case PG_FIELD_ASKS:
    case PG_FIELDS: break;
    }
    return PG_DEFECT_NONE;
}

static pg_defect refuse(pg_error *err, pg_defect defect, const char *what)
{
    pg_fail(err, defect == PG_DEFECT_EMPTY ? PG_ERR_PARSE : PG_ERR_RANGE, "%s", what);
    return defect;
}

/* Levels without a price are left out (a row of fewer levels than its columns); in an update a size of 0 stays. */
static pg_defect finish_levels(pg_row *row, pg_error *err)
{
    for (int side = 0; side < 2; side++) {
        pg_level *levels = row->levels[side];
        size_t kept = 0;
        for (size_t i = 0; i < row->n_levels[side]; i++) {
            if (levels[i].price == 0 && levels[i].size != 0)
                return refuse(err, PG_DEFECT_EMPTY, "a level of the book has a size but no price");
            if (levels[i].price != 0 && (levels[i].size != 0 || row->kind == PG_RECORD_UPDATE))
                levels[kept++] = levels[i];
        }
        row->n_levels[side] = kept;
    }
    return PG_DEFECT_NONE;
}

pg_defect pg_row_finish(pg_row *row, const pg_layout_record *record, pg_error *err)
{
    switch (row->kind) {
    case PG_RECORD_TRADE:
        if (row->quote[0].price == 0 || row->quote[0].size == 0)
            return refuse(err, PG_DEFECT_ZERO, "a trade without a price or size");
        break;
    case PG_RECORD_LEVEL:
    case PG_RECORD_BBO_SIDE:
        if (row->quote[0].price == 0)
            return refuse(err, PG_DEFECT_ZERO, "a quote without a price");
        if (record->columns[PG_FIELD_SIZE][0] && row->quote[0].size == 0)
            return refuse(err, PG_DEFECT_ZERO, "a quote without a size");
        break;
    case PG_RECORD_BBO:
        if (row->quote[0].price == 0 && row->quote[1].price == 0)
            return refuse(err, PG_DEFECT_ZERO, "a best bid and offer without any price");
        if ((row->has & PG_ROW_SIZES) &&
            ((row->quote[0].price && !row->quote[0].size) || (row->quote[1].price && !row->quote[1].size)))
            return refuse(err, PG_DEFECT_ZERO, "a best bid or offer without a size");
        break;
    case PG_RECORD_BOOK:
    case PG_RECORD_UPDATE: return finish_levels(row, err);
    case PG_RECORD_KINDS: break;
    }
    return PG_DEFECT_NONE;
}
