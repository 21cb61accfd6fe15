/* The outbox: what waits is signed with consecutive nonces and sent in its turn, in as few messages as the venue allows,
 * over the WebSocket when it is there, else over HTTP. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "venue/lighter/adapter_internal.h"

enum { IOC, GOOD_TILL_TIME, POST_ONLY }; /* times in force */
enum { ORDER_DAYS = 28, CANCEL_EXPIRES_MS = 60000, ACT_EXPIRES_MS = 599000, STALE_MS = 2000, CHECK_EVERY = 1000 };
enum { SLOW_MS = 1000, FREE_MS = 16000 };

static const int64_t day_ms = 86400000;

/* ---- the outbox ---- */

/* A request that will not be sent. */
static void refuse(li_venue *venue, const li_intent *intent, pg_reason reason, const char *words)
{
    const pg_tracked *order = pg_tracker_find(venue->orders, intent->id);
    if (intent->act) {
        pg_fail(&intent->act->early, PG_ERR_STATE, "%s", words);
        intent->act->give_up_ns = 0;
    } else if (order) {
        pg_submit submit = { .market = order->market,
                             .request = { .id = intent->id, .kind = intent->kind, .side = order->side } };
        pg_late_refuse(venue->late, &submit, true, reason, words);
    }
}

static li_intent *place(li_venue *venue, int i)
{
    return &venue->outbox[(venue->outbox_first + i) % LI_OUTBOX];
}

static bool uses_quota(const li_intent *intent)
{
    return intent->kind == PG_REQUEST_NEW || intent->kind == PG_REQUEST_REPLACE;
}

/* Takes what is at a place out of the outbox. */
static void take_out(li_venue *venue, int i)
{
    for (; i + 1 < venue->outbox_count; i++)
        *place(venue, i) = *place(venue, i + 1);
    venue->outbox_count--;
}

/* A new order that is cancelled before it was sent is refused instead; true when there was one. */
static bool cancel_unsent(li_venue *venue, const li_intent *cancel)
{
    for (int i = 0; i < venue->outbox_count; i++) {
        li_intent intent = *place(venue, i);
        if (intent.kind != PG_REQUEST_NEW || intent.id != cancel->id)
            continue;
        take_out(venue, i);
        refuse(venue, &intent, PG_REASON_CLOSED, "it was cancelled before it was sent");
        return true;
    }
    return false;
}

/* Cancels go before what may add risk, in the order in which they came. */
bool li_queue(li_venue *venue, const li_intent *intent)
{
    int at = venue->outbox_count;
    if (intent->kind == PG_REQUEST_CANCEL && cancel_unsent(venue, intent))
        return true;
    if (venue->outbox_count == LI_OUTBOX)
        return false;
    venue->outbox_count++;
    for (; !uses_quota(intent) && at > 0 && uses_quota(place(venue, at - 1)); at--)
        *place(venue, at) = *place(venue, at - 1);
    *place(venue, at) = *intent;
    return true;
}

static void drop_first(li_venue *venue)
{
    venue->outbox_first = (venue->outbox_first + 1) % LI_OUTBOX;
    venue->outbox_count--;
}

/* Whether there is still something to be sent for it. */
static bool is_wanted(li_venue *venue, const li_intent *intent)
{
    const pg_tracked *order = intent->act ? NULL : pg_tracker_find(venue->orders, intent->id);
    if (intent->act)
        return true;
    if (!order || order->done)
        return false;
    return intent->kind != PG_REQUEST_REPLACE || order->replace == PG_REPLACE_SENT;
}

/* ---- transactions ---- */

