/* begin.c - the start: u, a and w uniform, partners distinct and uniform among the firms of the cluster. */
#include <math.h>

#include "ties/ties.h"

/* Partners of firm i: distinct, none is itself. */
static void draw_partners(struct world *w, uint32_t i, struct rng *r)
{
    const struct ties_derived *d = ties_derived(w);
    uint32_t first = i - i % d->cluster, n = d->firms - first < d->cluster ? d->firms - first : d->cluster;
    while (w->ties.rows[i].n < d->ties) {
        uint32_t j = first + rng_below(r, n);
        if (j == i || network_find(&w->ties, i, j) != NETWORK_NONE) continue;
        if (network_insert(&w->ties, i, j, 0) == NETWORK_NONE) return; /* no memory: the run ends */
    }
}

static void draw_firm(struct world *w, uint32_t i)
{
    struct ties_firms *f = ties_firms(w);
    struct rng r = rng_open(w->seed, STREAM_start, 0, i, RNG_NOBODY, 0);
    f->u[i] = (float)rng_uniform(&r);
    f->a[i] = (float)rng_uniform(&r);
    f->root[i] = sqrtf(f->a[i]);
    draw_partners(w, i, &r);
    float *value = network_value(&w->ties, i, 0);
    for (uint32_t k = 0; k < w->ties.rows[i].n; k++) {
        value[k] = (float)rng_uniform(&r);
        f->strength[i] += (double)value[k];
    }
}

void ties_begin(struct world *w, uint32_t block)
{
    uint32_t first = ties_first(w, block), firms = ties_derived(w)->firms;
    struct ties_block *b = ties_block(w, block);
    b->n = first >= firms ? 0 : firms - first < w->firms_per_block ? firms - first : w->firms_per_block;
    b->collaborations = 0;
    for (uint32_t i = first; i < first + b->n; i++)
        draw_firm(w, i);
}
