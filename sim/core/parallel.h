/* parallel.h - sums in a fixed order, so that they do not depend on the number of threads. */
#ifndef KLYNGE_CORE_PARALLEL_H
#define KLYNGE_CORE_PARALLEL_H

#include <stddef.h>
#include <stdint.h>

/* Split 0..n-1 into blocks of at most `block` items: how many, and where block b starts. */
static inline uint32_t parallel_blocks(uint32_t n, uint32_t block) { return n / block + (n % block != 0); }

/* Sum of x(0..n-1) in order, NaN skipped; *count (may be NULL) is how many were summed. */
static inline double parallel_sum(const double *x, size_t n, size_t *count)
{
    double sum = 0.0;
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (x[i] != x[i]) continue;
        sum += x[i];
        used++;
    }
    if (count) *count = used;
    return sum;
}

/* Threads this process may use: OMP_NUM_THREADS or the processors it is bound to. */
int parallel_max_threads(void);

#endif
