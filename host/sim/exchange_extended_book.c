/* Books as Extended publishes them (extended.md 7.1): a snapshot a minute, changes in between, best bid and ask apart. A
 * new connection is told the last snapshot and everything since. */
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_extended_internal.h"

enum { HEARTBEAT_MS = 1000 };

#define MINUTE_NS 60000000000

/* ---- texts ---- */

static void put_level(const pg_extended_exchange *e, pg_text *text, int market, int64_t price, int64_t change,
                      int64_t size, bool with_size)
{
    pg_json_open(text, NULL, '{');
    exx_json_size(e, text, "q", market, change);
    exx_json_price(e, text, "p", market, price);
    if (with_size)
        exx_json_size(e, text, "c", market, size);
    pg_json_close(text, '}');
}

static void open_book(const pg_extended_exchange *e, pg_text *text, int market, bool snapshot)
{
    pg_text_clear(text);
    pg_json_open(text, NULL, '{');
    pg_json_string(text, "t", snapshot ? "SNAPSHOT" : "DELTA");
    pg_json_string(text, "m", e->markets[market].rules.name);
}

static void put_whole_side(const pg_extended_exchange *e, pg_text *text, const char *key, int market,
                           const pg_exchange_level *levels, int count)
{
    pg_json_open(text, key, '[');
    for (int i = 0; i < count; i++)
        if (levels[i].size > 0)
            put_level(e, text, market, levels[i].price, levels[i].size, 0, false);
    pg_json_close(text, ']');
}

static void close_book(pg_text *text, const char *depth)
{
    pg_json_string(text, "d", depth);
    pg_json_close(text, '}');
}

/* What is different on a side, as changes with the size that there is now. Both lists are sorted, best first. */
static void put_changes(const pg_extended_exchange *e, pg_text *text, const char *key, int market, int side,
                        const pg_exchange_level *now, int count)
{
    const exx_book *book = &e->markets[market].book;
    const pg_exchange_level *old = book->levels[side];
    int i = 0, k = 0;
    pg_json_open(text, key, '[');
    while (i < count || k < book->count[side]) {
        bool has_new = i < count, has_old = k < book->count[side];
        bool same = has_new && has_old && now[i].price == old[k].price;
        bool new_first =
            has_new && (!has_old || (side == 0 ? now[i].price > old[k].price : now[i].price < old[k].price));
        if (same && now[i].size != old[k].size)
            put_level(e, text, market, now[i].price, now[i].size - old[k].size, now[i].size, true);
        else if (!same && new_first)
            put_level(e, text, market, now[i].price, now[i].size, now[i].size, true);
        else if (!same)
            put_level(e, text, market, old[k].price, -old[k].size, 0, true);
        i += same || new_first;
        k += same || !new_first;
    }
    pg_json_close(text, ']');
}

/* ---- what new connections are told ---- */

/* A frame to be told again: 'S' or 'D', its time, a colon, its data, and a final zero. */
static void keep(exx_book *book, bool snapshot, const pg_text *data, int64_t ts_ms)
{
    pg_text *replay = &book->replay;
    if (snapshot)
        pg_text_clear(replay);
    if (data->failed)
        return;
    pg_text_print(replay, "%c%lld:", snapshot ? 'S' : 'D', (long long)ts_ms);
    pg_text_add(replay, data->data, data->length + 1);
}

static void replay(exx_socket *socket, const exx_subscription *s, const exx_book *book)
{
    const char *at = book->replay.data, *end = at ? at + book->replay.length : NULL;
    while (at && at < end && !book->replay.failed && !socket->link.dead) {
        size_t length = strlen(at);
        char *data;
        int64_t ts_ms = strtoll(at + 1, &data, 10);
        exx_tell(socket, s, at[0] == 'S' ? "SNAPSHOT" : "DELTA", data + 1, length - (size_t)(data + 1 - at), ts_ms);
        at += length + 1;
    }
}

static void put_best(const pg_extended_exchange *e, pg_text *text, int market)
{
    const exx_book *book = &e->markets[market].book;
    open_book(e, text, market, true);
    put_whole_side(e, text, "b", market, &book->best[0], 1);
    put_whole_side(e, text, "a", market, &book->best[1], 1);
    close_book(text, "1");
}

static void look_at_best(exx_book *book, const pg_extended_exchange *e, int market)
{
    for (int side = 0; side < 2; side++)
        book->best[side] = pg_exchange_touch(e->core, market, side ? PG_SELL : PG_BUY);
}