static void fill_new(pg_lighter_tx *tx, const li_venue *venue, const pg_tracked *order, int64_t now_ms)
{
    static const int forces[] = { [PG_TIF_GTC] = GOOD_TILL_TIME, [PG_TIF_IOC] = IOC, [PG_TIF_ALO] = POST_ONLY };
    tx->type = PG_LIGHTER_CREATE_ORDER;
    tx->value[PG_LIGHTER_MARKET_INDEX] = venue->market[order->market].id;
    tx->value[PG_LIGHTER_CLIENT_ORDER_INDEX] = (int64_t)order->alias;
    tx->value[PG_LIGHTER_BASE_AMOUNT] = order->leg.size;
    tx->value[PG_LIGHTER_PRICE] = order->leg.price;
    tx->value[PG_LIGHTER_IS_ASK] = order->side == PG_SELL;
    tx->value[PG_LIGHTER_TIME_IN_FORCE] = forces[order->tif];
    tx->value[PG_LIGHTER_REDUCE_ONLY] = order->reduce_only;
    tx->value[PG_LIGHTER_ORDER_EXPIRY] = order->tif == PG_TIF_IOC ? 0 : now_ms + ORDER_DAYS * day_ms;
}

static void fill_tx(pg_lighter_tx *tx, const li_venue *venue, const li_intent *intent, int64_t now_ms)
{
    const pg_tracked *order = pg_tracker_find(venue->orders, intent->id);
    int64_t index = order->leg.oid ? (int64_t)order->leg.oid : (int64_t)order->alias, lasts = venue->expires_ms;
    if (intent->kind == PG_REQUEST_NEW) {
        fill_new(tx, venue, order, now_ms);
    } else {
        tx->type = intent->kind == PG_REQUEST_CANCEL ? PG_LIGHTER_CANCEL_ORDER : PG_LIGHTER_MODIFY_ORDER;
        tx->value[PG_LIGHTER_MARKET_INDEX] = venue->market[order->market].id;
        tx->value[PG_LIGHTER_INDEX] = index;
        tx->value[PG_LIGHTER_BASE_AMOUNT] = order->next.size;
        tx->value[PG_LIGHTER_PRICE] = order->next.price;
    }
    if (intent->kind == PG_REQUEST_CANCEL)
        lasts = CANCEL_EXPIRES_MS;
    tx->value[PG_LIGHTER_EXPIRED_AT] = now_ms + lasts;
}

static void set_owner(pg_lighter_tx *tx, const li_venue *venue, int64_t nonce, int64_t now_ms)
{
    tx->value[PG_LIGHTER_ACCOUNT_INDEX] = tx->value[PG_LIGHTER_FROM_ACCOUNT_INDEX] = venue->account;
    tx->value[PG_LIGHTER_API_KEY_INDEX] = venue->key_index;
    tx->value[PG_LIGHTER_NONCE] = nonce;
    if (tx->value[PG_LIGHTER_EXPIRED_AT] == 0)
        tx->value[PG_LIGHTER_EXPIRED_AT] = now_ms + ACT_EXPIRES_MS;
}

/* The first signature and one in a thousand is verified: a wrong one would be this program's fault, or the memory's. */
static bool is_sound(li_venue *venue, const pg_scalar5 *key)
{
    uint8_t public_key[PG_SCHNORR_KEY_BYTES];
    pg_error err;
    if (venue->signed_count++ % CHECK_EVERY != 0)
        return true;
    pg_schnorr_public_key(public_key, key);
    return pg_schnorr_verify_var(public_key, &venue->made.message, venue->made.signature, &err) == PG_OK;
}

static pg_status sign(li_venue *venue, const pg_lighter_tx *tx, pg_error *err)
{
    pg_scalar5 key;
    pg_status status = pg_schnorr_key_borrow(&key, venue->key, err);
    if (status == PG_OK)
        status = pg_lighter_sign(&venue->made, venue->chain_id, tx, &key, err);
    if (status == PG_OK && !is_sound(venue, &key))
        status = pg_fail(err, PG_ERR_CORRUPT, "a signature does not verify");
    pg_schnorr_key_wipe(&key);
    return status;
}

/* ---- messages ---- */

