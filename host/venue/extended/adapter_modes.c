/* What is to be sent at present, beyond one order: the venue's modes, the account's margin, and what stops everything
 * (spec/extended.md, sections 14, 15). */
#include "venue/extended/adapter_internal.h"

/* ---- what refusals mean ---- */

static void set_mode(ex_venue *venue, bool *mode, const char *words)
{
    if (!*mode)
        ex_log(venue, PG_LOG_WARN,
               mode == &venue->mode.maintenance ? "the venue takes no orders at present"
               : mode == &venue->mode.post_only ? "the venue takes only post-only orders at present"
                                                : "the venue takes only orders that reduce a position at present",
               "words", words);
    *mode = true;
    if (!venue->mode.since_ns)
        venue->mode.since_ns = ex_now();
}

static void stop(ex_venue *venue, const char *what, const char *words, const char *remedy)
{
    pg_error err;
    pg_fail(&err, PG_ERR_STATE, "%s: %s", what, words);
    pg_error_where(&err, "venue %s", venue->name);
    pg_error_remedy(&err, "%s", remedy);
    ex_fail(venue, &err);
}

void ex_heed(ex_venue *venue, pg_extended_class class, const char *words)
{
    switch (class) {
    case PG_EXTENDED_TAKES_NONE: set_mode(venue, &venue->mode.maintenance, words); break;
    case PG_EXTENDED_TAKES_POST_ONLY: set_mode(venue, &venue->mode.post_only, words); break;
    case PG_EXTENDED_TAKES_REDUCE_ONLY: set_mode(venue, &venue->mode.reduce_only, words); break;
    case PG_EXTENDED_LIQUIDATES:
        stop(venue, "the venue liquidates this account", words, "look at the account before trading goes on");
        break;
    case PG_EXTENDED_FATAL:
        stop(venue, "the venue does not take orders of this key", words, "check key, API key, vault and network");
        break;
    default: break;
    }
}

/* ---- margin ---- */

static void swept(void *self, int remaining, const pg_error *err)
{
    ex_venue *venue = self;
    if (remaining == 0 && !err)
        return;
    ex_log(venue, PG_LOG_ERROR, "near liquidation, and not all orders could be cancelled", "why",
           err ? err->what : "some are still open");
    venue->margin = EX_MARGIN_REDUCE; /* the next balance tries again */
}

/* A state is left well below where it was entered, so that a ratio about a limit does not make it come and go. */
static ex_margin margin_of(const ex_venue *venue, int64_t ratio_e6)
{
    int64_t cancel = venue->cancel_ratio_e6, reduce = venue->reduce_ratio_e6;
    if (ratio_e6 >= (venue->margin == EX_MARGIN_CANCEL ? cancel - cancel / 10 : cancel))
        return EX_MARGIN_CANCEL;
    return ratio_e6 >= (venue->margin != EX_MARGIN_FINE ? reduce - reduce / 10 : reduce) ? EX_MARGIN_REDUCE
                                                                                         : EX_MARGIN_FINE;
}

void ex_take_margin(ex_venue *venue, pg_span ratio)
{
    static const char *const words[] = { [EX_MARGIN_FINE] = "the margin ratio is fine again",
                                         [EX_MARGIN_REDUCE] = "near liquidation: orders may only reduce positions",
                                         [EX_MARGIN_CANCEL] = "near liquidation: all orders are cancelled" };
    int64_t e6 = 0;
    char text[48];
    if (!ratio.data || !venue->can_sign || venue->no_streams)
        return;
    if (pg_extended_units_near(&e6, ratio, 6) != PG_OK || e6 < 0) /* of an equity of next to nothing, or less */
        e6 = INT64_MAX;
    ex_margin margin = margin_of(venue, e6);
    if (margin == venue->margin)
        return;
    ex_log(venue, margin == EX_MARGIN_FINE ? PG_LOG_INFO : PG_LOG_ERROR, words[margin], "ratio",
           pg_extended_copy(text, sizeof text, ratio));
    venue->margin = margin;
    if (margin == EX_MARGIN_CANCEL)
        ex_cancel_all(&venue->base, 0, venue, swept);
}
