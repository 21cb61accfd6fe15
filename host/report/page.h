/* Self-contained HTML pages with charts: one file, nothing fetched from anywhere. */
#ifndef PG_REPORT_PAGE_H
#define PG_REPORT_PAGE_H

#include <stddef.h>

#include "base/text.h"

typedef struct {
    const char *title;
    void (*data)(pg_text *out, void *context); /* writes one JSON document: the page's data */
    void *context;
    const char *script; /* that draws it */
    size_t script_size;
} pg_page;

/* Appends the page: style, dygraphs (read from Debian's libjs-dygraphs), data, script.
 * Errors: PG_ERR_IO when the package is not there, PG_ERR_MEMORY. */
pg_status pg_page_write(pg_text *out, const pg_page *page, pg_error *err);

#endif
