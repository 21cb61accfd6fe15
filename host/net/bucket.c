#include "net/bucket.h"

#include <math.h>

void pg_bucket_init(pg_bucket *bucket, double capacity, double per_s, double reserve, int64_t now_ns)
{
    *bucket =
        (pg_bucket){ .capacity = capacity, .per_s = per_s, .reserve = reserve, .tokens = capacity, .at_ns = now_ns };
}

static void refill(pg_bucket *bucket, int64_t now_ns)
{
    int64_t passed = now_ns - bucket->at_ns;
    bucket->at_ns = now_ns;
    if (passed >= 0)
        bucket->tokens = fmin(bucket->capacity, bucket->tokens + (double)passed * 1e-9 * bucket->per_s);
    else if (bucket->blocked_until_ns)
        bucket->blocked_until_ns += passed; /* the clock stepped back: what it measured goes with it */
}

static double available(const pg_bucket *bucket, bool safety)
{
    return safety ? bucket->tokens : bucket->tokens - bucket->reserve;
}

bool pg_bucket_take(pg_bucket *bucket, double weight, bool safety, int64_t now_ns)
{
    if (pg_bucket_wait(bucket, weight, safety, now_ns) > 0)
        return false;
    bucket->tokens -= weight;
    return true;
}

void pg_bucket_charge(pg_bucket *bucket, double weight, int64_t now_ns)
{
    refill(bucket, now_ns);
    bucket->tokens -= weight;
}

int64_t pg_bucket_wait(pg_bucket *bucket, double weight, bool safety, int64_t now_ns)
{
    refill(bucket, now_ns);
    double missing = weight - available(bucket, safety);
    int64_t blocked = bucket->blocked_until_ns > now_ns ? bucket->blocked_until_ns - now_ns : 0;
    if (missing <= 0)
        return blocked;
    if (weight > bucket->capacity - (safety ? 0 : bucket->reserve) || bucket->per_s <= 0)
        return INT64_MAX; /* never */
    double wait = ceil(missing / bucket->per_s * 1e9);
    int64_t wait_ns = wait < 9e18 ? (int64_t)wait : INT64_MAX;
    return wait_ns > blocked ? wait_ns : blocked;
}

void pg_bucket_block(pg_bucket *bucket, int64_t until_ns, int64_t now_ns)
{
    refill(bucket, now_ns);
    bucket->tokens = fmin(bucket->tokens, 0);
    if (until_ns > bucket->blocked_until_ns)
        bucket->blocked_until_ns = until_ns;
}
