/* Answers to requests, over the WebSocket and over HTTP. */
#include "venue/hyperliquid/codec_internal.h"

/* ---- results ---- */

static const struct {
    const char *name;
    pg_hl_outcome_kind kind;
} outcomes[] = {
    { "ok", PG_HL_OUT_OK },
    { "resting", PG_HL_OUT_RESTING },
    { "filled", PG_HL_OUT_FILLED },
    { "waitingForFill", PG_HL_OUT_WAITING_FILL },
    { "waitingForTrigger", PG_HL_OUT_WAITING_TRIGGER },
    { "success", PG_HL_OUT_SUCCESS },
    { "running", PG_HL_OUT_RUNNING },
    { "error", PG_HL_OUT_ERROR },
};

const char *pg_hl_outcome_name(pg_hl_outcome_kind kind)
{
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
        if (outcomes[i].kind == kind)
            return outcomes[i].name;
    return "unknown";
}

static pg_hl_outcome_kind kind_of(pg_span name)
{
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
        if (pg_scan_equal(name, outcomes[i].name))
            return outcomes[i].kind;
    return PG_HL_OUT_OTHER;
}

/* {"oid":1,...} of a resting or filled order, {"twapId":1} of a running one. */
static bool read_id(pg_scan *r, const char *const *id_name, uint64_t *id)
{
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        if (pg_scan_which(r, name, id_name, 1, &seen) == 0)
            pg_scan_whole(r, id);
        else
            pg_scan_skip(r);
    return pg_scan_need(r, seen, 1, id_name);
}

static bool read_result(pg_scan *r, pg_hl_result *result)
{
    static const char *const oid[] = { "oid" }, *const twap[] = { "twapId" };
    pg_span name;
    int n = 0;
    *result = (pg_hl_result){ .kind = PG_HL_OUT_OTHER };
    if (pg_scan_peek(r) == '"') {
        if (pg_scan_string(r, &name))
            result->kind = kind_of(name);
        return !r->failed;
    }
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name)) {
        pg_hl_outcome_kind kind = kind_of(name);
        if (kind != PG_HL_OUT_OTHER && result->kind != PG_HL_OUT_OTHER)
            return pg_scan_wrong(r, PG_ERR_PARSE, "a status that says two things");
        if (kind == PG_HL_OUT_RESTING || kind == PG_HL_OUT_FILLED)
            read_id(r, oid, &result->oid);
        else if (kind == PG_HL_OUT_RUNNING)
            read_id(r, twap, &result->oid);
        else if (kind == PG_HL_OUT_ERROR)
            pg_scan_string(r, &result->words);
        else
            pg_scan_skip(r);
        if (kind != PG_HL_OUT_OTHER)
            result->kind = kind;
    }
    return !r->failed;
}

/* ---- answers to actions ---- */

static bool read_statuses(pg_hl_decoder *decoder, pg_scan *r, pg_hl_answer *answer)
{
    int n = 0;
    pg_scan_open(r, '[');
    while (pg_scan_element(r, &n)) {
        if (n > PG_HL_OUTCOMES_MAX)
            return pg_scan_wrong(r, PG_ERR_RANGE, "more than %d statuses", PG_HL_OUTCOMES_MAX);
        if (!read_result(r, &decoder->result[n - 1]))
            return false;
    }
    answer->count = n;
    return !r->failed;
}

/* {"statuses":[...]}, {"status":...}, or something else that only says that it was accepted. */
static bool read_answer_data(pg_hl_decoder *decoder, pg_scan *r, pg_hl_answer *answer)
{
    enum { STATUSES, STATUS, FIELDS };
    static const char *const names[] = { "statuses", "status" };
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    if (pg_scan_peek(r) != '{')
        return pg_scan_skip(r);
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name)) {
        int which = pg_scan_which(r, name, names, FIELDS, &seen);
        if (which == STATUSES)
            read_statuses(decoder, r, answer);
        else if (which == STATUS && read_result(r, &decoder->result[0]))
            answer->count = 1;
        else if (which < 0)
            pg_scan_skip(r);
    }
    return !r->failed;
}

static bool read_response(pg_hl_decoder *decoder, pg_scan *r, pg_hl_answer *answer)
{
    enum { TYPE, DATA, FIELDS };
    static const char *const names[] = { "type", "data" };
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    decoder->result[0] = (pg_hl_result){ .kind = PG_HL_OUT_OK };
    answer->count = 1;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case TYPE: pg_scan_string(r, &answer->type); break;
        case DATA: read_answer_data(decoder, r, answer); break;
        default: pg_scan_skip(r);
        }
    return pg_scan_need(r, seen, 1u << TYPE, names);
}

