/* Lighter's REST about accounts: what they are, their orders, trades and payments (lighter.md 3, appendix B). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/exchange_lighter_internal.h"

enum { LIMIT = 100, TIER_DAYS_MS = 86400000, KEYS_FROM = 4, ANY_SIDE = -1 };

/* ---- who asks, and for whom ---- */

/* The account of a parameter; NULL, and the request is answered, when there is none. */
static lix_account *named_account(pg_lighter_exchange *e, const lix_request *request, const char *name)
{
    int64_t index = 0;
    if (!lix_number(e, request, name, true, &index))
        return NULL;
    lix_account *a = lix_find_account(e, index);
    if (!a)
        lix_refuse(e, request, LIX_ACCOUNT_NOT_FOUND, NULL);
    return a;
}

static bool is_allowed(pg_lighter_exchange *e, const lix_request *request, const lix_account *a)
{
    const char *token = request->authorization[0] ? request->authorization : pg_form_get(&request->form, "auth");
    lix_account *who;
    int code = lix_check_token(e, token, &who);
    if (code == 0 && !lix_may_see(who, a))
        code = LIX_INVALID_ACCOUNT;
    if (code)
        lix_refuse(e, request, code, code == LIX_INVALID_PARAM ? "invalid auth token" : NULL);
    return code == 0;
}

/* The same, for one who shows a token that may see it. */
static lix_account *own_account(pg_lighter_exchange *e, const lix_request *request, const char *name)
{
    lix_account *a = named_account(e, request, name);
    return a && is_allowed(e, request, a) ? a : NULL;
}

static bool read_limit(pg_lighter_exchange *e, const lix_request *request, int64_t *limit)
{
    if (!lix_number(e, request, "limit", true, limit))
        return false;
    if (*limit < 1 || *limit > LIMIT) {
        lix_refuse(e, request, LIX_INVALID_PARAM, NULL);
        return false;
    }
    return true;
}

/* ---- accounts ---- */

static void tell_accounts(pg_lighter_exchange *e, const lix_request *request)
{
    const char *by = pg_form_get(&request->form, "by"), *value = pg_form_get(&request->form, "value");
    int64_t index = 0;
    int count = 0;
    if (!by || !value || (strcmp(by, "index") != 0 && strcmp(by, "l1_address") != 0)) {
        lix_refuse(e, request, LIX_INVALID_PARAM, NULL);
        return;
    }
    bool by_index = strcmp(by, "index") == 0;
    if (by_index && !lix_number(e, request, "value", true, &index))
        return;
    pg_text *text = lix_reply(e);
    pg_json_open(text, "accounts", '[');
    for (int k = 0; k < pg_exchange_account_count(e->core); k++) {
        lix_account *a = e->accounts[k];
        if (!a || (by_index ? a->index != index : strcasecmp(a->l1_address, value) != 0))
            continue;
        lix_json_account(e, text, a, false);
        count++;
    }
    pg_json_close(text, ']');
    pg_json_integer(text, "total", count);
    if (count > 0)
        lix_answer(e, request);
    else
        lix_refuse(e, request, LIX_ACCOUNT_NOT_FOUND, NULL);
}

static void tell_by_address(pg_lighter_exchange *e, const lix_request *request)
{
    const char *address = pg_form_get(&request->form, "l1_address");
    int count = 0;
    if (!address) {
        lix_refuse(e, request, LIX_INVALID_PARAM, NULL);
        return;
    }
    pg_text *text = lix_reply(e);
    pg_json_string(text, "l1_address", address);
    pg_json_open(text, "sub_accounts", '[');
    for (int sub = 0; sub < 2; sub++) /* the master first */
        for (int k = 0; k < pg_exchange_account_count(e->core); k++) {
            lix_account *a = e->accounts[k];
            if (!a || strcasecmp(a->l1_address, address) != 0 || (a->index != a->master) != sub)
                continue;
            lix_json_account(e, text, a, true);
            count++;
        }
    pg_json_close(text, ']');
    if (count > 0)
        lix_answer(e, request);
    else
        lix_refuse(e, request, LIX_ACCOUNT_NOT_FOUND, NULL);
}

