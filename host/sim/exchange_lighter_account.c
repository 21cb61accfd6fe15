/* Accounts of Lighter's exchange: indexes, keys, types, tokens, quota. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_lighter_internal.h"

enum { FIRST_QUOTA = 1000, QUOTA_USD = 7, QUOTA_MOST = 5000000, TOKEN_SECONDS = 8 * 3600, DEFAULT_LEVERAGE = 20 };

lix_account *lix_find_account(const pg_lighter_exchange *e, int64_t index)
{
    for (int k = 0; k < pg_exchange_account_count(e->core); k++)
        if (e->accounts[k] && e->accounts[k]->index == index)
            return e->accounts[k];
    return NULL;
}

void lix_set_tier(pg_lighter_exchange *e, lix_account *a, pg_lighter_tier tier)
{
    /* Maker and taker, 1e-8. */
    static const int64_t fees[PG_LIGHTER_TIERS][2] = {
        [PG_LIGHTER_PREMIUM] = { 4000, 28000 }, [PG_LIGHTER_PLUS] = { 5000, 5000 }
    };
    a->tier = tier;
    pg_exchange_set_fees(e->core, a->number, fees[tier][0], fees[tier][1]);
}

lix_account *lix_open_account(pg_lighter_exchange *e, int64_t index, int64_t master, const char *l1_address,
                              pg_lighter_tier tier)
{
    char name[PG_EXCHANGE_NAME];
    lix_account *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    snprintf(name, sizeof name, "%lld", (long long)index);
    a->number = pg_exchange_open_account(e->core, name);
    if (a->number == PG_EXCHANGE_NOBODY) {
        free(a);
        return NULL;
    }
    a->index = index;
    a->master = master;
    if (l1_address[0])
        snprintf(a->l1_address, sizeof a->l1_address, "%s", l1_address);
    else
        snprintf(a->l1_address, sizeof a->l1_address, "0x%040llx", (unsigned long long)index);
    a->quota = FIRST_QUOTA;
    for (int i = 0; i < PG_EXCHANGE_MARKETS; i++) {
        int most = i < pg_exchange_market_count(e->core) ? pg_exchange_max_leverage(e->core, i) : 1;
        a->fraction[i] = 10000 / (most < DEFAULT_LEVERAGE ? most : DEFAULT_LEVERAGE);
    }
    e->accounts[a->number] = a;
    lix_set_tier(e, a, tier);
    return a;
}

void lix_account_free(lix_account *a)
{
    if (!a)
        return;
    free(a->trades.items);
    free(a->payments.items);
    for (int i = 0; i < PG_EXCHANGE_MARKETS; i++)
        pg_text_free(&a->orders[i]);
    pg_text_free(&a->txs);
    pg_text_free(&a->notifications);
    free(a);
}

lix_key *lix_find_key(lix_account *a, int64_t index)
{
    for (int i = 0; i < a->key_count; i++)
        if (a->keys[i].index == index)
            return &a->keys[i];
    return NULL;
}

lix_key *lix_make_key(lix_account *a, int64_t index)
{
    lix_key *key = lix_find_key(a, index);
    if (key || a->key_count == LIX_KEYS || index < 0 || index > 254)
        return key;
    key = &a->keys[a->key_count++];
    *key = (lix_key){ .index = (int)index, .executed = -1 };
    return key;
}

void lix_touch(pg_lighter_exchange *e, lix_account *a)
{
    (void)e;
    a->touched = true;
}

/* ---- tokens ---- */

int lix_check_token(const pg_lighter_exchange *e, const char *token, lix_account **account)
{
    pg_lighter_token_parts parts;
    int64_t now_s = lix_now_ms(e) / 1000;
    *account = NULL;
    if (!token || !token[0] || pg_lighter_token_read(&parts, token, NULL) != PG_OK)
        return LIX_INVALID_PARAM;
    lix_account *a = lix_find_account(e, parts.account);
    const lix_key *key = a ? lix_find_key(a, parts.key_index) : NULL;
    if (!a)
        return LIX_ACCOUNT_NOT_FOUND;
    if (!key || !key->registered)
        return LIX_API_KEY_NOT_FOUND;
    if (parts.deadline <= now_s || parts.deadline > now_s + TOKEN_SECONDS)
        return LIX_INVALID_EXPIRY;
    if (pg_schnorr_verify_var(key->public_key, &parts.message, parts.signature, NULL) != PG_OK)
        return LIX_INVALID_SIGNATURE;
    *account = a;
    return 0;
}

