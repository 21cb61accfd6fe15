/* The reasons of the declared quotes (engine/view.h): as a line of text, and summed up over a run. */
#ifndef PG_ENGINE_EXPLANATION_H
#define PG_ENGINE_EXPLANATION_H

#include "engine/view.h"

enum { PG_EXPLANATION_TEXT = 152 };

/* "fair=3383.52 skew=-0.11 bound_bid=none": terms in the order of their names' first use, as many as fit whole. */
void pg_explanation_text(char text[PG_EXPLANATION_TEXT], const pg_explanation *terms);

/* What the terms were over a run, on a grid of time. */
typedef struct {
    uint64_t samples; /* with a number */
    double sum, least, most;
    uint64_t seen[PG_EXPLAIN_WORDS]; /* samples with each word */
} pg_term_summary;

/* Takes the present terms into the summaries, one a term (PG_EXPLAIN_TERMS of them). */
void pg_explanation_sample(pg_term_summary *summary, const pg_explanation *terms);

#endif
