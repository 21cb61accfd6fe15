#include "venue/extended/codec_record.h"

#include "venue/extended/codec_value.h"

#define FIELD(record, member, wire, as, must)                                                                          \
    {                                                                                                                  \
        wire, NULL, PG_EXTENDED_AS_##as, must, offsetof(record, member)                                                \
    }
#define EITHER(record, member, wire, second, as, must)                                                                 \
    {                                                                                                                  \
        wire, second, PG_EXTENDED_AS_##as, must, offsetof(record, member)                                              \
    }
#define NEED(member, wire, as) FIELD(RECORD, member, wire, as, true)
#define MAY(member, wire, as)  FIELD(RECORD, member, wire, as, false)

#define RECORD pg_extended_market_record
static const pg_extended_field market[] = { NEED(name, "name", TEXT),
                                            MAY(type, "type", TEXT),
                                            MAY(status, "status", TEXT),
                                            MAY(asset, "assetName", TEXT),
                                            MAY(collateral, "collateralAssetName", TEXT),
                                            NEED(active, "active", BOOL),
                                            MAY(is_rfq, "isRfq", BOOL),
                                            MAY(stats, "marketStats", JSON),
                                            NEED(trading, "tradingConfig", JSON),
                                            NEED(l2, "l2Config", JSON) };
#undef RECORD

#define RECORD pg_extended_stats
static const pg_extended_field stats[] = { MAY(last, "lastPrice", DECIMAL),
                                           MAY(ask, "askPrice", DECIMAL),
                                           MAY(bid, "bidPrice", DECIMAL),
                                           NEED(mark, "markPrice", DECIMAL),
                                           NEED(index, "indexPrice", DECIMAL),
                                           NEED(funding_rate, "fundingRate", DECIMAL),
                                           MAY(next_funding_ms, "nextFundingRate", TIME),
                                           MAY(open_interest, "openInterest", DECIMAL),
                                           MAY(open_interest_base, "openInterestBase", DECIMAL),
                                           MAY(volume, "dailyVolume", DECIMAL),
                                           MAY(volume_base, "dailyVolumeBase", DECIMAL),
                                           MAY(low, "dailyLow", DECIMAL),
                                           MAY(high, "dailyHigh", DECIMAL) };
#undef RECORD

#define RECORD pg_extended_trading
static const pg_extended_field trading[] = { NEED(min_size, "minOrderSize", DECIMAL),
                                             NEED(size_step, "minOrderSizeChange", DECIMAL),
                                             NEED(price_tick, "minPriceChange", DECIMAL),
                                             NEED(max_market_value, "maxMarketOrderValue", DECIMAL),
                                             NEED(max_limit_value, "maxLimitOrderValue", DECIMAL),
                                             MAY(max_position_value, "maxPositionValue", DECIMAL),
                                             MAY(max_leverage, "maxLeverage", DECIMAL),
                                             MAY(max_orders, "maxNumOrders", DECIMAL),
                                             NEED(price_cap, "limitPriceCap", DECIMAL),
                                             NEED(price_floor, "limitPriceFloor", DECIMAL),
                                             MAY(risk_steps, "riskFactorConfig", JSON) };
#undef RECORD

#define RECORD pg_extended_l2
static const pg_extended_field l2[] = { MAY(type, "type", TEXT), NEED(collateral_id, "collateralId", TEXT),
                                        NEED(synthetic_id, "syntheticId", TEXT),
                                        NEED(collateral_resolution, "collateralResolution", ID),
                                        NEED(synthetic_resolution, "syntheticResolution", ID) };
#undef RECORD

#define RECORD pg_extended_rest_book
static const pg_extended_field book[] = { NEED(market, "market", TEXT), NEED(bids, "bid", JSON),
                                          NEED(asks, "ask", JSON) };
#undef RECORD

#define RECORD pg_extended_rest_level
static const pg_extended_field level[] = { NEED(price, "price", DECIMAL), NEED(quantity, "qty", DECIMAL) };
#undef RECORD

#define RECORD pg_extended_print
static const pg_extended_field print[] = { NEED(id, "i", ID),           NEED(market, "m", TEXT),
                                           NEED(side, "S", TEXT),       NEED(type, "tT", TEXT),
                                           NEED(time_ms, "T", TIME),    NEED(price, "p", DECIMAL),
                                           NEED(quantity, "q", DECIMAL) };