static void tell_limits(pg_lighter_exchange *e, const lix_request *request)
{
    static const struct {
        const char *name;
        int maker, taker;
    } tiers[PG_LIGHTER_TIERS] = {
        { "standard", 0, 0 }, { "premium", 40, 280 }, { "plus", 50, 50 }, { "builder", 0, 0 }
    };
    const lix_account *a = own_account(e, request, "account_index");
    if (!a)
        return;
    pg_text *text = lix_reply(e);
    pg_json_integer(text, "max_llp_percentage", 100);
    pg_json_string(text, "user_tier", tiers[a->tier].name);
    pg_json_bool(text, "can_create_public_pool", a->index == a->master);
    pg_json_string(text, "max_llp_amount", "0.000000");
    pg_json_integer(text, "current_maker_fee_tick", tiers[a->tier].maker);
    pg_json_integer(text, "current_taker_fee_tick", tiers[a->tier].taker);
    pg_json_string(text, "effective_lit_stakes", "0.00000000");
    pg_json_string(text, "leased_lit", "0.00000000");
    pg_json_string(text, "user_tier_name", tiers[a->tier].name);
    if (a->tier_ms)
        pg_json_integer(text, "user_tier_last_update", a->tier_ms);
    lix_answer(e, request);
}

/* ---- keys ---- */

static void tell_keys(pg_lighter_exchange *e, const lix_request *request)
{
    lix_account *a = named_account(e, request, "account_index");
    int64_t index = 255;
    int count = 0;
    char key[2 * PG_LIGHTER_PUBLIC_KEY_BYTES + 1];
    if (!a || !lix_number(e, request, "api_key_index", false, &index))
        return;
    pg_text *text = lix_reply(e);
    pg_json_open(text, "api_keys", '[');
    for (int i = 0; i < a->key_count; i++) {
        if (!a->keys[i].registered || (index != 255 && a->keys[i].index != index))
            continue;
        pg_json_open(text, NULL, '{');
        pg_json_integer(text, "account_index", a->index);
        pg_json_integer(text, "api_key_index", a->keys[i].index);
        pg_json_integer(text, "nonce", a->keys[i].nonce);
        pg_hex_encode(key, a->keys[i].public_key, sizeof a->keys[i].public_key);
        pg_json_string(text, "public_key", key);
        pg_json_integer(text, "transaction_time", a->keys[i].changed_us);
        pg_json_close(text, '}');
        count++;
    }
    pg_json_close(text, ']');
    if (count > 0 || index == 255)
        lix_answer(e, request);
    else
        lix_refuse(e, request, LIX_API_KEY_NOT_FOUND, NULL);
}

static void tell_nonce(pg_lighter_exchange *e, const lix_request *request)
{
    lix_account *a = named_account(e, request, "account_index");
    int64_t index = 0;
    if (!a || !lix_number(e, request, "api_key_index", true, &index))
        return;
    if (index < 0 || index > 254) {
        lix_refuse(e, request, LIX_INVALID_API_KEY_INDEX, NULL);
        return;
    }
    const lix_key *key = lix_find_key(a, index);
    pg_json_integer(lix_reply(e), "nonce", key ? key->nonce : 0);
    lix_answer(e, request);
}

static void tell_maker_keys(pg_lighter_exchange *e, const lix_request *request)
{
    const lix_account *a = own_account(e, request, "account_index");
    if (!a)
        return;
    pg_text *text = lix_reply(e);
    pg_json_open(text, "api_key_indexes", '[');
    for (int i = 0; i < a->key_count; i++)
        if (a->keys[i].maker_only)
            pg_json_integer(text, NULL, a->keys[i].index);
    pg_json_close(text, ']');
    lix_answer(e, request);
}

