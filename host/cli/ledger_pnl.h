/* perigee ledger pnl: profit by account from its equity, by market from its fills. */
#ifndef PG_CLI_LEDGER_PNL_H
#define PG_CLI_LEDGER_PNL_H

#include "cli/rows.h"
#include "market/instrument.h"
#include "trade/ledger_query.h"

enum { PG_MONEY_TEXT = 64 };

/* An amount of money exactly, without trailing zeros, into text[PG_MONEY_TEXT]; returns where it begins. */
const char *pg_money_format(char *text, pg_money amount, int decimals);

pg_status pg_ledger_print_pnl(pg_ledger_reader *reader, const pg_ledger_filter *filter, pg_rows_format format,
                              FILE *out, pg_error *err);

#endif
