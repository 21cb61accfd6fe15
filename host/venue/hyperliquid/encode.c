#include "venue/hyperliquid/encode.h"

#include <stdio.h>
#include <string.h>

#include "crypto/hex.h"
#include "crypto/msgpack.h"
#include "venue/hyperliquid/number.h"

enum { MAX_TEXT = 1 << 16 };

typedef struct {
    pg_text *pack, *json;
    const pg_hl_envelope *envelope;
    pg_error *err;
} writer;

/* Lists are a pointer and, right behind it, a count. */
_Static_assert(offsetof(pg_hl_action, order.count) == offsetof(pg_hl_action, order.list) + sizeof(void *), "");
_Static_assert(offsetof(pg_hl_action, cancel.count) == offsetof(pg_hl_action, cancel.list) + sizeof(void *), "");
_Static_assert(offsetof(pg_hl_action, modify.count) == offsetof(pg_hl_action, modify.list) + sizeof(void *), "");
/* The priority rate stands behind the grouping. */
_Static_assert(offsetof(pg_hl_action, order.priority_rate) == offsetof(pg_hl_action, order.grouping) + 8, "");
_Static_assert(sizeof(pg_hl_tif) == sizeof(int) && sizeof(pg_hl_tpsl) == sizeof(int), "choices are read as int");

void pg_hl_encoded_free(pg_hl_encoded *encoded)
{
    pg_text_free(&encoded->pack);
    pg_text_free(&encoded->json);
}

const char *pg_hl_network_name(pg_hl_network network)
{
    return network == PG_HL_MAINNET ? "Mainnet" : "Testnet";
}

char *pg_hl_chain_text(char *text, const pg_hl_envelope *envelope)
{
    uint64_t id = envelope->chain_id ? envelope->chain_id : PG_HL_CHAIN_ID;

    snprintf(text, 19, "0x%llx", (unsigned long long)id);
    return text;
}

/* ---- texts ---- */

static pg_status lower(const char **text, char *scratch, size_t digits, const char *what, bool verbatim, pg_error *err)
{
    if (!pg_hex_is_prefixed(*text, digits))
        return pg_fail(err, PG_ERR_PARSE, "'%.64s' is no %s: 0x and %zu hexadecimal digits", *text, what, digits);
    if (verbatim)
        return PG_OK;
    size_t i = 0;
    for (; (*text)[i]; i++)
        scratch[i] = (char)((*text)[i] >= 'A' && (*text)[i] <= 'F' ? (*text)[i] - 'A' + 'a' : (*text)[i]);
    scratch[i] = '\0';
    *text = scratch;
    return PG_OK;
}

static pg_status decimal(const char **text, char *scratch, bool verbatim, pg_error *err)
{
    pg_status status = pg_hl_wire(scratch, *text, err);

    if (status == PG_OK && !verbatim)
        *text = scratch;
    return status;
}

/* "5 subaccount:0x...": the number and the address in their forms. */
static pg_status amount(const char **text, char *scratch, bool verbatim, pg_error *err)
{
    static const char mark[] = " subaccount:";
    const char *behind = strstr(*text, mark), *address;
    char number[PG_HL_NUMBER_TEXT], form[PG_HL_NUMBER_TEXT];

    if (!behind)
        return decimal(text, scratch, verbatim, err);
    if ((size_t)(behind - *text) >= sizeof number)
        return pg_fail(err, PG_ERR_RANGE, "an amount of %zu characters", (size_t)(behind - *text));
    memcpy(number, *text, (size_t)(behind - *text));
    number[behind - *text] = '\0';
    pg_status status = pg_hl_wire(form, number, err);
    char lowered[PG_HL_SCRATCH];
    address = behind + strlen(mark);
    if (status == PG_OK)
        status = lower(&address, lowered, 40, "address", false, err);
    if (status == PG_OK && !verbatim) {
        snprintf(scratch, PG_HL_SCRATCH, "%s%s%s", form, mark, address);
        *text = scratch;
    }
    return status;
}

