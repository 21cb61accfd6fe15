/* perigee keys: the encrypted keystore. */
#define _GNU_SOURCE /* explicit_bzero */
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/process.h"
#include "cli/commands.h"
#include "crypto/key_source.h"
#include "crypto/keystore.h"
#include "crypto/passphrase.h"

static const char help[] =
    "perigee keys new NAME      makes a key and keeps it in the keystore\n"
    "perigee keys import NAME   keeps a key that you have: asked for on the terminal, or from --key-file, --key-env\n"
    "perigee keys list          names, kinds and addresses\n"
    "perigee keys address NAME  address or public key; with --check the key is opened to prove it\n"
    "\n"
    "  --kind KIND             hyperliquid (default), stark, lighter, raw (hexadecimal), text (an API key)\n"
    "  --store FILE            default ~/.local/share/perigee/keystore.json\n"
    "  --key-file FILE         of import: a file that holds the key alone, readable by you only\n"
    "  --key-env NAME          of import: an environment variable\n"
    "  --passphrase-file FILE  its first line is the passphrase; readable by you only. Default: the terminal asks\n"
    "  --passphrase-fd N       the same from an open file descriptor\n"
    "  --check                 of address: opens the key\n"
    "\n"
    "A key is sealed under its passphrase (scrypt, AES-256-GCM). Nobody can restore a lost one: keep a copy of the\n"
    "file and the passphrase in different places. Keys are never shown, and never taken from the command line.\n";

typedef struct {
    char path[PG_PATH_SIZE];
    pg_key_kind kind;
    pg_passphrase_source passphrase;
    const char *key_file, *key_env, *name;
    bool check;
} options;

enum { KIND, STORE, KEY_FILE, KEY_ENV, PASS_FILE, PASS_FD, CHECK, HELP };

static const struct option long_options[] = {
    { "kind", required_argument, NULL, KIND },
    { "store", required_argument, NULL, STORE },
    { "key-file", required_argument, NULL, KEY_FILE },
    { "key-env", required_argument, NULL, KEY_ENV },
    { "passphrase-file", required_argument, NULL, PASS_FILE },
    { "passphrase-fd", required_argument, NULL, PASS_FD },
    { "check", no_argument, NULL, CHECK },
    { "help", no_argument, NULL, HELP },
    { NULL, 0, NULL, 0 },
};

static pg_status set_kind(options *o, const char *name, pg_error *err)
{
    int kind = pg_key_kind_parse(name);
    if (kind < 0)
        return pg_fail(err, PG_ERR_INVALID, "--kind is hyperliquid, stark, lighter, raw or text, not '%s'", name);
    o->kind = (pg_key_kind)kind;
    return PG_OK;
}

static pg_status set_fd(options *o, const char *text, pg_error *err)
{
    char *end;
    long fd = strtol(text, &end, 10);
    if (end == text || *end || fd < 0 || fd > 1023)
        return pg_fail(err, PG_ERR_INVALID, "--passphrase-fd takes the number of an open file, not '%s'", text);
    o->passphrase.fd = (int)fd;
    return PG_OK;
}

static pg_status set_store(options *o, const char *path, pg_error *err)
{
    if (strlen(path) >= sizeof o->path)
        return pg_fail(err, PG_ERR_RANGE, "the path of the keystore is too long");
    memcpy(o->path, path, strlen(path) + 1);
    return PG_OK;
}

static pg_status set(options *o, int option, const char *value, pg_error *err)
{
    switch (option) {
    case KIND: return set_kind(o, value, err);
    case STORE: return set_store(o, value, err);
    case KEY_FILE: o->key_file = value; break;
    case KEY_ENV: o->key_env = value; break;
    case PASS_FILE: o->passphrase.file = value; break;
    case PASS_FD: return set_fd(o, value, err);
    default: o->check = true;
    }
    return PG_OK;
}

/* The exit status when there is nothing to do, -1 otherwise. */
static int parse(options *o, int argc, char **argv, bool wants_name)
{
    pg_error err = { 0 };
    int option;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (option == HELP) {
            fputs(help, stdout);
            return 0;
        }
        if (option == '?')
            return 2;
        if (set(o, option, optarg, &err) != PG_OK) {
            pg_cli_fail("keys", &err);
            return 2;
        }
    }
    if (argc - optind != wants_name) {
        fputs(help, stderr);
        return 2;
    }
    o->name = wants_name ? argv[optind] : NULL;
    if (!o->path[0] && pg_keystore_default_path(o->path, &err) != PG_OK)
        return pg_cli_fail("keys", &err);
    return -1;
}

/* ---- new, import ---- */

static pg_status ask_for_key(pg_secret **secret, const options *o, pg_error *err)
{
    char question[128], text[1024];
    snprintf(question, sizeof question, "Key %s (%s; it is not shown)", o->name, pg_key_kind_name(o->kind));
    pg_status status = pg_secret_ask(question, text, sizeof text, err);
    if (status == PG_OK)
        status = pg_key_parse(secret, o->kind, text, strlen(text), err);
    explicit_bzero(text, sizeof text);
    return status;
}

static pg_status take_key(pg_secret **secret, const options *o, pg_error *err)
{
    if (o->key_file)
        return pg_key_load(secret, &(pg_key_source){ .from = PG_KEY_FROM_FILE, .path = o->key_file }, o->kind, err);
    if (o->key_env)
        return pg_key_load(secret, &(pg_key_source){ .from = PG_KEY_FROM_ENVIRONMENT, .name = o->key_env }, o->kind,
                           err);
    return ask_for_key(secret, o, err);
}