/* Replaces the list, all or nothing. 0 or a code. */
static int set_maker_keys(lix_account *a, const char *list)
{
    pg_tokens json = { 0 };
    int code = LIX_INVALID_PARAM;
    if (list && pg_tokens_read(&json, list, strlen(list), 300, NULL) == PG_OK && pg_tokens_is_array(&json, 0))
        code = 0;
    for (int i = 0; code == 0 && i < pg_tokens_size(&json, 0); i++) {
        int64_t index = 0;
        bool read = pg_tokens_whole(&json, pg_tokens_at(&json, 0, i), &index);
        code = !read || index < KEYS_FROM ? LIX_INVALID_API_KEY_INDEX
               : !lix_find_key(a, index)  ? LIX_API_KEY_NOT_FOUND
                                          : 0;
    }
    for (int k = 0; code == 0 && k < a->key_count; k++) {
        a->keys[k].maker_only = false;
        for (int i = 0; i < pg_tokens_size(&json, 0); i++) {
            int64_t index = 0;
            pg_tokens_whole(&json, pg_tokens_at(&json, 0, i), &index);
            a->keys[k].maker_only |= a->keys[k].index == index;
        }
    }
    pg_tokens_free(&json);
    return code;
}

static void take_maker_keys(pg_lighter_exchange *e, const lix_request *request)
{
    lix_account *a = own_account(e, request, "account_index");
    if (!a)
        return;
    int code = a->tier == PG_LIGHTER_STANDARD ? LIX_INVALID_ACCOUNT_TYPE
                                              : set_maker_keys(a, pg_form_get(&request->form, "api_key_indexes"));
    if (code) {
        lix_refuse(e, request, code, NULL);
        return;
    }
    lix_reply(e);
    lix_answer(e, request);
}

static int change_tier(pg_lighter_exchange *e, lix_account *a, const char *name)
{
    static const char *const names[] = { "standard", "premium", "plus" };
    int tier = 0;
    while (tier < 3 && (!name || strcmp(names[tier], name) != 0))
        tier++;
    if (tier == 3)
        return LIX_INVALID_TIER;
    if (tier == (int)a->tier)
        return LIX_SAME_TIER;
    if (a->tier_ms != 0 && lix_now_ms(e) - a->tier_ms < TIER_DAYS_MS)
        return LIX_TIER_TOO_OFTEN;
    for (int i = 0; i < pg_exchange_market_count(e->core); i++) {
        pg_exchange_position p;
        pg_exchange_get_position(&p, e->core, a->number, i);
        if (p.quantity != 0)
            return LIX_TIER_POSITIONS;
    }
    if (pg_exchange_open_count(e->core, a->number) > 0)
        return LIX_TIER_ORDERS;
    a->tier_ms = lix_now_ms(e);
    lix_set_tier(e, a, (pg_lighter_tier)tier);
    return 0;
}

static void take_tier(pg_lighter_exchange *e, const lix_request *request)
{
    lix_account *a = own_account(e, request, "account_index");
    if (!a)
        return;
    int code = change_tier(e, a, pg_form_get(&request->form, "new_tier"));
    if (code) {
        lix_refuse(e, request, code, NULL);
        return;
    }
    lix_reply(e);
    lix_answer(e, request);
}

/* ---- orders ---- */

static void tell_active(pg_lighter_exchange *e, const lix_request *request)
{
    int market;
    const lix_account *a = own_account(e, request, "account_index");
    if (!a || !lix_market_of(e, request, false, &market))
        return;
    pg_text *text = lix_reply(e);
    pg_json_open(text, "orders", '[');
    for (const pg_exchange_order *o = NULL; (o = pg_exchange_next_open(e->core, a->number, o));)
        if (market < 0 || o->market == market)
            lix_json_order(e, text, o);
    for (const lix_twap *t = NULL; (t = lix_twap_next(e, a, t));)
        if (market < 0 || t->market == market)
            lix_json_twap(e, text, t, "open");
    pg_json_close(text, ']');
    lix_answer(e, request);
}

