/* Signatures of Extended's orders (extended.md 10): what the venue would hash of what was sent, against what was signed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_extended_internal.h"

/* ---- reading ---- */

/* What is no element of the field is 0: no key, and no part of a signature. */
static bool read_felt(pg_felt *felt, const cJSON *json)
{
    pg_status status = cJSON_IsString(json) ? pg_felt_from_hex(felt, json->valuestring, NULL) : PG_ERR_PARSE;
    return status == PG_OK || status == PG_ERR_RANGE;
}

bool exx_read_settlement(exx_settlement *s, const cJSON *json)
{
    const cJSON *signature = cJSON_GetObjectItemCaseSensitive(json, "signature");
    const cJSON *position = cJSON_GetObjectItemCaseSensitive(json, "collateralPosition");
    char *end;
    if (!read_felt(&s->r, cJSON_GetObjectItemCaseSensitive(signature, "r")) ||
        !read_felt(&s->s, cJSON_GetObjectItemCaseSensitive(signature, "s")) ||
        !read_felt(&s->stark_key, cJSON_GetObjectItemCaseSensitive(json, "starkKey")) || !cJSON_IsString(position) ||
        !position->valuestring[0] || strspn(position->valuestring, "0123456789") != strlen(position->valuestring))
        return false;
    s->position = strtoull(position->valuestring, &end, 10);
    return true;
}

/* ---- verifying ---- */

int exx_verify_hash(uint64_t key[2], const pg_extended_exchange *e, int account, const exx_settlement *settlement,
                    const pg_felt *struct_hash)
{
    const exx_account *a = &e->accounts[account];
    pg_stark_signature signature;
    pg_felt hash;
    uint8_t bytes[32];
    if (!pg_felt_equal(&settlement->stark_key, &a->public_key))
        return 1100;
    if (settlement->position != a->vault)
        return 1102;
    pg_extended_message_hash(&hash, &e->domain, &a->public_key, struct_hash);
    pg_felt_to_bytes(bytes, &hash);
    pg_felt_to_bytes(signature.r, &settlement->r);
    pg_felt_to_bytes(signature.s, &settlement->s);
    memcpy(key, bytes + 16, 16);
    return pg_stark_verify_var(&signature, bytes, a->key_bytes, NULL) == PG_OK ? 0 : 1101;
}

int exx_verify_order(uint64_t key[2], char detail[320], const pg_extended_exchange *e, int account,
                     const exx_settlement *settlement, const exx_signed *what)
{
    const pg_extended_market *rules = &what->market->rules;
    pg_extended_amounts amounts;
    pg_felt hash;
    detail[0] = '\0';
    if (pg_extended_scale(&amounts, what->side, &what->quantity, &what->price, &what->fee, &what->builder_fee,
                          rules->synthetic_resolution, rules->collateral_resolution, what->expiry_ms, NULL) != PG_OK)
        return 1133;
    const pg_extended_order_args args = { .position = e->accounts[account].vault,
                                          .base_asset = rules->synthetic_id,
                                          .quote_asset = rules->collateral_id,
                                          .fee_asset = rules->collateral_id,
                                          .base_amount = amounts.base,
                                          .quote_amount = amounts.quote,
                                          .fee_amount = amounts.fee,
                                          .expiration_s = amounts.expiration_s,
                                          .salt = what->nonce };
    pg_extended_order_hash(&hash, &args);
    int code = exx_verify_hash(key, e, account, settlement, &hash);
    snprintf(detail, 320, "position=%u base=%lld quote=%lld fee=%llu expiration=%llu salt=%llu chain=%s", args.position,
             (long long)amounts.base, (long long)amounts.quote, (unsigned long long)amounts.fee,
             (unsigned long long)amounts.expiration_s, (unsigned long long)what->nonce,
             e->config.mainnet ? "SN_MAIN" : "SN_SEPOLIA");
    return code;
}