/* ---- telling ---- */

static void tell_all(pg_extended_exchange *e, int market, bool best, const char *type, int64_t now_ns)
{
    for (exx_socket *socket = e->data.failed ? NULL : e->sockets; socket; socket = socket->next)
        for (int i = 0; i < socket->count && !socket->link.dead; i++) {
            const exx_subscription *s = &socket->subscriptions[i];
            if (s->scope == EXX_BOOK && s->best == best && (s->market == market || s->market < 0))
                exx_tell(socket, s, type, e->data.data, e->data.length, exx_ms(now_ns));
        }
}

static void publish_snapshot(pg_extended_exchange *e, int market, int64_t now_ns)
{
    static const char *const keys[] = { "b", "a" };
    exx_book *book = &e->markets[market].book;
    open_book(e, &e->data, market, true);
    for (int side = 0; side < 2; side++) {
        book->count[side] = pg_exchange_book(e->core, market, side ? PG_SELL : PG_BUY, book->levels[side], EXX_LEVELS);
        put_whole_side(e, &e->data, keys[side], market, book->levels[side], book->count[side]);
    }
    close_book(&e->data, "f");
    book->minute = now_ns / MINUTE_NS;
    keep(book, true, &e->data, exx_ms(now_ns));
    tell_all(e, market, false, "SNAPSHOT", now_ns);
}

static void publish_delta(pg_extended_exchange *e, int market, int64_t now_ns)
{
    static const char *const keys[] = { "b", "a" };
    exx_book *book = &e->markets[market].book;
    pg_exchange_level now[2][EXX_LEVELS];
    int count[2];
    open_book(e, &e->data, market, false);
    for (int side = 0; side < 2; side++) {
        count[side] = pg_exchange_book(e->core, market, side ? PG_SELL : PG_BUY, now[side], EXX_LEVELS);
        put_changes(e, &e->data, keys[side], market, side, now[side], count[side]);
    }
    close_book(&e->data, "f");
    for (int side = 0; side < 2; side++) {
        memcpy(book->levels[side], now[side], (size_t)count[side] * sizeof *now[side]);
        book->count[side] = count[side];
    }
    keep(book, false, &e->data, exx_ms(now_ns));
    tell_all(e, market, false, "DELTA", now_ns);
}

static void publish_best(pg_extended_exchange *e, int market, int64_t now_ns)
{
    exx_book *book = &e->markets[market].book;
    pg_exchange_level before[2] = { book->best[0], book->best[1] };
    look_at_best(book, e, market);
    bool same = true;
    for (int side = 0; side < 2; side++)
        same = same && before[side].price == book->best[side].price && before[side].size == book->best[side].size;
    if (same)
        return;
    put_best(e, &e->data, market);
    tell_all(e, market, true, "SNAPSHOT", now_ns);
}

void exx_book_publish(pg_extended_exchange *e, int market, int64_t now_ns)
{
    exx_book *book = &e->markets[market].book;
    uint64_t version = pg_exchange_book_version(e->core, market);
    if (version != book->best_version && now_ns >= book->best_due_ns) {
        book->best_version = version;
        book->best_due_ns = now_ns + e->config.best_ms * 1000000;
        publish_best(e, market, now_ns);
    }
    bool minute = !book->told || now_ns / MINUTE_NS != book->minute || book->replay.length > EXX_REPLAY;
    bool changed = version != book->version && now_ns >= book->due_ns;
    if (!minute && !changed && now_ns < book->heartbeat_ns)
        return;
    book->told = true;
    book->version = version;
    book->due_ns = now_ns + e->config.book_ms * 1000000;
    book->heartbeat_ns = now_ns + (int64_t)HEARTBEAT_MS * 1000000;
    if (minute)
        publish_snapshot(e, market, now_ns);
    else
        publish_delta(e, market, now_ns);
}

void exx_book_first(exx_socket *socket, const exx_subscription *s, int market)
{
    pg_extended_exchange *e = socket->exchange;
    exx_book *book = &e->markets[market].book;
    int64_t now_ns = pg_exchange_now(e->core);
    if (!book->told)
        exx_book_publish(e, market, now_ns);
    if (!s->best) {
        replay(socket, s, book);
        return;
    }
    put_best(e, &e->data, market);
    if (!e->data.failed)
        exx_tell(socket, s, "SNAPSHOT", e->data.data, e->data.length, exx_ms(now_ns));
}
