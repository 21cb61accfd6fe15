/* Actions from JSON, by the tables of schema.c. */
#include <stdlib.h>
#include <string.h>

#include "venue/hyperliquid/encode.h"

typedef struct {
    pg_hl_action *action;
    pg_hl_envelope *envelope;
    pg_error *err;
} reader;

static const double two_53 = 9007199254740992.0;

static pg_status wrong(const reader *r, const pg_hl_field *field, const char *what)
{
    return pg_fail(r->err, PG_ERR_PARSE, "%s is %s", field->name, what);
}

/* An integer that a double holds exactly. */
static bool read_whole(int64_t *value, const cJSON *json)
{
    if (!cJSON_IsNumber(json) || !(json->valuedouble > -two_53 && json->valuedouble < two_53))
        return false;
    *value = (int64_t)json->valuedouble;
    return (double)*value == json->valuedouble;
}

static void *at(void *base, const pg_hl_field *field)
{
    return (char *)base + field->offset;
}

static pg_status read_members(reader *r, void *base, const pg_hl_field *fields, const cJSON *json);

static pg_status read_object(reader *r, void *base, const pg_hl_field *fields, const cJSON *json);

static pg_status read_list(reader *r, void *base, const pg_hl_field *field, const cJSON *json)
{
    size_t count = (size_t)cJSON_GetArraySize(json), i = 0;
    const cJSON *element;

    if (!cJSON_IsArray(json))
        return wrong(r, field, "no array");
    if (count == 0 || count > PG_HL_BATCH_MAX)
        return pg_fail(r->err, PG_ERR_RANGE, "%s has %zu elements, not 1 to %d", field->name, count, PG_HL_BATCH_MAX);
    char *list = calloc(count, field->size);
    if (!list)
        return pg_fail(r->err, PG_ERR_MEMORY, "no memory for %zu elements", count);
    r->action->memory = list;
    memcpy(at(base, field), &list, sizeof list);
    memcpy((char *)at(base, field) + sizeof list, &count, sizeof count);
    cJSON_ArrayForEach(element, json)
    {
        pg_status status = read_object(r, list + i * field->size, field->members, element);
        if (status != PG_OK) {
            pg_error_where(r->err, "%s[%zu]", field->name, i);
            return status;
        }
        i++;
    }
    return PG_OK;
}

/* A list of one, whose members stand among those of the action. */
static pg_status read_first(reader *r, void *base, const pg_hl_field *field, const cJSON *json)
{
    size_t count = 1;
    char *list = calloc(1, field->size);

    if (!list)
        return pg_fail(r->err, PG_ERR_MEMORY, "no memory for an order");
    r->action->memory = list;
    memcpy(at(base, field), &list, sizeof list);
    memcpy((char *)at(base, field) + sizeof list, &count, sizeof count);
    return read_members(r, list, field->members, json);
}

static pg_status read_choice(reader *r, void *base, const pg_hl_field *field, const cJSON *json)
{
    for (int i = 0; cJSON_IsString(json) && field->choices[i]; i++)
        if (strcmp(field->choices[i], json->valuestring) == 0) {
            *(int *)at(base, field) = i + 1;
            return PG_OK;
        }
    return wrong(r, field, "no text that is known for it");
}

static pg_status read_grouping(reader *r, void *base, const pg_hl_field *field, const cJSON *json)
{
    static const char *const names[] = { "na", "normalTpsl", "positionTpsl" };
    pg_hl_grouping *grouping = at(base, field);
    int64_t *rate = (int64_t *)(void *)((char *)at(base, field) + 8);

    for (int i = 0; cJSON_IsString(json) && i < 3; i++)
        if (strcmp(names[i], json->valuestring) == 0) {
            *grouping = (pg_hl_grouping)i;
            return PG_OK;
        }
    *grouping = PG_HL_PRIORITY;
    if (!cJSON_IsObject(json) || cJSON_GetArraySize(json) != 1 ||
        !read_whole(rate, cJSON_GetObjectItemCaseSensitive(json, "p")) || *rate < 0)
        return wrong(r, field, "no grouping");
    return PG_OK;
}

static pg_status read_order_name(reader *r, void *base, const pg_hl_field *field, const cJSON *json)
{
    pg_hl_order_name *name = at(base, field);
    int64_t value;

    if (cJSON_IsString(json)) {
        name->cloid = json->valuestring;
        return PG_OK;
    }
    if (!read_whole(&value, json) || value < 0)
        return wrong(r, field, "neither an order id nor a client id");
    name->oid = (uint64_t)value;
    return PG_OK;
}

