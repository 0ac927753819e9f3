#include "core/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* From here on it comes from the system page by page; below, what is freed stays with the process for the next. */
enum { LINE = 64, HUGE_PAGE = 2 << 20, LARGE = 32 << 20 };

static size_t round_up(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

/* On a boundary of huge pages: what lies before and after it is given back. */
static void *map(size_t bytes)
{
    size_t whole = bytes + HUGE_PAGE;
    char *at = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return NULL;
    size_t before = round_up((size_t)at, HUGE_PAGE) - (size_t)at;
    if (before) munmap(at, before);
    munmap(at + before + bytes, HUGE_PAGE - before);
    (void)madvise(at + before, bytes, MADV_HUGEPAGE);
    return at + before;
}

void *memory_open(size_t bytes)
{
    void *memory = NULL;
    if (bytes >= LARGE) return map(round_up(bytes, HUGE_PAGE));
    if (posix_memalign(&memory, LINE, bytes ? bytes : LINE)) return NULL;
    return memset(memory, 0, bytes);
}

void memory_close(void *memory, size_t bytes)
{
    if (memory && bytes >= LARGE)
        munmap(memory, round_up(bytes, HUGE_PAGE));
    else
        free(memory);
}