#undef RECORD

#define RECORD pg_extended_candle
static const pg_extended_field candle[] = { NEED(time_ms, "T", TIME),  NEED(open, "o", DECIMAL),
                                            NEED(low, "l", DECIMAL),   NEED(high, "h", DECIMAL),
                                            NEED(close, "c", DECIMAL), MAY(volume, "v", DECIMAL) };
#undef RECORD

#define RECORD pg_extended_funding
static const pg_extended_field funding[] = { NEED(market, "m", TEXT), NEED(time_ms, "T", TIME),
                                             NEED(rate, "f", DECIMAL) };
#undef RECORD

#define RECORD pg_extended_price
static const pg_extended_field price[] = { NEED(market, "m", TEXT), NEED(price, "p", DECIMAL),
                                           MAY(time_ms, "ts", TIME) };
#undef RECORD

#define RECORD pg_extended_interest
static const pg_extended_field interest[] = { NEED(usd, "i", DECIMAL), NEED(base, "I", DECIMAL),
                                              NEED(time_ms, "t", TIME) };
#undef RECORD

#define RECORD pg_extended_asset
static const pg_extended_field asset[] = { NEED(name, "name", TEXT),        MAY(symbol, "symbol", TEXT),
                                           MAY(precision, "precision", ID), MAY(collateral, "isCollateral", BOOL),
                                           NEED(id, "starkexId", TEXT),     NEED(resolution, "starkexResolution", ID) };
#undef RECORD

#define RECORD pg_extended_domain
static const pg_extended_field domain[] = { NEED(name, "name", TEXT), NEED(version, "version", TEXT),
                                            NEED(chain, "chainId", TEXT), NEED(revision, "revision", ID) };
#undef RECORD

#define RECORD pg_extended_account_info
static const pg_extended_field account[] = { NEED(status, "status", TEXT),
                                             NEED(key, "l2Key", TEXT),
                                             NEED(vault, "l2Vault", ID),
                                             NEED(account, "accountId", ID),
                                             MAY(index, "accountIndex", ID),
                                             MAY(description, "description", TEXT),
                                             MAY(bridge, "bridgeStarknetAddress", TEXT) };
#undef RECORD

#define RECORD pg_extended_client
static const pg_extended_field client[] = { NEED(id, "id", ID), MAY(evm_wallet, "evmWalletAddress", TEXT),
                                            MAY(starknet_wallet, "starknetWalletAddress", TEXT),
                                            MAY(referral, "referralLinkCode", TEXT) };
#undef RECORD

#define RECORD pg_extended_balance
static const pg_extended_field balance[] = {
    MAY(collateral, "collateralName", TEXT),   MAY(status, "status", TEXT),
    NEED(balance, "balance", DECIMAL),         NEED(equity, "equity", DECIMAL),
    NEED(free, "availableForTrade", DECIMAL),  MAY(withdrawable, "availableForWithdrawal", DECIMAL),
    MAY(unrealised, "unrealisedPnl", DECIMAL), MAY(initial_margin, "initialMargin", DECIMAL),
    MAY(margin_ratio, "marginRatio", DECIMAL), MAY(exposure, "exposure", DECIMAL),
    MAY(leverage, "leverage", DECIMAL),        MAY(updated_ms, "updatedTime", TIME)
};
#undef RECORD

#define RECORD pg_extended_spot_balance
static const pg_extended_field spot[] = { NEED(asset, "asset", TEXT), NEED(balance, "balance", DECIMAL),
                                          MAY(withdrawable, "availableToWithdraw", DECIMAL),
                                          MAY(updated_ms, "updatedAt", TIME) };
#undef RECORD

