/* perigee exchange lighter. */
#include "cli/exchange_venue.h"
#include "sim/exchange_lighter.h"

typedef struct {
    pg_lighter_exchange *exchange;
    pg_lighter_exchange_config config;
    pg_lighter_exchange_market markets[PG_EXCHANGE_MARKETS];
    pg_synthetic_params params[PG_EXCHANGE_MARKETS];
    pg_lighter_exchange_fund funds[PG_EXCHANGE_FUNDS];
    int64_t chain_id;
} server;

enum { CHAIN_ID, NO_DELAYS, WIDE_INDEXES };

static const pg_exchange_own_option own[] = {
    [CHAIN_ID] = { "chain-id", true }, [NO_DELAYS] = { "no-delays", false }, [WIDE_INDEXES] = { "wide-indexes", false }
};

static void init(void *state)
{
    (void)state;
}

static pg_status take(void *state, int i, const char *text, pg_error *err)
{
    server *s = state;
    if (i == CHAIN_ID)
        return pg_exchange_whole(&s->chain_id, own[i].name, text, UINT32_MAX, err);
    *(i == NO_DELAYS ? &s->config.no_delays : &s->config.wide_indexes) = true;
    return PG_OK;
}

static pg_status add_markets(server *s, const pg_exchange_options *options, pg_error *err)
{
    pg_status status = PG_OK;
    int count = 0;
    for (int i = 0; i < options->tape_count && status == PG_OK; i++)
        status = pg_lighter_exchange_tape_market(&s->markets[count++], options->tapes[i], options->speed, err);
    for (int i = 0; i < options->coin_count && status == PG_OK; i++, count++)
        status = pg_lighter_exchange_synthetic_market(&s->markets[count], &s->params[count], options->coins[i].name,
                                                      options->coins[i].price, options->seed + (uint64_t)count, err);
    s->config.markets = s->markets;
    s->config.market_count = count;
    return status;
}

static pg_status add_funds(server *s, const pg_exchange_options *options, pg_error *err)
{
    pg_status status = PG_OK;
    for (int i = 0; i < options->fund_count && status == PG_OK; i++) {
        status = pg_lighter_exchange_read_fund(&s->funds[i], options->funds[i].account, err);
        s->funds[i].usd = options->funds[i].usd;
    }
    if (status != PG_OK)
        pg_error_where(err, "--fund");
    s->config.funds = s->funds;
    s->config.fund_count = options->fund_count;
    return status;
}

static pg_status open_server(void *state, const char **url, pg_loop *loop, const pg_exchange_options *options,
                             pg_error *err)
{
    server *s = state;
    pg_status status = add_markets(s, options, err);
    if (status == PG_OK)
        status = add_funds(s, options, err);
    s->config.port = options->port;
    s->config.seed = options->seed;
    s->config.chain_id = options->mainnet ? PG_LIGHTER_MAINNET : PG_LIGHTER_TESTNET;
    if (s->chain_id)
        s->config.chain_id = (uint32_t)s->chain_id;
    s->config.limits = options->limits;
    s->config.faults = options->faults;
    s->config.log = options->log;
    if (status == PG_OK)
        status = pg_lighter_exchange_new(&s->exchange, loop, &s->config, err);
    if (status == PG_OK)
        *url = pg_lighter_exchange_url(s->exchange);
    return status;
}

static void close_server(void *state)
{
    pg_lighter_exchange_free(((server *)state)->exchange);
}

const pg_exchange_venue pg_exchange_venue_lighter = {
    .name = "lighter",
    .does = "Lighter's protocol: REST at\n/api/v1/ and a WebSocket at /stream. Hash, signature, nonce and times of "
            "transactions are\nverified, and what the venue refuses is refused.\n",
    .fund = "INDEX[,KEY:PUBLICKEY]...[,0xADDRESS][,TYPE]",
    .fund_is = "                       INDEX: of the account; KEY:PUBLICKEY: an API key's index (4 to 254 for users)\n"
               "                       and its 80 hexadecimal digits; 0xADDRESS: the Ethereum address that owns it;\n"
               "                       TYPE: standard (default), premium, plus or builder\n",
    .channels = "                       channel: a stream (order_book, account_all_orders, ...), jsonapi/sendtx,\n"
                "                       jsonapi/sendtxbatch, a path (/api/v1/sendTx), action, or * for all\n",
    .own_help = "  --chain-id N         instead of the network's (testnet 300, mainnet 304)\n"
                "  --no-delays          transactions are executed at once, whatever the account's type\n"
                "  --wide-indexes       order indexes above 2^53\n",
    .own = own,
    .own_count = sizeof own / sizeof *own,
    .size = sizeof(server),
    .init = init,
    .take = take,
    .open = open_server,
    .close = close_server,
};
