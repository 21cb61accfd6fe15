/* Margin and liquidation price (hyperliquid.md 19). Estimates for the check before an order, in doubles: the rates
 * 1 / (2 * leverage) have no finite decimals, and the venue's own figures decide. */
#ifndef PG_VENUE_HYPERLIQUID_MARGIN_H
#define PG_VENUE_HYPERLIQUID_MARGIN_H

#include <stddef.h>

/* From lower_bound of notional (quote units) on, at most max_leverage. A table begins at 0 and ascends. */
typedef struct {
    double lower_bound;
    double max_leverage;
} pg_hl_tier;

/* Margin to open: size * mark / leverage. */
double pg_hl_initial_margin(double size, double mark, double leverage);

/* notional * rate - deduction of the tier that holds notional; rate_n = 1 / (2 * max_leverage_n), deduction_0 = 0,
 * deduction_n = deduction_{n-1} + lower_bound_n * (rate_n - rate_{n-1}). NaN for no tiers or a leverage of 0 or
 * less. */
double pg_hl_maintenance_margin(double notional, const pg_hl_tier *tiers, size_t count);

/* What must stay when margin is moved away: the initial margin, or a tenth of the positions' value. */
double pg_hl_transfer_margin(double initial_margin, double position_value);

/* The mark price at which margin is down to the maintenance margin, with the tier at that price:
 *     margin + size * (p - mark) = |size| * p * rate - deduction
 * size: signed. margin: of an isolated position its margin; of a cross position the account value less the maintenance
 * margins of the other positions. NaN when there is none (a long that cannot be liquidated, size 0, bad tiers). */
double pg_hl_liquidation_price(double size, double mark, double margin, const pg_hl_tier *tiers, size_t count);

#endif
