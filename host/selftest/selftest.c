#include "selftest/selftest.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "selftest/extended.h"
#include "selftest/extended_messages.h"
#include "selftest/hyperliquid.h"
#include "selftest/hyperliquid_messages.h"
#include "selftest/lighter.h"
#include "selftest/vector.h"

enum { PATH_MAX_LENGTH = 1024, MAX_FILE_BYTES = 256 << 20 };

static const pg_vector_suite *const suites[] = { &pg_suite_quant, &pg_suite_hyperliquid, &pg_suite_extended,
                                                 &pg_suite_lighter };

/* Folders inside a subject's, whose files, of any name, are all run whole by one runner. */
static const struct {
    const pg_vector_suite *suite;
    const char *folder;
    pg_vector_runner *whole;
} inner[] = { { &pg_suite_hyperliquid, "messages", pg_hyperliquid_message_file },
              { &pg_suite_extended, "examples/rest", pg_extended_vectors_example },
              { &pg_suite_extended, "examples/ws", pg_extended_vectors_example } };

typedef struct {
    const char *only;
    FILE *out;
    int passed, failed, unknown, files;
} run;

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static const pg_vector_suite *find_suite(const char *subject)
{
    for (size_t i = 0; i < PG_COUNT(suites); i++)
        if (strcmp(suites[i]->subject, subject) == 0)
            return suites[i];
    return NULL;
}

static const pg_vector_file *find_file(const pg_vector_suite *suite, const char *name)
{
    for (const pg_vector_file *f = suite->files; f->file; f++)
        if (strcmp(f->file, name) == 0)
            return f;
    return NULL;
}

/* Whether --only selects this file: its subject, its name with or without .json, or subject/name. */
static bool selected(const run *r, const char *subject, const char *file)
{
    char with_subject[PATH_MAX_LENGTH];
    const char *only = r->only;

    if (!only || strcmp(only, subject) == 0)
        return true;
    snprintf(with_subject, sizeof with_subject, "%s/%s", subject, file);
    const char *candidates[] = { file, with_subject };
    for (size_t i = 0; i < PG_COUNT(candidates); i++) {
        size_t bare = strlen(candidates[i]) - strlen(".json");
        if (strcmp(only, candidates[i]) == 0 || (strlen(only) == bare && strncmp(only, candidates[i], bare) == 0))
            return true;
    }
    return false;
}

/* Reads a whole file; NULL when it cannot be read. The caller frees. */
static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long size = -1;

    if (file && fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    if (size >= 0 && size < MAX_FILE_BYTES && fseek(file, 0, SEEK_SET) == 0 && (text = malloc((size_t)size + 1))) {
        size_t got = fread(text, 1, (size_t)size, file);
        text[got] = '\0';
    }
    if (file)
        fclose(file);
    return text;
}

/* A copy of JSON text in which the NaN and Infinity that Python's writer leaves outside the grammar are null and 1e999.
 * The caller frees. */
static char *plain_json(const char *text)
{
    size_t length = strlen(text), n = 0;
    char *out = malloc(2 * length + 1);
    bool in_text = false;

    for (size_t i = 0; out && i < length; i++) {
        if (!in_text && strncmp(text + i, "NaN", 3) == 0) {
            memcpy(out + n, "null", 4);
            n += 4;
            i += 2;
        } else if (!in_text && strncmp(text + i, "Infinity", 8) == 0) {
            memcpy(out + n, "1e999", 5);
            n += 5;
            i += 7;
        } else {
            if (text[i] == '"' && (i == 0 || text[i - 1] != '\\'))
                in_text = !in_text;
            out[n++] = text[i];
        }
    }
    if (out)
        out[n] = '\0';
    return out;
}

static void run_cases(pg_vectors *v, const pg_vector_file *known, const cJSON *root)
{
    const cJSON *cases = pg_vector_get(root, "cases"), *vector;

    if (!cJSON_IsArray(cases)) {
        pg_vector_begin(v, "(file)");
        pg_vector_fail(v, "cases", "the file has no array of cases");
        pg_vector_end(v);
        return;
    }
    cJSON_ArrayForEach(vector, cases)
    {
        const char *id = pg_vector_text(vector, "id");
        pg_vector_begin(v, *id ? id : "(no id)");
        known->each(v, vector);
        pg_vector_end(v);
    }
}