pg_status pg_hl_field_text(const char **text, char *scratch, const void *base, const pg_hl_field *field, bool verbatim,
                           pg_error *err)
{
    pg_status status = PG_OK;
    size_t length;

    *text = *(const char *const *)pg_hl_field_at(base, field);
    if (!*text && (field->flags & PG_HL_UNNAMED))
        *text = "";
    if (!*text)
        return pg_fail(err, PG_ERR_INVALID, "%s is not given", field->name);
    switch (field->type) {
    case PG_HL_F_DECIMAL: status = decimal(text, scratch, verbatim, err); break;
    case PG_HL_F_AMOUNT: status = amount(text, scratch, verbatim, err); break;
    case PG_HL_F_ADDRESS: status = lower(text, scratch, 40, "address", verbatim, err); break;
    case PG_HL_F_ADDRESS_TEXT:
        if (**text)
            status = lower(text, scratch, 40, "address", verbatim, err);
        break;
    case PG_HL_F_CLOID: status = lower(text, scratch, 32, "client id", verbatim, err); break;
    case PG_HL_F_BYTES:
        length = strnlen(*text, MAX_TEXT);
        if (length < 2 || length % 2 || !pg_hex_is_prefixed(*text, length - 2))
            status = pg_fail(err, PG_ERR_PARSE, "not an even number of hexadecimal digits behind 0x");
        break;
    default:
        if (strnlen(*text, MAX_TEXT) == MAX_TEXT)
            status = pg_fail(err, PG_ERR_RANGE, "a text of more than %d bytes", MAX_TEXT - 1);
        else if (!pg_msgpack_is_utf8(*text, strlen(*text)))
            status = pg_fail(err, PG_ERR_PARSE, "a text that is no UTF-8");
    }
    if (status != PG_OK)
        pg_error_where(err, "%s", field->name);
    return status;
}

/* ---- values, in both forms ---- */

static void begin(writer *w)
{
    if (w->json->comma)
        pg_text_add(w->json, ",", 1);
    w->json->comma = true;
}

static void open_map(writer *w, uint32_t count)
{
    begin(w);
    pg_text_add(w->json, "{", 1);
    w->json->comma = false;
    pg_msgpack_map(w->pack, count);
}

static void close_map(writer *w)
{
    pg_text_add(w->json, "}", 1);
    w->json->comma = true;
}

static void put_text(writer *w, const char *text)
{
    size_t length = strlen(text);

    begin(w);
    pg_msgpack_quote(w->json, text, length);
    pg_msgpack_string(w->pack, text, length);
}

/* Names are of the tables: nothing in them needs an escape. */
static void put_name(writer *w, const char *name)
{
    size_t length = strlen(name);

    begin(w);
    pg_text_add(w->json, "\"", 1);
    pg_text_add(w->json, name, length);
    pg_text_add(w->json, "\":", 2);
    w->json->comma = false;
    pg_msgpack_string(w->pack, name, length);
}

static void put_literal(writer *w, const char *literal)
{
    begin(w);
    pg_text_add(w->json, literal, strlen(literal));
}

static void put_bool(writer *w, bool value)
{
    put_literal(w, value ? "true" : "false");
    pg_msgpack_bool(w->pack, value);
}

static void put_nil(writer *w)
{
    put_literal(w, "null");
    pg_msgpack_nil(w->pack);
}

static void put_digits(writer *w, uint64_t value, bool negative)
{
    char digits[24];
    int at = sizeof digits;

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    if (negative)
        digits[--at] = '-';
    begin(w);
    pg_text_add(w->json, digits + at, sizeof digits - (size_t)at);
}

static void put_uint(writer *w, uint64_t value)
{
    put_digits(w, value, false);
    pg_msgpack_uint(w->pack, value);
}

static void put_int(writer *w, int64_t value)
{
    put_digits(w, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0);
    pg_msgpack_int(w->pack, value);
}

/* ---- fields ---- */

static pg_status put_members(writer *w, const void *base, const pg_hl_field *fields);

static const void *first_of(const void *base, const pg_hl_field *field, size_t *count)
{
    const char *at = pg_hl_field_at(base, field);

    memcpy(count, at + sizeof(void *), sizeof *count);
    return *(const void *const *)at;
}

static bool is_written(const void *base, const pg_hl_field *field)
{
    return pg_hl_field_is_given(base, field) || !(field->flags & (PG_HL_OPTIONAL | PG_HL_UNNAMED));
}

static uint32_t count_members(const void *base, const pg_hl_field *fields)
{
    uint32_t count = 0;
    size_t elements;

    for (const pg_hl_field *f = fields; f->type != PG_HL_F_END; f++) {
        const void *first = f->type == PG_HL_F_FIRST ? first_of(base, f, &elements) : NULL;
        if (f->type == PG_HL_F_FIRST)
            count += first ? count_members(first, f->members) : 0;
        else
            count += is_written(base, f);
    }
    return count;
}

static pg_status put_object(writer *w, const void *base, const pg_hl_field *fields)
{
    open_map(w, count_members(base, fields));
    pg_status status = put_members(w, base, fields);
    close_map(w);
    return status;
}

