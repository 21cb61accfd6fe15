#include "net/endpoint.h"

#include <curl/curl.h>
#include <curl/mprintf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pg_status bad(const char *what, pg_error *err)
{
    pg_fail(err, PG_ERR_INVALID, "the address of a WebSocket %s", what);
    pg_error_remedy(err, "write ws://host:port/path or wss://host/path");
    return PG_ERR_INVALID;
}

static pg_status take_parts(pg_endpoint *a, CURLU *url, pg_error *err)
{
    char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL;
    (void)curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);
    (void)curl_url_get(url, CURLUPART_HOST, &host, 0);
    (void)curl_url_get(url, CURLUPART_PORT, &port, 0);
    (void)curl_url_get(url, CURLUPART_USER, &user, 0);
    pg_status status = PG_OK;
    if (!scheme || (strcmp(scheme, "ws") != 0 && strcmp(scheme, "wss") != 0))
        status = bad("begins with neither ws: nor wss:", err);
    else if (user)
        status = bad("has a user name in it", err);
    else if (!host || !host[0] || strlen(host) >= PG_ADDRESS_HOST - 8)
        status = bad("has no host, or one that is too long", err);
    if (status == PG_OK) {
        a->tls = strcmp(scheme, "wss") == 0;
        a->port = port ? atoi(port) : a->tls ? 443 : 80;
        snprintf(a->authority, sizeof a->authority, port ? "%s:%s" : "%s", host, port);
        bool bracket = host[0] == '[';
        snprintf(a->host, sizeof a->host, "%.*s", (int)strlen(host) - (bracket ? 2 : 0), host + bracket);
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(user);
    return status;
}

static pg_status take_path(pg_endpoint *a, CURLU *url, pg_error *err)
{
    char *path = NULL, *query = NULL;
    (void)curl_url_get(url, CURLUPART_PATH, &path, 0);
    if (path && curl_url_get(url, CURLUPART_QUERY, &query, 0) == CURLUE_OK)
        a->path = curl_maprintf("%s?%s", path, query);
    else if (path)
        a->path = curl_maprintf("%s", path);
    curl_free(path);
    curl_free(query);
    return a->path ? PG_OK : pg_fail(err, PG_ERR_MEMORY, "out of memory");
}

pg_status pg_endpoint_parse(pg_endpoint *address, const char *text, pg_error *err)
{
    *address = (pg_endpoint){ 0 };
    if (!text)
        return bad("is missing", err);
    CURLU *url = curl_url();
    if (!url)
        return pg_fail(err, PG_ERR_MEMORY, "out of memory");
    pg_status status = PG_OK;
    if (curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
        status = bad("cannot be read", err);
    if (status == PG_OK)
        status = take_parts(address, url, err);
    if (status == PG_OK)
        status = take_path(address, url, err);
    curl_url_cleanup(url);
    return status;
}

void pg_endpoint_free(pg_endpoint *address)
{
    curl_free(address->path);
    address->path = NULL;
}
