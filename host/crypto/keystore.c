#define _GNU_SOURCE /* explicit_bzero */
#include "crypto/keystore.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <math.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/environment.h"
#include "base/file.h"
#include "base/private_file.h"
#include "crypto/hex.h"
#include "crypto/secret_bytes.h"

/* The file: {"perigee_keystore": 1, "keys": [{"name": "", "kind": "", "address": "", "kdf": "scrypt", "n": 131072,
 * "r": 8, "p": 1, "salt": "32 bytes", "cipher": "aes-256-gcm", "nonce": "12 bytes", "tag": "16 bytes", "data": ""}]},
 * bytes in hexadecimal. */
enum {
    VERSION = 1,
    FILE_MAX = 1 << 20,
    KEY_BYTES = 32,
    SALT_BYTES = 32,
    NONCE_BYTES = 12,
    TAG_BYTES = 16,
    PASSPHRASE_LEAST = 8,
    SCRYPT_N = 1 << 17,
    SCRYPT_R = 8,
    SCRYPT_P = 1,
    BOUND_MAX = 512
};

/* What a file may ask for: not weaker than 2^14, nor more than 1 GB of memory. */
enum { N_LEAST = 1 << 14, N_MOST = 1 << 20, R_MOST = 8, P_MOST = 4 };
static const uint64_t scrypt_memory = (uint64_t)1200 << 20;

struct pg_keystore {
    char path[PG_PATH_SIZE];
    cJSON *document;
    cJSON *keys;
};

typedef struct {
    uint64_t n, r, p;
    uint8_t salt[SALT_BYTES], nonce[NONCE_BYTES], tag[TAG_BYTES];
    uint8_t data[PG_SECRET_MAX];
    size_t size;
} sealed;

pg_status pg_keystore_default_path(char *path, pg_error *err)
{
    const char *data = pg_environment_get("XDG_DATA_HOME"), *home = pg_environment_get("HOME");
    int length = 0;
    if (data && data[0])
        length = snprintf(path, PG_PATH_SIZE, "%s/perigee/keystore.json", data);
    else if (home && home[0])
        length = snprintf(path, PG_PATH_SIZE, "%s/.local/share/perigee/keystore.json", home);
    if (length > 0 && length < PG_PATH_SIZE)
        return PG_OK;
    pg_fail(err, PG_ERR_INVALID, "there is no place for the keystore: neither XDG_DATA_HOME nor HOME is set");
    pg_error_remedy(err, "name a file");
    return PG_ERR_INVALID;
}

/* ---- reading the file ---- */

static const char *text_of(const cJSON *entry, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(entry, name);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static bool number_of(uint64_t *value, const cJSON *entry, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(entry, name);
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 1 && item->valuedouble <= 1e9) ||
        item->valuedouble != floor(item->valuedouble))
        return false;
    *value = (uint64_t)item->valuedouble;
    return true;
}

static bool bytes_of(uint8_t *bytes, size_t size, const cJSON *entry, const char *name)
{
    const char *text = text_of(entry, name);
    return text && pg_hex_decode(bytes, size, text, strlen(text), NULL) == PG_OK;
}

static bool read_sealed(sealed *s, const cJSON *entry)
{
    const char *kdf = text_of(entry, "kdf"), *cipher = text_of(entry, "cipher"), *data = text_of(entry, "data");
    if (!kdf || strcmp(kdf, "scrypt") != 0 || !cipher || strcmp(cipher, "aes-256-gcm") != 0 || !data)
        return false;
    s->size = strlen(data) / 2;
    if (s->size < 1 || s->size > PG_SECRET_MAX || !number_of(&s->n, entry, "n") || !number_of(&s->r, entry, "r") ||
        !number_of(&s->p, entry, "p"))
        return false;
    bool in_bounds = s->n >= N_LEAST && s->n <= N_MOST && (s->n & (s->n - 1)) == 0 && s->r <= R_MOST && s->p <= P_MOST;
    return in_bounds && bytes_of(s->salt, SALT_BYTES, entry, "salt") &&
           bytes_of(s->nonce, NONCE_BYTES, entry, "nonce") && bytes_of(s->tag, TAG_BYTES, entry, "tag") &&
           bytes_of(s->data, s->size, entry, "data");
}

static bool is_name(const char *name)
{
    size_t length = strnlen(name, PG_KEY_NAME);
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)name[i]) && !strchr("._-", name[i]))
            return false;
    return length > 0 && length < PG_KEY_NAME;
}

