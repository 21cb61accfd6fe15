/* Transactions on their way through Lighter's exchange: read, verified, accepted, put off, executed (lighter.md 6, 7). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_lighter_internal.h"

enum { PENDING_OF_ACCOUNT = 1000, FREE_SECONDS = 15, STANDARD_REQUESTS = 60 };

#define SKIP_NONCE_LIMIT ((int64_t)1 << 47)

/* One that is being looked at. */
typedef struct {
    pg_lighter_tx tx;
    uint8_t signature[PG_LIGHTER_SIGNATURE_BYTES];
    pg_fp5 hash;
    lix_account *account;
    lix_key *key; /* of the account; &fresh: one that it does not have yet */
    lix_key fresh;
    const lix_sent *sent;
} candidate;

static int64_t owner_of(const pg_lighter_tx *tx)
{
    bool from = tx->type == PG_LIGHTER_TRANSFER || tx->type == PG_LIGHTER_WITHDRAW;
    return tx->value[from ? PG_LIGHTER_FROM_ACCOUNT_INDEX : PG_LIGHTER_ACCOUNT_INDEX];
}

static int64_t attribute(const pg_lighter_tx *tx, int64_t type, int64_t otherwise)
{
    for (int i = 0; i < tx->attributes; i++)
        if (tx->attribute[i].type == type)
            return tx->attribute[i].value;
    return otherwise;
}

/* ---- looking at them ---- */

static int read_candidate(candidate *c, pg_lighter_exchange *e, const lix_sent *sent)
{
    memset(c, 0, sizeof *c);
    c->sent = sent;
    int type = sent->type >= 0 && sent->type <= 255 ? (int)sent->type : -1;
    pg_status status = pg_lighter_tx_read(&c->tx, c->signature, type, sent->info, sent->size, NULL);
    if (status != PG_OK)
        return status == PG_ERR_UNSUPPORTED ? LIX_UNSUPPORTED_TX : LIX_INVALID_TX_INFO;
    int code = lix_check_form(&c->tx);
    if (code)
        return code;
    c->account = lix_find_account(e, owner_of(&c->tx));
    if (!c->account)
        return LIX_ACCOUNT_NOT_FOUND;
    c->key = lix_find_key(c->account, c->tx.value[PG_LIGHTER_API_KEY_INDEX]);
    if (c->tx.type != PG_LIGHTER_CHANGE_PUB_KEY)
        return c->key && c->key->registered ? 0 : LIX_API_KEY_NOT_FOUND;
    c->key = c->key ? c->key : &c->fresh;
    return c->key == &c->fresh && c->account->key_count == LIX_KEYS ? LIX_INVALID_API_KEY_INDEX : 0;
}

static int verify(candidate *c, const pg_lighter_exchange *e)
{
    bool registers = c->tx.type == PG_LIGHTER_CHANGE_PUB_KEY;
    const uint8_t *key = registers ? c->tx.public_key : c->key->public_key;
    if (pg_lighter_tx_hash(&c->hash, e->config.chain_id, &c->tx, NULL) != PG_OK)
        return LIX_INVALID_PUBLIC_KEY;
    if (pg_schnorr_verify_var(key, &c->hash, c->signature, NULL) != PG_OK)
        return LIX_INVALID_SIGNATURE;
    return lix_check_owner(e, c->account, &c->tx);
}

/* expected: the nonce that the key's next transaction should have. */
static int check_nonce(const candidate *c, int64_t expected, bool first)
{
    int64_t nonce = c->tx.value[PG_LIGHTER_NONCE];
    if (attribute(&c->tx, PG_LIGHTER_SKIP_NONCE, 0) == 1)
        return nonce >= expected && nonce < SKIP_NONCE_LIMIT ? 0 : first ? LIX_INVALID_NONCE : LIX_BATCH_NONCE;
    return nonce == expected ? 0 : first ? LIX_INVALID_NONCE : LIX_BATCH_NONCE;
}