#define RECORD pg_extended_position
static const pg_extended_field position[] = { MAY(id, "id", ID),
                                              MAY(account, "accountId", ID),
                                              NEED(market, "market", TEXT),
                                              MAY(status, "status", TEXT),
                                              NEED(side, "side", TEXT),
                                              MAY(leverage, "leverage", DECIMAL),
                                              NEED(size, "size", DECIMAL),
                                              MAY(value, "value", DECIMAL),
                                              NEED(entry, "openPrice", DECIMAL),
                                              MAY(mark, "markPrice", DECIMAL),
                                              MAY(liquidation, "liquidationPrice", DECIMAL),
                                              MAY(margin, "margin", DECIMAL),
                                              MAY(unrealised, "unrealisedPnl", DECIMAL),
                                              MAY(realised, "realisedPnl", DECIMAL),
                                              MAY(adl, "adl", DECIMAL),
                                              MAY(max_size, "maxPositionSize", DECIMAL),
                                              MAY(exit_type, "exitType", TEXT),
                                              MAY(exit_price, "exitPrice", DECIMAL),
                                              EITHER(RECORD, created_ms, "createdTime", "createdAt", TIME, false),
                                              EITHER(RECORD, updated_ms, "updatedTime", "updatedAt", TIME, false),
                                              MAY(closed_ms, "closedTime", TIME) };
#undef RECORD

#define RECORD pg_extended_order_record
static const pg_extended_field order[] = {
    NEED(id, "id", ID),
    MAY(account, "accountId", ID),
    MAY(external, "externalId", TEXT),
    NEED(market, "market", TEXT),
    MAY(type, "type", TEXT),
    NEED(side, "side", TEXT),
    NEED(status, "status", TEXT),
    MAY(reason, "statusReason", TEXT),
    MAY(price, "price", DECIMAL),
    MAY(average, "averagePrice", DECIMAL),
    NEED(quantity, "qty", DECIMAL),
    MAY(filled, "filledQty", DECIMAL),
    MAY(cancelled, "cancelledQty", DECIMAL),
    MAY(fee, "payedFee", DECIMAL),
    MAY(reduce_only, "reduceOnly", BOOL),
    MAY(post_only, "postOnly", BOOL),
    MAY(time_in_force, "timeInForce", TEXT),
    EITHER(RECORD, expire_ms, "expireTime", "expiryTime", TIME, false),
    MAY(created_ms, "createdTime", TIME),
    MAY(updated_ms, "updatedTime", TIME),
    EITHER(RECORD, legs, "tpSlType", "tpslType", TEXT, false),
    MAY(trigger, "trigger", JSON),
    MAY(take_profit, "takeProfit", JSON),
    MAY(stop_loss, "stopLoss", JSON),
};
#undef RECORD

#define RECORD pg_extended_trade
static const pg_extended_field trade[] = {
    NEED(id, "id", ID),
    MAY(account, "accountId", ID),
    NEED(market, "market", TEXT),
    NEED(order, "orderId", ID),
    EITHER(RECORD, external, "externalOrderId", "externalId", TEXT, false),
    NEED(side, "side", TEXT),
    NEED(price, "price", DECIMAL),
    NEED(quantity, "qty", DECIMAL),
    MAY(value, "value", DECIMAL),
    NEED(fee, "fee", DECIMAL),
    MAY(type, "tradeType", TEXT),
    NEED(time_ms, "createdTime", TIME),
    NEED(taker, "isTaker", BOOL),
};
#undef RECORD

#define RECORD pg_extended_funding_paid
static const pg_extended_field paid[] = { NEED(id, "id", ID),
                                          MAY(account, "accountId", ID),
                                          NEED(market, "market", TEXT),
                                          MAY(position, "positionId", ID),
                                          NEED(side, "side", TEXT),
                                          NEED(size, "size", DECIMAL),
                                          MAY(value, "value", DECIMAL),
                                          MAY(mark, "markPrice", DECIMAL),
                                          NEED(fee, "fundingFee", DECIMAL),
                                          NEED(rate, "fundingRate", DECIMAL),
                                          NEED(paid_ms, "paidTime", TIME) };
#undef RECORD

#define RECORD pg_extended_fees
static const pg_extended_field fees[] = { NEED(market, "market", TEXT), NEED(maker, "makerFeeRate", DECIMAL),
                                          NEED(taker, "takerFeeRate", DECIMAL),
                                          MAY(builder, "builderFeeRate", DECIMAL) };
#undef RECORD

#define RECORD pg_extended_leverage
static const pg_extended_field leverage[] = { NEED(market, "market", TEXT), NEED(leverage, "leverage", DECIMAL) };
#undef RECORD

