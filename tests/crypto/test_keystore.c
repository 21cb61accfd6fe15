/* Keys: the keystore against its own and OpenSSL's rules, every byte of a file changed, every source, nothing told. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <cjson/cJSON.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/environment.h"
#include "base/file.h"
#include "base/private_file.h"
#include "crypto/hex.h"
#include "crypto/key_source.h"
#include "crypto/keystore.h"
#include "data/scratch.h"

/* The key 1 of each curve has known public values. */
#define ONE_32 "0000000000000000000000000000000000000000000000000000000000000001"
static const char one_address[] = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"; /* of secp256k1's generator */
static const char one_stark[] = "0x01ef15c18599971b7beced415a40f0c7deacfd9b0d1819e03d723d8bc943cfca";
static const char secret_text[] = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";
static const char passphrase[] = "correct horse battery";

static char path[256];

static int setup(void **state)
{
    int failed = scratch_make(state);
    snprintf(path, sizeof path, "%s", scratch_path("keys.json"));
    return failed;
}

static pg_secret *parse_key(pg_key_kind kind, const char *text)
{
    pg_secret *secret = NULL;
    pg_error err = { 0 };
    if (pg_key_parse(&secret, kind, text, strlen(text), &err) != PG_OK)
        fail_msg("%s", err.what);
    return secret;
}

static pg_keystore *open_store(void)
{
    pg_keystore *store = NULL;
    pg_error err = { 0 };
    if (pg_keystore_open(&store, path, true, &err) != PG_OK)
        fail_msg("%s", err.what);
    return store;
}

static void add(const char *name, pg_key_kind kind, const char *text)
{
    pg_keystore *store = open_store();
    pg_secret *secret = parse_key(kind, text);
    pg_error err = { 0 };
    if (pg_keystore_add(store, name, kind, secret, passphrase, &err) != PG_OK)
        fail_msg("%s", err.what);
    pg_secret_free(secret);
    pg_keystore_close(store);
}

/* ---- kinds ---- */

static void test_addresses(void **state)
{
    (void)state;
    char address[PG_KEY_ADDRESS];
    pg_secret *key = parse_key(PG_KEY_SECP256K1, "0x" ONE_32 "\n");
    assert_int_equal(pg_key_address(address, PG_KEY_SECP256K1, key, NULL), PG_OK);
    assert_string_equal(address, one_address);
    pg_secret_free(key);
    key = parse_key(PG_KEY_STARK, " 0x1 ");
    assert_int_equal(pg_key_address(address, PG_KEY_STARK, key, NULL), PG_OK);
    assert_string_equal(address, one_stark);
    pg_secret_free(key);
    key = parse_key(PG_KEY_TEXT, "api-key_1/=");
    assert_int_equal(pg_key_address(address, PG_KEY_TEXT, key, NULL), PG_OK);
    assert_string_equal(address, "");
    assert_string_equal(pg_secret_text(key), "api-key_1/=");
    pg_secret_free(key);
}

