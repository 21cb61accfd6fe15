/* What the ledger is told, as records of its journal. */
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "trade/ledger_internal.h"

enum { PARTS = 3, TEXT_LIMIT = 16384 };

/* ---- records ---- */

static pg_status append(pg_ledger *ledger, const pg_record *record)
{
    pg_status status = pg_journal_append(ledger->journal, record);
    ledger->lost += status != PG_OK;
    return status;
}

static pg_record record_of(const pg_ledger *ledger, pg_record_kind kind, int market, int64_t now_ns)
{
    return (pg_record){ .kind = (uint16_t)kind, .market = (uint16_t)market, .run = ledger->run, .time_ns = now_ns };
}

/* The texts of a record one after another, each with its '\0', but for the last: cut into records as they fill up. */
typedef struct {
    const char *text[PARTS];
    size_t length[PARTS];
    int count;
} texts;

static void add(texts *t, const char *text, size_t limit)
{
    t->text[t->count] = text ? text : "";
    t->length[t->count] = strnlen(t->text[t->count], limit);
    t->count++;
}

/* The byte at `at` of all texts together, each followed by '\0'. Fills out[size]; returns how many. */
static size_t take(const texts *t, size_t at, char *out, size_t size)
{
    size_t got = 0, start = 0;
    for (int i = 0; i < t->count && got < size; i++) {
        size_t end = start + t->length[i]; /* where its '\0' is */
        while (got < size && at + got <= end) {
            size_t from = at + got - start, left = t->length[i] - from;
            if (left == 0) {
                out[got++] = '\0';
                continue;
            }
            size_t some = left < size - got ? left : size - got;
            memcpy(out + got, t->text[i] + from, some);
            got += some;
        }
        start = end + 1;
    }
    return got;
}

/* Appends a record with its texts, as many records as they need, or nothing at all. */
static pg_status append_texts(pg_ledger *ledger, pg_record *record, const texts *t)
{
    size_t whole = 0;
    for (int i = 0; i < t->count; i++)
        whole += t->length[i] + 1;
    if (!pg_journal_fits(ledger->journal, whole / PG_RECORD_TEXT_SIZE + 1)) {
        ledger->lost++;
        return PG_ERR_FULL;
    }
    record->remaining = (int64_t)whole;
    for (size_t at = 0; at < whole; at += record->length) {
        record->length = (uint16_t)take(t, at, record->text, sizeof record->text);
        pg_status status = append(ledger, record);
        if (status != PG_OK)
            return status;
        record->kind = PG_RECORD_TEXT;
    }
    return PG_OK;
}

static pg_status append_words(pg_ledger *ledger, pg_record_kind kind, int market, const char *a, const char *b,
                              const char *c, int64_t now_ns)
{
    pg_record record = record_of(ledger, kind, market, now_ns);
    texts t = { .count = 0 };
    add(&t, a, TEXT_LIMIT);
    add(&t, b, TEXT_LIMIT);
    add(&t, c, TEXT_LIMIT);
    return append_texts(ledger, &record, &t);
}

/* ---- runs, accounts, markets ---- */

static pg_status fail_full(pg_status status, pg_error *err)
{
    return status == PG_OK ? PG_OK
                           : pg_fail(err, status, "the ledger's journal has no room: its database is not written");
}

pg_status pg_ledger_session(pg_ledger *ledger, const pg_ledger_run *run, int64_t now_ns, pg_error *err)
{
    if (run->run == 0)
        return pg_fail(err, PG_ERR_INVALID, "a run has a number other than 0");
    ledger->run = run->run;
    memset(ledger->venues, 0, sizeof ledger->venues);
    return fail_full(
        append_words(ledger, PG_RECORD_SESSION, PG_LEDGER_NO_MARKET, run->mode, run->config_hash, run->program, now_ns),
        err);
}