static pg_status read_nonce(reader *r, const pg_hl_field *field, const cJSON *json)
{
    int64_t value;

    if (!read_whole(&value, json) || value < 0)
        return wrong(r, field, "no whole number");
    if (r->envelope->nonce == 0)
        r->envelope->nonce = (uint64_t)value;
    if (r->envelope->nonce != (uint64_t)value)
        return pg_fail(r->err, PG_ERR_INVALID, "%s of the action is %lld, the nonce beside it %llu", field->name,
                       (long long)value, (unsigned long long)r->envelope->nonce);
    return PG_OK;
}

static pg_status read_integer(reader *r, void *base, const pg_hl_field *field, const cJSON *json)
{
    int64_t *value = at(base, field);

    if (!read_whole(value, json))
        return wrong(r, field, "no whole number below 2^53");
    if (*value < 0 && field->type != PG_HL_F_SIGNED)
        return wrong(r, field, "negative");
    return PG_OK;
}

static pg_status read_bool(reader *r, void *base, const pg_hl_field *field, const cJSON *json)
{
    if (!cJSON_IsBool(json))
        return wrong(r, field, "neither true nor false");
    if (field->type == PG_HL_F_SWITCH)
        *(pg_hl_switch *)at(base, field) = cJSON_IsTrue(json) ? PG_HL_ON : PG_HL_OFF;
    else if ((field->type == PG_HL_F_TRUE || field->type == PG_HL_F_FLAG) && !cJSON_IsTrue(json))
        return wrong(r, field, "false: it exists only as true");
    else if (field->type != PG_HL_F_TRUE)
        *(bool *)at(base, field) = cJSON_IsTrue(json);
    return PG_OK;
}

static pg_status read_value(reader *r, void *base, const pg_hl_field *field, const cJSON *json)
{
    switch (field->type) {
    case PG_HL_F_INT:
    case PG_HL_F_INT32:
    case PG_HL_F_SIGNED:
    case PG_HL_F_UINT: return read_integer(r, base, field, json);
    case PG_HL_F_BOOL:
    case PG_HL_F_FLAG:
    case PG_HL_F_TRUE:
    case PG_HL_F_SWITCH: return read_bool(r, base, field, json);
    case PG_HL_F_NONCE: return read_nonce(r, field, json);
    case PG_HL_F_CHOICE: return read_choice(r, base, field, json);
    case PG_HL_F_GROUPING: return read_grouping(r, base, field, json);
    case PG_HL_F_ORDER_NAME: return read_order_name(r, base, field, json);
    case PG_HL_F_OBJECT: return read_object(r, base, field->members, json);
    case PG_HL_F_STRUCT: return read_object(r, at(base, field), field->members, json);
    case PG_HL_F_LIST: return read_list(r, base, field, json);
    default:
        if (!cJSON_IsString(json))
            return wrong(r, field, "no text");
        *(const char **)at(base, field) = json->valuestring;
        return PG_OK;
    }
}

static pg_status read_members(reader *r, void *base, const pg_hl_field *fields, const cJSON *json)
{
    pg_status status = PG_OK;

    for (const pg_hl_field *f = fields; f->type != PG_HL_F_END && status == PG_OK; f++) {
        if (f->type == PG_HL_F_FIRST) {
            status = read_first(r, base, f, json);
            continue;
        }
        const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, f->name);
        if (member && !cJSON_IsNull(member))
            status = read_value(r, base, f, member);
        else if (!(f->flags & (PG_HL_OPTIONAL | PG_HL_NULLABLE | PG_HL_UNNAMED)))
            status = wrong(r, f, "missing");
    }
    return status;
}

/* Bit of a name among fields, from *bit on; 0 when it is none of them. */
static uint64_t bit_of(const pg_hl_field *fields, const char *name, unsigned *bit)
{
    for (const pg_hl_field *f = fields; f->type != PG_HL_F_END; f++) {
        uint64_t inner = f->type == PG_HL_F_FIRST ? bit_of(f->members, name, bit) : 0;
        if (inner)
            return inner;
        if (f->type != PG_HL_F_FIRST && strcmp(f->name, name) == 0)
            return 1ull << *bit;
        ++*bit;
    }
    return 0;
}

