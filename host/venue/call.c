#include "venue/call.h"

#include <stdlib.h>

#include "base/status.h"

void *pg_call_begin(pg_calls *calls, size_t size)
{
    pg_call *call = calloc(1, size);
    PG_ASSERT(call != NULL);
    call->calls = calls;
    call->after = calls->first;
    if (call->after)
        call->after->before = call;
    calls->first = call;
    return call;
}

void pg_call_end(pg_call *call)
{
    *(call->before ? &call->before->after : &call->calls->first) = call->after;
    if (call->after)
        call->after->before = call->before;
    if (call->release)
        call->release(call);
    free(call);
}

void pg_calls_free(pg_calls *calls)
{
    while (calls->first)
        pg_call_end(calls->first);
}
