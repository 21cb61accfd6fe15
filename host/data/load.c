#include "data/load.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "data/event_source.h"
#include "data/files.h"
#include "data/packed.h"
#include "data/tape_format.h"

enum { CACHE_VERSION = 2 /* of the import: raised when the same files would give another tape */, HASH_BYTES = 12 };

pg_status pg_data_choose(pg_import_input *inputs, const char *const *paths, int n, const pg_data_options *options,
                         pg_error *err)
{
    if (n < 1 || n > PG_IMPORT_INPUTS)
        return pg_fail(err, PG_ERR_INVALID, "1 to %d files can be read together, not %d", PG_IMPORT_INPUTS, n);
    for (int i = 0; i < n; i++) {
        inputs[i].path = paths[i];
        inputs[i].layout = options->layout;
        pg_status status = PG_OK;
        if (pg_events_form_of(paths[i]) != PG_EVENTS_NONE)
            inputs[i].layout = NULL; /* events of ours: nothing to describe */
        else if (!options->layout)
            status = pg_layout_detect(&inputs[i].layout, options->layouts, options->n_layouts, paths[i], err);
        if (status != PG_OK)
            return status;
    }
    return PG_OK;
}

static void add(EVP_MD_CTX *digest, const void *data, size_t size)
{
    EVP_DigestUpdate(digest, &size, sizeof size);
    EVP_DigestUpdate(digest, data, size);
}

static void add_text(EVP_MD_CTX *digest, const char *text)
{
    add(digest, text ? text : "", text ? strlen(text) : 0);
}

/* The cached tape's path: a readable start, and a hash of all that decides its contents. */
static pg_status cache_path(char *path, const pg_import_input *inputs, int n, const pg_data_options *options,
                            pg_error *err)
{
    static const int version[] = { CACHE_VERSION, PG_TAPE_VERSION };
    static const uint64_t no_layout = 0;
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    if (!digest || !EVP_DigestInit_ex(digest, EVP_sha256(), NULL)) {
        EVP_MD_CTX_free(digest);
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    }
    add(digest, version, sizeof version);
    add_text(digest, options->import.venue);
    add_text(digest, options->import.symbol);
    add_text(digest, options->import.tick);
    add_text(digest, options->import.lot);
    pg_status status = PG_OK;
    for (int i = 0; i < n && status == PG_OK; i++) {
        pg_file_info info;
        char *full = realpath(inputs[i].path, NULL);
        add_text(digest, full ? full : inputs[i].path);
        free(full);
        status = pg_file_stat(inputs[i].path, &info, err);
        if (status == PG_OK) {
            add(digest, &info, sizeof info);
            add(digest, inputs[i].layout ? &inputs[i].layout->hash : &no_layout, sizeof no_layout);
        }
    }
    unsigned char hash[EVP_MAX_MD_SIZE];
    EVP_DigestFinal_ex(digest, hash, NULL);
    EVP_MD_CTX_free(digest);
    char name[128];
    int length = snprintf(name, sizeof name, "%.40s-", pg_file_name(inputs[0].path));
    for (int i = 0; i < HASH_BYTES; i++)
        length += snprintf(name + length, sizeof name - (size_t)length, "%02x", hash[i]);
    snprintf(name + length, sizeof name - (size_t)length, ".tape");
    return status == PG_OK ? pg_file_join(path, options->cache, name, err) : status;
}

static void summarise(pg_import_summary *summary, const pg_tape *tape)
{
    memset(summary, 0, sizeof *summary);
    summary->info = *pg_tape_get_info(tape);
    summary->events = pg_tape_count(tape);
    if (summary->events > 0) {
        summary->first_ns = pg_tape_events(tape)[0].local_ns;
        summary->last_ns = pg_tape_events(tape)[summary->events - 1].local_ns;
    }
}

/* A damaged tape in the cache is made again. */
static bool open_cached(pg_tape **tape, const char *path, char *warning, size_t size)
{
    if (!pg_tape_is(path) || pg_tape_open(tape, path, warning, size, NULL) != PG_OK)
        return false;
    if (size == 0 || warning[0] == '\0')
        return true;
    pg_tape_close(*tape);
    *tape = NULL;
    return false;
}

static pg_status open_foreign(pg_tape **tape, const char *const *paths, int n, const pg_data_options *options,
                              bool *imported, pg_import_summary *summary, char *warning, size_t size, pg_error *err)
{
    pg_import_input *inputs = calloc((size_t)(n > 0 ? n : 1), sizeof *inputs);
    char path[PG_PATH_SIZE];
    pg_status status =
        inputs ? pg_data_choose(inputs, paths, n, options, err) : pg_fail(err, PG_ERR_MEMORY, "out of memory");
    if (status == PG_OK)
        status = cache_path(path, inputs, n, options, err);
    if (status == PG_OK && !options->fresh && open_cached(tape, path, warning, size)) {
        free(inputs);
        return PG_OK;
    }
    if (status == PG_OK)
        status = pg_file_make_folder(options->cache, err);
    if (status == PG_OK)
        status = pg_import(path, inputs, n, &options->import, summary, err);
    free(inputs);
    if (status != PG_OK)
        return status;
    *imported = true;
    return pg_tape_open(tape, path, warning, size, err);
}

static pg_status open_files(pg_tape **tape, const char *const *paths, int n, const pg_data_options *options,
                            bool *imported, pg_import_summary *summary, char *warning, size_t size, pg_error *err)
{
    *tape = NULL;
    *imported = false;
    pg_import_summary *own = malloc(sizeof *own);
    if (!own)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    bool direct = n == 1 && (pg_tape_is(paths[0]) || (pg_text_ends_with(paths[0], ".tape") && !pg_packed_is(paths[0])));
    pg_status status = direct ? pg_tape_open(tape, paths[0], warning, size, err)
                              : open_foreign(tape, paths, n, options, imported, own, warning, size, err);
    if (status == PG_OK && !*imported)
        summarise(own, *tape);
    if (status == PG_OK && summary)
        *summary = *own;
    free(own);
    return status;
}

pg_status pg_data_open(pg_tape **tape, const char *const *paths, int n, const pg_data_options *options, bool *imported,
                       pg_import_summary *summary, char *warning, size_t size, pg_error *err)
{
    pg_files files;
    pg_status status = pg_files_expand(&files, paths, n, err);
    if (status != PG_OK)
        return status;
    status =
        open_files(tape, (const char *const *)files.paths, files.n, options, imported, summary, warning, size, err);
    pg_files_free(&files);
    return status;
}
