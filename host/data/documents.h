/* Records of a JSON file, as a layout describes it: one document a line (with a receive time before it, column
 * "@prefix"), documents one after the other, or all of them in one array; streaming, with bounded memory. */
#ifndef PG_DATA_DOCUMENTS_H
#define PG_DATA_DOCUMENTS_H

#include "data/row.h"
#include "data/source.h"

#define PG_DOCUMENT_PREFIX "@prefix"

typedef struct pg_documents pg_documents;

/* layout, scale and defects must outlive the reader. Errors: those of pg_source_open. */
pg_status pg_documents_open(pg_documents **documents, const char *path, const pg_layout *layout, pg_scale *scale,
                            pg_defects *defects, pg_error *err);
void pg_documents_close(pg_documents *documents);

/* As pg_csv_next. Documents that the layout does not describe are counted in defects and passed over. */
pg_status pg_documents_next(pg_documents *documents, pg_row *row, bool *ended, pg_defect *defect, pg_error *err);

uint64_t pg_documents_done(const pg_documents *documents);

#endif