#define RECORD pg_extended_rebates
static const pg_extended_field rebates[] = { NEED(paid, "totalPaid", DECIMAL), MAY(rate, "rebatesRate", DECIMAL),
                                             MAY(share, "marketShare", DECIMAL),
                                             MAY(next_share, "nextTierMakerShare", DECIMAL),
                                             MAY(next_rate, "nextTierRebateRate", DECIMAL) };
#undef RECORD

#define RECORD pg_extended_operation
static const pg_extended_field operation[] = { NEED(id, "id", TEXT),
                                               NEED(type, "type", TEXT),
                                               NEED(status, "status", TEXT),
                                               NEED(amount, "amount", DECIMAL),
                                               MAY(fee, "fee", DECIMAL),
                                               MAY(time_ms, "time", TIME),
                                               MAY(account, "accountId", ID),
                                               MAY(counterparty, "counterpartyAccountId", ID),
                                               MAY(transaction, "transactionHash", TEXT),
                                               MAY(chain, "chain", TEXT) };
#undef RECORD

#define RECORD pg_extended_placed
static const pg_extended_field placed[] = { NEED(id, "id", ID), MAY(external, "externalId", TEXT) };
#undef RECORD

#define RECORD pg_extended_transferred
static const pg_extended_field transferred[] = { NEED(id, "id", ID), MAY(valid, "validSignature", BOOL) };
#undef RECORD

enum { FIELDS_MAX = 32 };

#define TABLE(name, list)                                                                                              \
    {                                                                                                                  \
        name, list, (int)(sizeof(list) / sizeof(list)[0])                                                              \
    }

static const struct {
    const char *name;
    const pg_extended_field *field;
    int count;
} tables[PG_EXTENDED_RECORDS] = {
    [PG_EXTENDED_MARKET_RECORD] = TABLE("market", market),
    [PG_EXTENDED_STATS] = TABLE("stats", stats),
    [PG_EXTENDED_TRADING_RULES] = TABLE("tradingConfig", trading),
    [PG_EXTENDED_L2] = TABLE("l2Config", l2),
    [PG_EXTENDED_REST_BOOK] = TABLE("orderbook", book),
    [PG_EXTENDED_REST_LEVEL] = TABLE("level", level),
    [PG_EXTENDED_PRINT] = TABLE("public trade", print),
    [PG_EXTENDED_CANDLE] = TABLE("candle", candle),
    [PG_EXTENDED_FUNDING] = TABLE("funding rate", funding),
    [PG_EXTENDED_PRICE] = TABLE("price", price),
    [PG_EXTENDED_INTEREST] = TABLE("open interest", interest),
    [PG_EXTENDED_ASSET] = TABLE("asset", asset),
    [PG_EXTENDED_DOMAIN_RECORD] = TABLE("signing domain", domain),
    [PG_EXTENDED_ACCOUNT_INFO] = TABLE("account", account),
    [PG_EXTENDED_CLIENT] = TABLE("client", client),
    [PG_EXTENDED_BALANCE] = TABLE("balance", balance),
    [PG_EXTENDED_SPOT_BALANCE] = TABLE("spot balance", spot),
    [PG_EXTENDED_POSITION] = TABLE("position", position),
    [PG_EXTENDED_ORDER_RECORD] = TABLE("order", order),
    [PG_EXTENDED_TRADE] = TABLE("trade", trade),
    [PG_EXTENDED_FUNDING_PAID] = TABLE("funding payment", paid),
    [PG_EXTENDED_FEES] = TABLE("fees", fees),
    [PG_EXTENDED_LEVERAGE] = TABLE("leverage", leverage),
    [PG_EXTENDED_REBATES] = TABLE("rebates", rebates),
    [PG_EXTENDED_OPERATION] = TABLE("operation", operation),
    [PG_EXTENDED_PLACED] = TABLE("placed order", placed),
    [PG_EXTENDED_TRANSFERRED] = TABLE("transfer", transferred),
};

const char *pg_extended_record_name(pg_extended_record_kind kind)
{
    return tables[kind].name;
}

const pg_extended_field *pg_extended_record_fields(pg_extended_record_kind kind, int *count)
{
    *count = tables[kind].count;
    return tables[kind].field;
}

/* ---- reading ---- */

