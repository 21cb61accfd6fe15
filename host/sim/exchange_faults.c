#include "sim/exchange_faults.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/random.h"

typedef struct {
    pg_fault fault;
    int64_t seen, done;
} rule;

struct pg_faults {
    rule rules[PG_FAULTS_MAX];
    int count;
    pg_random random;
    int64_t happened[PG_FAULT_KINDS];
};

static const char *const names[PG_FAULT_KINDS] = {
    [PG_FAULT_NONE] = "none",
    [PG_FAULT_DROP] = "drop",
    [PG_FAULT_DELAY] = "delay",
    [PG_FAULT_DUPLICATE] = "duplicate",
    [PG_FAULT_REORDER] = "reorder",
    [PG_FAULT_CUT] = "cut",
    [PG_FAULT_CUT_INSIDE] = "cut_inside",
    [PG_FAULT_HALF_OPEN] = "half_open",
    [PG_FAULT_SILENCE] = "silence",
    [PG_FAULT_STATUS] = "status",
    [PG_FAULT_HTML] = "html",
    [PG_FAULT_TRUNCATE] = "truncate",
    [PG_FAULT_UNKNOWN] = "unknown",
    [PG_FAULT_HUGE] = "huge",
    [PG_FAULT_REJECT] = "reject",
};

pg_status pg_faults_new(pg_faults **faults, uint64_t seed, pg_error *err)
{
    *faults = calloc(1, sizeof **faults);
    if (!*faults)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a plan of faults");
    pg_random_seed(&(*faults)->random, seed);
    return PG_OK;
}

void pg_faults_free(pg_faults *faults)
{
    free(faults);
}

pg_status pg_faults_add(pg_faults *f, const pg_fault *fault, pg_error *err)
{
    if (fault->kind <= PG_FAULT_NONE || fault->kind >= PG_FAULT_KINDS || !fault->channel[0])
        return pg_fail(err, PG_ERR_INVALID, "a fault has no kind or no channel");
    if (fault->after < 0 || fault->count < 0 || fault->ms < 0 || !(fault->probability >= 0 && fault->probability <= 1))
        return pg_fail(err, PG_ERR_INVALID, "%s on %s: after, count and ms are 0 or more, a probability 0 to 1",
                       names[fault->kind], fault->channel);
    if (fault->kind == PG_FAULT_STATUS && (fault->code < 400 || fault->code > 599))
        return pg_fail(err, PG_ERR_INVALID, "status on %s: code is 400 to 599, not %d", fault->channel, fault->code);
    if (f->count == PG_FAULTS_MAX)
        return pg_fail(err, PG_ERR_FULL, "a plan has %d faults at most", PG_FAULTS_MAX);
    f->rules[f->count++] = (rule){ .fault = *fault };
    return PG_OK;
}

static pg_status read_member(pg_fault *fault, const cJSON *member, pg_error *err)
{
    static const struct {
        const char *name;
        size_t offset, size;
    } texts[] = { { "channel", offsetof(pg_fault, channel), sizeof fault->channel },
                  { "text", offsetof(pg_fault, text), sizeof fault->text } };
    const char *name = member->string;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(name, texts[i].name) == 0 && cJSON_IsString(member) && strlen(member->valuestring) < texts[i].size) {
            memcpy((char *)fault + texts[i].offset, member->valuestring, strlen(member->valuestring) + 1);
            return PG_OK;
        }
    for (int kind = 1; strcmp(name, "fault") == 0 && cJSON_IsString(member) && kind < PG_FAULT_KINDS; kind++)
        if (strcmp(names[kind], member->valuestring) == 0) {
            fault->kind = (pg_fault_kind)kind;
            return PG_OK;
        }
    if (cJSON_IsNumber(member) && fabs(member->valuedouble) < 1e15) {
        int64_t whole = (int64_t)member->valuedouble;
        if (strcmp(name, "after") == 0)
            fault->after = whole;
        else if (strcmp(name, "count") == 0)
            fault->count = whole;
        else if (strcmp(name, "ms") == 0)
            fault->ms = whole;
        else if (strcmp(name, "code") == 0)
            fault->code = (int)whole;
        else if (strcmp(name, "probability") == 0)
            fault->probability = member->valuedouble;
        else
            return pg_fail(err, PG_ERR_PARSE, "the member '%.40s' is not known", name);
        return PG_OK;
    }
    return pg_fail(err, PG_ERR_PARSE, "the member '%.40s' is not known, or has no value that it can have", name);
}

pg_status pg_faults_read(pg_faults *f, const char *json, size_t size, pg_error *err)
{
    cJSON *document = cJSON_ParseWithLength(json, size);
    if (!cJSON_IsArray(document)) {
        cJSON_Delete(document);
        return pg_fail(err, PG_ERR_PARSE, "a plan of faults is a JSON array of objects");
    }
    pg_status status = PG_OK;
    int number = 1;
    for (const cJSON *item = document->child; item && status == PG_OK; item = item->next, number++) {
        pg_fault fault = { 0 };
        if (!cJSON_IsObject(item))
            status = pg_fail(err, PG_ERR_PARSE, "no JSON object");
        for (const cJSON *member = item->child; member && status == PG_OK; member = member->next)
            status = read_member(&fault, member, err);
        if (status == PG_OK)
            status = pg_faults_add(f, &fault, err);
        if (status != PG_OK)
            pg_error_where(err, "fault %d", number);
    }
    cJSON_Delete(document);
    return status;
}

void pg_faults_clear(pg_faults *f)
{
    f->count = 0;
}

const pg_fault *pg_faults_next(pg_faults *f, const char *channel)
{
    const pg_fault *chosen = NULL;
    for (int i = 0; f && i < f->count; i++) {
        rule *r = &f->rules[i];
        bool every = r->fault.channel[0] == '*' && strcmp(channel, "action") != 0;
        if (!every && strcmp(r->fault.channel, channel) != 0)
            continue;
        bool ripe = r->seen++ >= r->fault.after && (r->fault.count == 0 || r->done < r->fault.count);
        bool drawn = r->fault.probability == 0 || pg_random_uniform(&f->random) < r->fault.probability;
        if (!ripe || !drawn || chosen)
            continue;
        r->done++;
        f->happened[r->fault.kind]++;
        chosen = &r->fault;
    }
    return chosen;
}

int64_t pg_faults_count(const pg_faults *f, pg_fault_kind kind)
{
    return f->happened[kind];
}
