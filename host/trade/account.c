#include "trade/account.h"

#include <string.h>

void pg_account_init(pg_account *account, pg_money capital)
{
    memset(account, 0, sizeof *account);
    account->capital = capital;
}

static void pass_time(pg_account *account, int64_t now_ns)
{
    int64_t quantity = account->position.quantity;
    if (account->since_ns != 0 && now_ns > account->since_ns) {
        double seconds = (double)(now_ns - account->since_ns) * 1e-9;
        account->seconds += seconds;
        account->quantity_seconds += seconds * (double)(quantity < 0 ? -quantity : quantity);
    }
    account->since_ns = now_ns;
}

static void revalue(pg_account *account)
{
    account->net_x2 = pg_position_net_x2(&account->position, account->mark_x2);
    PG_ASSERT(2 * account->position.realised + pg_position_unrealised_x2(&account->position, account->mark_x2) ==
              account->spread_x2 + account->inventory_x2);
    if (account->net_x2 > account->peak_x2) {
        account->peak_x2 = account->net_x2;
        return;
    }
    pg_money drop = account->peak_x2 - account->net_x2;
    if (drop <= account->drawdown_x2)
        return;
    account->drawdown_x2 = drop;
    double peak_equity = (double)(2 * account->capital + account->peak_x2);
    if (peak_equity > 0 && (double)drop / peak_equity > account->drawdown_equity)
        account->drawdown_equity = (double)drop / peak_equity;
}

void pg_account_mark(pg_account *account, int64_t mark_x2, int64_t now_ns)
{
    pass_time(account, now_ns);
    if (mark_x2 == account->mark_x2)
        return;
    int64_t change = mark_x2 - account->mark_x2;
    account->mark_x2 = mark_x2;
    if (account->position.quantity == 0)
        return;
    account->inventory_x2 += (pg_money)account->position.quantity * change;
    revalue(account);
}

void pg_account_fill(pg_account *account, int side, int64_t price, int64_t size, pg_money fee, bool maker,
                     int64_t now_ns)
{
    pass_time(account, now_ns);
    if (account->mark_x2 == 0)
        account->mark_x2 = 2 * price;
    int64_t edge_x2 = side == PG_BUY ? account->mark_x2 - 2 * price : 2 * price - account->mark_x2;
    account->spread_x2 += (pg_money)edge_x2 * size;
    pg_position_fill(&account->position, side, price, size, fee);
    account->fills++;
    account->maker_fills += maker;
    *(side == PG_BUY ? &account->bought : &account->sold) += size;
    int64_t quantity = account->position.quantity < 0 ? -account->position.quantity : account->position.quantity;
    if (quantity > account->max_quantity)
        account->max_quantity = quantity;
    revalue(account);
}

void pg_account_fund(pg_account *account, int64_t mark, int64_t rate_e12)
{
    if (account->position.quantity == 0)
        return;
    pg_position_fund(&account->position, pg_funding(account->position.quantity, mark, rate_e12));
    revalue(account);
}
