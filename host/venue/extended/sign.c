#include "venue/extended/sign.h"

#include <string.h>

#include "crypto/stark_poseidon.h"

#define POSITION  "\"PositionId\"(\"value\":\"u32\")"
#define ASSET     "\"AssetId\"(\"value\":\"felt\")"
#define TIMESTAMP "\"Timestamp\"(\"seconds\":\"u64\")"
#define TRADE                                                                                                          \
    "\"base_asset_id\":\"AssetId\",\"base_amount\":\"i64\",\"quote_asset_id\":\"AssetId\",\"quote_amount\":\"i64\","   \
    "\"fee_asset_id\":\"AssetId\",\"fee_amount\":\"u64\",\"expiration\":\"Timestamp\",\"salt\":\"felt\")"
#define PAYMENT                                                                                                        \
    "\"position_id\":\"PositionId\",\"collateral_id\":\"AssetId\",\"amount\":\"u64\",\"expiration\":\"Timestamp\","    \
    "\"salt\":\"felt\")"

/* The hashes are recomputed from the strings by a test. */
static const struct {
    const char *string, *hash;
} types[PG_EXTENDED_STRUCTS] = {
    [PG_EXTENDED_DOMAIN] = { "\"StarknetDomain\"(\"name\":\"shortstring\",\"version\":\"shortstring\","
                             "\"chainId\":\"shortstring\",\"revision\":\"shortstring\")",
                             "0x1ff2f602e42168014d405a94f75e8a93d640751d71d16311266e140d8b0a210" },
    /* The position of an order is a felt, although PositionId is named after it: so the contract has it. */
    [PG_EXTENDED_ORDER] = { "\"Order\"(\"position_id\":\"felt\"," TRADE POSITION ASSET TIMESTAMP,
                            "0x36da8d51815527cabfaa9c982f564c80fa7429616739306036f1f9b608dd112" },
    [PG_EXTENDED_LIMIT_ORDER] = { "\"LimitOrder\"(\"source_position\":\"PositionId\","
                                  "\"receive_position\":\"PositionId\"," TRADE POSITION ASSET TIMESTAMP,
                                  "0x3c79b3b5997e78a29ab2fb5e8bc8244f222c5e01ae914c10f956bd0f805199a" },
    [PG_EXTENDED_TRANSFER] = { "\"TransferArgs\"(\"recipient\":\"PositionId\"," PAYMENT POSITION ASSET TIMESTAMP,
                               "0x1db88e2709fdf2c59e651d141c3296a42b209ce770871b40413ea109846a3b4" },
    [PG_EXTENDED_WITHDRAWAL] = { "\"WithdrawArgs\"(\"recipient\":\"ContractAddress\"," PAYMENT POSITION ASSET TIMESTAMP,
                                 "0x250a5fa378e8b771654bd43dcb34844534f9d1e29e16b14760d7936ea7f4b1d" },
};

const char *pg_extended_type_string(pg_extended_struct type)
{
    return types[type].string;
}

void pg_extended_type_hash(pg_felt *r, pg_extended_struct type)
{
    pg_felt_from_hex(r, types[type].hash, NULL);
}

pg_status pg_extended_domain_hash(pg_felt *r, const char *name, const char *version, const char *chain,
                                  uint64_t revision, pg_error *err)
{
    pg_felt v[5];
    pg_status status;

    *r = pg_felt_zero;
    pg_extended_type_hash(&v[0], PG_EXTENDED_DOMAIN);
    pg_felt_from_u64(&v[4], revision); /* the number 1, not the character */
    if ((status = pg_felt_from_short(&v[1], name, err)) != PG_OK ||
        (status = pg_felt_from_short(&v[2], version, err)) != PG_OK ||
        (status = pg_felt_from_short(&v[3], chain, err)) != PG_OK)
        return status;
    pg_poseidon_hash(r, v, 5);
    return PG_OK;
}

/* The nine members of a trade after its position or positions. */
static void trade_members(pg_felt v[8], const pg_extended_order_args *args)
{
    v[0] = args->base_asset;
    pg_felt_from_i64(&v[1], args->base_amount);
    v[2] = args->quote_asset;
    pg_felt_from_i64(&v[3], args->quote_amount);
    v[4] = args->fee_asset;
    pg_felt_from_u64(&v[5], args->fee_amount);
    pg_felt_from_u64(&v[6], args->expiration_s);
    pg_felt_from_u64(&v[7], args->salt);
}