static void test_bad_keys(void **state)
{
    (void)state;
    static const struct {
        pg_key_kind kind;
        const char *text;
    } bad[] = {
        { PG_KEY_SECP256K1, "" },
        { PG_KEY_SECP256K1, "0x12" },
        { PG_KEY_SECP256K1, "0000000000000000000000000000000000000000000000000000000000000000" },
        { PG_KEY_SECP256K1, "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141" }, /* the order */
        { PG_KEY_SECP256K1, "secretword000000000000000000000000000000000000000000000000000000" },
        { PG_KEY_STARK, "0x0" },
        { PG_KEY_STARK, "0x800000000000010ffffffffffffffffb781126dcae7b2321e66a241adc64d2f" }, /* the order */
        { PG_KEY_STARK, "secretword" },
        { PG_KEY_LIGHTER, ONE_32 },
        { PG_KEY_LIGHTER, "00000000000000000000000000000000000000000000000000000000000000000000000000000000" },
        { PG_KEY_RAW, "0x" },
        { PG_KEY_RAW, "abc" },
        { PG_KEY_TEXT, "two words" },
        { PG_KEY_TEXT, "" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        pg_secret *secret = NULL;
        pg_error err = { 0 };
        if (pg_key_parse(&secret, bad[i].kind, bad[i].text, strlen(bad[i].text), &err) == PG_OK)
            fail_msg("'%s' was taken for a key of kind %s", bad[i].text, pg_key_kind_name((int)bad[i].kind));
        assert_null(secret);
        char whole[2048];
        pg_error_text(&err, whole, sizeof whole);
        assert_null(strstr(whole, "secretword"));
    }
}

/* New keys are keys, and differ. */
static void test_generate(void **state)
{
    (void)state;
    for (int kind = 0; kind < PG_KEY_TEXT; kind++) {
        char address[2][PG_KEY_ADDRESS];
        for (int i = 0; i < 2; i++) {
            pg_secret *key = NULL;
            assert_int_equal(pg_key_generate(&key, (pg_key_kind)kind, NULL), PG_OK);
            assert_int_equal(pg_key_address(address[i], (pg_key_kind)kind, key, NULL), PG_OK);
            pg_secret_free(key);
        }
        if (kind != PG_KEY_RAW)
            assert_string_not_equal(address[0], address[1]);
    }
    pg_secret *key = NULL;
    assert_int_equal(pg_key_generate(&key, PG_KEY_TEXT, NULL), PG_ERR_UNSUPPORTED);
    assert_int_equal(pg_key_kind_parse("ethereum"), PG_KEY_SECP256K1);
    assert_int_equal(pg_key_kind_parse("none"), -1);
}

/* ---- the file ---- */

static void test_round_trip(void **state)
{
    (void)state;
    add("main", PG_KEY_SECP256K1, secret_text);
    add("api", PG_KEY_TEXT, "0123456789abcdef");
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    pg_keystore *store = open_store();
    assert_int_equal(pg_keystore_count(store), 2);
    assert_string_equal(pg_keystore_entry(store, 0).name, "main");
    assert_int_equal(pg_keystore_entry(store, 1).kind, PG_KEY_TEXT);
    pg_secret *secret = NULL;
    pg_key_kind kind;
    assert_int_equal(pg_keystore_unseal(&secret, &kind, store, "api", passphrase, NULL), PG_OK);
    assert_int_equal(kind, PG_KEY_TEXT);
    assert_string_equal(pg_secret_text(secret), "0123456789abcdef");
    pg_secret_free(secret);
    char address[PG_KEY_ADDRESS];
    assert_int_equal(pg_keystore_unseal(&secret, &kind, store, "main", passphrase, NULL), PG_OK);
    assert_int_equal(pg_key_address(address, kind, secret, NULL), PG_OK);
    assert_string_equal(address, pg_keystore_entry(store, 0).address);
    pg_secret_free(secret);

    pg_error err = { 0 };
    assert_int_equal(pg_keystore_unseal(&secret, &kind, store, "main", "correct horse batterz", &err), PG_ERR_INVALID);
    assert_non_null(strstr(err.what, "passphrase is wrong"));
    assert_int_equal(pg_keystore_unseal(&secret, &kind, store, "other", passphrase, &err), PG_ERR_NOT_FOUND);
    assert_string_equal(err.remedy, "there are: main, api");
    pg_keystore_close(store);
}

/* Read by OpenSSL alone, as the header of keystore.h describes it. */
static void test_format(void **state)
{
    (void)state;
    add("main", PG_KEY_SECP256K1, secret_text);
    char *text = NULL;
    size_t size;
    assert_int_equal(pg_file_read(&text, &size, path, 100000, NULL), PG_OK);
    assert_null(strstr(text, secret_text));
    cJSON *document = cJSON_Parse(text);
    const cJSON *entry = cJSON_GetArrayItem(cJSON_GetObjectItem(document, "keys"), 0);
    uint8_t salt[32], nonce[12], tag[16], data[32], key[32], plain[32], expected[32];
#define BYTES(field)                                                                                                   \
    pg_hex_decode(field, sizeof field, cJSON_GetObjectItem(entry, #field)->valuestring, 2 * sizeof field, NULL)
    assert_int_equal(BYTES(salt) | BYTES(nonce) | BYTES(tag) | BYTES(data), PG_OK);
    assert_int_equal(EVP_PBE_scrypt(passphrase, strlen(passphrase), salt, 32, 131072, 8, 1, 1u << 30, key, 32), 1);
    char bound[256];
    int length,
        bound_length = snprintf(bound, sizeof bound, "perigee-keystore-1\nmain\nhyperliquid\n%s\nscrypt 131072 8 1",
                                cJSON_GetObjectItem(entry, "address")->valuestring);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    assert_int_equal(EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce), 1);
    assert_int_equal(EVP_DecryptUpdate(context, NULL, &length, (uint8_t *)bound, bound_length), 1);
    assert_int_equal(EVP_DecryptUpdate(context, plain, &length, data, 32), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, 16, tag), 1);
    assert_int_equal(EVP_DecryptFinal_ex(context, plain, &length), 1);
    EVP_CIPHER_CTX_free(context);
    pg_hex_decode(expected, 32, secret_text, 64, NULL);
    assert_memory_equal(plain, expected, 32);
    cJSON_Delete(document);
    free(text);
}

/* An entry sealed by OpenSSL alone, with the cheapest parameters that are accepted: for many tries. */
static void add_cheap(void)
{
    uint8_t key[32], plain[32], data[32], tag[16];
    static const uint8_t salt[32] = { 1, 2, 3 }, nonce[12] = { 4, 5, 6 };
    char bound[256], text[1024], hex[4][80];
    int length,
        bound_length = snprintf(bound, sizeof bound, "perigee-keystore-1\nmain\nhyperliquid\n%s\nscrypt 16384 8 1",
                                "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23");
    pg_hex_decode(plain, 32, secret_text, 64, NULL);
    assert_int_equal(EVP_PBE_scrypt(passphrase, strlen(passphrase), salt, 32, 16384, 8, 1, 1u << 30, key, 32), 1);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    assert_int_equal(EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce), 1);
    assert_int_equal(EVP_EncryptUpdate(context, NULL, &length, (uint8_t *)bound, bound_length), 1);
    assert_int_equal(EVP_EncryptUpdate(context, data, &length, plain, 32), 1);
    assert_int_equal(EVP_EncryptFinal_ex(context, plain, &length), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, tag), 1);
    EVP_CIPHER_CTX_free(context);
    snprintf(text, sizeof text,
             "{\"perigee_keystore\": 1, \"keys\": [{\"name\": \"main\", \"kind\": \"hyperliquid\", \"address\":"
             " \"0x2c7536E3605D9C16a7a3D7b1898e529396a65c23\", \"kdf\": \"scrypt\", \"n\": 16384, \"r\": 8, \"p\": 1,"
             " \"cipher\": \"aes-256-gcm\", \"salt\": \"%s\", \"nonce\": \"%s\", \"tag\": \"%s\", \"data\": \"%s\"}]}",
             pg_hex_encode(hex[0], salt, 32), pg_hex_encode(hex[1], nonce, 12), pg_hex_encode(hex[2], tag, 16),
             pg_hex_encode(hex[3], data, 32));
    scratch_write(path, text, strlen(text));
    assert_int_equal(chmod(path, 0600), 0);
    pg_keystore *store = open_store();
    pg_secret *secret = NULL;
    pg_key_kind kind;
    assert_int_equal(pg_keystore_unseal(&secret, &kind, store, "main", passphrase, NULL), PG_OK);
    pg_secret_free(secret);
    pg_keystore_close(store);
}

