/* Transfers between accounts and withdrawals of Extended (extended.md 5.7): signed by the Stark key, as orders are. */
#include <string.h>

#include "base/decimal.h"
#include "sim/exchange_extended_internal.h"

enum { DECIMALS = 6, WITHDRAWAL_DAYS = 14 };

/* What both have. */
typedef struct {
    int64_t amount; /* units of the collateral */
    uint64_t expiration_s, salt;
    pg_felt collateral;
    exx_settlement signature;
} movement;

/* ---- reading ---- */

/* Numbers come as numbers or texts. */
static bool read_number(uint64_t *value, const cJSON *json, const char *name)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(json, name);
    int64_t read;
    if (cJSON_IsNumber(found) && found->valuedouble >= 0 && found->valuedouble <= 9e15) {
        *value = (uint64_t)found->valuedouble;
        return (double)*value == found->valuedouble;
    }
    const char *text = cJSON_GetStringValue(found);
    if (!text || pg_decimal_parse(&read, text, strlen(text), 0) != PG_OK || read < 0)
        return false;
    *value = (uint64_t)read;
    return true;
}

/* With or without "0x". */
static bool read_felt(pg_felt *felt, const cJSON *json, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, name));
    char whole[PG_FELT_HEX] = "0x";
    if (!text || strlen(text) >= sizeof whole - 2)
        return false;
    bool prefixed = strncmp(text, "0x", 2) == 0;
    memcpy(whole + (prefixed ? 0 : 2), text, strlen(text) + 1);
    return pg_felt_from_hex(felt, whole, NULL) == PG_OK;
}

/* The human amount; -1: it is none. */
static int64_t read_amount(const cJSON *body)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(body, "amount"));
    int64_t amount;
    return text && pg_decimal_parse(&amount, text, strlen(text), DECIMALS) == PG_OK ? amount : -1;
}

static bool read_signature(exx_settlement *s, const cJSON *settlement, const exx_account *a)
{
    const cJSON *signature = cJSON_GetObjectItemCaseSensitive(settlement, "signature");
    s->stark_key = a->public_key;
    s->position = a->vault;
    return read_felt(&s->r, signature, "r") && read_felt(&s->s, signature, "s");
}

/* ---- checking ---- */

static bool has_money(const pg_extended_exchange *e, int account, int64_t amount)
{
    exx_balance balance;
    exx_get_balance_of(&balance, e, account);
    return (pg_money)amount * pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - DECIMALS) <= balance.withdrawal;
}

/* The signature, that it is new, and the money: 0, or the error. */
static int check(pg_extended_exchange *e, int account, const movement *m, const pg_felt *hash)
{
    uint64_t key[2];
    int code = pg_felt_equal(&m->collateral, &e->markets[0].rules.collateral_id)
                   ? exx_verify_hash(key, e, account, &m->signature, hash)
                   : 1605;
    if (code == 0 && !has_money(e, account, m->amount))
        code = 1140;
    return code == 0 && !pg_recent_add(e->hashes, key[0], key[1]) ? 1134 : code;
}

static pg_money money_of(const movement *m)
{
    return (pg_money)m->amount * pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - DECIMALS);
}

/* ---- transfers ---- */

static int find_vault(const pg_extended_exchange *e, uint64_t vault)
{
    for (int k = 0; k < pg_exchange_account_count(e->core); k++)
        if (e->accounts[k].vault == vault)
            return k;
    return PG_EXCHANGE_NOBODY;
}

/* Reads a transfer; *to is the account that gets it. 0, or the error. */
static int read_transfer(movement *m, int *to, const exx_call *call)
{
    const exx_account *a = &call->e->accounts[call->account];
    const cJSON *settlement = cJSON_GetObjectItemCaseSensitive(call->body, "settlement");
    uint64_t amount, sender, receiver;
    pg_felt from_key, to_key;
    m->amount = read_amount(call->body);
    if (m->amount <= 0 || !read_number(&amount, settlement, "amount") ||
        !read_number(&m->expiration_s, settlement, "expirationTimestamp") ||
        !read_number(&m->salt, settlement, "nonce") || !read_number(&sender, settlement, "senderPositionId") ||
        !read_number(&receiver, settlement, "receiverPositionId") || receiver > UINT32_MAX ||
        !read_felt(&m->collateral, settlement, "assetId") || !read_felt(&from_key, settlement, "senderPublicKey") ||
        !read_felt(&to_key, settlement, "receiverPublicKey") || !read_signature(&m->signature, settlement, a))
        return 400;
    *to = find_vault(call->e, receiver);
    if (sender != a->vault)
        return 1102;
    if (*to == PG_EXCHANGE_NOBODY || *to == call->account)
        return 1004;
    if (!pg_felt_equal(&from_key, &a->public_key) || !pg_felt_equal(&to_key, &call->e->accounts[*to].public_key))
        return 1100;
    bool late = m->expiration_s <= (uint64_t)(pg_exchange_now(call->e->core) / 1000000000);
    return amount != (uint64_t)m->amount || late ? 400 : 0;
}