/* All of them, before any is accepted. */
static int look(candidate *list, pg_lighter_exchange *e, const lix_sent *sent, int count, bool price_protection)
{
    int code = 0;
    for (int i = 0; i < count && code == 0; i++) {
        candidate *c = &list[i];
        code = read_candidate(c, e, &sent[i]);
        if (code == 0 && (c->account != list[0].account || c->key != list[0].key))
            code = LIX_BATCH_ACCOUNT;
        if (code == 0 && c->tx.value[PG_LIGHTER_EXPIRED_AT] <= lix_now_ms(e))
            code = LIX_INVALID_EXPIRY;
        if (code == 0)
            code = verify(c, e);
        if (code == 0)
            code = check_nonce(c, i ? list[i - 1].tx.value[PG_LIGHTER_NONCE] + 1 : c->key->nonce, i == 0);
        if (code == 0)
            code = lix_check_now(e, c->account, &c->tx, price_protection);
    }
    return code;
}

/* ---- limits ---- */

static bool costs_quota(const pg_lighter_tx *tx)
{
    return tx->type == PG_LIGHTER_CREATE_ORDER || tx->type == PG_LIGHTER_MODIFY_ORDER ||
           tx->type == PG_LIGHTER_CANCEL_ALL_ORDERS || tx->type == PG_LIGHTER_CREATE_GROUPED_ORDERS;
}

/* Takes the volume quota of all; false: there is too little. *told: what is left, -1 when nothing is said about it. */
static bool take_quota(pg_lighter_exchange *e, lix_account *a, const candidate *list, int count, bool batch,
                       int64_t *told)
{
    int64_t cost = 0, now_ns = pg_exchange_now(e->core);
    bool has_quota = a->tier == PG_LIGHTER_PREMIUM || a->tier == PG_LIGHTER_PLUS;
    for (int i = 0; i < count; i++)
        cost += costs_quota(&list[i].tx);
    *told = -1;
    if (!has_quota || !e->config.limits)
        return true;
    if (lix_quota(e, a) >= cost) {
        a->quota -= cost;
        *told = a->quota;
        return true;
    }
    if (batch || (a->free_ns != 0 && now_ns - a->free_ns < (int64_t)FREE_SECONDS * 1000000000))
        return false;
    a->free_ns = now_ns;
    return true;
}

static int check_limits(pg_lighter_exchange *e, const candidate *list, int count, bool batch, int64_t *quota)
{
    static const double per_minute[PG_LIGHTER_TIERS] = { STANDARD_REQUESTS, 4000, 8000, STANDARD_REQUESTS };
    lix_account *a = list[0].account;
    /* A standard account's transactions count as its other requests do. */
    lix_bucket *bucket = a->tier == PG_LIGHTER_STANDARD ? &a->requests : &a->transactions;
    *quota = -1;
    if (a->pending + count > PENDING_OF_ACCOUNT || e->pending_count + count > LIX_PENDING)
        return LIX_TOO_MANY_PENDING;
    if (!lix_take(e, bucket, per_minute[a->tier], 1))
        return LIX_TOO_MANY_REQUESTS;
    return take_quota(e, a, list, count, batch, quota) ? 0 : LIX_TOO_MANY_REQUESTS;
}

/* ---- accepting ---- */

lix_tx *lix_tx_at(const pg_lighter_exchange *e, int64_t sequence)
{
    if (sequence < 1 || sequence > e->sequence || sequence <= e->sequence - LIX_TXS)
        return NULL;
    return &e->txs[sequence % LIX_TXS];
}

lix_tx *lix_find_tx(const pg_lighter_exchange *e, const char *hash)
{
    for (int64_t sequence = e->sequence; sequence > 0 && sequence > e->sequence - LIX_TXS; sequence--)
        if (strcmp(e->txs[sequence % LIX_TXS].hash, hash) == 0)
            return &e->txs[sequence % LIX_TXS];
    return NULL;
}