static pg_status fail_entry(const pg_keystore *keystore, int i, const char *what, pg_error *err)
{
    pg_fail(err, PG_ERR_PARSE, "entry %d of the keystore %s", i + 1, what);
    pg_error_where(err, "%s", keystore->path);
    pg_error_remedy(err, "restore the file from a copy");
    return PG_ERR_PARSE;
}

static pg_status check_entries(const pg_keystore *keystore, pg_error *err)
{
    int i = 0;
    const cJSON *entry;
    cJSON_ArrayForEach(entry, keystore->keys)
    {
        sealed unused;
        const char *name = text_of(entry, "name"), *kind = text_of(entry, "kind"), *address = text_of(entry, "address");
        if (!name || !is_name(name))
            return fail_entry(keystore, i, "has no proper name", err);
        if (!kind || pg_key_kind_parse(kind) < 0)
            return fail_entry(keystore, i, "is of an unknown kind", err);
        if (!address || strlen(address) >= PG_KEY_ADDRESS || !read_sealed(&unused, entry))
            return fail_entry(keystore, i, "is damaged, or has other parameters than are allowed", err);
        i++;
    }
    return i <= PG_KEYSTORE_KEYS ? PG_OK : fail_entry(keystore, i, "is one too many", err);
}

static pg_status parse(pg_keystore *keystore, const char *text, size_t size, pg_error *err)
{
    uint64_t version = 0;
    keystore->document = cJSON_ParseWithLength(text, size);
    keystore->keys = cJSON_GetObjectItemCaseSensitive(keystore->document, "keys");
    if (!number_of(&version, keystore->document, "perigee_keystore") || !cJSON_IsArray(keystore->keys)) {
        pg_fail(err, PG_ERR_PARSE, "this is no keystore of Perigee's");
        pg_error_where(err, "%s", keystore->path);
        pg_error_remedy(err, "give another path, or restore the file from a copy");
        return PG_ERR_PARSE;
    }
    if (version != VERSION)
        return pg_fail(err, PG_ERR_PARSE, "this keystore was made by a newer Perigee");
    return check_entries(keystore, err);
}

static pg_status make_empty(pg_keystore *keystore, pg_error *err)
{
    keystore->document = cJSON_CreateObject();
    bool made = keystore->document && cJSON_AddNumberToObject(keystore->document, "perigee_keystore", VERSION);
    keystore->keys = made ? cJSON_AddArrayToObject(keystore->document, "keys") : NULL;
    return keystore->keys ? PG_OK : pg_fail(err, PG_ERR_MEMORY, "out of memory");
}

static pg_status load(pg_keystore *keystore, bool missing_is_empty, pg_error *err)
{
    char *text = NULL;
    size_t size = 0;
    pg_status status = pg_private_file_read(&text, &size, keystore->path, FILE_MAX, err);
    if (status == PG_ERR_NOT_FOUND && missing_is_empty)
        return make_empty(keystore, err);
    if (status == PG_ERR_NOT_FOUND)
        pg_error_remedy(err, "perigee keys new makes one; --store names another");
    if (status != PG_OK)
        return status;
    status = parse(keystore, text, size, err);
    pg_private_file_free(text, size);
    return status;
}

pg_status pg_keystore_open(pg_keystore **keystore, const char *path, bool missing_is_empty, pg_error *err)
{
    if (strlen(path) >= PG_PATH_SIZE - 8)
        return pg_fail(err, PG_ERR_RANGE, "the path of the keystore is too long");
    pg_keystore *made = calloc(1, sizeof *made);
    if (!made)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    memcpy(made->path, path, strlen(path) + 1);
    pg_status status = load(made, missing_is_empty, err);
    if (status != PG_OK) {
        pg_keystore_close(made);
        return status;
    }
    *keystore = made;
    return PG_OK;
}

void pg_keystore_close(pg_keystore *keystore)
{
    if (!keystore)
        return;
    cJSON_Delete(keystore->document);
    free(keystore);
}

int pg_keystore_count(const pg_keystore *keystore)
{
    return cJSON_GetArraySize(keystore->keys);
}

pg_key_entry pg_keystore_entry(const pg_keystore *keystore, int i)
{
    const cJSON *entry = cJSON_GetArrayItem(keystore->keys, i);
    return (pg_key_entry){ .name = text_of(entry, "name"),
                           .kind = (pg_key_kind)pg_key_kind_parse(text_of(entry, "kind")),
                           .address = text_of(entry, "address") };
}

static const cJSON *find(const pg_keystore *keystore, const char *name)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, keystore->keys)
    {
        if (strcmp(text_of(entry, "name"), name) == 0)
            return entry;
    }
    return NULL;
}

