/* The check of a tape: what is wrong with recorded or imported data, with counts and the place of the first of each. */
#ifndef PG_DATA_CHECK_H
#define PG_DATA_CHECK_H

#include "data/defect.h"
#include "data/tape.h"

typedef struct {
    uint64_t events;
    uint64_t of_kind[PG_EVENT_KINDS];
    uint64_t books; /* moments at which the book was consistent and may have changed */
    uint64_t buys, sells;
    int64_t first_ns, last_ns;
    int64_t gap_ns;           /* total length of the gaps */
    int64_t longest_quiet_ns; /* between two events, gaps included */
    double mean_spread_ticks; /* over the books with both sides, not crossed or locked */
    double base_volume;       /* of the trades, base units */
    pg_defects defects;       /* places are "event N at TIME" */
} pg_check_report;

/* Reads the whole tape: checksums, well-formed events, gaps, sequence breaks, exchange times that go back within one kind
 * of event, trades repeated, book prices off the tick, levels out of order, changes that remove what is not there,
 * crossed and locked books. PG_ERR_MEMORY is the only error: defects are counted, not returned.
 * Cost: about 20 ns an event. */
pg_status pg_check_tape(pg_check_report *report, const pg_tape *tape, pg_error *err);

#endif