/* Every field of an entry changed: it does not open. */
static void test_tampered(void **state)
{
    (void)state;
    add_cheap();
    char *text = NULL;
    size_t size;
    assert_int_equal(pg_file_read(&text, &size, path, 100000, NULL), PG_OK);
    static const char *const fields[][2] = {
        { "name", "other" }, { "kind", "raw" }, { "address", "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf" },
        { "salt", NULL },    { "nonce", NULL }, { "tag", NULL },
        { "data", NULL }
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        cJSON *document = cJSON_Parse(text);
        cJSON *entry = cJSON_GetArrayItem(cJSON_GetObjectItem(document, "keys"), 0);
        cJSON *item = cJSON_GetObjectItem(entry, fields[i][0]);
        if (fields[i][1])
            cJSON_SetValuestring(item, fields[i][1]);
        else if (cJSON_IsNumber(item))
            cJSON_SetNumberValue(item, 32768);
        else
            item->valuestring[5] = item->valuestring[5] == '0' ? '1' : '0';
        char *changed = cJSON_Print(document);
        scratch_write(path, changed, strlen(changed));
        pg_keystore *store = open_store();
        pg_secret *secret = NULL;
        pg_key_kind kind;
        pg_error err = { 0 };
        assert_int_equal(pg_keystore_unseal(&secret, &kind, store, i == 0 ? "other" : "main", passphrase, &err),
                         PG_ERR_INVALID);
        assert_null(secret);
        pg_keystore_close(store);
        cJSON_free(changed);
        cJSON_Delete(document);
    }
    free(text);
}

