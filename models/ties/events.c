/* events.c - a tick of a block's ties in which only those are looked at that may collaborate; the law is that of every.c.
 *
 *   No chance exceeds `rate`. Ties are passed in order, and the next one that a chance of `rate` would pick is found by one draw: it lies
 *   1 + floor(log(draw) / log(1 - rate)) ties on. It then collaborates with what is left of its chance, p / rate.
 *   A row keeps w as of the tick it was last touched; it has faded by keep^ticks since.
 *   The sum of a firm's w fades with them, and takes up what a collaboration adds.
 */
#include "core/real.h"
#include "ties/ties.h"

/* Tie k of firm i, picked in this tick: does it collaborate? */
static bool take(struct world *w, uint32_t i, uint32_t k, double draw)
{
    const struct ties_derived *d = ties_derived(w);
    const struct ties_firms *f = ties_firms(w);
    float *value = &network_value(&w->ties, i, 0)[k];
    uint16_t *touched = &network_touched(&w->ties, i)[k];
    float before = *value * d->kept[w->tick - *touched];
    float left = f->root[i] * f->root[network_to(&w->ties, i)[k]] * (d->base + d->slope * before);
    if (!(draw < (double)left)) return false;
    *value = before + d->gain * (1.0f - before);
    *touched = (uint16_t)(w->tick + 1);
    f->strength[i] += (double)*value - (double)d->keep * (double)before;
    return true;
}

void ties_events(struct world *w, uint32_t block)
{
    const struct ties_derived *d = ties_derived(w);
    struct ties_block *own = ties_block(w, block);
    uint32_t first = ties_first(w, block);
    double *restrict strength = ties_firms(w)->strength + first;
    for (uint32_t b = 0; b < own->n; b++)
        strength[b] *= (double)d->keep;
    own->collaborations = 0;
    if (!(d->skip < 0.0)) return;
    struct rng r = rng_open(w->seed, STREAM_skip, 0, block, RNG_NOBODY, w->tick);
    double ties = (double)own->n * d->ties;
    for (double at = -1.0;;) {
        at += 1.0 + floor(real_log(rng_uniform(&r)) * d->skip);
        if (!(at < ties)) break;
        uint32_t tie = (uint32_t)at;
        own->collaborations += take(w, first + tie / d->ties, tie % d->ties, rng_uniform(&r));
    }
}