pg_status pg_ledger_account(pg_ledger *ledger, int account, const char *venue, const char *name, int64_t now_ns,
                            pg_error *err)
{
    if (ledger->run == 0)
        return pg_fail(err, PG_ERR_STATE, "no session has begun in the ledger");
    if (account < 0 || account >= PG_LEDGER_ACCOUNTS)
        return pg_fail(err, PG_ERR_INVALID, "accounts are numbered 0 to %d", PG_LEDGER_ACCOUNTS - 1);
    if (!venue[0] || strlen(venue) >= PG_LEDGER_NAME || strlen(name) >= PG_LEDGER_NAME)
        return pg_fail(err, PG_ERR_INVALID, "names of venues and accounts have 1 to %d characters", PG_LEDGER_NAME - 1);
    memcpy(ledger->venues[account], venue, strlen(venue) + 1);
    memcpy(ledger->accounts[account], name, strlen(name) + 1);
    return fail_full(append_words(ledger, PG_RECORD_ACCOUNT, account, venue, name, NULL, now_ns), err);
}

pg_status pg_ledger_market(pg_ledger *ledger, int market, int account, const pg_instrument *instrument, int64_t now_ns,
                           pg_error *err)
{
    if (market < 0 || market >= PG_LEDGER_MARKETS)
        return pg_fail(err, PG_ERR_INVALID, "markets are numbered 0 to %d", PG_LEDGER_MARKETS - 1);
    if (account < 0 || account >= PG_LEDGER_ACCOUNTS || !ledger->venues[account][0])
        return pg_fail(err, PG_ERR_STATE, "account %d was never told to the ledger", account);
    ledger->market_account[market] = (uint8_t)account;
    pg_record record = record_of(ledger, PG_RECORD_MARKET, market, now_ns);
    record.id = (uint64_t)account;
    record.price = instrument->price_decimals;
    record.size = instrument->size_decimals;
    texts t = { .count = 0 };
    add(&t, instrument->symbol, sizeof instrument->symbol);
    return fail_full(append_texts(ledger, &record, &t), err);
}

/* ---- orders ---- */

pg_status pg_ledger_request(pg_ledger *ledger, int market, const pg_request *request, uint64_t version, int flags,
                            const char *reasons, int64_t now_ns)
{
    static const uint16_t kinds[] = { [PG_REQUEST_NEW] = PG_RECORD_ORDER,
                                      [PG_REQUEST_CANCEL] = PG_RECORD_CANCEL,
                                      [PG_REQUEST_REPLACE] = PG_RECORD_REPLACE };
    PG_ASSERT(request->kind >= PG_REQUEST_NEW && request->kind <= PG_REQUEST_REPLACE);
    pg_record record = { .kind = kinds[request->kind],
                         .market = (uint16_t)market,
                         .time_ns = now_ns,
                         .run = ledger->run,
                         .id = request->id,
                         .price = request->price,
                         .size = request->size,
                         .remaining = request->open,
                         .version = version,
                         .side = request->side,
                         .tif = request->tif,
                         .flags = (uint8_t)(flags | (request->reduce_only ? PG_RECORD_REDUCE_ONLY : 0)),
                         .detail = request->kind };
    if (reasons && request->kind != PG_REQUEST_CANCEL) {
        record.length = (uint16_t)strnlen(reasons, PG_RECORD_TEXT_SIZE);
        memcpy(record.text, reasons, record.length);
    }
    return append(ledger, &record);
}

pg_status pg_ledger_unknown(pg_ledger *ledger, int market, uint64_t id, int64_t now_ns)
{
    pg_record record = record_of(ledger, PG_RECORD_UNKNOWN, market, now_ns);
    record.id = id;
    return append(ledger, &record);
}

/* Copies a name into its field; false when it does not fit. */
static bool put_name(char *field, size_t size, const char *name)
{
    size_t length = name ? strnlen(name, size + 1) : 0;
    memcpy(field, name ? name : "", length < size ? length : size);
    return length <= size;
}

pg_status pg_ledger_reply(pg_ledger *ledger, int market, uint64_t run, const pg_reply *reply,
                          const pg_ledger_names *names, int64_t now_ns)
{
    bool is_fill = reply->kind == PG_REPLY_FILL;
    pg_record record = record_of(ledger, is_fill ? PG_RECORD_FILL : PG_RECORD_REPORT, market, now_ns);
    record.exch_ns = reply->exch_ns;
    record.run = run;
    record.id = reply->id;
    record.price = reply->price;
    record.size = reply->size;
    record.remaining = reply->remaining;
    record.amount = reply->fee;
    record.side = reply->side;
    record.flags = is_fill && reply->maker ? PG_RECORD_MAKER : 0;
    record.detail = reply->kind;
    record.reason = reply->reason;
    if (names) {
        if (!put_name(record.order_id, sizeof record.order_id, names->order_id) ||
            !put_name(record.trade_id, sizeof record.trade_id, names->trade_id))
            return PG_ERR_RANGE;
        (void)put_name(record.words, sizeof record.words, names->words);
    }
    return append(ledger, &record);
}

