/* Extended's streams: which one a path asks for, and the frames of both forms (extended.md 7, 8). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_extended_internal.h"

/* What the two forms call a stream. */
static const struct {
    const char *channel; /* of faults, and the first part of the path */
    const char *prefix;  /* of types in the multiplexed form */
} scopes[EXX_SCOPES] = {
    [EXX_BOOK] = { "orderbooks", "ORDERBOOKS" },    [EXX_PUBLIC_TRADES] = { "publicTrades", "TRADES" },
    [EXX_FUNDING] = { "funding", "FUNDING_RATES" }, [EXX_PRICE] = { "prices", "PRICES" },
    [EXX_CANDLE] = { "candles", "CANDLES" },        [EXX_ACCOUNT] = { "account", "ACCOUNT" },
};

/* ---- paths ---- */

enum { PARTS = 4 };

/* Cuts a path up; returns the number of its parts, or -1. */
static int split(char *parts[PARTS], char *path)
{
    int count = 0;
    for (char *part; (part = strsep(&path, "/"));) {
        if (count == PARTS || !part[0] || !exx_decode(part))
            return -1;
        parts[count++] = part;
    }
    return count;
}

/* The market of a part that may be missing: then all. */
static bool read_market(int *market, const pg_extended_exchange *e, const char *part)
{
    *market = part ? exx_find_market(e, part) : -1;
    return !part || *market >= 0;
}

static bool read_candles(exx_subscription *s, const pg_extended_exchange *e, char *const *parts, int count,
                         const pg_form *query)
{
    static const char *const kinds[EXX_PRICES] = {
        [EXX_TRADES] = "trades", [EXX_MARK] = "mark-prices", [EXX_INDEX] = "index-prices"
    };
    s->interval = exx_interval(pg_form_get(query, "interval"));
    s->kind = count == 3 ? exx_find_word(kinds, EXX_PRICES, parts[2]) : -1;
    return s->kind >= 0 && s->interval > 0 && read_market(&s->market, e, parts[1]);
}

static bool read_prices(exx_subscription *s, const pg_extended_exchange *e, char *const *parts, int count)
{
    static const char *const kinds[EXX_PRICES] = { [EXX_TRADES] = "", [EXX_MARK] = "mark", [EXX_INDEX] = "index" };
    s->kind = count >= 2 ? exx_find_word(kinds, EXX_PRICES, parts[1]) : -1;
    return s->kind > 0 && count <= 3 && read_market(&s->market, e, count == 3 ? parts[2] : NULL);
}

static bool read_book(exx_subscription *s, const pg_extended_exchange *e, char *const *parts, int count,
                      const pg_form *query)
{
    const char *depth = pg_form_get(query, "depth");
    s->best = depth && strcmp(depth, "1") == 0;
    return count <= 2 && (!depth || s->best) && read_market(&s->market, e, count == 2 ? parts[1] : NULL);
}

static bool read_stream(exx_subscription *s, const pg_extended_exchange *e, char *const *parts, int count,
                        const pg_form *query, const char *api_key)
{
    *s = (exx_subscription){ .market = -1, .scope = EXX_SCOPES, .account = PG_EXCHANGE_NOBODY };
    for (int i = 0; count > 0 && i < EXX_SCOPES; i++)
        if (strcmp(scopes[i].channel, parts[0]) == 0)
            s->scope = (exx_scope)i;
    switch (s->scope) {
    case EXX_BOOK: return read_book(s, e, parts, count, query);
    case EXX_PUBLIC_TRADES:
    case EXX_FUNDING: return count <= 2 && read_market(&s->market, e, count == 2 ? parts[1] : NULL);
    case EXX_PRICE: return read_prices(s, e, parts, count);
    case EXX_CANDLE: return read_candles(s, e, parts, count, query);
    case EXX_ACCOUNT: s->account = exx_find_key(e, api_key); return count == 1 && s->account != PG_EXCHANGE_NOBODY;
    default: return false;
    }
}

bool exx_read_path(exx_subscription *s, bool *rpc, const pg_extended_exchange *e, const char *path, const char *query,
                   const char *api_key)
{
    static const char single[] = "/v1/";
    char copy[256], *parts[PARTS];
    *rpc = strcmp(path, "/v2/rpc") == 0;
    if (*rpc)
        return true;
    if (strncmp(path, single, sizeof single - 1) != 0 || strlen(path) >= sizeof copy)
        return false;
    strncpy(copy, path + sizeof single - 1, sizeof copy - 1);
    copy[sizeof copy - 1] = '\0';
    int count = split(parts, copy);
    pg_form form = { 0 };
    bool found = count > 0 && pg_form_add_query(&form, query, strlen(query), NULL) == PG_OK &&
                 read_stream(s, e, parts, count, &form, api_key);
    pg_form_free(&form);
    return found;
}

/* ---- frames ---- */

void exx_tell(exx_socket *socket, const exx_subscription *s, const char *type, const char *data, size_t size,
              int64_t ts_ms)
{
    pg_text *frame = &socket->exchange->frame;
    pg_text_clear(frame);
    pg_json_open(frame, NULL, '{');
    if (socket->rpc) {
        char whole[64];
        snprintf(whole, sizeof whole, "%s%s%s", scopes[s->scope].prefix, type ? "." : "", type ? type : "");
        pg_json_string(frame, "type", whole);
    } else if (type) {
        pg_json_string(frame, "type", type);
    }
    pg_json_raw(frame, "data", data, size);
    pg_json_integer(frame, "ts", ts_ms);
    pg_json_unsigned(frame, "seq", socket->seq++);
    if (socket->rpc)
        pg_json_string(frame, "subscription", s->topic);
    pg_json_close(frame, '}');
    if (!frame->failed)
        pg_exchange_link_send(&socket->link, scopes[s->scope].channel, frame->data, frame->length);
}
