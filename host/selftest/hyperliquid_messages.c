/* The folder messages: frames of the WebSocket and answers over HTTP. Every one must be read; of those that the codec
 * reads, what it says must be what a tree made by cJSON says. */
#include "selftest/hyperliquid_messages.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "selftest/hyperliquid.h"
#include "venue/hyperliquid/assets.h"
#include "venue/hyperliquid/codec_state.h"

/* The text of a tree, with whole numbers as they are: cJSON writes some of them with an exponent. */
static void write_json(pg_text *out, const char *key, const cJSON *json)
{
    const cJSON *item;
    if (cJSON_IsObject(json) || cJSON_IsArray(json)) {
        bool object = cJSON_IsObject(json);
        pg_json_open(out, key, object ? '{' : '[');
        cJSON_ArrayForEach(item, json) write_json(out, object ? item->string : NULL, item);
        pg_json_close(out, object ? '}' : ']');
    } else if (cJSON_IsString(json)) {
        pg_json_string(out, key, json->valuestring);
    } else if (cJSON_IsBool(json)) {
        pg_json_bool(out, key, cJSON_IsTrue(json));
    } else if (cJSON_IsNumber(json) && json->valuedouble == floor(json->valuedouble) &&
               fabs(json->valuedouble) < 9e15) {
        pg_json_integer(out, key, (int64_t)json->valuedouble);
    } else if (cJSON_IsNumber(json)) {
        pg_json_number(out, key, json->valuedouble);
    } else {
        pg_json_null(out, key);
    }
}

/* What a runner of one file has. */
typedef struct {
    pg_vectors *v;
    pg_hl_decoder *decoder;
    pg_instrument instruments[PG_HL_COINS];
    pg_text text, said, wanted;
} runner;

static const char *text_of(runner *r, const cJSON *json)
{
    r->text.length = 0;
    r->text.comma = false;
    write_json(&r->text, NULL, json);
    return r->text.data ? r->text.data : "";
}

static void compare(runner *r)
{
    const char *said = r->said.data ? r->said.data : "", *wanted = r->wanted.data ? r->wanted.data : "";
    if (strcmp(said, wanted) != 0)
        pg_vector_fail(r->v, "message", "expected %.300s, got %.300s", wanted, said);
}

/* One message of the WebSocket. */
static void check_frame(runner *r, const cJSON *message)
{
    pg_hl_frame frame;
    pg_error err = { 0 };
    const char *text = text_of(r, message);
    r->said.length = r->wanted.length = 0;
    if (!pg_hyperliquid_worked(r->v, "decode", pg_hl_decode(r->decoder, &frame, text, r->text.length, 1, &err), &err))
        return;
    pg_hyperliquid_say_frame(&r->said, &frame);
    if (!pg_hyperliquid_say_json(&r->wanted, message, r->decoder, r->instruments))
        pg_vector_fail(r->v, "message", "is not of the form of its channel");
    else
        compare(r);
}

static void check_frames(runner *r, const cJSON *frames)
{
    const cJSON *frame;
    int i = 0;
    cJSON_ArrayForEach(frame, frames)
    {
        char id[64];
        snprintf(id, sizeof id, "frames[%d]", i++);
        pg_vector_begin(r->v, id);
        check_frame(r, frame);
        pg_vector_end(r->v);
    }
}

/* ---- answers over HTTP ---- */

typedef pg_status list_reader(pg_hl_decoder *decoder, pg_hl_frame *frame, const char *text, size_t size, pg_error *err);

/* A list, read by the codec, against the same in the message that it would be in. */
static void check_list(runner *r, const cJSON *response, list_reader *read, const char *channel, const char *member)
{
    pg_hl_frame frame;
    pg_error err = { 0 };
    const char *text = text_of(r, response);
    if (!pg_hyperliquid_worked(r->v, "decode", read(r->decoder, &frame, text, r->text.length, &err), &err))
        return;
    cJSON *message = cJSON_CreateObject(), *copy = cJSON_Duplicate(response, true), *data = copy;
    if (member) {
        data = cJSON_CreateObject();
        cJSON_AddItemToObject(data, member, copy);
    }
    cJSON_AddStringToObject(message, "channel", channel);
    cJSON_AddItemToObject(message, "data", data);
    r->said.length = r->wanted.length = 0;
    pg_hyperliquid_say_frame(&r->said, &frame);
    const cJSON *first = cJSON_GetArrayItem(response, 0);
    if (frame.kind == PG_HL_FRAME_FILLS && !pg_vector_get(first, "tid")) /* from before trades had ids */
        pg_vector_check_true(r->v, "count", frame.count == cJSON_GetArraySize(response));
    else if (pg_hyperliquid_say_json(&r->wanted, message, r->decoder, r->instruments))
        compare(r);
    else
        pg_vector_fail(r->v, "response", "is not of the form of its request");
    cJSON_Delete(message);
}

