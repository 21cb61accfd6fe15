/* The heap of a Lua state: contents survive resizing, the limit holds, the account is exact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "script/heap.h"

enum { SLOTS = 300, STEPS = 200000 };

static uint64_t random_state = 7;

static size_t between(size_t low, size_t high)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return low + random_state % (high - low + 1);
}

static bool holds(const unsigned char *block, size_t size, unsigned char value)
{
    for (size_t i = 0; i < size; i++)
        if (block[i] != value)
            return false;
    return true;
}

static void test_random_use(void **state)
{
    (void)state;
    pg_heap *heap = pg_heap_new(64 << 20);
    static unsigned char *block[SLOTS];
    static size_t size[SLOTS];
    size_t total = 0, peak = 0;
    for (int step = 0; step < STEPS; step++) {
        size_t i = between(0, SLOTS - 1);
        size_t wanted = between(0, 3) == 0 ? 0 : between(1, between(0, 9) == 0 ? 5000 : 600);
        unsigned char mark = (unsigned char)i;
        size_t kept = size[i] < wanted ? size[i] : wanted;
        unsigned char *moved = pg_heap_allocate(heap, block[i], size[i], wanted);
        total += wanted - size[i];
        peak = total > peak ? total : peak;
        if (wanted > 0) {
            assert_non_null(moved);
            assert_int_equal((uintptr_t)moved % 8, 0);
            assert_true(holds(moved, kept, mark));
            memset(moved, mark, wanted);
        } else {
            assert_null(moved);
        }
        block[i] = moved;
        size[i] = wanted;
        assert_int_equal(pg_heap_used(heap), total);
        assert_int_equal(pg_heap_peak(heap), peak);
    }
    for (int i = 0; i < SLOTS; i++) {
        assert_true(size[i] == 0 || holds(block[i], size[i], (unsigned char)i));
        pg_heap_allocate(heap, block[i], size[i], 0);
    }
    assert_int_equal(pg_heap_used(heap), 0);
    pg_heap_free(heap);
}

static void test_limit(void **state)
{
    (void)state;
    pg_heap *heap = pg_heap_new(1000);
    void *a = pg_heap_allocate(heap, NULL, 0, 900);
    assert_non_null(a);
    assert_null(pg_heap_allocate(heap, NULL, 0, 101));
    assert_null(pg_heap_allocate(heap, a, 900, 1001));
    assert_int_equal(pg_heap_used(heap), 900);
    void *b = pg_heap_allocate(heap, NULL, 0, 100);
    assert_non_null(b);
    pg_heap_allocate(heap, a, 900, 0);
    pg_heap_allocate(heap, b, 100, 0);
    pg_heap_free(heap);
    pg_heap_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_use),
        cmocka_unit_test(test_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
