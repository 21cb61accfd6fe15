/* Answers to transactions, and what became of them (specification, sections 4.5 and 7). 200 means that the venue's
 * interface has taken a transaction, not that it was executed: the account's stream tells that. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "venue/lighter/adapter_internal.h"

enum { TRIES = 5, BAD_SIGNATURES = 3 };

static const int64_t expect_ns = 1500 * (int64_t)1000000;

/* ---- what follows ---- */

/* The venue's words about a key or the whole account. */
static void heed(li_venue *venue, const pg_lighter_fault *fault, const char *words)
{
    pg_error err;
    if (fault->class == PG_LIGHTER_FAULT_LIMITED)
        pg_lighter_rest_limited(venue->rest);
    venue->bad_signatures += fault->class == PG_LIGHTER_FAULT_SIGNATURE;
    if (fault->class != PG_LIGHTER_FAULT_FATAL && venue->bad_signatures < BAD_SIGNATURES)
        return;
    pg_fail(&err, PG_ERR_STATE, "the venue does not take the key: %s", words);
    pg_error_where(&err, "venue %s", venue->name);
    pg_error_remedy(&err, "check key, api_key_index, account, network and chain_id");
    li_fail(venue, &err);
}

static void note_quota(li_venue *venue, pg_span raw)
{
    int64_t left, before = venue->quota;
    char text[32];
    if (!raw.data || !pg_lighter_units_exact(&left, raw, 0) || left < 0)
        return;
    venue->quota = left;
    snprintf(text, sizeof text, "%" PRId64, left);
    if (left < LI_QUOTA_SLOW && (before < 0 || before >= LI_QUOTA_SLOW))
        li_log(venue, PG_LOG_ERROR, "the quota of orders is nearly used up: orders are sent one by one", "left", text);
    else if (left < LI_QUOTA_LOW && (before < 0 || before >= LI_QUOTA_LOW))
        li_log(venue, PG_LOG_WARN, "the quota of orders runs low; it grows by trading", "left", text);
    if (left >= LI_QUOTA_SLOW)
        venue->slow_ns = 0;
}

/* A cancel that was not executed is sent again: it takes risk away. False when that was tried often enough. */
static bool cancel_again(li_venue *venue, const li_intent *intent)
{
    li_intent again = *intent;
    again.alone = true;
    return intent->kind == PG_REQUEST_CANCEL && ++again.tries < TRIES && li_queue(venue, &again);
}

static void lose_part(li_venue *venue, const li_flight *flight, int i)
{
    const li_intent *intent = &flight->part[i].intent;
    pg_tracked *order = pg_tracker_find(venue->orders, intent->id);
    if (intent->act) {
        li_act_answer(intent->act, true, 0, "");
        return;
    }
    li_doubt *doubt = &venue->doubts[venue->next_doubt];
    venue->next_doubt = (venue->next_doubt + 1) % LI_DOUBTS;
    *doubt = (li_doubt){ .nonce = flight->nonce + i, .expires_ms = flight->expires_ms };
    memcpy(doubt->hash, flight->hash[i], sizeof doubt->hash);
    if (order)
        pg_tracker_lose(venue->orders, order, intent->kind, (uint64_t)doubt->nonce, li_now());
}

static void lose(li_flight *flight)
{
    li_flight lost = *flight;
    li_land(flight, PG_LIGHTER_NONCES_IN_DOUBT);
    for (int i = 0; i < lost.count; i++)
        lose_part(lost.venue, &lost, i);
}

static void taken_part(li_venue *venue, const li_intent *intent)
{
    pg_tracked *order = pg_tracker_find(venue->orders, intent->id);
    pg_answer answer = { .kind = PG_ANSWER_TAKEN };
    if (intent->act)
        li_act_answer(intent->act, false, 200, "");
    else if (order && intent->kind == PG_REQUEST_NEW)
        pg_tracker_expect(venue->orders, order, li_now() + expect_ns);
    else if (order)
        pg_tracker_answer(venue->orders, order, intent->kind, &answer, li_now());
}

static void refuse_part(li_venue *venue, const li_intent *intent, int64_t code, pg_lighter_fault fault,
                        const char *words, bool whole_batch, bool unsent)
{
    pg_tracked *order = pg_tracker_find(venue->orders, intent->id);
    bool later =
        fault.class == PG_LIGHTER_FAULT_NONCE || fault.class == PG_LIGHTER_FAULT_LIMITED || whole_batch || unsent;
    if (intent->act) {
        li_act_answer(intent->act, false, code ? code : -1, words);
        return;
    }
    if (!order || (later && cancel_again(venue, intent)))
        return;
    if (whole_batch) /* which of them was at fault is not told */
        fault.refusal.gone = false;
    pg_tracker_refuse(venue->orders, order, intent->kind, fault.refusal, words, unsent, li_now());
}

static void refuse_all(li_flight *flight, int64_t code, pg_lighter_fault fault, const char *words, bool unsent)
{
    li_flight done = *flight;
    bool in_doubt = fault.class == PG_LIGHTER_FAULT_NONCE || fault.class == PG_LIGHTER_FAULT_LIMITED;
    li_land(flight, in_doubt ? PG_LIGHTER_NONCES_IN_DOUBT : PG_LIGHTER_NONCES_UNUSED);
    for (int i = 0; i < done.count; i++)
        refuse_part(done.venue, &done.part[i].intent, code, fault, words, done.count > 1, unsent);
    heed(done.venue, &fault, words);
}