int exx_post_transfer(exx_call *call)
{
    pg_extended_exchange *e = call->e;
    movement m;
    pg_felt hash;
    int to, code = read_transfer(&m, &to, call);
    if (code != 0)
        return exx_refuse(call, code, NULL);
    const pg_extended_transfer_args args = { .recipient = e->accounts[to].vault,
                                             .sender = e->accounts[call->account].vault,
                                             .collateral = m.collateral,
                                             .amount = (uint64_t)m.amount,
                                             .expiration_s = m.expiration_s,
                                             .salt = m.salt };
    pg_extended_transfer_hash(&hash, &args);
    code = check(e, call->account, &m, &hash);
    if (code != 0)
        return exx_refuse(call, code, NULL);
    uint64_t id = exx_move_money(e, call->account, EXX_TRANSFER, -money_of(&m), to);
    exx_move_money(e, to, EXX_TRANSFER, money_of(&m), call->account);
    exx_begin(call);
    pg_json_open(call->out, "data", '{');
    pg_json_bool(call->out, "validSignature", true);
    pg_json_unsigned(call->out, "id", id);
    pg_json_close(call->out, '}');
    return exx_end(call);
}

/* ---- withdrawals ---- */

static int read_withdrawal(movement *m, pg_felt *recipient, const exx_call *call)
{
    const exx_account *a = &call->e->accounts[call->account];
    const cJSON *settlement = cJSON_GetObjectItemCaseSensitive(call->body, "settlement");
    const char *asset = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(call->body, "asset"));
    uint64_t amount, position, account;
    m->amount = read_amount(call->body);
    if (m->amount <= 0)
        return 1600;
    if (!asset || strcmp(asset, "USD") != 0)
        return 1605;
    if (!read_number(&amount, settlement, "amount") || !read_number(&position, settlement, "positionId") ||
        !read_number(&m->expiration_s, cJSON_GetObjectItemCaseSensitive(settlement, "expiration"), "seconds") ||
        !read_number(&m->salt, settlement, "salt") || !read_number(&account, call->body, "accountId") ||
        !read_felt(&m->collateral, settlement, "collateralId") || !read_felt(recipient, settlement, "recipient") ||
        !read_signature(&m->signature, settlement, a))
        return 400;
    if (account != exx_account_id(call->account))
        return 1004;
    if (position != a->vault)
        return 1102;
    if (amount != (uint64_t)m->amount)
        return 1602;
    int64_t now_s = pg_exchange_now(call->e->core) / 1000000000;
    return m->expiration_s < (uint64_t)(now_s + WITHDRAWAL_DAYS * 86400) ? 1604 : 0;
}

int exx_post_withdrawal(exx_call *call)
{
    pg_extended_exchange *e = call->e;
    movement m;
    pg_felt recipient, hash;
    int code = read_withdrawal(&m, &recipient, call);
    if (code != 0)
        return exx_refuse(call, code, NULL);
    const pg_extended_withdrawal_args args = { .recipient = recipient,
                                               .position = e->accounts[call->account].vault,
                                               .collateral = m.collateral,
                                               .amount = (uint64_t)m.amount,
                                               .expiration_s = m.expiration_s,
                                               .salt = m.salt };
    pg_extended_withdrawal_hash(&hash, &args);
    code = check(e, call->account, &m, &hash);
    if (code != 0)
        return exx_refuse(call, code, NULL);
    uint64_t id = exx_move_money(e, call->account, EXX_WITHDRAWAL, -money_of(&m), -1);
    exx_begin(call);
    pg_json_unsigned(call->out, "data", id);
    return exx_end(call);
}
