/* parallel.h - sums in a fixed order, so that they do not depend on the number of threads; and a team of threads that shares out a loop.
 *
 * OpenMP's threads wait for each other by spinning for milliseconds. In a tick of less than that, on a machine where others work too, a thread
 * that spins keeps from its core the one that it waits for: 20,000 firms went at a tenth of the speed of one thread. The team's
 * threads spin for microseconds and then sleep, and none waits for one that has not yet come.
 */
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

struct parallel_team;

/* The calling thread and threads - 1 others, fewer where the system gives no more; NULL without memory. */
struct parallel_team *parallel_open(int threads);
void parallel_close(struct parallel_team *team); /* NULL is fine */

/* run(context, k) for k = 0 .. n - 1, each once, by any thread and in any order; back when all are done. A team of NULL is the calling
 * thread alone. */
void parallel_for(struct parallel_team *team, uint32_t n, void (*run)(void *context, uint32_t k), void *context);

#endif