static pg_status make_folder_of(const char *path, pg_error *err)
{
    char folder[PG_PATH_SIZE];
    size_t length = (size_t)(pg_file_name(path) - path);
    if (length == 0)
        return PG_OK;
    memcpy(folder, path, length);
    folder[length] = '\0';
    return pg_file_make_folder(folder, err);
}

static pg_status keep(const options *o, pg_keystore *keystore, const pg_secret *secret, pg_error *err)
{
    char passphrase[PG_KEY_PASSPHRASE], address[PG_KEY_ADDRESS];
    pg_status status = pg_passphrase_get_new(&o->passphrase, o->name, passphrase, sizeof passphrase, err);
    if (status == PG_OK)
        status = make_folder_of(o->path, err);
    if (status == PG_OK)
        status = pg_keystore_add(keystore, o->name, o->kind, secret, passphrase, err);
    explicit_bzero(passphrase, sizeof passphrase);
    if (status == PG_OK)
        status = pg_key_address(address, o->kind, secret, err);
    if (status == PG_OK)
        printf("%s  %s  %s\nKept in %s. Without that file and its passphrase the key is lost.\n", o->name,
               pg_key_kind_name(o->kind), address, o->path);
    return status;
}

static pg_status add(const options *o, bool imports, pg_error *err)
{
    pg_keystore *keystore = NULL;
    pg_secret *secret = NULL;
    pg_status status = pg_keystore_open(&keystore, o->path, true, err);
    if (status == PG_OK)
        status = imports ? take_key(&secret, o, err) : pg_key_generate(&secret, o->kind, err);
    if (status == PG_OK)
        status = keep(o, keystore, secret, err);
    pg_secret_free(secret);
    pg_keystore_close(keystore);
    return status;
}

/* ---- list, address ---- */

static pg_status list(const options *o, pg_error *err)
{
    pg_keystore *keystore = NULL;
    pg_status status = pg_keystore_open(&keystore, o->path, true, err);
    if (status != PG_OK)
        return status;
    for (int i = 0; i < pg_keystore_count(keystore); i++) {
        pg_key_entry entry = pg_keystore_entry(keystore, i);
        printf("%-24s %-12s %s\n", entry.name, pg_key_kind_name(entry.kind), entry.address);
    }
    if (pg_keystore_count(keystore) == 0)
        fprintf(stderr, "no keys in %s\n", o->path);
    pg_keystore_close(keystore);
    return PG_OK;
}

/* Opens the key: wrong passphrases and changed entries are found, and the address is that of the key. */
static pg_status check_address(const options *o, const pg_keystore *keystore, pg_error *err)
{
    char passphrase[PG_KEY_PASSPHRASE], address[PG_KEY_ADDRESS];
    pg_passphrase_source source = o->passphrase;
    pg_secret *secret = NULL;
    pg_key_kind kind = PG_KEY_RAW;
    pg_status status = pg_passphrase_get(&source, o->name, passphrase, sizeof passphrase, err);
    if (status == PG_OK)
        status = pg_keystore_unseal(&secret, &kind, keystore, o->name, passphrase, err);
    explicit_bzero(passphrase, sizeof passphrase);
    if (status == PG_OK)
        status = pg_key_address(address, kind, secret, err);
    pg_secret_free(secret);
    if (status == PG_OK)
        printf("%s\n", address);
    return status;
}

static pg_status show_address(const options *o, pg_error *err)
{
    pg_keystore *keystore = NULL;
    pg_status status = pg_keystore_open(&keystore, o->path, false, err);
    if (status != PG_OK)
        return status;
    bool found = false;
    for (int i = 0; i < pg_keystore_count(keystore) && !found && !o->check; i++) {
        pg_key_entry entry = pg_keystore_entry(keystore, i);
        found = strcmp(entry.name, o->name) == 0;
        if (found)
            printf("%s\n", entry.address);
    }
    if (o->check)
        status = check_address(o, keystore, err);
    else if (!found)
        status = pg_fail(err, PG_ERR_NOT_FOUND, "there is no key '%s' in %s", o->name, o->path);
    pg_keystore_close(keystore);
    return status;
}

int pg_cli_keys(int argc, char **argv)
{
    static const char *const verbs[] = { "new", "import", "list", "address" };
    options o = { .kind = PG_KEY_SECP256K1, .passphrase = { NULL, -1 } };
    pg_error err = { 0 };
    int verb = -1;
    for (int i = 0; i < 4 && argc > 1; i++)
        if (strcmp(argv[1], verbs[i]) == 0)
            verb = i;
    if (verb < 0) {
        bool asked = argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
        fputs(help, asked ? stdout : stderr);
        return asked ? 0 : 2;
    }
    int done = parse(&o, argc - 1, argv + 1, verb != 2);
    if (done >= 0)
        return done;
    pg_status status = pg_process_forbid_dumps(&err);
    if (status == PG_OK)
        status = verb == 2 ? list(&o, &err) : verb == 3 ? show_address(&o, &err) : add(&o, verb == 1, &err);
    return status == PG_OK ? 0 : pg_cli_fail("keys", &err);
}
