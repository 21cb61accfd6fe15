#include "crypto/eip712.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/keccak.h"

enum { MAX_REFERRED = 32, MAX_DEPTH = 16 };

typedef struct {
    const pg_eip712_struct *found[MAX_REFERRED];
    size_t count;
} reference_set;

/* ---- values ---- */

pg_eip712_value pg_eip712_bytes(const void *data, size_t size)
{
    return (pg_eip712_value){ .data = data, .size = size };
}

pg_eip712_value pg_eip712_text(const char *text)
{
    return pg_eip712_bytes(text, strlen(text));
}

pg_eip712_value pg_eip712_uint(uint64_t value)
{
    pg_eip712_value made = { 0 };

    for (int i = 0; i < 8; i++)
        made.word[31 - i] = (uint8_t)(value >> 8 * i);
    return made;
}

pg_eip712_value pg_eip712_address(const pg_address *address)
{
    pg_eip712_value made = { 0 };

    memcpy(made.word + 12, address->bytes, PG_ADDRESS_SIZE);
    return made;
}

pg_eip712_value pg_eip712_word(const uint8_t word[32])
{
    pg_eip712_value made = { 0 };

    memcpy(made.word, word, 32);
    return made;
}

pg_eip712_value pg_eip712_list(const pg_eip712_value *items, size_t count)
{
    return (pg_eip712_value){ .items = items, .size = count };
}

/* ---- types ---- */

/* A struct whose name is name[length]. */
static const pg_eip712_struct *find_struct(const pg_eip712_types *types, const char *name, size_t length)
{
    for (size_t i = 0; i < types->count; i++)
        if (strlen(types->structs[i].name) == length && memcmp(types->structs[i].name, name, length) == 0)
            return &types->structs[i];
    return NULL;
}

/* Length of a type's name without the brackets of arrays. */
static size_t base_length(const char *type)
{
    return strcspn(type, "[");
}

/* N of "uint<N>" and the like when the text is that prefix and a number in 1..limit divisible by step; 0 otherwise. */
static unsigned width_of(const char *type, size_t length, const char *prefix, unsigned limit, unsigned step)
{
    size_t before = strlen(prefix);
    unsigned width = 0;

    if (length <= before || length > before + 3 || strncmp(type, prefix, before) != 0 || type[before] == '0')
        return 0;
    for (size_t i = before; i < length; i++) {
        if (type[i] < '0' || type[i] > '9')
            return 0;
        width = 10 * width + (unsigned)(type[i] - '0');
    }
    return width <= limit && width % step == 0 ? width : 0;
}

static bool same(const char *type, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(type, name, length) == 0;
}

static bool is_atomic(const char *type, size_t length)
{
    return same(type, length, "bool") || same(type, length, "address") || same(type, length, "string") ||
           same(type, length, "bytes") || width_of(type, length, "uint", 256, 8) ||
           width_of(type, length, "int", 256, 8) || width_of(type, length, "bytes", 32, 1);
}

static pg_status refer(reference_set *set, const pg_eip712_types *types, const pg_eip712_struct *from, pg_error *err)
{
    for (size_t i = 0; i < from->count; i++) {
        const char *type = from->fields[i].type;
        size_t length = base_length(type), k = 0;
        if (is_atomic(type, length))
            continue;
        const pg_eip712_struct *found = find_struct(types, type, length);
        if (!found)
            return pg_fail(err, PG_ERR_NOT_FOUND, "field %s of %s has the unknown type %s", from->fields[i].name,
                           from->name, type);
        while (k < set->count && set->found[k] != found)
            k++;
        if (k < set->count)
            continue;
        if (set->count == MAX_REFERRED)
            return pg_fail(err, PG_ERR_RANGE, "a type refers to more than %d structs", MAX_REFERRED);
        set->found[set->count++] = found;
        pg_status status = refer(set, types, found, err);
        if (status != PG_OK)
            return status;
    }
    return PG_OK;
}

static void print_struct(pg_text *text, const pg_eip712_struct *type)
{
    pg_text_add(text, type->name, strlen(type->name));
    pg_text_add(text, "(", 1);
    for (size_t i = 0; i < type->count; i++)
        pg_text_print(text, "%s%s %s", i ? "," : "", type->fields[i].type, type->fields[i].name);
    pg_text_add(text, ")", 1);
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const pg_eip712_struct *const *)a)->name, (*(const pg_eip712_struct *const *)b)->name);
}

pg_status pg_eip712_encode_type(pg_text *text, const pg_eip712_types *types, const char *name, pg_error *err)
{
    reference_set set = { .count = 1 };

    set.found[0] = find_struct(types, name, strlen(name));
    if (!set.found[0])
        return pg_fail(err, PG_ERR_NOT_FOUND, "no struct is called %s", name);
    pg_status status = refer(&set, types, set.found[0], err);
    if (status != PG_OK)
        return status;
    qsort(set.found + 1, set.count - 1, sizeof set.found[0], by_name);
    for (size_t i = 0; i < set.count; i++)
        print_struct(text, set.found[i]);
    return pg_text_check(text, err);
}

pg_status pg_eip712_type_hash(uint8_t hash[32], const pg_eip712_types *types, const char *name, pg_error *err)
{
    pg_text text = { 0 };
    pg_status status = pg_eip712_encode_type(&text, types, name, err);

    if (status == PG_OK)
        pg_keccak256(hash, text.data, text.length);
    pg_text_free(&text);
    return status;
}

/* ---- data ---- */

static bool all_are(const uint8_t *bytes, size_t count, uint8_t value)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