/* `"` within a string within a string. */
static void add_twice_escaped(pg_text *text, const char *info)
{
    while (*info) {
        size_t run = strcspn(info, "\"\\");
        pg_text_add(text, info, run);
        info += run;
        if (*info == '"')
            pg_text_add(text, "\\\\\\\"", 4);
        else if (*info)
            pg_text_add(text, "\\\\\\\\", 4);
        info += *info != '\0';
    }
}

/* A batch, its transactions in the order of their nonces. */
typedef struct {
    li_flight *flight;
    int type[PG_LIGHTER_BATCH];
    char *info[PG_LIGHTER_BATCH];
} batch;

static void write_frame(pg_text *text, const batch *b)
{
    const li_flight *flight = b->flight;
    text->length = 0;
    if (flight->count == 1) {
        pg_text_print(text,
                      "{\"type\":\"jsonapi/sendtx\",\"data\":{\"id\":\"p%" PRIu64 "\",\"tx_type\":%d,\"tx_info\":",
                      flight->number, b->type[0]);
        pg_text_add(text, b->info[0], strlen(b->info[0]));
        pg_text_add(text, "}}", 2);
        return;
    }
    pg_text_print(text, "{\"type\":\"jsonapi/sendtxbatch\",\"data\":{\"id\":\"p%" PRIu64 "\",\"tx_types\":\"[",
                  flight->number);
    for (int i = 0; i < flight->count; i++)
        pg_text_print(text, "%s%d", i > 0 ? "," : "", b->type[i]);
    pg_text_print(text, "]\",\"tx_infos\":\"[");
    for (int i = 0; i < flight->count; i++) {
        pg_text_print(text, "%s\\\"", i > 0 ? "," : "");
        add_twice_escaped(text, b->info[i]);
        pg_text_add(text, "\\\"", 2);
    }
    pg_text_print(text, "]\"}}");
}

static bool send_frame(li_venue *venue, const batch *b)
{
    write_frame(&venue->frame, b);
    return pg_text_check(&venue->frame, NULL) == PG_OK &&
           pg_lighter_stream_send(venue->account_stream, venue->frame.data, venue->frame.length, NULL) == PG_OK;
}

static void post_one(li_venue *venue, const batch *b)
{
    char type[12];
    snprintf(type, sizeof type, "%d", b->type[0]);
    const char *fields[] = { "tx_type", type, "tx_info", b->info[0], "price_protection", "true", NULL };
    pg_lighter_rest_post(venue->rest, "/api/v1/sendTx", fields, NULL, b->flight, li_posted);
}

static void post_many(li_venue *venue, const batch *b)
{
    pg_text types = { 0 }, infos = { 0 };
    pg_json_open(&types, NULL, '[');
    pg_json_open(&infos, NULL, '[');
    for (int i = 0; i < b->flight->count; i++) {
        pg_json_integer(&types, NULL, b->type[i]);
        pg_json_string(&infos, NULL, b->info[i]);
    }
    pg_json_close(&types, ']');
    pg_json_close(&infos, ']');
    PG_ASSERT(pg_text_check(&types, NULL) == PG_OK && pg_text_check(&infos, NULL) == PG_OK);
    const char *fields[] = { "tx_types", types.data, "tx_infos", infos.data, NULL };
    pg_lighter_rest_post(venue->rest, "/api/v1/sendTxBatch", fields, NULL, b->flight, li_posted);
    pg_text_free(&types);
    pg_text_free(&infos);
}

/* ---- sending ---- */

static li_flight *take_off(li_venue *venue)
{
    if (venue->flights == LI_FLIGHTS)
        return NULL;
    li_flight *flight = venue->flight;
    while (flight->used)
        flight++;
    *flight = (li_flight){ .used = true, .venue = venue, .number = venue->next_number++, .sent_ns = li_now() };
    venue->flights++;
    return flight;
}

