/* The memory of a Lua state: counted, limited, and with small blocks kept in free lists.
 *
 * Scripts make small tables all the time and LuaJIT gives them back soon: a free list by size serves a block in a few
 * instructions where malloc and free took 35 ns. Small blocks come from chunks that are only given back with the heap. */
#ifndef PG_SCRIPT_HEAP_H
#define PG_SCRIPT_HEAP_H

#include <stddef.h>
#include <stdint.h>

typedef struct pg_heap pg_heap;

/* NULL when there is no memory. */
pg_heap *pg_heap_new(size_t limit_bytes);

/* Gives back all small blocks at once; larger ones must have been given back before. */
void pg_heap_free(pg_heap *heap);

/* A lua_Alloc with the heap as its user data: old_size 0 allocates, new_size 0 frees; NULL beyond the limit. */
void *pg_heap_allocate(void *heap, void *block, size_t old_size, size_t new_size);

/* Bytes in use, the most that there were, and how often a block was made or grew. */
size_t pg_heap_used(const pg_heap *heap);
size_t pg_heap_peak(const pg_heap *heap);
uint64_t pg_heap_allocations(const pg_heap *heap);

#endif
