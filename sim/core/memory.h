/* memory.h - large arrays: zeros, aligned to cache lines, in pages of 2 MB where the system has them. */
#ifndef KLYNGE_CORE_MEMORY_H
#define KLYNGE_CORE_MEMORY_H

#include <stddef.h>

/* At least `bytes` of zeros, or NULL; to be given back by memory_close with the same number. Pages that are never written take
 * no room. */
void *memory_open(size_t bytes);
void memory_close(void *memory, size_t bytes);

#endif
