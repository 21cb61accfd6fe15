/* Answers about what the venue has and this exchange does not: staking, vaults, sub-accounts, referrals, TWAP. They are
 * what the venue says of an account that has none of it, which clients ask for at their start. */
#include <string.h>

#include "sim/exchange_hyperliquid_internal.h"

static const struct {
    const char *type, *answer;
} answers[] = {
    { "userDexAbstraction", "null" },
};

bool hlx_absent(pg_text *text, const char *type)
{
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (strcmp(answers[i].type, type) == 0) {
            hlx_put(text, answers[i].answer);
            return true;
        }
    return false;
}
