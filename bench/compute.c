/* compute.c - what threads can give on this machine at best: Philox draws with no memory and no lock, by 1 and 2 threads.
 * Prints the wall seconds of each and their ratio, interleaved, medians of nine pairs: the yardstick beside the ensembles' ratio.
 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/rng.h"

enum { PAIRS = 9, TASKS = 64, DRAWS = 400000 };

static double draw(int threads)
{
    double start = omp_get_wtime();
    uint64_t sum = 0;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads) reduction(+ : sum)
    for (uint32_t task = 0; task < TASKS; task++)
        for (uint32_t k = 0; k < DRAWS; k++)
            sum += rng_draw(1, 1, 0, task, k, 0, 0).word[0];
    double took = omp_get_wtime() - start;
    return sum ? took : 0.0;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void)
{
    double ratio[PAIRS];
    for (int k = 0; k < PAIRS; k++) {
        double one = draw(1), two = draw(2);
        ratio[k] = one / two;
    }
    qsort(ratio, PAIRS, sizeof *ratio, ascending);
    printf("%.3f %.3f %.3f\n", ratio[0], ratio[PAIRS / 2], ratio[PAIRS - 1]);
    return 0;
}