typedef struct {
    int market, side; /* ANY_SIDE; 0: bids, 1: asks */
    int64_t limit, from_ms, to_ms;
    int64_t after_ns, after_index; /* a cursor; 0: none */
} order_filter;

static bool read_filter(pg_lighter_exchange *e, const lix_request *request, order_filter *f)
{
    const char *between = pg_form_get(&request->form, "between_timestamps");
    const char *cursor = pg_form_get(&request->form, "cursor");
    int64_t side = ANY_SIDE;
    long long first = 0, second = INT64_MAX, time = 0, index = 0;
    if (!read_limit(e, request, &f->limit) || !lix_market_of(e, request, false, &f->market) ||
        !lix_number(e, request, "ask_filter", false, &side))
        return false;
    bool good = side >= ANY_SIDE && side <= 1;
    good = good && (!between || !between[0] || sscanf(between, "%lld-%lld", &first, &second) == 2);
    good = good && (!cursor || !cursor[0] || sscanf(cursor, "%lld-%lld", &time, &index) == 2);
    f->side = (int)side;
    f->from_ms = first;
    f->to_ms = second;
    f->after_ns = time;
    f->after_index = index;
    if (!good)
        lix_refuse(e, request, LIX_INVALID_PARAM, NULL);
    return good;
}

static bool passes(const order_filter *f, const pg_exchange_order *o)
{
    int64_t ms = o->status_ns / 1000000;
    return o->reason != PG_EXCHANGE_REPLACED && o->note[NOTE_INDEX] != 0 && (f->market < 0 || o->market == f->market) &&
           (f->side == ANY_SIDE || (o->side == PG_SELL) == f->side) && ms >= f->from_ms && ms <= f->to_ms;
}

static void tell_inactive(pg_lighter_exchange *e, const lix_request *request)
{
    order_filter f = { 0 };
    const lix_account *a = own_account(e, request, "account_index");
    if (!a || !read_filter(e, request, &f))
        return;
    pg_text *text = lix_reply(e);
    bool begun = f.after_ns == 0, more = false;
    const pg_exchange_order *o, *last = NULL;
    int count = 0;
    pg_json_open(text, "orders", '[');
    for (int i = 0; (o = pg_exchange_ended_at(e->core, a->number, i)) && !more; i++) {
        if (!begun) {
            begun = o->status_ns == f.after_ns && o->note[NOTE_INDEX] == f.after_index;
            continue;
        }
        if (!passes(&f, o))
            continue;
        more = count == f.limit;
        if (more)
            break;
        lix_json_order(e, text, o);
        last = o;
        count++;
    }
    pg_json_close(text, ']');
    if (more && last) {
        char cursor[64];
        snprintf(cursor, sizeof cursor, "%lld-%lld", (long long)last->status_ns, (long long)last->note[NOTE_INDEX]);
        pg_json_string(text, "next_cursor", cursor);
    }
    lix_answer(e, request);
}

/* ---- trades ---- */

typedef struct {
    const lix_account *account; /* NULL: any */
    int market, side;
    int64_t order, limit, before, from_ms;
    char role; /* 'm', 't', 'a' */
} trade_filter;

static bool fits(const trade_filter *f, const lix_trade *t)
{
    int own = f->account ? (t->account[1] == f->account->number ? 1 : 0) : -1;
    bool maker = own >= 0 && (t->maker_ask ? 1 : 0) == own;
    return (f->market < 0 || t->market == f->market) && (f->before == 0 || t->id < f->before) &&
           t->time_ns / 1000000 >= f->from_ms &&
           (f->order == 0 || t->order[0] == f->order || t->order[1] == f->order) &&
           (f->side == ANY_SIDE || (own >= 0 ? own == f->side : !t->maker_ask == f->side)) &&
           (f->role == 'a' || own < 0 || maker == (f->role == 'm'));
}

