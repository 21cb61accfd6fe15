/* What accounts pay, and what they have traded by day (hyperliquid.md 14.3 userFees, 20). */
#include <stdlib.h>
#include <time.h>

#include "base/decimal.h"
#include "sim/exchange_hyperliquid_admin.h"
#include "sim/exchange_hyperliquid_json.h"

enum { DAYS = 15 };

/* Money that was traded in a day. */
typedef struct {
    int64_t day; /* since the epoch */
    pg_money cross, add;
} volume;

struct hlx_volumes {
    volume of_account[PG_EXCHANGE_ACCOUNTS][DAYS], of_all[DAYS]; /* at day % DAYS */
};

hlx_volumes *hlx_volumes_new(void)
{
    return calloc(1, sizeof(hlx_volumes));
}

void hlx_volumes_free(hlx_volumes *volumes)
{
    free(volumes);
}

static int64_t today(const pg_hl_exchange *e)
{
    return hlx_ms(pg_exchange_now(e->core)) / 86400000;
}

static void count(volume days[DAYS], int64_t day, pg_money value, bool cross)
{
    volume *v = &days[day % DAYS];
    if (v->day != day)
        *v = (volume){ .day = day };
    *(cross ? &v->cross : &v->add) += value;
}

void hlx_count_volume(pg_hl_exchange *e, const pg_exchange_fill *fill)
{
    const hlx_listing *coin = &e->list.coins[fill->market];
    pg_money unit = pg_pow10(PG_EXCHANGE_MONEY_DECIMALS - coin->price_decimals - coin->size_decimals);
    pg_money value = (pg_money)fill->price * fill->size * unit;
    count(e->volumes->of_account[fill->account], today(e), value, !fill->maker);
    count(e->volumes->of_all, today(e), value, !fill->maker);
}

static void put_days(pg_hl_exchange *e, pg_text *text, int account)
{
    pg_json_open(text, "dailyUserVlm", '[');
    for (int64_t day = today(e) - DAYS + 1; account != PG_EXCHANGE_NOBODY && day <= today(e); day++) {
        volume own = e->volumes->of_account[account][day % DAYS], all = e->volumes->of_all[day % DAYS];
        bool has_own = own.day == day, has_all = all.day == day;
        char date[16];
        time_t second = (time_t)(day * 86400);
        struct tm utc;
        gmtime_r(&second, &utc);
        strftime(date, sizeof date, "%Y-%m-%d", &utc);
        pg_json_open(text, NULL, '{');
        pg_json_string(text, "date", date);
        hlx_json_money(text, "userCross", has_own ? own.cross : 0);
        hlx_json_money(text, "userAdd", has_own ? own.add : 0);
        hlx_json_money(text, "exchange", has_all ? all.cross + all.add : 0);
        pg_json_close(text, '}');
    }
    pg_json_close(text, ']');
}

static void put_rate(pg_text *text, const char *key, int64_t rate_e8)
{
    char number[PG_DECIMAL_TEXT];
    pg_json_string(text, key, pg_decimal_format_short(number, sizeof number, rate_e8, 8));
}

/* One tier here: everybody has the base rates. */
static void put_schedule(pg_text *text)
{
    pg_json_open(text, "feeSchedule", '{');
    put_rate(text, "cross", HLX_TAKER_FEE_E8);
    put_rate(text, "add", HLX_MAKER_FEE_E8);
    put_rate(text, "spotCross", HLX_SPOT_TAKER_FEE_E8);
    put_rate(text, "spotAdd", HLX_SPOT_MAKER_FEE_E8);
    pg_json_open(text, "tiers", '{');
    pg_json_open(text, "vip", '[');
    pg_json_close(text, ']');
    pg_json_open(text, "mm", '[');
    pg_json_close(text, ']');
    pg_json_close(text, '}');
    pg_json_string(text, "referralDiscount", "0.04");
    pg_json_open(text, "stakingDiscountTiers", '[');
    pg_json_close(text, ']');
    pg_json_close(text, '}');
}

void hlx_json_fees(pg_hl_exchange *e, pg_text *text, int account)
{
    pg_json_open(text, NULL, '{');
    put_days(e, text, account);
    put_schedule(text);
    put_rate(text, "userCrossRate", HLX_TAKER_FEE_E8);
    put_rate(text, "userAddRate", HLX_MAKER_FEE_E8);
    put_rate(text, "userSpotCrossRate", HLX_SPOT_TAKER_FEE_E8);
    put_rate(text, "userSpotAddRate", HLX_SPOT_MAKER_FEE_E8);
    pg_json_string(text, "activeReferralDiscount", hlx_discount(e, account));
    pg_json_null(text, "trial");
    pg_json_string(text, "feeTrialEscrow", "0.0");
    pg_json_null(text, "nextTrialAvailableTimestamp");
    pg_json_null(text, "stakingLink");
    pg_json_open(text, "activeStakingDiscount", '{');
    pg_json_string(text, "bpsOfMaxSupply", "0.0");
    pg_json_string(text, "discount", "0.0");
    pg_json_close(text, '}');
    pg_json_close(text, '}');
}
