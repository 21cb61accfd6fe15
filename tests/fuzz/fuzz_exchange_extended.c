/* libFuzzer target: what a stranger can send to Extended's local exchange. The first byte says what the rest is: a
 * request (method and account by the byte, path and query up to the first line feed, then the body), an order that is
 * taken without its signature, a message of the multiplexed stream, or the path of a stream. Each answer is a JSON
 * envelope, and money and positions must still add up. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/exchange_extended_order.h"

static pg_loop *loop;
static pg_extended_exchange *exchange;
static int64_t now_ns = 1790000000000000000;

static void push(int market, int side, int64_t price)
{
    pg_event event = {
        .kind = PG_EVENT_LEVEL, .side = (uint8_t)side, .price = price, .size = 50000, .flags = PG_EVENT_LAST
    };
    pg_extended_exchange_push(exchange, market, &event, 1);
}

static void open_exchange(void)
{
    static const pg_extended_exchange_market markets[] = {
        { .asset = "BTC", .tick = "1", .step = "0.00001", .min_size = "0.0001" },
        { .asset = "ODD", .tick = "0.5", .step = "10", .min_size = "100" },
    };
    static const pg_extended_exchange_fund funds[] = {
        { .vault = 1, .public_key = "0x1ef15c18599971b7beced415a40f0c7deacfd9b0d1819e03d723d8bc943cfca", "a", 100000 },
        { .vault = 2, .public_key = "0x759ca09377679ecd535a81e83039658bf40959283187c654c5416f439403cf5", "b", 100000 },
    };
    pg_extended_exchange_config config = { .clock = pg_clock_virtual(&now_ns),
                                           .markets = markets,
                                           .market_count = 2,
                                           .funds = funds,
                                           .fund_count = 2,
                                           .play_ms = -1 };
    if (pg_loop_new(&loop, NULL) != PG_OK || pg_extended_exchange_new(&exchange, loop, &config, NULL) != PG_OK)
        abort();
    for (int market = 0; market < 2; market++)
        for (int i = 0; i < 20; i++)
            push(market, i % 2 ? PG_BUY : PG_SELL, i % 2 ? 30000 - 5 * i : 30005 + 5 * i);
}

/* An answer is an envelope: OK, or an error with a code and words. */
static void expect_envelope(int code)
{
    cJSON *answer = cJSON_ParseWithLength(exchange->out.data, exchange->out.length);
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(answer, "status");
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(answer, "error");
    if (!cJSON_IsString(status) || (code == 200) != (strcmp(status->valuestring, "OK") == 0) ||
        (code == 200) == (error != NULL))
        abort();
    cJSON_Delete(answer);
}

static void take_request(uint8_t choice, char *text)
{
    static const char *const methods[] = { "GET", "POST", "DELETE", "PATCH" };
    char *body = strchr(text, '\n');
    if (body)
        *body++ = '\0';
    char *query = strchr(text, '?');
    if (query)
        *query++ = '\0';
    pg_server_request request = { .method = methods[choice % 4],
                                  .path = text,
                                  .query = query ? query : "",
                                  .body = body ? body : "",
                                  .size = body ? strlen(body) : 0,
                                  .api_key = choice / 4 % 2 ? "a" : "b",
                                  .user_agent = "fuzz" };
    const pg_fault *fault;
    expect_envelope(exx_perform(exchange, &request, &fault));
}

static void take_order(int account, const char *text, size_t size)
{
    static const exx_messages unsigned_ones;
    cJSON *body = cJSON_ParseWithLength(text, size);
    exx_call call = { .e = exchange, .account = account, .body = body, .out = &exchange->out };
    exx_order order;
    if (cJSON_IsObject(body) && exx_read_order(&order, exchange, body) == 0 && exx_check_order(exchange, &order) == 0)
        expect_envelope(exx_take_order(&call, &order, &unsigned_ones));
    cJSON_Delete(body);
}

static void take_message(const char *text, size_t size)
{
    exx_socket socket = { .exchange = exchange, .rpc = true, .link = { .links = &exchange->links, .dead = true } };
    exx_rpc(&socket, text, size);
    free(socket.subscriptions);
}

static void take_path(char *text)
{
    exx_subscription subscription;
    bool rpc;
    char *query = strchr(text, '?');
    if (query)
        *query++ = '\0';
    (void)exx_read_path(&subscription, &rpc, exchange, text, query ? query : "", "a");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!exchange)
        open_exchange();
    char *text = size > 1 ? malloc(size) : NULL;
    if (!text)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    now_ns += 1000000;
    switch (data[0] % 4) {
    case 0: take_request(data[0] / 4, text); break;
    case 1: take_order(data[0] / 4 % 2, text, size - 1); break;
    case 2: take_message(text, size - 1); break;
    default: take_path(text);
    }
    free(text);
    pg_extended_exchange_step(exchange);
    pg_exchange_balance balance;
    pg_exchange_get_balance(&balance, exchange->core);
    if (balance.positions != 0 || balance.money_e12 != 0)
        abort();
    return 0;
}