/* ---- sealing ---- */

/* All that stands in the open is bound to the secret: changed, it does not open. */
static int bind_text(char text[BOUND_MAX], const sealed *s, const char *name, const char *kind, const char *address)
{
    return snprintf(text, BOUND_MAX, "perigee-keystore-%d\n%s\n%s\n%s\nscrypt %llu %llu %llu", VERSION, name, kind,
                    address, (unsigned long long)s->n, (unsigned long long)s->r, (unsigned long long)s->p);
}

static pg_status derive(uint8_t key[KEY_BYTES], const sealed *s, const char *passphrase, pg_error *err)
{
    if (EVP_PBE_scrypt(passphrase, strlen(passphrase), s->salt, SALT_BYTES, s->n, s->r, s->p, scrypt_memory, key,
                       KEY_BYTES) == 1)
        return PG_OK;
    return pg_fail(err, PG_ERR_MEMORY, "the passphrase cannot be stretched: there is not enough memory");
}

/* One pass of AES-256-GCM: encrypts (and makes the tag) or decrypts (and checks it). */
static bool run_cipher(bool encrypts, uint8_t *out, const uint8_t *in, sealed *s, const uint8_t key[KEY_BYTES],
                       const char *bound, int bound_length)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    uint8_t end[16];
    int length = 0;
    bool good = context && EVP_CipherInit_ex(context, EVP_aes_256_gcm(), NULL, key, s->nonce, encrypts) == 1 &&
                EVP_CipherUpdate(context, NULL, &length, (const uint8_t *)bound, bound_length) == 1 &&
                EVP_CipherUpdate(context, out, &length, in, (int)s->size) == 1 && length == (int)s->size;
    if (good && !encrypts)
        good = EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, s->tag) == 1;
    good = good && EVP_CipherFinal_ex(context, end, &length) == 1;
    if (good && encrypts)
        good = EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, s->tag) == 1;
    EVP_CIPHER_CTX_free(context);
    return good;
}

static pg_status seal(sealed *s, const pg_secret *secret, const char *name, const char *kind, const char *address,
                      const char *passphrase, pg_error *err)
{
    uint8_t key[KEY_BYTES];
    char bound[BOUND_MAX];
    *s = (sealed){ .n = SCRYPT_N, .r = SCRYPT_R, .p = SCRYPT_P, .size = secret->size };
    if (RAND_bytes(s->salt, SALT_BYTES) != 1 || RAND_bytes(s->nonce, NONCE_BYTES) != 1)
        return pg_fail(err, PG_ERR_IO, "the system gives no random numbers");
    pg_status status = derive(key, s, passphrase, err);
    int length = bind_text(bound, s, name, kind, address);
    if (status == PG_OK && !run_cipher(true, s->data, secret->bytes, s, key, bound, length))
        status = pg_fail(err, PG_ERR_IO, "the key cannot be encrypted");
    explicit_bzero(key, sizeof key);
    return status;
}

static bool add_bytes(cJSON *entry, const char *name, const uint8_t *bytes, size_t size)
{
    char text[2 * PG_SECRET_MAX + 1];
    return cJSON_AddStringToObject(entry, name, pg_hex_encode(text, bytes, size)) != NULL;
}

static bool add_entry(pg_keystore *keystore, const sealed *s, const char *name, const char *kind, const char *address)
{
    cJSON *entry = cJSON_CreateObject();
    bool good = entry && cJSON_AddStringToObject(entry, "name", name) && cJSON_AddStringToObject(entry, "kind", kind) &&
                cJSON_AddStringToObject(entry, "address", address) && cJSON_AddStringToObject(entry, "kdf", "scrypt") &&
                cJSON_AddNumberToObject(entry, "n", (double)s->n) &&
                cJSON_AddNumberToObject(entry, "r", (double)s->r) &&
                cJSON_AddNumberToObject(entry, "p", (double)s->p) && add_bytes(entry, "salt", s->salt, SALT_BYTES) &&
                cJSON_AddStringToObject(entry, "cipher", "aes-256-gcm") &&
                add_bytes(entry, "nonce", s->nonce, NONCE_BYTES) && add_bytes(entry, "tag", s->tag, TAG_BYTES) &&
                add_bytes(entry, "data", s->data, s->size) && cJSON_AddItemToArray(keystore->keys, entry);
    if (!good)
        cJSON_Delete(entry);
    return good;
}

