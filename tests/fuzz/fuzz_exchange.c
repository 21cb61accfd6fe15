/* libFuzzer target: what a stranger can send to the built-in exchange. The first byte says what the rest is: an info
 * request, the body of /exchange, a frame of a socket, an action that is taken without its signature, or a plan of
 * faults. Money and positions must still add up after each. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_hyperliquid_actions.h"
#include "sim/exchange_hyperliquid_info.h"
#include "sim/exchange_hyperliquid_staking.h"
#include "sim/exchange_hyperliquid_streams.h"
#include "sim/exchange_hyperliquid_twap.h"

static pg_loop *loop;
static pg_hl_exchange *exchange;
static int64_t now_ns = 1790000000000000000;

static void open_exchange(void)
{
    static const pg_hl_exchange_coin coins[] = { { .name = "BTC", .size_decimals = 5 },
                                                 { .name = "ETH", .size_decimals = 4 },
                                                 { .name = "PURR/USDC", .size_decimals = 0 },
                                                 { .name = "HYPE/USDC", .size_decimals = 2 },
                                                 { .name = "xyz:SP500", .size_decimals = 3 } };
    static const pg_hl_exchange_fund funds[] = { { "0x0000000000000000000000000000000000000001", 100000 },
                                                 { "0x0000000000000000000000000000000000000002", 100000 } };
    pg_hl_exchange_config config = { .clock = pg_clock_virtual(&now_ns),
                                     .network = PG_HL_TESTNET,
                                     .coins = coins,
                                     .coin_count = 5,
                                     .funds = funds,
                                     .fund_count = 2,
                                     .play_ms = -1,
                                     .waive_volume = true };
    if (pg_loop_new(&loop, NULL) != PG_OK || pg_hl_exchange_new(&exchange, loop, &config, NULL) != PG_OK)
        abort();
    for (int k = 0; k < 2; k++)
        for (int token = 0; token < 3; token++)
            pg_exchange_put_asset(pg_hl_exchange_core(exchange), k, token, (pg_money)1000 * pg_pow10(12));
    for (int market = 0; market < 5; market++)
        for (int i = 0; i < 20; i++) {
            pg_event event = { .kind = PG_EVENT_LEVEL,
                               .side = i % 2 ? PG_BUY : PG_SELL,
                               .price = i % 2 ? 300000 - 10 * i : 300010 + 10 * i,
                               .size = 50000,
                               .flags = PG_EVENT_LAST };
            pg_hl_exchange_push(exchange, market, &event, 1);
        }
}

static void take_action(const cJSON *json, int account)
{
    pg_hl_action action;
    pg_hl_envelope envelope = { .network = PG_HL_TESTNET };
    pg_text out = { 0 };
    if (pg_hl_action_read(&action, &envelope, json, NULL) == PG_OK) {
        hlx_execute(exchange, &out, account, &action, envelope.nonce);
        cJSON *answer = cJSON_ParseWithLength(out.data ? out.data : "", out.length);
        if (!answer || !cJSON_IsString(cJSON_GetObjectItemCaseSensitive(answer, "status")))
            abort();
        cJSON_Delete(answer);
        pg_hl_action_free(&action);
    }
    pg_text_free(&out);
}

static void take_frame(const char *text, size_t size)
{
    hlx_socket socket = { .exchange = exchange, .link = { .links = &exchange->links, .dead = true } };
    char *copy = malloc(size + 1);
    if (!copy)
        abort();
    memcpy(copy, text, size);
    copy[size] = '\0';
    hlx_text(&socket, copy, size);
    hlx_unsubscribe_all(&socket);
    free(socket.subscriptions);
    free(copy);
}

static void take_plan(const char *text, size_t size)
{
    pg_faults *faults = NULL;
    pg_error err = { 0 };
    if (pg_faults_new(&faults, 1, NULL) != PG_OK)
        abort();
    if (pg_faults_read(faults, text, size, &err) != PG_OK && !err.what[0])
        abort();
    (void)pg_faults_next(faults, "trades");
    pg_faults_free(faults);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const hlx_reply nowhere = { 0 };
    if (!exchange)
        open_exchange();
    if (size < 2)
        return 0;
    const char *text = (const char *)data + 1;
    cJSON *json = data[0] % 5 < 3 ? cJSON_ParseWithLength(text, size - 1) : NULL;
    now_ns += data[0] < 200 ? 1000000 : 3600000000000; /* an hour: slices, locks, funding */
    if (data[0] % 5 == 0 && cJSON_IsObject(json))
        hlx_info(exchange, &nowhere, json);
    else if (data[0] % 5 == 1 && cJSON_IsObject(json))
        hlx_action(exchange, &nowhere, cJSON_Duplicate(json, true));
    else if (data[0] % 5 == 2)
        take_action(json, data[0] / 5 % 2);
    else if (data[0] % 5 == 3)
        take_frame(text, size - 1);
    else
        take_plan(text, size - 1);
    cJSON_Delete(json);
    if (data[0] >= 200)
        pg_hl_exchange_step(exchange);
    hlx_twaps_run(exchange);
    hlx_stakes_run(exchange);
    hlx_publish(exchange);
    pg_exchange_balance balance;
    pg_exchange_get_balance(&balance, exchange->core);
    if (balance.positions != 0 || balance.money_e12 != 0)
        abort();
    for (int a = 0; a < PG_EXCHANGE_ASSETS; a++)
        if (balance.assets_e12[a] != 0)
            abort();
    return 0;
}