static void check_status(runner *r, const cJSON *response)
{
    pg_hl_frame frame;
    pg_error err = { 0 };
    const char *text = text_of(r, response);
    bool found = strcmp(pg_vector_text(response, "status"), "order") == 0;
    if (!pg_hyperliquid_worked(r->v, "decode", pg_hl_decode_status(r->decoder, &frame, text, r->text.length, &err),
                               &err))
        return;
    const cJSON *state = pg_vector_get(response, "order"), *order = pg_vector_get(state, "order");
    pg_vector_check_true(r->v, "found", (frame.count == 1) == found);
    if (frame.count != 1)
        return;
    pg_vector_check_text(r->v, "status", pg_vector_get(state, "status"), frame.update[0].words);
    pg_vector_check_true(r->v, "oid", (double)frame.update[0].oid == pg_vector_double(order, "oid", -1));
}

static void check_open(runner *r, const cJSON *response)
{
    pg_hl_frame frame;
    pg_error err = { 0 };
    const cJSON *order;
    int i = 0;
    const char *text = text_of(r, response);
    if (!pg_hyperliquid_worked(r->v, "decode", pg_hl_decode_open(r->decoder, &frame, text, r->text.length, &err), &err))
        return;
    pg_vector_check_true(r->v, "count", frame.count == cJSON_GetArraySize(response));
    cJSON_ArrayForEach(order, response)
    {
        const pg_told_order *u = &frame.update[i++];
        double size = atof(pg_vector_text(order, "sz"));
        pg_vector_check_true(r->v, "oid", (double)u->oid == pg_vector_double(order, "oid", -1));
        pg_vector_check_true(r->v, "side", (u->side == PG_BUY) == (*pg_vector_text(order, "side") == 'B'));
        pg_vector_check_true(r->v, "sz",
                             fabs(pg_size_double(&r->instruments[u->market], u->remaining) - size) <= 1e-9 * size);
    }
}

static void check_account(runner *r, const cJSON *response)
{
    static pg_hl_account account;
    pg_error err = { 0 };
    if (!pg_hyperliquid_worked(r->v, "read", pg_hl_account_read(&account, response, &err), &err))
        return;
    const cJSON *list = pg_vector_get(response, "assetPositions"), *item;
    const cJSON *whole = pg_vector_get(response, "marginSummary");
    if (!whole)
        whole = pg_vector_get(response, "crossMarginSummary");
    pg_vector_check_true(r->v, "accountValue",
                         fabs((double)account.equity_e6 * 1e-6 - atof(pg_vector_text(whole, "accountValue"))) < 1e-6);
    int i = 0;
    cJSON_ArrayForEach(item, list)
    {
        const cJSON *position = pg_vector_get(item, "position");
        if (i < account.count && strcmp(account.position[i].coin, pg_vector_text(position, "coin")) == 0)
            pg_vector_check_text(r->v, "szi", pg_vector_get(position, "szi"), account.position[i].quantity);
        i++;
    }
}

static void check_meta(runner *r, const cJSON *response, const char *type)
{
    pg_hl_assets assets = { 0 };
    pg_error err = { 0 };
    const cJSON *meta = response;
    pg_status status = PG_OK;
    if (strcmp(type, "spotMeta") == 0)
        status = pg_hl_assets_add_spot(&assets, response, &err);
    else if (strcmp(type, "meta") == 0)
        status = pg_hl_assets_add_perps(&assets, 0, response, &err);
    else if (strcmp(type, "metaAndAssetCtxs") == 0)
        status = pg_hl_assets_add_perps(&assets, 0, cJSON_GetArrayItem(response, 0), &err);
    else
        for (int dex = 0; (meta = cJSON_GetArrayItem(response, dex)) && status == PG_OK; dex++)
            status = pg_hl_assets_add_perps(&assets, dex, meta, &err);
    if (pg_hyperliquid_worked(r->v, "read", status, &err))
        pg_vector_check_true(r->v, "assets", assets.count > 0);
    pg_hl_assets_free(&assets);
}

static void check_book(runner *r, const cJSON *response)
{
    check_list(r, response, pg_hl_decode_book, "l2Book", NULL);
}

