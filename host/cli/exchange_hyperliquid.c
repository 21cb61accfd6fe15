/* perigee exchange hyperliquid. */
#include "cli/exchange_venue.h"
#include "sim/exchange_hyperliquid.h"

typedef struct {
    pg_hl_exchange *exchange;
    pg_hl_exchange_config config;
    pg_hl_exchange_coin coins[PG_EXCHANGE_MARKETS];
    pg_synthetic_params params[PG_EXCHANGE_MARKETS];
    pg_hl_exchange_fund funds[PG_EXCHANGE_FUNDS];
} server;

enum { BLOCK, ANY_VOLUME, POST_ONLY };

static const pg_exchange_own_option own[] = {
    [BLOCK] = { "block", true }, [ANY_VOLUME] = { "any-volume", false }, [POST_ONLY] = { "post-only", true }
};

static const char *const also[] = { "PURR/USDC", "HYPE/USDC", "xyz:SP500", NULL };

static void init(void *state)
{
    server *s = state;
    s->config.block_ms = 50;
}

static pg_status take(void *state, int i, const char *text, pg_error *err)
{
    server *s = state;
    if (i == BLOCK)
        return pg_exchange_whole(&s->config.block_ms, own[i].name, text, 10000, err);
    if (i == POST_ONLY)
        return pg_exchange_whole(&s->config.post_only_ms, own[i].name, text, 86400000, err);
    s->config.waive_volume = true;
    return PG_OK;
}

static pg_status add_markets(server *s, const pg_exchange_options *options, pg_error *err)
{
    pg_status status = PG_OK;
    int count = 0;
    for (int i = 0; i < options->tape_count && status == PG_OK; i++)
        status = pg_hl_exchange_tape_coin(&s->coins[count++], options->tapes[i], options->speed, err);
    for (int i = 0; i < options->coin_count && status == PG_OK; i++, count++)
        status = pg_hl_exchange_synthetic_coin(&s->coins[count], &s->params[count], options->coins[i].name,
                                               options->coins[i].price, options->seed + (uint64_t)count, err);
    s->config.coins = s->coins;
    s->config.coin_count = count;
    return status;
}

static pg_status open_server(void *state, const char **url, pg_loop *loop, const pg_exchange_options *options,
                             pg_error *err)
{
    server *s = state;
    pg_status status = add_markets(s, options, err);
    for (int i = 0; i < options->fund_count; i++)
        s->funds[i] = (pg_hl_exchange_fund){ .address = options->funds[i].account, .usd = options->funds[i].usd };
    s->config.funds = s->funds;
    s->config.fund_count = options->fund_count;
    s->config.port = options->port;
    s->config.seed = options->seed;
    s->config.network = options->mainnet ? PG_HL_MAINNET : PG_HL_TESTNET;
    s->config.limits = options->limits;
    s->config.faults = options->faults;
    s->config.log = options->log;
    if (status == PG_OK)
        status = pg_hl_exchange_new(&s->exchange, loop, &s->config, err);
    if (status == PG_OK)
        *url = pg_hl_exchange_url(s->exchange);
    return status;
}

static void close_server(void *state)
{
    pg_hl_exchange_free(((server *)state)->exchange);
}

const pg_exchange_venue pg_exchange_venue_hyperliquid = {
    .name = "hyperliquid",
    .does = "Hyperliquid's protocol: POST\n/info, POST /exchange and a WebSocket at /ws. Signatures and nonces are "
            "verified, and\nwhat the venue refuses is refused.\n",
    .fund = "ADDRESS",
    .fund_is = "",
    .channels = "                       channel: a stream, post, /info, /exchange, action, or * for all\n",
    .own_help = "  --coin also takes pairs (HYPE/USDC) and coins of builders' exchanges (xyz:SP500); the\n"
                "                       default has PURR/USDC, HYPE/USDC and xyz:SP500, too\n"
                "  --block MS           blocks: cancels and post-only orders of one go first (default 50, 0: none)\n"
                "  --any-volume         scheduleCancel, sub-accounts and codes without the volume that they need\n"
                "  --post-only MS       takes post-only orders alone at first, as after an upgrade of the network\n",
    .also = also,
    .own = own,
    .own_count = sizeof own / sizeof *own,
    .size = sizeof(server),
    .init = init,
    .take = take,
    .open = open_server,
    .close = close_server,
};