/* Whether a word is in the range of an atomic type of a fixed size. */
static bool word_fits(const uint8_t word[32], const char *type, size_t length)
{
    unsigned bits;

    if (same(type, length, "bool"))
        return all_are(word, 31, 0) && word[31] <= 1;
    if (same(type, length, "address"))
        return all_are(word, 12, 0);
    if ((bits = width_of(type, length, "uint", 256, 8)))
        return all_are(word, 32 - bits / 8, 0);
    if ((bits = width_of(type, length, "bytes", 32, 1)))
        return all_are(word + bits, 32 - bits, 0);
    bits = width_of(type, length, "int", 256, 8);
    return all_are(word, 32 - bits / 8, word[32 - bits / 8] & 0x80 ? 0xff : 0);
}

static pg_status hash_struct(uint8_t hash[32], const pg_eip712_types *types, const pg_eip712_struct *type,
                             const pg_eip712_value *values, size_t count, int depth, pg_error *err);

static pg_status encode(uint8_t word[32], const pg_eip712_types *types, const char *type, size_t length,
                        const pg_eip712_value *value, int depth, pg_error *err);

/* type[length] ends in "[]" or "[n]": the element type is what comes before the last bracket. */
static pg_status encode_array(uint8_t word[32], const pg_eip712_types *types, const char *type, size_t length,
                              const pg_eip712_value *value, int depth, pg_error *err)
{
    pg_keccak hash = { 0 };
    size_t open = length - 1;

    while (open > 0 && type[open] != '[')
        open--;
    if (open + 2 != length) {
        char *end;
        unsigned long fixed = strtoul(type + open + 1, &end, 10);
        if (end != type + length - 1 || fixed != value->size)
            return pg_fail(err, PG_ERR_INVALID, "%zu elements for an array of type %.*s", value->size, (int)length,
                           type);
    }
    for (size_t i = 0; i < value->size; i++) {
        uint8_t element[32];
        pg_status status = encode(element, types, type, open, &value->items[i], depth, err);
        if (status != PG_OK)
            return status;
        pg_keccak_add(&hash, element, sizeof element);
    }
    pg_keccak_end(word, &hash);
    return PG_OK;
}

static pg_status encode(uint8_t word[32], const pg_eip712_types *types, const char *type, size_t length,
                        const pg_eip712_value *value, int depth, pg_error *err)
{
    if (depth > MAX_DEPTH)
        return pg_fail(err, PG_ERR_RANGE, "a value is nested deeper than %d", MAX_DEPTH);
    if (length > 0 && type[length - 1] == ']')
        return encode_array(word, types, type, length, value, depth + 1, err);
    if (same(type, length, "string") || same(type, length, "bytes")) {
        pg_keccak256(word, value->data, value->size);
        return PG_OK;
    }
    if (is_atomic(type, length)) {
        if (!word_fits(value->word, type, length))
            return pg_fail(err, PG_ERR_INVALID, "a value is out of the range of %.*s", (int)length, type);
        memcpy(word, value->word, 32);
        return PG_OK;
    }
    const pg_eip712_struct *found = find_struct(types, type, length);
    if (!found)
        return pg_fail(err, PG_ERR_INVALID, "%.*s is no type", (int)length, type);
    return hash_struct(word, types, found, value->items, value->size, depth + 1, err);
}

static pg_status hash_struct(uint8_t hash[32], const pg_eip712_types *types, const pg_eip712_struct *type,
                             const pg_eip712_value *values, size_t count, int depth, pg_error *err)
{
    pg_keccak state = { 0 };
    uint8_t word[32];

    if (count != type->count)
        return pg_fail(err, PG_ERR_INVALID, "%s has %zu fields, not %zu", type->name, type->count, count);
    pg_status status = pg_eip712_type_hash(word, types, type->name, err);
    if (status != PG_OK)
        return status;
    pg_keccak_add(&state, word, sizeof word);
    for (size_t i = 0; i < count; i++) {
        const char *field = type->fields[i].type;
        status = encode(word, types, field, strlen(field), &values[i], depth, err);
        if (status != PG_OK) {
            pg_error_where(err, "%s.%s", type->name, type->fields[i].name);
            return status;
        }
        pg_keccak_add(&state, word, sizeof word);
    }
    pg_keccak_end(hash, &state);
    return PG_OK;
}

pg_status pg_eip712_hash_struct(uint8_t hash[32], const pg_eip712_types *types, const char *name,
                                const pg_eip712_value *values, size_t count, pg_error *err)
{
    const pg_eip712_struct *type = find_struct(types, name, strlen(name));

    if (!type)
        return pg_fail(err, PG_ERR_NOT_FOUND, "no struct is called %s", name);
    return hash_struct(hash, types, type, values, count, 0, err);
}

void pg_eip712_domain(uint8_t separator[32], const char *name, const char *version, uint64_t chain_id,
                      const pg_address *contract)
{
    static const char type[] = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
    uint8_t words[5][32];
    pg_eip712_value chain = pg_eip712_uint(chain_id), address = pg_eip712_address(contract);

    pg_keccak256(words[0], type, strlen(type));
    pg_keccak256(words[1], name, strlen(name));
    pg_keccak256(words[2], version, strlen(version));
    memcpy(words[3], chain.word, 32);
    memcpy(words[4], address.word, 32);
    pg_keccak256(separator, words, sizeof words);
}

void pg_eip712_digest(uint8_t digest[32], const uint8_t separator[32], const uint8_t struct_hash[32])
{
    uint8_t bytes[66] = { 0x19, 0x01 };

    memcpy(bytes + 2, separator, 32);
    memcpy(bytes + 34, struct_hash, 32);
    pg_keccak256(digest, bytes, sizeof bytes);
}
