/* A token bucket by weight, with a part that only cancels and other safety requests may use. */
#ifndef PG_NET_BUCKET_H
#define PG_NET_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    double capacity;
    double per_s;
    double reserve; /* of the capacity, for safety requests */
    double tokens;
    int64_t at_ns;
    int64_t blocked_until_ns;
} pg_bucket;

/* A full bucket. Times are of any one clock; when it steps back, nothing is gained and nothing waits for it. */
void pg_bucket_init(pg_bucket *bucket, double capacity, double per_s, double reserve, int64_t now_ns);

/* Takes `weight` if it is there; ordinary requests leave the reserve alone. */
bool pg_bucket_take(pg_bucket *bucket, double weight, bool safety, int64_t now_ns);

/* Takes it though it may not be there: what the server has charged in the end. May go below zero. */
void pg_bucket_charge(pg_bucket *bucket, double weight, int64_t now_ns);

/* How long until `weight` can be taken, ns; 0: now; INT64_MAX: never, it is more than the bucket holds. */
int64_t pg_bucket_wait(pg_bucket *bucket, double weight, bool safety, int64_t now_ns);

/* The server says that it is exhausted: nothing until then. */
void pg_bucket_block(pg_bucket *bucket, int64_t until_ns, int64_t now_ns);

#endif
