#include "study/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/home.h"
#include "data/load.h"
#include "script/layout.h"

static pg_status named_layout(pg_layout *layout, const char *folder, const char *name, pg_error *err)
{
    char path[PG_PATH_SIZE], file[256];
    if (pg_text_ends_with(name, ".lua"))
        return pg_layout_load(layout, name, err);
    snprintf(file, sizeof file, "%s.lua", name);
    pg_status status = pg_file_join(path, folder, file, err);
    return status == PG_OK ? pg_layout_load(layout, path, err) : status;
}

pg_status pg_dataset_open(pg_tape **tape, const char *const *paths, int n, const pg_dataset_options *options,
                          char *warning, size_t size, pg_error *err)
{
    char folder[PG_PATH_SIZE];
    pg_layout *layouts = NULL, *chosen = NULL;
    pg_data_options data = { .cache = options->cache ? options->cache : ".run/cache",
                             .import = { .venue = options->venue, .symbol = options->symbol } };
    bool imported;
    bool is_tape = n == 1 && pg_text_ends_with(paths[0], ".tape");
    pg_status status = pg_file_join(folder, pg_home(), "lua/perigee/layouts", err);
    if (status == PG_OK && !is_tape)
        status = pg_layout_load_all(&layouts, &data.n_layouts, folder, err);
    data.layouts = layouts;
    if (status == PG_OK && options->layout) {
        chosen = malloc(sizeof *chosen);
        status = chosen ? named_layout(chosen, folder, options->layout, err)
                        : pg_fail(err, PG_ERR_MEMORY, "no memory for a layout");
        data.layout = chosen;
    }
    if (status == PG_OK)
        status = pg_data_open(tape, paths, n, &data, &imported, NULL, warning, size, err);
    free(chosen);
    free(layouts);
    return status;
}
