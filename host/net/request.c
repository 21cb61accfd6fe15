#define _GNU_SOURCE /* memmem */
#include "net/request.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { CHUNK_LINE = 256 /* bytes of a line that tells a chunk's size, or of a trailer */ };

static bool is(const char *data, pg_slice s, const char *text)
{
    return s.size == strlen(text) && strncasecmp(data + s.start, text, s.size) == 0;
}

/* Whether a list of tokens with commas has this one. */
static bool has(const char *data, pg_slice s, const char *token)
{
    size_t at = s.start, end = s.start + s.size;
    while (at < end) {
        const char *comma = memchr(data + at, ',', end - at);
        size_t stop = comma ? (size_t)(comma - data) : end, first = at, last = stop;
        while (first < last && (data[first] == ' ' || data[first] == '\t'))
            first++;
        while (last > first && (data[last - 1] == ' ' || data[last - 1] == '\t'))
            last--;
        if (is(data, (pg_slice){ first, last - first }, token))
            return true;
        at = stop + 1;
    }
    return false;
}

/* A character of a method or of a header's name (RFC 9110, token). */
static bool is_token(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

/* ---- the head ---- */

static pg_read_result read_first_line(pg_request_reader *r, const char *data, size_t end)
{
    size_t at = 0;
    while (at < end && is_token(data[at]))
        at++;
    r->method = (pg_slice){ 0, at };
    if (at == 0 || at == end || data[at] != ' ')
        return PG_READ_BAD;
    size_t target = ++at;
    while (at < end && data[at] > 32 && data[at] < 127)
        at++;
    size_t target_end = at;
    if (target == target_end || data[target] != '/' || end - at != 9 || memcmp(data + at, " HTTP/1.", 8) != 0)
        return PG_READ_BAD;
    r->keep_alive = data[at + 8] != '0';
    const char *mark = memchr(data + target, '?', target_end - target);
    size_t path_end = mark ? (size_t)(mark - data) : target_end;
    r->path = (pg_slice){ target, path_end - target };
    r->query = mark ? (pg_slice){ path_end + 1, target_end - path_end - 1 } : (pg_slice){ target_end, 0 };
    return PG_READ_DONE;
}

static pg_read_result read_length(pg_request_reader *r, const char *data, pg_slice value, size_t limit)
{
    if (r->has_length || value.size == 0)
        return PG_READ_BAD;
    r->has_length = true;
    for (size_t i = 0; i < value.size; i++) {
        char c = data[value.start + i];
        if (c < '0' || c > '9')
            return PG_READ_BAD;
        if (r->length <= limit) /* beyond it the exact number does not matter */
            r->length = r->length * 10 + (size_t)(c - '0');
    }
    return r->length > limit ? PG_READ_TOO_LONG : PG_READ_DONE;
}

static pg_read_result read_header(pg_request_reader *r, const char *data, pg_slice name, pg_slice value, size_t limit)
{
    if (is(data, name, "content-length"))
        return read_length(r, data, value, limit);
    if (is(data, name, "transfer-encoding")) {
        if (r->chunked || !is(data, value, "chunked"))
            return PG_READ_UNSUPPORTED;
        r->chunked = true;
    } else if (is(data, name, "connection")) {
        if (has(data, value, "close"))
            r->keep_alive = false;
        else if (has(data, value, "keep-alive"))
            r->keep_alive = true;
    } else if (is(data, name, "upgrade")) {
        r->upgrade = has(data, value, "websocket");
    } else if (is(data, name, "expect")) {
        r->expects = is(data, value, "100-continue");
    } else if (is(data, name, "authorization")) {
        r->authorization = value;
    } else if (is(data, name, "x-api-key")) {
        r->api_key = value;
    } else if (is(data, name, "cookie")) {
        r->cookie = value;
    } else if (is(data, name, "user-agent")) {
        r->user_agent = value;
    }
    return PG_READ_DONE;
}

static pg_read_result read_header_line(pg_request_reader *r, const char *data, size_t start, size_t end, size_t limit)
{
    size_t colon = start;
    while (colon < end && is_token(data[colon]))
        colon++;
    if (colon == start || colon == end || data[colon] != ':')
        return PG_READ_BAD;
    size_t first = colon + 1, last = end;
    while (first < last && (data[first] == ' ' || data[first] == '\t'))
        first++;
    while (last > first && (data[last - 1] == ' ' || data[last - 1] == '\t'))
        last--;
    for (size_t i = first; i < last; i++)
        if ((unsigned char)data[i] < 32 && data[i] != '\t')
            return PG_READ_BAD;
    return read_header(r, data, (pg_slice){ start, colon - start }, (pg_slice){ first, last - first }, limit);
}

static pg_read_result read_head(pg_request_reader *r, const char *data, size_t size, size_t limit)
{
    size_t window = size < PG_REQUEST_HEAD ? size : (size_t)PG_REQUEST_HEAD;
    const char *blank = memmem(data, window, "\r\n\r\n", 4);
    if (!blank)
        return size < PG_REQUEST_HEAD ? PG_READ_MORE : PG_READ_HEAD_TOO_LONG;
    size_t head = (size_t)(blank - data) + 4;
    pg_read_result worst = PG_READ_DONE;
    bool first = true;
    for (size_t at = 0; at < head - 2;) {
        const char *end = memmem(data + at, head - at, "\r\n", 2);
        size_t stop = (size_t)(end - data);
        pg_read_result result = first ? read_first_line(r, data, stop) : read_header_line(r, data, at, stop, limit);
        /* A body that is too long is told only of a request that is otherwise right. */
        if (result != PG_READ_DONE && result != PG_READ_TOO_LONG)
            return result;
        if (result == PG_READ_TOO_LONG)
            worst = result;
        first = false;
        at = stop + 2;
    }
    if (r->chunked && r->has_length)
        return PG_READ_BAD; /* two lengths: what one of us takes for a body, another may take for a request */
    r->head = head;
    return worst;
}

/* ---- the body ---- */

/* The number at the start of a chunk's line; -1 when there is none. */
static int64_t chunk_size(const char *line, size_t size)
{
    int64_t value = 0;
    size_t digits = 0;
    for (; digits < size; digits++) {
        char c = line[digits];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            break;
        if (digits == 12)
            return -1;
        value = value * 16 + digit;
    }
    bool ended = digits == size || line[digits] == ';' || line[digits] == ' ';
    return digits > 0 && ended ? value : -1;
}

/* Takes the next chunk, or a line of the trailer, at *at. */
static pg_read_result read_chunk(pg_request_reader *r, char *data, size_t size, size_t *at, size_t limit)
{
    size_t rest = size - *at, window = rest < CHUNK_LINE ? rest : (size_t)CHUNK_LINE;
    const char *end = memmem(data + *at, window, "\r\n", 2);
    if (!end)
        return rest < CHUNK_LINE ? PG_READ_MORE : PG_READ_BAD;
    size_t line = (size_t)(end - data) - *at;
    if (r->last) {
        *at += line + 2;
        r->used = *at;
        return line == 0 ? PG_READ_DONE : PG_READ_MORE;
    }
    int64_t chunk = chunk_size(data + *at, line);
    if (chunk < 0)
        return PG_READ_BAD;
    if ((uint64_t)chunk > limit - r->body)
        return PG_READ_TOO_LONG;
    size_t start = *at + line + 2, bytes = (size_t)chunk;
    if (bytes == 0) {
        r->last = true;
        *at = start;
        return PG_READ_MORE;
    }
    if (size - start < bytes + 2)
        return PG_READ_MORE;
    if (data[start + bytes] != '\r' || data[start + bytes + 1] != '\n')
        return PG_READ_BAD;
    memmove(data + r->head + r->body, data + start, bytes);
    r->body += bytes;
    *at = start + bytes + 2;
    return PG_READ_MORE;
}

/* The chunks that are there are joined behind the head; what follows them is moved up to them. */
static pg_read_result read_chunks(pg_request_reader *r, char *data, size_t *size, size_t limit)
{
    size_t at = r->head + r->body, before;
    pg_read_result result;
    do {
        before = at;
        result = read_chunk(r, data, *size, &at, limit);
    } while (result == PG_READ_MORE && at > before);
    if (result != PG_READ_MORE && result != PG_READ_DONE)
        return result;
    size_t joined = r->head + r->body;
    memmove(data + joined, data + at, *size - at);
    *size -= at - joined;
    r->used = joined;
    return result;
}

pg_read_result pg_request_read(pg_request_reader *r, char *data, size_t *size, size_t limit)
{
    if (r->head == 0) {
        pg_read_result result = read_head(r, data, *size, limit);
        if (result != PG_READ_DONE)
            return result;
    }
    if (r->chunked)
        return read_chunks(r, data, size, limit);
    size_t there = *size - r->head;
    r->body = there < r->length ? there : r->length;
    r->used = r->head + r->length;
    return there < r->length ? PG_READ_MORE : PG_READ_DONE;
}