/* Parameters that are too weak, or would take too much memory, are refused before they are tried; so is what is no
 * keystore at all. */
static void test_damaged(void **state)
{
    (void)state;
    add_cheap();
    char *text = NULL;
    size_t size;
    assert_int_equal(pg_file_read(&text, &size, path, 100000, NULL), PG_OK);
    static const struct {
        const char *field;
        double value;
    } numbers[] = { { "n", 1024 },    { "n", 1 << 24 }, { "n", 131071 }, { "r", 1000 },
                    { "p", 1000000 }, { "n", -1 },      { "r", 0 },      { "p", 1.5 } };
    pg_keystore *store = NULL;
    pg_error err = { 0 };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        cJSON *document = cJSON_Parse(text);
        cJSON *entry = cJSON_GetArrayItem(cJSON_GetObjectItem(document, "keys"), 0);
        cJSON_SetNumberValue(cJSON_GetObjectItem(entry, numbers[i].field), numbers[i].value);
        char *changed = cJSON_Print(document);
        scratch_write(path, changed, strlen(changed));
        assert_int_equal(pg_keystore_open(&store, path, true, &err), PG_ERR_PARSE);
        cJSON_free(changed);
        cJSON_Delete(document);
    }
    for (size_t cut = 0; cut + 3 < size; cut += 7) { /* the end missing */
        scratch_write(path, text, cut);
        assert_int_equal(pg_keystore_open(&store, path, true, &err), PG_ERR_PARSE);
    }
    static const char *const others[] = { "[]",
                                          "{}",
                                          "{\"perigee_keystore\": 2, \"keys\": []}",
                                          "{\"perigee_keystore\": 1, \"keys\": [{}]}",
                                          "{\"perigee_keystore\": 1, \"keys\": [1]}",
                                          "\xff" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        scratch_write(path, others[i], strlen(others[i]));
        assert_int_equal(pg_keystore_open(&store, path, true, &err), PG_ERR_PARSE);
    }
    free(text);
}