static pg_status check_new(const pg_keystore *keystore, const char *name, const char *passphrase, pg_error *err)
{
    if (!is_name(name))
        return pg_fail(err, PG_ERR_INVALID, "a key's name has 1 to %d letters, digits or \"._-\"", PG_KEY_NAME - 1);
    if (find(keystore, name)) {
        pg_fail(err, PG_ERR_INVALID, "there is a key '%s' already", name);
        pg_error_where(err, "%s", keystore->path);
        pg_error_remedy(err, "choose another name");
        return PG_ERR_INVALID;
    }
    if (strlen(passphrase) < PASSPHRASE_LEAST)
        return pg_fail(err, PG_ERR_INVALID, "the passphrase has fewer than %d characters", PASSPHRASE_LEAST);
    if (pg_keystore_count(keystore) >= PG_KEYSTORE_KEYS)
        return pg_fail(err, PG_ERR_FULL, "a keystore holds at most %d keys", PG_KEYSTORE_KEYS);
    return PG_OK;
}

/* Reads the file anew and writes it with one entry more, while nobody else can. */
static pg_status write_with(pg_keystore *keystore, const sealed *s, const char *name, const char *kind,
                            const char *address, const char *passphrase, pg_error *err)
{
    pg_private_file file;
    char *text = NULL;
    pg_status status = pg_private_file_begin(&file, keystore->path, err);
    if (status != PG_OK)
        return status;
    cJSON_Delete(keystore->document);
    keystore->document = keystore->keys = NULL;
    status = load(keystore, true, err);
    if (status == PG_OK)
        status = check_new(keystore, name, passphrase, err);
    if (status == PG_OK && (!add_entry(keystore, s, name, kind, address) || !(text = cJSON_Print(keystore->document))))
        status = pg_fail(err, PG_ERR_MEMORY, "out of memory");
    if (status == PG_OK)
        status = pg_private_file_commit(&file, text, strlen(text), err);
    pg_private_file_abort(&file);
    cJSON_free(text);
    return status;
}

pg_status pg_keystore_add(pg_keystore *keystore, const char *name, pg_key_kind kind, const pg_secret *secret,
                          const char *passphrase, pg_error *err)
{
    char address[PG_KEY_ADDRESS];
    sealed s;
    pg_status status = check_new(keystore, name, passphrase, err);
    if (status == PG_OK)
        status = pg_key_address(address, kind, secret, err);
    const char *kind_name = pg_key_kind_name((int)kind);
    if (status == PG_OK)
        status = seal(&s, secret, name, kind_name, address, passphrase, err);
    if (status == PG_OK)
        status = write_with(keystore, &s, name, kind_name, address, passphrase, err);
    return status;
}

/* ---- opening an entry ---- */

static pg_status fail_unknown(const pg_keystore *keystore, const char *name, pg_error *err)
{
    char names[PG_ERROR_REMEDY] = "";
    size_t length = 0;
    const cJSON *entry;
    cJSON_ArrayForEach(entry, keystore->keys)
    {
        if (length < sizeof names)
            length += (size_t)snprintf(names + length, sizeof names - length, "%s%s", length ? ", " : "",
                                       text_of(entry, "name"));
    }
    pg_fail(err, PG_ERR_NOT_FOUND, "there is no key '%s'", name);
    pg_error_where(err, "%s", keystore->path);
    pg_error_remedy(err, "%s%s", length ? "there are: " : "the keystore is empty", names);
    return PG_ERR_NOT_FOUND;
}

pg_status pg_keystore_unseal(pg_secret **secret, pg_key_kind *kind, const pg_keystore *keystore, const char *name,
                             const char *passphrase, pg_error *err)
{
    uint8_t key[KEY_BYTES], bytes[PG_SECRET_MAX];
    char bound[BOUND_MAX];
    sealed s;
    const cJSON *entry = find(keystore, name);
    if (!entry || !read_sealed(&s, entry))
        return fail_unknown(keystore, name, err);
    const char *kind_name = text_of(entry, "kind");
    pg_status status = derive(key, &s, passphrase, err);
    int length = bind_text(bound, &s, name, kind_name, text_of(entry, "address"));
    if (status == PG_OK && !run_cipher(false, bytes, s.data, &s, key, bound, length)) {
        status = pg_fail(err, PG_ERR_INVALID,
                         "the key '%s' does not open: the passphrase is wrong, or the file was changed", name);
        pg_error_where(err, "%s", keystore->path);
    }
    if (status == PG_OK)
        status = pg_secret_from_bytes(secret, bytes, s.size, err);
    explicit_bzero(key, sizeof key);
    explicit_bzero(bytes, sizeof bytes);
    if (status == PG_OK)
        *kind = (pg_key_kind)pg_key_kind_parse(kind_name);
    return status;
}