static pg_status put_one_of(writer *w, const void *base, const pg_hl_field *field)
{
    uint32_t count = count_members(base, field->members);

    if (count != 1)
        return pg_fail(w->err, PG_ERR_INVALID, "%s: %s of limit (tif) and trigger (triggerPx, tpsl)", field->name,
                       count ? "both" : "none");
    return put_object(w, base, field->members);
}

static pg_status check_list(writer *w, const pg_hl_field *field, const void *list, size_t count)
{
    const char *name = field->name ? field->name : "modify";

    if (!list || count == 0)
        return pg_fail(w->err, PG_ERR_INVALID, "%s is empty", name);
    if (count > PG_HL_BATCH_MAX)
        return pg_fail(w->err, PG_ERR_RANGE, "%s has %zu elements, more than %d", name, count, PG_HL_BATCH_MAX);
    return PG_OK;
}

static pg_status put_list(writer *w, const void *base, const pg_hl_field *field)
{
    size_t count;
    const char *list = first_of(base, field, &count);
    pg_status status = check_list(w, field, list, count);

    if (status != PG_OK)
        return status;
    begin(w);
    pg_text_add(w->json, "[", 1);
    w->json->comma = false;
    pg_msgpack_array(w->pack, (uint32_t)count);
    for (size_t i = 0; i < count && status == PG_OK; i++) {
        status = put_object(w, list + i * field->size, field->members);
        if (status != PG_OK)
            pg_error_where(w->err, "%s[%zu]", field->name, i);
    }
    pg_text_add(w->json, "]", 1);
    w->json->comma = true;
    return status;
}

/* The members of the first element, among those of the action. */
static pg_status put_first(writer *w, const void *base, const pg_hl_field *field)
{
    size_t count;
    const void *first = first_of(base, field, &count);
    pg_status status = check_list(w, field, first, count);

    if (status == PG_OK && count != 1)
        status = pg_fail(w->err, PG_ERR_INVALID, "modify takes one order, batchModify several");
    return status == PG_OK ? put_members(w, first, field->members) : status;
}

static pg_status put_choice(writer *w, const void *base, const pg_hl_field *field)
{
    int choice = *(const int *)pg_hl_field_at(base, field), count = 0;

    while (field->choices[count])
        count++;
    if (choice < 1 || choice > count)
        return pg_fail(w->err, PG_ERR_INVALID, "%s is not given", field->name);
    put_text(w, field->choices[choice - 1]);
    return PG_OK;
}

static pg_status put_grouping(writer *w, const void *base, const pg_hl_field *field)
{
    static const char *const names[] = { "na", "normalTpsl", "positionTpsl" };
    const char *at = pg_hl_field_at(base, field);
    pg_hl_grouping grouping = *(const pg_hl_grouping *)(const void *)at;
    int64_t rate = *(const int64_t *)(const void *)(at + 8);

    if (grouping <= PG_HL_POSITION_TPSL) {
        put_text(w, names[grouping]);
        return PG_OK;
    }
    if (grouping != PG_HL_PRIORITY || rate < 0)
        return pg_fail(w->err, PG_ERR_INVALID, "no such grouping, or a negative priority rate");
    open_map(w, 1);
    put_name(w, "p");
    put_uint(w, (uint64_t)rate);
    close_map(w);
    return PG_OK;
}

static pg_status put_order_name(writer *w, const void *base, const pg_hl_field *field)
{
    static const pg_hl_field by_cloid = { .name = "oid",
                                          .type = PG_HL_F_CLOID,
                                          .offset = offsetof(pg_hl_order_name, cloid) };
    const pg_hl_order_name *name = pg_hl_field_at(base, field);
    const char *text;
    char scratch[PG_HL_SCRATCH];

    if (!name->cloid) {
        put_uint(w, name->oid);
        return PG_OK;
    }
    pg_status status = pg_hl_field_text(&text, scratch, name, &by_cloid, w->envelope->verbatim, w->err);
    if (status == PG_OK)
        put_text(w, text);
    return status;
}

static pg_status put_integer(writer *w, const void *base, const pg_hl_field *field)
{
    int64_t value = *(const int64_t *)pg_hl_field_at(base, field);

    if ((value < 0 && field->type != PG_HL_F_SIGNED) || (value > UINT32_MAX && field->type == PG_HL_F_INT32))
        return pg_fail(w->err, PG_ERR_RANGE, "%s cannot be %lld", field->name, (long long)value);
    put_int(w, value);
    return PG_OK;
}

