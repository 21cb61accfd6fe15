#include "venue/lighter/nonce.h"

#include <inttypes.h>
#include <stdio.h>

static const int64_t settle_ns = 500 * (int64_t)1000000; /* pending transactions need as long */

struct pg_lighter_nonces {
    int64_t next;
    bool known;        /* next is the venue's, as far as we can tell */
    int64_t confirmed; /* the venue's, as it has told or shown last */
    int flights;
    const void *channel; /* of the flights */
    const void *reader;  /* who reads it at the moment */
    int64_t read_at_ns;
};

pg_status pg_lighter_nonces_open(pg_lighter_nonces **nonces, pg_loop *loop, const char *url, int64_t account,
                                 int64_t key_index, pg_error *err)
{
    char name[320];
    snprintf(name, sizeof name, "lighter nonces %" PRId64 " %" PRId64 " %s", account, key_index, url);
    *nonces = pg_loop_share(loop, name, sizeof **nonces);
    return *nonces ? PG_OK : pg_fail(err, PG_ERR_MEMORY, "no memory for nonces");
}

void pg_lighter_nonces_close(pg_lighter_nonces *nonces, pg_loop *loop, const void *owner)
{
    if (!nonces)
        return;
    if (nonces->reader == owner)
        nonces->reader = NULL;
    pg_loop_unshare(loop, nonces);
}

bool pg_lighter_nonces_ready(const pg_lighter_nonces *nonces, const void *channel)
{
    return nonces->known && (nonces->flights == 0 || nonces->channel == channel);
}

int64_t pg_lighter_nonces_take(pg_lighter_nonces *nonces, const void *channel, int count)
{
    int64_t first = nonces->next;
    PG_ASSERT(pg_lighter_nonces_ready(nonces, channel));
    nonces->channel = channel;
    nonces->next += count;
    nonces->flights++;
    return first;
}

void pg_lighter_nonces_extend(pg_lighter_nonces *nonces, int count)
{
    nonces->next += count;
}

void pg_lighter_nonces_doubt(pg_lighter_nonces *nonces, int64_t now_ns)
{
    nonces->known = false;
    nonces->read_at_ns = now_ns + settle_ns;
}

void pg_lighter_nonces_land(pg_lighter_nonces *nonces, int64_t first, int count, pg_lighter_nonces_fate fate,
                            int64_t now_ns)
{
    bool newest = first + count == nonces->next;
    nonces->flights--;
    if (fate == PG_LIGHTER_NONCES_USED)
        nonces->confirmed = first + count;
    if (!nonces->known)
        nonces->read_at_ns = now_ns + settle_ns;
    if (fate == PG_LIGHTER_NONCES_IN_DOUBT || (fate == PG_LIGHTER_NONCES_UNUSED && !newest))
        pg_lighter_nonces_doubt(nonces, now_ns); /* what was sent after it has nonces that do not follow */
    else if (fate == PG_LIGHTER_NONCES_UNUSED)
        nonces->next = first;
}

bool pg_lighter_nonces_passed(const pg_lighter_nonces *nonces, int64_t nonce)
{
    return nonces->known && nonces->confirmed > nonce;
}

bool pg_lighter_nonces_begin_read(pg_lighter_nonces *nonces, const void *owner, int64_t now_ns)
{
    if (nonces->known || nonces->flights > 0 || nonces->reader || now_ns < nonces->read_at_ns)
        return false;
    nonces->reader = owner;
    return true;
}

void pg_lighter_nonces_end_read(pg_lighter_nonces *nonces, int64_t next, int64_t now_ns)
{
    nonces->reader = NULL;
    nonces->known = next >= 0;
    nonces->next = next;
    if (nonces->known)
        nonces->confirmed = next;
    nonces->read_at_ns = now_ns + settle_ns;
}