static lix_tx *record(pg_lighter_exchange *e, const candidate *c)
{
    lix_tx *tx = &e->txs[++e->sequence % LIX_TXS];
    uint8_t bytes[PG_FP5_BYTES];
    free(tx->info);
    *tx = (lix_tx){ .type = c->tx.type,
                    .key = (int)c->tx.value[PG_LIGHTER_API_KEY_INDEX],
                    .account = c->account->index,
                    .nonce = c->tx.value[PG_LIGHTER_NONCE],
                    .expired_at = c->tx.value[PG_LIGHTER_EXPIRED_AT],
                    .status = LIX_WAITS,
                    .sequence = e->sequence,
                    .height = lix_height(e),
                    .queued_ns = pg_exchange_now(e->core),
                    .info = strndup(c->sent->info, c->sent->size) };
    pg_fp5_encode(bytes, &c->hash);
    pg_hex_encode(tx->hash, bytes, sizeof bytes);
    return tx;
}

static int64_t delay_ms(const pg_lighter_exchange *e, const candidate *c)
{
    /* Makers and cancels, takers. */
    static const int64_t delays[PG_LIGHTER_TIERS][2] = { { 200, 300 }, { 0, 200 }, { 200, 300 }, { 200, 300 } };
    return e->config.no_delays ? 0 : delays[c->account->tier][lix_is_taker(e, &c->tx)];
}

/* Puts it behind those that are due before it or with it. */
static bool put_off(pg_lighter_exchange *e, const candidate *c, const lix_tx *tx, int64_t due_ns)
{
    lix_pending *p = malloc(sizeof *p), **at = &e->pending;
    if (!p)
        return false;
    while (*at && (*at)->due_ns <= due_ns)
        at = &(*at)->next;
    *p = (lix_pending){ .next = *at, .due_ns = due_ns, .sequence = tx->sequence, .account = c->account, .tx = c->tx };
    *at = p;
    e->pending_count++;
    c->account->pending++;
    return true;
}

static void accept(pg_lighter_exchange *e, lix_outcome *outcome, const candidate *c)
{
    lix_key *key = lix_make_key(c->account, c->tx.value[PG_LIGHTER_API_KEY_INDEX]);
    lix_tx *tx = record(e, c);
    int64_t due_ns = tx->queued_ns + delay_ms(e, c) * 1000000;
    PG_ASSERT(key); /* there was room */
    key->nonce = c->tx.value[PG_LIGHTER_NONCE] + 1;
    memcpy(outcome->hash[outcome->count++], tx->hash, sizeof tx->hash);
    outcome->execution_ms = due_ns / 1000000;
    if (!put_off(e, c, tx, due_ns)) {
        tx->status = LIX_FAILED;
        tx->error = LIX_TOO_MANY_PENDING;
    }
}

void lix_submit(pg_lighter_exchange *e, lix_outcome *outcome, const lix_sent *sent, int count, bool batch,
                bool price_protection)
{
    candidate *list = count >= 1 && count <= LIX_BATCH ? calloc((size_t)count, sizeof *list) : NULL;
    const pg_fault *fault = pg_faults_next(e->config.faults, "action");
    *outcome = (lix_outcome){ .quota = -1 };
    if (count < 1)
        outcome->code = LIX_INVALID_PARAM;
    else if (count > LIX_BATCH)
        outcome->code = LIX_BATCH_TOO_LONG;
    else if (fault && fault->kind == PG_FAULT_REJECT)
        outcome->code = LIX_INVALID_TX_INFO;
    else
        outcome->code = list ? look(list, e, sent, count, price_protection) : LIX_INTERNAL;
    if (outcome->code == 0)
        outcome->code = check_limits(e, list, count, batch, &outcome->quota);
    if (outcome->code != 0) {
        bool made_up = fault && fault->kind == PG_FAULT_REJECT && fault->text[0];
        outcome->words = made_up ? fault->text : lix_words(outcome->code);
    } else {
        outcome->code = LIX_OK;
        for (int i = 0; i < count; i++)
            accept(e, outcome, &list[i]);
    }
    free(list);
}