/* Every member has a field and is there once; extra[] are names beside those of the fields. */
static pg_status check_names(const reader *r, const pg_hl_field *fields, const char *const *extra, const cJSON *json)
{
    uint64_t seen = 0;
    const cJSON *member;

    if (!cJSON_IsObject(json))
        return pg_fail(r->err, PG_ERR_PARSE, "no JSON object");
    cJSON_ArrayForEach(member, json)
    {
        unsigned bit = 8;
        uint64_t found = bit_of(fields, member->string, &bit);
        for (unsigned i = 0; !found && extra[i]; i++)
            if (strcmp(extra[i], member->string) == 0)
                found = 1ull << i;
        if (!found)
            return pg_fail(r->err, PG_ERR_PARSE, "the member '%.64s' is not known", member->string);
        if (seen & found)
            return pg_fail(r->err, PG_ERR_PARSE, "the member '%.64s' is given twice", member->string);
        seen |= found;
    }
    return PG_OK;
}

static pg_status read_object(reader *r, void *base, const pg_hl_field *fields, const cJSON *json)
{
    static const char *const none[] = { NULL };
    pg_status status = check_names(r, fields, none, json);

    return status == PG_OK ? read_members(r, base, fields, json) : status;
}

/* Some types have several forms, told apart by the name of their only member. */
static const pg_hl_schema *find_schema(const char *type, const cJSON *json)
{
    const pg_hl_schema *schema;

    for (int i = 0; (schema = pg_hl_schema_at(i)); i++) {
        const pg_hl_schema *next = pg_hl_schema_at(i + 1);
        bool last_of_type = !next || strcmp(next->type, schema->type) != 0;
        if (strcmp(schema->type, type) == 0 &&
            (last_of_type || cJSON_GetObjectItemCaseSensitive(json, schema->fields[0].name)))
            return schema;
    }
    return NULL;
}

static pg_status read_chain(reader *r, const cJSON *json)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(json, "signatureChainId");
    const cJSON *chain = cJSON_GetObjectItemCaseSensitive(json, "hyperliquidChain");
    char *end = NULL;

    if (!cJSON_IsString(id) || strncmp(id->valuestring, "0x", 2) != 0 || strlen(id->valuestring) > 18)
        return pg_fail(r->err, PG_ERR_PARSE, "signatureChainId is no hexadecimal text");
    r->envelope->chain_id = strtoull(id->valuestring + 2, &end, 16);
    if (*end || end == id->valuestring + 2 || r->envelope->chain_id == 0)
        return pg_fail(r->err, PG_ERR_PARSE, "signatureChainId is no hexadecimal text");
    if (!cJSON_IsString(chain))
        return pg_fail(r->err, PG_ERR_PARSE, "hyperliquidChain is no text");
    for (int network = PG_HL_MAINNET; network <= PG_HL_TESTNET; network++)
        if (strcmp(chain->valuestring, pg_hl_network_name((pg_hl_network)network)) == 0) {
            r->envelope->network = (pg_hl_network)network;
            return PG_OK;
        }
    return pg_fail(r->err, PG_ERR_PARSE, "hyperliquidChain is neither Mainnet nor Testnet");
}

pg_status pg_hl_action_read(pg_hl_action *action, pg_hl_envelope *envelope, const cJSON *json, pg_error *err)
{
    static const char *const user_names[] = { "type", "signatureChainId", "hyperliquidChain", NULL };
    static const char *const plain_names[] = { "type", NULL };
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(json, "type");
    reader r = { action, envelope, err };

    *action = (pg_hl_action){ 0 };
    if (!cJSON_IsString(type))
        return pg_fail(err, PG_ERR_PARSE, "an action has no type");
    const pg_hl_schema *schema = find_schema(type->valuestring, json);
    if (!schema)
        return pg_fail(err, PG_ERR_UNSUPPORTED, "no form of the action '%.64s' is known", type->valuestring);
    action->kind = schema->kind;
    pg_status status = check_names(&r, schema->fields, schema->primary ? user_names : plain_names, json);
    if (status == PG_OK && schema->primary)
        status = read_chain(&r, json);
    if (status == PG_OK)
        status = read_members(&r, action, schema->fields, json);
    if (status != PG_OK) {
        pg_error_where(err, "%s", schema->type);
        pg_hl_action_free(action);
    }
    return status;
}

void pg_hl_action_free(pg_hl_action *action)
{
    free(action->memory);
    *action = (pg_hl_action){ 0 };
}
