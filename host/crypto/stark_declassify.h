/* Says that a value computed from secrets may be branched on: that a candidate was rejected, that a signature is out.
 *
 * Compiled to a few idle instructions. Under valgrind they mark the memory as defined, so that tests/crypto can run the
 * code with uninitialised secrets and have every other branch and address that depends on them reported (the method of
 * libsecp256k1's ctime_tests; Langley's ctgrind, 2010). Without valgrind's header they are nothing. */
#ifndef PG_CRYPTO_STARK_DECLASSIFY_H
#define PG_CRYPTO_STARK_DECLASSIFY_H

#include <stddef.h>

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
static inline void pg_stark_declassify(const void *data, size_t size)
{
    (void)VALGRIND_MAKE_MEM_DEFINED(data, size);
}
#else
static inline void pg_stark_declassify(const void *data, size_t size)
{
    (void)data;
    (void)size;
}
#endif

#endif