/* ---- executing ---- */

/* Of a failure that does not use the nonce up: what waits behind it cannot be executed any more. */
static void give_nonce_back(pg_lighter_exchange *e, const lix_pending *failed)
{
    int64_t nonce = failed->tx.value[PG_LIGHTER_NONCE], index = failed->tx.value[PG_LIGHTER_API_KEY_INDEX];
    lix_key *key = lix_find_key(failed->account, index);
    if (!key || key->executed > nonce)
        return;
    key->nonce = nonce;
    for (lix_pending *p = e->pending; p; p = p->next) {
        lix_tx *tx = lix_tx_at(e, p->sequence);
        if (tx && p->account == failed->account && p->tx.value[PG_LIGHTER_API_KEY_INDEX] == index &&
            p->tx.value[PG_LIGHTER_NONCE] > nonce)
            tx->error = LIX_INVALID_NONCE; /* found there when its time comes */
    }
}

static void tell(pg_lighter_exchange *e, lix_account *a, const lix_tx *tx)
{
    pg_text *texts[] = { &a->txs, &e->executed };
    for (int i = 0; i < 2; i++) {
        pg_json_open(texts[i], NULL, '{');
        lix_json_tx(e, texts[i], tx);
        pg_json_close(texts[i], '}');
    }
    lix_touch(e, a);
}

static void run(pg_lighter_exchange *e, const lix_pending *p)
{
    lix_tx *tx = lix_tx_at(e, p->sequence), lost = { 0 };
    tx = tx ? tx : &lost;
    lix_key *key = lix_find_key(p->account, p->tx.value[PG_LIGHTER_API_KEY_INDEX]);
    bool late = p->tx.value[PG_LIGHTER_EXPIRED_AT] <= lix_now_ms(e);
    bool unused = late;
    e->working = tx;
    if (tx->error == 0)
        tx->error = late ? LIX_INVALID_EXPIRY : lix_execute(e, p->account, &p->tx);
    e->working = NULL;
    /* A resting order that the account has no margin for does not count, either. */
    unused |= tx->error == LIX_NOT_ENOUGH_MARGIN;
    if (unused)
        give_nonce_back(e, p);
    else if (key && tx->error != LIX_INVALID_NONCE && p->tx.value[PG_LIGHTER_NONCE] > key->executed)
        key->executed = p->tx.value[PG_LIGHTER_NONCE];
    tx->status = tx->error ? LIX_FAILED : LIX_EXECUTED;
    tx->executed_ns = pg_exchange_now(e->core);
    tx->height = lix_height(e);
    e->nonce++;
    tell(e, p->account, tx);
}

void lix_run_pending(pg_lighter_exchange *e)
{
    while (e->pending && e->pending->due_ns <= pg_exchange_now(e->core)) {
        lix_pending *p = e->pending;
        e->pending = p->next;
        e->pending_count--;
        p->account->pending--;
        run(e, p);
        free(p);
    }
}

int lix_execute(pg_lighter_exchange *e, lix_account *a, const pg_lighter_tx *tx)
{
    switch (tx->type) {
    case PG_LIGHTER_CREATE_ORDER: return lix_create_order(e, a, tx->value);
    case PG_LIGHTER_CREATE_GROUPED_ORDERS: return lix_create_group(e, a, tx);
    case PG_LIGHTER_MODIFY_ORDER: return lix_modify_order(e, a, tx);
    case PG_LIGHTER_CANCEL_ORDER: return lix_cancel_order(e, a, tx);
    case PG_LIGHTER_CANCEL_ALL_ORDERS: return lix_cancel_all(e, a, tx);
    case PG_LIGHTER_CREATE_PUBLIC_POOL:
    case PG_LIGHTER_UPDATE_PUBLIC_POOL:
    case PG_LIGHTER_MINT_SHARES:
    case PG_LIGHTER_BURN_SHARES: return lix_pool_manage(e, a, tx);
    default: return lix_manage(e, a, tx);
    }
}
