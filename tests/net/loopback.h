/* A server and clients on one loop, for the tests of this floor: they write down what happens, the test waits for it. */
#ifndef PG_TESTS_NET_LOOPBACK_H
#define PG_TESTS_NET_LOOPBACK_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/server.h"
#include "net/socket.h"

enum { WAIT_MS = 20000 /* a wait that ends by itself is a failure; the machine may be slow */ };

/* Runs the loop until the condition holds; fails the test when it never does. */
#define wait_until(loop, condition)                                                                                    \
    do {                                                                                                               \
        double started_ = pg_clock_elapsed();                                                                          \
        while (!(condition)) {                                                                                         \
            pg_loop_run_for(loop, 1);                                                                                  \
            if (pg_clock_elapsed() - started_ > WAIT_MS / 1000.0)                                                      \
                fail_msg("waited in vain for %s", #condition);                                                         \
        }                                                                                                              \
    } while (0)

static inline pg_loop *new_loop(void)
{
    pg_loop *loop;
    pg_error err;
    if (pg_loop_new(&loop, &err) != PG_OK)
        fail_msg("%s", err.what);
    return loop;
}

#endif
