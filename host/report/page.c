#include "report/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#define DYGRAPHS "/usr/share/javascript/dygraphs/"

static const char page_html[] =
#include "report/page.html.inc"
    ;

static pg_status add_library(pg_text *out, const char *name, pg_error *err)
{
    char *text;
    size_t size;
    char path[PG_PATH_SIZE];
    snprintf(path, sizeof path, DYGRAPHS "%s", name);
    pg_status status = pg_file_read(&text, &size, path, 4 << 20, err);
    if (status != PG_OK) {
        pg_error_remedy(err, "the charts need Debian's package libjs-dygraphs; host/setup installs it");
        return status;
    }
    char *map = strstr(text, "//# sourceMappingURL");
    pg_text_add(out, text, map ? (size_t)(map - text) : size);
    free(text);
    return PG_OK;
}

static void add_title(pg_text *out, const char *title)
{
    for (const char *c = title; *c; c++)
        if (*c != '<' && *c != '&')
            pg_text_add(out, c, 1);
}

/* Copies the page, with what it is made of in the places marked @NAME@. */
pg_status pg_page_write(pg_text *out, const pg_page *page, pg_error *err)
{
    pg_status status = PG_OK;
    const char *at = page_html;
    while (status == PG_OK && *at) {
        const char *mark = strchr(at, '@');
        const char *end = mark ? strchr(mark + 1, '@') : NULL;
        pg_text_add(out, at, mark ? (size_t)(mark - at) : strlen(at));
        if (!end)
            break;
        size_t length = (size_t)(end - mark - 1);
#define MARKED(name) (length == strlen(name) && memcmp(mark + 1, name, length) == 0)
        if (MARKED("TITLE"))
            add_title(out, page->title);
        else if (MARKED("DYGRAPH_CSS"))
            status = add_library(out, "dygraph.min.css", err);
        else if (MARKED("DYGRAPH_JS"))
            status = add_library(out, "dygraph.min.js", err);
        else if (MARKED("DATA"))
            page->data(out, page->context);
        else if (MARKED("PAGE_JS"))
            pg_text_add(out, page->script, page->script_size);
#undef MARKED
        at = end + 1;
    }
    return status == PG_OK ? pg_text_check(out, err) : status;
}