bool lix_may_see(const lix_account *who, const lix_account *account)
{
    return who == account || account->master == who->index;
}

/* ---- quota ---- */

int64_t lix_quota(const pg_lighter_exchange *e, lix_account *a)
{
    pg_money step = (pg_money)QUOTA_USD * pg_pow10(PG_EXCHANGE_MONEY_DECIMALS);
    pg_money volume = pg_exchange_volume(e->core, a->number);
    int64_t more = (int64_t)((volume - a->quota_e12) / step);
    a->quota_e12 += more * step;
    a->quota = a->quota + more < QUOTA_MOST ? a->quota + more : QUOTA_MOST;
    return a->quota;
}

/* ---- funds as texts ---- */

static pg_status read_key(pg_lighter_exchange_fund *fund, const char *part, size_t size, pg_error *err)
{
    int index = 0;
    size_t digits = strspn(part, "0123456789");
    uint8_t bytes[PG_LIGHTER_PUBLIC_KEY_BYTES];
    for (size_t i = 0; i < digits && i < 4; i++)
        index = 10 * index + (part[i] - '0');
    const char *key = part + digits + 1;
    if (digits == 0 || digits > 3 || index > 254 || fund->key_count == PG_LIGHTER_FUND_KEYS)
        return pg_fail(err, PG_ERR_PARSE, "'%.*s': keys are KEY:PUBLICKEY with a number of 0 to 254, %d at most",
                       (int)size, part, PG_LIGHTER_FUND_KEYS);
    size_t length = size - digits - 1;
    if (length == 82 && key[0] == '0' && key[1] == 'x') {
        key += 2;
        length -= 2;
    }
    if (length != 80 || pg_hex_decode(bytes, sizeof bytes, key, length, NULL) != PG_OK)
        return pg_fail(err, PG_ERR_PARSE, "the public key %d is not 80 hexadecimal digits", index);
    fund->keys[fund->key_count].index = index;
    pg_hex_encode(fund->keys[fund->key_count++].public_key, bytes, sizeof bytes);
    return PG_OK;
}

static pg_status read_part(pg_lighter_exchange_fund *fund, const char *part, size_t size, pg_error *err)
{
    static const char *const tiers[PG_LIGHTER_TIERS] = { "standard", "premium", "plus", "builder" };
    char text[PG_ADDRESS_TEXT];
    pg_address address;
    for (int i = 0; i < PG_LIGHTER_TIERS; i++)
        if (strlen(tiers[i]) == size && memcmp(tiers[i], part, size) == 0) {
            fund->tier = (pg_lighter_tier)i;
            return PG_OK;
        }
    if (memchr(part, ':', size))
        return read_key(fund, part, size, err);
    if (size != PG_ADDRESS_TEXT - 1)
        return pg_fail(err, PG_ERR_PARSE, "'%.*s' is no part of an account", (int)size, part);
    memcpy(text, part, size);
    text[size] = '\0';
    pg_status status = pg_address_parse(&address, text, err);
    if (status == PG_OK)
        pg_address_format(fund->l1_address, &address);
    return status;
}

pg_status pg_lighter_exchange_read_fund(pg_lighter_exchange_fund *fund, const char *text, pg_error *err)
{
    size_t digits = strspn(text, "0123456789");
    pg_status status = PG_OK;
    *fund = (pg_lighter_exchange_fund){ 0 };
    if (digits == 0 || digits > 15 || (text[digits] != '\0' && text[digits] != ','))
        return pg_fail(err, PG_ERR_PARSE, "'%s' does not begin with the index of an account", text);
    for (size_t i = 0; i < digits; i++)
        fund->index = 10 * fund->index + (text[i] - '0');
    for (text += digits; *text && status == PG_OK;) {
        size_t size = strcspn(++text, ",");
        status = read_part(fund, text, size, err);
        text += size;
    }
    return status;
}
