/* libFuzzer target: what a stranger can send to the built-in Lighter exchange. The first byte says what the rest is: the
 * query of a request (its path by the next byte), the body of a POST, a frame of a socket, a transaction that is taken
 * without its signature, or an auth token. Money and positions must still add up after each. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_lighter_internal.h"

static pg_loop *loop;
static pg_lighter_exchange *exchange;
static int64_t now_ns = 1790000000000000000;

static void open_exchange(void)
{
    static const pg_lighter_exchange_market markets[] = { { .name = "BTC", .id = -1, .price_decimals = 1 },
                                                          { .name = "ETH", .id = -1, .price_decimals = 2 } };
    static const pg_lighter_exchange_fund funds[] = {
        { .index = 10, .usd = 100000, .key_count = 1, .keys = { { .index = 5 } } },
        { .index = 11, .usd = 100000, .tier = PG_LIGHTER_PREMIUM }
    };
    pg_lighter_exchange_fund made[2] = { funds[0], funds[1] };
    pg_lighter_exchange_config config = { .clock = pg_clock_virtual(&now_ns),
                                          .markets = markets,
                                          .market_count = 2,
                                          .funds = made,
                                          .fund_count = 2,
                                          .play_ms = -1,
                                          .no_delays = true };
    memset(made[0].keys[0].public_key, '0', 80);
    if (pg_loop_new(&loop, NULL) != PG_OK || pg_lighter_exchange_new(&exchange, loop, &config, NULL) != PG_OK)
        abort();
    for (int market = 0; market < 2; market++)
        for (int i = 0; i < 20; i++) {
            pg_event event = { .kind = PG_EVENT_LEVEL,
                               .side = i % 2 ? PG_BUY : PG_SELL,
                               .price = i % 2 ? 300000 - 10 * i : 300010 + 10 * i,
                               .size = 50000,
                               .flags = PG_EVENT_LAST };
            pg_lighter_exchange_push(exchange, market, &event, 1);
        }
}

static void take_request(const char *text, size_t size, bool post)
{
    static const char *const paths[] = { "orderBooks",
                                         "orderBookDetails",
                                         "orderBookOrders",
                                         "recentTrades",
                                         "candles",
                                         "fundings",
                                         "funding-rates",
                                         "exchangeStats",
                                         "assetDetails",
                                         "account",
                                         "accountsByL1Address",
                                         "accountLimits",
                                         "apikeys",
                                         "nextNonce",
                                         "getMakerOnlyApiKeys",
                                         "accountActiveOrders",
                                         "accountTxs",
                                         "trades",
                                         "accountInactiveOrders",
                                         "positionFunding",
                                         "liquidations",
                                         "tx",
                                         "setMakerOnlyApiKeys",
                                         "changeAccountTier",
                                         "sendTx",
                                         "sendTxBatch" };
    lix_request request = { .path = paths[(uint8_t)text[0] % (sizeof paths / sizeof *paths)],
                            .post = post,
                            .authorization = "" };
    if (post)
        pg_form_add_body(&request.form, text + 1, size - 1, NULL);
    else
        pg_form_add_query(&request.form, text + 1, size - 1, NULL);
    lix_rest(exchange, &request);
    pg_form_free(&request.form);
}

static void take_frame(const char *text, size_t size)
{
    static lix_socket socket;
    char *copy = malloc(size + 1);
    if (!copy)
        abort();
    memset(&socket, 0, sizeof socket);
    socket.exchange = exchange;
    socket.link = (pg_exchange_link){ .links = &exchange->links, .dead = true };
    memcpy(copy, text, size);
    copy[size] = '\0';
    lix_text(&socket, copy, size);
    free(copy);
}

/* A transaction is executed when its form and the exchange as it is allow it; who signed it is not asked. */
static void take_transaction(const char *text, size_t size)
{
    pg_lighter_tx tx;
    uint8_t signature[PG_LIGHTER_SIGNATURE_BYTES];
    lix_account *a = exchange->accounts[(uint8_t)text[0] & 1];
    if (pg_lighter_tx_read(&tx, signature, (uint8_t)text[0] >> 1, text + 1, size - 1, NULL) != PG_OK)
        return;
    if (lix_check_form(&tx) == 0 && lix_check_now(exchange, a, &tx, true) == 0)
        lix_execute(exchange, a, &tx);
}

static void take_token(const char *text, size_t size)
{
    pg_lighter_token_parts parts;
    char *copy = malloc(size + 1);
    if (!copy)
        abort();
    memcpy(copy, text, size);
    copy[size] = '\0';
    (void)pg_lighter_token_read(&parts, copy, NULL);
    pg_lighter_exchange_fund fund;
    (void)pg_lighter_exchange_read_fund(&fund, copy, NULL);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!exchange)
        open_exchange();
    if (size < 3)
        return 0;
    const char *text = (const char *)data + 1;
    now_ns += 1000000;
    switch (data[0] % 5) {
    case 0: take_request(text, size - 1, false); break;
    case 1: take_request(text, size - 1, true); break;
    case 2: take_frame(text, size - 1); break;
    case 3: take_transaction(text, size - 1); break;
    default: take_token(text, size - 1);
    }
    pg_lighter_exchange_step(exchange);
    pg_exchange_balance balance;
    pg_exchange_get_balance(&balance, exchange->core);
    if (balance.positions != 0 || balance.money_e12 != 0)
        abort();
    return 0;
}
