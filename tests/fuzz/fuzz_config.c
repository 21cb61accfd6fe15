/* libFuzzer target: any text as a config.lua. It gives a configuration within its bounds, or problems that say where; it
 * never crashes, hangs or takes more memory than it may. A configuration compared with itself has no difference. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "script/config.h"

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void look(const pg_config *config)
{
    static pg_config_diff diff;
    require(config->venue_count <= PG_CONFIG_VENUES && config->market_count <= PG_CONFIG_MARKETS);
    for (int i = 0; i < config->market_count; i++) {
        const pg_config_market *market = &config->markets[i];
        require(market->venue >= 0 && market->venue < config->venue_count);
        require(market->capital > 0 && market->param_count <= PG_CONFIG_PARAMS);
        require(strlen(market->symbol) < PG_SYMBOL_SIZE && market->strategy[0]);
        require(pg_config_find_market(config, market->venue_name, market->symbol, market->name) == i);
    }
    pg_config_compare(&diff, config, config);
    require(diff.market_count == 0 && diff.restart_count == 0 && !diff.risk && !diff.host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static pg_config_problems problems;
    pg_config *config = NULL;
    pg_error err = { 0 };
    pg_status status = pg_config_read_text(&config, "config.lua", (const char *)data, size, &problems, &err);
    if (status == PG_OK) {
        look(config);
        pg_config_free(config);
    } else {
        require(problems.count > 0 && problems.count <= PG_CONFIG_PROBLEMS);
        for (int i = 0; i < problems.count; i++)
            require(problems.list[i].what[0] && strncmp(problems.list[i].where, "config.lua", 10) == 0);
    }
    return 0;
}