static void take_answer(li_flight *flight, const pg_lighter_message *message)
{
    li_venue *venue = flight->venue;
    char words[PG_VENUE_WORDS];
    note_quota(venue, message->raw_quota);
    if (message->code == 200) {
        li_flight done = *flight;
        venue->bad_signatures = 0;
        li_land(flight, PG_LIGHTER_NONCES_USED);
        for (int i = 0; i < done.count; i++)
            taken_part(venue, &done.part[i].intent);
        return;
    }
    pg_scan_plain(words, sizeof words, message->message);
    pg_lighter_fault fault = pg_lighter_fault_of(message->code);
    if (message->code == 0 || fault.class == PG_LIGHTER_FAULT_DOUBT)
        lose(flight);
    else
        refuse_all(flight, message->code, fault, words, false);
}

/* ---- over the WebSocket ---- */

/* The number in an id, "p17"; 0 when it is none of ours. */
static uint64_t number_of(pg_span id)
{
    char text[24];
    if (id.size < 4 || id.size >= sizeof text || memcmp(id.data, "\"p", 2) != 0)
        return 0;
    memcpy(text, id.data + 2, id.size - 3);
    text[id.size - 3] = '\0';
    return strtoull(text, NULL, 10);
}

/* By the id, else by the hash, else the one that is out the longest. */
static li_flight *find(li_venue *venue, const pg_lighter_message *message)
{
    uint64_t number = number_of(message->id);
    pg_span hash = pg_lighter_hash_at(message, 0);
    li_flight *oldest = NULL;
    for (int i = 0; i < LI_FLIGHTS; i++) {
        li_flight *flight = &venue->flight[i];
        if (!flight->used || flight->posted)
            continue;
        if (number ? flight->number == number : hash.data && pg_scan_equal(hash, flight->hash[0]))
            return flight;
        if (!oldest || flight->number < oldest->number)
            oldest = flight;
    }
    return number ? NULL : oldest;
}

void li_answer(li_venue *venue, const pg_lighter_message *message)
{
    li_flight *flight = find(venue, message);
    if (flight)
        take_answer(flight, message);
}

void li_flights_lost(li_venue *venue)
{
    for (int i = 0; i < LI_FLIGHTS; i++)
        if (venue->flight[i].used && !venue->flight[i].posted)
            lose(&venue->flight[i]);
}

void li_flights_tick(li_venue *venue, int64_t now_ns)
{
    for (int i = 0; venue->flights > venue->posts && i < LI_FLIGHTS; i++)
        if (venue->flight[i].used && !venue->flight[i].posted &&
            now_ns - venue->flight[i].sent_ns >= (int64_t)LI_ANSWER_MS * 1000000)
            lose(&venue->flight[i]);
}

/* ---- over HTTP ---- */

void li_posted(void *self, pg_sent sent, const char *answer, size_t size, const pg_error *err)
{
    li_flight *flight = self;
    li_venue *venue = flight->venue;
    const pg_lighter_message *message;
    const char *why = err ? err->what : "";
    pg_lighter_fault limited = { PG_LIGHTER_FAULT_LIMITED, { .reason = PG_REASON_RATE } };
    pg_lighter_fault never = { PG_LIGHTER_FAULT_REFUSED, { .reason = PG_REASON_UNSENT } };
    switch (sent) {
    case PG_SENT_ANSWERED:
        if (pg_lighter_decode(venue->decoder, &message, answer, size, NULL) == PG_OK)
            take_answer(flight, message);
        else
            lose(flight);
        break;
    case PG_SENT_LIMITED: refuse_all(flight, 0, limited, why, false); break;
    case PG_SENT_NEVER: refuse_all(flight, 0, never, why, true); break;
    default: lose(flight);
    }
    li_pump(venue);
}

/* ---- what became of it ---- */

void li_event_words(char *words, size_t size, pg_span event)
{
    struct {
        pg_span words;
    } told = { { 0 } };
    static const pg_lighter_member members[] = { { .name = "ae", .type = PG_LIGHTER_TEXT, .offset = 0 } };
    static const pg_lighter_table table = { "event", members, 1, 0, 1 };
    char plain[2048];
    words[0] = '\0';
    pg_scan_plain(plain, sizeof plain, event);
    if (plain[0] == '{' && pg_lighter_decode_record(&table, &told, plain, strlen(plain), NULL) == PG_OK)
        pg_scan_plain(words, size, told.words);
}

static uint64_t short_hash(pg_span hash)
{
    char digits[17];
    snprintf(digits, sizeof digits, "%.*s", hash.size < 16 ? (int)hash.size : 16, hash.data);
    return strtoull(digits, NULL, 16);
}

void li_outcome(li_venue *venue, const pg_lighter_receipt *receipt)
{
    uint64_t hash = short_hash(receipt->hash);
    const li_part *part = &venue->sent[hash % LI_SENT];
    char words[PG_VENUE_WORDS];
    li_act_outcome(venue, receipt);
    if (part->hash != hash || !hash || part->intent.act || receipt->status != LI_FAILED_TX)
        return;
    li_event_words(words, sizeof words, receipt->event);
    pg_lighter_fault fault = pg_lighter_fault_of(pg_lighter_code_of((pg_span){ words, strlen(words) }));
    pg_tracked *order = pg_tracker_find(venue->orders, part->intent.id);
    if (order)
        pg_tracker_refuse(venue->orders, order, part->intent.kind, fault.refusal,
                          words[0] ? words : "the venue has refused the transaction", false, li_now());
    /* Most failed transactions have used their nonce up, but not those that expired or had no margin. */
    if (fault.class == PG_LIGHTER_FAULT_NONCE || fault.refusal.reason == PG_REASON_MARGIN ||
        fault.refusal.reason == PG_REASON_EXPIRED || fault.refusal.reason == PG_REASON_OTHER)
        pg_lighter_nonces_doubt(venue->nonces, li_now());
}