void li_land(li_flight *flight, pg_lighter_nonces_fate fate)
{
    li_venue *venue = flight->venue;
    flight->used = false;
    venue->flights--;
    venue->posts -= flight->posted;
    pg_lighter_nonces_land(venue->nonces, flight->nonce, flight->count, fate, li_now());
}

static uint64_t short_hash(const char *hash)
{
    char digits[17];
    snprintf(digits, sizeof digits, "%.16s", hash);
    return strtoull(digits, NULL, 16);
}

/* Signs an intent as the next part of a batch. */
static pg_status sign_part(li_venue *venue, batch *b, const li_intent *intent, int64_t nonce, pg_error *err)
{
    li_flight *flight = b->flight;
    int64_t now_ms = (li_now() + venue->clock_ahead_ns) / 1000000;
    pg_lighter_tx tx = { 0 };
    if (intent->act)
        tx = intent->act->tx;
    else
        fill_tx(&tx, venue, intent, now_ms);
    set_owner(&tx, venue, nonce, now_ms);
    pg_status status = sign(venue, &tx, err);
    if (status != PG_OK)
        return status;
    int i = flight->count;
    b->type[i] = tx.type;
    b->info[i] = strdup(venue->made.text);
    PG_ASSERT(b->info[i] != NULL);
    memcpy(flight->hash[i], venue->made.hash, sizeof flight->hash[i]);
    flight->part[i] = (li_part){ *intent, short_hash(venue->made.hash) };
    if (tx.value[PG_LIGHTER_EXPIRED_AT] > flight->expires_ms)
        flight->expires_ms = tx.value[PG_LIGHTER_EXPIRED_AT];
    venue->sent[flight->part[i].hash % LI_SENT] = flight->part[i];
    if (intent->act) {
        memcpy(intent->act->hash, venue->made.hash, sizeof intent->act->hash);
        intent->act->sent = true;
    }
    flight->count++;
    return PG_OK;
}

/* Whether the first of the outbox may go, by the quota of the account; its cancels are free. */
static bool within_quota(const li_venue *venue, const li_intent *intent, int64_t now_ns)
{
    return !uses_quota(intent) || venue->quota < 0 || venue->quota >= LI_QUOTA_SLOW || now_ns >= venue->slow_ns;
}

/* How many of the outbox go into one message: all that are next, unless one has to go alone. */
static int count_batch(li_venue *venue)
{
    int n = 0;
    bool single = venue->quota >= 0 && venue->quota < LI_QUOTA_SLOW;
    while (n < venue->outbox_count && n < PG_LIGHTER_BATCH) {
        const li_intent *intent = place(venue, n);
        bool alone = intent->alone || intent->act || (single && uses_quota(intent));
        if (n > 0 && alone)
            break;
        n++;
        if (alone)
            break;
    }
    return n;
}

static void count_quota(li_venue *venue, const li_intent *intent, int64_t now_ns)
{
    if (uses_quota(intent) && venue->quota >= 0 && venue->quota < LI_QUOTA_SLOW)
        venue->slow_ns = now_ns + (int64_t)(venue->quota == 0 ? FREE_MS : SLOW_MS) * 1000000;
}

/* Signs what goes into the message, and takes it off the outbox. What cannot be signed is refused. */
static void sign_batch(li_venue *venue, batch *b, int count)
{
    pg_error err;
    int64_t now = li_now();
    int64_t next = b->flight->nonce;
    for (int i = 0; i < count; i++) {
        li_intent intent = venue->outbox[venue->outbox_first];
        drop_first(venue);
        if (!is_wanted(venue, &intent))
            continue;
        if (sign_part(venue, b, &intent, next, &err) == PG_OK) {
            next++;
            count_quota(venue, &intent, now);
            continue;
        }
        li_log(venue, PG_LOG_ERROR, "a transaction cannot be signed", "why", err.what);
        refuse(venue, &intent, PG_REASON_OTHER, "the transaction cannot be signed");
        if (err.status == PG_ERR_CORRUPT)
            venue->unsound = true;
    }
}

