#include "base/log.h"

#include <string.h>

#include "base/text.h"

static const char *const level_names[] = { "debug", "info", "warn", "error" };
static const char *const level_marks[] = { "DEBUG", "INFO ", "WARN ", "ERROR" };

enum { LEVELS = 4 };

const char *pg_log_level_name(pg_log_level level)
{
    return level_names[level];
}

int pg_log_level_parse(const char *name)
{
    for (int i = 0; i < LEVELS; i++)
        if (strcmp(name, level_names[i]) == 0)
            return i;
    return -1;
}

/* Text with control characters as \xNN: what a script or a venue sends cannot forge a line of its own. */
static void put_plain(pg_text *line, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c < 0x20 || *c == 0x7f)
            pg_text_print(line, "\\x%02x", *c);
        else
            pg_text_add(line, (const char *)c, 1);
    }
}

static void write_text(pg_text *line, const char *time, pg_log_level level, const char *part, const char *message,
                       const pg_log_field *fields, int count)
{
    pg_text_print(line, "%s %s %s: ", time, level_marks[level], part);
    put_plain(line, message);
    for (int i = 0; i < count; i++) {
        pg_text_print(line, "%s%s=", i ? " " : "  ", fields[i].name);
        if (fields[i].text)
            put_plain(line, fields[i].text);
        else
            pg_text_print(line, "%.10g", fields[i].number);
    }
}

static void write_json(pg_text *line, const char *time, pg_log_level level, const char *part, const char *message,
                       const pg_log_field *fields, int count)
{
    pg_json_open(line, NULL, '{');
    pg_json_string(line, "time", time);
    pg_json_string(line, "level", level_names[level]);
    pg_json_string(line, "part", part);
    pg_json_string(line, "message", message);
    for (int i = 0; i < count; i++) {
        if (fields[i].text)
            pg_json_string(line, fields[i].name, fields[i].text);
        else
            pg_json_number(line, fields[i].name, fields[i].number);
    }
    pg_json_close(line, '}');
}

void pg_log_write(const pg_log *log, pg_log_level level, const char *part, const char *message,
                  const pg_log_field *fields, int count)
{
    if (!log || !log->out || level < log->level)
        return;
    char time[32];
    pg_text line = { 0 };
    pg_clock_format(time, pg_clock_now(log->clock));
    (log->format == PG_LOG_JSON ? write_json : write_text)(&line, time, level, part, message, fields, count);
    pg_text_add(&line, "\n", 1);
    if (!line.failed)
        fwrite(line.data, 1, line.length, log->out);
    pg_text_free(&line);
}
