#include "core/parallel.h"

#include <omp.h>

int parallel_max_threads(void)
{
    int threads = omp_get_max_threads();
    return threads < 1 ? 1 : threads;
}