/* second: it goes by the other name, which counts only where the first is not there. */
static int find(const pg_extended_field *field, int count, pg_span name, bool *second)
{
    for (int i = 0; i < count; i++) {
        *second = field[i].other && pg_scan_equal(name, field[i].other);
        if (*second || pg_scan_equal(name, field[i].name))
            return i;
    }
    return -1;
}

static bool read_field(pg_scan *r, const pg_extended_field *field, void *at)
{
    switch (field->type) {
    case PG_EXTENDED_AS_TEXT: return pg_scan_string(r, at);
    case PG_EXTENDED_AS_DECIMAL: return pg_extended_scan_decimal(r, field->name, at);
    case PG_EXTENDED_AS_ID: return pg_extended_scan_id(r, field->name, at);
    case PG_EXTENDED_AS_TIME: return pg_extended_scan_time(r, field->name, at);
    case PG_EXTENDED_AS_BOOL: return pg_scan_bool(r, at);
    default: return pg_extended_scan_json(r, at);
    }
}

bool pg_extended_record_scan(pg_extended_record *record, pg_extended_record_kind kind, pg_scan *reader)
{
    const pg_extended_field *field = tables[kind].field;
    int count = tables[kind].count, n = 0;
    uint32_t seen[2] = { 0, 0 }; /* by the first name, by the other */
    bool second;
    pg_span name;
    memset(record, 0, sizeof *record);
    pg_scan_open(reader, '{');
    while (pg_scan_member(reader, &n, &name)) {
        int which = find(field, count, name, &second);
        if (which < 0) {
            pg_scan_skip(reader);
        } else if (!pg_scan_is_null(reader)) {
            if (seen[second] & 1u << which)
                return pg_scan_wrong(reader, PG_ERR_PARSE, "%s is given twice", field[which].name);
            seen[second] |= 1u << which;
            if (second && seen[0] & 1u << which)
                pg_scan_skip(reader);
            else
                read_field(reader, &field[which], (char *)record + field[which].offset);
        }
    }
    for (int i = 0; i < count && !reader->failed; i++)
        if (field[i].needed && !((seen[0] | seen[1]) & 1u << i))
            pg_scan_wrong(reader, PG_ERR_PARSE, "%s of the %s is missing", field[i].name, tables[kind].name);
    return !reader->failed;
}

_Static_assert(sizeof order / sizeof order[0] <= FIELDS_MAX && sizeof position / sizeof position[0] <= FIELDS_MAX,
               "a record's fields are bits of a word");

pg_status pg_extended_record_read(pg_extended_record *record, pg_extended_record_kind kind, pg_span json, pg_error *err)
{
    pg_scan reader;
    pg_error unused;
    if (!err)
        err = &unused;
    if (!json.data)
        return pg_fail(err, PG_ERR_PARSE, "there is no %s", tables[kind].name);
    pg_scan_init(&reader, json.data, json.size, err);
    return pg_extended_record_scan(record, kind, &reader) ? PG_OK : err->status;
}

/* Reads the object at the reader's place by itself, so that its faults are not the list's. */
static bool read_element(pg_scan *list, pg_extended_record_kind kind, void *self, pg_extended_record_fn each,
                         pg_error *err)
{
    pg_extended_record record;
    pg_span json;
    if (!pg_extended_scan_json(list, &json))
        return true; /* the list's fault */
    if (pg_extended_record_read(&record, kind, json, err) != PG_OK)
        return false;
    each(self, &record);
    return true;
}

int pg_extended_records_read(pg_extended_record_kind kind, pg_span json, void *self, pg_extended_record_fn each,
                             pg_error *err)
{
    pg_scan list;
    pg_error unused, of_list;
    int n = 0, refused = 0;
    if (!err)
        err = &unused;
    if (!json.data) {
        pg_fail(err, PG_ERR_PARSE, "there is no list of %s records", tables[kind].name);
        return -1;
    }
    pg_scan_init(&list, json.data, json.size, &of_list);
    if (pg_scan_peek(&list) == '{')
        return read_element(&list, kind, self, each, err) && !list.failed ? 0 : 1;
    pg_scan_open(&list, '[');
    while (pg_scan_element(&list, &n)) {
        pg_error *why = refused ? &of_list : err;
        refused += !read_element(&list, kind, self, each, why);
    }
    if (!list.failed)
        return refused;
    *err = of_list;
    return -1;
}