void pg_extended_order_hash(pg_felt *r, const pg_extended_order_args *args)
{
    pg_felt v[10];
    pg_extended_type_hash(&v[0], PG_EXTENDED_ORDER);
    pg_felt_from_u64(&v[1], args->position);
    trade_members(&v[2], args);
    pg_poseidon_hash(r, v, 10);
}

void pg_extended_limit_order_hash(pg_felt *r, const pg_extended_limit_order_args *args)
{
    pg_felt v[11];
    pg_extended_type_hash(&v[0], PG_EXTENDED_LIMIT_ORDER);
    pg_felt_from_u64(&v[1], args->source);
    pg_felt_from_u64(&v[2], args->receiver);
    trade_members(&v[3], &args->order);
    pg_poseidon_hash(r, v, 11);
}

static void payment_hash(pg_felt *r, pg_extended_struct type, const pg_felt *recipient, uint32_t position,
                         const pg_felt *collateral, uint64_t amount, uint64_t expiration_s, uint64_t salt)
{
    pg_felt v[7];
    pg_extended_type_hash(&v[0], type);
    v[1] = *recipient;
    pg_felt_from_u64(&v[2], position);
    v[3] = *collateral;
    pg_felt_from_u64(&v[4], amount);
    pg_felt_from_u64(&v[5], expiration_s);
    pg_felt_from_u64(&v[6], salt);
    pg_poseidon_hash(r, v, 7);
}

void pg_extended_transfer_hash(pg_felt *r, const pg_extended_transfer_args *args)
{
    pg_felt recipient;
    pg_felt_from_u64(&recipient, args->recipient);
    payment_hash(r, PG_EXTENDED_TRANSFER, &recipient, args->sender, &args->collateral, args->amount, args->expiration_s,
                 args->salt);
}

void pg_extended_withdrawal_hash(pg_felt *r, const pg_extended_withdrawal_args *args)
{
    payment_hash(r, PG_EXTENDED_WITHDRAWAL, &args->recipient, args->position, &args->collateral, args->amount,
                 args->expiration_s, args->salt);
}

void pg_extended_message_hash(pg_felt *r, const pg_felt *domain, const pg_felt *public_key, const pg_felt *struct_hash)
{
    pg_felt v[4];
    pg_felt_from_short(&v[0], "StarkNet Message", NULL);
    v[1] = *domain;
    v[2] = *public_key;
    v[3] = *struct_hash;
    pg_poseidon_hash(r, v, 4);
}

pg_status pg_extended_account_init(pg_extended_account *account, uint32_t position, const pg_felt *domain,
                                   const pg_secret *secret, const pg_felt *public_key, pg_error *err)
{
    uint8_t bytes[32];
    pg_status status = pg_stark_public_key(bytes, secret, err);

    *account = (pg_extended_account){ .position = position, .domain = *domain };
    if (status != PG_OK)
        return status;
    pg_felt_from_bytes(&account->public_key, bytes);
    if (public_key && !pg_felt_equal(public_key, &account->public_key)) {
        char configured[PG_FELT_HEX], derived[PG_FELT_HEX];
        pg_fail(err, PG_ERR_INVALID, "the configured public key %s is not that of the private key, which is %s",
                pg_felt_to_hex(configured, public_key), pg_felt_to_hex(derived, &account->public_key));
        pg_error_remedy(err, "copy both keys of the same sub-account from the exchange's API management page");
        return PG_ERR_INVALID;
    }
    account->secret = secret;
    return PG_OK;
}

pg_status pg_extended_sign(pg_felt *message_hash, pg_stark_signature *signature, const pg_extended_account *account,
                           const pg_felt *struct_hash, bool verify, pg_error *err)
{
    uint8_t hash[32], public_key[32];
    pg_status status;

    pg_extended_message_hash(message_hash, &account->domain, &account->public_key, struct_hash);
    pg_felt_to_bytes(hash, message_hash);
    status = pg_stark_sign(signature, hash, account->secret, err);
    if (status != PG_OK || !verify)
        return status;
    pg_felt_to_bytes(public_key, &account->public_key);
    if (pg_stark_verify_var(signature, hash, public_key, NULL) == PG_OK)
        return PG_OK;
    memset(signature, 0, sizeof *signature);
    return pg_fail(err, PG_ERR_CORRUPT, "a signature just made does not verify: the machine's memory is at fault");
}