bool hl_read_answer(pg_hl_decoder *decoder, pg_scan *r, pg_hl_answer *answer)
{
    enum { STATUS, RESPONSE, FIELDS };
    static const char *const names[] = { "status", "response" };
    const char *place = NULL;
    pg_span name, status = { 0 };
    uint32_t seen = 0;
    int n = 0;
    *answer = (pg_hl_answer){ .result = decoder->result };
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case STATUS: pg_scan_string(r, &status); break;
        case RESPONSE: pg_scan_skip_from(r, &place); break;
        default: pg_scan_skip(r);
        }
    if (!pg_scan_need(r, seen, 3, names))
        return false;
    const char *end = r->at;
    r->at = place;
    answer->refused = pg_scan_equal(status, "err");
    if (answer->refused)
        pg_scan_string(r, &answer->words);
    else if (pg_scan_equal(status, "ok"))
        read_response(decoder, r, answer);
    else
        pg_scan_wrong(r, PG_ERR_PARSE, "a status that is neither ok nor err");
    r->at = end;
    return !r->failed;
}

pg_status pg_hl_decode_answer(pg_hl_decoder *decoder, pg_hl_answer *answer, const char *text, size_t size,
                              pg_error *err)
{
    pg_scan reader;
    pg_error unused;
    if (!err)
        err = &unused;
    pg_scan_init(&reader, text, size, err);
    hl_read_answer(decoder, &reader, answer);
    pg_scan_finish(&reader);
    return reader.failed ? err->status : PG_OK;
}

bool pg_hl_answer_spread(pg_hl_answer *answer, int parts)
{
    if (answer->count == parts)
        return true;
    if (answer->count != 1 || answer->result[0].kind != PG_HL_OUT_ERROR || parts > PG_HL_OUTCOMES_MAX || parts < 1)
        return false;
    for (int i = 1; i < parts; i++)
        answer->result[i] = answer->result[0];
    answer->count = parts;
    return true;
}

/* ---- replies over the WebSocket ---- */

/* {"type":..,"data":..} around the information. */
static bool read_info(pg_scan *r, pg_hl_frame *frame)
{
    static const char *const names[] = { "data" };
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name)) {
        const char *place;
        bool wanted = pg_scan_which(r, name, names, 1, &seen) == 0;
        pg_scan_skip_from(r, &place);
        if (wanted)
            frame->text = (pg_span){ place, (size_t)(r->at - place) };
    }
    return pg_scan_need(r, seen, 1, names);
}

static bool read_payload(pg_hl_decoder *decoder, pg_scan *r, pg_span type, pg_hl_frame *frame)
{
    if (pg_scan_equal(type, "action")) {
        frame->reply = PG_HL_REPLY_ACTION;
        return hl_read_answer(decoder, r, &frame->answer);
    }
    if (pg_scan_equal(type, "info")) {
        frame->reply = PG_HL_REPLY_INFO;
        return read_info(r, frame);
    }
    if (!pg_scan_equal(type, "error"))
        return pg_scan_wrong(r, PG_ERR_PARSE, "a reply of a type that is not known");
    frame->reply = PG_HL_REPLY_ERROR;
    return pg_scan_string(r, &frame->text);
}

static bool read_post_response(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    enum { TYPE, PAYLOAD, FIELDS };
    static const char *const names[] = { "type", "payload" };
    const char *place = NULL;
    pg_span name, type = { 0 };
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case TYPE: pg_scan_string(r, &type); break;
        case PAYLOAD: pg_scan_skip_from(r, &place); break;
        default: pg_scan_skip(r);
        }
    if (!pg_scan_need(r, seen, 3, names))
        return false;
    const char *end = r->at;
    r->at = place;
    if (!read_payload(decoder, r, type, frame))
        return false;
    r->at = end;
    return true;
}

bool hl_read_reply(pg_hl_decoder *decoder, pg_scan *r, pg_hl_frame *frame)
{
    enum { ID, RESPONSE, FIELDS };
    static const char *const names[] = { "id", "response" };
    pg_span name;
    uint32_t seen = 0;
    int n = 0;
    pg_scan_open(r, '{');
    while (pg_scan_member(r, &n, &name))
        switch (pg_scan_which(r, name, names, FIELDS, &seen)) {
        case ID: pg_scan_whole(r, &frame->id); break;
        case RESPONSE: read_post_response(decoder, r, frame); break;
        default: pg_scan_skip(r);
        }
    return pg_scan_need(r, seen, 3, names);
}