static void test_refused(void **state)
{
    (void)state;
    pg_keystore *store = NULL;
    pg_error err = { 0 };
    assert_int_equal(pg_keystore_open(&store, path, false, &err), PG_ERR_NOT_FOUND);
    store = open_store();
    pg_secret *secret = parse_key(PG_KEY_SECP256K1, secret_text);
    static const char *const names[] = {
        "", "a b", "a/b", "a\nb", "\xc3\xa4", "1234567890123456789012345678901234567890123456789012345678901234"
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(pg_keystore_add(store, names[i], PG_KEY_SECP256K1, secret, passphrase, &err), PG_ERR_INVALID);
    assert_int_equal(pg_keystore_add(store, "a", PG_KEY_SECP256K1, secret, "1234567", &err), PG_ERR_INVALID);
    assert_int_equal(pg_keystore_add(store, "a", PG_KEY_LIGHTER, secret, passphrase, &err), PG_ERR_INVALID);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(pg_keystore_add(store, "a", PG_KEY_SECP256K1, secret, passphrase, &err), PG_OK);
    assert_int_equal(pg_keystore_add(store, "a", PG_KEY_SECP256K1, secret, passphrase, &err), PG_ERR_INVALID);
    /* Another process that is writing, and one that died while it did. */
    scratch_write(scratch_path("keys.json.tmp"), "x", 1);
    assert_int_equal(pg_keystore_add(store, "b", PG_KEY_SECP256K1, secret, passphrase, &err), PG_ERR_STATE);
    unlink(scratch_path("keys.json.tmp"));
    /* Another process added a key meanwhile: it stays. */
    pg_keystore *second = open_store();
    assert_int_equal(pg_keystore_add(second, "c", PG_KEY_SECP256K1, secret, passphrase, &err), PG_OK);
    pg_keystore_close(second);
    assert_int_equal(pg_keystore_add(store, "d", PG_KEY_SECP256K1, secret, passphrase, &err), PG_OK);
    assert_int_equal(pg_keystore_count(store), 3);
    pg_keystore_close(store);
    pg_secret_free(secret);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(pg_keystore_open(&store, path, true, &err), PG_ERR_INVALID);
    assert_non_null(strstr(err.remedy, "chmod 600"));
}

/* ---- sources ---- */

static pg_status give_passphrase(void *self, const char *name, char *text, size_t size, pg_error *err)
{
    (void)err;
    assert_string_equal(name, "main");
    snprintf(text, size, "%s", (const char *)self);
    return PG_OK;
}

/* Loads a hyperliquid key; errors must not quote it. */
static pg_status load(pg_key_source source, pg_error *err)
{
    pg_secret *secret = NULL;
    char address[PG_KEY_ADDRESS] = "", whole[2048];
    *err = (pg_error){ 0 };
    pg_status status = pg_key_load(&secret, &source, PG_KEY_SECP256K1, err);
    if (status == PG_OK) {
        assert_int_equal(pg_key_address(address, PG_KEY_SECP256K1, secret, NULL), PG_OK);
        assert_string_equal(address, "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23");
    } else {
        assert_null(secret);
        pg_error_text(err, whole, sizeof whole);
        assert_null(strstr(whole, "4c0883a6"));
        assert_true(err->what[0]);
    }
    pg_secret_free(secret);
    return status;
}

static void test_environment(void **state)
{
    (void)state;
    pg_error err;
    const pg_key_source source = { .from = PG_KEY_FROM_ENVIRONMENT, .name = "PERIGEE_TEST_KEY" };
    assert_int_equal(load(source, &err), PG_ERR_NOT_FOUND);
    setenv("PERIGEE_TEST_KEY", secret_text, 1);
    const char *where = pg_environment_get("PERIGEE_TEST_KEY");
    assert_int_equal(load(source, &err), PG_OK);
    assert_null(pg_environment_get("PERIGEE_TEST_KEY"));
    assert_int_equal(where[0], 0); /* wiped where it was */
    assert_int_equal(where[30], 0);
    setenv("PERIGEE_TEST_KEY", "4c0883a6 not a key", 1);
    assert_int_equal(load(source, &err), PG_ERR_PARSE);
    assert_null(pg_environment_get("PERIGEE_TEST_KEY"));
    static char large[5000];
    memset(large, 'a', sizeof large - 1);
    setenv("PERIGEE_TEST_KEY", large, 1);
    assert_int_equal(load(source, &err), PG_ERR_RANGE);
    assert_null(pg_environment_get("PERIGEE_TEST_KEY"));
}

static void put_private(const char *file, const char *text)
{
    unlink(file);
    scratch_write(file, text, strlen(text));
    chmod(file, 0600);
}

static void test_dotenv(void **state)
{
    (void)state;
    pg_error err;
    char file[256], text[512];
    snprintf(file, sizeof file, "%s", scratch_path(".env"));
    pg_key_source source = { .from = PG_KEY_FROM_DOTENV, .path = file, .name = "HL_KEY" };
    assert_int_equal(load(source, &err), PG_ERR_NOT_FOUND);
    static const char *const forms[] = { "HL_KEY=%s", "# comment\nHL_KEY_2=zz\nexport HL_KEY=\"0x%s\"\r\nA=b\n",
                                         "  HL_KEY='%s' \nB=1\n", "\n\nHL_KEY=%s\nHL_KEY=other\n" };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        snprintf(text, sizeof text, forms[i], secret_text);
        put_private(file, text);
        assert_int_equal(load(source, &err), PG_OK);
    }
    put_private(file, "HL_KE=1\nHL_KEYS=2\n# HL_KEY=3\nHL_KEY");
    assert_int_equal(load(source, &err), PG_ERR_NOT_FOUND);
    /* Behind a variable that is not set. */
    source.from = PG_KEY_FROM_ENVIRONMENT;
    assert_int_equal(load(source, &err), PG_ERR_NOT_FOUND);
    assert_non_null(strstr(err.what, "neither"));
    snprintf(text, sizeof text, "HL_KEY=%s\n", secret_text);
    put_private(file, text);
    assert_int_equal(load(source, &err), PG_OK);
    chmod(file, 0644);
    assert_int_equal(load(source, &err), PG_ERR_INVALID);
}

