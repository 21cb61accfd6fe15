#include "data/timestamp.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"

enum { DAY_S = 86400 };

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms", 2013). */
static int64_t days_from_date(int year, int month, int day)
{
    year -= month <= 2;
    int era = year / 400;
    int year_of_era = year - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int64_t)era * 146097 + day_of_era - 719468;
}

static bool two_digits(const char **p, const char *end, int *value)
{
    if (end - *p < 2 || (unsigned)((*p)[0] - '0') > 9 || (unsigned)((*p)[1] - '0') > 9)
        return false;
    *value = ((*p)[0] - '0') * 10 + (*p)[1] - '0';
    *p += 2;
    return true;
}

static bool one_char(const char **p, const char *end, const char *allowed)
{
    if (*p == end || !strchr(allowed, **p) || !**p)
        return false;
    (*p)++;
    return true;
}

static bool read_zone(const char *p, const char *end, int *offset_s)
{
    *offset_s = 0;
    if (p < end && *p == ' ')
        p++;
    size_t left = (size_t)(end - p);
    if (left == 0 || (left == 1 && *p == 'Z') || (left == 3 && (!memcmp(p, "UTC", 3) || !memcmp(p, "GMT", 3))))
        return true;
    int sign = *p == '-' ? -1 : 1, hours, minutes = 0;
    if (!one_char(&p, end, "+-") || !two_digits(&p, end, &hours))
        return false;
    one_char(&p, end, ":");
    if (p < end && !two_digits(&p, end, &minutes))
        return false;
    *offset_s = sign * (hours * 3600 + minutes * 60);
    return p == end && hours <= 14 && minutes < 60;
}

static pg_status parse_iso(int64_t *time_ns, const char *p, const char *end)
{
    static const int month_days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int century, year, month, day, hour = 0, minute = 0, second = 0, zone = 0;
    int64_t fraction_ns = 0;
    if (!two_digits(&p, end, &century) || !two_digits(&p, end, &year) || !one_char(&p, end, "-") ||
        !two_digits(&p, end, &month) || !one_char(&p, end, "-") || !two_digits(&p, end, &day))
        return PG_ERR_PARSE;
    if (one_char(&p, end, "T ")) {
        if (!two_digits(&p, end, &hour) || !one_char(&p, end, ":") || !two_digits(&p, end, &minute))
            return PG_ERR_PARSE;
        if (one_char(&p, end, ":") && !two_digits(&p, end, &second))
            return PG_ERR_PARSE;
        int digits = 0;
        if (one_char(&p, end, ".")) {
            for (; p < end && (unsigned)(*p - '0') <= 9; p++, digits++) {
                if (digits >= 9 && *p != '0')
                    return PG_ERR_RANGE;
                if (digits < 9)
                    fraction_ns = fraction_ns * 10 + (*p - '0');
            }
        }
        for (; digits < 9; digits++)
            fraction_ns *= 10;
    }
    if (!read_zone(p, end, &zone))
        return PG_ERR_PARSE;
    if (month < 1 || month > 12 || day < 1 || day > month_days[month - 1] || hour > 23 || minute > 59 || second > 60)
        return PG_ERR_PARSE;
    year += century * 100;
    if (year < 1970 || year > 2261)
        return PG_ERR_RANGE;
    int64_t seconds = days_from_date(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second - zone;
    *time_ns = seconds * 1000000000 + fraction_ns;
    return *time_ns > 0 ? PG_OK : PG_ERR_RANGE;
}

/* A count of whole digits tells the unit: seconds have 10 of them from 2001 to 2286. */
static pg_time_unit guess_unit(const char *text, size_t length)
{
    size_t digits = 0;
    while (digits < length && (unsigned)(text[digits] - '0') <= 9)
        digits++;
    if (digits < length && text[digits] != '.')
        return PG_TIME_ISO;
    return digits <= 11 ? PG_TIME_S : digits <= 14 ? PG_TIME_MS : digits <= 17 ? PG_TIME_US : PG_TIME_NS;
}

pg_status pg_time_parse(int64_t *time_ns, const char *text, size_t length, pg_time_unit unit)
{
    if (unit == PG_TIME_AUTO)
        unit = guess_unit(text, length);
    if (unit == PG_TIME_ISO)
        return parse_iso(time_ns, text, text + length);
    int decimals = unit == PG_TIME_S ? 9 : unit == PG_TIME_MS ? 6 : unit == PG_TIME_US ? 3 : 0;
    int64_t value;
    pg_status status = pg_decimal_parse(&value, text, length, decimals);
    if (status == PG_OK && value <= 0)
        return PG_ERR_RANGE;
    if (status == PG_OK)
        *time_ns = value;
    return status;
}

char *pg_time_format(char *text, int64_t time_ns)
{
    int64_t seconds = time_ns / 1000000000, rest = time_ns % 1000000000;
    if (rest < 0) {
        rest += 1000000000;
        seconds--;
    }
    int64_t days = seconds / DAY_S, of_day = seconds % DAY_S;
    if (of_day < 0) {
        of_day += DAY_S;
        days--;
    }
    int64_t z = days + 719468; /* the inverse of days_from_date */
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    snprintf(text, PG_TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d.%09dZ", (int)(yoe + era * 400 + (month <= 2)), month,
             (int)(doy - (153 * mp + 2) / 5 + 1), (int)(of_day / 3600), (int)(of_day / 60 % 60), (int)(of_day % 60),
             (int)rest);
    return text;
}