static void run_file(run *r, const pg_vector_suite *suite, const pg_vector_file *known, const char *folder)
{
    char path[PATH_MAX_LENGTH];
    pg_vectors v = { .out = r->out, .folder = folder, .file = known->file };

    snprintf(path, sizeof path, "%s/%s", folder, known->file);
    char *raw = read_text(path), *text = raw ? plain_json(raw) : NULL;
    cJSON *root = text ? cJSON_Parse(text) : NULL;
    if (!root) {
        pg_vector_begin(&v, "(file)");
        pg_vector_fail(&v, path, text ? "is not JSON" : "cannot be read: %s", strerror(errno));
        pg_vector_end(&v);
    } else if (known->whole) {
        known->whole(&v, root);
    } else {
        run_cases(&v, known, root);
    }
    cJSON_Delete(root);
    free(text);
    free(raw);
    fprintf(r->out, "%s/%s: %d passed, %d failed\n", suite->subject, known->file, v.passed, v.failed);
    r->passed += v.passed;
    r->failed += v.failed;
    r->files++;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int json_files(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

static void run_inner(run *r, const pg_vector_suite *suite, const char *folder, const char *inside,
                      pg_vector_runner *whole)
{
    struct dirent **entries;
    char path[PATH_MAX_LENGTH], name[PATH_MAX_LENGTH];

    snprintf(path, sizeof path, "%s/%s", folder, inside);
    int count = scandir(path, &entries, json_files, by_name);
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s/%s", inside, entries[i]->d_name);
        pg_vector_file file = { name, NULL, whole };
        if (selected(r, suite->subject, name) || selected(r, inside, entries[i]->d_name))
            run_file(r, suite, &file, folder);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

static void run_folder(run *r, const pg_vector_suite *suite, const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, json_files, by_name);

    for (int i = 0; i < count; i++) {
        const pg_vector_file *known = find_file(suite, entries[i]->d_name);
        if (selected(r, suite->subject, entries[i]->d_name)) {
            if (known) {
                run_file(r, suite, known, folder);
            } else {
                fprintf(r->out, "%s/%s: not known to this program\n", suite->subject, entries[i]->d_name);
                r->unknown++;
            }
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    for (size_t i = 0; i < PG_COUNT(inner); i++)
        if (inner[i].suite == suite)
            run_inner(r, suite, folder, inner[i].folder, inner[i].whole);
}

/* The suite that knows most files of a folder whose name is not a subject's; NULL when none knows any. */
static const pg_vector_suite *guess_suite(const char *folder)
{
    const pg_vector_suite *best = NULL;
    int best_count = 0;

    for (size_t i = 0; i < PG_COUNT(suites); i++) {
        int count = 0;
        for (const pg_vector_file *f = suites[i]->files; f->file; f++) {
            char path[PATH_MAX_LENGTH];
            struct stat info;
            snprintf(path, sizeof path, "%s/%s", folder, f->file);
            count += stat(path, &info) == 0;
        }
        if (count > best_count) {
            best = suites[i];
            best_count = count;
        }
    }
    return best;
}

static int subfolders(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Runs the subject folders inside dir; returns how many there were. */
static int run_subjects(run *r, const char *dir)
{
    struct dirent **entries;
    int count = scandir(dir, &entries, subfolders, by_name), found = 0;

    for (int i = 0; i < count; i++) {
        char path[PATH_MAX_LENGTH];
        const pg_vector_suite *suite = find_suite(entries[i]->d_name);
        snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name);
        if (suite && is_folder(path)) {
            run_folder(r, suite, path);
            found++;
        } else if (!r->only && is_folder(path) && !guess_suite(dir)) {
            fprintf(r->out, "%s: not a subject known to this program\n", entries[i]->d_name);
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return found;
}

pg_status pg_selftest_run(const char *dir, const char *only, FILE *out, int *failed)
{
    run r = { .only = only, .out = out };

    *failed = 0;
    if (!is_folder(dir)) {
        fprintf(out, "selftest: %s is not a folder\n", dir);
        return PG_ERR_NOT_FOUND;
    }
    if (run_subjects(&r, dir) == 0) {
        char path[PATH_MAX_LENGTH];
        snprintf(path, sizeof path, "%s", dir);
        for (size_t end = strlen(path); end > 1 && path[end - 1] == '/'; end--)
            path[end - 1] = '\0';
        const char *slash = strrchr(path, '/');
        const pg_vector_suite *suite = find_suite(slash ? slash + 1 : path);
        if (!suite)
            suite = guess_suite(path);
        if (suite)
            run_folder(&r, suite, path);
    }
    fprintf(out, "total: %d passed, %d failed", r.passed, r.failed);
    fprintf(out, r.unknown ? ", %d files not known\n" : "\n", r.unknown);
    *failed = r.failed;
    if (r.files == 0) {
        fprintf(out, "selftest: no vectors%s%s in %s\n", only ? " of " : "", only ? only : "", dir);
        return PG_ERR_NOT_FOUND;
    }
    return PG_OK;
}

static const char help[] = "usage: perigee selftest [--vectors DIR] [--only NAME]\n"
                           "\n"
                           "Runs test vectors against this program: one line a file, then a total.\n"
                           "\n"
                           "  --vectors DIR  a folder with one folder a subject (quant), or such a subject folder;\n"
                           "                 tests/vectors of the repository without it\n"
                           "  --only NAME    a subject, a file (with or without .json), or subject/file\n"
                           "  --help         this text\n"
                           "\n"
                           "Exit status: 0 all passed, 1 something failed or nothing was found, 2 misuse.\n";

int pg_cli_selftest(int argc, char **argv)
{
    const char *dir = NULL, *only = NULL;
    int failed;

    for (int i = 1; i < argc; i++) {
        const char **value = strcmp(argv[i], "--vectors") == 0 ? &dir : strcmp(argv[i], "--only") == 0 ? &only : NULL;
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(help, stdout);
            return 0;
        }
        if (!value || i + 1 >= argc) {
            fprintf(stderr, "selftest: %s %s\n\n%s", argv[i], value ? "needs a value" : "is not an option", help);
            return 2;
        }
        *value = argv[++i];
    }
    if (!dir)
        dir = "tests/vectors";
    return pg_selftest_run(dir, only, stdout, &failed) == PG_OK && failed == 0 ? 0 : 1;
}