/* ---- the rest ---- */

pg_status pg_ledger_position(pg_ledger *ledger, int market, int64_t quantity, int64_t price, int64_t now_ns)
{
    pg_record record = record_of(ledger, PG_RECORD_POSITION, market, now_ns);
    record.size = quantity;
    record.price = price;
    return append(ledger, &record);
}

pg_status pg_ledger_funding(pg_ledger *ledger, int market, int64_t amount_e6, int64_t rate_e12, int64_t exch_ns,
                            int64_t now_ns)
{
    pg_record record = record_of(ledger, PG_RECORD_FUNDING, market, now_ns);
    record.exch_ns = exch_ns;
    record.size = amount_e6;
    record.price = rate_e12;
    return append(ledger, &record);
}

pg_status pg_ledger_equity(pg_ledger *ledger, int account, int64_t equity_e6, int64_t free_e6, int64_t now_ns)
{
    pg_record record = record_of(ledger, PG_RECORD_EQUITY, account, now_ns);
    record.price = equity_e6;
    record.size = free_e6;
    return append(ledger, &record);
}

pg_status pg_ledger_parameter(pg_ledger *ledger, int market, const char *name, const char *value, const char *who,
                              int64_t now_ns)
{
    return append_words(ledger, PG_RECORD_PARAMETER, market, name, value, who, now_ns);
}

pg_status pg_ledger_risk(pg_ledger *ledger, int market, const char *limit, const char *consequence, const char *text,
                         int64_t now_ns)
{
    return append_words(ledger, PG_RECORD_RISK, market, limit, consequence, text, now_ns);
}

pg_status pg_ledger_note(pg_ledger *ledger, int market, pg_log_level level, const char *text, int64_t now_ns)
{
    pg_record record = record_of(ledger, PG_RECORD_NOTE, market, now_ns);
    record.detail = (uint8_t)level;
    texts t = { .count = 0 };
    add(&t, text, TEXT_LIMIT);
    return append_texts(ledger, &record, &t);
}

pg_status pg_ledger_end(pg_ledger *ledger, int64_t now_ns)
{
    pg_record record = record_of(ledger, PG_RECORD_END, PG_LEDGER_NO_MARKET, now_ns);
    return append(ledger, &record);
}

/* ---- versions of scripts ---- */

uint64_t pg_version_of(char hash[PG_VERSION_HASH], const char *text, size_t length)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    uint64_t version = 0;
    SHA256((const unsigned char *)text, length, digest);
    for (int i = 0; i < 8; i++)
        version = version << 8 | digest[i];
    for (int i = 0; i < SHA256_DIGEST_LENGTH; i++)
        snprintf(hash + 2 * i, 3, "%02x", digest[i]);
    return version;
}

pg_status pg_ledger_version(pg_ledger *ledger, uint64_t *version, int market, pg_version_event event, const char *path,
                            const char *text, size_t length, int64_t now_ns)
{
    char hash[PG_VERSION_HASH];
    *version = pg_version_of(hash, text, length);
    if (length > PG_VERSION_TEXT_MAX)
        return PG_ERR_RANGE;
    uint64_t *known = &ledger->versions[*version % LEDGER_KNOWN_VERSIONS];
    pg_record record = record_of(ledger, PG_RECORD_VERSION, market, now_ns);
    record.version = *version;
    record.detail = (uint8_t)event;
    texts t = { .count = 0 };
    add(&t, path, TEXT_LIMIT);
    if (*known != *version) {
        add(&t, hash, sizeof hash);
        t.text[t.count] = text;
        t.length[t.count++] = length;
    }
    pg_status status = append_texts(ledger, &record, &t);
    if (status == PG_OK)
        *known = *version;
    return status;
}
