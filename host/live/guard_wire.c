#include "live/guard_wire.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"

enum { HEAD = offsetof(pg_guard_packet, text), OPTIONS = 8 };

/* ---- packets ---- */

pg_status pg_guard_send(int fd, pg_guard_kind kind, int venue, int64_t number, const char *text, pg_error *err)
{
    pg_guard_packet packet; /* only what is sent of it is set */
    size_t length = text ? strlen(text) + 1 : 1;
    if (length > sizeof packet.text)
        return pg_fail(err, PG_ERR_RANGE, "%zu bytes are too long for a packet", length);
    packet.kind = (uint32_t)kind;
    packet.venue = venue;
    packet.number = number;
    memcpy(packet.text, text ? text : "", length);
    ssize_t sent;
    do
        sent = send(fd, &packet, HEAD + length, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent != (ssize_t)(HEAD + length))
        return pg_fail(err, PG_ERR_IO, "%s", strerror(sent < 0 ? errno : EMSGSIZE));
    return PG_OK;
}

pg_status pg_guard_receive(pg_guard_packet *packet, int fd, pg_error *err)
{
    ssize_t size;
    do
        size = recv(fd, packet, sizeof *packet, MSG_DONTWAIT | MSG_TRUNC);
    while (size < 0 && errno == EINTR);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return PG_ERR_NOT_FOUND; /* nothing went wrong */
    if (size <= 0)
        return pg_fail(err, PG_ERR_IO, "%s", size < 0 ? strerror(errno) : "the other side is gone");
    if (size <= HEAD || size > (ssize_t)sizeof *packet || ((char *)packet)[size - 1] != '\0')
        return pg_fail(err, PG_ERR_PARSE, "a packet of %zd bytes is none of the guard's", size);
    return PG_OK;
}

/* ---- venues ---- */

static void write_text(pg_text *out, const char *key, const char *value)
{
    if (value)
        pg_json_string(out, key, value);
}

pg_status pg_guard_place_write(char *text, const pg_venue_config *config, bool ends_with_host, pg_error *err)
{
    pg_text out = { 0 };
    pg_json_open(&out, NULL, '{');
    write_text(&out, "name", config->name);
    write_text(&out, "kind", config->kind);
    write_text(&out, "network", config->network);
    write_text(&out, "url", config->url);
    write_text(&out, "account", config->account);
    write_text(&out, "state", config->state);
    pg_json_bool(&out, "ends_with_host", ends_with_host);
    pg_json_open(&out, "symbols", '[');
    for (int i = 0; i < config->symbol_count; i++)
        pg_json_string(&out, NULL, config->symbols[i]);
    pg_json_close(&out, ']');
    pg_json_open(&out, "options", '{');
    for (int i = 0; i < config->option_count; i++)
        pg_json_string(&out, config->options[i].name, config->options[i].value);
    pg_json_close(&out, '}');
    pg_json_close(&out, '}');
    pg_status status = pg_text_check(&out, err);
    if (status == PG_OK && out.length >= PG_GUARD_TEXT)
        status = pg_fail(err, PG_ERR_RANGE, "venue %s: its settings are too long for the guard", config->name);
    if (status == PG_OK)
        memcpy(text, out.data, out.length + 1);
    pg_text_free(&out);
    return status;
}

static const char *text_of(const cJSON *json, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));
}

static bool read_lists(pg_guard_place *place, const cJSON *json)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(json, "symbols"))
    {
        if (!cJSON_IsString(item) || place->config.symbol_count == PG_VENUE_MARKETS)
            return false;
        place->symbol[place->config.symbol_count++] = item->valuestring;
    }
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(json, "options"))
    {
        if (!cJSON_IsString(item) || place->config.option_count == OPTIONS)
            return false;
        place->option[place->config.option_count++] = (pg_venue_option){ item->string, item->valuestring };
    }
    place->config.symbols = place->symbol;
    place->config.options = place->option;
    return true;
}

pg_status pg_guard_place_read(pg_guard_place *place, const char *text, pg_error *err)
{
    memset(place, 0, sizeof *place);
    cJSON *json = cJSON_Parse(text);
    place->texts = json;
    place->config = (pg_venue_config){ .name = text_of(json, "name"),
                                       .kind = text_of(json, "kind"),
                                       .network = text_of(json, "network"),
                                       .url = text_of(json, "url"),
                                       .account = text_of(json, "account"),
                                       .state = text_of(json, "state"),
                                       .no_streams = true };
    place->ends_with_host = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "ends_with_host"));
    if (!place->config.name || !place->config.kind || !place->config.network || !read_lists(place, json)) {
        pg_guard_place_free(place);
        return pg_fail(err, PG_ERR_PARSE, "the settings of a venue cannot be read");
    }
    return PG_OK;
}

void pg_guard_place_free(pg_guard_place *place)
{
    cJSON_Delete(place->texts);
    memset(place, 0, sizeof *place);
}
