#include "live/built_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *list[4 * PG_CONFIG_MARKETS + 24];
    char text[16][PG_PATH_SIZE], coin[PG_CONFIG_MARKETS][PG_SYMBOL_SIZE];
    int count, texts;
} arguments;

static void add(arguments *a, const char *word)
{
    a->list[a->count++] = (char *)word;
}

static void add_number(arguments *a, const char *option, double number)
{
    add(a, option);
    char *text = a->text[a->texts++];
    snprintf(text, PG_PATH_SIZE, "%.17g", number);
    add(a, text);
}

/* How much of a symbol is the coin's name: Extended's markets are called after it, "BTC-USD". */
static int coin_length(const pg_config_venue *venue, const char *symbol)
{
    size_t length = strlen(symbol);
    bool quoted = strcmp(venue->kind, "extended") == 0 && length > 4 && strcmp(symbol + length - 4, "-USD") == 0;
    return (int)(quoted ? length - 4 : length);
}

pg_status pg_built_in_start(pg_child **child, pg_loop *loop, const pg_config_venue *venue, const char *const *symbols,
                            int symbol_count, const char *fund, pg_child_handler handler, pg_error *err)
{
    arguments *a = calloc(1, sizeof *a);
    if (!a)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for arguments");
    add(a, "perigee");
    add(a, "exchange");
    add(a, venue->kind);
    add(a, "--with-host");
    if (strcmp(venue->data, "synthetic") == 0) {
        add(a, "--synthetic");
    } else {
        add(a, "--data");
        add(a, venue->data);
        add_number(a, "--speed", venue->speed);
    }
    add_number(a, "--seed", (double)venue->seed);
    add_number(a, "--port", 0);
    if (venue->maker_fee_bps == venue->maker_fee_bps)
        add_number(a, "--maker-bps", venue->maker_fee_bps);
    if (venue->taker_fee_bps == venue->taker_fee_bps)
        add_number(a, "--taker-bps", venue->taker_fee_bps);
    for (int i = 0; i < symbol_count; i++) {
        add(a, "--coin");
        snprintf(a->coin[i], sizeof a->coin[i], "%.*s", coin_length(venue, symbols[i]), symbols[i]);
        add(a, a->coin[i]);
    }
    if (fund) {
        add(a, "--fund");
        add(a, fund);
    }
    pg_status status = pg_child_new(child, loop, a->list, handler, err);
    free(a);
    return status;
}

pg_status pg_built_in_url(char *url, size_t size, const char *line, pg_error *err)
{
    const char *start = strstr(line, "http://");
    if (!start || strlen(start) >= size)
        return pg_fail(err, PG_ERR_STATE, "the built-in exchange said: %.200s", line);
    snprintf(url, size, "%s", start);
    return PG_OK;
}
