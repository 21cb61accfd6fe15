#include "engine/explanation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void pg_explanation_text(char text[PG_EXPLANATION_TEXT], const pg_explanation *terms)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < terms->count; i++) {
        char term[2 * PG_EXPLAIN_NAME + 8];
        int word = terms->word[i], length;
        if (word >= 0 && word < terms->word_count)
            length = snprintf(term, sizeof term, "%s%s=%s", used ? " " : "", terms->name[i], terms->words[word]);
        else if (isfinite(terms->value[i]))
            length = snprintf(term, sizeof term, "%s%s=%.6g", used ? " " : "", terms->name[i], terms->value[i]);
        else
            continue;
        if (used + (size_t)length >= PG_EXPLANATION_TEXT)
            return;
        memcpy(text + used, term, (size_t)length + 1);
        used += (size_t)length;
    }
}

void pg_explanation_sample(pg_term_summary *summary, const pg_explanation *terms)
{
    for (int i = 0; i < terms->count; i++) {
        pg_term_summary *s = &summary[i];
        double value = terms->value[i];
        int word = terms->word[i];
        if (word >= 0 && word < terms->word_count) {
            s->seen[word]++;
        } else if (isfinite(value)) {
            s->least = s->samples == 0 ? value : fmin(s->least, value);
            s->most = s->samples == 0 ? value : fmax(s->most, value);
            s->sum += value;
            s->samples++;
        }
    }
}