static void check_response(runner *r, const cJSON *response, const char *type)
{
    if (strcmp(type, "l2Book") == 0)
        check_book(r, response);
    else if (strcmp(type, "orderStatus") == 0)
        check_status(r, response);
    else if (strcmp(type, "openOrders") == 0 || strcmp(type, "frontendOpenOrders") == 0)
        check_open(r, response);
    else if (strncmp(type, "userFills", 9) == 0)
        check_list(r, response, pg_hl_decode_fills, "userFills", "fills");
    else if (strcmp(type, "clearinghouseState") == 0)
        check_account(r, response);
    else if (strstr(type, "eta") && !strstr(type, "utcome"))
        check_meta(r, response, type);
    else /* nothing here reads it: it is JSON, and there */
        pg_vector_check_true(r->v, "response", response != NULL);
}

/* What an answer to an action means, against the names in `outcome`. */
static void check_outcome(runner *r, const cJSON *vector)
{
    const cJSON *body = pg_vector_get(vector, "body"), *outcome = pg_vector_get(vector, "outcome"), *want;
    int code = (int)pg_vector_double(vector, "http_status", 200), i = 0;
    int parts = (int)pg_vector_double(vector, "batch_length", cJSON_GetArraySize(outcome));
    pg_hl_answer answer = { 0 };
    pg_error err = { 0 };
    const char *whole = code == 429   ? "rate_limited"
                        : code >= 500 ? "server_error"
                        : code >= 400 ? "client_error"
                                      : NULL;
    if (!whole) {
        const char *text = text_of(r, body);
        pg_status status = pg_hl_decode_answer(r->decoder, &answer, text, r->text.length, &err);
        if (!pg_hyperliquid_worked(r->v, "decode", status, &err))
            return;
        whole = answer.refused ? "err" : NULL;
        if (!whole && !pg_hl_answer_spread(&answer, parts))
            pg_vector_fail(r->v, "statuses", "%d for a request of %d parts", answer.count, parts);
    }
    cJSON_ArrayForEach(want, outcome)
    {
        pg_vector_check_text(r->v, "outcome", want, whole ? whole : pg_hl_outcome_name(answer.result[i].kind));
        i++;
    }
}

/* ---- a file ---- */

/* The request's type, or the file's name without rest_. */
static const char *type_of(const runner *r, const cJSON *root, char *name, size_t size)
{
    const char *type = pg_vector_text(pg_vector_get(root, "request"), "type");
    const char *slash = strrchr(r->v->file, '/'), *file = slash ? slash + 1 : r->v->file;
    if (*type)
        return type;
    snprintf(name, size, "%s", strncmp(file, "rest_", 5) == 0 ? file + 5 : file);
    name[strcspn(name, "_.")] = '\0';
    return name;
}

static void check_cases(runner *r, const cJSON *root)
{
    const cJSON *vector;
    int i = 0;
    cJSON_ArrayForEach(vector, pg_vector_get(root, "cases"))
    {
        char id[96], name[64];
        snprintf(id, sizeof id, "cases[%d] %s", i++, pg_vector_text(vector, "name"));
        pg_vector_begin(r->v, id);
        const cJSON *receive = pg_vector_get(vector, "receive"), *response = pg_vector_get(vector, "response");
        if (receive)
            check_frame(r, receive);
        else if (pg_vector_get(vector, "outcome"))
            check_outcome(r, vector);
        else
            check_response(r, response, type_of(r, vector, name, sizeof name));
        pg_vector_end(r->v);
    }
}

void pg_hyperliquid_message_file(pg_vectors *v, const cJSON *root)
{
    char name[64];
    runner r = { .v = v };
    r.decoder = pg_hyperliquid_decoder_for(r.instruments, root);
    const cJSON *ack = pg_vector_get(root, "ack"), *response = cJSON_GetObjectItemCaseSensitive(root, "response");
    pg_vector_begin(v, "(file)");
    if (!r.decoder)
        pg_vector_fail(v, "(file)", "names more coins than the codec can know");
    else if (response)
        check_response(&r, response, type_of(&r, root, name, sizeof name));
    else if (ack)
        check_frame(&r, ack);
    pg_vector_end(v);
    if (r.decoder) {
        check_frames(&r, pg_vector_get(root, "frames"));
        check_cases(&r, root);
    }
    pg_hl_decoder_free(r.decoder);
    pg_text_free(&r.text);
    pg_text_free(&r.said);
    pg_text_free(&r.wanted);
}
