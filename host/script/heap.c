#include "script/heap.h"

#include <stdlib.h>
#include <string.h>

enum { GRAIN = 16, SMALL = 512, CLASSES = SMALL / GRAIN, CHUNK = 64 * 1024 };

typedef struct free_block {
    struct free_block *next;
} free_block;

typedef struct chunk {
    _Alignas(GRAIN) struct chunk *next;
    _Alignas(GRAIN) char data[CHUNK];
} chunk;

struct pg_heap {
    size_t limit, used, peak;
    uint64_t allocations;
    free_block *free[CLASSES];
    chunk *chunks;
    char *fresh; /* unused rest of the newest chunk */
    size_t fresh_left;
};

pg_heap *pg_heap_new(size_t limit_bytes)
{
    pg_heap *heap = calloc(1, sizeof *heap);
    if (heap)
        heap->limit = limit_bytes;
    return heap;
}

void pg_heap_free(pg_heap *heap)
{
    while (heap && heap->chunks) {
        chunk *next = heap->chunks->next;
        free(heap->chunks);
        heap->chunks = next;
    }
    free(heap);
}

static inline size_t class_of(size_t size)
{
    return (size - 1) / GRAIN;
}

static void *carve(pg_heap *heap, size_t class)
{
    size_t size = (class + 1) * GRAIN;
    if (heap->fresh_left < size) {
        chunk *added = malloc(sizeof *added);
        if (!added)
            return NULL;
        added->next = heap->chunks;
        heap->chunks = added;
        heap->fresh = added->data;
        heap->fresh_left = CHUNK;
    }
    void *block = heap->fresh;
    heap->fresh += size;
    heap->fresh_left -= size;
    return block;
}

static void *take(pg_heap *heap, size_t size)
{
    if (size > SMALL)
        return malloc(size);
    size_t class = class_of(size);
    free_block *block = heap->free[class];
    if (!block)
        return carve(heap, class);
    heap->free[class] = block->next;
    return block;
}

static void give_back(pg_heap *heap, void *block, size_t size)
{
    if (size > SMALL) {
        free(block);
        return;
    }
    free_block *freed = block;
    freed->next = heap->free[class_of(size)];
    heap->free[class_of(size)] = freed;
}

static void *resize(pg_heap *heap, void *block, size_t old_size, size_t new_size)
{
    if (old_size > SMALL && new_size > SMALL)
        return realloc(block, new_size);
    if (old_size <= SMALL && new_size <= SMALL && class_of(old_size) == class_of(new_size))
        return block;
    void *moved = take(heap, new_size);
    if (!moved)
        return NULL;
    memcpy(moved, block, old_size < new_size ? old_size : new_size);
    give_back(heap, block, old_size);
    return moved;
}

void *pg_heap_allocate(void *self, void *block, size_t old_size, size_t new_size)
{
    pg_heap *heap = self;
    if (!block)
        old_size = 0;
    if (new_size == 0) {
        if (old_size > 0)
            give_back(heap, block, old_size);
        heap->used -= old_size;
        return NULL;
    }
    if (new_size > old_size && heap->used + (new_size - old_size) > heap->limit)
        return NULL;
    void *result = old_size > 0 ? resize(heap, block, old_size, new_size) : take(heap, new_size);
    if (!result)
        return NULL;
    heap->used += new_size - old_size;
    heap->allocations += new_size > old_size;
    if (heap->used > heap->peak)
        heap->peak = heap->used;
    return result;
}

size_t pg_heap_used(const pg_heap *heap)
{
    return heap->used;
}

size_t pg_heap_peak(const pg_heap *heap)
{
    return heap->peak;
}

uint64_t pg_heap_allocations(const pg_heap *heap)
{
    return heap->allocations;
}