static pg_status put_string(writer *w, const void *base, const pg_hl_field *field)
{
    const char *text;
    char scratch[PG_HL_SCRATCH];
    pg_status status = pg_hl_field_text(&text, scratch, base, field, w->envelope->verbatim, w->err);

    if (status == PG_OK)
        put_text(w, text);
    return status;
}

static pg_status put_value(writer *w, const void *base, const pg_hl_field *field)
{
    const void *at = pg_hl_field_at(base, field);

    switch (field->type) {
    case PG_HL_F_INT:
    case PG_HL_F_INT32:
    case PG_HL_F_SIGNED: return put_integer(w, base, field);
    case PG_HL_F_UINT: put_uint(w, *(const uint64_t *)at); return PG_OK;
    case PG_HL_F_NONCE: put_uint(w, w->envelope->nonce); return PG_OK;
    case PG_HL_F_BOOL:
    case PG_HL_F_FLAG: put_bool(w, *(const bool *)at); return PG_OK;
    case PG_HL_F_TRUE: put_bool(w, true); return PG_OK;
    case PG_HL_F_SWITCH: put_bool(w, *(const pg_hl_switch *)at == PG_HL_ON); return PG_OK;
    case PG_HL_F_CHOICE: return put_choice(w, base, field);
    case PG_HL_F_GROUPING: return put_grouping(w, base, field);
    case PG_HL_F_ORDER_NAME: return put_order_name(w, base, field);
    case PG_HL_F_OBJECT:
        return field->flags & PG_HL_ONE_OF ? put_one_of(w, base, field) : put_object(w, base, field->members);
    case PG_HL_F_STRUCT: return put_object(w, at, field->members);
    case PG_HL_F_LIST: return put_list(w, base, field);
    default: return put_string(w, base, field);
    }
}

static pg_status put_members(writer *w, const void *base, const pg_hl_field *fields)
{
    pg_status status = PG_OK;

    for (const pg_hl_field *f = fields; f->type != PG_HL_F_END && status == PG_OK; f++) {
        if (f->type == PG_HL_F_FIRST) {
            status = put_first(w, base, f);
        } else if (is_written(base, f)) {
            put_name(w, f->name);
            if (!pg_hl_field_is_given(base, f) && (f->flags & PG_HL_NULLABLE))
                put_nil(w);
            else
                status = put_value(w, base, f);
        }
    }
    return status;
}

static pg_status put_raw(pg_hl_encoded *encoded, const pg_hl_action *action, pg_error *err)
{
    if (!action->raw.json)
        return pg_fail(err, PG_ERR_INVALID, "the JSON text of the action is not given");
    pg_status status = pg_msgpack_from_json(&encoded->pack, action->raw.json, action->raw.size, err);
    if (status != PG_OK)
        return status;
    if ((uint8_t)encoded->pack.data[0] >> 4 != 8 && (uint8_t)encoded->pack.data[0] != 0xde)
        return pg_fail(err, PG_ERR_PARSE, "an action is a JSON object");
    return pg_msgpack_to_json(&encoded->json, encoded->pack.data, encoded->pack.length, err);
}

pg_status pg_hl_encode(pg_hl_encoded *encoded, const pg_hl_action *action, const pg_hl_envelope *envelope,
                       pg_error *err)
{
    const pg_hl_schema *schema = pg_hl_schema_of(action->kind);
    writer w = { &encoded->pack, &encoded->json, envelope, err };
    char chain[19];

    encoded->pack.length = encoded->json.length = 0;
    encoded->json.comma = false;
    if (action->kind == PG_HL_RAW)
        return put_raw(encoded, action, err);
    if (!schema)
        return pg_fail(err, PG_ERR_INVALID, "%d is no kind of action", (int)action->kind);
    open_map(&w, count_members(action, schema->fields) + (schema->primary ? 3 : 1));
    put_name(&w, "type");
    put_text(&w, schema->type);
    if (schema->primary) {
        put_name(&w, "signatureChainId");
        put_text(&w, pg_hl_chain_text(chain, envelope));
        put_name(&w, "hyperliquidChain");
        put_text(&w, pg_hl_network_name(envelope->network));
    }
    pg_status status = put_members(&w, action, schema->fields);
    close_map(&w);
    if (status != PG_OK) {
        pg_error_where(err, "%s", schema->type);
        return status;
    }
    status = pg_text_check(w.pack, err);
    return status == PG_OK ? pg_text_check(w.json, err) : status;
}
