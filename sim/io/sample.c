#include "io/sample.h"

#include <stdlib.h>

#include "core/rng.h"
#include "io/sobol.h"

/* Streams of the design's seed; sobol.c uses 0. */
enum { STREAM_SCRAMBLE, STREAM_PLACE, STREAM_ORDER, STREAM_DIRECTION };

/* 0 .. n - 1 in an order drawn at random (Fisher-Yates). */
static void shuffle(uint32_t *order, uint32_t n, struct rng *r)
{
    for (uint32_t k = 0; k < n; k++) {
        uint32_t j = rng_below(r, k + 1);
        order[k] = order[j];
        order[j] = k;
    }
}

bool sample_latin_hypercube(double *u, uint32_t n, uint32_t k, uint64_t seed)
{
    uint32_t *order = malloc((n + 1u) * sizeof *order);
    if (!order) return false;
    for (uint32_t axis = 0; axis < k; axis++) {
        struct rng by = rng_open(seed, STREAM_ORDER, 0, axis, 0, 0),
                   place = rng_open(seed, STREAM_PLACE, 0, axis, 0, 0);
        shuffle(order, n, &by);
        for (uint32_t p = 0; p < n; p++)
            u[(size_t)p * k + axis] = ((double)order[p] + rng_uniform(&place)) / (double)n;
    }
    free(order);
    return true;
}

static void sobol_column(uint32_t *points, uint32_t n, unsigned dimension, bool scramble, uint64_t seed)
{
    sobol_fill(points, n, dimension);
    if (scramble) sobol_scramble(points, n, dimension, seed);
}

bool sample_saltelli(double *u, uint32_t n, uint32_t k, bool scramble, uint64_t seed)
{
    uint32_t *a = malloc((n + 1u) * sizeof *a), *b = malloc((n + 1u) * sizeof *b);
    for (uint32_t axis = 0; a && b && axis < k; axis++) {
        sobol_column(a, n, axis, scramble, seed);
        sobol_column(b, n, k + axis, scramble, seed);
        for (uint32_t p = 0; p < n * (k + 2); p++) {
            uint32_t block = p / (k + 2), place = p % (k + 2);
            uint32_t from = place == k + 1 || place == axis + 1 ? b[block] : a[block];
            u[(size_t)p * k + axis] = (double)from * 0x1p-32;
        }
    }
    bool good = a && b;
    free(a);
    free(b);
    return good;
}

bool sample_morris(double *u, uint32_t n, uint32_t k, uint32_t levels, uint64_t seed)
{
    const double most = (double)(levels - 1);
    uint32_t *order = malloc((k + 1u) * sizeof *order), *level = malloc((k + 1u) * sizeof *level);
    bool *up = malloc((k + 1u) * sizeof *up);
    for (uint32_t t = 0; order && level && up && t < n; t++) {
        struct rng by = rng_open(seed, STREAM_ORDER, 0, t, 0, 0), r = rng_open(seed, STREAM_DIRECTION, 0, t, 0, 0);
        shuffle(order, k, &by);
        for (uint32_t axis = 0; axis < k; axis++) {
            up[axis] = rng_below(&r, 2) == 1;
            level[axis] = rng_below(&r, levels / 2) + (up[axis] ? 0 : levels / 2);
        }
        for (uint32_t step = 0; step <= k; step++) {
            double *point = u + ((size_t)t * (k + 1) + step) * k;
            if (step) {
                uint32_t axis = order[step - 1];
                level[axis] = up[axis] ? level[axis] + levels / 2 : level[axis] - levels / 2;
            }
            for (uint32_t axis = 0; axis < k; axis++)
                point[axis] = (double)level[axis] / most;
        }
    }
    bool good = order && level && up;
    free(order);
    free(level);
    free(up);
    return good;
}