static void test_files(void **state)
{
    (void)state;
    pg_error err;
    char file[256];
    snprintf(file, sizeof file, "%s", scratch_path("key"));
    const pg_key_source source = { .from = PG_KEY_FROM_FILE, .path = file };
    assert_int_equal(load(source, &err), PG_ERR_NOT_FOUND);
    put_private(file, secret_text);
    assert_int_equal(load(source, &err), PG_OK);
    static const mode_t open_modes[] = { 0644, 0640, 0604, 0660, 0602, 0610 };
    for (size_t i = 0; i < sizeof open_modes / sizeof *open_modes; i++) {
        chmod(file, open_modes[i]);
        assert_int_equal(load(source, &err), PG_ERR_INVALID);
        assert_non_null(strstr(err.remedy, "chmod 600"));
    }
    put_private(file, "");
    assert_int_equal(load(source, &err), PG_ERR_PARSE);
    unlink(file);
    mkdir(file, 0700);
    assert_int_equal(load(source, &err), PG_ERR_INVALID);
    rmdir(file);
    mkfifo(file, 0600); /* does not wait for a writer */
    assert_int_equal(load(source, &err), PG_ERR_INVALID);
    unlink(file);
}

static void test_from_keystore(void **state)
{
    (void)state;
    add_cheap();
    pg_error err;
    pg_key_source source = { .from = PG_KEY_FROM_KEYSTORE, .path = path, .name = "main" };
    assert_int_equal(load(source, &err), PG_ERR_INVALID); /* nobody to ask */
    source.passphrase = give_passphrase;
    source.self = (void *)passphrase;
    assert_int_equal(load(source, &err), PG_OK);
    source.self = "wrong passphrase";
    assert_int_equal(load(source, &err), PG_ERR_INVALID);
    source.self = (void *)passphrase;
    pg_secret *secret = NULL;
    assert_int_equal(pg_key_load(&secret, &source, PG_KEY_LIGHTER, &err), PG_ERR_INVALID); /* another kind */
    assert_null(secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_bad_keys),
        cmocka_unit_test(test_generate),
        cmocka_unit_test_setup_teardown(test_round_trip, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_format, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_tampered, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_damaged, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_refused, setup, scratch_remove),
        cmocka_unit_test(test_environment),
        cmocka_unit_test_setup_teardown(test_dotenv, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_files, setup, scratch_remove),
        cmocka_unit_test_setup_teardown(test_from_keystore, setup, scratch_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