static bool read_trade_filter(pg_lighter_exchange *e, const lix_request *request, trade_filter *f)
{
    const char *sort = pg_form_get(&request->form, "sort_by"), *dir = pg_form_get(&request->form, "sort_dir");
    const char *role = pg_form_get(&request->form, "role");
    int64_t side = ANY_SIDE;
    bool sorted =
        sort && (strcmp(sort, "block_height") == 0 || strcmp(sort, "timestamp") == 0 || strcmp(sort, "trade_id") == 0);
    f->role = role && role[0] ? role[0] : 'a';
    if (!sorted || (dir && strcmp(dir, "desc") != 0) || !strchr("amt", f->role)) {
        lix_refuse(e, request, LIX_INVALID_PARAM, NULL);
        return false;
    }
    f->from_ms = -1;
    if (!read_limit(e, request, &f->limit) || !lix_market_of(e, request, false, &f->market) ||
        !lix_number(e, request, "order_index", false, &f->order) ||
        !lix_number(e, request, "ask_filter", false, &side) || !lix_number(e, request, "cursor", false, &f->before) ||
        !lix_number(e, request, "from", false, &f->from_ms))
        return false;
    f->side = (int)side;
    return true;
}

/* The newest of several rings, by id: each is asked for what comes below what was told last. */
static const lix_trade *next_trade(const pg_lighter_exchange *e, const trade_filter *f, int64_t below)
{
    const lix_trade *best = NULL;
    for (int m = 0; m < pg_exchange_market_count(e->core); m++) {
        const lix_trades *trades = f->account ? &f->account->trades : &e->markets[m].trades;
        const lix_trade *t = NULL;
        for (int i = 0; (t = lix_trade_at(trades, i)); i++)
            if (t->id < below && fits(f, t))
                break;
        if (t && (!best || t->id > best->id))
            best = t;
        if (f->account)
            break;
    }
    return best;
}

static void tell_trades(pg_lighter_exchange *e, const lix_request *request)
{
    trade_filter f = { 0 };
    int64_t index = -1, below = INT64_MAX;
    if (!lix_number(e, request, "account_index", false, &index))
        return;
    if (index >= 0 && !(f.account = own_account(e, request, "account_index")))
        return;
    if (!read_trade_filter(e, request, &f))
        return;
    pg_text *text = lix_reply(e);
    const lix_trade *t = NULL;
    pg_json_open(text, "trades", '[');
    for (int i = 0; i < f.limit && (t = next_trade(e, &f, below)); i++) {
        lix_json_trade(e, text, t);
        below = t->id;
    }
    pg_json_close(text, ']');
    if (t && next_trade(e, &f, below))
        lix_json_index(text, "next_cursor", below);
    lix_answer(e, request);
}

/* ---- transactions and payments ---- */

static void tell_txs(pg_lighter_exchange *e, const lix_request *request)
{
    int64_t limit = 0;
    int count = 0;
    const char *by = pg_form_get(&request->form, "by");
    const lix_account *a = own_account(e, request, "value");
    if (!a || !read_limit(e, request, &limit))
        return;
    if (!by || strcmp(by, "account_index") != 0) {
        lix_refuse(e, request, LIX_INVALID_PARAM, NULL);
        return;
    }
    pg_text *text = lix_reply(e);
    pg_json_open(text, "txs", '[');
    const lix_tx *tx;
    for (int64_t sequence = e->sequence; count < limit && (tx = lix_tx_at(e, sequence)); sequence--) {
        if (tx->account != a->index)
            continue;
        pg_json_open(text, NULL, '{');
        lix_json_tx(e, text, tx);
        pg_json_close(text, '}');
        count++;
    }
    pg_json_close(text, ']');
    lix_answer(e, request);
}