static bool send_batch(li_venue *venue, const void *channel, bool over_stream)
{
    int count = count_batch(venue);
    batch b = { .flight = take_off(venue) };
    if (!b.flight)
        return false;
    b.flight->nonce = pg_lighter_nonces_take(venue->nonces, channel, 0);
    sign_batch(venue, &b, count);
    pg_lighter_nonces_extend(venue->nonces, b.flight->count);
    if (b.flight->count == 0) {
        li_land(b.flight, PG_LIGHTER_NONCES_UNUSED);
        return true;
    }
    if (!over_stream || !send_frame(venue, &b)) {
        b.flight->posted = true;
        venue->posts++;
        if (b.flight->count == 1)
            post_one(venue, &b);
        else
            post_many(venue, &b);
    }
    for (int i = 0; i < b.flight->count; i++)
        free(b.info[i]);
    return true;
}

/* New orders and changes that have waited too long are of an older view of the market. */
static void drop_stale(li_venue *venue, int64_t now_ns)
{
    for (int i = 0; i < venue->outbox_count;) {
        li_intent intent = *place(venue, i);
        if (!uses_quota(&intent) || now_ns - intent.queued_ns <= (int64_t)STALE_MS * 1000000) {
            i++;
            continue;
        }
        take_out(venue, i);
        refuse(venue, &intent, PG_REASON_RATE, "it could not be sent in time");
    }
}

void li_pump(li_venue *venue)
{
    if (venue->pumping || !venue->nonces)
        return;
    venue->pumping = true;
    while (venue->outbox_count > 0) {
        const li_intent *first = &venue->outbox[venue->outbox_first];
        bool over_stream = pg_lighter_stream_is_open(venue->account_stream), safety = !uses_quota(first);
        const void *channel = over_stream ? (const void *)venue->account_stream : venue->rest;
        if (!is_wanted(venue, first)) {
            drop_first(venue);
            continue;
        }
        if ((!over_stream || venue->posts > 0) && venue->flights > 0)
            break; /* over HTTP one after the other: connections would change their order */
        if (!pg_lighter_nonces_ready(venue->nonces, channel) || !within_quota(venue, first, li_now()) ||
            venue->flights == LI_FLIGHTS || !pg_lighter_rest_take(venue->rest, safety))
            break;
        if (!send_batch(venue, channel, over_stream))
            break;
    }
    venue->pumping = false;
}

/* ---- the nonce ---- */

static void nonce_came(void *self, const pg_lighter_found *found, int64_t code, const pg_error *why)
{
    li_venue *venue = self;
    const pg_lighter_message *message;
    int64_t next = -1;
    (void)code, (void)why;
    if (found && pg_lighter_decode(venue->decoder, &message, found->text, found->size, NULL) == PG_OK)
        next = message->nonce;
    pg_lighter_nonces_end_read(venue->nonces, next, li_now());
    li_pump(venue);
}

void li_send_tick(li_venue *venue, int64_t now_ns)
{
    char path[128];
    if (!venue->nonces)
        return;
    if (venue->unsound && venue->phase != LI_FAILED) {
        pg_error err;
        pg_fail(&err, PG_ERR_CORRUPT, "a signature that was made here does not verify: no more orders are placed");
        pg_error_remedy(&err, "look at the machine's memory; run perigee selftest");
        li_fail(venue, &err);
    }
    drop_stale(venue, now_ns);
    if (pg_lighter_nonces_begin_read(venue->nonces, venue, now_ns)) {
        snprintf(path, sizeof path, "/api/v1/nextNonce?account_index=%" PRId64 "&api_key_index=%" PRId64,
                 venue->account, venue->key_index);
        pg_lighter_question question = { .path = path, .weight = 6, .safety = true, .patience_ms = 3000 };
        pg_lighter_rest_ask(venue->rest, &question, venue, nonce_came);
    }
    li_pump(venue);
}
