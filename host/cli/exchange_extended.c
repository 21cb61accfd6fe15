/* perigee exchange extended. */
#include <stdlib.h>
#include <string.h>

#include "cli/exchange_venue.h"
#include "sim/exchange_extended.h"

typedef struct {
    pg_extended_exchange *exchange;
    pg_extended_exchange_market markets[PG_EXCHANGE_MARKETS];
    pg_synthetic_params params[PG_EXCHANGE_MARKETS];
    char assets[PG_EXCHANGE_MARKETS][PG_SYMBOL_SIZE];
    pg_extended_exchange_fund funds[PG_EXCHANGE_FUNDS];
    char *texts[PG_EXCHANGE_FUNDS]; /* that the funds lie in */
} server;

static pg_status add_markets(server *s, pg_extended_exchange_config *config, const pg_exchange_options *options,
                             pg_error *err)
{
    pg_status status = PG_OK;
    int count = 0;
    for (int i = 0; i < options->tape_count; i++, count++)
        pg_extended_exchange_tape(&s->markets[count], s->assets[count], options->tapes[i], options->speed);
    for (int i = 0; i < options->coin_count && status == PG_OK; i++, count++)
        status = pg_extended_exchange_synthetic(&s->markets[count], &s->params[count], options->coins[i].name,
                                                options->coins[i].price, options->seed + (uint64_t)count, err);
    config->markets = s->markets;
    config->market_count = count;
    return status;
}

static pg_status add_funds(server *s, pg_extended_exchange_config *config, const pg_exchange_options *options,
                           pg_error *err)
{
    for (int i = 0; i < options->fund_count; i++) {
        s->texts[i] = strdup(options->funds[i].account);
        if (!s->texts[i])
            return pg_fail(err, PG_ERR_MEMORY, "no memory for an account");
        s->funds[i].usd = options->funds[i].usd;
        pg_status status = pg_extended_exchange_read_fund(&s->funds[i], s->texts[i], err);
        if (status != PG_OK)
            return status;
    }
    config->funds = s->funds;
    config->fund_count = options->fund_count;
    return PG_OK;
}

static pg_status open_server(void *state, const char **url, pg_loop *loop, const pg_exchange_options *options,
                             pg_error *err)
{
    server *s = state;
    pg_extended_exchange_config config = { .port = options->port,
                                           .seed = options->seed,
                                           .mainnet = options->mainnet,
                                           .limits = options->limits,
                                           .faults = options->faults,
                                           .log = options->log };
    pg_status status = add_markets(s, &config, options, err);
    if (status == PG_OK)
        status = add_funds(s, &config, options, err);
    if (status == PG_OK)
        status = pg_extended_exchange_new(&s->exchange, loop, &config, err);
    if (status == PG_OK)
        *url = pg_extended_exchange_url(s->exchange);
    return status;
}

static void close_server(void *state)
{
    server *s = state;
    pg_extended_exchange_free(s->exchange);
    for (int i = 0; i < PG_EXCHANGE_FUNDS; i++)
        free(s->texts[i]);
}

const pg_exchange_venue pg_exchange_venue_extended = {
    .name = "extended",
    .does = "Extended's protocol: REST under\n/api/v1, the streams under /stream.extended.exchange/v1 and "
            "/stream.extended.exchange/v2/rpc. Signatures are\nverified, and what the venue refuses is refused. "
            "--coin BTC makes the market BTC-USD.\n",
    .fund = "VAULT:PUBLIC_KEY:API_KEY",
    .fund_is = "                       VAULT its number, PUBLIC_KEY its Stark key (0x...), API_KEY what goes with its\n"
               "                       requests: 10001:0x61c5e7e8...f466:local-key-1=100000\n",
    .channels = "                       channel: a path of REST without parameters (/user/order, /info/markets), a\n"
                "                       stream (orderbooks publicTrades funding candles prices account rpc), action,\n"
                "                       or * for all\n",
    .own_help = "",
    .size = sizeof(server),
    .open = open_server,
    .close = close_server,
};