static void put_payment(pg_lighter_exchange *e, pg_text *text, const lix_funding *f, int number)
{
    pg_json_open(text, NULL, '{');
    pg_json_integer(text, "timestamp", f->time_ns / 1000000000);
    pg_json_integer(text, "market_id", e->markets[f->market].id);
    pg_json_integer(text, "funding_id", number);
    lix_json_money(text, "change", f->amount_e12);
    pg_json_string(text, "discount", "0.000000");
    lix_json_decimal(text, "rate", f->rate_e12 / 1000000, 4);
    lix_json_size(text, "position_size", &e->markets[f->market], f->quantity < 0 ? -f->quantity : f->quantity);
    pg_json_string(text, "position_side", f->quantity < 0 ? "short" : "long");
    pg_json_close(text, '}');
}

static void tell_payments(pg_lighter_exchange *e, const lix_request *request)
{
    int64_t limit = 0, cursor = -1;
    int market, count = 0;
    const lix_account *a = own_account(e, request, "account_index");
    if (!a || !read_limit(e, request, &limit) || !lix_market_of(e, request, false, &market) ||
        !lix_number(e, request, "cursor", false, &cursor))
        return;
    pg_text *text = lix_reply(e);
    int i = cursor >= 0 && cursor < a->payments.count ? (int)cursor : a->payments.count;
    pg_json_open(text, "position_fundings", '[');
    for (i--; i >= 0 && count < limit; i--)
        if (market < 0 || a->payments.items[i].market == market) {
            put_payment(e, text, &a->payments.items[i], i);
            count++;
        }
    pg_json_close(text, ']');
    if (i >= 0)
        lix_json_index(text, "next_cursor", i + 1);
    lix_answer(e, request);
}

static void tell_liquidations(pg_lighter_exchange *e, const lix_request *request)
{
    int64_t limit = 0;
    int market, count = 0;
    const lix_account *a = own_account(e, request, "account_index");
    if (!a || !read_limit(e, request, &limit) || !lix_market_of(e, request, false, &market))
        return;
    pg_text *text = lix_reply(e);
    pg_json_open(text, "liquidations", '[');
    for (int i = a->liquidation_count - 1; i >= 0 && count < limit; i--) {
        const lix_liquidation *l = &a->liquidations[i];
        const lix_market *m = &e->markets[l->market];
        if (market >= 0 && l->market != market)
            continue;
        pg_json_open(text, NULL, '{');
        pg_json_integer(text, "id", i + 1);
        pg_json_integer(text, "market_id", m->id);
        pg_json_string(text, "type", "partial");
        pg_json_open(text, "trade", '{');
        lix_json_price(text, "price", m, l->price);
        lix_json_size(text, "size", m, l->size);
        lix_json_decimal(text, "taker_fee", l->fee_e6, 6);
        lix_json_decimal(text, "maker_fee", 0, 6);
        pg_json_integer(text, "transaction_time", l->time_ns / 1000);
        pg_json_close(text, '}');
        pg_json_integer(text, "executed_at", l->time_ns / 1000000000);
        pg_json_close(text, '}');
        count++;
    }
    pg_json_close(text, ']');
    lix_answer(e, request);
}

bool lix_private(pg_lighter_exchange *e, const lix_request *request)
{
    static const struct {
        const char *path;
        bool post;
        void (*serve)(pg_lighter_exchange *e, const lix_request *request);
    } table[] = { { "account", false, tell_accounts },
                  { "accountsByL1Address", false, tell_by_address },
                  { "accountLimits", false, tell_limits },
                  { "apikeys", false, tell_keys },
                  { "nextNonce", false, tell_nonce },
                  { "getMakerOnlyApiKeys", false, tell_maker_keys },
                  { "setMakerOnlyApiKeys", true, take_maker_keys },
                  { "changeAccountTier", true, take_tier },
                  { "accountActiveOrders", false, tell_active },
                  { "accountInactiveOrders", false, tell_inactive },
                  { "trades", false, tell_trades },
                  { "accountTxs", false, tell_txs },
                  { "positionFunding", false, tell_payments },
                  { "liquidations", false, tell_liquidations } };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(request->path, table[i].path) == 0 && request->post == table[i].post) {
            table[i].serve(e, request);
            return true;
        }
    return false;
}
