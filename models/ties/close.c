/* close.c - the end of a tick: roots of the new a, and what is observed of the block. */
#include <math.h>

#include "ties/ties.h"

enum { LANES = 4 };

/* Sums by four lanes, firm i in lane i % 4, so that an addition need not wait for the one before. */
static double add_floats(const float *x, uint32_t n)
{
    double lane[LANES] = {0.0};
    uint32_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (uint32_t k = 0; k < LANES; k++)
            lane[k] += (double)x[i + k];
    for (; i < n; i++)
        lane[i % LANES] += (double)x[i];
    return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

static double add_doubles(const double *x, uint32_t n)
{
    double lane[LANES] = {0.0};
    uint32_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (uint32_t k = 0; k < LANES; k++)
            lane[k] += x[i + k];
    for (; i < n; i++)
        lane[i % LANES] += x[i];
    return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

void ties_close(struct world *w, uint32_t block)
{
    const struct ties_firms *f = ties_firms(w);
    const struct ties_block *b = ties_block(w, block);
    uint32_t first = ties_first(w, block), n = b->n;
    float *restrict root = f->root + first;
    const float *restrict a = f->a + first;
    for (uint32_t i = 0; i < n; i++)
        root[i] = sqrtf(a[i]);
    observe_put(w, block, OBSERVE_firms, n);
    observe_put(w, block, OBSERVE_collaborations, b->collaborations);
    if (n == 0) return;
    observe_put(w, block, OBSERVE_mean_u, add_floats(f->u + first, n) / n);
    observe_put(w, block, OBSERVE_mean_a, add_floats(f->a + first, n) / n);
    observe_put(w, block, OBSERVE_mean_w, add_doubles(f->strength + first, n) / n / ties_derived(w)->ties);
}
